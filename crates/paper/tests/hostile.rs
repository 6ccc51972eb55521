//! Files that are damaged, disguised or meant to do harm: each has its own fault, and none gets as far as a panic.

#![expect(clippy::unwrap_used, reason = "a test that cannot build its file should fail there")]

mod common;

use std::io::{Cursor, Write as _};

use paper::Language;
use paper::table::{Column, Kind, Sheet};
use paper::workbook::{Layout, Read, Reason, limits, read};
use proptest::prelude::*;
use rust_xlsxwriter::Workbook;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn layout() -> Layout {
    Layout::new([Sheet::new("people", "People", "人员")
        .column(Column::new("number", "Staff number", "警号", Kind::StaffNumber).required())
        .column(Column::new("name", "Name", "姓名", Kind::Name).required())])
}

fn good() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("人员").unwrap();
    for (row, cells) in (0..).zip([["警号", "姓名"], ["001", "张伟"], ["002", "李娜"]]) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(row, column, text).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

fn open(bytes: &[u8], name: &str) -> Read {
    read(bytes, name, &layout())
}

/// The one fault of a file that was not opened; it must be said in both languages and give no rows.
fn refusal(bytes: &[u8], name: &str) -> Reason {
    let read = open(bytes, name);
    assert_eq!(read.rows, []);
    let [fault] = read.faults.as_slice() else { panic!("one fault expected: {:?}", read.faults) };
    assert!(fault.words(Language::English).ends_with('.') && fault.words(Language::Chinese).ends_with('。'));
    fault.reason.clone()
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn the_workbook_that_the_others_are_made_from_is_good() {
    let read = open(&good(), "x.xlsx");
    assert_eq!((read.rows.len(), read.faults.len()), (2, 0));
}

#[test]
fn other_files_under_a_workbooks_name_are_told_apart() {
    assert_eq!(refusal(b"", "x.xlsx"), Reason::EmptyFile);
    assert_eq!(refusal(b"<html><table><tr><td>x", "x.xlsx"), Reason::WebPage);
    assert_eq!(refusal(b"\xef\xbb\xbf\n<!DOCTYPE html>", "x.xls"), Reason::WebPage);
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("<?xml ".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(refusal(&utf16, "x.csv"), Reason::WebPage);
    assert_eq!(refusal(b"%PDF-1.7", "x.xlsx"), Reason::OtherFormat { format: ".pdf" });
    assert_eq!(refusal(b"just words", "x.xlsx"), Reason::NotAWorkbook);
    assert_eq!(refusal(b"\x00\x01\x02", "x.csv"), Reason::NotAWorkbook);
    let compound = [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &[0; 600]].concat();
    assert_eq!(refusal(&compound, "x.xls"), Reason::OldExcel);
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(refusal(&[compound, name].concat(), "x.xlsx"), Reason::Encrypted);
    for (part, format) in
        [("word/document.xml", ".docx"), ("mimetype", ".ods"), ("xl/workbook.bin", ".xlsb"), ("a.txt", ".zip")]
    {
        assert_eq!(refusal(&archive(&[(part, b"x")]), "x.xlsx"), Reason::OtherFormat { format });
    }
}

#[test]
fn a_truncated_workbook_is_damaged_wherever_it_is_cut() {
    let good = good();
    for cut in (4..good.len()).step_by(97) {
        assert!(matches!(refusal(&good[..cut], "x.xlsx"), Reason::Damaged { .. }), "cut at {cut}");
    }
}

#[test]
fn a_zip_bomb_is_refused_before_it_is_parsed_even_if_its_directory_lies() {
    let zeros = vec![b' '; 20 << 20];
    let mut bomb = archive(&[("[Content_Types].xml", b"<x/>"), ("xl/worksheets/sheet1.xml", &zeros)]);
    let expected = Reason::PackedTooTightly { part: "xl/worksheets/sheet1.xml".into() };
    assert_eq!(refusal(&bomb, "x.xlsx"), expected);
    // The sizes in both headers say one kilobyte.
    let size = (zeros.len() as u32).to_le_bytes();
    let mut lies = 0;
    for at in 0..bomb.len() - 4 {
        if bomb[at..at + 4] == size {
            bomb[at..at + 4].copy_from_slice(&1024u32.to_le_bytes());
            lies += 1;
        }
    }
    assert!(lies >= 1, "no size found to change");
    assert!(matches!(refusal(&bomb, "x.xlsx"), Reason::PackedTooTightly { .. } | Reason::Damaged { .. }));
}

#[test]
fn parts_that_pack_badly_enough_still_meet_the_cap_on_their_sum() {
    // Each part stays below the size at which its ratio is judged; their sum does not stay below the cap.
    let part = vec![b' '; limits::RATIO_FREE_BYTES as usize];
    let count = (limits::MAX_UNPACKED_BYTES / limits::RATIO_FREE_BYTES) as usize + 1;
    let names: Vec<String> = (0..count).map(|index| format!("xl/media/{index}")).collect();
    let mut parts: Vec<(&str, &[u8])> = vec![("[Content_Types].xml", b"<x/>")];
    parts.extend(names.iter().map(|name| (name.as_str(), part.as_slice())));
    assert_eq!(refusal(&archive(&parts), "x.xlsx"), Reason::UnpacksTooLarge);
}

#[test]
fn too_many_parts_and_too_many_bytes_are_their_own_faults() {
    let names: Vec<String> = (0..=limits::MAX_PARTS).map(|index| format!("p{index}")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(refusal(&archive(&parts), "x.xlsx"), Reason::TooManyParts { parts: limits::MAX_PARTS + 1 });
    let bytes = limits::MAX_FILE_BYTES + 1;
    assert_eq!(refusal(&vec![b'x'; bytes], "x.csv"), Reason::FileTooLarge { bytes });
}

#[test]
fn an_announcement_of_endless_strings_is_not_believed() {
    let bytes = common::edit_part(&good(), "xl/sharedStrings.xml", |xml| {
        xml.replace("uniqueCount=\"6\"", "uniqueCount=\"99999999999\"")
    });
    assert!(matches!(refusal(&bytes, "x.xlsx"), Reason::Damaged { .. }));
}

#[test]
fn cells_far_out_are_named_and_make_no_room_for_what_lies_between() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("人员").unwrap();
    for (row, column, text) in [
        (0, 0, "警号"),
        (0, 1, "姓名"),
        (1, 0, "1"),
        (1, 1, "张伟"),
        (2, 16_383, "far"),
        (3, 16_383, "far"),
        (1_048_575, 0, "down"),
    ] {
        sheet.write_string(row, column, text).unwrap();
    }
    let read = open(&workbook.save_to_buffer().unwrap(), "x.xlsx");
    let found: Vec<_> =
        read.faults.iter().map(|fault| (fault.row, fault.value.as_str(), fault.reason.clone())).collect();
    assert_eq!(found, [(Some(3), "far", Reason::TooManyColumns), (Some(1_048_576), "down", Reason::TooManyRows)]);
    let csv = format!("警号,姓名\n1,张伟{}x\n", ",".repeat(300));
    assert_eq!(open(csv.as_bytes(), "x.csv").faults[0].reason, Reason::TooManyColumns);
    let csv = format!("警号,姓名\n{}x,y\n", "\n".repeat(limits::MAX_ROWS as usize));
    assert_eq!(open(csv.as_bytes(), "x.csv").faults[0].reason, Reason::TooManyRows);
}

#[test]
fn a_cell_longer_than_a_spreadsheet_holds_is_a_fault_with_a_short_quotation() {
    let chars = limits::MAX_CELL_CHARS + 1;
    let read = open(format!("警号,姓名\n1,{}\n", "张".repeat(chars)).as_bytes(), "x.csv");
    assert_eq!(read.faults[0].reason, Reason::TooLong { chars });
    assert_eq!(read.faults[0].value.chars().count(), limits::QUOTED_CHARS + 1);
}

#[test]
fn one_long_shared_text_named_by_many_cells_meets_the_cap_on_text() {
    let long = "x".repeat(30_000);
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("人员").unwrap();
    for row in 0..2_400 {
        sheet.write_string(row, 0, &long).unwrap();
    }
    assert_eq!(refusal(&workbook.save_to_buffer().unwrap(), "x.xlsx"), Reason::TooMuchText);
}

#[test]
fn faults_beyond_the_listed_ones_are_counted() {
    let rows = limits::MAX_LISTED_FAULTS + 5;
    let read = open(format!("警号,姓名\n{}", "@,张伟\n".repeat(rows)).as_bytes(), "x.csv");
    assert_eq!((read.faults.len(), read.unlisted_faults), (limits::MAX_LISTED_FAULTS, 5));
    assert!(!read.is_clean());
}

#[test]
fn a_cell_reference_that_overflows_the_parser_is_damage_and_not_a_panic() {
    for reference in ["ZZZZZZZZZZ2", "A99999999999", "", "2", "A0"] {
        let bytes = common::edit_part(&good(), "xl/worksheets/sheet1.xml", |xml| {
            xml.replace("r=\"A2\"", &format!("r=\"{reference}\""))
        });
        let read = open(&bytes, "x.xlsx");
        assert!(!read.is_clean(), "{reference}: {read:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_whatever_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), zip in any::<bool>(), csv in any::<bool>()) {
        let bytes = if zip { [&b"PK\x03\x04"[..], &bytes].concat() } else { bytes };
        let _ = open(&bytes, if csv { "x.csv" } else { "x.xlsx" });
    }

    /// Damage inside the XML, which no checksum of the archive gives away.
    #[test]
    fn no_damage_within_a_part_makes_it_panic(
        part in prop_oneof![
            Just("xl/worksheets/sheet1.xml"), Just("xl/workbook.xml"), Just("xl/sharedStrings.xml"),
            Just("xl/styles.xml"), Just("xl/_rels/workbook.xml.rels"), Just("[Content_Types].xml"),
        ],
        at in any::<prop::sample::Index>(),
        put in prop_oneof![Just(String::new()), "[<>&\"/=A-Za-z0-9:!_-]{1,4}", Just("<".repeat(50)), Just("9".repeat(30))],
        cut in 0usize..20,
    ) {
        let bytes = common::edit_part(&good(), part, |xml| {
            let from = at.index(xml.len());
            let to = (from + cut).min(xml.len());
            match (xml.get(..from), xml.get(to..)) {
                (Some(head), Some(tail)) => format!("{head}{put}{tail}"),
                _ => xml,
            }
        });
        let _ = open(&bytes, "x.xlsx");
    }
}
