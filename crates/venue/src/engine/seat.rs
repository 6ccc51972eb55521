//! One connection's place in the engine: where it is heard from, when, how much it sends.

use super::Transport;
use super::timers::Timer;
use crate::limits::{INGRESS_BURST, MAX_INGRESS};
use crate::media::{MeetingId, PeerId, Source};
use crate::peer::Peer;
use std::net::SocketAddr;
use std::time::Instant;

#[derive(Debug)]
pub struct Seat {
    pub peer: Peer,
    pub id: PeerId,
    pub meeting: MeetingId,
    /// In the meeting; before that, in the lobby.
    pub admitted: bool,
    pub connected: bool,
    pub quiet: bool,
    pub arrived: Instant,
    pub heard: Instant,
    pub addresses: Vec<(Transport, SocketAddr)>,
    pub timer: Timer,
    pub bucket: Bucket,
    pub sending: Vec<Source>,
}

/// How many bytes more a connection may send now. A bucket of [`INGRESS_BURST`] that fills at [`MAX_INGRESS`].
#[derive(Debug)]
pub struct Bucket {
    left: u64,
    at: Instant,
}

impl Bucket {
    pub fn full(now: Instant) -> Self {
        Self { left: INGRESS_BURST, at: now }
    }

    /// Takes the bytes of a datagram, or refuses them all.
    pub fn take(&mut self, bytes: usize, now: Instant) -> bool {
        let gone = now.saturating_duration_since(self.at).as_micros().min(1_000_000) as u64;
        let fresh = MAX_INGRESS / 8 * gone / 1_000_000;
        if fresh > 0 {
            self.left = (self.left + fresh).min(INGRESS_BURST);
            self.at = now;
        }
        let taken = self.left.checked_sub(bytes as u64);
        self.left = taken.unwrap_or(self.left);
        taken.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_sender_at_the_limit_passes_and_one_at_twice_the_limit_loses_half() {
        let start = Instant::now();
        let passed = |every: Duration| {
            let mut bucket = Bucket::full(start);
            let times = Duration::from_secs(20).as_micros() / every.as_micros();
            (0..times as u32).filter(|at| bucket.take(1_000, start + every * *at)).count() as u128 * 100 / times
        };
        let at_limit = Duration::from_micros(8_000_000_000 / MAX_INGRESS);
        assert_eq!(passed(at_limit), 100);
        assert!((50..56).contains(&passed(at_limit / 2)), "{}", passed(at_limit / 2));
    }
}
