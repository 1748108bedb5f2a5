use super::{assert_refused_at, count, import};
use crate::harness::TestApp;

const HEADER: &str = "code,name_zh,name_en,kind,parent,district,subject\n";

fn file(rows: &str) -> String {
    format!("{HEADER}{rows}")
}

#[tokio::test]
async fn a_parent_may_come_after_its_child() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let rows = "X-1,某所,,other,X,,\nX,某局,Some bureau,other,371602,371602,\n";
    let answer = import(&admin, "units", file(rows)).await.expect(200);
    assert_eq!(answer.at("/rows"), 2);
    assert_eq!(answer.at("/inserted"), 2);
    let units = admin.get("units").await.expect(200);
    let codes: Vec<&str> = units
        .list("/items")
        .iter()
        .map(|unit| unit["code"].as_str().expect("a code"))
        .collect();
    let at = codes
        .iter()
        .position(|code| *code == "X")
        .expect("the bureau");
    assert_eq!(codes[at + 1], "X-1");
    let below = &units.list("/items")[at + 1];
    assert_eq!(below["lineage"].as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn sending_a_file_again_changes_nothing() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let units = include_str!("../../../demo/units.csv");
    let answer = import(&admin, "units", units).await.expect(200);
    assert_eq!(answer.at("/inserted"), 0);
    assert_eq!(answer.at("/updated"), 0);
}

#[tokio::test]
async fn a_new_name_keeps_the_id() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let before = app
        .rows("SELECT id FROM units WHERE code = '371602-power'")
        .await;
    let row = "371602-power,滨城供电,Bincheng Power,department,371602,371602,power\n";
    let answer = import(&admin, "units", file(row)).await.expect(200);
    assert_eq!(answer.at("/updated"), 1);
    let after = app
        .rows("SELECT id FROM units WHERE name_zh = '滨城供电'")
        .await;
    assert_eq!(before, after);
}

#[tokio::test]
async fn a_unit_that_moves_takes_those_below_along() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let rows = "A,甲,,other,371602,,\nB,乙,,other,A,,\nC,丙,,other,B,,\n";
    import(&admin, "units", file(rows)).await.expect(200);
    let answer = import(&admin, "units", file("A,甲,,other,371603,,\n"))
        .await
        .expect(200);
    assert_eq!(answer.at("/updated"), 1);
    let lineage = app
        .rows("SELECT code FROM units WHERE id IN (SELECT unnest(lineage) FROM units WHERE code = 'C') ORDER BY code")
        .await;
    let codes: Vec<_> = lineage.iter().map(|row| row["code"].clone()).collect();
    assert_eq!(codes, ["371600", "371603", "A", "B", "C"]);
}

#[tokio::test]
async fn each_bad_row_is_refused_with_its_line_and_column() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let before = count(&app, "units").await;
    let good = "G,好,,other,371602,,\n";
    for (row, place, word) in [
        ("Z,丁,,other,nobody,,\n", "line 3, column parent", "nobody"),
        (
            "Z,丁,,street,371602,999999,\n",
            "line 3, column district",
            "999999",
        ),
        ("Z,丁,,bureau,371602,,\n", "line 3, column kind", "bureau"),
        (",丁,,other,,,\n", "line 3, column code", "不能为空"),
        ("Z,,,other,,,\n", "line 3, column name_zh", "不能为空"),
        ("Z z,丁,,other,,,\n", "line 3, column code", "空格"),
        ("G,丁,,other,,,\n", "line 3, column code", "重复"),
        (
            "Z,丁,,department,371602,371602,\n",
            "line 3, column subject",
            "事项",
        ),
        (
            "Z,丁,,district_office,371600,,\n",
            "line 3, column district",
            "区县",
        ),
        ("Z,丁,,other,Z,,\n", "line 3, column parent", "循环"),
        (
            "Z,丁,,department,371602,371602,power\n",
            "line 3, column subject",
            "371602-power",
        ),
        (
            "Z,丁,,district_office,371600,371602,\n",
            "line 3, column district",
            "371602",
        ),
        ("Z,丁,,other,,\n", "line 3", "6"),
    ] {
        let answer = import(&admin, "units", file(&format!("{good}{row}"))).await;
        assert_refused_at(answer, place, word);
    }
    assert_eq!(
        count(&app, "units").await,
        before,
        "nothing is half-imported"
    );
}

#[tokio::test]
async fn a_circle_names_every_unit_on_it() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let rows = "A,甲,,other,B,,\nB,乙,,other,A,,\n";
    let answer = import(&admin, "units", file(rows)).await;
    let answer = answer.expect_problem(422, "import_refused");
    assert_eq!(answer.list("/errors").len(), 2);
    answer
        .expect_fault("line 2, column parent")
        .expect_fault("line 3, column parent");
}

#[tokio::test]
async fn only_an_administrator_imports() {
    let app = TestApp::demo().await;
    for name in [
        "clerk",
        "supervisor",
        "inspector1",
        "officer-371602",
        "auditor",
    ] {
        let person = app.login(name).await;
        import(&person, "units", file("Z,丁,,other,,,\n"))
            .await
            .expect_problem(403, "forbidden");
    }
    let admin = app.login("admin").await;
    import(&admin, "ghosts", "x")
        .await
        .expect_problem(404, "not_found");
}
