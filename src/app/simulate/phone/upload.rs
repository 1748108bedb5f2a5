//! Photos on their way: each as a whole with its digest, before or after the report that declares it.

use uuid::Uuid;

use super::{Phone, Stop};
use crate::app::simulate::faults::Fault;
use crate::app::simulate::photo::Photo;
use crate::app::simulate::wire::{Answer, Call};
use crate::app::simulate::witness::Wrong;

impl Phone {
    /// Sends what is not stored yet: of mutations that have a verdict, or of all.
    pub(super) async fn upload(&mut self, before_reports: bool) -> Result<(), Stop> {
        for aid in self.photos_to_send(before_reports) {
            let Some(photo) = self.store.photos.get(&aid).cloned() else {
                continue;
            };
            self.upload_one(&photo).await?;
        }
        Ok(())
    }

    fn photos_to_send(&self, all: bool) -> Vec<Uuid> {
        self.store
            .outbox
            .values()
            .filter(|outgoing| all || outgoing.verdict.is_some())
            .flat_map(|outgoing| outgoing.aids.iter().copied())
            .filter(|aid| {
                self.store
                    .photos
                    .get(aid)
                    .is_some_and(|photo| !photo.stored)
            })
            .collect()
    }

    async fn upload_one(&mut self, photo: &Photo) -> Result<(), Stop> {
        if self.strikes(Fault::BitFlipped) {
            let spoilt = photo.spoilt(&mut self.chance);
            self.upload_spoilt(photo, spoilt).await?;
        }
        if self.strikes(Fault::PhotoOfAnother) {
            let another = Photo::take(&mut self.chance);
            self.upload_spoilt(photo, another.bytes).await?;
        }
        let call = upload_call(photo, photo.bytes.clone());
        if self.strikes(Fault::AnswerLostPhoto) {
            let call = self.signed(call);
            return Err(self.world.wire.send_unheard(&call).await.into());
        }
        let answer = if self.strikes(Fault::PhotoTwiceAtOnce) {
            let call = self.signed(call);
            let wire = &self.world.wire;
            let (first, second) = tokio::join!(wire.send(&call), wire.send(&call));
            self.check_stored(photo, &first?);
            second?
        } else {
            self.ask(call).await?
        };
        if self.check_stored(photo, &answer) {
            self.store.commit_photo(photo.aid, true);
        }
        Ok(())
    }

    fn check_stored(&self, photo: &Photo, answer: &Answer) -> bool {
        match answer.status {
            200 | 201 => self.world.witness.photo_stored(photo.aid),
            401 => return false,
            _ => {
                let words = format!("photo {} is refused: {}", photo.aid, answer.words());
                self.accuse(Wrong::Lost, &words);
                return false;
            }
        }
        true
    }

    /// Other bytes under the photo's digest: must not be taken for it.
    async fn upload_spoilt(&mut self, photo: &Photo, bytes: bytes::Bytes) -> Result<(), Stop> {
        let answer = self.ask(upload_call(photo, bytes)).await?;
        if matches!(answer.status, 200 | 201) {
            let words = format!("spoilt bytes were stored as photo {}", photo.aid);
            self.accuse(Wrong::Lost, &words);
        }
        Ok(())
    }
}

fn upload_call(photo: &Photo, bytes: bytes::Bytes) -> Call {
    Call::put(format!("attachments/{}", photo.aid), bytes)
        .header("repr-digest", photo.digest_header())
}
