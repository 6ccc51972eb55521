//! Measures: what waits for a decision, grouped by what it is; what is in force; and the forms that decide.

use std::collections::BTreeMap;

use board::access::{Action, Place};
use board::measure::{ANSWER_EXPECTED, Closure, End, Measure, Origin, Stage, State, Tier, Vehicle, What, Why};
use board::section::Section;
use board::{Label, MeasureId, Subject, UnitId};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Sheet, record, section, state};
use crate::roads::convert;

/// Minutes after which a measure is looked at again, as the forms offer them.
const REVIEWS: [u16; 5] = [60, 120, 240, 480, 720];
const USUAL_REVIEW: u16 = 120;

pub const fn tier_key(tier: Tier) -> &'static str {
    match tier {
        Tier::DutyOfficer => "measure-tier-duty-officer",
        Tier::County => "measure-tier-county",
        Tier::Municipal => "measure-tier-municipal",
        Tier::Province => "measure-tier-province",
    }
}

pub const fn stage_key(stage: Stage) -> &'static str {
    match stage {
        Stage::HeavyTrucks => "measure-stage-heavy-trucks",
        Stage::Cars => "measure-stage-cars",
        Stage::All => "measure-stage-all",
    }
}

const fn stage_word(stage: Stage) -> &'static str {
    match stage {
        Stage::HeavyTrucks => "heavy_trucks",
        Stage::Cars => "cars",
        Stage::All => "all",
    }
}

pub const fn why_key(why: Why) -> &'static str {
    match why {
        Why::WarningOver { .. } => "measure-why-warning-over",
        Why::RulesQuiet => "measure-why-rules-quiet",
        Why::RulesAskLess => "measure-why-rules-ask-less",
    }
}

/// The measures on the sections of a unit and those below it, as far as the viewer may see them.
pub fn in_view<'a>(sheet: &'a Sheet<'_>, unit: UnitId) -> Vec<(MeasureId, &'a Measure, &'a Section)> {
    let board = sheet.board();
    let mut found: Vec<_> = section::in_view(sheet, unit)
        .into_iter()
        .flat_map(|section| board.measures.on(section.id).into_iter().map(move |(id, found)| (id, found, section)))
        .collect();
    found.sort_by(|(_, one, here), (_, two, there)| {
        (&one.what, section::order(here)).cmp(&(&two.what, section::order(there)))
    });
    found
}

type Row<'a> = (MeasureId, &'a Measure, &'a Section);

/// Those that read alike and are decided alike.
fn groups<'a>(rows: impl Iterator<Item = Row<'a>>) -> Vec<Vec<Row<'a>>> {
    let mut groups: BTreeMap<(What, Tier, Vec<String>, bool), Vec<Row<'a>>> = BTreeMap::new();
    for row in rows {
        let rules = row.1.reasons.iter().map(|reason| reason.rule.to_string()).collect();
        groups.entry((row.1.what.clone(), row.1.approver, rules, row.1.edited.is_some())).or_default().push(row);
    }
    groups.into_values().collect()
}

/// May the viewer decide it?
fn may_decide(sheet: &Sheet<'_>, (_, found, section): &Row<'_>) -> bool {
    sheet.may(Action::ApproveMeasure, Place::Unit(competent(sheet, section, found.approver)))
}

/// The unit that decides at a tier, as the board judges it.
fn competent(sheet: &Sheet<'_>, section: &Section, tier: Tier) -> UnitId {
    board::measure::competent(sheet.board(), section, tier)
}

/// What waits for a decision within the force.
pub fn to_decide(sheet: &Sheet<'_>, unit: UnitId) -> Markup {
    let all = in_view(sheet, unit);
    let proposed = all.into_iter().filter(|(_, found, _)| found.end.is_none() && found.state == State::Proposed);
    let groups = groups(proposed);
    html! {
        section.part {
            h2 { (sheet.t("measures-to-decide")) }
            @if groups.is_empty() { p.empty { (sheet.t("measures-to-decide-none")) } }
            @for group in &groups { (decide(sheet, group)) }
        }
    }
}

fn decide(sheet: &Sheet<'_>, group: &[Row<'_>]) -> Markup {
    let Some((first, found, section)) = group.first() else { return html! {} };
    let province = found.approver == Tier::Province;
    let may_ask =
        province && group.iter().all(|(_, _, section)| sheet.may(Action::ProposeMeasure, Place::Unit(section.unit)));
    let may_approve = !province && group.iter().all(|row| may_decide(sheet, row));
    let may_drop = group.iter().all(|(_, _, section)| sheet.may(Action::ProposeMeasure, Place::Unit(section.unit)));
    html! {
        article.proposal id={ "proposal-" (first) } {
            h3 { (sheet.label(&found.words)) }
            p.hint { (sheet.say("measure-decided-by", &[("tier", decided_by(sheet, section, found.approver).into())]))
                @if found.inform_province { " · " (sheet.t("measure-inform-province")) }
                @if let Some((_, at)) = found.edited { " · " (sheet.say("measure-edited", &[("time", sheet.time(at).into())])) } }
            (reasons(sheet, found))
            @if may_approve || may_ask {
                form.form method="post" action=(if province { "/measures/ask" } else { "/measures/approve" }) data-live {
                    input type="hidden" name="command_id";
                    p.fault data-fault role="alert" hidden {}
                    (sections(sheet, group, true))
                    @if !province { (review_choice(sheet, &format!("review-{first}"))) }
                    div.acts { button.act.main { (sheet.t(if province { "measure-ask" } else { "measure-approve" })) } }
                }
                @if may_drop { (drop_form(sheet, group)) }
            } @else { (sections(sheet, group, false)) }
        }
    }
}

/// Who decides: the unit by its name, or the province.
fn decided_by(sheet: &Sheet<'_>, section: &Section, tier: Tier) -> String {
    match tier {
        Tier::Province => sheet.t(tier_key(tier)).into_owned(),
        _ => sheet.unit(competent(sheet, section, tier)).to_owned(),
    }
}

pub fn reasons(sheet: &Sheet<'_>, found: &Measure) -> Markup {
    html! {
        @if let Origin::Hand { by, words } = found.origin {
            p { (sheet.words(words)) " " @if let Some(person) = by.person() { span.hint { (sheet.name(person)) } } }
        }
        @for reason in &found.reasons {
            p { (sheet.label(&reason.words)) " " span.hint { (reason.rule) " · " (sheet.label(&reason.source)) } }
        }
    }
}

/// The sections of a group: to choose from, or to read. The choice is kept while the page changes around it.
fn sections(sheet: &Sheet<'_>, group: &[Row<'_>], choose: bool) -> Markup {
    let key: String = group.iter().map(|(id, _, _)| id.to_string()).collect::<Vec<_>>().join("");
    let key = format!("{:x}", live::version(&key));
    html! {
        @if choose {
            fieldset.row.choices id={ "sections-" (key) } data-keep { legend { (sheet.t("sections")) }
                @for (id, _, found) in group {
                    label.choice { input type="checkbox" name="measures" value=(id) checked; " " (section::name(sheet, found)) }
                }
            }
        } @else {
            ul.list { @for (_, _, found) in group { li { (section::link(sheet, found)) } } }
        }
    }
}

fn review_choice(sheet: &Sheet<'_>, id: &str) -> Markup {
    html! {
        div.row { label for=(id) { (sheet.t("measure-review-after")) }
            select id=(id) name="review" { @for minutes in REVIEWS {
                option value=(minutes) selected[minutes == USUAL_REVIEW] { (sheet.say("measure-hours", &[("hours", (minutes / 60).into())])) }
            } } }
    }
}

fn drop_form(sheet: &Sheet<'_>, group: &[Row<'_>]) -> Markup {
    let Some((first, ..)) = group.first() else { return html! {} };
    html! {
        details id={ "drop-" (first) } { summary.act.small { (sheet.t("measure-drop")) }
            form.form method="post" action="/measures/drop" data-live {
                input type="hidden" name="command_id";
                @for (id, _, _) in group { input type="hidden" name="measures" value=(id); }
                div.row { label for={ "drop-words-" (first) } { (sheet.t("measure-drop-why")) } input id={ "drop-words-" (first) } name="words" required autocomplete="off"; }
                p.fault data-fault role="alert" hidden {}
                div.acts { button.act { (sheet.t("measure-drop")) } }
            }
        }
    }
}

/// What the province was asked, and since when.
pub fn requested(sheet: &Sheet<'_>, unit: UnitId) -> Markup {
    let asked = in_view(sheet, unit).into_iter().filter(|(_, found, _)| matches!(found.state, State::Requested { .. }));
    let mut groups: BTreeMap<_, Vec<Row<'_>>> = BTreeMap::new();
    for row in asked {
        if let State::Requested { at, .. } = row.1.state {
            groups.entry((at, row.1.what.clone())).or_default().push(row);
        }
    }
    html! {
        @if !groups.is_empty() {
            section.part {
                h2 { (sheet.t("measures-requested")) }
                @for ((at, _), group) in &groups { (waiting(sheet, *at, group)) }
            }
        }
    }
}

fn waiting(sheet: &Sheet<'_>, at: board::At, group: &[Row<'_>]) -> Markup {
    let Some((first, found, _)) = group.first() else { return html! {} };
    let late = sheet.now >= at.plus(ANSWER_EXPECTED);
    let waits = sheet
        .say("measure-waits", &[("time", sheet.time(at).into()), ("minutes", minutes(sheet.now.minutes_since(at)))]);
    let may_answer = group.iter().all(|row| may_decide(sheet, row));
    html! {
        article.proposal id={ "request-" (first) } {
            h3 { (sheet.label(&found.words)) }
            p { (state(if late { "wrong" } else { "attention" }, &waits)) }
            @if may_answer {
                form.form method="post" action="/measures/answer" data-live {
                    input type="hidden" name="command_id";
                    p.fault data-fault role="alert" hidden {}
                    (sections(sheet, group, true))
                    (review_choice(sheet, &format!("answer-review-{first}")))
                    div.row { label for={ "answer-words-" (first) } { (sheet.t("measure-province-words")) } span.hint { (sheet.t("measure-province-hint")) }
                        input id={ "answer-words-" (first) } name="words" required autocomplete="off"; }
                    div.acts {
                        button.act.main name="granted" value="true" { (sheet.t("measure-granted")) }
                        button.act name="granted" value="false" { (sheet.t("measure-refused")) }
                    }
                }
            } @else { (sections(sheet, group, false)) }
        }
    }
}

/// What is proposed for lifting, and what was not looked at in time.
pub fn to_lift(sheet: &Sheet<'_>, unit: UnitId) -> Markup {
    let asks = |(_, found, _): &Row<'_>| found.is_in_force() && (found.lift.is_some() || found.review_due.is_some());
    let mut groups: BTreeMap<_, Vec<Row<'_>>> = BTreeMap::new();
    for row in in_view(sheet, unit).into_iter().filter(asks) {
        let why = row.1.lift.map_or("measure-review-due", |(why, _)| why_key(why));
        groups.entry((why, row.1.what.clone(), row.1.approver, row.1.stage)).or_default().push(row);
    }
    html! {
        @if !groups.is_empty() {
            section.part {
                h2 { (sheet.t("measures-to-lift")) }
                @for ((why, ..), group) in &groups { (lift(sheet, why, group)) }
            }
        }
    }
}

fn lift(sheet: &Sheet<'_>, why: &str, group: &[Row<'_>]) -> Markup {
    let Some((first, found, _)) = group.first() else { return html! {} };
    html! {
        article.proposal id={ "lift-" (first) } {
            h3 { (sheet.label(&found.words)) " " @if let Some(stage) = found.stage { (state("info", &sheet.t(stage_key(stage)))) } }
            p { (state("attention", &sheet.t(why))) }
            @if group.iter().all(|row| may_decide(sheet, row)) { (lift_form(sheet, group)) } @else { (sections(sheet, group, false)) }
        }
    }
}

/// Lift it, open a closure by one stage more, or say that it stays. Each stage is a form and a button of its own: what has the
/// focus is never changed in place.
pub fn lift_form(sheet: &Sheet<'_>, group: &[Row<'_>]) -> Markup {
    let Some((first, found, _)) = group.first() else { return html! {} };
    let next = Stage::ALL.into_iter().filter(|stage| found.stage.is_none_or(|reached| *stage > reached));
    let stages: Vec<Stage> = if matches!(found.what, What::Closure { .. }) { next.collect() } else { vec![Stage::All] };
    let province = found.approver == Tier::Province;
    html! {
        form.form id={ "lifting-" (first) "-" (found.stage.map_or("closed", stage_word)) } method="post" action="/measures/lift" data-live {
            input type="hidden" name="command_id";
            p.fault data-fault role="alert" hidden {}
            (sections(sheet, group, true))
            div.row { label for={ "lift-words-" (first) } { (sheet.t(if province { "measure-province-words" } else { "measure-lift-words" })) }
                input id={ "lift-words-" (first) } name="words" required[province] autocomplete="off"; }
            div.acts { @for (number, stage) in stages.into_iter().enumerate() {
                button.act.main[number == 0] id={ "stage-" (stage_word(stage)) "-" (first) } name="stage" value=(stage_word(stage)) { (sheet.t(stage_key(stage))) }
            } }
        }
        details id={ "stays-" (first) } { summary.act.small { (sheet.t("measure-stays")) }
            form.form method="post" action="/measures/review" data-live {
                input type="hidden" name="command_id";
                @for (id, _, _) in group { input type="hidden" name="measures" value=(id); }
                (review_choice(sheet, &format!("stays-review-{first}")))
                p.fault data-fault role="alert" hidden {}
                div.acts { button.act { (sheet.t("measure-stays")) } }
            }
        }
    }
}

/// A measure's state in one line.
pub fn standing(sheet: &Sheet<'_>, found: &Measure) -> Markup {
    let time = |at| ("time", sheet.time(at).into());
    html! {
        @match (&found.end, found.state) {
            (Some(end), _) => { (state("done", &ended(sheet, end))) }
            (None, State::Proposed) => { (state("info", &sheet.t("measure-proposed"))) }
            (None, State::Requested { at, .. }) => {
                (state("attention", &sheet.say("measure-waits", &[time(at), ("minutes", minutes(sheet.now.minutes_since(at)))])))
            }
            (None, State::InForce { since, .. }) => {
                (state("normal", &sheet.say("measure-in-force", &[time(since)])))
                @if let Some(stage) = found.stage { " " (state("info", &sheet.t(stage_key(stage)))) }
                @if let Some(at) = found.review_due { " " (state("attention", &sheet.say("measure-review-was-due", &[time(at)]))) }
                @if let Some((why, _)) = found.lift { " " (state("attention", &sheet.t(why_key(why)))) }
                @if !found.told.is_empty() {
                    @let waiting = found.unconfirmed();
                    @let values = [("confirmed", (found.told.len() - waiting).into()), ("told", found.told.len().into())];
                    " " (state(if waiting == 0 { "done" } else { "attention" }, &sheet.say("measure-confirmed", &values)))
                }
            }
        }
    }
}

fn ended(sheet: &Sheet<'_>, end: &End) -> String {
    let key = match end {
        End::Lifted { .. } => "measure-lifted",
        End::Dropped { .. } => "measure-dropped",
        End::Refused { .. } => "measure-refused-by-province",
        End::Lapsed { .. } => "measure-lapsed",
        End::Superseded { .. } => "measure-superseded",
    };
    sheet.say(key, &[("time", sheet.time(end.at()).into())])
}

/// From the warning to the road, in minutes since it was received.
pub fn clock(sheet: &Sheet<'_>, found: &Measure) -> Markup {
    let clock = found.clock;
    let steps = [
        ("measure-clock-proposed", Some(clock.proposed)),
        ("measure-clock-requested", clock.requested),
        ("measure-clock-approved", clock.approved),
        ("measure-clock-confirmed", clock.confirmed),
    ];
    html! {
        span.hint {
            (sheet.say("measure-clock-received", &[("time", sheet.time(clock.received).into())]))
            @for (key, at) in steps { @if let Some(at) = at {
                " → " (sheet.say(key, &[("minutes", minutes(at.minutes_since(clock.received)))]))
            } }
        }
    }
}

pub fn minutes(minutes: i64) -> super::Value {
    super::Value::Number(minutes)
}

/// One measure on the page of its section, with what may be done about it.
pub fn one(sheet: &Sheet<'_>, row: &Row<'_>) -> Markup {
    let (id, found, section) = row;
    let may_propose = sheet.may(Action::ProposeMeasure, Place::Unit(section.unit));
    let is_proposed = found.end.is_none() && found.state == State::Proposed;
    html! {
        article.proposal id={ "measure-" (id) } {
            h3 { (sheet.label(&found.words)) }
            p { (standing(sheet, found)) }
            (reasons(sheet, found))
            @if let Some((words, at)) = found.province { p { (sheet.t("measure-tier-province")) ": " (sheet.words(words)) " " (sheet.moment(at)) } }
            p { (clock(sheet, found)) }
            @if !found.told.is_empty() { ul.list { @for told in &found.told { li {
                (section::post_name(sheet, told.operation, told.post)) " "
                @match told.confirmed {
                    Some((_, at)) => { (state("done", &sheet.say("measure-confirmed-at", &[("time", sheet.time(at).into())]))) }
                    None => { (state("attention", &sheet.t("measure-unconfirmed"))) }
                }
            } } } }
            p { a href=(record::address(Subject::Measure(*id))) { (sheet.t("records")) }
                @if let Some(directive) = found.directive { " · " a href=(super::directive::address(directive)) { (sheet.t("measure-directive")) } } }
            @if is_proposed && may_propose && is_changed_by_number(&found.what) { (change(sheet, (*id, found), "edit")) }
            @if found.is_in_force() && may_decide(sheet, row) {
                @if is_changed_by_number(&found.what) { (change(sheet, (*id, found), "ease")) }
                details id={ "lifting-" (id) } { summary.act.small { (sheet.t("measure-lift")) } (lift_form(sheet, std::slice::from_ref(row))) }
            }
        }
    }
}

const fn is_changed_by_number(what: &What) -> bool {
    matches!(
        what,
        What::SpeedLimit { .. }
            | What::AdvisorySpeed { .. }
            | What::Gap { .. }
            | What::Ban { .. }
            | What::Closure { .. }
    )
}

/// Change what is proposed, or ease what is in force.
fn change(sheet: &Sheet<'_>, (id, found): (MeasureId, &Measure), act: &'static str) -> Markup {
    let title = sheet.t(if act == "edit" { "measure-edit" } else { "measure-ease" });
    html! {
        details id={ (act) "-" (id) } { summary.act.small { (title) }
            form.form method="post" action={ "/measures/" (id) "/" (act) } data-live {
                input type="hidden" name="command_id";
                (of_what(sheet, &found.what, &id.to_string()))
                p.fault data-fault role="alert" hidden {}
                div.acts { button.act { (title) } }
            }
        }
    }
}

/// The fields that say how much.
fn of_what(sheet: &Sheet<'_>, what: &What, id: &str) -> Markup {
    let number = |key: &str, name: &str, value: u16| {
        html! { div.row { label for={ (name) "-" (id) } { (sheet.t(key)) } input id={ (name) "-" (id) } type="number" name=(name) min="5" max="500" step="5" required value=(value); } }
    };
    html! {
        @match what {
            What::SpeedLimit { kmh } => { input type="hidden" name="kind" value="speed_limit"; (number("measure-kmh", "kmh", *kmh)) }
            What::AdvisorySpeed { kmh } => { input type="hidden" name="kind" value="advisory_speed"; (number("measure-kmh", "kmh", *kmh)) }
            What::Gap { metres } => { input type="hidden" name="kind" value="gap"; (number("measure-metres", "metres", *metres)) }
            What::Ban { vehicles } => {
                input type="hidden" name="kind" value="ban";
                fieldset.row { legend { (sheet.t("measure-vehicles")) } @for vehicle in Vehicle::ALL {
                    label.choice { input type="checkbox" name="vehicles" value=(vehicle_word(vehicle)) checked[vehicles.contains(&vehicle)]; " " (sheet.label(&convert::vehicle(vehicle))) }
                } }
            }
            What::Closure { extent } => {
                input type="hidden" name="kind" value="closure";
                div.row { label for={ "extent-" (id) } { (sheet.t("measure-extent")) } select id={ "extent-" (id) } name="extent" {
                    @for (one, word) in [(Closure::WhenNecessary, "when_necessary"), (Closure::Entrances, "entrances"), (Closure::Section, "section")] {
                        option value=(word) selected[one == *extent] { (sheet.label(&convert::words(&What::Closure { extent: one }))) }
                    } } }
            }
            _ => {}
        }
    }
}

fn vehicle_word(vehicle: Vehicle) -> String {
    serde_json::to_value(vehicle).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The form in which somebody proposes a measure of their own on a section.
pub fn propose_form(sheet: &Sheet<'_>, found: &Section) -> Markup {
    // The board's words for kinds, and their names: what a person proposes by hand, the commonest first.
    const KINDS: [(&str, &str); 9] = [
        ("speed_limit", "measure-kind-speed-limit"),
        ("closure", "measure-kind-closure"),
        ("diversion", "measure-kind-diversion"),
        ("convoy", "measure-kind-convoy"),
        ("metered_entry", "measure-kind-metered-entry"),
        ("no_overtaking", "measure-kind-no-overtaking"),
        ("gritting", "measure-kind-gritting"),
        ("ploughs", "measure-kind-ploughs"),
        ("patrol", "measure-kind-patrol"),
    ];
    html! {
        details #propose { summary.act { (sheet.t("measure-propose")) }
            form.form method="post" action="/measures" data-live {
                input type="hidden" name="command_id"; input type="hidden" name="sections" value=(found.id);
                p.fault data-fault role="alert" hidden {}
                div.rows {
                    div.row { label for="kind" { (sheet.t("measure")) } select #kind name="kind" { @for (word, name) in KINDS { option value=(word) { (sheet.t(name)) } } } }
                    div.row { label for="kmh" { (sheet.t("measure-kmh")) } span.hint { (sheet.t("measure-kmh-hint")) } input #kmh type="number" name="kmh" min="5" max="120" step="5"; }
                }
                div.row { label for="reason" { (sheet.t("measure-reason")) } input #reason name="reason" required autocomplete="off"; }
                div.acts { button.act.main { (sheet.t("measure-propose")) } }
            }
        }
    }
}

/// A measure as programs read it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MeasureModel {
    pub id: MeasureId,
    pub section: board::SectionId,
    pub what: What,
    pub words: Label,
    pub approver: Tier,
    /// `proposed`, `requested`, `in_force` or `ended`.
    pub state: &'static str,
    pub stage: Option<Stage>,
    pub review: Option<board::At>,
    pub lift_proposed: bool,
    pub unconfirmed: usize,
    pub clock: board::measure::Clock,
}

pub fn model(id: MeasureId, found: &Measure) -> MeasureModel {
    let state = match (found.end, found.state) {
        (Some(_), _) => "ended",
        (None, State::Proposed) => "proposed",
        (None, State::Requested { .. }) => "requested",
        (None, State::InForce { .. }) => "in_force",
    };
    MeasureModel {
        id,
        section: found.section,
        what: found.what.clone(),
        words: found.words.clone(),
        approver: found.approver,
        state,
        stage: found.stage,
        review: found.review,
        lift_proposed: found.lift.is_some(),
        unconfirmed: found.unconfirmed(),
        clock: found.clock,
    }
}
