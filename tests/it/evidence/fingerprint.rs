//! Looking for a fingerprint by the index finds exactly what reading every fingerprint would find.

use diesel_async::SimpleAsyncConnection as _;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use xuncha::db::Conn;
use xuncha::db::attachment::fingerprint::{Likeness, alike, keep};
use xuncha::domain::evidence::fingerprint::{BYTES, Fingerprint, Fingerprints, SAME_WITHIN};

use crate::harness::TestApp;

/// Eight runs can hide no fewer differences than one each.
const CERTAIN: u32 = 7;

fn random() -> Fingerprint {
    let digest = Sha256::digest(Uuid::new_v4().as_bytes());
    Fingerprint(*digest.first_chunk().expect("long enough"))
}

/// The same with so many bits turned over.
fn turned(of: Fingerprint, count: usize) -> Fingerprint {
    let mut places: Vec<usize> = (0..8 * BYTES).collect();
    places.sort_by_cached_key(|_| Uuid::new_v4());
    let turned: Vec<usize> = places.into_iter().take(count).collect();
    let mut bytes = of.0;
    for (at, byte) in bytes.iter_mut().enumerate() {
        for bit in (0..8).filter(|bit| turned.contains(&(8 * at + bit))) {
            *byte ^= 1 << bit;
        }
    }
    Fingerprint(bytes)
}

#[tokio::test]
async fn the_index_finds_what_a_plain_scan_finds() {
    let app = TestApp::demo().await;
    let mut conn = app.sql().await;
    let centres: Vec<Fingerprint> = (0..10).map(|_| random()).collect();
    let mut held: Vec<(Uuid, Fingerprint)> = Vec::new();
    for centre in &centres {
        for distance in 0..=2 * usize::try_from(SAME_WITHIN).expect("few") {
            for _ in 0..2 {
                held.push((Uuid::new_v4(), turned(*centre, distance)));
            }
        }
    }
    held.extend((0..500).map(|_| (Uuid::new_v4(), random())));
    conn.batch_execute(
        "ALTER TABLE photo_fingerprints DROP CONSTRAINT photo_fingerprints_attachment_id_fkey",
    )
    .await
    .expect("a constraint");
    for (aid, fingerprint) in &held {
        keep(&mut conn, *aid, *fingerprint).await.expect("a row");
    }
    for asked in centres.chunks(2) {
        let widely = found(&mut conn, asked, &[]).await;
        assert_eq!(widely, by_reading_all(&held, asked, SAME_WITHIN));
        let narrowly = found(&mut conn, &[], asked).await;
        let certain: Vec<u32> = narrowly.into_iter().filter(|it| *it <= CERTAIN).collect();
        assert_eq!(certain, by_reading_all(&held, asked, CERTAIN));
    }
    app.finish().await;
}

/// Distances of what the index finds, nearest first.
async fn found(conn: &mut Conn, usual: &[Fingerprint], others: &[Fingerprint]) -> Vec<u32> {
    let asked = Fingerprints {
        own: random(),
        usual: usual.to_vec(),
        others: others.to_vec(),
    };
    let found = alike(conn, &asked).await.expect("an answer");
    let distance = |it: &Likeness| u32::try_from(it.distance_bits).expect("a count");
    found.iter().map(distance).collect()
}

/// The same without an index; the nearest fifty are told.
fn by_reading_all(held: &[(Uuid, Fingerprint)], asked: &[Fingerprint], within: u32) -> Vec<u32> {
    let nearest = |it: &Fingerprint| asked.iter().map(|one| one.distance(it)).min();
    let distances = held.iter().filter_map(|(_, it)| nearest(it));
    let mut distances: Vec<u32> = distances.filter(|it| *it <= within).collect();
    distances.sort_unstable();
    distances.truncate(50);
    distances
}
