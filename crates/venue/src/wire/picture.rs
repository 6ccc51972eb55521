//! Where a picture that can be decoded by itself begins, in VP8 (RFC 7741) and H.264 (RFC 6184) payloads.

/// The running numbers of a VP8 descriptor, which a receiver expects without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    pub picture: u16,
    /// The picture number has 15 bits, not 7.
    pub wide: bool,
    /// TL0PICIDX, where temporal layers are numbered.
    pub base: Option<u8>,
}

/// What forwarding must know of one payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Picture {
    /// The first packet of a key frame.
    pub starts_key_frame: bool,
    pub numbers: Option<Numbers>,
}

/// Reads a VP8 payload descriptor and the frame header's first bit (RFC 7741, sections 4.2 and 4.3).
pub fn vp8(payload: &[u8]) -> Option<Picture> {
    let first = *payload.first()?;
    let mut at = 1;
    let mut numbers = None;
    if first & 0x80 != 0 {
        let extension = *payload.get(at)?;
        at += 1;
        if extension & 0x80 != 0 {
            let high = *payload.get(at)?;
            at += 1;
            if high & 0x80 != 0 {
                let low = *payload.get(at)?;
                at += 1;
                let picture = (u16::from(high & 0x7f) << 8) | u16::from(low);
                numbers = Some(Numbers { picture, wide: true, base: None });
            } else {
                numbers = Some(Numbers { picture: u16::from(high), wide: false, base: None });
            }
        }
        if extension & 0x40 != 0 {
            let base = *payload.get(at)?;
            at += 1;
            if let Some(numbers) = &mut numbers {
                numbers.base = Some(base);
            }
        }
        if extension & 0x30 != 0 {
            at += 1;
        }
    }
    let starts_frame = first & 0x10 != 0 && first & 0x07 == 0;
    let starts_key_frame = starts_frame && payload.get(at)? & 0x01 == 0;
    Some(Picture { starts_key_frame, numbers })
}

const IDR: u8 = 5;
const PARAMETERS: u8 = 7;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;

/// Tells whether an H.264 payload opens a picture that can be decoded by itself: its parameters, or its first slice.
pub fn h264(payload: &[u8]) -> Option<Picture> {
    let opens = |unit: u8| matches!(unit & 0x1f, IDR | PARAMETERS);
    let starts_key_frame = match *payload.first()? & 0x1f {
        STAP_A => {
            let mut rest = &payload[1..];
            let mut found = false;
            while let Some(head) = rest.get(..2) {
                let size = usize::from(u16::from_be_bytes([head[0], head[1]]));
                let Some(unit) = rest.get(2..2 + size) else { break };
                found |= unit.first().is_some_and(|first| opens(*first));
                rest = &rest[2 + size..];
            }
            found
        }
        FU_A => payload.get(1).is_some_and(|head| head & 0x80 != 0 && opens(*head)),
        _ => opens(payload[0]),
    };
    Some(Picture { starts_key_frame, numbers: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_vp8_key_frame_is_known_by_its_first_packet() {
        let key = vp8(&[0x90, 0xC0, 0x81, 0x02, 7, 0x00, 1]).expect("a descriptor");
        assert!(key.starts_key_frame);
        assert_eq!(key.numbers, Some(Numbers { picture: 0x102, wide: true, base: Some(7) }));
        assert!(!vp8(&[0x90, 0x80, 0x05, 0x01]).expect("a descriptor").starts_key_frame, "the frame's last bit is set");
        assert!(
            !vp8(&[0x80, 0x80, 0x05, 0x00]).expect("a descriptor").starts_key_frame,
            "not the start of a partition"
        );
        assert_eq!(
            vp8(&[0x90, 0x80, 0x05, 0x01]).and_then(|seen| seen.numbers).map(|n| (n.picture, n.wide)),
            Some((5, false))
        );
        assert_eq!(vp8(&[0x90, 0xC0]), None);
    }

    #[test]
    fn an_h264_key_frame_is_known_alone_in_a_bundle_and_in_pieces() {
        let key = |payload: &[u8]| h264(payload).expect("bytes").starts_key_frame;
        assert!(key(&[0x67, 1]) && key(&[0x65, 1]));
        assert!(!key(&[0x41, 1]));
        assert!(key(&[0x78, 0, 2, 0x67, 1, 0, 1, 0x68]));
        assert!(!key(&[0x78, 0, 2, 0x41, 1]));
        assert!(key(&[0x7C, 0x85]) && !key(&[0x7C, 0x05]) && !key(&[0x7C, 0x81]));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_fault(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = (vp8(&bytes), h264(&bytes));
        }
    }
}
