//! Every integration test, in one binary: built and linked once.

mod harness;

mod account;
mod app;
mod architecture;
mod audit;
mod authz;
mod bulletin;
mod cached;
mod calendar;
mod crash;
mod evidence;
mod feedback;
mod gateways;
mod geo;
mod integrity;
mod job;
mod lost_point;
mod mutants;
mod openapi;
mod readme;
mod reference;
mod report;
mod ripple;
mod round;
mod schema;
mod score;
mod shell;
mod simulate;
mod supervision;
mod sync;
mod task;
mod ticket;
mod transaction;
mod webhook;
