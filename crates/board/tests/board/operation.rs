use board::operation::{Level, OperationRow, Phase, ProposalState};
use board::{Actor, Event, OperationId, Refusal, Span, operation, post as posts_of, roster};

use crate::support::*;

const OPERATOR: Actor = Actor::Operator;

#[test]
fn phases_go_forward_only() {
    use Phase::{Active, Closed, Planning, StandDown};
    let mut world = World::planned();
    for (present, next) in [(Planning, Active), (Active, StandDown), (StandDown, Closed)] {
        for wrong in [Planning, Active, StandDown, Closed].into_iter().filter(|phase| *phase != next) {
            let refused = world.refused(OPERATOR, phase(wrong));
            assert_eq!(refused, operation::Refusal::PhaseOrder { from: present, to: wrong }.into());
        }
        world.done(OPERATOR, phase(next));
    }
    assert!(world.board.operation(OPERATION).is_none(), "a closed operation leaves the board");
    assert_eq!(world.board.closed_operations().count(), 1);
}

#[test]
fn a_closed_operation_is_not_opened_again_by_an_old_file() {
    let mut world = World::planned();
    for next in [Phase::Active, Phase::StandDown, Phase::Closed] {
        world.done(OPERATOR, phase(next));
    }
    let refused = world.refused(OPERATOR, plan(operation_row()));
    assert_eq!(refused, operation::Refusal::PhaseOrder { from: Phase::Closed, to: Phase::Planning }.into());
}

#[test]
fn planning_the_same_twice_changes_nothing() {
    let mut world = World::running();
    assert_eq!(world.done(OPERATOR, plan(operation_row())), []);
    assert_eq!(world.done(OPERATOR, posts(STATIONS.map(post_row).to_vec())), []);
    let shifts = [DAY, NIGHT, NEXT_DAY].map(|number| shift_row(A1, number)).to_vec();
    assert_eq!(world.done(OPERATOR, roster_plan(shifts, assignment_rows(A1))), []);
    let row = assignment_rows(A1)[0];
    assert_eq!(world.done(OPERATOR, assign(row)), []);
}

#[test]
fn setting_a_level_proposes_its_actions_and_withdraws_the_open_ones_of_the_last() {
    let mut world = World::running();
    world.done(by(BUREAU, 1), level(1));
    world.done(by(BUREAU, 1), answer(1, true));
    world.done(by(BUREAU, 1), level(2));
    let listed: Vec<(u32, u8)> = world.operation().proposals.iter().map(|found| (found.number, found.rung)).collect();
    assert_eq!(listed, [(1, 1), (3, 2)]);
    assert!(matches!(world.operation().proposals[0].state, ProposalState::Taken { .. }));
    world.refused(by(BUREAU, 1), answer(2, true));
    world.done(by(BUREAU, 1), answer(3, false));
    assert!(matches!(world.operation().proposals[1].state, ProposalState::SetAside { .. }));
}

#[test]
fn a_proposal_number_is_never_given_twice() {
    let mut world = World::running();
    world.done(OPERATOR, level(2)); // proposal 1
    world.done(OPERATOR, level(3)); // none; 1 is withdrawn
    world.done(OPERATOR, level(1));
    let refused = world.refused(OPERATOR, answer(1, true));
    assert_eq!(refused, operation::Refusal::NoSuchProposal { number: 1 }.into());
}

#[test]
fn a_change_must_fit_what_hangs_on_the_operation() {
    let mut world = World::running();
    world.done(OPERATOR, level(2));
    let narrower = OperationRow { unit: A, ..operation_row() };
    let refused = world.refused(OPERATOR, plan(narrower));
    assert_eq!(refused, posts_of::Refusal::PostOutsideOperation { unit: B1, above: A }.into());
    let shorter = OperationRow { period: Span::new(at(0, 0), at(30, 0)), ..operation_row() };
    let refused = world.refused(OPERATOR, plan(shorter));
    assert!(matches!(refused, Refusal::Roster(roster::Refusal::ShiftOutsideOperation { .. })));
    let levels: Vec<Level> = operation_row().levels.into_iter().filter(|level| level.rung != 2).collect();
    let refused = world.refused(OPERATOR, plan(OperationRow { levels, ..operation_row() }));
    assert_eq!(refused, operation::Refusal::NoSuchLevel { rung: 2 }.into());
}

#[test]
fn several_operations_run_at_once_and_have_their_own_timers() {
    let mut world = World::running();
    let drill = OperationRow { id: OperationId::from_value(901), drill: true, ..operation_row() };
    world.done(OPERATOR, plan(drill));
    assert_eq!(world.board.next_timer(), Some(at(8, 0)));
    world.done(OPERATOR, phase(Phase::StandDown));
    world.done(OPERATOR, phase(Phase::Closed));
    assert_eq!(world.board.operations().count(), 1);
    assert_eq!(world.board.next_timer(), None);
}

#[test]
fn what_was_over_before_the_operation_ran_is_nobodys_omission() {
    let mut world = World::planned();
    world.now = at(21, 0);
    world.done(OPERATOR, phase(Phase::Active));
    let events = world.pass(at(21, 0));
    let day = |event: &&Event| matches!(event, Event::Checkin(board::checkin::Event::ShiftEnded { .. }));
    assert_eq!(events.iter().filter(day).count(), 0);
    assert_eq!(world.duty(A1).shift, Some(shift(A1, NIGHT)));
}
