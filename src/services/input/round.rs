//! The body of a round's plan.

use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::fault::Faults;
use crate::domain::round::{Coverage, MAX_QUOTAS, MAX_TEXT_CHARS, Quota, RoundMode, RoundPlan};
use crate::services::Error;

/// What a supervisor plans.
#[derive(Deserialize, ToSchema)]
pub struct RoundIn {
    /// Name.
    #[schema(example = "第三季度暗访")]
    name: String,
    /// `covert` (暗访): units learn of findings at `release_at`; or `announced` (明察).
    #[schema(example = "covert")]
    mode: String,
    /// What for; inspectors read it with their tasks.
    #[serde(default)]
    purpose: String,
    /// When inspectors learn of their points (RFC 3339).
    starts_at: String,
    /// Until when they are to have been there.
    ends_at: String,
    /// When units learn of findings; only for a covert round, which needs it.
    #[serde(default)]
    release_at: Option<String>,
    /// `random` (随机抽查): as many points as the quotas say; or `full` (全面抽查): all of their strata.
    #[schema(example = "random")]
    coverage: String,
    /// The strata; a point belongs to the first that covers it.
    quotas: Vec<QuotaIn>,
}

/// How many points of a stratum are to be visited.
#[derive(Deserialize, ToSchema)]
pub struct QuotaIn {
    /// Code of a kind of check point.
    #[schema(example = "K01")]
    kind: String,
    /// Code of a district; none: the whole city is one stratum.
    #[serde(default)]
    district: Option<String>,
    /// How many; needless where all are visited.
    #[serde(default)]
    count: u32,
}

impl RoundIn {
    /// The plan, if everything in it can be.
    ///
    /// # Errors
    /// `invalid`, with every fault.
    pub fn parse(self) -> Result<RoundPlan, Error> {
        let mut faults = Faults::default();
        if self.name.trim().is_empty() {
            faults.add("/name", "required", "必填", "must not be empty");
        }
        faults.check_length("/name", &self.name, MAX_TEXT_CHARS);
        faults.check_length("/purpose", &self.purpose, MAX_TEXT_CHARS);
        if self.quotas.is_empty() || self.quotas.len() > MAX_QUOTAS {
            let (zh, en) = (
                format!("应有 1 至 {MAX_QUOTAS} 项"),
                format!("1 to {MAX_QUOTAS} of them"),
            );
            faults.add("/quotas", "does_not_fit", &zh, &en);
        }
        let mode: Option<RoundMode> = word("/mode", &self.mode, "covert, announced", &mut faults);
        let coverage: Option<Coverage> =
            word("/coverage", &self.coverage, "random, full", &mut faults);
        let starts_at = instant("/starts_at", &self.starts_at, &mut faults);
        let ends_at = instant("/ends_at", &self.ends_at, &mut faults);
        let release_at = self.release_at.as_deref();
        let release_at = release_at.and_then(|text| instant("/release_at", text, &mut faults));
        if let (Some(starts_at), Some(ends_at)) = (starts_at, ends_at)
            && ends_at <= starts_at
        {
            faults.add(
                "/ends_at",
                "does_not_fit",
                "应晚于 starts_at",
                "must be after starts_at",
            );
        }
        if let Some(mode) = mode
            && (mode == RoundMode::Covert) != self.release_at.is_some()
        {
            faults.add(
                "/release_at",
                "does_not_fit",
                "暗访须有解封时间，明察没有",
                "a covert round needs one, an announced one has none",
            );
        }
        if let (Some(starts_at), Some(release_at)) = (starts_at, release_at)
            && release_at <= starts_at
        {
            faults.add(
                "/release_at",
                "does_not_fit",
                "应晚于 starts_at",
                "must be after starts_at",
            );
        }
        let quota = |quota: QuotaIn| Quota {
            kind: quota.kind,
            district: quota.district,
            count: quota.count,
        };
        match (mode, coverage, starts_at, ends_at) {
            (Some(mode), Some(coverage), Some(starts_at), Some(ends_at)) => {
                faults.refuse_or(RoundPlan {
                    name: self.name.trim().to_owned(),
                    mode,
                    purpose: self.purpose,
                    starts_at,
                    ends_at,
                    release_at,
                    coverage,
                    quotas: self.quotas.into_iter().map(quota).collect(),
                })
            }
            _ => faults.refuse(),
        }
    }
}

fn word<T: std::str::FromStr>(
    pointer: &str,
    word: &str,
    all: &str,
    faults: &mut Faults,
) -> Option<T> {
    let read = word.parse().ok();
    if read.is_none() {
        faults.add(
            pointer,
            "unknown_word",
            &format!("应为：{all}"),
            &format!("one of: {all}"),
        );
    }
    read
}

fn instant(pointer: &str, text: &str, faults: &mut Faults) -> Option<Timestamp> {
    let read = text.parse().ok();
    if read.is_none() {
        faults.add(
            pointer,
            "does_not_fit",
            "应为 RFC 3339 时刻",
            "not an RFC 3339 instant",
        );
    }
    read
}
