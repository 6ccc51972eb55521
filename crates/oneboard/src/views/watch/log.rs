//! The log: numbered lines, the newest at the bottom, and the line to write the next one in.

use board::access::{Action, Place};
use board::watch::{Kind, Line};
use board::{OperationId, PersonId, UnitId};
use maud::{Markup, html};

use super::{Sheet, address, from, line_address, line_state, words_of};
use crate::fragment::Fragment;
use crate::views::people;

/// Lines of the log on a screen: about a busy watch. Older open ones stand among what is open, the rest in the records.
const MOST_LINES: usize = 150;

/// The log as a fragment; the same for all who share rights.
pub fn log(sheet: &Sheet<'_>, unit: UnitId) -> Markup {
    let fragment = Fragment::Log(unit);
    let watch = sheet.board().watch(unit);
    let mut lines: Vec<_> = watch.into_iter().flat_map(|watch| watch.lines().rev().take(MOST_LINES)).collect();
    lines.reverse();
    // Each day is named once, so that a line's time stays short.
    let mut day = None;
    html! {
        ol.log id=(fragment) data-fragment data-tail data-announce tabindex="0" aria-label=(sheet.t("watch-log")) {
            @for (number, line) in lines {
                @let of = sheet.midnight(line.at);
                @if day.replace(of) != Some(of) { li.day id={ "log-day-" (of.millis()) } { (sheet.day(of)) } }
                (row(sheet, unit, number, line))
            }
        }
    }
}

fn row(sheet: &Sheet<'_>, unit: UnitId, number: u32, line: &Line) -> Markup {
    let colour = line.is_open().then_some(if line.owner.is_none() { "attention" } else { "normal" });
    html! {
        li id={ "line-" (number) } data-state=[colour.filter(|colour| *colour != "normal")] {
            a.no href=(line_address(unit, number)) { (number) }
            time datetime=(sheet.iso(line.at)) { (sheet.clock(line.at)) }
            b.from { (from(sheet, line)) @if let Some(name) = post_name(sheet, line) { " " span { (name) } } }
            span.text { (words_of(sheet, line.words))
                @if let Some((words, _, _)) = line.decision { " " span.hint { (sheet.t("watch-decision")) " " (words_of(sheet, words)) } } }
            (line_state(sheet, line))
        }
    }
}

/// The name of the post that spoke: a callsign alone is known by heart only to some.
pub fn post_name<'a>(sheet: &'a Sheet<'_>, line: &Line) -> Option<&'a str> {
    let post = sheet.board().operation(line.operation?)?.posts.get(line.post?)?;
    Some(sheet.label(&post.name))
}

/// The line that is always ready: `n`, callsign, words, Enter. Empty for whoever may not write.
pub fn entry(sheet: &Sheet<'_>, unit: UnitId, operation: Option<OperationId>) -> Markup {
    if !sheet.may(Action::WriteLog, Place::Unit(unit)) {
        return html! {};
    }
    let kinds = [Kind::Message, Kind::Telephone, Kind::Note];
    html! {
        form.entry method="post" action={ (address(unit)) "/log" } data-live data-clear {
            input type="hidden" name="command_id";
            @if let Some(operation) = operation { input type="hidden" name="operation" value=(operation); }
            label.sr for="entry-kind" { (sheet.t("watch-kind")) }
            select #entry-kind name="kind" {
                @for kind in kinds { option value=(word(kind)) { (sheet.t(super::kind_key(kind))) } }
            }
            label.sr for="entry-callsign" { (sheet.t("callsign")) }
            input #entry-callsign name="callsign" data-key="n" autocomplete="off" list="callsigns" maxlength="40" placeholder=(sheet.t("callsign"));
            label.sr for="entry-words" { (sheet.t("watch-words")) }
            input #entry-words name="words" autocomplete="off" maxlength="4000" required placeholder=(sheet.t("watch-words"));
            button.act.main { (sheet.t("watch-write")) }
            p.fault data-fault role="alert" hidden {}
        }
        (callsigns(sheet, unit, operation))
    }
}

pub const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Message => "message",
        Kind::Telephone => "telephone",
        Kind::Note => "note",
        Kind::VerbalOrder => "verbal_order",
    }
}

/// The callsigns that are offered while one types: units and posts of this branch.
fn callsigns(sheet: &Sheet<'_>, unit: UnitId, operation: Option<OperationId>) -> Markup {
    let board = sheet.board();
    let scope = sheet.scope(Action::ViewPosts);
    let posts = operation.and_then(|id| board.operation(id)).filter(|_| scope.covers(&board.force, unit));
    html! {
        datalist #callsigns {
            @for found in board.force.branch(unit).filter(|found| !found.callsign.is_empty()) {
                option value=(found.callsign) { (sheet.label(&found.name)) }
            }
            @if let Some(found) = posts {
                @for post in board.force.branch(unit).flat_map(|unit| found.posts.of_unit(unit.id)).filter(|post| !post.closed && !post.callsign.is_empty()) {
                    option value=(post.callsign) { (sheet.label(&post.name)) }
                }
            }
        }
    }
}

/// An order by voice or telephone, recorded at once and countersigned later.
pub fn order_form(sheet: &Sheet<'_>, unit: UnitId, operation: Option<OperationId>) -> Markup {
    if !sheet.may(Action::RecordVerbalOrder, Place::Unit(unit)) {
        return html! {};
    }
    let leaders: Vec<PersonId> = people::who_may(sheet, Action::Countersign, unit)
        .into_iter()
        .filter(|person| Some(*person) != sheet.actor.person())
        .collect();
    html! {
        details.part {
            summary.act data-key="v" { (sheet.t("watch-order")) }
            form.form method="post" action={ (address(unit)) "/log" } data-live data-clear {
                input type="hidden" name="command_id";
                input type="hidden" name="kind" value="verbal_order";
                @if let Some(operation) = operation { input type="hidden" name="operation" value=(operation); }
                p { (sheet.t("watch-order-how")) }
                div.row {
                    label for="order-by" { (sheet.t("watch-order-by")) }
                    select #order-by name="by_order_of" required { (people::options(sheet, &leaders, None)) }
                }
                div.row {
                    label for="order-words" { (sheet.t("watch-order-words")) }
                    textarea #order-words name="words" maxlength="4000" required {}
                }
                p.fault data-fault role="alert" hidden {}
                div.acts {
                    button.act.main { (sheet.t("watch-order-record")) }
                    @if let Some(operation) = operation.filter(|_| sheet.may(Action::SetLevel, Place::Unit(unit))) {
                        a.act href={ "/operations/" (operation) "#levels" } { (sheet.t("watch-order-level")) }
                    }
                    span.progress data-progress hidden {}
                }
            }
        }
    }
}
