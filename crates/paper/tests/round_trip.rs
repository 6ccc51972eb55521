//! What is written comes back the same, hostile texts included; a template comes back empty.

#![expect(clippy::unwrap_used, reason = "a test that cannot build its file should fail there")]

use jiff::civil::{Date, DateTime};
use paper::Language;
use paper::table::{Cell, Choice, Clock, Column, Kind, Sheet, Span, Table};
use paper::workbook::{Layout, WriteError, read, template, write_csv, write_xlsx};
use proptest::prelude::*;

fn everything() -> Sheet {
    let grades = vec![Choice::new("officer", "Officer", "民警"), Choice::new("auxiliary", "Auxiliary", "辅警")];
    Sheet::new("everything", "Everything", "全部")
        .column(Column::new("number", "Staff number", "警号", Kind::StaffNumber).required())
        .column(Column::new("text", "Text", "内容", Kind::Text))
        .column(Column::new("name", "Name", "姓名", Kind::Name))
        .column(Column::new("phone", "Telephone", "电话", Kind::Phone))
        .column(Column::new("count", "Count", "数量", Kind::Count))
        .column(Column::new("date", "Date", "日期", Kind::Date))
        .column(Column::new("time", "Time", "时间", Kind::Time))
        .column(Column::new("at", "Date and time", "日期时间", Kind::DateTime))
        .column(Column::new("span", "Hours", "时段", Kind::Span))
        .column(Column::new("grade", "Grade", "类别", Kind::Choice(grades)))
        .column(Column::new("list", "Qualifications", "资质", Kind::List))
}

/// Texts as they are once read: trimmed, without control and invisible characters. Among them what begins formulas,
/// breaks CSV, looks like an escape of XLSX, or like the guard of a formula.
fn kept_text() -> impl Strategy<Value = String> {
    let hostile = prop_oneof![
        Just("=HYPERLINK(\"http://x\",\"y\")".to_owned()),
        Just("+86 139".to_owned()),
        Just("@SUM(A1)".to_owned()),
        Just("-2+3".to_owned()),
        Just("'=1".to_owned()),
        Just("''".to_owned()),
        Just("＝1+1".to_owned()),
        Just("_x000D_ _x0041_".to_owned()),
        Just("<b>&amp;]]></b>".to_owned()),
        Just("a,\"b\";\nc\td".to_owned()),
        Just("东关，派出所；“引号”".to_owned()),
        Just("001".to_owned()),
        Just("1e5".to_owned()),
        Just("TRUE".to_owned()),
        Just("#REF!".to_owned()),
        Just("😀𠀀".to_owned()),
    ];
    let free = "[!-~一-龥，。][ -~一-龥，。\n]{0,30}[!-~一-龥，。]".prop_map(|text| {
        let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
        lines.join("\n")
    });
    prop_oneof![hostile, free]
}

fn or_empty(cell: impl Strategy<Value = Cell>) -> impl Strategy<Value = Cell> {
    prop_oneof![1 => Just(Cell::Empty), 4 => cell]
}

fn clock() -> impl Strategy<Value = Clock> {
    (0u16..=1440).prop_map(|minutes| Clock::from_minutes(minutes).expect("within a day"))
}

fn day() -> impl Strategy<Value = Date> {
    (1850i16..=9999, 1i8..=12, 1i8..=28).prop_map(|(year, month, day)| Date::new(year, month, day).expect("a date"))
}

fn moment() -> impl Strategy<Value = DateTime> {
    (day(), 0i8..24, 0i8..60, 0i8..60).prop_map(|(day, hour, minute, second)| day.at(hour, minute, second, 0))
}

fn row() -> impl Strategy<Value = Vec<Cell>> {
    let words = proptest::collection::vec("[A-Za-z一-龥]{1,6}", 1..4).prop_map(Cell::List);
    let grade = prop_oneof![Just("officer"), Just("auxiliary")].prop_map(|key| Cell::Choice(key.into()));
    let first = (
        "[0-9]{1,8}[A-Z]{0,2}".prop_map(Cell::Text),
        or_empty(kept_text().prop_map(Cell::Text)),
        or_empty("[一-龥]{2,4}|[A-Z][a-z]{1,8} [A-Z][a-z]{1,8}".prop_map(Cell::Text)),
        or_empty("\\+?[1-9][0-9]{4,12}(-[0-9]{3})?".prop_map(Cell::Text)),
        or_empty(any::<u32>().prop_map(Cell::Count)),
        or_empty(day().prop_map(Cell::Date)),
        or_empty(clock().prop_map(Cell::Time)),
    );
    let second = (
        or_empty(moment().prop_map(Cell::DateTime)),
        or_empty((clock(), clock()).prop_map(|(start, end)| Cell::Span(Span::new(start, end)))),
        or_empty(grade),
        or_empty(words),
    );
    (first, second).prop_map(|((a, b, c, d, e, f, g), (h, i, j, k))| vec![a, b, c, d, e, f, g, h, i, j, k])
}

/// Reads `bytes` back against the table's own description.
fn back(bytes: &[u8], name: &str) -> Result<Vec<Vec<Cell>>, String> {
    let sheet = everything();
    let read = read(bytes, name, &Layout::new([sheet.clone()]));
    if !read.is_clean() {
        return Err(format!("{:?}", read.faults));
    }
    let cells = |row: &paper::workbook::Row| sheet.columns.iter().map(|column| row.cell(&column.key).clone()).collect();
    Ok(read.rows.iter().map(cells).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_table_comes_back_as_it_was_written(
        rows in proptest::collection::vec(row(), 0..8), chinese in any::<bool>(), titled in any::<bool>(),
    ) {
        let language = if chinese { Language::Chinese } else { Language::English };
        let mut table = Table::new(everything());
        table.rows = rows.clone();
        if titled {
            table = table.title("DEMONSTRATION 演示").title("=1+1");
        }
        let xlsx = write_xlsx(std::slice::from_ref(&table), language).expect("written");
        prop_assert_eq!(back(&xlsx, "x.xlsx"), Ok(rows.clone()));
        prop_assert_eq!(back(&write_csv(&table, language), "x.csv"), Ok(rows));
    }
}

#[test]
fn the_same_table_gives_the_same_bytes() {
    let table = Table::new(everything()).row([Cell::text("1"), Cell::text("=1")]);
    let tables = [table.clone(), table];
    let first = write_xlsx(&tables, Language::English).unwrap();
    assert_eq!(first, write_xlsx(&tables, Language::English).unwrap());
}

#[test]
fn no_cell_of_csv_begins_a_formula_and_no_cell_of_xlsx_is_one() {
    let texts = ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\0=1", "＝1", " =1", "\n@x"];
    let mut table = Table::new(Sheet::new("x", "X", "X").column(Column::new("t", "=Heading", "=表头", Kind::Text)));
    table.rows = texts.iter().map(|text| vec![Cell::text(*text)]).collect();
    let csv = String::from_utf8(write_csv(&table, Language::English)).unwrap();
    for text in texts {
        assert!(csv.contains(&format!("'{text}")), "{text:?} in {csv:?}");
    }
    assert!(csv.contains("'=Heading"));
    let bytes = write_xlsx(&[table], Language::English).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let sheet = std::io::read_to_string(archive.by_name("xl/worksheets/sheet1.xml").unwrap()).unwrap();
    assert!(!sheet.contains("<f>") && sheet.contains("t=\"s\""), "{sheet}");
}

#[test]
fn a_text_too_long_for_a_workbook_is_refused_with_its_place_and_goes_into_csv() {
    let mut table = Table::new(everything());
    table.rows = vec![vec![Cell::text("1"), Cell::text("x".repeat(32_768))]];
    let error = write_xlsx(std::slice::from_ref(&table), Language::English).unwrap_err();
    assert!(matches!(error, WriteError::CellTooLong { row: 2, chars: 32_768, .. }), "{error}");
    assert!(write_csv(&table, Language::English).len() > 32_768);
}

#[test]
fn a_template_read_back_has_no_rows_and_no_faults() {
    let many = (0..60).map(|i| Choice::new(format!("c{i}"), format!("Choice number {i}"), format!("第{i}项")));
    let long = Sheet::new("long", "Long, with a name of over thirty-one characters", "长")
        .column(Column::new("choice", "Choice", "选项", Kind::Choice(many.collect())).required())
        .column(Column::new("comma", "Comma", "逗号", Kind::Choice(vec![Choice::new("a", "a, b", "甲，乙")])));
    let layout = Layout::new([everything(), long]);
    for language in [Language::English, Language::Chinese] {
        let bytes = template(&layout, language).unwrap();
        let read = read(&bytes, "template.xlsx", &layout);
        assert_eq!((read.rows.len(), &read.faults, &read.notes), (0, &vec![], &vec![]), "{language:?}");
    }
}
