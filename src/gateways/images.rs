//! Photos as people of the units may see them: small, upright, re-encoded and therefore free of metadata (product.md §5); and what
//! can be read off a photo: its digest, its EXIF, its fingerprint. Bytes in, values out: this module neither stores anything nor
//! judges a photo; flags are the domain's business. The pixels themselves are the crate `imaging`'s.

mod exif;
mod recognise;

use std::panic::catch_unwind;
use std::sync::Arc;
use std::thread;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use xuncha_imaging as imaging;
pub use xuncha_imaging::{DISPLAY_SIDE, MAX_PIXELS, MAX_SIDE, MediaType, THUMB_SIDE, sniff};

use crate::domain::evidence::Sha256Digest;
use crate::domain::evidence::exif::Exif;
use crate::domain::evidence::fingerprint::Fingerprints;

/// Memory for the pixels of all photos at work, in MiB: the worst that is accepted, 60 megapixels and progressive, needs 458.
const MEMORY_MIB: u32 = 512;

/// Why no renditions exist of a file. All but `Interrupted` are properties of the bytes: trying again is useless.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// A photo that is not JPEG, PNG or WebP, such as HEIC: it is kept as evidence, but no rendition can be made.
    #[error("not a JPEG, PNG or WebP photo")]
    Unsupported,
    /// Over [`MAX_PIXELS`] or [`MAX_SIDE`], or needing more memory than one photo may take.
    #[error("the photo is larger than 60 megapixels, or needs too much memory")]
    TooLarge,
    /// No photo, or broken inside: the decoder's own words, or that it panicked.
    #[error("the photo cannot be decoded: {0}")]
    Unreadable(String),
    /// The server stopped before the work began; the same bytes may succeed next time.
    #[error("the server stopped before the photo was rendered")]
    Interrupted,
}

impl From<imaging::Error> for ImageError {
    fn from(error: imaging::Error) -> Self {
        match error {
            imaging::Error::Unsupported => Self::Unsupported,
            imaging::Error::TooLarge => Self::TooLarge,
            imaging::Error::Unreadable(words) => Self::Unreadable(words),
        }
    }
}

/// What is made of a photo. Both renditions are baseline JPEG without EXIF, XMP, ICC profile or comment, never enlarged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renditions {
    /// JPEG, at most [`DISPLAY_SIDE`] pixels on its longer side.
    pub display: Vec<u8>,
    /// JPEG, at most [`THUMB_SIDE`] pixels on its longer side.
    pub thumb: Vec<u8>,
    /// Width of the original when held upright, in pixels.
    pub width: u32,
    /// Height of the original when held upright, in pixels.
    pub height: u32,
    /// What it is recognised by; none for a picture of too little: a wall, a lens cap, the night.
    pub fingerprints: Option<Fingerprints>,
}

/// Everything that can be read off a file.
#[derive(Debug)]
pub struct Examination {
    /// Digest of the file as it is.
    pub sha256: Sha256Digest,
    /// What the camera wrote; empty when it wrote nothing or nobody can read it.
    pub exif: Exif,
    /// What was made of it.
    pub renditions: Result<Renditions, ImageError>,
}

/// Renditions of a JPEG, PNG or WebP file (of an animation, the first frame); takes a tenth of a second of CPU.
/// Transparency is dropped, and so is a colour profile, without converting: P3 photos look slightly paler.
pub fn render(photo: &[u8]) -> Result<Renditions, ImageError> {
    // A panic is one more property of the bytes.
    let rendered = catch_unwind(|| imaging::render(photo))
        .map_err(|_panic| ImageError::Unreadable("the decoder panicked".to_owned()))??;
    Ok(Renditions {
        display: rendered.display,
        thumb: rendered.thumb,
        width: rendered.width,
        height: rendered.height,
        fingerprints: recognise::fingerprints(&rendered.grid),
    })
}

/// Everything that can be read off a file, whatever it is.
pub fn examine(photo: &[u8]) -> Examination {
    thread::scope(|scope| {
        let digest = scope.spawn(|| Sha256::digest(photo));
        let renditions = render(photo);
        let exif = catch_unwind(|| exif::read(photo)).unwrap_or_default();
        let digest = digest.join().expect("a digest does not panic");
        Examination {
            sha256: Sha256Digest(digest.into()),
            exif,
            renditions,
        }
    })
}

/// [`examine`] for async callers: off the event loop, and within bounds of processors and memory.
#[derive(Clone, Debug)]
pub struct Images {
    /// One for each MiB.
    memory: Arc<Semaphore>,
    least_mib: u32,
}

impl Images {
    /// At most `photos` at once, and fewer when they are large: [`MEMORY_MIB`] for all of them.
    #[must_use]
    pub fn new(photos: usize) -> Self {
        let photos = u32::try_from(photos).unwrap_or(u32::MAX).max(1);
        Self {
            memory: Arc::new(Semaphore::new(usize::try_from(MEMORY_MIB).unwrap_or(1))),
            least_mib: (MEMORY_MIB / photos).max(1),
        }
    }

    /// [`examine`].
    ///
    /// # Errors
    /// [`ImageError::Interrupted`] only: what the bytes are stands in the answer.
    pub async fn examine(&self, photo: Bytes) -> Result<Examination, ImageError> {
        let needs_mib = imaging::needs_bytes(&photo).div_ceil(1024 * 1024);
        let needs_mib = u32::try_from(needs_mib).unwrap_or(MEMORY_MIB);
        self.run(needs_mib, move || Ok(examine(&photo))).await
    }

    async fn run<T: Send + 'static>(
        &self,
        needs_mib: u32,
        work: impl FnOnce() -> Result<T, ImageError> + Send + 'static,
    ) -> Result<T, ImageError> {
        let permit = Arc::clone(&self.memory)
            .acquire_many_owned(needs_mib.clamp(self.least_mib, MEMORY_MIB))
            .await
            .expect("the semaphore is never closed");
        // The permit goes along: a caller that gives up does not free the memory its photo is using.
        let done = spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await;
        match done {
            Ok(result) => result,
            Err(stop) if stop.is_panic() => {
                Err(ImageError::Unreadable("the decoder panicked".to_owned()))
            }
            Err(_cancelled) => Err(ImageError::Interrupted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ImageError, Images};

    #[tokio::test]
    async fn a_panic_inside_a_decoder_is_an_unreadable_photo_and_gives_its_permit_back() {
        let images = Images::new(1);
        for _ in 0..2 {
            let result = images
                .run::<()>(1, || panic!("as a decoder may on hostile input"))
                .await;
            assert!(matches!(result, Err(ImageError::Unreadable(_))));
        }
    }
}
