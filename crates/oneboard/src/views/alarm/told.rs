//! What the records say of an alarm, event by event.

use board::TextId;
use board::alarm::Event;

use super::{about, what};
use crate::views::Sheet;

/// Every text that an event refers to.
pub fn texts_of(event: &Event, into: &mut Vec<TextId>) {
    match event {
        Event::Raised { row, .. } => into.extend(row.words),
        Event::Reported { words, .. } | Event::Cleared { words, .. } => into.push(*words),
        _ => {}
    }
}

/// One event in the reader's words; `text` looks up what somebody wrote.
pub fn told(sheet: &Sheet<'_>, event: &Event, text: impl Fn(TextId) -> String) -> String {
    match event {
        Event::Noted { cause, subject, operation, since, due } => {
            let values = [
                ("what", about(sheet, *cause, *operation, *subject).into()),
                ("time", sheet.clock(*since).into()),
                ("due", sheet.clock(*due).into()),
            ];
            sheet.say("alarm-told-noted", &values)
        }
        Event::Raised { row, .. } => {
            let values = [
                ("what", what(sheet, row).into()),
                ("time", sheet.clock(row.since).into()),
                ("unit", sheet.unit(row.asks).into()),
            ];
            let raised = sheet.say("alarm-told-raised", &values);
            row.words.map_or_else(|| raised.clone(), |words| format!("{raised}: {}", text(words)))
        }
        Event::AskedAgain { asks, .. } => sheet.say("alarm-told-asked-again", &[("unit", sheet.unit(*asks).into())]),
        Event::Escalated { asks, .. } => sheet.say("alarm-told-escalated", &[("unit", sheet.unit(*asks).into())]),
        Event::Taken { by, .. } => sheet.say("alarm-told-taken", &[("name", sheet.name(*by).into())]),
        Event::HandedOn { to, .. } => sheet.say("alarm-told-handed-on", &[("name", sheet.name(*to).into())]),
        Event::Reported { words, .. } => sheet.say("alarm-told-reported", &[("words", text(*words).into())]),
        Event::Cleared { words, .. } => sheet.say("alarm-told-cleared", &[("words", text(*words).into())]),
        Event::Eased { cause, subject, alarm, .. } => {
            let operation = alarm.and_then(|id| sheet.board().alarms.find(id)).and_then(|found| found.operation);
            sheet.say("alarm-told-eased", &[("what", about(sheet, *cause, operation, *subject).into())])
        }
        Event::Passed { .. } => sheet.t("alarm-told-passed").into_owned(),
    }
}
