use super::{assert_refused_at, count, import};
use crate::harness::TestApp;

fn file(rows: &str) -> String {
    format!("username,display_name,role,unit,password\n{rows}")
}

#[tokio::test]
async fn imported_people_can_log_in() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let rows =
        "Wang.Wu,王五,officer,371602-power,a long password\nli,李四,inspector,,another password\n";
    let answer = import(&admin, "users", file(rows)).await.expect(200);
    assert_eq!(answer.at("/inserted"), 2);
    app.client().login_with("wang.wu", "a long password").await;
    app.client().login_with("li", "another password").await;
}

#[tokio::test]
async fn an_empty_password_keeps_the_old_one() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let rows = "inspector1,新名字,inspector,,\n";
    let answer = import(&admin, "users", file(rows)).await.expect(200);
    assert_eq!(answer.at("/updated"), 1);
    app.login("inspector1").await;
    let again = import(&admin, "users", file(rows)).await.expect(200);
    assert_eq!(again.at("/updated"), 0);
}

#[tokio::test]
async fn another_role_ends_the_sessions_at_once() {
    let app = TestApp::demo().await;
    let (admin, clerk) = (app.login("admin").await, app.login("clerk").await);
    clerk.get("units").await.expect(200);
    import(&admin, "users", file("clerk,受理员,inspector,,\n"))
        .await
        .expect(200);
    clerk
        .get("units")
        .await
        .expect_problem(401, "session_revoked");
}

#[tokio::test]
async fn each_bad_row_is_refused_with_its_line_and_column() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let before = count(&app, "accounts").await;
    let good = "new,新人,clerk,,long enough\n";
    for (row, place, word) in [
        (
            "a b,某,clerk,,long enough\n",
            "line 3, column username",
            "a b",
        ),
        (
            "NEW,某,clerk,,long enough\n",
            "line 3, column username",
            "重复",
        ),
        (
            "x,,clerk,,long enough\n",
            "line 3, column display_name",
            "不能为空",
        ),
        ("x,某,boss,,long enough\n", "line 3, column role", "boss"),
        ("x,某,officer,,long enough\n", "line 3, column unit", "单位"),
        (
            "x,某,officer,nobody,long enough\n",
            "line 3, column unit",
            "nobody",
        ),
        ("x,某,clerk,,short\n", "line 3, column password", "10"),
        ("x,某,clerk,,\n", "line 3, column password", "密码"),
        ("admin,某,clerk,,\n", "line 3, column role", "管理员"),
    ] {
        let answer = import(&admin, "users", file(&format!("{good}{row}"))).await;
        assert!(
            !answer.text().contains("long enough"),
            "no password is repeated"
        );
        assert_refused_at(answer, place, word);
    }
    assert_eq!(
        count(&app, "accounts").await,
        before,
        "nothing is half-imported"
    );
}
