//! Catalogue items and their filing conditions.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::catalogue::{CatalogueItem, FilingCondition};
use crate::domain::reference::CatalogueContents;
use crate::services::reference;

/// Which version of the catalogue; the one in force without `version`.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ItemsQuery {
    /// Version, such as the one of an old ticket.
    version: Option<String>,
    /// Scheme, where several have that version.
    scheme: Option<String>,
}

impl From<ItemsQuery> for reference::ItemsQuery {
    fn from(query: ItemsQuery) -> Self {
        Self {
            scheme: query.scheme,
            version: query.version,
        }
    }
}

/// A version of the catalogue (测评体系).
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemsOut {
    /// Scheme.
    scheme: String,
    /// Version.
    #[schema(example = "2026")]
    version: String,
    /// Whether new findings are read against it.
    active: bool,
    /// In the order of their codes.
    items: Vec<ItemOut>,
    /// Always null: the list is whole.
    next_cursor: Option<String>,
}

/// A catalogue item (测评项目).
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemOut {
    /// Code; findings name it.
    #[schema(example = "E0102")]
    code: String,
    /// Name in Chinese.
    name: String,
    /// Name in English.
    name_en: String,
    /// `thing`, `count`, `behaviour` or `service`.
    #[schema(example = "thing")]
    kind: &'static str,
    /// Name of its major category (问题大类) in Chinese; null: it is in none.
    #[schema(example = "市容环境")]
    major: Option<String>,
    /// The same in English.
    major_en: Option<String>,
    /// Two findings of it this close are the same place, in metres; null: as the policy `intake.duplicate_radius_m` says.
    radius_m: Option<u32>,
    /// Its filing conditions, in the order of their codes.
    conditions: Vec<ConditionOut>,
}

/// A filing condition: when to file, when to close, how long (立案条件、结案条件、处置时限).
#[derive(Debug, Serialize, ToSchema)]
pub struct ConditionOut {
    /// Id; tickets name it.
    id: Uuid,
    /// Code within the item; findings name it.
    #[schema(example = "a")]
    code: String,
    /// Name in Chinese.
    name: String,
    /// Name in English.
    name_en: String,
    /// Kinds of places where it applies, in Chinese.
    places: String,
    /// Subject that leads (牵头).
    #[schema(example = "sanitation")]
    lead_subject: String,
    /// Subjects that cooperate (配合).
    cooperating: Vec<String>,
    /// Limit in `limit_unit`.
    limit_value: u32,
    /// `urgent_hour`, `work_hour`, `work_day` or `natural_day`.
    #[schema(example = "work_hour")]
    limit_unit: &'static str,
    /// `recheck` or `unit`.
    #[schema(example = "recheck")]
    closing_policy: &'static str,
    /// Photos that a finding must declare.
    min_before_photos: u32,
    /// Photos that a submission must declare.
    min_after_photos: u32,
    /// Whether it is dangerous whatever the inspector says.
    danger: bool,
    /// Where the limit was taken from.
    limit_source: String,
}

impl From<CatalogueContents> for ItemsOut {
    fn from(contents: CatalogueContents) -> Self {
        Self {
            scheme: contents.edition.scheme,
            version: contents.edition.version,
            active: contents.edition.active,
            items: contents.items.into_iter().map(ItemOut::from).collect(),
            next_cursor: None,
        }
    }
}

impl From<(CatalogueItem, Vec<FilingCondition>)> for ItemOut {
    fn from((item, conditions): (CatalogueItem, Vec<FilingCondition>)) -> Self {
        let (major, major_en) = item
            .major
            .map(|major| (major.zh.into_owned(), major.en.into_owned()))
            .unzip();
        Self {
            code: item.key.code,
            name: item.name_zh,
            name_en: item.name_en,
            kind: item.kind.as_str(),
            major,
            major_en,
            radius_m: item.radius_m,
            conditions: conditions.into_iter().map(ConditionOut::from).collect(),
        }
    }
}

impl From<FilingCondition> for ConditionOut {
    fn from(condition: FilingCondition) -> Self {
        Self {
            id: condition.id,
            code: condition.code,
            name: condition.name_zh,
            name_en: condition.name_en,
            places: condition.places_zh,
            lead_subject: condition.lead_subject,
            cooperating: condition.cooperating,
            limit_value: condition.limit_value,
            limit_unit: condition.limit_unit.as_str(),
            closing_policy: condition.closing_policy.as_str(),
            min_before_photos: condition.min_before_photos,
            min_after_photos: condition.min_after_photos,
            danger: condition.danger,
            limit_source: condition.limit_source,
        }
    }
}
