//! Inside one stretch of duty: which shifts, in which order, at what cost.
//!
//! For each first day this yields the cheapest way to serve so many days in a row with so many minutes and
//! counts, as arcs for [`super::pricer`]. Successions, runs of one shift, the length of the stretch and
//! half weekends are settled here and never seen outside.

use super::counts::add_counts;
use crate::model::{Model, Programme, RunRule};
use crate::problem::Run;
use crate::rules::Weight;

/// Costs at or above half of this are not reachable. Sums stay below a quarter of it by the choice of scale.
pub(crate) const INFINITE: i32 = 1 << 29;

/// A soft maximum of days in one shift from here on is left out while pricing: it would widen every table for
/// stretches that other rules make dear long before. Prices are then a little low, which keeps bounds valid.
const FAR_SAME: u32 = 14;

/// The cheapest stretch of a length, with given minutes and counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arc {
    pub length: u16,
    /// In steps of [`Model::step`].
    pub minutes: u16,
    pub weekends: u16,
    /// Combined state of the exactly kept counts.
    pub counts: u16,
    pub cost: i32,
    /// State on its last day.
    last: u32,
}

/// How a stretch begins.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry {
    /// After a day off; `exempt` from the minimum length when the days before are unknown.
    Fresh { exempt: bool },
    /// Continues what was under way before the period.
    Continues { days: u32, shift: usize, same: u32 },
}

impl Entry {
    pub fn at(programme: &Programme, day: usize) -> Entry {
        match programme.start {
            Run::On { days, shift, same } if day == 0 => Entry::Continues { days, shift, same },
            Run::Unknown if day == 0 => Entry::Fresh { exempt: true },
            _ => Entry::Fresh { exempt: false },
        }
    }
}

/// Costs of one person's cells by day and shift, and the tables to walk them.
#[derive(Default)]
pub(crate) struct Stretches {
    cost: Vec<i32>,
    duty: Vec<u16>,
    /// By day × shift: which exact counts a duty adds to, as a bit set.
    bits: Vec<u8>,
    /// By state and bit set: the state after it, or `u16::MAX`, and what that costs beyond soft maxima.
    bump: Vec<(u16, i32)>,
    /// Minutes of each shift in steps, above the shortest.
    extra: Vec<usize>,
    shortest: usize,
    counts: usize,
    same: usize,
    layers: Vec<Vec<i32>>,
    with_minutes: bool,
    with_weekends: bool,
    /// Table cells walked so far: what pricing costs, whatever the machine.
    pub work: u64,
}

impl Stretches {
    pub fn reset(
        &mut self,
        model: &Model,
        programme: &Programme,
        exact: &[(usize, usize)],
        counts: usize,
        with_minutes: bool,
        with_weekends: bool,
    ) {
        let cells = model.days * model.shifts;
        self.cost.clear();
        self.cost.resize(cells, INFINITE);
        self.duty.clear();
        self.duty.resize(cells, 0);
        self.bits.clear();
        self.bits.resize(if exact.is_empty() { 0 } else { cells }, 0);
        self.counts = counts;
        self.with_minutes = with_minutes;
        self.with_weekends = with_weekends;
        let steps = |shift: usize| if with_minutes { (model.minutes_of[shift] / model.step) as usize } else { 0 };
        self.shortest = (0..model.shifts).map(steps).min().unwrap_or(0);
        self.extra.clear();
        self.extra.extend((0..model.shifts).map(|shift| steps(shift) - self.shortest));
        // Days in one shift are told apart up to where neither limit looks any further, the run that was under
        // way before the period included.
        let before = if let Run::On { same, .. } = programme.start { same } else { 0 };
        let longest = (model.days as u32).saturating_add(before).saturating_add(1);
        self.same = programme
            .same
            .iter()
            .map(|rule| if is_far(rule) { rule.min.max(1) } else { rule.min.max(rule.max + 1) })
            .max()
            .map_or(1, |most| most.min(longest) as usize);
        self.bump.clear();
        if !exact.is_empty() {
            for (bit, &(tally, _)) in exact.iter().enumerate() {
                for day in 0..model.days {
                    for (duty, &shift) in model.shift_of.iter().enumerate() {
                        if programme.tallies[tally].counts(day, duty as u16) {
                            self.bits[day * model.shifts + usize::from(shift)] |= 1 << bit;
                        }
                    }
                }
            }
            for state in 0..counts {
                self.bump.extend((0..1_usize << exact.len()).map(|bits| bumped(model, programme, exact, state, bits)));
            }
        }
    }

    /// Offers a duty for a day and shift; the cheapest is kept.
    pub fn offer(&mut self, cell: usize, cost: i32, duty: u16) {
        if cost < self.cost[cell] {
            self.cost[cell] = cost;
            self.duty[cell] = duty;
        }
    }

    /// Longest stretch that may start at `from`.
    fn longest(model: &Model, programme: &Programme, from: usize, before: u32) -> usize {
        let room = model.days - from;
        if programme.on.above.is_some() || programme.on.max == u32::MAX {
            return room;
        }
        room.min(programme.on.max.saturating_sub(before) as usize)
    }

    fn extras(&self, length: usize) -> usize {
        self.extra.iter().max().copied().unwrap_or(0) * length + 1
    }

    fn index(&self, shifts: usize, extra: usize, count: usize, shift: usize, same: usize) -> usize {
        ((extra * self.counts + count) * shifts + shift) * self.same + same
    }

    /// Appends all arcs of stretches that start on `from`.
    pub fn arcs(&mut self, model: &Model, programme: &Programme, from: usize, entry: Entry, out: &mut Vec<Arc>) {
        let before = if let Entry::Continues { days, .. } = entry { days } else { 0 };
        let longest = Self::longest(model, programme, from, before);
        let (mut fixed, mut weekends) = (0, 0_u16);
        for length in 1..=longest {
            let day = from + length - 1;
            if !self.walk(model, programme, from, length, entry) {
                return;
            }
            let scale = model.scale as i32;
            let Some(long) = programme.on.too_long(before + length as u32) else { return };
            let weekday = model.weekday(day);
            let follows_on = length > 1 || matches!(entry, Entry::Continues { .. });
            weekends += u16::from(self.with_weekends && weekday >= 5 && !(weekday == 6 && follows_on));
            fixed += long * scale;
            if length == 1 && from > 0 && weekday == 6 {
                fixed += programme.half_weekend * scale;
            }
            let at_end = day + 1 == model.days;
            let exempt = at_end || matches!(entry, Entry::Fresh { exempt: true });
            let short = if exempt { Some(0) } else { programme.on.too_short(before + length as u32) };
            let Some(short) = short else { continue };
            let half = if weekday == 5 && !at_end { programme.half_weekend } else { 0 };
            let closing = fixed + (short + half) * scale;
            for extra in 0..self.extras(length) {
                for count in 0..self.counts {
                    let (best, last) = self.cheapest_end(model, programme, length, extra, count, at_end);
                    if best < INFINITE / 2 {
                        out.push(Arc {
                            length: length as u16,
                            minutes: (self.shortest * length + extra) as u16,
                            weekends,
                            counts: count as u16,
                            cost: best + closing,
                            last: last as u32,
                        });
                    }
                }
            }
        }
    }

    /// Cheapest way to end with these totals, the last shift's run closed, and the state it ends in.
    fn cheapest_end(
        &self,
        model: &Model,
        programme: &Programme,
        length: usize,
        extra: usize,
        count: usize,
        at_end: bool,
    ) -> (i32, usize) {
        let layer = &self.layers[length - 1];
        let mut best = (INFINITE, 0);
        for shift in 0..model.shifts {
            for same in 0..self.same {
                let at = self.index(model.shifts, extra, count, shift, same);
                let closing = if at_end { Some(0) } else { programme.left_shift(shift, same as u32 + 1) };
                if let Some(closing) = closing.filter(|_| layer[at] < INFINITE / 2) {
                    best = best.min((layer[at] + closing * model.scale as i32, at));
                }
            }
        }
        best
    }

    /// Fills the layer of day `from + length - 1`; false when nothing reaches it.
    fn walk(&mut self, model: &Model, programme: &Programme, from: usize, length: usize, entry: Entry) -> bool {
        let (shifts, scale) = (model.shifts, model.scale as i32);
        let day = from + length - 1;
        let size = self.extras(length) * self.counts * shifts * self.same;
        if self.layers.len() < length {
            self.layers.push(Vec::new());
        }
        self.work += size as u64;
        let mut layer = std::mem::take(&mut self.layers[length - 1]);
        layer.clear();
        layer.resize(size, INFINITE);
        let mut reached = false;
        if length == 1 {
            for shift in (0..shifts).filter(|&shift| self.cost[day * shifts + shift] < INFINITE) {
                let (same, before) = match entry {
                    Entry::Continues { shift: was, same, .. } if was == shift => (same + 1, Some(0)),
                    Entry::Continues { shift: was, same, .. } => (1, programme.left_shift(was, same)),
                    Entry::Fresh { .. } => (1, Some(0)),
                };
                let allowed =
                    !matches!(entry, Entry::Continues { shift: was, .. } if !model.follows[was * shifts + shift]);
                let long = too_long(programme.same.get(shift), same);
                let (Some(before), Some(long), true) = (before, long, allowed) else { continue };
                let (count, beyond) = self.bumped(0, day * shifts + shift);
                if count == u16::MAX {
                    continue;
                }
                let at = self.index(
                    shifts,
                    self.extra[shift],
                    usize::from(count),
                    shift,
                    (same as usize).min(self.same) - 1,
                );
                layer[at] = layer[at].min(self.cost[day * shifts + shift] + beyond + (before + long) * scale);
                reached = true;
            }
        } else {
            let previous = &self.layers[length - 2];
            let mut leaving = vec![INFINITE; shifts];
            for extra in 0..self.extras(length - 1) {
                for count in 0..self.counts {
                    let mut any = false;
                    for shift in 0..shifts {
                        leaving[shift] = INFINITE;
                        for same in 0..self.same {
                            let value = previous[self.index(shifts, extra, count, shift, same)];
                            if value < INFINITE / 2
                                && let Some(cost) = programme.left_shift(shift, same as u32 + 1)
                            {
                                leaving[shift] = leaving[shift].min(value + cost * scale);
                            }
                            any |= value < INFINITE / 2;
                        }
                    }
                    if !any {
                        continue;
                    }
                    for shift in (0..shifts).filter(|&shift| self.cost[day * shifts + shift] < INFINITE) {
                        let (next, beyond) = self.bumped(count, day * shifts + shift);
                        if next == u16::MAX {
                            continue;
                        }
                        let cost = self.cost[day * shifts + shift] + beyond;
                        let longer = extra + self.extra[shift];
                        let mut best = INFINITE;
                        for was in (0..shifts).filter(|&was| was != shift) {
                            if model.follows[was * shifts + shift] {
                                best = best.min(leaving[was]);
                            }
                        }
                        let rule = programme.same.get(shift);
                        if best < INFINITE / 2
                            && let Some(long) = too_long(rule, 1)
                        {
                            let at = self.index(shifts, longer, usize::from(next), shift, 0);
                            layer[at] = layer[at].min(best + cost + long * scale);
                            reached = true;
                        }
                        if model.follows[shift * shifts + shift] {
                            for same in 0..self.same {
                                let value = previous[self.index(shifts, extra, count, shift, same)];
                                let long = too_long(rule, same as u32 + 2);
                                if value < INFINITE / 2
                                    && let Some(long) = long
                                {
                                    let at = self.index(
                                        shifts,
                                        longer,
                                        usize::from(next),
                                        shift,
                                        (same + 1).min(self.same - 1),
                                    );
                                    layer[at] = layer[at].min(value + cost + long * scale);
                                    reached = true;
                                }
                            }
                        }
                    }
                }
            }
        }
        self.layers[length - 1] = layer;
        reached
    }

    fn bumped(&self, count: usize, cell: usize) -> (u16, i32) {
        if self.bump.is_empty() {
            return (0, 0);
        }
        let width = self.bump.len() / self.counts;
        self.bump[count * width + usize::from(self.bits[cell])]
    }

    /// Writes the duties of an arc into `cells`.
    pub fn trace(
        &mut self,
        model: &Model,
        programme: &Programme,
        from: usize,
        entry: Entry,
        arc: &Arc,
        cells: &mut [u16],
    ) {
        let (shifts, scale) = (model.shifts, model.scale as i32);
        for length in 1..=usize::from(arc.length) {
            self.walk(model, programme, from, length, entry);
        }
        let mut at = arc.last as usize;
        for length in (1..=usize::from(arc.length)).rev() {
            let (same, shift) = (at % self.same, at / self.same % shifts);
            let (count, extra) = (at / self.same / shifts % self.counts, at / self.same / shifts / self.counts);
            let cell = (from + length - 1) * shifts + shift;
            cells[length - 1] = self.duty[cell];
            if length == 1 {
                return;
            }
            let value = self.layers[length - 1][at];
            let rule = programme.same.get(shift);
            let previous = &self.layers[length - 2];
            let mut found = None;
            'search: for was in 0..shifts {
                if !model.follows[was * shifts + shift] || extra < self.extra[shift] {
                    continue;
                }
                for before in 0..self.counts {
                    let (next, beyond) = self.bumped(before, cell);
                    if usize::from(next) != count {
                        continue;
                    }
                    for run in 0..self.same {
                        let from = self.index(shifts, extra - self.extra[shift], before, was, run);
                        if from >= previous.len() || previous[from] >= INFINITE / 2 {
                            continue;
                        }
                        let (now, left) = if was == shift {
                            ((run + 1).min(self.same - 1), Some(0))
                        } else {
                            (0, programme.left_shift(was, run as u32 + 1))
                        };
                        let length_now = if was == shift { run as u32 + 2 } else { 1 };
                        let long = too_long(rule, length_now);
                        if let (Some(left), Some(long)) = (left, long)
                            && now == same
                            && previous[from] + beyond + (left + long) * scale + self.cost[cell] == value
                        {
                            found = Some(from);
                            break 'search;
                        }
                    }
                }
            }
            let Some(from) = found else { return };
            at = from;
        }
    }
}

/// True where the maximum of days in one shift is none, or one that is left out.
fn is_far(rule: &RunRule) -> bool {
    rule.max == u32::MAX || (rule.max >= FAR_SAME && rule.above.is_some())
}

/// Cost of the day that makes a run of one shift `length` long.
fn too_long(rule: Option<&RunRule>, length: u32) -> Option<i32> {
    rule.filter(|rule| !is_far(rule)).map_or(Some(0), |rule| rule.too_long(length))
}

fn bumped(model: &Model, programme: &Programme, exact: &[(usize, usize)], state: usize, bits: usize) -> (u16, i32) {
    let (mut one, mut unit) = (0, 1);
    let mut alone = 0;
    for (bit, &(tally, radix)) in exact.iter().enumerate() {
        if bits >> bit & 1 == 1 {
            if radix > 1 {
                one += unit;
            } else {
                // No room at all: hard ones were forbidden as cells, soft ones are charged one by one.
                match programme.tallies[tally].limit.above {
                    Weight::Hard => return (u16::MAX, 0),
                    Weight::Soft(weight) => alone += weight as i32,
                }
            }
        }
        unit *= radix;
    }
    let (next, beyond) = add_counts(programme, exact, state, one);
    (next, (beyond + alone) * model.scale as i32)
}
