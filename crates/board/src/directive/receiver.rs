//! Whose receipt it is: a unit's, given by its leader or duty officer, is not a person's.
//!
//! ```
//! use board::directive::Receiver;
//! let receiver: Receiver = "unit-0000000000001".parse().unwrap();
//! assert!(matches!(receiver, Receiver::Unit(_)));
//! assert_eq!(receiver.to_string(), "unit-0000000000001");
//! ```

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{PersonId, UnitId};

/// Written as `unit-ID` or `person-ID`, so that it may be a field of a form and a key of a map.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Receiver {
    Unit(UnitId),
    Person(PersonId),
}

impl fmt::Display for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit(unit) => write!(f, "unit-{unit}"),
            Self::Person(person) => write!(f, "person-{person}"),
        }
    }
}

/// What was read is not a receiver.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{value}\" is not a receiver: expected unit-ID or person-ID; take it from the list of receipts")]
pub struct NotAReceiver {
    pub value: String,
}

impl FromStr for Receiver {
    type Err = NotAReceiver;

    fn from_str(text: &str) -> Result<Self, NotAReceiver> {
        let read = |text: &str| match text.split_once('-')? {
            ("unit", id) => id.parse().ok().map(Self::Unit),
            ("person", id) => id.parse().ok().map(Self::Person),
            _ => None,
        };
        read(text).ok_or_else(|| NotAReceiver { value: text.chars().take(32).collect() })
    }
}

impl Serialize for Receiver {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Receiver {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Receiver {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Receiver".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^(unit|person)-[0-9a-f][0-9a-hjkmnp-tv-z]{12}$" })
    }
}
