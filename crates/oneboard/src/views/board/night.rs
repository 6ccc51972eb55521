//! The night as a time line: shifts, what happened, and *now*.
//!
//! It runs from noon to noon, so that a whole night, its evening and its morning stand still on the screen while the line of
//! *now* passes over them.

use board::operation::Operation;
use board::{At, Minutes, OperationId, Span, UnitId};
use maud::{Markup, html};

use super::coverage;
use crate::figures::Coverage;
use crate::fragment::Fragment;
use crate::views::{Sheet, post};

/// From noon to noon.
const LENGTH: Minutes = Minutes(24 * 60);
/// Hours between two marks of the axis.
const TICK_HOURS: u32 = 2;
/// Rows of shifts: two that overlap at a handover, and one more for posts with hours of their own.
const SHIFT_LANES: usize = 3;
/// Spans that are drawn; the rest are few and said in the roster.
const MOST_BANDS: usize = 12;
const LANE: u32 = 22;

/// The noon before `now`, and the next.
fn window(sheet: &Sheet<'_>) -> Span {
    let noon = sheet.midnight(sheet.now).plus(Minutes(12 * 60));
    let from = if noon <= sheet.now { noon } else { noon.minus(LENGTH) };
    Span::new(from, from.plus(LENGTH))
}

/// Shifts of the same hours, drawn as one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Band {
    span: Span,
    posts: u32,
    lane: usize,
}

/// The shifts of the covered posts within the night, by their hours; the most manned first in a row of its own.
fn bands(sheet: &Sheet<'_>, operation: &Operation, coverage: &Coverage, night: Span) -> Vec<Band> {
    let mut found: Vec<(Span, u32)> = Vec::new();
    let covered = |unit: UnitId| coverage.board.covers(&sheet.board().force, unit);
    for post in operation.posts.iter().filter(|post| !post.closed && covered(post.unit)) {
        for (_, shift) in operation.roster.shifts_of(post.id, night) {
            match found.iter_mut().find(|(span, _)| *span == shift.span) {
                Some((_, posts)) => *posts += 1,
                None => found.push((shift.span, 1)),
            }
        }
    }
    found.sort_by_key(|(span, posts)| (std::cmp::Reverse(*posts), span.from));
    found.truncate(MOST_BANDS);
    found.sort_by_key(|(span, posts)| (span.from, std::cmp::Reverse(*posts)));
    let mut ends: Vec<At> = Vec::new();
    let mut bands = Vec::new();
    for (span, posts) in found {
        let lane = match ends.iter().position(|end| *end <= span.from) {
            Some(lane) => lane,
            None if ends.len() < SHIFT_LANES => {
                ends.push(span.from);
                ends.len() - 1
            }
            None => continue,
        };
        ends[lane] = span.to;
        bands.push(Band { span, posts, lane });
    }
    bands
}

/// Where an instant lies in the night, as SVG writes it.
fn place(night: Span, at: At) -> String {
    let all = night.to.millis() - night.from.millis();
    // Tenths of a thousandth, in whole numbers.
    let part = (at.millis() - night.from.millis()).clamp(0, all) * 10_000 / all;
    format!("{}.{:02}%", part / 100, part % 100)
}

fn width(night: Span, span: Span) -> String {
    let cut = |at: At| at.millis().clamp(night.from.millis(), night.to.millis());
    place(night, At::from_millis(night.from.millis() + cut(span.to) - cut(span.from)))
}

/// The night as a fragment.
pub fn night(sheet: &Sheet<'_>, id: OperationId) -> Markup {
    let named = Fragment::Night(id);
    let Some(operation) = sheet.board().operation(id) else { return post::gone(sheet, named) };
    let night = window(sheet);
    let coverage = coverage(sheet);
    let bands = bands(sheet, operation, &coverage, night);
    let lanes = bands.iter().map(|band| band.lane + 1).max().unwrap_or(1) as u32;
    let (top, marks) = (18, 18 + lanes * LANE + 14);
    let height = marks + 16;
    let hours = (0..24 / TICK_HOURS).map(|tick| night.from.plus(Minutes(tick * TICK_HOURS * 60)));
    html! {
        div.night id=(named) data-fragment {
            svg.bar height=(height) role="img" aria-label=(words_of(sheet, &bands)) {
                @for at in hours {
                    line.tick x1=(place(night, at)) x2=(place(night, at)) y1="0" y2=(height) {}
                    text.lane x=(place(night, at)) dx="4" y="13" { (sheet.clock(at)) }
                }
                @for band in &bands {
                    @let y = top + band.lane as u32 * LANE;
                    rect.span x=(place(night, band.span.from)) y=(y) width=(width(night, band.span)) height=(LANE - 4) {}
                    text.span-text x=(place(night, band.span.from)) dx="6" y=(y + 13) { (band_words(sheet, band)) }
                }
                @if let Some((rung, since)) = operation.level && night.contains(since) {
                    circle.mark data-state="info" cx=(place(night, since)) cy=(marks) r="5" {}
                    text.span-text x=(place(night, since)) dx="9" y=(marks + 4) {
                        (operation.level_named(rung).map_or("", |level| sheet.label(&level.name)))
                    }
                }
                line.now x1=(place(night, sheet.now)) x2=(place(night, sheet.now)) y1="0" y2=(height) {}
            }
        }
    }
}

fn band_words(sheet: &Sheet<'_>, band: &Band) -> String {
    let values = [
        ("from", sheet.clock(band.span.from).into()),
        ("to", sheet.clock(band.span.to).into()),
        ("count", band.posts.into()),
    ];
    sheet.say("board-band", &values)
}

/// The night for those who do not see it.
fn words_of(sheet: &Sheet<'_>, bands: &[Band]) -> String {
    let said: Vec<String> = bands.iter().map(|band| band_words(sheet, band)).collect();
    format!("{}: {}", sheet.t("board-night"), said.join(&sheet.t("list-comma")))
}
