//! Shrink, turn upright, encode. Shrinking before turning moves a tenth of the pixels.

use std::thread;

use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};
use jpeg_encoder::{ColorType, Encoder};

use super::decode::{Decoded, Error, decode};
use super::fingerprint::{GRID_SIDE, Grid};

/// Longest side of the display rendition, in pixels.
pub const DISPLAY_SIDE: u32 = 1600;
/// Longest side of the thumbnail, in pixels.
pub const THUMB_SIDE: u32 = 320;

const DISPLAY_QUALITY: u8 = 82;
const THUMB_QUALITY: u8 = 75;

/// What is made of a photo. Both renditions are baseline JPEG without EXIF, XMP, ICC profile or comment, never enlarged.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// JPEG, at most [`DISPLAY_SIDE`] pixels on its longer side.
    pub display: Vec<u8>,
    /// JPEG, at most [`THUMB_SIDE`] pixels on its longer side.
    pub thumb: Vec<u8>,
    /// Width of the original when held upright, in pixels.
    pub width: u32,
    /// Height of the original when held upright, in pixels.
    pub height: u32,
    /// What the photo is recognised by.
    pub grid: Grid,
}

/// Renditions of a JPEG, PNG or WebP file (of an animation, the first frame); a tenth of a second of CPU.
/// Transparency is dropped, and so is a colour profile, without converting: P3 photos look slightly paler.
///
/// # Errors
/// What the bytes are that they cannot be decoded.
pub fn render(photo: &[u8]) -> Result<Rendered, Error> {
    let Decoded {
        pixels,
        orientation,
        width,
        height,
    } = decode(photo, DISPLAY_SIDE)?;
    let mut display = DynamicImage::from(shrink(&pixels, DISPLAY_SIDE)?);
    drop(pixels);
    display.apply_orientation(orientation);
    let small = shrink(&display, THUMB_SIDE)?;
    let display = display.into_rgb8();
    let (display, others) = thread::scope(|scope| {
        let others =
            scope.spawn(|| Ok::<_, Error>((encode(&small, THUMB_QUALITY)?, grid(&small)?)));
        (encode(&display, DISPLAY_QUALITY), others.join())
    });
    let (thumb, grid) = others.map_err(|_panic| Error::Unreadable("a panic".to_owned()))??;
    let (width, height) = if is_quarter_turn(orientation) {
        (height, width)
    } else {
        (width, height)
    };
    Ok(Rendered {
        display: display?,
        thumb,
        width,
        height,
        grid,
    })
}

/// In the photo's proportions, its longer side no longer than this.
fn shrink(photo: &DynamicImage, longest_side: u32) -> Result<RgbImage, Error> {
    let side = photo.width().max(photo.height());
    if side <= longest_side {
        return Ok(photo.to_rgb8());
    }
    let scaled = |length: u32| {
        let (length, side) = (u64::from(length), u64::from(side));
        let scaled = (length * u64::from(longest_side) + side / 2) / side;
        u32::try_from(scaled).unwrap_or(longest_side).max(1)
    };
    resize(photo, scaled(photo.width()), scaled(photo.height()))
}

/// The few points that a photo is recognised by, whatever its size and proportions are.
fn grid(photo: &RgbImage) -> Result<Grid, Error> {
    let photo = DynamicImage::from(photo.clone());
    let points = resize(&photo, GRID_SIDE, GRID_SIDE)?;
    Ok(Grid::of(points.as_raw()))
}

fn resize(photo: &DynamicImage, width: u32, height: u32) -> Result<RgbImage, Error> {
    let mut resized = DynamicImage::new(width, height, photo.color());
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
        .use_alpha(false);
    Resizer::new()
        .resize(photo, &mut resized, &options)
        .map_err(|error| Error::Unreadable(error.to_string()))?;
    Ok(resized.into_rgb8())
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

fn encode(photo: &RgbImage, quality: u8) -> Result<Vec<u8>, Error> {
    let too_large = |_over_65535| Error::TooLarge;
    let width = u16::try_from(photo.width()).map_err(too_large)?;
    let height = u16::try_from(photo.height()).map_err(too_large)?;
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, quality)
        .encode(photo.as_raw(), width, height, ColorType::Rgb)
        .map_err(|error| Error::Unreadable(error.to_string()))?;
    Ok(jpeg)
}
