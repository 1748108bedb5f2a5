//! A report as the phone says it: the body of a `report.create` mutation without its transport fields.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::clock::read_instant;
use super::fault::Faults;
use super::observation::{self, ObservationIn};
use super::photo::{AttachmentIn, read_photos};
use crate::domain::criterion::MAX_OBSERVATIONS;
use crate::domain::evidence::Sha256Digest;
use crate::domain::geo::{Datum, Point};
use crate::domain::report::{Fix, MAX_FINDINGS, MAX_PHOTOS, MAX_TEXT_CHARS, NewFinding, NewReport};
use crate::domain::sync::captured::{Anchor, Arrival, Captured, Clocks, estimate};
use crate::services::Error;

/// A report as the phone sends it.
#[derive(Deserialize, ToSchema)]
pub struct ReportIn {
    /// Made by the phone (UUID v4). Sending the same again is safe.
    id: Uuid,
    /// Clocks of the device when it was captured; stored as they are.
    #[serde(default)]
    captured: Option<CapturedIn>,
    /// Position of the stop; a missing one never blocks a report.
    #[serde(default)]
    geo: Option<GeoIn>,
    /// Every photo of the report; the bytes may come before or after.
    #[serde(default)]
    attachments: Vec<AttachmentIn>,
    /// What was seen.
    data: ReportDataIn,
}

/// What was seen at one stop.
#[derive(Deserialize, ToSchema)]
pub struct ReportDataIn {
    /// Inspection round (督查批次); none outside a round.
    #[serde(default)]
    round: Option<Uuid>,
    /// Check point (点位), if the stop was at one.
    #[serde(default)]
    point: Option<Uuid>,
    /// Remark on the whole stop.
    #[serde(default)]
    note: String,
    /// Visited, nothing wrong. Exactly one of `clean` and `findings`.
    #[serde(default)]
    clean: bool,
    /// Faults seen (问题).
    #[serde(default)]
    findings: Vec<FindingIn>,
    /// What was judged at the check point, criterion by criterion (测评标准).
    #[serde(default)]
    observations: Vec<ObservationIn>,
}

/// One fault.
#[derive(Deserialize, ToSchema)]
pub struct FindingIn {
    /// Made by the phone (UUID v4).
    id: Uuid,
    /// Code of the catalogue item (测评项目) in the active version.
    #[schema(example = "E0102")]
    item: String,
    /// Code of the filing condition (立案条件), if the inspector knows it.
    #[serde(default)]
    condition: Option<String>,
    /// Description.
    #[serde(default)]
    text: String,
    /// Danger to people.
    #[serde(default)]
    danger: bool,
    /// 立行立改: put right while the inspector stood there.
    #[serde(default)]
    fixed_on_site: bool,
    /// Photos of this fault, by `aid`; each is among the report's `attachments`.
    #[serde(default)]
    attachments: Vec<Uuid>,
}

/// A position as the phone has it.
#[derive(Deserialize, ToSchema)]
pub struct GeoIn {
    /// Latitude in `datum`, degrees.
    #[schema(example = 37.38)]
    lat: f64,
    /// Longitude in `datum`, degrees.
    #[schema(example = 117.97)]
    lon: f64,
    /// `wgs84`, `gcj02` or `bd09`.
    #[schema(example = "wgs84")]
    datum: String,
    /// Accuracy radius in metres. Without it the position counts as weak.
    #[serde(default)]
    acc_m: Option<f64>,
    /// The phone says that the position was simulated.
    #[serde(default)]
    mock: bool,
    /// Age of the fix in milliseconds; without it the fix counts as fresh.
    #[serde(default)]
    fix_age_ms: Option<i64>,
}

/// Clocks of the device: evidence, never the clock of a deadline.
#[derive(Deserialize, Serialize, ToSchema, Default)]
pub struct CapturedIn {
    /// Wall clock.
    #[serde(default)]
    wall: Option<String>,
    /// Monotonic clock in milliseconds.
    #[serde(default)]
    mono_ms: Option<i64>,
    /// Id of the boot that the monotonic clock belongs to.
    #[serde(default)]
    boot: Option<String>,
    /// Last known pair of server time and monotonic clock.
    #[serde(default)]
    anchor: Option<AnchorIn>,
    /// Time of the satellites.
    #[serde(default)]
    gps_time: Option<String>,
}

/// A pair of server time and monotonic clock.
#[derive(Deserialize, Serialize, ToSchema)]
pub struct AnchorIn {
    /// Server time.
    server_time: String,
    /// Monotonic clock in milliseconds at that time.
    mono_ms: i64,
}

impl ReportIn {
    /// The report, if everything in it can be.
    ///
    /// # Errors
    /// `invalid`, with every fault.
    pub fn parse(
        self,
        raw: Value,
        canon_sha256: Sha256Digest,
        arrival: &Arrival,
    ) -> Result<NewReport, Error> {
        let mut faults = Faults::default();
        let photos = read_photos(&self.attachments, "/attachments", MAX_PHOTOS, &mut faults);
        let fix = self.geo.and_then(|geo| geo.parse(&mut faults));
        let data = self.data;
        faults.check_length("/data/note", &data.note, MAX_TEXT_CHARS);
        if data.clean != data.findings.is_empty() {
            faults.add(
                "/data/findings",
                "clean_or_findings",
                "应有问题，或注明 clean，二者取一",
                "either findings or clean, exactly one of them",
            );
        }
        check_at_most(
            "/data/findings",
            data.findings.len(),
            MAX_FINDINGS,
            &mut faults,
        );
        check_at_most(
            "/data/observations",
            data.observations.len(),
            MAX_OBSERVATIONS,
            &mut faults,
        );
        let observations = observation::read(data.observations, &mut faults);
        let declared: Vec<Uuid> = self.attachments.iter().map(|photo| photo.aid).collect();
        let mut findings: Vec<NewFinding> = Vec::new();
        for (index, finding) in data.findings.into_iter().enumerate() {
            let at = format!("/data/findings/{index}");
            if findings.iter().any(|earlier| earlier.id == finding.id) {
                faults.add(
                    format!("{at}/id"),
                    "repeated",
                    "重复的问题编号",
                    "this id is given twice",
                );
            }
            findings.push(finding.parse(&at, &declared, &mut faults));
        }
        let fix_age_ms = fix.as_ref().and_then(|fix| fix.fix_age_ms);
        let clocks = self.captured.as_ref().map(|it| it.read(fix_age_ms));
        let captured_at = clocks.and_then(|clocks| estimate(&clocks, arrival));
        let captured = serde_json::to_value(self.captured).unwrap_or_default();
        let report = NewReport {
            id: self.id,
            round_id: data.round,
            point_id: data.point,
            note: data.note,
            clean: data.clean,
            fix,
            captured,
            captured_at,
            photos,
            findings,
            observations,
            raw,
            canon_sha256,
        };
        faults.refuse_or(report)
    }
}

/// Notes a list that is longer than allowed.
fn check_at_most(pointer: &str, length: usize, most: usize, faults: &mut Faults) {
    if length > most {
        let (zh, en) = (format!("最多 {most} 项"), format!("at most {most} of them"));
        faults.add(pointer, "too_many", &zh, &en);
    }
}

impl CapturedIn {
    fn read(&self, fix_age_ms: Option<i64>) -> Captured {
        let instant = |text: &Option<String>| text.as_deref().and_then(read_instant);
        let anchor = self.anchor.as_ref().and_then(|anchor| {
            Some(Anchor {
                server_time: read_instant(&anchor.server_time)?,
                mono_ms: anchor.mono_ms,
            })
        });
        Captured {
            clocks: Clocks {
                wall: instant(&self.wall),
                mono_ms: self.mono_ms,
                boot: self.boot.clone(),
            },
            anchor,
            gps_time: instant(&self.gps_time),
            fix_age_ms,
        }
    }
}

impl FindingIn {
    fn parse(self, at: &str, declared: &[Uuid], faults: &mut Faults) -> NewFinding {
        faults.check_length(format!("{at}/text"), &self.text, MAX_TEXT_CHARS);
        for (index, aid) in self.attachments.iter().enumerate() {
            let before = self.attachments.iter().take(index);
            if !declared.contains(aid) {
                faults.add(
                    format!("{at}/attachments/{index}"),
                    "not_declared",
                    "未在 attachments 中声明",
                    "not among the report's attachments",
                );
            } else if before.into_iter().any(|earlier| earlier == aid) {
                faults.add(
                    format!("{at}/attachments/{index}"),
                    "repeated",
                    "重复的照片编号",
                    "this aid is given twice",
                );
            }
        }
        NewFinding {
            id: self.id,
            item: self.item,
            condition: self.condition,
            text: self.text,
            danger: self.danger,
            fixed_on_site: self.fixed_on_site,
            photos: self.attachments,
        }
    }
}

impl GeoIn {
    /// The fix, if it can be.
    pub(super) fn parse(self, faults: &mut Faults) -> Option<Fix> {
        if !(-90.0..=90.0).contains(&self.lat) {
            faults.add(
                "/geo/lat",
                "out_of_range",
                "纬度应在 -90 至 90 之间",
                "a latitude is -90 to 90",
            );
        }
        if !(-180.0..=180.0).contains(&self.lon) {
            faults.add(
                "/geo/lon",
                "out_of_range",
                "经度应在 -180 至 180 之间",
                "a longitude is -180 to 180",
            );
        }
        if self
            .acc_m
            .is_some_and(|acc_m| !(0.0..=1e7).contains(&acc_m))
        {
            faults.add(
                "/geo/acc_m",
                "out_of_range",
                "精度应为非负数",
                "an accuracy is not negative",
            );
        }
        if self.fix_age_ms.is_some_and(|age| age < 0) {
            faults.add(
                "/geo/fix_age_ms",
                "out_of_range",
                "时效应为非负数",
                "an age is not negative",
            );
        }
        let Ok(datum) = self.datum.parse::<Datum>() else {
            faults.add(
                "/geo/datum",
                "datum_unknown",
                "坐标系应为 wgs84、gcj02 或 bd09",
                "the datum must be wgs84, gcj02 or bd09",
            );
            return None;
        };
        let point = Point::from_datum(datum, self.lat, self.lon).ok()?;
        Some(Fix {
            lat: self.lat,
            lon: self.lon,
            datum,
            point,
            acc_m: self.acc_m,
            fix_age_ms: self.fix_age_ms,
            mock: self.mock,
        })
    }
}
