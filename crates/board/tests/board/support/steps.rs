//! Commands at random: numbers become a command that fits the board as it is, or deliberately does not.

use board::access::{self, Audit, Role};
use board::alarm::{self, Need};
use board::checkin::{self, Answer, How, LeaveReason};
use board::force::{self, Changes};
use board::operation::{self, Phase};
use board::roster::{self, AssignmentRow, DutyKind, ShiftRow};
use board::watch::{self, Kind, Triage};
use board::{
    Actor, AlarmId, AssignmentId, At, AttachmentId, Board, Command, GrantId, Id, Minutes, OperationId, PersonId,
    PostId, RollCallId, ShiftId, Span, Subject, UnitId, attachment, notice, post,
};
use proptest::prelude::*;

use super::{NOWHERE, OPERATION, UNITS, WORDS, at, label, operation_row, person_row, unit_row};

/// Numbers that [`decode`] makes a command of. Small ones make plain commands, so that a failure shrinks to one.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub kind: u8,
    pub actor: u16,
    pub a: u16,
    pub b: u16,
    pub c: u16,
    /// Minutes by which the clock goes on before the command, or back.
    pub jump: i16,
}

pub fn sequence(length: usize) -> impl Strategy<Value = Vec<Step>> {
    let jump = prop_oneof![4 => 0i16..30, 2 => 30i16..400, 1 => -600i16..0];
    let step = (any::<u8>(), any::<u16>(), any::<u16>(), any::<u16>(), any::<u16>(), jump)
        .prop_map(|(kind, actor, a, b, c, jump)| Step { kind, actor, a, b, c, jump });
    proptest::collection::vec(step, 1..length)
}

/// One of the list; every seventeenth time, and from an empty list, one that does not exist.
pub fn pick<T>(list: &[Id<T>], number: u16) -> Id<T> {
    match list {
        [] => Id::from_value(NOWHERE),
        _ if number % 17 == 16 => Id::from_value(NOWHERE),
        list => list[usize::from(number) % list.len()],
    }
}

pub fn decode(board: &Board, now: At, step: Step, fresh: u64) -> (Actor, Command) {
    let Step { kind, actor, a, b, c, .. } = step;
    let people: Vec<PersonId> = board.force.people().map(|(id, _)| id).collect();
    let units: Vec<UnitId> = board.force.units().map(|unit| unit.id).collect();
    let second = OperationId::from_value(901);
    let operation = if c % 5 == 4 { second } else { OPERATION };
    let found = board.operation(operation);
    let posts: Vec<PostId> = found.map(|found| found.posts.iter().map(|post| post.id).collect()).unwrap_or_default();
    let shifts: Vec<ShiftId> = found.map(|found| found.roster.shifts().map(|(id, _)| id).collect()).unwrap_or_default();
    let assignments: Vec<AssignmentId> = found
        .map(|found| found.roster.shifts().flat_map(|(_, shift)| shift.assigned.to_vec()).collect())
        .unwrap_or_default();
    let calls: Vec<RollCallId> =
        found.map(|found| found.presence.roll_calls().map(|(id, _)| id).collect()).unwrap_or_default();
    let alarms: Vec<AlarmId> = board.alarms.open().map(|(id, _)| id).collect();
    let someone = |number: u16| pick(&people, number);
    let (assignment, other) = (pick(&assignments, a), pick(&assignments, b));
    let unit = pick(&units, a);
    let line = u32::from(b % 6);
    let mut who = match actor % 5 {
        0 => Actor::Operator,
        1 => Actor::Clock,
        _ => Actor::Person(someone(actor / 5)),
    };
    let shift_row = |id: ShiftId, post: PostId| {
        let from = at(i64::from(b % 70), 0);
        let span = Span::new(from, from.plus(Minutes(60 * u32::from(c % 40))));
        ShiftRow { id, post, span, required: c % 4, demands: Default::default() }
    };
    let assignment_row = |id: AssignmentId| AssignmentRow {
        id,
        shift: pick(&shifts, b),
        person: someone(c),
        duty: if c % 7 == 0 { DutyKind::Standby } else { DutyKind::Post },
    };
    let around = super::steps_orders::Around { board, people: &people, units: &units, posts: &posts, now, fresh };
    let command = match kind % 72 {
        43..=48 => return around.directive(who, Step { kind: (b >> 8) as u8, ..step }),
        49..=52 => return around.task(who, Step { kind: (c >> 8) as u8, ..step }),
        53 | 54 => return around.call_out(who, step),
        55..=71 => return around.roads(who, step),
        0..=4 => Command::PassTime,
        5..=8 => {
            if let Some(person) = found.and_then(|found| found.roster.assignment(assignment)).map(|held| held.person)
                && b % 2 == 0
            {
                who = Actor::Person(person);
            }
            Command::Checkin(checkin::Command::CheckIn {
                operation,
                assignment,
                relieves: (c % 3 == 0).then_some(other),
                how: if b % 3 == 0 { How::Radio } else { How::InPerson },
                claimed: None,
            })
        }
        9 | 10 => {
            let reason = [LeaveReason::EndOfShift, LeaveReason::Ill][usize::from(b % 2)];
            Command::Checkin(checkin::Command::Leave { operation, assignment, reason, note: None })
        }
        11 => Command::Checkin(checkin::Command::Excuse { operation, assignment, note: None }),
        12 => {
            let post = pick(&posts, a);
            Command::Checkin(checkin::Command::NoteContact { operation, post, how: How::Radio, note: None })
        }
        13 => {
            let id = RollCallId::from_value(if c % 7 == 0 { 1 } else { fresh });
            Command::Checkin(checkin::Command::OpenRollCall { operation, id, unit })
        }
        14 => {
            let (id, answer) = (pick(&calls, b), Answer::Coming);
            Command::Checkin(checkin::Command::AnswerRollCall { operation, id, assignment, answer })
        }
        15 => Command::Checkin(checkin::Command::CloseRollCall { operation, id: pick(&calls, a) }),
        16 => {
            let id = if c % 2 == 0 { ShiftId::from_value(fresh) } else { pick(&shifts, a) };
            let assignments = vec![assignment_row(AssignmentId::from_value(fresh))];
            Command::Roster(roster::Command::Plan {
                operation,
                shifts: vec![shift_row(id, pick(&posts, a))],
                assignments,
            })
        }
        17 => Command::Roster(roster::Command::DropShift { operation, shift: pick(&shifts, a) }),
        18 | 19 => {
            let id = if a % 2 == 0 { AssignmentId::from_value(fresh) } else { assignment };
            Command::Roster(roster::Command::Assign { operation, assignment: assignment_row(id) })
        }
        20 => Command::Roster(roster::Command::Unassign { operation, assignment }),
        21 => Command::Roster(roster::Command::Swap { operation, one: assignment, other }),
        22 => Command::Roster(roster::Command::Replace { operation, assignment, by: someone(c) }),
        23 => Command::Roster(roster::Command::Pin { operation, assignment, pinned: b % 3 > 0 }),
        24 | 25 => {
            let old = found.and_then(|found| found.posts.get(pick(&posts, a))).cloned();
            let mut row = old.unwrap_or_else(|| post::Post { id: Id::from_value(fresh), ..super::post_row(super::A1) });
            row.unit = if b % 3 == 0 { unit } else { row.unit };
            row.closed = c % 3 == 0;
            row.contact_every = [None, Some(Minutes(30)), Some(Minutes(2))][usize::from(b % 3)];
            Command::Post(post::Command::Plan { operation, posts: vec![row] })
        }
        26 => {
            let mut row = operation_row();
            row.id = operation;
            row.title = label(if b % 5 == 0 { "" } else { "another title" });
            row.unit = if b % 4 == 0 { unit } else { row.unit };
            Command::Operation(operation::Command::Plan(Box::new(row)))
        }
        27 => {
            let phase = [Phase::Active, Phase::Active, Phase::StandDown, Phase::Closed][usize::from(a % 4)];
            // Closing ends the story, so the first operation is seldom closed.
            let operation = if phase == Phase::Active || b % 4 == 0 { operation } else { second };
            Command::Operation(operation::Command::SetPhase { operation, phase })
        }
        28 => match a % 3 {
            0 => Command::Operation(operation::Command::AnswerProposal { operation, number: line, take: b % 2 == 0 }),
            _ => {
                let rung = (b % 5) as u8;
                Command::Operation(operation::Command::SetLevel { operation, rung, by_order_of: None, words: None })
            }
        },
        29 => {
            let row = person_row(unit, u64::from(b % 12));
            let unit = unit_row(pick(&UNITS, b), (c % 6 > 0).then(|| pick(&units, c)));
            let leaving = if c % 3 == 0 { vec![someone(b)] } else { Vec::new() };
            let (units, people) = if a % 2 == 0 { (vec![unit], vec![]) } else { (vec![], vec![row]) };
            Command::Force(force::Command::Keep(Changes { units, people, leaving }))
        }
        30 => {
            let id = GrantId::from_value(fresh);
            let (from, until) = (None, (c % 2 == 0).then(|| at(i64::from(c % 100), 0)));
            let role = Role::ALL[usize::from(c) % Role::ALL.len()];
            Command::Access(access::Command::Grant { id, person: someone(b), role, unit, from, until })
        }
        31 => {
            let owner = who.person().unwrap_or(Id::from_value(NOWHERE));
            let grant = board.access.grants_of(owner).first().map_or(GrantId::from_value(NOWHERE), |grant| grant.id);
            let (to, until) = (someone(b), at(i64::from(c % 100), 0));
            Command::Access(access::Command::Delegate { id: Id::from_value(fresh), grant, to, from: None, until })
        }
        32 => {
            let held: Vec<(PersonId, GrantId)> = board.access.holders().map(|(who, grant)| (who, grant.id)).collect();
            match held.get(usize::from(b) % held.len().max(1)) {
                Some((person, grant)) => Command::Access(access::Command::Revoke { person: *person, grant: *grant }),
                None => Command::Access(access::Command::Note(Audit::SignedIn { person: someone(b) })),
            }
        }
        33 => match b % 3 {
            0 => Command::Watch(watch::Command::Offer { unit, to: someone(c) }),
            1 => Command::Watch(watch::Command::SignHandover { unit }),
            _ => {
                let read_to = board.watch(unit).map_or(0, |watch| watch.latest());
                let (leader, carry_to) = (None, (c % 2 == 0).then(|| someone(c)));
                Command::Watch(watch::Command::Take { unit, leader, read_to, carry_to })
            }
        },
        34 => {
            let kind = [Kind::Message, Kind::Telephone, Kind::Note, Kind::VerbalOrder][usize::from(b % 4)];
            let by_order_of = (c % 2 == 0).then(|| someone(c));
            let (callsign, post) = ("7".into(), (c % 3 == 0).then(|| pick(&posts, b)));
            let operation = (b % 2 == 0).then_some(operation);
            Command::Watch(watch::Command::Write { unit, kind, operation, callsign, post, words: WORDS, by_order_of })
        }
        40 => {
            let quiet = Some(notice::Quiet { from: b % 1500, to: c % 1500 }).filter(|_| a % 2 == 0);
            let person = someone(a);
            let (email, message) = ((b % 3 > 0).then_some(WORDS), (c % 3 > 0).then(|| Id::from_value(fresh)));
            who = if c % 5 > 0 { Actor::Person(person) } else { who };
            Command::Notice(notice::Command::Keep { person, email, message, quiet })
        }
        41 => {
            let open: Vec<_> = board.notices.open().map(|(id, _)| id).collect();
            let channel = [notice::Channel::Email, notice::Channel::Message][usize::from(b % 2)];
            let words = WORDS;
            let outcome = match c % 5 {
                0 => notice::Outcome::Sent,
                1 => notice::Outcome::Delivered,
                2 => notice::Outcome::Simulated,
                3 => notice::Outcome::Refused { words },
                _ => notice::Outcome::NotReached { words },
            };
            who = Actor::Clock;
            Command::Notice(notice::Command::Record { notice: pick(&open, a), channel, outcome })
        }
        39 => {
            let subject = [Subject::Watch(unit), Subject::Post(pick(&posts, b)), Subject::Person(someone(c))];
            let attachments: Vec<AttachmentId> = board.attachments.iter().map(|(id, _)| id).collect();
            match c % 3 {
                0 => Command::Attachment(attachment::Command::Erase { attachment: pick(&attachments, a) }),
                _ => super::attach(if c % 11 == 0 { 1 } else { fresh }, subject[usize::from(b % 3)]),
            }
        }
        35 => {
            let need = if b % 2 == 0 { Need::Help } else { Need::Relief };
            if let Some(held) = found.and_then(|found| found.roster.assignment(assignment)) {
                who = Actor::Person(held.person);
            }
            let id = AlarmId::from_value(if c % 7 == 0 { 1 } else { fresh });
            Command::Alarm(alarm::Command::Call { id, operation, assignment, need, words: None })
        }
        36..=38 => {
            let alarm = pick(&alarms, a);
            let owner = board.alarms.get(alarm).and_then(|alarm| alarm.owner).map(|(owner, _)| owner);
            if let Some(owner) = owner.filter(|_| actor % 4 > 0) {
                who = Actor::Person(owner);
            }
            match (owner, b % 5) {
                (None, 0..3) | (_, 0) => Command::Alarm(alarm::Command::Take { alarm }),
                (_, 1) => Command::Alarm(alarm::Command::HandOn { alarm, to: someone(c) }),
                (_, 2) => Command::Alarm(alarm::Command::Report { alarm, words: WORDS }),
                _ => Command::Alarm(alarm::Command::Clear { alarm, words: WORDS }),
            }
        }
        _ => match c % 5 {
            0 => Command::Watch(watch::Command::Countersign { unit, line }),
            1 => Command::Watch(watch::Command::Dispute { unit, line, words: WORDS }),
            2 => {
                let triage = [Triage::Action, Triage::Information][usize::from(b % 2)];
                Command::Watch(watch::Command::Triage { unit, line, triage, owner: (a % 2 == 0).then(|| someone(a)) })
            }
            3 => Command::Watch(watch::Command::Decide { unit, line, words: WORDS }),
            _ => Command::Watch(watch::Command::CloseLine { unit, line }),
        },
    };
    (who, command)
}
