//! The strict verdict against libxml2's with the official schemas, for real alerts of nine issuers.

mod common;

use std::collections::BTreeMap;

use roadwatch::cap::{Options, Verdict, digest, read, write};

/// File → verdicts of libxml2, one an alert.
fn expected(folder: &std::path::Path) -> BTreeMap<String, Vec<Verdict>> {
    let list = std::fs::read_to_string(folder.join("VALIDITY.tsv")).expect("the list of verdicts");
    let mut files: BTreeMap<String, Vec<Verdict>> = BTreeMap::new();
    for line in list.lines() {
        let mut columns = line.split('\t');
        let file = columns.next().expect("a file");
        let verdict = match columns.next() {
            Some("valid") => Verdict::Valid,
            Some("invalid") => Verdict::Invalid,
            Some("notwf") => Verdict::NotWellFormed,
            Some("feed") => Verdict::Feed,
            other => panic!("{file}: the list says {other:?}"),
        };
        files.entry(file.to_owned()).or_default().push(verdict);
    }
    files
}

#[test]
fn strict_verdicts_are_those_of_libxml2_and_every_valid_alert_is_accepted() {
    let Some(folder) = common::shared("data/cap") else { return };
    let (mut accepted, mut differing) = (0, Vec::new());
    for (file, mut wanted) in expected(&folder) {
        let bytes = std::fs::read(folder.join(&file)).expect("a listed file");
        let reading = read(&bytes, &Options::default());
        let mut got: Vec<_> = match reading.alerts.as_slice() {
            alerts if alerts.is_empty() || reading.verdict == Verdict::NotWellFormed => vec![reading.verdict],
            alerts => alerts.iter().map(|a| a.verdict).collect(),
        };
        got.sort();
        wanted.sort();
        if got != wanted {
            differing.push(format!("{file}: got {got:?}, wanted {wanted:?}: {:?}", reading.findings));
        }
        for alert in &reading.alerts {
            assert!(alert.verdict != Verdict::Valid || alert.alert.is_some(), "{file}: {:?}", alert.findings);
            accepted += usize::from(alert.verdict == Verdict::Valid);
        }
    }
    assert!(differing.is_empty(), "{differing:#?}");
    assert_eq!(accepted, 553);
}

#[test]
fn what_is_written_is_valid_and_reads_back_the_same() {
    let Some(folder) = common::shared("data/cap") else { return };
    for file in expected(&folder).keys() {
        let bytes = std::fs::read(folder.join(file)).expect("a listed file");
        let reading = read(&bytes, &Options::default());
        for original in reading.usable() {
            let text = write(original);
            let again = read(text.as_bytes(), &Options::default());
            let back = again.usable().next().unwrap_or_else(|| panic!("{file}: {:?}\n{text}", again.alerts));
            assert_eq!(digest(back), digest(original), "{file}");
            assert_eq!(back.infos.len(), original.infos.len(), "{file}");
            if reading.alerts.iter().all(|a| a.verdict == Verdict::Valid)
                && original.infos.iter().all(|i| !i.categories.is_empty())
            {
                assert_eq!(again.verdict, Verdict::Valid, "{file}: {:?}", again.alerts[0].findings);
            }
        }
    }
}
