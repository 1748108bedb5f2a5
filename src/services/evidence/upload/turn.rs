//! One request at a time for an upload. Whoever comes next is served next: a request that hangs on a dead line is asked to end, keeps
//! what has arrived and makes way. Servers do not know of each other's requests; where several share a store, it takes what both write.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::{OwnedMutexGuard, watch};
use uuid::Uuid;

/// A request that does not make way for so long is not hanging on its line but at work.
const MAKES_WAY_WITHIN: Duration = Duration::from_secs(5);

/// Who is at which upload, in this process.
#[derive(Clone, Default)]
pub struct Turns {
    slots: Arc<Mutex<HashMap<Uuid, Slot>>>,
}

#[derive(Clone, Default)]
struct Slot {
    turn: Arc<tokio::sync::Mutex<()>>,
    /// How many wait for it.
    waiting: watch::Sender<usize>,
}

impl Turns {
    /// Waits for the upload's turn, and asks whoever has it to make way. None when that takes too long.
    pub async fn take(&self, upload: Uuid) -> Option<Turn> {
        let visit = self.visit(upload);
        let lock = Arc::clone(&visit.slot.turn).lock_owned();
        let waiting = Waiting::announce(&visit.slot.waiting);
        let taken = tokio::time::timeout(MAKES_WAY_WITHIN, lock).await;
        drop(waiting);
        Some(Turn {
            wanted: visit.slot.waiting.subscribe(),
            _guard: taken.ok()?,
            _visit: visit,
        })
    }

    fn visit(&self, upload: Uuid) -> Visit {
        Visit {
            slot: self.slots().entry(upload).or_default().clone(),
            turns: self.clone(),
            upload,
        }
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<Uuid, Slot>> {
        self.slots.lock().expect("nothing panics while holding it")
    }
}

/// Keeps the slot in the map.
struct Visit {
    slot: Slot,
    turns: Turns,
    upload: Uuid,
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut slots = self.turns.slots();
        // The map's and this one; others are made only while holding the map.
        if Arc::strong_count(&self.slot.turn) <= 2 {
            slots.remove(&self.upload);
        }
    }
}

struct Waiting<'a>(&'a watch::Sender<usize>);

impl<'a> Waiting<'a> {
    fn announce(count: &'a watch::Sender<usize>) -> Self {
        count.send_modify(|waiting| *waiting += 1);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| *waiting -= 1);
    }
}

/// The turn of one request at an upload; ends when dropped.
pub struct Turn {
    wanted: watch::Receiver<usize>,
    _guard: OwnedMutexGuard<()>,
    _visit: Visit,
}

impl Turn {
    /// Until another request wants the turn.
    pub async fn wanted(&mut self) {
        if self.wanted.wait_for(|waiting| *waiting > 0).await.is_err() {
            // Nobody can ask any more.
            std::future::pending::<()>().await;
        }
    }
}
