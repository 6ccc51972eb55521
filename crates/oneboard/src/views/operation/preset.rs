//! What the actions of each level bring, in words and as forms.

use board::OperationId;
use board::call_out::Circle;
use board::directive::Urgency;
use board::operation::{Does, Level, Preset, PresetDirective};
use board::post::Kind;
use maud::{Markup, html};

use super::{Sheet, address};
use crate::views::directive::urgency_key;

const fn kind_key(kind: Kind) -> &'static str {
    match kind {
        Kind::FixedPost => "post-kind-fixed-post",
        Kind::Checkpoint => "post-kind-checkpoint",
        Kind::PatrolRoute => "post-kind-patrol-route",
        Kind::CommandCentre => "post-kind-command-centre",
    }
}

const fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::FixedPost => "kind-fixed_post",
        Kind::Checkpoint => "kind-checkpoint",
        Kind::PatrolRoute => "kind-patrol_route",
        Kind::CommandCentre => "kind-command_centre",
    }
}

/// What taking an action leads to; nothing for what somebody sees to by hand.
pub fn brings(sheet: &Sheet<'_>, does: &Does) -> String {
    match does {
        Does::Nothing => sheet.t("preset-nothing").into_owned(),
        Does::OpenCallOut { circle: Circle::Standby } => sheet.t("preset-standby").into_owned(),
        Does::OpenCallOut { circle: Circle::StandbyAndReserve } => sheet.t("preset-reserve").into_owned(),
        Does::IssueDirective(preset) => {
            let values = [("title", sheet.label(&preset.title).into()), ("minutes", preset.within.0.into())];
            sheet.say("preset-issues", &values)
        }
        Does::RequireStrength { kinds, at_least } => {
            let names: Vec<_> = kinds.iter().map(|kind| sheet.t(kind_key(*kind))).collect();
            let kinds = if names.is_empty() {
                sheet.t("preset-all-posts").into_owned()
            } else {
                names.join(&sheet.t("list-comma"))
            };
            sheet.say("preset-strengthens", &[("kinds", kinds.into()), ("count", (*at_least).into())])
        }
    }
}

/// Every level with its actions, each with the form that says what it brings.
pub fn page(sheet: &Sheet<'_>, id: OperationId) -> Markup {
    let mut levels: Vec<&Level> =
        sheet.board().operation(id).map(|found| found.levels.iter().collect()).unwrap_or_default();
    levels.sort_by_key(|level| level.rung);
    html! {
        p.hint { (sheet.t("preset-hint")) }
        @for level in levels {
            section.part id={ "presets-" (level.rung) } { h2 { (sheet.label(&level.name)) }
                @if level.actions.is_empty() { p.empty { (sheet.t("preset-no-actions")) } }
                ul.list { @for (number, action) in (1usize..).zip(&level.actions) {
                    li id={ "preset-" (level.rung) "-" (number) } {
                        b { (sheet.label(&action.words)) } " " span.hint { (brings(sheet, &action.does)) }
                        details { summary.act.small { (sheet.t("preset-change")) } (form(sheet, id, level.rung, number, action)) }
                    }
                } }
            }
        }
    }
}

fn form(sheet: &Sheet<'_>, id: OperationId, rung: u8, number: usize, action: &Preset) -> Markup {
    let name = |field: &str| format!("{field}-{rung}-{number}");
    let order: Option<&PresetDirective> =
        if let Does::IssueDirective(order) = &action.does { Some(order) } else { None };
    let (kinds, at_least) = match &action.does {
        Does::RequireStrength { kinds, at_least } => (kinds.as_slice(), Some(*at_least)),
        _ => (&[][..], None),
    };
    let reserve = matches!(action.does, Does::OpenCallOut { circle: Circle::StandbyAndReserve });
    let chosen = match action.does {
        Does::Nothing => "nothing",
        Does::OpenCallOut { .. } => "call_out",
        Does::IssueDirective(_) => "directive",
        Does::RequireStrength { .. } => "strength",
    };
    let choices = [
        ("nothing", "preset-nothing"),
        ("call_out", "preset-call-out"),
        ("directive", "preset-directive"),
        ("strength", "preset-strength"),
    ];
    let lines = |of: fn(&board::Label) -> &str| {
        order.map(|order| order.clauses.iter().map(of).collect::<Vec<_>>().join("\n")).unwrap_or_default()
    };
    html! {
        form.form method="post" action={ (address(id)) "/levels/" (rung) "/actions/" (number) } data-live {
            input type="hidden" name="command_id"; input type="hidden" name="back" value={ (address(id)) "/levels" };
            p.fault data-fault role="alert" hidden {}
            div.row { label for=(name("brings")) { (sheet.t("preset-brings")) }
                select id=(name("brings")) name="brings" { @for (word, key) in choices { option value=(word) selected[word == chosen] { (sheet.t(key)) } } } }
            details open[chosen == "call_out"] { summary { (sheet.t("preset-call-out")) }
                div.row { label for=(name("circle")) { (sheet.t("call-out-circle")) } select id=(name("circle")) name="circle" {
                    option value="standby" { (sheet.t("call-out-standby")) } option value="standby_and_reserve" selected[reserve] { (sheet.t("call-out-reserve")) } } } }
            details open[chosen == "directive"] { summary { (sheet.t("preset-directive")) }
                div.rows {
                    div.row { label for=(name("title-zh")) { (sheet.t("directive-title")) " · 中文" } input id=(name("title-zh")) name="title_zh" value=(order.map_or("", |order| &order.title.zh)) autocomplete="off"; }
                    div.row { label for=(name("title-en")) { (sheet.t("directive-title")) " · English" } input id=(name("title-en")) name="title_en" value=(order.map_or("", |order| &order.title.en)) autocomplete="off"; }
                }
                div.rows {
                    div.row { label for=(name("clauses-zh")) { (sheet.t("directive-clauses")) " · 中文" } textarea id=(name("clauses-zh")) name="clauses_zh" rows="3" { (lines(|label| &label.zh)) } }
                    div.row { label for=(name("clauses-en")) { (sheet.t("directive-clauses")) " · English" } textarea id=(name("clauses-en")) name="clauses_en" rows="3" { (lines(|label| &label.en)) } }
                }
                div.rows {
                    div.row { label for=(name("urgency")) { (sheet.t("directive-urgency")) } select id=(name("urgency")) name="urgency" {
                        @for (one, word) in Urgency::ALL.into_iter().zip(["routine", "urgent", "emergency"]) { option value=(word) selected[order.is_some_and(|order| order.urgency == one)] { (sheet.t(urgency_key(one))) } } } }
                    div.row { label for=(name("within")) { (sheet.t("preset-within")) } input id=(name("within")) name="within" inputmode="numeric" value=(order.map_or(60, |order| order.within.0)); }
                }
                label.choice { input type="checkbox" name="below" checked[order.is_none_or(|order| order.below)]; " " (sheet.t("directive-straight-through")) }
                label.choice { input type="checkbox" name="people" checked[order.is_some_and(|order| order.people)]; " " (sheet.t("directive-everybody")) } }
            details open[chosen == "strength"] { summary { (sheet.t("preset-strength")) }
                div.row { label for=(name("at-least")) { (sheet.t("preset-at-least")) } input id=(name("at-least")) name="at_least" inputmode="numeric" value=[at_least]; }
                fieldset.row { legend { (sheet.t("preset-kinds")) }
                    @for kind in Kind::ALL { label.choice { input type="checkbox" name=(kind_word(kind)) checked[kinds.contains(&kind)]; " " (sheet.t(kind_key(kind))) } } } }
            div.acts { button.act.main { (sheet.t("act-keep")) } span.progress data-progress hidden {} }
        }
    }
}
