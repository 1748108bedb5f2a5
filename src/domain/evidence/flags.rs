//! What is odd about a photo (证据疑点), each with its figure. A flag refuses nothing: it is for the office, and for the one who
//! rechecks. The phone's own fix and clock are primary here; EXIF only corroborates.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::PhotoRole;
use super::exif::{CameraPlace, Exif};
use crate::domain::geo::{Point, distance_m};
use crate::domain::policy::Policies;

/// A kind of oddity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flag {
    /// The camera says that it was elsewhere than the report; metres.
    ExifFarFromReport,
    /// The camera's clock is outside the time in which the photo can have been taken; seconds.
    ExifTimeOff,
    /// The phone says that its position was simulated.
    PositionMock,
    /// The same picture came before, perhaps cropped, mirrored or encoded anew; bits in which the fingerprints differ.
    PhotoReused,
    /// The rectification was photographed elsewhere than the fault; metres.
    AfterFarFromBefore,
    /// An editor wrote the file; its name.
    EditedSoftware,
}

impl Flag {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::ExifFarFromReport,
        Self::ExifTimeOff,
        Self::PositionMock,
        Self::PhotoReused,
        Self::AfterFarFromBefore,
        Self::EditedSoftware,
    ];

    /// The word used in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ExifFarFromReport => "exif_far_from_report",
            Self::ExifTimeOff => "exif_time_off",
            Self::PositionMock => "position_mock",
            Self::PhotoReused => "photo_reused",
            Self::AfterFarFromBefore => "after_far_from_before",
            Self::EditedSoftware => "edited_software",
        }
    }

    /// What its figure counts: `m`, `s` or `bits`.
    pub fn unit(self) -> Option<&'static str> {
        match self {
            Self::ExifFarFromReport | Self::AfterFarFromBefore => Some("m"),
            Self::ExifTimeOff => Some("s"),
            Self::PhotoReused => Some("bits"),
            Self::PositionMock | Self::EditedSoftware => None,
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no flag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no flag")]
pub struct UnknownFlag(pub String);

impl FromStr for Flag {
    type Err = UnknownFlag;

    fn from_str(word: &str) -> Result<Self, UnknownFlag> {
        Self::ALL
            .into_iter()
            .find(|flag| flag.as_str() == word)
            .ok_or_else(|| UnknownFlag(word.to_owned()))
    }
}

/// A flag on a photo.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Raised {
    /// Which.
    pub flag: Flag,
    /// How much of [`Flag::unit`].
    pub figure: Option<i64>,
    /// Name of the editor.
    pub software: Option<String>,
    /// The other photo, by its `aid`.
    pub other: Option<Uuid>,
}

impl Raised {
    fn of(flag: Flag, figure: Option<i64>) -> Self {
        Self {
            flag,
            figure,
            software: None,
            other: None,
        }
    }
}

/// What a photo came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// A report.
    Report(Uuid),
    /// A command, by its ticket and its row in the trail.
    Command(Uuid, i32),
}

/// One use of a photo as evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Use {
    /// With which report or command.
    pub occasion: Occasion,
    /// Why it is there.
    pub role: PhotoRole,
    /// Where the app says that it was.
    pub fix: Option<Point>,
    /// How exact that is, in metres.
    pub acc_m: f64,
    /// The phone says that it was simulated.
    pub mock: bool,
    /// Where the fault is that it answers to.
    pub fault: Option<Point>,
    /// Before this it was not taken.
    pub earliest: Option<Timestamp>,
    /// After this it was not taken.
    pub latest: Timestamp,
}

/// What is odd about a photo by itself, as it is used. Of several figures of one flag the largest counts.
pub fn judge(exif: &Exif, uses: &[Use], policies: &Policies, zone: &TimeZone) -> Vec<Raised> {
    let taken = exif.taken.and_then(|taken| taken.at(zone));
    let mut raised: Vec<Raised> = Vec::new();
    for it in uses {
        let figures = [
            (
                Flag::ExifFarFromReport,
                far_from_report(exif, it),
                policies.exif_far_m,
            ),
            (
                Flag::ExifTimeOff,
                taken.and_then(|at| time_off_s(at, it)),
                policies.exif_time_off_s,
            ),
            (
                Flag::AfterFarFromBefore,
                far_from_fault(exif, it),
                policies.after_far_m,
            ),
        ];
        let over = figures.into_iter().filter_map(|(flag, figure, most)| {
            let figure = figure.filter(|figure| *figure > i64::from(most))?;
            Some(Raised::of(flag, Some(figure)))
        });
        raised.extend(over);
        if it.mock {
            raised.push(Raised::of(Flag::PositionMock, None));
        }
    }
    if !uses.is_empty()
        && let Some(software) = exif.software.as_deref().filter(|name| is_editor(name))
    {
        raised.push(Raised {
            software: Some(software.to_owned()),
            ..Raised::of(Flag::EditedSoftware, None)
        });
    }
    // The largest figure of each comes first.
    raised.sort_by(|one, other| (one.flag, other.figure).cmp(&(other.flag, one.figure)));
    raised.dedup_by_key(|raised| raised.flag);
    raised
}

/// Metres that the camera was beyond the circle in which the app says it was.
fn far_from_report(exif: &Exif, it: &Use) -> Option<i64> {
    let fix = it.fix.filter(|_| it.role == PhotoRole::Before)?;
    Some(beyond(camera_from(exif.place.as_ref()?, fix)?, it.acc_m))
}

/// Metres from the fault to where the rectification was photographed: by the app's fix, or else by the camera.
fn far_from_fault(exif: &Exif, it: &Use) -> Option<i64> {
    let fault = it.fault.filter(|_| it.role == PhotoRole::After)?;
    match it.fix {
        Some(fix) => Some(beyond(distance_m(fix, fault), it.acc_m)),
        None => Some(beyond(camera_from(exif.place.as_ref()?, fault)?, 0.0)),
    }
}

fn camera_from(place: &CameraPlace, point: Point) -> Option<f64> {
    let readings = place.readings().into_iter();
    readings
        .map(|reading| distance_m(reading, point))
        .min_by(f64::total_cmp)
}

fn beyond(distance_m: f64, acc_m: f64) -> i64 {
    whole((distance_m - acc_m).max(0.0))
}

#[expect(
    clippy::as_conversions,
    reason = "saturates, and no two places on Earth are as far apart"
)]
fn whole(metres: f64) -> i64 {
    metres.round() as i64
}

/// Seconds before or after the time in which it can have been taken.
fn time_off_s(taken: Timestamp, it: &Use) -> Option<i64> {
    let late = taken.duration_since(it.latest).as_secs();
    let early = it.earliest.map(|at| at.duration_since(taken).as_secs());
    Some(late.max(early.unwrap_or(0))).filter(|seconds| *seconds > 0)
}

/// Parts of the names by which programs sign that change pictures, in lower case. A camera's own software is none of them.
const EDITORS: [&str; 34] = [
    "photoshop",
    "lightroom",
    "adobe",
    "gimp",
    "snapseed",
    "picsart",
    "pixelmator",
    "affinity",
    "paint.net",
    "paintshop",
    "corel",
    "capture one",
    "darktable",
    "rawtherapee",
    "luminar",
    "photoscape",
    "acdsee",
    "vsco",
    "facetune",
    "faceapp",
    "meitu",
    "beautyplus",
    "b612",
    "faceu",
    "camera360",
    "polarr",
    "canva",
    "imagemagick",
    "photodirector",
    "xnview",
    "美图",
    "美颜",
    "醒图",
    "天天p图",
];

fn is_editor(software: &str) -> bool {
    let name = software.to_lowercase();
    EDITORS.iter().any(|part| name.contains(part))
}

/// A photo among others that look alike.
#[derive(Debug, Clone)]
pub struct Sighting {
    /// The photo.
    pub aid: Uuid,
    /// When the server first heard of it.
    pub known_since: Timestamp,
    /// Its uses as evidence; none of a photo that nobody refers to.
    pub uses: Vec<Occasion>,
}

/// Which of two photos of the same picture is the one that was used again, and that flag on it. None when it is no reuse: one
/// of them is no evidence of anything, or they came with one report or command, as bursts do.
pub fn reuse(one: &Sighting, other: &Sighting, distance_bits: u32) -> Option<(Uuid, Raised)> {
    let together = one.uses.iter().any(|it| other.uses.contains(it));
    if one.uses.is_empty() || other.uses.is_empty() || together {
        return None;
    }
    let [first, again] = if (one.known_since, one.aid) <= (other.known_since, other.aid) {
        [one, other]
    } else {
        [other, one]
    };
    let raised = Raised {
        other: Some(first.aid),
        ..Raised::of(Flag::PhotoReused, Some(i64::from(distance_bits)))
    };
    Some((again.aid, raised))
}

/// A flag as a reader is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoFlag {
    /// Which.
    pub flag: Flag,
    /// How much of [`Flag::unit`].
    pub figure: Option<i64>,
    /// Name of the editor.
    pub software: Option<String>,
    /// The other photo, by the name that every reader may have.
    pub other: Option<Uuid>,
}
