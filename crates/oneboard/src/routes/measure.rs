//! Measures: deciding them, lifting them, confirming them on the ground; and the rules that propose them.

use std::collections::BTreeSet;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use board::access::Action;
use board::measure::{self, Closure, Command as Measure, PostsAt, Stage, Vehicle, What};
use board::section::{Surface, Visibility};
use board::warning::{Colour, Hazard};
use board::{Command, MeasureId, Minutes, OperationId, PostId, SectionId};
use schemars::JsonSchema;
use serde::Deserialize;

use super::act::{Act, Answer as Answered, Count, Desk, Several, Tick, act};
use super::{Gate, Kind, Method, Route, shape};
use crate::app::{App, Viewer};
use crate::http::problem::{Kind as Fault, Problem};
use crate::roads::convert;
use crate::views::rules as view;

const NOUN: &str = "measure";

pub fn routes() -> Vec<Route> {
    let (proposes, approves) = (Action::ProposeMeasure, Action::ApproveMeasure);
    vec![
        line::<Propose>("/measures", "Propose a measure of one's own", proposes),
        line::<Edit>("/measures/{measure}/edit", "Change what is proposed", proposes),
        line::<Drop>("/measures/drop", "Decide against what is proposed", proposes),
        line::<Ask>("/measures/ask", "Ask the province", proposes),
        line::<Approve>("/measures/approve", "Put measures in force and tell those concerned", approves),
        line::<Answer>("/measures/answer", "Record the province's word", approves),
        line::<Review>("/measures/review", "Say that measures were looked at and stay", approves),
        line::<Ease>("/measures/{measure}/ease", "Ease a measure that is in force", approves),
        line::<Lift>("/measures/lift", "Lift measures, or open a closure by a stage", approves),
        Route {
            method: Method::Post,
            path: "/mine/measures",
            noun: NOUN,
            summary: "Confirm from one's post that measures are so on the ground",
            gate: Gate::Needs(Action::StandPost),
            kind: Kind::Act,
            body: Some(shape::<Confirm>),
            answer: Some(shape::<Answered>),
            serve: || post(act::<Confirm>),
        },
        Route::page(
            NOUN,
            "/roads/rules",
            "The rules that propose measures, and what they would propose",
            Gate::Needs(Action::ViewRoads),
            Some(shape::<view::RulesModel>),
            || get(rules),
        ),
    ]
}

fn line<A: Act>(path: &'static str, summary: &'static str, action: Action) -> Route {
    Route::act::<A>(NOUN, path, summary, action)
}

/// What if: conditions on a kind of road, or on a section.
#[derive(Debug, Default, Deserialize)]
pub struct WhatIf {
    pub section: Option<String>,
    pub hazard: Option<String>,
    pub colour: Option<String>,
    pub visibility: Option<String>,
    pub surface: Option<String>,
}

/// A word of a query; blank is none.
fn word<T: serde::de::DeserializeOwned>(field: &'static str, text: Option<&str>) -> Result<Option<T>, Problem> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let read = serde_json::from_value(serde_json::Value::String(text.to_owned()));
    read.map(Some).map_err(|fault| Problem::new(Fault::BadRequest).field(field, fault.to_string()))
}

async fn rules(State(app): State<App>, viewer: Viewer, Query(asked): Query<WhatIf>) -> Result<Response, Problem> {
    let published = app.submit.published();
    if board::access::scope(&published.board, viewer.actor(), Action::ViewRoads, app.now()).is_empty() {
        let place = board::access::Place::Force;
        app.require(&viewer, Action::ViewRoads, place)?;
    }
    let asked = view::Asked {
        section: word::<SectionId>("section", asked.section.as_deref())?,
        hazard: word::<Hazard>("hazard", asked.hazard.as_deref())?,
        colour: word::<Colour>("colour", asked.colour.as_deref())?,
        visibility: word::<Visibility>("visibility", asked.visibility.as_deref())?,
        surface: word::<Surface>("surface", asked.surface.as_deref())?,
    };
    if viewer.wants_json {
        let model = app.look(viewer.actor(), viewer.locale, |sheet| view::model(sheet, &app.roads, &asked));
        return Ok(axum::Json(model).into_response());
    }
    let title = viewer.locale.t("measure-rules");
    Ok(app.page(&viewer, None, "roads", &title, |sheet| view::page(sheet, &app.roads, &asked)))
}

/// What is done, as the fields of a form give it: a kind, and how much of it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Said {
    kind: measure::Kind,
    /// For a speed limit, an advised speed or a convoy.
    kmh: Option<Count>,
    /// For a distance.
    metres: Option<Count>,
    /// For a ban, chains or an escort.
    #[serde(default)]
    vehicles: Several<Vehicle>,
    /// For a closure; the section where nothing is said.
    extent: Option<Closure>,
}

impl Said {
    fn what(self, desk: &Desk) -> Result<What, Problem> {
        let number = |field: &'static str, given: Option<Count>| {
            let short = given.and_then(|Count(number)| u16::try_from(number).ok());
            short.ok_or_else(|| Problem::new(Fault::BadRequest).field(field, desk.viewer.locale.t("measure-how-much")))
        };
        let vehicles: BTreeSet<Vehicle> = self.vehicles.0.into_iter().collect();
        use measure::Kind as K;
        Ok(match self.kind {
            K::Closure => What::Closure { extent: self.extent.unwrap_or(Closure::Section) },
            K::Diversion => What::Diversion,
            K::SpeedLimit => What::SpeedLimit { kmh: number("kmh", self.kmh)? },
            K::AdvisorySpeed => What::AdvisorySpeed { kmh: number("kmh", self.kmh)? },
            K::Gap => What::Gap { metres: number("metres", self.metres)? },
            K::NoOvertaking => What::NoOvertaking,
            K::Ban => What::Ban { vehicles },
            K::Chains => What::Chains { vehicles },
            K::Convoy => What::Convoy { kmh: self.kmh.map(|kmh| number("kmh", Some(kmh))).transpose()? },
            K::Escort => What::Escort { vehicles },
            K::MeteredEntry => What::MeteredEntry,
            K::Gritting => What::Gritting,
            K::Ploughs => What::Ploughs,
            K::PostsOnSlopes => What::ExtraPosts { at: PostsAt::Slopes },
            K::PostsAtFloodPoints => What::ExtraPosts { at: PostsAt::FloodPoints },
            K::Patrol => What::Patrol,
            K::MessageSigns => What::MessageSigns,
            K::Observe => What::Observe,
        })
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Propose {
    sections: Several<SectionId>,
    #[serde(flatten)]
    said: Said,
    reason: String,
}

impl Act for Propose {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let reason = desk.words("reason", &self.reason)?;
        let what = self.said.what(desk)?;
        let words = convert::words(&what);
        Ok(Command::Measure(Measure::Propose { sections: self.sections.0, what, words, reason }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Edit {
    measure: MeasureId,
    #[serde(flatten)]
    said: Said,
}

impl Act for Edit {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let what = self.said.what(desk)?;
        let words = convert::words(&what);
        Ok(Command::Measure(Measure::Edit { measure: self.measure, what, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Ease {
    measure: MeasureId,
    #[serde(flatten)]
    said: Said,
}

impl Act for Ease {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let what = self.said.what(desk)?;
        let words = convert::words(&what);
        Ok(Command::Measure(Measure::Ease { measure: self.measure, what, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Drop {
    measures: Several<MeasureId>,
    /// Why.
    words: String,
}

impl Act for Drop {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words("words", &self.words)?;
        Ok(Command::Measure(Measure::Drop { measures: self.measures.0, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Ask {
    measures: Several<MeasureId>,
}

impl Act for Ask {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Measure(Measure::Ask { measures: self.measures.0 }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Approve {
    measures: Several<MeasureId>,
    /// Minutes after which they are looked at again.
    review: Count,
}

impl Act for Approve {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        let review = Minutes(self.review.0);
        Ok(Command::Measure(Measure::Approve { measures: self.measures.0, review }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Answer {
    measures: Several<MeasureId>,
    granted: Tick,
    /// Minutes after which they are looked at again.
    review: Count,
    /// Who at the province decided, and the number of the paper.
    words: String,
}

impl Act for Answer {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words("words", &self.words)?;
        let (granted, review) = (self.granted.0, Minutes(self.review.0));
        Ok(Command::Measure(Measure::Answer { measures: self.measures.0, granted, review, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Review {
    measures: Several<MeasureId>,
    /// Minutes after which they are looked at again.
    review: Count,
}

impl Act for Review {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        let review = Minutes(self.review.0);
        Ok(Command::Measure(Measure::Review { measures: self.measures.0, review }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Lift {
    measures: Several<MeasureId>,
    stage: Stage,
    /// For what the province decided: whose word it was.
    words: Option<String>,
}

impl Act for Lift {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words_if_any("words", self.words.as_deref())?;
        Ok(Command::Measure(Measure::Lift { measures: self.measures.0, stage: self.stage, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Confirm {
    measures: Several<MeasureId>,
    operation: OperationId,
    post: PostId,
}

impl Act for Confirm {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        let Self { measures, operation, post } = self;
        Ok(Command::Measure(Measure::Confirm { measures: measures.0, operation, post }))
    }
}
