//! What alerts travel in: Atom (RFC 4287), RSS 2.0, EDXL-DE 1.0 and 2.0, and plain wrappers.
//!
//! Links of entries are returned, never followed: the caller fetches, and decides which hosts it trusts.

use serde::Serialize;

use super::finding::{Code, Findings, Level, quote};
use super::model::Status;
use super::read::{AlertReading, is_alert};
use crate::xml::Element;

const ATOM: &str = "http://www.w3.org/2005/Atom";

/// Kinds of envelopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum EnvelopeKind {
    /// An Atom feed or a single Atom entry.
    Atom,
    /// An RSS feed.
    Rss,
    /// An EDXL distribution element.
    EdxlDe,
    /// Some other element around alerts.
    Other,
}

/// A feed or envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Envelope {
    /// Its kind.
    pub kind: EnvelopeKind,
    /// Its identifier: Atom's `id`, RSS's `link`, EDXL's `distributionID`.
    pub id: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// When it says it changed, as it stands: feeds write times in many ways.
    pub updated: Option<String>,
    /// What an EDXL distribution is for. `Some(Actual)` says nothing about the alert; anything else lowers it.
    pub status: Option<Status>,
    /// Entries of a feed, in order.
    pub entries: Vec<Entry>,
}

/// An entry of a feed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Atom's `id` or RSS's `guid`.
    pub id: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Atom's `updated` or RSS's `pubDate`, as it stands.
    pub updated: Option<String>,
    /// Link to the alert. Never fetched here.
    pub link: Option<String>,
    /// How many alerts stand in the entry itself.
    pub alerts: usize,
}

/// Opens an envelope: what it says of itself, and the outermost alerts in it.
pub(super) fn open<'d>(root: Element<'d>, findings: &mut Findings) -> (Option<Envelope>, Vec<Element<'d>>) {
    let mut alerts = Vec::new();
    collect(root, &mut alerts);
    let is_edxl = root.local() == "EDXLDistribution" || root.local() == "edxlDistribution";
    let envelope = match root.local() {
        "feed" | "entry" if root.namespace() == ATOM => atom(root, findings),
        "rss" | "RDF" => rss(root, findings),
        _ if is_edxl => edxl(root),
        _ if alerts.is_empty() => {
            let text =
                format!("the root is <{}>; expected an alert or a feed of alerts; check the address", root.local());
            findings.add(Level::Refused, Code::NotAnAlert, root.line(), text);
            return (None, alerts);
        }
        _ => Envelope {
            kind: EnvelopeKind::Other,
            id: None,
            title: None,
            updated: None,
            status: None,
            entries: Vec::new(),
        },
    };
    if is_edxl && alerts.is_empty() {
        findings.add(Level::Refused, Code::NotAnAlert, root.line(), "the distribution holds no alert");
    }
    (Some(envelope), alerts)
}

/// The outermost alerts below `element`. Recursion is bounded by the depth of documents.
fn collect<'d>(element: Element<'d>, alerts: &mut Vec<Element<'d>>) {
    for child in element.children() {
        if is_alert(child) {
            alerts.push(child);
        } else {
            collect(child, alerts);
        }
    }
}

fn count(element: Element<'_>) -> usize {
    let mut alerts = Vec::new();
    collect(element, &mut alerts);
    alerts.len()
}

/// Text of the first child of this name in any namespace.
fn text(element: Element<'_>, name: &str) -> Option<String> {
    let found = element.children().find(|c| c.local() == name)?;
    Some(found.text().trim().to_owned()).filter(|t| !t.is_empty())
}

fn require(entry: &Entry, at: Element<'_>, findings: &mut Findings) {
    for (name, value) in [("id", &entry.id), ("title", &entry.title), ("link", &entry.link)] {
        if value.is_none() && entry.alerts == 0 {
            let text =
                format!("an entry of the feed has no {name}; it is kept, but may be seen twice or not be fetched");
            findings.add(Level::Prose, Code::FeedEntry, at.line(), text);
        }
    }
}

fn atom(root: Element<'_>, findings: &mut Findings) -> Envelope {
    let read = |e: Element<'_>| {
        let links = || e.children().filter(|c| c.is(ATOM, "link"));
        // An entry may link to itself, to an HTML page and to the alert: the one that says CAP wins.
        let link = links()
            .find(|l| l.attribute("type").is_some_and(|t| t.contains("cap")))
            .or_else(|| links().find(|l| matches!(l.attribute("rel"), None | Some("alternate"))))
            .or_else(|| links().next());
        Entry {
            id: text(e, "id"),
            title: text(e, "title"),
            updated: text(e, "updated"),
            link: link.and_then(|l| l.attribute("href")).map(str::to_owned),
            alerts: count(e),
        }
    };
    let elements: Vec<_> =
        if root.local() == "entry" { vec![root] } else { root.children().filter(|c| c.is(ATOM, "entry")).collect() };
    let entries = elements.into_iter().map(|e| {
        let entry = read(e);
        require(&entry, e, findings);
        entry
    });
    Envelope {
        kind: EnvelopeKind::Atom,
        entries: entries.collect(),
        id: text(root, "id"),
        title: text(root, "title"),
        updated: text(root, "updated"),
        status: None,
    }
}

fn rss(root: Element<'_>, findings: &mut Findings) -> Envelope {
    let channel = root.children().find(|c| c.local() == "channel").unwrap_or(root);
    // RSS 1.0 has its items beside the channel, 2.0 inside it.
    let items = channel.children().chain(root.children()).filter(|c| c.local() == "item");
    let entries = items.map(|e| {
        let entry = Entry {
            id: text(e, "guid").or_else(|| text(e, "identifier")),
            title: text(e, "title"),
            updated: text(e, "pubDate").or_else(|| text(e, "date")),
            link: text(e, "link"),
            alerts: count(e),
        };
        require(&Entry { id: entry.id.clone().or_else(|| entry.link.clone()), ..entry.clone() }, e, findings);
        entry
    });
    Envelope {
        kind: EnvelopeKind::Rss,
        entries: entries.collect(),
        id: text(channel, "link"),
        title: text(channel, "title"),
        updated: text(channel, "lastBuildDate").or_else(|| text(channel, "pubDate")),
        status: None,
    }
}

fn edxl(root: Element<'_>) -> Envelope {
    let status = text(root, "distributionStatus").or_else(|| {
        // In 2.0 the status is a value with a list beside it.
        let status = root.children().find(|c| c.local() == "distributionStatus")?;
        status.children().find_map(|c| text(c, "value").or_else(|| Some(c.text().trim().to_owned())))
    });
    Envelope {
        kind: EnvelopeKind::EdxlDe,
        id: text(root, "distributionID"),
        title: None,
        updated: text(root, "dateTimeSent"),
        // An unknown word is not "Actual".
        status: status.map(|word| Status::of(&word).unwrap_or(Status::Draft)),
        entries: Vec::new(),
    }
}

/// An exercise around an alert makes the alert an exercise.
pub(super) fn compare_status(envelope: Option<&Envelope>, alerts: &mut [AlertReading]) {
    let Some(outer) = envelope.and_then(|e| e.status).filter(|s| *s != Status::Actual) else { return };
    for reading in alerts {
        let Some(alert) = reading.alert.as_mut().filter(|a| a.status == Status::Actual) else { continue };
        alert.status = outer;
        let text =
            format!("the envelope says {}, the alert Actual; it is taken as {}", quote(outer.word()), outer.word());
        let finding = super::Finding { level: Level::Doubt, code: Code::EnvelopeStatus, line: 0, text };
        reading.findings.push(finding);
    }
}
