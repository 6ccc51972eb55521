//! Decisions on alarms: what people do about them, and what time brings.

use super::{Command, Event, Found, Raising, Refusal, Timer, calling, may_answer, next_watch};
use crate::checkin::MOST_TIMERS;
use crate::{Actor, Board, Context, Subject};

pub(crate) fn decide(
    board: &Board,
    actor: Actor,
    command: &Command,
    context: &Context,
) -> Result<Vec<Event>, crate::Refusal> {
    let at = context.now;
    let id = match command {
        Command::Call { id, operation, assignment, need, words } => {
            if board.alarms.find(*id).is_some() {
                return Err(Refusal::AlarmIdTaken { alarm: *id }.into());
            }
            let (held, post) = calling(board, *operation, *assignment)?;
            let unit = board.running(*operation)?.known_post(post)?.unit;
            let mut raising = Raising::new(board, context);
            let found = Found {
                kind: need.kind(),
                unit,
                subject: Subject::Post(post),
                operation: Some(*operation),
                since: at,
                caller: Some(held.person),
                words: *words,
            };
            raising.call(found, *id);
            return Ok(raising.into_events());
        }
        Command::Take { alarm }
        | Command::HandOn { alarm, .. }
        | Command::Report { alarm, .. }
        | Command::Clear { alarm, .. } => *alarm,
    };
    let by = actor.person().ok_or(Refusal::AlarmNeedsPerson)?;
    let alarm = board.alarms.get(id).ok_or(Refusal::NoSuchAlarm { alarm: id })?;
    // An owner who has left the force has it in hand no more.
    let owner = alarm.owner.filter(|(owner, _)| board.force.serving(*owner).is_some());
    Ok(vec![match (command, owner) {
        (Command::Take { .. }, Some((owner, since))) if owner == by => {
            return Err(Refusal::AlarmIsYours { since }.into());
        }
        (Command::Take { .. }, Some((person, since))) => return Err(Refusal::AlarmTaken { person, since }.into()),
        (Command::Take { .. }, None) => Event::Taken { alarm: id, by, at },
        // Whoever may answer it may name another owner: the present one may be out of reach.
        (Command::HandOn { to, .. }, _) => {
            board.force.known_person(*to)?;
            if let Some((owner, since)) = owner.filter(|(owner, _)| owner == to) {
                return Err(Refusal::AlarmTaken { person: owner, since }.into());
            }
            if !may_answer(board, *to, alarm.cause.unit, at) {
                return Err(Refusal::CannotAnswer { person: *to, unit: alarm.cause.unit }.into());
            }
            Event::HandedOn { alarm: id, by: actor, to: *to, at }
        }
        (Command::Report { words, .. }, Some((owner, _))) if owner == by => {
            Event::Reported { alarm: id, by, at, words: *words }
        }
        (Command::Clear { words, .. }, Some((owner, _))) if owner == by => {
            Event::Cleared { alarm: id, by, at, words: *words }
        }
        (_, Some((person, since))) => return Err(Refusal::AlarmTaken { person, since }.into()),
        (_, None) => return Err(Refusal::AlarmUnowned { alarm: id }.into()),
    }])
}

/// What was due up to now, earliest first, at most [`MOST_TIMERS`] at a time.
pub(crate) fn pass_time(board: &Board, context: &Context) -> Vec<Event> {
    let mut raising = Raising::new(board, context);
    while raising.len() < MOST_TIMERS
        && let Some(timer) = raising.take_due()
    {
        match timer {
            Timer::Raise(cause, subject) => raising.mature(cause, subject),
            Timer::Escalate(id) => raising.escalate(id, |asks| next_watch(board, asks)),
        }
    }
    raising.into_events()
}
