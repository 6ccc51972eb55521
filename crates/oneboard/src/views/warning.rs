//! Warnings: those in force, one with its history, and the form in which one is entered by hand.

use board::access::{Action, Place};
use board::section::Section;
use board::warning::{Colour, End, Hazard, Signal, Source, Version, Warning};
use board::{Subject, UnitId, WarningId};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Sheet, post, record, section, state};
use crate::fragment::Fragment;

pub fn address(id: WarningId) -> String {
    format!("/warnings/{id}")
}

pub const fn hazard_key(hazard: Hazard) -> &'static str {
    match hazard {
        Hazard::Typhoon => "warning-hazard-typhoon",
        Hazard::Rain => "warning-hazard-rain",
        Hazard::Snow => "warning-hazard-snow",
        Hazard::ColdWave => "warning-hazard-cold-wave",
        Hazard::Wind => "warning-hazard-wind",
        Hazard::Dust => "warning-hazard-dust",
        Hazard::Heat => "warning-hazard-heat",
        Hazard::Drought => "warning-hazard-drought",
        Hazard::Lightning => "warning-hazard-lightning",
        Hazard::Hail => "warning-hazard-hail",
        Hazard::Frost => "warning-hazard-frost",
        Hazard::Fog => "warning-hazard-fog",
        Hazard::Haze => "warning-hazard-haze",
        Hazard::Icing => "warning-hazard-icing",
    }
}

pub const fn colour_key(colour: Colour) -> &'static str {
    match colour {
        Colour::Blue => "warning-colour-blue",
        Colour::Yellow => "warning-colour-yellow",
        Colour::Orange => "warning-colour-orange",
        Colour::Red => "warning-colour-red",
    }
}

const fn level(colour: Colour) -> &'static str {
    match colour {
        Colour::Blue => "blue",
        Colour::Yellow => "yellow",
        Colour::Orange => "orange",
        Colour::Red => "red",
    }
}

/// Its name as people say it: "Road icing, orange".
pub fn name(sheet: &Sheet<'_>, signal: &Signal) -> String {
    let values =
        [("hazard", sheet.t(hazard_key(signal.hazard)).into()), ("colour", sheet.t(colour_key(signal.colour)).into())];
    sheet.say("warning-name", &values)
}

/// Its name in its official colour, as a link.
pub fn chip(sheet: &Sheet<'_>, id: WarningId, found: &Warning) -> Markup {
    html! { a.warning data-level=(level(found.now.signal.colour)) href=(address(id)) { (name(sheet, &found.now.signal)) } }
}

/// Those in force that the viewer may see, gravest first.
pub fn in_view<'a>(sheet: &'a Sheet<'_>, unit: Option<UnitId>) -> Vec<(WarningId, &'a Warning)> {
    let (scope, force) = (sheet.scope(Action::ViewRoads), &sheet.board().force);
    let concerns = |found: &Warning| {
        unit.is_none_or(|unit| force.is_within(found.unit, unit) || force.is_within(unit, found.unit))
    };
    let mut found: Vec<_> = sheet
        .board()
        .warnings
        .in_force()
        .filter(|(_, found)| scope.covers(force, found.unit) && concerns(found))
        .collect();
    found.sort_by_key(|(id, found)| (std::cmp::Reverse(found.now.signal.colour), found.received(), *id));
    found
}

/// The part of the roads' page with the warnings in force.
pub fn list(sheet: &Sheet<'_>, unit: UnitId) -> Markup {
    let found = in_view(sheet, Some(unit));
    html! {
        section.part {
            h2 { (sheet.t("warnings-in-force")) }
            @if found.is_empty() { p.empty { (sheet.t("warnings-none")) } }
            ul.list { @for (id, warning) in found {
                li id={ "warning-" (id) } {
                    (chip(sheet, id, warning)) " "
                    @if warning.exercise { (state("info", &sheet.t("warning-exercise"))) " " }
                    (sheet.label(&warning.now.signal.issuer)) " · "
                    (sheet.say("warning-until", &[("from", sheet.time(warning.now.signal.issued).into()), ("to", sheet.time(warning.now.expires).into())])) " · "
                    (sheet.say("warning-sections", &[("count", warning.now.touches.len().into())]))
                }
            } }
        }
    }
}

/// One warning as a fragment: what it says now, what it said before, where it holds.
pub fn page(sheet: &Sheet<'_>, id: WarningId) -> Markup {
    let fragment = Fragment::Warning(id);
    let Some(found) = sheet.board().warnings.find(id) else { return post::gone(sheet, fragment) };
    let may_change = found.end.is_none() && sheet.may(Action::EnterWarning, Place::Unit(found.unit));
    html! {
        div id=(fragment) data-fragment {
            @if found.exercise { p.banner data-state="info" { (sheet.t("warning-exercise-hint")) } }
            section.part {
                p { (chip(sheet, id, found)) " " (ending(sheet, found)) }
                (about(sheet, found, &found.now))
                p { a href=(record::address(Subject::Warning(id))) { (sheet.t("records")) } }
            }
            (touched(sheet, found))
            @if !found.earlier.is_empty() {
                section.part { h2 { (sheet.t("warning-earlier")) }
                    ol.list { @for version in found.earlier.iter().rev() { li {
                        b { (name(sheet, &version.signal)) } " " (sheet.moment(version.received))
                        @if let Some(words) = version.signal.words { p { (sheet.words(words)) } }
                    } } }
                }
            }
            @if may_change {
                details #warning-change { summary.act { (sheet.t("warning-update")) } (form(sheet, found.unit, Some((id, &found.now.signal)))) }
                details #warning-end { summary.act { (sheet.t("warning-cancel")) }
                    form.form method="post" action={ (address(id)) "/cancel" } data-live {
                        input type="hidden" name="command_id";
                        p { (sheet.t("warning-cancel-hint")) }
                        div.row { label for="cancel-words" { (sheet.t("warning-words")) } input #cancel-words name="words" autocomplete="off"; }
                        p.fault data-fault role="alert" hidden {}
                        div.acts { button.act.grave { (sheet.t("warning-cancel")) } }
                    }
                }
            }
        }
    }
}

fn ending(sheet: &Sheet<'_>, found: &Warning) -> Markup {
    let Some(end) = found.end else { return html! {} };
    let key = match end {
        End::Cancelled { .. } => "warning-cancelled",
        End::Expired { .. } => "warning-expired",
        End::Vanished { .. } => "warning-vanished",
    };
    html! {
        (state("done", &sheet.say(key, &[("time", sheet.time(end.at()).into())])))
        @if let End::Cancelled { words: Some(words), .. } = end { " " (sheet.words(words)) }
    }
}

fn about(sheet: &Sheet<'_>, found: &Warning, version: &Version) -> Markup {
    let signal = &version.signal;
    html! {
        dl.about {
            dt { (sheet.t("warning-issuer")) } dd { (sheet.label(&signal.issuer)) " · " (sheet.moment(signal.issued)) }
            dt { (sheet.t("warning-ends")) } dd {
                (sheet.moment(version.expires))
                @if signal.ends.is_none() { " " span.hint { (sheet.t("warning-undated")) } }
            }
            dt { (sheet.t("warning-received")) } dd { (sheet.moment(found.received())) }
            dt { (sheet.t("warning-source")) } dd { @match &found.source {
                Source::Hand => { (sheet.t("warning-by-hand")) }
                Source::Alert { sender, identifier, .. } => { (sender) " " code { (identifier) } }
            } }
            @if !signal.units.is_empty() {
                dt { (sheet.t("warning-units")) }
                dd { (signal.units.iter().map(|unit| sheet.unit(*unit)).collect::<Vec<_>>().join(&sheet.t("list-comma"))) }
            }
            @if let Some(words) = signal.words { dt { (sheet.t("warning-words")) } dd { (sheet.words(words)) } }
        }
    }
}

fn touched(sheet: &Sheet<'_>, found: &Warning) -> Markup {
    let (scope, board) = (sheet.scope(Action::ViewRoads), sheet.board());
    let seen = found.now.touches.iter().filter_map(|id| board.sections.get(*id));
    let rows: Vec<&Section> = seen.filter(|section| scope.covers(&board.force, section.unit)).collect();
    html! {
        section.part {
            h2 { (sheet.say("warning-sections", &[("count", rows.len().into())])) }
            @if rows.is_empty() { p.empty { (sheet.t("warning-touches-none")) } }
            ul.list { @for row in rows { li { (section::link(sheet, row)) } } }
        }
    }
}

/// The form of a new warning, or of a change of one.
pub fn form(sheet: &Sheet<'_>, unit: UnitId, changed: Option<(WarningId, &Signal)>) -> Markup {
    let action = changed.map_or_else(|| "/warnings".to_owned(), |(id, _)| format!("{}/update", address(id)));
    let signal = changed.map(|(_, signal)| signal);
    let chosen = |hazard| signal.map_or(hazard == Hazard::Icing, |signal| signal.hazard == hazard);
    let coloured = |colour| signal.map_or(colour == Colour::Orange, |signal| signal.colour == colour);
    let at = |at| sheet.iso(at)[..16].to_owned();
    let places = places(sheet, unit);
    html! {
        form.form method="post" action=(action) data-live {
            input type="hidden" name="command_id";
            @if changed.is_none() {
                input type="hidden" name="unit" value=(unit);
                input type="hidden" name="back" value={ "/units/" (unit) "/roads" };
            }
            p.fault data-fault role="alert" hidden {}
            div.rows {
                div.row { label for="hazard" { (sheet.t("warning-hazard")) }
                    select #hazard name="hazard" { @for hazard in Hazard::ALL { option value=(word(hazard)) selected[chosen(hazard)] { (sheet.t(hazard_key(hazard))) } } } }
                div.row { label for="colour" { (sheet.t("warning-colour")) }
                    select #colour name="colour" { @for colour in Colour::ALL { option value=(level(colour)) selected[coloured(colour)] { (sheet.t(colour_key(colour))) } } } }
            }
            div.rows {
                div.row { label for="issuer" { (sheet.t("warning-issuer")) }
                    input #issuer name="issuer" required maxlength="80" autocomplete="off" value=(signal.map_or("", |signal| sheet.label(&signal.issuer))); }
                div.row { label for="issued" { (sheet.t("warning-issued")) }
                    input #issued type="datetime-local" name="issued" required value=(at(signal.map_or(sheet.now, |signal| signal.issued))); }
                div.row { label for="ends" { (sheet.t("warning-ends")) } span.hint { (sheet.t("warning-ends-hint")) }
                    input #ends type="datetime-local" name="ends" value=[signal.and_then(|signal| signal.ends).map(at)]; }
            }
            fieldset.row { legend { (sheet.t("warning-units")) }
                @for (place, name) in places {
                    label.choice { input type="checkbox" name="units" value=(place) checked[signal.map_or(place == unit, |signal| signal.units.contains(&place))]; " " (name) }
                }
            }
            div.row { label for="text" { (sheet.t("warning-words")) } span.hint { (sheet.t("warning-words-hint")) } textarea #text name="words" rows="3" {} }
            @if changed.is_none() { label.choice { input type="checkbox" name="exercise" value="true"; " " (sheet.t("warning-exercise")) } }
            div.acts { button.act.main { (sheet.t(if changed.is_some() { "warning-update" } else { "warning-enter" })) } }
        }
    }
}

/// The unit itself, and those right below it that have roads.
fn places<'a>(sheet: &'a Sheet<'_>, unit: UnitId) -> Vec<(UnitId, &'a str)> {
    let board = sheet.board();
    let has_roads =
        |unit: UnitId| board.force.branch(unit).any(|below| board.sections.of_unit(below.id).next().is_some());
    let below = board.force.children(unit).map(|child| child.id).filter(|child| has_roads(*child));
    [unit].into_iter().chain(below).map(|unit| (unit, sheet.unit(unit))).collect()
}

fn word(hazard: Hazard) -> String {
    serde_json::to_value(hazard).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A warning as programs read it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WarningModel {
    pub id: WarningId,
    pub unit: UnitId,
    pub hazard: Hazard,
    pub colour: Colour,
    pub issued: board::At,
    pub received: board::At,
    pub expires: board::At,
    pub exercise: bool,
    pub in_force: bool,
    pub sections: Vec<board::SectionId>,
}

pub fn model(id: WarningId, found: &Warning) -> WarningModel {
    WarningModel {
        id,
        unit: found.unit,
        hazard: found.now.signal.hazard,
        colour: found.now.signal.colour,
        issued: found.now.signal.issued,
        received: found.received(),
        expires: found.now.expires,
        exercise: found.exercise,
        in_force: found.end.is_none(),
        sections: found.now.touches.clone(),
    }
}
