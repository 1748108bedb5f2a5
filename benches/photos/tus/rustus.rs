//! rustus with the settings that make it comparable: each chunk synced to the disk.

use std::collections::HashSet;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::upload::Photos;
use super::{FILES, Run, process};

/// Half of what it may take to start.
const PATIENCE: u32 = 100;

/// The running server.
pub struct Rustus {
    child: Child,
    address: SocketAddr,
    // Last: goes when the server has ended.
    folder: TempDir,
}

impl Rustus {
    /// Starts it in a new temporary folder.
    pub async fn start(program: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("rustus-bench.").tempdir()?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let (data, info) = (folder.path().join("data"), folder.path().join("info"));
        fs::create_dir(&data)?;
        fs::create_dir(&info)?;
        let child = Command::new(program)
            .args(["--host", "127.0.0.1", "--port", &address.port().to_string()])
            .args(["--url", FILES, "--log-level", "WARN"])
            .args(["--force-fsync", "true", "--max-body-size", "1048576"])
            .arg("--data-dir")
            .arg(&data)
            .arg("--info-dir")
            .arg(&info)
            .stdout(Stdio::null())
            // It greets whoever starts it.
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot run {}", program.display()))?;
        let mut rustus = Self {
            child,
            address,
            folder,
        };
        for _ in 0..PATIENCE {
            if TcpStream::connect(address).is_ok() {
                return Ok(rustus);
            }
            if let Some(status) = rustus.child.try_wait()? {
                bail!("rustus ended: {status}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("rustus does not listen");
    }

    /// The most memory that it has had.
    pub fn memory(&self) -> anyhow::Result<u64> {
        process::peak_memory(self.child.id())
    }

    /// Sends the photos, looks for each of them, and removes them.
    pub async fn run(&self, photos: &Photos) -> anyhow::Result<Run> {
        nix::unistd::sync();
        let cpu = process::cpu(self.child.id())?;
        let took = tokio::task::block_in_place(|| photos.send(self.address, ""))?;
        let cpu_after = process::cpu(self.child.id())?;
        self.verify(photos)?;
        Ok(Run {
            took,
            cpu: cpu_after.saturating_sub(cpu),
            cpu_database: Duration::ZERO,
        })
    }

    fn verify(&self, photos: &Photos) -> anyhow::Result<()> {
        let mut missing: HashSet<&str> = photos.digests.iter().map(String::as_str).collect();
        for entry in fs::read_dir(self.folder.path().join("data"))? {
            let path = entry?.path();
            let digest = hex::encode(Sha256::digest(fs::read(&path)?));
            missing.remove(digest.as_str());
            fs::remove_file(&path)?;
        }
        ensure!(missing.is_empty(), "rustus lost {} photos", missing.len());
        Ok(())
    }
}

impl Drop for Rustus {
    fn drop(&mut self) {
        // It has ended already, or it ends now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
