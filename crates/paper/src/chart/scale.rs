//! The frame of a picture: where nought lies, how high the highest is, which lines are drawn across.

use super::WIDTH;
use super::svg::{Anchor, Ink, SIZE, Svg, Words};

/// Room for the figures of the scale.
pub(super) const LEFT: f64 = 48.0;
/// Room for the names at the ends of the lines.
pub(super) const RIGHT: f64 = 116.0;
pub(super) const TOP: f64 = 12.0;
pub(super) const BOTTOM: f64 = 22.0;

/// Lines across, at most, nought not counted.
const LINES: u32 = 5;

pub(super) struct Frame {
    pub(super) height: f64,
    /// The value at the upper edge: a whole number of steps.
    pub(super) top_value: u32,
    step: u32,
}

impl Frame {
    /// Holds nought and everything up to `highest`.
    pub(super) fn new(height: f64, highest: u32) -> Self {
        let step = step(highest);
        Frame { height, top_value: highest.max(1).div_ceil(step).saturating_mul(step), step }
    }

    pub(super) fn bottom(&self) -> f64 {
        self.height - BOTTOM
    }

    pub(super) fn width(&self) -> f64 {
        WIDTH - LEFT - RIGHT
    }

    pub(super) fn y(&self, value: u32) -> f64 {
        let share = f64::from(value) / f64::from(self.top_value);
        self.bottom() - share * (self.bottom() - TOP)
    }

    /// The lines across with their figures.
    pub(super) fn draw(&self, svg: &mut Svg) {
        let mut value = 0;
        loop {
            let y = self.y(value);
            svg.line(Ink::Grid, (LEFT, y), (LEFT + self.width(), y));
            svg.words(Words::Scale, Anchor::End, (LEFT - 6.0, y), LEFT, &value.to_string());
            match value.checked_add(self.step) {
                Some(next) if next <= self.top_value => value = next,
                _ => break,
            }
        }
    }

    /// Names below, as many as have room; `at` gives the place of each.
    pub(super) fn below(&self, svg: &mut Svg, names: &[String], at: impl Fn(usize) -> f64) {
        let widest = names.iter().map(|name| super::svg::width(name)).fold(0.0, f64::max) + SIZE;
        let room = self.width() / (names.len().max(1) as f64);
        let every = every(names.len(), (widest / room).ceil());
        for (index, name) in names.iter().enumerate().step_by(every) {
            svg.words(Words::Scale, Anchor::Middle, (at(index), self.bottom() + 12.0), widest, name);
        }
    }
}

/// Which names are left: every one, or every 2nd, 4th, 8th and so on, so that hours stay hours.
fn every(names: usize, at_least: f64) -> usize {
    let mut every = 1;
    while (every as f64) < at_least && every < names {
        every *= 2;
    }
    every
}

/// 1, 2 or 5 times a power of ten, so that at most [`LINES`] lines are drawn.
fn step(highest: u32) -> u32 {
    let mut power = 1u32;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if highest.div_ceil(step) <= LINES || step == u32::MAX {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// Puts names at the ends of lines so that none covers another: moved apart, in the order of their height.
pub(super) fn ends(svg: &mut Svg, x: f64, mut names: Vec<(f64, String)>) {
    const APART: f64 = SIZE + 1.5;
    names.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut last = f64::NEG_INFINITY;
    for (y, name) in names {
        let y = y.max(last + APART);
        svg.words(Words::Label, Anchor::Start, (x, y), RIGHT - 8.0, &name);
        last = y;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_begins_at_nought_and_holds_the_highest_in_round_steps() {
        for (highest, top, expected) in [(0, 1, 1), (3, 3, 1), (7, 8, 2), (420, 500, 100), (5_600, 6_000, 2_000)] {
            let frame = Frame::new(160.0, highest);
            assert_eq!((frame.top_value, frame.step), (top, expected), "{highest}");
            assert!((frame.y(0) - frame.bottom()).abs() < 1e-9 && (frame.y(frame.top_value) - TOP).abs() < 1e-9);
        }
        assert!(Frame::new(160.0, u32::MAX).y(u32::MAX) >= TOP);
    }
}
