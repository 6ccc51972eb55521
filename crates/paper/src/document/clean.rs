//! Text as paper can bear it: no control characters, no reordering of what is read, no part that would print nothing.

use super::{Block, Document, Marks, Signature, Table, Text};

/// Line ends as `\n`; without what XML cannot hold and what makes a line read otherwise than it is written.
pub(super) fn clean(text: &str) -> String {
    if text.chars().all(stays) {
        return text.to_owned();
    }
    text.replace("\r\n", "\n")
        .replace(['\r', '\u{85}', '\u{2028}', '\u{2029}', '\u{b}', '\u{c}'], "\n")
        .chars()
        .filter(|&c| stays(c))
        .collect()
}

/// The same in one line, without space at its ends.
pub(crate) fn clean_line(text: &str) -> String {
    clean(text).replace(['\n', '\t'], " ").trim().to_owned()
}

/// Control characters but tab and line feed; the direction controls of Unicode (UAX #9, 2), by which a line can be
/// made to read otherwise than it is written; what stands for no character (noncharacters, object replacement).
fn stays(c: char) -> bool {
    match c {
        '\t' | '\n' => true,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => false,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}' | '\u{fdd0}'..='\u{fdef}' => false,
        c => !c.is_control() && (c as u32) & 0xfffe != 0xfffe,
    }
}

impl Document {
    /// The document as it is printed. What has been cleaned is left as it is by cleaning it again.
    pub fn cleaned(&self) -> Document {
        Document {
            language: self.language,
            marks: Marks {
                demonstration: self.marks.demonstration,
                drill: self.marks.drill,
                confidentiality: clean_line(&self.marks.confidentiality),
                urgency: clean_line(&self.marks.urgency),
            },
            issuer: clean_line(&self.issuer),
            number: clean_line(&self.number),
            title: clean_line(&self.title),
            addressee: clean_line(&self.addressee),
            blocks: self.blocks.iter().filter_map(Block::cleaned).collect(),
            signature: self.signature.as_ref().and_then(Signature::cleaned),
            running: clean_line(&self.running),
            made: self.made,
        }
    }
}

impl Signature {
    fn cleaned(&self) -> Option<Self> {
        let by = clean_line(&self.by);
        (!by.is_empty() || self.date.is_some()).then_some(Signature { by, date: self.date })
    }
}

impl Block {
    /// `None` for what would print nothing.
    fn cleaned(&self) -> Option<Self> {
        match self {
            Block::Heading { text, .. } | Block::Paragraph(text) if text.is_blank() => None,
            Block::Heading { .. } | Block::Paragraph(_) => Some(self.clone()),
            Block::List { ordered, items } => {
                let items: Vec<Text> = items.iter().filter(|item| !item.is_blank()).cloned().collect();
                (!items.is_empty()).then_some(Block::List { ordered: *ordered, items })
            }
            Block::Table(table) => table.cleaned().map(Block::Table),
            Block::Figure { chart, caption } => {
                Some(Block::Figure { chart: chart.clone(), caption: clean_line(caption) })
            }
        }
    }
}

impl Table {
    /// As many columns as the widest row; `None` without any.
    fn cleaned(&self) -> Option<Self> {
        let columns = self.rows.iter().map(Vec::len).chain([self.head.len()]).max().unwrap_or(0);
        let fill = |row: &Vec<Text>| {
            let mut row = row.clone();
            row.resize(columns, Text::default());
            row
        };
        let (caption, head) = (clean_line(&self.caption), fill(&self.head));
        (columns > 0).then(|| Table { caption, head, rows: self.rows.iter().map(fill).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn control_characters_and_reordering_are_taken_out_and_line_ends_made_one() {
        assert_eq!(clean("a\r\nb\rc\u{2028}d\te"), "a\nb\nc\nd\te");
        assert_eq!(clean("\u{202e}gpj.exe\u{2069}\u{0}\u{8}\u{fffe}\u{1ffff}\u{feff}"), "gpj.exe");
        assert_eq!(clean("龙东 🙂 𠮷 e\u{301} \u{200d}"), "龙东 🙂 𠮷 e\u{301} \u{200d}");
    }

    #[test]
    fn what_would_print_nothing_is_left_out_and_rows_are_filled() {
        let mut document = Document::new(Language::English, " a\nb ");
        document.blocks = vec![
            Block::paragraph(" \n"),
            Block::List { ordered: true, items: vec![Text::default()] },
            Block::Table(Table::default()),
            Block::Table(Table { rows: vec![vec!["x".into(), "y".into()]], ..Table::default() }),
        ];
        let cleaned = document.cleaned();
        assert_eq!(cleaned.title, "a b");
        let [Block::Table(table)] = cleaned.blocks.as_slice() else { panic!("{:?}", cleaned.blocks) };
        assert_eq!((table.head.len(), table.rows.len()), (2, 1));
        assert_eq!(cleaned.cleaned(), cleaned);
    }
}
