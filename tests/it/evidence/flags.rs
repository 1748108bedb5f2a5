//! What is odd about a photo, with its figure: who is told, and who is not.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::camera::{self, Shot};
use crate::harness::phone::Phone;
use crate::harness::story::{self, INSIDE, Photo, Sent};
use crate::harness::{Client, TestApp};

const DISTRICT: &str = "371602";
/// A ten-thousandth of a degree of latitude, in metres.
const STEP_M: f64 = 11.1;

fn inside() -> (f64, f64) {
    let [(_, lat, lon), ..] = INSIDE;
    (lat, lon)
}

/// The flags of a ticket's photos as someone is told of them, photo by photo.
async fn flags(client: &Client, ticket: &str) -> Vec<Value> {
    let ticket = story::ticket(client, ticket).await;
    let photos = ticket.list("/photos").iter();
    photos
        .map(|photo| photo.get("flags").cloned().unwrap_or(Value::Null))
        .collect()
}

/// Reports the photo of a shot, its bytes included, and has the worker look at it.
async fn reported(app: &TestApp, shot: &Shot) -> Sent {
    let inspector = app.login("inspector1").await;
    let draft = story::report(DISTRICT).photos(vec![shot.photo()]);
    let sent = draft.send(&inspector).await;
    app.run_jobs().await;
    sent
}

/// The only flag on the only photo of a new report with this shot.
async fn only_flag(app: &TestApp, shot: &Shot) -> Value {
    let sent = reported(app, shot).await;
    let clerk = app.login("clerk").await;
    let found = flags(&clerk, &sent.ticket).await;
    let [flags] = found.as_slice() else {
        panic!("{} photos", found.len());
    };
    flags.clone()
}

/// Acknowledges, and submits this photo with what else the body holds.
async fn submitted(app: &TestApp, ticket: &str, photo: &Photo, geo: Value) {
    app.clock.advance(SignedDuration::from_mins(1));
    let officer = app.login("officer-371602-sanitation").await;
    story::command(&officer, ticket, "acknowledge", json!({}))
        .await
        .expect(200);
    photo.put(&officer).await.expect(201);
    let mut body = story::submission(std::slice::from_ref(photo));
    let members = body.as_object_mut().expect("an object");
    members.insert("geo".to_owned(), geo);
    story::command(&officer, ticket, "submit", body)
        .await
        .expect(200);
    app.run_jobs().await;
}

fn metres(flag: &Value) -> f64 {
    flag["figure"].as_f64().expect("a figure")
}

#[tokio::test]
async fn a_photo_that_agrees_with_its_report_has_no_flag() {
    let app = TestApp::demo().await;
    let (lat, lon) = inside();
    let honest = camera::place(1)
        .at(lat + 0.0005, lon)
        .taken("2026:11:20 09:52:00")
        .camera("Xiaomi", "2201123C")
        .software("MIUI 14");
    assert_eq!(only_flag(&app, &honest).await, Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn a_camera_far_from_the_report_is_flagged_with_its_metres() {
    let app = TestApp::demo().await;
    let (lat, lon) = inside();
    let flag = only_flag(&app, &camera::place(2).at(lat + 0.01, lon).datum("WGS-84")).await;
    assert_eq!(flag[0]["flag"], "exif_far_from_report");
    assert_eq!(flag[0]["unit"], "m");
    let off = (metres(&flag[0]) - 100.0 * STEP_M).abs();
    assert!(off < 15.0, "{flag}");
    app.finish().await;
}

/// The same place in the mainland's own datum lies half a kilometre away.
#[tokio::test]
async fn a_camera_that_writes_gcj02_without_saying_so_is_not_accused() {
    let app = TestApp::demo().await;
    let (lat, lon) = inside();
    let here = xuncha::domain::geo::Point::new(lat, lon).expect("on Earth");
    let (lat, lon) = here.to_datum(xuncha::domain::geo::Datum::Gcj02);
    let unnamed = camera::place(3).at(lat, lon);
    assert_eq!(only_flag(&app, &unnamed).await, Value::Null);
    let wrong = only_flag(&app, &camera::place(4).at(lat, lon).datum("WGS-84")).await;
    assert_eq!(wrong[0]["flag"], "exif_far_from_report");
    app.finish().await;
}

/// The test's clock says 10:00; the report came at once.
#[tokio::test]
async fn a_camera_clock_that_is_off_is_flagged_with_its_seconds() {
    let app = TestApp::demo().await;
    let ahead = only_flag(&app, &camera::place(5).taken("2026:11:20 11:00:00")).await;
    assert_eq!(
        ahead,
        json!([{ "flag": "exif_time_off", "figure": 3_600, "unit": "s" }])
    );
    let zone = camera::place(6)
        .taken("2026:11:20 04:00:00")
        .offset("+00:00");
    let zone = only_flag(&app, &zone).await;
    assert_eq!(zone[0]["figure"], 7_200);
    let broken = camera::place(7).taken("2026:13:77 aa:00:00");
    assert_eq!(only_flag(&app, &broken).await, Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn a_simulated_position_is_flagged_on_every_photo_of_the_report() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photos = vec![camera::place(8).photo(), Photo::of_bytes("no photo at all")];
    let sent = story::report(DISTRICT)
        .photos(photos)
        .mock()
        .send(&inspector);
    let sent = sent.await;
    app.run_jobs().await;
    let flag = json!([{ "flag": "position_mock" }]);
    assert_eq!(flags(&clerk, &sent.ticket).await, [flag.clone(), flag]);
    app.finish().await;
}

#[tokio::test]
async fn an_editor_that_signed_the_file_is_named() {
    let app = TestApp::demo().await;
    let edited = camera::place(9).software("Adobe Photoshop 24.0 (Windows)");
    assert_eq!(
        only_flag(&app, &edited).await,
        json!([{ "flag": "edited_software", "software": "Adobe Photoshop 24.0 (Windows)" }])
    );
    app.finish().await;
}

#[tokio::test]
async fn a_rectification_photographed_elsewhere_is_flagged_by_the_apps_fix_and_else_by_the_camera()
{
    let app = TestApp::demo().await;
    let clerk = app.login("clerk").await;
    let (lat, lon) = inside();
    let fix = |lat: f64| json!({ "lat": lat, "lon": lon, "datum": "wgs84", "acc_m": 8.0 });

    let near = reported(&app, &camera::place(10)).await;
    let after = camera::place(11).at(lat + 0.05, lon).photo();
    submitted(&app, &near.ticket, &after, fix(lat + 0.0002)).await;
    assert_eq!(flags(&clerk, &near.ticket).await[1], Value::Null);

    let far = reported(&app, &camera::place(12)).await;
    let after = camera::place(13).photo();
    submitted(&app, &far.ticket, &after, fix(lat + 0.01)).await;
    let flag = &flags(&clerk, &far.ticket).await[1];
    assert_eq!(flag[0]["flag"], "after_far_from_before");
    assert!((metres(&flag[0]) - 100.0 * STEP_M).abs() < 15.0, "{flag}");

    let camera_only = reported(&app, &camera::place(14)).await;
    let after = camera::place(15).at(lat + 0.02, lon).photo();
    submitted(&app, &camera_only.ticket, &after, Value::Null).await;
    let flag = &flags(&clerk, &camera_only.ticket).await[1];
    assert_eq!(flag[0]["flag"], "after_far_from_before");
    assert!((metres(&flag[0]) - 200.0 * STEP_M).abs() < 25.0, "{flag}");
    app.finish().await;
}

#[tokio::test]
async fn a_city_sets_its_own_thresholds() {
    let app = TestApp::demo().await;
    let admin = app.login("admin").await;
    let changes = json!({ "changes": { "evidence.exif_far_m": 2_000 } });
    admin.put("policies").json(&changes).await.expect(200);
    let (lat, lon) = inside();
    let far = camera::place(16).at(lat + 0.01, lon);
    assert_eq!(only_flag(&app, &far).await, Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn a_photo_that_was_here_before_its_report_is_judged_when_that_comes() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = camera::place(17).software("GIMP 2.10").photo();
    photo.put(&inspector).await.expect(201);
    app.run_jobs().await;
    assert_eq!(app.rows("SELECT flag FROM attachment_flags").await, [0; 0]);
    let sent = story::report(DISTRICT).photos(vec![photo]);
    let sent = sent.post(&inspector).await;
    app.run_jobs().await;
    assert_eq!(
        flags(&clerk, &sent.ticket).await[0][0]["flag"],
        "edited_software"
    );
    app.finish().await;
}

#[tokio::test]
async fn the_rechecker_is_told_of_the_after_photo_and_no_unit_and_no_other_inspector_is() {
    let app = TestApp::demo().await;
    let before = camera::place(18).software("Snapseed 2.0");
    let sent = reported(&app, &before).await;
    let copy = before.clone().cropped([5, 5, 5, 5]).mirrored().quality(40);
    submitted(&app, &sent.ticket, &copy.photo(), Value::Null).await;

    let clerk = app.login("clerk").await;
    let seen = story::ticket(&clerk, &sent.ticket).await;
    let first = seen.str("/photos/0/id").to_owned();
    let words = |flags: &Value| -> Vec<String> {
        let flags = flags.as_array().cloned().unwrap_or_default();
        let word = |flag: &Value| flag["flag"].as_str().expect("a word").to_owned();
        flags.iter().map(word).collect()
    };
    let told = flags(&clerk, &sent.ticket).await;
    assert_eq!(words(&told[0]), ["edited_software"]);
    assert_eq!(words(&told[1]), ["edited_software", "photo_reused"]);
    assert_eq!(told[1][1]["other"], first);
    assert_eq!(told[1][1]["unit"], "bits");

    let rechecker = app.login("inspector2").await;
    let told = flags(&rechecker, &sent.ticket).await;
    assert_eq!(told[0], Value::Null, "before-photos are not his business");
    assert_eq!(words(&told[1]), ["edited_software", "photo_reused"]);
    assert_eq!(told[1][1]["other"], first);

    for other in ["inspector1", "officer-371602", "officer-371602-sanitation"] {
        let client = app.login(other).await;
        assert_eq!(
            flags(&client, &sent.ticket).await,
            [Value::Null, Value::Null],
            "{other}"
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn a_photo_of_another_ticket_is_not_named_to_the_rechecker() {
    let app = TestApp::demo().await;
    let elsewhere = camera::place(19);
    reported(&app, &elsewhere).await;
    let sent = reported(&app, &camera::place(20)).await;
    let copy = elsewhere.brightened(115).photo();
    submitted(&app, &sent.ticket, &copy, Value::Null).await;
    let clerk = app.login("clerk").await;
    let told = &flags(&clerk, &sent.ticket).await[1];
    assert_eq!(told[0]["flag"], "photo_reused");
    assert!(told[0]["other"].is_string());
    let rechecker = app.login("inspector2").await;
    let told = &flags(&rechecker, &sent.ticket).await[1];
    assert_eq!(told[0]["flag"], "photo_reused");
    assert_eq!(told[0]["other"], Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn the_office_lists_tickets_by_flag_and_nobody_else_may() {
    let app = TestApp::demo().await;
    let flagged = reported(&app, &camera::place(21).software("美图秀秀 9.0")).await;
    reported(&app, &camera::place(22)).await;
    let clerk = app.login("clerk").await;
    for flag in ["edited_software", "photo_reused,edited_software", "any"] {
        let found = clerk.get("tickets").query(&[("flag", flag)]).await;
        let found = found.expect(200);
        assert_eq!(found.list("/items").len(), 1, "{flag}");
        assert_eq!(found.str("/items/0/id"), flagged.ticket);
    }
    let none = clerk.get("tickets").query(&[("flag", "position_mock")]);
    assert_eq!(none.await.expect(200).list("/items").len(), 0);
    let triage = clerk.get("triage").query(&[("flag", "any")]).await;
    assert_eq!(triage.expect(200).list("/items").len(), 0);
    let unknown = clerk.get("tickets").query(&[("flag", "ugly")]).await;
    unknown.expect_problem(422, "invalid_query");
    for other in ["officer-371602", "inspector1"] {
        let client = app.login(other).await;
        let asked = client.get("tickets").query(&[("flag", "any")]).await;
        asked.expect_problem(422, "invalid_query");
    }
    app.finish().await;
}

#[tokio::test]
async fn the_office_reads_what_the_camera_wrote() {
    let app = TestApp::demo().await;
    let (lat, lon) = inside();
    let shot = camera::place(23)
        .at(lat, lon)
        .taken("2026:11:20 09:41:07")
        .offset("+08:00")
        .camera("HUAWEI", "ALN-AL00")
        .software("ALN-AL00 4.2");
    let sent = reported(&app, &shot).await;
    let aid = sent.draft.photos[0].aid;
    let clerk = app.login("clerk").await;
    let facts = clerk.get(&format!("attachments/{aid}")).await.expect(200);
    assert_eq!(facts.str("/exif/taken_local"), "2026-11-20T09:41:07");
    assert_eq!(facts.str("/exif/taken_offset"), "+08");
    assert_eq!(facts.str("/exif/camera_model"), "ALN-AL00");
    assert_eq!(facts.str("/exif/software"), "ALN-AL00 4.2");
    let off = (facts.at("/exif/lat").as_f64().expect("a latitude") - lat).abs();
    assert!(off < 1e-6);
    assert_eq!(
        facts.at("/on"),
        &json!([{ "ticket": sent.ticket, "role": "before" }])
    );
    assert_eq!(facts.at("/flags"), &json!([]));
    app.finish().await;
}

/// A flag changes the office's document, and the rechecker's; for a unit nothing has happened, not even a new version.
#[tokio::test]
async fn phones_of_the_office_and_the_rechecker_hear_of_a_flag_and_a_unit_hears_nothing() {
    let app = TestApp::demo().await;
    let shot = camera::place(24);
    let sent = reported(&app, &shot).await;
    let after = camera::place(25).photo();
    submitted(&app, &sent.ticket, &after, Value::Null).await;
    let mut office = Phone::of(&app, "clerk").await;
    let mut rechecker = Phone::of(&app, "inspector2").await;
    let mut finder = Phone::of(&app, "inspector1").await;
    let mut unit = Phone::of(&app, "officer-371602-sanitation").await;
    for phone in [&mut office, &mut rechecker, &mut finder, &mut unit] {
        phone.pull().await;
    }
    let clerk = app.login("clerk").await;
    let seen = story::ticket(&clerk, &sent.ticket).await;
    let key = seen.str("/photos/1/id").to_owned();
    let versions = "SELECT scope, rev FROM sync_feed WHERE entity = 'attachments' AND scope LIKE 'unit:%' ORDER BY 1, 2";
    let before = app.rows(versions).await;

    // A photo of the same picture that the server has known for longer, linked only now.
    let aid = after.aid;
    app.execute(&format!(
        "INSERT INTO attachment_flags (id, attachment_id, flag, figure) VALUES (gen_random_uuid(), '{aid}', 'exif_time_off', 7)"
    ))
    .await;
    app.execute(&format!(
        "INSERT INTO jobs (id, kind, payload, run_at, created_at) \
         SELECT gen_random_uuid(), 'photo_linked', jsonb_build_object('attachment_id', '{aid}'), '2026-11-20', '2026-11-20'"
    ))
    .await;
    app.run_jobs().await;
    for phone in [&mut office, &mut rechecker] {
        let pulled = phone.pull().await;
        assert_eq!(pulled.changes.len(), 1, "{:?}", pulled.changes);
        assert_eq!(pulled.changes[0]["id"], key);
    }
    for phone in [&mut finder, &mut unit] {
        assert_eq!(phone.pull().await.changes, [Value::Null; 0]);
    }
    assert_eq!(app.rows(versions).await, before);
    app.finish().await;
}
