//! A demo city that lives as long as the benchmark: the program itself, on a PostgreSQL of its own with the settings that it
//! always has.

use std::fs::{self, File, Permissions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};

use crate::cluster::Cluster;

/// How the server logs that its PostgreSQL is up; its memory comes behind.
const TAKES_CONNECTIONS: &str = "PostgreSQL takes connections";

/// The running city.
pub struct City {
    child: Child,
    /// Where it answers.
    pub url: String,
    /// Its PostgreSQL.
    pub cluster: Cluster,
    // Last: goes when the server has ended.
    folder: TempDir,
}

impl City {
    /// Starts it in a new temporary folder, with further options.
    pub fn start(pg_bin: &Path, options: &[&str]) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("xuncha-bench.").tempdir()?;
        // Started by root, PostgreSQL runs as another user, who must be able to pass through.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o711))?;
        let log = File::create(folder.path().join("server.log"))?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_xuncha"));
        for (name, _) in std::env::vars_os() {
            let name_text = name.to_string_lossy();
            if name_text.starts_with("XUNCHA_") || name_text == "DATABASE_URL" {
                command.env_remove(name);
            }
        }
        let mut child = command
            .args(["server", "--demo", "--listen", "127.0.0.1:0", "--pg-bin"])
            .arg(pg_bin)
            .arg("--data-dir")
            .arg(folder.path())
            .args(options)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .context("cannot run the server")?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.as_mut() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let Some(url) = line.trim_end().strip_prefix("listening on ") else {
            anyhow::bail!("the server did not start:\n{}", log_tail(folder.path()));
        };
        Ok(Self {
            child,
            url: url.to_owned(),
            cluster: Cluster::in_folder(folder.path(), pg_bin)?,
            folder,
        })
    }

    /// Ends the city when the benchmark is told to end: what it is waiting for fails then, and the folder is cleared.
    pub fn end_on_signal(&self) -> anyhow::Result<()> {
        let server = Pid::from_raw(i32::try_from(self.pid())?);
        let (mut interrupt, mut terminate) = (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        );
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            // It has ended already, or it is told to.
            let _ = kill(server, Signal::SIGTERM);
        });
        Ok(())
    }

    /// The last lines of the server's log.
    pub fn log_tail(&self) -> String {
        log_tail(self.folder())
    }

    /// What the server's log says of the memory that its PostgreSQL has, huge pages or not.
    pub fn memory(&self) -> String {
        let log = fs::read_to_string(self.folder().join("server.log")).unwrap_or_default();
        let said = log
            .lines()
            .find_map(|line| line.split_once(TAKES_CONNECTIONS));
        said.map_or_else(String::new, |(_, memory)| memory.trim().to_owned())
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where its data lies.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for City {
    fn drop(&mut self) {
        if let Ok(pid) = i32::try_from(self.pid()) {
            // It has ended already, or it is told to.
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        let _ = self.child.wait();
    }
}

fn log_tail(folder: &Path) -> String {
    let log = fs::read_to_string(folder.join("server.log")).unwrap_or_default();
    let mut lines: Vec<&str> = log.lines().rev().take(20).collect();
    lines.reverse();
    lines.join("\n")
}
