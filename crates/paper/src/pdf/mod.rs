//! A document as a PDF in official layout (A4, GB/T 9704-2012), set by Typst with the fonts that the program carries.
//!
//! Every word goes to Typst as a value and is never part of its source, so markup in a title is a title with odd signs. The
//! same document gives the same bytes. Files are tagged for screen readers, and charts carry their accessible names.
//!
//! A character that no embedded face has is printed as a geta mark with its number, 〓(U+31350), and counted in
//! [`Pdf::missing`]; an empty box is never printed.

#[cfg(feature = "pdf")]
mod engine;
#[cfg(feature = "pdf")]
mod values;

use thiserror::Error;

use crate::document::{Document, DocumentError, Figures};

/// A printed document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdf {
    pub bytes: Vec<u8>,
    pub pages: usize,
    /// Characters for which there was no glyph, each once, in order.
    pub missing: Vec<char>,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PdfError {
    #[error(transparent)]
    Document(#[from] DocumentError),
    #[error(
        "this program was built without PDF. Build it with the feature pdf (the default), or take the document as DOCX."
    )]
    BuiltWithout,
    #[error(
        "this program was built without its font {family}: {reason}. Take the document as DOCX, or build again where the font can be fetched."
    )]
    NoFont { family: &'static str, reason: String },
    #[error(
        "the document could not be set: {detail}. This is a fault of the program; report it with the document's title, and take the document as DOCX."
    )]
    Layout { detail: String },
}

/// Sets and writes the document.
#[cfg(feature = "pdf")]
pub fn write(document: &Document, figures: &Figures) -> Result<Pdf, PdfError> {
    let document = document.cleaned();
    document.check(figures)?;
    engine::write(&document, figures)
}

/// Refuses, with what to do instead.
#[cfg(not(feature = "pdf"))]
pub fn write(document: &Document, figures: &Figures) -> Result<Pdf, PdfError> {
    document.cleaned().check(figures)?;
    Err(PdfError::BuiltWithout)
}
