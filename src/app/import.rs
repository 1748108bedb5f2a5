//! Importing at the terminal what an administrator can also import over HTTP.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use super::cli::print;
use super::config::DataArgs;
use super::progress::Progress;
use crate::domain::geo::Datum;
use crate::domain::import::ImportKind;
use crate::services::Services;
use crate::services::reference::import::{ImportSummary, import_file};

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
    /// What the file brings: areas, units, users, items, points or calendar.
    kind: ImportKind,
    /// `GeoJSON` for areas, JSON for the calendar, else CSV.
    file: PathBuf,
    /// Datum of an areas file: wgs84, gcj02 or bd09.
    #[arg(long, env = "XUNCHA_DATUM")]
    datum: Option<Datum>,
}

/// Imports the file, whole or not at all, and says what changed.
pub(super) async fn import(svc: &Services, what: &What) -> anyhow::Result<()> {
    let file = tokio::fs::read(&what.file)
        .await
        .with_context(|| format!("{} cannot be read", what.file.display()))?;
    let bar = Progress::begin();
    let progress = |done, of| bar.set(done, of);
    let imported = import_file(svc, what.kind, file.into(), what.datum, &progress).await;
    drop(bar);
    let summary = imported.with_context(|| what.file.display().to_string())?;
    print(&in_words(&summary))
}

fn in_words(summary: &ImportSummary) -> String {
    let ImportSummary {
        kind,
        rows,
        inserted,
        updated,
        topology,
    } = summary;
    let unchanged = rows.saturating_sub(inserted + updated);
    let mut text = format!(
        "{}: {rows} read, {inserted} new, {updated} changed, {unchanged} as before\n",
        kind.as_str()
    );
    if let Some(topology) = topology {
        text.push_str(&format!(
            "topology: {} overlaps, {} gaps; GET /api/v1/areas/topology shows each with its outline\n",
            topology.overlaps.len(),
            topology.gaps.len()
        ));
    }
    text
}
