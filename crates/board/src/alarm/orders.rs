//! What directives and tasks mean for alarms: silence that a ladder found, difficulties nobody ruled on, deadlines missed.

use super::Kind;
use super::follow::{Found, Raising};
use crate::directive::{self, Receiver, Rung};
use crate::task::{self, Happening};
use crate::{Board, Event, Subject, UnitId};

/// The unit under which a receiver is counted.
fn unit_of(board: &Board, directive: &directive::Directive, receiver: Receiver) -> Option<UnitId> {
    match receiver {
        Receiver::Unit(unit) => Some(unit),
        Receiver::Person(person) => directive.find(board, person).map(|place| place.unit),
    }
}

/// May an event raise or ease an alarm? A receipt does only where something is wrong about it.
pub(super) fn touches(board: &Board, event: &Event) -> bool {
    match event {
        Event::Directive(directive::Event::Chased { rung, silences, .. }) => {
            *rung != Rung::Reminder && !silences.is_empty()
        }
        Event::Directive(directive::Event::Received { directive, receiver, .. }) => {
            let Some(found) = board.directives.get(*directive) else { return false };
            let path = unit_of(board, found, *receiver).and_then(|unit| board.force.unit(unit)).map(|unit| &unit.path);
            board.alarms.concerns(Subject::Directive(*directive))
                || path.into_iter().flatten().any(|unit| board.alarms.concerns(Subject::Unit(*unit)))
        }
        Event::Directive(
            directive::Event::DifficultyReported { .. }
            | directive::Event::Ruled { .. }
            | directive::Event::Withdrawn { .. }
            | directive::Event::Closed { .. }
            | directive::Event::Amended { .. },
        ) => true,
        Event::Task(event) => match event.what {
            Happening::Chased { rung } => rung != Rung::Reminder,
            _ => board.alarms.concerns(Subject::Task(event.task)),
        },
        _ => false,
    }
}

/// Raises and eases; `after` is the board with all events of the command.
pub(super) fn of_directive(raising: &mut Raising<'_>, after: &Board, event: &directive::Event) {
    let id = event.directive();
    let (subject, operation) = (Subject::Directive(id), after.directives.get(id).and_then(|found| found.operation));
    let Some(found) = after.directives.get(id) else { return };
    match event {
        directive::Event::Chased { rung, at, silences, .. } if *rung != Rung::Reminder => {
            for silence in silences {
                let unit = silence.unit;
                // A branch of which nobody has answered anything is one matter, whatever it was sent.
                let (kind, subject) = if silence.cut_off {
                    (Kind::UnitSilent, Subject::Unit(unit))
                } else {
                    (Kind::ReceiptOverdue, subject)
                };
                raising.raise(Found::new(kind, unit, subject, operation, *at));
            }
        }
        directive::Event::Received { receiver, .. } => {
            let Some(unit) = unit_of(after, found, *receiver) else { return };
            if found.tally_of(unit).waiting() == 0 {
                raising.ease(Kind::ReceiptOverdue, unit, subject);
            }
            let path = after.force.unit(unit).map(|unit| unit.path.clone()).unwrap_or_default();
            for above in path {
                raising.ease(Kind::UnitSilent, above, Subject::Unit(above));
            }
        }
        directive::Event::DifficultyReported { receiver, at, .. } => {
            let unit = found.rules_for(after, *receiver);
            raising.raise(Found::new(Kind::DifficultyUnruled, unit, subject, operation, *at));
        }
        directive::Event::Ruled { receiver, .. } => {
            let unit = found.rules_for(after, *receiver);
            if !found.open_difficulties().any(|(other, _)| found.rules_for(after, other) == unit) {
                raising.ease(Kind::DifficultyUnruled, unit, subject);
            }
        }
        directive::Event::Withdrawn { .. }
        | directive::Event::Closed { .. }
        | directive::Event::Amended { anew: Some(_), .. } => {
            raising.ease_everywhere(Kind::ReceiptOverdue, subject);
            raising.ease_everywhere(Kind::DifficultyUnruled, subject);
            // What was silent of this directive is asked nothing by it any more.
            let before = raising.board().directives.get(id);
            let silent = before.into_iter().flat_map(|found| &found.relays).flat_map(|relay| relay.silences.clone());
            let units: Vec<UnitId> = silent.filter(|silence| silence.cut_off).map(|silence| silence.unit).collect();
            for unit in units {
                raising.ease(Kind::UnitSilent, unit, Subject::Unit(unit));
            }
        }
        _ => {}
    }
}

pub(super) fn of_task(raising: &mut Raising<'_>, after: &Board, event: &task::Event) {
    let Some(found) = after.tasks.get(event.task) else { return };
    let subject = Subject::Task(event.task);
    if matches!(event.what, Happening::Chased { rung } if rung != Rung::Reminder) && found.is_due() {
        raising.raise(Found::new(Kind::TaskOverdue, found.lead, subject, found.operation, event.at));
    } else if !found.is_due() || found.overdue.is_none() {
        raising.ease(Kind::TaskOverdue, found.lead, subject);
    }
}
