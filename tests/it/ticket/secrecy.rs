//! Unannounced means unannounced: what a unit gets tells nothing of the inspector, and what an inspector gets nothing of
//! the unit; another unit's ticket is not there at all.

use serde_json::{Value, json};

use super::{DISTRICT, city};
use crate::harness::story::{self, Photo, command, recheck, ticket};
use crate::harness::{Client, TestApp};

/// Members that belong to the office, at any depth.
const OFFICE_ONLY: [&str; 14] = [
    "triage_reasons",
    "origin",
    "master",
    "aid",
    "actor",
    "device",
    "data",
    "received_at",
    "captured",
    "report",
    "finding",
    "account",
    "created_at",
    "updated_at",
];

fn members<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            found.push(key);
            members(value, found);
        }),
        Value::Array(items) => items.iter().for_each(|item| members(item, found)),
        _ => {}
    }
}

/// A ticket with everything on it: filed by a clerk, commented on, submitted, rechecked.
async fn eventful(app: &TestApp, inspector: &Client, officer: &Client) -> story::Sent {
    let clerk = app.login("clerk").await;
    let other = app.login("inspector2").await;
    let sent = story::report("371602")
        .accuracy(Some(300.0))
        .send(inspector)
        .await;
    let id = &sent.ticket;
    command(&clerk, id, "file", json!({})).await.expect(200);
    command(inspector, id, "comment", json!({ "text": "垃圾仍在" }))
        .await
        .expect(200);
    story::rectify(officer, id).await;
    command(&other, id, "recheck", recheck("fail"))
        .await
        .expect(200);
    story::submit(officer, id).await;
    app.run_jobs().await;
    sent
}

#[tokio::test]
async fn a_unit_sees_no_triage_no_inspector_and_no_id_of_the_phone() {
    let (app, inspector, officer) = city().await;
    let sent = eventful(&app, &inspector, &officer).await;
    let mut secrets = vec![sent.draft.id.to_string(), sent.draft.finding.to_string()];
    secrets.extend(sent.draft.photos.iter().map(|photo| photo.aid.to_string()));
    secrets.extend(["inspector1", "inspector2", "督查员1", "督查员2"].map(str::to_owned));
    let ids = "SELECT id FROM attachments UNION SELECT id FROM devices UNION SELECT id FROM sessions \
               UNION SELECT id FROM accounts WHERE username !~ 'officer'";
    for row in app.rows(ids).await {
        let id = row["id"].as_str().expect("an id").to_owned();
        secrets.push(id);
    }
    let id = &sent.ticket;
    for username in [super::SANITATION, DISTRICT] {
        let reader = app.login(username).await;
        for path in [
            format!("tickets/{id}"),
            format!("tickets/{id}/trail"),
            "tickets".to_owned(),
        ] {
            let answer = reader.get(&path).await.expect(200);
            let mut keys = Vec::new();
            members(&answer.json, &mut keys);
            for key in OFFICE_ONLY {
                assert!(!keys.contains(&key), "{path} has {key}: {}", answer.text());
            }
            for secret in &secrets {
                assert!(
                    !answer.text().contains(secret),
                    "{path} tells {secret}: {}",
                    answer.text()
                );
            }
            assert!(!answer.text().contains("\"create\""), "{path}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn an_inspector_sees_no_handler() {
    let (app, inspector, officer) = city().await;
    let sent = eventful(&app, &inspector, &officer).await;
    let id = &sent.ticket;
    let office = ticket(&app.login("clerk").await, id).await;
    let lead = [
        office.str("/handling/lead/name"),
        office.str("/handling/lead/id"),
    ];
    for username in ["inspector1", "inspector2"] {
        let reader = app.login(username).await;
        for path in [
            format!("tickets/{id}"),
            format!("tickets/{id}/trail"),
            "tickets".to_owned(),
        ] {
            let answer = reader.get(&path).await.expect(200);
            for secret in lead
                .iter()
                .chain(&["371602-sanitation", super::SANITATION, "handling"])
            {
                assert!(
                    !answer.text().contains(secret),
                    "{path} tells {secret}: {}",
                    answer.text()
                );
            }
        }
    }
    let own = ticket(&inspector, id).await;
    assert_eq!(own.str("/origin/report"), sent.draft.id.to_string());
    let others = app.login("inspector2").await;
    let others = ticket(&others, id).await;
    assert_eq!(others.json.get("origin"), None);
    assert_eq!(others.json.pointer("/photos/0/aid"), None);
    app.finish().await;
}

#[tokio::test]
async fn another_units_ticket_is_not_there() {
    let (app, inspector, officer) = city().await;
    let sent = eventful(&app, &inspector, &officer).await;
    let seen = ticket(&officer, &sent.ticket).await;
    let number = seen.str("/number");
    let photo = seen.str("/photos/0/id");
    for username in [
        "officer-371602-landscape",
        "officer-371603",
        "officer-371603-sanitation",
    ] {
        let stranger = app.login(username).await;
        let id = &sent.ticket;
        for path in [
            format!("tickets/{id}"),
            format!("tickets/{id}/trail"),
            format!("attachments/{photo}/thumb"),
            format!("attachments/{photo}/display"),
        ] {
            stranger.get(&path).await.expect_problem(404, "not_found");
        }
        for query in [
            String::new(),
            format!("?q={number}"),
            "?district=371602".to_owned(),
            "?unit=371602-sanitation".to_owned(),
            "?item=E0102".to_owned(),
            "?bbox=116,36,119,39".to_owned(),
            "?state=awaiting_recheck".to_owned(),
        ] {
            let page = stranger.get(&format!("tickets{query}")).await.expect(200);
            assert!(page.list("/items").is_empty(), "{query}");
        }
        let commands = [
            ("acknowledge", json!({})),
            ("return", json!({ "reason": "other", "text": "不属我处" })),
            ("submit", story::submission(&[Photo::new()])),
            ("comment", json!({ "text": "问" })),
            ("recheck", recheck("pass")),
            ("redispatch", json!({ "unit": "371603" })),
            (
                "rule_ownership",
                json!({ "unit": "371603", "opinion": "归我" }),
            ),
            ("file", json!({})),
            ("reject", json!({ "reason": "无" })),
            ("void", json!({ "reason": "无" })),
            ("merge", json!({ "master": id })),
        ];
        for (name, body) in commands {
            command(&stranger, id, name, body)
                .await
                .expect_problem(404, "not_found");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_list_narrows_and_turns_its_pages_within_what_one_may_see() {
    let (app, inspector, officer) = city().await;
    for minute in 0..5 {
        app.clock.set(&format!("2026-11-20 10:0{minute}"));
        story::report("371602")
            .text(&format!("第{minute}处垃圾"))
            .post(&inspector)
            .await;
        story::report("371603").post(&inspector).await;
    }
    let whole = officer.get("tickets").await.expect(200);
    let numbers: Vec<&Value> = whole
        .list("/items")
        .iter()
        .map(|item| &item["number"])
        .collect();
    assert_eq!(numbers.len(), 5);
    let mut paged = Vec::new();
    let mut path = "tickets?limit=2".to_owned();
    loop {
        let page = officer.get(&path).await.expect(200);
        paged.extend(
            page.list("/items")
                .iter()
                .map(|item| item["number"].clone()),
        );
        let Some(cursor) = page.at("/next_cursor").as_str() else {
            break;
        };
        path = format!("tickets?limit=2&cursor={cursor}");
    }
    assert_eq!(paged.iter().collect::<Vec<_>>(), numbers);
    let found = officer.get("tickets?q=第3处").await.expect(200);
    assert_eq!(found.list("/items").len(), 1);
    officer
        .get("tickets?limit=0")
        .await
        .expect_problem(422, "invalid_query");
    officer
        .get("tickets?state=lost")
        .await
        .expect_problem(422, "invalid_query");
    officer
        .get("tickets?cursor=rubbish")
        .await
        .expect_problem(422, "list_cursor_invalid");
    app.finish().await;
}

#[tokio::test]
async fn an_inspector_cannot_ask_which_unit_handles() {
    let (app, inspector, _) = city().await;
    story::report("371602").post(&inspector).await;
    inspector
        .get("tickets?unit=371602-sanitation")
        .await
        .expect_problem(422, "invalid_query");
    app.finish().await;
}

#[tokio::test]
async fn a_unit_does_not_learn_to_which_unit_an_inspector_belongs() {
    let (app, inspector, officer) = city().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    app.execute(
        "UPDATE accounts SET unit_id = (SELECT id FROM units WHERE code = '371603-health') \
         WHERE username = 'inspector1'",
    )
    .await;
    command(&inspector, &id, "comment", json!({"text": "仍未清运"}))
        .await
        .expect(200);
    let trail = officer
        .get(&format!("tickets/{id}/trail"))
        .await
        .expect(200);
    let comment = trail.list("/items").last().cloned().unwrap_or_default();
    assert_eq!(comment.get("opinion"), Some(&json!("仍未清运")));
    assert_eq!(comment.get("actor_unit"), None);
    app.finish().await;
}
