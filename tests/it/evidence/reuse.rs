//! A photo that was here before is recognised, whatever was done to it; another photo of the same place is not.

use jiff::SignedDuration;
use serde_json::Value;

use crate::harness::TestApp;
use crate::harness::camera::{self, Shot};
use crate::harness::story::{self, Photo};

const DISTRICT: &str = "371602";

/// Reports these photos one after the other, each by itself; answers the flags on each.
async fn one_after_the_other(app: &TestApp, photos: &[Photo]) -> Vec<Value> {
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let mut tickets = Vec::new();
    for photo in photos {
        app.clock.advance(SignedDuration::from_secs(1));
        let draft = story::report(DISTRICT).photos(vec![photo.clone()]);
        tickets.push(draft.send(&inspector).await.ticket);
        app.run_jobs().await;
    }
    let mut flags = Vec::new();
    for ticket in tickets {
        let ticket = story::ticket(&clerk, &ticket).await;
        let found = ticket.at("/photos/0").get("flags");
        flags.push(found.cloned().unwrap_or(Value::Null));
    }
    flags
}

fn copies(original: &Shot) -> Vec<(&'static str, Shot)> {
    let of = || original.clone();
    vec![
        ("encoded at quality 40", of().quality(40)),
        ("brightened", of().brightened(130)),
        ("darkened", of().brightened(70)),
        ("mirrored", of().mirrored()),
        ("made small", of().resized(400, 300)),
        ("made large", of().resized(1_280, 960)),
        ("squeezed", of().resized(500, 480)),
        ("cropped by 5 % at each side", of().cropped([5, 5, 5, 5])),
        ("cropped by 5 % in all", of().cropped([2, 3, 3, 2])),
        ("cropped at the left", of().cropped([5, 0, 0, 0])),
        ("cropped at two sides", of().cropped([0, 5, 5, 0])),
        (
            "everything at once",
            of().cropped([5, 5, 5, 5])
                .mirrored()
                .brightened(120)
                .resized(600, 500)
                .quality(40),
        ),
    ]
}

#[tokio::test]
async fn a_copy_is_found_whatever_was_done_to_it() {
    let app = TestApp::demo().await;
    let original = camera::place(100);
    let (names, shots): (Vec<_>, Vec<_>) = copies(&original).into_iter().unzip();
    let mut photos = vec![original.photo()];
    photos.extend(shots.iter().map(Shot::photo));
    let flags = one_after_the_other(&app, &photos).await;
    assert_eq!(flags[0], Value::Null, "the first of all is no copy");
    for (name, flags) in names.iter().zip(&flags[1..]) {
        let reused = flags.as_array().into_iter().flatten();
        let bits: Vec<_> = reused.map(|flag| flag["figure"].as_i64()).collect();
        assert!(!bits.is_empty(), "{name}: not found");
        assert!(bits.iter().all(|bits| bits.is_some_and(|bits| bits <= 15)));
    }
    app.finish().await;
}

#[tokio::test]
async fn other_photos_of_the_same_place_and_of_others_are_not_copies() {
    let app = TestApp::demo().await;
    let mut photos: Vec<Photo> = [60, 120, 240]
        .map(|step| camera::place_from(101, step).photo())
        .to_vec();
    photos.extend((102..112).map(|number| camera::place(number).photo()));
    let flags = one_after_the_other(&app, &photos).await;
    assert_eq!(flags, vec![Value::Null; photos.len()]);
    app.finish().await;
}

/// A lens cap, a white wall: there is nothing to recognise them by but their bytes.
#[tokio::test]
async fn pictures_of_nothing_are_not_alike_but_equal_bytes_are() {
    let app = TestApp::demo().await;
    let wall = Photo::new();
    let same = Photo::of_bytes(wall.bytes.clone());
    let flags = one_after_the_other(&app, &[wall.clone(), Photo::new(), same]).await;
    assert_eq!(flags[..2], [Value::Null, Value::Null]);
    assert_eq!(flags[2][0]["flag"], "photo_reused");
    assert_eq!(flags[2][0]["figure"], 0);
    app.finish().await;
}

/// An app that sends one placeholder for every photo makes work for the office, but not for ever more of it.
#[tokio::test]
async fn of_very_many_equal_photos_each_is_flagged_by_the_earliest() {
    let app = TestApp::demo().await;
    let placeholder = Photo::new();
    let equal = || Photo::of_bytes(placeholder.bytes.clone());
    let photos: Vec<Photo> = std::iter::repeat_with(equal).take(55).collect();
    let flags = one_after_the_other(&app, &photos).await;
    let counts: Vec<usize> = flags
        .iter()
        .map(|flags| flags.as_array().map_or(0, Vec::len))
        .collect();
    let expected: Vec<usize> = (0..55).map(|earlier| earlier.min(50)).collect();
    assert_eq!(counts, expected);

    // The last one is judged again, and so is one whose flags others have: nothing that was found is forgotten.
    let inspector = app.login("inspector1").await;
    for photo in [&photos[54], &photos[0]] {
        let again = story::report(DISTRICT).photos(vec![photo.clone()]);
        again.post(&inspector).await;
        app.run_jobs().await;
    }
    let held = app
        .rows("SELECT count(*) FROM attachment_flags WHERE flag = 'photo_reused'")
        .await;
    assert_eq!(held[0]["count"], expected.iter().sum::<usize>());
    app.finish().await;
}

#[tokio::test]
async fn a_burst_within_one_report_is_no_reuse() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let shot = camera::place(113);
    let photos = vec![shot.photo(), shot.clone().quality(60).photo()];
    let sent = story::report(DISTRICT).photos(photos).send(&inspector);
    let sent = sent.await;
    app.run_jobs().await;
    let ticket = story::ticket(&clerk, &sent.ticket).await;
    assert!(
        ticket
            .list("/photos")
            .iter()
            .all(|it| it.get("flags").is_none())
    );
    app.finish().await;
}

/// The one who has no signal sends his photo last; the copy is still the copy.
#[tokio::test]
async fn the_copy_is_flagged_even_when_its_bytes_come_first() {
    let app = TestApp::demo().await;
    let (first, second) = (app.login("inspector1").await, app.login("inspector2").await);
    let clerk = app.login("clerk").await;
    let shot = camera::place(114);
    let original = story::report(DISTRICT).photos(vec![shot.photo()]);
    let original = original.post(&first).await;
    app.clock.advance(SignedDuration::from_secs(1));
    let copy = shot.clone().cropped([5, 5, 5, 5]).photo();
    let copy = story::report(DISTRICT).photos(vec![copy]).send(&second);
    let copy = copy.await;
    app.run_jobs().await;
    original.draft.photos[0].put(&first).await.expect(201);
    app.run_jobs().await;
    let ticket = story::ticket(&clerk, &original.ticket).await;
    assert!(ticket.at("/photos/0").get("flags").is_none());
    let ticket = story::ticket(&clerk, &copy.ticket).await;
    assert_eq!(ticket.str("/photos/0/flags/0/flag"), "photo_reused");
    app.finish().await;
}

/// A photo that nobody refers to is evidence of nothing.
#[tokio::test]
async fn a_photo_without_a_report_is_not_held_against_anyone() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let shot = camera::place(115);
    shot.photo().put(&inspector).await.expect(201);
    app.run_jobs().await;
    let flags = one_after_the_other(&app, &[shot.clone().quality(50).photo()]).await;
    assert_eq!(flags, [Value::Null]);
    app.finish().await;
}
