//! What the force answers to whatever the night brings: a call-out fills, orders are received, alarms are taken.
//!
//! The script knows what Longdong does; it does not know what visitors order. So once a minute somebody looks: whoever
//! was called says when they will come, and comes; units say that they have read and taken up what was sent to them; duty
//! officers take what asks their watch. Everything follows from the seed and from whom it is asked. The people of the
//! demonstration answer for themselves, and one county answers nothing until it is raised.

use board::access::{Action, Place, Role, permits};
use board::alarm;
use board::call_out::{self, Standing};
use board::checkin::How;
use board::directive::{self, Evidence, Receiver, Step};
use board::{Actor, At, Board, Command, DirectiveId, Minutes, PersonId, UnitId};
use uuid::Uuid;

use super::random::{Random, command_id};
use crate::submit::{Submission, Text, TextKind, text_id};

/// Said in one minute; the rest is said in the next.
const MOST_AT_ONCE: usize = 800;
/// Of a thousand who are called: who never answers, and who cannot come.
const SILENT: usize = 40;
const UNABLE: usize = 60;

const WHY_NOT: [&str; 4] =
    ["道路积雪，车辆无法通行", "正在医院陪护家属", "已从外地返程，今夜不能赶到", "发烧，已向单位请假"];

#[derive(Debug, Clone)]
pub struct Answers {
    pub seed: u64,
    /// They answer for themselves.
    pub cast: Vec<PersonId>,
    /// The county whose command centre answers no order.
    pub silent: UnitId,
    /// What the script answers itself.
    pub scripted: DirectiveId,
    /// What was sent before is the script's too.
    pub from: At,
}

impl Answers {
    /// What is said up to `now` and has not been said on this board.
    pub fn submissions(&self, board: &Board, now: At) -> Vec<Submission> {
        let mut said = Vec::new();
        self.take_alarms(board, now, &mut said);
        self.receive(board, now, &mut said);
        self.come(board, now, &mut said);
        said.truncate(MOST_AT_ONCE);
        said
    }

    fn chance(&self, what: &str, of: u64) -> Random {
        Random::new(self.seed, &format!("{what} {of}"))
    }

    fn come(&self, board: &Board, now: At, said: &mut Vec<Submission>) {
        for (id, found) in board.call_outs.iter().filter(|(_, found)| found.is_open()) {
            for (person, called) in found.people.iter().filter(|(person, _)| !self.cast.contains(person)) {
                let mut chance = self.chance("called", id.value() ^ person.value());
                let (answers, way) = (chance.between(1, 12), chance.between(12, 65));
                let (silent, unable) = (chance.in_thousand(SILENT), chance.in_thousand(UNABLE));
                let mut say = |answer, texts: Vec<Text>, id_of: Uuid| {
                    let command =
                        call_out::Command::Answer { call_out: id, person: *person, answer, how: How::InPerson };
                    let actor = Actor::Person(*person);
                    said.push(Submission { actor, id: id_of, command: Command::CallOut(command), texts });
                };
                let named =
                    |word: &str| command_id(self.seed, &format!("call-out {word} {}", id.value()), person.value());
                match called.standing {
                    Standing::Called if !silent && found.opened.1.plus(minutes(answers)) <= now => {
                        if unable {
                            let id = named("cannot");
                            let words = text_id(id, 0);
                            let body = (*chance.pick(&WHY_NOT)).to_owned();
                            let text = Text { id: words, kind: TextKind::Words, body };
                            say(call_out::Answer::Cannot { words }, vec![text], id);
                        } else {
                            let due = now.plus(minutes(way));
                            say(call_out::Answer::Coming { due }, Vec::new(), named("coming"));
                        }
                    }
                    Standing::Coming { due, .. } if due <= now => {
                        say(call_out::Answer::Arrived, Vec::new(), named("arrived"));
                    }
                    _ => {}
                }
            }
        }
    }

    /// Units read what was sent to them, and take it up; those of whom one of the cast is leader wait for that one.
    fn receive(&self, board: &Board, now: At, said: &mut Vec<Submission>) {
        let issued = board.directives.iter().filter(|(id, found)| found.is_issued() && *id != self.scripted);
        for (id, found) in issued {
            for (unit, receipt) in
                found.units.iter().filter(|(_, receipt)| !receipt.released && receipt.since >= self.from)
            {
                let mut chance = self.chance("receipt", id.value() ^ unit.value());
                let (reads, accepts) = (chance.between(1, 7), chance.between(2, 9));
                let step = match (receipt.mark(Step::Acknowledged), receipt.mark(Step::Accepted)) {
                    (None, _) if receipt.since.plus(minutes(reads)) <= now => Step::Acknowledged,
                    (Some(read), None)
                        if found.kind == directive::Kind::Order
                            && read.at.plus(minutes(accepts)) <= now
                            && !found.difficulties.contains_key(&Receiver::Unit(*unit)) =>
                    {
                        Step::Accepted
                    }
                    _ => continue,
                };
                let Some(speaker) = self.speaker(board, *unit, now).filter(|_| *unit != self.silent) else { continue };
                let receiver = Receiver::Unit(*unit);
                let (how, evidence) = (How::InPerson, Evidence::default());
                let command = directive::Command::Receive { directive: id, receiver, step, how, evidence };
                let id = command_id(self.seed, &format!("receipt {step:?} {}", id.value()), unit.value());
                let actor = Actor::Person(speaker);
                said.push(Submission { actor, id, command: Command::Directive(command), texts: Vec::new() });
            }
        }
    }

    /// Who speaks for a unit: its first leader, unless one of the cast is among them.
    fn speaker(&self, board: &Board, unit: UnitId, now: At) -> Option<PersonId> {
        let leads = |person: &PersonId| {
            board.access.grants_of(*person).iter().any(|grant| grant.role == Role::Leader && grant.unit == unit)
        };
        let mut leaders = board.force.members(unit).map(|(person, _)| person).filter(leads);
        let first = leaders.next()?;
        if self.cast.contains(&first) || leaders.any(|other| self.cast.contains(&other)) {
            return None;
        }
        let may = permits(board, Actor::Person(first), Action::ReceiveDirective, Place::Unit(unit), now);
        may.is_permitted().then_some(first)
    }

    /// Whoever keeps a watch takes what asks it, after some minutes; orders reach nobody in the county that is silent.
    fn take_alarms(&self, board: &Board, now: At, said: &mut Vec<Submission>) {
        let open = board.alarms.open().filter(|(_, alarm)| alarm.owner.is_none());
        for (id, alarm) in open {
            let from_orders = matches!(alarm.cause.kind, alarm::Kind::ReceiptOverdue | alarm::Kind::TaskOverdue);
            if alarm.asks == self.silent && from_orders {
                continue;
            }
            let asked = alarm.asked.millis().unsigned_abs();
            let wait = self.chance("alarm", id.value() ^ asked).between(1, 4);
            let Some(officer) = board.watch(alarm.asks).and_then(|watch| watch.officer) else { continue };
            if self.cast.contains(&officer) || alarm.asked.plus(minutes(wait)) > now {
                continue;
            }
            let named = command_id(self.seed, &format!("alarm {}", id.value()), asked);
            let command = Command::Alarm(alarm::Command::Take { alarm: id });
            said.push(Submission { actor: Actor::Person(officer), id: named, command, texts: Vec::new() });
        }
    }
}

fn minutes(count: i64) -> Minutes {
    Minutes(u32::try_from(count).unwrap_or_default())
}
