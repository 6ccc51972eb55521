//! The tables, as in SQLite; texts are bytes, because PostgreSQL's text holds no zero character.

use postgres::Client;

use super::storage;
use crate::error::{OpenError, StorageError};

/// Version of the tables.
const FORMAT: i64 = 1;

/// The advisory lock under which schemas are made and groups appended: "oneboard" as a number.
pub(super) const LOCK: i64 = 0x6f6e_6562_6f61_7264;

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS journal_format (format BIGINT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS entry (
    position BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    sender BIGINT NOT NULL,
    command_id BYTEA NOT NULL,
    payload_hash BYTEA NOT NULL,
    schema INTEGER NOT NULL,
    links BYTEA NOT NULL,
    body BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    UNIQUE (command_id, sender)
);
CREATE TABLE IF NOT EXISTS subject (
    kind SMALLINT NOT NULL,
    id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (kind, id, position)
);
CREATE TABLE IF NOT EXISTS text (
    id BIGINT PRIMARY KEY,
    kind SMALLINT NOT NULL,
    position BIGINT NOT NULL,
    salt BYTEA,
    body BYTEA,
    erased_by BIGINT
);
CREATE TABLE IF NOT EXISTS conflict (
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    sender BIGINT NOT NULL,
    command_id BYTEA NOT NULL,
    payload_hash BYTEA NOT NULL,
    first_position BIGINT NOT NULL,
    at BIGINT NOT NULL,
    UNIQUE (sender, command_id, payload_hash)
);
CREATE TABLE IF NOT EXISTS checkpoint (
    position BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    chain_hash BYTEA NOT NULL,
    root BYTEA NOT NULL,
    frontier BYTEA NOT NULL,
    public_key BYTEA NOT NULL,
    signature BYTEA NOT NULL
);
CREATE TABLE IF NOT EXISTS tile (
    first BIGINT PRIMARY KEY,
    hash BYTEA NOT NULL
);
";

pub(super) fn prepare(client: &mut Client, place: &str) -> Result<(), OpenError> {
    let mut make = || -> Result<i64, postgres::Error> {
        let mut transaction = client.transaction()?;
        transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
        transaction.batch_execute(TABLES)?;
        transaction.execute(
            "INSERT INTO journal_format SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM journal_format)",
            &[&FORMAT],
        )?;
        let found = transaction.query_one("SELECT format FROM journal_format", &[])?.try_get(0)?;
        transaction.commit()?;
        Ok(found)
    };
    let found = make().map_err(|error| storage(place, &error))?;
    known(found, place)
}

/// The journal that is there is one that this program knows; nothing is made.
pub(super) fn check(client: &mut Client, place: &str) -> Result<(), OpenError> {
    let found = client.query_one("SELECT format FROM journal_format", &[]).and_then(|row| row.try_get(0));
    known(found.map_err(|error| storage(place, &error))?, place)
}

fn known(found: i64, place: &str) -> Result<(), OpenError> {
    if found == FORMAT {
        return Ok(());
    }
    let detail = format!("it has journal format {found}, this program knows {FORMAT}; use the release that wrote it");
    Err(StorageError::Other { place: place.to_owned(), detail }.into())
}
