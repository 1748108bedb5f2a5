//! Districts, zones, and how the districts fit together.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::OwnerOut;
use crate::domain::geo::AreaKind;
use crate::services::Error;
use crate::services::input::fault::Faults;
use crate::services::reference::{AreaView, DefectOwner, DefectView, TopologyView};

/// How much of each area.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AreasQuery {
    /// With outlines.
    #[serde(default)]
    pub geometry: bool,
}

/// A district (区县), or a zone with an owner of its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct AreaOut {
    /// Id of this version.
    id: Uuid,
    /// Division code (行政区划代码), or a city's own code for a zone.
    #[schema(example = "371602")]
    code: String,
    /// `district` or `zone`.
    #[schema(example = "district")]
    kind: &'static str,
    /// Name in Chinese.
    name: String,
    /// Name in English; may be empty.
    name_en: String,
    /// The unit that answers for it; a zone always has one.
    owner: Option<OwnerOut>,
    /// Datum of the file it was imported from.
    source_datum: &'static str,
    /// When this version came into force.
    valid_from: Timestamp,
    /// GeoJSON `MultiPolygon` in WGS-84, with `geometry=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    geometry: Option<Value>,
}

impl From<AreaView> for AreaOut {
    fn from(view: AreaView) -> Self {
        let area = view.area;
        Self {
            id: area.id,
            code: area.code,
            kind: match area.kind {
                AreaKind::District => "district",
                AreaKind::Zone => "zone",
            },
            name: area.name_zh,
            name_en: area.name_en,
            owner: view.owner.map(OwnerOut::from),
            source_datum: area.source_datum.as_str(),
            valid_from: area.valid_from,
            geometry: area.geometry,
        }
    }
}

/// The areas in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct AreasOut {
    /// In the order of their codes.
    items: Vec<AreaOut>,
    /// Always null: the list is whole.
    next_cursor: Option<String>,
}

impl From<Vec<AreaView>> for AreasOut {
    fn from(views: Vec<AreaView>) -> Self {
        Self {
            items: views.into_iter().map(AreaOut::from).collect(),
            next_cursor: None,
        }
    }
}

/// What keeps the districts from tiling the city (不留空当、不留死角).
#[derive(Debug, Serialize, ToSchema)]
pub struct TopologyOut {
    /// Ground inside the city that no district holds, the largest first.
    gaps: Vec<DefectOut>,
    /// Ground that two districts hold, the largest first.
    overlaps: Vec<DefectOut>,
}

/// One gap or overlap. `POST areas/topology/{id}/owner` gives it an owner.
#[derive(Debug, Serialize, ToSchema)]
pub struct DefectOut {
    /// Stays the same for as long as the outline does.
    #[schema(example = "9f86d081884c7d65")]
    id: String,
    /// Square metres.
    area_m2: f64,
    /// Codes of the districts that overlap, or that border the gap.
    between: Vec<String>,
    /// The unit that answers for it, by a zone that was made of it.
    owner: Option<OwnerOut>,
    /// GeoJSON `MultiPolygon` in WGS-84.
    #[schema(value_type = Object)]
    geometry: geojson::Geometry,
}

impl From<TopologyView> for TopologyOut {
    fn from(topology: TopologyView) -> Self {
        let all = |defects: Vec<DefectView>| defects.into_iter().map(DefectOut::from).collect();
        Self {
            gaps: all(topology.gaps),
            overlaps: all(topology.overlaps),
        }
    }
}

impl From<DefectView> for DefectOut {
    fn from(view: DefectView) -> Self {
        Self {
            id: view.name,
            area_m2: (view.defect.area_m2 * 10.0).round() / 10.0,
            between: view.defect.between,
            owner: view.owner.map(OwnerOut::from),
            geometry: view.defect.geometry,
        }
    }
}

/// Who is to answer for a gap or overlap.
#[derive(Debug, Deserialize, ToSchema)]
pub struct DefectOwnerIn {
    /// Code of the unit.
    #[schema(example = "371602003")]
    unit: String,
    /// What the zone is to be called, in Chinese.
    #[schema(example = "油地交叉区域一号")]
    name: String,
    /// And in English.
    #[serde(default)]
    name_en: String,
}

impl DefectOwnerIn {
    /// Longest name, in characters.
    const MAX_NAME_CHARS: usize = 100;

    /// The owner and the names, if they can be.
    ///
    /// # Errors
    /// `invalid`.
    pub fn parse(self) -> Result<DefectOwner, Error> {
        let mut faults = Faults::default();
        if self.name.trim().is_empty() {
            faults.add("/name", "required", "必填", "must not be empty");
        }
        faults.check_length("/name", &self.name, Self::MAX_NAME_CHARS);
        faults.check_length("/name_en", &self.name_en, Self::MAX_NAME_CHARS);
        faults.refuse_or(DefectOwner {
            unit: self.unit,
            name_zh: self.name.trim().to_owned(),
            name_en: self.name_en.trim().to_owned(),
        })
    }
}
