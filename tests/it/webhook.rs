//! Webhooks: signed, told to those who may know at that moment, tried again, logged, sent again, and never to an address inside.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use ring::hmac;
use serde_json::{Value, json};
use xuncha::db::transaction::{begin_holding_readers, end};
use xuncha::db::{Conn, DbError};
use xuncha::gateways::webhooks::{Reach, Webhooks};
use xuncha::services::supervision::climb;
use xuncha::services::webhook::deliver;

use crate::harness::receiver::{Received, Receiver};
use crate::harness::story::{self, command};
use crate::harness::{Client, Request, Response, TestApp, rows};

/// An endpoint of the caller's: its id and its secret.
async fn endpoint(owner: &Client, receiver: &Receiver, events: &[&str]) -> (String, String) {
    let body = json!({ "url": receiver.url(), "events": events });
    let made = owner.post("webhooks").json(&body).await.expect(201);
    (made.str("/id").to_owned(), made.str("/secret").to_owned())
}

async fn sent(app: &TestApp) {
    deliver(&app.svc).await.expect("the database answers");
}

fn body(received: &Received) -> Value {
    serde_json::from_str(&received.body).expect("JSON")
}

fn kinds(received: &[Received]) -> Vec<String> {
    let kind = |it: &Received| {
        let body = body(it);
        let word = body.pointer("/type").and_then(Value::as_str);
        word.expect("a word").to_owned()
    };
    received.iter().map(kind).collect()
}

/// As the specification says, written from it: base64 after `whsec_`, HMAC-SHA256 over id, timestamp and body.
fn is_signed_by(received: &Received, secret: &str) -> bool {
    let header = |name: &str| received.headers.get(name).expect("a header").as_str();
    let key = secret.strip_prefix("whsec_").expect("a secret");
    let key = STANDARD.decode(key).expect("base64");
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let signed = [
        header("webhook-id"),
        header("webhook-timestamp"),
        &received.body,
    ]
    .join(".");
    header("webhook-signature").split(' ').any(|signature| {
        let tag = STANDARD.decode(signature.strip_prefix("v1,").expect("version 1"));
        hmac::verify(&key, signed.as_bytes(), &tag.expect("base64")).is_ok()
    })
}

#[tokio::test]
async fn a_unit_is_told_of_its_tickets_signed_and_without_an_inspector() {
    let app = TestApp::demo().await;
    let (inspector, inspector2) = (app.login("inspector1").await, app.login("inspector2").await);
    let officer = app.login("officer-371602-sanitation").await;
    let receiver = Receiver::start().await;
    let (_, secret) = endpoint(&officer, &receiver, &[]).await;
    let sent_report = story::report("371602").post(&inspector).await;
    story::rectify(&officer, &sent_report.ticket).await;
    app.run_jobs().await;
    command(
        &inspector2,
        &sent_report.ticket,
        "recheck",
        story::recheck("pass"),
    )
    .await
    .expect(200);
    sent(&app).await;
    let mut received = receiver.take();
    received.sort_by_key(|it| body(it)["data"]["rev"].as_str().map(str::len));
    let mut told = kinds(&received);
    told.sort();
    assert_eq!(
        told,
        [
            "ticket.acknowledge",
            "ticket.file",
            "ticket.recheck",
            "ticket.submit"
        ]
    );
    let accounts = app
        .rows("SELECT id::text, username, display_name FROM accounts WHERE role = 'inspector'")
        .await;
    let draft = &sent_report.draft;
    for message in &received {
        assert!(is_signed_by(message, &secret));
        assert!(!is_signed_by(message, "whsec_AAAA"));
        assert_eq!(message.path, "/hook");
        let stamp = message.headers["webhook-timestamp"].parse::<i64>();
        assert_eq!(stamp, Ok(app.svc.now().as_second()));
        let data = &body(message)["data"];
        assert_eq!(data["ticket"], sent_report.ticket.as_str());
        assert_eq!(data["lead_unit"], "371602-sanitation");
        for secret in [draft.id, draft.finding] {
            assert!(!message.body.contains(&secret.to_string()));
        }
        for word in accounts
            .iter()
            .flat_map(|row| row.as_object().expect("a row").values())
        {
            let word = word.as_str().expect("a text");
            assert!(!message.body.contains(word), "{word} in {}", message.body);
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn who_is_told_is_decided_when_it_happens() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let (clerk, admin) = (app.login("clerk").await, app.login("admin").await);
    let sanitation = app.login("officer-371602-sanitation").await;
    let district = app.login("officer-371602").await;
    let neighbour = app.login("officer-371603").await;
    let hooks = [
        Receiver::start().await,
        Receiver::start().await,
        Receiver::start().await,
        Receiver::start().await,
    ];
    let owners = [&sanitation, &district, &neighbour, &admin];
    for (owner, hook) in owners.iter().zip(&hooks) {
        endpoint(owner, hook, &[]).await;
    }
    let id = story::report("371602").post(&inspector).await.ticket;
    // In triage, nobody is told.
    story::report("371602")
        .accuracy(None)
        .post(&inspector)
        .await;
    let reason = json!({ "reason": "not_our_duty", "text": "非本单位职责" });
    command(&sanitation, &id, "return", reason)
        .await
        .expect(200);
    let to = json!({ "unit": "371603", "opinion": "请办理" });
    command(&clerk, &id, "redispatch", to).await.expect(200);
    command(&neighbour, &id, "acknowledge", json!({}))
        .await
        .expect(200);
    sent(&app).await;
    let told = hooks.each_ref().map(|hook| {
        let mut kinds = kinds(&hook.take());
        kinds.sort();
        kinds
    });
    let [bureau, office, other, city] = told;
    assert_eq!(bureau, ["ticket.file", "ticket.return"]);
    assert_eq!(office, bureau, "a district sees what its bureaus have");
    assert_eq!(other, ["ticket.acknowledge", "ticket.redispatch"]);
    assert_eq!(
        city,
        [
            "ticket.acknowledge",
            "ticket.file",
            "ticket.redispatch",
            "ticket.return"
        ]
    );
    let mut sql = app.sql().await;
    let waiting = rows(&mut sql, "SELECT seq FROM webhooks_to_tell").await;
    assert!(waiting.is_empty(), "what was told waits no more");
    app.finish().await;
}

#[tokio::test]
async fn the_ladder_tells_one_digest_and_no_storm() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let officer = app.login("officer-371602-sanitation").await;
    for _ in 0..3 {
        story::report("371602").post(&inspector).await;
    }
    let receiver = Receiver::start().await;
    endpoint(&officer, &receiver, &[]).await;
    app.clock.set("2026-11-23 17:00");
    assert_eq!(climb(&app.svc).await.expect("climbed"), 3);
    sent(&app).await;
    let received = receiver.take();
    assert_eq!(kinds(&received), ["supervision.digest"]);
    let data = &body(&received[0])["data"];
    assert_eq!(data["slips"], 3);
    assert_eq!(data["digest"], "DH-2026-000001");
    assert_eq!(data["unit"], "371602-sanitation");
    app.finish().await;
}

#[tokio::test]
async fn what_is_not_taken_is_tried_again_by_the_schedule_under_its_id() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let officer = app.login("officer-371602-sanitation").await;
    let receiver = Receiver::start().await;
    let (id, secret) = endpoint(&officer, &receiver, &["ticket.file"]).await;
    receiver.answer_next("503 Service Unavailable");
    receiver.answer_next("302 Found\r\nlocation: /elsewhere");
    story::report("371602").post(&inspector).await;
    sent(&app).await;
    sent(&app).await;
    let first = receiver.take();
    assert_eq!(first.len(), 1, "not before its time");
    app.clock.advance(SignedDuration::from_secs(5));
    sent(&app).await;
    let second = receiver.take();
    assert_eq!(second.len(), 1, "redirects are not followed");
    let rotated = officer
        .post(&format!("webhooks/{id}/rotate"))
        .json(&json!({}))
        .await;
    let new_secret = rotated.expect(200).str("/secret").to_owned();
    app.clock.advance(SignedDuration::from_mins(5));
    sent(&app).await;
    let third = receiver.take();
    assert_eq!(third.len(), 1);
    assert_eq!(
        third[0].headers["webhook-id"],
        first[0].headers["webhook-id"]
    );
    assert_eq!(third[0].body, first[0].body);
    assert!(is_signed_by(&third[0], &secret) && is_signed_by(&third[0], &new_secret));
    app.clock.advance(SignedDuration::from_hours(24));
    sent(&app).await;
    assert!(receiver.take().is_empty(), "taken is taken");

    let log = officer
        .get(&format!("webhooks/{id}/deliveries"))
        .await
        .expect(200);
    assert_eq!(log.at("/items/0/state"), "delivered");
    assert_eq!(
        log.at("/items/0/message"),
        third[0].headers["webhook-id"].as_str()
    );
    let statuses = log.list("/items/0/attempts").iter();
    let statuses: Vec<&Value> = statuses.map(|attempt| &attempt["status"]).collect();
    assert_eq!(statuses, [503, 302, 204]);

    // Sent again by hand; the old secret's day is over.
    let again = json!({ "delivery": log.str("/items/0/id") });
    let replayed = officer
        .post(&format!("webhooks/{id}/replay"))
        .json(&again)
        .await;
    assert_eq!(replayed.expect(200).at("/deliveries"), 1);
    sent(&app).await;
    let fourth = receiver.take();
    assert!(is_signed_by(&fourth[0], &new_secret) && !is_signed_by(&fourth[0], &secret));
    app.finish().await;
}

#[tokio::test]
async fn an_endpoint_that_is_dead_is_switched_off_and_comes_back_with_what_it_missed() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let officer = app.login("officer-371602-sanitation").await;
    let receiver = Receiver::start().await;
    let (id, _) = endpoint(&officer, &receiver, &["ticket.file"]).await;
    let path = format!("webhooks/{id}");
    receiver.answer_always("500 Internal Server Error");
    story::report("371602").post(&inspector).await;
    for _ in 0..10 {
        sent(&app).await;
        app.clock.advance(SignedDuration::from_hours(24));
    }
    assert_eq!(
        receiver.take().len(),
        6,
        "after five days of failures nothing is sent"
    );
    let seen = officer.get(&path).await.expect(200);
    assert_eq!(seen.at("/disabled_why"), "failing");
    story::report("371602").post(&inspector).await;
    let log = officer
        .get(&format!("{path}/deliveries?state=failed"))
        .await
        .expect(200);
    assert_eq!(
        log.list("/items").len(),
        1,
        "what happens meanwhile is not kept for it"
    );

    receiver.answer_always("200 OK");
    let on = officer
        .patch(&path)
        .json(&json!({ "enabled": true }))
        .await
        .expect(200);
    assert_eq!(on.at("/disabled_at"), &Value::Null);
    let missed = json!({ "failed_since": "2026-11-01T00:00:00Z" });
    let replayed = officer.post(&format!("{path}/replay")).json(&missed).await;
    assert_eq!(replayed.expect(200).at("/deliveries"), 1);
    sent(&app).await;
    assert_eq!(receiver.take().len(), 1);

    receiver.answer_always("410 Gone");
    officer
        .post(&format!("{path}/ping"))
        .json(&json!({}))
        .await
        .expect(202);
    sent(&app).await;
    assert_eq!(kinds(&receiver.take()), ["webhook.ping"]);
    let seen = officer.get(&path).await.expect(200);
    assert_eq!(seen.at("/disabled_why"), "gone");
    app.finish().await;
}

#[tokio::test]
async fn workers_that_send_at_once_send_each_message_once() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let officer = app.login("officer-371602-sanitation").await;
    let receiver = Receiver::start().await;
    endpoint(&officer, &receiver, &[]).await;
    for _ in 0..12 {
        story::report("371602").post(&inspector).await;
    }
    let workers = futures_util::future::join_all((0..4).map(|_| deliver(&app.svc))).await;
    assert!(workers.iter().all(Result::is_ok));
    sent(&app).await;
    let mut ids: Vec<String> = receiver
        .take()
        .into_iter()
        .map(|message| message.headers["webhook-id"].clone())
        .collect();
    assert_eq!(ids.len(), 12);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 12);
    app.finish().await;
}

#[tokio::test]
async fn a_change_that_is_taken_back_was_never_told() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let officer = app.login("officer-371602-sanitation").await;
    let receiver = Receiver::start().await;
    endpoint(&officer, &receiver, &[]).await;
    let id = story::report("371602").post(&inspector).await.ticket;
    sent(&app).await;
    receiver.take();
    app.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$; \
         CREATE TRIGGER refuse BEFORE UPDATE ON sync_feed FOR EACH ROW EXECUTE FUNCTION refuse()",
    )
    .await;
    command(&officer, &id, "acknowledge", json!({}))
        .await
        .expect(500);
    sent(&app).await;
    assert!(receiver.take().is_empty());
    app.finish().await;
}

/// Does a change of endpoints while somebody changes tickets, who has looked for endpoints already: it is answered when that has ended.
async fn while_something_changes(app: &TestApp, change: Request) -> Response {
    let mut changing = app.svc.conn().await.expect("a connection");
    let nothing = async |_: &Conn| Ok::<(), DbError>(());
    begin_holding_readers(&mut changing, nothing)
        .await
        .expect("begins");
    let changed = tokio::spawn(async move { change.await });
    let waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while !changed.is_finished() && app.rows(waiting).await.is_empty() {}
    assert!(!changed.is_finished(), "it was answered too early");
    end(&mut changing, Ok::<(), DbError>(()))
        .await
        .expect("ends");
    changed.await.expect("it does not panic")
}

#[tokio::test]
async fn from_its_answer_on_an_endpoint_misses_nothing() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let officer = app.login("officer-371602-sanitation").await;
    let receiver = Receiver::start().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    let body = json!({ "url": receiver.url(), "events": [] });
    let made = while_something_changes(&app, officer.post("webhooks").json(&body)).await;
    let path = format!("webhooks/{}", made.expect(201).str("/id"));
    command(&officer, &id, "acknowledge", json!({}))
        .await
        .expect(200);
    sent(&app).await;
    assert_eq!(kinds(&receiver.take()), ["ticket.acknowledge"]);
    officer
        .patch(&path)
        .json(&json!({ "enabled": false }))
        .await
        .expect(200);
    let on = officer.patch(&path).json(&json!({ "enabled": true }));
    while_something_changes(&app, on).await.expect(200);
    story::submit(&officer, &id).await;
    sent(&app).await;
    assert_eq!(kinds(&receiver.take()), ["ticket.submit"]);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn endpoints_belong_to_their_owner_and_secrets_lie_sealed() {
    let app = TestApp::demo().await;
    let officer = app.login("officer-371602-sanitation").await;
    let district = app.login("officer-371602").await;
    let admin = app.login("admin").await;
    let receiver = Receiver::start().await;
    let (id, secret) = endpoint(&officer, &receiver, &[]).await;
    for stranger in [&district, &admin] {
        stranger.get(&format!("webhooks/{id}")).await.expect(404);
        let list = stranger.get("webhooks").await.expect(200);
        assert!(list.list("/items").is_empty());
    }
    let shown = officer.get(&format!("webhooks/{id}")).await.expect(200);
    assert!(!shown.json.to_string().contains("whsec_"));
    let rows = app.rows("SELECT * FROM webhook_endpoints").await;
    assert!(
        !json!(rows)
            .to_string()
            .contains(secret.trim_start_matches("whsec_"))
    );
    for (body, pointer) in [
        (json!({ "url": "ftp://example.com/" }), "/url"),
        (json!({ "url": "no address" }), "/url"),
        (
            json!({ "url": receiver.url(), "events": ["ticket.file", "ticket.nothing"] }),
            "/events/1",
        ),
    ] {
        let refused = officer.post("webhooks").json(&body).await;
        refused.expect_problem(422, "invalid").expect_fault(pointer);
    }
    officer.delete(&format!("webhooks/{id}")).await.expect(204);
    officer.get(&format!("webhooks/{id}")).await.expect(404);
    app.finish().await;
}

#[tokio::test]
async fn addresses_inside_are_refused_unless_the_city_allows_them() {
    let outside = Webhooks::new(Reach::Public);
    for url in [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://localhost/",
        "https://a.localhost/",
        "https://10.1.2.3/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://[ff02::1]/",
        "file:///etc/passwd",
    ] {
        assert!(outside.check(url).is_err(), "{url}");
    }
    for url in [
        "https://example.com/a?b",
        "https://8.8.8.8/",
        "https://[2606:4700::1]/",
    ] {
        assert!(outside.check(url).is_ok(), "{url}");
    }
    let inside = Webhooks::new(Reach::Private);
    assert!(inside.check("http://10.1.2.3:8080/").is_ok());
    assert!(inside.check("file:///etc/passwd").is_err());
}
