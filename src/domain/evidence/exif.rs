//! What a camera wrote into a photo (EXIF 2.32): it corroborates what the phone says of itself, and proves nothing; phones
//! redact it and anybody can change it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use crate::domain::geo::{Datum, Point};

/// What a photo says of its making; every part may be missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exif {
    /// When it was taken, by the camera's clock.
    pub taken: Option<Taken>,
    /// Where it was taken, by the camera's receiver.
    pub place: Option<CameraPlace>,
    /// Who made the camera.
    pub camera_make: Option<String>,
    /// Which camera it is.
    pub camera_model: Option<String>,
    /// The program that wrote the file last: the camera's own, or an editor.
    pub software: Option<String>,
}

/// A camera's wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// As the clock showed it.
    pub local: DateTime,
    /// The clock's offset from UTC, where the camera says so.
    pub offset: Option<Offset>,
}

impl Taken {
    /// The instant; a clock without an offset is read as one of this zone.
    pub fn at(&self, zone: &TimeZone) -> Option<Timestamp> {
        match self.offset {
            Some(offset) => offset.to_timestamp(self.local).ok(),
            None => zone.to_timestamp(self.local).ok(),
        }
    }
}

/// A position as a camera writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct CameraPlace {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Name of the datum, where the camera says so; `WGS-84` is the usual.
    pub datum: Option<String>,
}

impl CameraPlace {
    /// In WGS-84, in every datum that it may be meant in: cameras of the mainland write GCJ-02 without saying so.
    pub fn readings(&self) -> Vec<Point> {
        let named = self.datum.as_deref().map(|name| {
            let letters = name.chars().filter(char::is_ascii_alphanumeric);
            letters.collect::<String>().to_ascii_lowercase()
        });
        let datums: &[Datum] = match named.as_deref() {
            Some("wgs84") => &[Datum::Wgs84],
            Some("gcj02") => &[Datum::Gcj02],
            Some("bd09") => &[Datum::Bd09],
            _ => &[Datum::Wgs84, Datum::Gcj02],
        };
        datums
            .iter()
            .filter_map(|datum| Point::from_datum(*datum, self.lat, self.lon).ok())
            .collect()
    }
}
