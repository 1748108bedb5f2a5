//! What can keep Xuncha's own PostgreSQL from running, each told with what the operator can do about it.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use super::programs::OLDEST_MAJOR;

/// Why the embedded PostgreSQL did not start or stop.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// Another server holds the data folder.
    #[error("the data folder {} is in use by another Xuncha server (process {pid}); stop it, or choose another --data-dir", data_dir.display())]
    InUse {
        /// The folder both want.
        data_dir: PathBuf,
        /// What the other wrote down about itself: a process id.
        pid: String,
    },
    /// No usable PostgreSQL is installed.
    #[error(
        "PostgreSQL {OLDEST_MAJOR} or newer was not found (its programs `postgres` and `initdb`; looked in {searched}); install it \
         (`apt-get install postgresql`, `dnf install postgresql-server`, `apk add postgresql`), name its folder with --pg-bin, \
         or name a server of your own with --database-url"
    )]
    NoPrograms {
        /// Folders looked into, with the version found where one was too old.
        searched: String,
    },
    /// PostgreSQL reads only data of its own major version.
    #[error(
        "the data in {} was made by PostgreSQL {data_major}, and the programs in {} are PostgreSQL {programs_major}; install PostgreSQL \
         {data_major} (`apt-get install postgresql-{data_major}`) or name its folder with --pg-bin; pg_upgrade moves the data to a newer one",
        data.display(), bin.display()
    )]
    OtherMajor {
        /// The cluster.
        data: PathBuf,
        /// Major version that made it.
        data_major: u32,
        /// Folder of the programs.
        bin: PathBuf,
        /// Their major version.
        programs_major: u32,
    },
    /// PostgreSQL refuses to run as root, and the user it runs as instead cannot reach the data.
    #[error(
        "PostgreSQL runs as user `{user}`, who may not enter {} (mode {mode:03o}), above the data folder; choose another --data-dir, \
         /var/lib/xuncha for example, or start the server as an ordinary user",
        blocked_by.display()
    )]
    NotEnterable {
        /// Name of the user.
        user: String,
        /// The first folder on the way that stops it.
        blocked_by: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Root has no unprivileged user to run PostgreSQL as.
    #[error(
        "PostgreSQL refuses to run as root, and there is neither a user `postgres` nor a user `nobody` to run it as"
    )]
    NoUser,
    /// A program that makes the cluster failed.
    #[error("{program} failed ({status}):\n{output}")]
    Setup {
        /// Which one.
        program: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// What it said.
        output: String,
    },
    /// PostgreSQL ended while starting.
    #[error("PostgreSQL ended while starting ({status}); the end of its log:\n{log}")]
    Exited {
        /// How it ended.
        status: ExitStatus,
        /// Last lines of the log.
        log: String,
    },
    /// PostgreSQL runs, and takes no connections within the time allowed.
    #[error("PostgreSQL did not become ready in time; the end of its log:\n{log}")]
    NotReady {
        /// Last lines of the log.
        log: String,
    },
    /// A process outlives every signal.
    #[error("PostgreSQL (process {pid}) on {} does not stop", data_dir.display())]
    DoesNotStop {
        /// Its process id.
        pid: u32,
        /// The cluster it holds.
        data_dir: PathBuf,
    },
    /// The operating system refused something.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// A verb.
        action: &'static str,
        /// Its object.
        path: PathBuf,
        /// The refusal.
        source: io::Error,
    },
}

impl EmbeddedError {
    /// For `map_err`: names what was tried on which path.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}
