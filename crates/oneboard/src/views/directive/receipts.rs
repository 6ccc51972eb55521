//! Receipts: units × states, and the people of one unit, with the time to each state and how to raise whoever is silent.

use board::access::{Action, Place};
use board::checkin::How;
use board::directive::{Directive, Receiver, Receiving, Step, Tally};
use board::{At, DirectiveId, UnitId};
use maud::{Markup, html};

use super::{Sheet, address, people, post, state, step_word};
use crate::fragment::Fragment;
use crate::views::attachment;

/// The grid as a fragment: one row for each unit that receives or has people who do, in the order of the tree.
pub fn grid(sheet: &Sheet<'_>, id: DirectiveId) -> Markup {
    let fragment = Fragment::Receipts(id);
    let board = sheet.board();
    let Some(found) = board.directives.get(id) else { return post::gone(sheet, fragment) };
    let seen = sheet.scope(Action::ViewDirective);
    let receiving = found.receiving_units();
    let units: Vec<&board::force::Unit> =
        board.force.units().filter(|unit| receiving.contains(&unit.id) && seen.covers(&board.force, unit.id)).collect();
    html! {
        div id=(fragment) data-fragment {
            @if units.is_empty() { p.empty { (sheet.t("directive-no-receipts")) } }
            @else {
                div.table-wrap role="region" aria-label=(sheet.t("directive-receipts")) tabindex="0" {
                    table.table.matrix data-grid {
                        thead { tr {
                            th scope="col" { (sheet.t("unit")) }
                            @for step in Step::ALL { th scope="col" { (sheet.t(super::step_key(step))) } }
                            th.num scope="col" { (sheet.t("directive-people")) } th.num scope="col" { (sheet.t("directive-not-received")) }
                            th.num scope="col" { (sheet.t("directive-accepted")) } th.num scope="col" { (sheet.t("directive-done")) }
                            th scope="col" { (sheet.t("directive-raise")) }
                        } }
                        tbody { @for unit in units { (row(sheet, id, found, unit)) } }
                    }
                }
            }
        }
    }
}

fn row(sheet: &Sheet<'_>, id: DirectiveId, found: &Directive, unit: &board::force::Unit) -> Markup {
    let tally = found.people.tally(unit.id);
    let receipt = found.units.get(&unit.id);
    let deadline = |relay: u16| found.relays.get(usize::from(relay)).map_or(found.deadline, |relay| relay.deadline);
    let waits = receipt.is_some_and(board::directive::UnitReceipt::is_waiting);
    let late = found.is_issued()
        && (waits || tally.waiting() > 0)
        && receipt.map_or(found.deadline, |receipt| deadline(receipt.relay)) <= sheet.now;
    let cut_off =
        found.relays.iter().flat_map(|relay| &relay.silences).any(|silence| silence.cut_off && silence.unit == unit.id);
    html! {
        tr id={ "receipt-" (unit.id) } data-state=[late.then_some(if cut_off && waits { "wrong" } else { "attention" })] {
            th scope="row" { a href={ (address(id)) "/receipts/" (unit.id) } { (sheet.label(&unit.name)) }
                @if cut_off && waits { " " (state("wrong", &sheet.t("directive-cut-off"))) } }
            @for step in Step::ALL { td data-label=(sheet.t(super::step_key(step))) { (mark(sheet, found, unit.id, step)) } }
            (counts(sheet, id, unit.id, tally))
            td data-label=(sheet.t("directive-raise")) { @if waits || tally.waiting() > 0 { (sheet.raise(&unit.callsign, &unit.channel, &unit.telephone)) } }
        }
    }
}

fn mark(sheet: &Sheet<'_>, found: &Directive, unit: UnitId, step: Step) -> Markup {
    let Some(receipt) = found.units.get(&unit) else { return html! { span.none { "–" } } };
    if receipt.released {
        return html! { span.none { (sheet.t("directive-ruling-relieved")) } };
    }
    match receipt.mark(step) {
        Some(mark) => {
            html! { (state("done", &sheet.time(mark.at))) " " span.hint { (after(sheet, receipt.since, mark.at)) } @if mark.how != How::InPerson { " " span.hint { (sheet.t(super::super::record::how_key(mark.how))) } }
            @if step == Step::Done { (shown(sheet, found, Receiver::Unit(unit))) } }
        }
        None if step == Step::Acknowledged => state("attention", &sheet.t("directive-waiting")),
        None => html! { span.none { "–" } },
    }
}

/// The files of a receiver who said that it is done.
fn shown(sheet: &Sheet<'_>, found: &Directive, receiver: Receiver) -> Markup {
    found.evidence.get(&receiver).map(|evidence| attachment::shown(sheet, &evidence.files)).unwrap_or_default()
}

fn counts(sheet: &Sheet<'_>, id: DirectiveId, unit: UnitId, tally: Tally) -> Markup {
    if tally == Tally::default() {
        return html! { td.num { span.none { "–" } } td.num { span.none { "–" } } td.num { span.none { "–" } } td.num { span.none { "–" } } };
    }
    html! {
        td.num data-label=(sheet.t("directive-people")) { (tally.receivers) @if tally.released > 0 { " " span.hint { (sheet.say("directive-released", &[("count", tally.released.into())])) } } }
        td.num data-label=(sheet.t("directive-not-received")) data-state=[(tally.waiting() > 0).then_some("attention")] { a href={ (address(id)) "/receipts/" (unit) } { (tally.waiting()) } }
        td.num data-label=(sheet.t("directive-accepted")) { (tally.accepted) }
        td.num data-label=(sheet.t("directive-done")) { (tally.done) }
    }
}

/// How long it took, in the unit that a reader thinks in.
fn after(sheet: &Sheet<'_>, since: At, at: At) -> String {
    seconds(sheet, u32::try_from((at.millis() - since.millis()) / 1000).unwrap_or(0))
}

fn seconds(sheet: &Sheet<'_>, seconds: u32) -> String {
    if seconds < 60 {
        sheet.say("directive-after-seconds", &[("count", seconds.into())])
    } else {
        sheet.say("directive-after-minutes", &[("count", (seconds / 60).into())])
    }
}

/// The receipts of one unit and its people as a fragment: whoever has not read it first.
pub fn of_unit(sheet: &Sheet<'_>, id: DirectiveId, unit: UnitId) -> Markup {
    let fragment = Fragment::ReceiptsOf { directive: id, unit };
    let Some(found) = sheet.board().directives.get(id) else { return post::gone(sheet, fragment) };
    let mut all: Vec<Receiving> = found.people.of_unit(unit).collect();
    all.sort_by_key(|one| (one.receipt.has(Step::Acknowledged), one.receipt.has(Step::Accepted), one.person));
    let records = found.is_issued() && sheet.may(Action::RecordReceipt, Place::Unit(unit));
    html! {
        div id=(fragment) data-fragment {
            @if let Some(receipt) = found.units.get(&unit) {
                section.part { h2 { (sheet.t("directive-units-receipt")) }
                    dl.about { @for step in Step::ALL { dt { (sheet.t(super::step_key(step))) } dd { (mark(sheet, found, unit, step)) } } }
                    @if records && receipt.is_waiting() { (record(sheet, id, Receiver::Unit(unit))) }
                    @if let Some(evidence) = found.evidence.get(&Receiver::Unit(unit)).and_then(|evidence| evidence.words) { p { (sheet.words(evidence)) } }
                }
            }
            section.part { h2 { (sheet.t("directive-people")) }
                @if all.is_empty() { p.empty { (sheet.t("directive-no-people")) } }
                @else {
                    div.table-wrap role="region" aria-label=(sheet.t("directive-people")) tabindex="0" {
                        table.table.stack data-grid {
                            thead { tr { th scope="col" { (sheet.t("person")) }
                                @for step in Step::ALL { th scope="col" { (sheet.t(super::step_key(step))) } }
                                th scope="col" { (sheet.t("directive-raise")) } } }
                            tbody { @for one in &all { (person_row(sheet, id, found, one, records)) } }
                        }
                    }
                }
            }
        }
    }
}

fn person_row(sheet: &Sheet<'_>, id: DirectiveId, found: &Directive, one: &Receiving, records: bool) -> Markup {
    let released = found.released.contains(&one.person);
    let left = sheet.board().force.serving(one.person).is_none();
    let waits = !released && !one.receipt.has(Step::Acknowledged);
    html! {
        tr id={ "receipt-" (one.person) } data-state=[waits.then_some("attention")] {
            th scope="row" { (people::line(sheet, one.person))
                @if left { " " (state("info", &sheet.t("directive-left"))) } @else if released { " " (state("info", &sheet.t("directive-ruling-relieved"))) } }
            @for step in Step::ALL { td data-label=(sheet.t(super::step_key(step))) {
                @match one.receipt.after(step) {
                    Some(after) => { (state("done", &seconds(sheet, after)))
                        @if step == Step::Done {
                            @let receiver = Receiver::Person(one.person);
                            @if let Some(words) = found.evidence.get(&receiver).and_then(|evidence| evidence.words) { " " (sheet.words(words)) }
                            " " (shown(sheet, found, receiver)) } }
                    None if waits && step == Step::Acknowledged => { (state("attention", &sheet.t("directive-waiting"))) }
                    None => { span.none { "–" } }
                }
            } }
            td data-label=(sheet.t("directive-raise")) {
                @if waits { (people::raised(sheet, one.person)) @if records { (record(sheet, id, Receiver::Person(one.person))) } }
            }
        }
    }
}

/// Somebody was raised by radio or telephone and has read it.
fn record(sheet: &Sheet<'_>, id: DirectiveId, receiver: Receiver) -> Markup {
    html! {
        form.acts method="post" action={ (address(id)) "/receipts" } data-live {
            input type="hidden" name="command_id";
            input type="hidden" name="receiver" value=(receiver);
            input type="hidden" name="step" value=(step_word(Step::Acknowledged));
            button.act.small name="how" value="radio" { (sheet.t("directive-heard-radio")) }
            button.act.small name="how" value="telephone" { (sheet.t("directive-heard-telephone")) }
            p.fault data-fault role="alert" hidden {}
        }
    }
}
