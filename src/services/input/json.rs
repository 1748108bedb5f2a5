//! Reading JSON strictly: members given once, no NUL character, and every fault with a pointer (RFC 6901) to its place.

mod unique;

use serde::de::DeserializeOwned;
use serde_json::Value;

use self::unique::Unique;
use crate::domain::text::Text;
use crate::services::error::FieldError;

/// JSON whose objects name each member once.
///
/// # Errors
/// Where it is no such JSON.
pub fn parse(text: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(text).map(|Unique(value)| value)
}

/// The place of a NUL character, which PostgreSQL's text cannot hold.
pub fn nul_character(value: &Value) -> Option<FieldError> {
    find_nul(value, String::new()).map(|pointer| {
        FieldError::new(
            pointer,
            "nul_character",
            Text::new("含有 NUL 字符", "contains a NUL character"),
        )
    })
}

/// Reads a value as `T`, and lists the members that `T` does not know.
///
/// # Errors
/// The first place that does not fit.
pub fn fit<T: DeserializeOwned>(value: &Value) -> Result<(T, Vec<FieldError>), FieldError> {
    let mut unknown = Vec::new();
    let mut note = |path: serde_ignored::Path<'_>| unknown.push(unknown_member(&path));
    let reader = serde_ignored::Deserializer::new(value, &mut note);
    let read = serde_path_to_error::deserialize(reader).map_err(|error| misfit(&error))?;
    Ok((read, unknown))
}

fn misfit(error: &serde_path_to_error::Error<serde_json::Error>) -> FieldError {
    /// The message may repeat what was sent, however long.
    const MAX_CHARS: usize = 300;
    let message: String = error.inner().to_string().chars().take(MAX_CHARS).collect();
    FieldError::new(
        pointer(error.path()),
        "does_not_fit",
        Text::new(format!("不符合要求：{message}"), message),
    )
}

fn unknown_member(path: &serde_ignored::Path<'_>) -> FieldError {
    FieldError::new(
        pointer_of_unknown(path),
        "does_not_fit",
        Text::new("不符合要求：没有这个字段", "there is no such member"),
    )
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", escaped(key)),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

fn pointer_of_unknown(path: &serde_ignored::Path<'_>) -> String {
    use serde_ignored::Path;
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => format!("{}/{index}", pointer_of_unknown(parent)),
        Path::Map { parent, key } => format!("{}/{}", pointer_of_unknown(parent), escaped(key)),
        Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => pointer_of_unknown(parent),
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn find_nul(value: &Value, at: String) -> Option<String> {
    match value {
        Value::String(text) if text.contains('\0') => Some(at),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| find_nul(item, format!("{at}/{index}"))),
        Value::Object(fields) => fields.iter().find_map(|(key, item)| {
            if key.contains('\0') {
                return Some(at.clone());
            }
            find_nul(item, format!("{at}/{}", escaped(key)))
        }),
        _ => None,
    }
}
