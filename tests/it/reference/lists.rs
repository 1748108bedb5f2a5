use crate::harness::TestApp;

#[tokio::test]
async fn everybody_who_is_logged_in_reads_reference_data() {
    let app = TestApp::demo().await;
    let officer = app.login("officer-371602").await;
    for path in [
        "areas",
        "areas/topology",
        "units",
        "items",
        "points",
        "points/kinds",
        "calendars",
        "calendars/current",
    ] {
        officer.get(path).await.expect(200);
        app.client()
            .get(path)
            .await
            .expect_problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn units_are_listed_by_district_and_kind() {
    let app = TestApp::demo().await;
    let clerk = app.login("clerk").await;
    let offices = clerk.get("units?kind=district_office").await.expect(200);
    assert_eq!(offices.list("/items").len(), 7);
    let bureaus = clerk
        .get("units?district=371602&kind=department")
        .await
        .expect(200);
    assert_eq!(bureaus.list("/items").len(), 19);
    let first = bureaus.str("/items/0/id").to_owned();
    let unit = clerk.get(&format!("units/{first}")).await.expect(200);
    assert_eq!(unit.json, *bureaus.at("/items/0"));
    clerk
        .get("units?kind=guild")
        .await
        .expect_problem(422, "invalid_query");
    clerk
        .get("units?colour=red")
        .await
        .expect_problem(422, "invalid_query");
    clerk
        .get("units/none")
        .await
        .expect_problem(404, "not_found");
    clerk
        .get("units/00000000-0000-4000-8000-000000000000")
        .await
        .expect_problem(404, "not_found");
}

#[tokio::test]
async fn points_come_in_pages() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let mut codes = Vec::new();
    let mut next = Some("points?limit=7".to_owned());
    while let Some(path) = next {
        let page = inspector.get(&path).await.expect(200);
        codes.extend(
            page.list("/items")
                .iter()
                .map(|point| point["code"].to_string()),
        );
        next = page
            .at("/next_cursor")
            .as_str()
            .map(|cursor| format!("points?limit=7&cursor={cursor}"));
    }
    assert_eq!(codes.len(), 30);
    assert!(codes.is_sorted());
    inspector
        .get("points?cursor=xyz")
        .await
        .expect_problem(422, "list_cursor_invalid");
}

#[tokio::test]
async fn points_are_listed_by_district_and_kind() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let bincheng = inspector
        .get("points?district=371602&limit=10")
        .await
        .expect(200);
    assert_eq!(bincheng.list("/items").len(), 10);
    let cursor = bincheng.str("/next_cursor");
    let rest = inspector
        .get(&format!("points?district=371602&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(rest.list("/items").len(), 4);
    assert!(rest.at("/next_cursor").is_null());
    let markets = inspector.get("points?kind=K21").await.expect(200);
    assert_eq!(markets.list("/items").len(), 2);
    let kinds = inspector.get("points/kinds").await.expect(200);
    assert_eq!(kinds.list("/items").len(), 30);
}

#[tokio::test]
async fn outlines_come_when_they_are_asked_for() {
    let app = TestApp::demo().await;
    let clerk = app.login("clerk").await;
    let bare = clerk.get("areas").await.expect(200);
    assert_eq!(bare.list("/items").len(), 7);
    assert_eq!(bare.at("/items/0/name"), "滨城区");
    assert!(bare.json.pointer("/items/0/geometry").is_none());
    let full = clerk.get("areas?geometry=true").await.expect(200);
    assert_eq!(full.at("/items/0/geometry/type"), "MultiPolygon");
}
