//! Prices by the volume algorithm (Barahona & Anbil 2000): good prices and a bound without a linear programme.
//!
//! Pricing is cheap, so a few hundred rounds of it cost less than a large linear programme. Each round prices
//! everybody, moves the prices along the *averaged* imbalance between counts and targets, and keeps the best
//! bound seen. The rows of cells found on the way are the columns a relaxation or a dive starts from.

use super::columns::{Part, Workbench, price_people};
use super::polish::Standing;
use super::pricer::RowPrices;
use crate::model::Model;
use crate::problem::PersonId;

/// Weight of a new round in the average.
const NEW: f64 = 0.12;
/// Rounds without a better bound before steps get shorter.
const PATIENCE: usize = 12;
/// Rounds over which found rows are remembered.
const KEEP_LAST: usize = 24;

/// The state of the walk.
pub(crate) struct Volume {
    /// Best prices so far (what a cell pays), per row of the model.
    pub centre: Vec<f64>,
    /// Best bound, in fixed point, with its exact prices.
    pub best: Option<(i64, Vec<i32>)>,
    /// Rows of cells of the last rounds, by person.
    pub found: Vec<Vec<Vec<u16>>>,
    average: Vec<f64>,
    multipliers: Vec<Vec<i32>>,
    step: f64,
    failures: usize,
    rounds: usize,
    part: Part,
}

impl Volume {
    pub fn new(model: &Model) -> Self {
        let rows = model.rows.len();
        Volume {
            centre: vec![0.0; rows],
            best: None,
            found: vec![Vec::new(); model.people.len()],
            average: vec![0.0; rows],
            multipliers: vec![Vec::new(); model.people.len()],
            step: 0.5,
            failures: 0,
            rounds: 0,
            part: Part { people: (0..model.people.len()).collect(), free: 0..model.days },
        }
    }

    /// One round. False when the steps have become too short to matter, or somebody has no legal row.
    pub fn round(&mut self, model: &Model, standing: &Standing, bench: &mut Workbench, threads: usize) -> bool {
        let scale = model.scale;
        let prices = self.next_prices(model, standing.total);
        let exact: Vec<i32> = prices.iter().map(|price| (price * scale as f64).round() as i32).collect();
        let mut shared = Vec::new();
        RowPrices::Linear(&exact).shared(model, &mut shared);
        let everybody: Vec<usize> = (0..model.people.len()).collect();
        let answers = price_people(
            model,
            &self.part,
            &standing.roster,
            RowPrices::Linear(&exact),
            &shared,
            &everybody,
            &mut self.multipliers,
            bench,
            threads,
            false,
        );
        let mut bound = 0_i64;
        let mut counts = vec![0; model.rows.len()];
        for (person, answer) in answers.into_iter().enumerate() {
            let Some(value) = answer.bound else { return false };
            bound += value;
            let cells = answer.rows.first().map_or(standing.roster.row(person), |cells| cells);
            model.add_to_counts(&mut counts, person, cells, 1);
            self.remember(person, answer.rows);
        }
        for (row, &price) in model.rows.iter().zip(&exact) {
            bound += row.conjugate(i64::from(price), scale);
        }
        self.rounds += 1;
        let new = if self.rounds == 1 { 1.0 } else { NEW };
        for (average, &count) in self.average.iter_mut().zip(&counts) {
            *average += new * (f64::from(count) - *average);
        }
        if self.best.as_ref().is_none_or(|best| bound > best.0) {
            self.best = Some((bound, exact));
            self.centre = prices;
            self.failures = 0;
            self.step = (self.step * 1.05).min(1.5);
        } else {
            self.failures += 1;
            if self.failures >= PATIENCE {
                self.failures = 0;
                self.step *= 0.8;
            }
        }
        self.step > 0.002
    }

    fn remember(&mut self, person: PersonId, rows: Vec<Vec<u16>>) {
        let list = &mut self.found[person];
        for cells in rows.into_iter().take(1) {
            if !list.contains(&cells) {
                if list.len() >= KEEP_LAST {
                    list.remove(0);
                }
                list.push(cells);
            }
        }
    }

    fn next_prices(&self, model: &Model, total: i64) -> Vec<f64> {
        let scale = model.scale as f64;
        let clamp = |row: usize, price: f64| {
            let (low, high) = model.rows[row].price_range(model.scale);
            price.clamp(low as f64 / scale, high as f64 / scale)
        };
        let Some((bound, _)) = &self.best else {
            // Start as if everybody were needed a little: part of the way into the cost of a missing person.
            return (0..model.rows.len()).map(|row| clamp(row, -0.3 * f64::from(model.rows[row].under))).collect();
        };
        let imbalance = |row: usize| {
            let price = self.centre[row];
            let amount = self.average[row] - f64::from(model.rows[row].target);
            // At the end of its range a price cannot go on, and the row is content.
            if clamp(row, price + amount.signum()) == price { 0.0 } else { amount }
        };
        let amounts: Vec<f64> = (0..model.rows.len()).map(imbalance).collect();
        let norm: f64 = amounts.iter().map(|amount| amount * amount).sum();
        let gap = (total as f64 - *bound as f64 / scale).max(1.0);
        let step = self.step * gap / norm.max(1e-9);
        amounts.iter().enumerate().map(|(row, amount)| clamp(row, self.centre[row] + step * amount)).collect()
    }
}
