//! What follows for alarms from what happened elsewhere: the nouns find, this raises and eases, in the same entry.

use std::collections::BTreeSet;

use super::{Alarm, Alarms, Cause, Event, Kind, Noted, Timer, apply, nearest_watch, next_watch, orders};
use crate::checkin::Duty;
use crate::{
    AlarmId, At, Board, Context, OperationId, PersonId, PostId, Subject, TextId, UnitId, checkin, force, operation,
    post, watch,
};

/// Ids of alarms count from here, so that they never meet those of what else the command makes.
const FIRST_ID: u32 = 0x8000_0000;

/// Something that is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found {
    pub kind: Kind,
    /// Where it is wrong: the unit that would have to act first.
    pub unit: UnitId,
    pub subject: Subject,
    pub operation: Option<OperationId>,
    /// Since when.
    pub since: At,
    /// Who called, for a call.
    pub caller: Option<PersonId>,
    pub words: Option<TextId>,
}

impl Found {
    pub const fn new(kind: Kind, unit: UnitId, subject: Subject, operation: Option<OperationId>, since: At) -> Self {
        Self { kind, unit, subject, operation, since, caller: None, words: None }
    }
}

/// The alarms as a command leaves them: each raising and easing is decided on those before it.
///
/// ```
/// use board::alarm::{Event, Found, Kind, Raising};
/// use board::{At, Board, CommandId, Context, Subject, UnitId};
///
/// let (board, context) = (Board::default(), Context { now: At::from_millis(0), command: CommandId(1) });
/// let silent = UnitId::from_value(7);
/// let mut raising = Raising::new(&board, &context);
/// raising.raise(Found::new(Kind::UnitSilent, silent, Subject::Unit(silent), None, context.now));
/// raising.raise(Found::new(Kind::UnitSilent, silent, Subject::Unit(silent), None, context.now)); // known already
/// assert!(matches!(raising.into_events()[..], [Event::Raised { .. }]));
/// ```
pub struct Raising<'a> {
    board: &'a Board,
    context: &'a Context,
    alarms: Alarms,
    minted: u32,
    events: Vec<Event>,
}

impl<'a> Raising<'a> {
    pub fn new(board: &'a Board, context: &'a Context) -> Self {
        Self { board, context, alarms: board.alarms.clone(), minted: FIRST_ID, events: Vec::new() }
    }

    /// Goes on where a noun that raised by itself left off.
    fn after(mut self, events: &[crate::Event]) -> Self {
        for event in events {
            if let crate::Event::Alarm(event) = event {
                self.minted += u32::from(matches!(event, Event::Raised { .. }));
                apply(&mut self.alarms, event);
            }
        }
        self
    }

    /// The board before the command.
    pub(super) const fn board(&self) -> &'a Board {
        self.board
    }
    pub(super) const fn now(&self) -> At {
        self.context.now
    }
    /// The causes of a kind in which something is noted or open about a subject.
    pub(super) fn causes(&self, kind: Kind, subject: Subject) -> Vec<Cause> {
        self.alarms.causes_of(subject).filter(|cause| cause.kind == kind).collect()
    }

    pub fn into_events(self) -> Vec<Event> {
        self.events
    }
    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    fn keep(&mut self, event: Event) {
        apply(&mut self.alarms, &event);
        self.events.push(event);
    }

    /// Something is wrong. What is known already changes nothing; more of the same asks again.
    pub fn raise(&mut self, found: Found) {
        let cause = Cause::of(found.kind, found.unit, found.subject);
        let known = self.alarms.of_cause(cause).is_some_and(|(_, alarm)| alarm.subjects.contains(&found.subject));
        if known || self.alarms.noted.contains_key(&(cause, found.subject)) {
            return;
        }
        let due = found.since.plus(found.kind.delay());
        if due > self.context.now {
            let Found { subject, operation, since, .. } = found;
            self.keep(Event::Noted { cause, subject, operation, since, due });
        } else {
            self.open(cause, found, None);
        }
    }

    /// As [`Self::raise`] for what people call: the same call again asks again.
    pub(super) fn call(&mut self, found: Found, id: AlarmId) {
        self.open(Cause::of(found.kind, found.unit, found.subject), found, Some(id));
    }

    /// Takes the next timer that is due, so that whatever comes of it the one after it is next.
    pub(super) fn take_due(&mut self) -> Option<Timer> {
        let (at, timer) = self.alarms.timers.get_min().copied().filter(|(at, _)| *at <= self.context.now)?;
        self.alarms.timers.remove(&(at, timer));
        Some(timer)
    }

    /// What was noted is still so.
    pub(super) fn mature(&mut self, cause: Cause, subject: Subject) {
        // Invariant: a timer stands exactly while what it waits for is noted.
        let Some(Noted { operation, since, .. }) = self.alarms.noted.get(&(cause, subject)).copied() else { return };
        self.open(cause, Found::new(cause.kind, cause.unit, subject, operation, since), None);
    }

    fn open(&mut self, cause: Cause, found: Found, id: Option<AlarmId>) {
        let at = self.context.now;
        let asks = nearest_watch(self.board, cause.unit);
        let escalates = self.patience(cause.kind, asks);
        if let Some((alarm, _)) = self.alarms.of_cause(cause) {
            self.keep(Event::AskedAgain { alarm, subject: Some(found.subject), at, asks, escalates });
            return;
        }
        let alarm = id.unwrap_or_else(|| {
            self.minted += 1;
            self.context.mint(self.minted)
        });
        let row = Alarm {
            cause,
            priority: cause.kind.priority(),
            operation: found.operation,
            subjects: [found.subject].into_iter().collect(),
            since: found.since,
            raised: at,
            asks,
            asked: at,
            escalates,
            escalated: 0,
            owner: None,
            before: None,
            caller: found.caller,
            words: found.words,
            doing: None,
            end: None,
        };
        self.keep(Event::Raised { alarm, row: Box::new(row) });
    }

    /// Until when the watch of `asks` is asked; for ever at the top.
    fn patience(&self, kind: Kind, asks: UnitId) -> Option<At> {
        self.board.force.unit(asks)?.parent.map(|_| self.context.now.plus(kind.patience()))
    }

    pub(super) fn escalate(&mut self, alarm: AlarmId, next: impl FnOnce(UnitId) -> Option<UnitId>) {
        let Some(found) = self.alarms.get(alarm) else { return };
        let (kind, asks) = (found.cause.kind, next(found.asks).unwrap_or(found.asks));
        let escalates = if asks == found.asks { None } else { self.patience(kind, asks) };
        self.keep(Event::Escalated { alarm, at: self.context.now, asks, escalates });
    }

    /// The unit where it is wrong has had its time: the next watch above is asked, whoever has it in hand below.
    pub(super) fn climb(&mut self, cause: Cause) {
        let Some((alarm, found)) = self.alarms.of_cause(cause) else { return };
        let is_below = self.board.force.is_within(found.asks, cause.unit);
        let Some(asks) = next_watch(self.board, cause.unit).filter(|_| is_below) else { return };
        let (at, escalates) = (self.context.now, self.patience(cause.kind, asks));
        self.keep(Event::AskedAgain { alarm, subject: None, at, asks, escalates });
    }

    /// It is right again, at this unit. What was not known as wrong changes nothing.
    pub fn ease(&mut self, kind: Kind, unit: UnitId, subject: Subject) {
        self.ease_cause(Cause::of(kind, unit, subject), subject);
    }

    /// It is right again, at whichever unit it was noted.
    pub(super) fn ease_everywhere(&mut self, kind: Kind, subject: Subject) {
        for cause in self.causes(kind, subject) {
            self.ease_cause(cause, subject);
        }
    }

    fn ease_cause(&mut self, cause: Cause, subject: Subject) {
        let alarm =
            self.alarms.of_cause(cause).filter(|(_, alarm)| alarm.subjects.contains(&subject)).map(|(id, _)| id);
        if alarm.is_some() || self.alarms.noted.contains_key(&(cause, subject)) {
            self.keep(Event::Eased { cause, subject, at: self.context.now, alarm });
        }
    }

    /// Its owner is gone: it asks again.
    fn ask_again(&mut self, alarm: AlarmId) {
        let Some(found) = self.alarms.get(alarm) else { return };
        let (cause, at) = (found.cause, self.context.now);
        let asks = nearest_watch(self.board, cause.unit);
        let escalates = self.patience(cause.kind, asks);
        self.keep(Event::AskedAgain { alarm, subject: None, at, asks, escalates });
    }

    /// The operation has left the board, and everything that was wrong in it.
    fn pass(&mut self, id: OperationId) {
        let of_it = |operation: Option<OperationId>| operation == Some(id);
        let noted: Vec<(Cause, Subject)> =
            self.alarms.noted.iter().filter(|(_, noted)| of_it(noted.operation)).map(|(key, _)| *key).collect();
        for (cause, subject) in noted {
            self.ease_cause(cause, subject);
        }
        let open: Vec<AlarmId> =
            self.alarms.open().filter(|(_, alarm)| of_it(alarm.operation)).map(|(id, _)| id).collect();
        for alarm in open {
            self.keep(Event::Passed { alarm, at: self.context.now });
        }
    }
}

/// What the events of a command mean for alarms.
pub(crate) fn follow(board: &Board, events: &[crate::Event], context: &Context) -> Vec<Event> {
    // Almost every command touches no alarm: this is all that it pays.
    let mut touched: BTreeSet<(OperationId, PostId)> = BTreeSet::new();
    let mut others = false;
    for event in events {
        others |= touch(board, event, &mut touched);
    }
    if touched.is_empty() && !others {
        return Vec::new();
    }
    let mut after = board.clone();
    events.iter().for_each(|event| crate::apply(&mut after, event));
    let mut raising = Raising::new(board, context).after(events);
    for (operation, post) in touched {
        compare(&mut raising, &after, operation, post);
    }
    for event in events {
        match event {
            crate::Event::Watch(event) => of_watch(&mut raising, event),
            crate::Event::Directive(event) => orders::of_directive(&mut raising, &after, event),
            crate::Event::Task(event) => orders::of_task(&mut raising, &after, event),
            crate::Event::Force(force::Event::PersonLeft { person, .. }) => {
                let owned: Vec<AlarmId> = raising.alarms.owned_by(*person).map(|(id, _)| id).collect();
                owned.into_iter().for_each(|alarm| raising.ask_again(alarm));
            }
            crate::Event::Checkin(event)
                if matches!(event, checkin::Event::CheckedIn { .. } | checkin::Event::ContactMade { .. }) =>
            {
                if let Some(unit) = event.post().and_then(|post| unit_of_post(&after, event.operation(), post)) {
                    orders::heard(&mut raising, &after, unit);
                }
            }
            crate::Event::Checkin(
                checkin::Event::Relieved { post, person, .. } | checkin::Event::Left { post, person, .. },
            ) => {
                let cause =
                    raising.alarms.causes_of(Subject::Post(*post)).find(|cause| cause.kind == Kind::ReliefNeeded);
                let called = cause.and_then(|cause| raising.alarms.of_cause(cause));
                if called.is_some_and(|(_, alarm)| alarm.caller == Some(*person)) {
                    raising.ease_everywhere(Kind::ReliefNeeded, Subject::Post(*post));
                }
            }
            crate::Event::Operation(operation::Event::PhaseSet {
                operation, phase: operation::Phase::Closed, ..
            }) => {
                raising.pass(*operation);
            }
            _ => {}
        }
    }
    raising.into_events()
}

/// Notes the posts whose alarms may change, and says whether anything else may.
fn touch(board: &Board, event: &crate::Event, posts: &mut BTreeSet<(OperationId, PostId)>) -> bool {
    let concerned = |post: PostId| board.alarms.concerns(Subject::Post(post));
    match event {
        crate::Event::Checkin(event) => {
            let Some(post) = event.post() else { return false };
            let only_ends = matches!(event, checkin::Event::CheckedIn { .. } | checkin::Event::ContactMade { .. });
            if !only_ends || concerned(post) {
                posts.insert((event.operation(), post));
            }
            only_ends && unit_of_post(board, event.operation(), post).is_some_and(|unit| orders::is_silent(board, unit))
        }
        crate::Event::Post(event) => {
            let post = match event {
                post::Event::Kept { post, .. } => post.id,
                post::Event::Reopened { post, .. } => *post,
            };
            if concerned(post) {
                posts.insert((event.operation(), post));
            }
            false
        }
        // A shift that is kept or dropped may begin and end a state; whoever is assigned to it may not.
        crate::Event::Roster(event) => {
            let operation = event.operation();
            let was = match event {
                crate::roster::Event::ShiftKept { shift, .. } => {
                    board.operation(operation).and_then(|found| found.roster.shift(shift.id)).map(|old| old.post)
                }
                _ => None,
            };
            posts.extend(event.post().into_iter().chain(was).map(|post| (operation, post)));
            false
        }
        crate::Event::Operation(operation::Event::PhaseSet { operation, .. }) => {
            let all = board.operation(*operation).into_iter().flat_map(|found| found.posts.iter());
            posts.extend(all.map(|post| post.id).filter(|post| concerned(*post)).map(|post| (*operation, post)));
            true
        }
        crate::Event::Watch(watch::Event::Taken { .. } | watch::Event::HandoverSigned { .. }) => true,
        crate::Event::Force(force::Event::PersonLeft { .. }) => true,
        crate::Event::Directive(_) | crate::Event::Task(_) => orders::touches(board, event),
        _ => false,
    }
}

fn unit_of_post(board: &Board, operation: OperationId, post: PostId) -> Option<UnitId> {
    board.operation(operation)?.posts.get(post).map(|post| post.unit)
}

/// A post before and after: what began is raised, what is over is eased.
fn compare(raising: &mut Raising<'_>, after: &Board, operation: OperationId, id: PostId) {
    let Some(now) = after.operation(operation) else { return };
    let Some(post) = now.posts.get(id) else { return };
    let old = raising.board.operation(operation).map(|found| found.presence.duty(id)).unwrap_or_default();
    let new = now.presence.duty(id);
    let relief = |duty: &Duty| (!duty.waiting.is_empty()).then_some(raising.context.now);
    let states = [
        (Kind::PostUnmanned, old.unmanned_since, new.unmanned_since),
        (Kind::ContactOverdue, old.overdue_since, new.overdue_since),
        (Kind::ReliefLate, relief(&old), relief(&new)),
    ];
    for (kind, was, is) in states {
        match (was, is) {
            (None, Some(since)) => {
                raising.raise(Found::new(kind, post.unit, Subject::Post(id), Some(operation), since));
            }
            (_, None) => raising.ease_everywhere(kind, Subject::Post(id)),
            (Some(_), Some(_)) => {}
        }
    }
}

fn of_watch(raising: &mut Raising<'_>, event: &watch::Event) {
    match event {
        watch::Event::Taken { unit, officer, from, at, unsigned, .. } => {
            // Who goes off hands what they have in hand to who comes on.
            let held: Vec<AlarmId> = raising
                .alarms
                .open()
                .filter(|(_, alarm)| alarm.asks == *unit && alarm.owner.map(|(owner, _)| owner) == *from)
                .filter(|(_, alarm)| alarm.owner.is_some())
                .map(|(id, _)| id)
                .collect();
            for alarm in held {
                raising.keep(Event::HandedOn { alarm, by: crate::Actor::Person(*officer), to: *officer, at: *at });
            }
            if *unsigned {
                let subject = Subject::Watch(*unit);
                raising.raise(Found::new(Kind::HandoverUnsigned, *unit, subject, None, *at));
            }
        }
        watch::Event::HandoverSigned { unit, .. } => {
            raising.ease(Kind::HandoverUnsigned, *unit, Subject::Watch(*unit));
        }
        _ => {}
    }
}
