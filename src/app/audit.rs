//! The audit log at the terminal: verifying it, its public key, and declaring that a backup was restored. Verifying changes nothing, not
//! even the schema.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Subcommand;

use super::cli::{on_database, print};
use super::config::{Config, DataArgs};
use super::progress::Progress;
use super::{keys, wire};
use crate::domain::audit::head::Head;
use crate::gateways::audit_keys::AuditKeys;
use crate::services::audit::{self, Report, Tail, Witness};

/// What to do with the audit log.
#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Read every trail, the log and its heads; name what was edited, deleted, reordered, truncated or recomputed; exit 1 if
    /// anything was.
    Verify {
        /// A head that was written down (JSON as `GET audit/heads` answers): the log must have grown from it.
        #[arg(long, value_name = "FILE")]
        head: Option<PathBuf>,
        /// The public key to believe, or several, instead of those of the data folder: base64, separated by commas.
        #[arg(long, value_name = "KEY")]
        public_key: Option<String>,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Print the public key, to be handed to whoever is to verify.
    Key {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Declare that an older backup of the database was restored: the log goes on from there, and the declaration is kept for ever.
    Restored {
        /// Why, in words.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        data: DataArgs,
    },
}

/// Does it.
pub(super) fn run(command: AuditCommand) -> anyhow::Result<()> {
    match command {
        AuditCommand::Verify {
            head,
            public_key,
            data,
        } => {
            let head = head.map(|path| read_head(&path)).transpose()?;
            let report = on_database(data, async |config, url| {
                let keys = match &public_key {
                    Some(text) => keys::public_audit(text).context("--public-key")?,
                    None => known(&config)?,
                };
                let svc = wire::services(&config, &url, wire::Keys::Audit(keys))?;
                let progress = Steps::begin();
                let told = |done, of| progress.set(done, of);
                Ok(audit::verify(&svc, head.as_ref(), &told).await?)
            })?;
            print(&in_words(&report))?;
            if !report.faults.is_empty() {
                bail!("the trail is broken");
            }
            Ok(())
        }
        AuditCommand::Key { data } => {
            let keys = known(&Config::resolve(data)?)?;
            let lines = keys.believed().iter();
            let lines = lines.map(|key| format!("{} {}\n", key.id, STANDARD.encode(key.bytes)));
            print(&lines.collect::<String>())
        }
        AuditCommand::Restored { reason, data } => {
            let restore = on_database(data, async |config, url| {
                let svc = wire::services(&config, &url, wire::Keys::Audit(known(&config)?))?;
                Ok(audit::declare_restored(&svc, &reason).await?)
            })?;
            print(&match restore {
                Some(restore) => format!(
                    "generation {} begins at {} entries; {} were signed before\n",
                    restore.head.generation, restore.head.size, restore.abandoned.size
                ),
                None => {
                    "the log is not behind what was signed: nothing to be declared\n".to_owned()
                }
            })
        }
    }
}

fn known(config: &Config) -> anyhow::Result<AuditKeys> {
    keys::known_audit(&config.data_dir)?.with_context(|| {
        format!(
            "{} holds no key of the audit log: name the data folder of the server, set XUNCHA_AUDIT_KEY, or give --public-key",
            config.data_dir.display()
        )
    })
}

fn read_head(path: &Path) -> anyhow::Result<Head> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} holds no head", path.display()))
}

/// How far one has come: a bar on a terminal, else a line whenever a tenth more is done.
struct Steps {
    bar: Progress,
    said: AtomicU64,
}

impl Steps {
    fn begin() -> Self {
        Self {
            bar: Progress::begin(),
            said: AtomicU64::new(0),
        }
    }

    fn set(&self, done: u64, of: u64) {
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        self.bar.set(count(done), count(of));
        let tenths = done.saturating_mul(10).checked_div(of).unwrap_or_default();
        if self.said.swap(tenths, Ordering::Relaxed) != tenths {
            tracing::info!(done, of, "verifying");
        }
    }
}

fn in_words(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    for fault in &report.faults {
        let _ = writeln!(text, "BROKEN {fault}");
    }
    let Report {
        tickets,
        rows,
        entries,
        heads,
        abandoned,
        restores,
        faults,
        tail,
        witness,
    } = report;
    for restore in restores {
        let _ = writeln!(
            text,
            "restored: generation {} began at {} entries on {}, after {} had been signed: {}",
            restore.head.generation,
            restore.head.size,
            restore.head.signed_at,
            restore.abandoned.size,
            restore.reason
        );
    }
    if *abandoned > 0 {
        let _ = writeln!(
            text,
            "{abandoned} heads kept outside are of histories that a declared restore has ended"
        );
    }
    match witness {
        Some(Witness::Confirmed) => text.push_str("the head that was written down is confirmed\n"),
        Some(Witness::Abandoned) => text.push_str(
            "the head that was written down is of a history that a declared restore has ended\n",
        ),
        Some(Witness::Contradicted) | None => {}
    }
    let verdict = if faults.is_empty() { "whole" } else { "BROKEN" };
    let _ = writeln!(
        text,
        "{verdict}: {tickets} tickets, {rows} rows, {entries} anchored under {heads} signed heads"
    );
    let _ = match tail {
        Tail { rows: 0, .. } => writeln!(text, "everything is anchored"),
        Tail {
            rows,
            since: Some(since),
        } => writeln!(
            text,
            "{rows} rows are not anchored yet, the oldest of {since}"
        ),
        Tail { rows, since: None } => writeln!(text, "{rows} rows are not anchored yet"),
    };
    text
}
