//! Records: the entries of the journal about one thing, read beside the writer and filtered by the reader's rights.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use board::{At, Subject, TextId};
use journal::Reading;
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Gate, Route, shape};
use crate::app::{App, Viewer};
use crate::http::problem::{Kind as Wrong, Problem};
use crate::submit::Body;
use crate::views;
use crate::views::record::{Found, Texts};

/// Entries on a page.
const ON_A_PAGE: usize = 40;

pub fn routes() -> Vec<Route> {
    vec![Route::page(
        "record",
        "/records",
        "The journal's entries about a post, person, unit, operation, shift or watch, newest first",
        Gate::SignedIn,
        Some(shape::<Vec<views::record::RecordModel>>),
        || get(list),
    )]
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Asked {
    /// `post-…`, `person-…`, `unit-…`, `operation-…`, `shift-…`, `watch-…` (of a unit), `access-…` (of a person),
    /// `directive-…`, `task-…`, `callout-…`.
    pub subject: String,
    /// Entries below this position.
    pub before: Option<u64>,
}

async fn list(State(app): State<App>, viewer: Viewer, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let subject = views::record::read(&asked.subject).ok_or_else(|| {
        let expected = "post-, person-, unit-, operation-, shift-, watch-, access-, directive-, task-, callout- + id";
        Problem::new(Wrong::BadRequest).value(asked.subject.chars().take(64).collect::<String>()).expected(expected)
    })?;
    let right = views::record::right(&app.submit.published().board, viewer.actor(), subject, app.now());
    let (action, place) = right.ok_or_else(|| Problem::new(Wrong::NotFound))?;
    app.require(&viewer, action, place)?;
    let read = Arc::clone(&app.beside).look(move |reader| entries(reader, subject, asked.before)).await;
    let (mut found, texts) = read.map_err(|fault| {
        tracing::error!(%fault, "the records could not be read");
        Problem::new(Wrong::Unavailable).retry_after(5)
    })?;
    let more = found.len() > ON_A_PAGE;
    found.truncate(ON_A_PAGE);
    let older = found.last().filter(|_| more).map(|entry| entry.position);
    if viewer.wants_json {
        let models = app.look(viewer.actor(), viewer.locale, |sheet| {
            found.iter().map(|entry| views::record::model(sheet, &texts, entry)).collect::<Vec<_>>()
        });
        return Ok(axum::Json(models).into_response());
    }
    let title = viewer.locale.t("records");
    Ok(app.page(&viewer, None, "record", &title, |sheet| {
        html! {
            div.head { h1 { (title) } p.head-note { (views::record::title(sheet, subject)) } }
            (views::record::list(sheet, subject, &texts, &found, older))
        }
    }))
}

/// Up to a page of entries about `subject` and one more, newest first, each proved against the one before it, and the words
/// that they refer to.
fn entries(reader: &mut dyn Reading, subject: Subject, before: Option<u64>) -> Result<(Vec<Found>, Texts), String> {
    let failed = |fault: &dyn std::fmt::Display| fault.to_string();
    let (kind, id) = subject.key();
    let positions =
        reader.by_subject(journal::Subject { kind, id }, before, ON_A_PAGE + 1).map_err(|fault| failed(&fault))?;
    let mut found = Vec::with_capacity(positions.len());
    let mut ids: Vec<TextId> = Vec::new();
    let mut subjects: Vec<Subject> = Vec::new();
    for position in positions {
        for entry in reader.read(position, 1).map_err(|fault| failed(&fault))? {
            let body: Body = serde_json::from_slice(&entry.body).map_err(|fault| failed(&fault))?;
            let mut events = body.events;
            events.retain(|event| {
                subjects.clear();
                event.subjects(&mut subjects);
                subjects.contains(&subject)
            });
            events.iter().for_each(|event| views::record::texts_of(event, &mut ids));
            found.push(Found { position, at: At::from_millis(entry.at), by: body.by, events, hash: entry.hash });
        }
    }
    let values: Vec<u64> = ids.iter().map(|id| id.value()).collect();
    let texts = reader.texts(&values).map_err(|fault| failed(&fault))?;
    Ok((found, texts.into_iter().map(|(id, state)| (TextId::from_value(id), state)).collect()))
}
