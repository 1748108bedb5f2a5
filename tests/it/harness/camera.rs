//! Photos as cameras take them: a painted place that can be photographed again from elsewhere, EXIF as phones write it, and what
//! people do to a photo who want to use it twice.

use std::io::Cursor;

use image::imageops::{self, FilterType};
use image::{DynamicImage, ImageEncoder as _, Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use kamadak_exif::experimental::Writer;
use kamadak_exif::{Field, In, Rational, Tag, Value};

use super::story::Photo;

const WIDTH: i64 = 640;
const HEIGHT: i64 = 480;

/// A photo before it is a file.
#[derive(Debug, Clone)]
pub struct Shot {
    picture: RgbImage,
    quality: u8,
    exif: Vec<Field>,
}

/// Numbers that are the same for the same seed (`SplitMix64`).
struct Chance(u64);

impl Chance {
    fn between(&mut self, least: i64, most: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        let span = u64::try_from(most - least + 1).expect("a span");
        least + i64::try_from(mixed % span).expect("below the span")
    }
}

/// A place, painted: sky, ground, and forty things at different distances. The same number is the same place.
pub fn place(number: u64) -> Shot {
    place_from(number, 0)
}

/// The same place from a point so many thousandths of the picture's width further right: near things move more than far ones.
pub fn place_from(number: u64, step: i64) -> Shot {
    let mut chance = Chance(number);
    let horizon = chance.between(150, 300);
    let (sky, ground) = (chance.between(150, 230), chance.between(60, 130));
    let mut picture = RgbImage::from_fn(640, 480, |_, y| {
        let light = if i64::from(y) < horizon { sky } else { ground } + i64::from(y) / 16;
        let light = level(light);
        Rgb([light, light, light.saturating_add(12)])
    });
    for _ in 0..40 {
        let nearness = chance.between(1, 8);
        let (width, height) = (
            chance.between(8, 16 * nearness + 30),
            chance.between(8, 14 * nearness + 40),
        );
        let left = chance.between(-40, WIDTH) - step * nearness * WIDTH / 4_000;
        let top = horizon + chance.between(-120, 30 * nearness) - height / 2;
        let colour = [0; 3].map(|_zero| chance.between(0, 255));
        let grain = chance.between(0, 40);
        let round = chance.between(0, 2) == 0;
        for y in top.max(0)..(top + height).min(HEIGHT) {
            for x in left.max(0)..(left + width).min(WIDTH) {
                let across = 2 * (x - left) - width;
                let down = 2 * (y - top) - height;
                let inside = !round
                    || across * across * height * height + down * down * width * width
                        <= width * width * height * height;
                if inside {
                    let spot = ((x - left) / 5 * 31 + (y - top) / 5 * 17) % 7;
                    let at = |n: i64| u32::try_from(n).expect("inside the picture");
                    let paint = colour.map(|part| level(part + grain * (spot - 3) / 3));
                    picture.put_pixel(at(x), at(y), Rgb(paint));
                }
            }
        }
    }
    Shot {
        picture,
        quality: 90,
        exif: Vec::new(),
    }
}

fn level(light: i64) -> u8 {
    u8::try_from(light.clamp(0, 255)).expect("clamped")
}

impl Shot {
    /// Without so many percent of the width or height at the left, right, top and bottom.
    pub fn cropped(mut self, [left, right, top, bottom]: [u32; 4]) -> Self {
        let (width, height) = self.picture.dimensions();
        let (x, y) = (width * left / 100, height * top / 100);
        self.picture = imageops::crop_imm(
            &self.picture,
            x,
            y,
            width - x - width * right / 100,
            height - y - height * bottom / 100,
        )
        .to_image();
        self
    }

    /// Left and right exchanged.
    pub fn mirrored(mut self) -> Self {
        self.picture = imageops::flip_horizontal(&self.picture);
        self
    }

    /// Every colour so many percent of what it was.
    pub fn brightened(mut self, percent: i64) -> Self {
        for part in self.picture.iter_mut() {
            *part = level(i64::from(*part) * percent / 100);
        }
        self
    }

    /// Of another size and other proportions.
    pub fn resized(mut self, width: u32, height: u32) -> Self {
        self.picture = imageops::resize(&self.picture, width, height, FilterType::Triangle);
        self
    }

    /// Encoded at this JPEG quality.
    pub fn quality(mut self, quality: u8) -> Self {
        self.quality = quality;
        self
    }

    /// Taken here, as the camera has it.
    pub fn at(self, lat: f64, lon: f64) -> Self {
        self.word(Tag::GPSLatitudeRef, if lat < 0.0 { "S" } else { "N" })
            .field(Tag::GPSLatitude, degrees(lat))
            .word(Tag::GPSLongitudeRef, if lon < 0.0 { "W" } else { "E" })
            .field(Tag::GPSLongitude, degrees(lon))
    }

    /// In this datum.
    pub fn datum(self, name: &str) -> Self {
        self.word(Tag::GPSMapDatum, name)
    }

    /// Taken at this time by the camera's clock: `2026:11:20 09:58:00`.
    pub fn taken(self, local: &str) -> Self {
        self.word(Tag::DateTimeOriginal, local)
    }

    /// The clock's offset: `+08:00`.
    pub fn offset(self, offset: &str) -> Self {
        self.word(Tag::OffsetTimeOriginal, offset)
    }

    /// By this camera.
    pub fn camera(self, make: &str, model: &str) -> Self {
        self.word(Tag::Make, make).word(Tag::Model, model)
    }

    /// Written by this program.
    pub fn software(self, name: &str) -> Self {
        self.word(Tag::Software, name)
    }

    fn word(self, tag: Tag, word: &str) -> Self {
        self.field(tag, Value::Ascii(vec![word.as_bytes().to_vec()]))
    }

    fn field(mut self, tag: Tag, value: Value) -> Self {
        let ifd_num = In::PRIMARY;
        self.exif.push(Field {
            tag,
            ifd_num,
            value,
        });
        self
    }

    /// The file.
    pub fn jpeg(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut file, self.quality);
        if !self.exif.is_empty() {
            encoder
                .set_exif_metadata(exif(&self.exif))
                .expect("JPEG has EXIF");
        }
        DynamicImage::from(self.picture.clone())
            .write_with_encoder(encoder)
            .expect("encodable");
        file
    }

    /// The file on a phone.
    pub fn photo(&self) -> Photo {
        Photo::of_bytes(self.jpeg())
    }
}

/// The TIFF structure that EXIF is.
fn exif(fields: &[Field]) -> Vec<u8> {
    let mut writer = Writer::new();
    for field in fields {
        writer.push_field(field);
    }
    let mut tiff = Cursor::new(Vec::new());
    writer.write(&mut tiff, false).expect("fields that fit");
    tiff.into_inner()
}

/// Degrees, minutes, and seconds to a thousandth.
fn degrees(degrees: f64) -> Value {
    let parts = format!("{:.0}", degrees.abs() * 3_600_000.0);
    let parts: u32 = parts.parse().expect("an angle");
    let whole = |num: u32, denom: u32| Rational { num, denom };
    Value::Rational(vec![
        whole(parts / 3_600_000, 1),
        whole(parts % 3_600_000 / 60_000, 1),
        whole(parts % 60_000, 1_000),
    ])
}
