//! The life of a ticket as one table: which command, from which states, to which states, by whom.
//! Everything that asks whether a command is allowed asks here; what a ticket's own facts forbid beside it is in `request`.

use std::fmt;
use std::str::FromStr;

use super::request::Hindrance;
use crate::domain::text::Text;

/// Where a ticket stands (工单状态). Overdue is derived, never a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// 待受理: something is in doubt, or the finding is sealed.
    Triage,
    /// 已派遣: with the lead unit, not yet acknowledged.
    Dispatched,
    /// 已退件: "not mine", waits for the clerk.
    Returned,
    /// 争议: returned twice, waits for a ruling.
    Disputed,
    /// 整改中.
    Rectifying,
    /// 挂账.
    Suspended,
    /// 待核查.
    AwaitingRecheck,
    /// 结案.
    Closed,
    /// 不予立案.
    Rejected,
    /// 并案: another sighting of its master.
    Merged,
    /// 作废.
    Voided,
}

use State::{
    AwaitingRecheck, Closed, Dispatched, Disputed, Merged, Rectifying, Rejected, Returned,
    Suspended, Triage, Voided,
};

impl State {
    /// Every state.
    pub const ALL: [Self; 11] = [
        Triage,
        Dispatched,
        Returned,
        Disputed,
        Rectifying,
        Suspended,
        AwaitingRecheck,
        Closed,
        Rejected,
        Merged,
        Voided,
    ];

    /// Whether somebody still has to do something.
    pub fn is_open(self) -> bool {
        OPEN.contains(&self)
    }

    /// The word used in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Triage => "triage",
            Dispatched => "dispatched",
            Returned => "returned",
            Disputed => "disputed",
            Rectifying => "rectifying",
            Suspended => "suspended",
            AwaitingRecheck => "awaiting_recheck",
            Closed => "closed",
            Rejected => "rejected",
            Merged => "merged",
            Voided => "voided",
        }
    }

    /// Its name for people; in English the word itself.
    pub fn title(self) -> Text {
        let zh = match self {
            Triage => "待受理",
            Dispatched => "已派遣",
            Returned => "已退件",
            Disputed => "争议",
            Rectifying => "整改中",
            Suspended => "挂账",
            AwaitingRecheck => "待核查",
            Closed => "结案",
            Rejected => "不予立案",
            Merged => "并案",
            Voided => "作废",
        };
        Text::new(zh, self.as_str())
    }
}

/// What can be done to a ticket. The names are URLs and mutation kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Command {
    /// 立案.
    File,
    /// 不予立案.
    Reject,
    /// 并案.
    Merge,
    /// 作废.
    Void,
    /// 签收.
    Acknowledge,
    /// 退件.
    Return,
    /// 改派.
    Redispatch,
    /// 确权.
    RuleOwnership,
    /// 提交整改.
    Submit,
    /// 核查.
    Recheck,
    /// 申请延期.
    RequestExtension,
    /// 同意延期.
    ApproveExtension,
    /// 不同意延期.
    RefuseExtension,
    /// 申请挂账.
    RequestSuspension,
    /// 同意挂账.
    ApproveSuspension,
    /// 不同意挂账.
    RefuseSuspension,
    /// 申诉.
    RequestAppeal,
    /// 申诉成立.
    ApproveAppeal,
    /// 申诉不成立.
    RefuseAppeal,
    /// 强制结案.
    ForceClose,
    /// 强制结案, the second person.
    ConfirmForceClose,
    /// 强制结案 refused by another, or withdrawn.
    RefuseForceClose,
    /// 更正.
    Correct,
    /// 留言.
    Comment,
    /// 指派.
    Assign,
    /// 督办.
    Supervise,
    /// 督办回复: the reply to a slip.
    Reply,
}

/// What a caller is to one ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Party {
    /// 受理员.
    Clerk,
    /// 督查室.
    Supervisor,
    /// The lead unit, or one above it.
    LeadUnit,
    /// An inspector who did not report it and is not of its lead unit.
    Rechecker,
    /// Anyone who can see it.
    Viewer,
    /// A rule of the system itself.
    System,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The command.
    pub command: Command,
    /// States in which it is allowed.
    pub from: &'static [State],
    /// States to which it can lead; empty: the state stays.
    pub to: &'static [State],
    /// Who may give it.
    pub who: &'static [Party],
}

const OPEN: &[State] = &[
    Triage,
    Dispatched,
    Returned,
    Disputed,
    Rectifying,
    Suspended,
    AwaitingRecheck,
];
/// A slip is owed its reply even when the ticket has been closed meanwhile.
const OPEN_OR_CLOSED: &[State] = &[
    Triage,
    Dispatched,
    Returned,
    Disputed,
    Rectifying,
    Suspended,
    AwaitingRecheck,
    Closed,
];

const fn rule(
    command: Command,
    from: &'static [State],
    to: &'static [State],
    who: &'static [Party],
) -> Rule {
    Rule {
        command,
        from,
        to,
        who,
    }
}

/// The whole table.
pub const RULES: [Rule; 27] = [
    rule(
        Command::File,
        &[Triage],
        &[Dispatched, Closed],
        &[Party::Clerk, Party::System],
    ),
    rule(Command::Reject, &[Triage], &[Rejected], &[Party::Clerk]),
    rule(Command::Merge, &[Triage], &[Merged], &[Party::Clerk]),
    rule(
        Command::Void,
        &[Triage, Dispatched],
        &[Voided],
        &[Party::Clerk],
    ),
    rule(
        Command::Acknowledge,
        &[Dispatched],
        &[Rectifying],
        &[Party::LeadUnit],
    ),
    rule(
        Command::Return,
        &[Dispatched, Rectifying],
        &[Returned, Disputed],
        &[Party::LeadUnit],
    ),
    rule(
        Command::Redispatch,
        &[Returned],
        &[Dispatched],
        &[Party::Clerk],
    ),
    rule(
        Command::RuleOwnership,
        &[Disputed],
        &[Dispatched],
        &[Party::Supervisor],
    ),
    rule(
        Command::Submit,
        &[Rectifying],
        &[AwaitingRecheck, Closed],
        &[Party::LeadUnit],
    ),
    rule(
        Command::Recheck,
        &[AwaitingRecheck],
        &[Closed, Rectifying, AwaitingRecheck],
        &[Party::Rechecker, Party::Clerk],
    ),
    rule(
        Command::RequestExtension,
        &[Rectifying],
        &[],
        &[Party::LeadUnit],
    ),
    rule(
        Command::ApproveExtension,
        &[Rectifying],
        &[],
        &[Party::Clerk],
    ),
    rule(
        Command::RefuseExtension,
        &[Rectifying],
        &[],
        &[Party::Clerk],
    ),
    rule(
        Command::RequestSuspension,
        &[Rectifying],
        &[],
        &[Party::LeadUnit],
    ),
    rule(
        Command::ApproveSuspension,
        &[Rectifying],
        &[Suspended],
        &[Party::Supervisor],
    ),
    rule(
        Command::RefuseSuspension,
        &[Rectifying],
        &[],
        &[Party::Supervisor],
    ),
    rule(Command::RequestAppeal, &[Closed], &[], &[Party::LeadUnit]),
    rule(Command::ApproveAppeal, &[Closed], &[], &[Party::Supervisor]),
    rule(Command::RefuseAppeal, &[Closed], &[], &[Party::Supervisor]),
    rule(Command::ForceClose, OPEN, &[], &[Party::Supervisor]),
    rule(
        Command::ConfirmForceClose,
        OPEN,
        &[Closed],
        &[Party::Supervisor],
    ),
    rule(Command::RefuseForceClose, OPEN, &[], &[Party::Supervisor]),
    rule(Command::Correct, OPEN, OPEN, &[Party::Clerk]),
    rule(Command::Comment, &State::ALL, &[], &[Party::Viewer]),
    rule(Command::Assign, OPEN, &[], &[Party::LeadUnit, Party::Clerk]),
    rule(
        Command::Supervise,
        OPEN,
        &[],
        &[Party::Supervisor, Party::System],
    ),
    rule(
        Command::Reply,
        OPEN_OR_CLOSED,
        &[],
        &[Party::LeadUnit, Party::Clerk],
    ),
];

/// Why a command is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The caller is not one who may give it, whatever the state.
    #[error("not for this caller")]
    NotYours,
    /// Not in this state.
    #[error("not in state {}", .0.as_str())]
    WrongState(State),
    /// In this state, but not now.
    #[error("hindered: {0:?}")]
    Hindered(Hindrance),
}

impl Command {
    /// It leaves the ticket with those who have it, and its findings with it: who may know of the ticket changes with its state at most.
    pub fn keeps_readers(self) -> bool {
        match self {
            Self::File | Self::Merge | Self::Redispatch | Self::RuleOwnership | Self::Correct => {
                false
            }
            Self::Reject
            | Self::Void
            | Self::Acknowledge
            | Self::Return
            | Self::Submit
            | Self::Recheck
            | Self::RequestExtension
            | Self::ApproveExtension
            | Self::RefuseExtension
            | Self::RequestSuspension
            | Self::ApproveSuspension
            | Self::RefuseSuspension
            | Self::RequestAppeal
            | Self::ApproveAppeal
            | Self::RefuseAppeal
            | Self::ForceClose
            | Self::ConfirmForceClose
            | Self::RefuseForceClose
            | Self::Comment
            | Self::Assign
            | Self::Supervise
            | Self::Reply => true,
        }
    }

    /// The word used in the API and in the trail.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Reject => "reject",
            Self::Merge => "merge",
            Self::Void => "void",
            Self::Acknowledge => "acknowledge",
            Self::Return => "return",
            Self::Redispatch => "redispatch",
            Self::RuleOwnership => "rule_ownership",
            Self::Submit => "submit",
            Self::Recheck => "recheck",
            Self::RequestExtension => "request_extension",
            Self::ApproveExtension => "approve_extension",
            Self::RefuseExtension => "refuse_extension",
            Self::RequestSuspension => "request_suspension",
            Self::ApproveSuspension => "approve_suspension",
            Self::RefuseSuspension => "refuse_suspension",
            Self::RequestAppeal => "request_appeal",
            Self::ApproveAppeal => "approve_appeal",
            Self::RefuseAppeal => "refuse_appeal",
            Self::ForceClose => "force_close",
            Self::ConfirmForceClose => "confirm_force_close",
            Self::RefuseForceClose => "refuse_force_close",
            Self::Correct => "correct",
            Self::Comment => "comment",
            Self::Assign => "assign",
            Self::Supervise => "supervise",
            Self::Reply => "reply",
        }
    }

    /// The command's row.
    pub fn rule(self) -> &'static Rule {
        RULES
            .iter()
            .find(|rule| rule.command == self)
            .expect("every command has its row: the table's test walks them all")
    }

    /// Refuses the command unless one of these parties may give it in this state.
    ///
    /// # Errors
    /// [`Refused::NotYours`] before [`Refused::WrongState`].
    pub fn require(self, state: State, parties: &[Party]) -> Result<(), Refused> {
        let rule = self.rule();
        if !rule.who.iter().any(|party| parties.contains(party)) {
            return Err(Refused::NotYours);
        }
        if !rule.from.contains(&state) {
            return Err(Refused::WrongState(state));
        }
        Ok(())
    }
}

/// Commands that these parties may give now, in the order of the table.
pub fn allowed(state: State, parties: &[Party]) -> Vec<Command> {
    RULES
        .iter()
        .filter(|rule| rule.command.require(state, parties).is_ok())
        .map(|rule| rule.command)
        .collect()
}

/// A word that names no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no ticket state")]
pub struct UnknownState(pub String);

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or_else(|| UnknownState(word.to_owned()))
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
