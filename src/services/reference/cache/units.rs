//! The tree of units, by all that routing asks for. Former units are known by their ids only: old tickets name them.

use std::collections::HashMap;

use uuid::Uuid;

use crate::domain::account::ActorUnit;
use crate::domain::unit::{Unit, UnitKind};

/// Every unit there ever was.
pub struct Units {
    by_id: HashMap<Uuid, Unit>,
    by_code: HashMap<String, Uuid>,
    of_districts: HashMap<String, OfDistrict>,
}

#[derive(Default)]
struct OfDistrict {
    office: Option<Uuid>,
    departments: HashMap<String, Uuid>,
}

impl Units {
    pub(super) fn new(units: Vec<Unit>) -> Self {
        let mut by_code = HashMap::new();
        let mut of_districts: HashMap<String, OfDistrict> = HashMap::new();
        for unit in units.iter().filter(|unit| unit.valid_until.is_none()) {
            by_code.insert(unit.code.clone(), unit.id);
            let Some(district) = &unit.district_code else {
                continue;
            };
            let of_district = of_districts.entry(district.clone()).or_default();
            match (unit.kind, &unit.subject) {
                (UnitKind::DistrictOffice, _) => of_district.office = Some(unit.id),
                (UnitKind::Department, Some(subject)) => {
                    of_district.departments.insert(subject.clone(), unit.id);
                }
                _ => {}
            }
        }
        Self {
            by_id: units.into_iter().map(|unit| (unit.id, unit)).collect(),
            by_code,
            of_districts,
        }
    }

    /// The unit with this id, whether or not it still works.
    pub fn get(&self, id: Uuid) -> Option<&Unit> {
        self.by_id.get(&id)
    }

    /// Every unit there ever was.
    pub fn ids(&self) -> impl Iterator<Item = Uuid> {
        self.by_id.keys().copied()
    }

    /// The working unit with this code.
    pub fn find_by_code(&self, code: &str) -> Option<&Unit> {
        self.get(*self.by_code.get(code)?)
    }

    /// The department for a subject in a district (属事).
    pub fn subject_unit(&self, district_code: &str, subject: &str) -> Option<&Unit> {
        let of_district = self.of_districts.get(district_code)?;
        self.get(*of_district.departments.get(subject)?)
    }

    /// The office of a district (属地).
    pub fn district_office(&self, district_code: &str) -> Option<&Unit> {
        self.get(self.of_districts.get(district_code)?.office?)
    }

    /// The unit as its members know it: with those above and below it.
    pub fn of_member(&self, id: Uuid) -> Option<ActorUnit> {
        let below = self
            .by_id
            .values()
            .filter(|unit| unit.lineage.contains(&id));
        self.get(id).map(|unit| ActorUnit {
            id,
            lineage: unit.lineage.clone(),
            subtree: below.map(|unit| unit.id).collect(),
        })
    }

    /// Codes of the units from the root of the tree down to this one.
    pub fn lineage_codes(&self, id: Uuid) -> Vec<&str> {
        let lineage = self.get(id).map_or(&[][..], |unit| &unit.lineage);
        let units = lineage.iter().filter_map(|id| self.get(*id));
        units.map(|unit| unit.code.as_str()).collect()
    }
}
