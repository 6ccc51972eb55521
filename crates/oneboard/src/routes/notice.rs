//! Notices: how one wants to be told, and for the system's administrator what became of every telling.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use board::access::{Action, Place};
use board::notice::{Command as Keep, Quiet};
use board::{Command, TextId};
use schemars::JsonSchema;
use serde::Deserialize;

use super::act::{Act, Answer, Desk, act};
use super::{Gate, Kind, Method, Route, shape};
use crate::app::{App, Viewer};
use crate::http::problem::{Kind as Wrong, Problem};
use crate::submit::TextKind;
use crate::views;

/// An e-mail address (RFC 5321, 4.5.3.1) or a number, in characters.
const LONGEST_ADDRESS: usize = 254;

pub fn routes() -> Vec<Route> {
    vec![
        Route::page("notice", "/mine/channels", "How one wants to be told", Gate::SignedIn, None, || get(own)),
        Route {
            method: Method::Post,
            path: "/mine/channels",
            noun: "notice",
            summary: "Say how one wants to be told: e-mail, text message, quiet hours",
            gate: Gate::SignedIn,
            kind: Kind::Act,
            body: Some(shape::<Channels>),
            answer: Some(shape::<Answer>),
            serve: || post(act::<Channels>),
        },
        Route::page(
            "notice",
            "/notices",
            "Every notice that went out lately, and what became of it",
            Gate::Needs(Action::OperateSystem),
            Some(shape::<Vec<views::notice::NoticeModel>>),
            || get(all),
        ),
    ]
}

async fn own(State(app): State<App>, viewer: Viewer) -> Response {
    let title = viewer.locale.t("notice-channels");
    app.page(&viewer, None, "channels", &title, |sheet| {
        maud::html! { div.head { h1 { (title) } } (views::notice::channels(sheet, viewer.person)) }
    })
}

async fn all(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    app.require(&viewer, Action::OperateSystem, Place::Force)?;
    if viewer.wants_json {
        return Ok(axum::Json(app.look(viewer.actor(), viewer.locale, views::notice::model)).into_response());
    }
    let title = viewer.locale.t("notice");
    Ok(app.page(&viewer, None, "notices", &title, |sheet| {
        maud::html! { div.head { h1 { (title) } } (views::notice::list(sheet)) }
    }))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Channels {
    email: Option<String>,
    /// The number for text messages.
    message: Option<String>,
    /// Local times of day, `22:00`; both or neither.
    quiet_from: Option<String>,
    quiet_to: Option<String>,
}

impl Act for Channels {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let held = desk.app.submit.published().board.notices.channels(desk.viewer.person);
        let email = address(desk, "email", self.email.as_deref(), held.email)?;
        let message = address(desk, "message", self.message.as_deref(), held.message)?;
        let quiet = match (self.quiet_from.as_deref(), self.quiet_to.as_deref()) {
            (None, None) => None,
            (from, to) => Some(Quiet { from: minute(desk, "quiet_from", from)?, to: minute(desk, "quiet_to", to)? }),
        };
        Ok(Command::Notice(Keep::Keep { person: desk.viewer.person, email, message, quiet }))
    }
}

/// The address of a field; the text that is kept already where it says the same.
fn address(
    desk: &mut Desk,
    field: &'static str,
    body: Option<&str>,
    held: Option<TextId>,
) -> Result<Option<TextId>, Problem> {
    let Some(body) = body.map(str::trim).filter(|body| !body.is_empty()) else { return Ok(None) };
    let wrong = |key: &str| Problem::new(Wrong::BadRequest).field(field, desk.viewer.locale.t(key).into_owned());
    let good = match field {
        "email" => {
            body.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
                && !body.contains(char::is_whitespace)
        }
        _ => body.chars().all(|letter| letter.is_ascii_digit() || "+- ".contains(letter)),
    };
    if !good {
        return Err(wrong(if field == "email" { "notice-no-email" } else { "notice-no-number" }));
    }
    let same = held.filter(|held| desk.app.submit.register().read().text(*held) == Some(body));
    match same {
        Some(held) => Ok(Some(held)),
        None => desk.text(field, TextKind::Address, body, LONGEST_ADDRESS).map(Some),
    }
}

/// `22:00` as minutes of the day.
fn minute(desk: &Desk, field: &'static str, text: Option<&str>) -> Result<u16, Problem> {
    let time: Option<jiff::civil::Time> = text.and_then(|text| text.trim().parse().ok());
    let minute = time.and_then(|time| Some(u16::try_from(time.hour()).ok()? * 60 + u16::try_from(time.minute()).ok()?));
    let wrong = || Problem::new(Wrong::BadRequest).field(field, desk.viewer.locale.t("notice-no-time").into_owned());
    minute.ok_or_else(wrong)
}
