//! Photos: kept whole or not at all, kept once, shown to whom they may be shown.

mod delivery;
mod fingerprint;
mod flags;
mod large;
mod leak;
mod memory;
mod object_store;
mod original_reads;
mod outage;
mod read;
mod refusal;
mod rendition;
mod reuse;
mod store;
mod sweep;
mod tus;
mod tus_js;

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::harness::TestApp;
use crate::harness::story::Photo;

/// `Repr-Digest` (RFC 9530) of these bytes.
fn repr_digest(bytes: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(bytes)))
}

/// A form as a browser sends it.
fn form(field: &str, photo: &Photo) -> (&'static str, Vec<u8>) {
    let head = format!(
        "--0123456789\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"a.jpg\"\r\n\
         Content-Type: image/jpeg\r\n\r\n"
    );
    let body = [head.as_bytes(), &photo.bytes, b"\r\n--0123456789--\r\n"].concat();
    ("multipart/form-data; boundary=0123456789", body)
}

/// Every file of the photo store.
fn files(app: &TestApp) -> Vec<String> {
    files_below(app.blobs_folder())
}

/// Every file below a folder.
fn files_below(folder: &Path) -> Vec<String> {
    fn collect(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder of the store") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                collect(&path, found);
            } else {
                found.push(path.to_string_lossy().into_owned());
            }
        }
    }
    let mut found = Vec::new();
    collect(folder, &mut found);
    // Heads of the audit log lie there as well, and are never swept.
    found.retain(|path| !path.contains("/audit/"));
    found
}

/// Photos that count as here.
async fn stored(app: &TestApp) -> Vec<Value> {
    app.rows("SELECT id FROM attachments WHERE stored_at IS NOT NULL")
        .await
}

/// Nothing of a photo is left: no row, no job, no file.
async fn assert_nothing_kept(app: &TestApp) {
    assert_eq!(
        app.rows("SELECT id FROM attachments WHERE stored_at IS NOT NULL")
            .await,
        [0; 0]
    );
    assert_eq!(app.rows("SELECT id FROM jobs").await, [0; 0]);
    assert_eq!(files(app), [""; 0]);
}
