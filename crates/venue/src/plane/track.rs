//! What one source is sending: its layers, their rates, who watches, and whether it may be heard at all.

use crate::limits::{KEY_FRAME_EVERY, LAYER_SILENT};
use crate::media::{Layer, Packet, PeerId};
use std::time::{Duration, Instant};

/// A rate is read over this span: several pictures, and short enough to follow a layer that has been switched on.
const RATE_SPAN: Duration = Duration::from_millis(500);
/// What a camera layer is taken for in its first half second, bit/s: what browsers are asked to send.
const EXPECTED: [u64; 3] = [150_000, 500_000, 1_200_000];

#[derive(Debug, Default)]
pub struct Track {
    /// Media of it may be sent on. Off at first: nobody is heard without a grant.
    pub granted: bool,
    /// Its low layer is wanted although nobody watches: a venue that may be called next.
    pub prepared: bool,
    pub layers: [Stream; 3],
    /// Slots that show it or wait for it: receiver and slot.
    pub watchers: Vec<(PeerId, usize)>,
    /// Layers the sender was last asked to send.
    pub asked: Option<[bool; 3]>,
}

/// One layer as it arrives.
#[derive(Debug, Default)]
pub struct Stream {
    rate: Option<u64>,
    since: Option<Instant>,
    bytes: u64,
    last: Option<Instant>,
    key_asked: Option<Instant>,
}

impl Stream {
    /// Counts packets that have just come.
    pub fn count(&mut self, packets: &[Packet]) {
        let Some(last) = packets.last() else { return };
        self.last = Some(last.received);
        let since = *self.since.get_or_insert(last.received);
        self.bytes += packets.iter().map(|packet| packet.payload.len() as u64 + 40).sum::<u64>();
        let span = last.received.saturating_duration_since(since);
        if span >= RATE_SPAN {
            let measured = self.bytes * 8_000 / span.as_millis().max(1) as u64;
            // Half of the old one: a key frame must not look like another rate.
            self.rate = Some(self.rate.map_or(measured, |old| (old + measured) / 2));
            self.since = Some(last.received);
            self.bytes = 0;
        }
    }

    pub fn active(&self, now: Instant) -> bool {
        self.last.is_some_and(|last| now.saturating_duration_since(last) < LAYER_SILENT)
    }

    /// Whether a key frame may be asked for now; if so, it counts as asked.
    pub fn may_ask_key(&mut self, now: Instant) -> bool {
        let may = self.key_asked.is_none_or(|last| now.saturating_duration_since(last) >= KEY_FRAME_EVERY);
        if may {
            self.key_asked = Some(now);
        }
        may
    }
}

impl Track {
    /// Bits a second of the layers that are being sent now.
    pub fn rates(&self, now: Instant) -> [Option<u64>; 3] {
        let rate = |layer: Layer| {
            let stream = &self.layers[layer.index()];
            stream.active(now).then(|| stream.rate.unwrap_or(EXPECTED[layer.index()]))
        };
        Layer::ALL.map(rate)
    }

    pub fn active(&self, now: Instant) -> bool {
        self.layers.iter().any(|stream| stream.active(now))
    }
}
