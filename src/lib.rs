//! Xuncha (巡查): backend of a city's unannounced street inspections. Reports from inspectors' phones become
//! rectification tickets with a legal deadline; units rectify, prove and close; the supervision office pulls what is
//! overdue.
//!
//! The modules are floors. A file uses its own floor's shared files and the floors below, never above, never sideways
//! (`db` and `gateways` do not know each other, nor do `http` and `jobs`): `tests/it/architecture.rs` holds that.

pub mod app;
pub mod db;
pub mod domain;
pub mod gateways;
pub mod http;
pub mod jobs;
pub mod services;
