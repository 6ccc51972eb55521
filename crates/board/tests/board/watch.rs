use board::watch::{Command as Watch, Countersignature, Event, Kind, Refusal, Triage};
use board::{Actor, Command, PersonId, TextId};

use crate::support::*;

fn ask(command: Watch) -> Command {
    Command::Watch(command)
}
fn write(kind: Kind, by_order_of: Option<PersonId>) -> Command {
    let callsign = "A 12".into();
    ask(Watch::Write { unit: A, kind, operation: None, callsign, post: None, words: WORDS, by_order_of })
}
fn take(read_to: u32, carry_to: Option<PersonId>) -> Command {
    ask(Watch::Take { unit: A, leader: Some(person(A, 1)), read_to, carry_to })
}
/// The duty officer of county A has the watch, and a second one is to take it.
fn held() -> (World, Actor, Actor) {
    let mut world = World::running();
    world.grant(person(A, 3), board::access::Role::DutyOfficer, A);
    world.done(by(A, 2), take(0, None));
    (world, by(A, 2), by(A, 3))
}

#[test]
fn a_watch_passes_with_both_names_and_an_owner_for_everything_open() {
    let (mut world, outgoing, incoming) = held();
    world.done(outgoing, write(Kind::Message, None));
    world.done(outgoing, ask(Watch::Offer { unit: A, to: person(A, 3) }));
    world.done(outgoing, write(Kind::Telephone, None)); // arrives in the overlap
    assert_eq!(world.refused(incoming, take(1, None)), Refusal::UnreadLines { first: 2, last: 2 }.into());
    assert_eq!(world.refused(incoming, take(2, None)), Refusal::OpenLinesUnowned { count: 2 }.into());
    let events = world.done(incoming, take(2, Some(person(A, 3))));
    let [board::Event::Watch(Event::Taken { officer, from, unsigned, carried, .. })] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((*officer, *from, *unsigned), (person(A, 3), Some(person(A, 2)), false));
    assert_eq!(carried.len(), 2);
    let watch = world.board.watch(A).unwrap();
    assert!(watch.open_lines().all(|(_, line)| line.owner == Some(person(A, 3))));
    assert_eq!((watch.officer, watch.first), (Some(person(A, 3)), 3));
}

#[test]
fn a_watch_taken_without_offer_waits_for_the_leaders_signature() {
    let (mut world, outgoing, incoming) = held();
    world.done(incoming, take(0, None));
    assert_eq!(world.board.watch(A).unwrap().unsigned, Some(person(A, 2)));
    // It is missing until it is given, even when the watch has passed on in order.
    world.done(incoming, ask(Watch::Offer { unit: A, to: person(A, 2) }));
    world.done(outgoing, take(0, None));
    assert_eq!(world.board.watch(A).unwrap().unsigned, Some(person(A, 2)));
    world.done(by(A, 1), ask(Watch::SignHandover { unit: A }));
    assert_eq!(world.board.watch(A).unwrap().unsigned, None);
    world.refused(by(A, 1), ask(Watch::SignHandover { unit: A }));
}

#[test]
fn a_verbal_order_counts_at_once_and_is_countersigned_later() {
    let (mut world, officer, _) = held();
    world.done(officer, write(Kind::VerbalOrder, Some(person(A, 1))));
    let (countersign, words) = (ask(Watch::Countersign { unit: A, line: 1 }), TextId::from_value(5));
    let order = |world: &World| world.board.watch(A).unwrap().line(1).unwrap().order.unwrap().1;
    assert_eq!(order(&world), Countersignature::Pending);
    world.done(officer, ask(Watch::CloseLine { unit: A, line: 1 }));
    assert_eq!(world.board.watch(A).unwrap().open_lines().count(), 1, "closed, and still unsigned");
    world.done(by(A, 1), ask(Watch::Dispute { unit: A, line: 1, words }));
    assert_eq!(order(&world), Countersignature::Disputed { at: at(7, 0), words });
    world.done(by(A, 1), countersign.clone());
    assert_eq!(order(&world), Countersignature::Signed { at: at(7, 0) });
    assert_eq!(world.board.watch(A).unwrap().open_lines().count(), 0);
    assert_eq!(world.refused(by(A, 1), countersign), Refusal::NoCountersignature { line: 1 }.into());
}

#[test]
fn a_line_goes_from_triage_to_decision_to_its_end() {
    let (mut world, officer, _) = held();
    world.done(officer, write(Kind::Message, None));
    let triage = |triage, owner| ask(Watch::Triage { unit: A, line: 1, triage, owner });
    world.done(officer, triage(Triage::Information, None));
    assert_eq!(world.board.watch(A).unwrap().open_lines().count(), 0);
    world.done(officer, triage(Triage::Action, Some(person(A, 4))));
    world.done(officer, triage(Triage::Action, None)); // the owner stays
    world.done(officer, ask(Watch::Decide { unit: A, line: 1, words: WORDS }));
    let line = world.board.watch(A).unwrap().line(1).unwrap().clone();
    assert_eq!((line.owner, line.decision), (Some(person(A, 4)), Some((WORDS, officer, at(7, 0)))));
    world.done(officer, ask(Watch::CloseLine { unit: A, line: 1 }));
    for late in [ask(Watch::Decide { unit: A, line: 1, words: WORDS }), ask(Watch::CloseLine { unit: A, line: 1 })] {
        assert_eq!(world.refused(officer, late), Refusal::LineClosed { line: 1 }.into());
    }
}

#[test]
fn the_board_keeps_this_watch_and_the_last_and_whatever_is_open() {
    let (mut world, first, second) = held();
    world.done(first, write(Kind::Note, None));
    world.done(first, write(Kind::Message, None));
    world.done(second, take(2, Some(person(A, 3))));
    world.done(second, write(Kind::Note, None));
    world.done(first, take(3, None));
    let kept = |world: &World| world.board.watch(A).unwrap().lines().map(|(number, _)| number).collect::<Vec<_>>();
    assert_eq!(kept(&world), [2, 3]);
    world.done(first, write(Kind::Note, None));
    world.done(second, take(4, None));
    assert_eq!(kept(&world), [2, 4]);
    assert_eq!(world.board.watch(A).unwrap().latest(), 4, "a number is never given twice");
}

#[test]
fn an_open_line_whose_owner_has_left_is_carried_forward_too() {
    let (mut world, officer, incoming) = held();
    world.done(officer, write(Kind::Message, None));
    let (triage, owner) = (Triage::Action, Some(person(A, 4)));
    world.done(officer, ask(Watch::Triage { unit: A, line: 1, triage, owner }));
    world.leaves(person(A, 4));
    assert_eq!(world.refused(incoming, take(1, None)), Refusal::OpenLinesUnowned { count: 1 }.into());
}

#[test]
fn a_line_names_a_post_that_there_is() {
    let (mut world, officer, _) = held();
    let line = |post| {
        let (operation, kind, callsign) = (None, Kind::Message, "A 12".into());
        ask(Watch::Write { unit: A, kind, operation, callsign, post, words: WORDS, by_order_of: None })
    };
    world.done(officer, line(Some(post(A1))));
    world.refused(officer, line(Some(board::PostId::from_value(NOWHERE))));
}
