//! 督办: a numbered slip for each level, and the reply to it.

use futures_util::future::join_all;
use serde_json::json;
use xuncha::db::AsyncConnection as _;
use xuncha::domain::supervision::ladder::Addressee;
use xuncha::domain::ticket::command::{Notice, ReplyDue};
use xuncha::services::ticket::supervise_by_rule;

use super::{city, four_hours};
use crate::harness::shanghai;
use crate::harness::story::{self, Photo, command, ticket};

#[tokio::test]
async fn each_level_has_its_numbered_slip_and_the_unit_replies_to_it() {
    let (app, inspector, supervisor) = city().await;
    let officer = app.login("officer-371602-sanitation").await;
    let id = four_hours(&inspector).await.ticket;
    let body = json!({ "reason": "群众反映强烈", "reply_work_h": 4 });
    let supervised = command(&supervisor, &id, "supervise", body)
        .await
        .expect(200);
    assert_eq!(supervised.at("/handling/supervision_level"), 1);
    let seen = ticket(&officer, &id).await;
    let slip = |member: &str| format!("/handling/slips/0/{member}");
    assert_eq!(seen.at(&slip("number")), "DB-2026-000001");
    assert_eq!(seen.at(&slip("unit")), "滨城区环境卫生服务中心");
    let due = shanghai("2026-11-20 16:00").to_string();
    assert_eq!(seen.at(&slip("reply_due_at")), &json!(due));
    assert!(seen.json.pointer(&slip("issued_by")).is_none());

    let other = json!({ "slip": "DB-2026-000009", "text": "已到场" });
    command(&officer, &id, "reply", other)
        .await
        .expect_problem(422, "invalid")
        .expect_fault("/slip");
    app.clock.set("2026-11-20 16:30");
    let photo = Photo::new();
    let reply = json!({
        "slip": "DB-2026-000001", "text": "已到场，今晚完成", "attachments": [photo.declared()],
    });
    let replied = command(&officer, &id, "reply", reply.clone())
        .await
        .expect(200);
    assert_eq!(replied.at(&slip("reply")), "已到场，今晚完成");
    assert_eq!(replied.at(&slip("late")), true);
    assert_eq!(replied.at("/photos/1/role"), "comment");
    command(&officer, &id, "reply", reply)
        .await
        .expect_problem(409, "no_slip");

    let at = shanghai("2026-11-24 10:00").to_string();
    let again = json!({ "reason": "仍未整改", "reply_due_at": at });
    command(&supervisor, &id, "supervise", again)
        .await
        .expect(200);
    let seen = ticket(&officer, &id).await;
    assert_eq!(seen.at("/handling/slips/1/number"), "DB-2026-000002");
    assert_eq!(seen.at("/handling/slips/1/level"), 2);
    assert_eq!(seen.at("/handling/slips/1/reply_due_at"), &json!(at));
    app.finish().await;
}

#[tokio::test]
async fn only_the_supervision_office_supervises_and_nobody_in_the_past() {
    let (app, inspector, supervisor) = city().await;
    let id = four_hours(&inspector).await.ticket;
    for stranger in ["clerk", "officer-371602", "inspector1"] {
        let stranger = app.login(stranger).await;
        command(&stranger, &id, "supervise", json!({ "reason": "催" }))
            .await
            .expect_problem(403, "forbidden");
    }
    let past = json!({ "reason": "催", "reply_due_at": "2026-11-20T01:59:00Z" });
    let both = json!({ "reason": "催", "reply_due_at": "2026-11-24T02:00:00Z", "reply_work_h": 4 });
    for (body, pointer) in [
        (past, "/reply_due_at"),
        (both, "/reply_due_at"),
        (
            json!({ "reason": "催", "reply_work_h": 0 }),
            "/reply_work_h",
        ),
        (json!({ "reason": " " }), "/reason"),
    ] {
        command(&supervisor, &id, "supervise", body)
            .await
            .expect_problem(422, "invalid")
            .expect_fault(pointer);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_slip_written_in_triage_is_the_offices_own() {
    let (app, inspector, supervisor) = city().await;
    let clerk = app.login("clerk").await;
    let sent = story::report("371602")
        .accuracy(None)
        .post(&inspector)
        .await;
    let id = sent.ticket;
    command(
        &supervisor,
        &id,
        "supervise",
        json!({ "reason": "尽快受理" }),
    )
    .await
    .expect(200);
    let filed = command(&clerk, &id, "file", json!({})).await.expect(200);
    assert_eq!(filed.at("/handling/slips/0/unit"), &json!(null));
    let officer = app.login("officer-371602-sanitation").await;
    let seen = ticket(&officer, &id).await;
    assert!(seen.list("/handling/slips").is_empty());
    let reply = json!({ "slip": "DB-2026-000001", "text": "已受理" });
    command(&officer, &id, "reply", reply.clone())
        .await
        .expect_problem(409, "no_slip");
    command(&clerk, &id, "reply", reply).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn slips_are_listed_for_the_office_and_for_the_unit_that_leads() {
    let (app, inspector, supervisor) = city().await;
    let officer = app.login("officer-371602-sanitation").await;
    let ours = four_hours(&inspector).await.ticket;
    let theirs = story::report("371603").post(&inspector).await.ticket;
    for id in [&ours, &theirs] {
        command(&supervisor, id, "supervise", json!({ "reason": "催办" }))
            .await
            .expect(200);
    }
    let count = |client: &crate::harness::Client, query: &str| {
        let (client, path) = (client.clone(), format!("supervision/slips{query}"));
        async move { client.get(&path).await.expect(200).list("/items").len() }
    };
    assert_eq!(count(&supervisor, "").await, 2);
    assert_eq!(count(&supervisor, "?district=371603").await, 1);
    assert_eq!(count(&supervisor, "?level=2").await, 0);
    assert_eq!(count(&officer, "").await, 1);
    assert_eq!(count(&officer, "?unit=371603").await, 0);
    let reply = json!({ "slip": "DB-2026-000001", "text": "已到场" });
    command(&officer, &ours, "reply", reply).await.expect(200);
    assert_eq!(count(&supervisor, "?replied=true").await, 1);
    assert_eq!(count(&supervisor, "?overdue=true").await, 0);
    app.clock.set("2026-11-24 10:00"); // eight work hours after Friday 10:00 have passed
    assert_eq!(count(&supervisor, "?overdue=true").await, 1);
    let page = supervisor
        .get("supervision/slips?limit=1")
        .await
        .expect(200);
    let next = page.str("/next_cursor").to_owned();
    assert_eq!(
        count(&supervisor, &format!("?limit=1&cursor={next}")).await,
        1
    );
    app.finish().await;
}

#[tokio::test]
async fn rules_that_come_at_once_raise_a_level_once() {
    let (app, inspector, supervisor) = city().await;
    let id = four_hours(&inspector).await.ticket;
    let ticket_id = id.parse().expect("an id");
    let by_rule = |level: u32| {
        let svc = app.svc.clone();
        async move {
            let mut conn = svc.conn().await.expect("a connection");
            let notice = Notice {
                reason: "超期一日".to_owned(),
                reply_due: ReplyDue::Usual,
                to: Addressee::Lead,
            };
            conn.transaction::<_, xuncha::services::Error, _>(async |conn| {
                supervise_by_rule(&svc, conn, ticket_id, level, notice.clone()).await
            })
            .await
            .expect("the database answers")
        }
    };
    let numbers = join_all((0..6).map(|_| by_rule(1))).await;
    assert_eq!(numbers.iter().flatten().count(), 1);
    assert_eq!(by_rule(1).await, None);
    assert_eq!(by_rule(3).await, None, "levels are not skipped");
    assert!(by_rule(2).await.is_some());
    let seen = ticket(&supervisor, &id).await;
    assert_eq!(seen.at("/handling/supervision_level"), 2);
    assert!(seen.json.pointer("/handling/slips/0/issued_by").is_none());
    app.finish().await;
}
