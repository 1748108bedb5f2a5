//! What every use case works with: the pool, the clock, the gateways, and the reference data kept in memory.

use std::sync::Arc;

use jiff::Timestamp;

use super::account::throttle::LoginThrottle;
use super::error::{Error, Result};
use super::evidence::upload::Turns;
use super::reference::cache::ReferenceCache;
use crate::db::Pool;
use crate::db::pool::{Database, PooledConn};
use crate::domain::clock::Clock;
use crate::gateways::audit_keys::AuditKeys;
use crate::gateways::blobs::Blobs;
use crate::gateways::capabilities::Capabilities;
use crate::gateways::images::Images;
use crate::gateways::passwords::Passwords;
use crate::gateways::sealing::Sealer;
use crate::gateways::tokens::{RefreshKey, TokenSigner};
use crate::gateways::webhooks::Webhooks;

/// Made once at start-up, shared by every worker; cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// Database connections.
    pub pool: Pool,
    inner: Arc<Parts>,
}

/// What [`Services`] is made of.
pub struct Parts {
    /// Where database connections come from.
    pub database: Database,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Photo bytes.
    pub blobs: Blobs,
    /// Renditions.
    pub images: Images,
    /// Password hashing.
    pub passwords: Passwords,
    /// Access tokens.
    pub tokens: TokenSigner,
    /// Key that refresh tokens are derived with.
    pub refresh_key: RefreshKey,
    /// Seals what phones carry for the server, and secrets that lie in the database.
    pub sealer: Sealer,
    /// Makes and checks links that lead to uploads.
    pub capabilities: Capabilities,
    /// Signs the heads of the audit log.
    pub audit_keys: AuditKeys,
    /// Who is at which upload.
    pub turns: Turns,
    /// Sends webhooks.
    pub webhooks: Webhooks,
    /// Whether demo accounts may log in.
    pub demo: bool,
    /// Areas and calendar in memory.
    pub reference: ReferenceCache,
    /// Slows down guessing.
    pub throttle: LoginThrottle,
}

impl Services {
    /// Shares the parts, with connections driven by the runtime that is current here.
    pub fn new(parts: Parts) -> Self {
        Self {
            pool: parts.database.pool(),
            inner: Arc::new(parts),
        }
    }

    /// The same with connections of its own, driven by the runtime that is current here: a thread that serves requests then hands no
    /// question to another thread, and waits for none to hand it the answer.
    pub fn on_this_thread(&self) -> Self {
        Self {
            pool: self.inner.database.pool(),
            inner: Arc::clone(&self.inner),
        }
    }

    /// A connection from the pool.
    ///
    /// # Errors
    /// `unavailable` when none can be had in time.
    pub async fn conn(&self) -> Result<PooledConn> {
        self.pool.get().await.map_err(Error::unavailable)
    }

    /// Server time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl std::ops::Deref for Services {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.inner
    }
}
