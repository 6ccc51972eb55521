//! Readers of what comes from the network: which kind of datagram, whose check, what an offer holds, where a picture begins.
//!
//! They read slices and never fail loudly: a byte out of place is `None` or a named error. All of them are fuzzed.

pub mod offer;
pub mod picture;
pub mod red;
pub mod stun;

/// What a datagram is by its first byte (RFC 7983).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Datagram {
    Stun,
    Dtls,
    /// RTP or RTCP, encrypted.
    Media,
    Unknown,
}

/// Tells the kind of a datagram by its first byte (RFC 7983, section 7).
pub fn kind(bytes: &[u8]) -> Datagram {
    match bytes.first() {
        Some(0..=3) => Datagram::Stun,
        Some(20..=63) => Datagram::Dtls,
        Some(128..=191) => Datagram::Media,
        _ => Datagram::Unknown,
    }
}
