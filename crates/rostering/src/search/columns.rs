//! Column generation and diving: whole rows of cells, combined by a linear programme.
//!
//! A [`Part`] is some people over some days, all else fixed. [`Relaxation`] solves its linear relaxation by
//! pricing new rows of cells until none pays, and then *dives*: it fixes the clearest people, prices again,
//! and goes on until everybody has one row.

use std::ops::Range;

use super::master::Simplex;
use super::polish::Standing;
use super::pricer::{Answer, Pricer, Query, RowPrices};
use super::random::Random;
use crate::model::{Model, Row};
use crate::problem::{OFF, PersonId, Roster};

/// Columns must pay at least this much (penalty) to be added.
const PAYS: f64 = 1e-4;
/// Weight of the best known prices against those of the last solution (Wentges smoothing).
const SMOOTHING: f64 = 0.6;
/// Share of a column from which its person may be fixed while diving.
const CLEAR: f64 = 0.7;
/// Share from which that may be while fixing has cost nothing.
const LIKELY: f64 = 0.35;
/// A column this near to one is as good as fixed.
const WHOLE: f64 = 0.98;
/// Columns dearer than this (penalty) are left out of a dive.
const HOPELESS: f64 = 40.0;
/// Columns per person above which the dearest half is retired.
const KEPT_COLUMNS: usize = 40;
/// A step of a dive prices again while the last round took off at least this share.
const STILL_FALLING: f64 = 1e-3;
/// Pivots allowed for one solution of the master.
const MOST_PIVOTS: usize = 20_000;

/// Some people on some days; all other cells stay.
pub(crate) struct Part {
    pub people: Vec<PersonId>,
    pub free: Range<usize>,
}

/// How hard to try.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// Rounds of pricing for the relaxation.
    pub rounds: usize,
    /// Rounds of pricing after each step of the dive.
    pub dive_rounds: usize,
    /// Threads for pricing.
    pub threads: usize,
    /// Keep small counts exactly.
    pub exact: bool,
}

#[derive(Clone)]
struct Column {
    /// Index into the part's people.
    who: usize,
    cells: Vec<u16>,
    at: usize,
}

/// One thread's pricer and what it prices with.
#[derive(Default)]
pub(crate) struct Workbench {
    pub pricers: Vec<Pricer>,
}

impl Workbench {
    pub fn new(threads: usize) -> Self {
        Workbench { pricers: (0..threads.max(1)).map(|_| Pricer::default()).collect() }
    }

    /// Work of all pricers so far.
    pub fn work(&self) -> u64 {
        self.pricers.iter().map(Pricer::work).sum()
    }
}

/// Prices these people of a part, on so many threads; the answers do not depend on how many.
#[expect(clippy::too_many_arguments, reason = "the two callers hold these in different structs")]
pub(crate) fn price_people(
    model: &Model,
    part: &Part,
    standing: &Roster,
    rows: RowPrices,
    shared: &[i32],
    open: &[usize],
    multipliers: &mut [Vec<i32>],
    bench: &mut Workbench,
    threads: usize,
    exact: bool,
) -> Vec<Answer> {
    let ask = |pricer: &mut Pricer, who: usize, multipliers: &mut Vec<i32>| {
        let person = part.people[who];
        let query =
            Query { person, shared, rows, free: part.free.clone(), current: standing.row(person), change: 0, exact };
        pricer.price(model, &query, multipliers)
    };
    let threads = threads.min(bench.pricers.len()).max(1);
    if threads == 1 || open.len() < 8 {
        let pricer = &mut bench.pricers[0];
        return open.iter().zip(multipliers).map(|(&who, list)| ask(pricer, who, list)).collect();
    }
    let size = open.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let ask = &ask;
        let chunks = open.chunks(size).zip(multipliers.chunks_mut(size)).zip(&mut bench.pricers);
        let handles: Vec<_> = chunks
            .map(|((people, lists), pricer)| {
                scope.spawn(move || {
                    people.iter().zip(lists).map(|(&who, list)| ask(pricer, who, list)).collect::<Vec<_>>()
                })
            })
            .collect();
        handles.into_iter().flat_map(|handle| handle.join().expect("pricing does not panic")).collect()
    })
}

/// The linear relaxation of a part.
#[derive(Clone)]
pub(crate) struct Relaxation<'a> {
    model: &'a Model,
    part: &'a Part,
    standing: &'a Roster,
    /// Rows of the model that the part can touch, and their place in the programme (`u32::MAX` for none).
    rows: Vec<usize>,
    local: Vec<u32>,
    programme: Simplex,
    columns: Vec<Column>,
    multipliers: Vec<Vec<i32>>,
    fixed: Vec<Option<usize>>,
    smooth: Option<Vec<f64>>,
    smoothing: bool,
    /// Best Lagrangian bound of the part, in fixed point, with its prices; only where the part is everything.
    pub best_bound: Option<(i64, Vec<i32>)>,
    rest: Vec<i32>,
}

impl<'a> Relaxation<'a> {
    pub fn new(model: &'a Model, part: &'a Part, standing: &'a Roster, counts: &[i32], random: &mut Random) -> Self {
        let mut rest = counts.to_vec();
        for &person in &part.people {
            model.add_to_counts(&mut rest, person, standing.row(person), -1);
        }
        // A row that costs nothing whatever its count would only make the programme larger.
        let matters = |row: &Row| part.free.contains(&row.day) && row.price_range(1) != (0, 0);
        let rows: Vec<usize> = (0..model.rows.len()).filter(|&row| matters(&model.rows[row])).collect();
        let mut local = vec![u32::MAX; model.rows.len()];
        for (at, &row) in rows.iter().enumerate() {
            local[row] = at as u32;
        }
        let mut right: Vec<f64> = rows.iter().map(|&row| f64::from(model.rows[row].target - rest[row])).collect();
        right.extend(part.people.iter().map(|_| 1.0));
        let mut programme = Simplex::new(&right, random);
        for (at, &index) in rows.iter().enumerate() {
            let row = &model.rows[index];
            let wanted = right[at];
            let over = programme.slack(at, -1.0, f64::from(row.over), f64::INFINITY);
            let room = f64::from(row.target - row.floor);
            let (near, far) = if row.hard > 0 && room < f64::from(row.target) {
                let near = programme.slack(at, 1.0, f64::from(row.under), room);
                (near, programme.slack(at, 1.0, f64::from(row.under) + f64::from(row.hard), f64::INFINITY))
            } else {
                let under = programme.slack(at, 1.0, f64::from(row.under), f64::INFINITY);
                (under, under)
            };
            if wanted < 0.0 {
                programme.start_with(over);
            } else if near != far && wanted > room - 0.5 {
                programme.start_at_upper(near);
                programme.start_with(far);
            } else {
                programme.start_with(near);
            }
        }
        for who in 0..part.people.len() {
            let nobody = programme.slack(rows.len() + who, 1.0, super::master::CLOSED, f64::INFINITY);
            programme.start_with(nobody);
        }
        let mut relaxation = Relaxation {
            model,
            part,
            standing,
            rows,
            local,
            programme,
            columns: Vec::new(),
            multipliers: vec![Vec::new(); part.people.len()],
            fixed: vec![None; part.people.len()],
            smooth: None,
            smoothing: true,
            best_bound: None,
            rest,
        };
        for who in 0..part.people.len() {
            relaxation.add(who, standing.row(part.people[who]).to_vec());
        }
        relaxation
    }

    /// Work of the linear programme so far.
    pub fn work(&self) -> u64 {
        self.programme.work
    }

    /// Offers a row of cells; false when it breaks the person's rules or moves a cell that must stay.
    pub fn add(&mut self, who: usize, cells: Vec<u16>) -> bool {
        let person = self.part.people[who];
        let standing = self.standing.row(person);
        if (0..self.model.days).any(|day| !self.part.free.contains(&day) && cells[day] != standing[day]) {
            return false;
        }
        let Some(cost) = self.model.people[person].penalty(self.model, &cells) else { return false };
        let entries = self.entries(who, &cells);
        let at = self.programme.add(cost as f64, entries);
        self.columns.push(Column { who, cells, at });
        true
    }

    fn entries(&self, who: usize, cells: &[u16]) -> Vec<(u32, f64)> {
        let person = self.part.people[who];
        let mut entries: Vec<(u32, f64)> = Vec::new();
        for day in self.part.free.clone().filter(|&day| cells[day] != OFF) {
            for &row in &self.model.cell_rows[day * self.model.duties + usize::from(cells[day])] {
                let coefficient = self.model.coefficient(&self.model.rows[row as usize], person);
                if coefficient != 0 && self.local[row as usize] != u32::MAX {
                    entries.push((self.local[row as usize], f64::from(coefficient)));
                }
            }
        }
        entries.push(((self.rows.len() + who) as u32, 1.0));
        entries
    }

    /// Starts from prices found elsewhere (what a cell pays, per row of the model) and their bound.
    pub fn start_from(&mut self, centre: &[f64], bound: Option<(i64, Vec<i32>)>) {
        self.smooth = Some(self.rows.iter().map(|&row| -centre[row]).collect());
        self.best_bound = bound;
    }

    /// Row prices in fixed point, as a cell pays them, kept inside what a row's cost allows.
    fn fixed_prices(&self, prices: &[f64]) -> Vec<i32> {
        let scale = self.model.scale;
        let mut all = vec![0; self.model.rows.len()];
        for (at, &row) in self.rows.iter().enumerate() {
            let (low, high) = self.model.rows[row].price_range(scale);
            all[row] = ((-prices[at] * scale as f64).round() as i64).clamp(low, high) as i32;
        }
        all
    }

    /// What stands costs this, as the objective counts it.
    pub fn cost_of(&self, standing: &Standing) -> f64 {
        let own: i64 = self.part.people.iter().map(|&person| standing.own[person]).sum();
        let rows: i64 = self.rows.iter().map(|&row| self.model.rows[row].cost(standing.counts[row])).sum();
        (own + rows) as f64
    }

    /// Solves the relaxation until no row of cells pays, or effort ends.
    pub fn solve(&mut self, effort: Effort, bench: &mut Workbench) {
        for _ in 0..effort.rounds {
            if !self.round(effort, bench) {
                return;
            }
        }
        self.programme.solve(MOST_PIVOTS);
    }

    /// Retires the dearest columns where there are too many to look at in every pivot.
    fn thin(&mut self) {
        let most = KEPT_COLUMNS * self.part.people.len();
        let open = self.columns.iter().filter(|column| self.programme.is_open(column.at));
        let mut dear: Vec<(f64, usize)> =
            open.map(|column| (self.programme.reduced_cost(column.at), column.at)).collect();
        if dear.len() <= most {
            return;
        }
        dear.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for &(_, at) in &dear[most / 2..] {
            self.programme.retire(at);
        }
    }

    /// One round of column generation; false when no row of cells pays any more.
    pub fn round(&mut self, effort: Effort, bench: &mut Workbench) -> bool {
        self.programme.solve(MOST_PIVOTS);
        self.thin();
        let current = self.programme.prices()[..self.rows.len()].to_vec();
        let smoothed = self.smooth.as_ref().filter(|_| self.smoothing);
        let blend = smoothed.map(|best| {
            best.iter().zip(&current).map(|(best, now)| SMOOTHING * best + (1.0 - SMOOTHING) * now).collect()
        });
        let was_smoothed = blend.is_some();
        let paid = self.price_round(effort, bench, &blend.unwrap_or(current));
        // Prices that were smoothed may miss what pays at the true ones: look again before giving up.
        self.smoothing = paid > 0;
        paid > 0 || was_smoothed
    }

    /// Prices everybody who is not fixed; returns how many columns paid.
    fn price_round(&mut self, effort: Effort, bench: &mut Workbench, prices: &[f64]) -> usize {
        let fixed_prices = self.fixed_prices(prices);
        let mut shared = Vec::new();
        RowPrices::Linear(&fixed_prices).shared(self.model, &mut shared);
        let open: Vec<usize> = (0..self.part.people.len()).filter(|&who| self.fixed[who].is_none()).collect();
        let mut lists: Vec<Vec<i32>> = open.iter().map(|&who| std::mem::take(&mut self.multipliers[who])).collect();
        let (part, model, standing) = (self.part, self.model, self.standing);
        let prices_of = RowPrices::Linear(&fixed_prices);
        let answers = price_people(
            model,
            part,
            standing,
            prices_of,
            &shared,
            &open,
            &mut lists,
            bench,
            effort.threads,
            effort.exact,
        );
        for (&who, list) in open.iter().zip(lists) {
            self.multipliers[who] = list;
        }
        self.note_bound(&answers, &fixed_prices, prices, open.len());
        let convexity = self.rows.len();
        let mut paid = 0;
        for (&who, answer) in open.iter().zip(answers) {
            let mut rows = answer.rows;
            rows.dedup();
            for cells in rows {
                let person = part.people[who];
                let Some(cost) = model.people[person].penalty(model, &cells) else { continue };
                let entries = self.entries(who, &cells);
                let pays: f64 = entries.iter().map(|&(row, value)| self.programme.prices()[row as usize] * value).sum();
                debug_assert_eq!(entries.last().map(|entry| entry.0 as usize), Some(convexity + who));
                if (cost as f64) < pays - PAYS {
                    let at = self.programme.add(cost as f64, entries);
                    self.columns.push(Column { who, cells, at });
                    paid += 1;
                }
            }
        }
        paid
    }

    /// The Lagrangian bound of the part at these prices; remembers the best.
    fn note_bound(&mut self, answers: &[Answer], fixed_prices: &[i32], prices: &[f64], open: usize) {
        if open < self.part.people.len() {
            return;
        }
        let mut bound = 0_i64;
        for answer in answers {
            let Some(value) = answer.bound else { return };
            bound += value;
        }
        for &row in &self.rows {
            let price = i64::from(fixed_prices[row]);
            bound += self.model.rows[row].conjugate(price, self.model.scale) + price * i64::from(self.rest[row]);
        }
        if self.best_bound.as_ref().is_none_or(|best| bound > best.0) {
            self.best_bound = Some((bound, fixed_prices.to_vec()));
            self.smooth = Some(prices.to_vec());
        }
    }

    /// How far the last solution is above the best bound, as a share of it; only where the part is everything.
    pub fn gap(&self) -> f64 {
        let Some((bound, _)) = &self.best_bound else { return f64::INFINITY };
        let objective = self.programme.objective();
        (objective - *bound as f64 / self.model.scale as f64) / objective.abs().max(1.0)
    }

    /// Rows of cells that the relaxation used or nearly used, by person.
    pub fn useful(&self, margin: f64) -> Vec<(PersonId, Vec<u16>)> {
        let good = self.columns.iter().filter(|column| self.programme.reduced_cost(column.at) < margin);
        good.map(|column| (self.part.people[column.who], column.cells.clone())).collect()
    }

    /// Fixes people one after the other until everybody has one row; returns the rows by person. `going` is
    /// told after every step how much work that was and what the dive costs by then, and ends the dive without a result by answering false.
    pub fn dive(
        &mut self,
        effort: Effort,
        bench: &mut Workbench,
        random: &mut Random,
        going: &mut dyn FnMut(u64, f64) -> bool,
    ) -> Option<Vec<(PersonId, Vec<u16>)>> {
        let people = self.part.people.len();
        let mut worked = self.work() + bench.work();
        // Columns are closed by dual pivots, which begin from an optimum.
        self.programme.solve(MOST_PIVOTS);
        for column in &self.columns {
            if self.programme.of(column.at) == 0.0 && self.programme.reduced_cost(column.at) > HOPELESS {
                self.programme.close(column.at);
            }
        }
        let at_once = (people / 8).max(1);
        // As long as fixing costs nothing more of the unclear are fixed at a time.
        let (mut least, mut before) = (1, self.programme.objective());
        while self.fixed.iter().any(Option::is_none) {
            let mut best: Vec<(f64, usize, usize)> = Vec::new();
            let mut top = vec![(-1.0, usize::MAX); people];
            for (index, column) in self.columns.iter().enumerate() {
                if self.fixed[column.who].is_none() {
                    let value = self.programme.of(column.at);
                    if value > top[column.who].0 {
                        top[column.who] = (value, index);
                    }
                }
            }
            for (who, &(value, index)) in top.iter().enumerate() {
                if index != usize::MAX {
                    // A little noise, so that repeated dives differ where it does not matter.
                    best.push((value + 0.05 * random.unit(), who, index));
                }
            }
            best.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let mut chosen: Vec<(usize, usize)> = Vec::new();
            for &(value, who, index) in &best {
                let few = chosen.len() < if value > CLEAR { at_once } else { least };
                if chosen.is_empty() || value > WHOLE || (value > LIKELY && few) {
                    chosen.push((who, index));
                }
            }
            for (who, index) in chosen {
                self.fixed[who] = Some(index);
                for (other, column) in self.columns.iter().enumerate() {
                    if column.who == who && other != index {
                        self.programme.close(column.at);
                    }
                }
            }
            self.smooth = None;
            let mut last = f64::INFINITY;
            for _ in 0..effort.dive_rounds {
                self.programme.solve(MOST_PIVOTS);
                let now = self.programme.objective();
                if now > last - last.abs() * STILL_FALLING {
                    break;
                }
                last = now;
                let prices = self.programme.prices()[..self.rows.len()].to_vec();
                if self.price_round(effort, bench, &prices) == 0 {
                    break;
                }
            }
            self.programme.solve(MOST_PIVOTS);
            let now = self.programme.objective();
            least = if now < before + before.abs() * STILL_FALLING { (2 * least).min(at_once) } else { 1 };
            before = now;
            let work = self.work() + bench.work() - std::mem::replace(&mut worked, self.work() + bench.work());
            if !going(work, now) {
                return None;
            }
        }
        let rows =
            self.fixed.iter().enumerate().filter_map(|(who, index)| {
                index.map(|index| (self.part.people[who], self.columns[index].cells.clone()))
            });
        Some(rows.collect())
    }
}
