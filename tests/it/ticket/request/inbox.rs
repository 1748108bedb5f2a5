//! `GET requests`: what waits for a decision, and whose it is.

use serde_json::{Value, json};

use super::{ask_extension, ask_suspension, city, office, rectifying};
use crate::harness::story::{self, command};
use crate::harness::{Client, Response};

async fn list(client: &Client, query: &str) -> Response {
    client.get(&format!("requests{query}")).await.expect(200)
}

fn kinds(page: &Response) -> Vec<Value> {
    let items = page.list("/items").iter();
    items.map(|item| item["kind"].clone()).collect()
}

#[tokio::test]
async fn the_office_sees_what_waits_oldest_first_with_its_ticket() {
    let (app, inspector, officer) = city().await;
    let (clerk, supervisor, _) = office(&app).await;
    let one = rectifying(&inspector, &officer).await;
    let other = rectifying(&inspector, &officer).await;
    ask_extension(&officer, &one).await.expect(200);
    app.clock.set("2026-11-20 10:01");
    ask_suspension(&officer, &other, "2027-01-01")
        .await
        .expect(200);
    app.clock.set("2026-11-20 10:02");
    command(
        &supervisor,
        &other,
        "force_close",
        json!({ "reason": "拆除" }),
    )
    .await
    .expect(200);
    let all = list(&clerk, "?state=open").await;
    assert_eq!(kinds(&all), ["extension", "suspension", "force_closing"]);
    assert_eq!(all.at("/items/0/ticket/id"), &json!(one));
    let allowed = all.list("/items/0/ticket/allowed");
    assert!(allowed.contains(&json!("approve_extension")));
    let theirs = list(&supervisor, "?state=open&kind=suspension,appeal").await;
    assert_eq!(kinds(&theirs), ["suspension"]);
    let allowed = theirs.list("/items/0/ticket/allowed");
    assert!(allowed.contains(&json!("approve_suspension")));
    assert!(kinds(&list(&clerk, "?unit=371603").await).is_empty());
    assert_eq!(kinds(&list(&clerk, "?unit=371602").await).len(), 3);
    assert!(kinds(&list(&clerk, "?district=371603").await).is_empty());
    command(&clerk, &one, "approve_extension", json!({}))
        .await
        .expect(200);
    assert_eq!(kinds(&list(&clerk, "?state=open").await).len(), 2);
    assert_eq!(kinds(&list(&clerk, "?state=approved").await), ["extension"]);
    assert!(kinds(&list(&clerk, "?overdue=true").await).is_empty());
    app.clock.set("2026-11-23 15:00");
    assert_eq!(
        kinds(&list(&clerk, "?state=open&overdue=true").await).len(),
        2
    );
    app.finish().await;
}

#[tokio::test]
async fn it_is_read_in_pages() {
    let (app, inspector, officer) = city().await;
    let (clerk, ..) = office(&app).await;
    for _ in 0..5 {
        let id = rectifying(&inspector, &officer).await;
        ask_extension(&officer, &id).await.expect(200);
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = list(&clerk, &format!("?limit=2{cursor}")).await;
        let items = page.list("/items");
        seen.extend(items.iter().map(|item| item["id"].clone()));
        match page.at("/next_cursor").as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 5);
    seen.sort_by_key(Value::to_string);
    seen.dedup();
    assert_eq!(seen.len(), 5);
    clerk
        .get("requests?kind=holiday")
        .await
        .expect_problem(422, "invalid_query");
    app.finish().await;
}

#[tokio::test]
async fn a_unit_sees_its_own_and_never_a_forced_closing() {
    let (app, inspector, officer) = city().await;
    let (_, supervisor, _) = office(&app).await;
    let id = rectifying(&inspector, &officer).await;
    ask_extension(&officer, &id).await.expect(200);
    command(&supervisor, &id, "force_close", json!({ "reason": "拆除" }))
        .await
        .expect(200);
    assert_eq!(kinds(&list(&officer, "").await), ["extension"]);
    assert!(kinds(&list(&officer, "?kind=force_closing").await).is_empty());
    let neighbour = app.login("officer-371603-sanitation").await;
    assert!(kinds(&list(&neighbour, "").await).is_empty());
    assert!(kinds(&list(&neighbour, "?unit=371602").await).is_empty());
    inspector
        .get("requests")
        .await
        .expect_problem(403, "forbidden");
    // After a return the former unit knows of nothing any more.
    let not_ours = json!({ "reason": "other", "text": "他处办理" });
    command(&officer, &id, "return", not_ours).await.expect(200);
    let (clerk, ..) = office(&app).await;
    command(
        &clerk,
        &id,
        "redispatch",
        json!({ "unit": "371602-landscape" }),
    )
    .await
    .expect(200);
    assert!(kinds(&list(&officer, "").await).is_empty());
    let landscape = app.login("officer-371602-landscape").await;
    assert_eq!(list(&landscape, "").await.at("/items/0/state"), "lapsed");
    story::ticket(&landscape, &id).await;
    app.finish().await;
}
