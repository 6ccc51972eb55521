//! One line of the log: everything that was added to it, and what may be done with it.

use board::access::{Action, Place};
use board::watch::{Line, Triage};
use board::{Actor, UnitId};
use maud::{Markup, html};

use super::{Sheet, from, is_unsigned, kind_key, line_address, line_state, signed, words_of};
use crate::views::{people, post};

/// The page of one line.
pub fn one(sheet: &Sheet<'_>, unit: UnitId, number: u32, line: &Line) -> Markup {
    let place = Place::Unit(unit);
    let open = line.closed.is_none();
    let mine =
        line.order.is_some_and(|(leader, signature)| Some(leader) == sheet.actor.person() && is_unsigned(signature));
    html! {
        section.part {
            p.text { (words_of(sheet, line.words)) }
            dl.about {
                dt { (sheet.t("state")) } dd { (line_state(sheet, line)) }
                dt { (sheet.t("watch-kind")) } dd { (sheet.t(kind_key(line.kind))) }
                dt { (sheet.t("watch-from")) } dd { (from(sheet, line)) }
                dt { (sheet.t("watch-received")) } dd { (sheet.moment(line.at)) " " (by(sheet, line.by)) }
                @if let Some((operation, at)) = line.operation.zip(line.post) {
                    @if let Some(found) = sheet.board().operation(operation).and_then(|found| found.posts.get(at)) {
                        dt { (sheet.t("post")) } dd { a href=(post::address(operation, at)) { (found.number) " " (sheet.label(&found.name)) } " " (sheet.raise(&found.callsign, &found.channel, &found.telephone)) }
                    }
                }
                dt { (sheet.t("watch-triage")) } dd { (sheet.t(triage_key(line.triage))) }
                @if let Some(owner) = line.owner { dt { (sheet.t("watch-owner")) } dd { (people::raised(sheet, owner)) } }
                @if let Some((words, who, at)) = line.decision { dt { (sheet.t("watch-decision")) } dd { (words_of(sheet, words)) " " span.hint { (sheet.moment(at)) " " (by(sheet, who)) } } }
                @if let Some((leader, signature)) = line.order { dt { (sheet.t("watch-signature")) } dd { (signed(sheet, signature)) " " (people::raised(sheet, leader)) } }
                @if let Some((who, at)) = line.closed { dt { (sheet.t("watch-closed")) } dd { (sheet.moment(at)) " " (by(sheet, who)) } }
            }
        }
        @if mine && sheet.may(Action::Countersign, place) { (signature_acts(sheet, unit, number)) }
        @if open && sheet.may(Action::Triage, place) {
            section.part {
                h2 { (sheet.t("watch-triage")) }
                (triage_form(sheet, unit, number, line))
            }
            section.part {
                h2 { (sheet.t("watch-decision")) }
                form.form method="post" action={ (line_address(unit, number)) "/decide" } {
                    input type="hidden" name="command_id";
                    div.row { label for="decision" { (sheet.t("watch-decision-words")) } textarea #decision name="words" maxlength="4000" required {} }
                    div.acts { button.act.main { (sheet.t("watch-decide")) } }
                }
            }
            form.acts method="post" action={ (line_address(unit, number)) "/close" } {
                input type="hidden" name="command_id";
                button.act { (sheet.t("watch-close")) }
            }
        }
    }
}

fn by(sheet: &Sheet<'_>, who: Actor) -> String {
    match who {
        Actor::Person(person) => sheet.say("watch-by", &[("name", sheet.name(person).into())]),
        Actor::Clock | Actor::Operator => sheet.t("watch-by-system").into_owned(),
    }
}

const fn triage_key(triage: Triage) -> &'static str {
    match triage {
        Triage::Untriaged => "watch-to-triage",
        Triage::Information => "watch-information",
        Triage::Action => "watch-action",
    }
}

fn triage_form(sheet: &Sheet<'_>, unit: UnitId, number: u32, line: &Line) -> Markup {
    let owners = people::owners(sheet, unit);
    html! {
        form.form method="post" action={ (line_address(unit, number)) "/triage" } {
            input type="hidden" name="command_id";
            div.row {
                label for="owner" { (sheet.t("watch-owner")) }
                select #owner name="owner" { (people::options(sheet, &owners, line.owner.or(sheet.actor.person()))) }
            }
            div.acts {
                button.act.main name="triage" value="action" { (sheet.t("watch-action")) }
                button.act name="triage" value="information" { (sheet.t("watch-information")) }
            }
        }
    }
}

/// The quick answers to a line nobody has looked at: it is for information, I see to it, or somebody else does.
pub fn triage_acts(sheet: &Sheet<'_>, unit: UnitId, number: u32) -> Markup {
    html! {
        form.acts method="post" action={ (line_address(unit, number)) "/triage" } data-live {
            input type="hidden" name="command_id";
            button.act.small name="triage" value="action" { (sheet.t("watch-mine")) }
            a.act.small href=(line_address(unit, number)) { (sheet.t("watch-somebody-else")) }
            button.act.small name="triage" value="information" { (sheet.t("watch-information")) }
            p.fault data-fault role="alert" hidden {}
        }
    }
}

/// A decision in one line, and the end of it.
pub fn closing_acts(sheet: &Sheet<'_>, unit: UnitId, number: u32) -> Markup {
    html! {
        form.entry method="post" action={ (line_address(unit, number)) "/decide" } data-live data-clear {
            input type="hidden" name="command_id";
            label.sr for={ "decision-" (number) } { (sheet.t("watch-decision-words")) }
            input id={ "decision-" (number) } name="words" autocomplete="off" maxlength="4000" placeholder=(sheet.t("watch-decision-words"));
            button.act.small { (sheet.t("watch-decide")) }
            button.act.small formaction={ (line_address(unit, number)) "/close" } formnovalidate { (sheet.t("watch-close")) }
            p.fault data-fault role="alert" hidden {}
        }
    }
}

/// The leader signs for the order, or says that it was not given so.
pub fn signature_acts(sheet: &Sheet<'_>, unit: UnitId, number: u32) -> Markup {
    html! {
        form.acts method="post" action={ (line_address(unit, number)) "/countersign" } data-live {
            input type="hidden" name="command_id";
            button.act.main { (sheet.t("watch-countersign")) }
            p.fault data-fault role="alert" hidden {}
        }
        details {
            summary.act.small { (sheet.t("watch-dispute")) }
            form.form method="post" action={ (line_address(unit, number)) "/dispute" } data-live {
                input type="hidden" name="command_id";
                div.row { label for={ "dispute-" (number) } { (sheet.t("watch-dispute-words")) } input id={ "dispute-" (number) } name="words" maxlength="4000" required; }
                p.fault data-fault role="alert" hidden {}
                div.acts { button.act { (sheet.t("watch-dispute")) } }
            }
        }
    }
}
