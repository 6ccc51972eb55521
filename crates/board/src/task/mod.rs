//! Tasks: one owner, one deadline, and the proof that it was done.
//!
//! ```text
//! Assigned ─▶ Accepted ─▶ Reported ─▶ Closed
//!                 ▲  ▲        │
//!                 │  └ Returned ◀ sent back with the reason
//!    (Withdrawn from any open state)
//! ```
//!
//! Difficulties and extensions are asked beside the state and do not change it. A task is split further by tasks below it,
//! whose deadlines are not after its own.

mod decide;
mod time;

use imbl::{OrdMap, OrdSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

pub(crate) use decide::{decide, done_at, place};
pub(crate) use time::{apply, pass_time};

use crate::access::{Action, Place, permits, scope};
use crate::directive::{Difficulty, Evidence, Ruling, Rung, Schedule};
use crate::{
    Actor, At, Board, DirectiveId, Label, OperationId, PersonId, PostId, Subject, TaskId, TextId, UnitId, Wording,
};

/// Tasks derived from one clause, all tiers together: 100 counties with 20 duties each.
pub const MOST_OF_CLAUSE: usize = 2_000;
/// Units that support one task.
pub const MOST_SUPPORTING: usize = 20;

/// The sentence that a task comes from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    pub directive: DirectiveId,
    pub clause: u16,
}

/// What must be shown for it to count as done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// The word of whoever did it.
    #[default]
    Word,
    /// What was done, in words.
    Report,
    /// A photograph or another file.
    File,
}

/// A task as a form gives it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TaskRow {
    pub id: TaskId,
    pub source: Option<Source>,
    /// The task that this is part of; it gives the source.
    #[serde(default)]
    pub parent: Option<TaskId>,
    /// The unit that assigns it, and to which its result is reported.
    pub unit: UnitId,
    pub lead: UnitId,
    #[serde(default)]
    #[schemars(with = "Vec<UnitId>")]
    pub supporting: SmallVec<[UnitId; 2]>,
    pub owner: PersonId,
    pub words: Wording,
    #[serde(default)]
    pub place: Label,
    #[serde(default)]
    pub post: Option<PostId>,
    /// When to begin, where that matters.
    #[serde(default)]
    pub from: Option<At>,
    pub deadline: At,
    #[serde(default)]
    pub wanted: Wanted,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Assigned,
    Accepted,
    /// A result is in and waits for the assigning unit's word.
    Reported,
    /// The result was sent back.
    Returned,
    Closed {
        at: At,
        by: Actor,
    },
    Withdrawn {
        at: At,
        by: Actor,
        why: TextId,
    },
}

/// A later deadline that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Extension {
    pub until: At,
    pub words: TextId,
    pub at: At,
    pub by: Actor,
}

/// The latest word on how it goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Progress {
    pub words: TextId,
    pub at: At,
    pub by: Actor,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Outcome {
    pub evidence: Evidence,
    pub at: At,
    pub by: Actor,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Task {
    pub operation: Option<OperationId>,
    pub source: Option<Source>,
    pub parent: Option<TaskId>,
    pub unit: UnitId,
    pub lead: UnitId,
    pub supporting: SmallVec<[UnitId; 2]>,
    pub owner: PersonId,
    pub words: Wording,
    pub place: Label,
    pub post: Option<PostId>,
    pub from: Option<At>,
    pub deadline: At,
    pub wanted: Wanted,
    pub schedule: Schedule,
    pub assigned: (Actor, At),
    pub state: State,
    pub accepted: Option<(Actor, At)>,
    pub difficulty: Option<Difficulty>,
    pub extension: Option<Extension>,
    /// How often its deadline was moved, and how often its result was sent back.
    pub extended: u16,
    pub returned: u16,
    /// Why the latest result was sent back, and when.
    pub rework: Option<(TextId, At)>,
    pub progress: Option<Progress>,
    pub outcome: Option<Outcome>,
    /// Since when it is past its deadline, and the rung of the ladder that was reached.
    pub overdue: Option<(Rung, At)>,
}

impl Task {
    pub fn is_open(&self) -> bool {
        !matches!(self.state, State::Closed { .. } | State::Withdrawn { .. })
    }
    /// Somebody has yet to do it: open, and no result is in.
    pub fn is_due(&self) -> bool {
        matches!(self.state, State::Assigned | State::Accepted | State::Returned)
    }
    /// Every text that it shows: the register must have them when the server starts.
    pub fn texts(&self, into: &mut Vec<TextId>) {
        into.extend(self.words.texts().into_iter().flatten());
        if let State::Withdrawn { why, .. } = self.state {
            into.push(why);
        }
        if let Some(difficulty) = self.difficulty {
            into.push(difficulty.words);
            into.extend(difficulty.ruled.map(|ruled| ruled.words));
        }
        into.extend(self.extension.map(|asked| asked.words));
        into.extend(self.progress.map(|progress| progress.words));
        into.extend(self.rework.map(|(why, _)| why));
        into.extend(self.outcome.as_ref().and_then(|outcome| outcome.evidence.words));
    }
    pub fn open_difficulty(&self) -> Option<&Difficulty> {
        self.difficulty.as_ref().filter(|found| found.is_open())
    }
}

/// Tasks of one unit as leader, counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    pub open: u32,
    pub overdue: u32,
    pub closed: u32,
}

impl Counts {
    pub fn of(task: &Task) -> Self {
        Self {
            open: u32::from(task.is_open()),
            overdue: u32::from(task.is_due() && task.overdue.is_some()),
            closed: u32::from(matches!(task.state, State::Closed { .. })),
        }
    }
    pub fn add(&mut self, other: Self) {
        self.open += other.open;
        self.overdue += other.overdue;
        self.closed += other.closed;
    }
    fn subtract(&mut self, other: Self) {
        self.open -= other.open;
        self.overdue -= other.overdue;
        self.closed -= other.closed;
    }
}

/// What time will bring.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Timer {
    rung: Rung,
    task: TaskId,
}

/// Every task on the board.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tasks {
    all: OrdMap<TaskId, Task>,
    of_clause: OrdMap<DirectiveId, OrdSet<(u16, TaskId)>>,
    below: OrdMap<TaskId, OrdSet<TaskId>>,
    of_lead: OrdMap<UnitId, OrdSet<TaskId>>,
    of_owner: OrdMap<PersonId, OrdSet<TaskId>>,
    counts: OrdMap<UnitId, Counts>,
    timers: OrdSet<(At, Timer)>,
}

impl Tasks {
    pub fn get(&self, id: TaskId) -> Option<&Task> {
        self.all.get(&id)
    }
    pub fn known(&self, id: TaskId) -> Result<&Task, Refusal> {
        self.all.get(&id).ok_or(Refusal::NoSuchTask { task: id })
    }
    pub fn iter(&self) -> impl Iterator<Item = (TaskId, &Task)> {
        self.all.iter().map(|(id, task)| (*id, task))
    }
    pub fn len(&self) -> usize {
        self.all.len()
    }
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
    fn named<'a>(&'a self, ids: Option<&'a OrdSet<TaskId>>) -> impl Iterator<Item = (TaskId, &'a Task)> {
        ids.into_iter().flatten().filter_map(|id| self.all.get(id).map(|task| (*id, task)))
    }
    /// Those derived from a clause, at every tier.
    pub fn of_clause(&self, directive: DirectiveId, clause: u16) -> impl Iterator<Item = (TaskId, &Task)> {
        let range = (clause, TaskId::from_value(0))..=(clause, TaskId::from_value(u64::MAX));
        let ids = self.of_clause.get(&directive).into_iter().flat_map(move |ids| ids.range(range.clone()));
        ids.filter_map(|(_, id)| self.all.get(id).map(|task| (*id, task)))
    }
    /// Those derived from any clause of a directive, by clause.
    pub fn of_directive(&self, directive: DirectiveId) -> impl Iterator<Item = (u16, TaskId, &Task)> {
        let ids = self.of_clause.get(&directive).into_iter().flatten();
        ids.filter_map(|(clause, id)| self.all.get(id).map(|task| (*clause, *id, task)))
    }
    /// Those that a task was split into.
    pub fn below(&self, id: TaskId) -> impl Iterator<Item = (TaskId, &Task)> {
        self.named(self.below.get(&id))
    }
    /// Those that a unit leads.
    pub fn of_lead(&self, unit: UnitId) -> impl Iterator<Item = (TaskId, &Task)> {
        self.named(self.of_lead.get(&unit))
    }
    pub fn of_owner(&self, person: PersonId) -> impl Iterator<Item = (TaskId, &Task)> {
        self.named(self.of_owner.get(&person))
    }
    /// The tasks that exactly this unit leads, counted.
    pub fn counts(&self, unit: UnitId) -> Counts {
        self.counts.get(&unit).copied().unwrap_or_default()
    }
    /// The open tasks of a directive that a unit leads.
    pub fn open_of(&self, directive: DirectiveId, lead: UnitId) -> u32 {
        let of = |task: &Task| task.source.is_some_and(|source| source.directive == directive);
        self.of_lead(lead).filter(|(_, task)| task.is_open() && of(task)).count() as u32
    }
    pub fn next_timer(&self) -> Option<At> {
        self.timers.get_min().map(|(at, _)| *at)
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    Assign(Box<TaskRow>),
    Accept {
        task: TaskId,
    },
    ReportDifficulty {
        task: TaskId,
        words: TextId,
    },
    Rule {
        task: TaskId,
        ruling: Ruling,
        words: TextId,
    },
    Progress {
        task: TaskId,
        words: TextId,
    },
    AskExtension {
        task: TaskId,
        until: At,
        words: TextId,
    },
    AnswerExtension {
        task: TaskId,
        grant: bool,
        words: Option<TextId>,
    },
    /// The result, with its evidence.
    Report {
        task: TaskId,
        evidence: Evidence,
    },
    /// Send a result back.
    Return {
        task: TaskId,
        words: TextId,
    },
    Close {
        task: TaskId,
    },
    Withdraw {
        task: TaskId,
        words: TextId,
    },
}

impl Command {
    pub fn task(&self) -> TaskId {
        match self {
            Self::Assign(row) => row.id,
            Self::Accept { task }
            | Self::ReportDifficulty { task, .. }
            | Self::Rule { task, .. }
            | Self::Progress { task, .. }
            | Self::AskExtension { task, .. }
            | Self::AnswerExtension { task, .. }
            | Self::Report { task, .. }
            | Self::Return { task, .. }
            | Self::Close { task }
            | Self::Withdraw { task, .. } => *task,
        }
    }
}

/// Everything about a task names the units and the person whom it concerns, so that screens and records find it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Event {
    pub task: TaskId,
    pub lead: UnitId,
    pub owner: PersonId,
    pub source: Option<Source>,
    pub at: At,
    pub by: Actor,
    pub what: Happening,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    Assigned {
        row: Box<TaskRow>,
        operation: Option<OperationId>,
        schedule: Schedule,
    },
    Accepted,
    DifficultyReported {
        words: TextId,
    },
    Ruled {
        ruling: Ruling,
        words: TextId,
    },
    Progressed {
        words: TextId,
    },
    ExtensionAsked {
        until: At,
        words: TextId,
    },
    Extended {
        until: At,
        schedule: Schedule,
        words: Option<TextId>,
    },
    ExtensionRefused {
        words: Option<TextId>,
    },
    Reported {
        evidence: Evidence,
    },
    Returned {
        words: TextId,
    },
    Closed,
    Withdrawn {
        words: TextId,
    },
    /// A rung of the ladder was reached with no result in. `at` is when it was due.
    Chased {
        rung: Rung,
    },
}

impl Event {
    pub fn subjects(&self, into: &mut Vec<Subject>) {
        into.extend([Subject::Task(self.task), Subject::Unit(self.lead), Subject::Person(self.owner)]);
        into.extend(self.source.map(|source| Subject::Directive(source.directive)));
    }
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("task {task} is not on the board: look at the list, or in the records")]
    NoSuchTask { task: TaskId },
    #[error("a task {task} exists already: send the command with an id of its own")]
    TaskIdTaken { task: TaskId },
    #[error("unit {unit} has not received this directive: it can assign nothing from it until it has")]
    AssignerDidNotReceive { unit: UnitId },
    #[error("a part of task {parent} is assigned by its lead unit {lead}, not by {unit}")]
    NotTheLead { parent: TaskId, lead: UnitId, unit: UnitId },
    #[error("unit {lead} is not below {above}: choose the assigning unit itself or one below it")]
    LeadOutside { lead: UnitId, above: UnitId },
    #[error("person {person} does not serve in unit {lead} or below it: choose an owner of the lead unit")]
    OwnerOutside { person: PersonId, lead: UnitId },
    #[error("{count} supporting units are too many: at most {most}")]
    TooManySupporting { count: usize, most: usize },
    #[error("clause {clause} has {most} tasks already: split them below")]
    TooManyTasks { clause: u16, most: usize },
    #[error("a task needs words: say what is to be done")]
    WithoutWords { task: TaskId },
    #[error("the deadline {deadline:?} is not after {earliest:?}: give a later one")]
    DeadlineTooEarly { deadline: At, earliest: At },
    #[error("the deadline {deadline:?} is after {latest:?}, that of the task it is part of: give an earlier one")]
    DeadlineAfterParents { deadline: At, latest: At },
    #[error("task {task} is closed or withdrawn: assign another")]
    TaskOver { task: TaskId },
    #[error("task {task} was accepted already")]
    AcceptedAlready { task: TaskId },
    #[error("task {task} is not accepted yet: accept it, or report what stands in the way")]
    NotAccepted { task: TaskId },
    #[error("a result of task {task} is in already: wait for the assigning unit's word")]
    ReportedAlready { task: TaskId },
    #[error("a difficulty was reported at {since:?} and waits for a ruling: wait for it")]
    DifficultyOpen { since: At },
    #[error("no difficulty of task {task} was reported: there is nothing to rule on")]
    NoDifficulty { task: TaskId },
    #[error("it was ruled on at {at:?}, and that ruling stands: ask whoever gave it if it must change")]
    RuledAlready { by: Actor, at: At },
    #[error("an extension was asked for already: wait for the answer")]
    ExtensionOpen { until: At },
    #[error("no extension of task {task} is asked for")]
    NoExtension { task: TaskId },
    #[error("{wanted:?} is wanted as evidence: add it and report again")]
    EvidenceMissing { wanted: Wanted },
    #[error("task {task} has no result that could be closed or sent back: wait for one")]
    NothingReported { task: TaskId },
    #[error("you reported this result and cannot agree to it: somebody else of the assigning unit must")]
    OwnResult { by: Actor },
    #[error("{count} tasks below this one are open: close them first")]
    OpenBelow { count: u32 },
}

/// Where a person's right to see a task is judged: at a unit of theirs that it concerns, else as its owner.
pub fn viewed_at(board: &Board, actor: Actor, task: &Task, now: At) -> Place {
    let seen = scope(board, actor, Action::ViewTask, now);
    let units = [task.lead, task.unit].into_iter().chain(task.supporting.iter().copied());
    match units.into_iter().find(|unit| seen.covers(&board.force, *unit)) {
        Some(unit) => Place::Unit(unit),
        None if actor.person() == Some(task.owner) => Place::Person(task.owner),
        None => Place::Unit(task.lead),
    }
}

/// May this actor see this task?
pub fn is_open_to(board: &Board, actor: Actor, task: &Task, now: At) -> bool {
    permits(board, actor, Action::ViewTask, viewed_at(board, actor, task, now), now).is_permitted()
}

/// One thing that a task asks of a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// To accept it, or to do it; theirs, or their unit's.
    Duty {
        task: TaskId,
        own: bool,
        deadline: At,
    },
    /// A result to agree to or send back.
    Agreement {
        task: TaskId,
        since: At,
    },
    Extension {
        task: TaskId,
        since: At,
    },
    Ruling {
        task: TaskId,
        since: At,
    },
}

/// Everything that tasks ask of a person now.
pub fn waiting_for(board: &Board, person: PersonId, now: At) -> Vec<Waiting> {
    let actor = Actor::Person(person);
    let (does, assigns) = (scope(board, actor, Action::DoTask, now), scope(board, actor, Action::AssignTask, now));
    let rules = scope(board, actor, Action::RuleOnDifficulty, now);
    let mut waiting = Vec::new();
    let mut units: Vec<UnitId> = does.roots().collect();
    units.sort_unstable();
    units.dedup();
    let led = units.into_iter().flat_map(|unit| board.tasks.of_lead(unit));
    let own = board.tasks.of_owner(person).map(|(id, _)| id);
    let mut duties: std::collections::BTreeSet<TaskId> = led.map(|(id, _)| id).collect();
    duties.extend(own);
    for id in duties {
        let Some(task) = board.tasks.get(id).filter(|task| task.is_due() && task.open_difficulty().is_none()) else {
            continue;
        };
        waiting.push(Waiting::Duty { task: id, own: task.owner == person, deadline: task.deadline });
    }
    if assigns.is_empty() && rules.is_empty() {
        return waiting;
    }
    for (task, found) in board.tasks.iter().filter(|(_, found)| found.is_open()) {
        if assigns.roots().any(|root| root == found.unit) {
            if let (State::Reported, Some(outcome)) = (found.state, &found.outcome) {
                waiting.push(Waiting::Agreement { task, since: outcome.at });
            }
            if let Some(asked) = found.extension {
                waiting.push(Waiting::Extension { task, since: asked.at });
            }
        }
        if let Some(open) = found.open_difficulty().filter(|_| rules.roots().any(|root| root == found.unit)) {
            waiting.push(Waiting::Ruling { task, since: open.at });
        }
    }
    waiting
}
