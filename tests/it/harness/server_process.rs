//! The program itself as a server, with a cluster of its own: for tests that kill it.

use std::fs::Permissions;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

/// A server of the demo city; killed at the latest with this value.
pub struct ServerProcess {
    child: Child,
    /// Where it listens.
    pub url: String,
}

impl ServerProcess {
    /// A folder for its data. Started by root, PostgreSQL runs as another user, who must be able to pass through.
    pub fn folder() -> TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o711))
            .expect("an own folder");
        folder
    }

    /// The program, without what the environment says of it.
    pub fn command() -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xuncha"));
        for (name, _) in std::env::vars() {
            if name.starts_with("XUNCHA_") || name == "DATABASE_URL" {
                command.env_remove(name);
            }
        }
        command
    }

    /// Ready on this address; port 0 picks a free one.
    pub fn start(data_dir: &Path, listen: &str) -> Self {
        Self::start_with(data_dir, listen, &[])
    }

    /// The same, with further options.
    pub fn start_with(data_dir: &Path, listen: &str, options: &[&str]) -> Self {
        Self::start_as(Self::command(), data_dir, listen, options)
    }

    /// The same on any free port, where no file can grow beyond so many mebibytes: as on a disk that is full then.
    pub fn start_on_a_full_disk(data_dir: &Path, mebibytes: u32) -> Self {
        let program = Self::command();
        let mut shell = Command::new("bash");
        let limit = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", mebibytes * 1024);
        shell
            .args(["-c", &limit, "bash"])
            .arg(program.get_program());
        for (name, _) in program.get_envs() {
            shell.env_remove(name);
        }
        Self::start_as(shell, data_dir, "127.0.0.1:0", &[])
    }

    fn start_as(mut command: Command, data_dir: &Path, listen: &str, options: &[&str]) -> Self {
        let mut child = command
            .args(["server", "--demo", "--listen", listen, "--data-dir"])
            .arg(data_dir)
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("piped"))
            .read_line(&mut line)
            .expect("the program prints");
        let url = line.trim_end().strip_prefix("listening on ");
        let url = url.expect("the server is ready").to_owned();
        Self { child, url }
    }

    /// The most memory that it has had at once.
    pub fn peak_memory_bytes(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("it runs");
        let kibibytes = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
        kibibytes.map(|kib: usize| kib * 1024).expect("a size")
    }

    /// Sends a signal and waits for the end.
    pub fn signal(&mut self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).expect("a process id");
        kill(Pid::from_raw(pid), signal).expect("our own child");
        self.child.wait().expect("our own child");
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Ended already, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
