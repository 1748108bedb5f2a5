//! What cannot be is refused whole: with the place at fault, in the reader's language, and without a trace.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{counts, report, send, with};
use crate::harness::story::Photo;
use crate::harness::{Client, Response, TestApp};

async fn city() -> (TestApp, Client, Value) {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let before = counts(&app).await;
    (app, inspector, before)
}

/// Sent as JSON text, since not all of it can be written as a value.
async fn send_text(client: &Client, text: impl Into<Vec<u8>>, language: &str) -> Response {
    let request = client.post("reports").body("application/json", text);
    request.header("accept-language", language).await
}

fn is_chinese(text: &str) -> bool {
    text.chars()
        .any(|character| ('一'..='鿿').contains(&character))
}

/// Ids, codes and texts that cannot be: the place of the report that is replaced, by what, and the place to be blamed.
fn unfit_words() -> Vec<(&'static str, Value, &'static str)> {
    let long = "字".repeat(4_001);
    let nobody = json!(Uuid::new_v4());
    vec![
        ("/id", json!("7"), "/id"),
        ("/id", Value::Null, "/id"),
        ("/data", json!("x"), "/data"),
        ("/data/findings", json!([]), "/data/findings"),
        ("/data/clean", json!(true), "/data/findings"),
        ("/data/point", nobody.clone(), "/data/point"),
        ("/data/round", nobody.clone(), "/data/round"),
        ("/data/note", json!(long), "/data/note"),
        ("/data/note", json!("a\0b"), "/data/note"),
        ("/data/note", json!(7), "/data/note"),
        ("/data/findings/0/id", json!("x"), "/data/findings/0/id"),
        (
            "/data/findings/0/item",
            json!("X9999"),
            "/data/findings/0/item",
        ),
        ("/data/findings/0/item", json!(""), "/data/findings/0/item"),
        (
            "/data/findings/0/item",
            json!("E0102\0"),
            "/data/findings/0/item",
        ),
        (
            "/data/findings/0/condition",
            json!("zz"),
            "/data/findings/0/condition",
        ),
        (
            "/data/findings/0/text",
            json!(long),
            "/data/findings/0/text",
        ),
        (
            "/data/findings/0/attachments",
            json!([nobody]),
            "/data/findings/0/attachments/0",
        ),
    ]
}

/// The same for positions, photos, lists and members.
fn unfit_numbers() -> Vec<(&'static str, Value, &'static str)> {
    let many = |one: Value, count: usize| Value::Array(vec![one; count]);
    let report = report();
    let finding = report.pointer("/data/findings/0").expect("there").clone();
    vec![
        ("/geo/datum", json!("wgs72"), "/geo/datum"),
        ("/geo/datum", json!("WGS84"), "/geo/datum"),
        ("/geo/lat", json!(91), "/geo/lat"),
        ("/geo/lat", json!(-90.000_001), "/geo/lat"),
        ("/geo/lat", json!("37.4"), "/geo/lat"),
        ("/geo/lat", Value::Null, "/geo/lat"),
        ("/geo/lon", json!(180.1), "/geo/lon"),
        ("/geo/lon", json!(1e300), "/geo/lon"),
        ("/geo/acc_m", json!(-1), "/geo/acc_m"),
        ("/geo/acc_m", json!(1e300), "/geo/acc_m"),
        ("/geo/fix_age_ms", json!(-1), "/geo/fix_age_ms"),
        ("/geo/fix_age_ms", json!(u64::MAX), "/geo/fix_age_ms"),
        ("/geo/fix_age_ms", json!(1e30), "/geo/fix_age_ms"),
        ("/captured/mono_ms", json!(1e30), "/captured/mono_ms"),
        ("/attachments/0/bytes", json!(0), "/attachments/0/bytes"),
        ("/attachments/0/bytes", json!(-1), "/attachments/0/bytes"),
        (
            "/attachments/0/bytes",
            json!(33_554_433),
            "/attachments/0/bytes",
        ),
        (
            "/attachments/0/bytes",
            json!(u64::MAX),
            "/attachments/0/bytes",
        ),
        (
            "/attachments/0/sha256",
            json!("00"),
            "/attachments/0/sha256",
        ),
        (
            "/attachments/0/sha256",
            json!("g".repeat(64)),
            "/attachments/0/sha256",
        ),
        (
            "/attachments/0/mime",
            json!("text/html"),
            "/attachments/0/mime",
        ),
        (
            "/attachments/0/role",
            json!("sideways"),
            "/attachments/0/role",
        ),
        (
            "/attachments",
            many(Photo::of_bytes("x").declared(), 101),
            "/attachments",
        ),
        (
            "/attachments",
            many(Photo::of_bytes("x").declared(), 2),
            "/attachments/1/aid",
        ),
        ("/data/findings", many(finding, 51), "/data/findings"),
        ("/surprise", json!(1), "/surprise"),
        ("/geo/surprise", json!(1), "/geo/surprise"),
        ("/captured/surprise", json!(1), "/captured/surprise"),
        ("/data/surprise", json!(1), "/data/surprise"),
        (
            "/data/findings/0/surprise",
            json!(1),
            "/data/findings/0/surprise",
        ),
        (
            "/attachments/0/surprise",
            json!(1),
            "/attachments/0/surprise",
        ),
    ]
}

#[tokio::test]
async fn every_value_that_cannot_be_is_blamed_in_both_languages_and_leaves_nothing() {
    let (app, inspector, before) = city().await;
    for (place, value, blamed) in [unfit_words(), unfit_numbers()].concat() {
        let text = with(report(), place, value).to_string();
        let chinese = send_text(&inspector, text.clone(), "zh-CN, en;q=0.5")
            .await
            .expect_problem(422, "invalid")
            .expect_fault(blamed);
        assert_eq!(chinese.header("content-language"), Some("zh-CN"));
        let english = send_text(&inspector, text, "en")
            .await
            .expect_problem(422, "invalid")
            .expect_fault(blamed);
        assert_eq!(english.header("content-language"), Some("en"));
        for (in_zh, in_en) in chinese.list("/errors").iter().zip(english.list("/errors")) {
            assert_eq!(in_zh["pointer"], in_en["pointer"]);
            let (zh, en) = (in_zh["detail"].to_string(), in_en["detail"].to_string());
            assert!(is_chinese(&zh), "{blamed}: {zh}");
            assert!(!is_chinese(&en), "{blamed}: {en}");
        }
    }
    assert_eq!(counts(&app).await, before);
    app.finish().await;
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let (app, inspector, before) = city().await;
    let report = with(report(), "/geo/lat", json!(91));
    let report = with(report, "/geo/datum", json!("mars"));
    let report = with(report, "/attachments/0/mime", json!("image/gif"));
    let answer = send(&inspector, &report)
        .await
        .expect_problem(422, "invalid");
    assert_eq!(answer.list("/errors").len(), 3, "{answer:?}");
    assert_eq!(counts(&app).await, before);
    app.finish().await;
}

#[tokio::test]
async fn a_second_finding_that_cannot_be_takes_the_first_one_back() {
    let (app, inspector, before) = city().await;
    let mut findings = vec![report()["data"]["findings"][0].clone(); 2];
    for finding in &mut findings {
        finding["attachments"] = json!([]);
    }
    let twins = with(report(), "/data/findings", json!(findings.clone()));
    send(&inspector, &twins)
        .await
        .expect_problem(422, "invalid")
        .expect_fault("/data/findings/1/id");
    findings[1]["id"] = json!(Uuid::new_v4());
    findings[1]["item"] = json!("X1");
    let report = with(report(), "/data/findings", json!(findings));
    send(&inspector, &report)
        .await
        .expect_problem(422, "invalid")
        .expect_fault("/data/findings/1/item");
    assert_eq!(counts(&app).await, before);
    app.finish().await;
}

#[tokio::test]
async fn texts_as_long_as_allowed_and_stranger_than_usual_come_back_as_sent() {
    let (app, inspector, _) = city().await;
    let strange = format!(
        "{}'\"\\;--<script>\u{202e}\u{1f5d1}\u{fffd}",
        "字".repeat(3_970)
    );
    let report = with(report(), "/data/findings/0/text", json!(strange));
    let answer = send(&inspector, &report).await.expect(201);
    assert_eq!(answer.str("/findings/0/text"), strange);
    app.finish().await;
}

#[tokio::test]
async fn what_is_not_json_is_a_problem_with_its_line() {
    let (app, inspector, before) = city().await;
    let whole = report().to_string();
    let half = whole.as_bytes().split_at(whole.len() / 2).0.to_vec();
    let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    let deep_inside = whole.replacen(
        "\"河边\"",
        &format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000)),
        1,
    );
    let bodies: Vec<Vec<u8>> = vec![
        half,
        deep,
        deep_inside.into(),
        b"{".to_vec(),
        b"\xff\xfe".to_vec(),
        b"{\"id\": \"\\ud800\"}".to_vec(),
        b"{\"data\": NaN}".to_vec(),
        b"{\"geo\": {\"lat\": 1e999}}".to_vec(),
        [whole.as_bytes(), b" {}"].concat(),
        [b"\xef\xbb\xbf".as_slice(), whole.as_bytes()].concat(),
        b"id=7&data=8".to_vec(),
    ];
    for body in bodies {
        let shown = String::from_utf8_lossy(&body)
            .chars()
            .take(40)
            .collect::<String>();
        let answer = send_text(&inspector, body, "zh").await;
        assert_eq!(answer.status, 400, "{shown}: {}", answer.text());
        let answer = answer.expect_problem(400, "malformed_json");
        assert!(answer.str("/detail").contains("行"), "{shown}: {answer:?}");
    }
    assert_eq!(counts(&app).await, before);
    app.finish().await;
}

#[tokio::test]
async fn json_that_is_no_report_is_blamed_as_a_whole() {
    let (app, inspector, before) = city().await;
    for body in ["", "{}", "[]", "null", "7", "\"report\""] {
        let answer = send_text(&inspector, body, "en").await;
        answer.expect_problem(422, "invalid").expect_fault("");
    }
    assert_eq!(counts(&app).await, before);
    app.finish().await;
}

#[tokio::test]
async fn a_key_given_twice_is_refused_for_nobody_knows_which_was_meant() {
    let (app, inspector, before) = city().await;
    let report = report().to_string();
    let twice = report.replacen("\"note\":", "\"note\": \"first\", \"note\":", 1);
    send_text(&inspector, twice, "en")
        .await
        .expect_problem(400, "malformed_json");
    assert_eq!(counts(&app).await, before);
    app.finish().await;
}

#[tokio::test]
async fn another_media_type_is_refused() {
    let (app, inspector, before) = city().await;
    for media_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "image/jpeg",
    ] {
        let request = inspector
            .post("reports")
            .body(media_type, report().to_string());
        request.await.expect_problem(415, "unsupported_media_type");
    }
    assert_eq!(counts(&app).await, before);
    app.finish().await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_whatever_its_size() {
    let (app, inspector, before) = city().await;
    for size in [1_200_000, 40_000_000] {
        let large = with(report(), "/data/note", json!("x".repeat(size)));
        let answer = send(&inspector, &large)
            .await
            .expect_problem(413, "too_large");
        assert_eq!(answer.at("/limit_bytes"), 1_048_576);
    }
    assert_eq!(counts(&app).await, before);
    app.finish().await;
}

#[tokio::test]
async fn only_inspectors_and_units_report() {
    let app = TestApp::demo().await;
    for role in ["clerk", "supervisor", "auditor", "admin"] {
        let client = app.login(role).await;
        send(&client, &report())
            .await
            .expect_problem(403, "forbidden");
    }
    send(&app.client(), &report())
        .await
        .expect_problem(401, "unauthenticated");
    assert_eq!(counts(&app).await["reports"], 0);
    app.finish().await;
}
