//! Mutations that come before those they depend on.

use jiff::SignedDuration;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{city, command, counts, create, mutation, submit, ticket, verdict_of, with};
use crate::harness::TestApp;
use crate::harness::story::{self, Photo};

fn after(it: Value, first: &Value) -> Value {
    with(it, "depends_on", json!([first["mid"]]))
}

#[tokio::test]
async fn what_depends_on_another_waits_for_it_and_follows_at_once() {
    let (app, inspector, officer) = city().await;
    let id = ticket(&inspector).await;
    let first = command("acknowledge", &id, "1", json!({}));
    let second = after(submit(&id, "1", &[Photo::new()]), &first);
    let told = officer.push_one(&second).await;
    assert_eq!(
        (&told["verdict"], &told["waiting_for"]),
        (&json!("held"), &json!([first["mid"]])),
        "{told}"
    );
    assert_eq!(told["release_at"], "2026-11-23T02:00:00Z");
    assert_eq!(verdict_of(&app, &second).await.as_deref(), Some("held"));
    officer.push_one(&first).await;
    assert_eq!(verdict_of(&app, &second).await.as_deref(), Some("merged"));
    let again = officer.push_one(&second).await;
    assert_eq!(
        (&again["verdict"], &again["seen_before"]),
        (&json!("merged"), &json!(true))
    );
    app.finish().await;
}

#[tokio::test]
async fn in_one_batch_the_order_does_not_matter() {
    let (app, inspector, officer) = city().await;
    let id = ticket(&inspector).await;
    let first = command("acknowledge", &id, "1", json!({}));
    let second = after(submit(&id, "1", &[Photo::new()]), &first);
    let third = after(
        command("comment", &id, "1", json!({ "text": "完" })),
        &second,
    );
    let told = officer.push(&[third, second, first]).await;
    let verdicts: Vec<&Value> = told.iter().map(|told| &told["verdict"]).collect();
    assert_eq!(verdicts, ["merged", "merged", "applied"]);
    app.finish().await;
}

/// What a chain leaves behind, without what only tells when it was done.
async fn end_state(app: &TestApp, id: &str) -> Value {
    let tickets = format!("SELECT state, rev, return_count FROM tickets WHERE id = '{id}'");
    let events = format!(
        "SELECT command, from_state, to_state FROM ticket_events WHERE ticket_id = '{id}' ORDER BY seq"
    );
    json!({ "ticket": app.rows(&tickets).await, "trail": app.rows(&events).await })
}

#[tokio::test]
async fn whatever_the_order_and_the_split_in_which_a_chain_arrives_the_end_is_the_same() {
    let (app, inspector, officer) = city().await;
    let mut ends = Vec::new();
    for seed in 0..12 {
        let mut dice = StdRng::seed_from_u64(seed);
        let id = ticket(&inspector).await;
        let acknowledge = command("acknowledge", &id, "1", json!({}));
        let comment = after(
            command("comment", &id, "1", json!({ "text": "到了" })),
            &acknowledge,
        );
        let submission = after(submit(&id, "1", &[Photo::new()]), &comment);
        let last = after(
            command("comment", &id, "1", json!({ "text": "好了" })),
            &submission,
        );
        let mut chain = vec![acknowledge, comment, submission, last];
        let mut sent = chain.clone();
        sent.extend(chain.clone());
        sent.shuffle(&mut dice);
        for batch in sent.chunks(1 + usize::try_from(seed % 4).expect("small")) {
            officer.push(batch).await;
        }
        chain.reverse();
        for told in officer.push(&chain).await {
            assert_eq!(told["seen_before"], true, "seed {seed}: {told}");
            assert!(
                ["applied", "merged"].contains(&told["verdict"].as_str().expect("a word")),
                "seed {seed}: {told}"
            );
        }
        ends.push(end_state(&app, &id).await);
    }
    ends.dedup();
    assert_eq!(ends.len(), 1, "{ends:#?}");
    app.finish().await;
}

#[tokio::test]
async fn after_three_days_it_is_done_without_the_other_and_says_so() {
    let (app, inspector, mut officer) = city().await;
    let id = ticket(&inspector).await;
    let lost = Uuid::new_v4();
    let lonely = with(
        command("acknowledge", &id, "1", json!({})),
        "depends_on",
        json!([lost]),
    );
    let next = after(
        command("comment", &id, "1", json!({ "text": "晚了" })),
        &lonely,
    );
    for told in officer.push(&[lonely.clone(), next.clone()]).await {
        assert_eq!(told["verdict"], "held", "{told}");
    }
    app.clock.advance(SignedDuration::from_hours(71));
    app.run_jobs().await;
    assert_eq!(verdict_of(&app, &lonely).await.as_deref(), Some("held"));
    app.clock.advance(SignedDuration::from_hours(2));
    app.run_jobs().await;
    officer
        .log_in_again(&app, "officer-371602-sanitation")
        .await;
    let told = officer.push(&[lonely, next]).await;
    assert_eq!(
        (&told[0]["verdict"], &told[0]["flags"]),
        (&json!("applied"), &json!(["predecessor_missing"])),
        "{told:?}"
    );
    assert_eq!(
        (&told[1]["verdict"], told[1].get("flags")),
        (&json!("merged"), None),
        "{told:?}"
    );
    app.finish().await;
}

#[tokio::test]
async fn what_waits_for_a_report_follows_it_by_whatever_way_it_comes() {
    let (app, inspector, _) = city().await;
    for over_rest in [false, true] {
        let draft = story::report("371602");
        let photo = json!({ "id": draft.id, "attachments": [Photo::new().declared()] });
        let more = mutation("report.add_attachments", photo);
        let told = inspector.push_one(&more).await;
        assert_eq!(
            (&told["verdict"], &told["waiting_for"]),
            (&json!("held"), &json!([draft.id])),
            "{told}"
        );
        if over_rest {
            draft.post(&inspector.client).await;
        } else {
            inspector.push_one(&create(&draft)).await;
        }
        assert_eq!(verdict_of(&app, &more).await.as_deref(), Some("applied"));
    }
    app.finish().await;
}

#[tokio::test]
async fn what_waits_for_itself_does_not_wait() {
    let (app, inspector, _) = city().await;
    let mut it = create(&story::report("371602"));
    it["depends_on"] = json!([it["mid"]]);
    let told = inspector.push_one(&it).await;
    assert_eq!(told["verdict"], "applied", "{told}");
    app.finish().await;
}

#[tokio::test]
async fn a_chain_and_its_beginning_sent_at_once_by_two_connections_never_stay_apart() {
    let (app, inspector, officer) = city().await;
    for _ in 0..10 {
        let id = ticket(&inspector).await;
        let first = command("acknowledge", &id, "1", json!({}));
        let second = after(
            command("comment", &id, "1", json!({ "text": "好" })),
            &first,
        );
        let (one, other) = (&first, &second);
        tokio::join!(officer.push_one(one), officer.push_one(other));
        assert_ne!(verdict_of(&app, &second).await.as_deref(), Some("held"));
    }
    assert_eq!(counts(&app).await["ticket_events"], 10 * 4);
    app.finish().await;
}

#[tokio::test]
async fn a_mid_of_another_sender_is_nothing_to_wait_for() {
    let (app, inspector, officer) = city().await;
    let id = ticket(&inspector).await;
    let theirs = create(&story::report("371602"));
    inspector.push_one(&theirs).await;
    let told = officer
        .push_one(&after(command("acknowledge", &id, "1", json!({})), &theirs))
        .await;
    assert_eq!(told["verdict"], "held", "{told}");
    app.clock.advance(SignedDuration::from_hours(73));
    app.run_jobs().await;
    app.finish().await;
}
