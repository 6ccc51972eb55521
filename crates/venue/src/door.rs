//! How many offers one address may make: a window per address, forgotten when it is over.

use crate::limits::{MAX_COUNTED_ADDRESSES, OFFER_WINDOW, OFFERS_PER_ADDRESS};
use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Instant;

#[derive(Debug, Default)]
pub struct Door {
    windows: HashMap<IpAddr, (Instant, usize)>,
}

impl Door {
    /// Counts an offer; false when the address has made its share.
    pub fn opens(&mut self, from: IpAddr, now: Instant) -> bool {
        if self.windows.len() >= MAX_COUNTED_ADDRESSES {
            self.windows.retain(|_, (since, _)| now.saturating_duration_since(*since) < OFFER_WINDOW);
        }
        if self.windows.len() >= MAX_COUNTED_ADDRESSES && !self.windows.contains_key(&from) {
            return false;
        }
        let (since, count) = self.windows.entry(from).or_insert((now, 0));
        if now.saturating_duration_since(*since) >= OFFER_WINDOW {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        *count <= OFFERS_PER_ADDRESS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_share_and_gets_it_again_after_the_window() {
        let now = Instant::now();
        let mut door = Door::default();
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let passed = (0..OFFERS_PER_ADDRESS + 5).filter(|_| door.opens(one, now)).count();
        assert_eq!(passed, OFFERS_PER_ADDRESS);
        assert!(door.opens(other, now));
        assert!(door.opens(one, now + OFFER_WINDOW));
    }
}
