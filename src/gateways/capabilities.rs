//! Links that are their own permission: whoever holds one may go on with an upload, with or without a login. A link names the upload
//! and is signed over it, its owner and the key; for how long it counts is not said in it, so that its end can be moved.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::tokens::{KeyError, SigningKey};

const ID_BYTES: usize = 16;
const MAC_BYTES: usize = 32;

/// Signs and checks links. The first key signs, all check.
pub struct Capabilities {
    first: (String, Hmac<Sha256>),
    others: Vec<(String, Hmac<Sha256>)>,
}

/// What a link says, not checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The upload that it names.
    pub upload_id: Uuid,
    mac: [u8; MAC_BYTES],
    kid: String,
}

impl Capabilities {
    /// The keys may serve other ends beside: those of links are derived from them.
    ///
    /// # Errors
    /// [`KeyError::None`].
    pub fn new(keys: &[SigningKey]) -> Result<Self, KeyError> {
        let mut keys = keys
            .iter()
            .map(|key| (key.kid.clone(), derived(&key.secret)));
        Ok(Self {
            first: keys.next().ok_or(KeyError::None)?,
            others: keys.collect(),
        })
    }

    /// The link of an upload, for a URL. The same whenever it is asked for, until another key signs.
    #[must_use]
    pub fn issue(&self, upload_id: Uuid, owner: Uuid) -> String {
        let (kid, key) = &self.first;
        let mac = sign(key, upload_id, owner, kid).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([upload_id.as_bytes(), mac.as_slice(), kid.as_bytes()].concat())
    }

    /// Reads a link.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Claim> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (id, rest) = bytes.split_first_chunk::<ID_BYTES>()?;
        let (mac, kid) = rest.split_first_chunk::<MAC_BYTES>()?;
        Some(Claim {
            upload_id: Uuid::from_bytes(*id),
            mac: *mac,
            kid: String::from_utf8(kid.to_vec()).ok()?,
        })
    }

    /// Whether the link was made here for an upload of this owner. Takes as long for a wrong one as for the right one.
    #[must_use]
    pub fn grants(&self, claim: &Claim, owner: Uuid) -> bool {
        std::iter::once(&self.first)
            .chain(&self.others)
            .find(|(kid, _)| *kid == claim.kid)
            .is_some_and(|(kid, key)| {
                let mac = sign(key, claim.upload_id, owner, kid);
                mac.verify_slice(&claim.mac).is_ok()
            })
    }
}

fn derived(secret: &[u8]) -> Hmac<Sha256> {
    let mut hash = Sha256::new();
    hash.update(b"xuncha capabilities\0");
    hash.update(secret);
    Hmac::new_from_slice(&hash.finalize()).expect("HMAC takes a key of any length")
}

fn sign(key: &Hmac<Sha256>, upload_id: Uuid, owner: Uuid, kid: &str) -> Hmac<Sha256> {
    let mut mac = key.clone();
    mac.update(upload_id.as_bytes());
    mac.update(owner.as_bytes());
    mac.update(kid.as_bytes());
    mac
}
