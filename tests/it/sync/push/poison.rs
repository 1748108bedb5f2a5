//! One item that cannot be read or done: it is kept, explained, and spoils no other.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{city, command, counts, create, mutation};
use crate::harness::TestApp;
use crate::harness::phone::Phone;
use crate::harness::story;

/// A text of an item, what is to be said of it, and where.
type Poison = (String, &'static str, &'static str);

/// Items whose members cannot be read; `MID` stands for an id of their own.
fn unreadable() -> Vec<Poison> {
    let deep = format!(r#""deep": {}1{},"#, "[".repeat(5_000), "]".repeat(5_000));
    let members = [
        (r#""seq": 1e999,"#, "does_not_fit", "/seq"),
        (r#""seq": 99999999999999999999,"#, "does_not_fit", "/seq"),
        (r#""seq": "x","#, "does_not_fit", "/seq"),
        (r#""far": 1e999,"#, "malformed_json", ""),
        (r#""note": 1, "note": 2,"#, "malformed_json", ""),
        (r#""half": "\ud800","#, "malformed_json", ""),
        (&deep, "malformed_json", ""),
        (
            r#""captured": {"boot": "\u0000"},"#,
            "nul_character",
            "/captured/boot",
        ),
        (
            r#""captured": {"mono_ms": 1e30},"#,
            "does_not_fit",
            "/captured/mono_ms",
        ),
        (
            r#""geo": {"lat": 91, "lon": 0, "datum": "wgs84"},"#,
            "out_of_range",
            "/geo/lat",
        ),
        (r#""depends_on": ["x"],"#, "does_not_fit", "/depends_on"),
        (r#""depends_on": 7,"#, "does_not_fit", "/depends_on"),
        (r#""base_rev": 1.5,"#, "does_not_fit", "/base_rev"),
        (r#""attachments": 7,"#, "does_not_fit", "/attachments"),
    ];
    let whole = members.map(|(more, code, path)| {
        let text = format!(
            r#"{{"mid": "MID", "kind": "report.create", "id": "MID", {more} "data": {{"clean": true}}}}"#
        );
        (text, code, path)
    });
    whole.to_vec()
}

/// Items that ask for what is nothing.
fn senseless() -> Vec<Poison> {
    let members = [
        ("", "kind_unknown", "/kind"),
        (r#", "kind": 7"#, "kind_unknown", "/kind"),
        (r#", "kind": "a\u0000b""#, "kind_unknown", "/kind"),
        (
            r#", "kind": "task.teleport", "id": "MID""#,
            "kind_unknown",
            "/kind",
        ),
        (
            r#", "kind": "ticket.suspend", "id": "MID""#,
            "kind_unknown",
            "/kind",
        ),
        (r#", "kind": "ticket.comment""#, "does_not_fit", "/id"),
        (
            r#", "kind": "ticket.comment", "id": "MID", "data": []"#,
            "does_not_fit",
            "/data",
        ),
        (
            r#", "kind": "ticket.comment", "id": "MID", "data": {}"#,
            "does_not_fit",
            "/data",
        ),
        (
            r#", "kind": "ticket.comment", "id": "MID", "data": {"text": " "}"#,
            "required",
            "/data/text",
        ),
        (r#", "kind": "report.create""#, "does_not_fit", ""),
        (
            r#", "kind": "report.create", "id": "MID", "data": null"#,
            "does_not_fit",
            "/data",
        ),
        (
            r#", "kind": "report.add_attachments", "id": "MID", "attachments": []"#,
            "photos_required",
            "/attachments",
        ),
    ];
    let whole =
        members.map(|(more, code, path)| (format!(r#"{{"mid": "MID"{more}}}"#), code, path));
    whole.to_vec()
}

#[tokio::test]
async fn of_a_batch_with_one_poison_item_all_others_are_applied() {
    let (app, inspector, _) = city().await;
    let poison = [unreadable(), senseless()].concat();
    let count = poison.len();
    for (text, code, path) in poison {
        let mid = Uuid::new_v4().to_string();
        let (before, after) = (
            create(&story::report("371602")),
            create(&story::report("371603")),
        );
        let body = format!(
            r#"{{"mutations": [{before}, {}, {after}]}}"#,
            text.replace("MID", &mid)
        );
        let answer = inspector.send(body.clone()).await.expect(200);
        for index in [0, 2] {
            assert_eq!(
                answer.at(&format!("/results/{index}/verdict")),
                "applied",
                "{text}: {answer:?}"
            );
        }
        let told = answer.at("/results/1");
        let said = [&told["mid"], &told["verdict"], &told["code"], &told["path"]];
        assert_eq!(
            said,
            [
                &json!(mid),
                &json!("quarantined"),
                &json!(code),
                &json!(path)
            ],
            "{text}: {told}"
        );
        assert_ne!(told["detail"]["zh"], told["detail"]["en"], "{told}");
        let again = inspector.send(body).await.expect(200);
        assert_eq!(again.at("/results/1/seen_before"), true, "{text}");
        assert_eq!(again.at("/results/1/code"), code);
    }
    assert_eq!(counts(&app).await["mutation_log"], 3 * count);
    assert_eq!(counts(&app).await["reports"], 2 * count);
    app.finish().await;
}

#[tokio::test]
async fn an_item_without_a_mid_is_kept_under_one_made_of_its_text() {
    let (app, inspector, _) = city().await;
    let nameless = [
        "7",
        "null",
        "\"x\"",
        "[]",
        "{}",
        r#"{"mid": 7}"#,
        r#"{"mid": "x"}"#,
        r#"{"mid": null, "kind": "report.create"}"#,
        r#"{"mid": "0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f", "mid": "0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f"}"#,
    ];
    let good = create(&story::report("371602"));
    let body = format!(r#"{{"mutations": [{}, {good}]}}"#, nameless.join(", "));
    let first = inspector.send(body.clone()).await.expect(200);
    for index in 0..nameless.len() {
        let told = first.at(&format!("/results/{index}"));
        let said = [
            &told["verdict"],
            &told["code"],
            &told["index"],
            &told["seen_before"],
        ];
        assert_eq!(
            said,
            [
                &json!("quarantined"),
                &json!("mid_invalid"),
                &json!(index),
                &json!(false)
            ],
            "{told}"
        );
    }
    assert_eq!(
        first.at(&format!("/results/{}/verdict", nameless.len())),
        "applied"
    );
    let again = inspector.send(body).await.expect(200);
    for index in 0..=nameless.len() {
        let place = format!("/results/{index}");
        assert_eq!(again.at(&place)["mid"], first.at(&place)["mid"]);
        assert_eq!(again.at(&place)["seen_before"], true);
    }
    assert_eq!(counts(&app).await["mutation_log"], nameless.len() + 1);
    app.finish().await;
}

#[tokio::test]
async fn bytes_that_are_no_text_spoil_only_their_own_item() {
    let (app, inspector, _) = city().await;
    let (good, bad) = (
        create(&story::report("371602")),
        create(&story::report("371602")),
    );
    let [head, tail] = [format!(r#"{{"mutations": [{good}, "#), "]}".to_owned()];
    let broken = bad.to_string().into_bytes();
    let at = broken
        .windows(3)
        .position(|part| part == "路".as_bytes())
        .expect("in the text");
    let mut body = head.into_bytes();
    body.extend_from_slice(&broken[..at]);
    body.extend_from_slice(&[0xff, 0xe8]);
    body.extend_from_slice(&broken[at + 3..]);
    body.extend_from_slice(tail.as_bytes());
    for seen_before in [false, true] {
        let answer = inspector.send(body.clone()).await.expect(200);
        assert_eq!(answer.at("/results/0/verdict"), "applied");
        let told = answer.at("/results/1");
        assert_eq!(
            (&told["mid"], &told["code"]),
            (&bad["mid"], &json!("not_utf8")),
            "{told}"
        );
        assert_eq!(told["seen_before"], seen_before);
    }
    let raw = app
        .rows("SELECT raw FROM mutation_log WHERE verdict = 'quarantined'")
        .await;
    assert!(
        raw[0]["raw"]
            .as_str()
            .expect("text")
            .contains("\u{fffd}ff\u{fffd}e8"),
        "{raw:?}"
    );
    app.finish().await;
}

#[tokio::test]
async fn every_role_may_push_and_learns_what_it_may_not() {
    let app = TestApp::demo().await;
    for username in ["clerk", "auditor", "admin"] {
        let phone = Phone::of(&app, username).await;
        let told = phone.push_one(&create(&story::report("371602"))).await;
        assert_eq!(
            (&told["verdict"], &told["code"]),
            (&json!("quarantined"), &json!("forbidden")),
            "{username}: {told}"
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn a_ticket_that_is_anothers_answers_like_one_that_is_nowhere() {
    let (app, inspector, officer) = city().await;
    let id = super::ticket(&inspector).await;
    let stranger = Phone::of(&app, "officer-371603").await;
    let mut answers: Vec<Value> = Vec::new();
    for id in [id, Uuid::new_v4().to_string()] {
        let mut told = stranger
            .push_one(&command("comment", &id, "1", json!({ "text": "?" })))
            .await;
        for own in ["mid", "canon_sha256"] {
            told.as_object_mut().expect("an object").remove(own);
        }
        answers.push(told);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(
        (&answers[0]["verdict"], &answers[0]["code"]),
        (&json!("quarantined"), &json!("not_found"))
    );
    drop(officer);
    app.finish().await;
}

#[tokio::test]
async fn a_report_of_another_is_waited_for_like_one_that_is_nowhere() {
    let (app, inspector, _) = city().await;
    let other = Phone::of(&app, "inspector2").await;
    let draft = story::report("371602");
    inspector.push_one(&create(&draft)).await;
    for id in [draft.id, Uuid::new_v4()] {
        let told = other
            .push_one(&mutation("report.amend", json!({ "id": id, "data": {} })))
            .await;
        assert_eq!(
            (&told["verdict"], &told["waiting_for"]),
            (&json!("held"), &json!([id])),
            "{told}"
        );
    }
    app.clock.advance(jiff::SignedDuration::from_hours(73));
    app.run_jobs().await;
    let verdicts = app.rows("SELECT DISTINCT verdict, result->>'code' AS code FROM mutation_log WHERE kind = 'report.amend'").await;
    assert_eq!(
        verdicts,
        [json!({ "verdict": "quarantined", "code": "not_found" })]
    );
    app.finish().await;
}
