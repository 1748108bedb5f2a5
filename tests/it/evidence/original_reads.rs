//! The access trail: nobody reads an original without leaving a line, and those who watch over the office read the lines.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::story::{self, Photo, Sent};
use crate::harness::{Client, Response, TestApp};

/// A ticket with two photos.
async fn city() -> (TestApp, Sent) {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photos = vec![Photo::new(), Photo::new()];
    let sent = story::report("371602").photos(photos).send(&inspector);
    let sent = sent.await;
    app.run_jobs().await;
    (app, sent)
}

async fn read(client: &Client, sent: &Sent, index: usize, variant: &str) -> Response {
    let photo = sent.draft.photos.get(index).expect("there are two");
    let path = format!("attachments/{}/{variant}", photo.aid);
    client.get(&path).await
}

async fn trail(client: &Client, query: &str) -> Response {
    let path = format!("original-reads{query}");
    client.get(&path).await.expect(200)
}

/// Who and which of each line.
fn lines(trail: &Response) -> Vec<(&Value, &Value)> {
    trail
        .list("/items")
        .iter()
        .filter_map(|item| Some((item.pointer("/reader/username")?, item.get("photo")?)))
        .collect()
}

#[tokio::test]
async fn each_reading_of_an_original_leaves_a_line_and_nothing_else_does() {
    let (app, sent) = city().await;
    let (clerk, supervisor) = (app.login("clerk").await, app.login("supervisor").await);
    let auditor = app.login("auditor").await;
    read(&clerk, &sent, 0, "display").await.expect(200);
    read(&clerk, &sent, 0, "thumb").await.expect(200);
    let officer = app.login("officer-371602").await;
    read(&officer, &sent, 0, "original").await.expect(403);
    assert_eq!(lines(&trail(&auditor, "").await), []);

    let original = read(&clerk, &sent, 0, "original").await.expect(200);
    let tag = original.header("etag").expect("a tag").to_owned();
    app.clock.advance(SignedDuration::from_secs(1));
    let photo = sent.draft.photos.first().expect("there are two").aid;
    let path = format!("attachments/{photo}/original");
    let part = supervisor.get(&path).header("range", "bytes=0-9");
    part.await.expect(206);
    // No byte goes out.
    let known = clerk.get(&path).header("if-none-match", &tag);
    known.await.expect(304);
    let head = clerk.request(reqwest::Method::HEAD, &path).await;
    head.expect(200);
    let outside = clerk.get(&path).header("range", "bytes=99999999-");
    outside.await.expect(416);

    let told = trail(&auditor, "").await;
    let key = photo_key(&clerk, &sent, 0).await;
    let expected = [
        (&json!("supervisor"), &json!(key)),
        (&json!("clerk"), &json!(key)),
    ];
    assert_eq!(lines(&told), expected);
    assert_eq!(told.at("/items/1/reader/role"), "clerk");
    assert_eq!(told.at("/items/1/at"), "2026-11-20T02:00:00Z");
    assert_eq!(told.json, trail(&supervisor, "").await.json);
    app.finish().await;
}

async fn photo_key(clerk: &Client, sent: &Sent, index: usize) -> String {
    let ticket = story::ticket(clerk, &sent.ticket).await;
    ticket.str(&format!("/photos/{index}/id")).to_owned()
}

#[tokio::test]
async fn the_trail_is_read_by_photo_ticket_and_reader_and_page_by_page() {
    let (app, sent) = city().await;
    let (clerk, supervisor) = (app.login("clerk").await, app.login("supervisor").await);
    let auditor = app.login("auditor").await;
    let inspector = app.login("inspector2").await;
    let other = story::report("371603").send(&inspector).await;
    app.run_jobs().await;
    for (reader, of, index) in [
        (&clerk, &sent, 0),
        (&supervisor, &sent, 0),
        (&clerk, &sent, 1),
        (&clerk, &other, 0),
    ] {
        read(reader, of, index, "original").await.expect(200);
        app.clock.advance(SignedDuration::from_secs(1));
    }
    let count = async |query: String| trail(&auditor, &query).await.list("/items").len();
    let key = photo_key(&clerk, &sent, 0).await;
    assert_eq!(count(format!("?photo={key}")).await, 2);
    assert_eq!(count(format!("?ticket={}", sent.ticket)).await, 3);
    let all = trail(&auditor, "").await;
    let reader = all.str("/items/0/reader/id");
    assert_eq!(count(format!("?reader={reader}")).await, 3);
    assert_eq!(count(format!("?reader={reader}&photo={key}")).await, 1);

    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = trail(&auditor, &format!("?limit=1{cursor}")).await;
        found.extend_from_slice(page.list("/items"));
        match page.at("/next_cursor").as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(found, all.list("/items"));
    let wrong = auditor.get("original-reads?cursor=x").await;
    wrong.expect_problem(422, "list_cursor_invalid");
    app.finish().await;
}

#[tokio::test]
async fn no_line_can_be_changed_or_removed() {
    use diesel_async::SimpleAsyncConnection as _;
    let (app, sent) = city().await;
    let clerk = app.login("clerk").await;
    read(&clerk, &sent, 0, "original").await.expect(200);
    for statement in [
        "UPDATE original_reads SET read_at = now()",
        "DELETE FROM original_reads",
        "TRUNCATE original_reads",
    ] {
        let refused = app.sql().await.batch_execute(statement).await;
        assert!(refused.is_err(), "{statement}");
    }
    app.finish().await;
}

#[tokio::test]
async fn without_its_line_no_original_goes_out() {
    let (app, sent) = city().await;
    let clerk = app.login("clerk").await;
    app.execute("ALTER TABLE original_reads ADD CONSTRAINT original_reads_never CHECK (false)")
        .await;
    let refused = read(&clerk, &sent, 0, "original").await.expect(500);
    assert_eq!(refused.code(), Some("internal"));
    read(&clerk, &sent, 0, "display").await.expect(200);
    app.finish().await;
}
