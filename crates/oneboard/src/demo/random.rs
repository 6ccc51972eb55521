//! Chance that is the same every time: SplitMix64 (Steele, Lea and Flood, 2014), and ids that follow from the seed.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A stream of numbers that follows from a seed and what it is for.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64, purpose: &str) -> Self {
        let bytes = *command_id(seed, purpose, 0).as_bytes();
        Self(bytes.iter().fold(seed, |mixed, byte| mixed.rotate_left(8) ^ u64::from(*byte)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, not including, `limit`; the bias of the remainder is below one in four thousand million.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as usize) as i64
    }

    /// True in `share` of a thousand cases.
    pub fn in_thousand(&mut self, share: usize) -> bool {
        self.below(1000) < share
    }

    /// # Panics
    /// If there is nothing to pick from, which the tables of this module rule out.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// The id of the `number`-th command of a kind: the same seed sends the same commands again, and the journal knows them.
pub fn command_id(seed: u64, kind: &str, number: u64) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(b"oneboard demonstration");
    hash.update(seed.to_be_bytes());
    hash.update(kind.as_bytes());
    hash.update(number.to_be_bytes());
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
