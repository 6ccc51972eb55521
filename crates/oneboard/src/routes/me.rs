//! *Needs me*: what waits for one person's word, on a phone first.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::{Gate, Route, shape};
use crate::app::{App, Viewer};
use crate::views;

pub fn routes() -> Vec<Route> {
    vec![Route::page(
        "me",
        "/needs-me",
        "What waits for one's own word: alarms, signatures, approvals, gaps, open entries",
        Gate::SignedIn,
        Some(shape::<views::me::NeedsModel>),
        || get(needs),
    )]
}

async fn needs(State(app): State<App>, viewer: Viewer) -> Response {
    if viewer.wants_json {
        let model = app.look(viewer.actor(), viewer.locale, |sheet| views::me::model(sheet, viewer.person));
        return axum::Json(model).into_response();
    }
    let title = viewer.locale.t("me");
    app.page(&viewer, None, "me", &title, |sheet| {
        maud::html! {
            div.head { h1 { (title) } p.head-note { (sheet.name(viewer.person)) } }
            (views::me::needs(sheet, viewer.person))
        }
    })
}
