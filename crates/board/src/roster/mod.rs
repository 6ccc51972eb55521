//! The roster: shifts at posts, and who stands which.

mod decide;

use imbl::{OrdMap, OrdSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::checkin::Standing;
use crate::force::Qualification;
use crate::operation::Operation;
pub(crate) use decide::{decide, place};

use crate::{AssignmentId, At, Minutes, OperationId, PersonId, PostId, ShiftId, Span, Subject};

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
    /// Its end has come and gone: what is changed about it now is a matter for the records, not for the timers.
    #[serde(default)]
    pub ended: bool,
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
    of_person: OrdMap<PersonId, Duties>,
    of_post: OrdMap<PostId, OrdSet<(At, ShiftId)>>,
}

/// What one person is assigned to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Duties {
    /// Each with the beginning of its shift.
    by_time: OrdSet<(At, AssignmentId)>,
    /// How many of them are at each post: whether somebody stands a post is asked with every denial, so it is not searched.
    posts: SmallVec<[(PostId, u32); 2]>,
}

impl Duties {
    fn add(&mut self, from: At, id: AssignmentId, post: PostId) {
        if self.by_time.insert((from, id)).is_some() {
            return;
        }
        match self.posts.iter_mut().find(|(held, _)| *held == post) {
            Some((_, count)) => *count += 1,
            None => self.posts.push((post, 1)),
        }
    }
    fn remove(&mut self, from: At, id: AssignmentId, post: PostId) {
        if self.by_time.remove(&(from, id)).is_none() {
            return;
        }
        if let Some((_, count)) = self.posts.iter_mut().find(|(held, _)| *held == post) {
            *count -= 1;
        }
        self.posts.retain(|(_, count)| *count > 0);
    }
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
    pub(crate) fn end(&mut self, id: ShiftId) {
        if let Some(shift) = self.shifts.get_mut(&id) {
            shift.ended = true;
        }
    }
    /// Where this person stands now.
    pub fn at_post(&self, person: PersonId) -> Option<(AssignmentId, &Shift)> {
        let duties = self.of_person.get(&person)?;
        let held = duties.by_time.iter().filter_map(|(_, id)| self.assignments.get(id).map(|found| (*id, found)));
        let (id, found) = held.into_iter().find(|(_, found)| matches!(found.standing, Standing::AtPost { .. }))?;
        Some((id, self.shifts.get(&found.shift)?))
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
    /// Every shift of a post, earliest first.
    pub fn shifts_at(&self, post: PostId) -> impl Iterator<Item = (ShiftId, &Shift)> {
        let set = self.of_post.get(&post).into_iter().flatten();
        set.filter_map(|(_, id)| self.shifts.get(id).map(|shift| (*id, shift)))
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
        let duties = self.of_person.get(&person);
        duties
            .into_iter()
            .flat_map(move |duties| {
                duties.by_time.range((earliest, AssignmentId::from_value(0))..(span.to, AssignmentId::from_value(0)))
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
        self.of_person.get(&person).is_some_and(|duties| duties.posts.iter().any(|(held, _)| *held == post))
    }
    pub(crate) fn keep_shift(&mut self, row: &ShiftRow) {
        let (assigned, ended) = match self.shifts.get(&row.id) {
            Some(old) => {
                let (post, from, assigned) = (old.post, old.span.from, old.assigned.clone());
                let ended = old.ended && row.span.to <= old.span.to;
                self.of_post.entry(post).or_default().remove(&(from, row.id));
                for id in &assigned {
                    if let Some(person) = self.assignments.get(id).map(|found| found.person) {
                        let duties = self.of_person.entry(person).or_default();
                        duties.remove(from, *id, post);
                        duties.add(row.span.from, *id, row.post);
                    }
                }
                (assigned, ended)
            }
            None => (SmallVec::new(), false),
        };
        self.of_post.entry(row.post).or_default().insert((row.span.from, row.id));
        let ShiftRow { post, span, required, ref demands, .. } = *row;
        let shift = Shift { post, span, required, demands: demands.clone(), assigned, ended };
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
        self.of_person.entry(row.person).or_default().add(shift.span.from, row.id, shift.post);
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
            self.of_person.entry(found.person).or_default().remove(shift.span.from, id, shift.post);
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

impl Command {
    pub fn operation(&self) -> OperationId {
        match self {
            Self::Plan { operation, .. }
            | Self::DropShift { operation, .. }
            | Self::Assign { operation, .. }
            | Self::Unassign { operation, .. }
            | Self::Swap { operation, .. }
            | Self::Replace { operation, .. }
            | Self::Pin { operation, .. } => *operation,
        }
    }
}

impl Event {
    /// The post that this names itself; for the others, ask the roster by their shift.
    pub fn post(&self) -> Option<PostId> {
        match self {
            Self::ShiftKept { shift, .. } => Some(shift.post),
            Self::ShiftDropped { post, .. } => Some(*post),
            _ => None,
        }
    }
    pub fn operation(&self) -> OperationId {
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
    pub fn subjects(&self, into: &mut Vec<Subject>) {
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
    #[error(
        "shift {shift} already has begun for {standing} people: it can be neither dropped nor moved to another post; close the post instead"
    )]
    ShiftHasBegun { shift: ShiftId, standing: u32 },
}

pub(crate) fn apply(operation: &mut Operation, event: &Event) {
    match event {
        Event::ShiftKept { shift, .. } => operation.keep_shift(shift),
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
