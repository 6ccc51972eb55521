//! A capability is a noun: what has a route has the same word in the board and in both languages.

use super::{File, Finding};
use std::collections::BTreeMap;

const ROUTES: &str = "crates/oneboard/src/routes/";
const BOARD: &str = "crates/board/src/";
/// Fluent: a file `…/locales/LANGUAGE/NOUN.ftl`, or messages `NOUN-…` in another.
const LOCALES: &str = "/locales/";
const LANGUAGES: [&str; 2] = ["en", "zh-CN"];

/// Routes that show several nouns, or none: they decide nothing, so the board does not know them.
const NOT_NOUNS: [&str; 18] = [
    "mod",
    "act",
    "table",
    "api",
    "assets",
    "board",
    "calendar",
    "demonstration",
    "export",
    "find",
    "import",
    "interface",
    "live",
    "mine",
    "pack",
    "me",
    "record",
    "sheets",
];

pub fn check(files: &[File]) -> Vec<Finding> {
    let mut nouns: BTreeMap<&str, &str> = BTreeMap::new();
    for file in files {
        if let Some(noun) = file.path.strip_prefix(ROUTES).map(first_part).filter(|noun| !NOT_NOUNS.contains(noun)) {
            nouns.entry(noun).or_insert(&file.path);
        }
    }
    nouns.into_iter().flat_map(|(noun, path)| missing(noun, path, files)).collect()
}

fn missing(noun: &str, path: &str, files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !files.iter().any(|file| file.path.strip_prefix(BOARD).map(first_part) == Some(noun)) {
        let mend = "give both the noun of VOCABULARY, or name the route in NOT_NOUNS of xtask/src/tidy/nouns.rs";
        findings.push(Finding::new(path, 1, format!("route {noun} has no {BOARD}{noun}"), mend));
    }
    let word = noun.replace('_', "-");
    let begins = |line: &str| line.strip_prefix(&word).is_some_and(|rest| rest.starts_with(['-', ' ', '=']));
    for language in LANGUAGES {
        let (folder, own) = (format!("{LOCALES}{language}/"), format!("{LOCALES}{language}/{word}.ftl"));
        let said = files.iter().any(|file| {
            let messages = file.path.contains(&folder) && file.path.ends_with(".ftl");
            messages && (file.path.ends_with(&own) || file.text.lines().any(begins))
        });
        if !said {
            let mend = "say it in the locale, beside its other messages";
            findings.push(Finding::new(
                path,
                1,
                format!("route {noun} has no {word}.ftl and no message {word}-… in {language}"),
                mend,
            ));
        }
    }
    findings
}

/// `post.rs` and `post/list.rs` are both `post`.
fn first_part(path: &str) -> &str {
    let first = path.split('/').next().unwrap_or(path);
    first.strip_suffix(".rs").unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<File> =
            files.iter().map(|(path, text)| File { path: (*path).into(), text: (*text).into() }).collect();
        check(&files).into_iter().map(|finding| finding.what).collect()
    }

    const EN: (&str, &str) = ("crates/oneboard/src/locales/en/duty.ftl", "post = Post\npost-kind = Kind\n");
    const ZH: (&str, &str) = ("crates/oneboard/src/locales/zh-CN/post.ftl", "kind = 类型\n");

    #[test]
    fn a_noun_is_in_the_routes_the_board_and_both_languages() {
        assert_eq!(
            found(&[("crates/oneboard/src/routes/post/list.rs", ""), ("crates/board/src/post.rs", ""), EN, ZH]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_noun_that_is_missing_somewhere_is_told_where() {
        let routes = ("crates/oneboard/src/routes/post.rs", "");
        assert_eq!(
            found(&[routes, ("crates/board/src/post/mod.rs", ""), EN]),
            ["route post has no post.ftl and no message post-… in zh-CN"]
        );
        assert_eq!(found(&[routes, EN, ZH]), ["route post has no crates/board/src/post"]);
    }

    #[test]
    fn what_is_no_noun_is_left_alone() {
        assert_eq!(
            found(&[("crates/oneboard/src/routes/mod.rs", ""), ("crates/oneboard/src/routes/live.rs", "")]),
            Vec::<String>::new()
        );
    }
}
