//! The verdict held against the rule told the long way: rights first, then what is one's own, then what may be known.

use board::access::{Action, Denial, Grant, Place, Reach, Reason, Role, Verdict, permits, reach};
use board::{Actor, At, Board, PersonId, UnitId};

use crate::support::*;

/// The rule as it reads, looking everything up anew at every step.
fn long_way(board: &Board, person: PersonId, action: Action, place: Place, now: At) -> Verdict {
    let nowhere = Verdict::Denied(Denial::NotOnTheBoard { action });
    let unit = match place {
        Place::Force => board.force.root(),
        Place::Unit(unit) => Some(unit),
        Place::Person(person) => board.force.person(person).map(|found| found.unit),
        Place::Post(operation, post) => {
            board.operation(operation).and_then(|found| found.posts.get(post)).map(|post| post.unit)
        }
    };
    let Some(unit) = unit else { return nowhere };
    let verdict = judge(board, person, action, place, unit, now);
    let seen_by = match place {
        Place::Force | Place::Unit(_) => return verdict,
        Place::Person(_) => Action::ViewPeople,
        Place::Post(..) => Action::ViewPosts,
    };
    let seen = judge(board, person, seen_by, place, unit, now).is_permitted();
    if verdict.is_permitted() || seen { verdict } else { nowhere }
}

fn counts(board: &Board, grant: &Grant, now: At) -> bool {
    grant.in_force(now) && grant.delegated_from.is_none_or(|(owner, _)| board.force.serving(owner).is_some())
}

fn judge(board: &Board, person: PersonId, action: Action, place: Place, unit: UnitId, now: At) -> Verdict {
    let Some(found) = board.force.unit(unit) else { return Verdict::Denied(Denial::NotOnTheBoard { action }) };
    let Some(serving) = board.force.serving(person) else { return Verdict::Denied(Denial::NoRole { action, unit }) };
    let reaches = |role: Role, held: UnitId| match reach(role, action) {
        Reach::Nowhere => false,
        Reach::Own => held == unit,
        Reach::Below => found.path.contains(&held),
        Reach::Line => {
            found.path.contains(&held) || board.force.unit(held).is_some_and(|held| held.path.contains(&unit))
        }
    };
    let mut denial = Denial::NoRole { action, unit };
    for grant in board.access.grants_of(person) {
        let (role, held) = (grant.role, grant.unit);
        if reaches(role, held) && counts(board, grant, now) {
            return Verdict::Permitted(Reason::Role { role, at: held });
        }
        if reaches(role, held)
            && let Some(until) = grant.until.filter(|until| *until <= now)
        {
            denial = Denial::Expired { action, role, held, until };
        }
        if !reaches(role, held) && counts(board, grant, now) && reach(role, action) != Reach::Nowhere {
            denial = Denial::OutOfReach { action, unit, role, held };
        }
    }
    if reaches(Role::Officer, serving.unit) {
        return Verdict::Permitted(Reason::Role { role: Role::Officer, at: serving.unit });
    }
    if is_own(board, person, action, place) {
        return Verdict::Permitted(Reason::Own);
    }
    if reach(Role::Officer, action) != Reach::Nowhere && matches!(denial, Denial::NoRole { .. }) {
        denial = Denial::OutOfReach { action, unit, role: Role::Officer, held: serving.unit };
    }
    Verdict::Denied(denial)
}

fn is_own(board: &Board, person: PersonId, action: Action, place: Place) -> bool {
    match place {
        Place::Force | Place::Unit(_) => false,
        Place::Person(subject) => {
            let of_oneself = [Action::StandPost, Action::ViewPeople, Action::ViewTelephones, Action::Delegate];
            let of_orders = [
                Action::ViewDirective,
                Action::ReceiveDirective,
                Action::ViewTask,
                Action::DoTask,
                Action::AnswerCallOut,
            ];
            let own = of_oneself.contains(&action) || of_orders.contains(&action);
            subject == person && (own || action == Action::ViewRoster)
        }
        Place::Post(operation, post) => board.operation(operation).is_some_and(|operation| {
            let leads = operation.posts.get(post).is_some_and(|post| post.named_leader == Some(person));
            let mut shifts = operation.roster.shifts().filter(|(_, shift)| shift.post == post);
            let mut stands =
                || shifts.any(|(_, shift)| operation.roster.assigned(shift).any(|(_, found)| found.person == person));
            match action {
                Action::ViewPosts | Action::ViewRoster | Action::ObserveRoad => leads || stands(),
                Action::RecordPresence => leads,
                _ => false,
            }
        }),
    }
}

/// Compares every verdict on every `nth` actor and person.
pub fn verdicts_are_the_rule(board: &Board, now: At, nth: usize) {
    let nowhere = PersonId::from_value(NOWHERE);
    let people = || board.force.people().map(|(id, _)| id).step_by(nth).chain([nowhere]);
    let mut places = vec![Place::Force, Place::Unit(UnitId::from_value(NOWHERE))];
    places.extend(board.force.units().map(|unit| Place::Unit(unit.id)));
    places.extend(people().map(Place::Person));
    for (id, operation) in board.operations() {
        places.extend(operation.posts.iter().map(|post| Place::Post(id, post.id)));
    }
    for person in people() {
        for (action, place) in Action::ALL.iter().flat_map(|action| places.iter().map(move |place| (*action, *place))) {
            let short = permits(board, Actor::Person(person), action, place, now);
            assert_eq!(short, long_way(board, person, action, place, now), "{person} {action:?} {place:?}");
        }
    }
}

#[test]
fn every_verdict_on_a_running_night_is_the_rule() {
    let world = World::manned();
    verdicts_are_the_rule(&world.board, world.now, 1);
    verdicts_are_the_rule(&world.board, at(50, 0), 3);
}
