//! Walks the pricer's tables backwards, from an end state to the row of cells that led there.
//!
//! No choice is stored on the way forward: sums are integers, so the step that led to a value is found by
//! adding up again and comparing.

use super::pricer::{Pricer, UNREACHED};
use super::stretch::Entry;
use crate::model::{Model, Programme};
use crate::problem::OFF;

impl Pricer {
    /// Walks back from an end state to a row of cells.
    pub(super) fn trace(&mut self, model: &Model, programme: &Programme, mut at: usize, mut value: i32) -> Vec<u16> {
        let (plane, scale) = (self.shape.plane(), model.scale as i32);
        let mut cells = vec![OFF; model.days];
        let mut day = model.days;
        let mut ended = true;
        loop {
            // Days off back to a stretch that ended, or to the opening.
            let Some((length, before)) = self.days_off_before(model, programme, day, at, value, ended, scale) else {
                return cells;
            };
            day -= length;
            value = before;
            if day == 0 {
                return cells;
            }
            let Some((from, start_at)) = self.stretch_before(model, programme, day, at, value, &mut cells) else {
                return cells;
            };
            day = from;
            at = start_at;
            value = self.start[day * plane + at];
            ended = false;
            if day == 0 {
                return cells;
            }
        }
    }

    /// The run of days off (perhaps none, at the very end) that led to `value`; `None` when it is the opening.
    #[expect(clippy::too_many_arguments, reason = "one step of a trace: a struct would be built and dropped at once")]
    fn days_off_before(
        &self,
        model: &Model,
        programme: &Programme,
        day: usize,
        at: usize,
        value: i32,
        ended: bool,
        scale: i32,
    ) -> Option<(usize, i32)> {
        let plane = self.shape.plane();
        if ended && self.done[day * plane + at] == value {
            return Some((0, value));
        }
        let settled = Self::settled_off(model, programme) as u32;
        let mut long = 0;
        for length in 1..=day {
            if !self.off_allowed[day - length] {
                break;
            }
            if length as u32 > settled && programme.off.max != u32::MAX {
                long += programme.off.too_long(length as u32)?;
            }
            let short = if ended { Some(0) } else { programme.off.too_short(length as u32) };
            let Some(short) = short else { continue };
            let before = self.done[(day - length) * plane + at];
            if before < UNREACHED && before + (short + long) * scale == value {
                return Some((length, before));
            }
        }
        None
    }

    /// The stretch that ended before `day` in state `at`; writes its cells.
    fn stretch_before(
        &mut self,
        model: &Model,
        programme: &Programme,
        day: usize,
        at: usize,
        value: i32,
        cells: &mut [u16],
    ) -> Option<(usize, usize)> {
        let (minutes, weekends, counts, plane) =
            (self.shape.minutes, self.shape.weekends, self.shape.counts, self.shape.plane());
        let (minute, weekend, count) = (at % minutes, at / minutes % weekends, at / minutes / weekends);
        for from in (0..day).rev() {
            let (lowest, highest) = self.start_range[from];
            let arcs = self.arcs_from[from]..self.arcs_from[from + 1];
            for arc in self.arcs[arcs].iter().filter(|arc| from + usize::from(arc.length) == day) {
                if usize::from(arc.minutes) > minute || usize::from(arc.weekends) > weekend {
                    continue;
                }
                let low = minute - usize::from(arc.minutes);
                if low < lowest || low > highest {
                    continue;
                }
                for before in 0..counts {
                    let (after, beyond) = self.sums[before * counts + usize::from(arc.counts)];
                    if usize::from(after) != count {
                        continue;
                    }
                    let start = (before * weekends + weekend - usize::from(arc.weekends)) * minutes + low;
                    let cost = self.start[from * plane + start];
                    if cost < UNREACHED && cost + arc.cost + beyond == value {
                        let arc = *arc;
                        self.stretches.trace(
                            model,
                            programme,
                            from,
                            Entry::at(programme, from),
                            &arc,
                            &mut cells[from..day],
                        );
                        return Some((from, start));
                    }
                }
            }
        }
        None
    }
}
