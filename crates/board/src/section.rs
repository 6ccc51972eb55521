//! Road sections: the stretches of road that one measure can apply to, what is seen on them, and the posts that stand there.
//!
//! Where a section runs is not the board's business. The network lies beside it under its hash; the board keeps what
//! decisions need: class, unit, posts, and the latest observation of everybody who looks at it.
//!
//! What changes on a section (a warning begins or ends there, somebody observes something) makes it *unconsidered*, until the
//! rules have been asked about it again ([`crate::measure::Command::Consider`]).

use imbl::{OrdMap, OrdSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Place};
use crate::attachment::Digest;
use crate::{Actor, At, Board, Context, Label, Minutes, OperationId, PostId, SectionId, Str, Subject, UnitId};

/// Sections that a board holds: a prefecture's roads from expressway to township road, four times over. Lanes and
/// driveways take no measures and stay in the network.
pub const MOST_SECTIONS: usize = 20_000;
/// A post at a junction overlooks this many sections; more could not be reported with one word.
pub const MOST_OF_A_POST: usize = 8;
/// Whoever looks at one section; the oldest word goes first.
pub const MOST_OBSERVERS: usize = 16;
/// An observation counts for this long. Fog and snow change within the hour, and a night's patrol takes two to come round.
pub const OBSERVATION_HOLDS: Minutes = Minutes(120);
/// A road was wet lately for this long: what freezes tonight fell today.
pub const WET_LATELY: Minutes = Minutes(24 * 60);

/// Class of a road, greatest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Expressway,
    National,
    Provincial,
    County,
    Township,
}

impl Class {
    pub const ALL: [Self; 5] = [Self::Expressway, Self::National, Self::Provincial, Self::County, Self::Township];
}

/// How far one sees. The bands are those of Art. 81 of the Implementation Regulations of the Road Traffic Safety Law, and
/// do not overlap. The worst is the least.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    Below50,
    From50,
    From100,
    From200,
    Clear,
}

impl Visibility {
    pub const ALL: [Self; 5] = [Self::Clear, Self::From200, Self::From100, Self::From50, Self::Below50];

    /// Metres that stand for the band: its lower end, and 49 for the last, which has none that a driver could see.
    pub const fn metres(self) -> u32 {
        match self {
            Self::Clear => 500,
            Self::From200 => 200,
            Self::From100 => 100,
            Self::From50 => 50,
            Self::Below50 => 49,
        }
    }
}

/// State of the surface, worst last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    Dry,
    Wet,
    Snow,
    PartialIce,
    Ice,
}

impl Surface {
    pub const ALL: [Self; 5] = [Self::Dry, Self::Wet, Self::Snow, Self::PartialIce, Self::Ice];
}

/// Vehicles waiting, worst last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    None,
    /// Less than 500 m.
    Short,
    Long,
    /// Nothing moves.
    Blocked,
}

impl Queue {
    pub const ALL: [Self; 4] = [Self::None, Self::Short, Self::Long, Self::Blocked];
}

/// Wind as one feels it: strong is Beaufort 6 and 7, a gale is 8 and more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wind {
    Calm,
    Strong,
    Gale,
}

impl Wind {
    pub const ALL: [Self; 3] = [Self::Calm, Self::Strong, Self::Gale];
}

/// What somebody saw; what they did not say is absent, never good.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Seen {
    pub visibility: Option<Visibility>,
    pub surface: Option<Surface>,
    pub queue: Option<Queue>,
    pub wind: Option<Wind>,
}

impl Seen {
    pub const fn is_nothing(self) -> bool {
        matches!(self, Self { visibility: None, surface: None, queue: None, wind: None })
    }
}

/// From where somebody saw it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Observer {
    Post {
        operation: OperationId,
        post: PostId,
    },
    /// A patrol of this unit, or what it heard by radio or telephone.
    Unit {
        unit: UnitId,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Observation {
    pub seen: Seen,
    pub by: Actor,
    pub at: At,
}

impl Observation {
    pub fn holds(&self, now: At) -> bool {
        now < self.at.plus(OBSERVATION_HOLDS)
    }
}

/// A section as a network gives it, and as the board keeps it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    pub id: SectionId,
    /// The unit that answers for it.
    pub unit: UnitId,
    pub class: Class,
    /// The number of its road, such as `G9811`.
    pub road: Str,
    /// From where to where.
    pub name: Label,
    /// Where it leads; blank where traffic runs both ways.
    pub heading: Label,
    pub bridge: bool,
    pub tunnel: bool,
    /// Its place along the road, for lists.
    pub order: u32,
}

/// Every section, and what is seen there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Sections {
    network: Option<Digest>,
    all: OrdMap<SectionId, Section>,
    by_unit: OrdMap<UnitId, OrdSet<SectionId>>,
    /// No longer in the network: what holds there stays, nothing is added.
    retired: OrdMap<SectionId, At>,
    #[serde(with = "crate::pairs")]
    observations: OrdMap<(SectionId, Observer), Observation>,
    #[serde(with = "crate::pairs")]
    of_posts: OrdMap<(OperationId, PostId), Vec<SectionId>>,
    posts: OrdSet<(SectionId, OperationId, PostId)>,
    unconsidered: OrdSet<SectionId>,
}

impl Sections {
    /// The hash of the network that they come from.
    pub fn network(&self) -> Option<Digest> {
        self.network
    }
    pub fn get(&self, id: SectionId) -> Option<&Section> {
        self.all.get(&id)
    }
    pub fn known(&self, id: SectionId) -> Result<&Section, Refusal> {
        self.all.get(&id).ok_or(Refusal::NoSuchSection { section: id })
    }
    pub fn len(&self) -> usize {
        self.all.len()
    }
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
    pub fn iter(&self) -> impl Iterator<Item = &Section> {
        self.all.values()
    }
    /// Those of exactly this unit that are still in the network.
    pub fn of_unit(&self, unit: UnitId) -> impl Iterator<Item = &Section> {
        let ids = self.by_unit.get(&unit).into_iter().flatten();
        ids.filter(|id| !self.retired.contains_key(*id)).filter_map(|id| self.all.get(id))
    }
    pub fn retired(&self, id: SectionId) -> Option<At> {
        self.retired.get(&id).copied()
    }
    /// What was said of a section, by whom.
    pub fn observations(&self, id: SectionId) -> impl Iterator<Item = (Observer, &Observation)> {
        let least = Observer::Post { operation: OperationId::from_value(0), post: PostId::from_value(0) };
        let from = self.observations.range((id, least)..);
        from.take_while(move |((section, _), _)| *section == id).map(|((_, observer), found)| (*observer, found))
    }
    /// The worst that holds of what was seen; absent where nobody said.
    pub fn worst(&self, id: SectionId, now: At) -> Seen {
        let holding = || self.observations(id).map(|(_, found)| found).filter(|found| found.holds(now));
        Seen {
            visibility: holding().filter_map(|found| found.seen.visibility).min(),
            surface: holding().filter_map(|found| found.seen.surface).max(),
            queue: holding().filter_map(|found| found.seen.queue).max(),
            wind: holding().filter_map(|found| found.seen.wind).max(),
        }
    }
    /// Was water, snow or ice seen there within a day?
    pub fn wet_lately(&self, id: SectionId, now: At) -> bool {
        let wet = |found: &Observation| found.seen.surface.is_some_and(|surface| surface > Surface::Dry);
        self.observations(id).any(|(_, found)| wet(found) && now < found.at.plus(WET_LATELY))
    }
    /// The sections that a post stands on.
    pub fn of_post(&self, operation: OperationId, post: PostId) -> &[SectionId] {
        self.of_posts.get(&(operation, post)).map_or(&[], Vec::as_slice)
    }
    /// The posts that stand on a section.
    pub fn posts_on(&self, id: SectionId) -> impl Iterator<Item = (OperationId, PostId)> {
        let least = (id, OperationId::from_value(0), PostId::from_value(0));
        let from = self.posts.range(least..);
        from.take_while(move |(section, ..)| *section == id).map(|(_, operation, post)| (*operation, *post))
    }
    /// Those about which the rules must be asked again.
    pub fn unconsidered(&self) -> impl Iterator<Item = SectionId> {
        self.unconsidered.iter().copied()
    }

    pub(crate) fn ask_again(&mut self, sections: &[SectionId]) {
        let there = sections.iter().filter(|id| self.all.contains_key(*id) && !self.retired.contains_key(*id));
        self.unconsidered.extend(there.copied());
    }
    pub(crate) fn considered(&mut self, sections: impl Iterator<Item = SectionId>) {
        sections.for_each(|id| {
            self.unconsidered.remove(&id);
        });
    }
    /// An operation is closed: its posts stand nowhere any more. What they saw stays until it is old.
    pub(crate) fn forget(&mut self, operation: OperationId) {
        let least = (operation, PostId::from_value(0));
        let gone: Vec<PostId> = self
            .of_posts
            .range(least..)
            .take_while(|((found, _), _)| *found == operation)
            .map(|((_, post), _)| *post)
            .collect();
        gone.into_iter().for_each(|post| self.station(operation, post, &[]));
    }
    fn station(&mut self, operation: OperationId, post: PostId, sections: &[SectionId]) {
        for section in self.of_posts.remove(&(operation, post)).unwrap_or_default() {
            self.posts.remove(&(section, operation, post));
        }
        if !sections.is_empty() {
            self.posts.extend(sections.iter().map(|section| (*section, operation, post)));
            self.of_posts.insert((operation, post), sections.to_vec());
        }
    }
    fn keep(&mut self, row: &Section) {
        if let Some(old) = self.all.get(&row.id)
            && let Some(ids) = self.by_unit.get_mut(&old.unit)
        {
            ids.remove(&row.id);
        }
        self.by_unit.entry(row.unit).or_default().insert(row.id);
        self.retired.remove(&row.id);
        self.all.insert(row.id, row.clone());
    }
    fn observe(&mut self, section: SectionId, observer: Observer, observation: Observation) {
        self.observations.insert((section, observer), observation);
        let found: Vec<(At, Observer)> = self.observations(section).map(|(who, found)| (found.at, who)).collect();
        if found.len() > MOST_OBSERVERS
            && let Some((_, oldest)) = found.into_iter().filter(|(_, who)| *who != observer).min()
        {
            self.observations.remove(&(section, oldest));
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Take the sections of a network: those given are added and changed; on those named as gone nothing new is proposed, and
    /// what is in force there stays until it is lifted.
    Keep { network: Digest, sections: Vec<Section>, gone: Vec<SectionId> },
    /// The sections that a post stands on; none takes it off the road.
    Station { operation: OperationId, post: PostId, sections: Vec<SectionId> },
    /// Say what one sees, from a post or for a unit.
    Observe { sections: Vec<SectionId>, observer: Observer, seen: Seen },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Kept { network: Digest, sections: Vec<Section>, gone: Vec<SectionId>, at: At },
    Stationed { operation: OperationId, post: PostId, sections: Vec<SectionId> },
    Observed { sections: Vec<SectionId>, observer: Observer, seen: Seen, at: At, by: Actor },
}

impl Event {
    pub fn subjects(&self, into: &mut Vec<Subject>) {
        match self {
            // A network of thousands of sections is not a record of each.
            Self::Kept { sections, .. } => {
                let mut units: Vec<UnitId> = sections.iter().map(|section| section.unit).collect();
                units.sort_unstable();
                units.dedup();
                into.extend(units.into_iter().map(Subject::Unit));
            }
            Self::Stationed { operation, post, sections } => {
                into.extend([Subject::Operation(*operation), Subject::Post(*post)]);
                into.extend(sections.iter().map(|id| Subject::Section(*id)));
            }
            Self::Observed { sections, observer, .. } => {
                into.extend(sections.iter().map(|id| Subject::Section(*id)));
                into.push(match observer {
                    Observer::Post { post, .. } => Subject::Post(*post),
                    Observer::Unit { unit } => Subject::Unit(*unit),
                });
            }
        }
    }
    /// The sections it is about, but for an import.
    pub fn sections(&self) -> &[SectionId] {
        match self {
            Self::Kept { .. } => &[],
            Self::Stationed { sections, .. } | Self::Observed { sections, .. } => sections,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("section {section} is not on the board: choose one from the list, or import the network again")]
    NoSuchSection { section: SectionId },
    #[error("{count} sections are more than {most}: leave out lanes and driveways before importing")]
    TooManySections { count: usize, most: usize },
    #[error("section {section} needs the number of its road and a name: complete the network's file")]
    NamelessSection { section: SectionId },
    #[error("a post overlooks at most {most} sections, not {count}: name those it can see")]
    TooManyOfPost { count: usize, most: usize },
    #[error("post {post} does not stand on section {section}: report what is seen for the unit instead")]
    PostNotOnSection { post: PostId, section: SectionId },
    #[error("nothing was said of the road: give visibility, surface, queue or wind")]
    NothingSeen,
}

/// Where a command is judged.
pub(crate) fn place(board: &Board, command: &Command) -> Vec<(Action, Place)> {
    match command {
        Command::Keep { sections, .. } => {
            let mut units: Vec<UnitId> = sections.iter().map(|section| section.unit).collect();
            units.extend(sections.iter().filter_map(|row| board.sections.get(row.id)).map(|old| old.unit));
            units.sort_unstable();
            units.dedup();
            let mut places: Vec<_> = units.into_iter().map(|unit| (Action::KeepRoads, Place::Unit(unit))).collect();
            // What the network no longer has may be anybody's.
            places.push((Action::KeepRoads, Place::Force));
            places
        }
        Command::Station { operation, post, .. } => vec![(Action::PlanPosts, Place::Post(*operation, *post))],
        Command::Observe { sections, observer, .. } => match observer {
            Observer::Post { operation, post } => vec![(Action::ObserveRoad, Place::Post(*operation, *post))],
            Observer::Unit { unit } => {
                let of_sections = sections.iter().filter_map(|id| board.sections.get(*id)).map(|found| found.unit);
                let mut units: Vec<UnitId> = of_sections.chain([*unit]).collect();
                units.sort_unstable();
                units.dedup();
                units.into_iter().map(|unit| (Action::ObserveRoad, Place::Unit(unit))).collect()
            }
        },
    }
}

pub(crate) fn decide(
    board: &Board,
    actor: Actor,
    command: &Command,
    context: &Context,
) -> Result<Vec<Event>, crate::Refusal> {
    let at = context.now;
    match command {
        Command::Keep { network, sections, gone } => {
            for row in sections {
                board.force.known_unit(row.unit)?;
                if row.road.trim().is_empty() || row.name.is_empty() {
                    return Err(Refusal::NamelessSection { section: row.id }.into());
                }
            }
            let count =
                board.sections.len() + sections.iter().filter(|row| board.sections.get(row.id).is_none()).count();
            if count > MOST_SECTIONS {
                return Err(Refusal::TooManySections { count, most: MOST_SECTIONS }.into());
            }
            let changed =
                |row: &&Section| board.sections.get(row.id) != Some(*row) || board.sections.retired(row.id).is_some();
            let sections: Vec<Section> = sections.iter().filter(changed).cloned().collect();
            let there = |id: &&SectionId| board.sections.get(**id).is_some() && board.sections.retired(**id).is_none();
            let gone: Vec<SectionId> = gone.iter().filter(there).copied().collect();
            if sections.is_empty() && gone.is_empty() && board.sections.network() == Some(*network) {
                return Ok(Vec::new());
            }
            Ok(vec![Event::Kept { network: *network, sections, gone, at }])
        }
        Command::Station { operation, post, sections } => {
            let found = board.known_operation(*operation)?;
            found.posts.get(*post).ok_or(crate::post::Refusal::NoSuchPost { post: *post })?;
            let mut sections = sections.clone();
            sections.sort_unstable();
            sections.dedup();
            if sections.len() > MOST_OF_A_POST {
                return Err(Refusal::TooManyOfPost { count: sections.len(), most: MOST_OF_A_POST }.into());
            }
            for section in &sections {
                board.sections.known(*section)?;
            }
            if board.sections.of_post(*operation, *post) == sections {
                return Ok(Vec::new());
            }
            Ok(vec![Event::Stationed { operation: *operation, post: *post, sections }])
        }
        Command::Observe { sections, observer, seen } => {
            if seen.is_nothing() || sections.is_empty() {
                return Err(Refusal::NothingSeen.into());
            }
            if sections.len() > MOST_OF_A_POST {
                return Err(Refusal::TooManyOfPost { count: sections.len(), most: MOST_OF_A_POST }.into());
            }
            for section in sections {
                board.sections.known(*section)?;
                if let Observer::Post { operation, post } = observer
                    && !board.sections.of_post(*operation, *post).contains(section)
                {
                    return Err(Refusal::PostNotOnSection { post: *post, section: *section }.into());
                }
            }
            let (observer, seen) = (*observer, *seen);
            Ok(vec![Event::Observed { sections: sections.clone(), observer, seen, at, by: actor }])
        }
    }
}

pub(crate) fn apply(sections: &mut Sections, event: &Event) {
    match event {
        Event::Kept { network, sections: rows, gone, at } => {
            sections.network = Some(*network);
            rows.iter().for_each(|row| sections.keep(row));
            for id in gone {
                sections.retired.insert(*id, *at);
                sections.unconsidered.remove(id);
            }
        }
        Event::Stationed { operation, post, sections: on } => sections.station(*operation, *post, on),
        Event::Observed { sections: on, observer, seen, at, by } => {
            let observation = Observation { seen: *seen, by: *by, at: *at };
            on.iter().for_each(|id| sections.observe(*id, *observer, observation));
            sections.ask_again(on);
        }
    }
}
