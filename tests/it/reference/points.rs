use super::{assert_refused_at, count, import};
use crate::harness::TestApp;

fn file(rows: &str) -> String {
    format!("code,name_zh,name_en,kind,lat,lon,datum,address,owner\n{rows}")
}

#[tokio::test]
async fn a_check_point_remembers_who_owned_it() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let points = admin.get("points?limit=500").await.expect(200);
    let mall = points
        .list("/items")
        .iter()
        .find(|point| point["code"] == "P003")
        .expect("the mall")
        .clone();
    let path = format!("points/{}", mall["id"].as_str().expect("an id"));
    let file = include_str!("../../../demo/points.csv");
    let header = file.lines().next().expect("a header");
    let line = file
        .lines()
        .find(|line| line.contains("P003"))
        .expect("its line");
    let before = mall["owner"]["code"].as_str().expect("an owner");
    app.clock.set("2026-11-21 10:00");
    let moved = format!("{header}\n{}\n", line.replace(before, "371602003"));
    for _again in 0..2 {
        import(&admin, "points", moved.clone()).await.expect(200);
    }
    let seen = admin.get(&path).await.expect(200);
    let owners: Vec<_> = seen
        .list("/owners")
        .iter()
        .map(|owner| (owner["unit"]["code"].clone(), owner["valid_until"].clone()))
        .collect();
    let until = serde_json::json!("2026-11-21T02:00:00Z");
    assert_eq!(
        owners,
        [
            (serde_json::json!("371602003"), serde_json::Value::Null),
            (serde_json::json!(before), until)
        ]
    );
    assert_eq!(seen.at("/owner/code"), "371602003");
    app.finish().await;
}

#[tokio::test]
async fn a_point_is_converted_once_and_keeps_what_its_file_stated() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let row = "Q1,某市场,,K21,37.3835,118.0130,gcj02,黄河路,371602-market_supervision\n";
    let answer = import(&admin, "points", file(row)).await.expect(200);
    assert_eq!(answer.at("/inserted"), 1);
    let stored = app
        .rows("SELECT id, raw_lat, datum, lat FROM check_points WHERE code = 'Q1'")
        .await;
    assert_eq!(stored[0]["raw_lat"], 37.3835);
    assert_ne!(stored[0]["lat"], 37.3835);
    let path = format!("points/{}", stored[0]["id"].as_str().expect("an id"));
    let shown = admin.get(&format!("{path}?datum=gcj02")).await.expect(200);
    assert_eq!(shown.at("/position/lat"), 37.3835);
    assert_eq!(shown.at("/district/code"), "371602");
    assert_eq!(shown.at("/owner/code"), "371602-market_supervision");
    let wgs84 = admin.get(&path).await.expect(200);
    assert_ne!(wgs84.at("/position/lat"), 37.3835);
    let again = import(&admin, "points", file(row)).await.expect(200);
    assert_eq!(again.at("/inserted"), 0);
    assert_eq!(again.at("/updated"), 0);
    let moved = import(&admin, "points", file(&row.replace("118.0130", "118.0140"))).await;
    assert_eq!(moved.expect(200).at("/updated"), 1);
}

#[tokio::test]
async fn each_bad_row_is_refused_with_its_line_and_column() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let before = count(&app, "check_points").await;
    let good = "Q1,某市场,,K21,37.38,118.01,wgs84,,\n";
    for (row, place, word) in [
        (
            "Q2,某,,K99,37.38,118.01,wgs84,,\n",
            "line 3, column kind",
            "K99",
        ),
        (
            "Q2,某,,K21,37.38,118.01,,,\n",
            "line 3, column datum",
            "不能为空",
        ),
        (
            "Q2,某,,K21,37.38,118.01,cgcs2000,,\n",
            "line 3, column datum",
            "cgcs2000",
        ),
        (
            "Q2,某,,K21,118.01,37.38,wgs84,,\n",
            "line 3, column lat",
            "118.01",
        ),
        (
            "Q2,某,,K21,NaN,118.01,wgs84,,\n",
            "line 3, column lat",
            "NaN",
        ),
        ("Q2,某,,K21,0,0,wgs84,,\n", "line 3, column lat", "(0,0)"),
        (
            "Q2,某,,K21,north,118.01,wgs84,,\n",
            "line 3, column lat",
            "north",
        ),
        (
            "Q2,某,,K21,37.38,118.01,wgs84,,nobody\n",
            "line 3, column owner",
            "nobody",
        ),
        (
            "Q1,某,,K21,37.38,118.01,wgs84,,\n",
            "line 3, column code",
            "重复",
        ),
        (
            "Q2,,,K21,37.38,118.01,wgs84,,\n",
            "line 3, column name_zh",
            "不能为空",
        ),
    ] {
        let answer = import(&admin, "points", file(&format!("{good}{row}"))).await;
        assert_refused_at(answer, place, word);
    }
    assert_eq!(
        count(&app, "check_points").await,
        before,
        "nothing is half-imported"
    );
}
