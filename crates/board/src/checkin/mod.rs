//! Check-in: who is at their post, by whose word, and whose silence must be noticed.
//!
//! A person's [`Standing`] in a shift moves
//!
//! ```text
//! Expected ─▶ AtPost ─▶ Relieved
//!    │  ▲        └────▶ Left ──▶ AtPost (came back)
//!    ▼  │
//!  Late ┴─▶ AtPost / Missed / Excused
//! ```
//!
//! and a post's [`Duty`] follows from it. Nobody is "absent" because they have not yet checked in: until the grace is
//! over they are expected, then late; *missed* is said only when the shift has ended.

mod decide;
mod duty;

use imbl::{OrdMap, OrdSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Place};
use crate::operation::Operation;
use crate::{
    Actor, AssignmentId, At, Board, Minutes, OperationId, PersonId, PostId, RollCallId, ShiftId, Subject, TextId,
    UnitId,
};

pub(crate) use decide::{MOST_TIMERS, decide, pass_time};
pub use duty::{Duty, PostState, Tally, Timer};

/// A phone may check in this long before the shift begins: people arrive early in snow.
pub const EARLIEST_CHECK_IN: Minutes = Minutes(120);

/// Where a person stands in one shift.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Expected,
    /// The grace is over and nobody has heard of them.
    Late {
        since: At,
    },
    AtPost {
        since: At,
    },
    /// Went off in order: relieved, or the shift was over.
    Relieved {
        since: At,
        until: At,
    },
    /// Left before the end without relief.
    Left {
        since: At,
        until: At,
        reason: LeaveReason,
    },
    /// The shift ended and they had not come.
    Missed {
        at: At,
    },
    /// Somebody said they would not come.
    Excused {
        at: At,
    },
}

impl Standing {
    pub const fn has_begun(self) -> bool {
        matches!(self, Self::AtPost { .. } | Self::Relieved { .. } | Self::Left { .. } | Self::Missed { .. })
    }
    /// Nothing more is expected of them in this shift.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Relieved { .. } | Self::Left { .. } | Self::Missed { .. } | Self::Excused { .. })
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaveReason {
    EndOfShift,
    Ordered,
    Ill,
    Other,
}

/// How a statement reached the board.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The person's own phone, at the post.
    InPerson,
    Radio,
    Telephone,
    /// Seen by somebody who says so.
    Seen,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    AtPost,
    Coming,
    Absent,
    Excused,
}

/// A roll call by exception: only those not known to be at their post are asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RollCall {
    pub unit: UnitId,
    pub opened: At,
    pub by: Actor,
    /// How many were on shift when it was opened, and how many of them at their post.
    pub expected: u32,
    pub at_post: u32,
    pub exceptions: OrdMap<AssignmentId, Option<(Answer, At)>>,
    pub closed: Option<At>,
}

/// What an operation knows of who is where.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Presence {
    pub(crate) duties: OrdMap<PostId, Duty>,
    pub(crate) tallies: OrdMap<UnitId, Tally>,
    pub(crate) timers: OrdSet<(At, Timer)>,
    pub(crate) roll_calls: OrdMap<RollCallId, RollCall>,
}

impl Presence {
    /// The duty of a post; a post that was never in force has an empty one.
    pub fn duty(&self, post: PostId) -> Duty {
        self.duties.get(&post).cloned().unwrap_or_default()
    }
    /// Since when a post is unmanned, if it is.
    pub fn unmanned_since(&self, post: PostId) -> Option<At> {
        self.duties.get(&post)?.unmanned_since
    }
    /// The tally of the posts of exactly this unit.
    pub fn tally(&self, unit: UnitId) -> Tally {
        self.tallies.get(&unit).copied().unwrap_or_default()
    }
    pub fn roll_call(&self, id: RollCallId) -> Option<&RollCall> {
        self.roll_calls.get(&id)
    }
    pub fn roll_calls(&self) -> impl Iterator<Item = (RollCallId, &RollCall)> {
        self.roll_calls.iter().map(|(id, call)| (*id, call))
    }
    /// When the next timer is due.
    pub fn next_timer(&self) -> Option<At> {
        self.timers.get_min().map(|(at, _)| *at)
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    CheckIn {
        operation: OperationId,
        assignment: AssignmentId,
        /// Whom this person relieves.
        relieves: Option<AssignmentId>,
        how: How,
        /// What the sender's own clock said; information, never the order.
        claimed: Option<At>,
    },
    Leave {
        operation: OperationId,
        assignment: AssignmentId,
        reason: LeaveReason,
        note: Option<TextId>,
    },
    /// Somebody will not come.
    Excuse {
        operation: OperationId,
        assignment: AssignmentId,
        note: Option<TextId>,
    },
    NoteContact {
        operation: OperationId,
        post: PostId,
        how: How,
        note: Option<TextId>,
    },
    OpenRollCall {
        operation: OperationId,
        id: RollCallId,
        unit: UnitId,
    },
    AnswerRollCall {
        operation: OperationId,
        id: RollCallId,
        assignment: AssignmentId,
        answer: Answer,
    },
    CloseRollCall {
        operation: OperationId,
        id: RollCallId,
    },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    CheckedIn {
        operation: OperationId,
        assignment: AssignmentId,
        person: PersonId,
        post: PostId,
        shift: ShiftId,
        at: At,
        /// Minutes after the shift began; 0 when in time.
        late_by: u32,
        how: How,
        by: Actor,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claimed: Option<At>,
    },
    /// Went off in order; `by` is whoever took over, if anybody did.
    Relieved {
        operation: OperationId,
        assignment: AssignmentId,
        person: PersonId,
        post: PostId,
        at: At,
        by: Option<AssignmentId>,
    },
    Left {
        operation: OperationId,
        assignment: AssignmentId,
        person: PersonId,
        post: PostId,
        at: At,
        reason: LeaveReason,
        note: Option<TextId>,
    },
    Excused {
        operation: OperationId,
        assignment: AssignmentId,
        person: PersonId,
        post: PostId,
        at: At,
        by: Actor,
        note: Option<TextId>,
    },
    ContactMade {
        operation: OperationId,
        post: PostId,
        at: At,
        how: How,
        by: Actor,
        note: Option<TextId>,
    },
    RollCallOpened {
        operation: OperationId,
        id: RollCallId,
        call: RollCall,
    },
    RollCallAnswered {
        operation: OperationId,
        id: RollCallId,
        assignment: AssignmentId,
        answer: Answer,
        at: At,
        by: Actor,
    },
    RollCallClosed {
        operation: OperationId,
        id: RollCallId,
        at: At,
    },
    // What time brings. `at` is when it was due, not when the clock came round to it.
    ShiftBegan {
        operation: OperationId,
        shift: ShiftId,
        post: PostId,
        at: At,
    },
    /// The grace is over; the post may be short or unmanned.
    GraceOver {
        operation: OperationId,
        shift: ShiftId,
        post: PostId,
        at: At,
        late: Vec<AssignmentId>,
    },
    ShiftEnded {
        operation: OperationId,
        shift: ShiftId,
        post: PostId,
        at: At,
        missed: Vec<AssignmentId>,
    },
    /// People of a shift that is over still stand, unrelieved.
    ReliefLate {
        operation: OperationId,
        shift: ShiftId,
        post: PostId,
        at: At,
        waiting: Vec<AssignmentId>,
    },
    ContactOverdue {
        operation: OperationId,
        post: PostId,
        at: At,
    },
}

impl Event {
    pub fn operation(&self) -> OperationId {
        match self {
            Self::CheckedIn { operation, .. }
            | Self::Relieved { operation, .. }
            | Self::Left { operation, .. }
            | Self::Excused { operation, .. }
            | Self::ContactMade { operation, .. }
            | Self::RollCallOpened { operation, .. }
            | Self::RollCallAnswered { operation, .. }
            | Self::RollCallClosed { operation, .. }
            | Self::ShiftBegan { operation, .. }
            | Self::GraceOver { operation, .. }
            | Self::ShiftEnded { operation, .. }
            | Self::ReliefLate { operation, .. }
            | Self::ContactOverdue { operation, .. } => *operation,
        }
    }
    /// The post that this happened at, if it happened at one.
    pub fn post(&self) -> Option<PostId> {
        match self {
            Self::CheckedIn { post, .. }
            | Self::Relieved { post, .. }
            | Self::Left { post, .. }
            | Self::Excused { post, .. }
            | Self::ContactMade { post, .. }
            | Self::ShiftBegan { post, .. }
            | Self::GraceOver { post, .. }
            | Self::ShiftEnded { post, .. }
            | Self::ReliefLate { post, .. }
            | Self::ContactOverdue { post, .. } => Some(*post),
            Self::RollCallOpened { .. } | Self::RollCallAnswered { .. } | Self::RollCallClosed { .. } => None,
        }
    }
    pub fn subjects(&self, into: &mut Vec<Subject>) {
        into.extend(self.post().map(Subject::Post));
        match self {
            Self::CheckedIn { person, .. }
            | Self::Relieved { person, .. }
            | Self::Left { person, .. }
            | Self::Excused { person, .. } => into.push(Subject::Person(*person)),
            Self::RollCallOpened { call, .. } => into.push(Subject::Unit(call.unit)),
            _ => {}
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("person {person} has been at the post since {since:?}: nothing is left to do")]
    AlreadyAtPost { person: PersonId, since: At },
    #[error("person {person} went off this shift at {until:?}: ask for a new assignment if they are to stand again")]
    AlreadyOff { person: PersonId, until: At },
    #[error("the shift begins at {from:?}; check-in opens at {opens:?}: wait, or ask for another assignment")]
    TooEarly { from: At, opens: At },
    #[error("the shift ended at {to:?}: look at the roster for the present one")]
    ShiftOver { to: At },
    #[error("person {person} is at post {post}: let them leave that post first")]
    AtAnotherPost { person: PersonId, post: PostId },
    #[error("person {person} is not at this post, so nobody can relieve them: check in without relief")]
    NobodyToRelieve { person: PersonId },
    #[error("person {person} is not at the post: there is nothing to leave")]
    NotAtPost { person: PersonId },
    #[error(
        "the shift ends at {to:?} and nobody has relieved person {person}: ask for relief, or give a reason for leaving now"
    )]
    BeforeTheEnd { person: PersonId, to: At },
    #[error("post {post} is not in force: no shift is on")]
    PostNotInForce { post: PostId },
    #[error("post {post} is closed: look at the list of posts")]
    PostClosed { post: PostId },
    #[error("roll call {roll_call} is not open: open a new one")]
    NoSuchRollCall { roll_call: RollCallId },
    #[error("a roll call of this unit is open since {since:?}: answer or close that one first")]
    RollCallOpen { unit: UnitId, since: At },
    #[error("assignment {assignment} is not among the exceptions of this roll call")]
    NotAnException { assignment: AssignmentId },
    #[error("a roll call {roll_call} exists already: send the command with an id of its own")]
    RollCallIdTaken { roll_call: RollCallId },
}

pub(crate) fn place(board: &Board, actor: Actor, command: &Command) -> (Action, Place) {
    let of_unit =
        |operation: OperationId| board.operation(operation).map_or(Place::Force, |found| Place::Unit(found.unit));
    let of_assignment = |operation: OperationId, assignment: AssignmentId| {
        let found = board.operation(operation)?;
        let held = found.roster.assignment(assignment)?;
        let shift = found.roster.shift(held.shift)?;
        Some((held.person, Place::Post(operation, shift.post)))
    };
    match command {
        Command::CheckIn { operation, assignment, how, .. } => match of_assignment(*operation, *assignment) {
            Some((person, _)) if actor == Actor::Person(person) && *how == How::InPerson => {
                (Action::StandPost, Place::Person(person))
            }
            Some((_, place)) => (Action::RecordPresence, place),
            None => (Action::RecordPresence, of_unit(*operation)),
        },
        Command::Leave { operation, assignment, .. } => match of_assignment(*operation, *assignment) {
            Some((person, _)) if actor == Actor::Person(person) => (Action::StandPost, Place::Person(person)),
            Some((_, place)) => (Action::RecordPresence, place),
            None => (Action::RecordPresence, of_unit(*operation)),
        },
        Command::Excuse { operation, assignment, .. } => match of_assignment(*operation, *assignment) {
            Some((_, place)) => (Action::RecordPresence, place),
            None => (Action::RecordPresence, of_unit(*operation)),
        },
        Command::NoteContact { operation, post, .. } => (Action::RecordPresence, Place::Post(*operation, *post)),
        Command::OpenRollCall { unit, .. } => (Action::RecordPresence, Place::Unit(*unit)),
        Command::AnswerRollCall { operation, id, .. } | Command::CloseRollCall { operation, id } => {
            let unit =
                board.operation(*operation).and_then(|found| found.presence.roll_call(*id)).map(|call| call.unit);
            (Action::RecordPresence, unit.map_or_else(|| of_unit(*operation), Place::Unit))
        }
    }
}

pub(crate) fn apply(operation: &mut Operation, event: &Event) {
    match event {
        Event::CheckedIn { assignment, post, at, .. } => {
            operation.set_standing(*assignment, Standing::AtPost { since: *at });
            operation.change_duty(*post, |duty| duty.arrive(*assignment, *at));
            operation.arm_contact(*post);
        }
        Event::Relieved { assignment, post, at, .. } => {
            operation.go_off(*assignment, *post, |since| Standing::Relieved { since, until: *at });
        }
        Event::Left { assignment, post, at, reason, .. } => {
            operation.go_off(*assignment, *post, |since| Standing::Left { since, until: *at, reason: *reason });
        }
        Event::Excused { assignment, at, .. } => operation.set_standing(*assignment, Standing::Excused { at: *at }),
        Event::ContactMade { post, at, .. } => {
            operation.change_duty(*post, |duty| duty.hear(*at));
            operation.arm_contact(*post);
        }
        Event::RollCallOpened { id, call, .. } => {
            // The board keeps the latest roll call of a unit; the earlier ones are in the records.
            let calls = &mut operation.presence.roll_calls;
            let over = calls.iter().filter(|(_, old)| old.unit == call.unit && old.closed.is_some());
            let over: Vec<RollCallId> = over.map(|(id, _)| *id).collect();
            for id in &over {
                calls.remove(id);
            }
            calls.insert(*id, call.clone());
        }
        Event::RollCallAnswered { id, assignment, answer, at, .. } => {
            if let Some(call) = operation.presence.roll_calls.get_mut(id) {
                call.exceptions.insert(*assignment, Some((*answer, *at)));
            }
        }
        Event::RollCallClosed { id, at, .. } => {
            if let Some(call) = operation.presence.roll_calls.get_mut(id) {
                call.closed = Some(*at);
            }
        }
        Event::ShiftBegan { shift, post, at, .. } => {
            operation.disarm(*at, Timer::Begins(*shift));
            operation.turn(*post, |on| {
                on.retain(|on| on != shift);
                on.push(*shift);
            });
        }
        Event::GraceOver { shift, post, at, late, .. } => {
            operation.disarm(*at, Timer::GraceOver(*shift));
            for assignment in late {
                operation.set_standing(*assignment, Standing::Late { since: *at });
            }
            operation.change_duty(*post, |duty| duty.settle(*shift, *at));
        }
        Event::ShiftEnded { shift, post, at, missed, .. } => {
            operation.disarm(*at, Timer::Ends(*shift));
            for assignment in missed {
                operation.set_standing(*assignment, Standing::Missed { at: *at });
            }
            operation.roster.end(*shift);
            operation.turn(*post, |on| on.retain(|on| on != shift));
            operation.arm_contact(*post);
        }
        Event::ReliefLate { shift, post, at, waiting, .. } => {
            operation.disarm(*at, Timer::ReliefDue(*shift));
            operation.change_duty(*post, |duty| duty.wait(waiting));
        }
        Event::ContactOverdue { post, at, .. } => {
            operation.disarm(*at, Timer::ContactDue(*post));
            operation.change_duty(*post, |duty| {
                duty.contact_due = None;
                duty.overdue_since = Some(*at);
            });
        }
    }
}
