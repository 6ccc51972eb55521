//! Operations: a bounded period with objectives, posts and a response level.
//!
//! Phases go forward only:
//!
//! ```text
//! Planning ─▶ Active ─▶ StandDown ─▶ Closed (leaves the board)
//! ```

mod preset;

use imbl::Vector;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use preset::{Does, Preset, PresetDirective};

use crate::access::{Action, Place};
use crate::checkin::Presence;
use crate::post::{self, Post, Posts};
use crate::roster::{self, Roster};
use crate::{
    Actor, At, Board, Context, Label, Minutes, OperationId, PersonId, PostId, Span, TextId, UnitId, directive, watch,
};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Festival,
    SevereWeather,
    PlannedEvent,
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Planning,
    Active,
    StandDown,
    Closed,
}

/// What the operation must achieve.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Objective {
    pub words: Label,
    pub measure: Label,
}

/// A rung of readiness. Rung 1 is the highest.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Level {
    pub rung: u8,
    pub name: Label,
    /// What is proposed when this level is set.
    pub actions: Vec<Preset>,
}

/// How long the operation waits before silence counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Terms {
    pub check_in_grace: Minutes,
    pub relief_grace: Minutes,
}

impl Default for Terms {
    fn default() -> Self {
        Self { check_in_grace: Minutes(10), relief_grace: Minutes(15) }
    }
}

/// An operation as a form or the plan gives it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OperationRow {
    pub id: OperationId,
    pub unit: UnitId,
    pub title: Label,
    pub kind: Kind,
    /// Marked on every screen and print, and kept apart from the real.
    pub drill: bool,
    pub period: Span,
    pub objectives: Vec<Objective>,
    pub levels: Vec<Level>,
    #[serde(default)]
    pub terms: Terms,
    /// The operation that this one is compared with.
    pub last: Option<OperationId>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    Open,
    Taken { by: Actor, at: At },
    SetAside { by: Actor, at: At },
}

/// A preset action of the level that was set, waiting for somebody's word.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Proposal {
    pub number: u32,
    pub rung: u8,
    pub words: Label,
    #[serde(default, skip_serializing_if = "Does::is_nothing")]
    pub does: Does,
    pub state: ProposalState,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Operation {
    pub unit: UnitId,
    pub title: Label,
    pub kind: Kind,
    pub drill: bool,
    pub period: Span,
    pub phase: Phase,
    pub objectives: Vec<Objective>,
    pub levels: Vec<Level>,
    pub terms: Terms,
    pub last: Option<OperationId>,
    /// The rung in force and since when.
    pub level: Option<(u8, At)>,
    /// The line of the log with the verbal order by which that level was set.
    #[serde(default)]
    pub order: Option<(UnitId, u32)>,
    pub proposals: Vector<Proposal>,
    /// How many proposals there have been: a number is never given twice, so that a late answer cannot hit another.
    #[serde(default)]
    proposed: u32,
    pub posts: Posts,
    pub roster: Roster,
    pub presence: Presence,
}

impl Operation {
    pub fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Active | Phase::StandDown)
    }
    pub fn known_post(&self, id: PostId) -> Result<&Post, post::Refusal> {
        self.posts.get(id).ok_or(post::Refusal::NoSuchPost { post: id })
    }
    pub fn level_named(&self, rung: u8) -> Option<&Level> {
        self.levels.iter().find(|level| level.rung == rung)
    }
    fn new(row: &OperationRow) -> Self {
        Self {
            unit: row.unit,
            title: row.title.clone(),
            kind: row.kind,
            drill: row.drill,
            period: row.period,
            phase: Phase::Planning,
            objectives: row.objectives.clone(),
            levels: row.levels.clone(),
            terms: row.terms,
            last: row.last,
            level: None,
            order: None,
            proposals: Vector::new(),
            proposed: 0,
            posts: Posts::default(),
            roster: Roster::default(),
            presence: Presence::default(),
        }
    }
}

/// What stays of an operation that has left the board.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Closed {
    pub unit: UnitId,
    pub title: Label,
    pub period: Span,
    pub drill: bool,
    pub at: At,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Open an operation, or change one that is on the board.
    Plan(Box<OperationRow>),
    SetPhase {
        operation: OperationId,
        phase: Phase,
    },
    SetLevel {
        operation: OperationId,
        rung: u8,
        /// The leader who ordered it by telephone: it counts at once, and they sign for it later.
        by_order_of: Option<PersonId>,
        /// What they said.
        #[serde(default)]
        words: Option<TextId>,
    },
    AnswerProposal {
        operation: OperationId,
        number: u32,
        take: bool,
    },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Planned(Box<OperationRow>),
    PhaseSet {
        operation: OperationId,
        phase: Phase,
        at: At,
        by: Actor,
    },
    LevelSet {
        operation: OperationId,
        rung: u8,
        at: At,
        by: Actor,
        by_order_of: Option<PersonId>,
        /// The line of the log that has the order and its countersignature.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<(UnitId, u32)>,
        proposals: Vec<Proposal>,
    },
    ProposalAnswered {
        operation: OperationId,
        number: u32,
        state: ProposalState,
    },
}

impl Event {
    pub fn operation(&self) -> OperationId {
        match self {
            Self::Planned(row) => row.id,
            Self::PhaseSet { operation, .. }
            | Self::LevelSet { operation, .. }
            | Self::ProposalAnswered { operation, .. } => *operation,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("operation {operation} is not on the board: it may be closed; look in the archive")]
    NoSuchOperation { operation: OperationId },
    #[error("operation {operation} is {phase:?}, not running: activate it first")]
    NotRunning { operation: OperationId, phase: Phase },
    #[error("the operation needs a title in one language at least")]
    NamelessOperation { operation: OperationId },
    #[error("the operation must end after it begins: {from:?} to {to:?}")]
    PeriodBackwards { from: At, to: At },
    #[error(
        "the grace for check-in and relief is fixed when an operation is opened: open another operation, or keep them"
    )]
    TermsAreFixed { operation: OperationId },
    #[error("level {rung} stands twice or is outside 1 to 9: give each rung its own number")]
    LevelNumber { rung: u8 },
    #[error("level {rung} is not on this operation's ladder: choose one that is listed")]
    NoSuchLevel { rung: u8 },
    #[error("the operation is at level {rung} already, since {since:?}")]
    LevelAlready { rung: u8, since: At },
    #[error("an operation goes from {from:?} forward only, and {to:?} does not follow it")]
    PhaseOrder { from: Phase, to: Phase },
    #[error("{count} people are still at their posts: let them leave, then close the operation")]
    StillManned { count: u32 },
    #[error("proposal {number} is answered already or never was: look at the list")]
    NoSuchProposal { number: u32 },
}

pub(crate) fn place(board: &Board, command: &Command) -> Vec<(Action, Place)> {
    let of = |operation: OperationId| board.operation(operation).map_or(Place::Force, |found| Place::Unit(found.unit));
    match command {
        Command::Plan(row) => {
            let mut places = vec![(Action::PlanOperation, Place::Unit(row.unit))];
            if board.operation(row.id).is_some_and(|found| found.unit != row.unit) {
                places.push((Action::PlanOperation, of(row.id)));
            }
            places
        }
        Command::SetPhase { operation, .. } => vec![(Action::PlanOperation, of(*operation))],
        Command::SetLevel { operation, by_order_of, .. } => {
            let mut places = vec![(Action::SetLevel, of(*operation))];
            places.extend(by_order_of.map(|_| (Action::RecordVerbalOrder, of(*operation))));
            places
        }
        Command::AnswerProposal { operation, number, take } => {
            let mut places = vec![(Action::SetLevel, of(*operation))];
            let found = board.operation(*operation).filter(|_| *take);
            let proposal = found.and_then(|found| found.proposals.iter().find(|proposal| proposal.number == *number));
            // Taking it does what it presets, so it needs that right too.
            places.extend(proposal.and_then(|proposal| match proposal.does {
                Does::Nothing => None,
                Does::IssueDirective(_) => Some((Action::IssueDirective, of(*operation))),
                Does::OpenCallOut { .. } => Some((Action::OpenCallOut, of(*operation))),
                Does::RequireStrength { .. } => Some((Action::PlanPosts, of(*operation))),
            }));
            places
        }
    }
}

pub(crate) fn decide(
    board: &Board,
    actor: Actor,
    command: &Command,
    context: &Context,
) -> Result<Vec<crate::Event>, crate::Refusal> {
    let one = |event: Event| Ok(vec![crate::Event::Operation(event)]);
    let at = context.now;
    match command {
        Command::Plan(row) => {
            board.force.known_unit(row.unit)?;
            if board.is_closed(row.id) {
                return Err(Refusal::PhaseOrder { from: Phase::Closed, to: Phase::Planning }.into());
            }
            if row.title.is_empty() {
                return Err(Refusal::NamelessOperation { operation: row.id }.into());
            }
            if !row.period.is_forward() {
                return Err(Refusal::PeriodBackwards { from: row.period.from, to: row.period.to }.into());
            }
            let mut rungs: Vec<u8> = row.levels.iter().map(|level| level.rung).collect();
            rungs.sort_unstable();
            if let Some(rung) = rungs.iter().find(|rung| !(1..=9).contains(*rung)) {
                return Err(Refusal::LevelNumber { rung: *rung }.into());
            }
            if let Some(pair) = rungs.windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(Refusal::LevelNumber { rung: pair[0] }.into());
            }
            if let Some(found) = board.operation(row.id) {
                if row_of(row.id, found) == **row {
                    return Ok(Vec::new());
                }
                // Every armed timer rests on the terms.
                if found.terms != row.terms {
                    return Err(Refusal::TermsAreFixed { operation: row.id }.into());
                }
                check_change(board, found, row)?;
            }
            one(Event::Planned(row.clone()))
        }
        Command::SetPhase { operation: id, phase } => {
            let operation = board.known_operation(*id)?;
            let follows = matches!(
                (operation.phase, phase),
                (Phase::Planning, Phase::Active)
                    | (Phase::Active, Phase::StandDown)
                    | (Phase::StandDown, Phase::Closed)
            );
            if !follows {
                return Err(Refusal::PhaseOrder { from: operation.phase, to: *phase }.into());
            }
            let here: u32 = operation.presence.tallies.values().map(|tally| tally.here).sum();
            if *phase == Phase::Closed && here > 0 {
                return Err(Refusal::StillManned { count: here }.into());
            }
            one(Event::PhaseSet { operation: *id, phase: *phase, at, by: actor })
        }
        Command::SetLevel { operation: id, rung, by_order_of, words } => {
            let operation = board.running(*id)?;
            let level = operation.level_named(*rung).ok_or(Refusal::NoSuchLevel { rung: *rung })?;
            if let Some((rung, since)) = operation.level.filter(|(present, _)| present == rung) {
                return Err(Refusal::LevelAlready { rung, since }.into());
            }
            let mut events = Vec::new();
            let mut order = None;
            if let Some(leader) = by_order_of {
                let words = words.ok_or(directive::Refusal::OrderWithoutWords)?;
                let unit = operation.unit;
                let (number, line) = watch::order_line(board, unit, actor, at, Some(*id), *leader, words)?;
                order = Some((unit, number));
                events.push(crate::Event::Watch(line));
            }
            let proposal = |(number, action): (u32, &Preset)| Proposal {
                number,
                rung: *rung,
                words: action.words.clone(),
                does: action.does.clone(),
                state: ProposalState::Open,
            };
            let proposals = (operation.proposed + 1..).zip(&level.actions).map(proposal).collect();
            let (operation, rung, by_order_of) = (*id, *rung, *by_order_of);
            let set = Event::LevelSet { operation, rung, at, by: actor, by_order_of, order, proposals };
            events.push(crate::Event::Operation(set));
            Ok(events)
        }
        Command::AnswerProposal { operation: id, number, take } => {
            let operation = board.running(*id)?;
            let open =
                operation.proposals.iter().find(|found| found.number == *number && found.state == ProposalState::Open);
            let open = open.ok_or(Refusal::NoSuchProposal { number: *number })?;
            let state =
                if *take { ProposalState::Taken { by: actor, at } } else { ProposalState::SetAside { by: actor, at } };
            let answered = Event::ProposalAnswered { operation: *id, number: *number, state };
            let mut events = vec![crate::Event::Operation(answered)];
            if *take {
                events.extend(preset::carry_out(board, actor, (*id, operation), (&open.does, open.rung), context)?);
            }
            Ok(events)
        }
    }
}

/// What hangs on an operation must still fit when it changes.
fn check_change(board: &Board, old: &Operation, row: &OperationRow) -> Result<(), crate::Refusal> {
    if let Some((rung, _)) = old.level.filter(|(rung, _)| row.levels.iter().all(|level| level.rung != *rung)) {
        return Err(Refusal::NoSuchLevel { rung }.into());
    }
    if row.unit != old.unit
        && let Some(post) = old.posts.iter().find(|post| !board.force.is_within(post.unit, row.unit))
    {
        return Err(post::Refusal::PostOutsideOperation { unit: post.unit, above: row.unit }.into());
    }
    if row.period != old.period
        && let Some((_, shift)) = old.roster.shifts().find(|(_, shift)| !shift.span.within(row.period))
    {
        let (Span { from, to }, Span { from: begins, to: ends }) = (shift.span, row.period);
        return Err(roster::Refusal::ShiftOutsideOperation { from, to, begins, ends }.into());
    }
    Ok(())
}

/// The row that would give this operation.
pub fn row_of(id: OperationId, operation: &Operation) -> OperationRow {
    OperationRow {
        id,
        unit: operation.unit,
        title: operation.title.clone(),
        kind: operation.kind,
        drill: operation.drill,
        period: operation.period,
        objectives: operation.objectives.clone(),
        levels: operation.levels.clone(),
        terms: operation.terms,
        last: operation.last,
    }
}

pub(crate) fn apply(board: &mut Board, event: &Event) {
    match event {
        Event::Planned(row) => match board.operation_mut(row.id) {
            None => board.open(row.id, Operation::new(row)),
            Some(operation) => {
                operation.unit = row.unit;
                operation.title = row.title.clone();
                operation.kind = row.kind;
                operation.drill = row.drill;
                operation.period = row.period;
                operation.objectives = row.objectives.clone();
                operation.levels = row.levels.clone();
                operation.last = row.last;
            }
        },
        Event::PhaseSet { operation: id, phase, at, .. } => {
            if *phase == Phase::Closed {
                board.close(*id, *at);
                return;
            }
            let Some(operation) = board.operation_mut(*id) else { return };
            if *phase == Phase::Active {
                // What was over before the operation ran is nobody's omission.
                let over: Vec<_> =
                    operation.roster.shifts().filter(|(_, shift)| shift.span.to <= *at).map(|(id, _)| id).collect();
                for shift in over {
                    operation.disarm_shift(shift);
                    operation.roster.end(shift);
                }
            }
            operation.phase = *phase;
        }
        Event::LevelSet { operation, rung, at, order, proposals, .. } => {
            let Some(operation) = board.operation_mut(*operation) else { return };
            operation.level = Some((*rung, *at));
            operation.order = *order;
            // What was proposed for another level and not taken is out of date.
            operation.proposals.retain(|old| old.state != ProposalState::Open);
            operation.proposals.extend(proposals.iter().cloned());
            operation.proposed += proposals.len() as u32;
        }
        Event::ProposalAnswered { operation, number, state } => {
            let Some(operation) = board.operation_mut(*operation) else { return };
            if let Some(found) = operation.proposals.iter_mut().find(|found| found.number == *number) {
                found.state = *state;
            }
        }
    }
}
