//! What every request passes through, whatever the noun: host and origin, limits, time, headers, and errors as designed.

pub mod csrf;
pub mod headers;
pub mod limits;
pub mod negotiate;
pub mod peer;
pub mod problem;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use crate::shell::Shell;
use crate::telemetry;

/// Puts `routes` behind the whole of this module. Everything that is served goes through here.
pub fn guard(routes: Router, shell: &Arc<Shell>) -> Router {
    routes
        .fallback(|| async { problem::Problem::new(problem::Kind::NotFound) })
        .method_not_allowed_fallback(|| async { problem::Problem::new(problem::Kind::MethodNotAllowed) })
        .layer(DefaultBodyLimit::max(shell.config.body_bytes))
        .layer(from_fn_with_state(shell.clone(), pass))
}

/// The way of every request and its response: caller named, host and origin checked, limits, time limit; then errors
/// rendered, metrics and log, headers. One layer does it all, because each layer copies the whole stack below it for every
/// request.
async fn pass(State(shell): State<Arc<Shell>>, mut request: Request, next: Next) -> Response {
    let chosen = headers::chosen(&shell, &request);
    let seen = telemetry::Seen::of(&request);
    let reader = problem::Reader::of(&request);
    let peer = peer::of(&shell, &request);
    request.extensions_mut().insert(peer);
    let admitted = csrf::check(&shell, &mut request).and_then(|()| limits::in_measure(&shell, peer));
    let response = match admitted {
        Ok(()) => limits::in_time(next.run(request)).await,
        Err(problem) => problem.into_response(),
    };
    let mut response = reader.render(&shell, response).await;
    seen.record(&shell, &response);
    headers::set(&shell, chosen, &mut response);
    response
}
