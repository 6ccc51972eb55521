//! One person at a time: the exact best row of cells, everybody else standing.

use super::pricer::{Pricer, Query, RowPrices};
use crate::model::Model;
use crate::problem::{PersonId, Roster};

/// What stands: a roster, the counts of all rows, and each person's own penalty.
#[derive(Clone)]
pub(crate) struct Standing {
    pub roster: Roster,
    pub counts: Vec<i32>,
    pub own: Vec<i64>,
    pub total: i64,
}

impl Standing {
    /// Takes stock of a roster; `None` when somebody's rules are broken.
    pub fn of(model: &Model, roster: Roster) -> Option<Standing> {
        let counts = model.counts(&roster);
        let own: Option<Vec<i64>> = model
            .people
            .iter()
            .enumerate()
            .map(|(person, programme)| programme.penalty(model, roster.row(person)))
            .collect();
        let own = own?;
        let total = own.iter().sum::<i64>() + model.row_cost(&counts);
        Some(Standing { roster, counts, own, total })
    }

    /// Counts a person's cells in (`sign` 1) or out (-1) and returns what that changes in the cost of the rows.
    pub fn count(&mut self, model: &Model, person: PersonId, cells: &[u16], sign: i32) -> i64 {
        let mut change = 0;
        for (day, &duty) in cells.iter().enumerate().filter(|(_, duty)| **duty != crate::problem::OFF) {
            for &row in &model.cell_rows[day * model.duties + usize::from(duty)] {
                let rule = &model.rows[row as usize];
                let count = &mut self.counts[row as usize];
                let before = rule.cost(*count);
                *count += sign * model.coefficient(rule, person);
                change += rule.cost(*count) - before;
            }
        }
        change
    }

    /// Gives a person another row, which must be legal and cost `own`.
    pub fn replace(&mut self, model: &Model, person: PersonId, cells: &[u16], own: i64) {
        let change = own - self.own[person] + self.change_of_rows(model, person, cells);
        model.add_to_counts(&mut self.counts, person, self.roster.row(person), -1);
        model.add_to_counts(&mut self.counts, person, cells, 1);
        self.roster.row_mut(person).copy_from_slice(cells);
        self.own[person] = own;
        self.total += change;
    }

    /// What the rows would cost more if the person had these cells.
    fn change_of_rows(&mut self, model: &Model, person: PersonId, cells: &[u16]) -> i64 {
        let mut touched: Vec<u32> = Vec::new();
        for (day, (&now, &then)) in self.roster.row(person).iter().zip(cells).enumerate() {
            for duty in [now, then] {
                if now != then && duty != crate::problem::OFF {
                    touched.extend(&model.cell_rows[day * model.duties + usize::from(duty)]);
                }
            }
        }
        touched.sort_unstable();
        touched.dedup();
        let cost = |counts: &[i32]| {
            touched.iter().map(|&row| model.rows[row as usize].cost(counts[row as usize])).sum::<i64>()
        };
        let before = cost(&self.counts);
        model.add_to_counts(&mut self.counts, person, self.roster.row(person), -1);
        model.add_to_counts(&mut self.counts, person, cells, 1);
        let after = cost(&self.counts);
        model.add_to_counts(&mut self.counts, person, cells, -1);
        model.add_to_counts(&mut self.counts, person, self.roster.row(person), 1);
        after - before
    }
}

/// Gives one person the best row there is; true when that improved the total.
pub(crate) fn improve(
    model: &Model,
    standing: &mut Standing,
    person: PersonId,
    pricer: &mut Pricer,
    exact: bool,
) -> bool {
    let mut without = standing.counts.clone();
    model.add_to_counts(&mut without, person, standing.roster.row(person), -1);
    let rows = RowPrices::Marginal(&without);
    let mut shared = Vec::new();
    rows.shared(model, &mut shared);
    let query = Query {
        person,
        shared: &shared,
        rows,
        free: 0..model.days,
        current: standing.roster.row(person),
        change: 0,
        exact,
    };
    let answer = pricer.price(model, &query, &mut Vec::new());
    let before = standing.total;
    let mut best: Option<(i64, Vec<u16>, i64)> = None;
    for cells in answer.rows {
        let Some(own) = model.people[person].penalty(model, &cells) else { continue };
        let total = before - standing.own[person] + own + standing.change_of_rows(model, person, &cells);
        if best.as_ref().is_none_or(|best| total < best.0) {
            best = Some((total, cells, own));
        }
    }
    let Some((total, cells, own)) = best else { return false };
    // An equal row is taken too: it moves along the plateau.
    if total <= before && cells != standing.roster.row(person) {
        standing.replace(model, person, &cells, own);
    }
    total < before
}

/// Improves people in this order until nobody can be improved alone, at most `passes` times round.
pub(crate) fn polish(
    model: &Model,
    standing: &mut Standing,
    order: &[PersonId],
    pricer: &mut Pricer,
    passes: usize,
    exact: bool,
) {
    for _ in 0..passes {
        let mut improved = false;
        for &person in order {
            improved |= improve(model, standing, person, pricer, exact);
        }
        if !improved {
            return;
        }
    }
}
