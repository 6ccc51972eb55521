//! Warnings: entering one by hand, changing and cancelling it, and looking at one.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use board::access::{Action, Place};
use board::warning::{Colour, Command as Warning, Entry, Hazard, Signal, Source};
use board::{Command, Label, UnitId, WarningId};
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;

use super::act::{Act, Desk, Several, Tick};
use super::{Gate, Route, shape};
use crate::app::{App, Viewer};
use crate::fragment::Fragment;
use crate::http::problem::Problem;
use crate::views::warning as view;

const NOUN: &str = "warning";
/// The name of an office.
const LONGEST_ISSUER: usize = 80;

pub fn routes() -> Vec<Route> {
    let see = Gate::Needs(Action::ViewRoads);
    let enters = Action::EnterWarning;
    vec![
        Route::act::<Enter>(NOUN, "/warnings", "Enter a warning by hand", enters),
        Route::page(
            NOUN,
            "/units/{unit}/warnings/new",
            "The form in which a warning is entered",
            Gate::Needs(enters),
            None,
            || get(form),
        ),
        Route::page(
            NOUN,
            "/warnings/{warning}",
            "One warning: what it says, where it holds, its history",
            see,
            Some(shape::<view::WarningModel>),
            || get(one),
        ),
        Route::act::<Update>(NOUN, "/warnings/{warning}/update", "Change a warning as its office did", enters),
        Route::act::<Cancel>(NOUN, "/warnings/{warning}/cancel", "Cancel a warning as its office did", enters),
    ]
}

async fn form(State(app): State<App>, viewer: Viewer, Path(unit): Path<UnitId>) -> Result<Response, Problem> {
    app.require(&viewer, Action::EnterWarning, Place::Unit(unit))?;
    let title = viewer.locale.t("warning-enter");
    Ok(app.page(&viewer, None, "roads", &title, |sheet| {
        html! { div.head { h1 { (title) } p.head-note { (sheet.unit(unit)) } } (view::form(sheet, unit, None)) }
    }))
}

async fn one(State(app): State<App>, viewer: Viewer, Path(id): Path<WarningId>) -> Result<Response, Problem> {
    let published = app.submit.published();
    let missing = || app.refused(&viewer, &board::warning::Refusal::WarningNotInForce { warning: id }.into());
    let found = published.board.warnings.find(id).ok_or_else(missing)?;
    app.require(&viewer, Action::ViewRoads, Place::Unit(found.unit))?;
    if viewer.wants_json {
        return Ok(axum::Json(view::model(id, found)).into_response());
    }
    let title = viewer.locale.t("warning");
    Ok(app.page(&viewer, None, "roads", &title, |sheet| {
        html! {
            div.head { h1 { (view::name(sheet, &found.now.signal)) } p.head-note { a href={ "/units/" (found.unit) "/roads" } { (sheet.t("roads")) " · " (sheet.unit(found.unit)) } } }
            (app.fragment(sheet, Fragment::Warning(id)))
        }
    }))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Enter {
    unit: UnitId,
    /// An exercise or a test, which proposes nothing.
    #[serde(default)]
    exercise: Tick,
    #[serde(flatten)]
    signal: Said,
}

/// What its office says.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Said {
    hazard: Hazard,
    colour: Colour,
    /// The office.
    issuer: String,
    /// Local day and time.
    issued: String,
    /// Local day and time; a day from now where its office gives none.
    ends: Option<String>,
    /// Its own words.
    words: Option<String>,
    /// It holds on the roads of these and of those below them.
    #[serde(default)]
    units: Several<UnitId>,
    #[serde(default)]
    sections: Several<board::SectionId>,
}

impl Said {
    fn signal(self, desk: &mut Desk) -> Result<Signal, Problem> {
        let Self { hazard, colour, issuer, issued, ends, words, units, sections } = self;
        let issuer = desk.label("issuer", &issuer, LONGEST_ISSUER)?;
        Ok(Signal {
            hazard,
            colour,
            issuer: Label::new(&issuer, ""),
            words: desk.words_if_any("words", words.as_deref())?,
            issued: desk.instant("issued", &issued)?,
            ends: ends.map(|ends| desk.instant("ends", &ends)).transpose()?,
            units: units.0,
            sections: sections.0,
        })
    }
}

impl Act for Enter {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let id = desk.mint();
        let Self { unit, exercise, signal } = self;
        let signal = signal.signal(desk)?;
        let entry = Entry { id, unit, source: Source::Hand, exercise: exercise.0, signal };
        Ok(Command::Warning(Warning::Enter(Box::new(entry))))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Update {
    warning: WarningId,
    #[serde(flatten)]
    signal: Said,
}

impl Act for Update {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let signal = Box::new(self.signal.signal(desk)?);
        Ok(Command::Warning(Warning::Update { warning: self.warning, signal }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Cancel {
    warning: WarningId,
    words: Option<String>,
}

impl Act for Cancel {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words_if_any("words", self.words.as_deref())?;
        Ok(Command::Warning(Warning::Cancel { warning: self.warning, words }))
    }
}
