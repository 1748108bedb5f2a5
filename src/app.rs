//! FLOOR 4: the composition root. Reads the command line and the environment, starts what there is to start, and puts the
//! floors together; nothing else knows about configuration. Imports every floor; nothing imports it.

pub mod cli;
pub mod simulate;

mod admin;
mod audit;
mod config;
mod database;
mod explain;
mod import;
mod keys;
mod progress;
mod round;
mod serve;
mod telemetry;
mod wire;
