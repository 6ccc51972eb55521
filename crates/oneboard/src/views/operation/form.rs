//! The form that opens an operation or changes one: one field per thing, lists as lines.

use board::access::Action;
use board::operation::{Kind, Operation, Terms};
use board::{At, Label, OperationId};
use maud::{Markup, html};

use super::{Sheet, address, closed_in_view, kind_key};

/// The ladder a new operation begins with: the four levels of readiness in common use, the highest first.
pub const DEFAULT_LADDER: [&str; 2] = [
    "Level I\n- All leave is cancelled; everybody is on standby\n- The leader of the bureau takes command in person\n\
     Level II\n- Half of those off duty are on standby\n- The deputy leader takes command in person\n\
     Level III\n- Patrols are doubled at main points\n- The standby is within one hour\n\
     Level IV\n- The watch is reinforced by one",
    "一级响应\n- 停止休假,全员备勤\n- 主要领导坐镇指挥\n\
     二级响应\n- 半数备勤\n- 分管领导坐镇指挥\n\
     三级响应\n- 重点部位加密巡逻\n- 备勤人员一小时内到位\n\
     四级响应\n- 值班力量加强一人",
];

const KINDS: [Kind; 4] = [Kind::Festival, Kind::SevereWeather, Kind::PlannedEvent, Kind::Other];

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Festival => "festival",
        Kind::SevereWeather => "severe_weather",
        Kind::PlannedEvent => "planned_event",
        Kind::Other => "other",
    }
}

/// For a new operation, or to change `present`.
pub fn form(sheet: &Sheet<'_>, present: Option<(OperationId, &Operation)>) -> Markup {
    let found = present.map(|(_, operation)| operation);
    let scope = sheet.scope(Action::PlanOperation);
    let action = present.map_or_else(|| "/operations".to_owned(), |(id, _)| format!("{}/plan", address(id)));
    let back = present.map_or_else(|| "/operations".to_owned(), |(id, _)| address(id));
    let empty = Label::default();
    let title = found.map_or(&empty, |operation| &operation.title);
    let terms = found.map_or_else(Terms::default, |operation| operation.terms);
    let (objectives, levels) = (lines_of_objectives(found), lines_of_levels(found));
    html! {
        form.form method="post" action=(action) data-live {
            input type="hidden" name="command_id";
            input type="hidden" name="back" value=(back);
            div.rows {
                div.row { label for="title-zh" { (sheet.t("operation-title")) " · 中文" } input #title-zh name="title_zh" maxlength="80" value=(title.zh); }
                div.row { label for="title-en" { (sheet.t("operation-title")) " · English" } input #title-en name="title_en" maxlength="80" value=(title.en); }
            }
            div.rows {
                div.row { label for="kind" { (sheet.t("operation-kind")) }
                    select #kind name="kind" { @for kind in KINDS { option value=(word(kind)) selected[found.is_some_and(|operation| operation.kind == kind)] { (sheet.t(kind_key(kind))) } } } }
                div.row { label for="unit" { (sheet.t("unit")) }
                    select #unit name="unit" { @for unit in scope.units(&sheet.board().force) {
                        option value=(unit.id) selected[found.is_some_and(|operation| operation.unit == unit.id)] { (sheet.label(&unit.name)) }
                    } } }
            }
            div.rows {
                div.row { label for="from" { (sheet.t("operation-from")) } input #from type="datetime-local" name="from" required value=[found.map(|operation| local(sheet, operation.period.from))]; }
                div.row { label for="to" { (sheet.t("operation-to")) } input #to type="datetime-local" name="to" required value=[found.map(|operation| local(sheet, operation.period.to))]; }
            }
            @if found.is_none() {
                div.rows {
                    div.row { label for="check-in-grace" { (sheet.t("operation-check-in-grace")) } input #check-in-grace name="check_in_grace" inputmode="numeric" value=(terms.check_in_grace.0); }
                    div.row { label for="relief-grace" { (sheet.t("operation-relief-grace")) } input #relief-grace name="relief_grace" inputmode="numeric" value=(terms.relief_grace.0); }
                }
            }
            fieldset.row { label.choice { input type="checkbox" name="drill" value="true" checked[found.is_some_and(|operation| operation.drill)]; (sheet.t("operation-drill")) } }
            p.hint #objectives-hint { (sheet.t("operation-objectives-hint")) }
            div.rows {
                div.row { label for="objectives-zh" { (sheet.t("operation-objectives")) " · 中文" } textarea #objectives-zh name="objectives_zh" rows="5" aria-describedby="objectives-hint" { (objectives[1]) } }
                div.row { label for="objectives-en" { (sheet.t("operation-objectives")) " · English" } textarea #objectives-en name="objectives_en" rows="5" aria-describedby="objectives-hint" { (objectives[0]) } }
            }
            p.hint #levels-hint { (sheet.t("operation-levels-hint")) }
            div.rows {
                div.row { label for="levels-zh" { (sheet.t("operation-levels")) " · 中文" } textarea #levels-zh name="levels_zh" rows="12" aria-describedby="levels-hint" { (levels[1]) } }
                div.row { label for="levels-en" { (sheet.t("operation-levels")) " · English" } textarea #levels-en name="levels_en" rows="12" aria-describedby="levels-hint" { (levels[0]) } }
            }
            @let closed = closed_in_view(sheet);
            @if !closed.is_empty() {
                div.row { label for="last" { (sheet.t("operation-last")) }
                    select #last name="last" { option value="" { "–" }
                        @for (id, found_closed) in closed { option value=(id) selected[found.is_some_and(|operation| operation.last == Some(id))] { (sheet.label(&found_closed.title)) } }
                    } }
            }
            p.fault data-fault role="alert" hidden {}
            div.acts { button.act.main { (sheet.t("act-keep")) } a.act href=(back) { (sheet.t("act-back")) } span.progress data-progress hidden {} }
        }
    }
}

fn local(sheet: &Sheet<'_>, at: At) -> String {
    // `2026-02-01T08:00:00+08:00` without its seconds and offset is what the field takes.
    sheet.iso(at).chars().take(16).collect()
}

/// "what | by which measure", one objective a line: English, Chinese.
fn lines_of_objectives(found: Option<&Operation>) -> [String; 2] {
    let objectives = found.map_or(&[][..], |operation| operation.objectives.as_slice());
    let line = |words: &str, measure: &str| {
        if measure.is_empty() { words.to_owned() } else { format!("{words} | {measure}") }
    };
    let en = objectives.iter().map(|objective| line(&objective.words.en, &objective.measure.en));
    let zh = objectives.iter().map(|objective| line(&objective.words.zh, &objective.measure.zh));
    [en.collect::<Vec<_>>().join("\n"), zh.collect::<Vec<_>>().join("\n")]
}

/// A level a line, its actions below it with a dash: English, Chinese.
fn lines_of_levels(found: Option<&Operation>) -> [String; 2] {
    let Some(operation) = found else { return DEFAULT_LADDER.map(str::to_owned) };
    let mut levels: Vec<_> = operation.levels.iter().collect();
    levels.sort_by_key(|level| level.rung);
    let mut lines = [Vec::new(), Vec::new()];
    for level in levels {
        lines[0].push(level.name.en.to_string());
        lines[1].push(level.name.zh.to_string());
        for action in &level.actions {
            lines[0].push(format!("- {}", action.words.en));
            lines[1].push(format!("- {}", action.words.zh));
        }
    }
    lines.map(|lines| lines.join("\n"))
}
