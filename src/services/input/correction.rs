//! The body of a correction.

use serde::Deserialize;
use utoipa::ToSchema;

use super::fault::Faults;
use super::ticket::needed;
use crate::domain::geo::{Datum, Point};
use crate::domain::ticket::command::Correction;
use crate::services::Error;

/// 更正: whatever is given is corrected, the rest follows from it.
#[derive(Deserialize, ToSchema)]
pub struct CorrectIn {
    /// Code of the right item, of the ticket's edition of the catalogue.
    #[serde(default)]
    #[schema(example = "E0102")]
    item: Option<String>,
    /// Code of the right filing condition; needed where the item has several.
    #[serde(default)]
    condition: Option<String>,
    /// The right position.
    #[serde(default)]
    position: Option<PlaceIn>,
    /// Code of the lead unit; none takes the one that the rules find.
    #[serde(default)]
    lead_unit: Option<String>,
    /// Why.
    reason: String,
}

/// A position that somebody is sure of.
#[derive(Deserialize, ToSchema)]
pub struct PlaceIn {
    /// Latitude in `datum`, degrees.
    #[schema(example = 37.38)]
    lat: f64,
    /// Longitude in `datum`, degrees.
    #[schema(example = 117.97)]
    lon: f64,
    /// `wgs84`, `gcj02` or `bd09`.
    #[schema(example = "wgs84")]
    datum: String,
}

impl CorrectIn {
    /// The command.
    pub fn parse(self) -> Result<Correction, Error> {
        let mut faults = Faults::default();
        let reason = needed("/reason", &self.reason, &mut faults);
        if self.item.is_none() && self.condition.is_none() && self.position.is_none() {
            faults.add(
                "/item",
                "nothing_to_correct",
                "应更正项目、立案条件或位置",
                "correct the item, the condition or the position",
            );
        }
        let position = self.position.and_then(|place| place.parse(&mut faults));
        faults.refuse_or(Correction {
            item: self.item,
            condition: self.condition,
            position,
            lead_unit: self.lead_unit,
            reason,
        })
    }
}

impl PlaceIn {
    fn parse(self, faults: &mut Faults) -> Option<Point> {
        let Ok(datum) = self.datum.parse::<Datum>() else {
            faults.add(
                "/position/datum",
                "datum_unknown",
                "坐标系应为 wgs84、gcj02 或 bd09",
                "the datum must be wgs84, gcj02 or bd09",
            );
            return None;
        };
        let is_nowhere = self.lat == 0.0 && self.lon == 0.0;
        let point = Point::from_datum(datum, self.lat, self.lon).ok();
        let point = point.filter(|_| !is_nowhere);
        if point.is_none() {
            faults.add(
                "/position",
                "out_of_range",
                "不是有效位置",
                "no position on earth that somebody can mean",
            );
        }
        point
    }
}
