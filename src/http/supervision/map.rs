//! `GET tickets.geojson`.

use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::domain::geo::BoundingBox;
use crate::domain::ticket::map::{Cluster, Pin, Shown};
use crate::http::extract::{Caller, Query};
use crate::http::problem::{ApiError, Problem};
use crate::http::ticket::list::{bbox, refuse};
use crate::services::supervision::{self, MapQuery, OnMap};
use crate::services::{Error, Services};

/// Everywhere.
const WORLD: BoundingBox = BoundingBox {
    west: -180.0,
    south: -90.0,
    east: 180.0,
    north: 90.0,
};

/// What to show.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MapParams {
    /// `west,south,east,north` in WGS-84 degrees; everywhere when not given.
    #[param(example = "117.9,37.3,118.1,37.5")]
    bbox: Option<String>,
    /// Zoom level of a web map, 0 to 22; 11 when not given. From 16 on tickets are shown each for itself, unless there are over 1,000 or the
    /// box is far larger than a screen.
    zoom: Option<u32>,
    /// `open` (default), `closed` or `all`.
    state: Option<String>,
    /// Code of a unit: led by it or by one below it.
    unit: Option<String>,
}

impl MapParams {
    fn parse(self) -> Result<MapQuery, Error> {
        Ok(MapQuery {
            within: self.bbox.as_deref().map(bbox).transpose()?.unwrap_or(WORLD),
            zoom: match self.zoom.unwrap_or(11) {
                zoom @ 0..=22 => zoom,
                _ => return Err(refuse("zoom", "0–22")),
            },
            shown: match self.state.as_deref() {
                None | Some("open") => Shown::Open,
                Some("closed") => Shown::Closed,
                Some("all") => Shown::All,
                Some(_) => return Err(refuse("state", "open, closed, all")),
            },
            unit: self.unit,
        })
    }
}

/// A `FeatureCollection` (RFC 7946) of points. A cluster has the properties `cluster: true`, `count` and `open`; a ticket has `id`, `number`,
/// `state`, `item`, `due_at` and `overdue`.
#[derive(Serialize, ToSchema)]
pub struct FeatureCollectionOut {
    /// `FeatureCollection`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Features.
    features: Vec<Value>,
}

fn feature(lat: f64, lon: f64, properties: Value) -> Value {
    json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": [lon, lat] },
        "properties": properties,
    })
}

fn cluster(cluster: Cluster) -> Value {
    let properties = json!({ "cluster": true, "count": cluster.count, "open": cluster.open });
    feature(cluster.lat, cluster.lon, properties)
}

fn pin(pin: Pin) -> Value {
    let properties = json!({
        "id": pin.id,
        "number": pin.number,
        "state": pin.state.as_str(),
        "item": pin.item,
        "due_at": pin.due_at,
        "overdue": pin.overdue,
    });
    feature(pin.position.lat(), pin.position.lon(), properties)
}

/// Show filed tickets on the map.
///
/// GeoJSON in WGS-84: of the caller's units, or all for the office. From afar tickets that lie close to each other are one cluster.
/// Clusters are coarser than the zoom level asks for where there would be more than about 8,000.
#[utoipa::path(
    tag = "supervision",
    params(MapParams),
    responses(
        (status = 200, content_type = "application/geo+json", body = FeatureCollectionOut),
        (status = 403, description = "`forbidden`.", body = Problem),
        (status = 422, description = "`invalid_query`.", body = Problem),
    ),
    security(("bearer" = []))
)]
#[get("/tickets.geojson")]
pub async fn map_tickets(
    svc: web::Data<Services>,
    caller: Caller,
    query: Query<MapParams>,
) -> Result<HttpResponse, ApiError> {
    let features = match supervision::map(&svc, &caller.0, query.0.parse()?).await? {
        OnMap::Pins(pins) => pins.into_iter().map(pin).collect(),
        OnMap::Clusters(clusters) => clusters.into_iter().map(cluster).collect(),
    };
    let collection = FeatureCollectionOut {
        kind: "FeatureCollection",
        features,
    };
    Ok(HttpResponse::Ok()
        .content_type("application/geo+json")
        .json(collection))
}
