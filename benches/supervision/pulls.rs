//! Requests, as a browser of the office sends them: whole answers, without compression.

use std::time::{Duration, Instant};

use reqwest::Method;

use crate::city::City;
use crate::figures::Times;
use crate::memory::{forget_peak, peak, resident};
use crate::phone::{Phone, send};

const WARM_UP: usize = 5;
const REPETITIONS: usize = 40;

/// Times of one request, again and again.
pub async fn first_pages(reader: &Phone, path: &str) -> anyhow::Result<Times> {
    let mut times = Vec::new();
    for repetition in 0..WARM_UP + REPETITIONS {
        let request = reader.request(Method::GET, path);
        let begun = Instant::now();
        send(request).await?;
        if repetition >= WARM_UP {
            times.push(begun.elapsed());
        }
    }
    Times::of(times)
}

/// A whole list as a file.
pub struct Whole {
    /// From the request out to the last byte in.
    pub took: Duration,
    /// Bytes of the file.
    pub bytes: usize,
    /// How much more memory the server took meanwhile than before, at most.
    pub memory_bytes: u64,
}

/// Pulls a file, three times; the fastest is told, and the most memory.
pub async fn whole(city: &City, reader: &Phone, path: &str) -> anyhow::Result<Whole> {
    let mut told: Option<Whole> = None;
    for _ in 0..3 {
        let pulled = once(city, reader, path).await?;
        told = Some(match told {
            None => pulled,
            Some(before) => Whole {
                took: before.took.min(pulled.took),
                bytes: pulled.bytes,
                memory_bytes: before.memory_bytes.max(pulled.memory_bytes),
            },
        });
    }
    told.ok_or_else(|| anyhow::anyhow!("nothing was pulled"))
}

async fn once(city: &City, reader: &Phone, path: &str) -> anyhow::Result<Whole> {
    let idle = resident(city.pid())?;
    forget_peak(city.pid())?;
    let begun = Instant::now();
    let mut response = reader
        .request(Method::GET, path)
        .send()
        .await?
        .error_for_status()?;
    let mut bytes = 0;
    while let Some(piece) = response.chunk().await? {
        bytes += piece.len();
    }
    Ok(Whole {
        took: begun.elapsed(),
        bytes,
        memory_bytes: peak(city.pid())?.saturating_sub(idle),
    })
}
