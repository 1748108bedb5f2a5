//! Keys of the audit log: Ed25519 (RFC 8032). The first signs heads, all of them are believed. They never come near the database: who can
//! write there must not be able to sign.

use std::sync::Arc;

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};

/// Length of a seed and of a public key.
pub const KEY_BYTES: usize = 32;

/// Signs, and checks signatures.
#[derive(Clone, Debug)]
pub struct AuditKeys {
    signer: Option<Arc<Ed25519KeyPair>>,
    believed: Vec<PublicKey>,
}

/// A public key with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// The first 16 hexadecimal digits of SHA-256 of the key.
    pub id: String,
    /// The key.
    pub bytes: [u8; KEY_BYTES],
}

/// A key that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuditKeyError {
    /// A seed of another length.
    #[error("a key of the audit log has 32 bytes")]
    Length,
    /// None at all.
    #[error("no key of the audit log is here")]
    None,
}

impl PublicKey {
    /// A public key by its bytes.
    #[must_use]
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        let mut id = hex::encode(Sha256::digest(bytes));
        id.truncate(16);
        Self { id, bytes }
    }
}

impl AuditKeys {
    /// Of seeds (32 random bytes each), the first of which signs.
    ///
    /// # Errors
    /// [`AuditKeyError`].
    pub fn of_seeds(seeds: &[Vec<u8>]) -> Result<Self, AuditKeyError> {
        let pairs: Vec<Ed25519KeyPair> = seeds
            .iter()
            .map(|seed| {
                Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_refused| AuditKeyError::Length)
            })
            .collect::<Result<_, _>>()?;
        let believed = pairs
            .iter()
            .map(|pair| {
                let bytes = pair.public_key().as_ref().try_into();
                bytes
                    .map(PublicKey::new)
                    .map_err(|_slice| AuditKeyError::Length)
            })
            .collect::<Result<_, _>>()?;
        let first = pairs.into_iter().next().ok_or(AuditKeyError::None)?;
        Ok(Self {
            signer: Some(Arc::new(first)),
            believed,
        })
    }

    /// Of public keys only: nothing can be signed.
    #[must_use]
    pub fn of_public(keys: Vec<PublicKey>) -> Self {
        Self {
            signer: None,
            believed: keys,
        }
    }

    /// The keys that are believed, the one that signs first.
    #[must_use]
    pub fn believed(&self) -> &[PublicKey] {
        &self.believed
    }

    /// Name of the key that signs.
    ///
    /// # Errors
    /// [`AuditKeyError::None`].
    pub fn id(&self) -> Result<&str, AuditKeyError> {
        let first = self.believed.first().filter(|_| self.signer.is_some());
        first.map(|key| key.id.as_str()).ok_or(AuditKeyError::None)
    }

    /// A signature over a text.
    ///
    /// # Errors
    /// [`AuditKeyError::None`] when only public keys are here.
    pub fn sign(&self, text: &str) -> Result<Vec<u8>, AuditKeyError> {
        let signer = self.signer.as_ref().ok_or(AuditKeyError::None)?;
        Ok(signer.sign(text.as_bytes()).as_ref().to_vec())
    }

    /// Whether a key of that name, which is believed, has signed the text.
    #[must_use]
    pub fn has_signed(&self, key_id: &str, text: &str, signature: &[u8]) -> bool {
        self.believed
            .iter()
            .filter(|key| key.id == key_id)
            .any(|key| {
                UnparsedPublicKey::new(&ED25519, key.bytes)
                    .verify(text.as_bytes(), signature)
                    .is_ok()
            })
    }
}
