//! What all reference data shares: the stamps that tell a server process that its copy in memory is old, and the lock
//! that lets one import run at a time. Whatever writes reference data bumps its topic in the same transaction.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;

use super::schema::reference_stamps;
use super::{Conn, DbError};

/// Something that server processes keep in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// Districts and zones.
    Areas,
    /// The calendar in force.
    Calendar,
    /// Items and filing conditions of every edition.
    Catalogue,
    /// Check points.
    CheckPoints,
    /// Duties of people.
    Duties,
    /// Policies in force.
    Policies,
    /// Ownership rulings.
    Rulings,
    /// The tree of units.
    Units,
}

impl Topic {
    fn as_str(self) -> &'static str {
        match self {
            Self::Areas => "areas",
            Self::Calendar => "calendar",
            Self::Catalogue => "catalogue",
            Self::CheckPoints => "check_points",
            Self::Duties => "duties",
            Self::Policies => "policies",
            Self::Rulings => "rulings",
            Self::Units => "units",
        }
    }
}

/// Versions of what the database holds, by topic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the version of its topic")]
pub struct Stamps {
    pub areas: i64,
    pub calendar: i64,
    pub catalogue: i64,
    pub check_points: i64,
    pub duties: i64,
    pub policies: i64,
    pub rulings: i64,
    pub units: i64,
}

/// The versions as this transaction sees them, its own bumps among them.
pub async fn stamps(mut conn: &Conn) -> Result<Stamps, DbError> {
    let rows = reference_stamps::table
        .select((reference_stamps::topic, reference_stamps::version))
        .load(&mut conn)
        .await?;
    Ok(Stamps::of(&rows))
}

/// Their rows, as a column of another statement.
pub(super) const STAMPS: &str =
    "ARRAY(SELECT (s.topic, s.version) FROM reference_stamps s) AS stamps";

impl Stamps {
    pub(super) fn of(rows: &[(String, i64)]) -> Self {
        let of = |topic: Topic| {
            let row = rows.iter().find(|(name, _)| name == topic.as_str());
            row.map_or(0, |(_, version)| *version)
        };
        Self {
            areas: of(Topic::Areas),
            calendar: of(Topic::Calendar),
            catalogue: of(Topic::Catalogue),
            check_points: of(Topic::CheckPoints),
            duties: of(Topic::Duties),
            policies: of(Topic::Policies),
            rulings: of(Topic::Rulings),
            units: of(Topic::Units),
        }
    }
}

/// Makes every process read the topic again. The version is a time and not a count: one that is rolled back never
/// comes again, so that what was read under it is not taken for current later.
pub(super) async fn bump(conn: &mut Conn, topic: Topic) -> Result<(), DbError> {
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
