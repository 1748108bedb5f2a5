//! Gathers what the routing rules ask for: rulings, zones, districts, units. All of it is in memory.

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::catalogue::{CatalogueItem, FilingCondition};
use crate::domain::geo::Point;
use crate::domain::report::Place;
use crate::domain::ticket::routing::{
    AreaRef, PositionSource, Routing, RoutingFacts, RulingFact, UnitRef, route as decide,
};
use crate::domain::ticket::{DistrictName, Ticket};
use crate::domain::unit::Unit;
use crate::services::reference::cache::{Areas, Reference};

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
pub(in crate::services) fn route(
    reference: &Reference,
    question: Question<'_>,
    now: Timestamp,
) -> Routed {
    let position = question.place.point();
    let accuracy_m = question.place.accuracy_m();
    let works = |unit: &&Unit| unit.valid_until.is_none();
    let unit = |id: Uuid| reference.units.get(id).filter(works).map(to_ref);
    let map = match position {
        Some(position) => on_map(&reference.areas, position, accuracy_m.unwrap_or(0.0)),
        None => OnMap::default(),
    };
    let district_code = map.district.as_ref().map(|district| district.code.as_str());
    let subject_unit = district_code
        .zip(question.subject.as_deref())
        .and_then(|(district, subject)| reference.units.subject_unit(district, subject));
    let district_office = district_code.and_then(|code| reference.units.district_office(code));
    let fallback = reference.policies.fallback_unit.as_ref();
    let precedent =
        reference
            .rulings
            .find_active(&question.item.key, question.point_id, position, now);
    let facts = RoutingFacts {
        position: match question.place {
            Place::Fix(..) => PositionSource::Fix,
            Place::CheckPoint(_) => PositionSource::CheckPoint,
            Place::Missing => PositionSource::None,
        },
        accuracy_m,
        ruling: precedent.and_then(|ruling| {
            Some(RulingFact {
                number: ruling.number,
                unit: unit(ruling.unit_id)?,
            })
        }),
        zone: map
            .zone
            .and_then(|(zone, owner)| unit(owner).map(|unit| (zone, unit))),
        zone_border_m: map.zone_border_m,
        point_owner: question.point_owner.and_then(unit),
        subject: question.subject,
        border_m: map.border_m,
        rival: map.rival,
        candidates: map.candidates,
        subject_unit: subject_unit.map(to_ref),
        district_office: district_office.map(to_ref),
        fallback: fallback
            .and_then(|code| reference.units.find_by_code(code))
            .map(to_ref),
        district: map.district.clone(),
    };
    Routed {
        routing: decide(facts, reference.policies.border),
        district: map.district.map(|district| DistrictName {
            code: district.code,
            name: district.name,
        }),
    }
}

/// What the rules say of a ticket's place, as exactly as it is known; none when its item is not there.
pub(in crate::services) fn route_ticket(
    reference: &Reference,
    ticket: &Ticket,
    now: Timestamp,
) -> Option<Routed> {
    let entry = reference.catalogue.get(&ticket.item)?;
    let condition = ticket.condition_id;
    let condition = condition.and_then(|id| reference.catalogue.condition(id));
    let point = ticket.point_id.and_then(|id| reference.check_point(id));
    let question = Question {
        item: &entry.item,
        subject: subject(condition, &entry.conditions),
        place: ticket
            .position
            .map_or(Place::Missing, |position| Place::Fix(position, Some(0.0))),
        point_id: ticket.point_id,
        point_owner: point.and_then(|point| point.owner_unit_id),
    };
    Some(route(reference, question, now))
}

/// A unit as tickets name it.
pub(in crate::services) fn to_ref(unit: &Unit) -> UnitRef {
    UnitRef {
        id: unit.id,
        code: unit.code.clone(),
        name: unit.name_zh.clone(),
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
    zone_border_m: f64,
}

fn on_map(areas: &Areas, position: Point, accuracy_m: f64) -> OnMap {
    let named = |idx: usize, metres: f64| {
        let (code, name) = areas.district(idx)?;
        Some(AreaRef {
            code: code.to_owned(),
            name: name.to_owned(),
            metres: (metres * 100.0).round() / 100.0,
        })
    };
    let location = areas.districts.locate(position);
    let in_zone = areas.zones.locate(position);
    let zone = in_zone.area.and_then(|idx| {
        let (code, name, owner) = areas.zone(idx)?;
        let zone = AreaRef {
            code: code.to_owned(),
            name: name.to_owned(),
            metres: 0.0,
        };
        Some((zone, owner))
    });
    OnMap {
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
        zone_border_m: in_zone.border_m,
    }
}
