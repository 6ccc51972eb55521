//! The machine itself: the board, and the three functions through which everything goes.

use imbl::OrdMap;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::access::{self, Access, Action, Denial, Place, Verdict, permits};
use crate::alarm::{self, Alarms};
use crate::attachment::{self, Attachments};
use crate::call_out::{self, CallOuts};
use crate::checkin::MOST_TIMERS;
use crate::directive::{self, Directives};
use crate::force::{self, Force};
use crate::measure::{self, Measures};
use crate::notice::{self, Notices};
use crate::operation::{self, Operation};
use crate::section::{self, Sections};
use crate::task::{self, Tasks};
use crate::warning::{self, Warnings};
use crate::watch::{self, Watch};
use crate::{Actor, At, Command, Context, Event, OperationId, Refusal, UnitId, checkin, import, post, roster};

/// Everything that decisions need. Cloning is cheap: clones share what has not changed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Board {
    pub force: Force,
    pub access: Access,
    operations: OrdMap<OperationId, Operation>,
    closed: OrdMap<OperationId, operation::Closed>,
    watches: OrdMap<UnitId, Watch>,
    #[serde(default)]
    pub alarms: Alarms,
    #[serde(default)]
    pub directives: Directives,
    #[serde(default)]
    pub tasks: Tasks,
    #[serde(default)]
    pub call_outs: CallOuts,
    #[serde(default)]
    pub attachments: Attachments,
    #[serde(default)]
    pub notices: Notices,
    #[serde(default)]
    pub sections: Sections,
    #[serde(default)]
    pub warnings: Warnings,
    #[serde(default)]
    pub measures: Measures,
}

impl Board {
    pub fn operation(&self, id: OperationId) -> Option<&Operation> {
        self.operations.get(&id)
    }
    pub fn known_operation(&self, id: OperationId) -> Result<&Operation, operation::Refusal> {
        self.operations.get(&id).ok_or(operation::Refusal::NoSuchOperation { operation: id })
    }
    /// The operation, if people can be at its posts.
    pub fn running(&self, id: OperationId) -> Result<&Operation, operation::Refusal> {
        let operation = self.known_operation(id)?;
        if operation.is_running() {
            Ok(operation)
        } else {
            Err(operation::Refusal::NotRunning { operation: id, phase: operation.phase })
        }
    }
    pub fn operations(&self) -> impl Iterator<Item = (OperationId, &Operation)> {
        self.operations.iter().map(|(id, operation)| (*id, operation))
    }
    /// Those that have left the board.
    pub fn closed_operations(&self) -> impl Iterator<Item = (OperationId, &operation::Closed)> {
        self.closed.iter().map(|(id, closed)| (*id, closed))
    }
    pub fn is_closed(&self, id: OperationId) -> bool {
        self.closed.contains_key(&id)
    }
    pub fn watch(&self, unit: UnitId) -> Option<&Watch> {
        self.watches.get(&unit)
    }
    pub fn watches(&self) -> impl Iterator<Item = (UnitId, &Watch)> {
        self.watches.iter().map(|(unit, watch)| (*unit, watch))
    }
    /// When the next timer is due: of a running operation, an alarm, a directive, a task or a call-out.
    pub fn next_timer(&self) -> Option<At> {
        let running = self.operations.values().filter(|found| found.is_running());
        let presence = running.filter_map(|found| found.presence.next_timer());
        let others = [
            self.alarms.next_timer(),
            self.directives.next_timer(),
            self.tasks.next_timer(),
            self.call_outs.next_timer(),
            self.warnings.next_timer(),
            self.measures.next_timer(),
        ];
        presence.chain(others.into_iter().flatten()).min()
    }

    pub(crate) fn operation_mut(&mut self, id: OperationId) -> Option<&mut Operation> {
        self.operations.get_mut(&id)
    }
    pub(crate) fn open(&mut self, id: OperationId, operation: Operation) {
        self.operations.insert(id, operation);
    }
    pub(crate) fn close(&mut self, id: OperationId, at: At) {
        if let Some(gone) = self.operations.remove(&id) {
            let Operation { unit, title, period, drill, .. } = gone;
            self.closed.insert(id, operation::Closed { unit, title, period, drill, at });
            self.directives.forget(id);
            self.tasks.forget(id);
            self.call_outs.forget(id);
            self.sections.forget(id);
        }
    }
}

/// Where a command must be permitted: every place it touches.
pub fn places(board: &Board, actor: Actor, command: &Command) -> SmallVec<[(Action, Place); 2]> {
    let one = |place: (Action, Place)| SmallVec::from_iter([place]);
    match command {
        Command::Access(command) => one(access::place(board, actor, command)),
        Command::Force(command) => force::place(board, command).into(),
        Command::Operation(command) => operation::place(board, command).into(),
        Command::Post(command) => post::place(board, command).into(),
        Command::Roster(command) => roster::place(board, command).into(),
        Command::Checkin(command) => one(checkin::place(board, actor, command)),
        Command::Watch(command) => one(watch::place(command)),
        Command::Alarm(command) => one(alarm::place(board, actor, command)),
        Command::Directive(command) => directive::place(board, actor, command).into(),
        Command::Task(command) => one(task::place(board, actor, command)),
        Command::CallOut(command) => one(call_out::place(board, actor, command)),
        Command::Attachment(command) => one(attachment::place(board, actor, command)),
        Command::Notice(command) => one(notice::place(command)),
        Command::Section(command) => section::place(board, command).into(),
        Command::Warning(command) => one(warning::place(board, command)),
        Command::Measure(command) => measure::place(board, command).into(),
        Command::Import(import) => import::place(board, import).into(),
        Command::PassTime => one((Action::OperateSystem, Place::Force)),
    }
}

/// May this actor give this command now? Every place that the command touches is asked.
///
/// # Errors
/// The first [`Denial`].
pub fn permit(board: &Board, actor: Actor, command: &Command, now: At) -> Result<(), Denial> {
    for (action, place) in places(board, actor, command) {
        if let Verdict::Denied(denial) = permits(board, actor, action, place, now) {
            return Err(denial);
        }
    }
    Ok(())
}

/// What follows from a command on this board, or why nothing does. Rights are not asked here: see [`execute`].
pub fn decide(board: &Board, actor: Actor, command: &Command, context: &Context) -> Result<Vec<Event>, Refusal> {
    let mut events = decide_noun(board, actor, command, context)?;
    // Whoever comes to an audience later is told, and whoever leaves is asked no more, in the same entry.
    let more = directive::follow(board, &events, context);
    events.extend(more.into_iter().map(Event::Directive));
    let alarms = alarm::follow(board, &events, context);
    events.extend(alarms.into_iter().map(Event::Alarm));
    let notices = notice::follow(board, &events, context);
    events.extend(notices.into_iter().map(Event::Notice));
    Ok(events)
}

fn all<E>(events: Vec<E>, wrap: fn(E) -> Event) -> Vec<Event> {
    events.into_iter().map(wrap).collect()
}

fn decide_noun(board: &Board, actor: Actor, command: &Command, context: &Context) -> Result<Vec<Event>, Refusal> {
    Ok(match command {
        Command::Access(command) => all(access::decide(board, actor, command, context)?, Event::Access),
        Command::Force(command) => all(force::decide(board, command, context)?, Event::Force),
        Command::Operation(command) => operation::decide(board, actor, command, context)?,
        Command::Post(command) => all(post::decide(board, command, context)?, Event::Post),
        Command::Roster(command) => all(roster::decide(board, command)?, Event::Roster),
        Command::Checkin(command) => all(checkin::decide(board, actor, command, context)?, Event::Checkin),
        Command::Watch(command) => all(watch::decide(board, actor, command, context)?, Event::Watch),
        Command::Import(import) => import::decide(board, import, context)?,
        Command::Alarm(command) => all(alarm::decide(board, actor, command, context)?, Event::Alarm),
        Command::Directive(command) => directive::decide(board, actor, command, context)?,
        Command::Task(command) => all(task::decide(board, actor, command, context)?, Event::Task),
        Command::CallOut(command) => all(call_out::decide(board, actor, command, context)?, Event::CallOut),
        Command::Attachment(command) => all(attachment::decide(board, actor, command, context)?, Event::Attachment),
        Command::Notice(command) => all(notice::decide(board, command, context)?, Event::Notice),
        Command::Section(command) => all(section::decide(board, actor, command, context)?, Event::Section),
        Command::Warning(command) => warning::decide(board, actor, command, context)?,
        Command::Measure(command) => measure::decide(board, actor, command, context)?,
        Command::PassTime => pass_time(board, context),
    })
}

/// What was due. One noun at a time: what the one did is on the board when the next is asked, by the command after this.
fn pass_time(board: &Board, context: &Context) -> Vec<Event> {
    let nouns: [fn(&Board, &Context) -> Vec<Event>; 7] = [
        |board, context| all(checkin::pass_time(board, context), Event::Checkin),
        |board, context| all(directive::pass_time(board, context, MOST_TIMERS), Event::Directive),
        |board, context| all(task::pass_time(board, context, MOST_TIMERS), Event::Task),
        |board, context| all(call_out::pass_time(board, context, MOST_TIMERS), Event::CallOut),
        |board, context| warning::pass_time(board, context),
        |board, context| all(measure::pass_time(board, context, MOST_TIMERS), Event::Measure),
        |board, context| all(alarm::pass_time(board, context), Event::Alarm),
    ];
    nouns.iter().map(|noun| noun(board, context)).find(|events| !events.is_empty()).unwrap_or_default()
}

/// Makes an event so. An event that names what is no longer there changes nothing.
pub fn apply(board: &mut Board, event: &Event) {
    match event {
        Event::Access(event) => access::apply(&mut board.access, event),
        Event::Force(event) => force::apply(&mut board.force, event),
        Event::Operation(event) => operation::apply(board, event),
        Event::Post(event) => {
            if let Some(operation) = board.operation_mut(event.operation()) {
                post::apply(operation, event);
            }
        }
        Event::Roster(event) => {
            if let Some(operation) = board.operation_mut(event.operation()) {
                roster::apply(operation, event);
            }
        }
        Event::Checkin(event) => {
            if let Some(operation) = board.operation_mut(event.operation()) {
                checkin::apply(operation, event);
            }
        }
        Event::Watch(event) => watch::apply(&mut board.watches, event),
        Event::Alarm(event) => alarm::apply(&mut board.alarms, event),
        Event::Directive(event) => directive::apply(board, event),
        Event::Task(event) => task::apply(&mut board.tasks, event),
        Event::CallOut(event) => call_out::apply(&mut board.call_outs, event),
        Event::Attachment(event) => attachment::apply(&mut board.attachments, event),
        Event::Notice(event) => notice::apply(&mut board.notices, event),
        Event::Section(event) => section::apply(&mut board.sections, event),
        Event::Warning(event) => warning::apply(board, event),
        Event::Measure(event) => measure::apply(board, event),
    }
}

/// Permits, decides and applies: what the writer does with each command, and what tests do.
pub fn execute(board: &mut Board, actor: Actor, command: Command, context: &Context) -> Result<Vec<Event>, Refusal> {
    permit(board, actor, &command, context.now)?;
    let events = decide(board, actor, &command, context)?;
    for event in &events {
        apply(board, event);
    }
    Ok(events)
}
