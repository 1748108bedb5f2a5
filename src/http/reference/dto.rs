//! What goes over the wire about reference data, one file a resource.

pub mod area;
pub mod calendar;
pub mod criterion;
pub mod import;
pub mod item;
pub mod point;
pub mod unit;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::ticket::routing::UnitRef;

/// The unit that answers for something.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnerOut {
    /// Id.
    id: Uuid,
    /// Code.
    #[schema(example = "371602-sanitation")]
    code: String,
    /// Name in Chinese.
    name: String,
}

impl From<UnitRef> for OwnerOut {
    fn from(unit: UnitRef) -> Self {
        Self {
            id: unit.id,
            code: unit.code,
            name: unit.name,
        }
    }
}
