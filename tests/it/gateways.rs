//! The outside world behind the gateways, each by itself.

mod blobs;
mod embedded_postgres;
mod images;
mod passwords;
mod tokens;
