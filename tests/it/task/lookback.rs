//! Looking back at what units closed by themselves.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use xuncha::domain::draw::Seed;
use xuncha::services::queue;

use crate::harness::phone::Phone;
use crate::harness::story::{self, Photo, command, recheck, ticket};
use crate::harness::{Client, Response, TestApp, pseudonym_of, username_of};

/// The officer of Bincheng's health bureau, which closes queues at its windows by itself (W0902).
const HEALTH: &str = "officer-371602-health";

/// A ticket that `inspector1` reported and that its unit has closed with a word of what it did.
async fn closed_by_its_unit(inspector: &Client, officer: &Client) -> String {
    let sent = story::report("371602")
        .item("W0902")
        .condition("a")
        .photos(Vec::new())
        .post(inspector)
        .await;
    command(officer, &sent.ticket, "acknowledge", json!({}))
        .await
        .expect(200);
    let closed = command(
        officer,
        &sent.ticket,
        "submit",
        json!({ "measure": "增开窗口" }),
    )
    .await;
    assert_eq!(closed.expect(200).at("/state"), "closed");
    sent.ticket
}

/// The demo city with so many tickets that their units closed, and a share to be drawn.
async fn city(closed: usize, share_percent: u32) -> (TestApp, Vec<String>) {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let officer = app.login(HEALTH).await;
    let admin = app.login("admin").await;
    let share = json!({ "changes": { "lookback.share_percent": share_percent } });
    admin.put("policies").json(&share).await.expect(200);
    let mut tickets = Vec::new();
    for _ in 0..closed {
        tickets.push(closed_by_its_unit(&inspector, &officer).await);
    }
    app.clock.set("2026-11-20 11:00");
    (app, tickets)
}

async fn draw(clerk: &Client) -> Response {
    clerk.post("lookback-draws").json(&json!({})).await
}

fn ids(answer: &Response, pointer: &str) -> Vec<String> {
    let ids = answer.list(pointer).iter().filter_map(Value::as_str);
    ids.map(str::to_owned).collect()
}

/// The look-back of a ticket that was drawn first, with the phone of its inspector.
async fn given(app: &TestApp, clerk: &Client) -> (String, String, Phone) {
    let lookbacks = clerk.get("lookbacks").await.expect(200);
    let (ticket, task) = (
        lookbacks.str("/items/0/ticket"),
        lookbacks.str("/items/0/task/id"),
    );
    let inspector = lookbacks.str("/items/0/task/inspector/id");
    let mut phone = Phone::of(app, &username_of(app, inspector).await).await;
    phone.pull().await;
    (ticket.to_owned(), task.to_owned(), phone)
}

/// First rechecks, rechecks and look-backs of the day: how many passed, of how many.
async fn figures(app: &TestApp) -> [(u64, u64); 3] {
    let supervisor = app.login("supervisor").await;
    let path = "supervision/indicators?from=2026-11-20&to=2026-11-20";
    let told = supervisor.get(path).await.expect(200);
    ["first_recheck_pass", "recheck_pass", "lookback_pass"].map(|code| {
        let mut figures = told.list("/items/0/figures").iter();
        let figure = figures.find(|it| it["indicator"] == code);
        let figure = figure.expect("an indicator");
        let number = |member: &str| figure[member].as_u64().expect("a number");
        (number("numerator"), number("denominator"))
    })
}

#[test]
fn a_draw_comes_out_as_the_specification_says() {
    let seed = Seed(std::array::from_fn(|byte| {
        byte.try_into().expect("less than 256")
    }));
    let id = |n: u128| uuid::Uuid::from_u128(0x4000_8000_0000_0000_0000 + n);
    let order = seed.order((1..=5).rev().map(id));
    // Computed by the Python of api-spec/draws.md.
    assert_eq!(order, [2, 1, 4, 3, 5].map(id));
    assert_eq!(seed.to_string().parse(), Ok(seed));
}

#[tokio::test]
async fn a_share_of_what_units_closed_is_drawn_and_anyone_can_repeat_the_draw() {
    let (app, closed) = city(5, 40).await;
    let clerk = app.login("clerk").await;
    let made = draw(&clerk).await.expect(201);
    let among: BTreeSet<String> = ids(&made, "/tickets").into_iter().collect();
    assert_eq!(among, closed.iter().cloned().collect());
    let drawn = ids(&made, "/drawn");
    assert_eq!(drawn.len(), 2);

    // The seed and the tickets are all that it takes.
    let seed: Seed = made.str("/seed").parse().expect("a seed");
    let order = seed.order(closed.iter().map(|id| id.parse().expect("an id")));
    let first: Vec<String> = order.iter().take(2).map(ToString::to_string).collect();
    assert_eq!(first, drawn);
    let path = format!("lookback-draws/{}", made.str("/id"));
    let auditor = app.login("auditor").await;
    let read = auditor.get(&path).await.expect(200);
    assert_eq!(read.at(""), made.at(""));
    assert_eq!(read.at("/reproduced"), true);

    // Each drawn ticket is somebody's task, and nobody draws twice from the same tickets.
    let lookbacks = clerk.get("lookbacks?state=open").await.expect(200);
    let listed: Vec<&str> = lookbacks
        .list("/items")
        .iter()
        .filter_map(|it| it["ticket"].as_str())
        .collect();
    assert_eq!(listed, drawn);
    let reporter = pseudonym_of(&app, "inspector1").await;
    assert!(
        lookbacks
            .list("/items")
            .iter()
            .all(|it| it["task"]["inspector"]["id"] != json!(reporter))
    );
    draw(&clerk).await.expect_problem(409, "nothing_to_draw");
    let officer = app.login(HEALTH).await;
    officer.get(&path).await.expect_problem(403, "forbidden");
    app.finish().await;
}

#[tokio::test]
async fn a_draw_that_was_tampered_with_is_not_reproduced() {
    let (app, _) = city(3, 40).await;
    let clerk = app.login("clerk").await;
    let made = draw(&clerk).await.expect(201);
    app.execute(
        "ALTER TABLE lookback_candidates DISABLE TRIGGER lookback_candidates_append_only; \
         UPDATE lookback_candidates SET place = CASE WHEN place IS NULL THEN 1 ELSE nullif(place, 1) END;",
    )
    .await;
    let read = clerk
        .get(&format!("lookback-draws/{}", made.str("/id")))
        .await
        .expect(200);
    assert_eq!(read.at("/reproduced"), false);
    app.finish().await;
}

#[tokio::test]
async fn the_unit_learns_of_a_look_back_by_its_result_and_never_who_looked() {
    let (app, _) = city(1, 100).await;
    let clerk = app.login("clerk").await;
    let officer = app.login(HEALTH).await;
    let mut unit = Phone::of(&app, HEALTH).await;
    unit.pull().await;
    draw(&clerk).await.expect(201);
    let (id, task, mut looker) = given(&app, &clerk).await;
    assert_eq!(looker.doc("tasks", &task)["kind"], "lookback");
    assert_eq!(looker.doc("tickets", &id)["state"], "closed");
    let before = ticket(&officer, &id).await;
    assert!(unit.pull().await.changes.is_empty());
    // Nor by a comment: whoever looks back has no business to talk.
    let talk = command(
        &looker.client,
        &id,
        "comment",
        json!({ "text": "我来看看" }),
    )
    .await;
    talk.expect_problem(403, "forbidden");

    let finish = format!("tasks/{task}/finish");
    let mut unable = recheck("unable");
    unable["attachments"] = json!([]);
    let looked = looker.client.post(&finish).json(&unable).await.expect(200);
    assert_eq!(looked.at("/result"), "unable");
    assert_eq!(figures(&app).await, [(0, 0), (0, 0), (0, 0)]);
    assert_eq!(ticket(&officer, &id).await.at(""), before.at(""));
    assert!(unit.pull().await.changes.is_empty());
    looker.pull().await;
    assert!(looker.ids("tickets").is_empty() && looker.ids("tasks").is_empty());
    looker
        .client
        .get(&format!("tickets/{id}"))
        .await
        .expect_problem(404, "not_found");

    // The clerk asks another one, who passes it.
    let second = pseudonym_of(&app, "inspector5").await;
    let asked = clerk
        .post(&format!("lookbacks/{id}/assign"))
        .json(&json!({ "inspector": second }))
        .await
        .expect(200);
    let inspector = app.login("inspector5").await;
    let passed = recheck("pass");
    inspector
        .post(&format!("tasks/{}/finish", asked.str("/id")))
        .json(&passed)
        .await
        .expect(200);
    assert_eq!(figures(&app).await, [(0, 0), (0, 0), (1, 1)]);
    let after = ticket(&officer, &id).await;
    assert_eq!(after.at("/state"), "closed");
    assert_ne!(after.at("/rev"), before.at("/rev"));
    let trail = officer
        .get(&format!("tickets/{id}/trail"))
        .await
        .expect(200);
    let last = trail.list("/items").last().expect("a row");
    assert_eq!(
        (&last["command"], &last["actor_role"]),
        (&json!("lookback"), &json!("inspector"))
    );
    assert!(last.get("actor").is_none() && last.get("data").is_none());
    assert_eq!(unit.pull().await.changes.len(), 1);
    let again = json!({ "inspector": pseudonym_of(&app, "inspector4").await });
    clerk
        .post(&format!("lookbacks/{id}/assign"))
        .json(&again)
        .await
        .expect_problem(409, "wrong_state");
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn what_has_come_back_is_reported_anew_and_the_closed_ticket_stays_closed() {
    let (app, _) = city(1, 100).await;
    let clerk = app.login("clerk").await;
    let officer = app.login(HEALTH).await;
    draw(&clerk).await.expect(201);
    let (id, task, mut looker) = given(&app, &clerk).await;
    let photo = Photo::new();
    photo.put(&looker.client).await.expect(201);
    let found = json!({
        "mid": uuid::Uuid::new_v4(), "seq": 1, "kind": "task.finish", "id": task, "base_rev": "1",
        "attachments": [photo.declared()],
        "data": { "result": "fail", "opinion": "仍排长队" },
    });
    let told = looker.push_one(&found).await;
    assert_eq!(told["verdict"], "applied", "{told}");
    assert_eq!(
        (&told["doc"]["result"], &told["safe_to_delete"]),
        (&json!("fail"), &json!(true))
    );
    app.run_jobs().await;

    assert_eq!(figures(&app).await, [(0, 0), (0, 0), (0, 1)]);
    assert_eq!(ticket(&officer, &id).await.at("/state"), "closed");
    let anew = officer.get("tickets?state=dispatched").await.expect(200);
    assert_eq!(anew.list("/items").len(), 1);
    assert_eq!(anew.at("/items/0/item/code"), "W0902");
    assert_eq!(anew.at("/items/0/text"), "仍排长队");
    let report = looker
        .client
        .get(&format!("reports/{task}"))
        .await
        .expect(200);
    assert_eq!(report.at("/findings/0/ticket/id"), anew.at("/items/0/id"));
    looker.pull().await;
    assert_eq!(looker.ids("tickets"), [anew.str("/items/0/id")]);
    app.finish().await;
}

#[tokio::test]
async fn the_worker_draws_when_the_time_has_come() {
    let (mut app, _) = city(1, 10).await;
    let clerk = app.login("clerk").await;
    let draws = async |app: &TestApp| app.rows("SELECT id FROM lookback_draws").await.len();
    queue::plan(&app.svc).await.expect("planned");
    app.run_jobs().await;
    assert_eq!(draws(&app).await, 1, "the first at once");
    let inspector = app.login("inspector1").await;
    closed_by_its_unit(&inspector, &app.login(HEALTH).await).await;
    app.clock.set("2026-11-26 11:00");
    app.run_jobs().await;
    assert_eq!(draws(&app).await, 1, "six days are not seven");
    app.clock.set("2026-11-28 11:00");
    app.run_jobs().await;
    assert_eq!(draws(&app).await, 2);
    assert_eq!(
        clerk
            .get("lookbacks")
            .await
            .expect(200)
            .list("/items")
            .len(),
        2
    );
    app.let_jobs_stay(); // They are done every day.
}
