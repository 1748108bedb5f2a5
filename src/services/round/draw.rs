//! Drawing a round (随机抽点): its points by lot, and who goes where. With the draw it is sealed: from here on nothing of it changes.

use std::collections::{HashMap, HashSet};

use jiff::SignedDuration;
use uuid::Uuid;

use super::{lock, only_in};
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::check_point::CheckPoint;
use crate::domain::draw::Seed;
use crate::domain::round::{self, Candidate, Round, RoundPoint, RoundState};
use crate::services::error::{Code, Error, Result};
use crate::services::pseudonym;
use crate::services::queue::{self, JobKind};
use crate::services::reference::cache::Reference;
use crate::services::report::as_stored;
use crate::services::state::Services;

/// A draw with all that it takes to repeat it.
#[derive(Debug, Clone)]
pub struct Draw {
    /// The round.
    pub round: Round,
    /// What it was made of, those drawn first in their order, with who goes there under the pseudonym for the round.
    pub points: Vec<RoundPoint>,
    /// Whether the seed, tried again just now, draws the same points in the same order.
    pub reproduced: bool,
}

/// Draws the points of a draft and seals it.
///
/// # Errors
/// `forbidden`; `not_found`; `wrong_state` unless it is a draft; `nothing_to_draw` when no point is left to draw.
pub async fn draw(svc: &Services, actor: &Actor, id: Uuid) -> Result<Draw> {
    require(actor, Action::PlanRounds)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        db::feed::hold_readers(conn).await?;
        let mut round = lock(conn, id).await?;
        only_in(&round, &[RoundState::Draft])?;
        let reference = svc.reference.current(conn).await?;
        let points = db::check_point::list(conn, None, None, u32::MAX).await?;
        let candidates = candidates(svc, conn, &reference, &points).await?;
        let seed = Seed(rand::random());
        let plan = &round.plan;
        let drawn = round::draw(seed, plan.coverage, &plan.quotas, &candidates);
        if drawn.is_empty() {
            return Err(Error::new(Code::NothingToDraw));
        }
        let visitors = db::round::visitors(conn).await?;
        let owners = owners(&reference, &points, &candidates);
        let sent = round::share_out(seed, &drawn, &visitors, |point| {
            owners.get(&point).cloned().unwrap_or_default()
        });
        let places: HashMap<Uuid, i32> = drawn.iter().copied().zip(1..).collect();
        let points = candidates.into_iter().map(|candidate| RoundPoint {
            place: places.get(&candidate.point_id).copied(),
            account_id: sent.get(&candidate.point_id).copied(),
            candidate,
        });
        db::round::insert_points(conn, id, &points.collect::<Vec<_>>()).await?;
        let now = svc.now();
        round.seed = Some(seed);
        round.drawn_at = Some(as_stored(now));
        round.state = RoundState::Sealed;
        db::round::update(conn, &round).await?;
        let start = JobKind::StartRound { round_id: id };
        queue::enqueue_at(conn, id, round.plan.starts_at, now, &start).await?;
        tried_again(conn, round).await
    })
    .await
}

/// The points that can be drawn: in force, not visited lately, and not drawn for the last round, as far as policies say.
async fn candidates(
    svc: &Services,
    conn: &mut Conn,
    reference: &Reference,
    points: &[CheckPoint],
) -> Result<Vec<Candidate>> {
    let policies = &reference.policies;
    let pause = SignedDuration::from_hours(24 * i64::from(policies.round_revisit_after_days));
    let visited = db::round::visited_since(conn, svc.now() - pause).await?;
    let mut left_out: HashSet<Uuid> = visited.into_iter().collect();
    if policies.round_skips_last {
        left_out.extend(db::round::drawn_last(conn).await?);
    }
    let districts = &reference.areas.districts;
    let candidates = points.iter().filter(|point| !left_out.contains(&point.id));
    Ok(candidates
        .map(|point| Candidate {
            point_id: point.id,
            kind: point.kind.clone(),
            district: districts
                .candidates_within(point.point, 0.0)
                .first()
                .and_then(|near| reference.areas.district(near.idx))
                .map(|(code, _)| code.to_owned()),
        })
        .collect())
}

/// The units whose places the points are, by their lineages: the point's owner, and its district's office.
fn owners(
    reference: &Reference,
    points: &[CheckPoint],
    candidates: &[Candidate],
) -> HashMap<Uuid, Vec<Vec<Uuid>>> {
    let owner_of: HashMap<Uuid, Uuid> = points
        .iter()
        .filter_map(|point| Some((point.id, point.owner_unit_id?)))
        .collect();
    let owners = candidates.iter().map(|candidate| {
        let owner = owner_of.get(&candidate.point_id);
        let owner = owner.and_then(|id| reference.units.get(*id));
        let district = candidate.district.as_ref();
        let office = district.and_then(|code| reference.units.district_office(code));
        let units = owner.into_iter().chain(office);
        let lineages = units.map(|unit| unit.lineage.clone()).collect();
        (candidate.point_id, lineages)
    });
    owners.collect()
}

/// Reads a draw, for those who planned it; once the round has started, for the auditor as well.
///
/// # Errors
/// `forbidden`; `not_found` for a round that is not drawn, or sealed before the caller.
pub async fn read_draw(svc: &Services, actor: &Actor, id: Uuid) -> Result<Draw> {
    require(actor, Action::ReadRoundDraws)?;
    let mut conn = svc.conn().await?;
    let round = db::round::find(&mut conn, id).await?.filter(|round| {
        let is_planner = require(actor, Action::PlanRounds).is_ok();
        round.seed.is_some() && (is_planner || round.state != RoundState::Sealed)
    });
    let round = round.ok_or_else(|| Error::new(Code::NotFound))?;
    tried_again(&mut conn, round).await
}

/// Tries the draw of a round again, for who has the database itself.
///
/// # Errors
/// `not_found` for a round that is not drawn.
pub async fn verify(svc: &Services, id: Uuid) -> Result<Draw> {
    let mut conn = svc.conn().await?;
    let round = db::round::find(&mut conn, id).await?;
    let round = round.filter(|round| round.seed.is_some());
    let round = round.ok_or_else(|| Error::new(Code::NotFound))?;
    tried_again(&mut conn, round).await
}

async fn tried_again(conn: &mut Conn, round: Round) -> Result<Draw> {
    let mut points = db::round::points(conn, round.id).await?;
    pseudonym::name_visitors(conn, round.id, &mut points).await?;
    let drawn = points.iter().filter(|point| point.place.is_some());
    let drawn: Vec<Uuid> = drawn.map(|point| point.candidate.point_id).collect();
    let candidates: Vec<Candidate> = points.iter().map(|it| it.candidate.clone()).collect();
    let plan = &round.plan;
    let again = round
        .seed
        .map(|seed| round::draw(seed, plan.coverage, &plan.quotas, &candidates));
    Ok(Draw {
        reproduced: again.as_ref() == Some(&drawn),
        round,
        points,
    })
}
