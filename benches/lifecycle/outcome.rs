//! The table: the rate on an empty database and on a full one, each step, and what holds the two against each other.

use std::time::Duration;

use crate::arguments::Sizes;
use crate::figures::{Goal, Table, grouped, ms, per_second};
use crate::life::{CLIENTS, Lived, STEPS};

const RATE: Goal = Goal::AtLeast(150.0);
const RATIO: Goal = Goal::AtLeast(0.8);

/// What was measured.
pub struct Measured {
    /// How much of everything.
    pub sizes: Sizes,
    /// Load of the machine before.
    pub load: String,
    /// What PostgreSQL has.
    pub memory: String,
    /// On a database without tickets.
    pub empty: Lived,
    /// Tickets of the full one.
    pub tickets: u32,
    /// On the full one.
    pub full: Lived,
}

/// The whole table.
pub fn table(measured: &Measured) -> Table {
    let Measured {
        sizes,
        load,
        memory,
        empty,
        tickets,
        full,
    } = measured;
    let mut table = Table::default();
    let at = format!("{} tickets", grouped(*tickets));
    table.heading(["lifecycles", "empty", &at, "goal", "full ÷ empty", "goal"]);
    let (before, after) = (
        per_second(empty.count, empty.took),
        per_second(full.count, full.took),
    );
    table.row([
        format!("whole lives, {CLIENTS} clients"),
        format!("{before:.0}/s"),
        format!("{after:.0}/s"),
        RATE.of(after, "/s"),
        format!("{:.2}", after / before),
        RATIO.of(after / before, ""),
    ]);
    table.row([
        "its slowest and its fastest tenth".to_owned(),
        range_of_tenths(empty),
        range_of_tenths(full),
        String::new(),
        String::new(),
        String::new(),
    ]);
    for ((step, empty), full) in STEPS.iter().zip(&empty.steps).zip(&full.steps) {
        table.row([
            format!("{step}: median (p95)"),
            format!("{} ({})", ms(empty.median()), ms(empty.p95())),
            format!("{} ({})", ms(full.median()), ms(full.p95())),
            String::new(),
            String::new(),
            String::new(),
        ]);
    }
    table.note(format!(
        "{} lives each time: report → ticket → acknowledge → submit → recheck → closed, then found by its number; each of them checked. Items \
         that are shown in words, so that no photo's bytes are sent (script/bench photos does); the worker anchors the trail meanwhile",
        grouped(sizes.lives)
    ));
    table.note("the closest open system publishes 37/s empty and 6.3/s at a million, on 16 vCPU");
    table.note(format!(
        "load of the machine before: {}; PostgreSQL: {memory}",
        load.trim()
    ));
    table
}

fn range_of_tenths(lived: &Lived) -> String {
    let rate = |took: Option<&Duration>| {
        let took = took.copied().unwrap_or(lived.took);
        format!("{:.0}/s", per_second(lived.count / 10, took))
    };
    let (slowest, fastest) = (lived.tenths.iter().max(), lived.tenths.iter().min());
    format!("{} … {}", rate(slowest), rate(fastest))
}
