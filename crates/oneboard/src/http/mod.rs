//! What every request passes through, whatever the noun: host and origin, limits, time, headers, and errors as designed.

pub mod csrf;
pub mod headers;
pub mod limits;
pub mod negotiate;
pub mod peer;
pub mod problem;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};

use crate::shell::Shell;
use crate::telemetry;

/// Puts `routes` behind the whole of this module. Everything that is served goes through here.
///
/// Outermost first: headers, errors rendered, metrics and log, caller named, host and origin checked, limits, time limit, body limit.
pub fn guard(routes: Router, shell: &Arc<Shell>) -> Router {
    routes
        .fallback(|| async { problem::Problem::new(problem::Kind::NotFound) })
        .method_not_allowed_fallback(|| async { problem::Problem::new(problem::Kind::MethodNotAllowed) })
        .layer(DefaultBodyLimit::max(shell.config.body_bytes))
        .layer(from_fn(limits::in_time))
        .layer(from_fn_with_state(shell.clone(), limits::in_measure))
        .layer(from_fn_with_state(shell.clone(), csrf::check))
        .layer(from_fn_with_state(shell.clone(), peer::name))
        .layer(from_fn_with_state(shell.clone(), problem::render))
        .layer(from_fn_with_state(shell.clone(), telemetry::record))
        .layer(from_fn_with_state(shell.clone(), headers::set))
}
