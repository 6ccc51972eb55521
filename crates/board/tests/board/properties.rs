//! Whatever is asked, by whomever, at whatever hour: the board stays whole, and what is kept gives it again.

use board::access::{Action, Place, permits, scope};
use board::{Actor, At, Board, Command, CommandId, Context, Event, Span, apply, execute, roster};
use proptest::prelude::*;

use crate::support::*;
use crate::verdicts::verdicts_are_the_rule;

/// Everything that must not move while it is pinned.
fn pinned(board: &Board) -> Vec<(board::OperationId, board::AssignmentId, roster::Assignment, Span)> {
    let operations = board.operations();
    let shifts = operations.flat_map(|(id, found)| found.roster.shifts().map(move |(_, shift)| (id, found, shift)));
    shifts
        .flat_map(|(id, found, shift)| {
            let held = found.roster.assigned(shift).filter(|(_, held)| held.pinned);
            held.map(move |(assignment, held)| (id, assignment, held.clone(), shift.span))
        })
        .collect()
}

/// Carries a sequence out and checks everything that must hold after each step; gives back how many were done.
pub fn carry_out(world: &mut World, steps: impl IntoIterator<Item = Step>) -> u32 {
    let mut done = 0;
    for (number, step) in steps.into_iter().enumerate() {
        world.now = At::from_millis(world.now.millis().saturating_add(i64::from(step.jump) * 60_000));
        let (actor, command) = decode(&world.board, world.now, step, 10_000 + number as u64);
        let written = serde_json::to_string(&command).unwrap();
        assert_eq!(serde_json::from_str::<Command>(&written).unwrap(), command);
        let held = pinned(&world.board);
        let before = world.board.clone();
        let Ok(events) = world.ask(actor, command.clone()) else { continue };
        done += 1;
        orders::nothing_taken_away(&before, &world.board);
        for event in &events {
            let written = serde_json::to_string(event).unwrap();
            assert_eq!(&serde_json::from_str::<Event>(&written).unwrap(), event);
        }
        for (operation, assignment, before, span) in held {
            let Some(found) = world.board.operation(operation) else { continue };
            let after = found.roster.assignment(assignment).expect("a pinned assignment stays");
            assert_eq!((after.person, after.shift), (before.person, before.shift), "{command:?}");
            assert_eq!(found.roster.shift(after.shift).map(|shift| shift.span), Some(span));
        }
    }
    done
}

/// What is kept gives the same board again, on paper and by replay.
pub fn replays(world: &World) {
    let live = json(&world.board);
    let mut again = Board::default();
    world.events.iter().for_each(|event| apply(&mut again, event));
    assert_eq!(json(&again), live, "replay gives another board");
    let read: Board = serde_json::from_str(&live).unwrap();
    assert_eq!(json(&read), live, "a snapshot gives another board");
}

/// What one may not open, one cannot count: the scope of a list is the verdict on each of its rows.
pub fn scope_is_permission(board: &Board, now: At) {
    let people = board.force.people().map(|(id, _)| Actor::Person(id));
    for actor in people.chain([Actor::Clock, Actor::Operator, Actor::Person(board::PersonId::from_value(NOWHERE))]) {
        for action in Action::ALL {
            let covered = scope(board, actor, action, now);
            for unit in board.force.units() {
                let verdict = permits(board, actor, action, Place::Unit(unit.id), now);
                assert_eq!(
                    covered.covers(&board.force, unit.id),
                    verdict.is_permitted(),
                    "{actor:?} {action:?} {}: {verdict:?}",
                    unit.id
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_commands_breaks_the_board(steps in sequence(60)) {
        let mut world = World::running();
        carry_out(&mut world, steps);
        replays(&world);
        scope_is_permission(&world.board, world.now);
        scope_is_permission(&world.board, at(50, 0));
        verdicts_are_the_rule(&world.board, world.now, 11);
    }

    #[test]
    fn an_empty_board_survives_anything(steps in sequence(20)) {
        let mut world = World::empty();
        carry_out(&mut world, steps);
        replays(&world);
    }

    #[test]
    fn the_ends_of_time_are_survived(now in prop_oneof![Just(i64::MIN), Just(i64::MAX), any::<i64>()], steps in sequence(12)) {
        let mut world = World::manned();
        world.now = At::from_millis(now);
        carry_out(&mut world, steps);
        let context = Context { now: At::from_millis(i64::MAX), command: CommandId(u128::MAX) };
        execute(&mut world.board, Actor::Clock, Command::PassTime, &context).unwrap();
        check(&world.board);
    }

    #[test]
    fn a_roster_answers_for_any_span(from: i64, to: i64) {
        let world = World::planned();
        let span = Span::new(At::from_millis(from), At::from_millis(to));
        let roster = &world.operation().roster;
        let expected = roster.shifts_at(post(A1)).filter(|(_, shift)| shift.span.overlaps(span)).count();
        prop_assert_eq!(roster.shifts_of(post(A1), span).count(), expected);
        prop_assert!(roster.duties_of(person(A1, 3), span).count() <= 2);
    }
}
