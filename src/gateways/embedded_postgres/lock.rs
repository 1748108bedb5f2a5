//! One server per data folder: a lock that the kernel releases with the process, however it ends.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

use super::error::EmbeddedError;
use super::wait;

/// Held for as long as the server uses the folder.
#[derive(Debug)]
pub struct DataFolderLock {
    _file: File,
}

impl DataFolderLock {
    /// A server killed a moment ago may still hold it, so it is tried for `limit`.
    pub fn acquire(data_dir: &Path, limit: Duration) -> Result<Self, EmbeddedError> {
        let path = data_dir.join("server.lock");
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(EmbeddedError::io("open", &path))?;
        let locked = wait::until(limit, || match file.try_lock() {
            Ok(()) => Some(Ok(())),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Error(error)) => Some(Err(EmbeddedError::io("lock", &path)(error))),
        });
        match locked {
            Some(Ok(())) => {}
            Some(Err(error)) => return Err(error),
            None => {
                let mut pid = String::new();
                file.read_to_string(&mut pid)
                    .map_err(EmbeddedError::io("read", &path))?;
                return Err(EmbeddedError::InUse {
                    data_dir: data_dir.to_owned(),
                    pid: pid.trim().to_owned(),
                });
            }
        }
        file.set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(EmbeddedError::io("write", &path))?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_server_is_refused_and_told_the_folder_and_the_first_ones_process() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let first = DataFolderLock::acquire(folder.path(), Duration::ZERO).expect("a free folder");
        let refusal =
            DataFolderLock::acquire(folder.path(), Duration::ZERO).expect_err("held by the first");
        let said = refusal.to_string();
        assert!(
            said.contains(&folder.path().display().to_string()),
            "{said}"
        );
        assert!(
            said.contains(&format!("process {}", std::process::id())),
            "{said}"
        );
        drop(first);
        DataFolderLock::acquire(folder.path(), Duration::ZERO).expect("free again");
    }
}
