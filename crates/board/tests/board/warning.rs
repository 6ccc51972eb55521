use board::measure::{Kind, Why};
use board::warning::{Colour, Command, End, Entry, Signal};
use board::{Actor, Event, Minutes};

use crate::support::roads::*;
use crate::support::*;

fn lifts(events: &[Event]) -> usize {
    let proposes = |event: &&Event| {
        matches!(event, Event::Measure(board::measure::Event::Happened { what, .. })
            if matches!(what, board::measure::Happening::LiftProposed { .. }))
    };
    events.iter().filter(proposes).count()
}

#[test]
fn a_warning_names_the_sections_of_its_units_and_of_those_below_and_the_network() {
    let mut world = World::on_the_road();
    world.done(by(A, 2), enter(Entry { unit: A, ..entry(ICE, signal(Colour::Yellow, &[A], at(8, 0))) }));
    let found = world.board.warnings.get(ICE).unwrap();
    assert_eq!((found.now.touches.as_slice(), found.now.network), ([NEAR, NATIONAL].as_slice(), Some(NETWORK)));
    assert_eq!(world.board.sections.unconsidered().collect::<Vec<_>>(), [NEAR, NATIONAL]);
    let outside = enter(entry(nothing(), signal(Colour::Yellow, &[BUREAU], at(8, 0))));
    assert!(matches!(world.refused(by(A, 2), outside), board::Refusal::Denied(_)));
}

#[test]
fn an_update_keeps_the_earlier_word_and_the_clock_runs_from_the_first() {
    let mut world = World::iced();
    world.now = at(9, 30);
    let narrower = Signal { sections: vec![PASS], ..signal(Colour::Red, &[], at(9, 25)) };
    world.done(by(BUREAU, 2), warn(Command::Update { warning: ICE, signal: Box::new(narrower) }));
    let found = world.board.warnings.get(ICE).unwrap();
    assert_eq!((found.received(), found.now.received, found.earlier.len()), (at(8, 50), at(9, 30), 1));
    assert_eq!(found.now.touches, [PASS]);
    assert_eq!(world.board.warnings.on(NEAR).count(), 0);
    // Where it no longer holds the rules are asked again, too.
    assert_eq!(world.board.sections.unconsidered().count(), 4);
}

#[test]
fn the_end_of_a_warning_proposes_lifting_and_lifts_nothing() {
    let ends: [fn(&mut World) -> Vec<Event>; 3] = [
        |world| world.done(by(BUREAU, 2), warn(Command::Cancel { warning: ICE, words: Some(WORDS) })),
        |world| world.done(Actor::Clock, warn(Command::Vanish { warning: ICE })),
        |world| {
            // Reviews fall due on the way; the warning was to end at 18:40.
            world.pass(at(18, 40))
        },
    ];
    for end in ends {
        let mut world = World::iced();
        let (limit, _) = world.measure(NATIONAL, Kind::SpeedLimit);
        world.done(by(BUREAU, 2), approve(&[limit]));
        let events = end(&mut world);
        assert_eq!(lifts(&events), 1, "{events:?}");
        let (_, found) = world.measure(NATIONAL, Kind::SpeedLimit);
        assert!(found.is_in_force());
        assert_eq!(found.lift.map(|(why, _)| why), Some(Why::WarningOver { warning: ICE }));
        assert!(world.board.warnings.find(ICE).unwrap().end.is_some() && world.board.warnings.get(ICE).is_none());
    }
}

#[test]
fn what_rests_on_two_warnings_is_not_proposed_for_lifting_when_one_ends() {
    let mut world = World::iced();
    let second = board::WarningId::from_value(802);
    world.done(by(BUREAU, 2), enter(entry(second, signal(Colour::Yellow, &[BUREAU], at(8, 50)))));
    let both = [proposal(limit(40), board::measure::Tier::Municipal, &[ICE, second])];
    world.done(Actor::Clock, consider(&[NATIONAL], &both));
    let (id, _) = world.measure(NATIONAL, Kind::SpeedLimit);
    world.done(by(BUREAU, 2), approve(&[id]));
    assert_eq!(lifts(&world.done(by(BUREAU, 2), warn(Command::Cancel { warning: ICE, words: None }))), 0);
    assert_eq!(lifts(&world.done(by(BUREAU, 2), warn(Command::Cancel { warning: second, words: None }))), 1);
}

#[test]
fn an_undated_warning_is_believed_for_a_day() {
    let mut world = World::on_the_road();
    world.done(by(BUREAU, 2), enter(entry(ICE, Signal { ends: None, ..signal(Colour::Orange, &[BUREAU], at(8, 0)) })));
    world.pass(at(8 + 24, 49));
    assert!(world.board.warnings.get(ICE).is_some());
    world.pass(at(8 + 24, 50));
    assert_eq!(world.board.warnings.find(ICE).unwrap().end, Some(End::Expired { at: at(8 + 24, 50) }));
}

#[test]
fn an_exercise_touches_nothing_real() {
    let mut world = World::on_the_road();
    let drill = Entry { exercise: true, ..entry(ICE, signal(Colour::Red, &[BUREAU], at(8, 0))) };
    world.done(by(BUREAU, 2), enter(drill));
    world.done(by(BUREAU, 2), warn(Command::Cancel { warning: ICE, words: None }));
    assert_eq!(world.board.sections.unconsidered().count(), 0);
    world.now = world.now.plus(Minutes(1));
}
