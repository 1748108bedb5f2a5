//! From a report to a closed ticket, with every party in its place.

use jiff::SignedDuration;
use serde_json::json;

use super::{DISTRICT, awaiting_recheck, city, newcomer};
use crate::harness::story::{self, command, recheck, ticket};
use crate::harness::{TestApp, shanghai};

#[tokio::test]
async fn a_fault_is_reported_dispatched_acknowledged_rectified_rechecked_and_closed() {
    let (app, inspector, officer) = city().await;
    let sent = story::report("371602").send(&inspector).await;
    assert_eq!((sent.state.as_str(), sent.reasons.len()), ("dispatched", 0));
    app.run_jobs().await;

    let dispatched = ticket(&officer, &sent.ticket).await;
    assert_eq!(dispatched.at("/state"), "dispatched");
    assert_eq!(dispatched.at("/number"), "2026-000001");
    assert_eq!(dispatched.header("etag"), Some("\"1\""));
    assert_eq!(
        dispatched.at("/handling/lead/name"),
        "滨城区环境卫生服务中心"
    );
    assert_eq!(dispatched.at("/handling/routing/rule"), "subject_unit");
    assert_eq!(dispatched.at("/handling/routing/polygon/code"), "371602");
    assert_eq!(dispatched.at("/district/name"), "滨城区");
    assert_eq!(dispatched.at("/condition/limit_value"), 4);
    assert_eq!(dispatched.at("/condition/limit_unit"), "work_hour");
    let due = shanghai("2026-11-20 16:00").to_string();
    assert_eq!(dispatched.at("/deadline/due_at"), &json!(due));
    assert_eq!(dispatched.at("/deadline/remaining_work_s"), 4 * 3_600);
    assert_eq!(dispatched.at("/deadline/running"), true);
    assert_eq!(
        dispatched.at("/allowed"),
        &json!(["acknowledge", "return", "comment", "assign"])
    );
    assert_eq!(dispatched.at("/photos/0/role"), "before");
    assert_eq!(dispatched.at("/photos/0/rendition"), "ready");

    app.clock.set("2026-11-20 11:00");
    let taken = command(&officer, &sent.ticket, "acknowledge", json!({}))
        .await
        .expect(200);
    assert_eq!(taken.at("/state"), "rectifying");
    assert_eq!(taken.header("etag"), Some("\"2\""));
    assert_eq!(
        taken.at("/allowed"),
        &json!([
            "return",
            "submit",
            "request_extension",
            "request_suspension",
            "comment",
            "assign"
        ])
    );

    app.clock.set("2026-11-20 15:00");
    let submitted = story::submit(&officer, &sent.ticket).await;
    app.run_jobs().await;
    assert_eq!(submitted.at("/state"), "awaiting_recheck");
    assert_eq!(submitted.at("/deadline/running"), false);
    assert_eq!(submitted.at("/deadline/remaining_work_s"), 3_600);
    assert_eq!(submitted.at("/handling/photos_pending"), false);
    assert_eq!(submitted.at("/allowed"), &json!(["comment", "assign"]));

    app.clock.set("2026-11-24 09:00");
    let other = app.login("inspector2").await;
    let seen = ticket(&other, &sent.ticket).await;
    assert_eq!(seen.at("/allowed"), &json!(["recheck", "comment"]));
    let closed = command(&other, &sent.ticket, "recheck", recheck("pass"))
        .await
        .expect(200);
    assert_eq!(closed.at("/state"), "closed");
    assert_eq!(closed.at("/closed_late"), false);
    assert_eq!(
        closed.at("/closed_at"),
        &json!(shanghai("2026-11-24 09:00").to_string())
    );
    let closed = ticket(&officer, &sent.ticket).await;
    assert_eq!(closed.at("/allowed"), &json!(["comment"]));
    app.finish().await;
}

#[tokio::test]
async fn each_district_has_its_own_tickets() {
    let (app, inspector, _) = city().await;
    for (district, ..) in story::INSIDE {
        let sent = story::report(district).post(&inspector).await;
        let officer = app.login(&format!("officer-{district}-sanitation")).await;
        let page = officer.get("tickets").await.expect(200);
        assert_eq!(page.list("/items").len(), 1, "{district}");
        assert_eq!(page.str("/items/0/id"), sent.ticket);
        assert_eq!(page.at("/items/0/district/code"), district);
    }
    app.finish().await;
}

#[tokio::test]
async fn the_district_office_acts_for_its_bureau() {
    let (app, inspector, _) = city().await;
    let office = app.login(DISTRICT).await;
    let sent = story::report("371602").post(&inspector).await;
    let submitted = story::rectify(&office, &sent.ticket).await;
    assert_eq!(submitted.at("/state"), "awaiting_recheck");
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn whoever_reported_it_does_not_recheck_it() {
    let (app, inspector, officer) = city().await;
    let id = awaiting_recheck(&inspector, &officer).await;
    app.run_jobs().await;
    let seen = ticket(&inspector, &id).await;
    assert_eq!(seen.at("/allowed"), &json!(["comment"]));
    command(&inspector, &id, "recheck", recheck("pass"))
        .await
        .expect_problem(403, "forbidden");
    assert_eq!(ticket(&officer, &id).await.at("/state"), "awaiting_recheck");
    app.finish().await;
}

#[tokio::test]
async fn an_inspector_of_the_lead_unit_or_of_one_above_does_not_know_of_it() {
    let (app, inspector, officer) = city().await;
    let id = awaiting_recheck(&inspector, &officer).await;
    app.run_jobs().await;
    for (username, unit) in [("kin1", "371602-sanitation"), ("kin2", "371602")] {
        let kin = newcomer(&app, username, "inspector", unit).await;
        kin.get(&format!("tickets/{id}"))
            .await
            .expect_problem(404, "not_found");
        command(&kin, &id, "recheck", recheck("pass"))
            .await
            .expect_problem(404, "not_found");
        assert!(
            kin.get("tickets")
                .await
                .expect(200)
                .list("/items")
                .is_empty()
        );
    }
    let neighbour = newcomer(&app, "neighbour", "inspector", "371602-landscape").await;
    command(&neighbour, &id, "recheck", recheck("pass"))
        .await
        .expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_failed_recheck_starts_a_rework_round_with_the_time_that_was_left() {
    let (app, inspector, officer) = city().await;
    let id = awaiting_recheck(&inspector, &officer).await; // 10:00, nothing of the 4 hours used
    app.clock.set("2026-11-20 15:00");
    let other = app.login("inspector2").await;
    command(&other, &id, "recheck", recheck("fail"))
        .await
        .expect(200);
    let again = ticket(&officer, &id).await;
    assert_eq!(again.at("/state"), "rectifying");
    assert_eq!(again.at("/rework_round"), 1);
    assert_eq!(again.at("/deadline/running"), true);
    assert_eq!(again.at("/handling/submitted_at"), &json!(null));
    let due = shanghai("2026-11-23 09:00").to_string(); // 3 hours on Friday, 1 on Monday
    assert_eq!(again.at("/deadline/due_at"), &json!(due));

    app.clock.set("2026-11-20 17:00");
    story::submit(&officer, &id).await;
    app.clock.set("2026-11-23 08:30");
    let clerk = app.login("clerk").await;
    command(&clerk, &id, "recheck", recheck("fail"))
        .await
        .expect(200);
    let third = ticket(&officer, &id).await;
    assert_eq!(third.at("/rework_round"), 2);
    let due = shanghai("2026-11-23 10:30").to_string(); // 2 of the 4 hours are left
    assert_eq!(third.at("/deadline/due_at"), &json!(due));
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn unable_is_not_fail() {
    let (app, inspector, officer) = city().await;
    let id = awaiting_recheck(&inspector, &officer).await;
    app.run_jobs().await;
    app.clock.advance(SignedDuration::from_hours(1));
    let other = app.login("inspector2").await;
    let unable = json!({ "result": "unable", "opinion": "大门上锁" });
    command(&other, &id, "recheck", unable).await.expect(200);
    let still = ticket(&officer, &id).await;
    assert_eq!(still.at("/state"), "awaiting_recheck");
    assert_eq!(still.at("/rework_round"), 0);
    assert_eq!(still.at("/deadline/running"), false);
    app.finish().await;
}

#[tokio::test]
async fn a_clerk_may_recheck() {
    let (app, inspector, officer) = city().await;
    let id = awaiting_recheck(&inspector, &officer).await;
    app.run_jobs().await;
    let clerk = app.login("clerk").await;
    let closed = command(&clerk, &id, "recheck", recheck("pass"))
        .await
        .expect(200);
    assert_eq!(closed.at("/state"), "closed");
    app.finish().await;
}

#[tokio::test]
async fn a_recheck_says_what_it_saw() {
    let (app, inspector, officer) = city().await;
    let id = awaiting_recheck(&inspector, &officer).await;
    app.run_jobs().await;
    let other = app.login("inspector2").await;
    let refused = [
        (json!({ "result": "pass" }), "/attachments"),
        (
            json!({ "result": "fail", "attachments": [story::Photo::new().declared()] }),
            "/opinion",
        ),
        (json!({ "result": "unable" }), "/opinion"),
        (json!({ "result": "perhaps", "opinion": "不详" }), "/result"),
    ];
    for (body, pointer) in refused {
        let answer = command(&other, &id, "recheck", body).await;
        answer.expect_problem(422, "invalid").expect_fault(pointer);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_submission_shows_what_was_done() {
    let (app, inspector, officer) = city().await;
    let sent = story::report("371602").post(&inspector).await;
    command(&officer, &sent.ticket, "acknowledge", json!({}))
        .await
        .expect(200);
    let bare = json!({ "measure": "已清理", "attachments": [] });
    let refused = command(&officer, &sent.ticket, "submit", bare).await;
    refused
        .expect_problem(422, "invalid")
        .expect_fault("/attachments");
    assert_eq!(
        ticket(&officer, &sent.ticket).await.at("/state"),
        "rectifying"
    );
    app.finish().await;
}

#[tokio::test]
async fn behaviour_is_answered_with_a_measure_in_words() {
    let (app, inspector, _) = city().await;
    let police = app.login("officer-371602-police").await;
    let sent = story::report("371602").item("W0801").post(&inspector).await;
    command(&police, &sent.ticket, "acknowledge", json!({}))
        .await
        .expect(200);
    let refused = command(&police, &sent.ticket, "submit", json!({})).await;
    refused
        .expect_problem(422, "invalid")
        .expect_fault("/measure");
    let measure = json!({ "measure": "增派两名巡逻人员，现场劝导" });
    let submitted = command(&police, &sent.ticket, "submit", measure)
        .await
        .expect(200);
    assert_eq!(submitted.at("/state"), "awaiting_recheck");
    app.finish().await;
}

#[tokio::test]
async fn where_the_unit_may_close_its_submission_closes() {
    let (app, inspector, _) = city().await;
    let health = app.login("officer-371602-health").await;
    let sent = story::report("371602")
        .item("W0902")
        .photos(vec![])
        .post(&inspector)
        .await;
    assert_eq!(sent.state, "dispatched", "{:?}", sent.reasons);
    let seen = ticket(&health, &sent.ticket).await;
    assert_eq!(
        seen.at("/deadline/due_at"),
        &json!(shanghai("2026-11-27 10:00").to_string())
    );
    command(&health, &sent.ticket, "acknowledge", json!({}))
        .await
        .expect(200);
    let body = json!({ "measure": "增开三个窗口" });
    let closed = command(&health, &sent.ticket, "submit", body)
        .await
        .expect(200);
    assert_eq!(closed.at("/state"), "closed");
    assert_eq!(closed.at("/closed_late"), false);
    app.finish().await;
}

#[tokio::test]
async fn what_was_put_right_on_the_spot_is_filed_and_closed_at_once() {
    let (app, inspector, officer) = city().await;
    let sent = story::report("371602")
        .fixed_on_site()
        .post(&inspector)
        .await;
    assert_eq!(sent.state, "closed");
    let closed = ticket(&officer, &sent.ticket).await;
    assert_eq!(closed.at("/number"), "2026-000001");
    assert_eq!(closed.at("/fixed_on_site"), true);
    assert_eq!(
        closed.at("/closed_at"),
        &json!(shanghai("2026-11-20 10:00").to_string())
    );
    assert_eq!(closed.at("/closed_late"), false);
    assert_eq!(closed.at("/allowed"), &json!(["comment"]));
    app.finish().await;
}

#[tokio::test]
async fn danger_is_the_inspectors_or_the_conditions() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let clerk = app.login("clerk").await;
    let plain = story::report("371602").post(&inspector).await;
    let said = story::report("371602").danger().post(&inspector).await;
    let known = story::report("371602").item("W0402").post(&inspector).await;
    for (sent, danger) in [(plain, false), (said, true), (known, true)] {
        assert_eq!(ticket(&clerk, &sent.ticket).await.at("/danger"), danger);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_cooperating_unit_reads_and_says_something_and_commands_nothing() {
    let (app, inspector, _) = city().await;
    let sent = story::report("371602")
        .item("W0505")
        .condition("a")
        .post(&inspector)
        .await;
    let cooperating = app.login("officer-371602-urban_management").await;
    let seen = ticket(&cooperating, &sent.ticket).await;
    assert_eq!(
        seen.at("/handling/cooperating"),
        &json!(["滨城区城市管理局"])
    );
    assert_eq!(seen.at("/allowed"), &json!(["comment"]));
    command(&cooperating, &sent.ticket, "acknowledge", json!({}))
        .await
        .expect_problem(403, "forbidden");
    let body = json!({ "text": "我局已派人到场", "attachments": [story::Photo::new().declared()] });
    let commented = command(&cooperating, &sent.ticket, "comment", body)
        .await
        .expect(200);
    assert_eq!(commented.at("/photos/1/role"), "comment");
    app.finish().await;
}
