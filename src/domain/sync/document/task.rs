//! Tasks, for their inspectors and the office.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::{maybe_seconds, seconds};
use crate::domain::task::Task;

/// A task (督查任务).
#[derive(Debug, Clone, Serialize)]
pub struct TaskDoc {
    /// What is to be done: `recheck`, `lookback` or `visit`.
    pub kind: &'static str,
    /// Where it stands.
    pub state: &'static str,
    /// The ticket that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Uuid>,
    /// The round of a visit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round: Option<Uuid>,
    /// The check point of a visit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point: Option<Uuid>,
    /// What the office says to it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// By when.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "maybe_seconds"
    )]
    pub due_at: Option<Timestamp>,
    /// Since when it is there.
    #[serde(serialize_with = "seconds")]
    pub created_at: Timestamp,
    /// When the inspector began.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "maybe_seconds"
    )]
    pub started_at: Option<Timestamp>,
    /// When it was done or cancelled.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "maybe_seconds"
    )]
    pub ended_at: Option<Timestamp>,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<&'static str>,
    /// Why it was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<&'static str>,
    /// Who is to do it, by its pseudonym; office only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspector: Option<Uuid>,
}

impl TaskDoc {
    /// The task; who is to do it, by its pseudonym, only for the office.
    pub fn of(task: Task, inspector: Option<Uuid>) -> Self {
        Self {
            kind: task.kind.as_str(),
            state: task.state.as_str(),
            ticket: task.ticket_id,
            round: task.round_id,
            point: task.point_id,
            note: task.note,
            due_at: task.due_at,
            created_at: task.created_at,
            started_at: task.started_at,
            ended_at: task.ended_at,
            result: task.result.map(|result| result.as_str()),
            cancelled: task.cancelled_why.map(|why| why.as_str()),
            inspector,
        }
    }
}
