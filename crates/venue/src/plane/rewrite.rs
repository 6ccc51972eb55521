//! One unbroken stream out of many: sequence, timestamp and picture numbers go on where the last source left off.

use crate::media::Packet;
use crate::wire::picture::Numbers;
use std::time::Instant;

/// Sequence numbers begin here. A receiver starts its rollover counter at 0 (RFC 3711, 3.3.1), so the first must be below 65,536.
const FIRST_SEQUENCE: u64 = 1_000;
/// A source that jumps ahead by more than this has lost its count; the stream goes on without the hole.
const LARGEST_JUMP: u64 = 4_096;

/// The numbers of one slot.
#[derive(Debug, Clone)]
pub struct Rewriter {
    /// The first packet of the present source, and the number it got.
    from: u64,
    to: u64,
    highest_in: u64,
    highest: u64,
    timestamp_shift: u32,
    last_timestamp: u32,
    last_sent: Option<Instant>,
    picture_shift: u16,
    last_picture: u16,
    base_shift: u8,
    last_base: u8,
}

impl Default for Rewriter {
    fn default() -> Self {
        Self {
            from: 0,
            to: FIRST_SEQUENCE,
            highest_in: 0,
            highest: FIRST_SEQUENCE - 1,
            timestamp_shift: 0,
            last_timestamp: 0,
            last_sent: None,
            picture_shift: 0,
            last_picture: 0,
            base_shift: 0,
            last_base: 0,
        }
    }
}

impl Rewriter {
    /// The next packets come from another source, of which `first` is the first to be shown.
    pub fn switch(&mut self, first: &Packet) {
        self.rebase(first);
        let ticks = first.codec.ticks_per_ms();
        // At least a millisecond: two pictures with one timestamp would be one picture.
        let gone = self.last_sent.map_or(1, |last| first.received.saturating_duration_since(last).as_millis().max(1));
        let ahead = u32::try_from(gone).unwrap_or(u32::MAX).wrapping_mul(ticks);
        self.timestamp_shift = self.last_timestamp.wrapping_add(ahead).wrapping_sub(first.timestamp);
        if let Some(numbers) = first.numbers {
            self.picture_shift = self.last_picture.wrapping_add(1).wrapping_sub(numbers.picture);
            self.base_shift = self.last_base.wrapping_add(1).wrapping_sub(numbers.base.unwrap_or(0));
        }
    }

    fn rebase(&mut self, first: &Packet) {
        self.from = first.sequence;
        self.highest_in = first.sequence;
        self.to = self.highest + 1;
    }

    /// The numbers for a packet of the present source, or nothing for one from before the switch.
    pub fn rewrite(&mut self, packet: &Packet) -> Option<(u64, u32, Option<Numbers>)> {
        if packet.sequence > self.highest_in + LARGEST_JUMP {
            self.rebase(packet);
        }
        let sequence = self.to + packet.sequence.checked_sub(self.from)?;
        self.highest_in = self.highest_in.max(packet.sequence);
        let timestamp = packet.timestamp.wrapping_add(self.timestamp_shift);
        let numbers = packet.numbers.map(|numbers| self.numbers(numbers));
        if sequence > self.highest {
            self.highest = sequence;
            self.last_timestamp = timestamp;
            self.last_sent = Some(packet.received);
            if let Some(numbers) = numbers {
                self.last_picture = numbers.picture;
                self.last_base = numbers.base.unwrap_or(self.last_base);
            }
        }
        Some((sequence, timestamp, numbers))
    }

    fn numbers(&self, seen: Numbers) -> Numbers {
        let mask = if seen.wide { 0x7fff } else { 0x7f };
        Numbers {
            picture: seen.picture.wrapping_add(self.picture_shift) & mask,
            wide: seen.wide,
            base: seen.base.map(|base| base.wrapping_add(self.base_shift)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::Codec;
    use proptest::prelude::*;
    use std::time::Duration;

    fn packet(sequence: u64, timestamp: u32, picture: u16, received: Instant) -> Packet {
        Packet {
            codec: Codec::Vp8,
            stream: 1,
            sequence,
            timestamp,
            marker: true,
            starts_key_frame: false,
            numbers: Some(Numbers { picture, wide: true, base: Some(picture as u8) }),
            rotation: None,
            payload: [].into(),
            received,
        }
    }

    #[test]
    fn after_a_switch_every_number_goes_on_by_one_and_time_by_what_passed() {
        let start = Instant::now();
        let mut rewriter = Rewriter::default();
        rewriter.switch(&packet(70_000, 5, 0x7fff, start));
        let first = rewriter.rewrite(&packet(70_000, 5, 0x7fff, start)).expect("sent");
        let later = start + Duration::from_millis(40);
        rewriter.switch(&packet(9, 4_000_000_000, 3, later));
        let second = rewriter.rewrite(&packet(9, 4_000_000_000, 3, later)).expect("sent");
        assert_eq!((first.0, second.0), (FIRST_SEQUENCE, FIRST_SEQUENCE + 1));
        assert_eq!(second.1.wrapping_sub(first.1), 40 * 90);
        let (a, b) = (first.2.expect("numbers"), second.2.expect("numbers"));
        assert_eq!(b.picture, (a.picture + 1) & 0x7fff);
        assert_eq!(b.base, a.base.map(|base| base.wrapping_add(1)));
    }

    #[test]
    fn what_is_older_than_the_switch_is_not_sent_and_a_late_packet_keeps_its_place() {
        let now = Instant::now();
        let mut rewriter = Rewriter::default();
        rewriter.switch(&packet(100, 0, 0, now));
        assert_eq!(rewriter.rewrite(&packet(99, 0, 0, now)), None);
        let send =
            |rewriter: &mut Rewriter, sequence| rewriter.rewrite(&packet(sequence, 0, 0, now)).map(|seen| seen.0);
        assert_eq!(send(&mut rewriter, 100), Some(FIRST_SEQUENCE));
        assert_eq!(send(&mut rewriter, 103), Some(FIRST_SEQUENCE + 3));
        assert_eq!(send(&mut rewriter, 101), Some(FIRST_SEQUENCE + 1));
        assert_eq!(send(&mut rewriter, 1_000_000), Some(FIRST_SEQUENCE + 4), "a lost count leaves no hole");
    }

    proptest! {
        /// Whatever sources follow one another, and however their packets are shuffled: no number is used for two packets.
        #[test]
        fn no_sequence_number_is_used_twice(runs in proptest::collection::vec((0u64..1_000_000, proptest::collection::vec(0u64..40, 1..40)), 1..8)) {
            let now = Instant::now();
            let mut rewriter = Rewriter::default();
            let mut used = std::collections::BTreeSet::new();
            for (first, order) in runs {
                rewriter.switch(&packet(first, 0, 0, now));
                let distinct: std::collections::BTreeSet<u64> = order.iter().copied().collect();
                let mut sent = std::collections::BTreeSet::new();
                for offset in order.into_iter().filter(|offset| distinct.contains(offset)) {
                    if !sent.insert(offset) { continue; }
                    if let Some((sequence, ..)) = rewriter.rewrite(&packet(first + offset, 0, 0, now)) {
                        prop_assert!(used.insert(sequence), "{sequence} twice");
                    }
                }
            }
        }
    }
}
