//! 留言: words and photos, which never show who the inspector is nor, to an inspector, who handles it.

use serde_json::json;

use super::city;
use crate::harness::story::{self, Photo, command, ticket};

#[tokio::test]
async fn a_comment_with_a_photo_tells_a_unit_nothing_of_the_inspector() {
    let (app, inspector, officer) = city().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    let photo = Photo::new();
    let body = json!({ "text": "东侧仍有", "attachments": [photo.declared()] });
    command(&inspector, &id, "comment", body).await.expect(200);
    photo.put(&inspector).await.expect(201);
    app.run_jobs().await;
    let seen = ticket(&officer, &id).await;
    assert_eq!(seen.at("/photos/1/role"), "comment");
    assert_eq!(seen.at("/photos/1/rendition"), "ready");
    let key = seen.str("/photos/1/id").to_owned();
    let inspector_id = inspector.get("me").await.str("/id").to_owned();
    let trail = officer
        .get(&format!("tickets/{id}/trail"))
        .await
        .expect(200);
    for answer in [&seen, &trail] {
        for secret in [photo.aid.to_string(), inspector_id.clone()] {
            assert!(!answer.text().contains(&secret), "{}", answer.text());
        }
    }
    let rendition = officer.get(&format!("attachments/{key}/display")).await;
    rendition.expect(200);
    officer
        .get(&format!("attachments/{key}/original"))
        .await
        .expect_problem(403, "forbidden");
    app.finish().await;
}

#[tokio::test]
async fn what_a_unit_says_with_a_photo_is_not_for_inspectors() {
    let (app, inspector, officer) = city().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    let photo = Photo::new();
    let body = json!({ "text": "我局已派人", "attachments": [photo.declared()] });
    command(&officer, &id, "comment", body).await.expect(200);
    photo.put(&officer).await.expect(201);
    app.run_jobs().await;
    let key = ticket(&officer, &id).await.str("/photos/1/id").to_owned();
    assert_eq!(ticket(&inspector, &id).await.list("/photos").len(), 1);
    inspector
        .get(&format!("attachments/{key}/display"))
        .await
        .expect_problem(404, "not_found");
    let trail = inspector.get(&format!("tickets/{id}/trail")).await;
    assert!(!trail.text().contains("我局已派人"));
    app.finish().await;
}
