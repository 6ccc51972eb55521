//! The watch: its page, taking and handing it over, and the log.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use board::access::{Action, Place};
use board::watch::{Command as Watch, Kind as LineKind, Triage};
use board::{Command, OperationId, PersonId, PostId, UnitId};
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;

use super::act::{Act, Count, Desk};
use super::{Gate, Route, shape};
use crate::app::{App, Viewer};
use crate::http::problem::{Kind as Wrong, Problem};
use crate::views;

/// A callsign as it is said on the air, in characters.
const LONGEST_CALLSIGN: usize = 40;

pub fn routes() -> Vec<Route> {
    let page = |path, summary, gate, answer, serve| Route::page("watch", path, summary, gate, answer, serve);
    vec![
        page("/watch", "The watch of one's own unit, or a choice", Gate::SignedIn, None, || get(own)),
        page(
            "/units/{unit}/watch",
            "Who holds the watch of a unit, what is open, and the log",
            Gate::Needs(Action::ViewWatch),
            Some(shape::<views::watch::WatchModel>),
            || get(one),
        ),
        page(
            "/units/{unit}/watch/take",
            "The brief of what is open, and taking the watch",
            Gate::Needs(Action::KeepWatch),
            None,
            || get(take),
        ),
        page(
            "/units/{unit}/watch/lines/{line}",
            "One line of the log, with everything added to it",
            Gate::Needs(Action::ViewWatch),
            Some(shape::<views::watch::LineModel>),
            || get(line),
        ),
        act::<Offer>("/units/{unit}/watch/offer", "Offer the watch to somebody", Action::KeepWatch),
        act::<Take>("/units/{unit}/watch/take", "Take the watch", Action::KeepWatch),
        act::<Sign>(
            "/units/{unit}/watch/sign",
            "Sign a handover for the outgoing officer who is gone",
            Action::Countersign,
        ),
        act::<Write>(
            "/units/{unit}/watch/log",
            "Write a line in the log; a verbal order names who gave it",
            Action::WriteLog,
        ),
        act::<SetTriage>(
            "/units/{unit}/watch/lines/{line}/triage",
            "Say what a line asks of the watch, and whose it is",
            Action::Triage,
        ),
        act::<Decide>("/units/{unit}/watch/lines/{line}/decide", "Record what was decided on a line", Action::Triage),
        act::<Close>("/units/{unit}/watch/lines/{line}/close", "Close a line", Action::Triage),
        act::<Countersign>(
            "/units/{unit}/watch/lines/{line}/countersign",
            "Sign for a verbal order one gave",
            Action::Countersign,
        ),
        act::<Dispute>(
            "/units/{unit}/watch/lines/{line}/dispute",
            "Say that a verbal order was not given so",
            Action::Countersign,
        ),
    ]
}

fn act<A: Act>(path: &'static str, summary: &'static str, action: Action) -> Route {
    Route::act::<A>("watch", path, summary, action)
}

#[derive(Debug, Deserialize)]
struct Chosen {
    unit: Option<UnitId>,
}

async fn own(State(app): State<App>, viewer: Viewer, Query(chosen): Query<Chosen>) -> Response {
    if let Some(unit) = chosen.unit {
        return Redirect::to(&views::watch::address(unit)).into_response();
    }
    let units: Vec<UnitId> = app.look(viewer.actor(), viewer.locale, |sheet| {
        let force = &sheet.board().force;
        let kept: Vec<UnitId> = sheet.scope(Action::KeepWatch).units(force).map(|unit| unit.id).collect();
        // Whoever keeps none may look at those that are kept.
        if kept.is_empty() {
            let seen = sheet.scope(Action::ViewWatch);
            return seen
                .units(force)
                .filter(|unit| sheet.board().watch(unit.id).is_some())
                .map(|unit| unit.id)
                .collect();
        }
        kept
    });
    if let [unit] = units[..] {
        return Redirect::to(&views::watch::address(unit)).into_response();
    }
    let title = viewer.locale.t("watch");
    app.page(&viewer, None, "watch", &title, |sheet| {
        html! { div.head { h1 { (title) } } (views::watch::choice(sheet, &units)) }
    })
}

/// The unit, if it is on the board and the viewer may do `action` there.
fn known(app: &App, viewer: &Viewer, unit: UnitId, action: Action) -> Result<(), Problem> {
    app.require(viewer, action, Place::Unit(unit))?;
    let published = app.submit.published();
    published.board.force.known_unit(unit).map(|_| ()).map_err(|refusal| app.refused(viewer, &refusal.into()))
}

async fn one(State(app): State<App>, viewer: Viewer, Path(unit): Path<UnitId>) -> Result<Response, Problem> {
    known(&app, &viewer, unit, Action::ViewWatch)?;
    if viewer.wants_json {
        let model = app.look(viewer.actor(), viewer.locale, |sheet| {
            let nobody = board::watch::Watch::default();
            views::watch::model(sheet, unit, sheet.board().watch(unit).unwrap_or(&nobody))
        });
        return Ok(axum::Json(model).into_response());
    }
    let title = viewer.locale.t("watch");
    Ok(app.page(&viewer, None, "watch", &title, |sheet| {
        let operation = sheet.present_operation();
        html! {
            div.head { h1 { (title) } p.head-note { (sheet.unit(unit)) } }
            div.split {
                (views::watch::watch(sheet, unit))
                section.watch-log {
                    h2 { (sheet.t("watch-log")) }
                    (views::watch::log(sheet, unit))
                    (views::watch::entry(sheet, unit, operation))
                    (views::watch::order_form(sheet, unit, operation))
                }
            }
        }
    }))
}

async fn take(State(app): State<App>, viewer: Viewer, Path(unit): Path<UnitId>) -> Result<Response, Problem> {
    known(&app, &viewer, unit, Action::KeepWatch)?;
    let title = viewer.locale.t("watch-take");
    Ok(app.page(&viewer, None, "watch", &title, |sheet| {
        html! {
            div.head { h1 { (title) } p.head-note { (sheet.unit(unit)) } }
            div.split {
                (views::watch::brief(sheet, unit))
                div { (views::watch::exceptions(sheet, unit)) }
            }
        }
    }))
}

async fn line(
    State(app): State<App>,
    viewer: Viewer,
    Path((unit, number)): Path<(UnitId, u32)>,
) -> Result<Response, Problem> {
    known(&app, &viewer, unit, Action::ViewWatch)?;
    let published = app.submit.published();
    let found = published.board.watch(unit).and_then(|watch| watch.line(number));
    let missing = board::watch::Refusal::NoSuchLine { line: number };
    let found = found.ok_or_else(|| Problem::new(Wrong::NotFound).detail(app.words(&viewer, &missing.into())))?;
    if viewer.wants_json {
        let model = app.look(viewer.actor(), viewer.locale, |sheet| views::watch::line_model(sheet, number, found));
        return Ok(axum::Json(model).into_response());
    }
    let title = viewer.locale.tx("watch-line", &[("line", number.into())]);
    Ok(app.page(&viewer, found.operation, "watch", &title, |sheet| {
        html! {
            div.head {
                h1 { (title) } p.head-note { (sheet.unit(unit)) }
                p.acts { a.act href={ (views::watch::address(unit)) "#line-" (number) } { (sheet.t("watch-log")) } }
            }
            (views::watch::one(sheet, unit, number, found))
        }
    }))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Offer {
    unit: UnitId,
    to: PersonId,
}

impl Act for Offer {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Watch(Watch::Offer { unit: self.unit, to: self.to }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Take {
    unit: UnitId,
    leader: Option<PersonId>,
    /// The number of the last line that was read.
    read_to: Count,
    /// Who gets the open lines that nobody owns.
    carry_to: Option<PersonId>,
}

impl Act for Take {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        let Self { unit, leader, read_to: Count(read_to), carry_to } = self;
        Ok(Command::Watch(Watch::Take { unit, leader, read_to, carry_to }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Sign {
    unit: UnitId,
}

impl Act for Sign {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Watch(Watch::SignHandover { unit: self.unit }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Write {
    unit: UnitId,
    kind: LineKind,
    operation: Option<OperationId>,
    /// Who reported, as said on the air. A post of that callsign is found by itself.
    callsign: Option<String>,
    post: Option<PostId>,
    words: Option<String>,
    /// For a verbal order: who gave it.
    by_order_of: Option<PersonId>,
}

impl Act for Write {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words("words", self.words.as_deref().unwrap_or(""))?;
        let callsign = desk.label("callsign", self.callsign.as_deref().unwrap_or(""), LONGEST_CALLSIGN)?;
        let post = self.post.or_else(|| heard(desk, self.unit, self.operation, &callsign));
        let Self { unit, kind, operation, by_order_of, .. } = self;
        let callsign = callsign.as_str().into();
        Ok(Command::Watch(Watch::Write { unit, kind, operation, callsign, post, words, by_order_of }))
    }
}

/// The one post below `unit` that answers to this callsign.
fn heard(desk: &Desk, unit: UnitId, operation: Option<OperationId>, callsign: &str) -> Option<PostId> {
    let published = desk.app.submit.published();
    let board = &published.board;
    let operation = board.operation(operation?)?;
    if callsign.is_empty() {
        return None;
    }
    let mut posts = operation
        .posts
        .iter()
        .filter(|post| !post.closed && *post.callsign == *callsign && board.force.is_within(post.unit, unit));
    let found = posts.next()?;
    posts.next().is_none().then_some(found.id)
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct SetTriage {
    unit: UnitId,
    line: Count,
    triage: Triage,
    /// Whose it is; where nobody is named it stays whose it was, and a line for action that is nobody's is the sender's.
    owner: Option<PersonId>,
}

impl Act for SetTriage {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let Self { unit, line: Count(line), triage, owner } = self;
        let published = desk.app.submit.published();
        let held = published.board.watch(unit).and_then(|watch| watch.line(line)).and_then(|found| found.owner);
        let taken = (triage == Triage::Action).then_some(desk.viewer.person);
        Ok(Command::Watch(Watch::Triage { unit, line, triage, owner: owner.or(held).or(taken) }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Decide {
    unit: UnitId,
    line: Count,
    words: Option<String>,
}

impl Act for Decide {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words("words", self.words.as_deref().unwrap_or(""))?;
        Ok(Command::Watch(Watch::Decide { unit: self.unit, line: self.line.0, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Close {
    unit: UnitId,
    line: Count,
}

impl Act for Close {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Watch(Watch::CloseLine { unit: self.unit, line: self.line.0 }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Countersign {
    unit: UnitId,
    line: Count,
}

impl Act for Countersign {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Watch(Watch::Countersign { unit: self.unit, line: self.line.0 }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Dispute {
    unit: UnitId,
    line: Count,
    words: Option<String>,
}

impl Act for Dispute {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words("words", self.words.as_deref().unwrap_or(""))?;
        Ok(Command::Watch(Watch::Dispute { unit: self.unit, line: self.line.0, words }))
    }
}
