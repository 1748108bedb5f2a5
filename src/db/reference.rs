//! What all reference data shares: the stamps that tell a server process that its copy in memory is old, and the lock
//! that lets one import run at a time.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;

use super::schema::reference_stamps;
use super::{Conn, DbError};

/// Something that server processes keep in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Districts and zones.
    Areas,
    /// The calendar, and the unit tree that its shifts hang on.
    Calendar,
}

impl Topic {
    fn as_str(self) -> &'static str {
        match self {
            Self::Areas => "areas",
            Self::Calendar => "calendar",
        }
    }
}

/// Version of what the database holds on a topic.
pub async fn stamp(conn: &mut Conn, topic: Topic) -> Result<i64, DbError> {
    reference_stamps::table
        .find(topic.as_str())
        .select(reference_stamps::version)
        .first(conn)
        .await
}

/// Makes every process read the topic again. The version is a time and not a count: one that is rolled back never
/// comes again, so that what was read under it is not taken for current later.
pub async fn bump(conn: &mut Conn, topic: Topic) -> Result<(), DbError> {
    let microseconds = sql::<BigInt>(
        "greatest(version + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)",
    );
    diesel::update(reference_stamps::table.find(topic.as_str()))
        .set(reference_stamps::version.eq(microseconds))
        .execute(conn)
        .await
        .map(|_one| ())
}

/// Waits until no other transaction imports; held to the end of this one.
pub async fn lock_imports(conn: &mut Conn) -> Result<(), DbError> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('xuncha import'))")
        .execute(conn)
        .await
        .map(|_one| ())
}
