//! Cooperating units (配合单位) read a ticket and add to it; the lead unit alone moves it.

use serde_json::json;

use super::city;
use crate::harness::story::{self, Photo, command, ticket};

#[tokio::test]
async fn a_cooperating_unit_comments_with_photos_and_commands_nothing() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let sent = story::report("371602").item("E0103").post(&inspector).await;
    command(&clerk, &sent.ticket, "file", json!({ "condition": "b" }))
        .await
        .expect(200);
    let helper = app.login("officer-371602-urban_management").await;
    let seen = ticket(&helper, &sent.ticket).await;
    assert_eq!(seen.at("/allowed"), &json!(["comment"]));
    let not_ours = json!({ "reason": "not_our_duty", "text": "不属我单位" });
    command(&helper, &sent.ticket, "acknowledge", json!({}))
        .await
        .expect_problem(403, "forbidden");
    command(&helper, &sent.ticket, "return", not_ours)
        .await
        .expect_problem(403, "forbidden");

    let photo = Photo::new();
    photo.put(&helper).await.expect(201);
    let body = json!({ "text": "已协助清场", "attachments": [photo.declared()] });
    command(&helper, &sent.ticket, "comment", body)
        .await
        .expect(200);
    let seen = ticket(&officer, &sent.ticket).await;
    let added = seen.list("/photos").last().expect("photos");
    assert_eq!(
        (&added["role"], &added["stored"]),
        (&json!("comment"), &json!(true))
    );
    // Another bureau of the district has nothing to do with it.
    let stranger = app.login("officer-371602-landscape").await;
    stranger
        .get(&format!("tickets/{}", sent.ticket))
        .await
        .expect(404);
    app.run_jobs().await;
    app.finish().await;
}
