//! What follows for directives from what happens elsewhere: people come and go, and time passes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Directive, Event, Receiving, Silence, Step};
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

/// Who has not answered one relay, each unit once; a branch of which nobody has answered anything is one matter, and cut
/// off where none of its posts stands in good order either.
pub fn silences(board: &Board, found: &Directive, relay: u16) -> Vec<Silence> {
    // Every unit that has answered, and every unit above it.
    let mut answered: BTreeSet<UnitId> = BTreeSet::new();
    let above = |unit: UnitId| board.force.unit(unit).into_iter().flat_map(|unit| unit.path.iter().copied());
    let receiving = found.receiving_units();
    for unit in &receiving {
        if found.tally_of(*unit).acknowledged > 0 {
            answered.extend(above(*unit));
        }
    }
    let mut silent: BTreeMap<UnitId, Silence> = BTreeMap::new();
    for unit in &receiving {
        let of_unit = found.units.get(unit).filter(|receipt| receipt.relay == relay && receipt.is_waiting());
        let people = if found.people.tally(*unit).waiting() == 0 { 0 } else { waiting_people(found, *unit, relay) };
        if of_unit.is_none() && people == 0 {
            continue;
        }
        let top = above(*unit).find(|above| receiving.contains(above) && !answered.contains(above));
        let silence = silent.entry(top.unwrap_or(*unit)).or_insert(Silence {
            unit: top.unwrap_or(*unit),
            units: 0,
            people: 0,
            cut_off: top.is_some(),
        });
        silence.units += u32::from(of_unit.is_some());
        silence.people += people;
    }
    if silent.values().any(|silence| silence.cut_off) {
        let (posted, in_order) = posted(board);
        for silence in silent.values_mut() {
            // One receipt that is missing where no post is says nothing about a unit.
            let is_known = posted.contains(&silence.unit) || silence.units + silence.people > 1;
            silence.cut_off &= is_known && !in_order.contains(&silence.unit);
        }
    }
    silent.into_values().collect()
}

/// The units that have posts to man, at or below them, and those with a post where somebody stands and has not been silent
/// for too long.
fn posted(board: &Board) -> (BTreeSet<UnitId>, BTreeSet<UnitId>) {
    let (mut posted, mut in_order) = (BTreeSet::new(), BTreeSet::new());
    for (_, operation) in board.operations().filter(|(_, found)| found.is_running()) {
        for post in operation.posts.iter().filter(|post| !post.closed) {
            let Some(unit) = board.force.unit(post.unit) else { continue };
            posted.extend(unit.path.iter().copied());
            let duty = operation.presence.duty(post.id);
            if !duty.here.is_empty() && duty.overdue_since.is_none() {
                in_order.extend(unit.path.iter().copied());
            }
        }
    }
    (posted, in_order)
}

/// Is a receipt missing at or below a unit, of a relay whose deadline is past?
pub fn is_overdue(board: &Board, found: &Directive, within: UnitId) -> bool {
    let is_late = |relay: u16| {
        let reached = found.relays.get(usize::from(relay)).and_then(|sent| sent.reached);
        reached.is_some_and(|(rung, _)| rung != super::Rung::Reminder)
    };
    let mut units = found.receiving_units().into_iter().filter(|unit| board.force.is_within(*unit, within));
    units.any(|unit| {
        found.units.get(&unit).is_some_and(|receipt| receipt.is_waiting() && is_late(receipt.relay))
            || (found.people.tally(unit).waiting() > 0 && waiting(found, unit).any(|one| is_late(one.relay)))
    })
}

/// Those of a unit who have not said that they read it.
fn waiting(found: &Directive, unit: UnitId) -> impl Iterator<Item = Receiving> {
    let people = found.people.of_unit(unit);
    people.filter(|one| !one.receipt.has(Step::Acknowledged) && !found.released.contains(&one.person))
}

fn waiting_people(found: &Directive, unit: UnitId, relay: u16) -> u32 {
    waiting(found, unit).filter(|one| one.relay == relay).count() as u32
}
