//! Access: who may do what to which unit, until when, and on whose word.
//!
//! Rights are grants of a [`Role`] at a unit. A role says which [`Action`]s it carries and how far down the tree each
//! reaches ([`role::reach`]); [`permits`] and [`Scope`] answer from the same table, so what a person may not open they
//! cannot count either.

mod action;
mod permits;
mod role;

use imbl::OrdMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

pub use action::Action;
pub use permits::{Denial, Place, Reason, Scope, Verdict, permits, scope};
pub use role::{Reach, Role, reach};

use crate::force::Force;
use crate::{Actor, At, Board, Context, GrantId, Minutes, PersonId, Span, UnitId};

/// A delegated role is for an absence, not for a career.
pub const LONGEST_DELEGATION: Minutes = Minutes(31 * 24 * 60);

/// Grants of one person, ended ones included: every command reads them all, so they must stay few.
pub const MOST_GRANTS: usize = 32;

/// A role held by a person at a unit, bounded in time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Grant {
    pub id: GrantId,
    pub role: Role,
    pub unit: UnitId,
    pub from: At,
    pub until: Option<At>,
    pub by: Actor,
    /// The grant of another person that this one lends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegated_from: Option<(PersonId, GrantId)>,
}

impl Grant {
    pub fn in_force(&self, now: At) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }
    /// In force, and not lent by somebody who has left the force since.
    fn counts(&self, force: &Force, now: At) -> bool {
        self.in_force(now) && self.delegated_from.is_none_or(|(owner, _)| force.serving(owner).is_some())
    }
    /// A grant that is still to end when another begins.
    fn outlasts(&self, from: At) -> bool {
        self.until.is_none_or(|until| from < until)
    }
}

/// Who holds which roles.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Access {
    grants: OrdMap<PersonId, SmallVec<[Grant; 1]>>,
}

impl Access {
    /// Every grant of a person that has not been revoked, past and future ones included.
    pub fn grants_of(&self, person: PersonId) -> &[Grant] {
        self.grants.get(&person).map_or(&[], |grants| grants.as_slice())
    }
    pub fn holders(&self) -> impl Iterator<Item = (PersonId, &Grant)> {
        self.grants.iter().flat_map(|(person, grants)| grants.iter().map(move |grant| (*person, grant)))
    }
    fn find(&self, person: PersonId, grant: GrantId) -> Option<&Grant> {
        self.grants_of(person).iter().find(|held| held.id == grant)
    }
    /// May `person` be given `role` at `unit` under this id, from `from` on?
    fn check_room(&self, person: PersonId, id: GrantId, role: Role, unit: UnitId, from: At) -> Result<(), Refusal> {
        if self.find(person, id).is_some() {
            return Err(Refusal::GrantIdTaken { grant: id });
        }
        let mut held = self.grants_of(person).iter().filter(|grant| grant.outlasts(from));
        if held.clone().any(|grant| grant.role == role && grant.unit == unit) {
            return Err(Refusal::HeldAlready { person, role, unit });
        }
        if role.is_administrator()
            && let Some(other) = held.find(|grant| grant.role.is_administrator())
        {
            return Err(Refusal::TwoAdministrators { person, held: other.role });
        }
        if self.grants_of(person).len() >= MOST_GRANTS {
            return Err(Refusal::TooManyGrants { person, most: MOST_GRANTS });
        }
        Ok(())
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    Grant {
        id: GrantId,
        person: PersonId,
        role: Role,
        unit: UnitId,
        from: Option<At>,
        until: Option<At>,
    },
    Delegate {
        id: GrantId,
        grant: GrantId,
        to: PersonId,
        from: Option<At>,
        until: At,
    },
    Revoke {
        person: PersonId,
        grant: GrantId,
    },
    /// Kept for the audit; changes nothing that a duty officer sees.
    Note(Audit),
}

/// What the audit keeps of sign-ins and refusals, aggregated by whoever reports it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audit {
    SignedIn { person: PersonId },
    SignedOut { person: PersonId },
    SignInsRefused { person: Option<PersonId>, count: u32 },
    Denied { person: PersonId, action: Action, unit: Option<UnitId>, count: u32 },
    Enrolled { person: PersonId },
    Exported { person: PersonId, what: crate::Str, unit: Option<UnitId> },
    LinkIssued { person: PersonId, by: PersonId },
    FactorsRevoked { person: PersonId, by: PersonId },
    PasskeyAdded { person: PersonId },
    PasskeyRemoved { person: PersonId },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Granted { person: PersonId, grant: Grant },
    Revoked { person: PersonId, grant: GrantId, by: Actor, at: At },
    Noted { note: Audit, at: At },
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("person {person} is not in the force: enrol them first")]
    NoSuchHolder { person: PersonId },
    #[error("grant {grant} of person {person} is not in force: look at the list of grants again")]
    NoSuchGrant { person: PersonId, grant: GrantId },
    #[error("the role begins at {from:?} and would end at {until:?}: give an end after its beginning")]
    GrantEndsBeforeItBegins { from: At, until: At },
    #[error("person {person} already holds {held:?}: no one person may be two administrators; choose somebody else")]
    TwoAdministrators { person: PersonId, held: Role },
    #[error("{role:?} is held for the whole force: grant it at the first unit, {unit}")]
    AdministratorBelowTheTop { role: Role, unit: UnitId },
    #[error("nobody grants a role to themselves: ask another security administrator")]
    GrantToOneself { person: PersonId },
    #[error("a delegated role cannot be lent again: its owner may lend it to the person you have in mind")]
    DelegatedAlready { grant: GrantId },
    #[error("a delegation until {until:?} is too long: the latest end is {latest:?}")]
    DelegationTooLong { until: At, latest: At },
    #[error("person {person} already holds {role:?} at unit {unit}: revoke that grant first to change its dates")]
    HeldAlready { person: PersonId, role: Role, unit: UnitId },
    #[error("a grant {grant} of this person exists already: send the command with an id of its own")]
    GrantIdTaken { grant: GrantId },
    #[error("person {person} has {most} grants, the most there may be: revoke those that have ended")]
    TooManyGrants { person: PersonId, most: usize },
}

pub(crate) fn decide(
    board: &Board,
    actor: Actor,
    command: &Command,
    context: &Context,
) -> Result<Vec<Event>, crate::Refusal> {
    let access = &board.access;
    match command {
        Command::Grant { id, person, role, unit, from, until } => {
            check_holder(board, *person)?;
            board.force.known_unit(*unit)?;
            if actor == Actor::Person(*person) {
                return Err(Refusal::GrantToOneself { person: *person }.into());
            }
            let from = from.unwrap_or(context.now);
            if let Some(until) = *until
                && until <= from
            {
                return Err(Refusal::GrantEndsBeforeItBegins { from, until }.into());
            }
            access.check_room(*person, *id, *role, *unit, from)?;
            if role.is_administrator()
                && let Some(root) = board.force.root()
                && root != *unit
            {
                return Err(Refusal::AdministratorBelowTheTop { role: *role, unit: root }.into());
            }
            let grant =
                Grant { id: *id, role: *role, unit: *unit, from, until: *until, by: actor, delegated_from: None };
            Ok(vec![Event::Granted { person: *person, grant }])
        }
        Command::Delegate { id, grant, to, from, until } => {
            let Actor::Person(owner) = actor else {
                return Err(Refusal::NoSuchGrant { person: *to, grant: *grant }.into());
            };
            let held = access
                .find(owner, *grant)
                .filter(|held| held.in_force(context.now))
                .ok_or(Refusal::NoSuchGrant { person: owner, grant: *grant })?;
            check_holder(board, *to)?;
            if *to == owner {
                return Err(Refusal::GrantToOneself { person: owner }.into());
            }
            if held.delegated_from.is_some() {
                return Err(Refusal::DelegatedAlready { grant: *grant }.into());
            }
            let from = from.unwrap_or(context.now);
            if *until <= from {
                return Err(Refusal::GrantEndsBeforeItBegins { from, until: *until }.into());
            }
            let latest = held.until.unwrap_or(At::from_millis(i64::MAX)).min(from.plus(LONGEST_DELEGATION));
            if *until > latest {
                return Err(Refusal::DelegationTooLong { until: *until, latest }.into());
            }
            access.check_room(*to, *id, held.role, held.unit, from)?;
            let lent = Grant {
                id: *id,
                role: held.role,
                unit: held.unit,
                from,
                until: Some(*until),
                by: actor,
                delegated_from: Some((owner, *grant)),
            };
            Ok(vec![Event::Granted { person: *to, grant: lent }])
        }
        Command::Revoke { person, grant } => {
            access.find(*person, *grant).ok_or(Refusal::NoSuchGrant { person: *person, grant: *grant })?;
            // What was lent from it goes with it.
            let lent = access.holders().filter(|(_, held)| held.delegated_from == Some((*person, *grant)));
            let mut events = vec![Event::Revoked { person: *person, grant: *grant, by: actor, at: context.now }];
            events.extend(lent.map(|(holder, held)| Event::Revoked {
                person: holder,
                grant: held.id,
                by: actor,
                at: context.now,
            }));
            Ok(events)
        }
        Command::Note(note) => Ok(vec![Event::Noted { note: note.clone(), at: context.now }]),
    }
}

fn check_holder(board: &Board, person: PersonId) -> Result<(), crate::Refusal> {
    match board.force.person(person) {
        None => Err(Refusal::NoSuchHolder { person }.into()),
        Some(_) => board.force.known_person(person).map(|_| ()).map_err(Into::into),
    }
}

pub(crate) fn apply(access: &mut Access, event: &Event) {
    match event {
        Event::Granted { person, grant } => {
            access.grants.entry(*person).or_default().push(grant.clone());
        }
        Event::Revoked { person, grant, .. } => {
            if let Some(held) = access.grants.get_mut(person) {
                held.retain(|held| held.id != *grant);
            }
        }
        Event::Noted { .. } => {}
    }
}

/// Where a command of access is judged.
pub(crate) fn place(board: &Board, actor: Actor, command: &Command) -> (Action, Place) {
    match command {
        Command::Grant { unit, .. } => (Action::GrantRole, Place::Unit(*unit)),
        Command::Delegate { .. } => match actor {
            Actor::Person(owner) => (Action::Delegate, Place::Person(owner)),
            _ => (Action::Delegate, Place::Force),
        },
        Command::Revoke { person, grant } => {
            match board.access.find(*person, *grant).and_then(|held| held.delegated_from) {
                Some((owner, _)) if actor == Actor::Person(owner) => (Action::Delegate, Place::Person(owner)),
                _ => (Action::GrantRole, Place::Force),
            }
        }
        Command::Note(_) => (Action::RecordAudit, Place::Force),
    }
}

/// The validity of a grant as a span, for the screens.
pub fn validity(grant: &Grant) -> Span {
    Span::new(grant.from, grant.until.unwrap_or(At::from_millis(i64::MAX)))
}
