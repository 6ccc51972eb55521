//! Every refusal of the board has its words, in both languages, filled from fields it really has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use board::access::{Action, Role};

use crate::http::negotiate::Language;
use crate::locales::Words;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a source folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

/// Variant → fields, of every refusal and denial that the board's sources declare.
fn variants() -> BTreeMap<String, BTreeSet<String>> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../board/src"), &mut files);
    let mut found = BTreeMap::new();
    for file in files {
        let source = std::fs::read_to_string(&file).expect("a readable source");
        for head in ["pub enum Refusal {", "pub enum Denial {"] {
            let Some((_, body)) = source.split_once(head) else { continue };
            let body = body.split("\n}").next().unwrap_or_default();
            let (mut own_words, mut fields_of) = (false, None::<String>);
            for line in body.lines().map(str::trim) {
                own_words |= line.starts_with("#[error(") && !line.contains("transparent");
                let is_variant = line.starts_with(|letter: char| letter.is_ascii_uppercase());
                if is_variant && own_words {
                    let name = snake(line.split([' ', ',', '(']).next().unwrap_or_default());
                    let inside = line.split_once('{').map_or("", |(_, inside)| inside);
                    found.insert(name.clone(), fields(inside));
                    (own_words, fields_of) = (false, (line.ends_with('{')).then_some(name));
                } else if let Some(name) = &fields_of {
                    found.get_mut(name).expect("just inserted").extend(fields(line));
                    if line.starts_with('}') {
                        fields_of = None;
                    }
                }
            }
        }
    }
    found
}

/// The names before the colons.
fn fields(text: &str) -> BTreeSet<String> {
    text.split(',')
        .filter_map(|part| part.split_once(':'))
        .map(|(name, _)| name.trim().to_owned())
        .filter(|name| !name.is_empty() && name.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'_'))
        .collect()
}

fn asked_for(source: &str, key: &str) -> BTreeSet<String> {
    let start = format!("\n{key} = ");
    let Some(at) = source.find(&start) else { return BTreeSet::new() };
    let rest = &source[at + start.len()..];
    // The message ends where the next key or comment begins at the start of a line.
    let end = rest
        .match_indices('\n')
        .find(|(at, _)| rest[at + 1..].starts_with(|letter: char| letter.is_ascii_lowercase() || letter == '#'));
    let message = end.map_or(rest, |(at, _)| &rest[..at]);
    message
        .split('$')
        .skip(1)
        .map(|part| part.chars().take_while(|letter| letter.is_ascii_lowercase() || *letter == '_').collect())
        .collect()
}

#[test]
fn every_refusal_has_words_that_only_ask_for_its_fields() {
    let variants = variants();
    assert!(variants.len() > 60, "the scan found only {} refusals: are they declared in another way?", variants.len());
    let sources = [include_str!("../../locales/en/refusal.ftl"), include_str!("../../locales/zh-CN/refusal.ftl")];
    let mut faults = Vec::new();
    for (variant, fields) in &variants {
        let key = format!("refusal-{variant}");
        for (language, source) in Language::ALL.into_iter().zip(sources) {
            if !Words::shared().has(language, &key) {
                faults.push(format!("{key} has no words in {}", language.tag()));
            }
            for asked in asked_for(source, &key).difference(fields) {
                faults.push(format!("{key} asks for {asked} in {}, which the refusal does not carry", language.tag()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_words_are_left_over() {
    let variants = variants();
    let source = include_str!("../../locales/en/refusal.ftl");
    let over: Vec<&str> = source
        .lines()
        .filter_map(|line| line.strip_prefix("refusal-")?.split_once(" = ").map(|(variant, _)| variant))
        .filter(|variant| !variants.contains_key(*variant))
        .collect();
    assert!(over.is_empty(), "words for refusals that do not exist: {over:?}");
}

#[test]
fn whatever_fills_a_refusal_has_words_too() {
    fn word(value: impl serde::Serialize) -> String {
        serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).expect("a word")
    }
    use board::force::Grade;
    use board::operation::Phase;
    let roles = Role::ALL.map(|role| format!("role-{}", word(role)));
    let actions = Action::ALL.map(|action| format!("action-{}", word(action)));
    let phases =
        [Phase::Planning, Phase::Active, Phase::StandDown, Phase::Closed].map(|phase| format!("phase-{}", word(phase)));
    let grades = [Grade::Officer, Grade::Auxiliary].map(|grade| format!("grade-{}", word(grade)));
    for key in roles.into_iter().chain(actions).chain(phases).chain(grades) {
        let key = key.replace('_', "-");
        for language in Language::ALL {
            assert!(Words::shared().has(language, &key), "{key} has no words in {}", language.tag());
        }
    }
}
