//! Every class of hostile input ends in the right verdict, and nothing panics on mutated alerts.

mod common;
#[path = "common/hostile.rs"]
mod hostile;

use proptest::prelude::*;
use roadwatch::area::{Confirm, resolve};
use roadwatch::cap::{Level, Options, Verdict, read, write};

#[test]
fn every_class_ends_in_its_verdict() {
    for case in hostile::cases() {
        let reading = read(&case.bytes, &Options::default());
        let findings: Vec<_> = reading.findings.iter().chain(reading.alerts.iter().flat_map(|a| &a.findings)).collect();
        assert_eq!((reading.verdict, reading.accepted()), (case.verdict, case.accepted), "{}: {findings:?}", case.name);
        if let Some(code) = case.code {
            assert!(findings.iter().any(|f| f.code == code), "{}: no {code:?} in {findings:?}", case.name);
        }
        assert!(
            case.accepted || findings.iter().any(|f| f.level == Level::Refused),
            "{}: refused without a word",
            case.name
        );
    }
}

#[test]
fn odd_shapes_are_usable_or_visibly_not() {
    let outcome = |name: &str| {
        let case = hostile::cases().into_iter().find(|c| c.name == name).expect("a case of this name");
        let reading = read(&case.bytes, &Options::default());
        let alert = reading.usable().next().expect("an accepted alert").clone();
        resolve(&alert.infos[0].areas[0], &[])
    };
    for name in ["60,000 vertices", "60,000 spikes", "5,000 polygons", "bow-tie", "open ring", "180th meridian"] {
        let area = outcome(name);
        assert!(!area.is_unresolved() && area.confirm.is_empty(), "{name}: {:?} {:?}", area.confirm, area.remarks);
    }
    for name in ["exponents", "latitude and longitude swapped", "the whole world"] {
        let area = outcome(name);
        assert!(matches!(area.confirm.as_slice(), [Confirm::Repair(_)]), "{name}: {:?}", area.confirm);
    }
    for name in ["NaN", "comma decimals"] {
        let area = outcome(name);
        assert!(area.is_unresolved() && area.remarks.len() == 2, "{name}: {:?}", area.remarks);
    }
}

/// How many mutants a property tries; `ROADWATCH_FUZZ=1000000` for an hour's search.
fn cases() -> ProptestConfig {
    let cases = std::env::var("ROADWATCH_FUZZ").ok().and_then(|n| n.parse().ok()).unwrap_or(400);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Pieces that readers stumble over.
const PIECES: [&[u8]; 24] = [
    b"<",
    b">",
    b"&",
    b"\"",
    b"'",
    b"/>",
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b"-->",
    b"<?",
    b"?>",
    b"&#0;",
    b"&#x1F600;",
    b"&amp;",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"xmlns:x=\"y\"",
    b"<info>",
    b"</info>",
    b"-00:00",
    b"35,107 36,108 ",
    b"\xe9\x9b\xaa",
];

fn corpus() -> Vec<Vec<u8>> {
    let mut texts = vec![hostile::alert(&[]).into_bytes()];
    if let Some(folder) = common::shared("data/cap") {
        for sub in std::fs::read_dir(folder).expect("a folder").flatten().filter(|e| e.path().is_dir()) {
            for file in std::fs::read_dir(sub.path()).expect("a folder").flatten() {
                let bytes = std::fs::read(file.path()).expect("a file");
                if bytes.len() < 30_000 {
                    texts.push(bytes);
                }
            }
        }
    }
    texts
}

#[derive(Debug, Clone)]
enum Cut {
    Insert(usize, usize),
    Delete(usize, usize),
    Flip(usize, u8),
    Repeat(usize, usize, usize),
}

fn any_cut() -> impl Strategy<Value = Cut> {
    prop_oneof![
        (any::<usize>(), 0..PIECES.len()).prop_map(|(at, piece)| Cut::Insert(at, piece)),
        (any::<usize>(), 1..40usize).prop_map(|(at, n)| Cut::Delete(at, n)),
        (any::<usize>(), any::<u8>()).prop_map(|(at, b)| Cut::Flip(at, b)),
        (any::<usize>(), 1..200usize, 1..20usize).prop_map(|(at, n, times)| Cut::Repeat(at, n, times)),
    ]
}

fn mutate(bytes: &mut Vec<u8>, cut: &Cut) {
    if bytes.is_empty() {
        return;
    }
    match *cut {
        Cut::Insert(at, piece) => {
            let at = at % bytes.len();
            bytes.splice(at..at, PIECES[piece].iter().copied());
        }
        Cut::Delete(at, n) => {
            let at = at % bytes.len();
            bytes.drain(at..(at + n).min(bytes.len()));
        }
        Cut::Flip(at, b) => {
            let at = at % bytes.len();
            bytes[at] ^= b;
        }
        Cut::Repeat(at, n, times) => {
            let at = at % bytes.len();
            let piece = bytes[at..(at + n).min(bytes.len())].repeat(times);
            bytes.splice(at..at, piece);
        }
    }
}

#[test]
fn mutants_of_real_alerts_never_panic_and_readings_are_consistent() {
    let corpus = corpus();
    let picks = (any::<prop::sample::Index>(), prop::collection::vec(any_cut(), 1..6));
    let mut runner = proptest::test_runner::TestRunner::new(cases());
    let outcome = runner.run(&picks, |(pick, cuts)| {
        let mut bytes = pick.get(&corpus).clone();
        cuts.iter().for_each(|c| mutate(&mut bytes, c));
        let reading = read(&bytes, &Options::default());
        for alert in &reading.alerts {
            prop_assert!(alert.verdict != Verdict::Valid || alert.alert.is_some() || !reading.accepted());
            let Some(original) = &alert.alert else { continue };
            for area in original.infos.iter().flat_map(|i| &i.areas) {
                let resolved = resolve(area, &[]);
                prop_assert!(!resolved.is_unresolved() || !resolved.remarks.is_empty());
            }
            // Whatever was accepted can be written, and reads back as itself from then on.
            let once = write(original);
            let again = read(once.as_bytes(), &Options::default());
            prop_assert!(again.accepted(), "{:?}\n{}", again.alerts, once);
            let back = again.usable().next().expect("accepted");
            prop_assert_eq!(write(back), once);
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
