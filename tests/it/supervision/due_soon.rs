//! What is due soon, in work hours.

use serde_json::json;

use super::{city, four_hours};
use crate::harness::{Client, story};

async fn numbers(client: &Client, query: &str) -> Vec<String> {
    let list = client
        .get(&format!("supervision/due-soon{query}"))
        .await
        .expect(200);
    let items = list.list("/items").iter();
    items
        .filter_map(|row| Some(row["number"].as_str()?.to_owned()))
        .collect()
}

#[tokio::test]
async fn what_has_no_more_than_so_many_work_hours_left_is_due_soon() {
    let (app, inspector, supervisor) = city().await;
    app.clock.set("2026-11-20 17:00"); // Friday: four work hours end on Monday at 11:00.
    four_hours(&inspector).await;
    story::report("371603").item("W0403").post(&inspector).await; // 3 work days
    let first = ["2026-000001"];
    assert!(numbers(&supervisor, "?work_hours=3").await.is_empty());
    assert_eq!(numbers(&supervisor, "?work_hours=4").await, first);
    app.clock.set("2026-11-22 12:00"); // Sunday: three of them are left.
    assert!(numbers(&supervisor, "?work_hours=2").await.is_empty());
    assert_eq!(numbers(&supervisor, "?work_hours=3").await, first);
    let list = supervisor
        .get("supervision/due-soon?work_hours=3")
        .await
        .expect(200);
    assert_eq!(list.at("/items/0/remaining_work_s"), 3 * 3_600);
    assert_eq!(numbers(&supervisor, "?work_hours=40").await.len(), 2);
    let second = numbers(&supervisor, "?work_hours=40&district=371603").await;
    assert_eq!(second, ["2026-000002"]);
    assert!(
        numbers(&supervisor, "?work_hours=40&unit=371621")
            .await
            .is_empty()
    );
    app.clock.set("2026-11-23 11:00"); // At the deadline it is not late yet.
    assert_eq!(numbers(&supervisor, "?work_hours=1").await, first);
    app.clock.set("2026-11-23 11:00:01");
    assert!(numbers(&supervisor, "?work_hours=1").await.is_empty());
    app.finish().await;
}

#[tokio::test]
async fn what_was_submitted_or_is_over_is_not_due_and_pages_go_on() {
    let (app, inspector, supervisor) = city().await;
    let officer = app.login("officer-371602-sanitation").await;
    let submitted = four_hours(&inspector).await;
    story::rectify(&officer, &submitted.ticket).await;
    app.run_jobs().await;
    story::report("371602")
        .fixed_on_site()
        .post(&inspector)
        .await;
    for _ in 0..3 {
        four_hours(&inspector).await;
    }
    let first = supervisor
        .get("supervision/due-soon?limit=2")
        .await
        .expect(200);
    assert_eq!(first.list("/items").len(), 2);
    let cursor = first.str("/next_cursor");
    let rest = supervisor
        .get(&format!("supervision/due-soon?limit=2&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(rest.list("/items").len(), 1);
    assert_eq!(rest.at("/next_cursor"), &json!(null));
    supervisor
        .get("supervision/due-soon?work_hours=0")
        .await
        .expect_problem(422, "invalid_query");
    app.finish().await;
}
