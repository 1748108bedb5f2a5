//! Signing messages as Standard Webhooks has it: HMAC-SHA256 over `id.timestamp.body`, with every secret that holds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

const PREFIX: &str = "whsec_";
const SECRET_BYTES: usize = 32;

/// A new secret, as its owner writes it down: `whsec_…`.
#[must_use]
pub fn new_secret() -> String {
    let secret = rand::random::<[u8; SECRET_BYTES]>();
    format!("{PREFIX}{}", STANDARD.encode(secret))
}

/// The value of `webhook-signature`: one signature by each of these secrets. What is no secret signs nothing.
#[must_use]
pub fn sign(secrets: &[String], id: &str, timestamp: i64, body: &str) -> String {
    let signatures = secrets.iter().filter_map(|secret| {
        let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        Some(format!("v1,{signature}"))
    });
    signatures.collect::<Vec<_>>().join(" ")
}
