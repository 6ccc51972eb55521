//! What is wrong or doubtful about an alert, by kind, place and value.

use std::fmt;

use serde::Serialize;

/// How much a finding weighs, lightest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Conforms, but is unlikely to be what the sender meant.
    Doubt,
    /// Against the prose of the standard, though the schema does not notice.
    Prose,
    /// Against the schema.
    Schema,
    /// Not well-formed XML.
    Form,
    /// So wrong that even a lenient reader cannot use it, or should not.
    Refused,
}

/// Kinds of findings. The names are stable: they are shown, counted and filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The document could not or should not be read at all.
    Unreadable,
    /// White space before the XML declaration.
    LeadingSpace,
    /// The bytes are in another encoding than the one declared.
    Mislabelled,
    /// The document was gzip-compressed.
    Compressed,
    /// The root is neither an alert nor an envelope that can hold one.
    NotAnAlert,
    /// No namespace, or one that is no version of CAP.
    Namespace,
    /// A version without a schema at hand.
    OldVersion,
    /// An alert inside an alert or inside a signature.
    NestedAlert,
    /// An element the schema does not have here.
    Unexpected,
    /// An element the schema has here, but in another place or only once.
    Misplaced,
    /// A required element that is absent.
    Missing,
    /// Text where only elements may stand.
    StrayText,
    /// An attribute the schema does not have.
    Attribute,
    /// A value outside the standard's words.
    Word,
    /// A value with the right word in wrong case or with space around it.
    WordSpelling,
    /// A time that is none, or not in the form demanded.
    Time,
    /// A time without offset.
    NoOffset,
    /// A number that is none.
    Number,
    /// A language tag that is none.
    Language,
    /// A URI that is none.
    Uri,
    /// A required value that is empty.
    Empty,
    /// An identifier or sender with a space, a comma, `<` or `&`.
    KeyCharacters,
    /// A reference that cannot be read.
    Reference,
    /// An update or a cancellation that names nothing.
    NoReference,
    /// A message that names itself.
    SelfReference,
    /// More references than are kept.
    TooManyReferences,
    /// `restriction` or `addresses` does not go with the scope.
    ScopeRule,
    /// The information ends before it was sent.
    ExpiresBeforeSent,
    /// The information does not say when it ends.
    NoExpiry,
    /// The information is said to last implausibly long.
    LongLife,
    /// Sent in the future by the receiver's clock.
    FutureSent,
    /// The envelope says exercise or test, the alert inside says actual.
    EnvelopeStatus,
    /// There is a signature.
    Signed,
    /// More than one signature, or one whose reference is not the whole alert.
    SignatureShape,
    /// Markup or script in a text.
    Markup,
    /// A link to this machine or to a private network.
    PrivateLink,
    /// A large attachment within the alert.
    LargeAttachment,
    /// An entry of a feed that lacks what feeds require.
    FeedEntry,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its weight.
    pub level: Level,
    /// Its kind.
    pub code: Code,
    /// Line in the document, from 1; 0 if it concerns the whole.
    pub line: u32,
    /// What was found, what was expected, what to do.
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 { f.write_str(&self.text) } else { write!(f, "line {}: {}", self.line, self.text) }
    }
}

/// Most findings kept of one document; a hostile one could otherwise yield millions.
pub const MAX_FINDINGS: usize = 200;

/// The findings of a document while it is read; keeps the heaviest level even when the list is full.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub list: Vec<Finding>,
    worst: Option<Level>,
}

impl Findings {
    pub fn add(&mut self, level: Level, code: Code, line: u32, text: impl Into<String>) {
        self.worst = self.worst.max(Some(level));
        if self.list.len() < MAX_FINDINGS {
            self.list.push(Finding { level, code, line, text: text.into() });
        }
    }

    /// Is anything at least as heavy as `level`?
    pub fn reach(&self, level: Level) -> bool {
        self.worst >= Some(level)
    }
}

/// A value as findings quote it: short, and visible if empty.
pub(super) fn quote(value: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = value.chars().take(LONGEST).collect();
    if shown.len() < value.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}
