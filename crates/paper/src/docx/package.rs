//! The DOCX as a package (ISO/IEC 29500): parts, their types and how they refer to one another. No part runs anything.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use quick_xml::escape::escape;
use thiserror::Error;
use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use super::body::{Body, body, run};
use super::styles::{HEAD, NAMESPACE, numbering, styles};
use crate::document::{Document, DocumentError, Figures};
use crate::picture;

/// Pixels of a picture for one unit of its chart: 260 dots an inch on the page.
const ZOOM: f32 = 2.5;

const TYPES: &str = "http://schemas.openxmlformats.org/package/2006/content-types";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

#[derive(Debug, Error)]
pub enum DocxError {
    #[error(transparent)]
    Document(#[from] DocumentError),
    #[error(
        "the file could not be put together: {0}. This is a fault of the program; report it with the document's title."
    )]
    Package(#[from] ZipError),
    #[error(
        "the file could not be put together: {0}. This is a fault of the program; report it with the document's title."
    )]
    Write(#[from] std::io::Error),
}

/// The document as a DOCX. The same document and charts give the same bytes.
pub fn write(document: &Document, figures: &Figures) -> Result<Vec<u8>, DocxError> {
    let document = document.cleaned();
    document.check(figures)?;
    let body = body(&document, |name| {
        figures.get(name).map_or((1.0, String::new()), |chart| (chart.height(), chart.title.clone()))
    });
    let mut package = Package(ZipWriter::new(Cursor::new(Vec::new())));
    package.part("[Content_Types].xml", &content_types(body.pictures.len()))?;
    package.part(
        "_rels/.rels",
        &relations(&[
            ("rId1", format!("{OFFICE}/officeDocument"), "word/document.xml".into()),
            (
                "rId2",
                "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties".into(),
                "docProps/core.xml".into(),
            ),
            ("rId3", format!("{OFFICE}/custom-properties"), "docProps/custom.xml".into()),
        ]),
    )?;
    package.part("docProps/core.xml", &core(&document))?;
    package.part("docProps/custom.xml", &custom(&document))?;
    package.part("word/document.xml", &body.xml)?;
    package.part("word/_rels/document.xml.rels", &document_relations(body.pictures.len()))?;
    package.part("word/styles.xml", &styles(document.language))?;
    package.part("word/numbering.xml", &numbering(document.language, &body.lists))?;
    package.part("word/settings.xml", &settings())?;
    footnotes(&mut package, &body)?;
    package.part("word/header1.xml", &header(&document))?;
    package.part("word/footer1.xml", &footer("right"))?;
    package.part("word/footer2.xml", &footer("left"))?;
    for (index, name) in body.pictures.iter().enumerate() {
        if let Some(chart) = figures.get(name) {
            let svg = chart.svg();
            let png = picture::png(&svg, ZOOM);
            package.bytes(&format!("word/media/chart{}.png", index + 1), png.as_deref().unwrap_or(&EMPTY_PNG))?;
            package.part(&format!("word/media/chart{}.svg", index + 1), &svg)?;
        }
    }
    Ok(package.0.finish()?.into_inner())
}

/// A picture of one clear dot: what stands beside the SVG where the program was built without what draws it.
const EMPTY_PNG: [u8; 68] = *b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x04\0\0\0\xb5\x1c\x0c\x02\0\0\0\x0bIDATx\xdac``\0\0\0\x03\0\x01+\x09M\x84\0\0\0\0IEND\xaeB`\x82";

struct Package(ZipWriter<Cursor<Vec<u8>>>);

impl Package {
    fn part(&mut self, name: &str, xml: &str) -> Result<(), DocxError> {
        self.bytes(name, xml.as_bytes())
    }

    fn bytes(&mut self, name: &str, bytes: &[u8]) -> Result<(), DocxError> {
        self.0.start_file(name, SimpleFileOptions::default())?;
        Ok(self.0.write_all(bytes)?)
    }
}

fn content_types(pictures: usize) -> String {
    let mut xml = format!(
        "{HEAD}<Types xmlns=\"{TYPES}\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>"
    );
    if pictures > 0 {
        xml.push_str("<Default Extension=\"png\" ContentType=\"image/png\"/><Default Extension=\"svg\" ContentType=\"image/svg+xml\"/>");
    }
    let parts = [
        ("word/document.xml", "document.main"),
        ("word/styles.xml", "styles"),
        ("word/numbering.xml", "numbering"),
        ("word/settings.xml", "settings"),
        ("word/footnotes.xml", "footnotes"),
        ("word/header1.xml", "header"),
        ("word/footer1.xml", "footer"),
        ("word/footer2.xml", "footer"),
    ];
    for (part, kind) in parts {
        let _ = write!(xml, "<Override PartName=\"/{part}\" ContentType=\"{WORD}.{kind}+xml\"/>");
    }
    xml.push_str(
        "<Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>\
         <Override PartName=\"/docProps/custom.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.custom-properties+xml\"/></Types>",
    );
    xml
}

/// (id, type, target).
fn relations(all: &[(&str, String, String)]) -> String {
    let mut xml = format!("{HEAD}<Relationships xmlns=\"{RELATIONS}\">");
    for (id, kind, target) in all {
        let external = if target.starts_with("http") { " TargetMode=\"External\"" } else { "" };
        let target = escape(&**target);
        let _ = write!(xml, "<Relationship Id=\"{id}\" Type=\"{kind}\" Target=\"{target}\"{external}/>");
    }
    xml.push_str("</Relationships>");
    xml
}

fn document_relations(pictures: usize) -> String {
    let mut all: Vec<(String, String, String)> = [
        ("rIdStyles", "styles", "styles.xml"),
        ("rIdNumbering", "numbering", "numbering.xml"),
        ("rIdSettings", "settings", "settings.xml"),
        ("rIdFootnotes", "footnotes", "footnotes.xml"),
        ("rIdHeader", "header", "header1.xml"),
        ("rIdFooterOdd", "footer", "footer1.xml"),
        ("rIdFooterEven", "footer", "footer2.xml"),
    ]
    .map(|(id, kind, target)| (id.to_owned(), format!("{OFFICE}/{kind}"), target.to_owned()))
    .into();
    for number in 1..=pictures {
        for (id, kind) in [("rIdPng", "png"), ("rIdSvg", "svg")] {
            all.push((format!("{id}{number}"), format!("{OFFICE}/image"), format!("media/chart{number}.{kind}")));
        }
    }
    let all: Vec<(&str, String, String)> =
        all.iter().map(|(id, kind, target)| (id.as_str(), kind.clone(), target.clone())).collect();
    relations(&all)
}

fn core(document: &Document) -> String {
    let made = document.made.strftime("%Y-%m-%dT%H:%M:%SZ");
    format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
         <dc:title>{}</dc:title><dc:creator>{}</dc:creator><dc:language>{}</dc:language>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">{made}</dcterms:created><dcterms:modified xsi:type=\"dcterms:W3CDTF\">{made}</dcterms:modified></cp:coreProperties>",
        escape(&*document.title),
        escape(document.signature.as_ref().map_or("", |signature| &signature.by)),
        document.language.tag(),
    )
}

/// What is printed but not edited: an editor who deletes the word *drill* does not make it real.
pub(super) const PROPERTIES: [&str; 6] = ["Language", "Exercise", "Confidentiality", "Urgency", "Running line", "Made"];

fn custom(document: &Document) -> String {
    let exercise = match (document.marks.demonstration, document.marks.drill) {
        (false, false) => "",
        (true, false) => "demonstration",
        (false, true) => "drill",
        (true, true) => "demonstration, drill",
    };
    let made = document.made.to_string();
    let values = [
        document.language.tag(),
        exercise,
        &document.marks.confidentiality,
        &document.marks.urgency,
        &document.running,
        &made,
    ];
    let mut xml = format!(
        "{HEAD}<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties\" \
         xmlns:vt=\"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes\">"
    );
    for (index, (name, value)) in PROPERTIES.iter().zip(values).enumerate() {
        let (id, value) = (index + 2, escape(value));
        let _ = write!(
            xml,
            "<property fmtid=\"{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}\" pid=\"{id}\" name=\"{name}\"><vt:lpwstr>{value}</vt:lpwstr></property>"
        );
    }
    xml.push_str("</Properties>");
    xml
}

fn settings() -> String {
    format!(
        "{HEAD}<w:settings {NAMESPACE}><w:evenAndOddHeaders/><w:characterSpacingControl w:val=\"compressPunctuation\"/>\
         <w:footnotePr><w:footnote w:id=\"-1\"/><w:footnote w:id=\"0\"/></w:footnotePr>\
         <w:compat><w:doNotExpandShiftReturn/><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat></w:settings>"
    )
}

fn footnotes(package: &mut Package, body: &Body) -> Result<(), DocxError> {
    let mut xml = format!(
        "{HEAD}<w:footnotes {NAMESPACE}><w:footnote w:type=\"separator\" w:id=\"-1\"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>\
         <w:footnote w:type=\"continuationSeparator\" w:id=\"0\"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>"
    );
    let mut links = Vec::new();
    for (index, note) in body.notes.iter().enumerate() {
        let id = index + 1;
        let _ = write!(
            xml,
            "<w:footnote w:id=\"{id}\"><w:p><w:pPr><w:pStyle w:val=\"FootnoteText\"/></w:pPr><w:r><w:rPr><w:rStyle w:val=\"FootnoteReference\"/></w:rPr><w:footnoteRef/></w:r>"
        );
        run(&mut xml, " ", "");
        match &note.address {
            Some(address) => {
                links.push((format!("rId{id}"), format!("{OFFICE}/hyperlink"), address.clone()));
                let _ = write!(xml, "<w:hyperlink r:id=\"rId{id}\">");
                run(&mut xml, &note.text, "<w:rPr><w:rStyle w:val=\"Hyperlink\"/></w:rPr>");
                xml.push_str("</w:hyperlink>");
            }
            None => run(&mut xml, &note.text, ""),
        }
        xml.push_str("</w:p></w:footnote>");
    }
    xml.push_str("</w:footnotes>");
    package.part("word/footnotes.xml", &xml)?;
    let links: Vec<(&str, String, String)> =
        links.iter().map(|(id, kind, target)| (id.as_str(), kind.clone(), target.clone())).collect();
    if links.is_empty() { Ok(()) } else { package.part("word/_rels/footnotes.xml.rels", &relations(&links)) }
}

fn header(document: &Document) -> String {
    let mut xml = format!("{HEAD}<w:hdr {NAMESPACE}><w:p><w:pPr><w:pStyle w:val=\"Header\"/></w:pPr>");
    for mark in document.marks.words(document.language) {
        run(&mut xml, &format!("{mark}   "), "<w:rPr><w:b/></w:rPr>");
    }
    if !document.running.is_empty() {
        run(&mut xml, &document.running, "");
    }
    xml.push_str("</w:p></w:hdr>");
    xml
}

/// — 1 — at the outer edge (GB/T 9704-2012, 7.5).
fn footer(side: &str) -> String {
    let mut xml =
        format!("{HEAD}<w:ftr {NAMESPACE}><w:p><w:pPr><w:pStyle w:val=\"Footer\"/><w:jc w:val=\"{side}\"/></w:pPr>");
    run(&mut xml, "— ", "");
    xml.push_str("<w:fldSimple w:instr=\" PAGE \"><w:r><w:t>1</w:t></w:r></w:fldSimple>");
    run(&mut xml, " —", "");
    xml.push_str("</w:p></w:ftr>");
    xml
}
