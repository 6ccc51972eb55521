//! Limits on cold and night duty, as tallies.

use super::{Limit, Tally};
use crate::problem::Problem;

/// At most `max` duties at posts where the cold counts.
pub fn cold_limit(problem: &Problem, max: u32) -> Tally {
    let cold = |post: usize| problem.posts[post].cold;
    let duties = (0..problem.duties.len()).filter(|&d| problem.duties[d].post.is_some_and(cold)).collect();
    Tally { name: "cold".into(), duties, days: None, carried: 0, limit: Limit::hard(0, max) }
}

/// At most `max` duties in shifts that start at or after `from`, or end after midnight (minutes of the day).
pub fn night_limit(problem: &Problem, from: u32, max: u32) -> Tally {
    let night = |shift: usize| {
        let shift = &problem.shifts[shift];
        shift.start.is_some_and(|start| start >= from || start + shift.minutes > 1_440)
    };
    let duties = (0..problem.duties.len()).filter(|&d| night(problem.duties[d].shift)).collect();
    Tally { name: "nights".into(), duties, days: None, carried: 0, limit: Limit::hard(0, max) }
}
