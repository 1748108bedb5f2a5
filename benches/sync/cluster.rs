//! The server's own PostgreSQL, asked past the server: `psql` for what is true, `pgbench` for what the machine can do at best.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};

use crate::figures::Times;

/// A running cluster.
pub struct Cluster {
    bin: PathBuf,
    sockets: String,
}

/// How a script is repeated.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Connections at once.
    pub clients: u32,
    /// Transactions of each.
    pub transactions: u32,
}

/// What PostgreSQL alone did.
pub struct Floor {
    /// Of each transaction.
    pub times: Times,
    /// Transactions a second, all clients together.
    pub rate: f64,
}

impl Cluster {
    /// The cluster that runs in a data folder.
    pub fn in_folder(data_dir: &Path, bin: &Path) -> anyhow::Result<Self> {
        let pid_file = data_dir.join("pg").join("postmaster.pid");
        let text = fs::read_to_string(&pid_file)
            .with_context(|| format!("cannot read {}", pid_file.display()))?;
        let sockets = text
            .lines()
            .nth(4)
            .context("PostgreSQL does not say where its socket is")?;
        Ok(Self {
            bin: bin.to_owned(),
            sockets: sockets.to_owned(),
        })
    }

    /// Runs a script; answers its output, unaligned.
    pub fn run(&self, script: &str) -> anyhow::Result<String> {
        let mut psql = self.command("psql")?;
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"]);
        let mut psql = psql
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot run psql")?;
        if let Some(mut stdin) = psql.stdin.take() {
            // A script that fails is not read to its end; why is told below.
            let _ = stdin.write_all(script.as_bytes());
        }
        let output = psql.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "psql: {}", said.trim());
        Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
    }

    /// A single number.
    pub fn number(&self, query: &str) -> anyhow::Result<u32> {
        let answer = self.run(query)?;
        answer
            .parse()
            .with_context(|| format!("{answer:?} is no number"))
    }

    /// As a night does: statistics, visibility, and nothing left to write.
    pub fn settle(&self) -> anyhow::Result<()> {
        self.run("VACUUM (ANALYZE); CHECKPOINT").map(|_| ())
    }

    /// Repeats a script of statements that are prepared once.
    pub fn repeat(&self, script: &str, load: Load) -> anyhow::Result<Floor> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("script.sql");
        fs::write(&file, script)?;
        let mut pgbench = self.command("pgbench")?;
        pgbench
            .current_dir(folder.path())
            .args(["--no-vacuum", "--protocol=prepared", "--log"])
            .arg(format!("--client={}", load.clients))
            .arg(format!("--jobs={}", load.clients.min(2)))
            .arg(format!("--transactions={}", load.transactions))
            .arg("--file")
            .arg(&file);
        let output = pgbench.output().context("cannot run pgbench")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "pgbench: {}", said.trim());
        let report = String::from_utf8(output.stdout)?;
        let rate = report
            .lines()
            .find_map(|line| line.strip_prefix("tps = "))
            .and_then(|rest| rest.split(' ').next())
            .context("pgbench names no rate")?
            .parse()?;
        let times = Times::of(logged(folder.path())?)?;
        Ok(Floor { times, rate })
    }

    fn command(&self, program: &str) -> anyhow::Result<Command> {
        let path = self.bin.join(program);
        if !path.is_file() {
            bail!(
                "{program} is missing in {}: install PostgreSQL's client programs",
                self.bin.display()
            );
        }
        let mut command = Command::new(path);
        command.env_clear().envs([
            ("PGHOST", self.sockets.as_str()),
            ("PGUSER", "xuncha"),
            ("PGDATABASE", "xuncha"),
            ("LC_ALL", "C.UTF-8"),
        ]);
        Ok(command)
    }
}

/// Times that pgbench wrote down, one transaction a line: client, number, microseconds, …
fn logged(folder: &Path) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_log = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("pgbench_log"));
        if !is_log {
            continue;
        }
        for line in fs::read_to_string(&path)?.lines() {
            let micros = line.split(' ').nth(2).context("a log of another form")?;
            times.push(Duration::from_micros(micros.parse()?));
        }
    }
    Ok(times)
}
