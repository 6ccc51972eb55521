//! What directives, tasks and call-outs touch.

use board::directive::{self, Receiver};
use board::{Board, Subject, attachment, call_out, task};

use super::Topic;

pub(super) fn directive(event: &directive::Event, topics: &mut Vec<Topic>) {
    topics.extend([Topic::Directive(event.directive()), Topic::Directives]);
    match event {
        directive::Event::Issued { issue, .. } | directive::Event::Relayed { issue, .. } => {
            topics.extend(issue.people.iter().flat_map(|(_, people)| people).map(|person| Topic::Person(*person)));
        }
        directive::Event::Arrived { people, .. } => {
            topics.extend(people.iter().flat_map(|(_, people)| people).map(|person| Topic::Person(*person)));
        }
        directive::Event::Released { people, .. } | directive::Event::Recalled { people, .. } => {
            topics.extend(people.iter().map(|person| Topic::Person(*person)));
        }
        directive::Event::Received { receiver: Receiver::Person(person), .. }
        | directive::Event::DifficultyReported { receiver: Receiver::Person(person), .. }
        | directive::Event::Ruled { receiver: Receiver::Person(person), .. } => topics.push(Topic::Person(*person)),
        _ => {}
    }
}

pub(super) fn task(event: &task::Event, topics: &mut Vec<Topic>) {
    topics.extend([Topic::Task(event.task), Topic::Tasks, Topic::Person(event.owner)]);
    topics.extend(event.source.map(|source| Topic::Directive(source.directive)));
}

pub(super) fn call_out(board: &Board, event: &call_out::Event, topics: &mut Vec<Topic>) {
    topics.extend([Topic::CallOut(event.call_out()), Topic::CallOuts]);
    match event {
        call_out::Event::Opened { operation, people, .. } => {
            topics.push(Topic::Operation(*operation));
            let called = people.iter().flat_map(|(_, standby, reserve)| standby.iter().chain(reserve));
            topics.extend(called.map(|person| Topic::Person(*person)));
        }
        call_out::Event::Answered { person, .. } => topics.push(Topic::Person(*person)),
        call_out::Event::Closed { call_out, .. } => {
            let found = board.call_outs.get(*call_out);
            topics.extend(found.into_iter().flat_map(|found| found.people.keys()).map(|person| Topic::Person(*person)));
        }
        call_out::Event::Unanswered { .. } => {}
    }
}

pub(super) fn attachment(board: &Board, event: &attachment::Event, topics: &mut Vec<Topic>) {
    let subject = match event {
        attachment::Event::Attached { row, .. } => row.subject,
        attachment::Event::Erased { subject, .. } => *subject,
    };
    match subject {
        Subject::Alarm(_) => topics.push(Topic::Alarms),
        Subject::Directive(id) => topics.push(Topic::Directive(id)),
        // The trace of its directive shows it too.
        Subject::Task(id) => {
            topics.push(Topic::Task(id));
            let source = board.tasks.get(id).and_then(|found| found.source);
            topics.extend(source.map(|source| Topic::Directive(source.directive)));
        }
        _ => {}
    }
}
