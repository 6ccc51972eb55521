//! Notices: how one wants to be told, and for the system's administrator what became of every telling.

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use board::access::{Action, Place};
use board::notice::{Channel, Command as Keep, Quiet};
use board::{Command, NoticeId, TextId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::act::{Act, Answer, Desk, act};
use super::{Gate, Kind, Method, Route, shape};
use crate::app::{App, Viewer};
use crate::deliver::{self, ReportFault};
use crate::fragment::Fragment;
use crate::http::problem::{Kind as Wrong, Problem};
use crate::submit::TextKind;
use crate::views;

/// An e-mail address (RFC 5321, 4.5.3.1) or a number, in characters.
const LONGEST_ADDRESS: usize = 254;

pub fn routes() -> Vec<Route> {
    vec![
        Route::page("notice", "/mine/channels", "How one wants to be told", Gate::SignedIn, None, || get(own)),
        own_act::<Channels>("/mine/channels", "Say how one wants to be told: e-mail, text message, quiet hours"),
        own_act::<PushOn>("/mine/push", "Let a browser show that something waits"),
        own_act::<PushOff>("/mine/push/off", "No browser shows any more that something waits"),
        Route::page(
            "notice",
            "/notices",
            "Every notice that went out lately, and what became of it",
            Gate::Needs(Action::OperateSystem),
            Some(shape::<Vec<views::notice::NoticeModel>>),
            || get(all),
        ),
        Route::act::<Again>("notice", "/notices/again", "Send once more what failed", Action::OperateSystem),
        Route {
            method: Method::Post,
            path: "/notices/report",
            noun: "notice",
            summary: "A gateway reports what became of a message; signed with deliver.hook_secret",
            gate: Gate::Public,
            kind: Kind::Machine,
            body: Some(shape::<deliver::Report>),
            answer: Some(shape::<Reported>),
            serve: || post(report),
        },
    ]
}

/// An act about one's own channels.
fn own_act<A: Act>(path: &'static str, summary: &'static str) -> Route {
    Route {
        method: Method::Post,
        path,
        noun: "notice",
        summary,
        gate: Gate::SignedIn,
        kind: Kind::Act,
        body: Some(shape::<A>),
        answer: Some(shape::<Answer>),
        serve: || post(act::<A>),
    }
}

async fn own(State(app): State<App>, viewer: Viewer) -> Response {
    let title = viewer.locale.t("notice-channels");
    app.page(&viewer, None, "channels", &title, |sheet| {
        maud::html! { div.head { h1 { (title) } } (views::notice::channels(sheet, viewer.person, app.push.as_ref().map(|key| key.public()))) }
    })
}

#[derive(Debug, Deserialize)]
struct Shown {
    show: Option<String>,
}

async fn all(State(app): State<App>, viewer: Viewer, Query(shown): Query<Shown>) -> Result<Response, Problem> {
    app.require(&viewer, Action::OperateSystem, Place::Force)?;
    if viewer.wants_json {
        return Ok(axum::Json(app.look(viewer.actor(), viewer.locale, views::notice::model)).into_response());
    }
    let (title, failed) = (viewer.locale.t("notice"), shown.show.as_deref() == Some("failed"));
    Ok(app.page(&viewer, None, "notices", &title, |sheet| {
        maud::html! {
            div.head { h1 { (title) } }
            (views::notice::choices(sheet, failed))
            (app.fragment(sheet, Fragment::Notices { failed }))
        }
    }))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Again {
    notice: NoticeId,
    channel: Channel,
}

impl Act for Again {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Notice(Keep::TryAgain { notice: self.notice, channel: self.channel }))
    }
}

/// What a gateway is answered.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Reported {
    /// False where it was known already, or the notice is no longer on the board.
    recorded: bool,
}

/// No session: the signature says who reports.
async fn report(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Result<Response, Problem> {
    let secret = app.shell.config.deliver_hook_secret.as_deref().ok_or_else(|| Problem::new(Wrong::NotFound))?;
    let signed = headers.get(deliver::SIGNATURE).and_then(|signed| signed.to_str().ok());
    let report = deliver::Report::read(secret, signed, &body).map_err(|fault| {
        let kind = if fault == ReportFault::Unsigned { Wrong::NoPermission } else { Wrong::BadRequest };
        Problem::new(kind).detail(fault.to_string())
    })?;
    let recorded = deliver::take(&app, &report).await;
    match recorded {
        Ok(recorded) => Ok(axum::Json(Reported { recorded }).into_response()),
        Err(deliver::TakeFault::Report(fault)) => Err(Problem::new(Wrong::BadRequest).detail(fault.to_string())),
        Err(deliver::TakeFault::Unsubmitted(fault)) => {
            tracing::error!(%fault, "a gateway's report could not be kept");
            Err(Problem::new(Wrong::NotKept).retry_after(5))
        }
    }
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

/// What a browser says of itself when it is asked (W3C Push API).
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PushOn {
    /// An https address of the browser's push service.
    endpoint: String,
    /// Base64url of a point of P-256.
    p256dh: String,
    /// Base64url of 16 bytes.
    auth: String,
}

impl Act for PushOn {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let refused = |words: String| Problem::new(Wrong::BadRequest).field("endpoint", words);
        if desk.app.push.is_none() {
            return Err(refused(desk.viewer.locale.t("notice-push-nowhere").into_owned()));
        }
        let found = deliver::Subscription::new(&self.endpoint, &self.p256dh, &self.auth);
        let found = found.map_err(|fault| refused(fault.to_string()))?;
        let push = desk.text("endpoint", TextKind::Address, &found.text(), deliver::LONGEST_SUBSCRIPTION)?;
        Ok(Command::Notice(Keep::KeepPush { person: desk.viewer.person, push: Some(push) }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct PushOff {}

impl Act for PushOff {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Notice(Keep::KeepPush { person: desk.viewer.person, push: None }))
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
