//! A batch as a phone sends it. The envelope is read with patience; mutations are only told apart, so that none of them can
//! spoil another.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::clock::read_clocks;
use super::json;
use crate::domain::sync::captured::Clocks;
use crate::domain::text::Text;
use crate::services::error::{Code, Error, Result};

/// A batch.
#[derive(Debug)]
pub struct Batch {
    /// The phone's name for it.
    pub id: Option<Uuid>,
    /// The cursor of the phone's last pull.
    pub base_cursor: Option<Uuid>,
    /// The phone's clocks at the sending.
    pub clock: Clocks,
    /// The mutations in the phone's order.
    pub mutations: Vec<MutationText>,
}

/// A mutation as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MutationText {
    /// JSON; a byte that was no UTF-8 stands there as U+FFFD and two hexadecimal digits.
    pub text: String,
    /// There was no such byte.
    pub is_utf8: bool,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    batch_id: Option<&'a RawValue>,
    #[serde(borrow)]
    base_cursor: Option<&'a RawValue>,
    #[serde(borrow)]
    clock: Option<&'a RawValue>,
    #[serde(borrow)]
    mutations: Vec<&'a RawValue>,
}

/// Tells the mutations of a batch apart.
///
/// # Errors
/// `malformed_json` when it is no JSON object with an array `mutations`.
pub fn read_batch(body: &[u8]) -> Result<Batch> {
    let (text, gaps) = readable(body);
    if !text.trim_start().starts_with('{') {
        return Err(malformed("应为 JSON 对象", "not a JSON object"));
    }
    let envelope: Envelope<'_> = serde_json::from_str(&text)
        .map_err(|error| malformed(&error.to_string(), &error.to_string()))?;
    let start = text.as_ptr().addr();
    let mutations = envelope.mutations.iter().map(|mutation| {
        let from = mutation.get().as_ptr().addr() - start;
        let to = from + mutation.get().len();
        MutationText {
            text: mutation.get().to_owned(),
            is_utf8: !gaps.iter().any(|gap| (from..to).contains(gap)),
        }
    });
    Ok(Batch {
        id: envelope.batch_id.and_then(uuid),
        base_cursor: envelope.base_cursor.and_then(uuid),
        clock: envelope
            .clock
            .and_then(value)
            .map(|clock| read_clocks(&clock))
            .unwrap_or_default(),
        mutations: mutations.collect(),
    })
}

/// The body as text, and where in it a byte was no UTF-8.
fn readable(body: &[u8]) -> (Cow<'_, str>, Vec<usize>) {
    if let Ok(text) = str::from_utf8(body) {
        return (Cow::Borrowed(text), Vec::new());
    }
    let (mut text, mut gaps) = (String::with_capacity(body.len()), Vec::new());
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            gaps.push(text.len());
            text.push(char::REPLACEMENT_CHARACTER);
            text.push_str(&hex::encode([*byte]));
        }
    }
    (Cow::Owned(text), gaps)
}

pub(super) fn value(raw: &RawValue) -> Option<Value> {
    json::parse(raw.get().as_bytes()).ok()
}

pub(super) fn uuid(raw: &RawValue) -> Option<Uuid> {
    Uuid::try_parse(value(raw)?.as_str()?).ok()
}

fn malformed(zh: &str, en: &str) -> Error {
    let text = Text::new(zh.to_owned(), en.to_owned());
    Error::with_detail(Code::MalformedJson, text)
}
