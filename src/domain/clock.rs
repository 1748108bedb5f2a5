//! The one source of "now". Everything that depends on time takes it from here, so that a test can set it.

use jiff::Timestamp;

/// Tells the time of the server. Device time never goes through here.
pub trait Clock: Send + Sync {
    /// Now, in whole microseconds, as PostgreSQL keeps it.
    fn now(&self) -> Timestamp;
}
