//! The schemas of CAP 1.1 and 1.2 as tables, and the check of an alert against them.
//!
//! The check covers what the official XSDs say and no more: order and number of elements, words, times, numbers,
//! attributes, stray text. `tests/validity.rs` compares it with libxml2's verdicts.

use super::finding::{Code, Findings, Level, quote};
use super::model::Version;
use crate::time::{Form, Moment};
use crate::xml::{Content, Element};

/// Namespace of XML signatures, whose elements CAP 1.2 lets follow the last `info`.
pub(super) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

struct Rule {
    name: &'static str,
    required: bool,
    many: bool,
    holds: Holds,
}

enum Holds {
    Text,
    Words(&'static [&'static str]),
    Time,
    Language,
    Uri,
    Integer,
    Decimal,
    Group(&'static [Rule]),
}

const fn one(name: &'static str, holds: Holds) -> Rule {
    Rule { name, required: true, many: false, holds }
}
const fn maybe(name: &'static str, holds: Holds) -> Rule {
    Rule { name, required: false, many: false, holds }
}
const fn any(name: &'static str, holds: Holds) -> Rule {
    Rule { name, required: false, many: true, holds }
}

const PAIR: &[Rule] = &[one("valueName", Holds::Text), one("value", Holds::Text)];

/// The schema of one version. The two differ in `responseType`, `mimeType`, and the type of heights.
macro_rules! schema {
    ($alert:ident, $info:ident, $resource:ident, $area:ident, responses: $responses:expr, mime: $mime:ident, height: $height:expr) => {
        const $resource: &[Rule] = &[
            one("resourceDesc", Holds::Text),
            $mime("mimeType", Holds::Text),
            maybe("size", Holds::Integer),
            maybe("uri", Holds::Uri),
            maybe("derefUri", Holds::Text),
            maybe("digest", Holds::Text),
        ];
        const $area: &[Rule] = &[
            one("areaDesc", Holds::Text),
            any("polygon", Holds::Text),
            any("circle", Holds::Text),
            any("geocode", Holds::Group(PAIR)),
            maybe("altitude", $height),
            maybe("ceiling", $height),
        ];
        const $info: &[Rule] = &[
            maybe("language", Holds::Language),
            Rule {
                name: "category",
                required: true,
                many: true,
                holds: Holds::Words(&[
                    "Geo",
                    "Met",
                    "Safety",
                    "Security",
                    "Rescue",
                    "Fire",
                    "Health",
                    "Env",
                    "Transport",
                    "Infra",
                    "CBRNE",
                    "Other",
                ]),
            },
            one("event", Holds::Text),
            any("responseType", Holds::Words($responses)),
            one("urgency", Holds::Words(&["Immediate", "Expected", "Future", "Past", "Unknown"])),
            one("severity", Holds::Words(&["Extreme", "Severe", "Moderate", "Minor", "Unknown"])),
            one("certainty", Holds::Words(&["Observed", "Likely", "Possible", "Unlikely", "Unknown"])),
            maybe("audience", Holds::Text),
            any("eventCode", Holds::Group(PAIR)),
            maybe("effective", Holds::Time),
            maybe("onset", Holds::Time),
            maybe("expires", Holds::Time),
            maybe("senderName", Holds::Text),
            maybe("headline", Holds::Text),
            maybe("description", Holds::Text),
            maybe("instruction", Holds::Text),
            maybe("web", Holds::Uri),
            maybe("contact", Holds::Text),
            any("parameter", Holds::Group(PAIR)),
            any("resource", Holds::Group($resource)),
            any("area", Holds::Group($area)),
        ];
        const $alert: &[Rule] = &[
            one("identifier", Holds::Text),
            one("sender", Holds::Text),
            one("sent", Holds::Time),
            one("status", Holds::Words(&["Actual", "Exercise", "System", "Test", "Draft"])),
            one("msgType", Holds::Words(&["Alert", "Update", "Cancel", "Ack", "Error"])),
            maybe("source", Holds::Text),
            one("scope", Holds::Words(&["Public", "Restricted", "Private"])),
            maybe("restriction", Holds::Text),
            maybe("addresses", Holds::Text),
            any("code", Holds::Text),
            maybe("note", Holds::Text),
            maybe("references", Holds::Text),
            maybe("incidents", Holds::Text),
            any("info", Holds::Group($info)),
        ];
    };
}

schema!(ALERT_1_1, INFO_1_1, RESOURCE_1_1, AREA_1_1,
    responses: &["Shelter", "Evacuate", "Prepare", "Execute", "Monitor", "Assess", "None"],
    mime: maybe, height: Holds::Text);
schema!(ALERT_1_2, INFO_1_2, RESOURCE_1_2, AREA_1_2,
    responses: &["Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"],
    mime: one, height: Holds::Decimal);

/// Checks an `alert` element against the schema of its version; every breach is a finding of [`Level::Schema`].
pub(super) fn check(alert: Element<'_>, version: Version, findings: &mut Findings) {
    let rules = match version {
        Version::V1_0 => {
            let text = "CAP 1.0 has no schema here; it is read, never valid; ask the sender for CAP 1.2";
            findings.add(Level::Schema, Code::OldVersion, alert.line(), text);
            return;
        }
        Version::V1_1 => ALERT_1_1,
        Version::V1_2 => ALERT_1_2,
    };
    Check { version, findings }.group(alert, rules);
}

struct Check<'f> {
    version: Version,
    findings: &'f mut Findings,
}

impl Check<'_> {
    fn fault(&mut self, code: Code, at: Element<'_>, text: String) {
        self.findings.add(Level::Schema, code, at.line(), text);
    }

    fn attributes(&mut self, element: Element<'_>) {
        for a in element.attributes() {
            // What XML Schema itself defines may stand anywhere; `type` and `nil` change what is valid and are not used.
            let fine = a.namespace == XSI
                && (matches!(a.local, "schemaLocation" | "noNamespaceSchemaLocation")
                    || (a.local == "nil" && matches!(a.value.trim(), "false" | "0")));
            if !fine {
                let text = format!("<{}> has an attribute {:?}; CAP has none, drop it", element.local(), a.local);
                self.fault(Code::Attribute, element, text);
            }
        }
    }

    fn group(&mut self, element: Element<'_>, rules: &'static [Rule]) {
        self.attributes(element);
        let name = element.local();
        let mut at = 0;
        let mut seen = false;
        for content in element.contents() {
            let child = match content {
                Content::Element(child) => child,
                Content::Text(text) => {
                    if !text.trim_matches([' ', '\t', '\n', '\r']).is_empty() {
                        let text = format!("<{name}> holds the text {}; it may hold only elements", quote(text));
                        self.fault(Code::StrayText, element, text);
                    }
                    continue;
                }
            };
            let top = name == "alert";
            if top && self.version == Version::V1_2 && child.namespace() == DSIG {
                self.missing(element, rules.get(at + usize::from(seen)..).unwrap_or_default());
                (at, seen) = (rules.len(), false);
                continue;
            }
            let known = child.namespace() == self.version.namespace();
            let place = rules.iter().position(|r| known && r.name == child.local());
            match place {
                None => {
                    let text = format!("<{}> is not expected in <{name}>; drop it or move it", child.local());
                    self.fault(Code::Unexpected, child, text);
                }
                Some(place) if place < at || (place == at && seen && !rules[place].many) => {
                    let text =
                        format!("<{}> comes too late or twice in <{name}>; keep the schema's order", child.local());
                    self.fault(Code::Misplaced, child, text);
                    self.value(child, &rules[place].holds);
                }
                Some(place) => {
                    if place > at {
                        self.missing(element, rules.get(at + usize::from(seen)..place).unwrap_or_default());
                    }
                    (at, seen) = (place, true);
                    self.value(child, &rules[place].holds);
                }
            }
        }
        self.missing(element, rules.get(at + usize::from(seen)..).unwrap_or_default());
    }

    fn missing(&mut self, element: Element<'_>, skipped: &[Rule]) {
        for rule in skipped.iter().filter(|r| r.required) {
            let text = format!("<{}> lacks <{}> in its place; it is required", element.local(), rule.name);
            self.fault(Code::Missing, element, text);
        }
    }

    fn value(&mut self, element: Element<'_>, holds: &Holds) {
        if let Holds::Group(rules) = holds {
            return self.group(element, rules);
        }
        self.attributes(element);
        if let Some(child) = element.children().next() {
            let text = format!("<{}> is not expected in <{}>, which holds text", child.local(), element.local());
            self.fault(Code::Unexpected, child, text);
            return;
        }
        let text = element.text();
        let name = element.local();
        let (code, good, expected) = match holds {
            Holds::Text | Holds::Group(_) => return,
            Holds::Words(words) => (Code::Word, words.contains(&text.as_ref()), words.join(", ")),
            Holds::Time => (Code::Time, self.is_time(&text), "a time like 2026-02-14T18:00:00+08:00".to_owned()),
            Holds::Language => (Code::Language, is_language(collapse(&text)), "a language tag like zh-CN".to_owned()),
            Holds::Uri => (Code::Uri, is_uri(collapse(&text)), "a URI".to_owned()),
            Holds::Integer => (Code::Number, is_integer(collapse(&text)), "a whole number".to_owned()),
            Holds::Decimal => (Code::Number, is_decimal(collapse(&text)), "a decimal number".to_owned()),
        };
        if !good {
            self.fault(code, element, format!("<{name}> is {}; expected {expected}", quote(&text)));
        }
    }

    fn is_time(&self, text: &str) -> bool {
        match Moment::parse_form(collapse(text), Some(0)) {
            Ok((_, form)) => form == Form::Cap || self.version == Version::V1_1,
            Err(_) => false,
        }
    }
}

/// Without the white space around it. (Inner space makes each of these types invalid anyway.)
fn collapse(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r'])
}

/// `xs:language`; an empty element takes the schema's default.
pub(super) fn is_language(text: &str) -> bool {
    text.is_empty()
        || text.split('-').enumerate().all(|(i, part)| {
            let letters = |b: u8| b.is_ascii_alphabetic() || (i > 0 && b.is_ascii_digit());
            (1..=8).contains(&part.len()) && part.bytes().all(letters)
        })
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

fn is_decimal(text: &str) -> bool {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, part) = body.split_once('.').unwrap_or((body, ""));
    whole.len() + part.len() > 0 && [whole, part].iter().all(|p| p.bytes().all(|b| b.is_ascii_digit()))
}

/// `xs:anyURI`, which is nearly anything: RFC 3986 once the characters outside it, and spaces, have been escaped.
pub(super) fn is_uri(text: &str) -> bool {
    const ESCAPED: &str = " <>\"{}|\\^`";
    let b = text.as_bytes();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    let allowed = |c: char| !c.is_ascii() || c.is_ascii_control() || ESCAPED.contains(c) || plain(c);
    let escapes = b
        .iter()
        .enumerate()
        .filter(|(_, c)| **c == b'%')
        .all(|(i, _)| b.get(i + 1..i + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)));
    let (before_fragment, fragment) = text.split_once('#').unwrap_or((text, ""));
    let hierarchy = before_fragment.split('?').next().unwrap_or_default();
    // A colon in the first segment makes what is before it a scheme.
    let first = hierarchy.split('/').next().unwrap_or_default();
    let (scheme, path) = match first.split_once(':') {
        None => (true, hierarchy),
        Some((scheme, _)) => {
            let letters = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
            let good = scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(letters);
            (good, hierarchy.get(scheme.len() + 1..).unwrap_or_default())
        }
    };
    let port = path.strip_prefix("//").is_none_or(|rest| {
        let authority = rest.split('/').next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        host.split_once(':').is_none_or(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
    });
    text.chars().all(allowed) && escapes && scheme && port && !fragment.contains('#') && !text.contains(['[', ']'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lexical_forms() {
        assert!(["", "zh-CN", "en", "de-DE-1996"].iter().all(|t| is_language(t)));
        assert!(["zh_CN", "-", "123", "englishman", "zh-"].iter().all(|t| !is_language(t)));
        assert!(["0", "-1", "+12"].iter().all(|t| is_integer(t)));
        assert!(["", "-", "1.0", "1e3", "0x1"].iter().all(|t| !is_integer(t)));
        assert!(["1", "1.", ".5", "-1.5"].iter().all(|t| is_decimal(t)));
        assert!(["", ".", "1e3", "1.2.3", "NaN"].iter().all(|t| !is_decimal(t)));
        assert!(["", "http://a/b?c#d", "中文", "mailto:a@b", "a b", "http://a:80/"].iter().all(|t| is_uri(t)));
        assert!(["http://a:b/", "%zz", "1a:b", "a#b#c", ":a"].iter().all(|t| !is_uri(t)));
    }
}
