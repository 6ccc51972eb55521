//! An `alert` element to an [`Alert`], forgiving whatever leaves its meaning clear.
//!
//! Refused are only alerts without a usable sender, identifier, time, status or type, and alerts that hide another.
//! Everything else that is wrong leaves a gap or `Unknown`, and a finding.

use std::borrow::Cow;

use super::finding::{Code, Findings, Level, quote};
use super::key::{Key, Reference};
use super::model::{Alert, Area, Info, MsgType, Pair, Resource, Scope, Severity, Status, Urgency, Version};
use super::model::{Category, Certainty, ResponseType};
use super::read::{Options, is_alert};
use super::schema::{DSIG, is_language};
use super::texts;
use crate::time::{Form, Moment};
use crate::xml::Element;

/// The longest an alert may claim to last before it is doubted: a year and a day.
const LONG_LIFE_SECONDS: i64 = 366 * 86_400;
/// How far the sender's clock may be ahead of ours.
const CLOCK_SKEW_SECONDS: i64 = 15 * 60;
/// More references than this are doubted: of the real alerts at hand none has more than 9.
const MANY_REFERENCES: usize = 1_000;

pub(super) fn alert(
    element: Element<'_>,
    version: Version,
    options: &Options,
    findings: &mut Findings,
) -> Option<Alert> {
    let mut reader = Reader { options, findings };
    if hides_alert(element) {
        let text = "there is an alert inside this alert; neither is used, for nobody could say which one was meant";
        reader.refuse(Code::NestedAlert, element, text.to_owned());
        return None;
    }
    let signed = reader.signature(element);
    let identifier = reader.key_part(element, "identifier");
    let sender = reader.key_part(element, "sender");
    let sent = reader.time(element, "sent");
    let status = reader.word(element, "status", Status::ALL, Status::word);
    let msg_type = reader.word(element, "msgType", MsgType::ALL, MsgType::word);
    for (name, absent) in [
        ("identifier", identifier.is_none()),
        ("sender", sender.is_none()),
        ("sent", sent.is_none()),
        ("status", status.is_none()),
        ("msgType", msg_type.is_none()),
    ] {
        if absent {
            let text = format!("the alert has no usable <{name}> and cannot be used; ask the sender to mend it");
            reader.refuse(Code::Missing, element, text);
        }
    }
    let key = Key { sender: sender?, identifier: identifier?, sent: sent? };
    let (status, msg_type) = (status?, msg_type?);
    let scope = reader.word(element, "scope", Scope::ALL, Scope::word);
    let (references, unreadable_references) = reader.references(element, &key, msg_type);
    let infos: Vec<Info> = named(element, "info").map(|e| reader.info(e, &key)).collect();
    let alert = Alert {
        version,
        key,
        status,
        msg_type,
        source: reader.text(element, "source"),
        scope,
        restriction: reader.text(element, "restriction"),
        addresses: reader.text(element, "addresses"),
        codes: texts_of(element, "code"),
        note: reader.text(element, "note"),
        references,
        unreadable_references,
        incidents: reader.text(element, "incidents"),
        infos,
        signed,
    };
    reader.plausible(&alert, element);
    Some(alert)
}

/// Is there an alert anywhere inside, in a signature's object for instance?
fn hides_alert(element: Element<'_>) -> bool {
    element.children().any(|child| is_alert(child) || hides_alert(child))
}

/// Children of this name, in whatever namespace: where order and namespace are wrong the name still tells.
/// Signatures are not looked into.
fn named<'d>(element: Element<'d>, name: &'static str) -> impl Iterator<Item = Element<'d>> {
    element.children().filter(move |c| c.local() == name && c.namespace() != DSIG)
}

fn texts_of(element: Element<'_>, name: &'static str) -> Vec<String> {
    named(element, name).map(|e| e.text().into_owned()).collect()
}

struct Reader<'r> {
    options: &'r Options,
    findings: &'r mut Findings,
}

impl Reader<'_> {
    fn refuse(&mut self, code: Code, at: Element<'_>, text: String) {
        self.findings.add(Level::Refused, code, at.line(), text);
    }

    fn text(&mut self, element: Element<'_>, name: &'static str) -> Option<String> {
        let found = named(element, name).next()?;
        let text = found.text();
        texts::check(&text, found, self.findings);
        Some(text.into_owned())
    }

    fn link(&mut self, element: Element<'_>, name: &'static str) -> Option<String> {
        let found = named(element, name).next()?;
        let text = found.text();
        texts::check_link(&text, found, self.findings);
        Some(text.into_owned())
    }

    /// Identifier or sender, which may not have spaces, commas, `<` or `&` (§3.2.1): references could not be read.
    fn key_part(&mut self, element: Element<'_>, name: &'static str) -> Option<String> {
        let found = named(element, name).next()?;
        let raw = found.text();
        let text = raw.trim();
        if text.is_empty() {
            self.findings.add(
                Level::Prose,
                Code::Empty,
                found.line(),
                format!("<{name}> is empty; references cannot name it"),
            );
        } else if text.len() < raw.len() || text.contains([' ', ',', '<', '&', '\t', '\n']) {
            let text = format!("<{name}> is {}; spaces, commas, < and & are not allowed in it", quote(&raw));
            self.findings.add(Level::Prose, Code::KeyCharacters, found.line(), text);
        }
        Some(text.to_owned())
    }

    fn time(&mut self, element: Element<'_>, name: &'static str) -> Option<Moment> {
        let found = named(element, name).next()?;
        let text = found.text();
        let assumed = self.options.assumed_offset.unwrap_or(0);
        match Moment::parse_form(text.trim(), Some(assumed)) {
            Ok((moment, Form::NoOffset)) => {
                let text = format!("<{name}> is {} without offset; it was read as {moment}: check it", quote(&text));
                self.findings.add(Level::Doubt, Code::NoOffset, found.line(), text);
                Some(moment)
            }
            Ok((moment, _)) => Some(moment),
            Err(error) => {
                self.findings.add(Level::Prose, Code::Time, found.line(), format!("<{name}> is left out: {error}"));
                None
            }
        }
    }

    /// A word of the standard, forgiving case and space.
    fn word<T: Copy>(
        &mut self,
        element: Element<'_>,
        name: &'static str,
        all: &[T],
        word: fn(T) -> &'static str,
    ) -> Option<T> {
        let found = named(element, name).next()?;
        self.word_of(found, all, word)
    }

    fn word_of<T: Copy>(&mut self, found: Element<'_>, all: &[T], word: fn(T) -> &'static str) -> Option<T> {
        let raw = found.text();
        let value = all.iter().copied().find(|v| raw.trim().eq_ignore_ascii_case(word(*v)));
        match value {
            Some(value) if word(value) == raw => {}
            Some(value) => {
                let text = format!("<{}> is {}; it was read as {}", found.local(), quote(&raw), word(value));
                self.findings.add(Level::Prose, Code::WordSpelling, found.line(), text);
            }
            None => {
                let known: Vec<_> = all.iter().map(|v| word(*v)).collect();
                let text = format!("<{}> is {}; expected one of {}", found.local(), quote(&raw), known.join(", "));
                self.findings.add(Level::Prose, Code::Word, found.line(), text);
            }
        }
        value
    }

    fn pairs(&mut self, element: Element<'_>, name: &'static str) -> Vec<Pair> {
        let part = |e: Element<'_>, n| named(e, n).next().map(|v| v.text()).map_or(String::new(), Cow::into_owned);
        named(element, name).map(|e| Pair { name: part(e, "valueName"), value: part(e, "value") }).collect()
    }

    fn references(&mut self, element: Element<'_>, key: &Key, msg_type: MsgType) -> (Vec<Reference>, Vec<String>) {
        let (mut read, mut unread) = (Vec::new(), Vec::new());
        let found = named(element, "references").next();
        let text = found.map(Element::text).unwrap_or_default();
        let line = found.unwrap_or(element).line();
        for word in text.split_whitespace() {
            match Reference::parse(word) {
                Some(reference) if reference.names(key) => {
                    let text = "the message names itself among its references; that reference has no effect";
                    self.findings.add(Level::Doubt, Code::SelfReference, line, text);
                    read.push(reference);
                }
                Some(reference) => read.push(reference),
                None => {
                    let text = format!("the reference {} is not sender,identifier,sent and has no effect", quote(word));
                    self.findings.add(Level::Prose, Code::Reference, line, text);
                    unread.push(word.to_owned());
                }
            }
        }
        if read.is_empty() && matches!(msg_type, MsgType::Update | MsgType::Cancel) {
            let text = format!("the message is of type {} and names no earlier one; it changes none", msg_type.word());
            self.findings.add(Level::Prose, Code::NoReference, line, text);
        }
        if read.len() > MANY_REFERENCES {
            let text = format!("the message names {} earlier ones; expected at most {MANY_REFERENCES}", read.len());
            self.findings.add(Level::Doubt, Code::TooManyReferences, line, text);
        }
        (read, unread)
    }

    fn info(&mut self, element: Element<'_>, key: &Key) -> Info {
        let language = self.text(element, "language").map(|l| l.trim().to_owned()).filter(|l| !l.is_empty());
        if let Some(bad) = language.as_ref().filter(|l| !is_language(l)) {
            let text = format!("<language> is {}; expected a tag like zh-CN", quote(bad));
            self.findings.add(Level::Prose, Code::Language, element.line(), text);
        }
        let info = Info {
            language: language.unwrap_or_else(|| "en-US".to_owned()),
            categories: named(element, "category")
                .filter_map(|e| self.word_of(e, Category::ALL, Category::word))
                .collect(),
            event: self.text(element, "event").unwrap_or_default(),
            responses: named(element, "responseType")
                .filter_map(|e| self.word_of(e, ResponseType::ALL, ResponseType::word))
                .collect(),
            urgency: self.word(element, "urgency", Urgency::ALL, Urgency::word).unwrap_or(Urgency::Unknown),
            severity: self.word(element, "severity", Severity::ALL, Severity::word).unwrap_or(Severity::Unknown),
            certainty: self.word(element, "certainty", Certainty::ALL, Certainty::word).unwrap_or(Certainty::Unknown),
            audience: self.text(element, "audience"),
            event_codes: self.pairs(element, "eventCode"),
            effective: self.time(element, "effective"),
            onset: self.time(element, "onset"),
            expires: self.time(element, "expires"),
            sender_name: self.text(element, "senderName"),
            headline: self.text(element, "headline"),
            description: self.text(element, "description"),
            instruction: self.text(element, "instruction"),
            web: self.link(element, "web"),
            contact: self.text(element, "contact"),
            parameters: self.pairs(element, "parameter"),
            resources: named(element, "resource").map(|e| self.resource(e)).collect(),
            areas: named(element, "area").map(|e| self.area(e)).collect(),
        };
        self.life(&info, key, element);
        info
    }

    fn life(&mut self, info: &Info, key: &Key, element: Element<'_>) {
        let (level, code, text) = match info.expires {
            None => (
                Level::Note,
                Code::NoExpiry,
                "the information does not say when it ends; the feed's rule decides".to_owned(),
            ),
            Some(end) if end.seconds < key.sent.seconds => {
                let text =
                    format!("<expires> is {end}, before <sent>, {}: the information has ended already", key.sent);
                (Level::Doubt, Code::ExpiresBeforeSent, text)
            }
            Some(end) if end.seconds - key.sent.seconds > LONG_LIFE_SECONDS => {
                let text = format!("<expires> is {end}, more than a year after <sent>: check it");
                (Level::Doubt, Code::LongLife, text)
            }
            Some(_) => return,
        };
        self.findings.add(level, code, element.line(), text);
    }

    fn resource(&mut self, element: Element<'_>) -> Resource {
        let deref_uri = named(element, "derefUri").next().map(|e| e.text().into_owned());
        if let Some(content) = &deref_uri {
            texts::check_attachment(content, element, self.findings);
        }
        Resource {
            description: self.text(element, "resourceDesc").unwrap_or_default(),
            mime_type: self.text(element, "mimeType"),
            size: self.text(element, "size"),
            uri: self.link(element, "uri"),
            deref_uri,
            digest: self.text(element, "digest"),
        }
    }

    fn area(&mut self, element: Element<'_>) -> Area {
        Area {
            description: self.text(element, "areaDesc").unwrap_or_default(),
            polygons: texts_of(element, "polygon"),
            circles: texts_of(element, "circle"),
            geocodes: self.pairs(element, "geocode"),
            altitude: self.text(element, "altitude"),
            ceiling: self.text(element, "ceiling"),
        }
    }

    /// One signature over the whole alert is the only shape that says anything about what was read.
    fn signature(&mut self, element: Element<'_>) -> bool {
        let signatures: Vec<_> = element.children().filter(|c| c.is(DSIG, "Signature")).collect();
        let Some(first) = signatures.first() else { return false };
        let references: Vec<_> = first
            .child(DSIG, "SignedInfo")
            .into_iter()
            .flat_map(Element::children)
            .filter(|e| e.is(DSIG, "Reference"))
            .collect();
        let whole = matches!(references.as_slice(), [only] if only.attribute("URI").is_none_or(str::is_empty));
        if signatures.len() > 1 || !whole {
            let text = "the signature does not cover the whole alert, and nothing but it; it proves nothing";
            self.findings.add(Level::Doubt, Code::SignatureShape, first.line(), text);
        } else {
            self.findings.add(
                Level::Note,
                Code::Signed,
                first.line(),
                "the alert is signed; the signature was not verified",
            );
        }
        true
    }

    fn plausible(&mut self, alert: &Alert, element: Element<'_>) {
        let rule = match alert.scope {
            Some(Scope::Restricted) if alert.restriction.is_none() => {
                Some("is Restricted, but there is no <restriction>")
            }
            Some(Scope::Private) if alert.addresses.is_none() => Some("is Private, but there are no <addresses>"),
            None => Some("is missing or unknown; the alert is not for the public until a person says so"),
            _ => None,
        };
        if let Some(rule) = rule {
            self.findings.add(Level::Prose, Code::ScopeRule, element.line(), format!("<scope> {rule}"));
        }
        let ahead = self.options.now.map(|now| alert.key.sent.seconds - now.seconds);
        if ahead.is_some_and(|seconds| seconds > CLOCK_SKEW_SECONDS) {
            let text = format!("<sent> is {}, in the future; check the sender's clock and ours", alert.key.sent);
            self.findings.add(Level::Doubt, Code::FutureSent, element.line(), text);
        }
    }
}
