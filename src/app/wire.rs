//! Puts together what every use case works with.

use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use anyhow::Context as _;

use super::config::{Config, Photos};
use super::keys;
use crate::db::pool::Database;
use crate::gateways::audit_keys::AuditKeys;
use crate::gateways::blobs::Blobs;
use crate::gateways::clock::SystemClock;
use crate::gateways::images::Images;
use crate::gateways::passwords::{Cost, Passwords};
use crate::gateways::webhooks::Webhooks;
use crate::services::Services;
use crate::services::account::throttle::LoginThrottle;
use crate::services::evidence::upload::Turns;
use crate::services::reference::cache::ReferenceCache;
use crate::services::state::Parts;

/// Of all threads that serve requests together, unless there are many of them; the worker has as many as one of these. Few enough that a
/// server, a worker and the commands beside them fit into PostgreSQL's usual 100.
const CONNECTIONS: usize = 16;
const FEWEST_OF_A_THREAD: usize = 4;
const MOST_SERVING_THREADS: usize = 16;

/// Longer than this nobody waits to have a password checked.
const PASSWORD_TURN_WITHIN: Duration = Duration::from_secs(10);

/// Which secrets are needed.
#[derive(Debug, Clone)]
pub(super) enum Keys {
    /// Those that outlive this process.
    Kept,
    /// None: no token is given out or read, and nothing is signed.
    None,
    /// Those of the audit log only: no token is given out or read.
    Audit(AuditKeys),
}

/// Passwords at their full cost, one hash for each processor at once.
pub(super) fn passwords() -> anyhow::Result<Passwords> {
    Ok(Passwords::new(
        Cost::OWASP,
        processors(),
        PASSWORD_TURN_WITHIN,
    )?)
}

/// The services, without demo accounts. Must be called inside the runtime that the connections are to live on.
pub(super) fn services(config: &Config, url: &str, keys: Keys) -> anyhow::Result<Services> {
    Ok(Services::new(parts(config, url, keys)?))
}

/// The same, before they are shared.
pub(super) fn parts(config: &Config, url: &str, keys: Keys) -> anyhow::Result<Parts> {
    let keys = match keys {
        Keys::Kept => keys::Keys::load(&config.data_dir)?,
        Keys::None => keys::Keys::ephemeral(AuditKeys::of_public(Vec::new()))?,
        Keys::Audit(audit) => keys::Keys::ephemeral(audit)?,
    };
    Ok(Parts {
        database: Database {
            url: url.to_owned(),
            pool_size: (CONNECTIONS / serving_threads()).max(FEWEST_OF_A_THREAD),
        },
        clock: Arc::new(SystemClock),
        blobs: blobs(config)?,
        images: Images::new(processors().min(4)),
        passwords: passwords()?,
        tokens: keys.signer,
        refresh_key: keys.refresh,
        sealer: keys.sealer,
        capabilities: keys.capabilities,
        audit_keys: keys.audit,
        turns: Turns::default(),
        webhooks: Webhooks::new(config.webhooks),
        demo: false,
        reference: ReferenceCache::new(),
        throttle: LoginThrottle::new(),
    })
}

fn blobs(config: &Config) -> anyhow::Result<Blobs> {
    let blobs = Blobs::open(&config.blobs).context("check --data-dir and --blobs")?;
    Ok(match config.photos {
        Photos::Streamed => blobs,
        Photos::Signed => blobs.giving_addresses()?,
    })
}

/// One for each processor.
pub(super) fn serving_threads() -> usize {
    processors().min(MOST_SERVING_THREADS)
}

fn processors() -> usize {
    available_parallelism().map_or(1, usize::from)
}
