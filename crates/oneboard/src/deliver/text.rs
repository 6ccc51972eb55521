//! What a notice says: little, because it leaves the house. What it is about is behind the address in it.

use board::notice::{Channel, Delivery, Notice};
use board::{Actor, NoticeId, Subject};

use super::Message;
use crate::app::App;
use crate::http::negotiate::Locale;
use crate::views::{Sheet, alarm, directive, task, watch};

/// The message of one delivery, in the language of the installation.
pub fn message(app: &App, id: NoticeId, notice: &Notice, delivery: &Delivery) -> Message {
    let config = &app.shell.config;
    let locale = Locale { language: config.language, ..Locale::default() };
    app.look(Actor::Clock, locale, |sheet| {
        let domain = config.domain.as_deref().unwrap_or("localhost");
        let (what, path) = about(sheet, notice);
        if delivery.channel == Channel::Push {
            // A push service is a stranger's, and a locked telephone shows it to whoever holds it.
            let (to, body) = (sheet.register.text(delivery.address).unwrap_or(""), sheet.t("notice-one"));
            let id = format!("{id}.{}@{domain}", delivery.channel as u8);
            return Message { id, to: to.to_owned(), subject: config.name.clone(), body: body.into_owned() };
        }
        let channel = delivery.channel as u8;
        let link = config.domain.as_ref().map_or_else(String::new, |domain| format!("\nhttps://{domain}{path}"));
        Message {
            id: format!("{id}.{channel}@{domain}"),
            to: sheet.register.text(delivery.address).unwrap_or("").to_owned(),
            subject: format!("{}: {what}", config.name),
            body: format!("{what}\n{} {}{link}", sheet.unit(notice.unit), sheet.day_time(notice.at)),
        }
    })
}

fn about(sheet: &Sheet<'_>, notice: &Notice) -> (String, String) {
    match notice.subject {
        Subject::Alarm(id) => {
            let found = sheet.board().alarms.find(id);
            let what = found.map_or_else(|| sheet.t("alarm-one").into_owned(), |found| alarm::what(sheet, found));
            (what, alarm::address(id))
        }
        Subject::Watch(unit) => (sheet.t("notice-watch").into_owned(), watch::address(unit)),
        Subject::Directive(id) => (sheet.t("notice-directive").into_owned(), directive::address(id)),
        Subject::Task(id) => (sheet.t("notice-task").into_owned(), task::address(id)),
        _ => (sheet.t("notice-one").into_owned(), "/needs-me".to_owned()),
    }
}
