//! Roads: the sections of a unit with what holds on them, one section, and what somebody sees there.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use board::access::{Action, Place};
use board::attachment::Digest;
use board::section::{Command as Section, Observer, Queue, Section as Row, Seen, Surface, Visibility, Wind};
use board::{Command, OperationId, PostId, SectionId, UnitId};
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;

use super::act::{Act, Answer, Desk, Several, act};
use super::{Gate, Kind, Method, Route, shape};
use crate::app::{App, Viewer};
use crate::fragment::Fragment;
use crate::http::problem::Problem;
use crate::views::section as view;

const NOUN: &str = "section";

pub fn routes() -> Vec<Route> {
    let see = Gate::Needs(Action::ViewRoads);
    vec![
        Route::page(NOUN, "/roads", "The roads of one's own unit", Gate::SignedIn, None, || get(own)),
        Route::page(
            NOUN,
            "/units/{unit}/roads",
            "Warnings, decisions and sections of a unit and those below it",
            see,
            Some(shape::<view::RoadsModel>),
            || get(roads),
        ),
        Route::page(
            NOUN,
            "/sections/{section}",
            "One section: warnings, measures, observations",
            see,
            Some(shape::<view::SectionModel>),
            || get(one),
        ),
        Route::act::<Keep>(NOUN, "/sections", "Take sections from a network", Action::KeepRoads),
        Route::act::<Observe>(
            NOUN,
            "/sections/{section}/observations",
            "Record what a patrol sees of a section",
            Action::ObserveRoad,
        ),
        Route::act::<Station>(
            NOUN,
            "/operations/{operation}/posts/{post}/sections",
            "Say on which sections a post stands",
            Action::PlanPosts,
        ),
        Route {
            method: Method::Post,
            path: "/mine/road",
            noun: NOUN,
            summary: "Say what one sees of the road from one's post",
            gate: Gate::Needs(Action::StandPost),
            kind: Kind::Act,
            body: Some(shape::<Own>),
            answer: Some(shape::<Answer>),
            serve: || post(act::<Own>),
        },
    ]
}

async fn own(State(app): State<App>, viewer: Viewer) -> Response {
    let published = app.submit.published();
    let scope = board::access::scope(&published.board, viewer.actor(), Action::ViewRoads, app.now());
    let unit = scope.widest(&published.board.force);
    Redirect::to(&unit.map_or_else(|| "/mine".to_owned(), |unit| format!("/units/{unit}/roads"))).into_response()
}

async fn roads(State(app): State<App>, viewer: Viewer, Path(unit): Path<UnitId>) -> Result<Response, Problem> {
    app.require(&viewer, Action::ViewRoads, Place::Unit(unit))?;
    if viewer.wants_json {
        let model = app.look(viewer.actor(), viewer.locale, |sheet| view::model(sheet, unit));
        return Ok(axum::Json(model).into_response());
    }
    let title = viewer.locale.t("roads");
    Ok(app.page(&viewer, None, "roads", &title, |sheet| {
        html! {
            div.head { h1 { (title) } p.head-note { (sheet.unit(unit)) }
                div.acts {
                    @if sheet.may(Action::EnterWarning, Place::Unit(unit)) { a.act.main href={ "/units/" (unit) "/warnings/new" } { (sheet.t("warning-enter")) } " " }
                    a.act href="/roads/rules" { (sheet.t("measure-rules")) }
                } }
            (app.fragment(sheet, Fragment::Roads(unit)))
        }
    }))
}

async fn one(State(app): State<App>, viewer: Viewer, Path(id): Path<SectionId>) -> Result<Response, Problem> {
    let published = app.submit.published();
    let missing = || app.refused(&viewer, &board::section::Refusal::NoSuchSection { section: id }.into());
    let found = published.board.sections.get(id).ok_or_else(missing)?;
    app.require(&viewer, Action::ViewRoads, Place::Unit(found.unit))?;
    if viewer.wants_json {
        let model = app.look(viewer.actor(), viewer.locale, |sheet| view::section_model(sheet, found));
        return Ok(axum::Json(model).into_response());
    }
    let title = viewer.locale.t("section");
    Ok(app.page(&viewer, None, "roads", &title, |sheet| {
        html! {
            div.head { h1 { (view::name(sheet, found)) } p.head-note { a href={ "/units/" (found.unit) "/roads" } { (sheet.t("roads")) " · " (sheet.unit(found.unit)) } } }
            (app.fragment(sheet, Fragment::Section(id)))
        }
    }))
}

/// What `oneboard roads sections` prints.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Keep {
    /// SHA-256 of the network.
    network: Digest,
    rows: Vec<Row>,
    /// Those that the network no longer has.
    #[serde(default)]
    gone: Vec<SectionId>,
}

impl Act for Keep {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        let Self { network, rows: sections, gone } = self;
        Ok(Command::Section(Section::Keep { network, sections, gone }))
    }
}

/// What one sees; what is left out was not looked at.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Look {
    visibility: Option<Visibility>,
    surface: Option<Surface>,
    queue: Option<Queue>,
    wind: Option<Wind>,
}

impl Look {
    const fn seen(self) -> Seen {
        let Self { visibility, surface, queue, wind } = self;
        Seen { visibility, surface, queue, wind }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Observe {
    section: SectionId,
    #[serde(flatten)]
    look: Look,
}

impl Act for Observe {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let published = desk.app.submit.published();
        let missing = board::section::Refusal::NoSuchSection { section: self.section };
        let found = published.board.sections.get(self.section);
        let unit = found.ok_or_else(|| desk.app.refused(&desk.viewer, &missing.into()))?.unit;
        let (observer, seen) = (Observer::Unit { unit }, self.look.seen());
        Ok(Command::Section(Section::Observe { sections: vec![self.section], observer, seen }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Own {
    operation: OperationId,
    post: PostId,
    #[serde(flatten)]
    look: Look,
}

impl Act for Own {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let Self { operation, post, look } = self;
        let sections = desk.app.submit.published().board.sections.of_post(operation, post).to_vec();
        let (observer, seen) = (Observer::Post { operation, post }, look.seen());
        Ok(Command::Section(Section::Observe { sections, observer, seen }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Station {
    operation: OperationId,
    post: PostId,
    #[serde(default)]
    sections: Several<SectionId>,
}

impl Act for Station {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        let Self { operation, post, sections } = self;
        Ok(Command::Section(Section::Station { operation, post, sections: sections.0 }))
    }
}
