//! The trace: from a sentence of a directive to every duty derived from it, down to stations and posts, and their state.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::task::{self, Task};
use crate::{Board, DirectiveId, TaskId, UnitId};

/// A duty derived from a clause, with how far down it is.
#[derive(Clone, Copy, Debug)]
pub struct Duty<'a> {
    pub id: TaskId,
    pub task: &'a Task,
    /// 0 for a task derived from the clause itself, 1 for one split from that, and so on.
    pub depth: u8,
}

/// How far a clause has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Taking {
    /// No duty was derived from it, or none that anybody has taken up.
    Untaken,
    /// A duty of it is past its deadline.
    Overdue,
    /// Taken up, and not all of it done.
    UnderWay,
    /// Every duty is closed.
    Done,
}

/// Every duty derived from a clause, a task before what was split from it, in the order in which they were assigned.
pub fn trace(board: &Board, directive: DirectiveId, clause: u16) -> Vec<Duty<'_>> {
    let mut duties = Vec::new();
    let roots = board.tasks.of_clause(directive, clause).filter(|(_, task)| task.parent.is_none());
    let mut waiting: Vec<(TaskId, &Task, u8)> = roots.map(|(id, task)| (id, task, 0)).collect();
    waiting.sort_by_key(|(id, task, _)| std::cmp::Reverse((task.assigned.1, *id)));
    while let Some((id, task, depth)) = waiting.pop() {
        duties.push(Duty { id, task, depth });
        let mut below: Vec<(TaskId, &Task, u8)> =
            board.tasks.below(id).map(|(id, task)| (id, task, depth.saturating_add(1))).collect();
        below.sort_by_key(|(id, task, _)| std::cmp::Reverse((task.assigned.1, *id)));
        waiting.extend(below);
    }
    duties
}

/// How far a clause has come, all its duties taken together.
pub fn taking(board: &Board, directive: DirectiveId, clause: u16) -> Taking {
    let (mut taken, mut open, mut overdue) = (false, false, false);
    for (_, task) in board.tasks.of_clause(directive, clause) {
        match task.state {
            task::State::Withdrawn { .. } => continue,
            task::State::Closed { .. } => taken = true,
            task::State::Assigned => open = true,
            task::State::Accepted | task::State::Reported | task::State::Returned => (taken, open) = (true, true),
        }
        overdue |= task.overdue.is_some() && task.is_due();
    }
    match (taken, open, overdue) {
        (_, _, true) => Taking::Overdue,
        (false, ..) => Taking::Untaken,
        (true, true, _) => Taking::UnderWay,
        (true, false, _) => Taking::Done,
    }
}

/// The units of the next tier that nothing of a clause was given to, neither to them nor below them.
pub fn untaken(board: &Board, directive: DirectiveId, clause: u16) -> Vec<UnitId> {
    let Some(found) = board.directives.get(directive) else { return Vec::new() };
    let mut given: BTreeSet<UnitId> = BTreeSet::new();
    for (_, task) in board.tasks.of_clause(directive, clause) {
        if matches!(task.state, task::State::Withdrawn { .. }) {
            continue;
        }
        for unit in std::iter::once(task.lead).chain(task.supporting.iter().copied()) {
            given.extend(board.force.unit(unit).into_iter().flat_map(|unit| unit.path.iter().copied()));
        }
    }
    let next = found.units.iter().filter(|(_, receipt)| receipt.relay == 0 && !receipt.released);
    // Straight through, a unit below one that receives too answers to that one.
    let next = next.map(|(unit, _)| *unit).filter(|unit| {
        let above = board.force.unit(*unit).and_then(|unit| unit.parent);
        above.is_none_or(|above| !found.units.contains_key(&above))
    });
    next.filter(|unit| !given.contains(unit)).collect()
}
