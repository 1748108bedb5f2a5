//! Stage accountability: who held a ticket in which stage, for how long, to the second.

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;
use xuncha::domain::calendar::{Shift, WorkCalendar};
use xuncha::domain::ticket::machine::State;
use xuncha::domain::ticket::stages::{Held, Stage, spans, sums};
use xuncha::domain::ticket::trail::Event;

use super::{DISTRICT, city};
use crate::harness::story::{self, command, recheck};

#[tokio::test]
async fn each_stage_has_its_holder_and_its_time_and_they_add_up() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let draft = story::report("371602").photos(vec![]);
    let id = draft.post(&inspector).await.ticket;
    app.clock.set("2026-11-20 11:00");
    command(&clerk, &id, "file", json!({})).await.expect(200);
    app.clock.set("2026-11-20 14:30");
    command(&officer, &id, "acknowledge", json!({}))
        .await
        .expect(200);
    app.clock.set("2026-11-20 15:00");
    command(&clerk, &id, "comment", json!({ "text": "请抓紧" }))
        .await
        .expect(200);
    app.clock.set("2026-11-21 09:00");
    story::submit(&officer, &id).await;
    app.clock.set("2026-11-23 09:00");
    let other = app.login("inspector2").await;
    command(&other, &id, "recheck", recheck("fail"))
        .await
        .expect(200);
    app.clock.set("2026-11-23 10:00");
    app.run_jobs().await;

    let path = format!("tickets/{id}/stages");
    let stages = clerk.get(&path).await.expect(200);
    let unit = "滨城区环境卫生服务中心";
    let rows: Vec<Value> = stages
        .list("/items")
        .iter()
        .map(|row| {
            json!([
                row["stage"],
                row["holder"]["name"],
                row["held"]["wall_s"],
                row["held"]["work_s"]
            ])
        })
        .collect();
    // Friday 10:00 to 11:00; to 14:30 without the noon gap; to Saturday 9:00; over the weekend; one hour of Monday.
    let expected = [
        json!(["triage", null, 3_600, 3_600]),
        json!(["acknowledging", unit, 12_600, 5_400]),
        json!(["handling", unit, 66_600, 12_600]),
        json!(["recheck", null, 172_800, 3_600]),
        json!(["handling", unit, 3_600, 3_600]),
    ];
    assert_eq!(rows, expected);
    assert_eq!(stages.at("/items/4/until"), &Value::Null);
    assert_eq!(stages.at("/total/wall_s"), 72 * 3_600);
    assert_eq!(stages.at("/total/city_work_s"), 8 * 3_600);
    assert_eq!(stages.at("/sums/2/held/work_s"), 16_200);

    // The unit sees its own part, its district office as well; no office internals.
    for username in [super::SANITATION, DISTRICT] {
        let own = app.login(username).await.get(&path).await.expect(200);
        let stages: Vec<&Value> = own.list("/items").iter().map(|row| &row["stage"]).collect();
        assert_eq!(stages, ["acknowledging", "handling", "handling"]);
        assert_eq!(own.at("/total/work_s"), 5_400 + 12_600 + 3_600);
    }
    let auditor = app.login("auditor").await;
    assert_eq!(auditor.get(&path).await.expect(200).list("/items").len(), 5);
    inspector.get(&path).await.expect_problem(403, "forbidden");
    app.login("officer-371603")
        .await
        .get(&path)
        .await
        .expect_problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_closed_ticket_has_no_stage_any_more() {
    let (app, inspector, _) = city().await;
    let clerk = app.login("clerk").await;
    let id = story::report("371602")
        .fixed_on_site()
        .post(&inspector)
        .await
        .ticket;
    app.clock.set("2026-12-01 10:00");
    let stages = clerk.get(&format!("tickets/{id}/stages")).await.expect(200);
    assert_eq!(stages.at("/total/wall_s"), 0);
    app.finish().await;
}

fn calendar(from: i8, until: i8) -> Arc<WorkCalendar> {
    let hour = |hour| civil::time(hour, 0, 0, 0);
    let shift = Shift::new(None, None, vec![(hour(from), hour(until))]).expect("a shift");
    let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
    let (off, make_up) = Default::default();
    Arc::new(WorkCalendar::new(
        zone,
        civil::date(2026, 12, 31),
        off,
        make_up,
        [shift],
    ))
}

fn event(at: Timestamp, to: State, holder: Option<u128>) -> Event {
    Event {
        seq: 1,
        at,
        command: "comment".to_owned(),
        from: None,
        to,
        actor_id: None,
        actor_role: "system".to_owned(),
        actor_unit_id: None,
        actor_unit_name: None,
        device_id: None,
        holder_unit_id: holder.map(Uuid::from_u128),
        holder_unit_name: None,
        opinion: String::new(),
        data: Value::Null,
        office_only: false,
    }
}

const OPEN: [State; 7] = [
    State::Triage,
    State::Dispatched,
    State::Returned,
    State::Disputed,
    State::Rectifying,
    State::Suspended,
    State::AwaitingRecheck,
];

proptest! {
    /// Whatever happened, at whatever microsecond: spans join, and add up to the whole on the wall and by the city's calendar; by the
    /// holders' own calendars as well when those are the same.
    #[test]
    fn sums_equal_the_total_exactly(
        steps in prop::collection::vec(
            (0_i64..400_000_000_000, prop::sample::select(OPEN.to_vec()), prop::option::of(1_u128..4)), 1..40),
        rest_us in 0_i64..400_000_000_000,
        closes in any::<bool>(),
        same in any::<bool>(),
    ) {
        let start: Timestamp = "2026-03-02T01:17:03.999999Z".parse().expect("an instant");
        let mut at = start;
        let mut events = Vec::new();
        for (later_us, state, holder) in steps {
            events.push(event(at, state, holder));
            at += SignedDuration::from_micros(later_us);
        }
        let now = at + SignedDuration::from_micros(rest_us);
        if closes {
            events.push(event(at, State::Closed, None));
        }
        let end = if closes { at } else { now };
        let city = calendar(8, 17);
        let calendar_of = |unit: Option<Uuid>| match unit {
            Some(unit) if !same => calendar(if unit == Uuid::from_u128(1) { 6 } else { 9 }, 20),
            _ => calendar(8, 17),
        };
        let spans = spans(&events, now, calendar_of);
        let second = |at: Timestamp| Timestamp::from_second(at.as_second()).expect("an instant");
        let (first, last) = (second(events[0].at), second(end));
        prop_assert_eq!(spans[0].since, first);
        for pair in spans.windows(2) {
            prop_assert_eq!(pair[0].until, Some(pair[1].since));
            let changed = pair[0].stage != pair[1].stage || pair[0].holder != pair[1].holder;
            prop_assert!(changed);
        }
        prop_assert_eq!(spans[spans.len() - 1].until, closes.then_some(last));
        let total = spans.iter().fold(Held::default(), |sum, span| sum + span.held);
        prop_assert_eq!(total.wall_s, last.as_second() - first.as_second());
        prop_assert_eq!(total.city_work_s, city.work_time_between(first, last).as_secs());
        if same {
            prop_assert_eq!(total.work_s, total.city_work_s);
        }
        let summed = sums(&spans).into_iter().fold(Held::default(), |sum, (.., held)| sum + held);
        prop_assert_eq!(summed, total);
    }
}

#[test]
fn every_open_state_has_its_stage_and_no_other() {
    for state in State::ALL {
        assert_eq!(Stage::of(state).is_some(), OPEN.contains(&state), "{state}");
    }
}
