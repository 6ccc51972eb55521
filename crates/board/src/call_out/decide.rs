//! Decisions on call-outs: who is called, and what they may answer.

use std::collections::{BTreeMap, BTreeSet};

use imbl::OrdMap;

use super::{
    Answer, CallOut, CallOuts, Called, Circle, Command, Event, MOST_CALLED, REST_OF_RESERVE, Refusal, Standing,
    TIME_TO_ANSWER, Tally,
};
use crate::access::{Action, Place};
use crate::checkin::{self, How};
use crate::operation::Operation;
use crate::roster::DutyKind;
use crate::{Actor, At, Board, CallOutId, Context, OperationId, PersonId, Span, TextId, UnitId};

/// Where a command is judged.
pub(crate) fn place(board: &Board, actor: Actor, command: &Command) -> (Action, Place) {
    match command {
        Command::Open { unit, .. } => (Action::OpenCallOut, Place::Unit(*unit)),
        Command::Close { call_out } => {
            let unit = board.call_outs.get(*call_out).map(|found| found.unit);
            (Action::OpenCallOut, unit.map_or(Place::Force, Place::Unit))
        }
        Command::Answer { person, how, .. } => {
            let own = *how == How::InPerson && actor == Actor::Person(*person);
            (if own { Action::AnswerCallOut } else { Action::RecordPresence }, Place::Person(*person))
        }
    }
}

pub(crate) fn decide(
    board: &Board,
    actor: Actor,
    command: &Command,
    context: &Context,
) -> Result<Vec<Event>, crate::Refusal> {
    let at = context.now;
    match command {
        Command::Open { id, operation, unit, circle, words } => {
            open(board, actor, (*id, *operation, *unit), *circle, (*words, None), at).map(|event| vec![event])
        }
        Command::Answer { call_out, person, answer, how } => {
            let found = board.call_outs.open(*call_out)?;
            let called = found.people.get(person).ok_or(Refusal::NotCalled { person: *person })?;
            if let Standing::Arrived { at } = called.standing {
                return Err(Refusal::ArrivedAlready { person: *person, at }.into());
            }
            if let Answer::Coming { due } = answer
                && *due < at
            {
                return Err(Refusal::ComingInThePast { due: *due }.into());
            }
            let (call_out, person, answer, how) = (*call_out, *person, *answer, *how);
            Ok(vec![Event::Answered { call_out, person, answer, at, by: actor, how }])
        }
        Command::Close { call_out } => {
            board.call_outs.open(*call_out)?;
            Ok(vec![Event::Closed { call_out: *call_out, at, by: actor }])
        }
    }
}

/// Calls out standby and perhaps reserve of a unit and all below it.
pub(crate) fn open(
    board: &Board,
    actor: Actor,
    (call_out, id, unit): (CallOutId, OperationId, UnitId),
    circle: Circle,
    (words, rung): (Option<TextId>, Option<u8>),
    at: At,
) -> Result<Event, crate::Refusal> {
    let operation = board.running(id)?;
    board.force.known_unit(unit)?;
    if board.call_outs.get(call_out).is_some() {
        return Err(Refusal::CallOutIdTaken { call_out }.into());
    }
    let mut open = board.call_outs.iter().filter(|(_, found)| found.is_open() && found.operation == id);
    if let Some((_, found)) = open.find(|(_, found)| found.unit == unit) {
        return Err(Refusal::CallOutOpen { unit, since: found.opened.1 }.into());
    }
    let mut people: BTreeMap<UnitId, (Vec<PersonId>, Vec<PersonId>)> = BTreeMap::new();
    let standby = on_standby(operation, at);
    let mut count = 0;
    for unit in board.force.branch(unit) {
        for (person, _) in board.force.members(unit.id) {
            let is_standby = standby.contains(&person);
            if !is_standby && (circle == Circle::Standby || is_busy(operation, person, at)) {
                continue;
            }
            let (on, free) = people.entry(unit.id).or_default();
            if is_standby {
                on.push(person)
            } else {
                free.push(person)
            }
            count += 1;
        }
    }
    if count == 0 {
        return Err(Refusal::NobodyToCall { unit }.into());
    }
    if count > MOST_CALLED {
        return Err(Refusal::TooManyToCall { count, most: MOST_CALLED }.into());
    }
    let people = people.into_iter().map(|(unit, (on, free))| (unit, on, free)).collect();
    let answer_by = at.plus(TIME_TO_ANSWER);
    Ok(Event::Opened { call_out, operation: id, unit, at, by: actor, rung, words, answer_by, people })
}

/// Those who are rostered as standby now, and stand no post.
fn on_standby(operation: &Operation, at: At) -> BTreeSet<PersonId> {
    let shifts = operation.roster.shifts().filter(|(_, shift)| shift.span.contains(at) && !shift.ended);
    let assigned = shifts.flat_map(|(_, shift)| operation.roster.assigned(shift));
    let standby = assigned.filter(|(_, found)| found.duty == DutyKind::Standby && !found.standing.has_begun());
    standby.map(|(_, found)| found.person).collect()
}

/// Do they stand a post, or will they within the rest that a reserve needs?
fn is_busy(operation: &Operation, person: PersonId, at: At) -> bool {
    let soon = Span::new(at, at.plus(REST_OF_RESERVE));
    operation.roster.at_post(person).is_some()
        || operation.roster.duties_of(person, soon).any(|(_, found, _)| {
            found.duty == DutyKind::Post && !matches!(found.standing, checkin::Standing::Excused { .. })
        })
}

pub(crate) fn apply(call_outs: &mut CallOuts, event: &Event) {
    match event {
        Event::Opened { call_out, operation, unit, at, by, rung, words, answer_by, people } => {
            let mut found = CallOut {
                operation: *operation,
                unit: *unit,
                opened: (*by, *at),
                rung: *rung,
                words: *words,
                answer_by: *answer_by,
                people: OrdMap::new(),
                tallies: OrdMap::new(),
                unanswered: None,
                closed: None,
            };
            for (unit, standby, reserve) in people {
                let tally = found.tallies.entry(*unit).or_default();
                for (person, standby) in
                    standby.iter().map(|person| (person, true)).chain(reserve.iter().map(|person| (person, false)))
                {
                    let called = Called { unit: *unit, standby, standing: Standing::Called, how: None };
                    tally.add(Tally::of(&called));
                    found.people.insert(*person, called);
                }
            }
            call_outs.timers.insert((*answer_by, *call_out));
            call_outs.all.insert(*call_out, found);
        }
        Event::Answered { call_out, person, answer, at, by, how } => {
            let Some(found) = call_outs.all.get_mut(call_out) else { return };
            let Some(called) = found.people.get_mut(person) else { return };
            let before = Tally::of(called);
            called.standing = match *answer {
                Answer::Coming { due } => Standing::Coming { due, at: *at },
                Answer::Arrived => Standing::Arrived { at: *at },
                Answer::Cannot { words } => Standing::Cannot { words, at: *at },
            };
            called.how = Some((*by, *how));
            let (after, unit) = (Tally::of(called), called.unit);
            let tally = found.tallies.entry(unit).or_default();
            tally.subtract(before);
            tally.add(after);
        }
        Event::Unanswered { call_out, at, count } => {
            call_outs.timers.remove(&(*at, *call_out));
            if let Some(found) = call_outs.all.get_mut(call_out) {
                found.unanswered = Some(*count);
            }
        }
        Event::Closed { call_out, at, by } => {
            let Some(found) = call_outs.all.get_mut(call_out) else { return };
            found.closed = Some((*by, *at));
            call_outs.timers.remove(&(found.answer_by, *call_out));
        }
    }
}

/// The call-outs whose time to answer was over up to now, at most `most`.
pub(crate) fn pass_time(board: &Board, context: &Context, most: usize) -> Vec<Event> {
    let due = board.call_outs.timers.iter().take_while(|(at, _)| *at <= context.now).take(most);
    due.map(|(at, call_out)| {
        let count = board.call_outs.get(*call_out).map_or(0, |found| found.total().silent);
        Event::Unanswered { call_out: *call_out, at: *at, count }
    })
    .collect()
}
