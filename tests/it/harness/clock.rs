//! The tests' time, which stands still until it is moved.

use std::sync::Mutex;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use xuncha::domain::clock::Clock;

/// A clock that shows what it was set to.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl Default for ManualClock {
    /// Friday 2026-11-20, 10:00 in the city: an ordinary working day.
    fn default() -> Self {
        Self(Mutex::new(shanghai("2026-11-20 10:00")))
    }
}

impl ManualClock {
    /// Sets it to the city's civil time: `app.clock.set("2026-11-23 08:00")`.
    pub fn set(&self, civil: &str) {
        *self.0.lock().expect("no test panics while holding it") = shanghai(civil);
    }

    /// Moves it on.
    pub fn advance(&self, by: SignedDuration) {
        *self.0.lock().expect("no test panics while holding it") += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("no test panics while holding it")
    }
}

/// An instant of the city's civil time, `2026-11-20 10:00`.
pub fn shanghai(civil: &str) -> Timestamp {
    let civil: DateTime = civil.parse().expect("a civil date and time");
    let zone = TimeZone::get("Asia/Shanghai").expect("the zone is bundled");
    zone.to_timestamp(civil).expect("in range")
}
