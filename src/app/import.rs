//! Importing at the terminal what an administrator can also import over HTTP.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use super::cli::print;
use super::config::DataArgs;
use super::progress::Progress;
use crate::domain::geo::Datum;
use crate::domain::import::ImportKind;
use crate::domain::ticket::routing::UnitRef;
use crate::services::Services;
use crate::services::reference::import::{Asked, CalendarDiff, Counts, ImportSummary, import_file};

/// What to import, and where to.
#[derive(Args)]
pub(super) struct ImportArgs {
    #[command(flatten)]
    pub(super) what: What,
    #[command(flatten)]
    pub(super) data: DataArgs,
}

/// What to import.
#[derive(Args)]
pub(super) struct What {
    /// What the file brings: areas, units, users, items, criteria, points or calendar.
    kind: ImportKind,
    /// `GeoJSON` for areas, JSON for the calendar, else CSV.
    file: PathBuf,
    /// Datum of an areas file: wgs84, gcj02 or bd09.
    #[arg(long, env = "XUNCHA_DATUM")]
    datum: Option<Datum>,
    /// Say what the import would do, and keep nothing of it.
    #[arg(long)]
    dry_run: bool,
}

/// Imports the file, whole or not at all, and says what changed.
pub(super) async fn import(svc: &Services, what: &What) -> anyhow::Result<()> {
    let file = tokio::fs::read(&what.file)
        .await
        .with_context(|| format!("{} cannot be read", what.file.display()))?;
    let bar = Progress::begin();
    let progress = |done, of| bar.set(done, of);
    let asked = Asked {
        datum: what.datum,
        dry_run: what.dry_run,
    };
    let imported = import_file(svc, what.kind, file.into(), asked, &progress).await;
    drop(bar);
    let summary = imported.with_context(|| what.file.display().to_string())?;
    print(&in_words(&summary))
}

fn in_words(summary: &ImportSummary) -> String {
    let Counts {
        rows,
        inserted,
        updated,
    } = summary.counts;
    let unchanged = rows.saturating_sub(inserted + updated);
    let mut text = format!(
        "{}: {rows} read, {inserted} new, {updated} changed, {unchanged} as before\n",
        summary.kind.as_str()
    );
    if let Some(topology) = &summary.topology {
        text.push_str(&format!(
            "topology: {} overlaps, {} gaps; GET /api/v1/areas/topology shows each with its outline\n",
            topology.overlaps.len(),
            topology.gaps.len()
        ));
    }
    for ticket in summary.redrawn.iter().flatten() {
        let code = |unit: &Option<UnitRef>| unit.as_ref().map_or("-", |unit| &unit.code).to_owned();
        text.push_str(&format!(
            "ticket {}: by the rules {} -> {}\n",
            ticket.number.as_deref().unwrap_or("-"),
            code(&ticket.unit_was),
            code(&ticket.unit_is),
        ));
    }
    if let Some(calendar) = &summary.calendar {
        text.push_str(&calendar_in_words(calendar));
    }
    if summary.dry_run {
        text.push_str("dry run: nothing of it was kept\n");
    }
    text
}

fn calendar_in_words(diff: &CalendarDiff) -> String {
    let mut text = String::new();
    for change in &diff.days {
        let what = if change.worked { "worked" } else { "off" };
        text.push_str(&format!("{}: {what} now\n", change.day));
    }
    let moved = &diff.deadlines;
    text.push_str(&format!(
        "deadlines: {} provisional and {} firm ones move or become firm\n",
        moved.provisional, moved.firm
    ));
    for example in &moved.examples {
        text.push_str(&format!(
            "ticket {}: due {} -> {}\n",
            example.number.as_deref().unwrap_or("-"),
            example.was.at,
            example.is.at
        ));
    }
    text
}
