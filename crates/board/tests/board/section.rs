use board::section::{MOST_OBSERVERS, Observer, Seen, Surface, Visibility};
use board::{Actor, Minutes, PostId, Subject, UnitId};

use crate::support::roads::*;
use crate::support::*;

#[test]
fn whoever_stands_on_a_section_says_what_they_see_and_nobody_else_does() {
    let mut world = World::on_the_road();
    world.done(by(A1, 3), sees(at_post(A1), &[NEAR, NATIONAL], ice_seen()));
    for section in [NEAR, NATIONAL] {
        let (observer, found) = world.board.sections.observations(section).next().unwrap();
        assert_eq!((observer, found.by, found.at), (at_post(A1), by(A1, 3), at(8, 50)));
    }
    assert_eq!(world.board.sections.unconsidered().collect::<Vec<_>>(), [NEAR, NATIONAL]);
    // The post's named leader may, its neighbour may not.
    world.done(by(A1, 1), sees(at_post(A1), &[NEAR], ice_seen()));
    assert!(matches!(world.refused(by(B1, 3), sees(at_post(A1), &[NEAR], ice_seen())), board::Refusal::Denied(_)));
    // What a patrol sees is recorded for its unit by whoever keeps the watch there.
    let patrol = |unit| Observer::Unit { unit };
    world.done(by(A, 2), sees(patrol(A), &[NEAR], ice_seen()));
    assert!(matches!(world.refused(by(A, 2), sees(patrol(A), &[FAR], ice_seen())), board::Refusal::Denied(_)));
}

#[test]
fn the_worst_that_holds_counts_and_what_nobody_said_is_absent() {
    let mut world = World::on_the_road();
    let seen = |visibility, surface| Seen { visibility, surface, ..Seen::default() };
    let patrol = Observer::Unit { unit: A };
    world.done(by(A1, 3), sees(at_post(A1), &[NEAR], seen(Some(Visibility::Below50), None)));
    world.now = at(9, 50);
    world.done(by(A, 2), sees(patrol, &[NEAR], seen(Some(Visibility::From200), Some(Surface::Snow))));
    let worst = |world: &World| world.board.sections.worst(NEAR, world.now);
    assert_eq!(worst(&world), seen(Some(Visibility::Below50), Some(Surface::Snow)));
    // Two hours after it was said it holds no more; that the road was wet holds for a day.
    world.now = at(10, 50);
    assert_eq!(worst(&world), seen(Some(Visibility::From200), Some(Surface::Snow)));
    world.now = at(11, 50);
    assert_eq!(worst(&world), Seen::default());
    assert!(world.board.sections.wet_lately(NEAR, world.now));
    assert!(!world.board.sections.wet_lately(NEAR, at(24 + 9, 50)));
}

#[test]
fn of_many_observers_the_oldest_word_goes_first() {
    let mut world = World::on_the_road();
    let units: Vec<UnitId> = (0..=MOST_OBSERVERS as u64).map(|number| UnitId::from_value(5000 + number)).collect();
    world.keep(board::force::Changes {
        units: units.iter().map(|unit| unit_row(*unit, Some(A))).collect(),
        ..Default::default()
    });
    for unit in &units {
        world.now = world.now.plus(Minutes(1));
        world.done(Actor::Operator, sees(Observer::Unit { unit: *unit }, &[NEAR], ice_seen()));
    }
    let observers: Vec<Observer> = world.board.sections.observations(NEAR).map(|(who, _)| who).collect();
    let kept: Vec<Observer> = units[1..].iter().map(|unit| Observer::Unit { unit: *unit }).collect();
    assert_eq!(observers, kept);
}

#[test]
fn a_network_is_taken_again_without_losing_what_holds() {
    let mut world = World::iced();
    let (id, _) = world.measure(NATIONAL, board::measure::Kind::SpeedLimit);
    world.done(by(BUREAU, 2), approve(&[id]));
    assert!(world.done(Actor::Operator, network(roads(), &[])).is_empty(), "the same again is nothing new");
    let events = world.done(Actor::Operator, network(Vec::new(), &[NATIONAL]));
    let mut subjects = Vec::new();
    events.iter().for_each(|event| event.subjects(&mut subjects));
    assert!(!subjects.contains(&Subject::Section(NATIONAL)));
    assert!(world.board.measures.get(id).unwrap().is_in_force());
    world.done(
        Actor::Clock,
        consider(&[NATIONAL], &[proposal(board::measure::What::Gritting, board::measure::Tier::County, &[])]),
    );
    assert_eq!(world.board.measures.on(NATIONAL).len(), 1, "nothing new on what is gone");
    // It comes back: the same section, with what holds on it.
    world.done(Actor::Operator, network(roads(), &[]));
    assert_eq!((world.board.sections.retired(NATIONAL), world.board.measures.on(NATIONAL).len()), (None, 1));
}

#[test]
fn posts_leave_the_road_with_their_operation() {
    let mut world = World::on_the_road();
    world.done(Actor::Operator, station(A1, &[NEAR]));
    assert_eq!(world.board.sections.posts_on(NATIONAL).count(), 0);
    for number in [1, 2] {
        let gone = leave(assignment(A1, DAY, number), board::checkin::LeaveReason::Ill);
        world.done(by(A1, 2 + number), gone);
    }
    world.done(Actor::Operator, phase(board::operation::Phase::StandDown));
    world.done(Actor::Operator, phase(board::operation::Phase::Closed));
    let left: Vec<PostId> = world.board.sections.posts_on(NEAR).map(|(_, post)| post).collect();
    assert!(left.is_empty() && world.board.sections.of_post(OPERATION, post(A1)).is_empty());
}
