//! Simulated annealing over blocks of cells: millions of small moves, where exact pricing makes thousands.
//!
//! A move gives one person other cells on a few days in a row, or exchanges such a block between two people
//! (Ceschia, Guido & Schaerf 2020, doi 10.1007/s10479-020-03527-6). Only the runs that touch the block and the totals
//! it changes are looked at again, so a move costs the same in a month as in a year. Each cooling is longer than the one before and begins at a
//! heat measured on what stands; a cooling that ends behind begins again from the best there is.

use std::ops::Range;

use super::polish::Standing;
use super::random::Random;
use crate::model::{FORBIDDEN, Model, Programme};
use crate::problem::{OFF, PersonId};

/// Moves tried in one call, for each cell and at most: some hundredths of a second.
const MOVES_EACH: u64 = 250;
const MOST_MOVES: u64 = 200_000;
/// Work of a move, in the unit of [`super::pricer::Pricer::work`].
const MOVE_WORK: u64 = 32;
/// Calls of the first cooling, the factor of each further one, and the longest.
const FIRST_CALLS: u64 = 4;
const LONGER: u64 = 2;
const MOST_CALLS: u64 = 8_192;
/// Moves tried, none taken, to measure what a worsening costs.
const PROBES: usize = 2_000;
/// The heat begins at this share of the median worsening among moves that are looked at, and ends at a small part of that.
const HOT: f64 = 0.12;
const COLD: f64 = 0.15;
/// Moves between two changes of the heat; only then what is best is noted, as copies of a large roster take longer than moves.
const SAME_HEAT: u64 = 50;
/// Longest block that is exchanged.
const LONGEST_EXCHANGE: usize = 14;
/// Lengths of the blocks that are changed.
const CHANGED: [usize; 8] = [1, 1, 1, 2, 2, 3, 4, 5];
/// Draws of a duty for one that somebody is missing from.
const DRAWS: usize = 4;

/// One chain of coolings.
pub(crate) struct Anneal {
    place: Option<Place>,
    random: Random,
    moves: u64,
    call: u64,
    calls: u64,
    hot: f64,
    /// Duties by person that are allowed on some day.
    duties: Vec<Vec<u16>>,
}

/// Where the chain is: a roster, and each person's totals.
struct Place {
    standing: Standing,
    minutes: Vec<u32>,
    weekends: Vec<u32>,
    /// By person and tally.
    tallies: Vec<Vec<u32>>,
    edits: [Edit; 2],
    touched: Vec<(u32, i32)>,
}

/// What a move changed for one person, to be taken back.
#[derive(Default)]
struct Edit {
    person: PersonId,
    start: usize,
    old: Vec<u16>,
    new: Vec<u16>,
    own: i64,
    minutes: u32,
    weekends: u32,
    tallies: Vec<u32>,
}

/// The part of a person's cost that a block decides, and what it adds to totals.
struct Share {
    cost: i64,
    minutes: u32,
    weekends: u32,
}

impl Anneal {
    pub fn new(model: &Model, seed: u64, number: u64) -> Self {
        let width = model.duties + 1;
        let allowed = |programme: &Programme, duty: usize| {
            (0..model.days).any(|day| programme.base[day * width + duty] != FORBIDDEN)
        };
        let duties = model.people.iter().map(|programme| {
            (0..model.duties).filter(|&duty| allowed(programme, duty)).map(|duty| duty as u16).collect()
        });
        Anneal {
            place: None,
            random: Random::for_job(seed, u64::MAX - 1, number),
            moves: (MOVES_EACH * (model.days * model.people.len()) as u64).clamp(SAME_HEAT, MOST_MOVES),
            call: 0,
            calls: 0,
            hot: 0.0,
            duties: duties.collect(),
        }
    }

    /// Work of one call, in the unit of [`super::pricer::Pricer::work`].
    pub fn work(&self) -> u64 {
        self.moves * MOVE_WORK
    }

    /// Goes on for one piece of work; returns what is better than `best`, if it came by any.
    pub fn go(&mut self, model: &Model, best: &Standing) -> Option<Standing> {
        let mut place = match self.place.take() {
            Some(place) if self.call < self.calls => place,
            _ => {
                self.call = 0;
                self.calls = (self.calls * LONGER).clamp(FIRST_CALLS, MOST_CALLS);
                let mut place = Place::of(model, best.clone());
                self.hot = HOT * self.median_worsening(model, &mut place);
                place
            }
        };
        let (mut goal, mut found) = (best.total, None);
        for part in 0..self.moves / SAME_HEAT {
            let progress = (self.call * self.moves + part * SAME_HEAT) as f64 / (self.calls * self.moves) as f64;
            let heat = self.hot * COLD.powf(progress);
            for _ in 0..SAME_HEAT {
                let most = -heat * (1.0 - self.random.unit()).ln();
                self.attempt(model, &mut place, most);
            }
            if place.standing.total < goal {
                goal = place.standing.total;
                found = Some(place.standing.clone());
            }
        }
        self.call += 1;
        self.place = Some(place);
        found
    }

    /// The median of what worsening moves cost from here.
    fn median_worsening(&mut self, model: &Model, place: &mut Place) -> f64 {
        let mut costs: Vec<i64> = (0..PROBES)
            .filter_map(|_| self.attempt(model, place, f64::NEG_INFINITY))
            .filter(|&cost| cost > 0)
            .collect();
        costs.sort_unstable();
        costs.get(costs.len() / 2).map_or(1.0, |&cost| cost as f64)
    }

    /// Tries one move and keeps it where it costs at most `most`; returns what it costs, if it is legal.
    fn attempt(&mut self, model: &Model, place: &mut Place, most: f64) -> Option<i64> {
        let exchange = model.people.len() > 1 && self.random.below(8) < 5;
        let people = if exchange { self.plan_exchange(model, place)? } else { self.plan_change(model, place)? };
        let before = place.standing.total;
        place.touched.clear();
        // An exchange leaves every count as it is, where everybody counts one.
        let mut cost = if people == 1 || model.has_links { place.recount(model, people) } else { 0 };
        // Nobody can gain more than all that they cost now: most moves are refused before they are made.
        let mut hope: i64 = place.edits[..people].iter().map(|edit| place.standing.own[edit.person]).sum();
        let mut done = 0;
        while done < people && (cost - hope) as f64 <= most.max(0.0) {
            hope -= place.standing.own[place.edits[done].person];
            let Some(own) = place.edit(model, done) else { break };
            cost += own;
            done += 1;
        }
        if done == people && cost as f64 <= most {
            place.standing.total = before + cost;
            return Some(cost);
        }
        place.uncount();
        for index in (0..done).rev() {
            place.undo(index);
        }
        (done == people).then_some(cost)
    }

    fn plan_exchange(&mut self, model: &Model, place: &mut Place) -> Option<usize> {
        let people = model.people.len();
        let one = self.random.below(people);
        let other = (one + 1 + self.random.below(people - 1)) % people;
        let longest = 1 + self.random.below(LONGEST_EXCHANGE.min(model.days));
        let length = 1 + self.random.below(longest);
        let start = self.random.below(model.days - length + 1);
        let days = start..start + length;
        let [first, second] = &mut place.edits;
        let roster = &place.standing.roster;
        let (own, others) = (&roster.row(one)[days.clone()], &roster.row(other)[days]);
        first.plan(one, start, own, others.iter().copied());
        second.plan(other, start, others, own.iter().copied());
        (first.new != second.new).then_some(2)
    }

    fn plan_change(&mut self, model: &Model, place: &mut Place) -> Option<usize> {
        let person = self.random.below(model.people.len());
        let length = CHANGED[self.random.below(CHANGED.len())].min(model.days);
        let start = self.random.below(model.days - length + 1);
        let row = place.standing.roster.row(person);
        let duty = match self.random.below(8) {
            0..3 => OFF,
            3 if start > 0 => row[start - 1],
            4 if start + length < model.days => row[start + length],
            _ => {
                let duties = &self.duties[person];
                let mut duty = OFF;
                for _ in 0..if duties.is_empty() { 0 } else { DRAWS } {
                    duty = duties[self.random.below(duties.len())];
                    let rows = &model.cell_rows[start * model.duties + usize::from(duty)];
                    let counts = &place.standing.counts;
                    if rows.iter().any(|&row| counts[row as usize] < model.rows[row as usize].target) {
                        break;
                    }
                }
                duty
            }
        };
        if row[start..start + length].iter().all(|&cell| cell == duty) {
            return None;
        }
        place.edits[0].plan(person, start, &row[start..start + length], std::iter::repeat_n(duty, length));
        Some(1)
    }
}

impl Edit {
    fn plan(&mut self, person: PersonId, start: usize, old: &[u16], cells: impl Iterator<Item = u16>) {
        self.person = person;
        self.start = start;
        self.old.clear();
        self.old.extend_from_slice(old);
        self.new.clear();
        self.new.extend(cells);
    }
}

impl Place {
    fn of(model: &Model, standing: Standing) -> Place {
        let rows = || (0..model.people.len()).map(|person| (&model.people[person], standing.roster.row(person)));
        let total = |(programme, cells): (&Programme, &[u16])| totals(model, programme, cells, 0..model.days);
        let tallies = rows().map(|(programme, cells)| {
            let count = |tally: &crate::model::Count| {
                (0..cells.len()).filter(|&day| tally.counts(day, cells[day])).count() as u32
            };
            programme.tallies.iter().map(count).collect()
        });
        Place {
            minutes: rows().map(|row| total(row).minutes).collect(),
            weekends: rows().map(|row| total(row).weekends).collect(),
            tallies: tallies.collect(),
            standing,
            edits: [Edit::default(), Edit::default()],
            touched: Vec::new(),
        }
    }

    /// Makes a planned edit; returns what it costs the person, or `None` (nothing changed) where it is not legal.
    fn edit(&mut self, model: &Model, index: usize) -> Option<i64> {
        let edit = &mut self.edits[index];
        let (person, days) = (edit.person, edit.start..edit.start + edit.new.len());
        let programme = &model.people[person];
        let cells = self.standing.roster.row_mut(person);
        let allowed = |(day, &duty): (usize, &u16)| programme.cell(model.duties, day, duty) != FORBIDDEN;
        if !days.clone().zip(&edit.new).all(allowed) {
            return None;
        }
        let before = share(model, programme, cells, days.clone())?;
        cells[days.clone()].copy_from_slice(&edit.new);
        let (minutes, weekends) = (self.minutes[person], self.weekends[person]);
        let priced = share(model, programme, cells, days.clone()).and_then(|after| {
            let (more, weeks) = (minutes - before.minutes + after.minutes, weekends - before.weekends + after.weekends);
            let mut cost = after.cost - before.cost;
            cost += i64::from(programme.hours_cost(more, model.step)?)
                - i64::from(programme.hours_cost(minutes, model.step)?);
            cost += i64::from(programme.weekend_cost(weeks)?) - i64::from(programme.weekend_cost(weekends)?);
            edit.tallies.clear();
            for (tally, &count) in programme.tallies.iter().zip(&self.tallies[person]) {
                let counted = |cells: &[u16]| {
                    days.clone().zip(cells).filter(|&(day, &duty)| tally.counts(day, duty)).count() as u32
                };
                let now = count + counted(&edit.new) - counted(&edit.old);
                cost += i64::from(tally.cost(now)?) - i64::from(tally.cost(count)?);
                edit.tallies.push(now);
            }
            Some((cost, more, weeks))
        });
        let Some((cost, more, weeks)) = priced else {
            cells[days].copy_from_slice(&edit.old);
            return None;
        };
        (edit.minutes, edit.weekends, edit.own) = (minutes, weekends, self.standing.own[person]);
        self.minutes[person] = more;
        self.weekends[person] = weeks;
        self.standing.own[person] += cost;
        std::mem::swap(&mut self.tallies[person], &mut edit.tallies);
        Some(cost)
    }

    fn undo(&mut self, index: usize) {
        let edit = &mut self.edits[index];
        let person = edit.person;
        self.standing.roster.row_mut(person)[edit.start..edit.start + edit.old.len()].copy_from_slice(&edit.old);
        self.minutes[person] = edit.minutes;
        self.weekends[person] = edit.weekends;
        self.standing.own[person] = edit.own;
        std::mem::swap(&mut self.tallies[person], &mut edit.tallies);
    }

    /// Counts the edits into the rows; returns what that costs.
    fn recount(&mut self, model: &Model, people: usize) -> i64 {
        let mut cost = 0;
        for edit in &self.edits[..people] {
            for (offset, (&old, &new)) in
                edit.old.iter().zip(&edit.new).enumerate().filter(|(_, (old, new))| old != new)
            {
                for (duty, sign) in [(old, -1), (new, 1)].into_iter().filter(|entry| entry.0 != OFF) {
                    for &index in &model.cell_rows[(edit.start + offset) * model.duties + usize::from(duty)] {
                        let row = &model.rows[index as usize];
                        let amount = sign * model.coefficient(row, edit.person);
                        let count = &mut self.standing.counts[index as usize];
                        cost += row.cost(*count + amount) - row.cost(*count);
                        *count += amount;
                        self.touched.push((index, amount));
                    }
                }
            }
        }
        cost
    }

    fn uncount(&mut self) {
        for (row, amount) in self.touched.drain(..) {
            self.standing.counts[row as usize] -= amount;
        }
    }
}

/// Minutes and weekends that `days` add, the Sunday after them included, and what the cells themselves cost.
fn totals(model: &Model, programme: &Programme, cells: &[u16], days: Range<usize>) -> Share {
    let mut share = Share { cost: 0, minutes: 0, weekends: 0 };
    for day in days.start..(days.end + 1).min(cells.len()) {
        let (duty, weekday) = (cells[day], model.weekday(day));
        if day < days.end {
            share.cost += i64::from(programme.cell(model.duties, day, duty));
            if duty != OFF {
                share.minutes += model.minutes_of[usize::from(model.shift_of[usize::from(duty)])];
            }
        }
        if weekday >= 5 {
            let eve = (day > 0 && weekday == 6).then(|| cells[day - 1]);
            if eve.is_some_and(|eve| (eve == OFF) != (duty == OFF)) {
                share.cost += i64::from(programme.half_weekend);
            }
            let counted = day == 0 && weekday == 6 && matches!(programme.start, crate::problem::Run::On { .. });
            share.weekends += u32::from(duty != OFF && !counted && eve.is_none_or(|eve| eve == OFF));
        }
    }
    share
}

/// The part of a person's cost that the cells of `days` decide; `None` where a run is not allowed.
fn share(model: &Model, programme: &Programme, cells: &[u16], days: Range<usize>) -> Option<Share> {
    let mut share = totals(model, programme, cells, days.clone());
    let on = |day: usize| cells[day] != OFF;
    let (mut from, mut to) = (days.start, days.end);
    while from > 0 && on(from - 1) == on(days.start - 1) {
        from -= 1;
    }
    while to < cells.len() && on(to) == on(days.end) {
        to += 1;
    }
    share.cost += programme.cost_of_runs(model, cells, from..to)?;
    Some(share)
}

#[cfg(test)]
mod tests {
    use super::{Anneal, Place};
    use crate::generate::{County, county};
    use crate::model::Model;
    use crate::problem::Problem;
    use crate::search::columns::Workbench;
    use crate::search::polish::Standing;
    use crate::solve::construct;

    /// Cools a little, and holds every sum that moves kept up to date against the same taken anew.
    fn keeps_count(problem: &Problem) {
        let model = Model::compile(problem);
        let order: Vec<usize> = (0..model.people.len()).collect();
        let Ok(standing) = construct(&model, &mut Workbench::new(1), &order) else { return };
        let mut chain = Anneal::new(&model, 5, 0);
        let found = chain.go(&model, &standing);
        let place = chain.place.expect("a chain stands somewhere");
        for held in found.iter().chain([&place.standing]) {
            let fresh = Standing::of(&model, held.roster.clone()).expect("only legal moves are made");
            assert_eq!((held.total, &held.own, &held.counts), (fresh.total, &fresh.own, &fresh.counts));
        }
        let fresh = Place::of(&model, place.standing.clone());
        assert_eq!((fresh.minutes, fresh.weekends, fresh.tallies), (place.minutes, place.weekends, place.tallies));
        assert!(found.is_none_or(|found| found.total < standing.total));
    }

    #[test]
    fn moves_keep_every_sum_up_to_date() {
        // Four people with the same mixture of rules, of every kind there is.
        for seed in 0..60 {
            let mut problem = crate::search::tests::problem(seed);
            if crate::validate(&problem).is_ok() {
                for copy in 1..4 {
                    let mut person = problem.people[0].clone();
                    person.name = format!("p{copy}");
                    problem.people.push(person);
                }
                keeps_count(&problem);
            }
        }
        keeps_count(&county(&County { people: 30, days: 15, posts: 4, load: 60, seed: 2 }));
    }
}
