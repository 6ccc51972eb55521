//! The roster: shifts at posts, and who stands which.

use imbl::{OrdMap, OrdSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::access::{Action, Place};
use crate::checkin::Standing;
use crate::force::Qualification;
use crate::operation::Operation;
use crate::{AssignmentId, At, Board, Minutes, OperationId, PersonId, PostId, ShiftId, Span, Subject};

/// Nobody stands longer in one shift; a longer row in a workbook is a typing error.
pub const LONGEST_SHIFT: Minutes = Minutes(36 * 60);

/// A span of time at a post.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShiftRow {
    pub id: ShiftId,
    pub post: PostId,
    pub span: Span,
    /// How many must stand it.
    pub required: u16,
    /// How many of them must hold a qualification.
    #[serde(default)]
    #[schemars(with = "Vec<(Qualification, u16)>")]
    pub demands: SmallVec<[(Qualification, u16); 2]>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Shift {
    pub post: PostId,
    pub span: Span,
    pub required: u16,
    pub demands: SmallVec<[(Qualification, u16); 2]>,
    /// In the order in which they were assigned, standby included.
    pub assigned: SmallVec<[AssignmentId; 4]>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DutyKind {
    Post,
    /// Rostered to be called, not on the post.
    Standby,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AssignmentRow {
    pub id: AssignmentId,
    pub shift: ShiftId,
    pub person: PersonId,
    pub duty: DutyKind,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Assignment {
    pub shift: ShiftId,
    pub person: PersonId,
    pub duty: DutyKind,
    /// A pinned assignment is moved by nobody until it is unpinned.
    pub pinned: bool,
    pub standing: Standing,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Roster {
    shifts: OrdMap<ShiftId, Shift>,
    assignments: OrdMap<AssignmentId, Assignment>,
    of_person: OrdMap<PersonId, OrdSet<(At, AssignmentId)>>,
    of_post: OrdMap<PostId, OrdSet<(At, ShiftId)>>,
}

impl Roster {
    pub fn shift(&self, id: ShiftId) -> Option<&Shift> {
        self.shifts.get(&id)
    }
    pub fn assignment(&self, id: AssignmentId) -> Option<&Assignment> {
        self.assignments.get(&id)
    }
    pub(crate) fn assignment_mut(&mut self, id: AssignmentId) -> Option<&mut Assignment> {
        self.assignments.get_mut(&id)
    }
    pub fn count_shifts(&self) -> usize {
        self.shifts.len()
    }
    pub fn count_assignments(&self) -> usize {
        self.assignments.len()
    }
    pub fn shifts(&self) -> impl Iterator<Item = (ShiftId, &Shift)> {
        self.shifts.iter().map(|(id, shift)| (*id, shift))
    }
    /// The shifts of a post that overlap `span`, earliest first.
    pub fn shifts_of(&self, post: PostId, span: Span) -> impl Iterator<Item = (ShiftId, &Shift)> {
        let earliest = span.from.minus(LONGEST_SHIFT);
        let set = self.of_post.get(&post);
        set.into_iter()
            .flat_map(move |set| set.range((earliest, ShiftId::from_value(0))..(span.to, ShiftId::from_value(0))))
            .filter_map(|(_, id)| self.shifts.get(id).map(|shift| (*id, shift)))
            .filter(move |(_, shift)| shift.span.overlaps(span))
    }
    /// What a person is assigned to within `span`, earliest first.
    pub fn duties_of(&self, person: PersonId, span: Span) -> impl Iterator<Item = (AssignmentId, &Assignment, &Shift)> {
        let earliest = span.from.minus(LONGEST_SHIFT);
        let set = self.of_person.get(&person);
        set.into_iter()
            .flat_map(move |set| {
                set.range((earliest, AssignmentId::from_value(0))..(span.to, AssignmentId::from_value(0)))
            })
            .filter_map(|(_, id)| {
                let assignment = self.assignments.get(id)?;
                Some((*id, assignment, self.shifts.get(&assignment.shift)?))
            })
            .filter(move |(_, _, shift)| shift.span.overlaps(span))
    }
    /// Those of a shift who stand it or are on standby.
    pub fn assigned(&self, shift: &Shift) -> impl Iterator<Item = (AssignmentId, &Assignment)> {
        shift.assigned.iter().filter_map(|id| self.assignments.get(id).map(|found| (*id, found)))
    }
    /// Has this person any assignment at this post?
    pub fn stands(&self, person: PersonId, post: PostId) -> bool {
        self.of_person.get(&person).is_some_and(|set| {
            set.iter().any(|(_, id)| {
                self.assignments
                    .get(id)
                    .and_then(|found| self.shifts.get(&found.shift))
                    .is_some_and(|shift| shift.post == post)
            })
        })
    }
    fn keep_shift(&mut self, row: &ShiftRow) {
        let assigned = match self.shifts.get(&row.id) {
            Some(old) => {
                let (post, from, assigned) = (old.post, old.span.from, old.assigned.clone());
                self.of_post.entry(post).or_default().remove(&(from, row.id));
                for id in &assigned {
                    if let Some(person) = self.assignments.get(id).map(|found| found.person) {
                        let duties = self.of_person.entry(person).or_default();
                        duties.remove(&(from, *id));
                        duties.insert((row.span.from, *id));
                    }
                }
                assigned
            }
            None => SmallVec::new(),
        };
        self.of_post.entry(row.post).or_default().insert((row.span.from, row.id));
        let shift =
            Shift { post: row.post, span: row.span, required: row.required, demands: row.demands.clone(), assigned };
        self.shifts.insert(row.id, shift);
    }
    fn drop_shift(&mut self, id: ShiftId) {
        let Some(shift) = self.shifts.get(&id).cloned() else { return };
        for assignment in &shift.assigned {
            self.unassign(*assignment);
        }
        self.of_post.entry(shift.post).or_default().remove(&(shift.span.from, id));
        self.shifts.remove(&id);
    }
    fn assign(&mut self, row: &AssignmentRow) {
        let Some(shift) = self.shifts.get_mut(&row.shift) else { return };
        shift.assigned.push(row.id);
        let from = shift.span.from;
        self.of_person.entry(row.person).or_default().insert((from, row.id));
        let assignment = Assignment {
            shift: row.shift,
            person: row.person,
            duty: row.duty,
            pinned: false,
            standing: Standing::Expected,
        };
        self.assignments.insert(row.id, assignment);
    }
    fn unassign(&mut self, id: AssignmentId) {
        let Some(found) = self.assignments.remove(&id) else { return };
        if let Some(shift) = self.shifts.get_mut(&found.shift) {
            shift.assigned.retain(|assigned| *assigned != id);
            let from = shift.span.from;
            self.of_person.entry(found.person).or_default().remove(&(from, id));
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Add and change shifts, then assign people to them, all or none.
    Plan {
        operation: OperationId,
        shifts: Vec<ShiftRow>,
        assignments: Vec<AssignmentRow>,
    },
    DropShift {
        operation: OperationId,
        shift: ShiftId,
    },
    Assign {
        operation: OperationId,
        assignment: AssignmentRow,
    },
    Unassign {
        operation: OperationId,
        assignment: AssignmentId,
    },
    /// Two people take each other's shifts.
    Swap {
        operation: OperationId,
        one: AssignmentId,
        other: AssignmentId,
    },
    /// Somebody stands in for another, who is then free.
    Replace {
        operation: OperationId,
        assignment: AssignmentId,
        by: PersonId,
    },
    Pin {
        operation: OperationId,
        assignment: AssignmentId,
        pinned: bool,
    },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    ShiftKept { operation: OperationId, shift: ShiftRow },
    ShiftDropped { operation: OperationId, shift: ShiftId, post: PostId },
    Assigned { operation: OperationId, assignment: AssignmentRow },
    Unassigned { operation: OperationId, assignment: AssignmentId, person: PersonId, shift: ShiftId },
    Swapped { operation: OperationId, one: AssignmentId, other: AssignmentId, people: (PersonId, PersonId) },
    Replaced { operation: OperationId, assignment: AssignmentId, shift: ShiftId, old: PersonId, new: PersonId },
    Pinned { operation: OperationId, assignment: AssignmentId, pinned: bool },
}

impl Event {
    pub(crate) fn operation(&self) -> OperationId {
        match self {
            Self::ShiftKept { operation, .. }
            | Self::ShiftDropped { operation, .. }
            | Self::Assigned { operation, .. }
            | Self::Unassigned { operation, .. }
            | Self::Swapped { operation, .. }
            | Self::Replaced { operation, .. }
            | Self::Pinned { operation, .. } => *operation,
        }
    }
    pub(crate) fn subjects(&self, into: &mut Vec<Subject>) {
        match self {
            Self::ShiftKept { shift, .. } => into.extend([Subject::Post(shift.post), Subject::Shift(shift.id)]),
            Self::ShiftDropped { shift, post, .. } => into.extend([Subject::Post(*post), Subject::Shift(*shift)]),
            Self::Assigned { assignment, .. } => {
                into.extend([Subject::Person(assignment.person), Subject::Shift(assignment.shift)]);
            }
            Self::Unassigned { person, shift, .. } => into.extend([Subject::Person(*person), Subject::Shift(*shift)]),
            Self::Swapped { people, .. } => into.extend([Subject::Person(people.0), Subject::Person(people.1)]),
            Self::Replaced { old, new, shift, .. } => {
                into.extend([Subject::Person(*old), Subject::Person(*new), Subject::Shift(*shift)]);
            }
            Self::Pinned { .. } => {}
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("shift {shift} is not in this operation: choose one from the roster")]
    NoSuchShift { shift: ShiftId },
    #[error("assignment {assignment} is not in this operation: look at the roster again, it may have changed")]
    NoSuchAssignment { assignment: AssignmentId },
    #[error("the shift from {from:?} to {to:?} must end after it begins and last at most 36 hours")]
    ShiftSpan { from: At, to: At },
    #[error("the shift from {from:?} to {to:?} lies outside the operation, {begins:?} to {ends:?}: change either")]
    ShiftOutsideOperation { from: At, to: At, begins: At, ends: At },
    #[error("a shift needs between 1 and 500 people, not {required}")]
    ShiftStrength { required: u16 },
    #[error(
        "person {person} already stands {from:?} to {to:?} at post {post}: move that shift first, or choose somebody else"
    )]
    Clash { person: PersonId, post: PostId, from: At, to: At },
    #[error("the assignment of person {person} is pinned: unpin it first")]
    IsPinned { person: PersonId },
    #[error("person {person} has already begun the shift: record a relief instead")]
    HasBegun { person: PersonId },
    #[error("shift {shift} already has begun for {standing} people: it cannot be dropped; close the post instead")]
    ShiftHasBegun { shift: ShiftId, standing: u32 },
}

const LARGEST_STRENGTH: u16 = 500;

pub(crate) fn place(board: &Board, command: &Command) -> Vec<(Action, Place)> {
    let post_of_shift = |operation: OperationId, shift: ShiftId| {
        board.operation(operation).and_then(|found| found.roster.shift(shift)).map(|shift| shift.post)
    };
    let post_of = |operation: OperationId, assignment: AssignmentId| {
        let found = board.operation(operation)?.roster.assignment(assignment)?;
        post_of_shift(operation, found.shift)
    };
    let mut places: Vec<(OperationId, Option<PostId>, Action)> = Vec::new();
    match command {
        Command::Plan { operation, shifts, assignments } => {
            let mut posts: Vec<Option<PostId>> = shifts.iter().map(|shift| Some(shift.post)).collect();
            posts.extend(shifts.iter().filter_map(|shift| post_of_shift(*operation, shift.id)).map(Some));
            let planned = |id: ShiftId| shifts.iter().any(|shift| shift.id == id);
            posts.extend(
                assignments
                    .iter()
                    .filter(|row| shifts.is_empty() || !planned(row.shift))
                    .map(|row| post_of_shift(*operation, row.shift)),
            );
            posts.sort_unstable();
            posts.dedup();
            places.extend(posts.into_iter().map(|post| (*operation, post, Action::Assign)));
        }
        Command::DropShift { operation, shift } => {
            places.push((*operation, post_of_shift(*operation, *shift), Action::Assign));
        }
        Command::Assign { operation, assignment } => {
            places.push((*operation, post_of_shift(*operation, assignment.shift), Action::Assign));
        }
        Command::Unassign { operation, assignment }
        | Command::Replace { operation, assignment, .. }
        | Command::Pin { operation, assignment, .. } => {
            places.push((*operation, post_of(*operation, *assignment), Action::Assign));
        }
        Command::Swap { operation, one, other } => {
            places.push((*operation, post_of(*operation, *one), Action::Assign));
            places.push((*operation, post_of(*operation, *other), Action::Assign));
        }
    }
    // What is not on the board belongs to the operation's unit, so that strangers learn nothing from the answer.
    let mut judged: Vec<(Action, Place)> = places
        .into_iter()
        .map(|(operation, post, action)| match post {
            Some(post) => (action, Place::Post(operation, post)),
            None => (action, board.operation(operation).map_or(Place::Force, |found| Place::Unit(found.unit))),
        })
        .collect();
    judged.dedup();
    judged
}

pub(crate) fn decide(board: &Board, command: &Command) -> Result<Vec<Event>, crate::Refusal> {
    match command {
        Command::Plan { operation: id, shifts, assignments } => {
            let mut operation = board.known_operation(*id)?.clone();
            let mut events = Vec::new();
            for row in shifts {
                if operation.roster.shift(row.id).is_some_and(|shift| shift_row(row.id, shift) == *row) {
                    continue;
                }
                check_shift(&operation, row)?;
                let event = Event::ShiftKept { operation: *id, shift: row.clone() };
                apply(&mut operation, &event);
                events.push(event);
            }
            for row in assignments {
                if let Some(old) = operation.roster.assignment(row.id)
                    && (old.shift, old.person, old.duty) == (row.shift, row.person, row.duty)
                {
                    continue;
                }
                if operation.roster.assignment(row.id).is_some() {
                    let (old, _) = movable(&operation, row.id)?;
                    let (person, shift) = (old.person, old.shift);
                    let event = Event::Unassigned { operation: *id, assignment: row.id, person, shift };
                    apply(&mut operation, &event);
                    events.push(event);
                }
                check_assignment(board, &operation, row, &[])?;
                let event = Event::Assigned { operation: *id, assignment: *row };
                apply(&mut operation, &event);
                events.push(event);
            }
            Ok(events)
        }
        Command::DropShift { operation, shift: id } => {
            let roster = &board.known_operation(*operation)?.roster;
            let shift = roster.shift(*id).ok_or(Refusal::NoSuchShift { shift: *id })?;
            let begun = roster.assigned(shift).filter(|(_, found)| found.standing.has_begun()).count();
            if begun > 0 {
                return Err(Refusal::ShiftHasBegun { shift: *id, standing: begun as u32 }.into());
            }
            Ok(vec![Event::ShiftDropped { operation: *operation, shift: *id, post: shift.post }])
        }
        Command::Assign { operation, assignment } => {
            check_assignment(board, board.known_operation(*operation)?, assignment, &[])?;
            Ok(vec![Event::Assigned { operation: *operation, assignment: *assignment }])
        }
        Command::Unassign { operation, assignment } => {
            let (found, _) = movable(board.known_operation(*operation)?, *assignment)?;
            let (person, shift) = (found.person, found.shift);
            Ok(vec![Event::Unassigned { operation: *operation, assignment: *assignment, person, shift }])
        }
        Command::Swap { operation: id, one, other } => {
            let operation = board.known_operation(*id)?;
            let (first, first_shift) = movable(operation, *one)?;
            let (second, second_shift) = movable(operation, *other)?;
            check_free(operation, first.person, second_shift, &[*one, *other])?;
            check_free(operation, second.person, first_shift, &[*one, *other])?;
            let people = (first.person, second.person);
            Ok(vec![Event::Swapped { operation: *id, one: *one, other: *other, people }])
        }
        Command::Replace { operation: id, assignment, by } => {
            let operation = board.known_operation(*id)?;
            let (found, shift) = movable(operation, *assignment)?;
            board.force.known_person(*by)?;
            check_free(operation, *by, shift, &[])?;
            let (old, shift) = (found.person, found.shift);
            Ok(vec![Event::Replaced { operation: *id, assignment: *assignment, shift, old, new: *by }])
        }
        Command::Pin { operation: id, assignment, pinned } => {
            let operation = board.known_operation(*id)?;
            let found = operation
                .roster
                .assignment(*assignment)
                .ok_or(Refusal::NoSuchAssignment { assignment: *assignment })?;
            if found.pinned == *pinned {
                return Ok(Vec::new());
            }
            Ok(vec![Event::Pinned { operation: *id, assignment: *assignment, pinned: *pinned }])
        }
    }
}

fn check_shift(operation: &Operation, row: &ShiftRow) -> Result<(), crate::Refusal> {
    operation.known_post(row.post)?;
    let Span { from, to } = row.span;
    if !row.span.is_forward() || from.plus(LONGEST_SHIFT) < to {
        return Err(Refusal::ShiftSpan { from, to }.into());
    }
    if !row.span.within(operation.period) {
        let Span { from: begins, to: ends } = operation.period;
        return Err(Refusal::ShiftOutsideOperation { from, to, begins, ends }.into());
    }
    if row.required == 0 || row.required > LARGEST_STRENGTH {
        return Err(Refusal::ShiftStrength { required: row.required }.into());
    }
    Ok(())
}

fn check_assignment(
    board: &Board,
    operation: &Operation,
    row: &AssignmentRow,
    freed: &[AssignmentId],
) -> Result<(), crate::Refusal> {
    let shift = operation.roster.shift(row.shift).ok_or(Refusal::NoSuchShift { shift: row.shift })?;
    board.force.known_person(row.person)?;
    check_free(operation, row.person, shift, freed)
}

/// Nobody stands at two posts at once; assignments that are being freed do not count.
fn check_free(
    operation: &Operation,
    person: PersonId,
    shift: &Shift,
    freed: &[AssignmentId],
) -> Result<(), crate::Refusal> {
    let clash = operation
        .roster
        .duties_of(person, shift.span)
        .find(|(id, found, _)| !freed.contains(id) && !found.standing.is_over());
    match clash {
        Some((_, _, other)) => {
            Err(Refusal::Clash { person, post: other.post, from: other.span.from, to: other.span.to }.into())
        }
        None => Ok(()),
    }
}

fn movable(operation: &Operation, id: AssignmentId) -> Result<(&Assignment, &Shift), Refusal> {
    let found = operation.roster.assignment(id).ok_or(Refusal::NoSuchAssignment { assignment: id })?;
    let shift = operation.roster.shift(found.shift).ok_or(Refusal::NoSuchShift { shift: found.shift })?;
    if found.pinned {
        return Err(Refusal::IsPinned { person: found.person });
    }
    if found.standing.has_begun() {
        return Err(Refusal::HasBegun { person: found.person });
    }
    Ok((found, shift))
}

fn shift_row(id: ShiftId, shift: &Shift) -> ShiftRow {
    ShiftRow { id, post: shift.post, span: shift.span, required: shift.required, demands: shift.demands.clone() }
}

pub(crate) fn apply(operation: &mut Operation, event: &Event) {
    match event {
        Event::ShiftKept { shift, .. } => {
            operation.disarm_shift(shift.id);
            operation.roster.keep_shift(shift);
            operation.arm_shift(shift.id);
        }
        Event::ShiftDropped { shift, .. } => {
            operation.disarm_shift(*shift);
            operation.roster.drop_shift(*shift);
        }
        Event::Assigned { assignment, .. } => operation.roster.assign(assignment),
        Event::Unassigned { assignment, .. } => {
            operation.set_standing(*assignment, Standing::Expected); // a late one no longer counts as late
            operation.roster.unassign(*assignment);
        }
        Event::Swapped { one, other, people, .. } => {
            let shifts = (
                operation.roster.assignment(*one).map(|found| (found.shift, found.duty)),
                operation.roster.assignment(*other).map(|found| (found.shift, found.duty)),
            );
            if let (Some((first, first_duty)), Some((second, second_duty))) = shifts {
                for id in [one, other] {
                    operation.set_standing(*id, Standing::Expected);
                    operation.roster.unassign(*id);
                }
                operation.roster.assign(&AssignmentRow { id: *one, shift: first, person: people.1, duty: first_duty });
                operation.roster.assign(&AssignmentRow {
                    id: *other,
                    shift: second,
                    person: people.0,
                    duty: second_duty,
                });
            }
        }
        Event::Replaced { assignment, shift, new, .. } => {
            let duty = operation.roster.assignment(*assignment).map_or(DutyKind::Post, |found| found.duty);
            operation.set_standing(*assignment, Standing::Expected);
            operation.roster.unassign(*assignment);
            operation.roster.assign(&AssignmentRow { id: *assignment, shift: *shift, person: *new, duty });
        }
        Event::Pinned { assignment, pinned, .. } => {
            if let Some(found) = operation.roster.assignment_mut(*assignment) {
                found.pinned = *pinned;
            }
        }
    }
}
