//! The first account: made at the terminal, where nobody can log in yet.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};
use jiff::Timestamp;

use super::cli::print;
use super::wire;
use crate::db;
use crate::services::account;

/// From the file, else the first line of standard input; asked for, unseen, when that is a terminal.
pub(super) fn read_password(file: Option<&Path>) -> anyhow::Result<String> {
    let text = match file {
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| format!("{} cannot be read", path.display()))?,
        None => read_line()?,
    };
    let password = text.lines().next().unwrap_or_default().to_owned();
    if password.is_empty() {
        bail!("no password: send it to standard input, or name a file with --password-file");
    }
    Ok(password)
}

fn read_line() -> anyhow::Result<String> {
    let hidden = io::stdin().is_terminal().then(|| {
        // A prompt that cannot be shown is no reason to fail.
        let _ = write!(io::stderr(), "Password: ");
        Hidden::begin()
    });
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .context("standard input cannot be read")?;
    drop(hidden);
    Ok(line)
}

/// While it lives, the terminal does not show what is typed.
struct Hidden;

impl Hidden {
    fn begin() -> Self {
        let _ = Command::new("stty").arg("-echo").status();
        Self
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = Command::new("stty").arg("echo").status();
        let _ = writeln!(io::stderr());
    }
}

/// Makes an administrator's account.
pub(super) async fn create(
    url: &str,
    now: Timestamp,
    name: &str,
    password: &str,
) -> anyhow::Result<()> {
    let pool = db::pool::pool(url, 1);
    let passwords = wire::passwords()?;
    account::create_first_admin(&pool, &passwords, now, name, password).await?;
    print(&format!("created the administrator {name}\n"))
}
