//! The journal as JSON lines, for archives and for eyes.
//!
//! One object a line, in order. A body that is JSON on one line stands as the very bytes that were hashed; any other
//! is `body_hex`. With [`ExportOptions::texts`] personal data is in the file: treat it as such.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;

use serde::Serialize;
use serde_json::value::RawValue;
use thiserror::Error;

use crate::Reading;
use crate::checkpoint::hex;
use crate::entry::{Check, EntryRef, TextState};
use crate::error::{OpenError, StorageError};
use crate::sqlite::Reader;
use crate::upcast::Upcasts;

/// What to leave out.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExportOptions {
    /// Also the words of texts that are still kept.
    pub texts: bool,
}

/// Why an export stopped; what was written until then is whole lines but not the whole journal.
#[derive(Debug, Error)]
pub enum ExportError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("the export was not written: {0}; free space or name another place")]
    Write(#[from] io::Error),
}

#[derive(Serialize)]
struct Line<'a> {
    position: u64,
    at: i64,
    sender: u64,
    command_id: String,
    payload_hash: String,
    schema: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_hex: Option<String>,
    subjects: Vec<(u8, u64)>,
    texts: Vec<TextLine>,
    erase: Vec<u64>,
    previous: String,
    hash: String,
}

#[derive(Serialize)]
struct TextLine {
    id: u64,
    kind: u8,
    commitment: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    erased_by: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// Writes the journal at `path`, as far as it goes now, to `out`; bodies as stored. Returns the number of entries.
///
/// # Errors
/// [`ExportError`]; a corrupt entry stops the export and is named.
pub fn export(path: &Path, out: &mut dyn Write, options: ExportOptions) -> Result<u64, ExportError> {
    let mut entries = Reader::open(path, Upcasts::none())?;
    let mut texts = Reader::open(path, Upcasts::none())?;
    export_from(&mut entries, &mut texts, out, options)
}

/// As [`export()`], from a journal that has been opened twice, without upcasts: texts are looked up while entries pass by.
///
/// # Errors
/// [`ExportError`].
pub fn export_from(
    entries: &mut dyn Reading,
    texts: &mut dyn Reading,
    out: &mut dyn Write,
    options: ExportOptions,
) -> Result<u64, ExportError> {
    let mut written = 0;
    let mut failed = None;
    entries.for_each(1, u64::MAX, Check::Chain, &mut |entry| match line(&entry, texts, options)
        .and_then(|line| write(out, &line))
    {
        Ok(()) => {
            written += 1;
            ControlFlow::Continue(())
        }
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    })?;
    if let Some(error) = failed {
        return Err(error);
    }
    out.flush()?;
    Ok(written)
}

fn write(out: &mut dyn Write, line: &Line<'_>) -> Result<(), ExportError> {
    serde_json::to_writer(&mut *out, line).map_err(io::Error::from)?;
    Ok(out.write_all(b"\n")?)
}

fn line<'a>(
    entry: &'a EntryRef<'_>,
    reader: &mut dyn Reading,
    options: ExportOptions,
) -> Result<Line<'a>, ExportError> {
    let links = entry.links().map_err(|bad| StorageError::malformed(entry.position, bad))?;
    let ids: Vec<u64> = links.texts.iter().map(|text| text.id).collect();
    let states = reader.texts(&ids)?;
    let texts = links.texts.iter().zip(states).map(|(text, (_, state))| {
        let (erased_by, words) = match state {
            TextState::Kept(words) => (None, options.texts.then_some(words)),
            TextState::Erased { by } => (Some(by), None),
            TextState::Unknown => (None, None),
        };
        TextLine { id: text.id, kind: text.kind, commitment: hex(&text.hash), erased_by, text: words }
    });
    let one_line = !entry.body.iter().any(|&byte| byte == b'\n' || byte == b'\r');
    let body = one_line.then(|| serde_json::from_slice::<&RawValue>(&entry.body).ok()).flatten();
    Ok(Line {
        position: entry.position,
        at: entry.at,
        sender: entry.sender,
        command_id: entry.command_id.to_string(),
        payload_hash: hex(&entry.payload_hash),
        schema: entry.schema,
        body_hex: body.is_none().then(|| hex(&entry.body)),
        body,
        subjects: links.subjects.iter().map(|s| (s.kind, s.id)).collect(),
        texts: texts.collect(),
        erase: links.erase,
        previous: hex(&entry.previous),
        hash: hex(&entry.hash),
    })
}
