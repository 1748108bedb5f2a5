//! A photo's fingerprint: the signs of its 144 lowest cosine waves in brightness. Copies that were encoded anew, brightened or
//! resized keep nearly all of them; in a mirror image the sideways odd ones change sign. A window lets the same be asked of a
//! part of the photo, as a crop would show it.

use std::f32::consts::PI;
use std::sync::LazyLock;

/// Bits of a fingerprint.
pub const BITS: usize = 144;
/// Points of a photo in each direction.
pub(crate) const GRID_SIDE: u32 = 128;

const SIDE: usize = 128;
/// Waves in each direction, the constant one among them: more than any of the lowest 144 has.
const WAVES: usize = 15;
/// A wave counts as seen from this amplitude on, in grey levels of 255; what a camera or an encoder adds is less.
const SEEN: f32 = 0.04;
/// With fewer waves seen, the signs are chance: a wall, a lens cap, the night.
const SEEN_WAVES: usize = 96;
/// Runs of bits that the index looks up; neighbouring waves are dealt to different runs.
const RUNS: usize = 8;

/// The signs of the waves, first bit first.
pub type Hash = [u8; BITS / 8];

/// What is cut off at each side, in parts of the width or height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// At the left.
    pub left: f32,
    /// At the right.
    pub right: f32,
    /// At the top.
    pub top: f32,
    /// At the bottom.
    pub bottom: f32,
}

/// Brightness of an upright photo at 128 × 128 points, by rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid(Vec<f32>);

/// Cosine waves along one side of a window, each by the points of the whole side.
type Waves = [[f32; SIDE]; WAVES];

/// Sideways and upright wave number of each bit.
static ORDER: LazyLock<Vec<(usize, usize)>> = LazyLock::new(|| {
    let mut waves: Vec<(usize, usize)> = (0..WAVES)
        .flat_map(|across| (0..WAVES).map(move |down| (across, down)))
        .skip(1)
        .collect();
    waves.sort_by_key(|(across, down)| (across * across + down * down, *across));
    waves.truncate(BITS);
    let mut dealt = Vec::with_capacity(BITS);
    for run in 0..RUNS {
        dealt.extend(waves.iter().skip(run).step_by(RUNS).copied());
    }
    dealt
});

impl Grid {
    /// From 128 × 128 points of red, green and blue.
    pub(crate) fn of(rgb: &[u8]) -> Self {
        let brightness = rgb.chunks_exact(3).map(|point| match point {
            [red, green, blue] => {
                f32::from(*red) * 0.299 + f32::from(*green) * 0.587 + f32::from(*blue) * 0.114
            }
            _ => 0.0,
        });
        Self(brightness.collect())
    }

    /// The fingerprint of what each window shows; none where it shows too little to know it by.
    pub fn hashes(&self, windows: &[Window]) -> Vec<Option<Hash>> {
        let mut known: Vec<([f32; 2], Vec<[f32; WAVES]>)> = Vec::new();
        windows
            .iter()
            .map(|window| {
                let sides = [window.left, window.right];
                let index = known.iter().position(|(of, _)| *of == sides);
                let index = index.unwrap_or_else(|| {
                    known.push((sides, self.across(&waves(sides))));
                    known.len() - 1
                });
                let across = known.get(index).map(|(_, across)| across.as_slice());
                signs(
                    across.unwrap_or_default(),
                    &waves([window.top, window.bottom]),
                )
            })
            .collect()
    }

    /// Amplitudes of the sideways waves in each row.
    fn across(&self, waves: &Waves) -> Vec<[f32; WAVES]> {
        let amplitude = |row: &[f32], wave: &[f32; SIDE]| -> f32 {
            row.iter().zip(wave).map(|(point, wave)| point * wave).sum()
        };
        self.0
            .chunks_exact(SIDE)
            .map(|row| waves.each_ref().map(|wave| amplitude(row, wave)))
            .collect()
    }
}

fn signs(rows: &[[f32; WAVES]], down: &Waves) -> Option<Hash> {
    let mut amplitudes = [[0_f32; WAVES]; WAVES];
    for (sums, wave) in amplitudes.iter_mut().zip(down) {
        for (row, weight) in rows.iter().zip(wave) {
            for (sum, amplitude) in sums.iter_mut().zip(row) {
                *sum += amplitude * weight;
            }
        }
    }
    let mut hash = [0; BITS / 8];
    let mut seen = 0;
    for (bit, (across, down)) in ORDER.iter().enumerate() {
        let amplitude = amplitudes.get(*down)?.get(*across)?;
        seen += usize::from(amplitude.abs() >= SEEN);
        if *amplitude > 0.0 {
            *hash.get_mut(bit / 8)? |= 0x80 >> (bit % 8);
        }
    }
    (seen >= SEEN_WAVES).then_some(hash)
}

/// The mean over a window of each cosine wave times what it is laid on: exact for points that the window's edge cuts.
fn waves([before, after]: [f32; 2]) -> Waves {
    let points = 128.0;
    let (start, end) = (before * points, (1.0 - after) * points);
    let inside = |at: f32| ((at - start) / (end - start)).clamp(0.0, 1.0);
    let mut waves = [[0_f32; SIDE]; WAVES];
    let mut number = 0_f32;
    for wave in &mut waves {
        let mut at = 0_f32;
        for weight in wave {
            let (from, to) = (inside(at), inside(at + 1.0));
            *weight = if number == 0.0 {
                to - from
            } else {
                let turn = PI * number;
                ((turn * to).sin() - (turn * from).sin()) / turn
            };
            at += 1.0;
        }
        number += 1.0;
    }
    waves
}

/// The fingerprint of the mirror image: left and right exchanged, in a window that is as far from both.
pub fn mirrored(hash: Hash) -> Hash {
    let mut mirrored = hash;
    for (bit, (across, _)) in ORDER.iter().enumerate() {
        if across % 2 == 1
            && let Some(byte) = mirrored.get_mut(bit / 8)
        {
            *byte ^= 0x80 >> (bit % 8);
        }
    }
    mirrored
}
