//! Non-interference (无痕): two worlds that differ only in what is sealed answer a unit's officer the same, byte for byte, whatever it
//! asks of the API, and send its phone the same. Left out, and nothing else:
//!
//! - ids and tokens that the server makes by chance: compared by the order in which they first occur;
//! - `login`, `refresh`, `logout` and the uploads, which answer nothing but such tokens.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;
use xuncha::http::openapi::document_json;

use super::seal::{SANITATION, report};
use super::{plan, started, visitor};
use crate::authz::table::{ROWS, Row};
use crate::bulletin::published;
use crate::harness::phone::Phone;
use crate::harness::story::{self, Draft, Photo, command, recheck};
use crate::harness::{Client, TestApp};
use crate::openapi::operations;
use crate::supervision::ladder::raised;
use crate::sync::push::mutation;

/// Headers that could tell.
const HEADERS: [&str; 6] = [
    "etag",
    "content-type",
    "content-length",
    "cache-control",
    "last-modified",
    "location",
];
const PHOTO: &str = "oneplus-gps.jpg";
/// Of a webhook's secret: `whsec_` and 32 bytes in base64.
const SECRET_CHARS: usize = 50;

/// A city at the same minute, with the same public work done in it.
struct World {
    app: TestApp,
    /// Ids by the area of the API that they belong to: of what the officer may see,
    shown: BTreeMap<&'static str, String>,
    /// and of what is sealed, or not there at all.
    hidden: String,
}

async fn world(secrets: bool) -> World {
    let app = TestApp::demo().await;
    let supervisor = app.login("supervisor").await;
    let round = started(&app, &supervisor, &plan("covert", &[("K01", 2)])).await;
    let (inspector, officer) = (app.login("inspector1").await, app.login(SANITATION).await);
    let fault = draft().photos(vec![Photo::of_file(PHOTO)]);
    let first = fault.send(&inspector).await;
    app.run_jobs().await;
    let mut hidden = Uuid::new_v4().to_string();
    if secrets {
        app.clock.set("2026-11-20 10:07");
        hidden = keep_secrets(&app, &supervisor, &round, 3).await;
    }
    app.clock.set("2026-11-20 10:30");
    command(&officer, &first.ticket, "acknowledge", json!({}))
        .await
        .expect(200);
    let other = app.login("inspector2").await;
    let second = draft().at(37.44, 117.98).text("第二处");
    let second = second.post(&other).await;
    if secrets {
        app.clock.set("2026-11-20 10:41");
        keep_secrets(&app, &supervisor, &round, 2).await;
    }
    app.clock.set("2026-11-20 11:00");
    let after = Photo::of_file("oneplus-progressive.jpg");
    after.put(&officer).await.expect(201);
    command(
        &officer,
        &first.ticket,
        "submit",
        story::submission(&[after]),
    )
    .await
    .expect(200);
    let rechecker = app.login("inspector3").await;
    command(&rechecker, &first.ticket, "recheck", recheck("fail"))
        .await
        .expect(200);
    app.run_jobs().await;
    fill_lists(&app, &supervisor, &officer, &first.ticket).await;
    app.clock.set("2026-11-20 11:15"); // Slips of one instant are in any order.
    raised(&app, &second.ticket).await;
    let bulletin = published(&supervisor).await;
    app.clock.set("2026-11-20 11:30");
    let seen = story::ticket(&officer, &first.ticket).await;
    let mut shown = BTreeMap::from([
        ("tickets", first.ticket),
        ("attachments", seen.str("/photos/0/id").to_owned()),
        ("bulletins", bulletin),
    ]);
    for area in ["units", "points"] {
        let page = officer.get(area).await.expect(200);
        shown.insert(area, page.str("/items/0/id").to_owned());
    }
    World { app, shown, hidden }
}

/// Something in every list that the officer can ask for, so that none answers the same because it is empty.
async fn fill_lists(app: &TestApp, supervisor: &Client, officer: &Client, ticket: &str) {
    command(
        officer,
        ticket,
        "request_extension",
        json!({ "reason": "雨天" }),
    )
    .await
    .expect(200);
    command(
        supervisor,
        ticket,
        "supervise",
        json!({ "reason": "群众反映强烈" }),
    )
    .await
    .expect(200);
    let ripple = json!({ "ticket": ticket, "text": "对照排查", "due_at": "2026-11-27T02:00:00Z" });
    supervisor.post("ripples").json(&ripple).await.expect(201);
    let faked = json!({ "reason": "整改后照片为翻拍" });
    supervisor
        .post(&format!("tickets/{ticket}/integrity-flag"))
        .json(&faked)
        .await
        .expect(201);
    let hook = json!({ "url": "https://example.com/hook", "events": ["ticket.void"] });
    officer.post("webhooks").json(&hook).await.expect(201);
    let unknown = mutation("ticket.dance", json!({ "id": ticket }));
    let phone = Phone::of(app, SANITATION).await;
    let told = phone.push_one(&unknown).await;
    assert_eq!(told.get("verdict"), Some(&json!("quarantined")));
}

/// A fault at one place: what is sealed is found right beside what everyone may know.
fn draft() -> Draft {
    story::report("371602").at(37.428_638_6, 117.976_719_3)
}

/// Findings with photos, words about them, and a visit with nothing wrong. Answers a sealed ticket.
async fn keep_secrets(app: &TestApp, supervisor: &Client, round: &str, count: usize) -> String {
    let (phone, ..) = visitor(app, supervisor, round).await;
    let mut sealed = String::new();
    for index in 0..count {
        let draft = draft().text(&format!("暗访第{index}处"));
        let answer = report(&phone.client, round, &draft).await;
        answer.str("/findings/0/ticket/id").clone_into(&mut sealed);
        for photo in &draft.photos {
            photo.put(&phone.client).await.expect(201);
        }
        command(
            &phone.client,
            &sealed,
            "comment",
            json!({ "text": "注意保密" }),
        )
        .await
        .expect(200);
    }
    let clean = json!({ "id": Uuid::new_v4(), "data": { "round": round, "clean": true } });
    phone.client.post("reports").json(&clean).await.expect(201);
    app.run_jobs().await;
    sealed
}

/// Replaces ids by the order in which they first occur.
#[derive(Default)]
struct Names(BTreeMap<String, usize>);

impl Names {
    fn plain(&mut self, text: &str) -> String {
        let mut plain = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let ids = [36, 32, SECRET_CHARS].map(|length| rest.get(..length));
            let mut ids = ids.into_iter().flatten();
            let by_chance = |word: &&str| {
                let is_secret = word.len() == SECRET_CHARS && word.starts_with("whsec_");
                is_secret || Uuid::try_parse(word).is_ok()
            };
            if let Some(id) = ids.find(by_chance) {
                let next = self.0.len();
                let number = self.0.entry(id.to_owned()).or_insert(next);
                plain.push_str(&format!("#{number}"));
                rest = rest.get(id.len()..).unwrap_or_default();
            } else {
                plain.push(c);
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
            }
        }
        plain
    }
}

/// What an officer is answered, of everything that it can ask with ids that it knows and with one that it must not.
async fn everything(world: &World) -> Vec<(String, String)> {
    let officer = world.app.login(SANITATION).await;
    let document = document_json(None).expect("the document is JSON");
    let document: Value = serde_json::from_str(&document).expect("the document is JSON");
    let mut names = Names::default();
    let mut answers = Vec::new();
    for (method, path, id, _) in operations(&document) {
        let row = ROWS.iter().find(|row| row.operation == id).expect("a row");
        if row.ends_session || row.is_login || path.contains("/files") {
            continue;
        }
        let area = path
            .trim_start_matches("/api/v1/")
            .split('/')
            .next()
            .unwrap_or_default();
        let shown = world.shown.get(area).unwrap_or(&world.hidden);
        let asked: &[&String] = if path.contains('{') {
            &[shown, &world.hidden]
        } else {
            &[shown]
        };
        for (which, about) in asked.iter().enumerate() {
            let answer = ask(&officer, &method, &path, row, about, &mut names).await;
            answers.push((format!("{id} {which}"), answer));
        }
    }
    answers
}

async fn ask(
    officer: &Client,
    method: &str,
    path: &str,
    row: &Row,
    about: &str,
    names: &mut Names,
) -> String {
    let mut path = path.to_owned();
    for (parameter, value) in row.parameters {
        path = path.replace(&format!("{{{parameter}}}"), value);
    }
    while let (Some(from), Some(until)) = (path.find('{'), path.find('}')) {
        path.replace_range(from..=until, about);
    }
    if !row.query.is_empty() {
        path = format!("{path}?{}", row.query);
    }
    let mut request = officer.request(method.parse().expect("a method"), &path);
    for (name, value) in row.headers {
        request = request.header(name, value);
    }
    if !["GET", "HEAD", "DELETE"].contains(&method) {
        request = request.body(row.media_type, row.body.unwrap_or("{}"));
    }
    let answer = request.await;
    let headers =
        HEADERS.map(|name| format!("{name}: {}", answer.header(name).unwrap_or_default()));
    let body = match std::str::from_utf8(&answer.body) {
        Ok(text) => text.to_owned(),
        Err(_no_text) => hex::encode(&answer.body),
    };
    names.plain(&format!("{} {} {body}", answer.status, headers.join(" ")))
}

#[tokio::test]
async fn worlds_that_differ_only_in_what_is_sealed_answer_an_officer_the_same() {
    let (mut quiet, mut secret) = (world(false).await, world(true).await);
    let sealed = secret
        .app
        .rows("SELECT id FROM tickets WHERE 'sealed' = ANY (triage_reasons)")
        .await;
    assert_eq!(sealed.len(), 5, "there is something to hide");
    let (here, there) = (everything(&quiet).await, everything(&secret).await);
    assert!(here.len() > 60, "only {} questions", here.len());
    for ((question, one), (_, other)) in here.iter().zip(&there) {
        assert_eq!(one, other, "{question}");
        let tries_nothing = one.contains("\"items\":[]");
        assert!(!tries_nothing, "{question} tries nothing");
    }

    let mut held = Vec::new();
    for world in [&quiet, &secret] {
        let mut phone = Phone::of(&world.app, SANITATION).await;
        phone.pull().await;
        let mut names = Names::default();
        let rows = phone
            .rows
            .iter()
            .filter(|((collection, _), _)| collection == "tickets");
        let mut rows: Vec<String> = rows
            .map(|(_, row)| format!("{} {}", row.rev, json!(row.doc)))
            .collect();
        rows.sort_by_key(|row| row.split("number").nth(1).map(str::to_owned));
        held.push((phone.rows.len(), names.plain(&rows.join("\n"))));
    }
    assert_eq!(held.first(), held.last());
    assert!(
        held.iter()
            .all(|(rows, text)| *rows > 2 && text.contains("rectifying"))
    );
    for world in [&mut quiet, &mut secret] {
        world.app.let_jobs_stay(); // The release is still to come.
    }
}
