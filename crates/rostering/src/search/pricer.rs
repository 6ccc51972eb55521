//! The cheapest legal roster of one person at given prices, by dynamic programming over stretches of duty.
//!
//! A row of cells is a chain of *stretches* (days on duty in a row) and runs of days off. Between
//! stretches nothing is remembered but minutes, weekends and a few counts, so the outer programme walks
//! dense tables `start[day]` (may begin a stretch) and `done[day]` (a stretch ended the day before) with one
//! vectorised pass per stretch. What happens inside a stretch is [`super::stretch`]'s business. All sums
//! are fixed-point integers: tracing back compares for equality, and a bound is exact.
//!
//! Counts that would widen the tables too much are priced by a multiplier each instead. The result is then
//! a valid lower bound and a good row, not always the best one.

use std::ops::Range;

use super::counts::{Bracket, Search, add_counts, exact_counts};
use super::stretch::{Arc, Entry, INFINITE, Stretches};
use crate::model::{Count, FORBIDDEN, Model, Programme, Row};
use crate::problem::{OFF, PersonId, Run};
use crate::rules::Weight;

/// Values at or above this are not reachable.
pub(super) const UNREACHED: i32 = INFINITE / 2;
/// Most combined states of counts kept exactly beside minutes and weekends, where time is short.
const QUICK_COUNT_STATES: usize = 12;
/// The same where exactness is asked for.
const EXACT_COUNT_STATES: usize = 96;
/// Most table cells per person, 256 MiB of them at four bytes and two tables.
const MAX_TABLE_CELLS: usize = 32 << 20;
/// Attempts in which multipliers are bracketed, where the best row matters more than time.
const REFINING_TRIES: usize = 9;
/// Attempts to find a legal row by barring days; each settles at least one count, so a few are plenty.
const MASKING_TRIES: usize = 24;
/// Table cells that a vectorised pass does in the time of one inside a stretch.
const LANES: usize = 8;
/// Rows returned from one pass: the best, and the best that end in other totals.
const ROWS_PER_PASS: usize = 3;

/// What rows cost a person who joins them.
#[derive(Clone, Copy)]
pub(crate) enum RowPrices<'a> {
    /// A price per unit, in fixed point, by row.
    Linear(&'a [i32]),
    /// The true extra cost at these counts, which leave the person out.
    Marginal(&'a [i32]),
}

impl RowPrices<'_> {
    fn of(self, row: &Row, index: usize, coefficient: i32, scale: i64) -> i32 {
        match self {
            RowPrices::Linear(prices) => prices[index] * coefficient,
            RowPrices::Marginal(counts) => {
                let extra = row.cost(counts[index] + coefficient) - row.cost(counts[index]);
                (extra * scale) as i32
            }
        }
    }

    /// The price of every cell, counting the rows in which everybody counts one.
    pub fn shared(self, model: &Model, cells: &mut Vec<i32>) {
        cells.clear();
        cells.extend(model.cell_rows.iter().map(|rows| {
            let plain = rows.iter().map(|&row| (row as usize, &model.rows[row as usize]));
            plain
                .filter(|(_, row)| row.coefficients.is_none())
                .map(|(index, row)| self.of(row, index, 1, model.scale))
                .sum::<i32>()
        }));
    }
}

/// One question to the pricer.
pub(crate) struct Query<'a> {
    pub person: PersonId,
    /// From [`RowPrices::shared`].
    pub shared: &'a [i32],
    pub rows: RowPrices<'a>,
    /// Days that may change, and the cells of all others.
    pub free: Range<usize>,
    pub current: &'a [u16],
    /// Extra cost, in fixed point, of any cell that differs from `current` (repair); 0 for none.
    pub change: i32,
    /// Keep small counts exactly; slower.
    pub exact: bool,
}

/// What came back.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// Legal rows, best guess first; empty when there is none (or none was found).
    pub rows: Vec<Vec<u16>>,
    /// No legal row is cheaper than this (fixed point); `None` when there is no legal row at all.
    pub bound: Option<i64>,
}

/// Tables that are kept from one question to the next.
#[derive(Default)]
pub(crate) struct Pricer {
    pub(super) stretches: Stretches,
    pub(super) off: Vec<i32>,
    pub(super) off_allowed: Vec<bool>,
    pub(super) start: Vec<i32>,
    pub(super) done: Vec<i32>,
    pub(super) long_off: Vec<i32>,
    pub(super) start_range: Vec<(usize, usize)>,
    pub(super) done_range: Vec<(usize, usize)>,
    /// Arcs of all days; those of a day lie between two offsets.
    pub(super) arcs: Vec<Arc>,
    pub(super) arcs_from: Vec<usize>,
    /// Days barred for what a tally counts, by tally; empty where none are.
    pub(super) barred: Vec<Vec<bool>>,
    pub(super) shape: Shape,
    /// By two states of counts: the state of both together, or `u16::MAX`, and what goes beyond soft maxima.
    pub(super) sums: Vec<(u16, i32)>,
}

/// Extents of the tables.
#[derive(Default, Clone)]
pub(super) struct Shape {
    pub(super) minutes: usize,
    pub(super) weekends: usize,
    pub(super) counts: usize,
    /// Exactly kept counts with their radices.
    pub(super) exact: Vec<(usize, usize)>,
    pub(super) lowest_minutes: Vec<usize>,
    /// Whether minutes and weekends are told apart at all.
    pub(super) with_minutes: bool,
    pub(super) with_weekends: bool,
}

impl Shape {
    pub(super) fn plane(&self) -> usize {
        self.minutes * self.weekends * self.counts
    }
}

impl Pricer {
    /// Table cells walked so far: a clock that every machine reads the same.
    pub fn work(&self) -> u64 {
        self.stretches.work
    }

    /// Answers a question. `multipliers` (one per tally, fixed point) are where the search for them starts,
    /// and come back as they ended.
    pub fn price(&mut self, model: &Model, query: &Query, multipliers: &mut Vec<i32>) -> Answer {
        let programme = &model.people[query.person];
        multipliers.resize(programme.tallies.len(), 0);
        self.choose_shape(model, programme, query.exact);
        let exact: Vec<usize> = self.shape.exact.iter().map(|entry| entry.0).collect();
        for &tally in &exact {
            multipliers[tally] = 0;
        }
        let priced = programme.tallies.len() - exact.len();
        let refining = match query.rows {
            RowPrices::Linear(_) => 1,
            RowPrices::Marginal(_) if priced > 1 => REFINING_TRIES / 3,
            RowPrices::Marginal(_) => REFINING_TRIES,
        };
        let search = if refining == 1 { Search::Drift } else { Search::Bracket };
        let mut brackets: Vec<Bracket> = programme.tallies.iter().map(|tally| Bracket::new(tally, model)).collect();
        let mut answer = Answer::default();
        self.barred.clear();
        for attempt in 0..refining + MASKING_TRIES {
            let Some(value) = self.solve(model, query, programme, multipliers) else { break };
            if self.barred.is_empty() {
                let mut bound = value.0;
                for (tally, bracket) in brackets.iter().enumerate().filter(|(tally, _)| !exact.contains(tally)) {
                    bound += bracket.conjugate(&programme.tallies[tally], multipliers[tally], model.scale);
                }
                answer.bound = Some(answer.bound.map_or(bound, |best| best.max(bound)));
            }
            let mut steady = true;
            for (tally, bracket) in brackets.iter_mut().enumerate().filter(|(tally, _)| !exact.contains(tally)) {
                let count = &programme.tallies[tally];
                let counted = value.1[0].iter().enumerate().filter(|&(day, &duty)| count.counts(day, duty)).count();
                let total = counted as u32 + count.carried;
                if attempt < refining || total < count.limit.min {
                    steady &= !bracket.update(count.limit, total, search, &mut multipliers[tally]);
                }
            }
            let first = value.1.first().cloned().unwrap_or_default();
            answer.rows.extend(value.1.into_iter().filter(|row| programme.penalty(model, row).is_some()));
            let found = !answer.rows.is_empty();
            if found && (steady || attempt + 1 >= refining || (!query.exact && attempt > 2)) {
                break;
            }
            if attempt + 1 >= refining {
                self.bar(programme, query, model.duties, &first);
            }
        }
        answer
    }

    /// Bars what a row has too much of on all days but the best so many, so that the next row keeps the count.
    fn bar(&mut self, programme: &Programme, query: &Query, duties: usize, row: &[u16]) {
        self.barred.resize(programme.tallies.len(), Vec::new());
        for (count, barred) in programme.tallies.iter().zip(&mut self.barred) {
            let mut used: Vec<usize> = (0..row.len()).filter(|&day| count.counts(day, row[day])).collect();
            let room = count.limit.max.saturating_sub(count.carried) as usize;
            if used.len() <= room || count.limit.above != Weight::Hard {
                continue;
            }
            // Among equals any order will do, but not the same for everybody.
            let spread = |day: usize| {
                (day + 1).wrapping_mul(2_654_435_761).wrapping_add(query.person.wrapping_mul(40_503)) % 1_009
            };
            used.sort_by_key(|&day| (query.shared[day * duties + usize::from(row[day])], spread(day)));
            *barred = vec![true; row.len()];
            for &day in &used[..room] {
                barred[day] = false;
            }
        }
    }

    fn choose_shape(&mut self, model: &Model, programme: &Programme, exact: bool) {
        let longest = model.minutes_of.iter().max().copied().unwrap_or(0) / model.step;
        let reach = longest * model.days as u32;
        let limit = &programme.hours;
        let bound = |minutes: u32| minutes.saturating_sub(programme.carried_minutes);
        let free = bound(limit.min) == 0
            && u64::from(limit.max) >= u64::from(programme.carried_minutes) + u64::from(reach * model.step);
        let most = if limit.above == Weight::Hard { (bound(limit.max) / model.step).min(reach) } else { reach };
        let minutes = if free { 1 } else { most as usize + 1 };
        let total_weekends =
            (0..model.days).filter(|&day| model.weekday(day) == 5 || (day == 0 && model.weekday(0) == 6)).count();
        let limit = &programme.weekends;
        let room = limit.max.saturating_sub(programme.carried_weekends) as usize;
        let bound_by_history = limit.max < programme.carried_weekends;
        let with_weekends = room < total_weekends || limit.min > programme.carried_weekends || bound_by_history;
        let weekends = match limit.above {
            _ if !with_weekends => 1,
            Weight::Hard => room.min(total_weekends) + 1,
            Weight::Soft(_) => total_weekends + 1,
        };
        let lowest = if programme.hours.below == Weight::Hard && !free {
            bound(programme.hours.min).div_ceil(model.step)
        } else {
            0
        };
        let lowest_minutes = (0..=model.days)
            .map(|day| (lowest as usize).saturating_sub(longest as usize * (model.days - day)))
            .collect();
        self.shape = Shape {
            minutes,
            weekends,
            counts: 1,
            exact: Vec::new(),
            lowest_minutes,
            with_minutes: !free,
            with_weekends,
        };
        let most = if exact { EXACT_COUNT_STATES } else { QUICK_COUNT_STATES };
        let fits = MAX_TABLE_CELLS / (self.shape.plane() * (model.days + 1));
        self.shape.exact = exact_counts(model, programme, most.min(fits));
        self.shape.counts = self.shape.exact.iter().map(|entry| entry.1).product();
        let counts = self.shape.counts;
        self.sums.clear();
        for a in 0..counts {
            let sum = |b| add_counts(programme, &self.shape.exact, a, b);
            self.sums.extend((0..counts).map(sum).map(|(state, beyond)| (state, beyond * model.scale as i32)));
        }
    }

    fn solve(
        &mut self,
        model: &Model,
        query: &Query,
        programme: &Programme,
        multipliers: &[i32],
    ) -> Option<(i64, Vec<Vec<u16>>)> {
        self.fill_costs(model, query, programme, multipliers);
        self.sweep(model, programme);
        self.finish(model, programme)
    }

    /// Costs of cells relative to a day off; the days off themselves are a constant.
    fn fill_costs(&mut self, model: &Model, query: &Query, programme: &Programme, multipliers: &[i32]) {
        let (days, duties, shifts) = (model.days, model.duties, model.shifts);
        let scale = model.scale as i32;
        self.stretches.work += (days * duties) as u64;
        self.off.clear();
        self.off_allowed.clear();
        let exact: Vec<(usize, usize)> = self.shape.exact.clone();
        self.stretches.reset(
            model,
            programme,
            &exact,
            self.shape.counts,
            self.shape.with_minutes,
            self.shape.with_weekends,
        );
        for day in 0..days {
            let fixed = (!query.free.contains(&day)).then(|| query.current[day]);
            let off = programme.cell(duties, day, OFF);
            let allowed = off != FORBIDDEN && fixed.is_none_or(|cell| cell == OFF);
            let changed = |duty: u16| if query.change != 0 && query.current[day] != duty { query.change } else { 0 };
            let off = if allowed { off * scale + changed(OFF) } else { 0 };
            self.off.push(off);
            self.off_allowed.push(allowed);
            let costs = &programme.base[day * (duties + 1)..(day + 1) * (duties + 1)];
            for (duty, &own) in costs[..duties].iter().enumerate() {
                if own == FORBIDDEN || fixed.is_some_and(|cell| usize::from(cell) != duty) {
                    continue;
                }
                let mut cost = own * scale + query.shared[day * duties + duty] - off + changed(duty as u16);
                if model.has_links {
                    for &index in &model.cell_rows[day * duties + duty] {
                        let row = &model.rows[index as usize];
                        let coefficient = row
                            .coefficients
                            .as_ref()
                            .map_or(0, |list| list.of(query.person, model.grades[query.person]));
                        if coefficient != 0 {
                            cost += query.rows.of(row, index as usize, coefficient, model.scale);
                        }
                    }
                }
                let is_barred = |(tally, days): (&Count, &Vec<bool>)| {
                    days.get(day) == Some(&true) && tally.counts(day, duty as u16)
                };
                if programme.tallies.iter().zip(&self.barred).any(is_barred) {
                    continue;
                }
                for (tally, &multiplier) in programme.tallies.iter().zip(multipliers) {
                    if multiplier != 0 && tally.counts(day, duty as u16) {
                        cost += multiplier;
                    }
                }
                self.stretches.offer(day * shifts + usize::from(model.shift_of[duty]), cost, duty as u16);
            }
        }
    }

    /// Cost of the first `day` days off, which started before the period or on day 0.
    fn opening(&self, programme: &Programme, day: usize) -> Option<i32> {
        let before = match programme.start {
            Run::Unknown => 0,
            Run::Off(days) => days,
            Run::On { .. } => return (day == 0).then_some(0),
        };
        let mut cost = 0;
        for (index, &allowed) in self.off_allowed[..day].iter().enumerate() {
            if !allowed {
                return None;
            }
            cost += programme.off.too_long(before + index as u32 + 1)?;
        }
        Some(cost)
    }

    fn opening_then_on(&self, model: &Model, programme: &Programme, day: usize) -> Option<i32> {
        let short = match programme.start {
            Run::Off(days) => programme.off.too_short(days + day as u32)?,
            _ => 0,
        };
        Some((self.opening(programme, day)? + short) * model.scale as i32)
    }

    /// Length from which days off are all alike.
    pub(super) fn settled_off(model: &Model, programme: &Programme) -> usize {
        let rule = &programme.off;
        let longest = if rule.max == u32::MAX { rule.min } else { rule.min.max(rule.max) };
        (longest.max(1) as usize).min(model.days + 1)
    }

    fn sweep(&mut self, model: &Model, programme: &Programme) {
        let (days, scale) = (model.days, model.scale as i32);
        let plane = self.shape.plane();
        for table in [&mut self.start, &mut self.done] {
            table.clear();
            table.resize((days + 1) * plane, INFINITE);
        }
        self.long_off.clear();
        self.long_off.resize(plane, INFINITE);
        const NOTHING: (usize, usize) = (usize::MAX, 0);
        self.start_range.clear();
        self.start_range.resize(days + 1, NOTHING);
        self.done_range.clear();
        self.done_range.resize(days + 1, NOTHING);
        let mut long_range = NOTHING;
        if let Run::On { days: length, shift, same } = programme.start
            && let (Some(run), Some(left)) = (programme.on.too_short(length), programme.left_shift(shift, same))
        {
            self.done[0] = (run + left) * scale;
            self.done_range[0] = (0, 0);
        }
        let settled = Self::settled_off(model, programme);
        self.stretches.work += ((days + 1) * plane * settled / LANES) as u64;
        self.arcs.clear();
        self.arcs_from.clear();
        self.arcs_from.resize(days + 1, 0);
        for day in 0..=days {
            if day > 0 {
                self.extend_long_off(programme, day, settled, scale, &mut long_range);
            }
            if day == days {
                break;
            }
            let shortest = if programme.off.below.is_none() { programme.off.min.max(1) as usize } else { 1 };
            for length in shortest..settled.min(day + 1) {
                if let Some(short) = programme.off.too_short(length as u32)
                    && self.all_off(day - length, day)
                {
                    let from = (day - length) * plane;
                    merge(
                        &mut self.start[day * plane..(day + 1) * plane],
                        &self.done[from..from + plane],
                        short * scale,
                    );
                    widen(&mut self.start_range[day], self.done_range[day - length]);
                }
            }
            if programme.off.too_short(settled as u32).is_some() && long_range.0 <= long_range.1 {
                merge(&mut self.start[day * plane..(day + 1) * plane], &self.long_off, 0);
                widen(&mut self.start_range[day], long_range);
            }
            if let Some(cost) = self.opening_then_on(model, programme, day) {
                let cell = &mut self.start[day * plane];
                *cell = (*cell).min(cost);
                widen(&mut self.start_range[day], (0, 0));
            }
            self.arcs_from[day + 1] = self.arcs.len();
            let range = &mut self.start_range[day];
            range.0 = range.0.max(self.shape.lowest_minutes[day]);
            if range.0 <= range.1 {
                self.leave_on_duty(model, programme, day);
            }
        }
    }

    fn all_off(&self, from: usize, to: usize) -> bool {
        self.off_allowed[from..to].iter().all(|&allowed| allowed)
    }

    fn extend_long_off(
        &mut self,
        programme: &Programme,
        day: usize,
        settled: usize,
        scale: i32,
        range: &mut (usize, usize),
    ) {
        let plane = self.shape.plane();
        let beyond = if programme.off.max == u32::MAX { Some(0) } else { programme.off.too_long(settled as u32 + 1) };
        match beyond {
            Some(cost) if self.off_allowed[day - 1] => {
                if cost != 0 {
                    self.long_off.iter_mut().for_each(|value| *value += cost * scale);
                }
            }
            _ => {
                self.long_off.fill(INFINITE);
                *range = (usize::MAX, 0);
            }
        }
        if day >= settled && self.all_off(day - settled, day) {
            let from = (day - settled) * plane;
            merge(&mut self.long_off, &self.done[from..from + plane], 0);
            widen(range, self.done_range[day - settled]);
        }
    }

    fn leave_on_duty(&mut self, model: &Model, programme: &Programme, day: usize) {
        let entry = Entry::at(programme, day);
        self.stretches.arcs(model, programme, day, entry, &mut self.arcs);
        self.arcs_from[day + 1] = self.arcs.len();
        let (minutes, weekends, counts) = (self.shape.minutes, self.shape.weekends, self.shape.counts);
        let plane = self.shape.plane();
        let (low, high) = self.start_range[day];
        let source = &self.start[day * plane..(day + 1) * plane];
        for arc in &self.arcs[self.arcs_from[day]..] {
            let (longer, end) = (usize::from(arc.minutes), day + usize::from(arc.length));
            let high = high.min((minutes - 1).saturating_sub(longer));
            if longer >= minutes || low > high {
                continue;
            }
            let target = &mut self.done[end * plane..(end + 1) * plane];
            let width = high - low + 1;
            for count in 0..counts {
                let (after, beyond) = self.sums[count * counts + usize::from(arc.counts)];
                let cost = arc.cost + beyond;
                if after == u16::MAX {
                    continue;
                }
                for weekend in 0..weekends.saturating_sub(usize::from(arc.weekends)) {
                    let from = (count * weekends + weekend) * minutes + low;
                    let to =
                        (usize::from(after) * weekends + weekend + usize::from(arc.weekends)) * minutes + low + longer;
                    let (from, to) = (&source[from..from + width], &mut target[to..to + width]);
                    for (value, &before) in to.iter_mut().zip(from) {
                        *value = (*value).min(before.wrapping_add(cost));
                    }
                }
            }
            self.stretches.work += (width * counts * weekends / LANES) as u64;
            widen(&mut self.done_range[end], (low + longer, high + longer));
        }
    }

    /// Cost of what a row ends in; `None` when it is not allowed.
    fn ending(&self, model: &Model, programme: &Programme, at: usize) -> Option<i32> {
        let (minutes, weekends) = (self.shape.minutes, self.shape.weekends);
        let (minute, weekend, mut count) = (at % minutes, at / minutes % weekends, at / minutes / weekends);
        let mut cost = 0;
        if self.shape.with_minutes {
            cost += programme.hours_cost(minute as u32 * model.step, model.step)?;
        }
        if self.shape.with_weekends {
            cost += programme.weekend_cost(weekend as u32)?;
        }
        for &(tally, radix) in &self.shape.exact {
            cost += programme.tallies[tally].cost((count % radix) as u32)?;
            count /= radix;
        }
        Some(cost * model.scale as i32)
    }

    fn finish(&mut self, model: &Model, programme: &Programme) -> Option<(i64, Vec<Vec<u16>>)> {
        let (days, plane, scale) = (model.days, self.shape.plane(), model.scale as i32);
        // `start[days]` is free: collect there what ends in days off or in a stretch.
        let settled = Self::settled_off(model, programme);
        let mut last: Vec<i32> = self.done[days * plane..].to_vec();
        for length in 1..settled.min(days + 1) {
            if self.all_off(days - length, days) {
                let from = (days - length) * plane;
                merge(&mut last, &self.done[from..from + plane], 0);
            }
        }
        merge(&mut last, &self.long_off, 0);
        if !matches!(programme.start, Run::On { .. })
            && let Some(cost) = self.opening(programme, days)
        {
            last[0] = last[0].min(cost * scale);
        }
        let mut endings: Vec<(i32, usize)> = Vec::new();
        for at in (0..plane).filter(|&at| last[at] < UNREACHED) {
            if let Some(cost) = self.ending(model, programme, at) {
                endings.push((last[at] + cost, at));
            }
        }
        endings.sort_unstable();
        let best = endings.first()?.0;
        endings.truncate(ROWS_PER_PASS);
        let rows = endings.iter().map(|&(_, at)| self.trace(model, programme, at, last[at])).collect();
        let constant: i64 = self.off.iter().map(|&cost| i64::from(cost)).sum();
        Some((i64::from(best) + constant, rows))
    }
}

fn merge(target: &mut [i32], source: &[i32], cost: i32) {
    for (value, &before) in target.iter_mut().zip(source) {
        *value = (*value).min(before.wrapping_add(cost));
    }
}

fn widen(range: &mut (usize, usize), other: (usize, usize)) {
    if other.0 <= other.1 {
        *range = (range.0.min(other.0), range.1.max(other.1));
    }
}
