//! What is true of every board, whatever was asked of it: an oracle that counts from scratch.

use std::collections::{BTreeMap, BTreeSet};

use board::alarm::{Alarm, Kind};
use board::checkin::{Duty, PostState, Standing, Tally};
use board::operation::Operation;
use board::roster::DutyKind;
use board::{Board, PersonId, PostId, ShiftId, Subject, UnitId};

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
    super::orders::check_orders(board);
    super::roads::check_roads(board);
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
    check_alarms(board);
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

/// Every alarm is true: what it says is wrong is wrong now, somebody is asked or has it, and no cause has two.
fn check_alarms(board: &Board) {
    let mut waiting = 0;
    let mut causes = BTreeSet::new();
    for (id, alarm) in board.alarms.open() {
        assert!(causes.insert(alarm.cause), "two alarms of one cause: {alarm:?}");
        assert_eq!(board.alarms.of_cause(alarm.cause).map(|(id, _)| id), Some(id));
        assert!(!alarm.subjects.is_empty() && alarm.end.is_none(), "{alarm:?}");
        for subject in &alarm.subjects {
            assert!(board.alarms.concerns(*subject), "{subject:?} is not indexed");
            assert!(is_so(board, alarm, *subject), "it is not so any more: {subject:?} of {alarm:?}");
        }
        assert!(alarm.owner.is_none() || alarm.escalates.is_none(), "what is owned goes nowhere: {alarm:?}");
        if alarm.owner.is_none() && alarm.escalates.is_none() {
            let above = board.force.unit(alarm.asks).and_then(|unit| unit.parent);
            assert!(above.is_none(), "it asks nobody else, and is not at the top: {alarm:?}");
        }
        waiting += usize::from(alarm.escalates.is_some());
    }
    let written = serde_json::to_value(&board.alarms).expect("alarms are always writable");
    let length = |key: &str| written[key].as_array().expect("a list").len();
    assert_eq!(length("timers"), waiting + length("noted"), "a timer waits for nothing, or something has none");
    assert!(length("ended") <= board::alarm::MOST_ENDED);
}

/// Is what an alarm is about so? For those that the board finds by itself.
fn is_so(board: &Board, alarm: &Alarm, subject: Subject) -> bool {
    let duty = |post: PostId| alarm.operation.and_then(|id| board.operation(id)).map(|found| found.presence.duty(post));
    match (alarm.cause.kind, subject) {
        (Kind::PostUnmanned, Subject::Post(post)) => duty(post).is_some_and(|duty| duty.unmanned_since.is_some()),
        (Kind::ContactOverdue, Subject::Post(post)) => duty(post).is_some_and(|duty| duty.overdue_since.is_some()),
        (Kind::ReliefLate, Subject::Post(post)) => duty(post).is_some_and(|duty| !duty.waiting.is_empty()),
        (Kind::HandoverUnsigned, Subject::Watch(unit)) => {
            board.watch(unit).is_some_and(|watch| watch.unsigned.is_some())
        }
        (Kind::HelpNeeded | Kind::ReliefNeeded, Subject::Post(post)) => duty(post).is_some() && alarm.caller.is_some(),
        _ => true,
    }
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
