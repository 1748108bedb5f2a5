//! Gathers what the routing rules ask for: rulings, zones, districts, units.

use jiff::Timestamp;
use uuid::Uuid;

use crate::db::{self, Conn};
use crate::domain::catalogue::{CatalogueItem, FilingCondition};
use crate::domain::geo::Point;
use crate::domain::policy::Policies;
use crate::domain::report::Place;
use crate::domain::ticket::DistrictName;
use crate::domain::ticket::routing::{
    AreaRef, PositionSource, Routing, RoutingFacts, RulingFact, UnitRef, route as decide,
};
use crate::domain::unit::Unit;
use crate::services::error::Result;
use crate::services::state::Services;

/// What is to be routed.
pub(in crate::services) struct Question<'a> {
    pub item: &'a CatalogueItem,
    pub subject: Option<String>,
    pub place: Place,
    pub point_id: Option<Uuid>,
    pub point_owner: Option<Uuid>,
}

/// The answer, and the district under the point.
pub(in crate::services) struct Routed {
    pub routing: Routing,
    pub district: Option<DistrictName>,
}

/// The subject that leads: the condition's, or the one that all conditions of the item share.
pub(in crate::services) fn subject(
    condition: Option<&FilingCondition>,
    conditions: &[FilingCondition],
) -> Option<String> {
    if let Some(condition) = condition {
        return Some(condition.lead_subject.clone());
    }
    let mut subjects = conditions.iter().map(|condition| &condition.lead_subject);
    let first = subjects.next()?;
    subjects
        .all(|subject| subject == first)
        .then(|| first.clone())
}

/// Asks the routing rules.
pub(in crate::services) async fn route(
    svc: &Services,
    conn: &mut Conn,
    question: Question<'_>,
    policies: &Policies,
    now: Timestamp,
) -> Result<Routed> {
    let position = question.place.point();
    let accuracy_m = question.place.accuracy_m();
    let map = map(svc, conn, position, accuracy_m.unwrap_or(0.0)).await?;
    let district_code = map.district.as_ref().map(|district| district.code.as_str());
    let (subject_unit, district_office) =
        local_units(conn, district_code, question.subject.as_deref()).await?;
    let zone = match map.zone {
        Some((zone, owner)) => unit_ref(conn, Some(owner)).await?.map(|unit| (zone, unit)),
        None => None,
    };
    let fallback = match &policies.fallback_unit {
        Some(code) => db::unit::find_by_code(conn, code).await?.map(to_ref),
        None => None,
    };
    let facts = RoutingFacts {
        position: match question.place {
            Place::Fix(..) => PositionSource::Fix,
            Place::CheckPoint(_) => PositionSource::CheckPoint,
            Place::Missing => PositionSource::None,
        },
        accuracy_m,
        ruling: ruling(conn, &question, position, now).await?,
        zone,
        point_owner: unit_ref(conn, question.point_owner).await?,
        subject: question.subject,
        district: map.district.clone(),
        border_m: map.border_m,
        rival: map.rival,
        candidates: map.candidates,
        subject_unit,
        district_office,
        fallback,
    };
    Ok(Routed {
        routing: decide(facts, policies.border),
        district: map.district.map(|district| DistrictName {
            code: district.code,
            name: district.name,
        }),
    })
}

async fn ruling(
    conn: &mut Conn,
    question: &Question<'_>,
    position: Option<Point>,
    now: Timestamp,
) -> Result<Option<RulingFact>> {
    let found =
        db::ruling::find_active(conn, &question.item.key, question.point_id, position, now).await?;
    let Some(precedent) = found else {
        return Ok(None);
    };
    let unit = unit_ref(conn, Some(precedent.unit_id)).await?;
    Ok(unit.map(|unit| RulingFact {
        number: precedent.number,
        unit,
    }))
}

async fn local_units(
    conn: &mut Conn,
    district_code: Option<&str>,
    subject: Option<&str>,
) -> Result<(Option<UnitRef>, Option<UnitRef>)> {
    let Some(district_code) = district_code else {
        return Ok((None, None));
    };
    let subject_unit = match subject {
        Some(subject) => db::unit::find_subject_unit(conn, district_code, subject).await?,
        None => None,
    };
    let office = db::unit::find_district_office(conn, district_code).await?;
    Ok((subject_unit.map(to_ref), office.map(to_ref)))
}

async fn unit_ref(conn: &mut Conn, id: Option<Uuid>) -> Result<Option<UnitRef>> {
    let unit = match id {
        Some(id) => db::unit::get(conn, id).await?,
        None => None,
    };
    Ok(unit.map(to_ref))
}

/// A unit as tickets name it.
pub(in crate::services) fn to_ref(unit: Unit) -> UnitRef {
    UnitRef {
        id: unit.id,
        code: unit.code,
        name: unit.name_zh,
    }
}

/// What the map says of a position.
#[derive(Default)]
struct OnMap {
    district: Option<AreaRef>,
    border_m: Option<f64>,
    rival: Option<AreaRef>,
    candidates: Vec<AreaRef>,
    zone: Option<(AreaRef, Uuid)>,
}

async fn map(
    svc: &Services,
    conn: &mut Conn,
    position: Option<Point>,
    accuracy_m: f64,
) -> Result<OnMap> {
    let Some(position) = position else {
        return Ok(OnMap::default());
    };
    let areas = svc.reference.areas(conn).await?;
    let named = |idx: usize, metres: f64| {
        let (code, name) = areas.district(idx)?;
        Some(AreaRef {
            code: code.to_owned(),
            name: name.to_owned(),
            metres: (metres * 100.0).round() / 100.0,
        })
    };
    let location = areas.districts.locate(position);
    let zone = areas.zones.locate(position).area.and_then(|idx| {
        let (code, name, owner) = areas.zone(idx)?;
        let zone = AreaRef {
            code: code.to_owned(),
            name: name.to_owned(),
            metres: 0.0,
        };
        Some((zone, owner))
    });
    Ok(OnMap {
        district: location.area.and_then(|idx| named(idx, 0.0)),
        border_m: location
            .border_m
            .is_finite()
            .then(|| (location.border_m * 100.0).round() / 100.0),
        rival: location
            .rival
            .and_then(|rival| named(rival.idx, rival.metres)),
        candidates: areas
            .districts
            .candidates_within(position, accuracy_m)
            .into_iter()
            .filter_map(|near| named(near.idx, near.metres))
            .collect(),
        zone,
    })
}
