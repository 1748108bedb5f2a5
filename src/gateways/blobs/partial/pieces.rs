//! Uploads in an object store, where nothing can be appended to: an object for each piece, named by where it begins. Pieces that reach
//! over each other, because two servers took the same bytes, do no harm: none replaces another, so that a chain once unbroken stays so
//! and no store needs to know of exclusive writing. At the end the pieces are streamed together.

use std::cmp::Reverse;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use uuid::Uuid;

use super::super::BlobError;
use super::super::writer::BlobWriter;
use super::{PARTIAL, key_of};

/// Uploads in an object store.
#[derive(Debug)]
pub struct Pieces {
    store: Arc<dyn ObjectStore>,
    part_bytes: usize,
}

/// Bytes `start` to `end` of an upload.
#[derive(Debug)]
struct Piece {
    path: Path,
    start: u64,
    end: u64,
}

/// A piece of an unbroken chain, with how many of its first bytes the pieces before it have too.
#[derive(Debug)]
struct Link {
    piece: Piece,
    skip: u64,
}

impl Pieces {
    pub(super) fn new(store: Arc<dyn ObjectStore>, part_bytes: usize) -> Self {
        Self { store, part_bytes }
    }

    pub(super) async fn offset(&self, upload: Uuid) -> Result<u64, BlobError> {
        let chain = self.chain(upload).await?;
        Ok(chain.last().map_or(0, |link| link.piece.end))
    }

    /// Streams the pieces together; nothing is readable before the writer is finished.
    pub(super) async fn gather(&self, upload: Uuid) -> Result<BlobWriter, BlobError> {
        let key = Path::from(key_of(upload));
        let mut writer = BlobWriter::new(Arc::clone(&self.store), key, self.part_bytes);
        for link in self.chain(upload).await? {
            if let Err(error) = self.copy(&link, &mut writer).await {
                writer.abort().await?;
                return Err(error);
            }
        }
        Ok(writer)
    }

    pub(super) async fn remove(&self, upload: Uuid) -> Result<(), BlobError> {
        let paths = self.list(upload).await?.into_iter().map(|it| Ok(it.path));
        let mut removed = self
            .store
            .delete_stream(stream::iter(paths.collect::<Vec<_>>()).boxed());
        while let Some(removed) = removed.next().await {
            match removed {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(BlobError::unavailable(error)),
            }
        }
        Ok(())
    }

    async fn copy(&self, link: &Link, writer: &mut BlobWriter) -> Result<(), BlobError> {
        let found = self.store.get(&link.piece.path).await;
        let mut bytes = found.map_err(BlobError::unavailable)?.into_stream();
        let mut skip = usize::try_from(link.skip).unwrap_or(usize::MAX);
        while let Some(piece) = bytes.try_next().await.map_err(BlobError::unavailable)? {
            let skipped = skip.min(piece.len());
            skip -= skipped;
            writer.write(piece.slice(skipped..)).await?;
        }
        Ok(())
    }

    async fn list(&self, upload: Uuid) -> Result<Vec<Piece>, BlobError> {
        let found = self.store.list(Some(&folder_of(upload)));
        let pieces = found.map_err(BlobError::unavailable).map_ok(|object| {
            let start = object
                .location
                .filename()?
                .split('-')
                .next()?
                .parse()
                .ok()?;
            Some(Piece {
                start,
                end: object.size.checked_add(start)?,
                path: object.location,
            })
        });
        let pieces: Vec<Option<Piece>> = pieces.try_collect().await?;
        Ok(pieces.into_iter().flatten().collect())
    }

    /// The pieces that lead from the first byte on without a gap.
    async fn chain(&self, upload: Uuid) -> Result<Vec<Link>, BlobError> {
        let mut pieces = self.list(upload).await?;
        pieces.sort_by_key(|piece| (piece.start, Reverse(piece.end)));
        let mut reached = 0;
        let mut chain = Vec::new();
        for piece in pieces {
            if piece.start > reached {
                break;
            }
            if piece.end > reached {
                let skip = reached - piece.start;
                reached = piece.end;
                chain.push(Link { piece, skip });
            }
        }
        Ok(chain)
    }
}

fn folder_of(upload: Uuid) -> Path {
    Path::from(format!("{PARTIAL}/{upload}"))
}

/// A name that no other piece has.
fn path_of(upload: Uuid, start: u64) -> Path {
    let distinct = rand::random::<u32>();
    Path::from(format!("{PARTIAL}/{upload}/{start:010}-{distinct:08x}"))
}

/// The end of an upload, while a request appends to it.
pub(super) struct Appender {
    pieces: Arc<Pieces>,
    upload: Uuid,
    pub(super) offset: u64,
    /// Takes the bytes while they do not count yet.
    staged: Option<BlobWriter>,
}

impl Appender {
    pub(super) async fn open(
        pieces: &Arc<Pieces>,
        upload: Uuid,
        staged: bool,
    ) -> Result<Self, BlobError> {
        let offset = pieces.offset(upload).await?;
        let store = Arc::clone(&pieces.store);
        let staged =
            staged.then(|| BlobWriter::new(store, path_of(upload, offset), pieces.part_bytes));
        Ok(Self {
            pieces: Arc::clone(pieces),
            upload,
            offset,
            staged,
        })
    }

    pub(super) async fn append(&mut self, buffer: Vec<u8>) -> Result<(), BlobError> {
        if buffer.is_empty() {
            return Ok(());
        }
        let length = u64::try_from(buffer.len()).expect("a buffer's length fits 64 bits");
        let buffer = Bytes::from(buffer);
        match &mut self.staged {
            Some(writer) => writer.write(buffer).await?,
            None => {
                let path = path_of(self.upload, self.offset);
                let put = self.pieces.store.put(&path, buffer.into()).await;
                put.map_err(BlobError::unavailable)?;
            }
        }
        self.offset += length;
        Ok(())
    }

    pub(super) async fn keep(mut self, buffer: Vec<u8>) -> Result<(), BlobError> {
        self.append(buffer).await?;
        match self.staged {
            Some(writer) if writer.so_far().size_bytes > 0 => writer.finish().await.map(|_| ()),
            Some(writer) => writer.abort().await,
            None => Ok(()),
        }
    }

    pub(super) async fn discard(self) -> Result<(), BlobError> {
        match self.staged {
            Some(writer) => writer.abort().await,
            None => Ok(()),
        }
    }
}
