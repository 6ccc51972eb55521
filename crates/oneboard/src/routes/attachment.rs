//! Attachments: a file comes in and hangs on what it is about; it is given out inert.

use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use board::access::{Action, permits};
use board::attachment::{Attachment, Command as Attach};
use board::{AttachmentId, Command, CommandId, Refusal, Subject};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::act::{Act, Desk, clean};
use super::{Gate, Kind, Method, Route, shape};
use crate::app::{App, Viewer};
use crate::attachments::sniff::{Unfit, ending, media_type, sniff};
use crate::attachments::strip::strip;
use crate::attachments::{FileFault, MOST_BYTES, digest_of};
use crate::http::negotiate::wants_page;
use crate::http::problem::{Kind as Wrong, Problem};
use crate::locales::Arg;
use crate::page::{own_path, path_of};
use crate::submit::{Receipt, Submission, Text, TextKind, text_id};
use crate::views::{attachment as view, record};

const NOUN: &str = "attachment";
/// The file and what a form puts around it.
const MOST_FORM_BYTES: usize = MOST_BYTES + 64 * 1024;
/// A file's name, in characters.
const LONGEST_NAME: usize = 120;

pub fn routes() -> Vec<Route> {
    vec![
        Route {
            method: Method::Post,
            path: "/attachments",
            noun: NOUN,
            summary: "Attach a file (multipart/form-data: subject, file) to what one may attach it to",
            gate: Gate::SignedIn,
            kind: Kind::Act,
            body: None,
            answer: Some(shape::<Attached>),
            serve: || post(attach),
        },
        Route {
            method: Method::Get,
            path: "/attachments/{attachment}",
            noun: NOUN,
            summary: "The file of an attachment, for whoever may see what it hangs on",
            gate: Gate::SignedIn,
            kind: Kind::File,
            body: None,
            answer: None,
            serve: || get(file),
        },
        Route::act::<Erase>(
            NOUN,
            "/attachments/{attachment}/erase",
            "Erase the file of an attachment; that it was there stays",
            Action::EraseAttachment,
        ),
    ]
}

/// What was kept.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Attached {
    pub attachment: AttachmentId,
    pub kind: board::attachment::Kind,
    /// As it is kept, without what the camera noted.
    pub bytes: u32,
    pub position: u64,
    pub at: String,
    pub repeated: bool,
}

/// A file as a form brings it.
pub struct Brought {
    name: String,
    media: Option<String>,
    bytes: Bytes,
}

/// The fields of a form that may bring a file, and the file where one was chosen. A blank field is one that was not filled in.
///
/// # Errors
/// [`Problem`] where it is no such form, or too large.
pub async fn read(mut request: Request) -> Result<(Map<String, Value>, Option<Brought>), Problem> {
    let unreadable = |fault: MultipartError| match fault.status().as_u16() {
        413 => Problem::new(Wrong::TooLarge).expected(format!("≤ {MOST_FORM_BYTES}")),
        _ => Problem::new(Wrong::BadRequest).value(fault.body_text()),
    };
    // The server's own limit is for words.
    DefaultBodyLimit::max(MOST_FORM_BYTES).apply(&mut request);
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|fault| Problem::new(Wrong::BadRequest).value(fault.body_text()))?;
    let (mut fields, mut file) = (Map::new(), None);
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        let Some(field_name) = field.name().map(str::to_owned) else { continue };
        if field_name == "file" {
            let name: String = clean(field.file_name().unwrap_or("")).chars().take(LONGEST_NAME).collect();
            let media = field.content_type().map(str::to_owned);
            let bytes = field.bytes().await.map_err(unreadable)?;
            // A form sends an unnamed, empty part where no file was chosen.
            file = (!(name.is_empty() && bytes.is_empty())).then_some(Brought { name, media, bytes });
        } else {
            let value = field.text().await.map_err(unreadable)?;
            if !value.trim().is_empty() {
                fields.insert(field_name, Value::String(value));
            }
        }
    }
    Ok((fields, file))
}

/// The command that keeps the file of a command: its own, and always the same.
pub fn id_of_file(command: Uuid) -> Uuid {
    let digest = digest_of(&[command.as_bytes().as_slice(), b"file"].concat()).0;
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    // Custom data (RFC 9562, version 8).
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The attachment that a command's form brings.
pub fn brought(command: Uuid) -> AttachmentId {
    AttachmentId::mint(CommandId(id_of_file(command).as_u128()), 0)
}

/// What has been kept.
pub struct Kept {
    attachment: AttachmentId,
    kind: board::attachment::Kind,
    /// As it is kept, in bytes.
    length: u32,
    receipt: Receipt,
}

/// Looks at a file, keeps it, and hangs it on its subject under this command id.
///
/// # Errors
/// [`Problem`]: it is too large, lies about its type, or may not hang there.
pub async fn keep(app: &App, viewer: &Viewer, id: Uuid, subject: Subject, file: Brought) -> Result<Kept, Problem> {
    let Brought { name, media, bytes } = file;
    if bytes.len() > MOST_BYTES {
        let values = [("size", Arg::from(bytes.len().div_ceil(1 << 20))), ("most", Arg::from(MOST_BYTES >> 20))];
        let words = viewer.locale.tx("attachment-too-large", &values).into_owned();
        return Err(Problem::new(Wrong::TooLarge).detail(words.clone()).field("file", words));
    }
    let kind = sniff(&bytes, &name, media.as_deref()).map_err(|unfit| unfit_words(viewer, &unfit))?;
    let kept = blocking(move || strip(kind, &bytes)).await?.map_err(|unfit| unfit_words(viewer, &unfit))?;
    let digest = digest_of(&kept);
    let attachment = AttachmentId::mint(CommandId(id.as_u128()), 0);
    let name_id = (!name.is_empty()).then(|| text_id(id, 0));
    let texts = name_id.map(|id| Text { id, kind: TextKind::Words, body: name }).into_iter().collect();
    let length = u32::try_from(kept.len()).expect("the limit is far below 4 GiB");
    let attach = Attach::Attach { id: attachment, subject, kind, bytes: length, digest, name: name_id };
    let command = Command::Attachment(attach);
    // Rights are asked before the disk is: what a stranger sends is not written at all. What is there already is only answered.
    let published = app.submit.published();
    let is_there = published.board.attachments.get(attachment).is_some_and(|found| found.digest == digest);
    if !is_there {
        board::permit(&published.board, viewer.actor(), &command, app.now())
            .map_err(|denial| app.refused(viewer, &Refusal::Denied(denial)))?;
        let files = app.files.clone();
        blocking(move || files.keep(attachment, digest, &kept)).await?.map_err(|fault| Problem::fault(&fault))?;
    }
    let submission = Submission { actor: viewer.actor(), id, command, texts };
    // A file whose command is refused is named by nothing, and is collected.
    let receipt = app.submit.submit(submission).await.map_err(|fault| app.unsubmitted(viewer, &fault))?;
    Ok(Kept { attachment, kind, length, receipt })
}

async fn attach(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    if viewer.board_mode {
        return Err(Problem::new(Wrong::NoPermission).detail(viewer.locale.t("act-board-mode")));
    }
    let (mut fields, file) = read(request).await?;
    let mut field = |name: &str| fields.remove(name).and_then(|value| value.as_str().map(str::to_owned));
    let (given, subject, back) = (field("command_id"), field("subject"), field("back"));
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).and_then(|key| key.parse().ok());
    let id: Uuid = key.or(given.and_then(|id| id.parse().ok())).unwrap_or_else(Uuid::now_v7);
    let subject = subject.as_deref().and_then(record::read);
    let subject = subject
        .ok_or_else(|| Problem::new(Wrong::BadRequest).field("subject", viewer.locale.t("attachment-no-subject")))?;
    let file = file.ok_or_else(|| unfit_words(&viewer, &Unfit::Empty))?;
    let Kept { attachment, kind, length, receipt } = keep(&app, &viewer, id, subject, file).await?;
    if wants_page(&headers) {
        let referer = headers.get(header::REFERER).and_then(|from| from.to_str().ok()).and_then(path_of);
        let next = back.or(referer).unwrap_or_default();
        return Ok(Redirect::to(own_path(&next)).into_response());
    }
    let at = app.look(viewer.actor(), viewer.locale, |sheet| sheet.iso(receipt.at));
    let (position, repeated) = (receipt.position, receipt.repeated);
    Ok(axum::Json(Attached { attachment, kind, bytes: length, position, at, repeated }).into_response())
}

/// Why a file is not taken, in the reader's language.
fn unfit_words(viewer: &Viewer, unfit: &Unfit) -> Problem {
    let locale = viewer.locale;
    let words = match unfit {
        Unfit::Empty => locale.t("attachment-empty").into_owned(),
        Unfit::Unknown => locale.t("attachment-unknown").into_owned(),
        Unfit::Broken { .. } => locale.t("attachment-broken").into_owned(),
        Unfit::Lies { claimed, found } => {
            let values = [("claimed", Arg::from(claimed)), ("found", Arg::from(media_type(*found)))];
            locale.tx("attachment-lies", &values).into_owned()
        }
    };
    Problem::new(Wrong::UnsupportedMedia).detail(words.clone()).field("file", words)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|fault| Problem::fault(&fault))
}

/// May this viewer see the file? Whoever may see what it shows, and whoever sent it.
fn may_see(app: &App, viewer: &Viewer, id: AttachmentId, found: &Attachment) -> bool {
    let published = app.submit.published();
    let right = view::right(&published.board, viewer.actor(), (id, found), app.now());
    found.by == viewer.actor()
        || right.is_some_and(|(action, place)| {
            permits(&published.board, viewer.actor(), action, place, app.now()).is_permitted()
        })
}

async fn file(State(app): State<App>, viewer: Viewer, Path(id): Path<AttachmentId>) -> Result<Response, Problem> {
    let published = app.submit.published();
    // Whoever may not see it is answered as if it were not there.
    let missing = board::attachment::Refusal::NoSuchAttachment { attachment: id };
    let missing = || Problem::new(Wrong::NotFound).detail(app.words(&viewer, &missing.clone().into()));
    let found = published.board.attachments.get(id).ok_or_else(missing)?.clone();
    if !may_see(&app, &viewer, id, &found) {
        return Err(missing());
    }
    published.board.attachments.known(id).map_err(|refusal| app.refused(&viewer, &refusal.into()))?;
    let (files, kind) = (app.files.clone(), found.kind);
    let bytes = blocking(move || files.read(id, &found)).await?.map_err(|fault| {
        tracing::error!(%fault, "an attachment cannot be given out");
        match fault {
            FileFault::Missing { .. } => Problem::new(Wrong::NotFound).detail(viewer.locale.t("attachment-missing")),
            FileFault::Altered { .. } => Problem::new(Wrong::Fault).detail(viewer.locale.t("attachment-altered")),
            FileFault::Io { .. } => Problem::new(Wrong::Unavailable).retry_after(5),
        }
    })?;
    let disposition = format!("attachment; filename=\"{id}.{}\"", ending(kind));
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, media_type(kind)),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::CACHE_CONTROL, "private, no-store"),
    ] {
        headers.insert(name, HeaderValue::from_str(value).map_err(|fault| Problem::fault(&fault))?);
    }
    Ok(response)
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Erase {
    attachment: AttachmentId,
}

impl Act for Erase {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Attachment(Attach::Erase { attachment: self.attachment }))
    }
}
