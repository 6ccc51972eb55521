//! How often a person does something: shift types, nights, cold hours, festival days.

use super::Limit;
use crate::problem::{Day, DutyId};

/// A weighted count of duties on days, with a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// What is counted, in a planner's words ("nights", "cold hours").
    pub name: String,
    /// The duties that count.
    pub duties: Vec<DutyId>,
    /// The days that count; `None` for all.
    pub days: Option<Vec<Day>>,
    /// What the person brings along from earlier operations.
    pub carried: u32,
    /// The limit on `carried` plus the count.
    pub limit: Limit,
}
