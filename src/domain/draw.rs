//! Draws (抽签) that anyone can repeat: the same seed and the same ids give the same order, on any machine, in any language.
//! `api-spec/draws.md` says how, to the byte.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// What a draw hangs on: 32 random bytes, written as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub [u8; 32]);

/// A text that is no seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a seed has 64 hexadecimal digits")]
pub struct NoSeed;

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for Seed {
    type Err = NoSeed;

    fn from_str(text: &str) -> Result<Self, NoSeed> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_no_hex| NoSeed)?;
        Ok(Self(bytes))
    }
}

impl Seed {
    /// The lot of a name: SHA-256 of the seed's 32 bytes followed by the name. Lots are compared byte by byte.
    pub fn lot(&self, name: &str) -> [u8; 32] {
        Sha256::new()
            .chain_update(self.0)
            .chain_update(name.as_bytes())
            .finalize()
            .into()
    }

    /// The order in which things are drawn: by the lots of their ids, each written in lower case with hyphens.
    pub fn order(&self, ids: impl IntoIterator<Item = Uuid>) -> Vec<Uuid> {
        let mut drawn: Vec<([u8; 32], Uuid)> = ids
            .into_iter()
            .map(|id| (self.lot(&id.hyphenated().to_string()), id))
            .collect();
        drawn.sort_unstable();
        drawn.dedup();
        drawn.into_iter().map(|(_, id)| id).collect()
    }
}

/// How many of `all` a share in percent is, rounded up: of a few, at least one is drawn.
pub fn share_of(all: usize, percent: u32) -> usize {
    let percent = usize::try_from(percent.min(100)).unwrap_or(100);
    all.saturating_mul(percent).div_ceil(100)
}
