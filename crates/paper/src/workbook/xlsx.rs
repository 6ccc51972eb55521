//! XLSX into grids, by way of calamine, cell by cell: its dense ranges would make room for a million empty rows.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};

use super::archive;
use super::fault::{Fault, Reason};
use super::grid::{Book, Budget, Grid, Merge, Raw};
use super::limits::{MAX_MERGES, MAX_SHEETS};
use super::moment::Epoch;

/// Reads every visible worksheet. The archive is checked first; nothing is parsed before that.
pub(super) fn load(bytes: &[u8]) -> Result<Book, Reason> {
    archive::check(bytes)?;
    // A cell reference such as ZZZZZZZZ1 overflows inside the parser, which panics where overflow is checked.
    // The parser borrows only these bytes, so nothing is left half-changed.
    catch_unwind(AssertUnwindSafe(|| parse(bytes)))
        .unwrap_or_else(|_| Err(Reason::Damaged { detail: "a part of it does not parse".to_owned() }))
}

fn damaged(error: XlsxError) -> Reason {
    Reason::Damaged { detail: error.to_string() }
}

fn parse(bytes: &[u8]) -> Result<Book, Reason> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let epoch = if workbook.has_1904_epoch() { Epoch::Y1904 } else { Epoch::Y1900 };
    let mut book = Book::new(epoch);
    let sheets = workbook.sheets_metadata().to_vec();
    if sheets.len() > MAX_SHEETS {
        return Err(Reason::TooManySheets { sheets: sheets.len() });
    }
    let mut hidden_rows = archive::hidden_rows(bytes);
    let mut budget = Budget::default();
    for sheet in sheets.into_iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
        if sheet.visible != SheetVisible::Visible {
            book.hidden_sheets.push(sheet.name);
            continue;
        }
        let mut grid = Grid::named(&sheet.name);
        grid.hidden_rows = hidden_rows.remove(&grid.name).unwrap_or_default();
        read_cells(&mut workbook, &mut grid, &mut budget, &mut book.faults)?;
        let merges = workbook.merge_cells_by_sheet_name(&grid.name).map_err(damaged)?;
        if merges.len() > MAX_MERGES {
            let reason = Reason::TooManyMerges { merges: merges.len() };
            book.faults.push(Fault { sheet: grid.name.clone(), row: None, column: None, value: String::new(), reason });
        }
        grid.merges =
            merges.iter().take(MAX_MERGES).map(|merge| Merge { first: merge.start, last: merge.end }).collect();
        book.grids.push(grid);
    }
    Ok(book)
}

fn read_cells(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    grid: &mut Grid,
    budget: &mut Budget,
    faults: &mut Vec<Fault>,
) -> Result<(), Reason> {
    let mut reader = workbook.worksheet_cells_reader(&grid.name).map_err(damaged)?;
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(damaged)? {
        let Some(raw) = raw(cell.value, cell.formula.is_some()) else { continue };
        if !grid.put(cell.pos, raw, budget, faults)? {
            break;
        }
    }
    Ok(())
}

/// `None` for an empty cell, which a formula giving an empty text also is.
fn raw(value: DataRef<'_>, formula: bool) -> Option<Raw> {
    match value {
        DataRef::Empty => formula.then_some(Raw::NotCalculated),
        DataRef::Int(number) => Some(Raw::Number(number as f64)),
        DataRef::Float(number) => Some(Raw::Number(number)),
        DataRef::String(text) => text_cell(&text),
        DataRef::SharedString(text) => text_cell(text),
        DataRef::Bool(value) => Some(Raw::Bool(value)),
        DataRef::DateTime(at) => Some(Raw::Serial(at.as_f64())),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text_cell(&text),
        DataRef::Error(error) => Some(Raw::Error(error.to_string())),
    }
}

fn text_cell(text: &str) -> Option<Raw> {
    (!text.is_empty()).then(|| Raw::Text(text.to_owned()))
}
