//! Solving small problems: legal, bounded, repeatable.

mod small;

use proptest::prelude::*;
use rostering::checker;
use rostering::problem::Problem;
use rostering::rules::{Weight, apart, beside_an_officer, together};
use rostering::solve::{Options, Solution, SolveError, solve};

fn run(problem: &Problem, barriers: u64, threads: usize) -> Solution {
    let options = Options { seconds: None, barriers: Some(barriers), threads, seed: 3 };
    solve(problem, &options, &mut |_| true).expect("the problem is possible")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_comes_out_is_confirmed_by_both_checkers(seed in 0_u64..10_000) {
        let problem = small::station(seed, 5, 7);
        let solution = run(&problem, 60, 1);
        let report = checker::roster::check(&problem, &solution.roster);
        prop_assert!(report.is_legal(), "{:?}", report.findings);
        prop_assert_eq!(report.penalty(), solution.penalty);
        let bound = solution.bound.expect("sixty barriers reach a bound");
        prop_assert!(bound.value <= solution.penalty);
        let proven = checker::bound::check(&problem, &bound, Some(solution.penalty));
        prop_assert!(proven.as_ref().is_ok_and(|&proven| proven >= bound.value), "{:?}", proven);
    }
}

#[test]
fn the_result_does_not_depend_on_threads() {
    let problem = small::station(7, 9, 14);
    let (one, two) = (run(&problem, 80, 1), run(&problem, 80, 2));
    assert_eq!(one.roster, two.roster);
    assert_eq!(one.bound, two.bound);
    assert_eq!(one.barrier, two.barrier);
}

#[test]
fn a_bound_that_was_tampered_with_is_refused() {
    let problem = small::station(11, 5, 7);
    let mut bound = run(&problem, 60, 1).bound.expect("sixty barriers reach a bound");
    bound.value += 1;
    bound.prices.iter_mut().for_each(|price| *price = 0);
    assert!(matches!(checker::bound::check(&problem, &bound, None), Err(checker::bound::BoundError::TooHigh { .. })));
}

#[test]
fn somebody_without_a_legal_row_is_named() {
    let mut problem = small::station(1, 5, 7);
    problem.people[2].contract.hours.0.min = 7 * 480;
    problem.people[2].contract.hours.0.max = 7 * 480;
    problem.people[2].contract.hours.0.below = Weight::Hard;
    let result = solve(&problem, &Options { seconds: None, barriers: Some(5), ..Options::default() }, &mut |_| true);
    assert_eq!(result.err(), Some(SolveError::Impossible("p2".into())));
}

#[test]
fn a_minimum_that_cannot_be_met_is_not_called_legal() {
    let mut problem = small::station(1, 4, 7);
    problem.demand[0].minimum = 9;
    problem.demand[0].wanted = 9;
    assert!(!run(&problem, 40, 1).legal);
}

#[test]
fn people_who_must_not_meet_do_not_and_pairs_do() {
    let mut problem = small::station(5, 6, 7);
    let duties: Vec<usize> = (0..problem.duties.len()).collect();
    problem.people.iter_mut().for_each(|person| person.contract.hours.0 = rostering::rules::Limit::NONE);
    problem.links = apart(&problem, 0, 1, &duties, Weight::Hard);
    problem.links.extend(together(&problem, 2, 3, &duties, Weight::Soft(500)));
    let solution = run(&problem, 120, 1);
    assert!(solution.legal);
    for day in 0..problem.days {
        let duty = |person: usize| solution.roster.get(person, day);
        assert!(duty(0).is_none() || duty(0) != duty(1), "day {day}");
        assert_eq!(duty(2), duty(3), "day {day}");
    }
}

#[test]
fn an_auxiliary_stands_only_beside_an_officer() {
    let mut problem = small::station(9, 6, 7);
    problem.people.iter_mut().for_each(|person| person.contract.hours.0 = rostering::rules::Limit::NONE);
    for person in 1..problem.people.len() {
        problem.people[person].grade = rostering::problem::Grade::Auxiliary;
    }
    let groups: Vec<Vec<usize>> = (0..problem.duties.len()).map(|duty| vec![duty]).collect();
    problem.links = beside_an_officer(&problem, &groups, 2, Weight::Hard);
    let solution = run(&problem, 120, 1);
    assert!(solution.legal);
    for day in 0..problem.days {
        for duty in 0..problem.duties.len() {
            let on: Vec<usize> =
                (0..problem.people.len()).filter(|&person| solution.roster.get(person, day) == Some(duty)).collect();
            assert!(on.is_empty() || on[0] == 0 && on.len() <= 3, "day {day}: {on:?}");
        }
    }
}
