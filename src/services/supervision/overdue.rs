//! The overdue list as of an instant (超期未结清单): now, or later as a forecast of what will be overdue if nothing happens.

use futures_util::Stream;
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db;
use crate::db::ticket::TicketScope;
use crate::db::ticket::list::{TicketFilter, overdue_page};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::calendar::WorkCalendar;
use crate::domain::page::{InvalidCursor, Page, decode_cursor};
use crate::domain::text::Text;
use crate::domain::ticket::projection::TicketRecord;
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;
use crate::services::ticket::record::complete;

/// What to pull.
#[derive(Debug, Clone, Default)]
pub struct OverdueQuery {
    /// Instant; none is now.
    pub as_of: Option<Timestamp>,
    /// Code of a district.
    pub district: Option<String>,
    /// Code of a unit: led by it or by one below it.
    pub unit: Option<String>,
    /// Code of an item.
    pub item: Option<String>,
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
    /// The ticket with what belongs to it.
    pub record: TicketRecord,
    /// The deadline it missed.
    pub due_at: Timestamp,
    /// Beyond the loaded calendar.
    pub provisional: bool,
    /// How late, on the wall clock, in seconds.
    pub late_s: i64,
    /// How late, in work time, in seconds: it does not grow over a holiday.
    pub late_work_s: i64,
}

/// Order of the list, and the instant that the first page was pulled for.
#[derive(Serialize, Deserialize)]
struct Key {
    as_of: Timestamp,
    forecast: bool,
    due_at: Timestamp,
    id: Uuid,
}

/// How long after its first page a list may still be read on as of that instant.
const READ_ON_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// A forecast further ahead than this says nothing.
const FORECAST_WITHIN: SignedDuration = SignedDuration::from_hours(2 * 366 * 24);

impl Key {
    /// The instant of the first page, and whether that was a forecast.
    fn instant(&self, now: Timestamp) -> Result<(Timestamp, bool)> {
        let age = self.as_of.duration_until(now);
        if age > READ_ON_WITHIN || age < -FORECAST_WITHIN || self.due_at < Timestamp::UNIX_EPOCH {
            return Err(InvalidCursor.into());
        }
        Ok((self.as_of, self.forecast))
    }
}

/// A page of the list.
///
/// # Errors
/// `as_of_in_past` for a past instant, `list_cursor_invalid`.
pub async fn pull(svc: &Services, actor: &Actor, query: &OverdueQuery) -> Result<Pull> {
    require(actor, Action::ReadOverdue)?;
    let key: Option<Key> = query.cursor.as_deref().map(decode_cursor).transpose()?;
    let now = svc.now();
    let (as_of, forecast) = match &key {
        Some(key) => key.instant(now)?,
        None => instant(query.as_of, now)?,
    };
    let mut conn = svc.conn().await?;
    let units = match &query.unit {
        Some(code) => Some(db::unit::subtree_of_code(&mut conn, code).await?),
        None => None,
    };
    let filter = TicketFilter {
        units,
        district: query.district.clone(),
        item: query.item.clone(),
        overdue_at: Some(as_of),
        ..TicketFilter::default()
    };
    let after = key.map(|key| (key.due_at, key.id));
    let limit = i64::from(query.limit) + 1;
    let rows = overdue_page(&mut conn, &TicketScope::All, &filter, after, limit).await?;
    let page = Page::cut(rows, query.limit, |ticket| Key {
        as_of,
        forecast,
        due_at: ticket.clock.as_ref().map_or(as_of, |clock| clock.due.at),
        id: ticket.id,
    });
    let mut items = Vec::with_capacity(page.items.len());
    let reference = svc.reference.current(&mut conn).await?;
    for record in complete(&reference, &conn, &TicketScope::All, page.items).await? {
        let lead = record.ticket.lead.as_ref().map(|lead| lead.id);
        let calendar = reference.calendar(lead);
        items.extend(row(record, &calendar, as_of));
    }
    Ok(Pull {
        as_of,
        forecast,
        page: Page {
            items,
            next_cursor: page.next_cursor,
        },
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

/// The instant asked for, and whether it lies in the future.
fn instant(as_of: Option<Timestamp>, now: Timestamp) -> Result<(Timestamp, bool)> {
    match as_of {
        None => Ok((now, false)),
        Some(as_of) if now.duration_until(as_of) > FORECAST_WITHIN => Err(Error::with_detail(
            Code::InvalidQuery,
            Text::new("as_of 最多为两年后", "as_of is at most two years ahead"),
        )),
        Some(as_of) if as_of > now => Ok((as_of, true)),
        Some(as_of) if as_of == now => Ok((now, false)),
        Some(_) => Err(Error::with_detail(
            Code::AsOfInPast,
            Text::new(
                "as_of 只能是现在或将来；不填即为现在",
                "as_of must be now or later; leave it out for now",
            ),
        )),
    }
}

/// How late a ticket is: until the instant, or until it was submitted where that came too late.
fn row(record: TicketRecord, calendar: &WorkCalendar, as_of: Timestamp) -> Option<OverdueRow> {
    let due = record.ticket.clock.as_ref()?.due;
    let until = match (record.ticket.submitted_at, record.ticket.photos_due_at) {
        (Some(_), Some(photos_due_at)) if photos_due_at < as_of => as_of,
        (Some(submitted_at), _) => submitted_at.min(as_of),
        (None, _) => as_of,
    };
    Some(OverdueRow {
        late_s: due.at.duration_until(until).as_secs(),
        late_work_s: calendar.work_time_between(due.at, until).as_secs(),
        due_at: due.at,
        provisional: due.provisional,
        record,
    })
}
