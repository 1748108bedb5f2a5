//! Half days: as exactly as units may know when an inspector was somewhere.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The morning or the afternoon of a day in the city; noon begins the afternoon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalfDay {
    /// The day.
    pub date: Date,
    /// Whether it is the second half.
    pub afternoon: bool,
}

impl HalfDay {
    /// The half day that an instant lies in.
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        let civil = at.to_zoned(zone.clone());
        Self {
            date: civil.date(),
            afternoon: civil.hour() >= 12,
        }
    }

    /// The word of the API for the half.
    pub fn half(self) -> &'static str {
        if self.afternoon {
            "afternoon"
        } else {
            "morning"
        }
    }
}
