//! Find: one line for people, posts and units.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use board::access::Action;
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Gate, Route, shape};
use crate::app::{App, Viewer};
use crate::views::find as view;

pub fn routes() -> Vec<Route> {
    vec![Route::page(
        "find",
        "/find",
        "People, posts and units by name, number or callsign",
        Gate::Needs(Action::ViewPeople),
        Some(shape::<view::FoundModel>),
        || get(find),
    )]
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Asked {
    /// Letters of a name, a number or a callsign.
    #[serde(default)]
    pub q: String,
}

async fn find(State(app): State<App>, viewer: Viewer, Query(Asked { q }): Query<Asked>) -> Response {
    let asked = q.trim();
    if viewer.wants_json {
        let model = app.look(viewer.actor(), viewer.locale, |sheet| view::model(sheet, asked));
        return axum::Json(model).into_response();
    }
    let title = viewer.locale.t("find");
    app.page(&viewer, None, "find", &title, |sheet| {
        html! {
            div.head { h1 { (title) }
                @if !asked.is_empty() { p.head-note { (sheet.say("find-as-of", &[("time", sheet.clock(sheet.now).into())])) } } }
            (view::page(sheet, asked))
        }
    })
}
