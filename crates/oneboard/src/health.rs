//! `/health` (the process answers), `/ready` (the board is loaded), `/metrics` (to this machine and trusted proxies' own address only).

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::http::peer::Peer;
use crate::http::problem::{Kind as Wrong, Problem};
use crate::routes::{Gate, Kind, Method, Route};
use crate::shell::Shell;

pub fn routes() -> Vec<Route> {
    let machine = |path, summary, serve| Route {
        method: Method::Get,
        path,
        noun: "health",
        summary,
        gate: Gate::Public,
        kind: Kind::Machine,
        body: None,
        answer: None,
        serve,
    };
    vec![
        machine("/health", "The process answers", || get(|| async { "ok\n" })),
        machine("/ready", "The board is loaded and the server is not stopping", || get(ready)),
        machine("/metrics", "Figures for Prometheus; only from this machine, not through a proxy", || get(metrics)),
    ]
}

async fn ready(State(shell): State<Arc<Shell>>) -> Response {
    if shell.is_ready() {
        "ready\n".into_response()
    } else {
        Problem::new(Wrong::Unavailable).retry_after(1).into_response()
    }
}

async fn metrics(State(shell): State<Arc<Shell>>, Extension(peer): Extension<Peer>) -> Response {
    if !peer.loopback {
        return Problem::new(Wrong::NotFound).into_response();
    }
    let kind = [(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")];
    (StatusCode::OK, kind, shell.metrics.text()).into_response()
}
