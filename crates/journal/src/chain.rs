//! The chain: which bytes of an entry are hashed, in which order.
//!
//! `hash = SHA-256(header || links || body)`, every integer big-endian:
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 32 | hash of the entry before (zeros for the first) |
//! | 32 | 8 | position |
//! | 40 | 8 | at, milliseconds since the epoch, two's complement |
//! | 48 | 8 | sender |
//! | 56 | 16 | command id |
//! | 72 | 32 | payload hash |
//! | 104 | 2 | schema |
//! | 106 | 4 | length of links |
//! | 110 | 4 | length of body |
//! | 114 | … | links, then body |
//!
//! Links are `n:u16, n × (kind:u8, id:u64)` subjects, `n:u16, n × (id:u64, kind:u8, commitment:32)` texts and
//! `n:u16, n × id:u64` erasures. They are stored as hashed, so the layout is checked byte for byte.
//!
//! A commitment is `SHA-256(salt:32 || kind:u8 || body)`. With the salt gone nobody can test a guess against it.

use sha2::{Digest, Sha256};
use smallvec::SmallVec;
use thiserror::Error;
use uuid::Uuid;

use crate::entry::{Check, Commitment, EntryRef, Hash, NewEntry, Subject, Subjects};
use crate::error::{AppendError, MAX_BODY, MAX_LINKS, StorageError};

/// Bytes before the links.
const HEADER: usize = 114;

/// The length of a text's salt: as long as the digest, so that guessing the salt is no easier than inverting it.
pub const SALT: usize = 32;

/// The fixed fields of an entry that the chain covers.
pub(crate) struct Header {
    pub position: u64,
    pub at: i64,
    pub sender: u64,
    pub command_id: Uuid,
    pub payload_hash: Hash,
    pub schema: u16,
}

/// The hash of an entry that follows `previous`.
pub(crate) fn hash(previous: &Hash, header: &Header, links: &[u8], body: &[u8]) -> Hash {
    let mut bytes = [0u8; HEADER];
    bytes[..32].copy_from_slice(previous);
    bytes[32..40].copy_from_slice(&header.position.to_be_bytes());
    bytes[40..48].copy_from_slice(&header.at.to_be_bytes());
    bytes[48..56].copy_from_slice(&header.sender.to_be_bytes());
    bytes[56..72].copy_from_slice(header.command_id.as_bytes());
    bytes[72..104].copy_from_slice(&header.payload_hash);
    bytes[104..106].copy_from_slice(&header.schema.to_be_bytes());
    bytes[106..110].copy_from_slice(&length(links));
    bytes[110..114].copy_from_slice(&length(body));
    let mut sha = Sha256::new();
    sha.update(bytes);
    sha.update(links);
    sha.update(body);
    sha.finalize().into()
}

/// Lengths beyond `u32` cannot be stored (see `error::MAX_BODY`), so saturating never joins two real lengths.
fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes()
}

/// The commitment to a text.
pub(crate) fn commit(salt: &[u8], kind: u8, body: &str) -> Hash {
    let mut sha = Sha256::new();
    sha.update(salt);
    sha.update([kind]);
    sha.update(body.as_bytes());
    sha.finalize().into()
}

/// Limits that the chain's layout sets.
pub(crate) fn check_size(entry: &NewEntry) -> Result<(), AppendError> {
    let check =
        |what, size, limit| if size > limit { Err(AppendError::TooLarge { what, size, limit }) } else { Ok(()) };
    check("the body", entry.body.len(), MAX_BODY)?;
    check("the number of subjects", entry.subjects.len(), MAX_LINKS)?;
    check("the number of texts", entry.texts.len(), MAX_LINKS)?;
    check("the number of erasures", entry.erase.len(), MAX_LINKS)?;
    entry.texts.iter().try_for_each(|text| check("a text", text.body.len(), MAX_BODY))
}

/// Recomputes the hash of `entry`, if that is asked.
pub(crate) fn check(entry: &EntryRef<'_>, check: Check) -> Result<(), StorageError> {
    if check == Check::Nothing {
        return Ok(());
    }
    let header = Header {
        position: entry.position,
        at: entry.at,
        sender: entry.sender,
        command_id: entry.command_id,
        payload_hash: entry.payload_hash,
        schema: entry.schema,
    };
    if hash(&entry.previous, &header, entry.links, &entry.body) == entry.hash {
        return Ok(());
    }
    let what = "its bytes do not give its hash, or it does not follow the entry before".into();
    Err(StorageError::Corrupt { position: entry.position, what })
}

/// What an entry points at: subjects, texts and erasures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    pub subjects: Subjects,
    pub texts: Vec<Commitment>,
    pub erase: Vec<u64>,
}

/// Stored links that do not follow the layout of [the chain](self).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the links of the entry are {length} bytes that do not follow the layout; restore the journal from a backup")]
pub struct Malformed {
    pub length: usize,
}

/// Writes the links of `entry`, with the commitments made for its texts, at the end of `out`.
///
/// Counts fit `u16`: `append` refuses more (`error::MAX_LINKS`).
pub(crate) fn encode_links(entry: &NewEntry, texts: &[Commitment], out: &mut Vec<u8>) {
    count(entry.subjects.len(), out);
    for subject in &entry.subjects {
        out.push(subject.kind);
        out.extend_from_slice(&subject.id.to_be_bytes());
    }
    count(texts.len(), out);
    for text in texts {
        out.extend_from_slice(&text.id.to_be_bytes());
        out.push(text.kind);
        out.extend_from_slice(&text.hash);
    }
    count(entry.erase.len(), out);
    for id in &entry.erase {
        out.extend_from_slice(&id.to_be_bytes());
    }
}

fn count(n: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&u16::try_from(n).unwrap_or(u16::MAX).to_be_bytes());
}

impl Links {
    /// Reads links as stored; every byte must be accounted for.
    ///
    /// # Errors
    /// [`Malformed`] when it is not.
    pub fn decode(bytes: &[u8]) -> Result<Links, Malformed> {
        let malformed = Malformed { length: bytes.len() };
        let mut rest = Bytes(bytes);
        Self::take(&mut rest).filter(|_| rest.0.is_empty()).ok_or(malformed)
    }

    fn take(rest: &mut Bytes<'_>) -> Option<Links> {
        let mut subjects = SmallVec::new();
        for _ in 0..rest.u16()? {
            subjects.push(Subject { kind: rest.u8()?, id: rest.u64()? });
        }
        let mut texts = Vec::new();
        for _ in 0..rest.u16()? {
            texts.push(Commitment { id: rest.u64()?, kind: rest.u8()?, hash: rest.array()? });
        }
        let mut erase = Vec::new();
        for _ in 0..rest.u16()? {
            erase.push(rest.u64()?);
        }
        Some(Links { subjects, texts, erase })
    }
}

struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk::<N>()?;
        self.0 = tail;
        Some(*head)
    }

    fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|b| b[0])
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }
}
