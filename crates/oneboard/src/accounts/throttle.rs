//! Five wrong sign-ins in fifteen minutes, and the account or address waits.
//!
//! In memory only: a restart forgets, which costs an attacker's guesses nothing worth having. Counted by login name whether or not the
//! account exists, so that waiting tells nobody which names are real.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use board::At;

/// Wrong attempts at one account before it waits (notes/security.md).
pub const ACCOUNT_FAILURES: usize = 5;
/// Wrong attempts from one address: a station of forty people may share one, and each may mistype.
pub const ADDRESS_FAILURES: usize = 40;
/// How long a failure counts, ms.
pub const WINDOW: i64 = 15 * 60_000;
/// Names and addresses remembered; beyond it the oldest failure is forgotten. 40 instants each: 21 MB at most.
const MAX_REMEMBERED: usize = 65_536;

#[derive(Debug, Default)]
pub struct Throttle {
    accounts: Mutex<HashMap<String, Vec<i64>>>,
    addresses: Mutex<HashMap<IpAddr, Vec<i64>>>,
}

impl Throttle {
    /// Takes one attempt *before* the password is looked at, so that many at once are not more than many in turn.
    /// Refused: the seconds until the next may be made.
    pub fn attempt(&self, login: &str, address: IpAddr, now: At) -> Result<(), u32> {
        let now = now.millis();
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = wait(&mut accounts, login, ACCOUNT_FAILURES, now).max(wait(
            &mut addresses,
            &address,
            ADDRESS_FAILURES,
            now,
        ));
        if wait > 0 {
            return Err(u32::try_from(wait.div_euclid(1000) + 1).unwrap_or(u32::MAX));
        }
        note(&mut accounts, login.to_owned(), now);
        note(&mut addresses, address, now);
        Ok(())
    }

    /// The attempt was right: the account starts afresh, and the address gets its attempt back.
    pub fn succeeded(&self, login: &str, address: IpAddr) {
        self.forget(login);
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failures) = addresses.get_mut(&address) {
            failures.pop();
        }
    }

    /// A security administrator has vouched for the account.
    pub fn forget(&self, login: &str) {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner).remove(login);
    }
}

fn wait<K, Q: Hash + Eq + ?Sized>(failures: &mut HashMap<K, Vec<i64>>, key: &Q, most: usize, now: i64) -> i64
where
    K: std::borrow::Borrow<Q> + Hash + Eq,
{
    let Some(times) = failures.get_mut(key) else { return 0 };
    times.retain(|at| now - at < WINDOW);
    if times.len() < most { 0 } else { times[times.len() - most] + WINDOW - now }
}

fn note<K: Hash + Eq + Clone>(failures: &mut HashMap<K, Vec<i64>>, key: K, now: i64) {
    if failures.len() >= MAX_REMEMBERED && !failures.contains_key(&key) {
        failures.retain(|_, times| times.last().is_some_and(|at| now - at < WINDOW));
        if failures.len() >= MAX_REMEMBERED
            && let Some(oldest) =
                failures.iter().min_by_key(|(_, times)| times.last().copied()).map(|(key, _)| key.clone())
        {
            failures.remove(&oldest);
        }
    }
    failures.entry(key).or_default().push(now);
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn at(minute: i64) -> At {
        At::from_millis(minute * MINUTE)
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([203, 0, 113, last])
    }

    #[test]
    fn the_sixth_attempt_in_fifteen_minutes_waits_from_any_address() {
        let throttle = Throttle::default();
        for minute in 0..5 {
            assert_eq!(throttle.attempt("min", address(minute as u8), at(minute)), Ok(()));
        }
        assert_eq!(throttle.attempt("min", address(9), at(5)), Err(601), "until the first is a quarter of an hour old");
        assert_eq!(throttle.attempt("jun", address(9), at(5)), Ok(()), "others are not held up");
        assert_eq!(throttle.attempt("min", address(9), at(15)), Ok(()));
    }

    #[test]
    fn a_right_one_starts_afresh() {
        let throttle = Throttle::default();
        for _ in 0..20 {
            assert_eq!(throttle.attempt("min", address(1), at(0)), Ok(()));
            throttle.succeeded("min", address(1));
        }
    }

    #[test]
    fn one_address_that_tries_many_names_waits() {
        let throttle = Throttle::default();
        for name in 0..ADDRESS_FAILURES {
            assert_eq!(throttle.attempt(&format!("name{name}"), address(1), at(0)), Ok(()));
        }
        assert!(throttle.attempt("another", address(1), at(1)).is_err());
        assert_eq!(throttle.attempt("another", address(2), at(1)), Ok(()));
    }
}
