//! Many hands at once, against the real database: one of them wins, the others are told, nothing is counted twice.

use futures_util::future::join_all;
use serde_json::json;

use super::city;
use crate::harness::story::{self, Photo, command, command_at, submission, ticket};
use crate::harness::{Response, TestApp};

/// The statuses, sorted: one is 200 and the rest are refusals that tell the truth.
fn one_wins(answers: &[Response]) {
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    let told = answers
        .iter()
        .filter(|answer| [409, 412].contains(&answer.status))
        .count();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!((won, told), (1, answers.len() - 1), "{statuses:?}");
}

async fn rows_of(app: &TestApp, id: &str, command: &str) -> usize {
    let query =
        format!("SELECT seq FROM ticket_events WHERE ticket_id = '{id}' AND command = '{command}'");
    app.rows(&query).await.len()
}

#[tokio::test]
async fn of_twenty_acknowledgements_one_counts() {
    let (app, inspector, officer) = city().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    let body = json!({});
    let answers =
        join_all((0..20).map(|_| command_at(&officer, &id, "1", "acknowledge", body.clone())))
            .await;
    one_wins(&answers);
    assert_eq!(rows_of(&app, &id, "acknowledge").await, 1);
    assert_eq!(ticket(&officer, &id).await.at("/rev"), "2");
    app.finish().await;
}

#[tokio::test]
async fn a_return_and_a_submission_at_once_are_one_of_them() {
    let (app, inspector, officer) = city().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    command(&officer, &id, "acknowledge", json!({}))
        .await
        .expect(200);
    let not_ours = json!({ "reason": "other", "text": "他处办理" });
    let (returned, submitted) = tokio::join!(
        command_at(&officer, &id, "2", "return", not_ours),
        command_at(&officer, &id, "2", "submit", submission(&[Photo::new()])),
    );
    one_wins(&[returned, submitted]);
    assert_eq!(
        rows_of(&app, &id, "return").await + rows_of(&app, &id, "submit").await,
        1
    );
    app.finish().await;
}

#[tokio::test]
async fn two_clerks_redispatching_at_once_leave_one_lead_unit() {
    let (app, inspector, officer) = city().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    let not_ours = json!({ "reason": "other", "text": "他处办理" });
    command(&officer, &id, "return", not_ours).await.expect(200);
    let clerk = app.login("clerk").await;
    let units = ["landscape", "power", "fire", "health", "police"];
    let answers = join_all(units.map(|unit| {
        command_at(
            &clerk,
            &id,
            "2",
            "redispatch",
            json!({ "unit": format!("371602-{unit}") }),
        )
    }))
    .await;
    one_wins(&answers);
    let query = format!(
        "SELECT t.lead_unit_id = a.unit_id AS same FROM tickets t JOIN ticket_assignments a ON a.ticket_id = t.id \
          WHERE t.id = '{id}' AND a.role = 'lead' AND a.until IS NULL"
    );
    assert_eq!(app.rows(&query).await, [json!({ "same": true })]);
    app.finish().await;
}

#[tokio::test]
async fn many_sightings_join_one_master_at_once() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let master = story::report("371602").post(&inspector).await.ticket;
    let drafts = (0..6).map(|_| story::report("371602").accuracy(None).post(&inspector));
    let sightings = join_all(drafts).await;
    let body = json!({ "master": master });
    let merges = sightings
        .iter()
        .map(|sighting| command_at(&clerk, &sighting.ticket, "1", "merge", body.clone()));
    for answer in join_all(merges).await {
        answer.expect(200);
    }
    let seen = ticket(&officer, &master).await;
    assert_eq!(seen.at("/rev"), "7");
    assert_eq!(seen.list("/photos").len(), 7);
    app.finish().await;
}

#[tokio::test]
async fn photos_that_arrive_at_once_settle_a_submission_once() {
    let (app, inspector, officer) = city().await;
    let id = story::report("371602").post(&inspector).await.ticket;
    command(&officer, &id, "acknowledge", json!({}))
        .await
        .expect(200);
    let photos: Vec<Photo> = (0..6).map(|_| Photo::new()).collect();
    command(&officer, &id, "submit", submission(&photos))
        .await
        .expect(200);
    for answer in join_all(
        photos
            .iter()
            .chain(&photos)
            .map(|photo| photo.put(&officer)),
    )
    .await
    {
        assert!([200, 201].contains(&answer.status), "{}", answer.text());
    }
    assert_eq!(
        ticket(&officer, &id).await.at("/handling/photos_pending"),
        false
    );
    assert_eq!(rows_of(&app, &id, "photos_arrived").await, 1);
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn tickets_filed_at_once_have_a_number_each() {
    let (app, inspector, officer) = city().await;
    join_all((0..20).map(|_| story::report("371602").post(&inspector))).await;
    let page = officer.get("tickets").await.expect(200);
    let mut numbers: Vec<&str> = page
        .list("/items")
        .iter()
        .filter_map(|item| item["number"].as_str())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 20);
    app.finish().await;
}
