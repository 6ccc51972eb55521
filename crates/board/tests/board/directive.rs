use board::access::{Action, Place, Role, permits};
use board::checkin::How;
use board::directive::{
    self, Audience, Draft, Event, Kind, MASS, People, Refusal, Ruling, Rung, State, Step, Taking, Tally, Urgency,
    Waiting,
};
use board::force::Changes;
use board::watch::Countersignature;
use board::{Actor, Command, PersonId, UnitId};

use crate::support::orders::*;
use crate::support::*;

/// The order of five clauses is issued to both counties, at 07:00.
fn issued() -> World {
    let mut world = World::running();
    world.done(by(BUREAU, 2), write(draft()));
    world.done(by(BUREAU, 2), issue(ORDER));
    world
}
fn order(world: &World) -> &directive::Directive {
    world.board.directives.get(ORDER).unwrap()
}
fn refusal(world: &mut World, actor: Actor, command: Command) -> Refusal {
    match world.refused(actor, command) {
        board::Refusal::Directive(refusal) => refusal,
        other => panic!("another refusal: {other}"),
    }
}
fn sends(audience: Audience) -> World {
    let mut world = World::running();
    world.done(by(BUREAU, 1), write(Draft { audience, ..draft() }));
    world.done(by(BUREAU, 1), issue(ORDER));
    world
}

#[test]
fn a_directive_runs_tier_by_tier_from_a_sentence_to_a_person() {
    let mut world = issued();
    assert_eq!(order(&world).tally(), Tally { receivers: 2, ..Tally::default() });
    world.now = at(7, 4);
    for step in Step::ALL {
        world.done(by(A, 2), says(of_unit(A), step));
    }
    let marked = Step::ALL.map(|step| order(&world).units[&A].mark(step).map(|mark| (mark.at, mark.by)));
    assert_eq!(marked, [Some((at(7, 4), by(A, 2))); 3]);
    // The county passes it on to its stations and their people, with a sentence of its own.
    world.done(by(A, 1), relay(A, to_all(&[A1, A2]), vec![say(300)]));
    let bound =
        |world: &World, unit| order(world).clauses_for(&world.board, unit).map(|c| c.number).collect::<Vec<_>>();
    assert_eq!(bound(&world, A1), [1, 2, 3, 4, 5, 6]);
    assert_eq!(bound(&world, B1), [1, 2, 3, 4, 5], "the other county is not bound by it");
    assert_eq!(bound(&world, BUREAU), [1, 2, 3, 4, 5, 6], "and the bureau sees it");
    world.now = at(7, 10);
    world.done(by(A1, 4), says(of_person(person(A1, 4)), Step::Acknowledged));
    let found = order(&world).find(&world.board, person(A1, 4)).unwrap();
    assert_eq!(order(&world).people.receipt(found).after(Step::Acknowledged), Some(360));
    assert_eq!(order(&world).people.tally(A1), Tally { receivers: 9, acknowledged: 1, ..Tally::default() });
    assert_eq!(order(&world).unit_tally(A1).acknowledged, 0, "a person's receipt is not the unit's");
}

#[test]
fn the_three_states_are_never_merged() {
    let mut world = sends(to_all(&[A]));
    let receiver = of_person(person(A1, 3));
    for (said, refused) in [(None, Step::Accepted), (Some(Step::Acknowledged), Step::Done)] {
        if let Some(said) = said {
            world.done(by(A1, 3), says(receiver, said));
        }
        let missing = Step::ALL[refused as usize - 1];
        let expected = Refusal::StepOutOfOrder { step: refused, missing };
        assert_eq!(
            refusal(&mut world, by(A1, 3), says(receiver, refused)),
            if said.is_none() {
                Refusal::StepOutOfOrder { step: refused, missing: Step::Acknowledged }
            } else {
                expected
            }
        );
    }
    let again = says(receiver, Step::Acknowledged);
    assert_eq!(refusal(&mut world, by(A1, 3), again), Refusal::StepAlready { step: Step::Acknowledged });
}

#[test]
fn only_the_units_own_speak_for_it_and_others_record_what_they_heard() {
    let mut world = issued();
    let own = says(of_unit(A), Step::Acknowledged);
    for stranger in [by(BUREAU, 1), by(B, 1), by(A, 3), by(A1, 1)] {
        assert!(matches!(world.refused(stranger, own.clone()), board::Refusal::Denied(_)), "{stranger:?}");
    }
    world.done(by(BUREAU, 2), receive(of_unit(A), Step::Acknowledged, How::Telephone));
    assert_eq!(order(&world).units[&A].mark(Step::Acknowledged).map(|mark| mark.how), Some(How::Telephone));
    world.refused(by(B, 1), receive(of_unit(A), Step::Accepted, How::Radio));
}

#[test]
fn a_difficulty_waits_for_the_issuer_and_the_first_ruling_stands() {
    let mut world = issued();
    world.done(by(A, 1), difficulty(of_unit(A)));
    assert!(order(&world).units[&A].mark(Step::Acknowledged).is_some(), "who reports a difficulty has read it");
    let stuck = says(of_unit(A), Step::Accepted);
    assert_eq!(refusal(&mut world, by(A, 1), stuck), Refusal::DifficultyOpen { since: at(7, 0) });
    assert!(matches!(world.refused(by(A, 1), rule(of_unit(A), Ruling::Relieved)), board::Refusal::Denied(_)));
    let waits = directive::waiting_for(&world.board, person(BUREAU, 1), world.now);
    assert_eq!(waits, [Waiting::Ruling { directive: ORDER, receiver: of_unit(A), since: at(7, 0) }]);
    world.done(by(BUREAU, 1), rule(of_unit(A), Ruling::Stands));
    let second = refusal(&mut world, Actor::Operator, rule(of_unit(A), Ruling::Relieved));
    assert_eq!(second, Refusal::RuledAlready { by: by(BUREAU, 1), at: at(7, 0) });
    world.done(by(A, 1), says(of_unit(A), Step::Accepted));
    world.done(by(B, 1), difficulty(of_unit(B)));
    world.done(by(BUREAU, 1), rule(of_unit(B), Ruling::Relieved));
    assert_eq!(order(&world).tally(), Tally { receivers: 1, acknowledged: 1, accepted: 1, done: 0, released: 1 });
}

#[test]
fn a_relay_goes_down_and_never_round() {
    let mut world = issued();
    let up = relay(A, to_units(&[BUREAU], false), Vec::new());
    assert_eq!(refusal(&mut world, by(A, 1), up), Refusal::NotBelow { unit: BUREAU, above: A });
    let across = relay(A, to_units(&[B1], false), Vec::new());
    assert_eq!(refusal(&mut world, by(A, 1), across), Refusal::NotBelow { unit: B1, above: A });
    let own = relay(A, to_units(&[A], false), Vec::new());
    assert_eq!(refusal(&mut world, by(A, 1), own), Refusal::NobodyToReceive { unit: A });
    let early = relay(A1, to_all(&[A1]), Vec::new());
    assert_eq!(refusal(&mut world, by(A1, 1), early), Refusal::NothingToPassOn { unit: A1 });
    world.done(by(A, 1), relay(A, to_units(&[A1], false), Vec::new()));
    let twice = relay(A, to_units(&[A1], false), Vec::new());
    assert_eq!(refusal(&mut world, by(A, 1), twice), Refusal::NobodyToReceive { unit: A });
    world.done(by(A, 1), relay(A, to_units(&[A1, A2], false), Vec::new()));
    assert_eq!(order(&world).units[&A2].relay, 2, "only who had not received it yet");
}

#[test]
fn who_comes_later_is_told_and_who_leaves_is_asked_no_more() {
    let mut world = sends(to_all(&[A]));
    let everybody = order(&world).people.len();
    let newcomer = person(A1, 20);
    world.keep(Changes { people: vec![person_row(A1, 20)], ..Changes::default() });
    assert_eq!(order(&world).people.len(), everybody + 1);
    assert!(order(&world).find(&world.board, newcomer).is_some_and(|found| found.unit == A1));
    world.leaves(person(A1, 5));
    let tally = order(&world).people.tally(A1);
    assert_eq!((tally.receivers, tally.released), (9, 1));
    // Who comes back is asked again; who moves stays counted where they were told.
    world.keep(Changes { people: vec![person_row(A1, 5)], ..Changes::default() });
    assert_eq!(order(&world).people.tally(A1).released, 0);
    let moved = board::force::PersonRow { unit: B1, ..person_row(A1, 3) };
    world.keep(Changes { people: vec![moved], ..Changes::default() });
    world.done(by(A1, 3), says(of_person(person(A1, 3)), Step::Acknowledged));
    assert_eq!(order(&world).people.tally(A1).acknowledged, 1);
    // A unit that is merged into another keeps its receipts, and answers to the line above it.
    world.keep(Changes { units: vec![unit_row(A1, Some(B))], ..Changes::default() });
    world.done(by(B, 1), receive(of_unit(A1), Step::Acknowledged, How::Telephone));
}

#[test]
fn an_audience_of_posts_is_who_stands_them_and_later_reliefs_are_told() {
    let people = People { posts: vec![post(A1)], ..People::default() };
    let mut world = sends(Audience { people: Some(people), ..to_units(&[A], true) });
    let receivers = |world: &World| {
        let mut all: Vec<PersonId> = order(world).people.of_unit(A1).map(|receiving| receiving.person).collect();
        all.sort_unstable();
        all
    };
    assert_eq!(receivers(&world), [3, 4, 5, 6].map(|number| person(A1, number)));
    world.done(by(A1, 1), replace(assignment(A1, NIGHT, 1), person(A1, 8)));
    assert_eq!(receivers(&world), [3, 4, 5, 6, 8].map(|number| person(A1, number)));
}

#[test]
fn an_amendment_keeps_the_earlier_text_and_may_ask_anew() {
    let mut world = sends(to_all(&[A]));
    world.done(by(A1, 3), says(of_person(person(A1, 3)), Step::Acknowledged));
    world.done(by(A, 1), says(of_unit(A), Step::Acknowledged));
    let amend =
        |changes, added, anew| ask(directive::Command::Amend { directive: ORDER, changes, added, words: WORDS, anew });
    world.now = at(7, 30);
    world.done(by(BUREAU, 1), amend(vec![(2, Some(say(500))), (3, None)], vec![say(501)], None));
    let clause = |number| order(&world).clause(number).unwrap().clone();
    assert_eq!((clause(2).words, clause(2).earlier), (say(500), vec![(say(102), at(7, 30))]));
    assert_eq!((clause(3).struck, clause(6).words), (Some(at(7, 30)), say(501)));
    assert_eq!(order(&world).people.tally(A1).acknowledged, 1, "a correction asks nobody again");
    world.done(by(BUREAU, 1), amend(vec![(1, Some(say(502)))], vec![], Some(at(11, 0))));
    assert_eq!((order(&world).tally().acknowledged, order(&world).deadline), (0, at(11, 0)));
    world.now = at(7, 31);
    world.done(by(A1, 3), says(of_person(person(A1, 3)), Step::Acknowledged));
    let found = order(&world).find(&world.board, person(A1, 3)).unwrap();
    assert_eq!(order(&world).people.receipt(found).after(Step::Acknowledged), Some(60), "counted from the new text");
    world.done(by(BUREAU, 1), ask(directive::Command::Withdraw { directive: ORDER, words: WORDS }));
    assert!(matches!(order(&world).state, State::Withdrawn { why, .. } if why == WORDS));
    assert_eq!(order(&world).clauses.len(), 6, "what was ordered can still be read");
    assert!(world.pass(at(30, 0)).is_empty() || !order(&world).is_issued());
    assert!(order(&world).relays.iter().all(|relay| relay.reached.is_none()), "nobody is chased for it");
}

#[test]
fn silence_climbs_the_ladder_and_a_unit_that_is_cut_off_is_one_matter() {
    let mut world = sends(to_all(&[A, B]));
    world.done(by(A, 1), says(of_unit(A), Step::Acknowledged));
    world.done(by(A1, 3), says(of_person(person(A1, 3)), Step::Acknowledged));
    let chased = |events: Vec<board::Event>| -> Vec<(Rung, board::At, Vec<directive::Silence>)> {
        let chased = |event| match event {
            board::Event::Directive(Event::Chased { rung, at, silences, .. }) => Some((rung, at, silences)),
            _ => None,
        };
        events.into_iter().filter_map(chased).collect()
    };
    let reminded = chased(world.pass(at(8, 45)));
    assert_eq!((reminded[0].0, reminded[0].1), (Rung::Reminder, at(8, 45)));
    let told = chased(world.pass(at(9, 31)));
    assert_eq!(
        told.iter().map(|(rung, at, _)| (*rung, *at)).collect::<Vec<_>>(),
        [(Rung::Leader, at(9, 0)), (Rung::NextTier, at(9, 30))]
    );
    let silences: Vec<(UnitId, u32, u32, bool)> =
        told[1].2.iter().map(|one| (one.unit, one.units, one.people, one.cut_off)).collect();
    // County B with its two stations is one; the station A2 is cut off by itself; of A and A1 some are missing.
    assert_eq!(silences, [(A, 0, 9, false), (A1, 1, 8, false), (A2, 1, 9, true), (B, 3, 27, true)]);
    assert_eq!(order(&world).relays[0].silences, told[1].2);
}

#[test]
fn quiet_hours_hold_but_not_for_an_emergency() {
    for (urgency, next_tier) in [(Urgency::Urgent, at(30, 0)), (Urgency::Emergency, at(23, 5))] {
        let mut world = World::running();
        let quiet = Some(directive::QuietHours { from: 22 * 60, to: 6 * 60, offset: 0 });
        world.now = at(21, 0);
        world.done(by(BUREAU, 1), write(Draft { urgency, quiet, deadline: at(23, 0), ..draft() }));
        world.done(by(BUREAU, 1), issue(ORDER));
        assert_eq!(order(&world).relays[0].schedule.next_tier, next_tier);
    }
}

/// A bureau with so many people that an order to all of them is a mass directive.
fn crowd() -> World {
    let mut world = World::running();
    let people = (0..MASS as u64).map(|number| person_row(A1, 100 + number)).collect();
    world.keep(Changes { people, ..Changes::default() });
    world.done(by(BUREAU, 2), write(Draft { audience: to_all(&[A, B]), ..draft() }));
    world
}

#[test]
fn a_mass_directive_waits_for_a_second_person() {
    let mut world = crowd();
    world.done(by(BUREAU, 2), issue(ORDER));
    assert_eq!(order(&world).state, State::Proposed);
    assert!(world.pass(at(7, 5)).is_empty(), "nobody is asked before it is issued");
    assert_eq!(
        directive::waiting_for(&world.board, person(BUREAU, 1), world.now),
        [Waiting::Signature { directive: ORDER }]
    );
    world.done(by(BUREAU, 1), ask(directive::Command::SendBack { directive: ORDER, words: WORDS }));
    assert_eq!(order(&world).state, State::Draft);
    world.done(by(BUREAU, 1), issue(ORDER));
    let sign = ask(directive::Command::Sign { directive: ORDER });
    assert_eq!(refusal(&mut world, by(BUREAU, 1), sign.clone()), Refusal::OwnApproval { by: by(BUREAU, 1) });
    world.grant(person(BUREAU, 3), Role::Leader, BUREAU);
    world.done(by(BUREAU, 3), sign);
    assert!(order(&world).is_issued());
    assert_eq!(order(&world).approval.signed.len(), 2);
}

#[test]
fn behind_broken_glass_it_goes_out_now_and_both_names_are_asked_for() {
    let mut world = crowd();
    let broken =
        ask(directive::Command::Issue { directive: ORDER, by_order_of: None, words: None, break_glass: Some(WORDS) });
    world.done(by(BUREAU, 2), broken);
    assert!(order(&world).is_issued());
    assert_eq!((order(&world).approval.glass, order(&world).approval.missing()), (Some(WORDS), 2));
    world.grant(person(BUREAU, 3), Role::Leader, BUREAU);
    let sign = ask(directive::Command::Sign { directive: ORDER });
    world.done(by(BUREAU, 1), sign.clone());
    assert_eq!(refusal(&mut world, by(BUREAU, 1), sign.clone()), Refusal::OwnApproval { by: by(BUREAU, 1) });
    assert_eq!(
        directive::waiting_for(&world.board, person(BUREAU, 2), world.now),
        [Waiting::Signature { directive: ORDER }]
    );
    world.done(by(BUREAU, 2), sign.clone());
    assert_eq!(order(&world).approval.missing(), 0);
    assert_eq!(refusal(&mut world, by(BUREAU, 3), sign.clone()), Refusal::NoNameMissing { directive: ORDER });
    assert_eq!(refusal(&mut world, Actor::Operator, sign), Refusal::OnlyPeopleSign);
}

#[test]
fn by_a_leaders_word_it_goes_out_and_the_leader_is_asked_to_sign() {
    let mut world = crowd();
    let ordered = ask(directive::Command::Issue {
        directive: ORDER,
        by_order_of: Some(person(BUREAU, 1)),
        words: Some(WORDS),
        break_glass: None,
    });
    world.done(by(BUREAU, 2), ordered);
    assert!(order(&world).is_issued());
    let (unit, line) = order(&world).approval.order.unwrap();
    let signature = |world: &World| world.board.watch(unit).unwrap().line(line).unwrap().order;
    assert_eq!(signature(&world), Some((person(BUREAU, 1), Countersignature::Pending)));
    world.done(by(BUREAU, 1), Command::Watch(board::watch::Command::Countersign { unit, line }));
    assert_eq!(signature(&world).map(|(_, signed)| signed), Some(Countersignature::Signed { at: at(7, 0) }));
}

#[test]
fn a_briefing_asks_only_to_be_read() {
    let mut world = World::running();
    world.done(by(BUREAU, 1), write(Draft { kind: Kind::Briefing, audience: to_all(&[A]), ..draft() }));
    world.done(by(BUREAU, 1), issue(ORDER));
    let me = of_person(person(A1, 4));
    assert_eq!(
        directive::waiting_for(&world.board, person(A1, 4), world.now),
        [Waiting::Receipt { directive: ORDER, receiver: me, next: Step::Acknowledged, deadline: at(9, 0) }]
    );
    world.done(by(A1, 4), says(me, Step::Acknowledged));
    assert_eq!(directive::waiting_for(&world.board, person(A1, 4), world.now), []);
    assert_eq!(refusal(&mut world, by(A1, 4), says(me, Step::Accepted)), Refusal::OnlyToRead { step: Step::Accepted });
}

#[test]
fn whoever_did_not_receive_it_cannot_open_it() {
    let mut world = World::running();
    world.done(by(BUREAU, 2), write(Draft { audience: to_units(&[A], false), ..draft() }));
    let open = |world: &World, actor: Actor| directive::is_open_to(&world.board, actor, order(world), world.now);
    assert!(open(&world, by(BUREAU, 2)) && !open(&world, by(A, 1)), "a draft is its writer's");
    world.done(by(BUREAU, 2), issue(ORDER));
    assert!(open(&world, by(A, 1)) && open(&world, by(A, 3)));
    assert!(!open(&world, by(B, 1)) && !open(&world, by(A1, 3)));
    world.done(by(A, 1), relay(A, to_units(&[A1], false), Vec::new()));
    assert!(open(&world, by(A1, 3)) && !open(&world, by(A2, 3)));
    assert!(!permits(&world.board, by(A1, 3), Action::ViewDirective, Place::Unit(BUREAU), world.now).is_permitted());
}

#[test]
fn a_clause_that_nobody_has_taken_up_shows() {
    let mut world = issued();
    assert_eq!(directive::taking(&world.board, ORDER, 1), Taking::Untaken);
    assert_eq!(directive::untaken(&world.board, ORDER, 1), [A, B]);
    world.done(by(A, 1), says(of_unit(A), Step::Acknowledged));
    world.done(by(A, 1), assign_task(task_row(A, A1)));
    assert_eq!(directive::taking(&world.board, ORDER, 1), Taking::Untaken, "given is not taken");
    world.done(by(A1, 1), accept(JOB));
    assert_eq!(directive::taking(&world.board, ORDER, 1), Taking::UnderWay);
    assert_eq!(directive::untaken(&world.board, ORDER, 1), [B]);
    world.pass(at(12, 0));
    assert_eq!(directive::taking(&world.board, ORDER, 1), Taking::Overdue);
    world.done(by(A1, 1), report(JOB));
    world.done(by(A, 1), close(JOB));
    assert_eq!(directive::taking(&world.board, ORDER, 1), Taking::Done);
    assert_eq!(directive::trace(&world.board, ORDER, 1).iter().map(|duty| duty.id).collect::<Vec<_>>(), [JOB]);
}

#[test]
fn an_operation_that_closes_takes_its_orders_along() {
    let mut world = issued();
    world.done(by(A, 1), assign_task(task_row(A, A1)));
    world.done(Actor::Operator, phase(board::operation::Phase::StandDown));
    world.done(Actor::Operator, phase(board::operation::Phase::Closed));
    assert!(world.board.directives.is_empty() && world.board.tasks.is_empty());
    assert_eq!(world.board.next_timer(), None);
}

#[test]
fn a_deadline_that_passed_while_it_was_a_draft_is_refused_at_issue_and_at_a_relay() {
    let mut world = World::running();
    world.done(by(BUREAU, 2), write(draft()));
    world.pass(at(9, 0));
    let expected = Refusal::DeadlinePast { deadline: at(9, 0), now: at(9, 0) };
    assert_eq!(refusal(&mut world, by(BUREAU, 2), issue(ORDER)), expected);
    let mut world = issued();
    world.done(by(A, 1), says(of_unit(A), Step::Acknowledged));
    world.pass(at(10, 0));
    let late = relay(A, to_units(&[A1], false), Vec::new());
    assert_eq!(refusal(&mut world, by(A, 1), late), Refusal::DeadlinePast { deadline: at(10, 0), now: at(10, 0) });
}
