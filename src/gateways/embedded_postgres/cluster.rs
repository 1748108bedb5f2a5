//! The cluster's folders below the data folder, how it is made, and the settings it runs with.
//!
//! `pg` holds the data, `pg-log` the logs of a week, `pg-socket` the socket: all three are the cluster owner's alone. The server
//! itself writes nothing into them, so that a link laid there by that user leads root nowhere; `pg-start.log` beside them is the server's.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::error::EmbeddedError;
use super::memory::shared_buffers;
use super::owner::{self, Owner};
use super::programs::Programs;

/// A socket's address holds 107 bytes, `/.s.PGSQL.5432` and room for `.lock` among them.
const LONGEST_SOCKET_DIR: usize = 107 - "/.s.PGSQL.5432".len();
const LOG_TAIL_LINES: usize = 20;

/// Over what PostgreSQL would choose itself. The command line wins over the cluster's files, so that a release can change them.
const SETTINGS: [&str; 21] = [
    // Durable: what was answered 201 is on disk.
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    // Private: no network, no other user.
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_prepared_transactions=0",
    "max_connections=100",
    // After each checkpoint every page is logged whole once more: in a large city that is most of what is written.
    "max_wal_size=4GB",
    "checkpoint_timeout=15min",
    "update_process_title=off",
    // Plans of a city that fills quickly are made anew soon.
    "autovacuum_naptime=15s",
    "timezone=UTC",
    "log_timezone=UTC",
    // One log file a weekday, written anew each week.
    "logging_collector=on",
    "log_filename=postgresql-%a.log",
    "log_rotation_age=1d",
    "log_rotation_size=0",
    "log_truncate_on_rotation=on",
    "log_line_prefix=%m [%p] ",
    "log_checkpoints=off",
    // Statements hold what people wrote.
    "log_min_error_statement=panic",
];

/// The cluster in a data folder, made but not necessarily running.
#[derive(Debug)]
pub struct Cluster {
    data: PathBuf,
    start_log: PathBuf,
    log_dir: PathBuf,
    sockets: SocketDir,
    owner: Owner,
    programs: Programs,
}

#[derive(Debug)]
enum SocketDir {
    Below(PathBuf),
    /// The data folder's path is too long for a socket, or has characters that PostgreSQL's setting cannot hold.
    Short(TempDir),
}

impl SocketDir {
    fn path(&self) -> &Path {
        match self {
            Self::Below(path) => path,
            Self::Short(folder) => folder.path(),
        }
    }
}

/// The data folder's own path, without links; the folder is made when missing.
pub fn prepare_data_folder(data_dir: &Path) -> Result<PathBuf, EmbeddedError> {
    owner::make_data_folder(data_dir)?;
    data_dir
        .canonicalize()
        .map_err(EmbeddedError::io("look at", data_dir))
}

/// Where the cluster's data lie below a data folder.
pub fn data_of(root: &Path) -> PathBuf {
    root.join("pg")
}

impl Cluster {
    /// Finds programs that fit, and makes the cluster with its database `xuncha` when there is none.
    pub fn open(root: PathBuf, pg_bin: Option<&Path>) -> Result<Self, EmbeddedError> {
        let data = data_of(&root);
        let owner = Owner::choose(&data)?;
        owner.check_way_to(&root)?;
        let data_major = data_major(&data)?;
        let programs = Programs::find(pg_bin, data_major)?;
        match data_major {
            Some(data_major) if data_major != programs.major => {
                return Err(EmbeddedError::OtherMajor {
                    data,
                    data_major,
                    bin: programs.bin().to_owned(),
                    programs_major: programs.major,
                });
            }
            Some(_) => {}
            None => create(&root, &data, &owner, &programs)?,
        }
        let log_dir = root.join("pg-log");
        owner.make_private_folder(&log_dir)?;
        let sockets = socket_dir(&root)?;
        Ok(Self {
            data,
            start_log: root.join("pg-start.log"),
            log_dir,
            sockets,
            owner,
            programs,
        })
    }

    /// The cluster's data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Folder of the socket.
    pub fn socket_dir(&self) -> &Path {
        self.sockets.path()
    }

    /// Starts `postgres` and does not wait for it to be ready.
    pub fn spawn(&self) -> Result<Child, EmbeddedError> {
        // Emptied: the lock file of a killed PostgreSQL's socket would stop this one if its process id lives on as a zombie.
        let socket_dir = self.sockets.path();
        self.owner.make_empty_private_folder(socket_dir)?;
        let log_failed = || EmbeddedError::io("write", &self.start_log);
        let log = File::create(&self.start_log).map_err(log_failed())?;
        let errors = log.try_clone().map_err(log_failed())?;
        let mut command = self.owner.command(&self.programs.postgres());
        command.current_dir(&self.data).stdout(log).stderr(errors);
        command.arg("-D").arg(&self.data).arg("-k").arg(socket_dir);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.args(["-c", &shared_buffers()]);
        let mut log_directory = OsString::from("--log_directory=");
        log_directory.push(&self.log_dir);
        command.arg(log_directory);
        command.spawn().map_err(EmbeddedError::io(
            "run",
            Path::new("setpriv (package util-linux)"),
        ))
    }

    /// The last lines of the log written to last: until PostgreSQL has opened its own, it writes to `pg-start.log`.
    pub fn log_tail(&self) -> String {
        let logs = fs::read_dir(&self.log_dir).into_iter().flatten().flatten();
        let newest = logs
            .map(|entry| entry.path())
            .chain([self.start_log.clone()])
            .max_by_key(|path| {
                fs::symlink_metadata(path)
                    .and_then(|found| found.modified())
                    .ok()
            });
        let log = newest
            .and_then(|path| fs::read(path).ok())
            .unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let mut lines: Vec<&str> = log.lines().rev().take(LOG_TAIL_LINES).collect();
        lines.reverse();
        lines.join("\n")
    }
}

/// Made beside its place and renamed into it last: a kill in the middle leaves nothing half-made.
fn create(
    root: &Path,
    data: &Path,
    owner: &Owner,
    programs: &Programs,
) -> Result<(), EmbeddedError> {
    let fresh = root.join("pg.new");
    owner.make_empty_private_folder(&fresh)?;
    let mut initdb = owner.command(&programs.initdb());
    initdb
        .args([
            "--encoding=UTF8",
            "--username=xuncha",
            "--auth-local=trust",
            "--auth-host=reject",
            "--data-checksums",
        ])
        .arg("-D")
        .arg(&fresh);
    run("initdb", initdb.current_dir(&fresh), "")?;
    // The single-user mode needs no client program.
    let mut single_user = owner.command(&programs.postgres());
    single_user
        .args(["--single", "-c", "exit_on_error=on", "-D"])
        .arg(&fresh)
        .arg("postgres");
    run(
        "postgres --single",
        single_user.current_dir(&fresh),
        "CREATE DATABASE xuncha\n",
    )?;
    fs::rename(&fresh, data)
        .and_then(|()| File::open(root)?.sync_all())
        .map_err(EmbeddedError::io("put the new cluster at", data))
}

fn run(program: &'static str, command: &mut Command, input: &str) -> Result<(), EmbeddedError> {
    let failed = |source| EmbeddedError::io("run", Path::new(program))(source);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(EmbeddedError::io(
            "run",
            Path::new("setpriv (package util-linux)"),
        ))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ended early reads nothing; why it did is told below.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(failed)?;
    if output.status.success() {
        return Ok(());
    }
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.push_str(&String::from_utf8_lossy(&output.stderr));
    Err(EmbeddedError::Setup {
        program,
        status: output.status,
        output: said,
    })
}

/// The major version that made the data; `None` where there are none.
fn data_major(data: &Path) -> Result<Option<u32>, EmbeddedError> {
    let path = data.join("PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(version) => version.trim().parse().map(Some).map_err(|error| {
            EmbeddedError::io("understand", &path)(std::io::Error::new(
                ErrorKind::InvalidData,
                error,
            ))
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(EmbeddedError::io("read", &path)(error)),
    }
}

fn socket_dir(root: &Path) -> Result<SocketDir, EmbeddedError> {
    let path = root.join("pg-socket");
    let bytes = path.as_os_str().as_encoded_bytes();
    let fits = bytes.len() <= LONGEST_SOCKET_DIR
        && path.to_str().is_some()
        && !bytes.iter().any(|byte| b",\"\n".contains(byte));
    if fits {
        return Ok(SocketDir::Below(path));
    }
    let folder = tempfile::Builder::new()
        .prefix("xuncha-")
        .tempdir_in("/tmp")
        .map_err(EmbeddedError::io(
            "make a short folder in",
            Path::new("/tmp"),
        ))?;
    Ok(SocketDir::Short(folder))
}
