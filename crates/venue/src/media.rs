//! What is forwarded: who sends what, in which layer, and one packet of it.

use crate::wire::picture::Numbers;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

/// A meeting, named by the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MeetingId(pub u64);

/// One connection of a venue, a viewer or an encoder; made by the engine and never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub(crate) u64);

impl PeerId {
    /// The number, for logs and for the program's own tables.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "peer {}", self.0)
    }
}

/// What a connection can send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    Microphone,
    Camera,
    Screen,
}

/// One source of one connection: the thing a slot can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Feed {
    pub peer: PeerId,
    pub source: Source,
}

/// A simulcast layer. What is sent without simulcast is `Low`: there is nothing below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    Low,
    Middle,
    High,
}

impl Layer {
    /// All, from the cheapest up.
    pub const ALL: [Layer; 3] = [Layer::Low, Layer::Middle, Layer::High];

    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

/// What a receiver has negotiated once: a place that can be fed by anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    Stage,
    Screen,
    /// Thumbnail by its number on the page, from 0.
    Thumbnail(u8),
    /// Sound by its number, from 0.
    Audio(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    Opus,
    /// Opus with redundant blocks (RFC 2198).
    OpusRed,
    Vp8,
    H264,
}

impl Codec {
    /// Ticks of its RTP clock in a millisecond.
    pub fn ticks_per_ms(self) -> u32 {
        match self {
            Codec::Opus | Codec::OpusRed => 48,
            Codec::Vp8 | Codec::H264 => 90,
        }
    }
}

/// One packet as it was received, decrypted.
#[derive(Debug, Clone)]
pub struct Packet {
    pub codec: Codec,
    /// The sender's stream; a new number means a sender that began anew.
    pub stream: u32,
    /// Sequence number, extended past 16 bits.
    pub sequence: u64,
    pub timestamp: u32,
    pub marker: bool,
    pub starts_key_frame: bool,
    pub numbers: Option<Numbers>,
    /// How the camera is held, where it is told: the two bits of 3GPP TS 26.114, carried as they came.
    pub rotation: Option<u8>,
    pub payload: Arc<[u8]>,
    pub received: Instant,
}

/// One packet to be sent on: which of the packets given, to whom, and the numbers it carries there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Send {
    pub to: PeerId,
    /// The receiver's slot, in the order it was negotiated.
    pub slot: usize,
    /// Index into the packets that were given to `forward`.
    pub packet: usize,
    pub sequence: u64,
    pub timestamp: u32,
    pub numbers: Option<Numbers>,
}
