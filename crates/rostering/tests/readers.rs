//! The readers: what they read, what they refuse, and that nothing makes them panic.

use std::path::PathBuf;

use proptest::prelude::*;
use rostering::format::{curtois, inrc2};
use rostering::problem::Roster;
use rostering::solve::{Options, solve};

const SMALL: &str = "# a comment\nSECTION_HORIZON\n7\nSECTION_SHIFTS\nE,480,\nL,480,E\nSECTION_STAFF\nA,E=7|L=3,2400,960,5,2,2,1\nB,E=7|L=7,2400,0,5,1,1,1\n\
SECTION_DAYS_OFF\nA,3\nSECTION_SHIFT_ON_REQUESTS\nA,1,L,2\nSECTION_SHIFT_OFF_REQUESTS\nB,0,E,3\nSECTION_COVER\n0,E,1,100,1\n1,L,1,100,1\n";

const SCENARIO: &str = "SCENARIO = n001w1\nWEEKS = 1\nSKILLS = 1\nNurse\nSHIFT_TYPES = 2\nEarly (2,5)\nNight (1,3)\n\
FORBIDDEN_SHIFT_TYPES_SUCCESSIONS\nEarly 0\nNight 1 Early\nCONTRACTS = 1\nFull (2,5) (1,4) (1,3) 1 1\nNURSES = 2\nA Full 1 Nurse\nB Full 1 Nurse\n";
const HISTORY: &str = "HISTORY\n0 n001w1\nNURSE_HISTORY\nA 0 0 Night 1 2 0\nB 0 0 None 0 0 2\n";
const WEEK: &str = "WEEK_DATA\nn001w1\nREQUIREMENTS\nEarly Nurse (1,1) (0,1) (0,0) (0,0) (0,0) (0,0) (0,0)\nSHIFT_OFF_REQUESTS = 1\nA Any Mon\n";

fn files() -> inrc2::Files {
    inrc2::files("n001w1_0_0").expect("a good name")
}

fn read_inrc2(scenario: &str, history: &str, week: &str) -> Result<rostering::problem::Problem, inrc2::Inrc2Error> {
    inrc2::read(&files(), scenario, history, &[week.to_owned()])
}

/// Cuts, doubles, swaps and replaces bits of a text.
fn damaged(text: &str, edits: &[(u32, u8, u32)]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    const BITS: [&[u8]; 8] = [b"-1", b",", b"99999999999999999999", b"\n", b"=", b"|", b"(9,1)", b"\xff\x00"];
    for &(at, kind, length) in edits {
        let at = at as usize % (bytes.len() + 1);
        let end = (at + length as usize % 9).min(bytes.len());
        match kind % 10 {
            8 => bytes.truncate(at),
            9 => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            bit => {
                bytes.splice(at..end, BITS[usize::from(bit)].iter().copied());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_curtois_files_never_panic(edits in prop::collection::vec(any::<(u32, u8, u32)>(), 1..6)) {
        if let Err(error) = curtois::read(&damaged(SMALL, &edits)) {
            prop_assert!(error.to_string().len() > 10);
        }
    }

    #[test]
    fn damaged_inrc2_files_never_panic(which in 0..3, edits in prop::collection::vec(any::<(u32, u8, u32)>(), 1..6)) {
        let text = |index: i32, text: &str| if which == index { damaged(text, &edits) } else { text.to_owned() };
        if let Err(error) = read_inrc2(&text(0, SCENARIO), &text(1, HISTORY), &text(2, WEEK)) {
            prop_assert!(error.to_string().len() > 10);
        }
    }

    #[test]
    fn any_name_of_an_instance_is_read_or_refused(name in ".{0,24}") {
        let _ = inrc2::files(&name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_can_be_solved_or_refused(edits in prop::collection::vec(any::<(u32, u8, u32)>(), 1..3)) {
        if let Ok(problem) = curtois::read(&damaged(SMALL, &edits)) {
            let options = Options { seconds: None, barriers: Some(12), ..Options::default() };
            if let Ok(solution) = solve(&problem, &options, &mut |_| true) {
                let report = rostering::checker::roster::check(&problem, &solution.roster);
                prop_assert_eq!(report.is_legal(), solution.legal);
            }
        }
    }
}

#[test]
fn errors_name_line_value_and_remedy() {
    let cases = [
        (SMALL.replace("0,E,1,100,1", "0,X,1,100,1"), "line 17: unknown shift \"X\""),
        (SMALL.replace("1,L,1,100,1", "7,L,1,100,1"), "line 18: the day is 7, expected 0 to 6"),
        (SMALL.replace("A,1,L,2", "Z,1,L,2"), "line 13: unknown person \"Z\""),
        (SMALL.replace("2400,960", "2400,-5"), "line 8: the fewest minutes is -5"),
        (SMALL.replace("1,L,1,100,1", "0,E,1,100,1"), "line 18: the cover of \"E\" on day 0 is there twice"),
        (SMALL.replace("\n7\n", "\n9999\n"), "line 3: the horizon is 9999, expected 0 to 367"),
        (SMALL[..SMALL.find("SECTION_COVER").unwrap_or(0)].to_owned(), "SECTION_COVER is missing"),
        (String::new(), "SECTION_HORIZON is missing"),
    ];
    for (text, expected) in cases {
        let error = curtois::read(&text).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error:?} should contain {expected:?}");
    }
}

#[test]
fn a_roster_is_written_as_the_evaluators_read_it() {
    let problem = curtois::read(SMALL).expect("good");
    let mut roster = Roster::empty(2, 7);
    roster.set(0, 1, Some(1));
    assert_eq!(curtois::write(&problem, &roster), "A,,L,,,,,\nB,,,,,,,\n");
    let problem = read_inrc2(SCENARIO, HISTORY, WEEK).expect("good");
    let mut roster = Roster::empty(2, 7);
    roster.set(1, 5, Some(0));
    assert_eq!(
        inrc2::write(&problem, &files(), &roster),
        ["SOLUTION\n0 n001w1\n\nASSIGNMENTS = 1\nB Sat Early Nurse\n"]
    );
}

#[test]
fn bounds_stay_below_the_best_known_rosters() {
    let shared = std::env::var("ONEBOARD_SHARED")
        .map_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let folder = shared.join("data/rosters/curtois");
    for (instance, best_known) in [(1, 607), (2, 828), (3, 1_001), (5, 1_143), (7, 1_056)] {
        let path = folder.join(format!("Instance{instance}.txt"));
        let Ok(text) = std::fs::read_to_string(&path) else {
            eprintln!("skipped: {} is not there", path.display());
            continue;
        };
        let problem = curtois::read(&text).expect("a published instance");
        let options = Options { seconds: None, barriers: Some(150), ..Options::default() };
        let solution = solve(&problem, &options, &mut |_| true).expect("a published instance");
        assert!(solution.legal && solution.penalty >= best_known);
        assert!(solution.bound.is_none_or(|bound| bound.value <= best_known), "instance {instance}");
    }
}
