//! Renditions of real phone photos, and of files that only pretend to be photos.

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageEncoder as _, ImageFormat, ImageReader, RgbImage};
use sha2::{Digest as _, Sha256};
use xuncha::domain::evidence::exif::Exif;
use xuncha::domain::evidence::fingerprint::{Fingerprints, SAME_WITHIN};
use xuncha::gateways::images::{
    DISPLAY_SIDE, ImageError, Images, MediaType, THUMB_SIDE, examine, render, sniff,
};

use crate::harness::camera::{self, Shot};

/// 2448 × 2448, to be turned a quarter clockwise.
const IPHONE: &[u8] = include_bytes!("../fixtures/photos/iphone-orientation6-beijing.jpg");
const BASELINE: &[u8] = include_bytes!("../fixtures/photos/oneplus-gps.jpg");
const PROGRESSIVE: &[u8] = include_bytes!("../fixtures/photos/oneplus-progressive.jpg");

fn decode(file: &[u8]) -> RgbImage {
    ImageReader::new(Cursor::new(file))
        .with_guessed_format()
        .expect("memory reads")
        .decode()
        .expect("decodable")
        .into_rgb8()
}

fn encode(photo: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    photo.write_to(&mut file, format).expect("encodable");
    file.into_inner()
}

/// Mean red, green and blue of the four quadrants: top left, top right, bottom left, bottom right.
fn quadrants(photo: &RgbImage) -> [[f64; 3]; 4] {
    let (width, height) = (photo.width() / 2, photo.height() / 2);
    [(0, 0), (width, 0), (0, height), (width, height)].map(|(left, top)| {
        let part = image::imageops::crop_imm(photo, left, top, width, height).to_image();
        let mut sums = [0_f64; 3];
        for pixel in part.pixels() {
            for (sum, channel) in sums.iter_mut().zip(pixel.0) {
                *sum += f64::from(channel);
            }
        }
        sums.map(|sum| sum / f64::from(width * height))
    })
}

fn assert_same_colours(one: [[f64; 3]; 4], other: [[f64; 3]; 4]) {
    for (a, b) in one.iter().flatten().zip(other.iter().flatten()) {
        assert!((a - b).abs() < 3.0, "{one:?} is not {other:?}");
    }
}

/// The marker codes before the pixels of a JPEG (ITU-T T.81 annex B).
fn markers(jpeg: &[u8]) -> Vec<u8> {
    let mut found = Vec::new();
    let mut rest = jpeg.strip_prefix(&[0xFF, 0xD8]).expect("starts as JPEG");
    while let [0xFF, marker, high, low, ..] = rest {
        found.push(*marker);
        if *marker == 0xDA {
            return found;
        }
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        rest = rest.get(2 + length..).expect("segments fit the file");
    }
    panic!("no start of scan after {found:x?}");
}

#[test]
fn a_phone_held_upright_gives_upright_renditions() {
    let renditions = render(IPHONE).expect("a photo");
    assert_eq!((renditions.width, renditions.height), (2448, 2448));

    let [top_left, top_right, bottom_left, bottom_right] = quadrants(&decode(IPHONE));
    let turned = [bottom_left, top_left, bottom_right, top_right];
    let display = decode(&renditions.display);
    let thumb = decode(&renditions.thumb);
    assert_eq!(display.dimensions(), (DISPLAY_SIDE, DISPLAY_SIDE));
    assert_eq!(thumb.dimensions(), (THUMB_SIDE, THUMB_SIDE));
    assert_same_colours(quadrants(&display), turned);
    assert_same_colours(quadrants(&thumb), turned);
}

/// EXIF 2.32 tag 0x0112: which side of the stored picture is up.
fn with_orientation(photo: &DynamicImage, orientation: u8) -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, 95);
    encoder.set_exif_metadata(exif).expect("JPEG has EXIF");
    photo.write_with_encoder(encoder).expect("encodable");
    file
}

#[test]
fn every_exif_orientation_is_turned_upright() {
    let picture = RgbImage::from_fn(640, 320, |x, y| match (x < 320, y < 160) {
        (true, true) => image::Rgb([200, 0, 0]),
        (false, true) => image::Rgb([0, 200, 0]),
        (true, false) => image::Rgb([0, 0, 200]),
        (false, false) => image::Rgb([200, 200, 200]),
    });
    let [a, b, c, d] = quadrants(&picture);
    let picture = DynamicImage::from(picture);
    let upright = [
        (1, [a, b, c, d]),
        (2, [b, a, d, c]),
        (3, [d, c, b, a]),
        (4, [c, d, a, b]),
        (5, [a, c, b, d]),
        (6, [c, a, d, b]),
        (7, [d, b, c, a]),
        (8, [b, d, a, c]),
        // No such orientation: left as it is.
        (9, [a, b, c, d]),
    ];
    for (orientation, expected) in upright {
        let renditions = render(&with_orientation(&picture, orientation)).expect("a photo");
        let (size, small) = match orientation {
            5..=8 => ((320, 640), (160, 320)),
            _ => ((640, 320), (320, 160)),
        };
        assert_eq!((renditions.width, renditions.height), size);
        let (display, thumb) = (decode(&renditions.display), decode(&renditions.thumb));
        assert_eq!((display.dimensions(), thumb.dimensions()), (size, small));
        assert_same_colours(quadrants(&display), expected);
        assert_same_colours(quadrants(&thumb), expected);
    }
}

#[test]
fn renditions_carry_no_metadata() {
    for photo in [IPHONE, BASELINE, PROGRESSIVE] {
        assert!(markers(photo).contains(&0xE1), "the original has EXIF");
        let renditions = render(photo).expect("a photo");
        for jpeg in [&renditions.display, &renditions.thumb] {
            for marker in markers(jpeg) {
                // JFIF, tables, frame, scan: no other application segment and no comment.
                let known = matches!(marker, 0xE0 | 0xDB | 0xC0 | 0xC4 | 0xDA);
                assert!(known, "{marker:x}");
            }
            assert!(!jpeg.windows(4).any(|bytes| bytes == b"Exif"));
        }
    }
}

#[test]
fn a_progressive_photo_looks_like_its_baseline_twin() {
    let baseline = render(BASELINE).expect("a photo");
    let progressive = render(PROGRESSIVE).expect("a photo");
    assert_same_colours(
        quadrants(&decode(&baseline.display)),
        quadrants(&decode(&progressive.display)),
    );
}

#[test]
fn png_and_webp_are_rendered_and_small_ones_never_enlarged() {
    let mut picture = RgbImage::from_pixel(200, 100, image::Rgb([200, 30, 30]));
    for pixel in picture.pixels_mut().take(10_000) {
        *pixel = image::Rgb([30, 30, 200]);
    }
    let picture = DynamicImage::from(picture);
    let deep = DynamicImage::from(picture.to_rgba16());
    let files = [
        (encode(&picture, ImageFormat::Png), MediaType::Png),
        (encode(&picture, ImageFormat::WebP), MediaType::WebP),
        (encode(&deep, ImageFormat::Png), MediaType::Png),
        (
            encode(&picture.to_luma_alpha8().into(), ImageFormat::Png),
            MediaType::Png,
        ),
    ];
    for (file, media_type) in files {
        assert_eq!(sniff(&file), Some(media_type));
        let renditions = render(&file).expect("a picture");
        assert_eq!((renditions.width, renditions.height), (200, 100));
        for jpeg in [&renditions.display, &renditions.thumb] {
            assert_eq!(sniff(jpeg), Some(MediaType::Jpeg));
            assert_eq!(decode(jpeg).dimensions(), (200, 100));
        }
    }
}

#[test]
fn what_is_no_photo_is_unreadable_and_an_iphones_own_format_unsupported() {
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
    assert_eq!(sniff(heic), Some(MediaType::Heic));
    assert!(matches!(render(heic), Err(ImageError::Unsupported)));
    let files: [&[u8]; 4] = [
        b"",
        "督查记录：一切正常".as_bytes(),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a\x01\0\x01\0\0\0\0",
    ];
    for file in files {
        assert!(matches!(render(file), Err(ImageError::Unreadable(_))));
    }
}

/// What arrived of a photo still shows something; that it is not whole, its hash says.
#[test]
fn a_truncated_photo_is_rendered_as_far_as_it_goes() {
    let half = BASELINE.get(..BASELINE.len() / 2).expect("long enough");
    let renditions = render(half).expect("half a photo");
    assert_eq!((renditions.width, renditions.height), (512, 512));
    let [top_left, ..] = quadrants(&decode(&renditions.display));
    let [expected, ..] = quadrants(&decode(BASELINE));
    assert_same_colours([top_left; 4], [expected; 4]);
}

#[test]
fn broken_headers_are_unreadable() {
    let files: [&[u8]; 4] = [
        IPHONE.get(..3).expect("long enough"),
        IPHONE.get(..400).expect("long enough"),
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x04\0\0\0WEBP",
    ];
    for file in files {
        let result = render(file);
        assert!(
            matches!(result, Err(ImageError::Unreadable(_))),
            "{result:?}"
        );
    }
}

/// A PNG that declares a size and holds nothing.
fn png_header(width: u32, height: u32, bit_depth: u8) -> Vec<u8> {
    const RGBA: u8 = 6;
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([bit_depth, RGBA, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    file.extend(&header);
    file.extend(crc32(&header).to_be_bytes());
    file.extend(b"\0\0\0\0IDAT");
    file.extend(crc32(b"IDAT").to_be_bytes());
    file
}

/// PNG specification, annex D.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (if crc & 1 == 1 { 0xEDB8_8320 } else { 0 })
        })
    })
}

#[test]
fn a_small_file_that_declares_a_huge_picture_is_too_large() {
    let bombs = [
        png_header(50_000, 50_000, 8),
        png_header(20_001, 1, 8),
        png_header(10_000, 6_001, 8),
        // Within the pixels, but 16 bits a channel need twice the memory.
        png_header(9_000, 6_000, 16),
    ];
    for bomb in bombs {
        assert!(matches!(render(&bomb), Err(ImageError::TooLarge)));
    }
    let allowed = png_header(10_000, 6_000, 8);
    assert!(matches!(render(&allowed), Err(ImageError::Unreadable(_))));
}

#[tokio::test]
async fn photos_wait_for_their_turn() {
    let images = Images::new(1);
    let photos = (0..3).map(|_| images.examine(Bytes::from_static(BASELINE)));
    for examined in futures_util::future::join_all(photos).await {
        let examined = examined.expect("the server goes on");
        assert_eq!(
            examined.renditions.expect("a photo"),
            render(BASELINE).expect("a photo")
        );
        assert_eq!(examined.sha256.0, *Sha256::digest(BASELINE));
    }
    let text = images.examine(Bytes::from_static(b"no photo")).await;
    let text = text.expect("the server goes on");
    assert!(matches!(text.renditions, Err(ImageError::Unreadable(_))));
}

#[test]
fn what_a_phone_wrote_into_a_photo_is_read() {
    let exif = examine(IPHONE).exif;
    assert_eq!(exif.camera_make.as_deref(), Some("Apple"));
    assert!(exif.camera_model.expect("a model").starts_with("iPhone"));
    let place = exif.place.expect("a position");
    assert!((39.0..41.0).contains(&place.lat) && (115.0..118.0).contains(&place.lon));
    assert!(exif.taken.is_some());
    assert!(examine(BASELINE).exif.place.is_some());
    let renditions = render(IPHONE).expect("a photo");
    assert_eq!(examine(&renditions.display).exif, Exif::default());
}

#[test]
fn broken_exif_is_no_fault_of_the_photo() {
    let shot = camera::place(1)
        .at(37.4, 117.9)
        .taken("2026:11:20 10:00:00");
    let whole = shot.jpeg();
    assert!(examine(&whole).exif.place.is_some());
    let exif = whole.windows(4).position(|bytes| bytes == b"Exif");
    let exif = exif.expect("the file has EXIF");
    let length = usize::from(u16::from_be_bytes([whole[exif - 2], whole[exif - 1]]));
    for spoilt in exif + 6..exif - 2 + length {
        let mut file = whole.clone();
        file[spoilt] = !file[spoilt];
        let examined = examine(&file);
        assert!(examined.renditions.is_ok(), "byte {spoilt}");
    }
}

#[test]
fn a_copy_has_nearly_the_fingerprint_that_is_asked_for() {
    let original = fingerprints(&camera::place(2));
    let copies = [
        camera::place(2).quality(40),
        camera::place(2).mirrored(),
        camera::place(2).cropped([5, 5, 5, 5]),
        camera::place(2).brightened(130),
    ];
    for copy in copies {
        let copy = fingerprints(&copy);
        let nearest = |asked: &Fingerprints, own: &Fingerprints| {
            let all = asked.usual.iter().chain(&asked.others);
            let distances = all.map(|it| it.distance(&own.own));
            distances.min().expect("something is asked")
        };
        assert!(nearest(&copy, &original) <= SAME_WITHIN);
        assert!(
            nearest(&original, &copy) <= SAME_WITHIN,
            "the other way about"
        );
    }
}

fn fingerprints(shot: &Shot) -> Fingerprints {
    let renditions = render(&shot.jpeg()).expect("a photo");
    renditions.fingerprints.expect("enough to see")
}
