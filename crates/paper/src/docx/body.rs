//! `word/document.xml`, and what is numbered on the way: lists, notes, pictures.

use std::fmt::Write as _;

use quick_xml::escape::escape;

use super::role::Role;
use super::styles::{HEAD, NAMESPACE, list_id};
use crate::chart::WIDTH;
use crate::document::{Block, Document, Note, Piece, Table, Text};
use crate::words::Language;

/// English Metric Units in a millimetre.
const EMU: f64 = 36_000.0;

/// Millimetres of a page: width and height of the text, GB/T 9704-2012, 5.2.
const TEXT_WIDTH: f64 = 156.0;
/// A picture and its caption keep to one page.
const PICTURE_HEIGHT: f64 = 190.0;

/// Twentieths of a point of the text's width.
const TEXT_TWIPS: usize = 8_844;

/// What the body refers to; the package writes it.
#[derive(Default)]
pub(super) struct Body {
    pub(super) xml: String,
    /// Whether each list is counted.
    pub(super) lists: Vec<bool>,
    pub(super) notes: Vec<Note>,
    /// Names of charts in the order in which they stand.
    pub(super) pictures: Vec<String>,
}

/// `sizes` gives the height of a chart by its name, in the units of its width, and its accessible name.
pub(super) fn body(document: &Document, about: impl Fn(&str) -> (f64, String)) -> Body {
    let mut body = Body::default();
    body.head(document);
    let mut after_table = false;
    for block in &document.blocks {
        let is_table = matches!(block, Block::Table(_));
        if is_table && after_table {
            body.open(Role::Gap, "");
            body.close();
        }
        body.block(block, document.language, &about);
        after_table = is_table;
    }
    // A file that ends in a table has a paragraph after it.
    if after_table {
        body.open(Role::Gap, "");
        body.close();
    }
    if let Some(signature) = &document.signature {
        if !signature.by.is_empty() {
            body.line(Role::Signature, &signature.by);
        }
        if let Some(date) = signature.date {
            body.line(Role::Date, &document.language.day(date));
        }
    }
    let section = "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rIdHeader\"/><w:headerReference w:type=\"even\" r:id=\"rIdHeader\"/>\
         <w:footerReference w:type=\"default\" r:id=\"rIdFooterOdd\"/><w:footerReference w:type=\"even\" r:id=\"rIdFooterEven\"/>\
         <w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" w:left=\"1588\" w:header=\"1134\" w:footer=\"1247\" w:gutter=\"0\"/>";
    let grid = match document.language {
        Language::Chinese => "<w:docGrid w:type=\"lines\" w:linePitch=\"579\"/>",
        Language::English => "",
    };
    body.xml = format!(
        "{HEAD}<w:document {NAMESPACE} xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
         xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\">\
         <w:body>{}{section}{grid}</w:sectPr></w:body></w:document>",
        body.xml
    );
    body
}

impl Body {
    fn head(&mut self, document: &Document) {
        for mark in document.marks.words(document.language) {
            self.line(Role::Mark, &mark);
        }
        for (role, text) in
            [(Role::Issuer, &document.issuer), (Role::Number, &document.number), (Role::Title, &document.title)]
        {
            if !text.is_empty() {
                self.line(role, text);
            }
        }
        if !document.addressee.is_empty() {
            let colon = document.language.pick(":", "：");
            self.line(Role::Addressee, &format!("{}{colon}", document.addressee));
        }
    }

    fn block(&mut self, block: &Block, language: Language, about: &impl Fn(&str) -> (f64, String)) {
        match block {
            Block::Heading { level, text } => self.paragraph(Role::Heading(*level), "", text),
            Block::Paragraph(text) => self.paragraph(Role::Body, "", text),
            Block::List { ordered, items } => {
                let id = list_id(self.lists.len());
                self.lists.push(*ordered);
                let role = if *ordered { Role::Counted } else { Role::Bullet };
                let numbered = format!("<w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"{id}\"/></w:numPr>");
                items.iter().for_each(|item| self.paragraph(role, &numbered, item));
            }
            Block::Table(table) => self.table(table, language),
            Block::Figure { chart, caption } => {
                let (height, title) = about(chart);
                self.pictures.push(chart.clone());
                self.open(Role::Figure, "");
                self.picture(chart, height, &title);
                self.close();
                if !caption.is_empty() {
                    self.line(Role::FigureCaption, caption);
                }
            }
        }
    }

    fn line(&mut self, role: Role, text: &str) {
        self.open(role, "");
        self.words(text, false);
        self.close();
    }

    fn paragraph(&mut self, role: Role, properties: &str, text: &Text) {
        self.open(role, properties);
        for piece in text.pieces() {
            match piece {
                Piece::Words { text, strong } => self.words(text, *strong),
                Piece::Note(note) => {
                    self.notes.push(note.clone());
                    let _ = write!(
                        self.xml,
                        "<w:r><w:rPr><w:rStyle w:val=\"FootnoteReference\"/></w:rPr><w:footnoteReference w:id=\"{}\"/></w:r>",
                        self.notes.len()
                    );
                }
            }
        }
        self.close();
    }

    fn open(&mut self, role: Role, properties: &str) {
        let _ = write!(self.xml, "<w:p><w:pPr><w:pStyle w:val=\"{}\"/>{properties}</w:pPr>", role.style_id());
    }

    fn close(&mut self) {
        self.xml.push_str("</w:p>");
    }

    fn words(&mut self, text: &str, strong: bool) {
        run(&mut self.xml, text, if strong { "<w:rPr><w:b/></w:rPr>" } else { "" });
    }

    fn table(&mut self, table: &Table, language: Language) {
        if !table.caption.is_empty() {
            self.line(Role::TableCaption, &table.caption);
        }
        let width = TEXT_TWIPS / table.head.len().max(1);
        let header = language.pick("<w:tblLook w:firstRow=\"1\"/>", "<w:tblLook w:firstRow=\"1\"/>");
        let _ = write!(
            self.xml,
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"DocumentTable\"/><w:tblW w:w=\"5000\" w:type=\"pct\"/><w:jc w:val=\"center\"/>{header}</w:tblPr><w:tblGrid>{}</w:tblGrid>",
            format!("<w:gridCol w:w=\"{width}\"/>").repeat(table.head.len())
        );
        self.row(&table.head, Role::TableHead, "<w:tblHeader/>");
        table.rows.iter().for_each(|row| self.row(row, Role::TableCell, ""));
        self.xml.push_str("</w:tbl>");
    }

    fn row(&mut self, cells: &[Text], role: Role, repeated: &str) {
        let _ = write!(self.xml, "<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>");
        for cell in cells {
            self.xml.push_str("<w:tc><w:tcPr><w:tcW w:w=\"0\" w:type=\"auto\"/></w:tcPr>");
            self.paragraph(role, "", cell);
            self.xml.push_str("</w:tc>");
        }
        self.xml.push_str("</w:tr>");
    }

    /// The picture as PNG, and as SVG for programs that draw it; its name is how the figure is known again.
    fn picture(&mut self, chart: &str, height: f64, title: &str) {
        let scale = (TEXT_WIDTH / WIDTH).min(PICTURE_HEIGHT / height);
        let (cx, cy) = ((WIDTH * scale * EMU) as u64, (height * scale * EMU) as u64);
        let id = self.pictures.len();
        let (name, title) = (escape(chart), escape(title));
        let _ = write!(
            self.xml,
            "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{cx}\" cy=\"{cy}\"/>\
             <wp:docPr id=\"{id}\" name=\"{CHART}{name}\" descr=\"{title}\"/>\
             <a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic>\
             <pic:nvPicPr><pic:cNvPr id=\"{id}\" name=\"{CHART}{name}\" descr=\"{title}\"/><pic:cNvPicPr/></pic:nvPicPr>\
             <pic:blipFill><a:blip r:embed=\"rIdPng{id}\"><a:extLst><a:ext uri=\"{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}\">\
             <asvg:svgBlip xmlns:asvg=\"http://schemas.microsoft.com/office/drawing/2016/SVG/main\" r:embed=\"rIdSvg{id}\"/></a:ext></a:extLst></a:blip>\
             <a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{cx}\" cy=\"{cy}\"/></a:xfrm>\
             <a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        );
    }
}

/// Before the name of a chart in the name of its picture.
pub(super) const CHART: &str = "chart:";

/// One run; tabs and line breaks are elements of their own.
pub(super) fn run(xml: &mut String, text: &str, properties: &str) {
    let _ = write!(xml, "<w:r>{properties}");
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            xml.push_str("<w:br/>");
        }
        for (number, words) in line.split('\t').enumerate() {
            if number > 0 {
                xml.push_str("<w:tab/>");
            }
            if !words.is_empty() {
                let _ = write!(xml, "<w:t xml:space=\"preserve\">{}</w:t>", escape(words));
            }
        }
    }
    xml.push_str("</w:r>");
}
