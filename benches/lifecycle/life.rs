//! A ticket's whole life over HTTP, as the people in it live it: reported, acknowledged, submitted, rechecked and closed; then looked for.
//! Each step is one request on a connection that is kept open, and its answer is read.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::city::City;
use crate::draft::{Draft, Writer};
use crate::figures::Times;
use crate::phone::{Phone, send};

/// Lives that are lived at once.
pub const CLIENTS: u32 = 4;
/// What is measured of each life, in its order.
pub const STEPS: [&str; 5] = ["report", "acknowledge", "submit", "recheck", "search"];

/// The people of one client.
struct People {
    inspector: Phone,
    rechecker: Phone,
    officer: Phone,
    clerk: Phone,
}

/// What living took.
pub struct Lived {
    /// From the first request out to the last answer in.
    pub took: Duration,
    /// Lives.
    pub count: u32,
    /// Of each tenth of them, in the order in which they ended: how even the machine is.
    pub tenths: Vec<Duration>,
    /// Of each step.
    pub steps: [Times; STEPS.len()],
}

/// What one life took, and when it had ended.
struct Life {
    steps: [Duration; STEPS.len()],
    ended: Instant,
}

/// Has so many tickets live, each client its share. Reports are made up before the clock starts.
pub async fn live(
    city: &City,
    writer: &mut Writer,
    officer: &str,
    count: u32,
) -> anyhow::Result<Lived> {
    let share = count / CLIENTS;
    let mut ready = Vec::new();
    for client in 0..CLIENTS {
        let drafts = (0..share).map(|_| writer.write());
        let drafts: Vec<Draft> = drafts.collect::<anyhow::Result<_>>()?;
        let inspector = format!("inspector{}", client + 1);
        let rechecker = format!("inspector{}", (client + 1) % CLIENTS + 1);
        let people = People {
            inspector: Phone::log_in(&city.url, &inspector).await?,
            rechecker: Phone::log_in(&city.url, &rechecker).await?,
            officer: Phone::log_in(&city.url, officer).await?,
            clerk: Phone::log_in(&city.url, "clerk").await?,
        };
        ready.push((people, drafts));
    }
    let begun = Instant::now();
    let living: Vec<_> = ready
        .into_iter()
        .map(|(people, drafts)| tokio::spawn(people.live_all(drafts)))
        .collect();
    let mut steps: [Vec<Duration>; STEPS.len()] = Default::default();
    let mut ends = Vec::new();
    for one in living {
        for life in one.await?? {
            for (step, time) in steps.iter_mut().zip(life.steps) {
                step.push(time);
            }
            ends.push(life.ended);
        }
    }
    let took = begun.elapsed();
    ends.sort_unstable();
    let tenths = ends.chunks_exact((ends.len() / 10).max(1));
    let ends_of_tenths: Vec<Instant> = tenths.filter_map(|ends| ends.last().copied()).collect();
    let begins_of_tenths = [begun].into_iter().chain(ends_of_tenths.iter().copied());
    let [report, acknowledge, submit, recheck, search] = steps;
    Ok(Lived {
        took,
        count: share * CLIENTS,
        tenths: (ends_of_tenths.iter().zip(begins_of_tenths))
            .map(|(end, begin)| *end - begin)
            .collect(),
        steps: [
            Times::of(report)?,
            Times::of(acknowledge)?,
            Times::of(submit)?,
            Times::of(recheck)?,
            Times::of(search)?,
        ],
    })
}

impl People {
    async fn live_all(self, drafts: Vec<Draft>) -> anyhow::Result<Vec<Life>> {
        let mut lives = Vec::new();
        for draft in drafts {
            lives.push(Life {
                steps: self.live(&draft).await?,
                ended: Instant::now(),
            });
        }
        Ok(lives)
    }

    async fn live(&self, draft: &Draft) -> anyhow::Result<[Duration; STEPS.len()]> {
        let reported = send(
            self.inspector
                .request(Method::POST, "reports")
                .json(&as_body(&draft.mutation)?),
        )
        .await?;
        let answer = reported.json()?;
        let ticket = text(&answer, "/findings/0/ticket/id")?;
        let mut rev = "1".to_owned();
        if text(&answer, "/findings/0/ticket/state")? == "triage" {
            // By chance it is where another of its item is: a clerk has to look.
            let (_, filed) = command(&self.clerk, &ticket, "file", &rev, json!({})).await?;
            rev = text(&filed, "/rev")?;
        }
        let (acknowledge, seen) =
            command(&self.officer, &ticket, "acknowledge", &rev, json!({})).await?;
        let number = text(&seen, "/number")?;
        let measure = json!({ "measure": "已劝导，并安排专人值守" });
        let (submit, seen) = command(
            &self.officer,
            &ticket,
            "submit",
            &text(&seen, "/rev")?,
            measure,
        )
        .await?;
        let photo = json!({ "aid": Uuid::new_v4(), "sha256": "0".repeat(64), "bytes": 180_000, "mime": "image/jpeg" });
        let pass =
            json!({ "result": "pass", "opinion": "现场查看，问题已整改", "attachments": [photo] });
        let (recheck, seen) = command(
            &self.rechecker,
            &ticket,
            "recheck",
            &text(&seen, "/rev")?,
            pass,
        )
        .await?;
        ensure!(
            text(&seen, "/state")? == "closed",
            "the ticket is not closed: {seen}"
        );
        let search = self
            .clerk
            .request(Method::GET, "tickets")
            .query(&[("q", &number)]);
        let found = send(search).await?;
        let found_ids = found.json()?;
        let first = text(&found_ids, "/items/0/id")?;
        ensure!(first == ticket, "{number} finds {first} and not {ticket}");
        Ok([reported.took, acknowledge, submit, recheck, found.took])
    }
}

async fn command(
    who: &Phone,
    ticket: &str,
    name: &str,
    rev: &str,
    body: Value,
) -> anyhow::Result<(Duration, Value)> {
    let request = who.request(Method::POST, &format!("tickets/{ticket}/{name}"));
    let request = request.header("if-match", format!("\"{rev}\"")).json(&body);
    let answer = send(request).await.with_context(|| name.to_owned())?;
    Ok((answer.took, answer.json()?))
}

/// A mutation's content as a REST body.
fn as_body(mutation: &Value) -> anyhow::Result<Value> {
    let mut body = mutation.clone();
    let members = body.as_object_mut().context("a mutation is an object")?;
    for transport in ["mid", "seq", "kind"] {
        members.remove(transport);
    }
    Ok(body)
}

fn text(value: &Value, pointer: &str) -> anyhow::Result<String> {
    let text = value.pointer(pointer).and_then(Value::as_str);
    text.map(str::to_owned)
        .with_context(|| format!("no {pointer} in {value}"))
}
