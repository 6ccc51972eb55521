//! What is true of every board, whatever was asked of it: an oracle that counts from scratch.

use std::collections::{BTreeMap, BTreeSet};

use board::checkin::{Duty, PostState, Standing, Tally};
use board::operation::Operation;
use board::roster::DutyKind;
use board::{Board, PersonId, PostId, ShiftId, UnitId};

pub fn json(board: &Board) -> String {
    serde_json::to_string(board).expect("a board is always writable")
}

/// The tallies, counted anew from the duties.
fn tallies_of(operation: &Operation) -> BTreeMap<UnitId, Tally> {
    let mut counted: BTreeMap<UnitId, Tally> = BTreeMap::new();
    for post in operation.posts.iter() {
        counted.entry(post.unit).or_default().add(Tally::of(&operation.presence.duty(post.id)));
    }
    counted
}

pub fn check(board: &Board) {
    let mut at_post: BTreeSet<PersonId> = BTreeSet::new();
    for (_, operation) in board.operations() {
        check_tallies(board, operation);
        for post in operation.posts.iter() {
            check_duty(operation, post.id, &operation.presence.duty(post.id));
        }
        check_timers(operation);
        check_standers(board, operation);
        for (_, shift) in operation.roster.shifts() {
            for (id, found) in operation.roster.assigned(shift) {
                if matches!(found.standing, Standing::AtPost { .. }) {
                    assert!(at_post.insert(found.person), "person {} stands twice, once as {id}", found.person);
                }
            }
        }
    }
    for unit in board.force.units() {
        let above = unit.parent.and_then(|parent| board.force.unit(parent));
        let mut path = above.map(|above| above.path.to_vec()).unwrap_or_default();
        path.push(unit.id);
        assert_eq!(unit.path.to_vec(), path);
    }
    assert_eq!(board.force.units().count(), board.force.count_units(), "a unit hangs nowhere");
}

/// Who stands which post, from the shifts themselves.
fn check_standers(board: &Board, operation: &Operation) {
    let roster = &operation.roster;
    let of_shift = |shift| roster.assigned(shift).map(|(_, found)| (found.person, shift.post));
    let standers: BTreeSet<(PersonId, PostId)> = roster.shifts().flat_map(|(_, shift)| of_shift(shift)).collect();
    for (person, post) in board.force.people().flat_map(|(id, _)| operation.posts.iter().map(move |post| (id, post.id)))
    {
        assert_eq!(roster.stands(person, post), standers.contains(&(person, post)), "person {person}, post {post}");
    }
}

fn check_tallies(board: &Board, operation: &Operation) {
    let counted = tallies_of(operation);
    for unit in board.force.units() {
        let expected = counted.get(&unit.id).copied().unwrap_or_default();
        assert_eq!(operation.presence.tally(unit.id), expected, "tally of unit {}", unit.id);
    }
}

fn check_duty(operation: &Operation, post: PostId, duty: &Duty) {
    let mut standing = BTreeSet::new();
    let mut late = 0;
    for (id, shift) in operation.roster.shifts_at(post) {
        for (assignment, found) in operation.roster.assigned(shift) {
            match found.standing {
                Standing::AtPost { .. } => {
                    standing.insert(assignment);
                }
                Standing::Late { .. } if duty.shift == Some(id) && found.duty == DutyKind::Post => late += 1,
                _ => {}
            }
        }
    }
    assert_eq!(duty.here.iter().copied().collect::<BTreeSet<_>>(), standing, "who is at post {post}");
    assert_eq!(duty.here.len(), standing.len(), "somebody is counted twice at post {post}");
    assert_eq!(duty.late, late, "who is late at post {post}");
    let required = duty.shift.and_then(|id| operation.roster.shift(id)).map_or(0, |shift| shift.required);
    assert_eq!(duty.required, required);
    assert_eq!(duty.unmanned_since.is_some(), duty.state() == PostState::Unmanned, "post {post}: {duty:?}");
    assert!(duty.waiting.iter().all(|id| duty.here.contains(id)), "only who is here waits for relief: {duty:?}");
    assert!(duty.overdue_since.is_none() || !duty.here.is_empty(), "nobody is there to be overdue");
    assert!(duty.contact_due.is_none() || duty.overdue_since.is_none());
}

/// The timers are the board's own business; they are read from what a snapshot would hold.
fn check_timers(operation: &Operation) {
    let presence = serde_json::to_value(&operation.presence).expect("presence is always writable");
    for timer in presence["timers"].as_array().expect("timers are a list") {
        let what = timer[1].as_object().expect("a timer has a kind");
        for (kind, id) in what {
            let id = id.as_str().expect("a timer names an id");
            if kind == "contact_due" {
                let post: PostId = id.parse().expect("a post id");
                let duty = operation.presence.duty(post);
                assert!(operation.posts.get(post).is_some(), "a timer for a post that is not there");
                assert_eq!(duty.contact_due.map(|due| due.millis()), timer[0].as_i64());
            } else {
                let shift: ShiftId = id.parse().expect("a shift id");
                let found = operation.roster.shift(shift).expect("a timer for a shift that is not there");
                assert!(operation.posts.get(found.post).is_some_and(|post| !post.closed), "a closed post is timed");
            }
        }
    }
}
