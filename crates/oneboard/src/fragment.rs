//! Fragments: the parts of pages that change by themselves, named so that the page, the stream and the change agree.
//!
//! A fragment's id is its element's id. Events touch [`Topic`]s, fragments rest on topics; what an event touches is
//! rendered again for whoever looks at it, and nothing else is.
//!
//! ```
//! use oneboard::fragment::{Fragment, Show};
//! let id = "posts-0000000000001-0000000000002-unmanned";
//! let fragment: Fragment = id.parse().unwrap();
//! assert!(matches!(fragment, Fragment::Posts { show: Show::Unmanned, .. }));
//! assert_eq!(fragment.to_string(), id);
//! ```

mod orders;
mod roads;

use std::fmt;
use std::str::FromStr;

use board::{
    AlarmId, Board, CallOutId, DirectiveId, Event, OperationId, PersonId, PostId, SectionId, ShiftId, Subject, TaskId,
    UnitId, WarningId, checkin, force, operation, post, watch,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which posts a list shows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    #[default]
    All,
    /// Whatever somebody must look at: short, unmanned, late, overdue.
    Exceptions,
    Unmanned,
    Short,
    Late,
    Overdue,
    /// Somebody still stands whose relief is late.
    Relief,
}

impl Show {
    pub const ALL: [Self; 7] =
        [Self::All, Self::Exceptions, Self::Unmanned, Self::Short, Self::Late, Self::Overdue, Self::Relief];

    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Exceptions => "exceptions",
            Self::Unmanned => "unmanned",
            Self::Short => "short",
            Self::Late => "late",
            Self::Overdue => "overdue",
            Self::Relief => "relief",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fragment {
    /// The facts in the top line.
    Top(Option<OperationId>),
    Figures(OperationId),
    Units(OperationId),
    Night(OperationId),
    /// The latest lines of a unit's log.
    Log(UnitId),
    Posts {
        operation: OperationId,
        unit: UnitId,
        show: Show,
    },
    Strips {
        operation: OperationId,
        unit: UnitId,
    },
    Post {
        operation: OperationId,
        post: PostId,
    },
    /// Who holds the watch of a unit, and what is open.
    Watch(UnitId),
    /// What an officer who takes the watch of a unit must know.
    Brief(UnitId),
    Operation(OperationId),
    Unit(UnitId),
    Roster {
        operation: OperationId,
        post: PostId,
    },
    /// A unit's roster on one day of the operation, the first being 0.
    RosterDay {
        operation: OperationId,
        unit: UnitId,
        day: u16,
    },
    /// Who stands one shift.
    Shift {
        operation: OperationId,
        shift: ShiftId,
    },
    RollCalls(OperationId),
    /// The directives that a unit or one below it issued or received.
    Directives(UnitId),
    Directive(DirectiveId),
    /// The receipts of a directive: units and states.
    Receipts(DirectiveId),
    /// The receipts of one unit and its people.
    ReceiptsOf {
        directive: DirectiveId,
        unit: UnitId,
    },
    Trace(DirectiveId),
    /// The tasks that a unit or one below it leads.
    Tasks(UnitId),
    Task(TaskId),
    CallOut(CallOutId),
    /// Warnings, decisions and sections of a unit and all below it.
    Roads(UnitId),
    Section(SectionId),
    Warning(WarningId),
    /// The post of one person, now or next.
    Mine(PersonId),
    /// What asks the watch of a unit.
    AlarmStrip(UnitId),
    /// The alarms of a unit and all below it.
    Alarms(UnitId),
    Alarm(AlarmId),
    /// What waits for one person's word.
    NeedsMe(PersonId),
    /// Every notice that went out lately; or those of which a delivery failed.
    Notices {
        failed: bool,
    },
}

/// What an event is about, as far as screens care.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Topic {
    Force,
    Unit(UnitId),
    Person(PersonId),
    Operation(OperationId),
    /// Anybody's presence in an operation.
    Presence(OperationId),
    Post(PostId),
    Watch(UnitId),
    /// Any watch: the top line names who is on duty.
    Watches,
    /// Any operation's plan, phase or level.
    Operations,
    /// Any alarm.
    Alarms,
    /// Any line of any log: the board counts those that are open.
    Lines,
    Directive(DirectiveId),
    /// Any directive, or any receipt of one: lists and figures count them.
    Directives,
    Task(TaskId),
    /// Any task: lists and figures count them.
    Tasks,
    CallOut(CallOutId),
    /// Any call-out.
    CallOuts,
    /// Anything about any road.
    Roads,
    Section(SectionId),
    Warning(WarningId),
    /// Any warning: the top line names those in force.
    Warnings,
    /// Any notice, or what became of one.
    Notices,
}

impl Fragment {
    /// What this fragment rests on.
    pub fn topics(self) -> Vec<Topic> {
        match self {
            Self::Top(None) => vec![Topic::Watches, Topic::Alarms, Topic::Warnings],
            Self::Top(Some(operation)) => {
                vec![Topic::Watches, Topic::Alarms, Topic::Warnings, Topic::Operation(operation)]
            }
            Self::Figures(operation) | Self::Units(operation) => {
                vec![
                    Topic::Presence(operation),
                    Topic::Operation(operation),
                    Topic::Force,
                    Topic::Lines,
                    Topic::Directives,
                    Topic::Tasks,
                ]
            }
            Self::Night(operation) => {
                vec![
                    Topic::Presence(operation),
                    Topic::Operation(operation),
                    Topic::Force,
                    Topic::Watches,
                    Topic::Lines,
                ]
            }
            Self::Log(unit) | Self::Watch(unit) | Self::Brief(unit) => vec![Topic::Watch(unit)],
            Self::Posts { operation, .. } | Self::Strips { operation, .. } => {
                vec![Topic::Presence(operation), Topic::Operation(operation)]
            }
            Self::Post { operation, post } | Self::Roster { operation, post } => {
                vec![Topic::Post(post), Topic::Operation(operation)]
            }
            Self::Operation(operation) => vec![Topic::Operation(operation)],
            Self::RosterDay { operation, .. } => vec![Topic::Presence(operation), Topic::Operation(operation)],
            Self::RollCalls(operation) | Self::Shift { operation, .. } => vec![Topic::Presence(operation)],
            Self::Unit(unit) => vec![Topic::Unit(unit)],
            Self::Directives(_) => vec![Topic::Directives],
            Self::Directive(id) | Self::Receipts(id) | Self::ReceiptsOf { directive: id, .. } | Self::Trace(id) => {
                vec![Topic::Directive(id)]
            }
            Self::Tasks(_) => vec![Topic::Tasks],
            Self::Task(id) => vec![Topic::Task(id)],
            Self::CallOut(id) => vec![Topic::CallOut(id)],
            Self::Roads(_) => vec![Topic::Roads],
            Self::Section(id) => vec![Topic::Section(id)],
            Self::Warning(id) => vec![Topic::Warning(id)],
            Self::Mine(person) => vec![Topic::Person(person)],
            Self::AlarmStrip(_) | Self::Alarms(_) => vec![Topic::Alarms, Topic::Watches],
            Self::Alarm(_) => vec![Topic::Alarms],
            Self::Notices { .. } => vec![Topic::Notices],
            Self::NeedsMe(person) => {
                vec![
                    Topic::Person(person),
                    Topic::Alarms,
                    Topic::Watches,
                    Topic::Lines,
                    Topic::Operations,
                    Topic::Directives,
                    Topic::Tasks,
                    Topic::Roads,
                ]
            }
        }
    }

    /// Whether people who share rights share this fragment, or it is one person's own.
    pub const fn is_personal(self) -> bool {
        matches!(
            self,
            Self::Mine(_)
                | Self::Post { .. }
                | Self::Roster { .. }
                | Self::Shift { .. }
                | Self::Operation(_)
                | Self::Watch(_)
                | Self::Brief(_)
                | Self::Directives(_)
                | Self::Directive(_)
                | Self::ReceiptsOf { .. }
                | Self::Tasks(_)
                | Self::Task(_)
                | Self::CallOut(_)
                | Self::Roads(_)
                | Self::Section(_)
                | Self::Warning(_)
                | Self::AlarmStrip(_)
                | Self::Alarms(_)
                | Self::Alarm(_)
                | Self::NeedsMe(_)
        )
    }
}

/// The topics that an event touches, on the board after it.
pub fn topics_of(board: &Board, event: &Event) -> Vec<Topic> {
    let mut topics = Vec::with_capacity(8);
    match event {
        Event::Access(board::access::Event::Granted { person, .. } | board::access::Event::Revoked { person, .. }) => {
            topics.push(Topic::Person(*person));
        }
        Event::Access(board::access::Event::Noted { .. }) => {}
        Event::Force(force::Event::UnitKept(row)) => topics.extend([Topic::Force, Topic::Unit(row.id)]),
        Event::Force(force::Event::PersonKept(row)) => topics.extend([Topic::Unit(row.unit), Topic::Person(row.id)]),
        Event::Force(force::Event::PersonLeft { person, .. } | force::Event::PersonErased { person, .. }) => {
            topics.push(Topic::Person(*person));
            topics.extend(board.force.person(*person).map(|found| Topic::Unit(found.unit)));
        }
        Event::Operation(event) => {
            topics.extend([Topic::Operation(event.operation()), Topic::Operations]);
            if let operation::Event::PhaseSet { .. } | operation::Event::LevelSet { .. } = event {
                topics.push(Topic::Watches);
            }
        }
        Event::Post(event) => {
            let post = match event {
                post::Event::Kept { post, .. } => post.id,
                post::Event::Reopened { post, .. } => *post,
            };
            topics.extend([Topic::Presence(event.operation()), Topic::Post(post)]);
        }
        Event::Roster(event) => {
            topics.push(Topic::Presence(event.operation()));
            topics.extend(event.post().map(Topic::Post));
            let mut subjects = Vec::new();
            event.subjects(&mut subjects);
            for subject in subjects {
                match subject {
                    Subject::Person(person) => topics.push(Topic::Person(person)),
                    Subject::Shift(shift) => {
                        let shift = board.operation(event.operation()).and_then(|found| found.roster.shift(shift));
                        topics.extend(shift.map(|shift| Topic::Post(shift.post)));
                    }
                    _ => {}
                }
            }
        }
        Event::Checkin(event) => {
            topics.push(Topic::Presence(event.operation()));
            if let Some(post) = event.post() {
                topics.push(Topic::Post(post));
                topics.extend(people_at(board, event.operation(), post).map(Topic::Person));
            }
            if let checkin::Event::CheckedIn { person, .. }
            | checkin::Event::Relieved { person, .. }
            | checkin::Event::Left { person, .. }
            | checkin::Event::Excused { person, .. } = event
            {
                topics.push(Topic::Person(*person));
            }
        }
        Event::Notice(event) => {
            topics.extend((!matches!(event, board::notice::Event::Kept { .. })).then_some(Topic::Notices));
        }
        // What hangs on a thing is shown with it.
        Event::Attachment(event) => orders::attachment(board, event, &mut topics),
        Event::Alarm(event) => {
            topics.extend((!matches!(event, board::alarm::Event::Noted { .. })).then_some(Topic::Alarms))
        }
        Event::Directive(event) => orders::directive(event, &mut topics),
        Event::Task(event) => orders::task(event, &mut topics),
        Event::CallOut(event) => orders::call_out(board, event, &mut topics),
        Event::Section(event) => roads::section(board, event, &mut topics),
        Event::Warning(event) => roads::warning(board, event, &mut topics),
        Event::Measure(event) => roads::measure(board, event, &mut topics),
        Event::Watch(event) => {
            topics.push(Topic::Watch(event.unit()));
            if matches!(event, watch::Event::Taken { .. } | watch::Event::HandoverSigned { .. }) {
                topics.push(Topic::Watches);
            } else {
                topics.push(Topic::Lines);
            }
        }
    }
    topics.sort_unstable();
    topics.dedup();
    topics
}

/// Those whose own page shows this post: the shift that is on, and whoever is still there.
fn people_at(board: &Board, operation: OperationId, post: PostId) -> impl Iterator<Item = PersonId> {
    board.operation(operation).into_iter().flat_map(move |operation| {
        let duty = operation.presence.duty(post);
        let shift = duty.shift.and_then(|shift| operation.roster.shift(shift));
        let assigned = shift.into_iter().flat_map(|shift| shift.assigned.iter().copied());
        let here = duty.here.clone();
        assigned
            .chain(here)
            .filter_map(|id| operation.roster.assignment(id).map(|found| found.person))
            .collect::<Vec<_>>()
    })
}

impl fmt::Display for Fragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Top(None) => f.write_str("top"),
            Self::Top(Some(operation)) => write!(f, "top-{operation}"),
            Self::Figures(operation) => write!(f, "figures-{operation}"),
            Self::Units(operation) => write!(f, "units-{operation}"),
            Self::Night(operation) => write!(f, "night-{operation}"),
            Self::Log(unit) => write!(f, "log-{unit}"),
            Self::Posts { operation, unit, show } => write!(f, "posts-{operation}-{unit}-{}", show.word()),
            Self::Strips { operation, unit } => write!(f, "strips-{operation}-{unit}"),
            Self::Post { operation, post } => write!(f, "post-{operation}-{post}"),
            Self::Watch(unit) => write!(f, "watch-{unit}"),
            Self::Brief(unit) => write!(f, "brief-{unit}"),
            Self::Operation(operation) => write!(f, "operation-{operation}"),
            Self::Unit(unit) => write!(f, "unit-{unit}"),
            Self::Roster { operation, post } => write!(f, "roster-{operation}-{post}"),
            Self::RosterDay { operation, unit, day } => write!(f, "rosterday-{operation}-{unit}-{day}"),
            Self::Shift { operation, shift } => write!(f, "shift-{operation}-{shift}"),
            Self::RollCalls(operation) => write!(f, "rollcalls-{operation}"),
            Self::Directives(unit) => write!(f, "directives-{unit}"),
            Self::Directive(id) => write!(f, "directive-{id}"),
            Self::Receipts(id) => write!(f, "receipts-{id}"),
            Self::ReceiptsOf { directive, unit } => write!(f, "receiptsof-{directive}-{unit}"),
            Self::Trace(id) => write!(f, "trace-{id}"),
            Self::Tasks(unit) => write!(f, "tasks-{unit}"),
            Self::Task(id) => write!(f, "task-{id}"),
            Self::CallOut(id) => write!(f, "callout-{id}"),
            Self::Roads(unit) => write!(f, "roads-{unit}"),
            Self::Section(id) => write!(f, "onesection-{id}"),
            Self::Warning(id) => write!(f, "onewarning-{id}"),
            Self::Mine(person) => write!(f, "mine-{person}"),
            Self::AlarmStrip(unit) => write!(f, "alarmstrip-{unit}"),
            Self::Alarms(unit) => write!(f, "alarms-{unit}"),
            Self::Alarm(alarm) => write!(f, "onealarm-{alarm}"),
            Self::NeedsMe(person) => write!(f, "needs-{person}"),
            Self::Notices { failed } => f.write_str(if *failed { "notices-failed" } else { "notices" }),
        }
    }
}

/// The id is not that of a fragment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a fragment: take the ids from the page's data-fragment elements")]
pub struct NotAFragment(String);

impl FromStr for Fragment {
    type Err = NotAFragment;

    fn from_str(text: &str) -> Result<Self, NotAFragment> {
        let wrong = || NotAFragment(text.chars().take(64).collect());
        fn id<T>(part: Option<&&str>) -> Option<board::Id<T>> {
            part?.parse().ok()
        }
        let parts: Vec<&str> = text.split('-').collect();
        let (one, two) = (parts.get(1), parts.get(2));
        let read = || -> Option<Self> {
            Some(match parts[0] {
                "top" if parts.len() == 1 => Self::Top(None),
                "top" => Self::Top(Some(id(one)?)),
                "figures" => Self::Figures(id(one)?),
                "units" => Self::Units(id(one)?),
                "night" => Self::Night(id(one)?),
                "log" => Self::Log(id(one)?),
                "posts" => {
                    let show = Show::ALL.into_iter().find(|show| Some(&show.word()) == parts.get(3))?;
                    Self::Posts { operation: id(one)?, unit: id(two)?, show }
                }
                "strips" => Self::Strips { operation: id(one)?, unit: id(two)? },
                "post" => Self::Post { operation: id(one)?, post: id(two)? },
                "watch" => Self::Watch(id(one)?),
                "brief" => Self::Brief(id(one)?),
                "operation" => Self::Operation(id(one)?),
                "unit" => Self::Unit(id(one)?),
                "roster" => Self::Roster { operation: id(one)?, post: id(two)? },
                "rosterday" => {
                    Self::RosterDay { operation: id(one)?, unit: id(two)?, day: parts.get(3)?.parse().ok()? }
                }
                "shift" => Self::Shift { operation: id(one)?, shift: id(two)? },
                "rollcalls" => Self::RollCalls(id(one)?),
                "directives" => Self::Directives(id(one)?),
                "directive" => Self::Directive(id(one)?),
                "receipts" => Self::Receipts(id(one)?),
                "receiptsof" => Self::ReceiptsOf { directive: id(one)?, unit: id(two)? },
                "trace" => Self::Trace(id(one)?),
                "tasks" => Self::Tasks(id(one)?),
                "task" => Self::Task(id(one)?),
                "callout" => Self::CallOut(id(one)?),
                "roads" => Self::Roads(id(one)?),
                "onesection" => Self::Section(id(one)?),
                "onewarning" => Self::Warning(id(one)?),
                "mine" => Self::Mine(id(one)?),
                "alarmstrip" => Self::AlarmStrip(id(one)?),
                "alarms" => Self::Alarms(id(one)?),
                "onealarm" => Self::Alarm(id(one)?),
                "needs" => Self::NeedsMe(id(one)?),
                "notices" => Self::Notices { failed: one.is_some() },
                _ => return None,
            })
        };
        let fragment = read().ok_or_else(wrong)?;
        // Exactly the id that would be written, nothing beside it.
        if fragment.to_string() == text { Ok(fragment) } else { Err(wrong()) }
    }
}
