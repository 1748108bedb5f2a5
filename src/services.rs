//! FLOOR 2: use cases. A service takes the state, the caller and a parsed command, asks who may, opens the transaction
//! and answers domain values. It knows no HTTP; a sync batch and a REST call run the same service.

pub mod account;
pub mod audit;
pub mod bulletin;
pub mod deduction;
pub mod demo;
pub mod duty;
pub mod error;
pub mod evidence;
pub mod feedback;
pub mod handover;
pub mod health;
pub mod input;
pub mod integrity;
pub mod lookback;
pub mod lost_point;
pub mod policy;
pub mod pseudonym;
pub mod queue;
pub mod reference;
pub mod report;
pub mod ripple;
pub mod round;
pub mod ruling;
pub mod score;
pub mod state;
pub mod supervision;
pub mod sync;
pub mod task;
pub mod ticket;
pub mod unmasking;
pub mod webhook;

pub use error::{Error, Result};
pub use state::Services;
