//! The witness: sees what every phone made, sent, was told and lost, and so knows in the end what must be on the server.
//! Phones tell it everything and learn nothing from it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use serde_json::Value;
use uuid::Uuid;

use super::photo::Photo;

/// What is wrong in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// Should be there and is not, or only as it was.
    Lost,
    /// Made twice.
    Doubled,
    /// There, and not for this reader.
    WronglyVisible,
    /// Never came to an end.
    Stuck,
}

impl Wrong {
    /// The word of the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Doubled => "doubled",
            Self::WronglyVisible => "wrongly visible",
            Self::Stuck => "stuck",
        }
    }
}

/// One case, for a person to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    /// What sort.
    pub wrong: Wrong,
    /// What happened, with ids.
    pub words: String,
}

/// What must become of a mutation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hope {
    /// An honest report: nothing may refuse it.
    Applied,
    /// Poison: must be kept aside.
    Quarantined,
    /// A command: depends on what others did meanwhile.
    Judged,
}

/// A mutation, from its making to its end.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) account: Uuid,
    pub(super) kind: String,
    pub(super) target: Uuid,
    pub(super) hope: Hope,
    pub(super) aids: Vec<Uuid>,
    /// Its members as they were sent.
    pub(super) body: Value,
    /// Words that occur nowhere else in the city.
    pub(super) marker: String,
    /// It went out, whole or in part.
    pub(super) sent: bool,
    /// The last verdict that an answer told.
    pub(super) verdict: Option<String>,
    pub(super) told_safe: bool,
    /// The only phone that had it was put back to a day before it was made.
    pub(super) forsaken: bool,
}

/// A photo, likewise.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub(super) sha256: [u8; 32],
    pub(super) told_stored: bool,
    pub(super) told_safe: bool,
    pub(super) forsaken: bool,
}

/// Everything seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub(super) mutations: BTreeMap<Uuid, Sent>,
    pub(super) photos: BTreeMap<Uuid, Taken>,
    /// Reports that went over REST as well.
    pub(super) both_ways: BTreeSet<Uuid>,
    pub(super) cases: BTreeSet<Case>,
    /// Mutations sent again although they had gone out before.
    pub(super) duplicates: u64,
    pub(super) pulls: u64,
}

impl Seen {
    /// The phone was told that it may delete its copy.
    fn promised(&mut self, mid: Uuid) {
        let Some(one) = self.mutations.get_mut(&mid) else {
            return;
        };
        one.told_safe = true;
        for aid in &one.aids {
            if let Some(photo) = self.photos.get_mut(aid) {
                photo.told_safe = true;
            }
        }
    }
}

/// Shared by all phones.
#[derive(Debug, Default)]
pub(super) struct Witness(Mutex<Seen>);

impl Witness {
    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().expect("nothing panics while holding it")
    }

    /// All of it as it is now, to look at while more is seen.
    pub(super) fn snapshot(&self) -> Seen {
        self.seen().clone()
    }

    /// All of it, at the end.
    pub(super) fn into_seen(self) -> Seen {
        self.0
            .into_inner()
            .expect("nothing panics while holding it")
    }

    /// Something is wrong.
    pub(super) fn accuse(&self, wrong: Wrong, words: String) {
        self.seen().cases.insert(Case { wrong, words });
    }

    pub(super) fn made(&self, mid: Uuid, mutation: Sent, photos: &[Photo]) {
        let mut seen = self.seen();
        for photo in photos {
            let taken = Taken {
                sha256: photo.sha256,
                told_stored: false,
                told_safe: false,
                forsaken: false,
            };
            seen.photos.insert(photo.aid, taken);
        }
        seen.mutations.insert(mid, mutation);
    }

    /// A batch with these goes out so many times.
    pub(super) fn sends(&self, mids: &[Uuid], times: u64) {
        let mut seen = self.seen();
        for mid in mids {
            let known = seen
                .mutations
                .get_mut(mid)
                .is_some_and(|one| std::mem::replace(&mut one.sent, true));
            seen.duplicates += times.saturating_sub(u64::from(!known));
        }
    }

    /// An answer says what was made of a mutation.
    pub(super) fn told(&self, mid: Uuid, verdict: &str, safe: bool, words: &str) {
        let mut seen = self.seen();
        let seen = &mut *seen;
        let Some(one) = seen.mutations.get_mut(&mid) else {
            return;
        };
        let refused = matches!(verdict, "quarantined" | "conflict");
        let wrong = match one.hope {
            Hope::Applied if refused => Some((Wrong::Lost, "honest work was refused")),
            Hope::Quarantined if !refused => Some((Wrong::Stuck, "poison was not put aside")),
            _ => None,
        };
        if let Some((wrong, what)) = wrong {
            let words = format!("{what}: {} {mid}: {words}", one.kind);
            seen.cases.insert(Case { wrong, words });
        }
        if verdict != "deferred" {
            one.verdict = Some(verdict.to_owned());
        }
        if safe {
            seen.promised(mid);
        }
    }

    /// A receipt says that these may be deleted.
    pub(super) fn told_safe(&self, mids: &[Uuid]) {
        let mut seen = self.seen();
        for mid in mids {
            seen.promised(*mid);
        }
    }

    pub(super) fn hopes_to_be_applied(&self, mid: Uuid) -> bool {
        let seen = self.seen();
        let one = seen.mutations.get(&mid);
        one.is_some_and(|one| one.hope == Hope::Applied)
    }

    pub(super) fn photo_stored(&self, aid: Uuid) {
        if let Some(photo) = self.seen().photos.get_mut(&aid) {
            photo.told_stored = true;
        }
    }

    /// A phone no longer has these, and nobody else may have them either.
    pub(super) fn forsake(&self, mids: &[Uuid], aids: &[Uuid]) {
        let mut seen = self.seen();
        for mid in mids {
            if let Some(one) = seen.mutations.get_mut(mid) {
                one.forsaken = true;
            }
        }
        for aid in aids {
            if let Some(photo) = seen.photos.get_mut(aid) {
                photo.forsaken = true;
            }
        }
    }
}
