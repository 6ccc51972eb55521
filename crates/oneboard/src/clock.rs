//! The operation's clock: real, or the demonstration's own.
//!
//! Only what happens *in the operation* reads this clock. Sessions, tokens, limits and signatures run on [`real_now`].

use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use board::At;

/// The machine's own time.
pub fn real_now() -> At {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    At::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Fastest demonstration: a day in under two and a half minutes; faster, and a screen that gathers changes for 100 ms shows only jumps.
pub const MAX_SPEED: u32 = 600;

/// The clock the operation runs on.
#[derive(Debug)]
pub enum Clock {
    Real,
    Demonstration(Demonstration),
}

/// A clock that starts at an origin, runs at a whole multiple of real time, and can be paused.
#[derive(Debug)]
pub struct Demonstration {
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    origin: At,
    anchor: Instant,
    speed: u32,
    paused: bool,
}

impl State {
    fn at(self, instant: Instant) -> At {
        if self.paused {
            return self.origin;
        }
        let run = instant.saturating_duration_since(self.anchor).as_millis().saturating_mul(u128::from(self.speed));
        At::from_millis(self.origin.millis().saturating_add(i64::try_from(run).unwrap_or(i64::MAX)))
    }
}

impl Clock {
    /// A demonstration clock standing at `origin`; `speed` is held between 1 and [`MAX_SPEED`].
    pub fn demonstration(origin: At, speed: u32, paused: bool) -> Self {
        let state = State { origin, anchor: Instant::now(), speed: speed.clamp(1, MAX_SPEED), paused };
        Self::Demonstration(Demonstration { state: Mutex::new(state) })
    }

    pub fn now(&self) -> At {
        match self {
            Self::Real => real_now(),
            Self::Demonstration(clock) => clock.read().at(Instant::now()),
        }
    }

    pub const fn is_demonstration(&self) -> bool {
        matches!(self, Self::Demonstration(_))
    }
}

impl Demonstration {
    fn read(&self) -> State {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, instant: Instant, change: impl FnOnce(&mut State)) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.origin = state.at(instant);
        state.anchor = instant;
        change(&mut state);
    }

    pub fn speed(&self) -> u32 {
        self.read().speed
    }

    pub fn is_paused(&self) -> bool {
        self.read().paused
    }

    /// Changes the speed from now on; the time shown does not jump.
    pub fn set_speed(&self, speed: u32) {
        self.change(Instant::now(), |state| state.speed = speed.clamp(1, MAX_SPEED));
    }

    /// Moves the clock to `at`, keeping its speed: while history is being made, and when a kept demonstration goes on.
    pub fn set(&self, at: At) {
        self.change(Instant::now(), |state| state.origin = at);
    }

    /// Stops or restarts the clock; the time shown does not jump.
    pub fn set_paused(&self, paused: bool) {
        self.change(Instant::now(), |state| state.paused = paused);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn state(speed: u32, paused: bool) -> State {
        State { origin: At::from_millis(1_000), anchor: Instant::now(), speed, paused }
    }

    #[test]
    fn runs_at_its_speed() {
        let state = state(60, false);
        assert_eq!(state.at(state.anchor + Duration::from_secs(2)), At::from_millis(121_000));
    }

    #[test]
    fn stands_still_while_paused() {
        let state = state(60, true);
        assert_eq!(state.at(state.anchor + Duration::from_secs(2)), At::from_millis(1_000));
    }

    #[test]
    fn a_change_of_speed_or_pause_does_not_move_the_time() {
        let start = state(10, false);
        let clock = Demonstration { state: Mutex::new(start) };
        let later = start.anchor + Duration::from_secs(3);
        clock.change(later, |state| state.speed = 100);
        assert_eq!(clock.read().at(later), At::from_millis(31_000));
        clock.change(later, |state| state.paused = true);
        assert_eq!(clock.read().at(later + Duration::from_secs(9)), At::from_millis(31_000));
        clock.change(later + Duration::from_secs(9), |state| state.paused = false);
        assert_eq!(clock.read().at(later + Duration::from_secs(10)), At::from_millis(131_000));
    }
}
