//! Check-in: one's own post, and the presence of others.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use board::access::Action;
use board::checkin::{Answer as RollCallAnswer, Command as Checkin, How, LeaveReason};
use board::{AssignmentId, Command, OperationId, PostId, RollCallId, UnitId};
use schemars::JsonSchema;
use serde::Deserialize;

use super::act::{Act, Answer, Desk, act};
use super::{Gate, Kind, Method, Route, shape};
use crate::app::{App, Viewer};
use crate::http::problem::Problem;
use crate::views;

pub fn routes() -> Vec<Route> {
    vec![
        Route {
            method: Method::Get,
            path: "/mine",
            noun: "checkin",
            summary: "My post: one's own shift, now or next",
            gate: Gate::SignedIn,
            kind: Kind::Page,
            body: None,
            answer: None,
            serve: || get(mine),
        },
        Route {
            method: Method::Post,
            path: "/mine/check-in",
            noun: "checkin",
            summary: "Check in at one's own post, relieving somebody or not",
            gate: Gate::Needs(Action::StandPost),
            kind: Kind::Act,
            body: Some(shape::<CheckIn>),
            answer: Some(shape::<Answer>),
            serve: || post(act::<CheckIn>),
        },
        Route {
            method: Method::Post,
            path: "/mine/leave",
            noun: "checkin",
            summary: "Leave one's own post, at the end of the shift or for a reason",
            gate: Gate::Needs(Action::StandPost),
            kind: Kind::Act,
            body: Some(shape::<Leave>),
            answer: Some(shape::<Answer>),
            serve: || post(act::<Leave>),
        },
        Route {
            method: Method::Post,
            path: "/operations/{operation}/assignments/{assignment}/presence",
            noun: "checkin",
            summary: "Record for somebody else that they came, left or will not come",
            gate: Gate::Needs(Action::RecordPresence),
            kind: Kind::Act,
            body: Some(shape::<Presence>),
            answer: Some(shape::<Answer>),
            serve: || post(act::<Presence>),
        },
        Route {
            method: Method::Post,
            path: "/operations/{operation}/posts/{post}/contact",
            noun: "checkin",
            summary: "Record that a post was heard",
            gate: Gate::Needs(Action::RecordPresence),
            kind: Kind::Act,
            body: Some(shape::<Contact>),
            answer: Some(shape::<Answer>),
            serve: || post(act::<Contact>),
        },
        Route {
            method: Method::Post,
            path: "/operations/{operation}/roll-calls",
            noun: "checkin",
            summary: "Open a roll call by exception of a unit and all below it",
            gate: Gate::Needs(Action::RecordPresence),
            kind: Kind::Act,
            body: Some(shape::<OpenRollCall>),
            answer: Some(shape::<Answer>),
            serve: || post(act::<OpenRollCall>),
        },
        Route {
            method: Method::Post,
            path: "/operations/{operation}/roll-calls/{roll_call}/answers",
            noun: "checkin",
            summary: "Answer for one of the exceptions of a roll call",
            gate: Gate::Needs(Action::RecordPresence),
            kind: Kind::Act,
            body: Some(shape::<AnswerRollCall>),
            answer: Some(shape::<Answer>),
            serve: || post(act::<AnswerRollCall>),
        },
        Route {
            method: Method::Post,
            path: "/operations/{operation}/roll-calls/{roll_call}/close",
            noun: "checkin",
            summary: "Close a roll call",
            gate: Gate::Needs(Action::RecordPresence),
            kind: Kind::Act,
            body: Some(shape::<CloseRollCall>),
            answer: Some(shape::<Answer>),
            serve: || post(act::<CloseRollCall>),
        },
    ]
}

async fn mine(State(app): State<App>, viewer: Viewer) -> Response {
    let title = viewer.locale.t("mine");
    app.field_page(&viewer, &title, |sheet| views::checkin::page(sheet, viewer.person))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct CheckIn {
    operation: OperationId,
    assignment: AssignmentId,
    /// Whom this person relieves.
    relieves: Option<AssignmentId>,
}

impl Act for CheckIn {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let Self { operation, assignment, relieves } = self;
        let claimed = desk.viewer.said_at;
        Ok(Command::Checkin(Checkin::CheckIn { operation, assignment, relieves, how: How::InPerson, claimed }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Leave {
    operation: OperationId,
    assignment: AssignmentId,
    reason: LeaveReason,
    note: Option<String>,
}

impl Act for Leave {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let note = desk.words_if_any("note", self.note.as_deref())?;
        let Self { operation, assignment, reason, .. } = self;
        Ok(Command::Checkin(Checkin::Leave { operation, assignment, reason, note }))
    }
}

/// What is recorded for somebody else.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PresenceAct {
    CheckIn,
    Leave,
    Excuse,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Presence {
    operation: OperationId,
    assignment: AssignmentId,
    act: PresenceAct,
    /// How it became known; by radio where nothing is said.
    how: Option<How>,
    relieves: Option<AssignmentId>,
    reason: Option<LeaveReason>,
    note: Option<String>,
}

impl Act for Presence {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let note = desk.words_if_any("note", self.note.as_deref())?;
        let Self { operation, assignment, act, how, relieves, reason, .. } = self;
        Ok(Command::Checkin(match act {
            PresenceAct::CheckIn => {
                Checkin::CheckIn { operation, assignment, relieves, how: how.unwrap_or(How::Radio), claimed: None }
            }
            PresenceAct::Leave => {
                Checkin::Leave { operation, assignment, reason: reason.unwrap_or(LeaveReason::Other), note }
            }
            PresenceAct::Excuse => Checkin::Excuse { operation, assignment, note },
        }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Contact {
    operation: OperationId,
    post: PostId,
    how: How,
    note: Option<String>,
}

impl Act for Contact {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let note = desk.words_if_any("note", self.note.as_deref())?;
        let Self { operation, post, how, .. } = self;
        Ok(Command::Checkin(Checkin::NoteContact { operation, post, how, note }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct OpenRollCall {
    operation: OperationId,
    unit: UnitId,
}

impl Act for OpenRollCall {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let id: RollCallId = desk.mint();
        Ok(Command::Checkin(Checkin::OpenRollCall { operation: self.operation, id, unit: self.unit }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct AnswerRollCall {
    operation: OperationId,
    roll_call: RollCallId,
    assignment: AssignmentId,
    answer: RollCallAnswer,
}

impl Act for AnswerRollCall {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        let Self { operation, roll_call: id, assignment, answer } = self;
        Ok(Command::Checkin(Checkin::AnswerRollCall { operation, id, assignment, answer }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct CloseRollCall {
    operation: OperationId,
    roll_call: RollCallId,
}

impl Act for CloseRollCall {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Checkin(Checkin::CloseRollCall { operation: self.operation, id: self.roll_call }))
    }
}
