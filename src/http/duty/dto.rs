//! Duties on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::duty::{Duty, DutyKind, DutyPlace};
use crate::domain::page::Page;
use crate::domain::text::Text;
use crate::http::ticket::list::page_limit;
use crate::services::Error;
use crate::services::duty::{DutiesQuery, NewDuty, Place};
use crate::services::error::Code;
use crate::services::input::fault::Faults;

/// Longest name, in characters.
const MAX_PERSON_CHARS: usize = 100;
/// Longest telephone number, in characters.
const MAX_PHONE_CHARS: usize = 40;

/// A duty to be recorded. Exactly one of `unit`, `point` and `area`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct DutyIn {
    /// `street_chief`, `point_chief`, `sponsor` or `frontage`.
    #[schema(example = "street_chief")]
    kind: String,
    /// Code of a unit, such as a street.
    #[serde(default)]
    unit: Option<String>,
    /// Id of a check point.
    #[serde(default)]
    point: Option<Uuid>,
    /// Code of a district or zone.
    #[serde(default)]
    area: Option<String>,
    /// Who.
    #[schema(example = "王某")]
    person: String,
    /// Telephone.
    #[serde(default)]
    phone: String,
    /// Account of a sponsor, who may then read the tickets of the place.
    #[serde(default)]
    account: Option<Uuid>,
    /// Since when; now when not given, never to come.
    #[serde(default)]
    valid_from: Option<Timestamp>,
}

impl DutyIn {
    /// The duty, if it can be one.
    ///
    /// # Errors
    /// `invalid`.
    pub fn parse(self) -> Result<NewDuty, Error> {
        let mut faults = Faults::default();
        if self.person.trim().is_empty() {
            faults.add("/person", "required", "必填", "must not be empty");
        }
        faults.check_length("/person", &self.person, MAX_PERSON_CHARS);
        faults.check_length("/phone", &self.phone, MAX_PHONE_CHARS);
        let kind: Option<DutyKind> = self.kind.parse().ok();
        if kind.is_none() {
            faults.add(
                "/kind",
                "unknown_duty",
                "应为 street_chief、point_chief、sponsor、frontage 之一",
                "one of street_chief, point_chief, sponsor, frontage",
            );
        }
        let place = match (self.unit, self.point, self.area) {
            (Some(code), None, None) => Some(Place::Unit(code)),
            (None, Some(id), None) => Some(Place::Point(id)),
            (None, None, Some(code)) => Some(Place::Area(code)),
            _ => None,
        };
        if place.is_none() {
            faults.add(
                "",
                "one_place",
                "unit、point、area 须且只须指定一个",
                "exactly one of unit, point and area",
            );
        }
        match kind.zip(place) {
            Some((kind, place)) => faults.refuse_or(NewDuty {
                kind,
                place,
                person: self.person.trim().to_owned(),
                phone: self.phone.trim().to_owned(),
                account_id: self.account,
                valid_from: self.valid_from,
            }),
            None => faults.refuse(),
        }
    }
}

/// Which duties. Everything given narrows the list further.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DutyListQuery {
    /// `street_chief`, `point_chief`, `sponsor` or `frontage`.
    kind: Option<String>,
    /// Code of a unit.
    unit: Option<String>,
    /// Id of a check point.
    point: Option<Uuid>,
    /// Code of a district or zone.
    area: Option<String>,
    /// True: only those that last; false: only those that have ended.
    active: Option<bool>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given.
    limit: Option<u32>,
}

impl DutyListQuery {
    /// The query, if every value can be.
    ///
    /// # Errors
    /// `invalid_query`.
    pub fn parse(self) -> Result<DutiesQuery, Error> {
        let kind = self.kind.map(|word| {
            word.parse().map_err(|_unknown| {
                let text = Text::new(
                    "kind 应为 street_chief、point_chief、sponsor、frontage 之一",
                    "kind is one of street_chief, point_chief, sponsor, frontage",
                );
                Error::with_detail(Code::InvalidQuery, text)
            })
        });
        Ok(DutiesQuery {
            kind: kind.transpose()?,
            unit: self.unit,
            point: self.point,
            area: self.area,
            active: self.active,
            cursor: self.cursor,
            limit: page_limit(self.limit)?,
        })
    }
}

/// A duty of a person at a place.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutyOut {
    /// Id.
    id: Uuid,
    /// `street_chief` 街(路)长, `point_chief` 点位长, `sponsor` 包保领导 or `frontage` 门前三包.
    #[schema(example = "street_chief")]
    kind: &'static str,
    /// Id of the unit,
    unit: Option<Uuid>,
    /// or of the check point,
    point: Option<Uuid>,
    /// or code of the district or zone.
    area: Option<String>,
    /// Who.
    person: String,
    /// Telephone; may be empty.
    phone: String,
    /// Account of a sponsor.
    account: Option<Uuid>,
    /// From when on,
    valid_from: Timestamp,
    /// and until when; null while it lasts.
    valid_until: Option<Timestamp>,
}

impl From<Duty> for DutyOut {
    fn from(duty: Duty) -> Self {
        let (unit, point, area) = match duty.place {
            DutyPlace::Unit(id) => (Some(id), None, None),
            DutyPlace::Point(id) => (None, Some(id), None),
            DutyPlace::Area(code) => (None, None, Some(code)),
        };
        Self {
            id: duty.id,
            kind: duty.kind.as_str(),
            unit,
            point,
            area,
            person: duty.person,
            phone: duty.phone,
            account: duty.account_id,
            valid_from: duty.valid_from,
            valid_until: duty.valid_until,
        }
    }
}

/// A page of duties.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutyPageOut {
    /// The latest first.
    items: Vec<DutyOut>,
    /// Where the next page begins; null on the last.
    next_cursor: Option<String>,
}

impl From<Page<Duty>> for DutyPageOut {
    fn from(page: Page<Duty>) -> Self {
        let page = page.map(DutyOut::from);
        Self {
            items: page.items,
            next_cursor: page.next_cursor,
        }
    }
}
