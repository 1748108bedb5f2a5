//! A submission waits for the bytes of its photos, a day and no longer.

use serde_json::json;

use super::city;
use crate::harness::story::{self, Photo, command, recheck, submission, ticket};
use crate::harness::{Client, TestApp, shanghai};

/// A ticket due on Friday at 16:00, submitted at 11:00 with two photos, one of which is still on the phone.
async fn pending() -> (TestApp, Client, String, Photo) {
    let (app, inspector, officer) = city().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    command(&officer, &id, "acknowledge", json!({}))
        .await
        .expect(200);
    app.clock.set("2026-11-20 11:00");
    let (here, missing) = (Photo::new(), Photo::new());
    here.put(&officer).await.expect(201);
    let body = submission(&[here, missing.clone()]);
    let submitted = command(&officer, &id, "submit", body).await.expect(200);
    assert_eq!(submitted.at("/state"), "awaiting_recheck");
    assert_eq!(submitted.at("/handling/photos_pending"), true);
    assert_eq!(submitted.at("/deadline/running"), false);
    (app, officer, id, missing)
}

#[tokio::test]
async fn nobody_rechecks_before_the_photos_are_here() {
    let (app, officer, id, missing) = pending().await;
    let other = app.login("inspector2").await;
    assert_eq!(
        ticket(&other, &id).await.at("/allowed"),
        &json!(["comment"])
    );
    let refused = command(&other, &id, "recheck", recheck("pass")).await;
    let refused = refused.expect_problem(409, "photos_pending");
    assert_eq!(refused.at("/state"), "awaiting_recheck");
    assert_eq!(refused.at("/allowed"), &json!(["comment"]));
    missing.put(&officer).await.expect(201);
    command(&other, &id, "recheck", recheck("pass"))
        .await
        .expect(200);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn photos_that_come_within_a_day_leave_the_submission_where_it_was() {
    let (app, officer, id, missing) = pending().await;
    app.clock.set("2026-11-21 11:00");
    assert_eq!(ticket(&officer, &id).await.at("/overdue"), false);
    missing.put(&officer).await.expect(201);
    let seen = ticket(&officer, &id).await;
    assert_eq!(seen.at("/handling/photos_pending"), false);
    assert_eq!(
        seen.at("/handling/submitted_at"),
        &json!(shanghai("2026-11-20 11:00").to_string())
    );
    assert_eq!(seen.at("/deadline/remaining_work_s"), 3 * 3_600);
    let other = app.login("inspector2").await;
    let closed = command(&other, &id, "recheck", recheck("pass"))
        .await
        .expect(200);
    assert_eq!(closed.at("/closed_late"), false);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn photos_that_come_later_move_the_submission_and_the_clock_ran_on() {
    let (app, officer, id, missing) = pending().await;
    app.clock.set("2026-11-21 11:00:01");
    assert_eq!(ticket(&officer, &id).await.at("/overdue"), true);
    app.clock.set("2026-11-23 09:00");
    missing.put(&officer).await.expect(201);
    let seen = ticket(&officer, &id).await;
    assert_eq!(seen.at("/handling/photos_pending"), false);
    assert_eq!(
        seen.at("/handling/submitted_at"),
        &json!(shanghai("2026-11-23 09:00").to_string())
    );
    assert_eq!(seen.at("/overdue"), true);
    assert_eq!(
        seen.at("/deadline/due_at"),
        &json!(shanghai("2026-11-20 16:00").to_string())
    );
    assert_eq!(seen.at("/deadline/remaining_work_s"), -3 * 3_600);
    let other = app.login("inspector2").await;
    let closed = command(&other, &id, "recheck", recheck("pass"))
        .await
        .expect(200);
    assert_eq!(closed.at("/closed_late"), true);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_failed_recheck_after_late_photos_leaves_no_time() {
    let (app, officer, id, missing) = pending().await;
    app.clock.set("2026-11-23 09:00");
    missing.put(&officer).await.expect(201);
    app.clock.set("2026-11-24 09:00");
    let clerk = app.login("clerk").await;
    command(&clerk, &id, "recheck", recheck("fail"))
        .await
        .expect(200);
    let seen = ticket(&officer, &id).await;
    assert_eq!(seen.at("/state"), "rectifying");
    assert_eq!(seen.at("/deadline/remaining_work_s"), -3 * 3_600);
    assert_eq!(seen.at("/overdue"), true);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn other_bytes_than_declared_are_none() {
    let (app, officer, id, missing) = pending().await;
    let other = Photo {
        aid: missing.aid,
        ..Photo::new()
    };
    other
        .put(&officer)
        .await
        .expect_problem(422, "digest_mismatch");
    assert_eq!(
        ticket(&officer, &id).await.at("/handling/photos_pending"),
        true
    );
    missing.put(&officer).await.expect(201);
    missing.put(&officer).await.expect(200);
    let arrivals = app
        .rows("SELECT 1 AS one FROM ticket_events WHERE command = 'photos_arrived'")
        .await;
    assert_eq!(arrivals.len(), 1);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn photos_may_come_before_the_submission_that_declares_them() {
    let (app, inspector, officer) = city().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    let submitted = story::rectify(&officer, &id).await;
    assert_eq!(submitted.at("/handling/photos_pending"), false);
    assert_eq!(submitted.at("/photos/1/role"), "after");
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn where_the_unit_may_close_the_last_byte_closes() {
    let (app, inspector, _) = city().await;
    let health = app.login("officer-371602-health").await;
    let draft = story::report("371602").item("W0902").photos(vec![]);
    let id = draft.post(&inspector).await.ticket;
    command(&health, &id, "acknowledge", json!({}))
        .await
        .expect(200);
    let photo = Photo::new();
    let body = submission(std::slice::from_ref(&photo));
    let waiting = command(&health, &id, "submit", body).await.expect(200);
    assert_eq!(waiting.at("/state"), "awaiting_recheck");
    app.clock.set("2026-11-20 12:00");
    photo.put(&health).await.expect(201);
    let closed = ticket(&health, &id).await;
    assert_eq!(closed.at("/state"), "closed");
    assert_eq!(
        closed.at("/closed_at"),
        &json!(shanghai("2026-11-20 12:00").to_string())
    );
    assert_eq!(
        closed.at("/handling/submitted_at"),
        &json!(shanghai("2026-11-20 10:00").to_string())
    );
    let trail = health.get(&format!("tickets/{id}/trail")).await.expect(200);
    assert_eq!(trail.at("/items/3/command"), "photos_arrived");
    assert_eq!(trail.at("/items/3/to"), "closed");
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn the_worker_settles_what_a_killed_server_left() {
    let (app, officer, id, missing) = pending().await;
    missing.put(&officer).await.expect(201);
    // As if the server had died between keeping the photo and settling the submission.
    app.execute(&format!(
        "UPDATE tickets SET photos_due_at = submitted_at + interval '24 hours' WHERE id = '{id}'"
    ))
    .await;
    assert_eq!(
        ticket(&officer, &id).await.at("/handling/photos_pending"),
        true
    );
    app.run_jobs().await;
    assert_eq!(
        ticket(&officer, &id).await.at("/handling/photos_pending"),
        false
    );
    app.finish().await;
}

#[tokio::test]
async fn a_real_photo_goes_through_upright_and_the_unit_never_gets_the_original() {
    let (app, inspector, officer) = city().await;
    let photos = vec![Photo::of_file("oneplus-gps.jpg")];
    let sent = story::report("371602")
        .photos(photos)
        .send(&inspector)
        .await;
    app.run_jobs().await;
    let key = ticket(&officer, &sent.ticket)
        .await
        .str("/photos/0/id")
        .to_owned();
    let shown = officer
        .get(&format!("attachments/{key}/display"))
        .await
        .expect(200);
    assert!(shown.body.starts_with(&[0xff, 0xd8]));
    assert!(!shown.body.windows(4).any(|window| window == b"Exif"));
    let original = officer.get(&format!("attachments/{key}/original")).await;
    original.expect_problem(403, "forbidden");
    let aid = sent.draft.photos.first().expect("a photo").aid;
    officer
        .get(&format!("attachments/{aid}/thumb"))
        .await
        .expect_problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_submission_whose_photos_never_come_can_be_made_again() {
    let (app, officer, id, lost) = pending().await;
    let again = Photo::new();
    app.clock.set("2026-11-20 15:00");
    again.put(&officer).await.expect(201);
    let submitted = command(&officer, &id, "submit", submission(&[again]))
        .await
        .expect(200);
    assert_eq!(submitted.at("/state"), "awaiting_recheck");
    assert_eq!(submitted.at("/handling/photos_pending"), false);
    assert_eq!(
        submitted.at("/handling/submitted_at"),
        &json!(shanghai("2026-11-20 15:00").to_string())
    );
    assert_eq!(submitted.at("/deadline/remaining_work_s"), 3_600);
    command(&officer, &id, "submit", submission(&[lost]))
        .await
        .expect_problem(409, "wrong_state");
    app.run_jobs().await;
    app.finish().await;
}
