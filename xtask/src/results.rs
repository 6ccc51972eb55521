//! The rows of `bench-results/NAME.json`.
//!
//! ```json
//! [{"bench": "append", "case": "64 writers", "measure": "entries", "value": 21000, "unit": "1/s",
//!   "aim": 20000, "better": "higher", "peers": {"bare SQLite": 24000}}]
//! ```
//! `aim` may be null or absent; `better` is "lower" or "higher"; `peers` may be absent.

use serde_json::Value;
use std::path::Path;

#[derive(Debug, PartialEq)]
pub struct Row {
    case: String,
    measure: String,
    value: f64,
    unit: String,
    aim: Option<f64>,
    better: Better,
    peers: Vec<(String, f64)>,
}

#[derive(Debug, PartialEq, Clone, Copy)]
enum Better {
    Lower,
    Higher,
}

/// Reads a file of rows; an error names the file, the row and the field.
pub fn read(file: &Path) -> Result<Vec<Row>, String> {
    let text = std::fs::read_to_string(file).map_err(|fault| format!("{}: {fault}", file.display()))?;
    parse(&text).map_err(|fault| format!("{}: {fault}", file.display()))
}

fn parse(text: &str) -> Result<Vec<Row>, String> {
    let json: Value = serde_json::from_str(text).map_err(|fault| fault.to_string())?;
    let rows = json.as_array().ok_or("expected an array of rows")?;
    rows.iter().enumerate().map(|(at, row)| parse_row(row).map_err(|fault| format!("row {at}: {fault}"))).collect()
}

fn parse_row(row: &Value) -> Result<Row, String> {
    let text = |name: &str| match &row[name] {
        Value::String(text) => Ok(text.clone()),
        other => Err(format!("{name} is {other}, expected a text")),
    };
    let number = |name: &str| row[name].as_f64().ok_or_else(|| format!("{name} is {}, expected a number", row[name]));
    let better = match text("better")?.as_str() {
        "lower" => Better::Lower,
        "higher" => Better::Higher,
        other => return Err(format!("better is \"{other}\", expected \"lower\" or \"higher\"")),
    };
    let peers = match &row["peers"] {
        Value::Null => Vec::new(),
        Value::Object(peers) => peers
            .iter()
            .map(|(name, value)| {
                Ok((name.clone(), value.as_f64().ok_or_else(|| format!("peer {name} is {value}, expected a number"))?))
            })
            .collect::<Result<_, String>>()?,
        other => return Err(format!("peers is {other}, expected an object of numbers")),
    };
    let aim = if row["aim"].is_null() { None } else { Some(number("aim")?) };
    Ok(Row {
        case: text("case")?,
        measure: text("measure")?,
        value: number("value")?,
        unit: text("unit")?,
        aim,
        better,
        peers,
    })
}

/// A Markdown table; every aim is marked as met or missed.
pub fn markdown(name: &str, rows: &[Row]) -> String {
    let mut text =
        format!("### `{name}`\n\n| case | measure | value | aim | | beside it |\n|---|---|--:|--:|---|---|\n");
    for row in rows {
        let (aim, verdict) = match (row.aim, row.better) {
            (None, _) => (String::new(), ""),
            (Some(aim), Better::Lower) => {
                (format!("≤ {}", figure(aim)), if row.value <= aim { "met" } else { "**missed**" })
            }
            (Some(aim), Better::Higher) => {
                (format!("≥ {}", figure(aim)), if row.value >= aim { "met" } else { "**missed**" })
            }
        };
        let peers: Vec<String> = row.peers.iter().map(|(peer, value)| format!("{peer} {}", figure(*value))).collect();
        let (value, unit) = (figure(row.value), &row.unit);
        text.push_str(&format!(
            "| {} | {} | {value} {unit} | {aim} | {verdict} | {} |\n",
            row.case,
            row.measure,
            peers.join(", ")
        ));
    }
    text
}

/// Three significant digits below a thousand, whole and grouped above.
fn figure(value: f64) -> String {
    let size = value.abs();
    if size >= 1000.0 {
        let digits = format!("{size:.0}");
        let grouped: Vec<&str> =
            digits.as_bytes().rchunks(3).rev().map(|chunk| std::str::from_utf8(chunk).unwrap_or("")).collect();
        return format!("{}{}", if value < 0.0 { "-" } else { "" }, grouped.join(","));
    }
    let decimals = match size {
        _ if value.fract() == 0.0 => 0,
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = r#"{"bench":"append","case":"64 writers","measure":"entries","value":21034.6,"unit":"1/s","aim":24000,"better":"higher","peers":{"bare SQLite":30000}}"#;

    #[test]
    fn an_aim_is_met_or_missed_in_the_direction_that_is_better() {
        let missed = markdown("append", &parse(&format!("[{ROW}]")).expect("rows"));
        assert!(
            missed.contains("| 64 writers | entries | 21,035 1/s | ≥ 24,000 | **missed** | bare SQLite 30,000 |"),
            "{missed}"
        );
        let met = markdown("append", &parse(&format!("[{}]", ROW.replace("higher", "lower"))).expect("rows"));
        assert!(met.contains("≤ 24,000 | met |"), "{met}");
    }

    #[test]
    fn a_row_without_aim_or_peers_is_a_row() {
        let rows = parse(r#"[{"case":"a","measure":"b","value":0.25,"unit":"ms","better":"lower"}]"#).expect("rows");
        assert!(markdown("x", &rows).contains("| a | b | 0.250 ms |  |  |  |"));
    }

    #[test]
    fn a_fault_names_the_row_the_field_and_the_value() {
        let fault = parse(&format!("[{ROW},{}]", ROW.replace("\"higher\"", "\"more\""))).expect_err("bad word");
        assert!(fault.contains("row 1: better is \"more\""), "{fault}");
        let fault = parse(&format!("[{}]", ROW.replace("21034.6", "\"fast\""))).expect_err("bad number");
        assert!(fault.contains("value is \"fast\", expected a number"), "{fault}");
        assert!(parse("{}").is_err());
    }

    #[test]
    fn figures_keep_three_digits() {
        let told = [1_234_567.0, -1234.0, 999.4, 12.34, 1.5, 0.0123, 7.0, 0.0].map(figure);
        assert_eq!(told, ["1,234,567", "-1,234", "999", "12.3", "1.50", "0.012", "7", "0"]);
    }
}
