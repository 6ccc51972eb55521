//! What can go wrong, each with what was found and what to do.

use std::path::PathBuf;

use thiserror::Error;
use uuid::Uuid;

use crate::chain::Malformed;
use crate::entry::{Hash, Head};

/// Longest body of one entry, in bytes. A directive to 20,000 receivers is under 1 MiB; what is larger is an
/// attachment, and attachments are files beside the journal.
pub const MAX_BODY: usize = 8 << 20;

/// Most subjects, texts or erasures of one entry: their counts are 16-bit in the chain.
pub const MAX_LINKS: usize = u16::MAX as usize;

/// The journal's storage failed; nothing of the attempted change was kept unless the variant says so.
#[derive(Debug, Error)]
pub enum StorageError {
    #[error("the disk or the quota of {place} is full; free space, then try again: nothing of this change was kept")]
    Full { place: String },
    #[error("{place} is read-only; make the file and its folder writable for this user, then try again")]
    ReadOnly { place: String },
    #[error("{place} is held by another process ({detail}); stop that process, one server writes one journal")]
    Busy { place: String, detail: String },
    #[error(
        "entry {position} is corrupt: {what}; stop the server, keep the file, and restore a backup that `journal verify` accepts"
    )]
    Corrupt { position: u64, what: String },
    #[error("{place} is damaged ({detail}); keep the file and restore a backup that `journal verify` accepts")]
    Damaged { place: String, detail: String },
    #[error(
        "the connection to {place} was lost ({detail}); the change may or may not be kept, so look its command ids up before answering"
    )]
    Lost { place: String, detail: String },
    #[error("entry {position} has schema {schema}, and {what}; run a release that knows this schema")]
    Schema { position: u64, schema: u16, what: String },
    #[error("{place} failed: {detail}")]
    Other { place: String, detail: String },
}

/// Why a journal was not opened.
#[derive(Debug, Error)]
pub enum OpenError {
    #[error(
        "this program carries SQLite {found}, but 3.51.3 or later is needed (earlier ones may corrupt a journal when its log is reset)"
    )]
    OldSqlite { found: &'static str },
    #[error("{} is in use by another server; stop it first, one server writes one journal", .0.display())]
    InUse(PathBuf),
    #[error("{} holds application id {found:#x}, not a journal's; name the journal file", .path.display())]
    NotAJournal { path: PathBuf, found: i64 },
    #[error("{} has journal format {found}, this program knows {known}; use the release that wrote it", .path.display())]
    Format { path: PathBuf, found: i64, known: i64 },
    #[error("{}: {source}; check that the folder exists and is writable", .path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why a group of entries was not appended. In every case none of the group was kept, except that after
/// [`StorageError::Lost`] the caller must look.
#[derive(Debug, Error)]
pub enum AppendError {
    #[error("the journal is at position {}, not where this group was decided; read on from there and decide again", .head.position)]
    Behind { head: Head },
    #[error("command {command_id} of sender {sender} is already entry {position}; answer it from there")]
    Repeated { sender: u64, command_id: Uuid, position: u64, payload_hash: Hash },
    #[error("command {command_id} of sender {sender} stands twice in one group; keep the first")]
    RepeatedInGroup { sender: u64, command_id: Uuid },
    #[error("text id {id} is taken; ids are never used again, also after erasure")]
    TextTaken { id: u64 },
    #[error("text id {id} is to be erased but was never kept; check the id")]
    UnknownText { id: u64 },
    #[error("{what} of an entry is {size}, at most {limit} is allowed; store large content as an attachment")]
    TooLarge { what: &'static str, size: usize, limit: usize },
    #[error("no randomness for the salt of a text ({0}); nothing was kept")]
    Random(String),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl StorageError {
    pub(crate) fn malformed(position: u64, bad: Malformed) -> Self {
        StorageError::Corrupt { position, what: bad.to_string() }
    }
}
