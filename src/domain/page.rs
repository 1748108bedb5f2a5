//! Keyset pages: a page ends with a cursor that names its last row, so that rows which come or go meanwhile shift nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Serialize, de::DeserializeOwned};

/// Rows on a page when the caller does not say.
pub const DEFAULT_LIMIT: u32 = 50;
/// Most rows on a page.
pub const MAX_LIMIT: u32 = 500;

/// A part of a list, and where the next part begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in order.
    pub items: Vec<T>,
    /// Opaque; none on the last page.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Cuts a page from rows of which one more than `limit` were read, if there are that many.
    pub fn cut<K: Serialize>(mut rows: Vec<T>, limit: u32, key: impl Fn(&T) -> K) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows
            .last()
            .filter(|_| more)
            .map(|last| encode_cursor(&key(last)));
        Self {
            items: rows,
            next_cursor,
        }
    }

    /// The same page with every row changed.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next_cursor: self.next_cursor,
        }
    }
}

/// A cursor that this list did not give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not one that this list gave")]
pub struct InvalidCursor;

/// A key as an opaque cursor.
pub fn encode_cursor<K: Serialize>(key: &K) -> String {
    let json = serde_json::to_vec(key).expect("a key of plain values is always JSON");
    URL_SAFE_NO_PAD.encode(json)
}

/// The key in a cursor.
///
/// # Errors
/// [`InvalidCursor`] when the text is not one that [`encode_cursor`] made for this kind of key.
pub fn decode_cursor<K: DeserializeOwned>(cursor: &str) -> Result<K, InvalidCursor> {
    URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        // No list has a key with U+0000 in it: PostgreSQL's text cannot hold it.
        .filter(|json| !json.windows(6).any(|part| part == br"\u0000"))
        .and_then(|json| serde_json::from_slice(&json).ok())
        .ok_or(InvalidCursor)
}
