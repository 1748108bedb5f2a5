//! What surrounds every handler: ids, problems, 404 and 405, compression, the pages and checks outside the API.

mod metrics;
mod outside;
mod problems;
