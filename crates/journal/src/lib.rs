//! The journal keeps what was decided: append-only, totally ordered, chained, sealed, and readable without the server.
//!
//! It knows nothing of the board; bodies are opaque bytes. One writer appends groups of entries at an expected
//! [`Head`], one transaction and one sync per group; readers use their own connections.
//!
//! ```
//! use journal::{Head, Journal, NewEntry, Upcasts, sqlite::{Options, Sqlite}};
//! # let folder = std::env::temp_dir().join(format!("journal-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder).unwrap();
//! let mut journal = Sqlite::open(&folder.join("journal.sqlite"), Options::default()).unwrap();
//! let entry = NewEntry {
//!     at: 1_700_000_000_000, sender: 7, command_id: uuid::Uuid::from_u128(1), payload_hash: [0; 32],
//!     schema: 1, body: b"{}".to_vec(), subjects: Default::default(), texts: vec![], erase: vec![],
//! };
//! let head = journal.append(&Head::EMPTY, &[entry]).unwrap();
//! assert_eq!(head.position, 1);
//! assert_eq!(journal.read(1, 10).unwrap()[0].hash, head.hash);
//! # drop(journal); std::fs::remove_dir_all(folder).unwrap();
//! ```
//!
//! Invariants:
//! - Positions begin at 1 and have no gaps; no entry is ever changed.
//! - `append` keeps all of a group or none, and has synced it when it returns.
//! - No (sender, command id) stands twice.
//! - Personal data and free text stand beside the chain, never in it: the chain holds salted commitments.

pub mod backup;
pub mod chain;
pub mod checkpoint;
pub mod entry;
pub mod error;
pub mod export;
mod files;
pub mod merkle;
pub mod postgres;
pub mod snapshot;
pub mod sqlite;
pub mod transfer;
pub mod upcast;
pub mod verify;

use std::ops::ControlFlow;

pub use backup::{backup, restore};
pub use checkpoint::Checkpoint;
pub use ed25519_dalek::{SigningKey, VerifyingKey};
pub use entry::{
    Check, Commitment, Conflict, Entry, EntryRef, GENESIS, Hash, Head, NewEntry, NewText, Seen, Subject, Subjects,
    TextState,
};
pub use error::{AppendError, OpenError, StorageError};
pub use export::{ExportOptions, export, export_from};
pub use upcast::Upcasts;
use uuid::Uuid;
pub use verify::{Fault, Report, VerifyOptions, verify};

/// A text as it passes by in the load at start-up: id, kind, body.
pub type Text<'a> = (u64, u8, &'a str);

/// A second view of a journal, for another thread: what is read beside the writer. One contract suite proves it for both back ends.
pub trait Reading {
    /// Where the journal ends now, whoever writes it.
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails; so for all below.
    fn head(&mut self) -> Result<Head, StorageError>;

    /// As [`Journal::read`].
    ///
    /// # Errors
    /// [`StorageError::Corrupt`] names the first entry that does not fit.
    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<Entry>, StorageError>;

    /// As [`Journal::for_each`], up to and including position `to`.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`] names the first entry that does not fit.
    fn for_each(
        &mut self,
        from: u64,
        to: u64,
        check: Check,
        visit: &mut dyn FnMut(EntryRef<'_>) -> ControlFlow<()>,
    ) -> Result<(), StorageError>;

    /// As [`Journal::by_subject`].
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    fn by_subject(&mut self, subject: Subject, before: Option<u64>, limit: usize) -> Result<Vec<u64>, StorageError>;

    /// As [`Journal::texts`].
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    fn texts(&mut self, ids: &[u64]) -> Result<Vec<(u64, TextState)>, StorageError>;
}

/// What both back ends do, proved by one contract suite (`tests/contract.rs`).
pub trait Journal {
    /// Where the journal ends, as far as this value knows; [`AppendError::Behind`] tells when others wrote.
    fn head(&self) -> Head;

    /// Keeps `entries` after `expected`, all or none, synced on return. An empty group changes nothing.
    ///
    /// # Errors
    /// See [`AppendError`]; after a [`StorageError`] the caller drops its state and reloads.
    fn append(&mut self, expected: &Head, entries: &[NewEntry]) -> Result<Head, AppendError>;

    /// Where this command was kept, if it was.
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    fn seen(&mut self, sender: u64, command_id: Uuid) -> Result<Option<Seen>, StorageError>;

    /// Keeps a conflict, so that it can be shown. Noting the same one again changes nothing.
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    fn note_conflict(&mut self, conflict: &Conflict) -> Result<(), StorageError>;

    /// The latest conflicts, newest first.
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    fn conflicts(&mut self, limit: usize) -> Result<Vec<Conflict>, StorageError>;

    /// Up to `limit` entries from position `from` on, in order, the chain checked.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`] names the first entry that does not fit.
    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<Entry>, StorageError>;

    /// Every entry from position `from` on, in order, until `visit` breaks.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`] names the first entry that does not fit.
    fn for_each(
        &mut self,
        from: u64,
        check: Check,
        visit: &mut dyn FnMut(EntryRef<'_>) -> ControlFlow<()>,
    ) -> Result<(), StorageError>;

    /// Positions of entries about `subject`, newest first, those below `before` only.
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    fn by_subject(&mut self, subject: Subject, before: Option<u64>, limit: usize) -> Result<Vec<u64>, StorageError>;

    /// The texts of these ids, in the order asked.
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    fn texts(&mut self, ids: &[u64]) -> Result<Vec<(u64, TextState)>, StorageError>;

    /// Every kept text of these kinds, by id, until `visit` breaks; for the load at start-up.
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    fn each_text(
        &mut self,
        kinds: &[u8],
        visit: &mut dyn FnMut(Text<'_>) -> ControlFlow<()>,
    ) -> Result<(), StorageError>;

    /// Seals everything up to the head: signs the Merkle root and keeps the checkpoint. Where the head is sealed
    /// already, the kept checkpoint is returned. Costs one hash per entry since the last.
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    fn checkpoint(&mut self, signer: &SigningKey, at: i64) -> Result<Checkpoint, StorageError>;

    /// All checkpoints, oldest first.
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, StorageError>;

    /// Proof that the entry at `position` is in the tree of `size` entries; see [`merkle::verify_inclusion`], where
    /// the index is `position - 1`. `None` unless `1 <= position <= size <= head`.
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    fn inclusion(&mut self, position: u64, size: u64) -> Result<Option<Vec<Hash>>, StorageError>;

    /// Proof that the tree of `old` entries is the beginning of the tree of `new`; see
    /// [`merkle::verify_consistency`]. `None` unless `1 <= old <= new <= head`.
    ///
    /// # Errors
    /// [`StorageError`] when the storage fails.
    fn consistency(&mut self, old: u64, new: u64) -> Result<Option<Vec<Hash>>, StorageError>;
}
