//! `/health` (the process answers), `/ready` (the board is loaded), `/metrics` (to this machine and trusted proxies' own address only).

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};

use crate::http::peer::Peer;
use crate::http::problem::{Kind, Problem};
use crate::shell::Shell;

/// Addresses, for the route table: open to anybody, except `/metrics`.
pub const ROUTES: [&str; 3] = ["/health", "/ready", "/metrics"];

pub fn routes(shell: Arc<Shell>) -> Router {
    Router::new()
        .route("/health", get(|| async { "ok\n" }))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(shell)
}

async fn ready(State(shell): State<Arc<Shell>>) -> Response {
    if shell.is_ready() {
        "ready\n".into_response()
    } else {
        Problem::new(Kind::Unavailable).retry_after(1).into_response()
    }
}

async fn metrics(State(shell): State<Arc<Shell>>, Extension(peer): Extension<Peer>) -> Response {
    if !peer.loopback {
        return Problem::new(Kind::NotFound).into_response();
    }
    let kind = [(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")];
    (StatusCode::OK, kind, shell.metrics.text()).into_response()
}
