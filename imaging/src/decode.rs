//! From bytes to pixels, under limits that a hostile file cannot lift. A JPEG is decoded at a half, a quarter or an eighth where
//! that is enough: most of the time of a rendition would go into pixels that nobody sees.

use std::io::Cursor;
use std::panic::catch_unwind;

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageReader, Limits, RgbImage};
use jpeg_decoder::PixelFormat;

use super::{MediaType, sniff};

/// Width × height above which a photo is refused; phones' largest ordinary photos have 50 million.
pub const MAX_PIXELS: u64 = 60_000_000;
/// Width or height above which a photo is refused, in pixels; a phone's panorama has about 16,000.
pub const MAX_SIDE: u32 = 20_000;

/// Memory for the decoded pixels of one photo: [`MAX_PIXELS`] with four channels of 8 bits, and some room for the decoder.
const MAX_DECODED_BYTES: u64 = 4 * MAX_PIXELS + 16 * 1024 * 1024;

/// Why a file has no pixels: properties of its bytes, so that trying again is useless.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A photo that is not JPEG, PNG or WebP, such as HEIC.
    #[error("not a JPEG, PNG or WebP photo")]
    Unsupported,
    /// Over [`MAX_PIXELS`] or [`MAX_SIDE`], or needing more memory than one photo may take.
    #[error("the photo is larger than 60 megapixels, or needs too much memory")]
    TooLarge,
    /// No photo, or broken inside: the decoder's own words.
    #[error("the photo cannot be decoded: {0}")]
    Unreadable(String),
}

impl From<image::ImageError> for Error {
    fn from(error: image::ImageError) -> Self {
        match error {
            image::ImageError::Limits(_) => Self::TooLarge,
            image::ImageError::Unsupported(_) => Self::Unsupported,
            other => Self::Unreadable(other.to_string()),
        }
    }
}

/// A photo as it is stored, which may be lying on its side.
pub(crate) struct Decoded {
    /// At least as large as was asked for, unless the photo itself is smaller.
    pub pixels: DynamicImage,
    /// How to turn it upright.
    pub orientation: Orientation,
    /// Width of the whole photo as stored, in pixels.
    pub width: u32,
    /// Height of the whole photo as stored.
    pub height: u32,
}

/// Decodes a photo, not much larger than its longest side has to be.
pub(crate) fn decode(photo: &[u8], longest_side: u32) -> Result<Decoded, Error> {
    let format = match sniff(photo) {
        Some(MediaType::Jpeg) => image::ImageFormat::Jpeg,
        Some(MediaType::Png) => image::ImageFormat::Png,
        Some(MediaType::WebP) => image::ImageFormat::WebP,
        Some(MediaType::Heic) => return Err(Error::Unsupported),
        None => return Err(Error::Unreadable("no photo of a known kind".to_owned())),
    };
    let (decoder, orientation) = open(photo, format)?;
    let (width, height) = decoder.dimensions();
    let shrunk = match format {
        image::ImageFormat::Jpeg => shrunk_jpeg(photo, (width, height), longest_side),
        _ => None,
    };
    let pixels = match shrunk {
        Some(pixels) => pixels,
        // Half a photo, a progressive one with a scan missing, four colours: this decoder shows what there is.
        None => DynamicImage::from_decoder(decoder)?,
    };
    Ok(Decoded {
        pixels,
        orientation,
        width,
        height,
    })
}

/// Bytes of memory that decoding may take at its height, from the head of the file; 0 when nothing will be decoded.
pub fn needs_bytes(photo: &[u8]) -> u64 {
    let reader = ImageReader::new(Cursor::new(photo)).with_guessed_format();
    let Some((width, height)) = reader.ok().and_then(|reader| reader.into_dimensions().ok()) else {
        return 0;
    };
    let pixels = u64::from(width) * u64::from(height);
    // A progressive JPEG keeps every coefficient, two bytes each, until its last scan; PNG may have 16 bits a channel.
    let per_pixel = match sniff(photo) {
        Some(MediaType::Jpeg) if !is_progressive(photo) => 4,
        _ => 8,
    };
    pixels.min(MAX_PIXELS) * per_pixel
}

/// Whether a start of frame SOF2 (ITU-T T.81 table B.1) comes before the first scan.
fn is_progressive(jpeg: &[u8]) -> bool {
    let mut rest = jpeg.get(2..).unwrap_or_default();
    while let [0xFF, marker, high, low, ..] = rest {
        match marker {
            0xC2 => return true,
            0xDA => return false,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        rest = rest.get(2 + length..).unwrap_or_default();
    }
    false
}

fn open(
    photo: &[u8],
    format: image::ImageFormat,
) -> Result<(impl ImageDecoder + '_, Orientation), Error> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(photo), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Error::TooLarge);
    }
    // `from_decoder` allocates without asking the limits: a PNG of 300 kB can declare gigabytes.
    limits.reserve(decoder.total_bytes())?;
    decoder.set_limits(limits)?;
    // Broken EXIF is common and no reason to hide a photo that shows a fault.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((decoder, orientation))
}

/// A JPEG at the smallest of 1/8, 1/4, 1/2 and 1 that has the side; none for what this decoder does not take.
fn shrunk_jpeg(
    photo: &[u8],
    (width, height): (u32, u32),
    longest_side: u32,
) -> Option<DynamicImage> {
    let side = width.max(height);
    let wanted = |length: u32| {
        let length = (u64::from(length) * u64::from(longest_side)).div_ceil(u64::from(side));
        u16::try_from(length).unwrap_or(u16::MAX)
    };
    if side <= longest_side {
        return None;
    }
    // It may panic on what it does not expect; the other decoder has its turn then.
    let decoded = catch_unwind(|| {
        let mut decoder = jpeg_decoder::Decoder::new(photo);
        let (width, height) = decoder.scale(wanted(width), wanted(height)).ok()?;
        let pixels = decoder.decode().ok()?;
        Some((decoder.info()?.pixel_format, width, height, pixels))
    });
    let (format, width, height, pixels) = decoded.ok().flatten()?;
    let (width, height) = (u32::from(width), u32::from(height));
    match format {
        PixelFormat::RGB24 => RgbImage::from_raw(width, height, pixels).map(DynamicImage::from),
        PixelFormat::L8 => GrayImage::from_raw(width, height, pixels).map(DynamicImage::from),
        PixelFormat::L16 | PixelFormat::CMYK32 => None,
    }
}
