//! Every byte that an officer can download: each operation of the OpenAPI document is asked until it answers something, and nothing in any
//! answer, header or photo tells who inspected, with which phone, or where and when to the second. An operation added later fails here until
//! somebody has thought of a call that makes it answer.

mod canary;
mod witness;

use serde_json::{Value, json};
use uuid::Uuid;
use xuncha::services::webhook::deliver;

use self::canary::Canaries;
use self::witness::Witness;
use crate::bulletin::published;
use crate::harness::TestApp;
use crate::harness::phone::Phone;
use crate::harness::receiver::Receiver;
use crate::harness::story::{self, Photo};
use crate::round::seal::report;
use crate::round::{plan, started, visitor};
use crate::supervision::ladder::raised;
use crate::sync::push::{command, create, with};

const OFFICER: &str = "officer-371602-sanitation";

/// What the officer's story is about.
struct City {
    app: TestApp,
    canaries: Canaries,
    /// Awaits acknowledgement.
    tickets: Vec<String>,
}

/// A city whose phones are full of what must not come out.
async fn city() -> City {
    let app = TestApp::demo().await;
    let mut canaries = Canaries::default();
    let mut tickets = Vec::new();
    let (first, second) = (
        Phone::of(&app, "inspector1").await,
        Phone::of(&app, "inspector2").await,
    );
    // Apart from one another, or they would be sightings of one fault.
    for (phone, lat) in [(&first, 37.428), (&first, 37.430), (&second, 37.432)] {
        let draft = story::report("371602")
            .at(lat, 117.976)
            .photos(vec![canary::photo(), canary::photo()]);
        for (index, photo) in draft.photos.iter().enumerate() {
            canaries.hide(photo.aid);
            canary::send(&phone.client, photo, index).await;
        }
        canaries.hide(draft.id);
        canaries.hide(draft.finding);
        let report = with(create(&draft), "captured", canary::captured());
        let mid = report.get("mid").and_then(Value::as_str);
        canaries.hide(mid.expect("a mid"));
        let told = phone.push_one(&report).await;
        let ticket = told.pointer("/findings/0/ticket/id").expect("a ticket");
        tickets.push(ticket.as_str().expect("an id").to_owned());
    }
    app.run_jobs().await;
    canaries.hide_people(&app).await;
    City {
        app,
        canaries,
        tickets,
    }
}

#[tokio::test]
async fn nothing_that_an_officer_can_download_tells_of_the_inspector() {
    let City {
        app,
        mut canaries,
        tickets,
    } = city().await;
    let phone = Phone::of(&app, OFFICER).await;
    let witness = Witness::new(phone.client.clone());
    let [first, second, third] = tickets.as_slice() else {
        panic!("three tickets");
    };

    let photos = live_through(&app, &witness, first, &mut canaries).await;
    give_back(&witness, second).await;
    send_photos(&app, &witness).await;
    sync(&witness, &phone, third).await;
    let answer = witness.ask("GET", &format!("tickets/{third}")).await;
    let mut keys = photos;
    keys.extend(canary::photo_ids(&answer.json));
    for key in &keys {
        for variant in ["display", "thumb", "original"] {
            let path = format!("attachments/{key}/{variant}");
            let answer = witness.ask("GET", &path).await;
            let expected = if variant == "original" { 403 } else { 200 };
            assert_eq!(answer.status, expected, "{path}");
        }
    }
    beside_tickets(&app, &witness, first).await;
    papers(&app, &witness, third).await;
    webhook(&app, &witness).await;
    witness.ask_everything(first, &keys[0]).await;
    account(&app, &witness).await;

    canaries.hide_people(&app).await;
    witness.assert_everything_answered();
    witness.assert_silent(&canaries);
    app.run_jobs().await;
    app.finish().await;
}

/// A ticket from its acknowledgement through a failed recheck to its closing, read at every step; answers its photos.
async fn live_through(
    app: &TestApp,
    witness: &Witness,
    ticket: &str,
    canaries: &mut Canaries,
) -> Vec<String> {
    let rechecker = app.login("inspector3").await;
    let owed = "supervision/stages?stage=acknowledge";
    witness.ask("GET", owed).await.expect(200);
    witness.command(ticket, "acknowledge", json!({})).await;
    ask_the_office(app, witness, ticket).await;
    let text = json!({ "text": "收到" });
    witness.command(ticket, "comment", text).await;
    for result in ["fail", "pass"] {
        let after = Photo::new();
        after.put(&witness.client).await.expect(201);
        let body = story::submission(&[after]);
        witness.command(ticket, "submit", body).await;
        let photo = canary::photo();
        canaries.hide(photo.aid);
        canary::send(&rechecker, &photo, 9).await;
        let body =
            json!({ "result": result, "opinion": "现场查看", "attachments": [photo.declared()] });
        let told = story::command(&rechecker, ticket, "recheck", body).await;
        told.expect(200);
        app.run_jobs().await;
        witness.ask("GET", &format!("tickets/{ticket}/trail")).await;
    }
    // It was due before it was submitted, as far as anybody can tell.
    app.execute(&format!(
        "UPDATE tickets SET due_at = dispatched_at - interval '1 s', \
           clock = jsonb_set(clock, '{{due,at}}', to_jsonb(dispatched_at - interval '1 s')) WHERE id = '{ticket}'"
    ))
    .await;
    let reason = json!({ "reason": "连日暴雨" });
    witness.command(ticket, "request_appeal", reason).await;
    let seen = witness.ask("GET", &format!("tickets/{ticket}")).await;
    canary::photo_ids(&seen.json)
}

/// All that a unit can ask for while it works on a ticket, and the slip that it replies to.
async fn ask_the_office(app: &TestApp, witness: &Witness, ticket: &str) {
    let reason = json!({ "reason": "连日暴雨" });
    witness.command(ticket, "request_extension", reason).await;
    let plan = json!({ "plan": "施工", "temporary_measure": "围挡", "resume_date": "2027-01-01" });
    witness.command(ticket, "request_suspension", plan).await;
    let me = json!({ "assignee": OFFICER });
    witness.command(ticket, "assign", me).await;
    let supervisor = app.login("supervisor").await;
    let reason = json!({ "reason": "群众反映强烈" });
    let supervised = story::command(&supervisor, ticket, "supervise", reason).await;
    supervised.expect(200);
    let reply = json!({ "slip": "DB-2026-000001", "text": "已到场" });
    witness.command(ticket, "reply", reply).await;
    witness.ask("GET", "requests").await.expect(200);
    witness.ask("GET", "supervision/slips").await.expect(200);
}

async fn give_back(witness: &Witness, ticket: &str) {
    let reason = json!({ "reason": "not_our_duty", "text": "不属于我方" });
    witness.command(ticket, "return", reason).await;
}

/// What the office asks and says beside tickets, and the lost points of a round that everybody knows of.
async fn beside_tickets(app: &TestApp, witness: &Witness, ticket: &str) {
    let supervisor = app.login("supervisor").await;
    let ripple = json!({ "ticket": ticket, "text": "对照排查", "due_at": "2026-11-27T02:00:00Z" });
    let ripple = supervisor.post("ripples").json(&ripple).await.expect(201);
    let path = format!("ripples/{}", ripple.str("/id"));
    for list in ["ripples", path.as_str()] {
        witness.ask("GET", list).await.expect(200);
    }
    let answer = json!({ "text": "已排查", "found": 1, "put_right": 1 });
    witness
        .send("POST", &format!("{path}/answer"), |it| it.json(&answer))
        .await
        .expect(200);
    let faked = json!({ "reason": "整改后照片为翻拍" });
    supervisor
        .post(&format!("tickets/{ticket}/integrity-flag"))
        .json(&faked)
        .await
        .expect(201);
    let round = started(app, &supervisor, &plan("announced", &[("K01", 2)])).await;
    let (phone, ..) = visitor(app, &supervisor, &round).await;
    report(&phone.client, &round, &story::report("371602")).await;
    let path = format!("rounds/{round}/lost-points");
    witness.ask("GET", &path).await.expect(200);
}

/// What the office publishes, and tells of a ticket that is days late.
async fn papers(app: &TestApp, witness: &Witness, late: &str) {
    let supervisor = app.login("supervisor").await;
    let bulletin = published(&supervisor).await;
    for path in ["", "/page"] {
        let path = format!("bulletins/{bulletin}{path}");
        witness.ask("GET", &path).await.expect(200);
    }
    witness.ask("GET", "bulletins").await.expect(200);
    raised(app, late).await;
    witness.ask("GET", "supervision/digests").await.expect(200);
}

/// An endpoint from its making to its end.
async fn webhook(app: &TestApp, witness: &Witness) {
    let receiver = Receiver::start().await;
    let body = json!({ "url": receiver.url(), "events": ["ticket.void"] });
    let made = witness
        .send("POST", "webhooks", |it| it.json(&body))
        .await
        .expect(201);
    let path = format!("webhooks/{}", made.str("/id"));
    for path in ["webhooks", path.as_str()] {
        witness.ask("GET", path).await.expect(200);
    }
    let described = json!({ "description": "OA" });
    witness
        .send("PATCH", &path, |it| it.json(&described))
        .await
        .expect(200);
    for (act, body) in [
        ("rotate", json!({})),
        ("ping", json!({})),
        ("replay", json!({ "failed_since": "2026-11-01T00:00:00Z" })),
    ] {
        let path = format!("{path}/{act}");
        let answer = witness.send("POST", &path, |it| it.json(&body)).await;
        assert!(answer.status < 300, "{act}: {}", answer.json);
    }
    deliver(&app.svc).await.expect("the database answers");
    let deliveries = format!("{path}/deliveries");
    witness.ask("GET", &deliveries).await.expect(200);
    witness.ask("DELETE", &path).await.expect(204);
}

/// By all ways that there are.
async fn send_photos(app: &TestApp, witness: &Witness) {
    let photo = Photo::new();
    let path = format!("attachments/{}", photo.aid);
    witness
        .send("PUT", &path, |request| {
            request.body("image/jpeg", photo.bytes.clone())
        })
        .await;
    let (media_type, body) = super::form("file", &photo);
    witness
        .send("POST", &path, |request| request.body(media_type, body))
        .await;
    for ending in ["PATCH", "DELETE"] {
        let photo = Photo::new();
        let length = photo.bytes.len().to_string();
        let begun = witness
            .send("POST", "files", |request| {
                let request = request.header("tus-resumable", "1.0.0");
                request.header("upload-length", length)
            })
            .await
            .expect(201);
        let link = begun.header("location").expect("a link");
        let link = link.strip_prefix(app.base_url()).expect("of this server");
        for method in ["HEAD", ending] {
            let answer = witness.send(method, link, |request| {
                let request = request.header("tus-resumable", "1.0.0");
                if method != "PATCH" {
                    return request;
                }
                let request = request.header("upload-offset", "0");
                request.body("application/offset+octet-stream", photo.bytes.clone())
            });
            assert!(answer.await.status < 300, "{method}");
        }
    }
}

async fn sync(witness: &Witness, phone: &Phone, ticket: &str) {
    let changes = witness.ask("GET", "sync/changes?limit=2000").await;
    let cursor = changes.str("/cursor").to_owned();
    let acknowledge = command("acknowledge", ticket, "1", json!({}));
    let unknown = command("acknowledge", &Uuid::new_v4().to_string(), "1", json!({}));
    let mids = json!([acknowledge.get("mid"), unknown.get("mid")]);
    let batch = json!({
        "batch_id": Uuid::new_v4(), "base_cursor": cursor, "mutations": [acknowledge, unknown],
    });
    witness
        .send("POST", "sync/batches", |request| request.json(&batch))
        .await
        .expect(200);
    let have = json!({ "mids": mids, "attachments": [] });
    witness
        .send("POST", "sync/have", |request| request.json(&have))
        .await
        .expect(200);
    let path = format!("sync/changes?limit=2000&cursor={cursor}");
    witness.ask("GET", &path).await.expect(200);
    assert_eq!(phone.client.token(), witness.client.token());
}

/// Logging in, refreshing and logging out.
async fn account(app: &TestApp, witness: &Witness) {
    let login = json!({
        "username": OFFICER, "password": crate::harness::DEMO_PASSWORD,
        "device": { "id": Uuid::new_v4(), "name": "browser" },
    });
    let answer = witness
        .send("POST", "auth/login", |request| request.json(&login))
        .await;
    let refresh = json!({ "refresh_token": answer.str("/refresh_token"), "nonce": "0123456789" });
    let answer = witness
        .send("POST", "auth/refresh", |request| request.json(&refresh))
        .await;
    let other = app.client().with_token(answer.str("/access_token"));
    witness.send_as(&other, "POST", "auth/logout").await;
}
