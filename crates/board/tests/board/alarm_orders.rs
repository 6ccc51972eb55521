//! Alarms that come of orders: silence that climbs, one matter however many are silent, over when somebody answers.

use board::alarm::{Alarm, Command as Ask, End, Event, Kind, Priority};
use board::directive::{self, Draft, Ruling, Step};
use board::{Actor, AlarmId, Board, Command, Subject, TaskId, UnitId, notice, task, watch};

use crate::support::orders::*;
use crate::support::*;

fn keep_watch(unit: UnitId) -> Command {
    Command::Watch(watch::Command::Take { unit, leader: None, read_to: 0, carry_to: None })
}
/// The open alarms that come of orders, gravest first.
fn open(world: &World) -> Vec<(Kind, UnitId)> {
    let kinds = [Kind::UnitSilent, Kind::DifficultyUnruled, Kind::ReceiptOverdue, Kind::TaskOverdue];
    let mut all: Vec<(Kind, UnitId)> =
        world.board.alarms.open().map(|(_, alarm)| (alarm.cause.kind, alarm.cause.unit)).collect();
    all.retain(|(kind, _)| kinds.contains(kind));
    all.sort_unstable();
    all
}
fn only(world: &World, kind: Kind) -> (AlarmId, Alarm) {
    let found: Vec<_> = world.board.alarms.open().filter(|(_, alarm)| alarm.cause.kind == kind).collect();
    let [(id, alarm)] = found[..] else { panic!("expected one alarm of {kind:?}: {found:?}") };
    (id, alarm.clone())
}
fn take(alarm: AlarmId) -> Command {
    Command::Alarm(Ask::Take { alarm })
}
/// It is 08:50, station A1 is manned and nobody else; the bureau and county A keep a watch. The bureau has sent the order
/// to everybody of `units`, for receipt by 09:00.
fn sent(units: &[UnitId]) -> World {
    let mut world = World::manned();
    world.done(Actor::Operator, contact(A1));
    world.done(by(BUREAU, 2), keep_watch(BUREAU));
    world.done(by(A, 2), keep_watch(A));
    world.done(by(BUREAU, 1), write(Draft { audience: to_all(units), ..draft() }));
    world.done(by(BUREAU, 1), issue(ORDER));
    world
}
fn everybody_reads(world: &mut World, unit: UnitId) {
    world.done(by(unit, 1), says(of_unit(unit), Step::Acknowledged));
    for number in 1..=9 {
        world.done(by(unit, number), says(of_person(person(unit, number)), Step::Acknowledged));
    }
}

#[test]
fn what_a_county_has_not_received_is_one_alarm_of_its_watch_until_the_last_receipt() {
    // Given a county whose leader alone has read it, with one station manned,
    let mut world = sent(&[A]);
    world.done(by(A, 1), says(of_unit(A), Step::Acknowledged));
    // when the deadline passes,
    world.pass(at(9, 0));
    // then its own people and the manned station are one alarm; the station of which nothing is heard is another.
    assert_eq!(open(&world), [(Kind::UnitSilent, A2), (Kind::ReceiptOverdue, A)]);
    let (id, alarm) = only(&world, Kind::ReceiptOverdue);
    assert_eq!((alarm.since, alarm.asks, alarm.priority), (at(9, 0), A, Priority::Ordinary));
    assert_eq!(alarm.subjects.iter().copied().collect::<Vec<_>>(), [Subject::Directive(ORDER)]);
    // It passes with the last receipt, and not before.
    everybody_reads(&mut world, A1);
    everybody_reads(&mut world, A2);
    for number in 1..=8 {
        world.done(by(A, number), says(of_person(person(A, number)), Step::Acknowledged));
    }
    assert_eq!(open(&world), [(Kind::ReceiptOverdue, A)]);
    world.now = at(9, 7);
    world.done(by(A, 9), says(of_person(person(A, 9)), Step::Acknowledged));
    assert_eq!(open(&world), []);
    assert_eq!(world.board.alarms.find(id).unwrap().end, Some(End::Passed { at: at(9, 7) }));
}

#[test]
fn the_last_to_be_silent_may_leave_or_be_relieved() {
    let mut world = sent(&[A]);
    everybody_reads(&mut world, A1);
    everybody_reads(&mut world, A2);
    world.done(by(A, 1), says(of_unit(A), Step::Acknowledged));
    for number in 1..=8 {
        world.done(by(A, number), says(of_person(person(A, number)), Step::Acknowledged));
    }
    world.pass(at(9, 0));
    assert_eq!(open(&world), [(Kind::ReceiptOverdue, A)]);
    world.leaves(person(A, 9));
    assert_eq!(open(&world), []);
}

#[test]
fn a_county_that_is_cut_off_is_one_alarm_and_passes_when_anything_is_heard_from_it() {
    // Given two counties, one of which answers nothing: three units and their people,
    let mut world = sent(&[A, B]);
    for unit in [A, A1, A2] {
        everybody_reads(&mut world, unit);
    }
    // when the deadline passes and the ladder goes to its end,
    world.pass(at(9, 45));
    // then it is one alarm, an emergency, with the bureau.
    assert_eq!(open(&world), [(Kind::UnitSilent, B)]);
    let (_, alarm) = only(&world, Kind::UnitSilent);
    assert_eq!((alarm.priority, alarm.asks), (Priority::Emergency, BUREAU));
    let silences: Vec<(UnitId, u32, u32)> = world.board.directives.get(ORDER).unwrap().relays[0]
        .silences
        .iter()
        .map(|silence| (silence.unit, silence.units, silence.people))
        .collect();
    assert_eq!(silences, [(B, 3, 27)]);
    // Somebody checks in at one of its posts: it is not cut off, and what is missing is missing.
    world.done(by(B1, 3), check_in(assignment(B1, DAY, 1)));
    assert_eq!(open(&world), [(Kind::ReceiptOverdue, BUREAU)], "the county keeps no watch");
    for unit in [B, B1, B2] {
        everybody_reads(&mut world, unit);
    }
    assert_eq!(open(&world), []);
}

#[test]
fn one_receipt_ends_the_silence_of_the_whole_branch() {
    let mut world = sent(&[A, B]);
    world.pass(at(9, 0));
    assert!(open(&world).contains(&(Kind::UnitSilent, B)));
    world.done(by(B2, 4), says(of_person(person(B2, 4)), Step::Acknowledged));
    assert_eq!(open(&world), [(Kind::ReceiptOverdue, BUREAU), (Kind::ReceiptOverdue, A)]);
}

#[test]
fn the_next_tier_hears_of_it_although_somebody_below_has_it_in_hand() {
    let mut world = sent(&[A]);
    world.done(by(A, 1), says(of_unit(A), Step::Acknowledged));
    world.pass(at(9, 5));
    let (id, _) = only(&world, Kind::ReceiptOverdue);
    world.done(by(A, 2), take(id));
    world.pass(at(9, 29));
    assert_eq!(only(&world, Kind::ReceiptOverdue).1.asks, A);
    world.pass(at(9, 30));
    let (_, alarm) = only(&world, Kind::ReceiptOverdue);
    assert_eq!((alarm.asks, alarm.owner, alarm.before), (BUREAU, None, Some(person(A, 2))));
}

#[test]
fn a_directive_that_ends_is_nobodys_alarm() {
    for end in [
        directive::Command::Withdraw { directive: ORDER, words: WORDS },
        directive::Command::Close { directive: ORDER },
        directive::Command::Amend {
            directive: ORDER,
            changes: vec![(1, Some(say(300)))],
            added: Vec::new(),
            words: WORDS,
            anew: Some(at(11, 0)),
        },
    ] {
        let mut world = sent(&[A, B]);
        world.pass(at(9, 0));
        assert!(!open(&world).is_empty());
        world.done(by(BUREAU, 1), ask(end));
        assert_eq!(open(&world), []);
    }
}

#[test]
fn tasks_past_their_deadline_are_one_alarm_of_the_watch_that_answers_for_them() {
    let mut world = sent(&[A]);
    world.done(by(A, 1), says(of_unit(A), Step::Acknowledged));
    let second = TaskId::from_value(5001);
    world.done(by(A, 1), assign_task(task_row(A, A1)));
    world.done(by(A, 1), assign_task(task::TaskRow { id: second, ..task_row(A, A2) }));
    world.pass(at(12, 0));
    let (_, alarm) = only(&world, Kind::TaskOverdue);
    let both = [Subject::Task(JOB), Subject::Task(second)];
    assert_eq!((alarm.cause.unit, alarm.subjects.iter().copied().collect::<Vec<_>>()), (A, both.to_vec()));
    // A later deadline for the one and a result of the other: nothing is overdue.
    world.done(by(A1, 1), accept(JOB));
    world.done(by(A1, 1), job(task::Command::AskExtension { task: JOB, until: at(15, 0), words: WORDS }));
    world.done(by(A, 1), job(task::Command::AnswerExtension { task: JOB, grant: true, words: None }));
    assert_eq!(only(&world, Kind::TaskOverdue).1.subjects.len(), 1);
    world.done(by(A2, 1), accept(second));
    world.done(by(A2, 1), report(second));
    assert!(open(&world).iter().all(|(kind, _)| *kind != Kind::TaskOverdue));
}

#[test]
fn a_difficulty_that_nobody_rules_on_is_an_alarm_of_whoever_asked() {
    let mut world = sent(&[A, B]);
    world.done(by(A, 1), difficulty(of_unit(A)));
    world.done(by(A, 1), assign_task(task_row(A, A1)));
    world.done(by(A1, 1), job(task::Command::ReportDifficulty { task: JOB, words: WORDS }));
    let unruled = |world: &World| -> Vec<UnitId> {
        open(world).into_iter().filter(|(kind, _)| *kind == Kind::DifficultyUnruled).map(|(_, unit)| unit).collect()
    };
    world.pass(at(9, 4));
    assert_eq!(unruled(&world), [], "the issuer has a quarter of an hour");
    world.pass(at(9, 5));
    assert_eq!(unruled(&world), [BUREAU, A]);
    world.done(by(BUREAU, 1), rule(of_unit(A), Ruling::Stands));
    assert_eq!(unruled(&world), [A]);
    world.done(by(A, 1), job(task::Command::Rule { task: JOB, ruling: Ruling::Changed, words: WORDS }));
    assert_eq!(unruled(&world), []);
}

/// What was raised, asked again or passed on, and who was told of it.
fn told(events: &[board::Event]) -> Vec<String> {
    let is_telling = |event: &&board::Event| {
        matches!(
            event,
            board::Event::Alarm(Event::Raised { .. } | Event::AskedAgain { .. } | Event::Escalated { .. })
                | board::Event::Directive(directive::Event::Chased { .. })
                | board::Event::Notice(notice::Event::Told { .. })
        )
    };
    events.iter().filter(is_telling).map(|event| format!("{event:?}")).collect()
}

#[test]
fn a_restart_in_the_middle_of_an_escalation_loses_nothing_and_tells_nobody_twice() {
    let mut world = sent(&[A, B]);
    let email = board::TextId::from_value(77);
    let keep = notice::Command::Keep { person: person(BUREAU, 2), email: Some(email), message: None, quiet: None };
    world.done(by(BUREAU, 2), Command::Notice(keep));
    world.done(by(A, 1), says(of_unit(A), Step::Acknowledged));
    world.pass(at(9, 1));
    // The program dies between the leader's rung and the next tier's: it wakes up with the journal, or with a snapshot.
    let mut replayed = Board::default();
    world.events.iter().for_each(|event| board::apply(&mut replayed, event));
    let snapshot: Board = serde_json::from_str(&json(&world.board)).unwrap();
    let restarted = [replayed, snapshot].map(|board| {
        let mut again = world.clone();
        again.board = board;
        again
    });
    let before = told(&world.events);
    world.pass(at(10, 0));
    let live = told(&world.events);
    assert!(live[before.len()..].iter().any(|event| event.contains("Told")), "{live:?}");
    assert!(live[before.len()..].iter().any(|event| event.contains("NextTier")), "{live:?}");
    for mut again in restarted {
        again.pass(at(10, 0));
        assert_eq!(told(&again.events), live);
        assert_eq!(json(&again.board), json(&world.board));
    }
    let mut once = live.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), live.len(), "something was told twice: {live:?}");
}
