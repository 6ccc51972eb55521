//! Paper: what goes in and out of the board as files (workbooks and calendars), knowing nothing of the board.
//!
//! - [`table`] is the neutral form: named, typed columns with headings in both languages, and rows of cells.
//! - [`workbook`] reads XLSX and CSV as people really keep them, and writes them safely.
//! - [`calendar`] writes an iCalendar feed.
//!
//! Nothing here touches a file, a clock or the network: bytes in, bytes out.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should fail there"))]

pub mod calendar;
pub mod table;
pub mod words;
pub mod workbook;

pub use words::{Label, Language};
