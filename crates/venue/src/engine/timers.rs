//! Deadlines of all connections in one heap, at most one live entry for each.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

/// Deadlines closer than this to now wait for it: a pacer's microseconds become small bursts, and a thousand connections do
/// not wake the thread one by one. Probing sends every 2 ms and must not wait longer; above [`crate::limits::LEAD`], or a
/// deadline would come up in the turn that set it.
pub const GRAIN: Duration = Duration::from_millis(2);

/// Set by [`Timers::set`], kept by the connection it is for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Timer {
    due: Option<Instant>,
    queued: Option<Instant>,
}

#[derive(Debug, Default)]
pub struct Timers {
    heap: BinaryHeap<Reverse<(Instant, usize)>>,
}

impl Timers {
    /// Moves the deadline of a connection. Later deadlines cost nothing: the old entry moves itself when it comes up.
    pub fn set(&mut self, timer: &mut Timer, index: usize, at: Instant, now: Instant) {
        let at = at.max(now + GRAIN);
        timer.due = Some(at);
        if timer.queued.is_none_or(|queued| at < queued) {
            timer.queued = Some(at);
            self.heap.push(Reverse((at, index)));
        }
    }

    /// When the first entry comes up.
    pub fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes an entry that has come up: whose it is and when it was set for.
    pub fn pop(&mut self, now: Instant) -> Option<(usize, Instant)> {
        self.next().filter(|at| *at <= now)?;
        self.heap.pop().map(|Reverse((at, index))| (index, at))
    }

    /// Whether a connection is due by an entry that came up; if it has been moved, it is queued again.
    pub fn due(&mut self, timer: &mut Timer, index: usize, entry: Instant, now: Instant) -> bool {
        if timer.queued != Some(entry) {
            return false;
        }
        timer.queued = None;
        match timer.due {
            Some(due) if due > now => {
                timer.queued = Some(due);
                self.heap.push(Reverse((due, index)));
                false
            }
            due => due.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_deadline_comes_up_once_and_at_its_time() {
        let start = Instant::now();
        let ms = |ms: u64| start + Duration::from_millis(ms);
        let (mut timers, mut timer) = (Timers::default(), Timer::default());
        timers.set(&mut timer, 3, ms(50), start);
        timers.set(&mut timer, 3, ms(20), start);
        timers.set(&mut timer, 3, ms(80), start);
        let mut fired = Vec::new();
        while let Some(at) = timers.next() {
            while let Some((index, entry)) = timers.pop(at) {
                if timers.due(&mut timer, index, entry, at) {
                    fired.push((index, at));
                }
            }
        }
        assert_eq!(fired, [(3, ms(80))]);
    }

    #[test]
    fn a_deadline_in_the_past_waits_for_the_grain() {
        let now = Instant::now();
        let (mut timers, mut timer) = (Timers::default(), Timer::default());
        timers.set(&mut timer, 0, now, now);
        assert_eq!(timers.next(), Some(now + GRAIN));
    }
}
