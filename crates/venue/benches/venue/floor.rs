//! What a packet costs that is only sent: no forwarding can be cheaper. Measured in the same run, on the same busy machine.

use quinn_udp::{Transmit, UdpSockRef, UdpSocketState};
use std::net::UdpSocket;

/// Sends of five datagrams each; a second or so.
const SENDS: usize = 60_000;
const SIZE: usize = 1_000;
const SEGMENTS: usize = 5;

/// CPU microseconds of this process for each datagram of a segmented send to a socket that nobody reads.
pub fn send() -> f64 {
    let receiver = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let sender = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let state = UdpSocketState::new(UdpSockRef::from(&sender)).expect("a socket");
    let contents = vec![7; SIZE * SEGMENTS];
    let destination = receiver.local_addr().expect("an address");
    let transmit = Transmit { destination, ecn: None, contents: &contents, segment_size: Some(SIZE), src_ip: None };
    let before = cpu();
    for _ in 0..SENDS {
        // The receiver's buffer is full after the first ones; the way there costs the same.
        let _ = state.try_send(UdpSockRef::from(&sender), &transmit);
    }
    (cpu() - before) * 1e6 / (SENDS * SEGMENTS) as f64
}

fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").expect("the kernel's figures");
    text.split(' ').next().and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}
