//! The live stream: what a page shows, kept true.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use live::{Pulse, Seat};
use serde::Deserialize;

use super::{Gate, Kind, Method, Route};
use crate::app::{App, Viewer};
use crate::fragment::Fragment;
use crate::http::negotiate::Language;
use crate::http::problem::{Kind as Wrong, Problem};

pub fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::Get,
        path: "/live",
        noun: "live",
        summary: "Server-sent events: the named fragments, now and whenever they change",
        gate: Gate::SignedIn,
        kind: Kind::Stream,
        body: None,
        answer: None,
        serve: || get(stream),
    }]
}

#[derive(Debug, Deserialize)]
struct Asked {
    /// Ids of fragments, each with `~` and the version the page has, separated by commas.
    f: String,
    /// The page's language; a shared worker sends its own.
    lang: Option<String>,
    pulse: Option<String>,
}

async fn stream(
    State(app): State<App>,
    viewer: Viewer,
    Query(asked): Query<Asked>,
    seat: Option<axum::Extension<Seat>>,
) -> Result<Response, Problem> {
    let mut fragments: Vec<Fragment> = Vec::new();
    let mut have: Vec<(Arc<str>, u64)> = Vec::new();
    for part in asked.f.split(',').filter(|part| !part.is_empty()).take(live::MAX_SET + 1) {
        let (id, version) = part.split_once('~').unwrap_or((part, ""));
        let fragment = id
            .parse()
            .map_err(|fault: crate::fragment::NotAFragment| Problem::new(Wrong::BadRequest).value(fault.to_string()))?;
        fragments.push(fragment);
        if let Ok(version) = u64::from_str_radix(version, 16) {
            have.push((id.into(), version));
        }
    }
    let published = app.submit.published();
    let language = asked.lang.as_deref().and_then(Language::parse).unwrap_or(viewer.locale.language) as u8;
    let (set, refused) =
        app.lookout.keys(&published.board, viewer.person, viewer.session, &fragments, language, app.now());
    let pulse = if asked.pulse.is_some() { Pulse::Second } else { Pulse::Slow };
    let joining = live::Viewer { session: viewer.session, set: set.into(), have, refused, pulse };
    let response = live::answer(app.lookout.hub(), joining, seat.as_deref())
        .map_err(|fault| Problem::new(Wrong::Unavailable).value(fault.to_string()).retry_after(2))?;
    Ok(response.map(Body::new).into_response())
}

/// The language of a key's number.
pub const fn language(number: u8) -> Language {
    match number {
        1 => Language::ZhCn,
        _ => Language::En,
    }
}
