//! People to choose from: those a form may name, told apart by unit and callsign.

use std::collections::BTreeSet;

use board::access::{Action, Place, permits};
use board::{Actor, PersonId, UnitId};
use maud::{Markup, html};

use super::Sheet;

/// Everybody who may do `action` at `unit` now: the higher units first, then by callsign.
pub fn who_may(sheet: &Sheet<'_>, action: Action, unit: UnitId) -> Vec<PersonId> {
    let board = sheet.board();
    let holders: BTreeSet<PersonId> = board.access.holders().map(|(person, _)| person).collect();
    let may = |person: PersonId| permits(board, Actor::Person(person), action, Place::Unit(unit), sheet.now);
    in_order(sheet, holders.into_iter().filter(|person| may(*person).is_permitted()).collect())
}

/// Who can be made answerable for a line of a unit's log: those who keep its log, and those who keep the watch right below.
pub fn owners(sheet: &Sheet<'_>, unit: UnitId) -> Vec<PersonId> {
    let mut found = who_may(sheet, Action::Triage, unit);
    for below in sheet.board().force.children(unit) {
        found.extend(who_may(sheet, Action::KeepWatch, below.id));
    }
    let mut seen = BTreeSet::new();
    found.retain(|person| seen.insert(*person));
    found
}

fn in_order(sheet: &Sheet<'_>, mut people: Vec<PersonId>) -> Vec<PersonId> {
    let force = &sheet.board().force;
    people.sort_by_key(|person| {
        let found = force.person(*person);
        let unit = found.and_then(|found| force.unit(found.unit));
        (unit.map(|unit| (unit.tier(), unit.order)), found.map(|found| found.callsign.clone()), *person)
    });
    people
}

/// Name, unit and callsign in one line, for a choice.
pub fn line(sheet: &Sheet<'_>, person: PersonId) -> String {
    let found = sheet.board().force.person(person);
    let parts = [
        sheet.name(person),
        found.map_or_else(String::new, |found| sheet.unit(found.unit).to_owned()),
        found.map_or_else(String::new, |found| found.callsign.to_string()),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// The options of a choice of people. Without one chosen, the first says that one is to be chosen.
pub fn options(sheet: &Sheet<'_>, people: &[PersonId], chosen: Option<PersonId>) -> Markup {
    html! {
        @if chosen.is_none_or(|chosen| !people.contains(&chosen)) { option value="" { (sheet.t("act-choose")) } }
        @for person in people { option value=(person) selected[chosen == Some(*person)] { (line(sheet, *person)) } }
    }
}

/// Name and how to raise them; the telephone where the viewer may see it.
pub fn raised(sheet: &Sheet<'_>, person: PersonId) -> Markup {
    let found = sheet.board().force.person(person);
    let telephone = found.and_then(|found| found.telephone);
    let telephone = telephone.filter(|_| sheet.may(Action::ViewTelephones, Place::Person(person)));
    let telephone = telephone.and_then(|text| sheet.register.text(text)).unwrap_or("");
    html! { (sheet.name(person)) " " (sheet.raise(found.map_or("", |found| &found.callsign), "", telephone)) }
}

/// Those of the viewer's reach who have exactly this staff number, else those who have exactly this name.
pub fn called(sheet: &Sheet<'_>, text: &str) -> Vec<PersonId> {
    let scope = sheet.scope(Action::ViewPeople);
    let has = |id: board::TextId| sheet.register.text(id).is_some_and(|words| words == text);
    let mut named = Vec::new();
    for (id, person) in scope.people(&sheet.board().force) {
        if has(person.number) {
            return vec![id];
        }
        if has(person.name) {
            named.push(id);
        }
    }
    named
}
