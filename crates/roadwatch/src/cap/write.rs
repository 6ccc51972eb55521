//! Writing CAP 1.2.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::model::{Alert, Area, Info, Pair, Resource, Scope, Version};

/// Writes an alert as CAP 1.2, in the schema's order, without signature.
///
/// What [`super::read`] gives back is the same alert, except that its version is 1.2, that an absent scope has become
/// `Private` (never wider than it was), and that attachments without media type have become octet streams.
pub fn write(alert: &Alert) -> String {
    let mut out = Out { text: String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"), depth: 1 };
    let _ = writeln!(out.text, "<alert xmlns=\"{}\">", Version::V1_2.namespace());
    out.leaf("identifier", &alert.key.identifier);
    out.leaf("sender", &alert.key.sender);
    out.leaf("sent", &alert.key.sent.to_string());
    out.leaf("status", alert.status.word());
    out.leaf("msgType", alert.msg_type.word());
    out.maybe("source", alert.source.as_ref());
    out.leaf("scope", alert.scope.unwrap_or(Scope::Private).word());
    out.maybe("restriction", alert.restriction.as_ref());
    out.maybe("addresses", alert.addresses.as_ref());
    alert.codes.iter().for_each(|c| out.leaf("code", c));
    out.maybe("note", alert.note.as_ref());
    let references: Vec<String> = alert.references.iter().map(|r| r.0.to_string()).collect();
    let all: Vec<&str> = references.iter().chain(&alert.unreadable_references).map(String::as_str).collect();
    if !all.is_empty() {
        out.leaf("references", &all.join(" "));
    }
    out.maybe("incidents", alert.incidents.as_ref());
    alert.infos.iter().for_each(|i| out.group("info", |out| info(i, out)));
    out.text.push_str("</alert>\n");
    out.text
}

/// SHA-256 over the alert as [`write()`] writes it: the same message has the same digest in whatever feed, indentation
/// or encoding it came.
pub fn digest(alert: &Alert) -> [u8; 32] {
    Sha256::digest(write(alert)).into()
}

fn info(info: &Info, out: &mut Out) {
    out.leaf("language", &info.language);
    info.categories.iter().for_each(|c| out.leaf("category", c.word()));
    out.leaf("event", &info.event);
    info.responses.iter().for_each(|r| out.leaf("responseType", r.word()));
    out.leaf("urgency", info.urgency.word());
    out.leaf("severity", info.severity.word());
    out.leaf("certainty", info.certainty.word());
    out.maybe("audience", info.audience.as_ref());
    out.pairs("eventCode", &info.event_codes);
    for (name, time) in [("effective", info.effective), ("onset", info.onset), ("expires", info.expires)] {
        out.maybe(name, time.map(|t| t.to_string()).as_ref());
    }
    out.maybe("senderName", info.sender_name.as_ref());
    out.maybe("headline", info.headline.as_ref());
    out.maybe("description", info.description.as_ref());
    out.maybe("instruction", info.instruction.as_ref());
    out.maybe("web", info.web.as_ref());
    out.maybe("contact", info.contact.as_ref());
    out.pairs("parameter", &info.parameters);
    info.resources.iter().for_each(|r| out.group("resource", |out| resource(r, out)));
    info.areas.iter().for_each(|a| out.group("area", |out| area(a, out)));
}

fn resource(resource: &Resource, out: &mut Out) {
    out.leaf("resourceDesc", &resource.description);
    out.leaf("mimeType", resource.mime_type.as_deref().unwrap_or("application/octet-stream"));
    out.maybe("size", resource.size.as_ref());
    out.maybe("uri", resource.uri.as_ref());
    out.maybe("derefUri", resource.deref_uri.as_ref());
    out.maybe("digest", resource.digest.as_ref());
}

fn area(area: &Area, out: &mut Out) {
    out.leaf("areaDesc", &area.description);
    area.polygons.iter().for_each(|p| out.leaf("polygon", p));
    area.circles.iter().for_each(|c| out.leaf("circle", c));
    out.pairs("geocode", &area.geocodes);
    out.maybe("altitude", area.altitude.as_ref());
    out.maybe("ceiling", area.ceiling.as_ref());
}

struct Out {
    text: String,
    depth: usize,
}

impl Out {
    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n("  ", self.depth));
    }

    fn leaf(&mut self, name: &str, value: &str) {
        self.indent();
        let _ = write!(self.text, "<{name}>");
        escape(value, &mut self.text);
        let _ = writeln!(self.text, "</{name}>");
    }

    fn maybe(&mut self, name: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.leaf(name, value);
        }
    }

    fn group(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.indent();
        let _ = writeln!(self.text, "<{name}>");
        self.depth += 1;
        inside(self);
        self.depth -= 1;
        self.indent();
        let _ = writeln!(self.text, "</{name}>");
    }

    fn pairs(&mut self, name: &str, pairs: &[Pair]) {
        for pair in pairs {
            self.group(name, |out| {
                out.leaf("valueName", &pair.name);
                out.leaf("value", &pair.value);
            });
        }
    }
}

/// Text content, escaped so that it reads back exactly; characters that XML cannot hold become U+FFFD.
fn escape(value: &str, out: &mut String) {
    for c in value.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A bare carriage return would read back as a line feed.
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(c),
            c if c < ' ' || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
}
