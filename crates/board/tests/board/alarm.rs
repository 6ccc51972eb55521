use board::alarm::{Alarm, Command as Ask, End, Event, Kind, MOST_ENDED, Need, Priority, Refusal};
use board::checkin::LeaveReason;
use board::operation::Phase;
use board::{Actor, AlarmId, At, Command, Minutes, PersonId, Subject, TextId, UnitId, post as posts_of, watch};

use crate::support::*;

fn ask(command: Ask) -> Command {
    Command::Alarm(command)
}
fn take(alarm: AlarmId) -> Command {
    ask(Ask::Take { alarm })
}
fn clear(alarm: AlarmId) -> Command {
    ask(Ask::Clear { alarm, words: WORDS })
}
fn keep_watch(unit: UnitId) -> Command {
    Command::Watch(watch::Command::Take { unit, leader: None, read_to: 0, carry_to: None })
}
/// The open alarms of a kind, with their units.
fn of_kind(world: &World, kind: Kind) -> Vec<(UnitId, AlarmId)> {
    let open = world.board.alarms.open().filter(|(_, alarm)| alarm.cause.kind == kind);
    open.map(|(id, alarm)| (alarm.cause.unit, id)).collect()
}
fn only(world: &World, kind: Kind) -> (AlarmId, Alarm) {
    let found = of_kind(world, kind);
    let [(_, id)] = found[..] else { panic!("expected one alarm of {kind:?}: {found:?}") };
    (id, world.board.alarms.get(id).unwrap().clone())
}
fn called(need: Need) -> (World, AlarmId) {
    let mut world = World::manned();
    world.done(by(A1, 3), call(1, assignment(A1, DAY, 1), need));
    let (id, _) = only(&world, need.kind());
    (world, id)
}
/// Station A1 with a second post: the plan of the first under another number.
fn second_post(world: &mut World) -> board::PostId {
    let id = board::PostId::from_value(7001);
    let row = posts_of::Post { id, number: "HS-SECOND".into(), ..post_row(A1) };
    world.done(Actor::Operator, posts(vec![row]));
    let span = board::Span::new(at(9, 0), at(20, 0));
    let shift = board::roster::ShiftRow { id: board::ShiftId::from_value(7002), post: id, span, ..shift_row(A1, DAY) };
    world.done(Actor::Operator, roster_plan(vec![shift], Vec::new()));
    id
}

#[test]
fn an_unmanned_post_is_an_alarm_of_its_unit_and_passes_when_somebody_comes() {
    let mut world = World::running();
    let events = world.pass(at(8, 10));
    let raised = events.iter().filter(|event| matches!(event, board::Event::Alarm(Event::Raised { .. })));
    assert_eq!(raised.count(), 4, "one for every station");
    let (id, alarm) = of_kind(&world, Kind::PostUnmanned)
        .into_iter()
        .find(|(unit, _)| *unit == B1)
        .map(|(_, id)| (id, world.board.alarms.get(id).unwrap().clone()))
        .unwrap();
    assert_eq!((alarm.since, alarm.priority, alarm.operation), (at(8, 10), Priority::Urgent, Some(OPERATION)));
    assert!(alarm.subjects.contains(&Subject::Post(post(B1))));
    let events = world.done(by(B1, 3), check_in(assignment(B1, DAY, 1)));
    assert!(matches!(events[..], [board::Event::Checkin(_), board::Event::Alarm(Event::Eased { .. })]), "{events:?}");
    assert!(world.board.alarms.get(id).is_none());
    assert_eq!(world.board.alarms.find(id).unwrap().end, Some(End::Passed { at: at(8, 10) }));
}

#[test]
fn posts_of_one_unit_are_one_alarm_that_asks_again_when_it_grows() {
    let mut world = World::running();
    let second = second_post(&mut world);
    world.pass(at(8, 10));
    let first = of_kind(&world, Kind::PostUnmanned).into_iter().find(|(unit, _)| *unit == A1).unwrap().1;
    world.done(by(A, 2), take(first));
    world.pass(at(9, 10));
    let alarm = world.board.alarms.get(first).unwrap();
    assert_eq!(alarm.subjects.len(), 2, "{alarm:?}");
    assert_eq!((alarm.owner, alarm.before, alarm.asked), (None, Some(person(A, 2)), at(9, 10)));
    // One of the two is right again: the alarm stays for the other.
    world.done(by(A1, 3), check_in(assignment(A1, DAY, 1)));
    let alarm = world.board.alarms.get(first).unwrap();
    assert_eq!(alarm.subjects.iter().copied().collect::<Vec<_>>(), [Subject::Post(second)]);
}

#[test]
fn silence_is_an_alarm_only_if_it_lasts() {
    let mut world = World::manned();
    let due = world.duty(A1).contact_due.expect("the fixture's posts are asked for contacts");
    world.pass(due);
    assert!(world.duty(A1).overdue_since.is_some());
    assert_eq!(of_kind(&world, Kind::ContactOverdue), [], "noted, and not yet an alarm");
    world.done(Actor::Operator, contact(A1));
    world.pass(due.plus(Kind::ContactOverdue.delay()));
    assert_eq!(of_kind(&world, Kind::ContactOverdue), [], "they answered in time");
    let due = world.duty(A1).contact_due.unwrap();
    world.pass(due.plus(Kind::ContactOverdue.delay()));
    let (id, alarm) = only(&world, Kind::ContactOverdue);
    assert_eq!((alarm.since, alarm.raised), (due, due.plus(Kind::ContactOverdue.delay())));
    world.done(Actor::Operator, contact(A1));
    assert!(world.board.alarms.get(id).is_none());
}

#[test]
fn nobody_takes_it_and_it_asks_the_next_watch_above() {
    let mut world = World::manned();
    world.done(by(A, 2), keep_watch(A));
    world.done(by(BUREAU, 2), keep_watch(BUREAU));
    world.done(by(A1, 3), call(2, assignment(A1, DAY, 1), Need::Help));
    let (id, alarm) = only(&world, Kind::HelpNeeded);
    assert_eq!((alarm.asks, alarm.caller), (A, Some(person(A1, 3))), "the station keeps no watch, the county does");
    let patience = Kind::HelpNeeded.patience();
    world.pass(at(8, 50).plus(patience));
    let alarm = world.board.alarms.get(id).unwrap();
    assert_eq!((alarm.asks, alarm.escalated, alarm.escalates), (BUREAU, 1, None), "nobody is above the bureau");
    world.done(by(BUREAU, 2), take(id));
    world.pass(at(12, 0));
    assert_eq!(world.board.alarms.get(id).unwrap().owner, Some((person(BUREAU, 2), at(8, 50).plus(patience))));
}

#[test]
fn what_somebody_has_in_hand_goes_nowhere() {
    let (mut world, id) = called(Need::Help);
    world.done(by(A, 2), take(id));
    world.pass(at(11, 0));
    let alarm = world.board.alarms.get(id).unwrap();
    assert_eq!((alarm.owner, alarm.escalated), (Some((person(A, 2), at(8, 50))), 0));
}

#[test]
fn two_who_take_it_at_once_get_one_owner() {
    let (mut world, id) = called(Need::Help);
    world.done(by(A, 2), take(id));
    let since = at(8, 50);
    assert_eq!(world.refused(by(A, 1), take(id)), Refusal::AlarmTaken { person: person(A, 2), since }.into());
    assert_eq!(world.refused(by(A, 2), take(id)), Refusal::AlarmIsYours { since }.into());
}

#[test]
fn an_alarm_goes_from_hand_to_hand_and_is_cleared_in_words() {
    let (mut world, id) = called(Need::Help);
    world.done(by(A, 2), take(id));
    world.done(by(A, 2), ask(Ask::Report { alarm: id, words: WORDS }));
    world.done(by(A, 2), ask(Ask::HandOn { alarm: id, to: person(A, 1) }));
    let alarm = world.board.alarms.get(id).unwrap();
    assert_eq!((alarm.owner, alarm.doing), (Some((person(A, 1), at(8, 50))), Some((WORDS, person(A, 2), at(8, 50)))));
    world.refused(by(A, 2), clear(id));
    world.done(by(A, 1), clear(id));
    let end = world.board.alarms.find(id).unwrap().end;
    assert_eq!(end, Some(End::Cleared { by: person(A, 1), words: WORDS, at: at(8, 50) }));
    assert_eq!(world.refused(by(A, 1), take(id)), Refusal::NoSuchAlarm { alarm: id }.into());
}

#[test]
fn what_was_cleared_is_not_raised_again_until_it_was_right_in_between() {
    let mut world = World::running();
    world.pass(at(8, 10));
    let of_b1 = |world: &World| of_kind(world, Kind::PostUnmanned).into_iter().find(|(unit, _)| *unit == B1);
    let (_, id) = of_b1(&world).unwrap();
    world.done(by(B, 2), take(id));
    world.done(by(B, 2), clear(id)); // "the pass is closed, nobody is needed there"
    world.pass(at(19, 0));
    assert_eq!(of_b1(&world), None, "still unmanned, and cleared");
    world.done(by(B1, 3), check_in(assignment(B1, DAY, 1)));
    world.done(by(B1, 3), leave(assignment(B1, DAY, 1), LeaveReason::Ill));
    assert!(of_b1(&world).is_some_and(|(_, again)| again != id));
}

#[test]
fn a_second_call_from_the_same_post_asks_again() {
    let (mut world, id) = called(Need::Help);
    world.done(by(A, 2), take(id));
    world.now = at(8, 55);
    world.done(by(A1, 4), call(3, assignment(A1, DAY, 2), Need::Help));
    let (again, alarm) = only(&world, Kind::HelpNeeded);
    assert_eq!((again, alarm.owner, alarm.before), (id, None, Some(person(A, 2))));
}

#[test]
fn who_goes_off_duty_hands_their_alarms_on() {
    let mut world = World::manned();
    world.grant(person(A, 3), board::access::Role::DutyOfficer, A);
    world.done(by(A, 2), keep_watch(A));
    world.done(by(A1, 3), call(4, assignment(A1, DAY, 1), Need::Help));
    let (id, _) = only(&world, Kind::HelpNeeded);
    world.done(by(A, 2), take(id));
    world.done(by(A, 3), keep_watch(A));
    assert_eq!(world.board.alarms.get(id).unwrap().owner, Some((person(A, 3), at(8, 50))));
    // A watch taken without an offer waits for a signature, and after an hour that is an alarm too.
    assert_eq!(of_kind(&world, Kind::HandoverUnsigned), []);
    world.pass(at(9, 50));
    let (unsigned, _) = only(&world, Kind::HandoverUnsigned);
    world.done(by(A, 1), Command::Watch(watch::Command::SignHandover { unit: A }));
    assert!(world.board.alarms.get(unsigned).is_none());
}

#[test]
fn an_owner_who_leaves_the_force_has_it_in_hand_no_more() {
    let (mut world, id) = called(Need::Help);
    world.done(by(A, 2), take(id));
    world.leaves(person(A, 2));
    let alarm = world.board.alarms.get(id).unwrap();
    assert_eq!((alarm.owner, alarm.before), (None, Some(person(A, 2))));
}

#[test]
fn relief_that_is_called_for_is_over_when_the_caller_goes_off() {
    let (mut world, id) = called(Need::Relief);
    world.done(by(A1, 4), leave(assignment(A1, DAY, 2), LeaveReason::Ill));
    assert!(world.board.alarms.get(id).is_some(), "somebody else left");
    world.done(by(A1, 3), leave(assignment(A1, DAY, 1), LeaveReason::Ill));
    assert!(world.board.alarms.get(id).is_none());
    // A call for help is over only in words: who called may be in no state to say so.
    let (mut world, id) = called(Need::Help);
    world.done(by(A1, 3), leave(assignment(A1, DAY, 1), LeaveReason::Ill));
    assert!(world.board.alarms.get(id).is_some());
}

#[test]
fn relief_late_beyond_the_bound_is_an_alarm() {
    let mut world = World::manned();
    world.pass(at(20, 15));
    assert_eq!(of_kind(&world, Kind::ReliefLate), []);
    world.pass(at(20, 15).plus(Kind::ReliefLate.delay()));
    let (id, _) = only(&world, Kind::ReliefLate);
    for number in [1, 2] {
        world.done(by(A1, 4 + number), relieve(assignment(A1, NIGHT, number), Some(assignment(A1, DAY, number))));
    }
    assert!(world.board.alarms.get(id).is_none());
}

#[test]
fn a_closed_operation_leaves_no_alarm() {
    let mut world = World::running();
    world.pass(at(8, 10));
    world.done(by(B1, 3), call(5, assignment(B1, DAY, 1), Need::Help));
    assert_eq!(world.board.alarms.open().count(), 5);
    world.done(Actor::Operator, phase(Phase::StandDown));
    world.done(Actor::Operator, phase(Phase::Closed));
    assert_eq!(world.board.alarms.open().count(), 0);
    assert_eq!(world.board.next_timer(), None);
    assert_eq!(world.board.alarms.ended().count(), 5);
}

#[test]
fn a_post_that_is_closed_is_no_alarm_any_more() {
    let mut world = World::running();
    world.pass(at(8, 10));
    world.done(Actor::Operator, posts(vec![posts_of::Post { closed: true, ..post_row(B1) }]));
    assert!(of_kind(&world, Kind::PostUnmanned).iter().all(|(unit, _)| *unit != B1));
}

#[test]
fn only_who_may_answer_takes_an_alarm() {
    let (mut world, id) = called(Need::Help);
    for stranger in [by(A1, 3), by(B, 2), by(BUREAU, 5)] {
        assert!(matches!(world.refused(stranger, take(id)), board::Refusal::Denied(_)), "{stranger:?}");
    }
    let (to, unit): (PersonId, UnitId) = (person(A1, 3), A1);
    let refusal = world.refused(by(A, 2), ask(Ask::HandOn { alarm: id, to }));
    assert_eq!(refusal, Refusal::CannotAnswer { person: to, unit }.into());
    // Nobody calls from another's post.
    assert!(matches!(world.refused(by(B1, 3), call(6, assignment(A1, DAY, 2), Need::Help)), board::Refusal::Denied(_)));
}

#[test]
fn the_rate_counts_what_asked_a_watch_in_the_last_hour() {
    let mut world = World::manned();
    world.done(by(A, 2), keep_watch(A));
    let before = world.board.alarms.rate(A, world.now);
    world.done(by(A1, 3), call(7, assignment(A1, DAY, 1), Need::Help));
    assert_eq!(world.board.alarms.rate(A, world.now), before + 1);
    let (id, _) = only(&world, Kind::HelpNeeded);
    world.done(by(A, 2), take(id));
    world.done(by(A, 2), clear(id));
    assert_eq!(world.board.alarms.rate(A, world.now), before + 1, "it counts although it is over");
    assert_eq!(world.board.alarms.rate(A, at(9, 50)), 0);
    assert_eq!(world.board.alarms.rate(B, world.now), 0);
}

#[test]
fn alarms_that_are_over_stay_in_bounds() {
    let mut world = World::manned();
    let give = |world: &mut World, actor, command| {
        let context = world.context();
        board::execute(&mut world.board, actor, command, &context).unwrap();
    };
    for number in 0..MOST_ENDED as i64 + 5 {
        world.now = At::from_millis(at(9, 0).millis() + number);
        give(&mut world, by(A1, 3), call(number as u64 + 100, assignment(A1, DAY, 1), Need::Help));
        let (id, _) = only(&world, Kind::HelpNeeded);
        give(&mut world, by(A, 2), take(id));
        give(&mut world, by(A, 2), ask(Ask::Clear { alarm: id, words: TextId::from_value(number as u64) }));
    }
    assert_eq!(world.board.alarms.ended().count(), MOST_ENDED);
    let newest = world.board.alarms.ended().next().unwrap().1.end;
    assert!(matches!(newest, Some(End::Cleared { words, .. }) if words.value() == MOST_ENDED as u64 + 4));
}

#[test]
fn priorities_and_terms_are_those_of_the_kinds() {
    for kind in Kind::ALL {
        assert!(kind.patience() > Minutes(0) && kind.patience() <= Minutes(15), "{kind:?}");
        assert!(kind.priority() != Priority::Emergency || kind.delay() == Minutes(0), "{kind:?} cannot wait");
    }
}
