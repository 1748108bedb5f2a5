//! What is kept of tickets for lists and figures, their past and their tallies, and what somebody has done to it who may write to the database.

use serde_json::json;
use uuid::Uuid;
use xuncha::domain::audit::fault::{Fault, SpanFault, TallyFault};
use xuncha::services::supervision::fold_tallies;

use super::City;
use crate::harness::story::{self, command};

/// The second ticket is acknowledged at 10:30 and submitted at 11:00.
async fn lived() -> City {
    let city = City::new().await;
    let officer = city.app.login("officer-371602-sanitation").await;
    let id = city.ticket(1).to_string();
    city.app.clock.set("2026-11-20 10:30");
    command(&officer, &id, "acknowledge", json!({}))
        .await
        .expect(200);
    city.app.clock.set("2026-11-20 11:00");
    story::submit(&officer, &id).await;
    city.app.run_jobs().await;
    city.anchor().await;
    city
}

#[tokio::test]
async fn a_kept_past_that_was_edited_is_named_with_its_ticket_and_instant() {
    for (edit, at, what) in [
        (
            "UPDATE ticket_spans SET state = 'suspended' WHERE state = 'rectifying'",
            "2026-11-20T02:30:00.000000Z",
            "state",
        ),
        (
            "UPDATE ticket_spans SET lead_unit_id = (SELECT id FROM units WHERE code = '371603') WHERE state = 'rectifying'",
            "2026-11-20T02:30:00.000000Z",
            "lead_unit",
        ),
        (
            "UPDATE ticket_spans SET due_at = due_at + interval '1 day' WHERE state = 'dispatched'",
            "2026-11-20T02:00:00.000000Z",
            "due_at",
        ),
        (
            "UPDATE ticket_spans SET supervision_level = 3 WHERE state = 'rectifying'",
            "2026-11-20T02:30:00.000000Z",
            "supervision_level",
        ),
        (
            "UPDATE ticket_spans SET until = until - interval '1 minute' WHERE state = 'rectifying'",
            "2026-11-20T02:59:00.000000Z",
            "until",
        ),
        (
            "UPDATE ticket_spans SET since = since + interval '1 minute' WHERE state = 'rectifying'",
            "2026-11-20T02:30:00.000000Z",
            "missing",
        ),
        (
            "INSERT INTO ticket_spans SELECT (jsonb_populate_record(s, '{\"since\": \"2026-11-20T02:40:00Z\"}')).* FROM ticket_spans s
              WHERE state = 'rectifying'; UPDATE ticket_spans SET until = '2026-11-20T02:40:00Z' WHERE since = '2026-11-20T02:30:00Z'",
            "2026-11-20T02:40:00.000000Z",
            "since",
        ),
        (
            "UPDATE ticket_spans SET overdue = tstzrange(since, until) WHERE state = 'rectifying'",
            "2026-11-20T02:30:00.000000Z",
            "overdue",
        ),
        (
            "DELETE FROM ticket_spans",
            "2026-11-20T02:00:00.000000Z",
            "missing",
        ),
        (
            "UPDATE tickets SET known_since = known_since - interval '1 minute' WHERE known_since IS NOT NULL",
            "2026-11-20T02:59:00.000000Z",
            "since",
        ),
    ] {
        let city = lived().await;
        assert_eq!(city.verify().await.faults, []);
        city.tamper(edit).await;
        let past = SpanFault {
            at: at.to_owned(),
            what: what.to_owned(),
        };
        let fault = Fault::PastEdited(city.name(1), past);
        assert_eq!(city.verify().await.faults, [fault], "{edit}");
    }
}

#[tokio::test]
async fn what_was_put_right_on_the_spot_is_whole_though_nobody_ever_had_to_act() {
    let city = City::new().await;
    let inspector = city.app.login("inspector1").await;
    let there = story::report("371602").fixed_on_site();
    let there = there.post(&inspector).await.ticket;
    city.app.clock.set("2026-11-20 11:00");
    let officer = city.app.login("officer-371602-sanitation").await;
    command(&officer, &there, "comment", json!({ "text": "已知悉" }))
        .await
        .expect(200);
    city.anchor().await;
    assert_eq!(city.verify().await.faults, []);
}

#[tokio::test]
async fn a_submission_that_was_moved_into_its_time_limit_is_named() {
    let city = lived().await;
    let id = city.ticket(1).to_string();
    city.app.clock.set("2026-11-20 11:30");
    let other = city.app.login("inspector2").await;
    command(&other, &id, "recheck", story::recheck("pass"))
        .await
        .expect(200);
    city.app.run_jobs().await;
    city.anchor().await;
    city.tamper("UPDATE ticket_spans SET submitted_at = submitted_at - interval '1 hour' WHERE state = 'awaiting_recheck'")
        .await;
    let past = SpanFault {
        at: "2026-11-20T03:00:00.000000Z".to_owned(),
        what: "submitted_at".to_owned(),
    };
    let fault = Fault::PastEdited(city.name(1), past);
    assert_eq!(city.verify().await.faults, [fault]);
}

/// The only tally that is wrong.
async fn wrong_tally(city: &City) -> TallyFault {
    let faults = city.verify().await.faults;
    match faults.as_slice() {
        [Fault::TallyWrong(wrong)] => wrong.clone(),
        _ => panic!("{faults:?}"),
    }
}

#[tokio::test]
async fn a_tally_that_was_edited_is_named_with_what_a_recount_gives() {
    let city = City::anchored().await;
    let unit = city
        .app
        .rows("SELECT id FROM units WHERE code = '371602-sanitation'")
        .await;
    let unit = unit[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(city.verify().await.faults, []);
    fold_tallies(&city.app.svc).await.expect("folded");
    for unit in [Uuid::nil().to_string(), unit.clone()] {
        for (table, tallies, key) in [
            ("by_day", "ticket_counts_by_day", "2026-11-20, 371602"),
            (
                "by_item",
                "ticket_counts_by_item",
                "2026-11-01, E0102, 371602",
            ),
        ] {
            let which = format!("WHERE lead_unit_id = '{unit}' AND outcome = 'open'");
            city.tamper(&format!("UPDATE ticket_tallies_{table} SET n = 3 {which}"))
                .await;
            let wrong = TallyFault {
                tallies,
                key: format!("{unit}, {key}, open"),
                kept: 3,
                counted: 2,
            };
            assert_eq!(wrong_tally(&city).await, wrong);
            city.tamper(&format!("UPDATE ticket_tallies_{table} SET n = 2 {which}"))
                .await;
        }
        for level in [0, 2, 4] {
            let which = format!(
                "WHERE lead_unit_id = '{unit}' AND level = {level} AND outcome = 'on_time'"
            );
            city.tamper(&format!("UPDATE ticket_tallies_on_map SET n = 7 {which}"))
                .await;
            let wrong = wrong_tally(&city).await;
            assert!(wrong.key.starts_with(&format!("{unit}, {level}, ")));
            assert_eq!((wrong.kept, wrong.counted), (7, 1));
            city.tamper(&format!("UPDATE ticket_tallies_on_map SET n = 1 {which}"))
                .await;
        }
    }
    // What is not folded yet is held to it as well.
    city.tamper(
        "INSERT INTO ticket_tally_changes (day, district_code, lead_unit_id, item, outcome, n)
         SELECT day, district_code, lead_unit_id, 'E0102', outcome, -1 FROM ticket_tallies_by_day
          WHERE outcome = 'open' AND lead_unit_id <> '00000000-0000-0000-0000-000000000000'",
    )
    .await;
    let faults = city.verify().await.faults;
    assert_eq!(
        faults.len(),
        4,
        "by day and by item, of its unit and of all: {faults:?}"
    );
}
