//! Orders at random: directives, tasks and call-outs that fit the board as it is, or deliberately do not.

use board::call_out::{self, Answer, Circle};
use board::checkin::How;
use board::directive::{self, Audience, Evidence, Kind, People, Receiver, Ruling, Step as Said, Urgency};
use board::task::{self, Source, Wanted};
use board::{
    Actor, Board, CallOutId, Command, DirectiveId, Minutes, PersonId, PostId, Subject, TaskId, TextId, UnitId,
};

use super::orders::{draft, say, task_row};
use super::steps::{Step, pick};
use super::{NOWHERE, WORDS, attach};

pub struct Around<'a> {
    pub board: &'a Board,
    pub people: &'a [PersonId],
    pub units: &'a [UnitId],
    pub posts: &'a [PostId],
    pub now: board::At,
    pub fresh: u64,
}

impl Around<'_> {
    fn audience(&self, unit: UnitId, step: Step) -> Audience {
        let Step { a, b, c, .. } = step;
        let mut units: Vec<UnitId> = self.board.force.children(unit).map(|below| below.id).collect();
        if a.is_multiple_of(8) || units.is_empty() {
            units.push(if b.is_multiple_of(3) { pick(self.units, b) } else { unit });
        }
        let people = (c % 2 == 0).then(|| People {
            posts: if c % 12 == 0 { vec![pick(self.posts, a)] } else { Vec::new() },
            ..People::default()
        });
        Audience { units, below: b % 3 == 0, people }
    }
    fn receiver(&self, directive: DirectiveId, number: u16) -> Receiver {
        let found = self.board.directives.get(directive);
        let units: Vec<UnitId> = found.map(|found| found.units.keys().copied().collect()).unwrap_or_default();
        let people: Vec<PersonId> = found
            .map(|found| {
                found.people.tallies().flat_map(|(unit, _)| found.people.of_unit(unit)).map(|one| one.person).collect()
            })
            .unwrap_or_default();
        if number.is_multiple_of(2) {
            Receiver::Unit(pick(&units, number / 2))
        } else {
            Receiver::Person(pick(&people, number / 2))
        }
    }
    /// What a receiver would say next, most of the time.
    fn next(&self, directive: DirectiveId, receiver: Receiver, number: u16) -> Said {
        let found = self.board.directives.get(directive);
        let has = |step: Said| match (found, receiver) {
            (None, _) => false,
            (Some(found), Receiver::Unit(unit)) => {
                found.units.get(&unit).is_some_and(|receipt| receipt.mark(step).is_some())
            }
            (Some(found), Receiver::Person(person)) => {
                found.find(self.board, person).is_some_and(|place| found.people.receipt(place).has(step))
            }
        };
        let next = Said::ALL.into_iter().find(|step| !has(*step)).filter(|_| !number.is_multiple_of(6));
        next.unwrap_or(Said::ALL[usize::from(number) % 3])
    }
    /// Whoever may speak for a receiver, most of the time.
    fn speaker(&self, receiver: Receiver, who: Actor, number: u16) -> Actor {
        match receiver {
            _ if number.is_multiple_of(8) => who,
            Receiver::Unit(unit) => Actor::Person(super::person(unit, 1)),
            Receiver::Person(person) => Actor::Person(person),
        }
    }

    pub fn directive(&self, who: Actor, step: Step) -> (Actor, Command) {
        let Step { kind, a, b, c, .. } = step;
        let wanted = |found: &directive::Directive| b.is_multiple_of(9) || found.is_issued();
        let ids: Vec<DirectiveId> =
            self.board.directives.iter().filter(|(_, found)| wanted(found)).map(|(id, _)| id).collect();
        let directive = pick(&ids, a);
        let found = self.board.directives.get(directive);
        let leader = |unit: Option<UnitId>| unit.map_or(who, |unit| Actor::Person(super::person(unit, 1)));
        let issuer = leader(found.map(|found| found.unit));
        let soon = self.now.plus(Minutes(60 + u32::from(b % 300)));
        let receiver = self.receiver(directive, c);
        let has = |state| self.board.directives.iter().any(|(_, found)| found.state == state);
        // Nothing can be said of an order before there is one.
        let what = match (has(directive::State::Issued), has(directive::State::Draft)) {
            (false, false) => 0,
            (false, true) => 1,
            _ => kind / 48,
        };
        let (actor, command) = match what {
            0 => {
                let unit = if a % 3 == 0 { pick(self.units, a / 3) } else { super::BUREAU };
                let mut row = draft();
                row.id = if b % 6 == 5 { directive } else { DirectiveId::from_value(self.fresh) };
                row.unit = unit;
                row.kind = if b % 7 == 0 { Kind::Briefing } else { Kind::Order };
                row.urgency = Urgency::ALL[usize::from(b) % 3];
                row.audience = self.audience(unit, step);
                row.deadline = soon;
                (leader(Some(unit)), directive::Command::Draft(Box::new(row)))
            }
            1 => {
                let drafts: Vec<DirectiveId> = self
                    .board
                    .directives
                    .iter()
                    .filter(|(_, found)| found.state == directive::State::Draft)
                    .map(|(id, _)| id)
                    .collect();
                let directive = pick(&drafts, a);
                let issuer = leader(self.board.directives.get(directive).map(|found| found.unit));
                let by_order_of = (c % 12 == 0).then(|| pick(self.people, b));
                let command = directive::Command::Issue {
                    directive,
                    by_order_of,
                    words: (c % 24 == 0).then_some(WORDS),
                    break_glass: (c % 5 == 0).then_some(WORDS),
                };
                (issuer, command)
            }
            2 => {
                let Receiver::Unit(unit) = self.receiver(directive, c & !1) else {
                    unreachable!("an even number is a unit")
                };
                let (audience, clauses) = (Box::new(self.audience(unit, step)), vec![say(900); usize::from(b % 3)]);
                (leader(Some(unit)), directive::Command::Relay { directive, unit, audience, clauses, deadline: soon })
            }
            3 => match c % 10 {
                0..=4 => {
                    let (receiver, how) = (self.receiver(directive, b), How::InPerson);
                    let step = self.next(directive, receiver, a / 7);
                    let evidence = Evidence { words: (a % 2 == 0).then_some(WORDS), files: Vec::new() };
                    let command = directive::Command::Receive { directive, receiver, step, how, evidence };
                    (self.speaker(receiver, who, a), command)
                }
                5 | 6 => {
                    let receiver = self.receiver(directive, b);
                    let command =
                        directive::Command::ReportDifficulty { directive, receiver, how: How::InPerson, words: WORDS };
                    (self.speaker(receiver, who, a), command)
                }
                _ => {
                    let receiver = self.receiver(directive, b);
                    let ruling = [Ruling::Stands, Ruling::Changed, Ruling::Relieved][usize::from(a) % 3];
                    (issuer, directive::Command::Rule { directive, receiver, ruling, words: WORDS })
                }
            },
            _ => match c % 12 {
                0 => (issuer, directive::Command::Withdraw { directive, words: WORDS }),
                1 => (issuer, directive::Command::Close { directive }),
                2 => (issuer, directive::Command::Discard { directive }),
                3 => (issuer, directive::Command::Sign { directive }),
                4 => (issuer, directive::Command::SendBack { directive, words: WORDS }),
                5..=7 => {
                    let changes = vec![(b % 8, (a % 3 > 0).then(|| say(800)))];
                    let changes = if a % 4 == 3 { Vec::new() } else { changes };
                    let (added, anew) = (vec![say(801); usize::from(b % 2)], (b % 5 == 0).then_some(soon));
                    (issuer, directive::Command::Amend { directive, changes, added, words: WORDS, anew })
                }
                _ => {
                    let (step, how) = (Said::Acknowledged, How::Radio);
                    let evidence = Evidence::default();
                    (who, directive::Command::Receive { directive, receiver, step, how, evidence })
                }
            },
        };
        (actor, Command::Directive(command))
    }

    pub fn task(&self, who: Actor, step: Step) -> (Actor, Command) {
        let Step { a, b, c, .. } = step;
        let kind = if self.board.tasks.is_empty() { 0 } else { step.kind };
        let ids: Vec<TaskId> = self.board.tasks.iter().map(|(id, _)| id).collect();
        let issued = self.board.directives.iter().filter(|(_, found)| found.is_issued());
        let directives: Vec<DirectiveId> = issued.map(|(id, _)| id).collect();
        let fits = |task: &task::Task| match kind / 64 {
            0 => matches!(task.state, task::State::Accepted),
            1 => matches!(task.state, task::State::Assigned),
            2 => task.is_due() && task.state != task::State::Assigned,
            _ => task.is_open(),
        };
        let fitting: Vec<TaskId> = self.board.tasks.iter().filter(|(_, task)| fits(task)).map(|(id, _)| id).collect();
        let task = pick(if a.is_multiple_of(7) { &ids } else { &fitting }, a / 7);
        let found = self.board.tasks.get(task);
        let assigner = found.map_or(who, |found| Actor::Person(super::person(found.unit, 1)));
        let owner = found.map_or(who, |found| Actor::Person(found.owner));
        let soon = self.now.plus(Minutes(u32::from(b % 900)));
        let (actor, command) = match kind / 64 {
            0 => {
                let parent = (b % 3 == 0).then_some(task);
                let directive = pick(&directives, c);
                let sent = self.board.directives.get(directive);
                let received: Vec<UnitId> = sent.map(|sent| sent.units.keys().copied().collect()).unwrap_or_default();
                let above = parent.and(found).map_or_else(|| pick(&received, a), |found| found.lead);
                let lead = self.board.force.children(above).next().map_or(above, |below| below.id);
                let mut row = task_row(above, lead);
                row.id = if b % 11 == 10 { task } else { TaskId::from_value(self.fresh) };
                row.source = Some(Source { directive, clause: 1 + a % 6 });
                row.parent = parent;
                row.deadline = match found.filter(|_| parent.is_some()) {
                    Some(found) if a % 5 > 0 => found.deadline,
                    _ => soon,
                };
                row.wanted = [Wanted::Word, Wanted::Report, Wanted::Word, Wanted::File][usize::from(b) % 4];
                (Actor::Person(super::person(above, 1)), task::Command::Assign(Box::new(row)))
            }
            1 => match b % 4 {
                0 => (owner, task::Command::ReportDifficulty { task, words: WORDS }),
                _ => (owner, task::Command::Accept { task }),
            },
            2 if b % 6 == 5 => return (owner, attach(self.fresh, Subject::Task(task))),
            2 => match b % 5 {
                0 => (owner, task::Command::Progress { task, words: WORDS }),
                1 => (owner, task::Command::AskExtension { task, until: soon, words: WORDS }),
                _ => {
                    let hung = self.board.attachments.of(Subject::Task(task)).map(|(id, _)| id);
                    let files = hung.take(usize::from(c % 2)).collect();
                    let evidence = Evidence { words: (c % 3 > 0).then_some(TextId::from_value(NOWHERE)), files };
                    (owner, task::Command::Report { task, evidence })
                }
            },
            _ => match b % 8 {
                0 => (assigner, task::Command::Withdraw { task, words: WORDS }),
                1 => (assigner, task::Command::AnswerExtension { task, grant: c % 2 == 0, words: None }),
                2 | 3 => {
                    let ruling = [Ruling::Stands, Ruling::Relieved][usize::from(c) % 2];
                    (assigner, task::Command::Rule { task, ruling, words: WORDS })
                }
                4 => (assigner, task::Command::Return { task, words: WORDS }),
                _ => (assigner, task::Command::Close { task }),
            },
        };
        (actor, Command::Task(command))
    }

    pub fn call_out(&self, who: Actor, step: Step) -> (Actor, Command) {
        let Step { a, b, c, .. } = step;
        let ids: Vec<CallOutId> = self.board.call_outs.iter().map(|(id, _)| id).collect();
        let call_out = pick(&ids, a);
        let found = self.board.call_outs.get(call_out);
        let called: Vec<PersonId> = found.map(|found| found.people.keys().copied().collect()).unwrap_or_default();
        let (actor, command) = match b % 6 {
            0 => {
                let id = CallOutId::from_value(if c % 9 == 8 { call_out.value() } else { self.fresh });
                let unit = pick(self.units, a);
                let circle = [Circle::Standby, Circle::StandbyAndReserve][usize::from(c) % 2];
                let command = call_out::Command::Open { id, operation: super::OPERATION, unit, circle, words: None };
                (Actor::Person(super::person(unit, 1)), command)
            }
            1 => (
                found.map_or(who, |found| Actor::Person(super::person(found.unit, 1))),
                call_out::Command::Close { call_out },
            ),
            _ => {
                let person = pick(&called, c);
                let due = self.now.plus(Minutes(u32::from(c % 60)));
                let answer =
                    [Answer::Coming { due }, Answer::Arrived, Answer::Cannot { words: WORDS }][usize::from(b) % 3];
                (Actor::Person(person), call_out::Command::Answer { call_out, person, answer, how: How::InPerson })
            }
        };
        (actor, Command::CallOut(command))
    }
}
