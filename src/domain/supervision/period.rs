//! A period of figures (考核周期): whole days of the city, both named ones among them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

/// From a day to a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

impl Period {
    /// The instant at which it begins, and the one at which it is over.
    pub fn instants(self, zone: &TimeZone) -> (Timestamp, Timestamp) {
        let start = |day: Date| {
            zone.to_timestamp(day.at(0, 0, 0, 0))
                .unwrap_or(Timestamp::MAX)
        };
        (start(self.from), start(self.to.saturating_add(1.days())))
    }

    /// The one before it: as many months where it is whole months, else as many days.
    pub fn before(self) -> Self {
        let to = self.from.saturating_sub(1.days());
        let whole_months = self.from.day() == 1 && self.to == self.to.last_of_month();
        let from = if whole_months {
            let years = i32::from(self.to.year()) - i32::from(self.from.year());
            let months = years * 12 + i32::from(self.to.month()) - i32::from(self.from.month()) + 1;
            self.from.saturating_sub(months.months())
        } else {
            let days = self.from.duration_until(self.to).as_hours() / 24 + 1;
            self.from.saturating_sub(days.days())
        };
        Self { from, to }
    }
}
