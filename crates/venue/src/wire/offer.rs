//! The gate for an offer: what it may hold, which of its lines is what, and the text that is let through.
//!
//! Addresses in an offer are taken out. This side is ICE-lite: it answers checks and learns the address from them, so an
//! offer cannot make it send anywhere.

use crate::limits::{MAX_LAYERS, MAX_LINES, MAX_OFFER};
use thiserror::Error;

/// An offer that was let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The session description without candidates.
    pub text: String,
    pub lines: Vec<Line>,
}

/// One media line of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub mid: String,
    pub kind: Kind,
    /// The other side sends on it.
    pub sends: bool,
    /// The other side wants to receive on it.
    pub receives: bool,
    /// Names of simulcast layers, in the order of the offer.
    pub layers: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Audio,
    Video,
}

/// Why an offer was not let through.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum OfferError {
    #[error("the offer has {0} characters, at most {MAX_OFFER}: leave out media lines that are not used")]
    TooLong(usize),
    #[error("the offer has {0} media lines, at most {MAX_LINES}: ask for fewer thumbnails")]
    TooManyLines(usize),
    #[error("line {mid} has {count} simulcast layers, at most {MAX_LAYERS}: send low, middle and high")]
    TooManyLayers { mid: String, count: usize },
    #[error("the offer has no media line: add a receiving or a sending line first")]
    Empty,
    #[error("media line {0} has no a=mid: use a browser or an encoder that bundles (RFC 8843)")]
    NoMid(usize),
    #[error("mid \"{0}\" is used twice: every media line needs its own")]
    MidTwice(String),
    #[error("media line of kind \"{0}\": expected audio or video, data is not carried")]
    OtherKind(String),
    #[error("the offer has no ice-ufrag: it is not a WebRTC offer")]
    NoCredentials,
    #[error("the offer has no sha-256 fingerprint: media goes encrypted or not at all")]
    NoFingerprint,
}

/// Reads and trims an offer. `text` is the session description as it came from the network.
pub fn read(text: &str) -> Result<Offer, OfferError> {
    if text.len() > MAX_OFFER {
        return Err(OfferError::TooLong(text.len()));
    }
    let mut kept = String::with_capacity(text.len());
    let mut lines: Vec<Line> = Vec::new();
    let (mut credentials, mut fingerprint) = (false, false);
    for line in text.lines().map(|line| line.trim_end_matches('\r')).filter(|line| !line.is_empty()) {
        if line.starts_with("a=candidate:") || line == "a=end-of-candidates" {
            continue;
        }
        kept.push_str(line);
        kept.push_str("\r\n");
        credentials |= line.starts_with("a=ice-ufrag:");
        fingerprint |= line.starts_with("a=fingerprint:sha-256 ");
        if let Some(media) = line.strip_prefix("m=") {
            let kind = match media.split(' ').next() {
                Some("audio") => Kind::Audio,
                Some("video") => Kind::Video,
                other => return Err(OfferError::OtherKind(other.unwrap_or_default().chars().take(20).collect())),
            };
            lines.push(Line { mid: String::new(), kind, sends: true, receives: true, layers: Vec::new() });
        } else if let Some(current) = lines.last_mut() {
            attribute(current, line);
        }
    }
    check(&lines)?;
    if !credentials {
        return Err(OfferError::NoCredentials);
    }
    if !fingerprint {
        return Err(OfferError::NoFingerprint);
    }
    Ok(Offer { text: kept, lines })
}

fn attribute(line: &mut Line, text: &str) {
    match text {
        "a=sendonly" => line.receives = false,
        "a=recvonly" => line.sends = false,
        "a=inactive" => (line.sends, line.receives) = (false, false),
        _ => {
            if let Some(mid) = text.strip_prefix("a=mid:") {
                line.mid = mid.to_owned();
            } else if let Some(layers) = text.strip_prefix("a=simulcast:send ") {
                // "l;m;~h recv x": alternatives and the receiving half are not offered by browsers, and not used here.
                let send = layers.split(' ').next().unwrap_or_default();
                let name = |layer: &str| layer.split(',').next().unwrap_or_default().trim_start_matches('~').to_owned();
                line.layers = send.split(';').map(name).collect();
            }
        }
    }
}

fn check(lines: &[Line]) -> Result<(), OfferError> {
    if lines.is_empty() {
        return Err(OfferError::Empty);
    }
    if lines.len() > MAX_LINES {
        return Err(OfferError::TooManyLines(lines.len()));
    }
    for (at, line) in lines.iter().enumerate() {
        if line.mid.is_empty() {
            return Err(OfferError::NoMid(at + 1));
        }
        if lines[..at].iter().any(|before| before.mid == line.mid) {
            return Err(OfferError::MidTwice(line.mid.clone()));
        }
        if line.layers.len() > MAX_LAYERS {
            return Err(OfferError::TooManyLayers { mid: line.mid.clone(), count: line.layers.len() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAD: &str =
        "v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\na=fingerprint:sha-256 AA:BB\r\n";

    fn offer(lines: &[&str]) -> String {
        format!("{HEAD}{}", lines.join("\r\n"))
    }

    #[test]
    fn lines_are_told_apart_and_addresses_are_taken_out() {
        let text = offer(&[
            "m=audio 9 UDP/TLS/RTP/SAVPF 111",
            "a=mid:0",
            "a=sendonly",
            "a=candidate:1 1 udp 1 10.0.0.1 9 typ host",
            "m=video 9 UDP/TLS/RTP/SAVPF 96",
            "a=mid:1",
            "a=simulcast:send l;~m,x;h recv q",
            "m=video 9 UDP/TLS/RTP/SAVPF 96",
            "a=mid:2",
            "a=recvonly",
        ]);
        let read = read(&text).expect("an offer");
        assert!(!read.text.contains("10.0.0.1"));
        let seen: Vec<_> =
            read.lines.iter().map(|line| (line.mid.as_str(), line.kind, line.sends, line.receives)).collect();
        let expected =
            [("0", Kind::Audio, true, false), ("1", Kind::Video, true, true), ("2", Kind::Video, false, true)];
        assert_eq!(seen, expected);
        assert_eq!(read.lines[1].layers, ["l", "m", "h"]);
    }

    #[test]
    fn what_is_too_much_is_named() {
        assert_eq!(read(&"x".repeat(MAX_OFFER + 1)), Err(OfferError::TooLong(MAX_OFFER + 1)));
        let many: Vec<String> = (0..=MAX_LINES).map(|at| format!("m=video 9 X 96\r\na=mid:{at}")).collect();
        assert_eq!(read(&format!("{HEAD}{}", many.join("\r\n"))), Err(OfferError::TooManyLines(MAX_LINES + 1)));
        let layers = read(&offer(&["m=video 9 X 96", "a=mid:0", "a=simulcast:send 1;2;3;4"]));
        assert_eq!(layers, Err(OfferError::TooManyLayers { mid: "0".into(), count: 4 }));
        assert_eq!(read(&offer(&["m=application 9 X 1", "a=mid:0"])), Err(OfferError::OtherKind("application".into())));
        assert_eq!(read(&offer(&["m=audio 9 X 1"])), Err(OfferError::NoMid(1)));
        assert_eq!(read(HEAD), Err(OfferError::Empty));
        let twice = read(&offer(&["m=audio 9 X 1", "a=mid:0", "m=audio 9 X 1", "a=mid:0"]));
        assert_eq!(twice, Err(OfferError::MidTwice("0".into())));
        assert_eq!(read("m=audio 9 X 1\r\na=mid:0"), Err(OfferError::NoCredentials));
        assert_eq!(read("m=audio 9 X 1\r\na=mid:0\r\na=ice-ufrag:a"), Err(OfferError::NoFingerprint));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_fault_and_never_grows(text in "(?s).{0,400}") {
            if let Ok(offer) = read(&text) {
                prop_assert!(offer.lines.len() <= MAX_LINES);
            }
        }

        #[test]
        fn no_candidate_passes(lines in proptest::collection::vec("(m=audio 9 X 1|a=mid:[0-9]{1,2}|a=sendonly|a=candidate:[a-z0-9. ]{0,30}|a=simulcast:send [a-z;,~]{0,9}|[ -~]{0,12})", 0..30)) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            if let Ok(offer) = read(&offer(&lines)) {
                prop_assert!(!offer.text.contains("a=candidate:"));
            }
        }
    }
}
