//! What follows for directives from what happens elsewhere: people come and go, and time passes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Directive, Event, Silence, Step};
use crate::{Board, Context, DirectiveId, PersonId, UnitId, access, apply, force, roster};

/// Those whom events bring into an audience or take out of the force.
fn touched(events: &[crate::Event]) -> BTreeSet<PersonId> {
    let mut people = BTreeSet::new();
    for event in events {
        match event {
            crate::Event::Force(force::Event::PersonKept(row)) => {
                people.insert(row.id);
            }
            crate::Event::Force(force::Event::PersonLeft { person, .. })
            | crate::Event::Access(access::Event::Granted { person, .. }) => {
                people.insert(*person);
            }
            crate::Event::Roster(roster::Event::Assigned { assignment, .. }) => {
                people.insert(assignment.person);
            }
            crate::Event::Roster(roster::Event::Replaced { new, .. }) => {
                people.insert(*new);
            }
            crate::Event::Roster(roster::Event::Swapped { people: (one, other), .. }) => {
                people.extend([*one, *other]);
            }
            _ => {}
        }
    }
    people
}

/// What `events`, decided on `board`, mean for the directives in force: who came later is told, who left is asked no more.
pub(crate) fn follow(board: &Board, events: &[crate::Event], context: &Context) -> Vec<Event> {
    if board.directives.is_empty() {
        return Vec::new();
    }
    let people = touched(events);
    if people.is_empty() || !board.directives.iter().any(|(_, found)| found.is_issued()) {
        return Vec::new();
    }
    let mut after = board.clone();
    events.iter().for_each(|event| apply(&mut after, event));
    let issued = after.directives.iter().filter(|(_, found)| found.is_issued());
    issued.flat_map(|(id, found)| changes(&after, (id, found), &people, context)).collect()
}

fn changes(
    board: &Board,
    (directive, found): (DirectiveId, &Directive),
    people: &BTreeSet<PersonId>,
    context: &Context,
) -> Vec<Event> {
    let at = context.now;
    let (mut released, mut recalled) = (Vec::new(), Vec::new());
    let mut arrived: BTreeMap<u16, BTreeMap<UnitId, Vec<PersonId>>> = BTreeMap::new();
    for person in people {
        let serves = board.force.serving(*person);
        let receives = found.find(board, *person).is_some();
        let is_released = found.released.contains(person);
        match serves {
            None if receives && !is_released => released.push(*person),
            // Who was relieved by a ruling stays so; only who had left is asked again.
            Some(_) if receives && is_released && !was_relieved(found, *person) => recalled.push(*person),
            Some(serving) if !receives => {
                let mut relays = (0u16..).zip(&found.relays);
                let fits = relays.find(|(_, relay)| relay.audience.means(board, found.operation, *person, at));
                if let Some((relay, _)) = fits {
                    arrived.entry(relay).or_default().entry(serving.unit).or_default().push(*person);
                }
            }
            _ => {}
        }
    }
    let mut events = Vec::new();
    if !released.is_empty() {
        events.push(Event::Released { directive, at, people: released });
    }
    if !recalled.is_empty() {
        events.push(Event::Recalled { directive, at, people: recalled });
    }
    // The people of each unit are sorted: they were visited in the order of their ids.
    events.extend(arrived.into_iter().map(|(relay, people)| Event::Arrived {
        directive,
        relay,
        at,
        people: people.into_iter().collect(),
    }));
    events
}

fn was_relieved(found: &Directive, person: PersonId) -> bool {
    let ruled = found.difficulties.get(&super::Receiver::Person(person)).and_then(|difficulty| difficulty.ruled);
    ruled.is_some_and(|ruled| ruled.ruling == super::Ruling::Relieved)
}

/// The rungs that were due up to now, earliest first, at most `most`.
pub(crate) fn pass_time(board: &Board, context: &Context, most: usize) -> Vec<Event> {
    let due = board.directives.timers.iter().take_while(|(at, _)| *at <= context.now).take(most);
    due.map(|(at, timer)| {
        let found = board.directives.get(timer.directive);
        let silences = found.map(|found| silences(board, found, timer.relay)).unwrap_or_default();
        Event::Chased { directive: timer.directive, relay: timer.relay, rung: timer.rung, at: *at, silences }
    })
    .collect()
}

/// Who has not answered one relay, each unit once; a branch of which nobody has answered anything is one matter.
pub fn silences(board: &Board, found: &Directive, relay: u16) -> Vec<Silence> {
    // Every unit that has answered, and every unit above it.
    let mut answered: BTreeSet<UnitId> = BTreeSet::new();
    let receiving = found.receiving_units();
    for unit in &receiving {
        if found.tally_of(*unit).acknowledged > 0 {
            answered.extend(board.force.unit(*unit).into_iter().flat_map(|unit| unit.path.iter().copied()));
        }
    }
    let mut silent: BTreeMap<UnitId, Silence> = BTreeMap::new();
    for unit in &receiving {
        let of_unit = found.units.get(unit).filter(|receipt| receipt.relay == relay && receipt.is_waiting());
        let people = if found.people.tally(*unit).waiting() == 0 { 0 } else { waiting_people(found, *unit, relay) };
        if of_unit.is_none() && people == 0 {
            continue;
        }
        let path = board.force.unit(*unit).map(|unit| unit.path.clone()).unwrap_or_default();
        let top = path.iter().find(|above| receiving.contains(above) && !answered.contains(above));
        let silence = silent.entry(top.copied().unwrap_or(*unit)).or_insert(Silence {
            unit: top.copied().unwrap_or(*unit),
            units: 0,
            people: 0,
            cut_off: top.is_some(),
        });
        silence.units += u32::from(of_unit.is_some());
        silence.people += people;
    }
    silent.into_values().collect()
}

fn waiting_people(found: &Directive, unit: UnitId, relay: u16) -> u32 {
    let waiting = found.people.of_unit(unit).filter(|receiving| {
        receiving.relay == relay
            && !receiving.receipt.has(Step::Acknowledged)
            && !found.released.contains(&receiving.person)
    });
    waiting.count() as u32
}
