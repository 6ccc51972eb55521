//! Redundant sound (RFC 2198): finds the newest block, for receivers that have not agreed to redundancy.

/// The primary block of a RED payload, without its redundant ones; nothing where the headers do not fit the bytes.
pub fn primary(payload: &[u8]) -> Option<&[u8]> {
    let mut at = 0;
    let mut redundant = 0;
    // Headers of four bytes while the first bit is set, then one of a single byte.
    while payload.get(at)? & 0x80 != 0 {
        let header = payload.get(at..at + 4)?;
        redundant += (usize::from(header[2] & 0x03) << 8) | usize::from(header[3]);
        at += 4;
    }
    payload.get(at + 1 + redundant..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_block_is_the_primary() {
        assert_eq!(primary(&[111, 1, 2, 3]), Some(&[1, 2, 3][..]));
        assert_eq!(primary(&[0x80 | 111, 0, 0, 2, 111, 9, 9, 1, 2]), Some(&[1, 2][..]));
        assert_eq!(primary(&[0x80 | 111, 0, 0, 20, 111, 9]), None);
        assert_eq!(primary(&[]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_fault(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Some(block) = primary(&bytes) {
                prop_assert!(bytes.ends_with(block));
            }
        }
    }
}
