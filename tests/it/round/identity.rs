//! Who an inspector is: for the office a pseudonym, another in each round; behind it only two people together may look.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;
use xuncha::domain::audit::fault::Fault;
use xuncha::http::openapi::document_json;
use xuncha::services::audit;

use super::seal::{SANITATION, covert_round, report};
use super::{plan, started, visitor};
use crate::authz::table::{ROWS, Row};
use crate::harness::phone::Phone;
use crate::harness::story::{self, command, recheck, rectify};
use crate::harness::{Client, Response, TestApp, pseudonym_of};
use crate::openapi::operations;
use crate::sync::push::mutation;

/// A city in which inspectors have done all that they do: a round, a patrol, a recheck that was asked, work that was quarantined.
struct City {
    app: TestApp,
    round: String,
    ticket: String,
    report: Uuid,
    device: Uuid,
}

async fn city() -> City {
    let (app, supervisor, round, _) = covert_round().await;
    let (phone, ..) = visitor(&app, &supervisor, &round).await;
    report(&phone.client, &round, &story::report("371602")).await;
    let patrol = story::report("371602").post(&phone.client).await;
    let officer = app.login(SANITATION).await;
    rectify(&officer, &patrol.ticket).await;
    let clerk = app.login("clerk").await;
    let fit = format!("tickets/{}/recheckers", patrol.ticket);
    let fit = clerk.get(&fit).await.expect(200);
    let body = json!({ "rechecker": fit.at("/items/0/id"), "opinion": "请核查" });
    command(&clerk, &patrol.ticket, "assign", body)
        .await
        .expect(200);
    let unknown = mutation("ticket.dance", json!({ "id": patrol.ticket }));
    phone.push_one(&unknown).await;
    City {
        app,
        round,
        ticket: patrol.ticket,
        report: patrol.draft.id,
        device: phone.device,
    }
}

/// What would tell who an inspector is: accounts, names and phones.
async fn telling(city: &City) -> Vec<String> {
    let rows = city
        .app
        .rows("SELECT id, username, display_name FROM accounts WHERE role = 'inspector'")
        .await;
    let texts = rows
        .iter()
        .flat_map(|row| ["id", "username", "display_name"].map(|it| row[it].clone()));
    let texts = texts.filter_map(|it| it.as_str().map(str::to_owned));
    texts.chain([city.device.to_string()]).collect()
}

#[tokio::test]
async fn nothing_that_the_office_or_the_auditor_reads_names_an_inspector() {
    let city = city().await;
    let telling = telling(&city).await;
    assert_eq!(telling.len(), 16);
    let document = document_json(None).expect("the document is JSON");
    let document: Value = serde_json::from_str(&document).expect("the document is JSON");
    for username in ["clerk", "supervisor", "auditor"] {
        let reader = city.app.login(username).await;
        let mut answered = 0;
        for (method, path, id, _) in operations(&document) {
            // The document has an example.
            if method != "GET" || path.contains("/files") || id == "get_openapi" {
                continue;
            }
            let row = ROWS.iter().find(|row| row.operation == id).expect("a row");
            let about = match path.split('/').nth(3) {
                Some("rounds") => city.round.clone(),
                Some("reports") => city.report.to_string(),
                _ => city.ticket.clone(),
            };
            let answer = ask(&reader, &path, row, &about).await;
            answered += usize::from(answer.status == 200);
            let raw = String::from_utf8_lossy(&answer.body).into_owned();
            for word in &telling {
                assert!(
                    !raw.contains(word.as_str()),
                    "{username}: {id} tells {word}: {raw}"
                );
            }
        }
        assert!(answered > 5, "{username} was answered {answered} times");
        if username != "auditor" {
            let mut phone = Phone::of(&city.app, username).await;
            phone.pull().await;
            let held =
                json!(phone.rows.values().map(|row| &row.doc).collect::<Vec<_>>()).to_string();
            assert!(held.contains("\"inspector\":"));
            for word in &telling {
                assert!(!held.contains(word.as_str()), "{username} holds {word}");
            }
        }
    }
    let mut app = city.app;
    app.let_jobs_stay(); // The release is still to come.
}

async fn ask(reader: &Client, path: &str, row: &Row, about: &str) -> Response {
    let mut path = path.to_owned();
    for (parameter, value) in row.parameters {
        path = path.replace(&format!("{{{parameter}}}"), value);
    }
    while let (Some(from), Some(until)) = (path.find('{'), path.find('}')) {
        path.replace_range(from..=until, about);
    }
    reader.get(&format!("{path}?{}", row.query)).await
}

#[tokio::test]
async fn an_inspector_has_another_name_in_each_round_and_sees_its_own_work() {
    let app = TestApp::demo().await;
    let supervisor = app.login("supervisor").await;
    let mut names: BTreeSet<String> = BTreeSet::new();
    for kind in ["K01", "K04"] {
        let round = started(&app, &supervisor, &plan("announced", &[(kind, 100)])).await;
        let draw = supervisor
            .get(&format!("rounds/{round}/draw"))
            .await
            .expect(200);
        let own: BTreeSet<String> = draw
            .list("/points")
            .iter()
            .filter_map(|it| it["inspector"].as_str().map(str::to_owned))
            .collect();
        let tasks = supervisor
            .get(&format!("tasks?round={round}"))
            .await
            .expect(200);
        for task in tasks.list("/items") {
            let id = task["inspector"]["id"].as_str().expect("an id");
            assert!(own.contains(id));
            assert!(
                task["inspector"]["name"]
                    .as_str()
                    .expect("a name")
                    .starts_with("D-")
            );
            let of_name = supervisor
                .get(&format!("tasks?inspector={id}"))
                .await
                .expect(200);
            let rounds: BTreeSet<&str> = of_name
                .list("/items")
                .iter()
                .filter_map(|it| it["round"].as_str())
                .collect();
            assert_eq!(rounds, BTreeSet::from([round.as_str()]));
        }
        assert!(names.is_disjoint(&own));
        names.extend(own);
        let (phone, task, _) = visitor(&app, &supervisor, &round).await;
        let me = phone.client.get("me").await.expect(200);
        let listed = phone.client.get("tasks").await.expect(200);
        let mine = listed
            .list("/items")
            .iter()
            .find(|it| it["id"] == json!(task))
            .expect("listed");
        assert_eq!(&mine["inspector"]["id"], me.at("/id"));
        let standing = pseudonym_of(&app, me.str("/username")).await;
        let outside = supervisor
            .get(&format!("tasks?inspector={standing}"))
            .await
            .expect(200);
        assert!(outside.list("/items").is_empty());
    }
    app.run_jobs().await;
    app.finish().await;
}

async fn ask_who(client: &Client, ticket: &str) -> Response {
    let body = json!({ "reason": "举报该督查员收受礼品" });
    client
        .post(&format!("tickets/{ticket}/unmaskings"))
        .json(&body)
        .await
}

/// One asks again and the other refuses; a name that the ticket does not show cannot be asked for.
async fn refuse_another(app: &TestApp, [first, second]: [&Client; 2], ticket: &str) {
    let again = ask_who(second, ticket).await.expect(201);
    let refuse = format!("unmaskings/{}/refuse", again.str("/id"));
    let refused = first
        .post(&refuse)
        .json(&json!({ "reason": "理由不足" }))
        .await
        .expect(200);
    assert_eq!(
        (refused.at("/state"), refused.json.get("inspector")),
        (&json!("refused"), None)
    );
    let stranger = json!({ "reason": "x", "inspector": pseudonym_of(app, "inspector4").await });
    let answer = first
        .post(&format!("tickets/{ticket}/unmaskings"))
        .json(&stranger)
        .await;
    assert_eq!(
        answer
            .expect_problem(422, "invalid")
            .str("/errors/0/pointer"),
        "/inspector"
    );
}

#[tokio::test]
async fn unmasking_takes_two_people_and_tells_nobody_else() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let ticket = story::report("371602").post(&inspector).await.ticket;
    let (first, second, admin) = (
        app.login("supervisor").await,
        app.login("supervisor2").await,
        app.login("admin").await,
    );
    let before = story::ticket(&app.login(SANITATION).await, &ticket).await;
    for username in ["clerk", "auditor", "inspector2", SANITATION] {
        let other = app.login(username).await;
        ask_who(&other, &ticket)
            .await
            .expect_problem(403, "forbidden");
    }
    let asked = ask_who(&first, &ticket).await.expect(201);
    let id = asked.str("/id");
    assert_eq!(
        asked.at("/pseudonym"),
        &json!(pseudonym_of(&app, "inspector1").await)
    );
    assert!(asked.json.get("inspector").is_none());
    ask_who(&admin, &ticket)
        .await
        .expect_problem(409, "request_open");
    let confirm = format!("unmaskings/{id}/confirm");
    let nothing = json!({});
    first
        .post(&confirm)
        .json(&nothing)
        .await
        .expect_problem(409, "second_person");
    let confirmed = admin.post(&confirm).json(&nothing).await.expect(200);
    let me = inspector.get("me").await.expect(200);
    assert_eq!(confirmed.at("/inspector/id"), me.at("/id"));
    assert_eq!(confirmed.at("/inspector/username"), "inspector1");
    second
        .post(&confirm)
        .json(&nothing)
        .await
        .expect_problem(409, "wrong_state");
    let path = format!("unmaskings/{id}");
    assert_eq!(
        first.get(&path).await.expect(200).at("/inspector/username"),
        "inspector1"
    );
    let auditor = app.login("auditor").await;
    for other in [&second, &auditor] {
        let known = other.get(&path).await.expect(200);
        assert_eq!(
            (known.at("/state"), known.json.get("inspector")),
            (&json!("confirmed"), None)
        );
        let listed = other.get("unmaskings").await.expect(200);
        assert!(listed.at("/items/0").get("inspector").is_none());
    }
    refuse_another(&app, [&first, &second], &ticket).await;

    let trail = auditor
        .get(&format!("tickets/{ticket}/trail"))
        .await
        .expect(200);
    let steps: Vec<&str> = trail
        .list("/items")
        .iter()
        .filter_map(|it| it["command"].as_str())
        .collect();
    assert_eq!(
        steps,
        [
            "create",
            "file",
            "ask_unmasking",
            "confirm_unmasking",
            "ask_unmasking",
            "refuse_unmasking"
        ]
    );
    assert_eq!(trail.at("/items/2/opinion"), "举报该督查员收受礼品");
    // The unit has seen nothing of it.
    let officer = app.login(SANITATION).await;
    let after = story::ticket(&officer, &ticket).await;
    assert_eq!(
        (before.at("/rev"), before.header("etag")),
        (after.at("/rev"), after.header("etag"))
    );
    let seen = officer
        .get(&format!("tickets/{ticket}/trail"))
        .await
        .expect(200);
    assert_eq!(seen.list("/items").len(), 1);
}

#[tokio::test]
async fn who_was_the_inspector_once_can_neither_ask_nor_confirm() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let ticket = story::report("371602").post(&inspector).await.ticket;
    let first = app.login("supervisor").await;
    let asked = ask_who(&first, &ticket).await.expect(201);
    let me = inspector.get("me").await.expect(200);
    let path = format!("users/{}", me.str("/id"));
    let promoted = json!({ "role": "supervisor" });
    app.login("admin")
        .await
        .patch(&path)
        .json(&promoted)
        .await
        .expect(200);
    let promoted = app.login("inspector1").await;
    let confirm = format!("unmaskings/{}/confirm", asked.str("/id"));
    promoted
        .post(&confirm)
        .json(&json!({}))
        .await
        .expect_problem(403, "forbidden");
    ask_who(&promoted, &ticket)
        .await
        .expect_problem(403, "forbidden");
}

#[tokio::test]
async fn the_trail_of_an_unmasking_cannot_be_taken_away_unnoticed() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let ticket = story::report("371602").post(&inspector).await.ticket;
    let (first, second) = (
        app.login("supervisor").await,
        app.login("supervisor2").await,
    );
    let asked = ask_who(&first, &ticket).await.expect(201);
    let confirm = format!("unmaskings/{}/confirm", asked.str("/id"));
    second.post(&confirm).json(&json!({})).await.expect(200);
    crate::audit::assert_whole(&app).await;
    app.execute(&format!(
        "SET session_replication_role = replica; \
         DELETE FROM ticket_events WHERE ticket_id = '{ticket}' AND command = 'confirm_unmasking'; \
         DELETE FROM unmaskings;"
    ))
    .await;
    let report = audit::verify(&app.svc, None, &|_, _| ())
        .await
        .expect("everything can be read");
    assert!(!report.faults.is_empty());
    let about: Vec<&Fault> = report
        .faults
        .iter()
        .filter(|fault| format!("{fault:?}").contains(&ticket))
        .collect();
    assert!(!about.is_empty(), "{:?}", report.faults);
}

#[tokio::test]
async fn a_recheck_in_the_trail_shows_a_name_and_no_phone() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let ticket = story::report("371602").post(&inspector).await.ticket;
    rectify(&app.login(SANITATION).await, &ticket).await;
    let phone = Phone::of(&app, "inspector2").await;
    command(&phone.client, &ticket, "recheck", recheck("pass"))
        .await
        .expect(200);
    let clerk = app.login("clerk").await;
    let trail = clerk
        .get(&format!("tickets/{ticket}/trail"))
        .await
        .expect(200);
    let row = trail
        .list("/items")
        .iter()
        .find(|it| it["command"] == "recheck")
        .expect("a recheck");
    assert_eq!(row["actor"], json!(pseudonym_of(&app, "inspector2").await));
    assert!(row.get("device").is_none_or(Value::is_null));
    app.run_jobs().await;
    app.finish().await;
}
