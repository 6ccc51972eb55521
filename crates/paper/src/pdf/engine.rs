//! Typst as a library: a world of one source, two faces, and no files.

use std::sync::LazyLock;

use jiff::tz::TimeZone;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Dict, Duration, IntoValue as _, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, Timestamp};

use super::values::Values;
use super::{Pdf, PdfError};
use crate::document::{Document, Figures};
use crate::fonts;

const TEMPLATE: &str = include_str!("document.typ");

/// How many compilations a cached result of Typst's outlives: layouts of one document are of no use to the next.
const CACHE_AGE: usize = 2;

struct Office {
    library: LazyHash<Library>,
}

struct Fonts {
    book: LazyHash<FontBook>,
    faces: Vec<Font>,
}

static SOURCE: LazyLock<Source> = LazyLock::new(|| {
    let path = VirtualPath::new("/document.typ").expect("a plain name is a path");
    Source::new(RootedPath::new(VirtualRoot::Project, path).intern(), TEMPLATE.to_owned())
});

static FONTS: LazyLock<Result<Fonts, String>> = LazyLock::new(|| {
    let faces = fonts::faces()?;
    let faces: Vec<Font> = faces.iter().filter_map(|face| Font::new(Bytes::new(Shared(face.clone())), 0)).collect();
    if faces.is_empty() {
        return Err("the embedded faces do not parse".to_owned());
    }
    Ok(Fonts { book: LazyHash::new(FontBook::from_fonts(&faces)), faces })
});

/// A face that Typst and the drawing of charts share.
struct Shared(fonts::Face);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl World for Office {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        static NONE: LazyLock<LazyHash<FontBook>> = LazyLock::new(|| LazyHash::new(FontBook::new()));
        FONTS.as_ref().map_or(&*NONE, |fonts| &fonts.book)
    }

    fn main(&self) -> FileId {
        SOURCE.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == SOURCE.id() { Ok(SOURCE.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.as_ref().ok()?.faces.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

pub(super) fn write(document: &Document, figures: &Figures) -> Result<Pdf, PdfError> {
    let fonts = FONTS.as_ref();
    let fonts = fonts.map_err(|reason| PdfError::NoFont { family: fonts::FAMILY, reason: reason.clone() })?;
    let has_glyph = |c: char| fonts.faces.iter().any(|face| face.info().coverage.contains(c as u32));
    let mut values = Values::new(&has_glyph);
    let mut inputs = Dict::new();
    inputs.insert("document".into(), values.document(document, figures).into_value());
    let office = Office { library: LazyHash::new(Library::builder().with_inputs(inputs).build()) };
    let laid_out = typst::compile::<PagedDocument>(&office).output;
    let laid_out = laid_out.map_err(|faults| layout(&faults))?;
    let made = document.made.to_zoned(TimeZone::UTC);
    let timestamp = Datetime::from_ymd_hms(
        i32::from(made.year()),
        made.month() as u8,
        made.day() as u8,
        made.hour() as u8,
        made.minute() as u8,
        made.second() as u8,
    );
    let options = PdfOptions {
        ident: Smart::Custom(format!("{}\n{}\n{}", document.number, document.title, document.made)),
        creator: Smart::Custom(Some("Oneboard".to_owned())),
        timestamp: timestamp.map(Timestamp::new_utc),
        ..PdfOptions::default()
    };
    let bytes = typst_pdf::pdf(&laid_out, &options).map_err(|faults| layout(&faults))?;
    let pages = laid_out.pages().len();
    typst::comemo::evict(CACHE_AGE);
    Ok(Pdf { bytes, pages, missing: values.missing.into_iter().collect() })
}

fn layout(faults: &[SourceDiagnostic]) -> PdfError {
    let detail = faults.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>().join("; ");
    PdfError::Layout { detail }
}
