//! May this actor do this here, now? One pure function, and the same answer as a set of units for lists and streams.

use serde::Serialize;
use smallvec::SmallVec;

use super::{Action, Grant, Reach, Role, reach};
use crate::force::{Force, Person, Unit};
use crate::operation::Operation;
use crate::post::Post;
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
    pub fn units<'a>(&'a self, force: &'a Force) -> impl Iterator<Item = &'a Unit> {
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
    let nowhere = Verdict::Denied(Denial::NotOnTheBoard { action });
    let Some(subject) = Subject::find(board, place) else { return nowhere };
    let seen_by = match place {
        Place::Force | Place::Unit(_) => None, // the asker named the unit
        Place::Person(_) => Some(Action::ViewPeople),
        Place::Post(..) => Some(Action::ViewPosts),
    };
    let Some(asker) = Asker::find(board, person, now) else {
        // Who has left the force has no rights in it, whatever grants were forgotten.
        return seen_by.map_or(Verdict::Denied(Denial::NoRole { action, unit: subject.unit.id }), |_| nowhere);
    };
    let denial = match asker.judge(action, &subject) {
        Ok(reason) => return Verdict::Permitted(reason),
        Err(denial) => denial,
    };
    match seen_by {
        Some(seen_by) if action == seen_by || asker.judge(seen_by, &subject).is_err() => nowhere,
        _ => Verdict::Denied(denial),
    }
}

/// What is asked about, looked up once.
struct Subject<'a> {
    place: Place,
    unit: &'a Unit,
    post: Option<(&'a Operation, &'a Post)>,
}

impl<'a> Subject<'a> {
    fn find(board: &'a Board, place: Place) -> Option<Self> {
        let (unit, post) = match place {
            Place::Force => (board.force.root()?, None),
            Place::Unit(unit) => (unit, None),
            Place::Person(person) => (board.force.person(person)?.unit, None),
            Place::Post(operation, post) => {
                let operation = board.operation(operation)?;
                let post = operation.posts.get(post)?;
                (post.unit, Some((operation, post)))
            }
        };
        Some(Self { place, unit: board.force.unit(unit)?, post })
    }
}

/// Who asks, looked up once.
struct Asker<'a> {
    force: &'a Force,
    person: PersonId,
    /// Where they serve.
    unit: UnitId,
    grants: &'a [Grant],
    now: At,
}

impl<'a> Asker<'a> {
    /// `None` for whoever does not serve in the force.
    fn find(board: &'a Board, person: PersonId, now: At) -> Option<Self> {
        let unit = board.force.serving(person)?.unit;
        Some(Self { force: &board.force, person, unit, grants: board.access.grants_of(person), now })
    }

    fn judge(&self, action: Action, subject: &Subject<'_>) -> Result<Reason, Denial> {
        let unit = subject.unit.id;
        let mut denial = Denial::NoRole { action, unit };
        for grant in self.grants {
            let reach = reach(grant.role, action);
            if reach == Reach::Nowhere {
                continue;
            }
            let (role, held, counts) = (grant.role, grant.unit, grant.counts(self.force, self.now));
            match (self.reaches(reach, held, subject.unit), counts) {
                (true, true) => return Ok(Reason::Role { role, at: held }),
                (false, true) => denial = Denial::OutOfReach { action, unit, role, held },
                (true, false) => {
                    if let Some(until) = grant.until.filter(|until| *until <= self.now) {
                        denial = Denial::Expired { action, role, held, until };
                    }
                }
                (false, false) => {}
            }
        }
        let (role, held) = (Role::Officer, self.unit);
        let reach = reach(role, action);
        if self.reaches(reach, held, subject.unit) {
            return Ok(Reason::Role { role, at: held });
        }
        if self.owns(action, subject) {
            return Ok(Reason::Own);
        }
        if reach != Reach::Nowhere && matches!(denial, Denial::NoRole { .. }) {
            denial = Denial::OutOfReach { action, unit, role, held };
        }
        Err(denial)
    }

    /// Does `reach`, counted from the unit `held`, come to `unit`?
    fn reaches(&self, reach: Reach, held: UnitId, unit: &Unit) -> bool {
        match reach {
            Reach::Nowhere => false,
            Reach::Own => held == unit.id,
            Reach::Below => unit.path.contains(&held),
            Reach::Line => {
                unit.path.contains(&held) || self.force.unit(held).is_some_and(|held| held.path.contains(&unit.id))
            }
        }
    }

    /// What a person may do because it is theirs: their own record, the post they stand, the post they lead.
    fn owns(&self, action: Action, subject: &Subject<'_>) -> bool {
        match action {
            Action::StandPost
            | Action::ViewPeople
            | Action::ViewTelephones
            | Action::Delegate
            | Action::ViewDirective
            | Action::ReceiveDirective
            | Action::ViewTask
            | Action::DoTask
            | Action::AnswerCallOut => subject.place == Place::Person(self.person),
            Action::ViewRoster if subject.post.is_none() => subject.place == Place::Person(self.person),
            Action::ViewPosts | Action::ViewRoster => subject.post.is_some_and(|(operation, post)| {
                post.named_leader == Some(self.person) || operation.roster.stands(self.person, post.id)
            }),
            Action::ObserveRoad => subject.post.is_some_and(|(operation, post)| {
                post.named_leader == Some(self.person) || operation.roster.stands(self.person, post.id)
            }),
            Action::RecordPresence => subject.post.is_some_and(|(_, post)| post.named_leader == Some(self.person)),
            _ => false,
        }
    }
}
