//! Which parts of a photo are fingerprinted, so that a copy is found which was cropped by up to 5 % at any side, or mirrored. A
//! photo is known by its middle alone, which every such copy still has; whoever looks for a photo asks for all that its middle
//! could be.

use xuncha_imaging::{Grid, Window, mirrored};

use crate::domain::evidence::fingerprint::{Fingerprint, Fingerprints};

/// What may be missing at a side of a copy, and what the middle is without.
const MARGIN: f32 = 0.05;

/// What a copy may lack along one direction: at its beginning, and at its end.
type Crop = [f32; 2];

const WHOLE: Crop = [0.0, 0.0];
const BOTH: Crop = [MARGIN, MARGIN];
const HALF: Crop = [MARGIN / 2.0, MARGIN / 2.0];
const START: Crop = [MARGIN, 0.0];
const END: Crop = [0.0, MARGIN];

const CROPS: [Crop; 5] = [WHOLE, BOTH, HALF, START, END];
/// The usual ones, for the rarer case that the copy came before its original.
const USUAL: [(Crop, Crop); 6] = [
    (BOTH, BOTH),
    (HALF, HALF),
    (START, START),
    (START, END),
    (END, START),
    (END, END),
];

/// The fingerprints of a photo; none of a picture that shows too little to know it by.
pub(super) fn fingerprints(grid: &Grid) -> Option<Fingerprints> {
    let own = grid.hashes(&[window([MARGIN; 2], [MARGIN; 2])]);
    let own = own.first().copied().flatten()?;
    let mut asked = Vec::new();
    for hash in grid.hashes(&questions()).into_iter().flatten() {
        asked.extend([Fingerprint(hash), Fingerprint(mirrored(hash))]);
    }
    Some(Fingerprints {
        own: Fingerprint(own),
        asked,
    })
}

/// Where in this photo the middle of another one would be.
fn questions() -> Vec<Window> {
    let cropped = CROPS.iter().flat_map(|across| {
        CROPS
            .iter()
            .map(|down| window(middle(*across), middle(*down)))
    });
    let original = USUAL
        .iter()
        .map(|(across, down)| window(inner(*across), inner(*down)));
    cropped.chain(original).collect()
}

/// The middle of an original, seen in a copy that lacks so much of it.
fn middle([start, end]: Crop) -> [f32; 2] {
    let left = 1.0 - start - end;
    [start, end].map(|lacks| (MARGIN - lacks) / left)
}

/// The middle of a copy that lacks so much, seen in the original.
fn inner([start, end]: Crop) -> [f32; 2] {
    let left = 1.0 - start - end;
    [start, end].map(|lacks| lacks + MARGIN * left)
}

fn window([left, right]: [f32; 2], [top, bottom]: [f32; 2]) -> Window {
    Window {
        left,
        right,
        top,
        bottom,
    }
}
