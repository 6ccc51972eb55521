//! Operations: the list, one operation with its levels and phases, and the form that opens or changes one.

mod form;
mod preset;
pub mod roll_call;

use board::access::{Action, Place};
use board::operation::{Closed, Kind, Level, Operation, Phase, Proposal, ProposalState};
use board::{Actor, At, Label, OperationId, PersonId, UnitId};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Sheet, frame, people, state};
use crate::fragment::Fragment;

pub use form::{DEFAULT_LADDER, form};
pub use preset::page as presets;

pub fn address(operation: OperationId) -> String {
    format!("/operations/{operation}")
}

pub const fn phase_key(phase: Phase) -> &'static str {
    match phase {
        Phase::Planning => "phase-planning",
        Phase::Active => "phase-active",
        Phase::StandDown => "phase-stand-down",
        Phase::Closed => "phase-closed",
    }
}

pub const fn kind_key(kind: Kind) -> &'static str {
    match kind {
        Kind::Festival => "operation-kind-festival",
        Kind::SevereWeather => "operation-kind-severe-weather",
        Kind::PlannedEvent => "operation-kind-planned-event",
        Kind::Other => "operation-kind-other",
    }
}

/// Those on the board that the viewer may see, the running ones first.
pub fn in_view<'a>(sheet: &'a Sheet<'_>) -> Vec<(OperationId, &'a Operation)> {
    let scope = sheet.scope(Action::ViewOperation);
    let seen = sheet.board().operations().filter(|(_, found)| scope.covers(&sheet.board().force, found.unit));
    let mut all: Vec<_> = seen.collect();
    all.sort_by_key(|(_, found)| (!found.is_running(), found.period.from));
    all
}

/// Those that have left the board, the latest first.
pub fn closed_in_view<'a>(sheet: &'a Sheet<'_>) -> Vec<(OperationId, &'a Closed)> {
    let scope = sheet.scope(Action::ViewOperation);
    let seen = sheet.board().closed_operations().filter(|(_, found)| scope.covers(&sheet.board().force, found.unit));
    let mut all: Vec<_> = seen.collect();
    all.sort_by_key(|(_, found)| std::cmp::Reverse(found.at));
    all
}

pub fn list(sheet: &Sheet<'_>) -> Markup {
    let (open, closed) = (in_view(sheet), closed_in_view(sheet));
    html! {
        @if open.is_empty() { p.empty { (sheet.t("operations-none")) } }
        @else {
            div.table-wrap role="region" aria-label=(sheet.t("operations")) tabindex="0" {
                table.table.stack data-grid {
                    thead { tr {
                        th scope="col" { (sheet.t("operation")) } th scope="col" { (sheet.t("unit")) }
                        th scope="col" { (sheet.t("operation-phase")) } th scope="col" { (sheet.t("operation-period")) }
                        th scope="col" { (sheet.t("level")) }
                    } }
                    tbody { @for (id, found) in &open {
                        tr id={ "operation-row-" (id) } {
                            th scope="row" { a href=(address(*id)) { (sheet.label(&found.title)) } @if found.drill { " " (state("info", &sheet.t("shell-drill"))) } }
                            td data-label=(sheet.t("unit")) { (sheet.unit(found.unit)) }
                            td data-label=(sheet.t("operation-phase")) { (sheet.t(phase_key(found.phase))) }
                            td data-label=(sheet.t("operation-period")) { (period(sheet, found.period.from, found.period.to)) }
                            td data-label=(sheet.t("level")) { (level_now(sheet, found)) }
                        }
                    } }
                }
            }
        }
        @if !closed.is_empty() {
            section.part {
                h2 { (sheet.t("operations-closed")) }
                ul.list { @for (id, found) in closed {
                    li id={ "operation-row-" (id) } {
                        b { (sheet.label(&found.title)) } " " (sheet.unit(found.unit)) " · " (period(sheet, found.period.from, found.period.to))
                        " · " (sheet.say("operation-closed-at", &[("time", sheet.day_time(found.at).into())]))
                        @if found.drill { " " (state("info", &sheet.t("shell-drill"))) }
                    }
                } }
            }
        }
    }
}

fn period(sheet: &Sheet<'_>, from: At, to: At) -> String {
    sheet.say("span", &[("from", sheet.day_time(from).into()), ("to", sheet.day_time(to).into())])
}

fn level_now(sheet: &Sheet<'_>, operation: &Operation) -> Markup {
    html! {
        @match operation.level.and_then(|(rung, since)| operation.level_named(rung).zip(Some(since))) {
            Some((level, since)) => { (sheet.label(&level.name)) " " span.hint { (super::post::since_words(sheet, since)) } }
            None => { span.none { (sheet.t("level-none")) } }
        }
    }
}

/// One operation as a fragment.
pub fn page(sheet: &Sheet<'_>, id: OperationId) -> Markup {
    let fragment = Fragment::Operation(id);
    let Some(operation) = sheet.board().operation(id) else { return super::post::gone(sheet, fragment) };
    let may_plan = sheet.may(Action::PlanOperation, Place::Unit(operation.unit));
    let may_set = sheet.may(Action::SetLevel, Place::Unit(operation.unit)) && operation.is_running();
    let (day, days) = frame::day_of(sheet, operation.period.from, operation.period.to);
    html! {
        div id=(fragment) data-fragment {
            section.part {
                dl.about {
                    dt { (sheet.t("operation-phase")) } dd { (sheet.t(phase_key(operation.phase))) @if operation.drill { " " (state("info", &sheet.t("shell-drill"))) } }
                    dt { (sheet.t("operation-period")) }
                    dd { (period(sheet, operation.period.from, operation.period.to))
                        @if operation.period.contains(sheet.now) { " · " (sheet.say("operation-day", &[("day", day.into()), ("days", days.into())])) } }
                    dt { (sheet.t("operation-kind")) } dd { (sheet.t(kind_key(operation.kind))) }
                    dt { (sheet.t("unit")) } dd { (sheet.unit(operation.unit)) }
                    dt { (sheet.t("level")) } dd { (level_now(sheet, operation)) }
                    dt { (sheet.t("operation-grace")) }
                    dd { (sheet.say("operation-grace-words", &[("check_in", operation.terms.check_in_grace.0.into()), ("relief", operation.terms.relief_grace.0.into())])) }
                }
            }
            (proposals(sheet, id, operation, may_set))
            (ladder(sheet, id, operation, may_set))
            @if !operation.objectives.is_empty() {
                section.part { h2 { (sheet.t("operation-objectives")) }
                    ul.list { @for objective in &operation.objectives {
                        li { b { (sheet.label(&objective.words)) } @if !objective.measure.is_empty() { " " span.hint { (sheet.label(&objective.measure)) } } }
                    } } }
            }
            @if may_plan { (phases(sheet, id, operation)) }
        }
    }
}

/// The rungs, the highest first, each with what it proposes; the rung in force is marked.
fn ladder(sheet: &Sheet<'_>, id: OperationId, operation: &Operation, may_set: bool) -> Markup {
    let mut levels: Vec<&Level> = operation.levels.iter().collect();
    levels.sort_by_key(|level| level.rung);
    let leaders = if may_set { people::who_may(sheet, Action::Countersign, operation.unit) } else { Vec::new() };
    html! {
        section.part #levels {
            h2 { (sheet.t("operation-levels")) }
            @if levels.is_empty() { p.empty { (sheet.t("operation-no-levels")) } }
            ul.list { @for level in levels {
                @let in_force = operation.level.filter(|(rung, _)| *rung == level.rung);
                li id={ "level-" (level.rung) } {
                    b { (sheet.label(&level.name)) } " "
                    @if let Some((_, since)) = in_force { (state("info", &super::post::since_words(sheet, since))) " " }
                    @if !level.actions.is_empty() { ul { @for action in &level.actions { li { (sheet.label(&action.words)) @if !action.does.is_nothing() { " " span.hint { (preset::brings(sheet, &action.does)) } } } } } }
                    @if may_set && in_force.is_none() { (set_level(sheet, id, level, &leaders)) }
                }
            } }
        }
    }
}

/// Two steps: the level is chosen, what follows is read, then it is set.
fn set_level(sheet: &Sheet<'_>, id: OperationId, level: &Level, leaders: &[PersonId]) -> Markup {
    let name = sheet.label(&level.name);
    html! {
        details {
            summary.act.small { (sheet.say("operation-to-level", &[("level", name.into())])) }
            form.form method="post" action={ (address(id)) "/level" } data-live {
                input type="hidden" name="command_id";
                input type="hidden" name="rung" value=(level.rung);
                p { (sheet.say("operation-to-level-sure", &[("level", name.into()), ("count", level.actions.len().into())])) }
                div.row {
                    label for={ "level-by-" (level.rung) } { (sheet.t("watch-order-by")) }
                    select id={ "level-by-" (level.rung) } name="by_order_of" {
                        option value="" { (sheet.t("operation-own-decision")) }
                        @for leader in leaders { option value=(leader) { (people::line(sheet, *leader)) } }
                    }
                }
                div.row {
                    label for={ "level-words-" (level.rung) } { (sheet.t("operation-order-words")) }
                    span.hint id={ "level-words-hint-" (level.rung) } { (sheet.t("operation-order-hint")) }
                    input id={ "level-words-" (level.rung) } name="words" autocomplete="off" aria-describedby={ "level-words-hint-" (level.rung) };
                }
                p.fault data-fault role="alert" hidden {}
                div.acts { button.act.main { (sheet.say("operation-set-level", &[("level", name.into())])) } }
            }
        }
    }
}

/// The preset actions of the level that was set: each waits for somebody's word.
fn proposals(sheet: &Sheet<'_>, id: OperationId, operation: &Operation, may_answer: bool) -> Markup {
    if operation.proposals.is_empty() {
        return html! {};
    }
    // What waits for a word stands first; what was answered is behind, the latest first.
    let (open, mut answered): (Vec<&Proposal>, Vec<&Proposal>) =
        operation.proposals.iter().partition(|proposal| proposal.state == ProposalState::Open);
    answered.reverse();
    html! {
        section.part {
            h2 { (sheet.t("operation-proposals")) }
            @if open.is_empty() { p.empty { (sheet.t("operation-proposals-answered")) } }
            ul.list { @for proposal in open { (proposal_row(sheet, id, proposal, may_answer)) } }
            @if !answered.is_empty() {
                details id={ "answered-" (id) } {
                    summary.act { (sheet.say("operation-proposals-done", &[("count", answered.len().into())])) }
                    ul.list { @for proposal in answered { (proposal_row(sheet, id, proposal, false)) } }
                }
            }
        }
    }
}

fn proposal_row(sheet: &Sheet<'_>, id: OperationId, proposal: &Proposal, may_answer: bool) -> Markup {
    let answered = |key: &str, by: Actor, at: At| {
        let who = by.person().map_or_else(String::new, |person| sheet.name(person));
        sheet.say(key, &[("time", sheet.time(at).into()), ("name", who.into())])
    };
    html! {
        li id={ "proposal-" (proposal.number) } {
            (sheet.label(&proposal.words)) " "
            @if !proposal.does.is_nothing() { span.hint { (preset::brings(sheet, &proposal.does)) } " " }
            @match proposal.state {
                ProposalState::Open => {
                    (state("attention", &sheet.t("proposal-open")))
                    @if may_answer {
                        form.acts method="post" action={ (address(id)) "/proposals/" (proposal.number) } data-live {
                            input type="hidden" name="command_id";
                            button.act.small name="take" value="true" { (sheet.t("proposal-take")) }
                            button.act.small name="take" value="false" { (sheet.t("proposal-set-aside")) }
                            p.fault data-fault role="alert" hidden {}
                        }
                    }
                }
                ProposalState::Taken { by, at } => { (state("done", &answered("proposal-taken", by, at))) }
                ProposalState::SetAside { by, at } => { (state("normal", &answered("proposal-was-set-aside", by, at))) }
            }
        }
    }
}

/// The one step forward there is. Standing down and closing hurt, so they are asked twice.
fn phases(sheet: &Sheet<'_>, id: OperationId, operation: &Operation) -> Markup {
    let (next, act, sure, grave) = match operation.phase {
        Phase::Planning => ("active", "phase-activate", "phase-activate-sure", false),
        Phase::Active => ("stand_down", "phase-stand-down-now", "phase-stand-down-sure", true),
        Phase::StandDown => ("closed", "phase-close", "phase-close-sure", true),
        Phase::Closed => return html! {},
    };
    html! {
        section.part {
            h2 { (sheet.t("operation-phase")) }
            div.acts { a.act href={ (address(id)) "/edit" } { (sheet.t("operation-edit")) } a.act href={ (address(id)) "/levels" } { (sheet.t("operation-presets")) } }
            details {
                summary.act { (sheet.t(act)) }
                form.form method="post" action={ (address(id)) "/phase" } data-live {
                    input type="hidden" name="command_id";
                    input type="hidden" name="phase" value=(next);
                    p { (sheet.t(sure)) }
                    p.fault data-fault role="alert" hidden {}
                    div.acts { button.act.grave[grave].main[!grave] { (sheet.t(act)) } }
                }
            }
        }
    }
}

/// An operation as programs read it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OperationModel {
    pub id: OperationId,
    pub unit: UnitId,
    pub title: Label,
    pub kind: Kind,
    pub drill: bool,
    pub phase: Phase,
    pub from: At,
    pub to: At,
    pub level: Option<u8>,
    pub level_since: Option<At>,
    pub levels: Vec<Level>,
    pub objectives: Vec<board::operation::Objective>,
    pub proposals: Vec<ProposalModel>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ProposalModel {
    pub number: u32,
    pub rung: u8,
    pub words: Label,
    pub open: bool,
    /// Whether it was taken; `null` while it is open.
    pub taken: Option<bool>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct OperationsModel {
    pub on_the_board: Vec<OperationModel>,
    pub closed: Vec<ClosedModel>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ClosedModel {
    pub id: OperationId,
    pub unit: UnitId,
    pub title: Label,
    pub from: At,
    pub to: At,
    pub drill: bool,
    pub closed_at: At,
}

pub fn model(id: OperationId, operation: &Operation) -> OperationModel {
    OperationModel {
        id,
        unit: operation.unit,
        title: operation.title.clone(),
        kind: operation.kind,
        drill: operation.drill,
        phase: operation.phase,
        from: operation.period.from,
        to: operation.period.to,
        level: operation.level.map(|(rung, _)| rung),
        level_since: operation.level.map(|(_, since)| since),
        levels: operation.levels.clone(),
        objectives: operation.objectives.clone(),
        proposals: operation
            .proposals
            .iter()
            .map(|proposal| ProposalModel {
                number: proposal.number,
                rung: proposal.rung,
                words: proposal.words.clone(),
                open: proposal.state == ProposalState::Open,
                taken: match proposal.state {
                    ProposalState::Open => None,
                    ProposalState::Taken { .. } => Some(true),
                    ProposalState::SetAside { .. } => Some(false),
                },
            })
            .collect(),
    }
}

pub fn list_model(sheet: &Sheet<'_>) -> OperationsModel {
    let closed = |(id, found): (OperationId, &Closed)| ClosedModel {
        id,
        unit: found.unit,
        title: found.title.clone(),
        from: found.period.from,
        to: found.period.to,
        drill: found.drill,
        closed_at: found.at,
    };
    OperationsModel {
        on_the_board: in_view(sheet).into_iter().map(|(id, found)| model(id, found)).collect(),
        closed: closed_in_view(sheet).into_iter().map(closed).collect(),
    }
}
