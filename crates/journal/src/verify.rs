//! Proves a journal file without the server: every byte of every entry, text and checkpoint.
//!
//! Order and integrity hold against everyone without the signing key; against its holder they hold up to the last
//! checkpoint that a witness keeps. What follows the last checkpoint could be cut off unseen, so the report says
//! where that is.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::path::Path;

use ed25519_dalek::VerifyingKey;
use rusqlite::{Connection, OptionalExtension, Row};
use thiserror::Error;

use crate::chain::{self, Links};
use crate::checkpoint::Checkpoint;
use crate::entry::{Check, Commitment, EntryRef, Hash, Head};
use crate::error::{OpenError, StorageError};
use crate::merkle::{self, Frontier, TILE};
use crate::sqlite::{self, Options, Source};
use crate::upcast::Upcasts;

/// What to compare the journal with.
#[derive(Debug, Clone, Copy, Default)]
pub struct VerifyOptions {
    /// The installation's key. Without it a checkpoint shows that it is whole, not who signed it.
    pub public_key: Option<VerifyingKey>,
    /// A checkpoint kept elsewhere: the journal must still contain all that it contained then.
    pub witness: Option<Checkpoint>,
}

/// What was proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    pub head: Head,
    pub texts_kept: u64,
    /// Texts whose erasure is itself an entry.
    pub texts_erased: u64,
    pub checkpoints: u64,
    /// The last checkpoint; entries after it are chained but not sealed.
    pub sealed: Option<Checkpoint>,
}

/// The first thing that is wrong.
#[derive(Debug, Error)]
pub enum Fault {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("entry {position}: {what}; keep this file as evidence and restore a backup that `journal verify` accepts")]
    Entry { position: u64, what: String },
    #[error("text {id}, kept by entry {position}: {what}; keep this file as evidence and restore a backup")]
    Text { id: u64, position: u64, what: String },
    #[error("checkpoint {position}: {what}; keep this file as evidence and compare it with the witness's")]
    Checkpoint { position: u64, what: String },
    #[error("the file itself is damaged: {what}; keep it as evidence and restore a backup")]
    File { what: String },
}

/// Verifies the journal at `path`, which may be in use: it is proved as it stands at one moment.
///
/// # Errors
/// [`Fault`] names the first position or checkpoint that does not hold.
pub fn verify(path: &Path, options: &VerifyOptions) -> Result<Report, Fault> {
    let connection = sqlite::open_read_only(path, &Options::default())?;
    // One transaction: what is appended meanwhile is not seen.
    connection.execute_batch("BEGIN").map_err(file)?;
    let mut run = Run::start(&connection, options)?;
    run.checkpoints_at(0)?;
    let mut fault = None;
    let upcasts = Upcasts::none();
    let source = Source { connection: &connection, path, upcasts: &upcasts };
    let replayed = source.for_each(1, u64::MAX, Check::Chain, &mut |entry| match run.entry(&entry) {
        Ok(()) => ControlFlow::Continue(()),
        Err(found) => {
            fault = Some(found);
            ControlFlow::Break(())
        }
    });
    if let Some(fault) = fault {
        return Err(fault);
    }
    replayed.map_err(|error| match error {
        StorageError::Corrupt { position, what } => Fault::Entry { position, what },
        other => Fault::File { what: other.to_string() },
    })?;
    let report = run.finish(options)?;
    // Last, because it names no position: what SQLite itself finds wrong with pages and indexes.
    let sound: String = connection.query_row("PRAGMA integrity_check(1)", (), |row| row.get(0)).map_err(file)?;
    if sound == "ok" { Ok(report) } else { Err(Fault::File { what: sound }) }
}

fn file(error: rusqlite::Error) -> Fault {
    Fault::File { what: error.to_string() }
}

/// A checkpoint, and the frontier stored with it (none for the witness's).
type Due = (Checkpoint, Option<Vec<u8>>);

struct Run<'a> {
    connection: &'a Connection,
    head: Head,
    tree: Frontier,
    due: BTreeMap<u64, Vec<Due>>,
    sealed: Option<Checkpoint>,
    checkpoints: u64,
    subjects: u64,
    texts: u64,
    erased: HashMap<u64, u64>,
}

impl<'a> Run<'a> {
    fn start(connection: &'a Connection, options: &VerifyOptions) -> Result<Self, Fault> {
        let mut due: BTreeMap<u64, Vec<Due>> = BTreeMap::new();
        let mut sealed = None;
        let mut checkpoints = 0;
        let sql =
            "SELECT position, at, chain_hash, root, public_key, signature, frontier FROM checkpoint ORDER BY position";
        let mut statement = connection.prepare(sql).map_err(file)?;
        let mut rows = statement.query(()).map_err(file)?;
        while let Some(row) = rows.next().map_err(file)? {
            let kept = sqlite::checkpoint_from_row(row).map_err(|e| Fault::File { what: e.to_string() })?;
            let position = kept.position;
            let bad = |what: String| Fault::Checkpoint { position, what };
            kept.verify(options.public_key.as_ref()).map_err(|e| bad(e.to_string()))?;
            let frontier: Vec<u8> = row.get(6).map_err(|e| bad(e.to_string()))?;
            due.entry(position).or_default().push((kept, Some(frontier)));
            sealed = Some(kept);
            checkpoints += 1;
        }
        if let Some(witness) = options.witness {
            let position = witness.position;
            let bad = |e| Fault::Checkpoint { position, what: format!("the witness's copy: {e}") };
            witness.verify(options.public_key.as_ref()).map_err(bad)?;
            due.entry(position).or_default().push((witness, None));
        }
        Ok(Self {
            connection,
            head: Head::EMPTY,
            tree: Frontier::default(),
            due,
            sealed,
            checkpoints,
            subjects: 0,
            texts: 0,
            erased: HashMap::new(),
        })
    }

    fn entry(&mut self, entry: &EntryRef<'_>) -> Result<(), Fault> {
        let position = entry.position;
        let bad = |what: String| Fault::Entry { position, what };
        let mut links: Links = entry.links().map_err(|e| bad(e.to_string()))?;
        self.head = Head { position, hash: entry.hash };
        for text in &links.texts {
            self.text(position, text)?;
        }
        self.texts += links.texts.len() as u64;
        for &id in &links.erase {
            self.erased.entry(id).or_insert(position);
        }
        links.subjects.sort_unstable();
        links.subjects.dedup();
        self.subjects += links.subjects.len() as u64;
        let sql = "SELECT 1 FROM subject WHERE kind = ?1 AND id = ?2 AND position = ?3";
        let mut indexed = self.connection.prepare_cached(sql).map_err(file)?;
        for subject in &links.subjects {
            if !indexed.exists((subject.kind, subject.id.cast_signed(), position.cast_signed())).map_err(file)? {
                return Err(bad(format!("the index of subjects lacks kind {} id {}", subject.kind, subject.id)));
            }
        }
        drop(indexed);
        if let Some(root) = self.tree.push(merkle::leaf(&entry.hash)) {
            self.tile(&root)?;
        }
        self.checkpoints_at(position)
    }

    /// A text kept must give its commitment; one erased is compared at the end, when all erasures are known.
    fn text(&self, position: u64, text: &Commitment) -> Result<(), Fault> {
        let Commitment { id, kind, hash } = *text;
        let bad = |what: &str| Fault::Text { id, position, what: what.into() };
        let sql = "SELECT kind, position, salt, body, erased_by FROM text WHERE id = ?1";
        let mut statement = self.connection.prepare_cached(sql).map_err(file)?;
        type Stored = (i64, i64, Option<Vec<u8>>, Option<String>, Option<i64>);
        let stored = |row: &Row<'_>| -> rusqlite::Result<Stored> {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        };
        let found = statement.query_row([id.cast_signed()], stored).optional();
        let Some((stored_kind, stored_position, salt, body, erased_by)) =
            found.map_err(|_| bad("its row cannot be read"))?
        else {
            return Err(bad("it is missing, and no entry erased it"));
        };
        if stored_kind != i64::from(kind) || stored_position.cast_unsigned() != position {
            return Err(bad("its kind or position is not the one committed to"));
        }
        match (salt, body, erased_by) {
            (Some(salt), Some(body), None) if chain::commit(&salt, kind, &body) == hash => Ok(()),
            (Some(_), Some(_), None) => Err(bad("its words are not the ones committed to")),
            (None, None, Some(_)) => Ok(()),
            _ => Err(bad("it is neither kept nor erased")),
        }
    }

    fn tile(&self, root: &Hash) -> Result<(), Fault> {
        let first = self.tree.size() - TILE;
        let sql = "SELECT hash FROM tile WHERE first = ?1";
        let kept: Option<Vec<u8>> =
            self.connection.query_row(sql, [first.cast_signed()], |row| row.get(0)).optional().map_err(file)?;
        let wanted = self.sealed.is_some_and(|last| last.position >= self.tree.size());
        if kept.is_some() != wanted || kept.is_some_and(|kept| kept != root) {
            let what = format!("the stored tile of entries {} to {} is not their root", first + 1, self.tree.size());
            return Err(Fault::Entry { position: first + 1, what });
        }
        Ok(())
    }

    fn checkpoints_at(&mut self, position: u64) -> Result<(), Fault> {
        for (kept, frontier) in self.due.remove(&position).unwrap_or_default() {
            let whose = if frontier.is_some() { "it" } else { "the witness's copy" };
            let bad = |what: &str| Fault::Checkpoint { position, what: format!("{whose} {what}") };
            if kept.root != self.tree.root() || kept.chain_hash != self.head.hash {
                return Err(bad("seals other entries than this journal holds"));
            }
            if frontier.is_some_and(|bytes| bytes != self.tree.to_bytes()) {
                return Err(bad("has a frontier that is not of its tree"));
            }
        }
        Ok(())
    }

    fn finish(self, options: &VerifyOptions) -> Result<Report, Fault> {
        let head = self.head;
        if let Some((&position, _)) = self.due.first_key_value() {
            let whose =
                if options.witness.is_some_and(|w| w.position == position) { "the witness's copy" } else { "it" };
            let what = format!("{whose} seals entries up to {position}, but the journal ends at {}", head.position);
            return Err(Fault::Checkpoint { position, what });
        }
        self.erasures()?;
        let count = |sql: &str| self.connection.query_row(sql, (), |row| row.get::<_, i64>(0)).map_err(file);
        let surplus = |what: &str| Fault::File { what: format!("the table of {what} holds rows that no entry made") };
        if count("SELECT count(*) FROM subject")?.cast_unsigned() != self.subjects {
            return Err(surplus("subjects"));
        }
        if count("SELECT count(*) FROM text")?.cast_unsigned() != self.texts {
            return Err(surplus("texts"));
        }
        let tiles = self.sealed.map_or(0, |last| last.position / TILE);
        if count("SELECT count(*) FROM tile")?.cast_unsigned() != tiles {
            return Err(surplus("tiles"));
        }
        let stray = "SELECT count(*) FROM conflict c WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.position = c.first_position
                     AND e.sender = c.sender AND e.command_id = c.command_id AND e.payload_hash <> c.payload_hash)";
        if count(stray)? != 0 {
            return Err(surplus("conflicts"));
        }
        let texts_erased = self.erased.len() as u64;
        let texts_kept = self.texts - texts_erased;
        Ok(Report { head, texts_kept, texts_erased, checkpoints: self.checkpoints, sealed: self.sealed })
    }

    /// Every erasure was carried out, and nothing else was erased.
    fn erasures(&self) -> Result<(), Fault> {
        let sql = "SELECT id, position, erased_by FROM text WHERE erased_by IS NOT NULL";
        let mut statement = self.connection.prepare(sql).map_err(file)?;
        let mut rows = statement.query(()).map_err(file)?;
        let mut found = 0;
        while let Some(row) = rows.next().map_err(file)? {
            let number = |index| row.get::<_, i64>(index).map(i64::cast_unsigned).map_err(file);
            let (id, position, by) = (number(0)?, number(1)?, number(2)?);
            if self.erased.get(&id) != Some(&by) {
                let what = format!("it says erased by entry {by}, which did not erase it");
                return Err(Fault::Text { id, position, what });
            }
            found += 1;
        }
        let undone = self.erased.iter().min_by_key(|&(_, by)| by).filter(|_| found != self.erased.len());
        match undone {
            None => Ok(()),
            Some((&id, &by)) => {
                let what = format!("texts erased from entry {by} on are still there or gone without a trace");
                Err(Fault::Text { id, position: by, what })
            }
        }
    }
}
