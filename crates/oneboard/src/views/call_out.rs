//! Call-outs: the list of a unit, one call-out, and what the phone of somebody who is called shows.

use board::access::{Action, Place};
use board::call_out::{self, CallOut, Called, Standing, Tally};
use board::{CallOutId, PersonId, UnitId};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Sheet, people, post, state};
use crate::fragment::Fragment;

/// People on one page: whoever has said nothing stands first, and nobody telephones more than these from one list.
const MOST_LISTED: usize = 100;

pub fn address(id: CallOutId) -> String {
    format!("/call-outs/{id}")
}

pub fn list(sheet: &Sheet<'_>, unit: UnitId) -> Markup {
    let board = sheet.board();
    let mut all: Vec<(CallOutId, &CallOut)> =
        board.call_outs.iter().filter(|(_, found)| board.force.is_within(found.unit, unit)).collect();
    all.sort_by_key(|(_, found)| (found.closed.is_some(), std::cmp::Reverse(found.opened.1)));
    let operation = sheet.present_operation().filter(|id| board.operation(*id).is_some_and(|found| found.is_running()));
    html! {
        @if all.is_empty() { p.empty { (sheet.t("call-outs-none")) } }
        ul.list { @for (id, found) in all { li id={ "callout-row-" (id) } {
            a href=(address(id)) { (sheet.unit(found.unit)) " " (sheet.day_time(found.opened.1)) } " " (numbers(sheet, found.total()))
            @if found.closed.is_some() { " " (state("done", &sheet.t("call-out-closed"))) }
        } } }
        @if let Some(operation) = operation.filter(|_| sheet.may(Action::OpenCallOut, Place::Unit(unit))) {
            details { summary.act { (sheet.t("call-out-open")) }
                form.form method="post" action={ "/operations/" (operation) "/call-outs" } data-live {
                    input type="hidden" name="command_id"; input type="hidden" name="unit" value=(unit);
                    div.row { label for="circle" { (sheet.t("call-out-circle")) } select #circle name="circle" {
                        option value="standby" { (sheet.t("call-out-standby")) } option value="standby_and_reserve" { (sheet.t("call-out-reserve")) } } }
                    div.row { label for="where" { (sheet.t("call-out-where")) } input #where name="words" autocomplete="off"; }
                    p.fault data-fault role="alert" hidden {}
                    div.acts { button.act.main { (sheet.t("call-out-open")) } }
                } }
        }
    }
}

fn numbers(sheet: &Sheet<'_>, tally: Tally) -> String {
    let values = [
        ("called", tally.called.into()),
        ("coming", tally.coming.into()),
        ("arrived", tally.arrived.into()),
        ("cannot", tally.cannot.into()),
        ("silent", tally.silent.into()),
    ];
    sheet.say("call-out-tally", &values)
}

/// One call-out as a fragment: whoever has said nothing first, with how to raise them.
pub fn page(sheet: &Sheet<'_>, id: CallOutId) -> Markup {
    let fragment = Fragment::CallOut(id);
    let Some(found) = sheet.board().call_outs.get(id) else { return post::gone(sheet, fragment) };
    let mut people: Vec<(PersonId, &Called)> = found.people.iter().map(|(person, called)| (*person, called)).collect();
    people.sort_by_key(|(person, called)| (rank(called.standing), *person));
    let more = people.len().saturating_sub(MOST_LISTED);
    people.truncate(MOST_LISTED);
    let may_open = found.is_open() && sheet.may(Action::OpenCallOut, Place::Unit(found.unit));
    html! {
        div id=(fragment) data-fragment {
            section.part {
                p { (numbers(sheet, found.total())) " · " (sheet.say("call-out-answer-by", &[("time", sheet.time(found.answer_by).into())])) }
                @if let Some(count) = found.unanswered.filter(|count| *count > 0) { p { (state("attention", &sheet.say("call-out-unanswered", &[("count", count.into())]))) } }
                @if let Some(words) = found.words { p { (sheet.words(words)) } }
                @if let Some((_, at)) = found.closed { p { (state("done", &sheet.t("call-out-closed"))) " " (sheet.moment(at)) } }
            }
            (by_unit(sheet, found))
            div.table-wrap role="region" aria-label=(sheet.t("call-out")) tabindex="0" {
                table.table.stack data-grid {
                    thead { tr { th scope="col" { (sheet.t("person")) } th scope="col" { (sheet.t("call-out-standing")) } th scope="col" { (sheet.t("directive-raise")) } } }
                    tbody { @for (person, called) in people { (row(sheet, id, found, person, called)) } }
                }
            }
            @if more > 0 { p.hint { (sheet.say("call-out-more", &[("count", more.into())])) } }
            @if may_open { details { summary.act { (sheet.t("call-out-close")) }
                form.form method="post" action={ (address(id)) "/close" } data-live { input type="hidden" name="command_id"; p.fault data-fault role="alert" hidden {} div.acts { button.act.grave { (sheet.t("call-out-close")) } } } } }
        }
    }
}

/// How many of each unit have said what, in the order of the tree.
fn by_unit(sheet: &Sheet<'_>, found: &CallOut) -> Markup {
    let board = sheet.board();
    let seen = sheet.scope(Action::ViewRoster);
    let called = board.force.branch(found.unit).filter(|unit| seen.covers(&board.force, unit.id));
    let units: Vec<_> = called.map(|unit| (unit, found.tally(unit.id))).filter(|(_, tally)| tally.called > 0).collect();
    let columns = [
        "call-out-column-called",
        "call-out-column-arrived",
        "call-out-column-coming",
        "call-out-column-cannot",
        "call-out-column-silent",
    ];
    html! {
        div.table-wrap role="region" aria-label=(sheet.t("units")) tabindex="0" {
            table.table.matrix data-grid {
                thead { tr { th scope="col" { (sheet.t("unit")) } @for column in columns { th.num scope="col" { (sheet.t(column)) } } } }
                tbody { @for (unit, tally) in units {
                    tr id={ "called-of-" (unit.id) } {
                        th scope="row" { (sheet.label(&unit.name)) }
                        td.num data-label=(sheet.t(columns[0])) { (tally.called) }
                        td.num data-label=(sheet.t(columns[1])) { (tally.arrived) }
                        td.num data-label=(sheet.t(columns[2])) { (tally.coming) }
                        td.num data-label=(sheet.t(columns[3])) { (tally.cannot) }
                        td.num data-label=(sheet.t(columns[4])) data-state=[(tally.silent > 0 && found.answer_by <= sheet.now).then_some("attention")] { (tally.silent) }
                    }
                } }
            }
        }
    }
}

const fn rank(standing: Standing) -> u8 {
    match standing {
        Standing::Called => 0,
        Standing::Coming { .. } => 1,
        Standing::Cannot { .. } => 2,
        Standing::Arrived { .. } => 3,
    }
}

fn standing(sheet: &Sheet<'_>, called: &Called) -> Markup {
    match called.standing {
        Standing::Called => state("attention", &sheet.t("call-out-called")),
        Standing::Coming { due, .. } => state(
            if due < sheet.now { "attention" } else { "normal" },
            &sheet.say("call-out-coming", &[("time", sheet.time(due).into())]),
        ),
        Standing::Arrived { at } => state("done", &sheet.say("call-out-arrived", &[("time", sheet.time(at).into())])),
        Standing::Cannot { words, .. } => {
            html! { (state("info", &sheet.t("call-out-cannot"))) " " (sheet.words(words)) }
        }
    }
}

fn row(sheet: &Sheet<'_>, id: CallOutId, found: &CallOut, person: PersonId, called: &Called) -> Markup {
    let waits = matches!(called.standing, Standing::Called | Standing::Coming { .. });
    html! {
        tr id={ "called-" (person) } data-state=[(called.standing == Standing::Called).then_some("attention")] {
            th scope="row" { (people::line(sheet, person)) @if called.standby { " " span.hint { (sheet.t("call-out-standby")) } } }
            td data-label=(sheet.t("call-out-standing")) { (standing(sheet, called)) }
            td data-label=(sheet.t("directive-raise")) { @if waits {
                (people::raised(sheet, person))
                @if found.is_open() && sheet.may(Action::RecordPresence, Place::Person(person)) {
                    form.acts method="post" action={ (address(id)) "/answers" } data-live {
                        input type="hidden" name="command_id"; input type="hidden" name="person" value=(person);
                        @if called.standing == Standing::Called { button.act.small name="word" value="coming" { (sheet.t("call-out-comes")) } }
                        button.act.small name="word" value="arrived" { (sheet.t("call-out-is-there")) }
                        p.fault data-fault role="alert" hidden {}
                    }
                }
            } }
        }
    }
}

/// What the phone of somebody who is called shows.
pub fn mine(sheet: &Sheet<'_>, person: PersonId) -> Markup {
    let calls: Vec<(CallOutId, &CallOut, Called)> = call_out::waiting_for(sheet.board(), person).collect();
    html! {
        @for (id, found, called) in calls {
            section.mine-orders.asked id={ "called-" (id) } {
                h2 { (sheet.say("call-out-you", &[("unit", sheet.unit(found.unit).into())])) }
                @if let Some(words) = found.words { p { (sheet.words(words)) } }
                p { (standing(sheet, &called)) }
                form method="post" action="/mine/call-out" data-offline data-says=(sheet.t("call-out")) {
                    input type="hidden" name="command_id"; input type="hidden" name="call_out" value=(id);
                    @if called.standing == Standing::Called { button.thumb.main name="word" value="coming" { (sheet.t("call-out-i-come")) } }
                    button.thumb name="word" value="arrived" { (sheet.t("call-out-i-am-there")) }
                }
                details { summary.thumb { (sheet.t("call-out-i-cannot")) }
                    form method="post" action="/mine/call-out" data-offline data-says=(sheet.t("call-out")) {
                        input type="hidden" name="command_id"; input type="hidden" name="call_out" value=(id); input type="hidden" name="word" value="cannot";
                        div.row { label for={ "cannot-" (id) } { (sheet.t("directive-why")) } input id={ "cannot-" (id) } name="words" required autocomplete="off"; }
                        button.thumb { (sheet.t("call-out-i-cannot")) }
                    } }
            }
        }
    }
}

/// A call-out as programs read it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CallOutModel {
    pub id: CallOutId,
    pub unit: UnitId,
    pub opened: board::At,
    pub answer_by: board::At,
    pub closed: Option<board::At>,
    pub tally: Tally,
}

pub fn model(id: CallOutId, found: &CallOut) -> CallOutModel {
    CallOutModel {
        id,
        unit: found.unit,
        opened: found.opened.1,
        answer_by: found.answer_by,
        closed: found.closed.map(|(_, at)| at),
        tally: found.total(),
    }
}
