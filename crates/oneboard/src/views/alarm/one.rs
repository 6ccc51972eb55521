//! One alarm: what is wrong, whose it is, and everything that can be done about it.

use board::access::{Action, Place};
use board::alarm::{Alarm, End};
use board::{AlarmId, At, Label, PersonId, Subject, UnitId};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::list::how;
use super::{about, address, colour, kind_key, owner, priority_key, raise, subject_address, what, why_key};
use crate::fragment::Fragment;
use crate::views::{Sheet, attachment, people, post, record, state, watch};

#[derive(Debug, Serialize, JsonSchema)]
pub struct AlarmModel {
    pub alarm: AlarmId,
    pub kind: board::alarm::Kind,
    pub priority: board::alarm::Priority,
    pub unit: UnitId,
    pub unit_name: Label,
    /// In the reader's language.
    pub what: String,
    pub since: At,
    pub raised: At,
    /// The unit whose watch is asked.
    pub asks: UnitId,
    pub owner: Option<PersonId>,
    pub owned_since: Option<At>,
    pub over: Option<At>,
}

pub fn alarm_model(sheet: &Sheet<'_>, id: AlarmId, alarm: &Alarm) -> AlarmModel {
    AlarmModel {
        alarm: id,
        kind: alarm.cause.kind,
        priority: alarm.priority,
        unit: alarm.cause.unit,
        unit_name: sheet.board().force.unit(alarm.cause.unit).map(|unit| unit.name.clone()).unwrap_or_default(),
        what: what(sheet, alarm),
        since: alarm.since,
        raised: alarm.raised,
        asks: alarm.asks,
        owner: alarm.owner.map(|(owner, _)| owner),
        owned_since: alarm.owner.map(|(_, since)| since),
        over: alarm.end.map(End::at),
    }
}

pub fn one(sheet: &Sheet<'_>, id: AlarmId) -> Markup {
    let fragment = Fragment::Alarm(id);
    let Some(alarm) = sheet.board().alarms.find(id) else { return post::gone(sheet, fragment) };
    let is_mine = alarm.owner.is_some_and(|(owner, _)| Some(owner) == sheet.actor.person());
    let may = sheet.may(Action::AnswerAlarm, Place::Unit(alarm.cause.unit));
    html! {
        div id=(fragment) data-fragment {
            section.part {
                article.alarm data-state=(colour(alarm.priority)) data-owned=[alarm.end.is_none().then_some(if alarm.owner.is_some() { "yes" } else { "no" })] {
                    p.alarm-what { (state(colour(alarm.priority), &sheet.t(priority_key(alarm.priority)))) " " (what(sheet, alarm)) }
                    p.alarm-why { (sheet.t(why_key(alarm.cause.kind))) }
                    p { (raise(sheet, alarm)) }
                    @if alarm.end.is_none() { (owner(sheet, id, alarm)) }
                }
                (facts(sheet, alarm))
            }
            @if alarm.end.is_none() && may {
                @if is_mine { (own_acts(sheet, id)) }
                @if alarm.owner.is_some() { (hand_on(sheet, id, alarm)) }
            }
            section.part {
                h2 { (sheet.t("attachment")) }
                (attachment::attached(sheet, Subject::Alarm(id)))
                @if may { (attachment::form(sheet, Subject::Alarm(id), &address(id))) }
            }
            p.hint { a href=(record::address(Subject::Alarm(id))) { (sheet.t("alarm-record")) } }
        }
    }
}

fn facts(sheet: &Sheet<'_>, alarm: &Alarm) -> Markup {
    html! {
        dl.about {
            dt { (sheet.t("alarm-wrong")) }
            dd { ul.list { @for subject in &alarm.subjects {
                @let words = about(sheet, alarm.cause, alarm.operation, *subject);
                li { @match subject_address(alarm.operation, *subject) {
                    Some(there) => { a href=(there) { (words) } }
                    None => { (words) }
                } }
            } } }
            dt { (sheet.t("alarm-column-since")) } dd { (sheet.moment(alarm.since)) }
            dt { (sheet.t("alarm-column-raised")) } dd { (sheet.moment(alarm.raised)) }
            dt { (sheet.t("alarm-asks")) }
            dd {
                (sheet.unit(alarm.asks))
                @if alarm.escalated > 0 { " " (state("attention", &sheet.say("alarm-escalated", &[("count", u32::from(alarm.escalated).into())]))) }
                @if let Some(due) = alarm.escalates { " " span.hint { (sheet.say("alarm-escalates", &[("time", sheet.time(due).into())])) } }
            }
            @if let Some((who, since)) = alarm.owner { dt { (sheet.t("alarm-owner")) } dd { (people::raised(sheet, who)) " " (sheet.moment(since)) } }
            @if let Some(words) = alarm.words { dt { (sheet.t(kind_key(alarm.cause.kind))) } dd { (watch::words_of(sheet, words)) } }
            @if let Some((words, by, at)) = alarm.doing { dt { (sheet.t("alarm-doing")) } dd { (watch::words_of(sheet, words)) " " span.hint { (sheet.name(by)) ", " (sheet.moment(at)) } } }
            @if let Some(end) = alarm.end { dt { (sheet.t("alarm-column-over")) } dd { (sheet.moment(end.at())) " " (how(sheet, alarm)) } }
        }
    }
}

fn own_acts(sheet: &Sheet<'_>, id: AlarmId) -> Markup {
    html! {
        section.part {
            h2 { (sheet.t("alarm-yours")) }
            form.form method="post" action={ (address(id)) "/report" } data-live data-clear {
                input type="hidden" name="command_id";
                div.row { label for="report-words" { (sheet.t("alarm-doing")) } input #report-words name="words" maxlength="4000" required autocomplete="off"; }
                p.fault data-fault role="alert" hidden {}
                div.acts { button.act { (sheet.t("alarm-report")) } span.progress data-progress hidden {} }
            }
            form.form method="post" action={ (address(id)) "/clear" } data-live {
                input type="hidden" name="command_id";
                div.row {
                    label for="clear-words" { (sheet.t("alarm-why-clear")) } span.hint #clear-hint { (sheet.t("alarm-why-clear-hint")) }
                    input #clear-words name="words" maxlength="4000" required autocomplete="off" aria-describedby="clear-hint";
                }
                p.fault data-fault role="alert" hidden {}
                div.acts { button.act.main { (sheet.t("alarm-clear")) } span.progress data-progress hidden {} }
            }
        }
    }
}

fn hand_on(sheet: &Sheet<'_>, id: AlarmId, alarm: &Alarm) -> Markup {
    let mut who = people::who_may(sheet, Action::AnswerAlarm, alarm.cause.unit);
    who.retain(|person| alarm.owner.is_none_or(|(owner, _)| owner != *person));
    html! {
        details {
            summary.act { (sheet.t("alarm-hand-on")) }
            form.form method="post" action={ (address(id)) "/hand-on" } data-live {
                input type="hidden" name="command_id";
                div.row { label for="hand-on-to" { (sheet.t("alarm-hand-on-to")) } select #hand-on-to name="to" required { (people::options(sheet, &who, None)) } }
                p.fault data-fault role="alert" hidden {}
                div.acts { button.act.main { (sheet.t("alarm-hand-on")) } span.progress data-progress hidden {} }
            }
        }
    }
}
