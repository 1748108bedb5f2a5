//! The server's secrets: keys that sign access tokens, the one that refresh tokens are derived with, and those that sign the heads of the
//! audit log. From the environment where several servers share them, else from files that the first start makes.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::config::variable;
use crate::gateways::audit_keys::{AuditKeys, PublicKey};
use crate::gateways::capabilities::Capabilities;
use crate::gateways::sealing::Sealer;
use crate::gateways::tokens::{RefreshKey, SigningKey, TokenSigner};

const SIGNING_KEYS: &str = "XUNCHA_SIGNING_KEYS";
const REFRESH_SECRET: &str = "XUNCHA_REFRESH_SECRET";
const AUDIT_KEY: &str = "XUNCHA_AUDIT_KEY";
const FILE: &str = "keys";
/// A file of its own: it can be kept, and handed over, apart from what logs people in.
const AUDIT_FILE: &str = "audit-key";
/// Goes into every token, and must be in every token accepted.
const NAME: &str = "xuncha";

/// What tokens are made with.
pub(super) struct Keys {
    /// Signs and verifies access tokens.
    pub(super) signer: TokenSigner,
    /// Derives refresh tokens.
    pub(super) refresh: RefreshKey,
    /// Seals what phones carry for the server.
    pub(super) sealer: Sealer,
    /// Makes and checks links that lead to uploads.
    pub(super) capabilities: Capabilities,
    /// Signs the heads of the audit log.
    pub(super) audit: AuditKeys,
}

/// The file's content, as text.
#[derive(Serialize, Deserialize)]
struct Secrets {
    /// `kid:base64[,kid:base64]`; the first signs, all verify.
    signing_keys: String,
    /// base64.
    refresh_secret: String,
}

impl Keys {
    /// From the environment; what it does not name, from the file `keys` of the data folder, made if missing.
    pub(super) fn load(data_dir: &Path) -> anyhow::Result<Self> {
        let (signing, refresh) = (variable(SIGNING_KEYS), variable(REFRESH_SECRET));
        let (signing, refresh) = match (signing, refresh) {
            (Some(signing), Some(refresh)) => (signing, refresh),
            (signing, refresh) => {
                let kept = kept(data_dir)?;
                (
                    signing.unwrap_or(kept.signing_keys),
                    refresh.unwrap_or(kept.refresh_secret),
                )
            }
        };
        Self::parse(&signing, &refresh, audit(data_dir)?)
    }

    /// Of this moment only: for commands that give out no tokens and sign nothing.
    pub(super) fn ephemeral(audit: AuditKeys) -> anyhow::Result<Self> {
        let secrets = Secrets::random();
        Self::parse(&secrets.signing_keys, &secrets.refresh_secret, audit)
    }

    fn parse(signing: &str, refresh: &str, audit: AuditKeys) -> anyhow::Result<Self> {
        let keys: Vec<SigningKey> = signing
            .split(',')
            .map(|pair| {
                let (kid, secret) = pair
                    .trim()
                    .split_once(':')
                    .ok_or_else(|| anyhow!("{SIGNING_KEYS} takes kid:base64[,kid:base64]"))?;
                Ok(SigningKey {
                    kid: kid.to_owned(),
                    secret: decode(secret)
                        .with_context(|| format!("{SIGNING_KEYS}, key `{kid}`"))?,
                })
            })
            .collect::<anyhow::Result<_>>()?;
        let make_one = "make a key with `openssl rand -base64 32`";
        let refresh = decode(refresh).context(REFRESH_SECRET)?;
        Ok(Self {
            signer: TokenSigner::new(&keys, NAME, NAME).context(make_one)?,
            refresh: RefreshKey::new(&refresh).context(make_one)?,
            sealer: Sealer::new(&refresh),
            capabilities: Capabilities::new(&keys)?,
            audit,
        })
    }
}

/// Keys of the audit log: from the environment (`base64[,base64]`, the first signs), else from the file of the data folder, made if
/// missing.
fn audit(data_dir: &Path) -> anyhow::Result<AuditKeys> {
    if let Some(known) = known_audit(data_dir)? {
        return Ok(known);
    }
    let path = data_dir.join(AUDIT_FILE);
    let seed = STANDARD.encode(rand::random::<[u8; 32]>());
    write_new(data_dir, &path, &seed)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    known_audit(data_dir)?.ok_or_else(|| anyhow!("{} is gone again", path.display()))
}

/// The keys of the audit log that are there; a command that only reads makes none.
pub(super) fn known_audit(data_dir: &Path) -> anyhow::Result<Option<AuditKeys>> {
    let path = data_dir.join(AUDIT_FILE);
    let (text, from) = match variable(AUDIT_KEY) {
        Some(text) => (Some(text), AUDIT_KEY.to_owned()),
        None => (read_if_there(&path)?, path.display().to_string()),
    };
    let Some(text) = text else {
        return Ok(None);
    };
    let seeds = text
        .split(',')
        .map(decode)
        .collect::<anyhow::Result<Vec<_>>>();
    let seeds = seeds.with_context(|| from.clone())?;
    Ok(Some(AuditKeys::of_seeds(&seeds).context(from)?))
}

/// Public keys of the audit log as they are written: `base64[,base64]`.
pub(super) fn public_audit(text: &str) -> anyhow::Result<AuditKeys> {
    let keys = text.split(',').map(|key| {
        let bytes = decode(key)?.try_into();
        bytes
            .map(PublicKey::new)
            .map_err(|_length| anyhow!("a public key has 32 bytes"))
    });
    Ok(AuditKeys::of_public(keys.collect::<anyhow::Result<_>>()?))
}

impl Secrets {
    fn random() -> Self {
        let secret = || STANDARD.encode(rand::random::<[u8; 32]>());
        Self {
            signing_keys: format!("k1:{}", secret()),
            refresh_secret: secret(),
        }
    }
}

/// What the file says, made if it is missing. Two servers that start together agree on one.
fn kept(data_dir: &Path) -> anyhow::Result<Secrets> {
    let path = data_dir.join(FILE);
    if let Some(text) = read_if_there(&path)? {
        return serde_json::from_str(&text).with_context(|| {
            format!(
                "{} holds no keys; restore it, or remove it: everyone then logs in again",
                path.display()
            )
        });
    }
    let secrets = serde_json::to_string_pretty(&Secrets::random())?;
    write_new(data_dir, &path, &secrets)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    kept(data_dir)
}

fn read_if_there(path: &Path) -> anyhow::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

/// Whole or not at all, and for its owner's eyes only.
fn write_new(data_dir: &Path, path: &Path, secrets: &str) -> anyhow::Result<()> {
    fs::create_dir_all(data_dir)?;
    let mut file = tempfile::NamedTempFile::new_in(data_dir)?;
    file.write_all(secrets.as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(refused) if refused.error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(refused) => bail!(refused.error),
    }
}

fn decode(base64: &str) -> anyhow::Result<Vec<u8>> {
    STANDARD
        .decode(base64.trim())
        .context("not base64; make a key with `openssl rand -base64 32`")
}
