//! Bulletins: frozen with all that they say, never to change, corrected only in the next one; a page that needs nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use xuncha::domain::bulletin::{Content, page};

use crate::harness::story::{self, Photo, command, ticket};
use crate::harness::{Client, Response, TestApp};

/// A day of two districts: Bincheng closes one late with its pictures, Zhanhua one in time. Answers the first ticket.
async fn city() -> (TestApp, String) {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let second = app.login("inspector2").await;
    let officer = app.login("officer-371602-sanitation").await;
    let neighbour = app.login("officer-371603-sanitation").await;
    let before = Photo::of_file("oneplus-gps.jpg");
    let late = story::report("371602")
        .photos(vec![before])
        .send(&inspector)
        .await
        .ticket;
    let other = story::report("371603").post(&inspector).await.ticket;
    story::rectify(&neighbour, &other).await;
    app.clock.set("2026-11-20 17:00");
    story::rectify(&officer, &late).await;
    for id in [&late, &other] {
        command(&second, id, "recheck", story::recheck("pass"))
            .await
            .expect(200);
    }
    app.run_jobs().await;
    app.clock.set("2026-12-01 09:00");
    (app, late)
}

async fn draft(supervisor: &Client, cases: &[&str]) -> String {
    let body = json!({
        "title": "11 月督查情况通报", "foreword": "现将有关情况通报如下。\n<请>各单位对照整改。",
        "from": "2026-11-01", "to": "2026-11-30", "cases": cases,
    });
    let begun = supervisor.post("bulletins").json(&body).await.expect(201);
    begun.str("/id").to_owned()
}

/// A bulletin on the days before the story begins, for everybody to read. Answers its id.
pub async fn published(supervisor: &Client) -> String {
    let body = json!({
        "title": "督查情况通报", "foreword": "现将有关情况通报如下。",
        "from": "2026-11-01", "to": "2026-11-19", "cases": [],
    });
    let begun = supervisor.post("bulletins").json(&body).await.expect(201);
    let id = begun.str("/id").to_owned();
    for step in ["freeze", "publish"] {
        act(supervisor, &id, step).await.expect(200);
    }
    id
}

async fn act(supervisor: &Client, id: &str, what: &str) -> Response {
    let path = format!("bulletins/{id}/{what}");
    supervisor.post(&path).json(&json!({})).await
}

async fn frozen(supervisor: &Client, cases: &[&str]) -> String {
    let id = draft(supervisor, cases).await;
    act(supervisor, &id, "freeze").await.expect(200);
    id
}

#[tokio::test]
async fn a_bulletin_is_drafted_frozen_and_published() {
    let (app, late) = city().await;
    let supervisor = app.login("supervisor").await;
    let officer = app.login("officer-371602-sanitation").await;
    let id = draft(&supervisor, &[&late]).await;
    let path = format!("bulletins/{id}");
    let preview = supervisor.get(&format!("{path}/page")).await.expect(200);
    assert!(preview.text().contains("草稿 Draft"));
    officer.get(&path).await.expect_problem(404, "not_found");
    act(&supervisor, &id, "publish")
        .await
        .expect_problem(409, "wrong_state");

    let made = act(&supervisor, &id, "freeze").await.expect(200);
    assert_eq!(made.at("/number"), "TB-2026-001");
    assert_eq!(
        made.at("/as_of"),
        "2026-11-30T16:00:00Z",
        "the end of the period"
    );
    officer.get(&path).await.expect_problem(404, "not_found");
    act(&supervisor, &id, "publish").await.expect(200);
    let read = officer.get("bulletins/TB-2026-001").await.expect(200);
    assert_eq!(read.at("/state"), "published");
    let figures = supervisor
        .get("supervision/indicators?from=2026-11-01&to=2026-11-30")
        .await
        .expect(200);
    for (index, figure) in figures.list("/items/0/figures").iter().enumerate() {
        for member in ["indicator", "numerator", "denominator"] {
            let frozen = read.at(&format!("/data/city/{index}/{member}"));
            assert_eq!(frozen, &figure[member]);
        }
    }
    assert_eq!(read.at("/data/definitions/1/version"), 1);
    assert_eq!(read.at("/data/boards/0/rows/0/code"), "371603");
    assert_eq!(read.at("/data/cases/0/late"), true);
    assert_eq!(
        officer
            .get("bulletins")
            .await
            .expect(200)
            .list("/items")
            .len(),
        1
    );
    let inspector = app.login("inspector1").await;
    inspector
        .get("bulletins")
        .await
        .expect_problem(403, "forbidden");
    app.finish().await;
}

#[tokio::test]
async fn the_page_is_one_file_with_everything_in_it() {
    let (app, late) = city().await;
    let supervisor = app.login("supervisor").await;
    let officer = app.login("officer-371602-sanitation").await;
    frozen(&supervisor, &[&late]).await;
    let answer = supervisor
        .get("bulletins/TB-2026-001/page")
        .await
        .expect(200);
    let html = answer.text();
    assert_eq!(
        answer.header("content-security-policy"),
        Some("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    );
    for word in ["<script", "http://", "https://", "url(", "@import", "<link"] {
        assert!(!html.contains(word), "{word}");
    }
    assert_eq!(html.matches("<svg").count(), 2, "a map and a chart");
    assert_eq!(html.matches("<path").count(), 7, "seven districts");
    assert!(
        html.contains("&lt;请&gt;各单位"),
        "what people write is text"
    );
    assert!(html.contains("50.00%"), "one of two in time");
    assert!(html.contains("本次未测评"));
    // The pictures are the renditions that everybody may see.
    let seen = ticket(&officer, &late).await;
    for (index, photo) in [0, 1].into_iter().zip(["before", "after"]) {
        assert_eq!(seen.at(&format!("/photos/{index}/role")), photo);
        let key = seen.str(&format!("/photos/{index}/id"));
        let shown = officer
            .get(&format!("attachments/{key}/display"))
            .await
            .expect(200);
        let uri = format!(
            "src=\"data:image/jpeg;base64,{}\"",
            STANDARD.encode(&shown.body)
        );
        assert!(html.contains(&uri), "{photo}");
    }
    let people = app
        .rows("SELECT id::text, username, display_name FROM accounts WHERE role = 'inspector'")
        .await;
    let data = supervisor
        .get("bulletins/TB-2026-001")
        .await
        .expect(200)
        .text();
    for word in people
        .iter()
        .flat_map(|row| row.as_object().expect("a row").values())
    {
        let word = word.as_str().expect("a text");
        assert!(!html.contains(word) && !data.contains(word), "{word}");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_is_frozen_never_changes_and_would_be_found_out() {
    let (app, late) = city().await;
    let supervisor = app.login("supervisor").await;
    let id = frozen(&supervisor, &[&late]).await;
    let path = format!("bulletins/{id}");
    let before = supervisor.get(&path).await.expect(200);
    let other = json!({ "title": "另一份", "from": "2026-11-01", "to": "2026-11-30" });
    supervisor
        .put(&path)
        .json(&other)
        .await
        .expect_problem(409, "wrong_state");
    supervisor
        .delete(&path)
        .await
        .expect_problem(409, "wrong_state");
    act(&supervisor, &id, "freeze")
        .await
        .expect_problem(409, "wrong_state");
    // The database refuses it as well, whoever asks.
    for statement in [
        "UPDATE bulletins SET title = 'x'",
        "UPDATE bulletins SET data = '{}'",
        "UPDATE bulletins SET state = 'draft'",
        "UPDATE bulletins SET state = 'published', published_at = now(), published_by = created_by, page = 'x'",
        "DELETE FROM bulletins",
        "TRUNCATE bulletins",
    ] {
        use diesel_async::SimpleAsyncConnection as _;
        let refused = app.sql().await.batch_execute(statement).await;
        assert!(refused.is_err(), "{statement}");
    }
    assert_eq!(supervisor.get(&path).await.expect(200).json, before.json);

    // Data and page are what the hash says, and the page is made of nothing but the data.
    let row = app
        .rows("SELECT data, page, encode(hash, 'hex') AS hash FROM bulletins")
        .await;
    let text = |member: &str| row[0][member].as_str().expect("a text").to_owned();
    let (data, html) = (text("data"), text("page"));
    let both = [data.as_bytes(), b"\0", html.as_bytes()].concat();
    assert_eq!(hex::encode(Sha256::digest(both)), text("hash"));
    assert_eq!(before.at("/sha256"), text("hash").as_str());
    let content: Content = serde_json::from_str(&data).expect("what was frozen");
    let digest = hex::encode(Sha256::digest(&data));
    assert_eq!(page::draw(&content, Some(&digest)), html);

    app.execute(
        "ALTER TABLE bulletins DISABLE TRIGGER ALL; UPDATE bulletins SET page = replace(page, '50.00%', '99.00%'); \
         ALTER TABLE bulletins ENABLE TRIGGER ALL",
    )
    .await;
    supervisor.get(&path).await.expect_problem(500, "internal");
    supervisor
        .get(&format!("{path}/page"))
        .await
        .expect_problem(500, "internal");
    app.finish().await;
}

#[tokio::test]
async fn a_late_appeal_is_an_erratum_of_the_next_bulletin_once() {
    let (app, late) = city().await;
    let supervisor = app.login("supervisor").await;
    let officer = app.login("officer-371602-sanitation").await;
    frozen(&supervisor, &[]).await;
    let first = supervisor.get("bulletins/TB-2026-001").await.expect(200);
    assert!(first.list("/data/errata").is_empty());
    let reason = json!({ "reason": "道路封闭，无法进场" });
    command(&officer, &late, "request_appeal", reason)
        .await
        .expect(200);
    command(&supervisor, &late, "approve_appeal", json!({}))
        .await
        .expect(200);
    app.clock.set("2026-12-02 09:00");
    let supervisor = app.login("supervisor").await;
    frozen(&supervisor, &[]).await;
    let second = supervisor.get("bulletins/TB-2026-002").await.expect(200);
    let said = second.list("/data/errata");
    let of = |district: Value, indicator: &str| {
        said.iter()
            .find(|it| it["district"] == district && it["is"]["indicator"] == indicator)
            .map(|it| {
                json!([
                    it["bulletin"],
                    it["was"]["numerator"],
                    it["was"]["denominator"],
                    it["is"]["numerator"],
                    it["is"]["denominator"]
                ])
            })
    };
    assert_eq!(
        of(Value::Null, "on_time"),
        Some(json!(["TB-2026-001", 1, 2, 1, 1]))
    );
    assert_eq!(
        of(json!("371602"), "on_time"),
        Some(json!(["TB-2026-001", 0, 1, 0, 0]))
    );
    assert_eq!(
        of(json!("371603"), "on_time"),
        None,
        "nothing about who is not concerned"
    );
    // On the boards Bincheng was last and is not measured; Zhanhua, which stays where it was, is not named.
    let moved: Vec<Value> = second
        .list("/data/board_errata")
        .iter()
        .map(|it| {
            json!([
                it["bulletin"],
                it["board"]["en"],
                it["code"],
                it["was"],
                it["is"]
            ])
        })
        .collect();
    let was = json!({ "rank": 2, "numerator": 0, "denominator": 1, "periods_last": 1, "consequence": "interview" });
    let is = json!({ "rank": null, "numerator": 0, "denominator": 0, "periods_last": 0, "consequence": null });
    assert_eq!(
        moved,
        [
            json!(["TB-2026-001", "Districts", "371602", was, is]),
            json!(["TB-2026-001", "Departments", "371602-sanitation", was, is]),
        ]
    );
    let html = supervisor
        .get("bulletins/TB-2026-002/page")
        .await
        .expect(200)
        .text();
    assert!(html.contains(
        "第 TB-2026-001 号通报，全市按期结案率：原为 50.00%（1/2），更正为 <b>100.00%（1/1）</b>"
    ));
    assert!(html.contains(
        "第 TB-2026-001 号通报，县区榜，滨城区人民政府（属地责任单位）：原为 第 2 名（0/1），更正为 <b>本次未测评</b>；处理原为 约谈，更正为 <b>无</b>。"
    ));
    assert_eq!(
        supervisor
            .get("bulletins/TB-2026-001")
            .await
            .expect(200)
            .json,
        first.json
    );

    frozen(&supervisor, &[]).await;
    let third = supervisor.get("bulletins/TB-2026-003").await.expect(200);
    assert!(third.list("/data/errata").is_empty(), "said once");
    assert!(third.list("/data/board_errata").is_empty());
    app.finish().await;
}

#[tokio::test]
async fn those_frozen_at_once_have_numbers_without_a_gap() {
    let (app, _) = city().await;
    let supervisor = app.login("supervisor").await;
    let mut drafts = Vec::new();
    for _ in 0..4 {
        drafts.push(draft(&supervisor, &[]).await);
    }
    let frozen = drafts.iter().map(|id| act(&supervisor, id, "freeze"));
    let frozen = futures_util::future::join_all(frozen).await;
    let mut numbers: Vec<String> = frozen
        .into_iter()
        .map(|answer| answer.expect(200).str("/number").to_owned())
        .collect();
    numbers.sort();
    assert_eq!(
        numbers,
        ["TB-2026-001", "TB-2026-002", "TB-2026-003", "TB-2026-004"]
    );
    app.finish().await;
}

#[tokio::test]
async fn a_draft_that_cannot_be_is_refused() {
    let (app, late) = city().await;
    let supervisor = app.login("supervisor").await;
    let nobody = "00000000-0000-4000-8000-000000000001";
    for (body, pointer) in [
        (
            json!({ "title": " ", "from": "2026-11-01", "to": "2026-11-30" }),
            "/title",
        ),
        (
            json!({ "title": "t", "from": "2026-11-02", "to": "2026-11-01" }),
            "/to",
        ),
        (
            json!({ "title": "t", "from": "2026-11-01", "to": "2026-11-30", "cases": [late, nobody] }),
            "/cases/1",
        ),
    ] {
        let refused = supervisor.post("bulletins").json(&body).await;
        refused.expect_problem(422, "invalid").expect_fault(pointer);
    }
    let ahead = json!({ "title": "t", "from": "2027-01-01", "to": "2027-01-31" });
    let begun = supervisor.post("bulletins").json(&ahead).await.expect(201);
    act(&supervisor, begun.str("/id"), "freeze")
        .await
        .expect_problem(422, "invalid_query");
    supervisor
        .delete(&format!("bulletins/{}", begun.str("/id")))
        .await
        .expect(204);
    app.finish().await;
}
