//! Reading: the same functions for the writer's connection and for readers of their own.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};
use uuid::Uuid;

use super::{Options, connect, schema, seal, storage};
use crate::chain;
use crate::checkpoint::Checkpoint;
use crate::entry::{Check, Conflict, Entry, EntryRef, GENESIS, Hash, Head, Seen, Subject, TextState};
use crate::error::{OpenError, StorageError};
use crate::{Reading, Text, Upcasts};

/// Entries read in one statement. A statement pins the log, so a long replay must let go of it now and then.
const CHUNK: u64 = 8192;

/// A second view of the journal, read only, for another thread; the file need not be open for writing anywhere.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
    path: PathBuf,
    upcasts: Upcasts,
}

impl Reader {
    /// Opens the journal at `path` for reading; it must exist.
    ///
    /// # Errors
    /// [`OpenError`], in words for the operator.
    pub fn open(path: &Path, upcasts: Upcasts) -> Result<Self, OpenError> {
        Self::open_with(path, Options { upcasts, ..Options::default() })
    }

    pub(super) fn open_with(path: &Path, options: Options) -> Result<Self, OpenError> {
        let connection = open_read_only(path, &options)?;
        Ok(Self { connection, path: path.to_owned(), upcasts: options.upcasts })
    }

    fn storage(&self, source: rusqlite::Error) -> StorageError {
        storage(&self.path, source)
    }

    fn source(&self) -> Source<'_> {
        Source { connection: &self.connection, path: &self.path, upcasts: &self.upcasts }
    }

    /// Where the journal ends now.
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails; so for all below.
    pub fn head(&self) -> Result<Head, StorageError> {
        head(&self.connection).map_err(|e| self.storage(e))
    }

    /// As [`crate::Journal::read`].
    ///
    /// # Errors
    /// [`StorageError::Corrupt`] names the first entry that does not fit.
    pub fn read(&self, from: u64, limit: usize) -> Result<Vec<Entry>, StorageError> {
        self.source().read(from, limit)
    }

    /// As [`crate::Journal::for_each`], up to and including position `to`.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`] names the first entry that does not fit.
    pub fn for_each(
        &self,
        from: u64,
        to: u64,
        check: Check,
        visit: &mut dyn FnMut(EntryRef<'_>) -> ControlFlow<()>,
    ) -> Result<(), StorageError> {
        self.source().for_each(from, to, check, visit)
    }

    /// The chain hash at `position`; zeros at 0, `None` beyond the head.
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    pub fn hash_at(&self, position: u64) -> Result<Option<Hash>, StorageError> {
        hash_at(&self.connection, position).map_err(|e| self.storage(e))
    }

    /// As [`crate::Journal::seen`].
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    pub fn seen(&self, sender: u64, command_id: Uuid) -> Result<Option<Seen>, StorageError> {
        seen(&self.connection, sender, command_id).map_err(|e| self.storage(e))
    }

    /// As [`crate::Journal::conflicts`].
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    pub fn conflicts(&self, limit: usize) -> Result<Vec<Conflict>, StorageError> {
        conflicts(&self.connection, limit).map_err(|e| self.storage(e))
    }

    /// As [`crate::Journal::by_subject`].
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    pub fn by_subject(&self, subject: Subject, before: Option<u64>, limit: usize) -> Result<Vec<u64>, StorageError> {
        by_subject(&self.connection, subject, before, limit).map_err(|e| self.storage(e))
    }

    /// As [`crate::Journal::texts`].
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    pub fn texts(&self, ids: &[u64]) -> Result<Vec<(u64, TextState)>, StorageError> {
        texts(&self.connection, ids).map_err(|e| self.storage(e))
    }

    /// As [`crate::Journal::each_text`].
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    pub fn each_text(
        &self,
        kinds: &[u8],
        visit: &mut dyn FnMut(Text<'_>) -> ControlFlow<()>,
    ) -> Result<(), StorageError> {
        each_text(&self.connection, kinds, visit).map_err(|e| self.storage(e))
    }

    /// As [`crate::Journal::checkpoints`].
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    pub fn checkpoints(&self) -> Result<Vec<Checkpoint>, StorageError> {
        seal::checkpoints(&self.connection, &self.path)
    }
}

impl Reading for Reader {
    fn head(&mut self) -> Result<Head, StorageError> {
        Self::head(self)
    }
    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<Entry>, StorageError> {
        Self::read(self, from, limit)
    }
    fn for_each(
        &mut self,
        from: u64,
        to: u64,
        check: Check,
        visit: &mut dyn FnMut(EntryRef<'_>) -> ControlFlow<()>,
    ) -> Result<(), StorageError> {
        Self::for_each(self, from, to, check, visit)
    }
    fn by_subject(&mut self, subject: Subject, before: Option<u64>, limit: usize) -> Result<Vec<u64>, StorageError> {
        Self::by_subject(self, subject, before, limit)
    }
    fn texts(&mut self, ids: &[u64]) -> Result<Vec<(u64, TextState)>, StorageError> {
        Self::texts(self, ids)
    }
}

pub(crate) fn open_read_only(path: &Path, options: &Options) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = connect(path, flags, options)?;
    schema::check(&connection, path)?;
    Ok(connection)
}

/// What reading entries needs.
pub(crate) struct Source<'a> {
    pub connection: &'a Connection,
    pub path: &'a Path,
    pub upcasts: &'a Upcasts,
}

impl Source<'_> {
    pub(super) fn read(&self, from: u64, limit: usize) -> Result<Vec<Entry>, StorageError> {
        let mut entries = Vec::new();
        let mut bad = None;
        let to = from.saturating_add(limit as u64).saturating_sub(1);
        if limit == 0 {
            return Ok(entries);
        }
        self.for_each(from, to, Check::Chain, &mut |entry| match entry.to_entry() {
            Ok(entry) => {
                entries.push(entry);
                ControlFlow::Continue(())
            }
            Err(malformed) => {
                bad = Some(StorageError::malformed(entry.position, malformed));
                ControlFlow::Break(())
            }
        })?;
        bad.map_or(Ok(entries), Err)
    }

    pub(crate) fn for_each(
        &self,
        from: u64,
        to: u64,
        check: Check,
        visit: &mut dyn FnMut(EntryRef<'_>) -> ControlFlow<()>,
    ) -> Result<(), StorageError> {
        let storage = |source| storage(self.path, source);
        let mut next = from.max(1);
        let end = head(self.connection).map_err(storage)?.position.min(to);
        if next > end {
            return Ok(());
        }
        let missing = |position| StorageError::Corrupt { position, what: "it is missing".into() };
        let before = hash_at(self.connection, next - 1).map_err(storage)?;
        let mut previous = before.ok_or_else(|| missing(next - 1))?;
        let sql = "SELECT position, at, sender, command_id, payload_hash, schema, links, body, hash
                   FROM entry WHERE position BETWEEN ?1 AND ?2 ORDER BY position";
        let mut statement = self.connection.prepare_cached(sql).map_err(storage)?;
        while next <= end {
            let last = end.min(next + CHUNK - 1);
            let mut rows = statement.query((next.cast_signed(), last.cast_signed())).map_err(storage)?;
            while next <= last {
                let row = rows.next().map_err(storage)?.ok_or_else(|| missing(next))?;
                let mut entry = entry(row, previous).map_err(|what| StorageError::Corrupt { position: next, what })?;
                if entry.position != next {
                    return Err(missing(next));
                }
                chain::check(&entry, check)?;
                previous = entry.hash;
                entry.lift(self.upcasts)?;
                if visit(entry).is_break() {
                    return Ok(());
                }
                next += 1;
            }
        }
        Ok(())
    }
}

/// One row; a column of another type or length than was written is said in words.
fn entry<'a>(row: &'a Row<'_>, previous: Hash) -> Result<EntryRef<'a>, String> {
    let command_id: [u8; 16] = fixed(row, 3, "command_id")?;
    let schema = integer(row, 5, "schema")?;
    Ok(EntryRef {
        position: integer(row, 0, "position")?.cast_unsigned(),
        at: integer(row, 1, "at")?,
        sender: integer(row, 2, "sender")?.cast_unsigned(),
        command_id: Uuid::from_bytes(command_id),
        payload_hash: fixed(row, 4, "payload_hash")?,
        schema: u16::try_from(schema).map_err(|_| format!("schema is {schema}, beyond 65535"))?,
        links: blob(row, 6, "links")?,
        body: Cow::Borrowed(blob(row, 7, "body")?),
        previous,
        hash: fixed(row, 8, "hash")?,
    })
}

fn integer(row: &Row<'_>, index: usize, column: &str) -> Result<i64, String> {
    match row.get_ref(index) {
        Ok(ValueRef::Integer(number)) => Ok(number),
        _ => Err(format!("{column} is not a whole number")),
    }
}

fn blob<'a>(row: &'a Row<'_>, index: usize, column: &str) -> Result<&'a [u8], String> {
    match row.get_ref(index) {
        Ok(ValueRef::Blob(bytes)) => Ok(bytes),
        _ => Err(format!("{column} is not a blob")),
    }
}

pub(crate) fn fixed<const N: usize>(row: &Row<'_>, index: usize, column: &str) -> Result<[u8; N], String> {
    let bytes = blob(row, index, column)?;
    bytes.try_into().map_err(|_| format!("{column} is {} bytes long, not {N}", bytes.len()))
}

/// A stored hash of another length is no hash: zeros, which no entry has, so that a replay names the entry.
fn hash(row: &Row<'_>, index: usize) -> rusqlite::Result<Hash> {
    Ok(row.get_ref(index)?.as_bytes()?.try_into().unwrap_or(GENESIS))
}

pub(crate) fn head(connection: &Connection) -> rusqlite::Result<Head> {
    let sql = "SELECT position, hash FROM entry ORDER BY position DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement
        .query_row((), |row| Ok(Head { position: row.get::<_, i64>(0)?.cast_unsigned(), hash: hash(row, 1)? }));
    Ok(found.optional()?.unwrap_or(Head::EMPTY))
}

pub(crate) fn hash_at(connection: &Connection, position: u64) -> rusqlite::Result<Option<Hash>> {
    if position == 0 {
        return Ok(Some(GENESIS));
    }
    let mut statement = connection.prepare_cached("SELECT hash FROM entry WHERE position = ?1")?;
    statement.query_row([position.cast_signed()], |row| hash(row, 0)).optional()
}

pub(super) fn seen(connection: &Connection, sender: u64, command_id: Uuid) -> rusqlite::Result<Option<Seen>> {
    let sql = "SELECT position, payload_hash FROM entry WHERE command_id = ?1 AND sender = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row((command_id.as_bytes(), sender.cast_signed()), |row| {
        Ok(Seen { position: row.get::<_, i64>(0)?.cast_unsigned(), payload_hash: row.get(1)? })
    });
    found.optional()
}

pub(super) fn conflicts(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Conflict>> {
    let sql = "SELECT sender, command_id, first_position, payload_hash, at FROM conflict ORDER BY rowid DESC LIMIT ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        Ok(Conflict {
            sender: row.get::<_, i64>(0)?.cast_unsigned(),
            command_id: Uuid::from_bytes(row.get(1)?),
            first_position: row.get::<_, i64>(2)?.cast_unsigned(),
            payload_hash: row.get(3)?,
            at: row.get(4)?,
        })
    })?;
    rows.collect()
}

pub(super) fn by_subject(
    connection: &Connection,
    subject: Subject,
    before: Option<u64>,
    limit: usize,
) -> rusqlite::Result<Vec<u64>> {
    let sql =
        "SELECT position FROM subject WHERE kind = ?1 AND id = ?2 AND position < ?3 ORDER BY position DESC LIMIT ?4";
    let mut statement = connection.prepare_cached(sql)?;
    let before = before.and_then(|p| i64::try_from(p).ok()).unwrap_or(i64::MAX);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map((subject.kind, subject.id.cast_signed(), before, limit), |row| row.get(0))?;
    rows.map(|position| position.map(i64::cast_unsigned)).collect()
}

pub(super) fn texts(connection: &Connection, ids: &[u64]) -> rusqlite::Result<Vec<(u64, TextState)>> {
    let mut statement = connection.prepare_cached("SELECT body, erased_by FROM text WHERE id = ?1")?;
    let state = |row: &Row<'_>| match row.get::<_, Option<i64>>(1)? {
        Some(by) => Ok(TextState::Erased { by: by.cast_unsigned() }),
        None => row.get(0).map(TextState::Kept),
    };
    let found = ids.iter().map(|&id| {
        let found = statement.query_row([id.cast_signed()], state).optional()?;
        Ok((id, found.unwrap_or(TextState::Unknown)))
    });
    found.collect()
}

pub(super) fn each_text(
    connection: &Connection,
    kinds: &[u8],
    visit: &mut dyn FnMut(Text<'_>) -> ControlFlow<()>,
) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare_cached("SELECT id, kind, body FROM text WHERE body IS NOT NULL ORDER BY id")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let kind = row.get(1)?;
        if kinds.contains(&kind) {
            let id = row.get::<_, i64>(0)?.cast_unsigned();
            if visit((id, kind, row.get_ref(2)?.as_str()?)).is_break() {
                break;
            }
        }
    }
    Ok(())
}
