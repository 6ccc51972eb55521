//! The course of the figures: a sample every quarter of an hour, and what happened, over the last day.
//!
//! It is folded from the entries as they come, and from the journal at start; nothing rests on it, and losing it loses a
//! line in a drawing. The writer's thread only adds to it; a rendering reads it under the same short lock.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use board::operation::{self, Operation, Phase};
use board::{
    At, Board, Event, Minutes, OperationId, PersonId, PostId, Span, UnitId, checkin, directive, post, roster, watch,
};

use super::plan::{Hours, Plan, hours_of};
use super::{Counts, Coverage};

/// Between two samples.
pub const QUARTER: Minutes = Minutes(15);
/// A day of them: what a line beside a figure shows.
pub const SAMPLES: usize = 96;
/// How far back the course goes.
pub const DAY: Minutes = Minutes(QUARTER.0 * SAMPLES as u32);
/// Happenings kept of one operation: a night in which every post of 420 is in trouble twice.
const MOST_HAPPENINGS: usize = 1024;

/// What a line is drawn of; the order is that of the figures on the board.
pub const LINES: usize = 8;

/// The quarter of an hour in which an instant lies, counted from the beginning of time.
pub fn quarter_of(at: At) -> i64 {
    at.millis().div_euclid(QUARTER.millis())
}

/// One value of each line.
pub type Point = [u32; LINES];

fn point(counts: &Counts) -> Point {
    let posts = &counts.posts;
    [
        posts.manned,
        posts.overdue,
        posts.late,
        posts.waiting,
        counts.open_lines,
        counts.unsigned,
        counts.not_received,
        counts.tasks_overdue,
    ]
}

/// The figures that come from the log rather than from the posts.
const OF_LOG: std::ops::Range<usize> = 4..6;

/// The units of one operation at the end of a quarter, by id; a unit without anything is left out.
#[derive(Debug)]
struct Sample {
    units: Vec<(UnitId, Point)>,
}

impl Sample {
    fn take(board: &Board, id: OperationId, operation: &Operation) -> Self {
        let missing = directive::not_received(board, id);
        let counted = board.force.units().map(|unit| {
            let counts = Counts {
                not_received: missing.get(&unit.id).copied().unwrap_or(0),
                tasks_overdue: board.tasks.counts(unit.id).overdue,
                ..Counts::of(board, operation, unit.id)
            };
            (unit.id, point(&counts))
        });
        let mut units: Vec<(UnitId, Point)> = counted.filter(|(_, point)| *point != Point::default()).collect();
        units.sort_unstable_by_key(|(unit, _)| *unit);
        Self { units }
    }
}

/// Something that a duty officer would tell of the night.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    Unmanned(PostId),
    ContactOverdue(PostId),
    ReliefLate(PostId),
    LevelSet(u8),
    PhaseSet(Phase),
    WatchTaken(PersonId),
    VerbalOrder(u32),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Happening {
    pub at: At,
    /// The unit whose matter it is; nobody sees it who may not see that unit.
    pub unit: UnitId,
    pub what: What,
}

/// One operation's last day.
#[derive(Debug, Default)]
pub struct Course {
    /// The quarter that the newest sample ends, or in which the operation began to run.
    newest: Option<i64>,
    samples: VecDeque<Arc<Sample>>,
    happenings: VecDeque<Happening>,
    plan: Option<Plan>,
    /// The last entry that changed posts or shifts: a plan that was read before it is out of date.
    planned: u64,
}

impl Course {
    fn pass(&mut self, board: &Board, (id, operation): (OperationId, &Operation), quarter: i64) {
        // Nothing happened between the entries: every quarter that ended since had the same figures.
        let first = self.newest.map_or(quarter, |newest| newest + 1);
        if first > quarter {
            return;
        }
        let sample = Arc::new(Sample::take(board, id, operation));
        for _ in first.max(quarter - SAMPLES as i64 + 1)..=quarter {
            if self.samples.len() == SAMPLES {
                self.samples.pop_front();
            }
            self.samples.push_back(Arc::clone(&sample));
        }
        self.newest = Some(quarter);
    }

    /// Joins what was recalled of the time before to what has been seen since; both know of no entry that the other knows.
    fn put_before(&mut self, mut before: Self, board: &Board, (id, operation): (OperationId, &Operation)) {
        match self.newest.filter(|_| !self.samples.is_empty()) {
            Some(newest) => {
                let first = newest - self.samples.len() as i64 + 1;
                before.pass(board, (id, operation), first - 1);
                // Where the two overlap, what was seen counts.
                let surplus = before.newest.map_or(0, |newest| (newest - first + 1).max(0)) as usize;
                before.samples.truncate(before.samples.len().saturating_sub(surplus));
                for sample in before.samples.into_iter().rev().take(SAMPLES - self.samples.len()) {
                    self.samples.push_front(sample);
                }
            }
            None => (self.newest, self.samples) = (before.newest, before.samples),
        }
        for happening in before.happenings.into_iter().rev().take(MOST_HAPPENINGS - self.happenings.len()) {
            self.happenings.push_front(happening);
        }
    }

    fn happened(&mut self, happening: Happening) {
        if self.happenings.len() == MOST_HAPPENINGS {
            self.happenings.pop_front();
        }
        self.happenings.push_back(happening);
    }

    /// The lines up to the present, oldest first, summed over what the viewer may count.
    pub fn lines(&self, board: &Board, coverage: &Coverage) -> Vec<Point> {
        let mut covered: Vec<(UnitId, bool)> = coverage
            .board
            .units(&board.force)
            .map(|unit| (unit.id, coverage.watch.covers(&board.force, unit.id)))
            .collect();
        covered.sort_unstable_by_key(|(unit, _)| *unit);
        let mut last: Option<(&Arc<Sample>, Point)> = None;
        let sums = self.samples.iter().map(|sample| match &last {
            Some((same, sum)) if Arc::ptr_eq(same, sample) => *sum,
            _ => {
                let sum = sum_of(sample, &covered);
                last = Some((sample, sum));
                sum
            }
        });
        sums.collect()
    }

    /// What happened within `span`, oldest first. Whether a viewer may know of it depends on its unit.
    pub fn happenings(&self, span: Span) -> impl Iterator<Item = &Happening> {
        self.happenings.iter().filter(move |found| span.contains(found.at))
    }
}

/// Both lists are in the order of the ids, so one walk along them is enough.
fn sum_of(sample: &Sample, covered: &[(UnitId, bool)]) -> Point {
    let mut sum = Point::default();
    let mut rest = covered.iter();
    let mut next = rest.next();
    for (unit, point) in &sample.units {
        while next.is_some_and(|(id, _)| id < unit) {
            next = rest.next();
        }
        let Some((_, log)) = next.filter(|(id, _)| id == unit) else { continue };
        for (line, value) in point.iter().enumerate() {
            if *log || !OF_LOG.contains(&line) {
                sum[line] += value;
            }
        }
    }
    sum
}

/// The courses of all operations on the board.
#[derive(Debug)]
pub struct Figures {
    /// The last quarter of which samples were taken: looked at before every entry of a replay, so it is not behind the lock.
    sampled: AtomicI64,
    courses: Mutex<HashMap<OperationId, Course>>,
}

impl Default for Figures {
    fn default() -> Self {
        Self { sampled: AtomicI64::new(i64::MIN), courses: Mutex::default() }
    }
}

impl Figures {
    fn lock(&self) -> MutexGuard<'_, HashMap<OperationId, Course>> {
        self.courses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes samples if a quarter has ended; `board` is what it was like until `now`. Says whether it did.
    pub fn pass(&self, board: &Board, now: At) -> bool {
        let quarter = quarter_of(now);
        if self.sampled.fetch_max(quarter, Ordering::Relaxed) >= quarter {
            return false;
        }
        let mut courses = self.lock();
        courses.retain(|id, _| board.operation(*id).is_some());
        for (id, operation) in board.operations().filter(|(_, found)| found.is_running()) {
            courses.entry(id).or_default().pass(board, (id, operation), quarter);
        }
        let begin = now.minus(DAY);
        for course in courses.values_mut() {
            while course.happenings.front().is_some_and(|oldest| oldest.at < begin) {
                course.happenings.pop_front();
            }
        }
        true
    }

    /// Notes what an entry brought; `board` is what it was like after it.
    pub fn note(&self, board: &Board, position: u64, events: &[Event]) {
        let mut courses = self.lock();
        for event in events {
            if let Some(operation) = replans(event) {
                courses.entry(operation).or_default().planned = position;
            }
            match event {
                Event::Watch(event) => {
                    let Some(happening) = of_watch(event) else { continue };
                    for (id, _) in board.operations().filter(|(_, found)| found.is_running()) {
                        courses.entry(id).or_default().happened(happening);
                    }
                }
                Event::Checkin(event) => {
                    if let Some(happening) = of_presence(board, event) {
                        courses.entry(event.operation()).or_default().happened(happening);
                    }
                }
                Event::Operation(event) => {
                    if let Some(happening) = of_operation(board, event) {
                        let course = courses.entry(event.operation()).or_default();
                        course.happened(happening);
                        if happening.what == What::PhaseSet(Phase::Active) {
                            course.newest = Some(quarter_of(happening.at));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Puts what was recalled before what has been seen since; `board` is what it was like where the two meet.
    pub(super) fn put_before(&self, recalled: Self, board: &Board) {
        let mut courses = self.lock();
        let recalled = recalled.courses.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (id, course) in recalled {
            if let Some(operation) = board.operation(id) {
                courses.entry(id).or_default().put_before(course, board, (id, operation));
            }
        }
    }

    /// Reads one operation's course.
    pub fn read<T>(&self, operation: OperationId, read: impl FnOnce(&Course) -> T) -> T {
        match self.lock().get(&operation) {
            Some(course) => read(course),
            None => read(&Course::default()),
        }
    }

    /// The shifts of an operation by unit and hours, within `span`; read from the board once, until the plan changes.
    pub fn hours(&self, board: &Board, position: u64, operation: OperationId, span: Span) -> Arc<[Hours]> {
        if let Some(course) = self.lock().get(&operation)
            && let Some(plan) = course.plan.as_ref().filter(|plan| plan.fits(span, course.planned, position))
        {
            return Arc::clone(&plan.hours);
        }
        let hours: Arc<[Hours]> = hours_of(board, operation, span).into();
        if let Some(course) = self.lock().get_mut(&operation)
            && course.planned <= position
        {
            course.plan = Some(Plan { span, position, hours: Arc::clone(&hours) });
        }
        hours
    }
}

/// The operation whose posts or shifts an event changes.
fn replans(event: &Event) -> Option<OperationId> {
    match event {
        Event::Post(event) => Some(post::Event::operation(event)),
        Event::Roster(event @ (roster::Event::ShiftKept { .. } | roster::Event::ShiftDropped { .. })) => {
            Some(event.operation())
        }
        _ => None,
    }
}

fn of_watch(event: &watch::Event) -> Option<Happening> {
    match event {
        watch::Event::Taken { unit, officer, at, .. } => {
            Some(Happening { at: *at, unit: *unit, what: What::WatchTaken(*officer) })
        }
        watch::Event::Written { unit, number, line } if line.kind == watch::Kind::VerbalOrder => {
            Some(Happening { at: line.at, unit: *unit, what: What::VerbalOrder(*number) })
        }
        _ => None,
    }
}

fn of_operation(board: &Board, event: &operation::Event) -> Option<Happening> {
    let (at, what) = match event {
        operation::Event::LevelSet { rung, at, .. } => (*at, What::LevelSet(*rung)),
        operation::Event::PhaseSet { phase, at, .. } => (*at, What::PhaseSet(*phase)),
        operation::Event::Planned(_) | operation::Event::ProposalAnswered { .. } => return None,
    };
    Some(Happening { at, unit: board.operation(event.operation())?.unit, what })
}

fn of_presence(board: &Board, event: &checkin::Event) -> Option<Happening> {
    let post = event.post()?;
    let operation = board.operation(event.operation())?;
    let (at, what) = match event {
        checkin::Event::GraceOver { at, .. }
        | checkin::Event::Left { at, .. }
        | checkin::Event::Relieved { at, .. } => {
            let unmanned = operation.presence.unmanned_since(post)?;
            (*at, (unmanned == *at).then_some(What::Unmanned(post))?)
        }
        checkin::Event::ContactOverdue { at, .. } => (*at, What::ContactOverdue(post)),
        checkin::Event::ReliefLate { at, waiting, .. } if !waiting.is_empty() => (*at, What::ReliefLate(post)),
        _ => return None,
    };
    Some(Happening { at, unit: operation.posts.get(post)?.unit, what })
}
