//! The watch: who is answerable now, and the numbered log of what they were told and decided.
//!
//! A watch passes from one duty officer to the next: the outgoing one offers it, the incoming one takes it, reads what
//! arrived meanwhile and names an owner for everything open. If nobody offered it, the leader on duty signs for the one
//! who is gone.

use imbl::OrdMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Place};
use crate::{Actor, At, Board, Context, OperationId, PersonId, PostId, Str, TextId, UnitId, post};

/// A watch of one unit.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Watch {
    pub officer: Option<PersonId>,
    pub leader: Option<PersonId>,
    pub since: Option<At>,
    /// To whom the present officer has offered it.
    pub offered: Option<(PersonId, At)>,
    /// Taken without the outgoing officer: whose signature is missing.
    pub unsigned: Option<PersonId>,
    /// The first line of the present watch.
    pub first: u32,
    next: u32,
    /// The lines of this watch and of the last one, and every open line whatever its age.
    lines: OrdMap<u32, Line>,
}

impl Watch {
    pub fn line(&self, number: u32) -> Option<&Line> {
        self.lines.get(&number)
    }
    /// By number.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = (u32, &Line)> {
        self.lines.iter().map(|(number, line)| (*number, line))
    }
    pub fn open_lines(&self) -> impl Iterator<Item = (u32, &Line)> {
        self.lines().filter(|(_, line)| line.is_open())
    }
    /// The number of the latest line; 0 before the first.
    pub fn latest(&self) -> u32 {
        self.next
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// By radio or in person.
    Message,
    Telephone,
    /// The duty officer's own remark; closed from the start.
    Note,
    VerbalOrder,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Countersignature {
    Pending,
    Signed {
        at: At,
    },
    /// The leader says the order was not given so.
    Disputed {
        at: At,
        words: TextId,
    },
}

/// What a line asks of the watch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Triage {
    Untriaged,
    Information,
    Action,
}

/// A numbered line of the log. Lines are never edited; what follows is added to them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Line {
    pub at: At,
    pub by: Actor,
    pub kind: Kind,
    pub operation: Option<OperationId>,
    /// Who reported, as said on the air.
    pub callsign: Str,
    pub post: Option<PostId>,
    pub words: TextId,
    pub triage: Triage,
    pub owner: Option<PersonId>,
    pub decision: Option<(TextId, Actor, At)>,
    pub closed: Option<(Actor, At)>,
    /// For a verbal order: by order of whom, and whether they have signed for it.
    pub order: Option<(PersonId, Countersignature)>,
}

impl Line {
    pub fn is_open(&self) -> bool {
        let waits = matches!(self.order, Some((_, Countersignature::Pending | Countersignature::Disputed { .. })));
        waits || (self.closed.is_none() && self.triage != Triage::Information)
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    Offer {
        unit: UnitId,
        to: PersonId,
    },
    Take {
        unit: UnitId,
        leader: Option<PersonId>,
        /// The last line that the incoming officer has read.
        read_to: u32,
        /// Who gets the open lines that nobody owns.
        carry_to: Option<PersonId>,
    },
    /// The leader on duty signs for the outgoing officer who is gone.
    SignHandover {
        unit: UnitId,
    },
    Write {
        unit: UnitId,
        kind: Kind,
        operation: Option<OperationId>,
        callsign: Str,
        post: Option<PostId>,
        words: TextId,
        /// For a verbal order: by order of whom.
        by_order_of: Option<PersonId>,
    },
    Countersign {
        unit: UnitId,
        line: u32,
    },
    Dispute {
        unit: UnitId,
        line: u32,
        words: TextId,
    },
    Triage {
        unit: UnitId,
        line: u32,
        triage: Triage,
        owner: Option<PersonId>,
    },
    Decide {
        unit: UnitId,
        line: u32,
        words: TextId,
    },
    CloseLine {
        unit: UnitId,
        line: u32,
    },
}

impl Command {
    pub fn unit(&self) -> UnitId {
        match self {
            Self::Offer { unit, .. }
            | Self::Take { unit, .. }
            | Self::SignHandover { unit }
            | Self::Write { unit, .. }
            | Self::Countersign { unit, .. }
            | Self::Dispute { unit, .. }
            | Self::Triage { unit, .. }
            | Self::Decide { unit, .. }
            | Self::CloseLine { unit, .. } => *unit,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Offered {
        unit: UnitId,
        by: PersonId,
        to: PersonId,
        at: At,
    },
    Taken {
        unit: UnitId,
        officer: PersonId,
        leader: Option<PersonId>,
        from: Option<PersonId>,
        at: At,
        /// The outgoing officer had not offered it.
        unsigned: bool,
        read_to: u32,
        carried: Vec<(u32, PersonId)>,
    },
    HandoverSigned {
        unit: UnitId,
        by: PersonId,
        at: At,
    },
    Written {
        unit: UnitId,
        number: u32,
        line: Line,
    },
    Countersigned {
        unit: UnitId,
        line: u32,
        by: PersonId,
        at: At,
    },
    Disputed {
        unit: UnitId,
        line: u32,
        by: PersonId,
        at: At,
        words: TextId,
    },
    Triaged {
        unit: UnitId,
        line: u32,
        triage: Triage,
        owner: Option<PersonId>,
        by: Actor,
        at: At,
    },
    Decided {
        unit: UnitId,
        line: u32,
        words: TextId,
        by: Actor,
        at: At,
    },
    LineClosed {
        unit: UnitId,
        line: u32,
        by: Actor,
        at: At,
    },
}

impl Event {
    pub fn unit(&self) -> UnitId {
        match self {
            Self::Offered { unit, .. }
            | Self::Taken { unit, .. }
            | Self::HandoverSigned { unit, .. }
            | Self::Written { unit, .. }
            | Self::Countersigned { unit, .. }
            | Self::Disputed { unit, .. }
            | Self::Triaged { unit, .. }
            | Self::Decided { unit, .. }
            | Self::LineClosed { unit, .. } => *unit,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("only a person can hold the watch: sign in as the duty officer")]
    NobodyInPerson,
    #[error("person {officer} holds the watch, not you: take the watch first")]
    NotYourWatch { officer: PersonId },
    #[error("nobody holds the watch: take it first")]
    NoWatch { unit: UnitId },
    #[error("you hold the watch already, since {since:?}")]
    WatchIsYours { since: At },
    #[error("lines {first} to {last} arrived while you were reading: read them and take the watch again")]
    UnreadLines { first: u32, last: u32 },
    #[error("{count} open lines have no owner: name who carries them forward")]
    OpenLinesUnowned { count: u32 },
    #[error("no signature of a handover is missing")]
    NothingToSign { unit: UnitId },
    #[error("person {officer} took this watch and cannot sign for the one who is gone: ask the leader on duty")]
    OwnHandover { officer: PersonId },
    #[error("line {line} is not in the log of this watch: look at its number again")]
    NoSuchLine { line: u32 },
    #[error("line {line} is closed: write a new one that refers to it")]
    LineClosed { line: u32 },
    #[error("an order by telephone needs the name of who gave it")]
    OrderWithoutLeader,
    #[error("only a verbal order names a leader; choose that kind of line, or leave the name out")]
    LeaderWithoutOrder { person: PersonId },
    #[error("line {line} asks for no countersignature")]
    NoCountersignature { line: u32 },
    #[error("the order of line {line} was given by {leader}: only they may sign for it")]
    NotYourOrder { line: u32, leader: PersonId },
    #[error("a line for action needs an owner: name one")]
    ActionWithoutOwner { line: u32 },
}

pub(crate) fn place(command: &Command) -> (Action, Place) {
    let action = match command {
        Command::Offer { .. } | Command::Take { .. } => Action::KeepWatch,
        Command::SignHandover { .. } | Command::Countersign { .. } | Command::Dispute { .. } => Action::Countersign,
        Command::Write { kind: Kind::VerbalOrder, .. } => Action::RecordVerbalOrder,
        Command::Write { .. } => Action::WriteLog,
        Command::Triage { .. } | Command::Decide { .. } | Command::CloseLine { .. } => Action::Triage,
    };
    (action, Place::Unit(command.unit()))
}

pub(crate) fn decide(
    board: &Board,
    actor: Actor,
    command: &Command,
    context: &Context,
) -> Result<Vec<Event>, crate::Refusal> {
    let at = context.now;
    let unit = command.unit();
    board.force.known_unit(unit)?;
    let nobody = Watch::default();
    let watch = board.watch(unit).unwrap_or(&nobody);
    let known_line = |number: u32| watch.line(number).ok_or(Refusal::NoSuchLine { line: number });
    match command {
        Command::Offer { to, .. } => {
            let by = actor.person().ok_or(Refusal::NobodyInPerson)?;
            match watch.officer {
                None => return Err(Refusal::NoWatch { unit }.into()),
                Some(officer) if officer != by => return Err(Refusal::NotYourWatch { officer }.into()),
                Some(_) => {}
            }
            board.force.known_person(*to)?;
            if *to == by {
                return Err(Refusal::WatchIsYours { since: watch.since.unwrap_or(at) }.into());
            }
            Ok(vec![Event::Offered { unit, by, to: *to, at }])
        }
        Command::Take { leader, read_to, carry_to, .. } => {
            let officer = actor.person().ok_or(Refusal::NobodyInPerson)?;
            if watch.officer == Some(officer) {
                return Err(Refusal::WatchIsYours { since: watch.since.unwrap_or(at) }.into());
            }
            if *read_to < watch.latest() {
                return Err(Refusal::UnreadLines { first: read_to + 1, last: watch.latest() }.into());
            }
            for person in leader.iter().chain(carry_to) {
                board.force.known_person(*person)?;
            }
            let is_owned = |line: &Line| line.owner.is_some_and(|owner| board.force.serving(owner).is_some());
            let unowned: Vec<u32> =
                watch.open_lines().filter(|(_, line)| !is_owned(line)).map(|(number, _)| number).collect();
            let carried = match (carry_to, unowned.len()) {
                (_, 0) => Vec::new(),
                (Some(owner), _) => unowned.into_iter().map(|number| (number, *owner)).collect(),
                (None, count) => return Err(Refusal::OpenLinesUnowned { count: count as u32 }.into()),
            };
            let offered = watch.offered.is_some_and(|(to, _)| to == officer);
            Ok(vec![Event::Taken {
                unit,
                officer,
                leader: *leader,
                from: watch.officer,
                at,
                unsigned: watch.officer.is_some() && !offered,
                read_to: *read_to,
                carried,
            }])
        }
        Command::SignHandover { .. } => {
            let by = actor.person().ok_or(Refusal::NobodyInPerson)?;
            if watch.unsigned.is_none() {
                return Err(Refusal::NothingToSign { unit }.into());
            }
            // Two people answer for a handover: who took the watch is one of them already.
            if watch.officer == Some(by) {
                return Err(Refusal::OwnHandover { officer: by }.into());
            }
            Ok(vec![Event::HandoverSigned { unit, by, at }])
        }
        Command::Write { kind, operation, callsign, post, words, by_order_of, .. } => {
            let order = match (kind, by_order_of) {
                (Kind::VerbalOrder, None) => return Err(Refusal::OrderWithoutLeader.into()),
                (Kind::VerbalOrder, Some(leader)) => {
                    board.force.known_person(*leader)?;
                    Some((*leader, Countersignature::Pending))
                }
                (_, Some(person)) => return Err(Refusal::LeaderWithoutOrder { person: *person }.into()),
                (_, None) => None,
            };
            if let Some(operation) = operation {
                board.known_operation(*operation)?;
            }
            if let Some(post) = post {
                let mut operations = board.operations().filter(|(id, _)| operation.is_none_or(|wanted| wanted == *id));
                if !operations.any(|(_, found)| found.posts.get(*post).is_some()) {
                    return Err(post::Refusal::NoSuchPost { post: *post }.into());
                }
            }
            let line = Line {
                at,
                by: actor,
                kind: *kind,
                operation: *operation,
                callsign: callsign.clone(),
                post: *post,
                words: *words,
                triage: if *kind == Kind::Note { Triage::Information } else { Triage::Untriaged },
                owner: None,
                decision: None,
                closed: (*kind == Kind::Note).then_some((actor, at)),
                order,
            };
            Ok(vec![Event::Written { unit, number: watch.latest() + 1, line }])
        }
        Command::Countersign { line, .. } | Command::Dispute { line, .. } => {
            let by = actor.person().ok_or(Refusal::NobodyInPerson)?;
            let found = known_line(*line)?;
            match found.order {
                Some((leader, _)) if leader != by => Err(Refusal::NotYourOrder { line: *line, leader }.into()),
                Some((_, Countersignature::Pending | Countersignature::Disputed { .. })) => Ok(vec![match command {
                    Command::Dispute { words, .. } => Event::Disputed { unit, line: *line, by, at, words: *words },
                    _ => Event::Countersigned { unit, line: *line, by, at },
                }]),
                _ => Err(Refusal::NoCountersignature { line: *line }.into()),
            }
        }
        Command::Triage { line, triage, owner, .. } => {
            let found = known_line(*line)?;
            if found.closed.is_some() {
                return Err(Refusal::LineClosed { line: *line }.into());
            }
            if let Some(owner) = owner {
                board.force.known_person(*owner)?;
            }
            let owner = owner.or(found.owner);
            if *triage == Triage::Action && owner.is_none() {
                return Err(Refusal::ActionWithoutOwner { line: *line }.into());
            }
            Ok(vec![Event::Triaged { unit, line: *line, triage: *triage, owner, by: actor, at }])
        }
        Command::Decide { line, words, .. } => {
            if known_line(*line)?.closed.is_some() {
                return Err(Refusal::LineClosed { line: *line }.into());
            }
            Ok(vec![Event::Decided { unit, line: *line, words: *words, by: actor, at }])
        }
        Command::CloseLine { line, .. } => {
            if known_line(*line)?.closed.is_some() {
                return Err(Refusal::LineClosed { line: *line }.into());
            }
            Ok(vec![Event::LineClosed { unit, line: *line, by: actor, at }])
        }
    }
}

/// A verbal order written into a unit's log: it counts at once, and the leader who gave it is asked for a signature.
pub(crate) fn order_line(
    board: &Board,
    unit: UnitId,
    by: Actor,
    at: At,
    operation: Option<OperationId>,
    leader: PersonId,
    words: TextId,
) -> Result<(u32, Event), crate::Refusal> {
    let callsign = board.force.known_person(leader)?.callsign.clone();
    let line = Line {
        at,
        by,
        kind: Kind::VerbalOrder,
        operation,
        callsign,
        post: None,
        words,
        // What was ordered is done with the order itself; what stays open is the signature.
        triage: Triage::Information,
        owner: None,
        decision: None,
        closed: Some((by, at)),
        order: Some((leader, Countersignature::Pending)),
    };
    let number = board.watch(unit).map_or(0, Watch::latest) + 1;
    Ok((number, Event::Written { unit, number, line }))
}

pub(crate) fn apply(watches: &mut OrdMap<UnitId, Watch>, event: &Event) {
    let watch = watches.entry(event.unit()).or_default();
    match event {
        Event::Offered { to, at, .. } => watch.offered = Some((*to, *at)),
        Event::Taken { officer, leader, from, at, unsigned, carried, .. } => {
            for (number, owner) in carried {
                if let Some(line) = watch.lines.get_mut(number) {
                    line.owner = Some(*owner);
                }
            }
            // What the watch before the last one left closed is looked up in the records.
            let first = watch.first;
            let over: Vec<u32> =
                watch.lines.range(..first).filter(|(_, line)| !line.is_open()).map(|(n, _)| *n).collect();
            for number in over {
                watch.lines.remove(&number);
            }
            watch.first = watch.next + 1;
            watch.officer = Some(*officer);
            watch.leader = leader.or(watch.leader);
            watch.since = Some(*at);
            watch.offered = None;
            // A signature that is missing stays missing until it is given, however often the watch passes on.
            if *unsigned {
                watch.unsigned = *from;
            }
        }
        Event::HandoverSigned { .. } => watch.unsigned = None,
        Event::Written { number, line, .. } => {
            watch.next = *number;
            watch.lines.insert(*number, line.clone());
        }
        Event::Countersigned { line, at, .. } => {
            if let Some((_, signature)) = watch.lines.get_mut(line).and_then(|line| line.order.as_mut()) {
                *signature = Countersignature::Signed { at: *at };
            }
        }
        Event::Disputed { line, at, words, .. } => {
            if let Some((_, signature)) = watch.lines.get_mut(line).and_then(|line| line.order.as_mut()) {
                *signature = Countersignature::Disputed { at: *at, words: *words };
            }
        }
        Event::Triaged { line, triage, owner, .. } => {
            if let Some(line) = watch.lines.get_mut(line) {
                line.triage = *triage;
                line.owner = *owner;
            }
        }
        Event::Decided { line, words, by, at, .. } => {
            if let Some(line) = watch.lines.get_mut(line) {
                line.decision = Some((*words, *by, *at));
            }
        }
        Event::LineClosed { line, by, at, .. } => {
            if let Some(line) = watch.lines.get_mut(line) {
                line.closed = Some((*by, *at));
            }
        }
    }
}
