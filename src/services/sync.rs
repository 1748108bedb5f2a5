//! Sync (离线同步): phones pull what changed in their scopes, and push what was done without signal. The protocol is in
//! `api-spec/sync.md`.

mod answer;
pub mod device;
mod documents;
pub mod epoch;
pub mod have;
pub mod hold;
mod judge;
pub mod outbox;
pub mod pull;
pub mod push;
pub mod quarantine;
pub mod receipt;
