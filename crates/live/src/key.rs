//! Who watches what: the key of a fragment and the set of a viewer.

use std::sync::Arc;

use smallvec::SmallVec;

/// What is rendered once: one fragment, for everybody with the same effective grants and language.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FragmentKey {
    /// The fragment's id, which is also the `id` of its element on the page.
    pub fragment: Arc<str>,
    /// Digest of the effective grants that decide what the fragment shows. Two people with the same digest see the same bytes, so it must be a
    /// cryptographic digest of everything that the rendering depends on.
    pub grants: u128,
    /// The owner's number of the language.
    pub language: u8,
}

/// How often a viewer hears something when nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Pulse {
    /// Every [`crate::PULSE`]: desktops and walls.
    Second,
    /// Every [`crate::HEARTBEAT`]: phones, whose radio should sleep.
    #[default]
    Slow,
}

/// One stream: whose it is and what it watches.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// The session it belongs to; [`crate::Hub::end`] and [`crate::Hub::revise`] go by it.
    pub session: u64,
    /// What it watches. Order and repetition do not matter.
    pub set: SmallVec<[FragmentKey; 8]>,
    /// Versions the page already has, by fragment id ([`crate::version`]); these are not sent again until they change.
    pub have: Vec<(Arc<str>, u64)>,
    /// Fragments that the page asked for and that are not open to it; it is told, so that it does not go on showing an old state.
    pub refused: Vec<Arc<str>>,
    pub pulse: Pulse,
}

/// Why a stream was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    #[error(
        "the stream asks for {asked} fragments, at most {most} are allowed: ask for the fragments of the open pages only"
    )]
    TooMany { asked: usize, most: usize },
    #[error("{most} streams are open, which is the most this server serves: close pages or add a server")]
    Full { most: usize },
    #[error(
        "session {session} ended or its rights changed while the stream was being opened: sign in if asked to, and connect again"
    )]
    Changed { session: u64 },
    #[error("the server is stopping: connect again in a few seconds")]
    Stopping,
}
