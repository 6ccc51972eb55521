use board::checkin::{PostState, Standing};
use board::{Actor, Id, Minutes, Refusal, post as posts_of};

use crate::support::*;

const OPERATOR: Actor = Actor::Operator;

fn change(world: &mut World, row: posts_of::Post) {
    world.done(OPERATOR, posts(vec![row]));
}

#[test]
fn a_post_closed_in_mid_shift_asks_for_nothing_more() {
    let mut world = World::manned();
    change(&mut world, posts_of::Post { closed: true, ..post_row(A1) });
    assert_eq!(world.duty(A1).shift, None);
    assert_eq!(world.duty(A1).contact_due, None);
    // Who stands there is still there until they leave.
    assert_eq!(world.duty(A1).here.len(), 2);
    let events = world.pass(at(50, 0));
    assert!(
        !events.iter().any(|event| matches!(event, board::Event::Checkin(event) if event.post() == Some(post(A1))))
    );
    assert!(matches!(world.standing(assignment(A1, NIGHT, 1)), Standing::Expected));
}

#[test]
fn a_post_that_is_opened_again_takes_up_the_shifts_that_are_not_over() {
    let mut world = World::manned();
    change(&mut world, posts_of::Post { closed: true, ..post_row(A2) });
    world.pass(at(21, 0));
    change(&mut world, post_row(A2));
    world.pass(at(21, 0));
    assert_eq!(world.duty(A2).shift, Some(shift(A2, NIGHT)));
    assert!(matches!(world.standing(assignment(A2, DAY, 1)), Standing::Late { .. }), "the day was closed, not missed");
}

#[test]
fn a_post_that_moves_takes_its_figures_along() {
    let mut world = World::manned();
    change(&mut world, posts_of::Post { unit: B2, ..post_row(A1) });
    let presence = &world.operation().presence;
    assert_eq!((presence.tally(A1).here, presence.tally(B2).here), (0, 2));
    assert_eq!(world.operation().posts.of_unit(B2).count(), 2);
}

#[test]
fn contact_is_asked_for_by_the_clock_and_any_word_stills_it() {
    let mut world = World::manned();
    assert_eq!(world.duty(A1).contact_due, Some(at(9, 0)));
    world.pass(at(9, 0));
    assert_eq!(world.duty(A1).overdue_since, Some(at(9, 0)));
    assert_eq!(world.operation().presence.tally(A1).overdue, 1);
    world.now = at(9, 5);
    world.done(by(A, 2), contact(A1));
    assert_eq!((world.duty(A1).overdue_since, world.duty(A1).contact_due), (None, Some(at(10, 5))));
    // A post that is no longer asked for contact is not overdue either.
    world.pass(at(10, 5));
    change(&mut world, posts_of::Post { contact_every: None, ..post_row(A1) });
    assert_eq!((world.duty(A1).overdue_since, world.duty(A1).contact_due), (None, None));
    change(&mut world, posts_of::Post { contact_every: Some(Minutes(5)), ..post_row(A1) });
    assert_eq!(world.duty(A1).contact_due, Some(at(9, 10)));
}

#[test]
fn an_empty_plan_is_judged_like_any_other() {
    let mut world = World::running();
    assert!(matches!(world.refused(by(A1, 3), posts(Vec::new())), Refusal::Denied(_)));
    assert!(matches!(world.refused(by(A1, 3), roster_plan(Vec::new(), Vec::new())), Refusal::Denied(_)));
}

#[test]
fn a_number_belongs_to_one_post_and_is_free_when_given_up() {
    let mut world = World::running();
    let taken = posts_of::Post { id: Id::from_value(7777), ..post_row(A1) };
    world.refused(OPERATOR, posts(vec![taken.clone()]));
    change(&mut world, posts_of::Post { number: "HS-999".into(), ..post_row(A1) });
    change(&mut world, taken);
    assert_eq!(world.operation().posts.by_number("HS-11").map(|post| post.id), Some(Id::from_value(7777)));
    assert_eq!(world.operation().posts.by_number("HS-999").map(|found| found.id), Some(post(A1)));
}

#[test]
fn no_shift_is_no_force_and_silence_is_no_state() {
    let world = World::running();
    assert_eq!(world.duty(A1).state(), PostState::NotInForce);
    assert_eq!(world.operation().presence.tally(A1).in_force, 0);
}
