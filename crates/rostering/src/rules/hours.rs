//! Minimum and maximum hours over the period, history included.

use super::Limit;

/// Minutes on duty over the period plus [`crate::problem::History::minutes`].
///
/// A soft limit is charged per [`crate::problem::Problem::minute_step`], rounded down for what is too much
/// and for what is too little alike, so that limits that are no multiple of the step never cost a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Hours(pub Limit);
