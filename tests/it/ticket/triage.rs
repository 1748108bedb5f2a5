//! What is in doubt waits with every reason listed, until a clerk settles it.

use serde_json::json;

use super::city;
use crate::harness::story::{self, command, ticket};
use crate::harness::{Client, TestApp, shanghai};

async fn desk() -> (TestApp, Client, Client) {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let clerk = app.login("clerk").await;
    (app, inspector, clerk)
}

#[tokio::test]
async fn an_item_with_several_conditions_waits_for_one_to_be_named() {
    let (app, inspector, clerk) = desk().await;
    let sent = story::report("371602").item("E0103").post(&inspector).await;
    assert_eq!(
        (sent.state.as_str(), sent.reasons),
        ("triage", vec!["no_condition".to_owned()])
    );
    let waiting = clerk.get("triage").await.expect(200);
    assert_eq!(waiting.str("/items/0/id"), sent.ticket);
    assert_eq!(
        waiting.at("/items/0/triage_reasons"),
        &json!(["no_condition"])
    );
    assert_eq!(
        waiting.at("/items/0/allowed"),
        &json!(["file", "reject", "merge", "void", "correct", "comment"])
    );
    assert_eq!(waiting.at("/items/0/number"), &json!(null));
    assert_eq!(waiting.at("/items/0/deadline"), &json!(null));

    let unnamed = command(&clerk, &sent.ticket, "file", json!({})).await;
    unnamed
        .expect_problem(422, "invalid")
        .expect_fault("/condition");
    let unknown = command(&clerk, &sent.ticket, "file", json!({ "condition": "z" })).await;
    unknown
        .expect_problem(422, "invalid")
        .expect_fault("/condition");
    app.clock.set("2026-11-20 11:00");
    let body = json!({ "condition": "b", "opinion": "零星渣土" });
    let filed = command(&clerk, &sent.ticket, "file", body)
        .await
        .expect(200);
    assert_eq!(filed.at("/state"), "dispatched");
    assert_eq!(filed.at("/number"), "2026-000001");
    assert_eq!(filed.at("/condition/code"), "b");
    assert_eq!(filed.at("/handling/routing/rule"), "subject_unit");
    assert_eq!(filed.at("/handling/lead/name"), "滨城区环境卫生服务中心");
    assert_eq!(
        filed.at("/handling/cooperating"),
        &json!(["滨城区城市管理局"])
    );
    let due = shanghai("2026-11-24 11:00").to_string(); // 2 work days from the filing, not from the report
    assert_eq!(filed.at("/deadline/due_at"), &json!(due));
    assert!(
        clerk
            .get("triage")
            .await
            .expect(200)
            .list("/items")
            .is_empty()
    );
    app.finish().await;
}

#[tokio::test]
async fn a_position_outside_the_city_is_filed_by_a_clerk() {
    let (app, inspector, clerk) = desk().await;
    let beijing = || story::report("371602").at(39.9087, 116.3975);
    let sent = beijing().post(&inspector).await;
    assert_eq!(sent.reasons, ["outside_city"]);
    let seen = ticket(&clerk, &sent.ticket).await;
    assert_eq!(seen.at("/district"), &json!(null));
    assert_eq!(seen.at("/handling/routing/rule"), "city_fallback");
    let filed = command(&clerk, &sent.ticket, "file", json!({}))
        .await
        .expect(200);
    assert_eq!(filed.at("/handling/routing/rule"), "city_fallback");
    assert_eq!(filed.at("/handling/routing/unit/code"), "371600");

    let sent = beijing().post(&inspector).await;
    let body = json!({ "lead_unit": "371602-sanitation" });
    let filed = command(&clerk, &sent.ticket, "file", body)
        .await
        .expect(200);
    assert_eq!(filed.at("/handling/routing/rule"), "person");
    assert_eq!(filed.at("/handling/routing/unit/code"), "371602-sanitation");
    app.finish().await;
}

#[tokio::test]
async fn a_missing_a_zero_and_a_stale_position_are_no_position() {
    let (app, inspector, clerk) = desk().await;
    let drafts = [
        story::report("371602").without_fix(),
        story::report("371602").at(0.0, 0.0),
        story::report("371602").fix_age(121),
    ];
    for draft in drafts {
        let sent = draft.post(&inspector).await;
        assert_eq!(sent.reasons, ["position_missing"]);
        let seen = ticket(&clerk, &sent.ticket).await;
        assert_eq!(seen.at("/position"), &json!(null));
        assert_eq!(seen.at("/handling/routing/reason"), "position_unknown");
        let body = json!({ "lead_unit": "371603-sanitation", "opinion": "按照片背景判断" });
        let filed = command(&clerk, &sent.ticket, "file", body)
            .await
            .expect(200);
        assert_eq!(filed.at("/state"), "dispatched");
        assert_eq!(filed.at("/handling/routing/unit/code"), "371603-sanitation");
    }
    let fresh = story::report("371602").fix_age(120).post(&inspector).await;
    assert_eq!(fresh.state, "dispatched");
    app.finish().await;
}

#[tokio::test]
async fn a_weak_position_waits_and_its_unit_is_proposed() {
    let (app, inspector, clerk) = desk().await;
    for (accuracy, reasons) in [
        (Some(100.0), &[][..]),
        (Some(100.5), &["position_weak"]),
        (None, &["position_weak"]),
    ] {
        let sent = story::report("371602")
            .accuracy(accuracy)
            .post(&inspector)
            .await;
        assert_eq!(sent.reasons, reasons, "{accuracy:?}");
        if sent.state == "triage" {
            let filed = command(&clerk, &sent.ticket, "file", json!({}))
                .await
                .expect(200);
            assert_eq!(filed.at("/handling/routing/unit/code"), "371602-sanitation");
            assert_eq!(filed.at("/triage_reasons"), &json!(reasons));
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn fewer_photos_declared_than_the_condition_asks_for_wait() {
    let (app, inspector, clerk) = desk().await;
    let sent = story::report("371602")
        .photos(vec![])
        .post(&inspector)
        .await;
    assert_eq!(sent.reasons, ["photos_missing"]);
    let filed = command(&clerk, &sent.ticket, "file", json!({}))
        .await
        .expect(200);
    assert_eq!(filed.at("/state"), "dispatched");
    app.finish().await;
}

#[tokio::test]
async fn every_reason_is_listed_at_once() {
    let (app, inspector, clerk) = desk().await;
    let draft = story::report("371602")
        .item("E0103")
        .photos(vec![])
        .accuracy(Some(500.0));
    let mut sent = draft.at(39.9087, 116.3975).post(&inspector).await;
    sent.reasons.sort();
    assert_eq!(
        sent.reasons,
        ["no_condition", "outside_city", "position_weak"]
    );
    let body = json!({ "condition": "a", "lead_unit": "371681-sanitation" });
    command(&clerk, &sent.ticket, "file", body)
        .await
        .expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_unit_that_does_not_exist_cannot_lead() {
    let (app, inspector, clerk) = desk().await;
    let sent = story::report("371602")
        .photos(vec![])
        .post(&inspector)
        .await;
    let refused = command(
        &clerk,
        &sent.ticket,
        "file",
        json!({ "lead_unit": "nobody" }),
    )
    .await;
    refused
        .expect_problem(422, "invalid")
        .expect_fault("/lead_unit");
    assert_eq!(ticket(&clerk, &sent.ticket).await.at("/state"), "triage");
    app.finish().await;
}

#[tokio::test]
async fn a_report_on_something_put_right_closes_when_a_clerk_files_it() {
    let (app, inspector, clerk) = desk().await;
    let sent = story::report("371602")
        .fixed_on_site()
        .photos(vec![])
        .post(&inspector)
        .await;
    assert_eq!(sent.state, "triage");
    let filed = command(&clerk, &sent.ticket, "file", json!({}))
        .await
        .expect(200);
    assert_eq!(filed.at("/state"), "closed");
    assert_eq!(filed.at("/number"), "2026-000001");
    app.finish().await;
}

#[tokio::test]
async fn what_is_no_case_is_rejected_with_a_reason() {
    let (app, inspector, clerk) = desk().await;
    let sent = story::report("371602")
        .photos(vec![])
        .post(&inspector)
        .await;
    let unsaid = command(&clerk, &sent.ticket, "reject", json!({ "reason": " " })).await;
    unsaid
        .expect_problem(422, "invalid")
        .expect_fault("/reason");
    let rejected = command(
        &clerk,
        &sent.ticket,
        "reject",
        json!({ "reason": "照片与描述不符" }),
    )
    .await
    .expect(200);
    assert_eq!(rejected.at("/state"), "rejected");
    assert_eq!(rejected.at("/allowed"), &json!(["comment"]));
    let officer = app.login(super::SANITATION).await;
    officer
        .get(&format!("tickets/{}", sent.ticket))
        .await
        .expect_problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn another_sighting_joins_its_master_with_its_photos() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let other = app.login("inspector2").await;
    let master = story::report("371602").post(&inspector).await;
    let doubtful = story::report("371602")
        .accuracy(Some(300.0))
        .send(&other)
        .await;
    app.run_jobs().await;

    let body = json!({ "master": master.ticket, "reason": "同一处垃圾" });
    let merged = command(&clerk, &doubtful.ticket, "merge", body)
        .await
        .expect(200);
    assert_eq!(merged.at("/state"), "merged");
    assert_eq!(merged.str("/master"), master.ticket);
    assert_eq!(merged.at("/number"), &json!(null));

    let seen = ticket(&officer, &master.ticket).await;
    assert_eq!(seen.at("/rev"), "2");
    assert_eq!(seen.list("/photos").len(), 2);
    let photo = seen
        .list("/photos")
        .iter()
        .find(|photo| photo["stored"] == true);
    let photo = photo.expect("the sighting's photo")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    officer
        .get(&format!("attachments/{photo}/thumb"))
        .await
        .expect(200);
    officer
        .get(&format!("tickets/{}", doubtful.ticket))
        .await
        .expect_problem(404, "not_found");
    let trail = officer
        .get(&format!("tickets/{}/trail", master.ticket))
        .await
        .expect(200);
    assert_eq!(
        trail.list("/items").len(),
        2,
        "filed, and joined by another sighting"
    );

    // Whoever saw it too does not recheck it either.
    story::rectify(&officer, &master.ticket).await;
    app.run_jobs().await;
    other
        .get(&format!("tickets/{}", master.ticket))
        .await
        .expect_problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_master_is_another_open_ticket_that_has_been_filed() {
    let (app, inspector, clerk) = desk().await;
    let doubtful = story::report("371602")
        .photos(vec![])
        .post(&inspector)
        .await;
    let closed = story::report("371602")
        .fixed_on_site()
        .post(&inspector)
        .await;
    let waiting = story::report("371602")
        .photos(vec![])
        .post(&inspector)
        .await;
    let nowhere = "00000000-0000-4000-8000-000000000000";
    for master in [&doubtful.ticket, &closed.ticket, &waiting.ticket, nowhere] {
        let refused = command(
            &clerk,
            &doubtful.ticket,
            "merge",
            json!({ "master": master }),
        )
        .await;
        refused
            .expect_problem(422, "invalid")
            .expect_fault("/master");
    }
    assert_eq!(
        ticket(&clerk, &doubtful.ticket).await.at("/state"),
        "triage"
    );
    app.finish().await;
}

#[tokio::test]
async fn what_was_filed_by_mistake_is_voided_in_the_units_sight() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let sent = story::report("371602").post(&inspector).await;
    let voided = command(
        &clerk,
        &sent.ticket,
        "void",
        json!({ "reason": "重复导入" }),
    )
    .await
    .expect(200);
    assert_eq!(voided.at("/state"), "voided");
    let seen = ticket(&officer, &sent.ticket).await;
    assert_eq!(seen.at("/state"), "voided");
    assert_eq!(seen.at("/deadline/running"), false);
    assert_eq!(seen.at("/overdue"), false);
    assert_eq!(seen.at("/allowed"), &json!(["comment"]));
    let trail = officer
        .get(&format!("tickets/{}/trail", sent.ticket))
        .await
        .expect(200);
    assert_eq!(trail.str("/items/1/opinion"), "重复导入");

    let doubtful = story::report("371602")
        .photos(vec![])
        .post(&inspector)
        .await;
    command(
        &clerk,
        &doubtful.ticket,
        "void",
        json!({ "reason": "测试" }),
    )
    .await
    .expect(200);
    officer
        .get(&format!("tickets/{}", doubtful.ticket))
        .await
        .expect_problem(404, "not_found");

    let taken = story::report("371602").post(&inspector).await;
    command(&officer, &taken.ticket, "acknowledge", json!({}))
        .await
        .expect(200);
    let late = command(&clerk, &taken.ticket, "void", json!({ "reason": "重复" })).await;
    late.expect_problem(409, "wrong_state");
    app.finish().await;
}

#[tokio::test]
async fn what_the_office_says_before_filing_stays_in_the_office() {
    let (app, inspector, officer) = city().await;
    let clerk = app.login("clerk").await;
    let sent = story::report("371602")
        .accuracy(None)
        .post(&inspector)
        .await;
    let body =
        json!({ "text": "与督查员核实过位置", "attachments": [story::Photo::new().declared()] });
    let said = command(&clerk, &sent.ticket, "comment", body)
        .await
        .expect(200);
    assert_eq!(
        (said.at("/state"), said.at("/rev")),
        (&json!("triage"), &json!("1"))
    );
    command(&clerk, &sent.ticket, "file", json!({}))
        .await
        .expect(200);
    let seen = ticket(&officer, &sent.ticket).await;
    assert_eq!(seen.at("/rev"), "2");
    assert_eq!(seen.list("/photos").len(), 1);
    let trail = officer
        .get(&format!("tickets/{}/trail", sent.ticket))
        .await
        .expect(200);
    assert_eq!(trail.list("/items").len(), 1, "{}", trail.text());
    let office = clerk
        .get(&format!("tickets/{}/trail", sent.ticket))
        .await
        .expect(200);
    assert_eq!(office.str("/items/1/opinion"), "与督查员核实过位置");
    let known_to_office = ticket(&clerk, &sent.ticket).await;
    assert_eq!(known_to_office.list("/photos").len(), 2);
    for photo in known_to_office.list("/photos") {
        let key = photo["id"].as_str().unwrap_or_default();
        let read = officer.get(&format!("attachments/{key}/display")).await;
        // Neither's bytes are here: the one that the unit may know of says so, the other is not there.
        match photo["role"].as_str() {
            Some("before") => read.expect_problem(409, "not_ready"),
            _ => read.expect_problem(404, "not_found"),
        };
    }
    app.finish().await;
}

#[tokio::test]
async fn only_the_office_reads_what_waits() {
    let (app, inspector, officer) = city().await;
    story::report("371602")
        .photos(vec![])
        .post(&inspector)
        .await;
    for client in [&inspector, &officer] {
        client.get("triage").await.expect_problem(403, "forbidden");
    }
    assert!(
        officer
            .get("tickets")
            .await
            .expect(200)
            .list("/items")
            .is_empty()
    );
    let supervisor = app.login("supervisor").await;
    assert_eq!(
        supervisor
            .get("triage")
            .await
            .expect(200)
            .list("/items")
            .len(),
        1
    );
    app.finish().await;
}
