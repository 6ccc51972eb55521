//! Lookouts: between the board's changes and the live streams.
//!
//! It knows which fragments are watched and on which topics they rest, and from whose point of view each is rendered. People
//! with the same effective grants share a point of view and so a rendering; when anybody's grants change or run out, every
//! stream is given its points of view anew before the next frame.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use board::access::{Action, Place, permits};
use board::{Actor, At, Board, Event, PersonId, directive, task};
use live::{FragmentKey, Hub};
use sha2::{Digest, Sha256};

use crate::fragment::{Fragment, Topic, topics_of};
use crate::submit::Kept;

#[derive(Default)]
pub struct Lookout {
    hub: OnceLock<Hub>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    by_topic: HashMap<Topic, BTreeSet<Fragment>>,
    known: BTreeSet<Fragment>,
    /// Whose rights stand for all who share a digest.
    views: HashMap<u128, PersonId>,
    sessions: HashMap<u64, PersonId>,
    /// Up to when every grant has been looked at.
    checked: At,
}

impl Lookout {
    /// Joins the streams to the changes; called once.
    pub fn attach(&self, hub: Hub) {
        // A second hub would never be told anything; there is only one in a server.
        let _ = self.hub.set(hub);
    }

    /// # Panics
    /// If the hub was not attached, which is done before the server listens.
    pub fn hub(&self) -> &Hub {
        self.hub.get().expect("the hub is attached before the server listens")
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys under which a person's stream watches `fragments`, and those that are not open to them.
    pub fn keys(
        &self,
        board: &Board,
        person: PersonId,
        session: u64,
        fragments: &[Fragment],
        language: u8,
        now: At,
    ) -> (Vec<FragmentKey>, Vec<Arc<str>>) {
        let mut state = self.lock();
        state.sessions.insert(session, person);
        let mut keys = Vec::with_capacity(fragments.len());
        let mut refused = Vec::new();
        for fragment in fragments {
            if !may_watch(board, person, *fragment, now) {
                refused.push(fragment.to_string().into());
                continue;
            }
            if state.known.insert(*fragment) {
                for topic in fragment.topics() {
                    state.by_topic.entry(topic).or_default().insert(*fragment);
                }
            }
            let grants = digest(board, person, fragment.is_personal(), now);
            state.views.insert(grants, person);
            keys.push(FragmentKey { fragment: fragment.to_string().into(), grants, language });
        }
        (keys, refused)
    }

    /// Whose point of view a key is rendered from: `None` where the rights behind it are no longer what they were.
    pub fn viewer_of(&self, board: &Board, key: &FragmentKey, now: At) -> Option<(Fragment, PersonId)> {
        let fragment: Fragment = key.fragment.parse().ok()?;
        let person = *self.lock().views.get(&key.grants)?;
        let same =
            digest(board, person, fragment.is_personal(), now) == key.grants && may_watch(board, person, fragment, now);
        same.then_some((fragment, person))
    }

    /// Marks what a group of entries touched. Called on the writer's thread.
    pub fn changed(&self, board: &Board, kept: &[Kept]) {
        let Some(hub) = self.hub.get() else { return };
        // Alarms go at once; the rest is gathered.
        let (mut at_once, mut soon): (BTreeSet<Fragment>, BTreeSet<Fragment>) = Default::default();
        let (mut rights, mut erased) = (false, false);
        {
            let state = self.lock();
            for event in kept.iter().flat_map(|kept| kept.events.iter()) {
                rights |= matches!(
                    event,
                    Event::Access(board::access::Event::Granted { .. } | board::access::Event::Revoked { .. })
                        | Event::Force(_)
                );
                erased |= matches!(event, Event::Force(board::force::Event::PersonErased { .. }));
                for topic in topics_of(board, event) {
                    let urgent = topic == Topic::Alarms;
                    let marked = if urgent { &mut at_once } else { &mut soon };
                    marked.extend(state.by_topic.get(&topic).into_iter().flatten());
                }
            }
        }
        if !at_once.is_empty() {
            hub.dirty_now(ids(at_once.iter()).iter().map(String::as_str));
        }
        hub.dirty(ids(soon.difference(&at_once)).iter().map(String::as_str));
        if erased {
            // A name stands wherever its person has been: no rendering that still has it is sent again.
            self.everything();
        }
        if rights {
            self.revise(Arc::new(board.clone()), kept.last().map_or_else(At::default, |kept| kept.at));
        }
    }

    /// Looks whether a grant began or ran out since the last look. Called every second.
    pub fn pass_time(&self, board: &Board, now: At) {
        let since = std::mem::replace(&mut self.lock().checked, now);
        let moved = |at: At| since < at && at <= now;
        if board.access.holders().any(|(_, grant)| moved(grant.from) || grant.until.is_some_and(moved)) {
            self.revise(Arc::new(board.clone()), now);
        }
    }

    /// Everything that is watched is looked at again: the operation's clock was set, or words were erased.
    pub fn everything(&self) {
        let Some(hub) = self.hub.get() else { return };
        let ids: Vec<String> = self.lock().known.iter().map(Fragment::to_string).collect();
        hub.dirty(ids.iter().map(String::as_str));
    }

    /// A quarter of an hour has ended: lines grow, and *now* moves on.
    pub fn quarter(&self) {
        let Some(hub) = self.hub.get() else { return };
        let moves = |fragment: &&Fragment| matches!(fragment, Fragment::Figures(_) | Fragment::Night(_));
        let ids: Vec<String> = self.lock().known.iter().filter(moves).map(Fragment::to_string).collect();
        hub.dirty(ids.iter().map(String::as_str));
    }

    /// A minute has ended: what waits for a decision says for how long.
    pub fn minute(&self) {
        let Some(hub) = self.hub.get() else { return };
        let moves = |fragment: &&Fragment| matches!(fragment, Fragment::Roads(_) | Fragment::Section(_));
        let ids: Vec<String> = self.lock().known.iter().filter(moves).map(Fragment::to_string).collect();
        hub.dirty(ids.iter().map(String::as_str));
    }

    /// The session is over: its streams close at once.
    pub fn end(&self, session: u64) {
        self.lock().sessions.remove(&session);
        if let Some(hub) = self.hub.get() {
            hub.end(session);
        }
    }

    /// Closes every stream; pages come back by themselves and are asked who they are.
    pub fn end_all(&self) {
        let sessions: Vec<u64> = self.lock().sessions.drain().map(|(session, _)| session).collect();
        if let Some(hub) = self.hub.get() {
            sessions.into_iter().for_each(|session| hub.end(session));
        }
    }

    fn revise(&self, board: Arc<Board>, now: At) {
        let Some(hub) = self.hub.get() else { return };
        let mut state = self.lock();
        let sessions: Vec<(u64, PersonId)> =
            state.sessions.iter().map(|(session, person)| (*session, *person)).collect();
        state.views.clear();
        for (_, person) in &sessions {
            for personal in [false, true] {
                state.views.insert(digest(&board, *person, personal, now), *person);
            }
        }
        drop(state);
        for (session, person) in sessions {
            let board = Arc::clone(&board);
            hub.revise(session, move |key| {
                let fragment: Fragment = key.fragment.parse().ok()?;
                may_watch(&board, person, fragment, now).then(|| FragmentKey {
                    fragment: Arc::clone(&key.fragment),
                    grants: digest(&board, person, fragment.is_personal(), now),
                    language: key.language,
                })
            });
        }
    }
}

fn ids<'a>(fragments: impl Iterator<Item = &'a Fragment>) -> Vec<String> {
    fragments.map(Fragment::to_string).collect()
}

/// May this person watch this fragment at all? What it shows is filtered by the same rights again.
pub fn may_watch(board: &Board, person: PersonId, fragment: Fragment, now: At) -> bool {
    let may = |action, place| permits(board, Actor::Person(person), action, place, now).is_permitted();
    let operation = |id| board.operation(id).map_or(Place::Force, |found| Place::Unit(found.unit));
    match fragment {
        Fragment::Top(None) => true,
        Fragment::Top(Some(id))
        | Fragment::Figures(id)
        | Fragment::Units(id)
        | Fragment::Night(id)
        | Fragment::Operation(id) => may(Action::ViewOperation, operation(id)),
        Fragment::RollCalls(id) => may(Action::ViewOperation, operation(id)),
        Fragment::Log(unit) | Fragment::Watch(unit) | Fragment::Brief(unit) => {
            may(Action::ViewWatch, Place::Unit(unit))
        }
        Fragment::Posts { unit, .. } | Fragment::Strips { unit, .. } => may(Action::ViewPosts, Place::Unit(unit)),
        Fragment::Post { operation, post } => may(Action::ViewPosts, Place::Post(operation, post)),
        Fragment::Roster { operation, post } => may(Action::ViewRoster, Place::Post(operation, post)),
        Fragment::RosterDay { unit, .. } => may(Action::ViewRoster, Place::Unit(unit)),
        Fragment::Shift { operation: id, shift } => {
            let post = board.operation(id).and_then(|found| found.roster.shift(shift)).map(|found| found.post);
            post.is_some_and(|post| may(Action::ViewRoster, Place::Post(id, post)))
        }
        Fragment::Unit(unit) => may(Action::ViewPeople, Place::Unit(unit)),
        Fragment::Directives(unit) => may(Action::ViewDirective, Place::Unit(unit)),
        Fragment::Directive(id) | Fragment::Receipts(id) | Fragment::Trace(id) => {
            board.directives.get(id).is_some_and(|found| {
                may(Action::ViewDirective, directive::viewed_at(board, Actor::Person(person), found, now))
            })
        }
        Fragment::ReceiptsOf { directive, unit } => {
            may(Action::ViewDirective, Place::Unit(unit))
                && board
                    .directives
                    .get(directive)
                    .is_some_and(|found| directive::is_open_to(board, Actor::Person(person), found, now))
        }
        Fragment::Tasks(unit) => may(Action::ViewTask, Place::Unit(unit)),
        Fragment::Task(id) => {
            board.tasks.get(id).is_some_and(|found| task::is_open_to(board, Actor::Person(person), found, now))
        }
        Fragment::CallOut(id) => {
            board.call_outs.get(id).is_some_and(|found| may(Action::ViewRoster, Place::Unit(found.unit)))
        }
        Fragment::Roads(unit) => may(Action::ViewRoads, Place::Unit(unit)),
        Fragment::Section(id) => {
            board.sections.get(id).is_some_and(|found| may(Action::ViewRoads, Place::Unit(found.unit)))
        }
        Fragment::Warning(id) => {
            board.warnings.find(id).is_some_and(|found| may(Action::ViewRoads, Place::Unit(found.unit)))
        }
        Fragment::Mine(owner) | Fragment::NeedsMe(owner) => owner == person,
        Fragment::Notices { .. } => may(Action::OperateSystem, Place::Force),
        Fragment::AlarmStrip(unit) | Fragment::Alarms(unit) => may(Action::ViewAlarms, Place::Unit(unit)),
        Fragment::Alarm(id) => {
            let found = board.alarms.find(id);
            found.is_some_and(|alarm| may(Action::ViewAlarms, Place::Unit(alarm.cause.unit)))
        }
    }
}

/// Everything that a rendering depends on besides the board: the grants in force, the unit, and for what is personal the person.
fn digest(board: &Board, person: PersonId, personal: bool, now: At) -> u128 {
    let mut hash = Sha256::new();
    if personal {
        hash.update(person.value().to_be_bytes());
    }
    if let Some(unit) = board.force.serving(person).map(|found| found.unit) {
        hash.update(unit.value().to_be_bytes());
    }
    let mut grants: Vec<(u8, u64)> = board
        .access
        .grants_of(person)
        .iter()
        .filter(|grant| grant.in_force(now))
        .map(|grant| (grant.role as u8, grant.unit.value()))
        .collect();
    grants.sort_unstable();
    grants.dedup();
    for (role, unit) in grants {
        hash.update([role]);
        hash.update(unit.to_be_bytes());
    }
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    u128::from_be_bytes(bytes)
}
