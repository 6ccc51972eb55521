//! A course of time: the day strip as a filled line in steps, the night as bars.

use super::scale::{Frame, LEFT, ends};
use super::svg::{Ink, Svg};
use super::{Course, Series};

pub(super) const HEIGHT: f64 = 168.0;

/// The share of an hour's room that its bar takes.
const BAR: f64 = 0.68;

pub(super) fn strip(svg: &mut Svg, course: &Course) {
    let (frame, room) = framed(svg, course);
    let left = |step: usize| LEFT + room * step as f64;
    for points in runs(&course.now, course.steps.len(), &frame, left) {
        svg.path(Ink::Area, &points, Some(frame.bottom()));
        svg.path(Ink::Line, &points, None);
    }
    gaps(svg, course, &frame, room);
    for (series, ink) in
        course.before.iter().map(|s| (s, Ink::Before)).chain(course.required.iter().map(|s| (s, Ink::Required)))
    {
        for points in runs(series, course.steps.len(), &frame, left) {
            svg.path(ink, &points, None);
        }
    }
    names(svg, course, &frame);
    frame.below(svg, &course.steps, left);
}

pub(super) fn hours(svg: &mut Svg, course: &Course) {
    let (frame, room) = framed(svg, course);
    let left = |step: usize| LEFT + room * (step as f64 + (1.0 - BAR) / 2.0);
    let mut bars = |series: &Series, ink: Ink, shift: f64| {
        for (step, value) in series.values.iter().enumerate().take(course.steps.len()) {
            if let Some(value) = *value {
                let y = frame.y(value);
                svg.rect(ink, left(step) + shift, y, room * BAR, frame.bottom() - y);
            }
        }
    };
    bars(&course.now, Ink::Area, 0.0);
    if let Some(before) = &course.before {
        bars(before, Ink::Before, room * 0.09);
    }
    gaps(svg, course, &frame, room);
    if let Some(required) = &course.required {
        for points in runs(required, course.steps.len(), &frame, |step| LEFT + room * step as f64) {
            svg.path(Ink::Required, &points, None);
        }
    }
    names(svg, course, &frame);
    frame.below(svg, &course.steps, |step| left(step) + room * BAR / 2.0);
}

/// The frame, drawn, and the room of one step.
fn framed(svg: &mut Svg, course: &Course) -> (Frame, f64) {
    let highest = course.series().flat_map(|series| series.values.iter().flatten()).max().copied().unwrap_or(0);
    let frame = Frame::new(HEIGHT, highest);
    frame.draw(svg);
    let room = frame.width() / course.steps.len().max(1) as f64;
    (frame, room)
}

/// The stretches with data, each as the corners of its steps.
fn runs(series: &Series, steps: usize, frame: &Frame, left: impl Fn(usize) -> f64) -> Vec<Vec<(f64, f64)>> {
    let mut runs = Vec::new();
    let mut run = Vec::new();
    for step in 0..steps {
        match series.at(step) {
            Some(value) => run.extend([(left(step), frame.y(value)), (left(step + 1), frame.y(value))]),
            None if run.is_empty() => {}
            None => runs.push(std::mem::take(&mut run)),
        }
    }
    if !run.is_empty() {
        runs.push(run);
    }
    runs
}

/// A dotted place for each stretch of this operation without data.
fn gaps(svg: &mut Svg, course: &Course, frame: &Frame, room: f64) {
    let mut step = 0;
    while step < course.steps.len() {
        let end = (step..course.steps.len()).find(|&at| course.now.at(at).is_some()).unwrap_or(course.steps.len());
        if end > step {
            let top = frame.y(frame.top_value);
            svg.rect(Ink::None, LEFT + room * step as f64, top, room * (end - step) as f64, frame.bottom() - top);
        }
        step = end + 1;
    }
}

/// Each series is named at the height of its last value.
fn names(svg: &mut Svg, course: &Course, frame: &Frame) {
    let named = course.series().filter_map(|series| {
        let last = series.values.iter().take(course.steps.len()).rev().flatten().next()?;
        Some((frame.y(*last), format!("{} {last}", series.name)))
    });
    ends(svg, LEFT + frame.width() + 8.0, named.collect());
}
