//! Whom the cluster belongs to, and commands that run as that user: PostgreSQL refuses to run as root.

use std::fs::{self, DirBuilder, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{Uid, User, geteuid};

use super::error::EmbeddedError;

/// Whom to become: nobody else, unless the server runs as root.
#[derive(Debug)]
pub struct Owner {
    other: Option<OtherUser>,
}

#[derive(Debug)]
struct OtherUser {
    name: String,
    uid: u32,
    gid: u32,
}

impl Owner {
    /// As root: the user whom the data at `data` belongs to already, else `postgres`, else `nobody`.
    pub fn choose(data: &Path) -> Result<Self, EmbeddedError> {
        if !geteuid().is_root() {
            return Ok(Self { other: None });
        }
        let existing = fs::metadata(data).ok().filter(|found| found.uid() != 0);
        let other = match existing {
            Some(found) => OtherUser {
                name: user_name(found.uid()),
                uid: found.uid(),
                gid: found.gid(),
            },
            None => ["postgres", "nobody"]
                .into_iter()
                .find_map(|name| User::from_name(name).ok().flatten())
                .map(|user| OtherUser {
                    name: user.name,
                    uid: user.uid.as_raw(),
                    gid: user.gid.as_raw(),
                })
                .ok_or(EmbeddedError::NoUser)?,
        };
        Ok(Self { other: Some(other) })
    }

    /// A command with a bare environment, in a process group of its own (Ctrl-C is for the server, which stops PostgreSQL
    /// when it has drained), that the kernel sends SIGINT when the calling thread ends: PostgreSQL's fast shutdown.
    ///
    /// util-linux's `setpriv` becomes the program, so the process id is the program's own.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        command
            .env_clear()
            .env(
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            )
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .process_group(0)
            .arg("--pdeathsig=INT");
        if let Some(user) = &self.other {
            command
                .arg(format!("--reuid={}", user.uid))
                .arg(format!("--regid={}", user.gid))
                .arg("--clear-groups");
        }
        command.arg("--").arg(program);
        command
    }

    /// Makes an empty folder that only the owner (and root) can look into; what was there before is removed.
    pub fn make_empty_private_folder(&self, path: &Path) -> Result<(), EmbeddedError> {
        match fs::remove_dir_all(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(EmbeddedError::io("empty", path)(error))
            }
            _ => self.make_private_folder(path),
        }
    }

    /// Makes a folder that only the owner (and root) can look into, unless it is there.
    pub fn make_private_folder(&self, path: &Path) -> Result<(), EmbeddedError> {
        match DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(EmbeddedError::io("make", path)(error));
            }
            _ => {}
        }
        self.give(path)
    }

    /// Hands a path over to the owner.
    pub fn give(&self, path: &Path) -> Result<(), EmbeddedError> {
        match &self.other {
            Some(user) => chown(path, Some(user.uid), Some(user.gid))
                .map_err(EmbeddedError::io("change the owner of", path)),
            None => Ok(()),
        }
    }

    /// Refuses a data folder below one that the owner cannot enter, `/root` above all.
    pub fn check_way_to(&self, data_dir: &Path) -> Result<(), EmbeddedError> {
        let Some(user) = &self.other else {
            return Ok(());
        };
        for folder in data_dir.ancestors() {
            let found = fs::metadata(folder).map_err(EmbeddedError::io("look at", folder))?;
            let enter_bit = match (found.uid() == user.uid, found.gid() == user.gid) {
                (true, _) => 0o100,
                (false, true) => 0o010,
                (false, false) => 0o001,
            };
            if found.mode() & enter_bit == 0 {
                return Err(EmbeddedError::NotEnterable {
                    user: user.name.clone(),
                    blocked_by: folder.to_owned(),
                    mode: found.mode() & 0o777,
                });
            }
        }
        Ok(())
    }
}

/// Makes the data folder when missing: the owner of the cluster can pass through it, nobody else can list it.
pub fn make_data_folder(path: &Path) -> Result<(), EmbeddedError> {
    if path.exists() {
        return Ok(());
    }
    fs::create_dir_all(path)
        .and_then(|()| fs::set_permissions(path, Permissions::from_mode(0o711)))
        .map_err(EmbeddedError::io("make", path))
}

fn user_name(uid: u32) -> String {
    match User::from_uid(Uid::from_raw(uid)) {
        Ok(Some(user)) => user.name,
        _ => uid.to_string(),
    }
}
