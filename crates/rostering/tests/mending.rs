//! Repair, replacements and explanations on a small station.

mod small;

use rostering::checker;
use rostering::explain::{Obstacle, Statement, obstacles, why};
use rostering::problem::{Pin, Problem, Roster};
use rostering::repair::{absent, repair, replacements};
use rostering::rules::{Limit, Rule, Weight};
use rostering::solve::{Options, solve};

fn solved(seed: u64) -> (Problem, Roster) {
    let mut problem = small::station(seed, 9, 14);
    for person in &mut problem.people {
        person.contract.hours.0.min = 0;
    }
    let options = Options { seconds: None, barriers: Some(60), ..Options::default() };
    let solution = solve(&problem, &options, &mut |_| true).expect("the station is possible");
    (problem, solution.roster)
}

#[test]
fn nothing_changes_where_nothing_is_wrong() {
    let (problem, roster) = solved(1);
    let repaired = repair(&problem, &roster).expect("legal");
    assert!(repaired.cells.is_empty() && repaired.gaps.is_empty() && repaired.legal);
}

#[test]
fn an_absence_is_filled_with_few_changes_and_pins_stay() {
    for seed in 1..8 {
        let (mut problem, roster) = solved(seed);
        let day = (3..10).find(|&day| roster.get(0, day).is_some()).expect("nobody is off for a week");
        absent(&mut problem, 0, day..day + 2);
        for other in 0..14 {
            problem.people[4].pins.push(Pin { day: other, duty: roster.get(4, other) });
        }
        let repaired = repair(&problem, &roster).expect("possible");
        let report = checker::roster::check(&problem, &repaired.roster);
        assert!(repaired.legal && report.is_legal(), "seed {seed}: {:?}", report.findings);
        assert_eq!(repaired.penalty, report.penalty());
        assert!(repaired.roster.get(0, day).is_none() && repaired.roster.get(0, day + 1).is_none());
        assert!(!repaired.people.contains(&4), "pinned cells never move");
        assert!(repaired.people.contains(&0));
        assert!(repaired.people.len() <= 5, "seed {seed}: {:?}", repaired.cells);
    }
}

#[test]
fn replacements_are_ranked_and_each_is_legal() {
    let (problem, roster) = solved(2);
    let (day, duty) = (0..14).find_map(|day| roster.get(3, day).map(|duty| (day, duty))).expect("serves");
    let mut without = roster.clone();
    without.set(3, day, None);
    let mut relaxed = problem.clone();
    absent(&mut relaxed, 3, day..day + 1);
    for person in &mut relaxed.people {
        person.contract.days_on.0.min = 1;
    }
    let list = replacements(&relaxed, &without, day, duty, 3).expect("legal");
    assert!(!list.is_empty() && list.len() <= 3);
    for entry in &list {
        assert_ne!(entry.person, 3);
        assert!(entry.changes.contains(&(day, Some(duty))));
        let mut filled = without.clone();
        entry.changes.iter().for_each(|&(day, duty)| filled.set(entry.person, day, duty));
        let (then, now) = (checker::roster::check(&relaxed, &without), checker::roster::check(&relaxed, &filled));
        assert!(now.is_legal(), "{:?}", now.findings);
        assert_eq!(now.penalty() as i64 - then.penalty() as i64, entry.penalty);
    }
    assert!(list.windows(2).all(|pair| pair[0].changes.len() <= pair[1].changes.len()));
}

#[test]
fn a_cell_is_compared_with_everything_else() {
    // Somebody without nights, so that forbidding them breaks nothing that stands.
    let without_nights = |(problem, roster): (Problem, Roster)| {
        let serves = |person: usize| (0..14).filter_map(|day| roster.get(person, day)).collect::<Vec<_>>();
        let found = (0..9).find(|&person| !serves(person).is_empty() && !serves(person).contains(&2));
        found.map(|person| (problem, roster, person))
    };
    let (mut problem, roster, person) = (3..30).find_map(|seed| without_nights(solved(seed))).expect("somebody");
    let day = (0..14).find(|&day| roster.get(person, day).is_some()).expect("serves");
    let held = roster.get(person, day).expect("serves");
    problem.people[person].contract.tallies[0].limit = Limit::hard(0, 0);
    let list = why(&problem, &roster, person, day).expect("sound");
    assert_eq!(list.len(), 3, "off and the two other duties");
    assert!(list.iter().all(|entry| entry.duty != Some(held)));
    for entry in list {
        let mut other = roster.clone();
        other.set(person, day, entry.duty);
        let change = checker::roster::check(&problem, &other).penalty() as i64
            - checker::roster::check(&problem, &roster).penalty() as i64;
        assert_eq!(entry.cost(), change);
        if entry.duty == Some(2) {
            assert!(entry.broken.contains(&Rule::Tally) && entry.at_best.is_none());
        }
    }
}

#[test]
fn the_smallest_conflict_is_named_with_what_it_would_have_to_give() {
    let mut problem = small::station(4, 4, 7);
    let contract = &mut problem.people[2].contract;
    contract.hours.0 = Limit { min: 6 * 480, max: 7 * 480, below: Weight::Hard, above: Weight::Hard };
    contract.days_on.0 = Limit::hard(1, 5);
    problem.people[2].days_off = vec![0, 3];
    let found = obstacles(&problem).expect("sound");
    let [Obstacle::Person { person: 2, conflict, relaxations }] = found.as_slice() else { panic!("{found:?}") };
    assert!(conflict.contains(&Statement::Minimum(Rule::MinHours)), "{conflict:?}");
    let hours = relaxations.iter().find(|entry| entry.0 == Statement::Minimum(Rule::MinHours));
    assert_eq!(hours.and_then(|entry| entry.1), Some(480));
}

#[test]
fn a_post_that_too_few_can_stand_is_named() {
    let mut problem = small::station(4, 4, 7);
    problem.demand[2].minimum = 4;
    problem.demand[2].wanted = 4;
    problem.people[0].days_off = vec![0];
    let found = obstacles(&problem).expect("sound");
    assert!(found.contains(&Obstacle::Demand { day: 0, duty: 2, minimum: 4, able: 3 }), "{found:?}");
}
