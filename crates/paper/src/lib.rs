//! Paper: what goes in and out of the board as files, knowing nothing of the board.
//!
//! - [`document`] is a document as data: headings, paragraphs, tables, figures, notes, marks and signature.
//! - [`pdf`] and [`docx`] print it in official layout; [`docx::read`] takes an edited file back in.
//! - [`chart`] draws figures as SVG, with the table behind each.
//! - [`table`] is the neutral form of a workbook: named, typed columns with headings in both languages, and rows of cells.
//! - [`workbook`] reads XLSX and CSV as people really keep them, and writes them safely.
//! - [`calendar`] writes an iCalendar feed.
//!
//! Nothing here touches a file, a clock or the network: bytes in, bytes out.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should fail there"))]

pub mod calendar;
pub mod chart;
pub mod document;
pub mod docx;
#[cfg(feature = "pdf")]
mod fonts;
mod package;
pub mod pdf;
pub mod picture;
pub mod table;
pub mod words;
pub mod workbook;

pub use words::{Label, Language};
