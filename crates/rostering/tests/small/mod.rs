//! A small station for tests: a few people, two or three shifts, soft and hard rules.

use rostering::problem::{Person, Problem, Shift};
use rostering::rules::{DaysOff, DaysOn, Demand, Hours, Limit, Request, Tally, Weekends, Wish};

/// A seeded station that always has a legal roster.
pub fn station(seed: u64, people: usize, days: usize) -> Problem {
    let mut state = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let mut below = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % bound) as usize
    };
    let mut problem = Problem::new(days);
    for (name, start) in [("early", 360), ("late", 840), ("night", 1_320)] {
        let shift = problem.add_shift(Shift { name: name.into(), minutes: 480, start: Some(start) });
        problem.add_plain_duty(shift);
    }
    problem.succession.minimum_rest = 660;
    for index in 0..people {
        let mut person = Person::new(format!("p{index}"));
        person.contract.hours = Hours(Limit::hard(480, (days as u32 * 5).div_ceil(7) * 480));
        person.contract.days_on = DaysOn(Limit::hard(1 + below(2) as u32, 5));
        person.contract.days_off = DaysOff(Limit::soft(2, 4, 3));
        person.contract.weekends = Weekends(Limit::soft(0, 1, 7));
        let nights = Tally {
            name: "nights".into(),
            duties: vec![2],
            days: None,
            carried: 0,
            limit: Limit::hard(0, 1 + below(3) as u32),
        };
        person.contract.tallies.push(nights);
        for _ in 0..below(3) {
            let wish = [Wish::On(below(3)), Wish::Off(below(3)), Wish::DayOff][below(3)];
            person.requests.push(Request { day: below(days as u64), wish, weight: 1 + below(5) as u32 });
        }
        problem.people.push(person);
    }
    for day in 0..days {
        for duty in 0..3 {
            let wanted = below(3) as u32;
            problem.demand.push(Demand { day, duty, minimum: 0, wanted, under: 30, over: 4 });
        }
    }
    problem
}
