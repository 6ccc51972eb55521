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

/// How both back ends keep a column.
#[derive(Debug, Clone, Copy)]
enum Column {
    /// A number; in PostgreSQL of this type.
    Number(fn() -> Type),
    Bytes,
    /// Words; bytes in PostgreSQL, whose text holds no zero character.
    Words,
}

const BIG: Column = Column::Number(|| Type::INT8);
const SMALL: Column = Column::Number(|| Type::INT2);
const MIDDLE: Column = Column::Number(|| Type::INT4);

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
            ("position", BIG),
            ("at", BIG),
            ("sender", BIG),
            ("command_id", Column::Bytes),
            ("payload_hash", Column::Bytes),
            ("schema", MIDDLE),
            ("links", Column::Bytes),
            ("body", Column::Bytes),
            ("hash", Column::Bytes),
        ],
        order: "position",
    },
    Table { name: "subject", columns: &[("kind", SMALL), ("id", BIG), ("position", BIG)], order: "kind, id, position" },
    Table {
        name: "text",
        columns: &[
            ("id", BIG),
            ("kind", SMALL),
            ("position", BIG),
            ("salt", Column::Bytes),
            ("body", Column::Words),
            ("erased_by", BIG),
        ],
        order: "id",
    },
    Table {
        name: "conflict",
        columns: &[
            ("sender", BIG),
            ("command_id", Column::Bytes),
            ("payload_hash", Column::Bytes),
            ("first_position", BIG),
            ("at", BIG),
        ],
        order: "at, sender, command_id, payload_hash",
    },
    Table {
        name: "checkpoint",
        columns: &[
            ("position", BIG),
            ("at", BIG),
            ("chain_hash", Column::Bytes),
            ("root", Column::Bytes),
            ("frontier", Column::Bytes),
            ("public_key", Column::Bytes),
            ("signature", Column::Bytes),
        ],
        order: "position",
    },
    Table { name: "tile", columns: &[("first", BIG), ("hash", Column::Bytes)], order: "first" },
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
    let (mut client, place) = database::connected(config)?;
    let lost = |error: postgres::Error| database::storage(&place, &error);
    let mut source = client
        .build_transaction()
        .isolation_level(postgres::IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .map_err(lost)?;
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
    let (mut client, place) = database::prepared(config)?;
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
    fn type_of(self) -> Type {
        match self {
            Self::Number(name) => name(),
            Self::Bytes | Self::Words => Type::BYTEA,
        }
    }
}

/// A value from PostgreSQL as SQLite takes it. Words are UTF-8 unless somebody damaged them; then the proof says so.
fn from_row(row: &Row, index: usize, column: Column) -> Result<Value, postgres::Error> {
    let number = |value: Option<i64>| value.map_or(Value::Null, Value::Integer);
    Ok(match column {
        Column::Number(name) => match name() {
            Type::INT2 => number(row.try_get::<_, Option<i16>>(index)?.map(i64::from)),
            Type::INT4 => number(row.try_get::<_, Option<i32>>(index)?.map(i64::from)),
            _ => number(row.try_get(index)?),
        },
        Column::Bytes => row.try_get::<_, Option<Vec<u8>>>(index)?.map_or(Value::Null, Value::Blob),
        Column::Words => row
            .try_get::<_, Option<&[u8]>>(index)?
            .map_or(Value::Null, |bytes| Value::Text(String::from_utf8_lossy(bytes).into_owned())),
    })
}

/// A value from SQLite as PostgreSQL takes it. A number that a column of PostgreSQL cannot hold was never written by us.
fn to_sql(value: Value, column: Column) -> Box<dyn ToSql + Sync> {
    match (value, column) {
        (Value::Integer(number), Column::Number(name)) => match name() {
            Type::INT2 => Box::new(i16::try_from(number).ok()),
            Type::INT4 => Box::new(i32::try_from(number).ok()),
            _ => Box::new(Some(number)),
        },
        (Value::Null, Column::Number(name)) => match name() {
            Type::INT2 => Box::new(None::<i16>),
            Type::INT4 => Box::new(None::<i32>),
            _ => Box::new(None::<i64>),
        },
        (Value::Text(words), _) => Box::new(Some(words.into_bytes())),
        (Value::Blob(bytes), _) => Box::new(Some(bytes)),
        _ => Box::new(None::<Vec<u8>>),
    }
}
