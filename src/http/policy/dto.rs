//! What goes over the wire about policies.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::domain::text::Lang;
use crate::services::policy::PolicyView;

/// Policies to set.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PoliciesIn {
    /// Key and new value of each.
    #[schema(value_type = Object, example = json!({"routing.border": "centre_wins"}))]
    pub changes: Map<String, Value>,
}

/// A policy.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyOut {
    /// Key.
    #[schema(example = "intake.fix_max_age_s")]
    key: String,
    /// Value in force.
    #[schema(value_type = Value)]
    value: Value,
    /// Value before anyone set it.
    #[schema(value_type = Value)]
    default: Value,
    /// Version in force; 0 for the default.
    version: u32,
    /// What it means, in the reader's language.
    meaning: String,
    /// When it was set; null for the default.
    set_at: Option<Timestamp>,
}

/// Every policy.
#[derive(Debug, Serialize, ToSchema)]
pub struct PoliciesOut {
    /// In the order of their keys.
    items: Vec<PolicyOut>,
    /// Always null: the list is whole.
    next_cursor: Option<String>,
}

impl PoliciesOut {
    /// The policies for a reader.
    pub fn new(policies: Vec<PolicyView>, lang: Lang) -> Self {
        let items = policies.into_iter().map(|policy| PolicyOut {
            meaning: policy.meaning.get(lang).to_owned(),
            key: policy.key,
            value: policy.value,
            default: policy.default,
            version: policy.version,
            set_at: policy.set_at,
        });
        Self {
            items: items.collect(),
            next_cursor: None,
        }
    }
}
