use board::attachment::{Command as Ask, Event, Refusal};
use board::{AttachmentId, Command, Subject};

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
