//! An alert as CAP 1.2 means it, whatever version it came in.

use serde::Serialize;

use super::key::{Key, Reference};
use crate::time::Moment;

/// Declares an enumeration whose variants are the words of the standard, so that the two cannot drift apart.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident: $($word:ident)+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[expect(missing_docs, reason = "the variants are the standard's words and defined there")]
        pub enum $name { $($word),+ }

        impl $name {
            /// Every value, in the standard's order.
            pub const ALL: &'static [$name] = &[$($name::$word),+];

            /// The standard's word.
            pub const fn word(self) -> &'static str {
                match self { $($name::$word => stringify!($word)),+ }
            }

            /// The value of exactly this word.
            pub fn of(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.word() == word)
            }
        }
    };
}

words! {
    /// What the message is for. Only `Actual` may lead to measures.
    Status: Actual Exercise System Test Draft
}
words! {
    /// What the message does to earlier ones.
    MsgType: Alert Update Cancel Ack Error
}
words! {
    /// Whom the message is meant for.
    Scope: Public Restricted Private
}
words! {
    /// Kind of event.
    Category: Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other
}
words! {
    /// What the audience is asked to do.
    ResponseType: Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None
}
words! {
    /// How soon to act. `Unknown` also where the sender's word could not be read.
    Urgency: Immediate Expected Future Past Unknown
}
words! {
    /// How bad, worst first. `Unknown` also where the sender's word could not be read.
    Severity: Extreme Severe Moderate Minor Unknown
}
words! {
    /// How sure. `Unknown` also where the sender's word could not be read.
    Certainty: Observed Likely Possible Unlikely Unknown
}

/// Version of the protocol an alert was written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Version {
    /// CAP 1.0 (2004); no schema at hand, so never valid in strict mode.
    V1_0,
    /// CAP 1.1 (2005).
    V1_1,
    /// CAP 1.2 (2010).
    V1_2,
}

impl Version {
    /// Namespace of the version.
    pub const fn namespace(self) -> &'static str {
        match self {
            Version::V1_0 => "http://www.incident.com/cap/1.0",
            Version::V1_1 => "urn:oasis:names:tc:emergency:cap:1.1",
            Version::V1_2 => "urn:oasis:names:tc:emergency:cap:1.2",
        }
    }

    /// The version with this namespace.
    pub fn of(namespace: &str) -> Option<Self> {
        [Version::V1_2, Version::V1_1, Version::V1_0].into_iter().find(|v| v.namespace() == namespace)
    }
}

/// A name and a value, as in `eventCode`, `parameter` and `geocode`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Pair {
    /// Domain of the code, chosen by the sender: "SAME", "profile:CAP-CP:Event:0.4", …
    pub name: String,
    /// Its value.
    pub value: String,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// Version it was written in.
    pub version: Version,
    /// Sender, identifier and time of sending.
    #[serde(flatten)]
    pub key: Key,
    /// What it is for.
    pub status: Status,
    /// What it does to earlier ones.
    pub msg_type: MsgType,
    /// Operator or device that made it.
    pub source: Option<String>,
    /// Whom it is meant for. Absent only in alerts that were read leniently.
    pub scope: Option<Scope>,
    /// Rule of restriction, if `Restricted`.
    pub restriction: Option<String>,
    /// Addressees, if `Private`.
    pub addresses: Option<String>,
    /// Handling codes.
    pub codes: Vec<String>,
    /// Purpose or significance; the reason of a cancellation.
    pub note: Option<String>,
    /// The messages it updates or cancels.
    pub references: Vec<Reference>,
    /// References that could not be read, as they stood.
    pub unreadable_references: Vec<String>,
    /// Incidents it belongs to.
    pub incidents: Option<String>,
    /// Its substance, one block a language or a phase.
    pub infos: Vec<Info>,
    /// Whether it carries an XML signature, verified or not.
    pub signed: bool,
}

/// One block of substance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Info {
    /// Language tag (RFC 3066), `en-US` if none was given.
    pub language: String,
    /// Kinds of event; empty only in alerts that were read leniently.
    pub categories: Vec<Category>,
    /// The event in words.
    pub event: String,
    /// What the audience is asked to do.
    pub responses: Vec<ResponseType>,
    /// How soon to act.
    pub urgency: Urgency,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub certainty: Certainty,
    /// Whom it addresses, in words.
    pub audience: Option<String>,
    /// The event in codes.
    pub event_codes: Vec<Pair>,
    /// When the information takes effect; the time of sending if absent.
    pub effective: Option<Moment>,
    /// When the event is expected to begin.
    pub onset: Option<Moment>,
    /// When the information ends.
    pub expires: Option<Moment>,
    /// The sender in words.
    pub sender_name: Option<String>,
    /// One line for everybody.
    pub headline: Option<String>,
    /// The hazard in words. Plain text from outside: never to be shown as markup.
    pub description: Option<String>,
    /// The advice in words. Plain text from outside: never to be shown as markup.
    pub instruction: Option<String>,
    /// Where more is said. Never fetched.
    pub web: Option<String>,
    /// Whom to ask.
    pub contact: Option<String>,
    /// The sender's own parameters.
    pub parameters: Vec<Pair>,
    /// Attachments. Never fetched.
    pub resources: Vec<Resource>,
    /// Where.
    pub areas: Vec<Area>,
}

/// An attachment, by link or within.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resource {
    /// What it is, in words.
    pub description: String,
    /// Its media type; absent only in CAP 1.1 and in alerts that were read leniently.
    pub mime_type: Option<String>,
    /// Its size in bytes as the sender gives it, any integer.
    pub size: Option<String>,
    /// Where it is. Never fetched.
    pub uri: Option<String>,
    /// Its content in Base64, as it stood. Never decoded here.
    #[serde(skip)]
    pub deref_uri: Option<String>,
    /// SHA-1 of the content, as the sender gives it.
    pub digest: Option<String>,
}

/// A part of the area, as the sender wrote it; [`crate::area`] makes shapes of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Area {
    /// The area in words.
    pub description: String,
    /// Polygons as they stood: `lat,lon lat,lon …`, first point repeated at the end.
    pub polygons: Vec<String>,
    /// Circles as they stood: `lat,lon radius`, in kilometres.
    pub circles: Vec<String>,
    /// Codes of areas.
    pub geocodes: Vec<Pair>,
    /// Lower limit in feet above sea level, as it stood.
    pub altitude: Option<String>,
    /// Upper limit in feet above sea level, as it stood.
    pub ceiling: Option<String>,
}

impl Alert {
    /// The latest `expires` of its blocks; `None` if a block has none, for then nothing says that it ends.
    pub fn expires(&self) -> Option<Moment> {
        self.infos.iter().map(|i| i.expires).collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    /// May this alert lead to a proposed measure at all? Exercises, tests and drafts never do.
    pub fn is_real(&self) -> bool {
        self.status == Status::Actual
    }
}
