//! Events: what happened. They are what the journal keeps, so their shape changes only with an upcast.

use serde::{Deserialize, Serialize};

use crate::{
    Subject, access, alarm, attachment, call_out, checkin, directive, force, measure, notice, operation, post, roster,
    section, task, warning, watch,
};

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Access(access::Event),
    Force(force::Event),
    Operation(operation::Event),
    Post(post::Event),
    Roster(roster::Event),
    Checkin(checkin::Event),
    Watch(watch::Event),
    Alarm(alarm::Event),
    Directive(directive::Event),
    Task(task::Event),
    CallOut(call_out::Event),
    Attachment(attachment::Event),
    Notice(notice::Event),
    Section(section::Event),
    Warning(warning::Event),
    Measure(measure::Event),
}

impl Event {
    /// What this is a record of.
    pub fn subjects(&self, into: &mut Vec<Subject>) {
        match self {
            Self::Access(access::Event::Granted { person, .. } | access::Event::Revoked { person, .. }) => {
                into.extend([Subject::Access(*person), Subject::Audit]);
            }
            Self::Access(access::Event::Noted { .. }) => into.push(Subject::Audit),
            Self::Force(event) => event.subjects(into),
            Self::Operation(event) => into.push(Subject::Operation(event.operation())),
            Self::Post(event) => event.subjects(into),
            Self::Roster(event) => event.subjects(into),
            Self::Checkin(event) => event.subjects(into),
            Self::Watch(event) => into.push(Subject::Watch(event.unit())),
            Self::Alarm(event) => event.subjects(into),
            Self::Directive(event) => event.subjects(into),
            Self::Task(event) => event.subjects(into),
            Self::CallOut(event) => event.subjects(into),
            Self::Attachment(event) => event.subjects(into),
            Self::Notice(event) => event.subjects(into),
            Self::Section(event) => event.subjects(into),
            Self::Warning(event) => event.subjects(into),
            Self::Measure(event) => event.subjects(into),
        }
    }
}
