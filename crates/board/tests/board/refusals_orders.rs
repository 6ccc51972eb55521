//! The refusals of directives, tasks and call-outs; counted with all others in `refusals`.

use board::call_out::{self, Answer, Circle};
use board::directive::{self, Audience, Draft, Evidence, Kind, MOST_ATTACHMENTS, MOST_CLAUSES, Ruling, Step};
use board::task::{self, MOST_SUPPORTING, TaskRow, Wanted};
use board::{Actor, Command, DirectiveId, Id, Refusal, Subject, TaskId};

use crate::support::orders::*;
use crate::support::*;

const OPERATOR: Actor = Actor::Operator;
const OTHER: DirectiveId = DirectiveId::from_value(4001);

pub fn all() -> Vec<Refusal> {
    [of_directive(), of_receipts(), of_assignment(), of_task(), of_call_out()].concat()
}

fn of_directive() -> Vec<Refusal> {
    let mut world = World::running();
    let evidence = |count: usize| Evidence { words: None, files: vec![Id::from_value(1); count] };
    let sign = ask(directive::Command::Sign { directive: ORDER });
    let by_order = |words| {
        let (by_order_of, break_glass) = (Some(person(BUREAU, 1)), None);
        ask(directive::Command::Issue { directive: ORDER, by_order_of, words, break_glass })
    };
    let many = vec![say(1); MOST_CLAUSES + 1];
    let amend = |changes: Vec<(u16, Option<board::Wording>)>, added: usize| {
        let added = vec![say(1); added];
        ask(directive::Command::Amend { directive: ORDER, changes, added, words: WORDS, anew: None })
    };
    let mut all = vec![
        world.refused(OPERATOR, issue(ORDER)),
        world.refused(OPERATOR, write(Draft { clauses: many, ..draft() })),
        world.refused(OPERATOR, write(Draft { audience: to_units(&[BUREAU], false), unit: A, ..draft() })),
        world.refused(OPERATOR, write(Draft { files: vec![Id::from_value(1); MOST_ATTACHMENTS + 1], ..draft() })),
    ];
    world.done(OPERATOR, write(Draft { audience: Audience::default(), ..draft() }));
    all.push(world.refused(OPERATOR, issue(ORDER)));
    world.done(OPERATOR, write(draft()));
    all.push(world.refused(OPERATOR, says(of_unit(A), Step::Acknowledged)));
    all.push(world.refused(OPERATOR, by_order(None)));
    all.push(world.refused(by(BUREAU, 1), sign.clone()));
    world.now = at(9, 0);
    all.push(world.refused(OPERATOR, issue(ORDER)));
    world.now = at(7, 0);
    world.done(by(BUREAU, 1), issue(ORDER));
    all.push(world.refused(OPERATOR, write(draft())));
    all.push(world.refused(by(BUREAU, 1), sign.clone()));
    all.push(world.refused(OPERATOR, sign));
    all.push(world.refused(OPERATOR, ask(directive::Command::SendBack { directive: ORDER, words: WORDS })));
    all.push(world.refused(OPERATOR, relay(A1, to_units(&[A1], false), Vec::new())));
    all.push(world.refused(OPERATOR, amend(Vec::new(), 0)));
    all.push(world.refused(OPERATOR, amend(vec![(77, None)], 0)));
    world.done(OPERATOR, relay(A, to_units(&[A1], false), vec![say(1)]));
    all.push(world.refused(OPERATOR, amend(vec![(6, None)], 0)));
    let command = directive::Command::Receive {
        directive: ORDER,
        receiver: of_unit(B),
        step: Step::Acknowledged,
        how: board::checkin::How::Radio,
        evidence: evidence(MOST_ATTACHMENTS + 1),
    };
    world.refused(OPERATOR, ask(command));
    world.done(OPERATOR, assign_task(task_row(A, A1)));
    all.push(world.refused(OPERATOR, ask(directive::Command::Close { directive: ORDER })));
    all.push(too_many());
    all
}

/// More receivers than one entry of the journal holds.
fn too_many() -> Refusal {
    let mut world = World::force();
    world.compare_every = u128::MAX;
    let people = (0..=directive::MOST_RECEIVERS as u64).map(|number| person_row(A1, 1000 + number)).collect();
    let force = board::force::Command::Keep(board::force::Changes { people, ..Default::default() });
    let context = world.context();
    board::execute(&mut world.board, OPERATOR, Command::Force(force), &context).unwrap();
    world.done(OPERATOR, write(Draft { operation: None, audience: to_all(&[A]), ..draft() }));
    world.refused(OPERATOR, issue(ORDER))
}

fn of_receipts() -> Vec<Refusal> {
    let mut world = World::running();
    world.done(OPERATOR, write(draft()));
    world.done(OPERATOR, issue(ORDER));
    let briefing = Draft { id: OTHER, kind: Kind::Briefing, ..draft() };
    world.done(OPERATOR, write(briefing));
    world.done(OPERATOR, issue(OTHER));
    let read = ask(directive::Command::Receive {
        directive: OTHER,
        receiver: of_unit(A),
        step: Step::Done,
        how: board::checkin::How::InPerson,
        evidence: Evidence::default(),
    });
    let mut all = vec![
        world.refused(OPERATOR, says(of_unit(A1), Step::Acknowledged)),
        world.refused(OPERATOR, says(of_unit(A), Step::Done)),
        world.refused(OPERATOR, read),
        world.refused(OPERATOR, rule(of_unit(A), Ruling::Stands)),
    ];
    world.done(OPERATOR, says(of_unit(A), Step::Acknowledged));
    all.push(world.refused(OPERATOR, says(of_unit(A), Step::Acknowledged)));
    world.done(OPERATOR, difficulty(of_unit(A)));
    all.push(world.refused(OPERATOR, says(of_unit(A), Step::Accepted)));
    world.done(OPERATOR, rule(of_unit(A), Ruling::Relieved));
    all.push(world.refused(OPERATOR, rule(of_unit(A), Ruling::Stands)));
    all.push(world.refused(OPERATOR, says(of_unit(A), Step::Accepted)));
    all.extend(own_approval());
    all
}

fn own_approval() -> Vec<Refusal> {
    let mut world = World::running();
    let people = (0..directive::MASS as u64).map(|number| person_row(A1, 1000 + number)).collect();
    world.keep(board::force::Changes { people, ..Default::default() });
    world.done(by(BUREAU, 1), write(Draft { audience: to_all(&[A]), ..draft() }));
    world.done(by(BUREAU, 1), issue(ORDER));
    vec![world.refused(by(BUREAU, 1), ask(directive::Command::Sign { directive: ORDER }))]
}

fn of_assignment() -> Vec<Refusal> {
    let mut world = World::running();
    world.done(OPERATOR, write(draft()));
    world.done(OPERATOR, issue(ORDER));
    let other = TaskId::from_value(5001);
    let row = || task_row(A, A1);
    let supporting = std::iter::repeat_n(A2, MOST_SUPPORTING + 1).collect();
    let empty = board::Wording::Preset(board::Label::default());
    let mut all = vec![
        world.refused(OPERATOR, assign_task(task_row(A1, A1))),
        world.refused(OPERATOR, assign_task(TaskRow { lead: B1, ..row() })),
        world.refused(OPERATOR, assign_task(TaskRow { owner: person(A2, 1), ..row() })),
        world.refused(OPERATOR, assign_task(TaskRow { supporting, ..row() })),
        world.refused(OPERATOR, assign_task(TaskRow { words: empty, ..row() })),
        world.refused(OPERATOR, assign_task(TaskRow { deadline: at(7, 0), ..row() })),
        world.refused(OPERATOR, accept(JOB)),
    ];
    world.done(OPERATOR, assign_task(row()));
    all.push(world.refused(OPERATOR, assign_task(row())));
    let part = || TaskRow { id: other, parent: Some(JOB), ..task_row(A1, A1) };
    all.push(world.refused(OPERATOR, assign_task(TaskRow { unit: A, ..part() })));
    all.push(world.refused(OPERATOR, assign_task(part())));
    world.done(OPERATOR, accept(JOB));
    all.push(world.refused(OPERATOR, assign_task(TaskRow { deadline: at(12, 1), ..part() })));
    all.push(crowded());
    all
}

/// One clause with as many tasks as there may be.
fn crowded() -> Refusal {
    let mut world = World::running();
    world.done(OPERATOR, write(draft()));
    world.done(OPERATOR, issue(ORDER));
    let mut number = 100_000;
    loop {
        number += 1;
        let context = world.context();
        let row = TaskRow { id: TaskId::from_value(number), ..task_row(A, A1) };
        match board::execute(&mut world.board, OPERATOR, assign_task(row), &context) {
            Ok(_) => {}
            Err(refusal) => return refusal,
        }
    }
}

fn of_task() -> Vec<Refusal> {
    let mut world = World::running();
    world.done(OPERATOR, write(draft()));
    world.done(OPERATOR, issue(ORDER));
    world.done(OPERATOR, assign_task(TaskRow { wanted: Wanted::Report, ..task_row(A, A1) }));
    let extension = job(task::Command::AskExtension { task: JOB, until: at(14, 0), words: WORDS });
    let answer = job(task::Command::AnswerExtension { task: JOB, grant: true, words: None });
    let reports = job(task::Command::ReportDifficulty { task: JOB, words: WORDS });
    let rules = job(task::Command::Rule { task: JOB, ruling: Ruling::Stands, words: WORDS });
    let mut all = vec![
        world.refused(OPERATOR, report(JOB)),
        world.refused(OPERATOR, rules.clone()),
        world.refused(OPERATOR, answer),
    ];
    world.done(OPERATOR, reports.clone());
    all.push(world.refused(OPERATOR, reports));
    world.done(OPERATOR, rules.clone());
    all.push(world.refused(OPERATOR, rules));
    world.done(OPERATOR, accept(JOB));
    all.push(world.refused(OPERATOR, accept(JOB)));
    world.done(OPERATOR, extension.clone());
    all.push(world.refused(OPERATOR, extension));
    all.push(world.refused(OPERATOR, job(task::Command::Report { task: JOB, evidence: Evidence::default() })));
    all.push(world.refused(OPERATOR, close(JOB)));
    // A file of something else shows nothing of this.
    world.done(OPERATOR, attach(70, Subject::Watch(A)));
    let evidence = Evidence { words: Some(WORDS), files: vec![Id::from_value(70)] };
    all.push(world.refused(OPERATOR, job(task::Command::Report { task: JOB, evidence })));
    let part = TaskRow { id: TaskId::from_value(5001), parent: Some(JOB), ..task_row(A1, A1) };
    world.done(OPERATOR, assign_task(part));
    all.push(world.refused(OPERATOR, report(JOB)));
    world.done(OPERATOR, job(task::Command::Withdraw { task: TaskId::from_value(5001), words: WORDS }));
    world.done(by(A1, 1), report(JOB));
    all.push(world.refused(OPERATOR, report(JOB)));
    world.grant(person(A1, 1), board::access::Role::DutyOfficer, A);
    all.push(world.refused(by(A1, 1), close(JOB)));
    world.done(OPERATOR, close(JOB));
    all.push(world.refused(OPERATOR, close(JOB)));
    all
}

fn of_call_out() -> Vec<Refusal> {
    let mut world = World::manned();
    let me = person(A1, 7);
    let other = |id: u64, unit| {
        let (operation, circle, words) = (OPERATION, Circle::Standby, None);
        Command::CallOut(call_out::Command::Open { id: Id::from_value(id), operation, unit, circle, words })
    };
    let mut all = vec![world.refused(OPERATOR, answer_call(me, Answer::Arrived))];
    world.done(OPERATOR, open_call(Circle::Standby));
    all.push(world.refused(OPERATOR, open_call(Circle::Standby)));
    all.push(world.refused(OPERATOR, other(1, BUREAU)));
    all.push(world.refused(OPERATOR, answer_call(person(A1, 3), Answer::Arrived)));
    all.push(world.refused(OPERATOR, answer_call(me, Answer::Coming { due: at(8, 0) })));
    world.done(OPERATOR, answer_call(me, Answer::Arrived));
    all.push(world.refused(OPERATOR, answer_call(me, Answer::Arrived)));
    world.pass(at(21, 0));
    all.push(world.refused(OPERATOR, other(2, A)));
    all.push(too_many_to_call());
    all
}

fn too_many_to_call() -> Refusal {
    let mut world = World::running();
    world.compare_every = u128::MAX;
    let people = (0..=call_out::MOST_CALLED as u64).map(|number| person_row(A1, 1000 + number)).collect();
    let force = board::force::Command::Keep(board::force::Changes { people, ..Default::default() });
    let context = world.context();
    board::execute(&mut world.board, OPERATOR, Command::Force(force), &context).unwrap();
    world.refused(OPERATOR, open_call(Circle::StandbyAndReserve))
}
