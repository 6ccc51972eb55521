//! Workbooks as people really keep them, built here cell by cell, and what the reader makes of each.

#![expect(clippy::unwrap_used, reason = "a test that cannot build its file should fail there")]

mod common;

use jiff::civil::date;
use paper::Language;
use paper::table::{Cell, Choice, Clock, Column, Kind, Sheet, Span};
use paper::workbook::{Layout, Note, NoteKind, Read, Reason, read};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};

fn people() -> Sheet {
    Sheet::new("people", "People", "人员")
        .alias("民警花名册")
        .column(Column::new("number", "Staff number", "警号", Kind::StaffNumber).alias("编号").required())
        .column(Column::new("name", "Name", "姓名", Kind::Name).required())
        .column(Column::new("unit", "Unit", "单位", Kind::Text))
        .column(Column::new(
            "grade",
            "Grade",
            "类别",
            Kind::Choice(vec![
                Choice::new("officer", "Officer", "民警"),
                Choice::new("auxiliary", "Auxiliary", "辅警").alias("协警"),
            ]),
        ))
        .column(Column::new("phone", "Telephone", "电话", Kind::Phone).alias("联系电话"))
        .column(Column::new("qualifications", "Qualifications", "资质", Kind::List))
        .column(Column::new("joined", "Joined", "参加工作时间", Kind::Date))
}

fn shifts() -> Sheet {
    Sheet::new("shifts", "Shifts", "班次")
        .column(Column::new("post", "Post", "岗位", Kind::Text).required())
        .column(Column::new("date", "Date", "日期", Kind::Date).required())
        .column(Column::new("hours", "Hours", "时间", Kind::Span).required())
        .column(Column::new("strength", "Required strength", "应到警力", Kind::Count))
}

fn layout() -> Layout {
    Layout::new([people(), shifts()]).year(2027)
}

/// One sheet, filled by `fill`, read against the layout.
fn read_sheet(name: &str, fill: impl FnOnce(&mut Worksheet)) -> Read {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(name).unwrap();
    fill(sheet);
    read(&workbook.save_to_buffer().unwrap(), "x.xlsx", &layout())
}

fn rows(sheet: &mut Worksheet, from: u32, rows: &[&[&str]]) {
    for (row, cells) in (from..).zip(rows) {
        for (column, text) in (0..).zip(cells.iter()).filter(|(_, text)| !text.is_empty()) {
            sheet.write_string(row, column, *text).unwrap();
        }
    }
}

fn clock(hour: u16, minute: u16) -> Clock {
    Clock::new(hour, minute).unwrap()
}

/// (row, column letter, value, reason) of each fault.
fn faults(read: &Read) -> Vec<(Option<u32>, &str, &str, &Reason)> {
    read.faults
        .iter()
        .map(|fault| {
            let letter = fault.column.as_ref().map_or("", |column| column.letter.as_str());
            (fault.row, letter, fault.value.as_str(), &fault.reason)
        })
        .collect()
}

fn kinds(notes: &[Note]) -> Vec<&NoteKind> {
    notes.iter().map(|note| &note.kind).collect()
}

#[test]
fn headings_are_found_under_a_title_in_any_order_and_both_languages() {
    let read = read_sheet("民警花名册", |sheet| {
        sheet.merge_range(0, 0, 0, 4, "陇东市公安局春节安保民警花名册", &Format::new()).unwrap();
        rows(sheet, 1, &[&["填报单位：东关派出所", "", "", "2027年1月"]]);
        rows(sheet, 2, &[&["序号", "姓　名", "警 号*", "Telephone（mobile）", "资质/Qualifications"]]);
        rows(sheet, 3, &[&["1", "张　伟", "００１２３４", "139 0000 0000", "驾驶、急救"]]);
    });
    assert_eq!(read.faults, []);
    assert_eq!(read.notes, []);
    let [row] = read.rows.as_slice() else { panic!("{read:?}") };
    assert_eq!((row.key.as_str(), row.sheet.as_str(), row.number), ("people", "民警花名册", 4));
    assert_eq!(row.text("number"), Some("001234"));
    assert_eq!(row.text("name"), Some("张伟"));
    assert_eq!(row.text("phone"), Some("13900000000"));
    assert_eq!(row.cell("qualifications"), &Cell::List(vec!["驾驶".into(), "急救".into()]));
    assert_eq!(row.cell("unit"), &Cell::Empty);
}

#[test]
fn a_value_merged_downwards_fills_its_rows_and_a_banner_across_is_no_row() {
    let read = read_sheet("人员", |sheet| {
        rows(sheet, 0, &[&["单位", "警号", "姓名", "电话"]]);
        sheet.merge_range(1, 0, 1, 3, "一、城区", &Format::new()).unwrap();
        sheet.merge_range(2, 0, 4, 0, "东关派出所", &Format::new()).unwrap();
        rows(sheet, 2, &[&["", "001", "张伟"], &["", "002", "李娜"]]);
    });
    assert_eq!(read.faults, []);
    let units: Vec<_> = read.rows.iter().map(|row| (row.number, row.text("unit"))).collect();
    // The region reaches over row 5, in which nobody stands: that is a blank row, not a nameless person.
    assert_eq!(units, [(3, Some("东关派出所")), (4, Some("东关派出所"))]);
    assert_eq!(kinds(&read.notes), [&NoteKind::Remark { text: "一、城区".into() }]);
}

#[test]
fn headings_merged_over_two_rows_are_one_row_of_headings() {
    let read = read_sheet("人员", |sheet| {
        sheet.merge_range(0, 0, 1, 0, "警号", &Format::new()).unwrap();
        sheet.merge_range(0, 1, 1, 1, "姓名", &Format::new()).unwrap();
        sheet.merge_range(0, 2, 0, 3, "联系方式", &Format::new()).unwrap();
        rows(sheet, 1, &[&["", "", "电话", "单位"], &["001", "张伟", "6123", "东关派出所"]]);
    });
    assert_eq!(read.faults, []);
    assert_eq!(read.rows.len(), 1);
    assert_eq!(read.rows[0].text("phone"), Some("6123"));
}

#[test]
fn shifts_over_midnight_and_dates_in_every_writing_are_understood() {
    let read = read_sheet("班次", |sheet| {
        rows(sheet, 0, &[&["岗位", "日期", "时间", "应到警力"]]);
        rows(
            sheet,
            1,
            &[
                &["东关收费站", "2027-02-05", "20:00-08:00", "４"],
                &["东关收费站", "2027年2月5日", "20：00—次日8：00", "4人"],
                &["东关收费站", "2月5日", "8点至18点", ""],
                &["东关收费站", "２０２７／２／５", "00:00-24:00", "12"],
            ],
        );
        sheet.write_string(5, 0, "西关\u{200b}收费站 ").unwrap();
        let day = ExcelDateTime::from_ymd(2027, 2, 5).unwrap();
        sheet.write_datetime_with_format(5, 1, &day, &Format::new().set_num_format("m月d日")).unwrap();
        sheet.write_string(5, 2, "0800-2000").unwrap();
        sheet.write_number(5, 3, 3).unwrap();
        sheet.write_string(6, 0, "西关收费站").unwrap();
        sheet.write_number(6, 1, 46_423).unwrap();
        sheet.write_string(6, 2, "8:00-次日8:00").unwrap();
        sheet.write_formula(6, 3, Formula::new("=2+3").set_result("5")).unwrap();
    });
    assert_eq!(read.faults, []);
    assert_eq!(read.rows.len(), 6);
    assert!(read.rows.iter().all(|row| row.cell("date") == &Cell::Date(date(2027, 2, 5))), "{read:#?}");
    let night = Cell::Span(Span::new(clock(20, 0), clock(8, 0)));
    assert_eq!(read.rows[0].cell("hours"), &night);
    assert_eq!(read.rows[1].cell("hours"), &night);
    assert_eq!(read.rows[3].cell("hours"), &Cell::Span(Span::new(clock(0, 0), clock(24, 0))));
    let strengths: Vec<_> = read.rows.iter().map(|row| row.cell("strength").clone()).collect();
    let count = Cell::Count;
    assert_eq!(strengths, [count(4), count(4), Cell::Empty, count(12), count(3), count(5)]);
    assert_eq!(read.rows[4].text("post"), Some("西关收费站"));
}

#[test]
fn every_fault_is_named_and_a_faulty_row_is_not_among_the_rows() {
    let read = read_sheet("班次", |sheet| {
        rows(sheet, 0, &[&["岗位", "日期", "时间", "应到警力"]]);
        rows(
            sheet,
            1,
            &[
                &["东关收费站", "2027-02-30", "晚上", "-1"],
                &["", "03/04/2027", "8:00-次日20:00", "三"],
                &["西关收费站", "2027-02-05", "20:00-08:00", "2"],
            ],
        );
        sheet.write_string(4, 0, "北关收费站").unwrap();
        sheet.write_formula(4, 1, Formula::new("=#REF!").set_result("#REF!")).unwrap();
        sheet.write_boolean(4, 2, true).unwrap();
    });
    assert_eq!(
        faults(&read),
        [
            (Some(2), "B", "2027-02-30", &Reason::NoSuchDate),
            (Some(2), "C", "晚上", &Reason::NotASpan),
            (Some(2), "D", "-1", &Reason::NotACount),
            (Some(3), "A", "", &Reason::Required),
            (Some(3), "B", "03/04/2027", &Reason::DateOrder),
            (Some(3), "C", "8:00-次日20:00", &Reason::SpanTooLong),
            (Some(3), "D", "三", &Reason::NotACount),
            (Some(5), "B", "#REF!", &Reason::ErrorCell),
            (Some(5), "C", "TRUE", &Reason::TrueOrFalse),
        ]
    );
    assert_eq!(read.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [4]);
    for language in [Language::English, Language::Chinese] {
        for fault in &read.faults {
            let words = fault.words(language);
            assert!(words.contains(&fault.value) && words.ends_with(['.', '。']), "{words}");
        }
    }
}

#[test]
fn totals_remarks_blank_and_repeated_headings_are_passed_over_and_said() {
    let read = read_sheet("人员", |sheet| {
        rows(
            sheet,
            0,
            &[
                &["序号", "警号", "姓名"],
                &["1", "001", "张伟"],
                &["2", "002", "张伟"],
                &["小 计：", "", "2人"],
                &[],
                &["序号", "警号", "姓名"],
                &["3", "003", "李娜"],
                &["4"],
                &["合计", "3"],
                &["", "注：辅警未列入"],
                &["填表人：王芳"],
            ],
        );
        sheet.write_number(7, 0, 4).unwrap();
    });
    assert_eq!(read.faults, []);
    let staff: Vec<_> = read.rows.iter().map(|row| (row.text("number"), row.text("name"))).collect();
    // Two people of one name are two rows; the staff number tells them apart.
    assert_eq!(staff, [(Some("001"), Some("张伟")), (Some("002"), Some("张伟")), (Some("003"), Some("李娜"))]);
    assert_eq!(
        read.notes.iter().map(|note| (note.row, note.kind.clone())).collect::<Vec<_>>(),
        [
            (Some(4), NoteKind::Subtotal { text: "小 计:".into() }),
            (Some(6), NoteKind::HeadingsAgain),
            (Some(9), NoteKind::Subtotal { text: "合计".into() }),
            (Some(10), NoteKind::Remark { text: "注:辅警未列入".into() }),
            (Some(11), NoteKind::Remark { text: "填表人:王芳".into() }),
        ]
    );
}

#[test]
fn a_missing_required_column_is_one_fault_that_names_what_is_accepted() {
    let read = read_sheet("人员", |sheet| rows(sheet, 0, &[&["姓名", "电话"], &["张伟", "6123"], &["李娜", "6124"]]));
    let [fault] = read.faults.as_slice() else { panic!("{read:?}") };
    assert_eq!(
        fault.words(Language::English),
        "Sheet \"人员\": A required column is missing. Add one with any of these headings: Staff number, 警号, 编号."
    );
    assert_eq!(read.rows, []);
}

#[test]
fn two_columns_of_one_meaning_are_a_fault_and_a_close_second_is_only_unknown() {
    let twice = read_sheet("人员", |sheet| {
        rows(sheet, 0, &[&["警号", "姓名", "电话", "联系电话"], &["1", "张伟", "6123", "6124"]])
    });
    let [fault] = twice.faults.as_slice() else { panic!("{twice:?}") };
    assert_eq!((fault.row, fault.value.as_str()), (Some(1), "联系电话"));
    assert!(matches!(&fault.reason, Reason::DuplicateHeading { first } if first.letter == "C"));

    let close = read_sheet("人员", |sheet| {
        rows(
            sheet,
            0,
            &[&["警号", "姓名", "电话（办公）", "电话", "民族", ""], &["1", "张伟", "6123", "6124", "", "x"]],
        );
    });
    assert_eq!(close.faults, []);
    assert_eq!(close.rows[0].text("phone"), Some("6124"));
    let unknown: Vec<_> = close.notes.iter().map(|note| note.column.clone().unwrap()).collect();
    let seen: Vec<_> = unknown.iter().map(|column| (column.letter.as_str(), column.heading.as_str())).collect();
    // What stands under no heading at all is said too.
    assert_eq!(seen, [("C", "电话(办公)"), ("E", "民族"), ("F", "")]);
}

#[test]
fn hidden_rows_are_read_and_said_and_hidden_sheets_are_said_but_not_read() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("人员").unwrap();
    rows(sheet, 0, &[&["警号", "姓名"], &["1", "张伟"], &["2", "李娜"], &["3", "王芳"], &["4", "赵磊"]]);
    for row in [2, 3, 9] {
        sheet.set_row_hidden(row).unwrap();
    }
    let old = workbook.add_worksheet();
    old.set_name("班次").unwrap().set_hidden(true);
    rows(old, 0, &[&["岗位", "日期", "时间"], &["x", "never", "never"]]);
    let notes = workbook.add_worksheet();
    notes.set_name("说明").unwrap();
    rows(notes, 0, &[&["本表由各县局填报"]]);
    let read = read(&workbook.save_to_buffer().unwrap(), "x.xlsx", &layout());
    assert_eq!(read.faults, []);
    assert_eq!(read.rows.len(), 4);
    assert_eq!(
        kinds(&read.notes),
        [&NoteKind::HiddenSheet, &NoteKind::HiddenRows { ranges: vec![(3, 4)] }, &NoteKind::UnknownSheet]
    );
    let words: Vec<_> = read.notes.iter().map(|note| note.words(Language::Chinese)).collect();
    assert_eq!(words[1], "工作表“人员”：第3-4行为隐藏行，已照常读取。");
}

#[test]
fn a_sheet_of_another_name_is_known_by_its_headings_unless_two_would_fit() {
    let known = read_sheet("Sheet1", |sheet| rows(sheet, 0, &[&["警号", "姓名"], &["1", "张伟"]]));
    assert_eq!((known.rows_of("people").count(), known.faults.len()), (1, 0));
    let unknown = read_sheet("Sheet1", |sheet| rows(sheet, 0, &[&["姓名", "电话"], &["张伟", "6123"]]));
    assert_eq!(
        unknown.faults[0].words(Language::Chinese),
        "工作簿中没有可识别的工作表（名称和表头均不符）。工作表应命名为：People、人员、Shifts、班次。"
    );
    let no_headings = read_sheet("人员", |sheet| rows(sheet, 0, &[&["张伟", "6123"]]));
    assert!(matches!(no_headings.faults[0].reason, Reason::NoHeadings { .. }), "{no_headings:?}");
}

#[test]
fn staff_numbers_kept_as_numbers_are_read_with_a_warning_about_lost_zeros() {
    let read = read_sheet("人员", |sheet| {
        rows(sheet, 0, &[&["警号", "姓名", "电话"], &["", "张伟"], &["", "李娜"]]);
        sheet.write_number(1, 0, 1234).unwrap();
        sheet.write_number(2, 0, 1235).unwrap();
        sheet.write_number(2, 2, 13_900_000_000.0).unwrap();
    });
    assert_eq!(read.rows[1].text("number"), Some("1235"));
    assert_eq!(read.rows[1].text("phone"), Some("13900000000"));
    assert_eq!(kinds(&read.notes), [&NoteKind::NumbersNotText { cells: 2 }]);
}

#[test]
fn a_faulty_value_in_a_merged_region_is_one_fault_for_all_its_rows() {
    let read = read_sheet("班次", |sheet| {
        rows(sheet, 0, &[&["日期", "岗位", "时间"], &["", "甲", "8:00-18:00"], &["", "乙", "8:00-18:00"]]);
        sheet.merge_range(1, 0, 2, 0, "二月五日", &Format::new()).unwrap();
    });
    assert_eq!(faults(&read), [(Some(2), "A", "二月五日", &Reason::NotADate)]);
    assert_eq!(read.rows, []);
}

#[test]
fn a_formula_that_was_never_calculated_is_a_fault_and_an_empty_result_is_an_empty_cell() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("班次").unwrap();
    rows(sheet, 0, &[&["岗位", "日期", "时间", "应到警力"]]);
    for row in 1..=3 {
        rows(sheet, row, &[&["甲", "2月5日", "8:00-18:00"]]);
        sheet.write_formula(row, 3, Formula::new(format!("=1+{row}")).set_result((row + 1).to_string())).unwrap();
    }
    let bytes = common::edit_part(&workbook.save_to_buffer().unwrap(), "xl/worksheets/sheet1.xml", |xml| {
        // As libraries write a formula that no spreadsheet has opened, and as Excel writes =IF(…,"").
        let never = xml.replace("<f>1+1</f><v>2</v>", "<f>1+1</f>");
        let empty = never.replace("<c r=\"D3\"><f>1+2</f><v>3</v>", "<c r=\"D3\" t=\"str\"><f>1+2</f><v></v>");
        assert!(xml != never && never != empty);
        empty
    });
    let read = read(&bytes, "x.xlsx", &layout());
    assert_eq!(faults(&read), [(Some(2), "D", "", &Reason::NotCalculated)]);
    let strengths: Vec<_> = read.rows.iter().map(|row| row.cell("strength")).collect();
    assert_eq!(strengths, [&Cell::Empty, &Cell::Count(4)]);
}

#[test]
fn a_gb18030_csv_as_a_chinese_spreadsheet_saves_it_reads_like_a_workbook() {
    let text = "东关派出所人员\r\n警号,姓名,类别,资质\r\n001234,张　伟,协警,\"驾驶,急救\"\r\n,,,\r\n'+1,李娜,保安,\r\n";
    let bytes = encoding_rs::GB18030.encode(text).0.into_owned();
    let read = read(&bytes, "人员.csv", &layout());
    assert_eq!(read.rows.len(), 1);
    assert_eq!(read.rows[0].cell("grade"), &Cell::Choice("auxiliary".into()));
    assert_eq!(
        faults(&read).iter().map(|(row, letter, value, _)| (*row, *letter, *value)).collect::<Vec<_>>(),
        [(Some(5), "A", "+1"), (Some(5), "C", "保安")]
    );
}

#[test]
fn the_1904_date_system_shifts_serials_but_not_written_dates() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("班次").unwrap();
    rows(sheet, 0, &[&["岗位", "日期", "时间"], &["甲", "", "8:00-18:00"], &["乙", "2027-02-05", "8:00-18:00"]]);
    sheet.write_number_with_format(1, 1, 46_423 - 1462, &Format::new().set_num_format("yyyy-mm-dd")).unwrap();
    let bytes = common::edit_part(&workbook.save_to_buffer().unwrap(), "xl/workbook.xml", |xml| {
        xml.replacen("<workbookPr ", "<workbookPr date1904=\"1\" ", 1)
    });
    let read = read(&bytes, "x.xlsx", &layout());
    assert_eq!(read.faults, []);
    assert!(read.rows.iter().all(|row| row.cell("date") == &Cell::Date(date(2027, 2, 5))), "{read:#?}");
}
