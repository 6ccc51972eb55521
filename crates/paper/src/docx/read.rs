//! A DOCX back into the same parts, by the names of its styles.

use std::collections::BTreeMap;
use std::io::Read as _;

use super::fault::{DocxFault, Remark};
use super::limits;
use super::package::PROPERTIES;
use super::role::Role;
use super::runs::{Content, Margin, deep_text};
use super::xml::{Element, parse};
use crate::document::limits::{MAX_CHARACTERS, MAX_COLUMNS};
use crate::document::{Block, Document, Marks, Note, Signature, Table, Text};
use crate::package::{self, Archive, Limits, Part};
use crate::words::Language;

const LIMITS: Limits = Limits {
    parts: limits::MAX_PARTS,
    unpacked: limits::MAX_UNPACKED_BYTES,
    ratio: limits::MAX_RATIO,
    ratio_free: limits::RATIO_FREE_BYTES,
};

/// What a file held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Marks are those the file was written with; whoever takes it in sets them anew from what they know.
    pub document: Document,
    /// Empty where all of it came in as it stands.
    pub remarks: Vec<Remark>,
}

/// Reads a document that was written here and edited in Word, WPS or LibreOffice; one written elsewhere comes in as its
/// headings, paragraphs, lists and tables. Nothing in it is run, and no address in it is fetched.
pub fn read(bytes: &[u8]) -> Result<Read, DocxFault> {
    kind(bytes)?;
    let mut archive = package::open(bytes, &LIMITS)?;
    let parts = package::measure(&mut archive, &LIMITS)?;
    refuse_programs(&parts)?;
    let mut file = File { archive, parts };
    let types = file.text("[Content_Types].xml")?.ok_or(DocxFault::NotADocument)?;
    if types.to_lowercase().contains("macroenabled") {
        return Err(DocxFault::Macros { part: "[Content_Types].xml".into() });
    }
    let main = file.main()?;
    let body = file.xml(&main)?.ok_or(DocxFault::NotADocument)?;
    let body = body.child("body").ok_or(DocxFault::NotADocument)?;
    let styles = Styles::of(file.beside(&main, "styles.xml")?.as_ref(), file.beside(&main, "numbering.xml")?.as_ref());
    let footnotes = file.notes(&main, "footnotes.xml", "footnote")?;
    let margin = Margin::new(footnotes, file.notes(&main, "endnotes.xml", "endnote")?);
    let properties = file.properties()?;
    let language = language(&properties, body);
    let mut reader = Reader { document: document(&properties, language), styles, margin, caption: None, list: None };
    reader.blocks(body);
    reader.no_table();
    let document = reader.document.cleaned();
    let characters = document.texts().map(Text::chars).sum::<usize>();
    if characters > MAX_CHARACTERS {
        return Err(DocxFault::TooLong { characters });
    }
    Ok(Read { document, remarks: reader.margin.remarks() })
}

fn kind(bytes: &[u8]) -> Result<(), DocxFault> {
    /// The compound file of old Office programs ([MS-CFB] 2.2), which also wraps a document with a password.
    const COMPOUND_FILE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    if bytes.is_empty() {
        return Err(DocxFault::Empty);
    }
    if bytes.len() > limits::MAX_FILE_BYTES {
        return Err(DocxFault::TooLarge { bytes: bytes.len() });
    }
    if bytes.starts_with(COMPOUND_FILE) {
        let locked: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let is_locked = bytes.windows(locked.len()).any(|window| window == locked);
        return Err(if is_locked { DocxFault::Encrypted } else { DocxFault::OldWord });
    }
    if bytes.starts_with(b"PK") { Ok(()) } else { Err(DocxFault::NotADocument) }
}

fn refuse_programs(parts: &[Part]) -> Result<(), DocxFault> {
    let runs = |name: &str| {
        let name = name.to_lowercase();
        name.ends_with("vbaproject.bin")
            || name.contains("/activex/")
            || name.ends_with(".exe")
            || name.ends_with("vbadata.xml")
    };
    match parts.iter().find(|part| runs(&part.name)) {
        Some(part) => Err(DocxFault::Macros { part: part.name.clone() }),
        None => Ok(()),
    }
}

struct File<'a> {
    archive: Archive<'a>,
    parts: Vec<Part>,
}

impl File<'_> {
    fn text(&mut self, name: &str) -> Result<Option<String>, DocxFault> {
        let Some(index) = self.parts.iter().position(|part| part.name.eq_ignore_ascii_case(name)) else {
            return Ok(None);
        };
        if self.parts[index].size > limits::MAX_XML_BYTES {
            return Err(DocxFault::TooMuchXml { part: name.to_owned() });
        }
        let damaged = |detail: String| DocxFault::Damaged { detail: format!("{name}: {detail}") };
        let part = self.archive.by_index(index).map_err(|fault| damaged(fault.to_string()))?;
        let mut bytes = Vec::new();
        part.take(limits::MAX_XML_BYTES).read_to_end(&mut bytes).map_err(|fault| damaged(fault.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|fault| damaged(fault.to_string()))?;
        Ok(Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)))
    }

    fn xml(&mut self, name: &str) -> Result<Option<Element>, DocxFault> {
        self.text(name)?.map(|text| parse(name, &text)).transpose()
    }

    fn beside(&mut self, main: &str, name: &str) -> Result<Option<Element>, DocxFault> {
        let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.xml(&format!("{folder}/{name}"))
    }

    /// The part that the package names as its document; `word/document.xml` unless it says otherwise.
    fn main(&mut self) -> Result<String, DocxFault> {
        let relations = self.xml("_rels/.rels")?;
        let target = relations.as_ref().and_then(|relations| {
            relations.elements().find(|relation| relation.attribute("Type").ends_with("/officeDocument"))
        });
        let target = target.map_or("word/document.xml", |relation| relation.attribute("Target"));
        Ok(target.trim_start_matches('/').to_owned())
    }

    fn notes(&mut self, main: &str, part: &str, name: &str) -> Result<BTreeMap<String, Note>, DocxFault> {
        let Some(notes) = self.beside(main, part)? else { return Ok(BTreeMap::new()) };
        let links = self.beside(main, &format!("_rels/{part}.rels"))?.unwrap_or_default();
        let address = |note: &Element| {
            let id = note.find("hyperlink")?.attribute("id").to_owned();
            let link = links.elements().find(|link| link.attribute("Id") == id)?;
            Some(link.attribute("Target").to_owned())
        };
        let note = |element: &Element| {
            let paragraphs: Vec<String> = element.elements().map(deep_text).collect();
            // Cleaned as every note is: what is no address of the web is dropped here.
            let text = Text::default().note(paragraphs.join(" "), address(element));
            match text.pieces() {
                [crate::document::Piece::Note(note)] => Some((element.attribute("id").to_owned(), note.clone())),
                _ => None,
            }
        };
        Ok(notes.elements().filter(|element| element.name == name).filter_map(note).collect())
    }

    fn properties(&mut self) -> Result<BTreeMap<String, String>, DocxFault> {
        let Some(custom) = self.xml("docProps/custom.xml")? else { return Ok(BTreeMap::new()) };
        let value = |property: &Element| property.elements().map(Element::text).collect();
        Ok(custom.elements().map(|property| (property.attribute("name").to_owned(), value(property))).collect())
    }
}

/// As the file says; otherwise by what most of it is written in.
fn language(properties: &BTreeMap<String, String>, body: &Element) -> Language {
    match properties.get(PROPERTIES[0]).map(String::as_str) {
        Some(tag) if tag.starts_with("en") => return Language::English,
        Some(tag) if tag.starts_with("zh") => return Language::Chinese,
        _ => {}
    }
    let text = deep_text(body);
    let han = text.chars().filter(|c| matches!(c, '\u{4e00}'..='\u{9fff}')).count();
    let latin = text.chars().filter(char::is_ascii_alphabetic).count();
    // A Chinese character says about as much as three Latin letters.
    if han * 3 >= latin && han > 0 { Language::Chinese } else { Language::English }
}

fn document(properties: &BTreeMap<String, String>, language: Language) -> Document {
    let value = |index: usize| properties.get(PROPERTIES[index]).cloned().unwrap_or_default();
    let mut document = Document::new(language, "");
    let exercise = value(1);
    document.marks = Marks {
        demonstration: exercise.contains("demonstration"),
        drill: exercise.contains("drill"),
        confidentiality: value(2),
        urgency: value(3),
    };
    document.running = value(4);
    document.made = value(5).parse().unwrap_or(document.made);
    document
}

/// What the file says about its styles and lists.
struct Styles {
    roles: BTreeMap<String, (Role, usize)>,
    /// The list of a style.
    lists: BTreeMap<String, String>,
    kinds: BTreeMap<String, ListKind>,
}

/// What the file says about the number of a list.
#[derive(Clone)]
struct ListKind {
    counted: bool,
    /// The definition: numbers that share one go on counting, unless they restart.
    definition: String,
    restarts: bool,
}

impl Styles {
    fn of(styles: Option<&Element>, numbering: Option<&Element>) -> Self {
        let all: BTreeMap<&str, &Element> = styles
            .into_iter()
            .flat_map(Element::elements)
            .filter(|style| style.name == "style")
            .map(|style| (style.attribute("styleId"), style))
            .collect();
        let (mut roles, mut lists) = (BTreeMap::new(), BTreeMap::new());
        for id in all.keys() {
            let mut chain = Vec::new();
            let mut next = Some(*id);
            while let Some(style) = next.and_then(|id| all.get(id)).filter(|_| chain.len() < limits::MAX_STYLE_CHAIN) {
                chain.push(*style);
                next = style.val("basedOn");
            }
            let named = chain.iter().find_map(|style| {
                let name = style.val("name")?.to_lowercase();
                let depth = name.strip_prefix("heading ").and_then(|depth| depth.parse().ok()).unwrap_or(0);
                Some((Role::of_style_name(&name)?, depth))
            });
            let list = chain.iter().find_map(|style| style.child("pPr")?.child("numPr")?.val("numId"));
            roles.extend(named.map(|role| ((*id).to_owned(), role)));
            lists.extend(list.map(|list| ((*id).to_owned(), list.to_owned())));
        }
        Styles { roles, lists, kinds: numbering.map(list_kinds).unwrap_or_default() }
    }
}

fn list_kinds(numbering: &Element) -> BTreeMap<String, ListKind> {
    let counted: BTreeMap<&str, bool> = numbering
        .elements()
        .filter(|element| element.name == "abstractNum")
        .map(|list| {
            let format = list.child("lvl").and_then(|level| level.val("numFmt")).unwrap_or("bullet");
            (list.attribute("abstractNumId"), !matches!(format, "bullet" | "none"))
        })
        .collect();
    let kind = |list: &Element| {
        let definition = list.val("abstractNumId")?;
        let counted = *counted.get(definition)?;
        Some(ListKind { counted, definition: definition.to_owned(), restarts: list.find("startOverride").is_some() })
    };
    let lists = numbering.elements().filter(|element| element.name == "num");
    lists.filter_map(|list| Some((list.attribute("numId").to_owned(), kind(list)?))).collect()
}

struct Reader {
    document: Document,
    styles: Styles,
    margin: Margin,
    /// A caption that waits for its table.
    caption: Option<Text>,
    /// The list that the last paragraph belonged to.
    list: Option<String>,
}

impl Reader {
    fn blocks(&mut self, within: &Element) {
        for element in within.elements() {
            match element.name.as_str() {
                "p" => self.paragraph(element),
                "tbl" => self.table(element),
                "sdt" | "sdtContent" | "customXml" => self.blocks(element),
                "ins" | "moveTo" => {
                    self.margin.changes += 1;
                    self.blocks(element);
                }
                "del" | "moveFrom" => self.margin.changes += 1,
                "AlternateContent" => {
                    if let Some(choice) = element.child("Choice").or_else(|| element.child("Fallback")) {
                        self.blocks(choice);
                    }
                }
                _ => {}
            }
        }
    }

    fn paragraph(&mut self, paragraph: &Element) {
        let Content { text, charts } = Content::of(paragraph, &mut self.margin);
        let properties = paragraph.child("pPr");
        let style = properties.and_then(|properties| properties.val("pStyle")).unwrap_or("");
        let (role, depth) = self.styles.roles.get(style).copied().unwrap_or((Role::Body, 0));
        let own_list = properties.and_then(|properties| properties.child("numPr")).and_then(|list| list.val("numId"));
        let list = own_list.map(str::to_owned).or_else(|| self.styles.lists.get(style).cloned()).filter(|id| id != "0");
        let follows = self.list.take();
        for chart in charts {
            self.no_table();
            self.document.blocks.push(Block::Figure { chart, caption: String::new() });
        }
        if text.is_blank() || matches!(role, Role::Mark | Role::Gap) {
            return;
        }
        if role != Role::TableCaption {
            self.no_table();
        }
        let one_line = || text.plain();
        match role {
            Role::Issuer => join(&mut self.document.issuer, &one_line(), self.document.language),
            Role::Number => join(&mut self.document.number, &one_line(), self.document.language),
            Role::Title => join(&mut self.document.title, &one_line(), self.document.language),
            Role::Addressee => {
                let line = one_line();
                let line = line.trim().trim_end_matches([':', '：']);
                join(&mut self.document.addressee, line, self.document.language);
            }
            Role::Signature => join(&mut self.signature().by, &one_line(), Language::Chinese),
            Role::Date => match Language::read_day(&one_line()) {
                Some(day) => self.signature().date = Some(day),
                None => self.margin.remark(Remark::NoDate { text: quoted(&one_line()) }),
            },
            Role::Heading(level) => {
                self.margin.deep_headings += usize::from(depth > crate::document::Level::ALL.len());
                self.document.blocks.push(Block::Heading { level, text });
            }
            Role::TableCaption => {
                self.no_table();
                self.caption = Some(text);
            }
            Role::FigureCaption => match self.document.blocks.last_mut() {
                Some(Block::Figure { caption, .. }) if caption.is_empty() => *caption = text.plain(),
                _ => self.document.blocks.push(Block::Paragraph(text)),
            },
            _ => self.body(text, list, follows, role),
        }
    }

    fn body(&mut self, text: Text, list: Option<String>, follows: Option<String>, role: Role) {
        let kind = |id: Option<&String>| id.and_then(|id| self.styles.kinds.get(id));
        let counted = match (kind(list.as_ref()), role) {
            (Some(kind), _) => kind.counted,
            (None, Role::Counted) => true,
            (None, Role::Bullet) => false,
            (None, _) => return self.document.blocks.push(Block::Paragraph(text)),
        };
        let goes_on = match (kind(follows.as_ref()), kind(list.as_ref())) {
            (Some(last), Some(this)) if !this.restarts => last.definition == this.definition,
            _ => false,
        };
        let id = list.unwrap_or_else(|| role.style_name().to_owned());
        match self.document.blocks.last_mut() {
            Some(Block::List { items, .. }) if goes_on || follows.as_ref() == Some(&id) => items.push(text),
            _ => self.document.blocks.push(Block::List { ordered: counted, items: vec![text] }),
        }
        self.list = Some(id);
    }

    fn signature(&mut self) -> &mut Signature {
        self.document.signature.get_or_insert_with(|| Signature { by: String::new(), date: None })
    }

    /// A caption whose table did not come is a paragraph.
    fn no_table(&mut self) {
        if let Some(caption) = self.caption.take() {
            self.document.blocks.push(Block::Paragraph(caption));
        }
    }

    fn table(&mut self, table: &Element) {
        self.list = None;
        let caption = self.caption.take().map(|caption| caption.plain()).unwrap_or_default();
        let mut rows = Vec::new();
        self.rows(table, &mut rows);
        if rows.is_empty() {
            return;
        }
        let head = rows.remove(0);
        self.document.blocks.push(Block::Table(Table { caption, head, rows }));
    }

    fn rows(&mut self, within: &Element, rows: &mut Vec<Vec<Text>>) {
        for element in within.elements() {
            match element.name.as_str() {
                "tr" => {
                    let mut cells = Vec::new();
                    self.cells(element, &mut cells);
                    rows.push(cells);
                }
                "sdt" | "sdtContent" | "customXml" | "ins" => self.rows(element, rows),
                _ => {}
            }
        }
    }

    fn cells(&mut self, within: &Element, cells: &mut Vec<Text>) {
        for element in within.elements() {
            match element.name.as_str() {
                "tc" => {
                    cells.push(self.cell(element));
                    // A cell over several columns is followed by as many empty ones.
                    let span =
                        element.child("tcPr").and_then(|about| about.val("gridSpan")).and_then(|n| n.parse().ok());
                    let room = MAX_COLUMNS.saturating_sub(cells.len());
                    let more = span.unwrap_or(1usize).saturating_sub(1).min(room);
                    cells.extend(std::iter::repeat_with(Text::default).take(more));
                }
                "sdt" | "sdtContent" | "customXml" => self.cells(element, cells),
                _ => {}
            }
        }
    }

    fn cell(&mut self, cell: &Element) -> Text {
        let mut text = Text::default();
        for element in cell.elements() {
            let more = match element.name.as_str() {
                "p" => Content::of(element, &mut self.margin).text,
                "tbl" => {
                    self.margin.remark(Remark::TableInTable);
                    Text::new(deep_text(element))
                }
                "sdt" | "sdtContent" | "customXml" => self.cell(element),
                _ => continue,
            };
            text = if text.pieces().is_empty() || more.pieces().is_empty() {
                text.join(more)
            } else {
                text.words("\n").join(more)
            };
        }
        text
    }
}

/// A part that stands in two paragraphs is one part: Chinese lines meet without a space.
fn join(part: &mut String, line: &str, language: Language) {
    if !part.is_empty() && language == Language::English {
        part.push(' ');
    }
    part.push_str(line);
}

fn quoted(text: &str) -> String {
    text.chars().take(limits::QUOTED_CHARS).collect()
}
