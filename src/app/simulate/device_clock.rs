//! The clocks of a phone: a wall clock that may be wrong by years, and a monotonic one that begins anew with each boot.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::chance::Chance;

/// How far a wrong clock is off.
const TEN_YEARS: SignedDuration = SignedDuration::from_hours(10 * 365 * 24);

/// What a phone believes of the time.
#[derive(Debug, Clone)]
pub(super) struct DeviceClock {
    skew: SignedDuration,
    boot: Uuid,
    booted_at: Timestamp,
    anchor: Option<(String, i64, Uuid)>,
}

impl DeviceClock {
    pub(super) fn new(chance: &mut Chance, now: Timestamp) -> Self {
        let skew = i64::try_from(chance.between(0, 120)).unwrap_or_default() - 60;
        Self {
            skew: SignedDuration::from_secs(skew),
            boot: chance.id(),
            booted_at: now,
            anchor: None,
        }
    }

    /// Wall clock.
    pub(super) fn wall(&self, now: Timestamp) -> Timestamp {
        now.checked_add(self.skew).unwrap_or(now)
    }

    pub(super) fn ten_years_ahead(&mut self) {
        self.skew = TEN_YEARS;
    }

    pub(super) fn ten_years_behind(&mut self) {
        self.skew = -TEN_YEARS;
    }

    pub(super) fn an_hour_back(&mut self) {
        self.skew = self
            .skew
            .checked_sub(SignedDuration::from_hours(1))
            .unwrap_or_default();
    }

    pub(super) fn reboot(&mut self, chance: &mut Chance, now: Timestamp) {
        self.boot = chance.id();
        self.booted_at = now;
    }

    /// The server has told its time.
    pub(super) fn hear(&mut self, server_time: &str, now: Timestamp) {
        self.anchor = Some((server_time.to_owned(), self.mono_ms(now), self.boot));
    }

    fn mono_ms(&self, now: Timestamp) -> i64 {
        let since = now.duration_since(self.booted_at);
        i64::try_from(since.as_millis()).unwrap_or_default()
    }

    /// Member `clock` of a batch.
    pub(super) fn sending(&self, now: Timestamp) -> Value {
        json!({
            "wall": self.wall(now).to_string(),
            "mono_ms": self.mono_ms(now),
            "boot": self.boot.to_string(),
        })
    }

    /// Member `captured` of a report.
    pub(super) fn captured(&self, now: Timestamp) -> Value {
        let mut captured = self.sending(now);
        if let (Some((server_time, mono_ms, boot)), Some(members)) =
            (&self.anchor, captured.as_object_mut())
            && *boot == self.boot
        {
            let anchor = json!({ "server_time": server_time, "mono_ms": mono_ms });
            members.insert("anchor".to_owned(), anchor);
        }
        captured
    }
}
