//! Call-outs: opening one, who comes, and closing it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use board::access::{Action, Place};
use board::call_out::{Answer as Said, Circle, Command as CallOut};
use board::checkin::How;
use board::{CallOutId, Command, OperationId, PersonId, UnitId};
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;

use super::act::{Act, Answer, Desk, act};
use super::{Gate, Kind, Method, Route, shape};
use crate::app::{App, Viewer};
use crate::fragment::Fragment;
use crate::http::problem::Problem;
use crate::views::call_out as view;

const NOUN: &str = "call_out";

pub fn routes() -> Vec<Route> {
    let see = Gate::Needs(Action::ViewRoster);
    vec![
        Route::page(NOUN, "/units/{unit}/call-outs", "The call-outs of a unit and those below it", see, None, || {
            get(list)
        }),
        Route::act::<Open>(
            NOUN,
            "/operations/{operation}/call-outs",
            "Call out standby, and reserve if need be",
            Action::OpenCallOut,
        ),
        Route::page(
            NOUN,
            "/call-outs/{call_out}",
            "One call-out: called, coming, arrived, cannot",
            see,
            Some(shape::<view::CallOutModel>),
            || get(one),
        ),
        Route::act::<Record>(
            NOUN,
            "/call-outs/{call_out}/answers",
            "Record what somebody who was called said",
            Action::RecordPresence,
        ),
        Route {
            method: Method::Post,
            path: "/mine/call-out",
            noun: NOUN,
            summary: "Say whether one comes to a call-out",
            gate: Gate::Needs(Action::AnswerCallOut),
            kind: Kind::Act,
            body: Some(shape::<Own>),
            answer: Some(shape::<Answer>),
            serve: || post(act::<Own>),
        },
        Route::act::<Close>(NOUN, "/call-outs/{call_out}/close", "Close a call-out", Action::OpenCallOut),
    ]
}

async fn list(State(app): State<App>, viewer: Viewer, Path(unit): Path<UnitId>) -> Result<Response, Problem> {
    app.require(&viewer, Action::ViewRoster, Place::Unit(unit))?;
    let title = viewer.locale.t("call-outs");
    Ok(app.page(&viewer, None, "directives", &title, |sheet| {
        html! { div.head { h1 { (title) } p.head-note { (sheet.unit(unit)) } } (view::list(sheet, unit)) }
    }))
}

async fn one(State(app): State<App>, viewer: Viewer, Path(id): Path<CallOutId>) -> Result<Response, Problem> {
    let published = app.submit.published();
    let missing = || app.refused(&viewer, &board::call_out::Refusal::NoSuchCallOut { call_out: id }.into());
    let found = published.board.call_outs.get(id).ok_or_else(missing)?;
    app.require(&viewer, Action::ViewRoster, Place::Unit(found.unit))?;
    if viewer.wants_json {
        return Ok(axum::Json(view::model(id, found)).into_response());
    }
    let title = viewer.locale.t("call-out");
    Ok(app.page(&viewer, Some(found.operation), "directives", &title, |sheet| {
        html! { div.head { h1 { (title) } p.head-note { (sheet.unit(found.unit)) } } (app.fragment(sheet, Fragment::CallOut(id))) }
    }))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Open {
    operation: OperationId,
    unit: UnitId,
    circle: Circle,
    /// Where to report.
    words: Option<String>,
}

impl Act for Open {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let id = desk.mint();
        let words = desk.words_if_any("words", self.words.as_deref())?;
        let Self { operation, unit, circle, .. } = self;
        Ok(Command::CallOut(CallOut::Open { id, operation, unit, circle, words }))
    }
}

/// What somebody who was called says.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    Coming,
    Arrived,
    Cannot,
}

/// How soon somebody who says only that they come is expected.
const SOON: board::Minutes = board::Minutes(60);

fn said(desk: &mut Desk, word: Word, due: Option<&str>, words: Option<&str>) -> Result<Said, Problem> {
    Ok(match word {
        Word::Coming => Said::Coming {
            due: due.map(|due| desk.instant("due", due)).transpose()?.unwrap_or_else(|| desk.app.now().plus(SOON)),
        },
        Word::Arrived => Said::Arrived,
        Word::Cannot => Said::Cannot { words: desk.words("words", words.unwrap_or(""))? },
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Record {
    call_out: CallOutId,
    person: PersonId,
    word: Word,
    /// By telephone where nothing is said.
    how: Option<How>,
    /// Local day and time at which they will be there; within the hour where nothing is said.
    due: Option<String>,
    /// Why they cannot.
    words: Option<String>,
}

impl Act for Record {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let answer = said(desk, self.word, self.due.as_deref(), self.words.as_deref())?;
        let how = self.how.unwrap_or(How::Telephone);
        Ok(Command::CallOut(CallOut::Answer { call_out: self.call_out, person: self.person, answer, how }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Own {
    call_out: CallOutId,
    word: Word,
    due: Option<String>,
    words: Option<String>,
}

impl Act for Own {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let answer = said(desk, self.word, self.due.as_deref(), self.words.as_deref())?;
        let (person, how) = (desk.viewer.person, How::InPerson);
        Ok(Command::CallOut(CallOut::Answer { call_out: self.call_out, person, answer, how }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Close {
    call_out: CallOutId,
}

impl Act for Close {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::CallOut(CallOut::Close { call_out: self.call_out }))
    }
}
