//! 上报: what a phone sends becomes exactly one report and one ticket a finding, however often, in whatever shape and from
//! wherever it comes; what cannot be is refused whole.

mod place;
mod read;
mod refusal;
mod repeat;
mod run;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::story::Photo;
use crate::harness::{Client, Response, TestApp};

/// A report that is filed at once: garbage (E0102) in the middle of Bincheng (滨城区), with a photo that may come later.
pub fn report() -> Value {
    report_with(&Photo::new())
}

/// The same with this photo.
pub fn report_with(photo: &Photo) -> Value {
    json!({
        "id": Uuid::new_v4(),
        "captured": { "wall": "2026-11-20T10:00:00+08:00", "mono_ms": 81_235, "boot": "b-1" },
        "geo": { "lat": 37.3841, "lon": 118.0190, "datum": "wgs84", "acc_m": 8.5, "fix_age_ms": 900 },
        "attachments": [photo.declared()],
        "data": {
            "note": "河边",
            "findings": [{
                "id": Uuid::new_v4(), "item": "E0102", "text": "暴露垃圾", "attachments": [photo.aid],
            }],
        },
    })
}

/// The value with one place of it replaced, or added to its object.
fn with(mut value: Value, pointer: &str, new: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').expect("a JSON pointer");
    match value.pointer_mut(parent).expect("the place is there") {
        Value::Array(items) => {
            *items
                .get_mut(key.parse::<usize>().expect("an index"))
                .expect("the place is there") = new;
        }
        object => object[key] = new,
    }
    value
}

async fn send(client: &Client, report: &Value) -> Response {
    client.post("reports").json(report).await
}

/// How many rows there are of everything that a report makes.
async fn counts(app: &TestApp) -> Value {
    let tables = [
        "reports",
        "report_amendments",
        "findings",
        "tickets",
        "ticket_events",
        "ticket_assignments",
        "attachments",
        "report_attachments",
        "finding_attachments",
        "jobs",
    ];
    let columns: Vec<String> = tables
        .iter()
        .map(|table| format!("(SELECT count(*) FROM {table}) AS {table}"))
        .collect();
    let rows = app.rows(&format!("SELECT {}", columns.join(", "))).await;
    rows.into_iter().next().expect("one row")
}
