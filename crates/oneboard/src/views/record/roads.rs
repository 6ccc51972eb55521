//! The records of sections, warnings and measures, in words.

use board::access::{Action, Place};
use board::measure::{self, End as Over, Happening, Origin};
use board::warning::{self, End};
use board::{Board, Subject, TextId, section};

use super::Telling;
use crate::views::measure::{stage_key, why_key};
use crate::views::{Sheet, section as sections, warning as warnings};

/// What one must be permitted to read their records; `None` where they are not on the board.
pub(super) fn right(board: &Board, subject: Subject) -> Option<(Action, Place)> {
    let of_section = |id| board.sections.get(id).map(|found| found.unit);
    let unit = match subject {
        Subject::Section(id) => of_section(id)?,
        Subject::Warning(id) => board.warnings.find(id)?.unit,
        Subject::Measure(id) => of_section(board.measures.find(id)?.section)?,
        _ => return None,
    };
    Some((Action::ViewRoads, Place::Unit(unit)))
}

pub(super) fn title(sheet: &Sheet<'_>, subject: Subject) -> String {
    let board = sheet.board();
    let found = match subject {
        Subject::Section(id) => board.sections.get(id).map(|found| sections::name(sheet, found)),
        Subject::Warning(id) => board.warnings.find(id).map(|found| warnings::name(sheet, &found.now.signal)),
        Subject::Measure(id) => board.measures.find(id).map(|found| sheet.label(&found.words).to_owned()),
        _ => None,
    };
    found.unwrap_or_default()
}

pub(super) fn texts_of_warning(event: &warning::Event, into: &mut Vec<TextId>) {
    match event {
        warning::Event::Entered { version, .. } | warning::Event::Updated { version, .. } => {
            into.extend(version.signal.words);
        }
        warning::Event::Ended { end: End::Cancelled { words, .. }, .. } => into.extend(*words),
        warning::Event::Ended { .. } => {}
    }
}

pub(super) fn texts_of_measure(event: &measure::Event, into: &mut Vec<TextId>) {
    let measure::Event::Happened { what, .. } = event else { return };
    match what {
        Happening::Proposed { row } => {
            if let Origin::Hand { words, .. } = row.origin {
                into.push(words);
            }
        }
        Happening::InForce { province: words, .. } | Happening::Opened { words, .. } => into.extend(*words),
        Happening::Ended { end: Over::Dropped { words, .. } | Over::Refused { words, .. }, .. } => into.push(*words),
        Happening::Ended { end: Over::Lifted { words, .. }, .. } => into.extend(*words),
        _ => {}
    }
}

impl Telling<'_> {
    pub(super) fn section(&self, event: &section::Event) -> String {
        let sheet = self.sheet;
        match event {
            section::Event::Kept { sections, gone, .. } => {
                let values = [("count", sections.len().into()), ("gone", gone.len().into())];
                sheet.say("section-record-kept", &values)
            }
            section::Event::Stationed { operation, post, sections } => {
                let values = [("post", self.post(*operation, *post).into()), ("count", sections.len().into())];
                sheet.say("section-record-stationed", &values)
            }
            section::Event::Observed { observer, seen, .. } => {
                let who = match observer {
                    section::Observer::Post { operation, post } => self.post(*operation, *post),
                    section::Observer::Unit { unit } => self.unit(*unit),
                };
                sheet.say(
                    "section-record-observed",
                    &[("who", who.into()), ("seen", sections::seen(sheet, *seen).into())],
                )
            }
        }
    }

    pub(super) fn warning(&self, event: &warning::Event) -> String {
        let sheet = self.sheet;
        let said = |key: &str, version: &warning::Version| {
            let name = warnings::name(sheet, &version.signal);
            let values = [("name", name.into()), ("count", version.touches.len().into())];
            self.noted(sheet.say(key, &values), version.signal.words)
        };
        match event {
            warning::Event::Entered { version, .. } => said("warning-record-entered", version),
            warning::Event::Updated { version, .. } => said("warning-record-updated", version),
            warning::Event::Ended { end, .. } => {
                let time = [("time", sheet.time(end.at()).into())];
                match end {
                    End::Cancelled { words, .. } => self.noted(sheet.say("warning-cancelled", &time), *words),
                    End::Expired { .. } => sheet.say("warning-expired", &time),
                    End::Vanished { .. } => sheet.say("warning-vanished", &time),
                }
            }
        }
    }

    pub(super) fn measure(&self, event: &measure::Event) -> String {
        let sheet = self.sheet;
        let (measure, section, what) = match event {
            measure::Event::Considered { sections, .. } => {
                return sheet.say("measure-record-considered", &[("count", sections.len().into())]);
            }
            measure::Event::Happened { measure, section, what, .. } => (*measure, *section, what),
        };
        let found = sheet.board().measures.find(measure);
        let words = |label: Option<&board::Label>| {
            let said = label.or(found.map(|found| &found.words));
            let words = said.map_or_else(String::new, |label| sheet.label(label).to_owned());
            let place = sheet.board().sections.get(section).map(|found| sections::name(sheet, found));
            [("words", words.into()), ("section", place.unwrap_or_default().into())]
        };
        let plain = |key: &str| sheet.say(key, &words(None));
        match what {
            Happening::Proposed { row } => {
                let note = match row.origin {
                    Origin::Hand { words, .. } => Some(words),
                    Origin::Rules { .. } => None,
                };
                self.noted(sheet.say("measure-record-proposed", &words(Some(&row.words))), note)
            }
            Happening::Revised { words: label, .. } => sheet.say("measure-record-revised", &words(Some(label))),
            Happening::Edited { words: label, .. } => sheet.say("measure-record-edited", &words(Some(label))),
            Happening::Requested => plain("measure-record-requested"),
            Happening::InForce { province, .. } => self.noted(plain("measure-record-in-force"), *province),
            Happening::Reviewed { .. } => plain("measure-record-reviewed"),
            Happening::ReviewDue => plain("measure-record-review-due"),
            Happening::LiftProposed { why } => {
                format!("{}: {}", plain("measure-record-lift-proposed"), sheet.t(why_key(*why)))
            }
            Happening::LiftWithdrawn => plain("measure-record-lift-withdrawn"),
            Happening::Eased { words: label, .. } => sheet.say("measure-record-eased", &words(Some(label))),
            Happening::Opened { stage, words: note, .. } => {
                self.noted(format!("{}: {}", plain("measure-record-opened"), sheet.t(stage_key(*stage))), *note)
            }
            Happening::Confirmed { operation, post } => {
                format!("{}: {}", plain("measure-record-confirmed"), self.post(*operation, *post))
            }
            Happening::Ended { end, .. } => match end {
                Over::Lifted { words, .. } => self.noted(plain("measure-record-lifted"), *words),
                Over::Dropped { words, .. } => self.noted(plain("measure-record-dropped"), Some(*words)),
                Over::Refused { words, .. } => self.noted(plain("measure-record-refused"), Some(*words)),
                Over::Lapsed { .. } => plain("measure-record-lapsed"),
                Over::Superseded { .. } => plain("measure-record-superseded"),
            },
        }
    }
}
