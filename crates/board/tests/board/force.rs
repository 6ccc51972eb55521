use board::checkin::Tally;
use board::force::Changes;
use board::{Actor, Command, Subject, UnitId, force};

use crate::support::*;

fn only_units(units: Vec<force::UnitRow>) -> Changes {
    Changes { units, ..Changes::default() }
}

#[test]
fn importing_the_same_file_twice_changes_nothing() {
    let mut world = World::force();
    let before = json(&world.board);
    assert_eq!(world.keep(changes()), []);
    assert_eq!(json(&world.board), before);
}

#[test]
fn a_bad_row_keeps_the_whole_file_out() {
    let mut world = World::force();
    let mut rows = vec![unit_row(UnitId::from_value(31), Some(A))];
    rows.push(unit_row(UnitId::from_value(32), Some(UnitId::from_value(NOWHERE))));
    world.refused(Actor::Operator, Command::Force(force::Command::Keep(only_units(rows))));
    assert!(world.board.force.unit(UnitId::from_value(31)).is_none());
}

#[test]
fn rows_of_one_file_build_on_each_other_and_siblings_keep_their_order() {
    let mut world = World::force();
    let (section, team) = (UnitId::from_value(31), UnitId::from_value(5));
    world.keep(only_units(vec![unit_row(section, Some(A)), unit_row(team, Some(section))]));
    assert_eq!(world.board.force.unit(team).unwrap().path.to_vec(), [BUREAU, A, section, team]);
    let order: Vec<UnitId> = world.board.force.branch(A).map(|unit| unit.id).collect();
    assert_eq!(order, [A, A1, A2, section, team]);
}

#[test]
fn a_unit_moves_with_its_branch() {
    let mut world = World::manned();
    let team = UnitId::from_value(111);
    world.keep(only_units(vec![unit_row(team, Some(A1))]));
    world.keep(only_units(vec![unit_row(A1, Some(B))]));
    assert_eq!(world.board.force.unit(team).unwrap().path.to_vec(), [BUREAU, B, A1, team]);
    assert!(!world.board.force.is_within(team, A));
    // The figures of county A lose the post, those of B gain it.
    let sum = |county: UnitId| {
        let mut sum = Tally::default();
        world.board.force.branch(county).for_each(|unit| sum.add(world.operation().presence.tally(unit.id)));
        sum
    };
    assert_eq!((sum(A).here, sum(B).here), (0, 2));
    assert_eq!(world.board.force.children(A).map(|unit| unit.id).collect::<Vec<_>>(), [A2]);
}

#[test]
fn a_person_moves_leaves_and_comes_back() {
    let mut world = World::force();
    let mut moved = person_row(A1, 3);
    moved.unit = B1;
    world.keep(Changes { people: vec![moved.clone()], ..Changes::default() });
    assert!(!world.board.force.members(A1).any(|(id, _)| id == moved.id));
    assert!(world.board.force.members(B1).any(|(id, _)| id == moved.id));
    world.leaves(moved.id);
    assert!(world.board.force.serving(moved.id).is_none());
    assert!(world.board.force.person(moved.id).is_some(), "the record stays");
    world.keep(Changes { people: vec![moved.clone()], ..Changes::default() });
    assert!(world.board.force.serving(moved.id).is_some());
}

#[test]
fn the_words_of_somebody_who_left_can_be_erased_once() {
    let mut world = World::force();
    let who = person(A1, 3);
    let found = world.board.force.person(who).unwrap().clone();
    world.leaves(who);
    let events = world.done(Actor::Operator, Command::Force(force::Command::Erase { person: who }));
    let [board::Event::Force(force::Event::PersonErased { texts, .. })] = events.as_slice() else {
        panic!("one event of erasure, not {events:?}");
    };
    assert!(texts.contains(&found.name) && texts.contains(&found.number));
    assert!(world.board.force.person(who).unwrap().erased.is_some(), "the record stays, without words");
}

#[test]
fn words_that_others_took_the_place_of_are_erased_with_the_present_ones() {
    let mut world = World::force();
    let first = person_row(A1, 3);
    let who = first.id;
    let text = board::TextId::from_value;
    // Given a telephone, another name, a second telephone, then none.
    let second = force::PersonRow { telephone: Some(text(9_001)), name: text(9_002), ..first.clone() };
    let third = force::PersonRow { telephone: Some(text(9_003)), ..second.clone() };
    let fourth = force::PersonRow { telephone: None, ..third.clone() };
    for row in [&first, &second, &third, &fourth] {
        world.keep(Changes { people: vec![row.clone()], ..Changes::default() });
    }
    world.leaves(who);
    // When their words are erased,
    let erase = || Command::Force(force::Command::Erase { person: who });
    let events = world.done(Actor::Operator, erase());
    let [board::Event::Force(force::Event::PersonErased { texts, .. })] = events.as_slice() else {
        panic!("one event of erasure, not {events:?}");
    };
    // then so is every one of them, once.
    let mut erased = texts.clone();
    erased.sort_unstable();
    let mut expected: Vec<_> =
        [first.number, first.name, text(9_001), text(9_002), text(9_003)].into_iter().chain(first.telephone).collect();
    expected.sort_unstable();
    expected.dedup();
    assert_eq!(erased, expected);
    // Whoever comes back brings new words, and only those are erased the second time.
    let back = force::PersonRow { number: text(9_004), name: text(9_005), ..fourth };
    world.keep(Changes { people: vec![back], ..Changes::default() });
    world.leaves(who);
    let events = world.done(Actor::Operator, erase());
    let [board::Event::Force(force::Event::PersonErased { texts, .. })] = events.as_slice() else {
        panic!("one event of erasure, not {events:?}");
    };
    assert_eq!(texts.as_slice(), [text(9_004), text(9_005)]);
}

#[test]
fn qualifications_are_a_set() {
    use force::Qualification::{Driver, Traffic};
    let mut world = World::force();
    let with = |list: &[force::Qualification]| {
        let row = force::PersonRow { qualifications: list.into(), ..person_row(A1, 3) };
        Changes { people: vec![row], ..Changes::default() }
    };
    world.keep(with(&[Traffic, Driver, Traffic]));
    assert_eq!(world.board.force.person(person(A1, 3)).unwrap().qualifications.to_vec(), [Driver, Traffic]);
    assert_eq!(world.keep(with(&[Driver, Traffic])), []);
}

#[test]
fn a_record_is_found_under_its_unit_and_its_person() {
    let mut world = World::force();
    let who = person(A1, 3);
    let mut subjects = Vec::new();
    let leaving =
        Changes { units: vec![unit_row(UnitId::from_value(31), Some(A))], leaving: vec![who], people: vec![] };
    world.keep(leaving).iter().for_each(|event| event.subjects(&mut subjects));
    assert_eq!(subjects, [Subject::Unit(UnitId::from_value(31)), Subject::Person(who)]);
}
