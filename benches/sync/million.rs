//! A city of many tickets, made of one of few by SQL.

use std::thread;

use crate::cluster::Cluster;

const SCRIPT: &str = include_str!("million.sql");

/// Tables with the ids that each row has of its own. Two scripts at once, about equally long.
const HALVES: [&[&str]; 2] = [
    &["'sync_feed', '{entity_id}', $$entity IN ('reports', 'findings', 'tickets')$$"],
    &[
        "'reports', '{id}'",
        "'findings', '{id, report_id}'",
        "'tickets', '{id, finding_id}'",
        "'ticket_assignments', '{id, ticket_id}'",
        "'ticket_events', '{ticket_id}'",
    ],
];

/// Makes every report, finding and ticket so many times again. Answers how many tickets there are then.
pub fn multiply(cluster: &Cluster, times: u32) -> anyhow::Result<u32> {
    let half = |tables: &[&str]| {
        let calls = tables
            .iter()
            .map(|table| format!("SELECT pg_temp.multiply({table})"));
        let calls = calls.collect::<Vec<_>>().join(";\n");
        let script = SCRIPT
            .replace("{multiply}", &calls)
            .replace("{times}", &times.to_string());
        cluster.run(&script).map(|_| ())
    };
    thread::scope(|scope| {
        let halves = HALVES.map(|tables| scope.spawn(move || half(tables)));
        halves.into_iter().try_for_each(|half| {
            half.join()
                .map_err(|_panic| anyhow::anyhow!("a script that ended in a panic"))?
        })
    })?;
    cluster.number("SELECT count(*) FROM tickets")
}
