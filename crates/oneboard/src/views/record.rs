//! The record (L4): the entries of the journal about one thing, in words, with what proves them.

mod orders;
mod roads;

pub(super) use orders::{ruling_key, step_key};

use std::collections::HashMap;

use board::access::{Action, Place};
use board::checkin::{Answer, How, LeaveReason};
use board::operation::ProposalState;
use board::watch::Triage;
use board::{
    Actor, At, Board, Event, OperationId, PersonId, PostId, ShiftId, Subject, TextId, UnitId, access, checkin, force,
    operation, post, roster, watch,
};
use journal::TextState;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::Sheet;

/// Events of one entry that are spelled out; a plan of thousands of rows says how many more there are.
const MOST_EVENTS: usize = 20;
/// Letters of the hash that are shown; the whole is in the title and in the JSON.
const HASH_LETTERS: usize = 12;

/// An entry about the subject, read from the journal with its hash proved.
#[derive(Debug)]
pub struct Found {
    pub position: u64,
    pub at: At,
    pub by: Actor,
    /// Those of its events that are about the subject.
    pub events: Vec<Event>,
    pub hash: [u8; 32],
}

/// The words that entries refer to, kept or erased.
pub type Texts = HashMap<TextId, TextState>;

/// An entry as programs read it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RecordModel {
    pub position: u64,
    pub at: At,
    pub by: Actor,
    /// What happened, in the reader's language.
    pub what: Vec<String>,
    /// SHA-256 of the entry, which its successor holds.
    pub hash: String,
}

/// How a subject is written in an address: `post-0000000000001`.
pub fn written(subject: Subject) -> String {
    match subject {
        Subject::Unit(id) => format!("unit-{id}"),
        Subject::Person(id) => format!("person-{id}"),
        Subject::Operation(id) => format!("operation-{id}"),
        Subject::Post(id) => format!("post-{id}"),
        Subject::Shift(id) => format!("shift-{id}"),
        Subject::Watch(id) => format!("watch-{id}"),
        Subject::Access(id) => format!("access-{id}"),
        Subject::Directive(id) => format!("directive-{id}"),
        Subject::Task(id) => format!("task-{id}"),
        Subject::CallOut(id) => format!("callout-{id}"),
        Subject::Section(id) => format!("section-{id}"),
        Subject::Warning(id) => format!("warning-{id}"),
        Subject::Measure(id) => format!("measure-{id}"),
        Subject::Audit => "audit-force".to_owned(),
        Subject::Alarm(id) => format!("alarm-{id}"),
    }
}

/// Reads what [`written`] writes.
pub fn read(text: &str) -> Option<Subject> {
    let (kind, id) = text.split_once('-')?;
    Some(match kind {
        "unit" => Subject::Unit(id.parse().ok()?),
        "person" => Subject::Person(id.parse().ok()?),
        "operation" => Subject::Operation(id.parse().ok()?),
        "post" => Subject::Post(id.parse().ok()?),
        "shift" => Subject::Shift(id.parse().ok()?),
        "watch" => Subject::Watch(id.parse().ok()?),
        "access" => Subject::Access(id.parse().ok()?),
        "directive" => Subject::Directive(id.parse().ok()?),
        "task" => Subject::Task(id.parse().ok()?),
        "callout" => Subject::CallOut(id.parse().ok()?),
        "section" => Subject::Section(id.parse().ok()?),
        "warning" => Subject::Warning(id.parse().ok()?),
        "measure" => Subject::Measure(id.parse().ok()?),
        "audit" if id == "force" => Subject::Audit,
        "alarm" => Subject::Alarm(id.parse().ok()?),
        _ => return None,
    })
}

/// The address of a thing's records.
pub fn address(subject: Subject) -> String {
    format!("/records?subject={}", written(subject))
}

/// What one must be permitted to read the records of a thing; `None` where the board does not know it.
pub fn right(board: &Board, actor: Actor, subject: Subject, now: At) -> Option<(Action, Place)> {
    let post_of =
        |post: PostId| board.operations().find(|(_, found)| found.posts.get(post).is_some()).map(|(id, _)| id);
    Some(match subject {
        Subject::Unit(id) => (Action::ViewBoard, Place::Unit(board.force.unit(id)?.id)),
        Subject::Person(id) => (Action::ViewPeople, Place::Person(id)),
        Subject::Operation(id) => {
            let closed = || board.closed_operations().find(|(found, _)| *found == id).map(|(_, closed)| closed.unit);
            let unit = board.operation(id).map(|found| found.unit).or_else(closed)?;
            (Action::ViewOperation, Place::Unit(unit))
        }
        Subject::Post(id) => (Action::ViewPosts, Place::Post(post_of(id)?, id)),
        Subject::Shift(id) => {
            let (operation, post) = board
                .operations()
                .find_map(|(operation, found)| found.roster.shift(id).map(|shift| (operation, shift.post)))?;
            (Action::ViewRoster, Place::Post(operation, post))
        }
        Subject::Watch(id) => (Action::ViewWatch, Place::Unit(board.force.unit(id)?.id)),
        Subject::Directive(_) | Subject::Task(_) | Subject::CallOut(_) => {
            return orders::right(board, actor, subject, now);
        }
        Subject::Section(_) | Subject::Warning(_) | Subject::Measure(_) => return roads::right(board, subject),
        Subject::Access(_) | Subject::Audit => (Action::ViewAudit, Place::Force),
        Subject::Alarm(id) => (Action::ViewAlarms, Place::Unit(board.alarms.find(id)?.cause.unit)),
    })
}

/// What a subject is called.
pub fn title(sheet: &Sheet<'_>, subject: Subject) -> String {
    let board = sheet.board();
    match subject {
        Subject::Unit(id) => sheet.unit(id).to_owned(),
        Subject::Watch(id) => sheet.say("record-of-watch", &[("unit", sheet.unit(id).into())]),
        Subject::Person(id) | Subject::Access(id) => sheet.name(id),
        Subject::Operation(id) => {
            let closed = || board.closed_operations().find(|(found, _)| *found == id).map(|(_, closed)| &closed.title);
            let title = board.operation(id).map(|found| &found.title).or_else(closed);
            title.map_or_else(String::new, |title| sheet.label(title).to_owned())
        }
        Subject::Post(id) => {
            let found = board.operations().find_map(|(_, found)| found.posts.get(id));
            found.map_or_else(String::new, |post| format!("{} {}", post.number, sheet.label(&post.name)))
        }
        Subject::Shift(id) => {
            let found = board.operations().find_map(|(_, found)| found.roster.shift(id));
            found.map_or_else(String::new, |shift| super::post::span_words(sheet, shift.span))
        }
        Subject::Directive(_) | Subject::Task(_) | Subject::CallOut(_) => orders::title(sheet, subject),
        Subject::Section(_) | Subject::Warning(_) | Subject::Measure(_) => roads::title(sheet, subject),
        Subject::Audit => sheet.t("audit").into_owned(),
        Subject::Alarm(id) => board.alarms.find(id).map_or_else(String::new, |found| super::alarm::what(sheet, found)),
    }
}

pub fn model(sheet: &Sheet<'_>, texts: &Texts, found: &Found) -> RecordModel {
    RecordModel {
        position: found.position,
        at: found.at,
        by: found.by,
        what: found.events.iter().take(MOST_EVENTS).map(|event| Telling { sheet, texts }.event(event)).collect(),
        hash: hex(&found.hash),
    }
}

/// The entries of one page, newest first.
pub fn list(sheet: &Sheet<'_>, subject: Subject, texts: &Texts, found: &[Found], older: Option<u64>) -> Markup {
    let telling = Telling { sheet, texts };
    html! {
        @if found.is_empty() { p.empty { (sheet.t("record-none")) } }
        @else {
            div.table-wrap role="region" aria-label=(sheet.t("records")) tabindex="0" {
                table.table.stack data-grid {
                    thead { tr {
                        th.num scope="col" { (sheet.t("record-position")) } th scope="col" { (sheet.t("record-time")) }
                        th scope="col" { (sheet.t("record-what")) } th scope="col" { (sheet.t("record-by")) }
                        th scope="col" { (sheet.t("record-hash")) }
                    } }
                    tbody { @for entry in found { (row(&telling, entry)) } }
                }
            }
            @if let Some(before) = older {
                nav.pages aria-label=(sheet.t("record-pages")) {
                    a href={ (address(subject)) "&before=" (before) } { (sheet.t("record-older")) }
                }
            }
        }
    }
}

fn row(telling: &Telling<'_>, entry: &Found) -> Markup {
    let sheet = telling.sheet;
    let more = entry.events.len().saturating_sub(MOST_EVENTS);
    let hash = hex(&entry.hash);
    html! {
        tr id={ "entry-" (entry.position) } {
            th.num scope="row" data-label=(sheet.t("record-position")) { (entry.position) }
            td data-label=(sheet.t("record-time")) { time datetime=(sheet.iso(entry.at)) { (sheet.day_time(entry.at)) } }
            td data-label=(sheet.t("record-what")) {
                @for (number, event) in entry.events.iter().take(MOST_EVENTS).enumerate() {
                    @if number > 0 { br; }
                    (telling.event(event))
                }
                @if more > 0 { br; (sheet.say("record-more", &[("count", more.into())])) }
            }
            td data-label=(sheet.t("record-by")) { (telling.actor(entry.by)) }
            td data-label=(sheet.t("record-hash")) { code title=(hash) { (&hash[..HASH_LETTERS]) } }
        }
    }
}

fn hex(hash: &[u8; 32]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    hash.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|half| char::from(DIGITS[usize::from(half)])).collect()
}

/// Every text that an event refers to.
pub fn texts_of(event: &Event, into: &mut Vec<TextId>) {
    match event {
        Event::Watch(watch::Event::Written { line, .. }) => into.push(line.words),
        Event::Watch(watch::Event::Disputed { words, .. } | watch::Event::Decided { words, .. }) => into.push(*words),
        Event::Checkin(
            checkin::Event::Left { note, .. }
            | checkin::Event::Excused { note, .. }
            | checkin::Event::ContactMade { note, .. },
        ) => into.extend(*note),
        Event::Alarm(event) => super::alarm::texts_of(event, into),
        Event::Directive(event) => orders::texts_of_directive(event, into),
        Event::Task(event) => orders::texts_of_task(event, into),
        Event::CallOut(event) => orders::texts_of_call_out(event, into),
        Event::Attachment(event) => super::attachment::texts_of(event, into),
        Event::Notice(event) => super::notice::texts_of(event, into),
        Event::Warning(event) => roads::texts_of_warning(event, into),
        Event::Measure(event) => roads::texts_of_measure(event, into),
        _ => {}
    }
}

/// Puts events into words for one reader. What they may not open is not named.
struct Telling<'a> {
    sheet: &'a Sheet<'a>,
    texts: &'a Texts,
}

impl Telling<'_> {
    fn actor(&self, actor: Actor) -> String {
        match actor {
            Actor::Person(person) => self.sheet.name(person),
            Actor::Clock => self.sheet.t("record-by-clock").into_owned(),
            Actor::Operator => self.sheet.t("record-by-operator").into_owned(),
        }
    }

    fn post(&self, operation: OperationId, post: PostId) -> String {
        let found = self.sheet.board().operation(operation).and_then(|found| found.posts.get(post));
        match found {
            Some(found) if self.sheet.may(Action::ViewPosts, Place::Post(operation, post)) => {
                format!("{} {}", found.number, self.sheet.label(&found.name))
            }
            Some(_) => self.sheet.t("record-post-elsewhere").into_owned(),
            None => self.sheet.t("record-post-gone").into_owned(),
        }
    }

    fn post_of(&self, operation: OperationId, shift: ShiftId) -> String {
        let found = self.sheet.board().operation(operation).and_then(|found| found.roster.shift(shift));
        match found {
            Some(found) => {
                let span = [
                    ("from", self.sheet.day_time(found.span.from).into()),
                    ("to", self.sheet.clock(found.span.to).into()),
                ];
                format!("{} {}", self.post(operation, found.post), self.sheet.say("span", &span))
            }
            None => self.sheet.t("record-post-gone").into_owned(),
        }
    }

    fn unit(&self, unit: UnitId) -> String {
        self.sheet.unit(unit).to_owned()
    }

    fn name(&self, person: PersonId) -> String {
        self.sheet.name(person)
    }

    fn text(&self, id: TextId) -> String {
        match self.texts.get(&id) {
            Some(TextState::Kept(words)) => words.clone(),
            Some(TextState::Erased { by }) => self.sheet.say("record-erased", &[("position", by.to_string().into())]),
            Some(TextState::Unknown) | None => self.sheet.t("record-no-words").into_owned(),
        }
    }

    fn noted(&self, said: String, note: Option<TextId>) -> String {
        note.map_or_else(|| said.clone(), |note| format!("{said}: {}", self.text(note)))
    }

    fn event(&self, event: &Event) -> String {
        match event {
            Event::Access(event) => self.access(event),
            Event::Force(event) => self.force(event),
            Event::Operation(event) => self.operation(event),
            Event::Post(event) => self.of_post(event),
            Event::Roster(event) => self.roster(event),
            Event::Checkin(event) => self.checkin(event),
            Event::Watch(event) => self.watch(event),
            Event::Alarm(event) => super::alarm::told(self.sheet, event, |words| self.text(words)),
            Event::Directive(event) => self.directive(event),
            Event::Task(event) => self.task(event),
            Event::CallOut(event) => self.call_out(event),
            Event::Attachment(event) => super::attachment::told(self.sheet, event, |words| self.text(words)),
            Event::Notice(event) => super::notice::told(self.sheet, event, |words| self.text(words)),
            Event::Section(event) => self.section(event),
            Event::Warning(event) => self.warning(event),
            Event::Measure(event) => self.measure(event),
        }
    }

    fn access(&self, event: &access::Event) -> String {
        match event {
            access::Event::Granted { person, grant } => {
                let role = self.sheet.t(role_key(grant.role));
                let values = [
                    ("name", self.name(*person).into()),
                    ("role", role.into()),
                    ("unit", self.unit(grant.unit).into()),
                ];
                self.sheet.say("record-granted", &values)
            }
            access::Event::Revoked { person, .. } => {
                self.sheet.say("record-revoked", &[("name", self.name(*person).into())])
            }
            access::Event::Noted { .. } => self.sheet.t("record-noted").into_owned(),
        }
    }

    fn force(&self, event: &force::Event) -> String {
        match event {
            force::Event::UnitKept(row) => {
                self.sheet.say("record-unit-kept", &[("unit", self.sheet.label(&row.name).into())])
            }
            force::Event::PersonKept(row) => {
                let values = [("name", self.name(row.id).into()), ("unit", self.unit(row.unit).into())];
                self.sheet.say("record-person-kept", &values)
            }
            force::Event::PersonErased { .. } => self.sheet.t("record-person-erased").into_owned(),
            force::Event::PersonLeft { person, .. } => {
                self.sheet.say("record-person-left", &[("name", self.name(*person).into())])
            }
        }
    }

    fn operation(&self, event: &operation::Event) -> String {
        match event {
            operation::Event::Planned(row) => {
                self.sheet.say("record-planned", &[("title", self.sheet.label(&row.title).into())])
            }
            operation::Event::PhaseSet { phase, .. } => {
                let phase = self.sheet.t(super::board::phase_key(*phase));
                self.sheet.say("record-phase", &[("phase", phase.into())])
            }
            operation::Event::LevelSet { operation, rung, by_order_of, .. } => {
                let found = self.sheet.board().operation(*operation).and_then(|found| found.level_named(*rung));
                let level = found.map_or_else(|| rung.to_string(), |level| self.sheet.label(&level.name).to_owned());
                match by_order_of {
                    Some(leader) => {
                        let values = [("level", level.into()), ("name", self.name(*leader).into())];
                        self.sheet.say("record-level-by-order", &values)
                    }
                    None => self.sheet.say("record-level", &[("level", level.into())]),
                }
            }
            operation::Event::ProposalAnswered { number, state, .. } => {
                let key = match state {
                    ProposalState::Taken { .. } => "record-proposal-taken",
                    ProposalState::SetAside { .. } | ProposalState::Open => "record-proposal-set-aside",
                };
                self.sheet.say(key, &[("number", (*number).into())])
            }
        }
    }

    fn of_post(&self, event: &post::Event) -> String {
        let (key, operation, post) = match event {
            post::Event::Kept { operation, post } if post.closed => ("record-post-closed", operation, post.id),
            post::Event::Kept { operation, post } => ("record-post-kept", operation, post.id),
            post::Event::Reopened { operation, post, .. } => ("record-post-reopened", operation, *post),
        };
        self.sheet.say(key, &[("post", self.post(*operation, post).into())])
    }

    fn roster(&self, event: &roster::Event) -> String {
        let operation = event.operation();
        match event {
            roster::Event::ShiftKept { shift, .. } => {
                let values = [
                    ("post", self.post(operation, shift.post).into()),
                    ("from", self.sheet.day_time(shift.span.from).into()),
                    ("to", self.sheet.day_time(shift.span.to).into()),
                    ("required", shift.required.into()),
                ];
                self.sheet.say("record-shift-kept", &values)
            }
            roster::Event::ShiftDropped { post, .. } => {
                self.sheet.say("record-shift-dropped", &[("post", self.post(operation, *post).into())])
            }
            roster::Event::Assigned { assignment, .. } => {
                let shift = self.post_of(operation, assignment.shift);
                let values = [("name", self.name(assignment.person).into()), ("shift", shift.into())];
                self.sheet.say("record-assigned", &values)
            }
            roster::Event::Unassigned { person, shift, .. } => {
                let values = [("name", self.name(*person).into()), ("shift", self.post_of(operation, *shift).into())];
                self.sheet.say("record-unassigned", &values)
            }
            roster::Event::Swapped { people, .. } => {
                let values = [("one", self.name(people.0).into()), ("other", self.name(people.1).into())];
                self.sheet.say("record-swapped", &values)
            }
            roster::Event::Replaced { old, new, shift, .. } => {
                let values = [
                    ("old", self.name(*old).into()),
                    ("new", self.name(*new).into()),
                    ("shift", self.post_of(operation, *shift).into()),
                ];
                self.sheet.say("record-replaced", &values)
            }
            roster::Event::Pinned { pinned: true, .. } => self.sheet.t("record-pinned").into_owned(),
            roster::Event::Pinned { pinned: false, .. } => self.sheet.t("record-unpinned").into_owned(),
        }
    }

    fn checkin(&self, event: &checkin::Event) -> String {
        let sheet = self.sheet;
        let operation = event.operation();
        let post = ("post", event.post().map_or_else(String::new, |post| self.post(operation, post)).into());
        let how = |how: How| ("how", sheet.t(how_key(how)).into());
        match event {
            checkin::Event::CheckedIn { person, late_by: 0, how: by, .. } => {
                sheet.say("record-checked-in", &[("name", self.name(*person).into()), post, how(*by)])
            }
            checkin::Event::CheckedIn { person, late_by, how: by, .. } => {
                let late = ("minutes", (*late_by).into());
                sheet.say("record-checked-in-late", &[("name", self.name(*person).into()), post, how(*by), late])
            }
            checkin::Event::Relieved { person, .. } => {
                sheet.say("record-relieved", &[("name", self.name(*person).into()), post])
            }
            checkin::Event::Left { person, reason, note, .. } => {
                let reason = ("reason", sheet.t(reason_key(*reason)).into());
                self.noted(sheet.say("record-left", &[("name", self.name(*person).into()), post, reason]), *note)
            }
            checkin::Event::Excused { person, note, .. } => {
                self.noted(sheet.say("record-excused", &[("name", self.name(*person).into()), post]), *note)
            }
            checkin::Event::ContactMade { how: by, note, .. } => {
                self.noted(sheet.say("record-contact", &[post, how(*by)]), *note)
            }
            checkin::Event::RollCallOpened { call, .. } => {
                let values = [("unit", self.unit(call.unit).into()), ("count", call.exceptions.len().into())];
                sheet.say("record-roll-call-opened", &values)
            }
            checkin::Event::RollCallAnswered { answer, .. } => {
                sheet.say("record-roll-call-answered", &[("answer", sheet.t(answer_key(*answer)).into())])
            }
            checkin::Event::RollCallClosed { .. } => sheet.t("record-roll-call-closed").into_owned(),
            checkin::Event::ShiftBegan { .. } => sheet.say("record-shift-began", &[post]),
            checkin::Event::GraceOver { late, .. } => {
                sheet.say("record-grace-over", &[post, ("count", late.len().into())])
            }
            checkin::Event::ShiftEnded { missed, .. } => {
                sheet.say("record-shift-ended", &[post, ("count", missed.len().into())])
            }
            checkin::Event::ReliefLate { waiting, .. } => {
                sheet.say("record-relief-late", &[post, ("count", waiting.len().into())])
            }
            checkin::Event::ContactOverdue { .. } => sheet.say("record-contact-overdue", &[post]),
        }
    }

    fn watch(&self, event: &watch::Event) -> String {
        let sheet = self.sheet;
        let line = |number: u32| ("line", number.into());
        match event {
            watch::Event::Offered { to, .. } => sheet.say("record-watch-offered", &[("name", self.name(*to).into())]),
            watch::Event::Taken { officer, unsigned: true, .. } => {
                sheet.say("record-watch-taken-unsigned", &[("name", self.name(*officer).into())])
            }
            watch::Event::Taken { officer, .. } => {
                sheet.say("record-watch-taken", &[("name", self.name(*officer).into())])
            }
            watch::Event::HandoverSigned { by, .. } => {
                sheet.say("record-handover-signed", &[("name", self.name(*by).into())])
            }
            watch::Event::Written { number, line: written, .. } => {
                let from = ("from", written.callsign.to_string().into());
                let key = if written.callsign.is_empty() { "record-line" } else { "record-line-from" };
                sheet.say(key, &[line(*number), from, ("words", self.text(written.words).into())])
            }
            watch::Event::Countersigned { line: number, .. } => sheet.say("record-countersigned", &[line(*number)]),
            watch::Event::Disputed { line: number, words, .. } => {
                sheet.say("record-disputed", &[line(*number), ("words", self.text(*words).into())])
            }
            watch::Event::Triaged { line: number, triage, owner, .. } => {
                let key = match triage {
                    Triage::Untriaged => "record-untriaged",
                    Triage::Information => "record-information",
                    Triage::Action => "record-action",
                };
                let owner = owner.map_or_else(String::new, |owner| self.name(owner));
                sheet.say(key, &[line(*number), ("name", owner.into())])
            }
            watch::Event::Decided { line: number, words, .. } => {
                sheet.say("record-decided", &[line(*number), ("words", self.text(*words).into())])
            }
            watch::Event::LineClosed { line: number, .. } => sheet.say("record-line-closed", &[line(*number)]),
        }
    }
}

const fn role_key(role: access::Role) -> &'static str {
    match role {
        access::Role::Leader => "role-leader",
        access::Role::DutyOfficer => "role-duty-officer",
        access::Role::Officer => "role-officer",
        access::Role::Inspector => "role-inspector",
        access::Role::Writer => "role-writer",
        access::Role::SystemAdministrator => "role-system-administrator",
        access::Role::SecurityAdministrator => "role-security-administrator",
        access::Role::AuditAdministrator => "role-audit-administrator",
    }
}

pub(super) const fn how_key(how: How) -> &'static str {
    match how {
        How::InPerson => "record-how-in-person",
        How::Radio => "record-how-radio",
        How::Telephone => "record-how-telephone",
        How::Seen => "record-how-seen",
    }
}

const fn reason_key(reason: LeaveReason) -> &'static str {
    match reason {
        LeaveReason::EndOfShift => "record-left-end",
        LeaveReason::Ordered => "leave-ordered",
        LeaveReason::Ill => "leave-ill",
        LeaveReason::Other => "leave-other",
    }
}

const fn answer_key(answer: Answer) -> &'static str {
    match answer {
        Answer::AtPost => "record-answer-at-post",
        Answer::Coming => "record-answer-coming",
        Answer::Absent => "record-answer-absent",
        Answer::Excused => "record-answer-excused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_read_as_it_is_written() {
        let subjects = [
            Subject::Unit(UnitId::from_value(1)),
            Subject::Person(PersonId::from_value(2)),
            Subject::Operation(OperationId::from_value(3)),
            Subject::Post(PostId::from_value(4)),
            Subject::Shift(ShiftId::from_value(5)),
            Subject::Watch(UnitId::from_value(6)),
            Subject::Access(PersonId::from_value(7)),
            Subject::Alarm(board::AlarmId::from_value(8)),
        ];
        for subject in subjects {
            assert_eq!(read(&written(subject)), Some(subject));
        }
        for wrong in ["", "post", "post-", "post-1", "car-0000000000001", "post-0000000000001-x"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
