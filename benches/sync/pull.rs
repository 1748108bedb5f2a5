//! Pulling: nothing new, five hundred tickets changed, and everything for the first time; each beside the same rows read by
//! PostgreSQL alone.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use crate::city::City;
use crate::cluster::Load;
use crate::figures::{Times, ms};
use crate::phone::{Phone, send};

/// Documents on the page that is measured.
pub const PAGE: u32 = 500;
/// Largest page.
pub const LARGEST_PAGE: u32 = 2_000;
/// Repetitions of what is quick, after a tenth as many for warming up.
pub const TIMES: u32 = 500;

/// What a reader's pulls cost, and what they cost at best.
pub struct Cost {
    /// Nothing new.
    pub empty: Times,
    /// Five hundred tickets changed.
    pub page: Times,
    /// The cursor before the page.
    pub cursor: String,
    /// PostgreSQL alone: nothing behind a position.
    pub floor_empty: Times,
    /// PostgreSQL alone: the same five hundred tickets as JSON.
    pub floor_page: Times,
}

impl Cost {
    /// For the log, should the run end early.
    pub fn in_words(&self) -> String {
        let (empty, page) = (self.empty.median(), self.page.median());
        format!("… nothing new {}, 500 changed {}", ms(empty), ms(page))
    }
}

/// Measures the pulls of a reader whose tickets stand in a scope, while `handler` changes some.
pub async fn cost(
    city: &City,
    reader: &Phone,
    scope: &str,
    handler: &Phone,
) -> anyhow::Result<Cost> {
    let cursor = reader.pull_all(LARGEST_PAGE).await?.cursor;
    let empty = repeat(reader, &cursor, 0).await?;
    let behind = position(city, scope, 1)?;
    let floor_empty = city
        .cluster
        .repeat(&empty_query(scope, &behind), once(TIMES))?;
    change_tickets(city, handler, "true", PAGE).await?;
    let page = repeat(reader, &cursor, PAGE).await?;
    let before = position(city, scope, PAGE + 1)?;
    let query = page_query(scope, &before);
    let floor_page = city.cluster.repeat(&query, once(TIMES))?;
    Ok(Cost {
        empty,
        page,
        cursor,
        floor_empty: floor_empty.times,
        floor_page: floor_page.times,
    })
}

/// First pulls, one after the other, after one for warming up.
pub async fn first_pulls(reader: &Phone, limit: u32, times: u32) -> anyhow::Result<Times> {
    reader.pull_all(limit).await?;
    let mut taken = Vec::new();
    for _ in 0..times {
        taken.push(reader.pull_all(limit).await?.took);
    }
    Times::of(taken)
}

/// PostgreSQL alone: every ticket of a scope as a row of JSON, in one statement.
pub fn first_pull_floor(city: &City, scope: &str, times: u32) -> anyhow::Result<Times> {
    let query = format!(
        "SELECT row_to_json(page) FROM ({}) AS page;",
        documents(scope, "true", "")
    );
    Ok(city.cluster.repeat(&query, once(times))?.times)
}

/// Gives so many tickets to work on, at random places of the table.
pub async fn change_tickets(
    city: &City,
    handler: &Phone,
    which: &str,
    count: u32,
) -> anyhow::Result<()> {
    let found = city.cluster.run(&format!(
        "SELECT id, rev FROM tickets WHERE state = 'dispatched' AND {which} ORDER BY md5(id::text) LIMIT {count}"
    ))?;
    for line in found.lines() {
        let (id, rev) = line.split_once('|').context("id|rev")?;
        let request = handler
            .request(Method::POST, &format!("tickets/{id}/acknowledge"))
            .header("if-match", format!("\"{rev}\""))
            .json(&json!({}));
        send(request).await?;
    }
    Ok(())
}

/// The same pull again and again; each answer holds so many tickets, or nothing.
async fn repeat(reader: &Phone, cursor: &str, tickets: u32) -> anyhow::Result<Times> {
    let page = || reader.page(Some(cursor), None, PAGE, "identity");
    let answer = page().await?.json()?;
    let changes = answer
        .get("changes")
        .and_then(Value::as_array)
        .context("changes")?;
    let found = changes
        .iter()
        .filter(|change| change.pointer("/doc/state").is_some())
        .count();
    ensure!(
        found == usize::try_from(tickets)? && changes.len() == found,
        "{found} tickets of {} changes where {tickets} are to be measured",
        changes.len()
    );
    for _ in 0..TIMES / 10 {
        page().await?;
    }
    let mut taken: Vec<Duration> = Vec::new();
    for _ in 0..TIMES {
        taken.push(page().await?.took);
    }
    Times::of(taken)
}

fn once(transactions: u32) -> Load {
    Load {
        clients: 1,
        transactions,
    }
}

/// A scope as a SQL expression without a colon, in which pgbench would see a variable.
fn quoted(scope: &str) -> String {
    format!("'{}'", scope.replace(':', "' || chr(58) || '"))
}

/// Position of the row that stands so many from the end of a scope.
fn position(city: &City, scope: &str, from_end: u32) -> anyhow::Result<String> {
    let skip = from_end - 1;
    city.cluster.run(&format!(
        "SELECT tx || ', ' || seq FROM sync_feed WHERE scope = '{scope}' ORDER BY sync_feed.tx DESC, sync_feed.seq DESC OFFSET {skip} LIMIT 1"
    ))
}

fn empty_query(scope: &str, behind: &str) -> String {
    let scope = quoted(scope);
    format!(
        "SELECT entity, entity_id, state, rev, tx, seq FROM sync_feed \
          WHERE scope = {scope} AND (tx, seq) > ({behind}) ORDER BY tx, seq LIMIT {PAGE};"
    )
}

fn page_query(scope: &str, before: &str) -> String {
    let rows = documents(scope, &format!("(f.tx, f.seq) > ({before})"), "LIMIT 500");
    format!("SELECT json_agg(page) FROM ({rows}) AS page;")
}

/// What a ticket's document says, without a word on how.
fn documents(scope: &str, which: &str, limit: &str) -> String {
    let scope = quoted(scope);
    format!(
        "SELECT f.entity_id AS id, f.rev, t.number, t.state, t.scheme, t.version, t.item, c.code AS condition, t.text, t.danger, \
                t.fixed_on_site, p.id AS point, p.name_zh, t.lat, t.lon, t.district_code AS district, t.due_at, t.rework_round, \
                t.lead_unit_id AS lead, t.dispatched_at, t.submitted_at \
           FROM sync_feed f JOIN tickets t ON t.id = f.entity_id \
           LEFT JOIN filing_conditions c ON c.id = t.condition_id LEFT JOIN check_points p ON p.id = t.point_id \
          WHERE f.scope = {scope} AND f.entity = 'tickets' AND f.state = 'present' AND {which} ORDER BY f.tx, f.seq {limit}"
    )
}
