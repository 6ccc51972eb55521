//! The paper pack: each shift's posts, people, telephones and reliefs, for the hour when the screens are dark. As a page to
//! print, and as a document to take away.

use std::collections::BTreeMap;

use board::access::Action;
use board::operation::Operation;
use board::post::Post;
use board::roster::{DutyKind, Shift};
use board::{At, Minutes, OperationId, PersonId, Span, UnitId};
use jiff::civil::Date;
use maud::{Markup, html};
use paper::document::{Block, Document, Level, Marks, Table, Text};

use super::Sheet;
use super::roster::{counts, day_span, gap};
use crate::sheets::draft::paper_language;

/// How long after a shift its relief may begin and still be its relief.
const RELIEF_WITHIN: Minutes = Minutes(60);

/// The shifts that begin on a day, by their hours; the posts in the order of the tree.
type Shifts<'a> = BTreeMap<(At, At), Vec<(&'a Post, &'a Shift)>>;

fn shifts<'a>(sheet: &'a Sheet<'_>, operation: &'a Operation, unit: UnitId, date: Date) -> Shifts<'a> {
    let day = day_span(sheet, date);
    let mut sheets = Shifts::new();
    for post in super::roster::posts_in_view(sheet, sheet.board(), operation, unit) {
        for (_, shift) in super::roster::beginning(operation, post.id, day) {
            sheets.entry((shift.span.from, shift.span.to)).or_default().push((post, shift));
        }
    }
    sheets
}

/// A day of a unit and below: one sheet for each span of hours.
pub fn pack(
    sheet: &Sheet<'_>,
    id: OperationId,
    operation: &Operation,
    unit: UnitId,
    date: Date,
    mark: Option<String>,
) -> Markup {
    let sheets = shifts(sheet, operation, unit, date);
    html! {
        @if sheets.is_empty() { p.empty { (sheet.t("paper-none")) } }
        @for ((from, to), posts) in &sheets {
            section.paper-sheet {
                h2 { (sheet.day(*from)) " " (sheet.say("span", &[("from", sheet.clock(*from).into()), ("to", sheet.clock(*to).into())])) }
                p.head-note {
                    (sheet.label(&operation.title)) " · " (sheet.unit(unit)) " · " (sheet.say("roster-sum", &[("posts", posts.len().into()), ("shifts", posts.len().into())]))
                    @if let Some(mark) = &mark { " · " b { (mark) } }
                    " · " (sheet.say("paper-as-of", &[("time", sheet.day_time(sheet.now).into())]))
                }
                table.table {
                    thead { tr {
                        th scope="col" { (sheet.t("post")) } th scope="col" { (sheet.t("raise")) }
                        th scope="col" { (sheet.t("roster-who")) } th scope="col" { (sheet.t("paper-relief")) }
                    } }
                    tbody { @for (post, shift) in posts { (line(sheet, id, operation, post, shift)) } }
                }
            }
        }
    }
}

/// The same day as a document: a heading and a table for each span of hours.
pub fn document(sheet: &Sheet<'_>, operation: &Operation, unit: UnitId, date: Date, marks: Marks) -> Document {
    let mut document = Document::new(paper_language(sheet.locale.language), sheet.t("paper"));
    let as_of = sheet.say("paper-as-of", &[("time", sheet.day_time(sheet.now).into())]);
    document.marks = marks;
    document.running = format!("{} · {} · {as_of}", sheet.label(&operation.title), sheet.unit(unit));
    document.made = jiff::Timestamp::from_millisecond(sheet.now.millis()).unwrap_or(document.made);
    let head = ["post", "raise", "roster-who", "paper-relief"].map(|key| Text::new(sheet.t(key)));
    for ((from, to), posts) in shifts(sheet, operation, unit, date) {
        let span = sheet.say("span", &[("from", sheet.clock(from).into()), ("to", sheet.clock(to).into())]);
        let sum = sheet.say("roster-sum", &[("posts", posts.len().into()), ("shifts", posts.len().into())]);
        document.blocks.push(Block::heading(Level::One, format!("{} {span}", sheet.day(from))));
        document.blocks.push(Block::paragraph(sum));
        let rows = posts.into_iter().map(|(post, shift)| row(sheet, operation, post, shift)).collect();
        document.blocks.push(Block::Table(Table { caption: String::new(), head: head.to_vec(), rows }));
    }
    if document.blocks.is_empty() {
        document.blocks.push(Block::paragraph(sheet.t("paper-none")));
    }
    document
}

fn row(sheet: &Sheet<'_>, operation: &Operation, post: &Post, shift: &Shift) -> Vec<Text> {
    let mut name = Text::new(format!("{} {}", post.number, sheet.label(&post.name)));
    if !post.place.is_empty() {
        name = name.words(format!("\n{}", sheet.label(&post.place)));
    }
    let channel = if post.channel.is_empty() {
        String::new()
    } else {
        sheet.say("raise-channel", &[("channel", (&*post.channel).into())])
    };
    let raise = [&*post.callsign, &channel, &*post.telephone].map(str::to_owned);
    let mut who = Text::new(on_shift(sheet, operation, shift).join("\n"));
    let missing = gap(operation, shift);
    if missing > 0 {
        let line_end = if who.is_blank() { "" } else { "\n" };
        who = who.words(line_end).strong(sheet.say("roster-gap", &[("count", missing.into())]));
    }
    let relief = relief(operation, post, shift).map_or_else(
        || sheet.t("paper-no-relief").into_owned(),
        |relief| format!("{} {}", sheet.clock(relief.span.from), names(sheet, operation, relief)),
    );
    let raise = raise.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n");
    vec![name, Text::new(raise), who, Text::new(relief)]
}

fn relief<'a>(operation: &'a Operation, post: &Post, shift: &Shift) -> Option<&'a Shift> {
    let next = Span::new(shift.span.to, shift.span.to.plus(RELIEF_WITHIN));
    operation.roster.shifts_of(post.id, next).map(|(_, next)| next).find(|next| next.span.from >= shift.span.to)
}

fn line(sheet: &Sheet<'_>, id: OperationId, operation: &Operation, post: &Post, shift: &Shift) -> Markup {
    let missing = gap(operation, shift);
    html! {
        tr id={ "paper-" (id) "-" (post.id) "-" (shift.span.from.millis()) } {
            th scope="row" { (post.number) " " (sheet.label(&post.name)) @if !post.place.is_empty() { span.hint { (sheet.label(&post.place)) } } }
            td { (sheet.raise(&post.callsign, &post.channel, &post.telephone)) }
            td {
                @for person in on_shift(sheet, operation, shift) { div { (person) } }
                @if missing > 0 { div { b { (sheet.say("roster-gap", &[("count", missing.into())])) } } }
            }
            td {
                @if let Some(relief) = relief(operation, post, shift) { (sheet.clock(relief.span.from)) " " (names(sheet, operation, relief)) }
                @else { span.none { (sheet.t("paper-no-relief")) } }
            }
        }
    }
}

/// A line for each person: name, callsign, telephone, and that they only stand by where they do.
fn on_shift(sheet: &Sheet<'_>, operation: &Operation, shift: &Shift) -> Vec<String> {
    let assigned = operation.roster.assigned(shift).filter(|(_, found)| counts(found.standing));
    let line = assigned.map(|(_, found)| {
        let callsign = sheet.board().force.person(found.person).map_or("", |person| &*person.callsign);
        let standby = if found.duty == DutyKind::Standby { format!("({})", sheet.t("standby")) } else { String::new() };
        let parts = [sheet.name(found.person), callsign.to_owned(), telephone(sheet, found.person), standby];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    });
    line.collect()
}

/// The telephone, where the reader may have it.
fn telephone(sheet: &Sheet<'_>, person: PersonId) -> String {
    if !sheet.may(Action::ViewTelephones, board::access::Place::Person(person)) {
        return String::new();
    }
    let text = sheet.board().force.person(person).and_then(|person| person.telephone);
    text.and_then(|text| sheet.register.text(text)).unwrap_or("").to_owned()
}

fn names(sheet: &Sheet<'_>, operation: &Operation, shift: &Shift) -> String {
    let standing =
        operation.roster.assigned(shift).filter(|(_, found)| found.duty == DutyKind::Post && counts(found.standing));
    standing.map(|(_, found)| sheet.name(found.person)).collect::<Vec<_>>().join(&sheet.t("list-comma"))
}
