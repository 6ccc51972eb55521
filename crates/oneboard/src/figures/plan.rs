//! Which hours the posts of a unit are stood in: the shifts of a night, counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use board::{Board, OperationId, Span, UnitId};

/// Shifts of the same hours in exactly one unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hours {
    pub unit: UnitId,
    pub span: Span,
    pub posts: u32,
}

/// The hours as they were read from the board at one position.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub span: Span,
    pub position: u64,
    pub hours: Arc<[Hours]>,
}

impl Plan {
    /// Does it hold for this span, and for a board at `position`, where posts and shifts changed last at `planned`?
    pub fn fits(&self, span: Span, planned: u64, position: u64) -> bool {
        self.span == span && planned <= self.position && planned <= position
    }
}

/// The shifts within `span`, by unit and hours.
pub(super) fn hours_of(board: &Board, operation: OperationId, span: Span) -> Vec<Hours> {
    let mut counted: BTreeMap<(UnitId, i64, i64), Hours> = BTreeMap::new();
    let Some(operation) = board.operation(operation) else { return Vec::new() };
    for post in operation.posts.iter().filter(|post| !post.closed) {
        for (_, shift) in operation.roster.shifts_of(post.id, span) {
            let key = (post.unit, shift.span.from.millis(), shift.span.to.millis());
            counted.entry(key).or_insert(Hours { unit: post.unit, span: shift.span, posts: 0 }).posts += 1;
        }
    }
    counted.into_values().collect()
}
