//! Who gets which packets of one meeting: pure, without sockets and without a clock of its own.
//!
//! A receiver negotiates its slots once. Grants, routes and pages only change what feeds a slot, so a change of floor costs
//! no renegotiation: a key frame is asked for, the old picture stays until it comes, and the numbers go on unbroken.
//!
//! # Invariants
//! - A packet of a feed without a grant goes to nobody. The sender is not asked to be silent; it is not sent on.
//! - A receiver never gets its own feed.
//! - A picture slot changes its feed only with the first packet of a key frame.
//! - Sequence numbers of a slot are never used twice.

pub mod allocate;
mod receiver;
mod rewrite;
#[cfg(test)]
mod tests;
mod track;

use crate::limits::AUDIO_SLOTS;
use crate::media::{Feed, Layer, Packet, PeerId, Place, Send, Source};
pub use receiver::Choice;
use receiver::{Receiver, Took};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use track::Track;

/// What the plane asks of the connections, or has to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The sender should begin this layer anew.
    AskKeyFrame { feed: Feed, layer: Layer },
    /// What this receiver would take, bit/s: worth probing for.
    Desire { peer: PeerId, rate: u64 },
    /// The receiver's link carries sound only, or pictures again.
    AudioOnly { peer: PeerId, on: bool },
    /// Layers of a feed that somebody watches, from low to high; the others may rest.
    Demand { feed: Feed, layers: [bool; 3] },
    /// The first picture of a feed went out to a slot, so long after it was routed there.
    Shown { peer: PeerId, place: Place, feed: Feed, after: Duration },
}

/// The forwarding of one meeting.
#[derive(Debug, Default)]
pub struct ForwardPlane {
    tracks: BTreeMap<Feed, Track>,
    receivers: BTreeMap<PeerId, Receiver>,
    routes: BTreeMap<Place, Feed>,
    /// Microphones with a grant, in the order of their grants.
    speakers: Vec<Feed>,
    effects: Vec<Effect>,
    without_grant: u64,
}

impl ForwardPlane {
    /// A receiver with the slots it has negotiated, in their order. Everything it may see comes to it at once.
    pub fn arrive(&mut self, peer: PeerId, places: &[Place], now: Instant) {
        self.receivers.insert(peer, Receiver::new(places));
        self.settle(now);
    }

    /// Takes a connection out, with what it sent and all grants.
    pub fn depart(&mut self, peer: PeerId, now: Instant) {
        self.receivers.remove(&peer);
        self.tracks.retain(|feed, _| feed.peer != peer);
        self.speakers.retain(|feed| feed.peer != peer);
        self.settle(now);
    }

    pub fn is_empty(&self) -> bool {
        self.receivers.is_empty() && self.tracks.is_empty()
    }

    /// Lets a feed through, or stops it. Stopping takes effect with the next packet.
    pub fn grant(&mut self, feed: Feed, granted: bool, now: Instant) {
        self.tracks.entry(feed).or_default().granted = granted;
        self.speakers.retain(|speaker| *speaker != feed);
        if granted && feed.source == Source::Microphone {
            self.speakers.push(feed);
        }
        self.settle(now);
    }

    /// Whether media of a feed goes out.
    pub fn granted(&self, feed: Feed) -> bool {
        self.tracks.get(&feed).is_some_and(|track| track.granted)
    }

    /// Keeps the low layer of a feed coming, and asks for its key frame now: it may be put on the stage next.
    pub fn prepare(&mut self, feed: Feed, prepared: bool, now: Instant) {
        self.tracks.entry(feed).or_default().prepared = prepared;
        if prepared {
            for layer in Layer::ALL {
                self.ask_key_frame(feed, layer, now);
            }
        }
        self.settle(now);
    }

    /// What the whole meeting sees in a place. Sound is not routed: who has a grant is heard.
    pub fn route(&mut self, place: Place, feed: Option<Feed>, now: Instant) {
        match feed {
            Some(feed) => self.routes.insert(place, feed),
            None => self.routes.remove(&place),
        };
        self.settle(now);
    }

    /// What one receiver sees in a place instead of what the meeting sees.
    pub fn choose(&mut self, peer: PeerId, place: Place, choice: Choice, now: Instant) {
        if let Some(receiver) = self.receivers.get_mut(&peer) {
            match choice {
                Choice::Meeting => receiver.own.remove(&place),
                Choice::Own(feed) => receiver.own.insert(place, feed),
            };
        }
        self.settle(now);
    }

    /// A new estimate of a receiver's link, bit/s.
    pub fn measured(&mut self, peer: PeerId, estimate: u64, now: Instant) {
        let Some(receiver) = self.receivers.get_mut(&peer) else { return };
        receiver.measured(estimate);
        self.allocate(peer, now);
    }

    /// A receiver lost its picture and asks for a whole one.
    pub fn picture_lost(&mut self, peer: PeerId, slot: usize, now: Instant) {
        let live = self.receivers.get(&peer).and_then(|receiver| receiver.slots.get(slot)?.live);
        if let Some(live) = live {
            self.ask_key_frame(live.feed, live.layer, now);
        }
    }

    /// Sends packets of one feed and layer on. `out` gets one entry per packet and slot, receiver after receiver.
    pub fn forward(&mut self, feed: Feed, layer: Layer, packets: &[Packet], out: &mut Vec<Send>) {
        let Some(track) = self.tracks.get_mut(&feed).filter(|track| track.granted) else {
            self.without_grant += packets.len() as u64;
            // It is counted all the same: a layer that arrives must be known when the grant comes.
            self.tracks.entry(feed).or_default().layers[layer.index()].count(packets);
            return;
        };
        track.layers[layer.index()].count(packets);
        for (peer, at) in &track.watchers {
            let slot = self.receivers.get_mut(peer).and_then(|receiver| receiver.slots.get_mut(*at));
            let Some(slot) = slot else { continue };
            for (packet, seen) in packets.iter().enumerate() {
                let took = slot.takes(feed, layer, seen);
                if took == Took::Stays {
                    continue;
                }
                if took == Took::Begins && !slot.is_audio() {
                    let since = slot.wanted_since.unwrap_or(seen.received);
                    let after = seen.received.saturating_duration_since(since);
                    self.effects.push(Effect::Shown { peer: *peer, place: slot.place, feed, after });
                }
                if let Some((sequence, timestamp, numbers)) = slot.rewriter.rewrite(seen) {
                    out.push(Send { to: *peer, slot: *at, packet, sequence, timestamp, numbers });
                }
            }
        }
    }

    /// Reads rates, allocates layers and asks again for key frames that have not come. Called every [`crate::limits::TICK`].
    pub fn tick(&mut self, now: Instant) {
        let peers: Vec<PeerId> = self.receivers.keys().copied().collect();
        for peer in peers {
            self.allocate(peer, now);
        }
        self.demand();
    }

    /// What was asked since the last call.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Packets that were not sent on because their feed has no grant.
    pub fn without_grant(&self) -> u64 {
        self.without_grant
    }

    /// Feeds that are being sent now, granted or not.
    pub fn active(&self, now: Instant) -> impl Iterator<Item = Feed> + '_ {
        self.tracks.iter().filter(move |(_, track)| track.active(now)).map(|(feed, _)| *feed)
    }

    /// Directs every slot anew, then writes down who watches what.
    fn settle(&mut self, now: Instant) {
        let heard = |peer: PeerId| -> Vec<Feed> {
            self.speakers.iter().copied().filter(|feed| feed.peer != peer).take(AUDIO_SLOTS).collect()
        };
        for (peer, receiver) in &mut self.receivers {
            receiver.hear(&heard(*peer), now);
            for slot in receiver.slots.iter_mut().filter(|slot| !slot.is_audio()) {
                let own = receiver.own.get(&slot.place).copied();
                let feed = own.unwrap_or_else(|| self.routes.get(&slot.place).copied());
                slot.want(feed.filter(|feed| feed.peer != *peer), now);
                let granted = |feed: &Feed| self.tracks.get(feed).is_some_and(|track| track.granted);
                if slot.live.is_some_and(|live| !granted(&live.feed)) {
                    slot.live = None;
                }
            }
        }
        let peers: Vec<PeerId> = self.receivers.keys().copied().collect();
        for peer in peers {
            self.allocate(peer, now);
        }
        self.watch();
        self.demand();
    }

    fn watch(&mut self) {
        for track in self.tracks.values_mut() {
            track.watchers.clear();
        }
        for (peer, receiver) in &self.receivers {
            for (at, slot) in receiver.slots.iter().enumerate() {
                let live = slot.live.map(|live| live.feed);
                for feed in [slot.wanted, live.filter(|feed| Some(*feed) != slot.wanted)].into_iter().flatten() {
                    if let Some(track) = self.tracks.get_mut(&feed) {
                        track.watchers.push((*peer, at));
                    }
                }
            }
        }
    }

    fn allocate(&mut self, peer: PeerId, now: Instant) {
        let Some(receiver) = self.receivers.get_mut(&peer) else { return };
        let change = receiver.allocate(&self.tracks, now);
        self.effects.extend(change.desired.map(|rate| Effect::Desire { peer, rate }));
        self.effects.extend(change.audio_only.map(|on| Effect::AudioOnly { peer, on }));
        let waits = receiver.slots.iter().filter(|slot| !slot.is_audio() && !slot.settled());
        let asked = waits.filter_map(|slot| Some((slot, slot.wanted?))).flat_map(|(slot, feed)| {
            Layer::ALL.into_iter().filter(|layer| slot.asks_for(*layer)).map(move |layer| (feed, layer))
        });
        let asked: Vec<(Feed, Layer)> = asked.collect();
        for (feed, layer) in asked {
            self.ask_key_frame(feed, layer, now);
        }
    }

    fn ask_key_frame(&mut self, feed: Feed, layer: Layer, now: Instant) {
        let stream = self.tracks.get_mut(&feed).map(|track| &mut track.layers[layer.index()]);
        if stream.is_some_and(|stream| stream.active(now) && stream.may_ask_key(now)) {
            self.effects.push(Effect::AskKeyFrame { feed, layer });
        }
    }

    /// Tells which layers are watched, where that has changed. A layer that rests could not be chosen, so the one above what
    /// is shown stays on where a stage could still use it.
    fn demand(&mut self) {
        let mut wanted: BTreeMap<Feed, [bool; 3]> = BTreeMap::new();
        for slot in self.receivers.values().filter(|receiver| !receiver.audio_only).flat_map(|receiver| &receiver.slots)
        {
            let Some(feed) = slot.wanted else { continue };
            let layers = wanted.entry(feed).or_default();
            match slot.place {
                Place::Stage | Place::Screen => *layers = [true; 3],
                Place::Thumbnail(_) | Place::Audio(_) => layers[Layer::Low.index()] = true,
            }
        }
        for (feed, track) in &mut self.tracks {
            let mut layers = wanted.get(feed).copied().filter(|_| track.granted).unwrap_or_default();
            layers[Layer::Low.index()] |= track.prepared;
            if feed.source != Source::Microphone && track.asked != Some(layers) {
                track.asked = Some(layers);
                self.effects.push(Effect::Demand { feed: *feed, layers });
            }
        }
    }
}
