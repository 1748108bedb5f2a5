use xuncha::domain::geo::Point;
use xuncha::services::demo;

use super::count;
use crate::harness::TestApp;

const TABLES: [&str; 9] = [
    "areas",
    "units",
    "accounts",
    "catalogue_items",
    "filing_conditions",
    "criteria",
    "check_points",
    "calendars",
    "policies",
];

async fn counts(app: &TestApp) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in TABLES {
        counts.push(count(app, table).await);
    }
    counts
}

#[tokio::test]
async fn the_demo_city_is_loaded_once() {
    let app = TestApp::demo().await;
    let before = counts(&app).await;
    assert_eq!(before, [7, 233, 150, 57, 65, 64, 30, 1, 1]);
    let loaded = demo::load(&app.svc, &|_, _| {})
        .await
        .expect("the database answers");
    assert!(!loaded);
    assert_eq!(counts(&app).await, before);
}

#[tokio::test]
async fn everyone_named_in_the_manual_can_log_in() {
    let app = TestApp::demo().await;
    for name in [
        "admin",
        "clerk",
        "supervisor",
        "supervisor2",
        "auditor",
        "inspector1",
        "inspector5",
        "officer-371602",
        "officer-371681",
        "officer-371602-sanitation",
    ] {
        app.login(name).await;
    }
    let others = app
        .rows("SELECT username FROM accounts WHERE NOT demo")
        .await;
    assert!(others.is_empty());
}

#[tokio::test]
async fn every_subject_of_the_catalogue_has_a_unit_in_every_district() {
    let app = TestApp::demo().await;
    let missing = app
        .rows(
            "SELECT DISTINCT s.subject, a.code
             FROM (SELECT lead_subject AS subject FROM filing_conditions
                   UNION SELECT unnest(cooperating) FROM filing_conditions) s
             CROSS JOIN areas a
             WHERE s.subject NOT IN ('street_office', 'community', 'asset_owner', 'competent_department',
                                     'point_owner', 'owner', 'operator', 'property_management')
               AND NOT EXISTS (SELECT FROM units u WHERE u.district_code = a.code AND u.subject = s.subject)",
        )
        .await;
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn every_point_lies_in_the_district_of_its_address() {
    let app = TestApp::demo().await;
    let areas = app
        .svc
        .reference
        .areas(&mut app.sql().await)
        .await
        .expect("areas");
    for point in app
        .rows("SELECT name_zh, address, lat, lon FROM check_points")
        .await
    {
        let number = |key: &str| point[key].as_f64().expect("degrees");
        let position = Point::new(number("lat"), number("lon")).expect("a point");
        let district = areas
            .districts
            .locate(position)
            .area
            .and_then(|idx| areas.district(idx));
        let (_, name) = district.expect("inside the city");
        let address = point["address"].as_str().expect("an address");
        assert!(address.starts_with(name), "{point}");
    }
}
