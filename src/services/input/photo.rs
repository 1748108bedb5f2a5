//! Photos as reports and commands declare them, before or after their bytes are here.

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::fault::Faults;
use crate::domain::evidence::{DeclaredPhoto, MAX_PHOTO_BYTES, Sha256Digest};

/// A photo as declared.
#[derive(Deserialize, ToSchema)]
pub struct AttachmentIn {
    /// Made by the phone (UUID v4).
    pub aid: Uuid,
    /// SHA-256 of the file, 64 hexadecimal digits.
    sha256: String,
    /// Length of the file in bytes.
    bytes: u64,
    /// Media type.
    #[schema(example = "image/jpeg")]
    mime: String,
    /// What it shows; implied by where it is declared.
    #[serde(default)]
    #[expect(
        dead_code,
        reason = "the protocol sends it; where the photo is declared says the same"
    )]
    role: Option<AttachmentRoleIn>,
}

/// Why a photo is sent.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentRoleIn {
    /// 整改前.
    Before,
    /// 整改后.
    After,
    /// 核查.
    Recheck,
    /// With a comment.
    Comment,
}

/// Media types that a photo may be declared with.
pub const PHOTO_TYPES: [&str; 5] = [
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/heic",
    "image/heif",
];

/// Reads declared photos.
pub fn read_photos(
    attachments: &[AttachmentIn],
    pointer: &str,
    max: usize,
    faults: &mut Faults,
) -> Vec<DeclaredPhoto> {
    if attachments.len() > max {
        let (zh, en) = (format!("最多 {max} 张"), format!("at most {max} photos"));
        faults.add(pointer, "too_many", &zh, &en);
    }
    let mut photos: Vec<DeclaredPhoto> = Vec::new();
    for (index, attachment) in attachments.iter().enumerate() {
        let at = format!("{pointer}/{index}");
        if photos.iter().any(|photo| photo.aid == attachment.aid) {
            faults.add(
                format!("{at}/aid"),
                "repeated",
                "重复的照片编号",
                "this aid is given twice",
            );
        }
        if attachment.bytes == 0 || attachment.bytes > MAX_PHOTO_BYTES {
            let (zh, en) = (
                format!("应为 1 至 {MAX_PHOTO_BYTES} 字节"),
                format!("1 to {MAX_PHOTO_BYTES} bytes"),
            );
            faults.add(format!("{at}/bytes"), "out_of_range", &zh, &en);
        }
        if !PHOTO_TYPES.contains(&attachment.mime.as_str()) {
            let list = PHOTO_TYPES.join(", ");
            let (zh, en) = (format!("应为 {list} 之一"), format!("one of {list}"));
            faults.add(format!("{at}/mime"), "unknown_type", &zh, &en);
        }
        match Sha256Digest::from_hex(&attachment.sha256) {
            Some(sha256) => photos.push(DeclaredPhoto {
                aid: attachment.aid,
                sha256,
                size_bytes: attachment.bytes,
                mime: attachment.mime.clone(),
            }),
            None => faults.add(
                format!("{at}/sha256"),
                "not_a_digest",
                "应为 64 位十六进制",
                "64 hexadecimal digits",
            ),
        }
    }
    photos
}
