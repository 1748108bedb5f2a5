//! FLOOR 0: the rules of the product, pure. No I/O, no database, no HTTP, no async: values in, values out. Every other
//! floor may use it; it uses none.

pub mod access;
pub mod account;
pub mod audit;
pub mod bulletin;
pub mod calendar;
pub mod catalogue;
pub mod check_point;
pub mod clock;
pub mod criterion;
pub mod deduction;
pub mod draw;
pub mod duty;
pub mod evidence;
pub mod geo;
pub mod half_day;
pub mod handover;
pub mod import;
pub mod integrity;
pub mod lookback;
pub mod page;
pub mod policy;
pub mod pseudonym;
pub mod reference;
pub mod report;
pub mod ripple;
pub mod round;
pub mod score;
pub mod supervision;
pub mod sync;
pub mod task;
pub mod text;
pub mod ticket;
pub mod unit;
pub mod webhook;
