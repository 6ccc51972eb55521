//! Judges rosters and bounds; shares no code with the search.
//!
//! Both checkers read the problem as it was stated. They are plain and slow on purpose: what leaves the
//! crate has been judged by something that cannot have the search's faults.

pub mod bound;
pub mod roster;
