//! Writing: one transaction behind the advisory lock; whole columns travel, not rows.

use std::collections::HashSet;

use postgres::{Client, Transaction};

use super::schema::LOCK;
use super::{Postgres, read, storage};
use crate::chain::{self, Header};
use crate::entry::{Commitment, Conflict, Head, NewEntry, Subject};
use crate::error::{AppendError, StorageError};

/// How often a group is begun anew when the connection is lost before it was kept.
const ATTEMPTS: u32 = 3;

pub(super) fn append(journal: &mut Postgres, expected: &Head, entries: &[NewEntry]) -> Result<Head, AppendError> {
    if entries.is_empty() && *expected == journal.head {
        return Ok(journal.head);
    }
    entries.iter().try_for_each(chain::check_size)?;
    let mut lost = None;
    for _ in 0..ATTEMPTS {
        let mut intended = None;
        let client = match journal.client() {
            Ok(client) => client,
            Err(error) => return Err(lost.unwrap_or(error).into()),
        };
        match group(client, expected, entries, &mut intended) {
            Ok(head) => {
                journal.head = head;
                return Ok(head);
            }
            Err(Failure::Refused(refused)) => {
                if let AppendError::Behind { head } = refused {
                    journal.head = head;
                }
                return Err(refused);
            }
            Err(Failure::Database(error)) => match storage(&journal.place, &error) {
                unknown @ StorageError::Lost { .. } => {
                    if let Some(head) = intended.filter(|head| kept(journal, head)) {
                        journal.head = head;
                        return Ok(head);
                    }
                    lost = Some(unknown);
                }
                known => return Err(known.into()),
            },
        }
    }
    let place = journal.place.clone();
    Err(lost.unwrap_or(StorageError::Lost { place, detail: "no attempt was made".into() }).into())
}

/// Did the commit whose answer was lost take place? The lock is had only when the old session is over. The chain hash
/// covers every command id of the group and salts that only this process drew, so it answers for all of them.
fn kept(journal: &mut Postgres, intended: &Head) -> bool {
    let found = journal.with(|client| {
        let mut transaction = client.transaction()?;
        transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
        read::hash_at(&mut transaction, intended.position)
    });
    found.is_ok_and(|hash| hash == Some(intended.hash))
}

enum Failure {
    Refused(AppendError),
    Database(postgres::Error),
}

impl From<postgres::Error> for Failure {
    fn from(error: postgres::Error) -> Self {
        Failure::Database(error)
    }
}

impl From<AppendError> for Failure {
    fn from(refused: AppendError) -> Self {
        Failure::Refused(refused)
    }
}

/// `intended` is the head that a commit will make, set before the commit is sent.
fn group(
    client: &mut Client,
    expected: &Head,
    entries: &[NewEntry],
    intended: &mut Option<Head>,
) -> Result<Head, Failure> {
    let mut transaction = client.transaction()?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
    let head = read::head(&mut transaction)?;
    if head != *expected {
        return Err(AppendError::Behind { head }.into());
    }
    repeated(&mut transaction, entries)?;
    let mut known = known_texts(&mut transaction, entries)?;
    let mut columns = Columns::default();
    let mut head = head;
    for entry in entries {
        head = columns.push(head, entry, &mut known)?;
    }
    columns.insert(&mut transaction)?;
    *intended = Some(head);
    transaction.commit()?;
    Ok(head)
}

fn repeated(transaction: &mut Transaction<'_>, entries: &[NewEntry]) -> Result<(), Failure> {
    let mut own = HashSet::with_capacity(entries.len());
    for entry in entries {
        let (sender, command_id) = (entry.sender, entry.command_id);
        if !own.insert((sender, command_id)) {
            return Err(AppendError::RepeatedInGroup { sender, command_id }.into());
        }
    }
    let senders: Vec<i64> = entries.iter().map(|entry| entry.sender.cast_signed()).collect();
    let ids: Vec<&[u8]> = entries.iter().map(|entry| &entry.command_id.as_bytes()[..]).collect();
    let sql = "SELECT e.sender, e.command_id FROM entry e, unnest($1::bigint[], $2::bytea[]) AS n (sender, command_id)
               WHERE e.sender = n.sender AND e.command_id = n.command_id ORDER BY e.position LIMIT 1";
    let Some(row) = transaction.query_opt(sql, &[&senders, &ids])? else { return Ok(()) };
    let (sender, id): (i64, &[u8]) = (row.try_get(0)?, row.try_get(1)?);
    let (sender, command_id) = (sender.cast_unsigned(), uuid::Uuid::from_slice(id).unwrap_or_default());
    match read::seen(transaction, sender, command_id)? {
        Some(seen) => {
            let (position, payload_hash) = (seen.position, seen.payload_hash);
            Err(AppendError::Repeated { sender, command_id, position, payload_hash }.into())
        }
        None => Ok(()),
    }
}

/// Which of the text ids that the group speaks of are there already.
fn known_texts(transaction: &mut Transaction<'_>, entries: &[NewEntry]) -> Result<HashSet<u64>, Failure> {
    let spoken =
        entries.iter().flat_map(|entry| entry.texts.iter().map(|text| text.id).chain(entry.erase.iter().copied()));
    let ids: Vec<i64> = spoken.map(u64::cast_signed).collect();
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = transaction.query("SELECT id FROM text WHERE id = ANY($1)", &[&ids])?;
    rows.iter().map(|row| Ok(row.try_get::<_, i64>(0)?.cast_unsigned())).collect()
}

/// The group, column by column.
#[derive(Default)]
struct Columns<'a> {
    position: Vec<i64>,
    at: Vec<i64>,
    sender: Vec<i64>,
    command_id: Vec<&'a [u8]>,
    payload_hash: Vec<&'a [u8]>,
    schema: Vec<i32>,
    links: Vec<Vec<u8>>,
    body: Vec<&'a [u8]>,
    hash: Vec<Vec<u8>>,
    subjects: Vec<(Subject, u64)>,
    text_id: Vec<i64>,
    text_kind: Vec<i16>,
    text_position: Vec<i64>,
    text_salt: Vec<Vec<u8>>,
    text_body: Vec<&'a [u8]>,
    erase_id: Vec<i64>,
    erase_by: Vec<i64>,
}

impl<'a> Columns<'a> {
    fn push(&mut self, head: Head, entry: &'a NewEntry, known: &mut HashSet<u64>) -> Result<Head, AppendError> {
        let position = head.position + 1;
        let mut commitments = Vec::with_capacity(entry.texts.len());
        for text in &entry.texts {
            if !known.insert(text.id) {
                return Err(AppendError::TextTaken { id: text.id });
            }
            let mut salt = [0; chain::SALT];
            getrandom::fill(&mut salt).map_err(|e| AppendError::Random(e.to_string()))?;
            commitments.push(Commitment {
                id: text.id,
                kind: text.kind,
                hash: chain::commit(&salt, text.kind, &text.body),
            });
            self.text_id.push(text.id.cast_signed());
            self.text_kind.push(text.kind.into());
            self.text_position.push(position.cast_signed());
            self.text_salt.push(salt.to_vec());
            self.text_body.push(text.body.as_bytes());
        }
        for &id in &entry.erase {
            if !known.contains(&id) {
                return Err(AppendError::UnknownText { id });
            }
            // The first entry of the group that erases a text is the one remembered.
            if !self.erase_id.contains(&id.cast_signed()) {
                self.erase_id.push(id.cast_signed());
                self.erase_by.push(position.cast_signed());
            }
        }
        let mut links = Vec::new();
        chain::encode_links(entry, &commitments, &mut links);
        let header = Header {
            position,
            at: entry.at,
            sender: entry.sender,
            command_id: entry.command_id,
            payload_hash: entry.payload_hash,
            schema: entry.schema,
        };
        let hash = chain::hash(&head.hash, &header, &links, &entry.body);
        self.position.push(position.cast_signed());
        self.at.push(entry.at);
        self.sender.push(entry.sender.cast_signed());
        self.command_id.push(entry.command_id.as_bytes());
        self.payload_hash.push(&entry.payload_hash);
        self.schema.push(entry.schema.into());
        self.links.push(links);
        self.body.push(&entry.body);
        self.hash.push(hash.to_vec());
        self.subjects.extend(entry.subjects.iter().map(|&subject| (subject, position)));
        Ok(Head { position, hash })
    }

    fn insert(mut self, transaction: &mut Transaction<'_>) -> Result<(), postgres::Error> {
        let entries = "INSERT INTO entry (position, at, sender, command_id, payload_hash, schema, links, body, hash)
            SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::int[], $7::bytea[], $8::bytea[], $9::bytea[])";
        transaction.execute(
            entries,
            &[
                &self.position,
                &self.at,
                &self.sender,
                &self.command_id,
                &self.payload_hash,
                &self.schema,
                &self.links,
                &self.body,
                &self.hash,
            ],
        )?;
        self.subjects.sort_unstable();
        self.subjects.dedup();
        let kinds: Vec<i16> = self.subjects.iter().map(|(subject, _)| subject.kind.into()).collect();
        let ids: Vec<i64> = self.subjects.iter().map(|(subject, _)| subject.id.cast_signed()).collect();
        let positions: Vec<i64> = self.subjects.iter().map(|(_, position)| position.cast_signed()).collect();
        let subjects =
            "INSERT INTO subject (kind, id, position) SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bigint[])";
        transaction.execute(subjects, &[&kinds, &ids, &positions])?;
        if !self.text_id.is_empty() {
            let texts = "INSERT INTO text (id, kind, position, salt, body)
                SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::bytea[], $5::bytea[])";
            let columns: [&(dyn postgres::types::ToSql + Sync); 5] =
                [&self.text_id, &self.text_kind, &self.text_position, &self.text_salt, &self.text_body];
            transaction.execute(texts, &columns)?;
        }
        if !self.erase_id.is_empty() {
            let erase = "UPDATE text SET salt = NULL, body = NULL, erased_by = coalesce(erased_by, n.by)
                FROM unnest($1::bigint[], $2::bigint[]) AS n (id, by) WHERE text.id = n.id";
            transaction.execute(erase, &[&self.erase_id, &self.erase_by])?;
        }
        Ok(())
    }
}

pub(super) fn note_conflict(client: &mut Client, conflict: &Conflict) -> Result<(), postgres::Error> {
    let sql = "INSERT INTO conflict (sender, command_id, payload_hash, first_position, at)
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    let (sender, first) = (conflict.sender.cast_signed(), conflict.first_position.cast_signed());
    let (id, payload) = (&conflict.command_id.as_bytes()[..], &conflict.payload_hash[..]);
    client.execute(sql, &[&sender, &id, &payload, &first, &conflict.at])?;
    Ok(())
}
