use std::collections::BTreeSet;

use board::access::{self, Action, Audit, Denial, LONGEST_DELEGATION, Place, Refusal, Role, permits, scope};
use board::force::Changes;
use board::{Actor, At, Command, GrantId, Minutes, PersonId, UnitId};

use crate::support::*;

const OPERATOR: Actor = Actor::Operator;

fn may(world: &World, actor: Actor, action: Action, unit: UnitId) -> bool {
    permits(&world.board, actor, action, Place::Unit(unit), world.now).is_permitted()
}
fn covered(world: &World, actor: Actor, action: Action) -> Vec<UnitId> {
    let scope = scope(&world.board, actor, action, world.now);
    scope.units(&world.board.force).map(|unit| unit.id).collect()
}
fn delegate(grant: GrantId, to: PersonId, until: At) -> Command {
    let id = GrantId::from_value(5000 + to.value());
    Command::Access(access::Command::Delegate { id, grant, to, from: None, until })
}
fn revoke(person: PersonId, grant: GrantId) -> Command {
    Command::Access(access::Command::Revoke { person, grant })
}

#[test]
fn a_role_reaches_down_its_own_branch_and_no_other() {
    let world = World::force();
    assert_eq!(covered(&world, by(A, 1), Action::ViewPosts), [A, A1, A2]);
    assert_eq!(covered(&world, by(A, 1), Action::KeepWatch), [A]);
    assert_eq!(covered(&world, by(A1, 3), Action::ViewPosts), [A1]);
    // What a superior opened, a subordinate may read: up and down one line.
    assert_eq!(covered(&world, by(A, 1), Action::ViewOperation), [BUREAU, A, A1, A2]);
    assert_eq!(covered(&world, by(A, 1), Action::GrantRole), []);
    assert_eq!(covered(&world, by(BUREAU, 7), Action::GrantRole).len(), UNITS.len());
}

#[test]
fn a_denial_tells_what_to_do_and_nothing_of_strangers() {
    let world = World::manned();
    let judge = |actor, action, place| match permits(&world.board, actor, action, place, world.now) {
        access::Verdict::Denied(denial) => denial,
        verdict => panic!("{verdict:?}"),
    };
    let named = judge(by(A, 1), Action::ViewPosts, Place::Unit(B1));
    assert_eq!(named, Denial::OutOfReach { action: Action::ViewPosts, unit: B1, role: Role::Leader, held: A });
    // Where a stranger serves, or what stands where, is not told: it reads as if there were nothing.
    let nothing = |action| Denial::NotOnTheBoard { action };
    for action in [Action::ViewPeople, Action::ViewTelephones, Action::Assign] {
        assert_eq!(judge(by(A, 1), action, Place::Person(person(B1, 3))), nothing(action));
        assert_eq!(judge(by(A, 1), action, Place::Person(PersonId::from_value(NOWHERE))), nothing(action));
    }
    assert_eq!(
        judge(by(A, 1), Action::RecordPresence, Place::Post(OPERATION, post(B1))),
        nothing(Action::RecordPresence)
    );
    // Of what they may see, they are told why they may not change it.
    let seen = judge(by(A1, 3), Action::Assign, Place::Post(OPERATION, post(A1)));
    assert_eq!(seen, Denial::NoRole { action: Action::Assign, unit: A1 });
}

#[test]
fn a_grant_counts_between_its_dates_only() {
    let mut world = World::force();
    let (id, person, role, unit) = (GrantId::from_value(1), person(A1, 8), Role::Inspector, A);
    let (from, until) = (Some(at(10, 0)), Some(at(12, 0)));
    world.done(OPERATOR, Command::Access(access::Command::Grant { id, person, role, unit, from, until }));
    let actor = Actor::Person(person);
    for (hour, minute, expected) in [(9, 59, false), (10, 0, true), (11, 59, true), (12, 0, false)] {
        world.now = at(hour, minute);
        assert_eq!(may(&world, actor, Action::ViewWatch, A2), expected, "{hour}:{minute}");
    }
    let denied = permits(&world.board, actor, Action::ViewWatch, Place::Unit(A2), at(12, 0));
    let expired = Denial::Expired { action: Action::ViewWatch, role, held: A, until: at(12, 0) };
    assert_eq!(denied, access::Verdict::Denied(expired));
    world.now = at(12, 0);
    world.done(OPERATOR, grant(GrantId::from_value(2), person, role, unit));
}

#[test]
fn the_three_administrators_are_never_one_person() {
    let administrators = [Role::SystemAdministrator, Role::SecurityAdministrator, Role::AuditAdministrator];
    for (held, wanted) in administrators.iter().flat_map(|held| administrators.map(|wanted| (*held, wanted))) {
        let mut world = World::force();
        let who = person(BUREAU, 3);
        world.grant(who, held, BUREAU);
        let refused = world.refused(OPERATOR, grant(GrantId::from_value(1), who, wanted, BUREAU));
        match held == wanted {
            true => assert_eq!(refused, Refusal::HeldAlready { person: who, role: held, unit: BUREAU }.into()),
            false => assert_eq!(refused, Refusal::TwoAdministrators { person: who, held }.into()),
        }
        // Nor by way of a loan.
        let number = 7 + administrators.iter().position(|role| *role == wanted).map_or(0, |place| [1, 0, 2][place]);
        let lender = person(BUREAU, number as u64);
        let lent = world.board.access.grants_of(lender)[0].id;
        world.refused(Actor::Person(lender), delegate(lent, who, at(10, 0)));
    }
}

#[test]
fn a_delegation_is_bounded_and_goes_with_its_source() {
    let mut world = World::force();
    let (owner, deputy) = (person(A, 1), person(A, 4));
    let source = world.board.access.grants_of(owner)[0].id;
    let latest = world.now.plus(LONGEST_DELEGATION);
    let too_long = latest.plus(Minutes(1));
    let refused = world.refused(by(A, 1), delegate(source, deputy, too_long));
    assert_eq!(refused, Refusal::DelegationTooLong { until: too_long, latest }.into());
    world.done(by(A, 1), delegate(source, deputy, latest));
    assert!(may(&world, by(A, 4), Action::Assign, A1));
    world.refused(by(A, 1), delegate(source, deputy, latest));
    world.done(by(BUREAU, 7), revoke(owner, source));
    assert!(!may(&world, by(A, 4), Action::Assign, A1), "what was lent from it went with it");
    assert!(world.board.access.grants_of(deputy).is_empty());
}

#[test]
fn a_lender_takes_back_what_they_lent_and_nothing_else() {
    let mut world = World::force();
    let source = world.board.access.grants_of(person(A, 1))[0].id;
    world.done(by(A, 1), delegate(source, person(A, 4), at(10, 0)));
    let lent = world.board.access.grants_of(person(A, 4))[0].id;
    assert!(matches!(world.refused(by(B, 1), revoke(person(A, 4), lent)), board::Refusal::Denied(_)));
    world.done(by(A, 1), revoke(person(A, 4), lent));
    let other = world.board.access.grants_of(person(A, 2))[0].id;
    assert!(matches!(world.refused(by(A, 1), revoke(person(A, 2), other)), board::Refusal::Denied(_)));
}

#[test]
fn who_leaves_the_force_leaves_their_rights() {
    let mut world = World::force();
    let source = world.board.access.grants_of(person(A, 1))[0].id;
    world.done(by(A, 1), delegate(source, person(A, 4), at(10, 0)));
    assert!(may(&world, by(A, 4), Action::Assign, A1));
    world.leaves(person(A, 1));
    for action in Action::ALL {
        assert!(!may(&world, by(A, 1), action, A1), "{action:?}");
        assert_eq!(covered(&world, by(A, 1), action), []);
    }
    assert!(!may(&world, by(A, 4), Action::Assign, A1), "nor is what they lent in force");
    assert!(
        !permits(&world.board, by(A, 1), Action::ViewPeople, Place::Person(person(A, 1)), world.now).is_permitted()
    );
}

#[test]
fn what_is_ones_own_needs_no_role() {
    let world = World::manned();
    let may = |actor, action, place| permits(&world.board, actor, action, place, world.now).is_permitted();
    let own = Place::Person(person(A1, 3));
    assert!(may(by(A1, 3), Action::StandPost, own) && !may(by(A1, 4), Action::StandPost, own));
    let there = Place::Post(OPERATION, post(A1));
    assert!(may(by(A1, 3), Action::ViewPosts, there));
    assert!(may(by(A1, 1), Action::RecordPresence, there), "the named leader speaks for the post");
    assert!(!may(by(A1, 3), Action::RecordPresence, there));
}

#[test]
fn a_unit_that_moves_is_judged_at_both_ends() {
    let mut world = World::force();
    let mut row = unit_row(A1, Some(B));
    let keep = |row: &board::force::UnitRow| {
        let changes = Changes { units: vec![row.clone()], ..Changes::default() };
        Command::Force(board::force::Command::Keep(changes))
    };
    assert!(matches!(world.refused(by(A, 1), keep(&row)), board::Refusal::Denied(_)));
    assert!(matches!(world.refused(by(B, 1), keep(&row)), board::Refusal::Denied(_)));
    world.done(by(BUREAU, 1), keep(&row));
    row.order += 1;
    world.done(by(B, 1), keep(&row));
}

#[test]
fn only_the_machine_writes_the_audit() {
    let mut world = World::force();
    let note = Command::Access(access::Command::Note(Audit::SignedIn { person: person(A, 1) }));
    for number in [1, 7, 8, 9] {
        assert!(matches!(world.refused(by(BUREAU, number), note.clone()), board::Refusal::Denied(_)));
    }
    assert_eq!(world.done(OPERATOR, note).len(), 1);
}

#[test]
fn two_viewers_share_a_rendering_only_when_they_see_the_same() {
    let world = World::force();
    let digest = |actor| {
        let mut words = Vec::new();
        scope(&world.board, actor, Action::ViewPosts, world.now).write_digest(&mut words);
        words
    };
    assert_ne!(digest(by(A, 1)), digest(by(B, 1)));
    assert_ne!(digest(by(A, 1)), digest(OPERATOR));
    assert_eq!(digest(by(A1, 3)), digest(by(A1, 4)));
}

#[test]
fn a_list_of_people_is_those_of_the_covered_units_who_serve() {
    let mut world = World::force();
    world.leaves(person(A1, 8));
    for actor in [by(A1, 3), by(A, 1), by(BUREAU, 1), OPERATOR] {
        let scope = scope(&world.board, actor, Action::ViewPeople, world.now);
        let listed: BTreeSet<PersonId> = scope.people(&world.board.force).map(|(id, _)| id).collect();
        let serving = world.board.force.people().filter(|(_, found)| found.left.is_none());
        let expected = serving.filter(|(_, found)| scope.covers(&world.board.force, found.unit)).map(|(id, _)| id);
        assert_eq!(listed, expected.collect());
    }
}
