//! Filing (立案): number, lead unit, cooperating units, clock. By rule when nothing is in doubt, else by a clerk.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::db::ticket::assignment::{self, Cooperating, Parties};
use crate::db::{self, Conn};
use crate::domain::calendar::Limit;
use crate::domain::catalogue::FilingCondition;
use crate::domain::ticket::routing::UnitRef;
use crate::domain::ticket::{Filing, Ticket};
use crate::services::error::Result;
use crate::services::reference::CITY_ZONE;
use crate::services::reference::cache::Reference;

/// Files a ticket for a clerk. The caller writes it back.
pub(super) async fn apply(
    reference: &Reference,
    conn: &mut Conn,
    ticket: &mut Ticket,
    condition: &FilingCondition,
    unit: UnitRef,
    now: Timestamp,
) -> Result<()> {
    let number = numbers(conn, 1, now).await?.pop();
    let number = number.ok_or_else(|| anyhow::anyhow!("a sequence without a next value"))?;
    let parties = decide(reference, ticket, condition, unit, number, now)?;
    assignment::assign(conn, ticket.id, &parties, now).await?;
    Ok(())
}

/// Gives the ticket what filing decides. The caller writes it, and its assignments.
pub(in crate::services) fn decide(
    reference: &Reference,
    ticket: &mut Ticket,
    condition: &FilingCondition,
    unit: UnitRef,
    number: String,
    now: Timestamp,
) -> Result<Parties> {
    let limit = Limit::new(
        condition.limit_value,
        condition.limit_unit,
        reference.policies.work_day_counting,
    )
    .map_err(anyhow::Error::from)?;
    let parties = Parties {
        cooperating: cooperating(reference, ticket, condition),
        lead: unit.clone(),
    };
    let calendar = reference.calendar(Some(unit.id));
    let filing = Filing {
        number,
        condition: condition.clone(),
        limit,
        lead: unit,
    };
    ticket.file(filing, &calendar, now);
    Ok(parties)
}

/// 台账编号: the year in the city, and a running number that never starts again.
pub(in crate::services) async fn numbers(
    conn: &mut Conn,
    count: usize,
    now: Timestamp,
) -> Result<Vec<String>> {
    let year = city_year(now)?;
    let running = db::ticket::next_numbers(conn, count).await?.into_iter();
    Ok(running.map(|n| format!("{year}-{n:06}")).collect())
}

/// The year in the city, for numbers that are written on paper.
pub(super) fn city_year(now: Timestamp) -> Result<i16> {
    Ok(city_time(now)?.year())
}

/// What clocks and calendars in the city show.
pub(in crate::services) fn city_time(now: Timestamp) -> Result<DateTime> {
    let zone = TimeZone::get(CITY_ZONE).map_err(anyhow::Error::from)?;
    Ok(zone.to_datetime(now))
}

/// The condition's cooperating subjects as units of the ticket's district; those that are no unit stay as text.
pub(super) fn cooperating(
    reference: &Reference,
    ticket: &Ticket,
    condition: &FilingCondition,
) -> Vec<Cooperating> {
    let district = ticket.district.as_ref();
    let party = |subject: &String| {
        let unit =
            district.and_then(|district| reference.units.subject_unit(&district.code, subject));
        Cooperating {
            unit_id: unit.map(|unit| unit.id),
            name: unit.map_or(subject, |unit| &unit.name_zh).clone(),
        }
    };
    condition.cooperating.iter().map(party).collect()
}
