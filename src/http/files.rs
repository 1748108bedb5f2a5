//! Uploads over HTTP: tus 1.0.0 with the extensions creation, creation-with-upload, expiration, checksum and termination. A link is its own
//! permission; only beginning an upload asks for a login. What every request and answer of the protocol has is in `middleware/tus.rs`.

mod answer;
pub mod append;
pub mod begin;
pub mod describe;
mod metadata;
mod piece;
pub mod progress;
pub mod terminate;

/// Where uploads are begun; each lies below.
pub const ROOT: &str = "/api/v1/files";
/// The version of the protocol.
pub const VERSION: &str = "1.0.0";

/// Whether a path belongs to uploads.
pub fn is_upload(path: &str) -> bool {
    path.strip_prefix(ROOT)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
