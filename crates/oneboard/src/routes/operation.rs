//! Operations: the list, one operation, opening and changing it, its level, its proposals, its phases, its roll calls.

mod preset;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use board::access::{Action, Place};
use board::operation::{
    Command as Change, Kind as OperationKind, Level, Objective, OperationRow, Phase, Preset, Terms,
};
use board::{Command, Label, Minutes, OperationId, PersonId, Span, UnitId};
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;

use super::act::{Act, Count, Desk, Tick};
use super::{Gate, Route, shape};
use crate::app::{App, Viewer};
use crate::fragment::Fragment;
use crate::http::problem::{Kind as Wrong, Problem};
use crate::views::operation as view;

const NOUN: &str = "operation";
/// A title, a level or an objective must fit on one line of a board.
const LONGEST_LINE: usize = 200;
/// Lines of one field: nobody works towards more objectives, or reads more actions.
const MOST_LINES: usize = 100;

pub fn routes() -> Vec<Route> {
    let see = Gate::Needs(Action::ViewOperation);
    let plan = Gate::Needs(Action::PlanOperation);
    vec![
        Route::page(
            NOUN,
            "/operations",
            "The operations on the board, and those that are closed",
            Gate::SignedIn,
            Some(shape::<view::OperationsModel>),
            || get(list),
        ),
        Route::act::<Open>(NOUN, "/operations", "Open an operation", Action::PlanOperation),
        Route::page(NOUN, "/operations/new", "The form that opens an operation", plan, None, || get(new)),
        Route::page(
            NOUN,
            "/operations/{operation}",
            "One operation: objectives, level, proposals, phase",
            see,
            Some(shape::<view::OperationModel>),
            || get(one),
        ),
        Route::page(NOUN, "/operations/{operation}/edit", "The form that changes an operation", plan, None, || {
            get(edit)
        }),
        Route::act::<Plan>(NOUN, "/operations/{operation}/plan", "Change an operation", Action::PlanOperation),
        Route::page(NOUN, "/operations/{operation}/levels", "What the actions of each level bring", plan, None, || {
            get(levels_page)
        }),
        Route::act::<preset::SetPreset>(
            NOUN,
            "/operations/{operation}/levels/{rung}/actions/{number}",
            "Say what an action of a level brings: a call-out, a directive, strength, or nothing by itself",
            Action::PlanOperation,
        ),
        Route::act::<SetPhase>(
            NOUN,
            "/operations/{operation}/phase",
            "Take an operation one phase forward",
            Action::PlanOperation,
        ),
        Route::act::<SetLevel>(NOUN, "/operations/{operation}/level", "Set the response level", Action::SetLevel),
        Route::act::<AnswerProposal>(
            NOUN,
            "/operations/{operation}/proposals/{number}",
            "Take a proposed action, or set it aside",
            Action::SetLevel,
        ),
        Route::page(
            NOUN,
            "/operations/{operation}/roll-calls",
            "The roll calls of an operation, by exception",
            Gate::Needs(Action::ViewOperation),
            None,
            || get(roll_calls),
        ),
    ]
}

async fn list(State(app): State<App>, viewer: Viewer) -> Response {
    if viewer.wants_json {
        let model = app.look(viewer.actor(), viewer.locale, view::list_model);
        return axum::Json(model).into_response();
    }
    let title = viewer.locale.t("operations");
    app.page(&viewer, None, "operation", &title, |sheet| {
        html! {
            div.head { h1 { (title) }
                @if !sheet.scope(Action::PlanOperation).is_empty() { p.acts { a.act href="/operations/new" { (sheet.t("operation-new")) } } } }
            (view::list(sheet))
        }
    })
}

async fn new(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    let published = app.submit.published();
    let widest = board::access::scope(&published.board, viewer.actor(), Action::PlanOperation, app.now());
    // Whoever may plan nowhere is told what role it would need at the top.
    let place = widest.widest(&published.board.force).map_or(Place::Force, Place::Unit);
    app.require(&viewer, Action::PlanOperation, place)?;
    let title = viewer.locale.t("operation-new");
    Ok(app.page(&viewer, None, "operation", &title, |sheet| {
        html! { div.head { h1 { (title) } } (view::form(sheet, None)) }
    }))
}

/// The operation, if it is on the board and the viewer may do `action` at its unit.
fn known(app: &App, viewer: &Viewer, operation: OperationId, action: Action) -> Result<UnitId, Problem> {
    let published = app.submit.published();
    let found = published.board.known_operation(operation);
    let unit = found.map_err(|refusal| app.refused(viewer, &refusal.into()))?.unit;
    app.require(viewer, action, Place::Unit(unit))?;
    Ok(unit)
}

async fn one(State(app): State<App>, viewer: Viewer, Path(operation): Path<OperationId>) -> Result<Response, Problem> {
    known(&app, &viewer, operation, Action::ViewOperation)?;
    if viewer.wants_json {
        let published = app.submit.published();
        let found = published.board.known_operation(operation);
        let found = found.map_err(|refusal| app.refused(&viewer, &refusal.into()))?;
        return Ok(axum::Json(view::model(operation, found)).into_response());
    }
    let title = viewer.locale.t("operation");
    Ok(app.page(&viewer, Some(operation), "operation", &title, |sheet| {
        html! {
            div.head {
                h1 { @match sheet.board().operation(operation) { Some(found) => { (sheet.label(&found.title)) } None => { (title) } } }
                p.acts {
                    @if !sheet.scope(Action::ViewBoard).is_empty() { a.act href={ (view::address(operation)) "/board" } { (sheet.t("nav-board")) } }
                    a.act href={ (view::address(operation)) "/roll-calls" } { (sheet.t("roll-call")) }
                    a.act href="/operations" { (sheet.t("operations")) }
                }
            }
            (app.fragment(sheet, Fragment::Operation(operation)))
        }
    }))
}

async fn edit(State(app): State<App>, viewer: Viewer, Path(operation): Path<OperationId>) -> Result<Response, Problem> {
    known(&app, &viewer, operation, Action::PlanOperation)?;
    let title = viewer.locale.t("operation-edit");
    Ok(app.page(&viewer, Some(operation), "operation", &title, |sheet| {
        let found = sheet.board().operation(operation).map(|found| (operation, found));
        html! { div.head { h1 { (title) } } (view::form(sheet, found)) }
    }))
}

async fn levels_page(
    State(app): State<App>,
    viewer: Viewer,
    Path(operation): Path<OperationId>,
) -> Result<Response, Problem> {
    known(&app, &viewer, operation, Action::PlanOperation)?;
    let title = viewer.locale.t("operation-presets");
    Ok(app.page(&viewer, Some(operation), "operation", &title, |sheet| {
        html! {
            div.head { h1 { (title) } p.acts { a.act href=(view::address(operation)) { (sheet.t("act-back")) } } }
            (view::presets(sheet, operation))
        }
    }))
}

async fn roll_calls(
    State(app): State<App>,
    viewer: Viewer,
    Path(operation): Path<OperationId>,
) -> Result<Response, Problem> {
    // Whoever sees the operation may look; which roll calls they find is a question of the units they see.
    known(&app, &viewer, operation, Action::ViewOperation)?;
    let title = viewer.locale.t("roll-call");
    Ok(app.page(&viewer, Some(operation), "posts", &title, |sheet| {
        html! { div.head { h1 { (title) } } (app.fragment(sheet, Fragment::RollCalls(operation))) }
    }))
}

/// What the form of an operation sends. Lists are lines; the two languages must match line by line, or one is left out.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Sent {
    title_en: Option<String>,
    title_zh: Option<String>,
    kind: OperationKind,
    unit: UnitId,
    /// Local day and time: `2026-02-01T08:00`.
    from: String,
    to: String,
    #[serde(default)]
    drill: Tick,
    /// One objective a line, its measure after a bar.
    objectives_en: Option<String>,
    objectives_zh: Option<String>,
    /// One level a line, the highest first; its actions below it, each after a dash.
    levels_en: Option<String>,
    levels_zh: Option<String>,
    /// Minutes that a check-in may be late before it counts; fixed once the operation is open.
    check_in_grace: Option<Count>,
    relief_grace: Option<Count>,
    /// The closed operation that this one is compared with.
    last: Option<OperationId>,
}

impl Sent {
    fn row(self, desk: &Desk, id: OperationId, terms: Terms) -> Result<OperationRow, Problem> {
        let title = |field, text: &Option<String>| desk.label(field, text.as_deref().unwrap_or(""), LONGEST_LINE);
        let (en, zh) = (title("title_en", &self.title_en)?, title("title_zh", &self.title_zh)?);
        let minutes = |sent: Option<Count>, default| sent.map_or(default, |Count(minutes)| Minutes(minutes));
        Ok(OperationRow {
            id,
            unit: self.unit,
            title: Label::new(&en, &zh),
            kind: self.kind,
            drill: self.drill.0,
            period: Span::new(desk.instant("from", &self.from)?, desk.instant("to", &self.to)?),
            objectives: objectives(&pairs(desk, "objectives_zh", self.objectives_en, self.objectives_zh)?),
            levels: levels(desk, &pairs(desk, "levels_zh", self.levels_en, self.levels_zh)?)?,
            terms: Terms {
                check_in_grace: minutes(self.check_in_grace, terms.check_in_grace),
                relief_grace: minutes(self.relief_grace, terms.relief_grace),
            },
            last: self.last,
        })
    }
}

/// The lines of two fields side by side; a field that was left out says what the other one says.
fn pairs(
    desk: &Desk,
    field: &'static str,
    en: Option<String>,
    zh: Option<String>,
) -> Result<Vec<(String, String)>, Problem> {
    let lines = |text: Option<String>| -> Vec<String> {
        let text = text.unwrap_or_default();
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    let (en, zh) = (lines(en), lines(zh));
    let wrong = |key: &str, values: &[(&str, crate::locales::Arg<'_>)]| {
        Err(Problem::new(Wrong::BadRequest).field(field, desk.viewer.locale.tx(key, values)))
    };
    let most = en.len().max(zh.len());
    if most > MOST_LINES {
        return wrong("operation-too-many-lines", &[("count", most.into()), ("most", MOST_LINES.into())]);
    }
    if let Some(long) = en.iter().chain(&zh).map(|line| line.chars().count()).find(|length| *length > LONGEST_LINE) {
        return wrong("act-too-long", &[("length", long.into()), ("longest", LONGEST_LINE.into())]);
    }
    match (en.is_empty(), zh.is_empty()) {
        (true, _) => Ok(zh.iter().map(|line| (line.clone(), line.clone())).collect()),
        (_, true) => Ok(en.iter().map(|line| (line.clone(), line.clone())).collect()),
        _ if en.len() == zh.len() => Ok(en.into_iter().zip(zh).collect()),
        _ => wrong("operation-lines-differ", &[("en", en.len().into()), ("zh", zh.len().into())]),
    }
}

fn objectives(lines: &[(String, String)]) -> Vec<Objective> {
    fn split(line: &str) -> (&str, &str) {
        line.split_once(['|', '\u{ff5c}']).map_or((line, ""), |(words, measure)| (words.trim(), measure.trim()))
    }
    let objective = |(en, zh): &(String, String)| {
        let ((words_en, measure_en), (words_zh, measure_zh)) = (split(en), split(zh));
        Objective { words: Label::new(words_en, words_zh), measure: Label::new(measure_en, measure_zh) }
    };
    lines.iter().map(objective).collect()
}

/// Levels from their lines, numbered from the highest; an action before any level is refused.
fn levels(desk: &Desk, lines: &[(String, String)]) -> Result<Vec<Level>, Problem> {
    fn action(line: &str) -> Option<&str> {
        line.strip_prefix(['-', '–', '—', '·', '•', '*']).map(str::trim)
    }
    let mut levels: Vec<Level> = Vec::new();
    for (en, zh) in lines {
        match (action(en), action(zh), levels.last_mut()) {
            (Some(en), Some(zh), Some(level)) => level.actions.push(Preset::by_hand(Label::new(en, zh))),
            (None, None, _) => {
                let rung = u8::try_from(levels.len() + 1).unwrap_or(u8::MAX);
                levels.push(Level { rung, name: Label::new(en, zh), actions: Vec::new() });
            }
            _ => {
                let values = [("en", en.into()), ("zh", zh.into())];
                let detail = desk.viewer.locale.tx("operation-level-lines", &values);
                return Err(Problem::new(Wrong::BadRequest).field("levels_zh", detail));
            }
        }
    }
    Ok(levels)
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Open(Sent);

impl Act for Open {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let id = desk.mint();
        Ok(Command::Operation(Change::Plan(Box::new(self.0.row(desk, id, Terms::default())?))))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Plan {
    operation: OperationId,
    #[serde(flatten)]
    sent: Sent,
}

impl Act for Plan {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let published = desk.app.submit.published();
        let found = published.board.known_operation(self.operation);
        let found = found.map_err(|refusal| desk.app.refused(&desk.viewer, &refusal.into()))?;
        let mut row = self.sent.row(desk, self.operation, found.terms)?;
        // A ladder that was given other numbers keeps them, as long as it has as many rungs.
        let mut rungs: Vec<u8> = found.levels.iter().map(|level| level.rung).collect();
        rungs.sort_unstable();
        if rungs.len() == row.levels.len() {
            row.levels.iter_mut().zip(rungs).for_each(|(level, rung)| level.rung = rung);
        }
        // An action whose words stay keeps what taking it does.
        let old: Vec<&Preset> = found.levels.iter().flat_map(|level| &level.actions).collect();
        for action in row.levels.iter_mut().flat_map(|level| &mut level.actions) {
            if let Some(old) = old.iter().find(|old| old.words == action.words) {
                action.does = old.does.clone();
            }
        }
        Ok(Command::Operation(Change::Plan(Box::new(row))))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct SetPhase {
    operation: OperationId,
    phase: Phase,
}

impl Act for SetPhase {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Operation(Change::SetPhase { operation: self.operation, phase: self.phase }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct SetLevel {
    operation: OperationId,
    /// 1 is the highest.
    rung: Count,
    /// The leader who ordered it by telephone; what they said is then written into the log, and they sign for it later.
    by_order_of: Option<PersonId>,
    words: Option<String>,
}

impl Act for SetLevel {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words_if_any("words", self.words.as_deref())?;
        let Self { operation, rung: Count(rung), by_order_of, .. } = self;
        // What is beyond every ladder is refused by the board, which names the ladder.
        let rung = u8::try_from(rung).unwrap_or(u8::MAX);
        Ok(Command::Operation(Change::SetLevel { operation, rung, by_order_of, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct AnswerProposal {
    operation: OperationId,
    number: Count,
    take: Tick,
}

impl Act for AnswerProposal {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        let Self { operation, number: Count(number), take: Tick(take) } = self;
        Ok(Command::Operation(Change::AnswerProposal { operation, number, take }))
    }
}
