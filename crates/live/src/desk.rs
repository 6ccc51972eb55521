//! The desk: who watches which keys, and the current frame of each. Pure; time, threads and sockets are elsewhere.
//!
//! Viewers who watch the same set form an audience. A key lives while an audience watches it, and so does its frame.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use smallvec::SmallVec;

use crate::frame::Frame;
use crate::{FragmentKey, STREAMS_PER_SESSION, Viewer};

pub(crate) type KeyId = u64;
pub(crate) type AudienceId = u64;
pub(crate) type ViewerId = u64;

#[derive(Default)]
pub(crate) struct Desk {
    next: u64,
    ids: HashMap<FragmentKey, KeyId>,
    keys: HashMap<KeyId, Key>,
    by_fragment: HashMap<Arc<str>, BTreeSet<KeyId>>,
    audience_ids: HashMap<Arc<[KeyId]>, AudienceId>,
    audiences: HashMap<AudienceId, Audience>,
    viewers: HashMap<ViewerId, Placed>,
    sessions: HashMap<u64, SmallVec<[ViewerId; 2]>>,
    dead: Vec<KeyId>,
}

struct Key {
    key: FragmentKey,
    audiences: BTreeSet<AudienceId>,
    frame: Option<Frame>,
}

struct Audience {
    keys: Arc<[KeyId]>,
    viewers: usize,
    /// The whole current view, joined; shared by all who come before the next change.
    view: Option<Bytes>,
}

struct Placed {
    session: u64,
    audience: AudienceId,
}

/// One audience's part of a tick: the new frames, and the same joined into the one block that is written.
pub(crate) struct Share {
    pub audience: AudienceId,
    pub frames: Vec<(KeyId, Bytes)>,
    pub joined: Bytes,
}

/// A viewer whose rights changed: out of the old audience, into the new one, with a first word of what is gone.
pub(crate) struct Moved {
    pub viewer: ViewerId,
    pub to: AudienceId,
    pub gone: Vec<Arc<str>>,
}

impl Desk {
    fn id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub fn viewers(&self) -> usize {
        self.viewers.len()
    }

    pub fn keys(&self) -> usize {
        self.keys.len()
    }

    pub fn audiences(&self) -> usize {
        self.audiences.len()
    }

    /// Places a viewer; also returns the viewers of the session that must give way.
    pub fn place(&mut self, viewer: &Viewer) -> (ViewerId, AudienceId, Vec<ViewerId>) {
        let audience = self.enter(&viewer.set);
        let id = self.id();
        self.viewers.insert(id, Placed { session: viewer.session, audience });
        let streams = self.sessions.entry(viewer.session).or_default();
        streams.push(id);
        let surplus = streams.len().saturating_sub(STREAMS_PER_SESSION);
        let oldest: Vec<_> = streams[..surplus].to_vec();
        oldest.iter().for_each(|&old| self.leave(old));
        (id, audience, oldest)
    }

    /// The viewer is gone; keys that nobody watches any more go too.
    pub fn leave(&mut self, viewer: ViewerId) {
        let Some(placed) = self.viewers.remove(&viewer) else { return };
        if let Some(streams) = self.sessions.get_mut(&placed.session) {
            streams.retain(|id| *id != viewer);
            if streams.is_empty() {
                self.sessions.remove(&placed.session);
            }
        }
        self.exit(placed.audience);
    }

    /// Every stream of a session leaves.
    pub fn end(&mut self, session: u64) -> Vec<ViewerId> {
        let streams = self.sessions.get(&session).map(|streams| streams.to_vec()).unwrap_or_default();
        streams.iter().for_each(|&viewer| self.leave(viewer));
        streams
    }

    /// Gives every stream of a session its new keys. Streams whose set stays the same are not touched.
    pub fn revise(&mut self, session: u64, change: &dyn Fn(&FragmentKey) -> Option<FragmentKey>) -> Vec<Moved> {
        let streams = self.sessions.get(&session).map(|streams| streams.to_vec()).unwrap_or_default();
        let mut moved = Vec::new();
        for viewer in streams {
            let old = self.viewers[&viewer].audience;
            let before: Vec<FragmentKey> =
                self.audiences[&old].keys.iter().map(|id| self.keys[id].key.clone()).collect();
            let after: Vec<FragmentKey> = before.iter().filter_map(change).collect();
            if before == after {
                continue;
            }
            let kept: HashSet<_> = after.iter().map(|key| key.fragment.clone()).collect();
            let gone: BTreeSet<_> =
                before.into_iter().map(|key| key.fragment).filter(|fragment| !kept.contains(fragment)).collect();
            // Enter before exit, so that a key which stays keeps its frame.
            let to = self.enter(&after);
            self.exit(old);
            self.viewers.get_mut(&viewer).expect("listed in its session").audience = to;
            moved.push(Moved { viewer, to, gone: gone.into_iter().collect() });
        }
        moved
    }

    fn enter(&mut self, set: &[FragmentKey]) -> AudienceId {
        let mut ids: Vec<KeyId> = set.iter().map(|key| self.key(key)).collect();
        ids.sort_unstable();
        ids.dedup();
        if let Some(&known) = self.audience_ids.get(ids.as_slice()) {
            self.audiences.get_mut(&known).expect("named by its set").viewers += 1;
            return known;
        }
        let id = self.id();
        let keys: Arc<[KeyId]> = ids.into();
        for key in &*keys {
            self.keys.get_mut(key).expect("made above").audiences.insert(id);
        }
        self.audience_ids.insert(keys.clone(), id);
        self.audiences.insert(id, Audience { keys, viewers: 1, view: None });
        id
    }

    fn key(&mut self, key: &FragmentKey) -> KeyId {
        if let Some(&id) = self.ids.get(key) {
            return id;
        }
        let id = self.id();
        self.ids.insert(key.clone(), id);
        self.keys.insert(id, Key { key: key.clone(), audiences: BTreeSet::new(), frame: None });
        self.by_fragment.entry(key.fragment.clone()).or_default().insert(id);
        id
    }

    fn exit(&mut self, audience: AudienceId) {
        let Some(known) = self.audiences.get_mut(&audience) else { return };
        known.viewers -= 1;
        if known.viewers > 0 {
            return;
        }
        let keys = known.keys.clone();
        self.audiences.remove(&audience);
        self.audience_ids.remove(&keys);
        for id in &*keys {
            let Some(key) = self.keys.get_mut(id) else { continue };
            key.audiences.remove(&audience);
            if key.audiences.is_empty() {
                let key = self.keys.remove(id).expect("found above").key;
                self.ids.remove(&key);
                if let Some(ids) = self.by_fragment.get_mut(&key.fragment) {
                    ids.remove(id);
                    if ids.is_empty() {
                        self.by_fragment.remove(&key.fragment);
                    }
                }
                self.dead.push(*id);
            }
        }
    }

    /// Keys that nobody watches any more, since the last call.
    pub fn dead(&mut self) -> Vec<KeyId> {
        std::mem::take(&mut self.dead)
    }

    /// What must be rendered: watched keys of the dirty fragments, and watched keys that have no frame yet. Each once, in a stable order.
    pub fn wanted<'a>(
        &self,
        dirty: impl IntoIterator<Item = &'a Arc<str>>,
        arrived: &[AudienceId],
    ) -> Vec<(KeyId, FragmentKey)> {
        let mut ids = BTreeSet::new();
        for fragment in dirty {
            ids.extend(self.by_fragment.get(fragment).into_iter().flatten());
        }
        for audience in arrived {
            let keys = self.audiences.get(audience).map(|audience| &*audience.keys).unwrap_or_default();
            ids.extend(keys.iter().filter(|id| self.keys[id].frame.is_none()));
        }
        ids.into_iter().map(|id| (id, self.keys[&id].key.clone())).collect()
    }

    /// Takes what was rendered (`None`: the fragment is gone) and returns each audience's share of what is new.
    pub fn take(&mut self, tick: u64, at: &Bytes, rendered: Vec<(KeyId, Option<String>)>) -> Vec<Share> {
        let mut shares: HashMap<AudienceId, Vec<(KeyId, Bytes)>> = HashMap::new();
        for (id, html) in rendered {
            let Some(key) = self.keys.get_mut(&id) else { continue };
            let frame = match html {
                Some(html) => Frame::fragment(tick, &key.key.fragment, &html),
                None => Frame::gone(tick, &key.key.fragment),
            };
            if key.frame.as_ref().is_some_and(|last| last.same_payload(&frame)) {
                continue;
            }
            for &audience in &key.audiences {
                shares.entry(audience).or_default().push((id, frame.bytes.clone()));
            }
            key.frame = Some(frame);
        }
        let mut blocks: HashMap<Vec<KeyId>, Bytes> = HashMap::new();
        shares
            .into_iter()
            .map(|(audience, frames)| {
                self.audiences.get_mut(&audience).expect("watched").view = None;
                // Different audiences often have the same news; they share the block too.
                let news = frames.iter().map(|(id, _)| *id).collect();
                let joined =
                    blocks.entry(news).or_insert_with(|| join(at, frames.iter().map(|(_, bytes)| bytes))).clone();
                Share { audience, frames, joined }
            })
            .collect()
    }

    /// The current view of an audience, without what the viewer already has.
    pub fn view(&mut self, audience: AudienceId, at: &Bytes, have: &[(Arc<str>, u64)]) -> Bytes {
        let Some(known) = self.audiences.get_mut(&audience) else { return Bytes::new() };
        if have.is_empty()
            && let Some(view) = &known.view
        {
            return view.clone();
        }
        let frames = known.keys.iter().filter_map(|id| {
            let key = self.keys.get(id)?;
            let frame = key.frame.as_ref()?;
            let has = have.iter().any(|(fragment, version)| *fragment == key.key.fragment && *version == frame.version);
            (!has).then_some(&frame.bytes)
        });
        let view = join(at, frames);
        if have.is_empty() {
            known.view = Some(view.clone());
        }
        view
    }
}

fn join<'a>(at: &Bytes, frames: impl Iterator<Item = &'a Bytes>) -> Bytes {
    let mut joined = BytesMut::from(&**at);
    frames.for_each(|frame| joined.extend_from_slice(frame));
    joined.freeze()
}
