//! A fault that comes back after its ticket was closed (反弹): a new ticket, linked to the old one, which stays closed.

use serde_json::{Value, json};

use super::{SANITATION, city};
use crate::harness::story::{self, Draft, command, ticket};
use crate::harness::{Client, TestApp};

fn garbage() -> Draft {
    let [(_, lat, lon), ..] = story::INSIDE;
    story::report("371602").at(lat - 0.02, lon)
}

async fn close(app: &TestApp, id: &str) {
    let officer = app.login(SANITATION).await;
    let clerk = app.login("clerk").await;
    story::rectify(&officer, id).await;
    command(&clerk, id, "recheck", story::recheck("pass"))
        .await
        .expect(200);
}

async fn recurring(client: &Client) -> Vec<Value> {
    let page = client.get("tickets?recurrence=true").await.expect(200);
    let ids = page.list("/items").iter().map(|item| item["id"].clone());
    ids.collect()
}

#[tokio::test]
async fn a_fault_that_comes_back_is_a_new_ticket_linked_to_the_one_closed_last() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let first = garbage().post(&inspector).await;
    close(&app, &first.ticket).await;
    app.clock.set("2026-11-25 10:00");
    let second = garbage().post(&inspector).await;
    assert_eq!(second.state, "dispatched");
    close(&app, &second.ticket).await;
    let closed = ticket(&clerk, &second.ticket).await;
    app.clock.set("2026-12-24 10:00");
    let third = garbage().post(&inspector).await;
    assert_eq!(third.state, "dispatched");

    let told = json!({
        "id": second.ticket, "number": closed.at("/number"), "closed_at": closed.at("/closed_at"),
    });
    for reader in [&clerk, &officer] {
        let seen = ticket(reader, &third.ticket).await;
        assert_eq!(seen.at("/recurrence_of"), &told);
        assert_eq!(
            recurring(reader).await,
            [json!(third.ticket), json!(second.ticket)]
        );
        assert_eq!(ticket(reader, &second.ticket).await.at("/state"), "closed");
    }
    let own = ticket(&inspector, &third.ticket).await;
    assert_eq!(own.json.get("recurrence_of"), None);
    inspector
        .get("tickets?recurrence=true")
        .await
        .expect_problem(422, "invalid_query");
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_fault_comes_back_within_the_days_of_the_policy() {
    let (app, inspector, _) = city().await;
    let clerk = app.login("clerk").await;
    let first = garbage().post(&inspector).await;
    close(&app, &first.ticket).await;
    let again = async |at: &str| {
        app.clock.set(at);
        let sent = garbage().fixed_on_site().post(&inspector).await;
        let rows = app
            .rows(&format!(
                "SELECT recurrence_of FROM tickets WHERE id = '{}'",
                sent.ticket
            ))
            .await;
        app.execute(&format!(
            "UPDATE tickets SET lat = 0 WHERE id = '{}'",
            sent.ticket
        ))
        .await;
        rows[0]["recurrence_of"].clone()
    };
    let it = json!(first.ticket);
    assert_eq!(again("2026-12-20 10:00").await, it);
    assert_eq!(again("2026-12-20 10:01").await, Value::Null);
    let admin = app.login("admin").await;
    let changes = json!({ "changes": { "intake.recurrence_days": 31 } });
    admin.put("policies").json(&changes).await.expect(200);
    assert_eq!(again("2026-12-20 10:02").await, it);
    let _still_closed = ticket(&clerk, &first.ticket).await;
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_unit_learns_only_of_earlier_tickets_that_it_may_see() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let landscape = app.login("officer-371602-landscape").await;
    // The earlier one went to another bureau in the end.
    let first = garbage().post(&inspector).await;
    let not_ours = json!({ "reason": "not_our_duty", "text": "属园林" });
    command(&officer, &first.ticket, "return", not_ours)
        .await
        .expect(200);
    let body = json!({ "unit": "371602-landscape" });
    command(&clerk, &first.ticket, "redispatch", body)
        .await
        .expect(200);
    story::rectify(&landscape, &first.ticket).await;
    command(&clerk, &first.ticket, "recheck", story::recheck("pass"))
        .await
        .expect(200);

    let again = garbage().post(&inspector).await;
    let seen = ticket(&officer, &again.ticket).await;
    assert_eq!(seen.json.get("recurrence_of"), None);
    assert_eq!(recurring(&officer).await, Vec::<Value>::new());
    let above = app.login("officer-371602").await;
    let seen = ticket(&above, &again.ticket).await;
    assert_eq!(seen.str("/recurrence_of/id"), first.ticket);
    assert_eq!(recurring(&above).await, [json!(again.ticket)]);
    assert_eq!(recurring(&clerk).await, [json!(again.ticket)]);
    app.run_jobs().await;
    app.finish().await;
}
