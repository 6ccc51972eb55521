//! Commands: what somebody wants. One variant per noun; the noun's module says what it can be asked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    At, CommandId, Id, Import, PersonId, access, alarm, attachment, call_out, checkin, directive, force, measure,
    notice, operation, post, roster, section, task, warning, watch,
};

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    Person(PersonId),
    /// The server's own timers.
    Clock,
    /// Whoever holds the machine's command line: set-up, import, the demonstration's seed.
    Operator,
}

impl Actor {
    pub const fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(person),
            Self::Clock | Self::Operator => None,
        }
    }
}

/// What a decision may know besides the board.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Context {
    pub now: At,
    pub command: CommandId,
}

impl Context {
    pub fn mint<T>(&self, counter: u32) -> Id<T> {
        Id::mint(self.command, counter)
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    Access(access::Command),
    Force(force::Command),
    Operation(operation::Command),
    Post(post::Command),
    Roster(roster::Command),
    Checkin(checkin::Command),
    Watch(watch::Command),
    Alarm(alarm::Command),
    Directive(directive::Command),
    Task(task::Command),
    CallOut(call_out::Command),
    Attachment(attachment::Command),
    Notice(notice::Command),
    Section(section::Command),
    Warning(warning::Command),
    Measure(measure::Command),
    /// What a workbook brings, all or none.
    Import(Box<Import>),
    /// Time has passed: do what was due.
    PassTime,
}
