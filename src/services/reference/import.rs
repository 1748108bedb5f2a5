//! Imports: a file is read and checked off the event loop, then written in one transaction, whole or not at all. One
//! import runs at a time. What is there already and unchanged is left alone, so that a file can be sent again.

pub(super) mod areas;
mod calendar;
mod criteria;
mod items;
mod points;
mod redrawn;
mod summary;
mod units;
mod users;

use bytes::Bytes;
use serde_json::Map;

use crate::db::reference::lock_imports;
use crate::db::{AsyncConnection as _, Conn, DbError};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::calendar::CalendarData;
use crate::domain::geo::{Datum, ParsedArea};
use crate::domain::import::{
    CatalogueFile, CriterionRow, ImportKind, PointRow, RowError, UnitRow, UserRow, parse_area_file,
    parse_calendar, parse_catalogue, parse_criteria, parse_points, parse_units, parse_users,
};
use crate::domain::text::Text;
use crate::services::error::{Code, FieldError, Refusal};
use crate::services::{Error, Result, Services};

pub use redrawn::RedrawnTicket;
pub use summary::{CalendarDiff, Counts, ImportSummary};
pub(in crate::services) use users::HashedUser;

/// Told how many steps of how many are done; for a progress bar.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Send + Sync);

/// What is asked of an import beside its file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// Datum of areas, which need it; of nothing else.
    pub datum: Option<Datum>,
    /// Say what it would do, and keep nothing of it.
    pub dry_run: bool,
}

/// What writing a batch has done.
#[derive(Default)]
pub(in crate::services) struct Written {
    counts: Counts,
    redrawn: Option<Vec<RedrawnTicket>>,
    calendar: Option<CalendarDiff>,
}

impl From<Counts> for Written {
    fn from(counts: Counts) -> Self {
        Self {
            counts,
            ..Self::default()
        }
    }
}

/// A file that was read, with nothing left to do but to write it.
pub(in crate::services) enum Batch {
    Areas(Vec<ParsedArea>, Datum),
    Units(Vec<UnitRow>),
    Users(Vec<HashedUser>),
    Items(CatalogueFile),
    Criteria(Vec<CriterionRow>),
    Points(Vec<PointRow>),
    Calendar(CalendarData),
}

/// What a file says, before passwords are hashed.
enum Parsed {
    Ready(Batch),
    Users(Vec<UserRow>),
}

/// Imports a file for an administrator.
///
/// # Errors
/// `forbidden`; `invalid` for the datum; `import_refused` with every bad row, and nothing imported.
pub async fn import(
    svc: &Services,
    actor: &Actor,
    kind: ImportKind,
    file: Bytes,
    asked: Asked,
    progress: Progress<'_>,
) -> Result<ImportSummary> {
    may_import(actor, kind)?;
    import_file(svc, kind, file, asked, progress).await
}

/// Refuses who may not import a file of this kind, before the file is even read.
///
/// # Errors
/// `forbidden`.
pub fn may_import(actor: &Actor, kind: ImportKind) -> Result<()> {
    let action = match kind {
        ImportKind::Users => Action::ManageAccounts,
        _ => Action::ChangeReference,
    };
    Ok(require(actor, action)?)
}

/// As [`import`], for whoever sits at the machine itself.
///
/// # Errors
/// `invalid` for the datum; `import_refused` with every bad row, and nothing imported.
pub async fn import_file(
    svc: &Services,
    kind: ImportKind,
    file: Bytes,
    asked: Asked,
    progress: Progress<'_>,
) -> Result<ImportSummary> {
    let parsed = tokio::task::spawn_blocking(move || parse(kind, &file, asked.datum))
        .await
        .map_err(anyhow::Error::from)??;
    let batch = match parsed {
        Parsed::Ready(batch) => batch,
        Parsed::Users(rows) => Batch::Users(users::hash(svc, rows, progress).await?),
    };
    let mut conn = svc.conn().await?;
    let done = conn
        .transaction::<ImportSummary, Undone, _>(async |conn| {
            let summary = write_and_tell(svc, conn, kind, &batch, asked.dry_run).await?;
            if asked.dry_run {
                return Err(Undone::AsAsked(Box::new(summary)));
            }
            Ok(summary)
        })
        .await;
    let summary = match done {
        Ok(summary) => summary,
        Err(Undone::AsAsked(summary)) => *summary,
        Err(Undone::Failed(error)) => return Err(error),
    };
    progress(summary.counts.rows, summary.counts.rows);
    Ok(summary)
}

/// Why nothing of an import stays.
enum Undone {
    /// It was only asked what it would do.
    AsAsked(Box<ImportSummary>),
    Failed(Error),
}

impl From<Error> for Undone {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<DbError> for Undone {
    fn from(error: DbError) -> Self {
        Self::Failed(error.into())
    }
}

async fn write_and_tell(
    svc: &Services,
    conn: &mut Conn,
    kind: ImportKind,
    batch: &Batch,
    dry_run: bool,
) -> Result<ImportSummary> {
    lock_imports(conn).await?;
    let written = write(svc, conn, batch, dry_run).await?;
    let topology = match kind {
        ImportKind::Areas => Some(super::areas::topology_in_force(svc, conn).await?),
        _ => None,
    };
    Ok(ImportSummary {
        kind,
        dry_run,
        counts: written.counts,
        topology,
        redrawn: written.redrawn,
        calendar: written.calendar,
    })
}

fn parse(kind: ImportKind, file: &[u8], datum: Option<Datum>) -> Result<Parsed> {
    if kind != ImportKind::Areas && datum.is_some() {
        return Err(Error::invalid_field(
            "datum",
            "not_expected",
            Text::new("只有区域文件需要坐标系", "only areas take a datum"),
        ));
    }
    let batch = match kind {
        ImportKind::Areas => {
            let datum = datum.ok_or_else(datum_missing)?;
            parse_area_file(file, datum).map(|areas| Batch::Areas(areas, datum))
        }
        ImportKind::Units => parse_units(file).map(Batch::Units),
        ImportKind::Users => {
            return parse_users(file).map(Parsed::Users).map_err(refused);
        }
        ImportKind::Items => parse_catalogue(file).map(Batch::Items),
        ImportKind::Criteria => parse_criteria(file).map(Batch::Criteria),
        ImportKind::Points => parse_points(file).map(Batch::Points),
        ImportKind::Calendar => parse_calendar(file).map(Batch::Calendar),
    };
    batch.map(Parsed::Ready).map_err(refused)
}

/// Writes a batch in the caller's transaction, which holds the lock of imports. With `dry_run` the caller takes everything
/// back afterwards: what is only found out by changing tickets is reckoned instead.
pub(in crate::services) async fn write(
    svc: &Services,
    conn: &mut Conn,
    batch: &Batch,
    dry_run: bool,
) -> Result<Written> {
    let now = svc.now();
    Ok(match batch {
        Batch::Areas(areas, datum) => {
            let before = svc.reference.current(conn).await?;
            let counts = areas::write(conn, areas, *datum, now).await?;
            let after = svc.reference.current(conn).await?;
            Written {
                counts,
                redrawn: Some(redrawn::redrawn(conn, &before, &after, now).await?),
                calendar: None,
            }
        }
        Batch::Units(rows) => units::write(conn, rows, now).await?.into(),
        Batch::Users(rows) => users::write(svc, conn, rows).await?.into(),
        Batch::Items(file) => items::write(conn, file, now).await?.into(),
        Batch::Criteria(rows) => criteria::write(conn, rows).await?.into(),
        Batch::Points(rows) => points::write(conn, rows, now).await?.into(),
        Batch::Calendar(data) => {
            let (counts, calendar) = calendar::write(svc, conn, data, dry_run).await?;
            Written {
                counts,
                redrawn: None,
                calendar: Some(calendar),
            }
        }
    })
}

fn datum_missing() -> Error {
    Error::invalid_field(
        "datum",
        "required",
        Text::new(
            "须指明坐标系：wgs84、gcj02 或 bd09",
            "name the datum of the file: wgs84, gcj02 or bd09",
        ),
    )
}

/// The file is refused as a whole.
pub(in crate::services) fn refused(faults: Vec<RowError>) -> Error {
    let errors = faults
        .into_iter()
        .map(|fault| FieldError::new(fault.to_string(), "bad_row", fault.text));
    Error::Refused(Box::new(Refusal {
        code: Code::ImportRefused,
        detail: None,
        errors: errors.collect(),
        members: Map::new(),
        retry_after_s: None,
        source: None,
    }))
}

/// Refuses the file if there is any fault in it; no more than a person reads at once.
fn accept(mut faults: Vec<RowError>) -> Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    faults.truncate(crate::domain::import::MAX_FAULTS);
    Err(refused(faults))
}

/// A code that names no unit.
fn unknown_unit(line: u64, column: &'static str, code: &str) -> RowError {
    let text = Text::new(
        format!("没有代码为“{code}”的单位"),
        format!("there is no unit {code:?}"),
    );
    RowError::cell(line, column, text)
}
