//! Start: from the journal to a running writer.
//!
//! The newest snapshot that fits is loaded, the rest is replayed with the chain checked on the way; an entry that does
//! not fit stops the start and is named.

use std::io::{Read as _, Write as _};
use std::ops::ControlFlow;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;

use arc_swap::ArcSwap;
use board::{At, Board, TextId};
use journal::postgres::Postgres;
use journal::sqlite::Sqlite;
use journal::{Check, Head, Journal, SigningKey, Upcasts};

use super::keeping::{self, Keeping};
use super::writer::Writer;
use super::{Body, Observer, Published, Register, SCHEMA, Submit, Tally, TextKind, WAITING};

/// The journal, in the data folder.
pub const JOURNAL: &str = "journal.sqlite";
/// Keys the payload hashes.
pub const PAYLOAD_KEY: &str = "payload.key";
/// Signs the checkpoints.
pub const CHECKPOINT_KEY: &str = "checkpoint.key";
const SNAPSHOTS: &str = "snapshots";

/// Texts asked for in one query at start.
const TEXTS_AT_ONCE: usize = 500;

/// Why the board did not start.
#[derive(Debug, thiserror::Error)]
pub enum OpenFault {
    #[error("{}: {source}; check that the data folder exists and is writable", path.display())]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("{}: the key has {found} bytes, expected 32; restore it from the backup", path.display())]
    Key { path: PathBuf, found: usize },
    #[error(transparent)]
    Journal(#[from] journal::error::OpenError),
    #[error(transparent)]
    Feeds(#[from] crate::calendar::FeedsError),
    #[error(transparent)]
    Push(#[from] crate::deliver::PushFault),
    #[error(transparent)]
    Storage(#[from] journal::error::StorageError),
    #[error("{0}")]
    Replay(String),
}

/// A running writer.
pub struct Opened {
    pub submit: Submit,
    /// Ends when every [`Submit`] is dropped; the last group is kept by then.
    pub writer: JoinHandle<()>,
    /// The position of the snapshot that was used; 0 for none.
    pub snapshot: u64,
    /// Entries that were replayed after it.
    pub replayed: u64,
}

/// Opens the journal in the folder `data` and starts the writer on it.
///
/// # Errors
/// [`OpenFault`]; nothing is changed by a start that fails.
pub fn open(data: &Path, clock: Box<dyn Fn() -> At + Send>, observers: Vec<Observer>) -> Result<Opened, OpenFault> {
    std::fs::create_dir_all(data).map_err(|source| OpenFault::Folder { path: data.to_owned(), source })?;
    let options = journal::sqlite::Options { upcasts: upcasts(), ..Default::default() };
    let journal = Box::new(Sqlite::open(&data.join(JOURNAL), options)?);
    start(journal, data, clock, observers)
}

/// As [`open`], on a journal in the PostgreSQL database named; keys and snapshots are in `data`.
///
/// # Errors
/// [`OpenFault`].
pub fn open_postgres(
    database: &str,
    data: &Path,
    clock: Box<dyn Fn() -> At + Send>,
    observers: Vec<Observer>,
) -> Result<Opened, OpenFault> {
    std::fs::create_dir_all(data).map_err(|source| OpenFault::Folder { path: data.to_owned(), source })?;
    let open = move || {
        let journal = Box::new(Postgres::open(database, upcasts())?);
        start(journal, data, clock, observers)
    };
    // On a thread of its own: the client waits in a runtime of its own, which may not be done within another.
    std::thread::scope(|scope| scope.spawn(open).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Starts the writer on a journal that is open; its keys and snapshots are in `data`.
///
/// # Errors
/// [`OpenFault`].
pub fn start(
    mut journal: Box<dyn Journal + Send>,
    data: &Path,
    clock: Box<dyn Fn() -> At + Send>,
    observers: Vec<Observer>,
) -> Result<Opened, OpenFault> {
    let key = key(&data.join(PAYLOAD_KEY))?;
    let signer = SigningKey::from_bytes(&self::key(&data.join(CHECKPOINT_KEY))?);
    let snapshots = data.join(SNAPSHOTS);
    let (board, from, at) = keeping::latest(&snapshots, journal.as_mut());
    let (board, head, at) = replay(journal.as_mut(), board, from, at).map_err(OpenFault::Replay)?;
    let replayed = head.position - from.position;
    tracing::info!(position = head.position, snapshot = from.position, replayed, "the board is loaded");
    let register = Arc::new(Register::default());
    load_register(journal.as_mut(), &board, &register)?;
    let keeping = Keeping::new(snapshots.clone(), signer, from.position, journal.as_mut())?;
    let published = Arc::new(ArcSwap::from_pointee(Published { board: board.clone(), head, at }));
    let tally = Arc::new(Tally::default());
    tally.began(head.position);
    let (waiting, requests) = sync_channel(WAITING);
    let writer = Writer {
        journal,
        board,
        head,
        at,
        clock,
        key,
        published: Arc::clone(&published),
        register: Arc::clone(&register),
        tally: Arc::clone(&tally),
        observers,
        reload: Box::new(move |journal| {
            let (board, head, at) = keeping::latest(&snapshots, journal);
            replay(journal, board, head, at)
        }),
        stale: false,
        keeping,
    };
    let writer = std::thread::Builder::new()
        .name("writer".into())
        .spawn(move || writer.run(&requests))
        .map_err(|source| OpenFault::Folder { path: data.to_owned(), source })?;
    Ok(Opened { submit: Submit { waiting, published, register, tally }, writer, snapshot: from.position, replayed })
}

/// Steps that lift bodies of older schemas.
pub(crate) fn upcasts() -> Upcasts {
    Upcasts::new(SCHEMA)
}

/// Applies every entry after `head` to `board`.
fn replay(
    journal: &mut dyn Journal,
    mut board: Board,
    mut head: Head,
    mut at: At,
) -> Result<(Board, Head, At), String> {
    let mut fault = None;
    journal
        .for_each(head.position + 1, Check::Chain, &mut |entry| match serde_json::from_slice::<Body>(&entry.body) {
            Ok(body) => {
                for event in &body.events {
                    board::apply(&mut board, event);
                }
                head = Head { position: entry.position, hash: entry.hash };
                at = at.max(At::from_millis(entry.at));
                ControlFlow::Continue(())
            }
            Err(unread) => {
                fault = Some(format!(
                    "entry {} is intact but cannot be read by this release ({unread}): run the release that wrote it",
                    entry.position
                ));
                ControlFlow::Break(())
            }
        })
        .map_err(|failure| failure.to_string())?;
    match fault {
        Some(fault) => Err(fault),
        None => Ok((board, head, at)),
    }
}

/// Loads the words that the screens of this board show.
fn load_register(journal: &mut dyn Journal, board: &Board, register: &Register) -> Result<(), OpenFault> {
    let mut texts: Vec<(TextId, Arc<str>)> = Vec::new();
    journal.each_text(&TextKind::PERSONAL.map(|kind| kind as u8), &mut |(id, _, body)| {
        texts.push((TextId::from_value(id), body.into()));
        ControlFlow::Continue(())
    })?;
    let mut words: Vec<u64> =
        board.watches().flat_map(|(_, watch)| watch.lines()).flat_map(|(_, line)| words_of(line)).collect();
    let mut of_orders: Vec<TextId> = Vec::new();
    board.directives.iter().for_each(|(_, directive)| directive.texts(&mut of_orders));
    board.tasks.iter().for_each(|(_, task)| task.texts(&mut of_orders));
    board.call_outs.iter().for_each(|(_, call_out)| call_out.texts(&mut of_orders));
    board.warnings.in_force().chain(board.warnings.ended()).for_each(|(_, warning)| warning.texts(&mut of_orders));
    board.measures.open().chain(board.measures.ended()).for_each(|(_, measure)| measure.texts(&mut of_orders));
    words.extend(of_orders.into_iter().map(TextId::value));
    for ids in words.chunks(TEXTS_AT_ONCE) {
        for (id, state) in journal.texts(ids)? {
            if let journal::TextState::Kept(body) = state {
                texts.push((TextId::from_value(id), body.into()));
            }
        }
    }
    register.keep(texts);
    Ok(())
}

fn words_of(line: &board::watch::Line) -> impl Iterator<Item = u64> {
    let disputed = match line.order {
        Some((_, board::watch::Countersignature::Disputed { words, .. })) => Some(words),
        _ => None,
    };
    [Some(line.words), line.decision.map(|(words, _, _)| words), disputed].into_iter().flatten().map(TextId::value)
}

/// A key of the installation: made once, readable by its owner only.
fn key(path: &Path) -> Result<[u8; 32], OpenFault> {
    let folder = |source| OpenFault::Folder { path: path.to_owned(), source };
    match std::fs::read(path) {
        Ok(bytes) => {
            bytes.as_slice().try_into().map_err(|_| OpenFault::Key { path: path.to_owned(), found: bytes.len() })
        }
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => {
            let mut key = [0; 32];
            std::fs::File::open("/dev/urandom").and_then(|mut random| random.read_exact(&mut key)).map_err(folder)?;
            keep_key(path, &key).map_err(folder)?;
            Ok(key)
        }
        Err(source) => Err(folder(source)),
    }
}

/// Keeps a new key: whole, synced before anybody relies on it, readable by the server's user only.
pub(crate) fn keep_key(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
