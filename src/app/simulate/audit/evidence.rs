//! Photos: each that was promised is there under its id alone, and its original is what was sent, byte for byte.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Audit;
use crate::app::simulate::desk::Desk;
use crate::app::simulate::wire::text;
use crate::app::simulate::witness::{Taken, Wrong};
use crate::db::{Conn, DbError, oracle};

/// Originals read at once.
const READS: usize = 16;

impl Audit<'_> {
    pub(super) async fn photos(&mut self, conn: &mut Conn) -> Result<(), DbError> {
        let aids: Vec<Uuid> = self.seen.photos.keys().copied().collect();
        let mut there: BTreeMap<Uuid, Value> = BTreeMap::new();
        for part in aids.chunks(1_000) {
            for row in oracle::photos(conn, part).await? {
                if let Ok(aid) = text(&row, "aid").parse() {
                    there.insert(aid, row);
                }
            }
        }
        for (aid, photo) in &self.seen.photos {
            let row = there.get(aid);
            let stored = row.is_some_and(|row| row.get("stored") == Some(&json!(true)));
            let promised = photo.told_stored || photo.told_safe;
            if promised && !stored {
                self.accuse(Wrong::Lost, format!("photo {aid} was stored and is gone"));
            }
            if !stored && !promised && !photo.forsaken {
                self.accuse(Wrong::Stuck, format!("photo {aid} never arrived"));
            }
            if row.is_some_and(|row| row.get("twins") != Some(&json!(0))) {
                self.accuse(
                    Wrong::Doubled,
                    format!("photo {aid} is there under another id"),
                );
            }
        }
        Ok(())
    }

    /// Reads every original that was promised, and holds it against its digest.
    pub(super) async fn originals(&mut self, desk: &Desk) {
        let promised = |photo: &Taken| photo.told_stored || photo.told_safe;
        let wanted = self.seen.photos.iter().filter(|(_, photo)| promised(photo));
        let bad: Vec<String> = stream::iter(wanted)
            .map(async |(aid, photo)| {
                let answer = desk.read(&format!("attachments/{aid}/original")).await?;
                let sha256: [u8; 32] = Sha256::digest(&answer.body).into();
                let equal = answer.status == 200 && sha256 == photo.sha256;
                (!equal).then(|| format!("the original of photo {aid} is not what was sent"))
            })
            .buffer_unordered(READS)
            .filter_map(async |bad| bad)
            .collect()
            .await;
        for words in bad {
            self.accuse(Wrong::Lost, words);
        }
    }
}
