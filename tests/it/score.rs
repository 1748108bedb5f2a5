//! Criteria, what reports say of them, and the score rate.

use serde_json::{Value, json};
use uuid::Uuid;
use xuncha::domain::criterion::{Bound, Form, Measure, Standard};
use xuncha::domain::score::Tally;

use crate::harness::phone::Phone;
use crate::harness::story::INSIDE;
use crate::harness::{Client, Response, TestApp};

const HEADER: &str =
    "scheme,version,code,name_zh,name_en,form,bound,limit,per_m,item,kinds,exclusions";

fn file(rows: &[String]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

async fn import(admin: &Client, kind: &str, file: String) -> Response {
    let path = format!("imports/{kind}");
    admin.post(&path).body("text/csv", file).await
}

/// A demo point of this kind.
async fn point_of(client: &Client, kind: &str) -> String {
    let points = client.get(&format!("points?kind={kind}")).await.expect(200);
    points.str("/items/0/id").to_owned()
}

/// A report from a point: what was judged there, and a fault of each of these items.
fn report(point: &str, observations: Value, items: &[&str]) -> Value {
    let findings: Vec<Value> = items
        .iter()
        .map(|item| json!({ "id": Uuid::new_v4(), "item": item }))
        .collect();
    json!({ "id": Uuid::new_v4(), "data": {
        "point": point, "clean": items.is_empty(), "findings": findings, "observations": observations,
    } })
}

#[tokio::test]
async fn seventy_eight_points_and_1166_observations_of_328_criteria_score_70_1_percent() {
    let app = TestApp::demo().await;
    let (admin, inspector) = (app.login("admin").await, app.login("inspector1").await);
    let criteria: Vec<String> = (0..328)
        .map(|n| format!("xuncha-demo,2026,V{n:03},标准{n},Criterion {n},absence,,,,,,不测"))
        .collect();
    let imported = import(&admin, "criteria", file(&criteria))
        .await
        .expect(200);
    assert_eq!(imported.at("/inserted"), 328);
    let points: Vec<String> = (0..78_u32)
        .map(|n| {
            let (_, lat, lon) = INSIDE[usize::try_from(n % 7).expect("a few")];
            let lat = lat + f64::from(n) * 0.000_1;
            format!("V{n:02},点位{n},,K{:02},{lat},{lon},wgs84,,", n % 3 + 13)
        })
        .collect();
    let points = format!(
        "code,name_zh,name_en,kind,lat,lon,datum,address,owner\n{}\n",
        points.join("\n")
    );
    import(&admin, "points", points).await.expect(200);
    let ids = app
        .rows("SELECT id FROM check_points WHERE code LIKE 'V%' ORDER BY code")
        .await;
    assert_eq!(ids.len(), 78);

    // 74 points with 15 criteria each and 4 with 14; of 349 lost points 5 at 37 of them and 4 at the rest.
    let mut next = 0..;
    for (nth, row) in ids.iter().enumerate() {
        let judged = if nth < 74 { 15 } else { 14 };
        let lost = if nth < 37 { 5 } else { 4 };
        let observations: Vec<Value> = next
            .by_ref()
            .take(judged)
            .enumerate()
            .map(|(place, n)| {
                let verdict = if place < lost { "not_met" } else { "met" };
                json!({ "criterion": format!("V{:03}", n % 328), "verdict": verdict })
            })
            .chain((nth == 0).then(
                || json!({ "criterion": "V327", "verdict": "excluded", "exclusion": "不测" }),
            ))
            .collect();
        let point = row["id"].as_str().expect("an id");
        let body = report(point, json!(observations), &["E0102"]);
        inspector.post("reports").json(&body).await.expect(201);
    }
    let supervisor = app.login("supervisor").await;
    let scores = supervisor.get("scores?by=district").await.expect(200);
    assert_eq!(
        scores.at("/total"),
        &json!({
            "points": 78, "criteria": 328, "observed": 1_166, "met": 817, "not_met": 349, "excluded": 1, "rate": "70.1",
        })
    );
    let sum = |member: &str| -> i64 {
        let groups = scores.list("/items").iter();
        groups.filter_map(|it| it[member].as_i64()).sum()
    };
    assert_eq!(scores.list("/items").len(), 7);
    assert_eq!(
        (sum("met"), sum("observed"), sum("points")),
        (817, 1_166, 78)
    );
    let kinds = supervisor
        .get("scores?by=kind&district=371602&version=2026")
        .await
        .expect(200);
    let groups: Vec<&str> = kinds
        .list("/items")
        .iter()
        .filter_map(|it| it["group"].as_str())
        .collect();
    assert_eq!(groups, ["K13", "K14", "K15"]);
    let (code, ..) = INSIDE[0];
    let of_district = scores.list("/items").iter().find(|it| it["group"] == code);
    assert_eq!(
        of_district.expect("Bincheng")["met"],
        *kinds.at("/total/met")
    );
    let nothing = supervisor
        .get("scores?by=round&version=1999")
        .await
        .expect(200);
    assert!(nothing.list("/items").is_empty());
    assert_eq!(nothing.at("/total/rate"), &Value::Null);
}

#[tokio::test]
async fn a_report_says_of_each_criterion_whether_it_was_met_and_the_figure_decides() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let point = point_of(&inspector, "K13").await;
    let observations = json!([
        { "criterion": "C0102", "amount": 9, "out_of": 300 },
        { "criterion": "C0108", "amount": 89, "out_of": 99, "verdict": "not_met" },
        { "criterion": "C0101", "verdict": "not_met" },
        { "criterion": "C0115", "verdict": "excluded", "exclusion": "白天测评" },
        { "criterion": "C0105", "amount": 0 },
    ]);
    let body = report(&point, observations, &["E0102", "E0505"]);
    let stored = inspector.post("reports").json(&body).await.expect(201);
    let findings = [
        body["data"]["findings"][0]["id"].clone(),
        body["data"]["findings"][1]["id"].clone(),
    ];
    let expected = json!([
        { "criterion": "C0102", "verdict": "met", "exclusion": null, "amount": 9, "out_of": 300, "finding": null },
        { "criterion": "C0108", "verdict": "not_met", "exclusion": null, "amount": 89, "out_of": 99, "finding": findings[1] },
        { "criterion": "C0101", "verdict": "not_met", "exclusion": null, "amount": null, "out_of": null, "finding": findings[0] },
        { "criterion": "C0115", "verdict": "excluded", "exclusion": "白天测评", "amount": null, "out_of": null, "finding": null },
        { "criterion": "C0105", "verdict": "met", "exclusion": null, "amount": 0, "out_of": null, "finding": null },
    ]);
    assert_eq!(stored.at("/observations"), &expected);
    let again = inspector.post("reports").json(&body).await.expect(200);
    assert_eq!(again.at("/observations"), &expected);
    let mut phone = Phone::of(&app, "inspector1").await;
    phone.pull().await;
    let criteria = phone.ids("criteria").len();
    assert_eq!(
        criteria,
        inspector
            .get("criteria")
            .await
            .expect(200)
            .list("/items")
            .len()
    );
    let doc = phone
        .doc("reports", body["id"].as_str().expect("an id"))
        .clone();
    assert_eq!(
        doc["observations"][1],
        json!({ "criterion": "C0108", "verdict": "not_met", "amount": 89, "out_of": 99, "finding": findings[1] })
    );
    let mut unit = Phone::of(&app, "officer-371602").await;
    unit.pull().await;
    assert!(unit.ids("criteria").is_empty());
}

#[tokio::test]
async fn an_observation_that_cannot_be_is_refused_and_nothing_of_its_report_is_stored() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let point = point_of(&inspector, "K13").await;
    for (observation, pointer, code) in [
        (
            json!({ "criterion": "C9999", "verdict": "met" }),
            "criterion",
            "criterion_unknown",
        ),
        (
            json!({ "criterion": "C0501", "verdict": "met" }),
            "criterion",
            "does_not_apply",
        ),
        (json!({ "criterion": "C0101" }), "verdict", "required"),
        (
            json!({ "criterion": "C0102", "verdict": "met" }),
            "verdict",
            "required",
        ),
        (
            json!({ "criterion": "C0102", "amount": 1 }),
            "amount",
            "does_not_fit",
        ),
        (
            json!({ "criterion": "C0108", "amount": 5, "out_of": 4 }),
            "amount",
            "does_not_fit",
        ),
        (
            json!({ "criterion": "C0102", "amount": 1, "out_of": 100, "verdict": "not_met" }),
            "verdict",
            "contradicts",
        ),
        (
            json!({ "criterion": "C0115", "verdict": "excluded" }),
            "exclusion",
            "exclusion_unknown",
        ),
        (
            json!({ "criterion": "C0115", "verdict": "excluded", "exclusion": "不想测" }),
            "exclusion",
            "exclusion_unknown",
        ),
        (
            json!({ "criterion": "C0101", "verdict": "met", "exclusion": "施工围挡内" }),
            "exclusion",
            "exclusion_unknown",
        ),
        (
            json!({ "criterion": "C0101", "verdict": "not_met" }),
            "finding",
            "finding_required",
        ),
        (
            json!({ "criterion": "C0101", "verdict": "perhaps" }),
            "verdict",
            "unknown_word",
        ),
        (
            json!({ "criterion": "C0101", "verdict": "met", "out_of": 3 }),
            "amount",
            "required",
        ),
    ] {
        let said = observation.to_string();
        let body = report(&point, json!([observation]), &[]);
        let answer = inspector.post("reports").json(&body).await;
        let answer = answer.expect_problem(422, "invalid");
        let expected = format!("/data/observations/0/{pointer}");
        assert_eq!(
            (
                answer.str("/errors/0/pointer"),
                answer.str("/errors/0/code")
            ),
            (expected.as_str(), code),
            "{said}"
        );
    }
    let met = json!({ "criterion": "C0101", "verdict": "met" });
    let twice = report(&point, json!([met, met]), &[]);
    let answer = inspector.post("reports").json(&twice).await;
    assert_eq!(
        answer.expect_problem(422, "invalid").str("/errors/0/code"),
        "repeated"
    );
    let mut nowhere = report(&point, json!([met]), &[]);
    nowhere["data"]["point"] = Value::Null;
    let answer = inspector.post("reports").json(&nowhere).await;
    assert_eq!(
        answer
            .expect_problem(422, "invalid")
            .str("/errors/0/pointer"),
        "/data/point"
    );
    assert!(app.rows("SELECT id FROM reports").await.is_empty());
}

#[tokio::test]
async fn a_version_of_criteria_may_gain_but_never_change_and_each_bad_row_is_named() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let again = import(
        &admin,
        "criteria",
        include_str!("../../demo/criteria.csv").to_owned(),
    )
    .await;
    assert_eq!(again.expect(200).at("/inserted"), 0);
    let good = "xuncha-demo,2026,N1,某项,Something,count,at_most,3,100,E0102,K13,".to_owned();
    import(&admin, "criteria", file(std::slice::from_ref(&good)))
        .await
        .expect(200);
    let new = good.replace("N1", "N2");
    for (row, column) in [
        (good.replace(",3,100,", ",4,100,"), "code"),
        (new.replace("2026", "2031"), "version"),
        (new.replace("E0102", "X999"), "item"),
        (new.replace("K13", "K99"), "kinds"),
        (new.replace("count", "weight"), "form"),
        (new.replace("at_most", ""), "bound"),
        (new.replace(",3,100,", ",3,,"), "per_m"),
        (new.replace(",3,100,", ",,100,"), "limit"),
        (new.replace(",3,100,", ",3,0,"), "per_m"),
        (
            new.replace("count,at_most,3,100", "ratio,at_least,101,"),
            "limit",
        ),
        (new.replace("count,at_most,3,100", "content,,1,"), "limit"),
        (new.replace("count,at_most,3,100", "wait,,,"), "limit"),
    ] {
        let refused = import(&admin, "criteria", file(std::slice::from_ref(&row))).await;
        let refused = refused.expect_problem(422, "import_refused");
        assert_eq!(
            refused.str("/errors/0/pointer"),
            format!("line 2, column {column}"),
            "{row}"
        );
    }
    let tried = admin
        .post("imports/criteria?dry_run=true")
        .body("text/csv", file(&[new]))
        .await
        .expect(200);
    assert_eq!(
        (tried.at("/inserted"), tried.at("/dry_run")),
        (&json!(1), &json!(true))
    );
    let kept = app
        .rows("SELECT code FROM criteria WHERE code LIKE 'N%'")
        .await;
    assert_eq!(kept, [json!({ "code": "N1" })]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, a row a case")]
fn each_form_is_met_at_its_limit_and_not_beyond() {
    let standard =
        |form, bound, limit, per_m| Standard::new(form, bound, limit, per_m).expect("a standard");
    let (most, least) = (Some(Bound::AtMost), Some(Bound::AtLeast));
    for (standard, amount, out_of, met) in [
        (
            standard(Form::Absence, None, None, None),
            0,
            None,
            Some(true),
        ),
        (
            standard(Form::Absence, None, None, None),
            1,
            None,
            Some(false),
        ),
        (
            standard(Form::Presence, None, None, None),
            1,
            None,
            Some(true),
        ),
        (
            standard(Form::Presence, None, Some(3), None),
            2,
            None,
            Some(false),
        ),
        (
            standard(Form::Count, most, Some(3), Some(100)),
            4,
            Some(134),
            Some(true),
        ),
        (
            standard(Form::Count, most, Some(3), Some(100)),
            4,
            Some(133),
            Some(false),
        ),
        (
            standard(Form::Count, least, Some(1), Some(500)),
            2,
            Some(1_000),
            Some(true),
        ),
        (
            standard(Form::Count, least, Some(1), Some(500)),
            2,
            Some(1_001),
            Some(false),
        ),
        (
            standard(Form::Ratio, least, Some(95), None),
            19,
            Some(20),
            Some(true),
        ),
        (
            standard(Form::Ratio, least, Some(95), None),
            18,
            Some(19),
            Some(false),
        ),
        (
            standard(Form::Ratio, most, Some(5), None),
            1,
            Some(20),
            Some(true),
        ),
        (
            standard(Form::Ratio, least, Some(95), None),
            0,
            Some(0),
            None,
        ),
        (
            standard(Form::Wait, None, Some(15), None),
            900,
            None,
            Some(true),
        ),
        (
            standard(Form::Wait, None, Some(15), None),
            901,
            None,
            Some(false),
        ),
        (
            standard(Form::Behaviour, None, None, None),
            1,
            None,
            Some(false),
        ),
        (
            standard(Form::Count, most, Some(u32::MAX), Some(u32::MAX)),
            u32::MAX,
            Some(1),
            Some(false),
        ),
        (standard(Form::Content, None, None, None), 0, None, None),
    ] {
        assert_eq!(
            standard.is_met_by(Measure { amount, out_of }),
            met,
            "{standard:?} {amount} {out_of:?}"
        );
    }
}

#[test]
fn a_rate_is_rounded_half_up_from_the_exact_fraction_and_there_is_none_of_nothing() {
    let tally = |met, not_met| Tally {
        met,
        not_met,
        ..Tally::default()
    };
    for (met, not_met, rate) in [
        (0, 0, None),
        (0, 3, Some("0.0")),
        (3, 0, Some("100.0")),
        (817, 349, Some("70.1")),
        (1, 1_999, Some("0.1")), // 0.05 %
        (1, 2_000, Some("0.0")),
        (u64::MAX / 2, u64::MAX / 2, Some("50.0")),
    ] {
        assert_eq!(
            tally(met, not_met).rate().as_deref(),
            rate,
            "{met} of {}",
            met + not_met
        );
    }
}
