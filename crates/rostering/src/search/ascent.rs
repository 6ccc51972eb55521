//! Prices by sequential subgradient steps: good prices and a bound without a linear programme.
//!
//! Pricing is cheap, so a hundred sweeps over everybody cost less than a large linear programme. A sweep prices a few
//! people at a time and moves the prices at once by what the counts now lack or have too much of (incremental
//! subgradients, Nedić & Bertsekas 2001), which needs far fewer sweeps than moving them once everybody is priced.
//! Steps shrink; every few sweeps the *averaged* prices, which no longer swing, are tried for a bound. The
//! rows of cells found on the way are the columns a relaxation or a dive starts from.

use super::columns::{Part, Workbench, price_people};
use super::polish::Standing;
use super::pricer::{Answer, RowPrices};
use crate::model::{Model, Row};
use crate::problem::OFF;

/// A first step moves the price of a row by this share of its slope for each person too many or too few.
const FIRST_STEP: f64 = 0.15;
/// Prices are likely to be this many times what a cell costs in what stands, and slopes so many times that.
const LEVEL: f64 = 4.0;
/// What each sweep leaves of the step.
const SHRINK: f64 = 0.93;
/// What a bound no better than the one before leaves of it: the steps were too long for the prices there are.
const SETBACK: f64 = 0.6;
/// The first step of a climb that goes on from the best prices.
const RENEWED_STEP: f64 = 0.04;
/// A step this short moves nothing any more.
const LAST_STEP: f64 = 0.001;
/// Sweeps between two bounds.
const BOUND_EVERY: usize = 5;
/// Parts of a sweep after which prices move.
const MOVES: usize = 16;
/// Fewest people priced between two moves.
const FEWEST: usize = 4;
/// Rows of cells remembered per person.
const KEEP_LAST: usize = 24;

/// The state of the ascent.
pub(crate) struct Ascent {
    /// Best prices so far (what a cell pays), per row of the model.
    pub centre: Vec<f64>,
    /// Best bound, in fixed point, with its exact prices.
    pub best: Option<(i64, Vec<i32>)>,
    /// Rows of cells of the last sweeps, by person.
    pub found: Vec<Vec<Vec<u16>>>,
    prices: Vec<f64>,
    /// How large prices are likely to be.
    level: f64,
    /// Sum of the prices since the last bound, and of how many.
    sum: Vec<f64>,
    summed: f64,
    /// Everybody's row of cells at the last prices, with the counts they come to.
    chosen: Vec<Vec<u16>>,
    counts: Vec<i32>,
    multipliers: Vec<Vec<i32>>,
    step: f64,
    /// What each sweep leaves of the step.
    shrink: f64,
    /// The bound last tried.
    last: i64,
    sweeps: usize,
    part: Part,
}

impl Ascent {
    pub fn new(model: &Model, standing: &Standing) -> Self {
        let people = model.people.len();
        // People next to each other are often alike; a part of a sweep should not be.
        let moves = MOVES.min(people.div_ceil(FEWEST)).max(1);
        let order = (0..moves).flat_map(|first| (first..people).step_by(moves)).collect();
        // What a cell costs today says how large prices are likely to be.
        let cells = (0..people).map(|person| standing.roster.row(person).iter().filter(|&&duty| duty != OFF).count());
        let level = LEVEL * (standing.total as f64 / cells.sum::<usize>().max(1) as f64).max(0.25);
        let start = |row: &Row| clamp(model, row, -f64::min(0.3 * f64::from(row.under), level));
        let centre: Vec<f64> = model.rows.iter().map(start).collect();
        Ascent {
            best: None,
            found: vec![Vec::new(); people],
            prices: centre.clone(),
            centre,
            level,
            sum: vec![0.0; model.rows.len()],
            summed: 0.0,
            chosen: (0..people).map(|person| standing.roster.row(person).to_vec()).collect(),
            counts: standing.counts.clone(),
            multipliers: vec![Vec::new(); people],
            step: FIRST_STEP,
            shrink: SHRINK,
            last: i64::MIN,
            sweeps: 0,
            part: Part { people: order, free: 0..model.days },
        }
    }

    /// One sweep over everybody. False when steps have become too short to matter, or somebody has no legal row.
    pub fn round(&mut self, model: &Model, standing: &Standing, bench: &mut Workbench, threads: usize) -> bool {
        self.sweeps += 1;
        if self.sweeps.is_multiple_of(BOUND_EVERY) {
            return self.bound(model, standing, bench, threads);
        }
        let people = self.part.people.len();
        let moves = MOVES.min(people.div_ceil(FEWEST)).max(1);
        let size = people.div_ceil(moves);
        for from in (0..people).step_by(size) {
            let open: Vec<usize> = (from..people.min(from + size)).collect();
            let prices = self.fixed(model, false);
            for (&who, answer) in open.iter().zip(self.ask(model, standing, &prices, &open, bench, threads, false)) {
                let Some(cells) = answer.rows.into_iter().next() else { continue };
                let person = self.part.people[who];
                model.add_to_counts(&mut self.counts, person, &self.chosen[person], -1);
                model.add_to_counts(&mut self.counts, person, &cells, 1);
                self.chosen[person].clone_from(&cells);
                self.remember(person, cells);
            }
            self.move_prices(model, self.step / moves as f64);
        }
        self.step *= self.shrink;
        true
    }

    /// Climbs on from the best prices, with steps that begin smaller and last longer than before.
    pub fn renew(&mut self) {
        self.prices.clone_from(&self.centre);
        self.shrink = self.shrink.sqrt();
        self.step = RENEWED_STEP;
        self.last = i64::MIN;
    }

    fn move_prices(&mut self, model: &Model, step: f64) {
        for (index, row) in model.rows.iter().enumerate() {
            let price = &mut self.prices[index];
            // Below what a missing person costs, the count that fits the price is the floor, not the target.
            let cheap = *price < -f64::from(row.under);
            let fits = if cheap { row.floor } else { row.target };
            let slope = f64::min(f64::from(row.under) + f64::from(row.over), LEVEL * self.level)
                + if cheap { f64::from(row.hard) / 16.0 } else { 0.0 };
            let amount = f64::from(self.counts[index] - fits);
            *price = clamp(model, row, *price + step * slope.max(1.0) * amount);
            self.sum[index] += *price;
        }
        self.summed += 1.0;
    }

    /// Tries the averaged prices for a bound.
    fn bound(&mut self, model: &Model, standing: &Standing, bench: &mut Workbench, threads: usize) -> bool {
        let exact = self.fixed(model, true);
        let everybody: Vec<usize> = (0..self.part.people.len()).collect();
        // Counts priced by multipliers lose a little for everybody, so the last try of a climb keeps them exactly.
        let thorough = self.step < LAST_STEP;
        let kept = self.multipliers.clone();
        let answers = self.ask(model, standing, &exact, &everybody, bench, threads, thorough);
        self.multipliers = kept;
        let mut bound = 0_i64;
        for (who, answer) in answers.into_iter().enumerate() {
            let Some(value) = answer.bound else { return false };
            bound += value;
            if let Some(cells) = answer.rows.into_iter().next() {
                self.remember(self.part.people[who], cells);
            }
        }
        for (row, &price) in model.rows.iter().zip(&exact) {
            bound += row.conjugate(i64::from(price), model.scale);
        }
        if self.best.as_ref().is_none_or(|best| bound > best.0) {
            self.centre = exact.iter().map(|&price| f64::from(price) / model.scale as f64).collect();
            self.best = Some((bound, exact));
        }
        if bound <= self.last {
            self.step *= SETBACK;
        }
        self.last = bound;
        self.sum.fill(0.0);
        self.summed = 0.0;
        !thorough
    }

    /// Prices in fixed point: the last ones, or their average since the last bound.
    fn fixed(&self, model: &Model, averaged: bool) -> Vec<i32> {
        let averaged = averaged && self.summed > 0.0;
        let price = |row: usize| if averaged { self.sum[row] / self.summed } else { self.prices[row] };
        let fixed = |row: usize| {
            let (low, high) = model.rows[row].price_range(model.scale);
            ((price(row) * model.scale as f64).round() as i64).clamp(low, high) as i32
        };
        (0..model.rows.len()).map(fixed).collect()
    }

    #[expect(clippy::too_many_arguments, reason = "the workbench and how to use it come from the caller")]
    fn ask(
        &mut self,
        model: &Model,
        standing: &Standing,
        prices: &[i32],
        open: &[usize],
        bench: &mut Workbench,
        threads: usize,
        exact: bool,
    ) -> Vec<Answer> {
        let mut shared = Vec::new();
        RowPrices::Linear(prices).shared(model, &mut shared);
        price_people(
            model,
            &self.part,
            &standing.roster,
            RowPrices::Linear(prices),
            &shared,
            open,
            &mut self.multipliers[open[0]..=open[open.len() - 1]],
            bench,
            threads,
            exact,
        )
    }

    fn remember(&mut self, person: usize, cells: Vec<u16>) {
        let list = &mut self.found[person];
        if !list.contains(&cells) {
            if list.len() >= KEEP_LAST {
                list.remove(0);
            }
            list.push(cells);
        }
    }
}

fn clamp(model: &Model, row: &Row, price: f64) -> f64 {
    let (low, high) = row.price_range(model.scale);
    price.clamp(low as f64 / model.scale as f64, high as f64 / model.scale as f64)
}
