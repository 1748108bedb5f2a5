//! The overdue list as of an instant (超期未结清单): of a past one as it was known then, the same whenever it is asked for; of a later one
//! as a forecast of what will be overdue if nothing happens.

use std::ops::RangeInclusive;

use futures_util::Stream;
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::settle::settle;
use crate::db;
use crate::db::ticket::overdue::{AsOf, OverdueFilter, page};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::page::{InvalidCursor, MAX_LIMIT, Page, decode_cursor};
use crate::domain::text::Text;
use crate::domain::ticket::overdue::{DayKind, DueTicket, Lateness, LatenessMeter};
use crate::services::error::{Code, Error, Result};
use crate::services::reference::cache::Reference;
use crate::services::state::Services;

/// What to pull.
#[derive(Debug, Clone)]
pub struct OverdueQuery {
    /// Instant; none is now.
    pub as_of: Option<Timestamp>,
    /// Code of a district.
    pub district: Option<String>,
    /// Code of a unit: led by it or by one below it.
    pub unit: Option<String>,
    /// Code of an item.
    pub item: Option<String>,
    /// 督办级别.
    pub level: Option<u32>,
    /// Name of a sponsor (包保领导) of the place.
    pub sponsor: Option<String>,
    /// So many whole days late, of this kind.
    pub days_late: Option<(DayKind, RangeInclusive<i64>)>,
    /// Where to go on.
    pub cursor: Option<String>,
    /// Most rows on a page.
    pub limit: u32,
}

/// A page of the list.
#[derive(Debug)]
pub struct Pull {
    /// The instant it is as of.
    pub as_of: Timestamp,
    /// The instant lies in the future: what will be overdue if nothing happens.
    pub forecast: bool,
    /// Rows, longest overdue first.
    pub page: Page<OverdueRow>,
}

/// An overdue ticket.
#[derive(Debug)]
pub struct OverdueRow {
    /// The ticket, as it was known.
    pub ticket: DueTicket,
    /// Name of its item.
    pub item_name: Text,
    /// How late it is.
    pub late: Lateness,
}

/// Order of the list, and the instants that the first page was pulled for.
#[derive(Serialize, Deserialize)]
struct Key {
    known_at: Timestamp,
    as_of: Timestamp,
    due_at: Timestamp,
    id: Uuid,
}

/// A forecast further ahead than this says nothing.
const FORECAST_WITHIN: SignedDuration = SignedDuration::from_hours(2 * 366 * 24);

impl Key {
    fn as_of(&self, now: Timestamp) -> Result<AsOf> {
        let made_up = self.known_at > now
            || self.known_at > self.as_of
            || self.known_at < Timestamp::UNIX_EPOCH
            || self.due_at < Timestamp::UNIX_EPOCH
            || self.as_of.duration_since(self.known_at) > FORECAST_WITHIN;
        if made_up {
            return Err(InvalidCursor.into());
        }
        Ok(AsOf {
            known_at: self.known_at,
            overdue_at: self.as_of,
        })
    }
}

/// A page of the list.
///
/// # Errors
/// `invalid_query` for an instant that says nothing, `list_cursor_invalid`.
pub async fn pull(svc: &Services, actor: &Actor, query: &OverdueQuery) -> Result<Pull> {
    require(actor, Action::ReadOverdue)?;
    let key: Option<Key> = query.cursor.as_deref().map(decode_cursor).transpose()?;
    let now = svc.now();
    let as_of = match &key {
        Some(key) => key.as_of(now)?,
        None => instant(query.as_of, now)?,
    };
    let mut conn = svc.conn().await?;
    if key.is_none() {
        settle(&mut conn).await?;
    }
    let reference = svc.reference.current(&mut conn).await?;
    let filter = OverdueFilter {
        units: match &query.unit {
            Some(code) => Some(db::unit::subtree_of_code(&mut conn, code).await?),
            None => None,
        },
        district: query.district.clone(),
        item: query.item.clone(),
        level: query.level,
        sponsor: query.sponsor.clone(),
    };
    let wanted = usize::try_from(query.limit).unwrap_or(usize::MAX);
    // How late a ticket is in work time hangs on its unit's calendar: such a list is read in parts until there are enough.
    let part = match query.days_late {
        Some(_) => query.limit.max(MAX_LIMIT),
        None => query.limit.saturating_add(1),
    };
    let mut after = key.map(|key| (key.due_at, key.id));
    let mut rows = Vec::new();
    let mut meter = LatenessMeter::new(as_of.overdue_at);
    loop {
        let tickets = page(&mut conn, as_of, &filter, after, part.into()).await?;
        let is_last = tickets.len() < usize::try_from(part).unwrap_or(usize::MAX);
        after = tickets.last().map(|ticket| (ticket.due.at, ticket.id));
        for ticket in tickets {
            let row = row(&reference, ticket, &mut meter)?;
            if is_in(query, &row) {
                rows.push(row);
            }
        }
        if is_last || rows.len() > wanted {
            break;
        }
    }
    let page = Page::cut(rows, query.limit, |row| Key {
        known_at: as_of.known_at,
        as_of: as_of.overdue_at,
        due_at: row.ticket.due.at,
        id: row.ticket.id,
    });
    Ok(Pull {
        as_of: as_of.overdue_at,
        forecast: as_of.overdue_at > as_of.known_at,
        page,
    })
}

/// The whole list, page by page, as of one instant: memory for one page, no cap.
pub fn pages(svc: Services, actor: Actor, query: OverdueQuery) -> impl Stream<Item = Result<Pull>> {
    stream::try_unfold(Some(query), move |state| {
        let (svc, actor) = (svc.clone(), actor.clone());
        async move {
            let Some(mut query) = state else {
                return Ok(None);
            };
            let pull = pull(&svc, &actor, &query).await?;
            let next = pull.page.next_cursor.clone().map(|cursor| {
                query.cursor = Some(cursor);
                query
            });
            Ok(Some((pull, next)))
        }
    })
}

/// The instants to ask for.
fn instant(as_of: Option<Timestamp>, now: Timestamp) -> Result<AsOf> {
    let overdue_at = as_of.unwrap_or(now);
    if now.duration_until(overdue_at) > FORECAST_WITHIN {
        return Err(Error::with_detail(
            Code::InvalidQuery,
            Text::new("as_of 最多为两年后", "as_of is at most two years ahead"),
        ));
    }
    if overdue_at < Timestamp::UNIX_EPOCH {
        return Err(Error::with_detail(
            Code::InvalidQuery,
            Text::new("as_of 不能早于 1970 年", "as_of is not before 1970"),
        ));
    }
    Ok(AsOf {
        known_at: overdue_at.min(now),
        overdue_at,
    })
}

fn row(reference: &Reference, ticket: DueTicket, meter: &mut LatenessMeter) -> Result<OverdueRow> {
    let calendar = reference.calendar(ticket.lead.as_ref().map(|lead| lead.id));
    Ok(OverdueRow {
        late: meter.measure(&ticket, &calendar),
        item_name: reference.item_name(&ticket.item)?,
        ticket,
    })
}

fn is_in(query: &OverdueQuery, row: &OverdueRow) -> bool {
    let days_late = query.days_late.as_ref();
    days_late.is_none_or(|(kind, days)| days.contains(&row.late.days(*kind)))
}
