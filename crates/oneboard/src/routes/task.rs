//! Tasks: the list of a unit, splitting a clause or a task, and everything that is said of one.

use std::collections::{BTreeMap, HashMap};

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use board::access::{Action, Place};
use board::directive::Ruling;
use board::task::{self, Command as Task, Source, TaskRow, Wanted};
use board::{AttachmentId, Command, DirectiveId, Label, PostId, Subject, TaskId, UnitId, Wording};
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::act::{Act, Count, Desk, Tick};
use super::{Gate, Route, shape};
use crate::app::{App, Viewer};
use crate::fragment::Fragment;
use crate::http::problem::Problem;
use crate::views::task as view;

const NOUN: &str = "task";
/// A place must fit on one line.
const LONGEST_LINE: usize = 200;

pub fn routes() -> Vec<Route> {
    let see = Gate::Needs(Action::ViewTask);
    let (assigns, does) = (Action::AssignTask, Action::DoTask);
    vec![
        Route::page(
            NOUN,
            "/units/{unit}/tasks",
            "The tasks of a unit and those below it",
            see,
            Some(shape::<Vec<view::TaskModel>>),
            || get(list),
        ),
        Route::page(NOUN, "/tasks/{task}", "One task", see, Some(shape::<view::TaskModel>), || get(one)),
        Route::page(
            NOUN,
            "/directives/{directive}/split",
            "The form that makes a task of a clause",
            Gate::Needs(assigns),
            None,
            || get(split),
        ),
        act::<Assign>("/directives/{directive}/tasks", "Make a task of a clause", assigns),
        Route::page(NOUN, "/tasks/{task}/split", "The form that splits a task", Gate::Needs(assigns), None, || {
            get(split_task)
        }),
        act::<Part>("/tasks/{task}/parts", "Make a part of a task a task of its own", assigns),
        act::<Accept>("/tasks/{task}/accept", "Accept a task", does),
        act::<ReportDifficulty>("/tasks/{task}/difficulty", "Report what stands in the way of a task", does),
        act::<Rule>("/tasks/{task}/ruling", "Rule on the difficulty of a task", Action::RuleOnDifficulty),
        act::<Progress>("/tasks/{task}/progress", "Say how a task goes", does),
        act::<AskExtension>("/tasks/{task}/extension", "Ask for a later deadline", does),
        act::<AnswerExtension>("/tasks/{task}/extension/answer", "Grant a later deadline, or refuse it", assigns),
        act::<Report>("/tasks/{task}/result", "Report the result of a task: words, a file, or both", does),
        act::<Return>("/tasks/{task}/return", "Send a result back, with the reason", assigns),
        act::<Close>("/tasks/{task}/close", "Agree to a result and close the task", assigns),
        act::<Withdraw>("/tasks/{task}/withdraw", "Withdraw a task", assigns),
    ]
}

fn act<A: Act>(path: &'static str, summary: &'static str, action: Action) -> Route {
    Route::act::<A>(NOUN, path, summary, action)
}

async fn list(State(app): State<App>, viewer: Viewer, Path(unit): Path<UnitId>) -> Result<Response, Problem> {
    app.require(&viewer, Action::ViewTask, Place::Unit(unit))?;
    if viewer.wants_json {
        let models = app.look(viewer.actor(), viewer.locale, |sheet| {
            view::in_view(sheet, unit).into_iter().map(|(id, task)| view::model(sheet, id, task)).collect::<Vec<_>>()
        });
        return Ok(axum::Json(models).into_response());
    }
    let title = viewer.locale.t("tasks");
    Ok(app.page(&viewer, None, "directives", &title, |sheet| {
        html! {
            div.head { h1 { (title) } p.head-note { (sheet.unit(unit)) } div.acts { a.act href={ "/units/" (unit) "/directives" } { (sheet.t("directives")) } } }
            (app.fragment(sheet, Fragment::Tasks(unit)))
        }
    }))
}

async fn one(State(app): State<App>, viewer: Viewer, Path(id): Path<TaskId>) -> Result<Response, Problem> {
    let published = app.submit.published();
    let found = published.board.tasks.known(id).map_err(|refusal| app.refused(&viewer, &refusal.into()))?;
    app.require(&viewer, Action::ViewTask, task::viewed_at(&published.board, viewer.actor(), found, app.now()))?;
    if viewer.wants_json {
        let model = app.look(viewer.actor(), viewer.locale, |sheet| view::model(sheet, id, found));
        return Ok(axum::Json(model).into_response());
    }
    let title = viewer.locale.t("task");
    Ok(app.page(&viewer, None, "directives", &title, |sheet| {
        html! { div.head { h1 { (sheet.wording(&found.words)) } p.head-note { (title) } } (app.fragment(sheet, Fragment::Task(id))) }
    }))
}

#[derive(Debug, Deserialize)]
struct Of {
    unit: Option<UnitId>,
    clause: Option<u16>,
    lead: Option<UnitId>,
}

async fn split(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<DirectiveId>,
    Query(of): Query<Of>,
) -> Result<Response, Problem> {
    let published = app.submit.published();
    let found = published.board.directives.known(id).map_err(|refusal| app.refused(&viewer, &refusal.into()))?;
    let unit = of.unit.unwrap_or(found.unit);
    app.require(&viewer, Action::AssignTask, Place::Unit(unit))?;
    let title = viewer.locale.t("directive-split");
    Ok(app.page(&viewer, None, "directives", &title, |sheet| {
        html! { div.head { h1 { (title) } p.head-note { (sheet.wording(&found.title)) } }
        (view::assign(sheet, &view::Splitting::Clause(id, of.clause.unwrap_or(1)), unit, of.lead)) }
    }))
}

async fn split_task(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<TaskId>,
    Query(of): Query<Of>,
) -> Result<Response, Problem> {
    let published = app.submit.published();
    let found = published.board.tasks.known(id).map_err(|refusal| app.refused(&viewer, &refusal.into()))?;
    app.require(&viewer, Action::AssignTask, Place::Unit(found.lead))?;
    let title = viewer.locale.t("directive-split");
    Ok(app.page(&viewer, None, "directives", &title, |sheet| {
        html! { div.head { h1 { (title) } p.head-note { (sheet.wording(&found.words)) } }
        (view::assign(sheet, &view::Splitting::Task(id), found.lead, of.lead)) }
    }))
}

/// What the form of a task sends.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Sent {
    lead: UnitId,
    /// The owner's id, staff number, or full name.
    owner: String,
    words: String,
    words_zh: Option<String>,
    place: Option<String>,
    post: Option<PostId>,
    /// Local day and time: `2026-02-01T08:00`.
    begins: Option<String>,
    deadline: String,
    #[serde(default)]
    wanted: Wanted,
    /// `with-ID`: the units that support it.
    #[serde(flatten)]
    with: BTreeMap<String, Value>,
}

impl Sent {
    fn row(
        self,
        desk: &mut Desk,
        unit: UnitId,
        source: Option<Source>,
        parent: Option<TaskId>,
    ) -> Result<Command, Problem> {
        let id = desk.mint();
        let owner = self.owner.trim().parse().map_or_else(|_| desk.person("owner", &self.owner), Ok)?;
        let place = desk.label("place", self.place.as_deref().unwrap_or(""), LONGEST_LINE)?;
        let en = desk.words("words", &self.words)?;
        let zh = desk.words_if_any("words_zh", self.words_zh.as_deref())?.unwrap_or(en);
        let from = self.begins.as_deref().map(|from| desk.instant("begins", from)).transpose()?;
        let supporting = self.with.keys().filter_map(|name| name.strip_prefix("with-")?.parse().ok()).collect();
        Ok(Command::Task(Task::Assign(Box::new(TaskRow {
            id,
            source,
            parent,
            unit,
            lead: self.lead,
            supporting,
            owner,
            words: Wording::Written { en, zh },
            place: Label::new(&place, ""),
            post: self.post,
            from,
            deadline: desk.instant("deadline", &self.deadline)?,
            wanted: self.wanted,
        }))))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Assign {
    directive: DirectiveId,
    clause: Count,
    /// The unit that assigns it.
    unit: UnitId,
    #[serde(flatten)]
    sent: Sent,
}

impl Act for Assign {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let source = Source { directive: self.directive, clause: u16::try_from(self.clause.0).unwrap_or(u16::MAX) };
        self.sent.row(desk, self.unit, Some(source), None)
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Part {
    task: TaskId,
    #[serde(flatten)]
    sent: Sent,
}

impl Act for Part {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let published = desk.app.submit.published();
        let found = published.board.tasks.known(self.task);
        let lead = found.map_err(|refusal| desk.app.refused(&desk.viewer, &refusal.into()))?.lead;
        self.sent.row(desk, lead, None, Some(self.task))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Accept {
    task: TaskId,
}

impl Act for Accept {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Task(Task::Accept { task: self.task }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct ReportDifficulty {
    task: TaskId,
    words: String,
}

impl Act for ReportDifficulty {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words("words", &self.words)?;
        Ok(Command::Task(Task::ReportDifficulty { task: self.task, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Rule {
    task: TaskId,
    ruling: Ruling,
    words: String,
}

impl Act for Rule {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words("words", &self.words)?;
        Ok(Command::Task(Task::Rule { task: self.task, ruling: self.ruling, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Progress {
    task: TaskId,
    words: String,
}

impl Act for Progress {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words("words", &self.words)?;
        Ok(Command::Task(Task::Progress { task: self.task, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct AskExtension {
    task: TaskId,
    until: String,
    words: String,
}

impl Act for AskExtension {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words("words", &self.words)?;
        let until = desk.instant("until", &self.until)?;
        Ok(Command::Task(Task::AskExtension { task: self.task, until, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct AnswerExtension {
    task: TaskId,
    grant: Tick,
    words: Option<String>,
}

impl Act for AnswerExtension {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words_if_any("words", self.words.as_deref())?;
        Ok(Command::Task(Task::AnswerExtension { task: self.task, grant: self.grant.0, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Report {
    task: TaskId,
    words: Option<String>,
    /// A file that hangs on the task and shows it; a form of `multipart/form-data` brings the file itself.
    file: Option<AttachmentId>,
}

impl Act for Report {
    fn shows(path: &HashMap<String, String>) -> Option<Subject> {
        path.get("task")?.parse().ok().map(Subject::Task)
    }

    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let evidence = desk.evidence(self.words.as_deref(), self.file)?;
        Ok(Command::Task(Task::Report { task: self.task, evidence }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Return {
    task: TaskId,
    words: String,
}

impl Act for Return {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words("words", &self.words)?;
        Ok(Command::Task(Task::Return { task: self.task, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Close {
    task: TaskId,
}

impl Act for Close {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Task(Task::Close { task: self.task }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Withdraw {
    task: TaskId,
    words: String,
}

impl Act for Withdraw {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words("words", &self.words)?;
        Ok(Command::Task(Task::Withdraw { task: self.task, words }))
    }
}
