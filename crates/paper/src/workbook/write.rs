//! Tables out: XLSX and CSV in which no cell can act as a formula.
//!
//! XLSX cells of text are string cells, which are never calculated, and those that look like a formula carry the
//! quote prefix, so that editing them does not make one. CSV has no types, so there such a text gets a leading
//! apostrophe (OWASP, CSV Injection); [`super::read`] takes it off again.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};
use thiserror::Error;

use super::limits::MAX_CELL_CHARS;
use crate::table::{Cell, Column, Kind, Table};
use crate::words::Language;

/// Rows of an XLSX sheet (Excel specifications and limits).
const SHEET_ROWS: usize = 1_048_576;

/// Column widths in characters, so that a long remark does not push the rest off the page.
const WIDTHS: std::ops::RangeInclusive<usize> = 8..=40;

/// Characters of a sheet's name (Excel specifications and limits).
const SHEET_NAME_CHARS: usize = 31;

/// The first day that a serial means the same in every spreadsheet program; earlier dates are written as text.
const FIRST_SERIAL_DATE: jiff::civil::Date = jiff::civil::date(1900, 3, 1);

#[derive(Debug, Error)]
pub enum WriteError {
    #[error(
        "sheet \"{sheet}\", row {row}: a cell has {chars} characters; a workbook holds {MAX_CELL_CHARS}. Write this table as CSV, or shorten the text."
    )]
    CellTooLong { sheet: String, row: usize, chars: usize },
    #[error(
        "sheet \"{sheet}\" would have {rows} rows; a workbook holds {SHEET_ROWS}. Write this table as CSV, or in parts."
    )]
    TooManyRows { sheet: String, rows: usize },
    #[error("the workbook could not be written: {0}. This is a fault of the program; report it with the table's name.")]
    Xlsx(#[from] XlsxError),
}

/// One workbook with a sheet for each table. The same tables give the same bytes.
///
/// ```
/// use paper::{Language, table::{Cell, Column, Kind, Sheet, Table}, workbook};
/// let table = Table::new(Sheet::new("posts", "Posts", "岗位").column(Column::new("name", "Post", "岗位", Kind::Text)))
///     .row([Cell::text("=HYPERLINK(\"x\")")]);
/// let bytes = workbook::write_xlsx(&[table], Language::Chinese)?;
/// assert!(bytes.starts_with(b"PK"));
/// # Ok::<(), workbook::WriteError>(())
/// ```
pub fn write_xlsx(tables: &[Table], language: Language) -> Result<Vec<u8>, WriteError> {
    let mut workbook = new_workbook()?;
    let mut names = Vec::new();
    for table in tables {
        let name = sheet_name(table.sheet.name.text(language), &mut names);
        let sheet = workbook.add_worksheet();
        sheet.set_name(&name)?;
        write_sheet(sheet, table, &name, language)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// One table as CSV: UTF-8 with its mark, which Excel needs, CRLF, and quotes as in RFC 4180.
pub fn write_csv(table: &Table, language: Language) -> Vec<u8> {
    let columns = &table.sheet.columns;
    let mut text = String::from('\u{feff}');
    for line in &table.title {
        push_record(&mut text, [line.clone()]);
    }
    push_record(&mut text, columns.iter().map(|column| column.heading.text(language).to_owned()));
    for row in &table.rows {
        let cells = columns.iter().enumerate();
        push_record(
            &mut text,
            cells.map(|(i, column)| row.get(i).map_or_else(String::new, |cell| cell.show(&column.kind, language))),
        );
    }
    text.into_bytes()
}

/// A workbook whose bytes depend on its cells only: the creation time is fixed.
pub(super) fn new_workbook() -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    Ok(workbook)
}

/// The name as a sheet may bear it: no forbidden character, not too long, not used twice.
pub(super) fn sheet_name(wanted: &str, used: &mut Vec<String>) -> String {
    let plain: String =
        wanted.chars().filter(|c| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\') && !c.is_control()).collect();
    let plain = plain.trim_matches(['\'', ' ']);
    let base = if plain.is_empty() { "Sheet" } else { plain };
    let mut name: String = base.chars().take(SHEET_NAME_CHARS).collect();
    let mut number = 2;
    while used.iter().any(|other| other.to_lowercase() == name.to_lowercase()) {
        let suffix = format!(" {number}");
        name = base.chars().take(SHEET_NAME_CHARS - suffix.len()).chain(suffix.chars()).collect();
        number += 1;
    }
    used.push(name.clone());
    name
}

pub(super) fn heading_format() -> Format {
    Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter)
        .set_border_bottom(FormatBorder::Thin)
}

/// Columns whose cells a spreadsheet would otherwise turn into numbers or dates are text throughout.
pub(super) fn number_format(kind: &Kind) -> &'static str {
    match kind {
        Kind::Date => "yyyy-mm-dd",
        Kind::DateTime => "yyyy-mm-dd hh:mm:ss",
        Kind::Count => "0",
        _ => "@",
    }
}

/// The page as it prints: A4 across, one page wide, the headings on each.
pub(super) fn set_page(sheet: &mut Worksheet, heading_row: u32) -> Result<(), XlsxError> {
    sheet.set_paper_size(9).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(heading_row, heading_row)?;
    sheet.set_freeze_panes(heading_row + 1, 0)?;
    Ok(())
}

fn write_sheet(sheet: &mut Worksheet, table: &Table, name: &str, language: Language) -> Result<(), WriteError> {
    let heading_row = table.title.len();
    let rows = heading_row + 1 + table.rows.len();
    if rows > SHEET_ROWS {
        return Err(WriteError::TooManyRows { sheet: name.to_owned(), rows });
    }
    for (row, line) in table.title.iter().enumerate() {
        write_text(sheet, name, row, 0, line, &Format::new())?;
    }
    let heading = heading_format();
    for (index, column) in table.sheet.columns.iter().enumerate() {
        let text = column.heading.text(language);
        write_text(sheet, name, heading_row, index as u16, text, &heading)?;
        let format = Format::new().set_num_format(number_format(&column.kind));
        let mut width = display_width(text);
        for (row, cells) in table.rows.iter().enumerate() {
            let Some(cell) = cells.get(index) else { continue };
            width = width.max(display_width(&cell.show(&column.kind, language)));
            write_cell(sheet, name, heading_row + 1 + row, index as u16, (cell, column), &format, language)?;
        }
        sheet.set_column_width(index as u16, (width + 2).clamp(*WIDTHS.start(), *WIDTHS.end()) as f64)?;
    }
    set_page(sheet, heading_row as u32)?;
    Ok(())
}

fn write_cell(
    sheet: &mut Worksheet,
    name: &str,
    row: usize,
    at: u16,
    (cell, column): (&Cell, &Column),
    format: &Format,
    language: Language,
) -> Result<(), WriteError> {
    match cell {
        Cell::Empty => {}
        Cell::Count(count) => {
            sheet.write_number_with_format(row as u32, at, *count, format)?;
        }
        Cell::Date(date) if *date >= FIRST_SERIAL_DATE => {
            let day = ExcelDateTime::from_ymd(date.year() as u16, date.month() as u8, date.day() as u8)?;
            sheet.write_datetime_with_format(row as u32, at, &day, format)?;
        }
        Cell::DateTime(moment) if moment.date() >= FIRST_SERIAL_DATE => {
            let day = ExcelDateTime::from_ymd(moment.year() as u16, moment.month() as u8, moment.day() as u8)?;
            let day = day.and_hms(moment.hour() as u16, moment.minute() as u8, moment.second() as f64)?;
            sheet.write_datetime_with_format(row as u32, at, &day, format)?;
        }
        other => write_text(sheet, name, row, at, &other.show(&column.kind, language), format)?,
    }
    Ok(())
}

fn write_text(
    sheet: &mut Worksheet,
    name: &str,
    row: usize,
    at: u16,
    text: &str,
    format: &Format,
) -> Result<(), WriteError> {
    // Excel counts UTF-16 units.
    let chars = text.encode_utf16().count();
    if chars > MAX_CELL_CHARS {
        return Err(WriteError::CellTooLong { sheet: name.to_owned(), row: row + 1, chars });
    }
    if acts_as_formula(text) {
        let quoted = format.clone().set_quote_prefix();
        sheet.write_string_with_format(row as u32, at, text, &quoted)?;
    } else if !text.is_empty() {
        sheet.write_string_with_format(row as u32, at, text, format)?;
    }
    Ok(())
}

fn push_record(text: &mut String, fields: impl IntoIterator<Item = String>) {
    for (index, field) in fields.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        let guarded = guard(&field);
        if guarded.contains(['"', ',', ';', '\t', '\r', '\n']) || guarded.trim() != guarded {
            text.push('"');
            text.push_str(&guarded.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&guarded);
        }
    }
    text.push_str("\r\n");
}

/// Whether a spreadsheet might calculate this text: it begins, after what the eye does not see, with one of the
/// marks that begin a formula, in ASCII or full width.
fn acts_as_formula(text: &str) -> bool {
    let first = text.chars().next().unwrap_or(' ');
    let seen =
        text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}' || c == '\u{200b}');
    matches!(first, '\t' | '\r' | '\n' | '\0') || seen.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// An apostrophe before a text that acts as a formula, and before one that would look guarded though it is not.
fn guard(text: &str) -> String {
    if acts_as_formula(text.trim_start_matches('\'')) { format!("'{text}") } else { text.to_owned() }
}

/// The text without the apostrophe of [`guard`].
pub(super) fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if acts_as_formula(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

/// Columns taken on a screen: two for a Chinese character, one for a Latin one; of the longest line.
pub(super) fn display_width(text: &str) -> usize {
    let line_width = |line: &str| line.chars().map(|c| if c >= '\u{1100}' { 2 } else { 1 }).sum();
    text.lines().map(line_width).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_could_act_as_a_formula_is_guarded_and_what_could_not_is_left_alone() {
        for text in
            ["=1+1", "+86", "-5", "@x", "\t=1", "\r", "\n=1", "\0x", " =1", "＝1", "'=1", "\u{feff}=1", "\u{200b}@x"]
        {
            assert!(guard(text).starts_with('\''), "{text:?}");
        }
        for text in ["", "a=b", "警1-2", "'tis", "2027-02-05"] {
            assert_eq!(guard(text), text);
        }
    }

    #[test]
    fn sheet_names_are_made_legal_and_kept_apart() {
        let mut used = Vec::new();
        assert_eq!(sheet_name("a/b:[c]", &mut used), "abc");
        assert_eq!(sheet_name("ABC", &mut used), "ABC 2");
        assert_eq!(sheet_name("''", &mut used), "Sheet");
        assert_eq!(sheet_name(&"警".repeat(40), &mut used).chars().count(), 31);
    }

    proptest! {
        #[test]
        fn the_guard_comes_off_again_whatever_was_written(text in "['=+@ a\t-]{0,6}|.*") {
            let guarded = guard(&text);
            prop_assert!(!acts_as_formula(&guarded));
            prop_assert_eq!(unguard(&guarded), text);
        }
    }
}
