//! People: logging in, staying logged in on a bad line, and the administrator's users.

mod login;
mod refresh;
mod session;
mod users;

use serde_json::{Value, json};
use xuncha::services::account;

use crate::harness::{Client, DEMO_PASSWORD, Response, TestApp};

/// The district office of Bincheng.
const DISTRICT: &str = "00000000-0000-4000-8000-000000000001";
/// Its bureau.
const BUREAU: &str = "00000000-0000-4000-8000-000000000002";

/// A city with a district office, its bureau and an administrator.
async fn city() -> (TestApp, Client) {
    let app = TestApp::empty().await;
    app.execute(&format!(
        "INSERT INTO units (id, code, name_zh, name_en, kind, parent_id, lineage, valid_from) VALUES \
         ('{DISTRICT}', '371602', '滨城区', 'Bincheng', 'district_office', NULL, '{{{DISTRICT}}}', '2026-01-01Z'), \
         ('{BUREAU}', '371602-sanitation', '环卫', '', 'department', '{DISTRICT}', '{{{DISTRICT},{BUREAU}}}', '2026-01-01Z')"
    ))
    .await;
    let (pool, passwords) = (&app.svc.pool, &app.svc.passwords);
    account::create_first_admin(pool, passwords, app.svc.now(), "admin", DEMO_PASSWORD)
        .await
        .expect("the first account");
    let admin = app.login("admin").await;
    (app, admin)
}

/// A city with one more user, whose id is answered.
async fn city_with(username: &str, role: &str, unit: Option<&str>) -> (TestApp, Client, String) {
    let (app, admin) = city().await;
    let id = add(&admin, username, role, unit).await;
    (app, admin, id)
}

async fn add(admin: &Client, username: &str, role: &str, unit: Option<&str>) -> String {
    let made = admin.post("users").json(&user(username, role, unit)).await;
    made.expect(201).str("/id").to_owned()
}

fn user(username: &str, role: &str, unit: Option<&str>) -> Value {
    json!({
        "username": username, "display_name": "某人", "password": DEMO_PASSWORD, "role": role, "unit": unit,
    })
}

async fn log_in(app: &TestApp, username: &str, password: &str) -> Response {
    let body = json!({"username": username, "password": password});
    app.client().post("auth/login").json(&body).await
}
