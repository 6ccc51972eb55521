//! May this actor do this here, now? One pure function, and the same answer as a set of units for lists and streams.

use serde::Serialize;
use smallvec::SmallVec;

use super::{Action, Reach, Role, reach};
use crate::force::{Force, Person};
use crate::{Actor, At, Board, OperationId, PersonId, PostId, UnitId};

/// What an action would be done to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// The force as a whole: its first unit.
    Force,
    Unit(UnitId),
    Person(PersonId),
    Post(OperationId, PostId),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Permitted(Reason),
    Denied(Denial),
}

impl Verdict {
    pub const fn is_permitted(self) -> bool {
        matches!(self, Self::Permitted(_))
    }
}

/// Why it is permitted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// The machine's own clock, or whoever holds the machine's command line.
    Machine,
    /// It is their own person or the post they stand or lead.
    Own,
    Role {
        role: Role,
        at: UnitId,
    },
}

/// Why it is denied, with what a person needs to know to get further.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Denial {
    #[error(
        "{action:?} at unit {unit} needs a role that carries it, and you hold none: ask the security administrator"
    )]
    NoRole { action: Action, unit: UnitId },
    #[error(
        "{action:?} at unit {unit} is out of your reach: your role {role:?} is held at unit {held}; ask that unit's leader"
    )]
    OutOfReach { action: Action, unit: UnitId, role: Role, held: UnitId },
    #[error("your role {role:?} at unit {held} ended at {until:?}: ask for it to be renewed")]
    Expired { action: Action, role: Role, held: UnitId, until: At },
    #[error("what you ask for is not on the board: it may have been closed, or the link is wrong")]
    NotOnTheBoard { action: Action },
}

/// The units that an actor's grants reach for one action at one moment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scope {
    everything: bool,
    own: SmallVec<[UnitId; 2]>,
    below: SmallVec<[UnitId; 2]>,
    line: SmallVec<[UnitId; 2]>,
}

impl Scope {
    pub fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }
    pub fn is_empty(&self) -> bool {
        !self.everything && self.own.is_empty() && self.below.is_empty() && self.line.is_empty()
    }
    pub fn covers(&self, force: &Force, unit: UnitId) -> bool {
        if self.everything {
            return true;
        }
        let Some(found) = force.unit(unit) else { return false };
        self.own.contains(&unit)
            || found.path.iter().any(|above| self.below.contains(above) || self.line.contains(above))
            || self.line.iter().any(|held| force.unit(*held).is_some_and(|held| held.path.contains(&unit)))
    }
    /// The covered units, in the order of the tree.
    pub fn units<'a>(&'a self, force: &'a Force) -> impl Iterator<Item = &'a crate::force::Unit> {
        force.units().filter(|unit| self.covers(force, unit.id))
    }
    /// The covered unit nearest the top, where a page begins that names none.
    pub fn widest(&self, force: &Force) -> Option<UnitId> {
        if self.everything {
            return force.root();
        }
        let held = self.below.iter().chain(&self.own).chain(&self.line).copied();
        held.filter(|unit| force.unit(*unit).is_some())
            .min_by_key(|unit| force.unit(*unit).map(|found| found.path.len()))
    }
    /// Those who serve in the covered units, in no order that means anything.
    pub fn people<'a>(&self, force: &'a Force) -> impl Iterator<Item = (PersonId, &'a Person)> {
        let mut covered: Vec<UnitId> = self.units(force).map(|unit| unit.id).collect();
        // A few units are read by their members, many by one walk over everybody: a walk is dearer to begin, a member
        // dearer to look up.
        let members = covered.len() * 8 < force.count_units();
        let few = members.then(|| covered.clone());
        let few = few.into_iter().flatten().flat_map(|unit| force.members(unit));
        covered.sort_unstable();
        let many = (!members).then(|| force.people());
        let many = many
            .into_iter()
            .flatten()
            .filter(move |(_, found)| found.left.is_none() && covered.binary_search(&found.unit).is_ok());
        few.chain(many)
    }
    /// The units whose whole branch is covered; what two viewers must share to share a rendering.
    pub fn roots(&self) -> impl Iterator<Item = UnitId> + '_ {
        self.below.iter().chain(&self.line).chain(&self.own).copied()
    }
    /// A few words that two scopes share exactly when they cover the same units by the same reach.
    pub fn write_digest(&self, into: &mut Vec<u8>) {
        into.push(u8::from(self.everything));
        for list in [&self.own, &self.below, &self.line] {
            let mut ids: SmallVec<[u64; 4]> = list.iter().map(|id| id.value()).collect();
            ids.sort_unstable();
            ids.dedup();
            into.push(ids.len() as u8);
            ids.iter().for_each(|id| into.extend_from_slice(&id.to_be_bytes()));
        }
    }

    fn add(&mut self, held: Reach, unit: UnitId) {
        match held {
            Reach::Nowhere => {}
            Reach::Own => self.own.push(unit),
            Reach::Below => self.below.push(unit),
            Reach::Line => self.line.push(unit),
        }
    }
}

/// The units where `actor` may do `action` at `now`.
pub fn scope(board: &Board, actor: Actor, action: Action, now: At) -> Scope {
    let Actor::Person(person) = actor else { return Scope::everything() };
    let mut scope = Scope::default();
    // Who has left the force has no rights in it, whatever grants were forgotten.
    let Some(found) = board.force.serving(person) else { return scope };
    scope.add(reach(Role::Officer, action), found.unit);
    for grant in board.access.grants_of(person).iter().filter(|grant| grant.counts(&board.force, now)) {
        scope.add(reach(grant.role, action), grant.unit);
    }
    scope
}

/// May `actor` do `action` to what is at `place`, at `now`?
///
/// A person or a post that the actor may not even see is denied as if it were not there: the words of a denial name
/// the unit, and where a stranger serves or what stands where is not told.
pub fn permits(board: &Board, actor: Actor, action: Action, place: Place, now: At) -> Verdict {
    let Actor::Person(person) = actor else { return Verdict::Permitted(Reason::Machine) };
    let Some(unit) = unit_of(board, place) else { return Verdict::Denied(Denial::NotOnTheBoard { action }) };
    let verdict = judge(board, person, action, (place, unit), now);
    let seen_by = match place {
        Place::Force | Place::Unit(_) => return verdict, // the asker named the unit
        Place::Person(_) => Action::ViewPeople,
        Place::Post(..) => Action::ViewPosts,
    };
    if verdict.is_permitted() || (action != seen_by && judge(board, person, seen_by, (place, unit), now).is_permitted())
    {
        return verdict;
    }
    Verdict::Denied(Denial::NotOnTheBoard { action })
}

fn judge(board: &Board, person: PersonId, action: Action, (place, unit): (Place, UnitId), now: At) -> Verdict {
    let Some(found) = board.force.unit(unit) else { return Verdict::Denied(Denial::NotOnTheBoard { action }) };
    // Who has left the force has no rights in it, whatever grants were forgotten.
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
        if !reaches(grant.role, grant.unit) {
            if grant.counts(&board.force, now) && reach(grant.role, action) != Reach::Nowhere {
                denial = Denial::OutOfReach { action, unit, role: grant.role, held: grant.unit };
            }
        } else if grant.counts(&board.force, now) {
            return Verdict::Permitted(Reason::Role { role: grant.role, at: grant.unit });
        } else if let Some(until) = grant.until.filter(|until| *until <= now) {
            denial = Denial::Expired { action, role: grant.role, held: grant.unit, until };
        }
    }
    if reaches(Role::Officer, serving.unit) {
        return Verdict::Permitted(Reason::Role { role: Role::Officer, at: serving.unit });
    }
    // Asked last, because who stands a post is the dearest question.
    if is_own(board, person, action, place) {
        return Verdict::Permitted(Reason::Own);
    }
    if reach(Role::Officer, action) != Reach::Nowhere && matches!(denial, Denial::NoRole { .. }) {
        denial = Denial::OutOfReach { action, unit, role: Role::Officer, held: serving.unit };
    }
    Verdict::Denied(denial)
}

fn unit_of(board: &Board, place: Place) -> Option<UnitId> {
    match place {
        Place::Force => board.force.root(),
        Place::Unit(unit) => Some(unit),
        Place::Person(person) => board.force.person(person).map(|found| found.unit),
        Place::Post(operation, post) => board.operation(operation)?.posts.get(post).map(|found| found.unit),
    }
}

/// What a person may do because it is theirs: their own record, the post they stand, the post they lead.
fn is_own(board: &Board, person: PersonId, action: Action, place: Place) -> bool {
    match (action, place) {
        (
            Action::StandPost | Action::ViewPeople | Action::ViewTelephones | Action::Delegate | Action::ViewRoster,
            Place::Person(subject),
        ) => subject == person,
        (Action::ViewPosts | Action::ViewRoster, Place::Post(operation, post)) => board
            .operation(operation)
            .is_some_and(|operation| operation.posts.is_led_by(post, person) || operation.roster.stands(person, post)),
        (Action::RecordPresence, Place::Post(operation, post)) => {
            board.operation(operation).is_some_and(|operation| operation.posts.is_led_by(post, person))
        }
        _ => false,
    }
}
