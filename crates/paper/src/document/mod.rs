//! A document as data: what an office sends and files (a summary, minutes, a receipt), without a word about its layout.
//!
//! [`crate::pdf`] and [`crate::docx`] print the same document, and [`crate::docx::read`] gives it back after somebody has
//! edited it. Order and names follow GB/T 9704-2012, the layout of official documents; a part that is empty is left out.
//!
//! ```
//! use paper::Language;
//! use paper::document::{Block, Document, Level, Text};
//! let mut summary = Document::new(Language::Chinese, "2027年春运安保工作总结");
//! summary.addressee = "各县（分）局".into();
//! summary.blocks.push(Block::heading(Level::One, "基本情况"));
//! summary.blocks.push(Block::Paragraph(Text::new("全市设岗420个").note("岗位台账第1至420号", None).words("。")));
//! assert_eq!(summary.numbers(), ["一、", ""]);
//! ```

mod clean;
pub mod limits;
mod number;
mod text;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use thiserror::Error;

use crate::chart::Chart;
use crate::words::Language;

pub(crate) use clean::clean_line;
pub use number::{Numbering, chinese_number};
pub use text::{Note, Piece, Text};

/// Charts by the name under which a [`Block::Figure`] asks for them. They come from the records, so they are never read
/// back from a file that somebody edited.
pub type Figures = BTreeMap<String, Chart>;

/// One document. Every string is text: nothing in it is ever read as markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub language: Language,
    pub marks: Marks,
    /// The office whose name stands over the document in red (发文机关标志).
    pub issuer: String,
    /// 发文字号, as in 龙公发〔2027〕3号.
    pub number: String,
    pub title: String,
    /// 主送机关, without the colon that follows it in print.
    pub addressee: String,
    pub blocks: Vec<Block>,
    pub signature: Option<Signature>,
    /// The line at the top of every page, beside the marks.
    pub running: String,
    /// When it was made, which a file keeps beside its text. Given, so that the same document gives the same bytes.
    pub made: Timestamp,
}

/// What every page must say about the document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// A demonstration may hold a drill, so both can stand.
    pub demonstration: bool,
    pub drill: bool,
    /// 密级 or 内部资料, in the words of the office; empty where there is none.
    pub confidentiality: String,
    /// 紧急程度: 特急, 加急.
    pub urgency: String,
}

/// Who answers for the document (发文机关署名), and since when (成文日期).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub by: String,
    pub date: Option<Date>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    Heading { level: Level, text: Text },
    Paragraph(Text),
    List { ordered: bool, items: Vec<Text> },
    Table(Table),
    Figure { chart: String, caption: String },
}

/// The four levels of headings of an official document: 一、 （一） 1. （1）, and 1, 1.1, 1.1.1, 1.1.1.1 in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    One = 1,
    Two,
    Three,
    Four,
}

/// Rows under a head; a row has as many cells as the head.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    pub caption: String,
    pub head: Vec<Text>,
    pub rows: Vec<Vec<Text>>,
}

/// What cannot be printed, in the words of its writer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DocumentError {
    #[error("the document has {found} characters; at most {at_most} are printed. Move the records into a workbook and keep the text.", at_most = limits::MAX_CHARACTERS)]
    TooLong { found: usize },
    #[error("the document has {found} paragraphs, rows and figures; at most {at_most} are printed. Move the tables into a workbook.", at_most = limits::MAX_PARTS)]
    TooManyParts { found: usize },
    #[error("the table \"{caption}\" has {found} columns; a page holds {at_most}. Print it turned, or as a workbook.", at_most = limits::MAX_COLUMNS)]
    TooWide { caption: String, found: usize },
    #[error(
        "the figure \"{caption}\" asks for the chart \"{chart}\", and there are {known}. Give that chart, or take the figure out."
    )]
    NoChart { caption: String, chart: String, known: String },
}

impl Level {
    pub const ALL: [Level; 4] = [Level::One, Level::Two, Level::Three, Level::Four];

    /// `None` for 0; deeper than four is four, as no office numbers further.
    pub fn from_depth(depth: usize) -> Option<Self> {
        depth.checked_sub(1).map(|index| Self::ALL[index.min(Self::ALL.len() - 1)])
    }

    pub fn depth(self) -> usize {
        self as usize
    }
}

impl Block {
    pub fn heading(level: Level, text: impl Into<String>) -> Self {
        Block::Heading { level, text: Text::new(text) }
    }

    pub fn paragraph(text: impl Into<String>) -> Self {
        Block::Paragraph(Text::new(text))
    }
}

impl Marks {
    /// Why the document is not about the real thing, in the words that every page bears; empty where it is.
    pub fn exercises(&self, language: Language) -> Vec<&'static str> {
        let all = [
            (self.demonstration, language.pick("DEMONSTRATION", "演示")),
            (self.drill, language.pick("DRILL", "演练")),
        ];
        all.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect()
    }

    /// The words of all marks, the gravest first; empty where there is none.
    pub fn words(&self, language: Language) -> Vec<String> {
        let exercises = self.exercises(language).into_iter().map(str::to_owned);
        let words = exercises.chain([self.confidentiality.clone(), self.urgency.clone()]);
        words.filter(|word| !word.is_empty()).collect()
    }
}

impl Document {
    pub fn new(language: Language, title: impl Into<String>) -> Self {
        Document {
            language,
            marks: Marks::default(),
            issuer: String::new(),
            number: String::new(),
            title: title.into(),
            addressee: String::new(),
            blocks: Vec::new(),
            signature: None,
            running: String::new(),
            made: Timestamp::UNIX_EPOCH,
        }
    }

    /// The number that stands before each block: empty for what is no heading.
    pub fn numbers(&self) -> Vec<String> {
        let mut numbering = Numbering::new(self.language);
        let number = |block: &Block| match block {
            Block::Heading { level, .. } => numbering.next(*level),
            _ => String::new(),
        };
        self.blocks.iter().map(number).collect()
    }

    /// All texts, in the order of reading.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        self.blocks.iter().flat_map(|block| -> Box<dyn Iterator<Item = &Text>> {
            match block {
                Block::Heading { text, .. } | Block::Paragraph(text) => Box::new(std::iter::once(text)),
                Block::List { items, .. } => Box::new(items.iter()),
                Block::Table(table) => Box::new(table.head.iter().chain(table.rows.iter().flatten())),
                Block::Figure { .. } => Box::new(std::iter::empty()),
            }
        })
    }

    /// Refuses what would not fit a file, or names a chart that is not there.
    pub(crate) fn check(&self, figures: &Figures) -> Result<(), DocumentError> {
        let found = self.texts().map(Text::chars).sum::<usize>() + self.title.chars().count();
        if found > limits::MAX_CHARACTERS {
            return Err(DocumentError::TooLong { found });
        }
        let mut parts = 0;
        for block in &self.blocks {
            parts += match block {
                Block::Heading { .. } | Block::Paragraph(_) | Block::Figure { .. } => 1,
                Block::List { items, .. } => items.len(),
                Block::Table(table) => table.rows.len() + 1,
            };
            match block {
                Block::Table(table) if table.head.len() > limits::MAX_COLUMNS => {
                    return Err(DocumentError::TooWide { caption: table.caption.clone(), found: table.head.len() });
                }
                Block::Figure { chart, caption } if !figures.contains_key(chart) => {
                    let known = if figures.is_empty() {
                        "none".to_owned()
                    } else {
                        figures.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
                    };
                    return Err(DocumentError::NoChart { caption: caption.clone(), chart: chart.clone(), known });
                }
                _ => {}
            }
        }
        if parts > limits::MAX_PARTS {
            return Err(DocumentError::TooManyParts { found: parts });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_numbered_as_the_office_of_each_language_numbers_them() {
        let numbers = |language| {
            let mut document = Document::new(language, "");
            for depth in [1, 2, 3, 4, 4, 2, 1, 3] {
                document.blocks.push(Block::heading(Level::from_depth(depth).unwrap(), "x"));
            }
            document.numbers()
        };
        assert_eq!(numbers(Language::Chinese), ["一、", "（一）", "1.", "（1）", "（2）", "（二）", "二、", "1."]);
        assert_eq!(
            numbers(Language::English),
            ["1", "1.1", "1.1.1", "1.1.1.1", "1.1.1.2", "1.2", "2", "2.0.1"],
            "a level left out counts as nought, so that no number stands twice"
        );
    }

    #[test]
    fn what_does_not_fit_is_refused_with_advice() {
        let long = Document { blocks: vec![Block::paragraph("字".repeat(limits::MAX_CHARACTERS + 1))], ..new() };
        assert!(matches!(long.check(&Figures::new()), Err(DocumentError::TooLong { .. })));
        let head = vec![Text::new("a"); limits::MAX_COLUMNS + 1];
        let wide = Document { blocks: vec![Block::Table(Table { head, ..Table::default() })], ..new() };
        assert!(matches!(wide.check(&Figures::new()), Err(DocumentError::TooWide { .. })));
        let blocks = vec![Block::Figure { chart: "night".into(), caption: "Night".into() }];
        let fault = Document { blocks, ..new() }.check(&Figures::new()).unwrap_err();
        assert!(fault.to_string().contains("\"night\", and there are none"), "{fault}");
        let blocks = vec![Block::List { ordered: false, items: vec![Text::new("a"); limits::MAX_PARTS + 1] }];
        let many = Document { blocks, ..new() };
        assert!(matches!(many.check(&Figures::new()), Err(DocumentError::TooManyParts { .. })));
    }

    #[test]
    fn marks_are_said_gravest_first_and_none_is_nothing() {
        let marks =
            Marks {
                drill: true, demonstration: false, confidentiality: "内部资料".into(), urgency: "特急".into()
            };
        assert_eq!(marks.words(Language::Chinese), ["演练", "内部资料", "特急"]);
        assert!(Marks::default().words(Language::English).is_empty());
    }

    fn new() -> Document {
        Document::new(Language::English, "x")
    }
}
