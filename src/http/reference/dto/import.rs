//! Imports.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::area::TopologyOut;
use crate::services::reference::import::ImportSummary;

/// What a file does not say of itself.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// `wgs84`, `gcj02` or `bd09`: needed for areas, which state none themselves, and refused for the rest.
    pub datum: Option<String>,
}

/// What an import did.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportOut {
    /// What the file brought.
    #[schema(example = "units")]
    kind: &'static str,
    /// Rows or features in the file; one for a calendar.
    rows: usize,
    /// Of these, new.
    inserted: usize,
    /// Of these, known and changed; the rest was there already.
    updated: usize,
    /// After areas: gaps and overlaps of the districts now in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    topology: Option<TopologyOut>,
}

impl From<ImportSummary> for ImportOut {
    fn from(summary: ImportSummary) -> Self {
        Self {
            kind: summary.kind.as_str(),
            rows: summary.rows,
            inserted: summary.inserted,
            updated: summary.updated,
            topology: summary.topology.map(TopologyOut::from),
        }
    }
}
