//! A smaller model: some people over some days, with all that lies outside folded into what they bring along.
//!
//! Pricing grows faster than the period, so a neighbourhood over a few weeks of a year is worked on as a problem
//! of a few weeks. Minutes, weekends and counts outside the window become history; the run under way at its start
//! too; and the days after it, up to where every run that touches it has ended, are kept as they are. Costs inside
//! differ from costs of the whole by a constant (but for runs of unknown history), and the whole is taken stock of
//! again when rows come back.

use std::ops::Range;

use super::polish::Standing;
use crate::model::{FORBIDDEN, Model, Programme, Row};
use crate::problem::{OFF, PersonId, Roster, Run};
use crate::rules::Coefficients;

/// The smaller model and what stands in it.
pub(crate) struct Window {
    pub model: Model,
    pub standing: Standing,
    people: Vec<PersonId>,
    from: usize,
}

impl Window {
    /// The window a search would like to have, moved so that no weekend is cut at its start.
    pub fn aligned(model: &Model, days: Range<usize>) -> Range<usize> {
        let start = (0..=days.start).rev().find(|&day| day == 0 || model.weekday(day) < 6).unwrap_or(0);
        start..days.end
    }

    /// Cuts these people over these days out of what stands. `None` when a row that stands is not legal inside.
    pub fn cut(model: &Model, standing: &Standing, people: &[PersonId], days: Range<usize>) -> Option<Window> {
        let days = Self::aligned(model, days);
        let end = Self::closed_end(model, standing, people, days.end);
        let (from, length) = (days.start, end - days.start);
        let free = 0..days.len();
        let mut cell_rows = vec![Vec::new(); length * model.duties];
        let mut rows: Vec<Row> = Vec::new();
        let mut counts = Vec::new();
        let mut local = vec![u32::MAX; model.rows.len()];
        for day in days.clone() {
            for duty in 0..model.duties {
                for &row in &model.cell_rows[day * model.duties + duty] {
                    let at = &mut local[row as usize];
                    if *at == u32::MAX {
                        *at = rows.len() as u32;
                        rows.push(inside(&model.rows[row as usize], from, people));
                        counts.push(standing.counts[row as usize]);
                    }
                    cell_rows[(day - from) * model.duties + duty].push(*at);
                }
            }
        }
        let programmes =
            people.iter().map(|&person| programme(model, standing.roster.row(person), person, from..end, &free));
        let small = Model {
            days: length,
            first_weekday: model.weekday(from),
            has_links: rows.iter().any(|row| row.coefficients.is_some()),
            rows,
            cell_rows,
            grades: people.iter().map(|&person| model.grades[person]).collect(),
            people: programmes.collect(),
            shift_of: model.shift_of.clone(),
            minutes_of: model.minutes_of.clone(),
            follows: model.follows.clone(),
            ..*model
        };
        let mut roster = Roster::empty(people.len(), length);
        for (who, &person) in people.iter().enumerate() {
            roster.row_mut(who).copy_from_slice(&standing.roster.row(person)[from..end]);
        }
        let own: Option<Vec<i64>> =
            small.people.iter().enumerate().map(|(who, own)| own.penalty(&small, roster.row(who))).collect();
        let own = own?;
        let total = own.iter().sum::<i64>() + small.row_cost(&counts);
        let standing = Standing { roster, counts, own, total };
        Some(Window { model: small, standing, people: people.to_vec(), from })
    }

    /// Rows of the whole that a roster of the window comes to, where they differ from what stands.
    pub fn rows(&self, whole: &Standing, roster: &Roster) -> Vec<(PersonId, Vec<u16>)> {
        let mut list = Vec::new();
        for (who, &person) in self.people.iter().enumerate() {
            let (now, then) = (whole.roster.row(person), roster.row(who));
            if now[self.from..self.from + then.len()] != *then {
                let mut cells = now.to_vec();
                cells[self.from..self.from + then.len()].copy_from_slice(then);
                list.push((person, cells));
            }
        }
        list
    }

    /// The first day by which every run that touches `end` is over, and no weekend is cut.
    fn closed_end(model: &Model, standing: &Standing, people: &[PersonId], end: usize) -> usize {
        let mut closed = end;
        for &person in people {
            let row = standing.roster.row(person);
            let Some(&first) = row.get(end) else { return model.days };
            let run = row[end..].iter().take_while(|&&duty| (duty == OFF) == (first == OFF)).count();
            closed = closed.max((end + run + 1).min(model.days));
        }
        if model.weekday(closed - 1) == 5 { (closed + 1).min(model.days) } else { closed }
    }
}

/// A row as the window sees it: its own days and people.
fn inside(row: &Row, from: usize, people: &[PersonId]) -> Row {
    let coefficients = row.coefficients.as_ref().map(|list| match list {
        Coefficients::People(list) => Coefficients::People(
            people
                .iter()
                .enumerate()
                .filter_map(|(who, person)| {
                    list.iter().find(|entry| entry.0 == *person).map(|&(_, amount)| (who, amount))
                })
                .collect(),
        ),
        grade => grade.clone(),
    });
    Row { day: row.day - from, coefficients, ..row.clone() }
}

/// One person's rules inside, everything outside folded into what they bring along.
fn programme(model: &Model, row: &[u16], person: PersonId, days: Range<usize>, free: &Range<usize>) -> Programme {
    let whole = &model.people[person];
    let width = model.duties + 1;
    let mut small = Programme {
        base: whole.base[days.start * width..days.end * width].to_vec(),
        tallies: whole.tallies.clone(),
        start: run_before(model, whole, row, days.start),
        same: whole.same.clone(),
        ..*whole
    };
    for day in free.end..days.len() {
        let kept = row[days.start + day];
        let kept = if kept == OFF { model.duties } else { usize::from(kept) };
        for cell in (0..width).filter(|&cell| cell != kept) {
            small.base[day * width + cell] = FORBIDDEN;
        }
    }
    let minutes = |cells: &[u16]| -> u32 {
        let served = cells.iter().filter(|&&duty| duty != OFF);
        served.map(|&duty| model.minutes_of[usize::from(model.shift_of[usize::from(duty)])]).sum()
    };
    small.carried_minutes += minutes(row) - minutes(&row[days.clone()]);
    let weekends = |days: Range<usize>| {
        let second = |day: usize| model.weekday(day) == 6 && day > 0 && row[day - 1] != OFF;
        days.filter(|&day| model.weekday(day) >= 5 && row[day] != OFF && !second(day)).count() as u32
    };
    let counted = u32::from(model.weekday(0) == 6 && row[0] != OFF && matches!(whole.start, Run::On { .. }));
    let outside = weekends(0..days.start) + weekends(days.end..model.days);
    small.carried_weekends += outside - if days.start > 0 { counted } else { 0 };
    for (count, original) in small.tallies.iter_mut().zip(&whole.tallies) {
        let outside = (0..row.len()).filter(|&day| !days.contains(&day) && original.counts(day, row[day])).count();
        count.carried += outside as u32;
        count.days = original.days.as_ref().map(|on| on[days.clone()].to_vec());
    }
    small
}

/// The run under way when the window starts.
fn run_before(model: &Model, programme: &Programme, row: &[u16], start: usize) -> Run {
    if start == 0 {
        return programme.start;
    }
    let on = row[start - 1] != OFF;
    let run = row[..start].iter().rev().take_while(|&&duty| (duty != OFF) == on).count();
    let shift = |duty: u16| usize::from(model.shift_of[usize::from(duty)]);
    let touches = run == start;
    if !on {
        // A run that began before anything is known is never too short.
        let before = match programme.start {
            Run::Off(days) if touches => days,
            Run::Unknown if touches => programme.off.min.saturating_sub(run as u32),
            _ => 0,
        };
        return Run::Off(run as u32 + before);
    }
    let last = shift(row[start - 1]);
    let same = row[..start].iter().rev().take_while(|&&duty| duty != OFF && shift(duty) == last).count();
    let (before, before_same) = match programme.start {
        Run::On { days, shift, same: earlier } if touches => {
            (days, if same == start && shift == last { earlier } else { 0 })
        }
        Run::Unknown if touches => (programme.on.min.saturating_sub(run as u32), 0),
        _ => (0, 0),
    };
    Run::On { days: run as u32 + before, shift: last, same: same as u32 + before_same }
}
