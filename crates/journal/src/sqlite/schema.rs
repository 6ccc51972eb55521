//! The tables, and the number by which a file says which tables it has.

use std::path::Path;

use rusqlite::Connection;

use super::storage;
use crate::error::OpenError;

/// "OBJ1": marks the file as a journal (`PRAGMA application_id`).
const APPLICATION: i64 = 0x4f42_4a31;

/// Version of the tables (`PRAGMA user_version`).
const FORMAT: i64 = 1;

/// Unsigned numbers are kept as the signed number of the same bits.
///
/// `subject` and `tile` are indexes that can be rebuilt from `entry`; `verify` compares them with it.
const TABLES: &str = "
CREATE TABLE entry (
    position INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    sender INTEGER NOT NULL,
    command_id BLOB NOT NULL,
    payload_hash BLOB NOT NULL,
    schema INTEGER NOT NULL,
    links BLOB NOT NULL,
    body BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX entry_command ON entry (command_id, sender);
CREATE TABLE subject (
    kind INTEGER NOT NULL,
    id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (kind, id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE text (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    position INTEGER NOT NULL,
    salt BLOB,
    body TEXT,
    erased_by INTEGER
) STRICT;
CREATE TABLE conflict (
    sender INTEGER NOT NULL,
    command_id BLOB NOT NULL,
    payload_hash BLOB NOT NULL,
    first_position INTEGER NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (sender, command_id, payload_hash)
) STRICT;
CREATE TABLE checkpoint (
    position INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    chain_hash BLOB NOT NULL,
    root BLOB NOT NULL,
    frontier BLOB NOT NULL,
    public_key BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;
CREATE TABLE tile (
    first INTEGER PRIMARY KEY,
    hash BLOB NOT NULL
) STRICT;
";

/// Refuses a file that is not a journal of this format.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let (application, format) = marks(connection, path)?;
    if application != APPLICATION {
        return Err(OpenError::NotAJournal { path: path.to_owned(), found: application });
    }
    if format != FORMAT {
        return Err(OpenError::Format { path: path.to_owned(), found: format, known: FORMAT });
    }
    Ok(())
}

/// Creates the tables in an empty file, and checks any other.
pub(super) fn prepare(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let storage = |source| storage(path, source);
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0)).map_err(storage)?;
    let fresh = tables == 0 && marks(connection, path)? == (0, 0);
    if !fresh {
        check(connection, path)?;
    }
    // Only now: a file that is not ours has not been touched.
    connection.pragma_update(None, "journal_mode", "WAL").map_err(storage)?;
    if fresh {
        let make = connection.transaction().map_err(storage)?;
        make.execute_batch(TABLES).map_err(storage)?;
        make.pragma_update(None, "application_id", APPLICATION).map_err(storage)?;
        make.pragma_update(None, "user_version", FORMAT).map_err(storage)?;
        make.commit().map_err(storage)?;
    }
    Ok(())
}

fn marks(connection: &Connection, path: &Path) -> Result<(i64, i64), OpenError> {
    let mark = |name| connection.pragma_query_value(None, name, |row| row.get(0)).map_err(|e| storage(path, e));
    Ok((mark("application_id")?, mark("user_version")?))
}
