//! A ticket's whole life over HTTP, as the people in it live it: reported, acknowledged, submitted, rechecked and closed; then looked for.
//! Each step is one request on a connection that is kept open, and its answer is read. Each client is a thread that blocks: what asks takes as
//! little as it can from the machine that answers.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use ureq::Agent;
use uuid::Uuid;

use crate::city::City;
use crate::draft::{Draft, Writer};
use crate::figures::Times;
use crate::phone::PASSWORD;

/// Lives that are lived at once.
pub const CLIENTS: u32 = 4;
/// What is measured of each life, in its order.
pub const STEPS: [&str; 5] = ["report", "acknowledge", "submit", "recheck", "search"];

/// Somebody who is logged in, with a connection that is kept open.
struct Person {
    http: Agent,
    base: String,
    token: String,
}

/// The people of one client.
struct People {
    inspector: Person,
    rechecker: Person,
    officer: Person,
    clerk: Person,
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
pub fn live(city: &City, writer: &mut Writer, officer: &str, count: u32) -> anyhow::Result<Lived> {
    let share = count / CLIENTS;
    let mut ready = Vec::new();
    for client in 0..CLIENTS {
        let drafts = (0..share).map(|_| writer.write());
        let drafts: Vec<Draft> = drafts.collect::<anyhow::Result<_>>()?;
        let inspector = format!("inspector{}", client + 1);
        let rechecker = format!("inspector{}", (client + 1) % CLIENTS + 1);
        let people = People {
            inspector: Person::log_in(&city.url, &inspector)?,
            rechecker: Person::log_in(&city.url, &rechecker)?,
            officer: Person::log_in(&city.url, officer)?,
            clerk: Person::log_in(&city.url, "clerk")?,
        };
        ready.push((people, drafts));
    }
    let begun = Instant::now();
    let living: Vec<_> = ready
        .into_iter()
        .map(|(people, drafts)| thread::spawn(move || people.live_all(&drafts)))
        .collect();
    let mut steps: [Vec<Duration>; STEPS.len()] = Default::default();
    let mut ends = Vec::new();
    for one in living {
        let lives = one.join();
        let lives = lives.map_err(|_panic| anyhow::anyhow!("a client has panicked"))?;
        for life in lives? {
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

impl Person {
    fn log_in(url: &str, username: &str) -> anyhow::Result<Self> {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .build();
        let mut person = Self {
            http: Agent::new_with_config(config),
            base: format!("{url}/api/v1/"),
            token: String::new(),
        };
        let login = json!({
            "username": username, "password": PASSWORD,
            "device": { "id": Uuid::new_v4(), "name": "phone" },
        });
        let (_, granted) = person.post("auth/login", None, &login)?;
        person.token = format!("Bearer {}", text(&granted, "/access_token")?);
        Ok(person)
    }

    /// Sends a request that must succeed; with the version that was seen.
    fn post(
        &self,
        path: &str,
        seen: Option<&str>,
        body: &Value,
    ) -> anyhow::Result<(Duration, Value)> {
        let mut request = self.http.post(format!("{}{path}", self.base));
        if !self.token.is_empty() {
            request = request.header("authorization", &self.token);
        }
        if let Some(seen) = seen {
            request = request.header("if-match", format!("\"{seen}\""));
        }
        let begun = Instant::now();
        let answered = request.send_json(body);
        read(begun, answered).with_context(|| path.to_owned())
    }

    /// Looks for a number.
    fn search(&self, number: &str) -> anyhow::Result<(Duration, Value)> {
        let request = self.http.get(format!("{}tickets?q={number}", self.base));
        let begun = Instant::now();
        let answered = request.header("authorization", &self.token).call();
        read(begun, answered)
    }

    fn command(
        &self,
        ticket: &str,
        name: &str,
        rev: &str,
        body: &Value,
    ) -> anyhow::Result<(Duration, Value)> {
        self.post(&format!("tickets/{ticket}/{name}"), Some(rev), body)
    }
}

type Answered = Result<ureq::http::Response<ureq::Body>, ureq::Error>;

/// Reads an answer to its end; from the first byte out to the last byte in.
fn read(begun: Instant, answered: Answered) -> anyhow::Result<(Duration, Value)> {
    let mut answer = answered?;
    let status = answer.status();
    let body = answer.body_mut().read_to_vec()?;
    let took = begun.elapsed();
    ensure!(
        status.is_success(),
        "{status}: {}",
        String::from_utf8_lossy(&body)
    );
    Ok((took, serde_json::from_slice(&body)?))
}

impl People {
    fn live_all(self, drafts: &[Draft]) -> anyhow::Result<Vec<Life>> {
        let mut lives = Vec::new();
        for draft in drafts {
            lives.push(Life {
                steps: self.live(draft)?,
                ended: Instant::now(),
            });
        }
        Ok(lives)
    }

    fn live(&self, draft: &Draft) -> anyhow::Result<[Duration; STEPS.len()]> {
        let body = as_body(&draft.mutation)?;
        let (report, answer) = self.inspector.post("reports", None, &body)?;
        let ticket = text(&answer, "/findings/0/ticket/id")?;
        let mut rev = "1".to_owned();
        if text(&answer, "/findings/0/ticket/state")? == "triage" {
            // By chance it is where another of its item is: a clerk has to look.
            let (_, filed) = self.clerk.command(&ticket, "file", &rev, &json!({}))?;
            rev = text(&filed, "/rev")?;
        }
        let officer = &self.officer;
        let (acknowledge, seen) = officer.command(&ticket, "acknowledge", &rev, &json!({}))?;
        let (number, rev) = (text(&seen, "/number")?, text(&seen, "/rev")?);
        let measure = json!({ "measure": "已劝导，并安排专人值守" });
        let (submit, seen) = officer.command(&ticket, "submit", &rev, &measure)?;
        let photo = json!({ "aid": Uuid::new_v4(), "sha256": "0".repeat(64), "bytes": 180_000, "mime": "image/jpeg" });
        let pass =
            json!({ "result": "pass", "opinion": "现场查看，问题已整改", "attachments": [photo] });
        let rev = text(&seen, "/rev")?;
        let (recheck, seen) = self.rechecker.command(&ticket, "recheck", &rev, &pass)?;
        ensure!(
            text(&seen, "/state")? == "closed",
            "the ticket is not closed: {seen}"
        );
        let (search, found) = self.clerk.search(&number)?;
        let first = text(&found, "/items/0/id")?;
        ensure!(first == ticket, "{number} finds {first} and not {ticket}");
        Ok([report, acknowledge, submit, recheck, search])
    }
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
