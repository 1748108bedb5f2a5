//! Taking reports in, one or a run of them in a dozen statements. Idempotent by the report's id: the same content again
//! answers the same, other content under the same id is kept beside it and told.

use std::collections::HashMap;
use std::slice;

use futures_util::future::try_join;
use jiff::Timestamp;
use uuid::Uuid;

use super::intake::{self, OwnUnit, Stop};
use crate::db::reference::Stamps;
use crate::db::report::Sender;
use crate::db::{self, Conn, DbError};
use crate::domain::access::{Action, require};
use crate::domain::account::{Actor, Role};
use crate::domain::report::{NewReport, Report, Source};
use crate::services::error::{Code, Error, Result};
use crate::services::reference::cache::Reference;
use crate::services::state::Services;
use crate::services::ticket::routing::to_ref;
use crate::services::{round, sync, task};

/// What came of it.
#[derive(Debug)]
pub struct Created {
    /// The report as stored.
    pub report: Report,
    /// It was here already.
    pub repeated: bool,
}

/// What came of one report of a run.
#[derive(Debug)]
pub enum Outcome {
    /// It is stored, now or before.
    Stored(Box<Created>),
    /// Other content under a known id: kept under this id.
    Amended(Uuid),
    /// The id is another account's.
    Taken,
}

/// Why nothing of a run is stored.
#[derive(Debug)]
pub struct NotStored {
    /// The report that cannot be; none when it is no fault of any.
    pub index: Option<usize>,
    /// What is wrong with it.
    pub error: Error,
}

impl NotStored {
    /// The fault lies with this report.
    pub(super) fn at(index: usize) -> impl Fn(Error) -> Self {
        move |error| Self {
            index: Some(index),
            error,
        }
    }
}

impl From<Error> for NotStored {
    fn from(error: Error) -> Self {
        Self { index: None, error }
    }
}

impl From<DbError> for NotStored {
    fn from(error: DbError) -> Self {
        Error::from(error).into()
    }
}

/// Stores a report and makes its tickets.
///
/// # Errors
/// `report_amended` for other content under a known id, `id_taken` for an id in use by something else, `invalid` for an
/// unknown item, condition or check point.
pub async fn create(svc: &Services, actor: &Actor, report: NewReport) -> Result<Created> {
    require(actor, Action::CreateReport)?;
    let mut conn = svc.conn().await?;
    let stamps = db::transaction::begin_holding_readers(&mut conn, db::reference::stamps).await?;
    let outcomes = take(svc, &mut conn, actor, slice::from_ref(&report), stamps)
        .await
        .map_err(|not_stored| not_stored.error);
    let outcomes = sync::hold::end_and_release(svc, &mut conn, actor, outcomes).await?;
    match outcomes.into_iter().next() {
        Some(Outcome::Stored(created)) => Ok(*created),
        Some(Outcome::Amended(id)) => {
            Err(Error::new(Code::ReportAmended).member("amendment", id.to_string()))
        }
        Some(Outcome::Taken) => Err(Error::new(Code::IdTaken)),
        None => Err(anyhow::anyhow!("a report without an outcome").into()),
    }
}

/// Stores a run of reports of one account and makes their tickets, in the caller's transaction: all of it, or an error and
/// a transaction that must be rolled back. Answers the outcomes in the order of the reports. A report that comes twice in
/// the run is stored once.
///
/// # Errors
/// As [`create`], with the first report that cannot be stored.
pub async fn create_on(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    reports: &[NewReport],
) -> std::result::Result<Vec<Outcome>, NotStored> {
    require(actor, Action::CreateReport).map_err(Error::from)?;
    hand_in(svc, conn, actor, reports).await
}

/// The same for whoever may hand in reports by another way.
pub(in crate::services) async fn hand_in(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    reports: &[NewReport],
) -> std::result::Result<Vec<Outcome>, NotStored> {
    let ((), stamps) = try_join(db::feed::hold_readers(conn), db::reference::stamps(conn)).await?;
    take(svc, conn, actor, reports, stamps).await
}

/// The caller holds readers.
async fn take(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    reports: &[NewReport],
    stamps: Stamps,
) -> std::result::Result<Vec<Outcome>, NotStored> {
    let reference = svc.reference.as_of(conn, stamps).await?;
    let rounds = round::standing::hold(conn, actor, reports).await?;
    let sender = Sender {
        account_id: actor.account_id,
        device_id: actor.device_id,
        received_at: as_stored(svc.now()),
    };
    let source = source(&reference, actor);
    let own = own_unit(&reference, actor);
    let mut stops = Vec::with_capacity(reports.len());
    for (index, report) in reports.iter().enumerate() {
        let stop = Stop::read(&reference, &rounds, (source, own.as_ref()), report);
        stops.push(stop.map_err(NotStored::at(index))?);
    }
    let arrivals: Vec<_> = stops
        .iter()
        .map(|stop| (stop.report, stop.own_position))
        .collect();
    let mut unclaimed = db::report::insert(conn, &arrivals, sender, source).await?;
    let new: Vec<(usize, Stop<'_>)> = stops
        .into_iter()
        .enumerate()
        .filter(|(_, stop)| unclaimed.remove(&stop.report.id))
        .collect();
    let stored = intake::take_in(&reference, conn, actor, &new, sender.received_at).await?;
    for (_, stop) in &new {
        if let Some(visit) = stop.report.round_id.zip(stop.report.point_id) {
            let clean = stop.report.clean;
            task::visited(conn, actor, visit, clean, sender.received_at).await?;
        }
    }
    let mut stored: HashMap<usize, Report> =
        new.iter().map(|(index, _)| *index).zip(stored).collect();
    let mut outcomes = Vec::with_capacity(reports.len());
    for (index, report) in reports.iter().enumerate() {
        outcomes.push(match stored.remove(&index) {
            Some(report) => Outcome::Stored(Box::new(Created {
                report,
                repeated: false,
            })),
            None => known(conn, report, sender).await?,
        });
    }
    Ok(outcomes)
}

/// Who finds what the caller reports: of inspectors those of a district's units are the district's own, and what the office hands in is a
/// superior's.
fn source(reference: &Reference, actor: &Actor) -> Source {
    let unit = actor.unit.as_ref();
    let unit = unit.and_then(|unit| reference.units.get(unit.id));
    match actor.role {
        Role::Officer => Source::SelfCheck,
        Role::Clerk | Role::Supervisor => Source::Superior,
        _ if unit.is_some_and(|unit| unit.district_code.is_some()) => Source::District,
        _ => Source::City,
    }
}

/// The unit that checks itself (自查), with those below it.
fn own_unit(reference: &Reference, actor: &Actor) -> Option<OwnUnit> {
    let unit = actor
        .unit
        .as_ref()
        .filter(|_| actor.role == Role::Officer)?;
    Some(OwnUnit {
        unit: to_ref(reference.units.get(unit.id)?),
        subtree: unit.subtree.clone(),
    })
}

/// What to answer when the id is known.
async fn known(conn: &mut Conn, report: &NewReport, sender: Sender) -> Result<Outcome> {
    let known = db::report::known(conn, report.id)
        .await?
        .ok_or_else(|| anyhow::anyhow!("a report whose id is taken cannot be read"))?;
    if known.account_id != sender.account_id {
        return Ok(Outcome::Taken);
    }
    if known.canon_sha256 != report.canon_sha256 {
        let amendment = db::report::amend(conn, report, sender).await?;
        db::feed::reports(conn, &[report.id]).await?;
        return Ok(Outcome::Amended(amendment));
    }
    let report = db::report::find(conn, report.id, None)
        .await?
        .ok_or_else(|| anyhow::anyhow!("a stored report cannot be read"))?;
    Ok(Outcome::Stored(Box::new(Created {
        report,
        repeated: true,
    })))
}

/// The instant as PostgreSQL keeps it, so that the first answer is also the repeated one.
pub(in crate::services) fn as_stored(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}
