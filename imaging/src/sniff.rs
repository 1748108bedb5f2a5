//! What a file is by its first bytes; a declared type or file name is never believed.

use image::ImageFormat;

/// The photo formats phones send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// ISO/IEC 10918.
    Jpeg,
    /// W3C PNG.
    Png,
    /// RFC 9649.
    WebP,
    /// ISO/IEC 23008-12, HEVC-coded: recognised and kept, but not decodable here.
    Heic,
}

impl MediaType {
    /// The registered media type, such as `image/jpeg`.
    #[must_use]
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Heic => "image/heic",
        }
    }
}

/// The format by signature, from the first 12 bytes or more; None for anything no phone's camera makes.
#[must_use]
pub fn sniff(file: &[u8]) -> Option<MediaType> {
    if is_heic(file) {
        return Some(MediaType::Heic);
    }
    match image::guess_format(file).ok()? {
        ImageFormat::Jpeg => Some(MediaType::Jpeg),
        ImageFormat::Png => Some(MediaType::Png),
        ImageFormat::WebP => Some(MediaType::WebP),
        _ => None,
    }
}

/// The major brand in the `ftyp` box; `mif1` and `msf1` are what some cameras write for HEVC-coded pictures.
fn is_heic(file: &[u8]) -> bool {
    let brand = file.get(8..12).unwrap_or_default();
    file.get(4..8) == Some(b"ftyp")
        && [
            b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1",
        ]
        .iter()
        .any(|known| brand == known.as_slice())
}
