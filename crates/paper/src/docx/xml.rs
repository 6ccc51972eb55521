//! One XML part as a small tree: names without prefixes, and nothing that could grow on its own.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::fault::DocxFault;
use super::limits::{MAX_DEPTH, MAX_ELEMENTS};

#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    pub(super) children: Vec<Child>,
}

#[derive(Debug)]
pub(super) enum Child {
    Element(Element),
    Text(String),
}

impl Element {
    /// By its name without a prefix; empty if there is none.
    pub(super) fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
    }

    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.name == name)
    }

    /// The attribute `val` of a child: how WordprocessingML writes a property.
    pub(super) fn val(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.attribute("val"))
    }

    /// A switch (ISO/IEC 29500-1, 17.17.4): its presence means yes unless it says no.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.child(name).is_some_and(|child| !matches!(child.attribute("val"), "0" | "false" | "off" | "none"))
    }

    /// The text directly within.
    pub(super) fn text(&self) -> String {
        let text = self.children.iter().map(|child| match child {
            Child::Text(text) => text.as_str(),
            Child::Element(_) => "",
        });
        text.collect()
    }

    /// The first element of this name, however deep.
    pub(super) fn find(&self, name: &str) -> Option<&Element> {
        self.elements().find_map(|element| if element.name == name { Some(element) } else { element.find(name) })
    }
}

/// The root element of a part. Entities and document types are refused: no office program writes any.
pub(super) fn parse(part: &str, text: &str) -> Result<Element, DocxFault> {
    let damaged = |detail: String| DocxFault::Damaged { detail: format!("{part}: {detail}") };
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = vec![Element::default()];
    let mut elements = 0;
    loop {
        let event = reader.read_event().map_err(|fault| damaged(fault.to_string()))?;
        let top = open.last_mut().ok_or_else(|| damaged("it ends more than it begins".into()))?;
        match event {
            Event::Start(start) => {
                elements += 1;
                let element = element(&start).map_err(damaged)?;
                open.push(element);
            }
            Event::Empty(start) => {
                elements += 1;
                top.children.push(Child::Element(element(&start).map_err(damaged)?));
            }
            Event::End(_) => {
                let closed = open.pop().unwrap_or_default();
                let parent = open.last_mut().ok_or_else(|| damaged("it ends more than it begins".into()))?;
                parent.children.push(Child::Element(closed));
            }
            Event::Text(words) => push(top, &words.xml_content(XmlVersion::Implicit1_0)),
            Event::CData(words) => push(top, &words),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|fault| damaged(fault.to_string()))?;
                let named = || match &*reference {
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "amp" => Some('&'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => None,
                };
                match character.or_else(named) {
                    Some(character) => push(top, character.encode_utf8(&mut [0; 4])),
                    None => return Err(DocxFault::Entities { part: part.to_owned() }),
                }
            }
            Event::DocType(_) => return Err(DocxFault::Entities { part: part.to_owned() }),
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
        if elements > MAX_ELEMENTS || open.len() > MAX_DEPTH {
            return Err(DocxFault::TooMuchXml { part: part.to_owned() });
        }
    }
    let [root] = open.as_mut_slice() else { return Err(damaged("it ends too early".into())) };
    root.children
        .drain(..)
        .find_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
        .ok_or_else(|| damaged("it is empty".into()))
}

fn push(element: &mut Element, text: &str) {
    match element.children.last_mut() {
        Some(Child::Text(last)) => last.push_str(text),
        _ => element.children.push(Child::Text(text.to_owned())),
    }
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|fault| fault.to_string())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|fault| fault.to_string())?;
        attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
    }
    Ok(Element { name: start.local_name().as_ref().to_owned(), attributes, children: Vec::new() })
}
