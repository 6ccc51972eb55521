//! What directives and tasks mean for alarms: silence that a ladder found, difficulties nobody ruled on, deadlines missed.
//!
//! Receipts and tasks of units without a watch are those of the nearest one above that keeps one, so that the twelve late
//! stations of a county are one alarm. A branch of which nothing at all is heard is another matter, and one.

use super::follow::{Found, Raising};
use super::{Cause, Kind, nearest_watch};
use crate::directive::{self, Directive, Receiver, Rung, Step};
use crate::task::{self, Happening};
use crate::{Board, DirectiveId, Event, Subject, UnitId};

/// The unit under which a receiver is counted.
fn unit_of(board: &Board, directive: &Directive, receiver: Receiver) -> Option<UnitId> {
    match receiver {
        Receiver::Unit(unit) => Some(unit),
        Receiver::Person(person) => directive.find(board, person).map(|place| place.unit),
    }
}

/// Is this unit, or one above it, taken for silent?
pub(super) fn is_silent(board: &Board, unit: UnitId) -> bool {
    let path = board.force.unit(unit).map(|found| &found.path);
    path.into_iter().flatten().any(|above| board.alarms.concerns(Subject::Unit(*above)))
}

/// May an event raise or ease an alarm? A receipt does only where something is wrong about it.
pub(super) fn touches(board: &Board, event: &Event) -> bool {
    match event {
        Event::Directive(directive::Event::Chased { rung, silences, .. }) => {
            *rung != Rung::Reminder && !silences.is_empty()
        }
        Event::Directive(directive::Event::Received { directive, receiver, step: Step::Acknowledged, .. }) => {
            let Some(found) = board.directives.get(*directive) else { return false };
            board.alarms.concerns(Subject::Directive(*directive))
                || unit_of(board, found, *receiver).is_some_and(|unit| is_silent(board, unit))
        }
        Event::Directive(directive::Event::Released { directive, .. }) => {
            board.alarms.concerns(Subject::Directive(*directive))
        }
        Event::Directive(
            directive::Event::DifficultyReported { .. }
            | directive::Event::Ruled { .. }
            | directive::Event::Withdrawn { .. }
            | directive::Event::Closed { .. }
            | directive::Event::Amended { anew: Some(_), .. },
        ) => true,
        Event::Task(event) => match event.what {
            Happening::Chased { rung } => rung != Rung::Reminder,
            Happening::DifficultyReported { .. } => true,
            _ => board.alarms.concerns(Subject::Task(event.task)),
        },
        _ => false,
    }
}

/// Raises and eases; `after` is the board with all events of the command.
pub(super) fn of_directive(raising: &mut Raising<'_>, after: &Board, event: &directive::Event) {
    let id = event.directive();
    let Some(found) = after.directives.get(id) else { return };
    let subject = Subject::Directive(id);
    match event {
        directive::Event::Chased { rung, at, silences, .. } if *rung != Rung::Reminder => {
            for silence in silences {
                let (kind, unit, subject) = if silence.cut_off {
                    (Kind::UnitSilent, silence.unit, Subject::Unit(silence.unit))
                } else {
                    (Kind::ReceiptOverdue, nearest_watch(after, silence.unit), subject)
                };
                raising.raise(Found::new(kind, unit, subject, found.operation, *at));
                // The next tier of a unit without a watch has been asked from the first.
                if *rung == Rung::NextTier && unit == silence.unit {
                    raising.climb(Cause::of(kind, unit, subject));
                }
            }
        }
        directive::Event::Received { receiver, .. } => {
            if let Some(unit) = unit_of(after, found, *receiver) {
                heard(raising, after, unit);
            }
            settle(raising, after, (id, found));
        }
        directive::Event::Released { .. } => settle(raising, after, (id, found)),
        directive::Event::DifficultyReported { receiver, at, .. } => {
            let unit = found.rules_for(after, *receiver);
            raising.raise(Found::new(Kind::DifficultyUnruled, unit, subject, found.operation, *at));
        }
        directive::Event::Ruled { receiver, .. } => {
            let unit = found.rules_for(after, *receiver);
            if !found.open_difficulties().any(|(other, _)| found.rules_for(after, other) == unit) {
                raising.ease(Kind::DifficultyUnruled, unit, subject);
            }
            settle(raising, after, (id, found));
        }
        directive::Event::Withdrawn { .. }
        | directive::Event::Closed { .. }
        | directive::Event::Amended { anew: Some(_), .. } => {
            raising.ease_everywhere(Kind::ReceiptOverdue, subject);
            raising.ease_everywhere(Kind::DifficultyUnruled, subject);
            // What was silent of this directive is asked nothing by it any more; another one may still ask.
            for unit in raising.board().directives.get(id).map(cut_off).unwrap_or_default() {
                let others = after.directives.iter().filter(|(other, found)| *other != id && found.is_issued());
                if others.into_iter().all(|(_, other)| !cut_off(other).contains(&unit)) {
                    raising.ease(Kind::UnitSilent, unit, Subject::Unit(unit));
                }
            }
        }
        _ => {}
    }
}

/// The branches that a directive's ladder found cut off.
fn cut_off(found: &Directive) -> Vec<UnitId> {
    let silences = found.relays.iter().flat_map(|relay| &relay.silences);
    silences.filter(|silence| silence.cut_off).map(|silence| silence.unit).collect()
}

/// Receipts that are no longer missing are nobody's alarm.
fn settle(raising: &mut Raising<'_>, after: &Board, (id, found): (DirectiveId, &Directive)) {
    let subject = Subject::Directive(id);
    for cause in raising.causes(Kind::ReceiptOverdue, subject) {
        if !directive::is_overdue(after, found, cause.unit) {
            raising.ease(Kind::ReceiptOverdue, cause.unit, subject);
        }
    }
}

/// Something was heard from a unit: no branch that it is part of is silent, and what is still missing there is said one
/// by one.
pub(super) fn heard(raising: &mut Raising<'_>, after: &Board, unit: UnitId) {
    let path = after.force.unit(unit).map(|unit| unit.path.clone()).unwrap_or_default();
    for above in path {
        if raising.causes(Kind::UnitSilent, Subject::Unit(above)).is_empty() {
            continue;
        }
        raising.ease(Kind::UnitSilent, above, Subject::Unit(above));
        for (id, found) in after.directives.iter().filter(|(_, found)| found.is_issued()) {
            if directive::is_overdue(after, found, above) {
                let (unit, subject) = (nearest_watch(after, above), Subject::Directive(id));
                let since = raising.now();
                raising.raise(Found::new(Kind::ReceiptOverdue, unit, subject, found.operation, since));
            }
        }
    }
}

pub(super) fn of_task(raising: &mut Raising<'_>, after: &Board, event: &task::Event) {
    let Some(found) = after.tasks.get(event.task) else { return };
    let subject = Subject::Task(event.task);
    match event.what {
        Happening::Chased { rung } if rung != Rung::Reminder && found.is_due() => {
            let unit = nearest_watch(after, found.lead);
            raising.raise(Found::new(Kind::TaskOverdue, unit, subject, found.operation, event.at));
            if rung == Rung::NextTier && unit == found.lead {
                raising.climb(Cause::of(Kind::TaskOverdue, unit, subject));
            }
        }
        Happening::DifficultyReported { .. } => {
            raising.raise(Found::new(Kind::DifficultyUnruled, found.unit, subject, found.operation, event.at));
        }
        _ => {
            if !found.is_due() || found.overdue.is_none() {
                raising.ease_everywhere(Kind::TaskOverdue, subject);
            }
            if !found.is_open() || found.open_difficulty().is_none() {
                raising.ease_everywhere(Kind::DifficultyUnruled, subject);
            }
        }
    }
}
