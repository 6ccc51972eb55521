//! Counts with limits: the small ones are kept exactly as table states, the others get a multiplier each.
//!
//! Above a soft maximum every further one costs the same, so the last state stands for "so many or more", and what
//! goes beyond it is charged at once.

use super::stretch::INFINITE;
use crate::model::{Count, Model, Programme};
use crate::rules::{Limit, Weight};

/// Most counts kept exactly: what a duty adds to is a bit set of one byte.
const MOST_EXACT: usize = 8;

/// The bracket in which the multiplier of a count is sought.
pub(super) struct Bracket {
    low: i32,
    high: Option<i32>,
    step: i32,
    ceiling: i32,
    floor: i32,
}

impl Bracket {
    pub(super) fn new(count: &Count, model: &Model) -> Self {
        let scale = model.scale;
        // A whole row of cells at this multiplier still fits the fixed-point range.
        let ceiling = INFINITE / 8 / model.days as i32;
        let clamp = |weight: Weight| match weight {
            Weight::Hard => ceiling,
            Weight::Soft(weight) => (i64::from(weight) * scale).min(i64::from(ceiling)) as i32,
        };
        let floor = if count.limit.min > count.carried { -clamp(count.limit.below) } else { 0 };
        Bracket { low: floor, high: None, step: 4 * scale as i32, ceiling: clamp(count.limit.above), floor }
    }

    /// What the multiplier gives back: the least of `cost(n) - multiplier * n`.
    pub(super) fn conjugate(&self, count: &Count, multiplier: i32, scale: i64) -> i64 {
        let at = |total: u32| -i64::from(multiplier) * i64::from(total.saturating_sub(count.carried));
        let carried = count.cost(0).map_or(0, |cost| i64::from(cost) * scale);
        match multiplier {
            m if m > 0 => at(count.limit.max) + if count.limit.max < count.carried { carried } else { 0 },
            m if m < 0 => at(count.limit.min),
            _ => {
                if count.limit.max < count.carried {
                    carried
                } else {
                    0
                }
            }
        }
    }

    /// Moves the multiplier; true when it moved enough to matter.
    pub(super) fn update(&mut self, limit: Limit, total: u32, search: Search, multiplier: &mut i32) -> bool {
        let before = *multiplier;
        let (over, under) = (total > limit.max, total < limit.min);
        *multiplier = match search {
            Search::Bracket if over => {
                self.low = self.low.max(before);
                match self.high {
                    Some(high) => self.low + (high - self.low) / 2,
                    None => before.saturating_mul(2).max(before + self.step),
                }
            }
            Search::Bracket if under || (before > 0 && total < limit.max) => {
                self.high = Some(before);
                let low = if under { self.low.min(before - self.step) } else { self.low.max(0) };
                low + (before - low) / 2
            }
            Search::Drift if over => {
                before.saturating_add(before / 2).saturating_add(self.step / 4 * (total - limit.max).min(8) as i32)
            }
            Search::Drift if under => before
                .saturating_sub(before.abs() / 2)
                .saturating_sub(self.step / 4 * (limit.min - total).min(8) as i32),
            Search::Drift if before > 0 && total < limit.max || before < 0 && total > limit.min => before - before / 8,
            _ => before,
        }
        .clamp(self.floor, self.ceiling);
        (over || under || search == Search::Bracket) && (*multiplier - before).abs() > self.step / 16
    }
}

/// How a multiplier is moved.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Search {
    /// Halve the interval in which it must lie.
    Bracket,
    /// A small step, which adds up over the rounds of column generation.
    Drift,
}

/// Counts that depend on the shift alone, smallest first, while their states multiply to at most `most`.
pub(super) fn exact_counts(model: &Model, programme: &Programme, most: usize) -> Vec<(usize, usize)> {
    let mut candidates: Vec<(usize, usize)> = programme
        .tallies
        .iter()
        .enumerate()
        .filter(|(_, tally)| {
            (0..model.duties)
                .all(|a| (0..a).all(|b| model.shift_of[a] != model.shift_of[b] || tally.duties[a] == tally.duties[b]))
        })
        .map(|(index, tally)| {
            let reach = tally.days.as_ref().map_or(model.days, |days| days.iter().filter(|&&on| on).count());
            let room = tally.limit.max.saturating_sub(tally.carried) as usize;
            (index, room.min(reach) + 1)
        })
        .collect();
    candidates.sort_by_key(|entry| entry.1);
    let (mut states, mut kept) = (1, 0);
    candidates.retain(|entry| {
        let fits = states * entry.1 <= most && kept < MOST_EXACT;
        states *= if fits { entry.1 } else { 1 };
        kept += usize::from(fits);
        fits
    });
    candidates
}

/// The state of two counts together and what goes beyond soft maxima costs; `u16::MAX` where a hard one forbids it.
pub(super) fn add_counts(programme: &Programme, exact: &[(usize, usize)], mut a: usize, mut b: usize) -> (u16, i32) {
    let (mut sum, mut unit, mut cost) = (0, 1, 0);
    for &(tally, radix) in exact {
        let digit = a % radix + b % radix;
        if let Some(beyond) = (digit + 1).checked_sub(radix) {
            match programme.tallies[tally].limit.above {
                Weight::Hard if beyond > 0 => return (u16::MAX, 0),
                Weight::Hard => {}
                Weight::Soft(weight) => cost += beyond as i32 * weight as i32,
            }
        }
        sum += digit.min(radix - 1) * unit;
        unit *= radix;
        a /= radix;
        b /= radix;
    }
    (sum as u16, cost)
}
