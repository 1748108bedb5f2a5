//! On which tickets a photo is, as its readers come to know of tickets and cease to.

use diesel_async::SimpleAsyncConnection as _;
use serde_json::{Value, json};

use crate::harness::phone::Phone;
use crate::harness::story::{self, Photo};
use crate::harness::{Client, TestApp};

/// A recheck of which the photo's bytes are here.
async fn recheck(inspector: &Client, ticket: &str, result: &str) -> Photo {
    let photo = Photo::new();
    photo.put(inspector).await.expect(201);
    let body =
        json!({ "result": result, "opinion": "现场查看", "attachments": [photo.declared()] });
    story::command(inspector, ticket, "recheck", body)
        .await
        .expect(200);
    photo
}

/// `on` of the photo with this id.
fn on(phone: &Phone, photo: &Photo) -> Value {
    let aid = json!(photo.aid);
    let key = phone
        .ids("attachments")
        .into_iter()
        .find(|key| phone.doc("attachments", key).get("aid") == Some(&aid))
        .expect("the phone holds the photo");
    let on = phone.doc("attachments", key).get("on");
    on.cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_rechecker_keeps_his_photo_and_hears_whether_he_still_knows_its_ticket() {
    let app = TestApp::demo().await;
    let (finder, officer) = (
        app.login("inspector1").await,
        app.login("officer-371602-sanitation").await,
    );
    let (second, third) = (app.login("inspector2").await, app.login("inspector3").await);
    let mut phone = Phone::of(&app, "inspector2").await;
    let sent = story::report("371602").send(&finder).await;
    story::rectify(&officer, &sent.ticket).await;
    let photo = recheck(&second, &sent.ticket, "unable").await;
    app.run_jobs().await;
    phone.pull().await;
    let shown = json!([{ "ticket": sent.ticket, "role": "recheck" }]);
    assert_eq!(on(&phone, &photo), shown);

    recheck(&third, &sent.ticket, "fail").await;
    app.run_jobs().await;
    phone.pull().await;
    assert_eq!(on(&phone, &photo), Value::Null);

    story::submit(&officer, &sent.ticket).await;
    phone.pull().await;
    assert_eq!(on(&phone, &photo), shown);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn photos_of_a_merged_sighting_are_on_its_master() {
    let app = TestApp::demo().await;
    let (first, second) = (app.login("inspector1").await, app.login("inspector2").await);
    let clerk = app.login("clerk").await;
    let master = story::report("371602").send(&first).await;
    let sighting = story::report("371602").without_fix().send(&second).await;
    let photo = sighting.draft.photos[0].clone();
    app.run_jobs().await;
    let (mut finder, mut office) = (
        Phone::of(&app, "inspector2").await,
        Phone::of(&app, "clerk").await,
    );
    for phone in [&mut finder, &mut office] {
        phone.pull().await;
        let own = json!([{ "ticket": sighting.ticket, "role": "before" }]);
        assert_eq!(on(phone, &photo), own);
    }
    let into = json!({ "master": master.ticket, "reason": "同一处" });
    story::command(&clerk, &sighting.ticket, "merge", into)
        .await
        .expect(200);
    for phone in [&mut finder, &mut office] {
        phone.pull().await;
    }
    let on_master = json!([{ "ticket": master.ticket, "role": "before" }]);
    assert_eq!(on(&office, &photo), on_master);
    assert_eq!(
        on(&finder, &photo),
        Value::Null,
        "he does not know the master"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_photo_that_arrives_while_its_ticket_leaves_does_not_stay_behind() {
    let app = TestApp::demo().await;
    let (finder, second) = (app.login("inspector1").await, app.login("inspector2").await);
    let officer = app.login("officer-371602-sanitation").await;
    let sent = story::report("371602").send(&finder).await;
    story::rectify(&officer, &sent.ticket).await;
    let (photo, ticket) = (Photo::new(), sent.ticket);
    let unable =
        json!({ "result": "unable", "opinion": "锁门", "attachments": [photo.declared()] });
    story::command(&second, &ticket, "recheck", unable)
        .await
        .expect(200);
    app.run_jobs().await;

    let mut closing = app.sql().await;
    let lock = format!("BEGIN; SELECT FROM tickets WHERE id = '{ticket}' FOR UPDATE");
    closing
        .batch_execute(&lock)
        .await
        .expect("nobody else has it");
    let waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let put = {
        let (photo, second) = (photo.clone(), second.clone());
        tokio::spawn(async move { photo.put(&second).await })
    };
    while !put.is_finished() && app.rows(waiting).await.is_empty() {}
    let close = format!(
        "UPDATE tickets SET state = 'closed', closed_at = now() WHERE id = '{ticket}'; \
         UPDATE sync_feed SET state = 'left', reason = 'done', tx = base + pg_current_xact_id()::text::bigint FROM feed_base \
          WHERE entity_id = '{ticket}' AND scope IN (SELECT 'user:' || id FROM accounts WHERE username <> 'inspector1'); COMMIT"
    );
    closing
        .batch_execute(&close)
        .await
        .expect("the ticket closes");
    put.await.expect("the photo is sent").expect(201);
    let left_behind = format!(
        "SELECT f.scope FROM sync_feed f JOIN attachments a ON a.photo_key = f.entity_id \
           JOIN accounts i ON f.scope = 'user:' || i.id \
          WHERE a.id = '{}' AND f.state = 'present' AND i.username NOT IN ('inspector1', 'inspector2')",
        photo.aid
    );
    let left_behind = app.rows(&left_behind).await;
    assert!(left_behind.is_empty(), "{left_behind:?}");
    app.run_jobs().await;
    app.finish().await;
}
