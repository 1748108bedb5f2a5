//! Photo bytes under keys: a local folder or an S3 bucket behind one interface. It keeps neither names nor media types and
//! asks nobody's permission; both belong to the database and the services. The environment is never read here.

mod listing;
pub mod partial;
mod reading;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _, TryStreamExt as _};
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{GetResult, ObjectStore, ObjectStoreExt as _, RetryConfig};

pub use self::reading::Reply;
pub use self::writer::{BlobWriter, StoredBlob};
use partial::Partials;

/// A folder's parts may be small; S3 refuses parts under 5 MiB.
const FOLDER_PART_BYTES: usize = 256 * 1024;
const S3_PART_BYTES: usize = 5 * 1024 * 1024;
const HEALTH_KEY: &str = "health";
const HEALTH_TIMEOUT: Duration = Duration::from_secs(5);

/// Where the bytes lie.
#[derive(Clone, PartialEq, Eq)]
pub enum BlobsConfig {
    /// A folder of this host, made when missing.
    Folder(PathBuf),
    /// An object store that speaks S3.
    S3 {
        /// `s3://bucket` or `s3://bucket/prefix`.
        url: String,
        /// Pairs as AWS tools know them from the environment: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`,
        /// `AWS_ENDPOINT`, …; names that mean nothing here are skipped, so that a whole environment may be passed.
        options: Vec<(String, String)>,
    },
}

/// Why bytes could not be stored or fetched. A missing key is no error.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The store cannot be reached, is full or refuses: may pass, answer 503.
    #[error("the photo store is unavailable")]
    Unavailable {
        /// The store's own words.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Empty, or not the relative `a/b/c` that keys are.
    #[error("`{0}` cannot be a blob's key")]
    Key(String),
    /// The configuration names no usable store.
    #[error("the photo store is configured wrongly: {0}")]
    Config(String),
}

impl BlobError {
    fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable {
            source: source.into(),
        }
    }
}

/// The store; clones share one connection pool.
#[derive(Clone, Debug)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    part_bytes: usize,
    partials: Partials,
    place: Place,
    gives_addresses: bool,
}

/// The store itself, for what the common interface does not have.
#[derive(Clone, Debug)]
enum Place {
    Folder(PathBuf),
    S3 { bucket: AmazonS3, prefix: Path },
}

/// A blob being fetched: its whole length in bytes, and its bytes in order.
pub type BlobStream = (u64, BoxStream<'static, Result<Bytes, BlobError>>);

/// Choose ring for TLS, once per process and before [`Blobs::open`] with S3, which otherwise panics. Repeating it is harmless.
pub fn install_tls_provider() {
    // Err hands back our provider because one is installed already, which is what was wanted.
    drop(rustls::crypto::ring::default_provider().install_default());
}

impl Blobs {
    /// Opens the store without touching S3: an unreachable bucket shows in [`Self::health`].
    pub fn open(config: &BlobsConfig) -> Result<Self, BlobError> {
        match config {
            BlobsConfig::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(BlobError::unavailable)?;
                let store =
                    LocalFileSystem::new_with_prefix(folder).map_err(BlobError::unavailable)?;
                Ok(Self {
                    // A receipt lets a phone delete its copy: what is stored must survive a power cut.
                    store: Arc::new(store.with_fsync(true)),
                    part_bytes: FOLDER_PART_BYTES,
                    partials: Partials::in_folder(folder.clone()),
                    place: Place::Folder(folder.clone()),
                    gives_addresses: false,
                })
            }
            BlobsConfig::S3 { url, options } => open_s3(url, options),
        }
    }

    /// Stores `bytes` under `key`, durably and all at once, replacing what was there.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), BlobError> {
        self.store
            .put(&path(key)?, bytes.into())
            .await
            .map_err(BlobError::unavailable)?;
        Ok(())
    }

    /// The whole blob in memory: for renditions and photos of checked size.
    pub async fn get(&self, key: &str) -> Result<Option<Bytes>, BlobError> {
        let Some(found) = self.find(key).await? else {
            return Ok(None);
        };
        found
            .bytes()
            .await
            .map(Some)
            .map_err(BlobError::unavailable)
    }

    /// The blob piece by piece.
    pub async fn get_stream(&self, key: &str) -> Result<Option<BlobStream>, BlobError> {
        Ok(self.find(key).await?.map(|found| {
            let size_bytes = found.meta.size;
            let stream = found.into_stream().map_err(BlobError::unavailable);
            (size_bytes, stream.boxed())
        }))
    }

    /// Removes the blob; one that is not there counts as removed.
    pub async fn delete(&self, key: &str) -> Result<(), BlobError> {
        match self.store.delete(&path(key)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(BlobError::unavailable(error)),
        }
    }

    /// Starts an upload of unknown length; nothing can be read under `key` before [`BlobWriter::finish`].
    pub fn begin(&self, key: &str) -> Result<BlobWriter, BlobError> {
        Ok(BlobWriter::new(
            Arc::clone(&self.store),
            path(key)?,
            self.part_bytes,
        ))
    }

    /// Uploads that are not whole yet.
    #[must_use]
    pub fn partials(&self) -> &Partials {
        &self.partials
    }

    /// Whether the store takes a write within 5 seconds: a full or read-only disk still answers reads.
    pub async fn health(&self) -> Result<(), BlobError> {
        let write = self.put(HEALTH_KEY, Bytes::from_static(b"ok"));
        tokio::time::timeout(HEALTH_TIMEOUT, write)
            .await
            .map_err(BlobError::unavailable)?
    }

    async fn find(&self, key: &str) -> Result<Option<GetResult>, BlobError> {
        match self.store.get(&path(key)?).await {
            Ok(found) => Ok(Some(found)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(BlobError::unavailable(error)),
        }
    }
}

fn open_s3(url: &str, options: &[(String, String)]) -> Result<Blobs, BlobError> {
    let (bucket, prefix) = url
        .strip_prefix("s3://")
        .map(|rest| rest.split_once('/').unwrap_or((rest, "")))
        .filter(|(bucket, _)| !bucket.is_empty())
        .ok_or_else(|| BlobError::Config(format!("`{url}` is not s3://bucket/prefix")))?;
    let prefix = Path::parse(prefix).map_err(|error| BlobError::Config(error.to_string()))?;

    let mut builder = AmazonS3Builder::new();
    for (name, value) in options {
        if let Ok(known) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
            builder = builder.with_config(known, value);
        }
    }
    if builder
        .get_config_value(&AmazonS3ConfigKey::Endpoint)
        .is_some_and(|endpoint| endpoint.starts_with("http://"))
    {
        builder = builder.with_allow_http(true);
    }
    let bucket_store = builder
        .with_bucket_name(bucket)
        // A phone waits at the other end and will try again by itself: rather a quick 503 than minutes of patience.
        .with_retry(RetryConfig {
            max_retries: 3,
            retry_timeout: Duration::from_secs(20),
            ..RetryConfig::default()
        })
        .build()
        .map_err(|error| BlobError::Config(error.to_string()))?;
    let place = Place::S3 {
        bucket: bucket_store.clone(),
        prefix: prefix.clone(),
    };
    let store: Arc<dyn ObjectStore> = Arc::new(PrefixStore::new(bucket_store, prefix));
    Ok(Blobs {
        partials: Partials::in_store(Arc::clone(&store), S3_PART_BYTES),
        store,
        part_bytes: S3_PART_BYTES,
        place,
        gives_addresses: false,
    })
}

fn path(key: &str) -> Result<Path, BlobError> {
    Path::parse(key)
        .ok()
        // `parse` quietly drops slashes at either end; one blob has one key.
        .filter(|path| !key.is_empty() && path.as_ref() == key)
        .ok_or_else(|| BlobError::Key(key.to_owned()))
}
