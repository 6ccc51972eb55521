//! Which shift may not follow which on the next day.

use crate::problem::{Shift, ShiftId};

/// Forbidden pairs and the minimum rest; always hard.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Succession {
    /// `(a, b)`: `b` may not be served on the day after `a`.
    pub forbidden: Vec<(ShiftId, ShiftId)>,
    /// Minutes between the end of a shift and the start of the next day's; judged where both starts are known.
    pub minimum_rest: u32,
}

impl Succession {
    /// True when `next` may follow `previous` on the next day.
    pub fn allows(&self, shifts: &[Shift], previous: ShiftId, next: ShiftId) -> bool {
        if self.forbidden.contains(&(previous, next)) {
            return false;
        }
        match (shifts[previous].start, shifts[next].start) {
            (Some(from), Some(to)) => from + shifts[previous].minutes + self.minimum_rest <= 1_440 + to,
            _ => true,
        }
    }
}
