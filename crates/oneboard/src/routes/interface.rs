//! The interface's own files: styles, scripts, and the service worker of *My post*.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::{Gate, Kind, Method, Route};
use crate::http::problem::{Kind as Wrong, Problem};

/// The mark in the browser's tab: a board with one post that is not grey.
const ICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" fill="#14171A"/><path d="M3 3h4v4H3zM9 3h4v4H9zM3 9h4v4H3z" fill="#8A9096"/><path d="M9 9h4v4H9z" fill="#E8A317"/></svg>"##;

pub fn routes() -> Vec<Route> {
    let file = |path, serve| Route {
        method: Method::Get,
        path,
        noun: "interface",
        summary: "A file of the interface",
        gate: Gate::Public,
        kind: Kind::File,
        body: None,
        answer: None,
        serve,
    };
    vec![
        file("/assets/{file}", || {
            get(
                |Path(name): Path<String>, headers: HeaderMap| async move { asset(&format!("/assets/{name}"), &headers) },
            )
        }),
        file("/icon.svg", || {
            get(|| async {
                ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "public, max-age=86400")], ICON)
            })
        }),
        file(::interface::SW_JS, || get(|headers: HeaderMap| async move { asset(::interface::SW_JS, &headers) })),
    ]
}

fn asset(path: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let asset = ::interface::asset(path).ok_or(Problem::new(Wrong::NotFound))?;
    let asked = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let keep = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let common = [
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
        (header::ETAG, HeaderValue::from_static(asset.etag)),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    if asked(header::IF_NONE_MATCH).split(',').any(|tag| tag.trim() == asset.etag) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type))];
    if asked(header::ACCEPT_ENCODING).contains("gzip") {
        let packed = [(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
        return Ok((common, kind, packed, asset.gzip).into_response());
    }
    Ok((common, kind, asset.bytes).into_response())
}
