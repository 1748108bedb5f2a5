//! A flag on a photo, on the wire.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::evidence::flags::PhotoFlag;

/// What is odd about a photo (证据疑点). It refuses nothing; a person decides.
#[derive(Serialize, ToSchema)]
pub struct FlagOut {
    /// `exif_far_from_report`, `exif_time_off`, `position_mock`, `photo_reused`, `after_far_from_before` or `edited_software`.
    #[schema(example = "photo_reused")]
    flag: &'static str,
    /// Metres, seconds, or bits of 144 in which the two pictures' fingerprints differ: 0 is the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 4)]
    figure: Option<i64>,
    /// What the figure counts: `m`, `s` or `bits`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "bits")]
    unit: Option<&'static str>,
    /// The editor that wrote the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    software: Option<String>,
    /// The photo that was there before, by its `id`; outside the office only one of the same ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<Uuid>,
}

impl From<PhotoFlag> for FlagOut {
    fn from(it: PhotoFlag) -> Self {
        Self {
            flag: it.flag.as_str(),
            figure: it.figure,
            unit: it.flag.unit(),
            software: it.software,
            other: it.other,
        }
    }
}
