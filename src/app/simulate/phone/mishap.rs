//! What happens to a phone itself: restored from a backup, cloned, its clock set wrong, switched off and on.

use uuid::Uuid;

use super::Phone;
use crate::app::simulate::faults::Fault;

impl Phone {
    /// What this morning brings. A clone that was made is answered.
    pub(super) fn suffer(&mut self, clone_number: usize, seed: u64) -> Option<Self> {
        if self.backup.is_none() && self.chance.percent(30) {
            self.backup = Some(self.store.clone());
        } else if self.backup.is_some() && self.strikes(Fault::BackupRestored) {
            self.restore();
        }
        self.suffer_clocks();
        (self.store.session.is_some() && self.strikes(Fault::Cloned))
            .then(|| self.twin_of(clone_number, seed))
    }

    fn suffer_clocks(&mut self) {
        if self.strikes(Fault::ClockAhead) {
            self.clock.ten_years_ahead();
        }
        if self.strikes(Fault::ClockBehind) {
            self.clock.ten_years_behind();
        }
        if self.strikes(Fault::ClockBackwards) {
            self.clock.an_hour_back();
        }
        if self.strikes(Fault::Rebooted) {
            self.clock.reboot(&mut self.chance, self.now);
        }
    }

    /// Back to the day of the backup: rows, cursor, outbox, tokens, and the numbers that mutations are counted by. What was made since and had not reached the server is
    /// gone with the phone, and the witness notes it.
    fn restore(&mut self) {
        let Some(backup) = self.backup.take() else {
            return;
        };
        let then = std::mem::replace(&mut self.store, backup);
        let kept: Vec<Uuid> = self.store.outbox.values().map(|one| one.mid).collect();
        let gone = then.outbox.values().map(|one| one.mid);
        let mids: Vec<Uuid> = gone.filter(|mid| !kept.contains(mid)).collect();
        let aids: Vec<Uuid> = then
            .photos
            .keys()
            .filter(|aid| !self.store.photos.contains_key(aid))
            .copied()
            .collect();
        self.world.witness.forsake(&mids, &aids);
        self.straggler = None;
        self.twin = true;
        self.restarted = true;
    }
}
