//! Mends a roster after an absence, a closed post or new demand, disturbing as little as possible.
//!
//! Lexicographic: gaps first, then fewest people touched, then fewest cells, then penalty. State the change in
//! the problem (a day off, another demand, a pin) and hand over the roster as it stood. Pinned cells and people
//! who are not needed never move.
//!
//! A *gap* is what a duty has fewer than before the change and fewer than it wants, or fewer than its minimum.

use crate::checker;
use crate::model::{Model, Programme};
use crate::problem::{Day, DutyId, OFF, PersonId, Pin, Problem, Roster};
use crate::rules::Rule;
use crate::search::polish::Standing;
use crate::search::pricer::{Pricer, Query, RowPrices};
use crate::solve::SolveError;
use crate::validate::validate;

/// One changed cell weighs as much as so many times the largest weight of the problem.
const CELL_WEIGHT: i64 = 4;
/// One gap weighs as much as so many changed cells; no row of cells changes more than that to close one.
const GAP_WEIGHT: i64 = 40;
/// How many people are tried as the first of a chain of two.
const CHAIN_HEADS: usize = 8;

/// What a repair came to.
#[derive(Clone, Debug)]
pub struct Repaired {
    /// The mended roster.
    pub roster: Roster,
    /// Who was touched.
    pub people: Vec<PersonId>,
    /// Which cells changed.
    pub cells: Vec<(PersonId, Day)>,
    /// Gaps that nobody could fill: day, duty and how many.
    pub gaps: Vec<(Day, DutyId, u32)>,
    /// Penalty by the checker.
    pub penalty: u64,
    /// True when no hard rule is broken.
    pub legal: bool,
}

/// Somebody who could fill a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// Who.
    pub person: PersonId,
    /// All cells of theirs that change, with what they become.
    pub changes: Vec<(Day, Option<DutyId>)>,
    /// What the whole roster's penalty changes by.
    pub penalty: i64,
    /// Minutes of rest before and after the duty, where starting times are known and the neighbours serve.
    pub rest: (Option<u32>, Option<u32>),
    /// Minutes on duty in the period, with the new duty.
    pub minutes: u32,
    /// Weekends served, history included, with the new duty.
    pub weekends: u32,
    /// Count of each tally, carried along included: what fairness is judged by.
    pub tallies: Vec<u32>,
    /// Metres from the home station to the post, where known.
    pub metres: Option<u32>,
}

/// Mends `before` so that it fits `problem` as it is now.
///
/// # Errors
/// [`SolveError::Problem`] or, when somebody who must move has no legal row at all, [`SolveError::Impossible`].
pub fn repair(problem: &Problem, before: &Roster) -> Result<Repaired, SolveError> {
    validate(problem)?;
    let mut model = Model::compile(problem);
    let weights = Weights::raise(&mut model, before);
    let mut mender = Mender { problem, model: &model, before, pricer: Pricer::default(), weights };
    let mut standing = mender.forced()?;
    mender.fill(&mut standing);
    let roster = standing.roster;
    let report = checker::roster::check(problem, &roster);
    let cells = roster.changes_from(before);
    let mut people: Vec<PersonId> = cells.iter().map(|cell| cell.0).collect();
    people.dedup();
    let gaps = gaps(problem, &model, &standing.counts);
    Ok(Repaired { penalty: report.penalty(), legal: report.is_legal(), people, cells, gaps, roster })
}

/// Ranks everybody who could take `duty` on `day`: fewest changed cells first, then the least added penalty.
///
/// # Errors
/// [`SolveError::Problem`]; a roster that breaks somebody's rules is refused as [`SolveError::Impossible`].
pub fn replacements(
    problem: &Problem,
    roster: &Roster,
    day: Day,
    duty: DutyId,
    most: usize,
) -> Result<Vec<Replacement>, SolveError> {
    validate(problem)?;
    let mut model = Model::compile(problem);
    let weights = Weights::raise(&mut model, roster);
    let standing = standing_or_name(problem, &model, roster)?;
    let mut pricer = Pricer::default();
    let mut list = Vec::new();
    for person in 0..problem.people.len() {
        let cell = model.people[person].cell(model.duties, day, duty as u16);
        if cell == crate::model::FORBIDDEN || roster.get(person, day).is_some() {
            continue;
        }
        model.people[person].pin(model.duties, Pin { day, duty: Some(duty) });
        let found = best_row(&model, &standing, person, &mut pricer, weights.cell);
        if let Some(cells) = found {
            list.push(replacement(problem, &model, &standing, person, (day, duty), &cells));
        }
    }
    list.sort_by_key(|entry| (entry.changes.len(), entry.penalty, entry.metres, entry.person));
    list.truncate(most);
    Ok(list)
}

fn standing_or_name(problem: &Problem, model: &Model, roster: &Roster) -> Result<Standing, SolveError> {
    let broken = |(person, programme): (usize, &Programme)| {
        programme.penalty(model, roster.row(person)).is_none().then_some(person)
    };
    if let Some(person) = model.people.iter().enumerate().find_map(broken) {
        return Err(SolveError::Impossible(problem.people[person].name.clone()));
    }
    Standing::of(model, roster.clone()).ok_or_else(|| SolveError::Impossible("somebody".into()))
}

#[derive(Clone, Copy)]
struct Weights {
    /// One changed cell, in fixed point.
    cell: i32,
}

impl Weights {
    /// Makes every gap dearer than any change, and leaves what was already short as it is.
    fn raise(model: &mut Model, before: &Roster) -> Weights {
        let counts = model.counts(before);
        let largest = i64::from(model.hard) / 10;
        let cell = CELL_WEIGHT * largest.max(1);
        // Where weights are huge a gap weighs less, but never leaves the fixed-point range.
        let room = crate::model::FIXED_RANGE / ((model.days as i64 + 8) * 4);
        let cell = cell.min(room / 4);
        let gap = i32::try_from((GAP_WEIGHT * cell).min(room)).unwrap_or(i32::MAX / 4);
        for (row, &count) in model.rows.iter_mut().zip(&counts) {
            if row.coefficients.is_none() {
                row.floor = row.floor.max(count.min(row.target));
                row.hard = if row.floor > 0 { gap } else { 0 };
            }
        }
        model.fit_scale(i64::from(gap) + cell);
        Weights { cell: (cell * model.scale) as i32 }
    }
}

/// The row of a person with the fewest changes, then the least cost, everybody else standing.
fn best_row(
    model: &Model,
    standing: &Standing,
    person: PersonId,
    pricer: &mut Pricer,
    change: i32,
) -> Option<Vec<u16>> {
    let mut without = standing.counts.clone();
    model.add_to_counts(&mut without, person, standing.roster.row(person), -1);
    let rows = RowPrices::Marginal(&without);
    let mut shared = Vec::new();
    rows.shared(model, &mut shared);
    let current = standing.roster.row(person);
    let query = Query { person, shared: &shared, rows, free: 0..model.days, current, change, exact: false };
    let answer = pricer.price(model, &query, &mut Vec::new());
    let cost = |cells: &Vec<u16>| {
        let changed = cells.iter().zip(current).filter(|(now, then)| now != then).count() as i64;
        let mut counts = without.clone();
        model.add_to_counts(&mut counts, person, cells, 1);
        let own = model.people[person].penalty(model, cells).unwrap_or(i64::MAX / 4);
        own + model.row_cost(&counts) + changed * i64::from(change) / model.scale
    };
    answer.rows.into_iter().min_by_key(cost)
}

fn replacement(
    problem: &Problem,
    model: &Model,
    standing: &Standing,
    person: PersonId,
    (day, duty): (Day, DutyId),
    cells: &[u16],
) -> Replacement {
    let mut roster = standing.roster.clone();
    let before = checker::roster::check(problem, &roster).penalty() as i64;
    roster.row_mut(person).copy_from_slice(cells);
    let report = checker::roster::check(problem, &roster);
    let who = &problem.people[person];
    let shift = |day: Day| roster.get(person, day).map(|duty| &problem.shifts[problem.duties[duty].shift]);
    let rest = |first: Day, second: Day| {
        let (first, second) = (shift(first)?, shift(second)?);
        (1_440 + second.start?).checked_sub(first.start? + first.minutes)
    };
    let place = problem.duties[duty].post.and_then(|post| problem.posts[post].place);
    let metres = who.home.zip(place).map(|(home, place)| {
        let (east, north) = (i64::from(home.0) - i64::from(place.0), i64::from(home.1) - i64::from(place.1));
        (i128::from(east).pow(2) + i128::from(north).pow(2)).unsigned_abs().isqrt() as u32
    });
    let served = |day: Day| roster.get(person, day).is_some();
    let weekends = (0..model.days)
        .filter(|&day| model.weekday(day) == 5 && (served(day) || (day + 1 < model.days && served(day + 1))))
        .count();
    let tallies = who.contract.tallies.iter().map(|tally| {
        let on = |day: &Day| tally.days.as_ref().is_none_or(|days| days.contains(day));
        let counts = |day: &Day| roster.get(person, *day).is_some_and(|duty| tally.duties.contains(&duty));
        tally.carried + (0..model.days).filter(|day| on(day) && counts(day)).count() as u32
    });
    Replacement {
        person,
        changes: (0..model.days)
            .filter(|&day| cells[day] != standing.roster.row(person)[day])
            .map(|day| (day, roster.get(person, day)))
            .collect(),
        penalty: report.penalty() as i64 - before,
        rest: (
            day.checked_sub(1).and_then(|before| rest(before, day)),
            (day + 1 < model.days).then(|| rest(day, day + 1)).flatten(),
        ),
        minutes: (0..model.days).filter_map(shift).map(|shift| shift.minutes).sum(),
        weekends: weekends as u32 + who.history.weekends,
        tallies: tallies.collect(),
        metres,
    }
}

fn gaps(problem: &Problem, model: &Model, counts: &[i32]) -> Vec<(Day, DutyId, u32)> {
    let short = |(index, demand): (usize, &crate::rules::Demand)| {
        let row = &model.rows[index];
        (counts[index] < row.floor).then(|| (demand.day, demand.duty, (row.floor - counts[index]) as u32))
    };
    problem.demand.iter().enumerate().filter_map(short).collect()
}

struct Mender<'a> {
    problem: &'a Problem,
    model: &'a Model,
    before: &'a Roster,
    pricer: Pricer,
    weights: Weights,
}

impl Mender<'_> {
    /// Gives those whose row is no longer legal a new one, the nearest to the old.
    fn forced(&mut self) -> Result<Standing, SolveError> {
        let model = self.model;
        let broken = |person: &PersonId| model.people[*person].penalty(model, self.before.row(*person)).is_none();
        let people: Vec<PersonId> = (0..model.people.len()).filter(broken).collect();
        let mut roster = self.before.clone();
        for &person in &people {
            roster.row_mut(person).fill(OFF);
        }
        let mut standing =
            Standing { counts: model.counts(&roster), own: vec![0; model.people.len()], total: 0, roster };
        for &person in &people {
            let mut shared = Vec::new();
            let rows = RowPrices::Marginal(&standing.counts);
            rows.shared(model, &mut shared);
            let query = Query {
                person,
                shared: &shared,
                rows,
                free: 0..model.days,
                current: self.before.row(person),
                change: self.weights.cell,
                exact: true,
            };
            let answer = self.pricer.price(model, &query, &mut Vec::new());
            let cells = answer
                .rows
                .into_iter()
                .next()
                .ok_or_else(|| SolveError::Impossible(self.problem.people[person].name.clone()))?;
            model.add_to_counts(&mut standing.counts, person, &cells, 1);
            standing.roster.row_mut(person).copy_from_slice(&cells);
        }
        standing_or_name(self.problem, model, &standing.roster)
    }

    fn gap_total(&self, standing: &Standing) -> i64 {
        self.model
            .rows
            .iter()
            .zip(&standing.counts)
            .map(|(row, &count)| if row.hard > 0 { i64::from((row.floor - count).max(0)) } else { 0 })
            .sum()
    }

    /// Lexicographic worth of what stands: gaps, people touched, cells, penalty.
    fn worth(&self, standing: &Standing) -> (i64, usize, usize, i64) {
        let cells = standing.roster.changes_from(self.before);
        let mut people: Vec<PersonId> = cells.iter().map(|cell| cell.0).collect();
        people.dedup();
        (self.gap_total(standing), people.len(), cells.len(), standing.total)
    }

    /// Closes gaps one person at a time: by somebody who is off, by the best row of anybody, or by a chain of two.
    fn fill(&mut self, standing: &mut Standing) {
        while self.gap_total(standing) > 0 {
            if self.step_in(standing) {
                continue;
            }
            let candidates = self.candidates(standing);
            let mut options: Vec<((i64, usize, usize, i64), Standing)> = Vec::new();
            for person in candidates {
                if let Some(next) = self.moved(standing, person) {
                    options.push((self.worth(&next), next));
                }
            }
            options.sort_by_key(|option| option.0);
            let gap = self.gap_total(standing);
            if let Some((_, next)) = options.first().filter(|option| option.0.0 < gap) {
                *standing = next.clone();
                continue;
            }
            let Some(next) = self.chain(standing) else { return };
            *standing = next;
        }
    }

    /// Lets the best of those who are off step in, all their other cells as they are; false when nobody can. Most gaps
    /// are closed so, in a fraction of the time that the best row of everybody takes.
    fn step_in(&self, standing: &mut Standing) -> bool {
        let model = self.model;
        let short = self.short(standing);
        let mut least = (usize::MAX, true, i64::MAX);
        let mut best: Option<(PersonId, Vec<u16>, i64)> = None;
        for (person, programme) in model.people.iter().enumerate() {
            let now = standing.roster.row(person);
            let (mut cells, mut own, mut filled, mut rows) = (now.to_vec(), standing.own[person], 0, 0);
            for gaps in short.chunk_by(|a, b| a.0 == b.0) {
                let day = gaps[0].0;
                let cost = |&&(_, duty): &&(Day, u16)| programme.cell(model.duties, day, duty);
                let Some(&(_, duty)) = gaps.iter().min_by_key(cost).filter(|_| cells[day] == OFF) else { continue };
                cells[day] = duty;
                match programme.penalty(model, &cells).zip(self.cost_of_one_more(standing, person, day, duty)) {
                    Some((with, more)) => {
                        own = with;
                        filled += 1;
                        rows += more;
                    }
                    None => cells[day] = OFF,
                }
            }
            // Fewest gaps, then fewest people touched, then the least penalty: cells are as many as gaps.
            let fresh = now == self.before.row(person);
            let key = (usize::MAX - filled, fresh, own - standing.own[person] + rows);
            if filled > 0 && key < least {
                least = key;
                best = Some((person, cells, own));
            }
        }
        let Some((person, cells, own)) = best else { return false };
        standing.replace(model, person, &cells, own);
        true
    }

    /// What the rows cost more when the person serves one duty more; `None` where that breaks a link.
    fn cost_of_one_more(&self, standing: &Standing, person: PersonId, day: Day, duty: u16) -> Option<i64> {
        let rows = &self.model.cell_rows[day * self.model.duties + usize::from(duty)];
        let cost = |&index: &u32| {
            let (row, count) = (&self.model.rows[index as usize], standing.counts[index as usize]);
            let more = row.cost(count + self.model.coefficient(row, person)) - row.cost(count);
            (row.coefficients.is_none() || more <= 0).then_some(more)
        };
        rows.iter().map(cost).sum()
    }

    /// People who could serve on a day with a gap, those who are off then first.
    fn candidates(&self, standing: &Standing) -> Vec<PersonId> {
        let short: Vec<(Day, u16)> = self.short(standing);
        let able = |person: &PersonId| {
            short.iter().any(|&(day, duty)| {
                self.model.people[*person].cell(self.model.duties, day, duty) != crate::model::FORBIDDEN
            })
        };
        (0..self.model.people.len()).filter(able).collect()
    }

    fn short(&self, standing: &Standing) -> Vec<(Day, u16)> {
        let mut short = Vec::new();
        for day in 0..self.model.days {
            for duty in 0..self.model.duties {
                let rows = &self.model.cell_rows[day * self.model.duties + duty];
                if rows.iter().any(|&row| {
                    self.model.rows[row as usize].hard > 0
                        && standing.counts[row as usize] < self.model.rows[row as usize].floor
                }) {
                    short.push((day, duty as u16));
                }
            }
        }
        short
    }

    fn moved(&mut self, standing: &Standing, person: PersonId) -> Option<Standing> {
        let cells = best_row(self.model, standing, person, &mut self.pricer, self.weights.cell)?;
        if cells == standing.roster.row(person) {
            return None;
        }
        let own = self.model.people[person].penalty(self.model, &cells)?;
        let mut next = standing.clone();
        next.replace(self.model, person, &cells, own);
        Some(next)
    }

    /// One person takes the gap and leaves another, which a second person can fill.
    fn chain(&mut self, standing: &Standing) -> Option<Standing> {
        let (day, duty) = self.short(standing).first().copied()?;
        let gap = self.gap_total(standing);
        let mut best: Option<((i64, usize, usize, i64), Standing)> = None;
        let mut heads = Vec::new();
        for person in 0..self.model.people.len() {
            if self.model.people[person].cell(self.model.duties, day, duty) == crate::model::FORBIDDEN {
                continue;
            }
            let mut pinned = self.model.clone_person(person);
            pinned.pin(self.model.duties, Pin { day, duty: Some(usize::from(duty)) });
            // Only the person's own neighbourhood of the day changes: swap the duty alone if that is legal.
            let mut cells = standing.roster.row(person).to_vec();
            cells[day] = duty;
            if let Some(own) = pinned.penalty(self.model, &cells) {
                let mut next = standing.clone();
                next.replace(self.model, person, &cells, own);
                heads.push((self.worth(&next), next));
            }
        }
        heads.sort_by_key(|head| head.0);
        for (_, head) in heads.into_iter().take(CHAIN_HEADS) {
            for person in self.candidates(&head) {
                if let Some(next) = self.moved(&head, person) {
                    let worth = self.worth(&next);
                    if worth.0 < gap && best.as_ref().is_none_or(|best| worth < best.0) {
                        best = Some((worth, next));
                    }
                }
            }
        }
        best.map(|best| best.1)
    }
}

/// Takes a person out for these days: the change that a repair is most often asked for.
pub fn absent(problem: &mut Problem, person: PersonId, days: std::ops::Range<Day>) {
    let who = &mut problem.people[person];
    who.pins.retain(|pin| !days.contains(&pin.day) || pin.duty.is_none());
    who.days_off.extend(days.filter(|day| *day < problem.days));
    who.days_off.sort_unstable();
    who.days_off.dedup();
    // An absence counts as served time: hours and runs that it makes impossible are not the person's fault.
    let contract = &mut who.contract;
    contract.hours.0.min = 0;
    contract.days_on.0.min = contract.days_on.0.min.min(1);
    for tally in &mut contract.tallies {
        tally.limit.min = 0;
    }
}

/// Closes a post from a day on: nothing is asked of it any more.
pub fn close_post(problem: &mut Problem, post: usize, from: Day) {
    let duties: Vec<bool> = problem.duties.iter().map(|duty| duty.post == Some(post)).collect();
    problem.demand.retain(|demand| demand.day < from || !duties[demand.duty]);
}

/// The hard rules that `person` would break by having `duty` on `day` with all else as it is.
pub fn broken_by(problem: &Problem, roster: &Roster, person: PersonId, day: Day, duty: Option<DutyId>) -> Vec<Rule> {
    let mut other = roster.clone();
    other.set(person, day, duty);
    let report = checker::roster::check(problem, &other);
    let mut rules: Vec<Rule> = report
        .findings
        .iter()
        .filter(|finding| finding.cost.is_none() && finding.person == Some(person))
        .map(|finding| finding.rule)
        .collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}
