//! The words are whole: both languages have the same keys and placeholders, and no source asks for a key that is not there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

use super::*;

fn placeholders(pattern: &Pattern<&str>, found: &mut BTreeSet<String>) {
    fn inline(expression: &InlineExpression<&str>, found: &mut BTreeSet<String>) {
        match expression {
            InlineExpression::VariableReference { id } => drop(found.insert(id.name.to_owned())),
            InlineExpression::Placeable { expression } => any(expression, found),
            InlineExpression::FunctionReference { arguments, .. } => {
                arguments.positional.iter().for_each(|argument| inline(argument, found))
            }
            _ => {}
        }
    }
    fn any(expression: &Expression<&str>, found: &mut BTreeSet<String>) {
        match expression {
            Expression::Inline(expression) => inline(expression, found),
            Expression::Select { selector, variants } => {
                inline(selector, found);
                variants.iter().for_each(|variant| placeholders(&variant.value, found));
            }
        }
    }
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            any(expression, found);
        }
    }
}

/// Key → placeholders of one file.
fn keys(noun: &str, source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let parsed = fluent_syntax::parser::parse(source).unwrap_or_else(|(_, errors)| panic!("{noun}.ftl: {errors:?}"));
    let mut keys = BTreeMap::new();
    for entry in &parsed.body {
        if let Entry::Message(message) = entry {
            let mut found = BTreeSet::new();
            let value =
                message.value.as_ref().unwrap_or_else(|| panic!("{noun}.ftl: {} has no value", message.id.name));
            placeholders(value, &mut found);
            assert!(keys.insert(message.id.name.to_owned(), found).is_none(), "{noun}.ftl: {} twice", message.id.name);
        }
    }
    keys
}

#[test]
fn both_languages_have_the_same_keys_and_placeholders() {
    let mut all = BTreeSet::new();
    for (noun, en, zh) in FILES {
        let (en, zh) = (keys(noun, en), keys(noun, zh));
        assert_eq!(en, zh, "{noun}.ftl differs between en and zh-CN");
        for key in en.into_keys() {
            assert!(all.insert(key.clone()), "{key} is in two files");
        }
    }
}

#[test]
fn every_file_of_the_folder_is_embedded() {
    for language in Language::ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/locales").join(language.tag());
        for file in std::fs::read_dir(&folder).expect("the folder of a language") {
            let name = file.expect("an entry").file_name().into_string().expect("a plain name");
            let noun = name.strip_suffix(".ftl").unwrap_or_else(|| panic!("{name} is no .ftl file"));
            assert!(FILES.iter().any(|(known, _, _)| *known == noun), "{name} is not in FILES");
        }
    }
}

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

#[test]
fn no_source_asks_for_a_missing_key() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let (mut asked, mut missing) = (0, Vec::new());
    for file in files {
        let source = std::fs::read_to_string(&file).expect("a readable source");
        // The module's own documentation speaks of keys; its tests invent some.
        for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for call in [".t(\"", ".tx(\""] {
                for part in line.split(call).skip(1) {
                    let key = part.split('"').next().unwrap_or_default();
                    let is_key = key.contains('-')
                        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
                    if is_key {
                        asked += 1;
                        if !Language::ALL.into_iter().all(|language| Words::shared().has(language, key)) {
                            missing.push(format!("{}: {key}", file.display()));
                        }
                    }
                }
            }
        }
    }
    assert!(asked > 20, "the scan found only {asked} keys: has the way of asking changed?");
    assert!(missing.is_empty(), "keys without words:\n{}", missing.join("\n"));
}

#[test]
fn a_missing_key_shows_itself() {
    assert_eq!(Words::shared().get(Language::En, "no-such-key", &[]), "no-such-key");
    assert_eq!(Words::shared().get(Language::ZhCn, "", &[]), "");
}

#[test]
fn placeholders_are_filled_without_marks() {
    let said = Words::shared().get(Language::En, "sign-in-throttled", &[("minutes", 3.into())]);
    assert!(said.contains(" 3 ") && !said.contains('\u{2068}'), "{said:?}");
}
