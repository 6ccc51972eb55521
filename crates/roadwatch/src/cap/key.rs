//! What names an alert, and how one alert names another.

use std::fmt;

use serde::Serialize;

use crate::time::Moment;

/// Sender, identifier and time of sending: together the name of a message (CAP 1.2 §3.2.1, `references`).
///
/// Two messages with the same key and different content are a conflict, see [`super::Ledger`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Key {
    /// Who sent it, a globally unique name by agreement.
    pub sender: String,
    /// Its number or name, unique for the sender.
    pub identifier: String,
    /// When it was sent.
    pub sent: Moment,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{}", self.sender, self.identifier, self.sent)
    }
}

/// How an alert names another: as a key, of which only the instant of `sent` counts, not the offset it is written in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Reference(pub Key);

impl Reference {
    /// Does this name the message with `key`?
    pub fn names(&self, key: &Key) -> bool {
        self.0.sender == key.sender && self.0.identifier == key.identifier && self.0.sent.seconds == key.sent.seconds
    }

    /// Reads `sender,identifier,sent`.
    ///
    /// The sender's name may not hold a comma (§3.2.1), but identifiers with commas occur: everything between the
    /// first and the last comma is the identifier.
    pub fn parse(text: &str) -> Option<Self> {
        let (sender, rest) = text.split_once(',')?;
        let (identifier, sent) = rest.rsplit_once(',')?;
        let (sent, _) = Moment::parse_form(sent, Some(0)).ok()?;
        let known = !sender.is_empty() && !identifier.is_empty();
        known.then(|| Reference(Key { sender: sender.to_owned(), identifier: identifier.to_owned(), sent }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_an_instant_not_a_spelling() {
        let reference = Reference::parse("cma@cma.cn,6210-7,2026-02-14T18:00:00+08:00").expect("well formed");
        let key = |sent: &str| Key {
            sender: "cma@cma.cn".to_owned(),
            identifier: "6210-7".to_owned(),
            sent: Moment::parse(sent).expect("a time"),
        };
        assert!(reference.names(&key("2026-02-14T10:00:00-00:00")));
        assert!(!reference.names(&key("2026-02-14T10:00:01-00:00")));
    }

    #[test]
    fn half_a_reference_is_none() {
        for bad in ["", "a", "a,b", "a,b,c", ",b,2026-02-14T18:00:00+08:00", "a,,2026-02-14T18:00:00+08:00"] {
            assert_eq!(Reference::parse(bad), None, "{bad}");
        }
    }
}
