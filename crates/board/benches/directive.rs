//! What a directive to fifty thousand costs the board: issue, receipts, the grid's numbers, the trace, the ladder, memory.
//!
//! Decision, application and the entry's JSON, on one thread; the journal's sync and the HTML are not in it. A receipt is
//! measured beside a check-in on the same board, which is what the `checkin` bench carries over HTTP. `cargo bench -p board
//! --bench directive` prints a table and writes `bench-results/directive.json`: medians of [`RUNS`].

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use board::checkin::{self, How};
use board::directive::{self, Audience, Draft, Evidence, Kind, Origin, People, Receiver, Step, Urgency};
use board::force::{self, Changes, Grade, PersonRow, UnitRow};
use board::operation::{self, OperationRow, Phase, Terms};
use board::roster::{self, AssignmentRow, DutyKind, ShiftRow};
use board::task::{self, Source, TaskRow, Wanted};
use board::{
    Actor, At, Board, Command, CommandId, Context, DirectiveId, Id, Label, OperationId, PersonId, Span, TextId, UnitId,
    Wording, execute, post,
};

const RUNS: usize = 5;
const RECEIVERS: u64 = 50_000;
const UNITS: u64 = 100;
const CLAUSES: u16 = 200;
/// Receipts that are overdue when the ladder comes.
const OVERDUE: u64 = 10_000;
/// Check-ins beside which receipts are measured.
const CHECK_INS: u64 = 20_000;
/// Commands of one group of the writer: one clone of the board each.
const GROUP: u64 = 256;
const ORDER: DirectiveId = DirectiveId::from_value(7);
const OPERATION: OperationId = OperationId::from_value(8);
const BUREAU: UnitId = UnitId::from_value(1);

/// Directives whose memory is counted together: shared parts are shared, as they are on a board.
const COPIES: u64 = 8;

/// Counts what is held of the heap, byte by byte. What the system shows of a process hides the board in what the allocator keeps
/// back from the run before.
struct Counting;

static HELD: AtomicI64 = AtomicI64::new(0);

#[expect(
    unsafe_code,
    reason = "an allocator can be written in no other way; each call goes on to the system's as it came"
)]
// SAFETY: layouts and pointers are handed to `System` unchanged, which keeps the contract.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size() as i64, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size() as i64, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn at(minute: i64) -> At {
    At::from_millis(minute * 60_000)
}
fn unit(number: u64) -> UnitId {
    UnitId::from_value(100 + number)
}
fn person(number: u64) -> PersonId {
    PersonId::from_value(1_000_000 + number)
}
fn say(number: u64) -> Wording {
    Wording::one(TextId::from_value(number))
}

struct Hand {
    board: Board,
    sent: u128,
    minute: i64,
}

impl Hand {
    fn done(&mut self, command: Command) -> Vec<board::Event> {
        self.sent += 1;
        let context = Context { now: at(self.minute), command: CommandId(self.sent) };
        execute(&mut self.board, Actor::Operator, command, &context).expect("the bench's commands are valid")
    }
}

/// A bureau, a hundred counties, fifty thousand people, and an operation in which some stand posts.
fn force() -> Hand {
    let mut hand = Hand { board: Board::default(), sent: 0, minute: 0 };
    let row = |id: UnitId, parent: Option<UnitId>| UnitRow {
        id,
        parent,
        name: Label::new("County", "县局"),
        callsign: "1".into(),
        channel: "1".into(),
        telephone: "1".into(),
        order: id.value() as u32,
    };
    let units = std::iter::once(row(BUREAU, None)).chain((0..UNITS).map(|number| row(unit(number), Some(BUREAU))));
    let units = units.collect();
    hand.done(Command::Force(force::Command::Keep(Changes { units, ..Changes::default() })));
    let row = |number: u64| PersonRow {
        id: person(number),
        unit: unit(number % UNITS),
        grade: Grade::Officer,
        qualifications: Default::default(),
        callsign: "1".into(),
        number: TextId::from_value(1),
        name: TextId::from_value(1),
        telephone: None,
    };
    let people = (0..RECEIVERS).map(row).collect();
    hand.done(Command::Force(force::Command::Keep(Changes { people, ..Changes::default() })));
    let plan = OperationRow {
        id: OPERATION,
        unit: BUREAU,
        title: Label::new("Festival", "春节安保"),
        kind: operation::Kind::Festival,
        drill: false,
        period: Span::new(at(0), at(48 * 60)),
        objectives: Vec::new(),
        levels: Vec::new(),
        terms: Terms::default(),
        last: None,
    };
    hand.done(Command::Operation(operation::Command::Plan(Box::new(plan))));
    hand.done(Command::Operation(operation::Command::SetPhase { operation: OPERATION, phase: Phase::Active }));
    let posts = (0..CHECK_INS / 8).map(|number| post::Post {
        id: Id::from_value(number),
        unit: unit(number % UNITS),
        kind: post::Kind::FixedPost,
        number: format!("P-{number}").as_str().into(),
        name: Label::new("Gate", "大门"),
        place: Label::default(),
        callsign: "1".into(),
        channel: "1".into(),
        telephone: "1".into(),
        named_leader: None,
        contact_every: None,
        cold: false,
        closed: false,
    });
    hand.done(Command::Post(post::Command::Plan { operation: OPERATION, posts: posts.collect() }));
    let shifts = (0..CHECK_INS / 8).map(|number| ShiftRow {
        id: Id::from_value(number),
        post: Id::from_value(number),
        span: Span::new(at(0), at(8 * 60)),
        required: 8,
        demands: Default::default(),
    });
    let assignments = (0..CHECK_INS).map(|number| AssignmentRow {
        id: Id::from_value(number),
        shift: Id::from_value(number / 8),
        person: person(number),
        duty: DutyKind::Post,
    });
    let (shifts, assignments) = (shifts.collect(), assignments.collect());
    hand.done(Command::Roster(roster::Command::Plan { operation: OPERATION, shifts, assignments }));
    hand
}

fn draft() -> Draft {
    Draft {
        id: ORDER,
        unit: BUREAU,
        operation: Some(OPERATION),
        kind: Kind::Order,
        urgency: Urgency::Urgent,
        ladder: None,
        quiet: None,
        origin: Origin::default(),
        title: say(1),
        clauses: (0..u64::from(CLAUSES)).map(say).collect(),
        audience: Audience { units: (0..UNITS).map(unit).collect(), below: false, people: Some(People::default()) },
        deadline: at(60),
        files: Vec::new(),
    }
}

fn issue() -> Command {
    let (directive, by_order_of, words) = (ORDER, None, None);
    Command::Directive(directive::Command::Issue {
        directive,
        by_order_of,
        words,
        break_glass: Some(TextId::from_value(5)),
    })
}
fn read(number: u64) -> Command {
    let (receiver, step, how) = (Receiver::Person(person(number)), Step::Acknowledged, How::Radio);
    Command::Directive(directive::Command::Receive {
        directive: ORDER,
        receiver,
        step,
        how,
        evidence: Evidence::default(),
    })
}
fn check_in(number: u64) -> Command {
    let (assignment, how) = (Id::from_value(number), How::Radio);
    Command::Checkin(checkin::Command::CheckIn { operation: OPERATION, assignment, relieves: None, how, claimed: None })
}

/// Microseconds a command: decided, written as JSON and applied, a clone of the board kept for each group as readers do.
fn burst(hand: &mut Hand, count: u64, command: impl Fn(u64) -> Command) -> f64 {
    let began = Instant::now();
    let mut bytes = 0;
    for first in (0..count).step_by(GROUP as usize) {
        let published = hand.board.clone();
        for number in first..(first + GROUP).min(count) {
            bytes += serde_json::to_vec(&hand.done(command(number))).expect("events are writable").len();
        }
        black_box(&published);
    }
    black_box(bytes);
    began.elapsed().as_secs_f64() * 1e6 / count as f64
}

fn millis(work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    work();
    began.elapsed().as_secs_f64() * 1e3
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A task of every clause at every unit, accepted.
fn split(hand: &mut Hand) {
    for clause in 1..=CLAUSES {
        for number in 0..UNITS {
            let task = Id::from_value(u64::from(clause) * 1_000 + number);
            let row = TaskRow {
                id: task,
                source: Some(Source { directive: ORDER, clause }),
                parent: None,
                unit: BUREAU,
                lead: unit(number),
                supporting: Default::default(),
                owner: person(number),
                words: say(2),
                place: Label::default(),
                post: None,
                from: None,
                deadline: at(600),
                wanted: Wanted::Word,
            };
            hand.done(Command::Task(task::Command::Assign(Box::new(row))));
            hand.done(Command::Task(task::Command::Accept { task }));
        }
    }
}

/// Bytes of board for each receipt, clauses and all that an issue brings included.
fn memory(board: Board) -> f64 {
    let mut hand = Hand { board, sent: 1 << 64, minute: 0 };
    let before = HELD.load(Ordering::Relaxed);
    for copy in 1..=COPIES {
        let directive = DirectiveId::from_value(1_000 + copy);
        let draft = Draft { id: directive, clauses: vec![say(1)], ..draft() };
        hand.done(Command::Directive(directive::Command::Draft(Box::new(draft))));
        let (by_order_of, words, break_glass) = (None, None, Some(TextId::from_value(5)));
        hand.done(Command::Directive(directive::Command::Issue { directive, by_order_of, words, break_glass }));
    }
    let held = HELD.load(Ordering::Relaxed) - before;
    black_box(&hand.board);
    held as f64 / (COPIES * (RECEIVERS + UNITS)) as f64
}

/// One run: every measure once.
fn run() -> [f64; 7] {
    let mut hand = force();
    let check_ins = burst(&mut hand, CHECK_INS, check_in);
    hand.done(Command::Directive(directive::Command::Draft(Box::new(draft()))));
    let mut events = Vec::new();
    let issued = millis(|| {
        events = hand.done(issue());
        black_box(serde_json::to_vec(&events).expect("events are writable"));
    });
    drop(events);
    let held = memory(hand.board.clone());
    let receipts = burst(&mut hand, RECEIVERS - OVERDUE, read);
    let found = hand.board.directives.get(ORDER).expect("it is issued");
    let grid = millis(|| {
        for unit in found.receiving_units() {
            black_box((found.tally_of(unit), found.units.get(&unit), hand.board.force.unit(unit)));
        }
    });
    hand.minute = 95;
    let escalated = millis(|| while !hand.done(Command::PassTime).is_empty() {});
    hand.minute = 96;
    split(&mut hand);
    let trace = millis(|| {
        for clause in 1..=CLAUSES {
            black_box(directive::trace(&hand.board, ORDER, clause).len());
            black_box((directive::taking(&hand.board, ORDER, clause), directive::untaken(&hand.board, ORDER, clause)));
        }
    });
    [issued, receipts, check_ins, grid, trace, escalated, held]
}

fn main() {
    let runs: Vec<[f64; 7]> = (0..RUNS).map(|_| run()).collect();
    let of = |index: usize| median(runs.iter().map(|run| run[index]).collect());
    let measures = [
        ("50,000 receivers", "issue", of(0), "ms", Some(100.0), serde_json::json!({})),
        ("50,000 receivers", "receipt", of(1), "µs", None, serde_json::json!({ "check-in": of(2) })),
        ("100 units", "grid, numbers", of(3), "ms", Some(5.0), serde_json::json!({})),
        ("200 clauses × 100 units", "trace", of(4), "ms", Some(20.0), serde_json::json!({})),
        ("10,000 overdue", "ladder", of(5), "ms", Some(1000.0), serde_json::json!({})),
        ("50,000 receivers", "memory a receipt", of(6), "B", Some(16.0), serde_json::json!({})),
    ];
    let mut written = Vec::new();
    println!("{:<26} {:<18} {:>10} {:<4} {:>8}", "case", "measure", "value", "unit", "aim");
    for (case, measure, value, unit, aim, peers) in measures {
        let value = (value * 100.0).round() / 100.0;
        println!(
            "{case:<26} {measure:<18} {value:>10} {unit:<4} {:>8} {peers}",
            aim.map_or("-".into(), |aim| aim.to_string())
        );
        written.push(serde_json::json!({
            "bench": "directive", "case": case, "measure": measure, "value": value, "unit": unit, "aim": aim,
            "better": "lower", "peers": peers,
        }));
    }
    let folder = std::env::var_os("ONEBOARD_BENCH_RESULTS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench-results"), PathBuf::from);
    let text = serde_json::to_string_pretty(&written).expect("rows are writable");
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(folder.join("directive.json"), text))
        .expect("results are kept");
}
