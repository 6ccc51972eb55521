//! Keeping and carrying: snapshots are only a cache, checkpoints are made, and a backup gives the same board.

use std::path::Path;
use std::process::Command as Program;

use board::force::{self, Changes, Grade, PersonRow, UnitRow};
use board::{Actor, At, Command, Id, Label, PersonId, UnitId};
use oneboard::archive::{self, ArchiveError};
use oneboard::submit::{self, JOURNAL, OpenFault, Opened, Submission, Text, TextKind};
use uuid::Uuid;

const BUREAU: UnitId = UnitId::from_value(1);

fn open(data: &Path) -> Result<Opened, OpenFault> {
    submit::open(data, Box::new(|| At::from_millis(1_000)), Vec::new())
}

fn started(data: &Path) -> Opened {
    open(data).expect("the journal opens")
}

fn stopped(opened: Opened) -> String {
    let board = serde_json::to_string(&opened.submit.published().board).expect("a board is always writable");
    opened.submit.stop();
    opened.writer.join().expect("the writer ends in order");
    board
}

fn keep(opened: &Opened, number: u128, changes: Changes, texts: Vec<Text>) {
    let command = Command::Force(force::Command::Keep(changes));
    let submission = Submission { actor: Actor::Operator, id: Uuid::from_u128(number), command, texts };
    opened.submit.submit_blocking(submission).expect("kept");
}

/// A bureau, and one more person with every entry.
fn grow(opened: &Opened, people: std::ops::Range<u64>) {
    for number in people {
        let mut changes = Changes::default();
        if number == 0 {
            changes.units.push(UnitRow {
                id: BUREAU,
                parent: None,
                name: Label::new("Bureau", "市局"),
                callsign: "0".into(),
                channel: "1".into(),
                telephone: "1".into(),
                order: 0,
            });
        }
        let name = Id::from_value(10_000 + number);
        changes.people.push(PersonRow {
            id: PersonId::from_value(100 + number),
            unit: BUREAU,
            grade: Grade::Officer,
            qualifications: Default::default(),
            callsign: "1".into(),
            number: name,
            name,
            telephone: None,
        });
        let text = Text { id: name, kind: TextKind::Name, body: format!("Officer {number}") };
        keep(opened, u128::from(number) + 1, changes, vec![text]);
    }
}

#[test]
fn a_backup_taken_while_the_server_runs_gives_the_same_board() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, copy, again) = (folder.path().join("data"), folder.path().join("copy"), folder.path().join("again"));
    let opened = started(&data);
    grow(&opened, 0..20);
    std::fs::create_dir_all(data.join("attachments/ab")).expect("a folder");
    std::fs::write(data.join("attachments/ab/plan.pdf"), b"a plan").expect("written");
    let manifest = archive::back_up(&data, &copy).expect("backed up");
    assert_eq!(manifest.position, 20);
    let live = stopped(opened);

    let (_, report) = archive::restore(&copy, &again).expect("restored");
    assert_eq!(report.head.position, 20);
    assert_eq!(std::fs::read(again.join("attachments/ab/plan.pdf")).expect("read"), b"a plan");
    let opened = started(&again);
    assert_eq!(opened.submit.register().read().text(Id::from_value(10_007)), Some("Officer 7"));
    assert_eq!(stopped(opened), live);

    // Nothing is overwritten, and a file that changed since is named.
    assert!(matches!(archive::restore(&copy, &again), Err(ArchiveError::Exists(path)) if path == again));
    assert!(matches!(archive::back_up(&data, &copy), Err(ArchiveError::Exists(_))));
    std::fs::write(copy.join("attachments/ab/plan.pdf"), b"a plot").expect("written");
    let third = folder.path().join("third");
    let fault = archive::restore(&copy, &third).expect_err("changed").to_string();
    assert!(fault.contains("plan.pdf"), "{fault}");
    assert!(!third.exists() && !folder.path().join("third.temporary").exists());
    assert!(matches!(archive::restore(&data, &third), Err(ArchiveError::NotABackup { .. })));
}

#[test]
fn a_snapshot_shortens_the_start_and_a_damaged_one_is_rebuilt() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = started(folder.path());
    let entries = submit::SNAPSHOT_ENTRIES + 20;
    // In groups, as many callers send: one at a time each would wait for its own sync.
    let submit = opened.submit.clone();
    std::thread::scope(|scope| {
        grow(&opened, 0..1);
        for part in 0..64 {
            let submit = submit.clone();
            scope.spawn(move || {
                for number in (part..entries - 1).step_by(64) {
                    let officer = PersonRow {
                        id: PersonId::from_value(100),
                        unit: BUREAU,
                        grade: Grade::Officer,
                        qualifications: Default::default(),
                        callsign: format!("p{number}").as_str().into(),
                        number: Id::from_value(10_000),
                        name: Id::from_value(10_000),
                        telephone: None,
                    };
                    let command =
                        Command::Force(force::Command::Keep(Changes { people: vec![officer], ..Changes::default() }));
                    let id = Uuid::from_u128(u128::from(number) + (1 << 32));
                    submit
                        .submit_blocking(Submission { actor: Actor::Operator, id, command, texts: Vec::new() })
                        .expect("kept");
                }
            });
        }
    });
    let live = stopped(opened);
    let snapshots = || {
        let listed = std::fs::read_dir(folder.path().join("snapshots")).expect("a folder of snapshots");
        listed.map(|entry| entry.expect("an entry").path()).collect::<Vec<_>>()
    };
    let [path] = &snapshots()[..] else { panic!("one snapshot, not {:?}", snapshots()) };

    let opened = started(folder.path());
    assert!(opened.snapshot >= submit::SNAPSHOT_ENTRIES && opened.replayed == entries - opened.snapshot);
    assert_eq!(stopped(opened), live);

    let mut bytes = std::fs::read(path).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).expect("written");
    let opened = started(folder.path());
    assert_eq!((opened.snapshot, opened.replayed), (0, entries));
    assert_eq!(stopped(opened), live);
    assert!(!path.exists(), "the damaged one is thrown away");

    // It was sealed on the way and at the end, by the installation's own key.
    let options = journal::VerifyOptions { public_key: archive::public_key(folder.path()), witness: None };
    let report = journal::verify(&folder.path().join(JOURNAL), &options).expect("sound");
    assert_eq!(report.sealed.map(|last| last.position), Some(entries));
    assert!(report.checkpoints >= entries / submit::SEAL_ENTRIES);
}

#[test]
fn a_corrupt_entry_stops_the_start_and_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = started(folder.path());
    grow(&opened, 0..10);
    stopped(opened);
    let file = folder.path().join(JOURNAL);
    let connection = rusqlite::Connection::open(&file).expect("opens");
    connection.execute("UPDATE entry SET body = CAST(body || ' ' AS BLOB) WHERE position = 5", ()).expect("altered");
    drop(connection);
    let fault = open(folder.path()).err().expect("does not start").to_string();
    assert!(fault.contains("entry 5"), "{fault}");

    let said = Program::new(env!("CARGO_BIN_EXE_oneboard")).args(["journal", "verify"]).arg(&file).output();
    let said = said.expect("the program runs");
    let words = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(!said.status.success() && words.contains("entry 5"), "{words}");
}

#[test]
fn the_command_line_verifies_and_exports() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = started(folder.path());
    grow(&opened, 0..3);
    stopped(opened);
    let file = folder.path().join(JOURNAL);
    let run = |words: &[&str]| {
        let done = Program::new(env!("CARGO_BIN_EXE_oneboard")).arg("journal").args(words).output().expect("runs");
        (done.status.success(), String::from_utf8_lossy(&done.stdout).into_owned())
    };
    let path = file.to_str().expect("a plain path");
    let key = archive::public_key(folder.path()).expect("a key");
    let key = journal::checkpoint::hex(key.as_bytes());
    let (good, said) = run(&["verify", path, "--public-key", &key]);
    assert!(good && said.contains("entries 1 to 3") && said.contains(&key), "{said}");
    let witness = said.lines().last().expect("the checkpoint").to_owned();
    assert!(run(&["verify", path, "--witness", &witness]).0);
    let other = journal::checkpoint::hex(journal::SigningKey::from_bytes(&[9; 32]).verifying_key().as_bytes());
    assert!(!run(&["verify", path, "--public-key", &other]).0);

    let (good, lines) = run(&["export", path]);
    assert!(good && lines.lines().count() == 3 && !lines.contains("Officer 1"), "{lines}");
    assert!(run(&["export", path, "--texts"]).1.contains("Officer 1"));
}
