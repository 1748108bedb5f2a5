//! One mutation, read into what it asks for. Whatever it is, there is an id to keep it under and a digest to know it by; what
//! is wrong with it is said at one place.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use uuid::{Builder, Uuid};

use super::batch::{MutationText, uuid, value};
use super::fault::Faults;
use super::json::{fit, nul_character, parse};
use super::photo::{AttachmentIn, read_photos};
use super::report::ReportIn;
use super::task::task_order;
use super::ticket::order;
use crate::domain::evidence::{DeclaredPhoto, Sha256Digest};
use crate::domain::report::{MAX_PHOTOS, NewReport};
use crate::domain::sync::captured::Arrival;
use crate::domain::sync::mutation::{Kind, content, digest, digest_of_text};
use crate::domain::task::TaskOrder;
use crate::domain::text::Text;
use crate::domain::ticket::command::Order;
use crate::services::error::{Error, FieldError};

/// A mutation, read.
#[derive(Debug)]
pub struct Mutation {
    /// Its id, or one made of its text when it has none that can be used.
    pub mid: Uuid,
    /// Its place in the phone's order.
    pub seq: i64,
    /// Its kind as it came.
    pub kind: String,
    /// What it is about.
    pub target: Option<Uuid>,
    /// The version that the phone had seen.
    pub base_rev: Option<i64>,
    /// Mutations that come first.
    pub depends_on: Vec<Uuid>,
    /// Photos that it declares. One that cannot be read has a digest that no photo has: it never counts as here.
    pub photos: Vec<(Uuid, Sha256Digest)>,
    /// Identity of its content.
    pub canon_sha256: Sha256Digest,
    /// As it came.
    pub raw: String,
    /// What it asks for, or what is wrong with it.
    pub work: Result<Work, FieldError>,
}

/// What a mutation asks for.
#[derive(Debug)]
pub enum Work {
    /// A report.
    Create(Box<NewReport>),
    /// Something more about a report.
    Amend(Addition),
    /// More photos for a report.
    AddPhotos(Addition),
    /// A command to a ticket.
    Order(Uuid, Order),
    /// An order about a task.
    Task(Uuid, TaskOrder),
}

/// What comes to a report later.
#[derive(Debug)]
pub struct Addition {
    /// The report.
    pub report_id: Uuid,
    /// The finding that the photos show.
    pub finding_id: Option<Uuid>,
    /// Photos.
    pub photos: Vec<DeclaredPhoto>,
    /// The content as it came.
    pub raw: Value,
}

impl Mutation {
    /// Whether the id is made of the text.
    pub fn has_no_mid(&self) -> bool {
        matches!(&self.work, Err(fault) if fault.code == MID_INVALID)
    }
}

const MID_INVALID: &str = "mid_invalid";

/// What every mutation has, read from its text alone: even one whose content cannot be read is kept under its own id.
#[derive(Deserialize, Default)]
struct Head<'a> {
    #[serde(borrow)]
    mid: Option<&'a RawValue>,
    #[serde(borrow)]
    seq: Option<&'a RawValue>,
    #[serde(borrow)]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    base_rev: Option<&'a RawValue>,
    #[serde(borrow)]
    depends_on: Option<&'a RawValue>,
    #[serde(borrow)]
    attachments: Option<&'a RawValue>,
}

/// Reads a mutation.
pub fn read_mutation(it: &MutationText, arrival: &Arrival) -> Mutation {
    let is_object = it.text.trim_start().starts_with('{');
    let head: Head<'_> = Some(&it.text)
        .filter(|_| is_object)
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let own_mid = head.mid.and_then(uuid);
    let whole = parse(it.text.as_bytes()).ok().filter(|_| it.is_utf8);
    let content = whole.map(content);
    let canon_sha256 = content
        .as_ref()
        .map_or_else(|| digest_of_text(it.text.as_bytes()), digest);
    let kind = head.kind.and_then(value).and_then(|kind| text(&kind));
    let seq = number(head.seq);
    let depends_on = uuids(head.depends_on);
    let base_rev = number(head.base_rev);
    let target = head.id.and_then(uuid);
    let asked = Asked {
        kind: kind.as_deref(),
        target,
        canon_sha256,
        arrival,
    };
    let work = fault_of_head(it, own_mid, &seq, &depends_on, &base_rev)
        .and_then(|()| asked.work(content.ok_or_else(|| unreadable(it))?));
    Mutation {
        mid: own_mid.unwrap_or_else(|| mid_of_text(&it.text)),
        seq: seq.ok().flatten().unwrap_or(0),
        kind: kind.map(|kind| kept_kind(&kind)).unwrap_or_default(),
        target,
        base_rev: base_rev.ok().flatten(),
        depends_on: depends_on.unwrap_or_default(),
        photos: head.attachments.map(declared).unwrap_or_default(),
        canon_sha256,
        raw: it.text.clone(),
        work,
    }
}

fn fault_of_head(
    it: &MutationText,
    mid: Option<Uuid>,
    seq: &Result<Option<i64>, Unfit>,
    depends_on: &Result<Vec<Uuid>, Unfit>,
    base_rev: &Result<Option<i64>, Unfit>,
) -> Result<(), FieldError> {
    if mid.is_none() {
        return Err(fault(
            "/mid",
            MID_INVALID,
            "缺少可用的 mid",
            "no usable mid",
        ));
    }
    if !it.is_utf8 {
        return Err(fault("", "not_utf8", "不是 UTF-8 文本", "not UTF-8"));
    }
    let unfit = |at: &str| fault(at, "does_not_fit", "不符合要求", "does not fit");
    seq.as_ref().map_err(|_unfit| unfit("/seq"))?;
    base_rev.as_ref().map_err(|_unfit| unfit("/base_rev"))?;
    depends_on.as_ref().map_err(|_unfit| unfit("/depends_on"))?;
    Ok(())
}

/// What the rest of a mutation is read for.
struct Asked<'a> {
    kind: Option<&'a str>,
    target: Option<Uuid>,
    canon_sha256: Sha256Digest,
    arrival: &'a Arrival,
}

impl Asked<'_> {
    fn work(&self, content: Value) -> Result<Work, FieldError> {
        if let Some(fault) = nul_character(&content) {
            return Err(fault);
        }
        let kind = self
            .kind
            .and_then(|kind| kind.parse().ok())
            .ok_or_else(|| {
                fault(
                    "/kind",
                    "kind_unknown",
                    "服务器尚不支持这种操作，已保存",
                    "this server does not know this kind of mutation yet; it is kept",
                )
            })?;
        match kind {
            Kind::CreateReport => {
                let (report, _unknown) = fit::<ReportIn>(&content)?;
                report
                    .parse(content, self.canon_sha256, self.arrival)
                    .map(|report| Work::Create(Box::new(report)))
                    .map_err(first_fault)
            }
            Kind::AmendReport => {
                let (amendment, _unknown) = fit::<AmendmentIn>(&content)?;
                Ok(Work::Amend(amendment.parse(None, content)?))
            }
            Kind::AddAttachments => {
                let (photos, _unknown) = fit::<PhotosIn>(&content)?;
                Ok(Work::AddPhotos(photos.parse(content)?))
            }
            Kind::Ticket(command) => {
                let id = self.target.ok_or_else(|| {
                    fault("/id", "does_not_fit", "应为工单编号", "no id of a ticket")
                })?;
                let body = body_of_command(content)?;
                let order = order(command, &body)
                    .map_err(first_fault)
                    .map_err(beside_data)?;
                Ok(Work::Order(id, order))
            }
            Kind::Task(command) => {
                let id = self.target.ok_or_else(|| {
                    fault("/id", "does_not_fit", "应为任务编号", "no id of a task")
                })?;
                let order = task_order(command, &body_of_command(content)?)
                    .map_err(first_fault)
                    .map_err(beside_data)?;
                Ok(Work::Task(id, order))
            }
        }
    }
}

/// Members of a mutation that a REST body has within.
const BESIDE_DATA: [&str; 2] = ["attachments", "geo"];

/// The REST body of a command: `data` with the photos and the position that stand beside it.
fn body_of_command(mut content: Value) -> Result<Value, FieldError> {
    let beside = BESIDE_DATA.map(|name| (name, content.get_mut(name).map(Value::take)));
    let mut body = match content.get_mut("data").map(Value::take) {
        None | Some(Value::Null) => json!({}),
        Some(data) => data,
    };
    let members = body
        .as_object_mut()
        .ok_or_else(|| fault("/data", "does_not_fit", "应为对象", "not an object"))?;
    for (name, value) in beside {
        members.remove(name);
        if let Some(value) = value.filter(|value| !value.is_null()) {
            members.insert(name.to_owned(), value);
        }
    }
    Ok(body)
}

/// Points into the mutation what points into the body of a command.
pub fn beside_data(fault: FieldError) -> FieldError {
    let mut words = fault.pointer.split('/').skip(1);
    if words
        .next()
        .is_some_and(|first| BESIDE_DATA.contains(&first))
    {
        return fault;
    }
    FieldError {
        pointer: format!("/data{}", fault.pointer),
        ..fault
    }
}

/// `report.amend`: the data is kept as it is.
#[derive(Deserialize)]
struct AmendmentIn {
    id: Uuid,
    #[serde(default)]
    attachments: Vec<AttachmentIn>,
}

/// `report.add_attachments`.
#[derive(Deserialize)]
struct PhotosIn {
    id: Uuid,
    #[serde(default)]
    data: Option<PhotosDataIn>,
    attachments: Vec<AttachmentIn>,
}

#[derive(Deserialize)]
struct PhotosDataIn {
    #[serde(default)]
    finding: Option<Uuid>,
}

impl AmendmentIn {
    fn parse(self, finding_id: Option<Uuid>, raw: Value) -> Result<Addition, FieldError> {
        let mut faults = Faults::default();
        let photos = read_photos(&self.attachments, "/attachments", MAX_PHOTOS, &mut faults);
        let addition = Addition {
            report_id: self.id,
            finding_id,
            photos,
            raw,
        };
        faults.refuse_or(addition).map_err(first_fault)
    }
}

impl PhotosIn {
    fn parse(self, raw: Value) -> Result<Addition, FieldError> {
        if self.attachments.is_empty() {
            return Err(fault(
                "/attachments",
                "photos_required",
                "应有照片",
                "no photo",
            ));
        }
        let finding_id = self.data.and_then(|data| data.finding);
        let amendment = AmendmentIn {
            id: self.id,
            attachments: self.attachments,
        };
        amendment.parse(finding_id, raw)
    }
}

/// It is there, but cannot be read.
struct Unfit;

fn number(raw: Option<&RawValue>) -> Result<Option<i64>, Unfit> {
    match raw.map(|raw| value(raw).ok_or(Unfit)).transpose()? {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(digits)) => digits.parse().map(Some).map_err(|_no_number| Unfit),
        Some(number) => number.as_i64().map(Some).ok_or(Unfit),
    }
}

fn uuids(raw: Option<&RawValue>) -> Result<Vec<Uuid>, Unfit> {
    match raw.map(read::<Option<Vec<Uuid>>>) {
        None => Ok(Vec::new()),
        Some(read) => read.map(Option::unwrap_or_default).ok_or(Unfit),
    }
}

fn read<T: DeserializeOwned>(raw: &RawValue) -> Option<T> {
    fit(&value(raw)?).ok().map(|(read, _unknown)| read)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A kind that nobody knows, as it is kept: no kind is as long, and PostgreSQL's text has no U+0000.
fn kept_kind(kind: &str) -> String {
    const MAX_CHARS: usize = 64;
    let kept = kind.chars().take(MAX_CHARS);
    kept.map(|c| {
        if c == '\0' {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    })
    .collect()
}

/// The photos that a mutation declares, each once.
fn declared(raw: &RawValue) -> Vec<(Uuid, Sha256Digest)> {
    const NO_PHOTO: Sha256Digest = Sha256Digest([0; 32]);
    let entries: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
    let mut photos: Vec<(Uuid, Sha256Digest)> = Vec::new();
    for entry in entries {
        let entry = value(entry).unwrap_or_default();
        let member = |name: &str| entry.get(name).and_then(Value::as_str);
        let aid = member("aid").and_then(|aid| Uuid::try_parse(aid).ok());
        let aid = aid.unwrap_or(Uuid::nil());
        let sha256 = member("sha256").and_then(Sha256Digest::from_hex);
        if photos.iter().all(|(known, _)| *known != aid) {
            photos.push((aid, sha256.unwrap_or(NO_PHOTO)));
        }
    }
    photos
}

/// An id for what has none: the same text has the same.
fn mid_of_text(text: &str) -> Uuid {
    let Sha256Digest(digest) = digest_of_text(text.as_bytes());
    let bytes = digest.first_chunk::<16>().copied().unwrap_or_default();
    Builder::from_custom_bytes(bytes).into_uuid()
}

fn unreadable(it: &MutationText) -> FieldError {
    let reason = parse(it.text.as_bytes()).err();
    let reason = reason.map(|error| error.to_string()).unwrap_or_default();
    fault(
        "",
        "malformed_json",
        &format!("无法读取：{reason}"),
        &reason,
    )
}

fn first_fault(error: Error) -> FieldError {
    match error {
        Error::Refused(mut refusal) if !refusal.errors.is_empty() => refusal.errors.swap_remove(0),
        other => FieldError::new("", other.code().as_str(), other.code().title()),
    }
}

fn fault(pointer: &str, code: &'static str, zh: &str, en: &str) -> FieldError {
    FieldError::new(pointer, code, Text::new(zh.to_owned(), en.to_owned()))
}
