//! Datagrams in a TCP connection: two bytes of length before each (RFC 4571).

/// Collects what a connection has received and cuts it into datagrams.
#[derive(Debug, Default)]
pub struct Frames {
    bytes: Vec<u8>,
    read: usize,
}

impl Frames {
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.read);
        self.read = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole datagram.
    pub fn next(&mut self) -> Option<&[u8]> {
        let rest = &self.bytes[self.read..];
        let size = usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?]));
        let end = 2 + size;
        if rest.len() < end {
            return None;
        }
        let start = self.read + 2;
        self.read += end;
        Some(&self.bytes[start..start + size])
    }
}

/// Puts a datagram into a frame. One longer than a frame can say is left out: none is longer than a UDP datagram.
pub fn frame(datagram: &[u8], out: &mut Vec<u8>) {
    if let Ok(size) = u16::try_from(datagram.len()) {
        out.extend_from_slice(&size.to_be_bytes());
        out.extend_from_slice(datagram);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// However the stream is cut on its way, the same datagrams come out.
        #[test]
        fn datagrams_survive_any_cut(datagrams in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..12), cut in 1usize..400) {
            let mut stream = Vec::new();
            datagrams.iter().for_each(|datagram| frame(datagram, &mut stream));
            let (mut frames, mut seen) = (Frames::default(), Vec::new());
            for piece in stream.chunks(cut) {
                frames.push(piece);
                while let Some(datagram) = frames.next() {
                    seen.push(datagram.to_vec());
                }
            }
            prop_assert_eq!(seen, datagrams);
        }
    }
}
