//! Counts of filed tickets, for charts.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Map, Value};
use xuncha::services::supervision::fold_tallies;

use super::map::{is_that_of_a_recount, map};
use super::{city, four_hours};
use crate::harness::story;
use crate::harness::{Client, Response, TestApp};
use crate::ticket::crowd::{CROWD, give_any};

async fn count(client: &Client, query: &str) -> Response {
    let path = format!("supervision/statistics{query}");
    client.get(&path).await.expect(200)
}

/// What a recount of the tickets themselves gives, in the words of the answer.
async fn recount(app: &TestApp, by_item: bool) -> Vec<Value> {
    let (period, item) = match by_item {
        true => (
            "to_char(listed_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')",
            "'item', item,",
        ),
        false => (
            "to_char(listed_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')",
            "",
        ),
    };
    let now = app.svc.now();
    let late = "coalesce(submitted_at, closed_at) > due_at";
    let rows = app
        .rows(&format!(
            "SELECT jsonb_build_object('period', {period}, 'district', coalesce(t.district_code, ''), 'unit', u.code, 'unit_name', u.name_zh, {item}
                'filed', count(*), 'open', count(*) FILTER (WHERE state <> 'closed'),
                'overdue', count(*) FILTER (WHERE (state IN ('dispatched', 'rectifying') AND due_at < '{now}')
                    OR (state = 'awaiting_recheck' AND (submitted_at > due_at OR (due_at < '{now}' AND photos_due_at < '{now}')))),
                'closed_on_time', count(*) FILTER (WHERE state = 'closed' AND NOT exempt AND NOT ({late})),
                'closed_late', count(*) FILTER (WHERE state = 'closed' AND NOT exempt AND {late}),
                'exempt', count(*) FILTER (WHERE state = 'closed' AND exempt)) AS told
               FROM tickets t JOIN units u ON u.id = t.lead_unit_id
              WHERE number IS NOT NULL AND state <> 'voided' GROUP BY {period}, t.district_code, u.code, u.name_zh{}",
            if by_item { ", item" } else { "" }
        ))
        .await;
    sorted(rows.iter().filter_map(|row| row.get("told").cloned()))
}

/// The same counted without units.
fn of_all_units(rows: &[Value]) -> Vec<Value> {
    let mut sums: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for row in rows {
        let mut row = row.as_object().expect("a row").clone();
        row.retain(|member, _| !member.starts_with("unit"));
        let key = ["period", "district", "item"].map(|member| format!("{:?}", row.get(member)));
        let sum = sums.entry(key.concat()).or_default();
        for (member, value) in row {
            let before = sum.get(&member).and_then(Value::as_u64).unwrap_or(0);
            let value = value.as_u64().map_or(value, |more| (before + more).into());
            sum.insert(member, value);
        }
    }
    sums.into_values().map(Value::Object).collect()
}

fn sorted(rows: impl Iterator<Item = Value>) -> Vec<Value> {
    let rows: BTreeMap<String, Value> = rows.map(|row| (row.to_string(), row)).collect();
    rows.into_values().collect()
}

#[tokio::test]
async fn whatever_happens_the_counts_are_those_of_a_recount() {
    for seed in [3, 20_261_126] {
        let mut app = TestApp::demo().await;
        app.let_jobs_stay();
        let inspector = app.login("inspector1").await;
        let mut people = Vec::new();
        for name in CROWD {
            people.push(app.login(name).await);
        }
        let supervisor = app.login("supervisor").await;
        let mut rng = StdRng::seed_from_u64(seed);
        let mut tickets = Vec::new();
        for step in 0..120 {
            if step % 12 == 0 {
                let draft = story::report(["371602", "371603"][step / 12 % 2]);
                let draft = draft.item(["E0102", "E0106"][step / 24 % 2]);
                tickets.push(draft.post(&inspector).await.ticket);
            }
            let person = rng.random_range(0..people.len());
            give_any(&app, &people[person], &tickets, &mut rng).await;
            app.clock
                .advance(SignedDuration::from_mins(rng.random_range(1..200)));
            if step % 15 != 0 {
                continue;
            }
            if step % 30 == 0 {
                app.run_jobs().await;
                fold_tallies(&app.svc).await.expect("folded");
                let left = app.rows("SELECT 1 FROM ticket_tally_changes").await;
                assert_eq!(left, Vec::<Value>::new());
            }
            let by_item = count(&supervisor, "?by=district,unit,item,month").await;
            let told = sorted(by_item.list("/items").iter().cloned());
            let by_item = recount(&app, true).await;
            assert_eq!(told, by_item, "seed {seed}, step {step}");
            let together = count(&supervisor, "?by=district,item,month").await;
            let told = sorted(together.list("/items").iter().cloned());
            let all = sorted(of_all_units(&by_item).into_iter());
            assert_eq!(told, all, "seed {seed}, step {step}");
            let by_day = count(&supervisor, "?by=district,unit,day").await;
            let told = sorted(by_day.list("/items").iter().cloned());
            let by_day = recount(&app, false).await;
            assert_eq!(told, by_day, "seed {seed}, step {step}");
            let together = count(&supervisor, "?by=district,day").await;
            let told = sorted(together.list("/items").iter().cloned());
            let all = sorted(of_all_units(&by_day).into_iter());
            assert_eq!(told, all, "seed {seed}, step {step}");
            let total = count(&supervisor, "").await;
            let on_map = map(&supervisor, "?zoom=11&state=all").await;
            assert_eq!(
                total.at("/items/0/filed"),
                on_map.0,
                "seed {seed}, step {step}"
            );
            is_that_of_a_recount(&app, &supervisor).await;
        }
    }
}

#[tokio::test]
async fn counts_narrow_and_a_unit_counts_its_own() {
    let (app, inspector, supervisor) = city().await;
    four_hours(&inspector).await;
    story::report("371602").item("E0106").post(&inspector).await;
    story::report("371603").post(&inspector).await;
    story::report("371602")
        .photos(vec![])
        .post(&inspector)
        .await; // Triage: not filed.
    let officer = app.login("officer-371602-sanitation").await;
    let district = app.login("officer-371602").await;
    for (who, query, filed) in [
        (&supervisor, "", 3),
        (&supervisor, "?district=371602", 2),
        (&supervisor, "?unit=371602-sanitation", 1),
        (&supervisor, "?item=E0102", 2),
        (&supervisor, "?item=E0102&district=371603", 1),
        (&supervisor, "?from=2026-11-20&to=2026-11-20", 3),
        (&officer, "", 1),
        (&district, "", 2),
        (&district, "?item=E0106", 1),
    ] {
        let counted = count(who, query).await;
        assert_eq!(counted.at("/items/0/filed"), filed, "{query}");
    }
    for (who, query) in [
        (&supervisor, "?to=2026-11-19"),
        (&officer, "?unit=371603"),
        (&officer, "?district=371603"),
    ] {
        assert!(count(who, query).await.list("/items").is_empty(), "{query}");
    }
    for query in [
        "?by=day,item",
        "?by=day&item=E0102",
        "?by=colour",
        "?by=day,month",
    ] {
        let path = format!("supervision/statistics{query}");
        let refused = supervisor.get(&path).await;
        refused.expect_problem(422, "invalid_query");
    }
    app.finish().await;
}
