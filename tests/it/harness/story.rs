//! What people of the demo city do all day, in a line each: report a fault, send its photos, read a ticket, give it a command.
//!
//! ```ignore
//! let sent = story::report("371602").send(&inspector).await;
//! let officer = app.login("officer-371602-sanitation").await;
//! story::command(&officer, &sent.ticket, "acknowledge", json!({})).await.expect(200);
//! ```

use std::sync::atomic::{AtomicU32, Ordering};

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Client, Response, TestApp};

/// A position well inside each district of the demo city: code, latitude, longitude (WGS-84).
pub const INSIDE: [(&str, f64, f64); 7] = [
    ("371602", 37.428_638_6, 117.976_719_3),
    ("371603", 37.669_336_9, 118.095_935),
    ("371621", 37.340_380_1, 117.558_515_2),
    ("371622", 37.603_218_3, 117.367_921_9),
    ("371623", 37.893_283_8, 117.816_267_9),
    ("371625", 37.224_352_9, 118.234_447_1),
    ("371681", 36.978_313, 117.693_861_8),
];

/// Reports made so far.
static REPORTS: AtomicU32 = AtomicU32::new(0);
/// Between the positions of two reports: 60 m or more, twice the radius of a place.
const STEP_DEGREES: f64 = 0.000_7;

/// A photo that a phone has taken.
#[derive(Debug, Clone)]
pub struct Photo {
    /// Its id, made by the phone.
    pub aid: Uuid,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Photo {
    /// A small JPEG that no other test has.
    pub fn new() -> Self {
        let aid = Uuid::new_v4();
        let [red, green, blue, ..] = *aid.as_bytes();
        let mut bytes = Vec::new();
        JpegEncoder::new(&mut bytes)
            .encode_image(&RgbImage::from_pixel(16, 12, Rgb([red, green, blue])))
            .expect("a picture in memory");
        Self { aid, bytes }
    }

    /// One of `tests/it/fixtures/photos`.
    pub fn of_file(name: &str) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/photos");
        let bytes = std::fs::read(format!("{folder}/{name}")).expect("a photo of the fixtures");
        Self {
            aid: Uuid::new_v4(),
            bytes,
        }
    }

    /// A file of any content.
    pub fn of_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            aid: Uuid::new_v4(),
            bytes: bytes.into(),
        }
    }

    /// Its digest, hexadecimal.
    pub fn sha256(&self) -> String {
        hex::encode(Sha256::digest(&self.bytes))
    }

    /// As a body declares it.
    pub fn declared(&self) -> Value {
        json!({
            "aid": self.aid,
            "sha256": self.sha256(),
            "bytes": self.bytes.len(),
            "mime": "image/jpeg",
        })
    }

    /// Sends the bytes.
    pub async fn put(&self, client: &Client) -> Response {
        client
            .put(&format!("attachments/{}", self.aid))
            .body("image/jpeg", self.bytes.clone())
            .await
    }
}

/// A report being written: one stop, one fault, one photo, at an exact position, until the test says otherwise.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The report's id.
    pub id: Uuid,
    /// The finding's id.
    pub finding: Uuid,
    /// Its photos.
    pub photos: Vec<Photo>,
    geo: Map<String, Value>,
    point: Option<Uuid>,
    fault: Map<String, Value>,
}

/// A report from a position well inside a district, of its own: exposed garbage (E0102, 4 work hours, sanitation). The first
/// of a test is made at [`INSIDE`]; each further one far enough from all before to be another fault.
pub fn report(district: &str) -> Draft {
    let (_, lat, lon) = INSIDE
        .into_iter()
        .find(|(code, ..)| *code == district)
        .expect("a district of the demo city");
    let nth = REPORTS.fetch_add(1, Ordering::Relaxed);
    let lat = lat + f64::from(nth / 16 % 16) * STEP_DEGREES;
    let lon = lon + f64::from(nth % 16) * STEP_DEGREES;
    Draft {
        id: Uuid::new_v4(),
        finding: Uuid::new_v4(),
        photos: vec![Photo::new()],
        geo: Map::new(),
        point: None,
        fault: Map::new(),
    }
    .at(lat, lon)
    .datum("wgs84")
    .accuracy(Some(5.0))
    .item("E0102")
    .text("路边垃圾成堆")
}

impl Draft {
    /// Of another catalogue item.
    pub fn item(self, code: &str) -> Self {
        self.fault("item", json!(code))
    }

    /// Under a filing condition.
    pub fn condition(self, code: &str) -> Self {
        self.fault("condition", json!(code))
    }

    /// Described so.
    pub fn text(self, text: &str) -> Self {
        self.fault("text", json!(text))
    }

    /// Danger to people.
    pub fn danger(self) -> Self {
        self.fault("danger", json!(true))
    }

    /// Put right while the inspector stood there.
    pub fn fixed_on_site(self) -> Self {
        self.fault("fixed_on_site", json!(true))
    }

    /// From another position in WGS-84.
    pub fn at(self, lat: f64, lon: f64) -> Self {
        self.fix("lat", json!(lat)).fix("lon", json!(lon))
    }

    /// The position is in this datum.
    pub fn datum(self, datum: &str) -> Self {
        self.fix("datum", json!(datum))
    }

    /// The fix is as exact as this, or nobody knows how exact.
    pub fn accuracy(self, acc_m: Option<f64>) -> Self {
        self.fix("acc_m", json!(acc_m))
    }

    /// The fix was this old when the report was written.
    pub fn fix_age(self, seconds: i64) -> Self {
        self.fix("fix_age_ms", json!(seconds * 1_000))
    }

    /// The phone says that its position is simulated.
    pub fn mock(self) -> Self {
        self.fix("mock", json!(true))
    }

    /// The phone had no fix.
    pub fn without_fix(mut self) -> Self {
        self.geo.clear();
        self
    }

    /// At a check point.
    pub fn at_point(mut self, id: &str) -> Self {
        self.point = Some(id.parse().expect("the id of a check point"));
        self
    }

    /// The same fault at the same place, reported anew.
    pub fn again(&self) -> Self {
        Self {
            id: Uuid::new_v4(),
            finding: Uuid::new_v4(),
            photos: vec![Photo::new()],
            ..self.clone()
        }
    }

    /// With these photos.
    pub fn photos(mut self, photos: Vec<Photo>) -> Self {
        self.photos = photos;
        self
    }

    fn fix(mut self, member: &str, value: Value) -> Self {
        self.geo.insert(member.to_owned(), value);
        self
    }

    fn fault(mut self, member: &str, value: Value) -> Self {
        self.fault.insert(member.to_owned(), value);
        self
    }

    /// The body.
    pub fn body(&self) -> Value {
        let aids: Vec<Uuid> = self.photos.iter().map(|photo| photo.aid).collect();
        let declared: Vec<Value> = self.photos.iter().map(Photo::declared).collect();
        let mut fault = self.fault.clone();
        fault.insert("id".to_owned(), json!(self.finding));
        fault.insert("attachments".to_owned(), json!(aids));
        let geo = Some(&self.geo).filter(|geo| !geo.is_empty());
        json!({
            "id": self.id,
            "geo": geo,
            "attachments": declared,
            "data": { "point": self.point, "findings": [fault] },
        })
    }

    /// Sends the report; its photos' bytes stay on the phone, for which no ticket waits.
    pub async fn post(self, inspector: &Client) -> Sent {
        let answer = inspector.post("reports").json(&self.body()).await;
        let answer = answer.expect(201);
        let reasons = answer.list("/findings/0/ticket/reasons").iter();
        Sent {
            ticket: answer.str("/findings/0/ticket/id").to_owned(),
            state: answer.str("/findings/0/ticket/state").to_owned(),
            reasons: reasons
                .map(|reason| reason.as_str().expect("a word").to_owned())
                .collect(),
            draft: self,
        }
    }

    /// Sends the report and the bytes of its photos. The worker has jobs then.
    pub async fn send(self, inspector: &Client) -> Sent {
        let sent = self.post(inspector).await;
        for photo in &sent.draft.photos {
            photo.put(inspector).await.expect(201);
        }
        sent
    }
}

/// A report that has been taken in.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Id of its ticket.
    pub ticket: String,
    /// The ticket's state then.
    pub state: String,
    /// Why it waits in triage.
    pub reasons: Vec<String>,
    /// What was sent.
    pub draft: Draft,
}

/// Has the city take every report for another fault, for stories that report one place again and again.
pub async fn ignore_duplicates(app: &TestApp) {
    let admin = app.login("admin").await;
    let changes = json!({ "changes": { "intake.duplicates": "off" } });
    admin.put("policies").json(&changes).await.expect(200);
}

/// A ticket as someone sees it who may.
pub async fn ticket(client: &Client, id: &str) -> Response {
    client.get(&format!("tickets/{id}")).await.expect(200)
}

/// Gives a command on the version that the ticket has now.
pub async fn command(client: &Client, id: &str, command: &str, body: Value) -> Response {
    let seen = client.get(&format!("tickets/{id}")).await;
    let rev = match seen.status {
        200 => seen.str("/rev").to_owned(),
        _ => "1".to_owned(), // The ticket is not there for this caller; the command will say so too.
    };
    command_at(client, id, &rev, command, body).await
}

/// Gives a command on a version.
pub async fn command_at(
    client: &Client,
    id: &str,
    rev: &str,
    command: &str,
    body: Value,
) -> Response {
    client
        .post(&format!("tickets/{id}/{command}"))
        .if_match(rev)
        .json(&body)
        .await
}

/// The body of a submission with these after-photos.
pub fn submission(photos: &[Photo]) -> Value {
    let declared: Vec<Value> = photos.iter().map(Photo::declared).collect();
    json!({ "measure": "已清理", "attachments": declared })
}

/// The body of a recheck with a photo that need not come.
pub fn recheck(result: &str) -> Value {
    json!({ "result": result, "opinion": "现场查看", "attachments": [Photo::new().declared()] })
}

/// Brings a ticket from its dispatch to its recheck: acknowledged, then submitted with a photo whose bytes are here.
pub async fn rectify(officer: &Client, id: &str) -> Response {
    command(officer, id, "acknowledge", json!({}))
        .await
        .expect(200);
    submit(officer, id).await
}

/// Submits with a photo whose bytes are here.
pub async fn submit(officer: &Client, id: &str) -> Response {
    let after = Photo::new();
    after.put(officer).await.expect(201);
    command(officer, id, "submit", submission(&[after]))
        .await
        .expect(200)
}
