//! The rules about one file at a time.

use super::source::{Masks, masks};
use super::{File, Finding};
use std::path::Path;

/// A file one can read in a sitting; past this it is two files.
const LINES_AT_MOST: usize = 600;
const COUNTED: [&str; 4] = [".rs", ".ts", ".css", ".mjs"];

/// What the state machine must not name, and what it takes instead.
const NOT_IN_BOARD: [(&str, &str); 9] = [
    ("std::time", "time comes in with the command's context"),
    ("SystemTime", "time comes in with the command's context"),
    ("rand", "ids derive from the command's id; the board draws no lots"),
    ("tokio", "the board is synchronous; waiting belongs to the shell"),
    ("async", "the board is synchronous; waiting belongs to the shell"),
    ("f32", "floats differ between machines; count in whole units"),
    ("f64", "floats differ between machines; count in whole units"),
    ("HashMap", "its order differs between runs; take imbl::OrdMap or BTreeMap"),
    ("HashSet", "its order differs between runs; take imbl::OrdSet or BTreeSet"),
];

/// How a statement of SQL begins. In capitals, as we write it: "select" is also an element of a form.
const SQL: [&str; 9] = [
    "SELECT ",
    "INSERT INTO ",
    "INSERT OR ",
    "DELETE FROM ",
    "UPDATE ",
    "CREATE TABLE ",
    "ALTER TABLE ",
    "DROP TABLE ",
    "PRAGMA ",
];

/// Split, so that this file does not breach its own rules.
const UNFINISHED: [&str; 2] = [concat!("FIX", "ME"), concat!("XX", "X")];
const PLACES: [&str; 4] = [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/"), concat!("/wo", "rk/")];
const RESOLVED: &str = concat!("\"reso", "lved\":");

/// All findings in one file; `above` is the folder that holds the repository on this machine.
pub fn check(file: &File, above: Option<&Path>) -> Vec<Finding> {
    let mut findings = Vec::new();
    length(file, &mut findings);
    text(file, above, &mut findings);
    if file.path.ends_with(".rs") {
        let masks = masks(&file.text);
        module_docs(file, &mut findings);
        attributes(file, &masks, &mut findings);
        board(file, &masks, &mut findings);
        handlers(file, &masks, &mut findings);
        one_write_path(file, &masks, &mut findings);
    }
    findings
}

fn length(file: &File, findings: &mut Vec<Finding>) {
    let lines = file.text.lines().count();
    if lines > LINES_AT_MOST && COUNTED.iter().any(|end| file.path.ends_with(end)) {
        let what = format!("{lines} lines, at most {LINES_AT_MOST}");
        findings.push(Finding::new(&file.path, LINES_AT_MOST + 1, what, "split it where a reader would pause"));
    }
}

/// What must not be in any text that is committed.
fn text(file: &File, above: Option<&Path>, findings: &mut Vec<Finding>) {
    let above = above.map(|folder| format!("{}/", folder.display())).filter(|folder| folder.len() > 2);
    let lockfile = file.path.ends_with("package-lock.json");
    for (at, line) in file.text.lines().enumerate() {
        let mut found = |what: String, mend| findings.push(Finding::new(&file.path, at + 1, what, mend));
        for word in UNFINISHED {
            if has_word(line, word) {
                found(word.to_owned(), "finish it, or file an issue and say nothing here");
            }
        }
        let places = PLACES.iter().copied().chain(above.as_deref());
        for place in places.filter(|place| has_path(line, place)).take(1) {
            found(format!("a path of one machine ({place})"), "name it relative to the repository");
        }
        if lockfile && line.contains(RESOLVED) {
            found(
                "a download address".into(),
                "install with the .npmrc beside it, which keeps addresses out of the lockfile",
            );
        }
    }
}

/// `//!` comes first in every module: it is what a reader opens.
fn module_docs(file: &File, findings: &mut Vec<Finding>) {
    let module =
        (file.path.starts_with("crates/") && file.path.contains("/src/")) || file.path.starts_with("xtask/src/");
    if module && !file.text.trim_start().starts_with("//!") {
        findings.push(Finding::new(&file.path, 1, "no module documentation", "begin with one sentence in //!"));
    }
}

fn attributes(file: &File, masks: &Masks, findings: &mut Vec<Finding>) {
    for (at, line) in masks.code.iter().enumerate() {
        let tight: String = line.split_whitespace().collect();
        let mut found = |what: &str, mend| findings.push(Finding::new(&file.path, at + 1, what, mend));
        if tight.contains("#[allow(") || tight.contains("#![allow(") {
            found("a lint is allowed", "mend it, or use #[expect(lint, reason = \"…\")]");
        }
        if tight.contains("#[ignore]") {
            found("a test is ignored without a reason", "write #[ignore = \"why, and how to run it\"]");
        }
        for unfinished in ["todo!", "unimplemented!"] {
            if has_word(line, unfinished) {
                found(unfinished, "finish it; a refusal with a reason is also an answer");
            }
        }
    }
}

fn board(file: &File, masks: &Masks, findings: &mut Vec<Finding>) {
    if !file.path.starts_with("crates/board/src/") {
        return;
    }
    for (at, line) in masks.code.iter().enumerate() {
        for (word, mend) in NOT_IN_BOARD {
            if has_word(line, word) {
                findings.push(Finding::new(&file.path, at + 1, format!("{word} in the board"), mend));
            }
        }
    }
}

/// Handlers and views ask the board and the index; they hold no SQL.
fn handlers(file: &File, masks: &Masks, findings: &mut Vec<Finding>) {
    let ours = ["routes", "views"].iter().any(|part| {
        file.path.starts_with(&format!("crates/oneboard/src/{part}/"))
            || file.path == format!("crates/oneboard/src/{part}.rs")
    });
    if !ours {
        return;
    }
    for (at, (code, strings)) in masks.code.iter().zip(&masks.strings).enumerate() {
        let said = strings.trim_start();
        if SQL.iter().any(|start| said.starts_with(start)) || has_word(code, "rusqlite") {
            let mend = "move it behind a function of the module that owns the table";
            findings.push(Finding::new(&file.path, at + 1, "SQL in a handler or view", mend));
        }
    }
}

/// A command reaches the journal through `submit` and nothing else.
fn one_write_path(file: &File, masks: &Masks, findings: &mut Vec<Finding>) {
    let own = ["crates/journal/", "crates/oneboard/src/submit/"].iter().any(|own| file.path.starts_with(own));
    if own
        || file.path == "crates/oneboard/src/submit.rs"
        || !file.path.starts_with("crates/")
        || !file.path.contains("/src/")
    {
        return;
    }
    let code = masks.code.join("\n");
    for (place, _) in code.match_indices("append") {
        let (before, after) = (code[..place].trim_end(), code[place + "append".len()..].trim_start());
        let called = after.starts_with('(');
        let receiver = before.strip_suffix('.').or_else(|| before.strip_suffix("::"));
        let on_journal = receiver.is_some_and(|receiver| {
            let receiver = receiver.trim_end().trim_end_matches("()");
            receiver
                .rsplit(|seen: char| !(seen.is_alphanumeric() || seen == '_'))
                .next()
                .is_some_and(|name| name.to_lowercase().contains("journal"))
        });
        if called && on_journal {
            let line = code[..place].matches('\n').count() + 1;
            findings.push(Finding::new(
                &file.path,
                line,
                "an append outside submit",
                "send a Command to submit; it is the only write path",
            ));
        }
    }
}

/// Whether `word` stands in `line` on its own, not inside a longer name.
fn has_word(line: &str, word: &str) -> bool {
    let of_name = |seen: char| seen.is_alphanumeric() || seen == '_';
    line.match_indices(word).any(|(at, _)| {
        let begins_inside = line[..at].ends_with(of_name);
        let ends_inside = word.ends_with(of_name) && line[at + word.len()..].starts_with(of_name);
        !begins_inside && !ends_inside
    })
}

/// Whether an absolute path beginning with `place` stands in `line`: `a/tmp/b` and `https://host/home/` are none.
fn has_path(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        !line[..at]
            .chars()
            .next_back()
            .is_some_and(|seen| seen.is_alphanumeric() || matches!(seen, '_' | '-' | '.' | '/' | '}' | '*' | ':'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let file = File { path: path.into(), text: text.into() };
        check(&file, None).into_iter().map(|finding| format!("{}:{}", finding.line, finding.what)).collect()
    }

    #[test]
    fn a_long_file_is_found_and_one_at_the_limit_is_not() {
        assert_eq!(found("ui/styles/a.css", &"x\n".repeat(600)), Vec::<String>::new());
        assert_eq!(found("ui/styles/a.css", &"x\n".repeat(601)), ["601:601 lines, at most 600"]);
        assert_eq!(found("docs/long.md", &"x\n".repeat(900)), Vec::<String>::new());
    }

    #[test]
    fn the_board_names_no_clock_no_lot_no_float_and_no_hash_order() {
        let text =
            "//! Doc.\nuse std::time::Instant;\nfn f(x: f64) {}\nuse std::collections::HashMap;\nasync fn g() {}\n";
        let expected =
            ["2:std::time in the board", "3:f64 in the board", "4:HashMap in the board", "5:async in the board"];
        assert_eq!(found("crates/board/src/post.rs", text), expected);
        assert_eq!(found("crates/live/src/post.rs", text), Vec::<String>::new());
    }

    #[test]
    fn in_the_board_a_comment_or_a_longer_name_breaches_nothing() {
        let text = "//! No HashMap here.\nfn grand(operand: u64) -> &'static str { \"tokio\" } // f64\n";
        assert_eq!(found("crates/board/src/post.rs", text), Vec::<String>::new());
    }

    #[test]
    fn a_module_begins_with_its_documentation() {
        assert_eq!(found("crates/live/src/lib.rs", "use a;\n"), ["1:no module documentation"]);
        assert_eq!(found("crates/live/src/lib.rs", "//! Doc.\n"), Vec::<String>::new());
        assert_eq!(found("crates/live/benches/live.rs", "use a;\n"), Vec::<String>::new());
    }

    #[test]
    fn sql_is_found_in_handlers_and_views_only() {
        let text = "//! D.\nfn f() { db.prepare(\"SELECT id FROM post\"); }\nconst A: &str = \"Select a post\";\n";
        assert_eq!(found("crates/oneboard/src/routes/post.rs", text), ["2:SQL in a handler or view"]);
        assert_eq!(
            found("crates/oneboard/src/views/post.rs", "//! D.\nuse rusqlite::Row;"),
            ["2:SQL in a handler or view"]
        );
        assert_eq!(found("crates/oneboard/src/accounts/store.rs", text), Vec::<String>::new());
    }

    #[test]
    fn only_submit_appends_to_the_journal() {
        let text = "//! D.\nfn f() {\n  self.journal\n    .append(head, &entries);\n  list.append(&mut more);\n  headers.append(a, b);\n}\n";
        assert_eq!(found("crates/oneboard/src/demo/mod.rs", text), ["4:an append outside submit"]);
        assert_eq!(
            found("crates/oneboard/src/demo.rs", "//! D.\nJournal::append(&mut j, h, e);"),
            ["2:an append outside submit"]
        );
        assert_eq!(found("crates/oneboard/src/submit.rs", text), Vec::<String>::new());
        assert_eq!(found("crates/oneboard/src/submit/writer.rs", text), Vec::<String>::new());
    }

    #[test]
    fn lints_are_expected_never_allowed() {
        let text =
            "//! D.\n#[allow(dead_code)]\n#![allow(dead_code)]\n#[expect(dead_code, reason = \"r\")]\n// #[allow(x)]\n";
        assert_eq!(found("crates/live/src/a.rs", text), ["2:a lint is allowed", "3:a lint is allowed"]);
    }

    #[test]
    fn nothing_is_left_unfinished_and_no_test_is_ignored_without_a_reason() {
        let text = "//! D.\nfn f() { todo!() }\n#[ignore]\n#[ignore = \"slow: cargo test -- --ignored\"]\nlet todo = unimplemented!();\n";
        let expected = ["2:todo!", "3:a test is ignored without a reason", "5:unimplemented!"];
        assert_eq!(found("crates/live/src/a.rs", text), expected);
        let later = format!("a\n// {}: later\n", UNFINISHED[0]);
        assert_eq!(found("ui/src/live.ts", &later), [format!("2:{}", UNFINISHED[0])]);
    }

    #[test]
    fn a_path_of_one_machine_is_found_and_a_path_of_the_repository_is_not() {
        let place = PLACES[3];
        assert_eq!(found("README.md", &format!("cd {place}main\n")), [format!("1:a path of one machine ({place})")]);
        assert_eq!(found("README.md", &format!("crates{place}main and ../{}", &place[1..])), Vec::<String>::new());
        let file = File { path: "a.md".into(), text: "see /srv/build/oneboard".into() };
        assert_eq!(check(&file, Some(Path::new("/srv/build"))).len(), 1);
        assert_eq!(check(&file, Some(Path::new("/"))).len(), 0);
    }

    #[test]
    fn a_lockfile_holds_no_addresses() {
        let text = format!("{{\n{RESOLVED} \"x\"\n}}");
        assert_eq!(found("journeys/package-lock.json", &text), ["2:a download address"]);
        assert_eq!(found("ui/package.json", &text), Vec::<String>::new());
    }
}
