//! What an earlier server left on the data: a PostgreSQL that still runs or is just stopping, or the remains of one that was
//! killed. PostgreSQL notes itself in `postmaster.pid` (process id in line 1, socket folder in 5, status in 8).

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::Signal;

use super::error::EmbeddedError;
use super::{signal_process, wait};

/// Fast shutdown, immediate shutdown, and what helps against a process that hears neither.
const STOPPING: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(30)),
    (Signal::SIGQUIT, Duration::from_secs(5)),
    (Signal::SIGKILL, Duration::from_secs(5)),
];

/// Whether a cluster takes connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// It does.
    Ready,
    /// It starts or recovers, or its note is another process's.
    NotYet,
}

/// What `postmaster.pid` says.
struct Note {
    pid: u32,
    socket_dir: Option<PathBuf>,
    ready: bool,
}

/// Readiness of the cluster that the process `pid` runs on `data`.
pub fn readiness(data: &Path, pid: u32) -> Readiness {
    match read_note(data) {
        Ok(Some(note)) if note.pid == pid && note.ready => Readiness::Ready,
        _ => Readiness::NotYet,
    }
}

/// Socket folder of the cluster that runs on `data`, by whomever it was started.
pub fn socket_dir_when_ready(data: &Path) -> Option<PathBuf> {
    let note = read_note(data).ok().flatten()?;
    note.socket_dir
        .filter(|_| note.ready && works_on(note.pid, data))
}

/// Returns when no process of a PostgreSQL on `data` lives any more. The caller holds the data folder's lock: whatever runs
/// is an orphan.
pub fn stop(data: &Path) -> Result<(), EmbeddedError> {
    let postmaster = read_note(data)?.map(|note| note.pid);
    for (signal, limit) in STOPPING {
        let gone = wait::until(limit, || {
            let left = processes_on(data);
            match postmaster.filter(|pid| left.contains(pid)) {
                Some(postmaster) => signal_process(postmaster, signal),
                // Sessions outlive a killed postmaster until their statement ends, and keep the next one out.
                None => left.iter().for_each(|pid| signal_process(*pid, signal)),
            }
            left.is_empty().then_some(())
        });
        if gone.is_some() {
            return remove_note(data);
        }
    }
    Err(EmbeddedError::DoesNotStop {
        pid: postmaster
            .or(processes_on(data).first().copied())
            .unwrap_or_default(),
        data_dir: data.to_owned(),
    })
}

/// PostgreSQL refuses to start when the process that the note names is a zombie, or another program that has the number now.
fn remove_note(data: &Path) -> Result<(), EmbeddedError> {
    let path = note_path(data);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(EmbeddedError::io("remove", &path)(error))
        }
        _ => Ok(()),
    }
}

fn read_note(data: &Path) -> Result<Option<Note>, EmbeddedError> {
    let path = note_path(data);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(EmbeddedError::io("read", &path)(error)),
    };
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    // An empty file is what a crash of the machine leaves of it.
    let Some(pid) = lines
        .next()
        .and_then(|line| str::from_utf8(line).ok()?.parse().ok())
    else {
        return Ok(None);
    };
    let socket_dir = lines.nth(3).filter(|line| !line.is_empty());
    Ok(Some(Note {
        pid,
        socket_dir: socket_dir.map(|line| PathBuf::from(OsStr::from_bytes(line))),
        ready: lines.nth(2) == Some(b"ready"),
    }))
}

fn note_path(data: &Path) -> PathBuf {
    data.join("postmaster.pid")
}

fn processes_on(data: &Path) -> Vec<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| works_on(*pid, data))
        .collect()
}

/// Whether a living process is a PostgreSQL on this data. Zombies, which nobody may ever wait for in a container, are dead.
fn works_on(pid: u32, data: &Path) -> bool {
    let process = Path::new("/proc").join(pid.to_string());
    // `pid (name) state …`, where a name may hold blanks and parentheses.
    let stat = fs::read_to_string(process.join("stat")).unwrap_or_default();
    let Some((before, after)) = stat.rsplit_once(") ") else {
        return false;
    };
    if after.starts_with(['Z', 'X']) || !before.ends_with("(postgres") {
        return false;
    }
    // Postmaster and sessions work in their data folder; where that may not be looked at, a postmaster's command line names it.
    match fs::read_link(process.join("cwd")) {
        Ok(folder) => folder == data,
        Err(_) => fs::read(process.join("cmdline")).is_ok_and(|line| {
            line.split(|byte| *byte == 0)
                .any(|word| word == data.as_os_str().as_bytes())
        }),
    }
}
