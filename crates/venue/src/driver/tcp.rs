//! The fallback over TCP for venues whose firewall lets no UDP through (RFC 6544, passive side).

use super::frames::{Frames, frame};
use crate::limits::{MAX_TCP, MAX_TCP_WAITING};
use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Registry, Token};
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::SocketAddr;

/// Tokens from here on are TCP connections.
const FIRST_TOKEN: usize = 16;

/// All TCP connections of one engine.
pub struct Streams {
    listener: TcpListener,
    open: HashMap<Token, Stream>,
    by_address: HashMap<SocketAddr, Token>,
    next: usize,
}

struct Stream {
    socket: TcpStream,
    from: SocketAddr,
    frames: Frames,
    waiting: Vec<u8>,
}

impl Streams {
    pub fn new(listener: TcpListener) -> Self {
        Self { listener, open: HashMap::new(), by_address: HashMap::new(), next: FIRST_TOKEN }
    }

    pub fn listener(&mut self) -> &mut TcpListener {
        &mut self.listener
    }

    /// Takes in those who knock; above [`MAX_TCP`] they are closed at once.
    pub fn accept(&mut self, registry: &Registry) {
        while let Ok((mut socket, from)) = self.listener.accept() {
            if self.open.len() >= MAX_TCP {
                continue;
            }
            let token = Token(self.next);
            self.next += 1;
            // Small frames must not wait for one another.
            let ready = socket
                .set_nodelay(true)
                .and_then(|()| registry.register(&mut socket, token, Interest::READABLE | Interest::WRITABLE));
            if let Err(fault) = ready {
                tracing::debug!(%fault, "a TCP connection could not be used");
                continue;
            }
            self.by_address.insert(from, token);
            self.open.insert(token, Stream { socket, from, frames: Frames::default(), waiting: Vec::new() });
        }
    }

    /// Reads what has come for a connection and hands over its datagrams, with the address they are from.
    pub fn read(&mut self, token: Token, mut take: impl FnMut(SocketAddr, &[u8])) {
        let Some(stream) = self.open.get_mut(&token) else { return };
        let mut piece = [0; 16 * 1024];
        loop {
            match stream.socket.read(&mut piece) {
                Ok(0) => return self.close(token),
                Ok(size) => {
                    stream.frames.push(&piece[..size]);
                    while let Some(datagram) = stream.frames.next() {
                        take(stream.from, datagram);
                    }
                }
                Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => return,
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return self.close(token),
            }
        }
    }

    /// Sends datagrams to an address, or queues them; a connection that does not take them is cut.
    pub fn send(&mut self, to: SocketAddr, datagram: &[u8]) {
        let Some(token) = self.by_address.get(&to).copied() else { return };
        let Some(stream) = self.open.get_mut(&token) else { return };
        frame(datagram, &mut stream.waiting);
        if stream.waiting.len() > MAX_TCP_WAITING {
            return self.close(token);
        }
        self.write(token);
    }

    /// Writes what waits, as far as it goes.
    pub fn write(&mut self, token: Token) {
        let Some(stream) = self.open.get_mut(&token) else { return };
        while !stream.waiting.is_empty() {
            match stream.socket.write(&stream.waiting) {
                Ok(0) => return self.close(token),
                Ok(size) => drop(stream.waiting.drain(..size)),
                Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => return,
                Err(fault) if fault.kind() == io::ErrorKind::NotConnected => return,
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return self.close(token),
            }
        }
    }

    fn close(&mut self, token: Token) {
        if let Some(stream) = self.open.remove(&token) {
            self.by_address.remove(&stream.from);
        }
    }
}
