//! 移交: everything open of a unit or of a person in one act, and the unit that is switched off after it.

use serde_json::{Value, json};

use super::{DISTRICT, SANITATION, city, newcomer, unit};
use crate::harness::phone::Phone;
use crate::harness::story::{self, command, ticket};
use crate::harness::{Client, Response, TestApp, shanghai};

const SUCCESSOR: &str = "371602-landscape";

async fn hand_over(app: &TestApp, client: &Client, from: &str, to: &str) -> Response {
    let from = unit(app, from).await;
    let body = json!({ "to": to, "opinion": "机构改革" });
    client
        .post(&format!("units/{from}/handover"))
        .json(&body)
        .await
}

#[tokio::test]
async fn the_successor_stands_where_the_unit_stood_and_the_clock_runs_on() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let dispatched = story::report("371602").post(&inspector).await.ticket;
    let rectifying = story::report("371602").post(&inspector).await.ticket;
    command(&officer, &rectifying, "acknowledge", json!({}))
        .await
        .expect(200);
    command(
        &officer,
        &rectifying,
        "assign",
        json!({ "assignee": SANITATION }),
    )
    .await
    .expect(200);
    command(
        &officer,
        &rectifying,
        "request_extension",
        json!({ "reason": "雨" }),
    )
    .await
    .expect(200);
    let mut phone = Phone::of(&app, SANITATION).await;
    phone.pull().await;
    app.clock.set("2026-11-20 15:00");
    let done = hand_over(&app, &clerk, "371602-sanitation", SUCCESSOR)
        .await
        .expect(200);
    assert_eq!(
        (done.at("/total"), done.at("/done")),
        (&json!(2), &json!(2))
    );
    assert!(done.at("/finished_at").is_string());

    let successor = app.login("officer-371602-landscape").await;
    let lead = unit(&app, SUCCESSOR).await;
    let due = shanghai("2026-11-20 16:00").to_string();
    for (id, state) in [(&dispatched, "dispatched"), (&rectifying, "rectifying")] {
        let seen = ticket(&successor, id).await;
        assert_eq!(seen.at("/state"), state);
        assert_eq!(seen.at("/handling/lead/id"), &json!(lead));
        assert_eq!(seen.at("/deadline/due_at"), &json!(due));
        assert!(seen.json.pointer("/handling/assignee").is_none());
        officer
            .get(&format!("tickets/{id}"))
            .await
            .expect_problem(404, "not_found");
        let trail = clerk.get(&format!("tickets/{id}/trail")).await.expect(200);
        let last = trail.list("/items").last().expect("a row");
        assert_eq!(
            (&last["command"], &last["opinion"]),
            (&json!("hand_over"), &json!("机构改革"))
        );
    }
    assert_eq!(
        ticket(&successor, &rectifying)
            .await
            .at("/handling/requests/0/state"),
        "open"
    );
    // Whoever has to acknowledge has its own time for it.
    let acknowledge_by = shanghai("2026-11-23 09:00").to_string();
    let seen = ticket(&successor, &dispatched).await;
    assert_eq!(seen.at("/stage/due_at"), &json!(acknowledge_by));
    phone.log_in_again(&app, SANITATION).await;
    let pulled = phone.pull().await;
    let gone: Vec<&Value> = pulled.changes.iter().map(|change| &change["op"]).collect();
    assert_eq!(gone, ["gone", "gone"]);
    app.finish().await;
}

#[tokio::test]
async fn what_waits_for_its_recheck_goes_along_and_its_past_stays_whole() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let sent = story::report("371602").post(&inspector).await;
    story::rectify(&officer, &sent.ticket).await;
    app.run_jobs().await;
    app.clock.set("2026-11-20 15:00");
    hand_over(&app, &clerk, "371602-sanitation", SUCCESSOR)
        .await
        .expect(200);
    let successor = app.login("officer-371602-landscape").await;
    let seen = ticket(&successor, &sent.ticket).await;
    assert_eq!(seen.at("/state"), "awaiting_recheck");
    crate::audit::assert_whole(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn what_is_closed_stays_and_what_it_cooperated_in_goes_along() {
    let (app, inspector, _) = city().await;
    let clerk = app.login("clerk").await;
    let sent = story::report("371602")
        .item("W0505")
        .condition("a")
        .post(&inspector)
        .await;
    let closed = story::report("371602")
        .fixed_on_site()
        .post(&inspector)
        .await;
    hand_over(&app, &clerk, "371602-urban_management", SUCCESSOR)
        .await
        .expect(200);
    let successor = app.login("officer-371602-landscape").await;
    let seen = ticket(&successor, &sent.ticket).await;
    assert_eq!(seen.list("/handling/cooperating").len(), 1);
    let former = app.login("officer-371602-urban_management").await;
    former
        .get(&format!("tickets/{}", sent.ticket))
        .await
        .expect_problem(404, "not_found");
    let nothing = hand_over(&app, &clerk, "371602-sanitation", SUCCESSOR)
        .await
        .expect(200);
    assert_eq!(nothing.at("/total"), 0);
    let officer = app.login(SANITATION).await;
    ticket(&officer, &closed.ticket).await;
    app.finish().await;
}

#[tokio::test]
async fn many_are_handed_over_in_parts_and_each_once() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let id = story::report("371602").post(&inspector).await.ticket;
    app.execute(&format!(
        "INSERT INTO tickets SELECT (jsonb_populate_record(t, jsonb_build_object(
             'id', gen_random_uuid(), 'number', '2026-9' || lpad(i::text, 5, '0'), 'finding_id', NULL))).*
           FROM tickets t, generate_series(1, 449) i WHERE t.id = '{id}';
         INSERT INTO ticket_assignments (id, ticket_id, unit_id, unit_name, role, since)
         SELECT gen_random_uuid(), t.id, t.lead_unit_id, t.lead_unit_name, 'lead', t.dispatched_at FROM tickets t
          WHERE NOT EXISTS (SELECT FROM ticket_assignments a WHERE a.ticket_id = t.id)"
    ))
    .await;
    let started = hand_over(&app, &clerk, "371602-sanitation", SUCCESSOR)
        .await
        .expect(202);
    assert_eq!(
        (started.at("/total"), started.at("/done")),
        (&json!(450), &json!(200))
    );
    hand_over(&app, &clerk, "371602-sanitation", SUCCESSOR)
        .await
        .expect_problem(409, "handover_running");
    app.run_jobs().await;
    let path = format!("handovers/{}", started.str("/id"));
    let done = clerk.get(&path).await.expect(200);
    assert_eq!(done.at("/done"), 450);
    assert!(done.at("/finished_at").is_string());
    let rows = "SELECT count(*) AS rows, count(DISTINCT ticket_id) AS tickets FROM ticket_events WHERE command = 'hand_over'";
    assert_eq!(
        app.rows(rows).await,
        [json!({ "rows": 450, "tickets": 450 })]
    );
    assert!(officer.get("tickets").await.list("/items").is_empty());
    app.finish().await;
}

#[tokio::test]
async fn a_persons_work_goes_to_somebody_who_can_do_it() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let worker = newcomer(&app, "worker", "officer", "371602-sanitation").await;
    let worker_id = worker.get("me").await.str("/id").to_owned();
    let mut ids = Vec::new();
    for _ in 0..3 {
        let id = story::report("371602").post(&inspector).await.ticket;
        command(&officer, &id, "assign", json!({ "assignee": "worker" }))
            .await
            .expect(200);
        ids.push(id);
    }
    let path = format!("users/{worker_id}/handover");
    for stranger in [
        "officer-371603-sanitation",
        "inspector1",
        "worker",
        "nobody",
    ] {
        let body = json!({ "to": stranger, "opinion": "调离" });
        clerk
            .post(&path)
            .json(&body)
            .await
            .expect_problem(422, "invalid")
            .expect_fault("/to");
    }
    let body = json!({ "to": DISTRICT, "opinion": "调离" });
    let done = clerk.post(&path).json(&body).await.expect(200);
    assert_eq!(
        (done.at("/kind"), done.at("/done")),
        (&json!("person"), &json!(3))
    );
    let district = app.login(DISTRICT).await;
    let mine = district.get("tickets?assignee=me").await.expect(200);
    assert_eq!(mine.list("/items").len(), 3);
    let mine = worker.get("tickets?assignee=me").await.expect(200);
    assert!(mine.list("/items").is_empty());
    app.finish().await;
}

#[tokio::test]
async fn a_unit_is_switched_off_once_it_leads_nothing_open() {
    let (app, inspector, _) = city().await;
    let (admin, clerk) = (app.login("admin").await, app.login("clerk").await);
    for _ in 0..2 {
        story::report("371602").post(&inspector).await;
    }
    app.clock.set("2026-11-20 10:01");
    let id = unit(&app, "371602-sanitation").await;
    let path = format!("units/{id}/switch_off");
    let refused = admin.post(&path).json(&json!({})).await;
    let refused = refused.expect_problem(409, "unit_leads_open_tickets");
    assert_eq!(refused.at("/open_tickets"), 2);
    let office = unit(&app, "371602").await;
    hand_over(&app, &clerk, "371602-sanitation", SUCCESSOR)
        .await
        .expect(200);
    admin.post(&path).json(&json!({})).await.expect(200);
    admin.post(&path).json(&json!({})).await.expect(200);
    let units = admin.get("units").await.expect(200);
    assert!(!units.text().contains("\"371602-sanitation\""));
    let above = format!("units/{office}/switch_off");
    admin
        .post(&above)
        .json(&json!({}))
        .await
        .expect_problem(409, "unit_has_units");
    // What would have been its own goes to the district office.
    let next = story::report("371602").post(&inspector).await;
    let seen = ticket(&clerk, &next.ticket).await;
    assert_eq!(seen.at("/handling/lead/id"), &json!(office));
    hand_over(&app, &clerk, SUCCESSOR, "371602-sanitation")
        .await
        .expect_problem(422, "invalid")
        .expect_fault("/to");
    app.finish().await;
}
