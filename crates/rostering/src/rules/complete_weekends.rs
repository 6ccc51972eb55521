//! Both days of a weekend, or neither.

/// Penalty for each weekend with duty on exactly one of its two days; 0 where it does not matter.
///
/// A weekend of which only one day lies in the period is not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct CompleteWeekends(pub u32);
