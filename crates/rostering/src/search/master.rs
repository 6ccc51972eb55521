//! The linear programme over columns: a bounded primal simplex with a dense basis inverse.
//!
//! Rows are counts with a convex cost (slack columns) and one "exactly one row of cells" per person. Adding
//! columns keeps the basis feasible, so each round of column generation goes on from the last. Right-hand
//! sides are perturbed a little, because these programmes are highly degenerate; prices stay valid for any
//! right-hand side, and bounds are recomputed exactly elsewhere.
//!
//! What enters is chosen by Devex reference weights (Harris 1973): reduced costs and weights are kept up to date
//! with the pivot row, which is cheap beside a pivot and saves most of the pivots.

use super::random::Random;

/// Reduced costs above minus this count as zero.
const OPTIMAL: f64 = 1e-7;
/// Pivots smaller than this are refused.
const PIVOT: f64 = 1e-7;
/// Dual pivots smaller than this are refused: what they would move the values by is rounding.
const DUAL_PIVOT: f64 = 1e-5;
/// How far a reduced cost may become wrong for a stronger dual pivot.
const DUAL_SLACK: f64 = 1e-6;
/// Entries smaller than this are rounding.
const NOISE: f64 = 1e-12;
/// Size of the perturbation of costs: far below a penalty of one, and no two columns tie.
const COST_PERTURBATION: f64 = 1e-4;
/// Values further outside their bounds than this are infeasible.
const INFEASIBLE: f64 = 1e-7;
/// Dual pivots per row before closed columns are charged for instead.
const MOST_SETTLING: usize = 4;
/// Pivots between two rebuilds of the inverse.
const REBUILD_EVERY: usize = 1_500;
/// Reference weights start over when one exceeds this: they no longer say anything.
const HEAVIEST: f64 = 1e7;
/// A direction with fewer entries than one in so many rows is walked by its entries.
const SPARSE: usize = 4;
/// Entries of the inverse that a pivot passes in the time of one cell of a pricer's table.
const ENTRIES: usize = 16;
/// Size of the perturbation.
const PERTURBATION: f64 = 2e-6;
/// Cost of what must leave: people without a column, and closed columns that could not be driven out.
pub(crate) const CLOSED: f64 = 1e6;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    AtZero,
    AtUpper,
    Basic(u32),
}

/// A linear programme in equality form with columns between zero and an upper bound.
#[derive(Clone)]
pub(crate) struct Simplex {
    rows: usize,
    right: Vec<f64>,
    cost: Vec<f64>,
    upper: Vec<f64>,
    /// Columns that may not enter (again).
    closed: Vec<bool>,
    /// Entries of all columns, one after the other; those of a column lie between two offsets.
    from: Vec<usize>,
    row_of: Vec<u32>,
    amount: Vec<f64>,
    place: Vec<Place>,
    /// What is not closed, as of the last time everything was repriced.
    open: Vec<u32>,
    /// Reduced costs and reference weights, kept up to date for what may enter.
    reduced: Vec<f64>,
    weight: Vec<f64>,
    basis: Vec<usize>,
    /// Column-major inverse of the basis.
    inverse: Vec<f64>,
    value: Vec<f64>,
    prices: Vec<f64>,
    since_rebuild: usize,
    /// What all pivots so far took, in the unit of [`super::pricer::Pricer::work`].
    pub work: u64,
    /// True where values and prices must be computed anew.
    stale: bool,
    /// True where a column in use was closed.
    unsettled: bool,
    random: Random,
}

impl Simplex {
    /// A programme with these right-hand sides; each row must first be given a basic column by [`Self::slack`].
    pub fn new(right: &[f64], random: &mut Random) -> Self {
        let rows = right.len();
        let mut inverse = vec![0.0; rows * rows];
        for row in 0..rows {
            inverse[row * rows + row] = 1.0;
        }
        Simplex {
            rows,
            right: right.iter().map(|value| value + PERTURBATION * (0.5 + random.unit())).collect(),
            cost: Vec::new(),
            upper: Vec::new(),
            closed: Vec::new(),
            from: vec![0],
            row_of: Vec::new(),
            amount: Vec::new(),
            place: Vec::new(),
            open: Vec::new(),
            reduced: Vec::new(),
            weight: Vec::new(),
            basis: vec![usize::MAX; rows],
            inverse,
            value: vec![0.0; rows],
            prices: vec![0.0; rows],
            since_rebuild: 0,
            work: 0,
            stale: true,
            unsettled: false,
            random: random.clone(),
        }
    }

    fn column(&mut self, cost: f64, upper: f64, entries: impl IntoIterator<Item = (u32, f64)>) -> usize {
        for (row, amount) in entries {
            self.row_of.push(row);
            self.amount.push(amount);
        }
        self.from.push(self.row_of.len());
        self.cost.push(cost + COST_PERTURBATION * (0.5 + self.random.unit()));
        self.upper.push(upper);
        self.closed.push(false);
        self.place.push(Place::AtZero);
        self.reduced.push(0.0);
        self.weight.push(1.0);
        self.cost.len() - 1
    }

    /// Adds a column with one entry in `row`.
    pub fn slack(&mut self, row: usize, sign: f64, cost: f64, upper: f64) -> usize {
        let column = self.column(cost, upper, [(row as u32, sign)]);
        self.closed[column] = upper <= 0.0;
        column
    }

    /// Makes a slack basic in its row. Only before the first [`Self::solve`].
    pub fn start_with(&mut self, slack: usize) {
        let at = self.from[slack];
        let (row, sign) = (self.row_of[at] as usize, self.amount[at]);
        self.basis[row] = slack;
        self.place[slack] = Place::Basic(row as u32);
        self.inverse[row * self.rows + row] = 1.0 / sign;
    }

    /// Puts a nonbasic column at its upper bound. Only before the first [`Self::solve`].
    pub fn start_at_upper(&mut self, column: usize) {
        self.place[column] = Place::AtUpper;
    }

    /// Adds a structural column.
    pub fn add(&mut self, cost: f64, entries: Vec<(u32, f64)>) -> usize {
        self.column(cost, f64::INFINITY, entries)
    }

    /// Closes a column for good: its value becomes nothing with the next [`Self::solve`]. Only while what was last
    /// solved is an optimum of all columns.
    pub fn close(&mut self, column: usize) {
        if !self.closed[column] {
            self.closed[column] = true;
            self.upper[column] = 0.0;
            self.unsettled |= matches!(self.place[column], Place::Basic(_));
            if self.place[column] == Place::AtUpper {
                self.place[column] = Place::AtZero;
                self.stale = true;
            }
        }
    }

    /// Leaves a column out for good that is neither used nor likely to be; false when it is in use.
    pub fn retire(&mut self, column: usize) -> bool {
        let idle = self.place[column] == Place::AtZero;
        self.closed[column] |= idle;
        idle
    }

    /// True where a column may still enter.
    pub fn is_open(&self, column: usize) -> bool {
        !self.closed[column]
    }

    /// The value of a column.
    pub fn of(&self, column: usize) -> f64 {
        match self.place[column] {
            Place::AtZero => 0.0,
            Place::AtUpper => self.upper[column],
            Place::Basic(row) => self.value[row as usize],
        }
    }

    /// Row prices of the last solution.
    pub fn prices(&self) -> &[f64] {
        &self.prices
    }

    /// Cost minus what the rows pay.
    pub fn reduced_cost(&self, column: usize) -> f64 {
        self.cost[column] - self.dot(column, &self.prices)
    }

    /// Objective of the last solution.
    pub fn objective(&self) -> f64 {
        (0..self.cost.len()).map(|column| self.cost[column] * self.of(column)).sum()
    }

    fn dot(&self, column: usize, rows: &[f64]) -> f64 {
        let entries = self.from[column]..self.from[column + 1];
        let pairs = self.row_of[entries.clone()].iter().zip(&self.amount[entries]);
        pairs.map(|(&row, amount)| rows[row as usize] * amount).sum()
    }

    /// Optimises, or stops after `most` pivots; true when optimal.
    pub fn solve(&mut self, most: usize) -> bool {
        if self.stale {
            self.refresh();
        }
        self.reprice();
        if std::mem::take(&mut self.unsettled) && !self.settle() {
            self.charge_closed();
        }
        // Once nothing seems to pay, reduced costs are computed anew and looked at again: they drift.
        let mut sure = true;
        let mut done = 0;
        loop {
            let Some(column) = self.most_attractive() else {
                if sure {
                    return true;
                }
                sure = true;
                self.reprice();
                continue;
            };
            if done >= most {
                return false;
            }
            self.enter(column);
            done += 1;
            sure = false;
            if self.since_rebuild >= REBUILD_EVERY {
                self.rebuild();
                self.refresh();
                self.reprice();
            }
        }
    }

    /// Drives closed columns out by the dual simplex: few pivots, as reduced costs stay right. False when it gave up.
    fn settle(&mut self) -> bool {
        let mut weights = vec![1.0; self.rows];
        for _ in 0..MOST_SETTLING * self.rows {
            let Some((row, to_upper)) = self.most_infeasible(&weights) else { return true };
            let Some(column) = self.dual_ratio(row, to_upper) else { return false };
            let direction = self.direction(column);
            if direction[row].abs() < PIVOT {
                return false;
            }
            // A step of nothing could go round in circles: the cost is moved so that every pivot gains a little.
            let least = if self.place[column] == Place::AtUpper { -DUAL_SLACK } else { DUAL_SLACK };
            if self.reduced[column] / least < 1.0 {
                self.cost[column] += least - self.reduced[column];
                self.reduced[column] = least;
            }
            let leaving = self.basis[row];
            let bound = if to_upper { self.upper[leaving] } else { 0.0 };
            let step = (self.value[row] - bound) / direction[row];
            let start = self.of(column);
            for (value, &along) in self.value.iter_mut().zip(&direction) {
                *value -= step * along;
            }
            let heavy = weights[row] / (direction[row] * direction[row]);
            for (weight, &along) in weights.iter_mut().zip(&direction) {
                *weight = f64::max(*weight, along * along * heavy);
            }
            weights[row] = heavy.max(1.0);
            self.update_reduced(row, column, direction[row]);
            let at_upper = to_upper && self.upper[leaving] > 0.0;
            self.place[leaving] = if at_upper { Place::AtUpper } else { Place::AtZero };
            self.pivot(row, column, &direction);
            self.value[row] = start + step;
            if self.since_rebuild >= REBUILD_EVERY {
                self.rebuild();
                self.refresh();
                self.reprice();
            }
        }
        false
    }

    /// The row to leave, by dual reference weights, and whether to its upper bound.
    fn most_infeasible(&self, weights: &[f64]) -> Option<(usize, bool)> {
        let mut worst = (0.0, None);
        for (row, (&value, &column)) in self.value.iter().zip(&self.basis).enumerate() {
            let above = value - self.upper[column];
            let amount = f64::max(-value, above);
            if amount > INFEASIBLE && amount * amount > worst.0 * weights[row] {
                worst = (amount * amount / weights[row], Some((row, above > 0.0)));
            }
        }
        worst.1
    }

    /// What enters for the column of `row`, so that no reduced cost changes its sign.
    fn dual_ratio(&self, row: usize, to_upper: bool) -> Option<usize> {
        let along: Vec<f64> = self.inverse[row..].iter().step_by(self.rows).copied().collect();
        let sign = if to_upper { 1.0 } else { -1.0 };
        // Two passes (Harris 1973): how far one may go if reduced costs may be wrong by a little, then the
        // strongest pivot within that.
        let mut entries: Vec<(f64, f64, usize)> = Vec::new();
        let mut room = f64::INFINITY;
        for column in self.open.iter().map(|&column| column as usize) {
            let (entry, cost) = match self.place[column] {
                Place::Basic(_) => continue,
                Place::AtZero => (self.dot(column, &along) * sign, self.reduced[column].max(0.0)),
                Place::AtUpper => (-self.dot(column, &along) * sign, (-self.reduced[column]).max(0.0)),
            };
            if entry > DUAL_PIVOT {
                room = room.min((cost + DUAL_SLACK) / entry);
                entries.push((entry, cost, column));
            }
        }
        let within = entries.into_iter().filter(|&(entry, cost, _)| cost <= room * entry);
        within.max_by(|a, b| a.0.total_cmp(&b.0)).map(|entry| entry.2)
    }

    /// Makes closed columns that are still in use dear instead, where they could not be driven out.
    fn charge_closed(&mut self) {
        for row in 0..self.rows {
            let column = self.basis[row];
            if self.closed[column] && self.upper[column] == 0.0 {
                self.upper[column] = f64::INFINITY;
                self.cost[column] += CLOSED;
            }
        }
        self.rebuild();
        self.refresh();
        self.reprice();
    }

    fn is_attractive(&self, column: usize) -> bool {
        match self.place[column] {
            Place::AtZero => self.reduced[column] < -OPTIMAL && !self.closed[column],
            Place::AtUpper => self.reduced[column] > OPTIMAL,
            Place::Basic(_) => false,
        }
    }

    fn most_attractive(&self) -> Option<usize> {
        let mut best = (0.0, None);
        for column in self.open.iter().map(|&column| column as usize) {
            if self.is_attractive(column) {
                let worth = self.reduced[column] * self.reduced[column] / self.weight[column];
                if worth > best.0 {
                    best = (worth, Some(column));
                }
            }
        }
        best.1
    }

    /// Recomputes reduced costs from the prices.
    fn reprice(&mut self) {
        self.open.clear();
        let closed = self.closed.iter().enumerate().filter(|(_, closed)| !**closed);
        self.open.extend(closed.map(|(column, _)| column as u32));
        for column in 0..self.cost.len() {
            self.reduced[column] = match self.place[column] {
                Place::Basic(_) => 0.0,
                _ => self.reduced_cost(column),
            };
        }
    }

    /// Recomputes values and prices from the inverse.
    fn refresh(&mut self) {
        self.stale = false;
        let mut right = self.right.clone();
        for column in (0..self.place.len()).filter(|&column| self.place[column] == Place::AtUpper) {
            for at in self.from[column]..self.from[column + 1] {
                right[self.row_of[at] as usize] -= self.amount[at] * self.upper[column];
            }
        }
        self.value.fill(0.0);
        for (row, &amount) in right.iter().enumerate() {
            if amount != 0.0 {
                let inverse = &self.inverse[row * self.rows..(row + 1) * self.rows];
                for (value, &entry) in self.value.iter_mut().zip(inverse) {
                    *value += amount * entry;
                }
            }
        }
        let costs: Vec<f64> = self.basis.iter().map(|&column| self.cost[column]).collect();
        for row in 0..self.rows {
            let inverse = &self.inverse[row * self.rows..(row + 1) * self.rows];
            self.prices[row] = inverse.iter().zip(&costs).map(|(entry, cost)| entry * cost).sum();
        }
    }

    fn direction(&self, column: usize) -> Vec<f64> {
        let mut direction = vec![0.0; self.rows];
        for at in self.from[column]..self.from[column + 1] {
            let (row, amount) = (self.row_of[at] as usize, self.amount[at]);
            let inverse = &self.inverse[row * self.rows..(row + 1) * self.rows];
            for (value, &entry) in direction.iter_mut().zip(inverse) {
                *value += amount * entry;
            }
        }
        direction
    }

    fn enter(&mut self, column: usize) {
        let direction = self.direction(column);
        let from_upper = self.place[column] == Place::AtUpper;
        // Basic values move by -step * sign * direction.
        let sign = if from_upper { -1.0 } else { 1.0 };
        let mut step = self.upper[column];
        let mut leaving: Option<(usize, bool)> = None;
        let mut strength = 0.0;
        for (row, &along) in direction.iter().enumerate() {
            let along = along * sign;
            let (limit, to_upper) = if along > PIVOT {
                (self.value[row].max(0.0) / along, false)
            } else if along < -PIVOT {
                let room = self.upper[self.basis[row]] - self.value[row];
                (room.max(0.0) / -along, true)
            } else {
                continue;
            };
            if limit < step - 1e-12 || (limit <= step + 1e-12 && leaving.is_some() && along.abs() > strength) {
                step = step.min(limit);
                strength = along.abs();
                leaving = Some((row, to_upper));
            }
        }
        if !step.is_finite() {
            // A direction without end cannot be in a programme whose costs are all positive: rounding.
            self.rebuild();
            self.refresh();
            self.reprice();
            return;
        }
        for (value, &along) in self.value.iter_mut().zip(&direction) {
            *value -= step * sign * along;
        }
        let Some((row, to_upper)) = leaving else {
            self.place[column] = if from_upper { Place::AtZero } else { Place::AtUpper };
            return;
        };
        let entering = if from_upper { self.upper[column] - step } else { step };
        self.update_reduced(row, column, direction[row]);
        self.place[self.basis[row]] = if to_upper { Place::AtUpper } else { Place::AtZero };
        self.pivot(row, column, &direction);
        self.value[row] = entering;
    }

    /// Carries prices, reduced costs and reference weights over a pivot, before it is made.
    fn update_reduced(&mut self, row: usize, column: usize, pivot: f64) {
        let along: Vec<f64> = (0..self.rows).map(|at| self.inverse[at * self.rows + row]).collect();
        let rate = self.reduced[column] / pivot;
        for (price, entry) in self.prices.iter_mut().zip(&along) {
            *price += rate * entry;
        }
        let heavy = self.weight[column];
        let mut heaviest = 0.0_f64;
        for index in 0..self.open.len() {
            let other = self.open[index] as usize;
            if matches!(self.place[other], Place::Basic(_)) || other == column {
                continue;
            }
            let entry = self.dot(other, &along);
            if entry.abs() > NOISE {
                self.reduced[other] -= rate * entry;
                let share = entry / pivot;
                self.weight[other] = self.weight[other].max(share * share * heavy);
                heaviest = heaviest.max(self.weight[other]);
            }
        }
        let leaving = self.basis[row];
        self.reduced[leaving] = -rate;
        self.weight[leaving] = (heavy / (pivot * pivot)).max(1.0);
        self.reduced[column] = 0.0;
        if heaviest > HEAVIEST {
            self.weight.fill(1.0);
        }
    }

    fn pivot(&mut self, row: usize, column: usize, direction: &[f64]) {
        let by = 1.0 / direction[row];
        let touched: Vec<usize> = (0..self.rows).filter(|&at| direction[at].abs() > NOISE).collect();
        let sparse = touched.len() * SPARSE < self.rows;
        let entries = self.rows * if sparse { touched.len() } else { self.rows };
        self.work += ((entries + self.row_of.len()) / ENTRIES) as u64;
        for inverse in self.inverse.chunks_exact_mut(self.rows) {
            let factor = inverse[row] * by;
            if factor != 0.0 {
                if sparse {
                    for &at in &touched {
                        inverse[at] -= factor * direction[at];
                    }
                } else {
                    for (entry, &along) in inverse.iter_mut().zip(direction) {
                        *entry -= factor * along;
                    }
                }
                inverse[row] = factor;
            }
        }
        self.basis[row] = column;
        self.place[column] = Place::Basic(row as u32);
        self.since_rebuild += 1;
    }

    /// Builds the inverse anew from the basis, to shed rounding.
    fn rebuild(&mut self) {
        let columns = std::mem::take(&mut self.basis);
        self.inverse.fill(0.0);
        for row in 0..self.rows {
            self.inverse[row * self.rows + row] = 1.0;
        }
        self.basis = vec![usize::MAX; self.rows];
        let mut order = columns;
        order.sort_by_key(|&column| self.from[column + 1] - self.from[column]);
        for column in order {
            let direction = self.direction(column);
            let free = (0..self.rows).filter(|&row| self.basis[row] == usize::MAX);
            let Some(row) = free.max_by(|&a, &b| direction[a].abs().total_cmp(&direction[b].abs())) else { break };
            self.pivot(row, column, &direction);
        }
        self.since_rebuild = 0;
    }
}
