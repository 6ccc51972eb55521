//! The writer: the one thread that owns the board and the journal.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use board::{Actor, At, Board, Event, Subject, TextId};
use hmac::{Hmac, KeyInit, Mac};
use journal::{AppendError, Head, Journal, NewEntry, NewText};
use sha2::Sha256;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::Message;
use super::keeping::Keeping;
use super::{
    Body, GROUP, Kept, Observer, Published, Receipt, Register, Request, SCHEMA, Submission, Tally, Unsubmitted,
    context_of, sender_of,
};

/// Subjects of one entry that are indexed. A plan of thousands of rows is found by its operation.
const MOST_SUBJECTS: usize = 16_384;
/// When nothing comes for this long, what was kept last is looked after.
const QUIET: Duration = Duration::from_secs(60);
/// Times the writer decides a group again because another writer came first, before it gives up.
const MOST_RETRIES: usize = 8;

pub(super) type Reload = Box<dyn FnMut(&mut dyn Journal) -> Result<(Board, Head, At), String> + Send>;

pub(super) struct Writer {
    pub journal: Box<dyn Journal + Send>,
    pub board: Board,
    pub head: Head,
    pub at: At,
    pub clock: Box<dyn Fn() -> At + Send>,
    /// Keys the payload hash, so that a stolen journal does not tell what a command said.
    pub key: [u8; 32],
    pub published: Arc<ArcSwap<Published>>,
    pub register: Arc<Register>,
    pub tally: Arc<Tally>,
    pub observers: Vec<Observer>,
    /// Reads the board again from the journal, after a failure.
    pub reload: Reload,
    /// The last append failed: nothing is decided before the journal has been read again.
    pub stale: bool,
    /// Snapshots and checkpoints.
    pub keeping: Keeping,
}

type Reply = oneshot::Sender<Result<Receipt, Unsubmitted>>;

/// What is answered once the group is kept.
enum Outcome {
    Kept { index: usize },
    Answered(Result<Receipt, Unsubmitted>),
}

/// A group on its way: decided, not yet kept.
struct Group {
    board: Board,
    at: At,
    entries: Vec<NewEntry>,
    kept: Vec<(Actor, Arc<[Event]>)>,
    texts: Vec<super::Text>,
    outcomes: Vec<(Reply, Outcome)>,
    seen: HashMap<(u64, Uuid), usize>,
    /// The ids of `texts`.
    words: HashSet<TextId>,
}

impl Writer {
    /// Works until it is told to stop or every [`super::Submit`] is gone.
    pub(super) fn run(mut self, messages: &Receiver<Message>) {
        let mut stop = false;
        while !stop {
            let first = match messages.recv_timeout(QUIET) {
                Ok(Message::Decide(first)) => first,
                Err(RecvTimeoutError::Timeout) => {
                    self.look_after();
                    continue;
                }
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break,
            };
            let mut waiting = vec![first];
            while waiting.len() < GROUP && !stop {
                match messages.try_recv() {
                    Ok(Message::Decide(next)) => waiting.push(next),
                    Ok(Message::Stop) => stop = true,
                    Err(_) => break,
                }
            }
            self.work(waiting);
        }
        if !self.stale {
            self.keeping.finish(self.journal.as_mut(), self.head, self.at);
        }
    }

    /// Seals and saves what is due.
    fn look_after(&mut self) {
        if !self.stale {
            self.keeping.look(self.journal.as_mut(), &self.board, self.head, self.at);
        }
    }

    fn work(&mut self, waiting: Vec<Request>) {
        if self.stale
            && let Err(reason) = self.read_again()
        {
            self.fail(waiting, &reason);
            return;
        }
        let mut waiting = waiting;
        for _ in 0..MOST_RETRIES {
            let (submissions, replies): (Vec<_>, Vec<_>) =
                waiting.into_iter().map(|request| (request.submission, request.reply)).unzip();
            let group = self.decide_group(&submissions, replies);
            if group.entries.is_empty() {
                self.answer(group, self.head.position);
                return;
            }
            let began = Instant::now();
            match self.journal.append(&self.head, &group.entries) {
                Ok(head) => {
                    self.tally.kept(group.entries.len(), head.position, began.elapsed());
                    self.publish(group, head);
                    return;
                }
                Err(AppendError::Behind { .. }) => {
                    // Somebody else wrote: take in what they wrote and decide the group again.
                    waiting = requests_again(submissions, group);
                    if let Err(reason) = self.read_again() {
                        self.fail(waiting, &reason);
                        return;
                    }
                }
                Err(failure) => {
                    let reason = failure.to_string();
                    tracing::error!(%reason, "a group was not kept");
                    self.stale = true;
                    self.fail(requests_again(submissions, group), &reason);
                    return;
                }
            }
        }
        self.fail(waiting, "other writers came first each time");
    }

    fn decide_group(&mut self, submissions: &[Submission], replies: Vec<Reply>) -> Group {
        let mut group = Group {
            board: self.board.clone(),
            // Time never goes back on the board, whatever the machine's clock does.
            at: self.at.max((self.clock)()),
            entries: Vec::with_capacity(submissions.len()),
            kept: Vec::with_capacity(submissions.len()),
            texts: Vec::new(),
            outcomes: Vec::with_capacity(submissions.len()),
            seen: HashMap::new(),
            words: HashSet::new(),
        };
        for (submission, reply) in submissions.iter().zip(replies) {
            let outcome = self.decide_one(&mut group, submission);
            group.outcomes.push((reply, outcome));
        }
        group
    }

    fn decide_one(&mut self, group: &mut Group, submission: &Submission) -> Outcome {
        let sender = sender_of(submission.actor);
        let payload_hash = payload_hash(&self.key, submission);
        if let Some(index) = group.seen.get(&(sender, submission.id)) {
            let first = &group.entries[*index];
            if first.payload_hash == payload_hash {
                return Outcome::Kept { index: *index };
            }
            let position = self.head.position + 1 + *index as u64;
            return Outcome::Answered(Err(Unsubmitted::Conflict { id: submission.id, position }));
        }
        match self.journal.seen(sender, submission.id) {
            Ok(None) => {}
            Ok(Some(seen)) => return Outcome::Answered(self.answer_again(submission, seen, payload_hash, group.at)),
            Err(failure) => return Outcome::Answered(Err(Unsubmitted::Journal { reason: failure.to_string() })),
        }
        let context = context_of(submission.id, group.at);
        if let Err(denial) = board::permit(&group.board, submission.actor, &submission.command, group.at) {
            return Outcome::Answered(Err(Unsubmitted::Refused(denial.into())));
        }
        let events = match board::decide(&group.board, submission.actor, &submission.command, &context) {
            Ok(events) => events,
            Err(refusal) => return Outcome::Answered(Err(Unsubmitted::Refused(refusal))),
        };
        if events.is_empty() {
            // Nothing was to change: that is an answer, not an entry.
            return Outcome::Answered(Ok(Receipt {
                position: self.head.position,
                at: group.at,
                repeated: false,
                events: Arc::new([]),
            }));
        }
        let body = Body { by: submission.actor, events };
        let entry = match self.entry(group, submission, payload_hash, &body) {
            Ok(entry) => entry,
            Err(fault) => return Outcome::Answered(Err(fault)),
        };
        for event in &body.events {
            board::apply(&mut group.board, event);
        }
        let index = group.entries.len();
        group.seen.insert((sender, submission.id), index);
        group.entries.push(entry);
        group.words.extend(submission.texts.iter().map(|text| text.id));
        group.texts.extend(submission.texts.iter().cloned());
        group.kept.push((submission.actor, body.events.into()));
        Outcome::Kept { index }
    }

    /// The entry that keeps these events. Whatever the journal would refuse it for is found here, so that one command is
    /// refused and not the whole group.
    fn entry(
        &mut self,
        group: &Group,
        submission: &Submission,
        payload_hash: [u8; 32],
        body: &Body,
    ) -> Result<NewEntry, Unsubmitted> {
        let failed = |failure: journal::error::StorageError| Unsubmitted::Journal { reason: failure.to_string() };
        let entry = NewEntry {
            at: group.at.millis(),
            sender: sender_of(submission.actor),
            command_id: submission.id,
            payload_hash,
            schema: SCHEMA,
            body: serde_json::to_vec(body).expect("events have no maps with keys that JSON cannot write"),
            subjects: subjects_of(&body.events),
            texts: submission.texts.iter().map(new_text).collect(),
            erase: self.still_kept(group, erased_by(&body.events)).map_err(failed)?,
        };
        if let Err(AppendError::TooLarge { what, size, limit }) = entry.check_size() {
            return Err(Unsubmitted::TooLarge { what, size, most: limit });
        }
        if self.takes_words(group, submission).map_err(failed)? {
            return Err(Unsubmitted::WordsTaken { id: submission.id });
        }
        Ok(entry)
    }

    /// Do the words of this command come under an id that other words have, or had? The ids follow from the command's own
    /// id, which somebody else may have sent before.
    fn takes_words(&mut self, group: &Group, submission: &Submission) -> Result<bool, journal::error::StorageError> {
        if submission.texts.is_empty() {
            return Ok(false);
        }
        let mut own = HashSet::with_capacity(submission.texts.len());
        if submission.texts.iter().any(|text| group.words.contains(&text.id) || !own.insert(text.id)) {
            return Ok(true);
        }
        let ids: Vec<u64> = submission.texts.iter().map(|text| text.id.value()).collect();
        Ok(self.journal.texts(&ids)?.iter().any(|(_, state)| *state != journal::TextState::Unknown))
    }

    /// Of these texts, those that are there to be erased: in the journal, or on their way in the same group.
    fn still_kept(
        &mut self,
        group: &Group,
        texts: impl Iterator<Item = TextId>,
    ) -> Result<Vec<u64>, journal::error::StorageError> {
        let (coming, texts): (Vec<TextId>, Vec<TextId>) = texts.partition(|text| group.words.contains(text));
        let mut kept: Vec<u64> = coming.into_iter().map(TextId::value).collect();
        if texts.is_empty() {
            return Ok(kept);
        }
        let ids: Vec<u64> = texts.into_iter().map(TextId::value).collect();
        let found = self.journal.texts(&ids)?.into_iter();
        kept.extend(found.filter(|(_, state)| matches!(state, journal::TextState::Kept(_))).map(|(id, _)| id));
        Ok(kept)
    }

    /// The first answer again; or, where the content differs, a conflict that is kept and shown.
    fn answer_again(
        &mut self,
        submission: &Submission,
        seen: journal::Seen,
        payload_hash: [u8; 32],
        at: At,
    ) -> Result<Receipt, Unsubmitted> {
        let failed = |failure: journal::error::StorageError| Unsubmitted::Journal { reason: failure.to_string() };
        if seen.payload_hash != payload_hash {
            let conflict = journal::Conflict {
                sender: sender_of(submission.actor),
                command_id: submission.id,
                first_position: seen.position,
                payload_hash,
                at: at.millis(),
            };
            self.journal.note_conflict(&conflict).map_err(failed)?;
            return Err(Unsubmitted::Conflict { id: submission.id, position: seen.position });
        }
        let entry = self.journal.read(seen.position, 1).map_err(failed)?.into_iter().next();
        let entry =
            entry.ok_or_else(|| Unsubmitted::Journal { reason: format!("entry {} is missing", seen.position) })?;
        let body: Body = serde_json::from_slice(&entry.body)
            .map_err(|fault| Unsubmitted::Journal { reason: format!("entry {}: {fault}", seen.position) })?;
        Ok(Receipt {
            position: entry.position,
            at: At::from_millis(entry.at),
            repeated: true,
            events: body.events.into(),
        })
    }

    fn publish(&mut self, mut group: Group, head: Head) {
        let first = self.head.position + 1;
        self.register.keep(group.texts.drain(..).map(|text| (text.id, text.body.into())));
        let erased: Vec<TextId> = group.kept.iter().flat_map(|(_, events)| erased_by(events)).collect();
        if !erased.is_empty() {
            self.register.erase(&erased);
        }
        self.head = head;
        self.at = group.at;
        self.board = group.board.clone();
        let published = Arc::new(Published { board: group.board.clone(), head, at: group.at });
        let old = self.published.swap(Arc::clone(&published));
        let kept: Vec<Kept> = (first..)
            .zip(&group.kept)
            .map(|(position, (by, events))| Kept { position, at: group.at, by: *by, events: Arc::clone(events) })
            .collect();
        for observer in &self.observers {
            observer(&published, &kept);
        }
        self.answer(group, first - 1);
        self.look_after();
        // Dropped last, when everybody has their answer: freeing a board's old branches takes its time.
        drop(old);
    }

    /// Answers a group; `before` is the position before its first entry.
    fn answer(&self, group: Group, before: u64) {
        let mut answered = vec![false; group.kept.len()];
        for (reply, outcome) in group.outcomes {
            let result = match outcome {
                Outcome::Answered(result) => result,
                Outcome::Kept { index } => {
                    let repeated = std::mem::replace(&mut answered[index], true);
                    let events = Arc::clone(&group.kept[index].1);
                    Ok(Receipt { position: before + 1 + index as u64, at: self.at, repeated, events })
                }
            };
            match &result {
                Ok(receipt) if receipt.repeated => self.tally.repeated(),
                Ok(_) => {}
                Err(Unsubmitted::Journal { .. }) => self.tally.failed(1),
                Err(_) => self.tally.refused(),
            }
            // A sender who has hung up finds the answer by sending the same id again.
            let _ = reply.send(result);
        }
    }

    fn fail(&self, waiting: Vec<Request>, reason: &str) {
        self.tally.failed(waiting.len());
        for request in waiting {
            let _ = request.reply.send(Err(Unsubmitted::Journal { reason: reason.to_owned() }));
        }
    }

    fn read_again(&mut self) -> Result<(), String> {
        let (board, head, at) = (self.reload)(self.journal.as_mut())?;
        self.board = board;
        self.head = head;
        self.at = self.at.max(at);
        self.stale = false;
        self.published.store(Arc::new(Published { board: self.board.clone(), head, at: self.at }));
        Ok(())
    }
}

/// The requests of a group that was not kept.
fn requests_again(submissions: Vec<Submission>, group: Group) -> Vec<Request> {
    submissions.into_iter().zip(group.outcomes).map(|(submission, (reply, _))| Request { submission, reply }).collect()
}

fn new_text(text: &super::Text) -> NewText {
    NewText { id: text.id.value(), kind: text.kind as u8, body: text.body.clone() }
}

/// The texts that these events erase.
fn erased_by(events: &[Event]) -> impl Iterator<Item = TextId> {
    events
        .iter()
        .flat_map(|event| match event {
            Event::Force(board::force::Event::PersonErased { texts, .. })
            | Event::Attachment(board::attachment::Event::Erased { texts, .. })
            | Event::Notice(board::notice::Event::Kept { texts, .. }) => texts.as_slice(),
            _ => &[],
        })
        .copied()
}

fn subjects_of(events: &[Event]) -> journal::Subjects {
    let mut subjects: Vec<Subject> = Vec::with_capacity(4);
    for event in events {
        if subjects.len() >= MOST_SUBJECTS {
            break;
        }
        event.subjects(&mut subjects);
    }
    subjects.sort_unstable();
    subjects.dedup();
    subjects
        .into_iter()
        .map(|subject| {
            let (kind, id) = subject.key();
            journal::Subject { kind, id }
        })
        .collect()
}

/// A keyed digest of all that the sender said, by which a repetition is told from a conflict.
fn payload_hash(key: &[u8; 32], submission: &Submission) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("an HMAC takes a key of any length");
    let command =
        serde_json::to_vec(&submission.command).expect("commands have no maps with keys that JSON cannot write");
    mac.update(&(command.len() as u64).to_be_bytes());
    mac.update(&command);
    for text in &submission.texts {
        mac.update(&text.id.value().to_be_bytes());
        mac.update(&(text.body.len() as u64).to_be_bytes());
        mac.update(text.body.as_bytes());
    }
    mac.finalize().into_bytes().into()
}
