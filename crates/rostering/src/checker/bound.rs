//! Recomputes a Lagrangian bound from its multipliers with an exact plain programme.
//!
//! The bound says: charge each person the stated prices for the rows they join, let everybody take their
//! cheapest legal row of cells, and give back what the rows are worth at those prices. Here the cheapest row
//! is found by a forward programme over full states (runs, minutes, weekends, counts) kept in a map. It is
//! slow, reads [`Problem`] as stated, and shares nothing with the search.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::problem::{Day, Duty, Person, PersonId, Problem, Run, ShiftId};
use crate::rules::{Limit, Weight, Wish};
use crate::solve::Bound;

/// Most states one person may need on one day; above this a bound is not checked, and says so.
const MAX_STATES: usize = 3_000_000;

/// Why a bound was not confirmed.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BoundError {
    /// The multipliers do not fit the problem.
    #[error("the bound has {found} multipliers, the problem has {expected} rows; it belongs to another problem")]
    Shape {
        /// What was given.
        found: usize,
        /// What is needed.
        expected: usize,
    },
    /// A multiplier outside what the row's cost allows proves nothing.
    #[error("multiplier {index} is {value}, expected {low} to {high}; the bound proves nothing")]
    Multiplier {
        /// Which.
        index: usize,
        /// Its value.
        value: i64,
        /// Smallest allowed.
        low: i64,
        /// Largest allowed.
        high: i64,
    },
    /// The recomputed bound is smaller than the reported one.
    #[error("the bound is reported as {reported} but the multipliers prove only {proven}; report this as a fault")]
    TooHigh {
        /// What was reported.
        reported: u64,
        /// What the multipliers prove.
        proven: u64,
    },
    /// A roster is better than the bound.
    #[error("a legal roster has penalty {penalty}, below the reported bound {reported}; report this as a fault")]
    Beaten {
        /// The roster's penalty.
        penalty: u64,
        /// What was reported.
        reported: u64,
    },
    /// Too many states for the plain programme.
    #[error("{person:?} needs more than {MAX_STATES} states; the bound is not checked")]
    TooLarge {
        /// The person.
        person: String,
    },
    /// Somebody has no legal row at all.
    #[error("{person:?} has no legal row of duties; every bound holds")]
    Impossible {
        /// The person.
        person: String,
    },
}

/// A row of the Lagrangian: a count with a convex cost.
struct Count {
    floor: i64,
    target: i64,
    under: i64,
    hard: i64,
    over: i64,
}

/// Recomputes the bound and compares it with `known`, the penalty of a legal roster.
///
/// # Errors
/// [`BoundError`]; `TooHigh` and `Beaten` are faults of the search.
pub fn check(problem: &Problem, bound: &Bound, known: Option<u64>) -> Result<u64, BoundError> {
    if let Some(penalty) = known.filter(|&penalty| penalty < bound.value) {
        return Err(BoundError::Beaten { penalty, reported: bound.value });
    }
    let rows = counts(problem, i64::from(bound.hard));
    if rows.len() != bound.prices.len() {
        return Err(BoundError::Shape { found: bound.prices.len(), expected: rows.len() });
    }
    let scale = i64::from(bound.scale);
    let mut total = 0_i64;
    for (index, (row, &price)) in rows.iter().zip(&bound.prices).enumerate() {
        let (low, high) = (-(row.under + row.hard) * scale, row.over * scale);
        let value = i64::from(price);
        if !(low..=high).contains(&value) {
            return Err(BoundError::Multiplier { index, value, low, high });
        }
        // The cost is piecewise linear, so its least against a price lies at a corner.
        let at_target = -value * row.target;
        let at_floor = (row.under * (row.target - row.floor)) * scale - value * row.floor;
        total += at_target.min(at_floor);
    }
    for person in 0..problem.people.len() {
        total += cheapest(problem, person, &bound.prices, scale)?;
    }
    let proven = (total.max(0) as u64).div_ceil(scale as u64);
    if proven < bound.value { Err(BoundError::TooHigh { reported: bound.value, proven }) } else { Ok(proven) }
}

/// The rows in the order in which multipliers are given: demand, then each bound of each link.
fn counts(problem: &Problem, hard: i64) -> Vec<Count> {
    let mut rows: Vec<Count> = problem
        .demand
        .iter()
        .map(|demand| Count {
            floor: i64::from(demand.minimum),
            target: i64::from(demand.wanted),
            under: i64::from(demand.under),
            hard: if demand.minimum > 0 { hard } else { 0 },
            over: i64::from(demand.over),
        })
        .collect();
    for link in &problem.links {
        let weight = match link.weight {
            Weight::Hard => hard,
            Weight::Soft(weight) => i64::from(weight),
        };
        let row = |target: i32, under: i64, over: i64| Count {
            floor: target.into(),
            target: target.into(),
            under,
            hard: 0,
            over,
        };
        rows.extend(link.at_least.map(|target| row(target, weight, 0)));
        rows.extend(link.at_most.map(|target| row(target, 0, weight)));
    }
    rows
}

/// What a person pays for a duty at these prices.
fn price(problem: &Problem, person: PersonId, day: Day, duty: usize, prices: &[i32]) -> i64 {
    let mut total = 0;
    for (demand, &price) in problem.demand.iter().zip(prices) {
        if demand.day == day && demand.duty == duty {
            total += i64::from(price);
        }
    }
    let mut index = problem.demand.len();
    for link in &problem.links {
        let bounds = usize::from(link.at_least.is_some()) + usize::from(link.at_most.is_some());
        if link.day == day && link.duties.contains(&duty) {
            let counted = i64::from(link.coefficients.of(person, problem.people[person].grade));
            total += prices[index..index + bounds].iter().map(|&price| i64::from(price) * counted).sum::<i64>();
        }
        index += bounds;
    }
    total
}

/// All that later days can depend on.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    /// Days of the run so far; the sign of `shift` says whether on or off.
    run: u32,
    /// True while the run started before anything is known.
    exempt: bool,
    shift: Option<ShiftId>,
    same: u32,
    minutes: u32,
    weekends: u32,
    tallies: Vec<u32>,
}

/// Cost of a value against a limit; `None` when it is not allowed.
fn judged(limit: Limit, value: u32) -> Option<i64> {
    let (amount, weight) = (value.saturating_sub(limit.max), limit.above);
    let (amount, weight) = if value < limit.min { (limit.min - value, limit.below) } else { (amount, weight) };
    match (amount, weight) {
        (0, _) => Some(0),
        (_, Weight::Hard) => None,
        (amount, Weight::Soft(weight)) => Some(i64::from(amount) * i64::from(weight)),
    }
}

fn below(limit: Limit, value: u32) -> Option<i64> {
    judged(Limit { max: u32::MAX, ..limit }, value)
}

/// Cost of the day that makes a run one longer: one unit where it is now past the maximum.
fn beyond(limit: Limit, length: u32) -> Option<i64> {
    if length <= limit.max { Some(0) } else { judged(Limit { min: 0, max: 0, ..limit }, 1) }
}

/// Cheapest legal row of cells at these prices, in fixed point.
fn cheapest(problem: &Problem, person: PersonId, prices: &[i32], scale: i64) -> Result<i64, BoundError> {
    let who = &problem.people[person];
    let name = || who.name.clone();
    let start = match who.history.run {
        Run::Unknown => State {
            run: 0,
            exempt: true,
            shift: None,
            same: 0,
            minutes: 0,
            weekends: 0,
            tallies: vec![0; who.contract.tallies.len()],
        },
        Run::Off(run) => State {
            run,
            exempt: false,
            shift: None,
            same: 0,
            minutes: 0,
            weekends: 0,
            tallies: vec![0; who.contract.tallies.len()],
        },
        Run::On { days, shift, same } => State {
            run: days,
            exempt: false,
            shift: Some(shift),
            same,
            minutes: 0,
            weekends: 0,
            tallies: vec![0; who.contract.tallies.len()],
        },
    };
    let mut states: BTreeMap<State, i64> = BTreeMap::from([(start, 0)]);
    for day in 0..problem.days {
        let moves = moves(problem, person, day, prices, scale);
        let mut next: BTreeMap<State, i64> = BTreeMap::new();
        for (state, cost) in &states {
            for (duty, price) in &moves {
                if let Some((after, extra)) = step(problem, person, day, state, *duty) {
                    let total = cost + price + extra * scale;
                    let best = next.entry(after).or_insert(total);
                    *best = total.min(*best);
                }
            }
        }
        if next.len() > MAX_STATES {
            return Err(BoundError::TooLarge { person: name() });
        }
        states = next;
    }
    let finish = |state: &State| -> Option<i64> {
        let total = state.minutes + who.history.minutes;
        let (limit, unit) = (who.contract.hours.0, problem.minute_step());
        let off_by = if total < limit.min { limit.min - total } else { total.saturating_sub(limit.max) };
        let hours = match if total < limit.min { limit.below } else { limit.above } {
            Weight::Hard if off_by > 0 => return None,
            Weight::Hard => 0,
            Weight::Soft(weight) => i64::from(off_by / unit) * i64::from(weight),
        };
        let mut cost = hours + judged(who.contract.weekends.0, state.weekends + who.history.weekends)?;
        for (tally, &count) in who.contract.tallies.iter().zip(&state.tallies) {
            cost += judged(tally.limit, count + tally.carried)?;
        }
        Some(cost * scale)
    };
    let best = states.iter().filter_map(|(state, cost)| Some(cost + finish(state)?)).min();
    best.ok_or_else(|| BoundError::Impossible { person: name() })
}

/// The cells a person may have on a day, with their price. Of several duties that no rule tells apart only
/// the cheapest matters, but here each is kept apart: plain, not fast.
fn moves(problem: &Problem, person: PersonId, day: Day, prices: &[i32], scale: i64) -> Vec<(Option<usize>, i64)> {
    let who = &problem.people[person];
    let pinned = who.pins.iter().find(|pin| pin.day == day).map(|pin| pin.duty);
    let mut list = Vec::new();
    for duty in std::iter::once(None).chain((0..problem.duties.len()).map(Some)) {
        if pinned.is_some_and(|pinned| pinned != duty) {
            continue;
        }
        let mut cost = 0;
        if let Some(index) = duty {
            let Duty { post, qualification, .. } = problem.duties[index];
            let unqualified = qualification.is_some_and(|wanted| !who.qualifications.contains(&wanted));
            if unqualified || who.days_off.contains(&day) {
                continue;
            }
            if let (Some(home), Some(place)) = (who.home, post.and_then(|post| problem.posts[post].place)) {
                cost += i64::from(problem.travel.cost(home, place)) * scale;
            }
            cost += price(problem, person, day, index, prices);
        }
        let shift = duty.map(|duty| problem.duties[duty].shift);
        for request in who.requests.iter().filter(|request| request.day == day) {
            let granted = match request.wish {
                Wish::On(wanted) => shift == Some(wanted),
                Wish::Off(unwanted) => shift != Some(unwanted),
                Wish::DayOff => shift.is_none(),
            };
            cost += if granted { 0 } else { i64::from(request.weight) * scale };
        }
        list.push((duty, cost));
    }
    list
}

/// One day on; `None` when a rule forbids it. The cost is in whole penalty.
fn step(problem: &Problem, person: PersonId, day: Day, state: &State, duty: Option<usize>) -> Option<(State, i64)> {
    let who = &problem.people[person];
    let contract = &who.contract;
    let shift = duty.map(|duty| problem.duties[duty].shift);
    let (was, is) = (state.shift.is_some(), shift.is_some());
    let rule = |on: bool| if on { contract.days_on.0 } else { contract.days_off.0 };
    let same_rule = |shift: ShiftId| contract.same_shift.get(shift).map_or(Limit::NONE, |same| same.0);
    let mut after = state.clone();
    let mut cost = 0;
    // Before the first day nothing is known: neither run has begun.
    let nothing_yet = day == 0 && state.exempt && state.run == 0;
    if nothing_yet {
        after.run = 1;
    } else if was == is {
        after.run += 1;
    } else {
        if !state.exempt {
            cost += below(rule(was), state.run)?;
        }
        (after.run, after.exempt) = (1, false);
    }
    cost += beyond(rule(is), after.run)?;
    if let (Some(before), Some(now)) = (state.shift, shift)
        && !problem.succession.allows(&problem.shifts, before, now)
    {
        return None;
    }
    if state.shift != shift
        && let Some(before) = state.shift
    {
        cost += below(same_rule(before), state.same)?;
    }
    after.same = if shift.is_some() && state.shift == shift { state.same + 1 } else { u32::from(is) };
    if let Some(now) = shift {
        cost += beyond(same_rule(now), after.same)?;
    }
    let weekday = (problem.first_weekday + day) % 7;
    after.weekends += u32::from(is && (weekday == 5 || weekday == 6 && !was));
    if weekday == 6 && day > 0 && was != is {
        cost += i64::from(contract.complete_weekends.0);
    }
    if let Some(duty) = duty {
        after.minutes += problem.shifts[problem.duties[duty].shift].minutes;
        for (count, tally) in after.tallies.iter_mut().zip(&contract.tallies) {
            let on = tally.days.as_ref().is_none_or(|days| days.contains(&day));
            *count += u32::from(on && tally.duties.contains(&duty));
        }
    }
    after.shift = shift;
    forget(who, problem.days as u32, &mut after);
    // Totals only grow, so what is over a hard limit now stays over it.
    let too_much = |limit: Limit, value: u32| limit.above == Weight::Hard && value > limit.max;
    let over_tally = contract
        .tallies
        .iter()
        .zip(&after.tallies)
        .any(|(tally, &count)| too_much(tally.limit, count + tally.carried) && count > 0);
    let over = too_much(contract.hours.0, after.minutes + who.history.minutes)
        || too_much(contract.weekends.0, after.weekends + who.history.weekends);
    (!over && !over_tally).then_some((after, cost))
}

/// Drops from a state what no rule can see any more.
fn forget(who: &Person, days: u32, state: &mut State) {
    let contract = &who.contract;
    // A run may have begun before the period: only a maximum beyond that run and all days is out of reach.
    let reach = days.saturating_add(match who.history.run {
        Run::Unknown => 0,
        Run::Off(days) | Run::On { days, .. } => days,
    });
    let cap = |limit: Limit| if limit.max >= reach { limit.min } else { limit.max.saturating_add(1).max(limit.min) };
    let run = if state.shift.is_some() { contract.days_on.0 } else { contract.days_off.0 };
    state.run = state.run.min(cap(run).max(1));
    if let Some(shift) = state.shift {
        let limit = contract.same_shift.get(shift).map_or(Limit::NONE, |same| same.0);
        state.same = state.same.min(cap(limit).max(1));
    }
    for (tally, count) in contract.tallies.iter().zip(&mut state.tallies) {
        if tally.limit.min <= tally.carried && tally.limit.max >= days + tally.carried {
            *count = 0;
        }
    }
}
