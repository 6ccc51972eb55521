//! How long a verdict takes, how long a list of 50,000 people takes to filter, and what a row of the board weighs.
//!
//! `cargo bench -p board --bench access` prints a table and writes `bench-results/access.json`; every figure is the
//! median of [`RUNS`] runs.

#![expect(unsafe_code, reason = "a counting allocator can be had in no other way")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use board::access::{Action, Place, Role, permits, scope};
use board::force::{Changes, Grade, PersonRow, UnitRow};
use board::operation::{Kind, OperationRow, Terms};
use board::roster::{AssignmentRow, DutyKind, ShiftRow};
use board::{
    Actor, At, Board, Command, CommandId, Context, Id, Label, Minutes, OperationId, PersonId, Span, TextId, UnitId,
    access, execute, force, operation, post, roster,
};

const RUNS: usize = 7;
const UNITS: u64 = 100;
const PEOPLE: u64 = 50_000;
const POSTS: u64 = 420;
/// Fifteen days of two shifts.
const SHIFTS_PER_POST: u64 = 30;
const PER_SHIFT: u64 = 2;
const VERDICTS: u64 = 200_000;
const OPERATION: OperationId = OperationId::from_value(9);

struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator unchanged; only a number is kept beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's contract is the system allocator's own.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's contract is the system allocator's own.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn unit(number: u64) -> UnitId {
    Id::mint(CommandId(1), number as u32)
}
fn person(number: u64) -> PersonId {
    Id::mint(CommandId(2), number as u32)
}

/// A bureau, eleven counties and their stations.
fn units() -> Vec<UnitRow> {
    let above = |number: u64| match number {
        0 => None,
        1..=11 => Some(unit(0)),
        station => Some(unit(1 + station % 11)),
    };
    let row = |number: u64| UnitRow {
        id: unit(number),
        parent: above(number),
        name: Label::new("Station at the pass", "关口派出所"),
        callsign: "Longdong 7".into(),
        channel: "3".into(),
        telephone: "0934-000000".into(),
        order: number as u32,
    };
    (0..UNITS).map(row).collect()
}

fn people() -> Vec<PersonRow> {
    let row = |number: u64| PersonRow {
        id: person(number),
        unit: unit(number % UNITS),
        grade: Grade::Officer,
        qualifications: Default::default(),
        callsign: "Longdong 701".into(),
        number: TextId::from_value(number),
        name: TextId::from_value(number),
        telephone: None,
    };
    (0..PEOPLE).map(row).collect()
}

fn post_row(number: u64) -> post::Post {
    post::Post {
        id: Id::mint(CommandId(3), number as u32),
        unit: unit(number % UNITS),
        kind: post::Kind::Checkpoint,
        number: format!("HS-{number:03}").as_str().into(),
        name: Label::new("Toll plaza east", "东收费站"),
        place: Label::new("K1234", "K1234"),
        callsign: "Longdong 7".into(),
        channel: "3".into(),
        telephone: "0934-000000".into(),
        named_leader: None,
        contact_every: Some(Minutes(60)),
        cold: false,
        closed: false,
    }
}

fn shift_row(number: u64) -> ShiftRow {
    let from = At::from_millis((number % SHIFTS_PER_POST) as i64 * 12 * 3_600_000);
    ShiftRow {
        id: Id::mint(CommandId(4), number as u32),
        post: post_row(number / SHIFTS_PER_POST).id,
        span: Span::new(from, from.plus(Minutes(720))),
        required: PER_SHIFT as u16,
        demands: Default::default(),
    }
}

/// Bytes that a command leaves on the board, for each of `count` things.
fn weigh(board: &mut Board, command: Command, count: u64) -> f64 {
    let context = Context { now: At::from_millis(0), command: CommandId(LIVE.load(Ordering::Relaxed) as u128) };
    let before = LIVE.load(Ordering::Relaxed);
    // What the command owns dies with it; what the board took over stays.
    let owned = LIVE.load(Ordering::Relaxed);
    drop(execute(board, Actor::Operator, command.clone(), &context).expect("the bench's rows are valid"));
    let after = LIVE.load(Ordering::Relaxed);
    debug_assert!(owned == before);
    drop(command);
    (after as f64 - before as f64) / count as f64
}

fn build() -> (Board, [f64; 4]) {
    let mut board = Board::default();
    let keep = |changes| Command::Force(force::Command::Keep(changes));
    weigh(&mut board, keep(Changes { units: units(), ..Changes::default() }), UNITS);
    let of_person = weigh(&mut board, keep(Changes { people: people(), ..Changes::default() }), PEOPLE);
    for (number, role) in [(5, Role::Leader), (6, Role::Inspector), (7, Role::DutyOfficer)] {
        let (id, person, unit) = (Id::from_value(number), person(number), unit(3));
        let grant = access::Command::Grant { id, person, role, unit, from: None, until: None };
        weigh(&mut board, Command::Access(grant), 1);
    }
    let row = OperationRow {
        id: OPERATION,
        unit: unit(0),
        title: Label::new("Spring Festival", "春节安保"),
        kind: Kind::Festival,
        drill: false,
        period: Span::new(At::from_millis(0), At::from_millis(0).plus(Minutes(16 * 24 * 60))),
        objectives: Vec::new(),
        levels: Vec::new(),
        terms: Terms::default(),
        last: None,
    };
    weigh(&mut board, Command::Operation(operation::Command::Plan(Box::new(row))), 1);
    let posts = (0..POSTS).map(post_row).collect();
    let of_post = weigh(&mut board, Command::Post(post::Command::Plan { operation: OPERATION, posts }), POSTS);
    let count = POSTS * SHIFTS_PER_POST;
    let shifts = (0..count).map(shift_row).collect();
    let plan = roster::Command::Plan { operation: OPERATION, shifts, assignments: Vec::new() };
    let of_shift = weigh(&mut board, Command::Roster(plan), count);
    // Everybody stands every second shift of their post, so that nobody stands two at once.
    let row = |number: u64| {
        let (shift, place) = (number / PER_SHIFT, number % PER_SHIFT);
        let (at, turn) = (shift / SHIFTS_PER_POST, shift % 2);
        AssignmentRow {
            id: Id::mint(CommandId(5), number as u32),
            shift: shift_row(shift).id,
            person: person(at * 4 + turn * 2 + place),
            duty: DutyKind::Post,
        }
    };
    let assignments: Vec<AssignmentRow> = (0..count * PER_SHIFT).map(row).collect();
    let plan = roster::Command::Plan { operation: OPERATION, shifts: Vec::new(), assignments };
    let of_assignment = weigh(&mut board, Command::Roster(plan), count * PER_SHIFT);
    (board, [of_person, of_post, of_shift, of_assignment])
}

fn median(mut runs: Vec<f64>) -> f64 {
    runs.sort_by(f64::total_cmp);
    runs[runs.len() / 2]
}

fn timed(mut work: impl FnMut() -> u64) -> f64 {
    black_box(work());
    let run = |_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed().as_nanos() as f64
    };
    median((0..RUNS).map(run).collect())
}

fn main() {
    let (board, weights) = build();
    let now = At::from_millis(0);
    let places: Vec<Place> = (0..UNITS).map(|number| Place::Unit(unit(number))).collect();
    let people: Vec<Place> = (0..UNITS * 4).map(|number| Place::Person(person(number * 97))).collect();
    let posts: Vec<Place> = (0..POSTS).map(|number| Place::Post(OPERATION, post_row(number).id)).collect();
    let verdicts = |number: u64, places: &[Place]| {
        let actor = Actor::Person(person(number));
        let spent = timed(|| {
            let judged = places.iter().cycle().take(VERDICTS as usize);
            judged.map(|place| u64::from(permits(&board, actor, Action::Assign, *place, now).is_permitted())).sum()
        });
        spent / VERDICTS as f64
    };
    let leader = Actor::Person(person(5));
    let county = scope(&board, leader, Action::ViewPeople, now);
    let whole = scope(&board, Actor::Operator, Action::ViewPeople, now);
    let millis = |nanos: f64| nanos / 1e6;
    let by_row =
        timed(|| board.force.people().filter(|(_, found)| county.covers(&board.force, found.unit)).count() as u64);
    let by_list = timed(|| county.people(&board.force).count() as u64);
    let all = timed(|| whole.people(&board.force).count() as u64);
    let rows = [
        ("permits, a county leader, any unit", "time", verdicts(5, &places), "ns", Some(200.0)),
        ("permits, a county leader, any post", "time", verdicts(5, &posts), "ns", Some(200.0)),
        ("permits, a county leader, any person", "time", verdicts(5, &people), "ns", Some(200.0)),
        ("permits, an officer without grants, any unit", "time", verdicts(900, &places), "ns", Some(200.0)),
        ("50,000 people, county scope, row by row", "time", millis(by_row), "ms", Some(2.0)),
        ("50,000 people, county scope, Scope::people", "time", millis(by_list), "ms", Some(2.0)),
        ("50,000 people, whole force, Scope::people", "time", millis(all), "ms", Some(2.0)),
        ("a person", "memory", weights[0], "bytes", None),
        ("a post", "memory", weights[1], "bytes", None),
        ("a shift, two timers to four included", "memory", weights[2], "bytes", None),
        ("an assignment", "memory", weights[3], "bytes", None),
    ];
    println!("{:<50} {:>10} {:<6} {:>8}", "case", "value", "unit", "aim");
    let mut written = Vec::new();
    for (case, measure, value, unit, aim) in rows {
        let value = (value * 100.0).round() / 100.0;
        println!("{case:<50} {value:>10} {unit:<6} {:>8}", aim.map_or("-".into(), |aim| aim.to_string()));
        written.push(serde_json::json!({
            "bench": "access", "case": case, "measure": measure, "value": value, "unit": unit, "aim": aim,
            "better": "lower", "peers": {},
        }));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench-results");
    let text = serde_json::to_string_pretty(&written).expect("rows are writable");
    fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join("access.json"), text)).expect("results are kept");
}
