//! The city's append-only tree (RFC 6962 §2.1): leaves in the order in which they were anchored. Adding a leaf touches the right edge
//! only. Of the inner nodes every eighth level is kept, a tile of 256 at a time, so that a proof reads a few hundred hashes however
//! large the tree.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Hash;

/// Levels from one kept node to the next.
pub const TILE_LEVELS: u32 = 8;
/// Children of a kept node.
pub const TILE_WIDTH: u64 = 1 << TILE_LEVELS;
/// No tree grows higher: positions are counted in 63 bits.
const MAX_LEVEL: u32 = 63;

/// A leaf: a row of a trail and its hash in its chain.
#[must_use]
pub fn leaf(ticket_id: Uuid, seq: i32, row: &Hash) -> Hash {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(ticket_id.as_bytes());
    hash.update(seq.to_be_bytes());
    hash.update(row);
    hash.finalize().into()
}

/// A node above two others.
#[must_use]
pub fn node(left: &Hash, right: &Hash) -> Hash {
    let mut hash = Sha256::new();
    hash.update([1]);
    hash.update(left);
    hash.update(right);
    hash.finalize().into()
}

/// A node that is kept: of a level that is a multiple of [`TILE_LEVELS`], leaves aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptNode {
    /// Height above the leaves.
    pub level: u32,
    /// Which of its level, from 0.
    pub position: u64,
    /// The node.
    pub hash: Hash,
}

/// The right edge of a tree: how many leaves it has, and the roots of the whole subtrees that it is made of, the largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edge {
    size: u64,
    peaks: Vec<Hash>,
}

impl Edge {
    /// The edge that was kept; none when there are more or fewer peaks than a tree of this size has.
    #[must_use]
    pub fn restore(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        let expected = usize::try_from(size.count_ones()).ok()?;
        (peaks.len() == expected).then_some(Self { size, peaks })
    }

    /// Number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the whole subtrees, the largest first.
    #[must_use]
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Adds a leaf; tells `keep` of each node that is whole now and to be kept.
    pub fn push(&mut self, leaf: Hash, mut keep: impl FnMut(KeptNode)) {
        let mut hash = leaf;
        let merged = self.size.trailing_ones();
        for level in 1..=merged {
            let Some(left) = self.peaks.pop() else { break };
            hash = node(&left, &hash);
            if level % TILE_LEVELS == 0 {
                keep(KeptNode {
                    level,
                    position: self.size >> level,
                    hash,
                });
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root: SHA-256 of nothing for a tree without leaves.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            Some(last) => peaks.fold(*last, |right, left| node(left, &right)),
            None => Sha256::digest([]).into(),
        }
    }
}

/// Parts of a tree: leaves (level 0) and kept nodes by level and position.
#[derive(Debug, Default)]
pub struct Tiles(HashMap<(u32, u64), Hash>);

/// A run of leaves or kept nodes: their level, the first, and how many.
pub type Run = (u32, u64, u64);

impl Tiles {
    /// What [`Self::path`] of a leaf needs in a tree of `size`: its own tile and the last one of each kept level.
    #[must_use]
    pub fn needed(position: u64, size: u64) -> Vec<Run> {
        let mut runs = Vec::new();
        let mut level = 0;
        while level < MAX_LEVEL && size >> level > 0 {
            let whole = size >> level;
            for of in [position >> level, whole] {
                let first = of / TILE_WIDTH * TILE_WIDTH;
                let run = (level, first, TILE_WIDTH.min(whole.saturating_sub(first)));
                if run.2 > 0 && !runs.contains(&run) {
                    runs.push(run);
                }
            }
            level += TILE_LEVELS;
        }
        runs
    }

    /// Adds a leaf or a kept node.
    pub fn insert(&mut self, level: u32, position: u64, hash: Hash) {
        self.0.insert((level, position), hash);
    }

    /// The audit path of a leaf (RFC 6962 §2.1.1), from the leaf up; none when a part is missing.
    #[must_use]
    pub fn path(&self, position: u64, size: u64) -> Option<Vec<Hash>> {
        let mut path = Vec::new();
        let mut level = 0;
        while level < MAX_LEVEL && (size - 1) >> level > 0 {
            let sibling = (position >> level) ^ 1;
            if sibling << level < size {
                path.push(self.subtree(level, sibling, size)?);
            }
            level += 1;
        }
        Some(path)
    }

    /// The root of the leaves below a place, as far as there are any.
    fn subtree(&self, level: u32, position: u64, size: u64) -> Option<Hash> {
        if let Some(kept) = self.0.get(&(level, position)) {
            return Some(*kept);
        }
        let below = level.checked_sub(1)?;
        let left = self.subtree(below, position * 2, size)?;
        if (position * 2 + 1) << below >= size {
            return Some(left);
        }
        Some(node(&left, &self.subtree(below, position * 2 + 1, size)?))
    }
}

/// The root that an audit path leads to; none for a path of another length than this leaf's.
#[must_use]
pub fn root_of_path(leaf: Hash, position: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    let mut hash = leaf;
    let mut rest = path.iter();
    let (mut at, mut last) = (position, size.checked_sub(1)?);
    if at > last {
        return None;
    }
    while last > 0 {
        if at % 2 == 1 {
            hash = node(rest.next()?, &hash);
        } else if at < last {
            hash = node(&hash, rest.next()?);
        }
        at /= 2;
        last /= 2;
    }
    rest.next().is_none().then_some(hash)
}
