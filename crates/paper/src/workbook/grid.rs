//! A sheet as it lies in the file: cells by position, merged regions, hidden rows. No meaning yet.

use std::collections::BTreeMap;

use super::fault::{Fault, Reason, quote};
use super::limits::{MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_TEXT_BYTES};
use super::moment::Epoch;

/// What one cell holds in the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Raw {
    Text(String),
    Number(f64),
    /// A number shown as a date or time.
    Serial(f64),
    Bool(bool),
    /// `#REF!` and its kin.
    Error(String),
    /// A formula without a stored result.
    NotCalculated,
}

impl Raw {
    /// The cell as text, for headings, remarks and quotations.
    pub(super) fn text(&self) -> String {
        match self {
            Raw::Text(text) | Raw::Error(text) => text.clone(),
            Raw::Number(number) | Raw::Serial(number) => number.to_string(),
            Raw::Bool(value) => if *value { "TRUE" } else { "FALSE" }.to_owned(),
            Raw::NotCalculated => String::new(),
        }
    }
}

/// Rows and columns from `first` to `last` inclusive, as (row, column) from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Merge {
    pub first: (u32, u32),
    pub last: (u32, u32),
}

/// One row's filled cells by column, from zero.
pub(super) type Cells = BTreeMap<u32, Raw>;

#[derive(Debug, Default)]
pub(super) struct Grid {
    pub name: String,
    /// Filled cells only, by row and column from zero.
    pub rows: BTreeMap<u32, Cells>,
    pub merges: Vec<Merge>,
    /// From 1, in order.
    pub hidden_rows: Vec<u32>,
    /// A cell right of the last column was met and said.
    too_wide: bool,
}

/// All sheets of one file.
#[derive(Debug)]
pub(super) struct Book {
    pub grids: Vec<Grid>,
    pub hidden_sheets: Vec<String>,
    pub epoch: Epoch,
    /// Caps that were met while reading.
    pub faults: Vec<Fault>,
}

impl Book {
    pub(super) fn new(epoch: Epoch) -> Self {
        Book { grids: Vec::new(), hidden_sheets: Vec::new(), epoch, faults: Vec::new() }
    }
}

/// Keeps count over all sheets of one file.
#[derive(Debug, Default)]
pub(super) struct Budget {
    cells: usize,
    text: usize,
}

impl Budget {
    /// Whether one more cell may be kept, or which cap it meets. `text` is the length of its text in bytes.
    pub(super) fn admit(&mut self, row: u32, column: u32, text: usize) -> Result<(), Reason> {
        if row >= MAX_ROWS {
            return Err(Reason::TooManyRows);
        }
        if column >= MAX_COLUMNS {
            return Err(Reason::TooManyColumns);
        }
        self.cells += 1;
        self.text += text;
        if self.cells > MAX_CELLS {
            return Err(Reason::TooManyCells);
        }
        if self.text > MAX_TEXT_BYTES {
            return Err(Reason::TooMuchText);
        }
        Ok(())
    }
}

impl Grid {
    pub(super) fn named(name: &str) -> Self {
        Grid { name: name.to_owned(), ..Grid::default() }
    }

    /// Keeps a cell if the budget admits it. A row too far down ends the sheet (`false`); a column too far right is
    /// left out and said once.
    pub(super) fn put(
        &mut self,
        (row, column): (u32, u32),
        raw: Raw,
        budget: &mut Budget,
        faults: &mut Vec<Fault>,
    ) -> Result<bool, Reason> {
        let text = if let Raw::Text(text) = &raw { text.len() } else { 0 };
        let reason = match budget.admit(row, column, text) {
            Ok(()) => {
                self.rows.entry(row).or_default().insert(column, raw);
                return Ok(true);
            }
            Err(Reason::TooManyColumns) if self.too_wide => return Ok(true),
            Err(reason @ (Reason::TooManyColumns | Reason::TooManyRows)) => reason,
            Err(reason) => return Err(reason),
        };
        let goes_on = reason == Reason::TooManyColumns;
        self.too_wide |= goes_on;
        let row = Some(row.saturating_add(1));
        faults.push(Fault { sheet: self.name.clone(), row, column: None, value: quote(&raw.text()), reason });
        Ok(goes_on)
    }
}
