//! One bad command in a group harms nobody else in it.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};

use board::force::{self, Changes, Grade, PersonRow, UnitRow};
use board::{Actor, At, Command, Id, Label, PersonId, TextId, UnitId};
use oneboard::submit::{self, Opened, Receipt, Submission, Text, TextKind, Unsubmitted};
use uuid::Uuid;

const BUREAU: UnitId = UnitId::from_value(1);

/// A writer that decides a group when it is told to: the clock is asked once at the beginning of each.
struct Held {
    opened: Opened,
    begun: Receiver<()>,
    go: Sender<()>,
}

impl Held {
    fn open(data: &Path) -> Self {
        let ((begin, begun), (go, told)) = (channel(), channel());
        let clock = Box::new(move || {
            let _ = begin.send(());
            let _ = told.recv();
            At::from_millis(1_000)
        });
        Self { opened: submit::open(data, clock, Vec::new()).expect("the journal opens"), begun, go }
    }

    /// Answers to these commands, all but the first decided in one group.
    fn send(&self, submissions: Vec<Submission>) -> Vec<Result<Receipt, Unsubmitted>> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let mut waiting = Vec::new();
            for (number, submission) in submissions.into_iter().enumerate() {
                let submit = self.opened.submit.clone();
                waiting.push(tokio::spawn(async move { submit.submit(submission).await }));
                // Polled once, it stands in the queue.
                tokio::task::yield_now().await;
                if number == 0 {
                    self.begun.recv().expect("the first group has begun");
                }
            }
            self.go.send(()).expect("the first group goes on");
            self.begun.recv().expect("the second group has begun");
            self.go.send(()).expect("the second group goes on");
            let mut answers = Vec::new();
            for task in waiting {
                answers.push(task.await.expect("submit does not panic"));
            }
            answers
        })
    }

    fn close(self) {
        self.opened.submit.stop();
        self.opened.writer.join().expect("the writer ends in order");
    }
}

fn enrol(number: u64, text: TextId) -> Submission {
    let person = PersonRow {
        id: PersonId::from_value(number),
        unit: BUREAU,
        grade: Grade::Officer,
        qualifications: Default::default(),
        callsign: "1".into(),
        number: text,
        name: text,
        telephone: None,
    };
    let command = Command::Force(force::Command::Keep(Changes { people: vec![person], ..Changes::default() }));
    let texts = vec![Text { id: text, kind: TextKind::Name, body: format!("Officer {number}") }];
    Submission { actor: Actor::Operator, id: Uuid::from_u128(u128::from(number)), command, texts }
}

fn found() -> Submission {
    let unit = UnitRow {
        id: BUREAU,
        parent: None,
        name: Label::new("Bureau", "市局"),
        callsign: "0".into(),
        channel: "1".into(),
        telephone: "1".into(),
        order: 0,
    };
    let command = Command::Force(force::Command::Keep(Changes { units: vec![unit], ..Changes::default() }));
    Submission { actor: Actor::Operator, id: Uuid::from_u128(1), command, texts: Vec::new() }
}

#[test]
fn words_under_a_taken_id_are_refused_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let held = Held::open(folder.path());
    let (first, second) = (Id::from_value(70), Id::from_value(71));
    // Given words that are kept,
    let answers = held.send(vec![found(), enrol(100, first)]);
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    // when a group brings words under the same id, and others under one id twice,
    let answers = held.send(vec![
        enrol(101, Id::from_value(72)),
        enrol(102, first),
        enrol(103, second),
        enrol(104, second),
        enrol(105, Id::from_value(73)),
    ]);
    // then those alone are refused, and everybody else is kept.
    let taken = |number: u128, answer: &Result<Receipt, Unsubmitted>| matches!(answer, Err(Unsubmitted::WordsTaken { id }) if *id == Uuid::from_u128(number));
    assert!(answers[0].is_ok() && answers[2].is_ok() && answers[4].is_ok(), "{answers:?}");
    assert!(taken(102, &answers[1]) && taken(104, &answers[3]), "{answers:?}");
    let published = held.opened.submit.published();
    let enrolled: Vec<u64> = published.board.force.people().map(|(id, _)| id.value()).collect();
    assert_eq!(enrolled, [100, 101, 103, 105]);
    assert_eq!(held.opened.submit.register().read().text(first), Some("Officer 100"));
    held.close();
}

#[test]
fn a_command_with_too_many_words_is_refused_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let held = Held::open(folder.path());
    let mut large = enrol(100, Id::from_value(70));
    let many = journal::error::MAX_LINKS as u64 + 1;
    large.texts = (0..many)
        .map(|number| Text { id: Id::from_value(1_000 + number), kind: TextKind::Words, body: String::new() })
        .collect();
    let answers = held.send(vec![found(), large, enrol(101, Id::from_value(71))]);
    assert!(answers[0].is_ok() && answers[2].is_ok(), "{answers:?}");
    let Err(Unsubmitted::TooLarge { size, most, .. }) = answers[1] else { panic!("{:?}", answers[1]) };
    assert_eq!((size, most), (many as usize, journal::error::MAX_LINKS));
    held.close();
}

#[test]
fn words_that_come_and_are_erased_in_one_group_are_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let held = Held::open(folder.path());
    let (person, text) = (PersonId::from_value(100), Id::from_value(70));
    let of = |number: u128, command| Submission {
        actor: Actor::Operator,
        id: Uuid::from_u128(number),
        command: Command::Force(command),
        texts: Vec::new(),
    };
    let leaving = force::Command::Keep(Changes { leaving: vec![person], ..Changes::default() });
    let erase = force::Command::Erase { person };
    let answers = held.send(vec![found(), enrol(100, text), of(2, leaving), of(3, erase)]);
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(held.opened.submit.register().read().text(text), None);
    held.close();
    let file = folder.path().join(submit::JOURNAL);
    let reader = journal::sqlite::Reader::open(&file, journal::Upcasts::new(submit::SCHEMA)).expect("a reader");
    assert_eq!(reader.texts(&[70]).expect("read"), [(70, journal::TextState::Erased { by: 4 })]);
    let report = journal::verify(&file, &journal::VerifyOptions::default()).expect("sound");
    assert_eq!(report.head.position, 4);
}
