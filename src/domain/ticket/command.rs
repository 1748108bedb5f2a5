//! What each command carries, parsed: every value here is one that the domain accepts.

use std::str::FromStr;

use jiff::Timestamp;
use uuid::Uuid;

use super::machine::Command;
use super::request::SuspensionPlan;

use crate::domain::evidence::DeclaredPhoto;
use crate::domain::geo::Point;
use crate::domain::report::Fix;
use crate::domain::supervision::ladder::Addressee;

/// Longest opinion, reason or comment, in characters.
pub const MAX_OPINION_CHARS: usize = 2_000;
/// Most photos with one command.
pub const MAX_COMMAND_PHOTOS: usize = 50;

/// Result of a recheck (核查结果): three values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecheckResult {
    /// 合格.
    Pass,
    /// 不合格.
    Fail,
    /// 无法核查: nobody there, gate locked.
    Unable,
}

impl RecheckResult {
    const ALL: [Self; 3] = [Self::Pass, Self::Fail, Self::Unable];

    /// The word used in the API and in the trail.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unable => "unable",
        }
    }
}

/// Why a unit returns a ticket (退件理由).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnReason {
    /// 不属本辖区.
    NotOurArea,
    /// 不属本单位职责.
    NotOurDuty,
    /// 现场未发现问题.
    NotFoundOnSite,
    /// 项目或描述有误.
    WrongItem,
    /// 重复派遣.
    Duplicate,
    /// 其他.
    Other,
}

impl ReturnReason {
    const ALL: [Self; 6] = [
        Self::NotOurArea,
        Self::NotOurDuty,
        Self::NotFoundOnSite,
        Self::WrongItem,
        Self::Duplicate,
        Self::Other,
    ];

    /// The word used in the API and in the trail.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotOurArea => "not_our_area",
            Self::NotOurDuty => "not_our_duty",
            Self::NotFoundOnSite => "not_found_on_site",
            Self::WrongItem => "wrong_item",
            Self::Duplicate => "duplicate",
            Self::Other => "other",
        }
    }
}

/// A word that is none of those allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a word of this list")]
pub struct UnknownWord(pub String);

impl FromStr for RecheckResult {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|result| result.as_str() == word)
            .ok_or_else(|| UnknownWord(word.to_owned()))
    }
}

impl FromStr for ReturnReason {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.as_str() == word)
            .ok_or_else(|| UnknownWord(word.to_owned()))
    }
}

/// 立案 by a clerk; what is not named is taken from what the rules proposed.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// Code of the condition within the ticket's item.
    pub condition: Option<String>,
    /// Code of the lead unit.
    pub lead_unit: Option<String>,
    /// Remark.
    pub opinion: String,
}

/// 退件.
#[derive(Debug, Clone)]
pub struct Return {
    /// Reason from the list.
    pub reason: ReturnReason,
    /// The reason in words.
    pub text: String,
}

/// 改派, 确权.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// Code of the unit.
    pub unit: String,
    /// 意见.
    pub opinion: String,
}

/// 提交整改.
#[derive(Debug, Clone)]
pub struct Submission {
    /// 整改措施: what was done, or the control measure for behaviour and service items.
    pub measure: String,
    /// After-photos; their bytes may come later.
    pub photos: Vec<DeclaredPhoto>,
    /// Where they were taken, if the app knows.
    pub fix: Option<Fix>,
}

/// 核查.
#[derive(Debug, Clone)]
pub struct Recheck {
    /// What was found.
    pub result: RecheckResult,
    /// 意见.
    pub opinion: String,
    /// Photos of the recheck.
    pub photos: Vec<DeclaredPhoto>,
    /// Where they were taken, if the app knows.
    pub fix: Option<Fix>,
}

/// 留言.
#[derive(Debug, Clone)]
pub struct Comment {
    /// What is said.
    pub text: String,
    /// Photos with it.
    pub photos: Vec<DeclaredPhoto>,
}

/// 指派 of a recheck.
#[derive(Debug, Clone)]
pub struct Assign {
    /// The inspector who is asked to recheck.
    pub rechecker: Uuid,
    /// By when.
    pub due_at: Option<Timestamp>,
    /// What the office says to it.
    pub opinion: String,
}

/// 申请挂账.
#[derive(Debug, Clone)]
pub struct SuspensionRequest {
    /// Plan, temporary measure and date.
    pub plan: SuspensionPlan,
    /// Why.
    pub reason: String,
}

/// When the reply to a slip is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyDue {
    /// By the policy.
    Usual,
    /// So many work hours from now.
    WorkHours(u32),
    /// At an instant.
    At(Timestamp),
}

/// 督办.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Why.
    pub reason: String,
    /// When the reply is due.
    pub reply_due: ReplyDue,
    /// To whom it is addressed.
    pub to: Addressee,
}

/// 督办回复.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Number of the slip.
    pub slip: String,
    /// What is replied.
    pub text: String,
    /// Photos with it.
    pub photos: Vec<DeclaredPhoto>,
}

/// 更正: what is none stays, or follows from the rest.
#[derive(Debug, Clone)]
pub struct Correction {
    /// Code of the right item.
    pub item: Option<String>,
    /// Code of the right condition.
    pub condition: Option<String>,
    /// The right position.
    pub position: Option<Point>,
    /// Code of the lead unit.
    pub lead_unit: Option<String>,
    /// Why.
    pub reason: String,
}

/// 指派 inside the lead unit.
#[derive(Debug, Clone)]
pub struct AssignWork {
    /// Id or user name of who works on it from now on; none: nobody in particular.
    pub assignee: Option<String>,
    /// Remark.
    pub opinion: String,
}

/// A command with what it carries.
#[derive(Debug, Clone)]
pub enum Order {
    /// 立案.
    File(File),
    /// 不予立案, with its reason.
    Reject(String),
    /// 并案.
    Merge {
        /// The open ticket that this is another sighting of.
        master: Uuid,
        /// Remark.
        reason: String,
    },
    /// 作废, with its reason.
    Void(String),
    /// 签收.
    Acknowledge,
    /// 退件.
    Return(Return),
    /// 改派.
    Redispatch(Assignment),
    /// 确权.
    RuleOwnership(Assignment),
    /// 提交整改.
    Submit(Submission),
    /// 核查.
    Recheck(Recheck),
    /// 申请延期, with its reason.
    RequestExtension(String),
    /// 同意延期, with an opinion.
    ApproveExtension(String),
    /// 不同意延期, with an opinion.
    RefuseExtension(String),
    /// 申请挂账.
    RequestSuspension(SuspensionRequest),
    /// 同意挂账, with an opinion.
    ApproveSuspension(String),
    /// 不同意挂账, with an opinion.
    RefuseSuspension(String),
    /// 申诉, with its reason.
    RequestAppeal(String),
    /// 申诉成立, with an opinion.
    ApproveAppeal(String),
    /// 申诉不成立, with an opinion.
    RefuseAppeal(String),
    /// 强制结案, with its reason.
    ForceClose(String),
    /// 强制结案 confirmed, with an opinion.
    ConfirmForceClose(String),
    /// 强制结案 refused or withdrawn, with an opinion.
    RefuseForceClose(String),
    /// 更正.
    Correct(Box<Correction>),
    /// 留言.
    Comment(Comment),
    /// 指派.
    Assign(Assign),
    /// 指派 inside the lead unit.
    AssignWork(AssignWork),
    /// 督办.
    Supervise(Notice),
    /// 督办回复.
    Reply(Reply),
}

impl Order {
    /// The machine's name for it.
    pub fn command(&self) -> Command {
        match self {
            Self::File(_) => Command::File,
            Self::Reject(_) => Command::Reject,
            Self::Merge { .. } => Command::Merge,
            Self::Void(_) => Command::Void,
            Self::Acknowledge => Command::Acknowledge,
            Self::Return(_) => Command::Return,
            Self::Redispatch(_) => Command::Redispatch,
            Self::RuleOwnership(_) => Command::RuleOwnership,
            Self::Submit(_) => Command::Submit,
            Self::Recheck(_) => Command::Recheck,
            Self::RequestExtension(_) => Command::RequestExtension,
            Self::ApproveExtension(_) => Command::ApproveExtension,
            Self::RefuseExtension(_) => Command::RefuseExtension,
            Self::RequestSuspension(_) => Command::RequestSuspension,
            Self::ApproveSuspension(_) => Command::ApproveSuspension,
            Self::RefuseSuspension(_) => Command::RefuseSuspension,
            Self::RequestAppeal(_) => Command::RequestAppeal,
            Self::ApproveAppeal(_) => Command::ApproveAppeal,
            Self::RefuseAppeal(_) => Command::RefuseAppeal,
            Self::ForceClose(_) => Command::ForceClose,
            Self::ConfirmForceClose(_) => Command::ConfirmForceClose,
            Self::RefuseForceClose(_) => Command::RefuseForceClose,
            Self::Correct(_) => Command::Correct,
            Self::Comment(_) => Command::Comment,
            Self::Assign(_) => Command::Assign,
            Self::AssignWork(_) => Command::Assign,
            Self::Supervise(_) => Command::Supervise,
            Self::Reply(_) => Command::Reply,
        }
    }
}

/// What the caller knew when it gave the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The version in `If-Match`, which must be the present one; none when the caller sent none.
    Present(Option<i64>),
    /// What a phone last saw before it was offline: the command is judged on what the ticket is now.
    Offline,
    /// The same, under an assignment that has ended since: the ticket is not the caller's to see any more.
    Former,
}

/// Which ticket, and on what basis.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The ticket.
    pub id: Uuid,
    /// What the caller knew of it.
    pub basis: Basis,
}

impl Target {
    /// A ticket at the version that the caller sent in `If-Match`, if it did.
    pub fn seen(id: Uuid, rev: Option<i64>) -> Self {
        Self {
            id,
            basis: Basis::Present(rev),
        }
    }
}
