//! Strips of the day: each post a line from midnight to midnight, with who stands it and where nobody does.

use board::access::Action;
use board::operation::Operation;
use board::post::Post;
use board::roster::{DutyKind, Shift};
use board::{At, OperationId, Span, UnitId};
use maud::{Markup, html};

use super::Sheet;
use super::post::{address, gone};
use super::roster::{counts, day_span, filled, gap, local_date};
use crate::fragment::Fragment;

/// Strips of one page: two screens of a desk.
const MOST_STRIPS: usize = 80;
/// Hours between the marks of the axis.
const MARK_EVERY: i64 = 4;
/// Letters of a name that fit one percent of a strip; a text that does not fit is left to the page of the shift.
const LETTERS_PER_PERCENT: f64 = 0.9;

/// The strips of a unit and below, as a fragment.
pub fn strips(sheet: &Sheet<'_>, id: OperationId, unit: UnitId) -> Markup {
    let fragment = Fragment::Strips { operation: id, unit };
    let Some(operation) = sheet.board().operation(id) else { return gone(sheet, fragment) };
    let day = day_span(sheet, local_date(sheet, sheet.now));
    let (posts, roster) = (sheet.scope(Action::ViewPosts), sheet.scope(Action::ViewRoster));
    let force = &sheet.board().force;
    let units = force.branch(unit).filter(|found| posts.covers(force, found.id) && roster.covers(force, found.id));
    let mut all = units.flat_map(|found| operation.posts.of_unit(found.id)).filter(|post| !post.closed);
    let shown: Vec<&Post> = all.by_ref().take(MOST_STRIPS).collect();
    let more = all.count();
    html! {
        div id=(fragment) data-fragment {
            @if shown.is_empty() { p.empty { (sheet.t("post-none")) } }
            @else {
                div.strips role="list" {
                    (axis(sheet, day))
                    @for post in &shown { (strip(sheet, id, operation, post, day)) }
                }
            }
            @if more > 0 { p.more { (sheet.say("list-more", &[("count", more.into())])) } }
        }
    }
}

/// Where an instant lies on the day, in percent, held within it.
fn percent(day: Span, at: At) -> f64 {
    let whole = (day.to.millis() - day.from.millis()).max(1);
    let part = (at.millis() - day.from.millis()).clamp(0, whole);
    part as f64 * 100.0 / whole as f64
}

fn axis(sheet: &Sheet<'_>, day: Span) -> Markup {
    let marks: Vec<At> = (0..24 / MARK_EVERY)
        .map(|mark| At::from_millis(day.from.millis() + mark * MARK_EVERY * 60 * 60 * 1000))
        .collect();
    html! {
        div.strip.strip-axis aria-hidden="true" {
            span.strip-name { (sheet.day(day.from)) }
            svg.bar height="20" { @for mark in &marks { text x=(format!("{:.2}%", percent(day, *mark))) y="14" { (sheet.clock(*mark)) } } }
        }
    }
}

fn strip(sheet: &Sheet<'_>, id: OperationId, operation: &Operation, post: &Post, day: Span) -> Markup {
    let shifts: Vec<&Shift> = operation.roster.shifts_of(post.id, day).map(|(_, shift)| shift).collect();
    let label: Vec<String> = shifts.iter().map(|shift| in_words(sheet, operation, shift)).collect();
    let label =
        if label.is_empty() { sheet.t("strips-no-shift").into_owned() } else { label.join(&sheet.t("strips-then")) };
    html! {
        div.strip role="listitem" id={ "strip-" (post.id) } {
            a.strip-name href=(address(id, post.id)) { (post.number) " " (sheet.label(&post.name)) }
            svg.bar height="32" role="img" aria-label=(label) {
                @for shift in &shifts { (bar(sheet, operation, shift, day)) }
                @if day.contains(sheet.now) {
                    @let now = format!("{:.2}%", percent(day, sheet.now));
                    line.now x1=(now) x2=(now) y1="0" y2="32" {}
                }
            }
        }
    }
}

fn bar(sheet: &Sheet<'_>, operation: &Operation, shift: &Shift, day: Span) -> Markup {
    let (from, to) = (percent(day, shift.span.from), percent(day, shift.span.to));
    let (x, width) = (format!("{from:.2}%"), format!("{:.2}%", to - from));
    let missing = gap(operation, shift);
    let empty = filled(operation, shift) == 0;
    let text = names(sheet, operation, shift);
    let text =
        if missing > 0 && !empty { format!("{}/{} {text}", filled(operation, shift), shift.required) } else { text };
    let count = format!("{}/{}", filled(operation, shift), shift.required);
    let named = letters(&text) <= (to - from) * LETTERS_PER_PERCENT;
    let colour = (missing > 0 && !empty).then_some("attention");
    html! {
        @if empty { rect.gap x=(x) y="4" width=(width) height="24" {} }
        @else {
            rect.span data-state=[colour] x=(x) y="4" width=(width) height="24" {}
            @let x = format!("{:.2}%", from + 0.6);
            @if named { text.span-text.said data-state=[colour] x=(x) y="20" { (text) } }
            // Where there is no room for names, how many stand.
            text.span-text.count[named] data-state=[colour] x=(x) y="20" { (count) }
        }
    }
}

/// Letters of a text as a strip shows them: a Chinese one is as wide as two.
fn letters(text: &str) -> f64 {
    text.chars().map(|letter| if letter >= '\u{1100}' { 2.0 } else { 1.0 }).sum()
}

fn names(sheet: &Sheet<'_>, operation: &Operation, shift: &Shift) -> String {
    let standing =
        operation.roster.assigned(shift).filter(|(_, found)| found.duty == DutyKind::Post && counts(found.standing));
    standing.map(|(_, found)| sheet.name(found.person)).collect::<Vec<_>>().join(&sheet.t("list-comma"))
}

fn in_words(sheet: &Sheet<'_>, operation: &Operation, shift: &Shift) -> String {
    let hours =
        sheet.say("span", &[("from", sheet.clock(shift.span.from).into()), ("to", sheet.clock(shift.span.to).into())]);
    let missing = gap(operation, shift);
    let short =
        if missing > 0 { format!(" {}", sheet.say("roster-gap", &[("count", missing.into())])) } else { String::new() };
    format!("{} {hours}{short}", names(sheet, operation, shift)).trim().to_owned()
}
