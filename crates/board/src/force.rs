//! The force: the tree of units and the people in it.
//!
//! Names, staff numbers and telephone numbers of people are [`TextId`]s; the register beside the journal has the words.

use imbl::{OrdMap, OrdSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::access::{Action, Place};
use crate::{At, Board, Context, Label, PersonId, Str, Subject, TextId, UnitId};

/// Province, city, county, station, section, team: nobody commands through more tiers than this.
pub const DEEPEST_TIER: usize = 8;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    Officer,
    Auxiliary,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Qualification {
    Driver,
    Firearms,
    FirstAid,
    Language,
    Traffic,
}

impl Qualification {
    pub const ALL: [Self; 5] = [Self::Driver, Self::Firearms, Self::FirstAid, Self::Language, Self::Traffic];
}

/// A set of qualifications.
pub type Qualifications = SmallVec<[Qualification; 5]>;

/// A node of the tree of command.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Unit {
    pub id: UnitId,
    pub parent: Option<UnitId>,
    /// From the first unit down to this one, both included.
    pub path: SmallVec<[UnitId; 4]>,
    pub name: Label,
    pub callsign: Str,
    pub channel: Str,
    pub telephone: Str,
    /// Its place among its siblings, so that lists never move.
    pub order: u32,
}

impl Unit {
    /// 0 for the first unit, 1 for those right below it, and so on.
    pub fn tier(&self) -> usize {
        self.path.len() - 1
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Person {
    pub unit: UnitId,
    pub grade: Grade,
    pub qualifications: Qualifications,
    pub callsign: Str,
    pub number: TextId,
    pub name: TextId,
    pub telephone: Option<TextId>,
    /// When they left the force; their record stays.
    pub left: Option<At>,
    /// When their words were erased.
    #[serde(default)]
    pub erased: Option<At>,
    /// Names, numbers and telephones that later ones took the place of: still kept, and erased with them.
    #[serde(default)]
    pub superseded: Vec<TextId>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Force {
    units: OrdMap<UnitId, Unit>,
    people: OrdMap<PersonId, Person>,
    members: OrdMap<UnitId, OrdSet<PersonId>>,
    root: Option<UnitId>,
    /// (order, unit) under each parent.
    children: OrdMap<UnitId, OrdSet<(u32, UnitId)>>,
}

impl Person {
    /// The words that are theirs now.
    fn words(&self) -> impl Iterator<Item = TextId> {
        [self.number, self.name].into_iter().chain(self.telephone)
    }

    /// What will have been theirs when their words are `now`. What was erased is nobody's any more.
    fn outlived_by(&self, now: [Option<TextId>; 3]) -> Vec<TextId> {
        let mut outlived = self.superseded.clone();
        outlived.extend(self.words().filter(|_| self.erased.is_none()));
        outlived.retain(|text| !now.contains(&Some(*text)));
        outlived
    }
}

impl Force {
    pub fn unit(&self, id: UnitId) -> Option<&Unit> {
        self.units.get(&id)
    }
    /// The unit, or the refusal that says it does not exist.
    pub fn known_unit(&self, id: UnitId) -> Result<&Unit, Refusal> {
        self.units.get(&id).ok_or(Refusal::NoSuchUnit { unit: id })
    }
    pub fn person(&self, id: PersonId) -> Option<&Person> {
        self.people.get(&id)
    }
    /// The person, if they have not left.
    pub fn serving(&self, id: PersonId) -> Option<&Person> {
        self.people.get(&id).filter(|person| person.left.is_none())
    }
    pub fn known_person(&self, id: PersonId) -> Result<&Person, Refusal> {
        let person = self.people.get(&id).ok_or(Refusal::NoSuchPerson { person: id })?;
        match person.left {
            None => Ok(person),
            Some(since) => Err(Refusal::HasLeft { person: id, since }),
        }
    }
    /// The first unit.
    pub fn root(&self) -> Option<UnitId> {
        self.root
    }
    pub fn children(&self, unit: UnitId) -> impl Iterator<Item = &Unit> {
        self.children.get(&unit).into_iter().flatten().filter_map(|(_, unit)| self.units.get(unit))
    }
    /// All units, a parent before its children, siblings in their order.
    pub fn units(&self) -> impl Iterator<Item = &Unit> {
        self.walk(self.root)
    }
    /// This unit and all below it, in the order of the tree.
    pub fn branch(&self, unit: UnitId) -> impl Iterator<Item = &Unit> {
        self.walk(Some(unit))
    }
    fn walk(&self, from: Option<UnitId>) -> impl Iterator<Item = &Unit> {
        let mut waiting: Vec<UnitId> = from.into_iter().collect();
        std::iter::from_fn(move || {
            let next = waiting.pop()?;
            if let Some(below) = self.children.get(&next) {
                waiting.extend(below.iter().rev().map(|(_, unit)| *unit));
            }
            self.units.get(&next)
        })
    }
    pub fn is_within(&self, unit: UnitId, above: UnitId) -> bool {
        self.units.get(&unit).is_some_and(|unit| unit.path.contains(&above))
    }
    /// Those who serve in exactly this unit.
    pub fn members(&self, unit: UnitId) -> impl Iterator<Item = (PersonId, &Person)> {
        self.members.get(&unit).into_iter().flatten().filter_map(|id| self.people.get(id).map(|person| (*id, person)))
    }
    pub fn people(&self) -> impl Iterator<Item = (PersonId, &Person)> {
        self.people.iter().map(|(id, person)| (*id, person))
    }
    pub fn count_units(&self) -> usize {
        self.units.len()
    }
    pub fn count_people(&self) -> usize {
        self.people.len()
    }
}

/// A unit as a form or a workbook gives it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct UnitRow {
    pub id: UnitId,
    pub parent: Option<UnitId>,
    pub name: Label,
    pub callsign: Str,
    pub channel: Str,
    pub telephone: Str,
    pub order: u32,
}

/// A person as a form or a workbook gives them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PersonRow {
    pub id: PersonId,
    pub unit: UnitId,
    pub grade: Grade,
    #[schemars(with = "Vec<Qualification>")]
    pub qualifications: Qualifications,
    pub callsign: Str,
    pub number: TextId,
    pub name: TextId,
    pub telephone: Option<TextId>,
}

/// Rows to add or change, all or none. Parents come before their children.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Changes {
    pub units: Vec<UnitRow>,
    pub people: Vec<PersonRow>,
    pub leaving: Vec<PersonId>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Add and change units and people. What is as it was yields no event, so the same rows twice change nothing.
    Keep(Changes),
    /// Erase the words of somebody who has left: name, staff number, telephone. What they did stays, without a name.
    Erase { person: PersonId },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    UnitKept(UnitRow),
    PersonKept(PersonRow),
    PersonLeft {
        person: PersonId,
        at: At,
    },
    /// The journal erases these texts in the same transaction.
    PersonErased {
        person: PersonId,
        texts: Vec<TextId>,
        at: At,
    },
}

impl Event {
    pub fn subjects(&self, into: &mut Vec<Subject>) {
        into.push(match self {
            Self::UnitKept(row) => Subject::Unit(row.id),
            Self::PersonKept(row) => Subject::Person(row.id),
            Self::PersonLeft { person, .. } | Self::PersonErased { person, .. } => Subject::Person(*person),
        });
    }
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("unit {unit} is not on the board: add it first, or choose one from the list")]
    NoSuchUnit { unit: UnitId },
    #[error("person {person} is not on the board: enrol them first, or choose one from the list")]
    NoSuchPerson { person: PersonId },
    #[error("person {person} left the force at {since:?}: choose somebody who serves")]
    HasLeft { person: PersonId, since: At },
    #[error("person {person} still serves: record that they have left, then erase")]
    StillServes { person: PersonId },
    #[error("the words of person {person} were erased at {since:?}: nothing is left to erase")]
    ErasedAlready { person: PersonId, since: At },
    #[error("unit {unit} has no name: give it one in either language")]
    NamelessUnit { unit: UnitId },
    #[error("unit {unit} would be the second first unit: give it a parent; the first is {first}")]
    SecondFirstUnit { unit: UnitId, first: UnitId },
    #[error("unit {unit} cannot be below {parent}, which is below it: choose a parent outside its branch")]
    UnitBelowItself { unit: UnitId, parent: UnitId },
    #[error("unit {unit} would be at tier {tier}, deeper than {deepest}: place it higher")]
    TooDeep { unit: UnitId, tier: usize, deepest: usize },
}

pub(crate) fn place(board: &Board, command: &Command) -> Vec<(Action, Place)> {
    let changes = match command {
        Command::Keep(changes) => changes,
        Command::Erase { person } => return vec![(Action::KeepForce, Place::Person(*person))],
    };
    // A new unit is judged where it will hang, a change where the thing is and where it will be.
    let mut units: Vec<UnitId> = Vec::new();
    for row in &changes.units {
        units.extend(board.force.unit(row.id).map(|unit| unit.id));
        units.extend(row.parent.filter(|parent| board.force.unit(*parent).is_some()));
    }
    for row in &changes.people {
        units.extend(board.force.person(row.id).map(|person| person.unit));
        units.extend(board.force.unit(row.unit).map(|unit| unit.id));
    }
    units.extend(changes.leaving.iter().filter_map(|person| board.force.person(*person)).map(|person| person.unit));
    units.sort_unstable();
    units.dedup();
    if units.is_empty() {
        return vec![(Action::KeepForce, Place::Force)];
    }
    units.into_iter().map(|unit| (Action::KeepForce, Place::Unit(unit))).collect()
}

pub(crate) fn decide(board: &Board, command: &Command, context: &Context) -> Result<Vec<Event>, crate::Refusal> {
    let changes = match command {
        Command::Keep(changes) => changes,
        Command::Erase { person } => return Ok(vec![erase(&board.force, *person, context.now)?]),
    };
    // Decide on a copy, row by row, so that later rows may build on earlier ones. The copy is cheap.
    let mut force = board.force.clone();
    let mut events = Vec::new();
    let keep = |force: &mut Force, events: &mut Vec<Event>, event: Event| {
        apply(force, &event);
        events.push(event);
    };
    for row in &changes.units {
        if force.unit(row.id).is_some_and(|unit| unit_row(unit) == *row) {
            continue;
        }
        check_unit(&force, row)?;
        keep(&mut force, &mut events, Event::UnitKept(row.clone()));
    }
    for row in &changes.people {
        force.known_unit(row.unit)?;
        let mut row = row.clone();
        row.qualifications.sort_unstable();
        row.qualifications.dedup();
        if force.serving(row.id).is_some_and(|person| person_row(row.id, person) == row) {
            continue;
        }
        keep(&mut force, &mut events, Event::PersonKept(row));
    }
    for person in &changes.leaving {
        let found = force.person(*person).ok_or(Refusal::NoSuchPerson { person: *person })?;
        if found.left.is_none() {
            keep(&mut force, &mut events, Event::PersonLeft { person: *person, at: context.now });
        }
    }
    Ok(events)
}

fn erase(force: &Force, id: PersonId, at: At) -> Result<Event, Refusal> {
    let person = force.person(id).ok_or(Refusal::NoSuchPerson { person: id })?;
    if let Some(since) = person.erased {
        return Err(Refusal::ErasedAlready { person: id, since });
    }
    if person.left.is_none() {
        return Err(Refusal::StillServes { person: id });
    }
    let texts = person.words().chain(person.superseded.iter().copied()).collect();
    Ok(Event::PersonErased { person: id, texts, at })
}

fn check_unit(force: &Force, row: &UnitRow) -> Result<(), Refusal> {
    if row.name.is_empty() {
        return Err(Refusal::NamelessUnit { unit: row.id });
    }
    let Some(parent) = row.parent else {
        return match force.root() {
            Some(first) if first != row.id => Err(Refusal::SecondFirstUnit { unit: row.id, first }),
            _ => Ok(()),
        };
    };
    let above = force.known_unit(parent)?;
    if above.path.contains(&row.id) {
        return Err(Refusal::UnitBelowItself { unit: row.id, parent });
    }
    // A unit that moves takes its branch along.
    let height = force.branch(row.id).map(|unit| unit.path.len()).max().unwrap_or(0)
        - force.unit(row.id).map_or(0, |unit| unit.path.len());
    let tier = above.path.len() + height;
    if tier >= DEEPEST_TIER {
        return Err(Refusal::TooDeep { unit: row.id, tier, deepest: DEEPEST_TIER - 1 });
    }
    Ok(())
}

/// The row that would give this unit.
pub fn unit_row(unit: &Unit) -> UnitRow {
    UnitRow {
        id: unit.id,
        parent: unit.parent,
        name: unit.name.clone(),
        callsign: unit.callsign.clone(),
        channel: unit.channel.clone(),
        telephone: unit.telephone.clone(),
        order: unit.order,
    }
}

/// The row that would give this person.
pub fn person_row(id: PersonId, person: &Person) -> PersonRow {
    PersonRow {
        id,
        unit: person.unit,
        grade: person.grade,
        qualifications: person.qualifications.clone(),
        callsign: person.callsign.clone(),
        number: person.number,
        name: person.name,
        telephone: person.telephone,
    }
}

pub(crate) fn apply(force: &mut Force, event: &Event) {
    match event {
        Event::UnitKept(row) => {
            if let Some(old) = force.units.get(&row.id) {
                let (parent, order) = (old.parent, old.order);
                if let Some(parent) = parent {
                    force.children.entry(parent).or_default().remove(&(order, row.id));
                }
            }
            match row.parent {
                Some(parent) => {
                    force.children.entry(parent).or_default().insert((row.order, row.id));
                }
                None => force.root = Some(row.id),
            }
            let unit = Unit {
                id: row.id,
                parent: row.parent,
                path: path_below(force, row.parent, row.id),
                name: row.name.clone(),
                callsign: row.callsign.clone(),
                channel: row.channel.clone(),
                telephone: row.telephone.clone(),
                order: row.order,
            };
            force.units.insert(row.id, unit);
            let below: Vec<(UnitId, Option<UnitId>)> =
                force.branch(row.id).skip(1).map(|unit| (unit.id, unit.parent)).collect();
            for (id, parent) in below {
                let path = path_below(force, parent, id);
                if let Some(unit) = force.units.get_mut(&id) {
                    unit.path = path;
                }
            }
        }
        Event::PersonKept(row) => {
            if let Some(old) = force.people.get(&row.id).map(|person| person.unit)
                && old != row.unit
            {
                force.members.entry(old).or_default().remove(&row.id);
            }
            force.members.entry(row.unit).or_default().insert(row.id);
            let now = [Some(row.number), Some(row.name), row.telephone];
            let superseded = force.people.get(&row.id).map_or_else(Vec::new, |old| old.outlived_by(now));
            let person = Person {
                unit: row.unit,
                grade: row.grade,
                qualifications: row.qualifications.clone(),
                callsign: row.callsign.clone(),
                number: row.number,
                name: row.name,
                telephone: row.telephone,
                left: None,
                erased: None,
                superseded,
            };
            force.people.insert(row.id, person);
        }
        Event::PersonErased { person, at, .. } => {
            if let Some(found) = force.people.get_mut(person) {
                found.erased = Some(*at);
                found.superseded.clear();
            }
        }
        Event::PersonLeft { person, at } => {
            if let Some(found) = force.people.get_mut(person) {
                found.left = Some(*at);
                let unit = found.unit;
                force.members.entry(unit).or_default().remove(person);
            }
        }
    }
}

fn path_below(force: &Force, parent: Option<UnitId>, unit: UnitId) -> SmallVec<[UnitId; 4]> {
    let mut path =
        parent.and_then(|parent| force.units.get(&parent)).map(|above| above.path.clone()).unwrap_or_default();
    path.push(unit);
    path
}
