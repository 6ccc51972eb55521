//! Submit: the only way in which anything changes.
//!
//! One writer thread owns the board. It takes what waits, up to [`GROUP`] commands, decides each on the state the one
//! before it left, keeps the group in one transaction of the journal, publishes the new board, and only then answers
//! everybody in the group, refusals and repetitions too. If the journal cannot keep the group, the clone it was decided
//! on is dropped, nobody is told that anything happened, and the writer reads the journal again before it goes on.

mod beside;
mod keeping;
mod register;
mod start;
mod tally;
mod writer;

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};

use arc_swap::ArcSwap;
use board::{Actor, At, Board, Command, Context, Event, Refusal, TextId};
use journal::Head;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use uuid::Uuid;

pub use beside::Beside;
pub use keeping::{SEAL_ENTRIES, SEAL_TIME, SNAPSHOT_ENTRIES};
pub use register::{Reading, Register, Text, TextKind};
pub use start::{CHECKPOINT_KEY, JOURNAL, OpenFault, Opened, PAYLOAD_KEY, open, open_postgres, start};
pub(crate) use start::{keep_key, upcasts};
pub use tally::Tally;

/// Commands decided and kept together. More in a group saves syncs; fewer answer sooner: at 256 a group's own work is
/// about as long as its sync.
pub const GROUP: usize = 256;
/// Commands that may wait for the writer; beyond it the sender is told to try again, so that memory stays bounded.
const WAITING: usize = 8192;
/// Version of the bodies this program writes; older ones are upcast when read.
pub const SCHEMA: u16 = 1;

/// What everybody may read: the board after the last group that was kept.
#[derive(Debug)]
pub struct Published {
    pub board: Board,
    pub head: Head,
    /// The instant of the last entry.
    pub at: At,
}

/// A command on its way, with the words that it brings into the register.
#[derive(Debug)]
pub struct Submission {
    pub actor: Actor,
    /// The sender's own id: the same one again is answered from the journal.
    pub id: Uuid,
    pub command: Command,
    pub texts: Vec<Text>,
}

/// What a command led to.
#[derive(Debug, Clone, Serialize)]
pub struct Receipt {
    pub position: u64,
    pub at: At,
    /// This command had been received before; nothing new happened.
    pub repeated: bool,
    #[serde(skip)]
    pub events: Arc<[Event]>,
}

/// Why a command led to nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Unsubmitted {
    #[error(transparent)]
    Refused(Refusal),
    #[error(
        "command {id} was received before with other content, as entry {position}: send it under a new id; both are kept"
    )]
    Conflict { id: Uuid, position: u64 },
    #[error("{what} of an entry would be {size}, at most {most} is kept: send it in parts")]
    TooLarge { what: &'static str, size: usize, most: usize },
    #[error(
        "the words of command {id} would stand where other words stand already: send it under a new id; nothing of it was kept"
    )]
    WordsTaken { id: Uuid },
    #[error("{WAITING} commands wait already: try again in a moment; nothing was kept")]
    Overloaded,
    #[error("the journal cannot be written: {reason}; nothing was kept, the board is as it was")]
    Journal { reason: String },
    #[error("the server is stopping: send it again when it is back; nothing was kept")]
    Stopping,
}

/// An entry's body: who, and what happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Body {
    pub by: Actor,
    pub events: Vec<Event>,
}

/// One entry that was just kept.
#[derive(Debug, Clone)]
pub struct Kept {
    pub position: u64,
    pub at: At,
    pub by: Actor,
    pub events: Arc<[Event]>,
}

/// Called on the writer's thread after each group is published; it must only note what changed and return.
pub type Observer = Box<dyn Fn(&Arc<Published>, &[Kept]) + Send>;

struct Request {
    submission: Submission,
    reply: oneshot::Sender<Result<Receipt, Unsubmitted>>,
}

/// What the writer is told.
enum Message {
    Decide(Request),
    /// Keep what came before this, then end.
    Stop,
}

/// The way to the writer. Cheap to clone.
#[derive(Clone)]
pub struct Submit {
    waiting: SyncSender<Message>,
    published: Arc<ArcSwap<Published>>,
    register: Arc<Register>,
    tally: Arc<Tally>,
}

impl Submit {
    /// The board as everybody may read it now.
    pub fn published(&self) -> Arc<Published> {
        self.published.load_full()
    }

    pub fn register(&self) -> &Register {
        &self.register
    }

    /// What the writer counts.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Sends a command and waits until it is kept or refused.
    ///
    /// # Errors
    /// [`Unsubmitted`]; in every case nothing of this command was kept.
    pub async fn submit(&self, submission: Submission) -> Result<Receipt, Unsubmitted> {
        self.send(submission)?.await.unwrap_or(Err(Unsubmitted::Stopping))
    }

    /// As [`Self::submit`], for threads that may block.
    ///
    /// # Errors
    /// [`Unsubmitted`].
    pub fn submit_blocking(&self, submission: Submission) -> Result<Receipt, Unsubmitted> {
        self.send(submission)?.blocking_recv().unwrap_or(Err(Unsubmitted::Stopping))
    }

    /// Ends the writer once it has worked off what waits. Whatever is sent afterwards is told that the server is stopping.
    pub fn stop(&self) {
        // A full queue is being worked off; a writer that has gone needs no telling.
        let _ = self.waiting.send(Message::Stop);
    }

    fn send(&self, submission: Submission) -> Result<oneshot::Receiver<Result<Receipt, Unsubmitted>>, Unsubmitted> {
        let (reply, answer) = oneshot::channel();
        match self.waiting.try_send(Message::Decide(Request { submission, reply })) {
            Ok(()) => Ok(answer),
            Err(TrySendError::Full(_)) => Err(Unsubmitted::Overloaded),
            Err(TrySendError::Disconnected(_)) => Err(Unsubmitted::Stopping),
        }
    }
}

/// The journal's word for who sent a command.
pub fn sender_of(actor: Actor) -> u64 {
    match actor {
        Actor::Person(person) => person.value(),
        Actor::Clock => 0,
        Actor::Operator => 1,
    }
}

/// The context in which a command with this id is decided.
pub fn context_of(id: Uuid, now: At) -> Context {
    Context { now, command: board::CommandId(id.as_u128()) }
}

/// The id of the `counter`-th text of a command; the same again when the command is sent again.
pub fn text_id(id: Uuid, counter: u32) -> TextId {
    // Texts count from the top, so that they never meet the ids of the things the command makes.
    TextId::mint(board::CommandId(id.as_u128()), u32::MAX - counter)
}
