//! Decisions on presence: what people say, and what time brings.

use imbl::OrdMap;

use super::{Command, EARLIEST_CHECK_IN, Event, How, LeaveReason, Refusal, RollCall, Standing, Timer, apply};
use crate::operation::Operation;
use crate::roster::{Assignment, DutyKind, Shift};
use crate::{Actor, AssignmentId, At, Board, Context, OperationId, Span, roster};

/// Timers done by one command: an entry stays small enough to read and to publish at once.
pub const MOST_TIMERS: usize = 256;

pub(crate) fn decide(
    board: &Board,
    actor: Actor,
    command: &Command,
    context: &Context,
) -> Result<Vec<Event>, crate::Refusal> {
    let at = context.now;
    match command {
        Command::CheckIn { operation, assignment, relieves, how, claimed } => {
            check_in(board, actor, (*operation, *assignment), *relieves, (*how, *claimed), at)
        }
        Command::Leave { operation: id, assignment, reason, note } => {
            let operation = board.running(*id)?;
            let (found, shift) = known(operation, *assignment)?;
            let (person, post) = (found.person, shift.post);
            if !matches!(found.standing, Standing::AtPost { .. }) {
                return Err(Refusal::NotAtPost { person }.into());
            }
            if at >= shift.span.to {
                return Ok(vec![Event::Relieved {
                    operation: *id,
                    assignment: *assignment,
                    person,
                    post,
                    at,
                    by: None,
                }]);
            }
            if *reason == LeaveReason::EndOfShift {
                return Err(Refusal::BeforeTheEnd { person, to: shift.span.to }.into());
            }
            Ok(vec![Event::Left {
                operation: *id,
                assignment: *assignment,
                person,
                post,
                at,
                reason: *reason,
                note: *note,
            }])
        }
        Command::Excuse { operation: id, assignment, note } => {
            let operation = board.running(*id)?;
            let (found, shift) = known(operation, *assignment)?;
            let (person, post) = (found.person, shift.post);
            match found.standing {
                Standing::Expected | Standing::Late { .. } => Ok(vec![Event::Excused {
                    operation: *id,
                    assignment: *assignment,
                    person,
                    post,
                    at,
                    by: actor,
                    note: *note,
                }]),
                Standing::AtPost { since } => Err(Refusal::AlreadyAtPost { person, since }.into()),
                Standing::Relieved { until, .. } | Standing::Left { until, .. } => {
                    Err(Refusal::AlreadyOff { person, until }.into())
                }
                Standing::Missed { at } | Standing::Excused { at } => {
                    Err(Refusal::AlreadyOff { person, until: at }.into())
                }
            }
        }
        Command::NoteContact { operation: id, post, how, note } => {
            let operation = board.running(*id)?;
            operation.known_post(*post)?;
            let duty = operation.presence.duty(*post);
            if duty.shift.is_none() && duty.here.is_empty() {
                return Err(Refusal::PostNotInForce { post: *post }.into());
            }
            Ok(vec![Event::ContactMade { operation: *id, post: *post, at, how: *how, by: actor, note: *note }])
        }
        Command::OpenRollCall { operation: id, id: roll_call, unit } => {
            let operation = board.running(*id)?;
            board.force.known_unit(*unit)?;
            if operation.presence.roll_call(*roll_call).is_some() {
                return Err(Refusal::RollCallIdTaken { roll_call: *roll_call }.into());
            }
            let open = operation.presence.roll_calls().find(|(_, call)| call.unit == *unit && call.closed.is_none());
            if let Some((_, call)) = open {
                return Err(Refusal::RollCallOpen { unit: *unit, since: call.opened }.into());
            }
            let call = open_roll_call(board, operation, actor, *unit, at);
            Ok(vec![Event::RollCallOpened { operation: *id, id: *roll_call, call }])
        }
        Command::AnswerRollCall { operation: id, id: roll_call, assignment, answer } => {
            let call = open_call(board.running(*id)?, *roll_call)?;
            if !call.exceptions.contains_key(assignment) {
                return Err(Refusal::NotAnException { assignment: *assignment }.into());
            }
            let answered = Event::RollCallAnswered {
                operation: *id,
                id: *roll_call,
                assignment: *assignment,
                answer: *answer,
                at,
                by: actor,
            };
            Ok(vec![answered])
        }
        Command::CloseRollCall { operation: id, id: roll_call } => {
            open_call(board.running(*id)?, *roll_call)?;
            Ok(vec![Event::RollCallClosed { operation: *id, id: *roll_call, at }])
        }
    }
}

fn check_in(
    board: &Board,
    actor: Actor,
    (id, assignment): (OperationId, AssignmentId),
    relieves: Option<AssignmentId>,
    (how, claimed): (How, Option<At>),
    at: At,
) -> Result<Vec<Event>, crate::Refusal> {
    let operation = board.running(id)?;
    let (found, shift) = known(operation, assignment)?;
    let (person, post) = (found.person, shift.post);
    board.force.known_person(person)?;
    match found.standing {
        Standing::AtPost { since } => return Err(Refusal::AlreadyAtPost { person, since }.into()),
        Standing::Relieved { until, .. } => return Err(Refusal::AlreadyOff { person, until }.into()),
        Standing::Expected
        | Standing::Late { .. }
        | Standing::Left { .. }
        | Standing::Missed { .. }
        | Standing::Excused { .. } => {}
    }
    if operation.known_post(post)?.closed {
        return Err(Refusal::PostClosed { post }.into());
    }
    let Span { from, to } = shift.span;
    let opens = from.minus(EARLIEST_CHECK_IN);
    if at < opens {
        return Err(Refusal::TooEarly { from, opens }.into());
    }
    if at >= to {
        return Err(Refusal::ShiftOver { to }.into());
    }
    let running = board.operations().filter(|(_, found)| found.is_running());
    let elsewhere = running
        .into_iter()
        .find_map(|(of, found)| found.roster.at_post(person).map(|(other, shift)| (of, other, shift.post)));
    let mut events = Vec::new();
    if let Some((of, other, there)) = elsewhere {
        if (of, there) != (id, post) {
            return Err(Refusal::AtAnotherPost { person, post: there }.into());
        }
        // The same person stands the next shift at the same post: the one shift passes into the other.
        events.push(Event::Relieved { operation: id, assignment: other, person, post, at, by: Some(assignment) });
    }
    if let Some(relieved) = relieves.filter(|relieved| elsewhere.is_none_or(|(_, other, _)| other != *relieved)) {
        let (held, held_shift) = known(operation, relieved)?;
        if held_shift.post != post || !matches!(held.standing, Standing::AtPost { .. }) || relieved == assignment {
            return Err(Refusal::NobodyToRelieve { person: held.person }.into());
        }
        events.push(Event::Relieved {
            operation: id,
            assignment: relieved,
            person: held.person,
            post,
            at,
            by: Some(assignment),
        });
    }
    let late_by = u32::try_from(at.minutes_since(from).max(0)).unwrap_or(u32::MAX);
    events.push(Event::CheckedIn {
        operation: id,
        assignment,
        person,
        post,
        shift: found.shift,
        at,
        late_by,
        how,
        by: actor,
        claimed,
    });
    Ok(events)
}

fn known(operation: &Operation, id: AssignmentId) -> Result<(&Assignment, &Shift), roster::Refusal> {
    let found = operation.roster.assignment(id).ok_or(roster::Refusal::NoSuchAssignment { assignment: id })?;
    let shift = operation.roster.shift(found.shift).ok_or(roster::Refusal::NoSuchShift { shift: found.shift })?;
    Ok((found, shift))
}

fn open_call(operation: &Operation, id: crate::RollCallId) -> Result<&RollCall, Refusal> {
    operation
        .presence
        .roll_call(id)
        .filter(|call| call.closed.is_none())
        .ok_or(Refusal::NoSuchRollCall { roll_call: id })
}

fn open_roll_call(board: &Board, operation: &Operation, by: Actor, unit: crate::UnitId, at: At) -> RollCall {
    let mut call = RollCall { unit, opened: at, by, expected: 0, at_post: 0, exceptions: OrdMap::new(), closed: None };
    for unit in board.force.branch(unit) {
        for post in operation.posts.of_unit(unit.id) {
            let duty = operation.presence.duty(post.id);
            let Some(shift) = duty.shift.and_then(|shift| operation.roster.shift(shift)) else { continue };
            for (id, assignment) in operation.roster.assigned(shift).filter(|(_, found)| found.duty == DutyKind::Post) {
                call.expected += 1;
                match assignment.standing {
                    Standing::AtPost { .. } if duty.overdue_since.is_none() => call.at_post += 1,
                    Standing::Excused { .. } | Standing::Relieved { .. } => {}
                    _ => {
                        call.exceptions.insert(id, None);
                    }
                }
            }
        }
    }
    call
}

/// What was due up to now, earliest first, at most [`MOST_TIMERS`] at a time.
pub(crate) fn pass_time(board: &Board, context: &Context) -> Vec<Event> {
    let mut events = Vec::new();
    for (id, operation) in board.operations().filter(|(_, operation)| operation.is_running()) {
        if operation.presence.next_timer().is_none_or(|due| due > context.now) {
            continue;
        }
        // Later timers rest on what earlier ones did, so each is applied to a copy before the next is decided.
        let mut copy = operation.clone();
        while events.len() < MOST_TIMERS
            && let Some((at, timer)) = copy.presence.timers.get_min().copied().filter(|(at, _)| *at <= context.now)
        {
            match happening(&copy, id, at, timer) {
                Some(event) => {
                    apply(&mut copy, &event);
                    events.push(event);
                }
                // Invariant: a timer's shift or post exists while it is armed; one without is dropped from the copy only.
                None => copy.disarm(at, timer),
            }
        }
    }
    events
}

fn happening(copy: &Operation, operation: OperationId, at: At, timer: Timer) -> Option<Event> {
    let assigned = |shift: &Shift, wanted: fn(Standing) -> bool| -> Vec<AssignmentId> {
        copy.roster
            .assigned(shift)
            .filter(|(_, found)| found.duty == DutyKind::Post && wanted(found.standing))
            .map(|(id, _)| id)
            .collect()
    };
    match timer {
        Timer::Begins(shift) => {
            let post = copy.roster.shift(shift)?.post;
            Some(Event::ShiftBegan { operation, shift, post, at })
        }
        Timer::GraceOver(shift) => {
            let found = copy.roster.shift(shift)?;
            let late = assigned(found, |standing| standing == Standing::Expected);
            Some(Event::GraceOver { operation, shift, post: found.post, at, late })
        }
        Timer::Ends(shift) => {
            let found = copy.roster.shift(shift)?;
            let missed = assigned(found, |standing| matches!(standing, Standing::Expected | Standing::Late { .. }));
            Some(Event::ShiftEnded { operation, shift, post: found.post, at, missed })
        }
        Timer::ReliefDue(shift) => {
            let found = copy.roster.shift(shift)?;
            let waiting = assigned(found, |standing| matches!(standing, Standing::AtPost { .. }));
            Some(Event::ReliefLate { operation, shift, post: found.post, at, waiting })
        }
        Timer::ContactDue(post) => Some(Event::ContactOverdue { operation, post, at }),
    }
}
