//! The whole engine without sockets: datagrams, orders and time in; datagrams and notices out.
//!
//! ```text
//! receive(datagram, now) ─▶ whose? (address, or the fragment in a STUN check) ─▶ connection ─▶ packet
//!                            packets of a picture gather for at most 1 ms ─▶ plane ─▶ connections of receivers ─▶ outbox
//! order(order, now) ───────▶ plane ─▶ key frames asked, layers demanded ─▶ connections, notices
//! advance(now) ────────────▶ whoever is due
//! ```
//! The caller sends what is in the outbox and comes back at [`Engine::deadline`] at the latest.

mod order;
mod outbox;
mod seat;
mod timers;

use crate::limits::{CONNECT_WITHIN, GATHER, GONE_AFTER, LEAD, MAX_ADDRESSES, MAX_PEERS, QUIET_AFTER, TICK};
use crate::media::{Feed, Layer, MeetingId, Packet, PeerId, Send, Source};
use crate::peer::{Peer, Turn};
use crate::plane::{Effect, ForwardPlane};
use crate::wire::{self, Datagram, stun};
pub use order::{Counts, Notice, Offered, Order, Tap, Why};
pub use outbox::{Outbox, Run};
use seat::{Bucket, Seat};
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::Instant;
use timers::{Timer, Timers};

/// How a datagram travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    Udp,
    /// In frames of a TCP connection (RFC 4571, RFC 6544).
    Tcp,
}

/// Packets of one layer that go out together.
#[derive(Debug)]
struct Gathered {
    meeting: MeetingId,
    feed: Feed,
    layer: Layer,
    packets: Vec<Packet>,
    due: Instant,
}

/// All connections and meetings of one media thread.
#[derive(Default)]
pub struct Engine {
    seats: Vec<Option<Seat>>,
    free: Vec<usize>,
    generation: u64,
    by_fragment: HashMap<String, usize>,
    by_address: HashMap<(Transport, SocketAddr), usize>,
    meetings: BTreeMap<MeetingId, ForwardPlane>,
    taps: HashMap<Feed, Tap>,
    gathered: Vec<Gathered>,
    spare: Vec<Vec<Packet>>,
    sends: Vec<Send>,
    turns: Vec<usize>,
    timers: Timers,
    next_tick: Option<Instant>,
    outbox: Outbox,
    notices: Vec<Notice>,
    counts: Counts,
}

/// No room for another connection.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "the engine has {MAX_PEERS} connections, its limit: let viewers watch another meeting's server, or end connections that are not used"
)]
pub struct Full;

impl Engine {
    /// Takes in a connection that has been answered. It waits in the lobby until it is admitted.
    pub fn seat(&mut self, peer: Peer, meeting: MeetingId, admitted: bool, now: Instant) -> Result<PeerId, Full> {
        if self.counts.peers >= MAX_PEERS {
            return Err(Full);
        }
        let index = self.free.pop().unwrap_or_else(|| {
            self.seats.push(None);
            self.seats.len() - 1
        });
        self.generation += 1;
        let id = PeerId((self.generation << 16) | index as u64);
        self.by_fragment.insert(peer.fragment().to_owned(), index);
        self.seats[index] = Some(Seat {
            peer,
            id,
            meeting,
            admitted: false,
            connected: false,
            quiet: false,
            arrived: now,
            heard: now,
            addresses: Vec::new(),
            timer: Timer::default(),
            bucket: Bucket::full(now),
            sending: Vec::new(),
        });
        self.counts.peers += 1;
        self.next_tick.get_or_insert(now + TICK);
        if admitted {
            self.admit(id, now);
        }
        self.turns.push(index);
        self.run(now);
        Ok(id)
    }

    /// Carries out an order. One for a connection that is gone does nothing.
    pub fn order(&mut self, order: Order, now: Instant) {
        match order {
            Order::Admit(peer) => self.admit(peer, now),
            Order::Dismiss(peer) => {
                if let Some(index) = self.index(peer) {
                    self.say_goodbye(index, now);
                    self.remove(index, Why::Dismissed, now);
                }
            }
            Order::Grant(feed) => self.with_meeting(feed.peer, |plane| plane.grant(feed, true, now)),
            Order::Withdraw(feed) => self.with_meeting(feed.peer, |plane| plane.grant(feed, false, now)),
            Order::Prepare(feed) => self.with_meeting(feed.peer, |plane| plane.prepare(feed, true, now)),
            Order::Release(feed) => self.with_meeting(feed.peer, |plane| plane.prepare(feed, false, now)),
            Order::Route { meeting, place, feed } => self.meetings.entry(meeting).or_default().route(place, feed, now),
            Order::Choose { peer, place, choice } => {
                self.with_meeting(peer, |plane| plane.choose(peer, place, choice, now))
            }
            Order::Record { feed, tap: Some(tap) } if self.index(feed.peer).is_some() => {
                self.taps.insert(feed, tap);
            }
            Order::Record { feed, .. } => {
                self.taps.remove(&feed);
            }
        }
        self.run(now);
    }

    /// Takes in a datagram. `local` is the address it was sent to, as venues know it.
    pub fn receive(&mut self, transport: Transport, from: SocketAddr, local: SocketAddr, bytes: &[u8], now: Instant) {
        self.counts.received += 1;
        let kind = wire::kind(bytes);
        let known = self.by_address.get(&(transport, from)).copied();
        let checked = (kind == Datagram::Stun).then(|| stun::receiver_fragment(bytes)).flatten();
        // A check names whom it is for, and outranks where it comes from: one address may join anew.
        let index = checked.and_then(|fragment| self.by_fragment.get(fragment).copied()).or(known);
        let Some(seat) = index.and_then(|index| self.seats[index].as_mut()) else {
            self.counts.strangers += 1;
            return;
        };
        let index = index.unwrap_or_default();
        if kind == Datagram::Media && !seat.bucket.take(bytes.len(), now) {
            self.counts.too_much += 1;
            return;
        }
        if known != Some(index) && checked.is_some() && seat.addresses.len() < MAX_ADDRESSES {
            seat.addresses.push((transport, from));
            self.by_address.insert((transport, from), index);
        }
        seat.heard = now;
        seat.peer.receive(now, transport, from, local, bytes);
        self.turns.push(index);
        self.run(now);
    }

    /// Lets time pass: whoever is due, pictures that have gathered, the regular tick.
    pub fn advance(&mut self, now: Instant) {
        let soon = now + LEAD;
        while let Some((index, entry)) = self.timers.pop(soon) {
            let Some(seat) = self.seats[index].as_mut() else { continue };
            if self.timers.due(&mut seat.timer, index, entry, soon) {
                self.turns.push(index);
            }
        }
        self.run(now);
        while let Some(at) = self.gathered.iter().position(|gathered| gathered.due <= now) {
            self.flush(at, now);
        }
        if self.next_tick.is_some_and(|at| at <= now) {
            self.next_tick = (self.counts.peers > 0).then(|| now + TICK);
            self.tick(now);
        }
        self.run(now);
    }

    /// When [`Engine::advance`] should be called at the latest.
    pub fn deadline(&self) -> Option<Instant> {
        let gathered = self.gathered.iter().map(|gathered| gathered.due).min();
        [self.timers.next(), gathered, self.next_tick].into_iter().flatten().min()
    }

    /// What waits to be sent. The caller sends it and clears it.
    pub fn outbox(&mut self) -> &mut Outbox {
        &mut self.outbox
    }

    /// What has happened since the last call.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// Takes note of how many sends the datagrams took.
    pub fn sent(&mut self, sends: u64) {
        self.counts.sends = sends;
    }

    /// What has been counted since the engine began.
    pub fn counts(&self) -> Counts {
        let without_grant = self.meetings.values().map(ForwardPlane::without_grant).sum::<u64>();
        Counts { without_grant: self.counts.without_grant + without_grant, ..self.counts }
    }

    fn index(&self, peer: PeerId) -> Option<usize> {
        let index = (peer.0 & 0xffff) as usize;
        self.seats.get(index)?.as_ref().filter(|seat| seat.id == peer).map(|_| index)
    }

    fn with_meeting(&mut self, peer: PeerId, act: impl FnOnce(&mut ForwardPlane)) {
        let meeting = self.index(peer).and_then(|index| self.seats[index].as_ref()).map(|seat| seat.meeting);
        if let Some(meeting) = meeting {
            act(self.meetings.entry(meeting).or_default());
        }
    }

    fn admit(&mut self, peer: PeerId, now: Instant) {
        let Some(seat) = self.index(peer).and_then(|index| self.seats[index].as_mut()) else { return };
        if !std::mem::replace(&mut seat.admitted, true) {
            self.meetings.entry(seat.meeting).or_default().arrive(peer, &seat.peer.places(), now);
        }
    }

    /// Asks everybody who has had something happen, until nobody has anything more to say; then carries out what planes asked.
    fn run(&mut self, now: Instant) {
        loop {
            while let Some(index) = self.turns.pop() {
                self.poll(index, now);
            }
            if !self.effects() {
                return;
            }
        }
    }

    fn poll(&mut self, index: usize, now: Instant) {
        while let Some(seat) = self.seats[index].as_mut() {
            match seat.peer.poll(now) {
                Turn::Wait(at) => {
                    self.timers.set(&mut seat.timer, index, at, now);
                    return;
                }
                Turn::Send { transport, to, bytes } => {
                    self.counts.datagrams += 1;
                    self.outbox.push(transport, to, &bytes);
                }
                Turn::Media { source, layer, packet } => self.gather(index, source, layer, packet, now),
                Turn::Connected => {
                    seat.connected = true;
                    self.counts.connected += 1;
                    self.notices.push(Notice::Connected(seat.id));
                }
                Turn::PictureLost { slot } => {
                    let (peer, meeting) = (seat.id, seat.meeting);
                    if let Some(plane) = self.meetings.get_mut(&meeting) {
                        plane.picture_lost(peer, slot, now);
                    }
                }
                Turn::Estimate(rate) => {
                    let (peer, meeting) = (seat.id, seat.meeting);
                    if let Some(plane) = self.meetings.get_mut(&meeting) {
                        plane.measured(peer, rate, now);
                    }
                }
                Turn::Over => self.remove(index, Why::Closed, now),
            }
        }
    }

    /// Puts a packet with the others of its picture; a whole picture goes out at once, the rest after a millisecond.
    fn gather(&mut self, index: usize, source: Source, layer: Layer, packet: Packet, now: Instant) {
        self.counts.media += 1;
        let Some(seat) = self.seats[index].as_ref() else { return };
        if !seat.admitted {
            self.counts.without_grant += 1;
            return;
        }
        let feed = Feed { peer: seat.id, source };
        let whole = packet.marker || source == Source::Microphone;
        let at = match self.gathered.iter().position(|gathered| (gathered.feed, gathered.layer) == (feed, layer)) {
            Some(at) => at,
            None => {
                let packets = self.spare.pop().unwrap_or_default();
                self.gathered.push(Gathered { meeting: seat.meeting, feed, layer, packets, due: now + GATHER });
                self.gathered.len() - 1
            }
        };
        self.gathered[at].packets.push(packet);
        if whole {
            self.flush(at, now);
        }
    }

    fn flush(&mut self, at: usize, now: Instant) {
        let Gathered { meeting, feed, layer, mut packets, .. } = self.gathered.swap_remove(at);
        let mut sends = std::mem::take(&mut self.sends);
        if let Some(plane) = self.meetings.get_mut(&meeting) {
            plane.forward(feed, layer, &packets, &mut sends);
            if let Some(tap) = self.taps.get_mut(&feed).filter(|_| plane.granted(feed)) {
                packets.iter().for_each(|packet| tap(layer, packet));
            }
        }
        self.counts.forwarded += sends.len() as u64;
        // The plane gives receiver after receiver: each is asked once for all its packets, and they leave in one send.
        for group in sends.chunk_by(|a, b| a.to == b.to) {
            let Some(index) = self.index(group[0].to) else { continue };
            if let Some(seat) = self.seats[index].as_mut() {
                for send in group {
                    seat.peer.write(send, &packets[send.packet]);
                }
                self.poll(index, now);
            }
        }
        sends.clear();
        self.sends = sends;
        packets.clear();
        self.spare.push(packets);
    }

    /// Carries out what the planes ask for; tells whether there was anything.
    fn effects(&mut self) -> bool {
        let effects: Vec<Effect> = self.meetings.values_mut().flat_map(ForwardPlane::take_effects).collect();
        for effect in &effects {
            match *effect {
                Effect::AskKeyFrame { feed, layer } => {
                    if let Some(index) = self.index(feed.peer)
                        && let Some(seat) = self.seats[index].as_mut()
                    {
                        seat.peer.ask_key_frame(feed.source, layer);
                        self.turns.push(index);
                    }
                }
                Effect::Desire { peer, rate } => {
                    if let Some(index) = self.index(peer)
                        && let Some(seat) = self.seats[index].as_mut()
                    {
                        seat.peer.desire(rate);
                        self.turns.push(index);
                    }
                }
                Effect::AudioOnly { peer, on } => self.notices.push(Notice::AudioOnly { peer, on }),
                Effect::Demand { feed, layers } => self.notices.push(Notice::Demand { feed, layers }),
                Effect::Shown { peer, place, feed, after } => {
                    self.notices.push(Notice::Shown { peer, place, feed, after });
                }
            }
        }
        !effects.is_empty()
    }

    fn tick(&mut self, now: Instant) {
        for plane in self.meetings.values_mut() {
            plane.tick(now);
        }
        let active: Vec<Feed> = self.meetings.values().flat_map(|plane| plane.active(now)).collect();
        for index in 0..self.seats.len() {
            let Some(seat) = self.seats[index].as_mut() else { continue };
            for source in seat.peer.sources() {
                let feed = Feed { peer: seat.id, source };
                let on = active.contains(&feed);
                if on != seat.sending.contains(&source) {
                    seat.sending.retain(|sending| *sending != source);
                    seat.sending.extend(on.then_some(source));
                    self.notices.push(Notice::Sending { feed, on });
                }
            }
            let silent = now.saturating_duration_since(seat.heard);
            if !seat.connected && now.saturating_duration_since(seat.arrived) >= CONNECT_WITHIN {
                self.remove(index, Why::NeverConnected, now);
            } else if silent >= GONE_AFTER {
                self.remove(index, Why::Silent, now);
            } else if seat.connected && seat.quiet != (silent >= QUIET_AFTER) {
                seat.quiet = !seat.quiet;
                self.notices.push(if seat.quiet { Notice::Quiet(seat.id) } else { Notice::Back(seat.id) });
            }
        }
    }

    /// Lets a connection tell the other side that it ends.
    fn say_goodbye(&mut self, index: usize, now: Instant) {
        let Some(seat) = self.seats[index].as_mut() else { return };
        seat.peer.close();
        while let Turn::Send { transport, to, bytes } = seat.peer.poll(now) {
            self.outbox.push(transport, to, &bytes);
        }
    }

    fn remove(&mut self, index: usize, why: Why, now: Instant) {
        let Some(seat) = self.seats[index].take() else { return };
        self.free.push(index);
        self.by_fragment.remove(seat.peer.fragment());
        for address in &seat.addresses {
            self.by_address.remove(address);
        }
        self.gathered.retain(|gathered| gathered.feed.peer != seat.id);
        self.taps.retain(|feed, _| feed.peer != seat.id);
        self.counts.peers -= 1;
        self.counts.connected -= usize::from(seat.connected);
        if let Some(plane) = self.meetings.get_mut(&seat.meeting) {
            plane.depart(seat.id, now);
            if plane.is_empty() {
                self.counts.without_grant += plane.without_grant();
                self.meetings.remove(&seat.meeting);
            }
        }
        self.notices.push(Notice::Left { peer: seat.id, why });
    }
}
