//! A DOCX comes back as what was written, edited or not, and a hostile one is refused in words.

#![expect(clippy::unwrap_used, reason = "a test that cannot build its file should fail there")]

#[path = "common/document.rs"]
mod document;
#[path = "common/mod.rs"]
mod package;

use std::io::{Cursor, Write as _};

use document::{any_document, figures, summary};
use package::edit_part;
use paper::Language;
use paper::document::{Block, Document, Figures, Level, Piece, Text};
use paper::docx::{DocxFault, Remark, limits, read, write};
use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const BOTH: [Language; 2] = [Language::English, Language::Chinese];

#[test]
fn a_summary_comes_back_as_it_was_written() {
    for language in BOTH {
        let (document, figures) = (summary(language), figures(language));
        let file = write(&document, &figures).unwrap();
        let read = read(&file).unwrap();
        assert_eq!(read.document, document);
        assert_eq!(read.remarks, []);
        assert_eq!(write(&document, &figures).unwrap(), file, "the same document gives the same bytes");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_is_written_is_read_back_the_same(document in any_document()) {
        let file = write(&document, &figures(document.language)).unwrap();
        let read = read(&file).unwrap();
        prop_assert_eq!(read.document, document.cleaned());
        prop_assert_eq!(read.remarks, vec![]);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(at in 0usize..60_000, with in prop::collection::vec(any::<u8>(), 1..40)) {
        let mut file = write(&small(), &Figures::new()).unwrap();
        let at = at % file.len();
        let end = (at + with.len()).min(file.len());
        file.splice(at..end, with);
        let _ = read(&file);
    }

    #[test]
    fn no_xml_makes_the_reader_panic(at in 0usize..5_000, with in "[<>/&;\"'= a-zA-Z:\u{0}龙]{1,30}") {
        let file = write(&small(), &Figures::new()).unwrap();
        let file = edit_part(&file, "word/document.xml", |mut xml| {
            let at = (0..=at % xml.len()).rev().find(|&at| xml.is_char_boundary(at)).unwrap();
            xml.insert_str(at, &with);
            xml
        });
        let _ = read(&file);
    }
}

fn small() -> Document {
    let mut document = Document::new(Language::Chinese, "总结");
    document.blocks = vec![
        Block::heading(Level::One, "基本情况"),
        Block::Paragraph(Text::new("设岗420个").note("条目17", None)),
        Block::List { ordered: true, items: vec!["一".into(), "二".into()] },
    ];
    document
}

fn edited(edit: impl Fn(String) -> String) -> paper::docx::Read {
    read(&edit_part(&write(&small(), &Figures::new()).unwrap(), "word/document.xml", edit)).unwrap()
}

#[test]
fn what_a_leader_changed_is_what_comes_back() {
    // Word cuts a sentence into runs as it is typed, and puts marks of its own between them.
    let read = edited(|xml| {
        xml.replace(
            "<w:t xml:space=\"preserve\">设岗420个</w:t></w:r>",
            "<w:t>设岗</w:t></w:r><w:proofErr w:type=\"spellStart\"/><w:bookmarkStart w:id=\"0\" w:name=\"x\"/><w:r w:rsidR=\"00A1\"><w:rPr><w:b w:val=\"0\"/></w:rPr><w:t>421</w:t></w:r>\
             <w:r><w:rPr><w:b/></w:rPr><w:lastRenderedPageBreak/><w:t>个</w:t></w:r>",
        )
    });
    let Block::Paragraph(text) = &read.document.blocks[1] else { panic!("{:?}", read.document.blocks) };
    assert_eq!(text.plain(), "设岗421个");
    assert!(matches!(&text.pieces()[..2], [Piece::Words { strong: false, .. }, Piece::Words { strong: true, .. }]));
    assert!(matches!(text.pieces().last(), Some(Piece::Note(note)) if note.text == "条目17"));
}

#[test]
fn styles_are_known_by_their_names_as_a_chinese_word_numbers_their_ids() {
    let file = write(&small(), &Figures::new()).unwrap();
    let rename = |xml: String| xml.replace("\"Heading1\"", "\"1\"").replace("\"BodyText\"", "\"a3\"");
    let file = edit_part(&edit_part(&file, "word/document.xml", rename), "word/styles.xml", rename);
    assert_eq!(read(&file).unwrap().document, small());
}

/// LibreOffice gives the first line of a list a number that restarts, and the others one that goes on.
#[test]
fn a_list_that_another_program_tore_in_two_numbers_is_one_list() {
    let mut document = small();
    document.blocks.push(Block::List { ordered: true, items: vec!["甲".into(), "乙".into(), "丙".into()] });
    let file = write(&document, &Figures::new()).unwrap();
    let file = edit_part(&file, "word/numbering.xml", |xml| {
        let restart = "<w:num w:numId=\"9\"><w:abstractNumId w:val=\"3\"/><w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"1\"/></w:lvlOverride></w:num></w:numbering>";
        xml.replace("</w:numbering>", restart)
    });
    let file = edit_part(&file, "word/document.xml", |xml| {
        let (before, after) = xml.split_once("<w:numId w:val=\"3\"/>").unwrap();
        format!("{before}<w:numId w:val=\"9\"/>{after}")
    });
    assert_eq!(read(&file).unwrap().document, document);
}

#[test]
fn marked_changes_comments_pictures_and_bad_dates_are_said() {
    let read = edited(|xml| {
        xml.replace(
            "<w:sectPr>",
            "<w:p><w:ins w:id=\"1\"><w:r><w:t>新增</w:t></w:r></w:ins><w:del w:id=\"2\"><w:r><w:delText>删去</w:delText></w:r></w:del>\
             <w:r><w:commentReference w:id=\"0\"/></w:r><w:r><w:pict/></w:r></w:p>\
             <w:p><w:pPr><w:pStyle w:val=\"Date\"/></w:pPr><w:r><w:t>二月某日</w:t></w:r></w:p><w:sectPr>",
        )
    });
    let text: String = read.document.texts().map(Text::plain).collect();
    assert!(text.contains("新增") && !text.contains("删去"), "{text}");
    let expected = [
        Remark::NoDate { text: "二月某日".into() },
        Remark::TrackedChanges { count: 2 },
        Remark::Comments { count: 1 },
        Remark::Pictures { count: 1 },
    ];
    assert_eq!(read.remarks, expected);
    for remark in &read.remarks {
        assert!(remark.words(Language::English).ends_with('.') && remark.words(Language::Chinese).ends_with('。'));
    }
}

#[test]
fn a_mark_taken_out_of_the_text_still_stands() {
    let document = summary(Language::English);
    let file = write(&document, &figures(Language::English)).unwrap();
    let file = edit_part(&file, "word/document.xml", |xml| xml.replace("DEMONSTRATION", "REAL"));
    assert_eq!(read(&file).unwrap().document.marks, document.marks);
}

fn refusal(file: &[u8]) -> DocxFault {
    let fault = read(file).unwrap_err();
    assert!(fault.words(Language::English).ends_with('.') && fault.words(Language::Chinese).ends_with('。'), "{fault}");
    fault
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const TYPES: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");

#[test]
fn files_that_are_no_documents_are_told_apart() {
    assert_eq!(refusal(b""), DocxFault::Empty);
    assert_eq!(refusal(b"%PDF-1.7"), DocxFault::NotADocument);
    assert_eq!(
        refusal(&vec![0; limits::MAX_FILE_BYTES + 1]),
        DocxFault::TooLarge { bytes: limits::MAX_FILE_BYTES + 1 }
    );
    let compound = [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &[0; 600]].concat();
    assert_eq!(refusal(&compound), DocxFault::OldWord);
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(refusal(&[compound, name].concat()), DocxFault::Encrypted);
    assert_eq!(refusal(&archive(&[("a.txt", b"x")])), DocxFault::NotADocument);
    let cut = write(&small(), &Figures::new()).unwrap();
    assert!(matches!(refusal(&cut[..cut.len() / 2]), DocxFault::Damaged { .. }));
}

#[test]
fn programs_are_refused() {
    for part in ["word/vbaProject.bin", "word/activeX/activeX1.xml"] {
        assert_eq!(refusal(&archive(&[TYPES, (part, b"x")])), DocxFault::Macros { part: part.into() });
    }
    let types = b"<Types><Override ContentType=\"application/vnd.ms-word.document.macroEnabled.main+xml\"/></Types>";
    assert!(matches!(refusal(&archive(&[("[Content_Types].xml", types)])), DocxFault::Macros { .. }));
}

#[test]
fn bombs_are_refused_before_anything_is_parsed() {
    let zeros = vec![b' '; 4 << 20];
    let part = ("word/document.xml", &zeros[..]);
    assert_eq!(refusal(&archive(&[TYPES, part])), DocxFault::PackedTooTightly { part: "word/document.xml".into() });
    let names: Vec<String> = (0..=limits::MAX_PARTS).map(|number| format!("word/media/{number}.png")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    assert_eq!(refusal(&archive(&parts)), DocxFault::TooManyParts { parts: limits::MAX_PARTS + 1 });
}

#[test]
fn entities_deep_nesting_and_endless_elements_are_refused() {
    let document = |xml: &str| archive(&[TYPES, ("word/document.xml", xml.as_bytes())]);
    let entities = DocxFault::Entities { part: "word/document.xml".into() };
    assert_eq!(refusal(&document("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>")), entities);
    assert_eq!(refusal(&document("<w:document><w:body>&x;</w:body></w:document>")), entities);
    let many = DocxFault::TooMuchXml { part: "word/document.xml".into() };
    let deep = format!("{}{}", "<w:p>".repeat(limits::MAX_DEPTH + 1), "</w:p>".repeat(limits::MAX_DEPTH + 1));
    assert_eq!(refusal(&document(&deep)), many);
    // Different attributes, so that it does not pack like a bomb.
    let wide: String = (0..=limits::MAX_ELEMENTS)
        .map(|number| format!("<p a=\"{:x}\"/>", number.wrapping_mul(2_654_435_761)))
        .collect();
    assert_eq!(refusal(&document(&format!("<w:document>{wide}</w:document>"))), many);
}

#[test]
fn addresses_that_are_none_of_the_web_are_dropped() {
    let document = summary(Language::English);
    let file = write(&document, &figures(Language::English)).unwrap();
    let file = edit_part(&file, "word/_rels/footnotes.xml.rels", |xml| {
        xml.replace("https://board.example/operations/7/records?figure=posts", "file:///etc/passwd")
    });
    let read = read(&file).unwrap();
    let note = read.document.texts().flat_map(Text::pieces).find_map(|piece| match piece {
        Piece::Note(note) => Some(note),
        Piece::Words { .. } => None,
    });
    assert_eq!(note.unwrap().address, None);
}
