//! Video between venues: an embedded selective forwarding unit. It receives routes and grants, and forwards.
//!
//! It knows nothing of meetings but their number. Who may speak, who is on the stage, which page of the gallery is shown is
//! decided elsewhere and arrives as an [`Order`]; what happens on the network goes back as a [`Notice`].
//!
//! ```text
//! offer, ticket ──join──▶ answer                    (a function call; the HTTP is the program's)
//! Order ─────────────────▶ Engine ◀──────────────▶ one UDP port, one TCP port beside it
//! Notice ◀────────────────   └─ ForwardPlane: who gets which packets of one meeting
//! ```
//!
//! ```no_run
//! use venue::{Feed, MeetingId, Order, Part, Place, Settings, Source, TicketKey, Venue};
//! # let (offer, now, key) = ("", 0, [0; 32]);
//! let tickets = TicketKey::new(key);
//! let listen = ([0, 0, 0, 0], 3478).into();
//! let venue = Venue::start(Settings { listen, known_as: vec![[10, 1, 0, 5].into()], tcp: true, tickets: tickets.clone() })?;
//! let ticket = tickets.issue(MeetingId(1), 17, Part::Venue, false, now);
//! let joined = venue.join(&ticket, offer, [10, 1, 0, 9].into())?;
//! let camera = Feed { peer: joined.peer, source: Source::Camera };
//! venue.order(Order::Grant(camera))?;
//! venue.order(Order::Route { meeting: MeetingId(1), place: Place::Stage, feed: Some(camera) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Invariants
//! - Media of a feed without a grant goes to nobody and into no recording.
//! - `engine` and `plane` have no clock and no sockets: time and datagrams are given to them, so they run in virtual time.
//! - An offer cannot make the engine send anywhere: addresses are learnt from checks that carry the connection's secret.
//! - Only `peer` knows the WebRTC library.
//!
//! The shape and its reasons are in `docs/venue.md`.

mod door;
mod driver;
pub mod engine;
mod house;
pub mod limits;
mod media;
mod peer;
pub mod plane;
mod ticket;
pub mod wire;

pub use engine::{Counts, Engine, Notice, Offered, Order, Tap, Transport, Why};
pub use house::{JoinError, Joined, Settings, StartError, Venue};
pub use media::{Codec, Feed, Layer, MeetingId, Packet, PeerId, Place, Send, Source};
pub use peer::{AnswerError, Answerer, Part, Peer};
pub use plane::Choice;
pub use ticket::{Ticket, TicketError, TicketKey};
