//! Rounds: sealed plans, fair draws, points revealed to who goes there, findings that exist for no unit before the release.

mod crash;
mod draw;
mod identity;
mod interference;
pub mod seal;

use serde_json::{Value, json};

use crate::harness::phone::Phone;
use crate::harness::{Client, TestApp, username_of};

/// A plan that starts at once: so many points of each of these kinds.
pub fn plan(mode: &str, quotas: &[(&str, u32)]) -> Value {
    let quotas: Vec<Value> = quotas
        .iter()
        .map(|(kind, count)| json!({ "kind": kind, "count": count }))
        .collect();
    let release_at = (mode == "covert").then_some("2026-11-23T02:00:00Z");
    json!({
        "name": "冬季暗访", "mode": mode, "purpose": "查市容",
        "starts_at": "2026-11-20T02:00:00Z", "ends_at": "2026-11-22T02:00:00Z",
        "release_at": release_at, "coverage": "random", "quotas": quotas,
    })
}

/// A round that is drawn and has started.
pub async fn started(app: &TestApp, supervisor: &Client, plan: &Value) -> String {
    let planned = supervisor.post("rounds").json(plan).await.expect(201);
    let id = planned.str("/id").to_owned();
    supervisor
        .post(&format!("rounds/{id}/draw"))
        .json(&json!({}))
        .await
        .expect(200);
    app.run_jobs().await;
    id
}

/// Someone with a visit to make in a round: the phone, the task, and the point.
pub async fn visitor(app: &TestApp, supervisor: &Client, round: &str) -> (Phone, String, String) {
    let draw = supervisor
        .get(&format!("rounds/{round}/draw"))
        .await
        .expect(200);
    let inspector = draw.str("/points/0/inspector");
    let mut phone = Phone::of(app, &username_of(app, inspector).await).await;
    phone.pull().await;
    let task = phone
        .ids("tasks")
        .first()
        .map(|id| (*id).to_owned())
        .expect("a visit");
    let point = phone
        .doc("tasks", &task)
        .get("point")
        .and_then(Value::as_str);
    let point = point.expect("a point").to_owned();
    (phone, task, point)
}
