//! Decisions on the roster: what may be planned, assigned, moved and dropped.

use std::collections::BTreeSet;

use super::{Assignment, AssignmentRow, Command, Event, LONGEST_SHIFT, Refusal, Roster, Shift, ShiftRow, apply};
use crate::access::{Action, Place};
use crate::operation::Operation;
use crate::{AssignmentId, Board, OperationId, PersonId, PostId, ShiftId, Span};

/// A post with more is a parade; a longer number in a workbook is a typing error.
const LARGEST_STRENGTH: u16 = 500;

/// The posts whose roster a command changes, and the people whom it puts on one.
pub(crate) fn place(board: &Board, command: &Command) -> Vec<(Action, Place)> {
    let roster = |operation: OperationId| board.operation(operation).map(|found| &found.roster);
    let post_of_shift =
        |operation: OperationId, shift: ShiftId| roster(operation)?.shift(shift).map(|shift| shift.post);
    let post_of = |operation: OperationId, assignment: AssignmentId| {
        post_of_shift(operation, roster(operation)?.assignment(assignment)?.shift)
    };
    let mut posts: Vec<Option<PostId>> = Vec::new();
    let mut people: Vec<PersonId> = Vec::new();
    let operation = command.operation();
    match command {
        Command::Plan { shifts, assignments, .. } => {
            posts.extend(shifts.iter().map(|shift| Some(shift.post)));
            posts.extend(shifts.iter().filter_map(|shift| post_of_shift(operation, shift.id)).map(Some));
            let planned: BTreeSet<ShiftId> = shifts.iter().map(|shift| shift.id).collect();
            for row in assignments {
                if !planned.contains(&row.shift) {
                    posts.push(post_of_shift(operation, row.shift));
                }
                posts.extend(post_of(operation, row.id).map(Some)); // whence it would be taken
                people.push(row.person);
            }
            if posts.is_empty() {
                posts.push(None);
            }
        }
        Command::DropShift { shift, .. } => posts.push(post_of_shift(operation, *shift)),
        Command::Assign { assignment: row, .. } => {
            posts.push(post_of_shift(operation, row.shift));
            posts.extend(post_of(operation, row.id).map(Some));
            people.push(row.person);
        }
        Command::Unassign { assignment, .. } | Command::Pin { assignment, .. } => {
            posts.push(post_of(operation, *assignment));
        }
        Command::Replace { assignment, by, .. } => {
            posts.push(post_of(operation, *assignment));
            people.push(*by);
        }
        Command::Swap { one, other, .. } => {
            posts.extend([post_of(operation, *one), post_of(operation, *other)]);
        }
    }
    posts.sort_unstable();
    posts.dedup();
    people.sort_unstable();
    people.dedup();
    // What is not on the board belongs to the operation's unit, so that strangers learn nothing from the answer.
    let above = board.operation(operation).map_or(Place::Force, |found| Place::Unit(found.unit));
    let posts = posts.into_iter().map(|post| post.map_or(above, |post| Place::Post(operation, post)));
    posts.chain(people.into_iter().map(Place::Person)).map(|place| (Action::Assign, place)).collect()
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
                check_shift(board, *id, &operation, row)?;
                let event = Event::ShiftKept { operation: *id, shift: row.clone() };
                apply(&mut operation, &event);
                events.push(event);
            }
            for row in assignments {
                for event in assign(board, *id, &operation, row)? {
                    apply(&mut operation, &event);
                    events.push(event);
                }
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
            check_unpinned(roster, shift)?;
            Ok(vec![Event::ShiftDropped { operation: *operation, shift: *id, post: shift.post }])
        }
        Command::Assign { operation, assignment } => {
            assign(board, *operation, board.known_operation(*operation)?, assignment)
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
            if one == other {
                return Ok(Vec::new());
            }
            board.force.known_person(first.person)?;
            board.force.known_person(second.person)?;
            check_free(board, (*id, operation), first.person, second_shift.span, &[*one, *other])?;
            check_free(board, (*id, operation), second.person, first_shift.span, &[*one, *other])?;
            let people = (first.person, second.person);
            Ok(vec![Event::Swapped { operation: *id, one: *one, other: *other, people }])
        }
        Command::Replace { operation: id, assignment, by } => {
            let operation = board.known_operation(*id)?;
            let (found, shift) = movable(operation, *assignment)?;
            board.force.known_person(*by)?;
            check_free(board, (*id, operation), *by, shift.span, &[])?;
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

fn check_shift(board: &Board, id: OperationId, operation: &Operation, row: &ShiftRow) -> Result<(), crate::Refusal> {
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
    let Some(old) = operation.roster.shift(row.id) else { return Ok(()) };
    if (old.post, old.span) == (row.post, row.span) {
        return Ok(());
    }
    check_unpinned(&operation.roster, old)?;
    // Who stands, stands where they checked in: the shift may grow or shrink under them, but not go elsewhere.
    let begun = operation.roster.assigned(old).filter(|(_, found)| found.standing.has_begun()).count();
    if old.post != row.post && begun > 0 {
        return Err(Refusal::ShiftHasBegun { shift: row.id, standing: begun as u32 }.into());
    }
    for (assignment, found) in operation.roster.assigned(old).filter(|(_, found)| !found.standing.is_over()) {
        check_free(board, (id, operation), found.person, row.span, &[assignment])?;
    }
    Ok(())
}

/// Assigns a person to a shift; an assignment that is on the roster already is moved.
fn assign(
    board: &Board,
    id: OperationId,
    operation: &Operation,
    row: &AssignmentRow,
) -> Result<Vec<Event>, crate::Refusal> {
    let mut events = Vec::new();
    if let Some(old) = operation.roster.assignment(row.id) {
        if (old.shift, old.person, old.duty) == (row.shift, row.person, row.duty) {
            return Ok(events);
        }
        let (old, _) = movable(operation, row.id)?;
        let (person, shift) = (old.person, old.shift);
        events.push(Event::Unassigned { operation: id, assignment: row.id, person, shift });
    }
    let shift = operation.roster.shift(row.shift).ok_or(Refusal::NoSuchShift { shift: row.shift })?;
    board.force.known_person(row.person)?;
    check_free(board, (id, operation), row.person, shift.span, &[row.id])?;
    events.push(Event::Assigned { operation: id, assignment: *row });
    Ok(events)
}

/// Nobody stands at two posts at once, in whatever operation; assignments that are being freed do not count.
fn check_free(
    board: &Board,
    (id, operation): (OperationId, &Operation),
    person: PersonId,
    span: Span,
    freed: &[AssignmentId],
) -> Result<(), Refusal> {
    // `operation` may be a copy that is ahead of the board's.
    let elsewhere = board.operations().filter(|(other, _)| *other != id).map(|(_, other)| (other, &[][..]));
    for (operation, freed) in std::iter::once((operation, freed)).chain(elsewhere) {
        let mut duties = operation.roster.duties_of(person, span);
        let clash = duties.find(|(id, found, _)| !freed.contains(id) && !found.standing.is_over());
        if let Some((_, _, other)) = clash {
            return Err(Refusal::Clash { person, post: other.post, from: other.span.from, to: other.span.to });
        }
    }
    Ok(())
}

/// A pinned assignment is moved by nobody, nor does its shift move under it.
fn check_unpinned(roster: &Roster, shift: &Shift) -> Result<(), Refusal> {
    match roster.assigned(shift).find(|(_, found)| found.pinned) {
        Some((_, found)) => Err(Refusal::IsPinned { person: found.person }),
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
