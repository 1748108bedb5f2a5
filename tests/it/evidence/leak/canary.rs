//! What must not come out: names and ids of inspectors, their phones and what those call their photos, and what a camera writes into them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::story::Photo;
use crate::harness::{Client, TestApp};

/// Words that are in the photos and around them, and nowhere else.
const WORDS: [&str; 9] = [
    "CanaryMake",
    "CanaryModel",
    "CanarySoftware",
    "CanaryArtist",
    "CanaryXmp",
    "CanaryComment",
    "CanaryTrailer",
    "IMG_CANARY",
    // When a photo was taken and a report written, to the second; in the city's time and in UTC.
    "41:37",
];

/// What to look for.
#[derive(Debug)]
pub struct Canaries {
    texts: BTreeSet<String>,
    /// Ids in the form that needs least room.
    raw: BTreeSet<[u8; 16]>,
}

impl Default for Canaries {
    fn default() -> Self {
        Self {
            texts: WORDS.map(str::to_owned).into(),
            raw: BTreeSet::new(),
        }
    }
}

impl Canaries {
    /// This must not come out either; of an id, in none of its forms.
    pub fn hide(&mut self, secret: impl ToString) {
        let secret = secret.to_string();
        if let Ok(id) = Uuid::try_parse(&secret) {
            self.raw.insert(*id.as_bytes());
            self.texts.insert(id.simple().to_string());
        }
        self.texts.insert(secret);
    }

    /// Whatever the city knows of its inspectors by now.
    pub async fn hide_people(&mut self, app: &TestApp) {
        let people = "\
            SELECT id::text AS secret FROM accounts WHERE role = 'inspector' \
            UNION SELECT username FROM accounts WHERE role = 'inspector' \
            UNION SELECT display_name FROM accounts WHERE role = 'inspector' \
            UNION SELECT d.id::text FROM devices d JOIN accounts i ON i.id = d.account_id AND i.role = 'inspector' \
            UNION SELECT s.id::text FROM sessions s JOIN accounts i ON i.id = s.account_id AND i.role = 'inspector' \
            UNION SELECT a.id::text FROM attachments a JOIN accounts i ON i.id = a.account_id AND i.role = 'inspector' \
            UNION SELECT encode(a.sha256, 'hex') FROM attachments a JOIN accounts i ON i.id = a.account_id AND i.role = 'inspector' \
            UNION SELECT a.blob_key FROM attachments a WHERE a.blob_key IS NOT NULL \
            UNION SELECT id::text FROM reports WHERE source <> 'self_check' \
            UNION SELECT f.id::text FROM findings f JOIN reports r ON r.id = f.report_id WHERE r.source <> 'self_check'";
        for row in app.rows(people).await {
            let secret = row.get("secret").and_then(Value::as_str);
            self.hide(secret.expect("a text"));
        }
    }

    /// Those that are in these bytes.
    pub fn found_in(&self, bytes: &[u8]) -> Vec<String> {
        let text = String::from_utf8_lossy(bytes);
        let texts = self.texts.iter().filter(|secret| text.contains(*secret));
        let is_text = matches!(text, Cow::Borrowed(_));
        let raw = self.raw.iter().filter(|id| {
            !is_text
                && bytes
                    .windows(id.len())
                    .any(|window| window == id.as_slice())
        });
        texts.cloned().chain(raw.map(hex::encode)).collect()
    }
}

/// When a report was written, by the phone's clock.
pub fn captured() -> Value {
    json!({ "wall": "2026-11-20T09:41:37.123+08:00", "mono_ms": 1, "boot": Uuid::new_v4() })
}

/// Ids of the photos that a ticket shows.
pub fn photo_ids(ticket: &Value) -> Vec<String> {
    let photos = ticket["photos"].as_array().expect("photos");
    let ids = photos.iter().filter_map(|photo| photo["id"].as_str());
    ids.map(str::to_owned).collect()
}

/// Sends a photo under the name that a phone gives it: as a form, or by tus.
pub async fn send(client: &Client, photo: &Photo, index: usize) {
    if index.is_multiple_of(2) {
        return send_by_tus(client, photo).await;
    }
    let head = "--0123456789\r\nContent-Disposition: form-data; name=\"file\"; filename=\"IMG_CANARY.jpg\"\r\n\
                Content-Type: image/jpeg\r\n\r\n";
    let body = [head.as_bytes(), &photo.bytes, b"\r\n--0123456789--\r\n"].concat();
    client
        .post(&format!("attachments/{}", photo.aid))
        .body("multipart/form-data; boundary=0123456789", body)
        .await
        .expect(201);
}

async fn send_by_tus(client: &Client, photo: &Photo) {
    let metadata = format!(
        "aid {},filename {},filetype {}",
        STANDARD.encode(photo.aid.to_string()),
        STANDARD.encode("IMG_CANARY.jpg"),
        STANDARD.encode("image/jpeg")
    );
    client
        .post("files")
        .header("tus-resumable", "1.0.0")
        .header("upload-length", photo.bytes.len().to_string())
        .header("upload-metadata", metadata)
        .body("application/offset+octet-stream", photo.bytes.clone())
        .await
        .expect(201);
}

/// A JPEG with all that cameras and apps write into one.
pub fn photo() -> Photo {
    let [red, green, blue, ..] = *Uuid::new_v4().as_bytes();
    let mut jpeg = Vec::new();
    JpegEncoder::new(&mut jpeg)
        .encode_image(&RgbImage::from_pixel(640, 480, Rgb([red, green, blue])))
        .expect("a picture in memory");
    let (start, rest) = jpeg.split_at(2);
    let exif = [b"Exif\0\0", exif().as_slice()].concat();
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>CanaryXmp</x:xmpmeta>";
    let bytes = [
        start,
        &segment(0xe1, &exif),
        &segment(0xe1, xmp),
        &segment(0xfe, b"CanaryComment"),
        rest,
        b"CanaryTrailer",
    ];
    Photo::of_bytes(bytes.concat())
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).expect("short");
    let mut segment = vec![0xff, marker];
    segment.extend(length.to_be_bytes());
    segment.extend_from_slice(content);
    segment
}

/// TIFF, big-endian: who, with what, when, and where (37° 22′ 44.44″ N, 117° 58′ 55.55″ E).
fn exif() -> Vec<u8> {
    const ASCII: u16 = 2;
    const RATIONAL: u16 = 5;
    let texts = [
        (0x010f, "CanaryMake\0"),
        (0x0110, "CanaryModel\0"),
        (0x0131, "CanarySoftware\0"),
        (0x0132, "2026:11:20 09:41:37\0"),
        (0x013b, "CanaryArtist\0"),
    ];
    let degrees = |parts: [u32; 3]| -> Vec<u8> {
        let rational = |part: u32| [part.to_be_bytes(), 100_u32.to_be_bytes()].concat();
        parts.into_iter().flat_map(rational).collect()
    };
    let main_entries = texts.len() + 1;
    let gps_at = 8 + 2 + main_entries * 12 + 4;
    let mut values_at = gps_at + 2 + 4 * 12 + 4;
    let mut values = Vec::new();
    let mut entry = |tag: u16, kind: u16, count: usize, value: &[u8]| -> Vec<u8> {
        let mut entry = [tag.to_be_bytes(), kind.to_be_bytes()].concat();
        entry.extend(u32::try_from(count).expect("short").to_be_bytes());
        if value.len() <= 4 {
            entry.extend_from_slice(value);
            entry.resize(12, 0);
        } else {
            entry.extend(u32::try_from(values_at).expect("short").to_be_bytes());
            values_at += value.len();
            values.extend_from_slice(value);
        }
        entry
    };
    let count = u16::try_from(main_entries).expect("few");
    let mut tiff = [b"MM\0\x2a\0\0\0\x08".as_slice(), &count.to_be_bytes()].concat();
    for (tag, text) in texts {
        tiff.extend(entry(tag, ASCII, text.len(), text.as_bytes()));
    }
    let gps = u32::try_from(gps_at).expect("short").to_be_bytes();
    tiff.extend(entry(0x8825, 4, 1, &gps));
    tiff.extend([0; 4]);
    tiff.extend(4_u16.to_be_bytes());
    tiff.extend(entry(1, ASCII, 2, b"N\0"));
    tiff.extend(entry(2, RATIONAL, 3, &degrees([3700, 2200, 4444])));
    tiff.extend(entry(3, ASCII, 2, b"E\0"));
    tiff.extend(entry(4, RATIONAL, 3, &degrees([11700, 5800, 5555])));
    tiff.extend([0; 4]);
    tiff.extend(values);
    tiff
}
