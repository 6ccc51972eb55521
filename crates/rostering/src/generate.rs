//! Makes problems up: a county's festival of any size, seeded, for tests, benches and the demonstration.

use crate::problem::{Duty, Grade, Person, Post, Problem, Shift};
use crate::rules::{DaysOff, DaysOn, Demand, Hours, Ledger, Limit, Request, Travel, Weekends, Wish, fair_share};
use crate::search::random::Random;

/// How large, and how tight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct County {
    /// People; about two in five are auxiliaries.
    pub people: usize,
    /// Days.
    pub days: usize,
    /// Posts, each with three shifts a day.
    pub posts: usize,
    /// Share of people that demand takes on an average day, in percent.
    pub load: u32,
    /// Seed.
    pub seed: u64,
}

/// A county's problem: three shifts, posts on a map, some of them cold, wishes, fair shares of nights.
pub fn county(size: &County) -> Problem {
    let mut random = Random::new(size.seed);
    let mut problem = Problem::new(size.days);
    for (name, start) in [("early", 360), ("late", 840), ("night", 1_320)] {
        problem.add_shift(Shift { name: name.into(), minutes: 480, start: Some(start) });
    }
    problem.succession.minimum_rest = 660;
    problem.qualifications = vec!["driver".into(), "firearms".into(), "traffic".into()];
    problem.travel = Travel { per_ten_km: 2 };
    let place = |random: &mut Random| Some((random.below(60_000) as i32, random.below(60_000) as i32));
    for post in 0..size.posts {
        problem.posts.push(Post { name: format!("post {post}"), place: place(&mut random), cold: post % 3 == 0 });
        let qualification = (post % 4 > 0).then_some(post % 3).filter(|_| post % 5 == 0);
        for shift in 0..3 {
            problem.duties.push(Duty { shift, post: Some(post), qualification });
        }
    }
    for person in 0..size.people {
        let mut who = Person::new(format!("{:06}", 100_000 + person));
        who.grade = if person % 5 < 3 { Grade::Officer } else { Grade::Auxiliary };
        who.home = place(&mut random);
        who.qualifications = (0..3).filter(|_| random.below(2) == 0).collect();
        who.contract.hours = Hours(Limit::hard(0, (size.days as u32 * 5).div_ceil(7) * 480));
        who.contract.days_on = DaysOn(Limit::hard(1, 6));
        who.contract.days_off = DaysOff(Limit::hard(1, u32::MAX));
        who.contract.weekends = Weekends(Limit::hard(0, (size.days as u32).div_ceil(7).max(2)));
        for _ in 0..random.below(3) {
            let day = random.below(size.days);
            who.requests.push(Request { day, wish: Wish::DayOff, weight: 3 });
        }
        if random.below(10) == 0 {
            who.days_off.push(random.below(size.days));
        }
        problem.people.push(who);
    }
    let cells = size.posts * 3;
    for day in 0..size.days {
        let total = size.people * size.load as usize / 100;
        for duty in 0..cells {
            let wanted = (total / cells + usize::from(random.below(cells) < total % cells)) as u32;
            if wanted > 0 {
                problem.demand.push(Demand { day, duty, minimum: 0, wanted, under: 100, over: 5 });
            }
        }
    }
    let nights = (0..problem.duties.len()).filter(|&duty| problem.duties[duty].shift == 2).collect();
    let everybody: Vec<usize> = (0..size.people).collect();
    let carried = (0..size.people).map(|_| random.below(3) as u32).collect();
    fair_share(&mut problem, &everybody, &Ledger { name: "nights".into(), duties: nights, days: None, carried }, 4);
    problem
}
