//! Photos over HTTP, without the resumable protocol: a raw `PUT`, a multipart `POST`, and reading them.

mod body;
pub mod facts;
pub mod flag;
pub mod get;
pub mod original_reads;
pub mod post;
pub mod put;
mod range;

pub use body::photo_type;
