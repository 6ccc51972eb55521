//! The demonstration's clock: anyone who is signed in may stop it, let it run, or change its speed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Form, http::HeaderMap};
use schemars::JsonSchema;
use serde::Deserialize;

use super::act::Count;
use super::{Gate, Kind, Method, Route, shape};
use crate::app::{App, Viewer};
use crate::clock::Clock;
use crate::http::negotiate::wants_page;
use crate::http::problem::{Kind as Wrong, Problem};

pub fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::Post,
        path: "/clock",
        noun: "demonstration",
        summary: "Stop the demonstration's clock, let it run, or change its speed",
        gate: Gate::Demonstration,
        kind: Kind::Act,
        body: Some(shape::<Clockwork>),
        answer: None,
        serve: || post(set),
    }]
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Clockwork {
    /// Stop it, or let it run.
    paused: Option<bool>,
    /// Times faster than life, 1 to 600.
    speed: Option<Count>,
}

async fn set(
    State(app): State<App>,
    _viewer: Viewer,
    headers: HeaderMap,
    Form(asked): Form<Clockwork>,
) -> Result<Response, Problem> {
    // A real operation's clock is nobody's to set.
    let Clock::Demonstration(clock) = &app.shell.clock else { return Err(Problem::new(Wrong::NotFound)) };
    if let Some(speed) = asked.speed {
        clock.set_speed(speed.0);
    }
    if let Some(paused) = asked.paused {
        clock.set_paused(paused);
    }
    app.lookout.everything();
    let back = headers.get("referer").and_then(|value| value.to_str().ok()).and_then(crate::page::path_of);
    if wants_page(&headers) {
        return Ok(Redirect::to(crate::page::own_path(&back.unwrap_or_default())).into_response());
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
