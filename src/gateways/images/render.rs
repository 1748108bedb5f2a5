//! Decode, shrink, turn upright, encode. Only non-generic methods of `DynamicImage` touch pixels, so that the work is
//! compiled inside the `image` crate, which is optimised even in development builds.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

use super::{ImageError, MediaType, sniff};

/// Longest side of the display rendition, in pixels.
pub const DISPLAY_SIDE: u32 = 1600;
/// Longest side of the thumbnail, in pixels.
pub const THUMB_SIDE: u32 = 320;
/// Width × height above which a photo is refused; phones' largest ordinary photos have 50 million.
pub const MAX_PIXELS: u64 = 60_000_000;
/// Width or height above which a photo is refused, in pixels; a phone's panorama has about 16,000.
pub const MAX_SIDE: u32 = 20_000;

/// Memory for the decoded pixels of one photo: [`MAX_PIXELS`] with four channels of 8 bits, and some room for the decoder.
const MAX_DECODED_BYTES: u64 = 4 * MAX_PIXELS + 16 * 1024 * 1024;
const DISPLAY_QUALITY: u8 = 82;
const THUMB_QUALITY: u8 = 75;

/// What units get to see of a photo. Both are baseline JPEG without EXIF, XMP, ICC profile or comment, never enlarged.
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
}

/// Renditions of a JPEG, PNG or WebP file (of an animation, the first frame); takes tenths of a second of CPU.
/// Transparency is dropped, and so is a colour profile, without converting: P3 photos look slightly paler.
pub fn render(photo: &[u8]) -> Result<Renditions, ImageError> {
    let (full, orientation) = decode(photo)?;
    // Shrinking before turning moves a tenth of the pixels.
    let mut display = shrink(&full, DISPLAY_SIDE);
    let (stored_width, stored_height) = (full.width(), full.height());
    drop(full);
    display.apply_orientation(orientation);
    let (width, height) = if is_quarter_turn(orientation) {
        (stored_height, stored_width)
    } else {
        (stored_width, stored_height)
    };
    Ok(Renditions {
        thumb: encode(&shrink(&display, THUMB_SIDE), THUMB_QUALITY)?,
        display: encode(&display, DISPLAY_QUALITY)?,
        width,
        height,
    })
}

fn decode(photo: &[u8]) -> Result<(DynamicImage, Orientation), ImageError> {
    let format = match sniff(photo) {
        Some(MediaType::Jpeg) => image::ImageFormat::Jpeg,
        Some(MediaType::Png) => image::ImageFormat::Png,
        Some(MediaType::WebP) => image::ImageFormat::WebP,
        Some(MediaType::Heic) => return Err(ImageError::Unsupported),
        None => {
            return Err(ImageError::Unreadable(
                "no photo of a known kind".to_owned(),
            ));
        }
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(photo), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;

    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(ImageError::TooLarge);
    }
    // `from_decoder` allocates without asking the limits: a PNG of 300 kB can declare gigabytes.
    limits.reserve(decoder.total_bytes())?;
    decoder.set_limits(limits)?;
    // Broken EXIF is common and no reason to hide a photo that shows a fault.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder)?, orientation))
}

fn shrink(photo: &DynamicImage, longest_side: u32) -> DynamicImage {
    let side = photo.width().max(photo.height());
    if side <= longest_side {
        photo.clone()
    } else if side < 2 * longest_side {
        photo.resize(longest_side, longest_side, FilterType::Triangle)
    } else {
        // Averaging whole pixels, 2 × 2 and more, looks the same and is four times as fast.
        photo.thumbnail(longest_side, longest_side)
    }
}

fn is_quarter_turn(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

fn encode(photo: &DynamicImage, quality: u8) -> Result<Vec<u8>, ImageError> {
    let mut jpeg = Vec::new();
    photo.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, quality))?;
    Ok(jpeg)
}
