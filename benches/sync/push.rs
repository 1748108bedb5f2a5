//! Pushing: reports in batches, several phones at once, and the proof that everything acknowledged is there.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::city::City;
use crate::draft::{Draft, Writer};
use crate::figures::{Times, grouped};
use crate::phone::{Phone, send};

/// Phones that push at once.
pub const CLIENTS: u32 = 4;
/// Reports in a batch.
pub const BATCH: usize = 25;

/// What a push took.
pub struct Pushed {
    /// From the first request out to the last answer in.
    pub took: Duration,
    /// Of each batch.
    pub batches: Times,
    /// Reports that were acknowledged as applied, their tickets dispatched.
    pub acknowledged: Vec<Uuid>,
}

struct Parcel {
    body: Bytes,
    reports: Vec<Uuid>,
}

#[derive(Deserialize)]
struct BatchAnswer {
    results: Vec<ItemAnswer>,
}

#[derive(Deserialize)]
struct ItemAnswer {
    verdict: String,
    #[serde(default)]
    findings: Vec<FindingAnswer>,
    #[serde(default)]
    code: Option<String>,
}

#[derive(Deserialize)]
struct FindingAnswer {
    ticket: TicketAnswer,
}

#[derive(Deserialize)]
struct TicketAnswer {
    state: String,
}

/// A batch as it goes over the wire.
pub fn body(drafts: &[Draft]) -> anyhow::Result<Bytes> {
    let mutations: Vec<_> = drafts.iter().map(|draft| &draft.mutation).collect();
    let batch = json!({ "batch_id": Uuid::new_v4(), "app": { "version": "1.0.0", "schema": 1 }, "mutations": mutations });
    Ok(serde_json::to_vec(&batch)?.into())
}

/// Pushes so many reports, each phone its share. Bodies are made up before the clock starts.
pub async fn push(city: &City, writer: &mut Writer, count: u32) -> anyhow::Result<Pushed> {
    let mut shares: Vec<Vec<Parcel>> = (0..CLIENTS).map(|_| Vec::new()).collect();
    let (mut left, mut turn) = (usize::try_from(count)?, 0);
    while left > 0 {
        let drafts = (0..left.min(BATCH)).map(|_| writer.write());
        let drafts: Vec<Draft> = drafts.collect::<anyhow::Result<_>>()?;
        left -= drafts.len();
        let parcel = Parcel {
            body: body(&drafts)?,
            reports: drafts.iter().map(|draft| draft.report).collect(),
        };
        let turns = shares.len();
        if let Some(share) = shares.get_mut(turn % turns) {
            share.push(parcel);
        }
        turn += 1;
    }
    let mut phones = Vec::new();
    for number in 1..=CLIENTS {
        phones.push(Phone::log_in(&city.url, &format!("inspector{number}")).await?);
    }
    let begun = Instant::now();
    let pushing = phones.into_iter().zip(shares);
    let pushing: Vec<_> = pushing
        .map(|(phone, share)| tokio::spawn(deliver(phone, share)))
        .collect();
    let (mut times, mut acknowledged) = (Vec::new(), Vec::new());
    for one in pushing {
        let (taken, reports) = one.await??;
        times.extend(taken);
        acknowledged.extend(reports);
    }
    Ok(Pushed {
        took: begun.elapsed(),
        batches: Times::of(times)?,
        acknowledged,
    })
}

async fn deliver(phone: Phone, share: Vec<Parcel>) -> anyhow::Result<(Vec<Duration>, Vec<Uuid>)> {
    let (mut times, mut acknowledged) = (Vec::new(), Vec::new());
    for parcel in share {
        let request = phone
            .request(Method::POST, "sync/batches")
            .header("content-type", "application/json")
            .body(parcel.body);
        let answer = send(request).await?;
        times.push(answer.took);
        let answer: BatchAnswer = serde_json::from_slice(&answer.body)?;
        ensure!(
            answer.results.len() == parcel.reports.len(),
            "a batch was not answered whole"
        );
        for (report, item) in parcel.reports.into_iter().zip(answer.results) {
            ensure!(
                item.verdict == "applied",
                "report {report} is {}: {:?}",
                item.verdict,
                item.code
            );
            let [finding] = item.findings.as_slice() else {
                anyhow::bail!("report {report} has {} tickets", item.findings.len());
            };
            let state = &finding.ticket.state;
            ensure!(state == "dispatched", "the ticket of {report} is {state}");
            acknowledged.push(report);
        }
    }
    Ok((times, acknowledged))
}

/// Asks the tables themselves for every report that was acknowledged: report, ticket, trail and feed. Answers it in words.
pub fn verify(city: &City, acknowledged: &[Uuid]) -> anyhow::Result<String> {
    let ids: Vec<String> = acknowledged.iter().map(Uuid::to_string).collect();
    let script = VERIFY.replace("{ids}", &ids.join("\n"));
    let answer = city.cluster.run(&script)?;
    let counts: Vec<(&str, usize)> = answer
        .lines()
        .map(|line| {
            let (name, count) = line.split_once('|').context("name|count")?;
            Ok((name, count.parse()?))
        })
        .collect::<anyhow::Result<_>>()?;
    for (name, count) in &counts {
        ensure!(
            *count == acknowledged.len(),
            "{count} of {} acknowledged reports have {name}",
            acknowledged.len()
        );
    }
    let names: Vec<&str> = counts.iter().map(|(name, _)| *name).collect();
    let all = grouped(u32::try_from(acknowledged.len())?);
    Ok(format!(
        "checked by SQL after the push: each of the {all} reports acknowledged has {}",
        names.join(", ")
    ))
}

const VERIFY: &str = include_str!("verify.sql");
