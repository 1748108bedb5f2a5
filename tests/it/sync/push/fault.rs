//! A database that does not answer, and faults of our own: what is not kept is deferred, what is kept is told.

use diesel_async::SimpleAsyncConnection as _;
use serde_json::{Value, json};

use super::{city, command, counts, create, ticket, verdict_of, with};
use crate::harness::TestApp;
use crate::harness::story;

/// From now on a change of a table fails like this, until [`heal`].
async fn break_on(app: &TestApp, table: &str, condition: &str, sqlstate: &str) {
    app.execute(&format!(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken on purpose' USING ERRCODE = '{sqlstate}'; END $$; \
         CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION fail()"
    ))
    .await;
}

async fn heal(app: &TestApp) {
    app.execute("DROP FUNCTION fail() CASCADE").await;
}

#[tokio::test]
async fn what_cannot_be_judged_is_deferred_and_leaves_no_row() {
    let (app, inspector, _) = city().await;
    break_on(&app, "reports", "NEW.note = 'unlucky'", "40001").await;
    let mut batch: Vec<Value> = (0..4).map(|_| create(&story::report("371602"))).collect();
    batch[1]["data"]["note"] = json!("unlucky");
    let told = inspector.push(&batch).await;
    let verdicts: Vec<&Value> = told.iter().map(|told| &told["verdict"]).collect();
    assert_eq!(verdicts, ["applied", "deferred", "applied", "applied"]);
    assert_eq!(
        told[1],
        json!({ "mid": batch[1]["mid"], "verdict": "deferred", "retry_after_s": 30 })
    );
    assert_eq!(verdict_of(&app, &batch[1]).await, None);
    heal(&app).await;
    let told = inspector.push(&batch).await;
    let seen: Vec<&Value> = told.iter().map(|told| &told["seen_before"]).collect();
    assert_eq!(seen, [true, false, true, true]);
    assert_eq!(counts(&app).await["reports"], 4);
    app.finish().await;
}

#[tokio::test]
async fn what_comes_after_a_deferred_one_is_deferred_with_it() {
    let (app, inspector, officer) = city().await;
    let id = ticket(&inspector).await;
    break_on(&app, "tickets", "true", "40001").await;
    let first = command("acknowledge", &id, "1", json!({}));
    let second = command("comment", &id, "1", json!({ "text": "好" }));
    let third = with(
        create(&story::report("371602")),
        "depends_on",
        json!([first["mid"]]),
    );
    let fourth = create(&story::report("371602").item("X1"));
    let batch = [first, second, third, fourth];
    let told = officer.push(&batch).await;
    let verdicts: Vec<&Value> = told.iter().map(|told| &told["verdict"]).collect();
    assert_eq!(
        verdicts,
        ["deferred", "deferred", "deferred", "quarantined"]
    );
    heal(&app).await;
    let told = officer.push(&batch).await;
    let verdicts: Vec<&Value> = told.iter().map(|told| &told["verdict"]).collect();
    assert_eq!(verdicts, ["applied", "merged", "applied", "quarantined"]);
    app.finish().await;
}

#[tokio::test]
async fn a_fault_of_our_own_is_quarantined_and_can_be_replayed() {
    let (app, inspector, _) = city().await;
    break_on(&app, "findings", "NEW.text = 'unlucky'", "P0001").await;
    let batch = [
        create(&story::report("371602")),
        create(&story::report("371602").text("unlucky")),
        create(&story::report("371602")),
    ];
    let told = inspector.push(&batch).await;
    let verdicts: Vec<&Value> = told.iter().map(|told| &told["verdict"]).collect();
    assert_eq!(verdicts, ["applied", "quarantined", "applied"]);
    assert_eq!(told[1]["code"], "internal");
    assert_eq!(counts(&app).await["reports"], 2);
    heal(&app).await;
    let clerk = app.login("clerk").await;
    let answer = clerk
        .post("admin/quarantine/replay")
        .json(&json!({ "code": "internal" }))
        .await;
    assert_eq!(answer.expect(200).at("/results/0/verdict"), "applied");
    assert_eq!(counts(&app).await["reports"], 3);
    app.finish().await;
}

#[tokio::test]
async fn a_ticket_that_somebody_holds_locked_is_tried_again_later() {
    use diesel_async::SimpleAsyncConnection as _;
    let (app, inspector, officer) = city().await;
    let id = ticket(&inspector).await;
    let mut somebody = app.sql().await;
    let lock = format!("BEGIN; SELECT FROM tickets WHERE id = '{id}' FOR UPDATE");
    somebody
        .batch_execute(&lock)
        .await
        .expect("the row is there");
    let it = command("acknowledge", &id, "1", json!({}));
    let told = officer.push_one(&it).await;
    assert_eq!(told["verdict"], "deferred", "{told}");
    assert_eq!(verdict_of(&app, &it).await, None);
    somebody
        .batch_execute("ROLLBACK")
        .await
        .expect("it is open");
    assert_eq!(officer.push_one(&it).await["verdict"], "applied");
    app.finish().await;
}

#[tokio::test]
async fn while_the_database_does_not_answer_the_whole_batch_is_told_to_come_again() {
    let (app, inspector, _) = city().await;
    let it = create(&story::report("371602"));
    let mut holder = app.sql().await;
    holder
        .batch_execute("BEGIN; LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE")
        .await
        .expect("locked");
    let body = json!({ "mutations": [it] });
    let answer = inspector
        .send(body.to_string())
        .await
        .expect_problem(503, "unavailable");
    assert!(answer.header("retry-after").is_some());
    holder.batch_execute("ROLLBACK").await.expect("let go");
    assert_eq!(inspector.push_one(&it).await["seen_before"], false);
    app.finish().await;
}
