use super::{assert_refused_at, count, import};
use crate::harness::TestApp;

fn file(rows: &str) -> String {
    format!("code,name_zh,name_en,kind,lat,lon,datum,address,owner\n{rows}")
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
