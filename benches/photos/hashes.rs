//! Looking for a photo among a million others: everything that the worker asks for one photo, by the statement that it uses, on the
//! server's own PostgreSQL.

use std::time::Instant;

use anyhow::{bail, ensure};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{ImageReader, RgbImage};
use std::io::Cursor;
use xuncha::db::attachment::fingerprint::alike;
use xuncha::db::{AsyncConnection as _, Conn, DbError};
use xuncha::domain::evidence::fingerprint::Fingerprints;
use xuncha::gateways::images::render;

use crate::arguments::Arguments;
use crate::city::City;
use crate::figures::{Goal, Table, Times, grouped, ms};

const PHOTO: &[u8] = include_bytes!("../../tests/it/fixtures/photos/oneplus-gps.jpg");
const MANY: u32 = 1_000_000;
/// Photos that are looked for, each twice.
const ASKED: usize = 60;
const ANSWERED: Goal = Goal::AtMost(20.0);

/// A fingerprint of digests, some of its bits (the longest waves of each run) three times as often on as off: real pictures are not
/// evenly spread either.
const FILL: &str = "\
ALTER TABLE photo_fingerprints DROP CONSTRAINT photo_fingerprints_attachment_id_fkey;
INSERT INTO photo_fingerprints (attachment_id, bits)
SELECT gen_random_uuid(), one | (other & (repeat('111000000000000000', 8))::bit(144))
  FROM (SELECT ('x' || left(encode(sha256(n::text::bytea), 'hex'), 36))::bit(144) AS one,
               ('x' || right(encode(sha256(n::text::bytea), 'hex'), 36))::bit(144) AS other
          FROM generate_series(1, {many}) AS n) AS digests;
";

/// Measures it, and writes the row.
pub async fn measure(
    arguments: &Arguments,
    city: &City,
    table: &mut Table,
    say: &impl Fn(&str),
) -> anyhow::Result<()> {
    let many = if arguments.quick { MANY / 20 } else { MANY };
    say(&format!("{} fingerprints", grouped(many)));
    city.cluster
        .run(&FILL.replace("{many}", &many.to_string()))?;
    let photos = photos()?;
    let own: Vec<String> = photos
        .iter()
        .enumerate()
        .map(|(n, it)| {
            format!(
                "('00000000-0000-4000-8000-{n:012}', ('x' || '{}')::bit(144))",
                it.own
            )
        })
        .collect();
    let rows = own.join(", ");
    city.cluster
        .run(&format!("INSERT INTO photo_fingerprints VALUES {rows}"))?;
    city.cluster.settle()?;
    let sockets = city.cluster.run("SHOW unix_socket_directories")?;
    let url = format!("postgres:///xuncha?host={}&user=xuncha", sockets.trim());
    let mut conn = Conn::establish(&url).await?;
    say("looking for photos");
    let mut times = Vec::new();
    for round in 0..3 {
        for (n, photo) in photos.iter().enumerate() {
            let begun = Instant::now();
            let found = conn
                .transaction::<_, DbError, _>(async |conn| alike(conn, photo).await)
                .await?;
            if round > 0 {
                times.push(begun.elapsed());
            }
            let id = format!("00000000-0000-4000-8000-{n:012}");
            ensure!(
                found.iter().any(|it| it.other.to_string() == id),
                "a photo was not found"
            );
        }
    }
    let times = Times::of(times)?;
    let asked = photos
        .first()
        .map_or(0, |it| it.usual.len() + it.others.len());
    table.heading([
        "looking for a photo",
        "median",
        "p95",
        "goal",
        "questions",
        "measured over",
    ]);
    table.row([
        format!("among {} fingerprints", grouped(many)),
        ms(times.median()),
        ms(times.p95()),
        ANSWERED.of(times.p95().as_secs_f64() * 1_000.0, " ms"),
        asked.to_string(),
        format!("{} photos", times.count()),
    ]);
    let size = "SELECT pg_size_pretty(pg_total_relation_size('photo_fingerprints'))";
    table.note(format!(
        "fingerprints with their index: {}",
        city.cluster.run(size)?
    ));
    Ok(())
}

/// Parts of the test photo, each a picture of its own; those of nothing but sky have no fingerprint and are passed over.
fn photos() -> anyhow::Result<Vec<Fingerprints>> {
    let whole = ImageReader::with_format(Cursor::new(PHOTO), image::ImageFormat::Jpeg).decode()?;
    let whole = imageops::resize(&whole.into_rgb8(), 1_200, 1_200, FilterType::Triangle);
    let mut found = Vec::new();
    for n in 0..600 {
        let part: RgbImage =
            imageops::crop_imm(&whole, n * 97 % 700, n * 61 % 800, 500, 400).to_image();
        let mut file = Vec::new();
        JpegEncoder::new_with_quality(&mut file, 85).encode_image(&part)?;
        found.extend(render(&file)?.fingerprints);
        if found.len() == ASKED {
            return Ok(found);
        }
    }
    bail!(
        "only {} parts of the test photo have a fingerprint",
        found.len()
    )
}
