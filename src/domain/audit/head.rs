//! Heads of the city's tree: how many rows are anchored, their root, and a signature (Ed25519) over a few lines of text. A head that
//! somebody keeps elsewhere proves for ever what was there when it was signed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Hash, hexadecimal};

/// A signed head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// 1, and one more after each restore from a backup that was declared.
    pub generation: u32,
    /// Rows anchored.
    pub size: u64,
    /// Root of the tree.
    #[serde(with = "hexadecimal")]
    pub root: Hash,
    /// When it was signed, in whole seconds.
    pub signed_at: Timestamp,
    /// Which key: the first 16 hexadecimal digits of SHA-256 of the public key.
    pub key_id: String,
    /// Ed25519 over [`Self::signed_text`].
    #[serde(with = "hexadecimal")]
    pub signature: Vec<u8>,
}

impl Head {
    /// What is signed: five lines of text.
    #[must_use]
    pub fn signed_text(&self) -> String {
        head_text(
            self.generation,
            self.size,
            &self.root,
            self.signed_at,
            &self.key_id,
        )
    }

    /// Where it stands among heads.
    #[must_use]
    pub const fn place(&self) -> (u32, u64) {
        (self.generation, self.size)
    }
}

/// What a head's signature is over.
#[must_use]
pub fn head_text(
    generation: u32,
    size: u64,
    root: &Hash,
    signed_at: Timestamp,
    key_id: &str,
) -> String {
    format!(
        "xuncha audit head\n{generation}\n{size}\n{}\n{} {key_id}\n",
        hex::encode(root),
        signed_at.as_second()
    )
}

/// That a backup was restored and the log goes on from where the backup stands: declared by a person, kept outside the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restore {
    /// The first head of the new generation, of the size and root that the backup had.
    pub head: Head,
    /// The last head that was signed before.
    pub abandoned: Head,
    /// Why, in words.
    pub reason: String,
    /// Ed25519 over [`Self::signed_text`].
    #[serde(with = "hexadecimal")]
    pub signature: Vec<u8>,
}

impl Restore {
    /// What is signed.
    #[must_use]
    pub fn signed_text(&self) -> String {
        restore_text(&self.head, &self.abandoned, &self.reason)
    }
}

/// What a restore's signature is over.
#[must_use]
pub fn restore_text(head: &Head, abandoned: &Head, reason: &str) -> String {
    format!(
        "xuncha audit restore\n{}{}{reason}\n",
        head.signed_text(),
        abandoned.signed_text()
    )
}
