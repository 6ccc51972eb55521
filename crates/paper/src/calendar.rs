//! A calendar feed (iCalendar, RFC 5545) to which a person or a post subscribes: shifts as events, in UTC.
//!
//! The same events give the same bytes: nothing here reads a clock. An event that is withdrawn is kept in the feed
//! as [`Status::Cancelled`], with a higher sequence, so that it also leaves the calendars that have it.
//!
//! Written here and not with the `icalendar` crate, which stamps events with the clock and names them at random unless
//! told otherwise, and brings a second library of dates; that crate reads the feeds back in the tests.
//!
//! ```
//! use paper::calendar::{Calendar, Event, Status};
//! let mut calendar = Calendar::new("东关收费站");
//! calendar.events.push(Event {
//!     uid: "assignment-7@longdong".into(),
//!     changed: "2027-02-01T00:00:00Z".parse()?,
//!     sequence: 0,
//!     start: "2027-02-05T12:00:00Z".parse()?,
//!     end: "2027-02-06T00:00:00Z".parse()?,
//!     summary: "检查站; 夜班".into(),
//!     place: None,
//!     description: None,
//!     status: Status::Confirmed,
//! });
//! assert!(calendar.feed()?.contains("SUMMARY:检查站\\; 夜班\r\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use jiff::Timestamp;
use thiserror::Error;

/// Octets of a line without its end (RFC 5545, 3.1).
const LINE_OCTETS: usize = 75;

/// How often a subscriber is asked to look again (RFC 7986, 5.7): a relief changes within the shift.
const REFRESH: &str = "PT15M";

/// Who made the feed (RFC 5545, 3.7.3).
const PRODUCT: &str = "-//Oneboard//paper//EN";

/// A named set of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// As the subscriber's program shows it; say *demonstration* or *drill* here where it is one.
    pub name: String,
    pub events: Vec<Event>,
}

/// One shift, meeting or deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The same for the same thing for ever, and for nothing else: `assignment-7@board`.
    pub uid: String,
    /// When it last changed.
    pub changed: Timestamp,
    /// How often its time, place or status has changed.
    pub sequence: u32,
    pub start: Timestamp,
    /// Later than `start`.
    pub end: Timestamp,
    pub summary: String,
    pub place: Option<String>,
    pub description: Option<String>,
    pub status: Status,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Tentative,
    Confirmed,
    Cancelled,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CalendarError {
    #[error("event \"{uid}\" ends at {end}, not after its start at {start}. Give it an end that is later.")]
    EndsBeforeStart { uid: String, start: Timestamp, end: Timestamp },
    #[error(
        "\"{uid}\" cannot name an event: expected one or more visible ASCII characters. Build it from the record's id."
    )]
    Uid { uid: String },
    #[error("two events are named \"{uid}\", so a calendar would show only one. Name each by its own record's id.")]
    UidTwice { uid: String },
}

impl Calendar {
    pub fn new(name: impl Into<String>) -> Self {
        Calendar { name: name.into(), events: Vec::new() }
    }

    /// The feed as it is served, with media type `text/calendar; charset=utf-8`.
    pub fn feed(&self) -> Result<String, CalendarError> {
        let mut seen = std::collections::BTreeSet::new();
        let mut feed = String::new();
        line(&mut feed, "BEGIN:VCALENDAR");
        line(&mut feed, "VERSION:2.0");
        line(&mut feed, &format!("PRODID:{PRODUCT}"));
        line(&mut feed, "CALSCALE:GREGORIAN");
        line(&mut feed, "METHOD:PUBLISH");
        // NAME is the standard (RFC 7986), X-WR-CALNAME what most programs read.
        line(&mut feed, &format!("NAME:{}", escape(&self.name)));
        line(&mut feed, &format!("X-WR-CALNAME:{}", escape(&self.name)));
        line(&mut feed, &format!("REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}"));
        line(&mut feed, &format!("X-PUBLISHED-TTL:{REFRESH}"));
        for event in &self.events {
            event.check()?;
            if !seen.insert(&event.uid) {
                return Err(CalendarError::UidTwice { uid: event.uid.clone() });
            }
            event.write(&mut feed);
        }
        line(&mut feed, "END:VCALENDAR");
        Ok(feed)
    }
}

impl Event {
    fn check(&self) -> Result<(), CalendarError> {
        if self.uid.is_empty() || !self.uid.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(CalendarError::Uid { uid: self.uid.clone() });
        }
        // Compared in whole seconds, as they are written.
        if self.end.as_second() <= self.start.as_second() {
            return Err(CalendarError::EndsBeforeStart { uid: self.uid.clone(), start: self.start, end: self.end });
        }
        Ok(())
    }

    fn write(&self, feed: &mut String) {
        line(feed, "BEGIN:VEVENT");
        line(feed, &format!("UID:{}", escape(&self.uid)));
        line(feed, &format!("DTSTAMP:{}", utc(self.changed)));
        line(feed, &format!("LAST-MODIFIED:{}", utc(self.changed)));
        line(feed, &format!("SEQUENCE:{}", self.sequence));
        line(feed, &format!("DTSTART:{}", utc(self.start)));
        line(feed, &format!("DTEND:{}", utc(self.end)));
        line(feed, &format!("SUMMARY:{}", escape(&self.summary)));
        for (name, text) in [("LOCATION", &self.place), ("DESCRIPTION", &self.description)] {
            if let Some(text) = text {
                line(feed, &format!("{name}:{}", escape(text)));
            }
        }
        let status = match self.status {
            Status::Tentative => "TENTATIVE",
            Status::Confirmed => "CONFIRMED",
            Status::Cancelled => "CANCELLED",
        };
        line(feed, &format!("STATUS:{status}"));
        line(feed, "END:VEVENT");
    }
}

/// A date with UTC time, form 2 (RFC 5545, 3.3.5), which needs no time zone to be sent along.
fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// TEXT (RFC 5545, 3.3.11): backslash, semicolon, comma and line break escaped, other control characters left out.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").replace('\r', "\n").chars() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            ';' => escaped.push_str("\\;"),
            ',' => escaped.push_str("\\,"),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push(' '),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// One content line, folded before its 76th octet and never within a character (RFC 5545, 3.1).
fn line(feed: &mut String, text: &str) {
    let mut octets = 0;
    for c in text.chars() {
        if octets + c.len_utf8() > LINE_OCTETS {
            feed.push_str("\r\n ");
            octets = 1;
        }
        feed.push(c);
        octets += c.len_utf8();
    }
    feed.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use icalendar::{Component as _, EventLike as _};
    use proptest::prelude::*;

    fn event(uid: &str) -> Event {
        Event {
            uid: uid.into(),
            changed: Timestamp::UNIX_EPOCH,
            sequence: 2,
            start: "2027-02-05T12:00:00Z".parse().unwrap(),
            end: "2027-02-06T00:00:00Z".parse().unwrap(),
            summary: "夜班".into(),
            place: Some("东关收费站".into()),
            description: None,
            status: Status::Confirmed,
        }
    }

    #[test]
    fn a_feed_of_one_shift_is_exactly_this() {
        let calendar = Calendar { name: "演示".into(), events: vec![event("a-1@x")] };
        let expected = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Oneboard//paper//EN\r\nCALSCALE:GREGORIAN\r\n\
            METHOD:PUBLISH\r\nNAME:演示\r\nX-WR-CALNAME:演示\r\nREFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n\
            X-PUBLISHED-TTL:PT15M\r\nBEGIN:VEVENT\r\nUID:a-1@x\r\nDTSTAMP:19700101T000000Z\r\n\
            LAST-MODIFIED:19700101T000000Z\r\nSEQUENCE:2\r\nDTSTART:20270205T120000Z\r\nDTEND:20270206T000000Z\r\n\
            SUMMARY:夜班\r\nLOCATION:东关收费站\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        assert_eq!(calendar.feed().unwrap(), expected);
    }

    #[test]
    fn what_a_calendar_could_not_show_is_refused_with_advice() {
        let with = |change: fn(&mut Event)| {
            let mut event = event("a");
            change(&mut event);
            Calendar { name: String::new(), events: vec![event] }.feed()
        };
        assert!(matches!(with(|e| e.end = e.start), Err(CalendarError::EndsBeforeStart { .. })));
        assert!(matches!(with(|e| e.uid = "a\r\nSUMMARY:x".into()), Err(CalendarError::Uid { .. })));
        assert!(matches!(with(|e| e.uid.clear()), Err(CalendarError::Uid { .. })));
        let twice = Calendar { name: String::new(), events: vec![event("a"), event("a")] };
        assert_eq!(twice.feed(), Err(CalendarError::UidTwice { uid: "a".into() }));
    }

    proptest! {
        /// The `icalendar` crate is the oracle: it shares no code with the writer.
        #[test]
        fn another_parser_reads_back_what_was_written(
            summary in "[ -~\n；，警夜班😀;,\\\\:\"]{1,200}", place in "[ -~警]{1,90}", shift in 1i64..100_000,
        ) {
            let mut written = event("assignment-1@board");
            written.summary = summary.clone();
            written.place = Some(place.clone());
            written.end = Timestamp::from_second(written.start.as_second() + shift).unwrap();
            let feed = Calendar { name: "x".into(), events: vec![written.clone()] }.feed().unwrap();
            for line in feed.split_terminator("\r\n") {
                prop_assert!(line.len() <= LINE_OCTETS && !line.contains(['\r', '\n']), "{line:?}");
            }
            let parsed: icalendar::Calendar = feed.parse().map_err(TestCaseError::fail)?;
            let read = parsed.events().next().expect("one event");
            prop_assert_eq!(read.get_uid(), Some("assignment-1@board"));
            prop_assert_eq!(read.get_summary(), Some(summary.as_str()));
            prop_assert_eq!(read.get_location(), Some(place.as_str()));
            let end = match read.get_end() {
                Some(icalendar::DatePerhapsTime::DateTime(icalendar::CalendarDateTime::Utc(at))) => at.timestamp(),
                other => return Err(TestCaseError::fail(format!("{other:?}"))),
            };
            prop_assert_eq!(end, written.end.as_second());
        }
    }
}
