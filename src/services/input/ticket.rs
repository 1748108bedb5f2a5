//! Bodies of commands, and reading them into what the domain accepts.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::correction::CorrectIn;
use super::fault::Faults;
use super::json::fit;
use super::photo::{AttachmentIn, read_photos};
use super::report::GeoIn;
use super::request::{AssignIn, OpinionIn, ReplyIn, SuperviseIn, SuspensionIn};
use crate::domain::ticket::command::{
    Assignment, Comment, File, MAX_COMMAND_PHOTOS, MAX_OPINION_CHARS, Order, Recheck, Return,
    Submission,
};
use crate::domain::ticket::machine::Command;
use crate::services::Error;

/// 立案.
#[derive(Deserialize, ToSchema)]
pub struct FileIn {
    /// Code of the filing condition; none keeps the one that is known.
    #[serde(default)]
    condition: Option<String>,
    /// Code of the lead unit; none takes the one that the rules find.
    #[serde(default)]
    lead_unit: Option<String>,
    /// Remark.
    #[serde(default)]
    opinion: String,
}

/// A reason in words.
#[derive(Deserialize, ToSchema)]
pub struct ReasonIn {
    /// Why.
    reason: String,
}

/// 并案.
#[derive(Deserialize, ToSchema)]
pub struct MergeIn {
    /// The open ticket that this is another sighting of.
    master: Uuid,
    /// Remark.
    #[serde(default)]
    reason: String,
}

/// 签收 carries nothing.
#[derive(Deserialize, ToSchema)]
pub struct NothingIn {}

/// 退件.
#[derive(Deserialize, ToSchema)]
pub struct ReturnIn {
    /// `not_our_area`, `not_our_duty`, `not_found_on_site`, `wrong_item`, `duplicate` or `other`.
    #[schema(example = "not_our_duty")]
    reason: String,
    /// The reason in words.
    text: String,
}

/// 改派 or 确权.
#[derive(Deserialize, ToSchema)]
pub struct AssignmentIn {
    /// Code of the unit.
    #[schema(example = "371602-sanitation")]
    unit: String,
    /// 意见; needed for the same unit again, and for a ruling.
    #[serde(default)]
    opinion: String,
}

/// 提交整改.
#[derive(Deserialize, ToSchema)]
pub struct SubmitIn {
    /// 整改措施: what was done.
    #[serde(default)]
    measure: String,
    /// After-photos; their bytes may come within 24 h.
    #[serde(default)]
    attachments: Vec<AttachmentIn>,
    /// Where the after-photos were taken.
    #[serde(default)]
    geo: Option<GeoIn>,
}

/// 核查.
#[derive(Deserialize, ToSchema)]
pub struct RecheckIn {
    /// `pass`, `fail` or `unable`.
    #[schema(example = "pass")]
    result: String,
    /// 意见; needed for `fail` and `unable`.
    #[serde(default)]
    opinion: String,
    /// Photos of the place.
    #[serde(default)]
    attachments: Vec<AttachmentIn>,
    /// Where they were taken.
    #[serde(default)]
    geo: Option<GeoIn>,
}

/// 留言.
#[derive(Deserialize, ToSchema)]
pub struct CommentIn {
    /// What is said.
    text: String,
    /// Photos with it.
    #[serde(default)]
    attachments: Vec<AttachmentIn>,
}

/// Reads the body of a command.
///
/// # Errors
/// `invalid`.
pub fn order(command: Command, body: &Value) -> Result<Order, Error> {
    Ok(match command {
        Command::File => Order::File(read::<FileIn>(body)?.parse()?),
        Command::Reject => Order::Reject(read::<ReasonIn>(body)?.parse()?),
        Command::Merge => {
            let (master, reason) = read::<MergeIn>(body)?.parse()?;
            Order::Merge { master, reason }
        }
        Command::Void => Order::Void(read::<ReasonIn>(body)?.parse()?),
        Command::Acknowledge => Order::Acknowledge,
        Command::Return => Order::Return(read::<ReturnIn>(body)?.parse()?),
        Command::Redispatch => Order::Redispatch(read::<AssignmentIn>(body)?.parse(false)?),
        Command::RuleOwnership => Order::RuleOwnership(read::<AssignmentIn>(body)?.parse(true)?),
        Command::Submit => Order::Submit(read::<SubmitIn>(body)?.parse()?),
        Command::Recheck => Order::Recheck(read::<RecheckIn>(body)?.parse()?),
        Command::RequestExtension => Order::RequestExtension(read::<ReasonIn>(body)?.parse()?),
        Command::ApproveExtension => Order::ApproveExtension(approval(body)?),
        Command::RefuseExtension => Order::RefuseExtension(refusal(body)?),
        Command::RequestSuspension => {
            Order::RequestSuspension(read::<SuspensionIn>(body)?.parse()?)
        }
        Command::ApproveSuspension => Order::ApproveSuspension(approval(body)?),
        Command::RefuseSuspension => Order::RefuseSuspension(refusal(body)?),
        Command::RequestAppeal => Order::RequestAppeal(read::<ReasonIn>(body)?.parse()?),
        Command::ApproveAppeal => Order::ApproveAppeal(approval(body)?),
        Command::RefuseAppeal => Order::RefuseAppeal(refusal(body)?),
        Command::ForceClose => Order::ForceClose(read::<ReasonIn>(body)?.parse()?),
        Command::ConfirmForceClose => Order::ConfirmForceClose(approval(body)?),
        Command::RefuseForceClose => Order::RefuseForceClose(refusal(body)?),
        Command::Correct => Order::Correct(Box::new(read::<CorrectIn>(body)?.parse()?)),
        Command::Comment => Order::Comment(read::<CommentIn>(body)?.parse()?),
        Command::Assign => read::<AssignIn>(body)?.parse()?,
        Command::Supervise => Order::Supervise(read::<SuperviseIn>(body)?.parse()?),
        Command::Reply => Order::Reply(read::<ReplyIn>(body)?.parse()?),
    })
}

pub(super) fn read<T: DeserializeOwned>(body: &Value) -> Result<T, Error> {
    let (read, _unknown) = fit(body).map_err(|fault| Error::invalid(vec![fault]))?;
    Ok(read)
}

fn approval(body: &Value) -> Result<String, Error> {
    read::<OpinionIn>(body)?.parse(false)
}

fn refusal(body: &Value) -> Result<String, Error> {
    read::<OpinionIn>(body)?.parse(true)
}

pub(super) fn words(pointer: &str, text: &str, faults: &mut Faults) -> String {
    faults.check_length(pointer, text, MAX_OPINION_CHARS);
    text.trim().to_owned()
}

pub(super) fn needed(pointer: &str, text: &str, faults: &mut Faults) -> String {
    if text.trim().is_empty() {
        faults.add(pointer, "required", "必填", "must not be empty");
    }
    words(pointer, text, faults)
}

impl FileIn {
    /// The command.
    pub fn parse(self) -> Result<File, Error> {
        let mut faults = Faults::default();
        let command = File {
            condition: self.condition,
            lead_unit: self.lead_unit,
            opinion: words("/opinion", &self.opinion, &mut faults),
        };
        faults.refuse_or(command)
    }
}

impl ReasonIn {
    /// The reason.
    pub fn parse(self) -> Result<String, Error> {
        let mut faults = Faults::default();
        let reason = needed("/reason", &self.reason, &mut faults);
        faults.refuse_or(reason)
    }
}

impl MergeIn {
    /// The master and the remark.
    pub fn parse(self) -> Result<(Uuid, String), Error> {
        let mut faults = Faults::default();
        let reason = words("/reason", &self.reason, &mut faults);
        faults.refuse_or((self.master, reason))
    }
}

impl ReturnIn {
    /// The command.
    pub fn parse(self) -> Result<Return, Error> {
        let mut faults = Faults::default();
        let text = needed("/text", &self.text, &mut faults);
        let Ok(reason) = self.reason.parse() else {
            faults.add(
                "/reason",
                "unknown_reason",
                "应为 not_our_area、not_our_duty、not_found_on_site、wrong_item、duplicate、other 之一",
                "one of not_our_area, not_our_duty, not_found_on_site, wrong_item, duplicate, other",
            );
            return faults.refuse();
        };
        faults.refuse_or(Return { reason, text })
    }
}

impl AssignmentIn {
    /// The command.
    pub fn parse(self, opinion_needed: bool) -> Result<Assignment, Error> {
        let mut faults = Faults::default();
        let read = if opinion_needed { needed } else { words };
        let opinion = read("/opinion", &self.opinion, &mut faults);
        faults.refuse_or(Assignment {
            unit: self.unit,
            opinion,
        })
    }
}

impl SubmitIn {
    /// The command.
    pub fn parse(self) -> Result<Submission, Error> {
        let mut faults = Faults::default();
        let measure = words("/measure", &self.measure, &mut faults);
        let photos = photos(&self.attachments, &mut faults);
        let fix = self.geo.and_then(|geo| geo.parse(&mut faults));
        faults.refuse_or(Submission {
            measure,
            photos,
            fix,
        })
    }
}

impl RecheckIn {
    /// The command.
    pub fn parse(self) -> Result<Recheck, Error> {
        let mut faults = Faults::default();
        let opinion = words("/opinion", &self.opinion, &mut faults);
        let photos = photos(&self.attachments, &mut faults);
        let fix = self.geo.and_then(|geo| geo.parse(&mut faults));
        let Ok(result) = self.result.parse() else {
            faults.add(
                "/result",
                "unknown_result",
                "应为 pass、fail 或 unable",
                "one of pass, fail, unable",
            );
            return faults.refuse();
        };
        faults.refuse_or(Recheck {
            result,
            opinion,
            photos,
            fix,
        })
    }
}

impl CommentIn {
    /// The command.
    pub fn parse(self) -> Result<Comment, Error> {
        let mut faults = Faults::default();
        let text = needed("/text", &self.text, &mut faults);
        let photos = photos(&self.attachments, &mut faults);
        faults.refuse_or(Comment { text, photos })
    }
}

pub(super) fn photos(
    attachments: &[AttachmentIn],
    faults: &mut Faults,
) -> Vec<crate::domain::evidence::DeclaredPhoto> {
    read_photos(attachments, "/attachments", MAX_COMMAND_PHOTOS, faults)
}
