//! Superiors' lists (省反馈): each row becomes a report of its own, told by the list's name and its number, so that a list can be
//! sent again. What became of it is said row by row; a bad one hinders no other.

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

use crate::db::{self, AsyncConnection as _, Conn, DbError};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::check_point::CheckPoint;
use crate::domain::import::{FeedbackRow, parse_feedback};
use crate::domain::report::{Finding, MAX_TEXT_CHARS, NewFinding, NewReport};
use crate::domain::sync::mutation::digest;
use crate::domain::text::Text;
use crate::services::error::{Error, Result};
use crate::services::reference::import::refused;
use crate::services::report::{NotStored, Outcome, hand_in};
use crate::services::state::Services;

/// Longest name of a list, in characters.
pub const MAX_LIST_CHARS: usize = 100;

/// What became of a row.
#[derive(Debug, Clone)]
pub enum RowVerdict {
    /// It has a ticket now.
    Taken(Finding),
    /// It had one before: the row is as it was.
    Known(Finding),
    /// The list had another row under this number before; that one stands.
    Differs(Option<Finding>),
    /// It says nothing that could be filed.
    Refused(Vec<Text>),
}

/// A row and what became of it.
#[derive(Debug, Clone)]
pub struct JudgedRow {
    /// Line in the file.
    pub line: u64,
    /// The superior's number.
    pub number: String,
    /// What became of it.
    pub verdict: RowVerdict,
}

/// Why nothing of a list stays.
enum Undone {
    /// It was only asked what would become of it.
    AsAsked(Vec<JudgedRow>),
    Failed(Error),
}

impl From<Error> for Undone {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<DbError> for Undone {
    fn from(error: DbError) -> Self {
        Self::Failed(error.into())
    }
}

/// Takes a list in, or with `dry_run` says what would become of it.
///
/// # Errors
/// `forbidden`; `invalid` for the list's name; `import_refused` for a file that is no list.
pub async fn import(
    svc: &Services,
    actor: &Actor,
    list: &str,
    file: Bytes,
    dry_run: bool,
) -> Result<Vec<JudgedRow>> {
    may_import(actor)?;
    let list = list.trim();
    if list.is_empty() || list.chars().count() > MAX_LIST_CHARS {
        let (zh, en) = (
            format!("须有名称，不超过 {MAX_LIST_CHARS} 字"),
            format!("1 to {MAX_LIST_CHARS} characters"),
        );
        return Err(Error::invalid_field(
            "list",
            "does_not_fit",
            Text::new(zh, en),
        ));
    }
    let rows = tokio::task::spawn_blocking(move || parse_feedback(&file))
        .await
        .map_err(anyhow::Error::from)?
        .map_err(refused)?;
    let mut conn = svc.conn().await?;
    let done = conn
        .transaction::<Vec<JudgedRow>, Undone, _>(async |conn| {
            let judged = judge_all(svc, conn, actor, list, rows).await?;
            if dry_run {
                return Err(Undone::AsAsked(judged));
            }
            Ok(judged)
        })
        .await;
    match done {
        Ok(judged) | Err(Undone::AsAsked(judged)) => Ok(judged),
        Err(Undone::Failed(error)) => Err(error),
    }
}

/// Refuses who may not hand a list in, before it is even read.
///
/// # Errors
/// `forbidden`.
pub fn may_import(actor: &Actor) -> Result<()> {
    Ok(require(actor, Action::ImportFeedback)?)
}

async fn judge_all(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    list: &str,
    rows: Vec<FeedbackRow>,
) -> Result<Vec<JudgedRow>> {
    let codes: Vec<&str> = rows.iter().filter_map(|row| row.point.as_deref()).collect();
    let points = db::check_point::with_codes(conn, &codes).await?;
    let mut judged: Vec<JudgedRow> = Vec::with_capacity(rows.len());
    for row in rows {
        let verdict = if judged.iter().any(|earlier| earlier.number == row.number) {
            let text = Text::new("本清单中编号重复", "the list has this number twice");
            RowVerdict::Refused(vec![text])
        } else {
            judge(svc, conn, actor, list, &row, &points).await?
        };
        judged.push(JudgedRow {
            line: row.line,
            number: row.number,
            verdict,
        });
    }
    Ok(judged)
}

async fn judge(
    svc: &Services,
    conn: &mut Conn,
    actor: &Actor,
    list: &str,
    row: &FeedbackRow,
    points: &[CheckPoint],
) -> Result<RowVerdict> {
    let report = match report(list, row, points) {
        Ok(report) => report,
        Err(text) => return Ok(RowVerdict::Refused(vec![text])),
    };
    if let Some(known) = db::report::known(conn, report.id).await? {
        let stored = db::report::find(conn, report.id, None).await?;
        let finding = stored.and_then(|report| report.findings.into_iter().next());
        return Ok(match finding {
            Some(finding) if known.canon_sha256 == report.canon_sha256 => {
                RowVerdict::Known(finding)
            }
            other => RowVerdict::Differs(other),
        });
    }
    let reports = [report];
    let taken = conn
        .transaction::<_, NotStored, _>(async |conn| hand_in(svc, conn, actor, &reports).await)
        .await;
    match taken {
        Ok(outcomes) => {
            let finding = outcomes.into_iter().find_map(|outcome| match outcome {
                Outcome::Stored(created) => created.report.findings.into_iter().next(),
                Outcome::Amended(_) | Outcome::Taken => None,
            });
            let finding = finding.ok_or_else(|| anyhow::anyhow!("a row without a finding"))?;
            Ok(RowVerdict::Taken(finding))
        }
        Err(NotStored {
            error: Error::Refused(refusal),
            ..
        }) => Ok(RowVerdict::Refused(
            refusal
                .errors
                .into_iter()
                .map(|fault| fault.detail)
                .collect(),
        )),
        Err(not_stored) => Err(not_stored.error),
    }
}

/// The report that a row is, or why it cannot be one.
fn report(
    list: &str,
    row: &FeedbackRow,
    points: &[CheckPoint],
) -> std::result::Result<NewReport, Text> {
    if row.number.is_empty() || row.item.is_empty() {
        return Err(Text::new("缺少编号或项目代码", "number or item is missing"));
    }
    if row.text.chars().count() > MAX_TEXT_CHARS {
        return Err(Text::new("描述过长", "the text is too long"));
    }
    let point = match &row.point {
        None => None,
        Some(code) => Some(points.iter().find(|it| it.code == *code).ok_or_else(|| {
            Text::new(
                format!("没有点位 {code}"),
                format!("there is no check point {code}"),
            )
        })?),
    };
    let raw = json!({ "list": list, "row": content(row) });
    Ok(NewReport {
        id: id_of(list, &row.number, "report"),
        round_id: None,
        point_id: point.map(|point| point.id),
        note: format!("{list} {}", row.number),
        clean: false,
        fix: row.fix()?,
        captured: Value::Null,
        captured_at: None,
        photos: Vec::new(),
        observations: Vec::new(),
        findings: vec![NewFinding {
            id: id_of(list, &row.number, "finding"),
            item: row.item.clone(),
            condition: row.condition.clone(),
            text: row.text.clone(),
            danger: row.is_danger()?,
            fixed_on_site: false,
            photos: Vec::new(),
        }],
        canon_sha256: digest(&raw),
        raw,
    })
}

fn content(row: &FeedbackRow) -> Value {
    json!({
        "number": row.number, "item": row.item, "condition": row.condition, "text": row.text, "point": row.point,
        "lat": row.lat, "lon": row.lon, "datum": row.datum, "danger": row.danger,
    })
}

/// The same row has the same ids whenever it comes; they look as random as any other.
fn id_of(list: &str, number: &str, what: &str) -> Uuid {
    let name = json!([what, list, number]).to_string();
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..]: [u8; 32] =
        Sha256::digest(name.as_bytes()).into();
    Builder::from_random_bytes([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]).into_uuid()
}
