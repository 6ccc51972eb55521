//! The tree: an arena of nodes in document order, borrowing the text.

use std::borrow::Cow;
use std::ops::Range;

use super::XmlError;
use super::build::Builder;
use super::names::is_space;

/// "No node": the arena never grows this long.
pub(super) const NONE: u32 = u32::MAX;

/// A well-formed document.
#[derive(Debug)]
pub struct Document<'a> {
    pub(super) source: &'a str,
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) attributes: Vec<Attribute<'a>>,
    pub(super) namespaces: Vec<Cow<'a, str>>,
}

#[derive(Debug)]
pub(super) struct Node<'a> {
    pub next: u32,
    pub kind: Kind<'a>,
}

#[derive(Debug)]
pub(super) enum Kind<'a> {
    Text(Cow<'a, str>),
    Element(Tag<'a>),
}

#[derive(Debug)]
pub(super) struct Tag<'a> {
    pub first: u32,
    pub last: u32,
    pub namespace: u32,
    pub local: &'a str,
    pub attributes: Range<u32>,
    pub line: u32,
    pub span: Range<u32>,
}

/// One attribute; namespace declarations are not among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Namespace, or the empty string.
    pub namespace: Cow<'a, str>,
    /// Name without prefix.
    pub local: &'a str,
    /// Value with references expanded.
    pub value: Cow<'a, str>,
}

/// A handle on one element.
#[derive(Debug, Clone, Copy)]
pub struct Element<'d> {
    document: &'d Document<'d>,
    id: u32,
}

/// What stands between an element's tags, in order.
#[derive(Debug, Clone, Copy)]
pub enum Content<'d> {
    /// A run of text, references expanded.
    Text(&'d str),
    /// A child.
    Element(Element<'d>),
}

impl<'a> Document<'a> {
    /// Reads a document.
    ///
    /// # Errors
    /// Whatever [`XmlError`] names first, from top to bottom.
    pub fn parse(text: &'a str) -> Result<Self, XmlError> {
        let start = text.trim_start_matches(is_space);
        if !start.starts_with('<') {
            return Err(XmlError::NotXml { start: start.chars().take(20).collect() });
        }
        Builder::new(text).run()
    }

    /// The outermost element.
    pub fn root(&self) -> Element<'_> {
        Element { document: self, id: 0 }
    }
}

impl<'d> Element<'d> {
    fn tag(self) -> &'d Tag<'d> {
        match self.document.nodes.get(self.id as usize).map(|n| &n.kind) {
            Some(Kind::Element(tag)) => tag,
            _ => unreachable!("element handles are made of element nodes only"),
        }
    }

    /// Namespace, or the empty string.
    pub fn namespace(self) -> &'d str {
        &self.document.namespaces[self.tag().namespace as usize]
    }

    /// Name without prefix.
    pub fn local(self) -> &'d str {
        self.tag().local
    }

    /// Does it have this name in this namespace?
    pub fn is(self, namespace: &str, local: &str) -> bool {
        self.local() == local && self.namespace() == namespace
    }

    /// Line on which the start tag begins, from 1.
    pub fn line(self) -> u32 {
        self.tag().line
    }

    /// The element as it stands in the source. Namespaces declared further out are not repeated in it.
    pub fn source(self) -> &'d str {
        let span = &self.tag().span;
        &self.document.source[span.start as usize..span.end as usize]
    }

    /// Attributes in order, without namespace declarations.
    pub fn attributes(self) -> &'d [Attribute<'d>] {
        let range = &self.tag().attributes;
        &self.document.attributes[range.start as usize..range.end as usize]
    }

    /// Value of an attribute that is in no namespace.
    pub fn attribute(self, local: &str) -> Option<&'d str> {
        self.attributes().iter().find(|a| a.namespace.is_empty() && a.local == local).map(|a| a.value.as_ref())
    }

    /// Everything between the tags.
    pub fn contents(self) -> impl Iterator<Item = Content<'d>> {
        let document = self.document;
        let mut at = self.tag().first;
        std::iter::from_fn(move || {
            let node = document.nodes.get(at as usize)?;
            let id = at;
            at = node.next;
            Some(match &node.kind {
                Kind::Text(text) => Content::Text(text),
                Kind::Element(_) => Content::Element(Element { document, id }),
            })
        })
    }

    /// Child elements in order.
    pub fn children(self) -> impl Iterator<Item = Element<'d>> {
        self.contents().filter_map(|c| match c {
            Content::Element(e) => Some(e),
            Content::Text(_) => None,
        })
    }

    /// The first child of this name.
    pub fn child(self, namespace: &str, local: &str) -> Option<Element<'d>> {
        self.children().find(|e| e.is(namespace, local))
    }

    /// The text directly inside, without that of children.
    pub fn text(self) -> Cow<'d, str> {
        let mut all = Cow::Borrowed("");
        for content in self.contents() {
            if let Content::Text(text) = content {
                if all.is_empty() {
                    all = Cow::Borrowed(text);
                } else {
                    all.to_mut().push_str(text);
                }
            }
        }
        all
    }
}
