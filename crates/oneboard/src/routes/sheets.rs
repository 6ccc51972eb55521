//! In from spreadsheets: a workbook is read, its effect shown, and then confirmed or forgotten.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{DefaultBodyLimit, Multipart, Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use board::access::{Action, Place, scope};
use board::{Command, OperationId};
use maud::html;
use paper::workbook;
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use super::act::Answer;
use super::{Gate, Kind, Method, Route, shape};
use crate::app::{App, Viewer};
use crate::http::problem::{Kind as Wrong, Problem};
use crate::sheets::draft::{Draft, draft, paper_language};
use crate::sheets::layout;
use crate::sheets::uploads::Upload;
use crate::submit::Submission;
use crate::views::sheets::{ImportModel, dry_run, fingerprint, form, model};

const NOUN: &str = "sheets";
/// The workbook and what a form puts around it.
const MOST_BYTES: usize = workbook::limits::MAX_FILE_BYTES + 64 * 1024;
/// What XLSX is called (IANA).
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub fn routes() -> Vec<Route> {
    let gate = Gate::Needs(Action::KeepForce);
    let answer = Some(shape::<ImportModel> as super::Shape);
    vec![
        Route::page(
            NOUN,
            "/import",
            "Choose a workbook with units, people, posts, shifts or the roster",
            gate,
            None,
            || get(choose),
        ),
        Route {
            method: Method::Get,
            path: "/import/template.xlsx",
            noun: NOUN,
            summary: "An empty workbook with every sheet that can be read",
            gate,
            kind: Kind::File,
            body: None,
            answer: None,
            serve: || get(template),
        },
        Route {
            method: Method::Post,
            path: "/import",
            noun: NOUN,
            summary: "Send a workbook (multipart/form-data: file, operation) for a dry run; nothing changes yet",
            gate,
            kind: Kind::Act,
            body: None,
            answer,
            serve: || post(upload).layer(DefaultBodyLimit::max(MOST_BYTES)),
        },
        Route::page(
            NOUN,
            "/import/{upload}",
            "What a workbook that was sent would change, and every fault in it",
            gate,
            answer,
            || get(look),
        ),
        Route {
            method: Method::Post,
            path: "/import/{upload}",
            noun: NOUN,
            summary: "Do what the dry run showed: all of it, in one entry, or nothing",
            gate,
            kind: Kind::Act,
            body: Some(shape::<Confirm>),
            answer: Some(shape::<Answer>),
            serve: || post(confirm),
        },
    ]
}

/// Whoever may keep the force, the posts or the roster somewhere may send a workbook; its rows are judged one by one.
fn require(app: &App, viewer: &Viewer) -> Result<(), Problem> {
    let board = &app.submit.published().board;
    let any = [Action::KeepForce, Action::PlanPosts, Action::Assign];
    if any.iter().any(|action| !scope(board, viewer.actor(), *action, app.now()).is_empty()) {
        return Ok(());
    }
    app.require(viewer, Action::KeepForce, Place::Force)
}

#[derive(Debug, Deserialize)]
struct Chosen {
    /// The entry that an import became.
    done: Option<u64>,
}

async fn choose(State(app): State<App>, viewer: Viewer, Query(chosen): Query<Chosen>) -> Result<Response, Problem> {
    require(&app, &viewer)?;
    let title = viewer.locale.t("import");
    Ok(app.page(&viewer, None, "force", &title, |sheet| {
        html! {
            div.head { h1 { (title) } }
            @if let Some(position) = chosen.done {
                p.banner data-state="info" role="status" { (sheet.t("import-done")) " " (sheet.say("import-entry", &[("position", position.to_string().into())])) }
            }
            (form(sheet))
        }
    }))
}

async fn template(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    require(&app, &viewer)?;
    let bytes = workbook::template(&layout::all(None), paper_language(viewer.locale.language));
    let bytes = bytes.map_err(|fault| Problem::fault(&fault))?;
    let name = viewer.locale.t("import-template-name");
    Ok(file(XLSX, &name, bytes))
}

/// A file to take away under a name that may be Chinese (RFC 6266, RFC 8187).
pub fn file(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect();
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", crate::page::percent(name));
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}

async fn upload(State(app): State<App>, viewer: Viewer, mut form: Multipart) -> Result<Response, Problem> {
    require(&app, &viewer)?;
    let unreadable = |fault: axum::extract::multipart::MultipartError| match fault.status().as_u16() {
        413 => Problem::new(Wrong::TooLarge).expected(format!("≤ {MOST_BYTES}")),
        _ => Problem::new(Wrong::BadRequest).value(fault.body_text()),
    };
    let (mut found, mut operation) = (None, None);
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        match field.name() {
            Some("file") => {
                let name: String = field.file_name().unwrap_or("").chars().take(200).collect();
                found = Some((name, field.bytes().await.map_err(unreadable)?));
            }
            Some("operation") => {
                let text = field.text().await.map_err(unreadable)?;
                if !text.is_empty() {
                    let id: OperationId = text.parse().map_err(|fault: board::NotAnId| {
                        Problem::new(Wrong::BadRequest).field("operation", fault.to_string())
                    })?;
                    operation = Some(id);
                }
            }
            _ => {}
        }
    }
    let Some((name, bytes)) = found.filter(|(name, _)| !name.is_empty()) else {
        return Err(Problem::new(Wrong::BadRequest).field("file", viewer.locale.t("import-no-file")));
    };
    if let Some(operation) = operation {
        let board = &app.submit.published().board;
        let unit = board.operation(operation).map_or(Place::Force, |found| Place::Unit(found.unit));
        app.require(&viewer, Action::ViewOperation, unit)?;
        board.known_operation(operation).map_err(|refusal| app.refused(&viewer, &refusal.into()))?;
    }
    let kept = app.uploads.keep(viewer.person, name, Arc::from(bytes.as_ref()), operation, Instant::now());
    if viewer.wants_json {
        return show(app, viewer, kept, false).await;
    }
    Ok(Redirect::to(&format!("/import/{}", kept.id)).into_response())
}

#[derive(Debug, Deserialize)]
struct Seen {
    /// The board has changed since the dry run that was confirmed.
    moved: Option<u8>,
}

fn kept(app: &App, viewer: &Viewer, id: Uuid) -> Result<Upload, Problem> {
    let gone = || Problem::new(Wrong::NotFound).detail(viewer.locale.t("import-gone"));
    app.uploads.find(viewer.person, id, Instant::now()).ok_or_else(gone)
}

async fn look(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    Query(seen): Query<Seen>,
) -> Result<Response, Problem> {
    require(&app, &viewer)?;
    let upload = kept(&app, &viewer, id)?;
    show(app, viewer, upload, seen.moved.is_some()).await
}

async fn show(app: App, viewer: Viewer, upload: Upload, moved: bool) -> Result<Response, Problem> {
    blocking(move || {
        if viewer.wants_json {
            let model = app.look(viewer.actor(), viewer.locale, |sheet| {
                let draft = draft(sheet, &upload.bytes, &upload.file_name, upload.operation, upload.id);
                model(sheet, &upload, &draft)
            });
            return axum::Json(model).into_response();
        }
        let title = viewer.locale.t("import");
        app.page(&viewer, upload.operation, "force", &title, |sheet| {
            let draft = draft(sheet, &upload.bytes, &upload.file_name, upload.operation, upload.id);
            html! { div.head { h1 { (title) } } (dry_run(sheet, &upload, &draft, moved)) }
        })
    })
    .await
}

/// Reading a workbook of megabytes takes its time, which the streams must not wait for.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|fault| Problem::fault(&fault))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Confirm {
    /// As the dry run gave it.
    seen: String,
}

async fn confirm(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    axum::extract::Form(confirm): axum::extract::Form<Confirm>,
) -> Result<Response, Problem> {
    require(&app, &viewer)?;
    if viewer.board_mode {
        return Err(Problem::new(Wrong::NoPermission).detail(viewer.locale.t("act-board-mode")));
    }
    let upload = kept(&app, &viewer, id)?;
    let looking = (app.clone(), viewer.clone(), upload.clone());
    let found: Draft = blocking(move || {
        let (app, viewer, upload) = looking;
        app.look(viewer.actor(), viewer.locale, |sheet| {
            draft(sheet, &upload.bytes, &upload.file_name, upload.operation, upload.id)
        })
    })
    .await?;
    if !found.is_clean() || fingerprint(&found) != confirm.seen {
        // Somebody changed the board meanwhile: what would happen now is shown before it does.
        return Ok(Redirect::to(&format!("/import/{id}?moved=1")).into_response());
    }
    let command = Command::Import(Box::new(found.import));
    let submission = Submission { actor: viewer.actor(), id, command, texts: found.texts };
    let receipt = app.submit.submit(submission).await.map_err(|fault| app.unsubmitted(&viewer, &fault))?;
    app.uploads.forget(viewer.person);
    if viewer.wants_json {
        let at = app.look(viewer.actor(), viewer.locale, |sheet| sheet.iso(receipt.at));
        let (position, repeated) = (receipt.position, receipt.repeated);
        return Ok(axum::Json(Answer { position, at, repeated, next: None }).into_response());
    }
    Ok(Redirect::to(&format!("/import?done={}", receipt.position)).into_response())
}
