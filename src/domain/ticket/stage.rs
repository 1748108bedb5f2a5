//! Stages with limits of their own beside the rectification's: what a clerk, a unit or a rechecker owes a ticket (各环节时限). They
//! are reckoned in work hours of whoever has to act, by the policies of the day on which the stage begins.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use super::Ticket;
use super::machine::State;
use crate::domain::calendar::WorkCalendar;
use crate::domain::policy::Policies;

/// A stage with a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// 受理: a clerk settles what is in doubt.
    Triage,
    /// 签收: the lead unit takes it up.
    Acknowledge,
    /// 退件处理: the office decides a return or a dispute.
    Return,
    /// 核查.
    Recheck,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 4] = [Self::Triage, Self::Acknowledge, Self::Return, Self::Recheck];

    /// The word used in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Triage => "triage",
            Self::Acknowledge => "acknowledge",
            Self::Return => "return",
            Self::Recheck => "recheck",
        }
    }

    /// The stage that a ticket in this state is in.
    pub fn of(state: State) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|stage| stage.states().contains(&state))
    }

    /// States of tickets in this stage.
    pub fn states(self) -> &'static [State] {
        match self {
            Self::Triage => &[State::Triage],
            Self::Acknowledge => &[State::Dispatched],
            Self::Return => &[State::Returned, State::Disputed],
            Self::Recheck => &[State::AwaitingRecheck],
        }
    }

    /// Whether the lead unit has to act; all else is the office's, and only the office is told its limit.
    pub fn is_units(self) -> bool {
        self == Self::Acknowledge
    }

    fn limit_work_h(self, policies: &Policies) -> u32 {
        match self {
            Self::Triage => policies.triage_work_h,
            Self::Acknowledge => policies.acknowledge_work_h,
            Self::Return => policies.decide_work_h,
            Self::Recheck => policies.recheck_work_h,
        }
    }
}

/// A word that names no stage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no stage")]
pub struct UnknownStage(pub String);

impl FromStr for Stage {
    type Err = UnknownStage;

    fn from_str(word: &str) -> Result<Self, UnknownStage> {
        let found = Self::ALL.into_iter().find(|stage| stage.as_str() == word);
        found.ok_or_else(|| UnknownStage(word.to_owned()))
    }
}

impl Ticket {
    /// A stage begins, or one without a limit: the calendars are the lead unit's and the office's. While photos of a submission are
    /// missing nobody can recheck, so that stage begins with the last of them.
    pub fn begin_stage(
        &mut self,
        policies: &Policies,
        (unit, office): (&WorkCalendar, &WorkCalendar),
        now: Timestamp,
    ) {
        let stage = Stage::of(self.state).filter(|_| !self.photos_pending());
        self.stage_due_at = stage.map(|stage| {
            let calendar = if stage.is_units() { unit } else { office };
            let hours = SignedDuration::from_hours(stage.limit_work_h(policies).into());
            calendar.add_work_time(now, hours).at
        });
    }
}
