//! Figures: what the board counts, by unit, for whoever may count it.
//!
//! A unit's figures come from its tally and its log; those of a branch are the sum over the units that the viewer's rights
//! cover, so that nobody can count what they may not open. How they went over the last day is in [`course`].

pub mod course;
mod plan;
mod recall;

pub use course::{Course, Figures, Happening, What};
pub use plan::Hours;
pub use recall::{RecallFault, recall};

use board::access::Scope;
use board::checkin::Tally;
use board::operation::Operation;
use board::watch::{Countersignature, Triage, Watch};
use board::{Board, UnitId};
use schemars::JsonSchema;
use serde::Serialize;

/// Everything that is counted of a unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, JsonSchema)]
pub struct Counts {
    pub posts: Tally,
    /// Lines of the log that somebody must still deal with.
    pub open_lines: u32,
    /// Of these, the ones that nobody has looked at.
    pub untriaged: u32,
    /// Verbal orders that their leader has not signed for.
    pub unsigned: u32,
    /// Of these, the ones that the leader disputes.
    pub disputed: u32,
    /// Receipts of directives that are missing.
    pub not_received: u32,
    /// Tasks that the unit leads and that are past their deadline.
    pub tasks_overdue: u32,
}

impl Counts {
    pub fn add(&mut self, other: Self) {
        self.posts.add(other.posts);
        self.open_lines += other.open_lines;
        self.untriaged += other.untriaged;
        self.unsigned += other.unsigned;
        self.disputed += other.disputed;
        self.not_received += other.not_received;
        self.tasks_overdue += other.tasks_overdue;
    }

    /// What exactly this unit has in an operation.
    pub fn of(board: &Board, operation: &Operation, unit: UnitId) -> Self {
        let log = board.watch(unit).map(Self::of_log).unwrap_or_default();
        Self { posts: operation.presence.tally(unit), ..log }
    }

    /// The open lines of a log. A watch holds the lines of two watches and what is open, a few hundred at most.
    fn of_log(watch: &Watch) -> Self {
        let mut counts = Self::default();
        for (_, line) in watch.open_lines() {
            counts.open_lines += 1;
            counts.untriaged += u32::from(line.triage == Triage::Untriaged && line.closed.is_none());
            match line.order {
                Some((_, Countersignature::Pending)) => counts.unsigned += 1,
                Some((_, Countersignature::Disputed { .. })) => {
                    counts.unsigned += 1;
                    counts.disputed += 1;
                }
                Some((_, Countersignature::Signed { .. })) | None => {}
            }
        }
        counts
    }

    /// Without the log, for those who may see the posts of a unit and not its watch.
    #[must_use]
    pub fn without_log(self) -> Self {
        Self { posts: self.posts, ..Self::default() }
    }
}

/// What a viewer may count.
#[derive(Clone, Debug)]
pub struct Coverage {
    pub board: Scope,
    pub watch: Scope,
}

impl Coverage {
    /// `counts` of a unit, as far as the viewer may see them.
    pub fn cut(&self, board: &Board, unit: UnitId, counts: Counts) -> Counts {
        if self.watch.covers(&board.force, unit) { counts } else { counts.without_log() }
    }
}

#[cfg(test)]
mod tests;
