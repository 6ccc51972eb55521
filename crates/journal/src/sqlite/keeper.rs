//! Moves pages from the log into the file, off the path of every acknowledgement.
//!
//! A passive checkpoint disturbs no one but never lets the log begin anew under a writer that does not pause. So when
//! the log is long, the keeper first copies passively until little is left, then holds the writer's gate for the rest.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{Options, connect, storage};
use crate::error::OpenError;

/// New pages in the log before the keeper is woken: 4 MiB, so that one copying is worth its two syncs.
const WAKE: u32 = 1024;

/// A log longer than this is begun anew: 64 MiB, which recovery after a crash reads well within a second.
const LONG: i32 = 16_384;

/// At most this many pages are copied while the writer waits: 2 MiB, a few milliseconds.
const SHORT_WAIT: i32 = 512;

/// From here on the writer waits for however much is left: 1 GiB, lest the log fill the disk.
const BOUND: i32 = 262_144;

/// Passive copies in a row before leaving the rest to the next waking.
const TRIES: u32 = 4;

/// How soon the log is asked again to let go of erased text when a reader held it.
const SCRUB_AGAIN: Duration = Duration::from_millis(500);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    Copy,
    /// Text was erased: old pages must leave the log too.
    Scrub,
}

/// The thread's handle, owned by the writer.
#[derive(Debug)]
pub(super) struct Keeper {
    ask: Option<Sender<Ask>>,
    thread: Option<JoinHandle<()>>,
    gate: Arc<Mutex<()>>,
    /// Pages in the log after the last commit.
    pages: Arc<AtomicU32>,
    /// Pages in the log when the thread was last woken.
    told: u32,
}

impl Keeper {
    /// Takes over checkpoints from `writer`.
    pub(super) fn start(writer: &mut Connection, path: &Path, options: &Options) -> Result<Self, OpenError> {
        let pages = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&pages);
        // Replaces SQLite's own checkpoint at commit, which is a hook in the same place.
        let hook = move |_: &mut rusqlite::hooks::Wal, log: i32| {
            count.store(log.unsigned_abs(), Ordering::Relaxed);
            Ok(())
        };
        writer.wal_hook(Some(hook)).map_err(|source| storage(path, source))?;

        let own = connect(path, OpenFlags::default(), options)?;
        own.pragma_update(None, "wal_autocheckpoint", 0).map_err(|source| storage(path, source))?;
        own.busy_timeout(Duration::ZERO).map_err(|source| storage(path, source))?;
        let gate = Arc::new(Mutex::new(()));
        let (ask, asked) = mpsc::channel();
        let held = Arc::clone(&gate);
        let io = |source| OpenError::Io { path: path.to_owned(), source };
        let thread = std::thread::Builder::new()
            .name("journal-keeper".into())
            .spawn(move || run(&own, &asked, &held))
            .map_err(io)?;
        Ok(Self { ask: Some(ask), thread: Some(thread), gate, pages, told: 0 })
    }

    /// The writer holds this during a transaction; nothing is ever left half done under it.
    pub(super) fn gate(&self) -> Arc<Mutex<()>> {
        Arc::clone(&self.gate)
    }

    /// Called after every commit.
    pub(super) fn committed(&mut self, erased: bool) {
        let pages = self.pages.load(Ordering::Relaxed);
        self.told = self.told.min(pages);
        let ask = match (erased, pages - self.told >= WAKE) {
            (true, _) => Ask::Scrub,
            (false, true) => Ask::Copy,
            (false, false) => return,
        };
        self.told = pages;
        if let Some(sender) = &self.ask {
            // The thread ends only when this sender is dropped.
            let _ = sender.send(ask);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.ask.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

pub(super) fn enter(gate: &Mutex<()>) -> MutexGuard<'_, ()> {
    gate.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run(own: &Connection, asked: &Receiver<Ask>, gate: &Mutex<()>) {
    let mut scrub = false;
    loop {
        let got = if scrub {
            asked.recv_timeout(SCRUB_AGAIN)
        } else {
            asked.recv().map_err(|_| RecvTimeoutError::Disconnected)
        };
        match got {
            Ok(ask) => {
                // One copying answers everything asked so far.
                scrub |= ask == Ask::Scrub || asked.try_iter().any(|ask| ask == Ask::Scrub);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let left = copy(own);
        if scrub {
            let _writer_waits = enter(gate);
            scrub = checkpoint(own, "TRUNCATE").is_none_or(|(busy, ..)| busy);
        } else if left.is_some_and(|(log, left)| log > LONG && (left < SHORT_WAIT || log > BOUND)) {
            let _writer_waits = enter(gate);
            let _ = checkpoint(own, "RESTART");
        }
    }
}

/// Copies until little is left; says how long the log is and how much of it is not copied.
fn copy(own: &Connection) -> Option<(i32, i32)> {
    let mut result = None;
    for _ in 0..TRIES {
        let (_, log, copied) = checkpoint(own, "PASSIVE")?;
        result = Some((log, log - copied));
        if log <= LONG || log - copied < SHORT_WAIT {
            break;
        }
    }
    result
}

/// (busy, pages in the log, pages of them in the file). A failure costs nothing but a longer log: the next waking
/// tries again, and the writer meets a full disk by itself.
fn checkpoint(own: &Connection, mode: &str) -> Option<(bool, i32, i32)> {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    own.query_row(&sql, (), |row| Ok((row.get::<_, i32>(0)? != 0, row.get(1)?, row.get(2)?))).ok()
}
