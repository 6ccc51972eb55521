//! One receiver: its slots, what each waits for and shows, and how its link decides.

use super::allocate::{self, Want};
use super::rewrite::Rewriter;
use super::track::Track;
use crate::limits::{
    AUDIO_ONLY_BELOW, FIRST_ESTIMATE, PICTURES_FROM, UPGRADE_AFTER, UPGRADE_AFTER_AT_MOST, UPGRADE_HELD,
};
use crate::media::{Feed, Layer, Packet, Place, Source};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// One place a receiver has negotiated.
#[derive(Debug)]
pub struct Slot {
    pub place: Place,
    /// What it should show.
    pub wanted: Option<Feed>,
    pub wanted_since: Option<Instant>,
    /// The layer its link allows; nothing while it must wait. Sound has no layers and is always allowed.
    pub target: Option<Layer>,
    /// What it shows. It goes on until the wanted one has a key frame.
    pub live: Option<Live>,
    /// Its picture was taken away for want of bits; it comes back like an improvement, not at once.
    lost: bool,
    pub rewriter: Rewriter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Live {
    pub feed: Feed,
    pub layer: Layer,
    /// The sender's stream number.
    pub stream: u32,
}

impl Slot {
    fn new(place: Place) -> Self {
        Self {
            place,
            wanted: None,
            wanted_since: None,
            target: None,
            live: None,
            lost: false,
            rewriter: Rewriter::default(),
        }
    }

    pub fn is_audio(&self) -> bool {
        matches!(self.place, Place::Audio(_))
    }

    /// Shows what it should, in the layer it should.
    pub fn settled(&self) -> bool {
        match (self.wanted, self.live) {
            (Some(wanted), Some(live)) => live.feed == wanted && (self.is_audio() || Some(live.layer) == self.target),
            (None, None) => true,
            // Sound begins with the next packet; a picture that the link does not allow waits for nothing.
            (Some(_), None) => self.is_audio() || self.target.is_none(),
            (None, Some(_)) => false,
        }
    }

    /// Directs the slot to something else. Nothing wanted shows nothing at once.
    pub fn want(&mut self, feed: Option<Feed>, now: Instant) {
        if self.wanted == feed {
            return;
        }
        self.wanted = feed;
        self.wanted_since = feed.map(|_| now);
        self.target = None;
        self.lost = false;
        if feed.is_none() {
            self.live = None;
        }
    }

    /// Whether a key frame of this layer of the wanted feed would be shown. While another feed is on, any layer up to the
    /// target will do: a small picture now is better than a large one later.
    pub fn asks_for(&self, layer: Layer) -> bool {
        let other = self.live.is_none_or(|live| Some(live.feed) != self.wanted);
        self.target == Some(layer) || (other && self.target.is_some_and(|target| layer < target))
    }

    /// Whether a packet of this feed and layer goes out here; switches when it is the first of what was waited for.
    pub fn takes(&mut self, feed: Feed, layer: Layer, packet: &Packet) -> Took {
        let this = Live { feed, layer, stream: packet.stream };
        if self.live == Some(this) {
            return Took::Goes;
        }
        let other = self.live.is_none_or(|live| live.feed != feed);
        let due = self.wanted == Some(feed) && (self.is_audio() || self.asks_for(layer));
        if !due || !(self.is_audio() || packet.starts_key_frame) {
            return Took::Stays;
        }
        self.live = Some(this);
        self.rewriter.switch(packet);
        if other { Took::Begins } else { Took::Goes }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Took {
    /// Not for this slot, or not yet.
    Stays,
    Goes,
    /// The first of a new feed.
    Begins,
}

/// What a receiver should get in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// What the whole meeting sees there.
    Meeting,
    /// Something of its own, or nothing.
    Own(Option<Feed>),
}

/// What an allocation has changed for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// It went over to sound only, or back.
    pub audio_only: Option<bool>,
    /// What probing should look for, bit/s.
    pub desired: Option<u64>,
}

#[derive(Debug)]
pub struct Receiver {
    pub slots: Vec<Slot>,
    pub own: BTreeMap<Place, Option<Feed>>,
    /// Pictures are wanted and sent, and the link carries none of them.
    pub audio_only: bool,
    /// The estimate is too low for any picture.
    starved: bool,
    estimate: u64,
    affordable_since: Option<Instant>,
    upgraded: Option<Instant>,
    upgrade_after: Duration,
    desired: u64,
}

impl Receiver {
    pub fn new(places: &[Place]) -> Self {
        Self {
            slots: places.iter().copied().map(Slot::new).collect(),
            own: BTreeMap::new(),
            audio_only: false,
            starved: false,
            estimate: FIRST_ESTIMATE,
            affordable_since: None,
            upgraded: None,
            upgrade_after: UPGRADE_AFTER,
            desired: 0,
        }
    }

    /// Takes a new estimate of the link.
    pub fn measured(&mut self, estimate: u64) {
        self.estimate = estimate;
        self.starved = estimate < if self.starved { PICTURES_FROM } else { AUDIO_ONLY_BELOW };
    }

    /// Chooses layers anew: losses and first choices at once, improvements when they have been affordable for a while.
    pub fn allocate(&mut self, tracks: &BTreeMap<Feed, Track>, now: Instant) -> Change {
        let sounds = self.slots.iter().filter(|slot| slot.is_audio() && slot.wanted.is_some()).count();
        let pictures: Vec<usize> = (0..self.slots.len()).filter(|at| !self.slots[*at].is_audio()).collect();
        let want = |at: &usize| {
            let slot = &self.slots[*at];
            let track = slot.wanted.and_then(|feed| tracks.get(&feed)).filter(|track| track.granted);
            Want { place: slot.place, rates: track.map_or([None; 3], |track| track.rates(now)) }
        };
        let wants: Vec<Want> = pictures.iter().map(want).collect();
        let estimate = if self.starved { 0 } else { self.estimate };
        let keep = allocate::allocate(estimate, sounds, &wants);
        // An improvement needs room to spare, or it would be taken back at the next estimate.
        let raise = allocate::allocate(estimate - estimate / 8, sounds, &wants);
        let may_raise = self.may_raise(pictures.iter().zip(&raise).any(|(at, to)| self.is_raise(*at, *to)), now);
        for (((at, want), keep), raise) in pictures.iter().zip(&wants).zip(keep).zip(raise) {
            let target = self.slots[*at].target;
            if keep < target {
                self.lowered(now);
                self.slots[*at].target = keep;
            } else if raise > target && (may_raise || !self.is_raise(*at, raise)) {
                if may_raise && self.is_raise(*at, raise) {
                    self.upgraded = Some(now);
                }
                self.slots[*at].target = raise;
                self.slots[*at].lost = false;
            }
            // Sent, and too much for the link: it stops at once, and with it what was shown until it came.
            if want.is_sent() && self.slots[*at].target.is_none() {
                self.slots[*at].lost = true;
                self.slots[*at].live = None;
            }
        }
        let sent = wants.iter().any(Want::is_sent);
        let dark = pictures.iter().all(|at| self.slots[*at].target.is_none());
        let audio_only = if sent { dark } else { self.audio_only && !pictures.is_empty() };
        let changed = audio_only != self.audio_only;
        self.audio_only = audio_only;
        // On sound alone, probing for more than the way back to pictures would only cost sound.
        let best = allocate::best(sounds, &wants);
        let desired = if audio_only { best.min(PICTURES_FROM * 2) } else { best };
        let probe = desired.abs_diff(self.desired) > self.desired / 8;
        if probe {
            self.desired = desired;
        }
        Change { audio_only: changed.then_some(audio_only), desired: probe.then_some(desired) }
    }

    /// Better than what is shown of the same feed. The first layer of another feed is no improvement but the picture itself.
    fn is_raise(&self, at: usize, to: Option<Layer>) -> bool {
        let slot = &self.slots[at];
        to > slot.target && (slot.target.is_some() || slot.lost)
    }

    fn may_raise(&mut self, possible: bool, now: Instant) -> bool {
        if !possible {
            self.affordable_since = None;
            return false;
        }
        let since = *self.affordable_since.get_or_insert(now);
        let held = now.saturating_duration_since(since) >= self.upgrade_after;
        if held {
            self.affordable_since = None;
        }
        held
    }

    /// A loss soon after an improvement: the next improvement waits twice as long.
    fn lowered(&mut self, now: Instant) {
        let Some(upgraded) = self.upgraded.take() else { return };
        self.upgrade_after = if now.saturating_duration_since(upgraded) < UPGRADE_HELD {
            (self.upgrade_after * 2).min(UPGRADE_AFTER_AT_MOST)
        } else {
            UPGRADE_AFTER
        };
    }

    /// Puts those who may be heard into the sound slots: who is there keeps the place, who is new takes a free one.
    pub fn hear(&mut self, speakers: &[Feed], now: Instant) {
        for slot in self.slots.iter_mut().filter(|slot| slot.is_audio()) {
            if slot.wanted.is_some_and(|feed| !speakers.contains(&feed)) {
                slot.want(None, now);
            }
        }
        for speaker in speakers.iter().filter(|feed| feed.source == Source::Microphone) {
            if !self.slots.iter().any(|slot| slot.wanted == Some(*speaker))
                && let Some(free) = self.slots.iter_mut().find(|slot| slot.is_audio() && slot.wanted.is_none())
            {
                free.want(Some(*speaker), now);
            }
        }
    }
}
