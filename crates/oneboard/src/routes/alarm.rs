//! Alarms: the list of a unit, one alarm, and what is done about it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use board::access::{Action, Place};
use board::alarm::{Command as Ask, Need, Refusal};
use board::{AlarmId, AssignmentId, Command, OperationId, PersonId, UnitId};
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;

use super::act::{Act, Answer, Desk, act};
use super::{Gate, Kind, Method, Route, shape};
use crate::app::{App, Viewer};
use crate::http::problem::Problem;
use crate::views;

pub fn routes() -> Vec<Route> {
    let page = |path, summary, gate, answer, serve| Route::page("alarm", path, summary, gate, answer, serve);
    let answer = Action::AnswerAlarm;
    vec![
        page("/alarms", "The alarms of the widest unit in view", Gate::SignedIn, None, || get(widest)),
        page(
            "/units/{unit}/alarms",
            "The alarms of a unit and all below it: open, lately over, and how many an hour",
            Gate::Needs(Action::ViewAlarms),
            Some(shape::<views::alarm::AlarmsModel>),
            || get(of_unit),
        ),
        page(
            "/alarms/{alarm}",
            "One alarm: what is wrong, whose it is, what was done",
            Gate::Needs(Action::ViewAlarms),
            Some(shape::<views::alarm::AlarmModel>),
            || get(one),
        ),
        Route::act::<Take>("alarm", "/alarms/{alarm}/take", "Take an alarm in hand", answer),
        Route::act::<HandOn>("alarm", "/alarms/{alarm}/hand-on", "Hand an alarm on to somebody else", answer),
        Route::act::<Report>("alarm", "/alarms/{alarm}/report", "Say what is being done about an alarm", answer),
        Route::act::<Clear>("alarm", "/alarms/{alarm}/clear", "Clear an alarm, in words", answer),
        Route {
            method: Method::Post,
            path: "/mine/call",
            noun: "alarm",
            summary: "Call for help or relief from one's own post",
            gate: Gate::Needs(Action::StandPost),
            kind: Kind::Act,
            body: Some(shape::<Call>),
            answer: Some(shape::<Answer>),
            serve: || post(act::<Call>),
        },
    ]
}

async fn widest(State(app): State<App>, viewer: Viewer) -> Response {
    let unit = app.look(viewer.actor(), viewer.locale, |sheet| {
        let kept = views::alarm::kept(sheet);
        kept.first().copied().or_else(|| sheet.scope(Action::ViewAlarms).widest(&sheet.board().force))
    });
    if let Some(unit) = unit {
        return Redirect::to(&views::alarm::list_address(unit)).into_response();
    }
    let title = viewer.locale.t("alarm");
    app.page(&viewer, None, "alarms", &title, |sheet| {
        html! { div.head { h1 { (title) } } p.empty { (sheet.t("alarm-not-yours")) } }
    })
}

async fn of_unit(State(app): State<App>, viewer: Viewer, Path(unit): Path<UnitId>) -> Result<Response, Problem> {
    app.require(&viewer, Action::ViewAlarms, Place::Unit(unit))?;
    if viewer.wants_json {
        let model = app.look(viewer.actor(), viewer.locale, |sheet| views::alarm::model(sheet, unit));
        return Ok(axum::Json(model).into_response());
    }
    let title = viewer.locale.t("alarm");
    Ok(app.page(&viewer, None, "alarms", &title, |sheet| {
        html! {
            div.head { h1 { (title) } p.head-note { (sheet.unit(unit)) } }
            (views::alarm::list(sheet, unit))
        }
    }))
}

async fn one(State(app): State<App>, viewer: Viewer, Path(id): Path<AlarmId>) -> Result<Response, Problem> {
    let published = app.submit.published();
    let Some(alarm) = published.board.alarms.find(id) else {
        // Who may see no alarms at all is not told whether there was one.
        app.require(&viewer, Action::ViewAlarms, Place::Force)?;
        return Err(app.refused(&viewer, &Refusal::NoSuchAlarm { alarm: id }.into()));
    };
    app.require(&viewer, Action::ViewAlarms, Place::Unit(alarm.cause.unit))?;
    if viewer.wants_json {
        let model = app.look(viewer.actor(), viewer.locale, |sheet| views::alarm::alarm_model(sheet, id, alarm));
        return Ok(axum::Json(model).into_response());
    }
    let title = viewer.locale.t("alarm-one");
    Ok(app.page(&viewer, alarm.operation, "alarms", &title, |sheet| {
        html! {
            div.head {
                h1 { (title) } p.head-note { (sheet.unit(alarm.cause.unit)) }
                p.acts { a.act href=(views::alarm::list_address(alarm.cause.unit)) { (sheet.t("alarm")) } }
            }
            (views::alarm::one(sheet, id))
        }
    }))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Take {
    alarm: AlarmId,
}

impl Act for Take {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Alarm(Ask::Take { alarm: self.alarm }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct HandOn {
    alarm: AlarmId,
    to: PersonId,
}

impl Act for HandOn {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Alarm(Ask::HandOn { alarm: self.alarm, to: self.to }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Report {
    alarm: AlarmId,
    words: Option<String>,
}

impl Act for Report {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words("words", self.words.as_deref().unwrap_or(""))?;
        Ok(Command::Alarm(Ask::Report { alarm: self.alarm, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Clear {
    alarm: AlarmId,
    /// Why it asks no more.
    words: Option<String>,
}

impl Act for Clear {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words("words", self.words.as_deref().unwrap_or(""))?;
        Ok(Command::Alarm(Ask::Clear { alarm: self.alarm, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Call {
    operation: OperationId,
    assignment: AssignmentId,
    need: Need,
    words: Option<String>,
}

impl Act for Call {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words_if_any("words", self.words.as_deref())?;
        let Self { operation, assignment, need, .. } = self;
        Ok(Command::Alarm(Ask::Call { id: desk.mint(), operation, assignment, need, words }))
    }
}
