//! Seeding: plays everything before tonight into a journal, through the one write path.
//!
//! Every id follows from the seed, so seeding again changes nothing: what is there is left, what is missing is added.

use std::future::{Future, poll_fn};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::Poll;

use board::{Actor, At, Command};

use super::act::Act;
use super::random::command_id;
use crate::submit::{self, OpenFault, Receipt, Submission, Submit, Unsubmitted};

/// Acts sent before the first answer is waited for; the writer's queue holds twice as many.
const AT_ONCE: usize = 4_000;
/// Rounds of timers sent before the acts of an instant, 256 timers each, one noun to a round. Two shift changes of 420 posts and the ladders of a directive lie within it; a
/// round with nothing to do is no entry.
const ROUNDS: u64 = 12;

/// Why the demonstration was not seeded.
#[derive(Debug, thiserror::Error)]
pub enum SeedFault {
    #[error(transparent)]
    Open(#[from] OpenFault),
    #[error("the demonstration's act {id} at {at:?} was not taken: {reason}; start with an empty --data folder")]
    NotTaken { id: uuid::Uuid, at: At, reason: Unsubmitted },
    #[error("the writer stopped while the demonstration was being seeded; see the log above")]
    Writer,
    #[error("no runtime for seeding: {0}")]
    Runtime(#[from] std::io::Error),
}

/// The clock of the writer while it is seeded: it stands at the instant of the act.
#[derive(Clone, Default)]
pub struct Stage(Arc<AtomicI64>);

impl Stage {
    /// For [`submit::open`].
    pub fn clock(&self) -> Box<dyn Fn() -> At + Send> {
        let stage = self.clone();
        Box::new(move || At::from_millis(stage.0.load(Ordering::Acquire)))
    }

    fn set(&self, at: At) {
        self.0.store(at.millis(), Ordering::Release);
    }
}

/// Opens the journal in `data`, plays the acts into it, and closes it again. Returns the instant of the last entry.
///
/// # Errors
/// [`SeedFault`]; what was kept stays, and the next start goes on from there.
pub fn into_folder(data: &Path, seed: u64, acts: &[Act]) -> Result<At, SeedFault> {
    let stage = Stage::default();
    let opened = submit::open(data, stage.clock(), Vec::new())?;
    let submit = opened.submit;
    // A runtime of its own: whoever starts the server may not have one yet, or stand inside one.
    let played = std::thread::scope(|scope| {
        let work =
            || tokio::runtime::Builder::new_current_thread().build()?.block_on(play(&submit, &stage, seed, acts));
        scope.spawn(work).join().map_err(|_| SeedFault::Writer)?
    });
    let last = submit.published().at;
    drop(submit);
    opened.writer.join().map_err(|_| SeedFault::Writer)?;
    played.map(|()| last)
}

/// Plays acts in the order of their instants, with the clock standing at each.
///
/// # Errors
/// [`SeedFault`]; what was kept stays.
pub async fn play(submit: &Submit, stage: &Stage, seed: u64, acts: &[Act]) -> Result<(), SeedFault> {
    let done = submit.published().at;
    // An earlier start may have ended in the middle of an instant: that instant is played again.
    let missing = acts.partition_point(|act| act.at < done);
    for instant in acts[missing..].chunk_by(|one, other| one.at == other.at) {
        let at = instant[0].at;
        stage.set(at);
        let board = submit.published();
        let due = board.board.next_timer().is_some_and(|due| due <= at);
        let rounds = (0..if due { ROUNDS } else { 0 }).map(|round| pass_time(seed, at, round));
        let wanted = instant.iter().filter(|act| !act.is_moot(&board.board));
        let wanted = wanted.flat_map(|act| act.submissions(&board.board));
        // Time first, then the acts, all on their way before the first answer: few syncs, and a seed within seconds.
        let mut submissions: Vec<Submission> = rounds.chain(wanted).collect();
        while !submissions.is_empty() {
            let rest = submissions.split_off(submissions.len().min(AT_ONCE));
            for (id, answer) in send_all(submit, submissions).await {
                match answer {
                    // A conflict: an earlier start had decided this act on an earlier board.
                    Ok(_) | Err(Unsubmitted::Conflict { .. }) => {}
                    Err(reason) => return Err(SeedFault::NotTaken { id, at, reason }),
                }
            }
            submissions = rest;
        }
    }
    Ok(())
}

fn pass_time(seed: u64, at: At, round: u64) -> Submission {
    let id = command_id(seed, &format!("time {}", at.millis()), round);
    Submission { actor: Actor::Clock, id, command: Command::PassTime, texts: Vec::new() }
}

/// Sends submissions in their order without waiting between them, so that the writer keeps them in groups.
pub(super) async fn send_all(
    submit: &Submit,
    submissions: Vec<Submission>,
) -> Vec<(uuid::Uuid, Result<Receipt, Unsubmitted>)> {
    /// On its way, with its answer where that came at once.
    struct Sent<'a> {
        id: uuid::Uuid,
        answer: Pin<Box<dyn Future<Output = Result<Receipt, Unsubmitted>> + Send + 'a>>,
        ready: Option<Result<Receipt, Unsubmitted>>,
    }
    let sent = submissions.into_iter().map(|submission| Sent {
        id: submission.id,
        answer: Box::pin(submit.submit(submission)),
        ready: None,
    });
    let mut sent: Vec<Sent<'_>> = sent.collect();
    // The first poll of each sends it; the answers come later.
    poll_fn(|context| {
        for sent in &mut sent {
            if let Poll::Ready(result) = sent.answer.as_mut().poll(context) {
                sent.ready = Some(result);
            }
        }
        Poll::Ready(())
    })
    .await;
    let mut results = Vec::with_capacity(sent.len());
    for Sent { id, answer, ready } in sent {
        let result = match ready {
            Some(result) => result,
            None => answer.await,
        };
        results.push((id, result));
    }
    results
}
