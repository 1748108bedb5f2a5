//! What a photo is recognised by when its bytes are others: 144 bits that stay nearly the same when it is encoded anew,
//! brightened or resized. How they are made is the images gateway's business; here is what they mean.

use std::fmt;

/// Bytes of a fingerprint.
pub const BYTES: usize = 18;
/// Two photos whose fingerprints differ in no more bits are the same picture.
pub const SAME_WITHIN: u32 = 15;

/// The fingerprint of a picture.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; BYTES]);

impl Fingerprint {
    /// In how many bits two fingerprints differ (Hamming distance).
    pub fn distance(&self, other: &Self) -> u32 {
        let pairs = self.0.iter().zip(other.0);
        pairs.map(|(one, other)| (one ^ other).count_ones()).sum()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// What a photo is known by, and what it is looked for by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprints {
    /// Of its middle, which every copy has that was cropped a little: others find it by this one.
    pub own: Fingerprint,
    /// What the middle of another photo would be, if this one were made of that as copies usually are: with nothing cut off, or
    /// the same at each side; mirrored or not. Looked for exactly up to [`SAME_WITHIN`].
    pub usual: Vec<Fingerprint>,
    /// The same for what else may be cut off. These are met so closely that they are looked for less widely: with certainty up to
    /// 7 bits, mostly up to [`SAME_WITHIN`].
    pub others: Vec<Fingerprint>,
}
