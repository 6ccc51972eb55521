use board::attachment::{Command as Ask, Event, MOST_ON_A_SUBJECT, Refusal};
use board::checkin::How;
use board::directive::{self, Draft, Evidence, Receiver, Step};
use board::{AttachmentId, Command, Subject};

use crate::support::orders::*;
use crate::support::*;

fn erase(id: u64) -> Command {
    Command::Attachment(Ask::Erase { attachment: AttachmentId::from_value(id) })
}

#[test]
fn a_file_hangs_where_its_sender_has_something_to_show() {
    let mut world = World::manned();
    world.done(by(A1, 3), attach(1, Subject::Post(post(A1))));
    world.done(by(A1, 3), attach(2, Subject::Person(person(A1, 3))));
    world.done(by(A, 2), attach(3, Subject::Watch(A)));
    for (stranger, subject) in [
        (by(B1, 3), Subject::Post(post(A1))),
        (by(A1, 3), Subject::Watch(A)),
        (by(A1, 3), Subject::Person(person(A1, 4))),
    ] {
        assert!(matches!(world.refused(stranger, attach(9, subject)), board::Refusal::Denied(_)), "{subject:?}");
    }
    let found: Vec<_> = world.board.attachments.of(Subject::Post(post(A1))).map(|(id, _)| id.value()).collect();
    assert_eq!(found, [1]);
}

#[test]
fn an_erased_file_stays_as_a_record_and_its_name_goes() {
    let mut world = World::manned();
    world.done(by(A1, 3), attach(1, Subject::Post(post(A1))));
    assert!(matches!(world.refused(by(A1, 3), erase(1)), board::Refusal::Denied(_)), "a leader erases");
    let events = world.done(by(A, 1), erase(1));
    assert!(matches!(&events[..], [board::Event::Attachment(Event::Erased { texts, .. })] if texts == &[WORDS]));
    let found = world.board.attachments.get(AttachmentId::from_value(1)).unwrap();
    assert_eq!((found.erased, found.name), (Some(at(8, 50)), None));
    let known = world.board.attachments.known(AttachmentId::from_value(1));
    assert_eq!(known, Err(Refusal::AttachmentErased { since: at(8, 50) }));
}

fn done_with(receiver: Receiver, id: u64) -> Command {
    let evidence = Evidence { words: None, files: vec![AttachmentId::from_value(id)] };
    let how = How::InPerson;
    Command::Directive(directive::Command::Receive { directive: ORDER, receiver, step: Step::Done, how, evidence })
}

#[test]
fn a_receiver_shows_with_a_file_what_was_done_and_nobody_elses() {
    let mut world = World::running();
    world.done(by(BUREAU, 1), write(draft()));
    let hung = Subject::Directive(ORDER);
    assert!(matches!(world.refused(by(A, 1), attach(1, hung)), board::Refusal::Denied(_)), "it is still being written");
    world.done(by(BUREAU, 1), attach(1, hung));
    let files = vec![AttachmentId::from_value(1)];
    world.done(by(BUREAU, 1), write(Draft { files: files.clone(), ..draft() }));
    world.done(by(BUREAU, 1), issue(ORDER));
    assert_eq!(world.board.directives.get(ORDER).unwrap().files, files);

    world.done(by(A, 1), says(of_unit(A), Step::Acknowledged));
    world.done(by(A, 1), says(of_unit(A), Step::Accepted));
    world.done(by(A, 1), attach(2, hung));
    // A file of another thing proves nothing here.
    world.done(by(A, 1), attach(3, Subject::Watch(A)));
    let elsewhere = Refusal::HangsElsewhere { attachment: AttachmentId::from_value(3) };
    assert_eq!(world.refused(by(A, 1), done_with(of_unit(A), 3)), elsewhere.into());
    world.done(by(A, 1), done_with(of_unit(A), 2));
    // Thousands may answer: each sender has so many of their own.
    for id in 10..10 + MOST_ON_A_SUBJECT as u64 - 1 {
        world.done(by(A, 1), attach(id, hung));
    }
    let many = Refusal::TooManyAttachments { count: MOST_ON_A_SUBJECT, most: MOST_ON_A_SUBJECT };
    assert_eq!(world.refused(by(A, 1), attach(90, hung)), many.into());
    world.done(by(B, 1), attach(91, hung));
}
