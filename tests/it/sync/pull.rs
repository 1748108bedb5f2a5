//! What a pull brings to whom.

use serde_json::{Value, json};

use crate::harness::phone::{Phone, Pulled};
use crate::harness::{TestApp, story};

/// Ids of changes with an op.
fn with_op<'a>(pulled: &'a Pulled, op: &str) -> Vec<&'a Value> {
    pulled
        .changes
        .iter()
        .filter(|change| change["op"] == op)
        .collect()
}

#[tokio::test]
async fn an_empty_delta_gives_the_same_cursor_and_writes_nothing() {
    let app = TestApp::demo().await;
    let mut phone = Phone::of(&app, "inspector1").await;
    let first = phone.pull().await;
    assert_eq!(first.mode, "snapshot");
    let cursor = phone.cursor.clone();
    let empty = phone.pull().await;
    assert_eq!((empty.mode.as_str(), empty.changes.len()), ("delta", 0));
    assert_eq!(phone.cursor, cursor);
    let cursors = app
        .rows("SELECT token, presented_at FROM sync_cursors")
        .await;
    phone.pull().await;
    phone.pull().await;
    let after = app
        .rows("SELECT token, presented_at FROM sync_cursors")
        .await;
    assert_eq!(cursors, after);
    assert_eq!(cursors.len(), 1);
    assert!(!cursors[0]["presented_at"].is_null());
    app.finish().await;
}

#[tokio::test]
async fn each_role_is_given_its_collections_and_no_others() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    story::report("371602").send(&inspector).await;
    app.run_jobs().await;
    let cast = [
        (
            "inspector1",
            "areas attachments conditions criteria findings items points reports tickets",
        ),
        ("inspector2", "areas conditions criteria items points"),
        (
            "officer-371602",
            "areas attachments conditions items tickets units",
        ),
        ("officer-371603", "areas conditions items units"),
        (
            "clerk",
            "areas attachments conditions criteria findings items points reports tickets units",
        ),
        (
            "supervisor",
            "areas attachments conditions criteria findings items points reports tickets units",
        ),
        ("admin", "areas conditions criteria items points units"),
    ];
    for (name, expected) in cast {
        let mut phone = Phone::of(&app, name).await;
        phone.pull().await;
        let mut held: Vec<&str> = phone.rows.keys().map(|(c, _)| c.as_str()).collect();
        held.dedup();
        assert_eq!(held.join(" "), expected, "{name}");
    }
    let auditor = Phone::of(&app, "auditor").await;
    auditor
        .page(None, 10)
        .await
        .expect_problem(403, "forbidden");
    app.finish().await;
}

#[tokio::test]
async fn a_ticket_comes_to_inspector_unit_district_and_office_each_with_what_it_may_know() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let sent = story::report("371602").send(&inspector).await;
    app.run_jobs().await;
    let members = async |name: &str| {
        let mut phone = Phone::of(&app, name).await;
        phone.pull().await;
        let members = phone.doc("tickets", &sent.ticket).keys().cloned();
        members.collect::<Vec<_>>().join(" ")
    };
    let everyone = "condition district due_at item lat lon number scheme state text version";
    assert_eq!(
        members("officer-371602-sanitation").await,
        "condition dispatched_at district due_at item lat lead lon number scheme stage_due_at state text version"
    );
    assert_eq!(
        members("officer-371602").await,
        members("officer-371602-sanitation").await
    );
    assert_eq!(
        members("inspector1").await,
        "condition district due_at finding item lat lon number received_at scheme state text version"
    );
    assert_eq!(
        members("clerk").await,
        "condition dispatched_at district due_at finding item lat lead lon number received_at scheme stage_due_at state text version"
    );
    assert!(everyone.len() < members("inspector1").await.len());
    let mut other = Phone::of(&app, "inspector2").await;
    other.pull().await;
    assert!(other.ids("tickets").is_empty());
    app.finish().await;
}

#[tokio::test]
async fn a_photo_comes_when_its_bytes_are_here_and_tells_units_nothing_of_the_phone() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let (mut own, mut unit, mut office) = (
        Phone::of(&app, "inspector1").await,
        Phone::of(&app, "officer-371602-sanitation").await,
        Phone::of(&app, "clerk").await,
    );
    let sent = story::report("371602").post(&inspector).await;
    for phone in [&mut own, &mut unit, &mut office] {
        phone.pull().await;
        assert!(phone.ids("attachments").is_empty());
    }
    sent.draft.photos[0].put(&inspector).await.expect(201);
    app.run_jobs().await;
    for phone in [&mut own, &mut unit, &mut office] {
        let delta = phone.pull().await;
        assert_eq!(delta.changes.len(), 1, "{delta:?}");
    }
    let [key] = unit.ids("attachments")[..] else {
        panic!("one photo");
    };
    let doc = unit.doc("attachments", key);
    assert_eq!(
        Value::Object(doc.clone()),
        json!({
            "on": [{ "ticket": sent.ticket, "role": "before" }],
            "rendition": "ready", "width_px": 16, "height_px": 12,
        })
    );
    let aid = json!(sent.draft.photos[0].aid);
    assert_eq!(own.doc("attachments", key)["aid"], aid);
    assert_eq!(office.doc("attachments", key)["aid"], aid);
    assert_eq!(
        office.doc("attachments", key)["report"],
        json!(sent.draft.id)
    );
    app.finish().await;
}

#[tokio::test]
async fn a_redispatched_ticket_is_gone_for_the_one_and_new_for_the_other() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let officer = app.login("officer-371602-sanitation").await;
    let sent = story::report("371602").send(&inspector).await;
    app.run_jobs().await;
    let (mut former, mut next, mut district, mut own) = (
        Phone::of(&app, "officer-371602-sanitation").await,
        Phone::of(&app, "officer-371602-landscape").await,
        Phone::of(&app, "officer-371602").await,
        Phone::of(&app, "inspector1").await,
    );
    for phone in [&mut former, &mut next, &mut district, &mut own] {
        phone.pull().await;
    }
    assert!(next.ids("tickets").is_empty());
    let back = json!({ "reason": "not_our_duty", "text": "非本单位职责" });
    story::command(&officer, &sent.ticket, "return", back)
        .await
        .expect(200);
    former.pull().await;
    let to = json!({ "unit": "371602-landscape", "opinion": "绿化范围" });
    story::command(&clerk, &sent.ticket, "redispatch", to)
        .await
        .expect(200);
    let gone = former.pull().await;
    assert!(former.ids("tickets").is_empty() && former.ids("attachments").is_empty());
    let ticket = with_op(&gone, "gone")
        .into_iter()
        .find(|change| change["c"] == "tickets")
        .expect("the ticket is gone");
    assert_eq!(ticket["reason"], "reassigned");
    assert!(ticket["accept_until"].is_string());
    assert!(ticket.get("doc").is_none());
    next.pull().await;
    assert_eq!(next.ids("tickets"), [sent.ticket.as_str()]);
    assert_eq!(next.ids("attachments").len(), 1);
    let stays = district.pull().await;
    assert!(with_op(&stays, "gone").is_empty(), "{stays:?}");
    assert_eq!(district.ids("tickets"), [sent.ticket.as_str()]);
    own.pull().await;
    assert_eq!(own.doc("tickets", &sent.ticket)["state"], "dispatched");
    app.finish().await;
}

#[tokio::test]
async fn a_unit_that_had_a_ticket_only_between_two_pulls_never_hears_of_it() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let officer = app.login("officer-371602-sanitation").await;
    let mut between = Phone::of(&app, "officer-371602-sanitation").await;
    between.pull().await;
    let sent = story::report("371602").post(&inspector).await;
    let back = json!({ "reason": "not_our_duty", "text": "非本单位职责" });
    story::command(&officer, &sent.ticket, "return", back)
        .await
        .expect(200);
    let to = json!({ "unit": "371602-landscape", "opinion": "绿化范围" });
    story::command(&clerk, &sent.ticket, "redispatch", to)
        .await
        .expect(200);
    assert!(between.pull().await.changes.is_empty());
    app.finish().await;
}

#[tokio::test]
async fn a_ticket_to_recheck_comes_to_every_inspector_who_may_and_goes_when_it_is_done() {
    let app = TestApp::demo().await;
    let (finder, other) = (app.login("inspector1").await, app.login("inspector2").await);
    let officer = app.login("officer-371602-sanitation").await;
    let mut phone = Phone::of(&app, "inspector3").await;
    phone.pull().await;
    let sent = story::report("371602").send(&finder).await;
    story::rectify(&officer, &sent.ticket).await;
    app.run_jobs().await;
    phone.pull().await;
    let doc = phone.doc("tickets", &sent.ticket).clone();
    assert_eq!(doc["state"], "awaiting_recheck");
    for hidden in [
        "lead",
        "dispatched_at",
        "submitted_at",
        "report",
        "finding",
        "received_at",
    ] {
        assert!(!doc.contains_key(hidden), "{hidden} in {doc:?}");
    }
    assert_eq!(phone.ids("attachments").len(), 2);
    story::command(&other, &sent.ticket, "recheck", story::recheck("pass"))
        .await
        .expect(200);
    let done = phone.pull().await;
    assert_eq!(with_op(&done, "gone").len(), 3, "{done:?}");
    assert!(phone.ids("tickets").is_empty() && phone.ids("attachments").is_empty());
    app.finish().await;
}

#[tokio::test]
async fn a_new_inspector_and_one_who_was_moved_hold_what_is_theirs_to_recheck() {
    let app = TestApp::demo().await;
    let (finder, admin) = (app.login("inspector1").await, app.login("admin").await);
    let officer = app.login("officer-371602-sanitation").await;
    let sent = story::report("371602").send(&finder).await;
    story::rectify(&officer, &sent.ticket).await;
    app.run_jobs().await;
    let new = json!({ "username": "inspector9", "display_name": "9", "password": "xuncha-demo", "role": "inspector" });
    let account = admin.post("users").json(&new).await.expect(201);
    let mut phone = Phone::of(&app, "inspector9").await;
    phone.pull().await;
    assert_eq!(phone.ids("tickets"), [sent.ticket.as_str()]);
    let units = admin.get("units?district=371602").await.expect(200);
    let office = units
        .list("/items")
        .iter()
        .find(|unit| unit["code"] == "371602");
    let office = &office.expect("the district office")["id"];
    let path = format!("users/{}", account.str("/id"));
    admin
        .patch(&path)
        .json(&json!({ "unit": office }))
        .await
        .expect(200);
    phone.client = app.client().login_on("inspector9", phone.device).await;
    let moved = phone.pull().await;
    assert_eq!(moved.mode, "delta");
    assert!(
        phone.ids("tickets").is_empty(),
        "kin of the lead unit may not recheck"
    );
    admin
        .patch(&path)
        .json(&json!({ "unit": null }))
        .await
        .expect(200);
    phone.client = app.client().login_on("inspector9", phone.device).await;
    phone.pull().await;
    assert_eq!(phone.ids("tickets"), [sent.ticket.as_str()]);
    app.finish().await;
}

#[tokio::test]
async fn an_officer_who_is_moved_loses_one_units_rows_and_gains_the_others_whatever_their_age() {
    let app = TestApp::demo().await;
    let (inspector, admin) = (app.login("inspector1").await, app.login("admin").await);
    let here = story::report("371602").post(&inspector).await;
    let there = story::report("371603").post(&inspector).await;
    let mut phone = Phone::of(&app, "officer-371602-sanitation").await;
    phone.pull().await;
    assert_eq!(phone.ids("tickets"), [here.ticket.as_str()]);
    let me = phone.client.get("me").await.expect(200);
    let path = format!("users/{}", me.str("/id"));
    let units = admin.get("units").await.expect(200);
    let unit = |code: &str| {
        let unit = units
            .list("/items")
            .iter()
            .find(|unit| unit["code"] == code);
        unit.expect("a unit")["id"].clone()
    };
    let move_to = async |phone: &mut Phone, code: &str| {
        let change = json!({ "unit": unit(code) });
        admin.patch(&path).json(&change).await.expect(200);
        let client = app.client();
        phone.client = client
            .login_on("officer-371602-sanitation", phone.device)
            .await;
        phone.pull().await
    };
    let moved = move_to(&mut phone, "371603-sanitation").await;
    assert_eq!(moved.mode, "delta");
    assert_eq!(with_op(&moved, "gone").len(), 1);
    assert_eq!(phone.ids("tickets"), [there.ticket.as_str()]);
    // To the unit above: what it held stays, and nothing is announced as gone.
    let up = move_to(&mut phone, "371603").await;
    assert!(with_op(&up, "gone").is_empty(), "{up:?}");
    assert_eq!(phone.ids("tickets"), [there.ticket.as_str()]);
    app.finish().await;
}

#[tokio::test]
async fn pages_are_full_and_a_row_changed_between_them_comes_with_the_next_delta() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let officer = app.login("officer-371602-sanitation").await;
    let mut tickets = Vec::new();
    for _ in 0..5 {
        tickets.push(story::report("371602").post(&inspector).await.ticket);
    }
    let mut phone = Phone::of(&app, "officer-371602-sanitation").await;
    let mut pulled = Pulled::default();
    let first = phone.page(None, 100).await.expect(200);
    assert_eq!(first.list("/changes").len(), 100);
    let mut page = phone.apply(&first, &mut pulled);
    story::command(&officer, &tickets[0], "acknowledge", json!({}))
        .await
        .expect(200);
    let late = story::report("371602").post(&inspector).await.ticket;
    while let Some(next) = page {
        let answer = phone.page(Some(&next), 100).await.expect(200);
        page = phone.apply(&answer, &mut pulled);
        assert!(page.is_none() || answer.list("/changes").len() == 100);
    }
    let held = phone.ids("tickets").len();
    assert_eq!(
        held, 4,
        "what changed after the first page is not sent in between"
    );
    let delta = phone.pull().await;
    assert_eq!(delta.changes.len(), 2);
    assert_eq!(phone.doc("tickets", &tickets[0])["state"], "rectifying");
    assert_eq!(phone.doc("tickets", &late)["state"], "dispatched");
    app.finish().await;
}

#[tokio::test]
async fn a_page_that_one_scope_fills_exactly_skips_nothing_of_the_next() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let sent = story::report("371602").post(&inspector).await;
    // The reference data is newer than the ticket, as after an import.
    app.execute(
        "UPDATE sync_feed SET tx = base + pg_current_xact_id()::text::bigint FROM feed_base WHERE scope = 'ref'",
    )
    .await;
    let reference = app
        .rows("SELECT count(*) AS n FROM sync_feed WHERE scope = 'ref' AND entity <> 'points'")
        .await;
    let exactly = reference[0]["n"].as_u64().expect("a number");
    let mut phone = Phone::of(&app, "officer-371602").await;
    phone
        .pull_by(usize::try_from(exactly).expect("few rows"))
        .await;
    assert_eq!(phone.ids("tickets"), [sent.ticket.as_str()]);
    app.finish().await;
}

#[tokio::test]
async fn replaying_any_page_gives_the_same_or_newer_versions() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    for _ in 0..3 {
        story::report("371602").post(&inspector).await;
    }
    let phone = Phone::of(&app, "clerk").await;
    let mut page: Option<String> = None;
    loop {
        let first = phone.page(page.as_deref(), 60).await.expect(200);
        let again = phone.page(page.as_deref(), 60).await.expect(200);
        assert_eq!(first.at("/changes"), again.at("/changes"));
        match first.at("/page").as_str() {
            Some(next) => page = Some(next.to_owned()),
            None => break,
        }
    }
    app.finish().await;
}
