//! Alarms: what a person must act on now. Everything else is a state.
//!
//! An alarm comes from a [`Cause`]: what is wrong, at which unit. Everything that is wrong there in the same way is one
//! alarm, so a station whose five posts fall silent is one alarm with five subjects, and only a call for help stands alone.
//!
//! ```text
//!  (noted) ──still so when due──▶ Unowned ──take──▶ Owned ──clear, in words──▶ cleared
//!     │                            ▲   │ untaken: asks the next watch above
//!     └─over─▶ nothing             └───┴── more of the same, or its owner is gone: asks again
//!                                   over by itself, owned or not ──▶ passed
//! ```
//!
//! An alarm asks one watch: the nearest one that somebody keeps, from the unit upwards. Nobody takes it within its
//! [`Kind::patience`], it asks the next one above. What is wrong is found by the nouns that know ([`Raising`]); an alarm that
//! was cleared in words is not raised again until what was wrong has been right in between.

mod decide;
mod follow;
mod orders;

use imbl::{OrdMap, OrdSet, Vector};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Place};
use crate::{
    Actor, AlarmId, AssignmentId, At, Board, Minutes, OperationId, PersonId, Subject, TextId, UnitId, access, roster,
};

pub(crate) use decide::{decide, pass_time};
pub(crate) use follow::follow;
pub use follow::{Found, Raising};

/// Alarms that are over and stay on the board, so that a list and the rate need no search: at six an hour and officer, a day
/// of a bureau with twelve watches that each get three. The earlier ones are in the records.
pub const MOST_ENDED: usize = 864;

/// The rate of alarms is said for this long a time.
pub const RATE_OVER: Minutes = Minutes(60);

/// More than this many an hour and officer cannot be answered with care (EEMUA 191).
pub const MOST_AN_HOUR: u32 = 6;

/// What is wrong. The order is that of a list: the gravest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Somebody at a post calls for help.
    HelpNeeded,
    /// Nobody of a unit answers any more.
    UnitSilent,
    /// Somebody at a post cannot go on.
    ReliefNeeded,
    PostUnmanned,
    /// A difficulty was reported, and nobody has ruled.
    DifficultyUnruled,
    ContactOverdue,
    ReliefLate,
    /// A directive has not been received in time.
    ReceiptOverdue,
    TaskOverdue,
    /// A watch was taken without the outgoing officer, and nobody has signed for it.
    HandoverUnsigned,
}

/// How soon somebody must act. About five in a hundred should be emergencies, fifteen urgent (EEMUA 191).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Emergency,
    Urgent,
    Ordinary,
}

impl Kind {
    pub const ALL: [Self; 10] = [
        Self::HelpNeeded,
        Self::UnitSilent,
        Self::ReliefNeeded,
        Self::PostUnmanned,
        Self::DifficultyUnruled,
        Self::ContactOverdue,
        Self::ReliefLate,
        Self::ReceiptOverdue,
        Self::TaskOverdue,
        Self::HandoverUnsigned,
    ];

    pub const fn priority(self) -> Priority {
        match self {
            Self::HelpNeeded | Self::UnitSilent => Priority::Emergency,
            Self::ReliefNeeded | Self::PostUnmanned | Self::DifficultyUnruled => Priority::Urgent,
            Self::ContactOverdue
            | Self::ReliefLate
            | Self::ReceiptOverdue
            | Self::TaskOverdue
            | Self::HandoverUnsigned => Priority::Ordinary,
        }
    }

    /// How long it must have been wrong before it is an alarm: most silences end by themselves. What has a term of its own
    /// already (the grace of a shift, the deadline of a receipt) waits no more.
    pub const fn delay(self) -> Minutes {
        match self {
            Self::ContactOverdue => Minutes(10),
            // The relief is late already when this begins: half an hour more in the cold is the bound.
            Self::ReliefLate => Minutes(30),
            // The issuer has a quarter of an hour to rule.
            Self::DifficultyUnruled => Minutes(15),
            // The leader on duty has an hour to sign.
            Self::HandoverUnsigned => Minutes(60),
            Self::HelpNeeded
            | Self::UnitSilent
            | Self::ReliefNeeded
            | Self::PostUnmanned
            | Self::ReceiptOverdue
            | Self::TaskOverdue => Minutes(0),
        }
    }

    /// How long one watch is asked before the next one above is: a duty officer on the telephone is away for two minutes.
    pub const fn patience(self) -> Minutes {
        match self.priority() {
            Priority::Emergency => Minutes(2),
            Priority::Urgent => Minutes(5),
            Priority::Ordinary => Minutes(15),
        }
    }

    /// Each stands alone: two calls for help are two alarms.
    const fn stands_alone(self) -> bool {
        matches!(self, Self::HelpNeeded | Self::ReliefNeeded)
    }
}

/// What makes an alarm one: the same cause again adds to the alarm that is open.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Cause {
    pub unit: UnitId,
    pub kind: Kind,
    /// For what stands alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alone: Option<Subject>,
}

impl Cause {
    pub fn of(kind: Kind, unit: UnitId, subject: Subject) -> Self {
        Self { unit, kind, alone: kind.stands_alone().then_some(subject) }
    }
}

/// How an alarm came to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// By its owner, who said what was done.
    Cleared { by: PersonId, words: TextId, at: At },
    /// What was wrong is right again.
    Passed { at: At },
}

impl End {
    pub const fn at(self) -> At {
        match self {
            Self::Cleared { at, .. } | Self::Passed { at } => at,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Alarm {
    pub cause: Cause,
    pub priority: Priority,
    /// `None` where it belongs to no operation; a drill's alarms are marked by their operation.
    pub operation: Option<OperationId>,
    /// What is wrong now; for an alarm that is over, what was wrong last.
    pub subjects: OrdSet<Subject>,
    /// Since when it is wrong.
    pub since: At,
    pub raised: At,
    /// The unit whose watch must answer.
    pub asks: UnitId,
    /// Since when it asks that watch.
    pub asked: At,
    /// When it will ask the next one above, if nobody takes it.
    pub escalates: Option<At>,
    /// How often it has gone to a watch above.
    pub escalated: u8,
    /// Who has it in hand, and since when; an alarm without one sounds.
    pub owner: Option<(PersonId, At)>,
    /// Who had it in hand before it asked again.
    pub before: Option<PersonId>,
    /// Who called, for a call.
    pub caller: Option<PersonId>,
    /// What the caller said.
    pub words: Option<TextId>,
    /// The last word of what is being done.
    pub doing: Option<(TextId, PersonId, At)>,
    pub end: Option<End>,
}

/// What an alarm waits for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Timer {
    Raise(Cause, Subject),
    Escalate(AlarmId),
}

/// Noted, and not yet an alarm.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Noted {
    operation: Option<OperationId>,
    since: At,
    due: At,
}

/// Every alarm that is open, what may become one, and those that were over last.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Alarms {
    open: OrdMap<AlarmId, Alarm>,
    #[serde(with = "crate::pairs")]
    by_cause: OrdMap<Cause, AlarmId>,
    /// Every subject of an open or a noted cause, so that a check-in finds in one step that it ends nothing.
    #[serde(with = "crate::pairs")]
    by_subject: OrdMap<Subject, OrdSet<Cause>>,
    #[serde(with = "crate::pairs")]
    noted: OrdMap<(Cause, Subject), Noted>,
    timers: OrdSet<(At, Timer)>,
    ended: Vector<(AlarmId, Alarm)>,
}

impl Alarms {
    /// An open alarm.
    pub fn get(&self, id: AlarmId) -> Option<&Alarm> {
        self.open.get(&id)
    }
    /// An alarm that is open or was over lately.
    pub fn find(&self, id: AlarmId) -> Option<&Alarm> {
        self.get(id).or_else(|| self.ended.iter().rev().find(|(ended, _)| *ended == id).map(|(_, alarm)| alarm))
    }
    pub fn open(&self) -> impl Iterator<Item = (AlarmId, &Alarm)> {
        self.open.iter().map(|(id, alarm)| (*id, alarm))
    }
    pub fn of_cause(&self, cause: Cause) -> Option<(AlarmId, &Alarm)> {
        let id = *self.by_cause.get(&cause)?;
        self.open.get(&id).map(|alarm| (id, alarm))
    }
    /// Those that ask the watch of this unit, or that somebody has taken for it: what its strip shows, gravest and oldest first.
    pub fn asking(&self, unit: UnitId) -> Vec<(AlarmId, &Alarm)> {
        let mut found: Vec<_> = self.open().filter(|(_, alarm)| alarm.asks == unit).collect();
        found.sort_by_key(|(id, alarm)| (alarm.priority, alarm.raised, *id));
        found
    }
    /// Those in a person's hands.
    pub fn owned_by(&self, person: PersonId) -> impl Iterator<Item = (AlarmId, &Alarm)> {
        self.open().filter(move |(_, alarm)| alarm.owner.is_some_and(|(owner, _)| owner == person))
    }
    /// Those that are over, the last one first.
    pub fn ended(&self) -> impl Iterator<Item = (AlarmId, &Alarm)> {
        self.ended.iter().rev().map(|(id, alarm)| (*id, alarm))
    }
    /// How many alarms have asked the watch of `unit` in the time of [`RATE_OVER`] up to `now`.
    pub fn rate(&self, unit: UnitId, now: At) -> u32 {
        let since = now.minus(RATE_OVER);
        let counts = |alarm: &&Alarm| alarm.asks == unit && alarm.asked > since && alarm.asked <= now;
        let ended = self.ended.iter().map(|(_, alarm)| alarm);
        self.open.values().chain(ended).filter(counts).count() as u32
    }
    /// Is anything noted or open about this?
    pub fn concerns(&self, subject: Subject) -> bool {
        self.by_subject.contains_key(&subject)
    }
    pub fn next_timer(&self) -> Option<At> {
        self.timers.get_min().map(|(at, _)| *at)
    }

    fn causes_of(&self, subject: Subject) -> impl Iterator<Item = Cause> {
        self.by_subject.get(&subject).into_iter().flatten().copied()
    }
    fn index(&mut self, cause: Cause, subject: Subject) {
        self.by_subject.entry(subject).or_default().insert(cause);
    }
    fn unindex(&mut self, cause: Cause, subject: Subject) {
        if let Some(causes) = self.by_subject.get_mut(&subject) {
            causes.remove(&cause);
            if causes.is_empty() {
                self.by_subject.remove(&subject);
            }
        }
    }
    fn forget_noted(&mut self, cause: Cause, subject: Subject) {
        if let Some(noted) = self.noted.remove(&(cause, subject)) {
            self.timers.remove(&(noted.due, Timer::Raise(cause, subject)));
            self.unindex(cause, subject);
        }
    }
    /// Changes an open alarm and keeps its timer true.
    fn change(&mut self, id: AlarmId, change: impl FnOnce(&mut Alarm)) {
        let Some(alarm) = self.open.get_mut(&id) else { return };
        let old = alarm.escalates;
        change(alarm);
        let new = alarm.escalates;
        if old != new {
            if let Some(due) = old {
                self.timers.remove(&(due, Timer::Escalate(id)));
            }
            if let Some(due) = new {
                self.timers.insert((due, Timer::Escalate(id)));
            }
        }
    }
    fn end(&mut self, id: AlarmId, end: End) {
        let Some(mut alarm) = self.open.remove(&id) else { return };
        if let Some(due) = alarm.escalates.take() {
            self.timers.remove(&(due, Timer::Escalate(id)));
        }
        self.by_cause.remove(&alarm.cause);
        for subject in &alarm.subjects {
            self.unindex(alarm.cause, *subject);
        }
        alarm.end = Some(end);
        self.ended.push_back((id, alarm));
        while self.ended.len() > MOST_ENDED {
            self.ended.pop_front();
        }
    }
}

/// What somebody at a post calls for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    Help,
    Relief,
}

impl Need {
    pub const fn kind(self) -> Kind {
        match self {
            Self::Help => Kind::HelpNeeded,
            Self::Relief => Kind::ReliefNeeded,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Somebody who stands a post calls for help or relief.
    Call { id: AlarmId, operation: OperationId, assignment: AssignmentId, need: Need, words: Option<TextId> },
    /// It is in my hands now.
    Take { alarm: AlarmId },
    /// It is in somebody else's hands from now on.
    HandOn { alarm: AlarmId, to: PersonId },
    /// What is being done about it.
    Report { alarm: AlarmId, words: TextId },
    /// It asks no more, and these words say why.
    Clear { alarm: AlarmId, words: TextId },
}

impl Command {
    pub const fn alarm(&self) -> Option<AlarmId> {
        match self {
            Self::Call { .. } => None,
            Self::Take { alarm }
            | Self::HandOn { alarm, .. }
            | Self::Report { alarm, .. }
            | Self::Clear { alarm, .. } => Some(*alarm),
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Something is wrong, and will be an alarm if it still is when due.
    Noted {
        cause: Cause,
        subject: Subject,
        operation: Option<OperationId>,
        since: At,
        due: At,
    },
    Raised {
        alarm: AlarmId,
        row: Box<Alarm>,
    },
    /// More of the same is wrong (`subject`), a second call, its owner gone, or time enough given below: nobody owns it.
    AskedAgain {
        alarm: AlarmId,
        subject: Option<Subject>,
        at: At,
        asks: UnitId,
        escalates: Option<At>,
    },
    /// Nobody took it: it asks the watch of `asks` now.
    Escalated {
        alarm: AlarmId,
        at: At,
        asks: UnitId,
        escalates: Option<At>,
    },
    Taken {
        alarm: AlarmId,
        by: PersonId,
        at: At,
    },
    HandedOn {
        alarm: AlarmId,
        by: Actor,
        to: PersonId,
        at: At,
    },
    Reported {
        alarm: AlarmId,
        by: PersonId,
        at: At,
        words: TextId,
    },
    Cleared {
        alarm: AlarmId,
        by: PersonId,
        at: At,
        words: TextId,
    },
    /// One thing is right again. With the last one the alarm passes.
    Eased {
        cause: Cause,
        subject: Subject,
        at: At,
        alarm: Option<AlarmId>,
    },
    /// What it was about has left the board.
    Passed {
        alarm: AlarmId,
        at: At,
    },
}

impl Event {
    pub const fn alarm(&self) -> Option<AlarmId> {
        match self {
            Self::Noted { .. } => None,
            Self::Eased { alarm, .. } => *alarm,
            Self::Raised { alarm, .. }
            | Self::AskedAgain { alarm, .. }
            | Self::Escalated { alarm, .. }
            | Self::Taken { alarm, .. }
            | Self::HandedOn { alarm, .. }
            | Self::Reported { alarm, .. }
            | Self::Cleared { alarm, .. }
            | Self::Passed { alarm, .. } => Some(*alarm),
        }
    }
    pub fn subjects(&self, into: &mut Vec<Subject>) {
        into.extend(self.alarm().map(Subject::Alarm));
        if let Self::Raised { row, .. } = self {
            into.push(Subject::Unit(row.cause.unit));
            into.extend(row.subjects.iter().copied());
        }
        if let Self::AskedAgain { subject: Some(subject), .. } = self {
            into.push(*subject);
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("alarm {alarm} is not open: it has passed or was cleared; look at the list of alarms")]
    NoSuchAlarm { alarm: AlarmId },
    #[error("only a person can answer an alarm: sign in as the duty officer")]
    AlarmNeedsPerson,
    #[error("the alarm has been in your hands since {since:?}: say what is being done, hand it on, or clear it")]
    AlarmIsYours { since: At },
    #[error("person {person} has had the alarm in hand since {since:?}: call them, or hand it on to somebody else")]
    AlarmTaken { person: PersonId, since: At },
    #[error("nobody has taken the alarm yet: take it first")]
    AlarmUnowned { alarm: AlarmId },
    #[error("an alarm {alarm} exists already: send the command with an id of its own")]
    AlarmIdTaken { alarm: AlarmId },
    #[error("person {person} may not answer alarms of unit {unit}: hand it to a duty officer or a leader who may")]
    CannotAnswer { person: PersonId, unit: UnitId },
}

pub(crate) fn place(board: &Board, actor: Actor, command: &Command) -> (Action, Place) {
    match command {
        Command::Call { operation, assignment, .. } => {
            let found = board.operation(*operation);
            let held = found.and_then(|found| found.roster.assignment(*assignment).map(|held| (found, held)));
            let Some((found, held)) = held else {
                return (Action::RecordPresence, found.map_or(Place::Force, |found| Place::Unit(found.unit)));
            };
            if actor == Actor::Person(held.person) {
                return (Action::StandPost, Place::Person(held.person));
            }
            let post = found.roster.shift(held.shift).map(|shift| Place::Post(*operation, shift.post));
            (Action::RecordPresence, post.unwrap_or(Place::Unit(found.unit)))
        }
        // An alarm that is over is answered by its refusal to whoever may see that it was there.
        _ => {
            let found = command.alarm().and_then(|id| board.alarms.find(id));
            (Action::AnswerAlarm, found.map_or(Place::Force, |alarm| Place::Unit(alarm.cause.unit)))
        }
    }
}

pub(crate) fn apply(alarms: &mut Alarms, event: &Event) {
    match event {
        Event::Noted { cause, subject, operation, since, due } => {
            let noted = Noted { operation: *operation, since: *since, due: *due };
            alarms.noted.insert((*cause, *subject), noted);
            alarms.timers.insert((*due, Timer::Raise(*cause, *subject)));
            alarms.index(*cause, *subject);
        }
        Event::Raised { alarm: id, row } => {
            for subject in &row.subjects {
                alarms.forget_noted(row.cause, *subject);
                alarms.index(row.cause, *subject);
            }
            if let Some(due) = row.escalates {
                alarms.timers.insert((due, Timer::Escalate(*id)));
            }
            alarms.by_cause.insert(row.cause, *id);
            alarms.open.insert(*id, Alarm::clone(row));
        }
        Event::AskedAgain { alarm: id, subject, at, asks, escalates } => {
            let Some(cause) = alarms.get(*id).map(|alarm| alarm.cause) else { return };
            if let Some(subject) = subject {
                alarms.forget_noted(cause, *subject);
                alarms.index(cause, *subject);
            }
            alarms.change(*id, |alarm| {
                alarm.subjects.extend(*subject);
                alarm.before = alarm.owner.map(|(owner, _)| owner).or(alarm.before);
                alarm.owner = None;
                (alarm.asks, alarm.asked, alarm.escalates) = (*asks, *at, *escalates);
            });
        }
        Event::Escalated { alarm, at, asks, escalates } => alarms.change(*alarm, |alarm| {
            alarm.escalated = alarm.escalated.saturating_add(1);
            (alarm.asks, alarm.asked, alarm.escalates) = (*asks, *at, *escalates);
        }),
        Event::Taken { alarm, by: owner, at } | Event::HandedOn { alarm, to: owner, at, .. } => {
            alarms.change(*alarm, |alarm| {
                alarm.owner = Some((*owner, *at));
                alarm.escalates = None;
            });
        }
        Event::Reported { alarm, by, at, words } => {
            alarms.change(*alarm, |alarm| alarm.doing = Some((*words, *by, *at)));
        }
        Event::Cleared { alarm, by, at, words } => {
            alarms.end(*alarm, End::Cleared { by: *by, words: *words, at: *at });
        }
        Event::Eased { cause, subject, at, .. } => {
            alarms.forget_noted(*cause, *subject);
            let Some(id) = alarms.by_cause.get(cause).copied() else { return };
            let Some(alarm) = alarms.open.get_mut(&id).filter(|alarm| alarm.subjects.contains(subject)) else { return };
            // What was wrong last stays with an alarm that is over, so that its record says what it was about.
            if alarm.subjects.len() > 1 {
                alarm.subjects.remove(subject);
                alarms.unindex(*cause, *subject);
            } else {
                alarms.end(id, End::Passed { at: *at });
            }
        }
        Event::Passed { alarm, at } => alarms.end(*alarm, End::Passed { at: *at }),
    }
}

/// The nearest unit from `from` upwards whose watch somebody keeps; else the first unit of all.
fn nearest_watch(board: &Board, from: UnitId) -> UnitId {
    let kept = |unit: &&UnitId| board.watch(**unit).is_some_and(|watch| watch.officer.is_some());
    let path = board.force.unit(from).map(|found| found.path.clone()).unwrap_or_default();
    path.iter().rev().find(kept).or(path.first()).copied().unwrap_or(from)
}

/// The next watch above the one of `unit`; `None` at the top.
fn next_watch(board: &Board, unit: UnitId) -> Option<UnitId> {
    board.force.unit(unit)?.parent.map(|above| nearest_watch(board, above))
}

/// May this person answer alarms of this unit now?
pub fn may_answer(board: &Board, person: PersonId, unit: UnitId, now: At) -> bool {
    access::permits(board, Actor::Person(person), Action::AnswerAlarm, Place::Unit(unit), now).is_permitted()
}

/// The assignment that a call comes from, with its post.
fn calling(
    board: &Board,
    operation: OperationId,
    id: AssignmentId,
) -> Result<(&roster::Assignment, crate::PostId), crate::Refusal> {
    let found = board.running(operation)?;
    let held = found.roster.assignment(id).ok_or(roster::Refusal::NoSuchAssignment { assignment: id })?;
    let shift = found.roster.shift(held.shift).ok_or(roster::Refusal::NoSuchShift { shift: held.shift })?;
    Ok((held, shift.post))
}
