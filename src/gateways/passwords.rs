//! Password hashing with Argon2id, off the event loop and only so many at a time: each hash takes its memory at once.
//! Knows no accounts; who may try how often is decided elsewhere.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::error::Elapsed;
use tokio::time::timeout;

/// What one hash costs, by RFC 9106's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// `m`: memory, in KiB.
    pub memory_kib: u32,
    /// `t`: passes over that memory.
    pub passes: u32,
    /// `p`: lanes.
    pub lanes: u32,
}

impl Cost {
    /// m = 19 MiB, t = 2, p = 1: the OWASP Password Storage Cheat Sheet's minimum for Argon2id.
    pub const OWASP: Self = Self {
        memory_kib: 19_456,
        passes: 2,
        lanes: 1,
    };
}

/// Why a password could not be hashed or checked; a wrong password is none of these.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The [`Cost`] is outside what Argon2 allows.
    #[error("Argon2 refuses these parameters")]
    Cost(#[source] argon2::Error),
    /// The stored text is no PHC string, or the system gave no randomness or memory.
    #[error("Argon2 failed")]
    Argon2(#[source] Error),
    /// Too many want the same just now.
    #[error("too many passwords are being checked")]
    Busy(#[source] Elapsed),
    /// The server stopped before the work was done.
    #[error("the server stopped before the password was checked")]
    Interrupted(#[source] tokio::task::JoinError),
}

/// Hashes and checks passwords; clones share the limit on how many at once.
#[derive(Clone, Debug)]
pub struct Passwords {
    argon2: Argon2<'static>,
    nobody: Arc<str>,
    permits: Arc<Semaphore>,
    turn_within: Duration,
}

impl Passwords {
    /// New hashes cost `cost` ([`Cost::OWASP`], cheaper in tests); at most `permits` are computed at once, and nobody waits
    /// for a turn longer than `turn_within`: a flood of logins must not pile up. Takes the time of one hash.
    pub fn new(cost: Cost, permits: usize, turn_within: Duration) -> Result<Self, PasswordError> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
            .map_err(PasswordError::Cost)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, "nobody's password")?;
        Ok(Self {
            argon2,
            nobody: nobody.into(),
            permits: Arc::new(Semaphore::new(permits)),
            turn_within,
        })
    }

    /// The PHC string (`$argon2id$v=19$…`) to store, with a fresh salt.
    pub async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        let (argon2, password) = (self.argon2.clone(), password.to_owned());
        self.run(move || hash(&argon2, &password)).await
    }

    /// Whether `password` is the one behind the stored PHC string, at the cost written in that string.
    pub async fn verify(&self, password: &str, phc: &str) -> Result<bool, PasswordError> {
        let (argon2, password) = (self.argon2.clone(), password.to_owned());
        let phc = phc.to_owned();
        self.run(move || verify(&argon2, &password, &phc)).await
    }

    /// Takes as long as [`Self::verify`] and is always false: for a user name that does not exist, so that time does not tell.
    pub async fn verify_against_nobody(&self, password: &str) -> Result<bool, PasswordError> {
        self.verify(password, &self.nobody).await.map(|_| false)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let turn = Arc::clone(&self.permits).acquire_owned();
        let permit = timeout(self.turn_within, turn)
            .await
            .map_err(PasswordError::Busy)?
            .expect("the semaphore is never closed");
        // The permit goes along: a caller that gives up does not free the memory its hash is using.
        spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(PasswordError::Interrupted)?
    }
}

fn hash(argon2: &Argon2<'_>, password: &str) -> Result<String, PasswordError> {
    let hash: PasswordHash = argon2
        .hash_password(password.as_bytes())
        .map_err(PasswordError::Argon2)?;
    Ok(hash.to_string())
}

fn verify(argon2: &Argon2<'_>, password: &str, phc: &str) -> Result<bool, PasswordError> {
    let stored = PasswordHash::new(phc).map_err(|error| PasswordError::Argon2(error.into()))?;
    match argon2.verify_password(password.as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(PasswordError::Argon2(error)),
    }
}
