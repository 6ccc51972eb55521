//! Passing a directive on, and amending it.

use board::directive::People;
use board::{DirectiveId, UnitId};
use maud::{Markup, html};

use super::form::{choices, local, persons};
use super::{Sheet, address, bound};

/// How soon those below are asked for their receipt unless the unit says otherwise.
const SOON: board::Minutes = board::Minutes(60);

pub fn form(sheet: &Sheet<'_>, id: DirectiveId, unit: UnitId) -> Markup {
    let Some(found) = sheet.board().directives.get(id) else {
        return html! { p.empty { (sheet.t("directives-none")) } };
    };
    html! {
        section.part { h2 { (sheet.t("directive-clauses")) } ol.clauses { @for clause in found.clauses_for(sheet.board(), unit) { @if clause.struck.is_none() { li value=(clause.number) { (sheet.wording(&clause.words)) } } } } }
        form.form method="post" action={ (address(id)) "/relay" } data-live {
            input type="hidden" name="command_id";
            input type="hidden" name="unit" value=(unit);
            input type="hidden" name="back" value=(address(id));
            p.fault data-fault role="alert" hidden {}
            fieldset.row { legend { (sheet.t("directive-audience")) }
                (choices(sheet, unit, |below| !found.units.contains_key(&below)))
                label.choice { input type="checkbox" name="below"; " " (sheet.t("directive-straight-through")) }
                (persons(sheet, Some(&People::default()), found.operation))
            }
            div.row { label for="deadline" { (sheet.t("directive-deadline")) } input #deadline type="datetime-local" name="deadline" value=(local(sheet, sheet.now.plus(SOON))) required; }
            div.row { label for="clauses" { (sheet.t("directive-add-clauses")) } span.hint { (sheet.t("directive-add-hint")) } textarea #clauses name="clauses" rows="4" {} }
            div.acts { button.act.main { (sheet.t("directive-relay")) } a.act href=(address(id)) { (sheet.t("act-back")) } }
        }
    }
}

pub fn amend(sheet: &Sheet<'_>, id: DirectiveId) -> Markup {
    let Some(found) = sheet.board().directives.get(id) else {
        return html! { p.empty { (sheet.t("directives-none")) } };
    };
    html! {
        form.form method="post" action={ (address(id)) "/amend" } data-live {
            input type="hidden" name="command_id";
            input type="hidden" name="back" value=(address(id));
            p.fault data-fault role="alert" hidden {}
            div.row { label for="clause" { (sheet.t("directive-which-clause")) }
                select #clause name="clause" { option value="" { (sheet.t("directive-new-clause")) }
                    @for clause in bound(sheet, found) { @if clause.by == found.unit && clause.struck.is_none() { option value=(clause.number) { (clause.number) ". " (sheet.wording(&clause.words)) } } } } }
            div.row { label for="text" { (sheet.t("directive-new-text")) } span.hint { (sheet.t("directive-strike-hint")) } textarea #text name="text" rows="3" {} }
            div.row { label for="words" { (sheet.t("directive-why")) } input #words name="words" required autocomplete="off"; }
            div.row { label for="anew" { (sheet.t("directive-anew")) } span.hint { (sheet.t("directive-anew-hint")) } input #anew type="datetime-local" name="anew"; }
            div.acts { button.act.main { (sheet.t("directive-amend")) } a.act href=(address(id)) { (sheet.t("act-back")) } }
        }
    }
}
