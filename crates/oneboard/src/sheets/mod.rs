//! Sheets: the board's tables in from workbooks and out to them.
//!
//! - [`layout`] says which sheets and columns there are, under which headings people keep them;
//! - [`draft`] compares a workbook with a board: what would be added, changed and unchanged, who would leave, and every
//!   fault with sheet, row, column, value, reason and remedy;
//! - [`table`] writes the same sheets, so that what goes out can come in again;
//! - [`uploads`] keeps a workbook between its dry run and its confirmation.
//!
//! An import adds and changes; it takes nobody off a shift and closes no post that it does not name. It is one command
//! and one entry of the journal, so it happens whole or not at all, and the same workbook twice changes nothing.

pub mod cli;
pub mod draft;
pub mod fault;
pub mod layout;
pub mod names;
mod rows;
pub mod table;
pub mod uploads;
pub mod words;

pub use draft::{Change, Draft, Line, Noun, draft};
pub use fault::{Fault, Reason};

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail there")]
mod tests;
