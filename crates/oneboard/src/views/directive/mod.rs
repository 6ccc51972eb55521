//! Directives: the list of a unit, and one directive with its text, its state and what may be done to it.

mod form;
mod receipts;
mod relay;
mod trace;

use board::access::{Action, Place};
use board::directive::{self, Clause, Directive, Kind, Receiver, State, Step, Urgency, Waiting};
use board::{At, DirectiveId, UnitId};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

pub use form::{form, local};
pub use receipts::{grid, of_unit};
pub use relay::{amend, form as relay_form};
pub use trace::page as trace;

use super::{Sheet, attachment, people, post, state};
use crate::fragment::Fragment;
pub(super) use crate::views::record::{ruling_key, step_key};

pub fn address(id: DirectiveId) -> String {
    format!("/directives/{id}")
}

pub const fn urgency_key(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Routine => "directive-routine",
        Urgency::Urgent => "directive-urgent",
        Urgency::Emergency => "directive-emergency",
    }
}

pub const fn kind_key(kind: Kind) -> &'static str {
    match kind {
        Kind::Order => "directive-order",
        Kind::Briefing => "directive-briefing",
    }
}

fn state_of(sheet: &Sheet<'_>, found: &Directive) -> Markup {
    match found.state {
        State::Draft => state("normal", &sheet.t("directive-draft")),
        State::Proposed => state("attention", &sheet.t("directive-proposed")),
        State::Issued => state("normal", &sheet.t("directive-issued")),
        State::Withdrawn { .. } => state("info", &sheet.t("directive-withdrawn")),
        State::Closed { .. } => state("done", &sheet.t("directive-closed")),
    }
}

/// The directives that a unit or one below it issued or received, and that the viewer may open; the newest first.
pub fn in_view<'a>(sheet: &'a Sheet<'_>, unit: UnitId) -> Vec<(DirectiveId, &'a Directive)> {
    let board = sheet.board();
    let touches = |found: &Directive| {
        board.force.is_within(found.unit, unit)
            || found.receiving_units().iter().any(|receiving| board.force.is_within(*receiving, unit))
    };
    let mut all: Vec<_> = board
        .directives
        .iter()
        .filter(|(_, found)| touches(found) && directive::is_open_to(board, sheet.actor, found, sheet.now))
        .collect();
    all.sort_by_key(|(id, found)| (!found.is_open(), std::cmp::Reverse(found.issued.unwrap_or(found.written.1)), *id));
    all
}

/// A unit's directives as a fragment.
pub fn list(sheet: &Sheet<'_>, unit: UnitId) -> Markup {
    let all = in_view(sheet, unit);
    html! {
        div id=(Fragment::Directives(unit)) data-fragment {
            @if all.is_empty() { p.empty { (sheet.t("directives-none")) } }
            @else {
                div.table-wrap role="region" aria-label=(sheet.t("directives")) tabindex="0" {
                    table.table.stack data-grid {
                        thead { tr {
                            th scope="col" { (sheet.t("directive")) } th scope="col" { (sheet.t("directive-urgency")) }
                            th scope="col" { (sheet.t("directive-from")) } th scope="col" { (sheet.t("directive-state")) }
                            th.num scope="col" { (sheet.t("directive-not-received")) } th.num scope="col" { (sheet.t("directive-difficulties")) }
                            th scope="col" { (sheet.t("directive-deadline")) }
                        } }
                        tbody { @for (id, found) in all { (row(sheet, id, found)) } }
                    }
                }
            }
        }
    }
}

fn row(sheet: &Sheet<'_>, id: DirectiveId, found: &Directive) -> Markup {
    let tally = found.tally();
    let late = found.is_issued() && tally.waiting() > 0 && found.deadline <= sheet.now;
    let difficulties = found.open_difficulties().count();
    html! {
        tr id={ "directive-row-" (id) } data-state=[late.then_some("attention")] {
            th scope="row" { a href=(address(id)) { (sheet.wording(&found.title)) } }
            td data-label=(sheet.t("directive-urgency")) { (urgency(sheet, found)) }
            td data-label=(sheet.t("directive-from")) { (origin(sheet, found)) }
            td data-label=(sheet.t("directive-state")) { (state_of(sheet, found)) }
            td.num data-label=(sheet.t("directive-not-received")) {
                @if found.is_issued() { a href={ (address(id)) "/receipts" } { (tally.waiting()) small { (sheet.say("board-of", &[("count", tally.receivers.into())])) } } }
                @else { span.none { "–" } }
            }
            td.num data-label=(sheet.t("directive-difficulties")) data-state=[(difficulties > 0).then_some("attention")] { (difficulties) }
            td data-label=(sheet.t("directive-deadline")) { (sheet.moment(found.deadline)) }
        }
    }
}

fn urgency(sheet: &Sheet<'_>, found: &Directive) -> Markup {
    let words = sheet.t(urgency_key(found.urgency));
    match found.urgency {
        Urgency::Emergency => state("wrong", &words),
        Urgency::Urgent => state("attention", &words),
        Urgency::Routine => html! { (words) },
    }
}

fn origin(sheet: &Sheet<'_>, found: &Directive) -> Markup {
    html! {
        @match &found.origin.above {
            Some(above) => { (sheet.label(above)) @if !found.origin.number.is_empty() { " " (found.origin.number) } }
            None => { (sheet.unit(found.unit)) }
        }
    }
}

/// One directive as a fragment: what it says, to whom, and what may be done.
pub fn page(sheet: &Sheet<'_>, id: DirectiveId) -> Markup {
    let fragment = Fragment::Directive(id);
    let Some(found) = sheet.board().directives.get(id) else { return post::gone(sheet, fragment) };
    html! {
        div id=(fragment) data-fragment {
            (asked(sheet, id, found))
            section.part {
                dl.about {
                    dt { (sheet.t("directive-state")) } dd { (state_of(sheet, found)) " " (approval(sheet, found)) }
                    dt { (sheet.t("directive-urgency")) } dd { (urgency(sheet, found)) " · " (sheet.t(kind_key(found.kind))) }
                    dt { (sheet.t("directive-from")) } dd { (origin(sheet, found)) }
                    dt { (sheet.t("directive-issuer")) } dd { (sheet.unit(found.unit)) @if let Some(at) = found.issued { " · " (sheet.moment(at)) } }
                    dt { (sheet.t("directive-deadline")) } dd { (sheet.moment(found.deadline)) }
                    @if let Some(words) = &found.origin.instruction { dt { (sheet.t("directive-instruction")) } dd { blockquote { (sheet.wording(words)) } } }
                    @if let State::Withdrawn { at, why, .. } = found.state {
                        dt { (sheet.t("directive-withdrawn")) } dd { (sheet.moment(at)) " · " (sheet.words(why)) }
                    }
                    @if let Some((at, why)) = found.amended { dt { (sheet.t("directive-amended")) } dd { (sheet.moment(at)) " · " (sheet.words(why)) } }
                }
            }
            section.part {
                h2 { (sheet.t("directive-clauses")) }
                ol.clauses { @for clause in bound(sheet, found) { (clause_of(sheet, id, found, clause)) } }
            }
            (files(sheet, id, found))
            @if found.issued.is_some() { (received(sheet, id, found)) (difficulties(sheet, id, found)) }
            (acts(sheet, id, found))
        }
    }
}

/// What goes out with it; its writer adds to a draft, and leaves out again.
fn files(sheet: &Sheet<'_>, id: DirectiveId, found: &Directive) -> Markup {
    let writes = found.state == State::Draft && sheet.may(Action::IssueDirective, Place::Unit(found.unit));
    let attachments = &sheet.board().attachments;
    let all = found.files.iter().filter_map(|file| attachments.get(*file).map(|found| (*file, found)));
    html! {
        @if writes || !found.files.is_empty() {
            section.part { h2 { (sheet.t("attachment")) }
                @if !found.files.is_empty() { ul.list.attachments { @for (file, row) in all { (attachment::one(sheet, file, row)) } } }
                @if writes {
                    @for (number, file) in found.files.iter().enumerate() {
                        form.acts method="post" action={ (address(id)) "/files/remove" } data-live {
                            input type="hidden" name="command_id"; input type="hidden" name="file" value=(file);
                            button.act.small { (sheet.say("directive-file-remove", &[("number", (number + 1).into())])) }
                            p.fault data-fault role="alert" hidden {}
                        }
                    }
                    form.form method="post" action={ (address(id)) "/files" } enctype="multipart/form-data" data-live data-clear {
                        input type="hidden" name="command_id";
                        (attachment::field(sheet, "enclosed", false, true))
                        p.fault data-fault role="alert" hidden {}
                        div.acts { button.act { (sheet.t("attachment-send")) } span.progress data-progress hidden {} }
                    }
                }
            }
        }
    }
}

/// The clauses that this viewer's units are bound by or may see.
fn bound<'a>(sheet: &'a Sheet<'_>, found: &'a Directive) -> Vec<&'a Clause> {
    let board = sheet.board();
    let seen = sheet.scope(Action::ViewDirective);
    if seen.covers(&board.force, found.unit) {
        return found.clauses.iter().collect();
    }
    let own = sheet.actor.person().and_then(|person| found.find(board, person)).map(|place| place.unit);
    let units: Vec<UnitId> =
        found.receiving_units().into_iter().filter(|unit| seen.covers(&board.force, *unit)).chain(own).collect();
    let mut numbers: Vec<u16> =
        units.iter().flat_map(|unit| found.clauses_for(board, *unit)).map(|clause| clause.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    found.clauses.iter().filter(|clause| numbers.binary_search(&clause.number).is_ok()).collect()
}

fn clause_of(sheet: &Sheet<'_>, id: DirectiveId, found: &Directive, clause: &Clause) -> Markup {
    html! {
        li id={ "clause-" (clause.number) } value=(clause.number) {
            @if let Some(at) = clause.struck { del { (sheet.wording(&clause.words)) } " " span.hint { (sheet.say("directive-struck", &[("time", sheet.time(at).into())])) } }
            @else { (sheet.wording(&clause.words)) }
            @if clause.by != found.unit { " " span.hint { (sheet.say("directive-added-by", &[("unit", sheet.unit(clause.by).into())])) } }
            @if !clause.earlier.is_empty() {
                details { summary { (sheet.t("directive-earlier")) }
                    ul { @for (words, until) in &clause.earlier { li { (sheet.wording(words)) " " span.hint { (sheet.say("directive-until", &[("time", sheet.time(*until).into())])) } } } } }
            }
            @if found.issued.is_some() && found.kind == Kind::Order && clause.struck.is_none() {
                " " a.act.small href={ (address(id)) "/trace#clause-" (clause.number) } { (trace::taking_of(sheet, id, clause.number)) }
            }
        }
    }
}

fn approval(sheet: &Sheet<'_>, found: &Directive) -> Markup {
    let approval = &found.approval;
    let missing = approval.missing();
    html! {
        @for (by, at) in &approval.signed {
            @if let Some(person) = by.person() { span.hint { (sheet.say("directive-signed-by", &[("name", sheet.name(person).into()), ("time", sheet.time(*at).into())])) } " " }
        }
        @if let Some(why) = approval.glass { (state("attention", &sheet.t("directive-glass"))) " " span.hint { (sheet.words(why)) } " " }
        @if missing > 0 { (state("attention", &sheet.say("directive-names-missing", &[("count", missing.into())]))) }
        @if let Some((unit, line)) = approval.order {
            a href={ "/units/" (unit) "/watch/lines/" (line) } { (sheet.say("directive-by-order", &[("line", line.into())])) }
        }
    }
}

/// What this directive asks of the viewer now, first of all: large enough for a thumb.
fn asked(sheet: &Sheet<'_>, id: DirectiveId, found: &Directive) -> Markup {
    let Some(person) = sheet.actor.person() else { return html! {} };
    let asked: Vec<Waiting> = directive::waiting_for(sheet.board(), person, sheet.now)
        .into_iter()
        .filter(|waiting| waiting.directive() == id)
        .collect();
    html! {
        @for waiting in asked { @match waiting {
            Waiting::Receipt { receiver, next, .. } => { (receipt_act(sheet, id, found, receiver, next)) }
            Waiting::Signature { .. } => {
                section.part { h2 { (sheet.t("directive-sign-asked")) }
                    form.form method="post" action={ (address(id)) "/sign" } data-live { input type="hidden" name="command_id";
                        p.fault data-fault role="alert" hidden {}
                        div.acts { button.act.main { (sheet.t("directive-sign")) } } }
                    @if found.state == State::Proposed { (with_words(sheet, &format!("{}/send-back", address(id)), "directive-send-back", "directive-why")) }
                }
            }
            Waiting::Ruling { .. } | Waiting::Relay { .. } => {}
        } }
    }
}

/// The next word of a receiver for whom the viewer speaks, or what stands in the way.
pub fn receipt_act(sheet: &Sheet<'_>, id: DirectiveId, found: &Directive, receiver: Receiver, next: Step) -> Markup {
    let act = match next {
        Step::Acknowledged => "directive-acknowledge",
        Step::Accepted => "directive-accept",
        Step::Done => "directive-do",
    };
    let for_unit = match receiver {
        Receiver::Unit(unit) => sheet.say("directive-for-unit", &[("unit", sheet.unit(unit).into())]),
        Receiver::Person(_) => sheet.t("directive-for-you").into_owned(),
    };
    html! {
        section.part.asked {
            h2 { (for_unit) }
            form.form method="post" action={ (address(id)) "/receipts" } enctype=[(next == Step::Done).then_some("multipart/form-data")]
                data-offline data-says=(sheet.t(act)) {
                input type="hidden" name="command_id";
                input type="hidden" name="receiver" value=(receiver);
                input type="hidden" name="step" value=(step_word(next));
                @if next == Step::Done {
                    div.row { label for={ "done-" (receiver) } { (sheet.t("directive-evidence")) } input id={ "done-" (receiver) } name="words" autocomplete="off"; }
                    (attachment::field(sheet, &format!("shown-{id}-{receiver}"), matches!(receiver, Receiver::Person(_)), false))
                }
                p.fault data-fault role="alert" hidden {}
                button.thumb.main { (sheet.t(act)) }
            }
            @if found.kind == Kind::Order {
                details {
                    summary.thumb { (sheet.t("directive-difficulty")) }
                    form.form method="post" action={ (address(id)) "/difficulties" } data-offline data-says=(sheet.t("directive-difficulty")) {
                        input type="hidden" name="command_id";
                        input type="hidden" name="receiver" value=(receiver);
                        div.row { label for={ "difficulty-" (receiver) } { (sheet.t("directive-difficulty-words")) } input id={ "difficulty-" (receiver) } name="words" required autocomplete="off"; }
                        p.fault data-fault role="alert" hidden {}
                        button.thumb { (sheet.t("directive-report")) }
                    }
                }
            }
        }
    }
}

pub const fn step_word(step: Step) -> &'static str {
    match step {
        Step::Acknowledged => "acknowledged",
        Step::Accepted => "accepted",
        Step::Done => "done",
    }
}

fn received(sheet: &Sheet<'_>, id: DirectiveId, found: &Directive) -> Markup {
    let tally = found.tally();
    let numbers = [
        ("receivers", tally.receivers.into()),
        ("acknowledged", tally.acknowledged.into()),
        ("accepted", tally.accepted.into()),
        ("done", tally.done.into()),
        ("released", tally.released.into()),
    ];
    html! {
        section.part {
            h2 { (sheet.t("directive-receipts")) }
            p { (sheet.say("directive-tally", &numbers)) }
            div.acts {
                a.act href={ (address(id)) "/receipts" } { (sheet.t("directive-receipts")) }
                @if found.kind == Kind::Order { a.act href={ (address(id)) "/trace" } { (sheet.t("directive-trace")) } }
                a.act href=(super::record::address(board::Subject::Directive(id))) { (sheet.t("records")) }
            }
        }
    }
}

fn difficulties(sheet: &Sheet<'_>, id: DirectiveId, found: &Directive) -> Markup {
    let board = sheet.board();
    let seen = sheet.scope(Action::ViewDirective);
    let unit_of = |receiver: &Receiver| match receiver {
        Receiver::Unit(unit) => Some(*unit),
        Receiver::Person(person) => found.find(board, *person).map(|place| place.unit),
    };
    let all: Vec<_> = found
        .difficulties
        .iter()
        .filter(|(receiver, _)| unit_of(receiver).is_some_and(|unit| seen.covers(&board.force, unit)))
        .collect();
    html! {
        @if !all.is_empty() {
            section.part { h2 { (sheet.t("directive-difficulties")) }
                ul.list { @for (receiver, difficulty) in all {
                    li id={ "difficulty-of-" (receiver) } data-state=[difficulty.is_open().then_some("attention")] {
                        b { (who(sheet, *receiver)) } " " (sheet.moment(difficulty.at)) " " (sheet.words(difficulty.words))
                        @match difficulty.ruled {
                            Some(ruled) => { br; (state("done", &sheet.t(ruling_key(ruled.ruling)))) " " (sheet.words(ruled.words))
                                @if let Some(by) = ruled.by.person() { " " span.hint { (sheet.name(by)) " " (sheet.time(ruled.at)) } } }
                            None => { @if found.is_issued() && sheet.may(Action::RuleOnDifficulty, Place::Unit(found.rules_for(board, *receiver))) {
                                form.form method="post" action={ (address(id)) "/rulings" } data-live {
                                    input type="hidden" name="command_id";
                                    input type="hidden" name="receiver" value=(receiver);
                                    div.rows {
                                        div.row { label for={ "ruling-" (receiver) } { (sheet.t("directive-ruling")) }
                                            select id={ "ruling-" (receiver) } name="ruling" {
                                                option value="stands" { (sheet.t("directive-ruling-stands")) }
                                                option value="changed" { (sheet.t("directive-ruling-changed")) }
                                                option value="relieved" { (sheet.t("directive-ruling-relieved")) } } }
                                        div.row { label for={ "ruling-words-" (receiver) } { (sheet.t("directive-ruling-words")) } input id={ "ruling-words-" (receiver) } name="words" required autocomplete="off"; }
                                    }
                                    p.fault data-fault role="alert" hidden {}
                                    div.acts { button.act.main { (sheet.t("directive-rule")) } }
                                } } @else { " " (state("attention", &sheet.t("directive-unruled"))) } }
                        }
                    }
                } }
            }
        }
    }
}

pub fn who(sheet: &Sheet<'_>, receiver: Receiver) -> String {
    match receiver {
        Receiver::Unit(unit) => sheet.unit(unit).to_owned(),
        Receiver::Person(person) => people::line(sheet, person),
    }
}

/// A form behind a word, which asks for words.
fn with_words(sheet: &Sheet<'_>, action: &str, act: &str, label: &str) -> Markup {
    html! {
        details {
            summary.act { (sheet.t(act)) }
            form.form method="post" action=(action) data-live {
                input type="hidden" name="command_id";
                div.row { label for={ "words-" (act) } { (sheet.t(label)) } input id={ "words-" (act) } name="words" required autocomplete="off"; }
                p.fault data-fault role="alert" hidden {}
                div.acts { button.act.grave { (sheet.t(act)) } }
            }
        }
    }
}

/// What the viewer may do to it, in the order in which it is usually done.
fn acts(sheet: &Sheet<'_>, id: DirectiveId, found: &Directive) -> Markup {
    let unit = Place::Unit(found.unit);
    let may_issue = sheet.may(Action::IssueDirective, unit);
    let relays: Vec<UnitId> = found
        .units
        .iter()
        .filter(|(unit, receipt)| !receipt.released && sheet.board().force.children(**unit).next().is_some())
        .map(|(unit, _)| *unit)
        .filter(|unit| {
            sheet.may(Action::RelayDirective, Place::Unit(*unit))
                && sheet.may(Action::ReceiveDirective, Place::Unit(*unit))
        })
        .collect();
    html! {
        @if found.is_issued() {
            @for unit in relays {
                p.acts { a.act href={ (address(id)) "/relay?unit=" (unit) } { (sheet.say("directive-relay-from", &[("unit", sheet.unit(unit).into())])) } }
            }
        }
        @if may_issue {
            section.part { h2 { (sheet.t("directive-acts")) }
                @match found.state {
                    State::Draft => {
                        (issue(sheet, id, found))
                        div.acts { a.act href={ (address(id)) "/edit" } { (sheet.t("directive-edit")) } }
                        (with_nothing(sheet, &format!("{}/discard", address(id)), "directive-discard"))
                    }
                    State::Issued => {
                        div.acts { a.act href={ (address(id)) "/amend" } { (sheet.t("directive-amend")) } }
                        (with_words(sheet, &format!("{}/withdraw", address(id)), "directive-withdraw", "directive-why"))
                        (with_nothing(sheet, &format!("{}/close", address(id)), "directive-close"))
                    }
                    State::Proposed | State::Withdrawn { .. } | State::Closed { .. } => { p.hint { (sheet.t("directive-no-acts")) } }
                }
            }
        }
    }
}

fn with_nothing(sheet: &Sheet<'_>, action: &str, act: &str) -> Markup {
    html! {
        details { summary.act { (sheet.t(act)) }
            form.form method="post" action=(action) data-live { input type="hidden" name="command_id";
                p.fault data-fault role="alert" hidden {}
                div.acts { button.act.grave { (sheet.t(act)) } } } }
    }
}

/// Issue it: by oneself, by a leader's word on the telephone, or behind broken glass.
fn issue(sheet: &Sheet<'_>, id: DirectiveId, found: &Directive) -> Markup {
    let leaders = people::who_may(sheet, Action::Countersign, found.unit);
    let (units, people) = directive::reaches(sheet.board(), found, sheet.now);
    let count = [("units", units.into()), ("people", people.into())];
    html! {
        form.form method="post" action={ (address(id)) "/issue" } data-live {
            input type="hidden" name="command_id";
            p #reaches { (sheet.say("directive-reaches", &count))
                @if units + people >= directive::MASS { " " (state("attention", &sheet.t("directive-is-mass"))) }
                @else if units + people == 0 { " " (state("attention", &sheet.t("directive-reaches-nobody"))) } }
            p.fault data-fault role="alert" hidden {}
            details { summary.act { (sheet.t("directive-otherwise")) }
                div.row { label for="issue-by" { (sheet.t("watch-order-by")) } span.hint { (sheet.t("operation-order-hint")) }
                    select #issue-by name="by_order_of" { option value="" { (sheet.t("operation-own-decision")) }
                        @for leader in leaders { option value=(leader) { (people::line(sheet, leader)) } } } }
                div.row { label for="issue-words" { (sheet.t("operation-order-words")) } input #issue-words name="words" autocomplete="off"; }
                div.row { label for="issue-glass" { (sheet.t("directive-break-glass")) } span.hint { (sheet.say("directive-break-glass-hint", &[("count", directive::MASS.into())])) }
                    input #issue-glass name="break_glass" autocomplete="off"; }
            }
            div.acts { button.act.main { (sheet.t("directive-issue")) } }
        }
    }
}

/// A directive as programs read it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DirectiveModel {
    pub id: DirectiveId,
    pub unit: UnitId,
    pub title: String,
    pub kind: Kind,
    pub urgency: Urgency,
    /// `draft`, `proposed`, `issued`, `withdrawn` or `closed`.
    pub state: String,
    pub issued: Option<At>,
    pub deadline: At,
    pub clauses: Vec<ClauseModel>,
    /// Of everybody, units and people.
    pub tally: directive::Tally,
    pub open_difficulties: u32,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ClauseModel {
    pub number: u16,
    pub words: String,
    pub by: UnitId,
    pub struck: Option<At>,
    pub taking: directive::Taking,
}

pub fn model(sheet: &Sheet<'_>, id: DirectiveId, found: &Directive) -> DirectiveModel {
    let state = match found.state {
        State::Draft => "draft",
        State::Proposed => "proposed",
        State::Issued => "issued",
        State::Withdrawn { .. } => "withdrawn",
        State::Closed { .. } => "closed",
    };
    let clause = |clause: &Clause| ClauseModel {
        number: clause.number,
        words: sheet.wording(&clause.words),
        by: clause.by,
        struck: clause.struck,
        taking: directive::taking(sheet.board(), id, clause.number),
    };
    DirectiveModel {
        id,
        unit: found.unit,
        title: sheet.wording(&found.title),
        kind: found.kind,
        urgency: found.urgency,
        state: state.to_owned(),
        issued: found.issued,
        deadline: found.deadline,
        clauses: bound(sheet, found).into_iter().map(clause).collect(),
        tally: found.tally(),
        open_difficulties: found.open_difficulties().count() as u32,
    }
}
