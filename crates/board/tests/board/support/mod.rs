//! A small force with one operation: a bureau, two counties with two stations each, a post at every station.
//!
//! People are numbered by unit: `person(A1, 3)`. Number 1 leads, 2 is the duty officer, 3 to 8 are officers. The bureau
//! also has 5 inspector, 6 writer, 7 security, 8 system and 9 audit administrator.

mod invariants;
pub mod orders;
pub mod roads;
mod steps;
mod steps_orders;
mod steps_roads;

use std::sync::OnceLock;

use board::access::{self, Role};
use board::checkin::{self, How, Standing};
use board::force::{Changes, Grade, PersonRow, UnitRow};
use board::operation::{self, Level, OperationRow, Phase, Preset, Terms};
use board::roster::{AssignmentRow, DutyKind, ShiftRow};
use board::{
    Actor, AssignmentId, At, Board, Command, CommandId, Context, Event, GrantId, Label, Minutes, OperationId, PersonId,
    PostId, Refusal, ShiftId, Span, Subject, TextId, UnitId, execute, force, post, roster,
};
use board::{alarm, attachment};
pub use invariants::{check, json};
pub use steps::{Step, decode, sequence};

pub const BUREAU: UnitId = UnitId::from_value(1);
pub const A: UnitId = UnitId::from_value(10);
pub const B: UnitId = UnitId::from_value(20);
pub const A1: UnitId = UnitId::from_value(11);
pub const A2: UnitId = UnitId::from_value(12);
pub const B1: UnitId = UnitId::from_value(21);
pub const B2: UnitId = UnitId::from_value(22);
pub const STATIONS: [UnitId; 4] = [A1, A2, B1, B2];
pub const UNITS: [UnitId; 7] = [BUREAU, A, B, A1, A2, B1, B2];

pub const OPERATION: OperationId = OperationId::from_value(900);
pub const NOWHERE: u64 = 0xdead;
pub const WORDS: TextId = TextId::from_value(77);

pub const DAY: u64 = 1;
pub const NIGHT: u64 = 2;
pub const NEXT_DAY: u64 = 3;

pub const fn person(unit: UnitId, number: u64) -> PersonId {
    PersonId::from_value(unit.value() * 100 + number)
}
pub const fn by(unit: UnitId, number: u64) -> Actor {
    Actor::Person(person(unit, number))
}
pub const fn post(unit: UnitId) -> PostId {
    PostId::from_value(unit.value() * 10 + 1)
}
/// `DAY` is 08:00 to 20:00, `NIGHT` 20:00 to 08:15 with a handover that overlaps, `NEXT_DAY` 08:00 to 20:00 again.
pub const fn shift(unit: UnitId, number: u64) -> ShiftId {
    ShiftId::from_value(post(unit).value() * 10 + number)
}
/// The first or second assignment of a shift; the third of `DAY` is on standby.
pub const fn assignment(unit: UnitId, of: u64, number: u64) -> AssignmentId {
    AssignmentId::from_value(shift(unit, of).value() * 10 + number)
}
/// A clock time of the first day; hours beyond 24 are the next one's.
pub const fn at(hour: i64, minute: i64) -> At {
    At::from_millis((hour * 60 + minute) * 60_000)
}
pub fn label(words: &str) -> Label {
    Label::new(words, "")
}

#[derive(Clone)]
pub struct World {
    pub board: Board,
    pub now: At,
    pub events: Vec<Event>,
    /// Compare the whole board after every so many refusals: writing it down is what takes the time.
    pub compare_every: u128,
    commands: u128,
}

impl World {
    /// Nobody and nothing.
    pub fn empty() -> Self {
        Self { board: Board::default(), now: at(0, 0), events: Vec::new(), compare_every: 1, commands: 0 }
    }

    /// The force, without an operation.
    pub fn force() -> Self {
        let mut world = Self::empty();
        world.keep(changes());
        let roles = [(1, Role::Leader), (2, Role::DutyOfficer)];
        for (unit, (number, role)) in UNITS.into_iter().flat_map(|unit| roles.map(|role| (unit, role))) {
            world.grant(person(unit, number), role, unit);
        }
        let others = [
            (5, Role::Inspector),
            (6, Role::Writer),
            (7, Role::SecurityAdministrator),
            (8, Role::SystemAdministrator),
            (9, Role::AuditAdministrator),
        ];
        for (number, role) in others {
            world.grant(person(BUREAU, number), role, BUREAU);
        }
        world
    }

    /// The operation is planned, its posts and roster too.
    pub fn planned() -> Self {
        let mut world = Self::force();
        world.done(Actor::Operator, plan(operation_row()));
        world.done(Actor::Operator, posts(STATIONS.map(post_row).to_vec()));
        let shifts = STATIONS.into_iter().flat_map(|unit| [DAY, NIGHT, NEXT_DAY].map(|number| shift_row(unit, number)));
        let rows = STATIONS.into_iter().flat_map(assignment_rows);
        world.done(Actor::Operator, roster_plan(shifts.collect(), rows.collect()));
        world
    }

    /// The operation is active and it is 07:00.
    pub fn running() -> Self {
        static RUNNING: OnceLock<World> = OnceLock::new();
        let running = RUNNING.get_or_init(|| {
            let mut world = Self::planned();
            world.now = at(7, 0);
            world.done(Actor::Operator, phase(Phase::Active));
            world
        });
        running.clone()
    }

    /// It is 08:50 and both people of the day shift of station A1 are at their post since 08:00; nobody else came.
    pub fn manned() -> Self {
        let mut world = Self::running();
        world.pass(at(8, 0));
        for number in [1, 2] {
            world.done(by(A1, 2 + number), check_in(assignment(A1, DAY, number)));
        }
        world.pass(at(8, 50));
        world
    }

    pub fn context(&mut self) -> Context {
        self.commands += 1;
        Context { now: self.now, command: CommandId(self.commands) }
    }

    /// Asks for something; whatever comes of it, the invariants hold, and a refusal changes nothing.
    pub fn ask(&mut self, actor: Actor, command: Command) -> Result<Vec<Event>, Refusal> {
        let context = self.context();
        let before = self.board.clone();
        let result = execute(&mut self.board, actor, command, &context);
        match &result {
            Ok(events) => {
                self.events.extend(events.iter().cloned());
                check(&self.board);
            }
            Err(refusal) if self.commands.is_multiple_of(self.compare_every) => {
                assert_eq!(json(&self.board), json(&before), "a refusal changed the board: {refusal}");
            }
            Err(_) => {}
        }
        result
    }
    pub fn done(&mut self, actor: Actor, command: Command) -> Vec<Event> {
        self.ask(actor, command).unwrap_or_else(|refusal| panic!("refused: {refusal}"))
    }
    pub fn refused(&mut self, actor: Actor, command: Command) -> Refusal {
        match self.ask(actor, command) {
            Err(refusal) => refusal,
            Ok(events) => panic!("expected a refusal, got {events:?}"),
        }
    }
    /// The clock comes to `now`, and everything that was due happens.
    pub fn pass(&mut self, now: At) -> Vec<Event> {
        self.now = now;
        let mut events = Vec::new();
        loop {
            let more = self.done(Actor::Clock, Command::PassTime);
            if more.is_empty() {
                return events;
            }
            events.extend(more);
        }
    }
    pub fn keep(&mut self, changes: Changes) -> Vec<Event> {
        self.done(Actor::Operator, Command::Force(force::Command::Keep(changes)))
    }
    pub fn grant(&mut self, holder: PersonId, role: Role, unit: UnitId) -> GrantId {
        let id = GrantId::from_value(holder.value() * 10 + role as u64);
        self.done(Actor::Operator, grant(id, holder, role, unit));
        id
    }
    pub fn leaves(&mut self, who: PersonId) {
        self.keep(Changes { leaving: vec![who], ..Changes::default() });
    }
    pub fn operation(&self) -> &operation::Operation {
        self.board.operation(OPERATION).expect("the fixture's operation is open")
    }
    pub fn duty(&self, unit: UnitId) -> checkin::Duty {
        self.operation().presence.duty(post(unit))
    }
    pub fn standing(&self, id: AssignmentId) -> Standing {
        self.operation().roster.assignment(id).expect("the assignment is on the roster").standing
    }
}

pub fn unit_row(id: UnitId, parent: Option<UnitId>) -> UnitRow {
    UnitRow {
        id,
        parent,
        name: label(&format!("unit {}", id.value())),
        callsign: "0".into(),
        channel: "1".into(),
        telephone: "2".into(),
        order: id.value() as u32,
    }
}
pub fn person_row(unit: UnitId, number: u64) -> PersonRow {
    PersonRow {
        id: person(unit, number),
        unit,
        grade: if number.is_multiple_of(2) { Grade::Auxiliary } else { Grade::Officer },
        qualifications: Default::default(),
        callsign: "3".into(),
        number: TextId::from_value(number),
        name: TextId::from_value(number),
        telephone: None,
    }
}
pub fn changes() -> Changes {
    let above = |unit: UnitId| match unit.value() {
        1 => None,
        10 | 20 => Some(BUREAU),
        station => Some(UnitId::from_value(station / 10 * 10)),
    };
    Changes {
        units: UNITS.map(|unit| unit_row(unit, above(unit))).to_vec(),
        people: UNITS.into_iter().flat_map(|unit| (1..=9).map(move |number| person_row(unit, number))).collect(),
        leaving: Vec::new(),
    }
}
pub fn operation_row() -> OperationRow {
    let level = |rung: u8, actions: &[&str]| Level {
        rung,
        name: label("level"),
        actions: actions.iter().map(|words| Preset::by_hand(label(words))).collect(),
    };
    OperationRow {
        id: OPERATION,
        unit: BUREAU,
        title: label("Spring Festival"),
        kind: operation::Kind::Festival,
        drill: false,
        period: Span::new(at(0, 0), at(72, 0)),
        objectives: Vec::new(),
        levels: vec![
            level(1, &["call out the reserve", "close the pass"]),
            level(2, &["double patrols"]),
            level(3, &[]),
        ],
        terms: Terms::default(),
        last: None,
    }
}
pub fn post_row(unit: UnitId) -> post::Post {
    post::Post {
        id: post(unit),
        unit,
        kind: post::Kind::Checkpoint,
        number: format!("HS-{}", unit.value()).as_str().into(),
        name: label("checkpoint"),
        place: label("the bridge"),
        callsign: "4".into(),
        channel: "5".into(),
        telephone: "6".into(),
        named_leader: Some(person(unit, 1)),
        contact_every: Some(Minutes(60)),
        cold: true,
        closed: false,
    }
}
pub fn shift_row(unit: UnitId, number: u64) -> ShiftRow {
    let span = match number {
        DAY => Span::new(at(8, 0), at(20, 0)),
        NIGHT => Span::new(at(20, 0), at(32, 15)),
        _ => Span::new(at(32, 0), at(44, 0)),
    };
    ShiftRow { id: shift(unit, number), post: post(unit), span, required: 2, demands: Default::default() }
}
pub fn row(id: AssignmentId, shift: ShiftId, person: PersonId) -> AssignmentRow {
    AssignmentRow { id, shift, person, duty: DutyKind::Post }
}
/// 3 and 4 stand the days, 5 and 6 the night, 7 is on standby for the day.
pub fn assignment_rows(unit: UnitId) -> Vec<AssignmentRow> {
    let stand = |of: u64, number: u64, who: u64| row(assignment(unit, of, number), shift(unit, of), person(unit, who));
    vec![
        stand(DAY, 1, 3),
        stand(DAY, 2, 4),
        AssignmentRow { duty: DutyKind::Standby, ..stand(DAY, 3, 7) },
        stand(NIGHT, 1, 5),
        stand(NIGHT, 2, 6),
        stand(NEXT_DAY, 1, 3),
        stand(NEXT_DAY, 2, 4),
    ]
}

pub fn plan(row: OperationRow) -> Command {
    Command::Operation(operation::Command::Plan(Box::new(row)))
}
pub fn phase(phase: Phase) -> Command {
    Command::Operation(operation::Command::SetPhase { operation: OPERATION, phase })
}
pub fn level(rung: u8) -> Command {
    Command::Operation(operation::Command::SetLevel { operation: OPERATION, rung, by_order_of: None, words: None })
}
pub fn answer(number: u32, take: bool) -> Command {
    Command::Operation(operation::Command::AnswerProposal { operation: OPERATION, number, take })
}
pub fn posts(posts: Vec<post::Post>) -> Command {
    Command::Post(post::Command::Plan { operation: OPERATION, posts })
}
pub fn roster_plan(shifts: Vec<ShiftRow>, assignments: Vec<AssignmentRow>) -> Command {
    Command::Roster(roster::Command::Plan { operation: OPERATION, shifts, assignments })
}
pub fn assign(assignment: AssignmentRow) -> Command {
    Command::Roster(roster::Command::Assign { operation: OPERATION, assignment })
}
pub fn unassign(assignment: AssignmentId) -> Command {
    Command::Roster(roster::Command::Unassign { operation: OPERATION, assignment })
}
pub fn drop_shift(shift: ShiftId) -> Command {
    Command::Roster(roster::Command::DropShift { operation: OPERATION, shift })
}
pub fn swap(one: AssignmentId, other: AssignmentId) -> Command {
    Command::Roster(roster::Command::Swap { operation: OPERATION, one, other })
}
pub fn replace(assignment: AssignmentId, by: PersonId) -> Command {
    Command::Roster(roster::Command::Replace { operation: OPERATION, assignment, by })
}
pub fn pin(assignment: AssignmentId, pinned: bool) -> Command {
    Command::Roster(roster::Command::Pin { operation: OPERATION, assignment, pinned })
}
pub fn grant(id: GrantId, person: PersonId, role: Role, unit: UnitId) -> Command {
    Command::Access(access::Command::Grant { id, person, role, unit, from: None, until: None })
}
pub fn check_in(assignment: AssignmentId) -> Command {
    relieve(assignment, None)
}
pub fn relieve(assignment: AssignmentId, relieves: Option<AssignmentId>) -> Command {
    let how = How::InPerson;
    Command::Checkin(checkin::Command::CheckIn { operation: OPERATION, assignment, relieves, how, claimed: None })
}
pub fn leave(assignment: AssignmentId, reason: checkin::LeaveReason) -> Command {
    Command::Checkin(checkin::Command::Leave { operation: OPERATION, assignment, reason, note: None })
}
pub fn excuse(assignment: AssignmentId) -> Command {
    Command::Checkin(checkin::Command::Excuse { operation: OPERATION, assignment, note: None })
}
pub fn attach(id: u64, subject: Subject) -> Command {
    Command::Attachment(attachment::Command::Attach {
        id: board::AttachmentId::from_value(id),
        subject,
        kind: attachment::Kind::Jpeg,
        bytes: 3,
        digest: attachment::Digest([id as u8; 32]),
        name: Some(WORDS),
    })
}
pub fn call(id: u64, assignment: AssignmentId, need: alarm::Need) -> Command {
    let id = board::AlarmId::from_value(id);
    Command::Alarm(alarm::Command::Call { id, operation: OPERATION, assignment, need, words: None })
}
pub fn contact(unit: UnitId) -> Command {
    let (post, how) = (post(unit), How::Radio);
    Command::Checkin(checkin::Command::NoteContact { operation: OPERATION, post, how, note: None })
}
