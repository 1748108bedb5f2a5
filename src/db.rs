//! FLOOR 1: persistence. Rows are private to their file, queries public; a query takes a connection and never opens a
//! transaction. Imports `domain` only. Nothing outside this floor names diesel.

pub mod account;
pub mod area;
pub mod attachment;
pub mod audit;
pub mod bulletin;
pub mod cached;
pub mod calendar;
pub mod catalogue;
pub mod check_point;
pub mod criterion;
pub mod duty;
pub mod error;
pub mod feed;
pub mod handover;
pub mod health;
pub mod integrity;
pub mod job;
pub mod lookback;
pub mod lost_point;
pub mod mutation;
pub mod observation;
pub mod oracle;
pub mod original_read;
pub mod policy;
pub mod pool;
pub mod pseudonym;
pub mod reference;
pub mod report;
pub mod ripple;
pub mod round;
pub mod ruling;
pub mod schema;
pub mod session;
pub mod supervision;
pub mod sync_cursor;
pub mod sync_document;
pub mod task;
pub mod ticket;
pub mod unit;
pub mod unmasking;
pub mod upload;
pub mod webhook;

pub use diesel_async::AsyncConnection;
pub use error::DbError;
pub use pool::{Conn, Pool};
