//! How many weekends a person serves.

use super::Limit;

/// Weekends with duty on Saturday or Sunday, plus [`crate::problem::History::weekends`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Weekends(pub Limit);
