//! The refusals of sections, warnings and measures; counted with all others in `refusals`.

use board::measure::{self, Kind, MOST_AT_ONCE, Stage, Tier, What};
use board::section::{self, MOST_OF_A_POST, MOST_SECTIONS, Seen};
use board::warning::{self, Colour, MOST_VERSIONS, Signal};
use board::{Actor, MeasureId, Minutes, Refusal, SectionId};

use crate::support::roads::*;
use crate::support::*;

const OPERATOR: Actor = Actor::Operator;

pub fn all() -> Vec<Refusal> {
    [of_section(), of_warning(), of_measure()].concat()
}

fn of_section() -> Vec<Refusal> {
    let mut world = World::on_the_road();
    let nameless = section::Section { road: "".into(), ..section_row(NEAR, A, section::Class::Expressway) };
    let row = |number| section_row(SectionId::from_value(9000 + number), A, section::Class::County);
    let many = vec![NEAR; MOST_OF_A_POST + 1];
    let distinct: Vec<SectionId> = (0..=MOST_OF_A_POST as u64).map(SectionId::from_value).collect();
    let mut all = vec![
        world.refused(OPERATOR, network(vec![nameless], &[])),
        world.refused(OPERATOR, station(A1, &distinct)),
        world.refused(OPERATOR, station(A1, &[nothing()])),
        world.refused(OPERATOR, sees(at_post(A1), &[PASS], ice_seen())),
        world.refused(OPERATOR, sees(at_post(A1), &[NEAR], Seen::default())),
    ];
    world.refused(OPERATOR, sees(at_post(A1), &many, ice_seen()));
    world.compare_every = u128::MAX;
    all.push(world.refused(OPERATOR, network((0..MOST_SECTIONS as u64).map(row).collect(), &[])));
    all
}

fn of_warning() -> Vec<Refusal> {
    let mut world = World::iced();
    let said = || signal(Colour::Orange, &[BUREAU], at(8, 0));
    let other = board::WarningId::from_value(850);
    let with = |signal| enter(entry(other, signal));
    let update = warn(warning::Command::Update { warning: ICE, signal: Box::new(said()) });
    let below = warning::Entry { unit: A, ..entry(other, signal(Colour::Orange, &[B], at(8, 0))) };
    let mut all = vec![
        world.refused(OPERATOR, warn(warning::Command::Vanish { warning: nothing() })),
        world.refused(OPERATOR, enter(entry(ICE, said()))),
        world.refused(OPERATOR, with(Signal { colour: Colour::Blue, ..said() })),
        world.refused(OPERATOR, with(Signal { ends: Some(at(7, 0)), ..said() })),
        world.refused(OPERATOR, with(signal(Colour::Orange, &[BUREAU], at(9, 0)))),
        world.refused(OPERATOR, with(Signal { ends: Some(at(8, 30)), ..said() })),
        world.refused(OPERATOR, with(Signal { ends: Some(at(24 * 8, 0)), ..said() })),
        world.refused(OPERATOR, with(Signal { units: Vec::new(), ..said() })),
        world.refused(OPERATOR, enter(below)),
    ];
    world.compare_every = u128::MAX;
    for _ in 0..MOST_VERSIONS {
        world.done(OPERATOR, update.clone());
    }
    all.push(world.refused(OPERATOR, update));
    all
}

fn of_measure() -> Vec<Refusal> {
    let mut world = World::iced();
    let (limited, _) = world.measure(NATIONAL, Kind::SpeedLimit);
    let (closed, _) = world.measure(NEAR, Kind::Closure);
    let many: Vec<MeasureId> = (0..=MOST_AT_ONCE as u64).map(MeasureId::from_value).collect();
    let edit = |what: What| ask(measure::Command::Edit { measure: limited, what, words: label("other") });
    let propose = |section, what: What| {
        ask(measure::Command::Propose { sections: vec![section], what, words: label("other"), reason: WORDS })
    };
    let answer = |measure: MeasureId| {
        ask(measure::Command::Answer { measures: vec![measure], granted: true, review: REVIEW, words: WORDS })
    };
    let request = |measure| ask(measure::Command::Ask { measures: vec![measure] });
    let soon = ask(measure::Command::Approve { measures: vec![limited], review: Minutes(1) });
    let mut all = vec![
        world.refused(OPERATOR, approve(&[nothing()])),
        world.refused(OPERATOR, approve(&[])),
        world.refused(OPERATOR, approve(&many)),
        world.refused(OPERATOR, edit(limit(41))),
        world.refused(OPERATOR, propose(NEAR, What::Gap { metres: 5 })),
        world.refused(OPERATOR, propose(NEAR, What::Ban { vehicles: Default::default() })),
        world.refused(OPERATOR, edit(What::Gritting)),
        world.refused(OPERATOR, approve(&[closed])),
        world.refused(OPERATOR, request(limited)),
        world.refused(OPERATOR, answer(closed)),
        world.refused(OPERATOR, lift(&[limited], Stage::All)),
        world.refused(OPERATOR, propose(NATIONAL, limit(20))),
        world.refused(OPERATOR, soon),
    ];
    world.done(OPERATOR, approve(&[limited]));
    all.push(world.refused(OPERATOR, approve(&[limited])));
    all.push(world.refused(OPERATOR, propose(NATIONAL, limit(60))));
    all.push(world.refused(OPERATOR, lift(&[limited], Stage::Cars)));
    let ease = measure::Command::Ease { measure: limited, what: limit(20), words: label("other") };
    all.push(world.refused(OPERATOR, ask(ease)));
    all.push(world.refused(OPERATOR, confirm(&[limited], B1)));
    world.done(OPERATOR, confirm(&[limited], A1));
    all.push(world.refused(OPERATOR, confirm(&[limited], A1)));
    world.done(OPERATOR, request(closed));
    world.done(OPERATOR, answer(closed));
    all.push(world.refused(OPERATOR, lift(&[closed], Stage::Cars)));
    let staged = |stage| ask(measure::Command::Lift { measures: vec![closed], stage, words: Some(WORDS) });
    world.done(OPERATOR, staged(Stage::Cars));
    all.push(world.refused(OPERATOR, staged(Stage::HeavyTrucks)));
    world.done(OPERATOR, network(Vec::new(), &[PASS]));
    all.push(world.refused(OPERATOR, propose(PASS, What::Patrol)));
    world.done(Actor::Clock, consider(&[FAR], &[proposal(What::Gritting, Tier::County, &[])]));
    all
}
