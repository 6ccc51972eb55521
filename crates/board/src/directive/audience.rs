//! Audiences: whom a directive is meant for, and who that is at one moment.
//!
//! An audience is a description; what receives is the list that it gives at the instant of issue. That list is frozen in
//! the event, and whoever fits the description later is told then.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Directive, Refusal};
use crate::access::Role;
use crate::force::{Grade, Person};
use crate::{At, Board, OperationId, PersonId, PostId, UnitId};

/// Whom a directive is meant for.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Audience {
    /// Units that receive it through their leader or duty officer. The sender's own unit stands here for its people.
    pub units: Vec<UnitId>,
    /// Straight through: every unit below them too.
    pub below: bool,
    /// Which of their people receive it in person; `None` where the units pass it on in their own way.
    pub people: Option<People>,
}

/// Conditions on people; an empty list is no condition.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct People {
    #[schemars(with = "Vec<Grade>")]
    pub grades: SmallVec<[Grade; 2]>,
    /// Those who are assigned to one of these posts in a shift that is not over.
    pub posts: Vec<PostId>,
    #[schemars(with = "Vec<Role>")]
    pub roles: SmallVec<[Role; 2]>,
}

/// Who receives, at one moment: sorted by id, each once.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Receivers {
    pub units: Vec<UnitId>,
    pub people: BTreeMap<UnitId, Vec<PersonId>>,
}

impl Receivers {
    pub fn count(&self) -> usize {
        self.units.len() + self.people.values().map(Vec::len).sum::<usize>()
    }
}

impl Audience {
    /// Are all its units at or below `sender`?
    pub(super) fn check(&self, board: &Board, sender: UnitId) -> Result<(), crate::Refusal> {
        for unit in &self.units {
            board.force.known_unit(*unit)?;
            if !board.force.is_within(*unit, sender) {
                return Err(Refusal::NotBelow { unit: *unit, above: sender }.into());
            }
        }
        Ok(())
    }

    /// The units that it names, and with them those below where it goes straight through.
    fn reaches(&self, board: &Board, unit: UnitId) -> bool {
        let Some(found) = board.force.unit(unit) else { return false };
        if self.below { found.path.iter().any(|above| self.units.contains(above)) } else { self.units.contains(&unit) }
    }

    /// Who this is now, less those who receive `so_far` already.
    pub(super) fn resolve(
        &self,
        board: &Board,
        sender: UnitId,
        operation: Option<OperationId>,
        so_far: Option<&Directive>,
        now: At,
    ) -> Receivers {
        let mut reached: BTreeSet<UnitId> = self.units.iter().copied().collect();
        if self.below {
            reached.extend(self.units.iter().flat_map(|unit| board.force.branch(*unit)).map(|unit| unit.id));
        }
        let has_unit = |unit: &UnitId| so_far.is_some_and(|directive| directive.units.contains_key(unit));
        let units = reached.iter().filter(|unit| **unit != sender && !has_unit(unit)).copied().collect();
        let mut people: BTreeMap<UnitId, Vec<PersonId>> = BTreeMap::new();
        if let Some(wanted) = &self.people {
            let mut add = |person: PersonId, unit: UnitId| {
                if so_far.is_none_or(|directive| directive.people.find(person, Some(unit)).is_none()) {
                    people.entry(unit).or_default().push(person);
                }
            };
            if wanted.posts.is_empty() {
                for unit in &reached {
                    for (id, found) in board.force.members(*unit) {
                        if wanted.fits(board, id, found, now) {
                            add(id, *unit);
                        }
                    }
                }
            } else {
                for person in stands_at(board, operation, &wanted.posts) {
                    let Some(found) = board.force.serving(person) else { continue };
                    if reached.contains(&found.unit) && wanted.fits(board, person, found, now) {
                        add(person, found.unit);
                    }
                }
            }
        }
        for list in people.values_mut() {
            list.sort_unstable();
        }
        Receivers { units, people }
    }

    /// Would this person have received it, had they been there?
    pub(super) fn means(&self, board: &Board, operation: Option<OperationId>, person: PersonId, now: At) -> bool {
        let (Some(wanted), Some(found)) = (&self.people, board.force.serving(person)) else { return false };
        self.reaches(board, found.unit)
            && wanted.fits(board, person, found, now)
            && (wanted.posts.is_empty() || stands_at(board, operation, &wanted.posts).contains(&person))
    }
}

impl People {
    /// The conditions but for that of the posts, which is looked up from the roster's side.
    fn fits(&self, board: &Board, id: PersonId, person: &Person, now: At) -> bool {
        let holds = |role: &Role| {
            *role == Role::Officer
                || board.access.grants_of(id).iter().any(|grant| grant.role == *role && grant.in_force(now))
        };
        (self.grades.is_empty() || self.grades.contains(&person.grade))
            && (self.roles.is_empty() || self.roles.iter().any(holds))
    }
}

/// Those who are assigned to one of these posts in a shift that is not over.
fn stands_at(board: &Board, operation: Option<OperationId>, posts: &[PostId]) -> BTreeSet<PersonId> {
    let Some(operation) = operation.and_then(|id| board.operation(id)) else { return BTreeSet::new() };
    let shifts = posts.iter().flat_map(|post| operation.roster.shifts_at(*post)).filter(|(_, shift)| !shift.ended);
    let assigned = shifts.flat_map(|(_, shift)| operation.roster.assigned(shift));
    assigned.filter(|(_, found)| found.duty == crate::roster::DutyKind::Post).map(|(_, found)| found.person).collect()
}
