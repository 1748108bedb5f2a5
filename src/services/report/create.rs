//! Taking a report in. Idempotent by the report's id: the same content again answers the same, other content under the
//! same id is kept beside it and told.

use super::intake;
use crate::db::report::Sender;
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::check_point::CheckPoint;
use crate::domain::policy::Policies;
use crate::domain::report::{NewReport, Place, Report};
use crate::domain::text::Text;
use crate::services::error::{Code, Error, Result};
use crate::services::evidence;
use crate::services::policy;
use crate::services::state::Services;
use crate::services::sync;

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
    Amended(uuid::Uuid),
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

/// Stores a run of reports in the caller's transaction: all of it, or an error and a transaction that must be rolled back.
///
/// # Errors
/// As [`create`], with the first report that cannot be stored.
pub async fn create_on(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    reports: &[NewReport],
) -> std::result::Result<Vec<Outcome>, NotStored> {
    let denied = |error: Error| NotStored { index: None, error };
    require(actor, Action::CreateReport).map_err(|error| denied(error.into()))?;
    let sender = Sender {
        account_id: actor.account_id,
        device_id: actor.device_id,
        received_at: svc.now(),
    };
    let mut outcomes = Vec::new();
    for (index, report) in reports.iter().enumerate() {
        let outcome = take_in(svc, conn, actor, report, sender).await;
        outcomes.push(outcome.map_err(|error| NotStored {
            index: Some(index),
            error,
        })?);
    }
    Ok(outcomes)
}

/// Stores a report and makes its tickets.
///
/// # Errors
/// `report_amended` for other content under a known id, `id_taken` for an id in use by something else, `invalid` for an
/// unknown item, condition or check point.
pub async fn create(svc: &Services, actor: &Actor, report: NewReport) -> Result<Created> {
    require(actor, Action::CreateReport)?;
    let sender = Sender {
        account_id: actor.account_id,
        device_id: actor.device_id,
        received_at: svc.now(),
    };
    let mut conn = svc.conn().await?;
    let outcome = conn
        .transaction(async |conn| take_in(svc, conn, actor, &report, sender).await)
        .await?;
    drop(conn);
    sync::hold::release_ready(svc, actor).await?;
    match outcome {
        Outcome::Stored(created) => Ok(*created),
        Outcome::Amended(id) => {
            Err(Error::new(Code::ReportAmended).member("amendment", id.to_string()))
        }
        Outcome::Taken => Err(Error::new(Code::IdTaken)),
    }
}

async fn take_in(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    report: &NewReport,
    sender: Sender,
) -> Result<Outcome> {
    db::feed::hold_readers(conn).await?;
    let policies = policy::current(conn).await?;
    let check_point = check_point(conn, report).await?;
    let place = place(report, check_point.as_ref(), &policies);
    let written = db::report::insert(conn, report, own_position(report, &policies), sender).await?;
    if !written {
        return repeated(conn, report, sender).await;
    }
    evidence::declare(
        conn,
        actor,
        &report.photos,
        "/attachments",
        sender.received_at,
    )
    .await?;
    let aids: Vec<uuid::Uuid> = report.photos.iter().map(|photo| photo.aid).collect();
    db::attachment::link_report(conn, report.id, &aids).await?;
    let context = intake::Context {
        svc,
        actor,
        policies: &policies,
        place,
        check_point: check_point.as_ref(),
        now: sender.received_at,
    };
    for (index, finding) in report.findings.iter().enumerate() {
        intake::take_in(&context, conn, report.id, index, finding).await?;
    }
    db::feed::reports(conn, &[report.id]).await?;
    let stored = stored(conn, report, false).await?;
    if let Outcome::Stored(created) = &stored {
        let findings = created.report.findings.iter();
        let tickets: Vec<uuid::Uuid> = findings.map(|finding| finding.ticket_id).collect();
        db::feed::tickets(conn, &tickets).await?;
        db::feed::attachments(conn, &aids).await?;
    }
    Ok(stored)
}

/// What to answer when the id is known.
async fn repeated(conn: &mut Conn, report: &NewReport, sender: Sender) -> Result<Outcome> {
    let known = db::report::known(conn, report.id)
        .await?
        .ok_or_else(|| anyhow::anyhow!("a report whose id is taken cannot be read"))?;
    if known.account_id != sender.account_id {
        return Ok(Outcome::Taken);
    }
    if known.canon_sha256 == report.canon_sha256 {
        return stored(conn, report, true).await;
    }
    let amendment = db::report::amend(conn, report, sender).await?;
    db::feed::reports(conn, &[report.id]).await?;
    Ok(Outcome::Amended(amendment))
}

async fn stored(conn: &mut Conn, report: &NewReport, repeated: bool) -> Result<Outcome> {
    let report = db::report::find(conn, report.id, None)
        .await?
        .ok_or_else(|| anyhow::anyhow!("a stored report cannot be read"))?;
    Ok(Outcome::Stored(Box::new(Created { report, repeated })))
}

async fn check_point(conn: &mut Conn, report: &NewReport) -> Result<Option<CheckPoint>> {
    let Some(id) = report.point_id else {
        return Ok(None);
    };
    match db::check_point::get(conn, id).await? {
        Some(point) => Ok(Some(point)),
        None => Err(Error::invalid_field(
            "/data/point",
            "point_unknown",
            Text::new("没有这个点位", "there is no such check point"),
        )),
    }
}

fn place(report: &NewReport, check_point: Option<&CheckPoint>, policies: &Policies) -> Place {
    Place::of(
        report.fix.as_ref(),
        check_point.map(|point| point.point),
        policies.fix_max_age_s,
    )
}

/// The position that the report itself gives: none when its fix counts as missing.
fn own_position(report: &NewReport, policies: &Policies) -> Option<crate::domain::geo::Point> {
    place(report, None, policies).point()
}
