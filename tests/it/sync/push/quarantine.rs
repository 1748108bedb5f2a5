//! What is not done or not complete: in the sender's words, and in the office's hands.

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{city, command, counts, create, submit, ticket, verdict_of, with};
use crate::harness::phone::Phone;
use crate::harness::story::{self, Photo};
use crate::harness::{Client, pseudonym_of};

/// A catalogue with an item that the one in force does not have.
fn next_edition() -> String {
    let header = include_str!("../../../../demo/conditions.csv")
        .lines()
        .next();
    let row = "s,2027,E9999,a,某事,Something,thing,街道,sanitation,,4,work_hour,recheck,1,1,false,typical,,";
    format!("{}\n{row}\n", header.expect("a header"))
}

async fn replay(clerk: &Client, body: Value) -> Vec<Value> {
    let answer = clerk
        .post("admin/quarantine/replay")
        .json(&body)
        .await
        .expect(200);
    answer.list("/results").to_vec()
}

#[tokio::test]
async fn the_outbox_says_in_both_languages_what_is_not_done_and_what_to_do() {
    let (app, inspector, officer) = city().await;
    let id = ticket(&inspector).await;
    let bad = create(&story::report("371602").item("X1").photos(Vec::new()));
    let open = create(&story::report("371602"));
    let reused = with(create(&story::report("371603")), "mid", open["mid"].clone());
    let held = with(
        create(&story::report("371602")),
        "depends_on",
        json!([Uuid::new_v4()]),
    );
    let done = create(&story::report("371602").photos(Vec::new()));
    let sent = [
        bad.clone(),
        open.clone(),
        reused,
        held.clone(),
        done.clone(),
    ];
    inspector.push(&sent).await;
    let outbox = inspector.client.get("me/outbox").await.expect(200);
    let mut codes: Vec<(&str, &str)> = Vec::new();
    for item in outbox.list("/items") {
        for words in ["detail", "advice"] {
            let (zh, en) = (item[words]["zh"].as_str(), item[words]["en"].as_str());
            let (zh, en) = (zh.expect("words"), en.expect("words"));
            assert!(
                zh.chars().any(|c| c > '\u{4e00}') && en.is_ascii(),
                "{item}"
            );
        }
        assert_ne!(item["mid"], done["mid"]);
        assert_eq!(item["safe_to_delete"], item["missing"] == json!([]));
        codes.push((
            item["verdict"].as_str().expect("a word"),
            item["code"].as_str().expect("a word"),
        ));
    }
    codes.sort_unstable();
    codes.dedup();
    let expected = [
        ("applied", "photos_missing"),
        ("held", "waiting"),
        ("quarantined", "item_unknown"),
        ("quarantined", "mid_reused"),
    ];
    assert_eq!(codes, expected);
    officer.push_one(&submit(&id, "1", &[Photo::new()])).await;
    let outbox = officer.client.get("me/outbox").await.expect(200);
    assert_eq!(outbox.list("/items").len(), 1);
    assert_eq!(
        (
            outbox.at("/items/0/verdict"),
            outbox.at("/items/0/code"),
            outbox.at("/items/0/kind")
        ),
        (
            &json!("conflict"),
            &json!("wrong_state"),
            &json!("ticket.submit")
        )
    );
    app.clock.advance(jiff::SignedDuration::from_hours(73));
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn the_office_sees_what_was_quarantined_and_has_it_judged_by_the_rules_of_today() {
    let (app, inspector, _) = city().await;
    let clerk = app.login("clerk").await;
    let it = create(&story::report("371602").item("E9999"));
    inspector.push_one(&it).await;
    let listed = clerk.get("admin/quarantine").await.expect(200);
    let account = json!(pseudonym_of(&app, "inspector1").await);
    assert_eq!(listed.list("/items").len(), 1);
    let row = listed.at("/items/0");
    assert_eq!(
        [&row["account"], &row["mid"], &row["code"]],
        [&account, &it["mid"], &json!("item_unknown")]
    );
    assert_eq!(
        serde_json::from_str::<Value>(row["raw"].as_str().expect("text")).expect("JSON"),
        it
    );
    // Still unknown.
    let told = replay(&clerk, json!({ "code": "item_unknown" })).await;
    assert_eq!(
        (&told[0]["verdict"], &told[0]["code"]),
        (&json!("quarantined"), &json!("item_unknown"))
    );
    let admin = app.login("admin").await;
    let import = admin.post("imports/items");
    let import = import.body("application/octet-stream", next_edition());
    import.await.expect(200);
    let both = json!({ "items": [{ "account": account, "mid": it["mid"] }, { "account": account, "mid": Uuid::new_v4() }] });
    let answers = join_all((0..8).map(|_| replay(&clerk, both.clone()))).await;
    let applied = answers
        .iter()
        .filter(|told| told[0]["verdict"] == "applied")
        .count();
    assert_eq!(applied, 1, "{answers:?}");
    assert!(answers.iter().all(|told| told[1]["verdict"].is_null()));
    assert_eq!(counts(&app).await["reports"], 1);
    let told = inspector.push_one(&it).await;
    assert_eq!(
        (&told["verdict"], &told["seen_before"]),
        (&json!("applied"), &json!(true))
    );
    assert_eq!(
        clerk
            .get("admin/quarantine")
            .await
            .expect(200)
            .list("/items")
            .len(),
        0
    );
    app.finish().await;
}

#[tokio::test]
async fn a_replay_is_the_work_of_the_sender_as_it_is_now() {
    let (app, inspector, _) = city().await;
    let clerk = app.login("clerk").await;
    let id = ticket(&inspector).await;
    let stranger = Phone::of(&app, "officer-371602-landscape").await;
    let it = command("comment", &id, "1", json!({ "text": "路过" }));
    let told = stranger.push_one(&it).await;
    assert_eq!(told["code"], "not_found", "{told}");
    app.execute(
        "UPDATE accounts SET unit_id = (SELECT id FROM units WHERE code = '371602-sanitation'), active = false \
          WHERE username = 'officer-371602-landscape'",
    )
    .await;
    let told = replay(&clerk, json!({ "code": "not_found" })).await;
    assert_eq!(told[0]["verdict"], "applied", "{told:?}");
    let who = app.rows("SELECT u.code FROM ticket_events e JOIN units u ON u.id = e.actor_unit_id WHERE command = 'comment'").await;
    assert_eq!(who, [json!({ "code": "371602-sanitation" })]);
    app.finish().await;
}

#[tokio::test]
async fn the_list_comes_in_pages_and_a_replay_asks_for_one_thing() {
    let (app, inspector, _) = city().await;
    let clerk = app.login("clerk").await;
    let bad: Vec<Value> = (0..5)
        .map(|_| create(&story::report("371602").item("X1")))
        .collect();
    inspector.push(&bad).await;
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let mut query = vec![("limit", "2")];
        if let Some(cursor) = &cursor {
            query.push(("cursor", cursor));
        }
        let page = clerk
            .get("admin/quarantine")
            .query(&query)
            .await
            .expect(200);
        seen.extend(
            page.list("/items")
                .iter()
                .map(|item| item["mid"].to_string()),
        );
        cursor = page.at("/next_cursor").as_str().map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    seen.sort_unstable();
    let mut sent: Vec<String> = bad.iter().map(|it| it["mid"].to_string()).collect();
    sent.sort_unstable();
    assert_eq!(seen, sent);
    for body in [json!({}), json!({ "items": [], "code": "x" })] {
        clerk
            .post("admin/quarantine/replay")
            .json(&body)
            .await
            .expect_problem(422, "invalid");
    }
    assert_eq!(
        verdict_of(&app, &bad[0]).await.as_deref(),
        Some("quarantined")
    );
    app.finish().await;
}
