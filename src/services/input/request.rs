//! Bodies of what is asked of the office, of its answers, and of supervision.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use uuid::Uuid;

use super::fault::Faults;
use super::photo::AttachmentIn;
use super::ticket::{needed, photos, words};
use crate::domain::supervision::ladder::Addressee;
use crate::domain::ticket::command::{
    Assign, AssignWork, Notice, Order, Reply, ReplyDue, SuspensionRequest,
};
use crate::domain::ticket::request::SuspensionPlan;
use crate::services::Error;

/// Longest that a reply may take: a year of work days.
const MAX_REPLY_WORK_H: u32 = 2_000;

/// A decision in words.
#[derive(Deserialize, ToSchema)]
pub struct OpinionIn {
    /// 意见; needed for a refusal.
    #[serde(default)]
    opinion: String,
}

/// 申请挂账.
#[derive(Deserialize, ToSchema)]
pub struct SuspensionIn {
    /// Why it cannot be put right now.
    #[serde(default)]
    reason: String,
    /// 整改计划: how and until when it will be put right.
    plan: String,
    /// 临时措施: what keeps people safe until then.
    temporary_measure: String,
    /// The day, in the city, from whose first minute the clock runs again: tomorrow at the earliest, in a year at the latest.
    #[schema(example = "2027-04-15")]
    resume_date: String,
}

/// 指派: by the lead unit who of it works on the ticket, or by a clerk who rechecks it. One of the two.
#[derive(Deserialize, ToSchema)]
pub struct AssignIn {
    /// 经办人: id or user name of an officer of the lead unit or of one above it; null for nobody in particular.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, example = "officer-371602-sanitation")]
    assignee: Option<Option<String>>,
    /// The inspector who is asked to recheck; `GET tickets/{id}/recheckers` lists who may.
    #[serde(default)]
    rechecker: Option<Uuid>,
    /// By when it should be rechecked, if there is a day (RFC 3339).
    #[serde(default)]
    due_at: Option<String>,
    /// Remark.
    #[serde(default)]
    opinion: String,
}

/// Tells null from absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// 督办.
#[derive(Deserialize, ToSchema)]
pub struct SuperviseIn {
    /// Why.
    reason: String,
    /// The reply is due in so many work hours; without this and `reply_due_at` the policy `limits.reply_work_h` says.
    #[serde(default)]
    reply_work_h: Option<u32>,
    /// The reply is due at this instant.
    #[serde(default)]
    reply_due_at: Option<String>,
}

/// 督办回复.
#[derive(Deserialize, ToSchema)]
pub struct ReplyIn {
    /// Number of the slip.
    #[schema(example = "DB-2026-000001")]
    slip: String,
    /// What is replied.
    text: String,
    /// Photos with it.
    #[serde(default)]
    attachments: Vec<AttachmentIn>,
}

impl OpinionIn {
    /// The opinion.
    pub fn parse(self, needs_words: bool) -> Result<String, Error> {
        let mut faults = Faults::default();
        let read = if needs_words { needed } else { words };
        let opinion = read("/opinion", &self.opinion, &mut faults);
        faults.refuse_or(opinion)
    }
}

impl SuspensionIn {
    /// The command.
    pub fn parse(self) -> Result<SuspensionRequest, Error> {
        let mut faults = Faults::default();
        let reason = words("/reason", &self.reason, &mut faults);
        let plan = needed("/plan", &self.plan, &mut faults);
        let temporary_measure = needed("/temporary_measure", &self.temporary_measure, &mut faults);
        let Ok(resume_on) = self.resume_date.parse::<Date>() else {
            faults.add(
                "/resume_date",
                "no_date",
                "应为日期，如 2027-04-15",
                "a date such as 2027-04-15",
            );
            return faults.refuse();
        };
        faults.refuse_or(SuspensionRequest {
            plan: SuspensionPlan {
                plan,
                temporary_measure,
                resume_on,
            },
            reason,
        })
    }
}

impl AssignIn {
    /// The command.
    pub fn parse(self) -> Result<Order, Error> {
        let mut faults = Faults::default();
        let opinion = words("/opinion", &self.opinion, &mut faults);
        let due_at = self.due_at.map(|text| text.parse());
        if let Some(Err(_unreadable)) = &due_at {
            faults.add(
                "/due_at",
                "does_not_fit",
                "应为 RFC 3339 时刻",
                "not an RFC 3339 instant",
            );
        }
        match (self.rechecker, self.assignee) {
            (Some(rechecker), None) => faults.refuse_or(Order::Assign(Assign {
                rechecker,
                due_at: due_at.and_then(Result::ok),
                opinion,
            })),
            (None, Some(assignee)) => {
                faults.refuse_or(Order::AssignWork(AssignWork { assignee, opinion }))
            }
            (Some(_), Some(_)) | (None, None) => {
                faults.add(
                    "/rechecker",
                    "one_of_two",
                    "应指定 rechecker 或 assignee 之一",
                    "name either a rechecker or an assignee",
                );
                faults.refuse()
            }
        }
    }
}

impl SuperviseIn {
    /// The command.
    pub fn parse(self) -> Result<Notice, Error> {
        let mut faults = Faults::default();
        let reason = needed("/reason", &self.reason, &mut faults);
        let reply_due = match (self.reply_work_h, self.reply_due_at) {
            (None, None) => ReplyDue::Usual,
            (Some(hours @ 1..=MAX_REPLY_WORK_H), None) => ReplyDue::WorkHours(hours),
            (Some(_), None) => {
                faults.add(
                    "/reply_work_h",
                    "out_of_range",
                    "应为 1 至 2000 个工作时",
                    "1 to 2000 work hours",
                );
                ReplyDue::Usual
            }
            (None, Some(at)) => match at.parse::<Timestamp>() {
                Ok(at) => ReplyDue::At(at),
                Err(_no_instant) => {
                    faults.add(
                        "/reply_due_at",
                        "no_instant",
                        "应为 RFC 3339 时刻",
                        "an instant as RFC 3339 has it",
                    );
                    ReplyDue::Usual
                }
            },
            (Some(_), Some(_)) => {
                faults.add(
                    "/reply_due_at",
                    "one_of_two",
                    "工作时与时刻只能写一个",
                    "either work hours or an instant",
                );
                ReplyDue::Usual
            }
        };
        faults.refuse_or(Notice {
            reason,
            reply_due,
            to: Addressee::Lead,
        })
    }
}

impl ReplyIn {
    /// The command.
    pub fn parse(self) -> Result<Reply, Error> {
        let mut faults = Faults::default();
        let text = needed("/text", &self.text, &mut faults);
        let photos = photos(&self.attachments, &mut faults);
        faults.refuse_or(Reply {
            slip: self.slip.trim().to_owned(),
            text,
            photos,
        })
    }
}
