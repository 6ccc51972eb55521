//! Decisions on directives: may it go out, to whom, and what a receiver may say next.

use std::collections::BTreeSet;

use super::audience::Receivers;
use super::{
    Audience, Command, Directive, Draft, Event, Evidence, Issue, Kind, MASS, MOST_ATTACHMENTS, MOST_CLAUSES,
    MOST_RECEIVERS, Receiver, Refusal, Schedule, State, Step,
};
use crate::access::{Action, Place};
use crate::checkin::How;
use crate::{Actor, At, Board, Context, DirectiveId, PersonId, Subject, TextId, UnitId, watch};

type Decision = Result<Vec<crate::Event>, crate::Refusal>;

fn one(event: Event) -> Decision {
    Ok(vec![crate::Event::Directive(event)])
}

/// Where a command is judged.
pub(crate) fn place(board: &Board, actor: Actor, command: &Command) -> Vec<(Action, Place)> {
    let unit_of = |id: &DirectiveId| board.directives.get(*id).map_or(Place::Force, |found| Place::Unit(found.unit));
    match command {
        Command::Draft(draft) => {
            let mut places = vec![(Action::IssueDirective, Place::Unit(draft.unit))];
            if let Some(old) = board.directives.get(draft.id).filter(|old| old.unit != draft.unit) {
                places.push((Action::IssueDirective, Place::Unit(old.unit)));
            }
            places
        }
        Command::Issue { directive, by_order_of, .. } => {
            let mut places = vec![(Action::IssueDirective, unit_of(directive))];
            places.extend(by_order_of.map(|_| (Action::RecordVerbalOrder, unit_of(directive))));
            places
        }
        Command::Discard { directive }
        | Command::Amend { directive, .. }
        | Command::Withdraw { directive, .. }
        | Command::Close { directive } => vec![(Action::IssueDirective, unit_of(directive))],
        // Whoever broke the glass answers for that with their own name; the second name is an approver's.
        Command::Sign { directive } if has_issued(board, *directive, actor) => {
            vec![(Action::IssueDirective, unit_of(directive))]
        }
        Command::Sign { directive } | Command::SendBack { directive, .. } => {
            vec![(Action::ApproveDirective, unit_of(directive))]
        }
        Command::Relay { unit, .. } => vec![(Action::RelayDirective, Place::Unit(*unit))],
        Command::Receive { receiver, how, .. } | Command::ReportDifficulty { receiver, how, .. } => {
            let own = *how == How::InPerson;
            vec![match receiver {
                Receiver::Unit(unit) if own => (Action::ReceiveDirective, Place::Unit(*unit)),
                Receiver::Unit(unit) => (Action::RecordReceipt, Place::Unit(*unit)),
                Receiver::Person(person) if own && actor == Actor::Person(*person) => {
                    (Action::ReceiveDirective, Place::Person(*person))
                }
                Receiver::Person(person) => (Action::RecordReceipt, Place::Person(*person)),
            }]
        }
        Command::Rule { directive, receiver, .. } => {
            let unit = board.directives.get(*directive).map(|found| found.rules_for(board, *receiver));
            vec![(Action::RuleOnDifficulty, unit.map_or(Place::Force, Place::Unit))]
        }
    }
}

fn has_issued(board: &Board, directive: DirectiveId, actor: Actor) -> bool {
    let issue = board.directives.get(directive).and_then(|found| found.relays.front());
    issue.is_some_and(|issue| issue.who == actor)
}

pub(crate) fn decide(board: &Board, actor: Actor, command: &Command, context: &Context) -> Decision {
    let at = context.now;
    let directives = &board.directives;
    match command {
        Command::Draft(draft) => {
            check_draft(board, draft)?;
            one(Event::Drafted { draft: draft.clone(), at, by: actor })
        }
        Command::Discard { directive } => {
            draft_of(board, *directive)?;
            one(Event::Discarded { directive: *directive, at, by: actor })
        }
        Command::Issue { directive, by_order_of, words, break_glass } => {
            let found = draft_of(board, *directive)?;
            let order = by_order_of.zip(*words);
            if by_order_of.is_some() && order.is_none() {
                return Err(Refusal::OrderWithoutWords.into());
            }
            issue(board, (*directive, found), actor, order, *break_glass, at)
        }
        Command::Sign { directive } => sign(board, *directive, actor, at),
        Command::SendBack { directive, words } => {
            if directives.known(*directive)?.state != State::Proposed {
                return Err(Refusal::NotProposed { directive: *directive }.into());
            }
            one(Event::SentBack { directive: *directive, at, by: actor, words: *words })
        }
        Command::Relay { .. } => pass_on(board, actor, command, at),
        Command::Receive { directive, receiver, step, how, evidence } => {
            let found = directives.issued(*directive)?;
            check_files(evidence.files.len())?;
            check_step(board, (*directive, found), *receiver, *step)?;
            board.attachments.check_own(actor, Subject::Directive(*directive), &evidence.files)?;
            let (receiver, step, how) = (*receiver, *step, *how);
            let evidence = evidence.clone();
            one(Event::Received { directive: *directive, receiver, step, at, by: actor, how, evidence })
        }
        Command::ReportDifficulty { directive, receiver, how, words } => {
            report(board, (*directive, directives.issued(*directive)?), *receiver, (actor, *how), *words, at)
        }
        Command::Rule { directive, receiver, ruling, words } => {
            let found = directives.issued(*directive)?;
            let difficulty = found.difficulties.get(receiver).ok_or(Refusal::NoDifficulty { receiver: *receiver })?;
            if let Some(ruled) = difficulty.ruled {
                return Err(Refusal::RuledAlready { by: ruled.by, at: ruled.at }.into());
            }
            let (receiver, ruling, words) = (*receiver, *ruling, *words);
            one(Event::Ruled { directive: *directive, receiver, ruling, at, by: actor, words })
        }
        Command::Amend { directive, changes, added, words, anew } => {
            let found = directives.issued(*directive)?;
            check_changes(*directive, found, changes, added.len())?;
            let anew = match *anew {
                Some(deadline) if deadline <= at => return Err(Refusal::DeadlinePast { deadline, now: at }.into()),
                Some(deadline) => {
                    let schedule = Schedule::new(found.urgency, found.ladder, found.quiet, at, deadline);
                    Some((deadline, vec![schedule; found.relays.len()]))
                }
                None => None,
            };
            let (changes, added, words) = (changes.clone(), added.clone(), *words);
            one(Event::Amended { directive: *directive, at, by: actor, changes, added, words, anew })
        }
        Command::Withdraw { directive, words } => {
            directives.issued(*directive)?;
            let mut events =
                vec![crate::Event::Directive(Event::Withdrawn { directive: *directive, at, by: actor, words: *words })];
            // Its tasks go with it, each on the record.
            let open = board.tasks.of_directive(*directive).filter(|(_, _, task)| task.is_open());
            events.extend(open.map(|(_, id, task)| {
                crate::Event::Task(crate::task::Event {
                    task: id,
                    lead: task.lead,
                    owner: task.owner,
                    source: task.source,
                    at,
                    by: actor,
                    what: crate::task::Happening::Withdrawn { words: *words },
                })
            }));
            Ok(events)
        }
        Command::Close { directive } => {
            let found = directives.issued(*directive)?;
            let open = board.tasks.of_directive(*directive).filter(|(_, _, task)| task.is_open());
            let count = open.count() as u32;
            if count > 0 {
                return Err(Refusal::TasksOpen { unit: found.unit, count }.into());
            }
            one(Event::Closed { directive: *directive, at, by: actor })
        }
    }
}

fn draft_of(board: &Board, id: DirectiveId) -> Result<&Directive, Refusal> {
    let found = board.directives.known(id)?;
    if found.state == State::Draft { Ok(found) } else { Err(Refusal::NotADraft { directive: id }) }
}

fn check_files(count: usize) -> Result<(), Refusal> {
    if count > MOST_ATTACHMENTS { Err(Refusal::TooManyFiles { count, most: MOST_ATTACHMENTS }) } else { Ok(()) }
}

fn check_clauses(title: &crate::Wording, clauses: &[crate::Wording]) -> Result<(), Refusal> {
    let count = clauses.len();
    if count == 0 || count > MOST_CLAUSES || title.is_empty() || clauses.iter().any(crate::Wording::is_empty) {
        return Err(Refusal::Clauses { count, most: MOST_CLAUSES });
    }
    Ok(())
}

fn check_draft(board: &Board, draft: &Draft) -> Result<(), crate::Refusal> {
    board.force.known_unit(draft.unit)?;
    if board.directives.get(draft.id).is_some() {
        draft_of(board, draft.id)?;
    }
    if let Some(operation) = draft.operation {
        board.known_operation(operation)?;
    }
    check_clauses(&draft.title, &draft.clauses)?;
    check_files(draft.files.len())?;
    board.attachments.check(Subject::Directive(draft.id), &draft.files)?;
    draft.audience.check(board, draft.unit)
}

/// Who would receive it if it were issued now.
fn receivers(board: &Board, found: &Directive, now: At) -> Result<Receivers, crate::Refusal> {
    if found.deadline <= now {
        return Err(Refusal::DeadlinePast { deadline: found.deadline, now }.into());
    }
    found.audience.check(board, found.unit)?;
    let receivers = found.audience.resolve(board, found.unit, found.operation, None, now);
    check_count(found.unit, &receivers)?;
    Ok(receivers)
}

/// How many units and people a draft would reach if it were issued now.
pub fn reaches(board: &Board, found: &Directive, now: At) -> (usize, usize) {
    let receivers = found.audience.resolve(board, found.unit, found.operation, None, now);
    (receivers.units.len(), receivers.people.values().map(Vec::len).sum())
}

fn check_count(unit: UnitId, receivers: &Receivers) -> Result<(), Refusal> {
    match receivers.count() {
        0 => Err(Refusal::NobodyToReceive { unit }),
        count if count > MOST_RECEIVERS => Err(Refusal::TooManyReceivers { count, most: MOST_RECEIVERS }),
        _ => Ok(()),
    }
}

fn frozen(found: &Directive, receivers: Receivers, since: At, deadline: At) -> Issue {
    Issue {
        units: receivers.units,
        people: receivers.people.into_iter().collect(),
        deadline,
        schedule: Schedule::new(found.urgency, found.ladder, found.quiet, since, deadline),
    }
}

fn issue(
    board: &Board,
    (directive, found): (DirectiveId, &Directive),
    by: Actor,
    order: Option<(PersonId, TextId)>,
    glass: Option<TextId>,
    at: At,
) -> Decision {
    let receivers = receivers(board, found, at)?;
    let mass = receivers.count() >= MASS;
    // By a leader's word it goes out now: that leader is the second person, and signs the line of the log.
    if mass && order.is_none() && glass.is_none() {
        return one(Event::Proposed { directive, at, by });
    }
    let glass = glass.filter(|_| mass && order.is_none());
    let needs = if glass.is_some() { 2 } else { 1 };
    let mut events = Vec::new();
    let mut line = None;
    if let Some((leader, words)) = order {
        let written = watch::order_line(board, found.unit, by, at, found.operation, leader, words)?;
        line = Some((found.unit, written.0));
        events.push(crate::Event::Watch(written.1));
    }
    let issue = frozen(found, receivers, at, found.deadline);
    let unit = found.unit;
    events.push(crate::Event::Directive(Event::Issued { directive, unit, at, by, needs, glass, order: line, issue }));
    Ok(events)
}

/// Drafts and issues a directive that a level presets. A mass directive waits for its second person, unless the level
/// was itself set by an order whose countersignature is asked for.
pub(crate) fn issue_preset(
    board: &Board,
    actor: Actor,
    draft: Draft,
    order: Option<(UnitId, u32)>,
    at: At,
) -> Decision {
    check_draft(board, &draft)?;
    let (directive, unit) = (draft.id, draft.unit);
    let drafted = crate::Event::Directive(Event::Drafted { draft: Box::new(draft), at, by: actor });
    let mut board = board.clone();
    crate::apply(&mut board, &drafted);
    let found = draft_of(&board, directive)?;
    let receivers = receivers(&board, found, at)?;
    let event = if receivers.count() >= MASS && order.is_none() {
        Event::Proposed { directive, at, by: actor }
    } else {
        let issue = frozen(found, receivers, at, found.deadline);
        Event::Issued { directive, unit, at, by: actor, needs: 1, glass: None, order, issue }
    };
    Ok(vec![drafted, crate::Event::Directive(event)])
}

fn sign(board: &Board, directive: DirectiveId, actor: Actor, at: At) -> Decision {
    let found = board.directives.known(directive)?;
    let by = actor.person().map(Actor::Person).ok_or(Refusal::OnlyPeopleSign)?;
    if found.approval.has_signed(by) {
        return Err(Refusal::OwnApproval { by }.into());
    }
    if found.approval.missing() == 0 {
        return Err(Refusal::NoNameMissing { directive }.into());
    }
    let mut events = vec![crate::Event::Directive(Event::Signed { directive, at, by })];
    if found.state == State::Proposed {
        let issue = frozen(found, receivers(board, found, at)?, at, found.deadline);
        let (unit, needs, glass, order) = (found.unit, 2, None, None);
        events.push(crate::Event::Directive(Event::Issued { directive, unit, at, by, needs, glass, order, issue }));
    }
    Ok(events)
}

fn pass_on(board: &Board, actor: Actor, command: &Command, at: At) -> Decision {
    let Command::Relay { directive, unit, audience, clauses, deadline } = command else { return Ok(Vec::new()) };
    let (directive, unit, deadline) = (*directive, *unit, *deadline);
    let found = board.directives.issued(directive)?;
    let receipt = found.units.get(&unit).ok_or(Refusal::NothingToPassOn { unit })?;
    if receipt.released {
        return Err(Refusal::ReleasedAlready { receiver: Receiver::Unit(unit) }.into());
    }
    if deadline <= at {
        return Err(Refusal::DeadlinePast { deadline, now: at }.into());
    }
    let count = found.clauses.len() + clauses.len();
    if count > MOST_CLAUSES || clauses.iter().any(crate::Wording::is_empty) {
        return Err(Refusal::Clauses { count, most: MOST_CLAUSES }.into());
    }
    audience.check(board, unit)?;
    let receivers = audience.resolve(board, unit, found.operation, Some(found), at);
    if receivers.count() == 0 {
        return Err(Refusal::NobodyToReceive { unit }.into());
    }
    let total = found.people.len() + found.units.len() + receivers.count();
    if total > MOST_RECEIVERS {
        return Err(Refusal::TooManyReceivers { count: total, most: MOST_RECEIVERS }.into());
    }
    let mut events = Vec::new();
    // Who passes it on has read it; that is said, not implied.
    if receipt.mark(Step::Acknowledged).is_none() {
        events.push(crate::Event::Directive(acknowledged(directive, Receiver::Unit(unit), actor, How::InPerson, at)));
    }
    let issue = frozen(found, receivers, at, deadline);
    let (audience, clauses) = (Audience::clone(audience), clauses.clone());
    events.push(crate::Event::Directive(Event::Relayed { directive, unit, at, by: actor, audience, clauses, issue }));
    Ok(events)
}

fn acknowledged(directive: DirectiveId, receiver: Receiver, by: Actor, how: How, at: At) -> Event {
    Event::Received { directive, receiver, step: Step::Acknowledged, at, by, how, evidence: Evidence::default() }
}

/// Has this receiver reached a state? Refuses who is no receiver or is asked no more.
fn reached(
    board: &Board,
    (directive, found): (DirectiveId, &Directive),
    receiver: Receiver,
) -> Result<[bool; 3], Refusal> {
    let unknown = Refusal::NotAReceiver { directive, receiver };
    match receiver {
        Receiver::Unit(unit) => {
            let receipt = found.units.get(&unit).ok_or(unknown)?;
            if receipt.released {
                return Err(Refusal::ReleasedAlready { receiver });
            }
            Ok(Step::ALL.map(|step| receipt.mark(step).is_some()))
        }
        Receiver::Person(person) => {
            let place = found.find(board, person).ok_or(unknown)?;
            if found.released.contains(&person) {
                return Err(Refusal::ReleasedAlready { receiver });
            }
            let receipt = found.people.receipt(place);
            Ok(Step::ALL.map(|step| receipt.has(step)))
        }
    }
}

fn check_step(
    board: &Board,
    (directive, found): (DirectiveId, &Directive),
    receiver: Receiver,
    step: Step,
) -> Result<(), Refusal> {
    let has = reached(board, (directive, found), receiver)?;
    if found.kind == Kind::Briefing && step != Step::Acknowledged {
        return Err(Refusal::OnlyToRead { step });
    }
    if has[step as usize] {
        return Err(Refusal::StepAlready { step });
    }
    if let Some(missing) = Step::ALL[..step as usize].iter().find(|earlier| !has[**earlier as usize]) {
        return Err(Refusal::StepOutOfOrder { step, missing: *missing });
    }
    if step != Step::Acknowledged
        && let Some(open) = found.difficulties.get(&receiver).filter(|difficulty| difficulty.is_open())
    {
        return Err(Refusal::DifficultyOpen { since: open.at });
    }
    if step == Step::Done
        && let Receiver::Unit(unit) = receiver
    {
        let count = board.tasks.open_of(directive, unit);
        if count > 0 {
            return Err(Refusal::TasksOpen { unit, count });
        }
    }
    Ok(())
}

fn report(
    board: &Board,
    (directive, found): (DirectiveId, &Directive),
    receiver: Receiver,
    (actor, how): (Actor, How),
    words: TextId,
    at: At,
) -> Decision {
    let has = reached(board, (directive, found), receiver)?;
    if found.kind == Kind::Briefing {
        return Err(Refusal::OnlyToRead { step: Step::Accepted }.into());
    }
    if has[Step::Done as usize] {
        return Err(Refusal::StepAlready { step: Step::Done }.into());
    }
    if let Some(open) = found.difficulties.get(&receiver).filter(|difficulty| difficulty.is_open()) {
        return Err(Refusal::DifficultyOpen { since: open.at }.into());
    }
    let mut events = Vec::new();
    // Who reports a difficulty has read it; that is said, not implied.
    if !has[Step::Acknowledged as usize] {
        events.push(crate::Event::Directive(acknowledged(directive, receiver, actor, how, at)));
    }
    let reported = Event::DifficultyReported { directive, receiver, at, by: actor, words };
    events.push(crate::Event::Directive(reported));
    Ok(events)
}

fn check_changes(
    directive: DirectiveId,
    found: &Directive,
    changes: &[(u16, Option<crate::Wording>)],
    added: usize,
) -> Result<(), Refusal> {
    if changes.is_empty() && added == 0 {
        return Err(Refusal::NothingChanged { directive });
    }
    let mut seen = BTreeSet::new();
    for (number, words) in changes {
        let clause = found.clause(*number).filter(|clause| clause.struck.is_none() && seen.insert(*number));
        let clause = clause.ok_or(Refusal::NoSuchClause { number: *number })?;
        if clause.by != found.unit {
            return Err(Refusal::OthersClause { number: *number, by: clause.by });
        }
        if words.as_ref().is_some_and(crate::Wording::is_empty) {
            return Err(Refusal::Clauses { count: found.clauses.len(), most: MOST_CLAUSES });
        }
    }
    let struck = changes.iter().filter(|(_, words)| words.is_none()).count();
    let standing = found.clauses.iter().filter(|clause| clause.by == found.unit && clause.struck.is_none()).count();
    let left = standing + added - struck;
    let count = found.clauses.len() + added;
    if left == 0 || count > MOST_CLAUSES {
        return Err(Refusal::Clauses { count: left, most: MOST_CLAUSES });
    }
    Ok(())
}
