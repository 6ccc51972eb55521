//! The board (L1): eight figures, units × indicators, the log's tail and the night, each a fragment of its own.

mod night;

use std::fmt::Write;

use board::access::Action;
use board::operation::Operation;
use board::{Label, OperationId, UnitId, directive};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

pub use night::{night, phase_key};

use super::{Sheet, fragment, post, watch};
use crate::figures::course::{Point, SAMPLES};
use crate::figures::{Counts, Coverage};
use crate::fragment::{Fragment, Show};

/// What the viewer may count.
pub fn coverage(sheet: &Sheet<'_>) -> Coverage {
    Coverage { board: sheet.scope(Action::ViewBoard), watch: sheet.scope(Action::ViewWatch) }
}

/// One row of the grid: a unit alone, or with all below it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Row {
    pub unit: UnitId,
    pub name: Label,
    /// Exactly this unit: its branch has rows of its own.
    pub alone: bool,
    pub counts: Counts,
}

/// The sum, and the rows it is the sum of.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BoardModel {
    pub operation: OperationId,
    /// The widest unit that the viewer may see.
    pub unit: Option<UnitId>,
    pub all: Counts,
    pub units: Vec<Row>,
}

/// Counts what the viewer may count, by the units that they think in.
pub fn model(sheet: &Sheet<'_>, id: OperationId, operation: &Operation) -> BoardModel {
    let coverage = coverage(sheet);
    let force = &sheet.board().force;
    let widest = coverage.board.widest(force);
    let mut rows: Vec<Row> = Vec::new();
    let mut all = Counts::default();
    let missing = directive::not_received(sheet.board(), id);
    for unit in coverage.board.units(force) {
        let counted = coverage.cut(sheet.board(), unit.id, Counts::of(sheet.board(), operation, unit.id));
        let counts = Counts {
            not_received: missing.get(&unit.id).copied().unwrap_or(0),
            tasks_overdue: sheet.board().tasks.counts(unit.id).overdue,
            ..counted
        };
        all.add(counts);
        // A section that has no part in the operation is no row: what is planned decides that, so rows do not come and go.
        if operation.posts.of_unit(unit.id).next().is_none() && counts == Counts::default() {
            continue;
        }
        // The tree is walked from the top: a unit belongs to the row of the child of the widest unit that it lies in, if
        // it lies in one; a unit elsewhere begins a row that takes what follows below it.
        let below = widest.and_then(|widest| {
            let depth = unit.path.iter().position(|above| *above == widest)?;
            Some(unit.path.get(depth + 1).copied().unwrap_or(widest))
        });
        let wanted = below.unwrap_or(unit.id);
        let alone = Some(wanted) == widest;
        match rows.iter_mut().rev().find(|row| row.unit == wanted || (!row.alone && unit.path.contains(&row.unit))) {
            Some(row) => row.counts.add(counts),
            None => {
                let Some(named) = force.unit(wanted) else { continue };
                rows.push(Row { unit: wanted, name: named.name.clone(), alone, counts });
            }
        }
    }
    BoardModel { operation: id, unit: widest, all, units: rows }
}

/// One figure: what it is called, how much, and where its records are.
struct Figure {
    label: &'static str,
    value: u32,
    of: Option<u32>,
    state: &'static str,
    note: Option<String>,
    address: String,
}

/// The eight figures as a fragment.
pub fn figures(sheet: &Sheet<'_>, id: OperationId) -> Markup {
    let named = Fragment::Figures(id);
    let Some(operation) = sheet.board().operation(id) else { return post::gone(sheet, named) };
    let model = model(sheet, id, operation);
    let Some(unit) = model.unit else { return nothing_to_see(sheet, named) };
    let lines = sheet.figures.read(id, |course| course.lines(sheet.board(), &coverage(sheet)));
    html! {
        div.figures id=(named) data-fragment {
            @for (line, figure) in eight(sheet, id, unit, &model.all).iter().enumerate() {
                (figure_of(sheet, figure, &spark(&lines, line, figure)))
            }
        }
    }
}

fn nothing_to_see(sheet: &Sheet<'_>, named: Fragment) -> Markup {
    html! { div id=(named) data-fragment { p.empty { (sheet.t("board-not-yours")) } } }
}

fn eight(sheet: &Sheet<'_>, id: OperationId, unit: UnitId, all: &Counts) -> [Figure; 8] {
    let found = &all.posts;
    let posts = |show: Show| posts_at(id, unit, show);
    let watched = sheet.scope(Action::ViewWatch).widest(&sheet.board().force);
    let log = watched.map_or_else(|| "/watch".to_owned(), watch::address);
    let abnormal = |count: u32| if count > 0 { "attention" } else { "normal" };
    let short = found.unmanned + found.short;
    let manned = match (found.unmanned, found.short) {
        (0, 0) => ("normal", "board-strength", Show::All),
        (0, _) => ("attention", "board-only-short", Show::Short),
        (_, _) => {
            ("wrong", "board-unmanned-short", if short == found.unmanned { Show::Unmanned } else { Show::Exceptions })
        }
    };
    let numbers = [
        ("here", found.here.into()),
        ("required", found.required.into()),
        ("unmanned", found.unmanned.into()),
        ("short", found.short.into()),
    ];
    let manned_note = match manned.1 {
        "board-strength" => sheet.say("board-strength", &numbers),
        "board-only-short" => sheet.say("board-only-short", &numbers),
        _ => sheet.say("board-unmanned-short", &numbers),
    };
    let noted = |count: u32, words: String| (count > 0).then_some(words);
    [
        Figure {
            label: "board-manned",
            value: found.manned,
            of: Some(found.in_force),
            state: manned.0,
            note: Some(manned_note),
            address: posts(manned.2),
        },
        Figure {
            label: "board-overdue",
            value: found.overdue,
            of: None,
            state: abnormal(found.overdue),
            note: None,
            address: posts(Show::Overdue),
        },
        Figure {
            label: "board-late",
            value: found.late,
            of: None,
            state: abnormal(found.late),
            note: noted(found.awaited, sheet.say("board-awaited", &[("count", found.awaited.into())])),
            address: posts(Show::Late),
        },
        Figure {
            label: "board-relief-late",
            value: found.waiting,
            of: None,
            state: abnormal(found.waiting),
            note: None,
            address: posts(Show::Relief),
        },
        Figure {
            label: "board-open-lines",
            value: all.open_lines,
            of: None,
            state: abnormal(all.untriaged),
            note: noted(all.untriaged, sheet.say("board-untriaged", &[("count", all.untriaged.into())])),
            address: log.clone(),
        },
        Figure {
            label: "board-unsigned",
            value: all.unsigned,
            of: None,
            state: match (all.disputed, all.unsigned) {
                (0, 0) => "normal",
                (0, _) => "info",
                _ => "attention",
            },
            note: noted(all.disputed, sheet.say("board-disputed", &[("count", all.disputed.into())])),
            address: log,
        },
        Figure {
            label: "board-not-received",
            value: all.not_received,
            of: None,
            state: abnormal(all.not_received),
            note: None,
            address: format!("/units/{unit}/directives"),
        },
        Figure {
            label: "board-tasks-overdue",
            value: all.tasks_overdue,
            of: None,
            state: if all.tasks_overdue > 0 { "wrong" } else { "normal" },
            note: None,
            address: format!("/units/{unit}/tasks"),
        },
    ]
}

/// The line of the last day, zero at the foot; what is now is its end. Empty where there is nothing to draw yet.
fn spark(lines: &[Point], line: usize, figure: &Figure) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let top =
        lines.iter().map(|point| point[line]).max().unwrap_or(0).max(figure.value).max(figure.of.unwrap_or(1)).max(1);
    let begin = SAMPLES - lines.len().min(SAMPLES);
    let values = lines.iter().map(|point| point[line]).chain([figure.value]);
    let mut points = String::with_capacity(lines.len() * 6);
    for (place, value) in values.enumerate() {
        // Two of the 24 are left free, so that the line keeps its width at the top and at the foot.
        let tenths = 230 - u64::from(value) * 220 / u64::from(top);
        // Writing to a String cannot fail.
        let _ = write!(points, "{},{}.{} ", begin + place, tenths / 10, tenths % 10);
    }
    points
}

fn figure_of(sheet: &Sheet<'_>, figure: &Figure, spark: &str) -> Markup {
    html! {
        a.figure href=(figure.address) data-state=[(figure.state != "normal").then_some(figure.state)] {
            span.figure-label { (sheet.t(figure.label)) }
            span.figure-value {
                (figure.value)
                @if let Some(of) = figure.of { small { (sheet.say("board-of", &[("count", of.into())])) } }
            }
            svg.spark viewBox="0 0 96 24" preserveAspectRatio="none" aria-hidden="true" {
                @if !spark.is_empty() { polyline points=(spark) {} }
            }
            @if let Some(note) = &figure.note { span.figure-note { (note) } }
        }
    }
}

fn posts_at(id: OperationId, unit: UnitId, show: Show) -> String {
    format!("/operations/{id}/posts?unit={unit}&show={}", show.word())
}

/// Units × indicators as a fragment: grey until abnormal.
pub fn units(sheet: &Sheet<'_>, id: OperationId) -> Markup {
    let named = Fragment::Units(id);
    let Some(operation) = sheet.board().operation(id) else { return post::gone(sheet, named) };
    let model = model(sheet, id, operation);
    let heads = [
        "board-manned",
        "board-unmanned",
        "board-late-short",
        "board-overdue-short",
        "board-relief-short",
        "board-lines-short",
        "board-orders-short",
        "board-tasks-short",
    ];
    html! {
        div id=(named) data-fragment {
            div.table-wrap role="region" aria-label=(sheet.t("units")) tabindex="0" {
                table.table.matrix data-grid {
                    thead { tr {
                        th scope="col" { (sheet.t("unit")) }
                        @for words in heads { th.num scope="col" { (sheet.t(words)) } }
                    } }
                    tbody { @for row in &model.units { (unit_row(sheet, id, row)) } }
                }
            }
        }
    }
}

fn unit_row(sheet: &Sheet<'_>, id: OperationId, row: &Row) -> Markup {
    let found = &row.counts.posts;
    let posts = |show: Show| posts_at(id, row.unit, show);
    let worst = if found.unmanned > 0 {
        "wrong"
    } else if found.short > 0 {
        "attention"
    } else {
        "normal"
    };
    let log = watch::address(row.unit);
    html! {
        tr id={ "unit-" (row.unit) } {
            th scope="row" { a href=(posts(Show::All)) { (sheet.label(&row.name)) } }
            td.num data-state=[(worst != "normal").then_some(worst)] {
                @if found.in_force == 0 { span.none { "–" } }
                @else { a href=(posts(Show::Exceptions)) { (found.manned) "/" (found.in_force) } }
            }
            @let stands = found.in_force > 0;
            (cell(stands, found.unmanned, "wrong", &posts(Show::Unmanned)))
            (cell(stands, found.late, "attention", &posts(Show::Late)))
            (cell(stands, found.overdue, "attention", &posts(Show::Overdue)))
            (cell(stands, found.waiting, "attention", &posts(Show::Relief)))
            (cell(true, row.counts.open_lines, if row.counts.untriaged > 0 { "attention" } else { "normal" }, &log))
            (cell(true, row.counts.not_received, "attention", &format!("/units/{}/directives", row.unit)))
            (cell(true, row.counts.tasks_overdue, "wrong", &format!("/units/{}/tasks", row.unit)))
        }
    }
}

/// A number that opens what it counts; a zero is only a zero, and where there is nothing to count there is no zero.
fn cell(counts: bool, count: u32, state: &str, address: &str) -> Markup {
    html! {
        @if count == 0 { td.num { span.none { (if counts { "0" } else { "–" }) } } }
        @else { td.num data-state=[(state != "normal").then_some(state)] { a href=(address) { (count) } } }
    }
}

/// The whole screen.
pub fn page(sheet: &Sheet<'_>, id: OperationId) -> Markup {
    let log = sheet.scope(Action::ViewWatch).widest(&sheet.board().force);
    html! {
        section.board-figures aria-label=(sheet.t("board-figures")) { (fragment(sheet, Fragment::Figures(id))) }
        section.board-units aria-label=(sheet.t("units")) { (fragment(sheet, Fragment::Units(id))) }
        @if let Some(unit) = log {
            section.board-log aria-label=(sheet.t("board-log")) {
                (fragment(sheet, Fragment::Log(unit)))
                (watch::entry(sheet, unit, Some(id)))
            }
        }
        section.board-night aria-label=(sheet.t("board-night")) { (fragment(sheet, Fragment::Night(id))) }
    }
}
