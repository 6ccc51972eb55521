//! Warnings: official weather warning signals, in force over road sections until they end.
//!
//! ```text
//! InForce ─update─▶ InForce (the earlier word stays)
//!    ├─ cancelled, by its issuer's word
//!    ├─ expired, when its time is over
//!    └─ vanished, when a feed no longer has it
//! ```
//!
//! A warning's colour makes ready: it proposes measures and puts none in force, and its end proposes lifting and lifts none.
//! Which sections it touches is in the event, with the hash of the network it was found in. An exercise touches nothing real.
//! Signals and their colours: China Meteorological Administration, Decree No. 16 (2007).

use imbl::{OrdMap, OrdSet, Vector};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Place};
use crate::attachment::Digest;
use crate::{Actor, At, Board, Context, Label, Minutes, SectionId, Str, Subject, TextId, UnitId, WarningId, measure};

/// A warning that does not say when it ends is believed for a day.
pub const UNDATED_HOLDS: Minutes = Minutes(24 * 60);
/// No office signals for longer; what is said to last a month is a slip of the pen.
pub const LONGEST: Minutes = Minutes(7 * 24 * 60);
/// Earlier words of one warning: every hour of a week.
pub const MOST_VERSIONS: usize = 168;
/// Warnings that are over and stay on the board; the earlier ones are in the records.
pub const MOST_ENDED: usize = 200;

/// What is threatening, in the decree's order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Hazard {
    Typhoon,
    Rain,
    Snow,
    ColdWave,
    Wind,
    Dust,
    Heat,
    Drought,
    Lightning,
    Hail,
    Frost,
    Fog,
    Haze,
    Icing,
}

impl Hazard {
    pub const ALL: [Self; 14] = [
        Self::Typhoon,
        Self::Rain,
        Self::Snow,
        Self::ColdWave,
        Self::Wind,
        Self::Dust,
        Self::Heat,
        Self::Drought,
        Self::Lightning,
        Self::Hail,
        Self::Frost,
        Self::Fog,
        Self::Haze,
        Self::Icing,
    ];

    /// The colours in which the decree knows it, least first.
    pub const fn colours(self) -> &'static [Colour] {
        use Colour::{Blue, Orange, Red, Yellow};
        match self {
            Self::Typhoon | Self::Rain | Self::Snow | Self::ColdWave | Self::Wind => &[Blue, Yellow, Orange, Red],
            Self::Frost => &[Blue, Yellow, Orange],
            Self::Drought | Self::Hail => &[Orange, Red],
            Self::Haze => &[Yellow, Orange],
            Self::Dust | Self::Heat | Self::Lightning | Self::Fog | Self::Icing => &[Yellow, Orange, Red],
        }
    }
}

/// How bad, least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    Blue,
    Yellow,
    Orange,
    Red,
}

impl Colour {
    pub const ALL: [Self; 4] = [Self::Blue, Self::Yellow, Self::Orange, Self::Red];
}

/// How it came.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Entered by a person.
    #[default]
    Hand,
    /// An alert of the Common Alerting Protocol, by its key.
    Alert { sender: Str, identifier: Str, sent: At },
}

/// What a warning says, as a form or a feed gives it. An update gives all of it again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Signal {
    pub hazard: Hazard,
    pub colour: Colour,
    /// The office that issued it.
    pub issuer: Label,
    /// Its own words.
    pub words: Option<TextId>,
    pub issued: At,
    pub ends: Option<At>,
    /// It holds on every section of these units and of those below them.
    pub units: Vec<UnitId>,
    /// And on these.
    pub sections: Vec<SectionId>,
}

/// A warning as it is entered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    pub id: WarningId,
    /// The unit for whose roads it is entered.
    pub unit: UnitId,
    #[serde(default)]
    pub source: Source,
    /// It proposes nothing: an exercise or a test.
    #[serde(default)]
    pub exercise: bool,
    pub signal: Signal,
}

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    Cancelled {
        at: At,
        by: Actor,
        words: Option<TextId>,
    },
    Expired {
        at: At,
    },
    /// Its feed no longer has it.
    Vanished {
        at: At,
    },
}

impl End {
    pub const fn at(self) -> At {
        match self {
            Self::Cancelled { at, .. } | Self::Expired { at } | Self::Vanished { at } => at,
        }
    }
}

/// One word of a warning: what it said, and where that was.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Version {
    pub signal: Signal,
    /// The sections that it touches, sorted: those of its units, and those it names.
    pub touches: Vec<SectionId>,
    /// The network in which they were found.
    pub network: Option<Digest>,
    /// When it was received here, from whom.
    pub received: At,
    pub by: Actor,
    /// When it will be over, if nothing is heard.
    pub expires: At,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Warning {
    pub unit: UnitId,
    pub source: Source,
    pub exercise: bool,
    pub now: Version,
    /// The earlier words, oldest first.
    pub earlier: Vector<Version>,
    pub end: Option<End>,
}

impl Warning {
    /// When the first word of it was received: the warning-to-road clock starts here.
    pub fn received(&self) -> At {
        self.earlier.front().map_or(self.now.received, |first| first.received)
    }
    pub fn texts(&self, into: &mut Vec<TextId>) {
        into.extend(self.earlier.iter().chain([&self.now]).filter_map(|version| version.signal.words));
        if let Some(End::Cancelled { words, .. }) = self.end {
            into.extend(words);
        }
    }
}

/// The warnings in force, and those that were over last.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Warnings {
    in_force: OrdMap<WarningId, Warning>,
    by_section: OrdMap<SectionId, OrdSet<WarningId>>,
    timers: OrdSet<(At, WarningId)>,
    ended: Vector<(WarningId, Warning)>,
}

impl Warnings {
    pub fn in_force(&self) -> impl Iterator<Item = (WarningId, &Warning)> {
        self.in_force.iter().map(|(id, found)| (*id, found))
    }
    /// Those that are over, the last one first.
    pub fn ended(&self) -> impl Iterator<Item = (WarningId, &Warning)> {
        self.ended.iter().rev().map(|(id, found)| (*id, found))
    }
    pub fn get(&self, id: WarningId) -> Option<&Warning> {
        self.in_force.get(&id)
    }
    /// One that is in force or was over lately.
    pub fn find(&self, id: WarningId) -> Option<&Warning> {
        self.get(id).or_else(|| self.ended().find(|(ended, _)| *ended == id).map(|(_, found)| found))
    }
    pub fn known(&self, id: WarningId) -> Result<&Warning, Refusal> {
        self.get(id).ok_or(Refusal::WarningNotInForce { warning: id })
    }
    /// Those in force on a section.
    pub fn on(&self, section: SectionId) -> impl Iterator<Item = (WarningId, &Warning)> {
        let ids = self.by_section.get(&section).into_iter().flatten();
        ids.filter_map(|id| self.in_force.get(id).map(|found| (*id, found)))
    }
    pub fn next_timer(&self) -> Option<At> {
        self.timers.get_min().map(|(at, _)| *at)
    }
    fn put(&mut self, id: WarningId, warning: Warning) {
        self.timers.insert((warning.now.expires, id));
        for section in &warning.now.touches {
            self.by_section.entry(*section).or_default().insert(id);
        }
        self.in_force.insert(id, warning);
    }
    fn take(&mut self, id: WarningId) -> Option<Warning> {
        let found = self.in_force.remove(&id)?;
        self.timers.remove(&(found.now.expires, id));
        for section in &found.now.touches {
            if let Some(ids) = self.by_section.get_mut(section) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.by_section.remove(section);
                }
            }
        }
        Some(found)
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    Enter(Box<Entry>),
    /// Its office changed it: colour, time or place.
    Update {
        warning: WarningId,
        signal: Box<Signal>,
    },
    /// Its office lifted it.
    Cancel {
        warning: WarningId,
        words: Option<TextId>,
    },
    /// Its feed no longer has it.
    Vanish {
        warning: WarningId,
    },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Entered { warning: WarningId, unit: UnitId, source: Source, exercise: bool, version: Box<Version> },
    Updated { warning: WarningId, unit: UnitId, version: Box<Version> },
    Ended { warning: WarningId, unit: UnitId, end: End, touches: Vec<SectionId> },
}

impl Event {
    pub fn warning(&self) -> WarningId {
        match self {
            Self::Entered { warning, .. } | Self::Updated { warning, .. } | Self::Ended { warning, .. } => *warning,
        }
    }
    pub fn subjects(&self, into: &mut Vec<Subject>) {
        let (Self::Entered { unit, .. } | Self::Updated { unit, .. } | Self::Ended { unit, .. }) = self;
        into.extend([Subject::Warning(self.warning()), Subject::Unit(*unit)]);
    }
    /// The sections where it changes what holds.
    pub fn sections(&self) -> &[SectionId] {
        match self {
            Self::Entered { version, .. } | Self::Updated { version, .. } => &version.touches,
            Self::Ended { touches, .. } => touches,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("warning {warning} is not in force: it was lifted, ran out, or never was; look at the list")]
    WarningNotInForce { warning: WarningId },
    #[error("a warning {warning} exists already: send the command with an id of its own")]
    WarningIdTaken { warning: WarningId },
    #[error("the decree has no such signal of {hazard:?} in {colour:?}: choose a colour that it has")]
    NoSuchSignal { hazard: Hazard, colour: Colour },
    #[error("the warning would end at {ends:?}, before it was issued at {issued:?}: correct one of them")]
    EndsBeforeIssued { issued: At, ends: At },
    #[error("the warning was issued at {issued:?}, which is not yet: correct the time")]
    IssuedLater { issued: At, now: At },
    #[error("the warning is over at {ends:?} already: correct its end, or do not enter it")]
    OverAlready { ends: At },
    #[error("no office warns until {ends:?}: the latest end is {latest:?}")]
    LastsTooLong { ends: At, latest: At },
    #[error("the warning names no place: choose units or sections")]
    WarningNowhere,
    #[error("unit {unit} is not under {above}: enter the warning at a unit above both")]
    WarningOutside { unit: UnitId, above: UnitId },
    #[error("{count} changes are more than {most}: cancel the warning and enter it anew")]
    TooManyVersions { count: usize, most: usize },
}

/// Where a command is judged.
pub(crate) fn place(board: &Board, command: &Command) -> (Action, Place) {
    let of = |id: &WarningId| board.warnings.find(*id).map_or(Place::Force, |found| Place::Unit(found.unit));
    let place = match command {
        Command::Enter(entry) => Place::Unit(entry.unit),
        Command::Update { warning, .. } | Command::Cancel { warning, .. } | Command::Vanish { warning } => of(warning),
    };
    (Action::EnterWarning, place)
}

pub(crate) fn decide(
    board: &Board,
    actor: Actor,
    command: &Command,
    context: &Context,
) -> Result<Vec<crate::Event>, crate::Refusal> {
    let at = context.now;
    match command {
        Command::Enter(entry) => {
            board.force.known_unit(entry.unit)?;
            if board.warnings.find(entry.id).is_some() {
                return Err(Refusal::WarningIdTaken { warning: entry.id }.into());
            }
            let version = Box::new(version(board, actor, entry.unit, &entry.signal, at)?);
            let Entry { id: warning, unit, source, exercise, .. } = entry.as_ref().clone();
            Ok(vec![crate::Event::Warning(Event::Entered { warning, unit, source, exercise, version })])
        }
        Command::Update { warning, signal } => {
            let found = board.warnings.known(*warning)?;
            let count = found.earlier.len() + 1;
            if count > MOST_VERSIONS {
                return Err(Refusal::TooManyVersions { count, most: MOST_VERSIONS }.into());
            }
            let (unit, version) = (found.unit, Box::new(version(board, actor, found.unit, signal, at)?));
            Ok(vec![crate::Event::Warning(Event::Updated { warning: *warning, unit, version })])
        }
        Command::Cancel { warning, words } => {
            board.warnings.known(*warning)?;
            Ok(end(board, *warning, End::Cancelled { at, by: actor, words: *words }, at))
        }
        Command::Vanish { warning } => {
            board.warnings.known(*warning)?;
            Ok(end(board, *warning, End::Vanished { at }, at))
        }
    }
}

/// The word as it will stand, with where it holds.
fn version(board: &Board, by: Actor, unit: UnitId, signal: &Signal, now: At) -> Result<Version, crate::Refusal> {
    let Signal { hazard, colour, issued, ends, .. } = *signal;
    if !hazard.colours().contains(&colour) {
        return Err(Refusal::NoSuchSignal { hazard, colour }.into());
    }
    if issued > now {
        return Err(Refusal::IssuedLater { issued, now }.into());
    }
    if let Some(ends) = ends {
        if ends <= issued {
            return Err(Refusal::EndsBeforeIssued { issued, ends }.into());
        }
        if ends <= now {
            return Err(Refusal::OverAlready { ends }.into());
        }
        let latest = now.plus(LONGEST);
        if ends > latest {
            return Err(Refusal::LastsTooLong { ends, latest }.into());
        }
    }
    if signal.units.is_empty() && signal.sections.is_empty() {
        return Err(Refusal::WarningNowhere.into());
    }
    let mut touches: Vec<SectionId> = Vec::new();
    for named in &signal.units {
        board.force.known_unit(*named)?;
        if !board.force.is_within(*named, unit) {
            return Err(Refusal::WarningOutside { unit: *named, above: unit }.into());
        }
        let branch = board.force.branch(*named);
        touches.extend(branch.flat_map(|below| board.sections.of_unit(below.id)).map(|section| section.id));
    }
    for id in &signal.sections {
        let section = board.sections.known(*id)?;
        if !board.force.is_within(section.unit, unit) {
            return Err(Refusal::WarningOutside { unit: section.unit, above: unit }.into());
        }
        touches.push(*id);
    }
    touches.sort_unstable();
    touches.dedup();
    let expires = ends.unwrap_or_else(|| now.plus(UNDATED_HOLDS));
    let network = board.sections.network();
    Ok(Version { signal: signal.clone(), touches, network, received: now, by, expires })
}

/// A warning ends; what rests on it alone is proposed for lifting, and nothing is lifted.
fn end(board: &Board, warning: WarningId, end: End, at: At) -> Vec<crate::Event> {
    let Some(found) = board.warnings.get(warning) else { return Vec::new() };
    let (unit, touches) = (found.unit, found.now.touches.clone());
    let mut events = vec![crate::Event::Warning(Event::Ended { warning, unit, end, touches })];
    events.extend(measure::warning_ended(board, warning, at).into_iter().map(crate::Event::Measure));
    events
}

/// The first warning whose time was over up to now. One at a time: whether anything else holds is asked on the board that
/// the one before left.
pub(crate) fn pass_time(board: &Board, context: &Context) -> Vec<crate::Event> {
    let due = board.warnings.timers.get_min().filter(|(at, _)| *at <= context.now);
    due.map(|(at, id)| end(board, *id, End::Expired { at: *at }, context.now)).unwrap_or_default()
}

pub(crate) fn apply(board: &mut Board, event: &Event) {
    match event {
        Event::Entered { warning, unit, source, exercise, version } => {
            let (now, source) = (version.as_ref().clone(), source.clone());
            if !exercise {
                board.sections.ask_again(&now.touches);
            }
            let found = Warning { unit: *unit, source, exercise: *exercise, now, earlier: Vector::new(), end: None };
            board.warnings.put(*warning, found);
        }
        Event::Updated { warning, version, .. } => {
            let Some(mut found) = board.warnings.take(*warning) else { return };
            let before = std::mem::replace(&mut found.now, version.as_ref().clone());
            if !found.exercise {
                board.sections.ask_again(&before.touches);
                board.sections.ask_again(&found.now.touches);
            }
            found.earlier.push_back(before);
            board.warnings.put(*warning, found);
        }
        Event::Ended { warning, end, touches, .. } => {
            let Some(mut found) = board.warnings.take(*warning) else { return };
            if !found.exercise {
                board.sections.ask_again(touches);
            }
            found.end = Some(*end);
            board.warnings.ended.push_back((*warning, found));
            while board.warnings.ended.len() > MOST_ENDED {
                board.warnings.ended.pop_front();
            }
        }
    }
}
