//! Notices in words: one's own channels, and what became of every telling.

use board::notice::{Channel, Delivery, Event, Notice, State};
use board::{At, NoticeId, PersonId, Subject, TextId};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Sheet, alarm, state, watch};
use crate::fragment::Fragment;

#[derive(Debug, Serialize, JsonSchema)]
pub struct NoticeModel {
    pub notice: NoticeId,
    pub to: PersonId,
    pub what: String,
    pub at: At,
    pub deliveries: Vec<DeliveryModel>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct DeliveryModel {
    pub channel: Channel,
    /// `waiting`, `sent`, `delivered`, `failed` or `simulated`.
    pub state: &'static str,
    pub attempts: u8,
}

const fn state_word(state: State) -> &'static str {
    match state {
        State::Waiting { .. } => "waiting",
        State::Sent { .. } => "sent",
        State::Delivered { .. } => "delivered",
        State::Failed { .. } => "failed",
        State::Simulated { .. } => "simulated",
    }
}

const fn channel_key(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "notice-email",
        Channel::Message => "notice-message",
        Channel::Push => "notice-push",
    }
}

pub fn model(sheet: &Sheet<'_>) -> Vec<NoticeModel> {
    let told = |(id, notice): (NoticeId, &Notice)| NoticeModel {
        notice: id,
        to: notice.to,
        what: what(sheet, notice),
        at: notice.at,
        deliveries: notice
            .deliveries
            .iter()
            .map(|found| DeliveryModel {
                channel: found.channel,
                state: state_word(found.state),
                attempts: found.attempts,
            })
            .collect(),
    };
    let notices = &sheet.board().notices;
    notices.open().chain(notices.over()).map(told).collect()
}

fn what(sheet: &Sheet<'_>, notice: &Notice) -> String {
    match notice.subject {
        Subject::Alarm(id) => {
            let found = sheet.board().alarms.find(id);
            found.map_or_else(|| sheet.t("alarm-one").into_owned(), |found| alarm::what(sheet, found))
        }
        Subject::Watch(unit) => format!("{} {}", sheet.t("notice-watch"), sheet.unit(unit)),
        Subject::Directive(_) => sheet.t("notice-directive").into_owned(),
        Subject::Task(_) => sheet.t("notice-task").into_owned(),
        _ => sheet.t("notice-one").into_owned(),
    }
}

/// What became of one delivery. Never better than it was: handed over is not arrived, simulated is neither.
fn became(sheet: &Sheet<'_>, delivery: &Delivery) -> Markup {
    let time = |at: At| [("time", sheet.time(at).into())];
    match delivery.state {
        State::Waiting { due } if delivery.attempts > 0 => {
            let values = [("time", sheet.time(due).into()), ("count", u32::from(delivery.attempts).into())];
            state("attention", &sheet.say("notice-again", &values))
        }
        State::Waiting { .. } => state("normal", &sheet.t("notice-waiting")),
        State::Sent { at } => state("normal", &sheet.say("notice-sent", &time(at))),
        State::Delivered { at } => state("done", &sheet.say("notice-delivered", &time(at))),
        State::Simulated { at } => state("info", &sheet.say("notice-simulated", &time(at))),
        State::Failed { at, words } => {
            let values = [("time", sheet.time(at).into()), ("words", watch::words_of(sheet, words).into())];
            state("wrong", &sheet.say("notice-failed", &values))
        }
    }
}

fn has_failed(notice: &Notice) -> bool {
    notice.deliveries.iter().any(|delivery| matches!(delivery.state, State::Failed { .. }))
}

/// Everything, or what failed.
pub fn choices(sheet: &Sheet<'_>, failed: bool) -> Markup {
    html! {
        nav.tabs aria-label=(sheet.t("view")) {
            a href="/notices" aria-current=[(!failed).then_some("page")] { (sheet.t("notice-all")) }
            a href="/notices?show=failed" aria-current=[failed.then_some("page")] { (sheet.t("notice-only-failed")) }
        }
    }
}

/// The administrator's list as a fragment: what waits first, then the last ones.
pub fn list(sheet: &Sheet<'_>, failed: bool) -> Markup {
    let notices = &sheet.board().notices;
    let all: Vec<(NoticeId, &Notice)> =
        notices.open().chain(notices.over()).filter(|(_, notice)| !failed || has_failed(notice)).collect();
    html! {
        div id=(Fragment::Notices { failed }) data-fragment {
            @if all.is_empty() { p.empty { (sheet.t(if failed { "notice-none-failed" } else { "notice-none" })) } }
            @else {
                div.table-wrap role="region" aria-label=(sheet.t("notice")) tabindex="0" {
                    table.table.stack data-grid {
                        thead { tr {
                            th scope="col" { (sheet.t("notice-column-to")) }
                            th scope="col" { (sheet.t("notice-column-what")) }
                            th scope="col" { (sheet.t("notice-column-at")) }
                            th scope="col" { (sheet.t("notice-column-became")) }
                        } }
                        tbody { @for (id, notice) in &all { (row(sheet, *id, notice)) } }
                    }
                }
            }
        }
    }
}

fn row(sheet: &Sheet<'_>, id: NoticeId, notice: &Notice) -> Markup {
    html! {
        tr id={ "notice-" (id) } data-state=[has_failed(notice).then_some("attention")] {
            th scope="row" { (sheet.name(notice.to)) }
            td data-label=(sheet.t("notice-column-what")) { (what(sheet, notice)) }
            td data-label=(sheet.t("notice-column-at")) { (sheet.moment(notice.at)) }
            td data-label=(sheet.t("notice-column-became")) { ul.list { @for delivery in &notice.deliveries {
                li { (sheet.t(channel_key(delivery.channel))) " " (became(sheet, delivery))
                    @if matches!(delivery.state, State::Failed { .. }) { (again(sheet, id, delivery.channel)) } }
            } } }
        }
    }
}

/// The cause is mended: send it once more.
fn again(sheet: &Sheet<'_>, id: NoticeId, channel: Channel) -> Markup {
    html! {
        form.acts method="post" action="/notices/again" data-live {
            input type="hidden" name="command_id"; input type="hidden" name="notice" value=(id);
            button.act.small name="channel" value=(channel_word(channel)) { (sheet.t("notice-try-again")) }
            p.fault data-fault role="alert" hidden {}
        }
    }
}

const fn channel_word(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Message => "message",
        Channel::Push => "push",
    }
}

/// The browser that shows that something waits; `key` is what a browser must know of this site.
fn browser(sheet: &Sheet<'_>, held: bool, key: &str) -> Markup {
    html! {
        section.part {
            h2 { (sheet.t("notice-push")) }
            p { (sheet.t(if held { "notice-push-on" } else { "notice-push-off" })) }
            form.form method="post" action="/mine/push" data-live data-push=(key) {
                input type="hidden" name="command_id"; input type="hidden" name="back" value="/mine/channels";
                input type="hidden" name="endpoint"; input type="hidden" name="p256dh"; input type="hidden" name="auth";
                p.fault data-fault role="alert" data-refused=(sheet.t("notice-push-refused")) hidden {}
                p.hint data-none { (sheet.t("notice-push-cannot")) }
                div.acts { button.act type="button" data-ask hidden { (sheet.t("notice-push-here")) } }
            }
            @if held {
                form.form method="post" action="/mine/push/off" data-live {
                    input type="hidden" name="command_id"; input type="hidden" name="back" value="/mine/channels";
                    p.fault data-fault role="alert" hidden {}
                    div.acts { button.act { (sheet.t("notice-push-end")) } }
                }
            }
            script type="module" src=(interface::PUSH_JS) {}
        }
    }
}

/// One's own channels.
pub fn channels(sheet: &Sheet<'_>, person: PersonId, key: Option<&str>) -> Markup {
    let held = sheet.board().notices.channels(person);
    let words = |text: Option<TextId>| text.and_then(|text| sheet.register.text(text)).unwrap_or("").to_owned();
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    html! {
        form.form method="post" action="/mine/channels" data-live {
            input type="hidden" name="command_id";
            p { (sheet.t("notice-channels-how")) }
            p.fault data-fault role="alert" hidden {}
            div.row { label for="email" { (sheet.t("notice-email")) } input #email type="email" name="email" maxlength="254" autocomplete="email" value=(words(held.email)); p.fault #email-fault {} }
            div.row { label for="message" { (sheet.t("notice-message")) } input #message type="tel" name="message" maxlength="254" autocomplete="tel" value=(words(held.message)); p.fault #message-fault {} }
            div.rows {
                div.row { label for="quiet_from" { (sheet.t("notice-quiet-from")) } input #quiet_from type="time" name="quiet_from" value=[held.quiet.map(|quiet| clock(quiet.from))]; }
                div.row { label for="quiet_to" { (sheet.t("notice-quiet-to")) } input #quiet_to type="time" name="quiet_to" value=[held.quiet.map(|quiet| clock(quiet.to))]; }
            }
            p.hint { (sheet.t("notice-quiet-how")) }
            div.acts { button.act.main { (sheet.t("notice-keep")) } span.progress data-progress hidden {} }
        }
        @if let Some(key) = key { (browser(sheet, held.push.is_some(), key)) }
    }
}

/// Every text that an event refers to; addresses are personal data and are not among them.
pub fn texts_of(event: &Event, into: &mut Vec<TextId>) {
    match event {
        Event::PutOff { words, .. } | Event::Settled { state: State::Failed { words, .. }, .. } => into.push(*words),
        _ => {}
    }
}

/// What the records say of an event.
pub fn told(sheet: &Sheet<'_>, event: &Event, text: impl Fn(TextId) -> String) -> String {
    match event {
        Event::Kept { person, .. } => sheet.say("notice-told-kept", &[("name", sheet.name(*person).into())]),
        Event::Told { row, .. } => {
            sheet.say("notice-told-told", &[("name", sheet.name(row.to).into()), ("what", what(sheet, row).into())])
        }
        Event::PutOff { channel, words, .. } => {
            let channel = sheet.t(channel_key(*channel)).into();
            sheet.say("notice-told-put-off", &[("channel", channel), ("words", text(*words).into())])
        }
        Event::Again { channel, .. } => {
            sheet.say("notice-told-again", &[("channel", sheet.t(channel_key(*channel)).into())])
        }
        Event::Settled { channel, state, .. } => {
            let channel = ("channel", sheet.t(channel_key(*channel)).into());
            match state {
                State::Failed { words, .. } => {
                    sheet.say("notice-told-failed", &[channel, ("words", text(*words).into())])
                }
                State::Delivered { .. } => sheet.say("notice-told-delivered", &[channel]),
                State::Simulated { .. } => sheet.say("notice-told-simulated", &[channel]),
                State::Sent { .. } | State::Waiting { .. } => sheet.say("notice-told-sent", &[channel]),
            }
        }
    }
}
