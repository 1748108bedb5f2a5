//! Work that was done under an assignment that has ended since.

use serde_json::{Value, json};

use super::{city, command, ticket, verdict_of};
use crate::harness::TestApp;
use crate::harness::phone::Phone;
use crate::harness::story;

/// The officer's phone knows the ticket; then it goes to another unit.
async fn reassigned() -> (TestApp, Phone, String) {
    let (app, inspector, mut officer) = city().await;
    let id = ticket(&inspector).await;
    officer.pull().await;
    let clerk = app.login("clerk").await;
    let not_ours = json!({ "reason": "other", "text": "他处办理" });
    story::command(&officer.client, &id, "return", not_ours)
        .await
        .expect(200);
    story::command(
        &clerk,
        &id,
        "redispatch",
        json!({ "unit": "371602-landscape" }),
    )
    .await
    .expect(200);
    (app, officer, id)
}

fn comment(id: &str) -> Value {
    command("comment", id, "1", json!({ "text": "已安排清理" }))
}

#[tokio::test]
async fn a_comment_is_added_and_marked() {
    let (app, officer, id) = reassigned().await;
    let told = officer.push_one(&comment(&id)).await;
    assert_eq!(
        (&told["verdict"], &told["flags"]),
        (&json!("applied"), &json!(["late_authority"])),
        "{told}"
    );
    assert!(
        told.get("doc").is_none() && told.get("state").is_none(),
        "{told}"
    );
    let query = format!(
        "SELECT data->'late_authority' AS late FROM ticket_events WHERE ticket_id = '{id}' AND command = 'comment'"
    );
    assert_eq!(app.rows(&query).await, [json!({ "late": true })]);
    app.finish().await;
}

#[tokio::test]
async fn anything_else_is_kept_for_the_office() {
    let (app, officer, id) = reassigned().await;
    let it = command("acknowledge", &id, "1", json!({}));
    let told = officer.push_one(&it).await;
    assert_eq!(
        (&told["verdict"], &told["code"]),
        (&json!("quarantined"), &json!("late_authority")),
        "{told}"
    );
    assert_eq!(verdict_of(&app, &it).await.as_deref(), Some("quarantined"));
    app.finish().await;
}

#[tokio::test]
async fn who_knew_that_it_was_gone_or_never_had_it_finds_nothing() {
    let (app, mut officer, id) = reassigned().await;
    let knew = officer.cursor.clone();
    officer.cursor = None;
    let without_cursor = officer.push_one(&comment(&id)).await;
    officer.cursor.clone_from(&knew);
    officer.pull().await;
    let told_of_it = officer.push_one(&comment(&id)).await;
    let mut stranger = Phone::of(&app, "officer-371603").await;
    stranger.cursor = knew;
    let stolen_cursor = stranger.push_one(&comment(&id)).await;
    for told in [without_cursor, told_of_it, stolen_cursor] {
        assert_eq!(
            (&told["verdict"], &told["code"]),
            (&json!("quarantined"), &json!("not_found")),
            "{told}"
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn after_thirty_days_it_is_too_late() {
    let (app, mut officer, id) = reassigned().await;
    app.clock.advance(jiff::SignedDuration::from_hours(24 * 40));
    officer
        .log_in_again(&app, "officer-371602-sanitation")
        .await;
    let told = officer.push_one(&comment(&id)).await;
    assert_eq!(
        (&told["verdict"], &told["code"]),
        (&json!("quarantined"), &json!("not_found")),
        "{told}"
    );
    app.finish().await;
}
