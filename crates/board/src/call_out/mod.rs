//! Call-outs: standby and reserve are called, and say whether they come.
//!
//! ```text
//! Called ─▶ Coming (by when) ─▶ Arrived
//!    └────▶ Cannot (why) ◀──┘
//! ```
//!
//! Who is called is frozen when it is opened. Whoever has not answered when the time for it is over is counted, once.

mod decide;

use imbl::{OrdMap, OrdSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use decide::{apply, decide, open, pass_time, place};

use crate::checkin::How;
use crate::{Actor, At, Board, CallOutId, Minutes, OperationId, PersonId, Subject, TextId, UnitId};

/// People of one call-out, so that its entry stays within what the journal takes.
pub const MOST_CALLED: usize = 100_000;
/// Somebody who is called has this long to say whether they come.
pub const TIME_TO_ANSWER: Minutes = Minutes(15);
/// Whoever has no duty within this time counts as reserve.
pub const REST_OF_RESERVE: Minutes = Minutes(12 * 60);

/// Who is called.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Circle {
    /// Those who are rostered as standby now.
    Standby,
    /// And with them everybody who has no duty in the next twelve hours.
    StandbyAndReserve,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Coming { due: At },
    Arrived,
    Cannot { words: TextId },
}

/// Where somebody who was called stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Called,
    Coming { due: At, at: At },
    Arrived { at: At },
    Cannot { words: TextId, at: At },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Called {
    /// The unit they were called from.
    pub unit: UnitId,
    pub standby: bool,
    pub standing: Standing,
    /// By whose word it is known.
    pub how: Option<(Actor, How)>,
}

/// How many of those called have said what.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Tally {
    pub called: u32,
    pub coming: u32,
    pub arrived: u32,
    pub cannot: u32,
    /// Called, and nothing is heard of them.
    pub silent: u32,
}

impl Tally {
    pub fn of(called: &Called) -> Self {
        let one = |is: bool| u32::from(is);
        Self {
            called: 1,
            coming: one(matches!(called.standing, Standing::Coming { .. })),
            arrived: one(matches!(called.standing, Standing::Arrived { .. })),
            cannot: one(matches!(called.standing, Standing::Cannot { .. })),
            silent: one(called.standing == Standing::Called),
        }
    }
    pub fn add(&mut self, other: Self) {
        self.called += other.called;
        self.coming += other.coming;
        self.arrived += other.arrived;
        self.cannot += other.cannot;
        self.silent += other.silent;
    }
    fn subtract(&mut self, other: Self) {
        self.called -= other.called;
        self.coming -= other.coming;
        self.arrived -= other.arrived;
        self.cannot -= other.cannot;
        self.silent -= other.silent;
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CallOut {
    pub operation: OperationId,
    pub unit: UnitId,
    pub opened: (Actor, At),
    /// The level whose rung opened it.
    pub rung: Option<u8>,
    /// Where to report.
    pub words: Option<TextId>,
    /// By when an answer is asked for.
    pub answer_by: At,
    pub people: OrdMap<PersonId, Called>,
    tallies: OrdMap<UnitId, Tally>,
    /// How many had not answered in time.
    pub unanswered: Option<u32>,
    pub closed: Option<(Actor, At)>,
}

impl CallOut {
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }
    /// Every text that it shows: the register must have them when the server starts.
    pub fn texts(&self, into: &mut Vec<TextId>) {
        into.extend(self.words);
        into.extend(self.people.values().filter_map(|called| match called.standing {
            Standing::Cannot { words, .. } => Some(words),
            _ => None,
        }));
    }
    /// Those called from exactly this unit.
    pub fn tally(&self, unit: UnitId) -> Tally {
        self.tallies.get(&unit).copied().unwrap_or_default()
    }
    pub fn units(&self) -> impl Iterator<Item = (UnitId, Tally)> {
        self.tallies.iter().map(|(unit, tally)| (*unit, *tally))
    }
    /// Everybody.
    pub fn total(&self) -> Tally {
        let mut all = Tally::default();
        self.tallies.values().for_each(|tally| all.add(*tally));
        all
    }
}

/// Every call-out on the board; a closed one stays until its operation is closed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct CallOuts {
    all: OrdMap<CallOutId, CallOut>,
    timers: OrdSet<(At, CallOutId)>,
}

impl CallOuts {
    pub fn get(&self, id: CallOutId) -> Option<&CallOut> {
        self.all.get(&id)
    }
    pub fn open(&self, id: CallOutId) -> Result<&CallOut, Refusal> {
        self.all.get(&id).filter(|found| found.is_open()).ok_or(Refusal::NoSuchCallOut { call_out: id })
    }
    pub fn iter(&self) -> impl Iterator<Item = (CallOutId, &CallOut)> {
        self.all.iter().map(|(id, found)| (*id, found))
    }
    pub fn next_timer(&self) -> Option<At> {
        self.timers.get_min().map(|(at, _)| *at)
    }
    pub(crate) fn forget(&mut self, operation: OperationId) {
        let of = self.iter().filter(|(_, found)| found.operation == operation);
        let gone: Vec<(CallOutId, At)> = of.map(|(id, found)| (id, found.answer_by)).collect();
        for (id, answer_by) in gone {
            self.timers.remove(&(answer_by, id));
            self.all.remove(&id);
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    Open { id: CallOutId, operation: OperationId, unit: UnitId, circle: Circle, words: Option<TextId> },
    Answer { call_out: CallOutId, person: PersonId, answer: Answer, how: How },
    Close { call_out: CallOutId },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Opened {
        call_out: CallOutId,
        operation: OperationId,
        unit: UnitId,
        at: At,
        by: Actor,
        rung: Option<u8>,
        words: Option<TextId>,
        answer_by: At,
        /// By unit: those on standby, and those of the reserve.
        people: Vec<(UnitId, Vec<PersonId>, Vec<PersonId>)>,
    },
    Answered {
        call_out: CallOutId,
        person: PersonId,
        answer: Answer,
        at: At,
        by: Actor,
        how: How,
    },
    /// The time to answer is over; `at` is when it was.
    Unanswered {
        call_out: CallOutId,
        at: At,
        count: u32,
    },
    Closed {
        call_out: CallOutId,
        at: At,
        by: Actor,
    },
}

impl Event {
    pub fn call_out(&self) -> CallOutId {
        match self {
            Self::Opened { call_out, .. }
            | Self::Answered { call_out, .. }
            | Self::Unanswered { call_out, .. }
            | Self::Closed { call_out, .. } => *call_out,
        }
    }
    pub fn subjects(&self, into: &mut Vec<Subject>) {
        into.push(Subject::CallOut(self.call_out()));
        match self {
            Self::Opened { operation, unit, .. } => {
                into.extend([Subject::Operation(*operation), Subject::Unit(*unit)]);
            }
            Self::Answered { person, .. } => into.push(Subject::Person(*person)),
            Self::Unanswered { .. } | Self::Closed { .. } => {}
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("call-out {call_out} is not open: it was closed, or never was; look at the list")]
    NoSuchCallOut { call_out: CallOutId },
    #[error("a call-out {call_out} exists already: send the command with an id of its own")]
    CallOutIdTaken { call_out: CallOutId },
    #[error("a call-out of unit {unit} is open since {since:?}: close it before another is opened")]
    CallOutOpen { unit: UnitId, since: At },
    #[error("nobody of unit {unit} is on standby or free: plan a standby, or ask another unit for people")]
    NobodyToCall { unit: UnitId },
    #[error("{count} people are more than {most}: call out its units one by one")]
    TooManyToCall { count: usize, most: usize },
    #[error("person {person} was not called: look at the list of those who were")]
    NotCalled { person: PersonId },
    #[error("{due:?} is past: say when they will be there, or that they have arrived")]
    ComingInThePast { due: At },
    #[error("person {person} arrived at {at:?}: nothing is left to say")]
    ArrivedAlready { person: PersonId, at: At },
}

/// The open call-outs that a person was called by and has not settled.
pub fn waiting_for(board: &Board, person: PersonId) -> impl Iterator<Item = (CallOutId, &CallOut, Called)> {
    board.call_outs.iter().filter(|(_, found)| found.is_open()).filter_map(move |(id, found)| {
        let called = *found.people.get(&person)?;
        matches!(called.standing, Standing::Called | Standing::Coming { .. }).then_some((id, found, called))
    })
}
