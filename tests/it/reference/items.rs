use super::{assert_refused_at, count, import};
use crate::harness::TestApp;

const DEMO: &str = include_str!("../../../demo/conditions.csv");

fn header() -> &'static str {
    DEMO.lines().next().expect("a header")
}

fn file(rows: &[&str]) -> String {
    format!("{}\n{}\n", header(), rows.join("\n"))
}

const ROW: &str = "s,2027,X1,a,某事,Something,thing,街道,sanitation,police；fire,4,work_hour,recheck,1,1,false,typical,市容环境,Appearance";

#[tokio::test]
async fn a_new_version_is_the_one_that_findings_are_read_against() {
    let app = TestApp::demo().await;
    let (admin, inspector) = (app.login("admin").await, app.login("inspector1").await);
    let answer = import(&admin, "items", file(&[ROW])).await.expect(200);
    assert_eq!(answer.at("/inserted"), 1);
    let items = inspector.get("items").await.expect(200);
    assert_eq!(items.at("/version"), "2027");
    assert_eq!(items.at("/items/0/conditions/0/cooperating/1"), "fire");
    assert_eq!(items.at("/items/0/major"), "市容环境");
    let old = inspector.get("items?version=2026").await.expect(200);
    assert_eq!(old.at("/active"), false);
    assert_eq!(old.list("/items").len(), 57);
    let conditions = old.list("/items").iter();
    let conditions = conditions.map(|item| item["conditions"].as_array().map_or(0, Vec::len));
    assert_eq!(conditions.sum::<usize>(), 65);
    inspector
        .get("items?version=1999")
        .await
        .expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_version_may_gain_but_never_change() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let again = import(&admin, "items", DEMO).await.expect(200);
    assert_eq!(again.at("/inserted"), 0);
    import(&admin, "items", file(&[ROW])).await.expect(200);
    let more = ROW.replace("X1,a", "X1,b");
    let answer = import(&admin, "items", file(&[ROW, &more]))
        .await
        .expect(200);
    assert_eq!(answer.at("/inserted"), 1);
    for (changed, column) in [
        (ROW.replace(",4,work_hour", ",5,work_hour"), "limit_value"),
        (ROW.replace(",thing,", ",service,"), "kind"),
        (ROW.replace("某事", "别的事"), "name_zh"),
        (ROW.replace("市容环境", "街面秩序"), "major_zh"),
        (ROW.replace("police；fire", "police"), "cooperating"),
    ] {
        let answer = import(&admin, "items", file(&[&changed])).await;
        assert_refused_at(answer, &format!("line 2, column {column}"), "新版本");
    }
}

#[tokio::test]
async fn each_bad_row_is_refused_with_its_line_and_column() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let before = count(&app, "filing_conditions").await;
    for (from, to, place, word) in [
        (
            ",4,work_hour",
            ",soon,work_hour",
            "line 3, column limit_value",
            "soon",
        ),
        (
            ",4,work_hour",
            ",0,work_hour",
            "line 3, column limit_value",
            "1",
        ),
        (
            ",4,work_hour",
            ",1001,work_hour",
            "line 3, column limit_value",
            "1000",
        ),
        (
            ",4,work_hour",
            ",4.5,work_hour",
            "line 3, column limit_value",
            "4.5",
        ),
        (
            "work_hour",
            "lunar_month",
            "line 3, column limit_unit",
            "lunar_month",
        ),
        ("work_hour", "fixed", "line 3, column limit_unit", "fixed"),
        ("recheck", "luck", "line 3, column closing_policy", "luck"),
        (",thing,", ",ghost,", "line 3, column kind", "ghost"),
        (",false,", ",maybe,", "line 3, column danger", "maybe"),
        (",1,1,", ",1,101,", "line 3, column min_after_photos", "50"),
        (",1,1,", ",-1,1,", "line 3, column min_before_photos", "-1"),
        ("sanitation", "", "line 3, column lead_subject", "不能为空"),
        ("2027", "2028", "line 3, column version", "2027"),
        ("X2,a", "X1,a", "line 3, column condition", "重复"),
        (
            "X2,a,某事,Something,thing",
            "X1,b,某事,Something,service",
            "line 3, column kind",
            "thing",
        ),
        ("Appearance", "", "line 3, column major_en", "不能为空"),
    ] {
        let bad = ROW.replace("X1", "X2").replacen(from, to, 1);
        assert_refused_at(
            import(&admin, "items", file(&[ROW, &bad])).await,
            place,
            word,
        );
    }
    assert_eq!(
        count(&app, "filing_conditions").await,
        before,
        "nothing is half-imported"
    );
    let active = app
        .rows("SELECT version FROM catalogue_versions WHERE active")
        .await;
    assert_eq!(active[0]["version"], "2026");
}
