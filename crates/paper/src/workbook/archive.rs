//! The XLSX archive, looked at before any parser sees it: sizes, ratios, and the parts the parser would trust.

use std::collections::BTreeMap;
use std::io::{BufReader, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::fault::Reason;
use super::limits::{MAX_PARTS, MAX_RATIO, MAX_UNPACKED_BYTES, RATIO_FREE_BYTES};
use crate::package::{self, Archive, Limits, PackageFault};

const LIMITS: Limits =
    Limits { parts: MAX_PARTS, unpacked: MAX_UNPACKED_BYTES, ratio: MAX_RATIO, ratio_free: RATIO_FREE_BYTES };

/// The shortest item of a shared-string table, `<si/>`: a table cannot announce more items than fit its bytes.
const SHORTEST_SHARED_STRING: u64 = 5;

/// Refuses what is no workbook, is cut short, or would exhaust memory.
pub(super) fn check(bytes: &[u8]) -> Result<(), Reason> {
    let mut archive = package::open(bytes, &LIMITS)?;
    known_kind(&archive)?;
    for (index, part) in package::measure(&mut archive, &LIMITS)?.iter().enumerate() {
        if part.name.to_lowercase().ends_with("sharedstrings.xml") {
            check_shared_strings(&mut archive, index, part.size)?;
        }
    }
    Ok(())
}

/// For each sheet by name, the rows hidden in it, from 1. A workbook that keeps its parts elsewhere gives none.
pub(super) fn hidden_rows(bytes: &[u8]) -> BTreeMap<String, Vec<u32>> {
    let mut hidden = BTreeMap::new();
    let Ok(mut archive) = package::open(bytes, &LIMITS) else { return hidden };
    let mut targets = BTreeMap::new();
    each_element(&mut archive, "xl/_rels/workbook.xml.rels", |name, element| {
        if name == "Relationship" {
            targets.insert(attribute(element, "Id"), attribute(element, "Target"));
        }
    });
    let mut sheets = Vec::new();
    each_element(&mut archive, "xl/workbook.xml", |name, element| {
        if name == "sheet" {
            sheets.push((attribute(element, "name"), attribute(element, "id")));
        }
    });
    for (sheet, id) in sheets {
        let Some(target) = targets.get(&id) else { continue };
        let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
        let mut rows = Vec::new();
        each_element(&mut archive, &path, |name, element| {
            if name == "row" && matches!(attribute(element, "hidden").as_str(), "1" | "true") {
                rows.extend(attribute(element, "r").parse::<u32>().ok());
            }
        });
        hidden.insert(sheet, rows);
    }
    hidden
}

impl From<PackageFault> for Reason {
    fn from(fault: PackageFault) -> Self {
        match fault {
            PackageFault::TooManyParts { parts } => Reason::TooManyParts { parts },
            PackageFault::PackedTooTightly { part } => Reason::PackedTooTightly { part },
            PackageFault::UnpacksTooLarge => Reason::UnpacksTooLarge,
            PackageFault::Damaged { detail } => Reason::Damaged { detail },
        }
    }
}

/// Tells a workbook from the other documents that are zip archives too.
fn known_kind(archive: &Archive<'_>) -> Result<(), Reason> {
    let has = |wanted: &str| {
        (0..archive.len()).any(|index| {
            archive.name_for_index(index).is_some_and(|name| name.is_ok_and(|name| name.eq_ignore_ascii_case(wanted)))
        })
    };
    match () {
        () if has("xl/workbook.bin") => Err(Reason::OtherFormat { format: ".xlsb" }),
        () if has("word/document.xml") => Err(Reason::OtherFormat { format: ".docx" }),
        () if has("ppt/presentation.xml") => Err(Reason::OtherFormat { format: ".pptx" }),
        () if has("mimetype") => Err(Reason::OtherFormat { format: ".ods" }),
        () if has("[Content_Types].xml") => Ok(()),
        () => Err(Reason::OtherFormat { format: ".zip" }),
    }
}

/// The parser makes room for as many strings as the table announces, and the process would end if that room
/// cannot be had; so the announcement is checked against the size of the table.
fn check_shared_strings(archive: &mut Archive<'_>, index: usize, size: u64) -> Result<(), Reason> {
    let part = archive.by_index(index).map_err(package::damaged)?;
    let mut announced = String::new();
    each_event(part, |name, element| {
        if name == "sst" {
            announced = attribute(element, "uniqueCount");
        }
        name != "sst"
    });
    match announced.parse::<u64>() {
        Ok(count) if count > size / SHORTEST_SHARED_STRING => {
            Err(Reason::Damaged { detail: format!("{count} shared strings announced in {size} bytes") })
        }
        _ => Ok(()),
    }
}

fn each_element(archive: &mut Archive<'_>, path: &str, mut visit: impl FnMut(&str, &BytesStart<'_>)) {
    if let Ok(part) = archive.by_name(path) {
        each_event(part, |name, element| {
            visit(name, element);
            true
        });
    }
}

/// Visits opening elements until `visit` says no, the part ends, or its XML does.
fn each_event(part: impl Read, mut visit: impl FnMut(&str, &BytesStart<'_>) -> bool) {
    let mut reader = Reader::from_reader(BufReader::new(part));
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(element) | Event::Empty(element)) => {
                let name = element.local_name();
                if !visit(name.as_ref(), &element) {
                    return;
                }
            }
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// The value of an attribute by its local name, unescaped; empty if there is none.
fn attribute(element: &BytesStart<'_>, wanted: &str) -> String {
    element
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == wanted)
        .and_then(|attribute| {
            attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(|v| v.into_owned())
        })
        .unwrap_or_default()
}
