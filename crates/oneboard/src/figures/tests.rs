//! Figures: what is sampled and noted while it happens is what is recalled from the journal afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use board::access::{self, Action, Role, scope};
use board::force::{self, Changes, Grade, PersonRow, UnitRow};
use board::operation::{self, Kind, OperationRow, Phase, Terms};
use board::post::Post;
use board::roster::{self, AssignmentRow, DutyKind, ShiftRow};
use board::{
    Actor, AssignmentId, At, Command, Id, Label, Minutes, OperationId, PersonId, PostId, Span, TextId, UnitId, checkin,
    directive, post,
};
use uuid::Uuid;

use super::course::{Figures, Happening, Point, What};
use super::{Coverage, recall};
use crate::submit::{self, Kept, Opened, Published, Submission};

const OPERATION: OperationId = OperationId::from_value(1);
const TOP: UnitId = UnitId::from_value(10);
const NORTH: UnitId = UnitId::from_value(11);
const SOUTH: UnitId = UnitId::from_value(12);

fn at(hour: u32, minute: u32) -> At {
    At::from_millis(1_800_000_000_000).plus(Minutes(hour * 60 + minute))
}

fn person(number: u64) -> PersonId {
    PersonId::from_value(100 + number)
}

/// One post of each county: 21 in the north, 22 in the south.
fn post_id(number: u64) -> PostId {
    PostId::from_value(20 + number)
}

fn assignment(number: u64) -> AssignmentId {
    AssignmentId::from_value(40 + number)
}

/// A bureau of two counties with a post and a person each, a journal, and figures that see everything.
struct World {
    folder: tempfile::TempDir,
    opened: Opened,
    figures: Arc<Figures>,
    clock: Arc<AtomicI64>,
    sent: u128,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (figures, clock) = (Arc::new(Figures::default()), Arc::new(AtomicI64::new(at(0, 0).millis())));
        let observer: submit::Observer = {
            let figures = Arc::clone(&figures);
            Box::new(move |published: &Arc<Published>, kept: &[Kept]| {
                kept.iter().for_each(|kept| figures.note(&published.board, kept.position, &kept.events));
            })
        };
        let stage = Arc::clone(&clock);
        let now = Box::new(move || At::from_millis(stage.load(Ordering::Acquire)));
        let opened = submit::open(folder.path(), now, vec![observer]).expect("the folder opens");
        let mut world = Self { folder, opened, figures, clock, sent: 0 };
        world.plan();
        world
    }

    fn plan(&mut self) {
        let unit = |id: UnitId, parent| UnitRow {
            id,
            parent,
            name: Label::new("Unit", "单位"),
            callsign: "1".into(),
            channel: "1".into(),
            telephone: "1".into(),
            order: id.value() as u32,
        };
        let bureau = TOP;
        let units = vec![unit(bureau, None), unit(NORTH, Some(bureau)), unit(SOUTH, Some(bureau))];
        let row = |number: u64, unit: UnitId| PersonRow {
            id: person(number),
            unit,
            grade: Grade::Officer,
            qualifications: Default::default(),
            callsign: "1".into(),
            number: TextId::from_value(number),
            name: TextId::from_value(number),
            telephone: None,
        };
        let people = vec![row(1, NORTH), row(2, SOUTH), row(3, SOUTH)];
        self.done(Command::Force(force::Command::Keep(Changes { units, people, leaving: Vec::new() })));
        let leads = access::Command::Grant {
            id: Id::from_value(60),
            person: person(3),
            role: Role::Leader,
            unit: SOUTH,
            from: None,
            until: None,
        };
        self.done(Command::Access(leads));
        let row = OperationRow {
            id: OPERATION,
            unit: bureau,
            title: Label::new("Festival", "春节安保"),
            kind: Kind::Festival,
            drill: false,
            period: Span::new(at(0, 0), at(100, 0)),
            objectives: Vec::new(),
            levels: Vec::new(),
            terms: Terms::default(),
            last: None,
        };
        self.done(Command::Operation(operation::Command::Plan(Box::new(row))));
        let row = |number: u64, unit: UnitId| Post {
            id: post_id(number),
            unit,
            kind: post::Kind::Checkpoint,
            number: format!("K-{number}").as_str().into(),
            name: Label::new("Pass", "关口"),
            place: Label::new("Pass", "关口"),
            callsign: "1".into(),
            channel: "1".into(),
            telephone: "1".into(),
            named_leader: None,
            contact_every: None,
            cold: false,
            closed: false,
        };
        let posts = vec![row(1, NORTH), row(2, SOUTH)];
        self.done(Command::Post(post::Command::Plan { operation: OPERATION, posts }));
        let shift = |number: u64| ShiftRow {
            id: Id::from_value(30 + number),
            post: post_id(number),
            span: Span::new(at(8, 0), at(20, 0)),
            required: 1,
            demands: Default::default(),
        };
        let assigned = |number: u64| AssignmentRow {
            id: assignment(number),
            shift: Id::from_value(30 + number),
            person: person(number),
            duty: DutyKind::Post,
        };
        let (shifts, assignments) = (vec![shift(1), shift(2)], vec![assigned(1), assigned(2)]);
        self.done(Command::Roster(roster::Command::Plan { operation: OPERATION, shifts, assignments }));
        self.done(Command::Operation(operation::Command::SetPhase { operation: OPERATION, phase: Phase::Active }));
    }

    fn done(&mut self, command: Command) {
        self.sent += 1;
        let submission =
            Submission { actor: Actor::Operator, id: Uuid::from_u128(self.sent), command, texts: Vec::new() };
        self.opened.submit.submit_blocking(submission).expect("kept");
    }

    /// Lets time pass as a server does: a look every quarter, and what is due done.
    fn until(&mut self, end: At) {
        let mut now = At::from_millis(self.clock.load(Ordering::Acquire));
        while now < end {
            now = now.plus(Minutes(5)).min(end);
            self.figures.pass(&self.opened.submit.published().board, now);
            self.clock.store(now.millis(), Ordering::Release);
            self.done(Command::PassTime);
        }
    }

    fn check_in(&mut self, number: u64) {
        let how = checkin::How::Radio;
        let (operation, assignment) = (OPERATION, assignment(number));
        let command = checkin::Command::CheckIn { operation, assignment, relieves: None, how, claimed: None };
        self.done(Command::Checkin(command));
    }

    fn lines(&self, figures: &Figures, actor: Actor) -> Vec<Point> {
        let published = self.opened.submit.published();
        let of = |action| scope(&published.board, actor, action, published.at);
        let coverage = Coverage { board: of(Action::ViewBoard), watch: of(Action::ViewWatch) };
        figures.read(OPERATION, |course| course.lines(&published.board, &coverage))
    }

    fn happenings(&self, figures: &Figures) -> Vec<Happening> {
        figures.read(OPERATION, |course| course.happenings(Span::new(at(0, 0), at(100, 0))).copied().collect())
    }

    /// A morning: the south is stood from eight, the north comes at nine.
    fn morning() -> Self {
        let mut world = Self::new();
        world.until(at(8, 0));
        world.check_in(2);
        world.until(at(9, 0));
        world.check_in(1);
        world.until(at(9, 40));
        world
    }
}

#[test]
fn a_line_shows_each_quarter_as_it_ended() {
    let world = World::morning();
    let manned: Vec<u32> = world.lines(&world.figures, Actor::Operator).iter().map(|point| point[0]).collect();
    // Quarters from 00:15 to 09:30: none until eight, the south from 08:15, both from 09:15.
    assert_eq!(manned.len(), 38);
    assert_eq!(manned[31..], [0, 1, 1, 1, 1, 2, 2]);
}

#[test]
fn an_order_that_nobody_has_received_is_in_the_course() {
    let mut world = World::new();
    world.until(at(8, 0));
    let id = board::DirectiveId::from_value(77);
    let words = |n| board::Wording::one(TextId::from_value(n));
    let draft = directive::Draft {
        id,
        unit: TOP,
        operation: Some(OPERATION),
        kind: directive::Kind::Order,
        urgency: directive::Urgency::Urgent,
        ladder: None,
        quiet: None,
        origin: directive::Origin::default(),
        title: words(1),
        clauses: vec![words(2)],
        audience: directive::Audience { units: vec![NORTH, SOUTH], below: false, people: None },
        deadline: at(9, 0),
        files: Vec::new(),
    };
    world.done(Command::Directive(directive::Command::Draft(Box::new(draft))));
    let issue = directive::Command::Issue { directive: id, by_order_of: None, words: None, break_glass: None };
    world.done(Command::Directive(issue));
    world.until(at(8, 40));
    let missing = |actor| world.lines(&world.figures, actor).iter().map(|point| point[6]).collect::<Vec<u32>>();
    assert_eq!(missing(Actor::Operator)[31..], [0, 2, 2]);
    assert_eq!(missing(Actor::Person(person(3)))[31..], [0, 1, 1], "the south counts its own");
}

#[test]
fn nobody_is_shown_the_line_of_a_unit_they_may_not_open() {
    let world = World::morning();
    let late = |actor| world.lines(&world.figures, actor).iter().map(|point| point[2]).max();
    assert_eq!(late(Actor::Operator), Some(1), "the north was late");
    assert_eq!(late(Actor::Person(person(3))), Some(0), "which is no business of the south");
}

#[test]
fn a_post_to_which_nobody_came_is_told_of_the_night() {
    let world = World::morning();
    let unmanned = Happening { at: at(8, 10), unit: NORTH, what: What::Unmanned(post_id(1)) };
    assert_eq!(world.happenings(&world.figures).last(), Some(&unmanned));
}

#[test]
fn what_is_recalled_after_a_start_is_what_was_seen() {
    let world = World::morning();
    let published = world.opened.submit.published();
    let started = Arc::new(Figures::default());
    started.pass(&published.board, at(9, 40));
    let journal = world.folder.path().join(submit::JOURNAL);
    let mut reader = journal::sqlite::Reader::open(&journal, submit::upcasts()).expect("opened");
    recall(&mut reader, published.head.position, published.at, &Arc::downgrade(&started)).expect("recalled");
    assert_eq!(world.lines(&started, Actor::Operator), world.lines(&world.figures, Actor::Operator));
    assert_eq!(world.happenings(&started), world.happenings(&world.figures));
}

#[test]
fn hours_are_read_again_when_the_plan_changes() {
    let mut world = World::new();
    let night = Span::new(at(12, 0), at(36, 0));
    let posts = |world: &World| {
        let published = world.opened.submit.published();
        let hours = world.figures.hours(&published.board, published.head.position, OPERATION, night);
        hours.iter().map(|hours| hours.posts).sum::<u32>()
    };
    world.until(at(0, 20));
    assert_eq!((posts(&world), posts(&world)), (2, 2));
    let shift = ShiftRow {
        id: Id::from_value(33),
        post: post_id(1),
        span: Span::new(at(20, 0), at(32, 0)),
        required: 1,
        demands: Default::default(),
    };
    let (shifts, assignments) = (vec![shift], Vec::new());
    world.done(Command::Roster(roster::Command::Plan { operation: OPERATION, shifts, assignments }));
    assert_eq!(posts(&world), 3);
}
