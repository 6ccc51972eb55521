//! A sheet as it lies in the file: cells by position, merged regions, hidden rows. No meaning yet.

use std::collections::BTreeMap;

use super::fault::{Fault, Reason};
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
    /// Puts a cell into the grid, or says which cap it met.
    pub(super) fn put(&mut self, grid: &mut Grid, row: u32, column: u32, raw: Raw) -> Result<(), Reason> {
        if row >= MAX_ROWS {
            return Err(Reason::TooManyRows);
        }
        if column >= MAX_COLUMNS {
            return Err(Reason::TooManyColumns);
        }
        self.cells += 1;
        if let Raw::Text(text) = &raw {
            self.text += text.len();
        }
        if self.cells > MAX_CELLS {
            return Err(Reason::TooManyCells);
        }
        if self.text > MAX_TEXT_BYTES {
            return Err(Reason::TooMuchText);
        }
        grid.rows.entry(row).or_default().insert(column, raw);
        Ok(())
    }
}
