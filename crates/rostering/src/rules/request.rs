//! Wishes, with weights.

use crate::problem::{Day, ShiftId};

/// What is wished for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To serve in this shift.
    On(ShiftId),
    /// Not to serve in this shift.
    Off(ShiftId),
    /// Not to serve at all.
    DayOff,
}

/// A wish for a day; not granting it costs `weight`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The day.
    pub day: Day,
    /// The wish.
    pub wish: Wish,
    /// Penalty where it is not granted.
    pub weight: u32,
}
