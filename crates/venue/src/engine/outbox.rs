//! Datagrams on their way out, packed so that those to one address leave in one send.
//!
//! The kernel cuts a run into datagrams of one size, of which only the last may be shorter (UDP GSO).

use super::Transport;
use crate::limits::{MAX_RUN, MAX_SEGMENTS};
use std::net::SocketAddr;

/// Datagrams to one address, one behind the other in the bytes of the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    pub transport: Transport,
    pub to: SocketAddr,
    start: usize,
    length: usize,
    /// The size of every datagram but the last.
    pub segment: usize,
    pub count: usize,
}

#[derive(Debug, Default)]
pub struct Outbox {
    bytes: Vec<u8>,
    runs: Vec<Run>,
}

impl Outbox {
    pub fn push(&mut self, transport: Transport, to: SocketAddr, datagram: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(datagram);
        if let Some(run) = self.runs.last_mut() {
            let whole = run.length == run.segment * run.count;
            let fits = run.count < MAX_SEGMENTS && run.length + datagram.len() <= MAX_RUN;
            let same = run.transport == Transport::Udp && transport == Transport::Udp && run.to == to;
            if same && whole && fits && datagram.len() <= run.segment {
                run.length += datagram.len();
                run.count += 1;
                return;
            }
        }
        self.runs.push(Run { transport, to, start, length: datagram.len(), segment: datagram.len(), count: 1 });
    }

    /// What waits, in order.
    pub fn runs(&self) -> impl Iterator<Item = (Run, &[u8])> {
        self.runs.iter().map(|run| (*run, &self.bytes[run.start..run.start + run.length]))
    }

    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    pub fn clear(&mut self) {
        self.bytes.clear();
        self.runs.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, 1], port))
    }

    #[test]
    fn equal_datagrams_to_one_address_leave_together_and_a_shorter_one_ends_the_run() {
        let mut out = Outbox::default();
        for (port, size) in [(1, 100), (1, 100), (1, 60), (1, 60), (2, 60), (1, 60), (1, 61)] {
            out.push(Transport::Udp, address(port), &vec![7; size]);
        }
        out.push(Transport::Tcp, address(1), &[7; 61]);
        out.push(Transport::Tcp, address(1), &[7; 61]);
        let seen: Vec<_> =
            out.runs().map(|(run, bytes)| (run.to.port(), run.segment, run.count, bytes.len())).collect();
        let expected = [
            (1, 100, 3, 260),
            (1, 60, 1, 60),
            (2, 60, 1, 60),
            (1, 60, 1, 60),
            (1, 61, 1, 61),
            (1, 61, 1, 61),
            (1, 61, 1, 61),
        ];
        assert_eq!(seen, expected);
    }

    proptest! {
        /// Cut as the kernel would cut it, every datagram comes out as it went in, in order.
        #[test]
        fn cutting_gives_back_what_went_in(datagrams in proptest::collection::vec((1u16..3, 1usize..1300), 1..150)) {
            let mut out = Outbox::default();
            for (at, (port, size)) in datagrams.iter().enumerate() {
                out.push(Transport::Udp, address(*port), &vec![at as u8; *size]);
            }
            let mut cut = Vec::new();
            for (run, bytes) in out.runs() {
                prop_assert!(run.count <= MAX_SEGMENTS && bytes.len() <= MAX_RUN);
                prop_assert_eq!(bytes.chunks(run.segment).count(), run.count);
                cut.extend(bytes.chunks(run.segment).map(|datagram| (run.to.port(), datagram.len(), datagram[0])));
            }
            let expected: Vec<_> = datagrams.iter().enumerate().map(|(at, (port, size))| (*port, *size, at as u8)).collect();
            prop_assert_eq!(cut, expected);
        }
    }
}
