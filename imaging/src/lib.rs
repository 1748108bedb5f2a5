//! The pixels of photos: decoded under limits, shrunk, turned upright, encoded anew, and fingerprinted. Bytes in, bytes out; it
//! knows nothing of attachments, files or threads that wait. A crate of its own because resizing is generic code, compiled
//! where it is called: here it is optimised in development builds too, where it would otherwise take ten seconds a photo.

#![forbid(unsafe_code)]

mod decode;
mod fingerprint;
mod render;
mod sniff;

pub use decode::{Error, MAX_PIXELS, MAX_SIDE, needs_bytes};
pub use fingerprint::{BITS, Grid, Hash, Window, mirrored};
pub use render::{DISPLAY_SIDE, Rendered, THUMB_SIDE, render};
pub use sniff::{MediaType, sniff};
