//! A shard: a part of the viewers and the writing to them. It does what it is told, in order, on one thread.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use smallvec::SmallVec;

use crate::desk::{AudienceId, KeyId, Share, ViewerId};
use crate::sink::{Offered, Sink};
use crate::{Pulse, STUCK, frame};

pub(crate) enum Order {
    /// Place a viewer and write the current view.
    Seat {
        viewer: ViewerId,
        audience: AudienceId,
        sink: Sink,
        pulse: Pulse,
        view: Bytes,
    },
    /// Take viewers out before the tick that they must not see.
    Detach(Vec<ViewerId>),
    /// Put a detached viewer into another audience.
    Attach {
        viewer: ViewerId,
        audience: AudienceId,
        view: Bytes,
    },
    /// The session is over.
    End(Vec<ViewerId>),
    Tick(Arc<News>),
    /// A second has passed.
    Pulse {
        at: Bytes,
        heartbeat: bool,
    },
}

pub(crate) struct News {
    pub shares: Vec<Share>,
    /// Keys that nobody watches any more.
    pub dead: Vec<KeyId>,
}

#[derive(Default, Debug, Clone, Copy)]
pub(crate) struct Done {
    pub writes: u64,
    pub bytes: u64,
    pub behind: u64,
}

struct Chair {
    viewer: ViewerId,
    sink: Sink,
    pulse: Pulse,
    /// What is left of a block that did not fit, and since when.
    rest: Option<(Bytes, Instant)>,
    /// Fragments that changed meanwhile; they are sent as they are when the rest is out.
    missed: SmallVec<[KeyId; 4]>,
    /// Nothing was written since the last pulse, since the last heartbeat.
    quiet: bool,
    silent: bool,
}

#[derive(Default)]
pub(crate) struct Shard {
    audiences: HashMap<AudienceId, Vec<Chair>>,
    places: HashMap<ViewerId, AudienceId>,
    detached: HashMap<ViewerId, Chair>,
    /// The newest frame of each key that has changed.
    frames: HashMap<KeyId, Bytes>,
    departed: Vec<ViewerId>,
    behind: usize,
    done: Done,
}

impl Shard {
    pub fn handle(&mut self, order: Order, now: Instant) {
        match order {
            Order::Seat { viewer, audience, sink, pulse, view } => {
                let chair =
                    Chair { viewer, sink, pulse, rest: None, missed: SmallVec::new(), quiet: false, silent: false };
                self.put(chair, audience, &view, now);
            }
            Order::Detach(viewers) => {
                for viewer in viewers {
                    let Some(mut chair) = self.remove(viewer) else { continue };
                    // Something of the old rights is still on its way. It is not finished: the page connects again and takes the new view whole.
                    if chair.rest.is_some() || chair.sink.recall() {
                        self.departed.push(viewer);
                    } else {
                        self.detached.insert(viewer, chair);
                    }
                }
            }
            Order::Attach { viewer, audience, view } => {
                if let Some(mut chair) = self.detached.remove(&viewer) {
                    chair.missed.clear();
                    self.put(chair, audience, &view, now);
                }
            }
            Order::End(viewers) => {
                for viewer in viewers {
                    if let Some(chair) = self.remove(viewer) {
                        // After half a block a last word would be torn; the closed connection says enough.
                        match (&chair.rest, &chair.sink) {
                            (Some(_), Sink::Socket(_)) => drop(chair),
                            _ => chair.sink.close_with(&frame::END),
                        }
                    }
                }
            }
            Order::Tick(news) => self.tick(&news, now),
            Order::Pulse { at, heartbeat } => self.pulse(&at, heartbeat, now),
        }
    }

    /// Viewers found closed since the last call.
    pub fn departed(&mut self) -> Vec<ViewerId> {
        std::mem::take(&mut self.departed)
    }

    /// What was done since the last call.
    pub fn done(&mut self) -> Done {
        Done { behind: self.behind as u64, ..std::mem::take(&mut self.done) }
    }

    /// Somebody could not take everything: [`Self::retry`] soon.
    pub fn is_behind(&self) -> bool {
        self.behind > 0
    }

    fn put(&mut self, mut chair: Chair, audience: AudienceId, view: &Bytes, now: Instant) {
        if !write(&mut chair, view, now, &mut self.done) {
            self.departed.push(chair.viewer);
            return;
        }
        self.behind += usize::from(chair.rest.is_some());
        self.places.insert(chair.viewer, audience);
        self.audiences.entry(audience).or_default().push(chair);
    }

    fn remove(&mut self, viewer: ViewerId) -> Option<Chair> {
        if let Some(chair) = self.detached.remove(&viewer) {
            return Some(chair);
        }
        let audience = self.places.remove(&viewer)?;
        let chairs = self.audiences.get_mut(&audience)?;
        let chair = chairs.swap_remove(chairs.iter().position(|chair| chair.viewer == viewer)?);
        if chairs.is_empty() {
            self.audiences.remove(&audience);
        }
        self.behind -= usize::from(chair.rest.is_some());
        Some(chair)
    }

    fn tick(&mut self, news: &News, now: Instant) {
        for key in &news.dead {
            self.frames.remove(key);
        }
        for share in &news.shares {
            self.frames.extend(share.frames.iter().cloned());
        }
        for share in &news.shares {
            self.visit(Some(share.audience), |chair, frames, done| {
                for (key, _) in share.frames.iter().filter(|_| chair.rest.is_some()) {
                    if !chair.missed.contains(key) {
                        chair.missed.push(*key);
                    }
                }
                if chair.rest.is_some() {
                    catch_up(chair, frames, now, done)
                } else {
                    write(chair, &share.joined, now, done)
                }
            });
        }
    }

    fn pulse(&mut self, at: &Bytes, heartbeat: bool, now: Instant) {
        self.visit(None, |chair, frames, done| {
            let alive = if chair.rest.is_some() {
                catch_up(chair, frames, now, done)
            } else if chair.quiet && chair.pulse == Pulse::Second {
                write(chair, at, now, done)
            } else if chair.silent && heartbeat {
                write(chair, &frame::COMMENT, now, done)
            } else {
                true
            };
            chair.quiet = true;
            chair.silent |= heartbeat;
            alive
        });
    }

    /// Tries again where something is left over.
    pub fn retry(&mut self, now: Instant) {
        self.visit(None, |chair, frames, done| chair.rest.is_none() || catch_up(chair, frames, now, done));
    }

    /// Visits the chairs of one audience or of all, and clears away those for which `act` says that they are gone.
    fn visit(
        &mut self,
        only: Option<AudienceId>,
        mut act: impl FnMut(&mut Chair, &HashMap<KeyId, Bytes>, &mut Done) -> bool,
    ) {
        let Self { audiences, places, frames, departed, behind, done, .. } = self;
        let mut go = |chairs: &mut Vec<Chair>| {
            chairs.retain_mut(|chair| {
                let was = chair.rest.is_some();
                let stays = act(chair, frames, done);
                let is = stays && chair.rest.is_some();
                *behind = *behind + usize::from(is) - usize::from(was);
                if !stays {
                    places.remove(&chair.viewer);
                    departed.push(chair.viewer);
                }
                stays
            });
        };
        match only {
            Some(audience) => {
                if let Some(chairs) = audiences.get_mut(&audience) {
                    go(chairs);
                    if chairs.is_empty() {
                        audiences.remove(&audience);
                    }
                }
            }
            None => {
                audiences.values_mut().for_each(&mut go);
                audiences.retain(|_, chairs| !chairs.is_empty());
            }
        }
    }
}

/// Writes a block to somebody who has nothing left over; false: the viewer is gone.
fn write(chair: &mut Chair, bytes: &Bytes, now: Instant, done: &mut Done) -> bool {
    if bytes.is_empty() {
        return true;
    }
    done.writes += 1;
    done.bytes += bytes.len() as u64;
    (chair.quiet, chair.silent) = (false, false);
    match chair.sink.offer(bytes) {
        Offered::Taken => true,
        Offered::Rest(rest) => {
            chair.rest = Some((rest, now));
            true
        }
        Offered::Closed => false,
    }
}

/// Finishes what is left over, then sends the present state of what was missed.
fn catch_up(chair: &mut Chair, frames: &HashMap<KeyId, Bytes>, now: Instant, done: &mut Done) -> bool {
    let Some((rest, since)) = chair.rest.take() else { return true };
    done.writes += 1;
    match chair.sink.offer(&rest) {
        Offered::Closed => false,
        Offered::Rest(still) => {
            // Any progress starts the clock again: slow is not stuck.
            let since = if still.len() < rest.len() { now } else { since };
            chair.rest = Some((still, since));
            now.duration_since(since) < STUCK
        }
        Offered::Taken => {
            let mut present = BytesMut::new();
            for key in chair.missed.drain(..) {
                if let Some(frame) = frames.get(&key) {
                    present.extend_from_slice(frame);
                }
            }
            write(chair, &present.freeze(), now, done)
        }
    }
}
