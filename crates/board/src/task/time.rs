//! Filing what happened to a task, and what time brings to those that are due.

use super::{Counts, Event, Extension, Happening, Outcome, Progress, State, Task, TaskRow, Tasks, Timer};
use crate::directive::{Difficulty, Ruled, Ruling, Rung, Schedule};
use crate::{Actor, Board, Context, OperationId, TaskId};

const RUNGS: [Rung; 3] = [Rung::Reminder, Rung::Leader, Rung::NextTier];

impl Tasks {
    fn arm(&mut self, id: TaskId, schedule: Schedule) {
        self.timers.extend(RUNGS.map(|rung| (schedule.at(rung), Timer { rung, task: id })));
    }
    fn disarm(&mut self, id: TaskId, schedule: Schedule) {
        for rung in RUNGS {
            self.timers.remove(&(schedule.at(rung), Timer { rung, task: id }));
        }
    }
    /// Every change of a task goes through here, so that what is counted of its unit cannot drift.
    fn change(&mut self, id: TaskId, change: impl FnOnce(&mut Task)) {
        let Some(task) = self.all.get_mut(&id) else { return };
        let before = Counts::of(task);
        change(task);
        let (after, lead) = (Counts::of(task), task.lead);
        let counts = self.counts.entry(lead).or_default();
        counts.subtract(before);
        counts.add(after);
    }
    fn insert(&mut self, id: TaskId, task: Task) {
        if let Some(source) = task.source {
            self.of_clause.entry(source.directive).or_default().insert((source.clause, id));
        }
        if let Some(parent) = task.parent {
            self.below.entry(parent).or_default().insert(id);
        }
        self.of_lead.entry(task.lead).or_default().insert(id);
        self.of_owner.entry(task.owner).or_default().insert(id);
        self.counts.entry(task.lead).or_default().add(Counts::of(&task));
        self.arm(id, task.schedule);
        self.all.insert(id, task);
    }
    /// Drops what hangs on an operation that leaves the board; the records have it.
    pub(crate) fn forget(&mut self, operation: OperationId) {
        let gone: Vec<TaskId> =
            self.iter().filter(|(_, task)| task.operation == Some(operation)).map(|(id, _)| id).collect();
        for id in gone {
            let Some(task) = self.all.remove(&id) else { continue };
            self.disarm(id, task.schedule);
            if let Some(source) = task.source {
                self.of_clause.entry(source.directive).or_default().remove(&(source.clause, id));
            }
            if let Some(parent) = task.parent {
                self.below.entry(parent).or_default().remove(&id);
            }
            self.below.remove(&id);
            self.of_lead.entry(task.lead).or_default().remove(&id);
            self.of_owner.entry(task.owner).or_default().remove(&id);
            self.counts.entry(task.lead).or_default().subtract(Counts::of(&task));
        }
    }
}

fn new(event: &Event, row: &TaskRow, operation: Option<OperationId>, schedule: Schedule) -> Task {
    Task {
        operation,
        source: event.source,
        parent: row.parent,
        unit: row.unit,
        lead: row.lead,
        supporting: row.supporting.clone(),
        owner: row.owner,
        words: row.words.clone(),
        place: row.place.clone(),
        post: row.post,
        from: row.from,
        deadline: row.deadline,
        wanted: row.wanted,
        schedule,
        assigned: (event.by, event.at),
        state: State::Assigned,
        accepted: None,
        difficulty: None,
        extension: None,
        extended: 0,
        returned: 0,
        rework: None,
        progress: None,
        outcome: None,
        overdue: None,
    }
}

pub(crate) fn apply(tasks: &mut Tasks, event: &Event) {
    let (id, at, by) = (event.task, event.at, event.by);
    match &event.what {
        Happening::Assigned { row, operation, schedule } => {
            tasks.insert(id, new(event, row, *operation, *schedule));
            return;
        }
        Happening::Extended { until, schedule, .. } => {
            if let Some(old) = tasks.get(id).map(|task| task.schedule) {
                tasks.disarm(id, old);
                tasks.arm(id, *schedule);
            }
            tasks.change(id, |task| {
                task.deadline = *until;
                task.schedule = *schedule;
                task.extension = None;
                task.extended = task.extended.saturating_add(1);
                task.overdue = None;
            });
            return;
        }
        Happening::Chased { rung } => {
            tasks.timers.remove(&(at, Timer { rung: *rung, task: id }));
        }
        Happening::Closed | Happening::Withdrawn { .. } => {
            if let Some(schedule) = tasks.get(id).map(|task| task.schedule) {
                tasks.disarm(id, schedule);
            }
        }
        Happening::Ruled { ruling: Ruling::Relieved, .. } => {
            if let Some(schedule) = tasks.get(id).map(|task| task.schedule) {
                tasks.disarm(id, schedule);
            }
        }
        _ => {}
    }
    tasks.change(id, |task| change(task, event, at, by));
}

fn change(task: &mut Task, event: &Event, at: crate::At, by: Actor) {
    match &event.what {
        Happening::Assigned { .. } | Happening::Extended { .. } => {}
        Happening::Accepted => {
            task.state = State::Accepted;
            task.accepted = Some((by, at));
        }
        Happening::DifficultyReported { words } => {
            task.difficulty = Some(Difficulty { words: *words, at, by, ruled: None });
        }
        Happening::Ruled { ruling, words } => {
            if let Some(difficulty) = &mut task.difficulty {
                difficulty.ruled = Some(Ruled { ruling: *ruling, words: *words, at, by });
            }
            // Whoever is relieved of a task has it no longer: it is withdrawn, for the reason that the ruling gives.
            if *ruling == Ruling::Relieved {
                task.state = State::Withdrawn { at, by, why: *words };
            }
        }
        Happening::Progressed { words } => task.progress = Some(Progress { words: *words, at, by }),
        Happening::ExtensionAsked { until, words } => {
            task.extension = Some(Extension { until: *until, words: *words, at, by });
        }
        Happening::ExtensionRefused { .. } => task.extension = None,
        Happening::Reported { evidence } => {
            task.state = State::Reported;
            task.outcome = Some(Outcome { evidence: evidence.clone(), at, by });
            // What was asked for is settled by the result.
            task.extension = None;
        }
        Happening::Returned { words } => {
            task.state = State::Returned;
            task.returned = task.returned.saturating_add(1);
            task.rework = Some((*words, at));
            // Sent back after its deadline, it is past it again.
            if task.deadline <= at {
                task.overdue = task.overdue.or(Some((Rung::Leader, task.deadline)));
            }
        }
        Happening::Closed => task.state = State::Closed { at, by },
        Happening::Withdrawn { words } => task.state = State::Withdrawn { at, by, why: *words },
        Happening::Chased { rung } => {
            if *rung != Rung::Reminder && task.is_due() {
                let since = task.overdue.map_or(at, |(_, since)| since);
                task.overdue = Some((*rung, since));
            }
        }
    }
}

/// The rungs that were due up to now, earliest first, at most `most`.
pub(crate) fn pass_time(board: &Board, context: &Context, most: usize) -> Vec<Event> {
    let due = board.tasks.timers.iter().take_while(|(at, _)| *at <= context.now).take(most);
    due.filter_map(|(at, timer)| {
        // Invariant: a task exists while its timers are armed.
        let task = board.tasks.get(timer.task)?;
        let (lead, owner, source) = (task.lead, task.owner, task.source);
        let what = Happening::Chased { rung: timer.rung };
        Some(Event { task: timer.task, lead, owner, source, at: *at, by: Actor::Clock, what })
    })
    .collect()
}
