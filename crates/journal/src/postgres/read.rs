//! Reading; chunk by chunk, so that a replay never holds the journal in memory.

use std::borrow::Cow;
use std::ops::ControlFlow;

use postgres::fallible_iterator::FallibleIterator;
use postgres::{GenericClient, Row};
use uuid::Uuid;

use super::{Postgres, storage};
use crate::Text;
use crate::chain;
use crate::entry::{Check, Conflict, Entry, EntryRef, GENESIS, Hash, Head, Seen, Subject, TextState};
use crate::error::StorageError;

/// Entries fetched at a time.
const CHUNK: u64 = 4096;

pub(super) fn head(client: &mut impl GenericClient) -> Result<Head, postgres::Error> {
    let row = client.query_opt("SELECT position, hash FROM entry ORDER BY position DESC LIMIT 1", &[])?;
    row.map_or(Ok(Head::EMPTY), |row| {
        Ok(Head { position: row.try_get::<_, i64>(0)?.cast_unsigned(), hash: hash(row.try_get(1)?) })
    })
}

/// A stored hash of another length is no hash: zeros, which no entry has.
pub(super) fn hash(bytes: &[u8]) -> Hash {
    bytes.try_into().unwrap_or(GENESIS)
}

pub(super) fn hash_at(client: &mut impl GenericClient, position: u64) -> Result<Option<Hash>, postgres::Error> {
    if position == 0 {
        return Ok(Some(GENESIS));
    }
    let row = client.query_opt("SELECT hash FROM entry WHERE position = $1", &[&position.cast_signed()])?;
    row.map(|row| Ok(hash(row.try_get(0)?))).transpose()
}

pub(super) fn seen(
    client: &mut impl GenericClient,
    sender: u64,
    command_id: Uuid,
) -> Result<Option<Seen>, postgres::Error> {
    let sql = "SELECT position, payload_hash FROM entry WHERE command_id = $1 AND sender = $2";
    let row = client.query_opt(sql, &[&&command_id.as_bytes()[..], &sender.cast_signed()])?;
    row.map(|row| Ok(Seen { position: row.try_get::<_, i64>(0)?.cast_unsigned(), payload_hash: hash(row.try_get(1)?) }))
        .transpose()
}

pub(super) fn conflicts(client: &mut impl GenericClient, limit: usize) -> Result<Vec<Conflict>, postgres::Error> {
    let sql = "SELECT sender, command_id, first_position, payload_hash, at FROM conflict ORDER BY number DESC LIMIT $1";
    let rows = client.query(sql, &[&i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let conflict = |row: &Row| {
        Ok(Conflict {
            sender: row.try_get::<_, i64>(0)?.cast_unsigned(),
            command_id: Uuid::from_slice(row.try_get(1)?).unwrap_or_default(),
            first_position: row.try_get::<_, i64>(2)?.cast_unsigned(),
            payload_hash: hash(row.try_get(3)?),
            at: row.try_get(4)?,
        })
    };
    rows.iter().map(conflict).collect()
}

pub(super) fn by_subject(
    client: &mut impl GenericClient,
    subject: Subject,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<u64>, postgres::Error> {
    let sql =
        "SELECT position FROM subject WHERE kind = $1 AND id = $2 AND position < $3 ORDER BY position DESC LIMIT $4";
    let before = before.and_then(|p| i64::try_from(p).ok()).unwrap_or(i64::MAX);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = client.query(sql, &[&i16::from(subject.kind), &subject.id.cast_signed(), &before, &limit])?;
    rows.iter().map(|row| Ok(row.try_get::<_, i64>(0)?.cast_unsigned())).collect()
}

pub(super) fn texts(client: &mut impl GenericClient, ids: &[u64]) -> Result<Vec<(u64, TextState)>, postgres::Error> {
    let statement = client.prepare("SELECT body, erased_by FROM text WHERE id = $1")?;
    let mut state = |&id: &u64| {
        let Some(row) = client.query_opt(&statement, &[&id.cast_signed()])? else {
            return Ok((id, TextState::Unknown));
        };
        Ok((
            id,
            match row.try_get::<_, Option<i64>>(1)? {
                Some(by) => TextState::Erased { by: by.cast_unsigned() },
                None => TextState::Kept(words(row.try_get::<_, Option<&[u8]>>(0)?.unwrap_or_default()).into_owned()),
            },
        ))
    };
    ids.iter().map(&mut state).collect()
}

/// Texts went in as UTF-8; damage to one shows in its words and in verification.
fn words(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

pub(super) fn each_text(
    client: &mut impl GenericClient,
    kinds: &[u8],
    visit: &mut dyn FnMut(Text<'_>) -> ControlFlow<()>,
) -> Result<(), postgres::Error> {
    let kinds: Vec<i16> = kinds.iter().map(|&kind| kind.into()).collect();
    let sql = "SELECT id, kind, body FROM text WHERE body IS NOT NULL AND kind = ANY($1) ORDER BY id";
    let mut rows = client.query_raw(sql, [&kinds])?;
    while let Some(row) = rows.next()? {
        let kind = u8::try_from(row.try_get::<_, i16>(1)?).unwrap_or_default();
        if visit((row.try_get::<_, i64>(0)?.cast_unsigned(), kind, &words(row.try_get(2)?))).is_break() {
            break;
        }
    }
    Ok(())
}

pub(super) fn read(journal: &mut Postgres, from: u64, limit: usize) -> Result<Vec<Entry>, StorageError> {
    let mut entries = Vec::new();
    let mut bad = None;
    if limit == 0 {
        return Ok(entries);
    }
    let to = from.max(1).saturating_add(limit as u64 - 1);
    for_each(journal, from, to, Check::Chain, &mut |entry| match entry.to_entry() {
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

pub(super) fn for_each(
    journal: &mut Postgres,
    from: u64,
    to: u64,
    check: Check,
    visit: &mut dyn FnMut(EntryRef<'_>) -> ControlFlow<()>,
) -> Result<(), StorageError> {
    let upcasts = journal.upcasts.clone();
    let place = journal.place.clone();
    let db = |error| storage(&place, &error);
    let client = journal.client()?;
    let mut next = from.max(1);
    let end = head(client).map_err(db)?.position.min(to);
    if next > end {
        return Ok(());
    }
    let missing = |position| StorageError::Corrupt { position, what: "it is missing".into() };
    let mut previous = hash_at(client, next - 1).map_err(db)?.ok_or_else(|| missing(next - 1))?;
    let sql = "SELECT position, at, sender, command_id, payload_hash, schema, links, body, hash
               FROM entry WHERE position BETWEEN $1 AND $2 ORDER BY position";
    let statement = client.prepare(sql).map_err(db)?;
    while next <= end {
        let last = end.min(next + CHUNK - 1);
        let rows = client.query(&statement, &[&next.cast_signed(), &last.cast_signed()]).map_err(db)?;
        for row in &rows {
            let mut entry = entry(row, previous).map_err(|what| StorageError::Corrupt { position: next, what })?;
            if entry.position != next {
                return Err(missing(next));
            }
            chain::check(&entry, check)?;
            previous = entry.hash;
            entry.lift(&upcasts)?;
            if visit(entry).is_break() {
                return Ok(());
            }
            next += 1;
        }
        if next <= last {
            return Err(missing(next));
        }
    }
    Ok(())
}

fn entry(row: &Row, previous: Hash) -> Result<EntryRef<'_>, String> {
    let integer = |i| row.try_get::<_, i64>(i).map_err(|e| e.to_string());
    let bytes = |i| row.try_get::<_, &[u8]>(i).map_err(|e| e.to_string());
    let digest = |i, column| bytes(i)?.try_into().map_err(|_| format!("{column} is not 32 bytes long"));
    let schema: i32 = row.try_get(5).map_err(|e| e.to_string())?;
    Ok(EntryRef {
        position: integer(0)?.cast_unsigned(),
        at: integer(1)?,
        sender: integer(2)?.cast_unsigned(),
        command_id: Uuid::from_slice(bytes(3)?).map_err(|e| format!("command_id: {e}"))?,
        payload_hash: digest(4, "payload_hash")?,
        schema: u16::try_from(schema).map_err(|_| format!("schema is {schema}, beyond 65535"))?,
        links: bytes(6)?,
        body: Cow::Borrowed(bytes(7)?),
        previous,
        hash: digest(8, "hash")?,
    })
}
