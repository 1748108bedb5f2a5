//! The lost-points list (失分项清单): every fault with the ticket that puts it right, point by point. The office reads all of it, a unit
//! what it answers for; what is sealed is the office's alone, like the round that it was found in.

use std::sync::Arc;

use futures_util::{Stream, stream};
use jiff::Timestamp;
use uuid::Uuid;

use crate::db::lost_point::{Lost, LostFilter, Place};
use crate::db::{self, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::{Actor, Role};
use crate::domain::deduction::{Ground, LostPoint};
use crate::domain::page::{InvalidCursor, Page, decode_cursor};
use crate::domain::round::{RoundMode, RoundState};
use crate::services::deduction::Scales;
use crate::services::error::{Code, Error, Result};
use crate::services::reference::cache::Reference;
use crate::services::state::Services;

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct LostPointsQuery {
    /// Seen in this round.
    pub round_id: Option<Uuid>,
    /// Code of a unit: led by it or by one below it.
    pub unit: Option<String>,
    /// Code of a district.
    pub district: Option<String>,
    /// Where to go on.
    pub cursor: Option<String>,
    /// Most rows.
    pub limit: u32,
}

/// A page of lost points, those first that were listed first.
///
/// # Errors
/// `forbidden`; `not_found` for a round that is not there, or that a unit may not know of yet; `list_cursor_invalid`.
pub async fn list(
    svc: &Services,
    actor: &Actor,
    query: &LostPointsQuery,
) -> Result<Page<LostPoint>> {
    require(actor, Action::ReadLostPoints)?;
    let after: Option<Place> = query.cursor.as_deref().map(decode_cursor).transpose()?;
    if after.is_some_and(|(at, _)| at < Timestamp::UNIX_EPOCH) {
        return Err(InvalidCursor.into());
    }
    let mut conn = svc.conn().await?;
    if let Some(id) = query.round_id {
        check_round(&mut conn, actor, id).await?;
    }
    let filter = LostFilter {
        round_id: query.round_id,
        units: units(&mut conn, actor, query.unit.as_deref()).await?,
        district: query.district.clone(),
    };
    let limit = i64::from(query.limit) + 1;
    let rows = db::lost_point::page(&mut conn, &filter, after, limit).await?;
    let scales = Scales::read(&mut conn).await?;
    let now = svc.now();
    let page = Page::cut(rows, query.limit, |lost| {
        (lost.ticket.listed_at, lost.ticket.id)
    });
    Ok(page.map(|lost| priced(lost, &scales, actor.role.is_office(), now)))
}

/// The whole list, page by page: memory for one page, no cap.
pub fn pages(
    svc: Services,
    actor: Actor,
    query: LostPointsQuery,
) -> impl Stream<Item = Result<Page<LostPoint>>> {
    stream::try_unfold(Some(query), move |state| {
        let (svc, actor) = (svc.clone(), actor.clone());
        async move {
            let Some(mut query) = state else {
                return Ok(None);
            };
            let page = list(&svc, &actor, &query).await?;
            let next = page.next_cursor.clone().map(|cursor| {
                query.cursor = Some(cursor);
                query
            });
            Ok(Some((page, next)))
        }
    })
}

/// A unit knows of a round once it is released, or at once when it is announced.
async fn check_round(conn: &mut Conn, actor: &Actor, id: Uuid) -> Result<()> {
    let round = db::round::find(conn, id).await?;
    let known = round.is_some_and(|round| {
        let planned = matches!(round.state, RoundState::Draft | RoundState::Sealed);
        let sealed = round.plan.mode == RoundMode::Covert && round.state == RoundState::Running;
        actor.role.is_office() || !(planned || sealed)
    });
    known
        .then_some(())
        .ok_or_else(|| Error::new(Code::NotFound))
}

/// The units whose lost points are asked for: of an officer's never more than its own and those below.
async fn units(conn: &mut Conn, actor: &Actor, code: Option<&str>) -> Result<Option<Vec<Uuid>>> {
    let asked = match code {
        Some(code) => Some(db::unit::subtree_of_code(conn, code).await?),
        None => None,
    };
    if actor.role != Role::Officer {
        return Ok(asked);
    }
    let own = actor.unit.as_ref().map(|unit| unit.subtree.clone());
    let mut own = own.unwrap_or_default();
    if let Some(asked) = asked {
        own.retain(|unit| asked.contains(unit));
    }
    Ok(Some(own))
}

fn priced(lost: Lost, scales: &Scales, office: bool, now: Timestamp) -> LostPoint {
    let ground = Ground::of(&lost.ticket, now);
    LostPoint {
        deduction: ground.map(|ground| {
            let points = scales.points(lost.source, ground, lost.ticket.listed_at);
            (ground, points)
        }),
        ticket: lost.ticket,
        source: lost.source,
        round_id: lost.round_id.filter(|_| office),
        criteria: lost.criteria,
    }
}

/// The names of what lost points refer to.
///
/// # Errors
/// `unavailable` when the database does not answer.
pub async fn names(svc: &Services) -> Result<Arc<Reference>> {
    let mut conn = svc.conn().await?;
    svc.reference.current(&mut conn).await
}
