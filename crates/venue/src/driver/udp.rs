//! One UDP port: many datagrams in one call in, a whole picture for one receiver in one call out.

use crate::engine::{Outbox, Transport};
use mio::net::UdpSocket;
use quinn_udp::{BATCH_SIZE, RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};

/// What the kernel should hold for us: a second of a large meeting. It gives what it is allowed to.
const BUFFER: usize = 8 * 1024 * 1024;
/// Bytes for one datagram, or several that the kernel has put together (GRO).
const SLOT: usize = 64 * 1024;
/// Bytes waiting to leave when the network takes none; above this they are dropped, as a full router would.
const MAX_WAITING: usize = 16 * 1024 * 1024;

pub struct Udp {
    socket: UdpSocket,
    state: UdpSocketState,
    buffers: Vec<Vec<u8>>,
    meta: Vec<RecvMeta>,
    /// Runs of the outbox that have left.
    sent: usize,
    pub sends: u64,
    pub dropped: u64,
}

impl Udp {
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let domain = if address.is_ipv4() { socket2::Domain::IPV4 } else { socket2::Domain::IPV6 };
        let socket = socket2::Socket::new(domain, socket2::Type::DGRAM, None)?;
        socket.bind(&address.into())?;
        socket.set_nonblocking(true)?;
        let socket = UdpSocket::from_std(socket.into());
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        // A smaller buffer is a worse server, not a broken one.
        let reference = UdpSockRef::from(&socket);
        if let Err(fault) = state.set_recv_buffer_size(reference, BUFFER) {
            tracing::debug!(%fault, "the receive buffer keeps its size");
        }
        if let Err(fault) = state.set_send_buffer_size(UdpSockRef::from(&socket), BUFFER) {
            tracing::debug!(%fault, "the send buffer keeps its size");
        }
        let buffers = vec![vec![0; SLOT]; BATCH_SIZE];
        Ok(Self { socket, state, buffers, meta: vec![RecvMeta::default(); BATCH_SIZE], sent: 0, sends: 0, dropped: 0 })
    }

    pub fn socket(&mut self) -> &mut UdpSocket {
        &mut self.socket
    }

    pub fn local(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// One batch. Tells whether there may be more: a batch that is not full has emptied the socket.
    pub fn receive(&mut self, mut take: impl FnMut(SocketAddr, Option<IpAddr>, &[u8])) -> bool {
        let mut slices: Vec<IoSliceMut<'_>> = self.buffers.iter_mut().map(|buffer| IoSliceMut::new(buffer)).collect();
        let count = match self.state.recv(UdpSockRef::from(&self.socket), &mut slices, &mut self.meta) {
            Ok(count) => count,
            Err(fault) => return fault.kind() == io::ErrorKind::Interrupted,
        };
        for (meta, buffer) in self.meta.iter().zip(&self.buffers).take(count) {
            for datagram in buffer[..meta.len].chunks(meta.stride.max(1)) {
                take(meta.addr, meta.dst_ip, datagram);
            }
        }
        count == BATCH_SIZE
    }

    /// Sends what waits; what goes over TCP is handed on. When the network takes no more, the rest waits for the next call.
    pub fn send(&mut self, outbox: &mut Outbox, mut over_tcp: impl FnMut(SocketAddr, &[u8])) {
        let mut waiting = 0;
        for (run, bytes) in outbox.runs().skip(self.sent) {
            if waiting > 0 {
                waiting += bytes.len();
                continue;
            }
            if run.transport == Transport::Tcp {
                over_tcp(run.to, bytes);
                self.sent += 1;
                continue;
            }
            let segment_size = (run.count > 1).then_some(run.segment);
            let transmit = Transmit { destination: run.to, ecn: None, contents: bytes, segment_size, src_ip: None };
            match self.state.try_send(UdpSockRef::from(&self.socket), &transmit) {
                Ok(()) => self.sends += 1,
                Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => {
                    waiting += bytes.len();
                    continue;
                }
                // An unreachable receiver is that receiver's matter; it falls silent and leaves.
                Err(_) => self.dropped += run.count as u64,
            }
            self.sent += 1;
        }
        if waiting == 0 || waiting > MAX_WAITING {
            self.dropped += u64::from(waiting > 0);
            outbox.clear();
            self.sent = 0;
        }
    }
}
