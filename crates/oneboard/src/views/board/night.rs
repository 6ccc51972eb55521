//! The night as a time line: shifts, what happened, and *now*.
//!
//! It runs from noon to noon, so that a whole night, its evening and its morning stand still on the screen while the line of
//! *now* passes over them.

use std::cmp::Reverse;

use board::operation::{Operation, Phase};
use board::{At, Minutes, OperationId, PostId, Span, UnitId};
use maud::{Markup, html};

use super::coverage;
use crate::figures::course::quarter_of;
use crate::figures::{Coverage, Happening, Hours, What};
use crate::fragment::Fragment;
use crate::views::{Sheet, post};

/// From noon to noon.
const LENGTH: Minutes = Minutes(24 * 60);
/// Hours between two marks of the axis.
const TICK_HOURS: u32 = 2;
/// On a narrow screen only every third mark of the axis has its time.
const MAJOR: usize = 3;
/// Rows of shifts: two that overlap at a handover, and one more for posts with hours of their own.
const SHIFT_LANES: usize = 3;
/// Spans that are drawn; the rest are few and said in the roster.
const MOST_BANDS: usize = 12;
/// The overlap in which one shift hands over to the next.
const HANDOVER: Minutes = Minutes(30);
/// How much of the night the words of a mark take up on the narrowest screen that shows them.
const ROOM: Minutes = Minutes(200);
/// Height of a row, and of the axis above the rows, in pixels.
const LANE: u32 = 22;
const AXIS: u32 = 18;

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

/// The shifts of the covered units within the night, by their hours; where there are too many, the most manned.
fn bands(hours: &[Hours], covered: impl Fn(UnitId) -> bool) -> Vec<Band> {
    let mut found: Vec<(Span, u32)> = Vec::new();
    for hours in hours.iter().filter(|hours| covered(hours.unit)) {
        match found.iter_mut().find(|(span, _)| *span == hours.span) {
            Some((_, posts)) => *posts += hours.posts,
            None => found.push((hours.span, hours.posts)),
        }
    }
    found.sort_by_key(|(span, posts)| (Reverse(*posts), span.from));
    found.truncate(MOST_BANDS);
    found.sort_by_key(|(span, posts)| (span.from, Reverse(*posts)));
    let mut ends: Vec<At> = Vec::new();
    let mut bands = Vec::new();
    for (span, posts) in found {
        // Shifts overlap by their handover: a quarter of an hour into the next one still counts as after it.
        let free = |end: &At| end.minus(HANDOVER) <= span.from;
        let lane = match ends.iter().position(free) {
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

/// Several happenings of one kind in one quarter of an hour: one mark.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Mark {
    at: At,
    kind: Kind,
    count: u32,
    /// What happened is still so: only then is it coloured.
    stands: bool,
    first: Happening,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Kind {
    Unmanned,
    Overdue,
    Relief,
    Level,
    Phase,
    Watch,
    Order,
}

impl Kind {
    const fn of(what: What) -> Self {
        match what {
            What::Unmanned(_) => Self::Unmanned,
            What::ContactOverdue(_) => Self::Overdue,
            What::ReliefLate(_) => Self::Relief,
            What::LevelSet(_) => Self::Level,
            What::PhaseSet(_) => Self::Phase,
            What::WatchTaken(_) => Self::Watch,
            What::VerbalOrder(_) => Self::Order,
        }
    }

    /// Which of the two rows of marks: what went wrong above, what was decided below.
    const fn row(self) -> u32 {
        match self {
            Self::Unmanned | Self::Overdue | Self::Relief => 0,
            Self::Level | Self::Phase | Self::Watch | Self::Order => 1,
        }
    }

    const fn colour(self) -> &'static str {
        match self {
            Self::Unmanned => "wrong",
            Self::Overdue | Self::Relief => "attention",
            Self::Level | Self::Phase | Self::Watch | Self::Order => "normal",
        }
    }
}

/// Is it still as it was when it happened?
fn still_stands(operation: &Operation, happening: &Happening) -> bool {
    match happening.what {
        What::Unmanned(post) => operation.presence.unmanned_since(post) == Some(happening.at),
        What::ContactOverdue(post) => operation.presence.duty(post).overdue_since == Some(happening.at),
        What::ReliefLate(post) => !operation.presence.duty(post).waiting.is_empty(),
        What::LevelSet(_) | What::PhaseSet(_) | What::WatchTaken(_) | What::VerbalOrder(_) => false,
    }
}

/// What happened in the night, as far as the viewer may know.
fn marks(sheet: &Sheet<'_>, id: OperationId, operation: &Operation, coverage: &Coverage, night: Span) -> Vec<Mark> {
    let force = &sheet.board().force;
    let mut marks: Vec<Mark> = Vec::new();
    sheet.figures.read(id, |course| {
        for found in course.happenings(night) {
            let kind = Kind::of(found.what);
            let seen = match kind {
                Kind::Unmanned | Kind::Overdue | Kind::Relief => coverage.board.covers(force, found.unit),
                Kind::Watch | Kind::Order => coverage.watch.covers(force, found.unit),
                Kind::Level | Kind::Phase => true,
            };
            if !seen {
                continue;
            }
            let stands = still_stands(operation, found);
            let same = |mark: &&mut Mark| mark.kind == kind && quarter_of(mark.at) == quarter_of(found.at);
            match marks.iter_mut().rev().take_while(|mark| quarter_of(mark.at) >= quarter_of(found.at)).find(same) {
                Some(mark) if kind.row() == 0 => {
                    mark.count += 1;
                    mark.stands |= stands;
                }
                _ => marks.push(Mark { at: found.at, kind, count: 1, stands, first: *found }),
            }
        }
    });
    marks
}

/// A mark in words.
fn mark_words(sheet: &Sheet<'_>, operation: &Operation, mark: &Mark) -> String {
    let time = ("time", sheet.clock(mark.at).into());
    let post = |id: PostId| operation.posts.get(id).map_or_else(String::new, |post| post.number.to_string());
    match mark.first.what {
        What::Unmanned(_) if mark.count > 1 => {
            sheet.say("board-mark-unmanned-many", &[time, ("count", mark.count.into())])
        }
        What::Unmanned(id) => sheet.say("board-mark-unmanned", &[time, ("post", post(id).into())]),
        What::ContactOverdue(_) if mark.count > 1 => {
            sheet.say("board-mark-overdue-many", &[time, ("count", mark.count.into())])
        }
        What::ContactOverdue(id) => sheet.say("board-mark-overdue", &[time, ("post", post(id).into())]),
        What::ReliefLate(_) if mark.count > 1 => {
            sheet.say("board-mark-relief-many", &[time, ("count", mark.count.into())])
        }
        What::ReliefLate(id) => sheet.say("board-mark-relief", &[time, ("post", post(id).into())]),
        What::LevelSet(rung) => {
            let level = operation.level_named(rung).map_or("", |level| sheet.label(&level.name));
            sheet.say("board-mark-level", &[time, ("level", level.into())])
        }
        What::PhaseSet(phase) => sheet.say("board-mark-phase", &[time, ("phase", sheet.t(phase_key(phase)).into())]),
        What::WatchTaken(person) => sheet.say("board-mark-watch", &[time, ("name", sheet.name(person).into())]),
        What::VerbalOrder(line) => sheet.say("board-mark-order", &[time, ("number", line.into())]),
    }
}

/// The words of a phase.
pub const fn phase_key(phase: Phase) -> &'static str {
    match phase {
        Phase::Planning => "board-phase-planning",
        Phase::Active => "board-phase-active",
        Phase::StandDown => "board-phase-stand-down",
        Phase::Closed => "board-phase-closed",
    }
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
    let hours = sheet.figures.hours(sheet.board(), sheet.published.head.position, id, night);
    let bands = bands(&hours, |unit| coverage.board.covers(&sheet.board().force, unit));
    let marks = marks(sheet, id, operation, &coverage, night);
    let said: Vec<String> = marks.iter().map(|mark| mark_words(sheet, operation, mark)).collect();
    let lanes = bands.iter().map(|band| band.lane + 1).max().unwrap_or(1) as u32;
    let first_row = AXIS + lanes * LANE + LANE / 2;
    let height = first_row + 2 * LANE - LANE / 3;
    let ticks = (0..24 / TICK_HOURS).map(|tick| night.from.plus(Minutes(tick * TICK_HOURS * 60)));
    html! {
        div.night id=(named) data-fragment {
            svg.bar height=(height) role="img" aria-label=(words_of(sheet, &bands, &said)) {
                @for (number, at) in ticks.enumerate() {
                    line.tick x1=(place(night, at)) x2=(place(night, at)) y1="0" y2=(height) {}
                    text.lane.minor[number % MAJOR != 0] x=(place(night, at)) dx="4" y="13" { (sheet.clock(at)) }
                }
                @for band in &bands {
                    // A drawing of its own cuts words that are longer than the shift.
                    svg x=(place(night, band.span.from)) y=(AXIS + band.lane as u32 * LANE) width=(width(night, band.span)) height=(LANE - 4) {
                        rect.span width="100%" height="100%" {}
                        text.span-text x="6" y="13" { (band_words(sheet, band)) }
                    }
                }
                @for (number, (mark, words)) in marks.iter().zip(&said).enumerate() {
                    @let y = first_row + mark.kind.row() * LANE;
                    circle.mark data-state=[mark.stands.then_some(mark.kind.colour())] cx=(place(night, mark.at)) cy=(y) r=(radius(mark)) {
                        title { (words) }
                    }
                    @if has_room(&marks[number..], night) {
                        text.span-text.said x=(place(night, mark.at)) dx="11" y=(y + 5) { (words) }
                    }
                }
                line.now x1=(place(night, sheet.now)) x2=(place(night, sheet.now)) y1="0" y2=(height) {}
            }
        }
    }
}

/// One post is a dot, many are a larger one; the words say how many.
fn radius(mark: &Mark) -> u32 {
    match mark.count {
        0..=1 => 4,
        2..=4 => 5,
        _ => 7,
    }
}

/// May the first of these marks have its words beside it? Only where the next one of its row is far enough away.
fn has_room(marks: &[Mark], night: Span) -> bool {
    let Some((mark, after)) = marks.split_first() else { return false };
    let room = |at: At| at.millis() - mark.at.millis() >= ROOM.millis();
    let next = after.iter().find(|next| next.kind.row() == mark.kind.row());
    next.is_none_or(|next| room(next.at)) && room(night.to)
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
fn words_of(sheet: &Sheet<'_>, bands: &[Band], marks: &[String]) -> String {
    let said: Vec<String> = bands.iter().map(|band| band_words(sheet, band)).chain(marks.iter().cloned()).collect();
    format!("{}: {}", sheet.t("board-night"), said.join(&sheet.t("list-comma")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: UnitId = UnitId::from_value(1);
    const B: UnitId = UnitId::from_value(2);

    fn at(hour: u32, minute: u32) -> At {
        At::from_millis(0).plus(Minutes(hour * 60 + minute))
    }

    fn hours(unit: UnitId, from: At, to: At, posts: u32) -> Hours {
        Hours { unit, span: Span::new(from, to), posts }
    }

    #[test]
    fn shifts_of_the_same_hours_are_one_band_and_only_of_units_in_view() {
        let plan =
            [hours(A, at(8, 0), at(20, 0), 3), hours(B, at(8, 0), at(20, 0), 4), hours(B, at(9, 0), at(17, 0), 1)];
        assert_eq!(bands(&plan, |_| true)[0], Band { span: plan[0].span, posts: 7, lane: 0 });
        assert_eq!(bands(&plan, |unit| unit == A), [Band { span: plan[0].span, posts: 3, lane: 0 }]);
    }

    #[test]
    fn a_shift_follows_on_in_its_row_in_spite_of_the_handover_and_stands_below_what_it_overlaps() {
        let plan =
            [hours(A, at(8, 0), at(20, 15), 5), hours(A, at(20, 0), at(32, 15), 5), hours(A, at(12, 0), at(24, 0), 2)];
        let lanes: Vec<usize> = bands(&plan, |_| true).iter().map(|band| band.lane).collect();
        assert_eq!(lanes, [0, 1, 0]);
    }

    #[test]
    fn what_lies_outside_the_night_is_drawn_at_its_edge() {
        let night = Span::new(at(12, 0), at(36, 0));
        assert_eq!((place(night, at(8, 0)), place(night, at(18, 0))), ("0.00%".to_owned(), "25.00%".to_owned()));
        assert_eq!(width(night, Span::new(at(8, 0), at(20, 0))), "33.33%");
    }
}
