//! Reports: once, however often and in whatever company they come.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{city, counts, create, mutation, verdict_of, with};
use crate::harness::phone::Phone;
use crate::harness::story::{self, Photo};

#[tokio::test]
async fn a_report_is_applied_and_told_its_tickets() {
    let (app, inspector, _) = city().await;
    let draft = story::report("371602");
    let told = inspector.push_one(&create(&draft)).await;
    assert_eq!(told["verdict"], "applied", "{told}");
    assert_eq!(told["seen_before"], false);
    assert_eq!(told["id"], json!(draft.id));
    assert_eq!(told["rev"], "1");
    assert_eq!(told["findings"][0]["id"], json!(draft.finding));
    assert_eq!(told["findings"][0]["ticket"]["state"], "dispatched");
    assert_eq!(told["findings"][0]["ticket"]["reasons"], json!([]));
    assert_eq!(
        told["attachments"],
        json!({ "expected": 1, "stored": 0, "missing": [draft.photos[0].aid] })
    );
    assert_eq!(told["safe_to_delete"], false);
    assert_eq!(told["canon_sha256"].as_str().map(str::len), Some(64));
    app.finish().await;
}

#[tokio::test]
async fn a_batch_of_reports_shares_a_transaction_and_one_that_cannot_be_spoils_none() {
    let (app, inspector, _) = city().await;
    let good: Vec<Value> = (0..25).map(|_| create(&story::report("371602"))).collect();
    for told in inspector.push(&good).await {
        assert_eq!(told["verdict"], "applied", "{told}");
    }
    let writers = app
        .rows("SELECT DISTINCT xmin::text FROM mutation_log")
        .await;
    assert_eq!(writers.len(), 1, "one transaction wrote all of them");
    for place in [0, 1, 2, 12, 24] {
        let mut batch: Vec<Value> = (0..25).map(|_| create(&story::report("371602"))).collect();
        batch[place] = create(&story::report("371602").item("X9999"));
        let before = counts(&app).await["reports"].as_i64().expect("a number");
        for (index, told) in inspector.push(&batch).await.iter().enumerate() {
            if index == place {
                assert_eq!(told["verdict"], "quarantined", "{told}");
                assert_eq!(told["code"], "item_unknown");
                assert_eq!(told["path"], "/data/findings/0/item");
                assert!(told["detail"]["zh"].is_string() && told["detail"]["en"].is_string());
            } else {
                assert_eq!(told["verdict"], "applied", "{index}: {told}");
            }
        }
        assert_eq!(counts(&app).await["reports"], before + 24);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_report_sent_both_ways_is_one_report() {
    let (app, inspector, _) = city().await;
    let draft = story::report("371602");
    let sent = draft.clone().post(&inspector.client).await;
    let told = inspector.push_one(&create(&draft)).await;
    assert_eq!(told["verdict"], "applied", "{told}");
    assert_eq!(
        (&told["known"], &told["seen_before"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(told["findings"][0]["ticket"]["id"], sent.ticket.as_str());
    assert_eq!(counts(&app).await["reports"], 1);
    // And the other way round.
    let draft = story::report("371602");
    inspector.push_one(&create(&draft)).await;
    let again = inspector.client.post("reports").json(&draft.body()).await;
    again.expect(200);
    assert_eq!(counts(&app).await["reports"], 2);
    app.finish().await;
}

#[tokio::test]
async fn other_content_under_a_known_report_is_kept_as_an_amendment() {
    let (app, inspector, _) = city().await;
    let draft = story::report("371602");
    inspector.push_one(&create(&draft)).await;
    let other = create(&draft.clone().text("两堆"));
    let told = inspector.push_one(&other).await;
    assert_eq!(told["verdict"], "applied", "{told}");
    let kept = app.rows("SELECT id FROM report_amendments").await;
    assert_eq!(kept, [json!({ "id": told["amendment"] })]);
    let again = inspector.push_one(&other).await;
    assert_eq!(
        (&again["seen_before"], &again["amendment"]),
        (&json!(true), &told["amendment"])
    );
    assert_eq!(counts(&app).await["reports"], 1);
    app.finish().await;
}

#[tokio::test]
async fn the_id_of_anothers_report_is_taken() {
    let (app, inspector, _) = city().await;
    let other = Phone::of(&app, "inspector2").await;
    let draft = story::report("371602").photos(Vec::new());
    inspector.push_one(&create(&draft)).await;
    let told = other.push_one(&create(&draft)).await;
    assert_eq!(
        (&told["verdict"], &told["code"]),
        (&json!("quarantined"), &json!("id_taken"))
    );
    assert_eq!(counts(&app).await["reports"], 1);
    app.finish().await;
}

#[tokio::test]
async fn a_mid_belongs_to_its_sender() {
    let (app, inspector, _) = city().await;
    let other = Phone::of(&app, "inspector2").await;
    let mine = create(&story::report("371602"));
    let theirs = with(create(&story::report("371602")), "mid", mine["mid"].clone());
    for (phone, it) in [(&inspector, &mine), (&other, &theirs)] {
        let told = phone.push_one(it).await;
        assert_eq!(
            (&told["verdict"], &told["seen_before"]),
            (&json!("applied"), &json!(false))
        );
    }
    assert_eq!(counts(&app).await["mutation_log"], 2);
    app.finish().await;
}

#[tokio::test]
async fn order_and_spelling_of_members_do_not_change_what_a_mutation_is() {
    let (app, inspector, _) = city().await;
    let it = create(&story::report("371602").without_fix());
    let first = inspector.push_one(&it).await;
    // Other transport, other order of members, another spelling of a text.
    let mut again = with(it.clone(), "seq", 99);
    again["depends_on"] = json!([]);
    let text = again.to_string().replace("路边", "\\u8def\\u8fb9");
    let body = format!(r#"{{"app": {{"schema": 9}}, "mutations": [{text}], "more": 1}}"#);
    let answer = inspector.send(body).await.expect(200);
    let told = answer.at("/results/0");
    assert_eq!(told["seen_before"], true, "{told}");
    assert_eq!(told["canon_sha256"], first["canon_sha256"]);
    assert_eq!(answer.at("/batch_id"), &Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn another_kind_or_content_under_a_known_mid_is_kept_beside_it() {
    let (app, inspector, _) = city().await;
    let it = create(&story::report("371602"));
    inspector.push_one(&it).await;
    let other = with(create(&story::report("371603")), "mid", it["mid"].clone());
    let kind = with(it.clone(), "kind", "report.amend");
    for (wrong, seen_before) in [(&other, false), (&kind, false), (&other, true)] {
        let told = inspector.push_one(wrong).await;
        assert_eq!(
            (&told["verdict"], &told["code"]),
            (&json!("quarantined"), &json!("mid_reused"))
        );
        assert_eq!(told["seen_before"], seen_before);
    }
    assert_eq!(verdict_of(&app, &it).await.as_deref(), Some("applied"));
    let counts = counts(&app).await;
    assert_eq!(
        (
            &counts["mutation_log"],
            &counts["mutation_conflicts"],
            &counts["reports"]
        ),
        (&json!(1), &json!(2), &json!(1))
    );
    app.finish().await;
}

#[tokio::test]
async fn what_a_later_app_says_more_is_kept_and_ignored() {
    let (app, inspector, _) = city().await;
    let mut it = with(create(&story::report("371602")), "mood", "good");
    it["data"]["findings"][0]["colour"] = json!("grey");
    let told = inspector.push_one(&it).await;
    assert_eq!(told["verdict"], "applied", "{told}");
    let raw = app.rows("SELECT raw FROM mutation_log").await;
    assert!(
        raw[0]["raw"].as_str().expect("text").contains("colour"),
        "{raw:?}"
    );
    app.finish().await;
}

#[tokio::test]
async fn amendments_and_more_photos_come_to_ones_own_report() {
    let (app, inspector, _) = city().await;
    let draft = story::report("371602");
    inspector.push_one(&create(&draft)).await;
    let words = mutation(
        "report.amend",
        json!({ "id": draft.id, "data": { "note": "更正", "any": [1] } }),
    );
    let more = Photo::new();
    let members = json!({ "id": draft.id, "data": { "finding": draft.finding }, "attachments": [more.declared()] });
    let photos = mutation("report.add_attachments", members);
    for told in inspector.push(&[words.clone(), photos.clone()]).await {
        assert_eq!(
            (&told["verdict"], &told["id"]),
            (&json!("applied"), &json!(draft.id)),
            "{told}"
        );
    }
    let linked = app
        .rows("SELECT ordinal FROM finding_attachments ORDER BY ordinal")
        .await;
    assert_eq!(linked, [json!({ "ordinal": 0 }), json!({ "ordinal": 1 })]);
    assert_eq!(counts(&app).await["report_amendments"], 1);
    let elsewhere = json!({ "id": draft.id, "data": { "finding": Uuid::new_v4() }, "attachments": [Photo::new().declared()] });
    let told = inspector
        .push_one(&mutation("report.add_attachments", elsewhere))
        .await;
    assert_eq!(
        (&told["code"], &told["path"]),
        (&json!("finding_unknown"), &json!("/data/finding"))
    );
    app.finish().await;
}

/// Clocks that are ten years off, each way, and those that cannot be read.
fn clocks() -> Vec<(Value, Value, &'static str)> {
    let right = "2026-11-20T09:59:00+08:00";
    vec![
        (
            json!({ "mono_ms": 60_000, "boot": "b", "anchor": { "server_time": "2026-11-20T01:58:00Z", "mono_ms": 0 } }),
            json!({}),
            "anchor",
        ),
        (
            json!({ "mono_ms": 40_000, "boot": "b", "wall": "2036-11-20T10:00:00+08:00" }),
            json!({ "mono_ms": 100_000, "boot": "b" }),
            "boot",
        ),
        (
            json!({ "gps_time": right, "wall": "2016-11-20T10:00:00+08:00" }),
            json!({}),
            "gps",
        ),
        (
            json!({ "wall": "2036-11-20T09:59:00+08:00" }),
            json!({ "wall": "2036-11-20T10:00:00+08:00" }),
            "offset",
        ),
        (
            json!({ "wall": "2016-11-20T09:59:00+08:00" }),
            json!({ "wall": "2016-11-20T10:00:00+08:00" }),
            "offset",
        ),
        (json!({ "wall": right }), json!({}), "wall"),
    ]
}

#[tokio::test]
async fn a_clock_ten_years_off_changes_nothing_but_how_the_capture_is_estimated() {
    let (app, inspector, _) = city().await;
    for (captured, clock, method) in clocks() {
        let draft = story::report("371602");
        let it = with(create(&draft), "captured", captured);
        let body = json!({ "clock": clock, "mutations": [it] });
        let answer = inspector.send(body.to_string()).await.expect(200);
        assert_eq!(answer.at("/results/0/verdict"), "applied", "{answer:?}");
        let query = format!(
            "SELECT captured_by, captured_at = '2026-11-20T01:59:00Z' AS right, received_at = '2026-11-20T02:00:00Z' AS received, \
                    (SELECT dispatched_at FROM tickets JOIN findings f ON f.id = finding_id WHERE f.report_id = r.id) = r.received_at AS dispatched \
               FROM reports r WHERE id = '{}'",
            draft.id
        );
        let row = app.rows(&query).await.remove(0);
        assert_eq!(
            row,
            json!({ "captured_by": method, "right": true, "received": true, "dispatched": true })
        );
    }
    let unreadable = with(
        create(&story::report("371602")),
        "captured",
        json!({ "wall": "yesterday" }),
    );
    let later = with(
        create(&story::report("371602")),
        "captured",
        json!({ "wall": "2036-11-20T09:59:00+08:00" }),
    );
    for told in inspector.push(&[unreadable, later]).await {
        assert_eq!(told["verdict"], "applied", "{told}");
    }
    let unknown = app
        .rows("SELECT id FROM reports WHERE captured_at IS NULL")
        .await;
    assert_eq!(unknown.len(), 2);
    app.finish().await;
}

#[tokio::test]
async fn a_report_over_rest_has_its_estimate_too() {
    let (app, inspector, _) = city().await;
    let mut body = story::report("371602").body();
    body["captured"] = json!({ "wall": "2026-11-20T09:00:00+08:00" });
    let sent = inspector.client.post("reports").json(&body);
    sent.await.expect(201);
    let by = app.rows("SELECT captured_by FROM reports").await;
    assert_eq!(by, [json!({ "captured_by": "wall" })]);
    app.finish().await;
}
