//! The paper pack: each shift's posts, people, telephones and reliefs, for the hour when the screens are dark.

use std::collections::BTreeMap;

use board::access::Action;
use board::operation::Operation;
use board::post::Post;
use board::roster::{DutyKind, Shift};
use board::{At, Minutes, OperationId, PersonId, Span, UnitId};
use jiff::civil::Date;
use maud::{Markup, html};

use super::Sheet;
use super::roster::{counts, day_span, gap};

/// How long after a shift its relief may begin and still be its relief.
const RELIEF_WITHIN: Minutes = Minutes(60);

/// A day of a unit and below: one sheet for each span of hours, the posts in the order of the tree.
pub fn pack(
    sheet: &Sheet<'_>,
    id: OperationId,
    operation: &Operation,
    unit: UnitId,
    date: Date,
    mark: Option<String>,
) -> Markup {
    let day = day_span(sheet, date);
    let mut sheets: BTreeMap<(At, At), Vec<(&Post, &Shift)>> = BTreeMap::new();
    for post in super::roster::posts_in_view(sheet, sheet.board(), operation, unit) {
        for (_, shift) in super::roster::beginning(operation, post.id, day) {
            sheets.entry((shift.span.from, shift.span.to)).or_default().push((post, shift));
        }
    }
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

fn line(sheet: &Sheet<'_>, id: OperationId, operation: &Operation, post: &Post, shift: &Shift) -> Markup {
    let missing = gap(operation, shift);
    let next = Span::new(shift.span.to, shift.span.to.plus(RELIEF_WITHIN));
    let relief =
        operation.roster.shifts_of(post.id, next).map(|(_, next)| next).find(|next| next.span.from >= shift.span.to);
    html! {
        tr id={ "paper-" (id) "-" (post.id) "-" (shift.span.from.millis()) } {
            th scope="row" { (post.number) " " (sheet.label(&post.name)) @if !post.place.is_empty() { span.hint { (sheet.label(&post.place)) } } }
            td { (sheet.raise(&post.callsign, &post.channel, &post.telephone)) }
            td {
                (people(sheet, operation, shift))
                @if missing > 0 { div { b { (sheet.say("roster-gap", &[("count", missing.into())])) } } }
            }
            td {
                @if let Some(relief) = relief { (sheet.clock(relief.span.from)) " " (names(sheet, operation, relief)) }
                @else { span.none { (sheet.t("paper-no-relief")) } }
            }
        }
    }
}

fn people(sheet: &Sheet<'_>, operation: &Operation, shift: &Shift) -> Markup {
    html! {
        @for (_, found) in operation.roster.assigned(shift).filter(|(_, found)| counts(found.standing)) {
            div {
                (sheet.name(found.person)) " "
                @if let Some(person) = sheet.board().force.person(found.person) { @if !person.callsign.is_empty() { (person.callsign) " " } }
                (telephone(sheet, found.person))
                @if found.duty == DutyKind::Standby { " (" (sheet.t("standby")) ")" }
            }
        }
    }
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
