//! Inspection rounds (督查批次): which points are visited, drawn by lot from strata of kind and district, and when what was found
//! there may be known. A covert round is sealed until its release.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::draw::Seed;
use super::ticket::command::UnknownWord;

/// Longest name and purpose, in characters.
pub const MAX_TEXT_CHARS: usize = 500;
/// Most quotas of a round.
pub const MAX_QUOTAS: usize = 200;

/// Whether the inspected are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundMode {
    /// 暗访: findings are sealed until the release.
    Covert,
    /// 明察.
    Announced,
}

/// Which points of a stratum are visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// 随机抽查: as many as the quota says.
    Random,
    /// 全面抽查: all.
    Full,
}

/// Where a round stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundState {
    /// 草案: can still be changed.
    Draft,
    /// 已封存: drawn; nobody but its planners knows of it.
    Sealed,
    /// 进行中: each inspector knows of its own points.
    Running,
    /// 已解封: what was found is known to units.
    Released,
    /// 已结束.
    Closed,
}

macro_rules! words {
    ($name:ident: $($variant:ident = $word:literal),+) => {
        impl $name {
            /// The word used in the API and in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord(word.to_owned())),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words!(RoundMode: Covert = "covert", Announced = "announced");
words!(Coverage: Random = "random", Full = "full");
words!(RoundState: Draft = "draft", Sealed = "sealed", Running = "running", Released = "released", Closed = "closed");

/// How many points of a stratum are to be visited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// Kind of check point.
    pub kind: String,
    /// District; none: the whole city is one stratum.
    pub district: Option<String>,
    /// How many; without meaning where all are visited.
    pub count: u32,
}

impl Quota {
    fn covers(&self, point: &Candidate) -> bool {
        let in_district = |district| Some(district) == point.district.as_ref();
        self.kind == point.kind && self.district.as_ref().is_none_or(in_district)
    }
}

/// What a supervisor plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundPlan {
    /// Name.
    pub name: String,
    /// Whether the inspected are told.
    pub mode: RoundMode,
    /// What for.
    pub purpose: String,
    /// When inspectors learn of their points.
    pub starts_at: Timestamp,
    /// Until when they are to have been there.
    pub ends_at: Timestamp,
    /// When units learn of what was found; only of a covert round.
    pub release_at: Option<Timestamp>,
    /// Which points of a stratum are visited.
    pub coverage: Coverage,
    /// The strata. A point belongs to the first that covers it.
    pub quotas: Vec<Quota>,
}

/// A round.
#[derive(Debug, Clone)]
pub struct Round {
    /// Server-made, v4.
    pub id: Uuid,
    /// What is planned.
    pub plan: RoundPlan,
    /// Where it stands.
    pub state: RoundState,
    /// What its draw hangs on; none before.
    pub seed: Option<Seed>,
    /// Who planned it.
    pub created_by: Uuid,
    /// When.
    pub created_at: Timestamp,
    /// When its points were drawn.
    pub drawn_at: Option<Timestamp>,
    /// When units came to know of what was found.
    pub released_at: Option<Timestamp>,
}

/// A point that could be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The check point.
    pub point_id: Uuid,
    /// Its kind.
    pub kind: String,
    /// The district that it lies in.
    pub district: Option<String>,
}

/// A point of a draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundPoint {
    /// What it was drawn from.
    pub candidate: Candidate,
    /// Place in the draw, from 1; none: not drawn.
    pub place: Option<i32>,
    /// Who is to go there; none: nobody may.
    pub account_id: Option<Uuid>,
}

/// The points that a seed draws, in order: quota by quota, of each those whose lots come first.
pub fn draw(seed: Seed, coverage: Coverage, quotas: &[Quota], from: &[Candidate]) -> Vec<Uuid> {
    let mut strata: Vec<Vec<Uuid>> = vec![Vec::new(); quotas.len()];
    for point in from {
        let covering = quotas
            .iter()
            .zip(&mut strata)
            .find(|(quota, _)| quota.covers(point));
        if let Some((_, stratum)) = covering {
            stratum.push(point.point_id);
        }
    }
    let drawn = quotas.iter().zip(strata).flat_map(|(quota, stratum)| {
        let mut order = seed.order(stratum);
        if coverage == Coverage::Random {
            order.truncate(usize::try_from(quota.count).unwrap_or(usize::MAX));
        }
        order
    });
    drawn.collect()
}

/// An inspector who could be sent, with the units that are too close.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// The account.
    pub account_id: Uuid,
    /// Its own unit and those above it.
    pub lineage: Vec<Uuid>,
}

impl Visitor {
    /// Whether the inspector may be sent to a place of these units, each given by its lineage: its own unit is none of them, none above
    /// and none below.
    pub fn may_visit(&self, owners: &[Vec<Uuid>]) -> bool {
        let Some(own) = self.lineage.last() else {
            return true;
        };
        !owners.iter().any(|lineage| {
            lineage.contains(own)
                || lineage
                    .last()
                    .is_some_and(|unit| self.lineage.contains(unit))
        })
    }
}

/// Who goes where: each point in turn to the one who has fewest by then, ties by lot. A point that nobody may be sent to stays without.
pub fn share_out(
    seed: Seed,
    drawn: &[Uuid],
    visitors: &[Visitor],
    owners_of: impl Fn(Uuid) -> Vec<Vec<Uuid>>,
) -> HashMap<Uuid, Uuid> {
    let mut loads: HashMap<Uuid, u32> = HashMap::new();
    let mut sent = HashMap::new();
    for point in drawn {
        let owners = owners_of(*point);
        let may = visitors.iter().filter(|visitor| visitor.may_visit(&owners));
        let chosen = may.map(|visitor| visitor.account_id).min_by_key(|account| {
            let load = loads.get(account).copied().unwrap_or_default();
            (load, seed.lot(&format!("{point} {account}")))
        });
        if let Some(account) = chosen {
            let load = loads.entry(account).or_default();
            *load = load.saturating_add(1);
            sent.insert(*point, account);
        }
    }
    sent
}

/// How far a round has come, in one stratum of kind and district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StratumCoverage {
    /// Kind of check point.
    pub kind: String,
    /// District.
    pub district: Option<String>,
    /// Points drawn.
    pub drawn: i64,
    /// Of those, reported on.
    pub visited: i64,
    /// Of those, with nothing wrong in any report.
    pub clean: i64,
    /// Not visited, and said to be out of reach.
    pub unable: i64,
    /// Drawn, but nobody may be sent there.
    pub unassigned: i64,
    /// Faults found.
    pub findings: i64,
}

/// What a report of a round is held against: the round, as it stands while the report is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundStanding {
    /// The round.
    pub id: Uuid,
    /// Whether the inspected are told.
    pub mode: RoundMode,
    /// Where it stands.
    pub state: RoundState,
}

impl RoundStanding {
    /// Whether what is found now exists for no unit. Danger breaks the seal.
    pub fn seals(&self, danger: bool) -> bool {
        self.mode == RoundMode::Covert && self.state == RoundState::Running && !danger
    }
}
