//! Find: people, posts and units by name, number or callsign, as far as the viewer may see them.

use board::access::Action;
use board::checkin::Duty;
use board::force::{Person, Unit};
use board::operation::Operation;
use board::post::Post;
use board::{OperationId, PersonId};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Sheet, force, post};

/// Rows of each kind: whoever gets more writes another letter.
const MOST_FOUND: usize = 25;

/// What answers to the words, the closest first. How much there is elsewhere is not told.
pub struct Found<'a> {
    pub posts: Vec<(OperationId, &'a Operation, &'a Post, Duty)>,
    pub people: Vec<(PersonId, &'a Person)>,
    pub units: Vec<&'a Unit>,
}

impl Found<'_> {
    fn is_empty(&self) -> bool {
        self.posts.is_empty() && self.people.is_empty() && self.units.is_empty()
    }
}

/// How close some words are to what was asked: the same, their beginning, a part of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Closeness {
    Same,
    Begins,
    Within,
}

/// The closest of `words` to what was asked, which is in lower case.
fn closest<'w>(asked: &str, words: impl IntoIterator<Item = &'w str>) -> Option<Closeness> {
    let close = |words: &str| {
        let words = words.to_lowercase();
        match words.find(asked)? {
            0 if words.len() == asked.len() => Some(Closeness::Same),
            0 => Some(Closeness::Begins),
            _ => Some(Closeness::Within),
        }
    };
    words.into_iter().filter_map(close).min()
}

/// Looks through what the viewer may see. The order among equals is that of the tree.
pub fn find<'a>(sheet: &'a Sheet<'_>, asked: &str) -> Found<'a> {
    let asked = asked.trim().to_lowercase();
    let mut found = Found { posts: Vec::new(), people: Vec::new(), units: Vec::new() };
    if asked.is_empty() {
        return found;
    }
    let units = &sheet.board().force;
    let seen = sheet.scope(Action::ViewPosts);
    let posts =
        sheet.board().operations().filter(|(_, operation)| operation.is_running()).flat_map(|(id, operation)| {
            let branch = units.units().filter(|unit| seen.covers(units, unit.id));
            branch
                .flat_map(|unit| operation.posts.of_unit(unit.id))
                .filter(|post| !post.closed)
                .map(move |post| (id, operation, post))
        });
    let posts = posts.filter_map(|(id, operation, post)| {
        let words = [&*post.number, &*post.callsign, &post.name.en, &post.name.zh, &post.place.en, &post.place.zh];
        Some((closest(&asked, words)?, (id, operation, post, operation.presence.duty(post.id))))
    });
    found.posts = nearest(posts.collect());
    let known = sheet.scope(Action::ViewPeople);
    let branch = || units.units().filter(|unit| known.covers(units, unit.id));
    let people = branch().flat_map(|unit| units.members(unit.id)).filter_map(|(id, person)| {
        let texts = [person.name, person.number].into_iter().filter_map(|text| sheet.register.text(text));
        Some((closest(&asked, texts.chain([&*person.callsign]))?, (id, person)))
    });
    found.people = nearest(people.collect());
    let named =
        branch().filter_map(|unit| Some((closest(&asked, [&*unit.callsign, &unit.name.en, &unit.name.zh])?, unit)));
    found.units = nearest(named.collect());
    found
}

/// The closest ones, as many as are shown.
fn nearest<T>(mut found: Vec<(Closeness, T)>) -> Vec<T> {
    found.sort_by_key(|(closeness, _)| *closeness);
    found.into_iter().map(|(_, one)| one).take(MOST_FOUND).collect()
}

/// The page: the line to ask in, and what was found.
pub fn page(sheet: &Sheet<'_>, asked: &str) -> Markup {
    let found = find(sheet, asked);
    html! {
        form.find role="search" action="/find" {
            input type="search" name="q" value=(asked) aria-label=(sheet.t("find")) placeholder=(sheet.t("find-placeholder")) autocomplete="off" maxlength="80" autofocus[asked.is_empty()];
            button.act { (sheet.t("find")) }
        }
        @if asked.is_empty() { p.empty { (sheet.t("find-hint")) } }
        @else if found.is_empty() { p.empty { (sheet.say("find-nothing", &[("asked", asked.into())])) } }
        @if !found.posts.is_empty() { section.part { h2 { (sheet.t("find-posts")) } (post::table(sheet, &found.posts)) } }
        @if !found.people.is_empty() { section.part { h2 { (sheet.t("find-people")) } (force::table(sheet, &found.people, true)) } }
        @if !found.units.is_empty() { section.part { h2 { (sheet.t("find-units")) } (units(sheet, &found.units)) } }
    }
}

fn units(sheet: &Sheet<'_>, found: &[&Unit]) -> Markup {
    html! {
        div.table-wrap role="region" aria-label=(sheet.t("find-units")) tabindex="0" {
            table.table.stack data-grid {
                thead { tr { th scope="col" { (sheet.t("unit")) } th scope="col" { (sheet.t("raise")) } } }
                tbody { @for unit in found {
                    tr id={ "unit-found-" (unit.id) } {
                        th scope="row" { a href=(force::unit_address(unit.id)) { (sheet.label(&unit.name)) } }
                        td data-label=(sheet.t("raise")) { (sheet.raise(&unit.callsign, &unit.channel, &unit.telephone)) }
                    }
                } }
            }
        }
    }
}

/// What was found, as programs read it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FoundModel {
    pub posts: Vec<post::PostModel>,
    pub people: Vec<force::MemberModel>,
    pub units: Vec<board::UnitId>,
}

pub fn model(sheet: &Sheet<'_>, asked: &str) -> FoundModel {
    let found = find(sheet, asked);
    FoundModel {
        posts: found.posts.iter().map(|(_, operation, post, duty)| post::model(sheet, operation, post, duty)).collect(),
        people: found.people.iter().map(|(id, person)| force::member_model(sheet, *id, person)).collect(),
        units: found.units.iter().map(|unit| unit.id).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_word_stands_before_one_that_begins_with_it_and_that_before_one_that_has_it() {
        let words = ["12802", "2802", "28021", "Pass"];
        let found = words.iter().filter_map(|word| Some((closest("2802", [*word])?, *word)));
        assert_eq!(nearest(found.collect()), ["2802", "28021", "12802"]);
    }

    #[test]
    fn letters_are_found_in_either_case_and_among_several_names_the_closest_counts() {
        assert_eq!(closest("heisong", ["LB-002", "Heisong Pass"]), Some(Closeness::Begins));
        assert_eq!(closest("黑松", ["LB-002", "县道黑松岭"]), Some(Closeness::Within));
        assert_eq!(closest("heisong", ["LB-002"]), None);
    }
}
