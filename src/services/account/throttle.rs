//! Slows down guessing of passwords: so many tries for a user name, whoever makes them. In memory, for this process;
//! its clock is its own, as it only ever measures how long ago something was.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::{DashMapStateStore, ShrinkableKeyedStateStore};
use governor::{Quota, RateLimiter};

use crate::services::error::Code;
use crate::services::{Error, Result};

/// Tries in a row before waiting begins.
const BURST: NonZeroU32 = NonZeroU32::new(10).expect("ten is not zero");
/// Time in which one more try is earned.
const REFILL: Duration = Duration::from_secs(6);
/// Tries between two clearings of names that have all their tries back.
const SWEEP_EVERY: u32 = 1_024;

/// Counts tries by user name.
pub struct LoginThrottle {
    tries: Tries,
    limiter: RateLimiter<String, Tries, DefaultClock>,
    since_sweep: AtomicU32,
}

impl LoginThrottle {
    /// Nobody has tried yet.
    #[must_use]
    pub fn new() -> Self {
        let tries = Tries::default();
        let quota = Quota::with_period(REFILL)
            .expect("the time is not zero")
            .allow_burst(BURST);
        Self {
            limiter: RateLimiter::new(quota, tries.clone(), DefaultClock::default()),
            tries,
            since_sweep: AtomicU32::new(0),
        }
    }

    /// Counts a try.
    ///
    /// # Errors
    /// `too_many_requests` with the seconds to wait.
    pub(super) fn admit(&self, username: &str) -> Result<()> {
        if self.since_sweep.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter
            .check_key(&username.to_owned())
            .map_err(|until| {
                let wait = until.wait_time_from(DefaultClock::default().now());
                let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX - 1) + 1;
                Error::new(Code::TooManyRequests).retry_after(seconds)
            })
    }

    /// Gives all tries back to one who knew the password: only guessing is slowed down, not logging in.
    pub(super) fn forgive(&self, username: &str) {
        self.tries.0.remove(username);
    }
}

impl Default for LoginThrottle {
    fn default() -> Self {
        Self::new()
    }
}

/// The limiter's store, shared so that a name can be taken out of it.
#[derive(Clone, Default)]
struct Tries(Arc<DashMapStateStore<String>>);

impl StateStore for Tries {
    type Key = String;

    fn measure_and_replace<T, F, E>(&self, key: &String, f: F) -> std::result::Result<T, E>
    where
        F: Fn(Option<Nanos>) -> std::result::Result<(T, Nanos), E>,
    {
        self.0.measure_and_replace(key, f)
    }
}

impl ShrinkableKeyedStateStore<String> for Tries {
    fn retain_recent(&self, drop_below: Nanos) {
        ShrinkableKeyedStateStore::retain_recent(&*self.0, drop_below);
    }

    fn shrink_to_fit(&self) {
        ShrinkableKeyedStateStore::shrink_to_fit(&*self.0);
    }

    fn len(&self) -> usize {
        ShrinkableKeyedStateStore::len(&*self.0)
    }

    fn is_empty(&self) -> bool {
        ShrinkableKeyedStateStore::is_empty(&*self.0)
    }
}
