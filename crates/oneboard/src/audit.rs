//! The audit: sign-ins and refusals, gathered for a moment and then noted in the journal like everything else.
//!
//! Whoever tries ten thousand passwords writes one line with a count, not ten thousand entries: what is the same within
//! [`GATHERED`] is counted, and a flood beyond [`MOST_KINDS`] different things is counted as one. Nothing here changes what a
//! duty officer sees.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use board::access::{Action, Audit, Denial, Event as Change};
use board::{Actor, At, Command, Event, PersonId, UnitId};
use journal::Reading;
use uuid::Uuid;

use crate::app::WeakApp;
use crate::submit::{Body, Submission, Unsubmitted};

/// How long the same thing is counted before it is noted: short enough that an administrator sees an attack while it goes on.
pub const GATHERED: Duration = Duration::from_secs(5);
/// Different things counted at once; one more is counted as a refused sign-in of nobody known.
pub const MOST_KINDS: usize = 512;
/// Entries of one page.
pub const PAGE: usize = 100;

/// Something to note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seen {
    SignedIn(PersonId),
    SignedOut(PersonId),
    Enrolled(PersonId),
    SignInRefused,
    Denied(PersonId, Action, Option<UnitId>),
    LinkIssued { person: PersonId, by: PersonId },
    FactorsRevoked { person: PersonId, by: PersonId },
    PasskeyAdded(PersonId),
    PasskeyRemoved(PersonId),
}

/// What has been seen and is not yet noted.
#[derive(Debug, Default)]
pub struct Audits {
    seen: Mutex<BTreeMap<Seen, u32>>,
}

impl Audits {
    pub fn see(&self, seen: Seen) {
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = if all.len() >= MOST_KINDS && !all.contains_key(&seen) { Seen::SignInRefused } else { seen };
        let count = all.entry(seen).or_insert(0);
        *count = count.saturating_add(1);
    }

    pub fn deny(&self, person: PersonId, denial: &Denial) {
        let (action, unit) = match denial {
            Denial::NoRole { action, unit } | Denial::OutOfReach { action, unit, .. } => (*action, Some(*unit)),
            Denial::Expired { action, held, .. } => (*action, Some(*held)),
            Denial::NotOnTheBoard { action } => (*action, None),
        };
        self.see(Seen::Denied(person, action, unit));
    }

    fn take(&self) -> BTreeMap<Seen, u32> {
        std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What could not be noted is counted again.
    fn put_back(&self, rest: impl Iterator<Item = (Seen, u32)>) {
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for (seen, count) in rest {
            let held = all.entry(seen).or_insert(0);
            *held = held.saturating_add(count);
        }
    }
}

const fn note(seen: Seen, count: u32) -> Audit {
    match seen {
        Seen::SignedIn(person) => Audit::SignedIn { person },
        Seen::SignedOut(person) => Audit::SignedOut { person },
        Seen::Enrolled(person) => Audit::Enrolled { person },
        Seen::SignInRefused => Audit::SignInsRefused { person: None, count },
        Seen::Denied(person, action, unit) => Audit::Denied { person, action, unit, count },
        Seen::LinkIssued { person, by } => Audit::LinkIssued { person, by },
        Seen::FactorsRevoked { person, by } => Audit::FactorsRevoked { person, by },
        Seen::PasskeyAdded(person) => Audit::PasskeyAdded { person },
        Seen::PasskeyRemoved(person) => Audit::PasskeyRemoved { person },
    }
}

/// Notes what is seen, until the app is gone.
pub async fn keep_noting(app: WeakApp) {
    loop {
        tokio::time::sleep(GATHERED).await;
        let Some(app) = app.upgrade() else { return };
        if let Err(fault) = note_seen(&app).await {
            tracing::warn!(%fault, "the audit could not be noted; it is tried again");
        }
    }
}

/// Notes everything seen so far.
///
/// # Errors
/// [`Unsubmitted`]; what was not noted is kept for the next time.
pub async fn note_seen(app: &crate::app::App) -> Result<(), Unsubmitted> {
    let mut waiting = app.shell.audits.take().into_iter();
    while let Some((seen, count)) = waiting.next() {
        let command = Command::Access(board::access::Command::Note(note(seen, count)));
        let submission = Submission { actor: Actor::Clock, id: Uuid::now_v7(), command, texts: Vec::new() };
        if let Err(fault) = app.submit.submit(submission).await {
            app.shell.audits.put_back([(seen, count)].into_iter().chain(waiting));
            return Err(fault);
        }
    }
    Ok(())
}

/// An entry of the journal that is about access.
#[derive(Clone, Debug)]
pub struct Noted {
    pub position: u64,
    pub at: At,
    pub by: Actor,
    pub events: Vec<Change>,
}

/// The latest entries about access below position `before`, the newest first.
///
/// # Errors
/// In words, where the journal cannot be read.
pub fn read(reader: &mut dyn Reading, before: Option<u64>) -> Result<Vec<Noted>, String> {
    let (kind, id) = board::Subject::Audit.key();
    let positions =
        reader.by_subject(journal::Subject { kind, id }, before, PAGE).map_err(|fault| fault.to_string())?;
    let mut noted = Vec::with_capacity(positions.len());
    for position in positions {
        for entry in reader.read(position, 1).map_err(|fault| fault.to_string())? {
            let body: Body = serde_json::from_slice(&entry.body).map_err(|fault| fault.to_string())?;
            let events = body.events.into_iter().filter_map(|event| match event {
                Event::Access(event) => Some(event),
                _ => None,
            });
            noted.push(Noted { position, at: At::from_millis(entry.at), by: body.by, events: events.collect() });
        }
    }
    Ok(noted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_counted_and_a_flood_is_bounded() {
        let audits = Audits::default();
        for _ in 0..1000 {
            audits.see(Seen::SignInRefused);
        }
        for number in 0..5000 {
            audits.see(Seen::Denied(PersonId::from_value(number), Action::ViewPosts, None));
        }
        let seen = audits.take();
        assert_eq!(seen.len(), MOST_KINDS);
        assert_eq!(seen.values().sum::<u32>(), 6000, "nothing is lost from the count");
        assert!(audits.take().is_empty());
    }
}
