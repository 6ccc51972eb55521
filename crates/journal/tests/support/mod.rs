//! What several tests share.

pub mod cluster;

use journal::{Head, Journal, NewEntry, NewText, Subject};
use uuid::Uuid;

/// An entry that differs from every other by `n`.
pub fn entry(n: u64) -> NewEntry {
    NewEntry {
        at: 1_700_000_000_000 + n as i64,
        sender: 7,
        command_id: Uuid::from_u128(u128::from(n) << 64 | 0x5eed),
        payload_hash: [n as u8; 32],
        schema: 1,
        body: format!("{{\"n\":{n},\"post\":\"P-0417\"}}").into_bytes(),
        subjects: [Subject { kind: 1, id: n % 3 }, Subject { kind: 2, id: u64::MAX - n % 2 }].into_iter().collect(),
        texts: Vec::new(),
        erase: Vec::new(),
    }
}

pub fn with_text(n: u64, id: u64, kind: u8, body: &str) -> NewEntry {
    NewEntry { texts: vec![NewText { id, kind, body: body.into() }], ..entry(n) }
}

pub fn erasing(n: u64, ids: &[u64]) -> NewEntry {
    NewEntry { erase: ids.to_vec(), ..entry(n) }
}

/// Appends entries `from..=to` in groups of ten.
pub fn fill(journal: &mut dyn Journal, from: u64, to: u64) -> Head {
    let all: Vec<_> = (from..=to).map(entry).collect();
    for group in all.chunks(10) {
        let head = journal.head();
        journal.append(&head, group).expect("appended");
    }
    journal.head()
}
