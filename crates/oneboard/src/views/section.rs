//! Roads: the page of a unit's sections with warnings, decisions and observations; one section; and what a phone on a
//! section shows.

use board::access::{Action, Place};
use board::measure;
use board::section::{Class, Observer, Queue, Section, Seen, Surface, Visibility, Wind};
use board::{MeasureId, OperationId, PostId, SectionId, Subject, UnitId};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Sheet, measure as measures, post, record, units_around, warning};
use crate::fragment::Fragment;

/// Rows of one list: a county has fewer.
const MOST_ROWS: usize = 300;

pub fn address(id: SectionId) -> String {
    format!("/sections/{id}")
}

pub const fn class_key(class: Class) -> &'static str {
    match class {
        Class::Expressway => "section-class-expressway",
        Class::National => "section-class-national",
        Class::Provincial => "section-class-provincial",
        Class::County => "section-class-county",
        Class::Township => "section-class-township",
    }
}

pub const fn visibility_key(seen: Visibility) -> &'static str {
    match seen {
        Visibility::Clear => "section-visibility-clear",
        Visibility::From200 => "section-visibility-from-200",
        Visibility::From100 => "section-visibility-from-100",
        Visibility::From50 => "section-visibility-from-50",
        Visibility::Below50 => "section-visibility-below-50",
    }
}

pub const fn surface_key(seen: Surface) -> &'static str {
    match seen {
        Surface::Dry => "section-surface-dry",
        Surface::Wet => "section-surface-wet",
        Surface::Snow => "section-surface-snow",
        Surface::PartialIce => "section-surface-partial-ice",
        Surface::Ice => "section-surface-ice",
    }
}

pub const fn queue_key(seen: Queue) -> &'static str {
    match seen {
        Queue::None => "section-queue-none",
        Queue::Short => "section-queue-short",
        Queue::Long => "section-queue-long",
        Queue::Blocked => "section-queue-blocked",
    }
}

pub const fn wind_key(seen: Wind) -> &'static str {
    match seen {
        Wind::Calm => "section-wind-calm",
        Wind::Strong => "section-wind-strong",
        Wind::Gale => "section-wind-gale",
    }
}

/// "G9811 Huachi to Qingcheng, eastbound".
pub fn name(sheet: &Sheet<'_>, found: &Section) -> String {
    let values = [
        ("road", found.road.to_string().into()),
        ("name", sheet.label(&found.name).into()),
        ("heading", sheet.label(&found.heading).into()),
    ];
    sheet.say(if found.heading.is_empty() { "section-name" } else { "section-name-heading" }, &values)
}

pub fn link(sheet: &Sheet<'_>, found: &Section) -> Markup {
    html! { a href=(address(found.id)) { (name(sheet, found)) } }
}

/// Where a section stands in every list: by class, road, place along it.
pub fn order(found: &Section) -> (Class, &str, u32, SectionId) {
    (found.class, &found.road, found.order, found.id)
}

/// The sections of a unit and those below it, in order, as far as the viewer may see them.
pub fn in_view<'a>(sheet: &'a Sheet<'_>, unit: UnitId) -> Vec<&'a Section> {
    let (scope, board) = (sheet.scope(Action::ViewRoads), sheet.board());
    let units = board.force.branch(unit).filter(|unit| scope.covers(&board.force, unit.id));
    let mut found: Vec<&Section> = units.flat_map(|unit| board.sections.of_unit(unit.id)).collect();
    found.sort_by(|one, two| order(one).cmp(&order(two)));
    found
}

pub fn post_name(sheet: &Sheet<'_>, operation: OperationId, id: PostId) -> Markup {
    let found = sheet.board().operation(operation).and_then(|found| found.posts.get(id));
    html! {
        @match found {
            Some(found) if sheet.may(Action::ViewPosts, Place::Post(operation, id)) => {
                a href=(post::address(operation, id)) { (found.number) " " (sheet.label(&found.name)) }
            }
            Some(_) => { (sheet.t("record-post-elsewhere")) }
            None => { (sheet.t("record-post-gone")) }
        }
    }
}

/// The roads of a unit as a fragment: warnings, what waits for a decision, the sections.
pub fn roads(sheet: &Sheet<'_>, unit: UnitId) -> Markup {
    let sections = in_view(sheet, unit);
    html! {
        div id=(Fragment::Roads(unit)) data-fragment {
            (units_around(sheet, Action::ViewRoads, unit, |unit| format!("/units/{unit}/roads")))
            (warning::list(sheet, unit))
            (measures::requested(sheet, unit))
            (measures::to_decide(sheet, unit))
            (measures::to_lift(sheet, unit))
            section.part {
                h2 { (sheet.t("sections")) }
                @if sections.is_empty() { p.empty { (sheet.t("sections-none")) } }
                @else {
                    div.table-wrap role="region" aria-label=(sheet.t("sections")) tabindex="0" {
                        table.table.stack data-grid {
                            thead { tr {
                                th scope="col" { (sheet.t("section")) } th scope="col" { (sheet.t("warnings-in-force")) }
                                th scope="col" { (sheet.t("measures-in-force")) } th scope="col" { (sheet.t("section-observed")) }
                            } }
                            tbody { @for found in sections.iter().take(MOST_ROWS) { (row(sheet, found)) } }
                        }
                    }
                    @let more = sections.len().saturating_sub(MOST_ROWS);
                    @if more > 0 { p.hint { (sheet.say("sections-more", &[("count", more.into())])) } }
                }
            }
        }
    }
}

fn row(sheet: &Sheet<'_>, found: &Section) -> Markup {
    let board = sheet.board();
    let open = board.measures.on(found.id);
    let waiting = open.iter().filter(|(_, one)| one.is_on_its_way()).count();
    let closed = open
        .iter()
        .any(|(_, one)| one.is_in_force() && one.stage.is_none() && matches!(one.what, measure::What::Closure { .. }));
    html! {
        tr id={ "section-" (found.id) } data-state=[closed.then_some("attention")] {
            th scope="row" { (link(sheet, found)) " " span.hint { (sheet.t(class_key(found.class))) } }
            td data-label=(sheet.t("warnings-in-force")) { @for (id, one) in board.warnings.on(found.id) { (warning::chip(sheet, id, one)) " " } }
            td data-label=(sheet.t("measures-in-force")) {
                @for (_, one) in open.iter().filter(|(_, one)| one.is_in_force()) { p { (sheet.label(&one.words)) " " (measures::standing(sheet, one)) } }
                @if waiting > 0 { span.hint { (sheet.say("measures-waiting", &[("count", waiting.into())])) } }
            }
            td data-label=(sheet.t("section-observed")) { (latest(sheet, found.id)) }
        }
    }
}

/// The latest observation with its age; "no data" where there is none.
fn latest(sheet: &Sheet<'_>, id: SectionId) -> Markup {
    let found = sheet.board().sections.observations(id).map(|(_, found)| found).max_by_key(|found| found.at);
    html! {
        @match found {
            Some(found) => {
                span data-stale=[(!found.holds(sheet.now)).then(|| post::since_words(sheet, found.at))] { (seen(sheet, found.seen)) }
                " " (sheet.moment(found.at))
            }
            None => { span.none { (sheet.t("section-not-observed")) } }
        }
    }
}

/// What somebody saw, in words.
pub fn seen(sheet: &Sheet<'_>, seen: Seen) -> String {
    let words = [
        seen.visibility.map(visibility_key),
        seen.surface.map(surface_key),
        seen.queue.map(queue_key),
        seen.wind.map(wind_key),
    ];
    words.into_iter().flatten().map(|key| sheet.t(key).into_owned()).collect::<Vec<_>>().join(&sheet.t("list-comma"))
}

/// One section as a fragment.
pub fn page(sheet: &Sheet<'_>, id: SectionId) -> Markup {
    let fragment = Fragment::Section(id);
    let board = sheet.board();
    let Some(found) = board.sections.get(id) else { return post::gone(sheet, fragment) };
    let open: Vec<_> = board.measures.on(id).into_iter().map(|(measure, one)| (measure, one, found)).collect();
    let over: Vec<_> = board.measures.ended().filter(|(_, one)| one.section == id).take(10).collect();
    html! {
        div id=(fragment) data-fragment {
            @if let Some(at) = board.sections.retired(id) { p.banner data-state="attention" { (sheet.say("section-retired", &[("time", sheet.time(at).into())])) } }
            section.part {
                dl.about {
                    dt { (sheet.t("section-class")) } dd { (sheet.t(class_key(found.class)))
                        @if found.bridge { " · " (sheet.t("section-bridge")) } @if found.tunnel { " · " (sheet.t("section-tunnel")) } }
                    dt { (sheet.t("section-unit")) } dd { (sheet.unit(found.unit)) }
                    dt { (sheet.t("warnings-in-force")) } dd {
                        @for (warning, one) in board.warnings.on(id) { (warning::chip(sheet, warning, one)) " " }
                        @if board.warnings.on(id).next().is_none() { (sheet.t("warnings-none")) }
                    }
                    dt { (sheet.t("section-posts")) } dd {
                        @let posts: Vec<_> = board.sections.posts_on(id).collect();
                        @if posts.is_empty() { (sheet.t("section-posts-none")) }
                        @for (operation, post) in posts { (post_name(sheet, operation, post)) " " }
                    }
                }
                p { a href=(record::address(Subject::Section(id))) { (sheet.t("records")) } }
            }
            section.part { h2 { (sheet.t("measures")) }
                @if open.is_empty() { p.empty { (sheet.t("measures-none")) } }
                @for row in &open { (measures::one(sheet, row)) }
                @if sheet.may(Action::ProposeMeasure, Place::Unit(found.unit)) { (measures::propose_form(sheet, found)) }
            }
            (observations(sheet, found))
            @if !over.is_empty() { section.part { h2 { (sheet.t("measures-over")) } ul.list { @for (measure, one) in over {
                li id={ "over-" (measure) } { (sheet.label(&one.words)) " " (measures::standing(sheet, one)) " " (measures::clock(sheet, one)) }
            } } } }
        }
    }
}

fn observations(sheet: &Sheet<'_>, found: &Section) -> Markup {
    let mut all: Vec<_> = sheet.board().sections.observations(found.id).collect();
    all.sort_by_key(|(_, one)| std::cmp::Reverse(one.at));
    html! {
        section.part { h2 { (sheet.t("section-observed")) }
            @if all.is_empty() { p.empty { (sheet.t("section-not-observed")) } }
            ul.list { @for (observer, one) in all { li {
                span data-stale=[(!one.holds(sheet.now)).then(|| post::since_words(sheet, one.at))] { (seen(sheet, one.seen)) } " · "
                @match observer {
                    Observer::Post { operation, post } => { (post_name(sheet, operation, post)) }
                    Observer::Unit { unit } => { (sheet.unit(unit)) }
                }
                " " (sheet.say("section-age", &[("time", sheet.time(one.at).into()), ("minutes", measures::minutes(sheet.now.minutes_since(one.at)))]))
            } } }
            @if sheet.may(Action::ObserveRoad, Place::Unit(found.unit)) {
                details #observe { summary.act { (sheet.t("section-observe")) }
                    form.form method="post" action={ (address(found.id)) "/observations" } data-live {
                        input type="hidden" name="command_id";
                        p.fault data-fault role="alert" hidden {}
                        (taps(sheet, "desk"))
                        div.acts { button.act.main { (sheet.t("section-observe")) } }
                    } }
            }
        }
    }
}

/// What one sees, by taps. What is not tapped is not said.
fn taps(sheet: &Sheet<'_>, id: &str) -> Markup {
    let visibility = Visibility::ALL.map(|one| (word(one), visibility_key(one)));
    let surface = Surface::ALL.map(|one| (word(one), surface_key(one)));
    let queue = Queue::ALL.map(|one| (word(one), queue_key(one)));
    let wind = Wind::ALL.map(|one| (word(one), wind_key(one)));
    html! {
        (choice(sheet, id, ("visibility", "section-visibility"), &visibility))
        (choice(sheet, id, ("surface", "section-surface"), &surface))
        (choice(sheet, id, ("queue", "section-queue"), &queue))
        (choice(sheet, id, ("wind", "section-wind"), &wind))
    }
}

fn choice(sheet: &Sheet<'_>, id: &str, (name, title): (&str, &str), all: &[(String, &str)]) -> Markup {
    html! {
        fieldset.row.choices id={ (id) "-" (name) } data-keep { legend { (sheet.t(title)) }
            @for (word, key) in all { label.choice { input type="radio" name=(name) value=(word); " " (sheet.t(key)) } }
        }
    }
}

fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// What the phone of somebody at a post on the road shows: measures to confirm on the ground, what holds, and taps for what
/// they see.
pub fn mine(sheet: &Sheet<'_>, operation: OperationId, post: PostId, at_post: bool) -> Markup {
    let board = sheet.board();
    let on: Vec<&Section> =
        board.sections.of_post(operation, post).iter().filter_map(|id| board.sections.get(*id)).collect();
    if on.is_empty() {
        return html! {};
    }
    let waiting = measure::to_confirm(board, operation, post);
    let in_force: Vec<_> = on
        .iter()
        .flat_map(|section| board.measures.on(section.id).into_iter().map(|(id, found)| (*section, id, found)))
        .filter(|(_, id, found)| found.is_in_force() && !waiting.iter().any(|(other, _)| other == id))
        .collect();
    let hidden = html! {
        input type="hidden" name="command_id"; input type="hidden" name="operation" value=(operation); input type="hidden" name="post" value=(post);
    };
    html! {
        @if !waiting.is_empty() { section.mine-orders.asked #road-measures {
            h2 { (sheet.t("measure-on-your-road")) }
            ul.list { @for (_, found) in &waiting { li { b { (told(sheet, found)) } " "
                @if let Some(section) = board.sections.get(found.section) { span.hint { (name(sheet, section)) } } } } }
            @if at_post { form method="post" action="/mine/measures" data-offline data-says=(sheet.t("measure-confirm")) {
                (hidden)
                @for (id, _) in &waiting { input type="hidden" name="measures" value=(id); }
                button.thumb.main { (sheet.t("measure-confirm")) }
            } }
        } }
        section.mine-orders #road {
            h2 { (sheet.t("section-your-road")) }
            @for section in &on { p { (name(sheet, section)) " " @for (id, one) in board.warnings.on(section.id) { (warning::chip(sheet, id, one)) " " } } }
            @if !in_force.is_empty() { ul.list { @for (_, _, found) in &in_force { li { (told(sheet, found)) } } } }
            @if let Some(section) = on.first() { p.mine-when { (latest(sheet, section.id)) } }
            @if at_post { details #road-observe { summary.thumb { (sheet.t("section-observe")) }
                form method="post" action="/mine/road" data-offline data-says=(sheet.t("section-observe")) {
                    (hidden) (taps(sheet, "mine"))
                    button.thumb.main { (sheet.t("section-observe")) }
                } } }
        }
    }
}

/// A measure as whoever carries it out must read it.
fn told(sheet: &Sheet<'_>, found: &measure::Measure) -> String {
    match found.stage {
        Some(stage) => format!("{} · {}", sheet.label(&found.words), sheet.t(measures::stage_key(stage))),
        None => sheet.label(&found.words).to_owned(),
    }
}

/// The roads of a unit as programs read them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RoadsModel {
    pub warnings: Vec<warning::WarningModel>,
    pub sections: Vec<SectionModel>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct SectionModel {
    pub section: Section,
    pub measures: Vec<measures::MeasureModel>,
    /// The worst that was seen and still counts; absent where nobody said.
    pub seen: Seen,
    pub observed: Option<board::At>,
}

pub fn model(sheet: &Sheet<'_>, unit: UnitId) -> RoadsModel {
    let warnings = warning::in_view(sheet, Some(unit)).into_iter().map(|(id, found)| warning::model(id, found));
    let sections = in_view(sheet, unit).into_iter().map(|found| section_model(sheet, found));
    RoadsModel { warnings: warnings.collect(), sections: sections.collect() }
}

pub fn section_model(sheet: &Sheet<'_>, found: &Section) -> SectionModel {
    let board = sheet.board();
    let of = |(id, one): (MeasureId, &measure::Measure)| measures::model(id, one);
    SectionModel {
        section: found.clone(),
        measures: board.measures.on(found.id).into_iter().map(of).collect(),
        seen: board.sections.worst(found.id, sheet.now),
        observed: board.sections.observations(found.id).map(|(_, one)| one.at).max(),
    }
}
