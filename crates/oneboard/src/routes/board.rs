//! The board: where a viewer begins, and the screen of one operation.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use board::access::{Action, Place, Reach, Role, reach, scope};
use board::{Board, OperationId, PersonId};
use maud::html;

use super::{Gate, Kind, Method, Route, shape};
use crate::app::{App, Viewer};
use crate::http::problem::{Kind as Wrong, Problem};
use crate::views;

pub fn routes() -> Vec<Route> {
    vec![
        Route {
            method: Method::Get,
            path: "/",
            noun: "board",
            summary: "Sends each to the screen they begin with",
            gate: Gate::SignedIn,
            kind: Kind::Page,
            body: None,
            answer: None,
            serve: || get(home),
        },
        Route {
            method: Method::Get,
            path: "/board",
            noun: "board",
            summary: "Sends to the board of the operation that is on",
            gate: Gate::SignedIn,
            kind: Kind::Page,
            body: None,
            answer: None,
            serve: || get(present),
        },
        Route {
            method: Method::Get,
            path: "/operations/{operation}/board",
            noun: "board",
            summary: "The figures of an operation, in all and by unit",
            gate: Gate::Needs(Action::ViewOperation),
            kind: Kind::Page,
            body: None,
            answer: Some(shape::<views::board::BoardModel>),
            serve: || get(one),
        },
    ]
}

/// The screen that a person begins with: what their widest duty asks of them.
pub fn first_screen(board: &Board, person: PersonId, now: board::At) -> &'static str {
    let roles = || {
        let grants = board.access.grants_of(person).iter().filter(|grant| grant.in_force(now));
        grants.map(|grant| grant.role)
    };
    let carries = |action: Action| roles().any(|role: Role| reach(role, action) != Reach::Nowhere);
    // A leader is asked for a word; whoever keeps the watch looks at the whole.
    if roles().any(|role| role == Role::Leader) {
        "/needs-me"
    } else if carries(Action::ViewBoard) {
        "/board"
    } else if carries(Action::GrantRole) {
        "/access"
    } else if carries(Action::ViewAudit) {
        "/audit"
    } else {
        "/mine"
    }
}

async fn home(State(app): State<App>, viewer: Viewer, headers: HeaderMap) -> Redirect {
    let (published, now) = (app.submit.published(), app.now());
    let leads = !scope(&published.board, viewer.actor(), Action::AnswerAlarm, now).is_empty();
    // A duty officer on the way is asked for a word too.
    if leads && !viewer.board_mode && is_phone(&headers) {
        return Redirect::to("/needs-me");
    }
    Redirect::to(first_screen(&published.board, viewer.person, now))
}

/// What the browser says of itself; both screens are one tap apart where it does not say.
fn is_phone(headers: &HeaderMap) -> bool {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    said("sec-ch-ua-mobile") == "?1" || said("user-agent").contains("Mobi")
}

async fn present(State(app): State<App>, viewer: Viewer) -> Response {
    let operation = app.look(viewer.actor(), viewer.locale, |sheet| sheet.present_operation());
    if let Some(id) = operation {
        return Redirect::to(&format!("/operations/{id}/board")).into_response();
    }
    if viewer.wants_json {
        return Problem::new(Wrong::NotFound).detail(viewer.locale.t("board-none").into_owned()).into_response();
    }
    let title = viewer.locale.t("nav-board");
    app.page(&viewer, None, "none", &title, |sheet| {
        html! {
            div.head { h1 { (title) } }
            p.empty { (sheet.t("board-none")) }
            @if sheet.may(Action::PlanOperation, Place::Force) {
                p { a.act.main href="/operations" { (sheet.t("board-none-plan")) } }
            } @else { p.hint { (sheet.t("board-none-hint")) } }
        }
    })
}

async fn one(State(app): State<App>, viewer: Viewer, Path(id): Path<OperationId>) -> Result<Response, Problem> {
    let published = app.submit.published();
    let operation = published.board.known_operation(id).map_err(|refusal| app.refused(&viewer, &refusal.into()))?;
    app.require(&viewer, Action::ViewOperation, Place::Unit(operation.unit))?;
    if viewer.wants_json {
        let model =
            app.look_at(&published, viewer.actor(), viewer.locale, |sheet| views::board::model(sheet, id, operation));
        return Ok(axum::Json(model).into_response());
    }
    let title = viewer.locale.t("nav-board");
    Ok(app.page(&viewer, Some(id), "board", &title, |sheet| views::board::page(sheet, id)))
}
