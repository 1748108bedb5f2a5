//! Uploads in a folder: a file for each, whose length is how far it has come. A whole one is renamed, not copied. SHA-256 runs along in
//! memory from one request to the next, so that the file is read again only when this process did not write all of it.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::super::{BlobError, StoredBlob};
use super::{PARTIAL, key_of};

/// Beyond so many uploads at once none is remembered: their files are read again when they are whole.
const MOST_REMEMBERED: usize = 10_000;
const READ_BYTES: usize = 256 * 1024;

/// The folder.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    running: Mutex<HashMap<Uuid, Running>>,
}

/// SHA-256 of so many bytes, which are durable.
#[derive(Debug, Clone)]
struct Running {
    hash: Sha256,
    length: u64,
}

impl Folder {
    pub(super) fn new(root: PathBuf) -> Self {
        Self {
            root,
            running: Mutex::default(),
        }
    }

    fn path(&self, upload: Uuid) -> PathBuf {
        self.root.join(PARTIAL).join(upload.to_string())
    }

    /// Where a piece lies that does not count yet.
    fn side_path(&self, upload: Uuid) -> PathBuf {
        self.path(upload).with_extension("piece")
    }

    fn whole_path(&self, upload: Uuid) -> PathBuf {
        self.root.join(key_of(upload))
    }

    fn running(&self) -> MutexGuard<'_, HashMap<Uuid, Running>> {
        self.running
            .lock()
            .expect("nothing panics while holding it")
    }

    /// What is known of an upload without reading it, if it is exactly so long.
    fn known(&self, upload: Uuid, length: u64) -> Option<Sha256> {
        let running = self.running();
        let known = running.get(&upload).filter(|it| it.length == length)?;
        Some(known.hash.clone())
    }

    fn remember(&self, upload: Uuid, hash: Sha256, length: u64) {
        let mut running = self.running();
        if running.len() >= MOST_REMEMBERED {
            running.clear();
        }
        running.insert(upload, Running { hash, length });
    }

    fn forget(&self, upload: Uuid) {
        self.running().remove(&upload);
    }

    /// The file, wherever it lies. A folder that is gone is a fault, and not a folder without the file.
    fn find(&self, upload: Uuid) -> io::Result<Option<File>> {
        for path in [self.path(upload), self.whole_path(upload)] {
            match File::open(path) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                found => return found.map(Some),
            }
        }
        fs::metadata(&self.root).map(|_| None)
    }

    fn offset(&self, upload: Uuid) -> io::Result<u64> {
        let Some(file) = self.find(upload)? else {
            return Ok(0);
        };
        let length = file.metadata()?.len();
        if length > 0 && self.known(upload, length).is_none() {
            // Written by a process that may have died before it was durable.
            file.sync_data()?;
        }
        Ok(length)
    }

    fn open(&self, upload: Uuid, staged: bool) -> io::Result<Open> {
        let mut options = File::options();
        options.read(true).write(true);
        let path = self.path(upload);
        let file = match options.open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => match self.find(upload)? {
                Some(whole) => whole,
                None => create(&path, &options)?,
            },
            opened => opened?,
        };
        let length = file.metadata()?.len();
        let hash = match length {
            0 => Some(Sha256::new()),
            _ => self.known(upload, length),
        };
        if hash.is_none() {
            file.sync_data()?;
        }
        let side = if staged {
            let mut options = options.clone();
            let options = options.create(true).truncate(true);
            Some(options.open(self.side_path(upload))?)
        } else {
            None
        };
        Ok(Open {
            file,
            side,
            hash,
            begun_at: length,
            length,
        })
    }

    fn digest(&self, upload: Uuid) -> io::Result<StoredBlob> {
        let Some(mut file) = self.find(upload)? else {
            return Err(ErrorKind::NotFound.into());
        };
        let size_bytes = file.metadata()?.len();
        let hash = match self.known(upload, size_bytes) {
            Some(hash) => hash,
            None => hash_of(&mut file)?,
        };
        Ok(StoredBlob {
            sha256: hash.finalize().into(),
            size_bytes,
        })
    }

    fn place(&self, upload: Uuid) -> io::Result<()> {
        let (from, to) = (self.path(upload), self.whole_path(upload));
        let folder = to.parent().unwrap_or(&self.root);
        let renamed = match fs::rename(&from, &to) {
            Err(error) if error.kind() == ErrorKind::NotFound && to.exists() => Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound && !folder.exists() => {
                make_folder(folder)?;
                fs::rename(&from, &to)
            }
            done => done,
        };
        renamed?;
        sync_folder(folder)?;
        self.forget(upload);
        Ok(())
    }

    fn remove(&self, upload: Uuid) -> io::Result<()> {
        self.forget(upload);
        remove_if_there(&self.side_path(upload))?;
        remove_if_there(&self.path(upload))
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn create(path: &Path, options: &fs::OpenOptions) -> io::Result<File> {
    let folder = path.parent().unwrap_or(path);
    let mut options = options.clone();
    options.create(true);
    let file = match options.open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make_folder(folder)?;
            options.open(path)
        }
        opened => opened,
    };
    let file = file?;
    sync_folder(folder)?;
    Ok(file)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    sync_folder(folder.parent().unwrap_or(folder))
}

/// A name is durable once its folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn hash_of(file: &mut File) -> io::Result<Sha256> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let length = file.read(&mut buffer)?;
        let Some(read) = buffer.get(..length).filter(|read| !read.is_empty()) else {
            return Ok(hash);
        };
        hash.update(read);
    }
}

/// A file that is being appended to.
struct Open {
    file: File,
    /// Takes the bytes while they do not count yet.
    side: Option<File>,
    /// Of all bytes up to `length`; none when those before `begun_at` were not written here.
    hash: Option<Sha256>,
    begun_at: u64,
    length: u64,
}

impl Open {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = match &self.side {
            Some(side) => side.write_all_at(bytes, self.length - self.begun_at),
            None => self.file.write_all_at(bytes, self.length),
        };
        if let Err(error) = written {
            self.cut_back();
            return Err(error);
        }
        if let Some(hash) = &mut self.hash {
            hash.update(bytes);
        }
        self.length += u64::try_from(bytes.len()).expect("a buffer's length fits 64 bits");
        Ok(())
    }

    fn keep(&mut self) -> io::Result<()> {
        let kept = self.adopt().and_then(|()| self.file.sync_data());
        if kept.is_err() {
            self.cut_back();
        }
        kept
    }

    fn adopt(&mut self) -> io::Result<()> {
        let Some(mut side) = self.side.take() else {
            return Ok(());
        };
        side.rewind()?;
        self.file.seek(SeekFrom::Start(self.begun_at))?;
        io::copy(&mut side, &mut self.file).map(|_| ())
    }

    /// A piece that did not go in whole: nothing of it has been acknowledged. When even this fails, its bytes are still the sender's own, and
    /// are read again before they count for anything.
    fn cut_back(&self) {
        if let Err(error) = self.file.set_len(self.begun_at) {
            tracing::warn!(%error, "an upload could not be cut back");
        }
    }
}

/// The end of an upload's file, while a request appends to it.
pub(super) struct Appender {
    folder: Arc<Folder>,
    upload: Uuid,
    /// None after a failure.
    open: Option<Open>,
    pub(super) begun_at: u64,
}

impl Appender {
    pub(super) async fn open(
        folder: &Arc<Folder>,
        upload: Uuid,
        staged: bool,
    ) -> Result<Self, BlobError> {
        let open = blocking(folder, move |folder| folder.open(upload, staged)).await?;
        Ok(Self {
            folder: Arc::clone(folder),
            upload,
            begun_at: open.begun_at,
            open: Some(open),
        })
    }

    /// Appends a buffer, and gives it back empty.
    pub(super) async fn append(&mut self, mut buffer: Vec<u8>) -> Result<Vec<u8>, BlobError> {
        let mut open = self.take()?;
        let appending = blocking(&self.folder, move |_| {
            open.append(&buffer)?;
            buffer.clear();
            Ok((open, buffer))
        });
        let (open, buffer) = appending.await?;
        self.open = Some(open);
        Ok(buffer)
    }

    /// Appends the last buffer and makes everything durable.
    pub(super) async fn keep(mut self, buffer: Vec<u8>) -> Result<(), BlobError> {
        let mut open = self.take()?;
        let upload = self.upload;
        blocking(&self.folder, move |folder| {
            open.append(&buffer)?;
            let was_staged = open.side.is_some();
            open.keep()?;
            match open.hash {
                Some(hash) => folder.remember(upload, hash, open.length),
                None => folder.forget(upload),
            }
            if was_staged {
                remove_if_there(&folder.side_path(upload))?;
            }
            Ok(())
        })
        .await
    }

    /// Throws away what was staged.
    pub(super) async fn discard(self) -> Result<(), BlobError> {
        let upload = self.upload;
        blocking(&self.folder, move |folder| {
            remove_if_there(&folder.side_path(upload))
        })
        .await
    }

    fn take(&mut self) -> Result<Open, BlobError> {
        self.open
            .take()
            .ok_or_else(|| BlobError::unavailable("an earlier write of this upload failed"))
    }
}

pub(super) async fn offset(folder: &Arc<Folder>, upload: Uuid) -> Result<u64, BlobError> {
    blocking(folder, move |folder| folder.offset(upload)).await
}

pub(super) async fn digest(folder: &Arc<Folder>, upload: Uuid) -> Result<StoredBlob, BlobError> {
    blocking(folder, move |folder| folder.digest(upload)).await
}

pub(super) async fn place(folder: &Arc<Folder>, upload: Uuid) -> Result<(), BlobError> {
    blocking(folder, move |folder| folder.place(upload)).await
}

pub(super) async fn remove(folder: &Arc<Folder>, upload: Uuid) -> Result<(), BlobError> {
    blocking(folder, move |folder| folder.remove(upload)).await
}

/// Disk work is not done where requests are served.
async fn blocking<T: Send + 'static>(
    folder: &Arc<Folder>,
    work: impl FnOnce(&Folder) -> io::Result<T> + Send + 'static,
) -> Result<T, BlobError> {
    let folder = Arc::clone(folder);
    tokio::task::spawn_blocking(move || work(&folder))
        .await
        .map_err(BlobError::unavailable)?
        .map_err(BlobError::unavailable)
}
