//! 强制结案: two supervisors, and not a trace of the first before the second.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{city, may, office, rectifying};
use crate::harness::phone::Phone;
use crate::harness::story::{self, command, ticket};

fn because() -> Value {
    json!({ "reason": "现场已拆除" })
}

#[tokio::test]
async fn one_supervisor_opens_and_another_closes() {
    let (app, inspector, officer) = city().await;
    let (clerk, first, second) = office(&app).await;
    let id = rectifying(&inspector, &officer).await;
    for stranger in [&officer, &clerk, &inspector] {
        command(stranger, &id, "force_close", because())
            .await
            .expect_problem(403, "forbidden");
    }
    let opened = command(&first, &id, "force_close", because())
        .await
        .expect(200);
    assert_eq!(opened.at("/state"), "rectifying");
    assert_eq!(opened.at("/handling/requests/0/kind"), "force_closing");
    assert!(!may(&opened, "confirm_force_close"), "not the same person");
    command(&first, &id, "confirm_force_close", json!({}))
        .await
        .expect_problem(409, "second_person");
    command(&second, &id, "force_close", because())
        .await
        .expect_problem(409, "request_open");
    assert!(may(&ticket(&second, &id).await, "confirm_force_close"));
    let closed = command(
        &second,
        &id,
        "confirm_force_close",
        json!({ "opinion": "属实" }),
    )
    .await
    .expect(200);
    assert_eq!(closed.at("/state"), "closed");
    assert_eq!(closed.at("/forced"), true);
    assert_eq!(closed.at("/deadline/running"), false);
    let trail = officer
        .get(&format!("tickets/{id}/trail"))
        .await
        .expect(200);
    let last = trail.list("/items").last().expect("a row");
    assert_eq!(last["command"], "confirm_force_close");
    assert_eq!(last["opinion"], "现场已拆除；属实");
    app.finish().await;
}

#[tokio::test]
async fn until_it_is_confirmed_units_and_inspectors_learn_nothing() {
    let (app, inspector, officer) = city().await;
    let (_, first, second) = office(&app).await;
    let id = rectifying(&inspector, &officer).await;
    let mut phones = [
        Phone::of(&app, super::SANITATION).await,
        Phone::of(&app, "inspector1").await,
    ];
    let mut office = Phone::of(&app, "clerk").await;
    office.pull().await;
    for phone in &mut phones {
        phone.pull().await;
    }
    let before = [
        ticket(&officer, &id).await,
        officer.get(&format!("tickets/{id}/trail")).await,
        officer.get("tickets").await,
        officer.get("requests").await,
    ];
    command(&first, &id, "force_close", because())
        .await
        .expect(200);
    command(
        &second,
        &id,
        "refuse_force_close",
        json!({ "opinion": "再查" }),
    )
    .await
    .expect(200);
    command(&first, &id, "force_close", because())
        .await
        .expect(200);
    let after = [
        ticket(&officer, &id).await,
        officer.get(&format!("tickets/{id}/trail")).await,
        officer.get("tickets").await,
        officer.get("requests").await,
    ];
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.text(), after.text());
        assert_eq!(before.header("etag"), after.header("etag"));
    }
    for phone in &mut phones {
        assert!(phone.pull().await.changes.is_empty());
    }
    office.pull().await;
    let held = office.doc("tickets", &id);
    assert_eq!(held["open_requests"], json!(["force_closing"]));
    // What happens next leaves no gap in the numbers that a unit sees.
    command(&officer, &id, "comment", json!({ "text": "正在清理" }))
        .await
        .expect(200);
    let trail = officer.get(&format!("tickets/{id}/trail")).await;
    let numbers: Vec<&Value> = trail.list("/items").iter().map(|row| &row["seq"]).collect();
    assert_eq!(numbers, [&json!(2), &json!(3), &json!(4)]);
    app.finish().await;
}

#[tokio::test]
async fn the_first_may_withdraw_and_it_lapses_when_the_ticket_ends_otherwise() {
    let (app, inspector, officer) = city().await;
    let (clerk, first, second) = office(&app).await;
    let id = rectifying(&inspector, &officer).await;
    command(&first, &id, "force_close", because())
        .await
        .expect(200);
    command(
        &first,
        &id,
        "refuse_force_close",
        json!({ "opinion": "撤回" }),
    )
    .await
    .expect(200);
    command(&second, &id, "confirm_force_close", json!({}))
        .await
        .expect_problem(409, "no_request");
    app.clock.advance(SignedDuration::from_mins(1));
    command(&first, &id, "force_close", because())
        .await
        .expect(200);
    story::submit(&officer, &id).await;
    let still = ticket(&second, &id).await;
    assert_eq!(still.at("/handling/requests/1/state"), "open");
    let closed = command(&clerk, &id, "recheck", story::recheck("pass"))
        .await
        .expect(200);
    assert_eq!(closed.at("/handling/requests/1/state"), "lapsed");
    assert_eq!(closed.at("/forced"), false);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn any_open_state_can_be_closed_by_force() {
    let (app, inspector, officer) = city().await;
    let (_, first, second) = office(&app).await;
    let triage = story::report("371602")
        .accuracy(None)
        .post(&inspector)
        .await;
    assert_eq!(triage.state, "triage");
    let dispatched = story::report("371602").post(&inspector).await.ticket;
    let returned = story::report("371602").post(&inspector).await.ticket;
    let not_ours = json!({ "reason": "other", "text": "他处办理" });
    command(&officer, &returned, "return", not_ours)
        .await
        .expect(200);
    let awaiting = rectifying(&inspector, &officer).await;
    let body = story::submission(&[story::Photo::new()]); // whose bytes never come
    command(&officer, &awaiting, "submit", body)
        .await
        .expect(200);
    for id in [triage.ticket, dispatched, returned, awaiting] {
        command(&first, &id, "force_close", because())
            .await
            .expect(200);
        let closed = command(&second, &id, "confirm_force_close", json!({}))
            .await
            .expect(200);
        assert_eq!(closed.at("/state"), "closed");
        assert_eq!(closed.at("/handling/photos_pending"), false);
    }
    app.finish().await;
}
