//! Reference data: catalogue, areas, units and check points.

use serde::Serialize;
use uuid::Uuid;

use super::{is_false, is_zero, is_zero_u32};
use crate::domain::criterion::Criterion;

/// A catalogue item (测评项目).
#[derive(Debug, Clone, Serialize)]
pub struct ItemDoc {
    /// Scheme.
    pub scheme: String,
    /// Version.
    pub version: String,
    /// Code.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// `thing`, `count`, `behaviour`, `service`.
    pub kind: String,
    /// Two findings this close are the same place, metres; none: as the city's policy says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub radius_m: Option<i32>,
    /// Of the version that new findings are read against.
    #[serde(skip_serializing_if = "is_false")]
    pub active: bool,
}

/// A filing condition (立案条件).
#[derive(Debug, Clone, Serialize)]
pub struct ConditionDoc {
    /// Scheme.
    pub scheme: String,
    /// Version.
    pub version: String,
    /// Code of the item.
    pub item: String,
    /// Code within the item.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Where it applies.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub places_zh: String,
    /// Subject that leads.
    pub lead_subject: String,
    /// Subjects that cooperate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cooperating: Vec<String>,
    /// Limit in `limit_unit`.
    pub limit_value: i32,
    /// `urgent_hour`, `work_hour`, `work_day`, `natural_day`.
    pub limit_unit: String,
    /// `recheck` or `unit`.
    pub closing_policy: String,
    /// Photos that a finding must declare.
    #[serde(skip_serializing_if = "is_zero")]
    pub min_before_photos: i32,
    /// Photos that a submission must declare.
    #[serde(skip_serializing_if = "is_zero")]
    pub min_after_photos: i32,
    /// Danger to people.
    #[serde(skip_serializing_if = "is_false")]
    pub danger: bool,
}

/// A criterion (测评标准).
#[derive(Debug, Clone, Serialize)]
pub struct CriterionDoc {
    /// Scheme of the catalogue.
    pub scheme: String,
    /// Version of the catalogue.
    pub version: String,
    /// Code.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// `absence`, `presence`, `count`, `ratio`, `wait`, `behaviour`, `content`.
    pub form: &'static str,
    /// `at_most` or `at_least`, of a count or a ratio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<&'static str>,
    /// Things or cases; of a ratio percent, of a wait minutes.
    #[serde(skip_serializing_if = "is_zero_u32")]
    pub limit: u32,
    /// Of a count: for each so many metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_m: Option<u32>,
    /// Code of the item that a fault against it is filed as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Kinds of check points that it is judged at; none: all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// Reasons for which it may be left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<String>,
}

impl From<Criterion> for CriterionDoc {
    fn from(it: Criterion) -> Self {
        let (bound, limit, per_m) = it.standard.parts();
        Self {
            scheme: it.key.scheme,
            version: it.key.version,
            code: it.key.code,
            name_zh: it.name_zh,
            name_en: it.name_en,
            form: it.standard.form().as_str(),
            bound: bound.map(|bound| bound.as_str()),
            limit: limit.unwrap_or_default(),
            per_m,
            item: it.item,
            kinds: it.kinds,
            exclusions: it.exclusions,
        }
    }
}

/// A district or zone, without its outline.
#[derive(Debug, Clone, Serialize)]
pub struct AreaDoc {
    /// Code.
    pub code: String,
    /// `district` or `zone`.
    pub kind: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name_en: String,
    /// Unit that owns it; not for inspectors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Uuid>,
}

/// A responsible unit (责任单位).
#[derive(Debug, Clone, Serialize)]
pub struct UnitDoc {
    /// Code.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name_en: String,
    /// What sort of body it is.
    pub kind: String,
    /// The unit above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Uuid>,
    /// Code of its district.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub district: Option<String>,
    /// Its subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// A check point (点位).
#[derive(Debug, Clone, Serialize)]
pub struct PointDoc {
    /// Code.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name_en: String,
    /// Code of its kind.
    pub kind: String,
    /// Address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// Latitude, WGS-84.
    pub lat: f64,
    /// Longitude, WGS-84.
    pub lon: f64,
    /// Unit that owns it; not for inspectors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Uuid>,
}
