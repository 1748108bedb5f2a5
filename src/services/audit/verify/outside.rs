//! The heads kept outside, one after the other, generation by generation: a folder's names at a time.

use std::collections::VecDeque;

use crate::domain::audit::fault::Fault;
use crate::domain::audit::head::Restore;
use crate::gateways::blobs::Blobs;
use crate::services::audit::kept::{self, Named};
use crate::services::error::Result;
use crate::services::state::Services;

use super::Report;

/// Heads kept outside, in order of generation and size.
pub(super) struct Outside {
    blobs: Blobs,
    /// The generations that are to come, each with the size beyond which a restore has ended it.
    generations: VecDeque<(u32, Option<u64>)>,
    generation: u32,
    ended_at: Option<u64>,
    folders: VecDeque<String>,
    names: VecDeque<Named>,
}

impl Outside {
    /// # Errors
    /// `unavailable`.
    pub async fn open(svc: &Services, generation: u32, report: &mut Report) -> Result<Self> {
        let restores = restores(svc, generation, report).await?;
        let ended_at = |of: u32| {
            let next = restores
                .iter()
                .find(|restore| restore.head.generation == of + 1);
            next.map(|restore| restore.head.size)
        };
        let generations = (1..=generation).map(|of| (of, ended_at(of))).collect();
        report.restores = restores;
        Ok(Self {
            blobs: svc.blobs.clone(),
            generations,
            generation: 0,
            ended_at: None,
            folders: VecDeque::new(),
            names: VecDeque::new(),
        })
    }

    /// The next head that still counts; what a restore has ended is counted and passed over.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn peek(&mut self, report: &mut Report) -> Result<Option<(u32, Named)>> {
        loop {
            if let Some(named) = self.names.front() {
                if self.ended_at.is_none_or(|end| named.size <= end) {
                    return Ok(Some((self.generation, *named)));
                }
                report.abandoned += 1;
                self.names.pop_front();
                continue;
            }
            if let Some(folder) = self.folders.pop_front() {
                match kept::names(&self.blobs, &folder).await? {
                    Ok(names) => self.names = names.into(),
                    Err(name) => report.blame(Fault::KeptUnreadable(name)),
                }
                continue;
            }
            let Some((generation, ended_at)) = self.generations.pop_front() else {
                return Ok(None);
            };
            self.generation = generation;
            self.ended_at = ended_at;
            self.folders = kept::folders(&self.blobs, generation).await?.into();
        }
    }

    /// Passes over the head that was peeked at.
    pub fn pass(&mut self) {
        self.names.pop_front();
    }
}

/// The restores that began the generations after the first: each must have been declared by whoever has the key.
async fn restores(svc: &Services, generation: u32, report: &mut Report) -> Result<Vec<Restore>> {
    let mut restores = Vec::new();
    for of in 2..=generation {
        let restore = kept::restore(&svc.blobs, of).await?;
        let signed = restore.filter(|restore| {
            let key_id = &restore.head.key_id;
            svc.audit_keys
                .has_signed(key_id, &restore.signed_text(), &restore.signature)
        });
        match signed {
            Some(restore) => restores.push(restore),
            None => report.blame(Fault::RestoreUndeclared(of)),
        }
    }
    Ok(restores)
}
