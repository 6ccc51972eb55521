//! How much of the server one caller may take: requests a second by address, and time by request, in bounded memory.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::response::{IntoResponse, Response};

use super::peer::Peer;
use super::problem::{Kind, Problem};
use crate::shell::Shell;

/// Longest a request may take to arrive and be answered. A stream is answered when it begins, and then lives on.
pub const REQUEST_TIME: Duration = Duration::from_secs(30);

/// Callers remembered at once: 65,536 × about 64 bytes is 4 MB. Beyond it strangers share one bucket.
pub const MAX_CALLERS: usize = 65_536;

/// Token buckets, one a caller: `burst` at once, then `rate` a second.
#[derive(Debug)]
pub struct Buckets<K> {
    rate: u32,
    burst: u32,
    most: usize,
    callers: Mutex<Callers<K>>,
}

#[derive(Debug)]
struct Callers<K> {
    known: HashMap<K, Bucket>,
    strangers: Option<Bucket>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Thousandths of a request left.
    left: u64,
    at: Instant,
}

impl Bucket {
    fn fill(&mut self, now: Instant, rate: u32, burst: u32) {
        let gained =
            now.saturating_duration_since(self.at).as_millis().min(u128::from(u32::MAX)) as u64 * u64::from(rate);
        self.left = self.left.saturating_add(gained).min(u64::from(burst) * 1000);
        self.at = now;
    }

    /// Takes one request; else the whole seconds to wait.
    fn take(&mut self, rate: u32) -> Result<(), u32> {
        if self.left >= 1000 {
            self.left -= 1000;
            return Ok(());
        }
        Err(u32::try_from((1000 - self.left).div_ceil(u64::from(rate.max(1)) * 1000)).unwrap_or(u32::MAX).max(1))
    }
}

impl<K: Eq + Hash> Buckets<K> {
    /// `rate` 0 switches the limit off.
    pub fn new(rate: u32, burst: u32, most: usize) -> Self {
        Self { rate, burst, most, callers: Mutex::new(Callers { known: HashMap::new(), strangers: None }) }
    }

    /// May `key` make one more request at `now`? If not: the seconds to wait.
    pub fn take(&self, key: K, now: Instant) -> Result<(), u32> {
        if self.rate == 0 {
            return Ok(());
        }
        let (rate, burst) = (self.rate, self.burst);
        let full = Bucket { left: u64::from(burst) * 1000, at: now };
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if callers.known.len() >= self.most && !callers.known.contains_key(&key) {
            // A full bucket remembers nothing: dropping it changes no answer.
            callers.known.retain(|_, bucket| {
                bucket.fill(now, rate, burst);
                bucket.left < u64::from(burst) * 1000
            });
        }
        let bucket = if callers.known.len() >= self.most && !callers.known.contains_key(&key) {
            callers.strangers.get_or_insert(full)
        } else {
            callers.known.entry(key).or_insert(full)
        };
        bucket.fill(now, rate, burst);
        bucket.take(rate)
    }
}

/// An address as the limits count it: IPv6 by its /64, which one host has to itself.
pub fn caller(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) & !u128::from(u64::MAX))),
    }
}

pub(super) fn in_measure(shell: &Shell, peer: Peer) -> Result<(), Problem> {
    let taken = shell.requests.take(caller(peer.address), Instant::now());
    taken.map_err(|seconds| Problem::new(Kind::TooMany).retry_after(seconds))
}

pub(super) async fn in_time(response: impl Future<Output = Response>) -> Response {
    match tokio::time::timeout(REQUEST_TIME, response).await {
        Ok(response) => response,
        Err(_) => Problem::new(Kind::TooSlow).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_rate() {
        let (buckets, start) = (Buckets::new(2, 3, 10), Instant::now());
        for _ in 0..3 {
            assert_eq!(buckets.take("a", start), Ok(()));
        }
        assert_eq!(buckets.take("a", start), Err(1));
        assert_eq!(buckets.take("b", start), Ok(()), "others are not held up");
        assert_eq!(buckets.take("a", start + Duration::from_millis(499)), Err(1));
        assert_eq!(buckets.take("a", start + Duration::from_millis(500)), Ok(()));
    }

    #[test]
    fn memory_is_bounded_and_a_flood_of_addresses_frees_nobody() {
        let (buckets, start) = (Buckets::new(1, 1, 2), Instant::now());
        assert_eq!(buckets.take(1, start), Ok(()));
        assert_eq!(buckets.take(2, start), Ok(()));
        assert_eq!(buckets.take(3, start), Ok(()), "the first stranger");
        assert!(buckets.take(4, start).is_err(), "strangers share one bucket");
        assert!(buckets.take(1, start).is_err(), "and the known stay known");
        assert_eq!(buckets.take(5, start + Duration::from_secs(2)), Ok(()), "full buckets make room");
        assert!(buckets.callers.lock().expect("not poisoned").known.len() <= 2);
    }

    #[test]
    fn nought_is_no_limit_and_a_network_is_one_caller() {
        let buckets = Buckets::new(0, 1, 2);
        assert!((0..1000).all(|_| buckets.take(1, Instant::now()).is_ok()));
        let two = ["2001:db8::1", "2001:db8::2"].map(|a| caller(a.parse().expect("an address")));
        assert_eq!(two[0], two[1]);
    }
}
