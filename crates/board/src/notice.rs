//! Notices: who must be told of what by which channel, and what became of each telling.
//!
//! The screen tells everybody who looks at it; a notice is for who may not be looking. It goes out by the [`Channels`] that its
//! receiver keeps, each of which is one delivery:
//!
//! ```text
//! Waiting ─▶ Sent ─▶ Delivered
//!   │ ▲        (handed over to a mail server or a gateway; delivered only where that says so)
//!   ▼ │ not reached: again later, at most MOST_ATTEMPTS times
//! Waiting ─▶ Failed (in words)        Waiting ─▶ Simulated (a demonstration sends nothing)
//! Sent    ─▶ Failed                   (the gateway says later that it did not arrive)
//! Failed  ─▶ Waiting                  (an administrator has mended the cause, and tries again)
//! ```
//!
//! Nothing is ever shown as better than it was. A delivery has the same message id every time it is tried, so that a reader who
//! gets it twice after a restart sees it once.

use imbl::{OrdMap, OrdSet, Vector};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::access::{Action, Place};
use crate::alarm::{self, Priority};
use crate::{At, Board, Context, Minutes, NoticeId, PersonId, Subject, TextId, UnitId, directive, force, task, watch};

/// Waits before a delivery that was not reached is tried again. Together five and a half hours: a mail server that is repaired
/// within a watch still gets it.
const AGAIN_AFTER: [Minutes; 7] =
    [Minutes(1), Minutes(2), Minutes(5), Minutes(15), Minutes(30), Minutes(90), Minutes(180)];
/// The first try and the ones after each wait.
pub const MOST_ATTEMPTS: u8 = AGAIN_AFTER.len() as u8 + 1;

/// Notices that are over and stay on the board, for the list of deliveries; the earlier ones are in the records.
pub const MOST_OVER: usize = 500;

/// Ids of notices count from here, so that they never meet those of what else the command makes.
const FIRST_ID: u32 = 0x9000_0000;

const DAY: u16 = 24 * 60;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Email,
    /// A text message, through the agency's gateway.
    Message,
    /// To a browser that was asked to show it (RFC 8030).
    Push,
}

/// Hours in which only emergencies are told, as minutes of the local day; over midnight where `to` is the lesser.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Quiet {
    pub from: u16,
    pub to: u16,
}

impl Quiet {
    /// Is this minute of the local day within?
    pub const fn contains(self, minute: u16) -> bool {
        if self.from <= self.to {
            self.from <= minute && minute < self.to
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

/// How a person wants to be told of what they may not see on a screen. The addresses are in the register.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Channels {
    pub email: Option<TextId>,
    pub message: Option<TextId>,
    /// The subscription of one browser: the one in which it was turned on last.
    #[serde(default)]
    pub push: Option<TextId>,
    pub quiet: Option<Quiet>,
}

impl Channels {
    fn addresses(&self) -> impl Iterator<Item = (Channel, TextId)> {
        [(Channel::Email, self.email), (Channel::Message, self.message), (Channel::Push, self.push)]
            .into_iter()
            .filter_map(|(channel, address)| Some((channel, address?)))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// To be tried when due.
    Waiting {
        due: At,
    },
    /// The mail server or the gateway took it.
    Sent {
        at: At,
    },
    /// The gateway says that it arrived.
    Delivered {
        at: At,
    },
    Failed {
        at: At,
        words: TextId,
    },
    Simulated {
        at: At,
    },
}

impl State {
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Waiting { .. })
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Delivery {
    pub channel: Channel,
    pub address: TextId,
    pub state: State,
    /// How often it was tried without being reached.
    pub attempts: u8,
}

/// One person told of one thing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Notice {
    pub to: PersonId,
    pub subject: Subject,
    /// The unit that it is about.
    pub unit: UnitId,
    /// Quiet hours do not hold it back.
    pub emergency: bool,
    pub at: At,
    pub deliveries: SmallVec<[Delivery; 2]>,
}

impl Notice {
    pub fn delivery(&self, channel: Channel) -> Option<&Delivery> {
        self.deliveries.iter().find(|delivery| delivery.channel == channel)
    }
    fn is_over(&self) -> bool {
        !self.deliveries.iter().any(|delivery| delivery.state.is_waiting())
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Notices {
    channels: OrdMap<PersonId, Channels>,
    open: OrdMap<NoticeId, Notice>,
    /// Who waits for word of what: nobody is told twice of the same while the first is on its way.
    #[serde(default)]
    awaited: OrdSet<(PersonId, Subject)>,
    over: Vector<(NoticeId, Notice)>,
}

impl Notices {
    pub fn channels(&self, person: PersonId) -> Channels {
        self.channels.get(&person).copied().unwrap_or_default()
    }
    /// Those with a delivery that waits.
    pub fn open(&self) -> impl Iterator<Item = (NoticeId, &Notice)> {
        self.open.iter().map(|(id, notice)| (*id, notice))
    }
    /// Those that are over, the last one first.
    pub fn over(&self) -> impl Iterator<Item = (NoticeId, &Notice)> {
        self.over.iter().rev().map(|(id, notice)| (*id, notice))
    }
    pub fn find(&self, id: NoticeId) -> Option<&Notice> {
        self.open.get(&id).or_else(|| self.over().find(|(found, _)| *found == id).map(|(_, notice)| notice))
    }
    fn start(&mut self, id: NoticeId, notice: Notice) {
        self.awaited.insert((notice.to, notice.subject));
        self.open.insert(id, notice);
    }
    fn change(&mut self, id: NoticeId, channel: Channel, change: impl FnOnce(&mut Delivery)) {
        let of_channel = |delivery: &&mut Delivery| delivery.channel == channel;
        if let Some(notice) = self.open.get_mut(&id) {
            if let Some(delivery) = notice.deliveries.iter_mut().find(of_channel) {
                change(delivery);
            }
            if notice.is_over()
                && let Some(notice) = self.open.remove(&id)
            {
                self.awaited.remove(&(notice.to, notice.subject));
                self.over.push_back((id, notice));
                while self.over.len() > MOST_OVER {
                    self.over.pop_front();
                }
            }
        } else if let Some((_, notice)) = self.over.iter_mut().find(|(found, _)| *found == id)
            && let Some(delivery) = notice.deliveries.iter_mut().find(of_channel)
        {
            change(delivery);
        }
    }
    /// A delivery that failed waits again, as if it had never been tried.
    fn again(&mut self, id: NoticeId, channel: Channel, due: At) {
        let place = self.over.iter().position(|(found, _)| *found == id);
        let over = place.map(|place| self.over.remove(place).1);
        let Some(mut notice) = over.or_else(|| self.open.get(&id).cloned()) else { return };
        for delivery in notice.deliveries.iter_mut().filter(|delivery| delivery.channel == channel) {
            (delivery.state, delivery.attempts) = (State::Waiting { due }, 0);
        }
        self.start(id, notice);
    }
}

/// What became of one try.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Sent,
    Delivered,
    Simulated,
    /// It will never be taken: the address is wrong, or the receiver has none.
    Refused {
        words: TextId,
    },
    /// The browser's subscription has ended: it is dropped.
    Gone {
        words: TextId,
    },
    /// Nobody answered, or not now.
    NotReached {
        words: TextId,
    },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// How a person wants to be told.
    Keep { person: PersonId, email: Option<TextId>, message: Option<TextId>, quiet: Option<Quiet> },
    /// The browser that is to show what waits; `None` turns it off.
    KeepPush { person: PersonId, push: Option<TextId> },
    /// What became of a delivery, recorded by whoever tried.
    Record { notice: NoticeId, channel: Channel, outcome: Outcome },
    /// Send once more what failed.
    TryAgain { notice: NoticeId, channel: Channel },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The journal erases `texts`, the addresses that were, in the same transaction.
    Kept {
        person: PersonId,
        channels: Channels,
        texts: Vec<TextId>,
        at: At,
    },
    Told {
        id: NoticeId,
        row: Box<Notice>,
    },
    /// Tried without reaching anybody; again when due.
    PutOff {
        notice: NoticeId,
        channel: Channel,
        words: TextId,
        due: At,
        at: At,
    },
    Settled {
        notice: NoticeId,
        channel: Channel,
        state: State,
    },
    /// What failed waits again.
    Again {
        notice: NoticeId,
        channel: Channel,
        at: At,
    },
}

impl Event {
    pub fn subjects(&self, into: &mut Vec<Subject>) {
        match self {
            Self::Kept { person, .. } => into.push(Subject::Person(*person)),
            Self::Told { row, .. } => into.extend([Subject::Person(row.to), row.subject]),
            Self::PutOff { .. } | Self::Settled { .. } | Self::Again { .. } => {}
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error(
        "quiet hours from minute {begin} to minute {end} are none: give two different minutes of the day, 0 to 1439"
    )]
    NoQuietHours { begin: u16, end: u16 },
    #[error("notice {notice} does not wait on this channel: it was settled, or never went there")]
    NothingWaits { notice: NoticeId },
    #[error("notice {notice} has not failed on this channel: only what failed is sent again")]
    NotFailed { notice: NoticeId },
}

pub(crate) fn place(command: &Command) -> (Action, Place) {
    match command {
        Command::Keep { person, .. } | Command::KeepPush { person, .. } => (Action::StandPost, Place::Person(*person)),
        Command::Record { .. } | Command::TryAgain { .. } => (Action::OperateSystem, Place::Force),
    }
}

/// A person's channels change, and the addresses that are no longer among them are erased.
fn keep(board: &Board, person: PersonId, channels: Channels, at: At) -> Option<Event> {
    let old = board.notices.channels(person);
    if old == channels {
        return None;
    }
    let kept: SmallVec<[TextId; 3]> = channels.addresses().map(|(_, address)| address).collect();
    let texts = old.addresses().map(|(_, address)| address).filter(|address| !kept.contains(address)).collect();
    Some(Event::Kept { person, channels, texts, at })
}

pub(crate) fn decide(board: &Board, command: &Command, context: &Context) -> Result<Vec<Event>, crate::Refusal> {
    let at = context.now;
    match command {
        Command::Keep { person, email, message, quiet } => {
            board.force.known_person(*person)?;
            if let Some(Quiet { from, to }) =
                quiet.filter(|quiet| quiet.from == quiet.to || quiet.from.max(quiet.to) >= DAY)
            {
                return Err(Refusal::NoQuietHours { begin: from, end: to }.into());
            }
            let old = board.notices.channels(*person);
            let channels = Channels { email: *email, message: *message, quiet: *quiet, ..old };
            Ok(keep(board, *person, channels, at).into_iter().collect())
        }
        Command::KeepPush { person, push } => {
            board.force.known_person(*person)?;
            let channels = Channels { push: *push, ..board.notices.channels(*person) };
            Ok(keep(board, *person, channels, at).into_iter().collect())
        }
        Command::Record { notice, channel, outcome } => record(board, *notice, *channel, *outcome, at),
        Command::TryAgain { notice: id, channel } => {
            let found = board.notices.find(*id).and_then(|notice| notice.delivery(*channel));
            match found.map(|delivery| delivery.state) {
                Some(State::Failed { .. }) => Ok(vec![Event::Again { notice: *id, channel: *channel, at }]),
                _ => Err(Refusal::NotFailed { notice: *id }.into()),
            }
        }
    }
}

fn record(
    board: &Board,
    id: NoticeId,
    channel: Channel,
    outcome: Outcome,
    at: At,
) -> Result<Vec<Event>, crate::Refusal> {
    let missing = || Refusal::NothingWaits { notice: id };
    let notice = board.notices.find(id).ok_or_else(missing)?;
    let delivery = notice.delivery(channel).ok_or_else(missing)?;
    // A gateway may say later what became of what it took; nothing else follows a settled delivery.
    let is_report =
        matches!((delivery.state, outcome), (State::Sent { .. }, Outcome::Delivered | Outcome::Refused { .. }));
    if !delivery.state.is_waiting() && !is_report {
        return Err(missing().into());
    }
    let settled = |state| Event::Settled { notice: id, channel, state };
    let mut events = vec![match outcome {
        Outcome::Sent => settled(State::Sent { at }),
        Outcome::Delivered => settled(State::Delivered { at }),
        Outcome::Simulated => settled(State::Simulated { at }),
        Outcome::Refused { words } | Outcome::Gone { words } => settled(State::Failed { at, words }),
        Outcome::NotReached { words } => match AGAIN_AFTER.get(usize::from(delivery.attempts)) {
            Some(wait) => Event::PutOff { notice: id, channel, words, due: at.plus(*wait), at },
            None => settled(State::Failed { at, words }),
        },
    }];
    let held = board.notices.channels(notice.to);
    if matches!(outcome, Outcome::Gone { .. }) && held.push == Some(delivery.address) {
        events.extend(keep(board, notice.to, Channels { push: None, ..held }, at));
    }
    Ok(events)
}

pub(crate) fn apply(notices: &mut Notices, event: &Event) {
    match event {
        Event::Kept { person, channels, .. } => {
            if *channels == Channels::default() {
                notices.channels.remove(person);
            } else {
                notices.channels.insert(*person, *channels);
            }
        }
        Event::Told { id, row } => notices.start(*id, Notice::clone(row)),
        Event::Again { notice, channel, at } => notices.again(*notice, *channel, *at),
        Event::PutOff { notice, channel, due, .. } => notices.change(*notice, *channel, |delivery| {
            delivery.attempts = delivery.attempts.saturating_add(1);
            delivery.state = State::Waiting { due: *due };
        }),
        Event::Settled { notice, channel, state } => {
            notices.change(*notice, *channel, |delivery| delivery.state = *state);
        }
    }
}

/// Somebody to be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Telling {
    pub to: PersonId,
    pub subject: Subject,
    pub unit: UnitId,
    pub emergency: bool,
}

/// What the events of a command mean for notices: who is told, and whose addresses go with them.
pub(crate) fn follow(board: &Board, events: &[crate::Event], context: &Context) -> Vec<Event> {
    let mut told = Vec::new();
    let mut tellings: Vec<Telling> = Vec::new();
    for event in events {
        match event {
            crate::Event::Alarm(event) => of_alarm(board, event, &mut tellings),
            crate::Event::Watch(watch::Event::Offered { unit, to, .. }) => {
                tellings.push(Telling { to: *to, subject: Subject::Watch(*unit), unit: *unit, emergency: false });
            }
            crate::Event::Watch(watch::Event::Written { unit, line, .. }) => {
                let leader = line.order.map(|(leader, _)| leader);
                let telling = |to| Telling { to, subject: Subject::Watch(*unit), unit: *unit, emergency: false };
                tellings.extend(leader.map(telling));
            }
            crate::Event::Directive(event) => of_directive(board, event, &mut tellings),
            crate::Event::Task(event) => of_task(board, event, &mut tellings),
            crate::Event::Force(force::Event::PersonErased { person, .. }) => {
                let texts: Vec<TextId> = board.notices.channels(*person).addresses().map(|(_, text)| text).collect();
                if !texts.is_empty() {
                    told.push(Event::Kept { person: *person, channels: Channels::default(), texts, at: context.now });
                }
            }
            _ => {}
        }
    }
    let mut minted = FIRST_ID;
    for telling in tellings {
        if let Some(row) = notice(board, telling, context.now) {
            told.push(Event::Told { id: context.mint(minted), row: Box::new(row) });
            minted += 1;
        }
    }
    told
}

/// A notice, if its receiver keeps a channel and does not wait for the same already.
fn notice(board: &Board, telling: Telling, at: At) -> Option<Notice> {
    let Telling { to, subject, unit, emergency } = telling;
    board.force.serving(to)?;
    let deliveries: SmallVec<[Delivery; 2]> = board
        .notices
        .channels(to)
        .addresses()
        .map(|(channel, address)| Delivery { channel, address, state: State::Waiting { due: at }, attempts: 0 })
        .collect();
    let waits = board.notices.awaited.contains(&(to, subject));
    (!deliveries.is_empty() && !waits).then(|| Notice { to, subject, unit, emergency, at, deliveries })
}

/// An order is told to whoever receives it in person, and to those who keep the watch of a unit that does.
fn of_directive(board: &Board, event: &directive::Event, into: &mut Vec<Telling>) {
    let (id, urgency, units, people) = match event {
        directive::Event::Issued { directive, issue, .. } | directive::Event::Relayed { directive, issue, .. } => (
            *directive,
            board.directives.get(*directive).map(|found| found.urgency),
            &issue.units[..],
            &issue.people[..],
        ),
        directive::Event::Arrived { directive, people, .. } => {
            (*directive, board.directives.get(*directive).map(|found| found.urgency), &[][..], &people[..])
        }
        _ => return,
    };
    // Most keep no channel: of 50,000 receivers only those who do are looked at further.
    let keeps = |person: &PersonId| board.notices.channels.contains_key(person);
    let emergency = urgency == Some(directive::Urgency::Emergency);
    let telling = |to, unit| Telling { to, subject: Subject::Directive(id), unit, emergency };
    for unit in units {
        let watch = board.watch(*unit).into_iter().flat_map(|watch| watch.officer.into_iter().chain(watch.leader));
        into.extend(watch.filter(keeps).map(|to| telling(to, *unit)));
    }
    if board.notices.channels.is_empty() {
        return;
    }
    for (unit, people) in people {
        into.extend(people.iter().copied().filter(keeps).map(|to| telling(to, *unit)));
    }
}

/// A task is told to its owner: that it is theirs, and that its result was sent back.
fn of_task(board: &Board, event: &task::Event, into: &mut Vec<Telling>) {
    if let task::Happening::Assigned { .. } | task::Happening::Returned { .. } = event.what {
        let urgency = event.source.and_then(|source| board.directives.get(source.directive)).map(|found| found.urgency);
        let emergency = urgency == Some(directive::Urgency::Emergency);
        into.push(Telling { to: event.owner, subject: Subject::Task(event.task), unit: event.lead, emergency });
    }
}

/// An emergency is told at once; another alarm when nobody took it from the screen.
fn of_alarm(board: &Board, event: &alarm::Event, into: &mut Vec<Telling>) {
    let (id, asks, unit, priority) = match event {
        alarm::Event::Raised { alarm, row } if row.priority == Priority::Emergency => {
            (*alarm, row.asks, row.cause.unit, row.priority)
        }
        alarm::Event::AskedAgain { alarm, asks, .. } | alarm::Event::Escalated { alarm, asks, .. } => {
            let Some(found) = board.alarms.get(*alarm) else { return };
            (*alarm, *asks, found.cause.unit, found.priority)
        }
        _ => return,
    };
    let watch = board.watch(asks);
    let people = watch.into_iter().flat_map(|watch| watch.officer.into_iter().chain(watch.leader));
    let emergency = priority == Priority::Emergency;
    into.extend(people.map(|to| Telling { to, subject: Subject::Alarm(id), unit, emergency }));
}
