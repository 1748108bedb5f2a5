//! Checksums of a piece of an upload (tus 1.0.0, extension `checksum`): whether a piece arrived as it was sent. The photo as a whole
//! is always held against SHA-256, whatever its pieces were checked with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// Names of the algorithms, as `Tus-Checksum-Algorithm` lists them.
pub const ALGORITHMS: &str = "sha1,sha256,crc32";

/// Why a stated checksum cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not `sha1`, `sha256` or `crc32` followed by a space and base64")]
pub struct NotAChecksum;

/// A checksum that the sender stated, and what has arrived of its piece so far.
pub struct Checksum {
    stated: Vec<u8>,
    running: Running,
}

enum Running {
    Sha1(Sha1),
    Sha256(Sha256),
    Crc32(crc32fast::Hasher),
}

impl Checksum {
    /// `<algorithm> <base64>`; a CRC-32 is its four bytes, the highest first.
    ///
    /// # Errors
    /// [`NotAChecksum`].
    pub fn parse(header: &str) -> Result<Self, NotAChecksum> {
        let (algorithm, stated) = header
            .trim()
            .split_once(char::is_whitespace)
            .ok_or(NotAChecksum)?;
        let (running, length) = match algorithm.to_ascii_lowercase().as_str() {
            "sha1" => (Running::Sha1(Sha1::new()), 20),
            "sha256" => (Running::Sha256(Sha256::new()), 32),
            "crc32" => (Running::Crc32(crc32fast::Hasher::new()), 4),
            _ => return Err(NotAChecksum),
        };
        let stated = STANDARD
            .decode(stated.trim())
            .map_err(|_not_base64| NotAChecksum)?;
        if stated.len() != length {
            return Err(NotAChecksum);
        }
        Ok(Self { stated, running })
    }

    /// Takes in what comes next.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.running {
            Running::Sha1(hash) => hash.update(bytes),
            Running::Sha256(hash) => hash.update(bytes),
            Running::Crc32(hash) => hash.update(bytes),
        }
    }

    /// Whether what arrived is what was stated.
    pub fn is_right(self) -> bool {
        let arrived = match self.running {
            Running::Sha1(hash) => hash.finalize().to_vec(),
            Running::Sha256(hash) => hash.finalize().to_vec(),
            Running::Crc32(hash) => hash.finalize().to_be_bytes().to_vec(),
        };
        arrived == self.stated
    }
}
