//! What the program orders, and what the engine tells it.

use crate::media::{Feed, Layer, MeetingId, Packet, PeerId, Place, Source};
use crate::plane::Choice;
use std::fmt;
use std::time::Duration;

/// Called with every packet of a feed that has a grant, as it came: for a recording. It runs on the media thread and must
/// not wait.
pub type Tap = Box<dyn FnMut(Layer, &Packet) + Send>;

/// What the program decides. The engine carries it out at the next packet.
pub enum Order {
    /// From the lobby into the meeting.
    Admit(PeerId),
    /// The connection ends.
    Dismiss(PeerId),
    /// Media of this feed is let through from now on.
    Grant(Feed),
    /// Media of this feed is dropped from now on.
    Withdraw(Feed),
    /// The feed may be put on the stage next: its low layer is kept coming and its key frame is asked for.
    Prepare(Feed),
    /// No longer.
    Release(Feed),
    /// What everybody in a meeting sees in a place.
    Route { meeting: MeetingId, place: Place, feed: Option<Feed> },
    /// What one connection sees there instead.
    Choose { peer: PeerId, place: Place, choice: Choice },
    /// Records a feed, or stops.
    Record { feed: Feed, tap: Option<Tap> },
}

impl fmt::Debug for Order {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Order::Admit(peer) => write!(out, "Admit({peer})"),
            Order::Dismiss(peer) => write!(out, "Dismiss({peer})"),
            Order::Grant(feed) => write!(out, "Grant({feed:?})"),
            Order::Withdraw(feed) => write!(out, "Withdraw({feed:?})"),
            Order::Prepare(feed) => write!(out, "Prepare({feed:?})"),
            Order::Release(feed) => write!(out, "Release({feed:?})"),
            Order::Route { meeting, place, feed } => write!(out, "Route({meeting:?}, {place:?}, {feed:?})"),
            Order::Choose { peer, place, choice } => write!(out, "Choose({peer}, {place:?}, {choice:?})"),
            Order::Record { feed, tap } => write!(out, "Record({feed:?}, {})", tap.is_some()),
        }
    }
}

/// What the engine tells. Attendance and the screen of a meeting are made from these by the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// ICE and DTLS are done.
    Connected(PeerId),
    /// Nothing has been heard for [`crate::limits::QUIET_AFTER`]: the network, probably.
    Quiet(PeerId),
    /// It is heard again.
    Back(PeerId),
    /// The connection is over. Its number is not used again.
    Left { peer: PeerId, why: Why },
    /// A source began to send, or has stopped.
    Sending { feed: Feed, on: bool },
    /// Layers somebody watches, from low to high. The page should send no others.
    Demand { feed: Feed, layers: [bool; 3] },
    /// The link of this connection carries sound only; its page shows a still. Or pictures again.
    AudioOnly { peer: PeerId, on: bool },
    /// The first picture of a feed went out, so long after it was routed there.
    Shown { peer: PeerId, place: Place, feed: Feed, after: Duration },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The other side said so.
    Closed,
    /// The program said so.
    Dismissed,
    /// ICE and DTLS were not done within [`crate::limits::CONNECT_WITHIN`].
    NeverConnected,
    /// Silent for [`crate::limits::GONE_AFTER`].
    Silent,
}

/// What the engine has counted since it began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub peers: usize,
    pub connected: usize,
    pub received: u64,
    /// Datagrams that belong to nobody.
    pub strangers: u64,
    /// Datagrams above the rate one connection may send.
    pub too_much: u64,
    /// Media packets received and decrypted.
    pub media: u64,
    /// Media packets sent on, one for each receiver.
    pub forwarded: u64,
    /// Media packets not sent on, because their feed had no grant.
    pub without_grant: u64,
    /// Datagrams and sends of several in one; their ratio is what segmentation saves.
    pub datagrams: u64,
    pub sends: u64,
}

/// What may be sent by a connection, for the program's own tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    pub places: Vec<Place>,
    pub sources: Vec<Source>,
}
