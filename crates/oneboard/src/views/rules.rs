//! The rules that propose measures: the table as it applies, and what it would propose.

use board::SectionId;
use board::access::Action;
use board::measure::Proposal;
use board::section::{Surface, Visibility};
use board::warning::{Colour, Hazard};
use maud::{Markup, html};
use roadwatch::rules::{Conditions, Place, Rule, Trigger};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Sheet, measure, section, warning};
use crate::http::negotiate::Language;
use crate::roads::consider::Roads;
use crate::roads::convert;

/// What somebody asks the rules: conditions on a section.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    pub section: Option<SectionId>,
    pub hazard: Option<Hazard>,
    pub colour: Option<Colour>,
    pub visibility: Option<Visibility>,
    pub surface: Option<Surface>,
}

impl Asked {
    fn is_nothing(&self) -> bool {
        self.hazard.zip(self.colour).is_none() && self.visibility.is_none() && self.surface.is_none()
    }
    fn conditions(&self) -> Conditions {
        let signal =
            self.hazard.zip(self.colour).map(|(hazard, colour)| (convert::hazard(hazard), convert::colour(colour)));
        Conditions {
            warnings: signal.into_iter().collect(),
            visibility_m: self.visibility.map(Visibility::metres),
            surface: self.surface.map(convert::surface),
            wet_within_24h: self.surface.is_some_and(|surface| surface > Surface::Dry),
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct RulesModel {
    pub jurisdiction: String,
    pub version: String,
    /// SHA-256 of the table, which every proposal names.
    pub hash: String,
    /// What would be proposed; empty where nothing was asked.
    pub proposals: Vec<Proposal>,
}

pub fn model(sheet: &Sheet<'_>, roads: &Roads, asked: &Asked) -> RulesModel {
    RulesModel {
        jurisdiction: roads.rules.jurisdiction.clone(),
        version: roads.rules.version.clone(),
        hash: roads.hash().to_string(),
        proposals: answer(sheet, roads, asked),
    }
}

/// The sections that somebody may ask about.
fn choices<'a>(sheet: &'a Sheet<'_>) -> Vec<&'a board::section::Section> {
    let unit = sheet.scope(Action::ViewRoads).widest(&sheet.board().force);
    unit.map_or_else(Vec::new, |unit| section::in_view(sheet, unit))
}

fn answer(sheet: &Sheet<'_>, roads: &Roads, asked: &Asked) -> Vec<Proposal> {
    let all = choices(sheet);
    let wanted = asked.section.filter(|id| all.iter().any(|found| found.id == *id));
    let section = wanted.or_else(|| all.first().map(|found| found.id));
    match section {
        Some(section) if !asked.is_nothing() => roads.ask(sheet.board(), section, &asked.conditions()),
        _ => Vec::new(),
    }
}

pub fn page(sheet: &Sheet<'_>, roads: &Roads, asked: &Asked) -> Markup {
    let values = [
        ("jurisdiction", roads.rules.jurisdiction.as_str().into()),
        ("version", roads.rules.version.as_str().into()),
        ("hash", roads.hash().to_string()[..12].to_owned().into()),
    ];
    html! {
        div.head { h1 { (sheet.t("measure-rules")) } p.head-note { (sheet.say("rules-table", &values)) } }
        @if let Some(fault) = &roads.fault { p.banner data-state="wrong" role="status" { (sheet.say("rules-fault", &[("fault", fault.as_str().into())])) } }
        (what_if(sheet, roads, asked))
        section.part { h2 { (sheet.t("rules-all")) }
            div.table-wrap role="region" aria-label=(sheet.t("rules-all")) tabindex="0" {
                table.table.stack data-grid {
                    thead { tr { th scope="col" { (sheet.t("rules-rule")) } th scope="col" { (sheet.t("rules-when")) }
                        th scope="col" { (sheet.t("section-class-expressway")) } th scope="col" { (sheet.t("rules-other-roads")) } th scope="col" { (sheet.t("rules-source")) } } }
                    tbody { @for rule in &roads.rules.rules { (row(sheet, roads, rule)) } }
                }
            }
        }
    }
}

fn row(sheet: &Sheet<'_>, roads: &Roads, rule: &Rule) -> Markup {
    let source = if is_chinese(sheet) { &rule.source_zh } else { &rule.source_en };
    html! {
        tr id={ "rule-" (rule.id) } {
            th scope="row" { (rule.id) }
            td data-label=(sheet.t("rules-when")) { @for trigger in &rule.when { p { (when(sheet, trigger)) } } }
            td data-label=(sheet.t("section-class-expressway")) { (does(sheet, roads, rule, true)) }
            td data-label=(sheet.t("rules-other-roads")) { (does(sheet, roads, rule, false)) }
            td data-label=(sheet.t("rules-source")) { (source) }
        }
    }
}

fn is_chinese(sheet: &Sheet<'_>) -> bool {
    sheet.locale.language == Language::ZhCn
}

/// What sets a rule off, in words.
fn when(sheet: &Sheet<'_>, trigger: &Trigger) -> String {
    let mut parts = Vec::new();
    if let Some(found) = trigger.warning {
        let colours: Vec<_> =
            trigger.colours.iter().map(|one| if is_chinese(sheet) { one.zh() } else { one.en() }).collect();
        let name = if is_chinese(sheet) { found.zh() } else { found.en() };
        parts.push(format!("{name} {}", colours.join(&sheet.t("list-comma"))));
    }
    let metres = |key: &str, metres: u32| sheet.say(key, &[("metres", metres.into())]);
    parts.extend(trigger.visibility_from_m.map(|from| metres("rules-visibility-from", from)));
    parts.extend(trigger.visibility_below_m.map(|below| metres("rules-visibility-below", below)));
    parts.extend(trigger.surfaces.iter().map(|one| if is_chinese(sheet) { one.zh() } else { one.en() }.to_owned()));
    if trigger.wet_within_24h {
        parts.push(sheet.t("rules-wet").into_owned());
    }
    parts.iter().map(|part| part.trim()).collect::<Vec<_>>().join(&sheet.t("list-comma"))
}

/// What a rule alone does on a kind of road: it is asked under conditions that set it off.
fn does(sheet: &Sheet<'_>, roads: &Roads, rule: &Rule, expressway: bool) -> Markup {
    let alone = roadwatch::rules::Rules { rules: vec![rule.clone()], ..roads.rules.clone() };
    let Some(trigger) = rule.when.first() else { return html! {} };
    let seen = trigger.visibility_from_m.or(trigger.visibility_below_m.map(|below| below.saturating_sub(1)));
    let colours: Vec<_> = trigger.warning.map_or_else(Vec::new, |hazard| {
        let all = if trigger.colours.is_empty() { hazard.colours() } else { &trigger.colours };
        all.iter().map(|colour| (hazard, *colour)).collect()
    });
    let now = Conditions {
        warnings: colours.into_iter().collect(),
        visibility_m: seen,
        surface: trigger.surfaces.first().copied(),
        wet_within_24h: trigger.wet_within_24h,
    };
    let found = alone.propose(Place { expressway, bridge: true, tunnel: true }, &now);
    let words = found.iter().map(|one| if is_chinese(sheet) { one.measure.zh() } else { one.measure.en() });
    html! {
        @for words in words { p { (words) } }
        @if let Some(first) = found.first() { p.hint { (sheet.t(measure::tier_key(convert::tier(first.approver)))) } }
    }
}

fn what_if(sheet: &Sheet<'_>, roads: &Roads, asked: &Asked) -> Markup {
    let all = choices(sheet);
    let proposals = answer(sheet, roads, asked);
    html! {
        section.part { h2 { (sheet.t("rules-what-if")) }
            form.form method="get" action="/roads/rules" {
                div.rows {
                    div.row { label for="section" { (sheet.t("section")) } select #section name="section" { @for found in &all { option value=(found.id) selected[asked.section == Some(found.id)] { (section::name(sheet, found)) } } } }
                    (choice(sheet, "hazard", "warning-hazard", &Hazard::ALL.map(|one| (one, warning::hazard_key(one))), asked.hazard))
                    (choice(sheet, "colour", "warning-colour", &Colour::ALL.map(|one| (one, warning::colour_key(one))), asked.colour))
                    (choice(sheet, "visibility", "section-visibility", &Visibility::ALL.map(|one| (one, section::visibility_key(one))), asked.visibility))
                    (choice(sheet, "surface", "section-surface", &Surface::ALL.map(|one| (one, section::surface_key(one))), asked.surface))
                }
                div.acts { button.act.main { (sheet.t("rules-ask")) } }
            }
            @if !asked.is_nothing() {
                @if proposals.is_empty() { p.empty { (sheet.t("rules-propose-none")) } }
                ul.list #what-if { @for one in &proposals { li {
                    b { (sheet.label(&one.words)) } " " span.hint { (sheet.t(measure::tier_key(one.approver))) }
                    @for reason in &one.reasons { p { (sheet.label(&reason.words)) " " span.hint { (reason.rule) " · " (sheet.label(&reason.source)) } } }
                } } }
            }
        }
    }
}

fn choice<T: Copy + PartialEq + Serialize>(
    sheet: &Sheet<'_>,
    name: &str,
    title: &str,
    all: &[(T, &'static str)],
    chosen: Option<T>,
) -> Markup {
    let word = |value: T| serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned));
    html! {
        div.row { label for=(name) { (sheet.t(title)) } select id=(name) name=(name) {
            option value="" { (sheet.t("rules-nothing")) }
            @for (one, key) in all { option value=(word(*one).unwrap_or_default()) selected[chosen == Some(*one)] { (sheet.t(key)) } }
        } }
    }
}
