//! Verification finds every flipped byte, and backup, restore and export give the same journal.

#[expect(dead_code, reason = "the cluster is for the contract suite")]
mod support;

use std::path::{Path, PathBuf};

use journal::sqlite::{Options, Sqlite};
use journal::{
    AppendError, Checkpoint, ExportOptions, Fault, Head, Journal, SigningKey, VerifyOptions, backup, export, restore,
    verify,
};
use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::Value;
use support::{entry, erasing, fill, with_text};

fn key() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

fn options() -> VerifyOptions {
    VerifyOptions { public_key: Some(key().verifying_key()), witness: None }
}

/// Entries 1 to 272 with texts kept and erased, a conflict, a tile, three checkpoints; closed.
fn sample(folder: &Path) -> (PathBuf, Vec<Checkpoint>) {
    let path = folder.join("journal.sqlite");
    let mut journal = Sqlite::open(&path, Options::default()).expect("opened");
    let group = [with_text(1, 10, 1, "张三"), with_text(2, 11, 2, "on the telephone"), with_text(3, 12, 1, "same")];
    let head = journal.append(&Head::EMPTY, &group).expect("appended");
    let mut sealed = vec![journal.checkpoint(&key(), 1).expect("sealed")];
    journal.append(&head, &[erasing(4, &[10]), erasing(5, &[10, 12])]).expect("erased");
    fill(&mut journal, 6, 270);
    sealed.push(journal.checkpoint(&key(), 2).expect("sealed"));
    fill(&mut journal, 271, 272);
    let conflict = journal::Conflict {
        sender: 7,
        command_id: entry(2).command_id,
        first_position: 2,
        payload_hash: [99; 32],
        at: 5,
    };
    journal.note_conflict(&conflict).expect("noted");
    (path, sealed)
}

#[test]
fn a_sound_journal_is_reported_as_it_is() {
    let folder = tempfile::tempdir().expect("folder");
    let (path, sealed) = sample(folder.path());
    for witness in [None, Some(sealed[0]), Some(sealed[1])] {
        let report = verify(&path, &VerifyOptions { witness, ..options() }).expect("sound");
        assert_eq!((report.head.position, report.checkpoints, report.sealed), (272, 2, Some(sealed[1])));
        assert_eq!((report.texts_kept, report.texts_erased), (1, 2));
    }
}

#[test]
fn a_journal_in_use_is_verified_too() {
    let folder = tempfile::tempdir().expect("folder");
    let mut journal = Sqlite::open(&folder.path().join("j.sqlite"), Options::default()).expect("opened");
    fill(&mut journal, 1, 30);
    assert_eq!(verify(journal.path(), &options()).expect("sound").head, journal.head());
}

/// Everything that may change in one cell: each byte of a blob or text, some bits of a number, and nothing at all.
fn tampered(value: &Value) -> Vec<Value> {
    let flips = |bytes: &[u8]| (0..bytes.len()).map(|at| flip(bytes, at)).collect::<Vec<_>>();
    match value {
        Value::Blob(bytes) => {
            flips(bytes).into_iter().map(Value::Blob).chain([Value::Blob([bytes, &b"x"[..]].concat())]).collect()
        }
        Value::Text(text) => {
            let ascii = flips(text.as_bytes()).into_iter().filter_map(|bytes| String::from_utf8(bytes).ok());
            ascii.map(Value::Text).chain([Value::Text(format!("{text}x")), Value::Null]).collect()
        }
        Value::Integer(number) => [0, 8, 40, 63].map(|bit| Value::Integer(number ^ 1 << bit)).into(),
        Value::Null => vec![Value::Integer(1), Value::Text("x".into()), Value::Blob(vec![1])],
        Value::Real(_) => vec![],
    }
}

fn flip(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    changed[at] ^= 1;
    changed
}

/// Given a sound journal, when any column of any table is changed through SQL, then it is no longer sound. Every byte
/// of the rows named; the property test below takes rows at random.
#[test]
fn every_byte_of_every_column_counts() {
    let folder = tempfile::tempdir().expect("folder");
    let (path, _) = sample(folder.path());
    let connection = Connection::open(&path).expect("opened");
    let mut tried = 0;
    for (table, rows) in [
        ("entry", "position IN (1, 4, 272)"),
        ("text", "id IN (10, 11)"),
        ("checkpoint", "position = 3"),
        ("tile", "first = 0"),
        ("subject", "position = 5"),
    ] {
        let columns: Vec<String> = connection
            .prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))
            .and_then(|mut names| names.query_map((), |row| row.get(0))?.collect())
            .expect("columns");
        let keys: Vec<(i64, i64, i64)> = if table == "subject" {
            rows_of(&connection, &format!("SELECT kind, id, position FROM subject WHERE {rows}"))
        } else {
            rows_of(&connection, &format!("SELECT rowid, 0, 0 FROM {table} WHERE {rows}"))
        };
        for key in keys {
            let (row, undo) = if table == "subject" {
                (format!("kind = {} AND id = {} AND position = {}", key.0, key.1, key.2), true)
            } else {
                (format!("rowid = {}", key.0), false)
            };
            for column in &columns {
                let before: Value = connection
                    .query_row(&format!("SELECT {column} FROM {table} WHERE {row}"), (), |r| r.get(0))
                    .expect("cell");
                for after in tampered(&before) {
                    connection.execute_batch("SAVEPOINT t").expect("savepoint");
                    let changed =
                        connection.execute(&format!("UPDATE {table} SET {column} = ?1 WHERE {row}"), [&after]);
                    // Refused by the table itself is caught, too.
                    if changed.is_err() {
                        connection.execute_batch("ROLLBACK TO t; RELEASE t").expect("back");
                        continue;
                    }
                    connection.execute_batch("RELEASE t").expect("kept");
                    let verdict = verify(&path, &options());
                    assert!(verdict.is_err(), "{table}.{column} {row}: {before:?} -> {after:?} was not found");
                    if table == "entry" && column != "position" {
                        let named = matches!(verdict, Err(Fault::Entry { position, .. }) if position == key.0 as u64);
                        assert!(named, "{table}.{column} {row}: {verdict:?}");
                    }
                    tried += 1;
                    let back = if undo {
                        // The key itself moved: take the row from where it went.
                        let moved = columns
                            .iter()
                            .zip([key.0, key.1, key.2])
                            .map(|(c, v)| if c == column { format!("{c} = ?1") } else { format!("{c} = {v}") });
                        let moved = moved.collect::<Vec<_>>().join(" AND ");
                        connection
                            .execute(&format!("UPDATE {table} SET {column} = ?2 WHERE {moved}"), [&after, &before])
                    } else if column == columns.first().expect("columns") {
                        connection.execute(
                            &format!("UPDATE {table} SET {column} = ?2 WHERE {column} = ?1"),
                            [&after, &before],
                        )
                    } else {
                        connection.execute(&format!("UPDATE {table} SET {column} = ?1 WHERE {row}"), [&before])
                    };
                    assert_eq!(back.expect("undone"), 1);
                }
            }
        }
    }
    assert!(tried > 500, "only {tried} changes were tried");
    verify(&path, &options()).expect("everything was put back");
}

fn rows_of(connection: &Connection, sql: &str) -> Vec<(i64, i64, i64)> {
    let mut statement = connection.prepare(sql).expect("prepared");
    let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("queried");
    rows.collect::<Result<_, _>>().expect("rows")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Given a sound journal file, when one byte of it is flipped anywhere, then verification fails, or the byte
    /// carries nothing: all that can be read is as before.
    #[test]
    fn one_flipped_byte_of_the_file_is_found_or_means_nothing(place in 0.0f64..1.0, bit in 0u8..8) {
        let folder = tempfile::tempdir().expect("folder");
        let (path, _) = sample(folder.path());
        let content = |path: &Path| -> Option<Vec<u8>> {
            let mut out = Vec::new();
            export(path, &mut out, ExportOptions { texts: true }).ok()?;
            Some(out)
        };
        let before = content(&path);
        let mut bytes = std::fs::read(&path).expect("read");
        let at = ((bytes.len() - 1) as f64 * place) as usize;
        bytes[at] ^= 1 << bit;
        std::fs::write(&path, &bytes).expect("written");
        if verify(&path, &options()).is_ok() {
            prop_assert_eq!(content(&path), before, "byte {} bit {}", at, bit);
        }
    }

    /// Verification never panics, whatever stands in a file.
    #[test]
    fn garbage_is_refused_in_words(bytes in proptest::collection::vec(any::<u8>(), 0..9000)) {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("j.sqlite");
        std::fs::write(&path, &bytes).expect("written");
        prop_assert!(!verify(&path, &options()).expect_err("not a journal").to_string().is_empty());
        if !bytes.is_empty() {
            prop_assert!(Sqlite::open(&path, Options::default()).is_err());
        }
    }
}

#[test]
fn a_witness_finds_a_history_that_was_written_anew() {
    let folder = tempfile::tempdir().expect("folder");
    let (_, sealed) = sample(folder.path());
    let path = folder.path().join("other.sqlite");
    let mut other = Sqlite::open(&path, Options::default()).expect("opened");
    fill(&mut other, 1, 2);
    let witnessed = VerifyOptions { witness: Some(sealed[0]), ..options() };
    let cut = verify(&path, &witnessed).expect_err("shorter than the witness knows");
    assert!(matches!(cut, Fault::Checkpoint { position: 3, .. }) && cut.to_string().contains("ends at 2"), "{cut}");
    fill(&mut other, 3, 10);
    other.checkpoint(&key(), 9).expect("the holder of the key may sign what he likes");
    verify(&path, &options()).expect("and alone it is sound");
    assert!(matches!(verify(&path, &witnessed), Err(Fault::Checkpoint { position: 3, .. })));
    let stranger = VerifyOptions { public_key: Some(SigningKey::from_bytes(&[4; 32]).verifying_key()), witness: None };
    assert!(matches!(verify(&path, &stranger), Err(Fault::Checkpoint { position: 10, .. })));
}

#[test]
fn a_backup_of_a_journal_in_use_comes_back_the_same() {
    let folder = tempfile::tempdir().expect("folder");
    let (path, _) = sample(folder.path());
    let mut journal = Sqlite::open(&path, Options::default()).expect("opened");
    let copy = folder.path().join("copy.sqlite");
    let report = backup(&path, &copy, &options()).expect("copied");
    assert_eq!(report.head, journal.head());
    assert!(
        backup(&path, &copy, &options()).expect_err("nothing is overwritten").to_string().contains("exists already")
    );
    let kept = journal.read(1, 1000).expect("read");
    fill(&mut journal, 273, 280);
    drop(journal);

    let place = folder.path().join("restored.sqlite");
    assert_eq!(restore(&copy, &place, &options()).expect("restored"), report);
    let mut restored = Sqlite::open(&place, Options::default()).expect("opened");
    assert_eq!(restored.read(1, 1000).expect("read"), kept);
    assert_eq!(restored.texts(&[10, 11]).expect("read").len(), 2);
    fill(&mut restored, 273, 280);
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("listed").flatten().map(|f| f.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("temporary")), "{left:?}");
}

#[test]
fn an_unsound_backup_is_not_restored() {
    let folder = tempfile::tempdir().expect("folder");
    let (path, _) = sample(folder.path());
    let tamper = Connection::open(&path).expect("opened");
    tamper.execute("UPDATE entry SET at = at + 1 WHERE position = 40", ()).expect("changed");
    drop(tamper);
    let place = folder.path().join("restored.sqlite");
    let refused = restore(&path, &place, &options()).expect_err("unsound").to_string();
    assert!(refused.contains("entry 40"), "{refused}");
    assert!(!place.exists());
}

#[test]
fn the_server_refuses_a_corrupt_entry_and_names_it() {
    let folder = tempfile::tempdir().expect("folder");
    let (path, _) = sample(folder.path());
    let tamper = Connection::open(&path).expect("opened");
    tamper.execute("UPDATE entry SET body = x'00' WHERE position = 41", ()).expect("changed");
    drop(tamper);
    let mut journal = Sqlite::open(&path, Options::default()).expect("opened");
    let refused = journal.read(1, 100).expect_err("corrupt").to_string();
    assert!(refused.starts_with("entry 41 is corrupt") && refused.contains("restore a backup"), "{refused}");
    let tamper = Connection::open(&path).expect("opened");
    tamper.execute("DELETE FROM entry WHERE position = 41", ()).expect("changed");
    assert!(journal.read(1, 100).expect_err("a gap").to_string().starts_with("entry 41 is corrupt: it is missing"));
}

#[test]
fn an_export_has_a_line_for_every_entry_and_words_only_when_asked() {
    let folder = tempfile::tempdir().expect("folder");
    let (path, _) = sample(folder.path());
    let lines = |texts| -> Vec<serde_json::Value> {
        let mut out = Vec::new();
        assert_eq!(export(&path, &mut out, ExportOptions { texts }).expect("written"), 272);
        let text = String::from_utf8(out).expect("UTF-8");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    let plain = lines(false);
    assert_eq!(plain[1]["body"]["n"], 2);
    assert_eq!(plain[1]["previous"], plain[0]["hash"]);
    assert_eq!(plain[0]["texts"][0]["erased_by"], 4);
    assert_eq!(plain[1]["texts"][0].get("text"), None);
    assert_eq!(lines(true)[1]["texts"][0]["text"], "on the telephone");
}

#[test]
fn erased_words_leave_the_file() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("j.sqlite");
    let mut journal = Sqlite::open(&path, Options::default()).expect("opened");
    let words = "Zhang San, 13800000000, who asked to be forgotten";
    let head = journal.append(&Head::EMPTY, &[with_text(1, 1, 1, words)]).expect("appended");
    journal.append(&head, &[erasing(2, &[1])]).expect("erased");
    drop(journal);
    let bytes = std::fs::read(&path).expect("read");
    assert!(!bytes.windows(words.len()).any(|window| window == words.as_bytes()));
    assert!(!folder.path().join("j.sqlite-wal").exists(), "closing folds the log in and removes it");
}

#[test]
fn two_servers_do_not_open_one_journal() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("j.sqlite");
    let mut first = Sqlite::open(&path, Options::default()).expect("opened");
    let refused = Sqlite::open(&path, Options::default()).expect_err("in use").to_string();
    assert!(refused.contains("in use by another server"), "{refused}");
    let reader = first.reader().expect("readers are welcome");
    fill(&mut first, 1, 5);
    assert_eq!(reader.head().expect("read"), first.head());
    assert_eq!(reader.hash_at(5).expect("read"), Some(first.head().hash));
    drop(first);
    Sqlite::open(&path, Options::default()).expect("free again");
    let other = folder.path().join("other.sqlite");
    Connection::open(&other).and_then(|c| c.execute_batch("CREATE TABLE t (a)")).expect("made");
    let refused = Sqlite::open(&other, Options::default()).expect_err("not ours").to_string();
    assert!(refused.contains("not a journal"), "{refused}");
}

/// The chain is a format: others must be able to recompute it from the description.
#[test]
fn the_hash_of_a_known_entry_never_changes() {
    let folder = tempfile::tempdir().expect("folder");
    let mut journal = Sqlite::open(&folder.path().join("j.sqlite"), Options::default()).expect("opened");
    let head = journal.append(&Head::EMPTY, &[entry(1)]).expect("appended");
    let mut bytes = vec![0; 32];
    bytes.extend(1u64.to_be_bytes());
    bytes.extend(1_700_000_000_001i64.to_be_bytes());
    bytes.extend(7u64.to_be_bytes());
    bytes.extend(entry(1).command_id.as_bytes());
    bytes.extend([1; 32]);
    bytes.extend(1u16.to_be_bytes());
    let mut links = vec![0, 2, 1];
    links.extend(1u64.to_be_bytes());
    links.push(2);
    links.extend((u64::MAX - 1).to_be_bytes());
    links.extend([0, 0, 0, 0]);
    let body = br#"{"n":1,"post":"P-0417"}"#;
    bytes.extend((links.len() as u32).to_be_bytes());
    bytes.extend((body.len() as u32).to_be_bytes());
    bytes.extend(&links);
    bytes.extend(body);
    assert_eq!(head.hash[..], <sha2::Sha256 as sha2::Digest>::digest(&bytes)[..]);
    assert!(matches!(journal.append(&Head::EMPTY, &[entry(1)]), Err(AppendError::Behind { .. })));
}
