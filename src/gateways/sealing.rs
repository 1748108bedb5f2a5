//! Values that a client carries for the server without reading or changing them: sealed with XChaCha20-Poly1305 under a key of
//! this server's, named by what they are for. Nothing here knows what is inside.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

const NONCE_BYTES: usize = 24;

/// Seals and opens.
#[derive(Clone)]
pub struct Sealer(XChaCha20Poly1305);

/// A text that was not sealed here, for this purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not sealed here")]
pub struct NotOurs;

impl Sealer {
    /// `secret` may serve other ends beside: the key is derived from it.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"xuncha sealing\0");
        hash.update(secret);
        let key: [u8; 32] = hash.finalize().into();
        Self(XChaCha20Poly1305::new(&key.into()))
    }

    /// The value as text for a URL.
    #[must_use]
    pub fn seal<T: Serialize>(&self, purpose: &'static str, value: &T) -> String {
        let message = serde_json::to_vec(value).expect("a value of plain members is always JSON");
        let nonce = rand::random::<[u8; NONCE_BYTES]>();
        let payload = Payload {
            msg: &message,
            aad: purpose.as_bytes(),
        };
        let sealed = self
            .0
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a message of this size can be sealed");
        URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())
    }

    /// The value in a text that [`Sealer::seal`] made for the same purpose.
    ///
    /// # Errors
    /// [`NotOurs`].
    pub fn open<T: DeserializeOwned>(
        &self,
        purpose: &'static str,
        text: &str,
    ) -> Result<T, NotOurs> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_not_text| NotOurs)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(NotOurs)?;
        let payload = Payload {
            msg: sealed,
            aad: purpose.as_bytes(),
        };
        let message = self
            .0
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_forged| NotOurs)?;
        serde_json::from_slice(&message).map_err(|_other| NotOurs)
    }
}
