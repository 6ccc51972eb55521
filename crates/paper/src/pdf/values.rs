//! The document as Typst values: what the template reads from `sys.inputs`.

use std::collections::BTreeSet;

use typst::foundations::{Array, Bytes, Dict, IntoValue as _, Str, Value};

use crate::document::{Block, Document, Figures, Piece, Table, Text};
use crate::words::Language;

/// Turns text into values and remembers what no face has a glyph for.
pub(super) struct Values<'a> {
    has_glyph: &'a dyn Fn(char) -> bool,
    pub(super) missing: BTreeSet<char>,
}

impl<'a> Values<'a> {
    pub(super) fn new(has_glyph: &'a dyn Fn(char) -> bool) -> Self {
        Values { has_glyph, missing: BTreeSet::new() }
    }

    pub(super) fn document(&mut self, document: &Document, figures: &Figures) -> Dict {
        let marks: Array = document.marks.words(document.language).iter().map(|mark| self.text(mark)).collect();
        let exercise = document.marks.exercises(document.language).join(" · ");
        let (by, date) = match &document.signature {
            Some(signature) => {
                (&*signature.by, signature.date.map_or_else(String::new, |date| document.language.day(date)))
            }
            None => ("", String::new()),
        };
        let (running, issuer, number, title) = (
            self.text(&document.running),
            self.text(&document.issuer),
            self.text(&document.number),
            self.text(&document.title),
        );
        let colon = document.language.pick(":", "：");
        let addressee = match document.addressee.as_str() {
            "" => self.text(""),
            addressee => self.text(&format!("{addressee}{colon}")),
        };
        let (by, date) = (self.text(by), self.text(&date));
        let blocks: Array = document
            .blocks
            .iter()
            .zip(document.numbers())
            .map(|(block, number)| self.block(block, &number, document.language, figures).into_value())
            .collect();
        dict([
            ("language", document.language.pick("en", "zh").into_value()),
            ("marks", marks.into_value()),
            ("exercise", exercise.into_value()),
            ("running", running),
            ("issuer", issuer),
            ("number", number),
            ("title", title),
            ("addressee", addressee),
            ("blocks", blocks.into_value()),
            ("by", by),
            ("date", date),
        ])
    }

    fn block(&mut self, block: &Block, number: &str, language: Language, figures: &Figures) -> Dict {
        match block {
            Block::Heading { level, text } => {
                // In English a number stands apart from its heading; in Chinese its own mark parts them.
                let number = format!("{number}{}", language.pick("  ", ""));
                dict([
                    ("kind", "heading".into_value()),
                    ("level", level.depth().into_value()),
                    ("number", self.text(&number)),
                    ("text", self.run(text)),
                ])
            }
            Block::Paragraph(text) => dict([("kind", "paragraph".into_value()), ("text", self.run(text))]),
            Block::List { ordered, items } => {
                dict([("kind", "list".into_value()), ("ordered", ordered.into_value()), ("items", self.runs(items))])
            }
            Block::Table(table) => dict([
                ("kind", "table".into_value()),
                ("caption", self.text(&table.caption)),
                ("widths", widths(table).into_iter().map(i64::into_value).collect::<Array>().into_value()),
                ("head", self.runs(&table.head)),
                ("rows", table.rows.iter().map(|row| self.runs(row)).collect::<Array>().into_value()),
            ]),
            Block::Figure { chart, caption } => {
                let (svg, said) =
                    figures.get(chart).map_or_else(Default::default, |chart| (chart.svg(), chart.title.clone()));
                dict([
                    ("kind", "figure".into_value()),
                    ("caption", self.text(caption)),
                    ("said", self.text(&said)),
                    ("svg", Bytes::from_string(self.printable(&svg)).into_value()),
                ])
            }
        }
    }

    fn runs(&mut self, texts: &[Text]) -> Value {
        texts.iter().map(|text| self.run(text)).collect::<Array>().into_value()
    }

    fn run(&mut self, text: &Text) -> Value {
        let piece = |piece: &Piece| match piece {
            Piece::Words { text, strong } => {
                dict([("text", self.text(text)), ("strong", strong.into_value()), ("note", false.into_value())])
            }
            Piece::Note(note) => dict([
                ("text", self.text(&note.text)),
                ("address", note.address.clone().unwrap_or_default().into_value()),
                ("note", true.into_value()),
            ]),
        };
        text.pieces().iter().map(piece).map(|piece| piece.into_value()).collect::<Array>().into_value()
    }

    fn text(&mut self, text: &str) -> Value {
        Str::from(self.printable(text)).into_value()
    }

    /// The text in characters that can be printed; what joins or varies its neighbours and has no glyph of its own is left out.
    fn printable(&mut self, text: &str) -> String {
        let mut printable = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '\n' => printable.push(c),
                '\t' => printable.push('\u{3000}'),
                c if (self.has_glyph)(c) => printable.push(c),
                '\u{ad}'
                | '\u{200b}'..='\u{200d}'
                | '\u{2060}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{e0100}'..='\u{e01ef}' => {}
                c => {
                    self.missing.insert(c);
                    printable.push_str(&format!("〓(U+{:04X})", c as u32));
                }
            }
        }
        printable
    }
}

/// How wide each column is beside the others: as its longest line, and none so narrow or so wide that the rest cannot be read.
fn widths(table: &Table) -> Vec<i64> {
    const LEAST: usize = 6;
    const MOST: usize = 30;
    let longest = |cell: &Text| cell.plain().lines().map(|line| line.chars().count()).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = std::iter::once(&table.head).chain(&table.rows).filter_map(|row| row.get(column));
        cells.map(longest).max().unwrap_or(0).clamp(LEAST, MOST) as i64
    };
    (0..table.head.len()).map(width).collect()
}

fn dict<const N: usize>(pairs: [(&str, Value); N]) -> Dict {
    pairs.into_iter().map(|(name, value)| (Str::from(name), value)).collect()
}
