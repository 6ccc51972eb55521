//! Finds in a STUN binding request whom it is for: the first part of USERNAME is the fragment this engine gave out.
//!
//! Nothing is believed here. The request's integrity is checked by the connection it is handed to.

const HEADER: usize = 20;
const BINDING_REQUEST: u16 = 0x0001;
const MAGIC: u32 = 0x2112_A442;
const USERNAME: u16 = 0x0006;

/// The fragment of the receiver in a binding request (RFC 8489, RFC 8445 section 7.2.2), or nothing where the bytes are no such request.
pub fn receiver_fragment(bytes: &[u8]) -> Option<&str> {
    let header = bytes.get(..HEADER)?;
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let magic = u32::from_be_bytes([header[4], header[5], header[6], header[7]]);
    if u16::from_be_bytes([header[0], header[1]]) != BINDING_REQUEST || magic != MAGIC {
        return None;
    }
    let mut rest = bytes.get(HEADER..HEADER + length)?;
    while let Some(head) = rest.get(..4) {
        let name = u16::from_be_bytes([head[0], head[1]]);
        let size = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let value = rest.get(4..4 + size)?;
        if name == USERNAME {
            return std::str::from_utf8(value).ok()?.split_once(':').map(|(ours, _)| ours);
        }
        rest = rest.get(4 + size.next_multiple_of(4)..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn request(attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, value) in attributes {
            body.extend(name.to_be_bytes());
            body.extend((value.len() as u16).to_be_bytes());
            body.extend(*value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        let mut bytes = vec![0, 1];
        bytes.extend((body.len() as u16).to_be_bytes());
        bytes.extend(MAGIC.to_be_bytes());
        bytes.extend([7; 12]);
        bytes.extend(body);
        bytes
    }

    #[test]
    fn the_fragment_before_the_colon_is_the_receivers() {
        assert_eq!(receiver_fragment(&request(&[(0x24, &[0; 4]), (USERNAME, b"ours:theirs")])), Some("ours"));
        assert_eq!(receiver_fragment(&request(&[(USERNAME, b"no colon")])), None);
        assert_eq!(receiver_fragment(&request(&[])), None);
    }

    proptest! {
        #[test]
        fn cut_and_damaged_requests_are_read_without_fault(at in 0usize..60, cut in 0usize..60, byte: u8) {
            let mut bytes = request(&[(0x8022, b"agent"), (USERNAME, b"ours:theirs")]);
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            bytes.truncate(cut.max(1));
            let _ = receiver_fragment(&bytes);
        }

        #[test]
        fn any_bytes_are_read_without_fault(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = receiver_fragment(&bytes);
            let _ = super::super::kind(&bytes);
        }
    }
}
