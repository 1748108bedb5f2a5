//! The seal of a covert round: until the release what was found exists for no unit; then all of it does, at once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{plan, started};
use crate::harness::phone::Phone;
use crate::harness::story::{self, Draft, command, ticket};
use crate::harness::{Client, Response, TestApp, shanghai, username_of};

/// The officer of Bincheng's sanitation bureau, which has every ticket of [`story::report`]`("371602")`.
pub const SANITATION: &str = "officer-371602-sanitation";

/// A covert round that has started, its supervisor, and an inspector with a visit to make.
pub async fn covert_round() -> (TestApp, Client, String, Client) {
    let app = TestApp::demo().await;
    let supervisor = app.login("supervisor").await;
    let round = started(&app, &supervisor, &plan("covert", &[("K01", 2)])).await;
    let draw = supervisor
        .get(&format!("rounds/{round}/draw"))
        .await
        .expect(200);
    let inspector = username_of(&app, draw.str("/points/0/inspector")).await;
    let inspector = app.login(&inspector).await;
    (app, supervisor, round, inspector)
}

/// A report as part of a round.
pub async fn report(inspector: &Client, round: &str, draft: &Draft) -> Response {
    let mut body = draft.body();
    if let Some(data) = body.get_mut("data").and_then(Value::as_object_mut) {
        data.insert("round".to_owned(), json!(round));
    }
    inspector.post("reports").json(&body).await.expect(201)
}

async fn sealed(inspector: &Client, round: &str, text: &str) -> String {
    let answer = report(inspector, round, &story::report("371602").text(text)).await;
    assert_eq!(answer.at("/findings/0/ticket/reasons"), &json!(["sealed"]));
    answer.str("/findings/0/ticket/id").to_owned()
}

/// Everything that a unit can list.
async fn seen_by(officer: &Client) -> Vec<Value> {
    let page = officer.get("tickets?limit=500").await.expect(200);
    page.list("/items").to_vec()
}

#[tokio::test]
async fn a_sealed_finding_is_there_for_the_office_and_for_no_unit() {
    let (mut app, _, round, inspector) = covert_round().await;
    let officer = app.login(SANITATION).await;
    let mut unit = Phone::of(&app, SANITATION).await;
    unit.pull().await;
    let id = sealed(&inspector, &round, "垃圾成堆").await;
    assert!(seen_by(&officer).await.is_empty());
    assert!(unit.pull().await.changes.is_empty());
    for path in [format!("tickets/{id}"), format!("tickets/{id}/trail")] {
        officer.get(&path).await.expect_problem(404, "not_found");
    }
    assert!(
        officer
            .get("tickets?q=垃圾")
            .await
            .expect(200)
            .list("/items")
            .is_empty()
    );

    let clerk = app.login("clerk").await;
    let known = ticket(&clerk, &id).await;
    assert_eq!(known.at("/state"), "triage");
    assert_eq!(known.at("/number"), &Value::Null);
    let allowed: Vec<&str> = known
        .list("/allowed")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(
        !allowed.contains(&"file") && !allowed.contains(&"merge"),
        "{allowed:?}"
    );
    command(&clerk, &id, "file", json!({}))
        .await
        .expect_problem(409, "wrong_state");
    app.let_jobs_stay(); // The release is still to come.
}

/// Ids that begin alike are made in a row, so that who sees many can tell about how many there are: of those that have a number, which
/// tells it too.
#[tokio::test]
async fn ids_of_tickets_do_not_count_what_is_sealed() {
    let (mut app, _, round, inspector) = covert_round().await;
    let (mut filed, mut hidden) = (Vec::new(), Vec::new());
    for index in 0..3 {
        hidden.push(sealed(&inspector, &round, &format!("第{index}处")).await);
        let sent = story::report("371602").send(&inspector).await;
        let known = ticket(&app.login("clerk").await, &sent.ticket).await;
        assert_eq!(known.at("/state"), "dispatched");
        filed.push(sent.ticket);
    }
    let alike = |one: &String, other: &String| one.get(..4) == other.get(..4);
    // One of them may be the last of its row, and one of the hidden begin so by chance.
    assert!(
        filed.windows(2).any(|ids| alike(&ids[0], &ids[1])),
        "{filed:?}"
    );
    let by_chance = |id: &&String| filed.iter().any(|other| alike(id, other));
    assert!(
        hidden.iter().filter(by_chance).count() <= 1,
        "{hidden:?} {filed:?}"
    );
    app.let_jobs_stay(); // The release is still to come.
}

#[tokio::test]
async fn a_correction_leaves_the_seal_on() {
    let (mut app, _, round, inspector) = covert_round().await;
    let (clerk, officer) = (app.login("clerk").await, app.login(SANITATION).await);
    let id = sealed(&inspector, &round, "垃圾成堆").await;
    let place = json!({ "lat": 37.40, "lon": 117.97, "datum": "wgs84" });
    for correction in [
        json!({ "item": "E0103", "condition": "a" }),
        json!({ "position": place }),
    ] {
        let mut body = correction;
        body["reason"] = json!("现场核对");
        let corrected = command(&clerk, &id, "correct", body).await.expect(200);
        assert_eq!(corrected.at("/triage_reasons"), &json!(["sealed"]));
    }
    command(&clerk, &id, "file", json!({}))
        .await
        .expect_problem(409, "wrong_state");
    assert!(seen_by(&officer).await.is_empty());
    app.let_jobs_stay(); // The release is still to come.
}

#[tokio::test]
async fn danger_breaks_the_seal_and_the_inspector_stays_hidden() {
    let (mut app, _, round, inspector) = covert_round().await;
    let officer = app.login(SANITATION).await;
    let answer = report(&inspector, &round, &story::report("371602").danger()).await;
    assert_eq!(answer.at("/findings/0/ticket/state"), "dispatched");
    let seen = seen_by(&officer).await;
    assert_eq!(seen.len(), 1);
    let me = inspector.get("me").await.expect(200);
    for path in [
        format!("tickets/{}", answer.str("/findings/0/ticket/id")),
        "tickets".to_owned(),
    ] {
        let text = officer.get(&path).await.expect(200).text();
        assert!(!text.contains(me.str("/id")) && !text.contains(&round));
    }
    app.let_jobs_stay(); // The release is still to come.
}

#[tokio::test]
async fn the_release_dispatches_everything_at_once_in_an_order_that_tells_nothing() {
    let (app, supervisor, round, inspector) = covert_round().await;
    let officer = app.login(SANITATION).await;
    let mut unit = Phone::of(&app, SANITATION).await;
    unit.pull().await;
    let mut found = Vec::new();
    for index in 0..10 {
        found.push(sealed(&inspector, &round, &format!("第{index}处")).await);
        app.clock.advance(jiff::SignedDuration::from_mins(7));
    }
    // Something that no rule can decide goes on waiting for the clerk.
    let doubtful = report(&inspector, &round, &story::report("371602").without_fix()).await;
    let early = supervisor
        .post(&format!("rounds/{round}/close"))
        .json(&json!({}))
        .await;
    early.expect_problem(409, "wrong_state");

    app.clock.set("2026-11-23 10:00");
    app.run_jobs().await;
    let seen = seen_by(&officer).await;
    let ids: BTreeSet<&str> = seen.iter().filter_map(|it| it["id"].as_str()).collect();
    assert_eq!(ids, found.iter().map(String::as_str).collect());
    let released = json!(shanghai("2026-11-23 10:00").to_string());
    let due = json!(shanghai("2026-11-23 16:00").to_string()); // 4 work hours, from the release on
    for it in &seen {
        assert_eq!(
            (&it["state"], &it["rev"]),
            (&json!("dispatched"), &json!("1"))
        );
        assert_eq!(
            (&it["handling"]["dispatched_at"], &it["deadline"]["due_at"]),
            (&released, &due)
        );
        let trail = officer
            .get(&format!(
                "tickets/{}/trail",
                it["id"].as_str().expect("an id")
            ))
            .await
            .expect(200);
        assert_eq!(trail.list("/items").len(), 1);
        assert_eq!(
            (trail.at("/items/0/command"), trail.at("/items/0/seq")),
            (&json!("file"), &json!(2))
        );
        assert_eq!(trail.at("/items/0/at"), &released);
    }
    let number = |id: &String| {
        let it = seen.iter().find(|it| it["id"] == json!(id)).expect("seen");
        it["number"].as_str().expect("a number").to_owned()
    };
    let as_found: Vec<String> = found.iter().map(number).collect();
    let mut in_order = as_found.clone();
    in_order.sort();
    assert_eq!(in_order.first().map(String::as_str), Some("2026-000001"));
    assert_ne!(
        as_found, in_order,
        "numbers tell the order of capture (or one chance in 3,628,800)"
    );
    unit.log_in_again(&app, SANITATION).await;
    assert_eq!(unit.pull().await.changes.len(), 10);
    let clerk = app.login("clerk").await;
    let waiting = ticket(&clerk, doubtful.str("/findings/0/ticket/id")).await;
    assert_eq!(waiting.at("/triage_reasons"), &json!(["position_missing"]));

    // What is found from now on is no secret, and comes in late as well.
    let late = report(&inspector, &round, &story::report("371602")).await;
    assert_eq!(late.at("/findings/0/ticket/state"), "dispatched");
    supervisor
        .post(&format!("rounds/{round}/close"))
        .json(&json!({}))
        .await
        .expect(200);
    let later = report(&inspector, &round, &story::report("371602")).await;
    assert_eq!(later.at("/findings/0/ticket/state"), "dispatched");
    app.finish().await;
}

#[tokio::test]
async fn a_supervisor_releases_early_and_the_worker_does_not_do_it_again() {
    let (app, supervisor, round, inspector) = covert_round().await;
    let officer = app.login(SANITATION).await;
    sealed(&inspector, &round, "一处").await;
    let released = supervisor
        .post(&format!("rounds/{round}/release"))
        .json(&json!({}))
        .await
        .expect(200);
    assert_eq!(released.at("/state"), "released");
    assert_eq!(seen_by(&officer).await.len(), 1);
    supervisor
        .post(&format!("rounds/{round}/release"))
        .json(&json!({}))
        .await
        .expect_problem(409, "wrong_state");
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_release_that_breaks_off_in_the_middle_shows_nothing_until_it_is_done_whole() {
    let (app, _, round, inspector) = covert_round().await;
    let officer = app.login(SANITATION).await;
    for index in 0..4 {
        sealed(&inspector, &round, &format!("第{index}处")).await;
    }
    app.execute(
        "CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           IF (SELECT count(*) FROM tickets WHERE number IS NOT NULL) = 2 THEN RAISE EXCEPTION 'the power is gone'; END IF; \
           RETURN NEW; END $$; \
         CREATE TRIGGER break_off BEFORE UPDATE ON tickets FOR EACH ROW EXECUTE FUNCTION break_off();",
    )
    .await;
    app.clock.set("2026-11-23 10:00");
    assert_eq!(app.run_jobs().await.postponed, 1);
    assert!(seen_by(&officer).await.is_empty());
    app.execute("DROP TRIGGER break_off ON tickets").await;
    app.clock.set("2026-11-23 11:00");
    app.run_jobs().await;
    assert_eq!(seen_by(&officer).await.len(), 4);
    app.finish().await;
}

#[tokio::test]
async fn no_report_that_comes_in_during_the_release_stays_sealed() {
    let (app, supervisor, round, inspector) = covert_round().await;
    let path = format!("rounds/{round}/release");
    let drafts: Vec<Draft> = (0..8).map(|_| story::report("371602")).collect();
    let reporting = drafts.iter().map(|draft| report(&inspector, &round, draft));
    let nothing = json!({});
    let release = supervisor.post(&path).json(&nothing);
    let (_, released) = tokio::join!(futures_util::future::join_all(reporting), async {
        release.await
    });
    released.expect(200);
    let left = app
        .rows("SELECT id FROM tickets WHERE 'sealed' = ANY (triage_reasons)")
        .await;
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(seen_by(&app.login(SANITATION).await).await.len(), 8);
    app.finish().await;
}

#[tokio::test]
async fn a_correction_that_finds_danger_breaks_the_seal() {
    let (mut app, _, round, inspector) = covert_round().await;
    let (clerk, officer) = (app.login("clerk").await, app.login("officer-371602").await);
    let id = sealed(&inspector, &round, "井盖").await;
    let dangerous = json!({ "item": "P0102", "condition": "a", "reason": "井盖缺失" });
    let corrected = command(&clerk, &id, "correct", dangerous).await.expect(200);
    assert_eq!(corrected.at("/triage_reasons"), &json!([]));
    assert_eq!(corrected.at("/danger"), true);
    let filed = command(&clerk, &id, "file", json!({})).await.expect(200);
    assert_eq!(filed.at("/state"), "dispatched");
    let text = officer
        .get(&format!("tickets/{id}"))
        .await
        .expect(200)
        .text();
    let me = inspector.get("me").await.expect(200);
    assert!(!text.contains(me.str("/id")) && !text.contains(&round));
    app.let_jobs_stay(); // The release is still to come.
}

#[tokio::test]
async fn a_sealed_ticket_that_is_closed_by_force_is_never_anyones_and_the_release_leaves_it_so() {
    let (app, supervisor, round, inspector) = covert_round().await;
    let (second, officer) = (app.login("supervisor2").await, app.login(SANITATION).await);
    let id = sealed(&inspector, &round, "误报").await;
    let kept = sealed(&inspector, &round, "属实").await;
    let reason = json!({ "reason": "重复登记" });
    command(&supervisor, &id, "force_close", reason)
        .await
        .expect(200);
    let closed = command(&second, &id, "confirm_force_close", json!({}))
        .await
        .expect(200);
    assert_eq!(
        (closed.at("/state"), closed.at("/forced")),
        (&json!("closed"), &json!(true))
    );
    app.clock.set("2026-11-23 10:00");
    app.run_jobs().await;
    let seen = seen_by(&officer).await;
    let ids: Vec<&Value> = seen.iter().map(|it| &it["id"]).collect();
    assert_eq!(ids, [&json!(kept)]);
    let after = ticket(&supervisor, &id).await;
    assert_eq!(
        (after.at("/state"), after.at("/number")),
        (&json!("closed"), &Value::Null)
    );
    crate::audit::assert_whole(&app).await;
    app.finish().await;
}

/// A city in which a fault is known already, and is found again by a covert round: answers the known ticket and the sealed one.
async fn found_twice(closed: bool) -> (TestApp, Client, String, String) {
    let (app, _, round, inspector) = covert_round().await;
    let officer = app.login(SANITATION).await;
    let patrol = app.login("inspector5").await;
    let draft = story::report("371602");
    let known = draft.clone().post(&patrol).await.ticket;
    if closed {
        story::rectify(&officer, &known).await;
        let rechecker = app.login("inspector4").await;
        let passed = story::recheck("pass");
        command(&rechecker, &known, "recheck", passed)
            .await
            .expect(200);
        app.run_jobs().await;
    }
    let answer = report(&inspector, &round, &draft.again()).await;
    let sealed = answer.str("/findings/0/ticket/id").to_owned();
    assert_eq!(answer.at("/findings/0/ticket/reasons"), &json!(["sealed"]));
    (app, officer, known, sealed)
}

async fn release(app: &TestApp) {
    app.clock.set("2026-11-23 10:00");
    app.run_jobs().await;
}

#[tokio::test]
async fn what_is_released_beside_an_open_ticket_waits_for_the_clerk_as_a_possible_duplicate() {
    let (app, officer, known, sealed) = found_twice(false).await;
    release(&app).await;
    let clerk = app.login("clerk").await;
    let waiting = ticket(&clerk, &sealed).await;
    assert_eq!(
        waiting.at("/triage_reasons"),
        &json!(["possible_duplicate"])
    );
    assert_eq!(waiting.at("/suggestions/0/ticket"), &json!(known));
    assert_eq!(seen_by(&officer).await.len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn what_is_released_joins_the_open_ticket_where_the_city_has_it_so() {
    let (app, officer, known, sealed) = found_twice(false).await;
    let admin = app.login("admin").await;
    let changes = json!({ "changes": { "intake.duplicates": "merge" } });
    admin.put("policies").json(&changes).await.expect(200);
    let before = ticket(&officer, &known).await.str("/rev").to_owned();
    release(&app).await;
    let clerk = app.login("clerk").await;
    let merged = ticket(&clerk, &sealed).await;
    assert_eq!(
        (merged.at("/state"), merged.at("/master")),
        (&json!("merged"), &json!(known))
    );
    let after = ticket(&officer, &known).await;
    assert_ne!(after.str("/rev"), before);
    assert_eq!(after.list("/photos").len(), 2);
    let trail = clerk
        .get(&format!("tickets/{known}/trail"))
        .await
        .expect(200);
    let last = trail.list("/items").last().expect("a row");
    assert_eq!(
        (&last["command"], &last["data"]["merged"]),
        (&json!("sighting"), &json!(sealed))
    );
    crate::audit::assert_whole(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn what_is_released_where_a_fault_had_been_put_right_is_its_recurrence() {
    let (app, officer, known, sealed) = found_twice(true).await;
    release(&app).await;
    let seen = ticket(&officer, &sealed).await;
    assert_eq!(
        (seen.at("/state"), seen.at("/recurrence_of/id")),
        (&json!("dispatched"), &json!(known))
    );
    app.finish().await;
}

#[tokio::test]
async fn findings_of_one_stop_are_released_as_several_faults() {
    let (app, _, round, inspector) = covert_round().await;
    let mut body = story::report("371602").body();
    let mut other = body["data"]["findings"][0].clone();
    other["id"] = json!(uuid::Uuid::new_v4());
    body["data"]["findings"]
        .as_array_mut()
        .expect("findings")
        .push(other);
    body["data"]["round"] = json!(round);
    inspector.post("reports").json(&body).await.expect(201);
    release(&app).await;
    let officer = app.login(SANITATION).await;
    assert_eq!(seen_by(&officer).await.len(), 2);
    app.finish().await;
}
