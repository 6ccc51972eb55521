//! Receipts of people: dense, over receivers frozen at issue, fourteen bytes each.
//!
//! Receivers stand in one persistent vector, unit after unit and sorted within each run, so that a person is found by a
//! binary search and a receipt is changed by copying one leaf. What is counted of a unit is kept beside it.

use imbl::{OrdMap, Vector};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::SmallVec;

use crate::{At, PersonId, UnitId};

/// The three states of a receiver. None implies another; each is said by the receiver.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Read it.
    Acknowledged,
    /// Will do it.
    Accepted,
    /// Did it.
    Done,
}

impl Step {
    pub const ALL: [Self; 3] = [Self::Acknowledged, Self::Accepted, Self::Done];
}

/// How long a receiver took to reach a state, in two bytes: to the second for four hours, to the minute for 35 days.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Elapsed(u16);

/// Codes 1 to this one are seconds and one; those above are minutes after [`FINE`].
const FINE: i64 = 4 * 60 * 60;

impl Elapsed {
    const NOT_YET: Self = Self(0);

    fn between(since: At, at: At) -> Self {
        let seconds = (at.millis().saturating_sub(since.millis()) / 1000).max(0);
        let code = if seconds < FINE { seconds + 1 } else { FINE + 1 + (seconds - FINE) / 60 };
        Self(u16::try_from(code).unwrap_or(u16::MAX))
    }

    fn seconds(self) -> Option<u32> {
        let code = i64::from(self.0);
        let seconds = match code {
            0 => return None,
            1..=FINE => code - 1,
            _ => FINE + (code - FINE - 1) * 60,
        };
        u32::try_from(seconds).ok()
    }
}

/// What one person said of a directive, and how long after they were told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Receipt {
    states: [Elapsed; 3],
}

impl Receipt {
    /// Seconds from being told to this state, if it was reached.
    pub fn after(self, step: Step) -> Option<u32> {
        self.states[step as usize].seconds()
    }
    pub fn has(self, step: Step) -> bool {
        self.states[step as usize] != Elapsed::NOT_YET
    }
}

/// Two bytes of alignment: eight of the person's id and six of the states make fourteen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Entry {
    person: [u8; 8],
    receipt: Receipt,
}

impl Entry {
    fn new(person: PersonId) -> Self {
        Self { person: person.value().to_be_bytes(), receipt: Receipt::default() }
    }
    fn person(&self) -> PersonId {
        PersonId::from_value(u64::from_be_bytes(self.person))
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.person(), self.receipt.states).serialize(serializer)
    }
}
impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (person, states) = <(PersonId, [Elapsed; 3])>::deserialize(deserializer)?;
        Ok(Self { receipt: Receipt { states }, ..Self::new(person) })
    }
}

/// How many of a unit's receivers have reached which state. Who was released is counted apart and in none of the others.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Tally {
    pub receivers: u32,
    pub acknowledged: u32,
    pub accepted: u32,
    pub done: u32,
    /// Left the force, or were relieved of it by a ruling.
    pub released: u32,
}

impl Tally {
    pub fn of(receipt: Receipt, released: bool) -> Self {
        if released {
            return Self { released: 1, ..Self::default() };
        }
        let has = |step| u32::from(receipt.has(step));
        Self {
            receivers: 1,
            acknowledged: has(Step::Acknowledged),
            accepted: has(Step::Accepted),
            done: has(Step::Done),
            released: 0,
        }
    }
    /// Those of whom nobody knows that they have read it.
    pub const fn waiting(self) -> u32 {
        self.receivers - self.acknowledged
    }
    pub fn add(&mut self, other: Self) {
        self.receivers += other.receivers;
        self.acknowledged += other.acknowledged;
        self.accepted += other.accepted;
        self.done += other.done;
        self.released += other.released;
    }
    fn subtract(&mut self, other: Self) {
        self.receivers -= other.receivers;
        self.acknowledged -= other.acknowledged;
        self.accepted -= other.accepted;
        self.done -= other.done;
        self.released -= other.released;
    }
}

/// A run of receivers who were told together, sorted by id.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Run {
    from: u32,
    count: u32,
    relay: u16,
    since: At,
}

/// The receivers of one unit.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
struct Section {
    runs: SmallVec<[Run; 1]>,
    tally: Tally,
}

/// Where a person stands among the receivers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found {
    /// The unit they were counted under when they were told.
    pub unit: UnitId,
    /// Which relay told them.
    pub relay: u16,
    pub since: At,
    index: usize,
}

/// One receiver of a unit, for lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Receiving {
    pub person: PersonId,
    pub relay: u16,
    pub since: At,
    pub receipt: Receipt,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Receipts {
    entries: Vector<Entry>,
    sections: OrdMap<UnitId, Section>,
}

impl Receipts {
    pub fn len(&self) -> usize {
        self.entries.len()
    }
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
    /// Where `person` stands; `hint` is where to look first: the unit in which they serve now.
    pub fn find(&self, person: PersonId, hint: Option<UnitId>) -> Option<Found> {
        if self.entries.is_empty() {
            return None;
        }
        let hinted = hint.and_then(|unit| self.find_in(unit, self.sections.get(&unit)?, person));
        hinted.or_else(|| {
            let others = self.sections.iter().filter(|(unit, _)| Some(**unit) != hint);
            others.into_iter().find_map(|(unit, section)| self.find_in(*unit, section, person))
        })
    }
    fn find_in(&self, unit: UnitId, section: &Section, person: PersonId) -> Option<Found> {
        section.runs.iter().find_map(|run| {
            let (mut low, mut high) = (run.from, run.from + run.count);
            while low < high {
                let middle = low.midpoint(high);
                match self.entries.get(middle as usize)?.person().cmp(&person) {
                    std::cmp::Ordering::Less => low = middle + 1,
                    std::cmp::Ordering::Greater => high = middle,
                    std::cmp::Ordering::Equal => {
                        return Some(Found { unit, relay: run.relay, since: run.since, index: middle as usize });
                    }
                }
            }
            None
        })
    }
    pub fn receipt(&self, found: Found) -> Receipt {
        self.entries.get(found.index).map(|entry| entry.receipt).unwrap_or_default()
    }
    pub fn tally(&self, unit: UnitId) -> Tally {
        self.sections.get(&unit).map(|section| section.tally).unwrap_or_default()
    }
    /// The units that have receivers, with what is counted of each.
    pub fn tallies(&self) -> impl Iterator<Item = (UnitId, Tally)> {
        self.sections.iter().map(|(unit, section)| (*unit, section.tally))
    }
    /// The receivers of exactly this unit, in the order in which they were told and then by id.
    pub fn of_unit(&self, unit: UnitId) -> impl Iterator<Item = Receiving> {
        let runs = self.sections.get(&unit).into_iter().flat_map(|section| section.runs.iter().copied());
        runs.flat_map(|run| {
            let entries = self.entries.focus().narrow(run.from as usize..(run.from + run.count) as usize);
            let all: Vec<Entry> = entries.into_iter().copied().collect();
            all.into_iter().map(move |entry| Receiving {
                person: entry.person(),
                relay: run.relay,
                since: run.since,
                receipt: entry.receipt,
            })
        })
    }
    /// Adds receivers of a unit who were told by `relay` at `since`; `people` is sorted.
    pub(super) fn add(&mut self, unit: UnitId, (relay, since): (u16, At), people: &[PersonId]) {
        let from = self.entries.len() as u32;
        self.entries.extend(people.iter().map(|person| Entry::new(*person)));
        let section = self.sections.entry(unit).or_default();
        section.runs.push(Run { from, count: people.len() as u32, relay, since });
        section.tally.receivers += people.len() as u32;
    }
    pub(super) fn mark(&mut self, found: Found, step: Step, at: At, released: bool) {
        self.change(found, (released, released), |receipt| {
            receipt.states[step as usize] = Elapsed::between(found.since, at);
        });
    }
    /// Counts somebody as released, or as asked again.
    pub(super) fn release(&mut self, found: Found, released: bool) {
        self.change(found, (!released, released), |_| {});
    }
    fn change(&mut self, found: Found, (was, is): (bool, bool), change: impl FnOnce(&mut Receipt)) {
        let Some(entry) = self.entries.get_mut(found.index) else { return };
        let before = Tally::of(entry.receipt, was);
        change(&mut entry.receipt);
        let after = Tally::of(entry.receipt, is);
        let tally = &mut self.sections.entry(found.unit).or_default().tally;
        tally.subtract(before);
        tally.add(after);
    }
    /// Everybody is asked anew from `since` on; `released` says who is not.
    pub(super) fn ask_anew(&mut self, since: At, released: impl Fn(PersonId) -> bool) {
        let people: Vec<PersonId> = self.entries.iter().map(Entry::person).collect();
        self.entries = people.iter().map(|person| Entry::new(*person)).collect();
        let units: Vec<UnitId> = self.sections.keys().copied().collect();
        for unit in units {
            let Some(section) = self.sections.get_mut(&unit) else { continue };
            section.tally = Tally::default();
            for run in &mut section.runs {
                run.since = since;
                for person in &people[run.from as usize..(run.from + run.count) as usize] {
                    section.tally.add(Tally::of(Receipt::default(), released(*person)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_takes_fourteen_bytes() {
        assert_eq!(size_of::<Entry>(), 14);
    }

    #[test]
    fn time_to_a_state_is_exact_to_the_second_and_later_to_the_minute() {
        let after = |seconds: i64| {
            let at = At::from_millis(1_000 + seconds * 1000 + 999);
            Elapsed::between(At::from_millis(1_000), at).seconds()
        };
        assert_eq!(Elapsed::NOT_YET.seconds(), None);
        for exact in [0, 1, 59, 3600, FINE - 1, FINE, FINE + 60, 86_400] {
            assert_eq!(after(exact), Some(exact as u32));
        }
        assert_eq!(after(FINE + 61), Some(FINE as u32 + 60));
        assert_eq!(after(-5), Some(0), "a clock that was set back");
        assert!(after(1 << 40).is_some_and(|seconds| seconds > 35 * 86_400), "too long to tell stays told");
    }

    #[test]
    fn a_receiver_is_found_wherever_they_serve_now() {
        let (unit, other) = (UnitId::from_value(1), UnitId::from_value(2));
        let people: Vec<PersonId> = (0..300).map(|n| PersonId::from_value(n * 3)).collect();
        let mut receipts = Receipts::default();
        receipts.add(unit, (0, At::from_millis(0)), &people[..200]);
        receipts.add(other, (1, At::from_millis(5)), &people[200..]);
        for (number, person) in people.iter().enumerate() {
            for hint in [None, Some(unit), Some(other), Some(UnitId::from_value(9))] {
                let found = receipts.find(*person, hint).map(|found| (found.unit, found.index));
                assert_eq!(found, Some((if number < 200 { unit } else { other }, number)));
            }
        }
        assert_eq!(receipts.find(PersonId::from_value(1), Some(unit)), None);
        let found = receipts
            .find(people[7], None)
            .map(|found| (found, receipts.mark(found, Step::Done, At::from_millis(9000), false)));
        assert!(found.is_some());
        assert_eq!(receipts.tally(unit), Tally { receivers: 200, done: 1, ..Tally::default() });
        let receiving = receipts.of_unit(unit).nth(7);
        assert_eq!(receiving.and_then(|receiving| receiving.receipt.after(Step::Done)), Some(9));
    }
}
