//! A PDF has every word in both scripts, the same bytes each time, and takes hostile text as text.

#![cfg(feature = "pdf")]
#![expect(clippy::unwrap_used, reason = "a test that cannot print its document should fail there")]

#[path = "common/document.rs"]
mod document;

use std::io::Write as _;
use std::process::{Command, Stdio};

use document::{any_document, figures, summary};
use paper::Language;
use paper::document::{Block, Document, Figures, Piece, Text, limits};
use paper::pdf::{PdfError, write};
use proptest::prelude::*;

/// The text of a PDF by a program that shares nothing with what wrote it; `None` where it is not installed.
fn extracted(pdf: &[u8]) -> Option<String> {
    let started = Command::new("pdftotext")
        .args(["-raw", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut program) = started else {
        eprintln!("skipped: pdftotext is not installed (Debian: poppler-utils)");
        return None;
    };
    let mut stdin = program.stdin.take().unwrap();
    let bytes = pdf.to_vec();
    let writing = std::thread::spawn(move || stdin.write_all(&bytes));
    let output = program.wait_with_output().unwrap();
    let _ = writing.join();
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Letters and figures only: how an extractor spaces and breaks lines is its own affair.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[test]
fn a_summary_has_every_word_in_both_scripts() {
    for language in [Language::English, Language::Chinese] {
        let document = summary(language);
        let pdf = write(&document, &figures(language)).unwrap();
        assert!(
            pdf.bytes.starts_with(b"%PDF-") && pdf.missing.is_empty() && pdf.pages >= 2,
            "{:?} {}",
            pdf.missing,
            pdf.pages
        );
        let Some(text) = extracted(&pdf.bytes) else { continue };
        let text = letters(&text);
        let mut wanted =
            vec![document.title.clone(), document.issuer.clone(), document.addressee.clone(), document.running.clone()];
        wanted.extend(document.marks.words(language));
        wanted.push(language.day(document.signature.as_ref().unwrap().date.unwrap()));
        for text in document.texts() {
            for piece in text.pieces() {
                match piece {
                    Piece::Words { text, .. } => wanted.extend(text.split(['\n', '\t']).map(str::to_owned)),
                    Piece::Note(note) => wanted.push(note.text.clone()),
                }
            }
        }
        for chart in ["night", "units"] {
            wanted.push(figures(language)[chart].table().head[1].plain());
        }
        for words in wanted.iter().flat_map(|words| words.split(['，', '。', ' '])).filter(|words| !words.is_empty())
        {
            assert!(text.contains(&letters(words)), "{words:?} is not in the text of the {language:?} PDF: {text}");
        }
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let (document, figures) = (summary(Language::Chinese), figures(Language::Chinese));
    let first = write(&document, &figures).unwrap();
    assert_eq!(write(&document, &figures).unwrap(), first);
}

#[test]
fn markup_is_text_and_no_file_is_read() {
    let mut document = Document::new(Language::English, "#read(\"/etc/passwd\")");
    let hostile =
        ["#set page(width: 1pt)", "$ x $", "= heading", "#import \"@preview/x:1.0.0\": *", "\\u{41}", "</svg><script>"];
    document.blocks = hostile.iter().map(|text| Block::paragraph(*text)).collect();
    let pdf = write(&document, &Figures::new()).unwrap();
    assert_eq!(pdf.pages, 1);
    if let Some(text) = extracted(&pdf.bytes) {
        for words in hostile.iter().chain([&"#read(\"/etc/passwd\")"]) {
            let squeezed = |text: &str| text.replace(char::is_whitespace, "");
            assert!(squeezed(&text).contains(&squeezed(words)), "{words} in {text}");
        }
    }
}

#[test]
fn a_character_without_a_glyph_is_named_and_never_an_empty_box() {
    let mut document = Document::new(Language::Chinese, "名册");
    document.blocks = vec![Block::paragraph("李\u{31350} 🚓 王喆堃镕\u{200d}")];
    let pdf = write(&document, &Figures::new()).unwrap();
    assert_eq!(pdf.missing, ['🚓', '\u{31350}']);
    if let Some(text) = extracted(&pdf.bytes) {
        assert!(text.contains("〓(U+31350)") && text.contains("〓(U+1F693)") && text.contains("王喆堃镕"), "{text}");
    }
}

#[test]
fn a_text_of_a_megabyte_is_refused_in_words() {
    let mut document = Document::new(Language::English, "x");
    document.blocks = vec![Block::Paragraph(Text::new("#".repeat(1 << 20)))];
    let fault = write(&document, &Figures::new()).unwrap_err();
    assert!(
        matches!(fault, PdfError::Document(_)) && fault.to_string().contains(&limits::MAX_CHARACTERS.to_string()),
        "{fault}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_document_is_printed(document in any_document()) {
        let pdf = write(&document, &figures(document.language));
        prop_assert!(pdf.is_ok(), "{:?}", pdf.err());
    }
}
