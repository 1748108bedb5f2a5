//! Requests, supervision slips and limits of stages on the wire.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::ticket::projection::{Person, RequestView, SlipView, StageView};
use crate::domain::ticket::request::Matter;

/// Somebody by name.
#[derive(Serialize, ToSchema)]
pub struct PersonOut {
    /// Account.
    id: Uuid,
    /// Display name.
    name: String,
}

/// What was asked of the office, and its answer (申请).
#[derive(Serialize, ToSchema)]
pub struct RequestOut {
    /// Id.
    id: Uuid,
    /// `extension`, `suspension`, `appeal`, or, for the office only, `force_closing`.
    #[schema(example = "extension")]
    kind: &'static str,
    /// `open`, `approved`, `refused`, or `lapsed`: the ticket moved on before anybody decided.
    #[schema(example = "open")]
    state: &'static str,
    /// Unit that asked, as it was called then; none for the office.
    unit: Option<String>,
    /// Who asked; office only.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked_by: Option<Uuid>,
    /// When.
    asked_at: Timestamp,
    /// Why.
    reason: String,
    /// 整改计划, of a suspension.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<String>,
    /// 临时措施, of a suspension.
    #[serde(skip_serializing_if = "Option::is_none")]
    temporary_measure: Option<String>,
    /// Day from whose beginning the clock runs again, of a suspension.
    #[serde(skip_serializing_if = "Option::is_none")]
    resume_date: Option<String>,
    /// When the office should have decided.
    decide_due_at: Timestamp,
    /// Who decided; office only.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<Uuid>,
    /// When it was decided, or lapsed.
    decided_at: Option<Timestamp>,
    /// 意见.
    opinion: String,
}

/// A supervision slip (督办单) with its reply.
#[derive(Serialize, ToSchema)]
pub struct SlipOut {
    /// 编号.
    #[schema(example = "DB-2026-000001")]
    number: String,
    /// 督办级别.
    level: u32,
    /// Addressee, as it was called then; none for what was written in triage.
    unit: Option<String>,
    /// Why.
    reason: String,
    /// Who issued it; office only, and none for a rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_by: Option<Uuid>,
    /// When.
    issued_at: Timestamp,
    /// When the reply is due.
    reply_due_at: Timestamp,
    /// The reply is late, or was.
    late: bool,
    /// The reply.
    reply: Option<String>,
    /// Unit that replied; none for the office.
    replied_unit: Option<String>,
    /// Who replied; office only.
    #[serde(skip_serializing_if = "Option::is_none")]
    replied_by: Option<Uuid>,
    /// When.
    replied_at: Option<Timestamp>,
}

/// The limit of a stage (环节时限).
#[derive(Serialize, ToSchema)]
pub struct StageOut {
    /// `triage`, `acknowledge`, `return` or `recheck`.
    #[schema(example = "acknowledge")]
    name: &'static str,
    /// When it should end.
    due_at: Timestamp,
    /// It should have ended by now.
    overdue: bool,
}

impl From<StageView> for StageOut {
    fn from(view: StageView) -> Self {
        Self {
            name: view.stage.as_str(),
            due_at: view.due_at,
            overdue: view.overdue,
        }
    }
}

impl From<Person> for PersonOut {
    fn from(person: Person) -> Self {
        Self {
            id: person.id,
            name: person.name,
        }
    }
}

impl From<RequestView> for RequestOut {
    fn from(view: RequestView) -> Self {
        let request = view.request;
        let kind = request.kind().as_str();
        let plan = match request.matter {
            Matter::Suspension(plan) => Some(plan),
            Matter::Extension | Matter::Appeal | Matter::ForceClosing => None,
        };
        Self {
            id: request.id,
            kind,
            state: request.state.as_str(),
            unit: request.unit.map(|unit| unit.name),
            asked_by: view.with_people.then_some(request.asked_by),
            asked_at: request.asked_at,
            reason: request.reason,
            resume_date: plan.as_ref().map(|plan| plan.resume_on.to_string()),
            temporary_measure: plan.as_ref().map(|plan| plan.temporary_measure.clone()),
            plan: plan.map(|plan| plan.plan),
            decide_due_at: request.decide_due_at,
            decided_by: request.decided_by.filter(|_| view.with_people),
            decided_at: request.decided_at,
            opinion: request.opinion,
        }
    }
}

impl From<SlipView> for SlipOut {
    fn from(view: SlipView) -> Self {
        let slip = view.slip;
        let (reply, replied_by, replied_unit, replied_at) = match slip.reply {
            Some(reply) => (Some(reply.text), Some(reply.by), reply.unit, Some(reply.at)),
            None => (None, None, None, None),
        };
        Self {
            number: slip.number,
            level: slip.level,
            unit: slip.unit.map(|unit| unit.name),
            reason: slip.reason,
            issued_by: slip.issued_by.filter(|_| view.with_people),
            issued_at: slip.issued_at,
            reply_due_at: slip.reply_due_at,
            late: view.late,
            reply,
            replied_unit,
            replied_by: replied_by.filter(|_| view.with_people),
            replied_at,
        }
    }
}
