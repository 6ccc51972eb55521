//! A client on real sockets: a thread that sends, receives and keeps time until it is dropped.

use super::client::{Client, Line, Seen};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// What a test waits for at most; it never waits for a time, only for what must happen.
const PATIENCE: Duration = Duration::from_secs(60);
const FRAME: Duration = Duration::from_millis(33);

/// What the thread has seen, and a bell for whoever waits for more.
#[derive(Default)]
pub struct Diary {
    state: Mutex<(Vec<Seen>, bool)>,
    bell: Condvar,
}

impl Diary {
    /// Waits until what was seen holds.
    pub fn wait(&self, what: &str, holds: impl Fn(&[Seen]) -> bool) {
        let state = self.state.lock().expect("the diary");
        let waited = self.bell.wait_timeout_while(state, PATIENCE, |(seen, _)| !holds(seen)).expect("the diary");
        assert!(!waited.1.timed_out(), "waited {PATIENCE:?} for {what}");
    }

    pub fn connected(&self) {
        let state = self.state.lock().expect("the diary");
        let waited = self.bell.wait_timeout_while(state, PATIENCE, |(_, connected)| !*connected).expect("the diary");
        assert!(!waited.1.timed_out(), "not connected within {PATIENCE:?}");
    }

    pub fn count(&self) -> usize {
        self.state.lock().expect("the diary").0.len()
    }
}

enum Wire {
    Udp(UdpSocket),
    Tcp { socket: TcpStream, bytes: Vec<u8>, server: SocketAddr },
}

impl Wire {
    fn send(&mut self, to: SocketAddr, datagram: &[u8]) {
        // What the network does not take is lost; that is the network's right.
        let _ = match self {
            Wire::Udp(socket) => socket.send_to(datagram, to).map(|_| ()),
            Wire::Tcp { socket, .. } => {
                let size = (datagram.len() as u16).to_be_bytes();
                socket.write_all(&[&size, datagram].concat())
            }
        };
    }

    /// Waits for datagrams, but no longer than a moment.
    fn receive(&mut self, mut take: impl FnMut(SocketAddr, &[u8])) -> io::Result<()> {
        let mut buffer = [0; 4_096];
        match self {
            Wire::Udp(socket) => {
                let (size, from) = socket.recv_from(&mut buffer)?;
                take(from, &buffer[..size]);
            }
            Wire::Tcp { socket, bytes, server } => {
                let size = socket.read(&mut buffer)?;
                bytes.extend_from_slice(&buffer[..size]);
                while bytes.len() >= 2 {
                    let size = usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
                    if bytes.len() < 2 + size {
                        break;
                    }
                    take(*server, &bytes[2..2 + size]);
                    bytes.drain(..2 + size);
                }
            }
        }
        Ok(())
    }
}

pub struct LiveClient {
    pub diary: Arc<Diary>,
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl LiveClient {
    /// Joins by `answer`, which is given the offer, and goes on its own.
    pub fn udp(name: u8, lines: &[Line], answer: impl FnOnce(&str) -> String) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.set_read_timeout(Some(Duration::from_millis(2))).expect("a timeout");
        let (client, offer) = Client::new(name, socket.local_addr().expect("an address"), lines, true, Instant::now());
        Self::start(client, Wire::Udp(socket), lines, &answer(&offer))
    }

    /// The same over TCP to the server.
    pub fn tcp(name: u8, server: SocketAddr, lines: &[Line], answer: impl FnOnce(&str) -> String) -> Self {
        let socket = TcpStream::connect(server).expect("the server listens on TCP");
        socket.set_read_timeout(Some(Duration::from_millis(2))).expect("a timeout");
        let (client, offer) = Client::over_tcp(name, socket.local_addr().expect("an address"), lines, Instant::now());
        Self::start(client, Wire::Tcp { socket, bytes: Vec::new(), server }, lines, &answer(&offer))
    }

    fn start(mut client: Client, mut wire: Wire, lines: &[Line], answer: &str) -> Self {
        client.accept(answer);
        let (diary, stop) = (Arc::new(Diary::default()), Arc::new(AtomicBool::new(false)));
        let (told, ends) = (diary.clone(), stop.clone());
        let sends = lines.contains(&Line::SendPicture);
        let thread = std::thread::spawn(move || {
            let mut next = Instant::now();
            while !ends.load(Ordering::Relaxed) {
                let now = Instant::now();
                // A timeout of the read is the normal case of a quiet moment.
                let _ = wire.receive(|from, datagram| client.receive(now, from, datagram));
                if client.connected && sends && next <= now {
                    next = now + FRAME;
                    client.picture(0, 1, 500, now);
                    client.picture(1, 1, 1_000, now);
                    client.sound(now);
                }
                client.advance(Instant::now());
                client.poll(Instant::now(), |to, datagram| wire.send(to, datagram));
                let mut state = told.state.lock().expect("the diary");
                state.0.append(&mut client.seen);
                state.1 = client.connected;
                told.bell.notify_all();
            }
        });
        Self { diary, stop, thread: Some(thread) }
    }
}

impl Drop for LiveClient {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
