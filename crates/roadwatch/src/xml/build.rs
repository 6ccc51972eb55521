//! Building the tree: what `quick-xml` delimits is checked here against every rule it leaves open, and bounded.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::dom::{Attribute, Document, Kind, NONE, Node, Tag};
use super::names::{is_char, is_name, is_space, split};
use super::{MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS, MAX_NAMESPACES, XmlError};

/// The namespace that `xml:` is bound to without a declaration.
const XML_NS: &str = "http://www.w3.org/XML/1998/namespace";
/// The namespace of `xmlns` itself; nothing may be bound to it.
const XMLNS_NS: &str = "http://www.w3.org/2000/xmlns/";

pub(super) struct Builder<'a> {
    source: &'a str,
    document: Document<'a>,
    /// Open elements.
    open: Vec<u32>,
    /// Bindings in scope: (depth at which made, prefix, namespace index).
    scope: Vec<(usize, &'a str, u32)>,
    /// Line of `counted_to`, which only moves forward.
    line: u32,
    counted_to: usize,
    elements: usize,
}

impl<'a> Builder<'a> {
    pub fn new(source: &'a str) -> Self {
        let namespaces = vec![Cow::Borrowed(""), Cow::Borrowed(XML_NS)];
        let document = Document { source, nodes: Vec::new(), attributes: Vec::new(), namespaces };
        let scope = vec![(0, "", 0), (0, "xml", 1)];
        Builder { source, document, open: Vec::new(), scope, line: 1, counted_to: 0, elements: 0 }
    }

    fn line_at(&mut self, offset: usize) -> u32 {
        if let Some(passed) = self.source.as_bytes().get(self.counted_to..offset) {
            self.line += passed.iter().filter(|b| **b == b'\n').count() as u32;
            self.counted_to = offset;
        }
        self.line
    }

    fn fault(&mut self, offset: usize, what: impl Into<String>) -> XmlError {
        XmlError::NotWellFormed { line: self.line_at(offset), what: what.into() }
    }

    pub fn run(mut self) -> Result<Document<'a>, XmlError> {
        if let Some((at, c)) = self.source.char_indices().find(|(_, c)| !is_char(*c)) {
            return Err(self.fault(at, format!("the character U+{:04X} is not allowed", u32::from(c))));
        }
        let mut reader = Reader::from_str(self.source);
        reader.config_mut().check_comments = true;
        loop {
            let from = reader.buffer_position() as usize;
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => return Err(self.fault(from, error.to_string())),
            };
            let to = reader.buffer_position() as usize;
            let piece = self.source.get(from..to).unwrap_or_default();
            match event {
                Event::Start(tag) => self.start(from, piece, tag.name().as_ref().len(), false)?,
                Event::Empty(tag) => {
                    self.start(from, piece, tag.name().as_ref().len(), true)?;
                    self.end(from, to)?;
                }
                Event::End(_) => self.end(from, to)?,
                Event::Text(_) => self.text(from, piece)?,
                Event::CData(_) => self.cdata(from, piece)?,
                Event::GeneralRef(_) => self.reference(from, piece)?,
                Event::Comment(_) => {}
                Event::PI(_) => self.instruction(from, piece)?,
                Event::Decl(_) => self.declaration(from, piece)?,
                Event::DocType(_) => return Err(XmlError::Doctype { line: self.line_at(from) }),
                Event::Eof => break,
            }
        }
        let end = self.source.len();
        if !self.open.is_empty() {
            return Err(self.fault(end, "the document ends inside an element"));
        }
        if self.document.nodes.is_empty() {
            return Err(self.fault(end, "there is no element"));
        }
        Ok(self.document)
    }

    fn start(&mut self, from: usize, piece: &'a str, name_length: usize, empty: bool) -> Result<(), XmlError> {
        let line = self.line_at(from);
        if self.open.is_empty() && !self.document.nodes.is_empty() {
            return Err(self.fault(from, "there is a second root element"));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(XmlError::TooDeep { line });
        }
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(XmlError::TooManyElements);
        }
        let close = if empty { 2 } else { 1 };
        let name = piece.get(1..1 + name_length).unwrap_or_default();
        let rest = piece.get(1 + name_length..piece.len().saturating_sub(close)).unwrap_or_default();
        let Some((prefix, local)) = split(name) else {
            return Err(self.fault(from, format!("{name:?} is no element name")));
        };
        let raw = self.split_attributes(from, line, rest)?;
        let depth = self.open.len() + 1;
        for (name, value) in &raw {
            let bound = match name.split_once(':') {
                None if *name == "xmlns" => "",
                Some(("xmlns", prefix)) => prefix,
                _ => continue,
            };
            self.bind(from, depth, bound, value.clone())?;
        }
        let namespace = self.resolve(from, prefix)?;
        let first_attribute = self.document.attributes.len();
        for (name, value) in raw {
            let Some((prefix, local)) = split(name) else {
                return Err(self.fault(from, format!("{name:?} is no attribute name")));
            };
            if prefix == "xmlns" || name == "xmlns" {
                continue;
            }
            let index = if prefix.is_empty() { 0 } else { self.resolve(from, prefix)? };
            let namespace = self.document.namespaces[index as usize].clone();
            let own = self.document.attributes.get(first_attribute..).unwrap_or_default();
            if own.iter().any(|a| a.local == local && a.namespace == namespace) {
                return Err(self.fault(from, format!("the attribute {name:?} is given twice")));
            }
            self.document.attributes.push(Attribute { namespace, local, value });
        }
        let attributes = first_attribute as u32..self.document.attributes.len() as u32;
        let span = from as u32..0;
        let tag = Tag { first: NONE, last: NONE, namespace, local, attributes, line, span };
        let id = self.append(Kind::Element(tag));
        self.open.push(id);
        Ok(())
    }

    fn end(&mut self, from: usize, to: usize) -> Result<(), XmlError> {
        let depth = self.open.len();
        let Some(id) = self.open.pop() else {
            return Err(self.fault(from, "an end tag has no start tag"));
        };
        if let Some(Node { kind: Kind::Element(tag), .. }) = self.document.nodes.get_mut(id as usize) {
            tag.span.end = to as u32;
        }
        while self.scope.last().is_some_and(|(made, ..)| *made >= depth) {
            self.scope.pop();
        }
        Ok(())
    }

    fn append(&mut self, kind: Kind<'a>) -> u32 {
        let id = self.document.nodes.len() as u32;
        self.document.nodes.push(Node { next: NONE, kind });
        let Some(parent) = self.open.last() else { return id };
        let mut before = NONE;
        if let Some(Node { kind: Kind::Element(tag), .. }) = self.document.nodes.get_mut(*parent as usize) {
            before = std::mem::replace(&mut tag.last, id);
            if tag.first == NONE {
                tag.first = id;
            }
        }
        if let Some(sibling) = self.document.nodes.get_mut(before as usize) {
            sibling.next = id;
        }
        id
    }

    /// Adds text to the open element, to its last run of text if that is where it ended.
    fn add_text(&mut self, from: usize, text: Cow<'a, str>) -> Result<(), XmlError> {
        let Some(parent) = self.open.last() else {
            if text.chars().all(is_space) {
                return Ok(());
            }
            return Err(self.fault(from, "there is text outside the root element"));
        };
        let last = match self.document.nodes.get(*parent as usize).map(|n| &n.kind) {
            Some(Kind::Element(tag)) => tag.last,
            _ => NONE,
        };
        match self.document.nodes.get_mut(last as usize).map(|n| &mut n.kind) {
            Some(Kind::Text(run)) => run.to_mut().push_str(&text),
            _ => {
                self.append(Kind::Text(text));
            }
        }
        Ok(())
    }

    fn text(&mut self, from: usize, piece: &'a str) -> Result<(), XmlError> {
        if piece.contains("]]>") {
            return Err(self.fault(from, "\"]]>\" stands in text"));
        }
        self.add_text(from, unify_lines(piece))
    }

    fn cdata(&mut self, from: usize, piece: &'a str) -> Result<(), XmlError> {
        if self.open.is_empty() {
            return Err(self.fault(from, "there is text outside the root element"));
        }
        let inner = piece.strip_prefix("<![CDATA[").and_then(|p| p.strip_suffix("]]>")).unwrap_or_default();
        self.add_text(from, unify_lines(inner))
    }

    fn reference(&mut self, from: usize, piece: &'a str) -> Result<(), XmlError> {
        if self.open.is_empty() {
            return Err(self.fault(from, "there is text outside the root element"));
        }
        match dereference(piece) {
            // Never dropped as white space: a reference is content.
            Some(c) => self.add_text(from, Cow::Owned(c.to_string())),
            None => Err(self.fault(from, format!("{piece:?} is no reference that XML knows"))),
        }
    }

    fn instruction(&mut self, from: usize, piece: &'a str) -> Result<(), XmlError> {
        let body = piece.strip_prefix("<?").and_then(|p| p.strip_suffix("?>")).unwrap_or_default();
        let target = body.split(is_space).next().unwrap_or_default();
        if !is_name(target) || target.contains(':') || target.eq_ignore_ascii_case("xml") {
            return Err(self.fault(from, format!("{target:?} is no name for a processing instruction")));
        }
        Ok(())
    }

    fn declaration(&mut self, from: usize, piece: &'a str) -> Result<(), XmlError> {
        if from != 0 {
            return Err(self.fault(from, "the XML declaration is not at the very start"));
        }
        let body = piece.strip_prefix("<?xml").and_then(|p| p.strip_suffix("?>")).unwrap_or_default();
        let given = self.split_attributes(from, 1, body)?;
        let mut expected = ["version", "encoding", "standalone"].iter();
        for (position, (name, value)) in given.iter().enumerate() {
            let known = expected.any(|e| e == name) && (position > 0 || *name == "version");
            let good = match *name {
                "version" => {
                    value.strip_prefix("1.").is_some_and(|v| !v.is_empty() && v.bytes().all(|b| b.is_ascii_digit()))
                }
                "standalone" => matches!(value.as_ref(), "yes" | "no"),
                _ => value.starts_with(|c: char| c.is_ascii_alphabetic()),
            };
            if !known || !good {
                return Err(self.fault(from, format!("the XML declaration has {name}={value:?}")));
            }
        }
        if given.is_empty() { Err(self.fault(from, "the XML declaration has no version")) } else { Ok(()) }
    }

    /// Takes ` a="1" b='2'` apart, references in the values expanded.
    fn split_attributes(
        &mut self,
        from: usize,
        line: u32,
        raw: &'a str,
    ) -> Result<Vec<(&'a str, Cow<'a, str>)>, XmlError> {
        let mut found: Vec<(&str, Cow<str>)> = Vec::new();
        let mut rest = raw;
        loop {
            let trimmed = rest.trim_start_matches(is_space);
            if trimmed.is_empty() {
                return Ok(found);
            }
            let parts = (trimmed.len() < rest.len()).then_some(trimmed).and_then(|t| t.split_once('=')).and_then(
                |(name, after)| {
                    let after = after.trim_start_matches(is_space);
                    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
                    let (value, tail) = after.get(1..)?.split_once(quote)?;
                    Some((name.trim_end_matches(is_space), value, tail))
                },
            );
            let Some((name, value, tail)) = parts else {
                let shown: String = trimmed.chars().take(40).collect();
                return Err(self.fault(from, format!("{shown:?} is no attribute")));
            };
            if found.iter().any(|(n, _)| *n == name) {
                return Err(self.fault(from, format!("the attribute {name:?} is given twice")));
            }
            if found.len() >= MAX_ATTRIBUTES {
                return Err(XmlError::TooManyAttributes { line });
            }
            if !is_name(name) {
                return Err(self.fault(from, format!("{name:?} is no attribute name")));
            }
            match expand(value) {
                Some(value) => found.push((name, value)),
                None => return Err(self.fault(from, format!("the value of {name:?} has a bare '<' or '&'"))),
            }
            rest = tail;
        }
    }

    fn bind(&mut self, from: usize, depth: usize, prefix: &'a str, uri: Cow<'a, str>) -> Result<(), XmlError> {
        let reserved = prefix == "xmlns" || uri == XMLNS_NS || (prefix == "xml") != (uri == XML_NS);
        if reserved || (!prefix.is_empty() && uri.is_empty()) {
            return Err(self.fault(from, format!("the prefix {prefix:?} cannot be bound to {uri:?}")));
        }
        if self.scope.len() >= MAX_NAMESPACES || self.document.namespaces.len() >= MAX_NAMESPACES {
            return Err(XmlError::TooManyNamespaces { line: self.line_at(from) });
        }
        let known = self.document.namespaces.iter().position(|n| *n == uri);
        let index = known.unwrap_or_else(|| {
            self.document.namespaces.push(uri);
            self.document.namespaces.len() - 1
        });
        self.scope.push((depth, prefix, index as u32));
        Ok(())
    }

    fn resolve(&mut self, from: usize, prefix: &str) -> Result<u32, XmlError> {
        match self.scope.iter().rev().find(|(_, p, _)| *p == prefix) {
            Some((.., index)) => Ok(*index),
            None => Err(self.fault(from, format!("the prefix {prefix:?} is bound to no namespace"))),
        }
    }
}

/// Line ends as XML wants them read: `\n` alone.
fn unify_lines(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(text) }
}

/// The character that `&…;` stands for.
fn dereference(reference: &str) -> Option<char> {
    let name = reference.strip_prefix('&')?.strip_suffix(';')?;
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => {
            let digits = name.strip_prefix('#')?;
            let (digits, radix) = digits.strip_prefix('x').map_or((digits, 10), |hex| (hex, 16));
            if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            u32::from_str_radix(digits, radix).ok().and_then(char::from_u32).filter(|c| is_char(*c))
        }
    }
}

/// An attribute's value as XML wants it read; `None` if it has a bare `<` or `&`.
fn expand(raw: &str) -> Option<Cow<'_, str>> {
    if !raw.contains(['<', '&', '\t', '\n', '\r']) {
        return Some(Cow::Borrowed(raw));
    }
    let unified = unify_lines(raw);
    let mut out = String::with_capacity(unified.len());
    let mut rest = unified.as_ref();
    while let Some(at) = rest.find(['<', '&', '\t', '\n']) {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        if special.starts_with('<') {
            return None;
        }
        if special.starts_with('&') {
            let (reference, tail) = special.split_at(special.find(';')? + 1);
            out.push(dereference(reference)?);
            rest = tail;
        } else {
            out.push(' ');
            rest = special.get(1..)?;
        }
    }
    out.push_str(rest);
    Some(Cow::Owned(out))
}
