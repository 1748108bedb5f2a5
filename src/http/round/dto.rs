//! What is answered of rounds.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::page::Page;
use crate::domain::round::{Quota, Round, RoundPoint, StratumCoverage};
use crate::services::round::Draw;

/// A round (督查批次).
#[derive(Serialize, ToSchema)]
pub struct RoundOut {
    /// The round.
    id: Uuid,
    /// Name.
    name: String,
    /// `covert` or `announced`.
    mode: &'static str,
    /// What for.
    purpose: String,
    /// `draft`, `sealed`, `running`, `released` or `closed`.
    state: &'static str,
    /// When inspectors learn of their points.
    starts_at: Timestamp,
    /// Until when they are to have been there.
    ends_at: Timestamp,
    /// When units are to learn of findings.
    release_at: Option<Timestamp>,
    /// `random` or `full`.
    coverage: &'static str,
    /// The strata.
    quotas: Vec<QuotaOut>,
    /// When its points were drawn.
    drawn_at: Option<Timestamp>,
    /// When units came to know of findings.
    released_at: Option<Timestamp>,
}

/// How many points of a stratum are visited.
#[derive(Serialize, ToSchema)]
pub struct QuotaOut {
    /// Kind of check point.
    kind: String,
    /// District; null: the whole city.
    district: Option<String>,
    /// How many.
    count: u32,
}

/// A page of rounds.
#[derive(Serialize, ToSchema)]
pub struct RoundPageOut {
    /// Those first that start last.
    items: Vec<RoundOut>,
    /// Send it as `cursor` for the next page; null on the last.
    next_cursor: Option<String>,
}

/// A draw, with all that is needed to repeat it: see api-spec/draws.md.
#[derive(Serialize, ToSchema)]
pub struct RoundDrawOut {
    /// The round.
    round: Uuid,
    /// 64 hexadecimal digits.
    seed: Option<String>,
    /// `random` or `full`.
    coverage: &'static str,
    /// The strata.
    quotas: Vec<QuotaOut>,
    /// What it was made of: those drawn first, in their order.
    points: Vec<RoundPointOut>,
    /// Whether the seed, tried again just now on these points, draws the same.
    reproduced: bool,
}

/// A point of a draw.
#[derive(Serialize, ToSchema)]
pub struct RoundPointOut {
    /// The check point.
    point: Uuid,
    /// Its kind.
    kind: String,
    /// The district that it lies in.
    district: Option<String>,
    /// Place in the draw, from 1; null: not drawn.
    place: Option<i32>,
    /// The inspector who is to go there, by the id of its pseudonym for this round; none: nobody may.
    inspector: Option<Uuid>,
}

/// How far a round has come.
#[derive(Serialize, ToSchema)]
pub struct CoverageOut {
    /// By kind of point and district.
    items: Vec<StratumOut>,
}

/// How far a round has come in one stratum.
#[derive(Serialize, ToSchema)]
pub struct StratumOut {
    /// Kind of check point.
    kind: String,
    /// District.
    district: Option<String>,
    /// Points drawn.
    drawn: i64,
    /// Of those, reported on.
    visited: i64,
    /// Of those, with nothing wrong.
    clean: i64,
    /// Not visited, and said to be out of reach.
    unable: i64,
    /// Drawn, but nobody may be sent there.
    unassigned: i64,
    /// Faults found.
    findings: i64,
}

fn quotas(quotas: Vec<Quota>) -> Vec<QuotaOut> {
    let quota = |quota: Quota| QuotaOut {
        kind: quota.kind,
        district: quota.district,
        count: quota.count,
    };
    quotas.into_iter().map(quota).collect()
}

impl From<Round> for RoundOut {
    fn from(round: Round) -> Self {
        let plan = round.plan;
        Self {
            id: round.id,
            name: plan.name,
            mode: plan.mode.as_str(),
            purpose: plan.purpose,
            state: round.state.as_str(),
            starts_at: plan.starts_at,
            ends_at: plan.ends_at,
            release_at: plan.release_at,
            coverage: plan.coverage.as_str(),
            quotas: quotas(plan.quotas),
            drawn_at: round.drawn_at,
            released_at: round.released_at,
        }
    }
}

impl From<Page<Round>> for RoundPageOut {
    fn from(page: Page<Round>) -> Self {
        let page = page.map(RoundOut::from);
        Self {
            items: page.items,
            next_cursor: page.next_cursor,
        }
    }
}

impl From<Draw> for RoundDrawOut {
    fn from(draw: Draw) -> Self {
        let point = |point: RoundPoint| RoundPointOut {
            point: point.candidate.point_id,
            kind: point.candidate.kind,
            district: point.candidate.district,
            place: point.place,
            inspector: point.account_id,
        };
        Self {
            round: draw.round.id,
            seed: draw.round.seed.map(|seed| seed.to_string()),
            coverage: draw.round.plan.coverage.as_str(),
            quotas: quotas(draw.round.plan.quotas),
            points: draw.points.into_iter().map(point).collect(),
            reproduced: draw.reproduced,
        }
    }
}

impl From<Vec<StratumCoverage>> for CoverageOut {
    fn from(strata: Vec<StratumCoverage>) -> Self {
        let stratum = |it: StratumCoverage| StratumOut {
            kind: it.kind,
            district: it.district,
            drawn: it.drawn,
            visited: it.visited,
            clean: it.clean,
            unable: it.unable,
            unassigned: it.unassigned,
            findings: it.findings,
        };
        Self {
            items: strata.into_iter().map(stratum).collect(),
        }
    }
}
