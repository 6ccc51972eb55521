//! An empty workbook to fill in, made from the layout that will read it.

use rust_xlsxwriter::{DataValidation, DataValidationErrorStyle, Format, Formula, Workbook, Worksheet};

use super::read::Layout;
use super::write::{WriteError, display_width, heading_format, new_workbook, number_format, set_page, sheet_name};
use crate::table::{Kind, Sheet};
use crate::words::Language;

/// The hidden sheet of choices that are too long for a validation list of their own.
pub(super) const CHOICES_SHEET: &str = "_choices";

/// Rows for which the cells offer their choices.
const PREPARED_ROWS: u32 = 10_000;

/// Characters of a validation list written in place (Excel specifications and limits).
const LIST_CHARS: usize = 255;

/// Rows above the data: the explanation, then the headings.
const HEADING_ROW: u32 = 1;

/// An XLSX workbook with a sheet for each of the layout's: one line that explains, the headings (required ones with
/// `*`), text format where digits matter, and lists to choose from. Read back, it has no rows and no faults.
pub fn template(layout: &Layout, language: Language) -> Result<Vec<u8>, WriteError> {
    let mut workbook = new_workbook()?;
    let mut names = vec![CHOICES_SHEET.to_owned()];
    let mut long_lists: Vec<Vec<String>> = Vec::new();
    for sheet in &layout.sheets {
        let page = workbook.add_worksheet();
        page.set_name(sheet_name(sheet.name.text(language), &mut names))?;
        write_sheet(page, sheet, language, &mut long_lists)?;
    }
    write_long_lists(&mut workbook, &long_lists)?;
    Ok(workbook.save_to_buffer()?)
}

fn write_sheet(
    page: &mut Worksheet,
    sheet: &Sheet,
    language: Language,
    long_lists: &mut Vec<Vec<String>>,
) -> Result<(), WriteError> {
    page.write_string(0, 0, explanation(sheet, language))?;
    let heading = heading_format();
    for (index, column) in (0..).zip(&sheet.columns) {
        let mark = if column.required { "*" } else { "" };
        let text = format!("{}{mark}", column.heading.text(language));
        page.write_string_with_format(HEADING_ROW, index, &text, &heading)?;
        page.set_column_width(index, (display_width(&text) + 4).max(12) as f64)?;
        page.set_column_format(index, &Format::new().set_num_format(number_format(&column.kind)))?;
        if let Kind::Choice(choices) = &column.kind {
            let words: Vec<String> = choices.iter().map(|choice| choice.label.text(language).to_owned()).collect();
            let rule = validation(words, long_lists)?
                .set_error_style(DataValidationErrorStyle::Warning)
                .set_error_message(language.pick("Choose one of the list.", "请从下拉列表中选择。"))?;
            page.add_data_validation(HEADING_ROW + 1, index, HEADING_ROW + PREPARED_ROWS, index, &rule)?;
        }
    }
    set_page(page, HEADING_ROW)?;
    Ok(())
}

/// A list in place if it fits and no word has a comma, else one that points to the sheet of choices.
fn validation(words: Vec<String>, long_lists: &mut Vec<Vec<String>>) -> Result<DataValidation, WriteError> {
    let chars: usize = words.iter().map(|word| word.chars().count() + 1).sum();
    if chars <= LIST_CHARS && !words.iter().any(|word| word.contains(',')) {
        return Ok(DataValidation::new().allow_list_strings(&words)?);
    }
    let column = super::fault::letters(long_lists.len() as u32);
    let formula = format!("={CHOICES_SHEET}!${column}$1:${column}${}", words.len());
    long_lists.push(words);
    Ok(DataValidation::new().allow_list_formula(Formula::new(formula)))
}

fn write_long_lists(workbook: &mut Workbook, lists: &[Vec<String>]) -> Result<(), WriteError> {
    if lists.is_empty() {
        return Ok(());
    }
    let page = workbook.add_worksheet();
    page.set_name(CHOICES_SHEET)?.set_hidden(true);
    for (column, words) in (0..).zip(lists) {
        for (row, word) in (0..).zip(words) {
            page.write_string(row, column, word)?;
        }
    }
    Ok(())
}

fn explanation(sheet: &Sheet, language: Language) -> String {
    let has = |wanted: fn(&Kind) -> bool| sheet.columns.iter().any(|column| wanted(&column.kind));
    let mut text = language
        .pick(
            "Fill in one row each below the headings; leave the headings as they are. Columns marked * must be filled in.",
            "请在表头下方逐行填写，表头请勿改动。带*的列为必填项。",
        )
        .to_owned();
    let hints: [(bool, &str, &str); 4] = [
        (has(|kind| matches!(kind, Kind::Date)), " Dates: 2027-02-05.", "日期：2027-02-05。"),
        (has(|kind| matches!(kind, Kind::Time)), " Times: 08:00.", "时间：08:00。"),
        (
            has(|kind| matches!(kind, Kind::DateTime)),
            " Date and time: 2027-02-05 08:00.",
            "日期时间：2027-02-05 08:00。",
        ),
        (
            has(|kind| matches!(kind, Kind::Span)),
            " Hours: 08:00-18:00, over midnight 20:00-08:00.",
            "时段：08:00-18:00，跨零点20:00-次日08:00。",
        ),
    ];
    for (_, en, zh) in hints.into_iter().filter(|(wanted, _, _)| *wanted) {
        text.push_str(language.pick(en, zh));
    }
    if has(|kind| matches!(kind, Kind::List)) {
        text.push_str(language.pick(" Several in one cell: apart by commas.", "一格多项用顿号分隔。"));
    }
    text
}
