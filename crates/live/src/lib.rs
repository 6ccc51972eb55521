//! Live fan-out: a fragment is rendered once per (fragment, grants, language), framed once, and the same bytes go to everyone who shares it.
//!
//! The crate knows nothing of the board. Its owner says which fragments are dirty and renders what is asked for; everything between is here:
//!
//! ```text
//! dirty("posts") ──▶ inbox ──(≤ 100 ms, orders at once)──▶ tick ──▶ render each (fragment, grants, language) once
//!                                                                  ──▶ frame it once, unless its bytes are the last ones
//!                                                                  ──▶ join the frames of each audience once
//!                                                                  ──▶ shards write the same bytes to every viewer of the audience
//! ```
//!
//! ```
//! use live::{FragmentKey, Hub, Pulse, Viewer, Views};
//!
//! let hub = Hub::start(Views {
//!     render: Box::new(|keys| keys.iter().map(|key| Some(format!("<p id={:?}>412</p>", key.fragment))).collect()),
//!     at: Box::new(|| r#"{"clock":"20:04"}"#.to_owned()),
//! });
//! let set = [FragmentKey { fragment: "board-figures".into(), grants: 7, language: 0 }];
//! let viewer = Viewer { session: 1, set: set.into_iter().collect(), have: Vec::new(), refused: Vec::new(), pulse: Pulse::Second };
//! let body = hub.join(viewer)?;
//! hub.dirty(["board-figures"]);
//! hub.end(1); // sign-out: the stream is told and closed at once
//! # drop(body);
//! # Ok::<(), live::JoinError>(())
//! ```
//!
//! # Invariants
//! - Nobody receives a frame of a key outside their set; a change of rights takes effect before the next frame.
//! - A key is rendered at most once in a tick, and only while somebody watches it.
//! - A viewer who reads ends with the current state of every fragment of the set. Fragments are whole states, so a slow viewer skips what is
//!   out of date; there is no queue, and what a viewer can hold back is one written block and a list of at most [`MAX_SET`] names.
//! - One write per viewer and tick. The next tick starts when the last has been written.

mod desk;
mod frame;
mod hub;
mod key;
mod planner;
mod serve;
mod shard;
mod sink;
#[cfg(test)]
mod tests;

pub use frame::version;
pub use hub::{Hub, Stats, Views};
pub use key::{FragmentKey, JoinError, Pulse, Viewer};
pub use serve::{Seat, answer, connection, serve};
pub use sink::LiveBody;

use std::time::Duration;

/// Changes gather for this long before they are rendered: the eye takes a tenth of a second as "at once", and 50 changes a second become ten writes.
pub const GATHER: Duration = Duration::from_millis(100);
/// A viewer with [`Pulse::Second`] hears something at least this often, so that a page can say within two seconds that the server is gone.
pub const PULSE: Duration = Duration::from_secs(1);
/// Every other viewer hears a comment this often; proxies close connections that are silent for 30 to 60 s.
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// A viewer who has taken nothing for this long is closed; the page comes back by itself and takes the current view.
pub const STUCK: Duration = Duration::from_secs(30);
/// Fragments one stream may watch. The richest page has about a dozen; several tabs share one stream.
pub const MAX_SET: usize = 64;
/// Streams of one session: a browser needs one, a fallback without shared worker one a tab. The oldest gives way.
pub const STREAMS_PER_SESSION: usize = 16;
/// Streams of one server, four times the aim of 5,000 screens with a second stream each; the next is refused.
pub const MAX_VIEWERS: usize = 40_000;
/// How much the kernel may hold for one viewer: a whole board uncompressed. More would only be older states that nobody will look at.
const SEND_BUFFER: usize = 128 * 1024;
