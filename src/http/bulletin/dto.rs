//! Bulletins on the wire.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::bulletin::{Bulletin, Draft, MAX_CASES, MAX_FOREWORD_CHARS, MAX_TITLE_CHARS};
use crate::domain::supervision::period::Period;
use crate::services::Error;
use crate::services::input::fault::Faults;

/// What a supervisor writes.
#[derive(Deserialize, ToSchema)]
pub struct BulletinIn {
    /// Title.
    #[schema(example = "11 月城市文明创建督查情况通报")]
    title: String,
    /// What stands before the figures; a paragraph a line.
    #[serde(default)]
    foreword: String,
    /// First day of the period, in the city.
    #[schema(value_type = String, example = "2026-11-01")]
    from: Date,
    /// Last day of it.
    #[schema(value_type = String, example = "2026-11-30")]
    to: Date,
    /// As known at this instant (RFC 3339); the end of the period when left out, or the freezing if that is earlier.
    #[serde(default)]
    as_of: Option<Timestamp>,
    /// Tickets shown with their pictures before and after, at most 12.
    #[serde(default)]
    cases: Vec<Uuid>,
}

impl BulletinIn {
    /// The draft, if everything in it can be.
    ///
    /// # Errors
    /// `invalid`, with every fault.
    pub fn parse(self) -> Result<Draft, Error> {
        let mut faults = Faults::default();
        if self.title.trim().is_empty() {
            faults.add("/title", "required", "必填", "must not be empty");
        }
        faults.check_length("/title", &self.title, MAX_TITLE_CHARS);
        faults.check_length("/foreword", &self.foreword, MAX_FOREWORD_CHARS);
        if self.to < self.from {
            faults.add("/to", "does_not_fit", "不得早于 from", "not before from");
        }
        if self.cases.len() > MAX_CASES {
            let (zh, en) = (
                format!("最多 {MAX_CASES} 件"),
                format!("at most {MAX_CASES}"),
            );
            faults.add("/cases", "too_many", &zh, &en);
        }
        faults.refuse_or(Draft {
            title: self.title,
            foreword: self.foreword,
            period: Period {
                from: self.from,
                to: self.to,
            },
            as_of: self.as_of,
            cases: self.cases,
        })
    }
}

/// A bulletin without its content.
#[derive(Serialize, ToSchema)]
pub struct BulletinOut {
    /// Id.
    id: Uuid,
    /// Its number, from the freezing on.
    #[schema(example = "TB-2026-001")]
    number: Option<String>,
    /// `draft`, `frozen` or `published`.
    #[schema(example = "published")]
    state: &'static str,
    /// Title.
    title: String,
    /// What stands before the figures.
    foreword: String,
    /// First day of the period.
    #[schema(value_type = String, example = "2026-11-01")]
    from: Date,
    /// Last day of it.
    #[schema(value_type = String, example = "2026-11-30")]
    to: Date,
    /// As known then.
    as_of: Option<Timestamp>,
    /// Tickets shown with their pictures.
    cases: Vec<Uuid>,
    /// When it was begun.
    created_at: Timestamp,
    /// When it was frozen.
    frozen_at: Option<Timestamp>,
    /// When it was published.
    published_at: Option<Timestamp>,
    /// SHA-256 over its data, a zero byte and its page, hexadecimal.
    sha256: Option<String>,
}

impl From<Bulletin> for BulletinOut {
    fn from(bulletin: Bulletin) -> Self {
        Self {
            id: bulletin.id,
            number: bulletin.number,
            state: bulletin.state.as_str(),
            title: bulletin.draft.title,
            foreword: bulletin.draft.foreword,
            from: bulletin.draft.period.from,
            to: bulletin.draft.period.to,
            as_of: bulletin.draft.as_of,
            cases: bulletin.draft.cases,
            created_at: bulletin.created_at,
            frozen_at: bulletin.frozen_at,
            published_at: bulletin.published_at,
            sha256: bulletin.hash.map(hex::encode),
        }
    }
}

/// A page of bulletins.
#[derive(Serialize, ToSchema)]
pub struct BulletinPageOut {
    /// Latest first.
    pub items: Vec<BulletinOut>,
    /// Where the next page begins; none on the last.
    pub next_cursor: Option<String>,
}

/// A bulletin with what was frozen of it.
#[derive(Serialize, ToSchema)]
pub struct BulletinContentOut {
    /// The bulletin.
    #[serde(flatten)]
    bulletin: BulletinOut,
    /// Figures, definitions, boards, cases, errata and outlines, as canonical JSON; null for a draft.
    #[schema(value_type = Option<Object>)]
    data: Option<Box<RawValue>>,
}

impl BulletinContentOut {
    /// Puts the two together.
    pub fn new(bulletin: Bulletin, data: Option<Box<RawValue>>) -> Self {
        Self {
            bulletin: bulletin.into(),
            data,
        }
    }
}
