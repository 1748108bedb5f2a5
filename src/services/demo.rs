//! The demo city of Binzhou (滨州): real outlines, a plausible tree of units, and accounts that everybody knows the
//! password of. Loaded once, into a system without units; such accounts cannot log in without `--demo`.

use serde_json::Value;

use super::reference::import::{Batch, HashedUser, Progress, write};
use super::{Result, Services, policy};
use crate::db::reference::lock_imports;
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::geo::Datum;
use crate::domain::import::{
    RowError, parse_area_file, parse_calendar, parse_catalogue, parse_criteria, parse_points,
    parse_units, parse_users,
};

const DISTRICTS: &str = include_str!("../../demo/districts.wgs84.geojson");
const UNITS: &str = include_str!("../../demo/units.csv");
const USERS: &str = include_str!("../../demo/users.csv");
const CONDITIONS: &str = include_str!("../../demo/conditions.csv");
const CRITERIA: &str = include_str!("../../demo/criteria.csv");
const POINTS: &str = include_str!("../../demo/points.csv");
const CALENDAR: &str = include_str!("../../demo/calendar.json");

/// Password of every demo account.
const PASSWORD: &str = "xuncha-demo";

/// Code of the unit that has what nobody has (属地兜底).
const FALLBACK: &str = "371600";

/// Loads the demo city unless there are units already. Answers whether it did.
///
/// # Errors
/// `unavailable` or `internal` when the database fails; nothing is left half-loaded.
pub async fn load(svc: &Services, progress: Progress<'_>) -> Result<bool> {
    let mut conn = svc.conn().await?;
    if db::unit::any(&mut conn).await? {
        return Ok(false);
    }
    // One hash for all of them: they share a password that is no secret.
    let hash = svc.passwords.hash(PASSWORD).await?;
    let batches = tokio::task::spawn_blocking(move || batches(&hash))
        .await
        .map_err(anyhow::Error::from)?
        .map_err(broken)?;
    conn.transaction(async |conn| {
        lock_imports(conn).await?;
        if db::unit::any(conn).await? {
            return Ok(false);
        }
        fill(svc, conn, &batches, progress).await?;
        Ok(true)
    })
    .await
}

async fn fill(
    svc: &Services,
    conn: &mut Conn,
    batches: &[Batch],
    progress: Progress<'_>,
) -> Result<()> {
    let steps = batches.len() + 1;
    for (done, batch) in batches.iter().enumerate() {
        progress(done, steps);
        write(svc, conn, batch, false).await?;
    }
    let fallback = Value::from(FALLBACK);
    db::policy::set(conn, policy::FALLBACK_UNIT, &fallback, None, svc.now()).await?;
    progress(steps, steps);
    Ok(())
}

/// The files in the order in which each finds what it refers to.
fn batches(password_hash: &str) -> std::result::Result<[Batch; 7], Vec<RowError>> {
    let datum = Datum::Wgs84;
    let users = parse_users(USERS.as_bytes())?
        .into_iter()
        .map(|row| HashedUser {
            row,
            password_hash: Some(password_hash.to_owned()),
            demo: true,
        });
    Ok([
        Batch::Areas(parse_area_file(DISTRICTS.as_bytes(), datum)?, datum),
        Batch::Units(parse_units(UNITS.as_bytes())?),
        Batch::Users(users.collect()),
        Batch::Items(parse_catalogue(CONDITIONS.as_bytes())?),
        Batch::Criteria(parse_criteria(CRITERIA.as_bytes())?),
        Batch::Points(parse_points(POINTS.as_bytes())?),
        Batch::Calendar(parse_calendar(CALENDAR.as_bytes())?),
    ])
}

fn broken(faults: Vec<RowError>) -> anyhow::Error {
    let first = faults
        .first()
        .map(|fault| format!("{fault}: {}", fault.text.en));
    anyhow::anyhow!(
        "the demo city cannot be read: {}",
        first.unwrap_or_default()
    )
}
