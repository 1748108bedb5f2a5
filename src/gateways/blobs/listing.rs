//! What lies in the store, and since when: for finding what a crash has left. A folder is read past the common interface, which
//! hides files that were not finished.

use std::fs;
use std::io::ErrorKind;
use std::path::Path as FilePath;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use object_store::ObjectStore as _;
use tokio::sync::mpsc;

use super::{BlobError, Blobs, Place, path};

/// Keys of one piece of a listing: as many as S3 lists at once.
const PIECE: usize = 1_000;

/// Keys, some hundred at a time, in no order.
pub type Listing = BoxStream<'static, Result<Vec<String>, BlobError>>;

impl Blobs {
    /// Keys below `folder` that were last written before an instant, those of unfinished files among them. For
    /// [`Self::remove_listed`].
    ///
    /// # Errors
    /// [`BlobError::Key`]; what the store says comes with the stream.
    pub fn older_than(&self, folder: &str, before: Timestamp) -> Result<Listing, BlobError> {
        let prefix = path(folder)?;
        if let Place::Folder(root) = &self.place {
            return Ok(files_older_than(root, folder, before));
        }
        let listed = self.store.list(Some(&prefix));
        Ok(listed
            .map_err(BlobError::unavailable)
            .try_filter(move |found| {
                let old = found.last_modified.timestamp() < before.as_second();
                std::future::ready(old)
            })
            .map_ok(|found| found.location.to_string())
            .try_chunks(PIECE)
            .map_err(|broken_off| broken_off.1)
            .boxed())
    }

    /// What lies directly below a folder: further folders, and keys; both in no order.
    ///
    /// # Errors
    /// [`BlobError`].
    pub async fn list(&self, folder: &str) -> Result<(Vec<String>, Vec<String>), BlobError> {
        let found = self
            .store
            .list_with_delimiter(Some(&path(folder)?))
            .await
            .map_err(BlobError::unavailable)?;
        let folders = found.common_prefixes.iter().map(ToString::to_string);
        let keys = found
            .objects
            .iter()
            .map(|object| object.location.to_string());
        Ok((folders.collect(), keys.collect()))
    }

    /// Removes what [`Self::older_than`] has listed; what is gone counts as removed.
    ///
    /// # Errors
    /// [`BlobError::Unavailable`].
    pub async fn remove_listed(&self, key: &str) -> Result<(), BlobError> {
        let Place::Folder(root) = &self.place else {
            return self.delete(key).await;
        };
        match tokio::fs::remove_file(root.join(path(key)?.as_ref())).await {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(BlobError::unavailable(error)),
            _ => Ok(()),
        }
    }
}

/// Read on a thread of its own, which waits while nobody takes what it has found.
fn files_older_than(root: &FilePath, folder: &str, before: Timestamp) -> Listing {
    let (send, receive) = mpsc::channel(1);
    let (path, folder) = (root.join(folder), folder.to_owned());
    tokio::task::spawn_blocking(move || {
        let read = read_folder(&path, &folder, instant(before), |piece| {
            send.blocking_send(Ok(piece)).is_ok()
        });
        if let Err(error) = read {
            // Nobody listens any more, or is told.
            let _ = send.blocking_send(Err(BlobError::unavailable(error)));
        }
    });
    stream::unfold(receive, |mut receive| async {
        receive.recv().await.map(|piece| (piece, receive))
    })
    .boxed()
}

/// Gives out pieces until it is told that nobody wants more.
fn read_folder(
    path: &FilePath,
    folder: &str,
    before: SystemTime,
    mut give: impl FnMut(Vec<String>) -> bool,
) -> std::io::Result<()> {
    let entries = match fs::read_dir(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    let mut piece = Vec::new();
    for entry in entries {
        let entry = entry?;
        let metadata = match entry.metadata() {
            // Removed since the folder was read.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            metadata => metadata?,
        };
        if !metadata.is_file() || metadata.modified()? >= before {
            continue;
        }
        if let Some(name) = entry.file_name().to_str() {
            piece.push(format!("{folder}/{name}"));
        }
        if piece.len() >= PIECE && !give(std::mem::take(&mut piece)) {
            return Ok(());
        }
    }
    if !piece.is_empty() {
        give(piece);
    }
    Ok(())
}

fn instant(at: Timestamp) -> SystemTime {
    let since_epoch = Duration::try_from(at.duration_since(Timestamp::UNIX_EPOCH));
    UNIX_EPOCH + since_epoch.unwrap_or_default()
}
