//! Beside the writing: checkpoints that prove what was kept, and snapshots that save the replay of it.
//!
//! Neither is needed for anything to be right. A checkpoint that cannot be signed is tried again later; a snapshot that
//! cannot be written, read or trusted costs the next start its time.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use board::{At, Board};
use journal::snapshot::{self, Meta};
use journal::{Head, Journal, SigningKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::SCHEMA;

/// Entries between two snapshots: as many are replayed in well under a second.
pub const SNAPSHOT_ENTRIES: u64 = 50_000;
/// Rest between two snapshots: a rush that fills [`SNAPSHOT_ENTRIES`] every two seconds would spend a fifth of the
/// processor on writing the board down. What gathers meanwhile, 200,000 entries at 20,000 a second, is replayed in about 0.3 s.
pub const SNAPSHOT_REST: Duration = Duration::from_secs(10);
/// Entries after which they are sealed: each is hashed once more, on the writer's thread, a few milliseconds in all.
pub const SEAL_ENTRIES: u64 = 10_000;
/// What was kept is sealed within this time, however little it was.
pub const SEAL_TIME: Duration = Duration::from_secs(600);

/// Takes snapshots and checkpoints when they are due.
pub struct Keeping {
    snapshots: PathBuf,
    signer: SigningKey,
    sealed: u64,
    looked: Instant,
    saved: u64,
    /// When the last snapshot of this run was begun.
    begun: Option<Instant>,
    saving: Option<JoinHandle<()>>,
}

/// A snapshot as it is read.
#[derive(Deserialize)]
struct Loaded {
    at: At,
    board: Board,
}

/// A snapshot as it is written.
#[derive(Serialize)]
struct Saved<'a> {
    at: At,
    board: &'a Board,
}

impl Keeping {
    /// Goes on where the last checkpoint and the snapshot at `saved` left off.
    ///
    /// # Errors
    /// The journal's, when its checkpoints cannot be read.
    pub fn new(
        snapshots: PathBuf,
        signer: SigningKey,
        saved: u64,
        journal: &mut dyn Journal,
    ) -> Result<Self, journal::StorageError> {
        let sealed = journal.checkpoints()?.last().map_or(0, |last| last.position);
        Ok(Self { snapshots, signer, sealed, looked: Instant::now(), saved, begun: None, saving: None })
    }

    /// After a group was kept, and now and then when nothing happens.
    pub fn look(&mut self, journal: &mut dyn Journal, board: &Board, head: Head, at: At) {
        let unsealed = head.position - self.sealed.min(head.position);
        if unsealed >= SEAL_ENTRIES || (unsealed > 0 && self.looked.elapsed() >= SEAL_TIME) {
            self.seal(journal, at);
        }
        let done = self.saving.as_ref().is_none_or(JoinHandle::is_finished);
        let rested = self.begun.is_none_or(|begun| begun.elapsed() >= SNAPSHOT_REST);
        if done && rested && head.position - self.saved.min(head.position) >= SNAPSHOT_ENTRIES {
            self.saved = head.position;
            self.begun = Some(Instant::now());
            self.saving = self.save(board.clone(), head, at);
        }
    }

    /// At the end: seals what is not sealed, and waits for a snapshot under way.
    pub fn finish(&mut self, journal: &mut dyn Journal, head: Head, at: At) {
        if head.position > self.sealed {
            self.seal(journal, at);
        }
        if let Some(saving) = self.saving.take() {
            // It logs its own failure; the next start does without.
            let _ = saving.join();
        }
    }

    fn seal(&mut self, journal: &mut dyn Journal, at: At) {
        self.looked = Instant::now();
        match journal.checkpoint(&self.signer, at.millis()) {
            Ok(checkpoint) => {
                self.sealed = checkpoint.position;
                tracing::info!(position = checkpoint.position, %checkpoint, "sealed");
            }
            Err(failure) => tracing::warn!(%failure, "no checkpoint was signed; it will be tried again"),
        }
    }

    /// Writes on a thread of its own: the clone shares the board, and nobody waits for it.
    fn save(&self, board: Board, head: Head, at: At) -> Option<JoinHandle<()>> {
        let folder = self.snapshots.clone();
        let write = move || {
            let meta = Meta { schema_hash: schema_hash(), position: head.position, chain_hash: head.hash };
            let content = serde_json::to_vec(&Saved { at, board: &board }).expect("a board is always writable");
            match snapshot::save(&folder, &meta, &content) {
                Ok(path) => tracing::info!(path = %path.display(), bytes = content.len(), "a snapshot was written"),
                Err(failure) => tracing::warn!(%failure, "no snapshot was written; the next start takes longer"),
            }
        };
        let started = std::thread::Builder::new().name("snapshot".into()).spawn(write);
        started.inspect_err(|failure| tracing::warn!(%failure, "no thread for a snapshot")).ok()
    }
}

/// The newest snapshot in `folder` that is whole and of this very journal, else the empty board before the first entry.
pub fn latest(folder: &Path, journal: &mut dyn Journal) -> (Board, Head, At) {
    let empty = (Board::default(), Head::EMPTY, At::default());
    let hash_at = |position| Some(journal.read(position, 1).ok()?.pop()?.hash);
    let found = match snapshot::load_latest(folder, &schema_hash(), hash_at) {
        Ok(found) => found,
        Err(failure) => {
            tracing::warn!(%failure, "snapshots cannot be read; starting from the first entry");
            return empty;
        }
    };
    for (path, reason) in found.discarded {
        tracing::warn!(path = %path.display(), %reason, "a snapshot was thrown away; the entries make the board anew");
    }
    let Some((meta, content)) = found.snapshot else { return empty };
    match serde_json::from_slice::<Loaded>(&content) {
        Ok(Loaded { at, board }) => (board, Head { position: meta.position, hash: meta.chain_hash }, at),
        Err(fault) => {
            tracing::warn!(position = meta.position, %fault, "a snapshot cannot be read; starting from the first entry");
            empty
        }
    }
}

/// What decides how a snapshot is read: the code of the board, and the version of entries.
fn schema_hash() -> journal::Hash {
    let mut hash = Sha256::new();
    hash.update(b"oneboard snapshot 1");
    hash.update(board::FINGERPRINT.as_bytes());
    hash.update(SCHEMA.to_be_bytes());
    hash.finalize().into()
}
