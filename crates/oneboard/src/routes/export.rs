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
use paper::document::{Document, Figures, Marks};
use paper::docx::DocxError;
use paper::pdf::PdfError;
use paper::table::Table;
use paper::workbook::write_xlsx;
use serde::Deserialize;
use uuid::Uuid;

use super::sheets::{XLSX, file};
use super::{Gate, Kind, Method, Route};
use crate::app::{App, Viewer};
use crate::http::negotiate::Locale;
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
        out("/operations/{operation}/paper.pdf", "The paper pack of a unit's day, as PDF", || get(pack_pdf)),
        out("/operations/{operation}/paper.docx", "The paper pack of a unit's day, as DOCX", || get(pack_docx)),
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
    let language = paper_language(viewer.locale.language);
    let write = move |sheet: &Sheet<'_>| write_xlsx(&tables(sheet), language).map_err(|fault| Problem::fault(&fault));
    let bytes = noted(app, viewer, what, None, write).await?;
    Ok(file(XLSX, &format!("{what}.xlsx"), bytes))
}

/// What was written, once it is noted for the audit that it was taken.
async fn noted(
    app: App,
    viewer: Viewer,
    what: &'static str,
    unit: Option<UnitId>,
    write: impl FnOnce(&Sheet<'_>) -> Result<Vec<u8>, Problem> + Send + 'static,
) -> Result<Vec<u8>, Problem> {
    let (looking, reader) = (app.clone(), viewer.clone());
    let written = tokio::task::spawn_blocking(move || looking.look(reader.actor(), reader.locale, write));
    let bytes = written.await.map_err(|fault| Problem::fault(&fault))??;
    let note = Audit::Exported { person: viewer.person, what: what.into(), unit };
    let command = Command::Access(access::Command::Note(note));
    let submission = Submission { actor: Actor::Operator, id: Uuid::now_v7(), command, texts: Vec::new() };
    // What cannot be noted is not handed over.
    app.submit.submit(submission).await.map_err(|fault| app.unsubmitted(&viewer, &fault))?;
    Ok(bytes)
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

/// Whether it is a demonstration, and whether a drill.
fn exercise(app: &App, operation: Option<OperationId>) -> (bool, bool) {
    let published = app.submit.published();
    let drill = operation.and_then(|id| published.board.operation(id)).is_some_and(|found| found.drill);
    (app.shell.clock.is_demonstration(), drill)
}

/// "Demonstration", "Drill" or both, where it is one.
fn mark(app: &App, viewer: &Viewer, operation: Option<OperationId>) -> Option<String> {
    let (demonstration, drill) = exercise(app, operation);
    let said = [(demonstration, "shell-demonstration"), (drill, "shell-drill")];
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

/// Whose day it is, and which: the widest branch in view and today where nothing is asked.
fn pack_of(app: &App, viewer: &Viewer, id: OperationId, filter: &Filter) -> Result<(UnitId, Option<Date>), Problem> {
    let published = app.submit.published();
    let board = &published.board;
    let found = board.known_operation(id).map_err(|refusal| app.refused(viewer, &refusal.into()))?;
    let unit = app.unit_in_view(viewer, Action::ViewRoster, found, filter.unit)?;
    let asked: Option<Date> = match filter.day.as_deref().filter(|day| !day.is_empty()) {
        None => None,
        Some(day) => Some(day.parse().map_err(|_| Problem::new(Wrong::BadRequest).value(day).expected("2027-02-13"))?),
    };
    Ok((unit, asked))
}

async fn pack(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OperationId>,
    Query(filter): Query<Filter>,
) -> Result<Response, Problem> {
    let (unit, asked) = pack_of(&app, &viewer, id, &filter)?;
    let (title, mark) = (viewer.locale.t("paper"), mark(&app, &viewer, Some(id)));
    let may_take = app.require(&viewer, Action::Export, Place::Unit(unit)).is_ok();
    Ok(app.page(&viewer, Some(id), "roster", &title, |sheet| {
        let Some(found) = sheet.board().operation(id) else { return html! {} };
        let date = asked.unwrap_or_else(|| views::roster::local_date(sheet, sheet.now));
        let taken = |form: &str| format!("/operations/{id}/paper.{form}?unit={unit}&day={date}");
        html! {
            div.head {
                h1 { (title) } p.head-note { (sheet.unit(unit)) " · " (sheet.t("paper-hint")) }
                @if may_take {
                    div.acts {
                        a.act href=(taken("pdf")) { (sheet.t("paper-pdf")) } a.act href=(taken("docx")) { (sheet.t("paper-docx")) }
                    }
                }
            }
            (views::paper::pack(sheet, id, found, unit, date, mark))
        }
    }))
}

/// What PDF is called (RFC 8118), and DOCX (IANA).
const PDF: &str = "application/pdf";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

async fn pack_pdf(
    state: State<App>,
    viewer: Viewer,
    path: Path<OperationId>,
    query: Query<Filter>,
) -> Result<Response, Problem> {
    let locale = viewer.locale;
    let write = move |document: &Document| match paper::pdf::write(document, &Figures::new()) {
        Ok(pdf) => Ok(pdf.bytes),
        Err(PdfError::Document(_)) => Err(too_long(locale)),
        Err(fault @ PdfError::Layout { .. }) => Err(Problem::fault(&fault)),
        Err(PdfError::BuiltWithout | PdfError::NoFont { .. }) => {
            Err(Problem::new(Wrong::Unavailable).detail(locale.t("paper-no-pdf")))
        }
    };
    pack_file(state, viewer, path, query, PDF, "pdf", write).await
}

async fn pack_docx(
    state: State<App>,
    viewer: Viewer,
    path: Path<OperationId>,
    query: Query<Filter>,
) -> Result<Response, Problem> {
    let locale = viewer.locale;
    let write = move |document: &Document| match paper::docx::write(document, &Figures::new()) {
        Ok(bytes) => Ok(bytes),
        Err(DocxError::Document(_)) => Err(too_long(locale)),
        Err(fault) => Err(Problem::fault(&fault)),
    };
    pack_file(state, viewer, path, query, DOCX, "docx", write).await
}

/// The pack of a large unit may not fit a document; that of a smaller one does.
fn too_long(locale: Locale) -> Problem {
    Problem::new(Wrong::Refused).detail(locale.t("paper-too-long"))
}

async fn pack_file(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OperationId>,
    Query(filter): Query<Filter>,
    kind: &'static str,
    extension: &'static str,
    write: impl FnOnce(&Document) -> Result<Vec<u8>, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let (unit, asked) = pack_of(&app, &viewer, id, &filter)?;
    app.require(&viewer, Action::Export, Place::Unit(unit))?;
    let (demonstration, drill) = exercise(&app, Some(id));
    let marks = Marks { demonstration, drill, ..Marks::default() };
    let name = format!("{}.{extension}", viewer.locale.t("paper"));
    let bytes = noted(app, viewer, "paper", Some(unit), move |sheet| {
        let found = sheet.board().operation(id).ok_or_else(|| Problem::new(Wrong::NotFound))?;
        let date = asked.unwrap_or_else(|| views::roster::local_date(sheet, sheet.now));
        write(&views::paper::document(sheet, found, unit, date, marks))
    });
    Ok(file(kind, &name, bytes.await?))
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
