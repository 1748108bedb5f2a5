//! Routing on two axes (属地、属事): which unit leads, and which rule said so. Facts come in, a decision goes out;
//! the decision is stored on the ticket as its reason.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::policy::BorderRule;

/// The rule that chose the lead unit, in the order in which they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoutingRule {
    /// 1 确权: an active ruling for this place and item.
    OwnershipRuling,
    /// 2 a named overlap or gap zone with an owner of its own (职责真空区域).
    Zone,
    /// 3 the check point's owner (点位责任单位).
    PointOwner,
    /// 4 属事: the item's subject unit in the district under the point.
    SubjectUnit,
    /// 5 属地: the district office itself.
    DistrictOffice,
    /// 6 属地兜底: the city's fallback owner.
    CityFallback,
    /// A clerk or supervisor named the unit.
    Person,
    /// 自查: the unit found it with itself.
    SelfCheck,
}

/// A unit as the routing needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitRef {
    /// Row id.
    pub id: Uuid,
    /// Code.
    pub code: String,
    /// Chinese name.
    pub name: String,
}

/// A district or zone, with metres to it where that matters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AreaRef {
    /// Code.
    pub code: String,
    /// Name at the time of routing.
    pub name: String,
    /// Distance from the position to its outline; 0 inside.
    pub metres: f64,
}

/// Where the position came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PositionSource {
    /// The phone's fix.
    Fix,
    /// The check point stands in.
    CheckPoint,
    /// There is none.
    None,
}

/// An ownership ruling that applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulingFact {
    /// Its number.
    pub number: i64,
    /// Who owns the place by it.
    pub unit: UnitRef,
}

/// What is known of a finding when it is routed.
#[derive(Debug, Clone)]
pub struct RoutingFacts {
    /// Where the position came from.
    pub position: PositionSource,
    /// Accuracy radius; none when unknown.
    pub accuracy_m: Option<f64>,
    /// Active ruling for this place and item.
    pub ruling: Option<RulingFact>,
    /// Zone that holds the point, with its owner.
    pub zone: Option<(AreaRef, UnitRef)>,
    /// Metres from the point to the zone's outline.
    pub zone_border_m: f64,
    /// Owner of the check point.
    pub point_owner: Option<UnitRef>,
    /// Subject that leads by the filing condition, if one is known.
    pub subject: Option<String>,
    /// District under the point.
    pub district: Option<AreaRef>,
    /// Metres to the nearest border.
    pub border_m: Option<f64>,
    /// Nearest other district.
    pub rival: Option<AreaRef>,
    /// All districts that the accuracy circle touches.
    pub candidates: Vec<AreaRef>,
    /// Unit with that subject in that district.
    pub subject_unit: Option<UnitRef>,
    /// Office of that district.
    pub district_office: Option<UnitRef>,
    /// The city's fallback owner.
    pub fallback: Option<UnitRef>,
}

/// Why this unit: stored on the ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Routing {
    /// The rule that fired; none when no unit could be found.
    pub rule: Option<RoutingRule>,
    /// The unit it chose.
    pub unit: Option<UnitRef>,
    /// Why an earlier rule did not fire, where that needs saying.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where the position came from.
    pub position: PositionSource,
    /// District or zone under the point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub polygon: Option<AreaRef>,
    /// Metres to the nearest border.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub border_m: Option<f64>,
    /// Nearest other district.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rival: Option<AreaRef>,
    /// Districts in question when the owner is ambiguous.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<AreaRef>,
    /// The accuracy circle reaches another district and the rule looks at polygons.
    pub ambiguous: bool,
    /// Number of the ruling that applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ruling: Option<i64>,
}

impl Routing {
    /// A person names the unit: no rule and no ruling is the reason any more.
    pub fn name(&mut self, unit: UnitRef) {
        self.rule = Some(RoutingRule::Person);
        self.unit = Some(unit);
        self.reason = None;
        self.ruling = None;
    }

    /// A unit says of a fault that it is its own (自查): it stays with the one below it that the rules find, else it is the unit's. Where
    /// the border is does not matter any more.
    pub fn answer_for_itself(&mut self, own: &UnitRef, subtree: &[Uuid]) {
        let below = self.unit.as_ref().map(|unit| unit.id);
        self.ambiguous = false;
        if !below.is_some_and(|unit| subtree.contains(&unit)) {
            self.name(own.clone());
            self.rule = Some(RoutingRule::SelfCheck);
        }
    }
}

/// Asks the rules in their order.
pub fn route(facts: RoutingFacts, border: BorderRule) -> Routing {
    let (rule, unit, mut reason) = choose(&facts);
    // A zone lies over a border, or where no district is: what counts there is whether the point may lie outside it.
    let rival_m = match rule {
        Some(RoutingRule::Zone) => Some(facts.zone_border_m),
        _ => facts.rival.as_ref().map(|rival| rival.metres),
    };
    let reaches_rival = rival_m
        .zip(facts.accuracy_m)
        .is_some_and(|(rival_m, acc_m)| acc_m >= rival_m);
    let looks_at_polygons = matches!(
        rule,
        Some(RoutingRule::Zone | RoutingRule::SubjectUnit | RoutingRule::DistrictOffice)
    );
    let over_border = reaches_rival && looks_at_polygons;
    let ambiguous = over_border && border == BorderRule::Triage;
    if over_border && border == BorderRule::CentreWins {
        reason = Some("border_centre_wins".to_owned());
    }
    let polygon = match (rule, &facts.zone) {
        (Some(RoutingRule::Zone), Some((zone, _))) => Some(zone.clone()),
        _ => facts.district,
    };
    Routing {
        rule,
        unit,
        reason,
        position: facts.position,
        polygon,
        border_m: facts.border_m,
        rival: facts.rival,
        candidates: if over_border {
            facts.candidates
        } else {
            Vec::new()
        },
        ambiguous,
        ruling: facts
            .ruling
            .filter(|_| rule == Some(RoutingRule::OwnershipRuling))
            .map(|ruling| ruling.number),
    }
}

type Choice = (Option<RoutingRule>, Option<UnitRef>, Option<String>);

fn choose(facts: &RoutingFacts) -> Choice {
    if let Some(ruling) = &facts.ruling {
        return found(RoutingRule::OwnershipRuling, &ruling.unit, None);
    }
    if let Some((_, owner)) = &facts.zone {
        return found(RoutingRule::Zone, owner, None);
    }
    if let Some(owner) = &facts.point_owner {
        return found(RoutingRule::PointOwner, owner, None);
    }
    if let Some(unit) = &facts.subject_unit {
        return found(RoutingRule::SubjectUnit, unit, None);
    }
    if let Some(office) = &facts.district_office {
        let reason = match facts.subject.as_deref() {
            Some("point_owner") => "point_owner_unknown".to_owned(),
            Some(subject) => format!("no_unit_for_subject:{subject}"),
            None => "subject_unknown".to_owned(),
        };
        return found(RoutingRule::DistrictOffice, office, Some(reason));
    }
    let reason = match (facts.position, &facts.district) {
        (PositionSource::None, _) => "position_unknown",
        (_, None) => "outside_every_district",
        (_, Some(_)) => "district_without_office",
    };
    match &facts.fallback {
        Some(unit) => found(RoutingRule::CityFallback, unit, Some(reason.to_owned())),
        None => (None, None, Some(reason.to_owned())),
    }
}

fn found(rule: RoutingRule, unit: &UnitRef, reason: Option<String>) -> Choice {
    (Some(rule), Some(unit.clone()), reason)
}
