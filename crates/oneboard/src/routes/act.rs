//! Acts: a form or a JSON body becomes a command, the command is submitted, and the answer fits who asked.
//!
//! The same address takes `application/x-www-form-urlencoded` and `application/json`; both are read into the same input,
//! whose fields may also come from the address. An act that shows something ([`Act::shows`]) takes `multipart/form-data` with a
//! file as well. The id of the command is the header `Idempotency-Key`, else the field
//! `command_id`, else a new one. A browser without script is sent on to the next page; everything else gets JSON.

use std::collections::HashMap;

use axum::extract::{FromRequest as _, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use board::directive::Evidence;
use board::{At, AttachmentId, Command, PersonId, Subject, TextId};
use bytes::Bytes;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::attachment;
use crate::app::{App, Viewer};
use crate::http::negotiate::wants_page;
use crate::http::problem::{Kind, Problem};
use crate::locales::Arg;
use crate::page::{own_path, path_of};
use crate::submit::{Submission, Text, TextKind, text_id};

/// Longest free text, in characters: a page of A4.
pub const LONGEST_WORDS: usize = 4000;

/// What a form or a JSON body is read into.
pub trait Act: DeserializeOwned + JsonSchema + Send + 'static {
    /// The command that this asks for.
    ///
    /// # Errors
    /// A [`Problem`] that names the field, what was given and what was expected.
    fn command(self, desk: &mut Desk) -> Result<Command, Problem>;

    /// What a file that the form brings along hangs on, by the address; `None` where the act takes none. The act finds its id in
    /// the field `file`, as if it had been sent before.
    fn shows(_path: &HashMap<String, String>) -> Option<Subject> {
        None
    }
}

/// What a command is made with: ids, words on their way into the register, and the board as it was when the form came in.
pub struct Desk {
    pub id: Uuid,
    pub viewer: Viewer,
    /// For reading only: what is changed is changed by the command.
    pub app: App,
    texts: Vec<Text>,
    minted: u32,
}

impl Desk {
    /// The id of the next thing this command makes.
    pub fn mint<T>(&mut self) -> board::Id<T> {
        let id = board::Id::mint(board::CommandId(self.id.as_u128()), self.minted);
        self.minted += 1;
        id
    }

    /// Keeps words; what is blank is refused under the name of its field.
    ///
    /// # Errors
    /// [`Problem`] where the words are blank or too long.
    pub fn words(&mut self, field: &'static str, body: &str) -> Result<TextId, Problem> {
        self.text(field, TextKind::Words, body, LONGEST_WORDS)
    }

    /// As [`Self::words`], `None` where nothing was written.
    ///
    /// # Errors
    /// [`Problem`] where the words are too long.
    pub fn words_if_any(&mut self, field: &'static str, body: Option<&str>) -> Result<Option<TextId>, Problem> {
        body.filter(|body| !body.trim().is_empty()).map(|body| self.words(field, body)).transpose()
    }

    /// Keeps a text of any kind.
    ///
    /// # Errors
    /// [`Problem`] where it is blank or longer than `longest` characters.
    pub fn text(&mut self, field: &'static str, kind: TextKind, body: &str, longest: usize) -> Result<TextId, Problem> {
        let body = clean(body);
        if body.is_empty() {
            return Err(Problem::new(Kind::BadRequest).field(field, self.viewer.locale.t("act-blank")));
        }
        let length = body.chars().count();
        if length > longest {
            return Err(self.too_long(field, length, longest));
        }
        let id = text_id(self.id, self.texts.len() as u32);
        self.texts.push(Text { id, kind, body });
        Ok(id)
    }
}

impl Desk {
    /// A word that may stand in the journal: a callsign, a number, the name of a place. Blank is allowed.
    ///
    /// # Errors
    /// [`Problem`] where it is longer than `longest` characters.
    pub fn label(&self, field: &'static str, body: &str, longest: usize) -> Result<String, Problem> {
        let body = clean(body).replace('\n', " ");
        let length = body.chars().count();
        if length > longest {
            return Err(self.too_long(field, length, longest));
        }
        Ok(body)
    }

    /// A local day and time as a form's field sends it: `2026-02-01T08:00`.
    ///
    /// # Errors
    /// [`Problem`] where it is none, or does not exist on that day.
    pub fn instant(&self, field: &'static str, text: &str) -> Result<At, Problem> {
        let wrong = || {
            let values = [("value", Arg::from(text))];
            Problem::new(Kind::BadRequest).field(field, self.viewer.locale.tx("act-not-a-time", &values))
        };
        let local: jiff::civil::DateTime = text.trim().parse().map_err(|_| wrong())?;
        let zoned = local.to_zoned(self.app.zone.clone()).map_err(|_| wrong())?;
        Ok(At::from_millis(zoned.timestamp().as_millisecond()))
    }

    /// The one serving person of the viewer's reach who has this staff number or, where only one has it, this name.
    ///
    /// # Errors
    /// [`Problem`] that says whether there is none or several.
    pub fn person(&self, field: &'static str, text: &str) -> Result<PersonId, Problem> {
        let text = clean(text);
        let found =
            self.app.look(self.viewer.actor(), self.viewer.locale, |sheet| crate::views::people::called(sheet, &text));
        let (key, count) = match found[..] {
            [only] => return Ok(only),
            [] => ("act-nobody", 0),
            _ => ("act-several", found.len()),
        };
        let values = [("value", Arg::from(&text)), ("count", Arg::from(count))];
        Err(Problem::new(Kind::BadRequest).field(field, self.viewer.locale.tx(key, &values)))
    }

    /// What is shown for having done something: words, and a file, which the board looks at.
    ///
    /// # Errors
    /// As [`Self::words_if_any`].
    pub fn evidence(&mut self, words: Option<&str>, file: Option<AttachmentId>) -> Result<Evidence, Problem> {
        let words = self.words_if_any("words", words)?;
        Ok(Evidence { words, files: file.into_iter().collect() })
    }

    fn too_long(&self, field: &'static str, length: usize, longest: usize) -> Problem {
        let values = [("length", Arg::from(length)), ("longest", Arg::from(longest))];
        Problem::new(Kind::BadRequest).field(field, self.viewer.locale.tx("act-too-long", &values))
    }
}

/// Without control characters and marks that turn the direction of writing, which could make a line say what it does not.
pub(super) fn clean(body: &str) -> String {
    let kept = |letter: &char| {
        *letter == '\n' || !(letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
    };
    body.trim().chars().filter(kept).collect()
}

/// What an act is answered with.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Answer {
    /// The entry of the journal that keeps it.
    pub position: u64,
    /// When it was received, by the operation's clock, with the offset of its time zone (RFC 3339).
    pub at: String,
    /// The same had been received before; nothing new happened.
    pub repeated: bool,
    /// Where the form asked to go afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A whole number, as JSON has it or as a form sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(transparent)]
pub struct Count(pub u32);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let number = match &value {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let number = number.and_then(|number| u32::try_from(number).ok());
        number
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom(format!("{value} is not a whole number from 0 to 4294967295")))
    }
}

/// A tick: a form sends it only where it is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(transparent)]
pub struct Tick(pub bool);

impl<'de> Deserialize<'de> for Tick {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Bool(set) => Ok(Self(set)),
            Value::String(text) if matches!(text.as_str(), "on" | "true" | "1") => Ok(Self(true)),
            Value::String(text) if matches!(text.as_str(), "off" | "false" | "0") => Ok(Self(false)),
            other => Err(serde::de::Error::custom(format!("{other} is neither true nor false"))),
        }
    }
}

/// One or several of what a form's boxes choose: a JSON list, or a field that a form sends once for each box that is ticked.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(transparent)]
pub struct Several<T>(pub Vec<T>);

impl<T> Default for Several<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Several<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = match Value::deserialize(deserializer)? {
            Value::Array(list) => list,
            one => vec![one],
        };
        let read = list.into_iter().map(serde_json::from_value).collect::<Result<_, _>>();
        read.map(Self).map_err(serde::de::Error::custom)
    }
}

/// The handler of every act: reads `A`, submits its command, answers.
pub async fn act<A: Act>(
    State(app): State<App>,
    viewer: Viewer,
    Path(path): Path<HashMap<String, String>>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let (mut fields, file) = match A::shows(&path) {
        Some(subject) if is_multipart(&headers) => {
            let (fields, file) = attachment::read(request).await?;
            (fields, file.map(|file| (subject, file)))
        }
        _ => {
            let body = match Bytes::from_request(request, &()).await {
                Ok(body) => body,
                Err(fault) => return Ok(fault.into_response()),
            };
            (fields(&headers, &body)?, None)
        }
    };
    let back = fields.remove("back").and_then(|back| back.as_str().map(str::to_owned));
    let id = command_id(&headers, fields.remove("command_id"))?;
    for (name, value) in path {
        fields.insert(name, Value::String(value));
    }
    if file.is_some() {
        fields.insert("file".to_owned(), Value::String(attachment::brought(id).to_string()));
    }
    let input: A = serde_json::from_value(Value::Object(fields)).map_err(|fault| unreadable(&fault))?;
    if viewer.board_mode {
        return Err(Problem::new(Kind::NoPermission).detail(viewer.locale.t("act-board-mode")));
    }
    // Two entries, and the file's is first: sent again under the same id, both are answered from the journal.
    if let Some((subject, file)) = file {
        attachment::keep(&app, &viewer, attachment::id_of_file(id), subject, file).await?;
    }
    let mut desk = Desk { id, viewer, app: app.clone(), texts: Vec::new(), minted: 0 };
    let command = input.command(&mut desk)?;
    let Desk { viewer, texts, .. } = desk;
    let submission = Submission { actor: viewer.actor(), id, command, texts };
    let receipt = app.submit.submit(submission).await.map_err(|fault| app.unsubmitted(&viewer, &fault))?;
    // A browser that submits a form by itself is sent on; scripts and programs get JSON.
    if wants_page(&headers) {
        let next = back.or_else(|| referer(&headers)).unwrap_or_default();
        return Ok(Redirect::to(own_path(&next)).into_response());
    }
    let next = back.map(|back| own_path(&back).to_owned());
    let answer = Answer {
        position: receipt.position,
        at: app.look(viewer.actor(), viewer.locale, |sheet| sheet.iso(receipt.at)),
        repeated: receipt.repeated,
        next,
    };
    Ok((StatusCode::OK, axum::Json(answer)).into_response())
}

/// The fields of a form or a JSON object. A blank field of a form is one that was not filled in.
fn fields(headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    if kind.starts_with("application/json") {
        if body.is_empty() {
            return Ok(Map::new());
        }
        let value: Value = serde_json::from_slice(body).map_err(|fault| unreadable(&fault))?;
        return match value {
            Value::Object(fields) => Ok(fields),
            _ => Err(unreadable(&"the body is not a JSON object")),
        };
    }
    if body.is_empty() || kind.starts_with("application/x-www-form-urlencoded") {
        let mut fields = Map::new();
        for (name, value) in form_urlencoded::parse(body).filter(|(_, value)| !value.trim().is_empty()) {
            let value = Value::String(value.into_owned());
            match fields.get_mut(&*name) {
                None => {
                    fields.insert(name.into_owned(), value);
                }
                // Boxes of one name: a list. A field that is no list refuses it.
                Some(Value::Array(list)) => list.push(value),
                Some(first) => *first = Value::Array(vec![first.take(), value]),
            }
        }
        return Ok(fields);
    }
    Err(Problem::new(Kind::UnsupportedMedia)
        .value(kind)
        .expected("application/json, application/x-www-form-urlencoded"))
}

fn is_multipart(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

fn command_id(headers: &HeaderMap, field: Option<Value>) -> Result<Uuid, Problem> {
    let header = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
    let given = header.or_else(|| field.and_then(|value| value.as_str().map(str::to_owned)));
    match given.map(|given| given.trim_matches('"').to_owned()).filter(|given| !given.is_empty()) {
        None => Ok(Uuid::now_v7()),
        Some(given) => Uuid::parse_str(&given).map_err(|_| {
            Problem::new(Kind::BadRequest).value(given.clone()).expected("Idempotency-Key: UUID (RFC 9562)")
        }),
    }
}

/// The body cannot be read as what this address takes.
fn unreadable(fault: &dyn std::fmt::Display) -> Problem {
    Problem::new(Kind::BadRequest).value(fault.to_string())
}

/// The path of the page that the form stood on.
fn referer(headers: &HeaderMap) -> Option<String> {
    path_of(headers.get(header::REFERER)?.to_str().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_cannot_turn_around() {
        assert_eq!(clean(" a\u{202e}b\u{0}c\n "), "abc");
    }
}
