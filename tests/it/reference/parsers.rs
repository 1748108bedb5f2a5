use std::collections::HashMap;

use proptest::prelude::*;
use uuid::Uuid;
use xuncha::domain::import::{
    MAX_FAULTS, parse_calendar, parse_catalogue, parse_points, parse_units, parse_users,
};
use xuncha::domain::unit::lineages;

fn numbered(n: usize) -> Uuid {
    Uuid::from_u128(u128::try_from(n).expect("128 bits are enough"))
}

proptest! {
    #[test]
    fn no_file_makes_a_parser_fail_otherwise_than_by_faults(
        header in "[a-z_,]{0,60}",
        rows in prop::collection::vec("[a-zA-Z0-9,\"\u{0}\n. -]{0,80}", 0..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let known = [
            "code,name_zh,name_en,kind,parent,district,subject",
            "username,display_name,role,unit,password",
            "code,name_zh,name_en,kind,lat,lon,datum,address,owner",
        ];
        for header in known.into_iter().chain([header.as_str()]) {
            let mut file = format!("{header}\n{}", rows.join("\n")).into_bytes();
            file.truncate(cut.index(file.len() + 1));
            let faults = [
                parse_units(&file).err(),
                parse_users(&file).err(),
                parse_points(&file).err(),
                parse_catalogue(&file).err(),
                parse_calendar(&file).err(),
            ];
            for faults in faults.into_iter().flatten() {
                prop_assert!((1..=MAX_FAULTS).contains(&faults.len()));
            }
        }
    }

    #[test]
    fn every_lineage_leads_from_a_root_to_its_unit(picks in prop::collection::vec(any::<Option<prop::sample::Index>>(), 1..40)) {
        let id = numbered;
        // Each unit lies below an earlier one, or below none: a forest.
        let parents: HashMap<_, _> = picks
            .iter()
            .enumerate()
            .map(|(n, pick)| (id(n), pick.filter(|_| n > 0).map(|pick| id(pick.index(n)))))
            .collect();
        let lineages = lineages(&parents).expect("a forest has no circle");
        for (unit, lineage) in &lineages {
            prop_assert_eq!(lineage.last(), Some(unit));
            prop_assert_eq!(parents[&lineage[0]], None);
            for step in lineage.windows(2) {
                prop_assert_eq!(parents[&step[1]], Some(step[0]));
            }
        }
    }

    #[test]
    fn a_circle_is_told_with_every_unit_that_hangs_on_it(length in 1usize..8, below in 0usize..8) {
        let id = numbered;
        let mut parents: HashMap<_, _> = (0..length).map(|n| (id(n), Some(id((n + 1) % length)))).collect();
        for n in 0..below {
            parents.insert(id(length + n), Some(id(n)));
        }
        let cycle = lineages(&parents).expect_err("a circle");
        prop_assert_eq!(cycle.0.len(), length + below);
    }
}
