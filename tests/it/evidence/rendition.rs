//! What is made of a photo for reading: upright, small enough, without a word about phone, place or time.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader};
use serde_json::json;

use super::form;
use crate::harness::story::{self, Photo};
use crate::harness::{Client, TestApp};

/// The markers of a JPEG up to its scan.
fn markers(jpeg: &[u8]) -> Vec<u8> {
    assert!(jpeg.starts_with(&[0xff, 0xd8]), "no JPEG");
    let mut markers = Vec::new();
    let mut rest = jpeg.split_at(2).1;
    while let [0xff, marker, high, low, ..] = *rest {
        markers.push(marker);
        if marker == 0xda {
            break;
        }
        let length = usize::from(u16::from_be_bytes([high, low]));
        rest = rest.split_at(length + 2).1;
    }
    markers
}

fn decoder(jpeg: &[u8]) -> impl ImageDecoder {
    ImageReader::new(Cursor::new(jpeg))
        .with_guessed_format()
        .expect("in memory")
        .into_decoder()
        .expect("a JPEG")
}

fn decoded(jpeg: &[u8]) -> DynamicImage {
    DynamicImage::from_decoder(decoder(jpeg)).expect("a JPEG")
}

/// The rendition looks as the original does when it is held as its EXIF says.
fn assert_upright(shown: &DynamicImage, original: &[u8]) {
    let orientation = decoder(original).orientation().expect("readable EXIF");
    let mut held = decoded(original).thumbnail_exact(24, 24);
    let lying = held.clone();
    held.apply_orientation(orientation);
    let shown = shown.thumbnail_exact(24, 24);
    assert!(difference(&shown, &held) < 4.0);
    if orientation != Orientation::NoTransforms {
        assert!(
            difference(&shown, &lying) > 12.0,
            "turned or not, it looks the same"
        );
    }
}

/// Mean difference of the colours, of 255.
fn difference(one: &DynamicImage, other: &DynamicImage) -> f64 {
    let (one, other) = (one.to_rgb8(), other.to_rgb8());
    let pairs = one.iter().zip(other.iter());
    let sum: u32 = pairs.map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
    f64::from(sum) / f64::from(one.width() * one.height() * 3)
}

async fn variant(client: &Client, photo: &Photo, variant: &str) -> Vec<u8> {
    let path = format!("attachments/{}/{variant}", photo.aid);
    let answer = client.get(&path).await.expect(200);
    assert_eq!(answer.header("content-type"), Some("image/jpeg"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    answer.body
}

/// A real photo as it comes from a phone, through the whole house.
async fn goes_through(name: &str, side: u32) {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let photo = Photo::of_file(name);
    let sent = story::report("371602")
        .photos(vec![photo.clone()])
        .send(&inspector)
        .await;
    assert_eq!(sent.state, "dispatched");
    let early = clerk
        .get(&format!("attachments/{}/display", photo.aid))
        .await;
    let early = early.expect_problem(409, "not_ready");
    assert!(early.header("retry-after").is_some());
    assert_eq!(app.run_jobs().await.done, 1);

    assert_eq!(variant(&clerk, &photo, "original").await, photo.bytes);
    for (name, side) in [("display", side), ("thumb", 320)] {
        let rendition = variant(&clerk, &photo, name).await;
        let shown = decoded(&rendition);
        assert_eq!((shown.width(), shown.height()), (side, side), "{name}");
        assert_upright(&shown, &photo.bytes);
        let markers = markers(&rendition);
        let told: Vec<&u8> = markers
            .iter()
            .filter(|marker| matches!(marker, 0xe1..=0xef | 0xfe))
            .collect();
        assert!(told.is_empty(), "{name} carries metadata: {told:x?}");
        for word in [
            b"Exif".as_slice(),
            b"OnePlus",
            b"ONEPLUS",
            b"Apple",
            b"iPhone",
        ] {
            assert!(!rendition.windows(word.len()).any(|window| window == word));
        }
        assert_eq!(variant(&inspector, &photo, name).await, rendition);
    }
    let ticket = story::ticket(&clerk, &sent.ticket).await;
    assert_eq!(ticket.str("/photos/0/rendition"), "ready");
    app.finish().await;
}

#[tokio::test]
async fn a_photo_taken_upright_and_stored_sideways_stands_up() {
    goes_through("iphone-orientation6-beijing.jpg", 1600).await;
}

#[tokio::test]
async fn a_photo_with_a_position_loses_it() {
    goes_through("oneplus-gps.jpg", 512).await;
}

#[tokio::test]
async fn a_progressive_photo_is_read_like_any_other() {
    goes_through("oneplus-progressive.jpg", 512).await;
}

#[tokio::test]
async fn a_text_file_named_jpg_marks_the_photo_and_nothing_else() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    let text = Photo::of_bytes("这不是照片");
    let real = Photo::new();
    let draft = story::report("371602").photos(vec![text.clone(), real.clone()]);
    let sent = draft.post(&inspector).await;
    let (media_type, body) = form("file", &text);
    let path = format!("attachments/{}", text.aid);
    inspector
        .post(&path)
        .body(media_type, body)
        .await
        .expect(201);
    real.put(&inspector).await.expect(201);
    assert_eq!(app.run_jobs().await.done, 2);

    let report = inspector
        .get(&format!("reports/{}", sent.draft.id))
        .await
        .expect(200);
    assert_eq!(
        report.at("/attachments/0"),
        &json!({ "aid": text.aid, "stored": true, "rendition": "unreadable" })
    );
    for variant in ["display", "thumb"] {
        let refused = clerk.get(&format!("{path}/{variant}")).await;
        refused.expect_problem(409, "unreadable");
    }
    let original = clerk.get(&format!("{path}/original")).await.expect(200);
    assert_eq!(original.body, text.bytes);
    assert_eq!(original.header("x-content-type-options"), Some("nosniff"));
    let ticket = story::ticket(&clerk, &sent.ticket).await;
    assert_eq!(ticket.str("/state"), "dispatched");
    assert_eq!(ticket.str("/photos/0/rendition"), "unreadable");
    assert_eq!(ticket.str("/photos/1/rendition"), "ready");
    app.finish().await;
}

#[tokio::test]
async fn a_format_that_cannot_be_shown_is_kept_and_said_so() {
    let app = TestApp::demo().await;
    let (inspector, clerk) = (app.login("inspector1").await, app.login("clerk").await);
    // The head of an iPhone's HEIC file.
    let heic = Photo::of_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic".as_slice());
    let path = format!("attachments/{}", heic.aid);
    let put = inspector.put(&path).body("image/heic", heic.bytes.clone());
    put.await.expect(201);
    app.run_jobs().await;
    clerk
        .get(&format!("{path}/display"))
        .await
        .expect_problem(409, "unsupported_rendition");
    let original = clerk.get(&format!("{path}/original")).await.expect(200);
    assert_eq!(original.header("content-type"), Some("image/heic"));
    assert_eq!(original.body, heic.bytes);
    app.finish().await;
}
