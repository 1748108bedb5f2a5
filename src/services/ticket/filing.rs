//! Filing (立案): number, lead unit, cooperating units, clock. By rule when nothing is in doubt, else by a clerk.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::trail;
use crate::db::ticket::assignment::{self, Cooperating};
use crate::db::{self, Conn};
use crate::domain::calendar::Limit;
use crate::domain::catalogue::FilingCondition;
use crate::domain::ticket::machine::Command;
use crate::domain::ticket::routing::UnitRef;
use crate::domain::ticket::{Filing, Ticket};
use crate::services::error::Result;
use crate::services::policy;
use crate::services::reference::CITY_ZONE;
use crate::services::state::Services;

/// Files a ticket about which nothing is in doubt, in the transaction that made it.
pub(in crate::services) async fn by_rule(
    svc: &Services,
    conn: &mut Conn,
    ticket: &mut Ticket,
    condition: &FilingCondition,
    unit: UnitRef,
    now: Timestamp,
) -> Result<()> {
    let before = ticket.state;
    let rev = ticket.rev;
    apply(svc, conn, ticket, condition, unit, now).await?;
    ticket.rev = rev; // Nobody has seen the ticket before this.
    db::ticket::update(conn, ticket).await?;
    trail::by_system(conn, ticket, Command::File, before, now).await
}

/// Gives the ticket what filing decides. The caller writes it back.
pub(in crate::services) async fn apply(
    svc: &Services,
    conn: &mut Conn,
    ticket: &mut Ticket,
    condition: &FilingCondition,
    unit: UnitRef,
    now: Timestamp,
) -> Result<()> {
    let policies = policy::current(conn).await?;
    let limit = Limit::new(
        condition.limit_value,
        condition.limit_unit,
        policies.work_day_counting,
    )
    .map_err(anyhow::Error::from)?;
    let calendar = svc.reference.calendar(conn, Some(unit.id)).await?;
    let cooperating = cooperating(conn, ticket, condition).await?;
    assignment::assign(conn, ticket.id, (unit.id, &unit.name), &cooperating, now).await?;
    let filing = Filing {
        number: number(conn, now).await?,
        condition: condition.clone(),
        limit,
        lead: unit,
    };
    ticket.file(filing, &calendar, now);
    Ok(())
}

/// 台账编号: the year in the city, and a running number that never starts again.
async fn number(conn: &mut Conn, now: Timestamp) -> Result<String> {
    let zone = TimeZone::get(CITY_ZONE).map_err(anyhow::Error::from)?;
    let year = now.to_zoned(zone).year();
    let running = db::ticket::next_number(conn).await?;
    Ok(format!("{year}-{running:06}"))
}

/// The condition's cooperating subjects as units of the ticket's district; those that are no unit stay as text.
pub(in crate::services) async fn cooperating(
    conn: &mut Conn,
    ticket: &Ticket,
    condition: &FilingCondition,
) -> Result<Vec<Cooperating>> {
    let mut parties = Vec::new();
    for subject in &condition.cooperating {
        let unit = match &ticket.district {
            Some(district) => db::unit::find_subject_unit(conn, &district.code, subject).await?,
            None => None,
        };
        parties.push(match unit {
            Some(unit) => Cooperating {
                unit_id: Some(unit.id),
                name: unit.name_zh,
            },
            None => Cooperating {
                unit_id: None,
                name: subject.clone(),
            },
        });
    }
    Ok(parties)
}
