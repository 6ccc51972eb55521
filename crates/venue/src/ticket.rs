//! Tickets: who may join which meeting as what, good for five minutes, checked without asking anybody.
//!
//! A ticket is a line of fields and an HMAC-SHA-256 over it, in base64url. It holds no words and no secrets; it is for one
//! meeting and one venue, and it is used at the door only: an open connection does not end with it.

use crate::limits::TICKET_LIFE;
use crate::media::MeetingId;
use crate::peer::Part;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use thiserror::Error;

/// Says what the line is and in which form, so that a signature for something else is never a ticket.
const FORM: &str = "venue-ticket-1";
/// Characters of a ticket at most: the form is fixed, and the longest has about 150.
const MAX_TICKET: usize = 256;

/// What a ticket lets its holder do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    pub meeting: MeetingId,
    /// The program's number of the venue; it comes back with the connection.
    pub venue: u64,
    pub part: Part,
    /// The holder waits in the lobby until admitted.
    pub lobby: bool,
    /// Seconds since 1970.
    pub expires: u64,
}

/// The key that signs tickets. Made anew with each start of the engine: tickets do not outlive it.
#[derive(Clone)]
pub struct TicketKey([u8; 32]);

impl fmt::Debug for TicketKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("TicketKey")
    }
}

/// Why a ticket does not open the door.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TicketError {
    #[error("this is not a ticket of this server: open the meeting's page again to get one")]
    Forged,
    #[error("the ticket expired {0} s ago, it is good for 5 minutes: open the meeting's page again to get a new one")]
    Expired(u64),
}

impl TicketKey {
    /// From 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Writes a ticket that is good from `now` (seconds since 1970) for [`TICKET_LIFE`].
    pub fn issue(&self, meeting: MeetingId, venue: u64, part: Part, lobby: bool, now: u64) -> String {
        let expires = now + TICKET_LIFE.as_secs();
        let line = format!("{FORM} {} {venue} {} {} {expires}", meeting.0, part_name(part), u8::from(lobby));
        let seal = self.mac(&line).finalize().into_bytes();
        format!("{}.{}", BASE64.encode(line), BASE64.encode(seal))
    }

    /// Reads a ticket at `now` (seconds since 1970).
    pub fn check(&self, text: &str, now: u64) -> Result<Ticket, TicketError> {
        let ticket = self.open(text).ok_or(TicketError::Forged)?;
        match now.checked_sub(ticket.expires) {
            Some(ago) => Err(TicketError::Expired(ago)),
            None => Ok(ticket),
        }
    }

    fn open(&self, text: &str) -> Option<Ticket> {
        let (line, seal) = text.split_once('.').filter(|_| text.len() <= MAX_TICKET)?;
        let line = String::from_utf8(BASE64.decode(line).ok()?).ok()?;
        self.mac(&line).verify_slice(&BASE64.decode(seal).ok()?).ok()?;
        let fields: Vec<&str> = line.split(' ').collect();
        let [FORM, meeting, venue, part, lobby, expires] = fields[..] else { return None };
        Some(Ticket {
            meeting: MeetingId(meeting.parse().ok()?),
            venue: venue.parse().ok()?,
            part: [Part::Venue, Part::Viewer, Part::Encoder].into_iter().find(|known| part_name(*known) == part)?,
            lobby: lobby == "1",
            expires: expires.parse().ok()?,
        })
    }

    fn mac(&self, line: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length (RFC 2104)");
        mac.update(line.as_bytes());
        mac
    }
}

fn part_name(part: Part) -> &'static str {
    match part {
        Part::Venue => "venue",
        Part::Viewer => "viewer",
        Part::Encoder => "encoder",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> TicketKey {
        TicketKey::new([7; 32])
    }

    #[test]
    fn a_ticket_opens_for_five_minutes_and_then_says_why_not() {
        let text = key().issue(MeetingId(4), 17, Part::Viewer, true, 1_000);
        let expected = Ticket { meeting: MeetingId(4), venue: 17, part: Part::Viewer, lobby: true, expires: 1_300 };
        assert_eq!(key().check(&text, 1_299), Ok(expected));
        assert_eq!(key().check(&text, 1_310), Err(TicketError::Expired(10)));
        assert_eq!(TicketKey::new([8; 32]).check(&text, 1_000), Err(TicketError::Forged));
    }

    proptest! {
        #[test]
        fn a_changed_character_opens_nothing(at in 0usize..120, letter in "[A-Za-z0-9_.-]") {
            let text = key().issue(MeetingId(4), 17, Part::Venue, false, 1_000);
            let mut changed = text.clone();
            let at = at % text.len();
            changed.replace_range(at..=at, &letter);
            prop_assume!(changed != text);
            prop_assert_eq!(key().check(&changed, 1_000), Err(TicketError::Forged));
        }

        #[test]
        fn any_text_is_read_without_fault(text in ".{0,300}") {
            prop_assert_eq!(key().check(&text, 0), Err(TicketError::Forged));
        }
    }
}
