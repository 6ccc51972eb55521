//! Copies of a journal: taken while the server runs, at one position, and proved before they count.
//!
//! Attachments and other files stand outside. They are synced before the entry that names them, so the caller copies
//! them after [`backup`] has returned: then every file that the copy names is there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use thiserror::Error;

use crate::error::{OpenError, StorageError};
use crate::files;
use crate::sqlite::{self, Options};
use crate::verify::{self, Fault, Report, VerifyOptions};

/// Why there is no copy. The place where it was to be is as before.
#[derive(Debug, Error)]
pub enum BackupError {
    #[error("{} exists already; move it away or name another place, nothing is overwritten", .0.display())]
    Exists(PathBuf),
    #[error("{}: {source}; check that the folder exists, is writable and has room", .path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("the copy is not sound, so it was not kept: {0}")]
    Unsound(#[from] Fault),
}

/// Copies the journal at `path`, which may be in use, to the new file `destination`, at one position, and verifies
/// the copy. The report says at which position.
///
/// # Errors
/// [`BackupError`]; then nothing is at `destination`.
pub fn backup(path: &Path, destination: &Path, options: &VerifyOptions) -> Result<Report, BackupError> {
    copy(path, destination, options)
}

/// Puts the backup at `source` in the place `path` of a journal that is not there (any more), verified.
///
/// # Errors
/// [`BackupError`]; then nothing is at `path`.
pub fn restore(source: &Path, path: &Path, options: &VerifyOptions) -> Result<Report, BackupError> {
    // A log of a former journal would be taken for the log of this one.
    for left in ["-wal", "-shm"] {
        let left = beside(path, left);
        if left.exists() {
            return Err(BackupError::Exists(left));
        }
    }
    copy(source, path, options)
}

fn copy(from: &Path, to: &Path, options: &VerifyOptions) -> Result<Report, BackupError> {
    make(to, options, |temporary| pages(from, temporary))
}

/// The new journal file `to`, which `fill` writes under another name; it gets its name once it is proved.
pub(crate) fn make<E: From<BackupError>>(
    to: &Path,
    options: &VerifyOptions,
    fill: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<Report, E> {
    let io = |source| BackupError::Io { path: to.to_owned(), source };
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()).into());
    }
    let temporary = beside(to, ".temporary");
    remove(&temporary).map_err(io)?;
    let made = fill(&temporary).and_then(|()| {
        let report = verify::verify(&temporary, options).map_err(BackupError::Unsound)?;
        files::publish(&temporary, to).map_err(io)?;
        Ok(report)
    });
    // After success only the log of the proof is left, and it is empty.
    let removed = remove(&temporary).map_err(io);
    made.and_then(|report| Ok(removed.map(|()| report)?))
}

fn pages(from: &Path, to: &Path) -> Result<(), BackupError> {
    let source = sqlite::open_read_only(from, &Options::default())?;
    let open = |e| sqlite::storage(to, e);
    let mut target = Connection::open(to).map_err(open)?;
    {
        let copying = Backup::new(&source, &mut target).map_err(open)?;
        // All pages in one step are one read transaction: one position, whatever is appended meanwhile.
        match copying.step(-1).map_err(open)? {
            StepResult::Done => {}
            unfinished => {
                let detail = format!("the copy stopped early: {unfinished:?}");
                return Err(StorageError::Busy { place: from.display().to_string(), detail }.into());
            }
        }
    }
    target.close().map_err(|(_, e)| open(e))?;
    Ok(())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn remove(path: &Path) -> io::Result<()> {
    for ending in ["", "-wal", "-shm"] {
        match fs::remove_file(beside(path, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
