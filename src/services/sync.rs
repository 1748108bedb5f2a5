//! Sync (离线同步): phones pull what changed in their scopes, and push what was done without signal. The protocol is in
//! `api-spec/sync.md`.

pub mod device;
mod documents;
pub mod epoch;
pub mod pull;
