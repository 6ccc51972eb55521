//! Consecutive days on duty, off duty, and in the same shift.
//!
//! A run that is still under way on the last day is never too short. A run that was under way before the
//! period counts with its history; what it was over the maximum then is not charged again. Where the
//! history is unknown, a run on duty or off duty that starts on day 0 is never too short.

use super::Limit;

/// Days on duty in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct DaysOn(pub Limit);

/// Days off in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct DaysOff(pub Limit);

/// Days in one shift in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SameShift(pub Limit);
