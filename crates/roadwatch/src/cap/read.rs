//! Bytes to alerts: the strict verdict and the lenient reading in one pass.

use serde::Serialize;

use super::container::{self, Envelope};
use super::finding::{Code, Finding, Findings, Level, quote};
use super::lenient;
use super::model::{Alert, Version};
use super::schema;
use crate::time::Moment;
use crate::xml::{Decoded, Document, Element, XmlError, decode};

/// What the reader may assume.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Offset from UTC, in minutes, of times that have none; UTC if not set. For a Chinese sender, 480.
    pub assumed_offset: Option<i16>,
    /// The receiver's clock, to find alerts from the future; not compared if absent.
    pub now: Option<Moment>,
}

/// What the schemas say of a document: the strict reader's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Verdict {
    /// Every alert in it is valid against its schema.
    #[serde(rename = "valid")]
    Valid,
    /// A feed without alerts in it: look at its entries.
    #[serde(rename = "feed")]
    Feed,
    /// Well-formed, but an alert breaks its schema, or there is none, or it is not safe to look.
    #[serde(rename = "invalid")]
    Invalid,
    /// Not well-formed XML.
    #[serde(rename = "notwf")]
    NotWellFormed,
}

/// Everything that was read of a document.
#[derive(Debug, Clone, Serialize)]
pub struct Reading {
    /// The strict answer.
    pub verdict: Verdict,
    /// Encoding of the document.
    pub encoding: Option<&'static str>,
    /// Feed or envelope around the alerts, if there is one.
    pub envelope: Option<Envelope>,
    /// The alerts, in the document's order.
    pub alerts: Vec<AlertReading>,
    /// What concerns the document as a whole.
    pub findings: Vec<Finding>,
}

/// Everything that was read of one alert.
#[derive(Debug, Clone, Serialize)]
pub struct AlertReading {
    /// The strict answer for this alert.
    pub verdict: Verdict,
    /// The lenient answer: the alert if it can be used at all.
    pub alert: Option<Alert>,
    /// The original text, from `<alert` to `</alert>`; namespaces declared further out are not repeated in it.
    #[serde(skip)]
    pub source: String,
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Reading {
    /// The lenient answer: can all of it be used?
    pub fn accepted(&self) -> bool {
        let refused = self.findings.iter().any(|f| f.level == Level::Refused);
        !refused && self.alerts.iter().all(|a| a.alert.is_some())
    }

    /// The alerts that can be used.
    pub fn usable(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.iter().filter_map(|a| a.alert.as_ref())
    }
}

/// Reads a document: an alert, or a feed or envelope with alerts in it. Never fails; what cannot be read is a finding.
///
/// ```
/// use roadwatch::cap::{Options, Verdict, read};
///
/// let reading = read(b"{\"alert\": \"snow\"}", &Options::default());
/// assert_eq!(reading.verdict, Verdict::NotWellFormed);
/// assert!(!reading.accepted());
/// assert!(reading.findings[0].text.starts_with("this is not XML"));
/// ```
pub fn read(bytes: &[u8], options: &Options) -> Reading {
    let decoded = match decode(bytes) {
        Ok(decoded) => decoded,
        Err(error) => return unreadable(&error, Findings::default(), None),
    };
    let mut findings = Findings::default();
    let text = describe(&decoded, &mut findings);
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => return unreadable(&error, findings, Some(decoded.encoding)),
    };
    let root = document.root();
    let (envelope, found) = if is_alert(root) || root.local() == "alert" {
        (None, vec![root])
    } else {
        container::open(root, &mut findings)
    };
    let mut alerts: Vec<AlertReading> = found.into_iter().map(|e| read_alert(e, options)).collect();
    container::compare_status(envelope.as_ref(), &mut alerts);
    let worst = alerts.iter().map(|a| a.verdict).max();
    let verdict = match worst {
        _ if findings.reach(Level::Form) && !findings.reach(Level::Refused) => Verdict::NotWellFormed,
        Some(worst) => worst,
        None if findings.reach(Level::Refused) => Verdict::Invalid,
        None => Verdict::Feed,
    };
    Reading { verdict, encoding: Some(decoded.encoding), envelope, alerts, findings: findings.list }
}

fn unreadable(error: &XmlError, mut findings: Findings, encoding: Option<&'static str>) -> Reading {
    let verdict = match error {
        XmlError::NotWellFormed { .. }
        | XmlError::NotXml { .. }
        | XmlError::NotText { .. }
        | XmlError::BadCompression(_) => Verdict::NotWellFormed,
        XmlError::TooLarge
        | XmlError::Doctype { .. }
        | XmlError::TooDeep { .. }
        | XmlError::TooManyElements
        | XmlError::TooManyAttributes { .. }
        | XmlError::TooManyNamespaces { .. } => Verdict::Invalid,
    };
    findings.add(Level::Refused, Code::Unreadable, 0, error.to_string());
    Reading { verdict, encoding, envelope: None, alerts: Vec::new(), findings: findings.list }
}

/// Notes how the document came, and steps over white space before the declaration, which is against the rules but common.
fn describe<'d>(decoded: &'d Decoded<'_>, findings: &mut Findings) -> &'d str {
    if let Some(label) = &decoded.mislabelled {
        let text = format!("the text claims to be {label}, but is not; it was read as {}: check it", decoded.encoding);
        findings.add(Level::Form, Code::Mislabelled, 0, text);
    }
    if decoded.compressed {
        findings.add(Level::Note, Code::Compressed, 0, "the document was gzip-compressed");
    }
    let trimmed = decoded.text.trim_start_matches([' ', '\t', '\n', '\r']);
    if trimmed.len() < decoded.text.len() && trimmed.starts_with("<?xml") {
        let text = "there is white space before the XML declaration; ask the sender to drop it";
        findings.add(Level::Form, Code::LeadingSpace, 1, text);
        return trimmed;
    }
    &decoded.text
}

/// Is this an alert of a known version?
pub(super) fn is_alert(element: Element<'_>) -> bool {
    element.local() == "alert" && Version::of(element.namespace()).is_some()
}

fn read_alert(element: Element<'_>, options: &Options) -> AlertReading {
    let mut findings = Findings::default();
    let version = match (Version::of(element.namespace()), element.namespace()) {
        (Some(version), _) => Some(version),
        (None, "") => {
            let text =
                format!("<alert> has no namespace; it is read as CAP 1.2; expected {}", Version::V1_2.namespace());
            findings.add(Level::Schema, Code::Namespace, element.line(), text);
            Some(Version::V1_2)
        }
        (None, other) => {
            let text =
                format!("<alert> is in the namespace {}, which is no version of CAP; it is not read", quote(other));
            findings.add(Level::Refused, Code::Namespace, element.line(), text);
            None
        }
    };
    let alert = version.and_then(|version| {
        if !element.namespace().is_empty() {
            schema::check(element, version, &mut findings);
        }
        lenient::alert(element, version, options, &mut findings)
    });
    let verdict = if findings.reach(Level::Schema) { Verdict::Invalid } else { Verdict::Valid };
    AlertReading { verdict, alert, source: element.source().to_owned(), findings: findings.list }
}
