//! Xuncha as it always runs: its own PostgreSQL with fsync, photos in a folder. The worker is left out: renditions are another matter.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use xuncha::gateways::blobs::install_tls_provider;

use super::upload::Photos;
use super::{Run, process};
use crate::city::City;

/// The running city.
pub struct Xuncha {
    city: City,
    address: SocketAddr,
    authorization: String,
}

impl Xuncha {
    /// Starts it, and logs an inspector in.
    pub async fn start(pg_bin: &Path) -> anyhow::Result<Self> {
        install_tls_provider();
        let city = City::start(pg_bin, &["--no-worker"])?;
        city.end_on_signal()?;
        let login = json!({ "username": "inspector1", "password": "xuncha-demo" });
        let answer: Value = reqwest::Client::builder()
            .no_proxy()
            .build()?
            .post(format!("{}/api/v1/auth/login", city.url))
            .json(&login)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        let token = answer.get("access_token").and_then(Value::as_str);
        let token = token.context("no token")?;
        Ok(Self {
            address: city.url.trim_start_matches("http://").parse()?,
            authorization: format!("Authorization: Bearer {token}\r\n"),
            city,
        })
    }

    /// The most memory that it has had.
    pub fn memory(&self) -> anyhow::Result<u64> {
        process::peak_memory(self.city.pid())
    }

    /// Sends the photos and looks for each of them.
    pub async fn run(&self, photos: &Photos) -> anyhow::Result<Run> {
        nix::unistd::sync();
        let (cpu, below) = self.cpu()?;
        let sending = || photos.send(self.address, &self.authorization);
        let took = tokio::task::block_in_place(sending);
        let took =
            took.with_context(|| format!("the server's last words:\n{}", self.city.log_tail()))?;
        let (cpu_after, below_after) = self.cpu()?;
        self.verify(photos)?;
        Ok(Run {
            took,
            cpu: cpu_after.saturating_sub(cpu),
            cpu_database: below_after.saturating_sub(below),
        })
    }

    fn cpu(&self) -> anyhow::Result<(std::time::Duration, std::time::Duration)> {
        let pid = self.city.pid();
        Ok((process::cpu(pid)?, process::cpu_below(pid)?))
    }

    /// Each photo counts as stored with its digest, and the file has it.
    fn verify(&self, photos: &Photos) -> anyhow::Result<()> {
        let rows = self.city.cluster.run(
            "SELECT encode(sha256, 'hex') || ' ' || blob_key FROM attachments WHERE stored_at IS NOT NULL",
        )?;
        let mut missing: HashSet<&str> = photos.digests.iter().map(String::as_str).collect();
        for row in rows.lines() {
            let (digest, key) = row.split_once(' ').context("a row of another form")?;
            if !missing.remove(digest) {
                continue;
            }
            let file = self.city.folder().join("photos").join(key);
            let found = hex::encode(Sha256::digest(std::fs::read(&file)?));
            ensure!(found == digest, "{} has other bytes", file.display());
        }
        ensure!(missing.is_empty(), "{} photos are missing", missing.len());
        Ok(())
    }
}
