//! The table: each figure beside its goal and beside what PostgreSQL alone takes.

use std::time::Duration;

use crate::bytes::{Bytes, ENCODINGS};
use crate::figures::{Goal, Table, Times, grouped, ms, per_second};
use crate::pull::{Cost, TIMES};
use crate::push::{BATCH, CLIENTS};
use crate::{FIRST_PULLS, InBytes, Measured, WARM_UP};

const EMPTY_MS: Goal = Goal::AtMost(0.6);
const PAGE_MS: Goal = Goal::AtMost(6.0);
const FIRST_PULL: Goal = Goal::AtLeast(60_000.0);
const PUSH: Goal = Goal::AtLeast(2_000.0);
const GROWTH: Goal = Goal::AtMost(1.3);
const TICKET_BYTES: Goal = Goal::AtMost(120.0);
const REQUESTS: Goal = Goal::AtMost(3.0);

/// Figures of others that were measured on another machine, for comparison of orders.
const REFERENCES: [&str; 4] = [
    "Kinto 26.5 (other run, 2 cores): 158 plain records/s pushed, page of 500 24 ms, empty 8.6 ms, first pull 19,000–26,000/s",
    "PouchDB server (other run, 2 cores): 4,830 plain documents/s without a durable store, page 29 ms, empty 1.2 ms, first pull 15,000/s",
    "ODK Central (other run, 2 cores): 85 submissions/s with a 200-kB photo",
    "PostgreSQL alone (other run, 2 cores): 45,600 and 30,200 rows/s, page of 500 as JSON 3.3 ms, empty 0.03 ms",
];

/// The whole table.
pub fn table(measured: &Measured) -> anyhow::Result<Table> {
    let mut table = Table::default();
    table.heading([
        "sync",
        "median",
        "p95",
        "goal",
        "PostgreSQL alone",
        "× that",
        "measured over",
    ]);
    let at = grouped(measured.sizes.reports);
    pulls(
        &mut table,
        &format!("{at} tickets, city officer"),
        &measured.officer,
    );
    pulls(&mut table, &format!("{at} tickets, clerk"), &measured.clerk);
    first_pulls(&mut table, measured);
    pushes(&mut table, measured)?;
    growth(&mut table, measured);
    bytes(&mut table, &measured.bytes)?;
    notes(&mut table, measured)?;
    Ok(table)
}

fn pulls(table: &mut Table, who: &str, cost: &Cost) {
    let mut pull = |what: &str, times: &Times, goal: Goal, floor: &Times| {
        table.row([
            format!("{what}: {who}"),
            ms(times.median()),
            ms(times.p95()),
            goal.of(in_ms(times.median()), " ms"),
            ms(floor.median()),
            ratio(times.median(), floor.median()),
            format!("{} pulls", times.count()),
        ]);
    };
    pull(
        "pull, nothing new",
        &cost.empty,
        EMPTY_MS,
        &cost.floor_empty,
    );
    pull(
        "pull, 500 tickets changed",
        &cost.page,
        PAGE_MS,
        &cost.floor_page,
    );
}

fn first_pulls(table: &mut Table, measured: &Measured) {
    let tickets = measured.sizes.reports;
    let floor = per_second(tickets, measured.first_floor.median());
    for (limit, times) in [(500, &measured.first_500), (2_000, &measured.first_2000)] {
        let rate = per_second(tickets, times.median());
        table.row([
            format!(
                "first pull of {} tickets, pages of {limit}",
                grouped(tickets)
            ),
            format!("{}/s", grouped(rate)),
            format!("{}/s", grouped(per_second(tickets, times.p95()))),
            FIRST_PULL.of(rate, "/s"),
            format!("{}/s", grouped(floor)),
            format!("{:.2}", floor / rate),
            format!("{FIRST_PULLS} first pulls"),
        ]);
    }
}

fn pushes(table: &mut Table, measured: &Measured) -> anyhow::Result<()> {
    let pushed = &measured.pushed;
    let count = u32::try_from(pushed.acknowledged.len())?;
    let rate = per_second(count, pushed.took);
    let floors = [
        ("one INSERT of 25", measured.written.at_once),
        ("25 INSERTs", measured.written.one_by_one),
    ];
    for (how, floor) in floors {
        table.row([
            format!("push, batches of {BATCH}, {CLIENTS} phones"),
            format!("{}/s", grouped(rate)),
            String::new(),
            PUSH.of(rate, "/s"),
            format!("{}/s ({how})", grouped(floor)),
            format!("{:.1}", floor / rate),
            format!("{} reports", grouped(count)),
        ]);
    }
    table.row([
        "answer to a batch of 25 reports".to_owned(),
        ms(pushed.batches.median()),
        ms(pushed.batches.p95()),
        String::new(),
        String::new(),
        String::new(),
        format!(
            "{} batches",
            grouped(u32::try_from(pushed.batches.count())?)
        ),
    ]);
    Ok(())
}

fn growth(table: &mut Table, measured: &Measured) {
    let (few, many) = (&measured.few, &measured.many);
    let sizes = format!(
        "{} tickets ÷ {}",
        grouped(measured.sizes.many),
        grouped(measured.sizes.few)
    );
    let mut grown = |what: &str, pick: fn(&Cost) -> (&Times, &Times)| {
        let ((large, large_floor), (small, small_floor)) = (pick(many), pick(few));
        let factor = large.median().as_secs_f64() / small.median().as_secs_f64();
        table.row([
            format!("{what}: {sizes}"),
            format!("{factor:.2}"),
            ratio(large.p95(), small.p95()),
            GROWTH.of(factor, ""),
            ratio(large_floor.median(), small_floor.median()),
            String::new(),
            format!(
                "{} and {}, in turns",
                ms(large.median()),
                ms(small.median())
            ),
        ]);
    };
    grown("pull, nothing new", |cost| (&cost.empty, &cost.floor_empty));
    grown("pull, 500 tickets changed", |cost| {
        (&cost.page, &cost.floor_page)
    });
}

fn bytes(table: &mut Table, bytes: &InBytes) -> anyhow::Result<()> {
    let [raw, gzip, br, zstd] = ENCODINGS;
    table.heading(["bytes of bodies", raw, "goal", "", gzip, br, zstd]);
    let mut row = |what: String, Bytes([raw, gzip, br, zstd]): Bytes, goal: String| {
        let [raw, gzip, br, zstd] = [raw, gzip, br, zstd].map(|bytes| bytes.to_string());
        table.row([what, raw, goal, String::new(), gzip, br, zstd]);
    };
    let sent = format!(
        "answer to a push of one report (request: {} B)",
        bytes.push_sent
    );
    row(sent, bytes.push, String::new());
    row("pull, nothing new".to_owned(), bytes.empty, String::new());
    row("page of 500 tickets".to_owned(), bytes.page, String::new());
    row(
        "… a ticket".to_owned(),
        each(bytes.page, 500),
        goal_of(each(bytes.page, 500)),
    );
    let tickets = usize::try_from(bytes.district_tickets)?;
    let what = format!(
        "first pull of a district officer, {} open tickets",
        grouped(bytes.district_tickets)
    );
    row(what, bytes.district, String::new());
    let documents = less(bytes.district, bytes.reference);
    row(
        "… a ticket, without reference data".to_owned(),
        each(documents, tickets),
        goal_of(each(documents, tickets)),
    );
    row(
        "… reference data".to_owned(),
        bytes.reference,
        String::new(),
    );
    let morning = &bytes.morning;
    let what = format!(
        "a morning in {} requests: refresh, push of 20 reports ({} B), pull of {} changes",
        morning.requests, morning.sent, morning.changes
    );
    let goal = REQUESTS.of(f64::from(morning.requests), " requests");
    row(what, morning.received, goal);
    Ok(())
}

fn notes(table: &mut Table, measured: &Measured) -> anyhow::Result<()> {
    let processors = std::thread::available_parallelism()?;
    table.note(format!(
        "{processors} processors for server, PostgreSQL and phones together; load average before: {}; PostgreSQL: {}",
        measured.load.trim(),
        measured.memory
    ));
    table.note(&measured.verified);
    table.note(format!(
        "warm-up: {} pulls, one first pull, {WARM_UP} reports; times are of whole requests without compression on connections kept open; \
         the p95 of a rate is that of the slower runs",
        TIMES / 10
    ));
    table.note("PostgreSQL alone: pgbench on the same cluster in the same run, fsync on: keyset SELECTs on the feed, json_agg of the same 500 tickets, \
                row_to_json of all, plain rows as long as a report");
    REFERENCES.iter().for_each(|note| table.note(*note));
    Ok(())
}

fn in_ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn ratio(time: Duration, floor: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() / floor.as_secs_f64())
}

fn each(bytes: Bytes, count: usize) -> Bytes {
    Bytes(bytes.0.map(|sum| sum / count.max(1)))
}

fn less(all: Bytes, part: Bytes) -> Bytes {
    let mut rest = all;
    for (rest, part) in rest.0.iter_mut().zip(part.0) {
        *rest = rest.saturating_sub(part);
    }
    rest
}

fn goal_of(bytes: Bytes) -> String {
    let best = u32::try_from(bytes.best()).unwrap_or(u32::MAX);
    TICKET_BYTES.of(f64::from(best), " B")
}
