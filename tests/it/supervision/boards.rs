//! Boards: ranked on the exact fraction, ties all listed, the uninvolved apart, and being last is remembered.

use jiff::civil::date;
use serde_json::{Value, json};
use xuncha::domain::supervision::board::{last_rank, rank};
use xuncha::domain::supervision::fraction::Fraction;
use xuncha::domain::supervision::period::Period;

use crate::harness::TestApp;
use crate::harness::story::{self, command};

fn of(numerator: u64, denominator: u64) -> Fraction {
    Fraction {
        numerator,
        denominator,
    }
}

#[test]
fn equal_fractions_share_a_rank_however_they_are_written() {
    // 33.33 % both, but not the same.
    let rows = [
        ("a", of(1, 3)),
        ("b", of(3_333, 10_000)),
        ("c", of(2, 6)),
        ("d", of(0, 0)),
        ("e", of(1, 1)),
    ];
    let ranked = rank(rows, false);
    let places: Vec<(u32, &str)> = ranked
        .iter()
        .map(|(rank, unit, _)| (*rank, *unit))
        .collect();
    assert_eq!(places, [(1, "e"), (2, "a"), (2, "c"), (4, "b")]);
    assert_eq!(last_rank(&ranked), Some(4));
    let worse = rank(rows, true);
    assert_eq!(worse[0].1, "b");
    assert_eq!(
        last_rank(&rank([("a", of(1, 2)), ("b", of(2, 4))], false)),
        None
    );
    assert_eq!(last_rank(&rank([("a", of(0, 2))], false)), None);
}

#[test]
fn a_period_is_compared_with_the_one_before_it() {
    let period = |from: (i8, i8), to: (i8, i8)| Period {
        from: date(2026, from.0, from.1),
        to: date(2026, to.0, to.1),
    };
    assert_eq!(
        period((11, 1), (11, 30)).before(),
        period((10, 1), (10, 31))
    );
    assert_eq!(period((3, 1), (3, 31)).before(), period((2, 1), (2, 28)));
    assert_eq!(period((4, 1), (6, 30)).before(), period((1, 1), (3, 31)));
    assert_eq!(
        period((11, 16), (11, 22)).before(),
        period((11, 9), (11, 15))
    );
    assert_eq!(
        period((11, 20), (11, 20)).before(),
        period((11, 19), (11, 19))
    );
}

/// One fault in each of three districts; the first two are put right in time, the third never.
async fn month(app: &TestApp, day: &str) {
    app.clock.set(&format!("{day} 08:30"));
    let inspector = app.login("inspector1").await;
    let second = app.login("inspector2").await;
    for district in ["371602", "371603", "371621"] {
        let id = story::report(district).post(&inspector).await.ticket;
        if district == "371621" {
            continue;
        }
        let officer = app.login(&format!("officer-{district}")).await;
        story::rectify(&officer, &id).await;
        command(&second, &id, "recheck", story::recheck("pass"))
            .await
            .expect(200);
    }
    app.run_jobs().await;
}

#[tokio::test]
async fn being_last_again_and_again_raises_what_follows() {
    let app = TestApp::demo().await;
    let board = |from: &str, to: &str| {
        let path = format!("supervision/boards?from={from}&to={to}&type=district_office");
        let app = &app;
        async move { app.login("supervisor").await.get(&path).await.expect(200) }
    };
    let last = |board: &crate::harness::Response| -> Value {
        let row = board.list("/items").last().expect("a row").clone();
        json!([
            row["unit"]["code"],
            row["rank"],
            row["periods_last"],
            row["consequence"]
        ])
    };
    month(&app, "2026-09-10").await;
    app.clock.set("2026-10-01 00:00");
    let first = board("2026-09-01", "2026-09-30").await;
    assert_eq!(first.list("/items").len(), 3);
    assert_eq!(first.at("/items/0/rank"), 1);
    assert_eq!(first.at("/items/1/rank"), 1, "a tie");
    assert_eq!(first.at("/items/1/text"), "100.00%");
    assert_eq!(last(&first), json!(["371621", 3, 1, "interview"]));
    assert_eq!(first.at("/items/0/consequence"), &Value::Null);
    assert_eq!(first.at("/items/0/rank_before"), &Value::Null);
    let uninvolved = first.list("/uninvolved").iter();
    let uninvolved: Vec<&Value> = uninvolved.map(|unit| &unit["code"]).collect();
    assert_eq!(uninvolved, ["371622", "371623", "371625", "371681"]);

    month(&app, "2026-10-12").await;
    month(&app, "2026-11-10").await;
    app.clock.set("2026-12-01 09:00");
    let second = board("2026-10-01", "2026-10-31").await;
    assert_eq!(last(&second), json!(["371621", 3, 2, "organisation"]));
    let third = board("2026-11-01", "2026-11-30").await;
    assert_eq!(last(&third), json!(["371621", 3, 3, "accountability"]));
    assert_eq!(third.at("/items/2/rank_before"), 3);
    assert_eq!(third.at("/items/2/risen"), 0);
    assert_eq!(
        board("2026-09-01", "2026-09-30").await.json,
        first.json,
        "as it was"
    );
    app.finish().await;
}

#[tokio::test]
async fn what_improves_a_rate_is_printed_beside_it() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let clerk = app.login("clerk").await;
    let (supervisor, second) = (
        app.login("supervisor").await,
        app.login("supervisor2").await,
    );
    let officer = app.login("officer-371602-sanitation").await;
    let tickets = [
        story::report("371602").post(&inspector).await.ticket,
        story::report("371602").post(&inspector).await.ticket,
        story::report("371602").post(&inspector).await.ticket,
    ];
    let [returned, forced, extended] = &tickets;
    let reason = json!({ "reason": "not_our_duty", "text": "非本单位职责" });
    command(&officer, returned, "return", reason)
        .await
        .expect(200);
    let why = || json!({ "reason": "已拆迁" });
    command(&supervisor, forced, "force_close", why())
        .await
        .expect(200);
    command(&second, forced, "confirm_force_close", json!({}))
        .await
        .expect(200);
    let doubtful = story::report("371602")
        .accuracy(None)
        .post(&inspector)
        .await
        .ticket;
    command(&clerk, &doubtful, "merge", json!({ "master": extended }))
        .await
        .expect(200);
    command(&officer, extended, "acknowledge", json!({}))
        .await
        .expect(200);
    app.clock.set("2026-11-20 15:10");
    let why = json!({ "reason": "车辆故障" });
    command(&officer, extended, "request_extension", why)
        .await
        .expect(200);
    let path = "supervision/boards?from=2026-11-01&to=2026-11-30&type=department&indicator=closure";
    let board = supervisor.get(path).await.expect(200);
    let row = board.at("/items/0");
    assert_eq!(row["unit"]["code"], "371602-sanitation");
    for (count, times) in [
        ("returns", 1),
        ("forced", 1),
        ("merges", 1),
        ("last_hour_extensions", 1),
    ] {
        assert_eq!(row[count], times, "{count}");
    }
    assert_eq!(
        (&row["numerator"], &row["denominator"]),
        (&json!(1), &json!(2)),
        "returned is left out"
    );
    let wrong = "supervision/boards?from=2026-11-01&to=2026-11-30&type=king";
    supervisor
        .get(wrong)
        .await
        .expect_problem(422, "invalid_query");
    app.finish().await;
}
