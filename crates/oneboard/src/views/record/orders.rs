//! The records of directives, tasks and call-outs, in words.

use board::access::{Action, Place};
use board::directive::{self, Receiver, Ruling, Rung, Step};
use board::{Actor, At, Board, Subject, TextId, Wording, call_out, task};

use super::Telling;
use crate::views::Sheet;

/// What one must be permitted to read their records; `None` where they are not on the board.
pub(super) fn right(board: &Board, actor: Actor, subject: Subject, now: At) -> Option<(Action, Place)> {
    Some(match subject {
        Subject::Directive(id) => {
            let found = board.directives.get(id)?;
            (Action::ViewDirective, directive::viewed_at(board, actor, found, now))
        }
        Subject::Task(id) => (Action::ViewTask, task::viewed_at(board, actor, board.tasks.get(id)?, now)),
        Subject::CallOut(id) => (Action::ViewRoster, Place::Unit(board.call_outs.get(id)?.unit)),
        _ => return None,
    })
}

pub(super) fn title(sheet: &Sheet<'_>, subject: Subject) -> String {
    let board = sheet.board();
    let title = match subject {
        Subject::Directive(id) => board.directives.get(id).map(|found| sheet.wording(&found.title)),
        Subject::Task(id) => board.tasks.get(id).map(|task| sheet.wording(&task.words)),
        Subject::CallOut(id) => board.call_outs.get(id).map(|found| sheet.unit(found.unit).to_owned()),
        _ => None,
    };
    title.unwrap_or_default()
}

fn wording(words: &Wording, into: &mut Vec<TextId>) {
    into.extend(words.texts().into_iter().flatten());
}

pub(super) fn texts_of_directive(event: &directive::Event, into: &mut Vec<TextId>) {
    match event {
        directive::Event::Drafted { draft, .. } => wording(&draft.title, into),
        directive::Event::Received { evidence, .. } => into.extend(evidence.words),
        directive::Event::SentBack { words, .. }
        | directive::Event::DifficultyReported { words, .. }
        | directive::Event::Ruled { words, .. }
        | directive::Event::Amended { words, .. }
        | directive::Event::Withdrawn { words, .. } => into.push(*words),
        directive::Event::Issued { glass, .. } => into.extend(*glass),
        _ => {}
    }
}

pub(super) fn texts_of_task(event: &task::Event, into: &mut Vec<TextId>) {
    use task::Happening;
    match &event.what {
        Happening::Assigned { row, .. } => wording(&row.words, into),
        Happening::DifficultyReported { words }
        | Happening::Ruled { words, .. }
        | Happening::Progressed { words }
        | Happening::ExtensionAsked { words, .. }
        | Happening::Returned { words }
        | Happening::Withdrawn { words } => into.push(*words),
        Happening::Extended { words, .. } | Happening::ExtensionRefused { words } => into.extend(*words),
        Happening::Reported { evidence } => into.extend(evidence.words),
        Happening::Accepted | Happening::Closed | Happening::Chased { .. } => {}
    }
}

pub(super) fn texts_of_call_out(event: &call_out::Event, into: &mut Vec<TextId>) {
    match event {
        call_out::Event::Opened { words, .. } => into.extend(*words),
        call_out::Event::Answered { answer: call_out::Answer::Cannot { words }, .. } => into.push(*words),
        _ => {}
    }
}

pub(in crate::views) const fn step_key(step: Step) -> &'static str {
    match step {
        Step::Acknowledged => "directive-acknowledged",
        Step::Accepted => "directive-accepted",
        Step::Done => "directive-done",
    }
}

pub(in crate::views) const fn ruling_key(ruling: Ruling) -> &'static str {
    match ruling {
        Ruling::Stands => "directive-ruling-stands",
        Ruling::Changed => "directive-ruling-changed",
        Ruling::Relieved => "directive-ruling-relieved",
    }
}

pub(in crate::views) const fn rung_key(rung: Rung) -> &'static str {
    match rung {
        Rung::Reminder => "directive-rung-reminder",
        Rung::Leader => "directive-rung-leader",
        Rung::NextTier => "directive-rung-next-tier",
    }
}

impl Telling<'_> {
    fn receiver(&self, receiver: Receiver) -> String {
        match receiver {
            Receiver::Unit(unit) => self.unit(unit),
            Receiver::Person(person) => self.name(person),
        }
    }

    fn worded(&self, words: &Wording) -> String {
        match words {
            Wording::Written { en, zh } => {
                let text = if self.sheet.locale.language == crate::http::negotiate::Language::En { en } else { zh };
                self.text(*text)
            }
            Wording::Preset(label) => self.sheet.label(label).to_owned(),
        }
    }

    pub(super) fn directive(&self, event: &directive::Event) -> String {
        use directive::Event;
        let sheet = self.sheet;
        let count = |issue: &directive::Issue| {
            let people: usize = issue.people.iter().map(|(_, people)| people.len()).sum();
            [("units", issue.units.len().into()), ("people", people.into())]
        };
        match event {
            Event::Drafted { draft, .. } => {
                sheet.say("directive-record-drafted", &[("title", self.worded(&draft.title).into())])
            }
            Event::Discarded { .. } => sheet.t("directive-record-discarded").into_owned(),
            Event::Proposed { .. } => sheet.t("directive-record-proposed").into_owned(),
            Event::SentBack { words, .. } => {
                self.noted(sheet.t("directive-record-sent-back").into_owned(), Some(*words))
            }
            Event::Issued { glass, issue, .. } => {
                let key = if glass.is_some() { "directive-record-issued-glass" } else { "directive-record-issued" };
                self.noted(sheet.say(key, &count(issue)), *glass)
            }
            Event::Signed { .. } => sheet.t("directive-record-signed").into_owned(),
            Event::Relayed { unit, clauses, issue, .. } => {
                let [units, people] = count(issue);
                let values = [("unit", self.unit(*unit).into()), units, people, ("clauses", clauses.len().into())];
                sheet.say("directive-record-relayed", &values)
            }
            Event::Arrived { people, .. } => {
                let count: usize = people.iter().map(|(_, people)| people.len()).sum();
                sheet.say("directive-record-arrived", &[("count", count.into())])
            }
            Event::Released { people, .. } => sheet.say("directive-record-released", &[("count", people.len().into())]),
            Event::Recalled { people, .. } => sheet.say("directive-record-recalled", &[("count", people.len().into())]),
            Event::Received { receiver, step, how, evidence, .. } => {
                let values = [
                    ("who", self.receiver(*receiver).into()),
                    ("state", sheet.t(step_key(*step)).into()),
                    ("how", sheet.t(super::how_key(*how)).into()),
                ];
                self.noted(sheet.say("directive-record-received", &values), evidence.words)
            }
            Event::DifficultyReported { receiver, words, .. } => {
                let said = sheet.say("directive-record-difficulty", &[("who", self.receiver(*receiver).into())]);
                self.noted(said, Some(*words))
            }
            Event::Ruled { receiver, ruling, words, .. } => {
                let values =
                    [("who", self.receiver(*receiver).into()), ("ruling", sheet.t(ruling_key(*ruling)).into())];
                self.noted(sheet.say("directive-record-ruled", &values), Some(*words))
            }
            Event::Amended { words, anew, .. } => {
                let key = if anew.is_some() { "directive-record-amended-anew" } else { "directive-record-amended" };
                self.noted(sheet.t(key).into_owned(), Some(*words))
            }
            Event::Withdrawn { words, .. } => {
                self.noted(sheet.t("directive-record-withdrawn").into_owned(), Some(*words))
            }
            Event::Closed { .. } => sheet.t("directive-record-closed").into_owned(),
            Event::Chased { rung, silences, .. } => {
                let units = silences.len();
                let people: u32 = silences.iter().map(|silence| silence.people).sum();
                let values =
                    [("rung", sheet.t(rung_key(*rung)).into()), ("units", units.into()), ("people", people.into())];
                sheet.say("directive-record-chased", &values)
            }
        }
    }

    pub(super) fn task(&self, event: &task::Event) -> String {
        use task::Happening;
        let sheet = self.sheet;
        let plain = |key: &str| sheet.t(key).into_owned();
        match &event.what {
            Happening::Assigned { row, .. } => {
                let values = [
                    ("words", self.worded(&row.words).into()),
                    ("unit", self.unit(row.lead).into()),
                    ("name", self.name(row.owner).into()),
                    ("time", sheet.day_time(row.deadline).into()),
                ];
                sheet.say("task-record-assigned", &values)
            }
            Happening::Accepted => plain("task-record-accepted"),
            Happening::DifficultyReported { words } => self.noted(plain("task-record-difficulty"), Some(*words)),
            Happening::Ruled { ruling, words } => {
                let said = sheet.say("task-record-ruled", &[("ruling", sheet.t(ruling_key(*ruling)).into())]);
                self.noted(said, Some(*words))
            }
            Happening::Progressed { words } => self.noted(plain("task-record-progressed"), Some(*words)),
            Happening::ExtensionAsked { until, words } => {
                let said = sheet.say("task-record-extension-asked", &[("time", sheet.day_time(*until).into())]);
                self.noted(said, Some(*words))
            }
            Happening::Extended { until, words, .. } => {
                self.noted(sheet.say("task-record-extended", &[("time", sheet.day_time(*until).into())]), *words)
            }
            Happening::ExtensionRefused { words } => self.noted(plain("task-record-extension-refused"), *words),
            Happening::Reported { evidence } => {
                let said = sheet.say("task-record-reported", &[("count", evidence.files.len().into())]);
                self.noted(said, evidence.words)
            }
            Happening::Returned { words } => self.noted(plain("task-record-returned"), Some(*words)),
            Happening::Closed => plain("task-record-closed"),
            Happening::Withdrawn { words } => self.noted(plain("task-record-withdrawn"), Some(*words)),
            Happening::Chased { rung } => sheet.say("task-record-chased", &[("rung", sheet.t(rung_key(*rung)).into())]),
        }
    }

    pub(super) fn call_out(&self, event: &call_out::Event) -> String {
        use call_out::{Answer, Event};
        let sheet = self.sheet;
        match event {
            Event::Opened { unit, people, .. } => {
                let count: usize = people.iter().map(|(_, standby, reserve)| standby.len() + reserve.len()).sum();
                sheet.say("call-out-record-opened", &[("unit", self.unit(*unit).into()), ("count", count.into())])
            }
            Event::Answered { person, answer, .. } => {
                let name = ("name", self.name(*person).into());
                match answer {
                    Answer::Coming { due } => {
                        sheet.say("call-out-record-coming", &[name, ("time", sheet.time(*due).into())])
                    }
                    Answer::Arrived => sheet.say("call-out-record-arrived", &[name]),
                    Answer::Cannot { words } => self.noted(sheet.say("call-out-record-cannot", &[name]), Some(*words)),
                }
            }
            Event::Unanswered { count, .. } => sheet.say("call-out-record-unanswered", &[("count", (*count).into())]),
            Event::Closed { .. } => sheet.t("call-out-record-closed").into_owned(),
        }
    }
}
