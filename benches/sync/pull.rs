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
/// Parts that these are taken in.
const TURNS: u32 = 5;

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

/// Who pulls.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// In which city.
    pub city: &'a City,
    /// With which phone.
    pub phone: &'a Phone,
    /// The scope that holds the tickets.
    pub scope: &'a str,
    /// Whose phone changes some.
    pub handler: &'a Phone,
}

/// A reader before whom five hundred tickets have changed.
struct Ready<'a> {
    reader: Reader<'a>,
    /// Before the changes.
    before: String,
    /// Behind them.
    behind: String,
    empty_query: String,
    page_query: String,
    taken: [Vec<Duration>; 4],
}

/// Measures the pulls of one reader.
pub async fn cost(reader: Reader<'_>) -> anyhow::Result<Cost> {
    let [cost] = costs([reader]).await?;
    Ok(cost)
}

/// Measures the pulls of several readers in short turns, so that a machine that is slower for a while is so for each of them.
pub async fn costs<const N: usize>(readers: [Reader<'_>; N]) -> anyhow::Result<[Cost; N]> {
    let mut all = Vec::new();
    for reader in readers {
        all.push(Ready::make(reader).await?);
    }
    for _ in 0..TURNS {
        for ready in &mut all {
            ready.pull_nothing_new().await?;
        }
    }
    for _ in 0..TURNS {
        for ready in &mut all {
            ready.pull_page().await?;
        }
    }
    let costs: Vec<Cost> = all
        .into_iter()
        .map(Ready::into_cost)
        .collect::<anyhow::Result<_>>()?;
    costs
        .try_into()
        .map_err(|costs: Vec<Cost>| anyhow::anyhow!("{} costs of {N} readers", costs.len()))
}

impl<'a> Ready<'a> {
    async fn make(reader: Reader<'a>) -> anyhow::Result<Self> {
        let Reader {
            city,
            phone,
            scope,
            handler,
        } = reader;
        let before = phone.pull_all(LARGEST_PAGE).await?.cursor;
        change_tickets(city, handler, "true", PAGE).await?;
        Ok(Self {
            reader,
            behind: phone.pull(Some(&before), PAGE).await?.cursor,
            before,
            empty_query: empty_query(scope, &position(city, scope, 1)?),
            page_query: page_query(scope, &position(city, scope, PAGE + 1)?),
            taken: Default::default(),
        })
    }

    async fn pull_nothing_new(&mut self) -> anyhow::Result<()> {
        let [empty, floor, ..] = &mut self.taken;
        repeat(self.reader.phone, &self.behind, 0, empty).await?;
        self.reader.floor(&self.empty_query, floor)
    }

    async fn pull_page(&mut self) -> anyhow::Result<()> {
        let [.., page, floor] = &mut self.taken;
        repeat(self.reader.phone, &self.before, PAGE, page).await?;
        self.reader.floor(&self.page_query, floor)
    }

    fn into_cost(self) -> anyhow::Result<Cost> {
        let [empty, floor_empty, page, floor_page] = self.taken;
        Ok(Cost {
            empty: Times::of(empty)?,
            page: Times::of(page)?,
            cursor: self.before,
            floor_empty: Times::of(floor_empty)?,
            floor_page: Times::of(floor_page)?,
        })
    }
}

impl Reader<'_> {
    fn floor(&self, query: &str, taken: &mut Vec<Duration>) -> anyhow::Result<()> {
        let floor = self.city.cluster.repeat(query, once(TIMES / TURNS))?;
        taken.extend(floor.times.all());
        Ok(())
    }
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

/// The same pull again and again, a turn; each answer holds so many tickets, or nothing.
async fn repeat(
    phone: &Phone,
    cursor: &str,
    tickets: u32,
    taken: &mut Vec<Duration>,
) -> anyhow::Result<()> {
    let page = || phone.page(Some(cursor), None, PAGE, "identity");
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
    for _ in 0..TIMES / TURNS / 10 {
        page().await?;
    }
    for _ in 0..TIMES / TURNS {
        taken.push(page().await?.took);
    }
    Ok(())
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
