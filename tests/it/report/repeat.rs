//! Sending again, and ids that are in use.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{counts, report, report_with, send, with};
use crate::harness::TestApp;
use crate::harness::story::Photo;

/// The same content as a phone of another make writes it: keys the other way round, space everywhere, other escapes.
fn written_otherwise(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .rev()
                .map(|(key, value)| format!("\n\t\"{key}\" : {}", written_otherwise(value)))
                .collect();
            format!("{{{} }}", fields.join(" ,"))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(written_otherwise).collect();
            format!("[ {} ]", items.join(" , "))
        }
        Value::String(text) => {
            let escaped: String = text
                .encode_utf16()
                .map(|unit| format!("\\u{unit:04x}"))
                .collect();
            format!("\"{escaped}\"")
        }
        Value::Number(number) if number.is_f64() => format!("{number}00e0"),
        other => other.to_string(),
    }
}

#[tokio::test]
async fn the_same_report_again_answers_the_same_and_makes_nothing() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let report = report();
    let first = send(&inspector, &report).await.expect(201);
    let location = format!("/api/v1/reports/{}", first.str("/id"));
    assert_eq!(first.header("location"), Some(location.as_str()));
    assert_eq!(first.at("/id"), &report["id"]);
    assert_eq!(first.str("/findings/0/ticket/state"), "dispatched");
    assert_eq!(first.at("/findings/0/ticket/reasons"), &json!([]));
    let before = counts(&app).await;

    let again = send(&inspector, &report).await.expect(200);
    assert_eq!(again.json, first.json);
    assert_eq!(again.header("location"), Some(location.as_str()));
    let otherwise = written_otherwise(&report);
    let rewritten = inspector
        .post("reports")
        .body("application/json; charset=utf-8", otherwise);
    assert_eq!(rewritten.await.expect(200).json, first.json);
    assert_eq!(counts(&app).await, before);
    app.finish().await;
}

#[tokio::test]
async fn a_repeat_answers_the_tickets_present_state() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let report = report();
    let first = send(&inspector, &report).await.expect(201);
    let ticket = format!("tickets/{}", first.str("/findings/0/ticket/id"));
    let officer = app.login("officer-371602-sanitation").await;
    let rev = officer.get(&ticket).await.expect(200);
    let acknowledge = officer
        .post(&format!("{ticket}/acknowledge"))
        .json(&json!({}));
    acknowledge.if_match(rev.str("/rev")).await.expect(200);
    let again = send(&inspector, &report).await.expect(200);
    assert_eq!(again.str("/findings/0/ticket/state"), "rectifying");
    app.finish().await;
}

#[tokio::test]
async fn other_content_under_the_same_id_is_kept_beside_the_first() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let original = report();
    let first = send(&inspector, &original).await.expect(201);
    let before = counts(&app).await;

    let amended = with(original.clone(), "/data/note", json!("桥下"));
    let kept = send(&inspector, &amended)
        .await
        .expect_problem(409, "report_amended");
    let again = send(&inspector, &amended)
        .await
        .expect_problem(409, "report_amended");
    assert_eq!(again.str("/amendment"), kept.str("/amendment"));
    let third = with(original.clone(), "/data/note", json!("桥上"));
    let other = send(&inspector, &third)
        .await
        .expect_problem(409, "report_amended");
    assert_ne!(other.str("/amendment"), kept.str("/amendment"));

    assert_eq!(
        send(&inspector, &original).await.expect(200).json,
        first.json
    );
    let mut expected = before;
    expected["report_amendments"] = json!(2);
    assert_eq!(counts(&app).await, expected);
    let rows = app
        .rows("SELECT raw FROM reports UNION ALL SELECT raw FROM report_amendments")
        .await;
    for sent in [&original, &amended, &third] {
        assert!(
            rows.iter().any(|row| &row["raw"] == sent),
            "{sent} is not kept as it came: {rows:#?}"
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn another_inspectors_report_id_is_taken_and_nothing_is_told() {
    let app = TestApp::demo().await;
    let (one, other) = (app.login("inspector1").await, app.login("inspector2").await);
    let report = report();
    send(&one, &report).await.expect(201);
    let before = counts(&app).await;
    for content in [
        report.clone(),
        with(report.clone(), "/data/note", json!("别的")),
    ] {
        let taken = send(&other, &content).await.expect_problem(409, "id_taken");
        let members: Vec<&str> = taken
            .json
            .as_object()
            .expect("an object")
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(members, ["code", "request_id", "status", "title", "type"]);
    }
    assert_eq!(counts(&app).await, before);
    app.finish().await;
}

#[tokio::test]
async fn a_finding_id_in_use_refuses_the_whole_report() {
    let app = TestApp::demo().await;
    let (one, other) = (app.login("inspector1").await, app.login("inspector2").await);
    let first = report();
    send(&one, &first).await.expect(201);
    let before = counts(&app).await;
    let mut second = report();
    let stolen = with(
        report(),
        "/data/findings/0/id",
        first["data"]["findings"][0]["id"].clone(),
    );
    second["data"]["findings"]
        .as_array_mut()
        .expect("a list")
        .push(stolen["data"]["findings"][0].clone());
    second["attachments"]
        .as_array_mut()
        .expect("a list")
        .push(stolen["attachments"][0].clone());
    for client in [&one, &other] {
        let taken = send(client, &second).await.expect_problem(409, "id_taken");
        assert!(
            taken.str("/detail").contains("/data/findings/1/id"),
            "{taken:?}"
        );
    }
    assert_eq!(counts(&app).await, before, "nothing of it is left");
    app.finish().await;
}

#[tokio::test]
async fn another_accounts_photo_id_refuses_the_whole_report() {
    let app = TestApp::demo().await;
    let (one, other) = (app.login("inspector1").await, app.login("inspector2").await);
    let photo = Photo::of_bytes("a photo");
    send(&one, &report_with(&photo)).await.expect(201);
    let before = counts(&app).await;
    let taken = send(&other, &report_with(&photo))
        .await
        .expect_problem(409, "id_taken");
    assert!(
        taken.str("/detail").contains("/attachments/0/aid"),
        "{taken:?}"
    );
    assert_eq!(counts(&app).await, before);
    app.finish().await;
}

#[tokio::test]
async fn a_photo_id_of_ones_own_may_not_mean_two_files() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photo = Photo::of_bytes("a photo");
    send(&inspector, &report_with(&photo)).await.expect(201);
    let before = counts(&app).await;
    let changed = Photo {
        aid: photo.aid,
        bytes: b"other".to_vec(),
    };
    send(&inspector, &report_with(&changed))
        .await
        .expect_problem(422, "invalid")
        .expect_fault("/attachments/0/sha256");
    assert_eq!(counts(&app).await, before);
    send(&inspector, &report_with(&photo)).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn twenty_phones_sending_the_same_report_at_once_make_one() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let report = report();
    let answers = join_all((0..20).map(|_| send(&inspector, &report))).await;
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    let repeated = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!((created, repeated), (1, 19));
    for answer in &answers {
        assert_eq!(answer.json, answers[0].json);
    }
    let counts = counts(&app).await;
    assert_eq!(counts["reports"], 1);
    assert_eq!(counts["findings"], 1);
    assert_eq!(counts["tickets"], 1);
    assert_eq!(counts["report_amendments"], 0);
    app.finish().await;
}

#[tokio::test]
async fn reports_that_share_photos_in_opposite_order_do_not_lock_each_other_out() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let photos: Vec<Photo> = (0..6_u8).map(|n| Photo::of_bytes([n; 9])).collect();
    let reports = (0..10).map(|turn| {
        let mut declared: Vec<Value> = photos.iter().map(Photo::declared).collect();
        if turn % 2 == 1 {
            declared.reverse();
        }
        let mut report = report();
        report["data"]["findings"][0]["attachments"] = json!([photos[0].aid]);
        with(report, "/attachments", json!(declared))
    });
    let reports: Vec<Value> = reports.collect();
    for answer in join_all(reports.iter().map(|report| send(&inspector, report))).await {
        answer.expect(201);
    }
    app.finish().await;
}
