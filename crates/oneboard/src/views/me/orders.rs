//! What orders ask of one person: receipts, names, rulings, tasks, results, extensions, and whether they come.

use board::call_out::Standing;
use board::directive::{self, Directive, Receiver, Step, Waiting};
use board::task::{self, State, Task};
use board::{Actor, At, DirectiveId, PersonId, TaskId};

use super::{Need, Tap};
use crate::views::{Sheet, call_out, directive as order, task as duty};

/// Everything of orders, by the group in which it stands.
#[derive(Default)]
pub struct Asked {
    /// A receipt of one's own, or of a unit one speaks for: to have read it, to take it up.
    pub receipts: Vec<Need>,
    /// One's name under a mass directive, or after the glass was broken.
    pub signatures: Vec<Need>,
    /// Difficulties that were reported to one.
    pub rulings: Vec<Need>,
    /// To be passed on to those below.
    pub relays: Vec<Need>,
    pub tasks: Vec<Need>,
    /// Results to agree to or send back.
    pub results: Vec<Need>,
    pub extensions: Vec<Need>,
    pub call_outs: Vec<Need>,
    /// Taken up and not said to be done.
    pub doing: Vec<Need>,
}

pub fn asked(sheet: &Sheet<'_>, person: PersonId) -> Asked {
    let mut asked = Asked::default();
    for waiting in directive::waiting_for(sheet.board(), person, sheet.now) {
        if let Some(found) = sheet.board().directives.get(waiting.directive()) {
            of_directive(sheet, person, waiting, found, &mut asked);
        }
    }
    for waiting in task::waiting_for(sheet.board(), person, sheet.now) {
        of_task(sheet, person, waiting, &mut asked);
    }
    for (id, found, called) in board::call_out::waiting_for(sheet.board(), person) {
        let comes = matches!(called.standing, Standing::Coming { .. });
        let word = if comes { "arrived" } else { "coming" };
        let label = sheet.t(if comes { "call-out-i-am-there" } else { "call-out-i-come" }).into_owned();
        asked.call_outs.push(Need {
            tap: Some(Tap::new("/mine/call-out", label, &[("call_out", id.to_string()), ("word", word.to_owned())])),
            ..Need::by(
                sheet,
                id.to_string(),
                sheet.say("call-out-you", &[("unit", sheet.unit(found.unit).into())]),
                found.answer_by,
                if comes { call_out::address(id) } else { "/mine".to_owned() },
            )
        });
    }
    asked
}

fn titled(sheet: &Sheet<'_>, found: &Directive, receiver: Receiver, own: PersonId) -> String {
    let title = sheet.wording(&found.title);
    match receiver {
        Receiver::Person(person) if person == own => title,
        receiver => sheet.say("me-for", &[("what", title.into()), ("who", order::who(sheet, receiver).into())]),
    }
}

fn of_directive(sheet: &Sheet<'_>, own: PersonId, waiting: Waiting, found: &Directive, asked: &mut Asked) {
    let title = || sheet.wording(&found.title);
    match waiting {
        Waiting::Receipt { directive: id, receiver, next: Step::Done, .. } => {
            let what = titled(sheet, found, receiver, own);
            let since = found.issued.unwrap_or(sheet.now);
            asked.doing.push(Need::since(format!("{id}-{receiver}"), what, since, order::address(id)));
        }
        Waiting::Receipt { directive: id, receiver, next, deadline } => {
            let what = titled(sheet, found, receiver, own);
            asked.receipts.push(Need {
                tap: Some(receipt(sheet, id, receiver, next)),
                ..Need::by(sheet, format!("{id}-{receiver}"), what, deadline, order::address(id))
            });
        }
        Waiting::Signature { directive: id } => {
            let since = found.issued.unwrap_or(found.written.1);
            asked.signatures.push(Need::since(id.to_string(), title(), since, order::address(id)));
        }
        Waiting::Ruling { directive: id, receiver, since } => {
            let words = found.difficulties.get(&receiver).map(|one| sheet.words(one.words)).unwrap_or_default();
            let values = [("what", order::who(sheet, receiver).into()), ("words", words.into())];
            let address = format!("{}#difficulty-of-{receiver}", order::address(id));
            asked.rulings.push(Need::since(
                format!("{id}-{receiver}"),
                sheet.say("me-quoted", &values),
                since,
                address,
            ));
        }
        Waiting::Relay { directive: id, unit } => {
            let what = titled(sheet, found, Receiver::Unit(unit), own);
            let since = found.units.get(&unit).map_or(sheet.now, |receipt| receipt.since);
            let address = format!("{}/relay?unit={unit}", order::address(id));
            asked.relays.push(Need::since(format!("{id}-{unit}"), what, since, address));
        }
    }
}

/// To have read it and to take it up are one tap; that it is done wants more than that.
fn receipt(sheet: &Sheet<'_>, id: DirectiveId, receiver: Receiver, next: Step) -> Tap {
    let (key, step) = match next {
        Step::Acknowledged => ("directive-acknowledge", "acknowledged"),
        Step::Accepted | Step::Done => ("directive-accept", "accepted"),
    };
    let fields = [("receiver", receiver.to_string()), ("step", step.to_owned())];
    Tap::new(&format!("{}/receipts", order::address(id)), sheet.t(key).into_owned(), &fields)
}

fn of_task(sheet: &Sheet<'_>, person: PersonId, waiting: task::Waiting, asked: &mut Asked) {
    let find = |id: TaskId| sheet.board().tasks.get(id).map(|task| (id, task));
    match waiting {
        task::Waiting::Duty { task, own, deadline } => {
            let Some((id, found)) = find(task) else { return };
            // What somebody else of the unit has taken up, and has time for, is theirs.
            let is_late = deadline <= sheet.now;
            if !own && !is_late && found.state == State::Accepted {
                return;
            }
            let mut need = Need::by(sheet, id.to_string(), words(sheet, found, person), deadline, duty::address(id));
            if found.state == State::Assigned {
                let path = format!("{}/accept", duty::address(id));
                need.tap = Some(Tap::new(&path, sheet.t("task-accept").into_owned(), &[]));
            }
            if let Some((why, _)) = found.rework.filter(|_| found.state == State::Returned) {
                let values = [("what", need.what.into()), ("words", sheet.words(why).into())];
                need.what = sheet.say("me-returned", &values);
            }
            asked.tasks.push(need);
        }
        task::Waiting::Agreement { task, since } => since_of(sheet, find(task), person, since, &mut asked.results),
        task::Waiting::Extension { task, since } => {
            let Some((id, found)) = find(task) else { return };
            let until = found.extension.map_or(since, |asked| asked.until);
            let values = [("what", words(sheet, found, person).into()), ("time", sheet.time(until).into())];
            let what = sheet.say("me-extension", &values);
            asked.extensions.push(Need::since(id.to_string(), what, since, duty::address(id)));
        }
        task::Waiting::Ruling { task, since } => {
            let Some((id, found)) = find(task) else { return };
            let said = found.open_difficulty().map(|open| sheet.words(open.words)).unwrap_or_default();
            let values = [("what", words(sheet, found, person).into()), ("words", said.into())];
            asked.rulings.push(Need::since(id.to_string(), sheet.say("me-quoted", &values), since, duty::address(id)));
        }
    }
}

fn since_of(sheet: &Sheet<'_>, found: Option<(TaskId, &Task)>, person: PersonId, since: At, needs: &mut Vec<Need>) {
    let Some((id, found)) = found else { return };
    needs.push(Need::since(id.to_string(), words(sheet, found, person), since, duty::address(id)));
}

/// What is to be done, and by whom where it is not oneself.
fn words(sheet: &Sheet<'_>, found: &Task, person: PersonId) -> String {
    let what = sheet.wording(&found.words);
    if found.owner == person || sheet.actor != Actor::Person(person) {
        return what;
    }
    let who = format!("{} {}", sheet.unit(found.lead), sheet.name(found.owner));
    sheet.say("me-for", &[("what", what.into()), ("who", who.into())])
}
