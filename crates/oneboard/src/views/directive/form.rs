//! The form that writes a directive.

use board::access::{Action, Role};
use board::directive::{Directive, People, Urgency};
use board::force::Grade;
use board::{DirectiveId, UnitId};
use maud::{Markup, html};

use super::{Sheet, address, urgency_key};

/// How soon a receipt is asked for unless the writer says otherwise, in minutes by urgency.
const fn minutes(urgency: Urgency) -> u32 {
    match urgency {
        Urgency::Routine => 240,
        Urgency::Urgent => 60,
        Urgency::Emergency => 15,
    }
}

pub fn local(sheet: &Sheet<'_>, at: board::At) -> String {
    sheet.iso(at).chars().take(16).collect()
}

/// The writable units, and what is written so far.
pub fn form(sheet: &Sheet<'_>, unit: UnitId, found: Option<(DirectiveId, &Directive)>) -> Markup {
    let force = &sheet.board().force;
    let scope = sheet.scope(Action::IssueDirective);
    let units: Vec<&board::force::Unit> = scope.units(force).collect();
    let operation = sheet.present_operation();
    let wording = |words: &board::Wording| match words {
        board::Wording::Written { en, zh } => {
            [sheet.words(*en), if en == zh { String::new() } else { sheet.words(*zh) }]
        }
        board::Wording::Preset(label) => [label.en.to_string(), label.zh.to_string()],
    };
    let title = found.map(|(_, found)| wording(&found.title)).unwrap_or_default();
    let clauses: Vec<[String; 2]> =
        found.map(|(_, found)| found.clauses.iter().map(|clause| wording(&clause.words)).collect()).unwrap_or_default();
    let lines = |of: usize| clauses.iter().map(|clause| clause[of].as_str()).collect::<Vec<_>>().join("\n");
    let lines_zh = if clauses.iter().all(|clause| clause[1].is_empty()) { String::new() } else { lines(1) };
    let urgency = found.map_or(Urgency::Urgent, |(_, found)| found.urgency);
    let deadline = found.map_or(sheet.now.plus(board::Minutes(minutes(urgency))), |(_, found)| found.deadline);
    let action = found.map_or_else(|| "/directives".to_owned(), |(id, _)| format!("{}/text", address(id)));
    let audience = found.map(|(_, found)| &found.audience);
    let has = |unit: UnitId| audience.is_none_or(|audience| audience.units.contains(&unit));
    html! {
        form.form method="post" action=(action) data-live {
            input type="hidden" name="command_id";
            @if found.is_none() { input type="hidden" name="back" value="/directives"; }
            @else if let Some((id, _)) = found { input type="hidden" name="back" value=(address(id)); }
            p.fault data-fault role="alert" hidden {}
            div.row { label for="unit" { (sheet.t("directive-issuer")) }
                select #unit name="unit" { @for one in units { option value=(one.id) selected[one.id == unit] { (sheet.label(&one.name)) } } } }
            @if let Some(operation) = operation { input type="hidden" name="operation" value=(operation); }
            div.rows {
                div.row { label for="title_en" { (sheet.t("directive-title")) } input #title_en name="title" value=(title[0]) required autocomplete="off"; }
                div.row { label for="title_zh" { (sheet.t("directive-title-other")) } input #title_zh name="title_zh" value=(title[1]) autocomplete="off"; }
            }
            div.rows {
                div.row { label for="kind" { (sheet.t("directive-kind")) } select #kind name="kind" {
                    option value="order" { (sheet.t("directive-order")) } option value="briefing" selected[found.is_some_and(|(_, found)| found.kind == board::directive::Kind::Briefing)] { (sheet.t("directive-briefing")) } } }
                div.row { label for="urgency" { (sheet.t("directive-urgency")) } select #urgency name="urgency" {
                    @for (one, word) in Urgency::ALL.into_iter().zip(["routine", "urgent", "emergency"]) { option value=(word) selected[one == urgency] { (sheet.t(urgency_key(one))) } } } }
                div.row { label for="deadline" { (sheet.t("directive-deadline")) } input #deadline type="datetime-local" name="deadline" value=(local(sheet, deadline)) required; }
            }
            div.rows {
                div.row { label for="above" { (sheet.t("directive-above")) } span.hint { (sheet.t("directive-above-hint")) } input #above name="above" value=(found.and_then(|(_, found)| found.origin.above.as_ref()).map_or("", |above| sheet.label(above))) autocomplete="off"; }
                div.row { label for="number" { (sheet.t("directive-number")) } input #number name="number" value=(found.map_or("", |(_, found)| &found.origin.number)) autocomplete="off"; }
            }
            div.row { label for="instruction" { (sheet.t("directive-instruction")) } input #instruction name="instruction" value=(found.and_then(|(_, found)| found.origin.instruction.as_ref()).map(|words| sheet.wording(words)).unwrap_or_default()) autocomplete="off"; }
            div.row { label for="clauses" { (sheet.t("directive-clauses")) } span.hint { (sheet.t("directive-clauses-hint")) } textarea #clauses name="clauses" rows="6" required { (lines(0)) } }
            div.row { label for="clauses_zh" { (sheet.t("directive-clauses-other")) } textarea #clauses_zh name="clauses_zh" rows="4" { (lines_zh) } }
            fieldset.row { legend { (sheet.t("directive-audience")) }
                (choices(sheet, unit, has))
                label.choice { input type="checkbox" name="below" checked[audience.is_some_and(|audience| audience.below)]; " " (sheet.t("directive-straight-through")) }
                (persons(sheet, audience.and_then(|audience| audience.people.as_ref()), found.and_then(|(_, found)| found.operation).or(operation)))
            }
            label.choice { input type="checkbox" name="quiet" checked[found.is_some_and(|(_, found)| found.quiet.is_some())]; " " (sheet.t("directive-quiet")) }
            div.acts { button.act.main { (sheet.t("directive-keep")) } }
        }
    }
}

/// Which people confirm in person: all, or only those of a grade, a role, or at some posts.
pub fn persons(sheet: &Sheet<'_>, people: Option<&People>, operation: Option<board::OperationId>) -> Markup {
    let found = operation.and_then(|id| sheet.board().operation(id));
    let number = |id: &board::PostId| found.and_then(|found| found.posts.get(*id)).map(|post| post.number.to_string());
    let posts: Vec<String> = people.into_iter().flat_map(|people| &people.posts).filter_map(number).collect();
    let has_grade = |grade| people.is_some_and(|people| people.grades.contains(&grade));
    let has_role = |role| people.is_some_and(|people| people.roles.contains(&role));
    let limited = people.is_some_and(|people| *people != People::default());
    html! {
        label.choice { input type="checkbox" name="everybody" checked[people.is_some()]; " " (sheet.t("directive-everybody")) }
        details open[limited] { summary.act.small { (sheet.t("directive-only")) }
            p.hint { (sheet.t("directive-only-hint")) }
            @for (grade, word, key) in [(Grade::Officer, "officer", "grade-officer"), (Grade::Auxiliary, "auxiliary", "grade-auxiliary")] {
                label.choice { input type="checkbox" name={ "grade-" (word) } checked[has_grade(grade)]; " " (sheet.t(key)) } }
            @for (role, word, key) in [(Role::Leader, "leader", "role-leader"), (Role::DutyOfficer, "duty_officer", "role-duty-officer"), (Role::Inspector, "inspector", "role-inspector")] {
                label.choice { input type="checkbox" name={ "role-" (word) } checked[has_role(role)]; " " (sheet.t(key)) } }
            @if operation.is_some() {
                div.row { label for="audience-posts" { (sheet.t("directive-only-posts")) } span.hint { (sheet.t("directive-only-posts-hint")) }
                    input #audience-posts name="posts" value=(posts.join(", ")) autocomplete="off"; }
            }
        }
    }
}

/// The units right below, each to be ticked; and the unit itself for its own people.
pub fn choices(sheet: &Sheet<'_>, unit: UnitId, has: impl Fn(UnitId) -> bool) -> Markup {
    html! {
        @for below in sheet.board().force.children(unit) {
            label.choice { input type="checkbox" name={ "to-" (below.id) } checked[has(below.id)]; " " (sheet.label(&below.name)) }
        }
    }
}
