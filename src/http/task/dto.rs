//! What is answered of tasks.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::page::Page;
use crate::domain::task::{Judge, Task};

/// A task (督查任务).
#[derive(Serialize, ToSchema)]
pub struct TaskOut {
    /// The task.
    id: Uuid,
    /// What is to be done: `recheck`, `lookback` or `visit`.
    kind: &'static str,
    /// `open`, `started`, `done` or `cancelled`.
    state: &'static str,
    /// Version.
    rev: String,
    /// The ticket that it is about; none for a visit.
    ticket: Option<Uuid>,
    /// The round of a visit.
    round: Option<Uuid>,
    /// The check point of a visit.
    point: Option<Uuid>,
    /// The inspector who is to do it.
    inspector: InspectorOut,
    /// What the office says to it.
    note: String,
    /// By when.
    due_at: Option<Timestamp>,
    /// Since when it is there.
    created_at: Timestamp,
    /// When the inspector began.
    started_at: Option<Timestamp>,
    /// When it was done or cancelled.
    ended_at: Option<Timestamp>,
    /// What was found: `pass`, `fail` or `unable`.
    result: Option<&'static str>,
    /// Why it was cancelled: `reassigned` (another was asked), `moved_on` (the ticket went on without it), `unfit` (the inspector was
    /// switched off or moved, or is kin of the lead unit), `round_closed`.
    cancelled: Option<&'static str>,
}

/// An inspector: itself for itself, for the office its pseudonym (化名), another one in each round.
#[derive(Serialize, ToSchema)]
pub struct InspectorOut {
    /// Id of the pseudonym; of the account where the caller is the inspector.
    id: Uuid,
    /// The pseudonym; absent where the caller is the inspector.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// A page of tasks.
#[derive(Serialize, ToSchema)]
pub struct TaskPageOut {
    /// The latest first.
    items: Vec<TaskOut>,
    /// Send it as `cursor` for the next page; null on the last.
    next_cursor: Option<String>,
}

/// Inspectors whom one can ask.
#[derive(Serialize, ToSchema)]
pub struct RecheckersOut {
    /// Those first who have least to do.
    items: Vec<RecheckerOut>,
}

/// An inspector whom one can ask.
#[derive(Serialize, ToSchema)]
pub struct RecheckerOut {
    /// Id of its pseudonym outside of rounds: what `assign` takes.
    id: Uuid,
    /// The pseudonym.
    name: String,
    /// How many tasks it still has to do.
    tasks: i64,
}

impl TaskOut {
    /// The task with its inspector's name, where that is to be shown.
    pub fn new(task: Task, inspector_name: Option<String>) -> Self {
        Self {
            id: task.id,
            kind: task.kind.as_str(),
            state: task.state.as_str(),
            rev: task.rev.to_string(),
            ticket: task.ticket_id,
            round: task.round_id,
            point: task.point_id,
            inspector: InspectorOut {
                id: task.account_id,
                name: inspector_name,
            },
            note: task.note,
            due_at: task.due_at,
            created_at: task.created_at,
            started_at: task.started_at,
            ended_at: task.ended_at,
            result: task.result.map(|result| result.as_str()),
            cancelled: task.cancelled_why.map(|why| why.as_str()),
        }
    }
}

impl From<Page<(Task, String)>> for TaskPageOut {
    fn from(page: Page<(Task, String)>) -> Self {
        let page = page.map(|(task, name)| TaskOut::new(task, Some(name)));
        Self {
            items: page.items,
            next_cursor: page.next_cursor,
        }
    }
}

impl From<Vec<Judge>> for RecheckersOut {
    fn from(judges: Vec<Judge>) -> Self {
        let rechecker = |judge: Judge| RecheckerOut {
            id: judge.account_id,
            name: judge.display_name,
            tasks: judge.load,
        };
        Self {
            items: judges.into_iter().map(rechecker).collect(),
        }
    }
}
