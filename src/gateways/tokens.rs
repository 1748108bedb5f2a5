//! Access tokens (JWT, RFC 7519, HS256) and the random secrets behind refresh tokens. Time is always the caller's: nothing
//! here reads a clock. Whether an account or session still lives is not known here: services ask the database at every
//! request.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Shortest accepted secret, in bytes: as long as the MAC it makes (RFC 7518 §3.2).
pub const MIN_SECRET_BYTES: usize = 32;

/// One signing secret under the name that tokens carry in their header.
pub struct SigningKey {
    /// Header `kid`; unique among the keys of one signer.
    pub kid: String,
    /// At least [`MIN_SECRET_BYTES`] random bytes.
    pub secret: Vec<u8>,
}

/// What an access token states about its bearer. Times are kept to the second, rounded down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// `sub`.
    #[serde(rename = "sub")]
    pub account_id: Uuid,
    /// `sid`: the session, which is one device's login.
    #[serde(rename = "sid")]
    pub session_id: Uuid,
    /// The account's role by its name in the database.
    pub role: String,
    /// `iat`.
    #[serde(rename = "iat", with = "jiff::fmt::serde::timestamp::second::required")]
    pub issued_at: Timestamp,
    /// `exp`: the first second in which the token no longer counts.
    #[serde(rename = "exp", with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires_at: Timestamp,
}

#[derive(Serialize)]
struct Payload<'a> {
    iss: &'a str,
    aud: &'a str,
    #[serde(flatten)]
    claims: &'a Claims,
}

/// Why a token does not count. Clients refresh on the first and log in again on the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Genuine, but past its `exp`.
    #[error("the access token has expired")]
    Expired,
    /// Anything else: malformed, unknown key, another algorithm, issuer or audience, tampered with.
    #[error("the access token is not valid")]
    Invalid,
}

/// Why a set of keys cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// At least one key must sign.
    #[error("no signing key is configured")]
    None,
    /// Shorter than [`MIN_SECRET_BYTES`].
    #[error("key `{0}` is shorter than 32 bytes")]
    TooShort(String),
    /// Two keys under one `kid`.
    #[error("signing key `{0}` is configured twice")]
    Duplicate(String),
}

/// Issues and verifies access tokens. The first key signs, all verify: a new key goes in front, the old one leaves when
/// its last token has expired.
pub struct TokenSigner {
    header: Header,
    signing: EncodingKey,
    verifying: Vec<(String, DecodingKey)>,
    validation: Validation,
    issuer: String,
    audience: String,
}

impl TokenSigner {
    /// `issuer` and `audience` go into every token and must be in every token accepted.
    pub fn new(keys: &[SigningKey], issuer: &str, audience: &str) -> Result<Self, KeyError> {
        let first = keys.first().ok_or(KeyError::None)?;
        let mut verifying: Vec<(String, DecodingKey)> = Vec::with_capacity(keys.len());
        for key in keys {
            if key.secret.len() < MIN_SECRET_BYTES {
                return Err(KeyError::TooShort(key.kid.clone()));
            }
            if verifying.iter().any(|(kid, _)| *kid == key.kid) {
                return Err(KeyError::Duplicate(key.kid.clone()));
            }
            verifying.push((key.kid.clone(), DecodingKey::from_secret(&key.secret)));
        }
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(first.kid.clone());
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The library would ask the system's clock, and forgive a minute.
        validation.validate_exp = false;
        Ok(Self {
            header,
            signing: EncodingKey::from_secret(&first.secret),
            verifying,
            validation,
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
        })
    }

    /// The signed token in compact form, to be sent as `Authorization: Bearer`.
    #[must_use]
    pub fn issue(&self, claims: &Claims) -> String {
        let payload = Payload {
            iss: &self.issuer,
            aud: &self.audience,
            claims,
        };
        encode(&self.header, &payload, &self.signing)
            .expect("strings and integers are JSON, and HMAC takes a key of any length")
    }

    /// The claims of a genuine token that has not expired at `now`, without leeway.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        let claims = self.genuine(token).ok_or(TokenError::Invalid)?;
        if now < claims.expires_at {
            Ok(claims)
        } else {
            Err(TokenError::Expired)
        }
    }

    fn genuine(&self, token: &str) -> Option<Claims> {
        let kid = decode_header(token).ok()?.kid?;
        let (_, key) = self.verifying.iter().find(|(known, _)| *known == kid)?;
        Some(decode::<Claims>(token, key, &self.validation).ok()?.claims)
    }
}

/// Key that the successors of refresh tokens are derived with.
#[derive(Clone)]
pub struct RefreshKey(Hmac<Sha256>);

impl RefreshKey {
    /// `secret` is at least [`MIN_SECRET_BYTES`] random bytes. Another secret only changes what a repeated refresh is
    /// answered; every token that was given out goes on counting.
    ///
    /// # Errors
    /// [`KeyError::TooShort`].
    pub fn new(secret: &[u8]) -> Result<Self, KeyError> {
        if secret.len() < MIN_SECRET_BYTES {
            return Err(KeyError::TooShort("refresh".to_owned()));
        }
        let mac = Hmac::new_from_slice(secret).expect("HMAC takes a key of any length");
        Ok(Self(mac))
    }

    /// The refresh token that follows `token` for a client's `nonce`: a lost answer can be given again although no token
    /// is stored in clear. 43 characters of base64url, like a [`random_secret`].
    #[must_use]
    pub fn successor(&self, token: &str, nonce: &str) -> String {
        let mut mac = self.0.clone();
        // Of one length whatever the token, so that no other token and nonce make the same message.
        mac.update(&secret_hash(token));
        mac.update(nonce.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

/// 256 random bits as 43 characters of base64url: a refresh token, or a link that is its own key.
#[must_use]
pub fn random_secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// SHA-256 of a [`random_secret`]: what is stored, so that a copy of the database opens no session. Needs no salt: nobody
/// guesses 256 bits.
#[must_use]
pub fn secret_hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}
