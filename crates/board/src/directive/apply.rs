//! Filing what happened to a directive. Nothing is worked out here but sums and differences of what stands in the event.

use imbl::{OrdMap, OrdSet, Vector};

use super::{
    Approval, Clause, Directive, Directives, Draft, Event, Issue, Receipts, Receiver, Relay, Ruled, Ruling, State,
    Step, UnitReceipt,
};
use crate::directive::{Difficulty, Mark};
use crate::{Actor, At, Board, DirectiveId, PersonId, UnitId};

fn new(draft: &Draft, at: At, by: Actor) -> Directive {
    let clause = |(number, words): (u16, &crate::Wording)| Clause {
        number,
        words: words.clone(),
        by: draft.unit,
        earlier: Vec::new(),
        struck: None,
    };
    Directive {
        unit: draft.unit,
        operation: draft.operation,
        kind: draft.kind,
        urgency: draft.urgency,
        ladder: draft.ladder.unwrap_or(draft.urgency.ladder()),
        quiet: draft.quiet,
        origin: draft.origin.clone(),
        title: draft.title.clone(),
        clauses: (1..).zip(&draft.clauses).map(clause).collect(),
        audience: draft.audience.clone(),
        deadline: draft.deadline,
        files: draft.files.clone(),
        state: State::Draft,
        approval: Approval::default(),
        written: (by, at),
        issued: None,
        amended: None,
        relays: Vector::new(),
        units: OrdMap::new(),
        people: Receipts::default(),
        difficulties: OrdMap::new(),
        evidence: OrdMap::new(),
        released: OrdSet::new(),
    }
}

impl Directive {
    fn sent(&mut self, relay: Relay, issue: &Issue) {
        let number = self.relays.len() as u16;
        let since = relay.at;
        self.relays.push_back(relay);
        for unit in &issue.units {
            let receipt = UnitReceipt { relay: number, since, states: [None; 3], released: false, relayed: None };
            self.units.insert(*unit, receipt);
        }
        for (unit, people) in &issue.people {
            self.people.add(*unit, (number, since), people);
        }
    }

    fn next_number(&self) -> u16 {
        self.clauses.last().map_or(1, |clause| clause.number.saturating_add(1))
    }

    fn add_clauses(&mut self, by: UnitId, clauses: &[crate::Wording]) {
        for words in clauses {
            let number = self.next_number();
            self.clauses.push_back(Clause { number, words: words.clone(), by, earlier: Vec::new(), struck: None });
        }
    }

    fn release(&mut self, board_unit: Option<UnitId>, person: PersonId, released: bool) {
        let Some(found) = self.people.find(person, board_unit) else { return };
        let was = self.released.contains(&person);
        if was == released {
            return;
        }
        if released {
            self.released.insert(person);
        } else {
            self.released.remove(&person);
        }
        self.people.release(found, released);
    }
}

pub(crate) fn apply(board: &mut Board, event: &Event) {
    let id = event.directive();
    if let Event::Drafted { draft, at, by } = event {
        let written = board.directives.all.get(&id).map_or((*by, *at), |old| old.written);
        board.directives.all.insert(id, Directive { written, ..new(draft, *at, *by) });
        return;
    }
    if let Event::Discarded { .. } = event {
        board.directives.all.remove(&id);
        return;
    }
    let unit_of = |person: PersonId| board.force.person(person).map(|found| found.unit);
    let directives = &mut board.directives;
    match event {
        // It asks for nothing any more, so no rung of the ladder comes.
        Event::Withdrawn { .. } | Event::Closed { .. } | Event::Amended { anew: Some(_), .. } => directives.disarm(id),
        Event::Chased { relay, rung, at, .. } => {
            directives.timers.remove(&(*at, super::Timer { rung: *rung, directive: id, relay: *relay }));
        }
        _ => {}
    }
    let Some(found) = directives.all.get_mut(&id) else { return };
    match event {
        Event::Drafted { .. } | Event::Discarded { .. } => {}
        Event::Proposed { at, by, .. } => {
            found.state = State::Proposed;
            found.approval = Approval { needs: 2, signed: smallvec::smallvec![(*by, *at)], glass: None, order: None };
        }
        Event::SentBack { .. } => {
            found.state = State::Draft;
            found.approval = Approval::default();
        }
        Event::Issued { unit, at, by, needs, glass, order, issue, .. } => {
            found.state = State::Issued;
            found.issued = Some(*at);
            found.approval.needs = *needs;
            found.approval.glass = *glass;
            found.approval.order = *order;
            // Who broke the glass has not signed: both names are asked for afterwards.
            if glass.is_none() && !found.approval.has_signed(*by) {
                found.approval.signed.push((*by, *at));
            }
            let audience = found.audience.clone();
            found.sent(relay(*unit, *by, *at, audience, issue), issue);
            arm_last(directives, id);
        }
        Event::Signed { at, by, .. } => found.approval.signed.push((*by, *at)),
        Event::Relayed { unit, at, by, audience, clauses, issue, .. } => {
            found.add_clauses(*unit, clauses);
            if let Some(receipt) = found.units.get_mut(unit) {
                receipt.relayed = receipt.relayed.or(Some(*at));
            }
            found.sent(relay(*unit, *by, *at, audience.clone(), issue), issue);
            arm_last(directives, id);
        }
        Event::Arrived { relay, at, people, .. } => {
            for (unit, people) in people {
                found.people.add(*unit, (*relay, *at), people);
            }
        }
        Event::Released { people, .. } => people.iter().for_each(|one| found.release(unit_of(*one), *one, true)),
        Event::Recalled { people, .. } => people.iter().for_each(|one| found.release(unit_of(*one), *one, false)),
        Event::Received { receiver, step, at, by, how, evidence, .. } => {
            match receiver {
                Receiver::Unit(unit) => {
                    if let Some(receipt) = found.units.get_mut(unit) {
                        receipt.states[*step as usize] = Some(Mark { at: *at, by: *by, how: *how });
                    }
                }
                Receiver::Person(person) => {
                    if let Some(place) = found.people.find(*person, unit_of(*person)) {
                        let released = found.released.contains(person);
                        found.people.mark(place, *step, *at, released);
                    }
                }
            }
            if *step == Step::Done && !evidence.is_empty() {
                found.evidence.insert(*receiver, evidence.clone());
            }
        }
        Event::DifficultyReported { receiver, at, by, words, .. } => {
            found.difficulties.insert(*receiver, Difficulty { words: *words, at: *at, by: *by, ruled: None });
        }
        Event::Ruled { receiver, ruling, at, by, words, .. } => {
            if let Some(difficulty) = found.difficulties.get_mut(receiver) {
                difficulty.ruled = Some(Ruled { ruling: *ruling, words: *words, at: *at, by: *by });
            }
            match receiver {
                Receiver::Unit(unit) if *ruling == Ruling::Relieved => {
                    if let Some(receipt) = found.units.get_mut(unit) {
                        receipt.released = true;
                    }
                }
                Receiver::Person(person) if *ruling == Ruling::Relieved => {
                    found.release(unit_of(*person), *person, true);
                }
                _ => {}
            }
        }
        Event::Amended { at, changes, added, words, anew, .. } => {
            let by = found.unit;
            found.amended = Some((*at, *words));
            for (number, new) in changes {
                let Some(clause) = found.clauses.iter_mut().find(|clause| clause.number == *number) else { continue };
                match new {
                    Some(new) => {
                        let old = std::mem::replace(&mut clause.words, new.clone());
                        clause.earlier.push((old, *at));
                    }
                    None => clause.struck = Some(*at),
                }
            }
            found.add_clauses(by, added);
            if let Some((deadline, schedules)) = anew {
                ask_anew(found, *at, *deadline, schedules);
                for (relay, schedule) in (0u16..).zip(schedules) {
                    directives.arm(id, relay, *schedule);
                }
            }
        }
        Event::Withdrawn { at, by, words, .. } => found.state = State::Withdrawn { at: *at, by: *by, why: *words },
        Event::Closed { at, by, .. } => found.state = State::Closed { at: *at, by: *by },
        Event::Chased { relay, rung, at, silences, .. } => {
            if let Some(sent) = found.relays.get_mut(usize::from(*relay)) {
                sent.reached = Some((*rung, *at));
                sent.silences.clone_from(silences);
            }
        }
    }
}

fn relay(by: UnitId, who: Actor, at: At, audience: super::Audience, issue: &Issue) -> Relay {
    let Issue { deadline, schedule, .. } = *issue;
    Relay { by, who, at, audience, deadline, schedule, reached: None, silences: Vec::new() }
}

fn arm_last(directives: &mut Directives, id: DirectiveId) {
    let Some(found) = directives.all.get(&id) else { return };
    let number = found.relays.len().saturating_sub(1);
    if let Some(schedule) = found.relays.get(number).map(|sent| sent.schedule) {
        directives.arm(id, number as u16, schedule);
    }
}

/// Every state begins again; what was said of the earlier text is in the records. Who was released stays so.
fn ask_anew(found: &mut Directive, at: At, deadline: At, schedules: &[super::Schedule]) {
    found.deadline = deadline;
    for (sent, schedule) in found.relays.iter_mut().zip(schedules) {
        sent.deadline = deadline;
        sent.schedule = *schedule;
        sent.reached = None;
        sent.silences.clear();
    }
    let units: Vec<UnitId> = found.units.keys().copied().collect();
    for unit in units {
        if let Some(receipt) = found.units.get_mut(&unit) {
            receipt.states = [None; 3];
            receipt.since = at;
        }
    }
    let released = found.released.clone();
    found.people.ask_anew(at, |person| released.contains(&person));
    found.difficulties = OrdMap::new();
    found.evidence = OrdMap::new();
}
