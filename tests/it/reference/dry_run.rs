//! What an import would do, told before it does it: the same figures, and nothing kept.

use serde_json::{Value, json};

use super::{count, import};
use crate::harness::story::{self, ticket};
use crate::harness::{Client, Response, TestApp, shanghai};

async fn try_import(admin: &Client, kind: &str, query: &str, file: &str) -> Response {
    admin
        .post(&format!("imports/{kind}?dry_run=true{query}"))
        .body("application/octet-stream", file.to_owned())
        .await
        .expect(200)
}

/// The figures of a dry run, which must be those of the import.
fn figures(answer: &Response) -> Value {
    let mut figures = answer.json.clone();
    figures
        .as_object_mut()
        .expect("an object")
        .remove("dry_run");
    figures
}

#[tokio::test]
async fn a_calendar_tells_which_days_and_deadlines_it_would_move() {
    let app = TestApp::demo().await;
    let (admin, inspector) = (app.login("admin").await, app.login("inspector1").await);
    let officer = app.login("officer-371602-sanitation").await;
    // One that is due within the day, one on the last of the calendar, and one beyond it.
    let soon = story::report("371602").post(&inspector).await.ticket;
    app.clock.set("2026-12-30 17:00");
    let firm = story::report("371602").post(&inspector).await.ticket;
    app.clock.set("2026-12-31 17:00");
    let beyond = story::report("371602").post(&inspector).await.ticket;
    let due = async |id: &str| ticket(&officer, id).await.at("/deadline").clone();
    assert_eq!(due(&beyond).await["provisional"], true);
    let firm_due = due(&firm).await["due_at"].clone();
    assert_eq!(firm_due, json!(shanghai("2026-12-31 11:00").to_string()));
    app.clock.set("2026-12-31 10:00");

    // The first of January is off, and so is the last of December.
    let current = admin.get("calendars/current").await.expect(200);
    let mut off: Vec<Value> = current.list("/off").to_vec();
    off.extend([json!("2026-12-31"), json!("2027-01-01")]);
    let calendar = json!({
        "source": "2027", "known_until": "2027-12-31", "off": off,
        "make_up_workdays": current.at("/make_up_workdays"),
    })
    .to_string();
    let told = try_import(&admin, "calendar", "", &calendar).await;
    assert_eq!(told.at("/dry_run"), true);
    assert_eq!(told.at("/calendar/known_until_was"), "2026-12-31");
    assert_eq!(
        told.at("/calendar/days"),
        &json!([{ "day": "2026-12-31", "worked": false }, { "day": "2027-01-01", "worked": false }])
    );
    assert_eq!(told.at("/calendar/provisional_deadlines"), 1);
    assert_eq!(told.at("/calendar/firm_deadlines"), 1);
    let moved: Vec<_> = told
        .list("/calendar/examples")
        .iter()
        .map(|it| {
            (
                it["ticket"].clone(),
                it["due_was"].clone(),
                it["due_is"].clone(),
            )
        })
        .collect();
    let monday = |time: &str| json!(shanghai(&format!("2027-01-04 {time}")).to_string());
    assert_eq!(moved.len(), 2);
    assert!(moved.contains(&(json!(firm), firm_due.clone(), monday("11:00"))));
    assert_eq!(count(&app, "calendars").await, 1);
    assert_eq!(due(&firm).await["due_at"], firm_due);
    assert_eq!(ticket(&officer, &firm).await.str("/rev"), "1");

    let done = import(&admin, "calendar", calendar).await.expect(200);
    assert_eq!(done.at("/dry_run"), false);
    assert_eq!(figures(&done), figures(&told));
    assert_eq!(due(&firm).await["due_at"], monday("11:00"));
    assert_eq!(due(&beyond).await["provisional"], false);
    assert_eq!(ticket(&officer, &firm).await.str("/rev"), "2");
    assert_eq!(
        ticket(&officer, &soon).await.str("/rev"),
        "1",
        "it had passed"
    );
    let trail = app
        .login("clerk")
        .await
        .get(&format!("tickets/{firm}/trail"))
        .await
        .expect(200);
    let last = trail.list("/items").last().expect("rows");
    assert_eq!(
        (&last["command"], &last["seq"]),
        (&json!("recompute_deadline"), &json!(3))
    );
    app.finish().await;
}

#[tokio::test]
async fn a_redrawn_border_tells_which_open_tickets_lie_elsewhere_and_moves_none() {
    let app = TestApp::demo().await;
    let (admin, inspector) = (app.login("admin").await, app.login("inspector1").await);
    let clerk = app.login("clerk").await;
    let moved = story::report("371602").post(&inspector).await.ticket;
    story::report("371603").post(&inspector).await;
    // Two districts change names and codes: everything in the one lies in the other now.
    let file = include_str!("../../../demo/districts.wgs84.geojson");
    let mut districts: Value = serde_json::from_str(file).expect("GeoJSON");
    let features = districts["features"].as_array_mut().expect("features");
    features.retain(|it| ["371602", "371621"].contains(&code(it).as_str()));
    let swapped: Vec<Value> = features
        .iter()
        .map(|it| it["geometry"].clone())
        .rev()
        .collect();
    for (feature, geometry) in features.iter_mut().zip(swapped) {
        feature["geometry"] = geometry;
    }
    let file = districts.to_string();
    let told = try_import(&admin, "areas", "&datum=wgs84", &file).await;
    assert_eq!(told.at("/updated"), 2);
    assert_eq!(told.at("/redrawn/total"), 1);
    assert_eq!(
        told.at("/redrawn/by_unit"),
        &json!([{ "from": "371602-sanitation", "to": "371621-sanitation", "tickets": 1 }])
    );
    let ticket_told = told.at("/redrawn/tickets/0");
    assert_eq!(ticket_told["ticket"], moved);
    assert_eq!(
        (&ticket_told["district_was"], &ticket_told["district_is"]),
        (&json!("371602"), &json!("371621"))
    );
    let again = try_import(&admin, "areas", "&datum=wgs84", &file).await;
    assert_eq!(again.json, told.json, "nothing was kept");

    let done = admin
        .post("imports/areas?datum=wgs84")
        .body("application/octet-stream", file)
        .await
        .expect(200);
    assert_eq!(figures(&done), figures(&told));
    let seen = ticket(&clerk, &moved).await;
    assert_eq!(seen.at("/handling/lead/name"), "滨城区环境卫生服务中心");
    assert_eq!(seen.at("/district/code"), "371602");
    let next = story::report("371602").post(&inspector).await.ticket;
    assert_eq!(ticket(&clerk, &next).await.at("/district/code"), "371621");
    app.finish().await;
}

fn code(feature: &Value) -> String {
    match feature.pointer("/properties/adcode") {
        Some(Value::String(code)) => code.clone(),
        code => code.map(Value::to_string).unwrap_or_default(),
    }
}

#[tokio::test]
async fn every_kind_of_file_can_be_tried() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let units = "code,name_zh,name_en,kind,parent,district,subject\nNEW,新单位,,other,371602,,\n";
    let told = try_import(&admin, "units", "", units).await;
    assert_eq!(
        (told.at("/dry_run"), told.at("/inserted")),
        (&json!(true), &json!(1))
    );
    let none = app.rows("SELECT code FROM units WHERE code = 'NEW'").await;
    assert!(none.is_empty());
    let done = import(&admin, "units", units).await.expect(200);
    assert_eq!(figures(&done), figures(&told));
}
