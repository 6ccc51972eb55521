use board::checkin::{How, LeaveReason, PostState, Standing};
use board::operation::OperationRow;
use board::roster::{Refusal, ShiftRow};
use board::{Actor, Command, Id, OperationId, Span, checkin, force, roster};

use crate::support::*;

const OPERATOR: Actor = Actor::Operator;

fn shift_only(row: ShiftRow) -> Command {
    roster_plan(vec![row], Vec::new())
}

#[test]
fn a_shift_over_midnight_is_one_shift() {
    let mut world = World::running();
    world.pass(at(23, 59));
    assert_eq!(world.duty(A1).shift, Some(shift(A1, NIGHT)));
    world.done(by(A1, 5), check_in(assignment(A1, NIGHT, 1)));
    world.pass(at(24, 1));
    assert_eq!(world.duty(A1).shift, Some(shift(A1, NIGHT)));
    assert_eq!(world.duty(A1).here.to_vec(), [assignment(A1, NIGHT, 1)]);
    let midnight = Span::new(at(24, 0), at(24, 1));
    assert_eq!(world.operation().roster.shifts_of(post(A1), midnight).count(), 1);
    assert_eq!(world.operation().roster.duties_of(person(A1, 5), midnight).count(), 1);
}

#[test]
fn a_pinned_assignment_is_moved_by_nothing() {
    let mut world = World::running();
    let held = assignment(A1, NIGHT, 1);
    world.done(by(A, 1), pin(held, true));
    assert_eq!(world.done(by(A, 1), pin(held, true)), []);
    let refused = Refusal::IsPinned { person: person(A1, 5) }.into();
    let later = Span::new(at(21, 0), at(32, 15));
    for command in [
        unassign(held),
        replace(held, person(A1, 8)),
        swap(held, assignment(A1, DAY, 1)),
        swap(assignment(A1, DAY, 1), held),
        assign(row(held, shift(A1, DAY), person(A1, 8))),
        roster_plan(Vec::new(), vec![row(held, shift(A1, NIGHT), person(A1, 8))]),
        drop_shift(shift(A1, NIGHT)),
        shift_only(ShiftRow { span: later, ..shift_row(A1, NIGHT) }),
        shift_only(ShiftRow { post: post(A2), ..shift_row(A1, NIGHT) }),
    ] {
        assert_eq!(world.refused(by(A, 1), command), refused);
    }
    world.done(by(A, 1), shift_only(ShiftRow { required: 1, ..shift_row(A1, NIGHT) }));
    world.done(by(A, 1), pin(held, false));
    world.done(by(A, 1), unassign(held));
}

#[test]
fn two_people_take_each_others_shifts() {
    let mut world = World::running();
    let (day, other) = (assignment(A1, DAY, 1), assignment(A2, DAY, 1));
    world.done(by(A, 2), swap(day, other));
    let who = |id| world.operation().roster.assignment(id).unwrap().person;
    assert_eq!((who(day), who(other)), (person(A2, 3), person(A1, 3)));
    assert_eq!(world.done(by(A, 2), swap(day, day)), [], "a swap with oneself is nothing");
    assert_eq!(world.operation().roster.shift(shift(A1, DAY)).unwrap().assigned.len(), 3);
}

#[test]
fn who_stands_in_is_expected_and_who_is_replaced_is_free() {
    let mut world = World::running();
    world.pass(at(8, 10));
    assert_eq!(world.duty(A1).late, 2);
    world.done(by(A, 2), replace(assignment(A1, DAY, 1), person(A1, 8)));
    assert_eq!(world.duty(A1).late, 1);
    assert_eq!(world.standing(assignment(A1, DAY, 1)), Standing::Expected);
    world.done(OPERATOR, assign(row(Id::from_value(5), shift(A2, DAY), person(A1, 3))));
}

#[test]
fn nobody_is_rostered_twice_at_once_in_any_operation() {
    let mut world = World::running();
    let second = OperationId::from_value(901);
    world.done(OPERATOR, plan(OperationRow { id: second, ..operation_row() }));
    let posts = vec![board::post::Post { id: Id::from_value(5), ..post_row(B2) }];
    world.done(OPERATOR, Command::Post(board::post::Command::Plan { operation: second, posts }));
    let shifts = vec![ShiftRow { id: Id::from_value(6), post: Id::from_value(5), ..shift_row(B2, DAY) }];
    let assignments = vec![row(Id::from_value(7), Id::from_value(6), person(A1, 3))];
    let refused =
        world.refused(OPERATOR, Command::Roster(roster::Command::Plan { operation: second, shifts, assignments }));
    assert_eq!(refused, Refusal::Clash { person: person(A1, 3), post: post(A1), from: at(8, 0), to: at(20, 0) }.into());
}

#[test]
fn a_shift_does_not_grow_into_another_of_the_same_person() {
    let mut world = World::running();
    let span = Span::new(at(8, 0), at(33, 0));
    let refused = world.refused(OPERATOR, shift_only(ShiftRow { span, ..shift_row(A1, DAY) }));
    assert!(matches!(refused, board::Refusal::Roster(Refusal::Clash { .. })));
}

#[test]
fn an_assignment_cannot_be_pulled_from_a_post_one_does_not_command() {
    let mut world = World::running();
    let stolen = row(assignment(B1, NIGHT, 1), shift(A1, NIGHT), person(A1, 8));
    assert!(matches!(world.refused(by(A, 1), assign(stolen)), board::Refusal::Denied(_)));
    assert!(matches!(world.refused(by(A, 1), roster_plan(vec![], vec![stolen])), board::Refusal::Denied(_)));
    // Nor may somebody else's people be put on one's own post.
    let lent = row(Id::from_value(5), shift(A1, NIGHT), person(B1, 8));
    assert!(matches!(world.refused(by(A, 1), assign(lent)), board::Refusal::Denied(_)));
    world.done(by(BUREAU, 1), assign(lent));
}

#[test]
fn a_shift_that_is_on_grows_and_shrinks_without_a_flicker() {
    let mut world = World::manned();
    world.done(by(A, 1), shift_only(ShiftRow { required: 3, ..shift_row(A1, DAY) }));
    assert_eq!(world.duty(A1).state(), PostState::Short);
    world.done(by(A, 1), shift_only(ShiftRow { span: Span::new(at(8, 0), at(10, 0)), ..shift_row(A1, DAY) }));
    assert_eq!(world.duty(A1).state(), PostState::Manned);
    world.pass(at(10, 0));
    assert_eq!(world.duty(A1).shift, None);
}

#[test]
fn a_shift_of_yesterday_does_not_end_the_one_that_is_on() {
    let mut world = World::manned();
    world.pass(at(21, 0));
    assert_eq!(world.duty(A1).shift, Some(shift(A1, NIGHT)));
    world.done(OPERATOR, shift_only(ShiftRow { required: 1, ..shift_row(A1, DAY) }));
    assert_eq!(world.pass(at(21, 0)), []);
    // An extension of a shift that has ended is on again, beneath the later one.
    world.done(OPERATOR, shift_only(ShiftRow { span: Span::new(at(8, 0), at(22, 0)), ..shift_row(A1, DAY) }));
    world.pass(at(21, 0));
    assert_eq!(world.duty(A1).shift, Some(shift(A1, NIGHT)));
    world.pass(at(22, 0));
    assert_eq!(world.duty(A1).shift, Some(shift(A1, NIGHT)));
}

#[test]
fn a_reinforcement_within_a_shift_gives_back_to_it_when_it_ends() {
    let mut world = World::manned();
    let span = Span::new(at(10, 0), at(12, 0));
    world.done(OPERATOR, shift_only(ShiftRow { id: Id::from_value(5), span, required: 4, ..shift_row(A1, DAY) }));
    world.pass(at(11, 0));
    assert_eq!((world.duty(A1).shift, world.duty(A1).required), (Some(Id::from_value(5)), 4));
    world.pass(at(12, 0));
    assert_eq!((world.duty(A1).shift, world.duty(A1).required), (Some(shift(A1, DAY)), 2));
    assert!(world.duty(A1).settled);
    assert_eq!(world.duty(A1).state(), PostState::Manned);
}

#[test]
fn who_has_left_the_force_is_rostered_no_more() {
    let mut world = World::running();
    world.leaves(person(A1, 5));
    let gone = force::Refusal::HasLeft { person: person(A1, 5), since: at(7, 0) };
    assert_eq!(world.refused(OPERATOR, swap(assignment(A1, DAY, 1), assignment(A1, NIGHT, 1))), gone.into());
    world.done(OPERATOR, replace(assignment(A1, NIGHT, 1), person(A1, 8)));
}

#[test]
fn standby_is_not_missed_and_may_come_to_the_post() {
    let mut world = World::manned();
    world.done(by(A1, 3), leave(assignment(A1, DAY, 1), LeaveReason::Ill));
    assert_eq!(world.duty(A1).state(), PostState::Short);
    let how = How::InPerson;
    let (operation, assignment) = (OPERATION, assignment(A1, DAY, 3));
    let command = checkin::Command::CheckIn { operation, assignment, relieves: None, how, claimed: None };
    world.done(by(A1, 7), Command::Checkin(command));
    assert_eq!(world.duty(A1).state(), PostState::Manned);
    world.pass(at(20, 0));
    assert_eq!(world.standing(crate::support::assignment(A2, DAY, 3)), Standing::Expected);
}
