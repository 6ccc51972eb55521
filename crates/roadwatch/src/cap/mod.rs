//! The Common Alerting Protocol: reading, judging, following and writing alerts.
//!
//! - [`read`] takes bytes — an alert, or a feed or envelope of alerts — and yields [`Alert`]s with typed [`Finding`]s.
//! - [`Ledger`] follows alerts through update, cancel, expiry and vanishing, in any order of arrival.
//! - [`write()`] makes CAP 1.2.
//!
//! Sources: OASIS CAP 1.2 (1 July 2010), CAP 1.1 (October 2005), EDXL-DE 1.0 and 2.0, RFC 4287 (Atom), RSS 2.0.

mod container;
mod episode;
mod finding;
mod key;

mod ledger;
mod lenient;
mod model;
mod read;
mod schema;
mod texts;
mod write;

pub use container::{Entry, Envelope, EnvelopeKind};
pub use finding::{Code, Finding, Level};
pub use key::{Key, Reference};

pub use ledger::{
    Conflict, DEFAULT_LIFE_SECONDS, Episode, FeedPolicy, Ledger, MAX_POLLS, Policy, Received, State, Tracked,
};
pub use model::*;
pub use read::{AlertReading, Options, Reading, Verdict, read};
pub use write::{digest, write};
