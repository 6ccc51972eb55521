//! Writing: one transaction, one sync, all or nothing.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{Sqlite, keeper, read, storage};
use crate::chain::{self, Header};
use crate::entry::{Commitment, Conflict, Head, NewEntry, NewText, Subject};
use crate::error::{AppendError, StorageError};

/// Buffers kept between groups.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    links: Vec<u8>,
    subjects: Vec<(Subject, u64)>,
}

pub(super) fn append(journal: &mut Sqlite, expected: &Head, entries: &[NewEntry]) -> Result<Head, AppendError> {
    if entries.is_empty() && *expected == journal.head {
        return Ok(journal.head);
    }
    entries.iter().try_for_each(chain::check_size)?;
    let gate = journal.keeper.gate();
    let _keeper_waits = keeper::enter(&gate);
    match group(&mut journal.connection, &mut journal.scratch, expected, entries) {
        Ok(head) => {
            journal.head = head;
            journal.keeper.committed(entries.iter().any(|entry| !entry.erase.is_empty()));
            Ok(head)
        }
        Err(failure) => {
            // A commit that failed may still be found in the log later, so what the file says now decides.
            if let Ok(head) = read::head(&journal.connection) {
                journal.head = head;
            }
            Err(match failure {
                Failure::Refused(refused) => refused,
                Failure::Database(error) => storage(&journal.path, error).into(),
            })
        }
    }
}

enum Failure {
    Refused(AppendError),
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Failure::Database(error)
    }
}

/// Dropping the transaction on any way out but the last rolls it back.
fn group(
    connection: &mut Connection,
    scratch: &mut Scratch,
    expected: &Head,
    entries: &[NewEntry],
) -> Result<Head, Failure> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut head = read::head(&transaction)?;
    if head != *expected {
        return Err(Failure::Refused(AppendError::Behind { head }));
    }
    {
        let sql = "INSERT INTO entry (position, at, sender, command_id, payload_hash, schema, links, body, hash)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let mut insert = transaction.prepare_cached(sql)?;
        scratch.subjects.clear();
        for (index, entry) in entries.iter().enumerate() {
            let position = head.position + 1;
            let texts = keep_texts(&transaction, position, &entry.texts)?;
            scratch.links.clear();
            chain::encode_links(entry, &texts, &mut scratch.links);
            let header = Header {
                position,
                at: entry.at,
                sender: entry.sender,
                command_id: entry.command_id,
                payload_hash: entry.payload_hash,
                schema: entry.schema,
            };
            let hash = chain::hash(&head.hash, &header, &scratch.links, &entry.body);
            let inserted = insert.execute((
                position.cast_signed(),
                entry.at,
                entry.sender.cast_signed(),
                entry.command_id.as_bytes(),
                entry.payload_hash.as_slice(),
                entry.schema,
                &scratch.links,
                &entry.body,
                hash.as_slice(),
            ));
            inserted.map_err(|error| repeated(&transaction, error, &entries[..index], entry))?;
            erase_texts(&transaction, position, &entry.erase)?;
            scratch.subjects.extend(entry.subjects.iter().map(|&subject| (subject, position)));
            head = Head { position, hash };
        }
        index_subjects(&transaction, &mut scratch.subjects)?;
    }
    transaction.commit()?;
    Ok(head)
}

/// An insert that broke the unique key is a command seen before; anything else is the database's own trouble.
fn repeated(transaction: &Transaction<'_>, error: rusqlite::Error, earlier: &[NewEntry], entry: &NewEntry) -> Failure {
    let (sender, command_id) = (entry.sender, entry.command_id);
    if error.sqlite_error_code() != Some(rusqlite::ErrorCode::ConstraintViolation) {
        return Failure::Database(error);
    }
    if earlier.iter().any(|e| (e.sender, e.command_id) == (sender, command_id)) {
        return Failure::Refused(AppendError::RepeatedInGroup { sender, command_id });
    }
    match read::seen(transaction, sender, command_id) {
        Ok(Some(seen)) => Failure::Refused(AppendError::Repeated {
            sender,
            command_id,
            position: seen.position,
            payload_hash: seen.payload_hash,
        }),
        Ok(None) => Failure::Database(error),
        Err(worse) => Failure::Database(worse),
    }
}

/// Sorted, so that neighbours in the index are written together.
fn index_subjects(transaction: &Transaction<'_>, subjects: &mut Vec<(Subject, u64)>) -> rusqlite::Result<()> {
    subjects.sort_unstable();
    subjects.dedup();
    let mut insert = transaction.prepare_cached("INSERT INTO subject (kind, id, position) VALUES (?1, ?2, ?3)")?;
    for (subject, position) in subjects {
        insert.execute((subject.kind, subject.id.cast_signed(), position.cast_signed()))?;
    }
    Ok(())
}

fn keep_texts(transaction: &Transaction<'_>, position: u64, texts: &[NewText]) -> Result<Vec<Commitment>, Failure> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "INSERT INTO text (id, kind, position, salt, body) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
    let mut insert = transaction.prepare_cached(sql)?;
    let mut commitments = Vec::with_capacity(texts.len());
    for text in texts {
        let mut salt = [0; chain::SALT];
        getrandom::fill(&mut salt).map_err(|e| Failure::Refused(AppendError::Random(e.to_string())))?;
        let row = (text.id.cast_signed(), text.kind, position.cast_signed(), salt.as_slice(), &text.body);
        if insert.execute(row)? == 0 {
            return Err(Failure::Refused(AppendError::TextTaken { id: text.id }));
        }
        commitments.push(Commitment {
            id: text.id,
            kind: text.kind,
            hash: chain::commit(&salt, text.kind, &text.body),
        });
    }
    Ok(commitments)
}

/// Text and salt go; that the text was there, and which entry erased it first, stays.
fn erase_texts(transaction: &Transaction<'_>, position: u64, ids: &[u64]) -> Result<(), Failure> {
    for &id in ids {
        let sql = "UPDATE text SET salt = NULL, body = NULL, erased_by = coalesce(erased_by, ?2) WHERE id = ?1";
        let mut update = transaction.prepare_cached(sql)?;
        if update.execute((id.cast_signed(), position.cast_signed()))? == 0 {
            return Err(Failure::Refused(AppendError::UnknownText { id }));
        }
    }
    Ok(())
}

pub(super) fn note_conflict(journal: &mut Sqlite, conflict: &Conflict) -> Result<(), StorageError> {
    let gate = journal.keeper.gate();
    let _keeper_waits = keeper::enter(&gate);
    let sql = "INSERT INTO conflict (sender, command_id, payload_hash, first_position, at)
               VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
    let row = (
        conflict.sender.cast_signed(),
        conflict.command_id.as_bytes(),
        conflict.payload_hash.as_slice(),
        conflict.first_position.cast_signed(),
        conflict.at,
    );
    let noted = journal.connection.prepare_cached(sql).and_then(|mut insert| insert.execute(row));
    noted.map_err(|error| storage(&journal.path, error))?;
    journal.keeper.committed(false);
    Ok(())
}
