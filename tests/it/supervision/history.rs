//! What was known at an instant stays what was known at it, whatever happens since.

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use super::{city, four_hours};
use crate::harness::story::{self, command, ticket};
use crate::harness::{Client, TestApp, shanghai};
use crate::ticket::crowd::{CROWD, give_any};

/// The list as of an instant, whole, without what pages it.
async fn list(supervisor: &Client, as_of: Option<Timestamp>) -> Value {
    let as_of = as_of.map(|at| format!("&as_of={at}")).unwrap_or_default();
    let path = format!("supervision/overdue?limit=500{as_of}");
    let list = supervisor.get(&path).await.expect(200);
    assert_eq!(list.at("/next_cursor"), &json!(null));
    json!({ "as_of": list.at("/as_of"), "forecast": list.at("/forecast"), "items": list.at("/items") })
}

fn ids(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().expect("a list").iter();
    items.filter_map(|item| item["id"].as_str()).collect()
}

async fn some_tickets(app: &TestApp, count: usize) -> Vec<String> {
    let inspector = app.login("inspector1").await;
    let mut tickets = Vec::new();
    for _ in 0..count {
        tickets.push(story::report("371602").post(&inspector).await.ticket);
    }
    tickets
}

#[tokio::test]
async fn the_list_of_a_past_instant_is_the_one_that_was_pulled_then() {
    for seed in [7, 20_261_126] {
        let mut app = TestApp::demo().await;
        app.let_jobs_stay();
        let tickets = some_tickets(&app, 6).await;
        let mut people = Vec::new();
        for name in CROWD {
            people.push(app.login(name).await);
        }
        let supervisor = app.login("supervisor").await;
        let mut rng = StdRng::seed_from_u64(seed);
        let mut pulled: Vec<(Timestamp, Value)> = Vec::new();
        for _ in 0..90 {
            for _ in 0..2 {
                let person = rng.random_range(0..people.len());
                give_any(&app, &people[person], &tickets, &mut rng).await;
            }
            app.run_jobs().await;
            let now = app.svc.now();
            let live = list(&supervisor, None).await;
            for id in &tickets {
                let seen = ticket(&supervisor, id).await;
                assert_eq!(
                    seen.at("/overdue"),
                    ids(&live).contains(&id.as_str()),
                    "seed {seed}, {now}: {}",
                    seen.text()
                );
            }
            pulled.push((now, live));
            app.clock
                .advance(SignedDuration::from_mins(rng.random_range(1..150)));
        }
        let lengths: Vec<usize> = pulled.iter().map(|(_, list)| ids(list).len()).collect();
        assert!(
            lengths.iter().filter(|length| **length > 0).count() > 30,
            "seed {seed}: hardly anything was ever overdue: {lengths:?}"
        );
        app.clock.advance(SignedDuration::from_hours(24 * 7));
        app.run_jobs().await;
        for (at, live) in &pulled {
            let again = list(&supervisor, Some(*at)).await;
            assert_eq!(&again, live, "seed {seed}, as of {at}");
            let counted = app
                .rows(&format!(
                    "SELECT ticket_id FROM tickets_at('{at}') WHERE overdue_after(state, due_at, submitted_at, photos_due_at) < '{at}' \
                      ORDER BY due_at, ticket_id"
                ))
                .await;
            let counted: Vec<&str> = counted
                .iter()
                .filter_map(|row| row["ticket_id"].as_str())
                .collect();
            assert_eq!(counted, ids(live), "seed {seed}, tickets_at {at}");
        }
        let gaps = app
            .rows(
                "SELECT x.* FROM tickets t JOIN (
                     SELECT ticket_id, since, lag(until) OVER (PARTITION BY ticket_id ORDER BY since) AS before
                       FROM (SELECT ticket_id, since, until FROM ticket_spans
                             UNION ALL SELECT id, coalesce(known_since, created_at), 'infinity' FROM tickets) s) x ON x.ticket_id = t.id
                  WHERE x.since <> coalesce(x.before, t.created_at)",
            )
            .await;
        assert_eq!(
            gaps,
            Vec::<Value>::new(),
            "seed {seed}: one span ends where the next begins"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_pulled_in_the_middle_of_a_crowd_is_the_same_afterwards() {
    let mut app = TestApp::demo().await;
    app.let_jobs_stay();
    let tickets = some_tickets(&app, 4).await;
    let supervisor = app.login("supervisor2").await;
    app.clock.set("2026-11-23 09:00"); // All of them are overdue.
    let crowd = CROWD.iter().zip(1..).map(async |(name, seed)| {
        let person = app.login(name).await;
        let mut rng = StdRng::seed_from_u64(seed);
        for _ in 0..25 {
            give_any(&app, &person, &tickets, &mut rng).await;
        }
    });
    let pulls = async {
        let mut pulled = Vec::new();
        for _ in 0..60 {
            let instant = app.svc.now();
            app.clock.advance(SignedDuration::from_secs(7)); // What is done from here on is later than the instant.
            pulled.push((instant, list(&supervisor, Some(instant)).await));
        }
        pulled
    };
    let (_, pulled) = futures_util::join!(join_all(crowd), pulls);
    let first = &pulled.first().expect("pulled").1;
    assert!(
        pulled.iter().any(|(_, list)| ids(list) != ids(first)),
        "nothing happened meanwhile"
    );
    for (at, then) in &pulled {
        assert_eq!(&list(&supervisor, Some(*at)).await, then, "as of {at}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_is_under_way_is_waited_for() {
    use diesel_async::SimpleAsyncConnection as _;
    let (app, inspector, supervisor) = city().await;
    let sent = four_hours(&inspector).await;
    app.clock.set("2026-11-23 09:00");
    let mut writer = app.sql().await;
    let change = format!(
        "BEGIN; SELECT pg_advisory_xact_lock_shared(hashtext('xuncha readers')); \
         UPDATE tickets SET state = 'returned', updated_at = '2026-11-23 08:59:59+08' WHERE id = '{}'",
        sent.ticket
    );
    writer.batch_execute(&change).await.expect("a change");
    let pull = async { list(&supervisor, None).await };
    let commit = async {
        // Far longer than a pull takes that waits for nobody.
        for _ in 0..200 {
            app.rows("SELECT 1").await;
        }
        writer.batch_execute("COMMIT").await.expect("committed");
    };
    let (list, ()) = futures_util::join!(pull, commit);
    assert!(ids(&list).is_empty(), "{list}");
    app.finish().await;
}

#[tokio::test]
async fn a_past_list_tells_who_led_and_how_it_was_supervised_then() {
    let (app, inspector, supervisor) = city().await;
    let officer = app.login("officer-371602-sanitation").await;
    let clerk = app.login("clerk").await;
    let sent = four_hours(&inspector).await;
    app.clock.set("2026-11-23 09:00");
    let slip = json!({ "reason": "久拖不决" });
    command(&supervisor, &sent.ticket, "supervise", slip)
        .await
        .expect(200);
    app.clock.set("2026-11-23 09:10");
    let not_ours = json!({ "reason": "not_our_duty", "text": "不归我们" });
    command(&officer, &sent.ticket, "return", not_ours)
        .await
        .expect(200);
    app.clock.set("2026-11-23 09:20");
    let other = json!({ "unit": "371602-urban_management", "opinion": "按职责分工" });
    command(&clerk, &sent.ticket, "redispatch", other)
        .await
        .expect(200);
    app.clock.set("2026-11-24 18:00"); // The new unit is late too.
    let told = async |civil: &str| {
        let list = list(&supervisor, Some(shanghai(civil))).await;
        let rows = list["items"].as_array().expect("a list").clone();
        let told = rows
            .iter()
            .map(|row| format!("{} {}", row["lead_unit"], row["supervision_level"]));
        told.collect::<Vec<_>>()
    };
    let (sanitation, management) = ("\"滨城区环境卫生服务中心\"", "\"滨城区城市管理局\"");
    assert!(told("2026-11-20 16:00").await.is_empty());
    assert_eq!(
        told("2026-11-20 16:00:01").await,
        [format!("{sanitation} 0")]
    );
    assert_eq!(
        told("2026-11-23 08:59:59").await,
        [format!("{sanitation} 0")]
    );
    assert_eq!(told("2026-11-23 09:00").await, [format!("{sanitation} 1")]);
    assert!(told("2026-11-23 09:10").await.is_empty());
    assert!(told("2026-11-23 14:20").await.is_empty());
    assert_eq!(told("2026-11-24 18:00").await, [format!("{management} 1")]);
    let path = "supervision/overdue?as_of=2026-11-23T01:00:00Z&unit=371602-urban_management";
    let by_unit = supervisor.get(path).await.expect(200);
    assert!(by_unit.list("/items").is_empty());
    app.finish().await;
}

#[tokio::test]
async fn what_was_is_never_changed() {
    use diesel_async::SimpleAsyncConnection as _;
    let (app, inspector, _) = city().await;
    let officer = app.login("officer-371602-sanitation").await;
    let sent = four_hours(&inspector).await;
    app.clock.set("2026-11-20 11:00");
    command(&officer, &sent.ticket, "acknowledge", json!({}))
        .await
        .expect(200);
    app.clock.set("2026-11-20 12:00");
    command(
        &officer,
        &sent.ticket,
        "comment",
        json!({ "text": "已安排" }),
    )
    .await
    .expect(200);
    let spans = app
        .rows("SELECT state, since, until FROM ticket_spans")
        .await;
    assert_eq!(spans.len(), 1, "a comment begins none: {spans:?}");
    assert_eq!(spans[0]["state"], "dispatched");
    for edit in [
        "UPDATE ticket_spans SET due_at = due_at + interval '1 day'",
        "DELETE FROM ticket_spans",
        "TRUNCATE ticket_spans",
    ] {
        let refused = app.sql().await.batch_execute(edit).await;
        let refused = refused.expect_err(edit).to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
    app.finish().await;
}
