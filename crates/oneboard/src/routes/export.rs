//! Out: every table as a workbook, the paper pack, and the strips of the day.
//!
//! A table holds what its reader may both see and take out; that it was taken is kept for the audit.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use board::access::{self, Action, Audit, Place, Scope, scope};
use board::{Actor, Command, OperationId, UnitId};
use jiff::civil::Date;
use maud::html;
use paper::table::Table;
use paper::workbook::write_xlsx;
use serde::Deserialize;
use uuid::Uuid;

use super::sheets::{XLSX, file};
use super::{Gate, Kind, Method, Route};
use crate::app::{App, Viewer};
use crate::http::problem::{Kind as Wrong, Problem};
use crate::sheets::draft::paper_language;
use crate::sheets::names::Words;
use crate::sheets::table;
use crate::submit::Submission;
use crate::views::{self, Sheet};

const NOUN: &str = "export";

pub fn routes() -> Vec<Route> {
    let out = |path, summary, serve| Route {
        method: Method::Get,
        path,
        noun: NOUN,
        summary,
        gate: Gate::Needs(Action::Export),
        kind: Kind::File,
        body: None,
        answer: None,
        serve,
    };
    vec![
        out("/force.xlsx", "The units and people in view, as a workbook that can be read back", || get(force)),
        out("/operations/{operation}/posts.xlsx", "The posts in view, as a workbook that can be read back", || {
            get(posts)
        }),
        out(
            "/operations/{operation}/roster.xlsx",
            "The shifts and the roster in view, as a workbook that can be read back",
            || get(roster),
        ),
        out("/units/{unit}/log.xlsx", "The log of a unit's watch that is on the board, as a workbook", || get(log)),
        Route::page(
            NOUN,
            "/operations/{operation}/paper",
            "The paper pack of a unit's day, to print",
            Gate::Needs(Action::ViewRoster),
            None,
            || get(pack),
        ),
        Route::page(
            NOUN,
            "/operations/{operation}/strips",
            "The day of a unit's posts as strips: who, when, gaps",
            Gate::Needs(Action::ViewPosts),
            None,
            || get(strips),
        ),
    ]
}

/// The units that are covered by the right to see and by the right to take out.
fn covered(sheet: &Sheet<'_>, see: Action, branch: Option<UnitId>) -> impl Fn(UnitId) -> bool {
    let (seen, taken): (Scope, Scope) = (sheet.scope(see), sheet.scope(Action::Export));
    let force = sheet.board().force.clone();
    move |unit| {
        seen.covers(&force, unit)
            && taken.covers(&force, unit)
            && branch.is_none_or(|branch| force.is_within(unit, branch))
    }
}

/// Whoever may take nothing out anywhere is refused in words.
fn require(app: &App, viewer: &Viewer) -> Result<(), Problem> {
    let board = &app.submit.published().board;
    if scope(board, viewer.actor(), Action::Export, app.now()).is_empty() {
        return app.require(viewer, Action::Export, Place::Force);
    }
    Ok(())
}

/// Writes the tables, notes for the audit that they were taken, and hands them over.
async fn hand_over(
    app: App,
    viewer: Viewer,
    what: &'static str,
    tables: impl FnOnce(&Sheet<'_>) -> Vec<Table> + Send + 'static,
) -> Result<Response, Problem> {
    let (looking, reader) = (app.clone(), viewer.clone());
    let written = tokio::task::spawn_blocking(move || {
        let tables = looking.look(reader.actor(), reader.locale, tables);
        write_xlsx(&tables, paper_language(reader.locale.language))
    });
    let bytes = written.await.map_err(|fault| Problem::fault(&fault))?.map_err(|fault| Problem::fault(&fault))?;
    let note = Audit::Exported { person: viewer.person, what: what.into(), unit: None };
    let command = Command::Access(access::Command::Note(note));
    let submission = Submission { actor: Actor::Operator, id: Uuid::now_v7(), command, texts: Vec::new() };
    // What cannot be noted is not handed over.
    app.submit.submit(submission).await.map_err(|fault| app.unsubmitted(&viewer, &fault))?;
    Ok(file(XLSX, &format!("{what}.xlsx"), bytes))
}

/// Title lines above a table: what it is about, as of when, and that it is not real where it is not.
fn titled(sheet: &Sheet<'_>, mut table: Table, operation: Option<OperationId>, mark: Option<&str>) -> Table {
    if let Some(found) = operation.and_then(|id| sheet.board().operation(id)) {
        let (from, to) = (sheet.day(found.period.from), sheet.day(found.period.to));
        table.title.push(format!("{} {from} – {to}", sheet.label(&found.title)));
    }
    table.title.push(sheet.say("paper-as-of", &[("time", sheet.day_time(sheet.now).into())]));
    table.title.extend(mark.map(str::to_owned));
    table
}

/// "Demonstration", "Drill" or both, where it is one.
fn mark(app: &App, viewer: &Viewer, operation: Option<OperationId>) -> Option<String> {
    let published = app.submit.published();
    let drill = operation.and_then(|id| published.board.operation(id)).is_some_and(|found| found.drill);
    let said = [(app.shell.clock.is_demonstration(), "shell-demonstration"), (drill, "shell-drill")];
    let said: Vec<_> = said.iter().filter(|(is, _)| *is).map(|(_, words)| viewer.locale.t(words)).collect();
    (!said.is_empty()).then(|| said.join(" · "))
}

async fn force(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    require(&app, &viewer)?;
    let mark = mark(&app, &viewer, None);
    hand_over(app, viewer, "force", move |sheet| {
        let (words, force) = (Words::new(sheet), &sheet.board().force);
        let seen = covered(sheet, Action::ViewPeople, None);
        let telephones = sheet.scope(Action::ViewTelephones);
        let people = table::people(&words, force, &seen, |unit| telephones.covers(force, unit));
        let tables = [table::units(force, &seen), people];
        tables.into_iter().map(|table| titled(sheet, table, None, mark.as_deref())).collect()
    })
    .await
}

/// The operation, and its mark; a stranger to it is refused as for any page of it.
fn of_operation(
    app: &App,
    viewer: &Viewer,
    operation: OperationId,
    unit: Option<UnitId>,
) -> Result<Option<String>, Problem> {
    require(app, viewer)?;
    if let Some(unit) = unit {
        app.require(viewer, Action::Export, Place::Unit(unit))?;
    }
    let published = app.submit.published();
    published.board.known_operation(operation).map_err(|refusal| app.refused(viewer, &refusal.into()))?;
    Ok(mark(app, viewer, Some(operation)))
}

/// Whose rows are taken out.
#[derive(Debug, Deserialize)]
struct Branch {
    /// This unit's and those below it; all that are in view where it is left out.
    unit: Option<UnitId>,
}

async fn posts(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OperationId>,
    Query(Branch { unit }): Query<Branch>,
) -> Result<Response, Problem> {
    let mark = of_operation(&app, &viewer, id, unit)?;
    hand_over(app, viewer, "posts", move |sheet| {
        let Some(operation) = sheet.board().operation(id) else { return Vec::new() };
        let table =
            table::posts(&Words::new(sheet), &sheet.board().force, operation, covered(sheet, Action::ViewPosts, unit));
        vec![titled(sheet, table, Some(id), mark.as_deref())]
    })
    .await
}

async fn roster(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OperationId>,
    Query(Branch { unit }): Query<Branch>,
) -> Result<Response, Problem> {
    let mark = of_operation(&app, &viewer, id, unit)?;
    hand_over(app, viewer, "roster", move |sheet| {
        let Some(operation) = sheet.board().operation(id) else { return Vec::new() };
        let seen = covered(sheet, Action::ViewRoster, unit);
        let tables = table::roster(&Words::new(sheet), sheet.zone, &sheet.board().force, operation, seen);
        tables.into_iter().map(|table| titled(sheet, table, Some(id), mark.as_deref())).collect()
    })
    .await
}

async fn log(State(app): State<App>, viewer: Viewer, Path(unit): Path<UnitId>) -> Result<Response, Problem> {
    app.require(&viewer, Action::ViewWatch, Place::Unit(unit))?;
    app.require(&viewer, Action::Export, Place::Unit(unit))?;
    let mark = mark(&app, &viewer, None);
    hand_over(app, viewer, "log", move |sheet| vec![titled(sheet, table::log(sheet, unit), None, mark.as_deref())])
        .await
}

#[derive(Debug, Deserialize)]
struct Filter {
    unit: Option<UnitId>,
    /// A local date; today where it is left out.
    day: Option<String>,
}

async fn pack(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OperationId>,
    Query(filter): Query<Filter>,
) -> Result<Response, Problem> {
    let published = app.submit.published();
    let board = &published.board;
    let found = board.known_operation(id).map_err(|refusal| app.refused(&viewer, &refusal.into()))?;
    let unit = app.unit_in_view(&viewer, Action::ViewRoster, found, filter.unit)?;
    let asked: Option<Date> = match filter.day.as_deref().filter(|day| !day.is_empty()) {
        None => None,
        Some(day) => Some(day.parse().map_err(|_| Problem::new(Wrong::BadRequest).value(day).expected("2027-02-13"))?),
    };
    let (title, mark) = (viewer.locale.t("paper"), mark(&app, &viewer, Some(id)));
    Ok(app.page(&viewer, Some(id), "roster", &title, |sheet| {
        let Some(found) = sheet.board().operation(id) else { return html! {} };
        let date = asked.unwrap_or_else(|| views::roster::local_date(sheet, sheet.now));
        html! {
            div.head { h1 { (title) } p.head-note { (sheet.unit(unit)) " · " (sheet.t("paper-hint")) } }
            (views::paper::pack(sheet, id, found, unit, date, mark))
        }
    }))
}

async fn strips(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OperationId>,
    Query(filter): Query<Filter>,
) -> Result<Response, Problem> {
    let published = app.submit.published();
    let board = &published.board;
    let found = board.known_operation(id).map_err(|refusal| app.refused(&viewer, &refusal.into()))?;
    let unit = app.unit_in_view(&viewer, Action::ViewPosts, found, filter.unit)?;
    let title = viewer.locale.t("strips");
    Ok(app.page(&viewer, Some(id), "posts", &title, |sheet| {
        let link = |unit: UnitId| format!("/operations/{id}/strips?unit={unit}");
        html! {
            div.head { h1 { (title) } p.head-note { (sheet.unit(unit)) }
                div.acts { a.act href={ "/operations/" (id) "/posts?unit=" (unit) } { (sheet.t("strips-list")) } } }
            (views::units_around(sheet, Action::ViewPosts, unit, link))
            (views::strips::strips(sheet, id, unit))
        }
    }))
}
