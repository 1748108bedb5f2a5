//! A phone: one person's app, with what it keeps, its clocks, its line and its bad luck. The sync loop is the protocol's own:
//! push, photos, pull, and delete nothing before it is safe. Shares no code with the server.

mod have;
mod mishap;
mod outbox;
mod pull;
mod push;
mod session;
mod upload;

pub(super) use outbox::Wish;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use uuid::Uuid;

use super::cast::{Part, Person};
use super::chance::Chance;
use super::device_clock::DeviceClock;
use super::faults::{Fault, Faults};
use super::store::Store;
use super::wire::{Call, Wire};
use super::witness::{Witness, Wrong};

/// What all phones share: the line, the faults, the witness, and the day.
pub(super) struct World {
    pub(super) wire: Wire,
    pub(super) faults: Faults,
    pub(super) witness: Witness,
    /// The first virtual day.
    pub(super) begin: Timestamp,
    /// Documents of reference data, each once, however many phones have it.
    pub(super) shared: Mutex<HashSet<Arc<Value>>>,
}

impl World {
    /// The same document as other phones have it.
    pub(super) fn share(&self, doc: Arc<Value>) -> Arc<Value> {
        let mut shared = self.shared.lock().expect("nothing panics while holding it");
        if let Some(known) = shared.get(&doc) {
            return Arc::clone(known);
        }
        shared.insert(Arc::clone(&doc));
        doc
    }
}

/// Why a sync ended before its end. Both leave the phone with what it had committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// No answer.
    Lost,
    /// The app was killed.
    Killed,
}

impl From<super::wire::Lost> for Stop {
    fn from(_lost: super::wire::Lost) -> Self {
        Self::Lost
    }
}

/// One phone.
pub(super) struct Phone {
    pub(super) world: Arc<World>,
    pub(super) chance: Chance,
    pub(super) person: Person,
    pub(super) name: String,
    pub(super) account: Uuid,
    pub(super) device: Uuid,
    pub(super) store: Store,
    pub(super) clock: DeviceClock,
    pub(super) now: Timestamp,
    /// Set for the last day: nothing goes wrong any more, everything is to come to an end.
    pub(super) calm: bool,
    backup: Option<Store>,
    offline_until: u32,
    /// A batch that is still on its way, with its mids.
    straggler: Option<(Call, Vec<Uuid>)>,
    /// The app was started anew and does not know what arrived.
    restarted: bool,
    /// Its session lives on another phone too, or lived in another past: the theft alarm may ring.
    twin: bool,
}

impl Phone {
    pub(super) fn new(world: Arc<World>, person: Person, number: usize, seed: u64) -> Self {
        let stream = u64::try_from(number).unwrap_or(u64::MAX);
        let mut chance = Chance::new(seed, stream);
        let now = world.begin;
        Self {
            name: format!("phone {number} of {}", person.username),
            account: Uuid::nil(),
            device: chance.id(),
            clock: DeviceClock::new(&mut chance, now),
            store: Store::default(),
            calm: false,
            backup: None,
            offline_until: 0,
            straggler: None,
            restarted: false,
            twin: false,
            now,
            world,
            chance,
            person,
        }
    }

    /// The same device in two hands: same id, tokens, cursor, and everything else.
    fn twin_of(&mut self, number: usize, seed: u64) -> Self {
        let mut twin = Self::new(Arc::clone(&self.world), self.person.clone(), number, seed);
        twin.name = format!("{} (clone of {})", twin.name, self.name);
        twin.account = self.account;
        twin.device = self.device;
        twin.store = self.store.clone();
        twin.backup = self.backup.clone();
        twin.twin = true;
        self.twin = true;
        twin
    }

    pub(super) fn strikes(&mut self, fault: Fault) -> bool {
        !self.calm && self.world.faults.strikes(&mut self.chance, fault)
    }

    pub(super) fn accuse(&self, wrong: Wrong, words: &str) {
        self.world
            .witness
            .accuse(wrong, format!("{}: {words}", self.name));
    }

    /// A day in the life: works a few times, now and then with a line to the server. A clone that was made is answered.
    pub(super) async fn live(&mut self, day: u32, clone_number: usize, seed: u64) -> Option<Self> {
        let twin = self.suffer(clone_number, seed);
        let moments = self.chance.between(2, 4);
        if self.chance.percent(25) {
            self.offline_until = day + u32::try_from(self.chance.between(1, 3)).unwrap_or(0);
        }
        for moment in 0..moments {
            let hour = 8 + 3 * i64::try_from(moment).unwrap_or_default();
            let passed = SignedDuration::from_hours(24 * i64::from(day) + hour);
            self.now = self.world.begin.checked_add(passed).unwrap_or(self.now);
            if self.store.cursor.is_none() {
                self.sync_somehow().await;
            }
            if self.account.is_nil() {
                continue; // Nobody has logged in on it yet.
            }
            self.work();
            if day >= self.offline_until {
                self.sync_somehow().await;
            }
        }
        twin
    }

    fn work(&mut self) {
        match self.person.part {
            Part::Inspector => self.inspect(),
            Part::Officer => self.rectify(),
            Part::Reader => {}
        }
    }

    /// As a person does: tries again a few times, then lets it be.
    async fn sync_somehow(&mut self) {
        for _ in 0..4 {
            match Box::pin(self.sync()).await {
                Ok(()) => return,
                Err(Stop::Lost) => {}
                Err(Stop::Killed) => self.restarted = true,
            }
        }
    }

    /// One run of the loop.
    async fn sync(&mut self) -> Result<(), Stop> {
        self.ensure_session().await?;
        self.deliver_straggler().await?;
        if self.strikes(Fault::PhotoFirst) {
            self.upload(true).await?;
        }
        if std::mem::take(&mut self.restarted) || self.calm {
            self.ask_what_arrived().await?;
        }
        self.push().await?;
        self.upload(false).await?;
        self.pull().await?;
        self.delete_what_is_safe()
    }

    /// Until nothing is left to send and everything is safe, or nothing more happens.
    pub(super) async fn drain(&mut self) {
        self.calm = true;
        for _ in 0..4 {
            let done = Box::pin(self.sync()).await == Ok(());
            if done && self.store.outbox.is_empty() {
                return;
            }
        }
    }

    /// Brings what is shown up to date.
    pub(super) async fn refresh_view(&mut self) {
        self.calm = true;
        if Box::pin(self.pull()).await != Ok(()) {
            self.accuse(Wrong::Stuck, "the last pull gets no answer");
        }
    }

    fn delete_what_is_safe(&mut self) -> Result<(), Stop> {
        self.store.commit_receipts();
        let safe = self.store.outbox.values().filter(|one| one.safe);
        let safe: Vec<Uuid> = safe.map(|one| one.mid).collect();
        self.world.witness.told_safe(&safe);
        if self.strikes(Fault::KilledBeforeDelete) {
            return Err(Stop::Killed);
        }
        self.store.commit_deletion();
        Ok(())
    }
}
