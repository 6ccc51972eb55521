//! How long a start takes from a long journal: without a snapshot, and with one and the tail after it; and what a board
//! weighs in memory.
//!
//! `cargo bench -p oneboard --bench replay` prints a table and writes `bench-results/replay.json`. The entries are
//! contacts with 420 posts, each decided by the board. `ONEBOARD_REPLAY_ENTRIES` gives other lengths, separated by commas;
//! the start with a snapshot reads the tail alone, so it is asked at every length. The chain is verified on the way from
//! wherever the start begins: without a snapshot from the first entry, with one from the snapshot on.

use std::path::{Path, PathBuf};
use std::time::Instant;

use board::checkin::{self, How};
use board::force::{self, Changes, Grade, PersonRow, UnitRow};
use board::operation::{self, OperationRow, Phase, Terms};
use board::roster::{self, AssignmentRow, DutyKind, ShiftRow};
use board::{
    Actor, At, Board, Command, CommandId, Context, Id, Label, OperationId, PersonId, PostId, Span, UnitId, post,
};
use journal::sqlite::{Options, Sqlite};
use journal::{Journal as _, NewEntry, Upcasts};
use oneboard::submit::{self, Body, JOURNAL, Opened, SCHEMA, Submission};
use uuid::Uuid;

const LENGTHS: &str = "1000000";
const AIM_S: f64 = 3.0;
/// Entries after the snapshot: as many as may be before the next one is taken.
const TAIL: u64 = submit::SNAPSHOT_ENTRIES;
const GROUP: u64 = 256;
const POSTS: u64 = 420;
const PEOPLE: u64 = 5_600;
const UNIT: UnitId = UnitId::from_value(1);
const OPERATION: OperationId = OperationId::from_value(2);
const NOW: At = At::from_millis(1_802_523_600_000);

fn person(number: u64) -> PersonId {
    PersonId::from_value(10_000_000 + number)
}
fn post_id(number: u64) -> PostId {
    PostId::from_value(30_000_000 + number)
}

/// Units and people; then posts; then shifts with two people each, some of whom have come.
fn commands(people: u64, posts: u64, assignments: u64) -> Vec<Command> {
    let unit = UnitRow {
        id: UNIT,
        parent: None,
        name: Label::new("Bureau", "市局"),
        callsign: "1".into(),
        channel: "1".into(),
        telephone: "1".into(),
        order: 0,
    };
    let row = |number: u64| PersonRow {
        id: person(number),
        unit: UNIT,
        grade: Grade::Officer,
        qualifications: Default::default(),
        callsign: format!("Longdong {number}").as_str().into(),
        number: Id::from_value(number),
        name: Id::from_value(number),
        telephone: None,
    };
    let changes = Changes { units: vec![unit], people: (0..people).map(row).collect(), leaving: Vec::new() };
    let hours = |hours: i64| At::from_millis(NOW.millis() + hours * 3_600_000);
    let operation = OperationRow {
        id: OPERATION,
        unit: UNIT,
        title: Label::new("Festival", "春节安保"),
        kind: operation::Kind::Festival,
        drill: false,
        period: Span::new(hours(-24), hours(24 * 14)),
        objectives: Vec::new(),
        levels: Vec::new(),
        terms: Terms::default(),
        last: None,
    };
    let post = |number: u64| post::Post {
        id: post_id(number),
        unit: UNIT,
        kind: post::Kind::Checkpoint,
        number: format!("HS-{number:05}").as_str().into(),
        name: Label::new("Toll plaza east", "东收费站"),
        place: Label::new("K1234+500", "K1234+500"),
        callsign: format!("Longdong {number}").as_str().into(),
        channel: "3".into(),
        telephone: "0934-000000".into(),
        named_leader: None,
        contact_every: None,
        cold: false,
        closed: false,
    };
    let shift = |number: u64| ShiftRow {
        id: Id::from_value(40_000_000 + number),
        post: post_id(number % posts.max(1)),
        span: Span::new(hours(12 * (number / posts.max(1)) as i64), hours(12 * (number / posts.max(1)) as i64 + 12)),
        required: 2,
        demands: Default::default(),
    };
    let assigned = |number: u64| AssignmentRow {
        id: Id::from_value(50_000_000 + number),
        shift: Id::from_value(40_000_000 + number / 2),
        person: person(number % people.max(1)),
        duty: DutyKind::Post,
    };
    vec![
        Command::Force(force::Command::Keep(changes)),
        Command::Operation(operation::Command::Plan(Box::new(operation))),
        Command::Operation(operation::Command::SetPhase { operation: OPERATION, phase: Phase::Active }),
        Command::Post(post::Command::Plan { operation: OPERATION, posts: (0..posts).map(post).collect() }),
        Command::Roster(roster::Command::Plan {
            operation: OPERATION,
            shifts: (0..assignments / 2).map(shift).collect(),
            assignments: (0..assignments).map(assigned).collect(),
        }),
    ]
}

/// The first of the two at each post has come: only a manned post can be heard.
fn check_in(number: u64) -> Command {
    let assignment = Id::from_value(50_000_000 + 2 * number);
    let (operation, relieves, how, claimed) = (OPERATION, None, How::Radio, None);
    Command::Checkin(checkin::Command::CheckIn { operation, assignment, relieves, how, claimed })
}

fn contact(number: u64) -> Command {
    let post = post_id(number % POSTS);
    Command::Checkin(checkin::Command::NoteContact { operation: OPERATION, post, how: How::Radio, note: None })
}

/// A journal of `entries`, appended as the writer does it; without syncs, because only reading is measured.
struct Maker {
    journal: Sqlite,
    board: Board,
}

impl Maker {
    fn open(folder: &Path, board: Board) -> Self {
        let options = Options { unsynced: true, upcasts: Upcasts::new(SCHEMA), ..Options::default() };
        Self { journal: Sqlite::open(&folder.join(JOURNAL), options).expect("the journal opens"), board }
    }

    fn append(&mut self, commands: impl Iterator<Item = Command>) {
        let mut group = Vec::new();
        let head = self.journal.head();
        for (number, command) in (head.position + 1..).zip(commands) {
            let at = At::from_millis(NOW.millis() + number as i64);
            let context = Context { now: at, command: CommandId(u128::from(number)) };
            let events = board::execute(&mut self.board, Actor::Operator, command, &context).expect("it may be");
            assert!(!events.is_empty(), "every command is an entry");
            group.push(NewEntry {
                at: at.millis(),
                sender: 1,
                command_id: Uuid::from_u128(u128::from(number)),
                payload_hash: [0; 32],
                schema: SCHEMA,
                body: serde_json::to_vec(&Body { by: Actor::Operator, events }).expect("events are writable"),
                subjects: Default::default(),
                texts: Vec::new(),
                erase: Vec::new(),
            });
        }
        self.journal.append(&head, &group).expect("appended");
    }

    fn contacts(&mut self, entries: u64) {
        let end = self.journal.head().position + entries;
        while self.journal.head().position < end {
            let from = self.journal.head().position;
            self.append((from..(from + GROUP).min(end)).map(contact));
        }
    }
}

fn start(folder: &Path) -> (Opened, f64) {
    let began = Instant::now();
    let clock = Box::new(|| At::from_millis(NOW.millis() + 1_000_000_000));
    let opened = submit::open(folder, clock, Vec::new()).expect("the journal opens");
    (opened, began.elapsed().as_secs_f64())
}

fn stop(opened: Opened) -> Board {
    let board = opened.submit.published().board.clone();
    opened.submit.stop();
    opened.writer.join().expect("the writer ends in order");
    board
}

/// Resident memory of this process, bytes.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells of processes");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("its memory");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).expect("a number") * 1024.0
}

/// What one of a thing adds to a board in memory.
fn weight(with: [u64; 3], without: [u64; 3], count: u64) -> f64 {
    let grown = |[people, posts, assignments]: [u64; 3]| {
        let before = resident();
        let mut board = Board::default();
        for (number, command) in (1..).zip(commands(people, posts, assignments)) {
            let context = Context { now: NOW, command: CommandId(number) };
            let _ = board::execute(&mut board, Actor::Operator, command, &context).expect("it may be");
        }
        // Read back, so that what the decisions left behind is not counted.
        let text = serde_json::to_vec(&board).expect("writable");
        drop(board);
        let boards: Vec<Board> = (0..4).map(|_| serde_json::from_slice(&text).expect("a board")).collect();
        drop(text);
        let after = resident();
        drop(boards);
        (after - before) / 4.0
    };
    (grown(with) - grown(without)).max(0.0) / count as f64
}

fn main() {
    let mut rows: Vec<(String, &str, f64, &str, Option<f64>)> = Vec::new();
    let lengths = std::env::var("ONEBOARD_REPLAY_ENTRIES").unwrap_or_else(|_| LENGTHS.into());
    for length in lengths.split(',').map(|length| length.parse::<u64>().expect("a number of entries")) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut maker = Maker::open(folder.path(), Board::default());
        maker.append(commands(PEOPLE, POSTS, 2 * POSTS).into_iter());
        maker.append((0..POSTS).map(check_in));
        maker.contacts(length - TAIL - maker.journal.head().position);
        drop(maker);
        // A start without a snapshot; its first entry is then the occasion to take one.
        let (opened, _) = start(folder.path());
        let nothing = Submission { actor: Actor::Operator, id: Uuid::max(), command: contact(0), texts: Vec::new() };
        opened.submit.submit_blocking(nothing).expect("kept");
        let board = stop(opened);
        let mut maker = Maker::open(folder.path(), board);
        maker.contacts(TAIL - 1);
        drop(maker);
        let timed = || {
            let (opened, seconds) = start(folder.path());
            let snapshot = opened.snapshot;
            (stop(opened), snapshot, seconds)
        };
        let (with, snapshot, seconds) = timed();
        assert!(snapshot > 0, "the snapshot was taken");
        let tail = format!("{length} entries, snapshot and a tail of {TAIL}, tail verified");
        rows.push((tail, "start", seconds, "s", Some(AIM_S)));
        std::fs::remove_dir_all(folder.path().join("snapshots")).expect("removed");
        let (without, snapshot, seconds) = timed();
        assert_eq!(snapshot, 0);
        assert_eq!(serde_json::to_string(&with).ok(), serde_json::to_string(&without).ok(), "the same board");
        let aim = (length <= 1_000_000).then_some(AIM_S);
        rows.push((format!("{length} entries, no snapshot, chain verified"), "start", seconds, "s", aim));
    }
    let (few, many) = (1_000, 21_000);
    rows.push(("a person".into(), "memory", weight([many, 1, 0], [few, 1, 0], many - few), "bytes", None));
    rows.push(("a post".into(), "memory", weight([few, many, 0], [few, few, 0], many - few), "bytes", None));
    let on = [many, many, many];
    rows.push((
        "an assignment, with its half of a shift".into(),
        "memory",
        weight(on, [many, many, 0], many),
        "bytes",
        None,
    ));
    let mut written = Vec::new();
    println!("{:<64} {:<8} {:>10} {:<6} {:>5}", "case", "measure", "value", "unit", "aim");
    for (case, measure, value, unit, aim) in rows {
        let value = (value * 1000.0).round() / 1000.0;
        println!("{case:<64} {measure:<8} {value:>10} {unit:<6} {:>5}", aim.map_or("-".into(), |aim| aim.to_string()));
        written.push(serde_json::json!({
            "bench": "replay", "case": case, "measure": measure, "value": value, "unit": unit, "aim": aim,
            "better": "lower", "peers": {},
        }));
    }
    let folder = std::env::var_os("ONEBOARD_BENCH_RESULTS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench-results"), PathBuf::from);
    let text = serde_json::to_string_pretty(&written).expect("rows are writable");
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(folder.join("replay.json"), text))
        .expect("results are kept");
}
