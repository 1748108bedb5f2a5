//! Bytes of uploads that are not whole yet, kept under the upload's id until they are. How far an upload has come is what the store
//! holds, durably, and is written down nowhere else. One request at a time may append to an upload; that is for the caller to see to.

mod folder;
mod pieces;

use std::path::PathBuf;
use std::sync::Arc;

use object_store::ObjectStore;
use uuid::Uuid;

use super::writer::BlobWriter;
use super::{BlobError, StoredBlob};
use folder::Folder;
use pieces::Pieces;

/// Below this name lies what is not whole; nothing else does.
const PARTIAL: &str = "partial";
/// So much of a piece is gathered before it is written: a write costs more than its bytes.
const FOLDER_BUFFER_BYTES: usize = 512 * 1024;
/// An object for each so many bytes.
const PIECE_BYTES: usize = 1024 * 1024;

/// Uploads on their way in.
#[derive(Debug, Clone)]
pub enum Partials {
    /// A file for each.
    Folder(Arc<Folder>),
    /// Objects for each, as an object cannot be appended to.
    Pieces(Arc<Pieces>),
}

/// Under which key the bytes of an upload lie once they are whole. Made of the upload's id, so that whoever finds an upload that was
/// finished and not yet spoken of knows where to look.
#[must_use]
pub fn key_of(upload: Uuid) -> String {
    format!("original/{upload}")
}

impl Partials {
    pub(super) fn in_folder(root: PathBuf) -> Self {
        Self::Folder(Arc::new(Folder::new(root)))
    }

    pub(super) fn in_store(store: Arc<dyn ObjectStore>, part_bytes: usize) -> Self {
        Self::Pieces(Arc::new(Pieces::new(store, part_bytes)))
    }

    /// How many bytes of an upload are here and durable, from its beginning on.
    ///
    /// # Errors
    /// [`BlobError::Unavailable`], here and below.
    pub async fn offset(&self, upload: Uuid) -> Result<u64, BlobError> {
        match self {
            Self::Folder(folder) => folder::offset(folder, upload).await,
            Self::Pieces(pieces) => pieces.offset(upload).await,
        }
    }

    /// Goes on where the upload stands. What is written counts, even when the rest never comes.
    pub async fn resume(&self, upload: Uuid) -> Result<Chunk, BlobError> {
        self.open(upload, false).await
    }

    /// Goes on where the upload stands; nothing of it counts before [`Chunk::keep`].
    pub async fn stage(&self, upload: Uuid) -> Result<Chunk, BlobError> {
        self.open(upload, true).await
    }

    async fn open(&self, upload: Uuid, staged: bool) -> Result<Chunk, BlobError> {
        Ok(match self {
            Self::Folder(folder) => {
                let appender = folder::Appender::open(folder, upload, staged).await?;
                Chunk {
                    offset: appender.begun_at,
                    buffer: Vec::new(),
                    buffer_bytes: FOLDER_BUFFER_BYTES,
                    sink: Sink::Folder(appender),
                }
            }
            Self::Pieces(pieces) => {
                let appender = pieces::Appender::open(pieces, upload, staged).await?;
                Chunk {
                    offset: appender.offset,
                    buffer: Vec::new(),
                    buffer_bytes: PIECE_BYTES,
                    sink: Sink::Pieces(Box::new(appender)),
                }
            }
        })
    }

    /// Puts the bytes of an upload together, not yet readable under their key.
    pub async fn gather(&self, upload: Uuid) -> Result<Whole, BlobError> {
        Ok(match self {
            Self::Folder(folder) => Whole::File {
                found: folder::digest(folder, upload).await?,
                folder: Arc::clone(folder),
                upload,
            },
            Self::Pieces(pieces) => Whole::Object(Box::new(pieces.gather(upload).await?)),
        })
    }

    /// Removes what is here of an upload; what was placed under its key stays.
    pub async fn remove(&self, upload: Uuid) -> Result<(), BlobError> {
        match self {
            Self::Folder(folder) => folder::remove(folder, upload).await,
            Self::Pieces(pieces) => pieces.remove(upload).await,
        }
    }
}

/// Bytes on their way to the end of an upload; at most a buffer of them is in memory.
pub struct Chunk {
    sink: Sink,
    buffer: Vec<u8>,
    buffer_bytes: usize,
    offset: u64,
}

enum Sink {
    Folder(folder::Appender),
    Pieces(Box<pieces::Appender>),
}

impl Chunk {
    /// Where the next byte goes.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Appends. After an error only dropping it is left; what was durable before stays so.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.offset += u64::try_from(bytes.len()).expect("a buffer's length fits 64 bits");
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() < self.buffer_bytes {
            return Ok(());
        }
        let buffer = std::mem::take(&mut self.buffer);
        match &mut self.sink {
            Sink::Folder(appender) => self.buffer = appender.append(buffer).await?,
            Sink::Pieces(appender) => appender.append(buffer).await?,
        }
        Ok(())
    }

    /// Makes everything durable; answers where the upload stands now.
    pub async fn keep(self) -> Result<u64, BlobError> {
        match self.sink {
            Sink::Folder(appender) => appender.keep(self.buffer).await?,
            Sink::Pieces(appender) => appender.keep(self.buffer).await?,
        }
        Ok(self.offset)
    }

    /// Throws away what was staged.
    pub async fn discard(self) -> Result<(), BlobError> {
        match self.sink {
            Sink::Folder(appender) => appender.discard().await,
            Sink::Pieces(appender) => appender.discard().await,
        }
    }
}

/// An upload put together, to be held against what was declared before anything becomes readable.
pub enum Whole {
    /// A file that will be renamed.
    File {
        /// What it amounts to.
        found: StoredBlob,
        /// Where it lies.
        folder: Arc<Folder>,
        /// Whose it is.
        upload: Uuid,
    },
    /// An object being written.
    Object(Box<BlobWriter>),
}

impl Whole {
    /// Length and SHA-256.
    #[must_use]
    pub fn so_far(&self) -> StoredBlob {
        match self {
            Self::File { found, .. } => *found,
            Self::Object(writer) => writer.so_far(),
        }
    }

    /// Makes it durable and readable under [`key_of`] its upload. Repeating it is safe.
    pub async fn place(self) -> Result<(), BlobError> {
        match self {
            Self::File { folder, upload, .. } => folder::place(&folder, upload).await,
            Self::Object(writer) => writer.finish().await.map(|_| ()),
        }
    }

    /// Leaves everything as it was.
    pub async fn discard(self) -> Result<(), BlobError> {
        match self {
            Self::File { .. } => Ok(()),
            Self::Object(writer) => writer.abort().await,
        }
    }
}
