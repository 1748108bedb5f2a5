//! The photos of a run, and how they are sent.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::client::Line;

/// Of each photo.
pub const PHOTO_BYTES: u32 = 2 * 1024 * 1024;
/// Of each PATCH.
pub const CHUNK_BYTES: u32 = 512 * 1024;
/// At once.
pub const CLIENTS: u32 = 4;

/// Photos that differ in each chunk, from one another and from those of every other run.
pub struct Photos {
    chunk: Vec<u8>,
    run: usize,
    /// SHA-256 of each, hexadecimal.
    pub digests: Vec<String>,
}

impl Photos {
    /// So many of a run.
    pub fn new(run: usize, count: u32) -> anyhow::Result<Self> {
        let chunk = (0..CHUNK_BYTES / 4)
            .flat_map(|_| rand::random::<u32>().to_le_bytes())
            .collect();
        let mut photos = Self {
            chunk,
            run,
            digests: Vec::new(),
        };
        for index in 0..count {
            let mut hash = Sha256::new();
            for part in 0..PHOTO_BYTES / CHUNK_BYTES {
                hash.update(photos.chunk(index, part)?);
            }
            photos.digests.push(hex::encode(hash.finalize()));
        }
        Ok(photos)
    }

    fn chunk(&self, index: u32, part: u32) -> anyhow::Result<Vec<u8>> {
        let mut chunk = self.chunk.clone();
        let mark = format!("{:08}{index:08}{part:08}", self.run);
        let place = chunk.get_mut(..mark.len()).context("a chunk is longer")?;
        place.copy_from_slice(mark.as_bytes());
        Ok(chunk)
    }

    /// Sends all of them, and says how long that took. `headers`: what the creation needs beside tus.
    pub fn send(&self, server: SocketAddr, headers: &str) -> anyhow::Result<Duration> {
        let next = AtomicU32::new(0);
        let begun = Instant::now();
        std::thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS)
                .map(|_| scope.spawn(|| self.send_some(server, headers, &next)))
                .collect();
            clients.into_iter().try_for_each(|client| {
                let sent = client.join();
                sent.unwrap_or_else(|_panic| Err(anyhow::anyhow!("a client panicked")))
            })
        })?;
        Ok(begun.elapsed())
    }

    fn send_some(&self, server: SocketAddr, headers: &str, next: &AtomicU32) -> anyhow::Result<()> {
        let mut line = Line::to(server)?;
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(digest) = self.digests.get(usize::try_from(index)?) else {
                return Ok(());
            };
            let metadata = [
                ("aid", Uuid::new_v4().to_string()),
                ("sha256", digest.clone()),
                ("filename", format!("{digest}.jpg")),
                ("filetype", "image/jpeg".to_owned()),
            ]
            .map(|(key, value)| format!("{key} {}", STANDARD.encode(value)));
            let creation = format!(
                "Upload-Length: {PHOTO_BYTES}\r\nUpload-Metadata: {}\r\n{headers}",
                metadata.join(",")
            );
            let path = create(&mut line, &creation)?;
            for part in 0..PHOTO_BYTES / CHUNK_BYTES {
                let offset = part * CHUNK_BYTES;
                let chunk = self.chunk(index, part)?;
                let patch = format!(
                    "Upload-Offset: {offset}\r\nContent-Type: application/offset+octet-stream\r\n"
                );
                let answer = line.send("PATCH", &path, &patch, &chunk)?;
                let reached = (offset + CHUNK_BYTES).to_string();
                ensure!(
                    answer.status == 204 && answer.header("upload-offset") == Some(&reached),
                    "a chunk was answered {}",
                    answer.status
                );
            }
        }
    }
}

/// Creates an upload; answers the path of its location.
fn create(line: &mut Line, create: &str) -> anyhow::Result<String> {
    let answer = line.send("POST", super::FILES, create, b"")?;
    ensure!(
        answer.status == 201,
        "a creation was answered {}",
        answer.status
    );
    let location = answer.header("location").context("no location")?;
    let path = match location.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)),
        None => Some(location),
    };
    Ok(path.context("a location without a path")?.to_owned())
}
