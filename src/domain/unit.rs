//! Responsible units (责任单位) and the tree they form: district office → its bureaus, its streets. A unit answers for
//! a territory (属地) or for a subject in one (属事); which of them leads a ticket is the routing's question.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use jiff::Timestamp;
use uuid::Uuid;

/// What sort of body a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnitKind {
    /// 市级: stands above the districts; usually what nobody else has falls to it (属地兜底).
    City,
    /// 区县属地责任单位: answers for a whole district.
    DistrictOffice,
    /// 属事责任单位: answers for one subject, usually in one district.
    Department,
    /// 街道、乡镇.
    Street,
    /// Anything else that can be held responsible, such as an enterprise.
    Other,
}

impl UnitKind {
    const ALL: [Self; 5] = [
        Self::City,
        Self::DistrictOffice,
        Self::Department,
        Self::Street,
        Self::Other,
    ];

    /// The word used in files, the API and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::DistrictOffice => "district_office",
            Self::Department => "department",
            Self::Street => "street",
            Self::Other => "other",
        }
    }
}

/// A word that names no kind of unit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no kind of unit: city, district_office, department, street, other")]
pub struct UnknownUnitKind(pub String);

impl FromStr for UnitKind {
    type Err = UnknownUnitKind;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| UnknownUnitKind(word.to_owned()))
    }
}

/// A responsible unit (责任单位).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Row id.
    pub id: Uuid,
    /// Code in files and on paper, such as `371602-sanitation`.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name; empty when there is none.
    pub name_en: String,
    /// What sort of body it is.
    pub kind: UnitKind,
    /// The unit above it.
    pub parent_id: Option<Uuid>,
    /// Ids from the root of the tree down to the unit itself.
    pub lineage: Vec<Uuid>,
    /// Code of the district it serves (属地); none for the whole city.
    pub district_code: Option<String>,
    /// Its subject (属事), the word of the catalogue's `lead_subject`.
    pub subject: Option<String>,
    /// When it ceased to be; none while it works.
    pub valid_until: Option<Timestamp>,
}

/// Units that lie below themselves.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("these units lie below themselves: {0:?}")]
pub struct Cycle(pub Vec<Uuid>);

/// The lineage of every unit, from each unit's parent. A parent that is not in the map counts as none.
///
/// # Errors
/// [`Cycle`] with every unit whose way up does not end.
pub fn lineages(parents: &HashMap<Uuid, Option<Uuid>>) -> Result<HashMap<Uuid, Vec<Uuid>>, Cycle> {
    let mut lineages = HashMap::with_capacity(parents.len());
    let mut endless = Vec::new();
    for &id in parents.keys() {
        let mut seen = HashSet::from([id]);
        let mut lineage = vec![id];
        let mut at = id;
        while let Some(parent) = parents.get(&at).copied().flatten() {
            if !parents.contains_key(&parent) {
                break;
            }
            if !seen.insert(parent) {
                endless.push(id);
                break;
            }
            lineage.push(parent);
            at = parent;
        }
        lineage.reverse();
        lineages.insert(id, lineage);
    }
    if endless.is_empty() {
        Ok(lineages)
    } else {
        Err(Cycle(endless))
    }
}

/// Units as people read a tree: each followed by the units below it, siblings by code. A unit whose parent is not
/// among them stands at the top.
pub fn tree_order(units: Vec<Unit>) -> Vec<Unit> {
    let codes: HashMap<Uuid, String> = units
        .iter()
        .map(|unit| (unit.id, unit.code.clone()))
        .collect();
    let mut keyed: Vec<(Vec<&str>, Unit)> = units
        .into_iter()
        .map(|unit| {
            let path = unit.lineage.iter().filter_map(|id| codes.get(id));
            (path.map(String::as_str).collect(), unit)
        })
        .collect();
    keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
    keyed.into_iter().map(|(_, unit)| unit).collect()
}
