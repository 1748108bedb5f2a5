//! Sync with phones: pulling what changed. Shapes only; the protocol is in `api-spec/sync.md`.

pub mod changes;
mod dto;
mod phone;
