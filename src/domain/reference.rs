//! Reference data as it is kept: each version with the time from which it holds, because a ticket keeps what it was
//! routed and timed by. How the data is read from files is `import`'s affair.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;
use uuid::Uuid;

use super::catalogue::{CatalogueItem, FilingCondition};
use super::geo::{AreaKind, Datum};

/// One version of a district (区县) or a zone with an owner of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// Id of this version.
    pub id: Uuid,
    /// Division code (行政区划代码), or a city's own code for a zone.
    pub code: String,
    /// What it decides in routing.
    pub kind: AreaKind,
    /// Chinese name.
    pub name_zh: String,
    /// English name; empty when there is none.
    pub name_en: String,
    /// The unit that answers for it; a zone always has one.
    pub owner_unit_id: Option<Uuid>,
    /// `GeoJSON` `MultiPolygon` in WGS-84; none when it was not asked for.
    pub geometry: Option<Value>,
    /// Datum of the file it was imported from.
    pub source_datum: Datum,
    /// When this version came into force.
    pub valid_from: Timestamp,
}

/// A name of one version of the catalogue (测评体系).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueEdition {
    /// Scheme, such as a city's own.
    pub scheme: String,
    /// Version, usually the year.
    pub version: String,
    /// Whether new findings are read against it.
    pub active: bool,
}

/// A version of the catalogue with all that is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueContents {
    /// Which version.
    pub edition: CatalogueEdition,
    /// Its items by code, each with its conditions.
    pub items: Vec<(CatalogueItem, Vec<FilingCondition>)>,
}

/// One import of the official calendar (工作日历); the newest is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarVersion {
    /// Id of this version.
    pub id: Uuid,
    /// Last date that it covers.
    pub known_until: Date,
    /// Where its days come from.
    pub source: String,
    /// When it came into force.
    pub imported_at: Timestamp,
}

/// The version of a policy that is in force.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyVersion {
    /// Key.
    pub key: String,
    /// Value.
    pub value: Value,
    /// From 1.
    pub version: u32,
    /// When it came into force.
    pub set_at: Timestamp,
}
