//! The lines that the command line prints, as JSON values: one a file.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::area::{Resolution, Table, resolve};
use crate::cap::{Alert, Reading, Verdict, digest};
use crate::matching::Index;
use crate::network::{Network, SectionId};

/// What `cap check` says of a file.
///
/// `verdict` is the strict answer (`valid`, `invalid`, `notwf`, `feed`), `accepted` the lenient one. `findings` are
/// those of the document and of all its alerts; `alerts` has one member an alert.
pub fn cap_check(file: &str, reading: &Reading, milliseconds: f64) -> Value {
    let alerts: Vec<Value> = reading
        .alerts
        .iter()
        .map(|a| {
            json!({
                "verdict": a.verdict,
                "accepted": a.alert.is_some(),
                "key": a.alert.as_ref().map(|a| a.key.to_string()),
                "status": a.alert.as_ref().map(|a| a.status),
                "msg_type": a.alert.as_ref().map(|a| a.msg_type),
                "digest": a.alert.as_ref().map(|a| hex(&digest(a))),
                "findings": a.findings.len(),
            })
        })
        .collect();
    let findings: Vec<_> = reading.findings.iter().chain(reading.alerts.iter().flat_map(|a| &a.findings)).collect();
    json!({
        "file": file,
        "verdict": reading.verdict,
        "accepted": reading.accepted(),
        "encoding": reading.encoding,
        "envelope": reading.envelope.as_ref().map(|e| e.kind),
        "entries": reading.envelope.as_ref().map(|e| e.entries.len()),
        "alerts": alerts,
        "findings": findings,
        "milliseconds": (milliseconds * 1e3).round() / 1e3,
    })
}

/// Did the file pass, in the sense of an exit status? Feeds do.
pub fn passed(reading: &Reading) -> bool {
    reading.accepted() && matches!(reading.verdict, Verdict::Valid | Verdict::Feed)
}

/// Where an alert holds and which lines of an index that touches.
#[derive(Debug, Clone, PartialEq)]
pub struct Matched {
    /// Each of its areas, resolved or not.
    pub areas: Vec<Resolution>,
    /// The lines touched, in rising order.
    pub lines: Vec<u32>,
}

/// Resolves every area of an alert, each once however many languages repeat it, and finds what they touch.
pub fn match_alert(alert: &Alert, tables: &[Table], index: &Index) -> Matched {
    let mut seen = BTreeSet::new();
    let mut areas = Vec::new();
    for area in alert.infos.iter().flat_map(|i| &i.areas) {
        // The same place in another language has another name.
        let bare = area.polygons.is_empty() && area.circles.is_empty() && area.geocodes.is_empty();
        let name = if bare { area.description.as_str() } else { "" };
        if seen.insert((&area.polygons, &area.circles, &area.geocodes, name)) {
            areas.push(resolve(area, tables));
        }
    }
    let lines = index.touched_by_any(areas.iter().flat_map(|a| &a.shapes));
    Matched { areas, lines }
}

/// What `roads match` says of an alert.
///
/// `unresolved` counts areas of which nothing could be made: with any, `sections` is not the whole answer.
pub fn roads_match(file: &str, alert: &Alert, network: &Network, matched: &Matched, milliseconds: f64) -> Value {
    let ids: Vec<SectionId> =
        matched.lines.iter().filter_map(|i| network.sections().get(*i as usize)).map(|s| s.id).collect();
    json!({
        "file": file,
        "key": alert.key.to_string(),
        "proposes": alert.is_real(),
        "network": hex(&network.hash()),
        "areas": matched.areas.len(),
        "unresolved": matched.areas.iter().filter(|a| a.is_unresolved()).count(),
        "confirm": matched.areas.iter().flat_map(|a| &a.confirm).map(ToString::to_string).collect::<Vec<_>>(),
        "remarks": matched.areas.iter().flat_map(|a| &a.remarks).collect::<Vec<_>>(),
        "hits": ids.len(),
        "sections": ids,
        "milliseconds": (milliseconds * 1e3).round() / 1e3,
    })
}

/// Bytes in hexadecimal, as hashes are shown.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, b| {
        let _ = write!(text, "{b:02x}");
        text
    })
}
