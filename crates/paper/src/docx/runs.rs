//! What stands in a paragraph: runs, notes, charts, and the marks of an editor.

use std::collections::BTreeMap;

use super::body::CHART;
use super::fault::Remark;
use super::limits::{MAX_REMARKS, QUOTED_CHARS};
use super::xml::{Child, Element};
use crate::document::{Note, Text};

/// Notes by their id, and what was noticed on the way.
#[derive(Default)]
pub(super) struct Margin {
    footnotes: BTreeMap<String, Note>,
    endnotes: BTreeMap<String, Note>,
    pub(super) changes: usize,
    comments: usize,
    pictures: usize,
    pub(super) deep_headings: usize,
    remarks: Vec<Remark>,
    more: usize,
}

/// The content of one paragraph.
#[derive(Default)]
pub(super) struct Content {
    pub(super) text: Text,
    /// Names of charts that stand in it.
    pub(super) charts: Vec<String>,
}

impl Margin {
    pub(super) fn new(footnotes: BTreeMap<String, Note>, endnotes: BTreeMap<String, Note>) -> Self {
        Margin { footnotes, endnotes, ..Margin::default() }
    }

    pub(super) fn remark(&mut self, remark: Remark) {
        if self.remarks.len() < MAX_REMARKS { self.remarks.push(remark) } else { self.more += 1 }
    }

    pub(super) fn remarks(self) -> Vec<Remark> {
        let counted = [
            (self.changes, Remark::TrackedChanges { count: self.changes }),
            (self.comments, Remark::Comments { count: self.comments }),
            (self.pictures, Remark::Pictures { count: self.pictures }),
            (self.deep_headings, Remark::DeepHeadings { count: self.deep_headings }),
            (self.more, Remark::More { count: self.more }),
        ];
        let counted = counted.into_iter().filter(|(count, _)| *count > 0).map(|(_, remark)| remark);
        self.remarks.into_iter().chain(counted).collect()
    }
}

impl Content {
    pub(super) fn of(paragraph: &Element, margin: &mut Margin) -> Self {
        let mut content = Content::default();
        content.walk(paragraph, false, margin);
        content
    }

    fn walk(&mut self, within: &Element, strong: bool, margin: &mut Margin) {
        for element in within.elements() {
            match element.name.as_str() {
                "r" => {
                    let strong = element.child("rPr").is_some_and(|properties| properties.is_on("b"));
                    self.walk(element, strong, margin);
                }
                "t" => self.words(element.text(), strong),
                "tab" | "ptab" => self.words("\t".into(), strong),
                "br" | "cr" => self.words("\n".into(), strong),
                "noBreakHyphen" => self.words("\u{2011}".into(), strong),
                "footnoteReference" => self.note(margin.footnotes.get(element.attribute("id"))),
                "endnoteReference" => self.note(margin.endnotes.get(element.attribute("id"))),
                "commentReference" => margin.comments += 1,
                "ins" | "moveTo" => {
                    margin.changes += 1;
                    self.walk(element, strong, margin);
                }
                "del" | "moveFrom" => margin.changes += 1,
                "hyperlink" | "smartTag" | "sdt" | "sdtContent" | "fldSimple" | "customXml" | "dir" | "bdo"
                | "ruby" | "rubyBase" => {
                    self.walk(element, strong, margin);
                }
                // The choice is what new programs show; the fallback says the same for old ones.
                "AlternateContent" => {
                    if let Some(choice) = element.child("Choice").or_else(|| element.child("Fallback")) {
                        self.walk(choice, strong, margin);
                    }
                }
                "drawing" | "pict" | "object" => self.drawing(element, margin),
                "oMath" | "oMathPara" => self.words(deep_text(element), strong),
                _ => {}
            }
        }
    }

    fn drawing(&mut self, drawing: &Element, margin: &mut Margin) {
        let chart = drawing.find("docPr").and_then(|about| about.attribute("name").strip_prefix(CHART));
        if let Some(chart) = chart {
            self.charts.push(chart.to_owned());
        } else if let Some(text) = drawing.find("txbxContent") {
            let text: String = deep_text(text).chars().take(QUOTED_CHARS).collect();
            margin.remark(Remark::TextBox { text });
        } else {
            margin.pictures += 1;
        }
    }

    fn words(&mut self, words: String, strong: bool) {
        let text = std::mem::take(&mut self.text);
        self.text = if strong { text.strong(words) } else { text.words(words) };
    }

    fn note(&mut self, note: Option<&Note>) {
        if let Some(note) = note {
            self.text = std::mem::take(&mut self.text).note(note.text.clone(), note.address.clone());
        }
    }
}

/// All `t` within, however deep.
pub(super) fn deep_text(within: &Element) -> String {
    let mut text = String::new();
    for child in &within.children {
        if let Child::Element(element) = child {
            match element.name.as_str() {
                "t" => text.push_str(&element.text()),
                "del" | "moveFrom" => {}
                _ => text.push_str(&deep_text(element)),
            }
        }
    }
    text
}
