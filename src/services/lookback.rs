//! Look-backs (回头看): drawn from what units closed by themselves, every few days by the worker or at once by the office, and
//! given to inspectors as tasks. Units learn of none before its result.

mod ask;
mod draw;
mod read;

pub use ask::ask;
pub use draw::{draw, draw_when_due};
pub use read::{Stage, list, read_draw};
