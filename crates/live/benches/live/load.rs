//! The load generator: many connections on one epoll, reading as fast as it can.

use std::io::{BufRead, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

/// Every so many-th viewer is looked into; the others only read. The server writes to all of them alike, and looking costs the same two cores.
pub const SAMPLE: usize = 8;
/// `data-mark=` 10 digits `:` 20 digits `;`
const MARK: &[u8] = b"data-mark=";
const MARK_LENGTH: usize = 42;

static BEGUN: AtomicBool = AtomicBool::new(false);
static ENDED: AtomicBool = AtomicBool::new(false);

struct Viewer {
    socket: TcpStream,
    /// A mark that was cut at the end of the last block.
    cut: Vec<u8>,
}

/// Connects, reads until its input ends, and prints: deliveries seen by the sample, p50 and p99 in ms.
pub fn run(address: &str, path: &str, count: usize) {
    std::thread::spawn(|| {
        for _ in std::io::stdin().lock().lines().map_while(Result::ok) {
            BEGUN.store(true, Ordering::Relaxed);
        }
        ENDED.store(true, Ordering::Relaxed);
    });
    let mut poll = Poll::new().expect("epoll");
    let mut viewers: Vec<Viewer> = Vec::with_capacity(count);
    for number in 0..count {
        let mut socket = std::net::TcpStream::connect(address).expect("the server accepts");
        write!(socket, "GET {path}?{number} HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n")
            .expect("sent");
        socket.set_nonblocking(true).expect("a socket");
        let mut socket = TcpStream::from_std(socket);
        poll.registry().register(&mut socket, Token(number), Interest::READABLE).expect("registered");
        viewers.push(Viewer { socket, cut: Vec::new() });
    }
    let mut events = Events::with_capacity(4096);
    let mut block = vec![0; 256 * 1024];
    let mut delays: Vec<u32> = Vec::new();
    while !ENDED.load(Ordering::Relaxed) {
        poll.poll(&mut events, Some(Duration::from_millis(50))).expect("polled");
        for event in &events {
            let number = event.token().0;
            let viewer = &mut viewers[number];
            // A short read has emptied the socket; asking again would only cost the server's cores.
            while let Ok(length) = viewer.socket.read(&mut block) {
                if length > 0 && number.is_multiple_of(SAMPLE) {
                    look(&mut viewer.cut, &block[..length], &mut delays);
                }
                if length < block.len() {
                    break;
                }
            }
        }
    }
    delays.sort_unstable();
    let at = |part: f64| delays.get((delays.len() as f64 * part) as usize).copied().unwrap_or(u32::MAX);
    println!("{} {:.1} {:.1}", delays.len(), f64::from(at(0.50)) / 1000.0, f64::from(at(0.99)) / 1000.0);
}

fn look(cut: &mut Vec<u8>, block: &[u8], delays: &mut Vec<u32>) {
    let now = super::now();
    cut.extend_from_slice(block);
    let mut at = 0;
    while let Some(found) = cut[at..].windows(MARK.len()).position(|window| window == MARK) {
        let start = at + found;
        let Some(mark) = cut.get(start..start + MARK_LENGTH) else { break };
        at = start + MARK_LENGTH;
        let digits = |range: std::ops::Range<usize>| {
            mark[range].iter().fold(0_u128, |sum, digit| sum * 10 + u128::from(digit - b'0'))
        };
        // Sequence 0 is the state from before the first change.
        if BEGUN.load(Ordering::Relaxed) && digits(10..20) > 0 {
            delays.push((now.saturating_sub(digits(21..41)) / 1000).min(u128::from(u32::MAX)) as u32);
        }
    }
    let keep = cut.len().saturating_sub(MARK_LENGTH).max(at);
    cut.drain(..keep);
}
