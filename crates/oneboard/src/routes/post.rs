//! Posts: a unit's list, and one post.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use board::access::{Action, Place};
use board::{OperationId, PostId, UnitId};
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Gate, Kind, Method, Route, shape};
use crate::app::{App, Viewer};
use crate::fragment::Show;
use crate::http::problem::Problem;
use crate::views;

pub fn routes() -> Vec<Route> {
    vec![
        Route {
            method: Method::Get,
            path: "/operations/{operation}/posts",
            noun: "post",
            summary: "The posts of a unit and below, all or by what is wrong with them",
            gate: Gate::Needs(Action::ViewPosts),
            kind: Kind::Page,
            body: None,
            answer: Some(shape::<Vec<views::post::PostModel>>),
            serve: || get(list),
        },
        Route {
            method: Method::Get,
            path: "/operations/{operation}/posts/{post}",
            noun: "post",
            summary: "One post: who stands it now and next",
            gate: Gate::Needs(Action::ViewPosts),
            kind: Kind::Page,
            body: None,
            answer: Some(shape::<views::post::PostModel>),
            serve: || get(one),
        },
    ]
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Filter {
    /// The unit whose branch is listed; the widest that the viewer may see where it is left out.
    pub unit: Option<UnitId>,
    #[serde(default)]
    pub show: Show,
}

async fn list(
    State(app): State<App>,
    viewer: Viewer,
    Path(operation): Path<OperationId>,
    Query(filter): Query<Filter>,
) -> Result<Response, Problem> {
    let board = &app.submit.published().board;
    let found = board.known_operation(operation).map_err(|refusal| app.refused(&viewer, &refusal.into()))?;
    let unit = app.unit_in_view(&viewer, Action::ViewPosts, found, filter.unit)?;
    if viewer.wants_json {
        let posts = app.look(viewer.actor(), viewer.locale, |sheet| {
            let posts = views::post::posts_in_view(sheet, found, unit, filter.show);
            posts.map(|(post, duty)| views::post::model(sheet, found, post, &duty)).collect::<Vec<_>>()
        });
        return Ok(axum::Json(posts).into_response());
    }
    let title = viewer.locale.t("posts");
    Ok(app.page(&viewer, Some(operation), "posts", &title, |sheet| {
        html! {
            div.head { h1 { (title) } p.head-note { (sheet.unit(unit)) }
                div.acts {
                    a.act href={ "/operations/" (operation) "/strips?unit=" (unit) } { (sheet.t("strips")) }
                    @if !sheet.scope(Action::Export).is_empty() { a.act href={ "/operations/" (operation) "/posts.xlsx" } { (sheet.t("export-posts")) } }
                }
            }
            (views::post::filters(sheet, operation, unit, filter.show))
            (views::post::list(sheet, operation, unit, filter.show))
        }
    }))
}

async fn one(
    State(app): State<App>,
    viewer: Viewer,
    Path((operation, post)): Path<(OperationId, PostId)>,
) -> Result<Response, Problem> {
    app.require(&viewer, Action::ViewPosts, Place::Post(operation, post))?;
    let board = &app.submit.published().board;
    let missing = || app.refused(&viewer, &board::post::Refusal::NoSuchPost { post }.into());
    let found = board.operation(operation).ok_or_else(missing)?;
    let this = found.posts.get(post).ok_or_else(missing)?;
    if viewer.wants_json {
        let duty = found.presence.duty(post);
        let model = app.look(viewer.actor(), viewer.locale, |sheet| views::post::model(sheet, found, this, &duty));
        return Ok(axum::Json(model).into_response());
    }
    let title = &this.number;
    Ok(app.page(&viewer, Some(operation), "posts", title, |sheet| {
        html! {
            div.head { h1 { (this.number) " " (sheet.label(&this.name)) } p.head-note { (sheet.unit(this.unit)) } }
            (views::post::page(sheet, operation, post))
        }
    }))
}
