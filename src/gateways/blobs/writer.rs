//! One upload on its way into the store: at most two parts of it are in memory, and its length and SHA-256 are known when it
//! ends. Whether they are the declared ones is for the caller to judge, before `finish`.

use std::sync::Arc;

use bytes::Bytes;
use object_store::ObjectStore;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

use super::BlobError;

/// The library waits for room between writes, not inside one: a long piece goes in by slices shorter than any part.
const SLICE_BYTES: usize = 64 * 1024;

/// What the bytes written amount to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredBlob {
    /// SHA-256 over all bytes, in order.
    pub sha256: [u8; 32],
    /// Length in bytes.
    pub size_bytes: u64,
}

/// An unfinished blob. Dropping it leaves nothing readable, but an S3 store may keep the parts until its own clean-up rule
/// for unfinished uploads: prefer [`Self::abort`].
#[derive(Debug)]
pub struct BlobWriter {
    upload: BufWriter,
    hash: Sha256,
    size_bytes: u64,
    failed: bool,
}

impl BlobWriter {
    pub(super) fn new(store: Arc<dyn ObjectStore>, path: Path, part_bytes: usize) -> Self {
        Self {
            // One part in flight while the next one fills.
            upload: BufWriter::with_capacity(store, path, part_bytes).with_max_concurrency(2),
            hash: Sha256::new(),
            size_bytes: 0,
            failed: false,
        }
    }

    /// Appends a piece of any size. After an error the upload is lost: only [`Self::abort`] is left.
    pub async fn write(&mut self, piece: Bytes) -> Result<(), BlobError> {
        self.must_be_whole()?;
        self.failed = true;
        // Copied into the part on purpose: a short piece may hold on to a long network buffer.
        for slice in piece.chunks(SLICE_BYTES) {
            self.upload
                .write_all(slice)
                .await
                .map_err(BlobError::unavailable)?;
        }
        self.failed = false;
        self.hash.update(&piece);
        self.size_bytes += u64::try_from(piece.len()).expect("a buffer's length fits 64 bits");
        Ok(())
    }

    /// Length and SHA-256 of what was written so far, to be compared with the declaration before anything becomes readable.
    #[must_use]
    pub fn so_far(&self) -> StoredBlob {
        StoredBlob {
            sha256: self.hash.clone().finalize().into(),
            size_bytes: self.size_bytes,
        }
    }

    /// Makes the blob durable and readable under its key, replacing what was there. After an error nothing is readable.
    pub async fn finish(mut self) -> Result<StoredBlob, BlobError> {
        self.must_be_whole()?;
        self.upload
            .shutdown()
            .await
            .map_err(BlobError::unavailable)?;
        Ok(self.so_far())
    }

    /// Throws away what was written.
    pub async fn abort(mut self) -> Result<(), BlobError> {
        self.upload.abort().await.map_err(BlobError::unavailable)
    }

    /// Holds also after a `write` that was cancelled half-way, when nobody knows how much of its piece went in.
    fn must_be_whole(&self) -> Result<(), BlobError> {
        if self.failed {
            Err(BlobError::unavailable(
                "an earlier write of this upload failed",
            ))
        } else {
            Ok(())
        }
    }
}
