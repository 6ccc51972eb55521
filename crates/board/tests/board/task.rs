use board::directive::{self, Evidence, Ruling, Rung, Step};
use board::task::{self, Event, Happening, Refusal, State, TaskRow, Waiting, Wanted};
use board::{Actor, Command, Id, Subject, TaskId, attachment};

use crate::support::orders::*;
use crate::support::*;

const PART: TaskId = TaskId::from_value(5001);

/// County A has the order, and has given clause 1 to its station A1.
fn assigned(row: TaskRow) -> World {
    let mut world = World::running();
    world.done(by(BUREAU, 1), write(draft()));
    world.done(by(BUREAU, 1), issue(ORDER));
    world.done(by(A, 1), says(of_unit(A), Step::Acknowledged));
    world.done(by(A, 1), assign_task(row));
    world
}
fn task(world: &World, id: TaskId) -> &task::Task {
    world.board.tasks.get(id).unwrap()
}
fn refusal(world: &mut World, actor: Actor, command: Command) -> Refusal {
    match world.refused(actor, command) {
        board::Refusal::Task(refusal) => refusal,
        other => panic!("another refusal: {other}"),
    }
}

#[test]
fn a_task_is_accepted_split_reported_returned_and_closed() {
    let mut world = assigned(task_row(A, A1));
    assert_eq!(
        task::waiting_for(&world.board, person(A1, 1), world.now),
        [Waiting::Duty { task: JOB, own: true, deadline: at(12, 0) }]
    );
    world.done(by(A1, 1), accept(JOB));
    let part = TaskRow { id: PART, parent: Some(JOB), owner: person(A1, 3), ..task_row(A1, A1) };
    world.done(by(A1, 1), assign_task(part));
    assert_eq!(task(&world, PART).source, task(&world, JOB).source);
    assert_eq!(refusal(&mut world, by(A1, 1), report(JOB)), Refusal::OpenBelow { count: 1 });
    world.done(by(A1, 3), accept(PART));
    world.done(by(A1, 3), report(PART));
    assert_eq!(
        task::waiting_for(&world.board, person(A1, 2), world.now),
        [
            Waiting::Duty { task: JOB, own: false, deadline: at(12, 0) },
            Waiting::Agreement { task: PART, since: at(7, 0) }
        ]
    );
    world.done(by(A1, 2), close(PART));
    world.done(by(A1, 1), report(JOB));
    world.done(by(A, 2), job(task::Command::Return { task: JOB, words: WORDS }));
    assert_eq!((task(&world, JOB).state, task(&world, JOB).returned), (State::Returned, 1));
    world.done(by(A1, 1), report(JOB));
    world.done(by(A, 1), close(JOB));
    assert!(matches!(task(&world, JOB).state, State::Closed { .. }));
    let order: Vec<(TaskId, u8)> =
        directive::trace(&world.board, ORDER, 1).iter().map(|duty| (duty.id, duty.depth)).collect();
    assert_eq!(order, [(JOB, 0), (PART, 1)]);
}

#[test]
fn evidence_that_was_asked_for_is_wanted() {
    let mut world = assigned(TaskRow { wanted: Wanted::File, ..task_row(A, A1) });
    world.done(by(A1, 1), accept(JOB));
    assert_eq!(refusal(&mut world, by(A1, 1), report(JOB)), Refusal::EvidenceMissing { wanted: Wanted::File });
    let evidence = Evidence { words: None, files: vec![Id::from_value(9)] };
    let shown = job(task::Command::Report { task: JOB, evidence: evidence.clone() });
    let missing = attachment::Refusal::NoSuchAttachment { attachment: Id::from_value(9) };
    assert_eq!(world.refused(by(A1, 1), shown.clone()), missing.into(), "it was never sent");
    world.done(by(A1, 1), attach(9, Subject::Task(JOB)));
    world.done(by(A1, 1), job(task::Command::Report { task: JOB, evidence: evidence.clone() }));
    assert_eq!(task(&world, JOB).outcome.as_ref().map(|outcome| &outcome.evidence), Some(&evidence));
    // The unit says done only when its tasks are closed.
    let leader = by(A, 1);
    world.done(leader, says(of_unit(A), Step::Accepted));
    let mut own = TaskRow { id: PART, ..task_row(A, A) };
    own.owner = person(A, 3);
    world.done(leader, assign_task(own));
    let early = world.refused(leader, says(of_unit(A), Step::Done));
    assert_eq!(early, directive::Refusal::TasksOpen { unit: A, count: 1 }.into());
}

#[test]
fn an_extension_is_asked_for_and_granted() {
    let mut world = assigned(task_row(A, A1));
    world.done(by(A1, 1), accept(JOB));
    let later = job(task::Command::AskExtension { task: JOB, until: at(15, 0), words: WORDS });
    world.done(by(A1, 1), later.clone());
    assert_eq!(refusal(&mut world, by(A1, 1), later.clone()), Refusal::ExtensionOpen { until: at(15, 0) });
    assert_eq!(
        task::waiting_for(&world.board, person(A, 2), world.now),
        [Waiting::Extension { task: JOB, since: at(7, 0) }]
    );
    world.pass(at(12, 0));
    assert_eq!(world.board.tasks.counts(A1).overdue, 1);
    world.done(by(A, 1), job(task::Command::AnswerExtension { task: JOB, grant: true, words: None }));
    assert_eq!((task(&world, JOB).deadline, task(&world, JOB).overdue), (at(15, 0), None));
    assert_eq!(world.board.tasks.counts(A1).overdue, 0);
    world.pass(at(15, 0));
    assert_eq!(task(&world, JOB).overdue, Some((Rung::Leader, at(15, 0))));
}

#[test]
fn a_task_past_its_deadline_climbs_the_ladder_once() {
    let mut world = assigned(task_row(A, A1));
    let rungs = |events: Vec<board::Event>| -> Vec<(Rung, board::At)> {
        let chased = |event| match event {
            board::Event::Task(Event { at, what: Happening::Chased { rung }, .. }) => Some((rung, at)),
            _ => None,
        };
        events.into_iter().filter_map(chased).collect()
    };
    let all = rungs(world.pass(at(14, 0)));
    assert_eq!(all, [(Rung::Reminder, at(11, 45)), (Rung::Leader, at(12, 0)), (Rung::NextTier, at(12, 30))]);
    assert_eq!(rungs(world.pass(at(20, 0))), []);
    assert_eq!(task(&world, JOB).overdue, Some((Rung::NextTier, at(12, 0))));
}

#[test]
fn whoever_is_relieved_of_a_task_has_it_no_longer() {
    let mut world = assigned(task_row(A, A1));
    world.done(by(A1, 1), job(task::Command::ReportDifficulty { task: JOB, words: WORDS }));
    assert_eq!(refusal(&mut world, by(A1, 1), accept(JOB)), Refusal::DifficultyOpen { since: at(7, 0) });
    let ruling = |ruling| job(task::Command::Rule { task: JOB, ruling, words: WORDS });
    assert!(matches!(world.refused(by(A1, 1), ruling(Ruling::Relieved)), board::Refusal::Denied(_)));
    world.done(by(A, 1), ruling(Ruling::Relieved));
    assert!(matches!(task(&world, JOB).state, State::Withdrawn { .. }));
    assert_eq!(directive::untaken(&world.board, ORDER, 1), [A, B], "the clause is open again");
}

#[test]
fn a_directive_that_is_withdrawn_takes_its_tasks_along() {
    let mut world = assigned(task_row(A, A1));
    let close_it = Command::Directive(directive::Command::Close { directive: ORDER });
    assert_eq!(world.refused(by(BUREAU, 1), close_it), directive::Refusal::TasksOpen { unit: BUREAU, count: 1 }.into());
    world.done(by(BUREAU, 1), Command::Directive(directive::Command::Withdraw { directive: ORDER, words: WORDS }));
    assert!(!task(&world, JOB).is_open());
    assert!(world.pass(at(20, 0)).iter().all(|event| !matches!(event, board::Event::Task(_))));
}

#[test]
fn a_task_is_seen_by_whom_it_concerns() {
    let world = assigned(TaskRow { owner: person(A1, 3), ..task_row(A, A1) });
    let sees = |actor| task::is_open_to(&world.board, actor, task(&world, JOB), world.now);
    for actor in [by(BUREAU, 1), by(A, 1), by(A, 3), by(A1, 1), by(A1, 3), by(A1, 4)] {
        assert!(sees(actor), "{actor:?}");
    }
    for actor in [by(A2, 1), by(B, 1), by(A2, 3)] {
        assert!(!sees(actor), "{actor:?}");
    }
}

#[test]
fn a_task_whose_owner_has_left_is_still_its_units() {
    let mut world = assigned(TaskRow { owner: person(A1, 3), ..task_row(A, A1) });
    world.done(by(A1, 3), accept(JOB));
    world.leaves(person(A1, 3));
    assert!(matches!(world.refused(by(A1, 3), report(JOB)), board::Refusal::Denied(_)));
    let waits = task::waiting_for(&world.board, person(A1, 1), world.now);
    assert_eq!(waits, [Waiting::Duty { task: JOB, own: false, deadline: at(12, 0) }]);
    world.done(by(A1, 1), report(JOB));
    world.done(by(A, 1), close(JOB));
}

#[test]
fn a_unit_that_is_merged_into_another_county_keeps_its_task_and_is_late_there() {
    let mut world = assigned(task_row(A, A1));
    world.done(by(A1, 1), accept(JOB));
    for (officer, unit) in [(by(A, 2), A), (by(B, 2), B)] {
        let take = board::watch::Command::Take { unit, leader: None, read_to: 0, carry_to: None };
        world.done(officer, Command::Watch(take));
    }
    let merged = unit_row(A1, Some(B));
    world.keep(board::force::Changes { units: vec![merged], ..board::force::Changes::default() });
    world.pass(at(12, 0));
    let late = world.board.alarms.open().find(|(_, alarm)| alarm.cause.kind == board::alarm::Kind::TaskOverdue);
    assert_eq!(
        late.map(|(_, alarm)| (alarm.cause.unit, alarm.asks)),
        Some((B, B)),
        "whoever is above it now hears of it"
    );
    // What it was given it reports to whoever gave it.
    world.done(by(A1, 1), report(JOB));
    world.done(by(A, 1), close(JOB));
    assert!(matches!(task(&world, JOB).state, State::Closed { .. }));
    assert!(world.board.alarms.open().all(|(_, alarm)| alarm.cause.kind != board::alarm::Kind::TaskOverdue));
}

#[test]
fn of_two_rulings_at_once_the_first_stands() {
    let mut world = assigned(task_row(A, A1));
    world.done(by(A1, 1), job(task::Command::ReportDifficulty { task: JOB, words: WORDS }));
    let ruling = |ruling| job(task::Command::Rule { task: JOB, ruling, words: WORDS });
    world.done(by(A, 1), ruling(Ruling::Stands));
    let second = refusal(&mut world, by(BUREAU, 1), ruling(Ruling::Relieved));
    assert_eq!(second, Refusal::RuledAlready { by: by(A, 1), at: at(7, 0) });
    assert!(task(&world, JOB).is_open());
}
