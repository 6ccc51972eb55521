//! Receipts over time: how many of those asked have acknowledged, accepted, done, minute by minute.

use super::scale::{Frame, LEFT, ends};
use super::svg::{Anchor, Ink, Svg, Words};
use super::{Curve, Receipts};
use crate::document::Text;
use crate::words::Language;

pub(super) const HEIGHT: f64 = 190.0;

/// At which shares of those asked the table gives the time.
const SHARES: [u32; 4] = [50, 90, 95, 100];

/// Marks below: at most this many.
const MARKS: u32 = 6;

pub(super) fn draw(svg: &mut Svg, receipts: &Receipts, language: Language) {
    let highest = receipts.curves.iter().flat_map(|curve| curve.points.iter().map(|&(_, count)| count)).max();
    let frame = Frame::new(HEIGHT, highest.unwrap_or(0).max(receipts.asked));
    frame.draw(svg);
    let until = receipts.until.max(1);
    let x = |minute: u32| LEFT + frame.width() * f64::from(minute.min(until)) / f64::from(until);
    let asked = frame.y(receipts.asked);
    svg.line(Ink::Required, (LEFT, asked), (LEFT + frame.width(), asked));
    let mut names = vec![(asked, format!("{} {}", language.pick("Asked", "应签收"), receipts.asked))];
    for curve in &receipts.curves {
        let ink = if curve.before { Ink::Before } else { Ink::Line };
        let mut points = vec![(LEFT, frame.bottom())];
        let mut last = 0;
        for &(minute, count) in curve.points.iter().take_while(|(minute, _)| *minute <= until) {
            points.extend([(x(minute), frame.y(last)), (x(minute), frame.y(count))]);
            last = count;
        }
        points.push((LEFT + frame.width(), frame.y(last)));
        svg.path(ink, &points, None);
        names.push((frame.y(last), format!("{} {last}", curve.name)));
    }
    ends(svg, LEFT + frame.width() + 8.0, names);
    let step = until.div_ceil(MARKS).max(1);
    for minute in (0..=until).step_by(step as usize) {
        let name = match language {
            Language::English => format!("{minute} min"),
            Language::Chinese => format!("{minute}分"),
        };
        svg.words(Words::Scale, Anchor::Middle, (x(minute), frame.bottom() + 12.0), 80.0, &name);
    }
}

/// For each curve: minutes until half, nine tenths, … had reached the state, and how many have by the end.
pub(super) fn table(receipts: &Receipts, language: Language) -> (Vec<Text>, Vec<Vec<Text>>) {
    let head = SHARES.iter().map(|share| match language {
        Language::English => format!("{share}% (min)"),
        Language::Chinese => format!("{share}%（分钟）"),
    });
    let last = language.pick("Reached", "已达");
    let head = head.chain([last.to_owned()]).map(Text::from).collect();
    let row = |curve: &Curve| {
        let reached = curve.points.last().map_or(0, |&(_, count)| count);
        let times = SHARES.iter().map(|share| {
            let wanted = (u64::from(receipts.asked) * u64::from(*share)).div_ceil(100);
            let at = curve.points.iter().find(|(_, count)| u64::from(*count) >= wanted);
            let not_yet = || language.pick("not reached", "未达").to_owned();
            Text::from(at.map_or_else(not_yet, |(minute, _)| minute.to_string()))
        });
        let reached = Text::from(format!("{reached}/{}", receipts.asked));
        std::iter::once(Text::new(&*curve.name)).chain(times).chain([reached]).collect()
    };
    (head, receipts.curves.iter().map(row).collect())
}
