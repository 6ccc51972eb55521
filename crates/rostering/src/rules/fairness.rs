//! Fair shares of nights, weekends, festival days and cold duty, earlier operations included.

use super::{Limit, Tally, Weight};
use crate::problem::{Day, DutyId, PersonId, Problem};

/// What each person brings along from earlier operations, by person; leave counted as the caller decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// What is shared ("nights").
    pub name: String,
    /// The duties that count.
    pub duties: Vec<DutyId>,
    /// The days that count; `None` for all.
    pub days: Option<Vec<Day>>,
    /// Count before the period, by person.
    pub carried: Vec<u32>,
}

/// Adds to each of `people` a tally that charges `weight` for each duty above the fair share.
///
/// The share is what demand asks of the ledger's duties plus what all carry, divided by the people and
/// rounded up. Returns the share.
pub fn fair_share(problem: &mut Problem, people: &[PersonId], ledger: &Ledger, weight: u32) -> u32 {
    let counts = |day: Day| ledger.days.as_ref().is_none_or(|days| days.contains(&day));
    let asked: u64 = problem
        .demand
        .iter()
        .filter(|demand| counts(demand.day) && ledger.duties.contains(&demand.duty))
        .map(|demand| u64::from(demand.wanted))
        .sum();
    let carried = |person: PersonId| ledger.carried.get(person).copied().unwrap_or(0);
    let total = asked + people.iter().map(|&person| u64::from(carried(person))).sum::<u64>();
    let share = u32::try_from(total.div_ceil(people.len().max(1) as u64)).unwrap_or(u32::MAX);
    for &person in people {
        let tally = Tally {
            name: ledger.name.clone(),
            duties: ledger.duties.clone(),
            days: ledger.days.clone(),
            carried: carried(person),
            limit: Limit { min: 0, max: share, below: Weight::Hard, above: Weight::Soft(weight) },
        };
        problem.people[person].contract.tallies.push(tally);
    }
    share
}
