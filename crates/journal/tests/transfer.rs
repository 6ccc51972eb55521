//! A journal that moves from one back end to the other is the same journal: same hashes, same proofs, same words.

#[expect(dead_code, reason = "connections are cut in the contract suite")]
mod support;

use journal::postgres::Postgres;
use journal::sqlite::{Options, Sqlite};
use journal::transfer::{TransferError, into_database, into_file};
use journal::{Conflict, ExportOptions, Journal, SigningKey, Upcasts, VerifyOptions};
use support::cluster::Cluster;
use support::{entry, erasing, fill, with_text};
use uuid::Uuid;

/// Entries enough for a tile of the tree, words kept and erased, a conflict, and a checkpoint.
fn eventful(journal: &mut dyn Journal, signer: &SigningKey) {
    fill(journal, 1, 300);
    let head = journal.head();
    let late = [with_text(301, 1, 1, "\u{0}零 and the first"), with_text(302, 2, 2, "erased"), erasing(303, &[2])];
    journal.append(&head, &late).expect("appended");
    let first = journal.read(5, 1).expect("read").remove(0);
    let conflict = Conflict {
        sender: first.sender,
        command_id: Uuid::from_bytes(*first.command_id.as_bytes()),
        first_position: first.position,
        payload_hash: [9; 32],
        at: 1_700_000_000_999,
    };
    journal.note_conflict(&conflict).expect("noted");
    journal.checkpoint(signer, 1_700_000_001_000).expect("sealed");
    let head = journal.head();
    journal.append(&head, &[entry(304)]).expect("appended");
}

#[test]
fn postgres_and_back_is_the_same_journal() {
    let cluster = match Cluster::start() {
        Ok(cluster) => cluster,
        Err(why) => return eprintln!("skipped: moving a journal: {why}"),
    };
    let folder = tempfile::tempdir().expect("folder");
    let (path, again) = (folder.path().join("journal.sqlite"), folder.path().join("again.sqlite"));
    let signer = SigningKey::from_bytes(&[7; 32]);
    let options = VerifyOptions { public_key: Some(signer.verifying_key()), witness: None };
    let mut file = Sqlite::open(&path, Options::default()).expect("opened");
    eventful(&mut file, &signer);
    let (head, conflicts) = (file.head(), file.conflicts(10).expect("read"));
    drop(file);

    // Given the file in an empty database,
    let config = cluster.database("moved");
    let left = into_database(&path, &config, &options).expect("moved");
    let mut moved = Postgres::open(&config, Upcasts::none()).expect("opened");
    assert_eq!((moved.head(), left.head), (head, head));
    assert_eq!(moved.conflicts(10).expect("read"), conflicts);
    // when it goes on there,
    moved.append(&head, &[entry(305)]).expect("appended");
    let sealed = moved.checkpoint(&signer, 1_700_000_002_000).expect("sealed");
    drop(moved);
    // then it comes back as a file that proves everything, to the last checkpoint and the last word.
    let back = into_file(&config, &again, &options).expect("back");
    assert_eq!((back.head.position, back.texts_kept, back.texts_erased), (head.position + 1, 1, 1));
    assert_eq!((back.checkpoints, back.sealed), (2, Some(sealed)));
    let lines = |path| {
        let mut out = Vec::new();
        journal::export(path, &mut out, ExportOptions { texts: true }).expect("exported");
        String::from_utf8(out).expect("UTF-8").lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let (before, after) = (lines(&path), lines(&again));
    assert_eq!(before, after[..before.len()]);

    // Neither place is written over.
    let taken = into_database(&path, &config, &options).expect_err("taken");
    assert!(matches!(taken, TransferError::Taken { entries: 305, .. }), "{taken}");
    let exists = into_file(&config, &again, &options).expect_err("there");
    assert!(matches!(exists, TransferError::File(_)), "{exists}");
}

#[test]
fn postgres_takes_and_gives_nothing_that_does_not_hold() {
    let cluster = match Cluster::start() {
        Ok(cluster) => cluster,
        Err(why) => return eprintln!("skipped: moving a damaged journal: {why}"),
    };
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("journal.sqlite");
    let signer = SigningKey::from_bytes(&[7; 32]);
    let mut file = Sqlite::open(&path, Options::default()).expect("opened");
    eventful(&mut file, &signer);
    drop(file);
    let database = cluster.database("damaged");
    into_database(&path, &database, &VerifyOptions::default()).expect("moved");

    // A database in which one word was changed gives no file.
    let mut client = postgres_client(&database);
    client.execute("UPDATE text SET body = 'other' WHERE id = 1", &[]).expect("changed");
    let out = folder.path().join("out.sqlite");
    let fault = into_file(&database, &out, &VerifyOptions::default()).expect_err("unsound");
    assert!(fault.to_string().contains("text 1, kept by entry 301"), "{fault}");
    assert!(!out.exists());

    // A file in which one was changed fills no database.
    let connection = rusqlite::Connection::open(&path).expect("opened");
    connection.execute("UPDATE text SET body = 'other' WHERE id = 1", ()).expect("changed");
    drop(connection);
    let empty = cluster.database("empty");
    let fault = into_database(&path, &empty, &VerifyOptions::default()).expect_err("unsound");
    assert!(matches!(fault, TransferError::Unsound(_)), "{fault}");
    let made: bool = postgres_client(&empty)
        .query_one("SELECT to_regclass('entry') IS NOT NULL", &[])
        .and_then(|row| row.try_get(0))
        .expect("asked");
    assert!(!made, "nothing was made in the database");
}

fn postgres_client(config: &str) -> postgres::Client {
    postgres::Client::connect(config, postgres::NoTls).expect("connected")
}
