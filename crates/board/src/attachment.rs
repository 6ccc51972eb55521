//! Attachments: files that hang on what is recorded, such as the photograph that proves a task done.
//!
//! The board knows that there is a file, what kind it is, how long, and its digest; the bytes stand beside the journal, synced
//! before the entry that names them. An attachment is never changed; it may be erased, and then stays as a record without a file.

use std::fmt;

use imbl::{OrdMap, Vector};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::access::{Action, Place};
use crate::directive::{self, Directive};
use crate::{Actor, At, AttachmentId, Board, Context, PersonId, PostId, Subject, TextId, UnitId, task};

/// Ten photographs of a post and as many again; more belongs in a folder, not on a board. On a directive, which thousands may
/// answer with a photograph, so many for each sender.
pub const MOST_ON_A_SUBJECT: usize = 20;

/// What a file is, as its first bytes say. Nothing else is taken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Jpeg,
    Png,
    Pdf,
}

/// SHA-256 of a file as it is kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom(format!("\"{text}\" is not a SHA-256: expected 64 hexadecimal digits"));
        if text.len() != 64 || !text.is_ascii() {
            return Err(wrong());
        }
        let mut bytes = [0; 32];
        for (place, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[place * 2..place * 2 + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Self(bytes))
    }
}
impl JsonSchema for Digest {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Digest".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Attachment {
    /// What it hangs on.
    pub subject: Subject,
    pub kind: Kind,
    /// As it is kept, in bytes.
    pub bytes: u32,
    pub digest: Digest,
    /// What its sender called the file.
    pub name: Option<TextId>,
    pub by: Actor,
    pub at: At,
    pub erased: Option<At>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Attachments {
    kept: OrdMap<AttachmentId, Attachment>,
    #[serde(with = "crate::pairs")]
    by_subject: OrdMap<Subject, Vector<AttachmentId>>,
    /// How many files each sender has on a subject, erased ones left out.
    #[serde(with = "crate::pairs")]
    by_sender: OrdMap<(Subject, Actor), u32>,
}

impl Attachments {
    pub fn get(&self, id: AttachmentId) -> Option<&Attachment> {
        self.kept.get(&id)
    }
    /// The attachment, if its file is there.
    ///
    /// # Errors
    /// [`Refusal`] where there is none, or it was erased.
    pub fn known(&self, id: AttachmentId) -> Result<&Attachment, Refusal> {
        let found = self.get(id).ok_or(Refusal::NoSuchAttachment { attachment: id })?;
        match found.erased {
            None => Ok(found),
            Some(since) => Err(Refusal::AttachmentErased { since }),
        }
    }
    /// In the order in which they were sent, erased ones included.
    pub fn of(&self, subject: Subject) -> impl Iterator<Item = (AttachmentId, &Attachment)> {
        let ids = self.by_subject.get(&subject).into_iter().flatten();
        ids.filter_map(|id| self.kept.get(id).map(|found| (*id, found)))
    }
    pub fn iter(&self) -> impl Iterator<Item = (AttachmentId, &Attachment)> {
        self.kept.iter().map(|(id, found)| (*id, found))
    }
    /// The files that count against [`MOST_ON_A_SUBJECT`] where this sender adds another.
    fn count(&self, subject: Subject, by: Actor) -> usize {
        match subject {
            Subject::Directive(_) => self.by_sender.get(&(subject, by)).map_or(0, |count| *count as usize),
            _ => self.of(subject).filter(|(_, found)| found.erased.is_none()).count(),
        }
    }
    /// What somebody shows for having done something they sent themselves, and it hangs on that.
    ///
    /// # Errors
    /// As [`Self::check`]; what somebody else sent is as if it were not there.
    pub(crate) fn check_own(&self, actor: Actor, subject: Subject, files: &[AttachmentId]) -> Result<(), Refusal> {
        self.check(subject, files)?;
        let foreign = files.iter().find(|id| self.get(**id).is_none_or(|found| found.by != actor));
        foreign.map_or(Ok(()), |id| Err(Refusal::NoSuchAttachment { attachment: *id }))
    }
    /// Files that a command names must be there, and hang on what it is about: their rights are that thing's.
    ///
    /// # Errors
    /// [`Refusal`] of the first that is not.
    pub(crate) fn check(&self, subject: Subject, files: &[AttachmentId]) -> Result<(), Refusal> {
        files.iter().try_for_each(|id| match self.known(*id)?.subject == subject {
            true => Ok(()),
            false => Err(Refusal::HangsElsewhere { attachment: *id }),
        })
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// The file has been kept and synced by whoever sends this.
    Attach {
        id: AttachmentId,
        #[schemars(with = "String")]
        subject: Subject,
        kind: Kind,
        bytes: u32,
        digest: Digest,
        name: Option<TextId>,
    },
    /// The file goes; that it was there stays.
    Erase { attachment: AttachmentId },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Attached {
        id: AttachmentId,
        row: Box<Attachment>,
    },
    /// The journal erases the file's name in the same transaction; the file is removed after it.
    Erased {
        attachment: AttachmentId,
        subject: Subject,
        by: Actor,
        at: At,
        texts: Vec<TextId>,
    },
}

impl Event {
    pub fn subjects(&self, into: &mut Vec<Subject>) {
        into.push(match self {
            Self::Attached { row, .. } => row.subject,
            Self::Erased { subject, .. } => *subject,
        });
    }
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("attachment {attachment} is not on the board: send the file first, then name it")]
    NoSuchAttachment { attachment: AttachmentId },
    #[error("the file was erased at {since:?}: send another one")]
    AttachmentErased { since: At },
    #[error("an attachment {attachment} exists already: send the file with an id of its own")]
    AttachmentIdTaken { attachment: AttachmentId },
    #[error("{count} files hang here already, the most there may be is {most}: erase one that is no longer needed")]
    TooManyAttachments { count: usize, most: usize },
    #[error("file {attachment} hangs on something else: attach it to what this is about, and name it then")]
    HangsElsewhere { attachment: AttachmentId },
    #[error(
        "nothing can be attached to that: attach it to a post, a task, a directive, a log, an alarm or an operation"
    )]
    NothingToAttachTo,
}

/// Where attaching to a subject, or erasing from it, is judged.
pub(crate) fn place(board: &Board, actor: Actor, command: &Command) -> (Action, Place) {
    match command {
        Command::Attach { subject, .. } => hang(board, actor, *subject).unwrap_or((Action::KeepForce, Place::Force)),
        Command::Erase { attachment } => {
            let found = board.attachments.get(*attachment);
            let place = found.and_then(|found| hang(board, found.by, found.subject)).map(|(_, place)| place);
            (Action::EraseAttachment, place.unwrap_or(Place::Force))
        }
    }
}

/// What one must be permitted to hang a file on a subject; `None` where nothing hangs.
fn hang(board: &Board, actor: Actor, subject: Subject) -> Option<(Action, Place)> {
    let post_of = |post: PostId| board.operations().find(|(_, found)| found.posts.get(post).is_some());
    Some(match subject {
        // Whoever stands at a post, leads it or may see it has something to show of it.
        Subject::Post(post) => (Action::ViewPosts, Place::Post(post_of(post)?.0, post)),
        Subject::Watch(unit) => (Action::WriteLog, Place::Unit(unit)),
        Subject::Alarm(alarm) => (Action::AnswerAlarm, Place::Unit(board.alarms.find(alarm)?.cause.unit)),
        Subject::Operation(operation) => (Action::PlanOperation, Place::Unit(board.operation(operation)?.unit)),
        Subject::Task(task) => task::done_at(board.tasks.get(task)?, actor),
        Subject::Directive(directive) => on_directive(board, actor, board.directives.get(directive)?),
        // One's own, until a command names it as evidence.
        Subject::Person(person) if actor == Actor::Person(person) || actor.person().is_none() => {
            (Action::StandPost, Place::Person(person))
        }
        _ => return None,
    })
}

/// Its writer adds to a draft; once it is out, whoever received it shows what was done, in person or for their unit.
fn on_directive(board: &Board, actor: Actor, found: &Directive) -> (Action, Place) {
    if found.relays.is_empty() {
        return (Action::IssueDirective, Place::Unit(found.unit));
    }
    let person = actor.person();
    if let Some(person) = person.filter(|person| found.find(board, *person).is_some()) {
        return (Action::ReceiveDirective, Place::Person(person));
    }
    let unit = person.and_then(|person| receiving(board, found, person)).unwrap_or(found.unit);
    (Action::ReceiveDirective, Place::Unit(unit))
}

/// The receiving unit that is nearest above somebody.
fn receiving(board: &Board, found: &Directive, person: PersonId) -> Option<UnitId> {
    let own = board.force.unit(board.force.serving(person)?.unit)?;
    own.path.iter().rev().find(|unit| found.units.contains_key(*unit)).copied()
}

/// Nothing more is attached to what is over, nor to what waits for a second name.
fn check_open(board: &Board, subject: Subject) -> Result<(), crate::Refusal> {
    match subject {
        Subject::Task(id) if !board.tasks.known(id)?.is_open() => Err(task::Refusal::TaskOver { task: id }.into()),
        Subject::Directive(id) => match board.directives.known(id)?.state {
            directive::State::Draft => Ok(()),
            directive::State::Proposed => Err(directive::Refusal::NotADraft { directive: id }.into()),
            _ => board.directives.issued(id).map(|_| ()).map_err(Into::into),
        },
        _ => Ok(()),
    }
}

pub(crate) fn decide(
    board: &Board,
    actor: Actor,
    command: &Command,
    context: &Context,
) -> Result<Vec<Event>, crate::Refusal> {
    let at = context.now;
    match command {
        Command::Attach { id, subject, kind, bytes, digest, name } => {
            hang(board, actor, *subject).ok_or(Refusal::NothingToAttachTo)?;
            if board.attachments.get(*id).is_some() {
                return Err(Refusal::AttachmentIdTaken { attachment: *id }.into());
            }
            check_open(board, *subject)?;
            let count = board.attachments.count(*subject, actor);
            if count >= MOST_ON_A_SUBJECT {
                return Err(Refusal::TooManyAttachments { count, most: MOST_ON_A_SUBJECT }.into());
            }
            let row = Attachment {
                subject: *subject,
                kind: *kind,
                bytes: *bytes,
                digest: *digest,
                name: *name,
                by: actor,
                at,
                erased: None,
            };
            Ok(vec![Event::Attached { id: *id, row: Box::new(row) }])
        }
        Command::Erase { attachment } => {
            let found = board.attachments.known(*attachment)?;
            let texts = found.name.into_iter().collect();
            Ok(vec![Event::Erased { attachment: *attachment, subject: found.subject, by: actor, at, texts }])
        }
    }
}

pub(crate) fn apply(attachments: &mut Attachments, event: &Event) {
    match event {
        Event::Attached { id, row } => {
            attachments.by_subject.entry(row.subject).or_default().push_back(*id);
            *attachments.by_sender.entry((row.subject, row.by)).or_default() += 1;
            attachments.kept.insert(*id, Attachment::clone(row));
        }
        Event::Erased { attachment, at, .. } => {
            if let Some(found) = attachments.kept.get_mut(attachment) {
                found.erased = Some(*at);
                found.name = None;
                if let Some(count) = attachments.by_sender.get_mut(&(found.subject, found.by)) {
                    *count = count.saturating_sub(1);
                }
            }
        }
    }
}
