//! The table: first pages and figures, then whole lists with their rates and memory, each held against its goal.

use crate::figures::{Goal, Table, Times, grouped, ms, per_second};
use crate::pulls::Whole;

/// What was measured.
pub struct Measured {
    /// Load of the machine before.
    pub load: String,
    /// What PostgreSQL has.
    pub memory: String,
    /// Tickets of the city.
    pub tickets: u32,
    /// Of these, overdue now.
    pub overdue: u32,
    /// Each request with its times.
    pub pages: Vec<(&'static str, Times)>,
    /// The overdue list of now.
    pub csv: Whole,
    /// The same.
    pub xlsx: Whole,
    /// The overdue list of a year ago.
    pub csv_then: Whole,
    /// The ledger of what is overdue now.
    pub ledger: Whole,
}

/// The whole table.
pub fn table(measured: &Measured) -> Table {
    let mut table = Table::default();
    let at = format!("{} tickets", grouped(measured.tickets));
    table.heading([&at, "median (p95)", "goal", ""]);
    for (what, times) in &measured.pages {
        let goal = match *what {
            "overdue now, first page" => Some(5.0),
            "overdue a year ago, first page" => Some(50.0),
            what if what.starts_with("statistics") || what.starts_with("map") => Some(200.0),
            _ => None,
        };
        let median = times.median().as_secs_f64() * 1_000.0;
        table.row([
            (*what).to_owned(),
            format!("{} ({})", ms(times.median()), ms(times.p95())),
            goal.map(|goal| Goal::AtMost(goal).of(median, " ms"))
                .unwrap_or_default(),
            String::new(),
        ]);
    }
    let rows = format!("{} rows", grouped(measured.overdue));
    table.heading([&rows, "rows/s", "goal", "memory above idle (goal ≤ 64 MiB)"]);
    for (what, whole, goal) in [
        ("overdue.csv", &measured.csv, Some(100_000.0)),
        ("overdue.xlsx", &measured.xlsx, Some(20_000.0)),
        ("ledger.csv", &measured.ledger, None),
    ] {
        let rate = per_second(measured.overdue, whole.took);
        table.row([
            format!("{what}, {:.1} MB", megabytes(whole.bytes)),
            grouped(rate),
            goal.map(|goal| Goal::AtLeast(goal).of(rate, "/s"))
                .unwrap_or_default(),
            mebibytes(whole.memory_bytes),
        ]);
    }
    let then = &measured.csv_then;
    table.row([
        format!("overdue.csv of a year ago, {:.1} MB", megabytes(then.bytes)),
        ms(then.took),
        String::new(),
        mebibytes(then.memory_bytes),
    ]);
    table.note("whole requests as the office's browser sees them, without compression, one at a time; files: the fastest of three");
    table.note(format!(
        "load of the machine before: {}; PostgreSQL: {}",
        measured.load.trim(),
        measured.memory
    ));
    table
}

fn megabytes(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1e6
}

fn mebibytes(bytes: u64) -> String {
    let mib = f64::from(u32::try_from(bytes / 1_024).unwrap_or(u32::MAX)) / 1_024.0;
    let met = Goal::AtMost(64.0).of(mib, " MiB");
    format!("{mib:.1} MiB, {met}")
}
