//! The media thread: sockets, clock and queue around the [`Engine`].

mod frames;
mod tcp;
mod udp;

use crate::engine::{Counts, Engine, Full, Notice, Order, Transport};
use crate::limits::GATHER;
use crate::media::{MeetingId, PeerId};
use crate::peer::Peer;
use mio::{Events, Interest, Poll, Token};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError};
use std::time::{Duration, Instant};
use tcp::Streams;
use udp::Udp;

const UDP: Token = Token(0);
const TCP: Token = Token(1);
/// Wakes the thread for orders.
pub const ORDERS: Token = Token(2);

/// Batches read before what they lead to is sent: 256 datagrams, a millisecond of a thousand receivers' reports.
const BATCHES: usize = 8;

/// What comes to the media thread from others.
pub enum Letter {
    Seat { peer: Box<Peer>, meeting: MeetingId, admitted: bool, reply: SyncSender<Result<PeerId, Full>> },
    Order(Order),
    Counts(SyncSender<Counts>),
}

/// The sockets, bound but not yet read.
pub struct Sockets {
    pub poll: Poll,
    udp: Udp,
    tcp: Option<Streams>,
    /// What they are called from outside, UDP then TCP; datagrams are taken as sent to one of these.
    addresses: Vec<SocketAddr>,
}

impl Sockets {
    /// Binds UDP, and TCP on the same port where it is wanted.
    pub fn bind(address: SocketAddr, with_tcp: bool) -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut udp = Udp::bind(address)?;
        let bound = udp.local()?;
        poll.registry().register(udp.socket(), UDP, Interest::READABLE | Interest::WRITABLE)?;
        let mut tcp = None;
        if with_tcp {
            let mut streams = Streams::new(mio::net::TcpListener::bind(bound)?);
            poll.registry().register(streams.listener(), TCP, Interest::READABLE)?;
            tcp = Some(streams);
        }
        Ok(Self { poll, udp, tcp, addresses: vec![bound] })
    }

    /// The port all of it goes through.
    pub fn port(&self) -> u16 {
        self.addresses.first().map_or(0, SocketAddr::port)
    }

    /// What this machine is called from outside.
    pub fn known_as(&mut self, addresses: Vec<SocketAddr>) {
        self.addresses = addresses;
    }

    fn local(addresses: &[SocketAddr], sent_to: Option<IpAddr>) -> SocketAddr {
        let exact = addresses.iter().find(|address| Some(address.ip()) == sent_to);
        *exact.unwrap_or(&addresses[0])
    }
}

/// Runs until all senders of letters are gone.
pub fn run(mut sockets: Sockets, letters: Receiver<Letter>, notices: Sender<Notice>) {
    let mut engine = Engine::default();
    let mut events = Events::with_capacity(256);
    let mut more = false;
    let mut woken = Instant::now();
    loop {
        let now = Instant::now();
        let wait = engine.deadline().map(|at| at.saturating_duration_since(now));
        let wait = if more { Some(Duration::ZERO) } else { wait.map(whole) };
        if let Err(fault) = sockets.poll.poll(&mut events, wait)
            && fault.kind() != io::ErrorKind::Interrupted
        {
            tracing::error!(%fault, "the media thread cannot wait for the network and ends");
            return;
        }
        for event in &events {
            match event.token() {
                UDP => more |= event.is_readable(),
                TCP => {
                    if let Some(tcp) = &mut sockets.tcp {
                        tcp.accept(sockets.poll.registry());
                    }
                }
                ORDERS => {}
                token => stream(&mut sockets, &mut engine, token, event.is_writable()),
            }
        }
        if !letters_in(&letters, &mut engine) {
            return;
        }
        if more {
            // A thread that has just been awake waits for the rest of the millisecond: a hundred reports cost one turn then.
            let rest = GATHER.saturating_sub(woken.elapsed());
            if !rest.is_zero() {
                std::thread::sleep(rest);
            }
            woken = Instant::now();
            more = receive(&mut sockets, &mut engine, woken);
        }
        engine.advance(Instant::now());
        let Sockets { udp, tcp, .. } = &mut sockets;
        udp.send(engine.outbox(), |to, datagram| {
            if let Some(tcp) = tcp {
                tcp.send(to, datagram);
            }
        });
        for notice in engine.take_notices() {
            // A program that does not listen is not told.
            let _ = notices.send(notice);
        }
        engine.sent(udp.sends);
    }
}

/// Reads what has come; true if there may be more.
fn receive(sockets: &mut Sockets, engine: &mut Engine, now: Instant) -> bool {
    let Sockets { udp, addresses, .. } = sockets;
    (0..BATCHES).all(|_| {
        udp.receive(|from, sent_to, datagram| {
            engine.receive(Transport::Udp, from, Sockets::local(addresses, sent_to), datagram, now);
        })
    })
}

/// Rounded down to the milliseconds the kernel counts in: what is due in the rest of one is done early (`limits::LEAD`).
fn whole(wait: Duration) -> Duration {
    let moment = if wait.is_zero() { 0 } else { 1 };
    Duration::from_millis(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(moment))
}

fn stream(sockets: &mut Sockets, engine: &mut Engine, token: Token, writable: bool) {
    let Some(tcp) = &mut sockets.tcp else { return };
    if writable {
        tcp.write(token);
    }
    let now = Instant::now();
    let local = Sockets::local(&sockets.addresses, None);
    tcp.read(token, |from, datagram| engine.receive(Transport::Tcp, from, local, datagram, now));
}

/// Reads what others ask; false when there are no others any more.
fn letters_in(letters: &Receiver<Letter>, engine: &mut Engine) -> bool {
    loop {
        match letters.try_recv() {
            Ok(Letter::Order(order)) => engine.order(order, Instant::now()),
            Ok(Letter::Seat { peer, meeting, admitted, reply }) => {
                // Whoever does not wait for the answer has gone; the connection ends by itself.
                let _ = reply.send(engine.seat(*peer, meeting, admitted, Instant::now()));
            }
            Ok(Letter::Counts(reply)) => {
                let _ = reply.send(engine.counts());
            }
            Err(TryRecvError::Empty) => return true,
            Err(TryRecvError::Disconnected) => return false,
        }
    }
}
