//! The roster by hand: a unit's day, a post's shifts, one shift and who could stand it.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use board::access::{Action, Place};
use board::roster::{AssignmentRow, Command as Roster, DutyKind, Shift, ShiftRow};
use board::{AssignmentId, At, Command, OperationId, PersonId, PostId, ShiftId, Span, UnitId};
use jiff::civil::{Date, DateTime};
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;
use smallvec::SmallVec;

use super::act::{Act, Count, Desk};
use super::{Gate, Route, shape};
use crate::app::{App, Viewer};
use crate::calendar::{Feed, Subject};
use crate::http::problem::{Kind as Wrong, Problem};
use crate::views;
use crate::views::roster::shift::Intent;

const NOUN: &str = "roster";

pub fn routes() -> Vec<Route> {
    let see = Gate::Needs(Action::ViewRoster);
    vec![
        Route::page(
            NOUN,
            "/operations/{operation}/roster",
            "The roster of a unit and below on one day",
            see,
            Some(shape::<Vec<views::roster::PostModel>>),
            || get(day),
        ),
        Route::page(
            NOUN,
            "/operations/{operation}/posts/{post}/roster",
            "One post's shifts from now on",
            see,
            Some(shape::<Vec<views::roster::ShiftModel>>),
            || get(of_post),
        ),
        Route::page(
            NOUN,
            "/operations/{operation}/shifts/{shift}",
            "One shift: who stands it and who could",
            see,
            Some(shape::<views::roster::ShiftModel>),
            || get(shift),
        ),
        Route::act::<KeepShift>(
            NOUN,
            "/operations/{operation}/posts/{post}/shifts",
            "Add a shift to a post, or change one",
            Action::Assign,
        ),
        Route::act::<DropShift>(
            NOUN,
            "/operations/{operation}/shifts/{shift}/drop",
            "Take a shift off the roster, with everybody on it",
            Action::Assign,
        ),
        Route::act::<Assign>(
            NOUN,
            "/operations/{operation}/shifts/{shift}/assignments",
            "Assign a person to a shift, on the post or on standby; with an assignment's id, change it",
            Action::Assign,
        ),
        Route::act::<Unassign>(
            NOUN,
            "/operations/{operation}/assignments/{assignment}/unassign",
            "Take a person off a shift",
            Action::Assign,
        ),
        Route::act::<Replace>(
            NOUN,
            "/operations/{operation}/assignments/{assignment}/replace",
            "Somebody stands in for another, who is then free",
            Action::Assign,
        ),
        Route::act::<Swap>(
            NOUN,
            "/operations/{operation}/assignments/{assignment}/swap",
            "Two people take each other's shifts",
            Action::Assign,
        ),
        Route::act::<Pin>(
            NOUN,
            "/operations/{operation}/assignments/{assignment}/pin",
            "Pin an assignment, so that nobody moves it, or unpin it",
            Action::Assign,
        ),
    ]
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct DayFilter {
    /// The unit whose branch is listed; the widest that the viewer may see where it is left out.
    pub unit: Option<UnitId>,
    /// A local date such as 2027-02-13; today where it is left out.
    pub day: Option<String>,
}

async fn day(
    State(app): State<App>,
    viewer: Viewer,
    Path(operation): Path<OperationId>,
    Query(filter): Query<DayFilter>,
) -> Result<Response, Problem> {
    let published = app.submit.published();
    let board = &published.board;
    let found = board.known_operation(operation).map_err(|refusal| app.refused(&viewer, &refusal.into()))?;
    let unit = app.unit_in_view(&viewer, Action::ViewRoster, found, filter.unit)?;
    let asked: Option<Date> = match filter.day.as_deref().filter(|day| !day.is_empty()) {
        None => None,
        Some(day) => Some(day.parse().map_err(|_| Problem::new(Wrong::BadRequest).value(day).expected("2027-02-13"))?),
    };
    let number = app.look_at(&published, viewer.actor(), viewer.locale, |sheet| {
        let date = asked.unwrap_or_else(|| views::roster::local_date(sheet, sheet.now));
        views::roster::day_number(sheet, found, date)
    });
    if viewer.wants_json {
        let model = app.look_at(&published, viewer.actor(), viewer.locale, |sheet| {
            views::roster::day_model(sheet, found, unit, number)
        });
        return Ok(axum::Json(model).into_response());
    }
    let title = viewer.locale.t("roster");
    Ok(app.page(&viewer, Some(operation), "roster", &title, |sheet| {
        html! {
            div.head { h1 { (title) } p.head-note { (sheet.unit(unit)) }
                div.acts {
                    a.act href={ "/operations/" (operation) "/paper?unit=" (unit) "&day=" (views::roster::date_of(sheet, found, number)) } { (sheet.t("paper")) }
                    @if !sheet.scope(Action::Export).is_empty() { a.act href={ "/operations/" (operation) "/roster.xlsx" } { (sheet.t("export-roster")) } }
                    @if !sheet.scope(Action::Assign).is_empty() { a.act href="/import" { (sheet.t("import")) } }
                }
            }
            (views::roster::filters(sheet, operation, found, unit, number))
            (views::roster::day(sheet, operation, unit, number))
        }
    }))
}

async fn of_post(
    State(app): State<App>,
    viewer: Viewer,
    Path((operation, post)): Path<(OperationId, PostId)>,
) -> Result<Response, Problem> {
    app.require(&viewer, Action::ViewRoster, Place::Post(operation, post))?;
    let published = app.submit.published();
    let missing = || app.refused(&viewer, &board::post::Refusal::NoSuchPost { post }.into());
    let found = published.board.operation(operation).ok_or_else(missing)?;
    let this = found.posts.get(post).ok_or_else(missing)?;
    if viewer.wants_json {
        let model = app.look_at(&published, viewer.actor(), viewer.locale, |sheet| {
            let shifts = found.roster.shifts_at(post).filter(|(_, shift)| shift.span.to > sheet.now);
            shifts.map(|(id, shift)| views::roster::shift_model(sheet, found, id, shift)).collect::<Vec<_>>()
        });
        return Ok(axum::Json(model).into_response());
    }
    let title = format!("{} {}", viewer.locale.t("roster"), this.number);
    let subject = Subject::Post(operation, post);
    let calendar = super::calendar::address(&app, Feed { owner: viewer.person, subject });
    Ok(app.page(&viewer, Some(operation), "roster", &title, |sheet| {
        html! {
            div.head {
                h1 { (this.number) " " (sheet.label(&this.name)) } p.head-note { (sheet.unit(this.unit)) }
                div.acts { a.act href=(views::post::address(operation, post)) { (sheet.t("roster-to-post-page")) } a.act href=(calendar) { (sheet.t("calendar-post")) } }
            }
            (views::roster::of_post(sheet, operation, post))
            (views::roster::add_shift(sheet, operation, found, post))
        }
    }))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShiftQuery {
    /// Name, staff number or callsign of somebody to assign.
    pub q: Option<String>,
    pub replace: Option<AssignmentId>,
    pub swap: Option<AssignmentId>,
}

async fn shift(
    State(app): State<App>,
    viewer: Viewer,
    Path((operation, id)): Path<(OperationId, ShiftId)>,
    Query(query): Query<ShiftQuery>,
) -> Result<Response, Problem> {
    let published = app.submit.published();
    let missing = || app.refused(&viewer, &board::roster::Refusal::NoSuchShift { shift: id }.into());
    let found = published.board.operation(operation).ok_or_else(missing)?;
    let this: &Shift = found.roster.shift(id).ok_or_else(missing)?;
    app.require(&viewer, Action::ViewRoster, Place::Post(operation, this.post))?;
    if viewer.wants_json {
        let model = app.look_at(&published, viewer.actor(), viewer.locale, |sheet| {
            views::roster::shift_model(sheet, found, id, this)
        });
        return Ok(axum::Json(model).into_response());
    }
    let post = found.posts.get(this.post).ok_or_else(missing)?;
    let intent = match (query.replace, query.swap) {
        (Some(assignment), _) => Intent::Replace(assignment),
        (None, Some(assignment)) => Intent::Swap(assignment),
        (None, None) => Intent::Assign,
    };
    let name = &post.number;
    Ok(app.page(&viewer, Some(operation), "roster", name, |sheet| {
        let date = views::roster::local_date(sheet, this.span.from);
        html! {
            div.head {
                h1 { (views::roster::shift::title(sheet, this.span.from, this.span.to)) }
                p.head-note { a href={ (views::post::address(operation, this.post)) "/roster" } { (post.number) " " (sheet.label(&post.name)) } " · " (sheet.unit(post.unit)) }
                div.acts { a.act href={ "/operations/" (operation) "/roster?unit=" (post.unit) "&day=" (date) } { (sheet.t("roster-to-day")) } }
            }
            (views::roster::shift::who(sheet, operation, id))
            (views::roster::shift::candidates(sheet, operation, found, id, this, intent, query.q.as_deref().unwrap_or("")))
        }
    }))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct KeepShift {
    operation: OperationId,
    post: PostId,
    /// The shift to change; a new one where it is left out.
    shift: Option<ShiftId>,
    /// Local time of the force, such as 2027-02-13T20:00.
    from: String,
    to: String,
    required: Count,
}

impl Act for KeepShift {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let span = Span::new(local(desk, "from", &self.from)?, local(desk, "to", &self.to)?);
        let published = desk.app.submit.published();
        let roster = published.board.operation(self.operation).map(|found| &found.roster);
        let old = self.shift.and_then(|id| roster?.shift(id));
        let row = ShiftRow {
            id: self.shift.unwrap_or_else(|| desk.mint()),
            post: self.post,
            span,
            // Over the largest strength the board refuses by itself, and names it.
            required: u16::try_from(self.required.0).unwrap_or(u16::MAX),
            demands: old.map_or_else(SmallVec::new, |shift| shift.demands.clone()),
        };
        Ok(Command::Roster(Roster::Plan { operation: self.operation, shifts: vec![row], assignments: Vec::new() }))
    }
}

/// A local time of the force as an instant.
fn local(desk: &Desk, field: &'static str, text: &str) -> Result<At, Problem> {
    let wrong = || {
        Problem::new(Wrong::BadRequest)
            .field(field, desk.viewer.locale.tx("roster-not-a-time", &[("value", text.into())]))
    };
    let local: DateTime = text.trim().parse().map_err(|_| wrong())?;
    let zoned = local.to_zoned(desk.app.zone.clone()).map_err(|_| wrong())?;
    Ok(At::from_millis(zoned.timestamp().as_millisecond()))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct DropShift {
    operation: OperationId,
    shift: ShiftId,
}

impl Act for DropShift {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Roster(Roster::DropShift { operation: self.operation, shift: self.shift }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Assign {
    operation: OperationId,
    shift: ShiftId,
    person: PersonId,
    /// On the post where nothing is said.
    duty: Option<DutyKind>,
    /// The assignment to change; a new one where it is left out.
    assignment: Option<AssignmentId>,
}

impl Act for Assign {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let Self { operation, shift, person, duty, assignment } = self;
        let id = assignment.unwrap_or_else(|| desk.mint());
        let row = AssignmentRow { id, shift, person, duty: duty.unwrap_or(DutyKind::Post) };
        Ok(Command::Roster(Roster::Assign { operation, assignment: row }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Unassign {
    operation: OperationId,
    assignment: AssignmentId,
}

impl Act for Unassign {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Roster(Roster::Unassign { operation: self.operation, assignment: self.assignment }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Replace {
    operation: OperationId,
    assignment: AssignmentId,
    by: PersonId,
}

impl Act for Replace {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Roster(Roster::Replace { operation: self.operation, assignment: self.assignment, by: self.by }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Swap {
    operation: OperationId,
    assignment: AssignmentId,
    other: AssignmentId,
}

impl Act for Swap {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Roster(Roster::Swap { operation: self.operation, one: self.assignment, other: self.other }))
    }
}

/// Yes or no, as JSON has it or as a form sends it.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Flag {
    Json(bool),
    Form(FormFlag),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FormFlag {
    True,
    False,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Pin {
    operation: OperationId,
    assignment: AssignmentId,
    pinned: Flag,
}

impl Act for Pin {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        let pinned = matches!(self.pinned, Flag::Json(true) | Flag::Form(FormFlag::True));
        Ok(Command::Roster(Roster::Pin { operation: self.operation, assignment: self.assignment, pinned }))
    }
}
