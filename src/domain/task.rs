//! Tasks (督查任务): what the office asks of one inspector. A task never decides what becomes of a ticket; it says who is to
//! look, and what came of it. Units know of none.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use uuid::Uuid;

use super::ticket::command::{Recheck, RecheckResult, UnknownWord};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskKind {
    /// 核查: look whether a unit has put right what it says it has. Done by the ticket's `recheck`.
    Recheck,
    /// 回头看: look whether what a unit closed by itself is still right.
    Lookback,
    /// 走访: go to a point of a round. Done by a report from there.
    Visit,
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskState {
    /// 待办.
    Open,
    /// 进行中: the inspector is on the way.
    Started,
    /// 已完成.
    Done,
    /// 已取消.
    Cancelled,
}

/// Why a task was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CancelledWhy {
    /// Another inspector was asked.
    Reassigned,
    /// The ticket went on without it.
    MovedOn,
    /// The inspector may not judge it any more: switched off, moved, or found to be kin of the lead unit.
    Unfit,
    /// The round was closed.
    RoundClosed,
}

macro_rules! words {
    ($name:ident: $($variant:ident = $word:literal),+) => {
        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used in the API and in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                let known = Self::ALL.iter().copied().find(|it| it.as_str() == word);
                known.ok_or_else(|| UnknownWord(word.to_owned()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words!(TaskKind: Recheck = "recheck", Lookback = "lookback", Visit = "visit");
words!(TaskState: Open = "open", Started = "started", Done = "done", Cancelled = "cancelled");
words!(CancelledWhy: Reassigned = "reassigned", MovedOn = "moved_on", Unfit = "unfit", RoundClosed = "round_closed");

/// A task.
#[derive(Debug, Clone)]
pub struct Task {
    /// Server-made, v4.
    pub id: Uuid,
    /// What is to be done,
    pub kind: TaskKind,
    /// by whom,
    pub account_id: Uuid,
    /// about which ticket; none for a visit.
    pub ticket_id: Option<Uuid>,
    /// In which round; of a visit alone.
    pub round_id: Option<Uuid>,
    /// At which check point; of a visit alone.
    pub point_id: Option<Uuid>,
    /// Where it stands.
    pub state: TaskState,
    /// Counts its changes.
    pub rev: i64,
    /// What the office says to it.
    pub note: String,
    /// By when.
    pub due_at: Option<Timestamp>,
    /// Who asked for it; none: a draw.
    pub created_by: Option<Uuid>,
    /// When.
    pub created_at: Timestamp,
    /// When the inspector began.
    pub started_at: Option<Timestamp>,
    /// When it was done or cancelled.
    pub ended_at: Option<Timestamp>,
    /// What was found.
    pub result: Option<RecheckResult>,
    /// Why it was cancelled.
    pub cancelled_why: Option<CancelledWhy>,
}

/// A task has ended, or has begun already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the task is {0}")]
pub struct NotNow(pub TaskState);

impl Task {
    /// A new task about a ticket.
    pub fn new(kind: TaskKind, ticket_id: Uuid, account_id: Uuid, now: Timestamp) -> Self {
        Self {
            ticket_id: Some(ticket_id),
            ..Self::blank(kind, account_id, now)
        }
    }

    /// A new visit to a point of a round.
    pub fn visit(round_id: Uuid, point_id: Uuid, account_id: Uuid, now: Timestamp) -> Self {
        Self {
            round_id: Some(round_id),
            point_id: Some(point_id),
            ..Self::blank(TaskKind::Visit, account_id, now)
        }
    }

    fn blank(kind: TaskKind, account_id: Uuid, now: Timestamp) -> Self {
        Self {
            id: Uuid::new_v4(),
            kind,
            account_id,
            ticket_id: None,
            round_id: None,
            point_id: None,
            state: TaskState::Open,
            rev: 1,
            note: String::new(),
            due_at: None,
            created_by: None,
            created_at: now,
            started_at: None,
            ended_at: None,
            result: None,
            cancelled_why: None,
        }
    }

    /// Whether there is still something to do.
    pub fn is_live(&self) -> bool {
        matches!(self.state, TaskState::Open | TaskState::Started)
    }

    /// The inspector is on the way.
    ///
    /// # Errors
    /// [`NotNow`] unless it is open.
    pub fn start(&mut self, now: Timestamp) -> Result<(), NotNow> {
        if self.state != TaskState::Open {
            return Err(NotNow(self.state));
        }
        self.state = TaskState::Started;
        self.started_at = Some(now);
        self.rev = self.rev.saturating_add(1);
        Ok(())
    }

    /// Done, started or not: a phone may have been offline.
    ///
    /// # Errors
    /// [`NotNow`] when it has ended.
    pub fn finish(&mut self, result: RecheckResult, now: Timestamp) -> Result<(), NotNow> {
        self.end(TaskState::Done, now)?;
        self.result = Some(result);
        Ok(())
    }

    /// Nobody need do it any more.
    ///
    /// # Errors
    /// [`NotNow`] when it has ended.
    pub fn cancel(&mut self, why: CancelledWhy, now: Timestamp) -> Result<(), NotNow> {
        self.end(TaskState::Cancelled, now)?;
        self.cancelled_why = Some(why);
        Ok(())
    }

    fn end(&mut self, state: TaskState, now: Timestamp) -> Result<(), NotNow> {
        if !self.is_live() {
            return Err(NotNow(self.state));
        }
        self.state = state;
        self.ended_at = Some(now);
        self.rev = self.rev.saturating_add(1);
        Ok(())
    }
}

/// What an inspector says of a task. The names are URLs and mutation kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskCommand {
    /// Begins it.
    Start,
    /// Has done it.
    Finish,
}

words!(TaskCommand: Start = "start", Finish = "finish");

/// A command with what it carries.
#[derive(Debug, Clone)]
pub enum TaskOrder {
    /// Begins it.
    Start,
    /// What was found: told like a recheck.
    Finish(Recheck),
}

/// Which tasks to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct TaskFilter {
    /// Of this kind.
    pub kind: Option<TaskKind>,
    /// In this state.
    pub state: Option<TaskState>,
    /// Of this inspector.
    pub account_id: Option<Uuid>,
    /// Only visits of this round; only what belongs to no round.
    pub visits_of: Option<Option<Uuid>>,
    /// About this ticket.
    pub ticket_id: Option<Uuid>,
    /// In this round.
    pub round_id: Option<Uuid>,
}

/// An inspector who may judge a ticket's rectification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judge {
    /// The ticket.
    pub ticket_id: Uuid,
    /// The inspector.
    pub account_id: Uuid,
    /// Its name.
    pub display_name: String,
    /// Tasks that it still has to do.
    pub load: i64,
}
