//! Takes a few people out and puts each back at the best row of cells, over and over.
//!
//! Ruin and recreate (Schrimpf et al. 2000) with an exact recreation: pricing one person takes a fraction of a
//! millisecond, so thousands of small exchanges are tried in a second. Worse ones are taken while it is hot
//! (simulated annealing), and a walk that has cooled begins again from the best there is. Long periods are walked
//! a [`Window`] at a time.

use super::polish::Standing;
use super::pricer::{Pricer, Query, RowPrices};
use super::random::Random;
use super::window::Window;
use crate::model::{FIXED_RANGE, Model};
use crate::problem::{OFF, PersonId, Roster};

/// Periods up to this long are walked as a whole.
const WHOLE_DAYS: usize = 42;
/// Days of a window of a longer period.
const WINDOW_DAYS: usize = 28;
/// Most people of one window.
const WINDOW_PEOPLE: usize = 60;
/// Work of one call, by the pricer's own clock, for each person and at most: some tens of milliseconds.
const WORK_EACH: u64 = 130_000;
const MOST_WORK: u64 = 8_000_000;
/// The first walk is so many steps per person long; each is half as long again as the one before.
const FIRST_WALK: u64 = 12;
/// Longest walk, in steps per person.
const LONGEST_WALK: u64 = 400;
/// A walk starts at this share of the average penalty of a person, and ends at a small part of that.
const HOT: f64 = 0.12;
/// What is left of the heat at the end of a walk.
const COLD: f64 = 0.03;
/// A walk this many times its heat above the best begins again from there.
const FAR: f64 = 25.0;
/// Noise on prices, against the heat, while others of the group are still out.
const NOISE: f64 = 1.5;

/// One walk, with what stands where it is now.
pub(crate) struct Walk {
    current: Option<Standing>,
    random: Random,
    /// Steps done and planned.
    step: u64,
    length: u64,
    heat: f64,
}

impl Walk {
    pub fn new(seed: u64, number: u64) -> Self {
        Walk { current: None, random: Random::for_job(seed, u64::MAX, number), step: 0, length: 0, heat: 0.0 }
    }

    /// Goes on for one piece of work; returns what is better than `best`, if it came by any.
    pub fn go(&mut self, model: &Model, best: &Standing, pricer: &mut Pricer) -> Option<Standing> {
        let people = model.people.len() as u64;
        if self.step >= self.length {
            self.length = (self.length + self.length / 2).clamp(FIRST_WALK * people, LONGEST_WALK * people);
            self.step = 0;
            self.heat = HOT * best.total as f64 / people.max(1) as f64;
            self.current = None;
        }
        // What others found since may be so much better that going on from here is a waste.
        let heat = self.heat * COLD.powf(self.step as f64 / self.length.max(1) as f64);
        let near = |current: &Standing| (current.total - best.total) as f64 <= FAR * heat.max(1.0);
        let mut current = self.current.take().filter(near).unwrap_or_else(|| best.clone());
        let found = if model.days <= WHOLE_DAYS {
            self.steps(model, &mut current, best.total, pricer)
        } else {
            self.window(model, &mut current, best.total, pricer)
        };
        self.current = Some(current);
        found
    }

    /// Walks through one window of a long period.
    fn window(&mut self, model: &Model, current: &mut Standing, goal: i64, pricer: &mut Pricer) -> Option<Standing> {
        let start = self.random.below(model.days + WINDOW_DAYS / 2).saturating_sub(WINDOW_DAYS / 4);
        let start = start.min(model.days - WINDOW_DAYS);
        let mut people: Vec<PersonId> = (0..model.people.len()).collect();
        self.random.shuffle(&mut people);
        people.truncate(WINDOW_PEOPLE);
        people.sort_unstable();
        let window = Window::cut(model, current, &people, start..start + WINDOW_DAYS)?;
        let mut inner = window.standing.clone();
        let goal = goal - current.total + inner.total;
        let found = self.steps(&window.model, &mut inner, goal, pricer);
        let whole = |roster: &Roster| crate::solve::with_rows(model, current, window.rows(current, roster));
        let found = found.and_then(|found| whole(&found.roster));
        if let Some(next) = whole(&inner.roster) {
            *current = next;
        }
        found
    }

    fn steps(&mut self, model: &Model, current: &mut Standing, mut goal: i64, pricer: &mut Pricer) -> Option<Standing> {
        let mut best = None;
        let until = pricer.work() + (WORK_EACH * model.people.len() as u64).min(MOST_WORK);
        while pricer.work() < until {
            let progress = self.step as f64 / self.length.max(1) as f64;
            self.step += 1;
            self.exchange(model, current, self.heat * COLD.powf(progress), pricer);
            if current.total < goal {
                goal = current.total;
                best = Some(current.clone());
            }
        }
        best
    }

    /// Takes a few out, puts them back, and keeps that if it is better or warm enough.
    fn exchange(&mut self, model: &Model, current: &mut Standing, heat: f64, pricer: &mut Pricer) {
        let group = self.group(model, current);
        let before = current.total;
        let old: Vec<(Vec<u16>, i64)> =
            group.iter().map(|&person| (current.roster.row(person).to_vec(), current.own[person])).collect();
        for (&person, (cells, own)) in group.iter().zip(&old) {
            current.total += current.count(model, person, cells, -1) - own;
        }
        let amplitude = (heat * NOISE * model.scale as f64).min((FIXED_RANGE / (8 * model.days as i64)) as f64);
        let mut shared = Vec::new();
        let mut done = 0;
        for (index, &person) in group.iter().enumerate() {
            RowPrices::Marginal(&current.counts).shared(model, &mut shared);
            if index + 1 < group.len() {
                for price in &mut shared {
                    *price += ((self.random.unit() - 0.5) * amplitude) as i32;
                }
            }
            let query = Query {
                person,
                shared: &shared,
                rows: RowPrices::Marginal(&current.counts),
                free: 0..model.days,
                current: &old[index].0,
                change: 0,
                exact: false,
            };
            let Some(cells) = pricer.price(model, &query, &mut Vec::new()).rows.into_iter().next() else { break };
            let Some(own) = model.people[person].penalty(model, &cells) else { break };
            current.total += current.count(model, person, &cells, 1) + own;
            current.own[person] = own;
            current.roster.row_mut(person).copy_from_slice(&cells);
            done += 1;
        }
        let worse = (current.total - before) as f64;
        let kept = done == group.len() && (worse <= 0.0 || worse < -heat * (1.0 - self.random.unit()).ln());
        if kept {
            return;
        }
        for &person in &group[..done] {
            let cells = current.roster.row(person).to_vec();
            current.count(model, person, &cells, -1);
        }
        for (&person, (cells, own)) in group.iter().zip(&old) {
            current.count(model, person, cells, 1);
            current.own[person] = *own;
            current.roster.row_mut(person).copy_from_slice(cells);
        }
        current.total = before;
    }

    /// Two to four people; every other time around a day that costs something.
    fn group(&mut self, model: &Model, current: &Standing) -> Vec<PersonId> {
        let people = model.people.len();
        let size = [2, 2, 2, 3, 3, 4][self.random.below(6)].min(people);
        let mut group: Vec<PersonId> = Vec::with_capacity(size);
        if self.random.below(2) == 0 {
            // A few draws find a row that costs something, where there is one worth finding.
            let row = (0..8)
                .map(|_| self.random.below(model.rows.len().max(1)))
                .find(|&row| model.rows.get(row).is_some_and(|rule| rule.cost(current.counts[row]) > 0));
            if let Some(row) = row {
                let day = model.rows[row].day;
                let idle =
                    (0..8).map(|_| self.random.below(people)).find(|&person| current.roster.row(person)[day] == OFF);
                group.extend(idle);
            }
        }
        while group.len() < size {
            let person = self.random.below(people);
            if !group.contains(&person) {
                group.push(person);
            }
        }
        self.random.shuffle(&mut group);
        group
    }
}
