use board::measure::{Closure, Command, End, Kind, Stage, State, Tier, Vehicle, What, Why};
use board::{Actor, Event, Minutes, Refusal, directive, measure};
use proptest::prelude::*;

use crate::support::roads::*;
use crate::support::*;

fn refusal(world: &mut World, actor: Actor, command: board::Command) -> measure::Refusal {
    match world.refused(actor, command) {
        Refusal::Measure(refusal) => refusal,
        other => panic!("another refusal: {other}"),
    }
}
fn answer(measures: &[board::MeasureId], granted: bool) -> board::Command {
    ask(Command::Answer { measures: measures.to_vec(), granted, review: REVIEW, words: WORDS })
}
fn ban(vehicles: &[Vehicle]) -> What {
    What::Ban { vehicles: vehicles.iter().copied().collect() }
}

#[test]
fn a_proposal_is_approved_by_its_tier_told_by_directive_and_confirmed_on_the_ground() {
    let mut world = World::iced();
    let (id, found) = world.measure(NATIONAL, Kind::SpeedLimit);
    assert_eq!((found.clock.received, found.clock.proposed), (at(8, 50), at(8, 51)));
    // The county may not decide what is the bureau's.
    assert!(matches!(world.refused(by(A, 1), approve(&[id])), Refusal::Denied(_)));
    world.now = at(8, 55);
    let events = world.done(by(BUREAU, 2), approve(&[id]));
    let issued = events.iter().find_map(|event| match event {
        Event::Directive(directive::Event::Issued { directive, issue, .. }) => Some((*directive, issue.units.clone())),
        _ => None,
    });
    let (directive, units) = issued.expect("those concerned are told");
    assert_eq!(units, [A1]);
    let (_, found) = world.measure(NATIONAL, Kind::SpeedLimit);
    assert_eq!((found.is_in_force(), found.directive, found.unconfirmed()), (true, Some(directive), 1));
    assert_eq!(found.review, Some(at(10, 55)));
    // Whoever stands there says that it is so.
    assert!(matches!(world.refused(by(A2, 3), confirm(&[id], A1)), Refusal::Denied(_)));
    world.now = at(9, 4);
    world.done(by(A1, 3), confirm(&[id], A1));
    let (_, found) = world.measure(NATIONAL, Kind::SpeedLimit);
    assert_eq!(
        (found.unconfirmed(), found.clock.approved, found.clock.confirmed),
        (0, Some(at(8, 55)), Some(at(9, 4)))
    );
}

#[test]
fn the_closure_of_an_expressway_waits_for_the_province_whatever_a_table_says() {
    let mut world = World::iced();
    let (id, found) = world.measure(NEAR, Kind::Closure);
    assert_eq!(found.approver, Tier::Province, "the rules said municipal");
    assert_eq!(refusal(&mut world, by(BUREAU, 1), approve(&[id])), measure::Refusal::ProvinceDecides { measure: id });
    world.now = at(9, 0);
    world.done(by(BUREAU, 2), ask(Command::Ask { measures: vec![id] }));
    assert_eq!(world.measure(NEAR, Kind::Closure).1.state, State::Requested { at: at(9, 0), by: by(BUREAU, 2) });
    world.now = at(9, 25);
    world.done(by(BUREAU, 2), answer(&[id], true));
    let (_, found) = world.measure(NEAR, Kind::Closure);
    assert_eq!((found.clock.requested, found.clock.approved), (Some(at(9, 0)), Some(at(9, 25))));
    assert_eq!(found.province, Some((WORDS, at(9, 25))));
    // Nor is it lifted without the province's word.
    let lifted = refusal(&mut world, by(BUREAU, 1), lift(&[id], Stage::HeavyTrucks));
    assert_eq!(lifted, measure::Refusal::ProvinceWordMissing { measure: id });
}

#[test]
fn a_closure_opens_in_stages_and_each_is_confirmed_anew() {
    let mut world = World::iced();
    let (id, _) = world.measure(NEAR, Kind::Closure);
    world.done(by(BUREAU, 2), ask(Command::Ask { measures: vec![id] }));
    world.done(by(BUREAU, 2), answer(&[id], true));
    world.done(by(A1, 3), confirm(&[id], A1));
    let stage = |stage| ask(Command::Lift { measures: vec![id], stage, words: Some(WORDS) });
    world.done(by(BUREAU, 1), stage(Stage::HeavyTrucks));
    let (_, found) = world.measure(NEAR, Kind::Closure);
    assert_eq!((found.stage, found.unconfirmed()), (Some(Stage::HeavyTrucks), 1));
    let again = refusal(&mut world, by(BUREAU, 1), stage(Stage::HeavyTrucks));
    assert_eq!(again, measure::Refusal::StageReached { measure: id });
    world.done(by(BUREAU, 1), stage(Stage::Cars));
    world.done(by(BUREAU, 1), stage(Stage::All));
    assert!(matches!(world.board.measures.find(id).unwrap().end, Some(End::Lifted { .. })));
}

#[test]
fn the_province_may_say_no() {
    let mut world = World::iced();
    let (id, _) = world.measure(NEAR, Kind::Closure);
    world.done(by(BUREAU, 2), ask(Command::Ask { measures: vec![id] }));
    world.done(by(BUREAU, 2), answer(&[id], false));
    assert!(matches!(world.board.measures.find(id).unwrap().end, Some(End::Refused { .. })));
}

#[test]
fn of_two_that_meet_the_strictest_wins_and_supersedes_when_approved() {
    let mut world = World::iced();
    let (forty, _) = world.measure(PASS, Kind::SpeedLimit);
    world.done(by(BUREAU, 2), approve(&[forty]));
    // Less changes nothing but what is said of it; more is proposed, and the old one holds until it is approved.
    world.done(Actor::Clock, consider(&[PASS], &[proposal(limit(60), Tier::County, &[ICE])]));
    assert_eq!(world.measure(PASS, Kind::SpeedLimit).1.lift.map(|(why, _)| why), Some(Why::RulesAskLess));
    let both = [proposal(limit(30), Tier::County, &[ICE]), proposal(limit(20), Tier::Municipal, &[ICE])];
    world.done(Actor::Clock, consider(&[PASS], &both));
    let (twenty, found) = world.board.measures.on_its_way(PASS, Kind::SpeedLimit).unwrap();
    assert_eq!((&found.what, found.approver, found.reasons.len()), (&limit(20), Tier::Municipal, 2));
    assert_eq!(world.board.measures.in_force(PASS, Kind::SpeedLimit).unwrap().0, forty);
    world.done(by(BUREAU, 2), approve(&[twenty]));
    assert_eq!(world.board.measures.in_force(PASS, Kind::SpeedLimit).unwrap().0, twenty);
    let old = world.board.measures.find(forty).unwrap();
    assert_eq!(old.end, Some(End::Superseded { at: world.now, by: twenty }));
}

#[test]
fn a_ban_for_the_vehicles_of_both_says_both_and_informs_whom_either_informs() {
    let mut world = World::iced();
    let (hazmat, coach) = (ban(&[Vehicle::Hazmat]), ban(&[Vehicle::Coach]));
    let both = ban(&[Vehicle::Hazmat, Vehicle::Coach]);
    let said = |found: &measure::Measure| {
        let words = &found.words;
        [&words.en, &words.zh].iter().all(|words| words.contains("Hazmat") && words.contains("Coach"))
    };
    let informs =
        |what: &What| measure::Proposal { inform_province: true, ..proposal(what.clone(), Tier::County, &[ICE]) };
    // Of two answers of the rules,
    let plain = proposal(hazmat.clone(), Tier::County, &[ICE]);
    world.done(Actor::Clock, consider(&[PASS], &[plain.clone(), informs(&coach)]));
    let (_, found) = world.measure(PASS, Kind::Ban);
    assert_eq!((&found.what, found.inform_province), (&both, true));
    assert!(said(&found), "{:?}", found.words);
    // of what is in force and an answer that names others,
    world.done(Actor::Clock, consider(&[NATIONAL], &[plain]));
    let (first, _) = world.measure(NATIONAL, Kind::Ban);
    world.done(by(BUREAU, 2), approve(&[first]));
    world.done(Actor::Clock, consider(&[NATIONAL], &[informs(&coach)]));
    let (_, found) = world.board.measures.on_its_way(NATIONAL, Kind::Ban).expect("more is proposed");
    assert_eq!((&found.what, found.inform_province), (&both, true));
    assert!(said(found), "{:?}", found.words);
    // and of what somebody changed and such an answer.
    world.done(Actor::Clock, consider(&[FAR], &[proposal(hazmat.clone(), Tier::County, &[ICE])]));
    let (id, found) = world.measure(FAR, Kind::Ban);
    let edit = Command::Edit { measure: id, what: hazmat, words: found.words };
    world.done(by(BUREAU, 2), ask(edit));
    world.done(Actor::Clock, consider(&[FAR], &[informs(&coach)]));
    let (_, found) = world.measure(FAR, Kind::Ban);
    assert_eq!((&found.what, found.inform_province), (&both, true));
    assert!(said(&found), "{:?}", found.words);
}

#[test]
fn what_a_person_changed_the_rules_make_only_stricter() {
    let mut world = World::iced();
    let (id, _) = world.measure(PASS, Kind::SpeedLimit);
    let edit = |kmh| ask(Command::Edit { measure: id, what: limit(kmh), words: label("less") });
    world.done(by(B, 2), edit(60));
    world.done(Actor::Clock, consider(&[PASS], &[]));
    assert_eq!(world.measure(PASS, Kind::SpeedLimit).1.what, limit(60), "it does not lapse");
    world.done(Actor::Clock, consider(&[PASS], &[proposal(limit(80), Tier::County, &[ICE])]));
    assert_eq!(world.measure(PASS, Kind::SpeedLimit).1.what, limit(60));
    world.done(Actor::Clock, consider(&[PASS], &[proposal(limit(30), Tier::County, &[ICE])]));
    assert_eq!(world.measure(PASS, Kind::SpeedLimit).1.what, limit(30));
}

#[test]
fn a_proposal_that_nobody_touched_lapses_with_its_reason() {
    let mut world = World::iced();
    let (id, _) = world.measure(PASS, Kind::SpeedLimit);
    world.done(Actor::Clock, consider(&[PASS], &[]));
    assert_eq!(world.board.measures.find(id).unwrap().end, Some(End::Lapsed { at: world.now }));
    assert_eq!(world.board.measures.on(PASS).len(), 0);
}

#[test]
fn quiet_rules_ask_to_lift_and_take_it_back_when_they_ask_again() {
    let mut world = World::iced();
    let (id, _) = world.measure(PASS, Kind::SpeedLimit);
    world.done(by(BUREAU, 2), approve(&[id]));
    world.done(Actor::Clock, consider(&[PASS], &[]));
    let lift = |world: &World| world.board.measures.get(id).unwrap().lift.map(|(why, _)| why);
    assert_eq!(lift(&world), Some(Why::RulesQuiet));
    world.done(Actor::Clock, consider(&[PASS], &[proposal(limit(40), Tier::Municipal, &[ICE])]));
    assert_eq!(lift(&world), None);
}

#[test]
fn a_review_that_is_due_ends_nothing_and_is_said_until_somebody_looks() {
    let mut world = World::iced();
    let (id, _) = world.measure(PASS, Kind::SpeedLimit);
    world.done(by(BUREAU, 2), approve(&[id]));
    assert_eq!(world.board.next_timer().map(|due| due <= at(10, 51)), Some(true));
    world.pass(at(10, 51));
    let (_, found) = world.measure(PASS, Kind::SpeedLimit);
    assert_eq!((found.is_in_force(), found.review_due), (true, Some(at(10, 51))));
    world.done(by(BUREAU, 2), ask(Command::Review { measures: vec![id], review: Minutes(60) }));
    let (_, found) = world.measure(PASS, Kind::SpeedLimit);
    assert_eq!((found.review, found.review_due), (Some(at(11, 51)), None));
}

#[test]
fn a_county_decides_what_is_the_countys_and_eases_it() {
    let mut world = World::on_the_road();
    let (what, words) = (limit(30), label("30"));
    let propose = ask(Command::Propose { sections: vec![PASS], what, words, reason: WORDS });
    world.done(by(B, 2), propose.clone());
    assert!(matches!(world.refused(by(A, 2), propose), Refusal::Denied(_)));
    let (id, found) = world.measure(PASS, Kind::SpeedLimit);
    assert_eq!(found.approver, Tier::County);
    world.done(by(B, 2), approve(&[id]));
    let ease = |what| ask(Command::Ease { measure: id, what, words: label("more") });
    assert_eq!(refusal(&mut world, by(B, 2), ease(limit(20))), measure::Refusal::NotLess);
    world.done(by(B, 2), ease(limit(50)));
    assert_eq!(world.measure(PASS, Kind::SpeedLimit).1.what, limit(50));
    world.done(by(B, 2), lift(&[id], Stage::All));
    assert_eq!(world.board.measures.open().count(), 0);
}

fn of_kind(kind: usize) -> BoxedStrategy<What> {
    let vehicles = proptest::collection::btree_set(proptest::sample::select(Vehicle::ALL.to_vec()), 0..4);
    let extent = proptest::sample::select(vec![Closure::WhenNecessary, Closure::Entrances, Closure::Section]);
    match kind {
        0 => (1u16..24).prop_map(|fives| limit(fives * 5)).boxed(),
        1 => (1u16..24).prop_map(|fives| What::AdvisorySpeed { kmh: fives * 5 }).boxed(),
        2 => (20u16..500).prop_map(|metres| What::Gap { metres }).boxed(),
        3 => extent.prop_map(|extent| What::Closure { extent }).boxed(),
        4 => vehicles.prop_map(|vehicles| What::Ban { vehicles }).boxed(),
        5 => {
            proptest::option::of(1u16..24).prop_map(|fives| What::Convoy { kmh: fives.map(|fives| fives * 5) }).boxed()
        }
        _ => Just(What::Gritting).boxed(),
    }
}

proptest! {
    #[test]
    fn the_strictest_is_the_same_in_any_order(
        (one, two, three) in (0usize..7).prop_flat_map(|kind| (of_kind(kind), of_kind(kind), of_kind(kind)))
    ) {
        prop_assert_eq!(one.strictest(&two), two.strictest(&one));
        prop_assert_eq!(one.strictest(&two).strictest(&three), one.strictest(&two.strictest(&three)));
        prop_assert_eq!(one.strictest(&one), one.clone());
        prop_assert!(one.strictest(&two).covers(&one) && one.strictest(&two).covers(&two));
    }
}

#[test]
fn a_ban_for_more_vehicles_is_the_stricter() {
    let (hazmat, both) = (ban(&[Vehicle::Hazmat]), ban(&[Vehicle::Hazmat, Vehicle::Coach]));
    assert!(both.covers(&hazmat) && !hazmat.covers(&both) && !ban(&[Vehicle::Coach]).covers(&hazmat));
    assert!(!limit(40).covers(&hazmat));
}
