//! Rows into what the board keeps, each compared with what stands there already.

use board::force::{self, Changes, Grade, PersonRow, Qualifications, UnitRow, person_row, unit_row};
use board::post::{self, Kind, Post};
use board::roster::{self, AssignmentRow, DutyKind, ShiftRow};
use board::{At, Command, Label, Minutes, OperationId, PersonId, PostId, Refusal, Span, Str, UnitId};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use paper::table::Cell;
use paper::workbook::Row;
use smallvec::SmallVec;

use super::draft::{Drafting, Noun, Outcome};
use super::fault::{Fault, Reason};
use super::layout;
use super::names::form;
use super::table;
use crate::submit::TextKind;

/// What stood there is kept where the file has no such column; an empty cell empties it.
fn kept(row: &Row, column: &str, old: Option<&Str>) -> Str {
    match row.place(column) {
        None => old.cloned().unwrap_or_default(),
        Some(_) => row.text(column).unwrap_or("").into(),
    }
}

/// A name: the Chinese is what the row gives; the English is the row's, else what stood beside the same Chinese.
fn label(row: &Row, name: &str, english: &str, old: Option<&Label>) -> Label {
    let name = row.text(name).unwrap_or("");
    match (row.text(english), old) {
        (Some(english), _) => Label::new(english, name),
        // The one name that is given may be the English one.
        (None, Some(old)) if form(&old.zh) == form(name) || form(&old.en) == form(name) => old.clone(),
        (None, _) => Label::new("", name),
    }
}

fn count(row: &Row, column: &str) -> Option<u32> {
    match row.cell(column) {
        Cell::Count(count) => Some(*count),
        _ => None,
    }
}

fn date(row: &Row, column: &str) -> Option<Date> {
    match row.cell(column) {
        Cell::Date(date) => Some(*date),
        _ => None,
    }
}

fn items<'r>(row: &'r Row, column: &str) -> &'r [String] {
    match row.cell(column) {
        Cell::List(items) => items,
        _ => &[],
    }
}

/// Yes or no; what stood there where the cell is empty.
fn flag(row: &Row, column: &str, old: Option<bool>) -> bool {
    row.text(column).map_or(old.unwrap_or(false), |word| word == "yes")
}

impl Drafting<'_> {
    /// Units in whatever order the file has them: each waits for its superior.
    pub fn units(&mut self, rows: &[&Row]) {
        let mut waiting: Vec<&Row> = rows.to_vec();
        while !waiting.is_empty() {
            let before = waiting.len();
            let mut later = Vec::new();
            for row in waiting {
                match self.superior(row) {
                    Ok(parent) => self.unit(row, parent),
                    Err(Reason::NoSuchUnit) => later.push(row),
                    Err(reason) => self.fault(Fault::at(row, "above", row.text("above").unwrap_or(""), reason)),
                }
            }
            waiting = later;
            if waiting.len() == before {
                for row in waiting.drain(..) {
                    self.fault(Fault::at(row, "above", row.text("above").unwrap_or(""), Reason::NoSuchUnit));
                }
            }
        }
    }

    /// The unit above; `None` for the first unit. Without a word the unit of this name stays where it is.
    fn superior(&self, row: &Row) -> Result<Option<UnitId>, Reason> {
        let force = &self.board.force;
        if let Some(above) = row.text("above") {
            return self.units.find(force, above).map(Some);
        }
        match self.units.find(force, row.text("name").unwrap_or("")) {
            Ok(found) => Ok(force.unit(found).and_then(|unit| unit.parent)),
            Err(Reason::NoSuchUnit) if force.root().is_none() => Ok(None),
            Err(Reason::NoSuchUnit) => Err(Reason::NoSuperior),
            Err(other) => Err(other),
        }
    }

    fn unit(&mut self, row: &Row, parent: Option<UnitId>) {
        let force = &self.board.force;
        let name = form(row.text("name").unwrap_or(""));
        let bears = |label: &Label| form(&label.zh) == name || form(&label.en) == name;
        let (old, next) = match parent {
            Some(parent) => {
                let last = force.children(parent).map(|unit| unit.order).max();
                let old = force.children(parent).find(|unit| bears(&unit.name));
                (old, last.map_or(0, |last| last.saturating_add(1)))
            }
            None => (force.root().and_then(|root| force.unit(root)).filter(|unit| bears(&unit.name)), 0),
        };
        let old = old.map(unit_row);
        let new = UnitRow {
            id: old.as_ref().map_or_else(|| self.mint(), |old| old.id),
            parent,
            name: label(row, "name", "name_en", old.as_ref().map(|old| &old.name)),
            callsign: kept(row, "callsign", old.as_ref().map(|old| &old.callsign)),
            channel: kept(row, "channel", old.as_ref().map(|old| &old.channel)),
            telephone: kept(row, "telephone", old.as_ref().map(|old| &old.telephone)),
            order: count(row, "order").or(old.as_ref().map(|old| old.order)).unwrap_or(next),
        };
        if !self.first(row, "name", Noun::Unit, new.id.to_string()) {
            return;
        }
        let changes = Changes { units: vec![new.clone()], ..Changes::default() };
        let what = new.name.zh.to_string();
        match self.give(row, "name", &what, &Command::Force(force::Command::Keep(changes))) {
            Outcome::Faulty => {}
            Outcome::Unchanged => self.unchanged(Noun::Unit),
            Outcome::Done => {
                let force = &self.board.force;
                let before = old.map(|old| table::unit_cells(force, &old));
                let after = table::unit_cells(force, &new);
                self.line(row, Noun::Unit, what, before.as_deref(), &after);
                self.units.add(&self.board.force, new.id);
                self.draft.import.force.units.push(new);
            }
        }
    }

    pub fn person(&mut self, row: &Row) {
        let (number, name) = (row.text("number").unwrap_or(""), row.text("name").unwrap_or(""));
        let id = self.people.by_number(number);
        let old = id.and_then(|id| self.board.force.person(id).map(|person| person_row(id, person)));
        if !self.first(row, "number", Noun::Person, form(number)) {
            return;
        }
        if row.text("status") == Some("left") {
            return self.leaver(row, old.as_ref());
        }
        let unit = match self.units.find(&self.board.force, row.text("unit").unwrap_or("")) {
            Ok(unit) => unit,
            Err(reason) => return self.fault(Fault::at(row, "unit", row.text("unit").unwrap_or(""), reason)),
        };
        let Some(qualifications) = self.qualifications(row, old.as_ref()) else { return };
        let number_text = self.text(TextKind::StaffNumber, number, old.as_ref().map(|old| old.number));
        let name_text = self.text(TextKind::Name, name, old.as_ref().map(|old| old.name));
        let old_telephone = old.as_ref().and_then(|old| old.telephone);
        let telephone = match (row.place("telephone"), row.text("telephone")) {
            (None, _) => old_telephone,
            (Some(_), None) => None,
            (Some(_), Some(telephone)) => Some(self.text(TextKind::Telephone, telephone, old_telephone)),
        };
        let new = PersonRow {
            id: id.unwrap_or_else(|| self.mint()),
            unit,
            grade: if row.text("grade") == Some("auxiliary") { Grade::Auxiliary } else { Grade::Officer },
            qualifications,
            callsign: kept(row, "callsign", old.as_ref().map(|old| &old.callsign)),
            number: number_text,
            name: name_text,
            telephone,
        };
        let changes = Changes { people: vec![new.clone()], ..Changes::default() };
        match self.give(row, "number", number, &Command::Force(force::Command::Keep(changes))) {
            Outcome::Faulty => {}
            Outcome::Unchanged => self.unchanged(Noun::Person),
            Outcome::Done => {
                let force = &self.board.force;
                let before = old.map(|old| table::person_cells(&self.words, force, &old, true));
                let after = table::person_cells(&self.words, force, &new, true);
                self.line(row, Noun::Person, format!("{name} {number}"), before.as_deref(), &after);
                self.people.add(new.id, number, name);
                self.draft.import.force.people.push(new);
            }
        }
    }

    fn leaver(&mut self, row: &Row, old: Option<&PersonRow>) {
        let number = row.text("number").unwrap_or("");
        let Some(old) = old else {
            return self.fault(Fault::at(row, "number", number, Reason::NoSuchPerson));
        };
        let changes = Changes { leaving: vec![old.id], ..Changes::default() };
        match self.give(row, "number", number, &Command::Force(force::Command::Keep(changes))) {
            Outcome::Faulty => {}
            Outcome::Unchanged => self.unchanged(Noun::Person),
            Outcome::Done => {
                self.leaves(row, format!("{} {number}", self.words.get(old.name)));
                self.draft.import.force.leaving.push(old.id);
            }
        }
    }

    fn qualifications(&mut self, row: &Row, old: Option<&PersonRow>) -> Option<Qualifications> {
        if row.place("qualifications").is_none() {
            return Some(old.map(|old| old.qualifications.clone()).unwrap_or_default());
        }
        let mut found = Qualifications::new();
        let mut whole = true;
        for word in items(row, "qualifications") {
            match layout::qualification(word) {
                Some(qualification) => found.push(qualification),
                None => {
                    whole = false;
                    self.fault(Fault::at(row, "qualifications", word, Reason::NoSuchQualification));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        whole.then_some(found)
    }

    pub fn post(&mut self, row: &Row) {
        let Some(id) = self.operation else { return };
        let number = row.text("number").unwrap_or("");
        let old = self.board.operation(id).and_then(|operation| operation.posts.by_number(number)).cloned();
        if old.as_ref().is_some_and(|old| !self.posts.sees(old.id)) {
            // As if it were not there, and yet its number is taken: the same words as for any object out of reach.
            let denial = board::access::Denial::NotOnTheBoard { action: board::access::Action::PlanPosts };
            return self.fault(Fault::at(row, "number", number, Reason::Refused(Box::new(Refusal::Denied(denial)))));
        }
        if !self.first(row, "number", Noun::Post, number.to_owned()) {
            return;
        }
        let unit = match self.units.find(&self.board.force, row.text("unit").unwrap_or("")) {
            Ok(unit) => unit,
            Err(reason) => return self.fault(Fault::at(row, "unit", row.text("unit").unwrap_or(""), reason)),
        };
        let Ok(named_leader) = self.leader(row, old.as_ref()) else { return };
        let kind = Kind::ALL.into_iter().find(|kind| row.text("kind") == Some(table::kind_key(*kind)));
        let place = match row.place("place") {
            None => old.as_ref().map(|old| old.place.clone()).unwrap_or_default(),
            Some(_) => label(row, "place", "place_en", old.as_ref().map(|old| &old.place)),
        };
        let new = Post {
            id: old.as_ref().map_or_else(|| self.mint(), |old| old.id),
            unit,
            kind: kind.unwrap_or(Kind::FixedPost),
            number: number.into(),
            name: label(row, "name", "name_en", old.as_ref().map(|old| &old.name)),
            place,
            callsign: kept(row, "callsign", old.as_ref().map(|old| &old.callsign)),
            channel: kept(row, "channel", old.as_ref().map(|old| &old.channel)),
            telephone: kept(row, "telephone", old.as_ref().map(|old| &old.telephone)),
            named_leader,
            contact_every: match row.place("contact") {
                None => old.as_ref().and_then(|old| old.contact_every),
                Some(_) => count(row, "contact").filter(|minutes| *minutes > 0).map(Minutes),
            },
            cold: flag(row, "cold", old.as_ref().map(|old| old.cold)),
            closed: flag(row, "closed", old.as_ref().map(|old| old.closed)),
        };
        let command = Command::Post(post::Command::Plan { operation: id, posts: vec![new.clone()] });
        match self.give(row, "number", number, &command) {
            Outcome::Faulty => {}
            Outcome::Unchanged => self.unchanged(Noun::Post),
            Outcome::Done => {
                let force = &self.board.force;
                let before = old.map(|old| table::post_cells(&self.words, force, &old));
                let after = table::post_cells(&self.words, force, &new);
                self.line(row, Noun::Post, format!("{number} {}", new.name.zh), before.as_deref(), &after);
                self.posts.add(&new);
                self.draft.import.posts.push(new);
            }
        }
    }

    fn leader(&mut self, row: &Row, old: Option<&Post>) -> Result<Option<PersonId>, ()> {
        if row.place("leader").is_none() {
            return Ok(old.and_then(|old| old.named_leader));
        }
        let Some(written) = row.text("leader") else { return Ok(None) };
        match self.people.find(&self.words, &self.board, written) {
            Ok(found) => Ok(Some(found)),
            Err(reason) => {
                self.fault(Fault::at(row, "leader", written, reason));
                Err(())
            }
        }
    }

    /// The post that a row of the roster names.
    fn post_of(&mut self, row: &Row) -> Option<(OperationId, PostId)> {
        let id = self.operation?;
        let (number, name) = (row.text("post"), row.text("post_name"));
        match self.posts.find(self.board.operation(id)?, number, name) {
            Ok(post) => Some((id, post)),
            Err(reason) => {
                let column = if number.is_some() || row.place("post_name").is_none() { "post" } else { "post_name" };
                let value = number.or(name).unwrap_or("").to_owned();
                self.fault(Fault::at(row, column, value, reason));
                None
            }
        }
    }

    /// From when to when, by the force's local time.
    fn span(&mut self, row: &Row) -> Option<Span> {
        let (Some(date_from), Cell::Span(hours)) = (date(row, "date"), row.cell("hours")) else { return None };
        let ends = match row.key == layout::SHIFTS {
            true => date(row, "end_date"),
            false => None,
        };
        let date_to = ends.unwrap_or(date_from.saturating_add(i64::from(hours.over_midnight()).days()));
        let (from, to) =
            (self.instant(date_from, hours.start().minutes()), self.instant(date_to, hours.end().minutes()));
        if from >= to {
            let value = date(row, "end_date").map_or_else(|| hours.to_string(), |date| date.to_string());
            self.fault(Fault::at(row, "end_date", value, Reason::EndsBeforeItBegins));
            return None;
        }
        Some(Span::new(from, to))
    }

    /// Minutes after the midnight that begins a local date, as the wall clock counts them.
    fn instant(&self, date: Date, minutes: u16) -> At {
        let local: DateTime = date.at(0, 0, 0, 0).saturating_add(i64::from(minutes).minutes());
        let zoned = local.to_zoned(self.sheet.zone.clone());
        zoned.map_or_else(|_| At::default(), |zoned| At::from_millis(zoned.timestamp().as_millisecond()))
    }

    pub fn shift(&mut self, row: &Row) {
        let Some((operation, post)) = self.post_of(row) else { return };
        let Some(span) = self.span(row) else { return };
        let Some(demands) = self.demands(row) else { return };
        let Ok(required) = u16::try_from(count(row, "required").unwrap_or(0)) else {
            let value = count(row, "required").map(|count| count.to_string()).unwrap_or_default();
            return self.fault(Fault::at(row, "required", value, Reason::TooLargeNumber));
        };
        if !self.first(row, "hours", Noun::Shift, format!("{post} {}", span.from.millis())) {
            return;
        }
        let found = self.board.operation(operation).and_then(|operation| {
            let (id, shift) = operation.roster.shifts_at(post).find(|(_, shift)| shift.span.from == span.from)?;
            Some((id, shift.clone(), table::shift_cells(self.sheet.zone, operation, shift)))
        });
        let demands = match (row.place("demands"), &found) {
            (None, Some((_, old, _))) => old.demands.clone(),
            _ => demands,
        };
        let id = found.as_ref().map_or_else(|| self.mint(), |(id, _, _)| *id);
        let new = ShiftRow { id, post, span, required, demands };
        let command = roster::Command::Plan { operation, shifts: vec![new.clone()], assignments: Vec::new() };
        let hours = row.cell("hours").show(&paper::table::Kind::Span, self.language());
        match self.give(row, "hours", &hours, &Command::Roster(command)) {
            Outcome::Faulty => {}
            Outcome::Unchanged => self.unchanged(Noun::Shift),
            Outcome::Done => {
                let after = self.board.operation(operation).and_then(|operation| {
                    Some(table::shift_cells(self.sheet.zone, operation, operation.roster.shift(id)?))
                });
                let what = self.shift_words(operation, post, span);
                self.line(
                    row,
                    Noun::Shift,
                    what,
                    found.map(|(_, _, cells)| cells).as_deref(),
                    &after.unwrap_or_default(),
                );
                self.draft.import.shifts.push(new);
            }
        }
    }

    fn shift_words(&self, operation: OperationId, post: PostId, span: Span) -> String {
        let post = self.board.operation(operation).and_then(|operation| operation.posts.get(post));
        let number = post.map_or("", |post| &post.number);
        format!("{number} {}–{}", self.sheet.day_time(span.from), self.sheet.clock(span.to))
    }

    /// "驾驶2、急救": a word, and how many where it is more than one.
    fn demands(&mut self, row: &Row) -> Option<SmallVec<[(force::Qualification, u16); 2]>> {
        let mut demands: SmallVec<[(force::Qualification, u16); 2]> = SmallVec::new();
        let mut whole = true;
        for item in items(row, "demands") {
            let item = item.trim_end_matches(['人', '名']);
            let word = item.trim_end_matches(|letter: char| letter.is_ascii_digit());
            let number = &item[word.len()..];
            let found = layout::qualification(word.trim_end_matches([' ', 'x', '×', '*', ':', '：']));
            let count: Option<u16> = if number.is_empty() { Some(1) } else { number.parse().ok() };
            match (found, count) {
                (Some(found), Some(count)) => demands.push((found, count)),
                _ => {
                    whole = false;
                    self.fault(Fault::at(row, "demands", item, Reason::NoSuchQualification));
                }
            }
        }
        whole.then_some(demands)
    }

    pub fn assignments(&mut self, row: &Row) {
        let Some((operation, post)) = self.post_of(row) else { return };
        let Some(span) = self.span(row) else { return };
        let Some(found) = self.board.operation(operation) else { return };
        let shift = found.roster.shifts_at(post).find(|(_, shift)| shift.span == span).map(|(id, _)| id);
        let Some(shift) = shift else {
            let day = self.instant(date(row, "date").unwrap_or_default(), 0);
            let near = Span::new(day, day.plus(Minutes(24 * 60)));
            let near = found.roster.shifts_of(post, near).filter(|(_, shift)| near.contains(shift.span.from));
            let hours = near
                .map(|(_, shift)| format!("{}-{}", self.sheet.clock(shift.span.from), self.sheet.clock(shift.span.to)));
            let reason = Reason::NoSuchShift(hours.collect());
            let value = row.cell("hours").show(&paper::table::Kind::Span, self.language());
            return self.fault(Fault::at(row, "hours", value, reason));
        };
        let duty = row.text("duty").map(|word| if word == "standby" { DutyKind::Standby } else { DutyKind::Post });
        let written = items(row, "people").to_vec();
        if let (Some(number), [_, _, ..]) = (row.text("number"), written.as_slice()) {
            return self.fault(Fault::at(row, "number", number, Reason::OneNumberForMany));
        }
        for name in written {
            let by = row.text("number").map_or_else(|| name.clone(), |number| format!("{name} {number}"));
            match self.people.find(&self.words, &self.board, &by) {
                Ok(person) => self.assign(row, (operation, shift), person, &name, duty),
                Err(reason) => {
                    // A number that nobody bears is at fault before the name beside it.
                    let unknown = row.text("number").filter(|number| self.people.by_number(number).is_none());
                    let (column, value) = unknown.map_or(("people", by.as_str()), |number| ("number", number));
                    self.fault(Fault::at(row, column, value, reason));
                }
            }
        }
    }

    fn assign(
        &mut self,
        row: &Row,
        (operation, shift): (OperationId, board::ShiftId),
        person: PersonId,
        name: &str,
        duty: Option<DutyKind>,
    ) {
        if !self.first(row, "people", Noun::Assignment, format!("{shift} {person}")) {
            return;
        }
        let Some(found) = self.board.operation(operation) else { return };
        let Some(known) = found.roster.shift(shift) else { return };
        let (post, span) = (known.post, known.span);
        let old = found
            .roster
            .assigned(known)
            .find(|(_, found)| found.person == person)
            .map(|(id, found)| (id, found.clone()));
        let force = &self.board.force;
        let before = old
            .as_ref()
            .map(|(_, old)| table::assignment_cells(&self.words, self.sheet.zone, force, found, known, old));
        let new = AssignmentRow {
            id: old.as_ref().map_or_else(|| self.mint(), |(id, _)| *id),
            shift,
            person,
            duty: duty.or(old.as_ref().map(|(_, old)| old.duty)).unwrap_or(DutyKind::Post),
        };
        let command = roster::Command::Plan { operation, shifts: Vec::new(), assignments: vec![new] };
        match self.give(row, "people", name, &Command::Roster(command)) {
            Outcome::Faulty => {}
            Outcome::Unchanged => self.unchanged(Noun::Assignment),
            Outcome::Done => {
                let after = self.board.operation(operation).and_then(|operation| {
                    let (shift, found) = (operation.roster.shift(shift)?, operation.roster.assignment(new.id)?);
                    Some(table::assignment_cells(
                        &self.words,
                        self.sheet.zone,
                        &self.board.force,
                        operation,
                        shift,
                        found,
                    ))
                });
                let what = format!("{name} · {}", self.shift_words(operation, post, span));
                self.line(row, Noun::Assignment, what, before.as_deref(), &after.unwrap_or_default());
                self.draft.import.assignments.push(new);
            }
        }
    }
}
