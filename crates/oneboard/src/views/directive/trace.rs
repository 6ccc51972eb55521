//! The trace: every sentence of a directive, every duty derived from it, and how far each has come.

use board::access::Action;
use board::directive::{self, Duty, Taking};
use board::{DirectiveId, UnitId};
use maud::{Markup, html};

use super::{Sheet, address, bound, post, state};
use crate::fragment::Fragment;
use crate::views::{attachment, task};

pub fn taking_of(sheet: &Sheet<'_>, id: DirectiveId, clause: u16) -> Markup {
    match directive::taking(sheet.board(), id, clause) {
        Taking::Untaken => state("wrong", &sheet.t("directive-untaken")),
        Taking::Overdue => state("attention", &sheet.t("directive-overdue")),
        Taking::UnderWay => state("normal", &sheet.t("directive-under-way")),
        Taking::Done => state("done", &sheet.t("directive-all-done")),
    }
}

/// The trace as a fragment.
pub fn page(sheet: &Sheet<'_>, id: DirectiveId) -> Markup {
    let fragment = Fragment::Trace(id);
    let board = sheet.board();
    let Some(found) = board.directives.get(id) else { return post::gone(sheet, fragment) };
    let seen = sheet.scope(Action::ViewTask);
    let assigners: Vec<UnitId> = sheet
        .scope(Action::AssignTask)
        .units(&board.force)
        .map(|unit| unit.id)
        .filter(|unit| *unit == found.unit || found.units.get(unit).is_some_and(|receipt| !receipt.released))
        .take(1)
        .collect();
    html! {
        div id=(fragment) data-fragment {
            @for clause in bound(sheet, found) { @if clause.struck.is_none() {
                section.part id={ "clause-" (clause.number) } {
                    h2 { (clause.number) ". " (sheet.wording(&clause.words)) " " (taking_of(sheet, id, clause.number)) }
                    @let duties = directive::trace(board, id, clause.number);
                    @let shown: Vec<&Duty<'_>> = duties.iter().filter(|duty| seen.covers(&board.force, duty.task.lead)).collect();
                    @if shown.is_empty() { p.empty { (sheet.t("directive-no-duties")) } }
                    @else { ul.list.duties { @for duty in shown {
                        li id={ "duty-" (duty.id) } data-depth=(duty.depth.min(4)) {
                            span.depth aria-hidden="true" { @for _ in 0..duty.depth { "— " } }
                            a href=(task::address(duty.id)) { (sheet.wording(&duty.task.words)) } " "
                            b { (sheet.unit(duty.task.lead)) } " " (sheet.name(duty.task.owner)) " · " (sheet.moment(duty.task.deadline)) " "
                            (task::state_of(sheet, duty.task))
                            @if let Some(outcome) = &duty.task.outcome { " " (attachment::shown(sheet, &outcome.evidence.files)) }
                        }
                    } } }
                    @let without: Vec<UnitId> = directive::untaken(board, id, clause.number).into_iter().filter(|unit| seen.covers(&board.force, *unit)).collect();
                    @if !without.is_empty() {
                        p { (state("wrong", &sheet.t("directive-not-given"))) " " @for (number, unit) in without.iter().enumerate() { @if number > 0 { (sheet.t("list-comma")) } (sheet.unit(*unit)) } }
                    }
                    @if found.is_issued() { @for unit in &assigners {
                        p.acts { a.act.small href={ (address(id)) "/split?unit=" (unit) "&clause=" (clause.number) } { (sheet.t("directive-split")) } }
                    } }
                }
            } }
        }
    }
}
