//! Looking for a fingerprint by the index finds exactly what reading every fingerprint would find.

use diesel_async::SimpleAsyncConnection as _;
use uuid::Uuid;
use xuncha::db::attachment::fingerprint::{alike, keep};
use xuncha::domain::evidence::fingerprint::{BYTES, Fingerprint, SAME_WITHIN};

use crate::harness::TestApp;

fn random() -> Fingerprint {
    let mut bytes = [0; BYTES];
    for part in bytes.chunks_mut(16) {
        let chance = Uuid::new_v4();
        // Version and variant bits are no chance: taken from the second half of another.
        let other = Uuid::new_v4();
        for (index, byte) in part.iter_mut().enumerate() {
            let spare = other.as_bytes()[(index + 1) % 6];
            *byte = if matches!(index, 6 | 8) {
                spare
            } else {
                chance.as_bytes()[index]
            };
        }
    }
    Fingerprint(bytes)
}

/// The same with so many bits turned over.
fn turned(of: Fingerprint, count: usize) -> Fingerprint {
    let mut bytes = of.0;
    let mut places: Vec<usize> = (0..8 * BYTES).collect();
    for turn in 0..count {
        let chance = usize::from(Uuid::new_v4().as_bytes()[0]);
        let place = places.swap_remove(chance % (places.len() - turn.min(1)));
        bytes[place / 8] ^= 1 << (place % 8);
    }
    Fingerprint(bytes)
}

#[tokio::test]
async fn the_index_finds_what_a_plain_scan_finds() {
    let app = TestApp::demo().await;
    let mut conn = app.sql().await;
    let centres: Vec<Fingerprint> = (0..12).map(|_| random()).collect();
    let mut held: Vec<(Uuid, Fingerprint)> = Vec::new();
    for centre in &centres {
        for distance in 0..=2 * usize::try_from(SAME_WITHIN).expect("few") {
            for _ in 0..3 {
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
    for asked in centres.chunks(4) {
        let found = alike(&mut conn, asked).await.expect("an answer");
        let mut found: Vec<(u32, Uuid)> = found
            .into_iter()
            .map(|it| (u32::try_from(it.distance_bits).expect("a count"), it.other))
            .collect();
        let nearest = |it: &Fingerprint| asked.iter().map(|one| one.distance(it)).min();
        let mut right: Vec<(u32, Uuid)> = held
            .iter()
            .filter_map(|(aid, it)| Some((nearest(it)?, *aid)))
            .filter(|(distance, _)| *distance <= SAME_WITHIN)
            .collect();
        right.sort_unstable();
        found.sort_unstable();
        // The nearest fifty are told.
        right.truncate(50);
        let distances = |of: &[(u32, Uuid)]| -> Vec<u32> { of.iter().map(|it| it.0).collect() };
        assert_eq!(distances(&found), distances(&right));
    }
    app.finish().await;
}
