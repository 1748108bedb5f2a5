//! Reading a blob in part, or from the object store itself: by an address that is signed for one blob and a few minutes. Who may
//! have it was decided before.

use std::ops::Range;
use std::time::Duration;

use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::signer::{Method, SignedUrlOptions, Signer as _};
use object_store::{GetOptions, GetRange, ObjectStore as _, ObjectStoreExt as _};

use super::{BlobError, BlobStream, Blobs, Place, path};

/// Long enough to follow a redirect over a bad line, and too short to be passed around.
const ADDRESS_LASTS: Duration = Duration::from_secs(300);

/// How an object store is to describe a blob that it hands out itself, as it knows nothing of it but the bytes.
#[derive(Debug, Clone)]
pub struct Reply {
    /// `Content-Type`.
    pub mime: String,
    /// `Content-Disposition`.
    pub disposition: String,
    /// `Cache-Control`.
    pub caching: String,
}

impl Blobs {
    /// Has the object store hand out what is read: see [`Self::address`].
    ///
    /// # Errors
    /// [`BlobError::Config`] for a folder, which nobody but this host can read.
    pub fn giving_addresses(self) -> Result<Self, BlobError> {
        match self.place {
            Place::S3 { .. } => Ok(Self {
                gives_addresses: true,
                ..self
            }),
            Place::Folder(_) => Err(BlobError::Config(
                "only an object store can hand out photos itself".to_owned(),
            )),
        }
    }

    /// Length of a blob in bytes.
    ///
    /// # Errors
    /// [`BlobError::Unavailable`].
    pub async fn size(&self, key: &str) -> Result<Option<u64>, BlobError> {
        match self.store.head(&path(key)?).await {
            Ok(found) => Ok(Some(found.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(BlobError::unavailable(error)),
        }
    }

    /// A part of a blob, which must lie within it, piece by piece; with the length of that part.
    ///
    /// # Errors
    /// [`BlobError::Unavailable`].
    pub async fn get_range(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> Result<Option<BlobStream>, BlobError> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        match self.store.get_opts(&path(key)?, options).await {
            Ok(found) => {
                let length = found.range.end - found.range.start;
                let stream = found.into_stream().map_err(BlobError::unavailable);
                Ok(Some((length, stream.boxed())))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(BlobError::unavailable(error)),
        }
    }

    /// Where a reader gets the blob from the object store itself, by GET and for five minutes; none when bytes go through here. A
    /// blob that is not there has an address as well.
    ///
    /// # Errors
    /// [`BlobError::Unavailable`] when the store's credentials cannot be had.
    pub async fn address(&self, key: &str, reply: &Reply) -> Result<Option<String>, BlobError> {
        let Place::S3 { bucket, prefix } = &self.place else {
            return Ok(None);
        };
        if !self.gives_addresses {
            return Ok(None);
        }
        let full: Path = prefix.parts().chain(path(key)?.parts()).collect();
        let options = SignedUrlOptions::default().with_query([
            ("response-content-type", reply.mime.as_str()),
            ("response-content-disposition", reply.disposition.as_str()),
            ("response-cache-control", reply.caching.as_str()),
        ]);
        let url = bucket
            .signed_url_opts(Method::GET, &full, ADDRESS_LASTS, &options)
            .await
            .map_err(BlobError::unavailable)?;
        Ok(Some(url.into()))
    }
}
