//! Directives, tasks and call-outs for the tests: what they look like, how they are asked for, and what must hold of them.

use std::collections::BTreeSet;

use board::call_out::{self, CallOut};
use board::checkin::How;
use board::directive::{
    self, Audience, Directive, Draft, Evidence, Kind, Origin, People, Receiver, Ruling, Step, Tally, Urgency,
};
use board::task::{self, Source, TaskRow, Wanted};
use board::{Board, CallOutId, Command, DirectiveId, Label, PersonId, TaskId, TextId, UnitId, Wording};

use super::{A, B, BUREAU, OPERATION, WORDS, at, person};

pub const ORDER: DirectiveId = DirectiveId::from_value(4000);
pub const JOB: TaskId = TaskId::from_value(5000);
pub const CALL: CallOutId = CallOutId::from_value(6000);

pub fn say(number: u64) -> Wording {
    Wording::one(TextId::from_value(number))
}
/// Five clauses from the bureau to its two counties, for receipt by 09:00.
pub fn draft() -> Draft {
    Draft {
        id: ORDER,
        unit: BUREAU,
        operation: Some(OPERATION),
        kind: Kind::Order,
        urgency: Urgency::Urgent,
        ladder: None,
        quiet: None,
        origin: Origin { above: Some(Label::new("Province", "省厅")), ..Origin::default() },
        title: say(100),
        clauses: (101..106).map(say).collect(),
        audience: to_units(&[A, B], false),
        deadline: at(9, 0),
        files: Vec::new(),
    }
}
pub fn to_units(units: &[UnitId], below: bool) -> Audience {
    Audience { units: units.to_vec(), below, people: None }
}
/// The units, every unit below them and all their people.
pub fn to_all(units: &[UnitId]) -> Audience {
    Audience { people: Some(People::default()), ..to_units(units, true) }
}
pub fn ask(command: directive::Command) -> Command {
    Command::Directive(command)
}
pub fn write(draft: Draft) -> Command {
    ask(directive::Command::Draft(Box::new(draft)))
}
pub fn issue(directive: DirectiveId) -> Command {
    ask(directive::Command::Issue { directive, by_order_of: None, words: None, break_glass: None })
}
pub fn relay(unit: UnitId, audience: Audience, clauses: Vec<Wording>) -> Command {
    ask(directive::Command::Relay {
        directive: ORDER,
        unit,
        audience: Box::new(audience),
        clauses,
        deadline: at(10, 0),
    })
}
pub fn receive(receiver: Receiver, step: Step, how: How) -> Command {
    ask(directive::Command::Receive { directive: ORDER, receiver, step, how, evidence: Evidence::default() })
}
/// Said by a unit's own leader, or by a person for themselves.
pub fn says(receiver: Receiver, step: Step) -> Command {
    receive(receiver, step, How::InPerson)
}
pub fn difficulty(receiver: Receiver) -> Command {
    ask(directive::Command::ReportDifficulty { directive: ORDER, receiver, how: How::InPerson, words: WORDS })
}
pub fn rule(receiver: Receiver, ruling: Ruling) -> Command {
    ask(directive::Command::Rule { directive: ORDER, receiver, ruling, words: WORDS })
}
pub fn of_unit(unit: UnitId) -> Receiver {
    Receiver::Unit(unit)
}
pub fn of_person(person: PersonId) -> Receiver {
    Receiver::Person(person)
}

/// From clause 1, by `unit` to `lead`, owned by its leader, due at 12:00.
pub fn task_row(unit: UnitId, lead: UnitId) -> TaskRow {
    TaskRow {
        id: JOB,
        source: Some(Source { directive: ORDER, clause: 1 }),
        parent: None,
        unit,
        lead,
        supporting: Default::default(),
        owner: person(lead, 1),
        words: say(200),
        place: Label::default(),
        post: None,
        from: None,
        deadline: at(12, 0),
        wanted: Wanted::Word,
    }
}
pub fn job(command: task::Command) -> Command {
    Command::Task(command)
}
pub fn assign_task(row: TaskRow) -> Command {
    job(task::Command::Assign(Box::new(row)))
}
pub fn accept(task: TaskId) -> Command {
    job(task::Command::Accept { task })
}
pub fn report(task: TaskId) -> Command {
    job(task::Command::Report { task, evidence: Evidence { words: Some(WORDS), files: Vec::new() } })
}
pub fn close(task: TaskId) -> Command {
    job(task::Command::Close { task })
}

pub fn open_call(circle: call_out::Circle) -> Command {
    Command::CallOut(call_out::Command::Open { id: CALL, operation: OPERATION, unit: BUREAU, circle, words: None })
}
pub fn answer_call(person: PersonId, answer: call_out::Answer) -> Command {
    Command::CallOut(call_out::Command::Answer { call_out: CALL, person, answer, how: How::InPerson })
}

/// What is true of the orders of every board.
pub fn check_orders(board: &Board) {
    for (id, found) in board.directives.iter() {
        check_receipts(found);
        let numbers: Vec<u16> = found.clauses.iter().map(|clause| clause.number).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "a clause number stands twice in {id}");
        for unit in found.units.keys() {
            let bound: BTreeSet<u16> = found.clauses_for(board, *unit).map(|clause| clause.number).collect();
            let of_issuer = found.clauses.iter().filter(|clause| clause.by == found.unit);
            if board.force.is_within(*unit, found.unit) {
                assert!(of_issuer.into_iter().all(|clause| bound.contains(&clause.number)), "taken away from {unit}");
            }
        }
    }
    check_timers(board);
    check_tasks(board);
    for (id, found) in board.call_outs.iter() {
        check_call_out(id, found);
    }
}

fn check_receipts(found: &Directive) {
    let mut receivers = BTreeSet::new();
    for (unit, tally) in found.people.tallies() {
        let mut counted = Tally::default();
        for receiving in found.people.of_unit(unit) {
            assert!(receivers.insert(receiving.person), "person {} receives twice", receiving.person);
            counted.add(Tally::of(receiving.receipt, found.released.contains(&receiving.person)));
            let has = Step::ALL.map(|step| receiving.receipt.has(step));
            assert!(!has[2] || has[1], "done without having accepted");
            assert!(!has[1] || has[0], "accepted without having acknowledged");
        }
        assert_eq!(tally, counted, "tally of unit {unit}");
    }
    for (unit, receipt) in &found.units {
        let has = Step::ALL.map(|step| receipt.mark(step).is_some());
        assert!((!has[2] || has[1]) && (!has[1] || has[0]), "states of unit {unit} merged");
        assert!(usize::from(receipt.relay) < found.relays.len());
        if receipt.relay > 0 {
            let sender = found.sender_of(receipt.relay);
            let above = found.units.get(&sender).expect("whoever passes it on has received it");
            assert!(above.relay < receipt.relay, "a relay that comes round");
        }
    }
    assert!(found.released.iter().all(|person| receivers.contains(person)));
}

/// The timers are the board's own business; they are read from what a snapshot would hold.
fn check_timers(board: &Board) {
    let timers = |value: serde_json::Value| value["timers"].as_array().cloned().expect("timers are a list");
    for timer in timers(serde_json::to_value(&board.directives).expect("directives are writable")) {
        let id: DirectiveId = timer[1]["directive"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        assert!(board.directives.get(id).is_some_and(Directive::is_issued), "a timer of what is not in force");
    }
    for timer in timers(serde_json::to_value(&board.tasks).expect("tasks are writable")) {
        let id: TaskId = timer[1]["task"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        assert!(board.tasks.get(id).is_some_and(task::Task::is_open), "a timer of a task that is over");
    }
}

fn check_tasks(board: &Board) {
    for unit in board.force.units() {
        let mut counted = task::Counts::default();
        let led = board.tasks.iter().filter(|(_, task)| task.lead == unit.id);
        led.for_each(|(_, task)| counted.add(task::Counts::of(task)));
        assert_eq!(board.tasks.counts(unit.id), counted, "tasks of unit {}", unit.id);
    }
    for (id, task) in board.tasks.iter() {
        if let Some(parent) = task.parent.and_then(|parent| board.tasks.get(parent)) {
            assert!(task.deadline <= parent.deadline, "task {id} is due after what it is part of");
            assert_eq!(task.source, parent.source);
            assert!(parent.is_open() || !task.is_open(), "task {id} is open below one that is over");
        }
        if let Some(source) = task.source {
            assert!(board.tasks.of_clause(source.directive, source.clause).any(|(found, _)| found == id));
        }
        let reported = matches!(task.state, task::State::Reported | task::State::Returned | task::State::Closed { .. });
        assert!(!reported || task.accepted.is_some(), "task {id} was done without having been accepted");
    }
}

fn check_call_out(id: CallOutId, found: &CallOut) {
    let mut counted = call_out::Tally::default();
    found.people.values().for_each(|called| counted.add(call_out::Tally::of(called)));
    assert_eq!(found.total(), counted, "tally of call-out {id}");
}

/// What stands on `before` and still stands on `after` has lost no sentence: it is there, or among the earlier texts.
pub fn nothing_taken_away(before: &Board, after: &Board) {
    for (id, old) in before.directives.iter().filter(|(_, found)| found.is_issued()) {
        let Some(new) = after.directives.get(id) else { continue };
        for clause in &old.clauses {
            let kept = new.clause(clause.number).expect("a clause stays");
            assert!(kept.words == clause.words || kept.earlier.iter().any(|(words, _)| *words == clause.words));
            assert!(kept.earlier.starts_with(&clause.earlier));
        }
    }
}
