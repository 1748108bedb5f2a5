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

/// What may be cut off along one direction.
const CROPS: [Crop; 5] = [WHOLE, HALF, BOTH, START, END];
/// What is cut off as a rule: nothing, or the same everywhere.
const USUAL: [Crop; 3] = [WHOLE, HALF, BOTH];
/// For the rarer case that the copy came before its original.
const BEFORE: [(Crop, Crop); 6] = [
    (HALF, HALF),
    (BOTH, BOTH),
    (START, START),
    (START, END),
    (END, START),
    (END, END),
];

/// The fingerprints of a photo; none of a picture that shows too little to know it by.
pub(super) fn fingerprints(grid: &Grid) -> Option<Fingerprints> {
    let own = grid.hashes(&[window([MARGIN; 2], [MARGIN; 2])]);
    let own = own.first().copied().flatten()?;
    let usual = USUAL.map(|crop| window(middle(crop), middle(crop)));
    Some(Fingerprints {
        own: Fingerprint(own),
        usual: with_mirror_images(grid, &usual),
        others: with_mirror_images(grid, &others()),
    })
}

fn with_mirror_images(grid: &Grid, windows: &[Window]) -> Vec<Fingerprint> {
    let hashes = grid.hashes(windows).into_iter().flatten();
    hashes
        .flat_map(|hash| [Fingerprint(hash), Fingerprint(mirrored(hash))])
        .collect()
}

/// Where else in this photo the middle of another one may be.
fn others() -> Vec<Window> {
    let pairs = CROPS
        .iter()
        .flat_map(|across| CROPS.map(|down| (*across, down)));
    let cropped = pairs
        .filter(|(across, down)| across != down || !USUAL.contains(across))
        .map(|(across, down)| window(middle(across), middle(down)));
    // The other way about: the other one was made of this one.
    let original = BEFORE.map(|(across, down)| window(inner(across), inner(down)));
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
