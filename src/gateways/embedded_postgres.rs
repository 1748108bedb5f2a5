//! Xuncha's own PostgreSQL: a cluster under the data folder, run as a child process from the system's programs, so that one
//! command brings up a whole city. It is as durable as any other PostgreSQL, and survives kill −9 of the server, of
//! PostgreSQL, and of both. It runs programs and looks at processes; it never speaks SQL, and knows nothing of the schema.
//! Linux only, with util-linux.

mod cluster;
mod error;
mod lock;
mod memory;
mod owner;
mod predecessor;
mod programs;
mod wait;

pub use error::EmbeddedError;

use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use cluster::Cluster;
use lock::DataFolderLock;
use predecessor::Readiness;

/// A predecessor's last processes need a moment to let go of the data.
const RETRY_FOR: Duration = Duration::from_secs(5);
/// After a crash PostgreSQL first replays up to four gigabytes of its log.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// A fast shutdown writes every changed page out.
const FAST_STOP_WITHIN: Duration = Duration::from_secs(60);
const IMMEDIATE_STOP_WITHIN: Duration = Duration::from_secs(5);

/// Where the cluster lies, and which programs run it.
#[derive(Debug, Clone)]
pub struct Options {
    /// Made when missing; one server at a time.
    pub data_dir: PathBuf,
    /// Folder of `postgres` and `initdb`; without it the system is searched.
    pub pg_bin: Option<PathBuf>,
}

/// A running cluster; stops when dropped, and when the thread that started it dies in whatever way.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    child: Child,
    cluster: Cluster,
    database_url: String,
    _lock: DataFolderLock,
}

impl EmbeddedPostgres {
    /// Brings the cluster up and returns when it takes connections: a second for a new one, a tenth for one that was
    /// stopped, a few for one that was killed. Any PostgreSQL that still runs on this data is an earlier server's, and is
    /// stopped first.
    ///
    /// Blocks, and must be called from a thread that lives as long as the program (the main thread; never a pool's):
    /// Linux stops PostgreSQL when the *thread* that started it ends (`PR_SET_PDEATHSIG`).
    pub fn start(options: &Options) -> Result<Self, EmbeddedError> {
        let root = cluster::prepare_data_folder(&options.data_dir)?;
        let lock = DataFolderLock::acquire(&root, RETRY_FOR)?;
        let cluster = Cluster::open(root, options.pg_bin.as_deref())?;
        // What still holds the data after a crash is known for certain only by PostgreSQL itself: hence the attempts.
        let attempt = || predecessor::stop(cluster.data()).and_then(|()| launch(&cluster));
        let child = wait::until(RETRY_FOR, || match attempt() {
            Err(EmbeddedError::Exited { .. }) => None,
            decided => Some(decided),
        });
        let child = child.unwrap_or_else(attempt)?;
        tracing::info!(
            memory = memory::shared_buffers(),
            huge_pages = memory::in_huge_pages(child.id()),
            "PostgreSQL takes connections"
        );
        Ok(Self {
            child,
            database_url: database_url(cluster.socket_dir()),
            cluster,
            _lock: lock,
        })
    }

    /// URL of the database `xuncha` over the private socket, as its superuser: `postgres:///xuncha?host=/…&user=xuncha`.
    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// Ends every session, writes all to disk and returns when PostgreSQL has gone (its "fast shutdown").
    pub fn stop(mut self) -> Result<(), EmbeddedError> {
        stop_child(&mut self.child, self.cluster.data())
    }
}

impl Drop for EmbeddedPostgres {
    fn drop(&mut self) {
        if let Err(error) = stop_child(&mut self.child, self.cluster.data()) {
            tracing::error!(%error, "PostgreSQL did not stop");
        }
    }
}

/// URL of the cluster that another server runs on this data now, for commands that work beside it; `None` when none is ready
/// or this user may not look.
pub fn running_database_url(data_dir: &Path) -> Option<String> {
    let data = cluster::data_of(&data_dir.canonicalize().ok()?);
    predecessor::socket_dir_when_ready(&data).map(|socket_dir| database_url(&socket_dir))
}

fn launch(cluster: &Cluster) -> Result<Child, EmbeddedError> {
    let mut child = cluster.spawn()?;
    let data = cluster.data();
    let ready = wait::until(READY_WITHIN, || match child.try_wait() {
        Ok(None) => match predecessor::readiness(data, child.id()) {
            Readiness::Ready => Some(Ok(())),
            Readiness::NotYet => None,
        },
        Ok(Some(status)) => Some(Err(EmbeddedError::Exited {
            status,
            log: cluster.log_tail(),
        })),
        Err(error) => Some(Err(EmbeddedError::io("wait for", Path::new("postgres"))(
            error,
        ))),
    });
    match ready {
        Some(Ok(())) => Ok(child),
        Some(Err(error)) => Err(error),
        None => {
            stop_child(&mut child, data)?;
            Err(EmbeddedError::NotReady {
                log: cluster.log_tail(),
            })
        }
    }
}

/// INT, then QUIT, then KILL; a child that has gone already is no failure.
fn stop_child(child: &mut Child, data: &Path) -> Result<(), EmbeddedError> {
    for (signal, limit) in [
        (Signal::SIGINT, FAST_STOP_WITHIN),
        (Signal::SIGQUIT, IMMEDIATE_STOP_WITHIN),
        (Signal::SIGKILL, IMMEDIATE_STOP_WITHIN),
    ] {
        let gone = wait::until(limit, || match child.try_wait() {
            Ok(Some(_)) => Some(Ok(())),
            Ok(None) => {
                signal_process(child.id(), signal);
                None
            }
            Err(error) => Some(Err(EmbeddedError::io("wait for", Path::new("postgres"))(
                error,
            ))),
        });
        if let Some(result) = gone {
            return result;
        }
    }
    Err(EmbeddedError::DoesNotStop {
        pid: child.id(),
        data_dir: data.to_owned(),
    })
}

/// A process that has gone in the meantime is what the caller wants, and what may not be signalled shows when it stays.
fn signal_process(pid: u32, signal: Signal) {
    if let Ok(pid) = i32::try_from(pid) {
        let _ = kill(Pid::from_raw(pid), signal);
    }
}

/// A URL that `tokio_postgres` and libpq read alike; the socket folder is percent-encoded (RFC 3986).
fn database_url(socket_dir: &Path) -> String {
    let mut url = String::from("postgres:///xuncha?host=");
    for byte in socket_dir.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                url.push(char::from(*byte))
            }
            other => url.push_str(&format!("%{other:02X}")),
        }
    }
    url.push_str("&user=xuncha");
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_folder_is_percent_encoded_in_the_url() {
        assert_eq!(
            database_url(Path::new("/var/巡 查/a&b/pg-socket")),
            "postgres:///xuncha?host=/var/%E5%B7%A1%20%E6%9F%A5/a%26b/pg-socket&user=xuncha"
        );
    }
}
