//! The force: the tree of units, the people of a unit, one person.

mod form;
mod person;

use board::access::{Action, Place, Scope};
use board::force::{Force, Grade, Person, Qualification, Unit};
use board::{At, Label, PersonId, Str, UnitId};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::Sheet;
use crate::fragment::Fragment;

pub use form::{person_form, unit_form};
pub use person::{GrantModel, Standing, one as person, standing_model};

/// Rows of one list: more is not read but searched.
const MOST_ROWS: usize = 200;

pub fn unit_address(unit: UnitId) -> String {
    format!("/units/{unit}")
}

pub fn person_address(person: PersonId) -> String {
    format!("/people/{person}")
}

pub const fn grade_key(grade: Grade) -> &'static str {
    match grade {
        Grade::Officer => "grade-officer",
        Grade::Auxiliary => "grade-auxiliary",
    }
}

pub const fn qualification_key(qualification: Qualification) -> &'static str {
    match qualification {
        Qualification::Driver => "qualification-driver",
        Qualification::Firearms => "qualification-firearms",
        Qualification::FirstAid => "qualification-first-aid",
        Qualification::Language => "qualification-language",
        Qualification::Traffic => "qualification-traffic",
    }
}

/// Officers and auxiliaries of exactly this unit.
fn count(force: &Force, unit: UnitId) -> (usize, usize) {
    force.members(unit).fold((0, 0), |(officers, auxiliaries), (_, person)| match person.grade {
        Grade::Officer => (officers + 1, auxiliaries),
        Grade::Auxiliary => (officers, auxiliaries + 1),
    })
}

fn units_in_view<'a>(force: &'a Force, scope: &Scope) -> impl Iterator<Item = &'a Unit> {
    force.units().filter(|unit| scope.covers(force, unit.id))
}

/// Every unit in view, in the order of the tree, with its own people and those of its branch as far as they are in view.
pub fn counted<'a>(sheet: &'a Sheet<'_>) -> Vec<(&'a Unit, (usize, usize), usize)> {
    let scope = sheet.scope(Action::ViewPeople);
    let force = &sheet.board().force;
    let mut rows: Vec<_> = units_in_view(force, &scope).map(|unit| (unit, count(force, unit.id), 0)).collect();
    // From the last up: a branch stands right below its head, so each row's people are added to the heads above it.
    for at in 0..rows.len() {
        let (unit, (officers, auxiliaries), _) = rows[at];
        let own = officers + auxiliaries;
        for above in rows[..=at].iter_mut().rev() {
            if unit.path.contains(&above.0.id) {
                above.2 += own;
            }
        }
    }
    rows
}

pub fn tree(sheet: &Sheet<'_>) -> Markup {
    let rows = counted(sheet);
    html! {
        @if rows.is_empty() { p.empty { (sheet.t("force-none")) } }
        @else {
            div.table-wrap role="region" aria-label=(sheet.t("force")) tabindex="0" {
                table.table.stack data-grid {
                    thead { tr {
                        th scope="col" { (sheet.t("unit")) }
                        th.num scope="col" { (sheet.t("force-officers")) }
                        th.num scope="col" { (sheet.t("force-auxiliaries")) }
                        th.num scope="col" { (sheet.t("force-branch")) }
                        th scope="col" { (sheet.t("raise")) }
                    } }
                    tbody { @for (unit, (officers, auxiliaries), branch) in &rows {
                        tr id={ "unit-row-" (unit.id) } {
                            th scope="row" { ("\u{3000}".repeat(unit.tier())) a href=(unit_address(unit.id)) { (sheet.label(&unit.name)) } }
                            td.num data-label=(sheet.t("force-officers")) { (officers) }
                            td.num data-label=(sheet.t("force-auxiliaries")) { (auxiliaries) }
                            td.num data-label=(sheet.t("force-branch")) { (branch) }
                            td data-label=(sheet.t("raise")) { (sheet.raise(&unit.callsign, &unit.channel, &unit.telephone)) }
                        }
                    } }
                }
            }
        }
    }
}

/// One unit and its people, as a fragment.
pub fn unit(sheet: &Sheet<'_>, id: UnitId) -> Markup {
    let fragment = Fragment::Unit(id);
    let force = &sheet.board().force;
    let Some(found) = force.unit(id) else { return super::post::gone(sheet, fragment) };
    let scope = sheet.scope(Action::ViewPeople);
    let people: Vec<_> = force.members(id).collect();
    let above = found.parent.filter(|parent| scope.covers(force, *parent));
    html! {
        div id=(fragment) data-fragment {
            section.part {
                dl.about {
                    dt { (sheet.t("raise")) } dd { (sheet.raise(&found.callsign, &found.channel, &found.telephone)) }
                    @if let Some(above) = above { dt { (sheet.t("force-above")) } dd { a href=(unit_address(above)) { (sheet.unit(above)) } } }
                }
                nav.tabs aria-label=(sheet.t("force-below")) {
                    @for below in force.children(id).filter(|below| scope.covers(force, below.id)) { a href=(unit_address(below.id)) { (sheet.label(&below.name)) } }
                }
            }
            (table(sheet, &people, false))
            @if sheet.may(Action::KeepForce, Place::Unit(id)) {
                p.acts {
                    a.act href={ (unit_address(id)) "/people/new" } { (sheet.t("force-add-person")) }
                    a.act href={ (unit_address(id)) "/units/new" } { (sheet.t("force-add-unit")) }
                    a.act href={ (unit_address(id)) "/edit" } { (sheet.t("force-edit-unit")) }
                }
            }
        }
    }
}

/// People in rows, with their unit where they come from several.
pub fn table(sheet: &Sheet<'_>, people: &[(PersonId, &Person)], with_unit: bool) -> Markup {
    if people.is_empty() {
        return html! { p.empty { (sheet.t("force-nobody")) } };
    }
    html! {
        div.table-wrap role="region" aria-label=(sheet.t("force-people")) tabindex="0" {
            table.table.stack data-grid {
                thead { tr {
                    th scope="col" { (sheet.t("person")) }
                    @if with_unit { th scope="col" { (sheet.t("unit")) } }
                    th scope="col" { (sheet.t("force-number")) }
                    th scope="col" { (sheet.t("force-grade")) }
                    th scope="col" { (sheet.t("force-qualifications")) }
                    th scope="col" { (sheet.t("raise")) }
                } }
                tbody { @for (id, person) in people.iter().take(MOST_ROWS) {
                    tr id={ "person-" (id) } {
                        th scope="row" { a href=(person_address(*id)) { (sheet.name(*id)) } }
                        @if with_unit { td data-label=(sheet.t("unit")) { a href=(unit_address(person.unit)) { (sheet.unit(person.unit)) } } }
                        td data-label=(sheet.t("force-number")) { (sheet.register.text(person.number).unwrap_or_default()) }
                        td data-label=(sheet.t("force-grade")) { (sheet.t(grade_key(person.grade))) }
                        td data-label=(sheet.t("force-qualifications")) { (qualifications(sheet, person)) }
                        td data-label=(sheet.t("raise")) { (sheet.raise(&person.callsign, "", telephone(sheet, *id, person).unwrap_or_default())) }
                    }
                } }
            }
        }
        @if people.len() > MOST_ROWS { p.more { (sheet.say("list-more", &[("count", (people.len() - MOST_ROWS).into())])) } }
    }
}

pub fn qualifications(sheet: &Sheet<'_>, person: &Person) -> String {
    let words: Vec<_> = person.qualifications.iter().map(|found| sheet.t(qualification_key(*found))).collect();
    words.join(&sheet.t("list-comma"))
}

/// The telephone number, for whoever may know it.
pub fn telephone<'a>(sheet: &'a Sheet<'_>, id: PersonId, person: &Person) -> Option<&'a str> {
    let text = person.telephone.filter(|_| sheet.may(Action::ViewTelephones, Place::Person(id)))?;
    sheet.register.text(text)
}

/// Those in view whose name, staff number or callsign has `asked` in it. How many there are elsewhere is not told.
pub fn search<'a>(sheet: &'a Sheet<'_>, asked: &str) -> Vec<(PersonId, &'a Person)> {
    let asked = asked.trim().to_lowercase();
    if asked.is_empty() {
        return Vec::new();
    }
    let has = |text: &str| text.to_lowercase().contains(&asked);
    let found = |person: &Person| {
        has(&person.callsign)
            || sheet.register.text(person.name).is_some_and(has)
            || sheet.register.text(person.number).is_some_and(has)
    };
    let scope = sheet.scope(Action::ViewPeople);
    let force = &sheet.board().force;
    units_in_view(force, &scope).flat_map(|unit| force.members(unit.id)).filter(|(_, person)| found(person)).collect()
}

/// A unit as programs read it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UnitModel {
    pub id: UnitId,
    pub parent: Option<UnitId>,
    pub name: Label,
    pub tier: usize,
    pub callsign: Str,
    pub channel: Str,
    pub telephone: Str,
    pub officers: usize,
    pub auxiliaries: usize,
    /// With all units below that are in view.
    pub branch: usize,
}

/// Somebody who serves, as programs read it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MemberModel {
    pub id: PersonId,
    pub unit: UnitId,
    /// `null` where it was erased.
    pub name: Option<String>,
    pub number: Option<String>,
    pub grade: Grade,
    pub qualifications: Vec<Qualification>,
    pub callsign: Str,
    /// `null` where there is none, or it is not open to the reader.
    pub telephone: Option<String>,
    pub left: Option<At>,
}

/// The tree, or what a search found.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ForceModel {
    pub units: Vec<UnitModel>,
    pub people: Vec<MemberModel>,
}

pub fn unit_model((unit, (officers, auxiliaries), branch): &(&Unit, (usize, usize), usize)) -> UnitModel {
    UnitModel {
        id: unit.id,
        parent: unit.parent,
        name: unit.name.clone(),
        tier: unit.tier(),
        callsign: unit.callsign.clone(),
        channel: unit.channel.clone(),
        telephone: unit.telephone.clone(),
        officers: *officers,
        auxiliaries: *auxiliaries,
        branch: *branch,
    }
}

pub fn member_model(sheet: &Sheet<'_>, id: PersonId, person: &Person) -> MemberModel {
    let words = |text| sheet.register.text(text).map(str::to_owned);
    MemberModel {
        id,
        unit: person.unit,
        name: words(person.name),
        number: words(person.number),
        grade: person.grade,
        qualifications: person.qualifications.to_vec(),
        callsign: person.callsign.clone(),
        telephone: telephone(sheet, id, person).map(str::to_owned),
        left: person.left,
    }
}
