//! Dates, times of day and spans out of the many ways in which people write them.
//!
//! Nothing is guessed: a day and month whose order cannot be known, a year of two digits and a date without a
//! year (unless the layout gives one) are refused with the reason.

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Time, date};

use super::fault::Reason;
use super::fold::fold;
use crate::table::{Clock, Span};

/// Serials that a bare number must lie between to be taken for a date: 1954 to 2119. Outside, it is some other
/// number that strayed into the column.
const PLAUSIBLE_SERIALS: std::ops::Range<f64> = 20_000.0..80_000.0;

/// Seconds in a day.
const DAY_SECONDS: f64 = 86_400.0;

/// From which day a spreadsheet counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Epoch {
    /// Serial 1 is 1900-01-01, and a 29 February 1900 that never was is serial 60 (ECMA-376 part 1, 18.17.4.1).
    Y1900,
    /// Serial 0 is 1904-01-01.
    Y1904,
}

/// A serial to the second. `None` before the epoch, after 9999, and on 29 February 1900.
pub(super) fn from_serial(serial: f64, epoch: Epoch) -> Option<DateTime> {
    if !(0.0..3_000_000.0).contains(&serial) {
        return None;
    }
    let seconds = (serial * DAY_SECONDS).round() as i64;
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let base = match epoch {
        Epoch::Y1904 => date(1904, 1, 1),
        Epoch::Y1900 if days < 60 => date(1899, 12, 31),
        Epoch::Y1900 if days == 60 => return None,
        Epoch::Y1900 => date(1899, 12, 30),
    };
    let day = base.checked_add(days.days()).ok()?;
    day.to_datetime(Time::midnight()).checked_add(second.seconds()).ok()
}

/// A number without a date format: a plausible serial, or a date typed without separators (20270205).
pub(super) fn date_from_number(number: f64, epoch: Epoch) -> Result<Date, Reason> {
    if number.fract() == 0.0 && (19_000_101.0..=99_991_231.0).contains(&number) {
        return compact_date(number as u32);
    }
    whole_day(from_plausible_serial(number, epoch).ok_or(Reason::NotADate)?)
}

/// A number without a date format as a moment, if it lies in [`PLAUSIBLE_SERIALS`].
pub(super) fn from_plausible_serial(number: f64, epoch: Epoch) -> Option<DateTime> {
    PLAUSIBLE_SERIALS.contains(&number).then(|| from_serial(number, epoch)).flatten()
}

/// The date of a moment that must carry no time of day.
pub(super) fn whole_day(at: DateTime) -> Result<Date, Reason> {
    if at.time() == Time::midnight() { Ok(at.date()) } else { Err(Reason::TimeInDate) }
}

/// A number without a time format: a fraction of a day, or hours and minutes run together (800, 2030).
pub(super) fn time_from_number(number: f64) -> Result<Clock, Reason> {
    if number > 0.0 && number < 1.0 {
        return clock_from_day_fraction(number);
    }
    if number.fract() == 0.0 && (100.0..=2400.0).contains(&number) {
        let number = number as u16;
        return Clock::new(number / 100, number % 100).ok_or(Reason::NotATime);
    }
    Err(Reason::NotATime)
}

/// A fraction of a day from 0 to 1, to the minute; 1 is 24:00.
pub(super) fn clock_from_day_fraction(fraction: f64) -> Result<Clock, Reason> {
    let seconds = (fraction * DAY_SECONDS).round();
    if !(0.0..=DAY_SECONDS).contains(&seconds) {
        return Err(Reason::NotATime);
    }
    let seconds = seconds as u32;
    if !seconds.is_multiple_of(60) {
        return Err(Reason::SecondsInTime);
    }
    Clock::from_minutes((seconds / 60) as u16).ok_or(Reason::NotATime)
}

/// 2027-02-05, 2027/2/5, 2027.2.5, 2027年2月5日, 20270205; 2月5日, 2-5 and 2/5 with the year of `year`.
pub(super) fn parse_date(text: &str, year: Option<i16>) -> Result<Date, Reason> {
    let text = fold(text);
    if let Some((day, time)) = split_date_time(&text)
        && let Ok(clock) = parse_time_seconds(time)
    {
        return if clock == 0 { parse_date(day, year) } else { Err(Reason::TimeInDate) };
    }
    let text = drop_weekday(&text);
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return compact_date(text.parse().map_err(|_| Reason::NotADate)?);
    }
    let parts = date_parts(text).ok_or(Reason::NotADate)?;
    match parts.as_slice() {
        [(y, 4), (m, 1 | 2), (d, 1 | 2)] => checked_date(*y as i16, *m, *d),
        [(_, 1 | 2), (_, 1 | 2), (_, 2 | 4)] => Err(Reason::DateOrder),
        [(m, 1 | 2), (d, 1 | 2)] => checked_date(year.ok_or(Reason::NoYear)?, *m, *d),
        _ => Err(Reason::NotADate),
    }
}

/// A date and a time of day, apart by a space or `T`, or by 日: 2027-02-05 08:00, 2027年2月5日8点.
pub(super) fn parse_date_time(text: &str, year: Option<i16>) -> Result<DateTime, Reason> {
    let text = fold(text);
    let (day, time) = split_date_time(&text).ok_or(Reason::NotADateTime)?;
    let seconds = parse_time_seconds(time).map_err(|_| Reason::NotADateTime)?;
    let day = parse_date(day, year)?;
    day.to_datetime(Time::midnight()).checked_add(i64::from(seconds).seconds()).map_err(|_| Reason::NotADateTime)
}

/// 8:00, 08:00, 8：00, 8点, 8点30分, 8点半, 8时, 0800, 下午2点, 2:30 pm, 24:00; to the minute.
pub(super) fn parse_time(text: &str) -> Result<Clock, Reason> {
    let seconds = parse_time_seconds(&fold(text))?;
    if !seconds.is_multiple_of(60) {
        return Err(Reason::SecondsInTime);
    }
    Clock::from_minutes((seconds / 60) as u16).ok_or(Reason::NotATime)
}

/// 20:00-08:00, 20:00—次日8:00, 8点至18点, 20:00 to 08:00 next day.
pub(super) fn parse_span(text: &str) -> Result<Span, Reason> {
    let text = fold(text).to_lowercase();
    let (start, end) =
        ["--", "-", "~", "至", "到", " to "].iter().find_map(|mark| text.split_once(mark)).ok_or(Reason::NotASpan)?;
    let start = drop_word(start.trim(), &["当日", "当天"]).0;
    let (end, next_day) = drop_word(end.trim(), &["次日", "翌日", "第二天", "第二日", "隔日", "next day", "+1"]);
    let end = drop_word(end, &["当日", "当天"]).0;
    let start = parse_time(start).map_err(|_| Reason::NotASpan)?;
    let end = parse_time(end).map_err(|_| Reason::NotASpan)?;
    if next_day && end > start {
        return Err(Reason::SpanTooLong);
    }
    Ok(Span::new(start, end))
}

/// Takes one of `words` off either end, with brackets around it; says whether there was one.
fn drop_word<'a>(text: &'a str, words: &[&str]) -> (&'a str, bool) {
    let bare = |text: &'a str, word: &str| text.strip_prefix(word).or_else(|| text.strip_suffix(word));
    for word in words {
        let bracketed = || {
            let after = text.strip_prefix('(').and_then(|rest| rest.strip_prefix(word)?.strip_prefix(')'));
            after.or_else(|| text.strip_suffix(')')?.strip_suffix(word)?.strip_suffix('('))
        };
        if let Some(rest) = bracketed().or_else(|| bare(text, word)) {
            return (rest.trim(), true);
        }
    }
    (text, false)
}

/// Splits where a time of day may begin: after 日 or 号, at `T`, else at the last space that a digit follows.
fn split_date_time(text: &str) -> Option<(&str, &str)> {
    for mark in ['日', '号'] {
        if let Some(at) = text.find(mark) {
            let (day, time) = text.split_at(at + mark.len_utf8());
            return (!time.trim().is_empty()).then_some((day, time.trim()));
        }
    }
    let (day, time) = text.split_once('T').or_else(|| text.split_once(' '))?;
    Some((day.trim(), time.trim()))
}

/// 2027-02-05(星期五), 2月5日周五, 2027-02-05 Fri: the day of the week adds nothing and is not checked.
fn drop_weekday(text: &str) -> &str {
    let text = text.trim();
    let bare = text.strip_suffix(')').unwrap_or(text);
    for mark in ["星期", "周", "礼拜"] {
        if let Some((day, rest)) = bare.split_once(mark)
            && rest.chars().count() == 1
        {
            return day.trim_end_matches(['(', ' ']);
        }
    }
    for day in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] {
        let cut = bare.len().saturating_sub(day.len());
        if bare.get(cut..).is_some_and(|end| end.eq_ignore_ascii_case(day)) {
            return bare[..cut].trim_end_matches(['(', ' ']);
        }
    }
    text
}

/// The numbers of a date and how many digits each was written with. `None` where anything else stands in it.
fn date_parts(text: &str) -> Option<Vec<(u16, usize)>> {
    let text = text.trim_end_matches(['日', '号']);
    let parts: Option<Vec<_>> = text
        .split(['-', '/', '.', '年', '月'])
        .map(str::trim)
        .map(|part| {
            let digits = !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse().ok().map(|number| (number, part.len()))).flatten()
        })
        .collect();
    parts
}

fn compact_date(number: u32) -> Result<Date, Reason> {
    checked_date((number / 10_000) as i16, (number / 100 % 100) as u16, (number % 100) as u16)
}

fn checked_date(year: i16, month: u16, day: u16) -> Result<Date, Reason> {
    Date::new(year, month as i8, day as i8).map_err(|_| Reason::NoSuchDate)
}

/// Seconds from midnight, 0 to 86,400. The text is folded.
fn parse_time_seconds(text: &str) -> Result<u32, Reason> {
    let lower = text.trim().to_lowercase();
    let (bare, half) = half_of_day(&lower);
    let (hour, minute, second) = hour_minute_second(bare).ok_or(Reason::NotATime)?;
    let hour = match half {
        None => hour,
        Some(_) if hour > 12 => hour,
        Some(Half::Morning) => hour % 12,
        Some(Half::Noon) if hour >= 11 => hour,
        Some(Half::Noon | Half::Afternoon) => hour % 12 + 12,
    };
    let fits = hour < 24 && minute < 60 && second < 60 || (hour, minute, second) == (24, 0, 0);
    if fits { Ok(hour * 3600 + minute * 60 + second) } else { Err(Reason::NotATime) }
}

#[derive(Clone, Copy)]
enum Half {
    Morning,
    Noon,
    Afternoon,
}

fn half_of_day(text: &str) -> (&str, Option<Half>) {
    let marks = [
        ("上午", Half::Morning),
        ("凌晨", Half::Morning),
        ("早上", Half::Morning),
        ("am", Half::Morning),
        ("中午", Half::Noon),
        ("下午", Half::Afternoon),
        ("晚上", Half::Afternoon),
        ("pm", Half::Afternoon),
    ];
    for (mark, half) in marks {
        if let Some(rest) = text.strip_prefix(mark).or_else(|| text.strip_suffix(mark)) {
            return (rest.trim(), Some(half));
        }
    }
    (text, None)
}

fn hour_minute_second(text: &str) -> Option<(u32, u32, u32)> {
    let number = |part: &str| -> Option<u32> {
        let part = part.trim();
        let digits = matches!(part.len(), 1 | 2) && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse().ok()).flatten()
    };
    if let Some((hour, rest)) = text.split_once(['点', '时']) {
        let rest = rest.trim().trim_start_matches('钟').trim_end_matches('分').trim();
        let minute = match rest {
            "" | "整" => 0,
            "半" => 30,
            rest => number(rest)?,
        };
        return Some((number(hour)?, minute, 0));
    }
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        [hour, minute] => Some((number(hour)?, number(minute)?, 0)),
        [hour, minute, second] => Some((number(hour)?, number(minute)?, number(second)?)),
        [run] if matches!(run.len(), 3 | 4) && run.is_ascii() => {
            let (hour, minute) = run.split_at(run.len() - 2);
            Some((number(hour)?, number(minute)?, 0))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_one_date_is_that_date() {
        for text in [
            "2027-02-05",
            "2027/2/5",
            "2027.2.5",
            "2027年2月5日",
            "2027年02月05号",
            "20270205",
            "２０２７－２－５",
            "2027年2月5日（星期五）",
            "2027-02-05 00:00:00",
            "2027-2-5 周五",
            "2027-02-05 Fri",
            " 2027 / 2 / 5 ",
        ] {
            assert_eq!(parse_date(text, None), Ok(date(2027, 2, 5)), "{text}");
        }
        for text in ["2月5日", "2-5", "02/05", "2.5", "２月５日", "2月5号周五"] {
            assert_eq!(parse_date(text, Some(2027)), Ok(date(2027, 2, 5)), "{text}");
            assert_eq!(parse_date(text, None), Err(Reason::NoYear), "{text}");
        }
    }

    #[test]
    fn a_date_that_could_be_two_dates_is_refused() {
        assert_eq!(parse_date("03/04/2027", None), Err(Reason::DateOrder));
        assert_eq!(parse_date("27-02-05", None), Err(Reason::DateOrder));
        assert_eq!(parse_date("2027-02-30", None), Err(Reason::NoSuchDate));
        assert_eq!(parse_date("2027-13-01", None), Err(Reason::NoSuchDate));
        assert_eq!(parse_date("2027-02-05 08:00", None), Err(Reason::TimeInDate));
        for text in ["", "soon", "2027", "2027-2", "2027--02", "1e9", "99999999999999"] {
            assert!(parse_date(text, Some(2027)).is_err(), "{text}");
        }
    }

    #[test]
    fn every_way_of_writing_one_time_is_that_time() {
        for text in [
            "8:30",
            "08:30",
            "8：30",
            "8点30分",
            "8点30",
            "8点半",
            "8时30分",
            "0830",
            "830",
            "上午8:30",
            "8:30 AM",
            "08:30:00",
        ] {
            assert_eq!(parse_time(text), Ok(Clock::new(8, 30).unwrap()), "{text}");
        }
        for text in ["20:00", "2000", "20点", "晚上8点", "8:00pm", "20时整"] {
            assert_eq!(parse_time(text), Ok(Clock::new(20, 0).unwrap()), "{text}");
        }
        assert_eq!(parse_time("24:00").map(Clock::minutes), Ok(1440));
        assert_eq!(parse_time("12:10 am").map(Clock::minutes), Ok(10));
        assert_eq!(parse_time("中午12点").map(Clock::minutes), Ok(720));
        for text in ["24:01", "25:00", "8:60", "8", "点", "-1:00", "8:5x", "８点半半"] {
            assert!(parse_time(text).is_err(), "{text}");
        }
        assert_eq!(parse_time("8:00:30"), Err(Reason::SecondsInTime));
    }

    #[test]
    fn spans_go_over_midnight_and_never_past_a_day() {
        for text in [
            "20:00-08:00",
            "20:00—次日8:00",
            "20:00－08:00",
            "20:00～翌日08:00",
            "20点至次日8点",
            "20:00——08:00",
            "2000-0800",
            "20:00 to 08:00 next day",
            "20:00-08:00(次日)",
            "当日20:00-(次日)8:00",
            "20:00-08:00(+1)",
        ] {
            let span = parse_span(text).unwrap_or_else(|reason| panic!("{text}: {reason:?}"));
            assert_eq!((span.minutes(), span.over_midnight()), (720, true), "{text}");
        }
        assert_eq!(parse_span("00:00-24:00").map(Span::minutes), Ok(1440));
        assert_eq!(parse_span("8:00-次日8:00").map(Span::minutes), Ok(1440));
        assert_eq!(parse_span("8:00-18:00").map(Span::over_midnight), Ok(false));
        assert_eq!(parse_span("8:00-次日20:00"), Err(Reason::SpanTooLong));
        for text in ["8:00", "-", "8:00-", "night", "8-18", "8:00-12:00-18:00"] {
            assert_eq!(parse_span(text), Err(Reason::NotASpan), "{text}");
        }
    }

    #[test]
    fn serials_follow_both_epochs_and_the_day_that_never_was() {
        assert_eq!(from_serial(46_423.0, Epoch::Y1900), Some(date(2027, 2, 5).at(0, 0, 0, 0)));
        assert_eq!(from_serial(46_423.0 - 1462.0, Epoch::Y1904), Some(date(2027, 2, 5).at(0, 0, 0, 0)));
        assert_eq!(from_serial(59.0, Epoch::Y1900), Some(date(1900, 2, 28).at(0, 0, 0, 0)));
        assert_eq!(from_serial(60.0, Epoch::Y1900), None);
        assert_eq!(from_serial(61.0, Epoch::Y1900), Some(date(1900, 3, 1).at(0, 0, 0, 0)));
        assert_eq!(from_serial(46_423.354_166_666_67, Epoch::Y1900), Some(date(2027, 2, 5).at(8, 30, 0, 0)));
        for serial in [-1.0, f64::NAN, f64::INFINITY, 2_958_466.0] {
            assert_eq!(from_serial(serial, Epoch::Y1900), None, "{serial}");
        }
    }

    #[test]
    fn a_moment_may_be_written_in_words_and_end_at_24_00() {
        let morning = date(2027, 2, 5).at(8, 0, 0, 0);
        for text in [
            "2027-02-05 08:00",
            "2027-02-05T08:00:00",
            "2027年2月5日8点",
            "2027年2月5日 上午8:00",
            "2027/2/5　８：００",
        ] {
            assert_eq!(parse_date_time(text, None), Ok(morning), "{text}");
        }
        assert_eq!(parse_date_time("2月5日8点", Some(2027)), Ok(morning));
        assert_eq!(parse_date_time("2027-02-04 24:00", None), Ok(date(2027, 2, 5).at(0, 0, 0, 0)));
        assert_eq!(parse_date_time("2027-02-05", None), Err(Reason::NotADateTime));
    }
}
