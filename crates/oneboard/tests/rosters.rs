//! `oneboard roster solve`, run as a person runs it.

use std::path::Path;
use std::process::{Command, Output};

const SMALL: &str = "SECTION_HORIZON\n7\nSECTION_SHIFTS\nD,480,\nSECTION_STAFF\nA,D=7,2400,960,5,2,2,1\nB,D=7,2400,960,5,2,2,1\n\
SECTION_DAYS_OFF\nSECTION_SHIFT_ON_REQUESTS\nSECTION_SHIFT_OFF_REQUESTS\nSECTION_COVER\n0,D,1,100,1\n1,D,1,100,1\n";

fn solve(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_oneboard"))
        .args(["roster", "solve"])
        .args(words)
        .current_dir(folder)
        .output()
        .expect("the program runs")
}

#[test]
fn a_file_is_solved_with_progress_and_the_roster_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("small.txt"), SMALL).expect("written");
    let words = ["small.txt", "--format", "curtois", "--seconds", "5", "--seed", "3", "--out", "roster.csv"];
    let output = solve(folder.path(), &words);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    let last: serde_json::Value = serde_json::from_str(text.lines().last().expect("lines")).expect("JSON");
    assert_eq!((&last["penalty"], &last["state"]), (&0.into(), &"legal".into()), "{text}");
    assert!(last["seconds"].is_number() && last["barrier"].is_number());
    let roster = std::fs::read_to_string(folder.path().join("roster.csv")).expect("a roster");
    assert_eq!(roster.lines().count(), 2);
}

#[test]
fn what_is_wrong_is_said_with_file_line_and_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("bad.txt"), SMALL.replace("1,D,1,100,1", "1,X,1,100,1")).expect("written");
    let said = |words: &[&str]| {
        let output = solve(folder.path(), words);
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let bad = said(&["bad.txt", "--format", "curtois", "--out", "roster.csv"]);
    assert!(bad.contains("bad.txt: line 13: unknown shift \"X\""), "{bad}");
    let absent = said(&["absent.txt", "--format", "curtois", "--out", "roster.csv"]);
    assert!(absent.contains("absent.txt") && absent.contains("check the path"), "{absent}");
    let endless = said(&["bad.txt", "--format", "curtois", "--seconds", "inf", "--out", "roster.csv"]);
    assert!(endless.contains("--seconds is inf"), "{endless}");
    assert!(!folder.path().join("roster.csv").exists());
}
