//! Alarms in words: the strip of who keeps a watch, the list, and what the records say.

mod told;

use board::alarm::{Alarm, Cause, Kind};
use board::{OperationId, Subject};

use super::Sheet;

pub use told::{texts_of, told};

pub const fn kind_key(kind: Kind) -> &'static str {
    match kind {
        Kind::HelpNeeded => "alarm-help-needed",
        Kind::UnitSilent => "alarm-unit-silent",
        Kind::ReliefNeeded => "alarm-relief-needed",
        Kind::PostUnmanned => "alarm-post-unmanned",
        Kind::DifficultyUnruled => "alarm-difficulty-unruled",
        Kind::ContactOverdue => "alarm-contact-overdue",
        Kind::ReliefLate => "alarm-relief-late",
        Kind::ReceiptOverdue => "alarm-receipt-overdue",
        Kind::TaskOverdue => "alarm-task-overdue",
        Kind::HandoverUnsigned => "alarm-handover-unsigned",
    }
}

/// What an alarm is about, in one line: the one thing that is wrong, or the unit and how many are.
pub fn what(sheet: &Sheet<'_>, alarm: &Alarm) -> String {
    let one = alarm.subjects.get_min().copied().filter(|_| alarm.subjects.len() == 1);
    one.map_or_else(
        || {
            let values = [
                ("kind", sheet.t(kind_key(alarm.cause.kind)).into()),
                ("where", sheet.unit(alarm.cause.unit).into()),
                ("count", alarm.subjects.len().into()),
            ];
            sheet.say("alarm-what-several", &values)
        },
        |subject| about(sheet, alarm.cause, alarm.operation, subject),
    )
}

/// One thing that is wrong.
fn about(sheet: &Sheet<'_>, cause: Cause, operation: Option<OperationId>, subject: Subject) -> String {
    let place = place_of(sheet, operation, subject).unwrap_or_else(|| sheet.unit(cause.unit).to_owned());
    sheet.say("alarm-what", &[("kind", sheet.t(kind_key(cause.kind)).into()), ("where", place.into())])
}

/// What stands at a subject, as people call it; `None` for what is its unit's.
fn place_of(sheet: &Sheet<'_>, operation: Option<OperationId>, subject: Subject) -> Option<String> {
    match subject {
        Subject::Post(id) => {
            let post = sheet.board().operation(operation?)?.posts.get(id)?;
            Some(format!("{} {}", post.number, sheet.label(&post.name)))
        }
        Subject::Unit(unit) | Subject::Watch(unit) => Some(sheet.unit(unit).to_owned()),
        _ => None,
    }
}
