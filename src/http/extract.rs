//! What handlers take from a request: the caller, a checked body, ids, parameters, the version seen. A failure here is a
//! problem like any other.

mod base_url;
mod body;
mod caller;
mod etag;
mod id;
mod json;
mod query;

pub use base_url::{BaseUrl, PublicUrl};
pub use body::{patient, read_body};
pub use caller::Caller;
pub use etag::{SeenRev, etag};
pub use id::Id;
pub use json::{JSON_LIMIT_BYTES, Json};
pub use query::Query;
