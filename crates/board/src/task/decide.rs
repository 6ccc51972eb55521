//! Decisions on tasks: to whom one may be given, what its owner may say, and what the assigning unit answers.

use super::{Command, Event, Happening, MOST_OF_CLAUSE, MOST_SUPPORTING, Refusal, State, Task, TaskRow, Wanted};
use crate::access::{Action, Place};
use crate::directive::{self, Directive, MOST_ATTACHMENTS, Schedule, Urgency};
use crate::{Actor, At, Board, Context, Subject, TaskId, post};

/// Where a command is judged.
pub(crate) fn place(board: &Board, actor: Actor, command: &Command) -> (Action, Place) {
    if let Command::Assign(row) = command {
        return (Action::AssignTask, Place::Unit(row.unit));
    }
    let Some(task) = board.tasks.get(command.task()) else { return (Action::DoTask, Place::Force) };
    match command {
        Command::Assign(_)
        | Command::AnswerExtension { .. }
        | Command::Return { .. }
        | Command::Close { .. }
        | Command::Withdraw { .. } => (Action::AssignTask, Place::Unit(task.unit)),
        Command::Rule { .. } => (Action::RuleOnDifficulty, Place::Unit(task.unit)),
        Command::Accept { .. }
        | Command::ReportDifficulty { .. }
        | Command::Progress { .. }
        | Command::AskExtension { .. }
        | Command::Report { .. } => done_at(task, actor),
    }
}

/// Where the right to do a task is judged: as its owner, else at the unit that leads it.
pub(crate) fn done_at(task: &Task, actor: Actor) -> (Action, Place) {
    let own = actor == Actor::Person(task.owner);
    (Action::DoTask, if own { Place::Person(task.owner) } else { Place::Unit(task.lead) })
}

pub(crate) fn decide(
    board: &Board,
    actor: Actor,
    command: &Command,
    context: &Context,
) -> Result<Vec<Event>, crate::Refusal> {
    let at = context.now;
    if let Command::Assign(row) = command {
        let what = assign(board, row, at)?;
        let source = source_of(board, row);
        return Ok(vec![Event { task: row.id, lead: row.lead, owner: row.owner, source, at, by: actor, what }]);
    }
    let id = command.task();
    let task = board.tasks.known(id)?;
    if !task.is_open() {
        return Err(Refusal::TaskOver { task: id }.into());
    }
    let what = match command {
        Command::Assign(_) => return Ok(Vec::new()),
        Command::Accept { .. } => {
            check_undisturbed(task)?;
            if task.state != State::Assigned {
                return Err(Refusal::AcceptedAlready { task: id }.into());
            }
            Happening::Accepted
        }
        Command::ReportDifficulty { words, .. } => {
            check_due(id, task)?;
            check_undisturbed(task)?;
            Happening::DifficultyReported { words: *words }
        }
        Command::Rule { ruling, words, .. } => {
            let difficulty = task.difficulty.ok_or(Refusal::NoDifficulty { task: id })?;
            if let Some(ruled) = difficulty.ruled {
                return Err(Refusal::RuledAlready { by: ruled.by, at: ruled.at }.into());
            }
            if *ruling == directive::Ruling::Relieved {
                check_below(board, id)?;
            }
            Happening::Ruled { ruling: *ruling, words: *words }
        }
        Command::Progress { words, .. } => {
            check_accepted(id, task)?;
            check_due(id, task)?;
            Happening::Progressed { words: *words }
        }
        Command::AskExtension { until, words, .. } => {
            check_accepted(id, task)?;
            check_due(id, task)?;
            if let Some(open) = task.extension {
                return Err(Refusal::ExtensionOpen { until: open.until }.into());
            }
            check_until(board, task, *until, at)?;
            Happening::ExtensionAsked { until: *until, words: *words }
        }
        Command::AnswerExtension { grant, words, .. } => {
            let asked = task.extension.ok_or(Refusal::NoExtension { task: id })?;
            if *grant {
                check_until(board, task, asked.until, at)?;
                let schedule = schedule(board, task.source.map(|source| source.directive), at, asked.until);
                Happening::Extended { until: asked.until, schedule, words: *words }
            } else {
                Happening::ExtensionRefused { words: *words }
            }
        }
        Command::Report { evidence, .. } => {
            check_accepted(id, task)?;
            check_due(id, task)?;
            check_undisturbed(task)?;
            let count = evidence.files.len();
            if count > MOST_ATTACHMENTS {
                return Err(directive::Refusal::TooManyFiles { count, most: MOST_ATTACHMENTS }.into());
            }
            let shown = match task.wanted {
                Wanted::Word => true,
                Wanted::Report => evidence.words.is_some(),
                Wanted::File => !evidence.files.is_empty(),
            };
            if !shown {
                return Err(Refusal::EvidenceMissing { wanted: task.wanted }.into());
            }
            board.attachments.check_own(actor, Subject::Task(id), &evidence.files)?;
            check_below(board, id)?;
            Happening::Reported { evidence: evidence.clone() }
        }
        Command::Return { words, .. } => {
            check_reported(id, task)?;
            Happening::Returned { words: *words }
        }
        Command::Close { .. } => {
            check_reported(id, task)?;
            if let Some(outcome) = task.outcome.as_ref().filter(|outcome| outcome.by == actor) {
                return Err(Refusal::OwnResult { by: outcome.by }.into());
            }
            Happening::Closed
        }
        Command::Withdraw { words, .. } => {
            check_below(board, id)?;
            Happening::Withdrawn { words: *words }
        }
    };
    Ok(vec![Event { task: id, lead: task.lead, owner: task.owner, source: task.source, at, by: actor, what }])
}

fn source_of(board: &Board, row: &TaskRow) -> Option<super::Source> {
    row.parent.and_then(|parent| board.tasks.get(parent)).map_or(row.source, |parent| parent.source)
}

fn assign(board: &Board, row: &TaskRow, at: At) -> Result<Happening, crate::Refusal> {
    if board.tasks.get(row.id).is_some() {
        return Err(Refusal::TaskIdTaken { task: row.id }.into());
    }
    if row.words.is_empty() {
        return Err(Refusal::WithoutWords { task: row.id }.into());
    }
    let count = row.supporting.len();
    if count > MOST_SUPPORTING {
        return Err(Refusal::TooManySupporting { count, most: MOST_SUPPORTING }.into());
    }
    for unit in [row.unit, row.lead].iter().chain(&row.supporting) {
        board.force.known_unit(*unit)?;
    }
    if let Some(unit) =
        std::iter::once(&row.lead).chain(&row.supporting).find(|unit| !board.force.is_within(**unit, row.unit))
    {
        return Err(Refusal::LeadOutside { lead: *unit, above: row.unit }.into());
    }
    let owner = board.force.known_person(row.owner)?;
    if !board.force.is_within(owner.unit, row.lead) {
        return Err(Refusal::OwnerOutside { person: row.owner, lead: row.lead }.into());
    }
    let earliest = row.from.map_or(at, |from| from.max(at));
    if row.deadline <= earliest {
        return Err(Refusal::DeadlineTooEarly { deadline: row.deadline, earliest }.into());
    }
    let source = source_of(board, row);
    if let Some(parent) = row.parent {
        let above = board.tasks.known(parent)?;
        if !above.is_open() {
            return Err(Refusal::TaskOver { task: parent }.into());
        }
        if above.lead != row.unit {
            return Err(Refusal::NotTheLead { parent, lead: above.lead, unit: row.unit }.into());
        }
        check_accepted(parent, above)?;
        check_due(parent, above)?;
        if row.deadline > above.deadline {
            return Err(Refusal::DeadlineAfterParents { deadline: row.deadline, latest: above.deadline }.into());
        }
    }
    let mut operation = row.parent.and_then(|parent| board.tasks.get(parent)).and_then(|parent| parent.operation);
    if let Some(source) = source {
        let found = board.directives.issued(source.directive)?;
        check_source(board, row, found, source)?;
        operation = found.operation;
    }
    if let Some(post) = row.post {
        let mut operations = board.operations();
        if !operations.any(|(_, found)| found.posts.get(post).is_some()) {
            return Err(post::Refusal::NoSuchPost { post }.into());
        }
    }
    let schedule = schedule(board, source.map(|source| source.directive), at, row.deadline);
    Ok(Happening::Assigned { row: Box::new(row.clone()), operation, schedule })
}

fn check_source(board: &Board, row: &TaskRow, found: &Directive, source: super::Source) -> Result<(), crate::Refusal> {
    let clause = found.clause(source.clause).filter(|clause| clause.struck.is_none());
    clause.ok_or(directive::Refusal::NoSuchClause { number: source.clause })?;
    if found.kind == directive::Kind::Briefing {
        return Err(directive::Refusal::OnlyToRead { step: directive::Step::Done }.into());
    }
    let received = found.unit == row.unit || found.units.get(&row.unit).is_some_and(|receipt| !receipt.released);
    if !received && row.parent.is_none() {
        return Err(Refusal::AssignerDidNotReceive { unit: row.unit }.into());
    }
    if board.tasks.of_clause(source.directive, source.clause).count() >= MOST_OF_CLAUSE {
        return Err(Refusal::TooManyTasks { clause: source.clause, most: MOST_OF_CLAUSE }.into());
    }
    Ok(())
}

/// The ladder of its directive, or that of routine.
fn schedule(board: &Board, directive: Option<crate::DirectiveId>, since: At, deadline: At) -> Schedule {
    match directive.and_then(|id| board.directives.get(id)) {
        Some(found) => Schedule::new(found.urgency, found.ladder, found.quiet, since, deadline),
        None => Schedule::new(Urgency::Routine, Urgency::Routine.ladder(), None, since, deadline),
    }
}

fn check_undisturbed(task: &Task) -> Result<(), Refusal> {
    match task.open_difficulty() {
        Some(open) => Err(Refusal::DifficultyOpen { since: open.at }),
        None => Ok(()),
    }
}

fn check_accepted(id: TaskId, task: &Task) -> Result<(), Refusal> {
    if task.state == State::Assigned { Err(Refusal::NotAccepted { task: id }) } else { Ok(()) }
}

fn check_due(id: TaskId, task: &Task) -> Result<(), Refusal> {
    if task.is_due() { Ok(()) } else { Err(Refusal::ReportedAlready { task: id }) }
}

fn check_reported(id: TaskId, task: &Task) -> Result<(), Refusal> {
    if task.state == State::Reported { Ok(()) } else { Err(Refusal::NothingReported { task: id }) }
}

/// A result stands on the results below it.
fn check_below(board: &Board, id: TaskId) -> Result<(), Refusal> {
    let count = board.tasks.below(id).filter(|(_, below)| below.is_open()).count() as u32;
    if count > 0 { Err(Refusal::OpenBelow { count }) } else { Ok(()) }
}

fn check_until(board: &Board, task: &Task, until: At, now: At) -> Result<(), Refusal> {
    let earliest = task.deadline.max(now);
    if until <= earliest {
        return Err(Refusal::DeadlineTooEarly { deadline: until, earliest });
    }
    if let Some(parent) = task.parent.and_then(|parent| board.tasks.get(parent))
        && until > parent.deadline
    {
        return Err(Refusal::DeadlineAfterParents { deadline: until, latest: parent.deadline });
    }
    Ok(())
}
