//! Statistics (统计): how many filed tickets there are by district, unit, item and time, of those that the caller's units lead.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::db::{self, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::text::Text;
use crate::domain::ticket::tally::{Dimension, Tally, TallyFilter, TallyKey};
use crate::domain::unit::Unit;
use crate::services::error::{Code, Error, Result};
use crate::services::reference::CITY_ZONE;
use crate::services::state::Services;
use crate::services::ticket::inbox::bounds;

/// Groups that one answer holds.
const MOST_GROUPS: usize = 20_000;

/// What to count.
#[derive(Debug, Clone)]
pub struct StatisticsQuery {
    /// By what; empty: everything together.
    pub by: Vec<Dimension>,
    /// Filed on this day or later; a year ago when not given.
    pub from: Option<Date>,
    /// Filed on this day or earlier; today when not given.
    pub to: Option<Date>,
    /// Code of a district.
    pub district: Option<String>,
    /// Code of a unit: led by it or by one below it.
    pub unit: Option<String>,
    /// Code of an item.
    pub item: Option<String>,
}

/// What was counted.
#[derive(Debug)]
pub struct Statistics {
    /// The instant that "overdue" is as of.
    pub as_of: Timestamp,
    /// The first day of filing that is counted.
    pub from: Date,
    /// The last one.
    pub to: Date,
    /// The groups, in the order of time, district, unit and item.
    pub rows: Vec<StatisticsRow>,
}

/// A group of tickets.
#[derive(Debug)]
pub struct StatisticsRow {
    /// What they have in common.
    pub key: TallyKey,
    /// The lead unit, where it is counted by that.
    pub unit: Option<Unit>,
    /// How many.
    pub tally: Tally,
}

/// Counts.
///
/// # Errors
/// `invalid_query` for days of an item, of which months are kept, and for more groups than anybody draws.
pub async fn statistics(
    svc: &Services,
    actor: &Actor,
    query: StatisticsQuery,
) -> Result<Statistics> {
    require(actor, Action::CountTickets)?;
    let now = svc.now();
    let zone = TimeZone::get(CITY_ZONE).map_err(anyhow::Error::from)?;
    let of_items = query.by.contains(&Dimension::Item) || query.item.is_some();
    if of_items && query.by.contains(&Dimension::Day) {
        return Err(Error::with_detail(
            Code::InvalidQuery,
            Text::new(
                "按项目统计以月为单位，不能按日",
                "items are counted by month, not by day",
            ),
        ));
    }
    let to = query.to.unwrap_or_else(|| now.to_zoned(zone).date());
    let from = query
        .from
        .unwrap_or_else(|| to.saturating_sub(jiff::Span::new().years(1)));
    // Of items whole months are kept.
    let (from, to) = match of_items {
        true => (from.first_of_month(), to.last_of_month()),
        false => (from, to),
    };
    let mut conn = svc.conn().await?;
    let filter = TallyFilter {
        from,
        to,
        district: query.district,
        units: led_by(&mut conn, actor, query.unit.as_deref()).await?,
        item: query.item,
    };
    let limit = i64::try_from(MOST_GROUPS)
        .unwrap_or(i64::MAX)
        .saturating_add(1);
    let groups = db::ticket::tally::count(&mut conn, &query.by, &filter, now, limit).await?;
    if groups.len() > MOST_GROUPS {
        return Err(Error::with_detail(
            Code::InvalidQuery,
            Text::new(
                format!("超过 {MOST_GROUPS} 组，请缩小范围"),
                format!("more than {MOST_GROUPS} groups: narrow it"),
            ),
        ));
    }
    let reference = svc.reference.current(&mut conn).await?;
    let rows = groups.into_iter().map(|(key, tally)| StatisticsRow {
        unit: key.unit.and_then(|id| reference.units.get(id).cloned()),
        key,
        tally,
    });
    Ok(Statistics {
        as_of: now,
        from,
        to,
        rows: rows.collect(),
    })
}

/// The units whose tickets the caller is told of, within those asked for; none: every unit.
pub(super) async fn led_by(
    conn: &mut Conn,
    actor: &Actor,
    asked: Option<&str>,
) -> Result<Option<Vec<Uuid>>> {
    let bounds = bounds(conn, actor, asked).await?.into_iter();
    Ok(bounds.reduce(|units, within| {
        let units = units.into_iter();
        units.filter(|unit| within.contains(unit)).collect()
    }))
}

/// Folds what was counted lately into the tallies.
///
/// # Errors
/// `unavailable` when the database does not answer.
pub async fn fold_tallies(svc: &Services) -> Result<()> {
    let mut conn = svc.conn().await?;
    let folded = db::ticket::tally::fold(&mut conn).await?;
    tracing::debug!(folded, "tallies folded");
    Ok(())
}
