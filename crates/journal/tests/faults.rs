//! What happens when the disk, the power or the process goes: nothing acknowledged is lost.

#[path = "support/shim.rs"]
mod shim;
#[expect(dead_code, reason = "the cluster is for the contract suite")]
mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use journal::sqlite::{Options, Sqlite};
use journal::{AppendError, Check, Journal, NewEntry, StorageError, VerifyOptions, verify};
use proptest::prelude::*;
use rusqlite::ffi;
use shim::{File, Op};
use support::{entry, erasing, fill, with_text};

fn recorded(path: &Path, unsynced: bool) -> Sqlite {
    Sqlite::open(path, Options { vfs: Some(shim::NAME), unsynced, ..Options::default() }).expect("opened")
}

/// Appends entries one group at a time, and notes every acknowledgement in the record.
fn acknowledged(journal: &mut Sqlite, from: u64, to: u64, body: usize) {
    for n in from..=to {
        let mut next: NewEntry = match n % 10 {
            3 => with_text(n, n, 1, "a name"),
            7 if n > 10 => erasing(n, &[n - 4]),
            _ => entry(n),
        };
        next.body.resize(body, b' ');
        let head = journal.head();
        let head = journal.append(&head, &[next]).expect("kept");
        shim::with(|r| r.ops.push(Op::Ack(head.position)));
    }
}

/// How many acknowledgements came while a write to the log was not synced.
fn unsynced_acks(ops: &[Op]) -> usize {
    let mut dirty = false;
    let mut count = 0;
    for op in ops {
        match op {
            Op::Write { file: File::Log, .. } => dirty = true,
            Op::Sync { file: File::Log } => dirty = false,
            Op::Ack(_) => count += usize::from(dirty),
            _ => {}
        }
    }
    count
}

#[test]
fn a_sync_precedes_every_acknowledgement_and_without_syncs_this_test_fails() {
    let folder = tempfile::tempdir().expect("folder");
    let _turn = shim::install();
    acknowledged(&mut recorded(&folder.path().join("j.sqlite"), false), 1, 200, 500);
    let ops = shim::with(|r| std::mem::take(&mut r.ops));
    assert_eq!(ops.iter().filter(|op| matches!(op, Op::Ack(_))).count(), 200);
    assert_eq!(unsynced_acks(&ops), 0);
    acknowledged(&mut recorded(&folder.path().join("off.sqlite"), true), 1, 200, 500);
    // The thread that copies the log syncs it once in a while and so covers an acknowledgement by chance; the assertion
    // above must fail all the same.
    let unsynced = unsynced_acks(&shim::with(|r| std::mem::take(&mut r.ops)));
    assert!(unsynced > 100, "only {unsynced} of 200 acknowledgements came before their sync");
}

/// What is on the disk after a cut at `cut`: all that was synced, and of the rest whatever `keep` says, in whole
/// writes. A cut of a file counts as written at once: the hardest case, since it removes what was synced.
fn after_power_cut(ops: &[Op], cut: usize, keep: &mut dyn FnMut() -> bool) -> (Vec<u8>, Vec<u8>) {
    let (mut main, mut log) = (Vec::new(), Vec::new());
    let last_sync = |which| ops[..cut].iter().rposition(|op| matches!(op, Op::Sync { file } if *file == which));
    let synced = [last_sync(File::Main).unwrap_or(0), last_sync(File::Log).unwrap_or(0)];
    for (index, op) in ops[..cut].iter().enumerate() {
        match op {
            Op::Write { file, at, bytes } if index < synced[*file as usize] || keep() => {
                let image = if *file == File::Main { &mut main } else { &mut log };
                image.resize(image.len().max(at + bytes.len()), 0);
                image[*at..at + bytes.len()].copy_from_slice(bytes);
            }
            Op::Truncate { file, size } => (if *file == File::Main { &mut main } else { &mut log }).truncate(*size),
            _ => {}
        }
    }
    (main, log)
}

/// Writes of 20 KB within which the keeper must have had its turns: ten times what it copies at once.
const MOST_WRITES: u64 = 4000;

#[test]
fn a_power_cut_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().expect("folder");
    let _turn = shim::install();
    let path = folder.path().join("j.sqlite");
    // Large bodies, so that the keeper copies and cuts the log meanwhile.
    let mut journal = recorded(&path, false);
    acknowledged(&mut journal, 1, 250, 20_000);
    // The keeper has a thread of its own: write on until it has had its turns.
    let turns = || shim::with(|r| r.ops.iter().filter(|op| matches!(op, Op::Sync { file: File::Main })).count());
    for last in (250..MOST_WRITES).step_by(50).take_while(|_| turns() <= 2) {
        acknowledged(&mut journal, last + 1, last + 50, 20_000);
    }
    drop(journal);
    assert!(turns() > 2, "the keeper had {} turns in {MOST_WRITES} writes", turns());
    let ops = shim::with(|r| std::mem::take(&mut r.ops));
    let first = ops.iter().position(|op| matches!(op, Op::Ack(_))).expect("acknowledged");
    let config = ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let trial = |(cut, mut seed, odds): (usize, u64, u64)| {
        let mut keep = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % 4 < odds
        };
        let (main, log) = after_power_cut(&ops, cut, &mut keep);
        let place = tempfile::tempdir().expect("folder");
        let path = place.path().join("j.sqlite");
        fs::write(&path, main).expect("written");
        fs::write(place.path().join("j.sqlite-wal"), log).expect("written");
        let acked = ops[..cut].iter().rev().find_map(|op| if let Op::Ack(p) = op { Some(*p) } else { None });
        let journal = Sqlite::open(&path, Options::default()).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert!(Some(journal.head().position) >= acked, "{} kept of {:?}", journal.head().position, acked);
        drop(journal);
        verify(&path, &VerifyOptions::default()).map_err(|e| TestCaseError::fail(e.to_string()))?;
        Ok(())
    };
    runner.run(&(first + 1..=ops.len(), any::<u64>(), 0u64..=4), trial).expect("every cut");
}

#[test]
fn a_full_or_read_only_disk_is_named_and_the_journal_goes_on_when_it_is_mended() {
    let folder = tempfile::tempdir().expect("folder");
    let _turn = shim::install();
    let path = folder.path().join("j.sqlite");
    let mut journal = recorded(&path, false);
    let head = fill(&mut journal, 1, 10);
    for code in [ffi::SQLITE_FULL, ffi::SQLITE_READONLY] {
        shim::with(|r| r.fail_write = Some(code));
        let failed = journal.append(&head, &[entry(11)]).expect_err("the disk says no");
        shim::with(|r| r.fail_write = None);
        match (code, failed) {
            (ffi::SQLITE_FULL, AppendError::Storage(StorageError::Full { .. })) => {}
            (ffi::SQLITE_READONLY, AppendError::Storage(StorageError::ReadOnly { .. })) => {}
            (_, other) => panic!("{code}: {other}"),
        }
        assert_eq!(journal.head(), head);
        assert_eq!(journal.seen(7, entry(11).command_id).expect("read"), None);
    }
    shim::with(|r| r.fail_sync = Some(ffi::SQLITE_IOERR_FSYNC));
    journal.append(&head, &[entry(11)]).expect_err("no sync, no acknowledgement");
    shim::with(|r| r.fail_sync = None);
    let head = journal.head();
    let next = entry(head.position + 1);
    let head = journal.append(&head, &[next]).expect("mended");
    drop(journal);
    assert_eq!(verify(&path, &VerifyOptions::default()).expect("sound").head, head);
}

const CHILD: &str = "JOURNAL_TEST_CHILD";

#[test]
#[ignore = "the process that the next test kills"]
fn child_appends_until_killed() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let mut journal = Sqlite::open(Path::new(&path), Options::default()).expect("opened");
    loop {
        let head = journal.head();
        let head = journal.append(&head, &[entry(head.position + 1)]).expect("kept");
        println!("acknowledged {}", head.position);
    }
}

#[test]
fn twenty_kills_lose_nothing_acknowledged() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("j.sqlite");
    let mut acknowledged = 0;
    for kill in 0..20 {
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "child_appends_until_killed", "--ignored", "--nocapture"])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        let mut said = BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok);
        let mut positions = said.by_ref().filter_map(|line| line.strip_prefix("acknowledged ")?.parse::<u64>().ok());
        acknowledged = positions.nth(kill * 3).expect("it appends");
        child.kill().expect("killed");
        acknowledged = positions.last().unwrap_or(acknowledged);
        child.wait().expect("gone");
        let mut journal = Sqlite::open(&path, Options::default()).expect("its lock went with it");
        assert!(journal.head().position >= acknowledged, "kill {kill}: {} of {acknowledged}", journal.head().position);
        let whole = &mut |_: journal::EntryRef<'_>| std::ops::ControlFlow::Continue(());
        journal.for_each(1, Check::Chain, whole).expect("the chain holds");
    }
    assert!(acknowledged > 0);
}
