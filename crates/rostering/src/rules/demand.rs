//! How many people a duty needs on a day.

use crate::problem::{Day, DutyId};

/// Demand for one duty on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// The day.
    pub day: Day,
    /// The duty: shift, post and qualification.
    pub duty: DutyId,
    /// Fewer than this is not legal.
    pub minimum: u32,
    /// What is wanted; at least `minimum`.
    pub wanted: u32,
    /// Penalty for each person short of `wanted`.
    pub under: u32,
    /// Penalty for each person above `wanted`.
    pub over: u32,
}
