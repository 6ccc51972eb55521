//! Posts: the places and beats that an operation mans.

use imbl::{OrdMap, OrdSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Place};
use crate::operation::Operation;
use crate::{At, Board, Context, Label, Minutes, OperationId, PersonId, PostId, Str, Subject, UnitId};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    FixedPost,
    Checkpoint,
    PatrolRoute,
    CommandCentre,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::FixedPost, Self::Checkpoint, Self::PatrolRoute, Self::CommandCentre];
}

/// A post as a form or a workbook gives it, and as the board keeps it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Post {
    pub id: PostId,
    pub unit: UnitId,
    pub kind: Kind,
    /// The number on the plan, such as `HS-017`; unique within the operation.
    pub number: Str,
    pub name: Label,
    pub place: Label,
    pub callsign: Str,
    pub channel: Str,
    pub telephone: Str,
    /// Who answers for the post, whoever stands it.
    pub named_leader: Option<PersonId>,
    /// How long the post may be silent while manned; `None` where no contact is asked for.
    pub contact_every: Option<Minutes>,
    /// Outdoors in the cold: exposure counts.
    pub cold: bool,
    pub closed: bool,
}

/// The posts of one operation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Posts {
    posts: OrdMap<PostId, Post>,
    by_unit: OrdMap<UnitId, OrdSet<(Str, PostId)>>,
    numbers: OrdMap<Str, PostId>,
}

impl Posts {
    pub fn get(&self, id: PostId) -> Option<&Post> {
        self.posts.get(&id)
    }
    pub fn len(&self) -> usize {
        self.posts.len()
    }
    pub fn is_empty(&self) -> bool {
        self.posts.is_empty()
    }
    pub fn iter(&self) -> impl Iterator<Item = &Post> {
        self.posts.values()
    }
    /// The posts of exactly this unit, by number.
    pub fn of_unit(&self, unit: UnitId) -> impl Iterator<Item = &Post> {
        self.by_unit.get(&unit).into_iter().flatten().filter_map(|(_, id)| self.posts.get(id))
    }
    pub fn by_number(&self, number: &str) -> Option<&Post> {
        self.posts.get(self.numbers.get(number)?)
    }
    fn keep(&mut self, post: &Post) {
        if let Some(old) = self.posts.get(&post.id) {
            let (unit, number) = (old.unit, old.number.clone());
            self.numbers.remove(&number);
            self.by_unit.entry(unit).or_default().remove(&(number, post.id));
        }
        self.by_unit.entry(post.unit).or_default().insert((post.number.clone(), post.id));
        self.numbers.insert(post.number.clone(), post.id);
        self.posts.insert(post.id, post.clone());
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Add and change posts, all or none; a post is closed, never deleted, because its record stays.
    Plan { operation: OperationId, posts: Vec<Post> },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Kept {
        operation: OperationId,
        post: Post,
    },
    /// A post that was closed is open again: its shifts that are not over at `at` count once more.
    Reopened {
        operation: OperationId,
        post: PostId,
        at: At,
    },
}

impl Event {
    pub fn operation(&self) -> OperationId {
        match self {
            Self::Kept { operation, .. } | Self::Reopened { operation, .. } => *operation,
        }
    }
    pub fn subjects(&self, into: &mut Vec<Subject>) {
        into.push(Subject::Operation(self.operation()));
        into.push(match self {
            Self::Kept { post, .. } => Subject::Post(post.id),
            Self::Reopened { post, .. } => Subject::Post(*post),
        });
    }
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("post {post} is not in this operation: choose one from its list")]
    NoSuchPost { post: PostId },
    #[error("the number \"{number}\" belongs to another post already: give this one its own")]
    NumberTaken { number: Str, post: PostId },
    #[error("the post \"{number}\" needs a number and a name")]
    NamelessPost { number: Str },
    #[error(
        "unit {unit} is not under the operation's unit {above}: the operation can man only posts of its own branch"
    )]
    PostOutsideOperation { unit: UnitId, above: UnitId },
    #[error("a contact every {minutes} minutes cannot be kept: choose 5 minutes or more, or none")]
    ContactTooOften { minutes: u32 },
}

/// Nobody can answer the radio more often and still watch the road.
const SHORTEST_CONTACT: Minutes = Minutes(5);

pub(crate) fn place(board: &Board, command: &Command) -> Vec<(Action, Place)> {
    let Command::Plan { operation, posts } = command;
    let mut units: Vec<UnitId> = posts.iter().map(|post| post.unit).collect();
    if let Some(operation) = board.operation(*operation) {
        units.extend(posts.iter().filter_map(|post| operation.posts.get(post.id)).map(|post| post.unit));
    }
    units.sort_unstable();
    units.dedup();
    if units.is_empty() {
        let above = board.operation(*operation).map_or(Place::Force, |found| Place::Unit(found.unit));
        return vec![(Action::PlanPosts, above)];
    }
    units.into_iter().map(|unit| (Action::PlanPosts, Place::Unit(unit))).collect()
}

pub(crate) fn decide(board: &Board, command: &Command, context: &Context) -> Result<Vec<Event>, crate::Refusal> {
    let Command::Plan { operation: id, posts } = command;
    let operation = board.known_operation(*id)?;
    let mut kept = operation.posts.clone();
    let mut events = Vec::new();
    for post in posts {
        if kept.get(post.id) == Some(post) {
            continue;
        }
        if post.number.trim().is_empty() || post.name.is_empty() {
            return Err(Refusal::NamelessPost { number: post.number.clone() }.into());
        }
        board.force.known_unit(post.unit)?;
        if !board.force.is_within(post.unit, operation.unit) {
            return Err(Refusal::PostOutsideOperation { unit: post.unit, above: operation.unit }.into());
        }
        if let Some(leader) = post.named_leader {
            board.force.known_person(leader)?;
        }
        if let Some(every) = post.contact_every
            && every < SHORTEST_CONTACT
        {
            return Err(Refusal::ContactTooOften { minutes: every.0 }.into());
        }
        if let Some(other) = kept.by_number(&post.number).filter(|other| other.id != post.id) {
            return Err(Refusal::NumberTaken { number: post.number.clone(), post: other.id }.into());
        }
        let reopened = kept.get(post.id).is_some_and(|old| old.closed && !post.closed);
        kept.keep(post);
        events.push(Event::Kept { operation: *id, post: post.clone() });
        if reopened {
            events.push(Event::Reopened { operation: *id, post: post.id, at: context.now });
        }
    }
    Ok(events)
}

pub(crate) fn apply(operation: &mut Operation, event: &Event) {
    let post = match event {
        Event::Kept { post, .. } => post,
        Event::Reopened { post, at, .. } => return operation.rearm(*post, *at),
    };
    // The tally is kept by unit: a post that moves takes its count along.
    let moved = operation.posts.get(post.id).is_some_and(|old| old.unit != post.unit);
    if moved {
        operation.forget_in_tally(post.id);
    }
    operation.posts.keep(post);
    if moved {
        operation.count_in_tally(post.id);
    }
    if post.closed {
        operation.silence(post.id);
    } else {
        if post.contact_every.is_none() {
            operation.change_duty(post.id, |duty| duty.overdue_since = None);
        }
        operation.arm_contact(post.id);
    }
}
