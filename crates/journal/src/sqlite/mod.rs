//! The embedded back end: one SQLite file in WAL mode, synced at every commit.
//!
//! One [`Sqlite`] writes; any number of [`Reader`]s read beside it, from any thread. Pages move from the log into the
//! file on a thread of their own (`keeper`), so that no acknowledgement waits for it.

mod append;
mod keeper;
mod read;
mod schema;
mod seal;

use std::fs::{File, TryLockError};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use uuid::Uuid;

pub use read::Reader;
pub(crate) use read::{Source, open_read_only};
pub(crate) use seal::from_row as checkpoint_from_row;

use crate::checkpoint::Checkpoint;
use crate::entry::{Check, Conflict, Entry, EntryRef, Hash, Head, NewEntry, Seen, Subject, TextState};
use crate::error::{AppendError, OpenError, StorageError};
use crate::{Journal, Text, Upcasts};

/// SQLite 3.7.0 to 3.51.2 can corrupt a database when its log is reset while another connection checkpoints
/// (<https://sqlite.org/wal.html>, section "the WAL-reset bug").
const OLDEST_SQLITE: i32 = 3_051_003;

/// Prepared statements kept per connection: all that this module ever prepares.
const STATEMENTS: usize = 32;

/// How a journal is opened.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub upcasts: Upcasts,
    /// Give up durability. Exists to show that the sync-order test can fail; no server ever sets it.
    #[doc(hidden)]
    pub unsynced: bool,
    /// SQLite VFS by name; the tests of faults put a shim there.
    #[doc(hidden)]
    pub vfs: Option<&'static str>,
}

/// The journal's single writer.
#[derive(Debug)]
pub struct Sqlite {
    // Declared before the lock, so that the connection is closed before another server may open the file.
    connection: Connection,
    keeper: keeper::Keeper,
    head: Head,
    scratch: append::Scratch,
    path: PathBuf,
    options: Options,
    _lock: File,
}

impl Sqlite {
    /// Opens the journal at `path`, creating it where there is none, and takes its lock.
    ///
    /// # Errors
    /// [`OpenError`], in words for the operator.
    pub fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(OpenError::OldSqlite { found: rusqlite::version() });
        }
        let lock = lock(path)?;
        let mut connection = connect(path, OpenFlags::default(), &options)?;
        let storage = |source| storage(path, source);
        let synchronous = if options.unsynced { "OFF" } else { "FULL" };
        connection.pragma_update(None, "synchronous", synchronous).map_err(storage)?;
        // An erased text must leave the file, not only the index.
        connection.pragma_update(None, "secure_delete", "ON").map_err(storage)?;
        schema::prepare(&mut connection, path)?;
        let head = read::head(&connection).map_err(storage)?;
        let keeper = keeper::Keeper::start(&mut connection, path, &options)?;
        let scratch = append::Scratch::default();
        Ok(Self { connection, keeper, head, scratch, path: path.to_owned(), options, _lock: lock })
    }

    /// A reader with its own connection, for another thread.
    ///
    /// # Errors
    /// [`OpenError`] when the file cannot be opened a second time.
    pub fn reader(&self) -> Result<Reader, OpenError> {
        Reader::open_with(&self.path, self.options.clone())
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn storage(&self, source: rusqlite::Error) -> StorageError {
        storage(&self.path, source)
    }
}

impl Journal for Sqlite {
    fn head(&self) -> Head {
        self.head
    }

    fn append(&mut self, expected: &Head, entries: &[NewEntry]) -> Result<Head, AppendError> {
        append::append(self, expected, entries)
    }

    fn seen(&mut self, sender: u64, command_id: Uuid) -> Result<Option<Seen>, StorageError> {
        read::seen(&self.connection, sender, command_id).map_err(|e| self.storage(e))
    }

    fn note_conflict(&mut self, conflict: &Conflict) -> Result<(), StorageError> {
        append::note_conflict(self, conflict)
    }

    fn conflicts(&mut self, limit: usize) -> Result<Vec<Conflict>, StorageError> {
        read::conflicts(&self.connection, limit).map_err(|e| self.storage(e))
    }

    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<Entry>, StorageError> {
        self.source().read(from, limit)
    }

    fn for_each(
        &mut self,
        from: u64,
        check: Check,
        visit: &mut dyn FnMut(EntryRef<'_>) -> ControlFlow<()>,
    ) -> Result<(), StorageError> {
        self.source().for_each(from, u64::MAX, check, visit)
    }

    fn by_subject(&mut self, subject: Subject, before: Option<u64>, limit: usize) -> Result<Vec<u64>, StorageError> {
        read::by_subject(&self.connection, subject, before, limit).map_err(|e| self.storage(e))
    }

    fn texts(&mut self, ids: &[u64]) -> Result<Vec<(u64, TextState)>, StorageError> {
        read::texts(&self.connection, ids).map_err(|e| self.storage(e))
    }

    fn each_text(
        &mut self,
        kinds: &[u8],
        visit: &mut dyn FnMut(Text<'_>) -> ControlFlow<()>,
    ) -> Result<(), StorageError> {
        read::each_text(&self.connection, kinds, visit).map_err(|e| self.storage(e))
    }

    fn checkpoint(&mut self, signer: &SigningKey, at: i64) -> Result<Checkpoint, StorageError> {
        seal::checkpoint(self, signer, at)
    }

    fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, StorageError> {
        seal::checkpoints(&self.connection, &self.path)
    }

    fn inclusion(&mut self, position: u64, size: u64) -> Result<Option<Vec<Hash>>, StorageError> {
        seal::inclusion(&self.connection, &self.path, position, size)
    }

    fn consistency(&mut self, old: u64, new: u64) -> Result<Option<Vec<Hash>>, StorageError> {
        seal::consistency(&self.connection, &self.path, old, new)
    }
}

impl Sqlite {
    fn source(&self) -> Source<'_> {
        Source { connection: &self.connection, path: &self.path, upcasts: &self.options.upcasts }
    }
}

/// A new, empty journal file, for whoever fills it with another journal's rows.
pub(crate) fn created(path: &Path) -> Result<Connection, OpenError> {
    let mut connection = connect(path, OpenFlags::default(), &Options::default())?;
    schema::prepare(&mut connection, path)?;
    Ok(connection)
}

/// Takes `PATH.lock` for as long as the file returned lives; the system frees it also after a crash.
fn lock(path: &Path) -> Result<File, OpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let io = |source| OpenError::Io { path: name.clone(), source };
    let file = File::options().create(true).truncate(false).write(true).open(&name).map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(source)) => Err(io(source)),
    }
}

pub(crate) fn connect(path: &Path, flags: OpenFlags, options: &Options) -> Result<Connection, OpenError> {
    let opened = match options.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs),
        None => Connection::open_with_flags(path, flags),
    };
    let connection = opened.map_err(|source| storage(path, source))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// What an SQLite error means to the operator.
pub(crate) fn storage(path: &Path, error: rusqlite::Error) -> StorageError {
    let place = path.display().to_string();
    let detail = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StorageError::Full { place },
        Some(ErrorCode::ReadOnly) => StorageError::ReadOnly { place },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StorageError::Busy { place, detail },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StorageError::Damaged { place, detail },
        _ => StorageError::Other { place, detail },
    }
}
