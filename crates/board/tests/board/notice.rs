use board::alarm::{Kind, Need};
use board::notice::{Channel, Command as Ask, Event, MOST_ATTEMPTS, Notice, Outcome, Quiet, Refusal, State};
use board::{Actor, Command, Minutes, NoticeId, PersonId, Subject, TextId, UnitId, directive, force, watch};

use crate::support::orders::*;
use crate::support::*;

const EMAIL: TextId = TextId::from_value(801);
const MESSAGE: TextId = TextId::from_value(802);

fn ask(command: Ask) -> Command {
    Command::Notice(command)
}
fn keep(person: PersonId, email: Option<TextId>, message: Option<TextId>) -> Command {
    ask(Ask::Keep { person, email, message, quiet: None })
}
fn keep_watch(unit: UnitId) -> Command {
    Command::Watch(watch::Command::Take { unit, leader: None, read_to: 0, carry_to: None })
}
fn record(notice: NoticeId, channel: Channel, outcome: Outcome) -> Command {
    ask(Ask::Record { notice, channel, outcome })
}
/// The duty officer of county A keeps the watch and both channels.
fn reachable() -> World {
    let mut world = World::manned();
    world.done(by(A, 2), keep_watch(A));
    world.done(by(A, 2), keep(person(A, 2), Some(EMAIL), Some(MESSAGE)));
    world
}
fn told(world: &World) -> Vec<(NoticeId, Notice)> {
    world.board.notices.open().map(|(id, notice)| (id, notice.clone())).collect()
}
fn called() -> (World, NoticeId) {
    let mut world = reachable();
    world.done(by(A1, 3), call(1, assignment(A1, DAY, 1), Need::Help));
    let all = told(&world);
    let [(id, _)] = all[..] else { panic!("one notice is expected: {all:?}") };
    (world, id)
}

#[test]
fn an_emergency_is_told_to_who_keeps_the_watch_by_every_channel_they_keep() {
    let (world, id) = called();
    let notice = world.board.notices.find(id).unwrap();
    let (alarm, _) = world.board.alarms.open().find(|(_, found)| found.cause.kind == Kind::HelpNeeded).unwrap();
    assert_eq!((notice.to, notice.subject, notice.emergency), (person(A, 2), Subject::Alarm(alarm), true));
    let channels: Vec<_> = notice.deliveries.iter().map(|delivery| (delivery.channel, delivery.address)).collect();
    assert_eq!(channels, [(Channel::Email, EMAIL), (Channel::Message, MESSAGE)]);
}

#[test]
fn another_alarm_is_told_when_nobody_takes_it_from_the_screen() {
    let mut world = World::running();
    world.done(by(BUREAU, 2), keep_watch(BUREAU));
    world.done(by(A, 2), keep_watch(A));
    world.done(by(BUREAU, 2), keep(person(BUREAU, 2), Some(EMAIL), None));
    world.pass(at(8, 10));
    assert_eq!(told(&world).len(), 0, "posts are unmanned, and the county is asked first");
    world.pass(at(8, 10).plus(Kind::PostUnmanned.patience()));
    let told = told(&world);
    assert!(!told.is_empty() && told.iter().all(|(_, notice)| notice.to == person(BUREAU, 2) && !notice.emergency));
}

#[test]
fn who_keeps_no_channel_gets_no_notice() {
    let mut world = World::manned();
    world.done(by(A, 2), keep_watch(A));
    world.done(by(A1, 3), call(1, assignment(A1, DAY, 1), Need::Help));
    assert_eq!(told(&world), []);
}

#[test]
fn nobody_is_told_of_the_same_while_the_first_telling_waits() {
    let (mut world, _) = called();
    world.done(by(A1, 4), call(2, assignment(A1, DAY, 2), Need::Help));
    assert_eq!(told(&world).len(), 1);
}

#[test]
fn each_channel_has_its_own_end_and_none_is_better_than_it_was() {
    let (mut world, id) = called();
    let clock = Actor::Clock;
    world.done(clock, record(id, Channel::Email, Outcome::Sent));
    world.done(clock, record(id, Channel::Message, Outcome::Refused { words: WORDS }));
    assert_eq!(told(&world), [], "nothing waits any more");
    let states: Vec<State> =
        world.board.notices.find(id).unwrap().deliveries.iter().map(|delivery| delivery.state).collect();
    assert_eq!(states, [State::Sent { at: at(8, 50) }, State::Failed { at: at(8, 50), words: WORDS }]);
    // A gateway's later word counts for what it took, and for nothing else.
    world.done(clock, record(id, Channel::Email, Outcome::Delivered));
    let refused = Refusal::NothingWaits { notice: id };
    assert_eq!(world.refused(clock, record(id, Channel::Message, Outcome::Delivered)), refused.clone().into());
    assert_eq!(world.refused(clock, record(id, Channel::Email, Outcome::Sent)), refused.into());
}

#[test]
fn what_is_not_reached_waits_longer_each_time_and_fails_at_last() {
    let (mut world, id) = called();
    let (channel, outcome) = (Channel::Email, Outcome::NotReached { words: WORDS });
    let mut last = Minutes(0);
    for attempt in 1..=MOST_ATTEMPTS {
        let events = world.done(Actor::Clock, record(id, channel, outcome));
        match &events[..] {
            [board::Event::Notice(Event::PutOff { due, .. })] => {
                let wait = Minutes(due.minutes_since(world.now) as u32);
                assert!(attempt < MOST_ATTEMPTS && wait > last, "{attempt}");
                (last, world.now) = (wait, *due);
            }
            [board::Event::Notice(Event::Settled { state: State::Failed { .. }, .. })] => {
                assert_eq!(attempt, MOST_ATTEMPTS);
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(world.refused(Actor::Clock, record(id, channel, outcome)), board::Refusal::Notice(_)));
}

#[test]
fn the_addresses_that_were_go_with_the_change() {
    let mut world = reachable();
    let events = world.done(by(A, 2), keep(person(A, 2), Some(TextId::from_value(803)), Some(MESSAGE)));
    assert!(matches!(&events[..], [board::Event::Notice(Event::Kept { texts, .. })] if texts == &[EMAIL]));
    assert_eq!(world.done(by(A, 2), keep(person(A, 2), Some(TextId::from_value(803)), Some(MESSAGE))), []);
    // Nobody keeps another's.
    assert!(matches!(world.refused(by(A, 1), keep(person(A, 2), None, None)), board::Refusal::Denied(_)));
    // Who is erased is erased here too, in the same entry.
    world.leaves(person(A, 2));
    let events = world.done(Actor::Operator, Command::Force(force::Command::Erase { person: person(A, 2) }));
    let erased = events.iter().any(|event| {
        matches!(event, board::Event::Notice(Event::Kept { texts, .. }) if texts == &[TextId::from_value(803), MESSAGE])
    });
    assert!(erased, "{events:?}");
}

#[test]
fn quiet_hours_may_lie_over_midnight() {
    let night = Quiet { from: 22 * 60, to: 6 * 60 };
    assert!(night.contains(23 * 60) && night.contains(0) && night.contains(5 * 60 + 59));
    assert!(!night.contains(6 * 60) && !night.contains(12 * 60));
    let noon = Quiet { from: 12 * 60, to: 14 * 60 };
    assert!(noon.contains(12 * 60) && !noon.contains(14 * 60) && !noon.contains(0));
}

#[test]
fn a_verbal_order_is_told_to_the_leader_who_gave_it() {
    let mut world = World::manned();
    world.done(by(A, 1), keep(person(A, 1), Some(EMAIL), None));
    let order = watch::Command::Write {
        unit: A,
        kind: watch::Kind::VerbalOrder,
        operation: None,
        callsign: "7".into(),
        post: None,
        words: WORDS,
        by_order_of: Some(person(A, 1)),
    };
    world.done(by(A, 2), Command::Watch(order));
    assert!(matches!(&told(&world)[..], [(_, notice)] if notice.to == person(A, 1)));
}

#[test]
fn a_gateway_may_say_later_that_it_did_not_arrive_and_an_administrator_tries_again() {
    let (mut world, id) = called();
    let clock = Actor::Clock;
    world.done(clock, record(id, Channel::Email, Outcome::Sent));
    world.done(clock, record(id, Channel::Message, Outcome::Sent));
    world.done(clock, record(id, Channel::Message, Outcome::Refused { words: WORDS }));
    let state = |world: &World| world.board.notices.find(id).unwrap().delivery(Channel::Message).unwrap().state;
    assert_eq!(state(&world), State::Failed { at: at(8, 50), words: WORDS });
    let again = |channel| ask(Ask::TryAgain { notice: id, channel });
    assert!(matches!(world.refused(by(A, 2), again(Channel::Message)), board::Refusal::Denied(_)));
    // What was handed over is not sent twice.
    assert_eq!(world.refused(clock, again(Channel::Email)), Refusal::NotFailed { notice: id }.into());
    world.done(clock, again(Channel::Message));
    assert_eq!(state(&world), State::Waiting { due: at(8, 50) });
    assert_eq!(told(&world).len(), 1);
    world.done(clock, record(id, Channel::Message, Outcome::Delivered));
    assert_eq!(told(&world), []);
    assert_eq!(state(&world), State::Delivered { at: at(8, 50) });
}

#[test]
fn a_browser_that_is_no_longer_there_is_asked_no_more() {
    let mut world = reachable();
    let push = TextId::from_value(810);
    world.done(by(A, 2), ask(Ask::KeepPush { person: person(A, 2), push: Some(push) }));
    // The other addresses stay as they are, and a change of those leaves the browser.
    world.done(by(A, 2), keep(person(A, 2), Some(EMAIL), None));
    assert_eq!(world.board.notices.channels(person(A, 2)).push, Some(push));
    world.done(by(A1, 3), call(1, assignment(A1, DAY, 1), Need::Help));
    let [(id, _)] = told(&world)[..] else { panic!("{:?}", told(&world)) };
    let events = world.done(Actor::Clock, record(id, Channel::Push, Outcome::Gone { words: WORDS }));
    let erased =
        |event: &board::Event| matches!(event, board::Event::Notice(Event::Kept { texts, .. }) if texts == &[push]);
    assert!(events.iter().any(erased), "{events:?}");
    assert_eq!(world.board.notices.channels(person(A, 2)).push, None);
}

#[test]
fn an_order_is_told_to_those_who_keep_the_watch_of_whoever_receives_it_and_a_task_to_its_owner() {
    let mut world = World::running();
    world.done(by(A, 2), keep_watch(A));
    world.done(by(A, 2), keep(person(A, 2), Some(EMAIL), None));
    world.done(by(A1, 1), keep(person(A1, 1), None, Some(MESSAGE)));
    world.done(by(BUREAU, 1), write(draft()));
    world.done(by(BUREAU, 1), issue(ORDER));
    let all: Vec<_> = told(&world).into_iter().map(|(_, notice)| (notice.to, notice.subject)).collect();
    assert_eq!(all, [(person(A, 2), Subject::Directive(ORDER))]);
    world.done(by(A, 1), says(of_unit(A), directive::Step::Acknowledged));
    world.done(by(A, 1), assign_task(task_row(A, A1)));
    let owner = told(&world).into_iter().any(|(_, notice)| notice.subject == Subject::Task(JOB));
    assert!(owner && task_row(A, A1).owner == person(A1, 1));
}
