//! Who sees which form of a photo, under which of its names.

use serde_json::json;

use crate::harness::story::{self, Photo, Sent};
use crate::harness::{Client, TestApp};

/// A dispatched ticket of 滨城区环卫 with a rendered photo.
async fn city() -> (TestApp, Client, Sent) {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let sent = story::report("371602").send(&inspector).await;
    app.run_jobs().await;
    (app, inspector, sent)
}

async fn status(client: &Client, photo: &str, variant: &str) -> u16 {
    let path = format!("attachments/{photo}/{variant}");
    client.get(&path).await.status
}

async fn photo_id(client: &Client, sent: &Sent, index: usize) -> String {
    let ticket = story::ticket(client, &sent.ticket).await;
    ticket.str(&format!("/photos/{index}/id")).to_owned()
}

#[tokio::test]
async fn units_see_the_photos_of_their_tickets_by_a_name_that_tells_nothing() {
    let (app, _, sent) = city().await;
    let aid = sent.draft.photos[0].aid.to_string();
    let officer = app.login("officer-371602-sanitation").await;
    let photo = photo_id(&officer, &sent, 0).await;
    assert_ne!(photo, aid);
    for lead in ["officer-371602-sanitation", "officer-371602"] {
        let client = app.login(lead).await;
        let ticket = story::ticket(&client, &sent.ticket).await;
        assert!(
            !ticket.text().contains(&aid),
            "{lead} is told the phone's id"
        );
        for variant in ["display", "thumb"] {
            assert_eq!(status(&client, &photo, variant).await, 200, "{lead}");
            assert_eq!(status(&client, &aid, variant).await, 404, "{lead}");
        }
        assert_eq!(status(&client, &photo, "original").await, 403, "{lead}");
        assert_eq!(status(&client, &aid, "original").await, 403, "{lead}");
        assert_eq!(status(&client, &photo, "huge").await, 404, "{lead}");
    }
    for other in ["officer-371602-fire", "officer-371603", "inspector2"] {
        let client = app.login(other).await;
        for name in [&photo, &aid] {
            assert_eq!(status(&client, name, "display").await, 404, "{other}");
            assert_eq!(status(&client, name, "original").await, 403, "{other}");
        }
    }
    for nobody in ["auditor", "admin"] {
        let client = app.login(nobody).await;
        assert_eq!(status(&client, &photo, "display").await, 403, "{nobody}");
        assert_eq!(status(&client, &photo, "original").await, 403, "{nobody}");
    }
    assert_eq!(status(&app.client(), &photo, "display").await, 401);
    app.finish().await;
}

#[tokio::test]
async fn the_office_reads_the_original_and_its_sender_only_renditions() {
    let (app, inspector, sent) = city().await;
    let photo = &sent.draft.photos[0];
    let aid = photo.aid.to_string();
    for office in ["clerk", "supervisor"] {
        let client = app.login(office).await;
        for name in [aid.clone(), photo_id(&client, &sent, 0).await] {
            let path = format!("attachments/{name}/original");
            let original = client.get(&path).await.expect(200);
            assert_eq!(original.body, photo.bytes, "{office}");
            assert_eq!(status(&client, &name, "display").await, 200);
        }
    }
    assert_eq!(status(&inspector, &aid, "display").await, 200);
    assert_eq!(status(&inspector, &aid, "thumb").await, 200);
    assert_eq!(status(&inspector, &aid, "original").await, 403);
    app.finish().await;
}

#[tokio::test]
async fn whoever_may_recheck_sees_before_and_after() {
    let (app, _, sent) = city().await;
    let officer = app.login("officer-371602-sanitation").await;
    let rechecker = app.login("inspector2").await;
    let before = photo_id(&officer, &sent, 0).await;
    assert_eq!(status(&rechecker, &before, "display").await, 404);
    story::rectify(&officer, &sent.ticket).await;
    app.run_jobs().await;
    let ticket = story::ticket(&rechecker, &sent.ticket).await;
    assert_eq!(ticket.list("/photos").len(), 2);
    for index in 0..2 {
        let photo = photo_id(&rechecker, &sent, index).await;
        assert_eq!(status(&rechecker, &photo, "display").await, 200);
        assert_eq!(status(&rechecker, &photo, "original").await, 403);
    }
    let aid = sent.draft.photos[0].aid.to_string();
    assert_eq!(status(&rechecker, &aid, "display").await, 404);
    app.finish().await;
}

#[tokio::test]
async fn a_unit_that_has_given_a_ticket_back_sees_its_photos_no_more() {
    let (app, _, sent) = city().await;
    let (officer, clerk) = (
        app.login("officer-371602-sanitation").await,
        app.login("clerk").await,
    );
    let photo = photo_id(&officer, &sent, 0).await;
    let reason = json!({ "reason": "not_our_duty", "text": "不属于我方" });
    story::command(&officer, &sent.ticket, "return", reason)
        .await
        .expect(200);
    let unit = json!({ "unit": "371602-urban_management", "opinion": "请处理" });
    story::command(&clerk, &sent.ticket, "redispatch", unit)
        .await
        .expect(200);
    assert_eq!(status(&officer, &photo, "display").await, 404);
    let other = app.login("officer-371602-urban_management").await;
    assert_eq!(status(&other, &photo, "display").await, 200);
    app.finish().await;
}

#[tokio::test]
async fn a_reader_who_has_a_photo_is_not_sent_it_again() {
    let (app, inspector, sent) = city().await;
    let path = |variant: &str| format!("attachments/{}/{variant}", sent.draft.photos[0].aid);
    let display = inspector.get(&path("display")).await.expect(200);
    let etag = display.header("etag").expect("an entity tag").to_owned();
    assert_eq!(
        display.header("cache-control"),
        Some("private, max-age=31536000, immutable")
    );
    assert!(
        !etag.contains(&sent.draft.photos[0].aid.to_string()),
        "the tag tells the phone's id"
    );
    for seen in [
        etag.clone(),
        format!("\"x\", {etag}"),
        format!("W/{etag}"),
        "*".to_owned(),
    ] {
        let again = inspector
            .get(&path("display"))
            .header("if-none-match", &seen);
        let again = again.await.expect(304);
        assert!(again.body.is_empty(), "{seen}");
        assert_eq!(again.header("etag"), Some(etag.as_str()));
    }
    let thumb = inspector.get(&path("thumb")).header("if-none-match", &etag);
    let thumb = thumb.await.expect(200);
    assert_ne!(thumb.header("etag"), Some(etag.as_str()));
    app.finish().await;
}

#[tokio::test]
async fn photos_before_their_bytes_or_their_renditions_are_not_ready() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let sent = story::report("371602").post(&inspector).await;
    let photo = &sent.draft.photos[0];
    let path = |variant: &str| format!("attachments/{}/{variant}", photo.aid);
    for variant in ["original", "display", "thumb"] {
        let early = clerk.get(&path(variant)).await;
        early.expect_problem(409, "not_ready");
    }
    photo.put(&inspector).await.expect(201);
    clerk.get(&path("original")).await.expect(200);
    let early = clerk.get(&path("thumb")).await;
    assert_eq!(
        early.expect_problem(409, "not_ready").header("retry-after"),
        Some("2")
    );
    app.run_jobs().await;
    clerk.get(&path("thumb")).await.expect(200);
    clerk
        .get(&format!("attachments/{}/display", Photo::new().aid))
        .await
        .expect_problem(404, "not_found");
    app.finish().await;
}
