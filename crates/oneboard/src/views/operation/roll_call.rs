//! Roll calls by exception: only those not known to be at their post are asked.

use board::access::{Action, Place};
use board::checkin::{Answer, RollCall};
use board::operation::Operation;
use board::{OperationId, RollCallId};
use maud::{Markup, html};

use super::{Sheet, address, people, state};
use crate::fragment::Fragment;
use crate::views::post;

const ANSWERS: [(Answer, &str, &str); 4] = [
    (Answer::AtPost, "at_post", "roll-call-at-post"),
    (Answer::Coming, "coming", "roll-call-coming"),
    (Answer::Absent, "absent", "roll-call-absent"),
    (Answer::Excused, "excused", "roll-call-excused"),
];

fn answer_key(answer: Answer) -> &'static str {
    ANSWERS.iter().find(|(found, _, _)| *found == answer).map_or("roll-call-coming", |(_, _, key)| key)
}

/// The roll calls of an operation that the viewer may see: the open ones, then the closed ones, the latest first.
pub fn list(sheet: &Sheet<'_>, id: OperationId) -> Markup {
    let fragment = Fragment::RollCalls(id);
    let Some(operation) = sheet.board().operation(id) else { return post::gone(sheet, fragment) };
    let scope = sheet.scope(Action::ViewPosts);
    let force = &sheet.board().force;
    let mut calls: Vec<_> =
        operation.presence.roll_calls().filter(|(_, call)| scope.covers(force, call.unit)).collect();
    calls.sort_by_key(|(_, call)| (call.closed.is_some(), std::cmp::Reverse(call.opened)));
    html! {
        div id=(fragment) data-fragment {
            (open_form(sheet, id, operation))
            @if calls.is_empty() { p.empty { (sheet.t("roll-call-none")) } }
            @for (call_id, call) in calls { (one(sheet, id, operation, call_id, call)) }
        }
    }
}

fn open_form(sheet: &Sheet<'_>, id: OperationId, operation: &Operation) -> Markup {
    let scope = sheet.scope(Action::RecordPresence);
    let force = &sheet.board().force;
    let units: Vec<_> = force.branch(operation.unit).filter(|unit| scope.covers(force, unit.id)).collect();
    if units.is_empty() || !operation.is_running() {
        return html! {};
    }
    html! {
        form.find method="post" action={ (address(id)) "/roll-calls" } data-live {
            input type="hidden" name="command_id";
            label.sr for="roll-call-unit" { (sheet.t("unit")) }
            select #roll-call-unit name="unit" { @for unit in units { option value=(unit.id) { (sheet.label(&unit.name)) } } }
            button.act.main { (sheet.t("roll-call-open")) }
            p.fault data-fault role="alert" hidden {}
        }
    }
}

fn one(sheet: &Sheet<'_>, id: OperationId, operation: &Operation, call_id: RollCallId, call: &RollCall) -> Markup {
    let may_record = sheet.may(Action::RecordPresence, Place::Unit(call.unit)) && call.closed.is_none();
    let answered = call.exceptions.values().filter(|answer| answer.is_some()).count();
    let values = [
        ("expected", call.expected.into()),
        ("here", call.at_post.into()),
        ("asked", call.exceptions.len().into()),
        ("answered", answered.into()),
    ];
    html! {
        section.part id={ "roll-call-" (call_id) } {
            h2 { (sheet.unit(call.unit)) " · " (sheet.moment(call.opened)) }
            p {
                @match call.closed {
                    Some(at) => { (state("done", &sheet.say("roll-call-closed", &[("time", sheet.time(at).into())]))) }
                    None => { (state("info", &sheet.t("roll-call-is-open"))) }
                }
                " " (sheet.say("roll-call-figures", &values))
            }
            ul.list { @for (assignment, answer) in &call.exceptions {
                @if let Some(found) = operation.roster.assignment(*assignment) {
                    li id={ "answer-" (assignment) } {
                        (people::raised(sheet, found.person)) " "
                        @if let Some(at) = operation.roster.shift(found.shift).and_then(|shift| operation.posts.get(shift.post)) {
                            a href=(post::address(id, at.id)) { (at.number) " " (sheet.label(&at.name)) } " " (sheet.raise(&at.callsign, &at.channel, &at.telephone)) " "
                        }
                        @match answer {
                            Some((Answer::Absent, at)) => { (state("wrong", &sheet.t("roll-call-absent"))) " " (sheet.moment(*at)) }
                            Some((answer, at)) => { (state("done", &sheet.t(answer_key(*answer)))) " " (sheet.moment(*at)) }
                            None => { (state("attention", &sheet.t("roll-call-unanswered"))) }
                        }
                        @if may_record && answer.is_none() {
                            form.acts method="post" action={ (address(id)) "/roll-calls/" (call_id) "/answers" } data-live {
                                input type="hidden" name="command_id";
                                input type="hidden" name="assignment" value=(assignment);
                                @for (_, word, key) in ANSWERS { button.act.small name="answer" value=(word) { (sheet.t(key)) } }
                                p.fault data-fault role="alert" hidden {}
                            }
                        }
                    }
                }
            } }
            @if may_record {
                form.acts method="post" action={ (address(id)) "/roll-calls/" (call_id) "/close" } data-live {
                    input type="hidden" name="command_id";
                    button.act { (sheet.t("roll-call-close")) }
                    p.fault data-fault role="alert" hidden {}
                }
            }
        }
    }
}
