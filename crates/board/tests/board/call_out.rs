use board::call_out::{Answer, Circle, Event, Refusal, Standing, Tally};
use board::operation::{self, Does, Level, OperationRow, Preset, PresetDirective};
use board::watch::Countersignature;
use board::{Actor, Command, Minutes, PersonId, call_out, directive, post as posts_of};

use crate::support::orders::*;
use crate::support::*;

fn found(world: &World) -> &call_out::CallOut {
    world.board.call_outs.get(CALL).unwrap()
}
fn refusal(world: &mut World, actor: Actor, command: Command) -> Refusal {
    match world.refused(actor, command) {
        board::Refusal::CallOut(refusal) => refusal,
        other => panic!("another refusal: {other}"),
    }
}

#[test]
fn standby_is_called_and_says_whether_it_comes() {
    let mut world = World::manned();
    world.done(by(BUREAU, 2), open_call(Circle::Standby));
    let called: Vec<PersonId> = found(&world).people.keys().copied().collect();
    assert_eq!(called, STATIONS.map(|unit| person(unit, 7)));
    let me = person(A1, 7);
    world.done(by(A1, 7), answer_call(me, Answer::Coming { due: at(9, 20) }));
    world.done(by(A2, 7), answer_call(person(A2, 7), Answer::Cannot { words: WORDS }));
    assert_eq!(found(&world).total(), Tally { called: 4, coming: 1, arrived: 0, cannot: 1, silent: 2 });
    assert!(matches!(world.refused(by(A1, 3), answer_call(me, Answer::Arrived)), board::Refusal::Denied(_)));
    world.now = at(9, 15);
    world.done(by(A1, 7), answer_call(me, Answer::Arrived));
    assert_eq!(found(&world).people[&me].standing, Standing::Arrived { at: at(9, 15) });
    let again = answer_call(me, Answer::Arrived);
    assert_eq!(refusal(&mut world, by(A1, 7), again), Refusal::ArrivedAlready { person: me, at: at(9, 15) });
    let events = world.pass(at(9, 15));
    let silent = events.iter().any(|event| {
        matches!(event, board::Event::CallOut(Event::Unanswered { at: when, count: 2, .. }) if *when == at(9, 5))
    });
    assert!(silent, "{events:?}");
    assert_eq!(found(&world).unanswered, Some(2));
}

#[test]
fn the_reserve_is_whoever_has_no_duty_soon() {
    let mut world = World::manned();
    world.done(by(BUREAU, 2), open_call(Circle::StandbyAndReserve));
    let of_station = found(&world).people.iter().filter(|(_, called)| called.unit == A1);
    let called: Vec<(PersonId, bool)> = of_station.map(|(person, called)| (*person, called.standby)).collect();
    // 3 and 4 stand the day; 5 and 6 have the night, which begins within twelve hours.
    let expected = [1, 2, 7, 8, 9].map(|number| (person(A1, number), number == 7));
    assert_eq!(called, expected);
}

fn presets() -> OperationRow {
    let preset = |does| Preset { words: label("preset"), does };
    let order = PresetDirective {
        title: label("Level I"),
        clauses: vec![label("All posts double"), label("Report every hour")],
        urgency: directive::Urgency::Emergency,
        within: Minutes(10),
        below: true,
        people: false,
    };
    let mut row = operation_row();
    row.levels[0].actions = vec![
        preset(Does::OpenCallOut { circle: Circle::Standby }),
        preset(Does::IssueDirective(Box::new(order))),
        preset(Does::RequireStrength { kinds: vec![posts_of::Kind::Checkpoint], at_least: 4 }),
        preset(Does::Nothing),
    ];
    row
}

#[test]
fn an_order_by_telephone_sets_the_level_and_its_rung_is_carried_out_on_approval() {
    let mut world = World::manned();
    world.done(Actor::Operator, plan(presets()));
    let leader = person(BUREAU, 1);
    let set = |words| {
        let (operation, rung, by_order_of) = (OPERATION, 1, Some(leader));
        Command::Operation(operation::Command::SetLevel { operation, rung, by_order_of, words })
    };
    assert_eq!(world.refused(by(BUREAU, 2), set(None)), directive::Refusal::OrderWithoutWords.into());
    world.done(by(BUREAU, 2), set(Some(WORDS)));
    let (unit, line) = world.operation().order.unwrap();
    let signature = |world: &World| world.board.watch(unit).unwrap().line(line).unwrap().order;
    assert_eq!(signature(&world), Some((leader, Countersignature::Pending)));
    assert_eq!(world.board.call_outs.iter().count(), 0, "proposed is not done");
    for number in 1..=4 {
        world.done(by(BUREAU, 1), answer(number, true));
    }
    let (_, opened) = world.board.call_outs.iter().next().unwrap();
    assert_eq!((opened.total().called, opened.rung), (4, Some(1)));
    let (_, issued) = world.board.directives.iter().next().unwrap();
    assert!(issued.is_issued());
    assert_eq!((issued.units.len(), issued.deadline, issued.approval.order), (6, at(9, 0), Some((unit, line))));
    let shift_of = |world: &World, number| world.operation().roster.shift(shift(A1, number)).unwrap().required;
    assert_eq!([DAY, NIGHT, NEXT_DAY].map(|number| shift_of(&world, number)), [4, 4, 4]);
    assert_eq!(world.duty(A1).required, 4);
    assert!(world.board.watch(unit).unwrap().open_lines().any(|(number, _)| number == line), "asked for until given");
    world.done(by(BUREAU, 1), Command::Watch(board::watch::Command::Countersign { unit, line }));
    assert_eq!(world.board.watch(unit).unwrap().open_lines().count(), 0);
}

#[test]
fn taking_a_proposal_needs_the_right_to_what_it_does() {
    let mut world = World::manned();
    world.done(Actor::Operator, plan(presets()));
    world.done(by(BUREAU, 2), level(1));
    // A duty officer may open a call-out; who may only set levels may not.
    world.done(by(BUREAU, 2), answer(1, true));
    world.done(by(BUREAU, 2), answer(4, false));
}

#[test]
fn an_older_plan_whose_actions_are_only_words_is_read() {
    let written = r#"{"rung":1,"name":{"en":"I","zh":"一级"},"actions":[{"en":"double patrols","zh":"加倍巡逻"}]}"#;
    let level: Level = serde_json::from_str(written).unwrap();
    assert_eq!(level.actions, [Preset::by_hand(board::Label::new("double patrols", "加倍巡逻"))]);
    assert_eq!(serde_json::to_string(&level).unwrap(), written);
}
