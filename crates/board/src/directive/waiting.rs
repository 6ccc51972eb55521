//! What directives ask of one person now, and which of them a person may open.

use serde::Serialize;

use super::{Directive, Receiver, State, Step};
use crate::access::{Action, Place, Scope, permits, scope};
use crate::{Actor, At, Board, DirectiveId, PersonId, UnitId};

/// One thing that a directive asks of a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// The next word of a receiver for whom they speak, and by when it is asked for.
    Receipt { directive: DirectiveId, receiver: Receiver, next: Step, deadline: At },
    /// Their name as the second person, or after the glass was broken.
    Signature { directive: DirectiveId },
    /// A ruling on a difficulty.
    Ruling { directive: DirectiveId, receiver: Receiver, since: At },
    /// Their unit has it and has passed nothing on, though there are units below.
    Relay { directive: DirectiveId, unit: UnitId },
}

impl Waiting {
    pub const fn directive(self) -> DirectiveId {
        match self {
            Self::Receipt { directive, .. }
            | Self::Signature { directive }
            | Self::Ruling { directive, .. }
            | Self::Relay { directive, .. } => directive,
        }
    }
}

/// Everything that directives ask of a person now, oldest deadline first within a directive's order.
pub fn waiting_for(board: &Board, person: PersonId, now: At) -> Vec<Waiting> {
    let actor = Actor::Person(person);
    let (signs, rules) =
        (scope(board, actor, Action::ApproveDirective, now), scope(board, actor, Action::RuleOnDifficulty, now));
    let mut units: Vec<UnitId> = scope(board, actor, Action::ReceiveDirective, now).roots().collect();
    units.sort_unstable();
    units.dedup();
    let mut waiting = Vec::new();
    for (directive, found) in board.directives.iter() {
        if found.approval.missing() > 0
            && !matches!(found.state, State::Draft)
            && !found.approval.has_signed(actor)
            && (signs.covers(&board.force, found.unit) || found.relays.front().is_some_and(|issue| issue.who == actor))
        {
            waiting.push(Waiting::Signature { directive });
        }
        if !found.is_issued() {
            continue;
        }
        receipts(board, (directive, found), person, &units, &mut waiting);
        if !rules.is_empty() {
            for (receiver, difficulty) in found.open_difficulties() {
                // Whoever sent it rules; a superior may, but is not asked.
                let unit = found.rules_for(board, receiver);
                if rules.roots().any(|root| root == unit) {
                    waiting.push(Waiting::Ruling { directive, receiver, since: difficulty.at });
                }
            }
        }
    }
    waiting
}

fn receipts(
    board: &Board,
    (directive, found): (DirectiveId, &Directive),
    person: PersonId,
    units: &[UnitId],
    waiting: &mut Vec<Waiting>,
) {
    let steps: &[Step] = if found.kind == super::Kind::Briefing { &[Step::Acknowledged] } else { &Step::ALL };
    let is_stuck = |receiver| found.difficulties.get(&receiver).is_some_and(super::Difficulty::is_open);
    let deadline_of = |relay: u16| found.relays.get(usize::from(relay)).map_or(found.deadline, |relay| relay.deadline);
    for unit in units {
        let Some(receipt) = found.units.get(unit).filter(|receipt| !receipt.released) else { continue };
        let receiver = Receiver::Unit(*unit);
        if let Some(next) = steps.iter().find(|step| receipt.mark(**step).is_none())
            && !is_stuck(receiver)
        {
            waiting.push(Waiting::Receipt { directive, receiver, next: *next, deadline: deadline_of(receipt.relay) });
        }
        let has_below = board.force.children(*unit).any(|below| !found.units.contains_key(&below.id));
        if receipt.mark(Step::Acknowledged).is_some() && receipt.relayed.is_none() && has_below {
            waiting.push(Waiting::Relay { directive, unit: *unit });
        }
    }
    let Some(place) = found.find(board, person).filter(|_| !found.released.contains(&person)) else { return };
    let (receipt, receiver) = (found.people.receipt(place), Receiver::Person(person));
    if let Some(next) = steps.iter().find(|step| !receipt.has(**step))
        && !is_stuck(receiver)
    {
        waiting.push(Waiting::Receipt { directive, receiver, next: *next, deadline: deadline_of(place.relay) });
    }
}

/// Where a person's right to see a directive is judged: at a unit of theirs that sent or received it, else as the person
/// who received it, else at the unit that issued it, where they will be told what they lack.
pub fn viewed_at(board: &Board, actor: Actor, found: &Directive, now: At) -> Place {
    let seen = scope(board, actor, Action::ViewDirective, now);
    place_of(board, actor, found, &seen)
}

fn place_of(board: &Board, actor: Actor, found: &Directive, seen: &Scope) -> Place {
    let issuer = Place::Unit(found.unit);
    if seen.covers(&board.force, found.unit) {
        return issuer;
    }
    // What has not been issued is the issuer's own.
    if found.issued.is_none() {
        return issuer;
    }
    let unit = found.receiving_units().into_iter().find(|unit| seen.covers(&board.force, *unit));
    let person = actor.person().filter(|person| found.find(board, *person).is_some());
    unit.map(Place::Unit).or(person.map(Place::Person)).unwrap_or(issuer)
}

/// May this actor see this directive?
pub fn is_open_to(board: &Board, actor: Actor, found: &Directive, now: At) -> bool {
    permits(board, actor, Action::ViewDirective, viewed_at(board, actor, found, now), now).is_permitted()
}
