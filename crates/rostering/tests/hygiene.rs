//! Bad and unusual input: what contradicts itself is refused in words, what is merely odd is solved.

mod small;

use rostering::checker;
use rostering::format::{curtois, inrc2};
use rostering::problem::{Pin, Problem, Roster};
use rostering::repair::{absent, repair};
use rostering::rules::{DaysOff, Demand, Limit};
use rostering::solve::{Options, Solution, solve};

const CURTOIS: &str = "SECTION_HORIZON\n7\nSECTION_SHIFTS\nE,480,\nL,480,E\nSECTION_STAFF\nA,E=7|L=3,2400,960,5,2,2,1\n\
SECTION_DAYS_OFF\nA,3\nSECTION_SHIFT_ON_REQUESTS\nA,1,L,2\nSECTION_SHIFT_OFF_REQUESTS\nA,0,E,3\nSECTION_COVER\n0,E,1,100,1\n";
const SCENARIO: &str = "SCENARIO = n001w1\nWEEKS = 1\nSKILLS = 1\nNurse\nSHIFT_TYPES = 1\nEarly (2,5)\n\
FORBIDDEN_SHIFT_TYPES_SUCCESSIONS\nEarly 0\nCONTRACTS = 1\nFull (2,5) (1,4) (1,3) 1 1\nNURSES = 1\nA Full 1 Nurse\n";
const HISTORY: &str = "HISTORY\n0 n001w1\nNURSE_HISTORY\nA 0 0 None 0 0 2\n";
const WEEK: &str = "WEEK_DATA\nn001w1\nREQUIREMENTS\nEarly Nurse (1,1) (0,1) (0,0) (0,0) (0,0) (0,0) (0,0)\nSHIFT_OFF_REQUESTS = 1\nA Any Mon\n";

fn run(problem: &Problem, barriers: u64) -> Solution {
    let options = Options { seconds: None, barriers: Some(barriers), ..Options::default() };
    solve(problem, &options, &mut |_| true).expect("the problem is possible")
}

fn refused(problem: &Problem) -> String {
    solve(problem, &Options { barriers: Some(1), ..Options::default() }, &mut |_| true)
        .expect_err("this makes no sense")
        .to_string()
}

/// A station in which nobody must serve, so that any change of it leaves a legal roster.
fn station(seed: u64) -> Problem {
    let mut problem = small::station(seed, 8, 14);
    for person in &mut problem.people {
        person.contract.hours.0.min = 0;
        person.contract.days_off = DaysOff(Limit::soft(1, 6, 3));
    }
    problem
}

fn inrc2_error(scenario: &str, history: &str, week: &str) -> String {
    let files = inrc2::files("n001w1_0_0").expect("a good name");
    inrc2::read(&files, scenario, history, &[week.to_owned()]).expect_err("this must be refused").to_string()
}

#[test]
fn contradictory_pins_are_refused_with_person_and_day() {
    let good = station(1);
    let pinned = |pins: &[(usize, Option<usize>)], day_off: Option<usize>| {
        let mut problem = good.clone();
        problem.people[2].pins = pins.iter().map(|&(day, duty)| Pin { day, duty }).collect();
        problem.people[2].days_off.extend(day_off);
        refused(&problem)
    };
    for (pins, day_off) in
        [(&[(4, Some(0)), (4, Some(1))][..], None), (&[(4, Some(0)), (4, None)], None), (&[(4, Some(1))], Some(4))]
    {
        let error = pinned(pins, day_off);
        assert!(error.contains("p2") && error.contains("day 4") && error.contains("change one"), "{error}");
    }
    assert!(pinned(&[(99, Some(0))], None).contains("99"));
    // Pins that are possible one by one and not together: an early turn after a night leaves too little rest.
    let error = pinned(&[(4, Some(2)), (5, Some(0))], None);
    assert!(error.contains("p2") && error.contains("relax"), "{error}");
}

#[test]
fn nobody_to_serve_and_nothing_to_do() {
    let mut nobody = station(2);
    nobody.people.clear();
    assert!(refused(&nobody).contains("no people"));
    let mut nothing = station(2);
    nothing.demand.clear();
    let solution = run(&nothing, 10);
    assert!(solution.legal);
    let mut staff = CURTOIS.to_owned();
    staff = staff.replace("A,E=7|L=3,2400,960,5,2,2,1\n", "");
    assert!(curtois::read(&staff).is_err(), "a day off of nobody");
}

#[test]
fn a_year_is_solved() {
    let problem = small::station(3, 4, 365);
    let solution = run(&problem, 3);
    assert!(solution.legal && checker::roster::check(&problem, &solution.roster).is_legal());
    let mut longer = problem;
    longer.days = 400;
    assert!(refused(&longer).contains("400"));
}

#[test]
fn the_order_of_people_and_demand_means_nothing() {
    for seed in 1..4 {
        let problem = station(seed);
        let mut shuffled = problem.clone();
        shuffled.people.reverse();
        shuffled.demand.reverse();
        let (one, other) = (run(&problem, 80), run(&shuffled, 80));
        let mut back = Roster::empty(problem.people.len(), problem.days);
        for person in 0..problem.people.len() {
            for day in 0..problem.days {
                back.set(person, day, other.roster.get(problem.people.len() - 1 - person, day));
            }
        }
        let report = checker::roster::check(&problem, &back);
        assert!(report.is_legal());
        assert_eq!(report.penalty(), other.penalty, "the same roster costs the same under other ids");
        // Each bound holds for the roster found under the other order.
        assert!(one.bound.is_none_or(|bound| bound.value <= other.penalty));
        assert!(other.bound.is_none_or(|bound| bound.value <= one.penalty));
    }
}

#[test]
fn changed_cover_fewer_people_and_absences_leave_a_legal_roster() {
    for seed in 1..5 {
        let problem = station(seed);
        let roster = run(&problem, 40).roster;
        let mut changed = problem.clone();
        for (index, demand) in changed.demand.iter_mut().enumerate() {
            demand.wanted = (demand.wanted + index as u32) % 4;
        }
        changed.demand[10] = Demand { wanted: 50, under: 7, over: 0, ..changed.demand[10] };
        let mut fewer = problem.clone();
        fewer.people.truncate(3);
        for case in [&changed, &fewer] {
            let solution = run(case, 40);
            let report = checker::roster::check(case, &solution.roster);
            assert!(report.is_legal() && report.penalty() == solution.penalty, "seed {seed}");
            assert!(solution.bound.is_none_or(|bound| bound.value <= solution.penalty), "seed {seed}");
        }
        let mut ill = problem;
        for person in 0..4 {
            absent(&mut ill, person, 2..9);
        }
        let repaired = repair(&ill, &roster).expect("nobody has to serve");
        assert!(repaired.legal && checker::roster::check(&ill, &repaired.roster).is_legal(), "seed {seed}");
    }
}

#[test]
fn every_number_that_overflows_is_refused_with_its_line() {
    for huge in ["99999999999", "-1", "99999999999999999999999", "1e9", "NaN"] {
        for (at, _) in CURTOIS.match_indices(|letter: char| letter.is_ascii_digit()) {
            let starts = !CURTOIS[..at].ends_with(|letter: char| letter.is_ascii_digit());
            if starts {
                let rest = CURTOIS[at..].trim_start_matches(|letter: char| letter.is_ascii_digit());
                let text = format!("{}{huge}{rest}", &CURTOIS[..at]);
                let line = CURTOIS[..at].lines().count().max(1);
                let error = curtois::read(&text).expect_err(&text).to_string();
                assert!(
                    error.contains(&format!("line {line}")) || error.contains(&format!("line {}", line + 1)),
                    "{error} in {text}"
                );
            }
        }
    }
    for (from, to) in
        [("(2,5) (1,4)", "(2,99999999999) (1,4)"), ("(1,3) 1 1", "(3,1) 1 1"), ("SKILLS = 1", "SKILLS = 99999999999")]
    {
        let error = inrc2_error(&SCENARIO.replace(from, to), HISTORY, WEEK);
        assert!(error.contains("Sc-n001w1.txt line"), "{error}");
    }
    let error = inrc2_error(SCENARIO, &HISTORY.replace("A 0 0", "A 0 -7"), WEEK);
    assert!(error.contains("H0-n001w1-0.txt line 4") && error.contains("-7"), "{error}");
    let error = inrc2_error(SCENARIO, HISTORY, &WEEK.replace("(1,1)", "(1,99999999999)"));
    assert!(error.contains("WD-n001w1-0.txt line 4") && error.contains("99999999999"), "{error}");
}

#[test]
fn rows_that_are_there_twice_are_refused() {
    for row in ["E,480,\n", "A,E=7|L=3,2400,960,5,2,2,1\n", "0,E,1,100,1\n"] {
        let error = curtois::read(&CURTOIS.replace(row, &row.repeat(2))).expect_err(row).to_string();
        assert!(error.contains("twice") && error.contains("line"), "{error}");
    }
    for row in ["Full (2,5) (1,4) (1,3) 1 1\n", "A Full 1 Nurse\n", "Early (2,5)\n", "Nurse\n"] {
        let counted = SCENARIO.replacen(row, &row.repeat(2), 1);
        let counted = ["SKILLS", "SHIFT_TYPES", "CONTRACTS", "NURSES"].iter().fold(counted, |text, section| {
            let from = format!("{section} = 1\n");
            let doubled = text.contains(&format!("{from}{row}"));
            if doubled { text.replace(&from, &format!("{section} = 2\n")) } else { text }
        });
        let error = inrc2_error(&counted, HISTORY, WEEK);
        assert!(error.contains("twice") && error.contains("line"), "{error}");
    }
    let requirement = "Early Nurse (1,1) (0,1) (0,0) (0,0) (0,0) (0,0) (0,0)\n";
    let error = inrc2_error(SCENARIO, HISTORY, &WEEK.replace(requirement, &requirement.repeat(2)));
    assert!(error.contains("requirement of Early Nurse is there twice"), "{error}");
}
