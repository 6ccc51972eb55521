//! Alarms in words: the strip of whoever keeps a watch, the list of a unit, one alarm, and what the records say.
//!
//! The strip stands on every page of whoever keeps a watch; it is what sounds. It shows what asks that watch, unowned first,
//! and is empty on a calm night.

mod list;
mod one;
mod told;

use board::access::Action;
use board::alarm::{Alarm, Cause, Kind, Priority};
use board::{AlarmId, OperationId, Subject, UnitId};
use maud::{Markup, html};

use super::{Sheet, people, state, watch};
use crate::fragment::Fragment;

pub use list::{AlarmsModel, list, model};
pub use one::{AlarmModel, alarm_model, one};
pub use told::{texts_of, told};

/// More would push the page away; the others are one click further, and counted.
const MOST_ON_STRIP: usize = 3;

pub fn address(alarm: AlarmId) -> String {
    format!("/alarms/{alarm}")
}

pub fn list_address(unit: UnitId) -> String {
    format!("/units/{unit}/alarms")
}

pub const fn kind_key(kind: Kind) -> &'static str {
    match kind {
        Kind::HelpNeeded => "alarm-help-needed",
        Kind::UnitSilent => "alarm-unit-silent",
        Kind::ReliefNeeded => "alarm-relief-needed",
        Kind::PostUnmanned => "alarm-post-unmanned",
        Kind::DifficultyUnruled => "alarm-difficulty-unruled",
        Kind::ContactOverdue => "alarm-contact-overdue",
        Kind::ReliefLate => "alarm-relief-late",
        Kind::ReceiptOverdue => "alarm-receipt-overdue",
        Kind::TaskOverdue => "alarm-task-overdue",
        Kind::HandoverUnsigned => "alarm-handover-unsigned",
    }
}

/// Why this is an alarm, in a sentence.
const fn why_key(kind: Kind) -> &'static str {
    match kind {
        Kind::HelpNeeded => "alarm-why-help-needed",
        Kind::UnitSilent => "alarm-why-unit-silent",
        Kind::ReliefNeeded => "alarm-why-relief-needed",
        Kind::PostUnmanned => "alarm-why-post-unmanned",
        Kind::DifficultyUnruled => "alarm-why-difficulty-unruled",
        Kind::ContactOverdue => "alarm-why-contact-overdue",
        Kind::ReliefLate => "alarm-why-relief-late",
        Kind::ReceiptOverdue => "alarm-why-receipt-overdue",
        Kind::TaskOverdue => "alarm-why-task-overdue",
        Kind::HandoverUnsigned => "alarm-why-handover-unsigned",
    }
}

const fn priority_key(priority: Priority) -> &'static str {
    match priority {
        Priority::Emergency => "alarm-emergency",
        Priority::Urgent => "alarm-urgent",
        Priority::Ordinary => "alarm-ordinary",
    }
}

const fn colour(priority: Priority) -> &'static str {
    match priority {
        Priority::Emergency => "wrong",
        Priority::Urgent | Priority::Ordinary => "attention",
    }
}

/// What an alarm is about, in one line: the one thing that is wrong, or the unit and how many are.
pub fn what(sheet: &Sheet<'_>, alarm: &Alarm) -> String {
    let one = alarm.subjects.get_min().copied().filter(|_| alarm.subjects.len() == 1);
    one.map_or_else(
        || {
            let values = [
                ("kind", sheet.t(kind_key(alarm.cause.kind)).into()),
                ("where", sheet.unit(alarm.cause.unit).into()),
                ("count", alarm.subjects.len().into()),
            ];
            sheet.say("alarm-what-several", &values)
        },
        |subject| about(sheet, alarm.cause, alarm.operation, subject),
    )
}

/// One thing that is wrong.
fn about(sheet: &Sheet<'_>, cause: Cause, operation: Option<OperationId>, subject: Subject) -> String {
    let place = place_of(sheet, operation, subject).unwrap_or_else(|| sheet.unit(cause.unit).to_owned());
    // An order's alarm names the order, and whose word is missing.
    let place = match order_of(sheet, subject) {
        Some(order) => sheet.say("alarm-of-order", &[("where", place.into()), ("order", order.into())]),
        None => place,
    };
    sheet.say("alarm-what", &[("kind", sheet.t(kind_key(cause.kind)).into()), ("where", place.into())])
}

/// What stands at a subject, as people call it; `None` for what is its unit's.
fn place_of(sheet: &Sheet<'_>, operation: Option<OperationId>, subject: Subject) -> Option<String> {
    match subject {
        Subject::Post(id) => {
            let post = sheet.board().operation(operation?)?.posts.get(id)?;
            Some(format!("{} {}", post.number, sheet.label(&post.name)))
        }
        Subject::Unit(unit) | Subject::Watch(unit) => Some(sheet.unit(unit).to_owned()),
        Subject::Task(id) => sheet.board().tasks.get(id).map(|task| sheet.unit(task.lead).to_owned()),
        _ => None,
    }
}

/// The words of the order that a subject is.
fn order_of(sheet: &Sheet<'_>, subject: Subject) -> Option<String> {
    match subject {
        Subject::Directive(id) => sheet.board().directives.get(id).map(|found| sheet.wording(&found.title)),
        Subject::Task(id) => sheet.board().tasks.get(id).map(|task| sheet.wording(&task.words)),
        _ => None,
    }
}

/// Where the record of a subject is.
fn subject_address(operation: Option<OperationId>, subject: Subject) -> Option<String> {
    match subject {
        Subject::Post(post) => Some(format!("/operations/{}/posts/{post}", operation?)),
        Subject::Watch(unit) => Some(watch::address(unit)),
        Subject::Unit(unit) => Some(format!("/units/{unit}")),
        Subject::Directive(id) => Some(format!("{}/receipts", super::directive::address(id))),
        Subject::Task(id) => Some(super::task::address(id)),
        _ => None,
    }
}

/// How to raise whoever is concerned: the post, the caller, or the unit.
fn raise(sheet: &Sheet<'_>, alarm: &Alarm) -> Markup {
    let posts = alarm.subjects.iter().filter_map(|subject| match subject {
        Subject::Post(id) => sheet.board().operation(alarm.operation?)?.posts.get(*id),
        _ => None,
    });
    let posts: Vec<_> = posts.take(MOST_ON_STRIP).collect();
    let unit = sheet.board().force.unit(alarm.cause.unit);
    html! {
        @if let Some(caller) = alarm.caller { (people::raised(sheet, caller)) " " }
        @for post in &posts { (sheet.raise(&post.callsign, &post.channel, &post.telephone)) " " }
        @if posts.is_empty() {
            @if let Some(unit) = unit { (sheet.raise(&unit.callsign, &unit.channel, &unit.telephone)) }
        }
    }
}

/// The units whose watch the viewer answers for now: those they keep, and those that they may keep and nobody does.
pub fn kept(sheet: &Sheet<'_>) -> Vec<UnitId> {
    let Some(person) = sheet.actor.person() else { return Vec::new() };
    let mine = |unit: UnitId| {
        let held = sheet.board().watch(unit);
        held.is_some_and(|watch| watch.officer == Some(person) || watch.leader == Some(person))
    };
    let unkept = |unit: UnitId| sheet.board().watch(unit).is_none_or(|watch| watch.officer.is_none());
    let units = sheet.scope(Action::KeepWatch);
    units.units(&sheet.board().force).map(|unit| unit.id).filter(|unit| mine(*unit) || unkept(*unit)).collect()
}

/// The strips of a page: one for each watch that the viewer answers for. A wall shows that of its widest unit.
pub fn strips(sheet: &Sheet<'_>, is_wall: bool) -> Markup {
    let mut units = kept(sheet);
    if units.is_empty() && is_wall {
        units.extend(sheet.scope(Action::ViewAlarms).widest(&sheet.board().force));
    }
    html! {
        @if !units.is_empty() {
            aside.strip-of-alarms aria-label=(sheet.t("alarm")) data-alarms {
                @for unit in units { (strip(sheet, unit)) }
                button.act.small type="button" data-sound data-keep hidden { (sheet.t("alarm-sound-on")) }
            }
        }
    }
}

/// What asks the watch of one unit.
pub fn strip(sheet: &Sheet<'_>, unit: UnitId) -> Markup {
    let fragment = Fragment::AlarmStrip(unit);
    let mut asking = sheet.board().alarms.asking(unit);
    // Who has something in hand knows of it: what nobody has comes first.
    asking.sort_by_key(|(_, alarm)| alarm.owner.is_some());
    let unowned = asking.iter().filter(|(_, alarm)| alarm.owner.is_none()).count();
    let gravest = asking.iter().filter(|(_, alarm)| alarm.owner.is_none()).map(|(_, alarm)| alarm.priority).min();
    let more = asking.len().saturating_sub(MOST_ON_STRIP);
    html! {
        section id=(fragment) data-fragment data-unowned=(unowned) data-gravest=[gravest.map(word)] role="status" aria-live="assertive" {
            @for (id, alarm) in asking.iter().take(MOST_ON_STRIP) { (article(sheet, *id, alarm)) }
            @if more > 0 { p.strip-more { a href=(list_address(unit)) { (sheet.say("alarm-more", &[("count", more.into())])) } } }
        }
    }
}

/// The priority as the script reads it.
const fn word(priority: Priority) -> &'static str {
    match priority {
        Priority::Emergency => "emergency",
        Priority::Urgent => "urgent",
        Priority::Ordinary => "ordinary",
    }
}

/// One alarm: what, why, how to raise them, and whose it is or the act that makes it one's own.
pub fn article(sheet: &Sheet<'_>, id: AlarmId, alarm: &Alarm) -> Markup {
    let owned = if alarm.owner.is_some() { "yes" } else { "no" };
    html! {
        article.alarm id={ "alarm-" (id) } data-state=(colour(alarm.priority)) data-owned=(owned) {
            p.alarm-what {
                (state(colour(alarm.priority), &sheet.t(priority_key(alarm.priority)))) " "
                a href=(address(id)) { (what(sheet, alarm)) }
            }
            p.alarm-why {
                (sheet.say("alarm-since", &[("time", sheet.time(alarm.since).into())])) " " (sheet.t(why_key(alarm.cause.kind)))
                @if let Some(words) = alarm.words { " “" (watch::words_of(sheet, words)) "”" }
            }
            p { (raise(sheet, alarm)) }
            (owner(sheet, id, alarm))
        }
    }
}

/// Whose it is; for one that nobody has, the act of taking it.
fn owner(sheet: &Sheet<'_>, id: AlarmId, alarm: &Alarm) -> Markup {
    html! {
        @if let Some((owner, since)) = alarm.owner {
            p.alarm-owner { (sheet.name(owner)) ", " (sheet.moment(since)) }
        } @else if sheet.may(Action::AnswerAlarm, board::access::Place::Unit(alarm.cause.unit)) {
            form method="post" action={ (address(id)) "/take" } data-live {
                input type="hidden" name="command_id";
                button.act.main { (sheet.t("alarm-take")) }
                @if let Some(before) = alarm.before { p.hint { (sheet.say("alarm-before", &[("name", sheet.name(before).into())])) } }
                p.fault data-fault role="alert" hidden {}
            }
        } @else { p.alarm-owner { (sheet.t("alarm-unowned")) } }
    }
}
