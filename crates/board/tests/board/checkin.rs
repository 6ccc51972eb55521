use board::checkin::{Answer, Event, LeaveReason, PostState, Refusal, Standing};
use board::operation::{OperationRow, Phase};
use board::{Actor, Command, Id, OperationId, RollCallId, checkin};

use crate::support::*;

const OPERATOR: Actor = Actor::Operator;

fn here(world: &World) -> Vec<board::AssignmentId> {
    world.duty(A1).here.to_vec()
}

#[test]
fn expected_then_late_then_at_post_then_relieved() {
    let mut world = World::running();
    let first = assignment(A1, DAY, 1);
    world.pass(at(8, 0));
    assert_eq!((world.standing(first), world.duty(A1).state()), (Standing::Expected, PostState::Awaited));
    world.pass(at(8, 10));
    assert_eq!(world.standing(first), Standing::Late { since: at(8, 10) });
    assert_eq!((world.duty(A1).state(), world.duty(A1).unmanned_since), (PostState::Unmanned, Some(at(8, 10))));
    world.now = at(8, 25);
    let events = world.done(by(A1, 3), check_in(first));
    assert!(matches!(
        events[..],
        [board::Event::Checkin(Event::CheckedIn { late_by: 25, .. }), board::Event::Alarm(_)]
    ));
    assert_eq!((world.duty(A1).state(), world.duty(A1).late), (PostState::Short, 1));
    assert_eq!(world.duty(A1).unmanned_since, None);
    world.pass(at(20, 0));
    world.done(by(A1, 3), leave(first, LeaveReason::EndOfShift));
    assert_eq!(world.standing(first), Standing::Relieved { since: at(8, 25), until: at(20, 0) });
}

#[test]
fn missed_is_said_only_when_the_shift_has_ended() {
    let mut world = World::running();
    world.pass(at(19, 59));
    assert!(matches!(world.standing(assignment(A1, DAY, 1)), Standing::Late { .. }));
    world.pass(at(20, 0));
    assert_eq!(world.standing(assignment(A1, DAY, 1)), Standing::Missed { at: at(20, 0) });
}

#[test]
fn a_clock_that_comes_round_late_says_when_things_were_due() {
    let mut world = World::running();
    let events = world.pass(at(30, 0));
    let began = events.iter().find_map(|event| match event {
        board::Event::Checkin(Event::ShiftBegan { at, post: found, .. }) if *found == post(A1) => Some(*at),
        _ => None,
    });
    assert_eq!(began, Some(at(8, 0)));
    assert_eq!(world.standing(assignment(A1, DAY, 1)), Standing::Missed { at: at(20, 0) });
    assert!(world.board.next_timer().is_some_and(|due| due > at(30, 0)));
}

#[test]
fn a_left_post_is_unmanned_and_who_left_may_come_back() {
    let mut world = World::manned();
    let (first, second) = (assignment(A1, DAY, 1), assignment(A1, DAY, 2));
    world.done(by(A1, 3), leave(first, LeaveReason::Ill));
    assert_eq!(world.duty(A1).state(), PostState::Short);
    world.now = at(8, 55);
    world.done(by(A1, 4), leave(second, LeaveReason::Other));
    assert_eq!((world.duty(A1).state(), world.duty(A1).unmanned_since), (PostState::Unmanned, Some(at(8, 55))));
    assert_eq!(world.duty(A1).contact_due, None, "nobody is there to answer");
    world.done(by(A1, 3), check_in(first));
    assert_eq!((world.duty(A1).state(), world.duty(A1).unmanned_since), (PostState::Short, None));
}

#[test]
fn a_handover_overlaps_and_relief_names_whom_it_relieves() {
    let mut world = World::running();
    world.pass(at(20, 0));
    for number in [1, 2] {
        world.done(by(A1, 4 + number), check_in(assignment(A1, NIGHT, number)));
    }
    world.pass(at(32, 0)); // the next day shift begins; the night ends at 32:15
    assert_eq!(world.duty(A1).shift, Some(shift(A1, NEXT_DAY)));
    assert_eq!(world.duty(A1).state(), PostState::Manned, "the night is still there");
    let (day, night) = (assignment(A1, NEXT_DAY, 1), assignment(A1, NIGHT, 1));
    world.done(by(A1, 3), relieve(day, Some(night)));
    assert_eq!(world.standing(night), Standing::Relieved { since: at(20, 0), until: at(32, 0) });
    assert_eq!(here(&world), [assignment(A1, NIGHT, 2), day]);
    world.pass(at(32, 15));
    assert_eq!(world.duty(A1).shift, Some(shift(A1, NEXT_DAY)), "the end of the night leaves the day alone");
}

#[test]
fn late_relief_names_who_still_waits() {
    let mut world = World::manned();
    world.pass(at(20, 14));
    let events = world.pass(at(20, 15));
    let waiting = events.iter().find_map(|event| match event {
        board::Event::Checkin(Event::ReliefLate { post: found, waiting, .. }) if *found == post(A1) => Some(waiting),
        _ => None,
    });
    assert_eq!(waiting, Some(&vec![assignment(A1, DAY, 1), assignment(A1, DAY, 2)]));
    assert_eq!(world.duty(A1).waiting[..], [assignment(A1, DAY, 1), assignment(A1, DAY, 2)]);
    world.done(by(A1, 1), leave(assignment(A1, DAY, 1), LeaveReason::EndOfShift));
    assert_eq!(world.duty(A1).waiting[..], [assignment(A1, DAY, 2)], "who has gone waits no more");
}

#[test]
fn one_person_in_two_shifts_at_one_post_passes_from_the_one_into_the_other() {
    let mut world = World::manned();
    let span = board::Span::new(at(20, 0), at(23, 0));
    let evening = board::roster::ShiftRow { id: Id::from_value(6), span, ..shift_row(A1, NIGHT) };
    let night = row(Id::from_value(5), evening.id, person(A1, 3));
    world.done(OPERATOR, roster_plan(vec![evening], vec![night]));
    world.pass(at(19, 0));
    world.done(by(A1, 3), check_in(night.id));
    assert!(matches!(world.standing(assignment(A1, DAY, 1)), Standing::Relieved { .. }));
    assert_eq!(here(&world), [assignment(A1, DAY, 2), night.id]);
}

#[test]
fn nobody_is_at_posts_of_two_operations() {
    let mut world = World::manned();
    let second = OperationId::from_value(901);
    world.done(OPERATOR, plan(OperationRow { id: second, ..operation_row() }));
    let (there, span) = (Id::from_value(5), board::Span::new(at(20, 0), at(22, 0)));
    let posts = vec![board::post::Post { id: there, ..post_row(A1) }];
    world.done(OPERATOR, Command::Post(board::post::Command::Plan { operation: second, posts }));
    let shifts = vec![board::roster::ShiftRow { id: Id::from_value(6), post: there, span, ..shift_row(A1, DAY) }];
    let assignments = vec![row(Id::from_value(7), Id::from_value(6), person(A1, 3))];
    world.done(OPERATOR, Command::Roster(board::roster::Command::Plan { operation: second, shifts, assignments }));
    let active = board::operation::Command::SetPhase { operation: second, phase: Phase::Active };
    world.done(OPERATOR, Command::Operation(active));
    world.pass(at(19, 0));
    let (relieves, how) = (None, checkin::How::InPerson);
    let assignment = Id::from_value(7);
    let command = checkin::Command::CheckIn { operation: second, assignment, relieves, how, claimed: None };
    let refused = world.refused(by(A1, 3), Command::Checkin(command));
    assert_eq!(refused, Refusal::AtAnotherPost { person: person(A1, 3), post: post(A1) }.into());
}

#[test]
fn who_is_excused_is_neither_late_nor_missed() {
    let mut world = World::running();
    world.done(by(A, 2), excuse(assignment(A1, DAY, 1)));
    world.pass(at(8, 10));
    world.done(by(A, 2), excuse(assignment(A1, DAY, 2)));
    assert_eq!(world.duty(A1).late, 0);
    world.pass(at(20, 0));
    assert_eq!(world.standing(assignment(A1, DAY, 1)), Standing::Excused { at: at(7, 0) });
}

#[test]
fn a_roll_call_asks_only_those_who_are_not_known_to_be_there() {
    let mut world = World::manned();
    world.done(by(A, 2), excuse(assignment(A2, DAY, 2)));
    let open = |number: u64| {
        let id = RollCallId::from_value(number);
        Command::Checkin(checkin::Command::OpenRollCall { operation: OPERATION, id, unit: A })
    };
    let close = |number: u64| {
        let id = RollCallId::from_value(number);
        Command::Checkin(checkin::Command::CloseRollCall { operation: OPERATION, id })
    };
    world.done(by(A, 2), open(1));
    let missing = assignment(A2, DAY, 1);
    let call = world.operation().presence.roll_call(RollCallId::from_value(1)).unwrap();
    assert_eq!((call.expected, call.at_post), (4, 2));
    assert_eq!(call.exceptions.keys().collect::<Vec<_>>(), [&missing]);
    let (id, answer) = (RollCallId::from_value(1), Answer::Coming);
    let operation = OPERATION;
    let command = checkin::Command::AnswerRollCall { operation, id, assignment: missing, answer };
    world.done(by(A, 2), Command::Checkin(command));
    world.done(by(A, 2), close(1));
    world.refused(by(A, 2), close(1));
    world.done(by(A, 2), open(2));
    assert_eq!(world.operation().presence.roll_calls().count(), 1, "the board keeps the latest of a unit");
}

#[test]
fn a_silent_post_is_an_exception_of_the_roll_call() {
    let mut world = World::manned();
    world.pass(at(9, 0));
    let id = RollCallId::from_value(1);
    world.done(by(A, 2), Command::Checkin(checkin::Command::OpenRollCall { operation: OPERATION, id, unit: A1 }));
    let call = world.operation().presence.roll_call(id).unwrap();
    assert_eq!((call.expected, call.at_post, call.exceptions.len()), (2, 0, 2));
}

#[test]
fn a_clock_set_back_changes_nothing_that_is_done() {
    let mut world = World::manned();
    assert_eq!(world.pass(at(1, 0)), []);
    world.refused(by(A1, 5), check_in(assignment(A1, NIGHT, 1)));
    assert_eq!(world.duty(A1).state(), PostState::Manned);
}
