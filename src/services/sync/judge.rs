//! What is made of one mutation (判定), in the caller's transaction. What cannot be done leaves nothing but its verdict; only a
//! database that does not answer makes no verdict at all.

use jiff::{Timestamp, ToSpan as _};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::hold;
use crate::db::mutation::{Outcome, Waiting};
use crate::db::report::Sender;
use crate::db::sync_cursor::{self, Holder};
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::report::Report;
use crate::domain::sync::mutation::{HELD_HOURS, Verdict};
use crate::domain::task::TaskOrder;
use crate::domain::text::Text;
use crate::domain::ticket::command::{Basis, Order, Target};
use crate::services::error::{Code, Error, FieldError, Kind, Result};
use crate::services::evidence;
use crate::services::input::mutation::{Addition, Mutation, Work, beside_data};
use crate::services::report::{self, Created};
use crate::services::state::Services;
use crate::services::{task, ticket};

/// Judges the mutations of one sender that came at one time.
pub(super) struct Judge<'a> {
    pub svc: &'a Services,
    pub actor: &'a Actor,
    pub received_at: Timestamp,
    /// The cursor of the phone's last pull before.
    pub base_cursor: Option<Uuid>,
    /// It has waited long enough for others.
    pub overdue: bool,
}

impl Judge<'_> {
    /// The verdict.
    ///
    /// # Errors
    /// `unavailable` only: there is no verdict then.
    pub async fn judge(&self, conn: &mut Conn, it: &Mutation) -> Result<Outcome> {
        let work = match &it.work {
            Ok(work) => work,
            Err(fault) => return Ok(quarantined(fault)),
        };
        let missing = hold::missing(conn, self.actor.account_id, it).await?;
        if !missing.is_empty() && !self.overdue {
            return self.held(missing);
        }
        let done = conn
            .transaction::<_, Error, _>(async |conn| self.work(conn, it, work).await)
            .await;
        let mut outcome = match done {
            Ok(outcome) => outcome,
            Err(error) => self.refused(conn, work, error).await?,
        };
        if !missing.is_empty() {
            flag(&mut outcome, "predecessor_missing");
        }
        Ok(outcome)
    }

    fn held(&self, ids: Vec<Uuid>) -> Result<Outcome> {
        let release_at = self
            .received_at
            .checked_add(HELD_HOURS.hours())
            .map_err(anyhow::Error::from)?;
        Ok(Outcome {
            verdict: Verdict::Held,
            result: json!({}),
            waiting: Some(Waiting { ids, release_at }),
        })
    }

    async fn work(&self, conn: &mut Conn, it: &Mutation, work: &Work) -> Result<Outcome> {
        match work {
            Work::Create(new) => {
                let outcomes =
                    report::create_on(self.svc, conn, self.actor, std::slice::from_ref(new))
                        .await
                        .map_err(|not_stored| not_stored.error)?;
                match outcomes.into_iter().next() {
                    Some(report::Outcome::Stored(created)) => Ok(created_report(&created)),
                    Some(report::Outcome::Amended(id)) => Ok(applied(
                        json!({ "id": new.id, "findings": [], "known": true, "amendment": id }),
                    )),
                    Some(report::Outcome::Taken) | None => Err(Error::new(Code::IdTaken)),
                }
            }
            Work::Amend(addition) => self.amend(conn, it, addition).await,
            Work::AddPhotos(addition) => self.add_photos(conn, addition).await,
            Work::Order(id, order) => {
                self.give(conn, it, *id, order.clone(), Basis::Offline)
                    .await
            }
            Work::Task(id, order) => self.do_task(conn, it, *id, order.clone()).await,
        }
    }

    async fn give(
        &self,
        conn: &mut Conn,
        it: &Mutation,
        id: Uuid,
        order: Order,
        basis: Basis,
    ) -> Result<Outcome> {
        let target = Target { id, basis };
        let given = ticket::give_on(self.svc, conn, self.actor, target, order).await?;
        Ok(done(it, given.rev_before, given.ticket.rev))
    }

    async fn do_task(
        &self,
        conn: &mut Conn,
        it: &Mutation,
        id: Uuid,
        order: TaskOrder,
    ) -> Result<Outcome> {
        let task = task::give_on(self.svc, conn, self.actor, id, order).await?;
        Ok(done(it, task.rev.saturating_sub(1), task.rev))
    }

    async fn amend(&self, conn: &mut Conn, it: &Mutation, addition: &Addition) -> Result<Outcome> {
        self.own_report(conn, addition.report_id).await?;
        let (raw, canon) = (&addition.raw, it.canon_sha256);
        let id =
            db::report::keep_amendment(conn, addition.report_id, raw, canon, self.sender()).await?;
        self.link(conn, addition).await?;
        db::feed::reports(conn, &[addition.report_id]).await?;
        Ok(applied(
            json!({ "id": addition.report_id, "amendment": id }),
        ))
    }

    async fn add_photos(&self, conn: &mut Conn, addition: &Addition) -> Result<Outcome> {
        self.own_report(conn, addition.report_id).await?;
        if let Some(finding_id) = addition.finding_id
            && !db::report::has_finding(conn, addition.report_id, finding_id).await?
        {
            return Err(Error::invalid_field(
                "/data/finding",
                "finding_unknown",
                Text::new("该上报没有这个问题", "the report has no such finding"),
            ));
        }
        self.link(conn, addition).await?;
        Ok(applied(json!({ "id": addition.report_id })))
    }

    async fn link(&self, conn: &mut Conn, addition: &Addition) -> Result<()> {
        if addition.photos.is_empty() {
            return Ok(());
        }
        let now = self.svc.now();
        db::feed::hold_readers(conn).await?;
        let photos = &addition.photos;
        let declared = evidence::declare(conn, self.actor, photos, "/attachments", now).await?;
        let aids: Vec<Uuid> = photos.iter().map(|photo| photo.aid).collect();
        db::attachment::link_more(conn, addition.report_id, addition.finding_id, &aids).await?;
        evidence::have_judged(conn, &declared, now).await?;
        Ok(db::feed::attachments(conn, &aids).await?)
    }

    /// Only its sender adds to a report; what another sent is as if it were not there.
    async fn own_report(&self, conn: &mut Conn, id: Uuid) -> Result<()> {
        require(self.actor, Action::CreateReport)?;
        match db::report::known(conn, id).await? {
            Some(known) if known.account_id == self.actor.account_id => Ok(()),
            _ => Err(Error::new(Code::NotFound)),
        }
    }

    fn sender(&self) -> Sender {
        Sender {
            account_id: self.actor.account_id,
            device_id: self.actor.device_id,
            received_at: self.svc.now(),
        }
    }

    /// The verdict on what could not be done.
    async fn refused(&self, conn: &mut Conn, work: &Work, error: Error) -> Result<Outcome> {
        match (error.code(), work) {
            (code, _) if code.kind() == Kind::Unavailable => Err(error),
            (code, Work::Order(..) | Work::Task(..)) if code.kind() == Kind::Conflict => {
                Ok(conflict(error))
            }
            (Code::NotFound, Work::Order(id, order)) => self.late(conn, *id, order).await,
            (_, Work::Order(..) | Work::Task(..)) => Ok(quarantined_by(error, beside_data)),
            _ => Ok(quarantined_by(error, |fault| fault)),
        }
    }

    /// Work on a ticket that the phone did not know it had lost.
    async fn late(&self, conn: &mut Conn, id: Uuid, order: &Order) -> Result<Outcome> {
        let until = match (self.base_cursor, self.actor.device_id) {
            (Some(cursor), Some(device_id)) => {
                let holder = Holder {
                    device_id,
                    account_id: self.actor.account_id,
                    role: self.actor.role,
                };
                sync_cursor::accept_until(conn, cursor, holder, id).await?
            }
            _ => None,
        };
        if until.is_none_or(|until| until < self.received_at) {
            return Ok(quarantined_by(Error::new(Code::NotFound), |fault| fault));
        }
        if !matches!(order, Order::Comment(_)) {
            return Ok(quarantined(&FieldError::new(
                "",
                "late_authority",
                Text::new(
                    "工单已改派给其他单位，您的处理已保存，待督查室核定",
                    "the ticket has gone to another unit meanwhile; what you did is kept for the office to decide",
                ),
            )));
        }
        let target = Target {
            id,
            basis: Basis::Former,
        };
        let given = ticket::give_on(self.svc, conn, self.actor, target, order.clone()).await;
        match given {
            Ok(_given) => {
                let mut outcome = applied(json!({}));
                flag(&mut outcome, "late_authority");
                Ok(outcome)
            }
            Err(error) if error.code().kind() == Kind::Unavailable => Err(error),
            Err(error) => Ok(quarantined_by(error, beside_data)),
        }
    }
}

/// A report that is stored, with the tickets made of it.
pub(super) fn created_report(created: &Created) -> Outcome {
    let mut result = json!({ "id": created.report.id, "findings": findings(&created.report) });
    match result.as_object_mut() {
        Some(result) if created.repeated => result.insert("known".to_owned(), true.into()),
        Some(result) => result.insert("rev".to_owned(), "1".into()),
        None => None,
    };
    applied(result)
}

fn findings(report: &Report) -> Vec<Value> {
    let findings = report.findings.iter();
    findings
        .map(|finding| {
            json!({
                "id": finding.id,
                "ticket": {
                    "id": finding.ticket_id,
                    "state": finding.ticket_state,
                    "reasons": finding.triage_reasons,
                },
            })
        })
        .collect()
}

/// Done, on the version that the phone had seen or on a later one.
fn done(it: &Mutation, rev_before: i64, rev: i64) -> Outcome {
    let verdict = if it.base_rev == Some(rev_before) {
        Verdict::Applied
    } else {
        Verdict::Merged
    };
    Outcome {
        verdict,
        result: json!({ "rev": rev.to_string() }),
        waiting: None,
    }
}

fn applied(result: Value) -> Outcome {
    Outcome {
        verdict: Verdict::Applied,
        result,
        waiting: None,
    }
}

fn conflict(error: Error) -> Outcome {
    let mut result = Map::new();
    result.insert("code".to_owned(), error.code().as_str().into());
    if let Error::Refused(refusal) = error {
        result.extend(refusal.members);
    }
    Outcome {
        verdict: Verdict::Conflict,
        result: result.into(),
        waiting: None,
    }
}

/// Kept for a person to see, for this reason.
pub(super) fn quarantined(fault: &FieldError) -> Outcome {
    Outcome {
        verdict: Verdict::Quarantined,
        result: json!({
            "code": fault.code,
            "path": fault.pointer,
            "detail": { "zh": fault.detail.zh, "en": fault.detail.en },
        }),
        waiting: None,
    }
}

fn quarantined_by(error: Error, at: impl Fn(FieldError) -> FieldError) -> Outcome {
    let code = error.code();
    let plain = |detail: Text| FieldError::new("", code.as_str(), detail);
    match error {
        Error::Refused(mut refusal) if !refusal.errors.is_empty() => {
            quarantined(&at(refusal.errors.swap_remove(0)))
        }
        Error::Refused(refusal) => {
            quarantined(&plain(refusal.detail.unwrap_or_else(|| code.title())))
        }
        Error::Internal(source) => {
            tracing::error!("a mutation could not be judged: {source:#}");
            quarantined(&plain(code.title()))
        }
    }
}

fn flag(outcome: &mut Outcome, word: &str) {
    if let Some(result) = outcome.result.as_object_mut() {
        let flags = result.entry("flags").or_insert_with(|| json!([]));
        if let Some(flags) = flags.as_array_mut() {
            flags.push(word.into());
        }
    }
}
