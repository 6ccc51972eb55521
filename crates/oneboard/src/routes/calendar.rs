//! Calendars: shifts as a feed that a phone's own calendar subscribes to.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use board::access::{Action, Place, permits};
use board::operation::Operation;
use board::roster::{DutyKind, Shift};
use board::{Actor, At, Minutes, OperationId, PersonId, PostId, Span};
use jiff::Timestamp;
use maud::html;
use paper::calendar::{Calendar, Event, Status};

use super::{Gate, Kind, Method, Route};
use crate::app::{App, Viewer};
use crate::calendar::{Feed, Subject};
use crate::http::negotiate::Locale;
use crate::http::problem::{Kind as Wrong, Problem};
use crate::views::Sheet;

const NOUN: &str = "calendar";
/// What a feed shows of the past: enough to see what was worked this month.
const BACK: Minutes = Minutes(31 * 24 * 60);

pub fn routes() -> Vec<Route> {
    vec![
        Route::page(NOUN, "/calendar", "The address of one's own calendar feed", Gate::SignedIn, None, || get(own)),
        Route {
            method: Method::Post,
            path: "/calendar",
            noun: NOUN,
            summary: "Make all one's calendar addresses worthless, and get new ones",
            gate: Gate::SignedIn,
            kind: Kind::Act,
            body: None,
            answer: None,
            serve: || post(renew),
        },
        Route {
            method: Method::Get,
            path: "/calendar/{token}",
            noun: NOUN,
            summary: "A calendar feed (iCalendar); the address itself is the key",
            gate: Gate::Public,
            kind: Kind::File,
            body: None,
            answer: None,
            serve: || get(feed),
        },
    ]
}

/// The path of a feed.
pub fn address(app: &App, feed: Feed) -> String {
    format!("/calendar/{}.ics", app.feeds.token(feed))
}

async fn own(State(app): State<App>, viewer: Viewer) -> Response {
    let title = viewer.locale.t("calendar");
    let address = address(&app, Feed { owner: viewer.person, subject: Subject::Own });
    app.page(&viewer, None, "mine", &title, |sheet| {
        html! {
            div.head { h1 { (title) } }
            section.part {
                p { (sheet.t("calendar-about")) }
                p { a href=(address) { (address) } }
                p.hint { (sheet.t("calendar-secret")) }
                form.form method="post" action="/calendar" { div.acts { button.act { (sheet.t("calendar-renew")) } } }
            }
        }
    })
}

async fn renew(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    if viewer.board_mode {
        return Err(Problem::new(Wrong::NoPermission).detail(viewer.locale.t("act-board-mode")));
    }
    app.feeds.renew(viewer.person).map_err(|fault| Problem::fault(&fault))?;
    Ok(Redirect::to("/calendar").into_response())
}

async fn feed(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    // Whatever is wrong with an address, the answer is the same.
    let none = || Problem::new(Wrong::NotFound);
    let found = token.strip_suffix(".ics").and_then(|token| app.feeds.find(token)).ok_or_else(none)?;
    let published = app.submit.published();
    let actor = Actor::Person(found.owner);
    published.board.force.serving(found.owner).ok_or_else(none)?;
    let locale = Locale::of(&headers, &uri);
    let events = match found.subject {
        Subject::Own => app.look_at(&published, actor, locale, |sheet| of_person(sheet, found.owner)),
        Subject::Post(operation, post) => {
            let place = Place::Post(operation, post);
            if !permits(&published.board, actor, Action::ViewRoster, place, app.now()).is_permitted() {
                return Err(none());
            }
            app.look_at(&published, actor, locale, |sheet| of_post(sheet, operation, post))
        }
    };
    let mut calendar = Calendar::new(title(&app, locale, &published.board, found.subject));
    calendar.events = events;
    let feed = calendar.feed().map_err(|fault| Problem::fault(&fault))?;
    let headers =
        [(header::CONTENT_TYPE, "text/calendar; charset=utf-8"), (header::CACHE_CONTROL, "private, no-store")];
    Ok((headers, feed).into_response())
}

/// The name of the calendar; a demonstration or a drill says so.
fn title(app: &App, locale: Locale, board: &board::Board, subject: Subject) -> String {
    let drill =
        matches!(subject, Subject::Post(operation, _) if board.operation(operation).is_some_and(|found| found.drill));
    let mut name = format!("{} · {}", app.shell.config.name, locale.t("calendar-name"));
    if app.shell.clock.is_demonstration() {
        name = format!("{name} ({})", locale.t("shell-demonstration"));
    } else if drill {
        name = format!("{name} ({})", locale.t("shell-drill"));
    }
    name
}

fn window(sheet: &Sheet<'_>) -> Span {
    Span::new(sheet.now.minus(BACK), At::from_millis(i64::MAX))
}

fn of_person(sheet: &Sheet<'_>, person: PersonId) -> Vec<Event> {
    let mut events = Vec::new();
    for (_, operation) in sheet.board().operations() {
        for (id, found, shift) in operation.roster.duties_of(person, window(sheet)) {
            if !crate::views::roster::counts(found.standing) {
                continue;
            }
            let mut event = event(sheet, operation, shift, format!("assignment-{id}@oneboard"));
            if found.duty == DutyKind::Standby {
                event.summary = format!("{} ({})", event.summary, sheet.t("standby"));
            }
            events.push(event);
        }
    }
    events
}

fn of_post(sheet: &Sheet<'_>, id: OperationId, post: PostId) -> Vec<Event> {
    let Some(operation) = sheet.board().operation(id) else { return Vec::new() };
    let shifts = operation.roster.shifts_of(post, window(sheet));
    shifts
        .map(|(id, shift)| {
            let mut event = event(sheet, operation, shift, format!("shift-{id}@oneboard"));
            let people =
                operation.roster.assigned(shift).filter(|(_, found)| crate::views::roster::counts(found.standing));
            let names: Vec<String> = people.map(|(_, found)| sheet.name(found.person)).collect();
            let strength = format!("{}/{}", crate::views::roster::filled(operation, shift), shift.required);
            event.summary = format!("{} {strength}", event.summary);
            event.description = Some(names.join(&sheet.t("list-comma")));
            event
        })
        .collect()
}

fn event(sheet: &Sheet<'_>, operation: &Operation, shift: &Shift, uid: String) -> Event {
    let post = operation.posts.get(shift.post);
    let instant = |at: At| Timestamp::from_millisecond(at.millis()).unwrap_or(Timestamp::UNIX_EPOCH);
    let drill = if operation.drill { format!("{} · ", sheet.t("shell-drill")) } else { String::new() };
    let name = post.map_or_else(String::new, |post| format!("{} {}", post.number, sheet.label(&post.name)));
    let raise = post.map(|post| {
        let parts = [&post.callsign, &post.channel, &post.telephone].map(|part| part.to_string());
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    });
    Event {
        uid,
        // The board keeps no date of change for a shift: the feed is as of the last entry.
        changed: instant(sheet.published.at),
        sequence: 0,
        start: instant(shift.span.from),
        end: instant(shift.span.to),
        summary: format!("{drill}{name}"),
        place: post.map(|post| sheet.label(&post.place).to_owned()).filter(|place| !place.is_empty()),
        description: raise.filter(|raise| !raise.is_empty()),
        status: Status::Confirmed,
    }
}
