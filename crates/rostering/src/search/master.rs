//! The linear programme over columns: a bounded primal simplex with a dense basis inverse.
//!
//! Rows are counts with a convex cost (slack columns) and one "exactly one row of cells" per person. Adding
//! columns keeps the basis feasible, so each round of column generation goes on from the last. Right-hand
//! sides are perturbed a little, because these programmes are highly degenerate; prices stay valid for any
//! right-hand side, and bounds are recomputed exactly elsewhere.

/// Reduced costs above minus this count as zero.
const OPTIMAL: f64 = 1e-7;
/// Pivots smaller than this are refused.
const PIVOT: f64 = 1e-7;
/// Columns kept from one full pricing to be tried in turn.
const CANDIDATES: usize = 24;
/// Pivots between two rebuilds of the inverse.
const REBUILD_EVERY: usize = 1_500;
/// Size of the perturbation.
const PERTURBATION: f64 = 2e-6;
/// Cost of what must leave: columns that were closed, and people without a column.
pub(crate) const CLOSED: f64 = 1e6;

#[derive(Clone, Debug)]
struct Column {
    cost: f64,
    upper: f64,
    entries: Vec<(u32, f64)>,
    closed: bool,
}

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
    columns: Vec<Column>,
    place: Vec<Place>,
    basis: Vec<usize>,
    /// Column-major inverse of the basis.
    inverse: Vec<f64>,
    value: Vec<f64>,
    prices: Vec<f64>,
    since_rebuild: usize,
}

impl Simplex {
    /// A programme with these right-hand sides; each row must first be given a basic column by [`Self::slack`].
    pub fn new(right: &[f64], random: &mut super::random::Random) -> Self {
        let rows = right.len();
        let mut inverse = vec![0.0; rows * rows];
        for row in 0..rows {
            inverse[row * rows + row] = 1.0;
        }
        Simplex {
            rows,
            right: right.iter().map(|value| value + PERTURBATION * (0.5 + random.unit())).collect(),
            columns: Vec::new(),
            place: Vec::new(),
            basis: vec![usize::MAX; rows],
            inverse,
            value: vec![0.0; rows],
            prices: vec![0.0; rows],
            since_rebuild: 0,
        }
    }

    /// Adds a column with one entry in `row`.
    pub fn slack(&mut self, row: usize, sign: f64, cost: f64, upper: f64) -> usize {
        self.columns.push(Column { cost, upper, entries: vec![(row as u32, sign)], closed: false });
        self.place.push(Place::AtZero);
        self.columns.len() - 1
    }

    /// Makes a slack basic in its row. Only before the first [`Self::solve`].
    pub fn start_with(&mut self, slack: usize) {
        let (row, sign) = self.columns[slack].entries[0];
        let row = row as usize;
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
        self.columns.push(Column { cost, upper: f64::INFINITY, entries, closed: false });
        self.place.push(Place::AtZero);
        self.columns.len() - 1
    }

    /// Prices a column out for good.
    pub fn close(&mut self, column: usize) {
        if !self.columns[column].closed {
            self.columns[column].closed = true;
            self.columns[column].cost += CLOSED;
        }
    }

    /// The value of a column.
    pub fn of(&self, column: usize) -> f64 {
        match self.place[column] {
            Place::AtZero => 0.0,
            Place::AtUpper => self.columns[column].upper,
            Place::Basic(row) => self.value[row as usize],
        }
    }

    /// Row prices of the last solution.
    pub fn prices(&self) -> &[f64] {
        &self.prices
    }

    /// Cost minus what the rows pay.
    pub fn reduced_cost(&self, column: usize) -> f64 {
        let column = &self.columns[column];
        column.cost - column.entries.iter().map(|&(row, value)| self.prices[row as usize] * value).sum::<f64>()
    }

    /// Objective of the last solution.
    pub fn objective(&self) -> f64 {
        (0..self.columns.len()).map(|column| self.columns[column].cost * self.of(column)).sum()
    }

    /// Optimises, or stops after `most` pivots; true when optimal.
    pub fn solve(&mut self, most: usize) -> bool {
        self.refresh();
        let mut done = 0;
        loop {
            let mut candidates = self.candidates();
            if candidates.is_empty() {
                return true;
            }
            while let Some((_, column)) = candidates.pop() {
                if done >= most {
                    return false;
                }
                let cost = self.reduced_cost(column);
                if self.is_attractive(column, cost) {
                    self.enter(column, cost);
                    done += 1;
                    if self.since_rebuild >= REBUILD_EVERY {
                        self.rebuild();
                        self.refresh();
                        break;
                    }
                }
            }
        }
    }

    fn is_attractive(&self, column: usize, cost: f64) -> bool {
        match self.place[column] {
            Place::AtZero => cost < -OPTIMAL && !self.columns[column].closed,
            Place::AtUpper => cost > OPTIMAL,
            Place::Basic(_) => false,
        }
    }

    /// The most attractive columns, best last.
    fn candidates(&self) -> Vec<(f64, usize)> {
        let mut list: Vec<(f64, usize)> = Vec::new();
        for column in 0..self.columns.len() {
            if matches!(self.place[column], Place::Basic(_)) || self.columns[column].closed {
                continue;
            }
            let cost = self.reduced_cost(column);
            if self.is_attractive(column, cost) {
                list.push((cost.abs(), column));
            }
        }
        list.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        list.split_off(list.len().saturating_sub(CANDIDATES))
    }

    /// Recomputes values and prices from the inverse.
    fn refresh(&mut self) {
        let mut right = self.right.clone();
        for (column, place) in self.place.iter().enumerate() {
            if *place == Place::AtUpper {
                for &(row, value) in &self.columns[column].entries {
                    right[row as usize] -= value * self.columns[column].upper;
                }
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
        let costs: Vec<f64> = self.basis.iter().map(|&column| self.columns[column].cost).collect();
        for row in 0..self.rows {
            let inverse = &self.inverse[row * self.rows..(row + 1) * self.rows];
            self.prices[row] = inverse.iter().zip(&costs).map(|(entry, cost)| entry * cost).sum();
        }
    }

    fn direction(&self, column: usize) -> Vec<f64> {
        let mut direction = vec![0.0; self.rows];
        for &(row, amount) in &self.columns[column].entries {
            let inverse = &self.inverse[row as usize * self.rows..(row as usize + 1) * self.rows];
            for (value, &entry) in direction.iter_mut().zip(inverse) {
                *value += amount * entry;
            }
        }
        direction
    }

    fn enter(&mut self, column: usize, cost: f64) {
        let direction = self.direction(column);
        let from_upper = self.place[column] == Place::AtUpper;
        // Basic values move by -step * sign * direction.
        let sign = if from_upper { -1.0 } else { 1.0 };
        let mut step = self.columns[column].upper;
        let mut leaving: Option<(usize, bool)> = None;
        let mut strength = 0.0;
        for (row, &along) in direction.iter().enumerate() {
            let along = along * sign;
            let (limit, to_upper) = if along > PIVOT {
                (self.value[row].max(0.0) / along, false)
            } else if along < -PIVOT {
                let room = self.columns[self.basis[row]].upper - self.value[row];
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
            return;
        }
        for (value, &along) in self.value.iter_mut().zip(&direction) {
            *value -= step * sign * along;
        }
        let Some((row, to_upper)) = leaving else {
            self.place[column] = if from_upper { Place::AtZero } else { Place::AtUpper };
            return;
        };
        self.place[self.basis[row]] = if to_upper { Place::AtUpper } else { Place::AtZero };
        let entering = if from_upper { self.columns[column].upper - step } else { step };
        self.pivot(row, column, &direction);
        self.value[row] = entering;
        let rate = cost;
        for at in 0..self.rows {
            self.prices[at] += rate * self.inverse[at * self.rows + row];
        }
    }

    fn pivot(&mut self, row: usize, column: usize, direction: &[f64]) {
        let by = 1.0 / direction[row];
        for inverse in self.inverse.chunks_exact_mut(self.rows) {
            let factor = inverse[row] * by;
            if factor != 0.0 {
                for (entry, &along) in inverse.iter_mut().zip(direction) {
                    *entry -= factor * along;
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
        order.sort_by_key(|&column| self.columns[column].entries.len());
        for column in order {
            let direction = self.direction(column);
            let free = (0..self.rows).filter(|&row| self.basis[row] == usize::MAX);
            let Some(row) = free.max_by(|&a, &b| direction[a].abs().total_cmp(&direction[b].abs())) else { break };
            self.pivot(row, column, &direction);
        }
        self.since_rebuild = 0;
    }
}
