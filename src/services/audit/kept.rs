//! What is kept outside the database, in the store of the photos: every head under a name that tells its size and root, the last one once
//! more under a name of its own, and the restores that were declared. Nothing there is ever written over but the last head: a history that
//! contradicts it is refused.
//!
//! ```text
//! audit/latest                                      the last head
//! audit/heads/000001/000000042/000000420017-<root>  each head: generation, size in ten thousands, size
//! audit/restores/000002                             that a generation began
//! ```

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::audit::Hash;
use crate::domain::audit::head::{Head, Restore};
use crate::gateways::blobs::Blobs;
use crate::services::error::{Error, Result};

const LATEST: &str = "audit/latest";
const HEADS: &str = "audit/heads";
/// Sizes of a folder: a listing is read whole.
const SIZES_OF_A_FOLDER: u64 = 10_000;

/// What a name outside tells of a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named {
    pub size: u64,
    pub root: Hash,
}

/// The last head that was kept.
pub(super) async fn latest(blobs: &Blobs) -> Result<Option<Head>> {
    read(blobs, LATEST).await
}

/// Keeps a head, under its own name only.
pub(super) async fn keep(blobs: &Blobs, head: &Head) -> Result<()> {
    let key = format!(
        "{}/{:012}-{}",
        folder(head.generation, head.size),
        head.size,
        hex::encode(head.root)
    );
    if read::<Head>(blobs, &key).await?.is_none() {
        write(blobs, &key, head).await?;
    }
    Ok(())
}

/// Keeps a head as the last one.
pub(super) async fn keep_latest(blobs: &Blobs, head: &Head) -> Result<()> {
    write(blobs, LATEST, head).await
}

/// Keeps that a backup was restored.
pub(super) async fn keep_restore(blobs: &Blobs, restore: &Restore) -> Result<()> {
    write(blobs, &restore_key(restore.head.generation), restore).await
}

/// How a generation began.
pub(super) async fn restore(blobs: &Blobs, generation: u32) -> Result<Option<Restore>> {
    read(blobs, &restore_key(generation)).await
}

/// The folders of a generation's heads, in order of size.
pub(super) async fn folders(blobs: &Blobs, generation: u32) -> Result<Vec<String>> {
    let (mut folders, _) = blobs
        .list(&format!("{HEADS}/{generation:06}"))
        .await
        .map_err(Error::unavailable)?;
    folders.sort_unstable();
    Ok(folders)
}

/// The heads of a folder by their names, in order of size; `Err` a name that tells none.
pub(super) async fn names(
    blobs: &Blobs,
    folder: &str,
) -> Result<std::result::Result<Vec<Named>, String>> {
    let (_, keys) = blobs.list(folder).await.map_err(Error::unavailable)?;
    let named: std::result::Result<Vec<Named>, String> =
        keys.into_iter().map(|key| named(&key).ok_or(key)).collect();
    Ok(named.map(|mut named| {
        named.sort_unstable();
        named
    }))
}

fn named(key: &str) -> Option<Named> {
    let (size, root) = key.rsplit('/').next()?.split_once('-')?;
    Some(Named {
        size: size.parse().ok()?,
        root: hex::decode(root).ok()?.try_into().ok()?,
    })
}

fn folder(generation: u32, size: u64) -> String {
    format!("{HEADS}/{generation:06}/{:09}", size / SIZES_OF_A_FOLDER)
}

fn restore_key(generation: u32) -> String {
    format!("audit/restores/{generation:06}")
}

async fn read<T: DeserializeOwned>(blobs: &Blobs, key: &str) -> Result<Option<T>> {
    let Some(bytes) = blobs.get(key).await.map_err(Error::unavailable)? else {
        return Ok(None);
    };
    let value = serde_json::from_slice(&bytes).map_err(|error| {
        anyhow::anyhow!("{key}, kept outside, is not what was written there: {error}")
    })?;
    Ok(Some(value))
}

async fn write(blobs: &Blobs, key: &str, value: &impl Serialize) -> Result<()> {
    let json = serde_json::to_vec(value).map_err(anyhow::Error::from)?;
    blobs
        .put(key, Bytes::from(json))
        .await
        .map_err(Error::unavailable)
}
