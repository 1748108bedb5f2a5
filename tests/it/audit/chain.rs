//! What is hashed survives the database: numbers above all, which it writes in its own way.

use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;
use xuncha::domain::audit::chain::{Link, START, digest};

use super::City;
use crate::harness::TestApp;

/// The example of api-spec/audit.md.
#[test]
fn the_worked_example_gives_the_hashes_that_the_document_says() {
    let document = include_str!("../../../api-spec/audit.md");
    let ticket_id = Uuid::from_u128(0x5f0d_2a52_6c1e_4f0b_9d55_3c1b_7a90_e001);
    let data = json!({ "rev": 2, "clock": null, "command": { "lat": 37.50, "n": 1e21 } });
    let first = Link {
        ticket_id,
        seq: 1,
        at_us: 1_795_140_000_000_000,
        command: "create",
        from_state: None,
        to_state: "triage",
        actor_id: Some(Uuid::from_u128(7)),
        actor_role: "inspector",
        actor_unit_id: None,
        device_id: None,
        holder_unit_id: None,
        opinion: "",
        data: &Value::Null,
        office_only: true,
        ticket_hash: None,
    };
    let second = Link {
        seq: 2,
        command: "file",
        from_state: Some("triage"),
        to_state: "dispatched",
        actor_role: "clerk",
        opinion: "属实",
        data: &data,
        office_only: false,
        ticket_hash: Some(hex::encode(digest(
            &json!({ "state": "dispatched", "rework_round": 0 }),
        ))),
        ..first
    };
    let one = first.hash(&START);
    let two = second.hash(&one);
    for (link, hash) in [(first.canonical(), one), (second.canonical(), two)] {
        let canonical = String::from_utf8(link).expect("JSON");
        assert!(
            document.contains(&canonical),
            "the document should show {canonical}"
        );
        assert!(
            document.contains(&hex::encode(hash)),
            "the document should show {}",
            hex::encode(hash)
        );
    }
    let leaf = hex::encode(xuncha::domain::audit::merkle::leaf(ticket_id, 2, &two));
    assert!(document.contains(&leaf), "the document should show {leaf}");
}

#[test]
fn a_column_that_is_added_later_changes_nothing_while_it_says_nothing() {
    let before = json!({ "state": "closed", "rev": 3 });
    let after = json!({ "state": "closed", "rev": 3, "level": 0, "tags": [], "note": "", "by": null, "on": false });
    assert_eq!(digest(&before), digest(&after));
    assert_ne!(
        digest(&before),
        digest(&json!({ "state": "closed", "rev": 3, "level": 1 }))
    );
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("JSON has no other", |it| it.is_finite())
            .prop_map(Value::from),
        (-180.0..180.0_f64).prop_map(Value::from),
        prop::sample::select(vec![
            0.0,
            -0.0,
            1e15,
            1e16,
            1e17,
            1e21,
            1e22,
            5e-324,
            f64::MAX,
            0.1 + 0.2
        ])
        .prop_map(Value::from),
    ]
}

/// One statement for many values: each comes back from `jsonb` with the same canonical form.
#[tokio::test]
async fn numbers_and_texts_come_back_from_the_database_with_the_hash_they_had() {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;
    let app = TestApp::empty().await;
    let mut runner = TestRunner::deterministic();
    let text = "[^\\x00]{0,12}";
    let value =
        (number(), text, text).prop_map(|(number, key, text)| json!({ key: [number, text] }));
    let values: Vec<Value> = (0..3_000)
        .map(|_| value.new_tree(&mut runner).expect("a value").current())
        .collect();
    let literal = serde_json::to_string(&values)
        .expect("JSON")
        .replace('\'', "''");
    let back = app
        .rows(&format!("SELECT v FROM jsonb_array_elements('{literal}'::jsonb) WITH ORDINALITY AS t (v, n) ORDER BY n"))
        .await;
    assert_eq!(back.len(), values.len());
    for (value, row) in values.iter().zip(back) {
        assert_eq!(
            digest(&json!({ "v": value })),
            digest(&json!({ "v": row["v"] })),
            "{value}"
        );
    }
    app.finish().await;
}

/// As after a migration of a city that was there before: no row has a hash.
#[tokio::test]
async fn trails_that_were_there_before_are_chained_once_and_anchored_like_any_other() {
    use xuncha::services::audit::backfill::backfill;
    let city = City::new().await;
    city.tamper(
        "ALTER TABLE ticket_events DROP CONSTRAINT ticket_events_hash_check;
         UPDATE ticket_events SET hash = NULL, ticket_hash = NULL; DELETE FROM audit_pending;
         ALTER TABLE ticket_events ADD CONSTRAINT ticket_events_hash_check
               CHECK (hash IS NOT NULL AND octet_length(hash) = 32) NOT VALID",
    )
    .await;
    assert!(
        !city.verify().await.faults.is_empty(),
        "without hashes it is not whole"
    );
    let mut sql = city.app.sql().await;
    assert_eq!(backfill(&mut sql, &|_| ()).await.expect("chained"), 3);
    assert_eq!(
        backfill(&mut sql, &|_| ()).await.expect("chained already"),
        0
    );
    city.comment(1).await;
    city.anchor().await;
    let report = city.verify().await;
    assert_eq!(
        (report.faults.as_slice(), report.rows, report.entries),
        (&[][..], 10, 10)
    );
}
