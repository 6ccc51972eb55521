//! An engine, its clients and a bad network between them, all in virtual time.

use super::client::{Client, Line};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use venue::wire::offer;
use venue::{Answerer, Engine, Feed, MeetingId, Notice, Order, Part, PeerId, Place, Source, Transport};

pub const MEETING: MeetingId = MeetingId(1);
pub const MS: Duration = Duration::from_millis(1);

/// What the network does to a datagram; shares are of 1,000.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    pub delay_ms: u64,
    pub jitter_ms: u64,
    pub lost: u64,
    pub doubled: u64,
    /// Bits a second towards the clients, with a queue of 200 ms; nothing is unlimited.
    pub rate: Option<u64>,
}

/// Numbers that look random and are the same for the same seed (xorshift64).
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end.max(1)
    }
}

type InFlight = Reverse<(Instant, u64, usize, bool, Vec<u8>)>;

pub struct World {
    pub engine: Engine,
    pub clients: Vec<Client>,
    pub peers: Vec<PeerId>,
    pub notices: Vec<Notice>,
    pub now: Instant,
    pub weather: Vec<Weather>,
    /// Clients that send pictures and sound by themselves.
    pub on_air: Vec<usize>,
    answerer: Answerer,
    server: SocketAddr,
    flying: BinaryHeap<InFlight>,
    order: u64,
    dice: Dice,
    link_free: Vec<Instant>,
    next_frame: Instant,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let now = Instant::now();
        let server = SocketAddr::from(([10, 0, 0, 1], 3478));
        Self {
            engine: Engine::default(),
            clients: Vec::new(),
            peers: Vec::new(),
            notices: Vec::new(),
            now,
            weather: Vec::new(),
            on_air: Vec::new(),
            answerer: Answerer::new(vec![server], Vec::new()).expect("an address"),
            server,
            flying: BinaryHeap::new(),
            order: 0,
            dice: Dice::new(seed),
            link_free: Vec::new(),
            next_frame: now,
        }
    }

    /// A client joins with these lines; gives its number.
    pub fn join(&mut self, part: Part, lines: &[Line], admitted: bool) -> usize {
        let at = self.clients.len();
        let address = SocketAddr::from(([10, 0, 1, at as u8 + 1], 5_000));
        let (mut client, text) = Client::new(at as u8 + 1, address, lines, true, self.now);
        let offer = offer::read(&text).expect("the offer passes");
        let (peer, answer) = self.answerer.answer(&offer, part, self.now).expect("an answer");
        client.accept(&answer);
        client.rtc.add_remote_candidate(str0m::Candidate::host(self.server, "udp").expect("a candidate"));
        self.peers.push(self.engine.seat(peer, MEETING, admitted, self.now).expect("room"));
        self.clients.push(client);
        self.weather.push(Weather { delay_ms: 10, ..Weather::default() });
        self.link_free.push(self.now);
        at
    }

    /// A venue with camera, microphone, stage, one thumbnail after the screen, and two sounds.
    pub fn venue(&mut self) -> usize {
        use Line::{Picture, SendPicture, SendSound, Sound};
        let lines = [SendSound, SendPicture, Picture, Picture, Picture, Sound, Sound];
        let at = self.join(Part::Venue, &lines, true);
        self.on_air.push(at);
        at
    }

    pub fn feed(&self, client: usize, source: Source) -> Feed {
        Feed { peer: self.peers[client], source }
    }

    pub fn order(&mut self, order: Order) {
        self.engine.order(order, self.now);
        self.flush();
    }

    pub fn grant(&mut self, client: usize) {
        for source in [Source::Camera, Source::Microphone] {
            let feed = self.feed(client, source);
            self.order(Order::Grant(feed));
        }
    }

    pub fn stage(&mut self, client: usize) {
        let feed = Some(self.feed(client, Source::Camera));
        self.order(Order::Route { meeting: MEETING, place: Place::Stage, feed });
    }

    /// Lets time pass.
    pub fn run(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            let engine = self.engine.deadline();
            let clients = self.clients.iter().map(|client| client.deadline).min();
            let flying = self.flying.peek().map(|Reverse((at, ..))| *at);
            let next = [engine, clients, flying, Some(self.next_frame)].into_iter().flatten().min().unwrap_or(end);
            if next >= end {
                self.now = end;
                return;
            }
            self.now = self.now.max(next);
            self.step();
        }
    }

    fn step(&mut self) {
        let now = self.now;
        while self.flying.peek().is_some_and(|Reverse((at, ..))| *at <= now) {
            let Some(Reverse((_, _, client, to_server, bytes))) = self.flying.pop() else { break };
            let address = self.clients[client].address;
            if to_server {
                self.engine.receive(Transport::Udp, address, self.server, &bytes, now);
            } else {
                self.clients[client].receive(now, self.server, &bytes);
                self.poll_client(client);
            }
        }
        if now >= self.next_frame {
            self.next_frame = now + MS * 20;
            let on_air: Vec<usize> =
                self.on_air.iter().copied().filter(|client| self.clients[*client].connected).collect();
            for client in on_air {
                self.clients[client].sound(now);
                for (layer, (packets, size)) in [(1, 400), (1, 1_000), (3, 1_000)].into_iter().enumerate() {
                    self.clients[client].picture(layer, packets, size, now);
                }
                self.clients[client].advance(now);
                self.poll_client(client);
            }
        }
        for client in 0..self.clients.len() {
            if self.clients[client].deadline <= now {
                self.clients[client].advance(now);
                self.poll_client(client);
            }
        }
        self.engine.advance(now);
        self.flush();
    }

    fn poll_client(&mut self, client: usize) {
        let mut out = Vec::new();
        self.clients[client].poll(self.now, |_, bytes| out.push(bytes.to_vec()));
        out.into_iter().for_each(|bytes| self.fly(client, true, bytes));
    }

    fn flush(&mut self) {
        let mut out = Vec::new();
        for (run, bytes) in self.engine.outbox().runs() {
            if let Some(client) = self.clients.iter().position(|client| client.address == run.to) {
                out.extend(bytes.chunks(run.segment).map(|datagram| (client, datagram.to_vec())));
            }
        }
        self.engine.outbox().clear();
        out.into_iter().for_each(|(client, bytes)| self.fly(client, false, bytes));
        self.notices.extend(self.engine.take_notices());
    }

    fn fly(&mut self, client: usize, to_server: bool, bytes: Vec<u8>) {
        let weather = self.weather[client];
        if self.dice.below(1_000) < weather.lost {
            return;
        }
        let mut leaves = self.now;
        if let Some(rate) = weather.rate.filter(|_| !to_server) {
            leaves = leaves.max(self.link_free[client]);
            if leaves > self.now + MS * 200 {
                return;
            }
            leaves += Duration::from_micros(bytes.len() as u64 * 8_000_000 / rate);
            self.link_free[client] = leaves;
        }
        let copies = 1 + usize::from(self.dice.below(1_000) < weather.doubled);
        for _ in 0..copies {
            let delay = weather.delay_ms * 1_000 + self.dice.below(weather.jitter_ms * 1_000 + 1);
            self.order += 1;
            let at = leaves + Duration::from_micros(delay);
            self.flying.push(Reverse((at, self.order, client, to_server, bytes.clone())));
        }
    }

    /// Until a client sees a picture of another on a line, in virtual time.
    pub fn until_shown(&mut self, client: usize, line: usize, from: usize, within: Duration) -> Duration {
        let start = self.now;
        let name = self.clients[from].name;
        while self.now < start + within {
            let shown = |seen: &super::client::Seen| seen.at >= start && seen.line == line && seen.from == name;
            if self.clients[client].seen.iter().any(shown) {
                return self.now - start;
            }
            self.run(MS * 5);
        }
        panic!("client {client} saw nothing of {from} on line {line} within {within:?}: {:?}", self.engine.counts());
    }
}
