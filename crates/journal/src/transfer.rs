//! A journal taken from one back end to the other: a city that outgrows a file moves to PostgreSQL, and a database
//! becomes a file that anybody can prove.
//!
//! Rows go over as they are, so that hashes, salts and signatures stay what they were and every proof that was ever given
//! still holds. Nothing counts before it is proved: a file by [`verify()`](crate::verify()), a database by its chain from
//! the first entry to the head that was proved in the file.

use std::ops::ControlFlow;
use std::path::Path;

use postgres::Row;
use postgres::binary_copy::BinaryCopyInWriter;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{ToSql, Type};
use rusqlite::params_from_iter;
use rusqlite::types::Value;
use thiserror::Error;

use crate::backup::BackupError;
use crate::entry::{Check, Head};
use crate::error::{OpenError, StorageError};
use crate::sqlite::{self, Options};
use crate::verify::{self, Fault, Report, VerifyOptions};
use crate::{Reading as _, Upcasts, backup, postgres as database};

/// Why a journal was not taken over. Where it was to go is as before.
#[derive(Debug, Error)]
pub enum TransferError {
    #[error("{place} holds {entries} entries already; name an empty database, nothing is overwritten")]
    Taken { place: String, entries: i64 },
    #[error("what arrived ends at entry {found}, {expected} left: stop whatever else writes it, and try again")]
    Different { found: u64, expected: u64 },
    #[error("the journal to take over does not hold: {0}")]
    Unsound(#[from] Fault),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    File(#[from] BackupError),
}

/// How a column is kept. Numbers are of one kind in SQLite and of three in PostgreSQL, whose words are bytes, because its
/// text holds no zero character.
#[derive(Debug, Clone, Copy)]
enum Column {
    Big,
    Middle,
    Small,
    Bytes,
    Words,
}

struct Table {
    name: &'static str,
    columns: &'static [(&'static str, Column)],
    order: &'static str,
}

/// All that a journal is. The numbers of conflicts are made anew, in the same order.
const TABLES: [Table; 6] = [
    Table {
        name: "entry",
        columns: &[
            ("position", Column::Big),
            ("at", Column::Big),
            ("sender", Column::Big),
            ("command_id", Column::Bytes),
            ("payload_hash", Column::Bytes),
            ("schema", Column::Middle),
            ("links", Column::Bytes),
            ("body", Column::Bytes),
            ("hash", Column::Bytes),
        ],
        order: "position",
    },
    Table {
        name: "subject",
        columns: &[("kind", Column::Small), ("id", Column::Big), ("position", Column::Big)],
        order: "kind, id, position",
    },
    Table {
        name: "text",
        columns: &[
            ("id", Column::Big),
            ("kind", Column::Small),
            ("position", Column::Big),
            ("salt", Column::Bytes),
            ("body", Column::Words),
            ("erased_by", Column::Big),
        ],
        order: "id",
    },
    Table {
        name: "conflict",
        columns: &[
            ("sender", Column::Big),
            ("command_id", Column::Bytes),
            ("payload_hash", Column::Bytes),
            ("first_position", Column::Big),
            ("at", Column::Big),
        ],
        order: "at, sender, command_id, payload_hash",
    },
    Table {
        name: "checkpoint",
        columns: &[
            ("position", Column::Big),
            ("at", Column::Big),
            ("chain_hash", Column::Bytes),
            ("root", Column::Bytes),
            ("frontier", Column::Bytes),
            ("public_key", Column::Bytes),
            ("signature", Column::Bytes),
        ],
        order: "position",
    },
    Table { name: "tile", columns: &[("first", Column::Big), ("hash", Column::Bytes)], order: "first" },
];

impl Table {
    fn list(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    }

    fn select(&self) -> String {
        format!("SELECT {} FROM {} ORDER BY {}", self.list(), self.name, self.order)
    }
}

/// Takes the journal in the database `config` into the new file `path`, as it stands at one moment; its server may run.
///
/// # Errors
/// [`TransferError`]; then nothing is at `path`.
pub fn into_file(config: &str, path: &Path, options: &VerifyOptions) -> Result<Report, TransferError> {
    backup::make(path, options, |temporary| rows_into_file(config, temporary))
}

fn rows_into_file(config: &str, path: &Path) -> Result<(), TransferError> {
    let (mut client, _, place) = database::read_only(config)?;
    let lost = |error: postgres::Error| database::storage(&place, &error);
    let mut source =
        client.build_transaction().isolation_level(postgres::IsolationLevel::RepeatableRead).start().map_err(lost)?;
    let mut connection = sqlite::created(path)?;
    let full = |error| sqlite::storage(path, error);
    let target = connection.transaction().map_err(full)?;
    for table in &TABLES {
        let marks = vec!["?"; table.columns.len()].join(", ");
        let sql = format!("INSERT INTO {} ({}) VALUES ({marks})", table.name, table.list());
        let mut insert = target.prepare(&sql).map_err(full)?;
        let mut rows = source.query_raw(&table.select(), [] as [&str; 0]).map_err(lost)?;
        while let Some(row) = rows.next().map_err(lost)? {
            let values = table.columns.iter().enumerate().map(|(index, (_, column))| from_row(&row, index, *column));
            let values = values.collect::<Result<Vec<Value>, _>>().map_err(lost)?;
            insert.execute(params_from_iter(values)).map_err(full)?;
        }
    }
    target.commit().map_err(full)?;
    connection.close().map_err(|(_, error)| full(error))?;
    Ok(())
}

/// Takes the journal in the file `path` into the empty database `config`. Nobody else may write either meanwhile.
///
/// # Errors
/// [`TransferError`]; then the database is as it was.
pub fn into_database(path: &Path, config: &str, options: &VerifyOptions) -> Result<Report, TransferError> {
    let report = verify::verify(path, options)?;
    rows_into_database(path, config)?;
    let arrived = chained(config)?;
    if arrived != report.head {
        return Err(TransferError::Different { found: arrived.position, expected: report.head.position });
    }
    Ok(report)
}

fn rows_into_database(path: &Path, config: &str) -> Result<(), TransferError> {
    let source = sqlite::open_read_only(path, &Options::default())?;
    let torn = |error| sqlite::storage(path, error);
    source.execute_batch("BEGIN").map_err(torn)?;
    let (mut client, _, place) = database::prepared(config)?;
    let lost = |error: postgres::Error| database::storage(&place, &error);
    let mut target = client.transaction().map_err(lost)?;
    let entries: i64 =
        target.query_one("SELECT count(*) FROM entry", &[]).and_then(|row| row.try_get(0)).map_err(lost)?;
    if entries > 0 {
        return Err(TransferError::Taken { place, entries });
    }
    for table in &TABLES {
        let sql = format!("COPY {} ({}) FROM STDIN BINARY", table.name, table.list());
        let types: Vec<Type> = table.columns.iter().map(|(_, column)| column.type_of()).collect();
        let mut writer = BinaryCopyInWriter::new(target.copy_in(&sql).map_err(lost)?, &types);
        let mut statement = source.prepare(&table.select()).map_err(torn)?;
        let mut rows = statement.query(()).map_err(torn)?;
        while let Some(row) = rows.next().map_err(torn)? {
            let values =
                table.columns.iter().enumerate().map(|(index, (_, column))| Ok(to_sql(row.get(index)?, *column)));
            let values = values.collect::<rusqlite::Result<Vec<_>>>().map_err(torn)?;
            let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| &**value as &(dyn ToSql + Sync)).collect();
            writer.write(&values).map_err(lost)?;
        }
        writer.finish().map_err(lost)?;
    }
    target.commit().map_err(lost)?;
    Ok(())
}

/// The end of a database's journal, its chain proved on the way.
fn chained(config: &str) -> Result<Head, TransferError> {
    let mut reader = database::Reader::open(config, Upcasts::none())?;
    let mut head = Head::EMPTY;
    reader.for_each(1, u64::MAX, Check::Chain, &mut |entry| {
        head = Head { position: entry.position, hash: entry.hash };
        ControlFlow::Continue(())
    })?;
    Ok(head)
}

impl Column {
    const fn type_of(self) -> Type {
        match self {
            Self::Big => Type::INT8,
            Self::Middle => Type::INT4,
            Self::Small => Type::INT2,
            Self::Bytes | Self::Words => Type::BYTEA,
        }
    }
}

/// A value from PostgreSQL as SQLite takes it. Words are UTF-8 unless somebody damaged them; then the proof says so.
fn from_row(row: &Row, index: usize, column: Column) -> Result<Value, postgres::Error> {
    let value = match column {
        Column::Big => row.try_get::<_, Option<i64>>(index)?.map(Value::Integer),
        Column::Middle => row.try_get::<_, Option<i32>>(index)?.map(|number| Value::Integer(number.into())),
        Column::Small => row.try_get::<_, Option<i16>>(index)?.map(|number| Value::Integer(number.into())),
        Column::Bytes => row.try_get::<_, Option<Vec<u8>>>(index)?.map(Value::Blob),
        Column::Words => row
            .try_get::<_, Option<&[u8]>>(index)?
            .map(|bytes| Value::Text(String::from_utf8_lossy(bytes).into_owned())),
    };
    Ok(value.unwrap_or(Value::Null))
}

/// A value from SQLite as PostgreSQL takes it. A number that a column of PostgreSQL cannot hold was never written by us.
fn to_sql(value: Value, column: Column) -> Box<dyn ToSql + Sync> {
    let number = match value {
        Value::Integer(number) => Some(number),
        _ => None,
    };
    match column {
        Column::Big => Box::new(number),
        Column::Middle => Box::new(number.and_then(|number| i32::try_from(number).ok())),
        Column::Small => Box::new(number.and_then(|number| i16::try_from(number).ok())),
        Column::Bytes | Column::Words => Box::new(match value {
            Value::Blob(bytes) => Some(bytes),
            Value::Text(words) => Some(words.into_bytes()),
            _ => None,
        }),
    }
}
