//! Finding units, people and posts by what people write: names, paths, numbers.

use std::collections::{HashMap, HashSet};

use board::access::Action;
use board::force::Force;
use board::operation::Operation;
use board::{Board, PersonId, PostId, TextId, UnitId};

use super::fault::Reason;
use crate::submit::Text;
use crate::views::Sheet;

/// Two writings of one name are equal in this form.
pub fn form(text: &str) -> String {
    text.to_lowercase().chars().filter(|letter| !letter.is_whitespace()).map(separator).collect()
}

fn separator(letter: char) -> char {
    match letter {
        '／' | '>' | '＞' | '\\' | '→' => '/',
        other => other,
    }
}

/// The register, with the words that a draft adds to it.
pub struct Words<'a> {
    sheet: &'a Sheet<'a>,
    new: HashMap<TextId, String>,
}

impl<'a> Words<'a> {
    pub fn new(sheet: &'a Sheet<'a>) -> Self {
        Self { sheet, new: HashMap::new() }
    }

    pub fn add(&mut self, text: &Text) {
        self.new.insert(text.id, text.body.clone());
    }

    /// The words; empty where they were erased.
    pub fn get(&self, id: TextId) -> &str {
        self.new.get(&id).map(String::as_str).or_else(|| self.sheet.register.text(id)).unwrap_or("")
    }
}

/// Units by name, by the end of their path, with and without strokes between.
#[derive(Default)]
pub struct Units(HashMap<String, Vec<UnitId>>);

impl Units {
    pub fn of(force: &Force) -> Self {
        let mut units = Self::default();
        force.units().for_each(|unit| units.add(force, unit.id));
        units
    }

    pub fn add(&mut self, force: &Force, id: UnitId) {
        let Some(unit) = force.unit(id) else { return };
        let path: Vec<_> = unit.path.iter().filter_map(|above| force.unit(*above)).collect();
        for language in [|label: &board::Label| form(&label.zh), |label: &board::Label| form(&label.en)] {
            let names: Vec<String> = path.iter().map(|unit| language(&unit.name)).collect();
            for start in 0..names.len() {
                for key in [names[start..].join("/"), names[start..].concat()] {
                    let found = self.0.entry(key).or_default();
                    if !found.contains(&id) {
                        found.push(id);
                    }
                }
            }
        }
    }

    pub fn find(&self, force: &Force, text: &str) -> Result<UnitId, Reason> {
        match self.0.get(form(text).trim_matches('/')).map(Vec::as_slice) {
            None | Some([]) => Err(Reason::NoSuchUnit),
            Some([one]) => Ok(*one),
            Some(several) => Err(Reason::WhichUnit(several.iter().map(|unit| path_words(force, *unit)).collect())),
        }
    }
}

/// "市公安局/合川县公安局/北塬派出所".
pub fn path_words(force: &Force, unit: UnitId) -> String {
    let path = force.unit(unit).map(|unit| unit.path.clone()).unwrap_or_default();
    path.iter().filter_map(|above| force.unit(*above)).map(|unit| &*unit.name.zh).collect::<Vec<_>>().join("/")
}

/// People by staff number, and by the names that the viewer may know.
pub struct People {
    by_number: HashMap<String, PersonId>,
    by_name: HashMap<String, Vec<PersonId>>,
}

impl People {
    pub fn of(sheet: &Sheet<'_>, words: &Words<'_>) -> Self {
        let force = &sheet.board().force;
        let mut people = Self { by_number: HashMap::new(), by_name: HashMap::new() };
        // Numbers of the whole force: one number must never be two people, whoever may see them.
        for (id, person) in force.people() {
            people.by_number.insert(form(words.get(person.number)), id);
        }
        for (id, person) in sheet.scope(Action::ViewPeople).people(force) {
            people.by_name.entry(form(words.get(person.name))).or_default().push(id);
        }
        people.by_number.remove("");
        people.by_name.remove("");
        people
    }

    /// As it stands after a row: a changed name is found under the new one too.
    pub fn add(&mut self, id: PersonId, number: &str, name: &str) {
        self.by_number.insert(form(number), id);
        let found = self.by_name.entry(form(name)).or_default();
        if !found.contains(&id) {
            found.push(id);
        }
    }

    pub fn by_number(&self, number: &str) -> Option<PersonId> {
        self.by_number.get(&form(number)).copied()
    }

    /// May the viewer know who this is?
    pub fn sees(&self, words: &Words<'_>, board: &Board, id: PersonId) -> bool {
        let name = board.force.person(id).map(|person| form(words.get(person.name)));
        name.and_then(|name| self.by_name.get(&name)).is_some_and(|several| several.contains(&id))
    }

    /// Somebody by "张伟", "001234", "张伟 001234" or "张伟(001234)".
    pub fn find(&self, words: &Words<'_>, board: &Board, text: &str) -> Result<PersonId, Reason> {
        if let Some(found) = self.by_number(text) {
            return Ok(found);
        }
        if let Some(several) = self.by_name.get(&form(text)) {
            // Who has left is found by number only.
            let serving: Vec<PersonId> =
                several.iter().copied().filter(|id| board.force.serving(*id).is_some()).collect();
            return match serving.as_slice() {
                [] => Err(Reason::NoSuchPerson),
                [one] => Ok(*one),
                several => Err(Reason::WhichPerson(several.iter().map(|id| told_apart(words, board, *id)).collect())),
            };
        }
        let parts = text.trim_end_matches([')', '）']).rsplit_once(['(', '（', ' ']);
        if let Some((name, number)) = parts
            && let Some(found) = self.by_number(number)
            && self.sees(words, board, found)
        {
            let called = board.force.person(found).map_or("", |person| words.get(person.name));
            return if form(called) == form(name) { Ok(found) } else { Err(Reason::PersonIsCalled(called.to_owned())) };
        }
        Err(Reason::NoSuchPerson)
    }
}

/// "001234 北塬派出所".
fn told_apart(words: &Words<'_>, board: &Board, id: PersonId) -> String {
    let Some(person) = board.force.person(id) else { return String::new() };
    let unit = board.force.unit(person.unit).map_or("", |unit| &unit.name.zh);
    format!("{} {unit}", words.get(person.number)).trim().to_owned()
}

/// Posts by name, of those that the viewer may see; their numbers the board knows itself.
#[derive(Default)]
pub struct Posts {
    by_name: HashMap<String, Vec<PostId>>,
    seen: HashSet<PostId>,
}

impl Posts {
    pub fn of(sheet: &Sheet<'_>, operation: Option<&Operation>) -> Self {
        let scope = sheet.scope(Action::ViewPosts);
        let mut posts = Self::default();
        let all = operation.into_iter().flat_map(|operation| operation.posts.iter());
        for post in all.filter(|post| scope.covers(&sheet.board().force, post.unit)) {
            posts.add(post);
        }
        posts
    }

    pub fn sees(&self, post: PostId) -> bool {
        self.seen.contains(&post)
    }

    pub fn add(&mut self, post: &board::post::Post) {
        self.seen.insert(post.id);
        if post.closed {
            return;
        }
        for name in [&post.name.zh, &post.name.en] {
            let found = self.by_name.entry(form(name)).or_default();
            if !found.contains(&post.id) {
                found.push(post.id);
            }
        }
    }

    /// By number, or by name where there is no number; where both are given they must agree.
    pub fn find(&self, operation: &Operation, number: Option<&str>, name: Option<&str>) -> Result<PostId, Reason> {
        if let Some(number) = number {
            let post = operation.posts.by_number(number).filter(|post| self.sees(post.id)).ok_or(Reason::NoSuchPost)?;
            let agrees =
                name.is_none_or(|name| [&post.name.zh, &post.name.en].iter().any(|own| form(own) == form(name)));
            return if agrees { Ok(post.id) } else { Err(Reason::PostIsCalled(post.name.zh.to_string())) };
        }
        let name = name.ok_or(Reason::NoPostGiven)?;
        if let Some(post) = operation.posts.by_number(name).filter(|post| self.sees(post.id)) {
            return Ok(post.id);
        }
        match self.by_name.get(&form(name)).map(Vec::as_slice) {
            None | Some([]) => Err(Reason::NoSuchPost),
            Some([one]) => Ok(*one),
            Some(several) => {
                let posts = several.iter().filter_map(|id| operation.posts.get(*id));
                Err(Reason::WhichPost(posts.map(|post| post.number.to_string()).collect()))
            }
        }
    }
}
