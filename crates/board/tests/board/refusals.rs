//! Every refusal there is, provoked at least once; the last test counts them against the sources.

use std::collections::BTreeSet;

use board::access::{self, MOST_GRANTS, Role};
use board::alarm::{self, Need};
use board::checkin::{Answer, LeaveReason};
use board::force::{self, Changes};
use board::operation::{Level, OperationRow, Phase, Terms};
use board::watch::{self, Kind, Triage};
use board::{
    Actor, Command, Id, Minutes, OperationId, Refusal, Span, Subject, UnitId, checkin, post as posts_of, roster,
};
use board::{attachment, notice};

use crate::support::*;

const OPERATOR: Actor = Actor::Operator;

/// The sources in which refusals are declared, each by one `#[error(…)]`.
const SOURCES: [&str; 17] = [
    include_str!("../../src/access/mod.rs"),
    include_str!("../../src/alarm/mod.rs"),
    include_str!("../../src/attachment.rs"),
    include_str!("../../src/access/permits.rs"),
    include_str!("../../src/call_out/mod.rs"),
    include_str!("../../src/checkin/mod.rs"),
    include_str!("../../src/directive/act.rs"),
    include_str!("../../src/force.rs"),
    include_str!("../../src/measure/mod.rs"),
    include_str!("../../src/notice.rs"),
    include_str!("../../src/operation.rs"),
    include_str!("../../src/post.rs"),
    include_str!("../../src/roster/mod.rs"),
    include_str!("../../src/section.rs"),
    include_str!("../../src/task/mod.rs"),
    include_str!("../../src/warning.rs"),
    include_str!("../../src/watch.rs"),
];

/// The name under which the screens translate a refusal.
fn name(refusal: &Refusal) -> String {
    let value = serde_json::to_value(refusal).unwrap();
    let (noun, inner) = value.as_object().and_then(|noun| noun.iter().next()).expect("a refusal has a noun");
    let variant = match inner {
        serde_json::Value::String(variant) => variant,
        inner => inner.as_object().and_then(|inner| inner.keys().next()).expect("a refusal has a kind"),
    };
    format!("{noun}/{variant}")
}

fn keep(changes: Changes) -> Command {
    Command::Force(force::Command::Keep(changes))
}
fn unit(id: UnitId, parent: Option<UnitId>) -> Command {
    keep(Changes { units: vec![unit_row(id, parent)], ..Changes::default() })
}
fn log(kind: Kind, by_order_of: Option<board::PersonId>) -> Command {
    let (operation, post) = (None, None);
    Command::Watch(watch::Command::Write {
        unit: A,
        kind,
        operation,
        callsign: "7".into(),
        post,
        words: WORDS,
        by_order_of,
    })
}
fn take(read_to: u32, carry_to: Option<board::PersonId>) -> Command {
    Command::Watch(watch::Command::Take { unit: A, leader: None, read_to, carry_to })
}
fn delegate(grant: board::GrantId, to: board::PersonId, until: board::At) -> Command {
    Command::Access(access::Command::Delegate { id: Id::from_value(5000), grant, to, from: None, until })
}

fn of_access() -> Vec<Refusal> {
    let mut world = World::manned();
    let stranger = board::PersonId::from_value(NOWHERE);
    let id = |number: u64| board::GrantId::from_value(number);
    let officer = person(A1, 8);
    let held = world.board.access.grants_of(person(A, 1))[0].id;
    let mut all = vec![
        world.refused(by(A, 3), grant(id(1), officer, Role::Writer, A)),
        world.refused(by(A, 1), unit(B1, Some(B))),
        world.refused(Actor::Person(stranger), log(Kind::Note, None)),
        world.refused(by(A, 1), contact(B1)),
        world.refused(OPERATOR, grant(id(1), stranger, Role::Writer, A)),
        world.refused(by(A, 1), delegate(id(1), officer, at(12, 0))),
        world.refused(by(A, 1), delegate(held, officer, at(8, 50))),
        world.refused(OPERATOR, grant(id(1), person(BUREAU, 7), Role::AuditAdministrator, BUREAU)),
        world.refused(OPERATOR, grant(id(1), officer, Role::SystemAdministrator, A)),
        world.refused(by(A, 1), delegate(held, person(A, 1), at(12, 0))),
        world.refused(by(A, 1), delegate(held, officer, at(9, 0).plus(access::LONGEST_DELEGATION).plus(Minutes(1)))),
        world.refused(OPERATOR, grant(id(1), person(A, 1), Role::Leader, A)),
        world.refused(OPERATOR, grant(held, person(A, 1), Role::Writer, A)),
    ];
    world.done(by(A, 1), delegate(held, officer, at(12, 0)));
    all.push(world.refused(by(A1, 8), delegate(id(5000), person(A1, 7), at(11, 0))));
    world.now = at(13, 0);
    all.push(world.refused(by(A1, 8), log(Kind::Note, None)));
    let mut number = 6000;
    while world.board.access.grants_of(officer).len() < MOST_GRANTS {
        number += 1;
        let role = Role::ALL[number as usize % 5];
        let unit = UNITS[number as usize / 5 % UNITS.len()];
        world.done(OPERATOR, grant(id(number), officer, role, unit));
    }
    all.push(world.refused(OPERATOR, grant(id(9000), officer, Role::AuditAdministrator, BUREAU)));
    all
}

fn of_force() -> Vec<Refusal> {
    let mut world = World::force();
    let nameless = UnitId::from_value(31);
    let row = force::UnitRow { name: Default::default(), ..unit_row(nameless, Some(A)) };
    let mut deep = vec![unit_row(UnitId::from_value(501), Some(A1))];
    deep.extend((502..508).map(|id| unit_row(UnitId::from_value(id), Some(UnitId::from_value(id - 1)))));
    world.leaves(person(B1, 8));
    let erase = |who| Command::Force(force::Command::Erase { person: who });
    world.leaves(person(B1, 7));
    world.done(OPERATOR, erase(person(B1, 7)));
    vec![
        world.refused(OPERATOR, erase(person(B1, 6))),
        world.refused(OPERATOR, erase(person(B1, 7))),
        world.refused(OPERATOR, unit(nameless, Some(UnitId::from_value(NOWHERE)))),
        world.refused(OPERATOR, keep(Changes { leaving: vec![Id::from_value(NOWHERE)], ..Changes::default() })),
        world.refused(OPERATOR, grant(Id::from_value(1), person(B1, 8), Role::Writer, B)),
        world.refused(OPERATOR, keep(Changes { units: vec![row], ..Changes::default() })),
        world.refused(OPERATOR, unit(nameless, None)),
        world.refused(OPERATOR, unit(A, Some(A1))),
        world.refused(OPERATOR, keep(Changes { units: deep, ..Changes::default() })),
    ]
}

fn of_operation() -> Vec<Refusal> {
    let mut world = World::planned();
    let level_zero = Level { rung: 0, name: label("none"), actions: Vec::new() };
    let mut all = vec![
        world.refused(
            OPERATOR,
            Command::Roster(roster::Command::DropShift {
                operation: OperationId::from_value(NOWHERE),
                shift: shift(A1, DAY),
            }),
        ),
        world.refused(OPERATOR, level(2)),
        world.refused(OPERATOR, plan(OperationRow { title: Default::default(), ..operation_row() })),
        world.refused(OPERATOR, plan(OperationRow { period: Span::new(at(9, 0), at(9, 0)), ..operation_row() })),
        world.refused(
            OPERATOR,
            plan(OperationRow {
                terms: Terms { check_in_grace: Minutes(1), relief_grace: Minutes(1) },
                ..operation_row()
            }),
        ),
        world.refused(OPERATOR, plan(OperationRow { levels: vec![level_zero], ..operation_row() })),
        world.refused(OPERATOR, phase(Phase::Closed)),
    ];
    let mut world = World::manned();
    all.push(world.refused(OPERATOR, level(9)));
    all.push(world.refused(OPERATOR, answer(1, true)));
    world.done(OPERATOR, level(2));
    all.push(world.refused(OPERATOR, level(2)));
    world.done(OPERATOR, phase(Phase::StandDown));
    all.push(world.refused(OPERATOR, phase(Phase::Closed)));
    all
}

fn of_post() -> Vec<Refusal> {
    let mut world = World::running();
    let post_of = |unit: UnitId| posts_of::Post { id: Id::from_value(7777), ..post_row(unit) };
    let mut county_only = World::force();
    county_only.done(OPERATOR, plan(OperationRow { unit: A, ..operation_row() }));
    vec![
        world.refused(
            OPERATOR,
            Command::Checkin(checkin::Command::NoteContact {
                operation: OPERATION,
                post: Id::from_value(NOWHERE),
                how: checkin::How::Radio,
                note: None,
            }),
        ),
        world.refused(OPERATOR, posts(vec![post_of(A1)])),
        world.refused(OPERATOR, posts(vec![posts_of::Post { number: " ".into(), ..post_of(A1) }])),
        world.refused(OPERATOR, posts(vec![posts_of::Post { contact_every: Some(Minutes(1)), ..post_of(A1) }])),
        county_only.refused(OPERATOR, posts(vec![post_of(B1)])),
    ]
}

fn of_roster() -> Vec<Refusal> {
    let mut world = World::manned();
    let plan_shift = |span: Span, required: u16| {
        let row = roster::ShiftRow { id: Id::from_value(8888), span, required, ..shift_row(A1, DAY) };
        roster_plan(vec![row], Vec::new())
    };
    let clash = row(Id::from_value(8889), shift(A2, DAY), person(A1, 3));
    let waiting = assignment(A1, NIGHT, 1);
    let mut all = vec![
        world.refused(OPERATOR, drop_shift(Id::from_value(NOWHERE))),
        world.refused(OPERATOR, unassign(Id::from_value(NOWHERE))),
        world.refused(OPERATOR, plan_shift(Span::new(at(9, 0), at(9, 0)), 1)),
        world.refused(OPERATOR, plan_shift(Span::new(at(70, 0), at(80, 0)), 1)),
        world.refused(OPERATOR, plan_shift(Span::new(at(9, 0), at(10, 0)), 0)),
        world.refused(OPERATOR, assign(clash)),
        world.refused(OPERATOR, unassign(assignment(A1, DAY, 1))),
        world.refused(OPERATOR, drop_shift(shift(A1, DAY))),
    ];
    world.done(OPERATOR, pin(waiting, true));
    all.push(world.refused(OPERATOR, replace(waiting, person(A1, 8))));
    all
}

fn of_checkin() -> Vec<Refusal> {
    let mut world = World::manned();
    let open = |id: u64| {
        let id = Id::from_value(id);
        Command::Checkin(checkin::Command::OpenRollCall { operation: OPERATION, id, unit: A })
    };
    let (first, second) = (assignment(A1, DAY, 1), assignment(A1, DAY, 2));
    let answering = |id: u64, assignment| {
        let (id, answer) = (Id::from_value(id), Answer::Coming);
        Command::Checkin(checkin::Command::AnswerRollCall { operation: OPERATION, id, assignment, answer })
    };
    let mut all = vec![
        world.refused(by(A1, 3), check_in(first)),
        world.refused(by(A1, 5), check_in(assignment(A1, NIGHT, 1))),
        world.refused(by(A1, 3), leave(first, LeaveReason::EndOfShift)),
        world.refused(by(A1, 7), leave(assignment(A1, DAY, 3), LeaveReason::Ill)),
        world.refused(by(A1, 7), relieve(assignment(A1, DAY, 3), Some(assignment(A1, NIGHT, 1)))),
        world.refused(OPERATOR, answering(1, first)),
    ];
    world.done(OPERATOR, open(1));
    all.push(world.refused(OPERATOR, open(1)));
    all.push(world.refused(OPERATOR, open(2)));
    all.push(world.refused(OPERATOR, answering(1, first)));
    world.done(by(A1, 7), relieve(assignment(A1, DAY, 3), Some(first)));
    all.push(world.refused(by(A1, 3), check_in(first)));
    // Two shifts that touch, at two posts: who is early for the one must leave the other first.
    let span = Span::new(at(20, 0), at(23, 0));
    let other = roster::ShiftRow { id: Id::from_value(8888), span, ..shift_row(A2, DAY) };
    let rows = vec![row(Id::from_value(8889), other.id, person(A1, 4))];
    world.done(OPERATOR, roster_plan(vec![other], rows));
    world.pass(at(19, 0));
    all.push(world.refused(by(A1, 4), check_in(Id::from_value(8889))));
    world.done(OPERATOR, posts(vec![posts_of::Post { closed: true, ..post_row(B1) }]));
    all.push(world.refused(by(B1, 3), check_in(assignment(B1, DAY, 1))));
    all.push(world.refused(OPERATOR, contact(B1)));
    world.pass(at(20, 30));
    all.push(world.refused(by(A2, 3), check_in(assignment(A2, DAY, 1))));
    assert!(matches!(world.standing(second), checkin::Standing::AtPost { .. }));
    all
}

fn of_watch() -> Vec<Refusal> {
    let mut world = World::manned();
    let officer = by(A, 2);
    let offer = |to| Command::Watch(watch::Command::Offer { unit: A, to });
    let triage = |line, owner| Command::Watch(watch::Command::Triage { unit: A, line, triage: Triage::Action, owner });
    let sign = Command::Watch(watch::Command::SignHandover { unit: A });
    let countersign = |line| Command::Watch(watch::Command::Countersign { unit: A, line });
    let mut all = vec![
        world.refused(OPERATOR, take(0, None)),
        world.refused(officer, offer(person(A, 3))),
        world.refused(by(A, 1), sign.clone()),
        world.refused(officer, log(Kind::VerbalOrder, None)),
        world.refused(officer, log(Kind::Message, Some(person(A, 1)))),
    ];
    world.done(officer, take(0, None));
    all.push(world.refused(officer, take(0, None)));
    all.push(world.refused(by(A, 1), offer(person(A, 3))));
    world.done(officer, log(Kind::Message, None));
    world.done(officer, log(Kind::VerbalOrder, Some(person(A, 1))));
    all.push(world.refused(by(A, 1), take(1, None)));
    all.push(world.refused(by(A, 1), take(2, None)));
    all.push(world.refused(by(A, 1), countersign(1)));
    all.push(world.refused(by(BUREAU, 1), countersign(2)));
    all.push(world.refused(officer, triage(9, None)));
    all.push(world.refused(officer, triage(1, None)));
    world.done(officer, Command::Watch(watch::Command::CloseLine { unit: A, line: 1 }));
    all.push(world.refused(officer, triage(1, None)));
    world.done(by(A, 1), take(2, Some(person(A, 1))));
    all.push(world.refused(by(A, 1), sign));
    all
}

fn of_notice() -> Vec<Refusal> {
    let mut world = World::manned();
    let quiet = Some(notice::Quiet { from: 60, to: 60 });
    let keep = notice::Command::Keep { person: person(A, 2), email: Some(WORDS), message: None, quiet };
    let (nowhere, channel) = (Id::from_value(NOWHERE), notice::Channel::Email);
    let record = notice::Command::Record { notice: nowhere, channel, outcome: notice::Outcome::Sent };
    let again = notice::Command::TryAgain { notice: nowhere, channel };
    [keep, record, again].map(|command| world.refused(OPERATOR, Command::Notice(command))).to_vec()
}

fn of_attachment() -> Vec<Refusal> {
    let mut world = World::manned();
    let erase = |id| Command::Attachment(attachment::Command::Erase { attachment: Id::from_value(id) });
    let mut all = vec![world.refused(OPERATOR, erase(NOWHERE)), world.refused(OPERATOR, attach(1, Subject::Unit(A)))];
    world.done(OPERATOR, attach(1, Subject::Watch(A)));
    all.push(world.refused(OPERATOR, attach(1, Subject::Watch(A))));
    for id in 2..=attachment::MOST_ON_A_SUBJECT as u64 {
        world.done(OPERATOR, attach(id, Subject::Watch(A)));
    }
    all.push(world.refused(OPERATOR, attach(99, Subject::Watch(A))));
    world.done(OPERATOR, erase(1));
    all.push(world.refused(OPERATOR, erase(1)));
    all
}

fn of_alarm() -> Vec<Refusal> {
    let mut world = World::manned();
    world.done(by(A1, 3), call(1, assignment(A1, DAY, 1), Need::Help));
    let alarm = world.board.alarms.open().find(|(_, found)| found.caller.is_some()).unwrap().0;
    let ask = Command::Alarm;
    let nowhere = alarm::Command::Take { alarm: Id::from_value(NOWHERE) };
    let (take, words) = (alarm::Command::Take { alarm }, WORDS);
    let mut all = vec![
        world.refused(OPERATOR, ask(take.clone())),
        world.refused(by(A1, 3), call(1, assignment(A1, DAY, 1), Need::Help)),
        world.refused(by(BUREAU, 2), ask(nowhere)),
        world.refused(by(A, 2), ask(alarm::Command::Clear { alarm, words })),
        world.refused(by(A, 2), ask(alarm::Command::HandOn { alarm, to: person(B, 2) })),
    ];
    world.done(by(A, 2), ask(take.clone()));
    all.push(world.refused(by(A, 2), ask(take.clone())));
    all.push(world.refused(by(A, 1), ask(take)));
    all
}

#[test]
fn every_refusal_can_be_provoked_and_says_what_to_do() {
    let mut all = [
        of_access(),
        of_force(),
        of_operation(),
        of_post(),
        of_roster(),
        of_checkin(),
        of_watch(),
        of_alarm(),
        of_attachment(),
        of_notice(),
    ]
    .concat();
    all.extend(crate::refusals_orders::all());
    all.extend(crate::refusals_roads::all());
    for refusal in &all {
        let words = refusal.to_string();
        assert!(words.len() > 25, "too few words: {words}");
        assert!(!words.contains("Person("), "the words show Rust: {words}");
    }
    let provoked: BTreeSet<String> = all.iter().map(name).collect();
    let declared: usize = SOURCES.iter().map(|source| source.matches("#[error(").count()).sum();
    assert_eq!(provoked.len(), declared, "some refusal is not provoked; these are: {provoked:#?}");
}
