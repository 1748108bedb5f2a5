//! FLOOR 3: HTTP. Handlers extract, call one service and shape its answer; no rules, no SQL. Imports `services` and
//! `domain`; never `db`, `gateways` or `jobs`.

pub mod extract;
pub mod middleware;
pub mod openapi;
pub mod problem;
pub mod routes;
pub mod server;

mod account;
mod audit;
mod bulletin;
mod duty;
mod evidence;
mod feedback;
mod files;
mod handover;
mod home;
mod integrity;
mod lookback;
mod lost_point;
mod policy;
mod position;
mod reference;
mod report;
mod ripple;
mod round;
mod ruling;
mod score;
mod supervision;
mod sync;
mod task;
mod ticket;
mod unmasking;
mod webhook;
