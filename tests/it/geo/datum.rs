use proptest::prelude::*;
use serde::Deserialize;
use xuncha::domain::geo::{Datum, Point, UnknownDatum, distance_m};

use super::{point, read};

const DATUMS: [Datum; 3] = [Datum::Wgs84, Datum::Gcj02, Datum::Bd09];

/// One place in three datums, longitudes first.
#[derive(Deserialize)]
struct Vector {
    wgs: [f64; 2],
    gcj: [f64; 2],
    bd: [f64; 2],
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(&read("tests/it/fixtures/geo/datum-vectors.json")).expect("vectors")
}

#[test]
fn published_vectors_convert_both_ways() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 56);
    for Vector {
        wgs: [lon, lat],
        gcj,
        bd,
    } in vectors
    {
        let wgs = point(lat, lon);
        for (datum, [stated_lon, stated_lat]) in [(Datum::Gcj02, gcj), (Datum::Bd09, bd)] {
            let (out_lat, out_lon) = wgs.to_datum(datum);
            // The vectors have seven decimals: they are true to about a centimetre.
            assert!(distance_m(point(out_lat, out_lon), point(stated_lat, stated_lon)) < 0.02);
            let back = Point::from_datum(datum, stated_lat, stated_lon).expect("on Earth");
            assert!(distance_m(back, wgs) < 0.02, "{datum:?} {wgs:?} {back:?}");
        }
    }
}

#[test]
fn taking_gcj02_for_wgs84_moves_a_fix_by_half_a_kilometre() {
    for Vector {
        wgs: [lon, lat],
        gcj: [gcj_lon, gcj_lat],
        ..
    } in vectors()
    {
        let moved = distance_m(point(lat, lon), point(gcj_lat, gcj_lon));
        assert!((400.0..700.0).contains(&moved), "{moved}");
    }
}

#[test]
fn outside_the_mainland_nothing_is_shifted() {
    for (lat, lon) in [(48.8584, 2.2945), (40.7128, -74.006), (-33.8688, 151.2093)] {
        for datum in DATUMS {
            assert_eq!(Point::from_datum(datum, lat, lon), Point::new(lat, lon));
            assert_eq!(point(lat, lon).to_datum(datum), (lat, lon));
        }
    }
}

#[test]
fn a_datum_has_one_name_everywhere() {
    for (datum, name) in DATUMS.into_iter().zip(["wgs84", "gcj02", "bd09"]) {
        assert_eq!(datum.as_str(), name);
        assert_eq!(name.parse(), Ok(datum));
        assert_eq!(serde_json::to_value(datum).expect("a name"), name);
        assert_eq!(
            serde_json::from_value::<Datum>(name.into()).expect("a datum"),
            datum
        );
    }
    assert_eq!(
        "WGS84".parse::<Datum>(),
        Err(UnknownDatum("WGS84".to_owned()))
    );
}

proptest! {
    #[test]
    fn a_datum_round_trip_over_china_is_true_to_a_millimetre(
        lat in 18.0..53.6_f64,
        lon in 73.5..135.1_f64,
        datum in proptest::sample::select(DATUMS.to_vec()),
    ) {
        let start = point(lat, lon);
        let (stated_lat, stated_lon) = start.to_datum(datum);
        let back = Point::from_datum(datum, stated_lat, stated_lon).expect("on Earth");
        prop_assert!(distance_m(start, back) < 0.001);
    }
}
