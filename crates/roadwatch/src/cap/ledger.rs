//! What is in force: alerts through update, cancellation, expiry and vanishing.
//!
//! The ledger is a set. Whatever is put in — messages, sightings in feeds, choices between conflicting versions — only
//! adds to it, and every answer is computed from the whole set and a clock. So the order of arrival cannot matter: an
//! early cancellation waits as a tombstone, a late original finds its update already there.
//!
//! ```
//! use roadwatch::cap::{Ledger, Options, Policy, State, read};
//! use roadwatch::time::Moment;
//!
//! let message = |id: &str, kind: &str, references: &str| format!(
//!     "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'><identifier>{id}</identifier><sender>cma</sender>\
//!      <sent>2026-02-14T18:00:0{id}+08:00</sent><status>Actual</status><msgType>{kind}</msgType><scope>Public</scope>\
//!      <references>{references}</references></alert>");
//! let mut ledger = Ledger::new(Policy::default());
//! for text in [message("2", "Cancel", "cma,1,2026-02-14T18:00:01+08:00"), message("1", "Alert", "")] {
//!     ledger.receive(read(text.as_bytes(), &Options::default()).usable().next().expect("an alert").clone());
//! }
//! let now = Moment::parse("2026-02-14T19:00:00+08:00").expect("a time");
//! let first = ledger.tracked().find(|t| t.alert.key.identifier == "1").expect("it was received");
//! assert!(matches!(ledger.state(&first.alert.key, now), Some(State::Cancelled { .. })));
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::key::Key;
use super::model::{Alert, MsgType, Status};
use super::write::digest;
use crate::time::Moment;

/// How long an alert without `expires` is believed: a day, after which most issuers have repeated themselves.
pub const DEFAULT_LIFE_SECONDS: i64 = 24 * 3_600;
/// Most polls remembered of a feed; policies may not wait for more.
pub const MAX_POLLS: usize = 16;

/// Who may act for whom, and what absence means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Sender → others who may update and cancel its alerts.
    pub delegates: BTreeMap<String, BTreeSet<String>>,
    /// Feed → its rule.
    pub feeds: BTreeMap<String, FeedPolicy>,
}

/// What to make of a feed's silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedPolicy {
    /// After how many polls without it an alert has vanished; `None`: absence says nothing. At most [`MAX_POLLS`].
    pub vanished_after: Option<usize>,
    /// How long an alert without `expires` is believed, in seconds from its sending.
    pub life_seconds: i64,
}

impl Default for FeedPolicy {
    fn default() -> Self {
        FeedPolicy { vanished_after: None, life_seconds: DEFAULT_LIFE_SECONDS }
    }
}

/// Where an alert stands. Of these only `Active` may lead to proposals; the end of an alert lifts no measure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// In force.
    Active,
    /// Two messages with this key say different things; a person chooses.
    InConflict,
    /// Its time is over.
    Expired {
        /// When it ended.
        at: Moment,
    },
    /// Its feed no longer lists it.
    Vanished {
        /// The feed.
        feed: String,
    },
    /// A later message took its place.
    Superseded {
        /// That message.
        by: Key,
    },
    /// A later message took it back.
    Cancelled {
        /// That message.
        by: Key,
    },
    /// It never could be in force: an exercise, a test, a draft, an acknowledgement, a cancellation.
    NotInForce,
}

/// What became of a message that was put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It is new.
    New,
    /// It was there, word for word.
    Known,
    /// Its key was there with another content.
    Conflicts,
}

/// Two or more contents under one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict<'l> {
    /// The key.
    pub key: &'l Key,
    /// The versions, by digest.
    pub versions: &'l BTreeMap<[u8; 32], Alert>,
}

/// An alert in the ledger.
#[derive(Debug, Clone, Copy)]
pub struct Tracked<'l> {
    /// The alert; of a conflict the chosen version, else the one with the smallest digest.
    pub alert: &'l Alert,
    /// Its digest.
    pub digest: [u8; 32],
}

/// Alerts that are one thing to the people on the road: chained by references, or of one issuer, event and area and
/// overlapping in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode {
    /// Keys, in order of sending.
    pub keys: Vec<Key>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Slot {
    versions: BTreeMap<[u8; 32], Alert>,
    /// Choices made in a conflict; the latest holds, and of equals the greater digest.
    chosen: Option<(i64, [u8; 32])>,
    /// Feed → last poll that listed it.
    seen: BTreeMap<String, i64>,
}

/// Keys compare by instant here, whatever offset a message writes.
type Name = (String, String, i64);

fn name(key: &Key) -> Name {
    (key.sender.clone(), key.identifier.clone(), key.sent.seconds)
}

/// Everything received so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    policy: Policy,
    slots: BTreeMap<Name, Slot>,
    /// Referenced → referencing messages.
    referrers: BTreeMap<Name, BTreeSet<Name>>,
    /// Feed → its latest polls, in seconds.
    polls: BTreeMap<String, BTreeSet<i64>>,
}

impl Ledger {
    /// An empty ledger.
    pub fn new(policy: Policy) -> Self {
        Ledger { policy, ..Ledger::default() }
    }

    /// Puts a message in.
    pub fn receive(&mut self, alert: Alert) -> Received {
        let name = name(&alert.key);
        for reference in &alert.references {
            self.referrers.entry(self::name(&reference.0)).or_default().insert(name.clone());
        }
        let slot = self.slots.entry(name).or_default();
        let digest = digest(&alert);
        if slot.versions.contains_key(&digest) {
            return Received::Known;
        }
        slot.versions.insert(digest, alert);
        if slot.versions.len() > 1 { Received::Conflicts } else { Received::New }
    }

    /// Notes a complete poll of a feed and the alerts it listed.
    pub fn polled<'k>(&mut self, feed: &str, at: Moment, listed: impl IntoIterator<Item = &'k Key>) {
        let polls = self.polls.entry(feed.to_owned()).or_default();
        polls.insert(at.seconds);
        if polls.len() > MAX_POLLS {
            polls.pop_first();
        }
        for key in listed {
            let seen = self.slots.entry(name(key)).or_default().seen.entry(feed.to_owned()).or_insert(at.seconds);
            *seen = (*seen).max(at.seconds);
        }
    }

    /// A person's choice between conflicting versions, made at `at`.
    pub fn choose(&mut self, key: &Key, digest: [u8; 32], at: Moment) {
        let slot = self.slots.entry(name(key)).or_default();
        slot.chosen = slot.chosen.max(Some((at.seconds, digest)));
    }

    /// Every alert received.
    pub fn tracked(&self) -> impl Iterator<Item = Tracked<'_>> {
        self.slots.values().filter_map(Slot::current)
    }

    /// The alert with this key.
    pub fn get(&self, key: &Key) -> Option<Tracked<'_>> {
        self.slots.get(&name(key))?.current()
    }

    /// Keys whose versions contradict each other, chosen between or not.
    pub fn conflicts(&self) -> impl Iterator<Item = Conflict<'_>> {
        self.slots.values().filter(|s| s.versions.len() > 1).filter_map(|s| {
            let key = &s.versions.values().next()?.key;
            Some(Conflict { key, versions: &s.versions })
        })
    }

    /// Where the alert with this key stands at `now`; `None` if it was never received.
    pub fn state(&self, key: &Key, now: Moment) -> Option<State> {
        let name = name(key);
        let slot = self.slots.get(&name)?;
        let alert = slot.current()?.alert;
        if !alert.is_real() || !matches!(alert.msg_type, MsgType::Alert | MsgType::Update) {
            return Some(State::NotInForce);
        }
        if slot.is_open_conflict() {
            return Some(State::InConflict);
        }
        Some(self.ended_by(alert, &name).or_else(|| self.ran_out(alert, slot, now)).unwrap_or(State::Active))
    }

    /// The alerts in force at `now`.
    pub fn active(&self, now: Moment) -> impl Iterator<Item = Tracked<'_>> {
        self.tracked().filter(move |t| self.state(&t.alert.key, now) == Some(State::Active))
    }

    /// Messages that tried to update or cancel what is not theirs: (message, target).
    pub fn foreign(&self) -> impl Iterator<Item = (&Key, &Key)> {
        self.tracked().filter(|t| matches!(t.alert.msg_type, MsgType::Update | MsgType::Cancel)).flat_map(|t| {
            let from = &t.alert.key;
            let targets = t.alert.references.iter().map(|r| &r.0);
            targets.filter(|target| !self.may_act(&from.sender, &target.sender)).map(move |target| (from, target))
        })
    }

    fn may_act(&self, actor: &str, owner: &str) -> bool {
        actor == owner || self.policy.delegates.get(owner).is_some_and(|d| d.contains(actor))
    }

    /// The strongest effect of later messages: cancellation before update, the latest first.
    fn ended_by(&self, alert: &Alert, target: &Name) -> Option<State> {
        let mut cancel: Option<&Key> = None;
        let mut update: Option<&Key> = None;
        for referrer in self.referrers.get(target).into_iter().flatten() {
            let Some(slot) = self.slots.get(referrer) else { continue };
            let Some(by) = slot.current().map(|t| t.alert) else { continue };
            let names_it = by.references.iter().any(|r| r.names(&alert.key));
            let takes_effect = names_it
                && by.status == Status::Actual
                && referrer != target
                && !slot.is_open_conflict()
                && by.key.sent.seconds >= alert.key.sent.seconds
                // Two messages of one second that name each other would both vanish.
                && !alert.references.iter().any(|r| r.names(&by.key))
                && self.may_act(&by.key.sender, &alert.key.sender);
            if !takes_effect {
                continue;
            }
            let best = match by.msg_type {
                MsgType::Cancel => &mut cancel,
                MsgType::Update => &mut update,
                MsgType::Alert | MsgType::Ack | MsgType::Error => continue,
            };
            let order = |k: &Key| (k.sent.seconds, k.sender.clone(), k.identifier.clone());
            if best.is_none_or(|b| order(b) < order(&by.key)) {
                *best = Some(&by.key);
            }
        }
        let cancelled = cancel.map(|by| State::Cancelled { by: by.clone() });
        cancelled.or_else(|| update.map(|by| State::Superseded { by: by.clone() }))
    }

    fn ran_out(&self, alert: &Alert, slot: &Slot, now: Moment) -> Option<State> {
        let policies = || slot.seen.keys().map(|feed| (feed, self.policy.feeds.get(feed).copied().unwrap_or_default()));
        let at = alert.expires().unwrap_or_else(|| {
            // The most patient of the feeds that list it.
            let life = policies().map(|(_, p)| p.life_seconds).max().unwrap_or(DEFAULT_LIFE_SECONDS);
            alert.key.sent.plus(life)
        });
        if at.seconds <= now.seconds {
            return Some(State::Expired { at });
        }
        // Vanished only if every feed that ever listed it has dropped it; one whose absence says nothing keeps it.
        let mut gone = None;
        for (feed, policy) in policies() {
            let after = policy.vanished_after?.clamp(1, MAX_POLLS);
            let last = slot.seen.get(feed)?;
            let since = self.polls.get(feed).map_or(0, |p| p.range(last + 1..=now.seconds.max(*last + 1)).count());
            if since < after {
                return None;
            }
            gone = Some(State::Vanished { feed: feed.clone() });
        }
        gone
    }

    /// The alerts grouped into episodes, by the earliest message.
    pub fn episodes(&self) -> Vec<Episode> {
        super::episode::group(self.tracked().map(|t| t.alert).filter(|a| a.is_real()))
    }
}

impl Slot {
    fn current(&self) -> Option<Tracked<'_>> {
        let chosen = self.chosen.and_then(|(_, digest)| self.versions.get_key_value(&digest));
        chosen.or_else(|| self.versions.first_key_value()).map(|(digest, alert)| Tracked { alert, digest: *digest })
    }

    fn is_open_conflict(&self) -> bool {
        self.versions.len() > 1 && !self.chosen.is_some_and(|(_, d)| self.versions.contains_key(&d))
    }
}
