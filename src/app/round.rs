//! `xuncha round draw --verify`: tries the draw of a round again.

use std::fmt::Write as _;

use anyhow::bail;
use uuid::Uuid;

use crate::services::{Services, round};

/// What to print of a draw that comes out the same.
///
/// # Errors
/// When it comes out otherwise, or there is no such draw.
pub(super) async fn verify(svc: &Services, id: Uuid) -> anyhow::Result<String> {
    let draw = round::verify(svc, id).await?;
    if !draw.reproduced {
        bail!("the seed does not draw these points: the draw of round {id} was changed");
    }
    let mut text = String::new();
    let drawn = draw.points.iter().filter(|point| point.place.is_some());
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "round {id}: {} of {} points, drawn again as they were",
        drawn.count(),
        draw.points.len()
    );
    if let Some(seed) = draw.round.seed {
        let _ = writeln!(text, "seed {seed}");
    }
    Ok(text)
}
