//! What goes into the journal and what comes out: plain data, no behaviour.
//!
//! Bodies are opaque bytes: the journal never looks inside them.

use std::borrow::Cow;

use smallvec::SmallVec;
use uuid::Uuid;

use crate::chain::{self, Links};
use crate::error::{AppendError, StorageError};
use crate::upcast::Upcasts;

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// The hash before the first entry.
pub const GENESIS: Hash = [0; 32];

/// The place where the journal ends: the last entry's position and chain hash.
///
/// Position 0 with the [`GENESIS`] hash is the empty journal; positions have no gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    pub position: u64,
    pub hash: Hash,
}

impl Head {
    /// The head of a journal without entries.
    pub const EMPTY: Head = Head { position: 0, hash: GENESIS };
}

/// Something an entry is about, so that its entries can be found without reading them all.
///
/// `kind` and `id` mean what the caller wants them to mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    pub kind: u8,
    pub id: u64,
}

/// The subjects of one entry; most have four or fewer.
pub type Subjects = SmallVec<[Subject; 4]>;

/// Personal data or free text, kept beside the chain so that it can be erased.
///
/// The chain holds only a commitment: SHA-256(salt || kind || body), with a salt that the journal draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewText {
    /// Unique in the journal for ever, also after erasure.
    pub id: u64,
    pub kind: u8,
    pub body: String,
}

/// One command's events, ready to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// Milliseconds since 1970-01-01T00:00Z, by the server's clock.
    pub at: i64,
    pub sender: u64,
    /// Unique together with `sender`.
    pub command_id: Uuid,
    /// Keyed digest of the command's payload, by which a repetition is told from a conflict.
    pub payload_hash: Hash,
    /// Version of `body`; see [`crate::Upcasts`].
    pub schema: u16,
    pub body: Vec<u8>,
    pub subjects: Subjects,
    pub texts: Vec<NewText>,
    /// Ids of texts that this entry erases.
    pub erase: Vec<u64>,
}

impl NewEntry {
    /// Does this fit into one entry? [`crate::Journal::append`] asks it of a whole group; who asks first can refuse the
    /// one and keep the others.
    ///
    /// # Errors
    /// [`AppendError::TooLarge`] names what is too large, its size and the limit.
    pub fn check_size(&self) -> Result<(), AppendError> {
        chain::check_size(self)
    }
}

/// What the chain says about a text: that it was there, unaltered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commitment {
    pub id: u64,
    pub kind: u8,
    pub hash: Hash,
}

/// One entry as read, its body in the current schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub position: u64,
    pub at: i64,
    pub sender: u64,
    pub command_id: Uuid,
    pub payload_hash: Hash,
    pub schema: u16,
    pub body: Vec<u8>,
    pub subjects: Subjects,
    pub texts: Vec<Commitment>,
    pub erase: Vec<u64>,
    pub previous: Hash,
    pub hash: Hash,
}

/// One entry as it passes by in a replay; `body` is borrowed unless an upcast made it anew.
#[derive(Debug)]
pub struct EntryRef<'a> {
    pub position: u64,
    pub at: i64,
    pub sender: u64,
    pub command_id: Uuid,
    pub payload_hash: Hash,
    pub schema: u16,
    pub body: Cow<'a, [u8]>,
    pub previous: Hash,
    pub hash: Hash,
    pub(crate) links: &'a [u8],
}

impl EntryRef<'_> {
    /// The subjects, text commitments and erasures of this entry.
    ///
    /// # Errors
    /// [`chain::Malformed`] when the stored bytes do not follow the layout.
    pub fn links(&self) -> Result<Links, chain::Malformed> {
        Links::decode(self.links)
    }

    /// Replaces a body of an old schema by its current form; the hash stays that of the stored bytes.
    pub(crate) fn lift(&mut self, upcasts: &Upcasts) -> Result<(), StorageError> {
        let (position, schema) = (self.position, self.schema);
        let lifted = upcasts.apply(schema, std::mem::take(&mut self.body));
        (self.schema, self.body) = lifted.map_err(|what| StorageError::Schema { position, schema, what })?;
        Ok(())
    }

    /// A copy that outlives the replay.
    ///
    /// # Errors
    /// As [`Self::links`].
    pub fn to_entry(&self) -> Result<Entry, chain::Malformed> {
        let links = self.links()?;
        Ok(Entry {
            position: self.position,
            at: self.at,
            sender: self.sender,
            command_id: self.command_id,
            payload_hash: self.payload_hash,
            schema: self.schema,
            body: self.body.to_vec(),
            subjects: links.subjects,
            texts: links.texts,
            erase: links.erase,
            previous: self.previous,
            hash: self.hash,
        })
    }
}

/// Where a command id was seen first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub position: u64,
    pub payload_hash: Hash,
}

/// The same command id sent again with another payload: kept and shown, never applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict {
    pub sender: u64,
    pub command_id: Uuid,
    /// Position of the entry that holds the first payload.
    pub first_position: u64,
    /// Digest of the payload that came later.
    pub payload_hash: Hash,
    /// Milliseconds since the epoch.
    pub at: i64,
}

/// What is left of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextState {
    Kept(String),
    /// Erased by the entry at this position.
    Erased {
        by: u64,
    },
    /// The journal never held a text of this id.
    Unknown,
}

/// Whether a replay proves the chain on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Recompute every hash; stop at the first entry that does not fit.
    Chain,
    /// Read only; for callers who verify elsewhere.
    Nothing,
}
