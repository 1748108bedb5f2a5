//! Which part of a file a reader asks for (RFC 9110 §14): one range of bytes. Several at once, other units and what cannot be read are
//! answered with the whole file, as the standard allows.

use std::ops::Range;

use actix_web::HttpRequest;
use actix_web::http::header::{self, ByteRangeSpec, EntityTag, Header as _, IfRange};

/// The part that a request names, if it does and its `If-Range` does not take it back.
pub fn named(request: &HttpRequest, tag: &EntityTag) -> Option<ByteRangeSpec> {
    let range = header::Range::parse(request).ok()?;
    if request.headers().contains_key(header::IF_RANGE) {
        match IfRange::parse(request) {
            Ok(IfRange::EntityTag(seen)) if seen.strong_eq(tag) => {}
            // Another file, or a date: photos have none.
            _ => return None,
        }
    }
    match range {
        header::Range::Bytes(specs) => match specs.as_slice() {
            [ByteRangeSpec::FromTo(from, to)] if from > to => None,
            [spec] => Some(spec.clone()),
            _ => None,
        },
        header::Range::Unregistered(..) => None,
    }
}

/// The bytes that it names in a file of this length; none when it has none of them.
pub fn within(spec: &ByteRangeSpec, size_bytes: u64) -> Option<Range<u64>> {
    let (first, last) = spec.to_satisfiable_range(size_bytes)?;
    Some(first..last.saturating_add(1))
}
