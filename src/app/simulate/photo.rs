//! Small photos, each the only one of its content: some are real JPEGs, most only begin like one, which the server keeps
//! and marks as unreadable.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::chance::Chance;

/// Start of an image, and quantisation by ones.
const HEAD: [u8; 7] = [0xff, 0xd8, 0xff, 0xdb, 0x00, 0x43, 0x00];
/// A grey picture of 8 × 8: frame, one Huffman code each for DC and AC, one block without any difference.
const TAIL: [u8; 70] = [
    0xff, 0xc0, 0x00, 0x0b, 0x08, 0x00, 0x08, 0x00, 0x08, 0x01, 0x01, 0x11, 0x00, //
    0xff, 0xc4, 0x00, 0x14, 0x00, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, //
    0xff, 0xc4, 0x00, 0x14, 0x10, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, //
    0xff, 0xda, 0x00, 0x08, 0x01, 0x01, 0x00, 0x00, 0x3f, 0x00, 0x3f, //
    0xff, 0xd9,
];
/// Bytes of the comment that makes a real picture the only one of its kind.
const COMMENT: usize = 24;

/// A photo on a phone.
#[derive(Debug, Clone)]
pub(super) struct Photo {
    pub(super) aid: Uuid,
    pub(super) bytes: Bytes,
    pub(super) sha256: [u8; 32],
    /// The server has said that it has the bytes.
    pub(super) stored: bool,
}

impl Photo {
    pub(super) fn take(chance: &mut Chance) -> Self {
        let bytes = if chance.percent(30) {
            picture(chance)
        } else {
            let length = chance.between(200, 6_000);
            [vec![0xff, 0xd8, 0xff, 0xe0], chance.bytes(length)].concat()
        };
        Self {
            aid: chance.id(),
            sha256: Sha256::digest(&bytes).into(),
            bytes: bytes.into(),
            stored: false,
        }
    }

    /// As a mutation declares it.
    pub(super) fn declared(&self, role: &str) -> Value {
        json!({
            "aid": self.aid,
            "sha256": hex::encode(self.sha256),
            "bytes": self.bytes.len(),
            "mime": "image/jpeg",
            "role": role,
        })
    }

    /// `Repr-Digest` of RFC 9530.
    pub(super) fn digest_header(&self) -> String {
        format!("sha-256=:{}:", STANDARD.encode(self.sha256))
    }

    /// The bytes with one bit turned over.
    pub(super) fn spoilt(&self, chance: &mut Chance) -> Bytes {
        let mut bytes = self.bytes.to_vec();
        let at = chance.between(0, bytes.len().saturating_sub(1));
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << chance.between(0, 7);
        }
        bytes.into()
    }
}

fn picture(chance: &mut Chance) -> Vec<u8> {
    let ones = vec![1_u8; 64];
    let comment = [vec![0xff, 0xfe, 0x00, 2 + 24], chance.bytes(COMMENT)].concat();
    [HEAD.to_vec(), ones, comment, TAIL.to_vec()].concat()
}
