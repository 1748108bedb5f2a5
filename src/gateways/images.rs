//! Photos as people of the units may see them: small, upright, re-encoded and therefore free of metadata (product.md §5).
//! Bytes in, bytes out: this module neither stores anything nor judges a photo; flags are the domain's business.

mod render;
mod sniff;

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

pub use self::render::{DISPLAY_SIDE, MAX_PIXELS, MAX_SIDE, Renditions, THUMB_SIDE, render};
pub use self::sniff::{MediaType, sniff};

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

impl From<image::ImageError> for ImageError {
    fn from(error: image::ImageError) -> Self {
        match error {
            image::ImageError::Limits(_) => Self::TooLarge,
            image::ImageError::Unsupported(_) => Self::Unsupported,
            other => Self::Unreadable(other.to_string()),
        }
    }
}

/// [`render`] for async callers: off the event loop, and only so many at a time.
#[derive(Clone, Debug)]
pub struct Images {
    permits: Arc<Semaphore>,
}

impl Images {
    /// `permits` photos at once; a phone's usual 12 megapixels take about 50 MB each, the worst that is accepted 350 MB (60, progressive).
    #[must_use]
    pub fn new(permits: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(permits)),
        }
    }

    /// [`render`], where a decoder's panic is one more [`ImageError::Unreadable`].
    pub async fn render(&self, photo: Bytes) -> Result<Renditions, ImageError> {
        self.run(move || render(&photo)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, ImageError> + Send + 'static,
    ) -> Result<T, ImageError> {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
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
                .run::<()>(|| panic!("as a decoder may on hostile input"))
                .await;
            assert!(matches!(result, Err(ImageError::Unreadable(_))));
        }
    }
}
