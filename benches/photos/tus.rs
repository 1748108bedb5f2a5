//! Uploads by tus: 200 photos of 2 MiB in chunks of 512 KiB by four clients, to Xuncha and to rustus, a tus server written in Rust that
//! checks no digest; both make each chunk durable before they answer. They take turns, and every byte is looked for afterwards.

mod client;
mod process;
mod rustus;
mod upload;
mod xuncha;

use std::time::Duration;

use anyhow::ensure;

use crate::arguments::Arguments;
use crate::figures::{Goal, Table, grouped, ms};
use upload::{CHUNK_BYTES, CLIENTS, PHOTO_BYTES, Photos};

/// Where uploads are created, on both servers.
const FILES: &str = "/api/v1/files";
const PHOTOS: u32 = 200;
/// Runs of each server, after one for warming up.
const RUNS: usize = 5;
const AT_LEAST: Goal = Goal::AtLeast(0.8);

/// One run of one server.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// From the first request to the last answer.
    took: Duration,
    /// Processor time of the server's own process.
    cpu: Duration,
    /// Processor time of its database.
    cpu_database: Duration,
}

/// What became of a server's runs.
struct Outcome {
    runs: Vec<Run>,
    idle_bytes: u64,
    peak_bytes: u64,
}

/// Measures both, and writes the rows.
pub async fn measure(
    arguments: &Arguments,
    table: &mut Table,
    say: &impl Fn(&str),
) -> anyhow::Result<()> {
    let (photos, runs) = if arguments.quick {
        (PHOTOS / 10, 1)
    } else {
        (PHOTOS, RUNS)
    };
    say("starting a demo city and rustus");
    let xuncha = xuncha::Xuncha::start(&arguments.pg_bin).await?;
    let rustus = rustus::Rustus::start(&arguments.rustus).await?;
    let (mut ours, mut theirs) = (Outcome::of(xuncha.memory()?), Outcome::of(rustus.memory()?));
    for run in 0..=runs {
        say(&format!("{photos} uploads to each, run {run} of {runs}"));
        let batch = Photos::new(run, photos)?;
        let their_run = rustus.run(&batch).await?;
        let our_run = xuncha.run(&batch).await?;
        if run > 0 {
            theirs.runs.push(their_run);
            ours.runs.push(our_run);
        }
    }
    ours.peak_bytes = xuncha.memory()?;
    theirs.peak_bytes = rustus.memory()?;
    rows(table, photos, &ours, &theirs)
}

fn rows(table: &mut Table, photos: u32, ours: &Outcome, theirs: &Outcome) -> anyhow::Result<()> {
    ensure!(!ours.runs.is_empty(), "nothing was measured");
    table.heading([
        "uploads by tus",
        "uploads/s",
        "MB/s",
        "CPU an upload",
        "of it PostgreSQL",
        "memory before",
        "memory at most",
        "slowest run",
    ]);
    for (name, outcome) in [("xuncha", ours), ("rustus", theirs)] {
        let each = |time: Duration| ms(time / photos);
        table.row([
            format!("{name}, {} runs", outcome.runs.len()),
            grouped(outcome.rate(photos)),
            grouped(outcome.rate(photos) * f64::from(PHOTO_BYTES) / 1e6),
            each(outcome.median(|run| run.cpu + run.cpu_database)),
            each(outcome.median(|run| run.cpu_database)),
            mebibytes(outcome.idle_bytes),
            mebibytes(outcome.peak_bytes),
            format!("{}/s", grouped(outcome.slowest(photos))),
        ]);
    }
    let ratio = ours.rate(photos) / theirs.rate(photos);
    table.row([
        "xuncha ÷ rustus".to_owned(),
        format!("{ratio:.2}"),
        AT_LEAST.of(ratio, ""),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
    ]);
    table.note(format!(
        "tus: {photos} photos of {} KiB in chunks of {} KiB by {CLIENTS} clients on connections kept open; medians of runs that take turns; \
         both on the same disk, both fsync before each answer; xuncha also checks a login, a capability and SHA-256, and commits to PostgreSQL; \
         after each run every file is read and its SHA-256 compared",
        PHOTO_BYTES / 1024,
        CHUNK_BYTES / 1024,
    ));
    table.note("rustus (other run, 2 cores): 777 MB/s with fsync, 2.6 ms CPU an upload; @tus/server 177 MB/s");
    Ok(())
}

impl Outcome {
    fn of(idle_bytes: u64) -> Self {
        Self {
            runs: Vec::new(),
            idle_bytes,
            peak_bytes: 0,
        }
    }

    fn median(&self, what: impl Fn(&Run) -> Duration) -> Duration {
        let mut times: Vec<Duration> = self.runs.iter().map(what).collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    }

    /// Uploads a second.
    fn rate(&self, photos: u32) -> f64 {
        f64::from(photos) / self.median(|run| run.took).as_secs_f64()
    }

    fn slowest(&self, photos: u32) -> f64 {
        let longest = self.runs.iter().map(|run| run.took).max();
        f64::from(photos) / longest.unwrap_or_default().as_secs_f64()
    }
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes / 1024 / 1024)
}
