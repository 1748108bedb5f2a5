//! From findings to their tickets (立案受理): each is read against the catalogue, routed, its doubts listed, and filed at
//! once when there are none, or joined to the ticket that the fault has already. All of it is decided in memory; then a run
//! of reports is written, table by table.

pub(in crate::services) mod join;
pub(in crate::services) mod meet;
mod observe;
mod plan;

use std::collections::{BTreeSet, HashMap};

use futures_util::future::{try_join, try_join3, try_join4};
use jiff::Timestamp;
use uuid::Uuid;

use self::plan::{Draft, Planned};
pub(super) use self::plan::{OwnUnit, Stop};
use super::create::NotStored;
use crate::db::report::FindingRead;
use crate::db::ticket::assignment::Parties;
use crate::db::{self, Conn};
use crate::domain::account::Actor;
use crate::domain::evidence::{Rendition, StoredPhoto};
use crate::domain::report::{Finding, NewReport, Report, ReportPhoto};
use crate::domain::sync::{Collection, Scope};
use crate::domain::text::Text;
use crate::services::error::{Code, Error, Result};
use crate::services::evidence;
use crate::services::reference::cache::Reference;
use crate::services::ticket::filing;

/// Stores photos, findings and tickets of reports that have just been written, each with its index in the run. Answers
/// the reports as stored, in their order.
pub(super) async fn take_in(
    reference: &Reference,
    conn: &mut Conn,
    actor: &Actor,
    stops: &[(usize, Stop<'_>)],
    now: Timestamp,
) -> std::result::Result<Vec<Report>, NotStored> {
    let mut drafts = Vec::new();
    for (index, stop) in stops {
        for ordinal in 0..stop.report.findings.len() {
            let draft = Draft::of(reference, stop, ordinal, now).map_err(NotStored::at(*index))?;
            drafts.extend(draft.map(|draft| (*index, draft)));
        }
    }
    let photos = write_findings(conn, actor, stops, &drafts, now).await?;
    let photos = evidence::by_aid(&photos);
    let (of_reports, of_findings) = links(stops, &drafts);
    let said = stops
        .iter()
        .map(|(_, stop)| (stop.report.id, stop.observed.as_slice()));
    let writing = try_join3(
        db::attachment::link_reports(conn, of_reports),
        db::attachment::link_findings(conn, of_findings),
        db::observation::insert(conn, said),
    );
    let written = async { Ok(writing.await?) };
    try_join(written, meet::meet(reference, conn, &mut drafts, now)).await?;
    let mut planned = file(reference, conn, actor, drafts, now).await?;
    let joined = join::within_run(&mut planned, now);
    write_tickets(reference, conn, actor, stops, &planned, now).await?;
    join::tell(conn, &joined, now).await?;
    let stored = photos.values().filter(|photo| photo.stored_at.is_some());
    let stored: Vec<Uuid> = stored.map(|photo| photo.declared.aid).collect();
    if !stored.is_empty() {
        db::feed::attachments(conn, &stored).await?;
    }
    evidence::have_judged(conn, photos.values().copied(), now).await?;
    let mut findings = found(planned);
    Ok(stops
        .iter()
        .map(|(_, stop)| {
            let findings = findings.remove(&stop.report.id).unwrap_or_default();
            as_stored(actor, stop, findings, &photos, now)
        })
        .collect())
}

/// Makes photos known and writes findings, in one round trip. Answers the photos.
async fn write_findings(
    conn: &mut Conn,
    actor: &Actor,
    stops: &[(usize, Stop<'_>)],
    drafts: &[(usize, Draft<'_>)],
    now: Timestamp,
) -> std::result::Result<Vec<StoredPhoto>, NotStored> {
    let declared = stops.iter().flat_map(|(_, stop)| &stop.report.photos);
    let rows = drafts.iter().map(|(_, draft)| FindingRead {
        report_id: draft.report_id,
        ordinal: draft.ordinal,
        finding: draft.finding,
        item: &draft.ticket.item,
        condition_id: draft.named,
    });
    let rows: Vec<FindingRead<'_>> = rows.collect();
    let (photos, mut unclaimed) = try_join(
        db::attachment::declare(conn, actor.account_id, declared, now),
        db::report::insert_findings(conn, &rows),
    )
    .await?;
    let photos = evidence::with_bytes_aside(conn, photos, now).await?;
    let known = evidence::by_aid(&photos);
    for (index, stop) in stops {
        evidence::check(actor, &stop.report.photos, &known, "/attachments")
            .map_err(NotStored::at(*index))?;
    }
    for (index, draft) in drafts {
        if !unclaimed.remove(&draft.finding.id) {
            let at = format!("/data/findings/{}", draft.ordinal);
            let error = Error::with_detail(
                Code::IdTaken,
                Text::new(format!("{at}/id 已被占用"), format!("{at}/id is in use")),
            );
            return Err(NotStored::at(*index)(error));
        }
    }
    Ok(photos)
}

/// Something with its photos, in their order.
type Links = Vec<(Uuid, Vec<Uuid>)>;

/// Photos of reports, and of findings.
fn links(stops: &[(usize, Stop<'_>)], drafts: &[(usize, Draft<'_>)]) -> (Links, Links) {
    let of_reports = stops.iter().map(|(_, stop)| {
        let aids = stop.report.photos.iter().map(|photo| photo.aid);
        (stop.report.id, aids.collect())
    });
    let of_findings = drafts
        .iter()
        .map(|(_, draft)| (draft.finding.id, draft.finding.photos.clone()));
    (of_reports.collect(), of_findings.collect())
}

/// Files what is not in doubt.
async fn file(
    reference: &Reference,
    conn: &mut Conn,
    actor: &Actor,
    drafts: Vec<(usize, Draft<'_>)>,
    now: Timestamp,
) -> Result<Vec<Planned>> {
    let undoubted = drafts.iter().filter(|(_, draft)| draft.filing.is_some());
    let mut numbers = filing::numbers(conn, undoubted.count(), now)
        .await?
        .into_iter();
    drafts
        .into_iter()
        .map(|(_, draft)| draft.plan(reference, actor, &mut numbers, now))
        .collect()
}

/// Writes the tickets with all that is theirs, and tells phones of them and of the reports. The statements go out together.
async fn write_tickets(
    reference: &Reference,
    conn: &Conn,
    actor: &Actor,
    stops: &[(usize, Stop<'_>)],
    planned: &[Planned],
    now: Timestamp,
) -> Result<()> {
    let parties: Vec<_> = planned
        .iter()
        .filter_map(|plan| Some((plan.ticket.id, plan.parties.as_ref()?)))
        .collect();
    let trails = planned
        .iter()
        .map(|plan| (&plan.ticket, plan.trail.as_slice()));
    let made = made(reference, actor, stops, planned);
    try_join4(
        db::ticket::insert(conn, planned.iter().map(|plan| &plan.ticket)),
        db::ticket::assignment::assign_new(conn, &parties, now),
        db::ticket::event::begin(conn, trails),
        db::feed::made(conn, actor.account_id, &made),
    )
    .await?;
    Ok(())
}

/// What phones are told of, and who.
fn made(
    reference: &Reference,
    actor: &Actor,
    stops: &[(usize, Stop<'_>)],
    planned: &[Planned],
) -> Vec<(Scope, Collection, Uuid)> {
    let both = [Scope::Office, Scope::User(actor.account_id)];
    let mut made = Vec::new();
    for scope in both {
        let reports = stops.iter().map(|(_, stop)| stop.report.id);
        made.extend(reports.map(|id| (scope, Collection::Reports, id)));
        let findings = planned.iter().map(|plan| plan.finding_id);
        made.extend(findings.map(|id| (scope, Collection::Findings, id)));
    }
    for plan in planned {
        let units = plan.parties.iter().flat_map(Parties::unit_ids);
        let units = units.filter_map(|id| reference.units.get(id));
        let above: BTreeSet<Uuid> = units.flat_map(|unit| unit.lineage.clone()).collect();
        let readers = above.into_iter().map(Scope::Unit).chain(both);
        made.extend(readers.map(|scope| (scope, Collection::Tickets, plan.ticket.id)));
    }
    made
}

/// Findings as stored, by report.
fn found(planned: Vec<Planned>) -> HashMap<Uuid, Vec<Finding>> {
    let mut findings: HashMap<Uuid, Vec<Finding>> = HashMap::new();
    for Planned {
        report_id,
        finding_id,
        ticket,
        ..
    } in planned
    {
        let reasons = ticket.triage_reasons.iter();
        findings.entry(report_id).or_default().push(Finding {
            id: finding_id,
            triage_reasons: reasons.map(|reason| reason.as_str().to_owned()).collect(),
            item: ticket.item.code,
            text: ticket.text,
            ticket_id: ticket.id,
            ticket_state: ticket.state.as_str().to_owned(),
        });
    }
    findings
}

fn as_stored(
    actor: &Actor,
    stop: &Stop<'_>,
    findings: Vec<Finding>,
    photos: &HashMap<Uuid, &StoredPhoto>,
    now: Timestamp,
) -> Report {
    let report: &NewReport = stop.report;
    Report {
        id: report.id,
        source: stop.source,
        account_id: actor.account_id,
        round_id: report.round_id,
        point_id: report.point_id,
        observations: stop.observed.clone(),
        note: report.note.clone(),
        clean: report.clean,
        point: stop.own_position,
        received_at: now,
        findings,
        photos: report
            .photos
            .iter()
            .map(|declared| {
                let photo = photos.get(&declared.aid);
                ReportPhoto {
                    aid: declared.aid,
                    stored: photo.is_some_and(|photo| photo.stored_at.is_some()),
                    rendition: photo
                        .map_or(Rendition::None, |photo| photo.rendition)
                        .as_str()
                        .to_owned(),
                }
            })
            .collect(),
    }
}
