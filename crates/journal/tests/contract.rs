//! One suite, two back ends: what every journal does, whatever keeps it.

mod support;

use std::ops::ControlFlow;

use journal::merkle::{leaf, verify_consistency, verify_inclusion};
use journal::postgres::Postgres;
use journal::sqlite::{Options, Sqlite};
use journal::{
    AppendError, Check, Conflict, Entry, GENESIS, Head, Journal, NewEntry, Reading, SigningKey, Subject, TextState,
    Upcasts,
};
use support::cluster::Cluster;
use support::{entry, erasing, fill, with_text};
use uuid::Uuid;

/// Opens the same journal again, with these upcasts.
type Reopen<'a> = &'a mut dyn FnMut(Upcasts) -> Box<dyn Journal>;

/// What a journal must do, and the proof.
type Clause = (&'static str, fn(Reopen<'_>));

/// Every clause, each on an empty journal.
const CLAUSES: &[Clause] = &[
    ("it begins empty", begins_empty),
    ("entries come back as they went in, chained", come_back_chained),
    ("the end outlasts a restart", outlasts_restart),
    ("a group decided elsewhere is behind", behind),
    ("a command is kept once", kept_once),
    ("a group is all or nothing", all_or_nothing),
    ("conflicts are kept and shown", conflicts),
    ("subjects are found newest first", subjects),
    ("texts are kept, erased and remembered", texts),
    ("old bodies are lifted, hashes are of stored bytes", upcasts),
    ("a replay can begin and stop anywhere", replay),
    ("checkpoints seal and prove", checkpoints),
    ("a large body is refused", large),
];

fn run(mut fresh: impl FnMut(usize) -> Box<dyn FnMut(Upcasts) -> Box<dyn Journal>>) {
    for (index, (clause, check)) in CLAUSES.iter().enumerate() {
        eprintln!("clause: {clause}");
        check(&mut *fresh(index));
    }
}

#[test]
fn sqlite_keeps_the_contract() {
    let folder = tempfile::tempdir().expect("folder");
    run(|index| {
        let path = folder.path().join(format!("{index}.sqlite"));
        Box::new(move |upcasts| {
            let options = Options { upcasts, ..Options::default() };
            Box::new(Sqlite::open(&path, options).expect("opened"))
        })
    });
}

#[test]
fn postgres_keeps_the_contract() {
    let cluster = match Cluster::start() {
        Ok(cluster) => cluster,
        Err(why) => return eprintln!("skipped: PostgreSQL contract: {why}"),
    };
    run(|index| {
        let config = cluster.database(&format!("clause{index}"));
        Box::new(move |upcasts| Box::new(Postgres::open(&config, upcasts).expect("opened")))
    });
}

#[test]
fn sqlite_is_read_beside_the_writer() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("journal.sqlite");
    let mut journal = Sqlite::open(&path, Options::default()).expect("opened");
    beside(&mut journal, &|| Box::new(journal::sqlite::Reader::open(&path, Upcasts::none()).expect("opened")));
}

#[test]
fn postgres_is_read_beside_the_writer() {
    let cluster = match Cluster::start() {
        Ok(cluster) => cluster,
        Err(why) => return eprintln!("skipped: PostgreSQL read beside: {why}"),
    };
    let config = cluster.database("beside");
    let missing = journal::postgres::Reader::open(&config, Upcasts::none()).err().expect("no journal yet").to_string();
    assert!(missing.contains("journal_format"), "{missing}");
    let mut journal = Postgres::open(&config, Upcasts::none()).expect("opened");
    beside(&mut journal, &|| Box::new(journal::postgres::Reader::open(&config, Upcasts::none()).expect("opened")));
    // A server that restarts under both: the next question is asked again on a new connection.
    let mut reader = journal::postgres::Reader::open(&config, Upcasts::none()).expect("opened");
    cluster.cut_connections("beside");
    assert_eq!(reader.head().expect("read"), journal.head());
    assert!(journal.seen(7, Uuid::from_u128(1)).expect("asked").is_none());
}

/// Whoever reads beside the writer reads what the writer has kept, no more and no less, while it goes on.
fn beside(journal: &mut dyn Journal, open: &dyn Fn() -> Box<dyn Reading>) {
    let mut reader = open();
    assert_eq!(reader.head().expect("read"), Head::EMPTY);
    fill(journal, 1, 40);
    journal.append(&journal.head(), &[with_text(41, 10, 1, "Wu Gang"), with_text(42, 11, 2, "0930")]).expect("kept");
    let head = journal.head();
    assert_eq!(reader.head().expect("read"), head);
    assert_eq!(reader.read(30, 100).expect("read"), journal.read(30, 100).expect("read"));
    let mut seen = Vec::new();
    let mut take = |entry: journal::EntryRef<'_>| {
        seen.push(entry.position);
        ControlFlow::Continue(())
    };
    reader.for_each(5, 9, Check::Chain, &mut take).expect("replayed");
    assert_eq!(seen, [5, 6, 7, 8, 9], "up to and including the end asked for");
    let subject = Subject { kind: 1, id: 2 };
    for before in [None, Some(20)] {
        let expected = journal.by_subject(subject, before, 5).expect("found");
        assert_eq!(reader.by_subject(subject, before, 5).expect("found"), expected);
    }
    assert_eq!(reader.texts(&[10, 99]).expect("read"), journal.texts(&[10, 99]).expect("read"));

    journal.append(&head, &[erasing(43, &[10])]).expect("erased");
    assert_eq!(reader.head().expect("read"), journal.head(), "what is kept later is seen by the same reader");
    assert_eq!(reader.texts(&[10]).expect("read"), [(10, TextState::Erased { by: 43 })]);
    let (mut out, mut texts) = (Vec::new(), open());
    let options = journal::ExportOptions { texts: true };
    assert_eq!(journal::export_from(&mut *reader, &mut *texts, &mut out, options).expect("exported"), 43);
    let text = String::from_utf8(out).expect("UTF-8");
    assert!(text.contains("0930") && !text.contains("Wu Gang"), "kept words are there, erased ones are not");
}

/// Given another node that writes and a server that drops connections, when a group is appended, then it is kept
/// once or refused as behind, and never twice.
#[test]
fn postgres_survives_a_lost_connection_and_a_second_writer() {
    let cluster = match Cluster::start() {
        Ok(cluster) => cluster,
        Err(why) => return eprintln!("skipped: PostgreSQL lost connection: {why}"),
    };
    let config = cluster.database("cut");
    let mut one = Postgres::open(&config, Upcasts::none()).expect("opened");
    let mut two = Postgres::open(&config, Upcasts::none()).expect("opened");
    fill(&mut one, 1, 10);
    let behind = two.append(&Head::EMPTY, &[entry(11)]).expect_err("the other wrote");
    assert!(matches!(behind, AppendError::Behind { head } if head == one.head()), "{behind}");
    assert_eq!(two.head(), one.head());
    cluster.cut_connections("cut");
    let head = two.append(&one.head(), &[entry(11)]).expect("a new connection serves");
    assert_eq!(two.read(1, 100).expect("read").len(), 11);
    cluster.cut_connections("cut");
    assert!(matches!(one.append(&head, &[entry(11)]), Err(AppendError::Repeated { position: 11, .. })));
}

fn begins_empty(open: Reopen<'_>) {
    let mut journal = open(Upcasts::none());
    assert_eq!(journal.head(), Head::EMPTY);
    assert_eq!(journal.read(0, 10).expect("read"), []);
    assert_eq!(journal.append(&Head::EMPTY, &[]).expect("an empty group changes nothing"), Head::EMPTY);
}

fn come_back_chained(open: Reopen<'_>) {
    let mut journal = open(Upcasts::none());
    let mut sent: Vec<NewEntry> = (1..=30).map(entry).collect();
    sent[4].at = i64::MIN;
    sent[5].sender = u64::MAX;
    sent[6].schema = u16::MAX;
    sent[7].body = vec![0, 255, 10];
    sent[8].subjects.clear();
    sent[9].body.clear();
    sent[10] = with_text(11, u64::MAX, 9, "值班员 张三");
    let first = journal.append(&Head::EMPTY, &sent[..20]).expect("appended");
    let head = journal.append(&first, &sent[20..]).expect("appended");
    assert_eq!((head.position, journal.head()), (30, head));

    let kept = journal.read(1, 100).expect("read");
    assert_eq!(kept.len(), 30);
    let mut previous = GENESIS;
    for (position, (kept, sent)) in (1..).zip(kept.iter().zip(&sent)) {
        assert_eq!((kept.position, kept.previous), (position, previous));
        assert_eq!((kept.at, kept.sender, kept.command_id), (sent.at, sent.sender, sent.command_id));
        assert_eq!((kept.payload_hash, kept.schema, &kept.body), (sent.payload_hash, sent.schema, &sent.body));
        assert_eq!((&kept.subjects, kept.texts.len(), &kept.erase), (&sent.subjects, sent.texts.len(), &sent.erase));
        previous = kept.hash;
    }
    assert_eq!(previous, head.hash);
    assert_eq!(journal.read(29, 1).expect("read"), kept[28..29]);
    assert_eq!(journal.read(29, 50).expect("read"), kept[28..]);
    assert_eq!(journal.read(31, 50).expect("read"), []);
    assert_eq!(journal.read(u64::MAX, 50).expect("read"), []);
}

fn outlasts_restart(open: Reopen<'_>) {
    let mut journal = open(Upcasts::none());
    let head = fill(&mut *journal, 1, 25);
    let kept = journal.read(1, 100).expect("read");
    drop(journal);
    let mut journal = open(Upcasts::none());
    assert_eq!(journal.head(), head);
    assert_eq!(journal.read(1, 100).expect("read"), kept);
    assert_eq!(fill(&mut *journal, 26, 30).position, 30);
}

fn behind(open: Reopen<'_>) {
    let mut journal = open(Upcasts::none());
    let old = journal.head();
    let head = fill(&mut *journal, 1, 3);
    for expected in [old, Head { position: 3, hash: [9; 32] }, Head { position: 4, ..head }] {
        let refused = journal.append(&expected, &[entry(9)]).expect_err("decided on another head");
        assert!(matches!(refused, AppendError::Behind { head: is } if is == head), "{refused}");
    }
    assert_eq!(journal.read(1, 10).expect("read").len(), 3);
}

fn kept_once(open: Reopen<'_>) {
    let mut journal = open(Upcasts::none());
    let head = fill(&mut *journal, 1, 3);
    let again = NewEntry { payload_hash: [77; 32], ..entry(2) };
    let refused = journal.append(&head, &[entry(4), again]).expect_err("entry 2 again");
    match refused {
        AppendError::Repeated { sender: 7, command_id, position: 2, payload_hash } => {
            assert_eq!((command_id, payload_hash), (entry(2).command_id, entry(2).payload_hash));
        }
        other => panic!("{other}"),
    }
    let refused = journal.append(&head, &[entry(5), entry(5)]).expect_err("twice in a group");
    assert!(matches!(refused, AppendError::RepeatedInGroup { sender: 7, .. }), "{refused}");
    assert_eq!(journal.head(), head);
    let seen = journal.seen(7, entry(2).command_id).expect("looked up").expect("kept");
    assert_eq!((seen.position, seen.payload_hash), (2, entry(2).payload_hash));
    assert_eq!(journal.seen(8, entry(2).command_id).expect("looked up"), None);
    assert_eq!(journal.seen(7, entry(4).command_id).expect("looked up"), None);
    let other_sender = NewEntry { sender: 8, ..entry(2) };
    assert_eq!(journal.append(&head, &[other_sender]).expect("another sender's id").position, 4);
}

fn all_or_nothing(open: Reopen<'_>) {
    let mut journal = open(Upcasts::none());
    let head = journal.append(&Head::EMPTY, &[with_text(1, 100, 1, "kept")]).expect("appended");
    let refused = journal.append(&head, &[with_text(2, 101, 1, "new"), with_text(3, 100, 1, "taken")]);
    assert!(matches!(refused, Err(AppendError::TextTaken { id: 100 })));
    let refused = journal.append(&head, &[with_text(2, 101, 1, "new"), erasing(3, &[100]), erasing(4, &[555])]);
    assert!(matches!(refused, Err(AppendError::UnknownText { id: 555 })));
    assert_eq!(journal.head(), head);
    assert_eq!(journal.seen(7, entry(2).command_id).expect("looked up"), None);
    assert!(journal.by_subject(Subject { kind: 1, id: 2 }, None, 10).expect("found").is_empty());
    let texts = journal.texts(&[100, 101]).expect("read");
    assert_eq!(texts, [(100, TextState::Kept("kept".into())), (101, TextState::Unknown)]);
    assert_eq!(journal.append(&head, &[entry(2)]).expect("appended").position, 2);
}

fn conflicts(open: Reopen<'_>) {
    let mut journal = open(Upcasts::none());
    fill(&mut *journal, 1, 3);
    let conflict = |n: u64, payload: u8| Conflict {
        sender: 7,
        command_id: entry(n).command_id,
        first_position: n,
        payload_hash: [payload; 32],
        at: i64::from(payload),
    };
    for noted in [conflict(1, 90), conflict(2, 91), conflict(2, 92), conflict(1, 90)] {
        journal.note_conflict(&noted).expect("noted");
    }
    drop(journal);
    let mut journal = open(Upcasts::none());
    assert_eq!(journal.conflicts(10).expect("read"), [conflict(2, 92), conflict(2, 91), conflict(1, 90)]);
    assert_eq!(journal.conflicts(1).expect("read"), [conflict(2, 92)]);
    assert_eq!(journal.head().position, 3);
}

fn subjects(open: Reopen<'_>) {
    let mut journal = open(Upcasts::none());
    fill(&mut *journal, 1, 12);
    let twice = NewEntry { subjects: [Subject { kind: 1, id: 0 }; 2].into_iter().collect(), ..entry(13) };
    let head = journal.head();
    journal.append(&head, &[twice]).expect("a subject named twice is one subject");
    let of = |journal: &mut Box<dyn Journal>, kind, id, before, limit| {
        journal.by_subject(Subject { kind, id }, before, limit).expect("found")
    };
    assert_eq!(of(&mut journal, 1, 0, None, 10), [13, 12, 9, 6, 3]);
    assert_eq!(of(&mut journal, 1, 0, Some(12), 2), [9, 6]);
    assert_eq!(of(&mut journal, 1, 0, Some(u64::MAX), 1), [13]);
    assert_eq!(of(&mut journal, 2, u64::MAX, None, 2), [12, 10]);
    assert!(of(&mut journal, 3, 0, None, 2).is_empty());
}

fn texts(open: Reopen<'_>) {
    let mut journal = open(Upcasts::none());
    let group = [
        with_text(1, 10, 1, "张三"),
        with_text(2, 11, 2, ""),
        with_text(3, u64::MAX, 1, "same"),
        with_text(4, 12, 1, "same"),
    ];
    let head = journal.append(&Head::EMPTY, &group).expect("appended");
    let kept = journal.read(3, 2).expect("read");
    assert_ne!(kept[0].texts[0].hash, kept[1].texts[0].hash, "equal words show nothing of it: salts differ");
    let head = journal.append(&head, &[erasing(5, &[10, 12]), erasing(6, &[10])]).expect("erased");
    drop(journal);

    let mut journal = open(Upcasts::none());
    assert_eq!(journal.head(), head);
    let found = journal.texts(&[12, 10, 11, 99, u64::MAX]).expect("read");
    let erased = TextState::Erased { by: 5 };
    let state = |words: &str| TextState::Kept(words.into());
    let wanted =
        [(12, erased.clone()), (10, erased), (11, state("")), (99, TextState::Unknown), (u64::MAX, state("same"))];
    assert_eq!(found, wanted);
    assert_eq!(journal.read(3, 2).expect("read"), kept, "the chain is as it was");

    let mut seen = Vec::new();
    let mut all = |kinds: &[u8]| {
        seen.clear();
        let mut visit = |(id, kind, words): journal::Text<'_>| {
            seen.push((id, kind, words.to_owned()));
            ControlFlow::Continue(())
        };
        journal.each_text(kinds, &mut visit).expect("read");
        seen.sort_unstable();
        seen.clone()
    };
    assert_eq!(all(&[1, 2]), [(11, 2, String::new()), (u64::MAX, 1, "same".into())]);
    assert_eq!(all(&[2]), [(11, 2, String::new())]);
    assert_eq!(all(&[]), []);
    let taken = journal.append(&head, &[with_text(7, 10, 1, "again")]);
    assert!(matches!(taken, Err(AppendError::TextTaken { id: 10 })), "an erased id is never used again");
}

fn upcasts(open: Reopen<'_>) {
    let mut journal = open(Upcasts::none());
    let of = |n: u64, schema: u16, body: &[u8]| NewEntry { schema, body: body.to_vec(), ..entry(n) };
    journal.append(&Head::EMPTY, &[of(1, 1, b"a"), of(2, 2, b"b"), of(3, 3, b"c")]).expect("appended");
    let stored = journal.read(1, 3).expect("read");
    drop(journal);
    let lifting = Upcasts::new(3).step(1, |b| Ok([&b[..], b"1"].concat())).step(2, |b| Ok([&b[..], b"2"].concat()));
    let mut journal = open(lifting);
    let lifted = journal.read(1, 3).expect("read");
    let bodies: Vec<(u16, &[u8])> = lifted.iter().map(|e| (e.schema, &e.body[..])).collect();
    assert_eq!(bodies, [(3, &b"a12"[..]), (3, b"b2"), (3, b"c")]);
    assert!(lifted.iter().zip(&stored).all(|(lifted, stored)| lifted.hash == stored.hash));
    drop(journal);
    let mut journal = open(Upcasts::new(2).step(1, Ok));
    let refused = journal.read(1, 3).expect_err("entry 3 is newer than the program").to_string();
    assert!(refused.contains("entry 3 has schema 3") && refused.contains("newest"), "{refused}");
}

fn replay(open: Reopen<'_>) {
    let mut journal = open(Upcasts::none());
    let head = fill(&mut *journal, 1, 40);
    let all = journal.read(1, 40).expect("read");
    for check in [Check::Chain, Check::Nothing] {
        let mut seen: Vec<Entry> = Vec::new();
        let mut take = |entry: journal::EntryRef<'_>| {
            seen.push(entry.to_entry().expect("whole"));
            if entry.position == 35 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        journal.for_each(31, check, &mut take).expect("replayed");
        assert_eq!(seen, all[30..35]);
        let mut none = |_: journal::EntryRef<'_>| -> ControlFlow<()> { panic!("nothing is after the head") };
        journal.for_each(head.position + 1, check, &mut none).expect("replayed");
    }
}

fn checkpoints(open: Reopen<'_>) {
    let key = SigningKey::from_bytes(&[3; 32]);
    let public = key.verifying_key();
    let mut journal = open(Upcasts::none());
    let mut made = Vec::new();
    for (upto, at) in [(1, 10), (7, 20), (300, 30), (513, 40)] {
        let from = journal.head().position + 1;
        fill(&mut *journal, from, upto);
        made.push(journal.checkpoint(&key, at).expect("sealed"));
        drop(journal);
        journal = open(Upcasts::none());
    }
    assert_eq!(journal.checkpoint(&key, 50).expect("nothing new to seal"), made[3]);
    assert_eq!(journal.checkpoints().expect("read"), made);
    let entries = journal.read(1, 1000).expect("read");
    for checkpoint in &made {
        assert_eq!(checkpoint.verify(Some(&public)), Ok(()));
        let size = checkpoint.position;
        assert_eq!(checkpoint.chain_hash, entries[size as usize - 1].hash);
        for position in [1, size / 2 + 1, size] {
            let proof = journal.inclusion(position, size).expect("read").expect("is in it");
            let leaf = leaf(&entries[position as usize - 1].hash);
            assert!(verify_inclusion(&leaf, position - 1, size, &checkpoint.root, &proof));
        }
        for older in made.iter().filter(|older| older.position <= size) {
            let proof = journal.consistency(older.position, size).expect("read").expect("is its beginning");
            assert!(verify_consistency(older.position, &older.root, size, &checkpoint.root, &proof));
        }
    }
    assert_eq!(journal.inclusion(0, 5).expect("read"), None);
    assert_eq!(journal.inclusion(6, 5).expect("read"), None);
    assert_eq!(journal.inclusion(6, 514).expect("read"), None);
    assert_eq!(journal.consistency(6, 514).expect("read"), None);
}

fn large(open: Reopen<'_>) {
    let mut journal = open(Upcasts::none());
    let limit = journal::error::MAX_BODY;
    let of = |size| NewEntry { body: vec![7; size], command_id: Uuid::from_u128(size as u128), ..entry(1) };
    let refused = journal.append(&Head::EMPTY, &[of(limit + 1)]).expect_err("too large");
    assert!(matches!(refused, AppendError::TooLarge { size, .. } if size == limit + 1), "{refused}");
    let head = journal.append(&Head::EMPTY, &[of(limit)]).expect("the limit itself is allowed");
    assert_eq!(journal.read(head.position, 1).expect("read")[0].body.len(), limit);
}
