//! An import: force, posts and roster of one workbook, decided together, so that they become one entry or none.
//!
//! The nouns decide, each as it would by itself, one on what the one before it left.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Place};
use crate::post::Post;
use crate::roster::{AssignmentRow, ShiftRow};
use crate::{Board, Context, Event, OperationId, PersonId, PostId, Refusal, UnitId, apply, force, post, roster};

/// Rows to add or change, all or none. What is as it was yields no event.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Import {
    pub force: force::Changes,
    /// Whose posts and roster; needed where there are any.
    pub operation: Option<OperationId>,
    pub posts: Vec<Post>,
    pub shifts: Vec<ShiftRow>,
    pub assignments: Vec<AssignmentRow>,
}

impl Import {
    pub fn is_empty(&self) -> bool {
        *self == Self { operation: self.operation, ..Self::default() }
    }

    fn changes_force(&self) -> bool {
        self.force != force::Changes::default()
    }

    fn of_force(&self) -> force::Command {
        force::Command::Keep(self.force.clone())
    }

    fn of_posts(&self, operation: OperationId) -> post::Command {
        post::Command::Plan { operation, posts: self.posts.clone() }
    }

    fn of_roster(&self, operation: OperationId) -> roster::Command {
        let (shifts, assignments) = (self.shifts.clone(), self.assignments.clone());
        roster::Command::Plan { operation, shifts, assignments }
    }
}

/// Every place that a part of it touches. What the import itself brings is judged where it will hang: a new unit at the
/// unit above that stands already, a new post or person at their unit.
pub(crate) fn place(board: &Board, import: &Import) -> Vec<(Action, Place)> {
    let above: BTreeMap<UnitId, Option<UnitId>> = import.force.units.iter().map(|row| (row.id, row.parent)).collect();
    let standing = |unit: UnitId| {
        let mut found = Some(unit);
        // A ring of parents is refused when it is decided; here it must only end.
        for _ in 0..force::DEEPEST_TIER {
            match found {
                Some(unit) if board.force.unit(unit).is_none() => found = above.get(&unit).copied().flatten(),
                _ => break,
            }
        }
        found.filter(|unit| board.force.unit(*unit).is_some()).map_or(Place::Force, Place::Unit)
    };
    let people: BTreeMap<PersonId, UnitId> = import.force.people.iter().map(|row| (row.id, row.unit)).collect();
    let posts: BTreeMap<PostId, UnitId> = import.posts.iter().map(|post| (post.id, post.unit)).collect();
    let mut places = Vec::new();
    if import.changes_force() || import.operation.is_none() {
        places.extend(force::place(board, &import.of_force()));
    }
    if let Some(operation) = import.operation {
        if !import.posts.is_empty() {
            places.extend(post::place(board, &import.of_posts(operation)));
        }
        if !import.shifts.is_empty() || !import.assignments.is_empty() {
            places.extend(roster::place(board, &import.of_roster(operation)));
        }
    }
    for (_, place) in &mut places {
        *place = match *place {
            Place::Unit(unit) => standing(unit),
            Place::Person(person) if board.force.person(person).is_none() => {
                people.get(&person).map_or(*place, |unit| standing(*unit))
            }
            Place::Post(operation, post)
                if board.operation(operation).is_some_and(|found| found.posts.get(post).is_none()) =>
            {
                posts.get(&post).map_or(*place, |unit| standing(*unit))
            }
            other => other,
        };
    }
    places
}

pub(crate) fn decide(board: &Board, import: &Import, context: &Context) -> Result<Vec<Event>, Refusal> {
    let mut board = board.clone();
    let mut all = Vec::new();
    let mut take = |board: &mut Board, events: Vec<Event>| {
        events.iter().for_each(|event| apply(board, event));
        all.extend(events);
    };
    let events = force::decide(&board, &import.of_force(), context)?;
    take(&mut board, events.into_iter().map(Event::Force).collect());
    let has_plan = !(import.posts.is_empty() && import.shifts.is_empty() && import.assignments.is_empty());
    let Some(operation) = import.operation.filter(|_| has_plan) else { return Ok(all) };
    let events = post::decide(&board, &import.of_posts(operation), context)?;
    take(&mut board, events.into_iter().map(Event::Post).collect());
    let events = roster::decide(&board, &import.of_roster(operation))?;
    take(&mut board, events.into_iter().map(Event::Roster).collect());
    Ok(all)
}
