//! The forms of units and people.

use board::access::Action;
use board::force::{Grade, Person, Qualification, Unit};
use board::{Label, PersonId, UnitId};
use maud::{Markup, html};

use super::{Sheet, grade_key, person_address, qualification_key, unit_address};

/// For a new unit below `parent`, or to change `present`.
pub fn unit_form(sheet: &Sheet<'_>, parent: UnitId, present: Option<&Unit>) -> Markup {
    let empty = Label::default();
    let name = present.map_or(&empty, |unit| &unit.name);
    let text = |pick: fn(&Unit) -> &str| present.map_or("", pick);
    let action = present.map_or_else(|| format!("{}/units", unit_address(parent)), |unit| unit_address(unit.id));
    let back = unit_address(present.map_or(parent, |unit| unit.id));
    html! {
        form.form method="post" action=(action) data-live {
            input type="hidden" name="command_id";
            input type="hidden" name="back" value=(back);
            div.rows {
                div.row { label for="name-zh" { (sheet.t("force-name")) " · 中文" } input #name-zh name="name_zh" maxlength="80" value=(name.zh); }
                div.row { label for="name-en" { (sheet.t("force-name")) " · English" } input #name-en name="name_en" maxlength="80" value=(name.en); }
            }
            div.rows {
                div.row { label for="callsign" { (sheet.t("callsign")) } input #callsign name="callsign" maxlength="40" value=(text(|unit| &unit.callsign)); }
                div.row { label for="channel" { (sheet.t("force-channel")) } input #channel name="channel" maxlength="40" value=(text(|unit| &unit.channel)); }
                div.row { label for="telephone" { (sheet.t("force-telephone")) } input #telephone type="tel" name="telephone" maxlength="40" value=(text(|unit| &unit.telephone)); }
            }
            div.row { label for="order" { (sheet.t("force-order")) } span.hint #order-hint { (sheet.t("force-order-hint")) }
                input #order name="order" inputmode="numeric" aria-describedby="order-hint" value=(present.map_or(0, |unit| unit.order)); }
            p.fault data-fault role="alert" hidden {}
            div.acts { button.act.main { (sheet.t("act-keep")) } a.act href=(back) { (sheet.t("act-back")) } span.progress data-progress hidden {} }
        }
    }
}

/// For a new person of `unit`, or to change `present`.
pub fn person_form(sheet: &Sheet<'_>, unit: UnitId, present: Option<(PersonId, &Person)>) -> Markup {
    let found = present.map(|(_, person)| person);
    let text = |pick: fn(&Person) -> Option<board::TextId>| {
        found.and_then(pick).and_then(|id| sheet.register.text(id)).unwrap_or_default()
    };
    let action = present.map_or_else(|| format!("{}/people", unit_address(unit)), |(id, _)| person_address(id));
    let back = present.map_or_else(|| unit_address(unit), |(id, _)| person_address(id));
    let scope = sheet.scope(Action::KeepForce);
    html! {
        form.form method="post" action=(action) data-live {
            input type="hidden" name="command_id";
            input type="hidden" name="back" value=(back);
            div.rows {
                div.row { label for="name" { (sheet.t("force-name")) } input #name name="name" maxlength="80" required value=(text(|person| Some(person.name))); }
                div.row { label for="number" { (sheet.t("force-number")) } input #number name="number" maxlength="40" required value=(text(|person| Some(person.number))); }
            }
            @if present.is_some() {
                div.row { label for="unit" { (sheet.t("unit")) }
                    select #unit name="unit" { @for choice in scope.units(&sheet.board().force) { option value=(choice.id) selected[choice.id == unit] { (sheet.label(&choice.name)) } } } }
            }
            div.rows {
                div.row { label for="grade" { (sheet.t("force-grade")) }
                    select #grade name="grade" { @for grade in [Grade::Officer, Grade::Auxiliary] {
                        option value=(grade_key(grade).trim_start_matches("grade-")) selected[found.is_some_and(|person| person.grade == grade)] { (sheet.t(grade_key(grade))) }
                    } } }
                div.row { label for="callsign" { (sheet.t("callsign")) } input #callsign name="callsign" maxlength="40" value=(found.map_or("", |person| &person.callsign)); }
                div.row { label for="telephone" { (sheet.t("force-telephone")) } input #telephone type="tel" name="telephone" maxlength="40" value=(text(|person| person.telephone)); }
            }
            fieldset.row { legend { (sheet.t("force-qualifications")) }
                @for qualification in Qualification::ALL {
                    label.choice { input type="checkbox" name=(field(qualification)) value="true" checked[found.is_some_and(|person| person.qualifications.contains(&qualification))]; (sheet.t(qualification_key(qualification))) }
                }
            }
            p.fault data-fault role="alert" hidden {}
            div.acts { button.act.main { (sheet.t("act-keep")) } a.act href=(back) { (sheet.t("act-back")) } span.progress data-progress hidden {} }
        }
    }
}

/// The field of a qualification: a form sends each that is ticked.
const fn field(qualification: Qualification) -> &'static str {
    match qualification {
        Qualification::Driver => "driver",
        Qualification::Firearms => "firearms",
        Qualification::FirstAid => "first_aid",
        Qualification::Language => "language",
        Qualification::Traffic => "traffic",
    }
}
