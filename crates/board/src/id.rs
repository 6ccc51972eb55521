//! Typed ids, minted from the command that makes the thing they name.
//!
//! An id is eight bytes of SHA-256 over (command id, counter). It is the same on replay, tells nobody how many
//! things there are, and is written as thirteen letters and digits that survive a telephone line.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// The identity that the sender gave a command; sending it again does nothing new.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CommandId(pub u128);

/// The id of a `T`.
pub struct Id<T> {
    value: u64,
    of: PhantomData<fn() -> T>,
}

pub type UnitId = Id<crate::force::Unit>;
pub type PersonId = Id<crate::force::Person>;
pub type OperationId = Id<crate::operation::Operation>;
pub type PostId = Id<crate::post::Post>;
pub type ShiftId = Id<crate::roster::Shift>;
pub type AssignmentId = Id<crate::roster::Assignment>;
pub type RollCallId = Id<crate::checkin::RollCall>;
pub type AlarmId = Id<crate::alarm::Alarm>;
pub type NoticeId = Id<crate::notice::Notice>;
pub type AttachmentId = Id<crate::attachment::Attachment>;
pub type GrantId = Id<crate::access::Grant>;
pub type TextId = Id<crate::Str>;
pub type DirectiveId = Id<crate::directive::Directive>;
pub type TaskId = Id<crate::task::Task>;
pub type CallOutId = Id<crate::call_out::CallOut>;
pub type SectionId = Id<crate::section::Section>;
pub type WarningId = Id<crate::warning::Warning>;
pub type MeasureId = Id<crate::measure::Measure>;

/// Crockford's base 32 without the letters that are mistaken for digits.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Thirteen letters of five bits hold sixty-four.
const LENGTH: usize = 13;

impl<T> Id<T> {
    /// The id of the `counter`-th thing that a command makes.
    pub fn mint(command: CommandId, counter: u32) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"oneboard id");
        hash.update(command.0.to_be_bytes());
        hash.update(counter.to_be_bytes());
        let digest = hash.finalize();
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&digest[..8]);
        Self::from_value(u64::from_be_bytes(bytes))
    }

    pub const fn from_value(value: u64) -> Self {
        Self { value, of: PhantomData }
    }

    pub const fn value(self) -> u64 {
        self.value
    }

    fn letters(self) -> [u8; LENGTH] {
        let mut letters = [b'0'; LENGTH];
        let mut rest = self.value;
        for letter in letters.iter_mut().rev() {
            *letter = LETTERS[(rest & 31) as usize];
            rest >>= 5;
        }
        letters
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.letters()).expect("the letters are ASCII"))
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What was read is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{value}\" is not an id: expected thirteen of 0-9 and a-z without i, l, o, u; take it from a link or a list")]
pub struct NotAnId {
    pub value: String,
}

impl<T> FromStr for Id<T> {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        // What is shown back is cut: a hostile value must not fill a log line.
        let wrong = || NotAnId { value: text.chars().take(32).collect() };
        if text.len() != LENGTH {
            return Err(wrong());
        }
        let mut value: u64 = 0;
        for (place, letter) in text.bytes().enumerate() {
            let digit = LETTERS.iter().position(|l| *l == letter).ok_or_else(wrong)? as u64;
            if place == 0 && digit > 15 {
                return Err(wrong()); // the first letter carries four bits only
            }
            value = (value << 5) | digit;
        }
        Ok(Self::from_value(value))
    }
}

impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&self.letters()).expect("the letters are ASCII"))
    }
}

impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<fn() -> T>);
        impl<T> serde::de::Visitor<'_> for Reader<T> {
            type Value = Id<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id of thirteen letters and digits")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Id<T>, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Reader(PhantomData))
    }
}

impl<T> schemars::JsonSchema for Id<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Id".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9a-f][0-9a-hjkmnp-tv-z]{12}$" })
    }
}

/// What an entry of the journal is about, so that the records of a thing can be found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    Unit(UnitId),
    Person(PersonId),
    Operation(OperationId),
    Post(PostId),
    Shift(ShiftId),
    Watch(UnitId),
    Access(PersonId),
    Alarm(AlarmId),
    Directive(DirectiveId),
    Task(TaskId),
    CallOut(CallOutId),
    Section(SectionId),
    Warning(WarningId),
    Measure(MeasureId),
    /// Everything about access, whoever it concerns.
    Audit,
}

impl Subject {
    /// The journal's key of this subject: a kind that never changes its number, and the id.
    pub const fn key(self) -> (u8, u64) {
        match self {
            Self::Unit(id) => (1, id.value()),
            Self::Person(id) => (2, id.value()),
            Self::Operation(id) => (3, id.value()),
            Self::Post(id) => (4, id.value()),
            Self::Shift(id) => (5, id.value()),
            Self::Watch(id) => (6, id.value()),
            Self::Access(id) => (7, id.value()),
            Self::Audit => (8, 0),
            Self::Alarm(id) => (20, id.value()),
            Self::Directive(id) => (21, id.value()),
            Self::Task(id) => (22, id.value()),
            Self::CallOut(id) => (23, id.value()),
            Self::Section(id) => (40, id.value()),
            Self::Warning(id) => (41, id.value()),
            Self::Measure(id) => (42, id.value()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_again(value: u64) {
            let id = PersonId::from_value(value);
            prop_assert_eq!(id.to_string().parse::<PersonId>(), Ok(id));
        }

        #[test]
        fn anything_else_is_refused_without_panic(text in ".{0,40}") {
            if let Ok(id) = text.parse::<PersonId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }

    #[test]
    fn a_command_mints_the_same_ids_again() {
        let first = PersonId::mint(CommandId(7), 3);
        assert_eq!(first, PersonId::mint(CommandId(7), 3));
        assert_ne!(first, PersonId::mint(CommandId(7), 4));
        assert_ne!(first, PersonId::mint(CommandId(8), 3));
    }

    #[test]
    fn a_first_letter_that_would_overflow_is_refused() {
        assert!("zzzzzzzzzzzzz".parse::<PersonId>().is_err());
        assert!("fzzzzzzzzzzzz".parse::<PersonId>().is_ok());
    }
}
