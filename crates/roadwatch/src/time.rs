//! Instants with the offset they were written in, as CAP and XML Schema write them.
//!
//! ```
//! use roadwatch::time::Moment;
//!
//! let a = Moment::parse("2026-02-14T18:00:00+08:00").expect("a CAP time");
//! let b = Moment::parse("2026-02-14T10:00:00Z").expect("an XML Schema time");
//! assert_eq!(a.seconds, b.seconds);
//! assert_eq!(a.to_string(), "2026-02-14T18:00:00+08:00");
//! ```

use std::fmt;

/// An instant to the second, and the offset from UTC it was given in.
///
/// Ordered by instant first. XML Schema allows fractions of a second; they are cut off, no warning turns on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// Offset from UTC in minutes, east positive, at most 14 h either way.
    pub offset_minutes: i16,
}

/// How a time departs from the form `YYYY-MM-DDThh:mm:ss±hh:mm` that CAP 1.2 (§3.3.2) demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// It does not.
    Cap,
    /// A time of XML Schema with `Z` or with fractions of a second.
    Schema,
    /// A time of XML Schema without offset: nobody knows which instant is meant.
    NoOffset,
}

/// A text that is no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no time: {why}; expected a form like 2026-02-14T18:00:00+08:00")]
pub struct TimeError {
    text: String,
    why: &'static str,
}

impl Moment {
    /// An instant from seconds since 1970 in UTC.
    pub const fn utc(seconds: i64) -> Self {
        Moment { seconds, offset_minutes: 0 }
    }

    /// Reads a `dateTime` of XML Schema 1.0 (years 0001–9999) that has an offset.
    ///
    /// # Errors
    /// [`TimeError`] for anything else, a missing offset included.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        Self::parse_form(text, None).map(|(moment, _)| moment)
    }

    /// As [`Moment::parse`], with the form it was written in; a missing offset is taken to be `assumed` minutes.
    ///
    /// # Errors
    /// [`TimeError`] if the text is no time, or has no offset and none is assumed.
    pub fn parse_form(text: &str, assumed: Option<i16>) -> Result<(Self, Form), TimeError> {
        read(text, assumed).map_err(|why| TimeError { text: text.chars().take(60).collect(), why })
    }

    /// This instant, `seconds` later.
    pub fn plus(self, seconds: i64) -> Self {
        Moment { seconds: self.seconds.saturating_add(seconds), ..self }
    }
}

fn read(text: &str, assumed: Option<i16>) -> Result<(Moment, Form), &'static str> {
    const SHAPE: &str = "it is not written as one";
    let b = text.as_bytes();
    let number = |from: usize, to: usize| -> Result<i64, &'static str> {
        let digits = b.get(from..to).ok_or(SHAPE)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(SHAPE);
        }
        Ok(digits.iter().fold(0, |n, d| n * 10 + i64::from(d - b'0')))
    };
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if marks.iter().any(|(at, mark)| b.get(*at) != Some(mark)) {
        return Err(SHAPE);
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if year == 0 {
        return Err("there is no year 0");
    }
    if !(1..=12).contains(&month) {
        return Err("there is no such month");
    }
    if !(1..=days_in_month(year, month)).contains(&day) {
        return Err("there is no such day");
    }
    let midnight = hour == 24 && minute == 0 && second == 0;
    if (hour > 23 && !midnight) || minute > 59 || second > 59 {
        return Err("there is no such time of day");
    }
    let mut at = 19;
    if b.get(at) == Some(&b'.') {
        let digits = b.iter().skip(at + 1).take_while(|c| c.is_ascii_digit()).count();
        if digits == 0 || (midnight && number(at + 1, at + 1 + digits)? != 0) {
            return Err(SHAPE);
        }
        at += 1 + digits;
    }
    let (offset, mut form) = match b.get(at..).unwrap_or_default() {
        [] => (assumed.ok_or("it has no offset from UTC")?, Form::NoOffset),
        [b'Z'] => (0, Form::Schema),
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let (hours, minutes) = (number(at + 1, at + 3)?, number(at + 4, at + 6)?);
            if minutes > 59 || hours * 60 + minutes > 14 * 60 {
                return Err("there is no such offset from UTC");
            }
            let offset = (hours * 60 + minutes) as i16;
            (if *sign == b'-' { -offset } else { offset }, Form::Cap)
        }
        _ => return Err(SHAPE),
    };
    if form == Form::Cap && at != 19 {
        form = Form::Schema;
    }
    let days = days_from_civil(year, month, day);
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - i64::from(offset) * 60;
    Ok((Moment { seconds, offset_minutes: offset }, form))
}

const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms").
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse: (year, month, day).
const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

impl Moment {
    /// Year, month, day, hour, minute, second on the clock of its own offset.
    pub const fn local(self) -> (i64, i64, i64, i64, i64, i64) {
        let local = self.seconds + self.offset_minutes as i64 * 60;
        let (year, month, day) = civil_from_days(local.div_euclid(86_400));
        let of_day = local.rem_euclid(86_400);
        (year, month, day, of_day / 3_600, of_day / 60 % 60, of_day % 60)
    }
}

/// In the form of CAP 1.2, where UTC is `-00:00` (§3.3.2).
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day, hour, minute, second) = self.local();
        let sign = if self.offset_minutes > 0 { '+' } else { '-' };
        let (h, m) = (self.offset_minutes.abs() / 60, self.offset_minutes.abs() % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{sign}{h:02}:{m:02}")
    }
}

impl serde::Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_instants() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2026-11-23T05:54:20-00:00", 1_795_413_260),
            ("2003-06-17T14:57:00-07:00", 1_055_887_020),
            ("1999-12-31T24:00:00Z", 946_684_800),
            ("0001-01-01T00:00:00Z", -62_135_596_800),
        ] {
            assert_eq!(Moment::parse(text).map(|m| m.seconds), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn impossible_times_are_refused() {
        for text in [
            "",
            "2026-02-30T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-01T24:00:01Z",
            "2026-01-01T23:59:60Z",
            "2026-01-01T23:60:00Z",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00,08:00",
            "2026-01-01T00:00:00+14:01",
            "2026-01-01T00:00:00.Z",
            "2026-1-1T00:00:00Z",
            "2026-01-01T00:00:00+0800",
            "0000-01-01T00:00:00Z",
            "２０２６-01-01T00:00:00Z",
            "2026-01-01T00:00:00ZZ",
            "2026-01-01T00:00:00",
        ] {
            assert!(Moment::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_missing_offset_is_assumed_only_when_told() {
        let (moment, form) = Moment::parse_form("2026-02-14T18:00:00", Some(480)).expect("an offset is assumed");
        assert_eq!((moment.to_string().as_str(), form), ("2026-02-14T18:00:00+08:00", Form::NoOffset));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(seconds in -62_135_000_000i64..253_402_000_000, offset in -840i16..=840) {
            let moment = Moment { seconds, offset_minutes: offset };
            prop_assert_eq!(Moment::parse_form(&moment.to_string(), None), Ok((moment, Form::Cap)));
        }
    }
}
