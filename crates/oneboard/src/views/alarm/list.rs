//! The alarms of a unit and all below it: open, lately over, and how many an hour each watch gets.

use board::alarm::{Alarm, End, MOST_AN_HOUR, Priority};
use board::{AlarmId, At, PersonId, UnitId};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::one::{AlarmModel, alarm_model};
use super::{address, article, what};
use crate::fragment::Fragment;
use crate::views::{Sheet, people, state, watch};

/// Alarms that are over, on a screen: about a busy watch. The earlier ones are in the records.
const MOST_OVER: usize = 50;

#[derive(Debug, Serialize, JsonSchema)]
pub struct AlarmsModel {
    pub unit: UnitId,
    /// How many asked each watch in the last hour.
    pub an_hour: Vec<Rate>,
    pub open: Vec<AlarmModel>,
    /// The last one first.
    pub over: Vec<AlarmModel>,
}

/// How many alarms a watch was asked in the last hour.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Rate {
    pub unit: UnitId,
    pub officer: Option<PersonId>,
    pub alarms: u32,
}

type Rows<'a> = Vec<(AlarmId, &'a Alarm)>;

/// Open ones gravest and oldest first, then those that are over.
fn of_branch<'a>(sheet: &'a Sheet<'_>, unit: UnitId) -> (Rows<'a>, Rows<'a>) {
    let board = sheet.board();
    let within = |alarm: &Alarm| board.force.is_within(alarm.cause.unit, unit) || alarm.asks == unit;
    let mut open: Rows<'_> = board.alarms.open().filter(|(_, alarm)| within(alarm)).collect();
    open.sort_by_key(|(id, alarm)| (alarm.owner.is_some(), alarm.priority, alarm.raised, *id));
    let over = board.alarms.ended().filter(|(_, alarm)| within(alarm)).take(MOST_OVER).collect();
    (open, over)
}

fn rates(sheet: &Sheet<'_>, unit: UnitId) -> Vec<Rate> {
    let board = sheet.board();
    let watched = board.force.branch(unit).filter_map(|found| Some((found.id, board.watch(found.id)?)));
    watched
        .map(|(unit, watch)| Rate { unit, officer: watch.officer, alarms: board.alarms.rate(unit, sheet.now) })
        .filter(|rate| rate.alarms > 0 || rate.unit == unit)
        .collect()
}

pub fn model(sheet: &Sheet<'_>, unit: UnitId) -> AlarmsModel {
    let (open, over) = of_branch(sheet, unit);
    let told = |rows: Rows<'_>| rows.into_iter().map(|(id, alarm)| alarm_model(sheet, id, alarm)).collect();
    AlarmsModel { unit, an_hour: rates(sheet, unit), open: told(open), over: told(over) }
}

pub fn list(sheet: &Sheet<'_>, unit: UnitId) -> Markup {
    let (open, over) = of_branch(sheet, unit);
    html! {
        div id=(Fragment::Alarms(unit)) data-fragment {
            (rate(sheet, unit))
            section.part {
                h2 { (sheet.t("alarm-open")) }
                @if open.is_empty() { p.empty { (sheet.t("alarm-none")) } }
                @for (id, alarm) in &open { (article(sheet, *id, alarm)) }
            }
            (ended(sheet, &over))
        }
    }
}

fn rate(sheet: &Sheet<'_>, unit: UnitId) -> Markup {
    let rates = rates(sheet, unit);
    html! {
        @if !rates.is_empty() {
            section.part {
                h2 { (sheet.t("alarm-rate")) }
                ul.list id={ "rates-" (unit) } {
                    @for rate in &rates {
                        @let many = rate.alarms > MOST_AN_HOUR;
                        li id={ "rate-" (rate.unit) } data-state=[many.then_some("attention")] {
                            span { (sheet.unit(rate.unit)) } " "
                            @if let Some(officer) = rate.officer { (sheet.name(officer)) " " }
                            b { (sheet.say("alarm-an-hour", &[("count", rate.alarms.into())])) }
                            @if many { " " (state("attention", &sheet.say("alarm-too-many", &[("most", MOST_AN_HOUR.into())]))) }
                        }
                    }
                }
            }
        }
    }
}

fn ended(sheet: &Sheet<'_>, over: &Rows<'_>) -> Markup {
    html! {
        section.part {
            h2 { (sheet.t("alarm-over")) }
            @if over.is_empty() { p.empty { (sheet.t("alarm-none-over")) } }
            @else {
                div.table-wrap role="region" aria-label=(sheet.t("alarm-over")) tabindex="0" {
                    table.table.stack data-grid {
                        thead { tr {
                            th scope="col" { (sheet.t("alarm-column-what")) }
                            th scope="col" { (sheet.t("alarm-column-priority")) }
                            th scope="col" { (sheet.t("alarm-column-raised")) }
                            th scope="col" { (sheet.t("alarm-column-over")) }
                            th scope="col" { (sheet.t("alarm-column-how")) }
                        } }
                        tbody { @for (id, alarm) in over { (row(sheet, *id, alarm)) } }
                    }
                }
            }
        }
    }
}

fn row(sheet: &Sheet<'_>, id: AlarmId, alarm: &Alarm) -> Markup {
    let priority = super::priority_key(alarm.priority);
    html! {
        tr id={ "over-" (id) } {
            th scope="row" { a href=(address(id)) { (what(sheet, alarm)) } }
            td data-label=(sheet.t("alarm-column-priority")) { @if alarm.priority != Priority::Ordinary { (sheet.t(priority)) } }
            td data-label=(sheet.t("alarm-column-raised")) { (sheet.moment(alarm.raised)) }
            td data-label=(sheet.t("alarm-column-over")) { (sheet.moment(alarm.end.map_or(At::default(), End::at))) }
            td data-label=(sheet.t("alarm-column-how")) { (how(sheet, alarm)) }
        }
    }
}

/// How an alarm came to its end.
pub fn how(sheet: &Sheet<'_>, alarm: &Alarm) -> Markup {
    html! {
        @match alarm.end {
            Some(End::Cleared { by, words, .. }) => { (sheet.name(by)) ": " (watch::words_of(sheet, words)) }
            Some(End::Passed { .. }) => {
                (sheet.t("alarm-passed"))
                @if let Some((owner, _)) = alarm.owner { " · " (people::raised(sheet, owner)) }
            }
            None => {}
        }
    }
}
