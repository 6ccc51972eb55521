//! A force small enough to ask every question of: somebody of every role at every tier, and an object of every kind at
//! every unit. The matrix is computed on it, and the tests put the same people before a real server.

use board::access::{self, Role};
use board::alarm::{self, Need};
use board::force::{self, Changes, Grade, PersonRow, UnitRow};
use board::operation::{self, OperationRow, Phase};
use board::roster::{self, AssignmentRow, DutyKind, ShiftRow};
use board::watch::{self, Kind};
use board::{
    Actor, AlarmId, AssignmentId, At, AttachmentId, Board, CallOutId, Command, CommandId, Context, DirectiveId,
    GrantId, Id, Label, MeasureId, OperationId, PersonId, PostId, RollCallId, SectionId, ShiftId, Span, Subject,
    TaskId, TextId, UnitId, WarningId, Wording, attachment, call_out, checkin, directive, measure, post, section, task,
    warning,
};

/// The instant at which the matrix asks.
pub const NOW: At = At::from_millis(12 * 3_600_000);

const BUREAU: UnitId = UnitId::from_value(1);
const COUNTY: UnitId = UnitId::from_value(10);
const OTHER_COUNTY: UnitId = UnitId::from_value(20);
const STATION: UnitId = UnitId::from_value(101);
const OTHER_STATION: UnitId = UnitId::from_value(102);
const SECTION: UnitId = UnitId::from_value(1011);
const UNITS: [(UnitId, Option<UnitId>); 6] = [
    (BUREAU, None),
    (COUNTY, Some(BUREAU)),
    (OTHER_COUNTY, Some(BUREAU)),
    (STATION, Some(COUNTY)),
    (OTHER_STATION, Some(COUNTY)),
    (SECTION, Some(STATION)),
];

/// How high in the force somebody serves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Tier {
    Bureau,
    County,
    Station,
}

impl Tier {
    pub const ALL: [Self; 3] = [Self::Bureau, Self::County, Self::Station];

    pub const fn unit(self) -> UnitId {
        match self {
            Self::Bureau => BUREAU,
            Self::County => COUNTY,
            Self::Station => STATION,
        }
    }
}

/// Where an object is, seen from the unit in which somebody holds their role.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Relation {
    Own,
    Below,
    Beside,
    Above,
}

impl Relation {
    pub const ALL: [Self; 4] = [Self::Own, Self::Below, Self::Beside, Self::Above];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Below => "below",
            Self::Beside => "beside",
            Self::Above => "above",
        }
    }

    /// The unit of the object; nothing is beside or above the bureau.
    pub const fn unit(self, tier: Tier) -> Option<UnitId> {
        Some(match (tier, self) {
            (tier, Self::Own) => tier.unit(),
            (Tier::Bureau, Self::Below) | (Tier::Station, Self::Above) => COUNTY,
            (Tier::Bureau, Self::Beside | Self::Above) => return None,
            (Tier::County, Self::Below) => STATION,
            (Tier::County, Self::Beside) => OTHER_COUNTY,
            (Tier::County, Self::Above) => BUREAU,
            (Tier::Station, Self::Below) => SECTION,
            (Tier::Station, Self::Beside) => OTHER_STATION,
        })
    }
}

/// Somebody with a role at their own unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Holder {
    pub role: Role,
    pub tier: Tier,
    pub person: PersonId,
}

/// Everybody the matrix asks about. Administrators are administrators of the whole force.
pub fn holders() -> Vec<Holder> {
    let mut holders = Vec::new();
    for tier in Tier::ALL {
        for (number, role) in (1..).zip(Role::ALL) {
            if tier == Tier::Bureau || !role.is_administrator() {
                holders.push(Holder { role, tier, person: person(tier.unit(), number) });
            }
        }
    }
    holders
}

/// The objects at one unit that an address or a body can name. They belong to people who hold no role.
#[derive(Clone, Copy, Debug)]
pub struct Objects {
    pub unit: UnitId,
    /// The operation that this unit leads.
    pub operation: OperationId,
    /// The bureau's operation, in which this unit mans a post.
    pub manned: OperationId,
    pub post: PostId,
    pub shift: ShiftId,
    pub assignment: AssignmentId,
    /// Assigned to the post.
    pub person: PersonId,
    /// Free.
    pub other: PersonId,
    pub grant: GrantId,
    pub roll_call: RollCallId,
    /// Issued by this unit to its own people.
    pub directive: DirectiveId,
    /// Assigned by this unit to itself.
    pub task: TaskId,
    /// Of this unit, in its own operation.
    pub call_out: CallOutId,
    /// Somebody at the post calls for help.
    pub alarm: AlarmId,
    /// Hangs on the unit's log.
    pub attachment: AttachmentId,
    /// Of this unit.
    pub section: SectionId,
    /// Over that section.
    pub warning: WarningId,
    /// Proposed there; the unit itself decides it.
    pub measure: MeasureId,
}

impl Objects {
    pub fn at(unit: UnitId) -> Self {
        let number = unit.value();
        Self {
            unit,
            operation: operation_of(unit),
            manned: operation_of(BUREAU),
            post: Id::from_value(30_000 + number),
            shift: Id::from_value(40_000 + number),
            assignment: Id::from_value(50_000 + number),
            person: person(unit, 50),
            other: person(unit, 51),
            grant: Id::from_value(60_000 + number),
            roll_call: Id::from_value(80_000 + number),
            directive: Id::from_value(110_000 + number),
            task: Id::from_value(120_000 + number),
            call_out: Id::from_value(130_000 + number),
            alarm: Id::from_value(95_000 + number),
            attachment: Id::from_value(97_000 + number),
            section: Id::from_value(170_000 + number),
            warning: Id::from_value(180_000 + number),
            measure: measure_of(unit),
        }
    }
}

const fn person(unit: UnitId, number: u64) -> PersonId {
    PersonId::from_value(unit.value() * 100 + number)
}

const fn operation_of(unit: UnitId) -> OperationId {
    OperationId::from_value(20_000 + unit.value())
}

/// What makes the model, in order; given by whoever holds the command line.
pub fn commands() -> Vec<Command> {
    let mut commands = vec![Command::Force(force::Command::Keep(people_and_units()))];
    for Holder { role, tier, person } in holders() {
        if role != Role::Officer {
            commands.push(grant(Id::from_value(person.value() + 70_000), person, role, tier.unit()));
        }
    }
    let period = Span::new(At::from_millis(0), At::from_millis(72 * 3_600_000));
    for (unit, _) in UNITS {
        let objects = Objects::at(unit);
        commands.push(grant(objects.grant, objects.other, Role::Writer, unit));
        let id = objects.operation;
        let row = OperationRow {
            id,
            unit,
            title: Label::new("Festival", "春节安保"),
            kind: operation::Kind::Festival,
            drill: false,
            period,
            objectives: Vec::new(),
            levels: vec![operation::Level {
                rung: 1,
                name: Label::new("First", "一级"),
                actions: vec![operation::Preset::by_hand(Label::new("Double patrols", "巡逻加倍"))],
            }],
            terms: operation::Terms::default(),
            last: None,
        };
        commands.push(Command::Operation(operation::Command::Plan(Box::new(row))));
        commands.push(Command::Operation(operation::Command::SetPhase { operation: id, phase: Phase::Active }));
    }
    for (unit, _) in UNITS {
        let Objects { manned: operation, post, shift, assignment, person, roll_call, alarm: id, .. } =
            Objects::at(unit);
        commands.push(Command::Post(post::Command::Plan { operation, posts: vec![post_row(unit, post)] }));
        let span = Span::new(NOW, At::from_millis(NOW.millis() + 8 * 3_600_000));
        let shift_row = ShiftRow { id: shift, post, span, required: 1, demands: Default::default() };
        let assigned = AssignmentRow { id: assignment, shift, person, duty: DutyKind::Post };
        commands.push(Command::Roster(roster::Command::Plan {
            operation,
            shifts: vec![shift_row],
            assignments: vec![assigned],
        }));
        let call = checkin::Command::OpenRollCall { operation, id: roll_call, unit };
        commands.push(Command::Checkin(call));
        commands.push(Command::Attachment(attachment::Command::Attach {
            id: Objects::at(unit).attachment,
            subject: Subject::Watch(unit),
            kind: attachment::Kind::Pdf,
            bytes: 3,
            digest: attachment::Digest([0; 32]),
            name: None,
        }));
        let (need, words) = (Need::Help, None);
        commands.push(Command::Alarm(alarm::Command::Call { id, operation, assignment, need, words }));
        commands.push(Command::Watch(watch::Command::Write {
            unit,
            kind: Kind::Message,
            operation: None,
            callsign: "1".into(),
            post: None,
            words: TextId::from_value(90_000 + unit.value()),
            by_order_of: None,
        }));
    }
    UNITS.iter().for_each(|(unit, _)| commands.extend(orders(*unit)));
    commands.extend(roads());
    commands
}

/// A directive of a unit to its own people, a task from it, and a call-out.
fn orders(unit: UnitId) -> [Command; 4] {
    let Objects { operation, directive: id, task, call_out, other, .. } = Objects::at(unit);
    let words = |number: u64| Wording::one(TextId::from_value(number + unit.value()));
    let later = At::from_millis(NOW.millis() + 4 * 3_600_000);
    let draft = directive::Draft {
        id,
        unit,
        operation: Some(operation),
        kind: directive::Kind::Order,
        urgency: directive::Urgency::Routine,
        ladder: None,
        quiet: None,
        origin: directive::Origin::default(),
        title: words(140_000),
        clauses: vec![words(150_000)],
        audience: directive::Audience { units: vec![unit], below: false, people: Some(directive::People::default()) },
        deadline: later,
        files: Vec::new(),
    };
    let row = task::TaskRow {
        id: task,
        source: Some(task::Source { directive: id, clause: 1 }),
        parent: None,
        unit,
        lead: unit,
        supporting: Default::default(),
        owner: other,
        words: words(160_000),
        place: Label::default(),
        post: None,
        from: None,
        deadline: later,
        wanted: task::Wanted::Word,
    };
    let issue = directive::Command::Issue { directive: id, by_order_of: None, words: None, break_glass: None };
    let circle = call_out::Circle::StandbyAndReserve;
    [
        Command::Directive(directive::Command::Draft(Box::new(draft))),
        Command::Directive(issue),
        Command::Task(task::Command::Assign(Box::new(row))),
        Command::CallOut(call_out::Command::Open { id: call_out, operation, unit, circle, words: None }),
    ]
}

/// The command by which the rules answer; what it makes is minted from its number.
const CONSIDERED: CommandId = CommandId(u128::MAX);

/// The measure of a unit's section: the answer takes the sections in their order.
fn measure_of(unit: UnitId) -> MeasureId {
    let sections = UNITS.map(|(unit, _)| 170_000 + unit.value());
    let before = sections.iter().filter(|section| **section < 170_000 + unit.value()).count();
    MeasureId::mint(CONSIDERED, u32::try_from(before).unwrap_or(0))
}

/// A section of each unit, a warning over it, and a measure that the unit's own duty officer may decide.
fn roads() -> Vec<Command> {
    let section = |unit| section::Section {
        id: Objects::at(unit).section,
        unit,
        class: section::Class::County,
        road: "X1".into(),
        name: Label::new("From here to there", "此处至彼处"),
        heading: Label::default(),
        bridge: false,
        tunnel: false,
        order: 0,
    };
    let sections = UNITS.map(|(unit, _)| section(unit)).to_vec();
    let network = attachment::Digest([1; 32]);
    let mut commands = vec![Command::Section(section::Command::Keep { network, sections, gone: Vec::new() })];
    for (unit, _) in UNITS {
        let Objects { section, warning, .. } = Objects::at(unit);
        let signal = warning::Signal {
            hazard: warning::Hazard::Icing,
            colour: warning::Colour::Yellow,
            issuer: Label::new("Weather office", "气象台"),
            words: None,
            issued: NOW,
            ends: None,
            units: Vec::new(),
            sections: vec![section],
        };
        let entry = warning::Entry { id: warning, unit, source: warning::Source::Hand, exercise: false, signal };
        commands.push(Command::Warning(warning::Command::Enter(Box::new(entry))));
    }
    let what = measure::What::Patrol;
    let proposal = measure::Proposal {
        words: Label::new("patrols", "加强巡逻"),
        what,
        approver: measure::Tier::DutyOfficer,
        inform_province: false,
        reasons: Vec::new(),
        warnings: Vec::new(),
    };
    let one = |unit| measure::Considered { section: Objects::at(unit).section, proposals: vec![proposal.clone()] };
    let sections = UNITS.map(|(unit, _)| one(unit)).to_vec();
    let rules = attachment::Digest([2; 32]);
    commands.push(Command::Measure(measure::Command::Consider { rules, sections }));
    commands
}

/// The id under which a command of the model is given.
pub fn command_id(number: u128, command: &Command) -> CommandId {
    if matches!(command, Command::Measure(_)) { CONSIDERED } else { CommandId(number) }
}

/// The board on which the matrix is computed.
pub fn board() -> Board {
    let mut board = Board::default();
    for (number, command) in (1..).zip(commands()) {
        let context = Context { now: NOW, command: command_id(number, &command) };
        board::execute(&mut board, Actor::Operator, command, &context).expect("the model is a board that may be");
    }
    board
}

fn people_and_units() -> Changes {
    let row = |unit: UnitId, id: PersonId| PersonRow {
        id,
        unit,
        grade: Grade::Officer,
        qualifications: Default::default(),
        callsign: "1".into(),
        number: TextId::from_value(id.value() + 100_000),
        name: TextId::from_value(id.value() + 200_000),
        telephone: None,
    };
    let mut people: Vec<PersonRow> = holders().iter().map(|holder| row(holder.tier.unit(), holder.person)).collect();
    people.extend(UNITS.iter().flat_map(|(unit, _)| [row(*unit, person(*unit, 50)), row(*unit, person(*unit, 51))]));
    let units = UNITS.map(|(id, parent)| UnitRow {
        id,
        parent,
        name: Label::new(&format!("Unit {}", id.value()), &format!("单位{}", id.value())),
        callsign: "1".into(),
        channel: "1".into(),
        telephone: "1".into(),
        order: 0,
    });
    Changes { units: units.to_vec(), people, leaving: Vec::new() }
}

fn grant(id: GrantId, person: PersonId, role: Role, unit: UnitId) -> Command {
    Command::Access(access::Command::Grant { id, person, role, unit, from: None, until: None })
}

fn post_row(unit: UnitId, id: PostId) -> post::Post {
    post::Post {
        id,
        unit,
        kind: post::Kind::FixedPost,
        number: format!("P-{}", unit.value()).as_str().into(),
        name: Label::new("Gate", "大门"),
        place: Label::new("Gate", "大门"),
        callsign: "1".into(),
        channel: "1".into(),
        telephone: "1".into(),
        named_leader: None,
        contact_every: None,
        cold: false,
        closed: false,
    }
}
