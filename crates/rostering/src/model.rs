//! The compiled model: every rule turned into tables that pricing, polishing and repair share.
//!
//! A person's rules become a [`Programme`]: costs per cell, runs, counts. Everything that couples people
//! becomes a [`Row`]: a count of people on one day with a convex cost. Nothing else couples people, so a
//! price per row splits the problem into one programme per person.

use std::ops::Range;

use crate::problem::{Duty, Grade, OFF, PersonId, Pin, Problem, Roster, Run};
use crate::rules::{Coefficients, Limit, Tally, Weight, Wish};

/// Cost of a cell that is not allowed.
pub(crate) const FORBIDDEN: i32 = i32::MAX;
/// Added to ten times the largest soft weight to make the weight of a hard rule that couples people.
pub(crate) const HARD_MARGIN: i64 = 1_000;
/// Fixed-point sums stay below this, a quarter of the search's "infinite" cost.
pub(crate) const FIXED_RANGE: i64 = 1 << 27;
/// Finest fixed-point scale: prices are multiples of 1/256.
const FINEST_SCALE: i64 = 256;

/// A limit on a run, with hard limits marked by `None`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunRule {
    pub min: u32,
    pub max: u32,
    pub below: Option<i32>,
    pub above: Option<i32>,
}

impl RunRule {
    fn of(limit: Limit, days: usize) -> Self {
        // A maximum that no run can pass is none: it would only widen the tables.
        let max = if limit.max as usize >= days && limit.above == Weight::Hard { u32::MAX } else { limit.max };
        RunRule { min: limit.min, max, below: soft(limit.below), above: soft(limit.above) }
    }

    /// Cost of ending a run of `length`; `None` when it is not allowed.
    pub fn too_short(&self, length: u32) -> Option<i32> {
        if length >= self.min {
            return Some(0);
        }
        self.below.map(|weight| weight.saturating_mul((self.min - length) as i32))
    }

    /// Cost of the day that makes a run `length` long; `None` when it is not allowed.
    pub fn too_long(&self, length: u32) -> Option<i32> {
        if length <= self.max { Some(0) } else { self.above }
    }
}

fn soft(weight: Weight) -> Option<i32> {
    match weight {
        Weight::Hard => None,
        Weight::Soft(weight) => Some(weight as i32),
    }
}

/// A count with a limit, already shifted by what was carried along.
#[derive(Clone, Debug)]
pub(crate) struct Count {
    pub duties: Vec<bool>,
    pub days: Option<Vec<bool>>,
    pub carried: u32,
    pub limit: Limit,
}

impl Count {
    pub fn counts(&self, day: usize, duty: u16) -> bool {
        duty != OFF && self.duties[usize::from(duty)] && self.days.as_ref().is_none_or(|days| days[day])
    }

    /// Cost of a count; `None` when it is not allowed.
    pub fn cost(&self, count: u32) -> Option<i32> {
        outside(&self.limit, count + self.carried)
    }
}

/// Cost of `count` under `limit`; `None` when it is not allowed.
pub(crate) fn outside(limit: &Limit, count: u32) -> Option<i32> {
    let (amount, weight) = if count < limit.min {
        (limit.min - count, limit.below)
    } else if count > limit.max {
        (count - limit.max, limit.above)
    } else {
        return Some(0);
    };
    soft(weight).map(|weight| weight.saturating_mul(amount as i32))
}

/// One person's rules.
#[derive(Clone, Debug)]
pub(crate) struct Programme {
    /// Cost by day × (duty, then off); [`FORBIDDEN`] where not allowed.
    pub base: Vec<i32>,
    pub hours: Limit,
    pub carried_minutes: u32,
    pub on: RunRule,
    pub off: RunRule,
    /// By shift; empty where no shift is limited.
    pub same: Vec<RunRule>,
    pub weekends: Limit,
    pub carried_weekends: u32,
    pub half_weekend: i32,
    pub tallies: Vec<Count>,
    pub start: Run,
}

/// A count of people on one day with a convex cost.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub day: usize,
    pub floor: i32,
    pub target: i32,
    pub under: i32,
    pub hard: i32,
    pub over: i32,
    /// `None`: everybody counts one.
    pub coefficients: Option<Coefficients>,
}

impl Row {
    /// Cost when the count is `count`.
    pub fn cost(&self, count: i32) -> i64 {
        if count >= self.target {
            return i64::from(self.over) * i64::from(count - self.target);
        }
        i64::from(self.under) * i64::from(self.target - count)
            + i64::from(self.hard) * i64::from((self.floor - count).max(0))
    }

    /// Least value of `cost(z) + price * z`... with the sign the bound needs: `cost(z) - price * z`, in fixed point.
    pub fn conjugate(&self, price: i64, scale: i64) -> i64 {
        let at = |count: i32| self.cost(count) * scale - price * i64::from(count);
        at(self.target).min(at(self.floor))
    }

    /// Prices outside this range (fixed point) would make the conjugate unbounded.
    pub fn price_range(&self, scale: i64) -> (i64, i64) {
        (-(i64::from(self.under) + i64::from(self.hard)) * scale, i64::from(self.over) * scale)
    }
}

/// The whole problem, compiled.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub days: usize,
    pub duties: usize,
    pub shifts: usize,
    pub shift_of: Vec<u8>,
    pub minutes_of: Vec<u32>,
    pub step: u32,
    /// `follows[a * shifts + b]`: `b` may come the day after `a`.
    pub follows: Vec<bool>,
    pub first_weekday: usize,
    pub rows: Vec<Row>,
    /// Rows by day × duty.
    pub cell_rows: Vec<Vec<u32>>,
    pub grades: Vec<Grade>,
    pub people: Vec<Programme>,
    pub scale: i64,
    /// Weight of hard rules that couple people.
    pub hard: i32,
    /// True where some row does not count everybody as one.
    pub has_links: bool,
}

impl Model {
    /// Compiles a problem that [`crate::validate`] has passed.
    pub fn compile(problem: &Problem) -> Model {
        let (days, duties) = (problem.days, problem.duties.len());
        let shifts = problem.shifts.len();
        let mut follows = vec![true; shifts * shifts];
        for a in 0..shifts {
            for b in 0..shifts {
                follows[a * shifts + b] = problem.succession.allows(&problem.shifts, a, b);
            }
        }
        let largest = largest_weight(problem);
        let hard = i32::try_from(10 * largest + HARD_MARGIN).unwrap_or(i32::MAX);
        let mut rows = Vec::with_capacity(problem.demand.len() + problem.links.len());
        let mut cell_rows = vec![Vec::new(); days * duties];
        for demand in &problem.demand {
            cell_rows[demand.day * duties + demand.duty].push(rows.len() as u32);
            rows.push(Row {
                day: demand.day,
                floor: demand.minimum as i32,
                target: demand.wanted as i32,
                under: demand.under as i32,
                hard: if demand.minimum > 0 { hard } else { 0 },
                over: demand.over as i32,
                coefficients: None,
            });
        }
        for link in &problem.links {
            let weight = soft(link.weight).unwrap_or(hard);
            let bounds = [(link.at_least, weight, 0), (link.at_most, 0, weight)];
            for (bound, under, over) in bounds {
                let Some(target) = bound else { continue };
                for &duty in &link.duties {
                    cell_rows[link.day * duties + duty].push(rows.len() as u32);
                }
                rows.push(Row {
                    day: link.day,
                    floor: target,
                    target,
                    under,
                    hard: 0,
                    over,
                    coefficients: Some(link.coefficients.clone()),
                });
            }
        }
        let mut model = Model {
            days,
            duties,
            shifts,
            shift_of: problem.duties.iter().map(|duty| duty.shift as u8).collect(),
            minutes_of: problem.shifts.iter().map(|shift| shift.minutes).collect(),
            step: problem.minute_step(),
            follows,
            first_weekday: problem.first_weekday,
            has_links: rows.iter().any(|row| row.coefficients.is_some()),
            rows,
            cell_rows,
            grades: problem.people.iter().map(|person| person.grade).collect(),
            people: (0..problem.people.len()).map(|person| programme(problem, person)).collect(),
            scale: FINEST_SCALE,
            hard,
        };
        model.fit_scale(largest);
        model
    }

    /// Chooses the finest scale at which a whole row of cells, each as dear as can be, stays in range.
    pub fn fit_scale(&mut self, largest: i64) {
        let steep = |row: &Row| i64::from(row.under) + i64::from(row.hard) + i64::from(row.over);
        let steepest = self.rows.iter().map(steep).max().unwrap_or(0);
        let total = (self.days as i64 + 8) * 2 * (largest + steepest);
        self.scale = FINEST_SCALE;
        while self.scale > 1 && total.saturating_mul(self.scale) > FIXED_RANGE {
            self.scale /= 2;
        }
    }

    /// A copy of one person's rules, to be changed for a question.
    pub fn clone_person(&self, person: PersonId) -> Programme {
        self.people[person].clone()
    }

    /// 0 on Monday, 5 and 6 at the weekend.
    pub fn weekday(&self, day: usize) -> usize {
        (self.first_weekday + day) % 7
    }

    /// What a person in a row counts.
    pub fn coefficient(&self, row: &Row, person: PersonId) -> i32 {
        row.coefficients.as_ref().map_or(1, |list| list.of(person, self.grades[person]))
    }

    /// Counts of all rows for a roster.
    pub fn counts(&self, roster: &Roster) -> Vec<i32> {
        let mut counts = vec![0; self.rows.len()];
        for person in 0..self.people.len() {
            self.add_to_counts(&mut counts, person, roster.row(person), 1);
        }
        counts
    }

    /// Adds (`sign` 1) or takes away (-1) one person's cells.
    pub fn add_to_counts(&self, counts: &mut [i32], person: PersonId, cells: &[u16], sign: i32) {
        for (day, &duty) in cells.iter().enumerate() {
            if duty != OFF {
                for &row in &self.cell_rows[day * self.duties + usize::from(duty)] {
                    counts[row as usize] += sign * self.coefficient(&self.rows[row as usize], person);
                }
            }
        }
    }

    /// Cost of all rows at these counts.
    pub fn row_cost(&self, counts: &[i32]) -> i64 {
        self.rows.iter().zip(counts).map(|(row, &count)| row.cost(count)).sum()
    }

    /// The model's own idea of the whole penalty; `None` when somebody's rules are broken.
    #[cfg(test)]
    pub fn penalty(&self, roster: &Roster) -> Option<i64> {
        let mut total = self.row_cost(&self.counts(roster));
        for (person, programme) in self.people.iter().enumerate() {
            total += programme.penalty(self, roster.row(person))?;
        }
        Some(total)
    }
}

/// The largest soft weight anywhere in a problem.
pub(crate) fn largest_weight(problem: &Problem) -> i64 {
    let limit = |limit: &Limit| [limit.below, limit.above].into_iter().filter_map(soft).max().unwrap_or(0);
    let demand = problem.demand.iter().map(|demand| demand.under.max(demand.over) as i32);
    let links = problem.links.iter().filter_map(|link| soft(link.weight));
    let people = problem.people.iter().flat_map(|person| {
        let contract = &person.contract;
        let limits = [contract.hours.0, contract.days_on.0, contract.days_off.0, contract.weekends.0];
        let same = contract.same_shift.iter().map(|same| limit(&same.0)).max().unwrap_or(0);
        let tallies = contract.tallies.iter().map(|tally| limit(&tally.limit)).max().unwrap_or(0);
        let requests = person.requests.iter().map(|request| request.weight as i32).max().unwrap_or(0);
        let own = limits.iter().map(limit).max().unwrap_or(0);
        [own, same, tallies, requests, contract.complete_weekends.0 as i32]
    });
    i64::from(demand.chain(links).chain(people).max().unwrap_or(0))
}

fn programme(problem: &Problem, index: PersonId) -> Programme {
    let (days, duties) = (problem.days, problem.duties.len());
    let (person, width) = (&problem.people[index], problem.duties.len() + 1);
    let mut base = vec![0_i32; days * width];
    for day in 0..days {
        for duty in 0..duties {
            let Duty { post, .. } = problem.duties[duty];
            let place = post.and_then(|post| problem.posts[post].place);
            base[day * width + duty] = match (problem.is_qualified(index, duty), person.home.zip(place)) {
                (false, _) => FORBIDDEN,
                (true, Some((home, place))) => problem.travel.cost(home, place) as i32,
                (true, None) => 0,
            };
        }
    }
    for request in &person.requests {
        let weight = request.weight as i32;
        for cell in 0..width {
            let shift = problem.duties.get(cell).map(|duty| duty.shift);
            let granted = match request.wish {
                Wish::On(wanted) => shift == Some(wanted),
                Wish::Off(unwanted) => shift != Some(unwanted),
                Wish::DayOff => shift.is_none(),
            };
            let cost = &mut base[request.day * width + cell];
            if !granted && *cost != FORBIDDEN {
                *cost += weight;
            }
        }
    }
    for &day in &person.days_off {
        base[day * width..day * width + duties].fill(FORBIDDEN);
    }
    let mut tallies = Vec::new();
    for tally in &person.contract.tallies {
        compile_tally(tally, days, duties, &mut base, &mut tallies);
    }
    for pin in &person.pins {
        let keep = pin.duty.unwrap_or(duties);
        for cell in (0..width).filter(|&cell| cell != keep) {
            base[pin.day * width + cell] = FORBIDDEN;
        }
    }
    let contract = &person.contract;
    let before = match person.history.run {
        Run::Unknown => 0,
        Run::Off(run) | Run::On { days: run, .. } => run as usize,
    };
    let longest = days + before;
    let mut same: Vec<RunRule> = contract.same_shift.iter().map(|same| RunRule::of(same.0, longest)).collect();
    if same.iter().all(|rule| rule.min <= 1 && rule.max == u32::MAX) {
        same.clear();
    } else {
        same.resize(problem.shifts.len(), RunRule::of(Limit::NONE, longest));
    }
    Programme {
        base,
        hours: contract.hours.0,
        carried_minutes: person.history.minutes,
        on: RunRule::of(contract.days_on.0, longest),
        off: RunRule::of(contract.days_off.0, longest),
        same,
        weekends: contract.weekends.0,
        carried_weekends: person.history.weekends,
        half_weekend: contract.complete_weekends.0 as i32,
        tallies,
        start: person.history.run,
    }
}

/// A tally that cannot bind is dropped; one that allows nothing becomes forbidden cells.
fn compile_tally(tally: &Tally, days: usize, duties: usize, base: &mut [i32], out: &mut Vec<Count>) {
    let mut mask = vec![false; duties];
    for &duty in &tally.duties {
        mask[duty] = true;
    }
    let on_days = tally.days.as_ref().map(|list| {
        let mut on = vec![false; days];
        for &day in list {
            on[day] = true;
        }
        on
    });
    let limit = tally.limit;
    let reach = on_days.as_ref().map_or(days, |on| on.iter().filter(|&&on| on).count()) as u32 + tally.carried;
    if limit.min <= tally.carried && limit.max >= reach {
        return;
    }
    if limit.max == tally.carried && limit.above == Weight::Hard {
        for day in (0..days).filter(|&day| on_days.as_ref().is_none_or(|on| on[day])) {
            for duty in (0..duties).filter(|&duty| mask[duty]) {
                base[day * (duties + 1) + duty] = FORBIDDEN;
            }
        }
        return;
    }
    out.push(Count { duties: mask, days: on_days, carried: tally.carried, limit });
}

impl Programme {
    /// Cost of a cell in plain penalty; [`FORBIDDEN`] where not allowed.
    pub fn cell(&self, duties: usize, day: usize, duty: u16) -> i32 {
        self.base[day * (duties + 1) + if duty == OFF { duties } else { usize::from(duty) }]
    }

    /// Forbids all other cells of a day.
    pub fn pin(&mut self, duties: usize, pin: Pin) {
        let keep = pin.duty.unwrap_or(duties);
        for cell in (0..=duties).filter(|&cell| cell != keep) {
            self.base[pin.day * (duties + 1) + cell] = FORBIDDEN;
        }
    }

    /// Cost of a total of `minutes`; `None` when it is not allowed.
    pub fn hours_cost(&self, minutes: u32, step: u32) -> Option<i32> {
        let (total, limit) = (minutes + self.carried_minutes, &self.hours);
        let (amount, weight) = if total < limit.min {
            (limit.min - total, limit.below)
        } else if total > limit.max {
            (total - limit.max, limit.above)
        } else {
            return Some(0);
        };
        soft(weight).map(|weight| weight.saturating_mul((amount / step) as i32))
    }

    /// Cost of so many worked weekends in the period.
    pub fn weekend_cost(&self, weekends: u32) -> Option<i32> {
        outside(&self.weekends, weekends + self.carried_weekends)
    }

    /// The whole personal penalty of a row of cells; `None` when a hard rule is broken.
    pub fn penalty(&self, model: &Model, cells: &[u16]) -> Option<i64> {
        let mut total = 0_i64;
        let (mut minutes, mut weekends) = (0, 0);
        for (day, &duty) in cells.iter().enumerate() {
            let cost = self.cell(model.duties, day, duty);
            if cost == FORBIDDEN {
                return None;
            }
            total += i64::from(cost);
            if duty != OFF {
                minutes += model.minutes_of[usize::from(model.shift_of[usize::from(duty)])];
                let second = day > 0 && cells[day - 1] != OFF && model.weekday(day) == 6;
                let counted = day == 0 && model.weekday(0) == 6 && matches!(self.start, Run::On { .. });
                weekends += u32::from(model.weekday(day) >= 5 && !second && !counted);
            }
            if model.weekday(day) == 6 && day > 0 && (duty == OFF) != (cells[day - 1] == OFF) {
                total += i64::from(self.half_weekend);
            }
        }
        total += i64::from(self.hours_cost(minutes, model.step)?) + i64::from(self.weekend_cost(weekends)?);
        for tally in &self.tallies {
            let count = cells.iter().enumerate().filter(|&(day, &duty)| tally.counts(day, duty)).count();
            total += i64::from(tally.cost(count as u32)?);
        }
        Some(total + self.run_penalty(model, cells)?)
    }

    fn run_penalty(&self, model: &Model, cells: &[u16]) -> Option<i64> {
        self.cost_of_runs(model, cells, 0..cells.len())
    }

    /// Cost of the runs that lie inside `span`, which must begin and end where a run of duty or of days off does.
    pub fn cost_of_runs(&self, model: &Model, cells: &[u16], span: Range<usize>) -> Option<i64> {
        let mut total = 0_i64;
        // (on duty, length, exempt from the minimum), and (shift, length).
        let (mut run, mut same) = match self.start {
            Run::Off(days) if span.start == 0 => (Some((false, days, false)), None),
            Run::On { days, shift, same } if span.start == 0 => (Some((true, days, false)), Some((shift, same))),
            _ => (None, None),
        };
        let rule = |on: bool| if on { &self.on } else { &self.off };
        for day in span.clone() {
            let duty = cells[day];
            let on = duty != OFF;
            run = Some(match run {
                Some((was, length, exempt)) if was == on => (on, length + 1, exempt),
                Some((was, length, exempt)) => {
                    if !exempt {
                        total += i64::from(rule(was).too_short(length)?);
                    }
                    (on, 1, false)
                }
                None => (on, 1, day == 0),
            });
            if let Some((_, length, _)) = run {
                total += i64::from(rule(on).too_long(length)?);
            }
            let shift = on.then(|| usize::from(model.shift_of[usize::from(duty)]));
            if let (Some((before, _)), Some(now)) = (same, shift)
                && !model.follows[before * model.shifts + now]
            {
                return None;
            }
            same = match (same, shift) {
                (Some((before, length)), Some(now)) if before == now => Some((now, length + 1)),
                (before, now) => {
                    if let Some((before, length)) = before {
                        total += i64::from(self.left_shift(before, length)?);
                    }
                    now.map(|now| (now, 1))
                }
            };
            if let Some((shift, length)) = same.filter(|_| !self.same.is_empty()) {
                total += i64::from(self.same[shift].too_long(length)?);
            }
        }
        // Where the period goes on the last run is over; at its end it is not.
        if span.end < cells.len() {
            if let Some((on, length, false)) = run {
                total += i64::from(rule(on).too_short(length)?);
            }
            if let Some((shift, length)) = same {
                total += i64::from(self.left_shift(shift, length)?);
            }
        }
        Some(total)
    }

    /// Cost of leaving a shift after `length` days in it.
    pub fn left_shift(&self, shift: usize, length: u32) -> Option<i32> {
        self.same.get(shift).map_or(Some(0), |rule| rule.too_short(length))
    }
}
