//! Sync with phones: pulling what changed, pushing what was done. Shapes only; the protocol is in `api-spec/sync.md`.

pub mod batches;
pub mod changes;
mod dto;
pub mod have;
pub mod outbox;
mod phone;
mod push_dto;
pub mod quarantine;
