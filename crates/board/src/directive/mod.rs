//! Directives: what a unit orders those below to do, and who has read it, will do it, has done it.
//!
//! ```text
//! Draft ─▶ Proposed ─▶ Issued ─▶ Closed
//!   ▲          │  ▲       └────▶ Withdrawn
//!   └──────────┘  └ a mass directive waits for a second person, unless the glass is broken
//! ```
//!
//! A receiver is a unit (through its leader or duty officer) or a person, and each says three things, never merged:
//! acknowledged, accepted, done. A unit passes a directive on by a relay: more receivers below it and perhaps more clauses,
//! on the same directive. So nothing can be taken away on the way down, and nothing can come back up.

mod act;
mod apply;
mod audience;
mod decide;
mod ladder;
mod receipts;
mod receiver;
mod time;
mod trace;
mod waiting;

use imbl::{OrdMap, OrdSet, Vector};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

pub use act::{Command, Draft, Event, Issue, Origin, Refusal, Silence};
pub(crate) use apply::apply;
pub use audience::{Audience, People};
pub use decide::reaches;
pub(crate) use decide::{decide, issue_preset, place};
pub use ladder::{Ladder, QuietHours, Rung, Schedule, Urgency};
pub use receipts::{Found, Receipt, Receipts, Receiving, Step, Tally};
pub use receiver::{NotAReceiver, Receiver};
pub(crate) use time::{follow, is_overdue, pass_time};
pub use trace::{Duty, Taking, taking, trace, untaken};
pub use waiting::{Waiting, is_open_to, viewed_at, waiting_for};

use crate::checkin::How;
use crate::{Actor, At, AttachmentId, Board, DirectiveId, OperationId, PersonId, TextId, UnitId, Wording};

/// A directive of more clauses is a book: nobody splits it into tasks.
pub const MOST_CLAUSES: usize = 200;
/// From here on a directive is a mass directive and asks for two persons.
pub const MASS: usize = 500;
/// Receivers of one directive, so that its entry stays within what the journal takes (16 bytes each in 8 MiB, with room).
pub const MOST_RECEIVERS: usize = 200_000;
/// Files on one directive or one receipt.
pub const MOST_ATTACHMENTS: usize = 20;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Order,
    /// Its only duty is to read and confirm.
    Briefing,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Draft,
    /// A mass directive that waits for its second person.
    Proposed,
    Issued,
    Withdrawn {
        at: At,
        by: Actor,
        why: TextId,
    },
    Closed {
        at: At,
        by: Actor,
    },
}

/// Who answers for the issue.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Approval {
    /// How many persons must answer for it.
    pub needs: u8,
    pub signed: SmallVec<[(Actor, At); 2]>,
    /// It was issued before both had signed, for this reason; both names are asked for until they are given.
    pub glass: Option<TextId>,
    /// The line of the log with the verbal order by which it was issued; that line has the countersignature.
    pub order: Option<(UnitId, u32)>,
}

impl Approval {
    pub fn missing(&self) -> usize {
        usize::from(self.needs).saturating_sub(self.signed.len())
    }
    pub fn has_signed(&self, actor: Actor) -> bool {
        self.signed.iter().any(|(by, _)| *by == actor)
    }
}

/// A sentence of a directive. An amendment adds a text and keeps the earlier ones.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Clause {
    /// From 1, in the order in which they were added; a number is never given twice.
    pub number: u16,
    pub words: Wording,
    /// The unit that wrote it: the issuer, or one that passed the directive on.
    pub by: UnitId,
    /// What it said before, and until when.
    pub earlier: Vec<(Wording, At)>,
    pub struck: Option<At>,
}

/// Once down one tier, or straight through: the issue is the first, and every unit that passes it on makes another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Relay {
    pub by: UnitId,
    pub who: Actor,
    pub at: At,
    pub audience: Audience,
    /// By when a receipt is asked for.
    pub deadline: At,
    pub schedule: Schedule,
    /// The rung of the ladder that was reached, and the silence found there.
    pub reached: Option<(Rung, At)>,
    pub silences: Vec<Silence>,
}

/// A state that was reached, when, by whose word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Mark {
    pub at: At,
    pub by: Actor,
    pub how: How,
}

/// A unit's receipt.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct UnitReceipt {
    pub relay: u16,
    pub since: At,
    states: [Option<Mark>; 3],
    /// It was relieved by a ruling.
    pub released: bool,
    /// When it passed the directive on.
    pub relayed: Option<At>,
}

impl UnitReceipt {
    pub fn mark(&self, step: Step) -> Option<Mark> {
        self.states[step as usize]
    }
    /// Nobody has said for the unit that it was read.
    pub fn is_waiting(&self) -> bool {
        !self.released && self.states[0].is_none()
    }
}

/// A subordinate does not decline a superior's order: they say what stands in the way, and the issuer rules.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Difficulty {
    pub words: TextId,
    pub at: At,
    pub by: Actor,
    pub ruled: Option<Ruled>,
}

impl Difficulty {
    pub const fn is_open(&self) -> bool {
        self.ruled.is_none()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Ruled {
    pub ruling: Ruling,
    pub words: TextId,
    pub at: At,
    pub by: Actor,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// The order stands as it is.
    Stands,
    /// It stands in the way that the words of the ruling say.
    Changed,
    /// This receiver is relieved of it.
    Relieved,
}

/// What somebody shows for having done it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Evidence {
    pub words: Option<TextId>,
    pub files: Vec<AttachmentId>,
}

impl Evidence {
    pub fn is_empty(&self) -> bool {
        self.words.is_none() && self.files.is_empty()
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Directive {
    pub unit: UnitId,
    pub operation: Option<OperationId>,
    pub kind: Kind,
    pub urgency: Urgency,
    pub ladder: Ladder,
    pub quiet: Option<QuietHours>,
    pub origin: Origin,
    pub title: Wording,
    pub clauses: Vector<Clause>,
    pub audience: Audience,
    pub deadline: At,
    pub files: Vec<AttachmentId>,
    pub state: State,
    pub approval: Approval,
    pub written: (Actor, At),
    pub issued: Option<At>,
    /// When it was amended last, and why.
    pub amended: Option<(At, TextId)>,
    pub relays: Vector<Relay>,
    pub units: OrdMap<UnitId, UnitReceipt>,
    pub people: Receipts,
    pub difficulties: OrdMap<Receiver, Difficulty>,
    pub evidence: OrdMap<Receiver, Evidence>,
    /// People who are asked no more: they left the force, or were relieved of it.
    pub released: OrdSet<PersonId>,
}

impl Directive {
    pub fn is_issued(&self) -> bool {
        self.state == State::Issued
    }
    /// Something may still come of it: it is written, waits, or is issued.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Draft | State::Proposed | State::Issued)
    }
    /// The clauses that a unit's receivers are bound by: the issuer's, and those added on the way down to it. Everybody at
    /// or above a unit sees what that unit added.
    pub fn clauses_for<'a>(&'a self, board: &'a Board, unit: UnitId) -> impl Iterator<Item = &'a Clause> {
        let path = board.force.unit(unit).map(|found| found.path.clone()).unwrap_or_default();
        self.clauses.iter().filter(move |clause| path.contains(&clause.by) || board.force.is_within(clause.by, unit))
    }
    pub fn clause(&self, number: u16) -> Option<&Clause> {
        self.clauses.iter().find(|clause| clause.number == number)
    }
    /// The unit that sent it to this receiver, and answers their difficulties.
    pub fn sender_of(&self, relay: u16) -> UnitId {
        self.relays.get(usize::from(relay)).map_or(self.unit, |relay| relay.by)
    }
    /// The people of a unit, with the unit itself where it receives.
    pub fn tally_of(&self, unit: UnitId) -> Tally {
        let mut tally = self.people.tally(unit);
        tally.add(self.unit_tally(unit));
        tally
    }
    /// The unit's own receipt, counted.
    pub fn unit_tally(&self, unit: UnitId) -> Tally {
        let Some(receipt) = self.units.get(&unit) else { return Tally::default() };
        if receipt.released {
            return Tally { released: 1, ..Tally::default() };
        }
        let has = |step: Step| u32::from(receipt.mark(step).is_some());
        Tally {
            receivers: 1,
            acknowledged: has(Step::Acknowledged),
            accepted: has(Step::Accepted),
            done: has(Step::Done),
            released: 0,
        }
    }
    /// Everybody, units and people.
    pub fn tally(&self) -> Tally {
        let mut all = Tally::default();
        self.units.keys().for_each(|unit| all.add(self.unit_tally(*unit)));
        self.people.tallies().for_each(|(_, tally)| all.add(tally));
        all
    }
    /// The units that receive, or have people who do.
    pub fn receiving_units(&self) -> std::collections::BTreeSet<UnitId> {
        self.units.keys().copied().chain(self.people.tallies().map(|(unit, _)| unit)).collect()
    }
    pub fn open_difficulties(&self) -> impl Iterator<Item = (Receiver, &Difficulty)> {
        self.difficulties.iter().filter(|(_, found)| found.is_open()).map(|(who, found)| (*who, found))
    }
    /// Where a receiver's difficulty is ruled on.
    pub fn rules_for(&self, board: &Board, receiver: Receiver) -> UnitId {
        match receiver {
            Receiver::Unit(unit) => self.units.get(&unit).map_or(self.unit, |found| self.sender_of(found.relay)),
            Receiver::Person(person) => self.find(board, person).map_or(self.unit, |found| self.sender_of(found.relay)),
        }
    }
    /// Every text that it shows: the register must have them when the server starts.
    pub fn texts(&self, into: &mut Vec<TextId>) {
        let clauses = self
            .clauses
            .iter()
            .flat_map(|clause| std::iter::once(&clause.words).chain(clause.earlier.iter().map(|(words, _)| words)));
        let wordings = clauses.chain([&self.title]).chain(&self.origin.instruction);
        into.extend(wordings.filter_map(Wording::texts).flatten());
        if let State::Withdrawn { why, .. } = self.state {
            into.push(why);
        }
        into.extend(self.approval.glass);
        into.extend(self.amended.map(|(_, why)| why));
        for difficulty in self.difficulties.values() {
            into.push(difficulty.words);
            into.extend(difficulty.ruled.map(|ruled| ruled.words));
        }
        into.extend(self.evidence.values().filter_map(|evidence| evidence.words));
    }
    pub fn find(&self, board: &Board, person: PersonId) -> Option<Found> {
        self.people.find(person, board.force.person(person).map(|found| found.unit))
    }
}

/// What time will bring.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Timer {
    rung: Rung,
    directive: DirectiveId,
    relay: u16,
}

/// Every directive on the board.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Directives {
    all: OrdMap<DirectiveId, Directive>,
    timers: OrdSet<(At, Timer)>,
}

impl Directives {
    pub fn get(&self, id: DirectiveId) -> Option<&Directive> {
        self.all.get(&id)
    }
    pub fn known(&self, id: DirectiveId) -> Result<&Directive, Refusal> {
        self.all.get(&id).ok_or(Refusal::NoSuchDirective { directive: id })
    }
    pub fn issued(&self, id: DirectiveId) -> Result<&Directive, Refusal> {
        let found = self.known(id)?;
        if found.is_issued() { Ok(found) } else { Err(Refusal::NotIssued { directive: id }) }
    }
    pub fn iter(&self) -> impl Iterator<Item = (DirectiveId, &Directive)> {
        self.all.iter().map(|(id, found)| (*id, found))
    }
    pub fn len(&self) -> usize {
        self.all.len()
    }
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
    pub fn next_timer(&self) -> Option<At> {
        self.timers.get_min().map(|(at, _)| *at)
    }
    /// Drops what hangs on an operation that leaves the board; the records have it.
    pub(crate) fn forget(&mut self, operation: OperationId) {
        let gone: Vec<DirectiveId> =
            self.iter().filter(|(_, found)| found.operation == Some(operation)).map(|(id, _)| id).collect();
        for id in gone {
            self.disarm(id);
            self.all.remove(&id);
        }
    }
    fn disarm(&mut self, id: DirectiveId) {
        let Some(found) = self.all.get(&id) else { return };
        for (relay, sent) in (0u16..).zip(&found.relays) {
            for rung in [Rung::Reminder, Rung::Leader, Rung::NextTier] {
                self.timers.remove(&(sent.schedule.at(rung), Timer { rung, directive: id, relay }));
            }
        }
    }
    fn arm(&mut self, id: DirectiveId, relay: u16, schedule: Schedule) {
        for rung in [Rung::Reminder, Rung::Leader, Rung::NextTier] {
            self.timers.insert((schedule.at(rung), Timer { rung, directive: id, relay }));
        }
    }
}

/// How many receipts of an operation's directives are missing, by exactly the unit that is silent; what the board's figure
/// adds up.
pub fn not_received(board: &Board, operation: OperationId) -> std::collections::BTreeMap<UnitId, u32> {
    let mut missing = std::collections::BTreeMap::new();
    let of_it = |found: &Directive| found.is_issued() && found.operation == Some(operation);
    for (_, found) in board.directives.iter().filter(|(_, found)| of_it(found)) {
        for unit in found.receiving_units() {
            let waiting = found.tally_of(unit).waiting();
            if waiting > 0 {
                *missing.entry(unit).or_default() += waiting;
            }
        }
    }
    missing
}
