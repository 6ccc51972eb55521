//! The lines that the command line prints, as JSON values: one a file.

use serde_json::{Value, json};

use crate::cap::{Reading, Verdict, digest};

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

/// Bytes in hexadecimal, as hashes are shown.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, b| {
        let _ = write!(text, "{b:02x}");
        text
    })
}
