//! FLOOR 1: the outside world that is not the database: photo storage, tokens, passwords, images, the embedded
//! PostgreSQL, the system clock. Imports `domain` only, never `db`.

pub mod audit_keys;
pub mod blobs;
pub mod capabilities;
pub mod clock;
pub mod embedded_postgres;
pub mod images;
pub mod passwords;
pub mod sealing;
pub mod tokens;
pub mod webhooks;
