//! Chance with a seed: what happens is decided by the seed alone, so that a run can be repeated; what things are called is
//! new each time, so that a server can take the same run twice.

use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use uuid::{Builder, Uuid};

/// One stream of decisions and one of names.
pub(super) struct Chance {
    dice: StdRng,
    names: StdRng,
}

impl Chance {
    /// The stream of one phone, or of the office.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mixed = seed ^ stream.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self {
            dice: StdRng::seed_from_u64(mixed),
            names: StdRng::seed_from_u64(rand::random()),
        }
    }

    /// Happens so often in a thousand.
    pub(super) fn per_mille(&mut self, odds: u32) -> bool {
        self.dice.random_range(0..1000) < odds
    }

    /// Happens so often in a hundred.
    pub(super) fn percent(&mut self, odds: u32) -> bool {
        self.per_mille(odds * 10)
    }

    /// A number from `least` to `most`.
    pub(super) fn between(&mut self, least: usize, most: usize) -> usize {
        self.dice.random_range(least..=most.max(least))
    }

    /// A small deviation, from −`most` to `most`.
    pub(super) fn deviation(&mut self, most: f64) -> f64 {
        self.dice.random_range(-most..=most)
    }

    /// One of them.
    pub(super) fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        let last = among.len().checked_sub(1)?;
        among.get(self.between(0, last))
    }

    /// In another order.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        list.shuffle(&mut self.dice);
    }

    /// A new id, v4.
    pub(super) fn id(&mut self) -> Uuid {
        Builder::from_random_bytes(self.names.random()).into_uuid()
    }

    /// A new id of a mutation, v7.
    pub(super) fn mid(&mut self, at: Timestamp) -> Uuid {
        let millis = u64::try_from(at.as_millisecond()).unwrap_or_default();
        Builder::from_unix_timestamp_millis(millis, &self.names.random()).into_uuid()
    }

    /// Bytes that nobody else has.
    pub(super) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.names.random()).collect()
    }
}
