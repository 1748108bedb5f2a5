//! Reading EXIF. Whatever cannot be read is as if it were not there: broken EXIF is common, and no fault of the photo.

use std::io::Cursor;

use jiff::civil;
use jiff::tz::Offset;
use kamadak_exif::{In, Reader, Tag, Value};

use crate::domain::evidence::exif::{CameraPlace, Exif, Taken};

/// Longer words are no camera's.
const MAX_CHARS: usize = 100;

/// What the camera wrote into a JPEG, PNG, WebP or HEIC file.
pub(super) fn read(photo: &[u8]) -> Exif {
    let found = Reader::new()
        .continue_on_error(true)
        .read_from_container(&mut Cursor::new(photo))
        .or_else(|error| error.distill_partial_result(|_faults| {}));
    let Ok(found) = found else {
        return Exif::default();
    };
    Exif {
        taken: taken(&found),
        place: place(&found),
        camera_make: words(&found, Tag::Make),
        camera_model: words(&found, Tag::Model),
        software: words(&found, Tag::Software),
    }
}

fn ascii(found: &kamadak_exif::Exif, tag: Tag) -> Option<&[u8]> {
    match &found.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(lines) => lines.first().map(Vec::as_slice),
        _ => None,
    }
}

/// Text without what a terminal or PostgreSQL would stumble over.
fn words(found: &kamadak_exif::Exif, tag: Tag) -> Option<String> {
    let text = String::from_utf8_lossy(ascii(found, tag)?).into_owned();
    let text: String = text
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_CHARS)
        .collect();
    Some(text).filter(|text| !text.is_empty())
}

fn taken(found: &kamadak_exif::Exif) -> Option<Taken> {
    let clock = |time: Tag, offset: Tag| {
        let mut read = kamadak_exif::DateTime::from_ascii(ascii(found, time)?).ok()?;
        if let Some(offset) = ascii(found, offset) {
            // A zone that cannot be read is one that is not there.
            let _ = read.parse_offset(offset);
        }
        instant(&read)
    };
    clock(Tag::DateTimeOriginal, Tag::OffsetTimeOriginal)
        .or_else(|| clock(Tag::DateTimeDigitized, Tag::OffsetTimeDigitized))
}

fn instant(read: &kamadak_exif::DateTime) -> Option<Taken> {
    let small = |number: u8| i8::try_from(number).ok();
    let local = civil::DateTime::new(
        i16::try_from(read.year).ok()?,
        small(read.month)?,
        small(read.day)?,
        small(read.hour)?,
        small(read.minute)?,
        small(read.second)?,
        0,
    );
    let offset = read.offset.and_then(|minutes| {
        let seconds = i32::from(minutes).checked_mul(60)?;
        Offset::from_seconds(seconds).ok()
    });
    Some(Taken {
        local: local.ok()?,
        offset,
    })
}

fn place(found: &kamadak_exif::Exif) -> Option<CameraPlace> {
    let lat = degrees(found, Tag::GPSLatitude, Tag::GPSLatitudeRef, b"S")?;
    let lon = degrees(found, Tag::GPSLongitude, Tag::GPSLongitudeRef, b"W")?;
    let on_earth = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
    // (0,0) is what a camera writes that has no fix.
    let known = on_earth && (lat != 0.0 || lon != 0.0);
    known.then(|| CameraPlace {
        lat,
        lon,
        datum: words(found, Tag::GPSMapDatum),
    })
}

/// Degrees, minutes and seconds, with the sign of their side.
fn degrees(found: &kamadak_exif::Exif, tag: Tag, side: Tag, negative: &[u8]) -> Option<f64> {
    let Value::Rational(parts) = &found.get_field(tag, In::PRIMARY)?.value else {
        return None;
    };
    let mut sum = 0.0;
    for (part, divisor) in parts.iter().zip([1.0, 60.0, 3_600.0]) {
        // Cameras write 0/0 for a part that they leave out.
        if part.denom != 0 {
            sum += part.to_f64() / divisor;
        }
    }
    let first = parts.first()?;
    let sign = match ascii(found, side) {
        Some(side) if side.trim_ascii().eq_ignore_ascii_case(negative) => -1.0,
        _ => 1.0,
    };
    (first.denom != 0 && sum.is_finite()).then_some(sign * sum)
}
