//! A seeded simulation of submit over a journal that fails: whatever happens, replay gives the live board, what was
//! acknowledged is kept, and what was refused changed nothing. `ONEBOARD_SEEDS` says how many seeds (nightly: 10,000).

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use board::access::{self, Role};
use board::checkin::{self, How, LeaveReason};
use board::watch::{self, Kind};
use board::{Actor, At, Board, Command, Id, TextId, UnitId};
use journal::sqlite::{Options, Reader, Sqlite};
use journal::{
    AppendError, Check, Checkpoint, Conflict, Entry, EntryRef, Hash, Head, Journal, NewEntry, Seen, SigningKey,
    StorageError, Subject, TextState, Upcasts,
};
use oneboard::access_matrix::model::{self, Objects};
use oneboard::submit::{self, Body, JOURNAL, Opened, SCHEMA, Submission, Text, TextKind, Unsubmitted};
use uuid::Uuid;

/// Seeds of an ordinary run.
const SEEDS: u64 = 300;
/// Steps of one seed; each is a handful of commands, a fault or a restart.
const STEPS: usize = 30;
/// Units of the model.
const UNITS: [u64; 6] = [1, 10, 20, 101, 102, 1011];

/// What the journal does at the next append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    /// The disk is full: nothing is kept, and it is said.
    Full,
    /// The group is kept, but the answer is lost.
    Lost,
    /// The process dies before the group is kept.
    DieBefore,
    /// The process dies when the group is kept and nobody knows yet.
    DieAfter,
}

struct Faulty {
    inner: Sqlite,
    next: Arc<Mutex<Fault>>,
}

/// Ends the writer's thread as a crash would: nobody is answered.
fn die() -> ! {
    std::panic::resume_unwind(Box::new("the process died"))
}

impl Journal for Faulty {
    fn head(&self) -> Head {
        self.inner.head()
    }
    fn append(&mut self, expected: &Head, entries: &[NewEntry]) -> Result<Head, AppendError> {
        let fault = std::mem::replace(&mut *self.next.lock().expect("nobody panics with it"), Fault::None);
        let place = "the simulated disk".to_owned();
        match fault {
            Fault::None => self.inner.append(expected, entries),
            Fault::Full => Err(StorageError::Full { place }.into()),
            Fault::Lost => {
                self.inner.append(expected, entries)?;
                Err(StorageError::Lost { place, detail: "simulated".into() }.into())
            }
            Fault::DieBefore => die(),
            Fault::DieAfter => {
                let _ = self.inner.append(expected, entries);
                die()
            }
        }
    }
    fn seen(&mut self, sender: u64, command_id: Uuid) -> Result<Option<Seen>, StorageError> {
        self.inner.seen(sender, command_id)
    }
    fn note_conflict(&mut self, conflict: &Conflict) -> Result<(), StorageError> {
        self.inner.note_conflict(conflict)
    }
    fn conflicts(&mut self, limit: usize) -> Result<Vec<Conflict>, StorageError> {
        self.inner.conflicts(limit)
    }
    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<Entry>, StorageError> {
        self.inner.read(from, limit)
    }
    fn for_each(
        &mut self,
        from: u64,
        check: Check,
        visit: &mut dyn FnMut(EntryRef<'_>) -> ControlFlow<()>,
    ) -> Result<(), StorageError> {
        self.inner.for_each(from, check, visit)
    }
    fn by_subject(&mut self, subject: Subject, before: Option<u64>, limit: usize) -> Result<Vec<u64>, StorageError> {
        self.inner.by_subject(subject, before, limit)
    }
    fn texts(&mut self, ids: &[u64]) -> Result<Vec<(u64, TextState)>, StorageError> {
        self.inner.texts(ids)
    }
    fn each_text(
        &mut self,
        kinds: &[u8],
        visit: &mut dyn FnMut(journal::Text<'_>) -> ControlFlow<()>,
    ) -> Result<(), StorageError> {
        self.inner.each_text(kinds, visit)
    }
    fn checkpoint(&mut self, signer: &SigningKey, at: i64) -> Result<Checkpoint, StorageError> {
        self.inner.checkpoint(signer, at)
    }
    fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, StorageError> {
        self.inner.checkpoints()
    }
    fn inclusion(&mut self, position: u64, size: u64) -> Result<Option<Vec<Hash>>, StorageError> {
        self.inner.inclusion(position, size)
    }
    fn consistency(&mut self, old: u64, new: u64) -> Result<Option<Vec<Hash>>, StorageError> {
        self.inner.consistency(old, new)
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014): small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// What is needed to send a command again.
#[derive(Clone, Debug)]
struct Sent {
    actor: Actor,
    id: Uuid,
    command: Command,
    text: Option<TextId>,
}

impl Sent {
    fn submission(&self) -> Submission {
        let text = self.text.map(|id| Text { id, kind: TextKind::Words, body: "all quiet".into() });
        Submission { actor: self.actor, id: self.id, command: self.command.clone(), texts: text.into_iter().collect() }
    }
}

struct World {
    seed: u64,
    random: Random,
    folder: tempfile::TempDir,
    clock: Arc<AtomicI64>,
    fault: Arc<Mutex<Fault>>,
    opened: Option<Opened>,
    sent: Vec<Sent>,
    /// Position of everything that was acknowledged.
    acknowledged: HashMap<(u64, Uuid), u64>,
    count: u128,
    /// The last answer was lost: what was kept then comes to light with the next command.
    unsure: bool,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut world = Self {
            seed,
            random: Random(seed),
            folder: tempfile::tempdir().expect("a folder"),
            clock: Arc::new(AtomicI64::new(model::NOW.millis())),
            fault: Arc::new(Mutex::new(Fault::None)),
            opened: None,
            sent: Vec::new(),
            acknowledged: HashMap::new(),
            count: 0,
            unsure: false,
        };
        world.open();
        for command in model::commands() {
            let sent = world.envelope(Actor::Operator, command, None);
            world.send(vec![sent]);
        }
        world
    }

    fn open(&mut self) {
        // Syncs are proved elsewhere (crates/journal/tests/faults.rs); without them a seed takes a tenth of the time.
        let options = Options { unsynced: true, upcasts: Upcasts::new(SCHEMA), ..Options::default() };
        let inner = Sqlite::open(&self.folder.path().join(JOURNAL), options).expect("the journal opens");
        let journal = Box::new(Faulty { inner, next: Arc::clone(&self.fault) });
        let clock = Arc::clone(&self.clock);
        let clock = Box::new(move || At::from_millis(clock.load(Ordering::Relaxed)));
        let opened = submit::start(journal, self.folder.path(), clock, Vec::new());
        self.opened = Some(opened.unwrap_or_else(|fault| panic!("seed {}: {fault}", self.seed)));
    }

    fn opened(&self) -> &Opened {
        self.opened.as_ref().expect("it is open between steps")
    }

    /// Ends the writer, in order or not, and starts another on the same folder.
    fn restart(&mut self) {
        self.nudge();
        let before = json(&self.opened().submit.published().board);
        let opened = self.opened.take().expect("it is open");
        opened.submit.stop();
        let died = opened.writer.join().is_err();
        *self.fault.lock().expect("nobody panics with it") = Fault::None;
        self.open();
        if !died {
            assert_eq!(json(&self.opened().submit.published().board), before, "seed {}: after a restart", self.seed);
        }
    }

    fn envelope(&mut self, actor: Actor, command: Command, text: Option<TextId>) -> Sent {
        self.count += 1;
        Sent { actor, id: Uuid::from_u128((u128::from(self.seed) << 64) | self.count), command, text }
    }

    fn command(&mut self) -> Sent {
        let holders = model::holders();
        let on = Objects::at(UnitId::from_value(self.random.pick(&UNITS)));
        let person = holders[self.random.below(holders.len())].person;
        let actor = self.random.pick(&[Actor::Person(person), Actor::Person(on.person), Actor::Operator, Actor::Clock]);
        let Objects { manned: operation, assignment, post, unit, other, .. } = on;
        let words = Id::from_value(self.random.next());
        let mut kept = None;
        let command = match self.random.below(8) {
            0 => Command::Checkin(checkin::Command::CheckIn {
                operation,
                assignment,
                relieves: None,
                how: self.random.pick(&[How::InPerson, How::Radio]),
                claimed: None,
            }),
            1 => Command::Checkin(checkin::Command::Leave {
                operation,
                assignment,
                reason: LeaveReason::EndOfShift,
                note: None,
            }),
            2 => Command::Checkin(checkin::Command::NoteContact { operation, post, how: How::Radio, note: None }),
            3 | 4 => {
                kept = Some(words);
                let (operation, post, by_order_of) = (None, None, None);
                Command::Watch(watch::Command::Write {
                    unit,
                    kind: self.random.pick(&[Kind::Message, Kind::Note]),
                    operation,
                    callsign: "7".into(),
                    post,
                    words,
                    by_order_of,
                })
            }
            5 => Command::Watch(watch::Command::CloseLine { unit, line: self.random.below(6) as u32 }),
            6 => Command::Access(access::Command::Grant {
                id: Id::from_value(self.random.next()),
                person: other,
                role: self.random.pick(&[Role::DutyOfficer, Role::Inspector, Role::Leader]),
                unit,
                from: None,
                until: None,
            }),
            _ => Command::PassTime,
        };
        self.envelope(actor, command, kept)
    }

    /// Sends these at once, in order, and holds every answer against the promise it makes.
    fn send(&mut self, group: Vec<Sent>) {
        let before = self.opened().submit.published();
        let submit = self.opened().submit.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let answers: Vec<Result<submit::Receipt, Unsubmitted>> = runtime.block_on(async {
            let tasks: Vec<_> = group
                .iter()
                .map(|sent| {
                    let (submit, submission) = (submit.clone(), sent.submission());
                    tokio::spawn(async move { submit.submit(submission).await })
                })
                .collect();
            let mut answers = Vec::new();
            for task in tasks {
                answers.push(task.await.expect("submit does not panic"));
            }
            answers
        });
        let seed = self.seed;
        let mut changed = std::mem::take(&mut self.unsure);
        for (sent, answer) in group.into_iter().zip(answers) {
            let key = (submit::sender_of(sent.actor), sent.id);
            match answer {
                Ok(receipt) if receipt.events.is_empty() => {}
                Ok(receipt) => {
                    changed = true;
                    let first = *self.acknowledged.entry(key).or_insert(receipt.position);
                    assert_eq!(first, receipt.position, "seed {seed}: {sent:?} has two positions");
                }
                Err(Unsubmitted::Conflict { position, .. }) => {
                    let first = self.acknowledged.get(&key);
                    assert!(first.is_none_or(|first| *first == position), "seed {seed}: {sent:?}");
                }
                Err(Unsubmitted::Refused(_) | Unsubmitted::WordsTaken { .. }) => {
                    assert!(!self.acknowledged.contains_key(&key), "seed {seed}: {sent:?} was kept and is now refused");
                }
                Err(Unsubmitted::Journal { .. } | Unsubmitted::Stopping) => {
                    changed = true;
                    self.unsure = true;
                }
                Err(other) => panic!("seed {seed}: {sent:?}: {other}"),
            }
            self.sent.push(sent);
        }
        if !changed {
            let after = self.opened().submit.published();
            assert_eq!(after.head, before.head, "seed {seed}: something was kept that nobody was told of");
            assert_eq!(json(&after.board), json(&before.board), "seed {seed}: a refusal changed the board");
        }
    }

    fn step(&mut self) {
        match self.random.below(13) {
            0..=4 => {
                let group = (0..=self.random.below(5)).map(|_| self.command()).collect();
                self.send(group);
            }
            5 => {
                let again = self.sent[self.random.below(self.sent.len())].clone();
                self.send(vec![again.clone(), again]);
            }
            6 => {
                let mut other = self.sent[self.random.below(self.sent.len())].clone();
                let unit = UnitId::from_value(self.random.pick(&UNITS));
                other.command = Command::Watch(watch::Command::CloseLine { unit, line: 4_000_000_000 });
                self.send(vec![other]);
            }
            7 => {
                let jump = self.random.below(4 * 3_600_000) as i64 - 3_600_000;
                self.clock.fetch_add(jump, Ordering::Relaxed);
            }
            8 => self.restart(),
            9 => {
                // Words under an id that others have, among commands of whom nobody is to suffer.
                let text = self.sent[self.random.below(self.sent.len())].text;
                let mut group: Vec<Sent> = (0..2).map(|_| self.command()).collect();
                group[0].text = group[0].text.and(text);
                self.send(group);
            }
            _ => {
                let fault = self.random.pick(&[Fault::Full, Fault::Lost, Fault::DieBefore, Fault::DieAfter]);
                *self.fault.lock().expect("nobody panics with it") = fault;
                let group = (0..=self.random.below(3)).map(|_| self.command()).collect();
                self.send(group);
                *self.fault.lock().expect("nobody panics with it") = Fault::None;
                if matches!(fault, Fault::DieBefore | Fault::DieAfter) {
                    self.restart();
                }
            }
        }
    }

    /// A board after a lost answer is behind until the next command makes the writer read again.
    fn nudge(&mut self) {
        let nothing = self.envelope(Actor::Operator, Command::PassTime, None);
        self.send(vec![nothing]);
    }

    /// Reads the journal as a stranger would and holds it against the live board and all that was acknowledged.
    fn check(&mut self) {
        self.nudge();
        let published = self.opened().submit.published();
        let (board, entries) = replayed(&self.folder.path().join(JOURNAL));
        assert_eq!(json(&board), json(&published.board), "seed {}: replay is not the live board", self.seed);
        assert_eq!(entries.len() as u64, published.head.position, "seed {}", self.seed);
        for (key, position) in &self.acknowledged {
            let found = entries.get(*position as usize - 1);
            assert_eq!(found.map(|(key, _)| key), Some(key), "seed {}: entry {position} was acknowledged", self.seed);
        }
        assert!(entries.is_sorted_by_key(|(_, at)| *at), "seed {}: time went back", self.seed);
    }
}

fn json(board: &Board) -> String {
    serde_json::to_string(board).expect("a board is always writable")
}

type Named = ((u64, Uuid), i64);

fn replayed(path: &Path) -> (Board, Vec<Named>) {
    let reader = Reader::open(path, Upcasts::new(SCHEMA)).expect("a reader");
    let (mut board, mut entries) = (Board::default(), Vec::new());
    let read = reader.for_each(1, u64::MAX, Check::Chain, &mut |entry| {
        let body: Body = serde_json::from_slice(&entry.body).expect("a body");
        body.events.iter().for_each(|event| board::apply(&mut board, event));
        entries.push(((entry.sender, entry.command_id), entry.at));
        ControlFlow::Continue(())
    });
    read.expect("the chain holds");
    (board, entries)
}

/// Which seeds: `10000` is that many, `2000..4000` a slice of them.
fn seeds() -> std::ops::Range<u64> {
    let Ok(wanted) = std::env::var("ONEBOARD_SEEDS") else { return 0..SEEDS };
    let number = |text: &str| text.parse().expect("ONEBOARD_SEEDS is a number, or two with .. between");
    match wanted.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => 0..number(&wanted),
    }
}

#[test]
fn whatever_happens_the_journal_and_the_board_agree() {
    for seed in seeds() {
        let mut world = World::new(seed);
        for step in 0..STEPS {
            world.step();
            if step % 10 == 9 {
                world.check();
            }
        }
        world.restart();
        world.check();
    }
}
